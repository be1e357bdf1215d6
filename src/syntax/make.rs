//! Makes trees without a text: for segments that segc itself writes.
//!
//! Their spans are empty. [`print`](super::print) writes them; what is then read has places again.

use super::ast::*;
use crate::diagnostic::{SourceId, Span};
use crate::types::{BucketTool, Literal, Unit};

/// The span of what is in no file.
const NOWHERE: Span = Span { source: SourceId(0), start: 0, end: 0 };

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: NOWHERE }
}

/// A name.
pub(crate) fn name(text: impl Into<String>) -> Name {
    Name { text: text.into(), span: NOWHERE }
}

/// A path of these parts, without events.
pub(crate) fn path_of(parts: &[&str]) -> Path {
    let parts = parts.iter().map(|part| PathPart { name: name(*part), event: None }).collect();
    Path { parts, span: NOWHERE }
}

/// A path that ends with the rows of one event: `events["Order Completed"]`.
pub(crate) fn event_path(parts: &[&str], event: &str) -> Path {
    let mut path = path_of(parts);
    if let Some(last) = path.parts.last_mut() {
        last.event = Some(EventName { text: event.to_owned(), span: NOWHERE });
    }
    path
}

/// A path with one more part.
pub(crate) fn then(mut path: Path, part: &str) -> Path {
    path.parts.push(PathPart { name: name(part), event: None });
    path
}

/// A path as a value: `country`, `company.industry`
pub(crate) fn path(path: Path) -> Expr {
    expr(ExprKind::Path(path))
}

/// A field of the entity itself.
pub(crate) fn field(name: &str) -> Expr {
    path(path_of(&[name]))
}

/// A constant.
pub(crate) fn literal(value: Literal) -> Expr {
    expr(ExprKind::Literal(value))
}

/// A text.
pub(crate) fn text(value: impl Into<String>) -> Expr {
    literal(Literal::String(value.into()))
}

/// A whole number.
pub(crate) fn integer(value: i64) -> Expr {
    literal(Literal::Integer(value))
}

/// `true`: a condition that holds for all, or a constant.
pub(crate) fn boolean(value: bool) -> Expr {
    literal(Literal::Boolean(value))
}

/// The truth of a constant condition.
pub(crate) fn constant(condition: &Expr) -> Option<bool> {
    match condition.kind {
        ExprKind::Literal(Literal::Boolean(value)) => Some(value),
        _ => None,
    }
}

/// All of the conditions hold. Constant ones are folded, nested ones are joined; of none it is `true`.
pub(crate) fn all(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    join(conditions, true)
}

/// Any of the conditions holds. Constant ones are folded, nested ones are joined; of none it is `false`.
pub(crate) fn any(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    join(conditions, false)
}

fn join(conditions: impl IntoIterator<Item = Expr>, neutral: bool) -> Expr {
    let mut kept = Vec::new();
    for condition in conditions {
        match (constant(&condition), condition.kind) {
            (Some(value), _) if value == neutral => {}
            (Some(value), _) => return boolean(value),
            (None, ExprKind::And(parts)) if neutral => kept.extend(parts),
            (None, ExprKind::Or(parts)) if !neutral => kept.extend(parts),
            (None, kind) => kept.push(expr(kind)),
        }
    }
    match kept.len() {
        0 => boolean(neutral),
        1 => kept.remove(0),
        _ if neutral => expr(ExprKind::And(kept)),
        _ => expr(ExprKind::Or(kept)),
    }
}

/// The exact complement of a condition, written as the operator's own negation where it has one.
pub(crate) fn not(condition: Expr) -> Expr {
    use ExprKind as E;
    expr(match condition.kind {
        E::Literal(Literal::Boolean(value)) => E::Literal(Literal::Boolean(!value)),
        E::Not(inner) => return *inner,
        E::Compare { op: CompareOp::Equal, left, right, ignoring_case } => {
            E::Compare { op: CompareOp::NotEqual, left, right, ignoring_case }
        }
        E::Compare { op: CompareOp::NotEqual, left, right, ignoring_case } => {
            E::Compare { op: CompareOp::Equal, left, right, ignoring_case }
        }
        E::In { value, items, items_span, negated, ignoring_case } => {
            E::In { value, items, items_span, negated: !negated, ignoring_case }
        }
        E::Between { value, low, high, negated } => E::Between { value, low, high, negated: !negated },
        E::Text { op, value, needle, negated, ignoring_case } => {
            E::Text { op, value, needle, negated: !negated, ignoring_case }
        }
        E::Missing { value, negated } => E::Missing { value, negated: !negated },
        E::Instant { op, value, instant, negated } => E::Instant { op, value, instant, negated: !negated },
        E::During { value, window, negated } => E::During { value, window, negated: !negated },
        E::InSegment { path, segment, negated } => E::InSegment { path, segment, negated: !negated },
        E::ContainsItems { all, value, items, items_span, negated } => {
            E::ContainsItems { all, value, items, items_span, negated: !negated }
        }
        E::Empty { value, negated } => E::Empty { value, negated: !negated },
        E::Matches { value, pattern, pattern_raw, pattern_span, negated } => {
            E::Matches { value, pattern, pattern_raw, pattern_span, negated: !negated }
        }
        E::Resembles { value, text, text_span, edits, edits_span, negated } => {
            E::Resembles { value, text, text_span, edits, edits_span, negated: !negated }
        }
        E::Anniversary { value, window, negated } => E::Anniversary { value, window, negated: !negated },
        kind => E::Not(Box::new(expr(kind))),
    })
}

