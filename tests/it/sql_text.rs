//! Snapshots of SQL in every dialect, and that the dialects' parsers read it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use segc::api::{Options, SegmentFiles, open};
use segc::diagnostic::{Diagnostics, SourceId, Sources, Span};
use segc::dialect::{Dialect, Dialects};
use segc::plan::program::{Phase, ProgramScope};
use segc::plan::rel::Scalar;
use segc::plan::rel::{Clock, Column, Query, Relation, Select, TableRef};
use segc::sql::{ClockForm, Renderer, Statement, create, parses_back, refresh};

use crate::sql::{cases, compared, sample};

fn dialects() -> Vec<Arc<Dialect>> {
    let mut problems = Diagnostics::new();
    let dialects = Dialects::load(&[], &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    dialects.iter().cloned().collect()
}

fn as_statement(text: String) -> Statement {
    Statement { text, segment: None, phase: Phase::Write, opaque: false, load: None }
}

/// Of a plan that is made by hand, where the scripts read the clock.
#[test]
fn scripts_match_their_snapshots() {
    let mut texts = BTreeMap::new();
    for dialect in dialects() {
        let plan = sample::plan(&dialect, None);
        let place = |name: &str| Some(format!("segments/{name}.seg:1"));
        let script = create(&plan, &dialect, ProgramScope::All, &place).expect("it can be written");
        let fixed = sample::plan(&dialect, Some("2026-01-31T10:00:00.5Z"));
        let late = fixed.segments.iter().find(|one| one.name == "late").expect("it is planned");
        let again = refresh(&fixed, &dialect, ProgramScope::One(late), &place).expect("it can be written");
        for statement in script.statements.iter().chain(&again.statements) {
            assert_eq!(parses_back(statement, &dialect), Ok(()), "{}: {}", dialect.name, statement.text);
        }
        let parts = vec![
            ("create everything".to_owned(), script.to_text()),
            ("refresh late".to_owned(), again.to_text()),
        ];
        texts.insert(dialect.name.clone(), parts);
    }
    compared::keep("scripts", &texts);
}

fn language() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/language")
}

/// Each construct of the language as a SELECT, and the kinds of segments as scripts.
#[test]
fn constructs_match_their_snapshots() {
    let (session, problems) = open(&language(), &Options::default());
    // One of its segments has contradicting conditions.
    assert!(problems.iter().all(|problem| problem.code == "SEG346"), "{problems:?}");
    let options = Options { as_of: "2026-03-31T12:00:00Z".parse().ok(), ..Options::default() };
    let all = session.select(&[]).expect("all segments");
    let (mut selects, mut stored) = (BTreeMap::new(), BTreeMap::new());
    // A target without time zones has no place in a project in London.
    let targets = session.targets();
    for dialect in dialects().into_iter().filter(|dialect| targets.contains(&dialect.name)) {
        let sql = |&id| {
            let text = match session.select_sql(&dialect.name, id, &options) {
                Ok(text) => {
                    assert_eq!(parses_back(&as_statement(text.clone()), &dialect), Ok(()), "{text}");
                    text
                }
                // A dialect may lack what the segment needs; the snapshot shows it.
                Err(_) => "rejected".to_owned(),
            };
            (session.hir().segment(id).name.clone(), text)
        };
        selects.insert(dialect.name.clone(), all.iter().map(sql).collect());
        let (plan, problems) = session.plan(&dialect.name, &all, &options);
        assert!(problems.iter().all(|problem| problem.code == "SEG501"), "{problems:?}");
        let every = SegmentFiles { create: true, refresh: true, parity: false };
        let files = session.artifacts(&plan.expect("a target"), &options, every);
        let files = files.expect("it can be written").files;
        let parts =
            ["sticky", "starters", "second_choice", "shown", "with_columns"].iter().flat_map(|name| {
                let ends = [format!("{name}.create.sql"), format!("{name}.refresh.sql")];
                let of = |end: &String| files.iter().find(|(path, _)| path.ends_with(end.as_str()));
                ends.map(|end| of(&end).map(|(_, text)| (end, text.clone())))
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
            });
        stored.insert(dialect.name.clone(), parts.collect());
    }
    compared::keep("selects", &selects);
    compared::keep("stored", &stored);
}

