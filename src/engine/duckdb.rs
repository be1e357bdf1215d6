//! DuckDB, embedded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bigdecimal::BigDecimal;
use duckdb::types::{TimeUnit, ValueRef};
use duckdb::{AccessMode, Config, Connection};
use jiff::{Span, Timestamp, civil::Date};
use sqlparser::dialect::DuckDbDialect;

use super::constraint::{Proven, proven};
use super::duckdb_types::column_type;
use super::problems::{CannotOpen, Locked, NoTimeZones, UnreadableValue};
use super::table::{names, only_text, stored};
use super::{
    AppendRows, Cell, Described, Engine, EngineError, Limits, Source, SourceColumn, StoredColumn,
    StoredTable, Table, library, limits, quote_name, quote_text,
};

/// A DuckDB database, in memory or in a file. Its session's time zone is UTC.
pub struct DuckDb {
    pub(super) connection: Connection,
    /// How long a statement may take.
    time: Option<Duration>,
}

impl DuckDb {
    /// Opens a database file, creating it if necessary, or a new database in memory.
    ///
    /// # Errors
    ///
    /// The engine's library can't be opened, the file can't, another program has it open, or the
    /// engine has no time zones.
    pub fn open(path: Option<&Path>) -> Result<Self, EngineError> {
        library::open()?;
        let opened = config().and_then(|config| match path {
            Some(path) => Connection::open_with_flags(plain_path(path), config),
            None => Connection::open_in_memory_with_flags(config),
        });
        Self::begin(opened.map_err(|error| cannot_open(path, &error))?)
    }

    /// Opens a database file read-only.
    ///
    /// # Errors
    ///
    /// The engine's library can't be opened, the file doesn't exist or can't be opened, or the engine
    /// has no time zones.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, EngineError> {
        library::open()?;
        let config = config().and_then(|config| config.access_mode(AccessMode::ReadOnly));
        let opened = config.and_then(|config| Connection::open_with_flags(plain_path(path), config));
        Self::begin(opened.map_err(|error| cannot_open(Some(path), &error))?)
    }

    fn begin(connection: Connection) -> Result<Self, EngineError> {
        // From here on queries may need an extension that the library has or finds.
        let usual = "RESET autoload_known_extensions; RESET autoinstall_known_extensions";
        connection.execute_batch(usual).map_err(|error| failed(usual, &error))?;
        let mut engine = Self { connection, time: None };
        engine.probe_zones()?;
        Ok(engine)
    }

    /// Does the work of a statement, and cancels it when its time is over.
    fn in_time<T>(
        &self,
        statement: &str,
        work: impl FnOnce(&Connection) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let Some(time) = self.time else { return work(&self.connection) };
        let handle = self.connection.interrupt_handle();
        match limits::in_time(time, || handle.interrupt(), || work(&self.connection)) {
            Ok((Err(_), true)) => Err(EngineError::took_too_long(statement, time)),
            Ok((done, _)) => done,
            Err(error) => Err(EngineError::statement_failed(statement, error.to_string())),
        }
    }

    /// Sets the session's time zone and tests one: without ICU, both fail or give wrong results.
    fn probe_zones(&mut self) -> Result<(), EngineError> {
        let no_zones = |reason: String| EngineError::new(NoTimeZones { span: None, reason });
        let set = self.connection.execute_batch("SET TimeZone = 'UTC'");
        set.map_err(|error| no_zones(reason(&error)))?;
        let sql = "SELECT (TIMESTAMPTZ '2026-07-01 12:00:00+00' AT TIME ZONE 'Europe/London')::VARCHAR";
        let asked = self.connection.query_row(sql, [], |row| row.get::<_, String>(0));
        match asked {
            Ok(answer) if answer == "2026-07-01 13:00:00" => Ok(()),
            Ok(answer) => {
                Err(no_zones(format!("noon in UTC should be 13:00 in a London summer, not {answer}")))
            }
            Err(error) => Err(no_zones(reason(&error))),
        }
    }
}

/// The configuration, in which neither the name nor the contents of a file make the engine load or
/// download an extension.
fn config() -> duckdb::Result<Config> {
    Config::default().enable_autoload_extension(false)
}

