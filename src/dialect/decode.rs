//! From YAML to a dialect; every problem at its line.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sqlparser::ast::Expr;

use super::capability::{Capability, Limit};
use super::function::Function;
use super::load::BUILT_IN;
use super::model::{Answer, Dialect, NamedType};
use super::parse::{self, Parser};
use super::problems::{
    BadValue, KeyWithoutText, NotAnswered, RetiredStatement, UnknownEntry, UnreadableSql, WrongPlaceholders,
};
use super::sound::judge_slots;
use super::spelling::{identifiers, literals};
use super::statement::{RETIRED, Statements, StepKind};
use super::statement_template::{Slot, StatementTemplate, TemplateError};
use super::template::Template;
use super::words::Words;
use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::{Fields, Like, Node, NodeKind};

/// The kinds of types for which a dialect needs a name.
const TYPES: &[&str] =
    &["string", "integer", "decimal", "float", "boolean", "date", "timestamp", "semver", "json", "array"];

/// A file's name, its tree without `name` and `extends`, and the base dialect with its place.
pub(super) type Head = (String, Node, Option<(String, Span)>);

/// Removes `name` and `extends` from a file's tree.
pub(super) fn head(mut node: Node, problems: &mut Diagnostics) -> Option<Head> {
    let mut fields = Fields::shown(&node, "a dialect", node.span, Some("name: …"), problems)?;
    let name = fields.require("name", problems)?.text(problems)?.to_owned();
    let base = fields.get("extends").and_then(|node| Some((node.text(problems)?.to_owned(), node.span)));
    if let NodeKind::Map(entries) = &mut node.kind {
        entries.retain(|(key, _)| key.text != "name" && key.text != "extends");
    }
    Some((name, node, base))
}

/// The dialect that a tree describes, or `None` if there is a problem with it.
pub(super) fn dialect(name: &str, node: &Node, problems: &mut Diagnostics) -> Option<Dialect> {
    let mut found = Diagnostics::new();
    let dialect = decoded(name, node, &mut found).filter(|_| !found.has_errors());
    problems.append(found);
    dialect
}

fn decoded(name: &str, node: &Node, problems: &mut Diagnostics) -> Option<Dialect> {
    let mut fields = Fields::new(node, format!("dialect `{name}`"), node.span, problems)?;
    let parser_node = fields.require("parser", problems);
    let parser = parser_node.and_then(|node| parser(node, problems));
    let mut section = |key: &'static str, problems: &mut Diagnostics| fields.require(key, problems);
    let capabilities = section("capabilities", problems).map(|node| capabilities(node, problems));
    let limits = section("limits", problems).map(|node| limits(node, problems));
    // What follows holds SQL, which nothing can read without a parser.
    let parser = parser?;
    let is_built_in = parser_node.is_some_and(|node| node.span.source == BUILT_IN);
    let templates = Templates { parser: &parser, is_built_in };
    let types = section("types", problems).map(|node| types(&parser, node, problems));
    let functions = section("functions", problems).map(|node| templates.functions(node, problems));
    let join = functions.as_ref().and_then(|known| known.get(&Function::Concat).cloned());
    let literals = section("literals", problems).and_then(|node| literals(&parser, node, join, problems));
    let identifiers = section("identifiers", problems).and_then(|node| identifiers(node, problems));
    let clock = section("clock", problems).and_then(|node| clock(&parser, node, problems));
    let known = capabilities.clone().unwrap_or_default();
    let statements = section("statements", problems).map(|node| templates.statements(node, &known, problems));
    let probes = fields.get("probe").map(|node| super::probe::probes(&parser, node, problems));
    fields.finish(problems);
    let has_wildcards = known.get(&Capability::WildcardTables).is_some_and(|answer| answer.allowed);
    if has_wildcards && identifiers.as_ref().is_some_and(|known| known.shard_digits.is_none()) {
        let (section, name) = ("identifiers", "shard_digits".to_owned());
        let meaning = "The column that holds what the star of `events_*` stands for; needed as `wildcard_tables` is true.";
        problems.push(NotAnswered { span: node.span, section, name, meaning: meaning.to_owned() });
        return None;
    }
    let ClockForms { read, read_date, in_place } = clock?;
    let own_key = own_function(node, Function::SemverKey);
    if let Some(span) = own_key.filter(|_| own_function(node, Function::SemverText).is_none()) {
        problems.push(KeyWithoutText { span });
    }
    let has_own_versions = functions.is_some() && own_key.is_some();
    Some(Dialect {
        has_own_versions,
        name: name.to_owned(),
        origin: name.to_owned(),
        own_templates: own_templates(node),
        parser,
        capabilities: capabilities?,
        limits: limits?,
        types: types?,
        functions: functions?,
        literals: literals?,
        identifiers: identifiers?,
        clock: read,
        clock_date: read_date,
        clock_in_place: in_place,
        statements: statements?,
        probes: probes.unwrap_or_default(),
        templates: OnceLock::new(),
    })
}