/// Where nothing can be missing nothing is wrapped, and a time is compared as its column holds it.
#[test]
fn sql_omits_needless_null_handling() {
    let (session, _) = open(&language(), &Options::default());
    let options = Options { as_of: "2026-03-31T12:00:00Z".parse().ok(), ..Options::default() };
    let names = ["never_missing", "dates", "sums", "existence", "habits", "sticky", "starters"];
    let mut compiled = 0;
    for name in names {
        let id = session.hir().find(name).expect("a segment of the project");
        for dialect in dialects() {
            let Ok(sql) = session.select_sql(&dialect.name, id, &options) else { continue };
            compiled += 1;
            for wrapped in ["IS NOT TRUE", "COALESCE", "IS NOT NULL"] {
                assert!(!sql.contains(wrapped), "{name}, {}: {wrapped}\n{sql}", dialect.name);
            }
            for line in sql.lines().filter(|line| line.contains("TIMESTAMP")) {
                let mut words = line.split_whitespace();
                let column = words
                    .find(|word| !["WHERE", "AND", "OR", "WHEN", "SUM(CASE", "COUNT(CASE"].contains(word));
                assert!(column.is_some_and(|word| !word.contains('(')), "{name}, {}: {line}", dialect.name);
            }
        }
    }
    assert!(compiled >= names.len() * 4, "{compiled} of {} segments", names.len());
}

#[test]
fn functions_survive_a_round_trip() {
    let mut texts = BTreeMap::new();
    for dialect in dialects() {
        let clock = Clock::default();
        let mut all: Vec<(String, String)> = Vec::new();
        for case in cases::all() {
            let name = case.function.name();
            if !dialect.has(case.function) {
                if all.iter().all(|(shown, _)| shown != name) {
                    all.push((name.to_owned(), "no template".to_owned()));
                }
                continue;
            }
            let sql =
                Renderer::new(&dialect, ClockForm::Query, &clock).scalar(&case.scalar).expect("written");
            let statement = as_statement(format!("SELECT {sql}"));
            assert_eq!(parses_back(&statement, &dialect), Ok(()), "{}: {sql}", dialect.name);
            // A case of each shows its template; all are executed elsewhere.
            if all.iter().all(|(shown, _)| shown != name) {
                all.push((name.to_owned(), sql));
            }
        }
        texts.insert(dialect.name.clone(), all);
    }
    compared::keep("functions", &texts);
}

/// The text of a constant, which may be in pieces. sqlparser reads `\u007B` as `u007B`.
#[expect(clippy::panic, reason = "a test's own failure")]
fn constant(expr: &sqlparser::ast::Expr) -> String {
    use sqlparser::ast::{BinaryOperator, Expr, Value};
    match expr {
        Expr::Nested(inner) => constant(inner),
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => constant(left) + &constant(right),
        Expr::Function(function) if ["CHR(10)", "CHAR(10)"].contains(&&*function.to_string()) => {
            "\n".to_owned()
        }
        Expr::Function(function) if ["CHR(13)", "CHAR(13)"].contains(&&*function.to_string()) => {
            "\r".to_owned()
        }
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => [("u007B", "{"), ("u0024", "$"), ("x7B", "{"), ("x24", "$")]
                .iter()
                .fold(text.clone(), |text, (code, sign)| text.replace(code, sign)),
            // With a prefix, where a setting decides what a backslash in plain quotes means.
            Value::EscapedStringLiteral(text) => text.clone(),
            other => panic!("no text: {other}"),
        },
        other => panic!("no constant: {other}"),
    }
}

#[test]
fn hostile_text_remains_one_constant() {
    use sqlparser::ast::{SelectItem, SetExpr, Statement as Sql};
    for dialect in dialects() {
        let parser: &dyn sqlparser::dialect::Dialect = match dialect.origin.as_str() {
            "duckdb" => &sqlparser::dialect::DuckDbDialect {},
            "postgres" => &sqlparser::dialect::PostgreSqlDialect {},
            "bigquery" => &sqlparser::dialect::BigQueryDialect {},
            "clickhouse" => &sqlparser::dialect::ClickHouseDialect {},
            "sqlite" => &sqlparser::dialect::SQLiteDialect {},
            _ => &sqlparser::dialect::DatabricksDialect {},
        };
        for text in cases::HOSTILE {
            let column = Column { value: cases::text(text), name: None };
            let query = Query::of(Select { columns: vec![column], ..Select::default() });
            let clock = Clock::default();
            let sql = Renderer::new(&dialect, ClockForm::Query, &clock).query(&query).expect("written");
            let parsed = sqlparser::parser::Parser::parse_sql(parser, &sql).expect(&sql);
            let [Sql::Query(query)] = parsed.as_slice() else { panic!("{sql}") };
            let SetExpr::Select(select) = query.body.as_ref() else { panic!("{sql}") };
            let [SelectItem::UnnamedExpr(expr)] = select.projection.as_slice() else { panic!("{sql}") };
            assert_eq!(constant(expr), *text, "{}: {sql}", dialect.name);
        }
    }
}

