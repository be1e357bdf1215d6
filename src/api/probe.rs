//! Probes a live database for its capabilities.

use std::collections::BTreeMap;

use super::session::Session;
use crate::dialect::Capability;
use crate::engine::{Cell, Engine, EngineError, Table};
use crate::plan::Probed;

/// What a database said when it was asked what it can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The database, as people may see it.
    pub database: String,
    /// Its version, in its own words.
    pub version: Option<String>,
    /// What it lacks, though its dialect has it; each with what would help.
    pub missing: BTreeMap<Capability, Option<String>>,
}

impl Session {
    /// Asks a database what it can do, by the queries of a target's dialect. `database` is
    /// what it is called in messages.
    ///
    /// # Errors
    ///
    /// The database doesn't answer at all.
    pub fn probe(&self, target: &str, database: &str, engine: &mut dyn Engine) -> Result<Probe, EngineError> {
        let mut probe = Probe { database: database.to_owned(), version: None, missing: BTreeMap::new() };
        let Some(target) = self.target(target) else { return Ok(probe) };
        let probes = &target.dialect.probes;
        if let Some(sql) = &probes.version {
            let table = engine.query(sql)?;
            probe.version = first(&table).map(ToString::to_string);
        }
        for (&capability, query) in &probes.capabilities {
            // A query that fails says no as well: it asks for what isn't there.
            let answer = engine.query(&query.sql);
            let has = answer.is_ok_and(|table| first(&table) == Some(&Cell::Bool(true)));
            if !has && target.dialect.allows(capability) {
                probe.missing.insert(capability, query.otherwise.clone());
            }
        }
        Ok(probe)
    }
}

impl Probe {
    /// As the planner takes it.
    pub(super) fn for_plan(&self) -> Probed {
        Probed { database: self.database.clone(), missing: self.missing.clone() }
    }
}

fn first(table: &Table) -> Option<&Cell> {
    table.rows.first()?.first()
}
