//! Rule groups of an analytics platform: segments as its API lists them, each with `ruleGroups`.
//!
//! What an object, a focus or an event is called here can't be known: a mapping file says it, and
//! `--write-map` writes one with all that the files name.

mod condition;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::{Attribute, Field, Schema, resolve};
use super::input::Input;
use super::mapping::Mapping;
use super::patterns::Dialect;
use super::problems::{NoEquivalent, UnknownOperator, UnknownReference, WrongShape};
use super::tool::Tool;
use super::values::scalar_text;
use crate::catalog::{Catalog, EntityId};
use crate::diagnostic::Span;
use crate::import::json;
use crate::syntax::ast::{AggregateFunc, CompareOp, Expr, Path, RuleKind, TextOp, Window, WindowKind};
use crate::syntax::{make, parse_literal};
use crate::types::{Literal, Type, Unit};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct RuleGroups;

/// The sections of a mapping file: objects and their entities, focuses and links and the paths they
/// stand for, events by their ids, and the field of an object's date.
const OBJECTS: &str = "objects";
const PATHS: &str = "paths";
const NAMES: &str = "event_names";
const DATES: &str = "dates";

impl Tool for RuleGroups {
    fn name(&self) -> &'static str {
        "rule-groups"
    }

    fn title(&self) -> &'static str {
        "rule groups"
    }

    fn takes(&self) -> &'static str {
        "a JSON list of segments with `ruleGroups`, as an analytics platform's API gives them, and a mapping file (`--map`)"
    }

    fn sections(&self) -> &'static [&'static str] {
        &[OBJECTS, PATHS, NAMES, DATES]
    }

    fn names_the_entity(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut all = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut all);
        }
        for (id, node) in all {
            let Some(groups) = groups(node, import) else { continue };
            let object =
                groups.first().and_then(|group| entry_text(group, "segmentObject")).map(str::to_owned);
            let entity = match &object {
                Some(object) => import.said(OBJECTS, object, &object.replace('-', "_")),
                None => import.entity.clone(),
            };
            import.translate_on(id, &entity, |import| Reader { import, object }.segment(node, &groups));
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, all: &mut Vec<(DraftId, &'n Node)>) {
    if let NodeKind::List(items) = &tree.kind {
        return items.iter().for_each(|item| declare(item, import, all));
    }
    for key in ["segments", "data", "results"] {
        if let Some(inner) = entry(tree, key) {
            return declare(inner, import, all);
        }
    }
    if entry(tree, "ruleGroups").is_none() {
        let (expected, found) = ("a segment with `ruleGroups`".to_owned(), tree.found().to_owned());
        import.problems.push(WrongShape { span: tree.span, expected, found, help: None });
        return;
    }
    let name = entry_text(tree, "name").map(str::to_owned).or_else(|| import.given_name.clone());
    let name = name.unwrap_or_else(|| "segment".to_owned());
    let key = entry(tree, "id").and_then(scalar_text).unwrap_or_else(|| name.clone());
    let place = entry(tree, "name").map_or(tree.span, |node| node.span);
    all.extend(import.declare(&key, Some(&name), place).map(|id| (id, tree)));
}

/// The rule groups of a segment, which may be a text of JSON.
fn groups(node: &Node, import: &mut Import<'_>) -> Option<Vec<Node>> {
    let written = entry(node, "ruleGroups")?;
    let tree = match &written.kind {
        NodeKind::String(text) => match json::read_inside(written.span, text) {
            Ok(tree) => tree,
            Err(problem) => {
                import.problems.push(problem);
                return None;
            }
        },
        _ => written.clone(),
    };
    match tree.kind {
        NodeKind::List(groups) => Some(groups),
        _ => {
            let (expected, found) = ("a list of rule groups".to_owned(), tree.found().to_owned());
            import.problems.push(WrongShape { span: written.span, expected, found, help: None });
            None
        }
    }
}

impl Import<'_> {
    /// What a mapping file says in a section, or the usual answer; `--write-map` shows both.
    fn said(&mut self, section: &'static str, name: &str, usual: &str) -> String {
        let said = self.mapping.section(section).and_then(|section| entry_text(section, name));
        let said = said.unwrap_or(usual).to_owned();
        self.asked.entry(section).or_default().insert(name.to_owned(), said.clone());
        said
    }
}

struct Reader<'i, 'a> {
    import: &'i mut Import<'a>,
    object: Option<String>,
}

