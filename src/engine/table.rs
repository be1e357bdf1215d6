//! The result of a query: rows of values.

use std::fmt;

use bigdecimal::BigDecimal;
use jiff::{Timestamp, civil::Date};

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, each with one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// All cells of the column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Vec<&Cell>> {
        let at = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().filter_map(|row| row.get(at)).collect())
    }
}

/// A value in a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Missing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// An exact number.
    Decimal(BigDecimal),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// A day.
    Date(Date),
    /// An instant. A timestamp without a zone is taken as UTC.
    Timestamp(Timestamp),
}

/// As a person reads it, and as a CSV file holds it; a missing value is empty.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Decimal(number) => f.write_str(&number.to_plain_string()),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(instant) => write!(f, "{instant}"),
        }
    }
}

/// A column of a table, as its database reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    pub(crate) name: String,
    /// The engine's name of its type, without lengths where the engine leaves them out.
    pub(crate) ty: String,
}

/// Rows of two texts as columns.
pub(super) fn stored(table: Table) -> Vec<StoredColumn> {
    let column = |row: Vec<Cell>| match row.as_slice() {
        [Cell::Text(name), Cell::Text(ty)] => Some(StoredColumn { name: name.clone(), ty: ty.clone() }),
        _ => None,
    };
    table.rows.into_iter().filter_map(column).collect()
}

/// The only value of an answer, as text.
pub(super) fn only_text(table: &Table) -> String {
    table.rows.first().and_then(|row| row.first()).map(ToString::to_string).unwrap_or_default()
}

/// Rows of names as lists of parts; a part that is missing is left out.
pub(super) fn names(table: Table) -> Vec<Vec<String>> {
    let part = |cell: Cell| match cell {
        Cell::Text(name) => Some(name),
        _ => None,
    };
    table.rows.into_iter().map(|row| row.into_iter().filter_map(part).collect()).collect()
}
