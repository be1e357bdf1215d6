//! The rows of a trigger, led back hop by hop to the keys of the segment's entity.

use std::collections::BTreeSet;

use super::Lowering;
use super::frame::{Row, Scope};
use super::names::initials;
use crate::analyze::Trigger;
use crate::catalog::FieldId;
use crate::check::hir::Hop;
use crate::plan::rel::{Column, Join, JoinKind, Scalar, TableRef, all};
use crate::types::Literal;

/// The rows of a trigger (first) and those that they are led back through (last: the nearest to
/// the segment's own).
pub(super) struct TriggerRows {
    back: Vec<Row>,
    /// How many hops of the place lead to the last of them.
    first: usize,
}

impl TriggerRows {
    /// The row that the trigger is about.
    pub(super) fn last(&self) -> &Row {
        &self.back[0]
    }

    /// The row that is nearest to the segment's own.
    fn nearest(&self) -> &Row {
        self.back.last().unwrap_or(&self.back[0])
    }

    /// The row that this many hops of the place lead to, if it has been joined.
    fn at(&self, hops: usize) -> Option<&Row> {
        let whole = self.first + self.back.len() - 1;
        self.back.get(whole.checked_sub(hops)?)
    }

    pub(super) fn scope(&self, outer: Option<usize>) -> Scope {
        Scope::of(self.last().clone(), outer.and_then(|hops| self.at(hops).cloned()))
    }
}

impl Lowering<'_> {
    /// The rows of a trigger, and those they are led back through. `least` is 1 if the segment's
    /// own row is wanted, even where the row before it holds its key.
    pub(super) fn chain(&mut self, trigger: &Trigger, least: usize) -> TriggerRows {
        let row = self.raw(trigger.entity);
        let mut rows = TriggerRows { back: vec![row], first: trigger.place.len() };
        for hop in trigger.place.iter().rev() {
            let to = rows.nearest().clone();
            if rows.first == 1 && least == 0 && self.holds_key(hop) {
                break;
            }
            let from = self.join_back(&to, hop);
            rows.back.push(from);
            rows.first -= 1;
        }
        rows
    }

    /// Joins the rows from which a hop leads to a row.
    fn join_back(&mut self, to: &Row, hop: &Hop) -> Row {
        let frame = to.frame;
        let alias = self.alias(frame, &initials(&self.cx.hir.catalog.entity(hop.from).name));
        let from = Row { frame, alias: alias.clone(), entity: hop.from };
        let on = all(self.link_condition(&from, hop, to)).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let table = TableRef { relation: self.relation(hop.from), alias };
        self.frames[frame].joins.push(Join { kind: JoinKind::Inner, table, on });
        from
    }

    /// Whether the row that a first hop leads to holds the whole key of the segment's entity.
    fn holds_key(&self, hop: &Hop) -> bool {
        let entity = self.cx.hir.catalog.entity(hop.from);
        let on = &entity.link(hop.link).on;
        entity.key.iter().all(|key| on.iter().any(|(own, _)| own == key))
    }

    /// Rows of other events lead nowhere, if a row's event never changes. Returns the column and the name of
    /// the event that the trigger's own rows have.
    pub(super) fn only_events(
        &mut self,
        trigger: &Trigger,
        rows: &TriggerRows,
    ) -> Option<(Scalar, BTreeSet<String>)> {
        let mut own = None;
        for (at, hop) in trigger.place.iter().enumerate() {
            let Some(row) = rows.at(at + 1).cloned() else { continue };
            let entity = self.cx.hir.catalog.entity(hop.to);
            let Some(field) = entity.event_name.filter(|&field| entity.is_immutable(field)) else { continue };
            if at + 1 == trigger.place.len() {
                let named = hop.event.iter().cloned().collect::<BTreeSet<String>>();
                own = (!named.is_empty()).then(|| (self.field(&row, field), named));
            } else {
                let event = self.event_condition(&row, hop);
                self.frames[row.frame].filter.extend(event);
            }
        }
        own
    }

    /// The columns that are the key of the segment's entity; rows in which a part is missing lead nowhere.
    pub(super) fn keys_of(&mut self, trigger: &Trigger, rows: &TriggerRows) -> Vec<Column> {
        let Some(hop) = trigger.place.first().filter(|_| rows.first > 0) else {
            let own = rows.nearest().clone();
            let present = self.present(&own, &self.cx.hir.catalog.entity(own.entity).key.clone());
            self.frames[own.frame].filter.extend(present);
            return self.key_columns(&own);
        };
        let row = rows.nearest().clone();
        let entity = self.cx.hir.catalog.entity(hop.from);
        let on = entity.link(hop.link).on.clone();
        let target = |key: &FieldId| on.iter().find(|(own, _)| own == key).map_or(*key, |(_, to)| *to);
        let fields: Vec<(String, FieldId)> =
            entity.key.iter().map(|key| (entity.field(*key).column.clone(), target(key))).collect();
        let targets: Vec<FieldId> = fields.iter().map(|(_, field)| *field).collect();
        let present = self.present(&row, &targets);
        self.frames[row.frame].filter.extend(present);
        fields.into_iter().map(|(name, field)| Column::named(self.field(&row, field), name)).collect()
    }
}
