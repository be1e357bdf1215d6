//! Calls of functions and their expected results: what a dialect's templates must mean.

mod documents;
mod encodings;
mod texts;

use crate::diagnostic::{SourceId, Span};
use crate::dialect::{Capability, Function as F};
use crate::plan::rel::{BinaryOp, Child, Column, Query, Relation, Scalar, Select, TableRef};
use crate::types::{Literal, Type};
use bigdecimal::BigDecimal;

/// A call, and its expected result.
#[derive(Debug)]
pub struct Case {
    /// The function that the case is about.
    pub function: F,
    /// The call.
    pub scalar: Scalar,
    /// The result as text; `missing` for null.
    pub expected: &'static str,
}

impl Case {
    /// The capabilities without which nothing calls these functions.
    #[must_use]
    pub fn needs(&self) -> Vec<Capability> {
        let mut needs = Vec::new();
        collect(&self.scalar, &mut needs);
        needs.sort_unstable();
        needs.dedup();
        needs
    }
}

fn collect(scalar: &Scalar, needs: &mut Vec<Capability>) {
    if let Scalar::Call(function, arguments) = scalar {
        needs.extend(capability(*function, arguments));
    }
    if matches!(scalar, Scalar::Literal(Literal::Decimal(_)) | Scalar::Cast(_, Type::Decimal { .. })) {
        needs.push(Capability::Decimals);
    }
    if let Scalar::Query(select) = scalar {
        select.columns.iter().for_each(|column| collect(&column.value, needs));
    }
    scalar.children(&mut |child| {
        if let Child::Scalar(child) = child {
            collect(child, needs);
        }
    });
}

/// What a segment needs so that its SQL calls a function.
fn capability(function: F, arguments: &[Scalar]) -> Option<Capability> {
    let utc = text("UTC");
    match function {
        F::JsonDecimal | F::TextDecimal | F::TextFloat | F::DecimalText => Some(Capability::Decimals),
        F::Matches => Some(Capability::Regex),
        F::Lower | F::Upper => Some(Capability::LetterCase),
        F::Resembles => Some(Capability::FuzzyMatch),
        F::SemverKey | F::SemverText | F::LooseVersion => Some(Capability::Semver),
        F::Bucket | F::Md5Share | F::Md5Remainder => Some(Capability::Sampling),
        F::Sha1Share => Some(Capability::Sha1),
        F::Anniversaries => Some(Capability::Anniversaries),
        F::ArrayContains | F::ArraySize => Some(Capability::Arrays),
        F::ReadJson
        | F::ReadJsonText
        | F::JsonKey
        | F::JsonAnyKey
        | F::JsonPresent
        | F::JsonString
        | F::JsonInteger
        | F::JsonFloat
        | F::JsonBoolean
        | F::JsonDate
        | F::JsonTimestamp => Some(Capability::Json),
        F::JsonElements => Some(Capability::Arrays),
        F::JsonEntry => Some(Capability::Json),
        F::StructEntry => Some(Capability::StructEntries),
        F::LocalTime | F::Instant | F::InstantOnce | F::InstantHour | F::ReadZone
            if arguments.last() != Some(&utc) =>
        {
            Some(Capability::TimeZones)
        }
        _ => None,
    }
}

/// Texts that must come back as they are.
pub const HOSTILE: &[&str] = &[
    "",
    "'",
    "''",
    "'''",
    "\\",
    "\\'",
    "\\''",
    "'\\",
    "\\\\'",
    "it's",
    "a\nb",
    "\n",
    "a\r\nb",
    "\t",
    "%_\\%",
    "🤦🏼‍♂️ é",
    "$1",
    "$$",
    "$segc$",
    "?",
    "{{ x }}",
    "--",
    "/*",
    "*/",
    ";",
    "\"",
    "`",
    "slot_table",
    "slot_name",
    "\\n",
    "\\u0041",
    "&amp;",
    "  pad  ",
];

