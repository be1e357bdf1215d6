//! The page of how everything depends on everything else. `assets/lineage.js` draws it; the lists say the same.

use std::collections::BTreeMap;

use askama::Template;

use super::facts::{Facts, Link, SegmentFacts};
use super::shell::Shell;
use crate::diagnostic::visible;

#[derive(Template)]
#[template(path = "lineage.html")]
pub(super) struct Page {
    shell: Shell,
    files: Vec<(String, Vec<Row>)>,
    segments: usize,
}

struct Row {
    link: Link,
    reads: Vec<Link>,
    parents: Vec<Link>,
}

impl Page {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for one in &facts.segments {
            files.entry(visible(&one.entry.path)).or_default().push(row(facts, one));
        }
        Self {
            shell: facts.shell("Lineage", "lineage", false),
            files: files.into_iter().collect(),
            segments: facts.segments.len(),
        }
    }
}

fn row(facts: &Facts<'_>, one: &SegmentFacts) -> Row {
    let entry = &one.entry;
    Row {
        link: facts.link(&entry.name),
        reads: entry.reads.iter().flatten().map(|read| facts.entity_link(&read.entity)).collect(),
        parents: entry.parents.iter().flatten().map(|one| facts.link(&one.segment)).collect(),
    }
}
