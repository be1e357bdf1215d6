//! Forms of dates and timestamps that a project declares: `%d/%m/%Y`, `epoch_seconds`, `iso`.

use jiff::civil;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};

/// The format of dates or timestamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeForm {
    /// ISO 8601, the default.
    Iso,
    /// Directives such as `%Y`.
    Pattern(String),
    /// Time since 1970-01-01T00:00:00Z, in units of this many microseconds.
    Epoch(i64),
}

/// Why a declared format can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormError {
    /// It has a directive that doesn't exist, or that can't be parsed.
    Directive,
    /// It doesn't determine a day, for example because it has no year.
    NoDay,
    /// It is a Unix time, but the field is a date.
    EpochOfDate,
}

impl TimeForm {
    /// Parses a declaration.
    ///
    /// # Errors
    ///
    /// Its directives are unknown, or don't determine a day.
    pub(crate) fn declared(text: &str, of_dates: bool) -> Result<Self, TimeFormError> {
        let micros = match text {
            "iso" => return Ok(Self::Iso),
            "epoch_seconds" => 1_000_000,
            "epoch_millis" => 1_000,
            "epoch_micros" => 1,
            pattern => {
                check(pattern)?;
                return Ok(Self::Pattern(pattern.to_owned()));
            }
        };
        if of_dates { Err(TimeFormError::EpochOfDate) } else { Ok(Self::Epoch(micros)) }
    }
}

impl std::fmt::Display for TimeForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Iso => "iso",
            Self::Pattern(pattern) => pattern,
            Self::Epoch(1_000_000) => "epoch_seconds",
            Self::Epoch(1_000) => "epoch_millis",
            Self::Epoch(_) => "epoch_micros",
        })
    }
}

/// Whether a pattern determines a day: it must be able to read what it writes.
fn check(pattern: &str) -> Result<(), TimeFormError> {
    let sample = civil::date(2023, 11, 24).at(17, 31, 58, 0);
    let zone = TimeZone::fixed(Offset::constant(5));
    let sample = sample.to_zoned(zone).map_err(|_| TimeFormError::Directive)?;
    let written = strtime::format(pattern, &sample).map_err(|_| TimeFormError::Directive)?;
    let read = strtime::parse(pattern, &written);
    if read.as_ref().is_err_and(|error| error.to_string().contains("parsing"))
        && ["%c", "%r", "%X", "%x", "%Z", "%q"].iter().any(|one| pattern.contains(one))
    {
        return Err(TimeFormError::Directive);
    }
    let read = read.map_err(|_| TimeFormError::NoDay)?;
    let same_day = read.to_date().is_ok_and(|day| day == sample.date());
    if same_day || read.timestamp().is_some() { Ok(()) } else { Err(TimeFormError::NoDay) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_formats_must_determine_a_day() {
        for text in
            ["%d/%m/%Y", "%Y%m%d", "%d %B %y", "%s", "%m/%d/%Y %I:%M %p", "%Y-%j", "iso", "epoch_millis"]
        {
            assert_eq!(TimeForm::declared(text, false).map(|form| form.to_string()), Ok(text.to_owned()));
        }
        for (text, wanted) in [
            ("%d/%m", TimeFormError::NoDay),
            ("", TimeFormError::NoDay),
            ("DD/MM/YYYY", TimeFormError::NoDay),
            ("%H:%M", TimeFormError::NoDay),
            ("%d/%m/%K", TimeFormError::Directive),
            ("%d/%m/%Y %Z", TimeFormError::Directive),
            ("%c", TimeFormError::Directive),
        ] {
            assert_eq!(TimeForm::declared(text, false), Err(wanted), "{text}");
        }
        assert_eq!(TimeForm::declared("epoch_seconds", true), Err(TimeFormError::EpochOfDate));
    }
}
