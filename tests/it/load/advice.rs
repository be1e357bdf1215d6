//! The declarations that help texts suggest, pasted unchanged, make a value load.

use crate::load::{catalog, folder, load_into, refused, rows};
use crate::support;

/// The declarations of `read` that a help offers.
fn offered(help: &str) -> Vec<String> {
    let parts = help.split('`').filter(|part| part.starts_with("read: {"));
    parts.map(str::to_owned).collect()
}

#[test]
fn suggested_declarations_make_values_load() {
    let rest = "nothing";
    for (ty, value, wanted) in [
        ("integer", "NA", &["-"][..]),
        ("integer", "\\N", &["-"]),
        ("integer", "NULL", &["-"]),
        ("integer", "null", &["-"]),
        ("date", "N/A", &["-"]),
        ("date", "-", &["-"]),
        ("timestamp", "NaT", &["-"]),
        ("float", "None", &["-"]),
        ("integer", " 7", &["7"]),
        ("decimal(10,2)", "12.5 ", &["12.50"]),
        ("decimal(10,2)", "\"1,234.5\"", &["1234.50"]),
        ("decimal(10,2)", "\"1.234,5\"", &["1234.50"]),
        ("decimal(10,2)", "\"12,5\"", &["12.50"]),
        ("decimal(10,3)", "\"1,234\"", &["1.234", "1234.000"]),
        ("integer", "\"1,234\"", &["1234"]),
        ("integer", "1 234 567", &["1234567"]),
        ("integer", "1'234", &["1234"]),
        ("integer", "7_000", &["7000"]),
        ("float", "\"0,25\"", &["0.25"]),
        ("decimal(10,2)", "1\u{a0}234", &["1234.00"]),
        ("decimal(10,2)", "\"1\u{a0}234,5\"", &["1234.50"]),
        ("decimal(10,2)", "\"1\u{202f}234,5\"", &["1234.50"]),
        ("integer", "-1\u{202f}234\u{202f}567", &["-1234567"]),
        ("float", "1\u{2009}234.5", &["1234.5"]),
        ("decimal(10,2)", "1’234.50", &["1234.50"]),
        ("boolean", "yes", &["true"]),
        ("boolean", "No", &["false"]),
        ("boolean", "Y", &["true"]),
        ("boolean", "f", &["false"]),
        ("boolean", "0", &["false"]),
        ("boolean", "1.0", &["true"]),
        ("boolean", "oui", &["true"]),
        ("date", "2/3/24", &["2024-03-02", "2024-02-03"]),
        ("date", "02/03/2024", &["2024-03-02", "2024-02-03"]),
        ("date", "01/31/2024", &["2024-01-31"]),
        ("date", "31.01.2024", &["2024-01-31"]),
        ("date", "31-JAN-2024", &["2024-01-31"]),
        ("date", "\"Jan 31, 2024\"", &["2024-01-31"]),
        ("date", "20240131", &["2024-01-31"]),
        ("date", "2024-1-5", &["2024-01-05"]),
        ("date", "2024/01/31", &["2024-01-31"]),
        ("date", "2024-01-31 00:00:00", &["2024-01-31"]),
        ("date", "2024-01-31T00:00:00", &["2024-01-31"]),
        ("date", "1/31/2024 0:00", &["2024-01-31"]),
        ("timestamp", "01/31/2024 12:00", &["2024-01-31T12:00:00Z"]),
        ("timestamp", "31.01.2024 12:00:00", &["2024-01-31T12:00:00Z"]),
        ("timestamp", "1/31/2024 1:05:00 PM", &["2024-01-31T13:05:00Z"]),
        ("timestamp", "2024-01-31 12:00:00", &["2024-01-31T12:00:00Z", "2024-01-31T11:00:00Z"]),
        ("timestamp", "2024-01-31", &["2024-01-31T00:00:00Z"]),
        ("timestamp", "20240131", &["2024-01-31T00:00:00Z"]),
        ("timestamp", "1706702400", &["2024-01-31T12:00:00Z"]),
        ("timestamp", "1706702400.5", &["2024-01-31T12:00:00.5Z"]),
        ("timestamp", "1706702400123", &["2024-01-31T12:00:00.123Z"]),
        ("timestamp", "1706702400123456", &["2024-01-31T12:00:00.123456Z"]),
        ("timestamp", "31/Jan/2024:12:00:00 +0100", &[]),
        ("timestamp", "2024/01/31 12:00:00 +0100", &["2024-01-31T11:00:00Z"]),
        ("timestamp", "20240131T120000Z", &["2024-01-31T12:00:00Z"]),
        ("integer", rest, &[]),
        ("boolean", rest, &[]),
        ("date", "2024-02-30", &[]),
        ("date", "45322", &[]),
        ("decimal(10,2)", "$5", &[]),
        ("float", "5 %", &[]),
    ] {
        let text = format!("id,v\n1,{value}\n");
        let fields = format!("v: \"{ty}\"");
        let problems = refused("ts.csv", text.as_bytes(), "", &fields);
        let [(code, message, help)] = problems.as_slice() else { panic!("{value}: {problems:#?}") };
        assert_eq!(*code, "SEG707", "{message}");
        assert!(!help.is_empty(), "{message}");
        if wanted.is_empty() {
            continue;
        }
        let declared = offered(help);
        let mut found = Vec::new();
        for read in &declared {
            let folder = folder(&[("ts.csv", text.as_bytes())]);
            let mut engine = support::duckdb();
            let loaded = load_into(&mut engine, &catalog(read, &fields), folder.path());
            assert!(loaded.is_ok(), "{value} as {ty}: `{read}` doesn't help");
            found.extend(rows(&mut engine).iter().map(|row| row.trim_start_matches("1|").to_owned()));
        }
        assert_eq!(found, wanted, "{value} as {ty}: {help}");
    }
}

