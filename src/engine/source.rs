//! A database's information about the tables and queries in a catalog.

/// The source of an entity's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// A table or a view, by a name of one to three parts.
    Table(&'a [String]),
    /// A query in the engine's SQL.
    Query(&'a str),
}

/// What a database knows about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Described {
    /// The engine can't tell.
    Unknown,
    /// There is no such table or view.
    Absent,
    /// The columns, in order.
    Columns(Vec<SourceColumn>),
}

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceColumn {
    pub(crate) name: String,
    /// The engine's name of the type.
    pub(crate) ty: String,
    pub(crate) holds: ColumnType,
    /// Whether the schema allows missing values.
    pub(crate) nullable: bool,
}

/// The type of a column, in terms of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// Text of any length.
    Text,
    /// Text that is padded with spaces.
    Char,
    /// Text restricted to these values.
    Enum(Vec<String>),
    /// Whole numbers.
    Integer {
        /// 64, or 32 for all narrower ones.
        bits: u8,
    },
    /// Decimal numbers with a precision and scale, or without restriction.
    Decimal(Option<(u64, u64)>),
    /// Floating-point numbers.
    Float {
        /// 32 or 64.
        bits: u8,
    },
    /// Booleans.
    Boolean,
    /// Calendar days.
    Date,
    /// Instants.
    Instant,
    /// Dates with times, in a time zone unknown to the column.
    LocalTime,
    /// JSON documents.
    Json,
    /// Arrays.
    Array(Box<ColumnType>),
    /// Structs, with the names and types of their fields.
    Struct(Vec<(String, ColumnType)>),
    /// A type that no field can have.
    Other,
}

/// What to look for in the rows of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Rows in which this column is missing.
    Missing(String),
    /// Rows in which this column is NaN.
    NotANumber(String),
    /// Texts in this column other than these.
    Outside(String, Vec<String>),
}

/// The result of a look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The number of rows found.
    pub(crate) rows: u64,
    /// One of the texts found.
    pub(crate) example: Option<String>,
}

pub(super) mod sample {
    //! The query that looks at the first rows of a source.

    use super::{Found, Look, Source};
    use crate::engine::{Cell, Table, quote_ident, quote_name, quote_text};

    /// A query for one row with two cells per look: a count and an example. Rows in which the
    /// column `only_present` is present are skipped.
    pub(in crate::engine) fn sql(
        source: Source<'_>,
        looks: &[Look],
        without: Option<&str>,
        most: u32,
    ) -> String {
        let cells: Vec<String> = looks.iter().map(cell).collect();
        let from = match source {
            Source::Table(name) => quote_name(name),
            Source::Query(text) => format!("({}\n) AS source", text.trim().trim_end_matches(';')),
        };
        let live = without.map(|mark| format!(" WHERE {} IS NULL", quote_ident(mark))).unwrap_or_default();
        format!("SELECT {} FROM (SELECT * FROM {from}{live} LIMIT {most}) AS rows", cells.join(", "))
    }

    fn cell(look: &Look) -> String {
        match look {
            Look::Missing(column) => {
                format!("COUNT(*) FILTER (WHERE {} IS NULL), CAST(NULL AS VARCHAR)", quote_ident(column))
            }
            Look::NotANumber(column) => format!(
                "COUNT(*) FILTER (WHERE {} = CAST('NaN' AS DOUBLE PRECISION)), CAST(NULL AS VARCHAR)",
                quote_ident(column)
            ),
            Look::Outside(column, values) => {
                let text = format!("CAST({} AS VARCHAR)", quote_ident(column));
                let values: Vec<String> = values.iter().map(|value| quote_text(value)).collect();
                let outside = format!("{text} NOT IN ({})", values.join(", "));
                format!("COUNT(*) FILTER (WHERE {outside}), MIN(CASE WHEN {outside} THEN {text} END)")
            }
        }
    }

    /// The results, in the order of the looks.
    pub(in crate::engine) fn read(answer: &Table) -> Vec<Found> {
        let cells = answer.rows.first().map(Vec::as_slice).unwrap_or_default();
        let found = |pair: &[Cell]| Found {
            rows: match pair.first() {
                Some(Cell::Int(rows)) => u64::try_from(*rows).unwrap_or_default(),
                _ => 0,
            },
            example: match pair.get(1) {
                Some(Cell::Text(text)) => Some(text.clone()),
                _ => None,
            },
        };
        cells.chunks(2).map(found).collect()
    }
}
