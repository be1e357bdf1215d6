//! What earlier runs have recorded in a database: the last run of each segment, and how many members it had over time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::one;
use crate::api::scripts::plain_sql;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine};
use crate::plan::rel::{Column, Relation, Scalar, Select, TableRef};
use crate::plan::{Plan, SegmentPlan};

/// What earlier runs of a segment have recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The as_of of its last run.
    pub as_of: Timestamp,
    /// How many members it had then.
    pub members: u64,
    /// How many entered in that run.
    pub entered: u64,
    /// How many left in that run.
    pub left: u64,
    /// How many members it had after each run that changed them, the earliest first; empty unless the segment has
    /// `history`.
    pub sizes: Vec<(Timestamp, u64)>,
}

impl Session {
    /// What earlier runs of a plan's segments have recorded in a database, by their names. Segments that haven't run
    /// there are missing.
    ///
    /// # Errors
    ///
    /// Reports what the engine rejects.
    pub fn histories(
        &self,
        plan: &Plan,
        engine: &mut dyn Engine,
    ) -> Result<BTreeMap<String, History>, Diagnostics> {
        let Some(target) = self.target(&plan.target) else { return Ok(BTreeMap::new()) };
        let known = engine.tables().map_err(one)?;
        // Names are compared by their last parts: a query of another table of that name finds no run.
        let known: BTreeSet<String> =
            known.iter().filter_map(|table| table.last()).map(|name| name.to_lowercase()).collect();
        let is_there =
            |table: &[String]| table.last().is_some_and(|name| known.contains(&name.to_lowercase()));
        let tables: BTreeSet<&Vec<String>> = plan
            .segments
            .iter()
            .filter(|segment| segment.materialize.is_table())
            .map(|segment| &segment.kept.tables.runs)
            .filter(|table| is_there(table))
            .collect();
        let mut found = BTreeMap::new();
        for table in tables {
            let columns = ["segment", "as_of", "members", "rows_in", "rows_out"];
            let answer = query(target, engine, table, &columns, false)?;
            found.extend(answer.into_iter().filter_map(last_run));
        }
        for segment in &plan.segments {
            let (Some(history), Some(last)) = (&segment.kept.history, found.get_mut(&segment.name)) else {
                continue;
            };
            if is_there(history) && is_there(&segment.table) {
                last.sizes = sizes(target, engine, segment, history)?;
            }
        }
        found.retain(|name, _| plan.segments.iter().any(|segment| segment.name == *name));
        Ok(found)
    }
}

/// The rows of a table of segc's own; if they are counted, a row for each value of the columns, with the number.
fn query(
    target: &Target,
    engine: &mut dyn Engine,
    table: &[String],
    columns: &[&str],
    counted: bool,
) -> Result<Vec<Vec<Cell>>, Diagnostics> {
    let values: Vec<Scalar> = columns.iter().map(|&name| Scalar::column("r", name)).collect();
    let count = counted.then(|| Column { value: Scalar::CountRows, name: Some("count".to_owned()) });
    let select = Select {
        columns: values.iter().cloned().map(Column::plain).chain(count).collect(),
        from: Some(TableRef::new(Relation::Table(table.to_vec()), "r")),
        group_by: if counted { values } else { Vec::new() },
        ..Select::default()
    };
    Ok(engine.query(&plain_sql(target, select)?).map_err(one)?.rows)
}

fn number(count: i128) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn last_run(row: Vec<Cell>) -> Option<(String, History)> {
    let [Cell::Text(segment), Cell::Timestamp(as_of), Cell::Int(members), entered, left] =
        <[Cell; 5]>::try_from(row).ok()?
    else {
        return None;
    };
    let count = |cell| if let Cell::Int(count) = cell { number(count) } else { 0 };
    let (members, entered, left) = (number(members), count(entered), count(left));
    Some((segment, History { as_of, members, entered, left, sizes: Vec::new() }))
}

/// The number of members after each run that changed them. Memberships begin and end at the instants of runs.
fn sizes(
    target: &Target,
    engine: &mut dyn Engine,
    segment: &SegmentPlan,
    history: &[String],
) -> Result<Vec<(Timestamp, u64)>, Diagnostics> {
    let mut changes: BTreeMap<Timestamp, i128> = BTreeMap::new();
    let mut add = |cell: &Cell, count: i128| {
        if let Cell::Timestamp(at) = cell {
            *changes.entry(*at).or_default() += count;
        }
    };
    for row in query(target, engine, &segment.table, &["entered_at"], true)? {
        if let [entered, Cell::Int(count)] = row.as_slice() {
            add(entered, *count);
        }
    }
    for row in query(target, engine, history, &["entered_at", "left_at"], true)? {
        if let [entered, left, Cell::Int(count)] = row.as_slice() {
            add(entered, *count);
            add(left, -count);
        }
    }
    let mut members = 0;
    let sizes = changes.into_iter().map(|(at, change)| {
        members += change;
        (at, number(members))
    });
    Ok(sizes.collect())
}
