//! The page that records what was executed on which engine.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::conformance::TARGETS;
use crate::conformance::run::{Counts, Done};
use crate::support::tell;
use segc::conformance::Section;

/// Feature by engine.
pub struct Matrix {
    engines: BTreeSet<&'static str>,
    rows: Vec<(String, String, Counts)>,
}

impl Matrix {
    pub fn new(engines: impl Iterator<Item = &'static str>) -> Self {
        Self { engines: engines.collect(), rows: Vec::new() }
    }

    pub fn add(&mut self, topic: &str, section: &Section, counts: Counts) {
        self.rows.push((topic.to_owned(), section.title.clone(), counts));
    }

    /// As a table for the terminal and the page.
    pub fn text(&self) -> String {
        let mut text = format!("| feature | cases | evaluator | {} |\n", TARGETS.join(" | "));
        let _ = writeln!(text, "|---|---:|---|{}", "---|".repeat(TARGETS.len()));
        let mut last = "";
        for (topic, section, counts) in &self.rows {
            if topic != last {
                let _ = writeln!(text, "| **{topic}** | | |{}", " |".repeat(TARGETS.len()));
                last = topic;
            }
            let _ = write!(text, "| {section} | {} | executed |", counts.cases);
            for target in TARGETS {
                let done = counts.by_target.get(target).copied().unwrap_or_default();
                let _ = write!(text, " {} |", cell(done));
            }
            text.push('\n');
        }
        text
    }

    /// Compares the page with what happened, if every engine was there; with `UPDATE_DOCS`
    /// writes it.
    pub fn keep(&self, page: &Path) {
        if self.engines.len() < TARGETS.len() {
            tell(&format!("not every engine is here: {} was not compared", page.display()));
            return;
        }
        let head = "# Conformance\n\nThe cases in [tests/conformance](../tests/conformance/README.md) \
            define what a segment means. The\nreference evaluator evaluates every case, and every engine \
            executes it: DuckDB, PostgreSQL, Google's\nreference implementation of GoogleSQL (for \
            BigQuery), Spark, ClickHouse and SQLite. A condition counts as one\ncase and runs twice, as \
            written and negated. This page shows the last run of `make test-engines`, and a\ntest keeps it \
            up to date.\n\n\
            - *executed*: the members were compared\n\
            - *parsed*: only parsed by sqlparser, since the engine is missing\n\
            - *refused*: rejected by design; the error names what the target lacks\n\n";
        let text = format!("{head}{}", self.text());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(page, text).expect("the page can be written");
            return;
        }
        let kept = std::fs::read_to_string(page).unwrap_or_default();
        assert!(kept == text, "{} is out of date: UPDATE_DOCS=1 writes it", page.display());
    }
}

fn cell(done: Done) -> &'static str {
    match (done.executed > 0, done.parsed > 0, done.refused > 0) {
        (true, false, false) => "executed",
        (false, true, false) => "parsed",
        (false, false, true) => "refused",
        (true, false, true) => "executed, some refused",
        (false, false, false) => "-",
        _ => "parsed, some refused",
    }
}
