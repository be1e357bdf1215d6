//! Values that load, and the result.

use crate::load::{loaded, packed};

#[test]
fn undeclared_formats_default_to_iso_8601() {
    let text = "id,s,n,f,b,d,at\n\
        1,a,1.50,1e-3,true,2024-02-29,2024-01-01T10:00:00Z\n\
        146083.0,\"x \"\"y\"\", z\n\",2,NaN,FALSE,,2024-01-01 10:00:00.25+02\n";
    let fields = "s: string, n: \"decimal(10,2)\", f: float, b: boolean, d: date, at: timestamp";
    let wanted = [
        "1|a|1.50|0.001|true|2024-02-29|2024-01-01T10:00:00Z",
        "146083|x \"y\", z\n|2.00|-|false|-|2024-01-01T08:00:00.25Z",
    ];
    assert_eq!(loaded("ts.csv", text.as_bytes(), "", fields), wanted);
    assert_eq!(loaded("ts.csv.gz", &packed(text.as_bytes()), "", fields), wanted);
    let tabs = text.replace(',', "\t").replace("\"\"y\"\"\t", "\"\"y\"\",");
    assert_eq!(loaded("ts.tsv", tabs.as_bytes(), "", fields), wanted);
    let marked = [b"\xef\xbb\xbf", text.replace("id,s", "ID , S").as_bytes()].concat();
    assert_eq!(loaded("t.csv", &marked, "", fields), wanted);
    let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(loaded("ts.csv", &wide, "", fields), wanted);
}

#[test]
fn declared_column_formats_are_read() {
    let text =
        b"id,at,small,half,code\n1,2026-07-01 12:00:00,2147483647,0.1,ab  \n2,2026-07-01T12:00:00Z,,,\n";
    let fields = "at: { type: timestamp, zone: Europe/Berlin }, small: { type: integer, storage: int32 }, \
        half: { type: float, storage: float32 }, code: { type: string, storage: char }";
    // The column has local times.
    let wanted = ["1|2026-07-01T12:00:00Z|2147483647|0.10000000149011612|ab", "2|2026-07-01T14:00:00Z|-|-|-"];
    assert_eq!(loaded("ts.csv", text, "", fields), wanted);
}

#[test]
fn extreme_values_are_loaded_exactly() {
    let text = b"id,n,d,at\n-9223372036854775808,-99999999999999999999999999999.999999999,0001-01-01,0001-01-01T00:00:00Z\n\
        9223372036854775807,0.000000001,9999-12-31,9999-12-30T21:59:59.999999Z\n";
    let wanted = [
        "-9223372036854775808|-99999999999999999999999999999.999999999|0001-01-01|0001-01-01T00:00:00Z",
        "9223372036854775807|0.000000001|9999-12-31|9999-12-30T21:59:59.999999Z",
    ];
    assert_eq!(loaded("ts.csv", text, "", "n: decimal, d: date, at: timestamp"), wanted);
}

