//! Sequences: steps in an order.

use super::words::{elapsed, with_article};
use super::{Part, Phrase, Scope, Speaker};
use crate::check::hir::{Sequence, SequenceStep};

/// Where a step is in its sequence.
#[derive(Clone, Copy)]
struct Told {
    /// Its place, from 0.
    at: usize,
    /// The span, if it is the last step and negated.
    until: Option<i64>,
    is_last: bool,
    /// The step before it is negated.
    after_none: bool,
}

impl Speaker<'_> {
    /// A sequence with its steps below it.
    pub(super) fn sequence_part(&mut self, sequence: &Sequence, negated: bool, scope: Scope) -> Part {
        let has = if negated { "does not have" } else { "has" };
        let text = format!("{has} the following, each strictly later than the one before:");
        let lines = self.sequence_lines(sequence, scope);
        Part::of(text, lines.into_iter().map(|line| Part::leaf(line, None)).collect())
    }

    /// The same on one line.
    pub(super) fn sequence_inline(
        &mut self,
        sequence: &Sequence,
        negated: bool,
        scope: Scope,
        elided: bool,
    ) -> Phrase {
        let has = if negated { "does not have" } else { "has" };
        let lines = self.sequence_lines(sequence, scope).join("; ");
        let text = format!("{has} the following, each strictly later than the one before: {lines}");
        Phrase::loose(self.of_row(&text, scope, elided))
    }

    fn sequence_lines(&mut self, sequence: &Sequence, scope: Scope) -> Vec<String> {
        let last = sequence.steps.len().saturating_sub(1);
        let mut lines: Vec<String> = Vec::new();
        for (at, step) in sequence.steps.iter().enumerate() {
            let until = sequence.span.filter(|_| at == last && step.negated);
            let after_none = at.checked_sub(1).is_some_and(|before| sequence.steps[before].negated);
            let told = Told { at, until, is_last: at == last, after_none };
            lines.push(self.step(step, told, scope));
        }
        let ends_with_a_row = sequence.steps.last().is_some_and(|step| !step.negated);
        if let Some(span) = sequence.span.filter(|_| ends_with_a_row) {
            let span = self.exactly(span);
            lines.push(format!("the last at most {span} after the first"));
        }
        let mut same: Vec<String> = Vec::new();
        for step in &sequence.steps {
            if let Some(value) = &step.matching {
                let text = self.operand(value, scope.within(step.rows.end));
                if !same.contains(&text) {
                    same.push(text);
                }
            }
        }
        if !same.is_empty() {
            lines.push(format!("all with the same {}, which is present", same.join(" = ")));
        }
        if let (Some(window), Some(first)) = (&sequence.window, sequence.steps.first())
            && let Some(window) = self.window(window, scope.within(first.rows.end), true)
        {
            let all = match sequence.steps.iter().any(|step| step.negated) {
                true => "each that has to happen does so",
                false => "all of them happen",
            };
            lines.push(format!("{all} {window}"));
        }
        lines
    }

    fn step(&mut self, step: &SequenceStep, told: Told, scope: Scope) -> String {
        let Told { at, until, is_last, after_none } = told;
        let inner = scope.within(step.rows.end);
        let noun = self.path_rows(&step.rows.hops);
        let filter = step.rows.filter.as_ref().map(|filter| self.inline(filter, false, inner).text);
        let filter = filter.map_or_else(String::new, |filter| format!(" (where {filter})"));
        let from = if after_none { "after the last one that happened" } else { "later" };
        let gap = step.gap.map(|gap| format!(" at most {} {from}", self.exactly(gap)));
        let gap = gap.unwrap_or_default();
        if step.negated {
            let when = match until {
                Some(span) => {
                    let span = self.exactly(span);
                    format!(" until {span} after the first, and these {span} are over")
                }
                None if is_last => String::new(),
                None => " before the next".to_owned(),
            };
            return format!("then no {}{filter}{gap}{when}", noun.many);
        }
        let one = match noun.one {
            Some(one) => with_article(&one),
            None => format!("one of {}", noun.many),
        };
        let then = if at == 0 { "first" } else { "then" };
        format!("{then} {one}{filter}{gap}")
    }

    fn exactly(&mut self, micros: i64) -> String {
        self.elapsed |= micros >= 86_400_000_000;
        elapsed(micros)
    }
}
