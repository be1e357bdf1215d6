//! Conditions and values.

use pretty::RcDoc;

use super::{Doc, align, list, name, path, quoted, row, rows, text};
use crate::syntax::ast::{ArithmeticOp, Bound, CompareOp, Count, Expr, ExprKind, InstantOp, TextOp};
use crate::types::{Literal, Unit};

/// How tightly an expression holds together, from the loosest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Predicate,
    Sum,
    Product,
    Unary,
    Primary,
}

fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Not(_) | ExprKind::InSegment { path: None, .. } | ExprKind::HowMany { .. } => Level::Not,
        ExprKind::Compare { .. }
        | ExprKind::In { .. }
        | ExprKind::Between { .. }
        | ExprKind::Text { .. }
        | ExprKind::Missing { .. }
        | ExprKind::Instant { .. }
        | ExprKind::During { .. }
        | ExprKind::InSegment { .. }
        | ExprKind::ContainsItems { .. }
        | ExprKind::Empty { .. }
        | ExprKind::Matches { .. }
        | ExprKind::Resembles { .. }
        | ExprKind::Anniversary { .. } => Level::Predicate,
        ExprKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, ..) => Level::Sum,
        ExprKind::Arithmetic(..) => Level::Product,
        ExprKind::Negate(_) => Level::Unary,
        ExprKind::Literal(literal) if is_negative(literal) => Level::Unary,
        ExprKind::Literal(_)
        | ExprKind::Param(_)
        | ExprKind::Path(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Duration(..)
        | ExprKind::Ago(..)
        | ExprKind::FromNow(..)
        | ExprKind::StartOf(_)
        | ExprKind::Call { .. }
        | ExprKind::ToolBucket { .. }
        | ExprKind::Aggregate(_)
        | ExprKind::Periods(_)
        | ExprKind::Sequence(_)
        | ExprKind::Unreadable => Level::Primary,
    }
}

fn is_negative(literal: &Literal) -> bool {
    literal.to_string().starts_with('-')
}

/// An expression as part of one that holds together as tightly as `within`.
pub(super) fn part(expr: &Expr, within: Level) -> Doc {
    let doc = alone(expr);
    if level(expr) < within { row([text("("), align(doc), text(")")]) } else { doc }
}

/// An operand of a predicate.
pub(super) fn operand(expr: &Expr) -> Doc {
    part(expr, Level::Sum)
}

/// The parts of a chain of `and` or `or`, each after the first on a line of its own if they don't
/// fit on one.
pub(super) fn chain(word: &'static str, parts: &[Expr]) -> Vec<Doc> {
    let mut docs = parts.iter().map(|expr| part(expr, Level::Not));
    let first = docs.next().unwrap_or_else(RcDoc::nil);
    std::iter::once(first).chain(docs.map(|doc| row([text(word), text(" "), align(doc)]))).collect()
}

/// An expression without parentheses around it.
pub(super) fn alone(expr: &Expr) -> Doc {
    match &expr.kind {
        ExprKind::And(parts) => RcDoc::intersperse(chain("and", parts), RcDoc::line()).group(),
        ExprKind::Or(parts) => RcDoc::intersperse(chain("or", parts), RcDoc::line()).group(),
        ExprKind::HowMany { bound, count, items } => how_many(*bound, count, items),
        ExprKind::Not(inner) => row([text("not "), part(inner, inside_not(inner))]),
        ExprKind::Negate(inner) => {
            // `--` begins a comment elsewhere, and is refused.
            let sign = if level(inner) == Level::Unary { "- " } else { "-" };
            row([text(sign), part(inner, Level::Unary)])
        }
        ExprKind::Arithmetic(op, left, right) => arithmetic(*op, left, right),
        ExprKind::Literal(literal) => text(literal.to_string()),
        ExprKind::Param(param) => row([text("$"), name(param)]),
        ExprKind::Path(value) => path(value),
        ExprKind::Now => text("now"),
        ExprKind::Today => text("today"),
        ExprKind::Duration(n, unit) => count(n, *unit),
        ExprKind::Ago(n, unit) => row([count(n, *unit), text(" ago")]),
        ExprKind::FromNow(n, unit) => row([count(n, *unit), text(" from now")]),
        ExprKind::StartOf(unit) => text(format!("start of {unit}")),
        ExprKind::Call { name: function, args } => {
            row([text(function.text.clone()), list(args.iter().map(alone).collect())])
        }
        ExprKind::ToolBucket { seed, of, tool } => row([
            text("bucket("),
            alone(seed),
            text(" of "),
            operand(of),
            text(" as "),
            name(tool),
            text(")"),
        ]),
        ExprKind::Aggregate(inner) => rows::aggregate(inner),
        ExprKind::Periods(inner) => rows::periods(inner),
        ExprKind::Sequence(inner) => rows::sequence(inner),
        // It was reported, and has no text of its own.
        ExprKind::Unreadable => text("false"),
        _ => predicate(expr),
    }
}