/// Where a user's file has a template of its own for a function.
fn own_function(node: &Node, function: Function) -> Option<Span> {
    let entry = |node: &Node, name: &str| match &node.kind {
        NodeKind::Map(entries) => {
            entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node.clone())
        }
        _ => None,
    };
    let template = entry(node, "functions").and_then(|node| entry(&node, function.name()))?;
    (template.span.source != BUILT_IN).then_some(template.span)
}

/// The functions and statements that aren't those of a built-in file, and where they are.
fn own_templates(node: &Node) -> Vec<(String, Span)> {
    let entries = |node: &Node| match &node.kind {
        NodeKind::Map(entries) => entries.clone(),
        _ => Vec::new(),
    };
    let sections =
        entries(node).into_iter().filter(|(key, _)| ["functions", "statements"].contains(&&*key.text));
    let all = sections.flat_map(|(_, section)| entries(&section));
    let own = all.filter(|(key, _)| key.span.source != BUILT_IN);
    let mut own: Vec<(String, Span)> = own.map(|(key, _)| (key.text, key.span)).collect();
    own.sort_by_key(|(_, span)| *span);
    own
}

fn parser(node: &Node, problems: &mut Diagnostics) -> Option<Parser> {
    let name = node.text(problems)?;
    let parser = Parser::named(name);
    if parser.is_none() {
        let expected = "one of sqlparser's dialects, such as `generic`, `ansi` or `snowflake`".to_owned();
        problems.push(BadValue { span: node.span, what: name.to_owned(), expected });
    }
    parser
}

/// Returns the name or the meaning of a member of a closed set.
type Naming<T> = fn(T) -> &'static str;

