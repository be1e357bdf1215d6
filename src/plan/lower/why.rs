//! Conditions and values as columns: what is evaluated when somebody wants to know why.
//!
//! A condition becomes a column that is true or false, never null. All of them are lowered as
//! inside an OR, where memberships and aggregates are joined: the engine can then take the
//! key into each of these.

use super::frame::{Mode, Row, Scope};
use super::names::unused;
use super::{Context, Lowered, Lowering};
use crate::catalog::EntityId;
use crate::check::hir::{Cond, SegmentId, Value};
use crate::dialect::Function;
use crate::plan::rel::{Column, Cte, Relation, Scalar, Select, TableRef, all};
use crate::types::Literal;

/// The column that tells the instant of the answer.
pub(super) const AS_OF: &str = "as_of";

/// The conditions on the rows of an entity.
pub(in crate::plan) struct Questions<'a> {
    pub(in crate::plan) entity: EntityId,
    /// The segments whose conditions they are: they may refer to what these refer to.
    pub(in crate::plan) of: &'a [SegmentId],
    /// Further segments whose members they refer to.
    pub(in crate::plan) whole: &'a [SegmentId],
    /// Conditions, each a column that is true or false.
    pub(in crate::plan) conds: &'a [&'a Cond],
    /// Values, each a column that is null where it is missing.
    pub(in crate::plan) values: &'a [&'a Value],
}

/// One row of answers for the entity with this key: as_of, the conditions, the values.
pub(in crate::plan) fn answers(context: &Context<'_>, ask: &Questions<'_>, key: &[Literal]) -> Lowered {
    let mut lowering = Lowering::new(context);
    let frame = lowering.begin(ask);
    let row = lowering.scan(ask.entity);
    let fields = context.hir.catalog.entity(ask.entity).key.clone();
    for (field, value) in fields.into_iter().zip(key) {
        let is_it = Scalar::equal(lowering.field(&row, field), Scalar::Literal(value.clone()));
        lowering.frames[frame].filter.push(is_it);
    }
    let mut columns = vec![Column::named(Scalar::Clock(AS_OF.to_owned()), AS_OF)];
    columns.extend(lowering.truths(&row, ask.conds));
    let scope = Scope::of(row, None).with(Mode::Alternative);
    for (at, value) in (1..).zip(ask.values) {
        let value = lowering.value(&scope, value);
        columns.push(Column::named(value, format!("value_{at}")));
    }
    let select = Select { columns, ..lowering.pop() };
    lowering.finish(select)
}

/// One row of counts: as_of, all rows of the entity, then for each step those that pass it.
/// A step is a list of conditions (by their places) of which all must hold.
pub(in crate::plan) fn counts(context: &Context<'_>, ask: &Questions<'_>, steps: &[Vec<usize>]) -> Lowered {
    let mut lowering = Lowering::new(context);
    lowering.begin(ask);
    let row = lowering.scan(ask.entity);
    let mut columns: Vec<Column> = lowering.truths(&row, ask.conds).collect();
    if columns.is_empty() {
        columns = lowering.key_columns(&row);
    }
    let select = Select { columns, ..lowering.pop() };
    let name = lowering.cte_name("conditions");
    lowering.ctes.push(Cte::new(name.clone(), select));
    let alias = unused("c", |alias| alias == name);
    let holds = |&at: &usize| Scalar::Column(alias.clone(), truth(at));
    let one = |number| Scalar::integer(number);
    let mut columns = vec![
        Column::named(Scalar::Clock(AS_OF.to_owned()), AS_OF),
        Column::named(Scalar::CountRows, "everyone"),
    ];
    for (at, step) in (1..).zip(steps) {
        let passes = all(step.iter().map(holds).collect()).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let counted = Scalar::Case(vec![(passes, one(1))], Some(Box::new(one(0))));
        columns.push(Column::named(Scalar::Call(Function::SumInteger, vec![counted]), format!("step_{at}")));
    }
    let from = Some(TableRef { relation: Relation::Cte(name), alias: alias.clone() });
    lowering.finish(Select { columns, from, ..Select::default() })
}

impl Lowering<'_> {
    /// Puts the segments that are referred to first, and begins the select.
    pub(super) fn begin(&mut self, ask: &Questions<'_>) -> usize {
        for &id in ask.of {
            self.inline_inputs(id);
        }
        for &id in ask.whole {
            self.inline_whole(id);
        }
        self.push(false)
    }

    pub(super) fn truths(&mut self, row: &Row, conds: &[&Cond]) -> impl Iterator<Item = Column> + use<> {
        let scope = Scope::of(row.clone(), None).with(Mode::Alternative);
        let constant = |value| Scalar::Literal(Literal::Boolean(value));
        let mut columns = Vec::new();
        for (at, cond) in conds.iter().enumerate() {
            let holds = self.cond(&scope, cond, false);
            let answer = match holds {
                Scalar::Literal(Literal::Boolean(holds)) => constant(holds),
                holds => Scalar::Case(vec![(holds, constant(true))], Some(Box::new(constant(false)))),
            };
            columns.push(Column::named(answer, truth(at)));
        }
        columns.into_iter()
    }
}

/// The column of a condition, by its place.
pub(super) fn truth(at: usize) -> String {
    format!("condition_{}", at + 1)
}
