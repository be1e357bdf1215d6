//! The names of types in several databases, as their schemas export them, in terms of the catalog.

use super::source::ColumnType;

/// The maximum nesting of types.
const DEPTH: usize = 32;

/// The families of databases whose types have the same meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeNames {
    /// PostgreSQL, and databases that have its types.
    Postgres,
    /// DuckDB.
    DuckDb,
    /// BigQuery.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// Databricks and Spark.
    Spark,
}

/// The databases by the names of their adapters in other tools.
const ADAPTERS: [(&str, TypeNames); 8] = [
    ("bigquery", TypeNames::BigQuery),
    ("databricks", TypeNames::Spark),
    ("duckdb", TypeNames::DuckDb),
    ("motherduck", TypeNames::DuckDb),
    ("postgres", TypeNames::Postgres),
    ("postgresql", TypeNames::Postgres),
    ("snowflake", TypeNames::Snowflake),
    ("spark", TypeNames::Spark),
];

impl TypeNames {
    /// The family of the database with this name.
    pub(crate) fn of(adapter: &str) -> Option<Self> {
        let known = |(name, _): &&(&str, Self)| name.eq_ignore_ascii_case(adapter);
        ADAPTERS.iter().find(known).map(|(_, names)| *names)
    }

    /// The names of all known databases.
    pub(crate) fn known() -> Vec<&'static str> {
        ADAPTERS.iter().map(|(name, _)| *name).collect()
    }

    /// The only family that has all these types, if some of them occur nowhere else.
    pub(crate) fn guess<'a>(types: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut found: Option<Self> = None;
        for ty in types {
            let (word, _) = head(ty);
            let only = match word.as_str() {
                "INT64" | "FLOAT64" | "BYTES" | "BIGNUMERIC" | "GEOGRAPHY_POINT" => Self::BigQuery,
                "NUMBER" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" | "OBJECT" => Self::Snowflake,
                "LONG" | "MAP" if ty.contains('<') => Self::Spark,
                "STRUCT" if ty.contains(':') => Self::Spark,
                "LONG" | "SHORT" | "BYTE" => Self::Spark,
                "CHARACTER VARYING" | "JSONB" | "TIMESTAMP WITHOUT TIME ZONE" | "USER-DEFINED" | "BYTEA" => {
                    Self::Postgres
                }
                "HUGEINT" | "UBIGINT" | "UINTEGER" | "TIMESTAMP_NS" => Self::DuckDb,
                _ => continue,
            };
            if found.is_some_and(|found| found != only) {
                return None;
            }
            found = Some(only);
        }
        found
    }

    /// The family whose `INFORMATION_SCHEMA.COLUMNS` has columns that no other has.
    pub(crate) fn by_schema_columns(has: impl Fn(&str) -> bool) -> Option<Self> {
        [
            ("is_partitioning_column", Self::BigQuery),
            ("clustering_ordinal_position", Self::BigQuery),
            ("full_data_type", Self::Spark),
            ("udt_name", Self::Postgres),
            ("schema_evolution_record", Self::Snowflake),
            ("kind", Self::Snowflake),
        ]
        .into_iter()
        .find(|(column, _)| has(column))
        .map(|(_, names)| names)
    }

    /// The values of a column of this type.
    pub(crate) fn column_type(self, name: &str) -> ColumnType {
        self.read(name.trim(), DEPTH)
    }

    fn read(self, name: &str, depth: usize) -> ColumnType {
        let Some(depth) = depth.checked_sub(1) else { return ColumnType::Other };
        if let Some(element) = name.strip_suffix("[]") {
            return ColumnType::Array(Box::new(self.read(element.trim(), depth)));
        }
        let (word, arguments) = head(name);
        match (word.as_str(), arguments) {
            ("ARRAY", Some(element)) if name.contains('<') => {
                ColumnType::Array(Box::new(self.read(element.trim(), depth)))
            }
            ("STRUCT", Some(fields)) => {
                let field = |one: &str| {
                    let (name, ty) = split_field(one);
                    (name, self.read(ty, depth))
                };
                ColumnType::Struct(split(fields).into_iter().map(field).collect())
            }
            ("ENUM", Some(values)) => {
                let value = |one: &str| one.trim().trim_matches('\'').replace("''", "'");
                ColumnType::Enum(split(values).into_iter().map(value).collect())
            }
            (word, arguments) => self.scalar(word, arguments),
        }
    }

    fn scalar(self, word: &str, arguments: Option<&str>) -> ColumnType {
        let is_snowflake = self == Self::Snowflake;
        match word {
            "TEXT" | "VARCHAR" | "STRING" | "CHARACTER VARYING" | "NVARCHAR" | "NVARCHAR2"
            | "CHAR VARYING" => ColumnType::Text,
            "CHAR" | "CHARACTER" | "NCHAR" | "BPCHAR" if is_snowflake || self == Self::DuckDb => {
                ColumnType::Text
            }
            "CHAR" | "CHARACTER" | "NCHAR" | "BPCHAR" => ColumnType::Char,
            "NUMBER" | "NUMERIC" | "DECIMAL" | "DEC" | "BIGNUMERIC" | "BIGDECIMAL" => {
                self.decimal(word, arguments)
            }
            "INTEGER" | "INT" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT" if is_snowflake => {
                ColumnType::Integer { bits: 128 }
            }
            "INTEGER" | "INT" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT" | "INT64"
                if self == Self::BigQuery =>
            {
                ColumnType::Integer { bits: 64 }
            }
            "INTEGER" | "INT" | "INT4" | "SMALLINT" | "INT2" | "TINYINT" | "SHORT" | "BYTE" | "UTINYINT"
            | "USMALLINT" | "UINTEGER" | "SERIAL" => ColumnType::Integer { bits: 32 },
            "BIGINT" | "INT8" | "INT64" | "LONG" | "UBIGINT" | "BIGSERIAL" => {
                ColumnType::Integer { bits: 64 }
            }
            "HUGEINT" | "UHUGEINT" => ColumnType::Integer { bits: 128 },
            "REAL" | "FLOAT4" | "FLOAT" if is_snowflake => ColumnType::Float { bits: 64 },
            "REAL" | "FLOAT4" => ColumnType::Float { bits: 32 },
            "FLOAT" if matches!(self, Self::Spark | Self::DuckDb) => ColumnType::Float { bits: 32 },
            "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" | "FLOAT64" | "FLOAT" => ColumnType::Float { bits: 64 },
            "BOOLEAN" | "BOOL" => ColumnType::Boolean,
            "DATE" => ColumnType::Date,
            "TIMESTAMPTZ"
            | "TIMESTAMP WITH TIME ZONE"
            | "TIMESTAMP_TZ"
            | "TIMESTAMP_LTZ"
            | "TIMESTAMP WITH LOCAL TIME ZONE" => ColumnType::Instant,
            "TIMESTAMP" if matches!(self, Self::BigQuery | Self::Spark) => ColumnType::Instant,
            "TIMESTAMP"
            | "TIMESTAMP_NTZ"
            | "TIMESTAMP WITHOUT TIME ZONE"
            | "DATETIME"
            | "TIMESTAMP_S"
            | "TIMESTAMP_MS"
            | "TIMESTAMP_NS" => ColumnType::LocalTime,
            "JSON" | "JSONB" => ColumnType::Json,
            "VARIANT" | "OBJECT" | "ARRAY" if is_snowflake => ColumnType::Json,
            _ => ColumnType::Other,
        }
    }

    fn decimal(self, word: &str, arguments: Option<&str>) -> ColumnType {
        let mut numbers = arguments.unwrap_or_default().split(',').map(|one| one.trim().parse().ok());
        let size = match (numbers.next().flatten(), numbers.next()) {
            (Some(precision), None) => Some((precision, 0)),
            (Some(precision), Some(scale)) => scale.map(|scale| (precision, scale)),
            (None, _) => match (self, word) {
                (Self::BigQuery, "NUMERIC" | "DECIMAL") => Some((38, 9)),
                (Self::Snowflake, _) => Some((38, 0)),
                (Self::Spark, _) => Some((10, 0)),
                (Self::DuckDb, _) => Some((18, 3)),
                _ => None,
            },
        };
        match size {
            // What `INTEGER` and `BIGINT` are there.
            Some((38, 0)) if self == Self::Snowflake => ColumnType::Integer { bits: 128 },
            Some((..=18, 0)) if self == Self::Snowflake => ColumnType::Integer { bits: 64 },
            size => ColumnType::Decimal(size),
        }
    }
}

