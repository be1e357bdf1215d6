//! Reads test files.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::expect::{Given, read_expectations};
use super::model::{Case, Suite};
use super::problems::{BadInstant, NoAsOf, NoName, NoTests, TestTwice};
use super::rows::{Defaults, GivenRow, Rows, keys_of, read_defaults, read_rows};
use super::value::shown;
use crate::api::Session;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Severity, Span};
use crate::evaluate::Data;
use crate::project::{Files, Param, Text, load_tests, read_param};
use crate::yaml::{self, Fields, Like, Meant, Node, NodeKind, OtherKeys};

/// Keys of other tools.
const OTHER_KEYS: OtherKeys = &[
    (&["input", "inputs", "rows", "data", "fixtures"], Meant::Key("given")),
    (&["output", "outputs", "expected", "expectations", "then", "assert"], Meant::Key("expect")),
    (&["unit_tests", "cases"], Meant::Key("tests")),
    (&["now", "at", "clock", "today"], Meant::Key("as_of")),
    (&["vars", "variables", "parameters", "overrides"], Meant::Key("params")),
];
const OTHER_KEYS_OF_TEST: OtherKeys = &[
    (&["test", "title"], Meant::Key("name")),
    (&["model", "segment"], Meant::Help("remove it: `expect` names the segments")),
];

/// Examples of a file and a test, for messages.
const FILE: &str = "tests: [{ … }]";
const TEST: &str = "{ name: …, as_of: …, given: { … }, expect: { … } }";

/// Reads the unit tests of a project without errors. Their files are added to the session's
/// sources; tests with problems are omitted.
#[must_use]
pub fn read(session: &mut Session, files: &dyn Files) -> (Suite, Diagnostics) {
    let mut problems = Diagnostics::new();
    let texts = load_tests(files, &mut session.sources, &mut problems);
    if texts.is_empty() && !problems.has_errors() {
        problems.push(NoTests { span: None });
    }
    let variants = vec![session.clone()];
    let suite = Suite { cases: Vec::new(), variants };
    let mut reader = FileReader { suite, by_params: BTreeMap::from([(String::new(), 0)]) };
    for text in &texts {
        reader.file(text, &mut problems);
    }
    problems.sort(&session.sources);
    (reader.suite, problems)
}

struct FileReader {
    suite: Suite,
    /// The variant with these parameters, as text.
    by_params: BTreeMap<String, usize>,
}

/// What all tests of a file have in common.
struct Common {
    as_of: Option<Timestamp>,
    params: Vec<Param>,
    defaults: Defaults,
    given: Rows,
    /// Whether the file's instant has a problem, in which case tests without one aren't reported.
    bad_as_of: bool,
}

impl Common {
    /// The instant of a test, or else of its file.
    fn as_of(
        &self,
        fields: &mut Fields<'_>,
        name: Option<&(String, Span)>,
        start: Span,
        problems: &mut Diagnostics,
    ) -> Option<Timestamp> {
        if let Some(node) = fields.get("as_of") {
            return read_instant(node, problems);
        }
        if self.as_of.is_none() && !self.bad_as_of {
            let (test, span) = name.cloned().unwrap_or_else(|| ("?".to_owned(), start));
            problems.push(NoAsOf { span, test });
        }
        self.as_of
    }
}

/// The rows for the evaluator. Every value was checked when it was read.
fn data<'a>(catalog: &Arc<Catalog>, rows: impl Iterator<Item = &'a GivenRow>) -> Option<Data> {
    let mut data = Data::new(catalog);
    for row in rows {
        data.push_row(row.entity, row.values.clone()).ok()?;
    }
    Some(data)
}

impl FileReader {
    fn catalog(&self) -> Arc<Catalog> {
        self.suite.variants.first().map(|session| Arc::clone(&session.hir().catalog)).unwrap_or_default()
    }

    fn file(&mut self, (source, text): &Text, problems: &mut Diagnostics) {
        let Some(tree) = yaml::read(*source, text, problems) else { return };
        let start = Span::new(*source, tree.span.start as usize, tree.span.start as usize);
        let Some(mut fields) = Fields::shown(&tree, "a file of unit tests", start, Some(FILE), problems)
        else {
            return;
        };
        fields = fields.knowing(OTHER_KEYS);
        let catalog = self.catalog();
        let defaults = fields.get("defaults");
        let defaults = defaults.map(|node| read_defaults(node, &catalog, problems)).unwrap_or_default();
        let given = fields.get("given").map(|node| read_rows(node, &catalog, &defaults, problems));
        let as_of = fields.get("as_of").map(|node| read_instant(node, problems));
        let common = Common {
            as_of: as_of.flatten(),
            bad_as_of: as_of.is_some_and(|instant| instant.is_none()),
            params: read_params(&mut fields, problems),
            defaults,
            given: given.unwrap_or_default(),
        };
        let tests = fields.require("tests", problems).and_then(|node| node.maps(TEST, problems));
        fields.finish(problems);
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        for node in tests.unwrap_or_default() {
            let mut found = Diagnostics::new();
            let case = self.test(node, &common, &mut names, &mut found);
            self.suite.cases.extend(case.filter(|_| !found.has_errors()));
            problems.append(found);
        }
    }

