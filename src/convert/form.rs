//! Dates and timestamps in declared formats.

use jiff::Timestamp;
use jiff::civil::{self, Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use super::{Misfit, time};
use crate::types::TimeForm;

/// Parses a date in a declared format.
pub(super) fn date(form: &TimeForm, text: &str) -> Result<Date, Misfit> {
    match form {
        TimeForm::Iso => time::iso_date(text),
        TimeForm::Pattern(pattern) => {
            let found = parsed(pattern, text)?;
            let day = found.to_date().map_err(|_| Misfit::NoSuchTime)?;
            let midnight = found.to_time().is_ok_and(|time| time == civil::Time::midnight());
            if found.hour().is_some() && !midnight {
                return Err(Misfit::NotOne);
            }
            years(day, text)
        }
        TimeForm::Epoch(_) => Err(Misfit::NotOne),
    }
}

/// Parses an instant in a declared format.
pub(super) fn timestamp(form: &TimeForm, text: &str, zone: Option<&TimeZone>) -> Result<Timestamp, Misfit> {
    match form {
        TimeForm::Iso => time::iso_timestamp(text, zone),
        TimeForm::Epoch(micros) => epoch(text, *micros),
        TimeForm::Pattern(pattern) => {
            let found = parsed(pattern, text)?;
            if let Some(instant) = found.timestamp() {
                return time::whole_micros(instant);
            }
            let local = datetime(&found)?;
            years(local.date(), text)?;
            let instant = match (found.offset(), zone) {
                (Some(offset), _) => offset.to_timestamp(local).map_err(|_| Misfit::Years)?,
                (None, Some(zone)) => time::in_zone(local, zone)?,
                (None, None) => return Err(Misfit::NoZone),
            };
            time::whole_micros(instant)
        }
    }
}

/// A date without a time means its midnight.
fn datetime(found: &BrokenDownTime) -> Result<DateTime, Misfit> {
    let day = found.to_date().map_err(|_| Misfit::NoSuchTime)?;
    if found.hour().is_none() && found.minute().is_none() {
        return Ok(day.to_datetime(civil::Time::midnight()));
    }
    found.to_datetime().map_err(|_| Misfit::NoSuchTime)
}

fn parsed(pattern: &str, text: &str) -> Result<BrokenDownTime, Misfit> {
    // Spaces in a pattern would match none or many.
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(Misfit::NotOne);
    }
    let found = strtime::parse(pattern, text).map_err(|_| Misfit::NotOne)?;
    // A leap second would be taken for the one before it.
    if text.contains("60") && found.second() == Some(59) && !text.contains("59") {
        return Err(Misfit::NoSuchTime);
    }
    Ok(found)
}

/// The date, if its year is written in full: `24` isn't the year 24.
fn years(day: Date, text: &str) -> Result<Date, Misfit> {
    let written = |year: i16| year >= 1000 || text.contains(&format!("{year:04}"));
    match day.year() {
        year if year < 1 => Err(Misfit::Years),
        year if written(year) => Ok(day),
        _ => Err(Misfit::NotOne),
    }
}

fn epoch(text: &str, micros: i64) -> Result<Timestamp, Misfit> {
    let digits = super::number::digits(text).ok_or(Misfit::NotOne)?;
    // Seconds may have fractions, if those are whole microseconds.
    let scale = micros.ilog10();
    let count = digits.scaled(u8::try_from(scale).unwrap_or(0)).map_err(|misfit| match misfit {
        Misfit::Scale(_) => Misfit::TooFine,
        _ => Misfit::Years,
    })?;
    let count = i64::try_from(count).map_err(|_| Misfit::Years)?;
    let instant = Timestamp::from_microsecond(count).map_err(|_| Misfit::Years)?;
    time::whole_micros(instant)
}
