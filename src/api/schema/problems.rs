//! Differences between the catalog and the database (SEG740 to SEG749).

use std::fmt;

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// A table in the catalog doesn't exist in the database.
    ///
    /// ```text
    /// order: { table: shop.ordes, … }      # but the table is shop.orders
    /// ```
    ///
    /// Correct `table:`, or the database in `--db`. A name without a schema is resolved as the database
    /// does it: along the search path, or in the current schema.
    error SEG740 "no such table" NoSuchTable {
        span: Option<Span>, entity: String, table: String, database: String, near: Option<String>,
    }
    message |p| format!("`{}` has no table `{}`, which `{}` reads", p.database, p.table, p.entity);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `table: {near}`?"),
        None => "correct `table:` in the catalog, or use a different database".to_owned(),
    });

    /// A column that a field reads doesn't exist in its table.
    ///
    /// ```text
    /// fields: { status: string }           # but the column is order_status
    /// ```
    ///
    /// Name the column with `column:`, or add it to the table.
    error SEG741 "no such column" NoSuchColumn {
        span: Option<Span>, field: String, table: String, column: String, known: Vec<String>,
    }
    message |p| format!("`{}` has no column `{}`, which `{}` reads", p.table, p.column, p.field);
    help |p| Some(match closest(&p.column, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `column: {near}`?"),
        None => format!("correct `column:` in the catalog; the columns are: {}", p.known.join(", ")),
    });

    /// The type of a column differs from its field's.
    ///
    /// Columns are read as the catalog declares them, without a conversion. If the type is wrong, the
    /// database reports an error, or the segment has different members.
    ///
    /// ```text
    /// fields: { total: integer }           # but the column is numeric(10,2)
    /// ```
    ///
    /// Declare the column's type. If no type fits (UUIDs, intervals, bytes), let the entity read a
    /// `query:` that casts the column.
    error SEG742 "column with a different type" OtherType {
        span: Option<Span>, field: String, declared: String, column: String, ty: String, right: Option<String>,
    }
    message |p| format!("`{}` is declared as {}, but the column `{}` is {}", p.field, p.declared, p.column, p.ty);
    help |p| Some(match &p.right {
        Some(right) => format!("declare `{right}`"),
        None => "no field has this type: instead of `table:`, use a `query:` that casts it to text".to_owned(),
    });

    /// A column contains times without a zone, and its field doesn't declare one.
    ///
    /// The instant of such a time depends on the zone it was written in, which neither the column nor
    /// segc knows. Without a declaration, the same row could have one time for one condition and another
    /// for the next.
    ///
    /// ```text
    /// fields: { at: timestamp }            # but the column is timestamp without time zone
    /// ```
    ///
    /// Declare the zone, as in `at: { type: timestamp, zone: UTC }`. Most applications write UTC; ask
    /// the person who maintains the table.
    error SEG743 "times without a zone" TimeWithoutZone {
        span: Option<Span>, field: String, column: String, ty: String, project: String,
    }
    message |p| format!("`{}` is a timestamp, but the column `{}` ({}) contains times without a zone", p.field, p.column, p.ty);
    help |p| Some(format!(
        "declare `zone: UTC` if they are in UTC{}; the column doesn't say which zone they are in",
        match p.project.as_str() {
            "UTC" => String::new(),
            zone => format!(", or `zone: {zone}` if they are local times in the project's zone"),
        }
    ));

    /// Columns contain integers of 32 bits or fewer, but their fields don't declare it.
    ///
    /// The database calculates with the width of its columns: `n * n` overflows beyond 2,147,483,647, and
    /// the run fails. With `storage: int32`, segc widens the column to 64 bits first.
    ///
    /// ```text
    /// fields: { n: integer }               # but the column is a 32-bit integer
    /// ```
    ///
    /// Declare `n: { type: integer, storage: int32 }`.
    warning SEG744 "integers of 32 bits" NarrowIntegers { span: Option<Span>, table: String, fields: Vec<String> }
    message |p| format!("`{}` stores {} in 32 bits or fewer, which arithmetic can overflow", p.table, listed(&p.fields));
    help |p| Some(match p.fields.len() {
        1 => "declare `storage: int32`, so that segc calculates with 64 bits".to_owned(),
        _ => "declare `storage: int32` on each, so that segc calculates with 64 bits".to_owned(),
    });

    /// A field declared `nullable: false` is missing in some rows of its table.
    ///
    /// Conditions are then compiled without a test for missing values and find different members. If
    /// neither `NOT NULL` nor a CHECK constraint rules them out, segc reads the rows: `check --probe` all
    /// rows of the table, other commands the first 100,000.
    ///
    /// ```text
    /// fields: { plan: { type: string, nullable: false } }      # but a row has no plan
    /// ```
    ///
    /// Remove `nullable: false`, or fill the column and declare it `NOT NULL` in the database.
    error SEG745 "missing values" ValuesMissing { span: Option<Span>, field: String, column: String, rows: Rows }
    message |p| format!("`{}` is declared `nullable: false`, but `{}` is missing in {}", p.field, p.column, p.rows);
    help |_p| Some("remove `nullable: false`, or fill the column in those rows".to_owned());

    /// A column contains values that aren't among the `values` of its field.
    ///
    /// In a segment, a literal outside `values` is an error, so rows with such a value couldn't be
    /// selected. segc compares the labels of an enum type or the values that a CHECK constraint allows. If
    /// there is neither, it reads the rows: `check --probe` all rows of the table, other commands the first
    /// 100,000.
    ///
    /// ```text
    /// fields: { plan: { type: string, values: [free, premium] } }      # but a row has trial
    /// ```
    ///
    /// Add the value to `values`, or correct the rows.
    error SEG746 "values that aren't declared" OtherValues {
        span: Option<Span>, field: String, column: String, values: Vec<String>, found: Listed,
    }
    message |p| match &p.found {
        Listed::InRows(rows) => format!(
            "`{}` contains {} in {rows}, which `values` of `{}` doesn't list",
            p.column,
            if rows.rows == 1 { quoted(&p.values) } else { format!("values such as {}", quoted(&p.values)) },
            p.field,
        ),
        Listed::ByType => format!("the type of `{}` has {}, which `values` of `{}` doesn't list", p.column, quoted(&p.values), p.field),
        Listed::ByConstraint => format!("a constraint of `{}` allows {}, which `values` of `{}` doesn't list", p.column, quoted(&p.values), p.field),
    };
    help |p| Some(match p.found {
        Listed::InRows(_) => "add it to `values`, or correct the rows".to_owned(),
        Listed::ByType => "add it to `values`, or remove it from the type".to_owned(),
        Listed::ByConstraint => "add it to `values`, or correct the constraint".to_owned(),
    });

    /// The database rejects the `query:` of an entity.
    ///
    /// The query was prepared, not executed. The message ends with the text of the database.
    ///
    /// ```text
    /// customer: { query: "select id, plan from custmers", … }
    /// ```
    ///
    /// Correct the query; it must be in the target's SQL.
    error SEG747 "rejected query" QueryRefused { span: Option<Span>, entity: String, reason: String }
    message |p| format!("the query of `{}` is rejected: {}", p.entity, p.reason);
    help |_p| Some("correct the query: it must be in the target's SQL".to_owned());

    /// A floating-point column contains NaN, but its field doesn't declare it.
    ///
    /// NaN is missing in the language, but greater than every number in most databases. `check
    /// --probe` reads all rows of the table, other commands the first 100,000.
    ///
    /// ```text
    /// fields: { score: float }             # but a row contains NaN
    /// ```
    ///
    /// Declare `score: { type: float, storage: float_nan }`.
    error SEG748 "NaN" NotANumber { span: Option<Span>, field: String, column: String, rows: Rows }
    message |p| format!("`{}` contains NaN in {}, which `{}` doesn't declare", p.column, p.rows, p.field);
    help |_p| Some("declare `storage: float_nan`, so that NaN is missing".to_owned());
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        other => other.concat(),
    }
}

fn quoted(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value:?}`")).collect();
    quoted.join(", ")
}

/// In how many rows something was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    pub(crate) rows: u64,
    /// How many were read, if the table has more.
    pub(crate) first: Option<u32>,
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first {
            Some(first) => write!(f, "{} of the first {first} rows", self.rows),
            None => write!(f, "{} row{}", self.rows, if self.rows == 1 { "" } else { "s" }),
        }
    }
}

/// What lists values that a field doesn't declare.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Listed {
    /// The enum type of the column.
    ByType,
    /// A CHECK constraint.
    ByConstraint,
    /// Rows contain them.
    InRows(Rows),
}