/// `not (a = 1)` is clearer than `not a = 1`; `not exists(…)` and `not subscribed` need none.
fn inside_not(inner: &Expr) -> Level {
    match inner.kind {
        ExprKind::Not(_) | ExprKind::InSegment { path: None, .. } | ExprKind::HowMany { .. } => Level::Not,
        _ => Level::Primary,
    }
}

/// `at least 2 of (E, F)`
fn how_many(bound: Bound, count: &Count, items: &[Expr]) -> Doc {
    let bound = match bound {
        Bound::AtLeast => "at least ",
        Bound::AtMost => "at most ",
        Bound::Exactly => "exactly ",
    };
    let count = match count {
        Count::Number(n, _) => text(n.to_string()),
        Count::Param(param) => row([text("$"), name(param)]),
    };
    row([text(bound), count, text(" of "), list(items.iter().map(alone).collect())])
}

fn arithmetic(op: ArithmeticOp, left: &Expr, right: &Expr) -> Doc {
    let (sign, own, tighter) = match op {
        ArithmeticOp::Add => ("+", Level::Sum, Level::Product),
        ArithmeticOp::Subtract => ("-", Level::Sum, Level::Product),
        ArithmeticOp::Multiply => ("*", Level::Product, Level::Unary),
        ArithmeticOp::Divide => ("/", Level::Product, Level::Unary),
        ArithmeticOp::Remainder => ("%", Level::Product, Level::Unary),
    };
    let right = row([text(sign), text(" "), part(right, tighter)]);
    row([part(left, own), RcDoc::line(), right]).group()
}

fn predicate(expr: &Expr) -> Doc {
    match &expr.kind {
        ExprKind::Compare { op, left, right, ignoring_case } => {
            let op = text(format!(" {} ", comparison(*op)));
            row([operand(left), op, operand(right), case(*ignoring_case)])
        }
        ExprKind::In { value, items, negated, ignoring_case, .. } => {
            let items = list(items.iter().map(operand).collect());
            row([operand(value), word("in ", *negated), items, case(*ignoring_case)])
        }
        ExprKind::Between { value, low, high, negated } => {
            row([operand(value), word("between ", *negated), operand(low), text(" and "), operand(high)])
        }
        ExprKind::Text { op, value, needle, negated, ignoring_case } => {
            let op = match op {
                TextOp::Contains => "contains ",
                TextOp::StartsWith => "starts with ",
                TextOp::EndsWith => "ends with ",
            };
            row([operand(value), word(op, *negated), operand(needle), case(*ignoring_case)])
        }
        ExprKind::Missing { value, negated } => {
            row([operand(value), text(if *negated { " is present" } else { " is missing" })])
        }
        ExprKind::Instant { op, value, instant, negated } => {
            let op = match op {
                InstantOp::Before => "before ",
                InstantOp::After => "after ",
            };
            row([operand(value), word(op, *negated), operand(instant)])
        }
        ExprKind::During { value, window, negated } => {
            row([operand(value), word("during ", *negated), rows::window(window)])
        }
        ExprKind::InSegment { path: None, segment, negated } => {
            row([text(if *negated { "not in segment " } else { "in segment " }), name(segment)])
        }
        ExprKind::InSegment { path: Some(of), segment, negated } => {
            row([path(of), word("in segment ", *negated), name(segment)])
        }
        ExprKind::ContainsItems { all, value, items, negated, .. } => {
            let op = if *all { "contains all " } else { "contains any " };
            row([operand(value), word(op, *negated), list(items.iter().map(operand).collect())])
        }
        ExprKind::Empty { value, negated } => {
            row([operand(value), text(if *negated { " is not empty" } else { " is empty" })])
        }
        ExprKind::Matches { value, pattern, negated, .. } => {
            row([operand(value), word("matches ", *negated), quoted(pattern)])
        }
        ExprKind::Resembles { value, text: like, edits, negated, .. } => {
            let edits = text(format!(" within {edits} edits"));
            row([operand(value), word("resembles ", *negated), quoted(like), edits])
        }
        ExprKind::Anniversary { value, window, negated } => {
            row([operand(value), word("anniversary during ", *negated), rows::window(window)])
        }
        _ => RcDoc::nil(),
    }
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
    }
}

/// A word operator after its first operand.
fn word(op: &'static str, negated: bool) -> Doc {
    text(format!(" {}{op}", if negated { "not " } else { "" }))
}

fn case(ignoring: bool) -> Doc {
    text(if ignoring { " ignoring case" } else { "" })
}

/// `1 day`, `30 days`, `$n days`
pub(super) fn count(count: &Count, unit: Unit) -> Doc {
    match count {
        Count::Number(1, _) => text(format!("1 {unit}")),
        Count::Number(n, _) => text(format!("{n} {unit}s")),
        Count::Param(param) => row([text("$"), name(param), text(format!(" {unit}s"))]),
    }
}
