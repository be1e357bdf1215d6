//! Probes a live database for its capabilities.

use std::collections::BTreeMap;

use super::session::Session;
use crate::dialect::Capability;
use crate::engine::{Cell, Engine, EngineError, Table};
use crate::plan::Probed;

/// What a database reported about its capabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The database's address, without a password.
    pub database: String,
    /// The version, in the database's words.
    pub version: Option<String>,
    /// The capabilities that the dialect has but the database lacks, each with a remedy if there is
    /// one.
    pub missing: BTreeMap<Capability, Option<String>>,
}

impl Session {
    /// Runs the probe queries of a target's dialect on a database. `database` is its name in
    /// messages.
    ///
    /// # Errors
    ///
    /// The database doesn't respond.
    #[doc(hidden)]
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
    pub(super) fn for_plan(&self) -> Probed {
        Probed { database: self.database.clone(), missing: self.missing.clone() }
    }
}

fn first(table: &Table) -> Option<&Cell> {
    table.rows.first()?.first()
}