/// `left op right`
pub(crate) fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare { op, left: Box::new(left), right: Box::new(right), ignoring_case: false })
}

/// `left = right`
pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    compare(CompareOp::Equal, left, right)
}

/// `value in (items)`; nobody if there are none.
pub(crate) fn one_of(value: Expr, items: Vec<Expr>) -> Expr {
    if items.is_empty() {
        return boolean(false);
    }
    let value = Box::new(value);
    expr(ExprKind::In { value, items, items_span: NOWHERE, negated: false, ignoring_case: false })
}

/// `value between low and high`, both ends included.
pub(crate) fn between(value: Expr, low: Expr, high: Expr) -> Expr {
    let (value, low, high) = (Box::new(value), Box::new(low), Box::new(high));
    expr(ExprKind::Between { value, low, high, negated: false })
}

/// `value contains needle`, `starts with`, `ends with`
pub(crate) fn text_test(op: TextOp, value: Expr, needle: impl Into<String>) -> Expr {
    let (value, needle) = (Box::new(value), Box::new(text(needle)));
    expr(ExprKind::Text { op, value, needle, negated: false, ignoring_case: false })
}

/// The same comparison of texts, ignoring case; any other condition stays as it is.
pub(crate) fn ignoring_case(mut condition: Expr) -> Expr {
    if let ExprKind::Compare { ignoring_case, .. }
    | ExprKind::In { ignoring_case, .. }
    | ExprKind::Text { ignoring_case, .. } = &mut condition.kind
    {
        *ignoring_case = true;
    }
    condition
}

/// `value matches "pattern"`: the pattern may match anywhere.
pub(crate) fn matches(value: Expr, pattern: impl Into<String>) -> Expr {
    let pattern = pattern.into();
    let pattern_raw = Literal::String(pattern.clone()).to_string();
    let value = Box::new(value);
    expr(ExprKind::Matches { value, pattern, pattern_raw, pattern_span: NOWHERE, negated: false })
}

/// `value is present`
pub(crate) fn present(value: Expr) -> Expr {
    expr(ExprKind::Missing { value: Box::new(value), negated: true })
}

/// `value is missing`
pub(crate) fn missing(value: Expr) -> Expr {
    expr(ExprKind::Missing { value: Box::new(value), negated: false })
}

/// `array is empty`
pub(crate) fn empty(value: Expr) -> Expr {
    expr(ExprKind::Empty { value: Box::new(value), negated: false })
}

/// `array contains any (items)`, `array contains all (items)`
pub(crate) fn contains_items(every: bool, value: Expr, items: Vec<Expr>) -> Expr {
    if items.is_empty() {
        return boolean(every);
    }
    let value = Box::new(value);
    expr(ExprKind::ContainsItems { all: every, value, items, items_span: NOWHERE, negated: false })
}

/// `array contains item`
pub(crate) fn contains(value: Expr, item: Expr) -> Expr {
    let (value, needle) = (Box::new(value), Box::new(item));
    expr(ExprKind::Text { op: TextOp::Contains, value, needle, negated: false, ignoring_case: false })
}

/// `value before instant`
pub(crate) fn before(value: Expr, instant: Expr) -> Expr {
    let (value, instant) = (Box::new(value), Box::new(instant));
    expr(ExprKind::Instant { op: InstantOp::Before, value, instant, negated: false })
}

/// `value after instant`
pub(crate) fn after(value: Expr, instant: Expr) -> Expr {
    let (value, instant) = (Box::new(value), Box::new(instant));
    expr(ExprKind::Instant { op: InstantOp::After, value, instant, negated: false })
}

/// `value during window`
pub(crate) fn during(value: Expr, window: Window) -> Expr {
    expr(ExprKind::During { value: Box::new(value), window, negated: false })
}

/// `value anniversary during window`
pub(crate) fn anniversary(value: Expr, window: Window) -> Expr {
    expr(ExprKind::Anniversary { value: Box::new(value), window, negated: false })
}