/// A path that the engine can't mistake: it would take text before a `:` for the name of an
/// extension.
pub(super) fn plain_path(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

impl Engine for DuckDb {
    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        Some(self)
    }

    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.in_time(statement, |connection| {
            let changed = connection.execute(statement, []).map_err(|error| failed(statement, &error))?;
            Ok(changed as u64)
        })
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        self.in_time(sql, |connection| {
            let mut prepared = connection.prepare(sql).map_err(|error| failed(sql, &error))?;
            let mut rows = prepared.query([]).map_err(|error| failed(sql, &error))?;
            let columns = rows.as_ref().map(|statement| statement.column_names()).unwrap_or_default();
            let mut table = Table { columns, rows: Vec::new() };
            while let Some(row) = rows.next().map_err(|error| failed(sql, &error))? {
                let mut cells = Vec::with_capacity(table.columns.len());
                for (at, column) in table.columns.iter().enumerate() {
                    let value = row.get_ref(at).map_err(|error| failed(sql, &error))?;
                    cells.push(cell(value).map_err(|reason| unreadable(column, reason))?);
                }
                table.rows.push(cells);
            }
            Ok(table)
        })
    }

    fn limit(&mut self, limits: Limits) -> Result<(), EngineError> {
        self.time = limits.time;
        match limits.threads {
            Some(threads) => self.execute(&format!("SET threads = {threads}")).map(drop),
            None => Ok(()),
        }
    }

    /// See <https://duckdb.org/docs/stable/sql/meta/duckdb_table_functions>.
    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        let table = is_table(table);
        let sql = format!(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE {table} ORDER BY column_index"
        );
        self.query(&sql).map(stored)
    }

    /// See <https://duckdb.org/docs/stable/guides/meta/describe>.
    fn describe(&mut self, source: Source<'_>) -> Result<Described, EngineError> {
        let sql = match source {
            Source::Table(name) => format!("DESCRIBE {}", quote_name(name)),
            Source::Query(text) => {
                format!("DESCRIBE SELECT * FROM ({}\n)", text.trim().trim_end_matches(';'))
            }
        };
        let answer = match self.query(&sql) {
            Err(error)
                if matches!(source, Source::Table(_)) && error.to_string().contains("does not exist") =>
            {
                return Ok(Described::Absent);
            }
            answer => answer?,
        };
        let constraints = match source {
            Source::Table(name) => self.query(&constraints(name))?.rows,
            Source::Query(_) => Vec::new(),
        };
        let column = |row: Vec<Cell>| match row.as_slice() {
            [Cell::Text(name), Cell::Text(ty), null, ..] => {
                let proven = proven_of(name, &constraints);
                Some(SourceColumn {
                    name: name.clone(),
                    ty: ty.clone(),
                    holds: column_type(ty),
                    nullable: *null != Cell::Text("NO".to_owned()) && !proven.is_present,
                    allowed: proven.texts,
                })
            }
            _ => None,
        };
        Ok(Described::Columns(answer.rows.into_iter().filter_map(column).collect()))
    }

    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        let sql = "SELECT CASE WHEN table_schema <> current_schema() THEN table_schema END, table_name \
                   FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY ALL";
        self.query(sql).map(names)
    }

    fn inventory(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        self.stored_tables()
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        one.eq_ignore_ascii_case(other)
    }

    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        self.query(&format!("SELECT TYPEOF(CAST(NULL AS {declared}))")).map(|table| only_text(&table))
    }
}

/// A condition on the rows of the engine's own functions: that they are those of a table.
fn is_table(table: &[String]) -> String {
    let part = |from_the_end: usize| table.iter().rev().nth(from_the_end).map(|name| quote_text(name));
    let of = |part: Option<String>, otherwise: &str| part.unwrap_or_else(|| otherwise.to_owned());
    format!(
        "LOWER(table_name) = LOWER({}) AND LOWER(schema_name) = LOWER({}) AND LOWER(database_name) = LOWER({})",
        of(part(0), "''"),
        of(part(1), "current_schema()"),
        of(part(2), "current_database()"),
    )
}

