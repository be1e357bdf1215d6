//! The result of a query: rows of values.

use std::fmt;

use bigdecimal::BigDecimal;
use jiff::{Timestamp, civil::Date};

use crate::types::Literal;

/// The result of a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The cells of the column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Vec<&Cell>> {
        let at = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().filter_map(|row| row.get(at)).collect())
    }
}

/// A value in a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A missing value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// A decimal number.
    Decimal(BigDecimal),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// A calendar day.
    Date(Date),
    /// An instant. A timestamp without a time zone is read as UTC.
    Timestamp(Timestamp),
}

impl From<&Literal> for Cell {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::String(text) => Self::Text(text.clone()),
            Literal::Integer(number) => Self::Int((*number).into()),
            Literal::Decimal(number) => Self::Decimal(number.clone()),
            Literal::Float(number) => Self::Float(*number),
            Literal::Boolean(value) => Self::Bool(*value),
            Literal::Date(date) => Self::Date(*date),
            Literal::Timestamp(instant) => Self::Timestamp(*instant),
            Literal::Semver(version) => Self::Text(version.to_string()),
        }
    }
}

/// Writes the value as in a CSV file; missing values are empty.
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

/// A column of a table, as the database reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    pub(crate) name: String,
    /// The engine's name of the type, without lengths if the engine omits them.
    pub(crate) ty: String,
}

/// Columns from rows of two texts, name and type.
pub(super) fn stored(table: Table) -> Vec<StoredColumn> {
    let column = |row: Vec<Cell>| match row.as_slice() {
        [Cell::Text(name), Cell::Text(ty)] => Some(StoredColumn { name: name.clone(), ty: ty.clone() }),
        _ => None,
    };
    table.rows.into_iter().filter_map(column).collect()
}

/// The only value of a result, as text.
pub(super) fn only_text(table: &Table) -> String {
    table.rows.first().and_then(|row| row.first()).map(ToString::to_string).unwrap_or_default()
}

/// Rows of names as lists of parts, without missing parts.
pub(super) fn names(table: Table) -> Vec<Vec<String>> {
    let part = |cell: Cell| match cell {
        Cell::Text(name) => Some(name),
        _ => None,
    };
    table.rows.into_iter().map(|row| row.into_iter().filter_map(part).collect()).collect()
}