/// A window.
pub(crate) fn window(kind: WindowKind) -> Window {
    Window { kind, span: NOWHERE }
}

/// `30`, before a unit.
pub(crate) fn count(n: i64) -> Count {
    Count::Number(n, NOWHERE)
}

/// `last 30 days`
pub(crate) fn last(n: i64, unit: Unit) -> Window {
    window(WindowKind::Last(count(n), unit))
}

/// `7 days`
pub(crate) fn duration(n: i64, unit: Unit) -> Expr {
    expr(ExprKind::Duration(count(n), unit))
}

/// `7 days ago`
pub(crate) fn ago(n: i64, unit: Unit) -> Expr {
    expr(ExprKind::Ago(count(n), unit))
}

/// `7 days from now`
pub(crate) fn from_now(n: i64, unit: Unit) -> Expr {
    expr(ExprKind::FromNow(count(n), unit))
}

/// `start of month`
pub(crate) fn start_of(unit: Unit) -> Expr {
    expr(ExprKind::StartOf(unit))
}

/// `now`
pub(crate) fn now() -> Expr {
    expr(ExprKind::Now)
}

/// `today`
pub(crate) fn today() -> Expr {
    expr(ExprKind::Today)
}

/// `in segment s`, or `company in segment s` behind a path of to-one links.
pub(crate) fn in_segment(path: Option<Path>, segment: &str) -> Expr {
    expr(ExprKind::InSegment { path, segment: name(segment), negated: false })
}

/// `left op right`, of numbers or times.
pub(crate) fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Arithmetic(op, Box::new(left), Box::new(right)))
}

/// `-value`
pub(crate) fn negate(value: Expr) -> Expr {
    expr(ExprKind::Negate(Box::new(value)))
}

/// `function(arguments)`
pub(crate) fn call(function: &str, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Call { name: name(function), args })
}

/// `bucket("vips.salt" of id as launchdarkly)`
pub(crate) fn tool_bucket(seed: impl Into<String>, of: Expr, tool: BucketTool) -> Expr {
    let (seed, of) = (Box::new(text(seed)), Box::new(of));
    expr(ExprKind::ToolBucket { seed, of, tool: name(tool.name()) })
}

/// `sum(orders.total during last 30 days where status = "paid")`
pub(crate) fn aggregate(
    func: AggregateFunc,
    arg: Expr,
    window: Option<Window>,
    filter: Option<Expr>,
) -> Expr {
    let filter = filter.filter(|filter| constant(filter) != Some(true));
    expr(ExprKind::Aggregate(Box::new(Aggregate {
        func,
        func_span: NOWHERE,
        ranked: None,
        arg,
        window,
        filter,
    })))
}

/// `periods(path during window where filter each N units at least M)`
pub(crate) fn periods(
    path: Path,
    window: Window,
    filter: Option<Expr>,
    each: (i64, Unit),
    at_least: i64,
) -> Expr {
    let at_least = Some((at_least, NOWHERE));
    let periods = Periods { path, window, filter, each, each_span: NOWHERE, at_least };
    expr(ExprKind::Periods(Box::new(periods)))
}

/// `within N units`, in a sequence.
pub(crate) fn within(count: i64, unit: Unit) -> Within {
    Within { count, unit, span: NOWHERE }
}

/// A step of a sequence.
pub(crate) fn step(path: Path, filter: Option<Expr>, negated: bool, gap: Option<Within>) -> Step {
    Step { negated, gap, path, filter, span: NOWHERE }
}

/// `sequence(a then b within 7 days matching p during W)`
pub(crate) fn sequence(
    steps: Vec<Step>,
    span: Option<Within>,
    matching: Option<Path>,
    window: Option<Window>,
) -> Expr {
    expr(ExprKind::Sequence(Box::new(Sequence { steps, span, matching, window })))
}

/// A segment without properties and rules.
pub(crate) fn segment(segment: &str, entity: &str) -> Segment {
    Segment {
        name: name(segment),
        entity: name(entity),
        extends: None,
        listed: None,
        properties: Vec::new(),
        rules: Vec::new(),
        keeps: Vec::new(),
        columns: Vec::new(),
        is_unreadable: false,
        span: NOWHERE,
    }
}

/// A rule. One that holds for all is none.
pub(crate) fn rule(kind: RuleKind, condition: Expr) -> Option<Rule> {
    let everyone = kind == RuleKind::Where && constant(&condition) == Some(true);
    (!everyone).then_some(Rule { kind, condition, span: NOWHERE })
}

/// `name: value`, in a segment.
pub(crate) fn property(property: &str, value: PropertyValue) -> Property {
    Property { name: name(property), value, value_span: NOWHERE }
}
