//! The checked tree: resolved, typed, with no string left to look up.
//!
//! Conditions ([`Cond`]) are two-valued; values ([`Value`]) may be missing. Operators that
//! the language defines through others are gone: `!=` is a negated `=`, `avg` of what is
//! an expression is an expression, a window is a pair of instants.

mod rows;

pub use rows::*;

use std::sync::Arc;

use crate::catalog::{Catalog, EntityId, FieldId, LinkId};
use crate::diagnostic::Span;
use crate::types::calendar::Calendar;
use crate::types::{Literal, Regex, Type, Unit};

pub use crate::syntax::ast::{AggregateFunc, ArithmeticOp, TextOp};
pub use crate::types::Materialize;

/// The identity of a segment: greater than those of all segments whose names come before its own. It
/// is given before anything is checked, so that one that has an error leaves a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub u32);

/// The identity of a trait: greater than those of all that it may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraitId(pub u32);

/// A whole project, checked.
#[derive(Debug, Clone)]
pub struct Hir {
    /// The catalog that its identities point into.
    pub catalog: Arc<Catalog>,
    /// Zone and week start.
    pub calendar: Calendar,
    /// Parameters with the values they were given, by name.
    pub params: Vec<(String, Literal)>,
    /// Computed traits, in the order of their identities; one never refers to itself, even through
    /// others.
    pub traits: Vec<Trait>,
    /// The segments that have no error, in the order of their names and identities.
    pub segments: Vec<Segment>,
}

impl Hir {
    /// The segment of an identity that came from this tree.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> &Segment {
        &self.segments[self.place(id)]
    }

    /// The place of a segment of this tree among all of them.
    pub(crate) fn place(&self, id: SegmentId) -> usize {
        place(&self.segments, |segment| segment.id.0, id.0).unwrap_or(usize::MAX)
    }

    /// The segment of an identity, if there is one.
    #[must_use]
    pub(crate) fn get(&self, id: SegmentId) -> Option<&Segment> {
        self.segments.get(self.place(id))
    }

    /// The trait of an identity, if there is one.
    #[must_use]
    pub(crate) fn get_computed(&self, id: TraitId) -> Option<&Trait> {
        self.traits.get(place(&self.traits, |computed| computed.id.0, id.0)?)
    }

    /// An identity after those of all segments.
    #[must_use]
    pub(crate) fn next_id(&self) -> SegmentId {
        SegmentId(self.segments.last().map_or(0, |last| last.id.0 + 1))
    }

    /// The trait of an identity that came from this tree.
    #[must_use]
    pub fn computed(&self, id: TraitId) -> &Trait {
        let at = place(&self.traits, |computed| computed.id.0, id.0).unwrap_or(usize::MAX);
        &self.traits[at]
    }

    /// The segment of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<SegmentId> {
        let at = self.segments.binary_search_by(|segment| segment.name.as_str().cmp(name)).ok()?;
        Some(self.segments[at].id)
    }

    /// Every segment with its identity.
    pub fn iter(&self) -> impl Iterator<Item = (SegmentId, &Segment)> {
        self.segments.iter().map(|segment| (segment.id, segment))
    }
}

/// Where one is in a list that is in the order of identities: at its own, unless there are gaps.
pub(crate) fn place<T>(list: &[T], id_of: impl Fn(&T) -> u32, id: u32) -> Option<usize> {
    let at = id as usize;
    match list.get(at) {
        Some(one) if id_of(one) == id => Some(at),
        _ => list.binary_search_by_key(&id, id_of).ok(),
    }
}

/// A computed trait: a named value of one entity.
#[derive(Debug, Clone)]
pub struct Trait {
    /// Its identity.
    pub id: TraitId,
    /// Its name.
    pub name: String,
    /// The entity that has it.
    pub entity: EntityId,
    /// Its value; [`Base::This`] is the entity.
    pub value: Value,
}

/// A segment. Its match is (any include, or everyone if there is none), and no exclude,
/// within the members of its parent, without the members of the segments that come before it
/// in its exclusive group; then each `keep` in order.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its identity.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// The entity whose rows it selects.
    pub entity: EntityId,
    /// The segment that it narrows, over the same entity.
    pub parent: Option<(SegmentId, Span)>,
    /// The includes; none means everyone.
    pub includes: Vec<Cond>,
    /// The excludes.
    pub excludes: Vec<Cond>,
    /// Its exclusive group.
    pub group: Option<Group>,
    /// What reduces the match, in order.
    pub keeps: Vec<Keep>,
    /// Its properties.
    pub properties: Properties,
    /// Where its name is.
    pub name_span: Span,
}

/// The properties of a segment.
#[derive(Debug, Clone, Default)]
pub struct Properties {
    /// For people.
    pub description: Option<String>,
    /// The person responsible for it.
    pub owner: Option<String>,
    /// For `tag:` selection.
    pub tags: Vec<String>,
    /// `materialize`, where it says so itself; else the project's default.
    pub materialize: Option<(Materialize, Span)>,
    /// The roles that may read it.
    pub access: Vec<String>,
    /// Where `access` says so.
    pub access_span: Option<Span>,
    /// `expire: 14 days`: how long members stay after they last matched.
    pub expire: Option<(i64, Unit, Span)>,
    /// `history: true`: whether the log of who came and went is kept for good.
    pub history: bool,
}

/// A segment's place in its exclusive group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The group's name.
    pub name: String,
    /// Its priority: the lower number comes first.
    pub priority: i64,
    /// Where `exclusive group` is.
    pub span: Span,
    /// The segments of the group with a lower number, whose members can't be in this one, in
    /// the order of their numbers.
    pub before: Vec<SegmentId>,
}

