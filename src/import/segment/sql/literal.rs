//! Constants of SQL as constants of a type.
use bigdecimal::{BigDecimal, ToPrimitive};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::cmp::Ordering;

use super::value::{Constant, Plain};
use crate::diagnostic::closest;
use crate::types::calendar::Calendar;
use crate::types::{Literal, Type};

/// What is wrong with a constant, and what to do.
type Wrong = (String, String);

/// The most digits after the point that the language's decimals have.
const SCALE: i64 = 9;

/// A constant as one of a value's type.
pub(super) fn typed(constant: &Constant, plain: &Plain, calendar: &Calendar) -> Result<Literal, Wrong> {
    let wrong = || {
        let message = format!("{} is compared with {}", described(&plain.ty), shown(constant));
        (message, "correct the constant, or the type of the field in the catalog".to_owned())
    };
    match (&plain.ty, constant) {
        (Type::String, Constant::Text(text)) => {
            if text.contains('\0') {
                return Err(("U+0000 can't be in a text".to_owned(), String::new()));
            }
            match &plain.values {
                Some(values) if !values.contains(text) => Err(not_a_value(text, values)),
                _ => Ok(Literal::String(text.clone())),
            }
        }
        (Type::Boolean, Constant::Boolean(value)) => Ok(Literal::Boolean(*value)),
        (Type::Boolean, Constant::Text(text)) if text.eq_ignore_ascii_case("true") => {
            Ok(Literal::Boolean(true))
        }
        (Type::Boolean, Constant::Text(text)) if text.eq_ignore_ascii_case("false") => {
            Ok(Literal::Boolean(false))
        }
        (Type::Boolean, Constant::Number(number, false)) if *number == BigDecimal::from(0) => {
            Ok(Literal::Boolean(false))
        }
        (Type::Boolean, Constant::Number(number, false)) if *number == BigDecimal::from(1) => {
            Ok(Literal::Boolean(true))
        }
        (ty, Constant::Number(number, float)) if ty.is_number() => self::number(number, *float, ty),
        (ty, Constant::Text(text)) if ty.is_number() => {
            let number = plain_number(text).ok_or_else(wrong)?;
            self::number(&number, false, ty)
        }
        (Type::Date, constant) => Ok(Literal::Date(date(constant).ok_or_else(wrong)?)),
        (Type::Timestamp, constant) => {
            Ok(Literal::Timestamp(instant(constant, plain.zone.as_deref(), calendar).ok_or_else(wrong)?))
        }
        (Type::Semver, _) => Err((
            "a version is compared as text".to_owned(),
            "in a segment, versions compare by precedence: write this condition there".to_owned(),
        )),
        _ => Err(wrong()),
    }
}

fn not_a_value(text: &str, values: &[String]) -> Wrong {
    let message = format!("`{text}` isn't among the values that the catalog declares for this field");
    let help = match closest(text, values.iter().map(String::as_str)) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("they are: {}", values.join(", ")),
    };
    (message, help)
}

fn described(ty: &Type) -> String {
    match ty {
        Type::String => "text".to_owned(),
        Type::Integer | Type::Decimal { .. } | Type::Float => "a number".to_owned(),
        Type::Boolean => "a truth value".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::Timestamp => "a time".to_owned(),
        other => format!("a value of type {other}"),
    }
}

/// A constant in the user's words.
fn shown(constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => format!("the text `{text}`"),
        Constant::Number(number, _) => format!("the number {}", number.normalized().to_plain_string()),
        Constant::Boolean(value) => format!("{value}"),
        Constant::Date(date) => format!("the date {date}"),
        Constant::Local(local) => format!("the time {local}"),
        Constant::Instant(instant) => format!("the time {instant}"),
    }
}

