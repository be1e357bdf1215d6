//! What is recorded of a unit's runs.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::segment::{Plans, Segment};
use crate::api::scripts::plain_sql;
use crate::engine::{Cell, Engine, EngineError};
use crate::plan::rel::{Column, Negated, Relation, Scalar, Select, TableRef};

/// What a segment's run has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many members entered.
    pub entered: u64,
    /// How many left.
    pub left: u64,
    /// Whether everyone was evaluated; otherwise the affected keys were.
    pub everyone: bool,
    /// Why a refresh has evaluated everyone.
    pub why: Option<String>,
}

/// The number of members of each table, and what its last run has changed; by the segments' names.
pub(super) fn recorded(
    plans: Plans<'_>,
    segments: &[&Segment<'_>],
    as_of: Timestamp,
    engine: &mut dyn Engine,
) -> Result<BTreeMap<String, (u64, Outcome)>, EngineError> {
    let mut tables: BTreeMap<&[String], Vec<Scalar>> = BTreeMap::new();
    for segment in segments {
        let name = Scalar::text(segment.name());
        tables.entry(&segment.plan.kept.tables.runs).or_default().push(name);
    }
    let mut found = BTreeMap::new();
    for (runs, names) in tables {
        let column = |name: &str| Scalar::column("r", name);
        let columns = ["segment", "members", "rows_in", "rows_out", "rebuilt_at"];
        let select = Select {
            columns: columns.iter().map(|name| Column::plain(column(name))).collect(),
            from: Some(TableRef::new(Relation::Table(runs.to_vec()), "r")),
            filter: Some(Scalar::InList(Box::new(column("segment")), names, Negated(false))),
            ..Select::default()
        };
        // What reads the same columns has been rendered before: it can be written.
        let Ok(sql) = plain_sql(plans.target, select) else { continue };
        found.extend(engine.query(&sql)?.rows.into_iter().filter_map(|row| read(row, as_of)));
    }
    Ok(found)
}

fn read(row: Vec<Cell>, as_of: Timestamp) -> Option<(String, (u64, Outcome))> {
    let [Cell::Text(segment), Cell::Int(members), Cell::Int(entered), Cell::Int(left), rebuilt_at] =
        <[Cell; 5]>::try_from(row).ok()?
    else {
        return None;
    };
    let number = |number: i128| u64::try_from(number).unwrap_or_default();
    let everyone = rebuilt_at == Cell::Timestamp(as_of);
    let outcome = Outcome { entered: number(entered), left: number(left), everyone, why: None };
    Some((segment, (number(members), outcome)))
}
