//! Tests of tests: what is read, and that both engines say the same.

use std::sync::LazyLock;

use super::*;
use crate::api::{Options, Session, open_files};
use crate::diagnostic::Diagnostics;
use crate::evaluate::Datum;
use crate::project::Memory;
use crate::yaml::schema_test::{NO_WORD, same_words};

const CONFIG: &str = "name: shop\ntimezone: Europe/London\ntargets: { here: { dialect: duckdb } }\n";

/// Every type, every storage; a query, two entities of one table, one of another database.
const CATALOG: &str = r#"
entities:
  thing:
    table: things
    key: id
    fields:
      id: { type: integer, nullable: false }
      text: { type: string, column: "the \"text\"" }
      padded: { type: string, storage: char }
      plan: { type: string, values: [free, premium] }
      amount: { type: "decimal(20,9)" }
      ratio: float
      small: { type: float, storage: float32 }
      flag: boolean
      day: date
      at: timestamp
      local: { type: timestamp, zone: Europe/London }
      props: json
    links:
      parts: { to: part, many: true, on: { id: thing_id } }
      kind: { to: kind, on: { text: name } }
  part:
    query: SELECT 1 AS thing_id, 1 AS number
    key: [thing_id, number]
    fields: { thing_id: { type: integer, nullable: false }, number: integer }
  kind: { table: Shared, key: name, fields: { name: string, weight: integer } }
  other: { table: shared, key: weight, fields: { weight: { type: string, nullable: false } } }
  far: { table: lake.main.far, key: id, fields: { id: integer } }
  account:
    table: accounts
    key: id
    changes: { mutable: { deleted_at: gone_at } }
    deletes: soft
    fields: { id: integer, gone_at: timestamp }
"#;

const SEGMENTS: &str = r#"
param least: decimal = 10
segment texts on thing { where text = "it's \\ \"so\"" }
segment padded on thing { where padded = "ab" }
segment exact on thing { where amount = 12345678901.123456789 }
segment enough on thing { where amount >= $least }
segment ratios on thing { where ratio = 0.1 }
segment small on thing { where small = 0.1 }
segment flagged on thing { where flag }
segment day on thing { where day = 2026-02-28 }
segment instant on thing { where at = 2026-02-28T12:00:00.123456Z }
segment summer on thing { where local = 2026-07-01T11:00:00Z }
segment with_parts on thing { where count(parts) >= 2 with parts = count(parts), small }
segment shown on thing { where flag with text, amount, ratio, mean = avg(parts.number), day, at, known = text is present, version = semver(text), parts = count(parts) }
segment shown_parts on part { with thing = number > 0, twice = number * 2 }
segment heavy on thing { where kind.weight > 5 }
segment numbered on part { where number >= 1 }
segment others on other { where weight = "5" }
segment far on far { }
segment too_much on thing { where sum(parts.number) * 10000000000 * 10000000000 * 10000000000 > 1 }
segment broken on thing { where ratio * 1e308 * 1e308 > 1 }
segment accounts on account { }
segment off on thing { enabled: false }
"#;

fn session() -> Session {
    static SESSION: LazyLock<Session> = LazyLock::new(|| {
        let files = Memory::new().with("segc.yml", CONFIG).with("catalog/c.yml", CATALOG);
        let (session, problems) = open_files(&files.with("segments/s.seg", SEGMENTS), &Options::default());
        assert!(problems.is_empty(), "{problems:#?}");
        session
    });
    SESSION.clone()
}

fn suite(text: &str) -> (Suite, Diagnostics) {
    read(&mut session(), &Memory::new().with("tests/t.yml", text))
}

/// Every failure, in one line each, of both engines, which must agree.
fn failures(text: &str) -> Vec<String> {
    let (suite, problems) = suite(text);
    assert!(problems.is_empty(), "{problems:#?}");
    let (all, _) = suite.select(&[]);
    let outcomes = suite.run(&all);
    let embedded = suite.run_embedded(&all, "here", TestRun::default()).expect("it has SQL");
    assert_eq!(outcomes, embedded);
    suite.problems(&outcomes).iter().map(|problem| problem.message.clone()).collect()
}

