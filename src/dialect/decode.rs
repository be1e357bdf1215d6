//! From YAML to a dialect; every problem at its line.

use std::collections::BTreeMap;

use sqlparser::ast::Expr;

use super::capability::{Capability, Limit};
use super::function::Function;
use super::load::BUILT_IN;
use super::model::{Answer, Dialect, NamedType, Statements};
use super::parse::{self, Parser};
use super::problems::{BadValue, NotAnswered, UnknownEntry, UnreadableSql, WrongPlaceholders};
use super::sound::judge_statements;
use super::spelling::{identifiers, literals};
use super::statement_template::{Condition, StatementTemplate, TemplateError};
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
    let before = problems.len();
    let mut fields = Fields::new(node, format!("dialect `{name}`"), node.span, problems)?;
    let parser = fields.require("parser", problems).and_then(|node| parser(node, problems));
    let mut section = |key: &'static str, problems: &mut Diagnostics| fields.require(key, problems);
    let capabilities = section("capabilities", problems).map(|node| capabilities(node, problems));
    let limits = section("limits", problems).map(|node| limits(node, problems));
    // What follows holds SQL, which nothing can read without a parser.
    let parser = parser?;
    let types = section("types", problems).map(|node| types(&parser, node, problems));
    let functions = section("functions", problems).map(|node| functions(&parser, node, problems));
    let join = functions.as_ref().and_then(|known| known.get(&Function::Concat).cloned());
    let literals = section("literals", problems).and_then(|node| literals(&parser, node, join, problems));
    let identifiers = section("identifiers", problems).and_then(|node| identifiers(node, problems));
    let clock = section("clock", problems).and_then(|node| clock(&parser, node, problems));
    let statements = section("statements", problems).map(|node| statements(&parser, node, problems));
    let probes = fields.get("probe").map(|node| super::probe::probes(&parser, node, problems));
    if let (Some(capabilities), Some(statements)) = (&capabilities, &statements) {
        holds(node, capabilities, statements, problems);
    }
    if let (Some(statements), Some(section)) = (&statements, fields.get("statements")) {
        judge_statements(statements, section.span, problems);
    }
    fields.finish(problems);
    let ClockForms { read, read_date, in_place } = clock?;
    let has_own_versions = functions.is_some() && own_versions(node);
    let dialect = Dialect {
        has_own_versions,
        name: name.to_owned(),
        origin: name.to_owned(),
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
    };
    (problems.len() == before).then_some(dialect)
}

/// Whether a user's file defines how versions become keys, and thus the form of the keys.
fn own_versions(node: &Node) -> bool {
    let entry = |node: &Node, name: &str| match &node.kind {
        NodeKind::Map(entries) => {
            entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node.clone())
        }
        _ => None,
    };
    let template = entry(node, "functions").and_then(|node| entry(&node, Function::SemverKey.name()));
    template.is_some_and(|node| node.span.source != BUILT_IN)
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
    for &one in all.iter().filter(|&&one| entries.iter().all(|(key, _)| key.text != name(one))) {
        let (name, meaning) = (name(one).to_owned(), meaning(one).to_owned());
        problems.push(NotAnswered { span: node.span, section, name, meaning });
    }
    found
}

fn capabilities(node: &Node, problems: &mut Diagnostics) -> BTreeMap<Capability, Answer> {
    let all = (Capability::ALL, Capability::name as Naming<_>, Capability::description as Naming<_>);
    answers(("capabilities", node), all, problems, |_, node, problems| {
        if let NodeKind::Bool(allowed) = node.kind {
            return Some(Answer { allowed, ..Answer::default() });
        }
        let mut fields = Fields::shown(node, "a capability", node.span, Some("true` or `false"), problems)?;
        let allowed = fields.require("allowed", problems).and_then(|node| node.boolean(problems));
        let (cost, note) = (fields.text("cost", problems), fields.text("note", problems));
        fields.finish(problems);
        Some(Answer { allowed: allowed?, cost, note })
    })
}