#[test]
fn formats_of_other_programs_are_read() {
    let fields = "n: \"decimal(12,2)\", b: boolean, d: date, at: timestamp, s: string";
    let wanted = ["1|1234567.50|true|2024-03-02|2024-03-02T16:30:00Z|Zo\u{eb}; \u{20ac}", "2|-|false|-|-|-"];
    for (name, file, text, read) in [
        (
            "a spreadsheet in Germany",
            "ts.csv",
            &b"id;n;b;d;at;s\r\n1;1.234.567,50;WAHR;02.03.2024;02.03.2024 17:30;\"Zo\xeb; \x80\"\r\n2;;FALSCH;;;\r\n"[..],
            "delimiter: \";\", encoding: windows-1252, decimal: \",\", thousands: \".\", true: WAHR, false: FALSCH, \
             date_format: \"%d.%m.%Y\", timestamp_format: \"%d.%m.%Y %H:%M\", zone: Europe/Berlin",
        ),
        (
            "COPY in text",
            "ts.tsv",
            "1\t1234567.50\tt\t2024-03-02\t2024-03-02 16:30:00+00\tZo\u{eb}; \u{20ac}\n2\t\\N\tf\t\\N\t\\N\t\\N\n".as_bytes(),
            "columns: [id, n, b, d, at, s], quote: none, escape: \"\\\\\", null: \"\\\\N\", true: t, false: f",
        ),
        (
            "INTO OUTFILE",
            "ts.tsv",
            "1\t1234567.50\t1\t2024-03-02\t2024-03-02 16:30:00\tZo\u{eb}; \u{20ac}\n2\t\\N\t0\t\\N\t\\N\t\\N\n".as_bytes(),
            "columns: [id, n, b, d, at, s], quote: none, escape: \"\\\\\", null: \"\\\\N\", true: 1, false: 0, zone: UTC",
        ),
        (
            "pandas",
            "ts.csv",
            "id,n,b,d,at,s\n1.0,1234567.5,True,2024-03-02,2024-03-02 16:30:00,Zo\u{eb}; \u{20ac}\n2.0,,False,,,\n".as_bytes(),
            "zone: UTC",
        ),
        (
            "R",
            "ts.csv",
            "\"id\",\"n\",\"b\",\"d\",\"at\",\"s\"\n1,1234567.5,TRUE,\"2024-03-02\",\"2024-03-02 16:30:00\",\"Zo\u{eb}; \u{20ac}\"\n2,NA,FALSE,NA,NA,NA\n".as_bytes(),
            "null: [NA], zone: UTC",
        ),
        (
            "lines of JSON, with numbers as text",
            "ts.jsonl",
            "{\"id\": \"1\", \"n\": \"1234567.5\", \"b\": true, \"d\": \"2024-03-02\", \"at\": \"2024-03-02 16:30:00 UTC\", \"s\": \"Zo\\u00eb; \u{20ac}\"}\n{\"id\": 2, \"b\": false}\n".as_bytes(),
            "trim: false",
        ),
        (
            "an American spreadsheet",
            "ts.csv",
            "id,n,b,d,at,s\n1,\"1,234,567.50\",yes,3/2/2024,3/2/24 4:30 PM,Zo\u{eb}; \u{20ac}\n2,,no,,,\n".as_bytes(),
            "thousands: \",\", true: [yes], false: [no], date_format: \"%m/%d/%Y\", \
             timestamp_format: \"%m/%d/%y %I:%M %p\", zone: UTC",
        ),
        (
            "instants since 1970, and bars",
            "ts.csv",
            "id|n|b|d|at|s\n1|1234567.5|true|20240302|1709397000|Zo\u{eb}; \u{20ac}\n2|-|false|-|-|-\n".as_bytes(),
            "delimiter: \"|\", date_format: \"%Y%m%d\", timestamp_format: epoch_seconds, null: \"-\"",
        ),
    ] {
        let found = loaded(file, text, &format!("read: {{ {read} }}"), fields);
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn missing_values_are_blanks_or_declared_words() {
    let text = b"id,s,n\n1,,\n2,\"\",\"\"\n3,NA,5\n";
    assert_eq!(loaded("ts.csv", text, "", "s: string, n: integer"), ["1|-|-", "2|-|-", "3|NA|5"]);
    let text = b"id,s,n\n1,,NA\n2,\"\",1\n3,NA,5\n";
    assert_eq!(
        loaded("ts.csv", text, "read: { null: [NA] }", "s: string, n: integer"),
        ["1||-", "2||1", "3|-|5"]
    );
    let lines = b"{\"id\": 1, \"s\": \"\"}\n{\"id\": 2, \"s\": null}\n{\"id\": 3}\n";
    assert_eq!(loaded("ts.jsonl", lines, "", "s: string"), ["1|", "2|-", "3|-"]);
}

#[test]
fn arrays_documents_and_structs_are_read() {
    let text = br#"id,tags,amounts,doc,address
1,"[""a"", ""b,c"", null]","[1.10, ""12345678901234567890.123456789""]","{""a"": [1]}","{""city"": ""Oslo"", ""geo"": {""since"": ""2024-01-01T00:00:00+01:00"", ""lat"": 59.9}, ""x"": 1}"
2,,[],,{}
"#;
    let fields = "tags: array<string>, amounts: array<decimal>, doc: json, \
        city: { type: string, column: address, path: city, from: struct }, \
        since: { type: timestamp, column: address, path: [geo, since], from: struct }, \
        lat: { type: \"decimal(9,6)\", column: address, path: [geo, lat], from: struct }";
    let folder = crate::load::folder(&[("ts.csv", text)]);
    let mut engine = crate::support::duckdb();
    crate::load::load_into(&mut engine, &crate::load::catalog("", fields), folder.path()).expect("it loads");
    use segc::engine::Engine;
    let found = engine
        .query(
            "SELECT tags[2], len(tags), CAST(amounts[2] AS VARCHAR), len(amounts), CAST(doc AS VARCHAR), address.city, \
             address.geo.since, address.geo.lat FROM ts ORDER BY id",
        )
        .expect("rows");
    let shown: Vec<Vec<String>> =
        found.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let first = [
        "b,c",
        "3",
        "12345678901234567890.123456789",
        "2",
        "{\"a\": [1]}",
        "Oslo",
        "2023-12-31T23:00:00Z",
        "59.900000",
    ];
    assert_eq!(shown[0], first);
    assert_eq!(shown[1], ["", "", "", "0", "", "", "", ""]);
}

/// The language defines that a text which is no version is missing in conditions; the row keeps it.
#[test]
fn text_that_is_no_version_is_kept() {
    let text = b"id,v\n1,1.10.0\n2,latest\n3,v1.2.0\n4,\n5,1.2\n6,01.2.3\n7, 1.2.3\n";
    let wanted = ["1|1.10.0", "2|latest", "3|v1.2.0", "4|-", "5|1.2", "6|01.2.3", "7| 1.2.3"];
    assert_eq!(loaded("ts.csv", text, "", "v: semver"), wanted);
}