#[test]
fn queries_in_the_catalog_keep_their_text_or_are_rejected() {
    let write = |dialect: &Dialect, text: &str| {
        let span = Span::new(SourceId(0), 3, 9);
        let from =
            TableRef { relation: Relation::Sql { text: text.to_owned(), span }, alias: "c".to_owned() };
        let value = Scalar::Column("c".to_owned(), "id".to_owned());
        let columns = vec![Column { value, name: None }];
        let query = Query::of(Select { columns, from: Some(from), ..Select::default() });
        let clock = Clock::default();
        Renderer::new(dialect, ClockForm::Query, &clock).query(&query)
    };
    for dialect in dialects() {
        let sql = write(&dialect, "select id from t where a <> 'x\n\\\\'").expect("it is a query");
        let kept = if dialect.origin == "postgres" { "E'x\n\\\\\\\\'" } else { "'x\n\\\\'" };
        let named = if dialect.origin == "clickhouse" { " AS id" } else { "" };
        assert_eq!(
            sql,
            format!("SELECT c.id{named}\nFROM (\n  SELECT id\n  FROM t\n  WHERE a <> {kept}\n) AS c")
        );
        for wrong in ["select", "delete from t", "select 1; select 2", "select 1) as x, (select 2"] {
            let problems = write(&dialect, wrong).expect_err(wrong);
            let codes: Vec<_> =
                problems.iter().map(|one| (one.code, one.span.map(|span| span.start))).collect();
            assert_eq!(codes, [("SEG651", Some(3))], "{wrong}");
        }
    }
}

/// Loads a user's dialect and yields the codes with the text that each underlines.
fn problems(text: &str) -> Vec<(String, String)> {
    let mut sources = Sources::default();
    let id = sources.add("dialects/mine.yml", text);
    let mut found = Diagnostics::new();
    let _ = Dialects::load(&[(id, Arc::from(text))], &mut found);
    let at = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
    found.iter().map(|one| (one.code.to_owned(), one.span.map(at).unwrap_or_default())).collect()
}

#[test]
fn dialects_extend_one_another() {
    let text =
        "name: mine\nextends: postgres\ncapabilities:\n  regex: false\nfunctions:\n  lower: fold($1)\n";
    let mut found = Diagnostics::new();
    let dialects = Dialects::load(&[(SourceId(0), Arc::from(text))], &mut found);
    assert!(found.is_empty(), "{found:?}");
    let mine = dialects.get("mine").expect("it is loaded");
    assert!(!mine.allows(segc::dialect::Capability::Regex));
    assert!(mine.allows(segc::dialect::Capability::Json));
    let call = Scalar::Call(segc::dialect::Function::Lower, vec![cases::text("A")]);
    let clock = Clock::default();
    assert_eq!(
        Renderer::new(mine, ClockForm::Query, &clock).scalar(&call).ok().as_deref(),
        Some("fold('A')")
    );
}

#[test]
fn mistakes_in_a_dialect_are_underlined() {
    let one = |body: &str| problems(&format!("name: mine\nextends: duckdb\n{body}"));
    let pair = |code: &str, text: &str| vec![(code.to_owned(), text.to_owned())];
    assert_eq!(one("functions:\n  lower: lower($1\n"), pair("SEG605", "lower($1"));
    assert_eq!(one("functions:\n  lower: lower($2)\n"), pair("SEG606", "lower($2)"));
    assert_eq!(one("functions:\n  lowr: lower($1)\n"), pair("SEG604", "lowr"));
    assert_eq!(one("types:\n  integer: 64 bits\n"), pair("SEG605", "64 bits"));
    assert_eq!(one("literals:\n  date: DATE '2026'\n"), pair("SEG607", "DATE '2026'"));
    assert_eq!(one("statements:\n  commit: COMMIT slot_tabel\n"), pair("SEG604", "COMMIT slot_tabel"));
    assert_eq!(one("parser: ducks\n"), pair("SEG607", "ducks"));
    assert_eq!(problems("name: a\nextends: b\n"), pair("SEG601", "b"));
    assert_eq!(problems("name: a\nextends: a\n"), pair("SEG601", "a"));
}

#[test]
fn dialects_must_answer_every_entry() {
    let base = include_str!("../../dialects/duckdb.yml");
    let text = base
        .replace("name: duckdb", "name: mine")
        .replace("  regex: true\n", "")
        .replace("  lower: LOWER($1)\n", "");
    let codes: Vec<String> = problems(&text).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["SEG603", "SEG603"]);
}

#[test]
fn shared_checks_run_once() {
    for dialect in dialects() {
        let plan = sample::plan(&dialect, None);
        let script = create(&plan, &dialect, ProgramScope::All, &|_| None).expect("it can be written");
        let checks = script.statements.iter().filter(|one| one.phase == Phase::Check);
        let segments: Vec<_> = checks.map(|one| one.segment.as_deref()).collect();
        assert_eq!(segments, [None], "{}", dialect.name);
    }
}
