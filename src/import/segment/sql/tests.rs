//! What SQL becomes, as text. `tests/it/import_sql` compares members with databases.
use std::sync::Arc;

use super::{Database, Setting, SqlText, translate};
use crate::api::{Options, open_files};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, SourceId};
use crate::project::Memory;
use crate::syntax::ast::{Item, RuleKind};
use crate::syntax::{make, print};
use crate::types::calendar::Calendar;

const CATALOG: &str = "
entities:
  company:
    table: companies
    key: id
    fields:
      id: { type: integer, nullable: false }
      industry: string
  customer:
    table: shop.customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      company_id: integer
      name: { type: string, nullable: false }
      country: string
      plan: { type: string, values: [free, pro] }
      age: integer
      balance: decimal
      score: float
      active: boolean
      birthday: date
      created_at: timestamp
      tier: { type: string, column: properties, from: json, path: [tier] }
    links:
      company: { to: company, on: { company_id: id } }
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: ordered_at
    fields:
      id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: string
      total: decimal
      ordered_at: timestamp
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { id: order_id } }
  line:
    table: lines
    key: id
    fields:
      id: { type: integer, nullable: false }
      order_id: integer
      quantity: integer
      price: decimal
    links:
      order: { to: order, on: { order_id: id } }
";

fn catalog() -> Arc<Catalog> {
    let files = Memory::new().with("segc.yml", "name: shop\n").with("catalog/shop.yml", CATALOG);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    Arc::clone(&session.hir().catalog)
}

/// The condition as text, or the problems.
fn translated(sql: &str, database: &str) -> String {
    let catalog = catalog();
    let calendar = Calendar::default();
    let database = Database::find(database).expect("a known database");
    let setting = Setting { catalog: &catalog, calendar: &calendar, database: &database };
    let text = SqlText { source: SourceId(0), start: 0, text: sql };
    let mut problems = Diagnostics::new();
    let entity = catalog.find("customer");
    match translate(text, entity, setting, &mut problems) {
        Some(found) => {
            let name = &catalog.entity(found.entity).name;
            let mut segment = make::segment("s", name);
            segment.rules.extend(make::rule(RuleKind::Where, found.condition));
            let text = print::item(&Item::Segment(Box::new(segment)));
            let files = Memory::new().with("segc.yml", "name: shop\n").with("catalog/shop.yml", CATALOG);
            let (_, problems) = open_files(&files.with("segments/s.seg", text.clone()), &Options::default());
            let wrong: Vec<String> = problems
                .iter()
                .filter(|problem| problem.severity == crate::diagnostic::Severity::Error)
                .map(|problem| format!("{} {}", problem.code, problem.message))
                .collect();
            let condition = text.split_once("where").map_or("everyone", |(_, rest)| rest).trim();
            let condition = condition.trim_end_matches('}').split_whitespace().collect::<Vec<_>>().join(" ");
            let notes = found.notes.iter().map(|(_, note)| format!("\n  note: {note}")).collect::<String>();
            let wrong = wrong.iter().map(|text| format!("\n  NOT VALID: {text}")).collect::<String>();
            format!("{condition}{notes}{wrong}")
        }
        None => problems
            .iter()
            .map(|problem| {
                let span = problem.span.expect("a place");
                let at = sql.get(span.start as usize..span.end as usize).unwrap_or("?");
                let help = problem.help.clone().map(|help| format!(" ({help})")).unwrap_or_default();
                format!("{} at `{at}`: {}{help}", problem.code, problem.message)
            })
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[test]
fn sql_becomes_conditions() {
    let cases = include_str!("cases.sql");
    let mut shown = String::new();
    let mut database = "duckdb";
    for case in cases.split("\n\n").map(str::trim).filter(|case| !case.is_empty()) {
        if let Some(name) = case.strip_prefix("-- dialect: ") {
            database = name.trim();
            shown.push_str(&format!("-- dialect: {database}\n\n"));
            continue;
        }
        shown.push_str(&format!("{case}\n→ {}\n\n", translated(case, database)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn hostile_sql_is_refused_without_a_crash() {
    let chain = |part: &str, joined: &str, n: usize| vec![part; n].join(joined);
    let nested = (0..60).fold("age = 1".to_owned(), |inner, _| format!("(({inner}) = (active))"));
    let doubled = (0..14).fold("age = 1".to_owned(), |inner, _| format!("(({inner}) = ({inner}))"));
    let cases = (0..30).map(|at| format!("COALESCE(age, {at})")).collect::<Vec<_>>().join(" + ");
    for sql in [
        chain("age", " + ", 6_000) + " > 1",
        chain("age = 1", " AND ", 4_000),
        chain("NOT", " ", 3_000) + " active",
        format!("{}age = 1{}", "(".repeat(5_000), ")".repeat(5_000)),
        nested,
        doubled,
        format!("{cases} > 3"),
        format!("age IN ({})", chain("1", ",", 9_000)),
        "age = '\u{0}'".to_owned(),
        "'".to_owned(),
        ";;;".to_owned(),
        String::new(),
        "WHERE".to_owned(),
        "SELECT".to_owned(),
        "SELECT 1".to_owned(),
        "SELECT * FROM customers; DROP TABLE customers".to_owned(),
        "age = 99999999999999999999999999999999999999999999".to_owned(),
        "age > 1e999999999".to_owned(),
        "created_at > NOW() - INTERVAL '99999999999999999 years'".to_owned(),
        "created_at > '9999-99-99'".to_owned(),
        "birthday + 9223372036854775807 > birthday".to_owned(),
    ] {
        for database in ["generic", "postgres", "mssql"] {
            let said = translated(&sql, database);
            assert!(!said.contains("NOT VALID"), "{}: {said}", sql.chars().take(60).collect::<String>());
        }
    }
}
