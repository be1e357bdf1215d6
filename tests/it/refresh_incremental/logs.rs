//! The logs of entering and leaving members that segments keep for their readers. For each run, a log
//! must have all entries or none.

use std::collections::BTreeMap;

use segc::engine::quote_ident;
use segc::plan::Plan;

use crate::refresh_incremental::lab::is_same;
use crate::refresh_incremental::oracle::Table;
use crate::support::target::{Keys, Target};

/// Who entered, who left and who got other values in a run.
type Moved = (Keys, Keys, Keys);

/// Who moved, by segment and the number of its run.
#[derive(Default)]
pub struct Logs {
    runs: BTreeMap<(String, i64), Moved>,
}

impl Logs {
    /// Runs are counted from the beginning.
    pub fn forget(&mut self, segment: &str) {
        self.runs.retain(|(name, _), _| name != segment);
    }

    /// Notes a run that left these tables, and compares all logs with what is known.
    pub fn check(
        &mut self,
        target: &mut Target,
        plan: &Plan,
        before: Option<&BTreeMap<String, Table>>,
        after: &BTreeMap<String, Table>,
    ) -> Result<(), String> {
        let of = |tables: Option<&BTreeMap<String, Table>>, name: &str| {
            tables.and_then(|tables| tables.get(name)).map(Table::keys).unwrap_or_default()
        };
        for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
            let (name, runs) = (&segment.name, segment.kept.tables.runs.join("."));
            let tables = |tables: Option<&BTreeMap<String, Table>>| {
                tables.and_then(|tables| tables.get(name)).cloned()
            };
            let (old, new) = (of(before, name), of(Some(after), name));
            for row in target.rows(&format!("SELECT segment, run_seq FROM {runs}"))? {
                if row[0] == *name {
                    let number = row[1].parse().map_err(|_| "run_seq is no number")?;
                    let moved = (&new - &old, &old - &new, changed(tables(before), tables(Some(after))));
                    self.runs.entry((name.clone(), number)).or_insert(moved);
                }
            }
            if segment.kept.log.is_none() {
                continue;
            }
            let keys: Vec<String> = segment.keys.iter().map(|key| quote_ident(&key.name)).collect();
            let log = segment.kept.tables.log.join(".");
            let sql = format!("SELECT run_seq, action, {} FROM {log}", keys.join(", "));
            self.compare(name, &target.rows(&sql)?).map_err(|error| format!("{log}: {error}"))?;
        }
        Ok(())
    }

    fn compare(&self, segment: &str, rows: &[Vec<String>]) -> Result<(), String> {
        let mut told: BTreeMap<i64, Moved> = BTreeMap::new();
        for row in rows {
            let run = row[0].parse().map_err(|_| "run_seq is no number")?;
            let (entered, left, changed) = told.entry(run).or_default();
            let of = match row[1].as_str() {
                "enter" => entered,
                "leave" | "expire" => left,
                "change" => changed,
                other => return Err(format!("what is `{other}`?")),
            };
            if !of.insert(row[2..].to_vec()) {
                return Err(format!("twice in run {run}: {row:?}"));
            }
        }
        let first = told.keys().next().copied();
        for ((_, run), moved) in self
            .runs
            .iter()
            .filter(|((name, run), _)| name == segment && first.is_some_and(|first| *run >= first))
        {
            let told = told.remove(run).unwrap_or_default();
            if told != *moved {
                return Err(format!("run {run}: (entered, left, changed) is {told:?}, not {moved:?}"));
            }
        }
        match told.keys().next() {
            None => Ok(()),
            Some(run) => Err(format!("there was no run {run}")),
        }
    }
}

/// The members of both tables whose columns beside the key differ.
fn changed(before: Option<Table>, after: Option<Table>) -> Keys {
    let (Some(before), Some(after)) = (before, after) else { return Keys::new() };
    let differs = |key: &&Vec<String>| {
        let (Some(old), Some(new)) = (before.members.get(*key), after.members.get(*key)) else {
            return false;
        };
        old.values.len() == new.values.len()
            && old.values.iter().zip(&new.values).any(|(old, new)| !is_same(old, new))
    };
    after.members.keys().filter(differs).cloned().collect()
}
