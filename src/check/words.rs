//! What people read of a checked tree: their own text, and instants in the words of the language.
//!
//! What is compiled or hashed must not depend on it: use [`super::canonical`] there.

use super::canonical;
use super::hir::{Cond, CondKind, Hir, LocalTime, Path, Value, ValueKind};
use crate::diagnostic::{Sources, Span};
use crate::types::Unit;

/// What was written at a place, on one line: without comments, and with single spaces outside
/// of quotes.
#[must_use]
pub(crate) fn written(sources: &Sources, span: Span) -> String {
    one_line(sources.text(span))
}

/// The same without parentheses around all of it.
#[must_use]
pub(crate) fn bare(sources: &Sources, span: Span) -> String {
    let mut text = written(sources, span);
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && is_whole(inner)
    {
        text = inner.trim().to_owned();
    }
    text
}

/// Whether no parenthesis is closed that wasn't opened.
fn is_whole(text: &str) -> bool {
    let (mut depth, mut quote) = (0_i32, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

/// A condition as it was written. `not` and the parentheses that it brings belong to it.
#[must_use]
pub(crate) fn cond(hir: &Hir, sources: &Sources, cond: &Cond) -> String {
    match &cond.kind {
        // A window behind an aggregate has no other place of its own.
        CondKind::During(value, window) if cond.span == window.span => {
            format!("{} during {}", self::value(hir, sources, value), written(sources, window.span))
        }
        _ => bare(sources, cond_span(cond)),
    }
}

/// The place of a condition with its `not`.
#[must_use]
pub(crate) fn cond_span(cond: &Cond) -> Span {
    match &cond.kind {
        CondKind::Not(inner) => cond.span.to(cond_span(inner)),
        _ => cond.span,
    }
}

/// A value: a field by its name, anything else as it was written.
#[must_use]
pub(crate) fn value(hir: &Hir, sources: &Sources, value: &Value) -> String {
    match &value.kind {
        ValueKind::Field(Path { hops, .. }, _) if hops.is_empty() => canonical::value(hir, value),
        _ => match sources.text(value.span) {
            "" => canonical::value(hir, value),
            _ => written(sources, value.span),
        },
    }
}

/// An instant that follows from the clock, in the words of the language: `now`, `30 days ago`,
/// `start of month - 90 days`. What they can't express is shown as written.
#[must_use]
pub(crate) fn instant(sources: &Sources, value: &Value) -> String {
    spoken(value).unwrap_or_else(|| written(sources, value.span))
}

fn spoken(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Now => Some("now".to_owned()),
        ValueKind::Literal(literal) => Some(literal.to_string()),
        ValueKind::ShiftExact(from, micros) => {
            let fits = |unit: &Unit| unit.exact_micros().is_some_and(|length| micros % length == 0);
            let unit = Unit::ALL.into_iter().rev().find(fits)?;
            Some(shifted(&spoken(from)?, micros / unit.exact_micros()?, unit))
        }
        ValueKind::Instant(local) | ValueKind::LocalDate(local) => spoken_local(local),
        _ => None,
    }
}

fn spoken_local(local: &LocalTime) -> Option<String> {
    match local {
        LocalTime::Of(value) => spoken(value),
        LocalTime::StartOf(unit, from) if spoken_local(from)? == "now" => Some(match unit {
            Unit::Day => "today".to_owned(),
            unit => format!("start of {unit}"),
        }),
        LocalTime::StartOf(..) => None,
        LocalTime::Shift(from, count, unit) => Some(shifted(&spoken_local(from)?, *count, *unit)),
    }
}

fn shifted(from: &str, count: i64, unit: Unit) -> String {
    let long = duration(count.saturating_abs(), unit);
    match (from, count) {
        (from, 0) => from.to_owned(),
        ("now", ..0) => format!("{long} ago"),
        ("now", _) => format!("{long} from now"),
        (from, ..0) => format!("{from} - {long}"),
        (from, _) => format!("{from} + {long}"),
    }
}

/// A duration as it is written in segments and catalogs: `1 hour`, `30 days`.
#[must_use]
pub(crate) fn duration(count: i64, unit: Unit) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some(end) => {
                out.push(c);
                if c == '\\' {
                    out.extend(chars.next());
                } else if c == end {
                    quote = None;
                }
            }
            None if c == '#' => {
                chars.by_ref().find(|&c| c == '\n');
                space(&mut out);
            }
            None if c.is_whitespace() => space(&mut out),
            None => {
                if c == ')' && out.ends_with(' ') {
                    out.pop();
                }
                quote = matches!(c, '"' | '\'' | '`').then_some(c);
                out.push(c);
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// One space, if there is none yet.
fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '(']) {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_shown_on_one_line() {
        let text = "count( # how many\n  orders\n    where note = \"a  # b\\\"  c\"\n )\n  > 3 # three";
        assert_eq!(one_line(text), "count(orders where note = \"a  # b\\\"  c\") > 3");
    }

    #[test]
    fn outer_parentheses_are_removed() {
        let told = |text: &str| {
            let mut sources = Sources::default();
            let source = sources.add("a.seg", text);
            bare(&sources, Span::new(source, 0, text.len()))
        };
        assert_eq!(told("((a > \")\") )"), "a > \")\"");
        assert_eq!(told("(a) > (b)"), "(a) > (b)");
    }

    #[test]
    fn offsets_of_instants_are_described_in_both_directions() {
        assert_eq!(shifted("now", -30, Unit::Day), "30 days ago");
        assert_eq!(shifted("now", 1, Unit::Hour), "1 hour from now");
        assert_eq!(shifted("today", 1, Unit::Day), "today + 1 day");
        assert_eq!(shifted("start of month", -90, Unit::Day), "start of month - 90 days");
        assert_eq!(shifted("now", 0, Unit::Day), "now");
    }
}
