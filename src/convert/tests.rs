//! Every value as it is, or a refusal.

use super::*;
use crate::catalog::ReadOptions;
use crate::types::{TimeForm, parse_type};

fn notation(read: ReadOptions) -> Notation {
    Notation::of(&read)
}

/// A text as a value of a type, in words; or why it isn't one.
fn read_as(text: &str, ty: &str, storage: &Storage, read: ReadOptions) -> String {
    let notation = notation(read);
    let ty = parse_type(ty).expect("a type");
    match Converter::new(&ty, storage, &notation).text(text) {
        Ok(value) => shown(&value),
        Err(misfit) => format!("{misfit:?}"),
    }
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Text(text) => format!("'{text}'"),
        Value::Boolean(value) => value.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Date(day) => day.to_string(),
        Value::Timestamp(instant) => instant.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        number => number.number().expect("a number").to_plain_string(),
    }
}

fn plainly(text: &str, ty: &str) -> String {
    read_as(text, ty, &Storage::Native, ReadOptions::NONE)
}

#[test]
fn numbers_are_converted_exactly_or_rejected() {
    for (text, ty, wanted) in [
        ("146083.0", "integer", "146083"),
        ("+5", "integer", "5"),
        ("007", "integer", "7"),
        ("-0", "integer", "0"),
        ("1e3", "integer", "1000"),
        ("1.5e1", "integer", "15"),
        ("9223372036854775807", "integer", "9223372036854775807"),
        ("-9223372036854775808.000", "integer", "-9223372036854775808"),
        ("9223372036854775808", "integer", "Bits(64)"),
        ("6.9", "integer", "Fraction"),
        ("7_0", "integer", "NotOne"),
        (" 7", "integer", "NotOne"),
        ("1,000", "integer", "NotOne"),
        ("１", "integer", "NotOne"),
        ("1e99999999999999999999", "integer", "Bits(64)"),
        ("1e-99999999999999999999", "integer", "Fraction"),
        ("0e99999999999999999999", "integer", "0"),
        ("1.005", "decimal(10,2)", "Scale(3)"),
        ("1.500", "decimal(10,2)", "1.50"),
        ("-.5", "decimal(10,2)", "-0.50"),
        ("5.", "decimal(10,2)", "5.00"),
        ("12345678901.00", "decimal(10,2)", "Precision"),
        ("99999999999999999999999999999.999999999", "decimal", "99999999999999999999999999999.999999999"),
        ("100000000000000000000000000000", "decimal", "Precision"),
        ("12345678901234567890123456789012345678901234567890", "decimal", "Precision"),
        ("0.00000000000000000000000000000000000000000000000", "decimal", "0E-9"),
        ("NaN", "decimal", "missing"),
        ("NaN", "float", "missing"),
        ("0.1", "float", "0.1"),
        ("-inf", "float", "-inf"),
        ("1e999", "float", "FloatRange"),
        ("1e-999", "float", "FloatRange"),
        ("0e-999", "float", "0.0"),
        ("0x10", "float", "NotOne"),
        ("1e", "float", "NotOne"),
        (".", "float", "NotOne"),
    ] {
        let found = plainly(text, ty);
        assert_eq!(found.replace("0.000000000", "0E-9"), wanted, "{text} as {ty}");
    }
    assert_eq!(read_as("2147483648", "integer", &Storage::Int32, ReadOptions::NONE), "Bits(32)");
    assert_eq!(read_as("0.1", "float", &Storage::Float32, ReadOptions::NONE), "0.10000000149011612");
}

#[test]
fn declared_separators_are_used() {
    let german = ReadOptions { decimal_comma: true, thousands: Some('.'), ..ReadOptions::NONE };
    let money = |text| read_as(text, "decimal(12,2)", &Storage::Native, german.clone());
    assert_eq!(money("1.234.567,89"), "1234567.89");
    assert_eq!(money("-1234,5"), "-1234.50");
    for text in ["1.23", "12.34,5", "1,234,5", ".123", "1..234", "1234.567,0"] {
        assert_eq!(money(text), "NotOne", "{text}");
    }
    let english = ReadOptions { thousands: Some(','), ..ReadOptions::NONE };
    assert_eq!(read_as("1,234.5", "float", &Storage::Native, english), "1234.5");
}

