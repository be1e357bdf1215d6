//! Expressions: conditions and values.

use super::*;

/// An expression: a condition or a value. Only the checker distinguishes them.
#[derive(Debug, Clone)]
pub struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

/// The kinds of [`Expr`].
#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// `$name`
    Param(Name),
    /// `country`, `company.industry`, `outer.total`, `events["Order Completed"].amount`
    Path(Path),
    /// `now`: the instant as_of.
    Now,
    /// `today`: the instant at which the local day of as_of begins.
    Today,
    /// `7 days`, which may only be added to or taken from a time.
    Duration(Count, Unit),
    /// `7 days ago`
    Ago(Count, Unit),
    /// `7 days from now`
    FromNow(Count, Unit),
    /// `start of month`
    StartOf(Unit),
    /// `-x`
    Negate(Box<Expr>),
    /// `not E`
    Not(Box<Expr>),
    /// `E and F and …`: two or more.
    And(Vec<Expr>),
    /// `E or F or …`: two or more.
    Or(Vec<Expr>),
    /// `at least 2 of (E, F, …)`
    HowMany {
        bound: Bound,
        count: Count,
        /// The conditions. No condition is an error of the checker.
        items: Vec<Expr>,
    },
    /// `+ - * / %`
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `= != < <= > >=`
    Compare { op: CompareOp, left: Box<Expr>, right: Box<Expr>, ignoring_case: bool },
    /// `x [not] in (…)`
    In {
        value: Box<Expr>,
        /// The list of constants. An empty one is an error of the checker.
        items: Vec<Expr>,
        /// The span of the parentheses.
        items_span: Span,
        negated: bool,
        ignoring_case: bool,
    },
    /// `x [not] between a and b`
    Between {
        value: Box<Expr>,
        /// The lower bound, inclusive.
        low: Box<Expr>,
        /// The upper bound, inclusive.
        high: Box<Expr>,
        negated: bool,
    },
    /// `x [not] contains y`, `x [not] starts with y`, `x [not] ends with y`
    Text {
        op: TextOp,
        value: Box<Expr>,
        /// The text that is searched for.
        needle: Box<Expr>,
        negated: bool,
        ignoring_case: bool,
    },
    /// `x is missing`, or `x is present` if negated.
    Missing {
        value: Box<Expr>,
        /// Whether it is `is present`.
        negated: bool,
    },
    /// `x [not] before i`, `x [not] after i`
    Instant { op: InstantOp, value: Box<Expr>, instant: Box<Expr>, negated: bool },
    /// `x [not] during W`
    During { value: Box<Expr>, window: Window, negated: bool },
    /// `[path] [not] in segment s`
    InSegment {
        /// A to-one path; `None` for the entity itself.
        path: Option<Path>,
        segment: Name,
        negated: bool,
    },
    /// `lower(x)`
    Call {
        /// The name of the function, which the checker looks up.
        name: Name,
        args: Vec<Expr>,
    },
    /// `bucket("vips.salt" of id as launchdarkly)`
    ToolBucket {
        seed: Box<Expr>,
        /// The value that is cut.
        of: Box<Expr>,
        /// The tool that cuts, which the checker looks up.
        tool: Name,
    },
    /// `array [not] contains any (…)`, `array [not] contains all (…)`
    ContainsItems {
        all: bool,
        value: Box<Expr>,
        /// The list of constants. An empty one is an error of the checker.
        items: Vec<Expr>,
        /// The span of the parentheses.
        items_span: Span,
        negated: bool,
    },
    /// `array is empty`, or `is not empty` if negated.
    Empty {
        value: Box<Expr>,
        /// Whether it is `is not empty`.
        negated: bool,
    },
    /// `x [not] matches "re"`
    Matches {
        value: Box<Expr>,
        /// The regular expression, with the escapes of the text literal resolved.
        pattern: String,
        /// The text literal as written, with quotes and escapes.
        pattern_raw: String,
        pattern_span: Span,
        negated: bool,
    },
    /// `x [not] resembles "text" within N edits`
    Resembles {
        value: Box<Expr>,
        /// The text to compare with.
        text: String,
        /// The span of the text literal, with its quotes.
        text_span: Span,
        /// The maximum number of edits.
        edits: i64,
        /// The span of the number.
        edits_span: Span,
        negated: bool,
    },
    /// `x [not] anniversary during W`
    Anniversary { value: Box<Expr>, window: Window, negated: bool },
    /// `count(orders during last 30 days where total > 10)`
    Aggregate(Box<Aggregate>),
    /// `periods(orders during last 8 weeks each 1 week at least 3)`
    Periods(Box<Periods>),
    /// `sequence(events["view"] then events["purchase"] within 7 days)`
    Sequence(Box<Sequence>),
    /// An expression that couldn't be read, for which an error has been reported.
    Unreadable,
}
