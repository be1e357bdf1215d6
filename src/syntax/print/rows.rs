//! Constructs about rows behind links, and windows.

use super::expr::{alone, count, operand};
use super::path;
use crate::syntax::ast::{Aggregate, Expr, Periods, Sequence, Step, Window, WindowKind, Within};
use crate::types::Unit;

/// A function's word, and its parts between parentheses.
fn call(word: &str, parts: &[String]) -> String {
    format!("{word}({})", parts.join(" "))
}

fn filter(condition: Option<&Expr>) -> Option<String> {
    condition.map(|condition| format!("where {}", alone(condition)))
}

fn during(at: &Window) -> String {
    format!("during {}", window(at))
}

pub(super) fn aggregate(inner: &Aggregate) -> String {
    let of = match inner.ranked {
        Some(ranked) => {
            let word = if ranked.latest { "latest" } else { "earliest" };
            format!("{word} {} {}", ranked.count, operand(&inner.arg))
        }
        None => operand(&inner.arg),
    };
    let mut parts = vec![of];
    parts.extend(inner.window.as_ref().map(during));
    parts.extend(filter(inner.filter.as_ref()));
    call(inner.func.word(), &parts)
}

pub(super) fn periods(inner: &Periods) -> String {
    let mut parts = vec![path(&inner.path), during(&inner.window)];
    parts.extend(filter(inner.filter.as_ref()));
    parts.push(format!("each {}", length(inner.each.0, inner.each.1)));
    parts.extend(inner.at_least.map(|(least, _)| format!("at least {least}")));
    call("periods", &parts)
}

pub(super) fn sequence(inner: &Sequence) -> String {
    let mut parts: Vec<String> = inner.steps.iter().enumerate().map(|(at, one)| step(one, at > 0)).collect();
    parts.extend(inner.span.map(within));
    parts.extend(inner.matching.as_ref().map(|of| format!("matching {}", path(of))));
    parts.extend(inner.window.as_ref().map(during));
    call("sequence", &parts)
}

fn step(step: &Step, then: bool) -> String {
    let rows = match filter(step.filter.as_ref()) {
        Some(filter) => format!("({} {filter})", path(&step.path)),
        None => path(&step.path),
    };
    let gap = step.gap.map_or_else(String::new, |gap| format!("{} ", within(gap)));
    let not = if step.negated { "not " } else { "" };
    format!("{}{not}{gap}{rows}", if then { "then " } else { "" })
}

fn within(within: Within) -> String {
    format!("within {}", length(within.count, within.unit))
}

/// `1 day`, `30 days`
pub(super) fn length(count: i64, unit: Unit) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

pub(super) fn window(window: &Window) -> String {
    match &window.kind {
        WindowKind::Last(n, unit) => format!("last {}", count(n, *unit)),
        WindowKind::Previous(n, unit) => format!("previous {}", count(n, *unit)),
        WindowKind::Next(n, unit) => format!("next {}", count(n, *unit)),
        WindowKind::This(unit) => format!("this {unit}"),
        WindowKind::Today => "today".to_owned(),
        WindowKind::Yesterday => "yesterday".to_owned(),
        WindowKind::Since(from) => format!("since {}", operand(from)),
        WindowKind::Until(to) => format!("until {}", operand(to)),
        WindowKind::FromTo(from, to) => format!("{} to {}", operand(from), operand(to)),
        WindowKind::Through(from, to) => format!("{} through {}", operand(from), operand(to)),
        WindowKind::Lifetime => "lifetime".to_owned(),
    }
}
