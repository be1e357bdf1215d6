//! The project of a section, and the expected result of each of its cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;

use super::read::{Block, Cases, Section, expected};
use super::table;
use crate::api::{Options, Session, open_files};
use crate::catalog::{EntityId, TableSource, of_all_days};
use crate::diagnostic::Diagnostic;
use crate::evaluate::Data;
use crate::project::Memory;

/// A segment and its members.
#[derive(Debug, Clone)]
pub struct Case {
    /// The segment's name.
    pub segment: String,
    /// Where it is, for messages.
    pub place: String,
    /// What a person wrote.
    pub text: String,
    /// The members' keys.
    pub wanted: BTreeSet<String>,
    /// The name of the segment that holds everyone else, if there is one.
    pub complement: Option<String>,
}

/// One block of cases, ready to be run.
#[derive(Debug)]
pub struct Project {
    /// The compiled segments.
    pub session: Session,
    /// The instant at which the members are determined.
    pub as_of: Timestamp,
    /// The cases.
    pub cases: Vec<Case>,
    /// The entity whose everyone is the complement's whole.
    pub entity: Option<String>,
}

/// Everyone of the entity that a block's conditions are about.
pub const EVERYONE: &str = "everyone_there_is";

/// Compiles a block for targets, each with the name of its dialect; `dialects` are the texts of
/// dialect files.
///
/// # Errors
///
/// Says what is wrong with the block.
pub fn open(
    file: &str,
    section: &Section,
    cases: &Cases,
    targets: &[&str],
    dialects: &[(String, String)],
) -> Result<Project, String> {
    let (text, cases, entity) = match cases {
        Cases::Conditions(entity, block) => {
            let (text, cases) = conditions(file, entity, block)?;
            (text, cases, Some(entity.clone()))
        }
        Cases::Segments(block) => {
            let (text, cases) = segments(file, block)?;
            (text, cases, None)
        }
    };
    let title = &section.title;
    let (as_of, settings): (Vec<&str>, Vec<&str>) =
        section.settings.lines().partition(|line| line.starts_with("as_of:"));
    let as_of = as_of.first().and_then(|line| line.split_once(": "));
    let as_of = as_of.and_then(|(_, as_of)| as_of.trim().parse().ok());
    let as_of = as_of.ok_or_else(|| format!("{file}: {title}: no as_of"))?;
    let mut config = format!("name: conformance\nschema: segments\n{}\ntargets:\n", settings.join("\n"));
    for target in targets {
        let _ = writeln!(config, "  {target}: {{}}");
    }
    let mut files = Memory::new()
        .with("segc.yml", config)
        .with("catalog/all.yml", section.catalog.as_str())
        .with("segments/all.seg", text.as_str());
    for (path, text) in &section.lists {
        files = files.with(path.as_str(), text.as_str());
    }
    for (name, text) in dialects {
        files = files.with(format!("dialects/{name}"), text.as_str());
    }
    let (session, problems) = open_files(&files, &Options::default());
    if problems.has_errors() {
        let line = |problem: &Diagnostic| {
            let (line, under) = place(&session, problem);
            format!("  {} {} at line {line}: `{under}`\n", problem.code, problem.message)
        };
        let said = problems.iter().map(line).collect::<String>();
        return Err(format!("{file}: {title}:\n{said}\n{}", numbered(&text)));
    }
    let session = in_one_table(session);
    Ok(Project { session, as_of, cases, entity })
}

/// The line of a problem, and what is underlined there.
fn place(session: &Session, problem: &Diagnostic) -> (usize, String) {
    let Some(span) = problem.span else { return (0, String::new()) };
    let text = session.sources.get(span.source).map_or("", |source| source.text());
    let (start, end) = (span.start as usize, span.end as usize);
    (text[..start].lines().count(), text[start..end].to_owned())
}

/// Tables for each day, of which hardly an engine has one, as one table: what segments mean is the same.
fn in_one_table(session: Session) -> Session {
    let of_days = session.hir().catalog.iter().filter_map(|(id, entity)| match &entity.source {
        TableSource::Shards(shards) => {
            let mut name = shards.name.clone();
            let last = name.pop()?;
            name.push(of_all_days(&last).to_owned());
            Some((id, TableSource::Table(name)))
        }
        TableSource::Table(_) | TableSource::Query { .. } | TableSource::Tables(_) => None,
    });
    let tables: BTreeMap<EntityId, TableSource> = of_days.collect();
    if tables.is_empty() { session } else { session.with_tables(&tables) }
}

fn numbered(text: &str) -> String {
    text.lines().enumerate().map(|(at, line)| format!("{:>4} {line}\n", at + 1)).collect()
}

/// A condition a line, each as a segment, and its negation as another.
fn conditions(file: &str, entity: &str, block: &Block) -> Result<(String, Vec<Case>), String> {
    let mut text = format!("segment {EVERYONE} on {entity} {{}}\n");
    let mut cases = Vec::new();
    let mut pending = String::new();
    for (line, written) in (block.line..).zip(&block.lines) {
        if written.trim().is_empty() || written.trim_start().starts_with("# ") {
            continue;
        }
        let Some((condition, wanted)) = expected(written) else {
            // A condition may take several lines; the last says what is expected.
            pending.push_str(written);
            pending.push('\n');
            continue;
        };
        let condition = format!("{}{condition}", std::mem::take(&mut pending));
        let (segment, complement) = (format!("line_{line}"), format!("line_{line}_negated"));
        let _ = writeln!(text, "segment {segment} on {entity} {{ where {condition} }}");
        let _ = writeln!(text, "segment {complement} on {entity} {{ where not ({condition}) }}");
        let place = format!("{file}:{line}");
        let wanted = wanted.into_iter().collect();
        cases.push(Case { segment, place, text: condition, wanted, complement: Some(complement) });
    }
    if pending.is_empty() {
        Ok((text, cases))
    } else {
        Err(format!("{file}:{}: a condition without `#=`", block.line))
    }
}

/// Segments, each followed by a line `#= keys`; those without one only serve the others.
fn segments(file: &str, block: &Block) -> Result<(String, Vec<Case>), String> {
    let mut cases = Vec::new();
    let mut last = None;
    for (line, written) in (block.line..).zip(&block.lines) {
        if let Some(rest) = written.strip_prefix("segment ") {
            last = rest.split_whitespace().next().map(str::to_owned);
        }
        if let Some((_, wanted)) = expected(written) {
            let segment = last.take().ok_or_else(|| format!("{file}:{line}: of which segment?"))?;
            let (place, wanted) = (format!("{file}:{line}"), wanted.into_iter().collect());
            cases.push(Case { text: segment.clone(), segment, place, wanted, complement: None });
        }
    }
    Ok((block.lines.join("\n") + "\n", cases))
}

/// The rows of a section.
///
/// # Errors
///
/// Says where a table is wrong.
pub fn rows(file: &str, section: &Section, session: &Session) -> Result<Data, String> {
    let catalog = &session.hir().catalog;
    let mut data = Data::new(catalog);
    for (entity, block) in &section.rows {
        let id = catalog.find(entity).ok_or_else(|| format!("{file}: there is no entity `{entity}`"))?;
        table::fill(&mut data, catalog.entity(id), block, file)?;
    }
    Ok(data)
}
