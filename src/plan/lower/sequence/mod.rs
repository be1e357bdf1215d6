//! Sequences, in time that grows with the rows (and their sorting), not with the choices of
//! them: no row is joined to another.
//!
//! All rows that any step could choose are in one list per owner ([`rows`]). Then one level
//! after the other ([`chain`]), running maxima over that list tell for each row when the step
//! before last fitted, and when such a choice began.
//!
//! Why the last one is enough. Of two rows q < q' that both end a choice for the step before r,
//! q' is never worse: its gap to r is shorter, less lies between them, and the latest start of
//! a choice that ends at q' is no earlier than that of q (by induction over the steps). So the
//! latest start of a choice that ends at r is the one of the latest row before r that ends a
//! choice, if that row is within the gap and no forbidden row lies after it.

mod chain;
mod rows;
mod trailing;

use super::Lowering;
use super::aggregate::is_joined;
use super::frame::{Mode, Scope};
use super::names::unused;
use crate::check::hir::{Sequence, SequenceStep};
use crate::dialect::Function;
use crate::plan::rel::{Cte, Relation, Scalar, Select, TableRef};
use chain::Chain;

impl Lowering<'_> {
    /// Whether some choice of rows fits: the owners for which it does, joined inside an OR
    /// and a semi-join elsewhere, as `exists`.
    pub(super) fn sequence(&mut self, scope: &Scope, sequence: &Sequence, negated: bool) -> Scalar {
        let owner = scope.this.clone();
        let rows = self.sequence_rows(scope, sequence);
        let keys = rows.keys.clone();
        let as_of = Scalar::Call(Function::EpochMicros, vec![self.now(&scope.at)]);
        let found = Chain::new(rows, sequence).finish(self, as_of);
        let on: Vec<(String, Scalar)> =
            keys.into_iter().map(|(name, own)| (name, self.field(&owner, own))).collect();
        // The join of an alternative compares with `=`.
        if scope.mode == Mode::Alternative || !sequence.steps.iter().all(|step| self.starts_alike(step)) {
            let first = on.first().map(|(name, _)| name.clone());
            let alias = self.attach(&owner, &found, on);
            return is_joined(alias, first.as_deref(), negated);
        }
        self.found_among(&found, on, negated)
    }

    /// Whether the ends of a step's first link have the same types.
    fn starts_alike(&self, step: &SequenceStep) -> bool {
        step.rows.hops.first().is_none_or(|hop| self.has_like_ends(hop))
    }

    /// Whether a subquery has a row with these values.
    fn found_among(&mut self, cte: &str, on: Vec<(String, Scalar)>, negated: bool) -> Scalar {
        let relation = Relation::Cte(cte.to_owned());
        let frame = self.push(true);
        let alias = self.alias(frame, cte);
        self.pop();
        let on = on.into_iter().map(|(name, own)| (Scalar::column(&alias, name), own));
        let rows = Select { from: Some(TableRef::new(relation, &alias)), ..Select::default() };
        rows.semi_join(on.collect(), negated)
    }

    /// The name of a subquery with these rows: one that is there, or a new one.
    fn put(&mut self, base: &str, select: Select, union: Vec<Select>) -> String {
        let same = |cte: &&Cte| cte.select == select && cte.union == union;
        if let Some(known) = self.ctes.iter().find(same) {
            return known.name.clone();
        }
        let name = self.cte_name(base);
        self.ctes.push(Cte { name: name.clone(), select, union });
        name
    }
}

/// A column of the subquery that is read; there is only one, so it needs no alias.
fn column(name: &str) -> Scalar {
    Scalar::Column(String::new(), name.to_owned())
}

/// A name that none of these is.
fn fresh(base: &str, taken: &mut Vec<String>) -> String {
    let name = unused(base, |name| taken.iter().any(|one| one.eq_ignore_ascii_case(name)));
    taken.push(name.clone());
    name
}
