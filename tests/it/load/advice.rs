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
