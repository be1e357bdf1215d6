//! What somebody is still writing: a condition and values that are in no file, checked with the project.
//!
//! They become a segment of a copy of the project. So they mean what they would in a file, and what the checker, the
//! target or the policy has to say about them points into their own text.

use std::sync::{Arc, OnceLock};

use super::preview::problems::{TwoOfOneName, UnknownPreviewed};
use super::session::Session;
use crate::analyze::{Analysis, analyze};
use crate::catalog::{Catalog, Entity, EntityId, Field};
use crate::check;
use crate::check::hir::SegmentId;
use crate::check::words;
use crate::diagnostic::{Diagnostics, SourceId, Span, closest};
use crate::plan;
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::syntax::{parse_columns, parse_expr};
use crate::types::Type;

/// The name of a draft's segment, which has a number if there is such a segment or a table.
const NAME: &str = "preview";

/// The warning that a column changes at every run, which a draft doesn't have.
const CLOCK_COLUMN: &str = "SEG427";

/// A text, and what people call its place.
#[derive(Debug, Clone, Copy)]
pub struct DraftText<'a> {
    /// What stands for the path of a file in messages: `--where`.
    pub place: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Values of an entity that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub enum DraftValues<'a> {
    /// All fields that a column can hold, except those that are personal data or for some roles only.
    All,
    /// A list, written as after `with`; but a path needs no name.
    List(DraftText<'a>),
    /// A single value, which begins at this byte of the text.
    One(DraftText<'a>, usize),
}

/// A condition and values that are in no file.
#[derive(Debug, Clone, Default)]
pub struct Draft<'a> {
    /// The name of the entity.
    pub entity: &'a str,
    /// The name of a segment whose readers alone see the values; `None` for everybody.
    pub of: Option<&'a str>,
    /// The condition, if there is one.
    pub condition: Option<DraftText<'a>>,
    /// The values.
    pub values: Vec<DraftValues<'a>>,
}

/// A draft that has been checked, as a segment of its session.
#[derive(Debug, Clone)]
pub struct Drafted {
    /// The segment: its rule is the condition, its columns are the values.
    pub segment: SegmentId,
    /// The condition as written, on one line.
    pub condition: Option<String>,
    /// What the values are called: by their names, or else as they are written.
    pub labels: Vec<String>,
    /// The fields that [`DraftValues::All`] leaves out.
    pub left_out: Vec<String>,
    /// Warnings about it.
    pub warnings: Diagnostics,
}

/// A value that was read.
struct Column {
    label: String,
    name: Option<ast::Name>,
    value: Expr,
}

impl Session {
    /// The project with a draft as one more segment, whether it is sound or not: its texts are among the sources, for
    /// messages about them.
    ///
    /// # Errors
    ///
    /// Reports what the draft's texts have errors in.
    pub fn with_draft(&self, draft: &Draft<'_>) -> (Self, Result<Drafted, Diagnostics>) {
        let mut session = self.clone();
        let drafted = session.add_draft(draft);
        (session, drafted)
    }

