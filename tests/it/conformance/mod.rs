//! What a segment means, case by case, on every engine.
//!
//! The cases are the Markdown files of `tests/conformance`; its `README.md` says how they are written.
//! Each is evaluated by the reference evaluator and executed on every engine at hand, as it
//! stands and, where it is a condition, negated. The page `docs/conformance.md` keeps what
//! was executed where.

mod matrix;
mod project;
mod read;
mod run;
mod table;

use crate::support::project::root;
use crate::support::{engine, tell};
use matrix::Matrix;
use run::Judge;

/// The targets whose SQL is compared; all are at least planned and written.
const TARGETS: [&str; 4] = ["duckdb", "postgres", "bigquery", "spark"];

/// The topics; `SEGC_TOPIC=zones` chooses one, while it is being written.
fn topics() -> (Vec<read::Topic>, Option<String>) {
    let mut topics = read::topics(&root().join("tests/conformance"));
    let only = std::env::var("SEGC_TOPIC").ok();
    topics.retain(|topic| only.as_ref().is_none_or(|only| topic.file.contains(only.as_str())));
    assert!(!topics.is_empty(), "the folder of the cases was found");
    (topics, only)
}

#[test]
fn every_case_means_the_same_everywhere() {
    let (topics, only) = topics();
    let mut engines = engine::available();
    let mut judge = Judge::new(&TARGETS);
    let mut matrix = Matrix::new(engines.iter().map(|engine| engine.target()));
    for topic in &topics {
        for section in &topic.sections {
            let counts = judge.section(&topic.file, section, &mut engines);
            matrix.add(&topic.title, section, counts);
        }
    }
    tell(&matrix.text());
    judge.finish();
    if only.is_some() {
        return;
    }
    matrix.keep(&root().join("docs/conformance.md"));
}

/// The SQL that is written for an engine means the same on its next version.
#[test]
fn every_case_means_the_same_on_the_next_version() {
    let Some(engine) = engine::next() else { return };
    let target = [engine.target()];
    let mut engines = [engine];
    let mut judge = Judge::new(&target);
    for topic in &topics().0 {
        for section in &topic.sections {
            judge.section(&topic.file, section, &mut engines);
        }
    }
    judge.finish();
}
