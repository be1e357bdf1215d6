//! The logs of who came and went that segments keep for those that read them, where there are
//! any: for each run of which a log tells anything it has to tell all.

use std::collections::BTreeMap;

use segc::engine::quote_ident;
use segc::plan::Plan;

use crate::oracle::Table;
use crate::support::target::{Keys, Target};

/// What the log of a segment is called, after its table.
const SUFFIX: &str = "_log";

/// Who entered and who left, by segment and the number of its run.
#[derive(Default)]
pub struct Logs {
    runs: BTreeMap<(String, i64), (Keys, Keys)>,
}

impl Logs {
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
        for row in target.rows("SELECT segment, run_seq FROM segments.segc_runs")? {
            if plan.segments.iter().any(|segment| segment.name == row[0]) {
                let (old, new) = (of(before, &row[0]), of(Some(after), &row[0]));
                let moved = (&new - &old, &old - &new);
                let number = row[1].parse().map_err(|_| "run_seq is no number")?;
                self.runs.entry((row[0].clone(), number)).or_insert(moved);
            }
        }
        let there = target
            .rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'segments'")?;
        for segment in &plan.segments {
            let name = format!("{}{SUFFIX}", segment.name);
            if !there.contains(&vec![name.clone()]) {
                continue;
            }
            let keys: Vec<String> = segment.keys.iter().map(|key| quote_ident(&key.name)).collect();
            let sql = format!("SELECT run_seq, action, {} FROM segments.{name}", keys.join(", "));
            self.compare(&segment.name, &target.rows(&sql)?).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(())
    }

    fn compare(&self, segment: &str, rows: &[Vec<String>]) -> Result<(), String> {
        let mut told: BTreeMap<i64, (Keys, Keys)> = BTreeMap::new();
        for row in rows {
            let run = row[0].parse().map_err(|_| "run_seq is no number")?;
            let (entered, left) = told.entry(run).or_default();
            let of = match row[1].as_str() {
                "enter" => entered,
                "leave" | "expire" => left,
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
                return Err(format!("run {run}: (entered, left) is {told:?}, not {moved:?}"));
            }
        }
        match told.keys().next() {
            None => Ok(()),
            Some(run) => Err(format!("there was no run {run}")),
        }
    }
}
