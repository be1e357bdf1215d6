//! Durations, and instants moved by them.
use sqlparser::ast::{self as sql, DateTimeField};

use super::Translator;
use super::database::DayLength;
use super::value::{Clock, Constant, Interval, Plain, Value};
use crate::diagnostic::Span;
use crate::syntax::ast::{ArithmeticOp, ExprKind};
use crate::syntax::make;
use crate::types::{Literal, Type, Unit};

/// The unit of a word, as databases write it.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim_matches('\'').to_lowercase();
    Some(match word.trim_start_matches("sql_tsi_") {
        "second" | "seconds" | "sec" | "secs" | "s" | "ss" => Unit::Second,
        "minute" | "minutes" | "min" | "mins" | "mi" | "n" => Unit::Minute,
        "hour" | "hours" | "hh" | "h" => Unit::Hour,
        "day" | "days" | "dd" | "d" => Unit::Day,
        "week" | "weeks" | "wk" | "ww" | "w" => Unit::Week,
        "month" | "months" | "mon" | "mons" | "mm" => Unit::Month,
        "quarter" | "quarters" | "qq" => Unit::Quarter,
        "year" | "years" | "yyyy" | "yy" | "y" => Unit::Year,
        _ => return None,
    })
}

/// The unit of a field of the grammar.
pub(super) fn field_unit(field: &DateTimeField) -> Option<Unit> {
    match field {
        DateTimeField::Week(Some(_)) => None,
        field => unit(&field.to_string()),
    }
}

impl Translator<'_> {
    /// `INTERVAL '7 days'`, `INTERVAL 7 DAY`
    pub(super) fn interval(&mut self, expr: &sql::Expr, interval: &sql::Interval) -> Option<Value> {
        let span = self.at(expr);
        let text = match &*interval.value {
            sql::Expr::Value(value) => match &value.value {
                sql::Value::SingleQuotedString(text) | sql::Value::DoubleQuotedString(text) => text.clone(),
                sql::Value::Number(digits, _) => digits.clone(),
                _ => String::new(),
            },
            sql::Expr::UnaryOp { op: sql::UnaryOperator::Minus, expr } => match &**expr {
                sql::Expr::Value(value) => match &value.value {
                    sql::Value::Number(digits, _) => format!("-{digits}"),
                    _ => String::new(),
                },
                _ => String::new(),
            },
            _ => String::new(),
        };
        let found = match &interval.leading_field {
            Some(field) => match (text.trim().parse::<i64>(), field_unit(field), &interval.last_field) {
                (Ok(count), Some(unit), None) => Some(vec![(count, unit)]),
                _ => None,
            },
            None => parts(&text),
        };
        match found.and_then(normal) {
            Some(interval) => Some(Value::Interval(interval)),
            None => self.refuse(
                span,
                "a duration that can't be read",
                "write it in whole units: `INTERVAL '7' DAY`",
            ),
        }
    }

    /// A date or an instant moved by a duration.
    pub(super) fn moved(&mut self, span: Span, plain: Plain, by: &Interval) -> Option<Value> {
        let exact = self.setting.database.days == DayLength::Exact && !self.setting.calendar.is_utc();
        let mut plain = plain;
        for (count, unit) in &by.parts {
            if *count == 0 {
                continue;
            }
            let is_date = plain.ty == Type::Date && plain.clock != Clock::Day;
            if is_date && unit.exact_micros().is_some() {
                return self.refuse(
                    span,
                    "a date is moved by hours",
                    "move it by days, or use a column with a time",
                );
            }
            let (mut count, mut unit) = (*count, *unit);
            if exact
                && plain.ty == Type::Timestamp
                && let Some(days) = unit.days()
            {
                let hours = count.checked_mul(days).and_then(|days| days.checked_mul(24));
                let Some(hours) = hours else { return self.refuse(span, "the duration is too long", "") };
                (count, unit) = (hours, Unit::Hour);
            }
            plain = shifted(plain, count, unit);
        }
        Some(Value::Plain(plain))
    }

    /// `value + interval`, with a sign.
    pub(super) fn plus_interval(&mut self, span: Span, value: Value, by: Interval) -> Option<Value> {
        match value {
            Value::Null => Some(Value::Null),
            Value::Plain(plain) if plain.ty.is_time() => self.moved(span, plain, &by),
            Value::Interval(other) => {
                let parts = other.parts.into_iter().chain(by.parts).collect();
                match normal(parts) {
                    Some(sum) => Some(Value::Interval(sum)),
                    None => self.refuse(span, "the duration is too long", ""),
                }
            }
            Value::Constant(constant) => {
                let literal = match &constant {
                    Constant::Instant(instant) => Some((Literal::Timestamp(*instant), Type::Timestamp)),
                    constant => match super::literal::date(constant) {
                        Some(date) => Some((Literal::Date(date), Type::Date)),
                        None => super::literal::instant(constant, None, self.setting.calendar)
                            .map(|instant| (Literal::Timestamp(instant), Type::Timestamp)),
                    },
                };
                let Some((literal, ty)) = literal else {
                    return self.wrong_type(span, "a duration is added to something that isn't a time", "");
                };
                self.moved(span, Plain::sure(make::literal(literal), ty), &by)
            }
            Value::Cases(cases) => {
                let mut moved = Vec::new();
                for (when, value) in cases {
                    moved.push((when, self.plus_interval(span, value, by.clone())?));
                }
                Some(Value::Cases(moved))
            }
            _ => self.wrong_type(span, "a duration is added to something that isn't a time", ""),
        }
    }
}

