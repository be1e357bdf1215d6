//! Advice about dates and timestamps: which declared formats would read a text.

use jiff::Span;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::advice::{Advice, holds_local_times, with_article};
use super::{Converter, Misfit, Value, form, time};
use crate::types::{TimeForm, Type};

/// Formats of dates in exports, the likelier first.
const DAYS: &[&str] = &[
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%a, %d %b %Y",
];

/// Formats of times after a date.
const TIMES: &[&str] = &[
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S%.f",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %I:%M:%S%.f %p",
    "T%H:%M:%S",
    "T%H:%M:%S%.f",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    ", %I:%M:%S %p",
    " %H%M%S",
    "%H%M%S",
    "T%H%M%S",
    " 00:00:00",
    "T00:00:00",
];

/// Offsets after a time.
const OFFSETS: &[&str] = &["", "%:z", "%z", " %z", " %:z", "Z", " UTC"];

/// The maximum number of suggested formats.
const OFFERED: usize = 3;

/// Advice about a text that isn't a date or timestamp.
pub(super) fn of(text: &str, misfit: &Misfit, converter: &Converter<'_>) -> Advice {
    let ty = with_article(&converter.ty);
    match misfit {
        Misfit::NoZone => no_zone(&converter.clone()),
        Misfit::TooFine => Advice::new(
            "has parts of a microsecond",
            "write at most six digits after the decimal point, or declare the field `string`",
        ),
        Misfit::Years => Advice::new(
            "is outside the years 1 to 9999",
            "correct the value, or declare it missing: `read: { null: [\"…\"] }`",
        ),
        Misfit::SecondOfTwo => Advice::new(
            "is the second of two instants with the same local time, but the column holds local times",
            "write a different instant; a column with a zone (a field without `zone:`) can store this one",
        ),
        Misfit::Ambiguous => Advice::new(
            "is read differently by two of the declared formats",
            "keep the format that the file uses",
        ),
        Misfit::NoSuchTime => {
            Advice::new(format!("isn't {ty}: there is no such day or time"), "correct the value")
        }
        _ => unread(text, converter),
    }
}

fn no_zone(converter: &Converter<'_>) -> Advice {
    let help = if holds_local_times(converter) {
        "declare the field's `zone` by its IANA name".to_owned()
    } else {
        "declare the zone of the file's local times, as in `read: { zone: UTC }` or `read: { zone: Europe/Paris }`; if the database's column has no zone either, declare `zone:` in the field instead".to_owned()
    };
    Advice::new("has no offset, but no zone is declared", help)
}

/// The formats that would read the text, as advice.
fn unread(text: &str, converter: &Converter<'_>) -> Advice {
    let said = format!("is not {}", with_article(&converter.ty));
    let of_dates = converter.ty == Type::Date;
    if of_dates {
        if time::iso_timestamp(text, Some(&TimeZone::UTC)).is_ok() {
            let (day, rest) = text.split_at(10);
            let _ = day;
            let midnight = rest.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
            let help = if midnight && !rest.contains(['+', '-']) {
                format!("declare `read: {{ date_format: \"%Y-%m-%d{rest}\" }}`, or the field a `timestamp`")
            } else {
                "declare the field a `timestamp`: a date has no time of day".to_owned()
            };
            return Advice::new(said, help);
        }
    } else if let Some(advice) = epoch(text, &said) {
        return advice;
    }
    let forms = forms(text, converter);
    let key = if of_dates { "date_format" } else { "timestamp_format" };
    let zone = !of_dates && converter.zone.is_none() && forms.iter().any(|(form, ..)| !has_offset(form));
    let zone = if zone { ", zone: UTC" } else { "" };
    let said = if matches!(forms.as_slice(), [_, _, ..]) {
        format!("{said} in an unambiguous format")
    } else {
        said
    };
    match forms.as_slice() {
        [] => Advice::new(said, otherwise(text, of_dates)),
        [(form, ..)] => {
            let more = if zone.is_empty() { "" } else { " with the zone of these local times" };
            Advice::new(said, format!("declare `read: {{ {key}: \"{form}\"{zone} }}`{more}"))
        }
        many => {
            let each: Vec<String> = many
                .iter()
                .take(OFFERED)
                .map(|(form, shown)| format!("`read: {{ {key}: \"{form}\"{zone} }}` if it is {shown}"))
                .collect();
            Advice::new(said, format!("declare {}", each.join(", or ")))
        }
    }
}

