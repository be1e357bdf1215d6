//! From the checked tree to the relational plan.
//!
//! Conditions are two-valued, SQL's are not: [`cond`] lowers each with its polarity, so that
//! a predicate is wrapped only under a negation and only where it may be missing. Rows never
//! multiply: to-one links become left joins, aggregates a grouped subquery each, `exists` and
//! memberships semi-joins.

mod affected;
mod aggregate;
mod anniversary;
mod array;
mod at_run;
mod bounds;
mod bucket;
mod compare;
mod complement;
mod cond;
mod delta;
mod digits;
mod encoded;
mod field;
mod frame;
mod json;
mod keep;
mod led_back;
mod names;
mod narrowed_groups;
mod one_pass;
mod places;
pub(super) mod preview;
mod rank_chain;
mod ranked;
mod segment;
mod semi_join_reduction;
mod sequence;
mod shards;
mod tables;
mod time;
mod value;
pub(super) mod why;
mod width;
mod window_names;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::rel::{Bounds, Clock, Cte, Query, Relation, Scalar, Select};
use super::request::Request;
use super::storage::SegmentStorage;
use crate::analyze::{Graph, Trigger};
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::{Hir, SegmentId};
use crate::types::calendar::Repeats;
use crate::types::{Type, Unit};
pub(super) use affected::{LAST_AS_OF, LAST_READ_AT, MembersLog, Search, State, is_new};
pub(super) use delta::CHECKED;
use frame::Frame;
pub(super) use frame::not_deleted;
pub(super) use keep::{rank_types, ranks};
use narrowed_groups::narrow_groups;
use one_pass::one_pass;
use places::Places;
pub(super) use semi_join_reduction::among;
pub(crate) use tables::rows_of;

/// What lowering needs to know of its surroundings.
pub(super) struct Context<'a> {
    pub(super) hir: &'a Hir,
    /// What its segments read.
    pub(super) graph: &'a Graph,
    /// The target's name, which picks the entities' tables.
    pub(super) target: &'a str,
    /// Whether its dialect has [`Function::FirstRow`](crate::dialect::Function::FirstRow) and its opposite.
    pub(super) ordered_aggregates: bool,
    /// The instant of the build, if it is known.
    pub(super) as_of: Option<Timestamp>,
    /// The last parts of the entities' tables, which no subquery may hide.
    pub(super) tables: &'a BTreeSet<String>,
    /// Where members of other segments are read.
    pub(super) storage: SegmentStorage<'a>,
    /// The keys that the segment is evaluated for; `None` for all.
    pub(super) affected: Option<&'a Relation>,
}

impl<'a> Context<'a> {
    /// What lowering for a request needs, all keys of a segment's entity wanted.
    pub(super) fn new(request: &'a Request<'_>, storage: SegmentStorage<'a>) -> Self {
        Self {
            hir: storage.hir,
            graph: request.graph,
            target: &request.abilities.target,
            ordered_aggregates: request.abilities.ordered_aggregates,
            as_of: request.as_of,
            tables: &request.tables,
            storage,
            affected: None,
        }
    }
}

/// Fields of an entity of which no two rows may have the same.
pub(super) type UniqueSet = (EntityId, Vec<FieldId>);

/// A lowered query of a segment, and what it reads.
pub(super) struct Lowered {
    /// The keys of its members.
    pub(super) query: Query,
    /// The instants that it reads, except for literals.
    pub(super) clock: Clock,
    /// The columns that it reads.
    pub(super) reads: BTreeMap<EntityId, BTreeSet<String>>,
    /// Of entities over many tables, those that it reads.
    pub(super) event_tables: BTreeSet<Vec<String>>,
    /// The segments whose tables it reads, through inlined ones too.
    pub(super) tables: BTreeSet<SegmentId>,
    /// The column sets whose duplicates would multiply rows: keys, and ends of to-one links.
    pub(super) unique: BTreeSet<(EntityId, Vec<FieldId>)>,
}

impl Lowered {
    /// Takes over the bounds, reads and tables of another, and returns its query.
    pub(super) fn absorb(&mut self, other: Self) -> Query {
        let Self { query, clock, reads, event_tables, tables, unique } = other;
        self.clock.extend(clock.bounds);
        for (entity, columns) in reads {
            self.reads.entry(entity).or_default().extend(columns);
        }
        self.event_tables.extend(event_tables);
        self.tables.extend(tables);
        self.unique.extend(unique);
        query
    }
}

/// Lowers one segment: its match.
pub(super) fn segment(context: &Context<'_>, id: SegmentId) -> Lowered {
    lower(context, |lowering| lowering.segment(id, SegmentPart::Match))
}

/// Lowers a segment's ranking candidates, with the values its `keep`s rank by.
pub(super) fn candidates(context: &Context<'_>, id: SegmentId) -> Lowered {
    lower(context, |lowering| lowering.segment(id, SegmentPart::Candidates))
}

