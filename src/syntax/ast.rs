//! The syntax tree: what was written, every node with its span, no name looked up.

use crate::diagnostic::Span;
use crate::types::{Literal, Type, Unit};

/// A parsed `.seg` file: the items that could be read (what could not is a problem).
#[derive(Debug, Clone, Default)]
pub struct File {
    /// In the order they are written.
    pub items: Vec<Item>,
}

/// A top-level item.
#[derive(Debug, Clone)]
pub enum Item {
    /// `param name: type = default`
    Param(Param),
    /// `trait name on entity = expression`
    Trait(Trait),
    /// `segment name on entity { … }`
    Segment(Box<Segment>),
}

/// A name as it was written, without its backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands, backticks included.
    pub span: Span,
}

/// `param min_spend: decimal = 1000`
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name, without `$`.
    pub name: Name,
    /// Its declared type.
    pub ty: Type,
    /// Where the type stands.
    pub ty_span: Span,
    /// Its default; without one, `--param` must give a value.
    pub default: Option<Expr>,
    /// The whole item.
    pub span: Span,
}

/// `trait lifetime_value on customer = sum(orders.total)`
#[derive(Debug, Clone)]
pub struct Trait {
    /// Its name.
    pub name: Name,
    /// The entity that has it.
    pub entity: Name,
    /// Its definition.
    pub value: Expr,
    /// The whole item.
    pub span: Span,
}

/// `segment name on entity [extends parent] { properties and rules }`
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: Name,
    /// The entity whose rows it selects.
    pub entity: Name,
    /// The segment that it narrows.
    pub extends: Option<Name>,
    /// `name: value` lines, in order.
    pub properties: Vec<Property>,
    /// `where`, `include where` and `exclude where`, in order.
    pub rules: Vec<Rule>,
    /// `keep …`, in order.
    pub keeps: Vec<Keep>,
    /// What stands in it that segc can't compile yet.
    pub unsupported: Vec<Unsupported>,
    /// The whole item.
    pub span: Span,
}

/// A property: `owner: "growth@shop.example"`.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name; of two words for `exclusive group`.
    pub name: Name,
    /// What it is set to.
    pub value: PropertyValue,
    /// Where the value stands.
    pub value_span: Span,
}

/// The value of a property.
#[derive(Debug, Clone)]
pub enum PropertyValue {
    /// `"text"`
    Text(String),
    /// `10`
    Integer(i64),
    /// `true`
    Boolean(bool),
    /// `incremental`
    Word(String),
    /// `[marketing, "end of year"]`
    List(Vec<Name>),
    /// `14 days`
    Duration(i64, Unit),
}

/// What a rule does with those whom its condition selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// `where E`: the one and only include.
    Where,
    /// `include where E`
    Include,
    /// `exclude where E`
    Exclude,
}

/// One rule of a segment.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Include or exclude.
    pub kind: RuleKind,
    /// Its condition.
    pub condition: Expr,
    /// The whole rule.
    pub span: Span,
}

/// `keep …`: reduces those who match.
#[derive(Debug, Clone)]
pub struct Keep {
    /// How.
    pub kind: KeepKind,
    /// The whole of it.
    pub span: Span,
}

/// The kinds of [`Keep`].
#[derive(Debug, Clone)]
pub enum KeepKind {
    /// `keep top 10 per company by lifetime_value`, `keep bottom 5% by total`
    Rank {
        /// `bottom`
        bottom: bool,
        /// `10`, `5%`
        size: Literal,
        /// `%` follows the size.
        percent: bool,
        /// Where the size stands, with its `%`.
        size_span: Span,
        /// The groups within which it counts.
        per: Option<Path>,
        /// What it ranks by.
        by: Expr,
    },
    /// `keep sample 10% seed "autumn"`
    Sample {
        /// The percentage.
        percent: Literal,
        /// Where the percentage stands, with its `%`.
        percent_span: Span,
        /// The text that decides who it is.
        seed: String,
        /// Where the seed stands.
        seed_span: Span,
    },
}

/// A construct of the language that segc can read but not compile yet.
#[derive(Debug, Clone)]
pub struct Unsupported {
    /// What it is called, such as "`keep`".
    pub what: &'static str,
    /// Where it stands.
    pub span: Span,
}

