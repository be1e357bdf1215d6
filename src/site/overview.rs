//! The first page: the project in numbers, and its segments in a table.

use askama::Template;

use super::facts::{Facts, Link, SegmentFacts};
use super::html::{self, Html};
use super::shell::Shell;
use crate::diagnostic::visible;

#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct Page {
    shell: Shell,
    project: String,
    facts: Vec<(String, String)>,
    tiles: Vec<Tile>,
    table: Table,
    entities: Vec<String>,
    owners: Vec<String>,
    tags: Vec<String>,
    exposures: Vec<Exposure>,
    params: Vec<(String, Html)>,
}

/// A number of the project.
struct Tile {
    number: String,
    word: &'static str,
    note: String,
    href: &'static str,
    is_bad: bool,
}

/// Segments in a table, with the columns that say something.
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) has_entity: bool,
    pub(super) has_owner: bool,
    pub(super) has_tags: bool,
    pub(super) has_sizes: bool,
}

impl Table {
    pub(super) fn of(facts: &Facts<'_>, rows: Vec<Row>, has_entity: bool) -> Self {
        Self {
            has_entity,
            has_owner: rows.iter().any(|row| row.owner.is_some()),
            has_tags: rows.iter().any(|row| !row.tags.is_empty()),
            has_sizes: facts.measured().is_some(),
            rows,
        }
    }
}

/// A segment in a table.
pub(super) struct Row {
    pub(super) link: Link,
    pub(super) description: Option<String>,
    pub(super) entity: Link,
    pub(super) owner: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) size: Option<Size>,
    pub(super) tests: usize,
    pub(super) failed: usize,
    pub(super) findings: usize,
    pub(super) enabled: bool,
}

/// The number of members.
pub(super) struct Size {
    pub(super) members: String,
    /// For sorting.
    pub(super) count: u64,
    pub(super) share: String,
    pub(super) width: String,
}

struct Exposure {
    name: String,
    kind: &'static str,
    owner: String,
    description: Option<String>,
    url: Option<String>,
    segments: Vec<Link>,
}

impl Row {
    pub(super) fn of(facts: &Facts<'_>, one: &SegmentFacts) -> Self {
        let entry = &one.entry;
        Self {
            link: facts.link(&entry.name),
            description: entry.description.as_deref().map(visible),
            entity: facts.entity_link(&entry.entity),
            owner: entry.owner.as_deref().map(visible),
            tags: entry.tags.iter().map(|tag| visible(tag)).collect(),
            size: Size::of(facts, &entry.name),
            tests: one.tests.len(),
            failed: one.tests.iter().filter(|(_, wrong)| wrong.is_some()).count(),
            findings: one.findings.len(),
            enabled: entry.enabled,
        }
    }
}

impl Size {
    pub(super) fn of(facts: &Facts<'_>, segment: &str) -> Option<Self> {
        let counted = facts.attrition(segment)?;
        let (count, everyone) = (counted.members(), counted.everyone);
        Some(Self {
            members: html::number(count),
            count,
            share: html::percent(count, everyone),
            width: html::width(count, everyone),
        })
    }
}

impl Page {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let session = facts.request.session;
        let config = session.config();
        let rows: Vec<Row> = facts.segments.iter().map(|one| Row::of(facts, one)).collect();
        let mut tags: Vec<String> = rows.iter().flat_map(|row| row.tags.clone()).collect();
        let mut owners: Vec<String> = rows.iter().filter_map(|row| row.owner.clone()).collect();
        let mut entities: Vec<String> = rows.iter().map(|row| row.entity.name.clone()).collect();
        for values in [&mut tags, &mut owners, &mut entities] {
            values.sort();
            values.dedup();
        }
        let shell = facts.shell("Overview", "overview", false);
        let targets = facts.request.targets.join(", ");
        let in_tests = |count: usize| {
            if count == 0 {
                "no segment has one".to_owned()
            } else {
                format!("{count} of {} segments have some", rows.len())
            }
        };
        let tested = rows.iter().filter(|row| row.tests > 0).count();
        let tiles = vec![
            Tile {
                number: html::number(rows.len() as u64),
                word: word(rows.len(), "Segment", "Segments"),
                note: format!("on {}", html::plural(entities.len(), "entity")),
                href: "#segments",
                is_bad: false,
            },
            Tile {
                number: html::number(facts.entities.len() as u64),
                word: word(facts.entities.len(), "Entity", "Entities"),
                note: html::plural(facts.entities.iter().map(|one| one.entity.fields.len()).sum(), "field"),
                href: "entities.html",
                is_bad: false,
            },
            Tile {
                number: html::number(shell.tests as u64),
                word: word(shell.tests, "Unit test", "Unit tests"),
                note: if shell.failed > 0 { format!("{} failed", shell.failed) } else { in_tests(tested) },
                href: "tests.html",
                is_bad: shell.failed > 0,
            },
            Tile {
                number: html::number(shell.findings as u64),
                word: word(shell.findings, "Finding", "Findings"),
                note: if shell.findings == 0 {
                    "nothing to report".to_owned()
                } else {
                    "of segc check".to_owned()
                },
                href: "findings.html",
                is_bad: facts.findings.iter().any(|one| one.is_error),
            },
        ];
        let exposures = config.exposures.iter().map(|one| Exposure {
            name: visible(one.label.as_deref().unwrap_or(&one.name)),
            kind: one.kind.name(),
            owner: visible(&one.owner),
            description: one.description.as_deref().map(visible),
            // Addresses of other kinds could run a script.
            url: one.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
            segments: one.segments.iter().map(|(name, _)| facts.link(name)).collect(),
        });
        let params = session
            .hir()
            .params
            .iter()
            .map(|(name, value)| (visible(name), html::segment_value(&value.to_string())));
        Self {
            project: shell.project.clone(),
            facts: [("Targets", targets), ("Time zone", session.hir().calendar.zone_name.clone())]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), visible(&value)))
                .collect(),
            tiles,
            table: Table::of(facts, rows, true),
            entities,
            owners,
            tags,
            exposures: exposures.collect(),
            params: params.collect(),
            shell,
        }
    }
}

fn word(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
