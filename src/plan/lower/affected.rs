//! The search for affected keys: each trigger is a select of rows that are led back, hop by hop,
//! to the keys of the segment's entity.
//!
//! The rows are restricted only by the trigger: a row that was deleted, or whose other fields
//! changed, leads back as well (R3).

use std::collections::{BTreeMap, BTreeSet};

use super::encoded::{compare_held_by, compare_held_in};
use super::frame::Row;
use super::led_back::TriggerRows;
use super::names::slug;
use super::{Lowered, Lowering, UniqueSet};
use crate::analyze::{Trigger, TriggerKind};
use crate::catalog::{EntityId, FieldId};
use crate::check::canonical;
use crate::check::hir::{Base, Hop, Path, SegmentId, Value};
use crate::check::visit::Visitor;
use crate::plan::delta::Delta;
use crate::plan::rel::{
    BinaryOp, Bounds, Column, Cte, Join, JoinKind, Relation, Scalar, Select, TableRef, all,
};
use crate::types::Literal;

/// What is known of the last run.
pub(in crate::plan) struct State<'a> {
    pub(in crate::plan) segment: &'a str,
    pub(in crate::plan) entity: EntityId,
    /// The table of those who matched in the last run: its own, or that of its candidates.
    pub(in crate::plan) table: &'a [String],
    /// The table of its members.
    pub(in crate::plan) members: &'a [String],
    /// Where a segment's comings and goings are found that this one hasn't read yet.
    pub(in crate::plan) logs: BTreeMap<SegmentId, MembersLog>,
    /// Of entities over many tables, those that the evaluation reads.
    pub(in crate::plan) event_tables: &'a BTreeSet<Vec<String>>,
    /// Whether its members are affected if the last run can't be built upon: not if they never leave, nor
    /// if the difference then considers all members.
    pub(in crate::plan) members_if_new: bool,
}

/// The log of a segment's members.
#[derive(Debug, Clone)]
pub(in crate::plan) struct MembersLog {
    pub(in crate::plan) table: Vec<String>,
    /// Up to which run it has been read.
    pub(in crate::plan) read_to: Scalar,
}

/// The clock's name of the as_of of the last run; null if it can't be built upon.
pub(in crate::plan) const LAST_AS_OF: &str = "last_as_of";

/// The clock's name of the engine's own time at the last run.
pub(in crate::plan) const LAST_READ_AT: &str = "last_read_at";

/// That the last run can't be built upon.
pub(in crate::plan) fn is_new() -> Scalar {
    Scalar::Clock(LAST_AS_OF.to_owned()).missing()
}

/// The search for the affected keys, lowered.
pub(in crate::plan) struct Search {
    /// The rows that make keys affected.
    pub(in crate::plan) deltas: Vec<Delta>,
    /// Subqueries that they read: entities whose source is a query.
    pub(in crate::plan) sources: Vec<Cte>,
    /// The instants that they read.
    pub(in crate::plan) bounds: Bounds,
    pub(in crate::plan) reads: BTreeMap<EntityId, BTreeSet<String>>,
    /// For column sets that must be unique, the values of those whose rows arrived.
    pub(in crate::plan) arrivals: BTreeMap<UniqueSet, Select>,
}

pub(super) fn lower(
    cx: &super::Context<'_>,
    triggers: &[Trigger],
    state: &State<'_>,
    unique: &BTreeSet<UniqueSet>,
) -> Search {
    let mut lowering = Lowering::new(cx);
    let found = triggers.iter().filter_map(|trigger| lowering.trigger(trigger, state));
    let mut deltas: Vec<Delta> = found.collect();
    let mut everyone = lowering.everyone(state);
    everyone.iter_mut().for_each(|delta| delta.rows.keep_tables(state.event_tables));
    deltas.extend(everyone);
    for delta in &mut deltas {
        let rows = &delta.rows;
        delta.filter.iter_mut().for_each(|filter| lowering.imply_days_by(rows, filter));
        lowering.imply_days_in(&mut delta.rows);
        compare_held_in(&mut delta.rows);
        delta.filter.iter_mut().for_each(compare_held_by);
    }
    let mut arrivals = BTreeMap::new();
    for (entity, fields) in unique {
        let mut rows = lowering.arrivals(*entity, fields);
        lowering.imply_days_in(&mut rows);
        compare_held_in(&mut rows);
        rows.prune();
        arrivals.insert((*entity, fields.clone()), rows);
    }
    let Lowered { query, clock, reads, .. } = lowering.finish(Select::default());
    Search { deltas, sources: query.ctes, bounds: clock.bounds, reads, arrivals }
}