/// An expression: a condition or a value, which only the checker tells apart.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Expr`].
#[derive(Debug, Clone)]
pub enum ExprKind {
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
        /// The value.
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
        /// The value.
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
        /// The window.
        window: Window,
        /// Infix `not`.
        negated: bool,
    },
    /// `[path] [not] in segment s`
    InSegment {
        /// A to-one path; `None` for the entity itself.
        path: Option<Path>,
        /// The segment.
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
        /// `all`
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
        /// Where it stands.
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
        /// At most so many edits.
        edits: i64,
        /// Where their number stands.
        edits_span: Span,
        /// Infix `not`.
        negated: bool,
    },
    /// `x [not] anniversary during W`
    Anniversary {
        /// The time.
        value: Box<Expr>,
        /// The window.
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
    /// What segc can read but not compile yet.
    Unsupported(Unsupported),
}

/// An aggregate: `sum(lines.quantity * unit_price during W where E)`.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// Which.
    pub func: AggregateFunc,
    /// The word(s) that name it.
    pub func_span: Span,
    /// `latest 3`, `earliest 3`
    pub ranked: Option<Ranked>,
    /// A path, or an expression whose first name is one.
    pub arg: Expr,
    /// `during W`
    pub window: Option<Window>,
    /// `where E`
    pub filter: Option<Expr>,
}

/// `latest 3`, `earliest 3`: only so many rows of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// `latest`
    pub latest: bool,
    /// How many.
    pub count: i64,
    /// Where both stand.
    pub span: Span,
}

/// `periods(P during W where E each N units at least M)`
#[derive(Debug, Clone)]
pub struct Periods {
    /// The path.
    pub path: Path,
    /// `during W`
    pub window: Window,
    /// `where E`
    pub filter: Option<Expr>,
    /// `each N units`: the length of one period.
    pub each: (i64, Unit),
    /// Where the length stands.
    pub each_span: Span,
    /// `at least M`, and where M stands.
    pub at_least: Option<(i64, Span)>,
}

/// `sequence(a then within 1 day (b where x) then not c then d within 7 days matching p during W)`
#[derive(Debug, Clone)]
pub struct Sequence {
    /// One or more; of these, the checker refuses one alone, and a first that is negated.
    pub steps: Vec<Step>,
    /// `within D` after the last step: from the first step to the last.
    pub span: Option<Within>,
    /// `matching p`
    pub matching: Option<Path>,
    /// `during W`
    pub window: Option<Window>,
}

/// A step of a sequence.
#[derive(Debug, Clone)]
pub struct Step {
    /// `then not`
    pub negated: bool,
    /// `within D` before it: from the step before to this one.
    pub gap: Option<Within>,
    /// The path to its rows.
    pub path: Path,
    /// `where E`
    pub filter: Option<Expr>,
    /// Path and condition, with their parentheses.
    pub span: Span,
}

/// `within 7 days`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// How many; with a sign that the checker refuses.
    pub count: i64,
    /// Of which unit.
    pub unit: Unit,
    /// The number and the unit.
    pub span: Span,
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
pub enum CompareOp {
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
pub enum InstantOp {
    /// Strictly earlier.
    Before,
    /// Strictly later.
    After,
}

/// A path: names joined by dots.
#[derive(Debug, Clone)]
pub struct Path {
    /// Its parts, at least one; `outer` stands first where it was written.
    pub parts: Vec<PathPart>,
    /// All of it.
    pub span: Span,
}

/// One part of a path.
#[derive(Debug, Clone)]
pub struct PathPart {
    /// Its name.
    pub name: Name,
    /// `["Order Completed"]` after it.
    pub event: Option<EventName>,
}

/// The text between the brackets of `events["…"]`.
#[derive(Debug, Clone)]
pub struct EventName {
    /// The event's name.
    pub text: String,
    /// The brackets and what is between.
    pub span: Span,
}

/// A count of units: a number, or a parameter.
#[derive(Debug, Clone)]
pub enum Count {
    /// `30`
    Number(i64, Span),
    /// `$n`
    Param(Name),
}

/// A window and where it stands.
#[derive(Debug, Clone)]
pub struct Window {
    /// What it is.
    pub kind: WindowKind,
    /// Where it stands, without `during`.
    pub span: Span,
}

/// The kinds of windows (language reference, "Time").
#[derive(Debug, Clone)]
pub enum WindowKind {
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
