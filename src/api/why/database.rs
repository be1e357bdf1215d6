//! Answers from a database.

use jiff::Timestamp;

use super::row::{nobody, several};
use super::{Answers, Asked, Question, Session};
use crate::api::problems::StrangeAnswer;
use crate::api::session::Options;
use crate::check::hir::{SegmentId, Value};
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine, Table};
use crate::plan::{self, About, Request};
use crate::sql::{ClockForm, Renderer};
use crate::types::{Literal, Type, Version};

/// The maximum number of columns per query; engines have limits.
const AT_ONCE: usize = 400;

pub(super) fn ask(
    session: &Session,
    question: &Question<'_>,
    target: &str,
    options: &Options,
    engine: &mut dyn Engine,
    key: &[Literal],
    asked: &Asked<'_>,
) -> Result<Answers, Diagnostics> {
    let mut options = options.clone();
    let mut answers: Option<Answers> = None;
    for from in (0..asked.conds.len().max(asked.values.len())).step_by(AT_ONCE) {
        let (conds, values) = (slice(&asked.conds, from), slice(&asked.values, from));
        let (hir, segments, whole) = (&asked.tree.hir, &[question.segment][..], asked.tree.whole.as_slice());
        let about = About { hir, segments, whole, conds };
        let sql = render(session, segments, target, &options, |request| {
            plan::explain(request, &about, key, values)
        })?;
        let table = engine.query(&sql).map_err(|error| Diagnostics::from(vec![error.into()]))?;
        let row = match table.rows.as_slice() {
            [] => return Err(vec![nobody(session, question)].into()),
            [row] => row,
            _ => return Err(vec![several(session, question)].into()),
        };
        let found = read(row, conds.len(), values)?;
        // Later queries are as of the same instant.
        options.as_of = Some(found.as_of);
        match &mut answers {
            None => answers = Some(found),
            Some(known) => {
                known.conds.extend(found.conds);
                known.values.extend(found.values);
            }
        }
    }
    answers.ok_or_else(|| strange("it has no rows"))
}

fn slice<T>(all: &[T], from: usize) -> &[T] {
    all.get(from..).unwrap_or_default().get(..AT_ONCE).unwrap_or_else(|| all.get(from..).unwrap_or_default())
}

/// Renders a query for segments that the target and the policy allow.
pub(in crate::api) fn render(
    session: &Session,
    segments: &[SegmentId],
    target: &str,
    options: &Options,
    make: impl FnOnce(&Request<'_>) -> plan::Asked,
) -> Result<String, Diagnostics> {
    let mut problems = Diagnostics::new();
    let asked = session.with_request(target, segments, options, |request| {
        let allowed = plan::allowed(request, &mut problems);
        segments.iter().all(|id| allowed.contains(id)).then(|| make(request))
    });
    match (asked.flatten(), session.target(target)) {
        (Some(asked), Some(target)) if !problems.has_errors() => {
            let form = options.as_of.map_or(ClockForm::Query, ClockForm::Literal);
            Renderer::new(&target.dialect, form, &asked.clock).query(&asked.query)
        }
        _ => Err(problems),
    }
}

/// Reads as_of, the conditions and the values, in this order.
pub(super) fn read(row: &[Cell], conds: usize, asked: &[&Value]) -> Result<Answers, Diagnostics> {
    let (Some(Cell::Timestamp(as_of)), Some(rest)) = (row.first(), row.get(1..)) else {
        return Err(strange("its first column is no instant"));
    };
    let (truths, values) = rest.split_at_checked(conds).ok_or_else(|| strange("columns are missing"))?;
    let truth = |cell: &Cell| match cell {
        Cell::Bool(holds) => Ok(*holds),
        other => Err(strange(&format!("a condition is `{other}`"))),
    };
    let conds = truths.iter().map(truth).collect::<Result<_, _>>()?;
    let values = values.iter().zip(asked).map(|(cell, value)| literal(cell, &value.ty)).collect();
    Ok(Answers { as_of: *as_of, conds, values })
}

/// Converts a cell; `None` if the value is missing.
pub(in crate::api) fn literal(cell: &Cell, ty: &Type) -> Option<Literal> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Bool(value) => Literal::Boolean(*value),
        Cell::Int(number) => match i64::try_from(*number) {
            Ok(number) => Literal::Integer(number),
            Err(_) => Literal::Decimal((*number).into()),
        },
        Cell::Decimal(number) => Literal::Decimal(number.clone()),
        Cell::Float(number) if number.is_nan() => return None,
        Cell::Float(number) => Literal::Float(*number),
        // An engine has of a version what it is compared by.
        // A dialect of one's own may have keys of another form: they are shown as they are.
        Cell::Text(key) if *ty == Type::Semver => {
            Version::of_key(key).map_or_else(|| Literal::String(key.clone()), Literal::Semver)
        }
        Cell::Text(text) => Literal::String(text.clone()),
        Cell::Date(date) => Literal::Date(*date),
        Cell::Timestamp(instant) => Literal::Timestamp(*instant),
    })
}

/// Reads as_of and whole numbers from a table of one row.
pub(in crate::api) fn numbers(table: &Table) -> Result<(Timestamp, Vec<u64>), Diagnostics> {
    let row = table.rows.first().ok_or_else(|| strange("it has no rows"))?;
    let [first, rest @ ..] = &row[..] else { return Err(strange("it has no columns")) };
    let as_of = instant(first)?;
    let number = |cell: &Cell| match cell {
        // The sum over no rows at all.
        Cell::Null => Ok(0),
        cell => cell.to_string().parse().map_err(|_| strange(&format!("a count is `{cell}`"))),
    };
    Ok((as_of, rest.iter().map(number).collect::<Result<_, _>>()?))
}

/// Reads as_of.
pub(in crate::api) fn instant(cell: &Cell) -> Result<Timestamp, Diagnostics> {
    match cell {
        Cell::Timestamp(as_of) => Ok(*as_of),
        _ => Err(strange("its first column is no instant")),
    }
}

fn strange(what: &str) -> Diagnostics {
    vec![StrangeAnswer { span: None, what: what.to_owned() }.into()].into()
}
