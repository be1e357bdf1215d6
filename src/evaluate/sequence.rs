//! Sequences, in the words of their definition: every first row is tried, and from each the
//! rows that may follow.

use std::collections::BTreeSet;

use super::evaluator::{Evaluator, RowScope};
use super::number::widen;
use super::{Datum, EvalError};
use crate::check::hir::{Sequence, SequenceStep, Window};

/// When a row that a step may choose happened, in microseconds, and what it has of `matching`.
type Event = (i64, Option<Datum>);

impl Evaluator<'_> {
    /// Whether some choice of rows fits.
    pub(super) fn sequence(&self, sequence: &Sequence, scope: RowScope) -> Result<bool, EvalError> {
        let mut steps: Vec<Vec<Event>> = Vec::new();
        for step in &sequence.steps {
            steps.push(self.events(sequence, step, scope)?);
        }
        let values: BTreeSet<Option<Datum>> =
            steps.iter().flatten().map(|(_, value)| value.clone()).collect();
        Ok(values.iter().any(|value| {
            let of_value = |events: &Vec<Event>| -> Vec<i64> {
                events.iter().filter(|(_, own)| own == value).map(|(at, _)| *at).collect()
            };
            let steps: Vec<Vec<i64>> = steps.iter().map(of_value).collect();
            fits(sequence, &steps, self.as_of.as_microsecond())
        }))
    }

    /// The rows that a step may choose: cut at as_of and, unless it is negated, to the window.
    fn events(
        &self,
        sequence: &Sequence,
        step: &SequenceStep,
        scope: RowScope,
    ) -> Result<Vec<Event>, EvalError> {
        // Whether the future counts is the same for all steps.
        let all_time = |window: &Window| Window { from: None, to: None, ..window.clone() };
        let window = match &sequence.window {
            Some(window) if step.negated => Some(all_time(window)),
            window => window.clone(),
        };
        let mut events = Vec::new();
        for (time, scope) in self.timed(&step.rows, window.as_ref(), scope)? {
            let matching = match (&step.matching, &sequence.matching) {
                (Some(value), Some(ty)) => Some(widen(self.eval(value, scope)?, ty, value.span)?),
                _ => None,
            };
            if matching.as_ref().is_none_or(|value| !value.is_missing()) {
                events.push((time.as_microsecond(), matching));
            }
        }
        Ok(events)
    }
}

/// Whether some choice of these times fits.
fn fits(sequence: &Sequence, steps: &[Vec<i64>], as_of: i64) -> bool {
    steps.first().is_some_and(|firsts| firsts.iter().any(|first| fits_from(sequence, steps, *first, as_of)))
}

/// Whether some choice that begins here fits.
fn fits_from(sequence: &Sequence, steps: &[Vec<i64>], first: i64, as_of: i64) -> bool {
    // Where the choices so far may be: only the last row of a choice matters for the next.
    let mut ends = BTreeSet::from([first]);
    let mut forbidden: Option<&Vec<i64>> = None;
    for (step, times) in sequence.steps.iter().zip(steps).skip(1) {
        if step.negated {
            forbidden = Some(times);
            continue;
        }
        let between = |from: i64, to: i64| {
            forbidden.is_some_and(|times| times.iter().any(|&time| from < time && time < to))
        };
        let follows = |from: i64, to: i64| {
            from < to && step.gap.is_none_or(|gap| to - from <= gap) && !between(from, to)
        };
        ends = times.iter().copied().filter(|&to| ends.iter().any(|&from| follows(from, to))).collect();
        forbidden = None;
    }
    ends.iter().any(|&last| {
        let Some(span) = sequence.span else { return forbidden.is_none() };
        let end = first + span;
        let free = |times: &Vec<i64>| end < as_of && !times.iter().any(|&time| last < time && time <= end);
        last <= end && forbidden.is_none_or(free)
    })
}