/// A number as a literal for a value of a number type.
fn number(number: &BigDecimal, float: bool, ty: &Type) -> Result<Literal, Wrong> {
    let number = number.normalized();
    if number.is_integer()
        && !float
        && let Some(whole) = number.to_i64()
    {
        return Ok(Literal::Integer(whole));
    }
    if float || *ty == Type::Float {
        let value = number.to_f64().filter(|value| value.is_finite());
        return value
            .map(Literal::Float)
            .ok_or_else(|| ("the number is too large".to_owned(), String::new()));
    }
    let (_, scale) = number.as_bigint_and_exponent();
    if scale > SCALE || number.digits() > 38 {
        return Err((
            format!("the number {} has too many digits", number.to_plain_string()),
            "numbers have at most 38 digits, 9 of them after the point".to_owned(),
        ));
    }
    Ok(Literal::Decimal(number))
}

/// A number in quotes, written plainly.
pub(super) fn plain_number(text: &str) -> Option<BigDecimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.len() <= 60
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A constant that is a day: a date, or a midnight.
pub(super) fn date(constant: &Constant) -> Option<Date> {
    match constant {
        Constant::Date(date) => Some(*date),
        Constant::Text(text) => parse_date(text),
        Constant::Local(local) if local.time() == Time::midnight() => Some(local.date()),
        _ => None,
    }
}

/// `2024-01-31`, exactly.
fn parse_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if shape { text.parse().ok().filter(|date: &Date| date.year() >= 1) } else { None }
}

/// The local time of a constant without a zone.
pub(super) fn local(constant: &Constant) -> Option<DateTime> {
    match constant {
        Constant::Date(date) => Some(date.to_datetime(Time::midnight())),
        Constant::Local(local) => Some(*local),
        Constant::Text(text) => match parse_date(text) {
            Some(date) => Some(date.to_datetime(Time::midnight())),
            None => parse_local(text),
        },
        _ => None,
    }
}

/// `2024-01-31 12:00:00.5`, with a space or a T, to the microsecond.
pub(super) fn parse_local(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    parse_date(date)?;
    let fraction = time.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let plain = time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.');
    let whole = time.split_once('.').map_or(time, |(whole, _)| whole);
    if !plain
        || fraction > 6
        || !matches!(whole.len(), 5 | 8)
        || whole.starts_with("24")
        || whole.ends_with(":60")
    {
        return None;
    }
    format!("{date}T{time}").parse().ok()
}

/// `2024-01-31T12:00:00Z`, with an offset.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    let (_, time) = text.split_once([' ', 'T'])?;
    let at = time.find(['+', '-', 'Z'])?;
    let offset = match &time[at..] {
        "Z" => "Z".to_owned(),
        short if short.len() == 3 => format!("{short}:00"),
        long => long.to_owned(),
    };
    let end = text.len() - (time.len() - at);
    let local = parse_local(text.get(..end)?.trim_end())?;
    format!("{local}{offset}").parse().ok()
}

/// The instant of a constant, in a column's zone or the project's.
pub(super) fn instant(constant: &Constant, zone: Option<&str>, calendar: &Calendar) -> Option<Timestamp> {
    match constant {
        Constant::Instant(instant) => Some(*instant),
        Constant::Text(text) if local(constant).is_none() => {
            // A column of local times ignores an offset in one database, and applies it in another.
            parse_instant(text).filter(|_| zone.is_none())
        }
        _ => {
            let local = local(constant)?;
            match zone {
                Some(zone) => TimeZone::get(zone).ok()?.to_ambiguous_timestamp(local).compatible().ok(),
                None => calendar.instant(local),
            }
        }
    }
}

/// The order of two constants.
pub(super) fn order(left: &Constant, right: &Constant, calendar: &Calendar) -> Option<Ordering> {
    match (left, right) {
        (Constant::Number(a, _), Constant::Number(b, _)) => Some(a.cmp(b)),
        (Constant::Number(a, _), Constant::Text(b)) => Some(a.cmp(&plain_number(b)?)),
        (Constant::Text(a), Constant::Number(b, _)) => Some(plain_number(a)?.cmp(b)),
        (Constant::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        (Constant::Boolean(a), Constant::Boolean(b)) => Some(a.cmp(b)),
        _ => match (date(left), date(right)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(instant(left, None, calendar)?.cmp(&instant(right, None, calendar)?)),
        },
    }
}
