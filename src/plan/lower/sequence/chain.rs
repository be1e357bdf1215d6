//! The levels of a sequence: one subquery after the other over the same rows, each with
//! running maxima of what the one before has found.

use std::collections::BTreeSet;

use super::rows::StepRows;
use super::{column, fresh};
use crate::check::hir::{Sequence, SequenceStep};
use crate::dialect::Function;
use crate::plan::lower::Lowering;
use crate::plan::rel::{BinaryOp, Column, Frame, Order, Over, Relation, Scalar, Select, TableRef, all};
use crate::types::Literal;

/// All rows before this one.
pub(super) const BEFORE: Frame = Frame { start: None, end: Some(-1) };

/// What is added to the rows by one subquery.
pub(super) struct Level {
    /// What its name says beside the sequence's: `before_cart`.
    pub(super) name: String,
    pub(super) columns: Vec<(String, Scalar)>,
}

/// The levels of subqueries so far, one for each step.
pub(super) struct Chain<'s> {
    pub(super) rows: StepRows,
    pub(super) sequence: &'s Sequence,
    pub(super) levels: Vec<Level>,
    /// The names of all columns.
    pub(super) taken: Vec<String>,
}

/// A step that isn't negated, and what must not lie before it.
pub(super) struct Positive<'s> {
    /// Its place among all steps.
    pub(super) at: usize,
    pub(super) step: &'s SequenceStep,
    /// The place of the negated step before it.
    pub(super) without: Option<usize>,
}

/// The rows that end a choice of the steps so far.
pub(super) struct Reached {
    /// Whether a row does.
    pub(super) holds: Scalar,
    /// When the latest such choice began.
    pub(super) start: Scalar,
}

impl<'s> Chain<'s> {
    pub(super) fn new(rows: StepRows, sequence: &'s Sequence) -> Self {
        let keys = rows.keys.iter().map(|(name, _)| name.clone());
        let others = rows.matching.iter().chain([&rows.at]).chain(&rows.flags).cloned();
        let taken = keys.chain(others).collect();
        Self { rows, sequence, levels: Vec::new(), taken }
    }

    /// The subquery of the owners that have a choice of rows that fits.
    pub(super) fn finish(mut self, lowering: &mut Lowering<'_>, as_of: Scalar) -> String {
        let positives = self.positives();
        let reached = self.reached(&positives);
        let last = self.sequence.steps.len().saturating_sub(1);
        let found = match self.sequence.steps.last().filter(|step| step.negated) {
            Some(_) => self.trailing(&positives, reached, last, as_of),
            None => {
                let at = self.at();
                let within = self.sequence.span.map(|span| self.at_most(at, reached.start, span));
                // The span's test is one for presence, too.
                let mut holds = match reached.holds {
                    Scalar::And(parts) => parts,
                    other => vec![other],
                };
                holds.retain(|one| within.is_none() || !matches!(one, Scalar::IsNotNull(_)));
                all(holds.into_iter().chain(within).collect())
            }
        };
        self.write(lowering, found)
    }