/// A time and a duration added, as a person would write it.
fn shifted(plain: Plain, count: i64, unit: Unit) -> Plain {
    let clock = match plain.clock {
        Clock::Day if unit.exact_micros().is_none() => Clock::Day,
        Clock::None => Clock::None,
        _ => Clock::Instant,
    };
    let ty = if clock == Clock::Instant { Type::Timestamp } else { plain.ty.clone() };
    let expr = match (&plain.expr.kind, count.checked_neg()) {
        (ExprKind::Now, Some(back)) if count < 0 => make::ago(back, unit),
        (ExprKind::Now, _) => make::from_now(count, unit),
        (_, Some(back)) if count < 0 => {
            make::arithmetic(ArithmeticOp::Subtract, plain.expr, make::duration(back, unit))
        }
        _ => make::arithmetic(ArithmeticOp::Add, plain.expr, make::duration(count, unit)),
    };
    let aligned = plain.aligned.filter(|aligned| stays_aligned(*aligned, count, unit));
    Plain { expr, ty, clock, aligned, ..plain }
}

/// The months of a unit.
fn months(unit: Unit) -> Option<i64> {
    match unit {
        Unit::Month => Some(1),
        Unit::Quarter => Some(3),
        Unit::Year => Some(12),
        _ => None,
    }
}

/// Whether the start of a unit is still the start of one after it was moved.
fn stays_aligned(aligned: Unit, count: i64, by: Unit) -> bool {
    match (months(aligned), months(by)) {
        (Some(size), Some(step)) => count.checked_mul(step).is_some_and(|months| months % size == 0),
        _ => by == aligned || (aligned == Unit::Day && by.exact_micros().is_none()),
    }
}

/// Whether the start of one unit is the start of another.
pub(super) fn starts(aligned: Unit, unit: Unit) -> bool {
    let longer = matches!((months(aligned), months(unit)), (Some(size), Some(part)) if size % part == 0);
    longer || aligned == unit || (unit == Unit::Day && aligned.exact_micros().is_none())
}

/// `1 year 2 months`, `7 days`
fn parts(text: &str) -> Option<Vec<(i64, Unit)>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return None;
    }
    words.chunks(2).map(|pair| Some((pair[0].parse().ok()?, unit(pair[1])?))).collect()
}

/// Months before days, days before hours, each once.
fn normal(parts: Vec<(i64, Unit)>) -> Option<Interval> {
    if parts.len() <= 1 {
        return Some(Interval { parts });
    }
    let (mut months, mut days, mut seconds) = (0i64, 0i64, 0i64);
    for (count, unit) in parts {
        let (total, size) = match unit {
            Unit::Month => (&mut months, 1),
            Unit::Quarter => (&mut months, 3),
            Unit::Year => (&mut months, 12),
            Unit::Day => (&mut days, 1),
            Unit::Week => (&mut days, 7),
            Unit::Hour => (&mut seconds, 3600),
            Unit::Minute => (&mut seconds, 60),
            Unit::Second => (&mut seconds, 1),
        };
        *total = total.checked_add(count.checked_mul(size)?)?;
    }
    let all = [(months, Unit::Month), (days, Unit::Day), (seconds, Unit::Second)];
    let parts: Vec<_> = all.into_iter().filter(|(count, _)| *count != 0).collect();
    Some(Interval { parts: if parts.is_empty() { vec![(0, Unit::Day)] } else { parts } })
}

/// The clock's present instant.
pub(super) fn now() -> Plain {
    let clock = Clock::Instant;
    Plain { clock, ..Plain::sure(make::now(), Type::Timestamp) }
}

/// The clock's present day.
pub(super) fn today() -> Plain {
    start_of(Unit::Day)
}

/// The start of the clock's present unit.
pub(super) fn start_of(unit: Unit) -> Plain {
    let is_day = unit.exact_micros().is_none();
    let (ty, clock) = if is_day { (Type::Date, Clock::Day) } else { (Type::Timestamp, Clock::Instant) };
    let expr = if unit == Unit::Day { make::today() } else { make::start_of(unit) };
    Plain { clock, aligned: Some(unit), ..Plain::sure(expr, ty) }
}