fn one_test(given: &str, expect: &str) -> String {
    format!(
        "as_of: 2026-11-01T00:00:00Z\ntests:\n  - name: one\n    given: {{ {given} }}\n    expect: {{ {expect} }}\n"
    )
}

#[test]
fn values_of_every_type_are_read_as_written() {
    let mut text = "as_of: 2026-11-01T00:00:00Z\ntests:\n".to_owned();
    for (field, value, segment) in [
        ("text", r#"'it''s \ "so"'"#, "texts"),
        ("padded", "'ab  '", "padded"),
        ("amount", "12345678901.123456789", "exact"),
        ("amount", "'12345678901.123456789'", "exact"),
        ("amount", "10", "enough"),
        ("ratio", "0.1", "ratios"),
        ("ratio", "1e-1", "ratios"),
        ("flag", "true", "flagged"),
        ("day", "2026-02-28", "day"),
        ("at", "2026-02-28T12:00:00.123456Z", "instant"),
        ("at", "2026-02-28T13:00:00.123456+01:00", "instant"),
        ("local", "2026-07-01T12:00:00", "summer"),
        ("local", "2026-07-01T11:00:00Z", "summer"),
    ] {
        let given =
            format!("thing: [{{ id: 1, {field}: {value} }}, {{ id: 2 }}, {{ id: 3, {field}: null }}]");
        let at = text.lines().count();
        text.push_str(&format!(
            "- {{ name: {field} {at}, given: {{ {given} }}, expect: {{ {segment}: [1] }} }}\n"
        ));
    }
    // A float of 32 bits is not the decimal that was written.
    text.push_str("- { name: small, given: { thing: [{ id: 1, small: 0.1 }] }, expect: { small: [] } }\n");
    assert_eq!(failures(&text), [""; 0]);
}

#[test]
fn deleted_rows_are_not_rows_but_can_be_mentioned() {
    let given = "account: [{ id: 1, gone_at: 2026-01-01T00:00:00Z }, { id: 1 }, \
                 { id: 2, gone_at: 2026-01-01T00:00:00Z }, { id: 2, gone_at: 2026-01-02T00:00:00Z }]";
    assert_eq!(failures(&one_test(given, "accounts: { in: [1], out: [2] }")), [""; 0]);
    let (_, problems) = suite(&one_test("account: [{ id: 1 }, { id: 1 }]", "accounts: [1]"));
    let codes: Vec<_> = problems.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["SEG077"], "{problems:#?}");
}

#[test]
fn the_later_of_two_repeated_local_times_is_rejected() {
    // 1:30 at night, when the clocks went back: the column can't tell both instants apart.
    let given = |hour: u8| format!("thing: [{{ id: 1, local: 2026-10-25T0{hour}:30:00Z }}]");
    let (first, problems) = suite(&one_test(&given(0), "summer: []"));
    assert!(problems.is_empty() && first.cases.len() == 1, "{problems:#?}");
    let (_, problems) = suite(&one_test(&given(1), "summer: []"));
    let [problem] = &problems.iter().collect::<Vec<_>>()[..] else { panic!("{problems:#?}") };
    assert_eq!(problem.code, "SEG075");
    assert!(problem.help.as_ref().is_some_and(|help| help.contains("the second of two")), "{problem:#?}");
}

