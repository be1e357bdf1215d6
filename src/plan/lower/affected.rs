//! The search for affected keys: each trigger is a select of rows that are led back, hop by hop,
//! to the keys of the segment's entity.
//!
//! The rows are restricted only by the trigger: a row that was deleted, or whose other fields
//! changed, leads back as well (R3).

use std::collections::{BTreeMap, BTreeSet};

use super::at_run::AtRun;
use super::frame::Row;
use super::led_back::TriggerRows;
use super::names::slug;
use super::{Lowered, Lowering, UniqueSet};
use crate::analyze::{Trigger, TriggerKind};
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::{Base, Hop, Path, SegmentId, Value};
use crate::check::visit::Visitor;
use crate::plan::rel::{BinaryOp, Column, Cte, Relation, Scalar, Select, TableRef, all};
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
    /// Ranges of one column are tested together.
    pub(in crate::plan) joins_ranges: bool,
    /// Members never leave it, so none needs to be evaluated again.
    pub(in crate::plan) grows: bool,
}

/// The log of a segment's members.
#[derive(Debug, Clone)]
pub(in crate::plan) struct MembersLog {
    pub(in crate::plan) table: Vec<String>,
    /// Up to which run it has been read.
    pub(in crate::plan) read_to: Scalar,
}

impl State<'_> {
    /// The clock's name of the as_of of the last run; null where it can't be built upon.
    pub(in crate::plan) fn last_as_of(segment: &str) -> String {
        format!("{segment}_last_as_of")
    }

    /// What is read at the last run, not at this one.
    pub(super) fn at_last_run(&self) -> AtRun {
        AtRun::Last { as_of: Self::last_as_of(self.segment).into() }
    }

    /// The clock's name of the engine's own time at the last run.
    pub(in crate::plan) fn last_read_at(segment: &str) -> String {
        format!("{segment}_last_read_at")
    }
}

/// What a scan of discovered rows asks, and for which column.
struct TriggerSelect {
    /// The rows, without the trigger's own condition.
    rows: Select,
    /// What the rows are called.
    name: String,
    /// The column that the condition is about, where it is only one.
    column: Option<Scalar>,
    filter: Vec<Scalar>,
}

pub(super) fn lower(
    cx: &super::Context<'_>,
    triggers: &[Trigger],
    state: &State<'_>,
    unique: &BTreeSet<UniqueSet>,
) -> (Lowered, BTreeMap<UniqueSet, Select>) {
    let mut lowering = Lowering::new(cx);
    let mut found: Vec<TriggerSelect> = Vec::new();
    for trigger in triggers {
        if let Some(one) = lowering.trigger(trigger, state) {
            add(&mut found, one, state.joins_ranges);
        }
    }
    found.extend(lowering.everyone(state));
    let mut arrivals = BTreeMap::new();
    for (entity, fields) in unique {
        arrivals.insert((*entity, fields.clone()), lowering.arrivals(*entity, fields, state));
    }
    let select = lowering.union(found, state);
    (lowering.finish(select), arrivals)
}

/// Adds a scan: to one of the same rows and the same column, where the target finds several ranges
/// at once; else one for each range, and none twice.
fn add(found: &mut Vec<TriggerSelect>, one: TriggerSelect, together: bool) {
    let same = |known: &TriggerSelect| known.rows == one.rows && known.column == one.column;
    let known: Vec<&Scalar> =
        found.iter().filter(|known| same(known)).flat_map(|known| &known.filter).collect();
    let new: Vec<Scalar> = one.filter.iter().filter(|new| !known.contains(new)).cloned().collect();
    if new.is_empty() {
        return;
    }
    if !together {
        found.extend(new.into_iter().map(|filter| TriggerSelect {
            rows: one.rows.clone(),
            name: one.name.clone(),
            column: one.column.clone(),
            filter: vec![filter],
        }));
    } else if let Some(known) = found.iter_mut().find(|known| known.column.is_some() && same(known)) {
        known.filter.extend(new);
    } else {
        found.push(TriggerSelect { filter: new, ..one });
    }
}

