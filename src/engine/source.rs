//! A database's information about the tables and queries in a catalog.

use crate::types::Type;

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
    /// The only texts that the constraints of the table let it hold.
    pub(crate) allowed: Option<Vec<String>>,
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

/// How a field declares a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) ty: Type,
    /// The value of `storage`.
    pub(crate) storage: Option<&'static str>,
    /// Whether the field needs a `zone`.
    pub(crate) is_local: bool,
}

impl ColumnType {
    /// The declaration with which a field can read a column of this type.
    pub(crate) fn declared(&self) -> Option<Declared> {
        let plain = |ty| Some(Declared { ty, storage: None, is_local: false });
        let stored = |ty, storage| Some(Declared { ty, storage: Some(storage), is_local: false });
        match self {
            Self::Text | Self::Enum(_) => plain(Type::String),
            Self::Char => stored(Type::String, "char"),
            Self::Integer { bits: 32 } => stored(Type::Integer, "int32"),
            Self::Integer { .. } => plain(Type::Integer),
            Self::Decimal(size) => plain(decimal(*size)),
            Self::Float { bits: 32 } => stored(Type::Float, "float32"),
            Self::Float { .. } => plain(Type::Float),
            Self::Boolean => plain(Type::Boolean),
            Self::Date => plain(Type::Date),
            Self::Instant => plain(Type::Timestamp),
            Self::LocalTime => Some(Declared { ty: Type::Timestamp, storage: None, is_local: true }),
            Self::Json => plain(Type::Json),
            Self::Array(element) => {
                let element = element.declared()?;
                // A field of arrays has no `storage` and no `zone`; narrow integers need none.
                let is_plain = !element.is_local && matches!(element.storage, None | Some("int32"));
                if is_plain { plain(Type::Array(Box::new(element.ty))) } else { None }
            }
            Self::Struct(_) | Self::Other => None,
        }
    }
}

/// The field's type for decimals of this precision and scale: the same if a field can have it.
fn decimal(size: Option<(u64, u64)>) -> Type {
    let fits = size.filter(|(precision, scale)| *precision <= 38 && *scale <= 9 && scale <= precision);
    match fits.map(|(precision, scale)| (u8::try_from(precision), u8::try_from(scale))) {
        Some((Ok(precision), Ok(scale))) => Type::Decimal { precision, scale },
        _ => Type::DECIMAL,
    }
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

/// What was found in the rows of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// How many rows were read.
    pub(crate) rows: u64,
    /// What was found, look by look.
    pub(crate) found: Vec<Found>,
}

/// The result of a look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The number of rows found.
    pub(crate) rows: u64,
    /// One of the texts found.
    pub(crate) example: Option<String>,
}

/// Rows that are marked as deleted.
#[derive(Debug, Clone, Copy)]
pub struct DeletedRows<'a> {
    /// The column with the mark.
    pub(crate) column: &'a str,
    /// Its value in deleted rows; if there is none, it is present in them.
    pub(crate) state: Option<bool>,
}

pub(super) mod rows {
    //! The query that looks at the rows of a source.

    use super::{DeletedRows, Found, Look, Looked, Source};
    use crate::engine::{Cell, Table, quote_ident, quote_name, quote_text};

    /// One row: how many rows were read, and two cells for each look, a count and an example.
    /// `without` leaves out deleted rows.
    pub(in crate::engine) fn sql(
        source: Source<'_>,
        looks: &[Look],
        without: Option<DeletedRows<'_>>,
        most: Option<u32>,
    ) -> String {
        let cells: Vec<String> = looks.iter().map(|look| format!(", {}", cell(look))).collect();
        let from = match source {
            Source::Table(name) => quote_name(name),
            Source::Query(text) => format!("({}\n) AS source", text.trim().trim_end_matches(';')),
        };
        let live = without.map(|mark| {
            let column = quote_ident(mark.column);
            match mark.state {
                None => format!(" WHERE {column} IS NULL"),
                Some(true) => format!(" WHERE {column} IS NOT TRUE"),
                Some(false) => format!(" WHERE {column} IS NOT FALSE"),
            }
        });
        let live = live.unwrap_or_default();
        let most = most.map(|most| format!(" LIMIT {most}")).unwrap_or_default();
        format!("SELECT COUNT(*){} FROM (SELECT * FROM {from}{live}{most}) AS rows", cells.concat())
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
                // By code points, whatever the collation of the column.
                let text = format!("CAST({} AS VARCHAR) COLLATE \"C\"", quote_ident(column));
                let values: Vec<String> = values.iter().map(|value| quote_text(value)).collect();
                let outside = format!("{text} NOT IN ({})", values.join(", "));
                format!("COUNT(*) FILTER (WHERE {outside}), MIN(CASE WHEN {outside} THEN {text} END)")
            }
        }
    }

    /// The answer.
    pub(in crate::engine) fn read(answer: &Table) -> Looked {
        let cells = answer.rows.first().map(Vec::as_slice).unwrap_or_default();
        let count = |cell: Option<&Cell>| match cell {
            Some(Cell::Int(rows)) => u64::try_from(*rows).unwrap_or_default(),
            _ => 0,
        };
        let found = |pair: &[Cell]| Found {
            rows: count(pair.first()),
            example: match pair.get(1) {
                Some(Cell::Text(text)) => Some(text.clone()),
                _ => None,
            },
        };
        let looks = cells.get(1..).unwrap_or_default();
        Looked { rows: count(cells.first()), found: looks.chunks(2).map(found).collect() }
    }
}