/// Where the rows of a condition are: the path to them, their entity, and a window.
struct Rows {
    path: Path,
    entity: String,
    window: Option<Window>,
}

impl Reader<'_, '_> {
    fn none<T>(&mut self, span: Span, what: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.import.refuse(NoEquivalent { span, what: what.into(), help: help.into() })
    }

    fn segment(&mut self, node: &Node, groups: &[Node]) -> Option<Body> {
        if self.import.current_entity().is_empty() {
            return self.none(
                node.span,
                "the segment has no rule groups that say which object it is about",
                "name the entity with `--entity`",
            );
        }
        let is_disabled = match entry(node, "status") {
            None | Some(Node { kind: NodeKind::Null, .. }) => false,
            Some(Node { kind: NodeKind::Bool(value), .. }) => !value,
            Some(other) => return self.import.wrong(other, "`true` or `false`"),
        };
        let (mut includes, mut excludes): (Vec<Expr>, Vec<Expr>) = (Vec::new(), Vec::new());
        let mut joined: Option<String> = None;
        for (at, group) in groups.iter().enumerate() {
            let condition = self.group(group);
            let is_exclude = match entry_text(group, "mainOperator") {
                Some("include") | None => false,
                Some("exclude") => true,
                Some(_) => return self.import.wrong(entry(group, "mainOperator")?, "`include` or `exclude`"),
            };
            let conjunction = entry_text(group, "conjunction").unwrap_or("and").to_lowercase();
            if is_exclude {
                excludes.push(condition?);
                continue;
            }
            if at > 0 && !excludes.is_empty() && conjunction == "or" {
                return self.none(
                    group.span,
                    "a group that includes, joined by `or` after one that excludes",
                    "move it in front: in a segment, an exclude overrides every include",
                );
            }
            if !includes.is_empty() {
                if joined.as_ref().is_some_and(|joined| *joined != conjunction) {
                    return self.none(
                        group.span,
                        "groups joined by `and` as well as by `or`",
                        "split the segment, and embed one part in the other",
                    );
                }
                joined = Some(conjunction);
            }
            includes.push(condition?);
        }
        let condition = match joined.as_deref() {
            Some("or") => make::any(includes),
            Some("and") | None => make::all(includes),
            Some(_) => {
                return self.none(
                    node.span,
                    "groups are joined by something else than `and` and `or`",
                    "correct it",
                );
            }
        };
        let kind = if excludes.is_empty() { RuleKind::Where } else { RuleKind::Include };
        let everyone = make::constant(&condition) == Some(true);
        let first = if everyone { None } else { make::rule(kind, condition) };
        let rules = first
            .into_iter()
            .chain(excludes.into_iter().filter_map(|condition| make::rule(RuleKind::Exclude, condition)));
        let body = Body { is_disabled, rules: rules.collect(), ..Body::default() };
        Some(body.described(entry_text(node, "description").map(str::to_owned)))
    }

    fn group(&mut self, group: &Node) -> Option<Expr> {
        if let Some(object) = entry(group, "segmentObject")
            && entry_text(group, "segmentObject") != self.object.as_deref()
        {
            return self.none(
                object.span,
                "a group about another object than the segment's",
                "make it a segment of its own, and test for its members: `people in segment x`",
            );
        }
        let mut parts = Vec::new();
        if let Some(embedded) = entry(group, "embeddedSegmentId").filter(|node| node.kind != NodeKind::Null) {
            let Some(key) = scalar_text(embedded) else {
                return self.import.wrong(embedded, "the id of a segment");
            };
            let Some(name) = self.import.reference(&key, embedded.span) else {
                let known = self.import.keys();
                let effect = "the group is narrowed to its members";
                return self.import.refuse(UnknownReference {
                    span: embedded.span,
                    name: key,
                    effect,
                    known,
                });
            };
            parts.push(make::in_segment(None, &name));
        }
        let window = self.range(group)?;
        let focus = entry_text(group, "conditionFocus").unwrap_or("property").to_owned();
        let conditions = conditions(group);
        let own = matches!(focus.as_str(), "property" | "metric");
        let mut found = Vec::new();
        for condition in &conditions {
            found.push(match focus.as_str() {
                "property" | "metric" => self.own(condition),
                "relationship" => self.related(condition, window.as_ref()),
                _ => self.event(condition, &focus, window.as_ref()),
            });
        }
        let found = found.into_iter().collect::<Option<Vec<_>>>()?;
        if !found.is_empty() {
            parts.push(self.join(group, &conditions, found)?);
        }
        if let (true, Some(window)) = (own, window) {
            parts.push(make::during(self.date(group)?, window));
        }
        if parts.is_empty() {
            return self.none(group.span, "a group without a condition", "remove it, or add a condition");
        }
        Some(make::all(parts))
    }