/// A constant text.
#[must_use]
pub fn text(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}

/// `SELECT t.NAME FROM (SELECT 1 AS NAME) AS t`, by way of a named subquery.
#[must_use]
pub fn one_column(name: &str) -> Query {
    let one = Scalar::Cast(Box::new(Scalar::Literal(Literal::Integer(1))), Type::String);
    let inner =
        Select { columns: vec![Column { value: one, name: Some(name.to_owned()) }], ..Select::default() };
    let from = TableRef { relation: Relation::Cte(name.to_owned()), alias: format!("{name}_t") };
    let column = Scalar::Column(from.alias.clone(), name.to_owned());
    Query {
        ctes: vec![crate::plan::rel::Cte::new(name.to_owned(), inner)],
        select: Select {
            columns: vec![Column { value: column, name: None }],
            from: Some(from),
            ..Select::default()
        },
        ..Query::default()
    }
}

fn int(value: i64) -> Scalar {
    Scalar::Literal(Literal::Integer(value))
}

fn big(value: i64) -> Scalar {
    Scalar::Cast(Box::new(int(value)), Type::Integer)
}

fn dec(value: &str) -> Scalar {
    Scalar::Literal(Literal::Decimal(value.parse::<BigDecimal>().expect("a number")))
}

fn float(value: f64) -> Scalar {
    Scalar::Literal(Literal::Float(value))
}

fn date(value: &str) -> Scalar {
    Scalar::Literal(Literal::Date(value.parse().expect("a date")))
}

fn at(value: &str) -> Scalar {
    Scalar::Literal(Literal::Timestamp(value.parse().expect("an instant")))
}

fn call(function: F, arguments: Vec<Scalar>) -> Scalar {
    Scalar::Call(function, arguments)
}

/// A local time.
fn local(value: &str) -> Scalar {
    call(F::LocalTime, vec![at(&format!("{value}Z")), text("UTC")])
}

/// Whether two results are the same: numbers by value, times without trailing zeros.
#[must_use]
pub fn same(got: &str, expected: &str) -> bool {
    let plain = |value: &str| match value {
        "t" => "true".to_owned(),
        "f" => "false".to_owned(),
        value => value.to_owned(),
    };
    // A boolean may be a number, and a time have all of its digits.
    let got = match (got, expected) {
        ("1", "true") => "true",
        ("0", "false") => "false",
        (got, _) if got.contains(':') && got.contains('.') => got.trim_end_matches('0').trim_end_matches('.'),
        (got, _) => got,
    };
    let (got, expected) = (plain(got), plain(expected));
    got == expected
        || matches!((got.parse::<BigDecimal>(), expected.parse::<BigDecimal>()), (Ok(a), Ok(b)) if a == b)
}

/// An aggregate over rows given as values of one column.
fn over(function: F, rows: Vec<Scalar>) -> Scalar {
    // A chain of one-row joins does not exist in the plan: one row is what can be asked here.
    let value = rows.into_iter().next().expect("a row");
    let nowhere = Span::new(SourceId(0), 0, 0);
    let relation = Relation::Sql { text: "SELECT 1 AS x".to_owned(), span: nowhere };
    Scalar::Query(Box::new(Select {
        columns: vec![Column { value: call(function, vec![value]), name: None }],
        from: Some(TableRef { relation, alias: "one".to_owned() }),
        ..Select::default()
    }))
}

/// The first or last of some rows, each an order and perhaps a text: by an order of two parts.
fn end_of(function: F, rows: &[((u8, u8), Option<&str>)]) -> Scalar {
    let row = |((time, key), value): &((u8, u8), Option<&str>)| {
        let value =
            value.map_or_else(|| "CASE WHEN 1 = 0 THEN 'a' END".to_owned(), |value| format!("'{value}'"));
        format!("SELECT {time} AS t, {key} AS k, {value} AS v")
    };
    let text = rows.iter().map(row).collect::<Vec<_>>().join(" UNION ALL ");
    let relation = Relation::Sql { text, span: Span::new(SourceId(0), 0, 0) };
    let column = |name| Scalar::column("ends", name);
    Scalar::Query(Box::new(Select {
        columns: vec![Column { value: call(function, ["v", "t", "k"].map(column).to_vec()), name: None }],
        from: Some(TableRef { relation, alias: "ends".to_owned() }),
        ..Select::default()
    }))
}

