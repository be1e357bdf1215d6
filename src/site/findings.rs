//! The page of what a check warns of.

use std::collections::BTreeMap;

use askama::Template;

use super::facts::{Facts, Finding, Link};
use super::shell::Shell;

#[derive(Template)]
#[template(path = "findings.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    findings: Vec<(&'a Finding, Option<Link>)>,
}

impl<'a> Page<'a> {
    pub(super) fn of(facts: &'a Facts<'_>) -> Self {
        let mut about = BTreeMap::new();
        for segment in &facts.segments {
            about.extend(segment.findings.iter().map(|&at| (at, &segment.entry.name)));
        }
        let link = |at| about.get(&at).map(|name| facts.link(name));
        let findings = facts.findings.iter().enumerate().map(|(at, finding)| (finding, link(at)));
        Self { shell: facts.shell("Findings", "findings", false), findings: findings.collect() }
    }
}