    fn test(
        &mut self,
        node: &Node,
        common: &Common,
        names: &mut BTreeMap<String, Span>,
        problems: &mut Diagnostics,
    ) -> Option<Case> {
        let start = match &node.kind {
            NodeKind::Map(entries) => entries.first().map_or(node.span, |(key, _)| key.span),
            _ => node.span,
        };
        let mut fields = Fields::shown(node, "a test", start, Some(TEST), problems)?
            .knowing(OTHER_KEYS)
            .knowing(OTHER_KEYS_OF_TEST);
        let name = fields.require("name", problems).and_then(|node| read_name(node, names, problems));
        fields.at = name.as_ref().map_or(start, |(_, span)| *span);
        let as_of = common.as_of(&mut fields, name.as_ref(), start, problems);
        let catalog = self.catalog();
        let given = fields.get("given").map(|node| read_rows(node, &catalog, &common.defaults, problems));
        let own = given.unwrap_or_default();
        let rows = || common.given.rows.iter().chain(&own.rows);
        let broken = common.given.broken.union(&own.broken).copied().collect();
        let given = Given { keys: keys_of(rows(), &catalog, problems), broken };
        let params = merged(&common.params, read_params(&mut fields, problems));
        let variant = self.variant(&params, problems);
        let expect = fields.require("expect", problems);
        let session = self.suite.variants.first()?;
        let expectations = expect.map(|node| read_expectations(node, session, &given, problems));
        fields.finish(problems);
        let data = data(&catalog, rows())?;
        let (name, span) = name?;
        let (path, position) = session.sources.locate(span)?;
        let (path, line) = (path.to_owned(), position.line);
        let (as_of, variant, expectations) = (as_of?, variant?, expectations?);
        Some(Case { name, span, path, line, as_of, expectations, data, variant })
    }

    /// The project with these parameters, checked once for all tests that use them.
    fn variant(&mut self, params: &[Param], problems: &mut Diagnostics) -> Option<usize> {
        let text: String = params.iter().map(|param| format!("{}={:?};", param.name, param.value)).collect();
        if let Some(&known) = self.by_params.get(&text) {
            return Some(known);
        }
        let (session, found) = self.suite.variants.first()?.with_params(params);
        if found.has_errors() {
            let errors = found.into_iter().filter(|problem| problem.severity == Severity::Error);
            problems.append(errors.collect::<Vec<_>>().into());
            return None;
        }
        self.suite.variants.push(session);
        self.by_params.insert(text, self.suite.variants.len() - 1);
        Some(self.suite.variants.len() - 1)
    }
}

fn read_name(
    node: &Node,
    names: &mut BTreeMap<String, Span>,
    problems: &mut Diagnostics,
) -> Option<(String, Span)> {
    let name = node.text(problems)?.trim();
    if name.is_empty() || name.contains(char::is_control) {
        problems.push(NoName { span: node.span });
        return None;
    }
    if let Some(&first) = names.get(name) {
        problems.push(TestTwice { span: node.span, name: name.to_owned(), first });
    } else {
        names.insert(name.to_owned(), node.span);
    }
    Some((name.to_owned(), node.span))
}

fn read_instant(node: &Node, problems: &mut Diagnostics) -> Option<Timestamp> {
    let instant = match &node.kind {
        NodeKind::String(text) => text.trim().parse::<Timestamp>().ok(),
        _ => None,
    };
    let instant = instant.filter(|instant| instant.subsec_nanosecond() % 1000 == 0);
    if instant.is_none() {
        problems.push(BadInstant { span: node.span, text: shown(node).trim_matches('`').to_owned() });
    }
    instant
}

fn read_params(fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Vec<Param> {
    let entries = fields.names("params", Like::Each("…"), problems);
    entries.iter().filter_map(|(key, node)| read_param(key, node, problems)).collect()
}

/// A test's own parameters take precedence over those of its file.
fn merged(common: &[Param], own: Vec<Param>) -> Vec<Param> {
    let is_own = |param: &&Param| own.iter().any(|one| one.name == param.name);
    let mut all: Vec<Param> = common.iter().filter(|param| !is_own(param)).cloned().collect();
    all.extend(own);
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
