//! Unit tests of segments whose fields share columns: documents, structs, and text that is read as
//! two types, on the reference evaluator and on the embedded engine.

use std::path::Path;

use assert_cmd::Command;

#[expect(clippy::disallowed_methods, reason = "a test writes a project")]
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
}

/// A project in a folder of its own.
fn project(catalog: &str, segments: &str, tests: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("segc.yml"), "name: shared\ntargets: { duckdb: {} }\n");
    write(&folder.path().join("catalog/a.yml"), catalog);
    write(&folder.path().join("segments/a.seg"), segments);
    write(&folder.path().join("tests/a.yml"), tests);
    folder
}

/// Exit code and all that is printed, the time left out.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let shown = [output.stdout, output.stderr].concat();
    let shown = String::from_utf8(shown).expect("text is UTF-8");
    assert!(!shown.contains("panicked"), "{shown}");
    let untimed = |line: &str| line.split(" passed in ").next().unwrap_or_default().to_owned();
    (
        output.status.code().expect("it ends by itself"),
        shown.lines().map(untimed).collect::<Vec<_>>().join("\n"),
    )
}

/// Both engines agree with what the tests expect.
fn passes(project: &tempfile::TempDir, tests: usize) {
    for engine in ["reference", "duckdb"] {
        let (code, shown) = segc(project.path(), &["test", "--engine", engine]);
        let wanted = if tests == 1 { "1 test".to_owned() } else { format!("{tests} tests") };
        assert_eq!((code, shown.as_str()), (0, wanted.as_str()), "{engine}");
    }
}

const CATALOG: &str = r#"
entities:
  visitor:
    table: web.visitors
    key: id
    fields:
      id: { type: integer, nullable: false }
      plan: { type: string, column: traits, path: [billing, "plan name"] }
      seats: { type: integer, column: traits, path: [billing, seats] }
      price: { type: "decimal(10,2)", column: traits, path: [billing, price] }
      billing: { type: json, column: traits, path: billing }
      topics: { type: array<string>, column: traits, path: topics }
      scores: { type: array<integer>, column: traits, path: [deep, er, scores] }
      ratio: { type: float, column: traits, path: ratio }
      paying: { type: boolean, column: traits, path: paying }
      born: { type: date, column: traits, path: born }
      seen: { type: timestamp, column: traits, path: seen }
      app: { type: semver, column: traits, path: app }
      raw_text: { type: string, column: raw }
      source: { type: string, column: raw, path: [utm, "it's"], from: json_text }
      city: { type: string, column: address, path: city, from: struct }
      code: { type: string, column: address, path: [geo, code], from: struct }
      area: { type: "decimal(30,9)", column: address, path: [geo, area], from: struct }
      moved: { type: timestamp, column: address, path: moved, from: struct, zone: Europe/Paris }
      labels: { type: array<string>, column: address, path: labels, from: struct }
"#;

const SEGMENTS: &str = r#"
segment pro on visitor { where plan = "pro's" }
segment seated on visitor { where seats > 2 }
segment priced on visitor { where price = 12.50 }
segment billed on visitor { where billing is present }
segment topical on visitor { where topics contains all ("a", "b\"c") }
segment empty on visitor { where topics is empty }
segment scored on visitor { where scores contains 7 }
segment even on visitor { where ratio = 0.1 }
segment paid on visitor { where paying }
segment old on visitor { where born before 2000-01-01 }
segment recent on visitor { where seen during 2026-01-01 to 2026-02-01 }
segment new_app on visitor { where app > "1.9.0" }
segment from_ad on visitor { where source = "ad" }
segment with_raw on visitor { where raw_text is present }
segment in_oslo on visitor { where city = "Oslo" }
segment coded on visitor { where code = "007" }
segment vast on visitor { where area = 123456789012345678901.123456789 }
segment settled on visitor { where moved = 2026-07-01T10:00:00Z }
segment labelled on visitor { where labels contains "x" }
"#;

