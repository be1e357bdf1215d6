//! Constructs about rows behind links: aggregates, periods, sequences, windows, paths; and operators.

use super::*;

/// An aggregate: `sum(lines.quantity * unit_price during W where E)`.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    /// Which.
    pub func: AggregateFunc,
    /// The word(s) that name it.
    pub(crate) func_span: Span,
    /// `latest 3`, `earliest 3`
    pub ranked: Option<Ranked>,
    /// A path, or an expression whose first name is one.
    pub(crate) arg: Expr,
    /// `during W`
    pub window: Option<Window>,
    /// `where E`
    pub filter: Option<Expr>,
}

/// `latest 3`, `earliest 3`: only some of the rows of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranked {
    /// `latest`
    pub latest: bool,
    /// How many.
    pub(crate) count: i64,
    /// Where both are.
    pub(crate) span: Span,
}

/// `periods(P during W where E each N units at least M)`
#[derive(Debug, Clone)]
pub(crate) struct Periods {
    pub(crate) path: Path,
    /// `during W`
    pub(crate) window: Window,
    /// `where E`
    pub(crate) filter: Option<Expr>,
    /// `each N units`: the length of one period.
    pub(crate) each: (i64, Unit),
    /// Where the length is.
    pub(crate) each_span: Span,
    /// `at least M`, and where M is.
    pub(crate) at_least: Option<(i64, Span)>,
}

/// `sequence(a then within 1 day (b where x) then not c then d within 7 days matching p during W)`
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// One or more; of these, the checker refuses one alone, and a first that is negated.
    pub steps: Vec<Step>,
    /// `within D` after the last step: from the first step to the last.
    pub span: Option<Within>,
    /// `matching p`
    pub(crate) matching: Option<Path>,
    /// `during W`
    pub window: Option<Window>,
}

/// A step of a sequence.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// `then not`
    pub negated: bool,
    /// `within D` before it: from the step before to this one.
    pub gap: Option<Within>,
    /// The path to its rows.
    pub(crate) path: Path,
    /// `where E`
    pub(crate) filter: Option<Expr>,
    /// Path and condition, with their parentheses.
    pub(crate) span: Span,
}

/// `within 7 days`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Within {
    /// How many; with a sign that the checker refuses.
    pub(crate) count: i64,
    /// Of which unit.
    pub(crate) unit: Unit,
    /// The number and the unit.
    pub(crate) span: Span,
}

/// The aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateFunc {
    /// Number of rows.
    Count,
    /// Number of different values that are not missing.
    CountDistinct,
    /// Sum; 0 over nothing.
    Sum,
    /// Mean, a float.
    Avg,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// The value of the earliest row, even if it is missing.
    First,
    /// The value of the latest row, even if it is missing.
    Last,
    /// The most frequent value that is not missing; of several, the smallest.
    Mode,
    /// Whether there is any.
    Exists,
    /// Whether all satisfy the condition.
    Every,
}

/// `+ - * / %`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, always a float
    Divide,
    /// `%`, with the sign of the dividend
    Remainder,
}

/// `= != < <= > >=`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Text operators: the needle is literal text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextOp {
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

/// `before` and `after`, both strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum InstantOp {
    /// Strictly earlier.
    Before,
    /// Strictly later.
    After,
}

/// A path: names joined by dots.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// Its parts, at least one; `outer` is first where it was written.
    pub(crate) parts: Vec<PathPart>,
    pub(crate) span: Span,
}

/// One part of a path.
#[derive(Debug, Clone)]
pub(crate) struct PathPart {
    pub(crate) name: Name,
    /// `["Order Completed"]` after it.
    pub(crate) event: Option<EventName>,
}

/// The text between the brackets of `events["…"]`.
#[derive(Debug, Clone)]
pub(crate) struct EventName {
    /// The event's name.
    pub(crate) text: String,
    /// The brackets and what is between.
    pub(crate) span: Span,
}

/// A count of units: a number, or a parameter.
#[derive(Debug, Clone)]
pub(crate) enum Count {
    /// `30`
    Number(i64, Span),
    /// `$n`
    Param(Name),
}

/// A window and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// What it is.
    pub(crate) kind: WindowKind,
    /// Where it is, without `during`.
    pub(crate) span: Span,
}

/// The kinds of windows (language reference, "Time").
#[derive(Debug, Clone)]
pub(crate) enum WindowKind {
    /// `last 30 days`
    Last(Count, Unit),
    /// `previous 2 months`
    Previous(Count, Unit),
    /// `next 7 days`
    Next(Count, Unit),
    /// `this month`
    This(Unit),
    /// `today`
    Today,
    /// `yesterday`
    Yesterday,
    /// `since I`
    Since(Box<Expr>),
    /// `until I`
    Until(Box<Expr>),
    /// `I to J`
    FromTo(Box<Expr>, Box<Expr>),
    /// `D through E`, both days included
    Through(Box<Expr>, Box<Expr>),
    /// `lifetime`
    Lifetime,
}