impl Lowering<'_> {
    /// The rows that a trigger finds; none where a log isn't one of those that are read.
    fn trigger(&mut self, trigger: &Trigger, state: &State<'_>) -> Option<Delta> {
        let mut found = match &trigger.kind {
            TriggerKind::Members(segment) => self.logged(trigger, *segment, state.logs.get(segment)?),
            TriggerKind::DeletedRow => self.deleted_rows(state),
            TriggerKind::Arrival => {
                self.push(false);
                let rows = self.chain(trigger, 0);
                let row = rows.last().clone();
                let (column, filter) = self.arrived(&row);
                self.discovered(trigger, rows, column, filter, "changed")
            }
            TriggerKind::WindowEdge { value, instant, outer } => {
                self.push(false);
                let reads_outer = reads_outer(|finder| finder.value(value));
                let rows = self.chain(trigger, if reads_outer { 1 } else { 0 });
                let scope = rows.scope(*outer);
                let column = self.value(&scope, value);
                let filter = self.moved_past(&column, value, instant);
                let name = self.instant_name(instant);
                self.discovered(trigger, rows, Some(column), filter, &format!("at_{name}"))
            }
            TriggerKind::ClockPredicate { cond, outer } => {
                self.push(false);
                let reads_outer = reads_outer(|finder| finder.cond(cond));
                let rows = self.chain(trigger, if reads_outer { 1 } else { 0 });
                let filter = self.clock_predicate(&rows.scope(*outer), cond);
                self.discovered(trigger, rows, None, filter, "changed_by_the_clock")
            }
        };
        // Rows of tables that the evaluation doesn't read affect nobody. Logs are led back through the rows that
        // they are about, whose keys may be all that the evaluation reads of them.
        if !matches!(trigger.kind, TriggerKind::Members(_)) {
            found.rows.keep_tables(state.event_tables);
        }
        Some(found)
    }

    /// The rows of an entity as the first table of the innermost select, whatever they are.
    pub(super) fn raw(&mut self, entity: EntityId) -> Row {
        let frame = self.frames.len() - 1;
        let alias = super::names::initials(&self.cx.hir.catalog.entity(entity).name);
        let alias = self.alias(frame, &alias);
        let relation = self.relation(entity);
        self.frames[frame].from = Some(TableRef { relation, alias: alias.clone() });
        Row { frame, alias, entity }
    }

    /// Ends a select of discovered rows: it yields keys of the segment's entity.
    fn discovered(
        &mut self,
        trigger: &Trigger,
        rows: TriggerRows,
        column: Option<Scalar>,
        filter: Vec<Scalar>,
        what: &str,
    ) -> Delta {
        let events = self.only_events(trigger, &rows);
        let columns = self.keys_of(trigger, &rows);
        let rows = Select { columns, ..self.pop() };
        let name = |all| format!("{}_{what}", self.place_name(trigger, all));
        Delta { rows, name: name(false), of_all_events: name(true), column, filter, events }
    }

    pub(super) fn present(&mut self, row: &Row, fields: &[FieldId]) -> Vec<Scalar> {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let nullable = fields.iter().filter(|&&field| entity.field(field).nullable);
        let nullable: Vec<FieldId> = nullable.copied().collect();
        nullable.into_iter().map(|field| self.field(row, field).present()).collect()
    }

    /// The keys in a segment's log that are new, led back.
    fn logged(&mut self, trigger: &Trigger, segment: SegmentId, log: &MembersLog) -> Delta {
        let MembersLog { table, read_to } = log.clone();
        let name = format!("moved_in_{}", self.cx.hir.segment(segment).name);
        let frame = self.push(false);
        let entity = self.cx.hir.catalog.entity(trigger.entity);
        let key: Vec<(String, FieldId)> =
            entity.key.iter().map(|&id| (entity.field(id).column.clone(), id)).collect();
        let alias = self.alias(frame, "l");
        let column = |name: &str| Scalar::Column(alias.clone(), name.to_owned());
        let relation = Relation::Table(table);
        let mut filter = vec![Scalar::binary(BinaryOp::Greater, column("run_seq"), read_to)];
        // What isn't read of the other segment changes nothing.
        if !self.cx.hir.segment(segment).columns.is_empty() {
            filter.push(Scalar::binary(BinaryOp::NotEqual, column("action"), Scalar::text("change")));
        }
        if trigger.place.is_empty() {
            self.frames[frame].from = Some(TableRef { relation, alias: alias.clone() });
            let columns = key.iter().map(|(name, _)| Column::named(column(name), name.clone())).collect();
            let rows = Select { columns, ..self.pop() };
            return delta(rows, name, filter);
        }
        // The row itself is joined: it holds what its links start from.
        let rows = self.chain(trigger, 0);
        let row = rows.last().clone();
        let on = key.iter().map(|(name, id)| Scalar::equal(column(name), self.field(&row, *id))).collect();
        let on = all(on).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let table = TableRef { relation, alias: alias.clone() };
        self.frames[frame].joins.insert(0, Join { kind: JoinKind::Inner, table, on });
        Delta { of_all_events: name.clone(), name, ..self.discovered(trigger, rows, None, filter, "") }
    }

    /// Members whose row is gone (R4).
    fn deleted_rows(&mut self, state: &State<'_>) -> Delta {
        let frame = self.push(false);
        let alias = self.alias(frame, "m");
        let table = TableRef { relation: Relation::Table(state.table.to_vec()), alias: alias.clone() };
        self.frames[frame].from = Some(table);
        self.push(true);
        let row = self.raw(state.entity);
        let key = self.member_key(state, &alias);
        let tied: Vec<Scalar> = key
            .iter()
            .map(|(id, column)| Scalar::equal(self.field(&row, *id), column.value.clone()))
            .collect();
        self.frames[row.frame].filter.extend(tied);
        let mut rows = Select { columns: Select::one().columns, ..self.pop() };
        rows.keep_tables(state.event_tables);
        let columns = key.into_iter().map(|(_, column)| column).collect();
        let select = Select { columns, ..self.pop() };
        let filter = vec![Scalar::exists(rows, true)];
        delta(select, format!("gone_from_{}", state.segment), filter)
    }

    /// Everyone, and members whose row may be gone, if the last run can't be built upon.
    fn everyone(&mut self, state: &State<'_>) -> Vec<Delta> {
        let mut found = vec![("everyone_if_new", self.all_keys(state.entity))];
        if state.members_if_new {
            found.push(("members_if_new", self.keys_of_table(state, state.members)));
            if state.table != state.members {
                found.push(("candidates_if_new", self.keys_of_table(state, state.table)));
            }
        }
        found.into_iter().map(|(name, rows)| delta(rows, name.to_owned(), vec![is_new()])).collect()
    }

    /// The keys of an entity's rows, whatever they are.
    pub(super) fn all_keys(&mut self, entity: EntityId) -> Select {
        self.push(false);
        let row = self.raw(entity);
        let present = self.present(&row, &self.cx.hir.catalog.entity(entity).key.clone());
        self.frames[row.frame].filter.extend(present);
        let columns = self.key_columns(&row);
        Select { columns, ..self.pop() }
    }

    fn keys_of_table(&mut self, state: &State<'_>, table: &[String]) -> Select {
        let frame = self.push(false);
        let alias = self.alias(frame, "m");
        let table = TableRef { relation: Relation::Table(table.to_vec()), alias: alias.clone() };
        self.frames[frame].from = Some(table);
        let columns = self.member_key(state, &alias).into_iter().map(|(_, column)| column).collect();
        Select { columns, ..self.pop() }
    }

    fn member_key(&self, state: &State<'_>, alias: &str) -> Vec<(FieldId, Column)> {
        let entity = self.cx.hir.catalog.entity(state.entity);
        let column = |&id: &FieldId| {
            let name = entity.field(id).column.clone();
            (id, Column::plain(Scalar::Column(alias.to_owned(), name)))
        };
        entity.key.iter().map(column).collect()
    }

    /// What the rows of a trigger are called; `all` if events of other names may be among them.
    fn place_name(&self, trigger: &Trigger, all: bool) -> String {
        let catalog = &self.cx.hir.catalog;
        let last = trigger.place.len().wrapping_sub(1);
        let hop = |(at, hop): (usize, &Hop)| {
            let link = &catalog.entity(hop.from).link(hop.link).name;
            let event = hop.event.as_deref().filter(|_| !(all && at == last)).map(slug);
            event.filter(|event| !event.is_empty()).unwrap_or_else(|| link.clone())
        };
        let hops: Vec<String> = trigger.place.iter().enumerate().map(hop).collect();
        if hops.is_empty() { catalog.entity(trigger.entity).name.clone() } else { hops.join("_") }
    }

    pub(super) fn instant_name(&self, instant: &Value) -> String {
        let other = || super::names::hashed("then", &canonical::value(self.cx.hir, instant));
        super::time::clock_name(instant).unwrap_or_else(other)
    }
}

fn delta(rows: Select, name: String, filter: Vec<Scalar>) -> Delta {
    Delta { rows, of_all_events: name.clone(), name, column: None, filter, events: None }
}

fn reads_outer(walk: impl FnOnce(&mut OuterPaths)) -> bool {
    let mut finder = OuterPaths(false);
    walk(&mut finder);
    finder.0
}

struct OuterPaths(bool);

impl Visitor for OuterPaths {
    fn path(&mut self, path: &Path) {
        self.0 |= path.base == Base::Outer;
    }
}
