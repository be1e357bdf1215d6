//! Builds segments unit by unit, and continues after failures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::outcome::{self, Outcome};
use super::problems::{DatabaseGone, SegmentsSkipped};
use super::resume::{self, Recorded};
use super::segment::{Plans, Segment, levels};
use super::shape::Shapes;
use super::unit::{Unit, units};
use super::{Event, Ran, SegmentRan, Status};
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::engine::{Cell, Engine, EngineError};
use crate::plan::program::Mode;
use crate::plan::{Assertion, KeyLoad, Unique};
use crate::types::Type;

/// How often segments that fail are taken out of a unit before it is divided.
const CULPRITS: usize = 3;

/// What a run does with segments.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) as_of: Timestamp,
    pub(super) refresh: bool,
    /// Whether to stop at the first segment that fails.
    pub(super) fail_fast: bool,
    /// The segments' last runs.
    pub(super) recorded: &'a [Recorded],
    /// The segments that have no table yet.
    pub(super) new: &'a BTreeSet<SegmentId>,
    /// The segments that an interrupted run has built.
    pub(super) done: &'a BTreeSet<String>,
}

/// A run in progress.
pub(super) struct Drive<'a> {
    engine: &'a mut dyn Engine,
    /// A query that every reachable database answers.
    clock: &'a str,
    plans: Plans<'a>,
    how: How<'a>,
    see: &'a mut dyn FnMut(Event<'_>),
    ran: Vec<SegmentRan>,
    problems: Diagnostics,
    /// For each blocked segment, the failures that keep it from being built.
    blocked: BTreeMap<String, BTreeSet<String>>,
    /// The segments whose members this run may have changed.
    changed: BTreeSet<String>,
    /// Duplicates, and the segments that were not built because of them.
    doubles: Vec<(Unique, Vec<String>)>,
    /// Why the database no longer responds.
    gone: Option<String>,
}

/// A statement that failed: the segment that it belongs to, and why.
struct Failed {
    segment: Option<String>,
    error: EngineError,
}