/// Instants as local times in UTC, which print alike.
fn utc(instant: Scalar) -> Scalar {
    call(F::LocalTime, vec![instant, text("UTC")])
}

/// Every case of every function.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut out = Vec::new();
    let mut add =
        |function: F, scalar: Scalar, expected: &'static str| out.push(Case { function, scalar, expected });
    texts::add_all(&mut add);
    numbers(&mut add);
    aggregates(&mut add);
    zones(&mut add);
    calendar(&mut add);
    arithmetic(&mut add);
    reading(&mut add);
    documents::add_all(&mut add);
    encodings::add_all(&mut add);
    out
}

type Add<'a> = &'a mut dyn FnMut(F, Scalar, &'static str);

fn numbers(add: Add<'_>) {
    add(F::Abs, call(F::Abs, vec![dec("-2.5")]), "2.5");
    add(F::Abs, call(F::Abs, vec![int(-3)]), "3");
    for (given, expected) in [("2.5", "3"), ("-2.5", "-3"), ("0.4", "0"), ("-0.5", "-1"), ("3.5", "4")] {
        add(F::RoundExact, call(F::RoundExact, vec![dec(given)]), expected);
    }
    add(F::RoundExact, call(F::RoundExact, vec![big(9_007_199_254_740_993)]), "9007199254740993");
    for (given, expected) in [
        (2.5, "3"),
        (-2.5, "-3"),
        (0.5, "1"),
        (0.499_999_999_999_999_94, "0"),
        (4_503_599_627_370_497.5, "4503599627370498"),
        (4_503_599_627_370_497.0, "4503599627370497"),
    ] {
        let rounded = call(F::RoundFloat, vec![float(given)]);
        add(F::RoundFloat, Scalar::Cast(Box::new(rounded), Type::Integer), expected);
    }
    add(F::Floor, call(F::Floor, vec![dec("-2.5")]), "-3");
    add(F::Ceil, call(F::Ceil, vec![dec("-2.5")]), "-2");
    add(F::Floor, Scalar::Cast(Box::new(call(F::Floor, vec![float(2.7)])), Type::Integer), "2");
    add(F::Ceil, Scalar::Cast(Box::new(call(F::Ceil, vec![float(2.1)])), Type::Integer), "3");
    // Products, since no constant has more than nine places.
    for (a, b, expected) in [
        ("0.00005", "0.00001", "0.000000001"),
        ("0.00005", "-0.00001", "-0.000000001"),
        ("1.0000007", "1.0000007", "1.000001400"),
    ] {
        let product = Scalar::Binary(BinaryOp::Multiply, Box::new(dec(a)), Box::new(dec(b)));
        add(F::RoundNine, call(F::RoundNine, vec![product]), expected);
    }
    for (given, places, expected) in
        [("2.345", 2, "2.35"), ("-2.345", 2, "-2.35"), ("2.344999999", 2, "2.34"), ("9.5", 0, "10")]
    {
        add(F::RoundTo, call(F::RoundTo, vec![dec(given), int(places)]), expected);
    }
    add(F::Narrow, call(F::Narrow, vec![dec("1234567890123456789.5")]), "1234567890123456789.5");
    let non_zero = |divisor| call(F::NonZero, vec![divisor]);
    add(F::Divide, call(F::Divide, vec![int(1), int(4)]), "0.25");
    add(F::Divide, call(F::Divide, vec![dec("1.5"), dec("0.5")]), "3");
    add(F::Divide, call(F::Divide, vec![int(1), non_zero(int(0))]), "missing");
    add(F::Divide, call(F::Divide, vec![float(1.0), non_zero(float(0.0))]), "missing");
    add(F::NonZero, non_zero(int(2)), "2");
    for (a, b, expected) in [(7, 3, "1"), (-7, 3, "-1"), (7, -3, "1"), (7, 0, "missing")] {
        add(F::Remainder, call(F::Remainder, vec![int(a), non_zero(int(b))]), expected);
    }
    add(F::Remainder, call(F::Remainder, vec![dec("-7.5"), int(2)]), "-1.5");
    add(F::Remainder, call(F::Remainder, vec![dec("7.5"), non_zero(dec("0.0"))]), "missing");
}

fn aggregates(add: Add<'_>) {
    let most = || big(i64::MAX);
    add(F::SumInteger, over(F::SumInteger, vec![most()]), "9223372036854775807");
    add(F::SumDecimal, over(F::SumDecimal, vec![dec("0.1")]), "0.1");
    add(F::SumFloat, over(F::SumFloat, vec![float(0.5)]), "0.5");
    add(F::Avg, over(F::Avg, vec![dec("2.5")]), "2.5");
    add(F::CountDistinct, over(F::CountDistinct, vec![int(1)]), "1");
    add(F::Min, over(F::Min, vec![int(1)]), "1");
    add(F::Max, over(F::Max, vec![text("b")]), "b");
    let by_key = [((2, 1), Some("b")), ((1, 3), Some("a")), ((2, 2), Some("c"))];
    let by_time = [((3, 1), Some("c")), ((1, 2), Some("a")), ((2, 3), Some("b"))];
    let same_time = [((1, 2), Some("b")), ((1, 1), Some("c")), ((1, 3), Some("a"))];
    for (rows, first, last) in [(by_key, "a", "c"), (by_time, "a", "c"), (same_time, "c", "a")] {
        add(F::FirstRow, end_of(F::FirstRow, &rows), first);
        add(F::LastRow, end_of(F::LastRow, &rows), last);
    }
    // A missing value is a value.
    let ends_missing = [((1, 1), None), ((2, 1), Some("a")), ((3, 1), None)];
    add(F::FirstRow, end_of(F::FirstRow, &ends_missing), "missing");
    add(F::LastRow, end_of(F::LastRow, &ends_missing), "missing");
}

fn zones(add: Add<'_>) {
    let london = || text("Europe/London");
    let to_local = |instant: &str, zone: &str| call(F::LocalTime, vec![at(instant), text(zone)]);
    add(F::LocalTime, to_local("2026-07-01T12:00:00Z", "Europe/London"), "2026-07-01 13:00:00");
    add(F::LocalTime, to_local("2026-07-01T12:00:00.000001Z", "Asia/Kolkata"), "2026-07-01 17:30:00.000001");
    add(
        F::InstantOnce,
        utc(call(F::InstantOnce, vec![local("2026-07-01T00:00:00"), london()])),
        "2026-06-30 23:00:00",
    );
    for function in [F::Instant, F::InstantHour, F::ReadZone] {
        for (given, expected) in [
            // Skipped: forward by the gap.
            ("2026-03-29T01:30:00", "2026-03-29 01:30:00"),
            ("2026-03-29T00:59:59", "2026-03-29 00:59:59"),
            ("2026-03-29T02:00:00", "2026-03-29 01:00:00"),
            ("2026-03-29T23:00:00", "2026-03-29 22:00:00"),
            // Repeated: the earlier.
            ("2026-10-25T01:00:00", "2026-10-25 00:00:00"),
            ("2026-10-25T01:30:00", "2026-10-25 00:30:00"),
            ("2026-10-25T02:00:00", "2026-10-25 02:00:00"),
            ("2026-10-25T00:59:59", "2026-10-24 23:59:59"),
            ("2026-10-26T01:30:00", "2026-10-26 01:30:00"),
            ("2026-03-30T01:30:00", "2026-03-30 00:30:00"),
            ("2026-01-15T08:00:00", "2026-01-15 08:00:00"),
        ] {
            add(function, utc(call(function, vec![local(given), london()])), expected);
        }
        // Half an hour's shift, and midnights that do not exist or come twice.
        for (given, zone, expected) in [
            ("2026-04-05T01:45:00", "Australia/Lord_Howe", "2026-04-04 14:45:00"),
            ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03 15:45:00"),
            ("2018-11-04T00:00:00", "America/Sao_Paulo", "2018-11-04 03:00:00"),
            ("2018-02-17T23:30:00", "America/Sao_Paulo", "2018-02-18 01:30:00"),
            ("2026-10-25T01:30:00", "UTC", "2026-10-25 01:30:00"),
        ] {
            add(function, utc(call(function, vec![local(given), text(zone)])), expected);
        }
    }
}

fn calendar(add: Add<'_>) {
    let day = |given: &str| call(F::LocalDate, vec![local(given)]);
    add(F::LocalDate, day("2026-11-20T23:59:59.999999"), "2026-11-20");
    add(F::Midnight, call(F::Midnight, vec![date("2026-11-20")]), "2026-11-20 00:00:00");
    for (function, expected) in [
        (F::StartOfSecond, "2026-11-22 13:14:15"),
        (F::StartOfMinute, "2026-11-22 13:14:00"),
        (F::StartOfHour, "2026-11-22 13:00:00"),
        (F::StartOfDay, "2026-11-22 00:00:00"),
        (F::StartOfWeek, "2026-11-16 00:00:00"),
        (F::StartOfMonth, "2026-11-01 00:00:00"),
        (F::StartOfQuarter, "2026-10-01 00:00:00"),
        (F::StartOfYear, "2026-01-01 00:00:00"),
    ] {
        add(function, call(function, vec![local("2026-11-22T13:14:15.999999")]), expected);
    }
    add(F::Year, call(F::Year, vec![local("2026-11-22T13:14:15")]), "2026");
    add(F::Year, call(F::Year, vec![date("2026-11-22")]), "2026");
    add(F::Month, call(F::Month, vec![date("2026-11-22")]), "11");
    add(F::Day, call(F::Day, vec![local("2026-11-22T13:14:15")]), "22");
    add(F::Hour, call(F::Hour, vec![local("2026-11-22T23:59:59.9")]), "23");
    add(F::Minute, call(F::Minute, vec![local("2026-11-22T23:59:59.9")]), "59");
    add(F::Minute, call(F::Minute, vec![local("1960-02-29T01:00:59.999999")]), "0");
    for (given, micros) in [
        ("2026-11-22T00:00:00", "0"),
        ("2026-11-22T09:30:00", "34200000000"),
        ("2026-11-22T17:00:00.000001", "61200000001"),
        ("1960-02-29T23:59:59.999999", "86399999999"),
    ] {
        add(F::TimeOfDay, call(F::TimeOfDay, vec![local(given)]), micros);
    }
    add(F::Weekday, call(F::Weekday, vec![date("2026-11-22")]), "7");
    add(F::Weekday, call(F::Weekday, vec![local("2026-11-23T00:00:00")]), "1");
    add(F::DaysBetween, call(F::DaysBetween, vec![date("2026-02-28"), date("2026-03-01")]), "1");
    add(F::FloatKey, call(F::FloatKey, vec![float(0.5)]), "0.5");
    for (instant, micros) in [
        ("1970-01-01T00:00:00Z", "0"),
        ("1969-12-31T23:59:59.999999Z", "-1"),
        ("2026-03-29T01:00:00.000001Z", "1774746000000001"),
        ("2255-06-05T23:47:34.740993Z", "9007199254740993"),
        ("0001-01-01T00:00:00Z", "-62135596800000000"),
    ] {
        add(F::EpochMicros, call(F::EpochMicros, vec![at(instant)]), micros);
    }
    add(F::DaysBetween, call(F::DaysBetween, vec![date("2026-03-01"), date("2024-02-29")]), "-731");
}

fn arithmetic(add: Add<'_>) {
    for (function, given, count, expected) in [
        (F::AddDays, "2026-10-24T01:30:00", 1, "2026-10-25 01:30:00"),
        (F::SubtractDays, "2026-03-01T01:30:00", 1, "2026-02-28 01:30:00"),
        (F::AddMonths, "2024-01-31T10:00:00", 1, "2024-02-29 10:00:00"),
        (F::SubtractMonths, "2026-03-31T10:00:00", 1, "2026-02-28 10:00:00"),
        (F::SubtractMonths, "2024-02-29T10:00:00", 12, "2023-02-28 10:00:00"),
    ] {
        add(function, call(function, vec![local(given), int(count)]), expected);
    }
    for (function, count, expected) in [
        (F::AddHours, 24, "2026-03-29 12:00:00"),
        (F::SubtractHours, 36, "2026-03-27 00:00:00"),
        (F::AddSeconds, 90, "2026-03-28 12:01:30"),
        (F::SubtractSeconds, 1, "2026-03-28 11:59:59"),
    ] {
        add(function, utc(call(function, vec![at("2026-03-28T12:00:00Z"), int(count)])), expected);
    }
    for (function, given, count, expected) in [
        (F::AddDateDays, "2026-02-28", 1, "2026-03-01"),
        (F::SubtractDateDays, "2026-03-01", 1, "2026-02-28"),
        (F::AddDateMonths, "2026-01-31", 1, "2026-02-28"),
        (F::SubtractDateMonths, "2024-02-29", 12, "2023-02-28"),
    ] {
        add(function, call(function, vec![date(given), int(count)]), expected);
    }
}

fn reading(add: Add<'_>) {
    add(F::ReadChar, call(F::ReadChar, vec![text("ab  ")]), "ab");
    add(F::ReadChar, call(F::ReadChar, vec![text(" a\t ")]), " a\t");
    let most = call(F::WideInteger, vec![int(2_000_000_000)]);
    let product = Scalar::Binary(crate::plan::rel::BinaryOp::Multiply, Box::new(most), Box::new(int(1_000)));
    add(F::WideInteger, product, "2000000000000");
    let decimal = |value| Scalar::Cast(Box::new(dec(value)), Type::Decimal { precision: 12, scale: 2 });
    add(F::ReadDecimal, call(F::ReadDecimal, vec![decimal("-1234567890.12")]), "-1234567890.12");
    let wide = call(F::ReadDecimal, vec![decimal("1234567890.12")]);
    let product =
        Scalar::Binary(crate::plan::rel::BinaryOp::Multiply, Box::new(wide), Box::new(dec("1000.5")));
    add(F::ReadDecimal, product, "1235185174065.06");
    for (function, expected) in [(F::Least, "2"), (F::Greatest, "7")] {
        add(function, call(function, vec![int(7), int(2)]), expected);
    }
    add(F::ReadFloat32, call(F::ReadFloat32, vec![float(0.5)]), "0.5");
    let nan = || Scalar::Cast(Box::new(text("NaN")), Type::Float);
    add(F::ReadFloat32, call(F::ReadFloat32, vec![nan()]), "missing");
    add(F::ReadFloatNan, call(F::ReadFloatNan, vec![nan()]), "missing");
    add(F::ReadFloatNan, call(F::ReadFloatNan, vec![float(1.5)]), "1.5");
    let now = call(F::EngineClock, vec![]);
    let later = Scalar::Binary(BinaryOp::Greater, Box::new(now), Box::new(at("2020-01-01T00:00:00Z")));
    add(F::EngineClock, later, "true");
}