#[test]
fn suggestions_extend_declared_words() {
    let text = b"id,v\n1,NA\n2,\n3,n/a\n";
    let problems = refused("ts.csv", text, "read: { null: [NA] }", "v: integer");
    let helps: Vec<&str> = problems.iter().map(|(.., help)| help.as_str()).collect();
    assert!(helps.iter().any(|help| help.contains("`read: { null: [NA, \"\"] }`")), "{helps:?}");
    assert!(helps.iter().any(|help| help.contains("`read: { null: [NA, n/a] }`")), "{helps:?}");
}

/// Characters that nobody sees, or takes for others, are named; what to write is what is meant.
#[test]
fn characters_that_look_like_others_are_named() {
    for (ty, value, message, help) in [
        (
            "integer",
            "12\u{a0}",
            "`12\\u{a0}`, which is not a whole number: it contains U+00A0 (a non-breaking space)",
            "write `12`",
        ),
        ("integer", "１２", "U+FF11 (a full-width character)", "write `12`"),
        (
            "integer",
            "\u{feff}7",
            "`\\u{feff}7`, which is not a whole number: it contains U+FEFF (a byte order mark)",
            "write `7`",
        ),
        ("decimal", "−5", "U+2212 (a minus sign, not a hyphen)", "write `-5`"),
        ("date", "2024‑01‑31", "U+2011 (a typographic dash)", "write `2024-01-31`"),
        ("date", "31–01–2024", "U+2013 (a typographic dash)", "date_format: \"%d-%m-%Y\""),
        ("date", "\u{200e}2024-01-31", "U+200E (an invisible character)", "write `2024-01-31`"),
        (
            "timestamp",
            "2024-01-31\u{202f}12:00:00Z",
            "U+202F (a narrow non-breaking space)",
            "write `2024-01-31 12:00:00Z`",
        ),
        ("boolean", "ｔｒｕｅ", "U+FF54 (a full-width character)", "write `true`"),
        ("boolean", "true\u{200b}", "U+200B (an invisible character)", "write `true`"),
        ("integer", "\u{200b}", "U+200B (an invisible character)", "remove it"),
        ("array<integer>", "［1］", "U+FF3B (a full-width character)", "write `[1]`"),
        ("json", "\"{“\"\"a\"\"”: 1}\"", "U+201C (a typographic quote)", ""),
        (
            "integer",
            "\"1,5\"",
            "is not a whole number",
            "declare the field `\"decimal(18,1)\"`, and `read: { decimal: \",\" }`",
        ),
        ("decimal", "(5.20)", "is not a decimal", "write negative numbers with a sign in front: `-5.20`"),
        ("decimal", "5.20-", "is not a decimal", "in front: `-5.20`"),
        ("float", "- 5", "is not a float", "in front: `-5`"),
        (
            "date",
            "45000",
            "is not a date",
            "if this is a spreadsheet's number for 2023-03-15, give the column the format `yyyy-mm-dd`",
        ),
        ("date", "45000.5", "is not a date", "number for 2023-03-15, "),
        (
            "timestamp",
            "45000.5",
            "is not a timestamp",
            "number for 2023-03-15 12:00:00, give the column the format `yyyy-mm-dd hh:mm:ss`",
        ),
        ("timestamp", "\"45000,25\"", "is not a timestamp", "number for 2023-03-15 06:00:00, "),
        ("integer", "v", "is the name of the column: the line of names is repeated", "remove the line"),
    ] {
        let text = format!("id,v\n1,{value}\n");
        let problems = refused("ts.csv", text.as_bytes(), "", &format!("v: \"{ty}\""));
        let [("SEG707", said, advice)] = problems.as_slice() else { panic!("{value}: {problems:#?}") };
        assert!(said.contains(message), "{value:?}: {said}");
        assert!(advice.contains(help), "{value:?}: {advice}");
    }
    for (value, message, help) in [
        (
            "free\u{a0}",
            "`free\\u{a0}`, which isn't one of the declared values (free, it's, \u{e9}): it contains U+00A0",
            "did you mean `free`?",
        ),
        ("it’s", ": it contains U+2019 (a typographic quote)", "did you mean `it's`?"),
        (
            "e\u{301}",
            ": it contains U+0301 (an accent apart from its letter)",
            "add it to the field's `values`",
        ),
    ] {
        let text = format!("id,v\n1,{value}\n");
        let fields = "v: { type: string, values: [free, \"it's\", \u{e9}] }";
        let problems = refused("ts.csv", text.as_bytes(), "", fields);
        let [("SEG707", said, advice)] = problems.as_slice() else { panic!("{value}: {problems:#?}") };
        assert!(said.contains(message) && advice.contains(help), "{value:?}: {said}; {advice}");
    }
}