/// Reads a section that must have an answer for each of `all`.
fn answers<T: Copy + Ord, A>(
    (section, node): (&'static str, &Node),
    (all, name, meaning): (&[T], Naming<T>, Naming<T>),
    is_optional: fn(T) -> bool,
    problems: &mut Diagnostics,
    mut read: impl FnMut(T, &Node, &mut Diagnostics) -> Option<A>,
) -> BTreeMap<T, A> {
    let Some(entries) = node.names(section, Like::Each("…"), problems) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for (key, node) in entries {
        let Some(&one) = all.iter().find(|&&one| name(one) == key.text) else {
            let known = all.iter().map(|&one| name(one)).collect();
            problems.push(UnknownEntry { span: key.span, section, name: key.text.clone(), known });
            continue;
        };
        if let Some(answer) = read(one, node, problems) {
            found.insert(one, answer);
        }
    }
    let is_missing = |one: T| !is_optional(one) && entries.iter().all(|(key, _)| key.text != name(one));
    for &one in all.iter().filter(|&&one| is_missing(one)) {
        let (name, meaning) = (name(one).to_owned(), meaning(one).to_owned());
        problems.push(NotAnswered { span: node.span, section, name, meaning });
    }
    found
}

fn capabilities(node: &Node, problems: &mut Diagnostics) -> BTreeMap<Capability, Answer> {
    let all = (Capability::ALL, Capability::name as Naming<_>, Capability::description as Naming<_>);
    answers(
        ("capabilities", node),
        all,
        |_| false,
        problems,
        |_, node, problems| {
            if let NodeKind::Bool(allowed) = node.kind {
                return Some(Answer { allowed, ..Answer::default() });
            }
            let mut fields =
                Fields::shown(node, "a capability", node.span, Some("true` or `false"), problems)?;
            let allowed = fields.require("allowed", problems).and_then(|node| node.boolean(problems));
            let (cost, note) = (fields.text("cost", problems), fields.text("note", problems));
            fields.finish(problems);
            Some(Answer { allowed: allowed?, cost, note })
        },
    )
}

fn limits(node: &Node, problems: &mut Diagnostics) -> BTreeMap<Limit, Option<u64>> {
    let all = (Limit::ALL, Limit::name as Naming<_>, Limit::description as Naming<_>);
    answers(
        ("limits", node),
        all,
        |_| false,
        problems,
        |_, node, problems| match &node.kind {
            NodeKind::String(text) if text == "unlimited" => Some(None),
            NodeKind::Integer(value, _) if *value > 0 => Some(u64::try_from(*value).ok()),
            _ => node.wrong("a number above 0, or `unlimited`", None, problems),
        },
    )
}

fn types(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> BTreeMap<String, NamedType> {
    let mut found = BTreeMap::new();
    let Some(entries) = node.names("types", Like::Each("…"), problems) else { return found };
    for (key, node) in entries {
        if !TYPES.contains(&key.text.as_str()) && !key.text.starts_with("decimal(") {
            let (name, known) = (key.text.clone(), TYPES.to_vec());
            problems.push(UnknownEntry { span: key.span, section: "types", name, known });
            continue;
        }
        let Some(text) = node.text(problems) else { continue };
        // `(p, s)` stands for the numbers of a decimal.
        match parse::data_type(parser, &text.replace("(p, s)", "(38, 9)")) {
            Ok(ty) => {
                let words = Words::of(parser, text);
                found.insert(key.text.clone(), NamedType { ty, words });
            }
            Err(error) => problems.push(UnreadableSql { span: node.span, what: text.to_owned(), error }),
        }
    }
    for name in TYPES.iter().filter(|name| entries.iter().all(|(key, _)| key.text != **name)) {
        let (name, meaning) = ((*name).to_owned(), "a type of the language".to_owned());
        problems.push(NotAnswered { span: node.span, section: "types", name, meaning });
    }
    found
}

/// Reads the sections of templates.
struct Templates<'a> {
    parser: &'a Parser,
    /// Whether the parser is that of a built-in file.
    is_built_in: bool,
}

impl Templates<'_> {
    /// Whether what is at a node is built in, and thus known to be right: a test reads it as it
    /// would a user's.
    fn are_tested(&self, node: &Node) -> bool {
        self.is_built_in && node.span.source == BUILT_IN
    }

    fn functions(&self, node: &Node, problems: &mut Diagnostics) -> BTreeMap<Function, Template> {
        let all = (Function::ALL, Function::name as Naming<_>, Function::description as Naming<_>);
        answers(("functions", node), all, Function::is_optional, problems, |function, node, problems| {
            let (sql, utc) = match &node.kind {
                NodeKind::Map(_) => {
                    let mut fields = Fields::new(node, "a template", node.span, problems)?;
                    let sql = fields.require("sql", problems)?.text(problems)?.to_owned();
                    let utc = fields.text("utc", problems);
                    fields.finish(problems);
                    (sql, utc)
                }
                _ => (node.text(problems)?.to_owned(), None),
            };
            if self.are_tested(node) {
                return Some(Template::tested(self.parser, sql, utc));
            }
            let template = match Template::parse(self.parser, &sql, utc.as_deref()) {
                Ok(template) => template,
                // Inherited, but not readable by another parser: an error only if a segment needs it.
                Err(_) if node.span.source == BUILT_IN => {
                    return Some(Template::tested(self.parser, sql, utc));
                }
                Err(error) => {
                    problems.push(UnreadableSql { span: node.span, what: sql, error });
                    return None;
                }
            };
            let (wanted, found) = (function.arity(), template.placeholders());
            if found != (1..=wanted).map(|number| number.to_string()).collect::<Vec<_>>() {
                let (function, meaning) = (function.name(), function.description().to_owned());
                problems.push(WrongPlaceholders { span: node.span, function, wanted, found, meaning });
                return None;
            }
            // All but the zone, which is UTC, and perhaps that.
            if template.placeholders_of_utc().is_some_and(|of_utc| {
                of_utc.len() + 1 < found.len() || of_utc != found[..of_utc.len().min(found.len())]
            }) {
                let what = "utc".to_owned();
                let expected =
                    format!("a template with all arguments of `{}` except the last", function.name());
                problems.push(BadValue { span: node.span, what, expected });
                return None;
            }
            Some(template)
        })
    }

    /// The templates of each kind of step. What the dialect must answer depends on its capabilities.
    fn statements(
        &self,
        node: &Node,
        capabilities: &BTreeMap<Capability, Answer>,
        problems: &mut Diagnostics,
    ) -> Statements {
        let mut statements = Statements::default();
        let can = |capability| capabilities.get(&capability).is_some_and(|answer: &Answer| answer.allowed);
        let Some(entries) = node.names("statements", Like::Each("…"), problems) else { return statements };
        for (key, node) in entries {
            let Some(kind) = StepKind::parse(&key.text) else {
                problems.append(not_a_step(key.span, &key.text));
                continue;
            };
            // Its base may have it, in SQL that this parser can't read.
            if kind.is_unused(can) {
                continue;
            }
            let templates = node.one_or_many().iter().filter_map(|node| self.template(kind, node, problems));
            let templates: Vec<StatementTemplate> = templates.collect();
            if !templates.is_empty() && !self.are_tested(node) {
                judge_slots(kind, &templates, node.span, problems);
            }
            statements.templates.insert(kind, templates);
        }
        // A capability without an answer has been reported, and decides nothing here.
        let could = |capability| capabilities.get(&capability).is_none_or(|answer: &Answer| answer.allowed);
        let is_required =
            |kind: &StepKind| !kind.is_optional() && !kind.is_unused(can) && !kind.is_unused(could);
        let is_given = |kind: StepKind| {
            let entry = entries.iter().find(|(key, _)| key.text == kind.name());
            entry.is_some_and(|(_, node)| !node.one_or_many().is_empty())
        };
        let mut missing: Vec<StepKind> = StepKind::ALL.iter().copied().filter(is_required).collect();
        missing.retain(|kind| !is_given(*kind));
        // Without either, instants would be null, and nobody a member.
        if !is_given(StepKind::SetInstant) && !is_given(StepKind::ClockTable) {
            missing.push(StepKind::SetInstant);
        }
        // Without either, all runs would have one number.
        let counts = |kind| statements.of(kind).iter().any(|one| one.slots().any(|slot| slot == Slot::State));
        if can(Capability::Transactions) && !is_given(StepKind::Start) && !counts(StepKind::Lock) {
            missing.push(StepKind::Start);
        }
        for kind in missing {
            let (name, meaning) = (kind.name().to_owned(), kind.description().to_owned());
            problems.push(NotAnswered { span: node.span, section: "statements", name, meaning });
        }
        statements
    }

    fn template(&self, kind: StepKind, node: &Node, problems: &mut Diagnostics) -> Option<StatementTemplate> {
        let (sql, opaque) = match &node.kind {
            NodeKind::Map(_) => {
                let mut fields = Fields::new(node, "a statement", node.span, problems)?;
                let sql = fields.require("sql", problems)?.text(problems)?.to_owned();
                let opaque = fields.boolean("opaque", problems).unwrap_or(false);
                fields.finish(problems);
                (sql, opaque)
            }
            _ => (node.text(problems)?.to_owned(), false),
        };
        if self.are_tested(node) {
            return Some(StatementTemplate::tested(self.parser, sql, opaque));
        }
        match StatementTemplate::parse(self.parser, &sql, opaque) {
            Ok(template) => Some(template),
            Err(TemplateError::Unreadable(error)) => {
                let what = sql.lines().next().unwrap_or_default().to_owned();
                problems.push(UnreadableSql { span: node.span, what, error });
                None
            }
            Err(TemplateError::UnknownSlot(name)) => {
                let known = kind.slots().iter().map(|(slot, _)| slot.name()).collect();
                problems.push(UnknownEntry { span: node.span, section: kind.name(), name, known });
                None
            }
        }
    }
}

