//! Conditions and values.

use super::{list, name, path, quoted, rows};
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
pub(super) fn part(expr: &Expr, within: Level) -> String {
    let text = alone(expr);
    if level(expr) < within { format!("({text})") } else { text }
}

/// An operand of a predicate.
pub(super) fn operand(expr: &Expr) -> String {
    part(expr, Level::Sum)
}

/// The parts of a chain of `and` or `or`.
fn chain(word: &str, parts: &[Expr]) -> String {
    parts.iter().map(|expr| part(expr, Level::Not)).collect::<Vec<_>>().join(word)
}

fn all(items: &[Expr], one: fn(&Expr) -> String) -> String {
    list(&items.iter().map(one).collect::<Vec<_>>())
}

/// An expression without parentheses around it.
pub(super) fn alone(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::And(parts) => chain(" and ", parts),
        ExprKind::Or(parts) => chain(" or ", parts),
        ExprKind::HowMany { bound, count, items } => how_many(*bound, count, items),
        ExprKind::Not(inner) => format!("not {}", part(inner, inside_not(inner))),
        ExprKind::Negate(inner) => {
            // `--` begins a comment elsewhere, and is refused.
            let sign = if level(inner) == Level::Unary { "- " } else { "-" };
            format!("{sign}{}", part(inner, Level::Unary))
        }
        ExprKind::Arithmetic(op, left, right) => arithmetic(*op, left, right),
        ExprKind::Literal(literal) => literal.to_string(),
        ExprKind::Param(param) => format!("${}", name(param)),
        ExprKind::Path(value) => path(value),
        ExprKind::Now => "now".to_owned(),
        ExprKind::Today => "today".to_owned(),
        ExprKind::Duration(n, unit) => count(n, *unit),
        ExprKind::Ago(n, unit) => format!("{} ago", count(n, *unit)),
        ExprKind::FromNow(n, unit) => format!("{} from now", count(n, *unit)),
        ExprKind::StartOf(unit) => format!("start of {unit}"),
        ExprKind::Call { name: function, args } => format!("{}{}", function.text, all(args, alone)),
        ExprKind::ToolBucket { seed, of, tool } => {
            format!("bucket({} of {} as {})", alone(seed), operand(of), name(tool))
        }
        ExprKind::Aggregate(inner) => rows::aggregate(inner),
        ExprKind::Periods(inner) => rows::periods(inner),
        ExprKind::Sequence(inner) => rows::sequence(inner),
        // It was reported, and has no text of its own.
        ExprKind::Unreadable => "false".to_owned(),
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
fn how_many(bound: Bound, count: &Count, items: &[Expr]) -> String {
    let bound = match bound {
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
        Bound::Exactly => "exactly",
    };
    let count = match count {
        Count::Number(n, _) => n.to_string(),
        Count::Param(param) => format!("${}", name(param)),
    };
    format!("{bound} {count} of {}", all(items, alone))
}

fn arithmetic(op: ArithmeticOp, left: &Expr, right: &Expr) -> String {
    let (sign, own, tighter) = match op {
        ArithmeticOp::Add => ("+", Level::Sum, Level::Product),
        ArithmeticOp::Subtract => ("-", Level::Sum, Level::Product),
        ArithmeticOp::Multiply => ("*", Level::Product, Level::Unary),
        ArithmeticOp::Divide => ("/", Level::Product, Level::Unary),
        ArithmeticOp::Remainder => ("%", Level::Product, Level::Unary),
    };
    format!("{} {sign} {}", part(left, own), part(right, tighter))
}

fn predicate(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Compare { op, left, right, ignoring_case } => {
            format!("{} {} {}{}", operand(left), comparison(*op), operand(right), case(*ignoring_case))
        }
        ExprKind::In { value, items, negated, ignoring_case, .. } => {
            let items = all(items, operand);
            format!("{}{}{items}{}", operand(value), word("in ", *negated), case(*ignoring_case))
        }
        ExprKind::Between { value, low, high, negated } => {
            let op = word("between ", *negated);
            format!("{}{op}{} and {}", operand(value), operand(low), operand(high))
        }
        ExprKind::Text { op, value, needle, negated, ignoring_case } => {
            let op = match op {
                TextOp::Contains => "contains ",
                TextOp::StartsWith => "starts with ",
                TextOp::EndsWith => "ends with ",
            };
            let op = word(op, *negated);
            format!("{}{op}{}{}", operand(value), operand(needle), case(*ignoring_case))
        }
        ExprKind::Missing { value, negated } => {
            format!("{}{}", operand(value), if *negated { " is present" } else { " is missing" })
        }
        ExprKind::Instant { op, value, instant, negated } => {
            let op = match op {
                InstantOp::Before => "before ",
                InstantOp::After => "after ",
            };
            format!("{}{}{}", operand(value), word(op, *negated), operand(instant))
        }
        ExprKind::During { value, window, negated } => {
            format!("{}{}{}", operand(value), word("during ", *negated), rows::window(window))
        }
        ExprKind::InSegment { path: None, segment, negated } => {
            format!("{}{}", if *negated { "not in segment " } else { "in segment " }, name(segment))
        }
        ExprKind::InSegment { path: Some(of), segment, negated } => {
            format!("{}{}{}", path(of), word("in segment ", *negated), name(segment))
        }
        ExprKind::ContainsItems { all: every, value, items, negated, .. } => {
            let op = if *every { "contains all " } else { "contains any " };
            format!("{}{}{}", operand(value), word(op, *negated), all(items, operand))
        }
        ExprKind::Empty { value, negated } => {
            format!("{}{}", operand(value), if *negated { " is not empty" } else { " is empty" })
        }
        ExprKind::Matches { value, pattern, negated, .. } => {
            format!("{}{}{}", operand(value), word("matches ", *negated), quoted(pattern))
        }
        ExprKind::Resembles { value, text: like, edits, negated, .. } => {
            let op = word("resembles ", *negated);
            format!("{}{op}{} within {edits} edits", operand(value), quoted(like))
        }
        ExprKind::Anniversary { value, window, negated } => {
            format!("{}{}{}", operand(value), word("anniversary during ", *negated), rows::window(window))
        }
        _ => String::new(),
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
fn word(op: &str, negated: bool) -> String {
    format!(" {}{op}", if negated { "not " } else { "" })
}

fn case(ignoring: bool) -> &'static str {
    if ignoring { " ignoring case" } else { "" }
}

/// `1 day`, `30 days`, `$n days`
pub(super) fn count(count: &Count, unit: Unit) -> String {
    match count {
        Count::Number(1, _) => format!("1 {unit}"),
        Count::Number(n, _) => format!("{n} {unit}s"),
        Count::Param(param) => format!("${} {unit}s", name(param)),
    }
}