#[test]
fn values_that_do_not_fit_are_reported() {
    for (field, value, says) in [
        ("id", "1.5", "`id` of `thing` is an integer, not `1.5`"),
        ("id", "'1'", "`id` of `thing` is an integer, not the text `1`"),
        ("id", "9223372036854775808", "not `9223372036854775808`"),
        ("id", "null", "`id` of `thing` is never missing"),
        ("text", "true", "a string, not `true`"),
        ("text", "[a]", "a string, not a list"),
        ("text", r#""\0""#, "not the text"),
        ("plan", "fre", "`plan` of `thing` is never `fre`"),
        ("amount", "1.0123456789", "decimal(20,9), not `1.0123456789`"),
        ("amount", "1e99", "not `1e99`"),
        ("amount", "many", "not the text `many`"),
        ("amount", "123456789012.5", "not `123456789012.5`"),
        ("ratio", "'0.5'", "a float, not the text `0.5`"),
        ("ratio", ".nan", "a float, not"),
        ("flag", "1", "a boolean, not `1`"),
        ("flag", "'true'", "a boolean, not the text `true`"),
        ("day", "2026-02-29", "a date, not `2026-02-29`"),
        ("day", "2026-02-28T00:00:00Z", "a date, not"),
        ("day", "''", "a date, not ``"),
        ("at", "2026-02-28", "a timestamp, not `2026-02-28`"),
        ("at", "2026-02-28T00:00:00", "a timestamp, not"),
        ("local", "noon", "a timestamp, not `noon`"),
        ("props", "'{'", "a json, not"),
    ] {
        let id = if field == "id" { "" } else { "id: 1, " };
        let given = format!("thing: [{{ {id}{field}: {value} }}]");
        let (suite, problems) = suite(&one_test(&given, "texts: []"));
        let [problem] = &problems.iter().collect::<Vec<_>>()[..] else { panic!("{value}: {problems:#?}") };
        assert!(problem.code == "SEG075" && problem.message.contains(says), "{value}: {}", problem.message);
        assert!(problem.help.is_some() && suite.cases.is_empty());
    }
}

#[test]
fn json_documents_are_read_in_any_notation() {
    for (value, document) in [
        ("{ a: [1, x, null] }", r#"{"a":[1,"x",null]}"#),
        (r#"'{"a": 12345678901234567890.10}'"#, r#"{"a": 12345678901234567890.10}"#),
    ] {
        let (suite, problems) =
            suite(&one_test(&format!("thing: [{{ id: 1, props: {value} }}]"), "texts: []"));
        assert!(problems.is_empty(), "{problems:#?}");
        let data = &suite.cases[0].data;
        let rows = data.rows(data.catalog().find("thing").expect("an entity"));
        assert!(rows[0].contains(&Datum::from(document)), "{rows:?}");
    }
}

#[test]
fn entities_without_their_own_table_accept_rows() {
    let given = "thing: [{ id: 1, text: a }, { id: 2, text: b }], far: [{ id: 7 }], \
                 part: [{ thing_id: 1, number: 1 }, { thing_id: 1, number: 2 }, { thing_id: 2, number: null }], \
                 kind: [{ name: b, weight: 6 }, { name: a, weight: 5 }], other: [{ weight: '5' }]";
    let expect = "with_parts: [1], heavy: [2], numbered: [[1, 1], { number: 2, thing_id: 1 }], others: ['5'], far: [7]";
    assert_eq!(failures(&one_test(given, expect)), [""; 0]);
}

#[test]
fn differences_list_missing_and_extra_members() {
    let given = "thing: [{ id: 1, flag: true }, { id: 2, flag: true }, { id: 3 }], part: [{ thing_id: 1, number: 1 }]";
    let fails = |expect: &str| failures(&one_test(given, expect));
    assert_eq!(fails("flagged: [1, 2]"), [""; 0]);
    assert_eq!(fails("flagged: [1, 3]"), ["one: `flagged`: missing 3; extra 2"]);
    assert_eq!(fails("flagged: []"), ["one: `flagged`: extra 1, 2"]);
    assert_eq!(fails("flagged: { in: [1] }"), [""; 0], "nothing is said of 2");
    assert_eq!(fails("flagged: { in: [1, 3], out: [2] }"), ["one: `flagged`: missing 3; extra 2"]);
    assert_eq!(fails("flagged: { out: [3] }"), [""; 0]);
    assert_eq!(fails("numbered: []"), ["one: `numbered`: extra 1/1"]);
}

#[test]
fn columns_are_compared_where_a_test_states_them() {
    let given = "thing: [{ id: 1, flag: true, text: 1.2.3+b, amount: 1.5, ratio: 0.1, day: 2026-01-31, at: 2026-01-31T00:00:00Z }, \
                 { id: 2, flag: true }, { id: 3 }], \
                 part: [{ thing_id: 1, number: 1 }, { thing_id: 1, number: 2 }, { thing_id: 1, number: 4 }]";
    let fails = |expect: &str| failures(&one_test(given, expect));
    let all = "id: 1, text: 1.2.3+b, amount: 1.50, ratio: 1e-1, mean: 2.3333333333, day: 2026-01-31, \
               at: 2026-01-31T01:00:00+01:00, known: true, version: 1.2.3+other, parts: 3";
    assert_eq!(fails(&format!("shown: [{{ {all} }}, 2]")), [""; 0]);
    assert_eq!(
        fails("shown: [1, { id: 2, text: null, mean: null, known: false, version: null, parts: 0 }]"),
        [""; 0]
    );
    assert_eq!(fails("shown: { in: [{ id: 1, parts: 3 }], out: [3] }"), [""; 0]);
    assert_eq!(fails("shown: [{ id: 1 }, { id: 2 }]"), [""; 0]);
    assert_eq!(
        fails(
            "shown: [{ id: 1, parts: 2, mean: 2.333, text: null, amount: 1.500000001 }, { id: 2, text: '' }]"
        ),
        ["one: `shown`: parts of 1: expected 2, got 3; mean of 1: expected 2.333, got 2.3333333333333335; \
          text of 1: expected missing, got 1.2.3+b; amount of 1: expected 1.500000001, got 1.5; \
          text of 2: expected , got missing"]
    );
    assert_eq!(
        fails("shown: { in: [{ id: 3, parts: 5 }, { id: 2, day: 2026-01-01 }] }"),
        ["one: `shown`: missing 3; day of 2: expected 2026-01-01, got missing"],
        "of a key that isn't a member nothing else is said"
    );
    assert_eq!(fails("shown_parts: [[1, 1], [1, 2], { number: 4, thing_id: 1, twice: 8 }]"), [""; 0]);
    assert_eq!(
        fails("shown_parts: { in: [{ number: 4, thing_id: 1, twice: 9, thing: true }] }"),
        ["one: `shown_parts`: twice of 1/4: expected 9, got 8"]
    );
}

/// What would fail a run fails the test, and no other test nor segment.
#[test]
fn a_failing_statement_fails_its_own_expectation_only() {
    let row =
        "thing: [{ id: 1, flag: true, ratio: 0.1 }], part: [{ thing_id: 1, number: 9000000000000000000 }]";
    let text = one_test(row, "too_much: [], flagged: [1], with_parts: []");
    let text = format!("{text}  - {{ name: after, given: {{ {row} }}, expect: {{ flagged: [] }} }}\n");
    let (suite, problems) = suite(&text);
    assert!(problems.is_empty(), "{problems:#?}");
    let (all, _) = suite.select(&[]);
    for outcomes in
        [suite.run(&all), suite.run_embedded(&all, "here", TestRun::default()).expect("it has SQL")]
    {
        let [first, after] = &outcomes[..] else { panic!("{outcomes:#?}") };
        let [Verdict::Fails(why), Verdict::Passed, Verdict::Passed] = &first.verdicts[..] else {
            panic!("{first:#?}")
        };
        assert!(!why.is_empty() && !first.passed() && !after.passed());
    }
    let Verdict::Fails(why) = &suite.run(&all)[0].verdicts[0] else { panic!("it failed") };
    assert!(why.contains("exceeds the range") && why.contains("segments/s.seg:20"), "{why}");
}

#[test]
fn tests_inherit_the_instant_parameters_and_rows_of_their_file() {
    let text = r#"
as_of: 2026-11-01T00:00:00Z
params: { least: 5 }
defaults: { thing: { amount: 7 } }
given: { thing: [{ id: 1 }, { id: 2, amount: 3 }] }
tests:
  - { name: the file's, expect: { enough: [1] } }
  - { name: its own, params: { least: 8 }, given: { thing: [{ id: 3, amount: 8 }] }, expect: { enough: [3] } }
  - { name: again, params: { least: 8 }, expect: { enough: [] } }
  - { name: null is no default, given: { thing: [{ id: 3, amount: null }] }, expect: { enough: [1] } }
  - { name: later, as_of: 2027-01-01T00:00:00+01:00, expect: { enough: [1] } }
"#;
    assert_eq!(failures(text), [""; 0]);
    let (suite, _) = suite(text);
    assert_eq!(suite.variants.len(), 3, "the project is checked once for each set of parameters");
    let instants: Vec<String> = suite.cases.iter().map(|case| case.as_of.to_string()).collect();
    assert_eq!(
        (instants[0].as_str(), instants[4].as_str()),
        ("2026-11-01T00:00:00Z", "2026-12-31T23:00:00Z")
    );
    assert_eq!(suite.cases.iter().map(|case| case.line).collect::<Vec<_>>(), [7, 8, 9, 10, 11]);
}

#[test]
fn tests_are_selected_by_name_path_or_segment() {
    let test = |name: &str, segment: &str| format!("  - {{ name: {name}, expect: {{ {segment}: [] }} }}\n");
    let text = |tests: String| format!("as_of: 2026-11-01T00:00:00Z\ntests:\n{tests}");
    let files = Memory::new()
        .with("tests/a/one.yml", text(test("No Orders", "far") + &test("others", "flagged")))
        .with("tests/b.yaml", text(test("more", "others") + &test("most", "far")));
    let (suite, problems) = read(&mut session(), &files);
    assert!(problems.is_empty(), "{problems:#?}");
    let select = |patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        suite.select(&patterns)
    };
    assert_eq!(select(&[]), (vec![0, 1, 2, 3], vec![]));
    assert_eq!(select(&["no order"]), (vec![0], vec![]));
    assert_eq!(select(&["tests/a"]), (vec![0, 1], vec![]));
    assert_eq!(select(&["tests/b.yaml", "nobody"]), (vec![2, 3], vec!["nobody".to_owned()]));
    assert_eq!(select(&["others"]), (vec![1, 2], vec![]), "a name and a segment");
    assert_eq!(select(&["fla"]), (vec![], vec!["fla".to_owned()]), "segments by their whole name");
}

#[test]
fn the_schema_matches_the_reader() {
    let wrong = |text: &str| suite(text).1;
    same_words(&wrong(&format!("tests: []\n{NO_WORD}: 1")), SCHEMA, "/properties");
    same_words(&wrong(&format!("tests: [{{ {NO_WORD}: 1 }}]")), SCHEMA, "/$defs/test/properties");
    let test = format!("tests: [{{ name: a, expect: {{ far: {{ {NO_WORD}: 1 }} }} }}]");
    same_words(&wrong(&test), SCHEMA, "/$defs/some/properties");
}

/// Whatever is in a file, it is reported, and nothing panics.
#[test]
fn no_shape_of_file_causes_a_panic() {
    let rests = [
        "",
        "null",
        "[]",
        "{}",
        "3",
        "text",
        "[[]]",
        "[{}]",
        "{ thing: }",
        "{ thing: 3 }",
        "[null]",
        "{ é: 1 }",
        "é",
    ];
    let keys = ["as_of", "params", "defaults", "given", "tests", "name", "expect"];
    for (key, rest) in keys.iter().flat_map(|key| rests.iter().map(move |rest| (key, rest))) {
        for text in [
            format!("{key}: {rest}"),
            format!("tests: [{{ name: a, expect: {{ far: [] }}, {key}: {rest} }}]"),
            format!("tests:\n  - {key}: {rest}\n"),
            format!("given: {{ thing: {rest} }}\ntests: [{{ name: a, expect: {{ texts: {rest} }} }}]"),
            (*rest).to_owned(),
        ] {
            let (suite, problems) = suite(&text);
            assert!(suite.cases.is_empty() || !problems.has_errors(), "{text}");
            assert!(suite.run(&[0, 1]).len() <= suite.cases.len());
        }
    }
}
