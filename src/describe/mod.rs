//! Segments in plain English, for people who review them.
//!
//! A [`Description`] says exactly who is a member, in sentences that are made from the checked tree: another
//! meaning is another text, and layout, comments and spelling make no difference. Negations are moved to where
//! English has them, and what happens to missing values is said wherever it isn't what the sentence suggests.
//! A trait is named where it is used, and explained once below.
//!
//! Names come from the catalog and the segments: `label`, `plural` and `title`, or else the name with spaces for
//! underscores.
//!
//! Must not know: targets, data, the terminal. Every match over the tree is complete, so that a new construct
//! doesn't compile without its words.

mod cond;
mod leaf;
mod names;
mod render;
mod rows;
mod segment;
mod sequence;
mod time;
mod value;
mod words;

use std::collections::BTreeSet;

use crate::catalog::EntityId;
use crate::check::hir::{Hir, SegmentId, TraitId};
use crate::diagnostic::Span;

/// A segment in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The segment's name.
    pub segment: String,
    /// Its title and its name, or only its name.
    pub heading: String,
    /// Its own `description`.
    pub about: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
    /// What is said of it, in order; each kind at most once.
    pub sections: Vec<Section>,
}

/// Something that is said of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// What it says.
    pub part: Part,
}

/// What a [`Section`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Who matches the rules, the parent and the exclusive group.
    Members,
    /// Which of these are kept.
    Keep,
    /// How long they stay after they matched.
    Expire,
    /// The columns beside the key.
    Columns,
    /// What the names of traits stand for.
    Definitions,
    /// The values of the parameters that it uses.
    Parameters,
    /// How days and weeks are counted, and the like.
    Notes,
}

impl SectionKind {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Keep => "keep",
            Self::Expire => "expire",
            Self::Columns => "columns",
            Self::Definitions => "definitions",
            Self::Parameters => "parameters",
            Self::Notes => "notes",
        }
    }
}

/// A condition in words, and the conditions that it consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// A clause without a final period; it ends with a colon if it has parts.
    pub text: String,
    /// What the clause speaks of.
    pub parts: Vec<Part>,
    /// Where it is written.
    pub span: Option<Span>,
    /// It says the opposite of the condition that is written there.
    pub negated: bool,
}

impl Part {
    fn leaf(text: impl Into<String>, span: Option<Span>) -> Self {
        Self { text: text.into(), parts: Vec::new(), span, negated: false }
    }

    fn of(text: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { text: text.into(), parts, span: None, negated: false }
    }
}

/// Describes segments of a project.
#[derive(Debug)]
pub struct Describer<'a> {
    hir: &'a Hir,
    names: names::Names<'a>,
}

impl<'a> Describer<'a> {
    /// For the segments of a checked tree.
    #[must_use]
    pub fn new(hir: &'a Hir) -> Self {
        Self { hir, names: names::Names::of(hir) }
    }

    /// Describes a segment.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> Description {
        segment::describe(self.hir, &self.names, self.hir.segment(id))
    }

    /// What has to hold for a row to match a segment, as one group of conditions however many there are.
    pub(crate) fn rules(&self, id: SegmentId) -> Part {
        segment::rules(self.hir, &self.names, self.hir.segment(id))
    }
}

/// Words for one segment; gathers what has to be explained below it.
struct Speaker<'a> {
    hir: &'a Hir,
    names: &'a names::Names<'a>,
    /// The traits that were named, in the order in which they were.
    traits: Vec<TraitId>,
    /// Days, weeks, months or years were mentioned.
    calendar: bool,
    /// A first day of weeks was relied on.
    weeks: bool,
    /// Exact days were mentioned, of 24 hours.
    elapsed: bool,
    /// The parameters that were used, by their place among [`Hir::params`].
    params: BTreeSet<usize>,
}

/// The rows that a condition or value is about.
#[derive(Debug, Clone, Copy)]
struct Scope {
    /// The entity of the row.
    this: EntityId,
    /// Inside an aggregate: the entity of the row that the aggregate belongs to.
    outer: Option<EntityId>,
}

impl Scope {
    fn of(this: EntityId) -> Self {
        Self { this, outer: None }
    }

    fn within(self, this: EntityId) -> Self {
        Self { this, outer: Some(self.this) }
    }
}

/// A text that may need parentheses inside another.
#[derive(Debug, Clone)]
struct Phrase {
    text: String,
    /// It stands as one unit whatever is around it.
    tight: bool,
}

impl Phrase {
    fn tight(text: impl Into<String>) -> Self {
        Self { text: text.into(), tight: true }
    }

    fn loose(text: impl Into<String>) -> Self {
        Self { text: text.into(), tight: false }
    }

    /// As a unit: in parentheses, unless it is one.
    fn unit(self) -> String {
        if self.tight { self.text } else { format!("({})", self.text) }
    }
}