    fn positives(&self) -> Vec<Positive<'s>> {
        let mut positives = Vec::new();
        let mut without = None;
        for (at, step) in self.sequence.steps.iter().enumerate() {
            if step.negated {
                without = Some(at);
            } else {
                positives.push(Positive { at, step, without: without.take() });
            }
        }
        positives
    }

    /// From the first step to the last: which rows end a choice, and its latest start.
    fn reached(&mut self, positives: &[Positive<'_>]) -> Reached {
        let flag = |this: &Self, at| this.flag(at);
        let mut reached = Reached { holds: flag(self, 0), start: self.at() };
        for pair in positives.windows(2) {
            let [before, step] = pair else { continue };
            reached = self.next(reached, before.at, step);
        }
        reached
    }

    /// The rows that end a choice with one more step.
    fn next(&mut self, reached: Reached, before: usize, to: &Positive<'_>) -> Reached {
        let name = self.name(before);
        let last = self.fresh(&format!("last_{name}"));
        let at = self.at();
        let latest = |this: &Self, value: &Scalar| {
            this.over(Function::Max, when(&reached.holds, value.clone()), BEFORE)
        };
        let mut columns = vec![(last.clone(), latest(self, &at))];
        let start = if reached.start == at || self.sequence.span.is_none() {
            column(&last)
        } else {
            let start = self.fresh(&format!("first_for_{name}"));
            columns.push((start.clone(), latest(self, &reached.start)));
            column(&start)
        };
        let mut holds = vec![self.flag(to.at)];
        holds.extend(to.step.gap.map(|gap| self.at_most(at.clone(), column(&last), gap)));
        if let Some(without) = to.without {
            let found = self.fresh(&format!("last_{}", self.name(without)));
            columns.push((found.clone(), self.over(Function::Max, when(&self.flag(without), at), BEFORE)));
            // Where no such row is before it, the last step stands for it.
            let found = Scalar::Coalesce(vec![column(&found), column(&last)]);
            holds.push(Scalar::binary(BinaryOp::LessOrEqual, found, column(&last)));
        } else if to.step.gap.is_none() {
            holds.push(column(&last).present());
        }
        self.levels.push(Level { name: format!("before_{}", self.name(to.at)), columns });
        Reached { holds: Scalar::And(holds), start }
    }

    /// Writes the levels, each with the columns that are read later, and the owners.
    fn write(self, lowering: &mut Lowering<'_>, found: Option<Scalar>) -> String {
        let keys: Vec<String> = self.rows.keys.iter().map(|(name, _)| name.clone()).collect();
        let mut needed: BTreeSet<String> = keys.iter().cloned().collect();
        found.iter().for_each(|found| columns_of(found, &mut needed));
        let mut kept: Vec<BTreeSet<String>> = Vec::new();
        for level in self.levels.iter().rev() {
            kept.push(needed.clone());
            for (name, value) in &level.columns {
                needed.remove(name);
                columns_of(value, &mut needed);
            }
        }
        kept.reverse();
        let mut from = self.rows.cte.clone();
        let mut filter =
            self.rows.loose.then(|| Scalar::any(self.rows.flags.iter().map(|flag| column(flag)).collect()));
        for (level, kept) in self.levels.iter().zip(kept) {
            let own = |name: &&String| level.columns.iter().any(|(one, _)| one == *name);
            let carried = self.taken.iter().filter(|name| kept.contains(*name) && !own(name));
            let carried = carried.map(|name| Column::plain(column(name)));
            let added = level
                .columns
                .iter()
                .map(|(name, value)| Column { value: value.clone(), name: Some(name.clone()) });
            let columns = carried.chain(added).collect();
            let select =
                Select { columns, from: Some(source(&from)), filter: filter.take(), ..Select::default() };
            from = lowering.put(&format!("{}_{}", self.rows.base, level.name), select, Vec::new());
        }
        let columns = keys.iter().map(|key| Column::plain(column(key))).collect();
        let group_by = keys.iter().map(|key| column(key)).collect();
        let select =
            Select { columns, from: Some(source(&from)), filter: found, group_by, ..Select::default() };
        lowering.put(&self.rows.base, select, Vec::new())
    }

    /// The time of a row.
    pub(super) fn at(&self) -> Scalar {
        column(&self.rows.at)
    }

    /// Whether a row is one of a step's.
    pub(super) fn flag(&self, step: usize) -> Scalar {
        self.rows.flags.get(step).map_or(Scalar::Literal(Literal::Boolean(false)), |flag| column(flag))
    }

    pub(super) fn name(&self, step: usize) -> String {
        self.rows.names.get(step).cloned().unwrap_or_default()
    }

    pub(super) fn fresh(&mut self, base: &str) -> String {
        fresh(base, &mut self.taken)
    }

    /// `later - earlier <= length`
    pub(super) fn at_most(&self, later: Scalar, earlier: Scalar, length: i64) -> Scalar {
        Scalar::binary(
            BinaryOp::LessOrEqual,
            Scalar::binary(BinaryOp::Subtract, later, earlier),
            Scalar::integer(length),
        )
    }

    /// An aggregate over the rows of the same owner (and value), by time.
    pub(super) fn over(&self, function: Function, value: Scalar, frame: Frame) -> Scalar {
        self.window(function, value, frame, false)
    }

    pub(super) fn window(&self, function: Function, value: Scalar, frame: Frame, descending: bool) -> Scalar {
        let keys = self.rows.keys.iter().map(|(name, _)| name);
        Scalar::Window(Box::new(Over {
            function: Some(Scalar::Call(function, vec![value])),
            partition: keys.chain(&self.rows.matching).map(|name| column(name)).collect(),
            order: vec![Order { value: self.at(), descending, nulls_last: false }],
            frame: Some(frame),
        }))
    }
}

/// A value where a condition holds.
pub(super) fn when(holds: &Scalar, value: Scalar) -> Scalar {
    Scalar::Case(vec![(holds.clone(), value)], None)
}

fn source(cte: &str) -> TableRef {
    TableRef { relation: Relation::Cte(cte.to_owned()), alias: cte.to_owned() }
}

/// The columns that an expression of a chain reads.
fn columns_of(scalar: &Scalar, found: &mut BTreeSet<String>) {
    let mut todo = vec![scalar];
    while let Some(scalar) = todo.pop() {
        match scalar {
            Scalar::Column(alias, name) if alias.is_empty() => {
                found.insert(name.clone());
            }
            Scalar::And(parts)
            | Scalar::Or(parts)
            | Scalar::Call(_, parts)
            | Scalar::Coalesce(parts)
            | Scalar::Least(parts)
            | Scalar::Greatest(parts) => {
                todo.extend(parts);
            }
            Scalar::IsNotNull(inner) => todo.push(inner),
            Scalar::Binary(_, left, right) => todo.extend([&**left, &**right]),
            Scalar::Case(branches, otherwise) => {
                todo.extend(branches.iter().flat_map(|(condition, value)| [condition, value]));
                todo.extend(otherwise.as_deref());
            }
            Scalar::Window(over) => {
                todo.extend(over.function.iter().chain(&over.partition));
                todo.extend(over.order.iter().map(|order| &order.value));
            }
            // No other kind is made here.
            _ => {}
        }
    }
}
