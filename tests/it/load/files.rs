//! Which files are read, and what is reported about the others.

use crate::load::{catalog, folder, load_into, loaded, packed, rows, said};
use crate::support;

#[test]
fn one_table_can_have_several_files() {
    let files: &[(&str, &[u8])] = &[
        ("export/orders_2.csv.gz", &packed(b"id,v\n3,c\n")),
        ("export/orders_1.csv", b"id,v\n1,a\n2,b\n"),
        ("export/other.csv", b"id,v\n9,x\n"),
        ("more.jsonl", b"{\"id\": 4, \"v\": \"d\"}\n"),
    ];
    let folder = folder(files);
    let mut engine = support::duckdb();
    let catalog = catalog("read: { files: [\"export/orders_*\", more.jsonl] }", "v: string");
    let report = load_into(&mut engine, &catalog, folder.path()).expect("they load");
    assert_eq!(rows(&mut engine), ["1|a", "2|b", "3|c", "4|d"]);
    assert_eq!(report.loaded[0].rows, 4);
    assert_eq!(report.loaded[0].files.len(), 3);
    let warnings = said(&report.warnings, folder.path());
    let [(code, message, _)] = warnings.as_slice() else { panic!("{warnings:#?}") };
    assert_eq!((*code, message.contains("export/other.csv")), ("SEG715", true), "{message}");
}

/// They load as a database holds them, but the user is warned.
#[test]
fn texts_that_are_not_versions_are_warned_about() {
    let csv = b"id,v\n1,1.2.3\n2,v1.3\n3,latest\n4,\n";
    let lines =
        b"{\"id\": 1, \"v\": \"1.2.3\"}\n{\"id\": 2, \"v\": \"v1.3\"}\n{\"id\": 3, \"v\": \"latest\"}\n";
    for (file, text, field, wanted, help) in [
        (
            "ts.csv",
            csv.as_slice(),
            "v: semver",
            "ts.csv`, line 3: `v` is `v1.3`, which isn't a version and is missing in conditions; also line 4 (`latest`)",
            "declare `encoding: loose` for the field",
        ),
        (
            "ts.csv",
            csv,
            "v: { type: semver, encoding: loose }",
            "line 4: `v` is `latest`, which",
            "null: [unknown]",
        ),
        (
            "ts.csv",
            csv,
            "v: { type: semver, pii: true }",
            "line 3: `v` has a value, not shown",
            "encoding: loose",
        ),
        ("ts.jsonl", lines, "v: semver", "line 2: `v` is `v1.3`, which", "encoding: loose"),
    ] {
        let folder = folder(&[(file, text)]);
        let report =
            load_into(&mut support::duckdb(), &catalog("", field), folder.path()).expect("they load");
        let said = said(&report.warnings, folder.path());
        let [(code, message, advice)] = said.as_slice() else { panic!("{field}: {said:#?}") };
        assert!(*code == "SEG710" && message.contains(wanted) && advice.contains(help), "{field}: {said:#?}");
    }
    let folder = folder(&[("ts.csv", csv)]);
    let report =
        load_into(&mut support::duckdb(), &catalog("", "v: string"), folder.path()).expect("they load");
    assert!(report.warnings.is_empty(), "text is read as text");
}

#[test]
fn patterns_without_files_are_errors() {
    let problems =
        crate::load::refused("ts.csv", b"id,v\n1,a\n", "read: { files: \"orders_*.csv\" }", "v: string");
    assert!(
        problems.iter().any(|one| one.0 == "SEG718" && one.1.contains("`orders_*.csv`")),
        "{problems:#?}"
    );
}

#[test]
fn ambiguous_files_of_a_table_are_errors_and_nothing_is_loaded() {
    for other in ["ts.parquet", "t.csv", "ts.jsonl", "ts.csv.gz"] {
        let folder = folder(&[("ts.csv", b"id,v\n1,a\n"), (other, b"id,v\n1,a\n")]);
        let problems = load_into(&mut support::duckdb(), &catalog("", "v: string"), folder.path())
            .expect_err("two files");
        let problems = said(&problems, folder.path());
        let about = |one: &&(&str, String, String)| one.0 == "SEG714" && one.1.contains(other);
        assert_eq!(problems.iter().filter(about).count(), 1, "{problems:#?}");
    }
}

