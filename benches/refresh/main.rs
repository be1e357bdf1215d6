//! A table of ten million orders, to which some are added at each step: refreshing segments by
//! affected keys, evaluating them in full, and incremental statements as one writes them by hand,
//! on DuckDB and PostgreSQL: time, and rows read.
//!
//! `cargo bench --bench refresh`, perhaps with `postgres` or `duckdb` and the name of a segment; the
//! work is the engines', so `--profile dev` measures as well. It takes half an hour.
#![allow(
    unreachable_pub,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs
)]

#[path = "../../tests/it/support/mod.rs"]
#[allow(dead_code, reason = "only PostgreSQL is needed of it")]
mod support;

mod cost;
mod shop;

use segc::api::{Options, Session, open_files};
use segc::plan::program::Mode;
use segc::project::Memory;

use cost::{Cost, Database};
use shop::{BY_HAND, CATALOG, LOOKBACK, SEGMENTS, STEPS};

/// How often each step is taken; the best counts.
const TIMES: usize = 3;

fn session(name: &str, rules: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: bench\nschema: segments\nmaterialize: incremental\n")
        .with("catalog/shop.yml", CATALOG)
        .with("segments/one.seg", format!("segment {name} on customer {{ {rules} }}\n"));
    open_files(&files, &Options::default()).0
}

fn script(target: &str, name: &str, rules: &str, refresh: bool) -> Vec<String> {
    let session = session(name, rules);
    let all = session.select(&[]).unwrap_or_default();
    let (plan, _) = session.plan(target, &all, &Options::default());
    let mode = if refresh { Mode::Refresh } else { Mode::Create };
    let made = plan.and_then(|plan| session.execution(&plan, mode).ok()).unwrap_or_default();
    made.steps.into_iter().map(|step| step.statement).collect()
}

/// What a step costs in every way.
#[derive(Default)]
struct Row {
    affected: String,
    full: Option<Cost>,
    keys: Option<Cost>,
    lookback: Option<Cost>,
    by_hand: Option<Cost>,
}

fn least(cost: &mut Option<Cost>, other: Cost) {
    *cost = Some(cost.map_or(other, |cost| cost.least(other)));
}

fn of<'a>(table: &'a [(&str, &str)], name: &str) -> Option<&'a str> {
    table.iter().find(|(segment, _)| *segment == name).map(|(_, text)| *text)
}

/// Takes a step this many times, each time in every way.
fn measure(database: &mut Database, name: &str, rules: &str, step: &str) -> Row {
    let mut row = Row::default();
    for time in 0..TIMES {
        let since = database.one("SELECT MAX(updated_at) FROM orders");
        database.run(&shop::statements(step));
        database.tidy();
        // The refresh, which must find what is new, before that is known.
        let refresh = script(database.target, name, rules, true);
        row.affected = database.affected(&refresh);
        least(&mut row.keys, database.cost(&refresh));
        if let Some(text) = of(BY_HAND, name) {
            let text = text.replace("SINCE", &format!("TIMESTAMPTZ '{since}'"));
            least(&mut row.by_hand, database.cost(&shop::statements(&text)));
        }
        // Half a minute on Postgres, of which once is enough.
        if let Some(text) = of(LOOKBACK, name).filter(|_| time == 0) {
            least(&mut row.lookback, database.cost(&shop::statements(text)));
        }
        least(&mut row.full, database.cost(&script(database.target, name, rules, false)));
    }
    row
}

/// Those of the words that the command line names; all if it names none.
fn asked<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let named: Vec<&str> =
        words.iter().copied().filter(|word| std::env::args().any(|arg| arg == *word)).collect();
    if named.is_empty() { words.to_vec() } else { named }
}

fn main() {
    let segments: Vec<&str> = SEGMENTS.iter().map(|(name, _)| *name).collect();
    let names = asked(&segments);
    for target in asked(&["duckdb", "postgres"]) {
        let Some(mut database) = Database::open(target) else { continue };
        println!("{target}: {} customers, {} orders", shop::CUSTOMERS, shop::ORDERS);
        println!(
            "| segment | step | affected | in full | by keys | lookback | by hand |\n|---|---|---:|---:|---:|---:|---:|"
        );
        database.run(&shop::statements(shop::ROWS));
        database.settle();
        for (name, rules) in SEGMENTS.iter().filter(|(name, _)| names.contains(name)) {
            database.run(&["DROP SCHEMA IF EXISTS segments CASCADE".to_owned()]);
            database.run(&script(target, name, rules, false));
            for hand in ["by_hand", "lookback"] {
                database.run(&[
                    format!("DROP TABLE IF EXISTS {hand}"),
                    format!("CREATE TABLE {hand} AS SELECT id FROM segments.{name}"),
                ]);
            }
            for (label, step) in STEPS {
                let Row { affected, full, keys, lookback, by_hand } =
                    measure(&mut database, name, rules, step);
                let said = |cost: Option<Cost>| cost.map(|cost| cost.to_string()).unwrap_or_default();
                let (full, keys, lookback, by_hand) = (said(full), said(keys), said(lookback), said(by_hand));
                println!("| {name} | {label} | {affected} | {full} | {keys} | {lookback} | {by_hand} |");
            }
        }
    }
}
