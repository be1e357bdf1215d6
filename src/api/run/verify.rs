//! Compares the tables built by a run with fresh evaluations.

use std::collections::BTreeMap;
use std::fmt;

use super::drive::of_segment;
use super::problems::TableDiffers;
use super::{Ran, Status};
use crate::api::parity::render;
use crate::api::problems::StrangeAnswer;
use crate::api::scripts::span_of;
use crate::api::session::{Options, Session};
use crate::api::targets::Target;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Cell, Engine, Table};
use crate::plan::{self, Plan};

/// The maximum number of missing, of extra and of changed keys shown.
const SHOWN: u8 = 5;

/// The result of comparing a table with a fresh evaluation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parity {
    /// The number of keys that match but aren't in the table.
    pub missing: u64,
    /// The number of keys that are in the table but don't match.
    pub extra: u64,
    /// The number of keys whose columns in the table aren't those of a fresh evaluation.
    pub changed: u64,
    /// The first missing keys, with their parts as text.
    pub missing_keys: Vec<Vec<String>>,
    /// The first extra keys, with their parts as text.
    pub extra_keys: Vec<Vec<String>>,
    /// The first keys with other columns, with their parts as text.
    pub changed_keys: Vec<Vec<String>>,
}

impl Parity {
    /// Whether the table is correct.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.missing == 0 && self.extra == 0 && self.changed == 0
    }
}

/// Writes `2 missing (3, 17), 1 extra (4)`, or `ok` if the table is correct.
impl fmt::Display for Parity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_right() {
            return f.write_str("ok");
        }
        let sides = [
            (self.missing, "missing", &self.missing_keys),
            (self.extra, "extra", &self.extra_keys),
            (self.changed, "changed", &self.changed_keys),
        ];
        let told = sides.into_iter().filter(|(count, ..)| *count > 0).map(|(count, what, keys)| {
            let mut shown: Vec<String> = keys.iter().map(|key| key.join("/")).collect();
            if shown.len() as u64 != count {
                shown.push("…".to_owned());
            }
            format!("{count} {what} ({})", shown.join(", "))
        });
        f.write_str(&told.collect::<Vec<_>>().join(", "))
    }
}

/// Compares every table that the run has built or kept.
pub(super) fn verify(
    session: &Session,
    target: &Target,
    plan: &Plan,
    engine: &mut dyn Engine,
    ran: &mut Ran,
) {
    let stands = |one: &&mut super::SegmentRan| matches!(one.status, Status::Built(_) | Status::Kept(_));
    let outcomes = ran.segments.iter_mut().filter(stands);
    let mut outcomes: BTreeMap<String, _> = outcomes.map(|one| (one.segment.clone(), one)).collect();
    for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
        let Some(outcome) = outcomes.get_mut(&segment.name) else { continue };
        let span = span_of(session, &segment.name);
        match compare(session, target, segment, engine) {
            Ok(parity) => {
                if !parity.is_right() {
                    let (segment, differences) = (segment.name.clone(), parity.to_string());
                    ran.problems.push(TableDiffers { span, segment, differences });
                }
                outcome.parity = Some(parity);
            }
            Err(problems) => {
                for problem in problems {
                    ran.problems.push(of_segment(&segment.name, span, problem));
                }
            }
        }
    }
}

fn compare(
    session: &Session,
    target: &Target,
    segment: &plan::SegmentPlan,
    engine: &mut dyn Engine,
) -> Result<Parity, Diagnostics> {
    let asked = session.with_request(&target.name, &[], &Options::default(), |request| {
        plan::differing(request, segment.id, SHOWN)
    });
    let Some(asked) = asked else { return Ok(Parity::default()) };
    let sql = render(session, target, &segment.name, &asked)?;
    let answer = engine.query(&sql).map_err(|error| Diagnostics::from(vec![Diagnostic::from(error)]))?;
    read(answer)
}

/// Reads rows of a difference, the number of keys with it, the index of one of them, and its key.
fn read(mut answer: Table) -> Result<Parity, Diagnostics> {
    answer.rows.sort_by_key(|row| match row.get(2) {
        Some(Cell::Int(place)) => *place,
        _ => 0,
    });
    let mut parity = Parity::default();
    for row in &answer.rows {
        let (what, total, key) = match row.as_slice() {
            [Cell::Text(what), Cell::Int(total), _, key @ ..] => (what.as_str(), *total, key),
            other => {
                let what = format!("a difference is {other:?}");
                return Err(vec![StrangeAnswer { span: None, what }.into()].into());
            }
        };
        let (count, keys) = match what {
            "missing" => (&mut parity.missing, &mut parity.missing_keys),
            "changed" => (&mut parity.changed, &mut parity.changed_keys),
            _ => (&mut parity.extra, &mut parity.extra_keys),
        };
        *count = u64::try_from(total).unwrap_or_default();
        keys.push(key.iter().map(ToString::to_string).collect());
    }
    Ok(parity)
}
