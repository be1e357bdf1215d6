//! Who enters and leaves, by data.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Change, Diff, Effect, SegmentDiff};
use crate::api::problems::StrangeAnswer;
use crate::api::session::{Options, Session};
use crate::api::why::render;
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine, Table};
use crate::plan;

/// The most keys of those who enter, and of those who leave, that are named.
const SHOWN: u8 = 5;

/// Who enters and leaves a segment, as of one instant. Of a segment with `expire`, these are matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// The number of members of the earlier version; null if there is none.
    pub before: Option<u64>,
    /// The number of members of the later version; null if there is none.
    pub after: Option<u64>,
    /// How many only the later version has.
    pub enter: u64,
    /// How many only the earlier version has.
    pub leave: u64,
    /// The first keys of those who enter, each as the values of its fields.
    pub entering: Vec<Vec<String>>,
    /// The first keys of those who leave.
    pub leaving: Vec<Vec<String>>,
    /// Why the versions can't be compared, if they can't.
    pub problem: Option<String>,
}

/// A version of a project, with the options for its SQL.
type Side<'a> = (&'a Session, &'a Options);

impl Diff {
    /// Counts who enters and leaves each segment whose members may differ, over the data of a database that executes
    /// the target's dialect. Both options must have the same as_of.
    ///
    /// # Errors
    ///
    /// Reports what the engine rejects of this version's SQL. What an earlier version's SQL lacks is said in its
    /// place.
    pub fn ask(
        &mut self,
        before: (&Session, &Options),
        after: (&Session, &Options),
        target: &str,
        engine: &mut dyn Engine,
    ) -> Result<(), Diagnostics> {
        for segment in self.segments.iter_mut().filter(|segment| segment.members != Some(Effect::Same)) {
            segment.data = Some(asked(segment, before, after, target, engine)?);
        }
        Ok(())
    }
}

fn asked(
    segment: &SegmentDiff,
    before: Side<'_>,
    after: Side<'_>,
    target: &str,
    engine: &mut dyn Engine,
) -> Result<MemberChange, Diagnostics> {
    let former = segment.renamed_from.as_ref().unwrap_or(&segment.name);
    let old = before.0.hir.find(former).filter(|_| segment.change != Change::Added);
    let now = after.0.hir.find(&segment.name).filter(|_| segment.change != Change::Removed);
    let after_count = now.map(|id| size(after, id, target, engine)).transpose()?;
    if old.is_some() && before.0.target(target).is_none() {
        let problem = Some(no_target(target));
        return Ok(MemberChange { after: after_count, problem, ..MemberChange::default() });
    }
    let before_count = match old.map(|id| size(before, id, target, engine)).transpose() {
        Ok(count) => count,
        Err(problems) => {
            let problem = format!("the earlier version can't be evaluated: {}", first(&problems));
            return Ok(MemberChange {
                after: after_count,
                problem: Some(problem),
                ..MemberChange::default()
            });
        }
    };
    let counts = MemberChange { before: before_count, after: after_count, ..MemberChange::default() };
    let (Some(old), Some(now)) = (old, now) else {
        let (enter, leave) = (after_count.unwrap_or_default(), before_count.unwrap_or_default());
        return Ok(MemberChange { enter, leave, ..counts });
    };
    if key_types(before.0, old) != key_types(after.0, now) {
        let problem = Some("the entity's key has other types".to_owned());
        return Ok(MemberChange { problem, ..counts });
    }
    let sql = before.0.with_request(target, &[old], before.1, |was| {
        render(after.0, &[now], target, after.1, |is| plan::moves((was, old), (is, now), SHOWN))
    });
    match sql {
        Some(sql) => read(engine.query(&sql?).map_err(one)?, counts),
        None => Ok(MemberChange { problem: Some(no_target(target)), ..counts }),
    }
}

/// The number of members.
fn size(side: Side<'_>, id: SegmentId, target: &str, engine: &mut dyn Engine) -> Result<u64, Diagnostics> {
    let (session, options) = side;
    let sql = render(session, &[id], target, options, |request| plan::size(request, id))?;
    let table = engine.query(&sql).map_err(one)?;
    match table.rows.first().map(Vec::as_slice) {
        Some([Cell::Int(count)]) => Ok(u64::try_from(*count).unwrap_or_default()),
        other => Err(strange(&format!("a count is {other:?}"))),
    }
}

/// Reads rows of a difference, the number of keys with it, the index of one of them, and its key.
fn read(mut answer: Table, mut counts: MemberChange) -> Result<MemberChange, Diagnostics> {
    answer.rows.sort_by_key(|row| match row.get(2) {
        Some(Cell::Int(place)) => *place,
        _ => 0,
    });
    for row in &answer.rows {
        let [Cell::Text(what), Cell::Int(total), _, key @ ..] = row.as_slice() else {
            return Err(strange(&format!("a difference is {row:?}")));
        };
        let (count, keys) = if what == plan::ENTERS {
            (&mut counts.enter, &mut counts.entering)
        } else {
            (&mut counts.leave, &mut counts.leaving)
        };
        *count = u64::try_from(*total).unwrap_or_default();
        keys.push(key.iter().map(ToString::to_string).collect());
    }
    Ok(counts)
}

fn key_types(session: &Session, id: SegmentId) -> Vec<String> {
    let entity = session.hir.catalog.entity(session.hir.segment(id).entity);
    entity.key.iter().map(|&field| entity.field(field).ty.to_string()).collect()
}

fn no_target(target: &str) -> String {
    format!("the earlier version has no target `{target}`")
}

fn first(problems: &Diagnostics) -> String {
    problems.iter().next().map_or_else(String::new, |problem| problem.message.clone())
}

fn one(error: crate::engine::EngineError) -> Diagnostics {
    vec![error.into()].into()
}

fn strange(what: &str) -> Diagnostics {
    vec![StrangeAnswer { span: None, what: what.to_owned() }.into()].into()
}
