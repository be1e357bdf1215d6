//! Constructs about rows behind links: aggregates, periods, sequences, windows, paths; and operators.

use super::*;

/// An aggregate: `sum(lines.quantity * unit_price during W where E)`.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub func: AggregateFunc,
    /// The span of the word or words that name the function.
    pub(crate) func_span: Span,
    /// `latest 3`, `earliest 3`
    pub ranked: Option<Ranked>,
    /// A path, or an expression that begins with one.
    pub(crate) arg: Expr,
    /// `during W`
    pub window: Option<Window>,
    /// `where E`
    pub filter: Option<Expr>,
}

/// `latest 3`, `earliest 3`: restricts an aggregate to some rows of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranked {
    /// Whether it is `latest`.
    pub latest: bool,
    /// The maximum number of rows.
    pub(crate) count: i64,
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
    pub(crate) each_span: Span,
    /// `at least M`, and the span of M.
    pub(crate) at_least: Option<(i64, Span)>,
}

/// `sequence(a then within 1 day (b where x) then not c then d within 7 days matching p during W)`
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// One or more steps. The checker rejects a single one, and a first one that is negated.
    pub steps: Vec<Step>,
    /// `within D` after the last step: the maximum time from the first step to the last.
    pub span: Option<Within>,
    /// `matching p`
    pub(crate) matching: Option<Path>,
    /// `during W`
    pub window: Option<Window>,
}

/// A step of a sequence.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Whether it is `then not`.
    pub negated: bool,
    /// `within D` before the step: the maximum time since the step before.
    pub gap: Option<Within>,
    /// The path to the rows.
    pub(crate) path: Path,
    /// `where E`
    pub(crate) filter: Option<Expr>,
    /// The span of path and condition, with their parentheses.
    pub(crate) span: Span,
}

/// `within 7 days`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Within {
    /// The number of units. The checker rejects a negative one.
    pub(crate) count: i64,
    pub(crate) unit: Unit,
    /// The span of the number and the unit.
    pub(crate) span: Span,
}

/// The aggregate functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateFunc {
    /// The number of rows.
    Count,
    /// The number of distinct values that are present.
    CountDistinct,
    /// The sum, or 0 of no values.
    Sum,
    /// The mean as a float.
    Avg,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The value of the earliest row, even if it is missing.
    First,
    /// The value of the latest row, even if it is missing.
    Last,
    /// The most frequent value that is present; of several, the smallest.
    Mode,
    /// Whether there is any row.
    Exists,
    /// Whether all rows satisfy the condition.
    Every,
}

impl AggregateFunc {
    /// The word or words that call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::CountDistinct => "count distinct",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::First => "first",
            Self::Last => "last",
            Self::Mode => "mode",
            Self::Exists => "exists",
            Self::Every => "every",
        }
    }
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

/// `at least`, `at most`, `exactly`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Bound {
    /// `at least`
    AtLeast,
    /// `at most`
    AtMost,
    /// `exactly`
    Exactly,
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

/// Text operators. The needle is literal text.
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
    /// The parts, at least one. If `outer` was written, it is the first.
    pub(crate) parts: Vec<PathPart>,
    pub(crate) span: Span,
}

/// A part of a path.
#[derive(Debug, Clone)]
pub(crate) struct PathPart {
    pub(crate) name: Name,
    /// `["Order Completed"]`
    pub(crate) event: Option<EventName>,
}

/// The name of an event in `events["…"]`.
#[derive(Debug, Clone)]
pub(crate) struct EventName {
    pub(crate) text: String,
    /// The span of the brackets and their content.
    pub(crate) span: Span,
}

/// A number of units, constant or a parameter.
#[derive(Debug, Clone)]
pub(crate) enum Count {
    /// `30`
    Number(i64, Span),
    /// `$n`
    Param(Name),
}

/// A window with its span.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) kind: WindowKind,
    /// The span, without `during`.
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
