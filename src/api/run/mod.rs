//! A run: each segment's own script, in the order of their dependencies, all at one as_of.
//!
//! If the database has transactions, each segment is one. A segment that fails is as it was before;
//! only those that depend on it are skipped, and the run can be resumed.

mod doubles;
mod drive;
mod resume;
mod segment;
mod shape;
mod stale;
mod ties;
mod verify;

pub(crate) mod problems;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::problems::StrangeAnswer;
use super::scripts::{plain_sql, reads};
use super::session::{Options, Session};
use super::targets::Target;
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dialect::Function;
use crate::engine::{Cell, Engine};
use crate::plan::Plan;
use crate::plan::program::Mode;
use crate::plan::rel::{Column, Scalar, Select};
use crate::sql::AS_OF;
use problems::{AheadOfClock, RunInProgress};
pub use verify::Parity;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct RunRequest<'a> {
    /// For which target.
    pub target: &'a str,
    /// Which segments; what they depend on is added.
    pub segments: &'a [SegmentId],
    /// Where it has no as_of, the engine's clock is read once.
    pub options: &'a Options,
    /// Brings tables up to date where they would otherwise be evaluated in full.
    pub refresh: bool,
    /// Goes on with a run that broke off: at its as_of, and without what it has built.
    pub resume: bool,
    /// Compares each table with a fresh evaluation in the end.
    pub verify: bool,
    /// Waits while another run is at work; otherwise that is an error.
    pub wait: bool,
    /// Warns of an as_of that lies ahead of the database's clock.
    pub check_clock: bool,
}

/// What a run tells while it works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// Another run is at work: this one waits.
    Waits,
    /// The instant of the whole run is known.
    AsOf(Timestamp),
    /// Work on a segment begins.
    Begins(&'a str),
    /// A segment is done with, one way or another.
    Ends(&'a SegmentRan),
}

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Ran {
    /// The instant of all of it.
    pub as_of: Timestamp,
    /// Every segment that is stored or a view, in the order in which they depend.
    pub segments: Vec<SegmentRan>,
    /// What failed, and what was skipped therefore.
    pub problems: Diagnostics,
}

/// What came of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRan {
    /// Its name.
    pub segment: String,
    /// What came of it.
    pub status: Status,
    /// The comparison of its table with a fresh evaluation, if one was made.
    pub parity: Option<Parity>,
}

/// What came of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It was built; the number of its members.
    Built(u64),
    /// The resumed run had built it; the number of its members.
    Kept(u64),
    /// It failed, and is as it was before.
    Failed,
    /// It depends, directly or not, on these, which failed.
    Skipped(Vec<String>),
    /// The database went away before.
    NotReached,
}

