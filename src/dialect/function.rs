//! The functions that a dialect file must give a template for.

use super::capability::named;

named! {
    /// A function of the relational plan. Every dialect gives each a template with
    /// `$1 $2 …`; the meaning is the language's, whatever the engine calls it.
    /// "Local" is a timestamp without a zone; "instant" one with.
    Function {
        /// `(text)`: the text so that it orders by code point (a collation, or just `$1`).
        TextOrder = "text_order",
        /// `(text)`: lower case.
        Lower = "lower",
        /// `(text)`: upper case.
        Upper = "upper",
        /// `(text)`: without U+0020 at both ends, and nothing else.
        Trim = "trim",
        /// `(text)`: number of code points.
        Length = "length",
        /// `(text, needle)`: boolean; the needle is literal text.
        Contains = "contains",
        /// `(text, needle)`: boolean; the needle is literal text.
        StartsWith = "starts_with",
        /// `(text, needle)`: boolean; the needle is literal text.
        EndsWith = "ends_with",
        /// `(text, pattern)`: boolean; whether the pattern is found in the text.
        Matches = "matches",
        /// `(text, needle, edits)`: boolean; the Levenshtein distance in code points is at most so
        /// much, and the text has at most 255 of them; the others are literals.
        Resembles = "resembles",
        /// `(text)`: a text whose order is the precedence of semantic versions (see
        /// `Version::key`); missing if the text is no version.
        SemverKey = "semver_key",
        /// `(text, text)`: the second after the first.
        Concat = "concat",
        /// `(date)`: as text, `2026-01-31`.
        DateText = "date_text",
        /// `(text)`: the first 8 hexadecimal digits of its MD5 (as UTF-8) as a number, modulo 10000.
        Bucket = "bucket",
        /// `(number)`: absolute value.
        Abs = "abs",
        /// `(integer or decimal)`: to a whole number, half away from zero.
        RoundExact = "round_exact",
        /// `(float)`: to a whole number, half away from zero.
        RoundFloat = "round_float",
        /// `(number)`: the greatest whole number not above it.
        Floor = "floor",
        /// `(number)`: the least whole number not below it.
        Ceil = "ceil",
        /// `(decimal)`: to 9 digits after the point, half away from zero, as decimal(38,9).
        RoundNine = "round_nine",
        /// `(decimal)`: as it is, or, where an engine would drop digits after the point from a result
        /// of more than 38 digits, as decimal(28,9): more digits before the point fail.
        Narrow = "narrow",
        /// `(number, number)`: quotient as a float; the divisor is not 0.
        Divide = "divide",
        /// `(exact, exact)`: remainder with the sign of the dividend; the divisor is not 0.
        Remainder = "remainder",
        /// `(number)`: a divisor; missing if it is 0.
        NonZero = "non_zero",
        /// `(integer)`: aggregate; the sum as decimal(38,0), without wrapping.
        SumInteger = "sum_integer",
        /// `(decimal)`: aggregate; the exact sum.
        SumDecimal = "sum_decimal",
        /// `(float)`: aggregate.
        SumFloat = "sum_float",
        /// `(number)`: aggregate; the mean as a float.
        Avg = "avg",
        /// `(value)`: aggregate; the number of different values that are present.
        CountDistinct = "count_distinct",
        /// `(value)`: aggregate; the smallest.
        Min = "min",
        /// `(value)`: aggregate; the largest.
        Max = "max",
        /// `(instant, zone)`: its local time in the zone.
        LocalTime = "local_time",
        /// `(local, zone)`: the instant; skipped times move forward by the gap, repeated ones are the earlier.
        Instant = "instant",
        /// `(local)`: its day.
        LocalDate = "local_date",
        /// `(local, zone)`: the instant, of a local time that the zone never repeats.
        InstantOnce = "instant_once",
        /// `(local, zone)`: the instant, in a zone that only ever sets its clocks back by one hour.
        InstantHour = "instant_hour",
        /// `(date)`: the local time at which it begins.
        Midnight = "midnight",
        /// `(local)`: the start of its second.
        StartOfSecond = "start_of_second",
        /// `(local)`: the start of its minute.
        StartOfMinute = "start_of_minute",
        /// `(local)`: the start of its hour.
        StartOfHour = "start_of_hour",
        /// `(local)`: the start of its day.
        StartOfDay = "start_of_day",
        /// `(local)`: the start of its week, on Monday.
        StartOfWeek = "start_of_week",
        /// `(local)`: the start of its month.
        StartOfMonth = "start_of_month",
        /// `(local)`: the start of its quarter.
        StartOfQuarter = "start_of_quarter",
        /// `(local)`: the start of its year.
        StartOfYear = "start_of_year",
        /// `(local, days)`: moved forward; the count is a literal above 0.
        AddDays = "add_days",
        /// `(local, days)`: moved backward; the count is a literal above 0.
        SubtractDays = "subtract_days",
        /// `(local, months)`: moved forward, clamped to the month's last day; a literal above 0.
        AddMonths = "add_months",
        /// `(local, months)`: moved backward, clamped to the month's last day; a literal above 0.
        SubtractMonths = "subtract_months",
        /// `(instant, hours)`: moved forward by exact hours; a literal above 0.
        AddHours = "add_hours",
        /// `(instant, hours)`: moved backward by exact hours; a literal above 0.
        SubtractHours = "subtract_hours",
        /// `(instant, seconds)`: moved forward by exact seconds; a literal above 0.
        AddSeconds = "add_seconds",
        /// `(instant, seconds)`: moved backward by exact seconds; a literal above 0.
        SubtractSeconds = "subtract_seconds",
        /// `(date, days)`: a date moved forward; a literal above 0.
        AddDateDays = "add_date_days",
        /// `(date, days)`: a date moved backward; a literal above 0.
        SubtractDateDays = "subtract_date_days",
        /// `(date, months)`: a date moved forward, clamped; a literal above 0.
        AddDateMonths = "add_date_months",
        /// `(date, months)`: a date moved backward, clamped; a literal above 0.
        SubtractDateMonths = "subtract_date_months",
        /// `(local or date)`: its year.
        Year = "year",
        /// `(local or date)`: its month, 1 to 12.
        Month = "month",
        /// `(local or date)`: its day of the month.
        Day = "day",
        /// `(local)`: its hour, 0 to 23.
        Hour = "hour",
        /// `(local or date)`: its day of the week, 1 for Monday to 7 for Sunday.
        Weekday = "weekday",
        /// `(date, date)`: days from the first to the second, an integer.
        DaysBetween = "days_between",
        /// `(date, day)`: how many anniversaries of the date lie before the day, an integer; below
        /// 1 if none does. 29 February has its own on 28 February in years without one.
        Anniversaries = "anniversaries",
        /// `(array, value)`: boolean, or null; true if an element equals the value.
        ArrayContains = "array_contains",
        /// `(array)`: how many of its elements are present; null or 0 if it is null.
        ArraySize = "array_size",
        /// `(column)`: reads a JSON document, as the functions below take it.
        ReadJson = "read_json",
        /// `(column)`: reads text that is a JSON document, as the functions below take it.
        ReadJsonText = "read_json_text",
        /// `(json, key)`: the value of an object's key that is a plain name; null if there is none,
        /// or no object.
        JsonKey = "json_key",
        /// `(json, key)`: the value of an object's key, whatever characters it has.
        JsonAnyKey = "json_any_key",
        /// `(json)`: itself; null if it is JSON's null.
        JsonPresent = "json_present",
        /// `(json)`: the text that a JSON string is; null for other JSON values, as below.
        JsonString = "json_string",
        /// `(json)`: the integer that a JSON number is; null if it has a fraction or over 64 bits.
        JsonInteger = "json_integer",
        /// `(json)`: a JSON number as decimal(38,9), rounded half away from zero; null beyond that.
        JsonDecimal = "json_decimal",
        /// `(json)`: a JSON number as a float.
        JsonFloat = "json_float",
        /// `(json)`: true or false.
        JsonBoolean = "json_boolean",
        /// `(json)`: the date that a JSON string writes as `2024-01-31`; null if there is no such day.
        JsonDate = "json_date",
        /// `(json)`: the instant that a JSON string writes as `2024-01-31T12:00:00.123456Z`, the
        /// fraction optional, with a space for `T` or an offset such as `+02:00` for `Z`.
        JsonTimestamp = "json_timestamp",
        /// `(json, value)`: the array that a JSON array is; `value` reads one element, `segc_item`.
        JsonElements = "json_elements",
        /// `(float)`: a value that windows can be divided by, equal where the numbers are.
        FloatKey = "float_key",
        /// `(instant)`: microseconds since 1970 in UTC, an integer.
        EpochMicros = "epoch_micros",
        /// `(column, zone)`: reads a zone-less local time as an instant.
        ReadZone = "read_zone",
        /// `(column)`: reads CHAR(n) without its padding.
        ReadChar = "read_char",
        /// `(integer)`: with 64 bits, where it may have fewer: a literal, a count of days, a column.
        WideInteger = "wide_integer",
        /// `(column)`: reads a 32-bit float as 64 bits, NaN as missing.
        ReadFloat32 = "read_float32",
        /// `(column)`: reads a float, NaN as missing.
        ReadFloatNan = "read_float_nan",
        /// `()`: the engine's clock at this very moment, an instant.
        EngineClock = "engine_clock",
        /// `(text)`: fails the statement with this message.
        Raise = "raise",
    }
}

impl Function {
    /// How many arguments it has: its description begins with their list.
    #[must_use]
    pub(crate) fn arity(self) -> usize {
        let list = self.description().split(['(', ')']).nth(1).unwrap_or_default();
        if list.is_empty() { 0 } else { list.split(',').count() }
    }
}
