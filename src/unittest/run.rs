//! Runs tests on the reference evaluator, and reports failures as problems.

use std::convert::Infallible;

use rayon::prelude::*;

use super::model::{Case, Outcome, Suite, Verdict};
use super::problems::TestFailed;
use super::stop::Stop;
use crate::api::Session;
use crate::diagnostic::Diagnostics;
use crate::engine::Limits;
use crate::evaluate::{EvalError, Evaluator};

/// How tests are run on the embedded engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TestRun {
    /// Whether to stop at the first test that fails, which is then the last of the outcomes.
    pub fail_fast: bool,
    /// What each statement may use.
    pub limits: Limits,
}

impl Suite {
    /// The indexes of the tests that any of the patterns selects; all if there are no patterns. A
    /// pattern is a part of the test's name or path, or the name of a segment; case is ignored. The
    /// second list contains the patterns that selected nothing.
    #[must_use]
    pub fn select(&self, patterns: &[String]) -> (Vec<usize>, Vec<String>) {
        let chosen = |case: &Case| patterns.is_empty() || patterns.iter().any(|pattern| fits(case, pattern));
        let indices = self.cases.iter().enumerate().filter(|(_, case)| chosen(case)).map(|(at, _)| at);
        let idle = patterns.iter().filter(|pattern| !self.cases.iter().any(|case| fits(case, pattern)));
        (indices.collect(), idle.cloned().collect())
    }

    /// Runs tests on the reference evaluator.
    #[must_use]
    pub fn run(&self, cases: &[usize]) -> Vec<Outcome> {
        self.evaluate_all(cases, &Stop::if_wanted(false))
    }

    /// Runs tests on the reference evaluator until one fails, which is the last of the outcomes.
    #[must_use]
    pub fn run_until_failure(&self, cases: &[usize]) -> Vec<Outcome> {
        self.evaluate_all(cases, &Stop::if_wanted(true))
    }

    fn evaluate_all(&self, cases: &[usize], stop: &Stop) -> Vec<Outcome> {
        let known = |&at: &usize| Some((at, self.cases.get(at)?));
        let cases: Vec<(usize, &Case)> = cases.iter().filter_map(known).collect();
        let one = |(place, &(at, case)): (usize, &(usize, &Case))| {
            let evaluate = || Ok::<_, Infallible>(Outcome { case: at, verdicts: self.evaluate(case) });
            stop.run(place, evaluate).unwrap_or_default()
        };
        stop.outcomes(cases.par_iter().enumerate().map(one).collect())
    }

    fn evaluate(&self, case: &Case) -> Vec<Verdict> {
        let Some(session) = self.variants.get(case.variant) else { return Vec::new() };
        let mut evaluator = Evaluator::new(session.hir(), &case.data, case.as_of);
        let mut verdicts = Vec::new();
        for expectation in &case.expectations {
            verdicts.push(match evaluator.table(expectation.segment) {
                Ok(found) => expectation.judge(&found),
                Err(error) => Verdict::Fails(said(session, &error)),
            });
        }
        verdicts
    }

    /// Failed expectations as problems at their places, to annotate files.
    #[must_use]
    pub fn problems(&self, outcomes: &[Outcome]) -> Diagnostics {
        let mut problems = Diagnostics::new();
        for outcome in outcomes {
            let Some(case) = self.cases.get(outcome.case) else { continue };
            for (expectation, verdict) in case.expectations.iter().zip(&outcome.verdicts) {
                let Some(said) = verdict.said() else { continue };
                let said = format!("`{}`: {said}", expectation.name);
                problems.push(TestFailed { span: expectation.span, test: case.name.clone(), said });
            }
        }
        problems
    }
}

fn fits(case: &Case, pattern: &str) -> bool {
    let pattern = pattern.to_lowercase();
    case.name.to_lowercase().contains(&pattern)
        || case.path.to_lowercase().contains(&pattern)
        || case.expectations.iter().any(|expectation| expectation.name.to_lowercase() == pattern)
}

/// An error with its place.
fn said(session: &Session, error: &EvalError) -> String {
    match error.span().and_then(|span| session.sources.locate(span)) {
        Some((path, position)) => format!("{error} ({path}:{})", position.line),
        None => error.to_string(),
    }
}
