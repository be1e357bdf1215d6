//! One segment's SELECT beside the best that was written by hand, for fifteen shapes of conditions.
//!
//! 100,000 customers with two million orders, four million lines and two million events on DuckDB; a fifth of
//! that on PostgreSQL, with indexes. Both SELECTs must find the same members. They take turns; the least of
//! five times counts, since whatever else the machine does only adds to it.
//!
//! `cargo bench --bench shapes`, perhaps with `duckdb` or `postgres`, and with the name of a shape, for which
//! it prints the engine's plans, too. The work is the engine's, so `--profile dev` measures as well.
#![allow(
    unreachable_pub,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs
)]

mod rows;
mod shapes;
#[path = "../../tests/it/support/mod.rs"]
#[allow(dead_code, reason = "only PostgreSQL is needed of it")]
mod support;

use std::time::Instant;

use segc::api::{Options, Session, open_files};
use segc::engine::{DuckDb, Engine};
use segc::project::Memory;

use rows::{AS_OF, CATALOG, SCALES, Scale};
use shapes::{SHAPES, Shape};

const TIMES: usize = 5;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let is_wanted = |name: &str, all: &[&str]| {
        !wanted.iter().any(|one| all.contains(&one.as_str())) || wanted.iter().any(|one| one == name)
    };
    let targets: Vec<&str> = SCALES.iter().map(|scale| scale.target).collect();
    let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
    let explain = wanted.iter().any(|one| names.contains(&one.as_str()));
    let session = session();
    for scale in SCALES.iter().filter(|scale| is_wanted(scale.target, &targets)) {
        println!(
            "{}\n\n| shape | by hand | segc | ratio | members |\n|---|---:|---:|---:|---:|",
            scale.target
        );
        let shapes = SHAPES.iter().filter(|shape| is_wanted(shape.name, &names));
        with_rows(scale, |engine| {
            for shape in shapes {
                compare(scale, shape, &session, explain, engine);
            }
        });
        println!();
    }
}

/// All shapes as segments of one project.
fn session() -> Session {
    let segments: String = SHAPES
        .iter()
        .map(|shape| format!("segment {} on customer {{ {} }}\n", shape.name, shape.rules))
        .collect();
    let files = Memory::new()
        .with("segc.yml", "name: bench\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    let errors: Vec<_> = problems.iter().filter(|one| one.code != "SEG203").collect();
    assert!(!problems.has_errors(), "{errors:#?}");
    session
}

fn with_rows(scale: &Scale, work: impl FnOnce(&mut dyn Engine)) {
    let fill = |engine: &mut dyn Engine| {
        for statement in scale.statements() {
            engine.execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
    };
    if scale.target == "duckdb" {
        let mut engine = DuckDb::open(None).expect("DuckDB in memory opens");
        fill(&mut engine);
        work(&mut engine);
    } else if let Some(mut database) = support::postgres::database() {
        fill(&mut database);
        work(&mut database);
    } else {
        eprintln!("PostgreSQL is not installed");
    }
}

fn compare(scale: &Scale, shape: &Shape, session: &Session, explain: bool, engine: &mut dyn Engine) {
    let id = session.hir().find(shape.name).expect("each shape is a segment");
    let options = Options { as_of: AS_OF.parse().ok(), ..Options::default() };
    let own = session.select_sql(scale.target, id, &options).expect("it can be written");
    let by_hand = scale.by_hand(shape);
    let query = |engine: &mut dyn Engine, sql: &str| {
        engine.query(sql).unwrap_or_else(|error| panic!("{}: {error:?}\n{sql}", shape.name)).rows
    };
    let differing = format!(
        "SELECT count(*) FROM ((SELECT * FROM ({own}) AS a EXCEPT SELECT * FROM ({by_hand}) AS b)
         UNION ALL (SELECT * FROM ({by_hand}) AS c EXCEPT SELECT * FROM ({own}) AS d)) AS e"
    );
    let found = query(engine, &differing);
    assert_eq!(format!("{found:?}"), "[[Int(0)]]", "{}: members differ\n{own}\n{by_hand}", shape.name);
    if explain {
        for sql in [&by_hand, &own] {
            println!("{sql}\n");
            for row in query(engine, &format!("EXPLAIN ANALYZE {sql}")) {
                println!("{}", row.iter().map(|cell| cell.to_string()).collect::<Vec<_>>().join(" "));
            }
        }
    }
    let (mut least, mut members) = ([f64::INFINITY; 2], 0);
    for _ in 0..TIMES {
        for (at, sql) in [&by_hand, &own].into_iter().enumerate() {
            let start = Instant::now();
            members = query(engine, sql).len();
            least[at] = least[at].min(start.elapsed().as_secs_f64());
        }
    }
    let [hand, own] = least.map(|seconds| seconds * 1e3);
    println!("| {} | {hand:.0} ms | {own:.0} ms | {:.2} | {members} |", shape.name, own / hand);
}