    /// The conditions of a group, joined.
    fn join(&mut self, group: &Node, conditions: &[&Node], found: Vec<Expr>) -> Option<Expr> {
        let words: Vec<String> = conditions
            .iter()
            .filter_map(|condition| entry_text(condition, "conjunction"))
            .map(str::to_lowercase)
            .collect();
        let word = words.first().map_or("and", String::as_str);
        if found.len() > 1 && words.iter().any(|other| other != word) {
            return self.none(group.span, "conditions joined by `and` as well as by `or`", "split the group");
        }
        Some(if word == "or" { make::any(found) } else { make::all(found) })
    }

    /// The date of the object itself.
    fn date(&mut self, group: &Node) -> Option<Expr> {
        let object = self.object.clone().unwrap_or_default();
        let span = entry(group, "dateRangeFilter").map_or(group.span, |node| node.span);
        let time = self.catalog().and_then(|catalog| {
            let entity = catalog.entity(catalog.find(self.import.current_entity())?);
            Some(entity.field(entity.time?).name.clone())
        });
        let usual = time.unwrap_or_default();
        let name = self.import.said(DATES, &object, &usual);
        if name.is_empty() {
            return self.none(
                span,
                format!("`{object}` has no date that the range is about"),
                format!("name it in the mapping file: `dates: {{ {object}: created_at }}`"),
            );
        }
        let field = self.import.field(Attribute { kind: None, name: &name, span }, Some(&Type::Timestamp))?;
        Some(field.expr())
    }

    /// The catalog, for as long as the import.
    fn catalog(&self) -> Option<&Catalog> {
        match &self.import.schema {
            Schema::Catalog(catalog) => Some(catalog),
            Schema::Survey(_) => None,
        }
    }

    fn range(&mut self, group: &Node) -> Option<Option<Window>> {
        let Some(range) = entry(group, "dateRangeFilter").filter(|node| node.kind != NodeKind::Null) else {
            return Some(None);
        };
        match entry_text(range, "type") {
            Some("lifetime-of-the-object") => Some(None),
            Some("previous-period") => {
                let Some(days) = entry(range, "numberOfDaysPrevious") else {
                    return self.import.lacks(range, "numberOfDaysPrevious");
                };
                let count = scalar_text(days).and_then(|text| text.parse::<i64>().ok());
                match count.filter(|count| (1..=100_000).contains(count)) {
                    Some(count) => {
                        let kind = WindowKind::Previous(make::count(count), Unit::Day);
                        Some(Some(make::window(kind)))
                    }
                    None => self.import.wrong(days, "a number of days"),
                }
            }
            Some("specific-date-range") => {
                let day = |this: &mut Self, key: &str| {
                    let Some(node) = entry(range, key) else { return this.import.lacks(range, key) };
                    let text = entry_text(range, key).unwrap_or_default();
                    match parse_literal(text.get(..10).unwrap_or(text), &Type::Date) {
                        Some(date) => Some(make::literal(date)),
                        None => this.import.wrong(node, "a date"),
                    }
                };
                let (start, end) = (day(self, "startDate"), day(self, "endDate"));
                let kind = WindowKind::Through(Box::new(start?), Box::new(end?));
                Some(Some(make::window(kind)))
            }
            _ => {
                let span = entry(range, "type").map_or(range.span, |node| node.span);
                self.none(
                    span,
                    "a date range that isn't known",
                    "use `lifetime-of-the-object`, `previous-period` or `specific-date-range`",
                )
            }
        }
    }

    /// A condition on a field of the object.
    fn own(&mut self, condition: &Node) -> Option<Expr> {
        let (name, span) = self.key(condition)?;
        let wants = wanted(condition);
        let field = self.import.field(Attribute { kind: None, name: &name, span }, wants.as_ref())?;
        self.test(&field, condition)
    }

    /// `key`, `key.subKey`, `key.subKey.subKeyLv2`
    fn key(&mut self, condition: &Node) -> Option<(String, Span)> {
        let first = self.import.text(condition, "key")?;
        let span = entry(condition, "key").map_or(condition.span, |node| node.span);
        let rest = ["subKey", "subKeyLv2"].into_iter().filter_map(|key| entry_text(condition, key));
        let all: Vec<&str> = std::iter::once(first).chain(rest.filter(|key| !key.is_empty())).collect();
        Some((all.join("."), span))
    }