/// The words of a type in capitals, and what is in the brackets after or between them.
fn head(name: &str) -> (String, Option<&str>) {
    let open = name.find(['(', '<']);
    let close = name.rfind([')', '>']);
    let (before, inside, after) = match (open, close) {
        (Some(open), Some(close)) if open < close => (
            name.get(..open).unwrap_or_default(),
            name.get(open + 1..close),
            name.get(close + 1..).unwrap_or_default(),
        ),
        _ => (name, None, ""),
    };
    let words: Vec<String> =
        before.split_whitespace().chain(after.split_whitespace()).map(str::to_uppercase).collect();
    (words.join(" "), inside)
}

/// The name and the type of a struct's field: `name TYPE` or `name: TYPE`.
fn split_field(text: &str) -> (String, &str) {
    let text = text.trim();
    if let Some(quote) = text.chars().next().filter(|c| ['"', '`'].contains(c)) {
        let rest = text.get(1..).unwrap_or_default();
        if let Some((name, ty)) = rest.split_once(quote) {
            return (name.to_owned(), ty.trim_start_matches([':', ' ']));
        }
    }
    let (name, ty) = text.split_once([' ', ':']).unwrap_or((text, ""));
    (name.to_owned(), ty.trim_start_matches([':', ' ']))
}

/// Splits at commas that are outside quotes and brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut open, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(' | '<') => open += 1,
            (None, ')' | '>') => open -= 1,
            (None, ',') if open == 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_means_another_type_elsewhere() {
        for (names, ty, expected) in [
            (TypeNames::BigQuery, "TIMESTAMP", ColumnType::Instant),
            (TypeNames::BigQuery, "DATETIME", ColumnType::LocalTime),
            (TypeNames::BigQuery, "NUMERIC", ColumnType::Decimal(Some((38, 9)))),
            (TypeNames::BigQuery, "NUMERIC(10, 2)", ColumnType::Decimal(Some((10, 2)))),
            (TypeNames::BigQuery, "STRING(12)", ColumnType::Text),
            (TypeNames::Spark, "TIMESTAMP", ColumnType::Instant),
            (TypeNames::Spark, "TIMESTAMP_NTZ", ColumnType::LocalTime),
            (TypeNames::Spark, "FLOAT", ColumnType::Float { bits: 32 }),
            (TypeNames::Spark, "int", ColumnType::Integer { bits: 32 }),
            (TypeNames::Spark, "VARIANT", ColumnType::Other),
            (TypeNames::Snowflake, "FLOAT", ColumnType::Float { bits: 64 }),
            (TypeNames::Snowflake, "NUMBER(38,0)", ColumnType::Integer { bits: 128 }),
            (TypeNames::Snowflake, "NUMBER(9,0)", ColumnType::Integer { bits: 64 }),
            (TypeNames::Snowflake, "NUMBER(20,0)", ColumnType::Decimal(Some((20, 0)))),
            (TypeNames::Snowflake, "NUMBER(12,2)", ColumnType::Decimal(Some((12, 2)))),
            (TypeNames::Snowflake, "TIMESTAMP_NTZ(9)", ColumnType::LocalTime),
            (TypeNames::Snowflake, "VARIANT", ColumnType::Json),
            (TypeNames::Postgres, "timestamp(3) without time zone", ColumnType::LocalTime),
            (TypeNames::Postgres, "timestamp with time zone", ColumnType::Instant),
            (TypeNames::Postgres, "character varying(10)", ColumnType::Text),
            (TypeNames::Postgres, "character(2)", ColumnType::Char),
            (TypeNames::Postgres, "integer", ColumnType::Integer { bits: 32 }),
            (TypeNames::Postgres, "double precision", ColumnType::Float { bits: 64 }),
            (TypeNames::Postgres, "numeric", ColumnType::Decimal(None)),
            (TypeNames::Postgres, "uuid", ColumnType::Other),
            (TypeNames::DuckDb, "DOUBLE[]", ColumnType::Array(Box::new(ColumnType::Float { bits: 64 }))),
        ] {
            assert_eq!(names.column_type(ty), expected, "{names:?} {ty}");
        }
    }

    #[test]
    fn structs_and_arrays_nest() {
        let text = |name: &str| name.to_owned();
        let inner = ColumnType::Struct(vec![
            (text("a"), ColumnType::Integer { bits: 64 }),
            (text("b c"), ColumnType::Array(Box::new(ColumnType::Text))),
        ]);
        let ty = "ARRAY<STRUCT<a INT64, `b c` ARRAY<STRING>>>";
        assert_eq!(TypeNames::BigQuery.column_type(ty), ColumnType::Array(Box::new(inner)));
        let ty = TypeNames::Spark.column_type("struct<city:string,at:struct<lat:double>>");
        let at = ColumnType::Struct(vec![(text("lat"), ColumnType::Float { bits: 64 })]);
        assert_eq!(ty, ColumnType::Struct(vec![(text("city"), ColumnType::Text), (text("at"), at)]));
        let deep = "ARRAY<".repeat(100_000) + "INT64" + &">".repeat(100_000);
        assert!(matches!(TypeNames::BigQuery.column_type(&deep), ColumnType::Array(_)));
    }

    #[test]
    fn a_database_is_known_by_the_types_that_only_it_has() {
        let guess = |types: &[&str]| TypeNames::guess(types.iter().copied());
        assert_eq!(guess(&["STRING", "INT64", "TIMESTAMP"]), Some(TypeNames::BigQuery));
        assert_eq!(guess(&["TEXT", "NUMBER", "BOOLEAN"]), Some(TypeNames::Snowflake));
        assert_eq!(guess(&["STRING", "BOOLEAN"]), None);
        assert_eq!(guess(&["INT64", "NUMBER"]), None);
    }
}
