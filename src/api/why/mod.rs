//! Why an entity is or isn't in a segment, and after which condition the others drop out.
//!
//! The tree of conditions comes from `check`. The answers come either from a database, through the
//! planner's queries, or from the reference evaluator, for rows that aren't in a database.

mod all;
mod attrition;
mod database;
mod row;
mod text;
mod tree;

use jiff::Timestamp;

pub use all::{Membership, Memberships};
pub use attrition::{Attrition, AttritionStep};
pub(super) use database::{instant, literal, numbers, render};
pub(super) use text::json_of;
pub use tree::{Saw, Why, WhyPart};
pub(super) use tree::{fit, written};

use super::problems::{BadKey, WrongKeyParts};
use super::session::{Options, Session};
use crate::catalog::Entity;
use crate::check::hir::{Cond, SegmentId, Value};
use crate::check::tree::{ConditionPart, Tree, tree};
use crate::diagnostic::Diagnostics;
use crate::engine::Engine;
use crate::evaluate::{self, Data, Datum};
use crate::types::Literal;

/// A question about one entity.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The segment in question.
    pub segment: SegmentId,
    /// The parts of the entity's key as text.
    pub key: &'a [String],
    /// Whether to expand the segments to which it refers.
    pub deep: bool,
}

/// Everything that is evaluated, in the order of the tree.
struct Asked<'a> {
    tree: &'a Tree<'a>,
    conds: Vec<&'a Cond>,
    values: Vec<&'a Value>,
}

/// The answers of a database or the evaluator.
struct Answers {
    as_of: Timestamp,
    conds: Vec<bool>,
    values: Vec<Option<Literal>>,
}

impl Session {
    /// Explains why the entity with this key is or isn't in a segment, using a database that
    /// executes the target's dialect.
    ///
    /// # Errors
    ///
    /// Reports what the target, the policy or the engine rejects, a malformed key, and a key that
    /// no row or several rows have.
    pub fn why(
        &self,
        question: &Question<'_>,
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Why, Diagnostics> {
        let key = self.key(question)?;
        self.answer(question, &key, |asked| {
            database::ask(self, question, target, options, engine, &key, asked)
        })
    }

    /// Explains the same for a row that isn't in a database, using the reference evaluator at an
    /// instant.
    ///
    /// # Errors
    ///
    /// Reports a malformed key, a key that no row or several rows have, and what would fail on an
    /// engine.
    pub fn why_row(
        &self,
        question: &Question<'_>,
        data: &Data,
        as_of: Timestamp,
    ) -> Result<Why, Diagnostics> {
        let key = self.key(question)?;
        self.answer(question, &key, |asked| row::ask(self, question, data, as_of, &key, asked))
    }

    /// Plans the tree, gets the answers, and fills them in.
    fn answer(
        &self,
        question: &Question<'_>,
        key: &[Literal],
        ask: impl FnOnce(&Asked<'_>) -> Result<Answers, Diagnostics>,
    ) -> Result<Why, Diagnostics> {
        let mut tree = tree(&self.hir, question.segment, question.deep);
        tree::drop_constants(&mut tree.root, &self.sources);
        let (mut conds, mut values) = (Vec::new(), Vec::new());
        collect(&tree.root, &mut conds, &mut values);
        // The values of the columns come last.
        values.extend(self.hir.segment(question.segment).columns.iter().map(|column| &column.value));
        let answers = ask(&Asked { tree: &tree, conds, values })?;
        Ok(tree::filled(self, question.segment, key, &tree.root, answers))
    }

    pub(super) fn entity_of(&self, segment: SegmentId) -> &Entity {
        self.hir.catalog.entity(self.hir.segment(segment).entity)
    }

    /// Parses the key of a question by the types of its fields.
    fn key(&self, question: &Question<'_>) -> Result<Vec<Literal>, Diagnostics> {
        self.key_of(self.entity_of(question.segment), question.key)
    }

    /// Parses the key of an entity by the types of its fields.
    fn key_of(&self, entity: &Entity, texts: &[String]) -> Result<Vec<Literal>, Diagnostics> {
        let names: Vec<&str> = entity.key.iter().map(|&field| entity.field(field).name.as_str()).collect();
        if texts.len() != names.len() {
            let (entity, given) = (entity.name.clone(), texts.len());
            let names = names.into_iter().map(str::to_owned).collect();
            return Err(vec![WrongKeyParts { span: None, entity, names, given }.into()].into());
        }
        let mut problems = Diagnostics::new();
        let mut key = Vec::new();
        for (&field, text) in entity.key.iter().zip(texts) {
            let field = entity.field(field);
            let read = evaluate::parse(text, &field.ty, &field.storage).ok().and_then(of_datum);
            match read {
                Some(part) => key.push(part),
                None => problems.push(BadKey {
                    span: None,
                    text: text.clone(),
                    field: field.name.clone(),
                    ty: field.ty.to_string(),
                }),
            }
        }
        if problems.is_empty() { Ok(key) } else { Err(problems) }
    }
}

/// Everything that is evaluated, in the order of the tree.
fn collect<'a>(part: &'a ConditionPart, conds: &mut Vec<&'a Cond>, values: &mut Vec<&'a Value>) {
    conds.push(&part.cond);
    values.extend(part.operands.iter().map(|operand| &operand.value));
    for inner in &part.parts {
        collect(inner, conds, values);
    }
}

/// Converts a value of the evaluator; `None` if it is missing.
fn of_datum(datum: Datum) -> Option<Literal> {
    Some(match datum {
        Datum::String(text) => Literal::String(text),
        Datum::Integer(number) => Literal::Integer(number),
        Datum::Decimal(number) => Literal::Decimal(number),
        Datum::Float(number) => Literal::Float(number),
        Datum::Boolean(value) => Literal::Boolean(value),
        Datum::Date(date) => Literal::Date(date),
        Datum::Timestamp(instant) => Literal::Timestamp(instant),
        Datum::Semver(version) => Literal::Semver(version),
        // It is only shown.
        Datum::Array(_) => Literal::String(datum.to_string()),
        // What the language compares with nothing else has no constants of its own.
        Datum::Missing => return None,
    })
}