    /// The rows that a focus or a relationship leads to.
    fn rows(&mut self, name: &str, span: Span, event: Option<&str>, window: Option<&Window>) -> Option<Rows> {
        let path = self.import.said(PATHS, name, &name.replace('-', "_"));
        let parts: Vec<&str> = path.split('.').filter(|part| !part.is_empty()).collect();
        let start = self.catalog().and_then(|catalog| catalog.find(self.import.current_entity()));
        let end = match (self.catalog(), start) {
            (Some(catalog), Some(start)) => {
                walk(catalog, start, &parts).map(|id| catalog.entity(id).name.clone())
            }
            _ => Some(name.to_owned()),
        };
        let Some(entity) = end.filter(|_| !parts.is_empty()) else {
            let known = self.import.current_entity().to_owned();
            return self.none(
                span,
                format!("`{known}` has no link `{path}`"),
                format!("name the path in the mapping file: `paths: {{ {name}: sessions.conversions }}`"),
            );
        };
        let path = match event {
            Some(event) => make::event_path(&parts, event),
            None => make::path_of(&parts),
        };
        Some(Rows { path, entity, window: window.cloned() })
    }

    /// A condition on the number of linked rows.
    fn related(&mut self, condition: &Node, window: Option<&Window>) -> Option<Expr> {
        let (name, span) = self.key(condition)?;
        let rows = self.rows(&name, span, None, window)?;
        let count = make::aggregate(AggregateFunc::Count, make::path(rows.path), rows.window, None);
        self.number(count, condition)
    }

    /// A condition on events.
    fn event(&mut self, condition: &Node, focus: &str, window: Option<&Window>) -> Option<Expr> {
        let span = entry(condition, "id").map_or(condition.span, |node| node.span);
        let Some(id) = entry(condition, "id").and_then(scalar_text) else {
            return self.import.lacks(condition, "id");
        };
        let event = self.import.said(NAMES, &id, &id);
        let rows = self.rows(focus, span, Some(&event), window)?;
        let Some(property) = entry_text(condition, "property").filter(|text| !text.is_empty()) else {
            let count = make::aggregate(AggregateFunc::Count, make::path(rows.path), rows.window, None);
            return self.number(count, condition);
        };
        let place = entry(condition, "property").map_or(condition.span, |node| node.span);
        let mut mapping = Mapping::default();
        let full = format!("event:{property}");
        if let Some(mapped) = self.import.mapping.attributes.get(&full) {
            mapping.attributes.insert(property.to_owned(), mapped.clone());
        }
        let attribute = Attribute { kind: None, name: property, span: place };
        let wants = wanted(condition);
        let found = resolve(&mut self.import.schema, &mapping, &rows.entity, attribute, None, wants.as_ref());
        let used = self.import.used.entry(full).or_default();
        used.1 = used.1.take().or(wants);
        let field = match found {
            Ok(field) => {
                used.0 = Some(field.path.clone());
                field
            }
            Err(problem) => return self.import.refuse(problem),
        };
        let filter = self.test(&field, condition)?;
        Some(make::aggregate(AggregateFunc::Exists, make::path(rows.path), rows.window, Some(filter)))
    }
}

/// The entity at the end of links.
fn walk(catalog: &Catalog, start: EntityId, parts: &[&str]) -> Option<EntityId> {
    parts.iter().try_fold(start, |at, part| {
        catalog.entity(at).links.iter().find(|link| link.name == *part).map(|link| link.to)
    })
}

/// `g0`, `g1`, …, by their numbers.
fn conditions(group: &Node) -> Vec<&Node> {
    let NodeKind::Map(entries) = &group.kind else { return Vec::new() };
    let mut found: Vec<(u32, &Node)> = entries
        .iter()
        .filter_map(|(key, node)| Some((key.text.strip_prefix('g')?.parse().ok()?, node)))
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, node)| node).collect()
}

/// The type that a condition implies.
fn wanted(condition: &Node) -> Option<Type> {
    match entry_text(condition, "type")? {
        "metric" | "number" => Some(Type::DECIMAL),
        "date" => Some(Type::Timestamp),
        "boolean" => Some(Type::Boolean),
        "multi-value" => Some(Type::Array(Box::new(Type::String))),
        _ => Some(Type::String),
    }
}
