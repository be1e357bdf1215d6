//! What marks a row as affected: its stamp, an instant that has passed it, a condition that has
//! changed.

use super::Lowering;
use super::affected::{LAST_AS_OF, LAST_READ_AT, is_new};
use super::at_run::AtRun;
use super::frame::{Mode, Row, Scope};
use super::names::slug;
use crate::analyze::{Stamp, stamp};
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::{Cond, Value};
use crate::plan::rel::{BinaryOp, Column, Negated, Scalar, Select};
use crate::types::{Literal, Type, Unit};

/// The alias of rows of which no two may be alike.
pub(in crate::plan) const CHECKED: &str = "t";

impl Lowering<'_> {
    /// That a row's stamp isn't before the last run, or that it has none (R1).
    pub(super) fn arrived(&mut self, row: &Row) -> (Option<Scalar>, Vec<Scalar>) {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let Ok(Some(Stamp { fields, always_if_missing, horizon })) = stamp(entity) else {
            // What never changes doesn't arrive.
            return (None, vec![Scalar::Literal(Literal::Boolean(false))]);
        };
        let columns: Vec<(Scalar, Type, bool, FieldId)> = fields
            .iter()
            .map(|&id| {
                let (ty, nullable) = (entity.field(id).ty.clone(), entity.field(id).nullable);
                (self.field(row, id), ty, nullable, id)
            })
            .collect();
        let mut filter = Vec::new();
        for (column, ty, nullable, id) in &columns {
            let since = self.since(row.entity, *ty == Type::Date, &horizon);
            filter.push(Scalar::binary(BinaryOp::GreaterOrEqual, column.clone(), since));
            if *nullable && *id == always_if_missing {
                filter.push(column.clone().missing());
            }
        }
        let only = columns.first().filter(|_| columns.len() == 1).map(|(column, ..)| column.clone());
        (only, filter)
    }

    /// The values of fields in rows that arrived; in all rows, where the last run can't be built
    /// upon.
    pub(super) fn arrivals(&mut self, entity: EntityId, fields: &[FieldId]) -> Select {
        let frame = self.push(false);
        // The rows that are checked have this alias, and are seen from here.
        self.alias(frame, CHECKED);
        let row = self.raw(entity);
        let (_, mut filter) = self.arrived(&row);
        filter.push(is_new());
        self.frames[row.frame].filter.push(Scalar::Or(filter));
        let value = |this: &mut Self, field| Column::plain(this.field(&row, field));
        let columns = fields.iter().map(|&field| value(self, field)).collect();
        Select { columns, ..self.pop() }
    }

    /// The instant from which on stamps are new: the last run's, less what they may be late. A
    /// date counts to its day's end.
    fn since(&mut self, entity: EntityId, date: bool, horizon: &[(i64, Unit)]) -> Scalar {
        let name = &self.cx.hir.catalog.entity(entity).name;
        let suffix = if date { "_day" } else { "" };
        let name = format!("since_{}{suffix}", slug(name));
        if !self.bounds.contains_key(&name) {
            let mut since = Scalar::Clock(LAST_READ_AT.to_owned());
            for (count, unit) in horizon {
                since = self.shifted(since, -count, *unit);
            }
            let ty = if date { Type::Date } else { Type::Timestamp };
            if date {
                since = Scalar::Call(crate::dialect::Function::LocalDate, vec![self.local_of(since)]);
            }
            self.bounds.insert(name.clone(), (since, ty));
        }
        Scalar::Clock(name)
    }

    /// That a value lies between what an instant was at the last run and what it is, closed at
    /// both ends (R2a): edges may run backwards.
    pub(super) fn moved_past(&mut self, column: &Scalar, value: &Value, instant: &Value) -> Vec<Scalar> {
        let days = value.ty == Type::Date && instant.ty == Type::Timestamp;
        let name = self.instant_name(instant);
        let name = if days { format!("{name}_day") } else { name };
        let (low, high) = (format!("{name}_from"), format!("{name}_to"));
        if self.ranges.get(&low).is_none() {
            let now = self.instant_at(&AtRun::This, instant, days);
            let then = self.instant_at(&at_last_run(), instant, days);
            let ty = if days { Type::Date } else { instant.ty.clone() };
            let ends = vec![then, now];
            self.ranges.add((low.clone(), Scalar::Least(ends.clone()), ty.clone()));
            self.ranges.add((high.clone(), Scalar::Greatest(ends), ty));
        }
        vec![between(column, Scalar::Clock(low), Scalar::Clock(high))]
    }

    /// An instant of the clock; as the first day from it on for a date's window.
    fn instant_at(&mut self, at: &AtRun, instant: &Value, days: bool) -> Scalar {
        let day = if days { self.ceil_day(at, instant) } else { None };
        day.or_else(|| self.fixed_scalar(at, instant)).unwrap_or_else(|| self.now(at))
    }

    /// That a condition holds now and didn't at the last run, or the reverse (R2b).
    pub(super) fn clock_predicate(&mut self, scope: &Scope, cond: &Cond) -> Vec<Scalar> {
        let scope = &scope.with(Mode::Alternative);
        let now = self.cond(scope, cond, false);
        let then = self.cond(&scope.at_run(at_last_run()), cond, false);
        let number = |number| Scalar::integer(number);
        let holds = |cond| Scalar::Case(vec![(cond, number(1))], Some(Box::new(number(0))));
        vec![Scalar::binary(BinaryOp::NotEqual, holds(then), holds(now))]
    }
}

/// That a value lies between two others, both ends included.
fn between(value: &Scalar, low: Scalar, high: Scalar) -> Scalar {
    Scalar::Between(Box::new(value.clone()), Box::new(low), Box::new(high), Negated(false))
}

/// What is read at the last run, not at this one.
fn at_last_run() -> AtRun {
    AtRun::Last { as_of: LAST_AS_OF.into() }
}
