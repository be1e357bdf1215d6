//! segc's own tables, as data.

use crate::plan::model::{KeyColumn, Rules, SegmentPlan};
use crate::types::Type;

/// A table that a program creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDef {
    /// The parts of its name.
    pub name: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnDef>,
    /// The columns of its primary key, if it has one on this target.
    pub key: Vec<String>,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// `NOT NULL`
    pub required: bool,
}

impl ColumnDef {
    fn required(name: &str, ty: Type) -> Self {
        Self { name: name.to_owned(), ty, required: true }
    }

    fn optional(name: &str, ty: Type) -> Self {
        Self { name: name.to_owned(), ty, required: false }
    }

    fn key(column: &KeyColumn) -> Self {
        Self::required(&column.name, column.ty.clone())
    }
}

impl TableDef {
    fn new(name: &[String], columns: Vec<ColumnDef>) -> Self {
        Self { name: name.to_vec(), columns, key: Vec::new() }
    }

    /// A table whose columns follow a segment's key.
    fn of_segment(name: &[String], segment: &SegmentPlan, columns: Vec<ColumnDef>) -> Self {
        Self::new(name, segment.keys.iter().map(ColumnDef::key).chain(columns).collect())
    }

    /// With its first columns as its primary key, where that is possible.
    fn unique_by(mut self, columns: usize, possible: bool) -> Self {
        if possible {
            self.key = self.columns.iter().take(columns).map(|column| column.name.clone()).collect();
        }
        self
    }
}

/// The records of runs: one row a segment.
pub(super) fn state(name: &[String], rules: Rules) -> TableDef {
    let columns = vec![
        ColumnDef::required("segment", Type::String),
        ColumnDef::optional("as_of", Type::Timestamp),
        ColumnDef::optional("read_at", Type::Timestamp),
        ColumnDef::optional("fingerprint", Type::String),
        ColumnDef::optional("refresh_hash", Type::String),
        ColumnDef::required("run_seq", Type::Integer),
        ColumnDef::optional("rebuilt_at", Type::Timestamp),
        ColumnDef::required("log_since", Type::Integer),
        ColumnDef::optional("members", Type::Integer),
        ColumnDef::optional("rows_in", Type::Integer),
        ColumnDef::optional("rows_out", Type::Integer),
        ColumnDef::optional("seconds", Type::Float),
    ];
    TableDef::new(name, columns).unique_by(1, rules.primary_keys)
}

/// How many members each segment has.
pub(super) fn counts(name: &[String], rules: Rules) -> TableDef {
    let columns = vec![
        ColumnDef::required("segment", Type::String),
        ColumnDef::required("members", Type::Integer),
        ColumnDef::required("as_of", Type::Timestamp),
    ];
    TableDef::new(name, columns).unique_by(1, rules.primary_keys)
}

/// Up to which run each segment has read the logs of others.
pub(super) fn inputs(name: &[String], rules: Rules) -> TableDef {
    let columns = vec![
        ColumnDef::required("segment", Type::String),
        ColumnDef::required("input", Type::String),
        ColumnDef::required("run_seq", Type::Integer),
    ];
    TableDef::new(name, columns).unique_by(2, rules.primary_keys)
}

/// The members of a segment.
fn members(segment: &SegmentPlan, rules: Rules) -> TableDef {
    let entered_at = ColumnDef::required("entered_at", Type::Timestamp);
    let columns = values(segment).chain([entered_at]);
    let columns = columns.chain(segment.kept.retention.as_ref().map(|_| expires_at()));
    let table = TableDef::of_segment(&segment.table, segment, columns.collect());
    table.unique_by(segment.keys.len(), rules.member_keys)
}

/// The columns beside the key.
pub(super) fn values(segment: &SegmentPlan) -> impl Iterator<Item = ColumnDef> {
    segment.columns.iter().map(|column| ColumnDef::optional(&column.name, column.ty.clone()))
}

/// When a member who no longer matches is removed.
pub(super) fn expires_at() -> ColumnDef {
    ColumnDef::optional("expires_at", Type::Timestamp)
}

/// The tables that a program creates for one segment: the members first.
#[must_use]
pub(crate) fn own_tables(segment: &SegmentPlan, rules: Rules) -> Vec<TableDef> {
    let mut tables = vec![members(segment, rules)];
    if let Some(ranked) = &segment.kept.ranked {
        let ranks = ranked.columns.iter().map(|column| ColumnDef::optional(&column.name, column.ty.clone()));
        let table = TableDef::of_segment(&segment.kept.tables.ranking_candidates, segment, ranks.collect());
        tables.push(table.unique_by(segment.keys.len(), rules.primary_keys && rules.rewritten_keys));
    }
    if let Some(list) = &segment.list {
        tables.push(TableDef::of_segment(&list.table, segment, Vec::new()));
        tables.push(TableDef::new(&list.stamps, vec![ColumnDef::required("stamp", Type::String)]));
    }
    if segment.kept.log.is_some() {
        let columns = vec![
            ColumnDef::required("run_seq", Type::Integer),
            ColumnDef::required("action", Type::String),
            ColumnDef::required("logged_at", Type::Timestamp),
        ];
        tables.push(TableDef::of_segment(&segment.kept.tables.log, segment, columns));
    }
    if let Some(history) = &segment.kept.history {
        let times = ["entered_at", "left_at"].map(|name| ColumnDef::required(name, Type::Timestamp));
        tables.push(TableDef::of_segment(history, segment, values(segment).chain(times).collect()));
    }
    tables
}
