//! What must not happen after the last step: for each start the latest end of a choice that
//! begins there and lies within the span; no forbidden row may follow it within the span.
//!
//! Only the latest end matters, as the least lies behind it. Where nothing but order joins the
//! steps, every row that ends a choice and isn't before the first end of a start also ends one of
//! this start: so it is the latest of all ends within the span, if the latest start of a choice
//! that ends there isn't before this one.
//!
//! With gaps or forbidden rows between steps that is still so as long as some choice of this
//! start ends there or later: two choices of which one encloses the other in time cross at some
//! step, and exchange what follows. Otherwise it is the very latest end of this start, which
//! [`Chain::ends`] finds by going back from the last step as [`Chain::reached`] goes ahead.

use super::chain::{Chain, Level, Positive, Reached, when};
use super::column;
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Frame, Scalar, all};

/// A time before all times.
const NEVER: i64 = -9_000_000_000_000_000_000;
/// All rows up to this one and those at its time.
const SO_FAR: Frame = Frame { start: None, end: Some(0) };

/// The rows that begin a choice of the steps from here on.
struct Alive {
    /// Whether a row does.
    holds: Scalar,
    /// When the latest such choice ends.
    end: Scalar,
}

impl Chain<'_> {
    /// The condition on rows of the first step.
    pub(super) fn trailing(
        &mut self,
        positives: &[Positive<'_>],
        reached: Reached,
        last: usize,
        as_of: Scalar,
    ) -> Option<Scalar> {
        let span = self.sequence.span?;
        let at = self.at();
        let tied = positives.iter().any(|step| step.step.gap.is_some() || step.without.is_some());
        let alive = tied.then(|| self.ends(positives));
        let within = Frame { start: None, end: Some(span) };
        let latest = |this: &Self, holds: &Scalar, value: &Scalar| {
            this.over(Function::Max, when(holds, value.clone()), within.clone())
        };
        let forbidden = self.fresh(&format!("last_{}", self.name(last)));
        let mut columns = vec![(forbidden.clone(), latest(self, &self.flag(last), &at))];
        let over = Scalar::binary(
            BinaryOp::Less,
            Scalar::binary(BinaryOp::Add, at.clone(), Scalar::integer(span)),
            as_of,
        );
        let mut holds = vec![self.flag(0), over];
        // No forbidden row within the span lies behind this end.
        let free = |end: &Scalar| {
            let found = Scalar::Coalesce(vec![column(&forbidden), end.clone()]);
            Scalar::binary(BinaryOp::LessOrEqual, found, end.clone())
        };
        if positives.len() == 1 {
            holds.push(free(&at));
        } else {
            let (end, start) = (self.fresh("last_end"), self.fresh("last_start"));
            columns.push((end.clone(), latest(self, &reached.holds, &at)));
            columns.push((start.clone(), latest(self, &reached.holds, &reached.start)));
            holds.push(Scalar::binary(BinaryOp::LessOrEqual, at, column(&start)));
            holds.push(free(&column(&end)));
        }
        if let Some(alive) = alive {
            holds.push(free(&alive.end));
            // This includes that it is a row of the first step.
            holds.splice(..1, [alive.holds]);
        }
        self.levels.push(Level { name: "in_time".to_owned(), columns });
        all(holds)
    }

    /// From the last step to the first: which rows begin a choice, and its latest end.
    fn ends(&mut self, positives: &[Positive<'_>]) -> Alive {
        let last = positives.last().map_or(0, |step| step.at);
        let mut alive = Alive { holds: self.flag(last), end: self.at() };
        for pair in positives.windows(2).rev() {
            let [step, after] = pair else { continue };
            alive = self.previous(alive, step.at, after);
        }
        alive
    }

    /// The rows that begin a choice with one more step.
    fn previous(&mut self, alive: Alive, step: usize, after: &Positive<'_>) -> Alive {
        let (name, at) = (self.name(after.at), self.at());
        let reach = Frame { start: None, end: after.step.gap };
        let latest = |this: &Self, value: &Scalar, frame: &Frame| {
            this.over(Function::Max, when(&alive.holds, value.clone()), frame.clone())
        };
        // The latest row that can follow, and where the latest choice over it ends: the same
        // for the last step.
        let mut wanted = vec![("next", at.clone())];
        wanted.extend((alive.end != at).then(|| ("end", alive.end.clone())));
        let (mut columns, mut cuts, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for (what, value) in &wanted {
            let within = self.fresh(&format!("{what}_{name}"));
            columns.push((within.clone(), latest(self, value, &reach)));
            let within = column(&within);
            let Some(without) = after.without else {
                found.push(within);
                continue;
            };
            // What can be reached before a forbidden row is known there; the next one is asked.
            let seen = self.fresh(&format!("{what}_{name}_so_far"));
            columns.push((seen.clone(), latest(self, value, &SO_FAR)));
            let cut = self.fresh(&format!("{what}_{name}_before_{}", self.name(without)));
            cuts.push((cut.clone(), self.at_next(without, &seen)));
            let sooner = Scalar::binary(BinaryOp::Less, column(&cut), within.clone());
            found.push(Scalar::Case(vec![(sooner, column(&cut))], Some(Box::new(within))));
        }
        self.levels.push(Level { name: format!("after_{}", self.name(step)), columns });
        if let Some(without) = after.without {
            self.levels.push(Level { name: format!("until_{}", self.name(without)), columns: cuts });
        }
        let end = found.pop().unwrap_or_else(|| at.clone());
        let next = found.pop().unwrap_or_else(|| end.clone());
        let follows = Scalar::binary(BinaryOp::Greater, next, at);
        Alive { holds: Scalar::And(vec![self.flag(step), follows]), end }
    }

    /// The value of a column at the next row of a step; null where there is none.
    fn at_next(&self, step: usize, value: &str) -> Scalar {
        let value = Scalar::Coalesce(vec![column(value), Scalar::integer(NEVER)]);
        // Backward in time: a frame that begins at the row would be gone through for each row.
        self.window(Function::Min, when(&self.flag(step), value), super::chain::BEFORE, true)
    }
}
