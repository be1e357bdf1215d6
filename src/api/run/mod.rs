//! A run: units of segments in the order of their dependencies, all at one as_of.
//!
//! What can be evaluated together is one unit, and one transaction if the database has those. A segment that
//! fails stays as it was, and the others of its unit are built without it; only its dependents are skipped,
//! and the run can be resumed.

mod columns;
mod doubles;
mod drive;
mod dry;
mod history;
mod lists;
mod outcome;
mod resume;
mod segment;
mod shape;
mod stale;
mod ties;
mod unit;
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
use crate::plan::program::Loading;
use crate::plan::rel::{Column, Scalar, Select};
use crate::sql::AS_OF;
pub use dry::{DryStep, DryUnit};
pub use history::History;
pub use outcome::Outcome;
use problems::{AheadOfClock, RunInProgress};
use segment::Plans;
pub use verify::Parity;

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct RunRequest<'a> {
    /// The name of the target.
    pub target: &'a str,
    /// The segments. Their dependencies are added.
    pub segments: &'a [SegmentId],
    /// The caller's options. Without an as_of, the engine's clock is read once.
    pub options: &'a Options,
    /// Whether to refresh tables; otherwise every segment is evaluated in full.
    pub refresh: bool,
    /// Whether to continue an interrupted run: at its as_of, and without what it has built.
    pub resume: bool,
    /// Whether to compare each table with a fresh evaluation at the end.
    pub verify: bool,
    /// Whether to stop at the first segment that fails.
    pub fail_fast: bool,
    /// Whether to wait while another run is active; otherwise that is an error.
    pub wait: bool,
    /// Whether to warn if as_of is ahead of the database's clock.
    pub check_clock: bool,
}

/// Progress of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// Another run is active, and this one waits.
    Waits,
    /// The as_of of the run has been determined.
    AsOf(Timestamp),
    /// Work on this many segments begins, which are built together.
    Unit(usize),
    /// Work goes on for the segment with this name, or for several of the unit.
    Works(Option<&'a str>),
    /// Work on a segment has ended, successfully or not.
    Ends(&'a SegmentRan),
}

/// The outcome of a run.
#[derive(Debug, Clone, Default)]
pub struct Ran {
    /// The as_of of the run.
    pub as_of: Timestamp,
    /// Every segment that is a table or a view, each after its dependencies.
    pub segments: Vec<SegmentRan>,
    /// What failed, and what was skipped because of it.
    pub problems: Diagnostics,
}

/// The outcome for one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRan {
    /// The name of the segment.
    pub segment: String,
    /// Whether it was built.
    pub status: Status,
    /// What has changed, if it is a table that was built.
    pub outcome: Option<Outcome>,
    /// The comparison of its table with a fresh evaluation, if requested.
    pub parity: Option<Parity>,
}

impl<'a> RunRequest<'a> {
    /// A refresh of these segments, which doesn't wait, resumes nothing and compares nothing.
    #[must_use]
    pub fn new(target: &'a str, segments: &'a [SegmentId], options: &'a Options) -> Self {
        let (refresh, check_clock) = (true, true);
        Self {
            target,
            segments,
            options,
            refresh,
            resume: false,
            verify: false,
            wait: false,
            fail_fast: false,
            check_clock,
        }
    }
}

/// Whether a segment was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It was built, and has this many members.
    Built(u64),
    /// The run that this one resumes had built it, and it has this many members.
    Kept(u64),
    /// It failed and stays as it was.
    Failed,
    /// It depends, directly or indirectly, on these segments, which failed.
    Skipped(Vec<String>),
    /// The run ended before: at the first failure, or because the connection to the database was lost.
    NotReached,
}

impl Session {
    /// Runs segments on a database, in the order of their dependencies.
    /// Failures are part of the outcome, and don't affect segments that don't depend on the failed
    /// ones.
    ///
    /// # Errors
    ///
    /// Reports what keeps the run from starting: what the target or the policy rejects, another
    /// active run, a database that doesn't respond, nothing to resume.
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

    /// The tables that a plan reads, each with a query that fails if it doesn't exist.
    ///
    /// # Errors
    ///
    /// Reports what can't be written in the target's SQL.
    #[doc(hidden)]
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

/// Runs while other runs are locked out. `live` is the plan with the caller's own as_of: views are
/// created from it, since they would otherwise have a fixed instant.
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
    // Where tables are verified, so are the lists that they are made of.
    let stored = if request.verify { BTreeSet::new() } else { lists::stored(target, &fixed, engine) };
    let loading = Loading { stored, appends: engine.appender().is_some() };
    let plans = Plans { session, target, fixed: &fixed, live, loading: &loading };
    let segments = plans.segments();
    let earlier = earlier.unwrap_or_default();
    let done = match request.resume {
        true => resume::standing(target, &fixed, &earlier, engine),
        false => BTreeSet::new(),
    };
    let clock = clock_sql(target)?;
    let new = resume::without_tables(&fixed, engine);
    let how = drive::How {
        as_of,
        refresh: request.refresh,
        fail_fast: request.fail_fast,
        recorded: &earlier,
        new: &new,
        done: &done,
    };
    let mut drive = drive::Drive::new(engine, &clock, plans, how, see);
    drive.build(&segments);
    let mut ran = drive.finish(&segments);
    if request.refresh {
        let found = resume::without_base_run(&fixed, &earlier, &ran);
        found.into_iter().for_each(|one| warnings.push(one));
    }
    let unknown: Vec<Diagnostic> = lists::unknown_keys(session, &fixed, &ran).collect();
    unknown.into_iter().for_each(|one| warnings.push(one));
    let stopped = request.fail_fast && ran.segments.iter().any(|one| one.status == Status::Failed);
    if request.verify && !stopped {
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

/// Reads the engine's clock.
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