    fn add_draft(&mut self, draft: &Draft<'_>) -> Result<Drafted, Diagnostics> {
        let mut problems = Diagnostics::new();
        let Some(entity) = self.hir.catalog.find(draft.entity) else {
            return Err(vec![self.unknown_previewed(draft.entity).into()].into());
        };
        let first = SourceId(u32::try_from(self.sources.iter().count()).unwrap_or(u32::MAX));
        let head = Span::new(self.sources.add(NAME, draft.entity), 0, draft.entity.len());
        let condition = draft.condition.map(|written| {
            let source = self.sources.add(written.place, written.text);
            parse_expr(source, written.text, &mut problems)
        });
        let columns = self.draft_columns(draft, entity, &mut problems);
        if problems.has_errors() {
            return Err(problems);
        }
        let name = self.draft_name();
        let (labels, columns) = named(self.hir.catalog.entity(entity), columns);
        let written = condition.as_ref().and_then(Option::as_ref);
        let written = written.map(|condition| words::written(&self.sources, condition.span));
        let access = draft.of.and_then(|of| self.written_access(of));
        let segment = ast::Segment {
            name: ast::Name { text: name.clone(), span: head },
            entity: ast::Name { text: draft.entity.to_owned(), span: head },
            extends: None,
            listed: None,
            properties: [Some(stored(head)), access].into_iter().flatten().collect(),
            rules: condition.flatten().into_iter().map(only_rule).collect(),
            keeps: Vec::new(),
            columns: vec![ast::Columns { columns, span: head }],
            is_unreadable: false,
            span: head,
        };
        self.check_with(segment, &mut problems);
        // What the rest of the project has to say has been reported.
        let is_own = |span: Span| span.source.0 >= first.0;
        problems.retain(|problem| problem.span.is_some_and(is_own) && problem.code != CLOCK_COLUMN);
        match self.hir.find(&name) {
            Some(segment) if !problems.has_errors() => {
                let all = draft.values.iter().any(|values| matches!(values, DraftValues::All));
                let left_out = if all { all_fields(&self.hir.catalog, entity).1 } else { Vec::new() };
                let left_out = left_out.into_iter().filter(|name| !labels.contains(name)).collect();
                Ok(Drafted { segment, condition: written, labels, left_out, warnings: problems })
            }
            _ => Err(problems),
        }
    }

    /// Checks the project again, with one more segment.
    fn check_with(&mut self, segment: ast::Segment, problems: &mut Diagnostics) {
        let mut syntax = (*self.syntax).clone();
        syntax.push(ast::File { items: vec![ast::Item::Segment(Box::new(segment))], unread: Vec::new() });
        let hir = check::check(&syntax, Arc::clone(&self.hir.catalog), &self.settings, problems);
        let Analysis { hir, graph, fingerprints } = analyze(hir, problems);
        (self.hir, self.graph, self.fingerprints) = (hir, graph, fingerprints);
        self.syntax = Arc::new(syntax);
        self.logical = OnceLock::new();
    }

    fn draft_columns(
        &mut self,
        draft: &Draft<'_>,
        entity: EntityId,
        problems: &mut Diagnostics,
    ) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let (all, _) = all_fields(&self.hir.catalog, entity);
        for values in &draft.values {
            let found = match *values {
                // No columns at all are no list.
                DraftValues::All if all.is_empty() => continue,
                DraftValues::All => {
                    let source = self.sources.add("*", all.as_str());
                    parse_columns(source, &all, problems)
                }
                DraftValues::List(DraftText { place, text }) => {
                    let source = self.sources.add(place, text);
                    parse_columns(source, text, problems)
                }
                DraftValues::One(DraftText { place, text }, from) => {
                    let source = self.sources.add(place, text);
                    // The places in the text stay what they are.
                    let value = format!("{}{}", " ".repeat(from), text.get(from..).unwrap_or_default());
                    let value = parse_expr(source, &value, problems);
                    value.map(|value| vec![ast::Column { name: None, value }])
                }
            };
            for ast::Column { name, value } in found.unwrap_or_default() {
                let label = match &name {
                    Some(name) => name.text.clone(),
                    None => self.label(&value),
                };
                let known = columns.iter().find(|known| known.label == label);
                match (known, &name) {
                    (None, _) => columns.push(Column { label, name, value }),
                    // The same expression.
                    (Some(Column { name: None, .. }), None) => {}
                    (Some(known), _) => {
                        let span = name.as_ref().map_or(value.span, |name| name.span);
                        let first = known.name.as_ref().map_or(known.value.span, |name| name.span);
                        problems.push(TwoOfOneName { span, label, first });
                    }
                }
            }
        }
        columns
    }

    /// What a value without a name is called.
    fn label(&self, value: &Expr) -> String {
        let text = words::written(&self.sources, value.span);
        if matches!(value.kind, ExprKind::Path(_)) { text.replace('`', "") } else { text }
    }

    /// A name that no segment and no table has.
    fn draft_name(&self) -> String {
        let is_taken = |name: &str| {
            let is_table =
                |target: &super::targets::Target| plan::tables(&self.hir, &target.name).contains(name);
            self.is_written(name) || self.targets.iter().any(is_table)
        };
        let numbered = (2..).map(|number| format!("{NAME}_{number}"));
        std::iter::once(NAME.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
    }

    /// The property of a segment that says who may read it.
    fn written_access(&self, segment: &str) -> Option<ast::Property> {
        let mut items = self.syntax.iter().flat_map(|file| &file.items);
        let properties = items.find_map(|item| match item {
            ast::Item::Segment(one) if one.name.text == segment => Some(&one.properties),
            _ => None,
        });
        properties?.iter().find(|property| property.name.text == "access").cloned()
    }

    /// The problem that a name is neither a segment's nor an entity's.
    pub(super) fn unknown_previewed(&self, name: &str) -> UnknownPreviewed {
        let segments = self.hir.segments.iter().map(|segment| segment.name.as_str());
        let entities = self.hir.catalog.entities.iter().filter(|entity| entity.list.is_none());
        let entities = entities.map(|entity| entity.name.as_str());
        let near = closest(name, segments.chain(entities.clone())).map(str::to_owned);
        let entities = entities.map(str::to_owned).collect();
        UnknownPreviewed { span: None, name: name.to_owned(), near, entities }
    }
}

