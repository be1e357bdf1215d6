//! Answers from the reference evaluator.

use jiff::Timestamp;

use super::{Answers, Asked, Question, Session, of_datum};
use crate::api::problems::{CannotEvaluate, KeyNotUnique, NoSuchKey};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evaluate::{Data, Datum, EvalError, Evaluator};
use crate::types::Literal;

pub(super) fn ask(
    session: &Session,
    question: &Question<'_>,
    data: &Data,
    as_of: Timestamp,
    key: &[Literal],
    asked: &Asked<'_>,
) -> Result<Answers, Diagnostics> {
    let failed = |error: EvalError| -> Diagnostics {
        vec![CannotEvaluate { span: error.span(), reason: error.to_string() }.into()].into()
    };
    let mut evaluator = Evaluator::new(&asked.tree.hir, data, as_of);
    let datums: Vec<Datum> = key.iter().map(Datum::from).collect();
    let entity = session.hir().segment(question.segment).entity;
    let row = evaluator.row(entity, &datums).map_err(|error| match error {
        EvalError::Unknown => vec![nobody(session, question)].into(),
        EvalError::DuplicateKey { .. } => vec![several(session, question)].into(),
        error => failed(error),
    })?;
    let conds = asked.conds.iter().map(|cond| evaluator.holds(cond, row)).collect::<Result<_, _>>();
    let conds = conds.map_err(failed)?;
    let values = asked.values.iter().map(|value| evaluator.value(value, row).map(of_datum));
    let values = values.collect::<Result<_, _>>().map_err(failed)?;
    Ok(Answers { as_of, conds, values })
}

/// The problem that no row has this key.
pub(super) fn nobody(session: &Session, question: &Question<'_>) -> Diagnostic {
    let entity = session.entity_of(question.segment);
    let mark = entity.mark().map(|mark| (entity.field(mark.field()).name.clone(), mark.state()));
    NoSuchKey { span: None, entity: entity.name.clone(), key: question.key.join(", "), mark }.into()
}

/// The problem that several rows have this key.
pub(super) fn several(session: &Session, question: &Question<'_>) -> Diagnostic {
    let entity = session.entity_of(question.segment).name.clone();
    KeyNotUnique { span: None, entity, key: question.key.join(", ") }.into()
}
