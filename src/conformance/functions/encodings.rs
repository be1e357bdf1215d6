//! Calls of functions that read encoded columns, and their expected results.

use crate::dialect::Function as F;
use crate::plan::rel::Scalar;

use super::{Add, at, big, call, date, text, utc};

/// Counts, digits and loose versions.
pub(super) fn add_all(add: Add<'_>) {
    for (micros, instant) in [
        (0, "1970-01-01 00:00:00"),
        (-1, "1969-12-31 23:59:59.999999"),
        (-1_250_001, "1969-12-31 23:59:58.749999"),
        (1_774_746_000_000_001, "2026-03-29 01:00:00.000001"),
        (9_007_199_254_740_993, "2255-06-05 23:47:34.740993"),
    ] {
        add(F::EpochInstant, utc(call(F::EpochInstant, vec![big(micros)])), instant);
    }
    for (micros, divisor, expected) in [
        (7, 3, "2"),
        (6, 3, "2"),
        (-6, 3, "-2"),
        (-7, 3, "-3"),
        (-1, 1_000_000, "-1"),
        (0, 1000, "0"),
        (9_007_199_254_740_993, 1000, "9007199254740"),
        (-9_007_199_254_740_993, 1000, "-9007199254741"),
    ] {
        let divide = |number: Scalar| call(F::FloorDivide, vec![number, super::int(divisor)]);
        add(F::FloorDivide, divide(big(micros)), expected);
    }
    let micros = call(F::EpochMicros, vec![at("1969-12-31T23:59:58.749999Z")]);
    add(F::FloorDivide, call(F::FloorDivide, vec![micros, super::int(1000)]), "-1251");
    for (digits, day) in [
        ("20240131", "2024-01-31"),
        ("20240229", "2024-02-29"),
        ("20230229", "missing"),
        ("20000229", "2000-02-29"),
        ("19000229", "missing"),
        ("20240431", "missing"),
        ("20240100", "missing"),
        ("20241301", "missing"),
        ("99991231", "9999-12-31"),
        ("00000101", "missing"),
        ("2024-01-31", "missing"),
        ("2024013", "missing"),
        ("202401310", "missing"),
        ("20240131\n", "missing"),
        (" 2024013", "missing"),
        ("", "missing"),
        ("today", "missing"),
    ] {
        add(F::DigitsDate, call(F::DigitsDate, vec![text(digits)]), day);
    }
    for (number, day) in [
        (20_240_131, "2024-01-31"),
        (20_230_229, "missing"),
        (19_000_229, "missing"),
        (99_991_231, "9999-12-31"),
        (100_000_101, "missing"),
        (-20_240_131, "missing"),
        (0, "missing"),
        (101, "missing"),
        (i64::MAX, "missing"),
        (i64::MIN, "missing"),
    ] {
        add(F::NumberDate, call(F::NumberDate, vec![big(number)]), day);
    }
    add(F::DateDigits, call(F::DateDigits, vec![date("2024-01-31")]), "20240131");
    add(F::DateDigits, call(F::DateDigits, vec![date("2024-12-01")]), "20241201");
    for (given, strict) in [
        ("1.2.3", "1.2.3"),
        ("v1.2", "1.2.0"),
        ("  v1 ", "1.0.0"),
        ("1.2+build.5", "1.2.0"),
        ("1.2.3+", "1.2.3"),
        ("v1-rc.1+x-y", "1.0.0-rc.1"),
        ("1.2-rc.1", "1.2.0-rc.1"),
        ("1.2.3.4", "1.2.3.4"),
        ("V1.2", "V1.2"),
        ("latest", "latest"),
    ] {
        add(F::LooseVersion, call(F::LooseVersion, vec![text(given)]), strict);
    }
}
