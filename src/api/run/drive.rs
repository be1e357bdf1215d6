//! Builds segments one after another, and continues after failures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::problems::{DatabaseGone, SegmentsSkipped};
use super::segment::{Segment, Work};
use super::shape::Shapes;
use super::{Event, Ran, SegmentRan, Status};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::engine::{Cell, Engine, EngineError};
use crate::plan::Unique;

/// A run in progress.
pub(super) struct Drive<'a> {
    engine: &'a mut dyn Engine,
    /// A query that every reachable database answers.
    clock: &'a str,
    shapes: Shapes<'a>,
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

impl<'a> Drive<'a> {
    pub(super) fn new(
        engine: &'a mut dyn Engine,
        clock: &'a str,
        shapes: Shapes<'a>,
        see: &'a mut dyn FnMut(Event<'_>),
    ) -> Self {
        Self {
            engine,
            clock,
            shapes,
            see,
            ran: Vec::new(),
            problems: Diagnostics::new(),
            blocked: BTreeMap::new(),
            changed: BTreeSet::new(),
            doubles: Vec::new(),
            gone: None,
        }
    }

    /// Builds segments, each after its dependencies. Those in `done` are kept, unless one of their
    /// dependencies is built.
    pub(super) fn build(&mut self, segments: &[Segment], done: &BTreeSet<String>) {
        for segment in segments {
            let failed: BTreeSet<String> =
                segment.needs.iter().filter_map(|need| self.blocked.get(need)).flatten().cloned().collect();
            let stale = segment.needs.iter().any(|need| self.changed.contains(need));
            let keep = done.contains(&segment.name) && !stale;
            if segment.is_table && !keep || stale {
                self.changed.insert(segment.name.clone());
            }
            let is_free = failed.is_empty();
            if !is_free {
                self.blocked.insert(segment.name.clone(), failed.clone());
            }
            let Some(work) = &segment.work else { continue };
            let status = match (is_free, &self.gone) {
                (false, _) => Status::Skipped(failed.into_iter().collect()),
                (true, Some(_)) => Status::NotReached,
                (true, None) => self.one(segment, work, keep),
            };
            let ran = SegmentRan { segment: segment.name.clone(), status, parity: None };
            (self.see)(Event::Ends(&ran));
            self.ran.push(ran);
        }
    }

    fn one(&mut self, segment: &Segment, work: &Work, keep: bool) -> Status {
        let built = if keep {
            Ok(0)
        } else {
            (self.see)(Event::Begins(&segment.name));
            self.engine.run(&work.statements)
        };
        match built.and_then(|_| count(self.engine, &work.count)) {
            Ok(members) if keep => Status::Kept(members),
            Ok(members) => Status::Built(members),
            Err(error) => {
                self.failed(segment, work, error);
                Status::Failed
            }
        }
    }

    /// Explains the failure of a script. Tables with unexpected columns are a better explanation
    /// than the engine's message.
    fn failed(&mut self, segment: &Segment, work: &Work, error: EngineError) {
        self.blocked.insert(segment.name.clone(), BTreeSet::from([segment.name.clone()]));
        if let Some(unique) = not_unique(work, &error) {
            match self.doubles.iter_mut().find(|(known, _)| *known == unique) {
                Some((_, segments)) => segments.push(segment.name.clone()),
                None => self.doubles.push((unique, vec![segment.name.clone()])),
            }
            return;
        }
        let mut reasons = self.shapes.differences(work, self.engine);
        if reasons.is_empty() {
            reasons.push(error.into());
        }
        for reason in reasons {
            self.problems.push(of_segment(&segment.name, segment.span, reason));
        }
        self.gone = self.engine.query(self.clock).err().map(|error| error.to_string());
    }

    /// The outcome, including what was skipped and why.
    pub(super) fn finish(self, segments: &[Segment], as_of: Timestamp) -> Ran {
        let mut problems = self.problems;
        for (unique, names) in &self.doubles {
            problems.push(self.shapes.not_unique(unique, names, self.engine));
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
            if let Some(skipped) = skipped.remove(segment.name.as_str()) {
                let (span, failed) = (segment.span, segment.name.clone());
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

/// The duplicates that stopped a script, if that is why it failed.
fn not_unique(work: &Work, error: &EngineError) -> Option<Unique> {
    let said = format!("segc: {error}");
    work.unique.iter().find(|(message, _)| *message == said).map(|(_, unique)| unique.clone())
}

/// A failure with its segment and the segment's place.
pub(super) fn of_segment(name: &str, span: Option<Span>, mut problem: Diagnostic) -> Diagnostic {
    problem.message = format!("segment `{name}` failed: {}", problem.message);
    problem.span = problem.span.or(span);
    problem
}

fn count(engine: &mut dyn Engine, query: &str) -> Result<u64, EngineError> {
    let answer = engine.query(query)?;
    match answer.rows.first().and_then(|row| row.first()) {
        Some(Cell::Int(number)) => Ok(u64::try_from(*number).unwrap_or_default()),
        other => Err(EngineError::statement_failed(query, format!("its answer is no number: {other:?}"))),
    }
}
