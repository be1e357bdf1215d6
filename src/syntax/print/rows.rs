//! Constructs about rows behind links, and windows.

use pretty::RcDoc;

use super::expr::{alone, count, operand};
use super::{Doc, align, path, row, text};
use crate::syntax::ast::{Aggregate, Expr, Periods, Sequence, Step, Window, WindowKind, Within};
use crate::types::Unit;

/// A function's word, and its parts between parentheses, on lines of their own if they don't fit on
/// one.
fn call(word: &'static str, parts: Vec<Doc>) -> Doc {
    let parts = align(RcDoc::intersperse(parts, RcDoc::line()).group());
    row([text(word), text("("), parts, text(")")])
}

fn filter(condition: Option<&Expr>) -> Option<Doc> {
    condition.map(|condition| row([text("where "), align(alone(condition))]))
}

fn during(at: &Window) -> Doc {
    row([text("during "), window(at)])
}

pub(super) fn aggregate(inner: &Aggregate) -> Doc {
    let of = match inner.ranked {
        Some(ranked) => {
            let word = if ranked.latest { "latest" } else { "earliest" };
            row([text(format!("{word} {} ", ranked.count)), operand(&inner.arg)])
        }
        None => operand(&inner.arg),
    };
    let mut parts = vec![of];
    parts.extend(inner.window.as_ref().map(during));
    parts.extend(filter(inner.filter.as_ref()));
    call(inner.func.word(), parts)
}

pub(super) fn periods(inner: &Periods) -> Doc {
    let mut parts = vec![path(&inner.path), during(&inner.window)];
    parts.extend(filter(inner.filter.as_ref()));
    parts.push(text(format!("each {}", length(inner.each.0, inner.each.1))));
    parts.extend(inner.at_least.map(|(least, _)| text(format!("at least {least}"))));
    call("periods", parts)
}

pub(super) fn sequence(inner: &Sequence) -> Doc {
    let mut parts: Vec<Doc> = inner.steps.iter().enumerate().map(|(at, one)| step(one, at > 0)).collect();
    parts.extend(inner.span.map(within));
    parts.extend(inner.matching.as_ref().map(|of| row([text("matching "), path(of)])));
    parts.extend(inner.window.as_ref().map(during));
    call("sequence", parts)
}

fn step(step: &Step, then: bool) -> Doc {
    let rows = match filter(step.filter.as_ref()) {
        Some(filter) => row([text("("), path(&step.path), text(" "), filter, text(")")]),
        None => path(&step.path),
    };
    let gap = step.gap.map_or_else(RcDoc::nil, |gap| row([within(gap), text(" ")]));
    let not = if step.negated { text("not ") } else { RcDoc::nil() };
    row([text(if then { "then " } else { "" }), not, gap, rows])
}

fn within(within: Within) -> Doc {
    text(format!("within {}", length(within.count, within.unit)))
}

/// `1 day`, `30 days`
pub(super) fn length(count: i64, unit: Unit) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

pub(super) fn window(window: &Window) -> Doc {
    match &window.kind {
        WindowKind::Last(n, unit) => row([text("last "), count(n, *unit)]),
        WindowKind::Previous(n, unit) => row([text("previous "), count(n, *unit)]),
        WindowKind::Next(n, unit) => row([text("next "), count(n, *unit)]),
        WindowKind::This(unit) => text(format!("this {unit}")),
        WindowKind::Today => text("today"),
        WindowKind::Yesterday => text("yesterday"),
        WindowKind::Since(from) => row([text("since "), operand(from)]),
        WindowKind::Until(to) => row([text("until "), operand(to)]),
        WindowKind::FromTo(from, to) => row([operand(from), text(" to "), operand(to)]),
        WindowKind::Through(from, to) => row([operand(from), text(" through "), operand(to)]),
        WindowKind::Lifetime => text("lifetime"),
    }
}