#[test]
fn values_inside_documents_and_structs_are_given_by_field_name() {
    let project = project(
        CATALOG,
        SEGMENTS,
        r#"
as_of: 2026-11-01T00:00:00Z
tests:
  - name: each field by itself and all together
    given:
      visitor:
        - { id: 1, plan: "pro's" }
        - { id: 2, seats: 3, price: 12.5 }
        - { id: 3, topics: [a, "b\"c", null], scores: [7] }
        - { id: 4, topics: [], ratio: 0.1, paying: true }
        - { id: 5, born: 1999-12-31, seen: "2026-01-31T23:59:59.999999Z", app: "1.10.0" }
        - { id: 6, source: ad }
        - { id: 7, city: Oslo, code: "007", area: "123456789012345678901.123456789" }
        - { id: 8, moved: "2026-07-01T12:00:00", labels: [x] }
        - { id: 9, paying: null, city: null }
        - { id: 10, billing: { "plan name": "pro's", seats: 9 }, price: 12.50 }
        - id: 11
          plan: "pro's"
          seats: 3
          price: 12.50
          topics: [a, "b\"c"]
          scores: [1, 7]
          ratio: 0.1
          paying: true
          born: 1990-01-01
          seen: 2026-01-01T00:00:00Z
          app: "2.0.0"
          source: ad
          city: Oslo
          code: "007"
          area: "123456789012345678901.123456789"
          moved: 2026-07-01T10:00:00Z
          labels: [x]
        - { id: 12, raw_text: '{"utm": {"it''s": "ad"}}' }
    expect:
      pro: [1, 10, 11]
      seated: [2, 10, 11]
      priced: [2, 10, 11]
      billed: [1, 2, 10, 11]
      topical: [3, 11]
      empty: [1, 2, 4, 5, 6, 7, 8, 9, 10, 12]
      scored: [3, 11]
      even: [4, 11]
      paid: [4, 11]
      old: [5, 11]
      recent: [5, 11]
      new_app: [5, 11]
      from_ad: [6, 11, 12]
      with_raw: [6, 11, 12]
      in_oslo: [7, 11]
      coded: [7, 11]
      vast: [7, 11]
      settled: [8, 11]
      labelled: [8, 11]
"#,
    );
    passes(&project, 1);
}

/// The value in a row overrides a default for the same place or a deeper one, and is merged into one around it.
#[test]
fn rows_override_defaults_for_the_same_place() {
    let project = project(
        r#"
entities:
  user:
    table: users
    key: id
    fields:
      id: { type: integer, nullable: false }
      doc: json
      plan: { type: string, column: doc, path: plan }
      seats: { type: integer, column: doc, path: seats }
      version: semver
      version_text: { type: string, column: version }
"#,
        r#"
segment free on user { where plan = "free" }
segment paid on user { where plan = "paid" }
segment seated on user { where seats = 2 }
segment documented on user { where doc is present }
segment current on user { where version >= "2.0.0" or version_text = "latest" }
segment unversioned on user { where version is missing }
segment written on user { where version_text is present }
"#,
        r#"
as_of: 2026-11-01T00:00:00Z
defaults:
  user: { doc: { plan: free, seats: 2 }, version: "1.0.0" }
tests:
  - name: defaults
    given:
      user:
        - { id: 1 }
        - { id: 2, plan: paid }
        - { id: 3, doc: { plan: paid } }
        - { id: 4, plan: null, version: null }
        - { id: 5, doc: null, version_text: "2.0.0" }
        - { id: 6, version_text: latest }
        - { id: 7, version: "2.1.0+build.7", version_text: "2.1.0+build.7" }
    expect:
      free: [1, 6, 7]
      paid: [2, 3]
      seated: [1, 2, 4, 6, 7]
      documented: [1, 2, 3, 4, 6, 7]
      current: [5, 6, 7]
      unversioned: [4, 6]
      written: [1, 2, 3, 5, 6, 7]
"#,
    );
    passes(&project, 1);
}

