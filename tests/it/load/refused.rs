//! Data that can't be loaded, and the problems reported about it.

use crate::load::{packed, refused};

/// Each case: the file, the properties of the entity, its fields, and of each problem its code, a part of
/// the message, and a part of the help.
type Case<'a> = (&'a str, &'a [u8], &'a str, &'a str, &'a [(&'a str, &'a str, &'a str)]);

fn check(cases: &[Case<'_>]) {
    for (file, bytes, properties, fields, wanted) in cases {
        let found = refused(file, bytes, properties, fields);
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(found.len(), wanted.len(), "{text}\n{found:#?}");
        for (code, message, help) in *wanted {
            let is_it = |one: &(&str, String, String)| {
                one.0 == *code && one.1.contains(message) && one.2.contains(help)
            };
            assert!(found.iter().any(is_it), "{text}\nno {code} {message:?} {help:?} in {found:#?}");
        }
    }
}

#[test]
fn every_wrong_value_is_reported_with_its_place() {
    check(&[
        (
            "ts.csv",
            b"id,i,n,b,p\n1,1.5,5.505,yes,zzz\n",
            "",
            "i: integer, n: \"decimal(10,2)\", b: boolean, p: { type: string, values: [x, y] }",
            &[
                (
                    "SEG707",
                    "cannot load `ts.csv`, line 2: `i` is `1.5`, which is not a whole number",
                    "decimal(18,1)",
                ),
                (
                    "SEG707",
                    "`n` is `5.505`, which doesn't fit decimal(10,2)",
                    "declare the field `\"decimal(11,3)\"`",
                ),
                ("SEG707", "`b` is `yes`, which is not a boolean", "`read: { true: [yes], false: [no] }`"),
                ("SEG707", "`p` is `zzz`, which isn't one of the declared values (x, y)", "`values`"),
            ],
        ),
        (
            "ts.csv",
            b"id,i\n1,a\n2,b\n3,7\n4,c\n5,d\n6,e\n7,f\n8,g\n",
            "",
            "i: integer",
            &[(
                "SEG707",
                "line 2: `i` is `a`, which is not a whole number; also line 3 (`b`), line 5 (`c`), line 6 (`d`), line 7 (`e`) and 2 more",
                "",
            )],
        ),
        (
            "ts.csv",
            b"id,at\n1,01/31/2024 12:00\n2,1706702400\n3,2024\n4,20240131\n5,2024-01-31T12:00:00\n",
            "",
            "at: timestamp",
            &[
                ("SEG707", "line 2: `at` is `01/31/2024 12:00`", "timestamp_format: \"%m/%d/%Y %H:%M\""),
                ("SEG707", "line 3: `at` is `1706702400`", "timestamp_format: epoch_seconds"),
                ("SEG707", "line 4: `at` is `2024`", "2026-01-31T12:00:00Z"),
                ("SEG707", "line 5: `at` is `20240131`", "timestamp_format: \"%Y%m%d\""),
                (
                    "SEG707",
                    "line 6: `at` is `2024-01-31T12:00:00`, which has no offset",
                    "read: { zone: UTC }",
                ),
            ],
        ),
        (
            "ts.csv",
            b"id,q,m,x,s\n1,,-1,11,a\0b\n",
            "",
            "q: { type: integer, nullable: false }, m: { type: \"decimal(10,2)\", min: 0 }, x: { type: float, max: 10.5 }, s: string",
            &[
                ("SEG707", "line 2: `q` is missing, but the field can't be", "nullable: false"),
                ("SEG707", "`m` is `-1`, which is less than `min: 0`", "min"),
                ("SEG707", "`x` is `11`, which is more than `max: 10.5`", "max"),
                ("SEG707", "`s` is `a\\u{0}b`, which contains the character U+0000", ""),
            ],
        ),
        (
            "ts.jsonl",
            b"{\"id\": 1, \"n\": 1.005, \"tags\": [\"a\", {}], \"b\": 1}\n",
            "",
            "n: \"decimal(4,2)\", tags: array<string>, b: boolean",
            &[
                ("SEG707", "line 1: `n` is `1.005`", "decimal(5,3)"),
                ("SEG707", "`tags`", ""),
                ("SEG707", "`b` is `1`", "true: [\"1\"], false: [\"0\"]"),
            ],
        ),
    ]);
}

#[test]
fn values_inside_documents_must_fit_their_declaration() {
    let fields = "item: { type: string, column: doc, path: [item], values: [a, b] }, \
                  price: { type: \"decimal(10,2)\", column: doc, path: [at, price], min: 0, max: 10 }, \
                  open: { type: integer, column: doc, path: [open] }";
    let lines = [
        r#"{"id": 1, "doc": {"item": "c", "at": {"price": 11}, "open": 1}}"#,
        r#"{"id": 2, "doc": {"item": "a", "at": {"price": -0.5}}}"#,
        // Of another type, or not there: missing to a segment.
        r#"{"id": 3, "doc": {"item": 5, "at": {"price": "11"}}}"#,
        r#"{"id": 4, "doc": {"at": []}}"#,
        r#"{"id": 5, "doc": null}"#,
        r#"{"id": 6, "doc": [1]}"#,
        // A string of a JSON column, whatever it says.
        r#"{"id": 7, "doc": "{\"at\": {\"price\": 12}}"}"#,
    ];
    let none = "`item = \"c\"` isn't one of the declared values (a, b)";
    let of_a_line = [
        ("SEG707", none, "`values`"),
        ("SEG707", "which has a part that isn't allowed: `at.price = -0.5` is less than `min: 0`", ""),
    ];
    check(&[("ts.jsonl", lines.join("\n").as_bytes(), "", fields, &of_a_line)]);
    let above = r#"{""item"": ""b"", ""at"": {""price"": 10.01}}"#;
    let of_a_cell = [("SEG707", "`at.price = 10.01` is more than `max: 10`", "")];
    check(&[("ts.csv", format!("id,doc\n1,\"{above}\"\n2,\n").as_bytes(), "", fields, &of_a_cell)]);
}

#[test]
fn malformed_lines_are_reported_with_their_number() {
    let fields = "s: string, n: integer";
    let one = |text: &'static [u8], part: &'static str, help: &'static str| {
        check(&[("ts.csv", text, "", fields, &[("SEG711", part, help)])]);
    };
    one(
        b"id,s,n\n1,a,2\n2,b,c,3\n3,d,4,5,6\n",
        "line 3: the line has too many values (4 instead of 3); also line 4 (5 instead of 3)",
        "in quotes",
    );
    one(b"id,s,n\n1,a,2\n2,b\n", "line 3: the line has too few values (2 instead of 3)", "every column");
    one(
        b"id,s,n\n1,a,2\n2,\"b,3\n3,c,4\n",
        "line 3: the quote that opens here is never closed",
        "quote: none",
    );
    one(
        b"id,s,n\n1,\"a\nb\",2\n2,\"c\nd\"e,3\n",
        "line 4: the quoted value that begins here continues",
        "escape",
    );
    one(b"id,s,n\n1, \"a,b\",2\n", "line 2: a space comes before the opening quote", "trim: true");
    one(b"id,s,s,n\n1,a,b,2\n", "line 1: columns 2 and 3 are both called `s`", "rename one of them");
    check(&[
        (
            "ts.jsonl",
            b"{\"id\": 1, \"s\": \"a\", \"n\": 2}\n{\"id\": 2\n",
            "",
            fields,
            &[("SEG711", "line 2: the line isn't a JSON object", "")],
        ),
        (
            "ts.jsonl",
            b"[{\"id\": 1, \"s\": \"a\", \"n\": 2}]\n",
            "",
            fields,
            &[("SEG711", "line 1: the line isn't a JSON object: an array begins here", "")],
        ),
        (
            "ts.jsonl",
            b"{\"id\": 1, \"s\": \"a\", \"n\": 2, \"id\": 3}\n",
            "",
            fields,
            &[("SEG711", "line 1: `id` is repeated", "")],
        ),
        // A problem of the lines hides none of the values.
        (
            "ts.csv",
            b"id,s,n\n1,a\n2,b,x\n",
            "",
            fields,
            &[("SEG711", "line 2", ""), ("SEG707", "line 3: `n` is `x`", "")],
        ),
    ]);
}

#[test]
fn files_of_another_format_are_rejected() {
    let fields = "s: string";
    check(&[
        ("ts.csv", b"", "", fields, &[("SEG706", "`ts.csv` has no column `id`", "the file is empty")]),
        ("ts.csv", b"id;s\n1;a\n", "", fields, &[("SEG706", "", "declare `read: { delimiter: \";\" }`")]),
        ("ts.csv", b"id\ts\n1\ta\n", "", fields, &[("SEG706", "", "declare `read: { delimiter: tab }`")]),
        (
            "ts.csv",
            b"sep=;\r\nid;s\r\n1;a\r\n",
            "",
            fields,
            &[(
                "SEG711",
                "line 1: the line tells Excel the delimiter, ",
                "remove the line, and declare `read: { delimiter: \";\" }`",
            )],
        ),
        (
            "ts.csv",
            b"SEP=;\nid;s\n1;a\n",
            "read: { delimiter: \";\" }",
            fields,
            &[("SEG711", "line 1: the line tells Excel the delimiter, ", "remove the line")],
        ),
        ("ts.csv", b"\"sep=,\"\nid,s\n1,a\n", "", fields, &[("SEG711", "line 1", "remove the line")]),
        ("ts.csv", b"sep=\t\nid\ts\n1\ta\n", "", fields, &[("SEG711", "line 1", "delimiter: tab")]),
        (
            "ts.csv",
            "id,\u{200b}s\n1,a\n".as_bytes(),
            "",
            fields,
            &[(
                "SEG706",
                "has no column `s`",
                "its column `\\u{200b}s` contains U+200B (an invisible character): rename it `s`",
            )],
        ),
        (
            "ts.csv",
            "\u{feff}\u{feff}id,“s”\n1,a\n".as_bytes(),
            "",
            fields,
            &[
                ("SEG706", "has no column `id`", "contains U+FEFF (a byte order mark): rename it `id`"),
                ("SEG706", "has no column `s`", "its column `“s”` contains U+201C (a typographic quote)"),
            ],
        ),
        ("ts.csv", b"id,,t\n1,a,b\n", "", fields, &[("SEG706", "has no column `s`", "did you mean `t`?")]),
        (
            "ts.csv",
            b"id,text\n1,a\n",
            "",
            "text2: string",
            &[("SEG706", "has no column `text2`", "did you mean `text`?")],
        ),
        (
            "ts.csv",
            b"1,a\n2,b\n",
            "",
            fields,
            &[("SEG706", "`id`", "read: { columns"), ("SEG706", "`s`", "")],
        ),
        ("ts.jsonl", b"{\"id\": 1, \"S2\": 3}\n", "", fields, &[("SEG706", "has no column `s`", "")]),
        (
            "ts.csv",
            b"id,s\n1,Zo\xeb\n2,\xe9t\xe9\n",
            "",
            fields,
            &[(
                "SEG712",
                "line 2: a value contains bytes that aren't UTF-8; 1 more as well",
                "`Zo\u{eb}`, it is `read: { encoding: latin1 }`",
            )],
        ),
        (
            "ts.csv",
            b"id,s\n1,\x81\n",
            "read: { encoding: shift_jis }",
            fields,
            &[("SEG713", "line 2 contains bytes that aren't Shift_JIS", "")],
        ),
        ("ts.csv", b"PK\x03\x04....", "", fields, &[("SEG713", "isn't text", "Excel workbook")]),
        ("ts.csv", &packed(b"id,s\n1,a\n"), "", fields, &[("SEG713", "isn't text", "`.gz`")]),
        ("ts.csv", b"PAR1....", "", fields, &[("SEG713", "", ".parquet")]),
        ("ts.csv.gz", b"id,s\n1,a\n", "", fields, &[("SEG713", "", "gzip")]),
        (
            "ts.csv.gz",
            packed(b"id,s\n1,a\n").split_last().expect("bytes").1,
            "",
            fields,
            &[("SEG713", "", "complete")],
        ),
        ("ts.parquet", b"id,s\n1,a\n", "", fields, &[("SEG713", "", "complete Parquet file")]),
    ]);
}

#[test]
fn one_invalid_table_prevents_all_from_loading() {
    use segc::engine::Engine;
    let catalog = {
        let text = "entities:\n  a: { table: as_, key: id, fields: { id: integer } }\n  b: { table: bs, key: id, fields: { id: integer } }\n";
        let mut problems = segc::diagnostic::Diagnostics::new();
        segc::catalog::load(&[(segc::diagnostic::SourceId(0), std::sync::Arc::from(text))], &mut problems)
    };
    let good = crate::load::folder(&[("as_.csv", b"id\n1\n"), ("bs.csv", b"id\n1\n")]);
    let mut engine = crate::support::duckdb();
    crate::load::load_into(&mut engine, &catalog, good.path()).expect("it loads");
    let bad = crate::load::folder(&[("as_.csv", b"id\n1\n2\n"), ("bs.csv", b"id\n1\nx\n")]);
    let problems = crate::load::load_into(&mut engine, &catalog, bad.path()).expect_err("a bad value");
    assert_eq!(problems.len(), 1);
    let count = engine.query("SELECT (SELECT COUNT(*) FROM as_), (SELECT COUNT(*) FROM bs)").expect("rows");
    assert_eq!(count.rows[0].iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "1"]);
}
