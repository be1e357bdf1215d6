//! The functions that a dialect file gives templates for.

use super::capability::named;

named! {
    /// A function of the relational plan. Every dialect has a template with `$1 $2 …` for each, unless its text says otherwise; the
    /// meaning is the language's, whatever the engine calls it. A "local" is a timestamp without a
    /// time zone, an "instant" one with a time zone.
    Function {
        /// `(text)`: the text so that it orders by code point (a collation, or just `$1`).
        TextOrder = "text_order",
        /// `(text)`: lower case.
        Lower = "lower",
        /// `(text)`: upper case.
        Upper = "upper",
        /// `(text)`: without U+0020 at both ends; other white space stays.
        Trim = "trim",
        /// `(text)`: number of code points.
        Length = "length",
        /// `(text, needle)`: boolean; whether the text contains the needle, which is literal text.
        Contains = "contains",
        /// `(text, needle)`: boolean; whether the text begins with the needle, which is literal
        /// text.
        StartsWith = "starts_with",
        /// `(text, needle)`: boolean; whether the text ends with the needle, which is literal text.
        EndsWith = "ends_with",
        /// `(text, pattern)`: boolean; whether the pattern is found in the text.
        Matches = "matches",
        /// `(text, needle, edits)`: boolean; whether the Levenshtein distance in code points is at
        /// most `edits`, and the text has at most 255 of them; the other two are literals.
        Resembles = "resembles",
        /// `(text)`: a text whose order is the precedence of semantic versions (see
        /// `Version::key`); missing if the text is no version.
        SemverKey = "semver_key",
        /// `(key)`: the version of which `semver_key` makes this text, without build metadata; missing if the
        /// key is.
        SemverText = "semver_text",
        /// `(text, text)`: the concatenation of both.
        Concat = "concat",
        /// `(date)`: as text, `2026-01-31`.
        DateText = "date_text",
        /// `(text)`: the first 8 hexadecimal digits of its MD5 (as UTF-8) as a number, modulo 10000.
        Bucket = "bucket",
        /// `(text)`: 100000 times the first 15 hexadecimal digits of its SHA-1 (as UTF-8), divided by
        /// 0xFFFFFFFFFFFFFFF and rounded down: an integer, exactly.
        Sha1Share = "sha1_share",
        /// `(text)`: 100000 times the first 16 hexadecimal digits of its MD5 (as UTF-8), divided by 2^64 and
        /// rounded down: an integer, exactly.
        Md5Share = "md5_share",
        /// `(text)`: its MD5 (as UTF-8), a number of 128 bits, modulo 9999.
        Md5Remainder = "md5_remainder",
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
        /// `(decimal, places)`: rounded to this number of digits after the point, half away from zero,
        /// before a cast to a decimal with as many; the places are a literal.
        RoundTo = "round_to",
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
        /// `(float)`: aggregate; the sum.
        SumFloat = "sum_float",
        /// `(number)`: aggregate; the mean as a float.
        Avg = "avg",
        /// `(value)`: aggregate; the number of different values that are present.
        CountDistinct = "count_distinct",
        /// `(value)`: aggregate; the smallest.
        Min = "min",
        /// `(value)`: aggregate; the largest.
        Max = "max",
        /// `(value, time, key)`: an aggregate, the value of the row that is first by the other two, which are
        /// never null; null if the value is. Without a template, rows are numbered instead.
        FirstRow = "first_row",
        /// `(value, time, key)`: the same of the last row.
        LastRow = "last_row",
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
        /// `(text)`: the integer of 64 bits that the whole text is: digits without a leading zero, and
        /// perhaps `-` before them; null otherwise, as in the functions below.
        TextInteger = "text_integer",
        /// `(text)`: the decimal(38,9) that the whole text is: an integer of at most 29 digits, and perhaps a
        /// point and 1 to 9 digits.
        TextDecimal = "text_decimal",
        /// `(text)`: the date that the whole text is, as in `2024-01-31`, from the year 1 on.
        TextDate = "text_date",
        /// `(text)`: the instant that the whole text is, as in `2024-01-31T12:00:00.123456Z`; the fraction is
        /// optional, `T` may be a space, and `Z` an offset of up to 14 hours.
        TextTimestamp = "text_timestamp",
        /// `(text)`: the nearest double to the number that the whole text of at most 1,000 characters is: digits,
        /// perhaps with `-` before them, a point and digits, and an exponent. Null if that is infinite, or 0 where
        /// the text isn't.
        TextFloat = "text_float",
        /// `(text)`: the local that the whole text is, as `text_timestamp` without `Z` or an offset.
        TextLocal = "text_local",
        /// `(decimal)`: as text, without trailing zeros, and without a point if it is whole.
        DecimalText = "decimal_text",
        /// `(integer)`: its digits, with `-` before them if it is negative.
        IntegerText = "integer_text",
        /// `(local or date)`: its year.
        Year = "year",
        /// `(local or date)`: its month, 1 to 12.
        Month = "month",
        /// `(local or date)`: its day of the month.
        Day = "day",
        /// `(local)`: its hour, 0 to 23.
        Hour = "hour",
        /// `(local)`: its minute, 0 to 59.
        Minute = "minute",
        /// `(local)`: microseconds by its clock since midnight, an integer.
        TimeOfDay = "time_of_day",
        /// `(local or date)`: its day of the week, 1 for Monday to 7 for Sunday.
        Weekday = "weekday",
        /// `(date, date)`: days from the first to the second, an integer.
        DaysBetween = "days_between",
        /// `(date, day)`: the number of anniversaries of the date before the day, an integer below
        /// 1 if there are none. The anniversary of 29 February is 28 February in other years.
        Anniversaries = "anniversaries",
        /// `(array, value)`: boolean, or null; true if an element equals the value.
        ArrayContains = "array_contains",
        /// `(array)`: the number of elements that are present; null or 0 if the array is null.
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
        /// `(json)`: the value of a JSON string; null for any other JSON value, as in the functions
        /// below.
        JsonString = "json_string",
        /// `(json)`: the value of a JSON number that is an integer; null if it has a fraction or
        /// needs over 64 bits.
        JsonInteger = "json_integer",
        /// `(json)`: a JSON number as decimal(38,9), rounded half away from zero; null beyond that.
        JsonDecimal = "json_decimal",
        /// `(json)`: a JSON number as a float.
        JsonFloat = "json_float",
        /// `(json)`: the value of a JSON boolean.
        JsonBoolean = "json_boolean",
        /// `(json)`: the date in a JSON string such as `2024-01-31`; null if there is no such day.
        JsonDate = "json_date",
        /// `(json)`: the instant in a JSON string such as `2024-01-31T12:00:00.123456Z`; the
        /// fraction is optional, `T` may be a space, and `Z` an offset such as `+02:00`.
        JsonTimestamp = "json_timestamp",
        /// `(json, value)`: the elements of a JSON array, each read by `value` from `segc_item`.
        JsonElements = "json_elements",
        /// `(json, condition)`: the first element of a JSON array for which the condition on `segc_item` holds;
        /// null if there is none, or no array.
        JsonEntry = "json_entry",
        /// `(array, condition)`: the first struct of an array for which the condition on `segc_item` holds; null
        /// if there is none.
        StructEntry = "struct_entry",
        /// `(value, value)`: the smaller; neither is missing.
        Least = "least",
        /// `(value, value)`: the larger; neither is missing.
        Greatest = "greatest",
        /// `(float)`: a value to partition windows by, equal for equal numbers.
        FloatKey = "float_key",
        /// `(instant)`: microseconds since 1970 in UTC, an integer.
        EpochMicros = "epoch_micros",
        /// `(integer)`: the instant this number of microseconds after 1970 in UTC, in the years 1 to 9999.
        EpochInstant = "epoch_instant",
        /// `(integer, divisor)`: the greatest whole number not above the quotient; the divisor is a literal
        /// above 0.
        FloorDivide = "floor_divide",
        /// `(text)`: the date of eight digits such as `20240131`; null if there is no such day, or the year is 0.
        DigitsDate = "digits_date",
        /// `(integer)`: the date of a number such as 20240131; null if there is no such day.
        NumberDate = "number_date",
        /// `(date)`: its eight digits as text, `20240131`.
        DateDigits = "date_digits",
        /// `(text)`: without spaces around, then without a leading `v`, then without `+` and all that follows;
        /// `1` and `1.2` completed to `1.0.0` and `1.2.0`, also before a `-`.
        LooseVersion = "loose_version",
        /// `(column, zone)`: reads a local time without a time zone as an instant.
        ReadZone = "read_zone",
        /// `(column)`: reads CHAR(n) without its padding.
        ReadChar = "read_char",
        /// `(integer)`: as 64 bits, if it may have fewer: a literal, a number of days, a column.
        WideInteger = "wide_integer",
        /// `(column)`: reads a decimal; with more digits, where an engine computes with those of its
        /// operands.
        ReadDecimal = "read_decimal",
        /// `(column)`: reads a 32-bit float as 64 bits, NaN as missing.
        ReadFloat32 = "read_float32",
        /// `(column)`: reads a float, NaN as missing.
        ReadFloatNan = "read_float_nan",
        /// `()`: the engine's clock at the moment of execution, an instant.
        EngineClock = "engine_clock",
        /// `(text)`: fails the statement with this message.
        Raise = "raise",
    }
}

impl Function {
    /// Whether a dialect may have no template for it.
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Self::FirstRow | Self::LastRow)
    }

    /// The number of arguments, from the list at the start of the description.
    #[must_use]
    pub(crate) fn arity(self) -> usize {
        let list = self.description().split(['(', ')']).nth(1).unwrap_or_default();
        if list.is_empty() { 0 } else { list.split(',').count() }
    }
}
