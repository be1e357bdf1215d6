//! Dates and timestamps in ISO 8601.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::{Misfit, Notation, form};
use crate::types::TimeForm;

/// Parses a date in one of the declared formats.
pub(super) fn date(text: &str, notation: &Notation) -> Result<Date, Misfit> {
    if notation.dates.is_empty() {
        iso_date(text)
    } else {
        one_of(&notation.dates, |one| form::date(one, text))
    }
}

/// Parses an instant in one of the declared formats.
pub(super) fn timestamp(
    text: &str,
    notation: &Notation,
    zone: Option<&TimeZone>,
) -> Result<Timestamp, Misfit> {
    if notation.timestamps.is_empty() {
        return iso_timestamp(text, zone);
    }
    one_of(&notation.timestamps, |one| form::timestamp(one, text, zone))
}

/// The result of all formats that can read a text, provided that they agree.
fn one_of<T: PartialEq>(
    forms: &[TimeForm],
    read: impl Fn(&TimeForm) -> Result<T, Misfit>,
) -> Result<T, Misfit> {
    let mut found: Result<T, Misfit> = Err(Misfit::NotOne);
    for form in forms {
        match (read(form), &found) {
            (Ok(one), Ok(other)) if one != *other => return Err(Misfit::Ambiguous),
            (Ok(one), _) => found = Ok(one),
            // The most telling reason.
            (Err(misfit), Err(Misfit::NotOne)) => found = Err(misfit),
            (Err(_), _) => {}
        }
    }
    found
}

/// Parses `2024-01-31`, and nothing else.
pub(super) fn iso_date(text: &str) -> Result<Date, Misfit> {
    let bytes = text.as_bytes();
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return Err(Misfit::NotOne) };
    let pair = |a: &u8, b: &u8| Some(digit(*a)? * 10 + digit(*b)?);
    let parts = || Some((pair(y1, y2)?, pair(y3, y4)?, pair(m1, m2)?, pair(d1, d2)?));
    let (century, year, month, day) = parts().ok_or(Misfit::NotOne)?;
    let year = i16::from(century) * 100 + i16::from(year);
    if year == 0 {
        return Err(Misfit::Years);
    }
    Date::new(year, month, day).map_err(|_| Misfit::NoSuchTime)
}

fn digit(byte: u8) -> Option<i8> {
    byte.is_ascii_digit().then(|| i8::try_from(byte - b'0').ok())?
}

/// Parses `2024-01-31T12:00:00.123456+02:00`, and variants: a space for the `T`, no seconds, no
/// fraction; `Z`, ` UTC`, `+02`, `+0200`, or no offset if there is a time zone.
pub(super) fn iso_timestamp(text: &str, zone: Option<&TimeZone>) -> Result<Timestamp, Misfit> {
    let (Some(day), Some(rest)) = (text.get(..10), text.get(10..)) else { return Err(Misfit::NotOne) };
    let day = iso_date(day)?;
    let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(Misfit::NotOne)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end);
    let (time, nanos) = clock(time)?;
    let local = day.to_datetime(time);
    let instant = match iso_offset(offset)? {
        Some(offset) => offset.to_timestamp(local).map_err(|_| Misfit::Years)?,
        None => in_zone(local, zone.ok_or(Misfit::NoZone)?)?,
    };
    if nanos % 1_000 != 0 {
        return Err(Misfit::TooFine);
    }
    whole_micros(instant)
}

/// Parses `12:00`, `12:00:00` or `12:00:00.5` into the time and its nanoseconds.
fn clock(text: &str) -> Result<(Time, i32), Misfit> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(a, b)| (a, Some(b)));
    let mut parts = whole.split(':');
    let mut part = || -> Result<Option<i8>, Misfit> {
        let Some(part) = parts.next() else { return Ok(None) };
        let [tens, ones] = part.as_bytes() else { return Err(Misfit::NotOne) };
        let number = digit(*tens).zip(digit(*ones)).ok_or(Misfit::NotOne)?;
        Ok(Some(number.0 * 10 + number.1))
    };
    let (hour, minute, second) = (part()?, part()?, part()?);
    let (Some(hour), Some(minute)) = (hour, minute) else { return Err(Misfit::NotOne) };
    if parts.next().is_some() || fraction.is_some() && second.is_none() {
        return Err(Misfit::NotOne);
    }
    let nanos = fraction.map_or(Ok(0), nanoseconds)?;
    let time = Time::new(hour, minute, second.unwrap_or(0), nanos).map_err(|_| Misfit::NoSuchTime)?;
    Ok((time, nanos))
}

fn nanoseconds(digits: &str) -> Result<i32, Misfit> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misfit::NotOne);
    }
    let (kept, rest) = digits.split_at(digits.len().min(9));
    if rest.bytes().any(|byte| byte != b'0') {
        return Err(Misfit::TooFine);
    }
    let number: i32 = kept.parse().map_err(|_| Misfit::NotOne)?;
    let missing = u32::try_from(9 - kept.len()).unwrap_or(0);
    Ok(number * 10i32.pow(missing))
}

/// Parses `Z`, ` UTC`, `+02`, `+02:00`, `+0200` or `+05:53:28`; `None` if there is no offset.
fn iso_offset(text: &str) -> Result<Option<Offset>, Misfit> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    if text.is_empty() {
        return Ok(None);
    }
    if ["Z", "z", "UTC", "GMT"].contains(&text) {
        return Ok(Some(Offset::UTC));
    }
    let (negative, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (false, rest),
        Some(("-", rest)) => (true, rest),
        _ => return Err(Misfit::NotOne),
    };
    let digits: String = match rest.len() {
        3 => return Err(Misfit::NotOne),
        2 | 4 => rest.to_owned(),
        5 | 8 if rest.split(':').all(|part| part.len() == 2) => rest.replace(':', ""),
        _ => return Err(Misfit::NotOne),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misfit::NotOne);
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Ok(0), |two| two.parse::<i32>());
    let (Ok(hours), Ok(minutes), Ok(seconds)) = (part(0), part(2), part(4)) else {
        return Err(Misfit::NotOne);
    };
    if hours > 15 || minutes > 59 || seconds > 59 {
        return Err(Misfit::NoSuchTime);
    }
    let total = hours * 3600 + minutes * 60 + seconds;
    Offset::from_seconds(if negative { -total } else { total }).map(Some).map_err(|_| Misfit::NoSuchTime)
}

/// The instant of a local time: of a repeated one, the earlier; a skipped one moves forward.
pub(super) fn in_zone(local: DateTime, zone: &TimeZone) -> Result<Timestamp, Misfit> {
    zone.to_ambiguous_timestamp(local).compatible().map_err(|_| Misfit::Years)
}

/// The instant, if it is in the years 1 to 9999 and a whole number of microseconds.
pub(super) fn whole_micros(instant: Timestamp) -> Result<Timestamp, Misfit> {
    if instant.subsec_nanosecond() % 1_000 != 0 {
        return Err(Misfit::TooFine);
    }
    let year = Offset::UTC.to_datetime(instant).year();
    if (1..=9999).contains(&year) { Ok(instant) } else { Err(Misfit::Years) }
}

/// The instant, unless it is the later of two with the same local time.
pub(super) fn first_of_its_local_time(instant: Timestamp, zone: &TimeZone) -> Result<Timestamp, Misfit> {
    if zone == &TimeZone::UTC {
        return Ok(instant);
    }
    let first = in_zone(zone.to_datetime(instant), zone)?;
    if first == instant { Ok(instant) } else { Err(Misfit::SecondOfTwo) }
}
