//! Values of SQL expressions, with what is needed to keep three-valued logic.
use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::syntax::ast::Expr;
use crate::types::{Type, Unit};

/// A part of a value without which it is missing.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// The same for the same part.
    pub(super) key: String,
    pub(super) expr: Expr,
}

/// How a value depends on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// It doesn't.
    None,
    /// The midnight of a day: `today`, `today - 7 days`.
    Day,
    /// An instant: `now`, `7 days ago`.
    Instant,
}

/// A value that segments can write.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) expr: Expr,
    pub(super) ty: Type,
    /// The value is missing if and only if one of these is.
    pub(super) needs: Vec<Need>,
    /// Where one of these doesn't hold, SQL's value is NULL and the segment's isn't: SUM over nothing.
    pub(super) guards: Vec<Expr>,
    pub(super) clock: Clock,
    /// The unit at whose start an instant of the clock is.
    pub(super) aligned: Option<Unit>,
    /// The zone of a column of local times.
    pub(super) zone: Option<String>,
    /// The closed set of its values.
    pub(super) values: Option<std::sync::Arc<[String]>>,
    /// Whether a constant outside this set is one that it never equals, rather than a mistake.
    pub(super) open: bool,
    /// Whether it is a sum as such, 0 where the guard doesn't hold.
    pub(super) sum: bool,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    /// Text in quotes, which may mean a date or a number.
    Text(String),
    /// A number, and whether it has an exponent.
    Number(BigDecimal, bool),
    Boolean(bool),
    Date(Date),
    /// A time without a zone.
    Local(DateTime),
    Instant(Timestamp),
}

/// A duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    /// Whole units, at least one. Months before days, days before hours.
    pub(super) parts: Vec<(i64, Unit)>,
}

/// The value of an expression.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Constant(Constant),
    Plain(Plain),
    /// The values in cases, of which exactly one applies.
    Cases(Vec<(Expr, Value)>),
    /// A truth value: where it is true, and where it is false.
    Truth(Expr, Expr),
    Interval(Interval),
    /// The time from one instant to another.
    Elapsed(Box<Plain>, Box<Plain>),
    /// An instant cut to the beginning of its unit.
    Truncated(Unit, Box<Plain>),
}

impl Plain {
    /// A value that is never missing.
    pub(super) fn sure(expr: Expr, ty: Type) -> Self {
        let (needs, guards) = (Vec::new(), Vec::new());
        Self {
            expr,
            ty,
            needs,
            guards,
            clock: Clock::None,
            aligned: None,
            zone: None,
            values: None,
            open: false,
            sum: false,
        }
    }

    /// What a function makes of this value: missing where it is.
    pub(super) fn map(self, ty: Type, make: impl FnOnce(Expr) -> Expr) -> Self {
        Self { needs: self.needs, guards: self.guards, ..Self::sure(make(self.expr), ty) }
    }

    /// What an operator makes of two values: missing where one of them is.
    pub(super) fn join(self, other: Self, ty: Type, make: impl FnOnce(Expr, Expr) -> Expr) -> Self {
        let mut needs = self.needs;
        for need in other.needs {
            if needs.iter().all(|known| known.key != need.key) {
                needs.push(need);
            }
        }
        let guards = self.guards.into_iter().chain(other.guards).collect();
        Self { needs, guards, ..Self::sure(make(self.expr, other.expr), ty) }
    }

    /// The same value, missing where the whole expression is, if a part of it can make it so.
    pub(super) fn missing_as_whole(mut self) -> Self {
        let key = format!("{:?}", self.expr);
        self.needs = vec![Need { key, expr: self.expr.clone() }];
        self
    }
}

impl Interval {
    pub(super) fn of(count: i64, unit: Unit) -> Self {
        Self { parts: vec![(count, unit)] }
    }

    pub(super) fn negated(self) -> Option<Self> {
        let parts = self.parts.into_iter().map(|(count, unit)| Some((count.checked_neg()?, unit)));
        Some(Self { parts: parts.collect::<Option<_>>()? })
    }

    /// Whether it moves dates: it has no part shorter than a day.
    pub(super) fn is_days(&self) -> bool {
        self.parts.iter().all(|(_, unit)| unit.exact_micros().is_none())
    }

    /// Its exact length, a day being 24 hours; `None` with months.
    pub(super) fn micros(&self) -> Option<i64> {
        let length = |(count, unit): &(i64, Unit)| {
            let one = unit.exact_micros().or_else(|| unit.days().map(|days| days * 86_400_000_000))?;
            count.checked_mul(one)
        };
        self.parts.iter().map(length).try_fold(0i64, |sum, part| sum.checked_add(part?))
    }
}
