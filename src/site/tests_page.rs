//! The page of unit tests.

use askama::Template;

use super::facts::{Facts, Link};
use super::shell::Shell;
use crate::diagnostic::visible;

#[derive(Template)]
#[template(path = "tests.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    files: Vec<(&'a str, Vec<Row<'a>>)>,
    untested: Vec<Link>,
    tested: usize,
    segments: usize,
}

struct Row<'a> {
    name: &'a str,
    line: usize,
    as_of: &'a str,
    passed: bool,
    verdicts: Vec<(Link, Option<String>)>,
}

impl<'a> Page<'a> {
    pub(super) fn of(facts: &'a Facts<'_>) -> Self {
        let mut files: Vec<(&str, Vec<Row<'_>>)> = Vec::new();
        for test in &facts.tests {
            let verdicts = test.verdicts.iter();
            let row = Row {
                name: &test.name,
                line: test.line,
                as_of: &test.as_of,
                passed: test.passed(),
                verdicts: verdicts
                    .map(|(name, wrong)| (facts.link(name), wrong.as_deref().map(visible)))
                    .collect(),
            };
            match files.last_mut() {
                Some((path, rows)) if *path == test.path => rows.push(row),
                _ => files.push((&test.path, vec![row])),
            }
        }
        let untested = facts.segments.iter().filter(|one| one.tests.is_empty());
        let untested: Vec<Link> = untested.map(|one| facts.link(&one.entry.name)).collect();
        let segments = facts.segments.len();
        Self {
            shell: facts.shell("Unit tests", "tests", false),
            files,
            tested: segments - untested.len(),
            untested,
            segments,
        }
    }
}