/// `where E`
fn only_rule(condition: Expr) -> ast::Rule {
    let span = condition.span;
    ast::Rule { kind: ast::RuleKind::Where, condition, span }
}

/// `materialize: table`: the others can't have columns, or not everywhere.
fn stored(span: Span) -> ast::Property {
    let name = ast::Name { text: "materialize".to_owned(), span };
    ast::Property { name, value: ast::PropertyValue::Word("table".to_owned()), value_span: span }
}

/// The labels of columns, and the columns with names that no column of a segment's table has.
fn named(entity: &Entity, columns: Vec<Column>) -> (Vec<String>, Vec<ast::Column>) {
    let given: Vec<String> =
        columns.iter().filter_map(|column| Some(column.name.as_ref()?.text.to_lowercase())).collect();
    let key = entity.key.iter().map(|&field| entity.field(field).column.to_lowercase());
    let taken: Vec<String> = given.into_iter().chain(key).collect();
    let mut free = (1..).map(|at: usize| format!("value_{at}")).filter(|name| !taken.contains(name));
    let column = |Column { label, name, value }| {
        let made = || ast::Name { text: free.next().unwrap_or_default(), span: value.span };
        let name = Some(name.unwrap_or_else(made));
        (label, ast::Column { name, value })
    };
    columns.into_iter().map(column).unzip()
}

/// A list of the fields that a column can hold, and the names of those that aren't in it: personal data, fields for some
/// roles only, and what no column can hold. Those of the key are in neither.
fn all_fields(catalog: &Catalog, entity: EntityId) -> (String, Vec<String>) {
    let entity = catalog.entity(entity);
    let is_key = |field: &Field| entity.key.iter().any(|&key| entity.field(key).name == field.name);
    let is_shown = |field: &&Field| {
        !field.pii && field.roles.is_empty() && !matches!(field.ty, Type::Json | Type::Array(_))
    };
    let beside = entity.fields.iter().filter(|field| !is_key(field));
    let (shown, left_out): (Vec<&Field>, Vec<&Field>) = beside.partition(is_shown);
    let names = shown.iter().map(|field| format!("`{}`", field.name));
    (names.collect::<Vec<_>>().join(", "), left_out.iter().map(|field| field.name.clone()).collect())
}