#[test]
fn dates_and_times_default_to_iso_8601() {
    for (text, ty, wanted) in [
        ("2024-02-29", "date", "2024-02-29"),
        ("2023-02-29", "date", "NoSuchTime"),
        ("2/3/24", "date", "NotOne"),
        ("2024-2-9", "date", "NotOne"),
        ("0000-01-01", "date", "Years"),
        ("2024-01-31T23:59:00+05:00", "date", "NotOne"),
        ("2024-01-31T12:00:00Z", "timestamp", "2024-01-31T12:00:00Z"),
        ("2024-01-31 12:00:00.123456 UTC", "timestamp", "2024-01-31T12:00:00.123456Z"),
        ("2024-01-31 12:00:00+02", "timestamp", "2024-01-31T10:00:00Z"),
        ("2024-01-31t12:00z", "timestamp", "2024-01-31T12:00:00Z"),
        ("2024-01-31T12:00:00-0330", "timestamp", "2024-01-31T15:30:00Z"),
        ("2024-01-31T12:00:00.1234567Z", "timestamp", "TooFine"),
        ("2024-01-31T12:00:00.1234560000Z", "timestamp", "2024-01-31T12:00:00.123456Z"),
        ("2024-01-31T12:00:00", "timestamp", "NoZone"),
        ("2024-01-31", "timestamp", "NotOne"),
        ("2024-01-31T24:00:00Z", "timestamp", "NoSuchTime"),
        ("2024-01-31T23:59:60Z", "timestamp", "NoSuchTime"),
        ("2024-01-31T12:00:00+1:00", "timestamp", "NotOne"),
        ("2024-01-31T12:00:00.Z", "timestamp", "NotOne"),
        ("2024-01-31T1:00:00Z", "timestamp", "NotOne"),
        ("0001-01-01T00:00:00+01:00", "timestamp", "Years"),
        ("1706702400", "timestamp", "NotOne"),
        ("2024", "timestamp", "NotOne"),
        ("NaT", "timestamp", "NotOne"),
    ] {
        assert_eq!(plainly(text, ty), wanted, "{text} as {ty}");
    }
}

fn forms(date: &[&str], timestamp: &[&str], zone: Option<&str>) -> ReadOptions {
    let declared = |forms: &[&str], of_dates| {
        forms.iter().map(|form| TimeForm::declared(form, of_dates).expect("a form")).collect()
    };
    ReadOptions {
        date_forms: declared(date, true),
        timestamp_forms: declared(timestamp, false),
        zone: zone.map(str::to_owned),
        ..ReadOptions::NONE
    }
}

