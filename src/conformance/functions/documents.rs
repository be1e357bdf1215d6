//! Calls of functions on arrays and JSON documents, and their expected results.

use crate::dialect::Function as F;
use crate::plan::rel::Scalar;
use crate::types::Literal;

use super::{Add, big, call, date, text, utc};

/// A document, and what is read below the key `k` of it.
fn document(json: &str) -> Scalar {
    call(F::ReadJsonText, vec![text(json)])
}

fn below(function: F, value: &str) -> Scalar {
    let found = call(F::JsonKey, vec![document(&format!("{{\"k\": {value}}}")), text("k")]);
    call(function, vec![found])
}

/// Anniversaries, arrays and JSON.
pub(super) fn add_all(add: Add<'_>) {
    for (born, day, expected) in [
        ("2000-02-29", "2026-02-28", "25"),
        ("2000-02-29", "2026-03-01", "26"),
        ("2000-02-29", "2028-02-29", "27"),
        ("2000-02-29", "2028-03-01", "28"),
        ("2000-12-31", "2001-12-31", "0"),
        ("2000-12-31", "2002-01-01", "1"),
        ("2000-12-31", "2000-12-31", "-1"),
    ] {
        add(F::Anniversaries, call(F::Anniversaries, vec![date(born), date(day)]), expected);
    }
    let item = || Scalar::Column(String::new(), "segc_item".to_owned());
    let array = |json: &str, read: F| call(F::JsonElements, vec![document(json), call(read, vec![item()])]);
    let strings = || array("[\"a\", null, 1, \"b\"]", F::JsonString);
    let none = call(F::ArraySize, vec![array("{\"a\": 1}", F::JsonString)]);
    add(F::JsonElements, Scalar::Coalesce(vec![none, Scalar::Literal(Literal::Integer(0))]), "0");
    add(F::ArraySize, call(F::ArraySize, vec![strings()]), "2");
    add(F::ArraySize, call(F::ArraySize, vec![array("[]", F::JsonString)]), "0");
    add(F::ArrayContains, call(F::ArrayContains, vec![strings(), text("b")]), "true");
    let numbers = array("[1, 2.0, 2.5]", F::JsonInteger);
    add(F::ArrayContains, call(F::ArrayContains, vec![numbers, big(2)]), "true");
    add(F::ReadJsonText, call(F::JsonString, vec![call(F::ReadJsonText, vec![text("\"x\"")])]), "x");
    add(F::JsonKey, below(F::JsonString, "\"it's\""), "it's");
    for key in ["a.b", "$.a", "/a", "~0", "a b", "", "it's", "[0]", "*", "0"] {
        let found = call(F::JsonAnyKey, vec![document(&format!("{{\"{key}\": \"x\"}}")), text(key)]);
        add(F::JsonAnyKey, call(F::JsonString, vec![found]), "x");
        let none = call(F::JsonAnyKey, vec![document("{\"a\": {\"b\": \"x\"}}"), text(key)]);
        add(F::JsonAnyKey, call(F::JsonString, vec![none]), "missing");
    }
    let held = |of: &str| call(F::JsonString, vec![call(F::JsonKey, vec![item(), text(of)])]);
    for (json, expected) in [
        ("[{\"key\": \"a\", \"v\": \"1\"}, {\"key\": \"b\", \"v\": \"2\"}]", "2"),
        ("[{\"key\": \"b\", \"v\": \"1\"}, {\"key\": \"b\", \"v\": \"2\"}]", "1"),
        ("[{\"key\": \"b\"}, {\"key\": \"b\", \"v\": \"2\"}]", "missing"),
        ("[1, null, \"b\", [], {\"key\": \"b\", \"v\": \"x\"}]", "x"),
        ("[{\"key\": \"a\", \"v\": \"1\"}]", "missing"),
        ("[]", "missing"),
        ("{\"key\": \"b\", \"v\": \"1\"}", "missing"),
        ("null", "missing"),
    ] {
        let condition = Scalar::equal(held("key"), text("b"));
        let found = call(F::JsonEntry, vec![document(json), condition]);
        add(F::JsonEntry, call(F::JsonString, vec![call(F::JsonKey, vec![found, text("v")])]), expected);
    }
    for (value, expected) in [("null", "true"), ("1", "false"), ("{}", "false"), ("\"\"", "false")] {
        add(F::JsonPresent, Scalar::IsNull(Box::new(below(F::JsonPresent, value))), expected);
    }
    for (function, value, expected) in [
        (F::JsonString, "\"a\\u00e9\\n\\\"\"", "aé\n\""),
        (F::JsonString, "1", "missing"),
        (F::JsonString, "null", "missing"),
        (F::JsonInteger, "9223372036854775807", "9223372036854775807"),
        (F::JsonInteger, "-9223372036854775808", "-9223372036854775808"),
        (F::JsonInteger, "9223372036854775808", "missing"),
        (F::JsonInteger, "18446744073709551616", "missing"),
        (F::JsonInteger, "1e300", "missing"),
        (F::JsonInteger, "1e2", "100"),
        (F::JsonInteger, "1.50", "missing"),
        (F::JsonInteger, "-0", "0"),
        (F::JsonInteger, "\"1\"", "missing"),
        (F::JsonInteger, "true", "missing"),
        (F::JsonDecimal, "12.345", "12.345"),
        (F::JsonDecimal, "1e-9", "0.000000001"),
        (F::JsonDecimal, "5e-10", "0.000000001"),
        (F::JsonDecimal, "-5e-10", "-0.000000001"),
        (F::JsonDecimal, "4e-10", "0"),
        (F::JsonDecimal, "1e20", "100000000000000000000"),
        (F::JsonDecimal, "1e29", "missing"),
        (F::JsonDecimal, "\"1\"", "missing"),
        (F::JsonFloat, "0.5", "0.5"),
        (F::JsonFloat, "3", "3"),
        (F::JsonFloat, "[3]", "missing"),
        (F::JsonBoolean, "true", "true"),
        (F::JsonBoolean, "false", "false"),
        (F::JsonBoolean, "\"true\"", "missing"),
        (F::JsonDate, "\"2024-02-29\"", "2024-02-29"),
        (F::JsonDate, "\"2023-02-29\"", "missing"),
        (F::JsonDate, "\"1900-02-29\"", "missing"),
        (F::JsonDate, "\"2000-02-29\"", "2000-02-29"),
        (F::JsonDate, "\"2024-04-31\"", "missing"),
        (F::JsonDate, "\"2024-13-01\"", "missing"),
        (F::JsonDate, "\"0000-01-01\"", "missing"),
        (F::JsonDate, "\"2024-2-9\"", "missing"),
        (F::JsonDate, "\" 2024-02-29\"", "missing"),
        (F::JsonDate, "\"2024-02-29\\n\"", "missing"),
        (F::JsonDate, "20240229", "missing"),
    ] {
        add(function, below(function, value), expected);
    }
    for (value, expected) in [
        ("2024-02-29T10:00:00Z", "2024-02-29 10:00:00"),
        ("2024-02-29 10:00:00.123456-00:30", "2024-02-29 10:30:00.123456"),
        ("2024-02-29T10:00:00.1234567Z", "missing"),
        ("2024-02-29T10:00:00", "missing"),
        ("2024-02-29T24:00:00Z", "missing"),
        ("2024-02-29T23:59:60Z", "missing"),
        ("2023-02-29T10:00:00Z", "missing"),
        ("2024-02-29", "missing"),
    ] {
        add(F::JsonTimestamp, utc(below(F::JsonTimestamp, &format!("\"{value}\""))), expected);
    }
}
