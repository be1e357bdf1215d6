//! The file of a model: what dbt reads before it sees the SQL, and the SQL.

use std::fmt::Write as _;

use crate::plan::SegmentPlan;

/// The name, in the plan's queries, of what a model's table held before the run.
pub const BEFORE: [&str; 2] = ["", "before"];
/// The name of the rows that stay as they are.
pub const KEPT: [&str; 2] = ["", "kept"];

/// The model of a segment.
#[derive(Debug)]
pub struct Model<'a> {
    /// The segment.
    pub segment: &'a SegmentPlan,
    /// How dbt stores its rows.
    pub rows: Rows,
    /// Comment lines above the SQL.
    pub header: Vec<String>,
    /// The SQL, with tables and instants as dbt fills them in.
    pub sql: String,
}

/// How dbt stores a model's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// A view.
    View,
    /// A table that is built again by every run.
    Table(Vec<StoredColumn>),
    /// A table to which newcomers are added: members never leave.
    Incremental(Vec<StoredColumn>),
}

/// A column of a model's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// Its name as it is written in SQL.
    pub written: String,
    /// Its type.
    pub ty: String,
}

/// A text in quotes, for Jinja.
pub(super) fn jinja_text(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

fn columns(columns: &[StoredColumn]) -> String {
    let column = |column: &StoredColumn| {
        let [name, written, ty] = [&column.name, &column.written, &column.ty].map(|text| jinja_text(text));
        format!("{name}: [{written}, {ty}]")
    };
    format!("{{{}}}", columns.iter().map(column).collect::<Vec<_>>().join(", "))
}

impl Model<'_> {
    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let mut out = match &self.rows {
            Rows::View => "{{ config(materialized='view') }}\n".to_owned(),
            Rows::Table(stored) => {
                let before = format!("{{%- set before = segc_before({}) %}}\n", columns(stored));
                format!("{{{{ config(materialized='table') }}}}\n{before}")
            }
            Rows::Incremental(stored) => {
                let keys: Vec<String> = self.segment.keys.iter().map(|key| jinja_text(&key.name)).collect();
                let (stored, fingerprint) = (columns(stored), jinja_text(&self.segment.fingerprint));
                let config = "materialized='incremental', on_schema_change='fail'";
                format!(
                    "{{{{ config({config}, unique_key=[{}]) }}}}\n\
                     {{%- do segc_same_meaning({fingerprint}) %}}\n\
                     {{%- set before = segc_before({stored}) %}}\n\
                     {{%- set kept = segc_kept({stored}) %}}\n",
                    keys.join(", ")
                )
            }
        };
        out.push('\n');
        for line in &self.header {
            // Jinja reads comments of SQL, too.
            let _ = writeln!(out, "-- {}", line.replace(['{', '}'], "'"));
        }
        out.push_str(self.sql.trim_end());
        out.push('\n');
        out
    }
}
