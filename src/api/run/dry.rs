//! What a run would execute, without a database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::RunRequest;
use super::resume::Recorded;
use super::segment::{Plans, levels};
use super::unit::units;
use crate::api::session::Session;
use crate::diagnostic::Diagnostics;
use crate::plan::program::Loading;
use crate::sql::Statement;

/// Segments that a run would build together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryUnit {
    /// Their names.
    pub segments: Vec<String>,
    /// What the run would execute for them, in order.
    pub steps: Vec<DryStep>,
}

/// What a run would execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryStep {
    /// A statement, without a semicolon.
    Statement(String),
    /// Rows that are appended to a table without a statement.
    Append {
        /// The full name of the table.
        table: Vec<String>,
        /// The number of rows.
        rows: usize,
    },
}

impl From<Statement> for DryStep {
    fn from(statement: Statement) -> Self {
        match statement.load {
            Some(load) => Self::Append { table: load.table, rows: load.keys.rows.len() },
            None => Self::Statement(statement.text),
        }
    }
}

impl Session {
    /// What a run would execute. Without its database nothing is known of earlier runs, so each segment is
    /// assumed to have one on which a refresh can build, and no static list to be stored already. Without an
    /// as_of, statements read the engine's clock, in whose place a run has the instant at which it began.
    /// With `is_new`, the database is assumed to be empty.
    ///
    /// # Errors
    ///
    /// Reports what the target or the policy rejects.
    pub fn dry_run(&self, request: &RunRequest<'_>, is_new: bool) -> Result<Vec<DryUnit>, Diagnostics> {
        let Some(target) = self.target(request.target) else { return Ok(Vec::new()) };
        let (plan, _) = self.planned(request, request.options)?;
        let loading = Loading { stored: BTreeSet::new(), appends: true };
        let plans = Plans { session: self, target, fixed: &plan, live: &plan, loading: &loading };
        let segments = plans.segments();
        let earlier: Vec<Recorded> = segments
            .iter()
            .map(|segment| {
                Recorded::standing(segment.plan, request.options.as_of.unwrap_or(Timestamp::UNIX_EPOCH))
            })
            .collect();
        let recorded: BTreeMap<&str, &Recorded> =
            earlier.iter().map(|run| (run.segment.as_str(), run)).collect();
        let mut found = Vec::new();
        for level in levels(&segments).values() {
            let wanted: Vec<_> = level.iter().copied().filter(|segment| segment.is_stored()).collect();
            for unit in units(&wanted, plan.rules, &recorded, &|_| is_new, request.refresh) {
                let statements = plans.statements(&unit.segments, unit.mode)?;
                found.push(DryUnit {
                    segments: unit.segments.iter().map(|segment| segment.name().to_owned()).collect(),
                    steps: statements.into_iter().map(DryStep::from).collect(),
                });
            }
        }
        Ok(found)
    }
}
