//! Values as columns encode them: instants as counts since 1970, days as digits, loose versions.

use jiff::Timestamp;
use jiff::civil::Date;

/// The unit in which a column counts the time since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
}

/// The first second of year 1, and the last of year 9999.
const SECONDS: (i64, i64) = (-62_135_596_800, 253_402_300_799);

impl EpochUnit {
    /// Its length in microseconds.
    #[must_use]
    pub(crate) fn micros(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000,
            Self::Millis => 1_000,
            Self::Micros => 1,
        }
    }

    /// What catalogs call it.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "epoch_seconds",
            Self::Millis => "epoch_millis",
            Self::Micros => "epoch_micros",
        }
    }

    /// The least and the greatest count that is in the years 1 to 9999. Others are missing.
    #[must_use]
    pub(crate) fn limits(self) -> (i64, i64) {
        let per_second = 1_000_000 / self.micros();
        (SECONDS.0 * per_second, SECONDS.1 * per_second + per_second - 1)
    }

    /// Whether a count is in the years 1 to 9999.
    #[must_use]
    pub(crate) fn holds(self, count: i64) -> bool {
        let (least, most) = self.limits();
        (least..=most).contains(&count)
    }

    /// The instant of a count; `None` if it isn't in the years 1 to 9999, or on their last day, which
    /// [`Timestamp`] can't represent.
    #[must_use]
    pub(crate) fn instant(self, count: i64) -> Option<Timestamp> {
        let micros = count.checked_mul(self.micros())?;
        Timestamp::from_microsecond(micros).ok().filter(|_| self.holds(count))
    }

    /// The count of an instant, if it is exactly one.
    #[must_use]
    pub(crate) fn count(self, instant: Timestamp) -> Option<i64> {
        let floor = self.floor(instant);
        (floor == self.ceil(instant)).then_some(floor)
    }

    /// The last count that isn't after an instant.
    #[must_use]
    pub(crate) fn floor(self, instant: Timestamp) -> i64 {
        instant.as_microsecond().div_euclid(self.micros())
    }

    /// The first count that isn't before an instant.
    #[must_use]
    pub(crate) fn ceil(self, instant: Timestamp) -> i64 {
        let floor = self.floor(instant);
        let is_whole = instant.as_microsecond().rem_euclid(self.micros()) == 0;
        if is_whole { floor } else { floor + 1 }
    }
}

/// The day of eight digits, `20240131`.
#[must_use]
pub(crate) fn digits_date(text: &str) -> Option<Date> {
    let is_digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    if !is_digits {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|day| day.year() > 0)
}

/// The day of a number, `20240131`.
#[must_use]
pub(crate) fn number_date(number: i64) -> Option<Date> {
    digits_date(&format!("{number:08}"))
}

/// A day as eight digits.
#[must_use]
pub(crate) fn date_digits(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// A day as the number that its digits are.
#[must_use]
pub(crate) fn date_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// A loosely written version as a strict one is written: without spaces around, a leading `v` and build
/// metadata, and with three numbers. Other text doesn't become a version.
#[must_use]
pub(crate) fn loose_version(text: &str) -> String {
    let text = text.trim_matches(' ');
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split_once('+').map_or(text, |(before, _)| before);
    let (core, rest) = text.split_at(text.find('-').unwrap_or(text.len()));
    let parts: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let zeros = match parts.len() {
        1 => ".0.0",
        2 => ".0",
        _ => "",
    };
    if parts.iter().all(is_number) { format!("{core}{zeros}{rest}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_between_two_units_are_rounded_away_from_what_a_comparison_excludes() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let seconds = EpochUnit::Seconds;
        let between = at("2026-01-01T00:00:00.5Z");
        assert_eq!((seconds.floor(between), seconds.ceil(between)), (1_767_225_600, 1_767_225_601));
        assert_eq!(seconds.count(between), None);
        let before_1970 = at("1969-12-31T23:59:58.25Z");
        assert_eq!((seconds.floor(before_1970), seconds.ceil(before_1970)), (-2, -1));
        assert_eq!(EpochUnit::Millis.count(before_1970), Some(-1750));
        assert_eq!(EpochUnit::Micros.count(before_1970), Some(-1_750_000));
    }

    #[test]
    fn counts_outside_the_years_1_to_9999_are_no_instants() {
        for unit in [EpochUnit::Seconds, EpochUnit::Millis, EpochUnit::Micros] {
            let (least, most) = unit.limits();
            assert_eq!(unit.instant(least).expect("year 1").to_string(), "0001-01-01T00:00:00Z");
            assert_eq!((unit.instant(least - 1), unit.holds(least - 1)), (None, false));
            assert_eq!((unit.holds(most), unit.holds(most + 1)), (true, false));
            assert_eq!((unit.instant(i64::MIN), unit.instant(i64::MAX)), (None, None));
        }
        assert_eq!(EpochUnit::Micros.limits().1, 253_402_300_799_999_999);
    }

    #[test]
    fn days_are_eight_digits() {
        let day = |text: &str| digits_date(text).map(|day| day.to_string());
        assert_eq!(day("20240229").as_deref(), Some("2024-02-29"));
        assert_eq!(day("00010101").as_deref(), Some("0001-01-01"));
        for text in
            ["20230229", "00000101", "2024010", "202401011", "2024-1-1", "20241301", "", "２０２４０１０１"]
        {
            assert_eq!(day(text), None, "{text}");
        }
        let number = |number| number_date(number).map(|day| (day.to_string(), date_number(day)));
        assert_eq!(number(20_240_131), Some(("2024-01-31".to_owned(), 20_240_131)));
        assert_eq!(number(10_101), Some(("0001-01-01".to_owned(), 10_101)));
        assert_eq!(
            [number(0), number(-20_240_131), number(120_240_131), number(i64::MIN)],
            [const { None }; 4]
        );
        assert_eq!(date_digits(Date::constant(7, 1, 2)), "00070102");
    }

    #[test]
    fn loose_versions_are_completed() {
        for (text, strict) in [
            ("1.2.3", "1.2.3"),
            ("v1.2", "1.2.0"),
            ("  v1 ", "1.0.0"),
            ("1.2+build.5", "1.2.0"),
            ("1.2.3+", "1.2.3"),
            ("v1-rc.1+x-y", "1.0.0-rc.1"),
            ("1.2-rc.1", "1.2.0-rc.1"),
            ("1.2.3.4", "1.2.3.4"),
            ("V1.2", "V1.2"),
            ("vv1", "v1"),
            ("1.", "1."),
            ("", ""),
            ("latest", "latest"),
        ] {
            assert_eq!(loose_version(text), strict, "{text}");
        }
    }
}
