//! SQL as a condition: a WHERE clause, a bare predicate or a SELECT of keys over the columns of one entity.
//!
//! SQL is three-valued and keeps a row only where its predicate is true. Segments are two-valued, and a
//! negation is the exact complement. Translation therefore never negates: [`truth`] asks where an
//! expression is true, or where it is false, and pushes the question down to comparisons, which at a
//! negated one add `is present` for each value that may be missing.
//!
//! `text` reads the SQL, `scope` finds columns, `truth` and `logic` translate conditions, `scalar`,
//! `arithmetic`, `cast`, `function`, `calendar` and `interval` values, `compare`, `moment` and `pattern`
//! leaves, `query`, `connect` and `aggregate` subqueries.
//!
//! Must not know: files, other tools' documents, targets.

mod aggregate;
mod arithmetic;
mod calendar;
mod cast;
mod compare;
mod connect;
mod database;
mod function;
mod interval;
mod literal;
mod logic;
mod moment;
mod pattern;
pub(crate) mod problems;
mod query;
mod scalar;
mod scope;
mod selection;
#[cfg(test)]
mod tests;
mod text;
mod tool;
mod truth;
mod value;
use sqlparser::ast::Spanned;
use std::collections::BTreeMap;

use crate::catalog::{Catalog, EntityId};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::syntax::ast::Expr;
use crate::types::calendar::Calendar;

pub(crate) use database::Database;
pub(crate) use pattern::like;
use problems::NoCounterpart;
use scope::Scope;
pub(crate) use text::SqlText;
use text::Statement;
pub(crate) use tool::Sql;

/// The stack for the deepest SQL and for the longest chain of operators, which is a tree as deep.
const ROOM: usize = 64 << 20;

/// How long the SQL may be, in bytes: trees of chained operators are as deep as the chain.
const LONGEST: usize = 200_000;

/// How deep conditions and values may be nested.
const DEEPEST: usize = 200;

/// How many expressions may be translated: where one is true, where it is false, and once for each case.
const MOST_WORK: usize = 40_000;

/// What SQL is translated with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) catalog: &'a Catalog,
    /// The project's zone and weeks.
    pub(crate) calendar: &'a Calendar,
    pub(crate) database: &'a Database,
}

/// A translated condition.
#[derive(Debug, Clone)]
pub(crate) struct Translated {
    pub(crate) entity: EntityId,
    pub(crate) condition: Expr,
    /// What holds only under an assumption, each with its place.
    pub(crate) notes: Vec<(Span, String)>,
}

/// Translates SQL into a condition on the rows of `entity`, or of the table that it selects from. All
/// problems are reported; with an error there is no condition.
pub(crate) fn translate(
    text: SqlText<'_>,
    entity: Option<EntityId>,
    setting: Setting<'_>,
    problems: &mut Diagnostics,
) -> Option<Translated> {
    if text.text.len() > LONGEST {
        let message = format!("the SQL has {} bytes; at most {LONGEST} are read", text.text.len());
        problems.push(NoCounterpart { span: text.whole(), message, help: None });
        return None;
    }
    stacker::maybe_grow(ROOM, ROOM, || {
        let statement = text.read(setting.database, problems)?;
        let mut translator =
            Translator { setting, text, problems: Vec::new(), notes: BTreeMap::new(), depth: 0, work: 0 };
        let found = match &statement {
            Statement::Condition(condition) => translator.condition(condition, entity),
            Statement::Query(query) => translator.statement(query, entity),
        };
        let Translator { problems: mut found_problems, notes, .. } = translator;
        found_problems.dedup();
        let failed = found_problems.iter().any(|problem| problem.severity == Severity::Error);
        found_problems.into_iter().for_each(|problem| problems.push(problem));
        let (entity, condition) = found.filter(|_| !failed)?;
        let notes = notes.into_iter().map(|((_, text), span)| (span, text)).collect();
        Some(Translated { entity, condition, notes })
    })
}

/// A translation in progress.
struct Translator<'a> {
    setting: Setting<'a>,
    text: SqlText<'a>,
    problems: Vec<Diagnostic>,
    /// By their order and text, each at its first place.
    notes: BTreeMap<(u8, String), Span>,
    depth: usize,
    /// How many expressions have been translated: some are translated more than once.
    work: usize,
}

impl<'a> Translator<'a> {
    fn catalog(&self) -> &'a Catalog {
        self.setting.catalog
    }

    /// The place of a part of the SQL.
    fn at(&self, part: &impl Spanned) -> Span {
        self.text.span(part)
    }

    /// Goes a level deeper, unless that is too deep or the SQL too complex.
    fn enter(&mut self, expr: &sqlparser::ast::Expr) -> Option<()> {
        self.work += 1;
        if self.depth < DEEPEST && self.work <= MOST_WORK {
            self.depth += 1;
            return Some(());
        }
        // Once is enough.
        if self.work <= MOST_WORK + 1 || self.problems.is_empty() {
            let span = self.at(expr);
            return self.refuse(
                span,
                "the SQL is nested too deeply",
                "compute a part of it in the catalog's `query:`",
            );
        }
        None
    }

    fn problem(&mut self, problem: impl Into<Diagnostic>) {
        let problem = problem.into();
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Reports that something has no counterpart.
    fn refuse<T>(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.problem(NoCounterpart { span, message: message.into(), help });
        None
    }

    /// Adds a note, once for each text.
    fn note(&mut self, span: Span, text: impl Into<String>) {
        self.notes.entry((0, text.into())).or_insert(span);
    }

    /// A condition without FROM.
    fn condition(
        &mut self,
        condition: &sqlparser::ast::Expr,
        entity: Option<EntityId>,
    ) -> Option<(EntityId, Expr)> {
        let Some(entity) = entity else {
            let span = self.text.whole();
            return self.refuse(
                span,
                "the SQL doesn't say which rows it is about",
                "name the entity with `--entity`, or write the whole query: `SELECT id FROM customers WHERE …`",
            );
        };
        let scope = Scope::of(entity, self.catalog().entity(entity).name.clone());
        Some((entity, self.truth(condition, &scope, true)?))
    }
}