#[test]
fn files_without_a_table_are_reported() {
    let folder = folder(&[
        ("ts.csv", b"id,v\n1,a\n"),
        ("tss.csv", b"id,v\n1,a\n"),
        ("TS.CSV", b"id,v\n1,a\n"),
        ("sheet.xlsx", b"PK"),
        ("rows.json", b"[]"),
        ("README.md", b"about"),
        (".DS_Store", b""),
        ("parts/part-0.csv", b"id,v\n1,a\n"),
        ("parts/part-1.csv", b"id,v\n1,a\n"),
        ("us.csv/part-0.csv", b""),
    ]);
    #[cfg(unix)]
    {
        let to = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("nowhere.csv", to("broken.csv")).expect("a link");
        std::os::unix::fs::symlink("parts", to("linked")).expect("a link");
    }
    let mut engine = support::duckdb();
    let report = load_into(&mut engine, &catalog("", "v: string"), folder.path()).expect("it loads");
    assert_eq!(rows(&mut engine), ["1|a"]);
    let found = said(&report.warnings, folder.path());
    let mut wanted = vec![
        ("SEG715", "tss.csv", "did you mean `ts.csv`?"),
        ("SEG715", "TS.CSV", "lower case"),
        ("SEG715", "sheet.xlsx", "as CSV"),
        ("SEG715", "rows.json", ".jsonl"),
        ("SEG716", "`parts`", "\"parts/*\""),
        ("SEG716", "`us.csv`", "\"us.csv/*\""),
    ];
    if cfg!(unix) {
        wanted.push(("SEG716", "`broken.csv` is a link that leads nowhere", ""));
        wanted.push(("SEG716", "`linked` is a link to a folder", ""));
    }
    for (code, part, help) in &wanted {
        let is_it =
            |one: &(&str, String, String)| one.0 == *code && one.1.contains(part) && one.2.contains(help);
        assert!(found.iter().any(is_it), "no {code} {part} in {found:#?}");
    }
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
}

#[test]
#[cfg(unix)]
fn links_to_files_are_followed_and_reported() {
    let outside = folder(&[("elsewhere.csv", b"id,v\n1,a\n")]);
    let folder = folder(&[]);
    std::os::unix::fs::symlink(outside.path().join("elsewhere.csv"), folder.path().join("ts.csv"))
        .expect("a link");
    let mut engine = support::duckdb();
    let report = load_into(&mut engine, &catalog("", "v: string"), folder.path()).expect("it loads");
    assert_eq!(rows(&mut engine), ["1|a"]);
    assert_eq!(report.warnings.iter().map(|one| one.code).collect::<Vec<_>>(), ["SEG716"]);
}

#[test]
fn files_without_rows_are_reported() {
    for (file, bytes) in [("ts.csv", &b"id,v\n"[..]), ("ts.jsonl", b"\n")] {
        let folder = folder(&[(file, bytes)]);
        let report =
            load_into(&mut support::duckdb(), &catalog("", "v: string"), folder.path()).expect("it loads");
        assert_eq!(report.warnings.iter().map(|one| one.code).collect::<Vec<_>>(), ["SEG717"], "{file}");
    }
}

#[test]
fn folder_names_are_taken_literally() {
    let outer = folder(&[
        ("st1r/ts.csv", b"id,v\n9,z\n"),
        ("st*r/ts.csv", b"id,v\n1,a\n"),
        ("[x]?'/ts.csv", b"id,v\n2,b\n"),
    ]);
    for (name, wanted) in [("st*r", "1|a"), ("[x]?'", "2|b")] {
        let mut engine = support::duckdb();
        load_into(&mut engine, &catalog("", "v: string"), &outer.path().join(name)).expect("it loads");
        assert_eq!(rows(&mut engine), [wanted]);
    }
}

#[test]
fn long_values_and_many_rows_are_loaded() {
    let long = "x".repeat(300_000);
    let text = format!("id,v\n1,\"{long}\n{long}\"\n");
    assert_eq!(loaded("ts.csv", text.as_bytes(), "", "v: string"), [format!("1|{long}\n{long}")]);
    let mut text = "id,v\n".to_owned();
    for id in 0..120_000 {
        text.push_str(&format!("{id},v{id}\n"));
    }
    let found = loaded("ts.csv", text.as_bytes(), "", "v: string");
    assert_eq!((found.len(), found[119_999].as_str()), (120_000, "119999|v119999"));
}
