//! The page of a segment.

use askama::Template;

use super::facts::{Facts, Finding, Link, SegmentFacts};
use super::history::Shown;
use super::html::{self, Html};
use super::overlap::{self, Neighbour};
use super::overview::Size;
use super::refresh::Planned;
use super::shell::{self, Shell};
use crate::analyze::InputKind;
use crate::api::{ListSource, Relative};
use crate::diagnostic::{Diagnostics, visible};

#[derive(Template)]
#[template(path = "segment.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    link: Link,
    entity: Link,
    description: Option<String>,
    enabled: bool,
    tags: Vec<String>,
    properties: Vec<(&'static str, String)>,
    words: &'a Html,
    source: &'a Html,
    path: String,
    line: usize,
    traits: Vec<(String, Html)>,
    size: Option<Size>,
    everyone: String,
    basis: String,
    funnel: Vec<Step>,
    neighbours: Vec<Neighbour>,
    history: Option<Shown>,
    parents: Vec<Use>,
    children: Vec<Use>,
    exposures: Vec<String>,
    reads: Vec<Read>,
    targets: Vec<Target>,
    refresh: Vec<(String, &'a Planned)>,
    tests: Vec<TestRow>,
    findings: Vec<&'a Finding>,
}

/// A step of the funnel.
struct Step {
    word: &'static str,
    text: Html,
    remain: String,
    share: String,
    width: String,
}

/// Another segment, and how it is used.
struct Use {
    link: Link,
    how: String,
}

/// What is read of an entity.
struct Read {
    entity: Link,
    tables: String,
    fields: Vec<ReadField>,
}

struct ReadField {
    name: String,
    href: String,
    column: Option<String>,
    ty: String,
    is_personal: bool,
}

/// The SQL of a target, or why there is none.
struct Target {
    name: String,
    sql: Result<Html, Vec<Html>>,
}

struct TestRow {
    name: String,
    path: String,
    line: usize,
    as_of: String,
    wrong: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn of(facts: &'a Facts<'_>, one: &'a SegmentFacts) -> Self {
        let entry = &one.entry;
        let link = facts.link(&entry.name);
        let attrition = facts.attrition(&entry.name);
        let steps = attrition.map(|counted| {
            counted.steps.iter().map(|step| Step {
                // `keep top 5` begins with its keyword.
                word: if step.text.starts_with(step.word) { "" } else { step.word },
                text: html::condition_code(&step.text),
                remain: html::number(step.remain),
                share: html::percent(step.remain, counted.everyone),
                width: html::width(step.remain, counted.everyone),
            })
        });
        let tests = one.tests.iter().filter_map(|(at, wrong)| {
            let test = facts.tests.get(*at)?;
            let (name, path, as_of) = (test.name.clone(), test.path.clone(), test.as_of.clone());
            Some(TestRow { name, path, line: test.line, as_of, wrong: wrong.as_deref().map(visible) })
        });
        Self {
            shell: facts.shell(&link.title, "segments", true),
            entity: facts.entity_link(&entry.entity),
            description: entry.description.as_deref().map(visible),
            enabled: entry.enabled,
            tags: entry.tags.iter().map(|tag| visible(tag)).collect(),
            properties: properties(one),
            words: &one.words,
            source: &one.source,
            path: visible(&entry.path),
            line: entry.line,
            traits: traits(facts, one),
            size: Size::of(facts, &entry.name),
            everyone: attrition.map(|counted| html::number(counted.everyone)).unwrap_or_default(),
            basis: facts.measured().map(shell::basis).unwrap_or_default(),
            funnel: steps.into_iter().flatten().collect(),
            neighbours: overlap::neighbours(facts, one),
            history: facts.measured().and_then(|one| one.histories.get(&entry.name)).map(Shown::of),
            parents: uses(facts, entry.parents.iter().flatten()),
            children: uses(facts, entry.children.iter().flatten()),
            exposures: entry.exposures.iter().map(|name| visible(name)).collect(),
            reads: reads(facts, one),
            targets: targets(facts, one),
            refresh: refresh(facts, one),
            tests: tests.collect(),
            findings: one.findings.iter().filter_map(|&at| facts.findings.get(at)).collect(),
            link,
        }
    }
}

/// What the segment says of itself.
fn properties(one: &SegmentFacts) -> Vec<(&'static str, String)> {
    let entry = &one.entry;
    let mut found = Vec::new();
    let mut add = |name, value: Option<String>| {
        found.extend(value.filter(|value| !value.is_empty()).map(|value| (name, visible(&value))));
    };
    let columns = |columns: &Option<Vec<crate::artifact::ManifestColumn>>| {
        let columns = columns.iter().flatten();
        columns.map(|one| format!("{} {}", one.name, one.r#type)).collect::<Vec<_>>().join(", ")
    };
    add("Owner", entry.owner.clone());
    add("Stored as", Some(entry.materialize.clone()));
    add("Key", Some(columns(&entry.keys)));
    add("Columns", Some(columns(&entry.columns)));
    add("Extends", entry.extends.clone());
    add("Exclusive group", entry.exclusive_group.clone());
    add("Expires", entry.expire.clone());
    add("History", entry.history.then(|| "kept for good".to_owned()));
    add("Access", Some(entry.access.join(", ")));
    add(
        "List",
        entry.list.as_ref().map(|list| match list {
            ListSource::File(path) => path.clone(),
            ListSource::Entity(entity) => format!("the rows of {entity}"),
        }),
    );
    found
}

/// The traits that it uses, as they are written.
fn traits(facts: &Facts<'_>, one: &SegmentFacts) -> Vec<(String, Html)> {
    let session = facts.request.session;
    let hir = session.hir();
    let text = |name: &String| {
        let found = hir.traits.iter().find(|computed| {
            let entity = &hir.catalog.entity(computed.entity).name;
            name.split_once('.') == Some((entity.as_str(), computed.name.as_str()))
        })?;
        let entity = &hir.catalog.entity(found.entity).name;
        let value = session.sources.text(found.value.span);
        let written = format!("trait {} on {entity} = {value}", found.name);
        Some((visible(name), html::segment_code(&written)))
    };
    one.entry.traits.iter().flatten().filter_map(text).collect()
}

fn uses<'a>(facts: &Facts<'_>, relatives: impl Iterator<Item = &'a Relative>) -> Vec<Use> {
    let how = |one: &Relative| {
        let by = match one.by {
            InputKind::Extends => "extends",
            InputKind::InSegment => "in segment",
            InputKind::Group => "exclusive group",
        };
        let through = one.via.iter().map(|name| format!(" through {}", visible(name)));
        std::iter::once(by.to_owned()).chain(through).collect()
    };
    relatives.map(|one| Use { link: facts.link(&one.segment), how: how(one) }).collect()
}

fn reads(facts: &Facts<'_>, one: &SegmentFacts) -> Vec<Read> {
    let catalog = &facts.request.session.hir().catalog;
    let read = |read: &crate::api::EntryRead| {
        let entity = catalog.entities.iter().find(|entity| entity.name == read.entity)?;
        let fields = read.fields.iter().filter_map(|name| {
            let field = entity.fields.iter().find(|field| field.name == *name)?;
            Some(ReadField {
                name: visible(name),
                href: format!("entities/{}.html#field-{}", html::url(&entity.name), html::url(name)),
                column: Some(visible(&field.column)).filter(|_| field.column != field.name),
                ty: field.ty.to_string(),
                is_personal: field.pii,
            })
        });
        let (link, tables) = (facts.entity_link(&entity.name), visible(&read.tables.join(", ")));
        Some(Read { entity: link, tables, fields: fields.collect() })
    };
    one.entry.reads.iter().flatten().filter_map(read).collect()
}

fn targets(facts: &Facts<'_>, one: &SegmentFacts) -> Vec<Target> {
    let request = facts.request;
    let Some(id) = one.id else { return Vec::new() };
    let sql = |name: &String| Target {
        name: visible(name),
        sql: match (request.session.select_sql(name, id, request.options), request.session.dialect(name)) {
            (Ok(sql), Some(dialect)) => {
                let sql = sql.trim_end();
                Ok(html::code(sql, &dialect.highlight(sql)))
            }
            (Ok(sql), None) => Ok(html::code(&sql, &[])),
            (Err(problems), _) => Err(said(&problems)),
        },
    };
    request.targets.iter().map(sql).collect()
}

/// Problems as sentences.
fn said(problems: &Diagnostics) -> Vec<Html> {
    let sentence = |one: &crate::diagnostic::Diagnostic| {
        let help = one.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        html::message(&format!("{}: {}{help}", one.code, one.message))
    };
    problems.iter().map(sentence).collect()
}

/// Targets with the same plan, except for the name of the table, are said once.
fn refresh<'a>(facts: &Facts<'_>, one: &'a SegmentFacts) -> Vec<(String, &'a Planned)> {
    let mut groups: Vec<(Vec<String>, &Planned)> = Vec::new();
    for target in facts.request.targets {
        let Some(planned) = one.plans.get(target) else { continue };
        match groups.iter_mut().find(|(_, known)| **known == *planned) {
            Some((names, _)) => names.push(visible(target)),
            None => groups.push((vec![visible(target)], planned)),
        }
    }
    let several = groups.len() > 1;
    let name = |names: Vec<String>| if several { names.join(", ") } else { String::new() };
    groups.into_iter().map(|(names, planned)| (name(names), planned)).collect()
}