#[test]
fn declared_formats_are_read_exactly() {
    let dates = |text, form: &str| read_as(text, "date", &Storage::Native, forms(&[form], &[], None));
    assert_eq!(dates("2/3/2024", "%d/%m/%Y"), "2024-03-02");
    assert_eq!(dates("2/3/24", "%d/%m/%Y"), "NotOne");
    assert_eq!(dates("2/3/24", "%d/%m/%y"), "2024-03-02");
    assert_eq!(dates("31/02/2024", "%d/%m/%Y"), "NoSuchTime");
    assert_eq!(dates("2024-03-02", "%d/%m/%Y"), "NotOne");
    assert_eq!(dates("20240302", "%Y%m%d"), "2024-03-02");
    assert_eq!(dates("0024-03-02", "%Y-%m-%d"), "0024-03-02");
    assert_eq!(dates("2024-03-02 00:00:00", "%Y-%m-%d 00:00:00"), "2024-03-02");
    assert_eq!(dates("2024-03-02 10:00:00", "%Y-%m-%d %H:%M:%S"), "NotOne");
    assert_eq!(dates("2 Mar 2024", "%d %b %Y"), "2024-03-02");
    let both = forms(&["%d/%m/%Y", "%m/%d/%Y"], &[], None);
    assert_eq!(read_as("2/3/2024", "date", &Storage::Native, both.clone()), "Ambiguous");
    assert_eq!(read_as("3/3/2024", "date", &Storage::Native, both.clone()), "2024-03-03");
    assert_eq!(read_as("31/3/2024", "date", &Storage::Native, both), "2024-03-31");

    let times =
        |text, form: &str, zone| read_as(text, "timestamp", &Storage::Native, forms(&[], &[form], zone));
    assert_eq!(times("02.03.2024 17:30", "%d.%m.%Y %H:%M", Some("Europe/Berlin")), "2024-03-02T16:30:00Z");
    assert_eq!(times("02.03.2024 17:30", "%d.%m.%Y %H:%M", None), "NoZone");
    assert_eq!(times("3/2/2024 5:30 PM", "%m/%d/%Y %I:%M %p", Some("UTC")), "2024-03-02T17:30:00Z");
    assert_eq!(times("02/Mar/2024:17:30:00 +0100", "%d/%b/%Y:%H:%M:%S %z", None), "2024-03-02T16:30:00Z");
    assert_eq!(times("2024-03-02", "%Y-%m-%d", Some("Europe/Berlin")), "2024-03-01T23:00:00Z");
    assert_eq!(times("2024-03-02 17:30:60", "%Y-%m-%d %H:%M:%S", Some("UTC")), "NoSuchTime");
    assert_eq!(times("2024-03-02 17:30:00.1234567", "%Y-%m-%d %H:%M:%S%.f", Some("UTC")), "TooFine");
    assert_eq!(times("1706702400", "epoch_seconds", None), "2024-01-31T12:00:00Z");
    assert_eq!(times("1706702400.25", "epoch_seconds", None), "2024-01-31T12:00:00.25Z");
    assert_eq!(times("1706702400123", "epoch_millis", None), "2024-01-31T12:00:00.123Z");
    assert_eq!(times("1706702400123456", "epoch_micros", None), "2024-01-31T12:00:00.123456Z");
    assert_eq!(times("1706702400.0000001", "epoch_seconds", None), "TooFine");
    assert_eq!(times("99999999999999", "epoch_seconds", None), "Years");
}

#[test]
fn the_later_of_two_repeated_local_times_is_rejected() {
    let berlin = Storage::Zone("Europe/Berlin".to_owned());
    let local = |text| read_as(text, "timestamp", &berlin, ReadOptions::NONE);
    assert_eq!(local("2026-07-01 12:00:00"), "2026-07-01T10:00:00Z");
    assert_eq!(local("2026-07-01T12:00:00Z"), "2026-07-01T12:00:00Z");
    // The clocks go back at three: 02:30 occurs twice.
    assert_eq!(local("2026-10-25 02:30:00"), "2026-10-25T00:30:00Z");
    assert_eq!(local("2026-10-25T00:30:00Z"), "2026-10-25T00:30:00Z");
    assert_eq!(local("2026-10-25T01:30:00Z"), "SecondOfTwo");
    assert_eq!(
        read_as("2026-10-25T01:30:00Z", "timestamp", &Storage::Native, ReadOptions::NONE),
        "2026-10-25T01:30:00Z"
    );
}

#[test]
fn declared_words_are_used() {
    let words = |null: Option<&[&str]>| ReadOptions {
        null: null.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
        true_words: vec!["yes".to_owned()],
        false_words: vec!["no".to_owned()],
        ..ReadOptions::NONE
    };
    let read = |text, ty, null| read_as(text, ty, &Storage::Native, words(null));
    assert_eq!(read("", "string", None), "missing");
    assert_eq!(read("NA", "string", None), "'NA'");
    assert_eq!(read("NA", "string", Some(&["NA"])), "missing");
    assert_eq!(read("", "string", Some(&["NA"])), "''");
    assert_eq!(read("", "integer", Some(&["NA"])), "NotOne");
    assert_eq!(read("", "integer", Some(&["NA", ""])), "missing");
    assert_eq!(read("yes", "boolean", None), "true");
    assert_eq!(read("FALSE", "boolean", None), "false");
    assert_eq!(read("Yes", "boolean", None), "NotOne");
    assert_eq!(plainly("1", "boolean"), "NotOne");
    assert_eq!(plainly("a\0b", "string"), "Nul");
    let trimmed = ReadOptions { trim: true, ..ReadOptions::NONE };
    assert_eq!(read_as(" 7 ", "integer", &Storage::Native, trimmed.clone()), "7");
    assert_eq!(read_as("  ", "integer", &Storage::Native, trimmed), "missing");
}