impl Session {
    /// Runs segments on a database, each by its own script, level by level. Failures are reported
    /// in the outcome, and doesn't keep what doesn't depend on it from being built.
    ///
    /// # Errors
    ///
    /// What keeps the run from beginning: what the target or the policy refuses, another run, a
    /// database that doesn't answer, nothing to resume.
    pub fn run(
        &self,
        request: &RunRequest<'_>,
        engine: &mut dyn Engine,
        see: &mut dyn FnMut(Event<'_>),
    ) -> Result<Ran, Diagnostics> {
        let Some(target) = self.target(request.target) else { return Ok(Ran::default()) };
        let (plan, warnings) = self.planned(request, request.options)?;
        let schema = target.schema.join(".");
        hold(engine, &schema, request.wait, see)?;
        let ran = run(self, target, request, &plan, engine, see);
        // Where the session is gone, so is what it held.
        let _ = engine.release(&schema);
        ran.map(|ran| Ran { problems: together(warnings, ran.problems), ..ran })
    }

    /// The tables that a plan reads, each with a query that fails if it isn't there.
    ///
    /// # Errors
    ///
    /// What can't be written in the target's SQL.
    pub fn source_tables(&self, plan: &Plan) -> Result<Vec<(String, String)>, Diagnostics> {
        self.target(&plan.target).map_or(Ok(Vec::new()), |target| reads(target, plan))
    }

    /// A plan without errors, and its warnings.
    fn planned(
        &self,
        request: &RunRequest<'_>,
        options: &Options,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        let (plan, problems) = self.plan(request.target, request.segments, options);
        match plan.filter(|_| !problems.has_errors()) {
            Some(plan) => Ok((plan, problems)),
            None => Err(problems),
        }
    }
}

fn hold(
    engine: &mut dyn Engine,
    schema: &str,
    wait: bool,
    see: &mut dyn FnMut(Event<'_>),
) -> Result<(), Diagnostics> {
    if engine.hold(schema, false).map_err(one)? {
        return Ok(());
    }
    if !wait {
        return Err(one(RunInProgress { span: None, schema: schema.to_owned() }));
    }
    see(Event::Waits);
    engine.hold(schema, true).map(drop).map_err(one)
}

/// The run itself, with other runs kept out. `live` is planned with what the caller says of
/// as_of: views are made from it, which otherwise would stand still.
fn run(
    session: &Session,
    target: &Target,
    request: &RunRequest<'_>,
    live: &Plan,
    engine: &mut dyn Engine,
    see: &mut dyn FnMut(Event<'_>),
) -> Result<Ran, Diagnostics> {
    let asks = request.resume || request.refresh || request.options.as_of.is_some();
    let earlier = if asks { resume::recorded(target, live, engine) } else { Ok(Vec::new()) };
    let as_of = match (request.options.as_of, request.resume) {
        (Some(as_of), _) => as_of,
        (None, true) => resume::newest(live, &earlier)?,
        (None, false) => clock(target, engine)?,
    };
    see(Event::AsOf(as_of));
    let mut warnings = Diagnostics::new();
    if request.options.as_of.is_some() {
        let known = earlier.as_deref().unwrap_or_default();
        if let Some(later) = resume::later(live, known, as_of) {
            warnings.push(later);
        }
        let clock = request.check_clock.then(|| clock(target, engine)).transpose()?;
        if let Some(clock) = clock.filter(|clock| as_of > *clock) {
            warnings.push(AheadOfClock { span: None, as_of, clock });
        }
    }
    let options = Options { as_of: Some(as_of), ..request.options.clone() };
    let fixed =
        if request.options.as_of.is_some() { live.clone() } else { session.planned(request, &options)?.0 };
    if !request.refresh && !request.resume {
        warnings.append(
            stale::find(session, target, &fixed, as_of, engine)
                .map(Diagnostic::from)
                .into_iter()
                .collect::<Vec<_>>()
                .into(),
        );
    }
    let mode = if request.refresh { Mode::Refresh } else { Mode::Create };
    let segments = segment::segments(session, target, &fixed, live, mode)?;
    let earlier = earlier.unwrap_or_default();
    let done = match request.resume {
        true => resume::standing(target, &fixed, &earlier, engine),
        false => BTreeSet::new(),
    };
    let clock = clock_sql(target)?;
    let shapes = shape::Shapes { session, target };
    let mut drive = drive::Drive::new(engine, &clock, shapes, see);
    drive.build(&segments, &done);
    let mut ran = drive.finish(&segments, as_of);
    if request.refresh {
        let found = resume::without_base_run(&fixed, &earlier, &ran);
        found.into_iter().for_each(|one| warnings.push(one));
    }
    if request.verify {
        verify::verify(session, target, &fixed, engine, &mut ran);
        ran.problems.append(ties::find(session, target, &fixed, engine));
    }
    Ok(Ran { problems: together(warnings, std::mem::take(&mut ran.problems)), ..ran })
}

fn clock_sql(target: &Target) -> Result<String, Diagnostics> {
    let value = Scalar::Call(Function::EngineClock, Vec::new());
    let columns = vec![Column { value, name: Some(AS_OF.to_owned()) }];
    plain_sql(target, Select { columns, ..Select::default() })
}

/// The engine's clock.
fn clock(target: &Target, engine: &mut dyn Engine) -> Result<Timestamp, Diagnostics> {
    let answer = engine.query(&clock_sql(target)?).map_err(one)?;
    match answer.rows.first().and_then(|row| row.first()) {
        Some(Cell::Timestamp(instant)) => Ok(*instant),
        _ => Err(one(StrangeAnswer { span: None, what: "its clock tells no instant".to_owned() })),
    }
}

fn one(problem: impl Into<Diagnostic>) -> Diagnostics {
    vec![problem.into()].into()
}

fn together(mut first: Diagnostics, then: Diagnostics) -> Diagnostics {
    first.append(then);
    first
}