#[test]
fn contradictory_values_of_one_column_are_problems() {
    let project = project(
        r#"
entities:
  user:
    table: users
    key: id
    fields:
      id: { type: integer, nullable: false }
      plan: { type: string, column: doc, path: plan }
      plan_number: { type: integer, column: doc, path: plan }
      limit: { type: decimal, column: doc, path: [plan, limit] }
      version: semver
      version_text: { type: string, column: version }
"#,
        "segment s on user { where plan is present }\n",
        r#"
as_of: 2026-11-01T00:00:00Z
tests:
  - name: clashes
    given:
      user:
        - { id: 1, plan: a, plan_number: 1 }
        - { id: 2, plan: a, limit: 1 }
        - { id: 3, version: "1.0.0", version_text: "2.0.0" }
        - { id: 4, version: null, version_text: "2.0.0" }
        - { id: 5, limit: 1234567890.123456789 }
        - { id: 6, version: null, version_text: latest }
    expect: { s: [] }
"#,
    );
    for engine in ["reference", "duckdb"] {
        let (code, shown) = segc(project.path(), &["test", "--engine", engine, "--message-format", "json"]);
        assert_eq!(code, 1, "{shown}");
        let told: Vec<(u64, String)> = shown
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|problem| problem["code"] == "SEG075")
            .map(|problem| {
                let line = problem["span"]["start"]["line"].as_u64().or(problem["line"].as_u64());
                (line.unwrap_or_default(), problem["message"].as_str().unwrap_or_default().to_owned())
            })
            .collect();
        let wanted = [
            (
                7,
                "`plan` of `user` is `missing` in this row: another value is in the same place of column `doc`",
            ),
            (
                8,
                "`limit` of `user` is `missing` in this row: another value is in the same place of column `doc`",
            ),
            (
                9,
                "`version_text` of `user` is `1.0.0` in this row: another value is in the same place of column `version`",
            ),
            (
                10,
                "`version` of `user` is `2.0.0` in this row: another value is in the same place of column `version`",
            ),
            (11, "`limit` of `user` is decimal, which no JSON document holds exactly"),
        ];
        let wanted: Vec<(u64, String)> = wanted.map(|(line, text)| (line, text.to_owned())).to_vec();
        assert_eq!(told, wanted, "{shown}");
    }
}

#[test]
fn columns_are_read_by_the_type_of_each_field() {
    let project = project(
        r#"
entities:
  device:
    table: devices
    key: id
    fields:
      id: { type: integer, nullable: false }
      version: semver
      version_text: { type: string, column: version }
"#,
        "segment current on device { where version >= \"2.0.0\" or version_text = \"latest\" }\n",
        "as_of: 2026-11-01T00:00:00Z\ntests: [{ name: nobody, expect: { current: [] } }]\n",
    );
    write(&project.path().join("data/devices.csv"), "id,version\n1,2.0.0\n2,latest\n3,1.0.0\n");
    let (code, shown) = segc(project.path(), &["run", "--as-of", "2026-11-01T00:00:00Z"]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("current") && shown.contains(" 2 "), "{shown}");
    passes(&project, 1);
}

/// Only what is stored in different ways is refused, and the problem says how.
#[test]
fn columns_with_two_stored_types_are_problems() {
    for (one, other, told) in [
        ("integer", "string", "is string here and integer elsewhere"),
        ("integer", "{ type: integer, storage: int32 }", "is integer of 32 bits here and integer elsewhere"),
        ("string", "{ type: integer, path: a, from: struct }", "is a struct here and string elsewhere"),
        (
            "{ type: integer, path: [a, b], from: struct }",
            "{ type: date, path: a, from: struct }",
            "is date here and a struct elsewhere",
        ),
        (
            "{ type: date, path: a, from: struct }",
            "{ type: semver, path: a, from: struct }",
            "is semver here and date elsewhere",
        ),
    ] {
        let field = |text: &str| match text.strip_prefix('{') {
            Some(rest) => format!("{{ column: c, {rest}"),
            None => format!("{{ column: c, type: {text} }}"),
        };
        let catalog = format!(
            "entities:\n  user:\n    table: users\n    key: id\n    fields:\n      id: {{ type: integer, nullable: false }}\n      one: {}\n      other: {}\n",
            field(one),
            field(other),
        );
        let tests = "as_of: 2026-11-01T00:00:00Z\ntests: [{ name: nobody, expect: { s: [] } }]\n";
        let project = project(&catalog, "segment s on user { where id = 1 }\n", tests);
        let (_, shown) = segc(project.path(), &["test", "--engine", "duckdb"]);
        assert!(shown.contains("SEG708") && shown.contains(told), "{one}, {other}: {shown}");
    }
}