/// How the clock is read.
struct ClockForms {
    read: Expr,
    read_date: Expr,
    in_place: bool,
}

fn clock(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Option<ClockForms> {
    let mut fields = Fields::new(node, "`clock`", node.span, problems)?;
    let read = fields.require("read", problems);
    let read_date = fields.get("read_date").or(read);
    let in_place = fields.boolean("in_place", problems).unwrap_or(false);
    fields.finish(problems);
    let mut form = |node: &Node| {
        let (text, span) = (node.text(problems)?, node.span);
        parse::expression(parser, text)
            .map_err(|error| problems.push(UnreadableSql { span, what: text.to_owned(), error }))
            .ok()
    };
    Some(ClockForms { read: form(read?)?, read_date: form(read_date?)?, in_place })
}

/// The problem that a name isn't that of a step, or is one of an earlier version.
fn not_a_step(span: Span, name: &str) -> Diagnostics {
    let retired = RETIRED.iter().find(|(old, _)| *old == name);
    let problem = match retired {
        Some(&(_, now)) => RetiredStatement { span, name: name.to_owned(), now }.into(),
        None => {
            let known = StepKind::ALL.iter().map(|kind| kind.name()).collect();
            UnknownEntry { span, section: "statements", name: name.to_owned(), known }.into()
        }
    };
    vec![problem].into()
}