/// The columns that candidates have beside their keys.
pub(super) fn rank_columns(context: &Context<'_>, id: SegmentId) -> Vec<(String, Type)> {
    Lowering::new(context).rank_columns(id)
}

/// Lowers a segment's `keep`s over a table of candidates.
pub(super) fn kept_of(context: &Context<'_>, id: SegmentId, table: &[String]) -> Lowered {
    lower(context, |lowering| lowering.kept_of(id, table))
}

/// Lowers the entities that a segment's parent, excludes and group admit.
pub(super) fn admitted(context: &Context<'_>, id: SegmentId) -> Lowered {
    lower(context, |lowering| lowering.segment(id, SegmentPart::Admitted))
}

/// Lowers the search for the keys that triggers lead back to. `unique` are column sets that must be
/// unique.
pub(super) fn affected(
    context: &Context<'_>,
    triggers: &[Trigger],
    state: &State<'_>,
    unique: &BTreeSet<UniqueSet>,
) -> Search {
    affected::lower(context, triggers, state, unique)
}

/// Lowers all keys of an entity: whatever rows there are, as the search for affected keys takes them.
pub(super) fn everyone(context: &Context<'_>, entity: EntityId) -> Query {
    lower(context, |lowering| lowering.all_keys(entity)).query
}

/// An instant moved forward, in the project's zone.
pub(super) fn shifted(context: &Context<'_>, instant: Scalar, by: i64, unit: Unit) -> Scalar {
    Lowering::new(context).shifted(instant, by, unit)
}

/// Which of a segment's rows a select yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SegmentPart {
    /// Those who match.
    Match,
    /// Those who match before anyone is ranked, with what they are ranked by.
    Candidates,
    /// Those who match if any rule includes them, before any `keep`.
    Admitted,
}

fn lower(context: &Context<'_>, select: impl FnOnce(&mut Lowering<'_>) -> Select) -> Lowered {
    let mut lowering = Lowering::new(context);
    let select = select(&mut lowering);
    lowering.finish(select)
}

/// The lowering of one query: what has been built, and what may be shared.
struct Lowering<'a> {
    cx: &'a Context<'a>,
    /// Subqueries so far, each after those it reads.
    ctes: Vec<Cte>,
    /// The names of subqueries that are taken.
    names: BTreeSet<String>,
    /// Instants of the clock that are read.
    bounds: BTreeMap<String, (Scalar, Type)>,
    /// Between what an instant was and what it is: read after the instants themselves.
    ranges: Bounds,
    /// Where the members of other segments are.
    members: BTreeMap<SegmentId, Relation>,
    /// Subqueries that hold an entity whose source is a query.
    sources: BTreeMap<EntityId, String>,
    /// The rows of entities over many tables.
    unions: BTreeMap<EntityId, Relation>,
    /// Subqueries of rows that aggregates share.
    row_sources: Vec<ranked::RowSource>,
    /// Where among those, by the rows.
    row_places: Places,
    /// Where the subqueries of grouped rows are, by the rows.
    groups: Places,
    reads: BTreeMap<EntityId, BTreeSet<String>>,
    tables: BTreeSet<SegmentId>,
    unique: BTreeSet<(EntityId, Vec<FieldId>)>,
    /// What the project's zone repeats.
    repeats: OnceCell<Repeats>,
    /// The selects that are being built, the innermost last.
    frames: Vec<Frame>,
    /// The segments whose members are wanted among the affected keys only.
    narrowed: BTreeSet<SegmentId>,
}

impl<'a> Lowering<'a> {
    fn new(cx: &'a Context<'a>) -> Self {
        Self {
            cx,
            ctes: Vec::new(),
            names: BTreeSet::new(),
            bounds: BTreeMap::new(),
            ranges: Bounds::default(),
            members: BTreeMap::new(),
            sources: BTreeMap::new(),
            unions: BTreeMap::new(),
            row_sources: Vec::new(),
            row_places: Places::default(),
            groups: Places::default(),
            reads: BTreeMap::new(),
            tables: BTreeSet::new(),
            unique: BTreeSet::new(),
            repeats: OnceCell::new(),
            frames: Vec::new(),
            narrowed: BTreeSet::new(),
        }
    }

    fn finish(mut self, select: Select) -> Lowered {
        let bounds =
            std::mem::take(&mut self.bounds).into_iter().map(|(name, (value, ty))| (name, value, ty));
        let bounds: Bounds = bounds.chain(std::mem::take(&mut self.ranges)).collect();
        let mut query = Query { ctes: std::mem::take(&mut self.ctes), ..Query::of(select) };
        one_pass(&mut query, &bounds);
        self.imply_days(&mut query);
        query.prune();
        narrow_groups(&mut query);
        encoded::compare_held(&mut query);
        Lowered {
            event_tables: query.event_tables(),
            query,
            clock: Clock { as_of: None, bounds },
            reads: self.reads,
            tables: self.tables,
            unique: self.unique,
        }
    }
}