/// The CHECK constraints of a table. Where a column may have a collation, a text that is equal to
/// one of a constraint need not be the same, so those of such a table prove nothing.
fn constraints(table: &[String]) -> String {
    let table = is_table(table);
    format!(
        "SELECT expression FROM duckdb_constraints() WHERE constraint_type = 'CHECK' AND {table} \
         AND NOT EXISTS (SELECT 1 FROM duckdb_tables() WHERE {table} AND sql ILIKE '%collate%')"
    )
}

fn proven_of(column: &str, constraints: &[Vec<Cell>]) -> Proven {
    let mut all = Proven::default();
    for row in constraints {
        if let [Cell::Text(constraint)] = row.as_slice() {
            all.and(proven(constraint, column, &DuckDbDialect {}));
        }
    }
    all
}

fn unreadable(column: &str, reason: String) -> EngineError {
    EngineError::new(UnreadableValue { span: None, column: column.to_owned(), reason })
}

/// Converts a value, or returns why it can't be read.
fn cell(value: ValueRef<'_>) -> Result<Cell, String> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Boolean(value) => Cell::Bool(value),
        ValueRef::TinyInt(number) => Cell::Int(number.into()),
        ValueRef::SmallInt(number) => Cell::Int(number.into()),
        ValueRef::Int(number) => Cell::Int(number.into()),
        ValueRef::BigInt(number) => Cell::Int(number.into()),
        ValueRef::HugeInt(number) => Cell::Int(number),
        ValueRef::UTinyInt(number) => Cell::Int(number.into()),
        ValueRef::USmallInt(number) => Cell::Int(number.into()),
        ValueRef::UInt(number) => Cell::Int(number.into()),
        ValueRef::UBigInt(number) => Cell::Int(number.into()),
        ValueRef::Float(number) => Cell::Float(number.into()),
        ValueRef::Double(number) => Cell::Float(number),
        ValueRef::Decimal(number) => {
            Cell::Decimal(BigDecimal::new(number.value().into(), i64::from(number.scale())))
        }
        ValueRef::Text(_) | ValueRef::Enum(..) => {
            Cell::Text(value.as_str().map_err(|error| error.to_string())?.to_owned())
        }
        ValueRef::Date32(days) => {
            Cell::Date(date(days).ok_or("the date is outside the years -9999 to 9999")?)
        }
        ValueRef::Timestamp(unit, count) => {
            Cell::Timestamp(instant(unit, count).ok_or("the timestamp is outside the years -9999 to 9999")?)
        }
        other => return Err(format!("its type, {:?}, isn't supported in results", other.data_type())),
    })
}

/// Days since 1970.
pub(super) fn days(day: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    day.duration_since(epoch)
        .as_hours()
        .checked_div(24)
        .and_then(|days| i32::try_from(days).ok())
        .unwrap_or(0)
}

fn date(days: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(i64::from(days)).ok()?).ok()
}

fn instant(unit: TimeUnit, count: i64) -> Option<Timestamp> {
    match unit {
        TimeUnit::Second => Timestamp::from_second(count).ok(),
        TimeUnit::Millisecond => Timestamp::from_millisecond(count).ok(),
        TimeUnit::Microsecond => Timestamp::from_microsecond(count).ok(),
        TimeUnit::Nanosecond => Timestamp::from_nanosecond(count.into()).ok(),
    }
}

/// The engine's message, without what its C interface adds.
pub(super) fn reason(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.trim().to_owned(),
        other => other.to_string(),
    }
}

fn failed(statement: &str, error: &duckdb::Error) -> EngineError {
    EngineError::statement_failed(statement, reason(error))
}

fn cannot_open(path: Option<&Path>, error: &duckdb::Error) -> EngineError {
    let path = path.map_or_else(|| ":memory:".to_owned(), |path| path.display().to_string());
    let reason = reason(error);
    if reason.contains("lock on file") || reason.contains("already open") {
        EngineError::new(Locked { span: None, path, reason })
    } else {
        EngineError::new(CannotOpen { span: None, path, reason })
    }
}