fn limits(node: &Node, problems: &mut Diagnostics) -> BTreeMap<Limit, Option<u64>> {
    let all = (Limit::ALL, Limit::name as Naming<_>, Limit::description as Naming<_>);
    answers(("limits", node), all, problems, |_, node, problems| match &node.kind {
        NodeKind::String(text) if text == "unlimited" => Some(None),
        NodeKind::Integer(value, _) if *value > 0 => Some(u64::try_from(*value).ok()),
        _ => node.wrong("a number above 0, or `unlimited`", None, problems),
    })
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

fn functions(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> BTreeMap<Function, Template> {
    let all = (Function::ALL, Function::name as Naming<_>, Function::description as Naming<_>);
    answers(("functions", node), all, problems, |function, node, problems| {
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
        let template = match Template::parse(parser, &sql, utc.as_deref()) {
            Ok(template) => template,
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
            let expected = format!("a template of all arguments of `{}` except the last", function.name());
            problems.push(BadValue { span: node.span, what, expected });
            return None;
        }
        Some(template)
    })
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

fn statements(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Statements {
    let Some(mut fields) = Fields::new(node, "`statements`", node.span, problems) else {
        return Statements::default();
    };
    let mut list = |key: &'static str, required: bool, problems: &mut Diagnostics| {
        let found = if required { fields.require(key, problems) } else { fields.get(key) };
        let nodes = found.map_or(&[][..], Node::one_or_many);
        nodes.iter().filter_map(|node| template(parser, node, problems)).collect::<Vec<_>>()
    };
    let mut statements = Statements {
        declare: list("declare", false, problems),
        session: list("session", false, problems),
        setup: list("setup", true, problems),
        setup_segment: list("setup_segment", true, problems),
        setup_inputs: list("setup_inputs", true, problems),
        setup_in_transaction: false,
        set_read_at: list("set_read_at", true, problems),
        begin: list("begin", false, problems),
        lock_segment: list("lock_segment", false, problems),
        clock_table: list("clock_table", false, problems),
        set_clock: list("set_clock", false, problems),
        check: list("check", true, problems),
        start_segment: list("start_segment", false, problems),
        affected: list("affected", true, problems),
        fill: list("fill", true, problems),
        read_input: list("read_input", true, problems),
        finish_segment: list("finish_segment", true, problems),
        commit: list("commit", false, problems),
        finally_segment: list("finally_segment", false, problems),
        view: list("view", true, problems),
        view_in_transaction: false,
    };
    statements.setup_in_transaction = fields.boolean("setup_in_transaction", problems).unwrap_or(false);
    statements.view_in_transaction = fields.boolean("view_in_transaction", problems).unwrap_or(false);
    fields.finish(problems);
    statements
}

/// Checks that a dialect that claims `expiry` has the statements for it.
fn holds(
    node: &Node,
    capabilities: &BTreeMap<Capability, Answer>,
    templates: &Statements,
    problems: &mut Diagnostics,
) {
    let needed = [
        (Capability::Expiry, Condition::Expire, "expire"),
        (Capability::History, Condition::History, "history"),
    ];
    for (capability, when, name) in needed {
        let answered = capabilities.get(&capability).is_some_and(|answer| answer.allowed);
        let has = |list: &[StatementTemplate]| list.iter().any(|template| template.when.contains(&when));
        if answered && !(has(&templates.setup_segment) && has(&templates.fill)) {
            let what = "statements".to_owned();
            let expected = format!(
                "`when: {name}` in `setup_segment` and in `fill`, as `{}: true` is answered",
                capability.name()
            );
            problems.push(BadValue { span: node.span, what, expected });
        }
    }
}

/// The conditions of `when`: one word or a list.
fn when(node: Option<&Node>, problems: &mut Diagnostics) -> Vec<Condition> {
    let mut found = Vec::new();
    for node in node.map_or(&[][..], Node::one_or_many) {
        let Some(text) = node.text(problems) else { continue };
        match Condition::parse(text) {
            Some(one) => found.push(one),
            None => {
                let known = Condition::names();
                let name = text.to_owned();
                problems.push(UnknownEntry { span: node.span, section: "when", name, known });
            }
        }
    }
    found
}

fn template(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Option<StatementTemplate> {
    let (sql, opaque, when) = match &node.kind {
        NodeKind::Map(_) => {
            let mut fields = Fields::new(node, "a statement", node.span, problems)?;
            let sql = fields.require("sql", problems)?.text(problems)?.to_owned();
            let opaque = fields.boolean("opaque", problems).unwrap_or(false);
            let when = when(fields.get("when"), problems);
            fields.finish(problems);
            (sql, opaque, when)
        }
        _ => (node.text(problems)?.to_owned(), false, Vec::new()),
    };
    match StatementTemplate::parse(parser, &sql, opaque, when) {
        Ok(template) => Some(template),
        Err(TemplateError::Unreadable(error)) => {
            let what = sql.lines().next().unwrap_or_default().to_owned();
            problems.push(UnreadableSql { span: node.span, what, error });
            None
        }
        Err(TemplateError::UnknownSlot(name)) => {
            let known = super::statement_template::Slot::ALL.iter().map(|slot| slot.name()).collect();
            problems.push(UnknownEntry { span: node.span, section: "statements", name, known });
            None
        }
    }
}
