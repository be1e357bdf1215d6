//! Values, and the paths that they are read along.

use super::{Aggregate, ArithmeticOp, Cond, Periods, TraitId};
use crate::catalog::{EntityId, FieldId, LinkId};
use crate::diagnostic::Span;
use crate::types::{BucketTool, Literal, Type, Unit};

/// Which row a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The row that the expression is about: the segment's entity, or inside an aggregate
    /// the row at the end of its path.
    This,
    /// Inside an aggregate: the row that the aggregate belongs to (`outer.…`).
    Outer,
}

/// One step along a link.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The entity that the link belongs to.
    pub from: EntityId,
    /// Which of that entity's links.
    pub link: LinkId,
    /// The entity that it leads to.
    pub to: EntityId,
    /// Only rows whose `event_name` field is this (`events["…"]`).
    pub event: Option<String>,
    /// The link's name in the path.
    pub span: Span,
}

/// A to-one path: where a value or a membership is read. Missing if a row is absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// The row that it starts from.
    pub base: Base,
    /// The to-one links that are followed, in order; none for a field of the row itself.
    pub hops: Vec<Hop>,
    /// The entity at its end.
    pub end: EntityId,
}

/// A value: typed, and possibly missing.
#[derive(Debug, Clone)]
pub struct Value {
    /// How it is computed.
    pub kind: ValueKind,
    /// The type of the values that are present.
    pub ty: Type,
    /// Whether it may be missing. Where it is false, it never is.
    pub nullable: bool,
    /// The expression in a segment or trait, for messages.
    pub span: Span,
}

/// The kinds of [`Value`].
#[derive(Debug, Clone)]
pub enum ValueKind {
    /// A constant (parameters are replaced by their values).
    Literal(Literal),
    /// A field, read at the end of a to-one path.
    Field(Path, FieldId),
    /// A computed trait of the entity at the end of a to-one path.
    Trait(Path, TraitId),
    /// An aggregate that yields a number or a value (`exists` and `every` are conditions).
    Aggregate(Box<Aggregate>),
    /// Arithmetic on numbers. Operands may have different number types: they widen.
    /// `Divide` gives a float, missing if the divisor is 0, as `Remainder` is.
    Arithmetic(ArithmeticOp, Box<Value>, Box<Value>),
    /// `-x`
    Negate(Box<Value>),
    /// A function of one value or more.
    Call(Func, Vec<Value>),
    /// The instant as of which the segment is evaluated.
    Now,
    /// The instant of a local time.
    Instant(Box<LocalTime>),
    /// The day of a local time.
    LocalDate(Box<LocalTime>),
    /// A part of a local time, as an integer.
    LocalPart(TimePart, Box<LocalTime>),
    /// An instant moved by exact microseconds.
    ShiftExact(Box<Value>, i64),
    /// Days from the first date to the second: an integer, negative if the second is earlier.
    DaysBetween(Box<Value>, Box<Value>),
    /// A condition as a boolean; never missing.
    Condition(Box<Cond>),
    /// The bucket of [`Base::This`]: the first 8 hexadecimal digits of MD5(seed, colon, the
    /// key's parts joined by colons), modulo 10000. An integer, never missing.
    Bucket {
        /// The entity of the row, whose key is hashed.
        entity: EntityId,
        /// Text that is hashed before the key.
        seed: String,
    },
    /// How many periods have enough rows: an integer, never missing.
    Periods(Box<Periods>),
}

/// A local time of the project's zone: what calendar arithmetic works on.
#[derive(Debug, Clone)]
pub enum LocalTime {
    /// The local time of an instant, or the midnight that begins a date.
    Of(Value),
    /// The start of the unit that it lies in.
    StartOf(Unit, Box<LocalTime>),
    /// Moved by a count of units; months clamp to their last day.
    Shift(Box<LocalTime>, i64, Unit),
}

/// A part of a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimePart {
    /// The year of the Gregorian calendar: 2026.
    Year,
    /// The month, 1 for January to 12.
    Month,
    /// Day of the month, 1 to 31.
    Day,
    /// The hour of the local day, 0 to 23.
    Hour,
    /// The minute of the local hour, 0 to 59.
    Minute,
    /// Microseconds by the local clock since midnight, below 86,400,000,000.
    TimeOfDay,
    /// 1 for Monday to 7 for Sunday.
    Weekday,
}

/// Functions of values. Missing arguments make the result missing, except for `coalesce`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Func {
    /// Lower case. Also what `ignoring case` puts around both sides.
    Lower,
    /// The text in upper case.
    Upper,
    /// Without U+0020 at both ends.
    Trim,
    /// The number of code points of a text.
    Length,
    /// Absolute value; the argument's type.
    Abs,
    /// To a whole number, half away from zero; integer, decimal(38,0) or float as its argument.
    Round,
    /// Down to a whole number; types as `Round`.
    Floor,
    /// Up to a whole number; types as `Round`.
    Ceil,
    /// The whole number that a text is, missing if it is none.
    ReadInteger,
    /// The decimal that a text is.
    ReadDecimal,
    /// The date that a text is.
    ReadDate,
    /// The instant that a text with an offset is.
    ReadTimestamp,
    /// An integer, a date or a boolean as text.
    Text,
    /// The first that is present; two or more arguments of one (widened) type.
    Coalesce,
    /// Text as a semantic version; missing if it is none.
    Semver,
    /// How many elements an array has that are present; 0 if it is absent, never missing.
    Size,
    /// The bucket of a text or an integer as a tool cuts it. The first argument is the seed, a constant text.
    Bucket(BucketTool),
}