fn has_offset(form: &str) -> bool {
    form.contains("%z") || form.contains("%:z")
}

/// The formats that can read a text, and the date that each reads.
fn forms(text: &str, converter: &Converter<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let utc = TimeZone::UTC;
    let zone = converter.zone.as_ref().unwrap_or(&utc);
    if text.len() > 64 {
        return found;
    }
    let mut offer = |pattern: String, shown: Option<String>| {
        if let Some(shown) = shown
            && !found.iter().any(|(_, known)| *known == shown)
        {
            found.push((pattern, shown));
        }
    };
    for day in DAYS {
        if converter.ty == Type::Date {
            for end in ["", " 00:00", " 00:00:00", " 0:00"] {
                let pattern = format!("{day}{end}");
                let read = form::date(&TimeForm::Pattern(pattern.clone()), text).ok();
                offer(pattern, read.map(|day| day.strftime("%-d %B %Y").to_string()));
            }
            continue;
        }
        for time in TIMES {
            for offset in OFFSETS {
                // Both are text of the form: an offset that is written, but not read, is a zone.
                if matches!(*offset, "Z" | " UTC") && (time.is_empty() || time.contains("00:00")) {
                    continue;
                }
                let pattern = format!("{day}{time}{offset}");
                let read = form::timestamp(&TimeForm::Pattern(pattern.clone()), text, Some(zone)).ok();
                offer(pattern, read.map(|at| at.strftime("%-d %B %Y %H:%M:%S%.f UTC").to_string()));
            }
        }
    }
    found
}

/// Whole numbers of nine or more digits are probably Unix times.
fn epoch(text: &str, said: &str) -> Option<Advice> {
    let digits = text.split('.').next().unwrap_or_default();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit = match digits.len() {
        9 | 10 => "epoch_seconds",
        12 | 13 => "epoch_millis",
        15 | 16 => "epoch_micros",
        _ => return None,
    };
    let read = form::timestamp(&TimeForm::declared(unit, false).ok()?, text, None).ok()?;
    Some(Advice::new(
        said,
        format!("declare `read: {{ timestamp_format: {unit} }}` if it is {}", Value::Timestamp(read).shown()),
    ))
}

/// What the number of a day means in Excel and most other spreadsheets: the days since 1900, of
/// which it counts one too many, and a part of a day.
fn of_spreadsheet(text: &str) -> Option<DateTime> {
    const DAY: f64 = 86_400.0;
    let (days, rest) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || rest.len() > 15 || !is_number(days) || !is_number(rest) {
        return None;
    }
    let part: f64 = format!("0.{rest}").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is less than a day")]
    let seconds = (part * DAY).round() as i64;
    let span = Span::new().try_days(days.parse::<i64>().ok()?).ok()?.try_seconds(seconds).ok()?;
    DateTime::constant(1899, 12, 30, 0, 0, 0, 0).checked_add(span).ok()
}

fn otherwise(text: &str, of_dates: bool) -> String {
    if let Some(time) = of_spreadsheet(text) {
        let (day, form) = if of_dates {
            (time.strftime("%Y-%m-%d"), "yyyy-mm-dd")
        } else {
            (time.strftime("%Y-%m-%d %H:%M:%S"), "yyyy-mm-dd hh:mm:ss")
        };
        return format!(
            "if this is a spreadsheet's number for {day}, give the column the format `{form}` in the spreadsheet, and export it again"
        );
    }
    if of_dates {
        "write a day such as `2026-01-31`, or declare its format: `read: { date_format: \"%d/%m/%Y\" }`"
            .to_owned()
    } else {
        "write an instant such as `2026-01-31T12:00:00Z`, or declare its format: `read: { timestamp_format: \"%d/%m/%Y %H:%M\" }`".to_owned()
    }
}

impl Value<'_> {
    /// A time as shown to people.
    fn shown(&self) -> String {
        match self {
            Self::Timestamp(instant) => instant.to_string(),
            _ => String::new(),
        }
    }
}