/// `keep …`: those of the match so far who stay in it.
#[derive(Debug, Clone)]
pub struct Keep {
    /// How.
    pub kind: KeepKind,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of [`Keep`].
#[derive(Debug, Clone)]
pub enum KeepKind {
    /// The first of an order: by `by`, missing last; ties go to the lower key.
    Rank {
        /// The smallest come first; otherwise the largest.
        bottom: bool,
        /// How many.
        size: KeepSize,
        /// Values whose equality makes a group (missing equals missing); none: all are one group.
        per: Vec<Value>,
        /// What it ranks by; of an ordered type.
        by: Value,
    },
    /// Those whose bucket ([`ValueKind::Bucket`]) is below a number of 0 to 10000.
    Sample {
        /// The seed.
        seed: String,
        /// The first bucket that isn't kept.
        below: u16,
    },
}

/// How many a rank keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepSize {
    /// A number, at least 0.
    Count(u64),
    /// ceil(percent × matches / 100), exactly.
    Percent(bigdecimal::BigDecimal),
}

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
    /// The link.
    pub link: LinkId,
    /// The entity that it leads to.
    pub to: EntityId,
    /// Only rows whose `event_name` field is this (`events["…"]`).
    pub event: Option<String>,
    /// Where it was written.
    pub span: Span,
}

/// A to-one path: where a value or a membership is read. Missing if a row is absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// Where it starts.
    pub base: Base,
    /// To-one hops, possibly none.
    pub hops: Vec<Hop>,
    /// The entity at its end.
    pub end: EntityId,
}

/// A value: typed, and possibly missing.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Its type.
    pub ty: Type,
    /// Whether it may be missing. Where it is false, it never is.
    pub nullable: bool,
    /// Where it was written.
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
    /// A function of values.
    Call(Func, Vec<Value>),
    /// as_of.
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
        /// The entity of the row.
        entity: EntityId,
        /// The seed.
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
    /// Such as 2026.
    Year,
    /// 1 to 12.
    Month,
    /// Day of the month, 1 to 31.
    Day,
    /// 0 to 23.
    Hour,
    /// 1 for Monday to 7 for Sunday.
    Weekday,
}

/// Functions of values. Missing arguments make the result missing, except for `coalesce`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Func {
    /// Lower case. Also what `ignoring case` puts around both sides.
    Lower,
    /// Upper case.
    Upper,
    /// Without U+0020 at both ends.
    Trim,
    /// Number of code points.
    Length,
    /// Absolute value; the argument's type.
    Abs,
    /// To a whole number, half away from zero; integer, decimal(38,0) or float as its argument.
    Round,
    /// Down to a whole number; types as `Round`.
    Floor,
    /// Up to a whole number; types as `Round`.
    Ceil,
    /// The first that is present; two or more arguments of one (widened) type.
    Coalesce,
    /// Text as a semantic version; missing if it is none.
    Semver,
    /// How many elements an array has that are present; 0 if it is absent, never missing.
    Size,
}

/// A condition: true or false for every row, never unknown.
#[derive(Debug, Clone)]
pub struct Cond {
    /// What it is.
    pub kind: CondKind,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of [`Cond`]. A comparison with a missing value is false.
#[derive(Debug, Clone)]
pub enum CondKind {
    /// Always so.
    Constant(bool),
    /// All of them; none is true.
    And(Vec<Cond>),
    /// Any of them; none is false.
    Or(Vec<Cond>),
    /// The exact complement.
    Not(Box<Cond>),
    /// A comparison of two values of one type, or of two number types, or of a date with
    /// a date (a timestamp that is compared with a date has become a [`ValueKind::LocalDate`]).
    Compare(Comparison, Box<Value>, Box<Value>),
    /// One of these constants (one or more).
    In(Box<Value>, Vec<Literal>),
    /// Between two values, both included.
    Between(Box<Value>, Box<Value>, Box<Value>),
    /// A test on text.
    Text(TextOp, Box<Value>, Box<Value>),
    /// The value is missing.
    Missing(Box<Value>),
    /// The time lies in a window. A date stands for its local midnight.
    During(Box<Value>, Window),
    /// The row at the end of the path is a final member of the segment.
    InSegment(Path, SegmentId),
    /// A boolean value that is true (false and missing are not).
    True(Box<Value>),
    /// There is a row.
    Exists(Box<Aggregate>),
    /// There is no row that fails the condition. `filter` of the aggregate is the condition.
    Every(Box<Aggregate>),
    /// A regular expression is found in the text.
    Matches(Box<Value>, Pattern),
    /// The Levenshtein distance between the text and the constant, in code points, is at most
    /// the number. Text of over 255 code points never resembles.
    Resembles(Box<Value>, String, u32),
    /// The array has an element that equals the value.
    Contains(Box<Value>, Box<Value>),
    /// The array has one of these constants (one or more) as an element.
    ContainsAny(Box<Value>, Vec<Literal>),
    /// The array has each of these constants (one or more) as an element.
    ContainsAll(Box<Value>, Vec<Literal>),
    /// The array is absent or has no element that is present.
    Empty(Box<Value>),
    /// The local midnight of the time's month and day, in a year after its own, lies in the
    /// window. 29 February is 28 February in other years.
    Anniversary(Box<Value>, Window),
    /// Some choice of rows fits the sequence.
    Sequence(Box<Sequence>),
}

/// A regular expression of the portable subset (language reference, "Portable text").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it was written.
    pub(crate) source: String,
    /// What it says.
    pub(crate) tree: Regex,
}

/// Comparisons; `!=` is a negated `Equal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged: `a < b` is `b > a`.
    #[must_use]
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}
