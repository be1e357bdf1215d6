//! Segments: their rules, their properties, their `keep`s.

use super::{Cond, SegmentId, Value};
use crate::catalog::EntityId;
use crate::diagnostic::Span;
use crate::types::{Materialize, Unit};

/// A segment. Its match is (any include, or everyone if there is none), and no exclude,
/// within the members of its parent, without the members of the segments that come before it
/// in its exclusive group; then each `keep` in order.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its place in the order of names.
    pub id: SegmentId,
    /// As it is declared, unique within the project.
    pub name: String,
    /// The entity whose rows it selects.
    pub entity: EntityId,
    /// The segment that it narrows, over the same entity.
    pub parent: Option<(SegmentId, Span)>,
    /// The includes, of which a member satisfies at least one; none means everyone.
    pub includes: Vec<Cond>,
    /// The excludes: who satisfies any of them isn't a member.
    pub excludes: Vec<Cond>,
    /// Its exclusive group, of which each row is a member of one segment at most.
    pub group: Option<Group>,
    /// What reduces the match, in order.
    pub keeps: Vec<Keep>,
    /// The columns of its table after the key, in order; their names differ, ignoring case.
    pub columns: Vec<Column>,
    /// The entity whose rows are its keys, if it is a static list in a file.
    pub list: Option<EntityId>,
    /// What it says about itself; none of it affects the members, except `expire`.
    pub properties: Properties,
    /// The name in its declaration.
    pub name_span: Span,
}

/// A column beside the key of a segment: `last_order = last(orders.ordered_at)`.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its value, for a member as of the run; neither a document nor an array.
    pub value: Value,
}

/// The properties of a segment.
#[derive(Debug, Clone, Default)]
pub struct Properties {
    /// What people call it: one line.
    pub title: Option<String>,
    /// A sentence for people, which catalogs and manifests show.
    pub description: Option<String>,
    /// The person responsible for it.
    pub owner: Option<String>,
    /// Tags, by which `--select tag:…` finds it; each once.
    pub tags: Vec<String>,
    /// `materialize`, where it says so itself; else the project's default.
    pub materialize: Option<(Materialize, Span)>,
    /// The roles that may read it; empty for everyone.
    pub access: Vec<String>,
    /// The value of `access`, if there is one.
    pub access_span: Option<Span>,
    /// `expire: 14 days`: how long members stay after they last matched.
    pub expire: Option<(i64, Unit, Span)>,
    /// `history: true`: whether the log of who came and went is kept for good.
    pub history: bool,
}

/// A segment's place in its exclusive group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name that its segments share.
    pub name: String,
    /// Its priority: the lower number comes first.
    pub priority: i64,
    /// Where `exclusive group` is.
    pub span: Span,
    /// The segments of the group with a lower number, whose members can't be in this one, in
    /// the order of their numbers.
    pub before: Vec<SegmentId>,
}

/// `keep …`: those of the match so far who stay in it.
#[derive(Debug, Clone)]
pub struct Keep {
    /// How the rows are chosen.
    pub kind: KeepKind,
    /// The whole `keep`, for messages.
    pub span: Span,
}

/// The kinds of [`Keep`].
#[derive(Debug, Clone)]
pub enum KeepKind {
    /// The first of an order: by `by`, missing last; ties go to the lower key.
    Rank {
        /// The smallest come first; otherwise the largest.
        bottom: bool,
        /// How many of each group are kept.
        size: KeepSize,
        /// Values whose equality makes a group (missing equals missing); none: all are one group.
        per: Vec<Value>,
        /// What it ranks by; of an ordered type.
        by: Value,
    },
    /// Those whose bucket (`ValueKind::Bucket`) is below a number of 0 to 10000.
    Sample {
        /// Text that the buckets depend on: another seed is another sample.
        seed: String,
        /// The first bucket that isn't kept.
        below: u16,
    },
}

/// How many rows a rank keeps of each group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepSize {
    /// A number, at least 0.
    Count(u64),
    /// ceil(percent × matches / 100), exactly.
    Percent(bigdecimal::BigDecimal),
}
