//! Expressions: conditions and values.

use super::*;

/// An expression: a condition or a value, which only the checker tells apart.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
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
    /// `+ - * / %`
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `= != < <= > >=`
    Compare {
        /// Which.
        op: CompareOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// `ignoring case` follows.
        ignoring_case: bool,
    },
    /// `x [not] in (…)`
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// The list: constants, possibly none (an error of the checker).
        items: Vec<Expr>,
        /// The parentheses.
        items_span: Span,
        /// `not in`
        negated: bool,
        /// `ignoring case` follows.
        ignoring_case: bool,
    },
    /// `x [not] between a and b`
    Between {
        value: Box<Expr>,
        /// Its lower bound, included.
        low: Box<Expr>,
        /// Its upper bound, included.
        high: Box<Expr>,
        /// `not between`
        negated: bool,
    },
    /// `x [not] contains y` and its like.
    Text {
        /// Which.
        op: TextOp,
        /// The text that is searched.
        value: Box<Expr>,
        /// What is searched for.
        needle: Box<Expr>,
        /// Infix `not`.
        negated: bool,
        /// `ignoring case` follows.
        ignoring_case: bool,
    },
    /// `x is missing`, or `x is present` if negated.
    Missing {
        value: Box<Expr>,
        /// `is present`
        negated: bool,
    },
    /// `x [not] before i`, `x [not] after i`
    Instant {
        /// Which.
        op: InstantOp,
        /// The time.
        value: Box<Expr>,
        /// What it is compared with.
        instant: Box<Expr>,
        /// Infix `not`.
        negated: bool,
    },
    /// `x [not] during W`
    During {
        /// The time.
        value: Box<Expr>,
        window: Window,
        /// Infix `not`.
        negated: bool,
    },
    /// `[path] [not] in segment s`
    InSegment {
        /// A to-one path; `None` for the entity itself.
        path: Option<Path>,
        segment: Name,
        /// Infix `not`.
        negated: bool,
    },
    /// `lower(x)`
    Call {
        /// The function, checked by the checker.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// `array [not] contains any (…)`, `array [not] contains all (…)`
    ContainsItems {
        all: bool,
        /// The array.
        value: Box<Expr>,
        /// The list: constants, possibly none (an error of the checker).
        items: Vec<Expr>,
        /// The parentheses.
        items_span: Span,
        /// Infix `not`.
        negated: bool,
    },
    /// `array is empty`, or `is not empty` if negated.
    Empty {
        /// The array.
        value: Box<Expr>,
        /// `is not empty`
        negated: bool,
    },
    /// `x [not] matches "re"`
    Matches {
        /// The text that is searched.
        value: Box<Expr>,
        /// The regular expression, with the text's own escapes resolved.
        pattern: String,
        /// The text literal as it is written, with quotes and escapes.
        pattern_raw: String,
        pattern_span: Span,
        /// Infix `not`.
        negated: bool,
    },
    /// `x [not] resembles "text" within N edits`
    Resembles {
        /// The text that is compared.
        value: Box<Expr>,
        /// What it is compared with.
        text: String,
        /// The text literal, with its quotes.
        text_span: Span,
        /// The most edits allowed.
        edits: i64,
        /// Where their number is.
        edits_span: Span,
        /// Infix `not`.
        negated: bool,
    },
    /// `x [not] anniversary during W`
    Anniversary {
        /// The time.
        value: Box<Expr>,
        window: Window,
        /// Infix `not`.
        negated: bool,
    },
    /// `count(orders during last 30 days where total > 10)`
    Aggregate(Box<Aggregate>),
    /// `periods(orders during last 8 weeks each 1 week at least 3)`
    Periods(Box<Periods>),
    /// `sequence(events["view"] then events["purchase"] within 7 days)`
    Sequence(Box<Sequence>),
    /// An expression that couldn't be read, for which an error has been reported.
    Unreadable,
}