impl Lowering<'_> {
    /// The rows that a trigger finds; none where a log isn't one of those that are read.
    fn trigger(&mut self, trigger: &Trigger, state: &State<'_>) -> Option<TriggerSelect> {
        Some(match &trigger.kind {
            TriggerKind::Members(segment) => self.logged(trigger, *segment, state.logs.get(segment)?),
            TriggerKind::DeletedRow => self.deleted_rows(state),
            TriggerKind::Arrival => {
                self.push(false);
                let rows = self.chain(trigger, 0);
                let row = rows.last().clone();
                let (column, filter) = self.arrived(&row, state);
                self.discovered(trigger, rows, column, filter, "changed")
            }
            TriggerKind::WindowEdge { value, instant, outer } => {
                self.push(false);
                let reads_outer = reads_outer(|finder| finder.value(value));
                let rows = self.chain(trigger, if reads_outer { 1 } else { 0 });
                let scope = rows.scope(*outer);
                let column = self.value(&scope, value);
                let filter = self.moved_past(&column, value, instant, state);
                let name = self.instant_name(instant);
                self.discovered(trigger, rows, Some(column), filter, &format!("at_{name}"))
            }
            TriggerKind::ClockPredicate { cond, outer } => {
                self.push(false);
                let reads_outer = reads_outer(|finder| finder.cond(cond));
                let rows = self.chain(trigger, if reads_outer { 1 } else { 0 });
                let filter = self.clock_predicate(&rows.scope(*outer), cond, state);
                self.discovered(trigger, rows, None, filter, "changed_by_the_clock")
            }
        })
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
    ) -> TriggerSelect {
        self.only_events(trigger, &rows);
        let columns = self.keys_of(trigger, &rows);
        let select = Select { columns, ..self.pop() };
        let name = format!("{}_{what}", self.place_name(trigger));
        TriggerSelect { rows: select, name, column, filter }
    }

    pub(super) fn present(&mut self, row: &Row, fields: &[FieldId]) -> Vec<Scalar> {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let nullable = fields.iter().filter(|&&field| entity.field(field).nullable);
        let nullable: Vec<FieldId> = nullable.copied().collect();
        nullable.into_iter().map(|field| self.field(row, field).present()).collect()
    }

    /// The keys in a segment's log that are new, led back.
    fn logged(&mut self, trigger: &Trigger, segment: SegmentId, log: &MembersLog) -> TriggerSelect {
        let MembersLog { table, read_to } = log.clone();
        let name = format!("moved_in_{}", self.cx.hir.segment(segment).name);
        let frame = self.push(false);
        let entity = self.cx.hir.catalog.entity(trigger.entity);
        let key: Vec<(String, FieldId)> =
            entity.key.iter().map(|&id| (entity.field(id).column.clone(), id)).collect();
        let alias = self.alias(frame, "l");
        let column = |name: &str| Scalar::Column(alias.clone(), name.to_owned());
        let relation = Relation::Table(table);
        let filter = vec![Scalar::binary(BinaryOp::Greater, column("run_seq"), read_to)];
        if trigger.place.is_empty() {
            self.frames[frame].from = Some(TableRef { relation, alias: alias.clone() });
            let columns = key.iter().map(|(name, _)| Column::named(column(name), name.clone())).collect();
            let rows = Select { columns, ..self.pop() };
            return TriggerSelect { rows, name, column: None, filter };
        }
        // The row itself is joined: it holds what its links start from.
        let rows = self.chain(trigger, 0);
        let row = rows.last().clone();
        let on = key.iter().map(|(name, id)| Scalar::equal(column(name), self.field(&row, *id))).collect();
        let on = all(on).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let table = TableRef { relation, alias: alias.clone() };
        self.frames[frame].joins.insert(0, crate::plan::rel::Join { left: false, table, on });
        TriggerSelect { name, ..self.discovered(trigger, rows, None, filter, "") }
    }

    /// Members whose row is gone (R4).
    fn deleted_rows(&mut self, state: &State<'_>) -> TriggerSelect {
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
        let rows = Select { columns: Select::one().columns, ..self.pop() };
        let columns = key.into_iter().map(|(_, column)| column).collect();
        let select = Select { columns, ..self.pop() };
        let filter = vec![Scalar::exists(rows, true)];
        TriggerSelect { rows: select, name: "gone".to_owned(), column: None, filter }
    }

    /// Everyone and every member, where the last run can't be built upon.
    fn everyone(&mut self, state: &State<'_>) -> Vec<TriggerSelect> {
        let unknown = Scalar::Clock(State::last_as_of(state.segment)).missing();
        let all = self.all_keys(state.entity);
        let mut found = vec![("everyone_if_new", all)];
        if !state.grows {
            found.push(("members_if_new", self.keys_of_table(state, state.members)));
            if state.table != state.members {
                found.push(("candidates_if_new", self.keys_of_table(state, state.table)));
            }
        }
        let found = found.into_iter().map(|(name, rows)| {
            let filter = vec![unknown.clone()];
            TriggerSelect { rows, name: name.to_owned(), column: None, filter }
        });
        found.collect()
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

    /// A subquery for each kind of trigger, and the keys of all of them, each once.
    fn union(&mut self, found: Vec<TriggerSelect>, state: &State<'_>) -> Select {
        let mut selects = Vec::new();
        for TriggerSelect { mut rows, name, filter, .. } in found {
            let any = if filter.len() == 1 { all(filter) } else { Some(Scalar::Or(filter)) };
            rows.filter = all(rows.filter.into_iter().chain(any).collect());
            let name = self.cte_name(&name);
            self.ctes.push(Cte::new(name.clone(), rows));
            selects.push(self.keys_in(state, &name));
        }
        let mut selects = selects.into_iter();
        let first = selects.next().unwrap_or_default();
        let rest: Vec<Select> = selects.collect();
        if rest.is_empty() {
            return Select { distinct: true, ..first };
        }
        let name = self.cte_name("affected");
        self.ctes.push(Cte { name: name.clone(), select: first, union: rest });
        Select { distinct: true, ..self.keys_in(state, &name) }
    }

    fn keys_in(&self, state: &State<'_>, cte: &str) -> Select {
        let columns = self.member_key(state, cte).into_iter().map(|(_, column)| column).collect();
        let from = Some(TableRef { relation: Relation::Cte(cte.to_owned()), alias: cte.to_owned() });
        Select { columns, from, ..Select::default() }
    }

    fn place_name(&self, trigger: &Trigger) -> String {
        let catalog = &self.cx.hir.catalog;
        let hop = |hop: &Hop| {
            let link = &catalog.entity(hop.from).link(hop.link).name;
            hop.event.as_deref().map(slug).filter(|event| !event.is_empty()).unwrap_or_else(|| link.clone())
        };
        let hops: Vec<String> = trigger.place.iter().map(hop).collect();
        if hops.is_empty() { catalog.entity(trigger.entity).name.clone() } else { hops.join("_") }
    }

    pub(super) fn instant_name(&self, instant: &Value) -> String {
        super::time::clock_name(instant).unwrap_or_else(|| "then".to_owned())
    }
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