#[test]
fn json_values_are_read_by_their_types() {
    let read = |json: &str, ty: &str| {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).expect("JSON");
        let notation = Notation::default();
        match Converter::new(&parse_type(ty).expect("a type"), &Storage::Native, &notation).json(raw) {
            Ok(value) => shown(&value),
            Err(misfit) => format!("{misfit:?}"),
        }
    };
    for (json, ty, wanted) in [
        ("1.10", "decimal(10,2)", "1.10"),
        ("0.1000000000000000055", "decimal", "Scale(19)"),
        ("12345678901234567890.123456789", "decimal", "12345678901234567890.123456789"),
        ("\"12.5\"", "decimal(10,2)", "12.50"),
        ("5.0", "integer", "5"),
        ("5.5", "integer", "Fraction"),
        ("12345", "string", "'12345'"),
        ("\"\"", "string", "''"),
        ("null", "string", "missing"),
        ("\"\"", "integer", "NotOne"),
        ("true", "boolean", "true"),
        ("1", "boolean", "NotOne"),
        ("true", "integer", "NotOne"),
        ("\"2024-01-31\"", "date", "2024-01-31"),
        ("\"2024-01-31 12:00:00 UTC\"", "timestamp", "2024-01-31T12:00:00Z"),
        ("1706702400", "timestamp", "NotOne"),
        ("{\"a\": 1}", "json", "'{\"a\": 1}'"),
        ("[1, null, 3.0]", "array<integer>", "[1 missing 3]"),
        ("[1, 2.5]", "array<integer>", "Part(\"2.5\", Fraction)"),
        ("{}", "array<integer>", "NotOne"),
    ] {
        assert_eq!(read(json, ty), wanted, "{json} as {ty}");
    }
    assert_eq!(plainly("[\"a\", \"b,c\"]", "array<string>"), "['a' 'b,c']");
    assert_eq!(plainly("{a,b}", "array<string>"), "NotOne");
    assert_eq!(plainly("{\"a\": }", "json"), "NotOne");
    assert_eq!(plainly("null", "json"), "missing");
    let deep = "[".repeat(100_000);
    assert_eq!(plainly(&deep, "json"), "NotOne");
}

#[test]
fn doubles_are_read_as_their_shortest_decimals() {
    let double = |number: f64, ty: &str, storage: &Storage| {
        let notation = Notation::default();
        match Converter::new(&parse_type(ty).expect("a type"), storage, &notation).double(number) {
            Ok(value) => shown(&value),
            Err(misfit) => format!("{misfit:?}"),
        }
    };
    let native = Storage::Native;
    assert_eq!(double(0.1, "decimal(10,2)", &native), "0.10");
    assert_eq!(double(0.1 + 0.2, "decimal(10,2)", &native), "Scale(17)");
    assert_eq!(double(1e20, "decimal(38,9)", &native), "100000000000000000000.000000000");
    assert_eq!(double(7.0, "integer", &native), "7");
    assert_eq!(double(6.9, "integer", &native), "Fraction");
    assert_eq!(double(1e19, "integer", &native), "Bits(64)");
    assert_eq!(double(f64::NAN, "decimal(10,2)", &native), "missing");
    assert_eq!(double(f64::INFINITY, "decimal(10,2)", &native), "FloatRange");
    assert_eq!(double(f64::INFINITY, "float", &native), "inf");
    assert_eq!(double(0.1, "float", &Storage::Float32), "NotSingle");
    assert_eq!(double(0.5, "float", &Storage::Float32), "0.5");
    assert_eq!(double(1.0, "string", &native), "NotOne");
}
