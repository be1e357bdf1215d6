//! The meaning of segments, case by case, on every engine.
//!
//! The cases are the Markdown files in `tests/conformance`, whose `README.md` describes the format.
//! Each is evaluated by the reference evaluator and executed on every available engine, as written
//! and, if it is a condition, negated. The page `docs/conformance.md` records what was executed on
//! which engine.

mod matrix;
mod run;

use crate::support::project::root;
use crate::support::{engine, tell};
use matrix::Matrix;
use run::Judge;
use segc::conformance::Topic;

/// The targets whose SQL is compared; all are at least planned and written.
const TARGETS: [&str; 6] = ["duckdb", "postgres", "bigquery", "spark", "clickhouse", "sqlite"];

/// The topics; `SEGC_TOPIC=zones` chooses one, while it is being written.
fn topics() -> (Vec<Topic>, Option<String>) {
    let mut topics = segc::conformance::topics().expect("the files have the form of cases");
    let only = std::env::var("SEGC_TOPIC").ok();
    topics.retain(|topic| only.as_ref().is_none_or(|only| topic.file.contains(only.as_str())));
    assert!(!topics.is_empty(), "the folder of the cases was found");
    (topics, only)
}

#[test]
fn cases_have_the_same_members_on_every_engine() {
    let (topics, only) = topics();
    let mut engines = engine::available();
    engines.extend(engine::others());
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
fn cases_have_the_same_members_on_the_next_version() {
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

/// What is built into segc is what is in the folder.
#[test]
fn every_file_of_cases_is_built_in() {
    let folder = std::fs::read_dir(root().join("tests/conformance")).expect("the folder of the cases");
    let names = folder.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".md") && name != "README.md").collect();
    names.sort();
    assert_eq!(segc::conformance::files().collect::<Vec<_>>(), names);
    for section in topics().0.iter().flat_map(|topic| &topic.sections) {
        let unknown = section.refused.iter().find(|name| !TARGETS.contains(&name.as_str()));
        assert_eq!(unknown, None, "{}", section.title);
    }
}