impl<'a> Drive<'a> {
    pub(super) fn new(
        engine: &'a mut dyn Engine,
        clock: &'a str,
        plans: Plans<'a>,
        how: How<'a>,
        see: &'a mut dyn FnMut(Event<'_>),
    ) -> Self {
        Self {
            engine,
            clock,
            plans,
            how,
            see,
            ran: Vec::new(),
            problems: Diagnostics::new(),
            blocked: BTreeMap::new(),
            changed: BTreeSet::new(),
            doubles: Vec::new(),
            gone: None,
        }
    }

    /// Builds segments, each after its dependencies. Those that an interrupted run has built are kept, unless
    /// one of their dependencies is built.
    pub(super) fn build(&mut self, segments: &[Segment<'a>]) {
        let recorded: BTreeMap<&str, &Recorded> =
            self.how.recorded.iter().map(|run| (run.segment.as_str(), run)).collect();
        for level in levels(segments).values() {
            let mut wanted = Vec::new();
            for &segment in level {
                self.decide(segment, &mut wanted);
            }
            let is_new = |segment: &Segment<'_>| self.how.new.contains(&segment.plan.id);
            for unit in units(&wanted, self.plans.fixed.rules, &recorded, &is_new, self.how.refresh) {
                self.unit(unit);
            }
        }
    }

    /// Adds a segment to those that are built, unless something keeps it from that, or has built it.
    fn decide<'s>(&mut self, segment: &'s Segment<'a>, wanted: &mut Vec<&'s Segment<'a>>) {
        let needs = segment.needs.iter();
        let failed: BTreeSet<String> =
            needs.filter_map(|&need| self.blocked.get(need)).flatten().cloned().collect();
        let stale = segment.needs.iter().any(|&need| self.changed.contains(need));
        let keep = self.how.done.contains(segment.name()) && !stale;
        if segment.is_table() && !keep || stale {
            self.changed.insert(segment.name().to_owned());
        }
        if !failed.is_empty() {
            self.blocked.insert(segment.name().to_owned(), failed.clone());
        }
        match (failed.is_empty(), self.has_ended()) {
            _ if !segment.is_stored() => {}
            (false, _) => self.ended(segment, Status::Skipped(failed.into_iter().collect()), None),
            (true, true) => self.ended(segment, Status::NotReached, None),
            (true, false) if keep => self.counted(segment, Status::Kept),
            (true, false) => wanted.push(segment),
        }
    }

    fn ended(&mut self, segment: &Segment<'_>, status: Status, outcome: Option<Outcome>) {
        let ran = SegmentRan { segment: segment.name().to_owned(), status, outcome, parity: None };
        (self.see)(Event::Ends(&ran));
        self.ran.push(ran);
    }

    /// Ends a segment with the number of its members.
    fn counted(&mut self, segment: &Segment<'a>, status: impl Fn(u64) -> Status) {
        let counted = match self.plans.count(segment) {
            Ok(sql) => count(self.engine, &sql),
            Err(problems) => return self.refused(segment, problems),
        };
        match counted {
            Ok(members) => self.ended(segment, status(members), None),
            Err(error) => self.failed(segment, error),
        }
    }

    /// Builds segments together. One that fails is taken out and built alone, which reports its own failure.
    /// If it isn't known which one it was, or after some failures, the others are divided.
    fn unit<'s>(&mut self, unit: Unit<'s, 'a>) {
        let Unit { mut segments, mode } = unit;
        if self.has_ended() {
            return segments.iter().for_each(|segment| self.ended(segment, Status::NotReached, None));
        }
        self.without_other_types(&mut segments);
        if segments.is_empty() {
            return;
        }
        (self.see)(Event::Unit(segments.len()));
        for _ in 0..CULPRITS {
            let failed = match self.execute(&segments, mode) {
                Ok(()) => return self.built(&segments),
                Err(problems) => problems,
            };
            let failed = match failed {
                Ok(failed) => failed,
                Err(problems) => match segments[..] {
                    [only] => return self.refused(only, problems),
                    _ => break,
                },
            };
            if let [only] = segments[..] {
                return self.failed(only, failed.error);
            }
            if self.is_gone() {
                segments.iter().for_each(|segment| self.ended(segment, Status::NotReached, None));
                return;
            }
            let (culprits, others) = divide(&segments, &failed);
            if failed.error.is_timeout() {
                // Once more, it would take as long again. What all of them need is the failure of all.
                let late = if culprits.is_empty() { std::mem::take(&mut segments) } else { culprits };
                late.into_iter().for_each(|segment| self.failed(segment, failed.error.clone()));
                if segments.is_empty() || others.is_empty() {
                    return;
                }
                return self.unit(Unit { segments: others, mode });
            }
            if culprits.is_empty() || others.is_empty() {
                break;
            }
            culprits.into_iter().for_each(|segment| self.unit(Unit { segments: vec![segment], mode }));
            segments = others;
            if self.has_ended() {
                return self.unit(Unit { segments, mode });
            }
        }
        let second = segments.split_off(segments.len() / 2);
        for segments in [segments, second].into_iter().filter(|half| !half.is_empty()) {
            self.unit(Unit { segments, mode });
        }
    }

    /// Executes the statements of a unit. A failure is that of a statement, or of writing them.
    fn execute(&mut self, segments: &[&Segment<'a>], mode: Mode) -> Result<(), Result<Failed, Diagnostics>> {
        let statements = self.plans.statements(segments, mode).map_err(Err)?;
        for statement in &statements {
            (self.see)(Event::Works(statement.segment.as_deref()));
            let done = match &statement.load {
                Some(load) => append(self.engine, load),
                None => self.engine.execute(&statement.text).map(drop),
            };
            if let Err(error) = done {
                // Outside a transaction this fails, which is harmless.
                let _ = self.engine.execute("ROLLBACK");
                return Err(Ok(Failed { segment: statement.segment.clone(), error }));
            }
        }
        Ok(())
    }

    /// Ends the segments of a unit that has been executed.
    fn built(&mut self, segments: &[&Segment<'a>]) {
        let tables: Vec<&Segment<'a>> =
            segments.iter().copied().filter(|segment| segment.is_table()).collect();
        let mut found = match outcome::recorded(self.plans, &tables, self.how.as_of, self.engine) {
            Ok(found) => found,
            Err(error) => {
                for segment in segments {
                    self.failed(segment, error.clone());
                }
                return;
            }
        };
        for segment in segments {
            match found.remove(segment.name()) {
                Some((members, mut outcome)) => {
                    // At the as_of of the last run, what that one recorded may still stand.
                    outcome.everyone &= !(self.how.refresh && self.stood_in_full(segment));
                    if self.how.refresh && outcome.everyone {
                        outcome.why = Some(resume::why_everyone(segment.plan, self.how.recorded));
                    }
                    if outcome.everyone {
                        self.report_unlisted(segment);
                    }
                    self.ended(segment, Status::Built(members), Some(outcome));
                }
                None => self.counted(segment, Status::Built),
            }
        }
    }

    /// Whether a refresh at this as_of builds on a run that evaluated everyone at the same one.
    fn stood_in_full(&self, segment: &Segment<'_>) -> bool {
        let mut runs = self.how.recorded.iter().filter(|run| run.segment == segment.name());
        segment.plan.refresh.by_keys.is_some()
            && runs.any(|run| run.is_of(segment.plan) && run.rebuilt_at == Some(self.how.as_of))
    }

    pub(super) fn engine(&mut self) -> &mut dyn Engine {
        self.engine
    }

    pub(super) fn plans(&self) -> Plans<'a> {
        self.plans
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    pub(super) fn refused(&mut self, segment: &Segment<'_>, problems: Diagnostics) {
        self.blocked.insert(segment.name().to_owned(), BTreeSet::from([segment.name().to_owned()]));
        for problem in problems {
            self.problems.push(of_segment(segment.name(), segment.span, problem));
        }
        self.ended(segment, Status::Failed, None);
    }

    /// Whether nothing more is built: the database doesn't respond, or the first failure ends the run.
    fn has_ended(&self) -> bool {
        self.gone.is_some() || self.how.fail_fast && !self.blocked.is_empty()
    }

    fn is_gone(&mut self) -> bool {
        self.gone = self.engine.query(self.clock).err().map(|error| error.to_string());
        self.gone.is_some()
    }

    /// Explains the failure of a script. Tables with unexpected columns are a better explanation
    /// than the engine's message.
    fn failed(&mut self, segment: &Segment<'a>, error: EngineError) {
        let name = segment.name();
        self.blocked.insert(name.to_owned(), BTreeSet::from([name.to_owned()]));
        if let Some(unique) = not_unique(segment, &error) {
            match self.doubles.iter_mut().find(|(known, _)| known == unique) {
                Some((_, segments)) => segments.push(name.to_owned()),
                None => self.doubles.push((unique.clone(), vec![name.to_owned()])),
            }
            return self.ended(segment, Status::Failed, None);
        }
        let shapes = self.shapes();
        let mut reasons = shapes.differences(&self.plans.work(segment), self.engine);
        if reasons.is_empty() {
            reasons.push(error.into());
        }
        for reason in reasons {
            self.problems.push(of_segment(name, segment.span, reason));
        }
        self.is_gone();
        self.ended(segment, Status::Failed, None);
    }

    pub(super) fn shapes(&self) -> Shapes<'a> {
        Shapes { session: self.plans.session, target: self.plans.target }
    }

    /// The outcome, including what was skipped and why.
    pub(super) fn finish(mut self, segments: &[Segment<'_>]) -> Ran {
        let place: BTreeMap<&str, usize> =
            segments.iter().enumerate().map(|(at, segment)| (segment.name(), at)).collect();
        self.ran.sort_by_key(|one| place.get(one.segment.as_str()).copied());
        let (shapes, as_of) = (self.shapes(), self.how.as_of);
        let mut problems = self.problems;
        for (unique, names) in &self.doubles {
            problems.push(shapes.not_unique(unique, names, self.engine));
        }
        let mut skipped: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for one in &self.ran {
            if let Status::Skipped(by) = &one.status {
                by.iter().for_each(|failed| skipped.entry(failed).or_default().push(one.segment.clone()));
            }
        }
        let stands = |one: &SegmentRan| matches!(one.status, Status::Built(_) | Status::Kept(_));
        let any_built = self.ran.iter().any(stands);
        for segment in segments {
            if let Some(skipped) = skipped.remove(segment.name()) {
                let (span, failed) = (segment.span, segment.name().to_owned());
                problems.push(SegmentsSkipped { span, failed, skipped, any_built });
            }
        }
        if let Some(reason) = self.gone {
            let left = self.ran.iter().filter(|one| one.status == Status::NotReached).count();
            problems.push(DatabaseGone { span: None, reason, left });
        }
        Ran { as_of, segments: self.ran, problems }
    }
}

/// The segments of a unit to which a failed statement belongs, and the others: what several ask for belongs
/// to those who do.
fn divide<'s, 'a>(
    segments: &[&'s Segment<'a>],
    failed: &Failed,
) -> (Vec<&'s Segment<'a>>, Vec<&'s Segment<'a>>) {
    segments.iter().copied().partition(|segment| match &failed.segment {
        Some(name) => name == segment.name(),
        None => not_unique(segment, &failed.error).is_some(),
    })
}

/// The duplicates that stopped a script, if that is why it failed.
fn not_unique<'s>(segment: &'s Segment<'_>, error: &EngineError) -> Option<&'s Unique> {
    let said = format!("segc: {error}");
    let is_said = |check: &Assertion| [false, true].iter().any(|&committed| check.failure(committed) == said);
    segment.unique().find(|(check, _)| is_said(check)).map(|(_, unique)| unique)
}

/// A failure with its segment and the segment's place.
pub(super) fn of_segment(name: &str, span: Option<Span>, mut problem: Diagnostic) -> Diagnostic {
    problem.message = format!("segment `{name}` failed: {}", problem.message);
    problem.span = problem.span.or(span);
    problem
}

fn append(engine: &mut dyn Engine, load: &KeyLoad) -> Result<(), EngineError> {
    let columns: Vec<(&str, &Type)> =
        load.columns.iter().map(|column| (column.name.as_str(), &column.ty)).collect();
    match engine.appender() {
        Some(appender) => appender.append(&load.table, &columns, &load.keys.rows),
        // The program has such a step only for an engine that can.
        None => Err(EngineError::statement_failed(&load.table.join("."), "rows can't be appended")),
    }
}

fn count(engine: &mut dyn Engine, query: &str) -> Result<u64, EngineError> {
    let answer = engine.query(query)?;
    match answer.rows.first().and_then(|row| row.first()) {
        Some(Cell::Int(number)) => Ok(u64::try_from(*number).unwrap_or_default()),
        other => Err(EngineError::statement_failed(query, format!("its answer is no number: {other:?}"))),
    }
}
