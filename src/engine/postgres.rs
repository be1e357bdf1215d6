//! PostgreSQL, over a connection without TLS.

use std::error::Error;
use std::time::Duration;

use bigdecimal::BigDecimal;
use postgres::config::Host;
use postgres::error::SqlState;
use postgres::types::Type;
use postgres::{Client, Config, CopyInWriter, NoTls, SimpleQueryMessage};
use sqlparser::dialect::PostgreSqlDialect;

use super::constraint::{Proven, proven};
use super::postgres_types::column_type;
use super::problems::{CannotConnect, UnreadableAddress, UnreadableValue};
use super::table::{names, only_text, stored};
use super::{
    AppendRows, Cell, Described, Engine, EngineError, Limits, Source, SourceColumn, StoredColumn,
    StoredTable, Table, quote_name, quote_text,
};

/// The timeout for connecting, unless the connection string sets one.
const PATIENCE: Duration = Duration::from_secs(10);

/// The default port of a server.
const USUAL_PORT: u16 = 5432;

/// Settings that change the meaning of SQL or how values are written as text, which a server, a
/// database or a role may have set. Settings that protect the server (timeouts, read-only
/// transactions, row security) stay as they are, since they make statements fail but change no
/// meaning.
const SESSION: &str = "\
    SET standard_conforming_strings = on; \
    SET client_encoding = 'UTF8'; \
    SET TIME ZONE 'UTC'; \
    SET DateStyle = 'ISO, YMD'; \
    SET IntervalStyle = 'postgres'; \
    SET timezone_abbreviations = 'Default'; \
    SET extra_float_digits = 1; \
    SET bytea_output = 'hex'; \
    SET transform_null_equals = off; \
    SET array_nulls = on; \
    SET gin_fuzzy_search_limit = 0; \
    SET quote_all_identifiers = off; \
    SET lc_numeric = 'C'; \
    SET lc_time = 'C'; \
    SET default_transaction_isolation = 'read committed'; \
    SELECT pg_catalog.set_config('search_path', pg_catalog.array_to_string(ARRAY( \
        SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS name \
        WHERE name OPERATOR(pg_catalog.<>) 'pg_catalog' \
    ), ', '), false)";

/// A PostgreSQL database on a server. Its session's time zone is UTC.
///
/// TLS isn't supported, and a connection string with `sslmode=require` is rejected. Use a tunnel to
/// reach a server over an untrusted network.
pub struct Postgres {
    client: Client,
    /// How long a statement may take.
    time: Option<Duration>,
}

impl Postgres {
    /// Connects to the database at a URL (`postgres://…`) or a list (`host=… dbname=…`).
    ///
    /// # Errors
    ///
    /// The text isn't a connection string, or the server can't be reached or refuses the
    /// connection. The error never contains a password.
    pub fn connect(address: &str) -> Result<Self, EngineError> {
        let mut config = read(address)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("segc");
        }
        let refused = |error: &postgres::Error| {
            let (server, reason) = (shown(&config), reason(error));
            EngineError::new(CannotConnect { span: None, server, reason })
        };
        let mut client = config.connect(NoTls).map_err(|error| refused(&error))?;
        client.batch_execute(SESSION).map_err(|error| refused(&error))?;
        Ok(Self { client, time: None })
    }

    /// Makes the rest of this session read-only.
    ///
    /// # Errors
    ///
    /// The server's error.
    pub(crate) fn only_read(&mut self) -> Result<(), EngineError> {
        self.execute("SET default_transaction_read_only = on").map(drop)
    }

    /// Begins to send rows by a `COPY` statement.
    pub(super) fn copy_in(&mut self, copy: &str) -> Result<CopyInWriter<'_>, EngineError> {
        let time = self.time;
        self.client.copy_in(copy).map_err(|error| failed(time, copy, &error))
    }

    /// The error for a statement.
    pub(super) fn failed(&self, statement: &str, error: &postgres::Error) -> EngineError {
        failed(self.time, statement, error)
    }

    /// Sets how long the server lets statements take; 0 is without limit.
    fn set_time(&mut self, time: Option<Duration>) -> Result<(), EngineError> {
        // The server's unit is a millisecond, and its number has 31 bits.
        let most = |time: Duration| time.as_millis().clamp(1, i32::MAX as u128);
        self.execute(&format!("SET statement_timeout = {}", time.map_or(0, most))).map(drop)
    }

    /// Whether a connection string contains a password.
    pub(super) fn holds_password(address: &str) -> bool {
        address.parse::<Config>().is_ok_and(|config| config.get_password().is_some())
    }

    /// A connection string without its password.
    ///
    /// # Errors
    ///
    /// The text isn't a connection string.
    pub(crate) fn shown(address: &str) -> Result<String, EngineError> {
        read(address).map(|config| shown(&config))
    }
}

/// Parses a connection string. A second `@` or a space after the host is rejected: these almost
/// always belong to a password, whose end would be taken for the host and shown.
fn read(address: &str) -> Result<Config, EngineError> {
    if has_stray_characters(address) {
        let reason = "it has an `@` other than the one in front of the host, or a space after it; in a user, \
                      password or database, write `@` as `%40`, `/` as `%2F`, `:` as `%3A` and a space as `%20`";
        return Err(EngineError::new(UnreadableAddress { span: None, reason: reason.to_owned() }));
    }
    let config: Config = address.parse().map_err(|error: postgres::Error| {
        // The name of an option that isn't known may be a part of a password with spaces.
        let reason = reason(&error);
        let reason = match reason.split_once("unknown option") {
            Some(_) => "it has an unknown option".to_owned(),
            None => reason,
        };
        EngineError::new(UnreadableAddress { span: None, reason })
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        let reason = "it has no host".to_owned();
        return Err(EngineError::new(UnreadableAddress { span: None, reason }));
    }
    Ok(config)
}

/// Whether a URL has an `@` other than the one between user and host, or a space after it.
fn has_stray_characters(address: &str) -> bool {
    let url = ["postgres://", "postgresql://"].iter().find_map(|scheme| address.strip_prefix(scheme));
    let Some(rest) = url else { return false };
    let (place, _options) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    authority.matches('@').count() > 1
        || database.contains('@')
        || [host, database].iter().any(|part| part.contains(char::is_whitespace))
}

/// `user@host:port/database`.
fn shown(config: &Config) -> String {
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => config.get_hostaddrs().first().map(ToString::to_string).unwrap_or_default(),
    };
    let port = config.get_ports().first().filter(|&&port| port != USUAL_PORT);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("{user}{host}{port}/{database}")
}

impl Engine for Postgres {
    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        Some(self)
    }

    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        let answers = self.client.simple_query(statement);
        let answers = answers.map_err(|error| self.failed(statement, &error))?;
        Ok(answers.iter().fold(0, |last, answer| match answer {
            SimpleQueryMessage::CommandComplete(rows) => *rows,
            _ => last,
        }))
    }

    /// The types come from preparing the query. The values are read as text, which the server
    /// writes exactly.
    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        let time = self.time;
        let failed = |error: postgres::Error| failed(time, sql, &error);
        let prepared = self.client.prepare(sql).map_err(failed)?;
        let columns: Vec<(String, Type)> = prepared
            .columns()
            .iter()
            .map(|column| (column.name().to_owned(), column.type_().clone()))
            .collect();
        let mut rows = Vec::new();
        for answer in self.client.simple_query(sql).map_err(failed)? {
            let SimpleQueryMessage::Row(row) = answer else { continue };
            let cells = (0..).zip(&columns).map(|(at, (name, ty))| {
                cell(ty, row.get(at)).map_err(|reason| {
                    EngineError::new(UnreadableValue { span: None, column: name.clone(), reason })
                })
            });
            rows.push(cells.collect::<Result<_, _>>()?);
        }
        Ok(Table { columns: columns.into_iter().map(|(name, _)| name).collect(), rows })
    }

    /// A lock of the session, taken outside any transaction: inside one, the snapshot would be
    /// older than the wait.
    fn hold(&mut self, what: &str, wait: bool) -> Result<bool, EngineError> {
        let key = lock_key(what);
        if wait {
            // Waiting for another run isn't the statement's own time.
            if self.time.is_some() {
                self.set_time(None)?;
            }
            let held = self.execute(&format!("SELECT pg_advisory_lock({key})"));
            if self.time.is_some() {
                self.set_time(self.time)?;
            }
            return held.map(|_| true);
        }
        let answer = self.query(&format!("SELECT pg_try_advisory_lock({key}) AS held"))?;
        Ok(answer.rows.first().and_then(|row| row.first()) == Some(&Cell::Bool(true)))
    }

    fn release(&mut self, what: &str) -> Result<(), EngineError> {
        self.execute(&format!("SELECT pg_advisory_unlock({})", lock_key(what))).map(drop)
    }

    /// See <https://www.postgresql.org/docs/current/catalog-pg-attribute.html>. The name is
    /// resolved as in any statement, so one without a schema is searched for on the search path.
    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        let name = quote_text(&quote_name(table));
        let sql = format!(
            "SELECT CAST(a.attname AS text), CAST(CAST(a.atttypid AS regtype) AS text) FROM pg_attribute AS a \
             WHERE a.attrelid = to_regclass({name}) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        );
        self.query(&sql).map(stored)
    }

    /// The types come from preparing a query; their names on the server, and whether they are
    /// nullable, come from its catalog.
    fn describe(&mut self, source: Source<'_>) -> Result<Described, EngineError> {
        let sql = match source {
            Source::Table(name) => format!("SELECT * FROM {}", quote_name(name)),
            Source::Query(text) => text.trim().trim_end_matches(';').to_owned(),
        };
        let prepared = match self.client.prepare(&sql) {
            Err(error) if matches!(source, Source::Table(_)) && is_absent(&error) => {
                return Ok(Described::Absent);
            }
            prepared => prepared.map_err(|error| self.failed(&sql, &error))?,
        };
        let (written, constraints) = match source {
            Source::Table(name) => {
                (self.query(&written_types(name))?.rows, self.query(&constraints(name))?.rows)
            }
            Source::Query(_) => (Vec::new(), Vec::new()),
        };
        let column = |column: &postgres::Column| {
            let known = written.iter().find(|row| row.first() == Some(&Cell::Text(column.name().to_owned())));
            let ty = match known.and_then(|row| row.get(1)) {
                Some(Cell::Text(ty)) => ty.clone(),
                _ => column.type_().name().to_owned(),
            };
            let proven = proven_of(column.name(), &constraints);
            SourceColumn {
                name: column.name().to_owned(),
                holds: column_type(column.type_(), &ty),
                ty,
                nullable: known.and_then(|row| row.get(2)) != Some(&Cell::Bool(true)) && !proven.is_present,
                allowed: proven.texts,
            }
        };
        Ok(Described::Columns(prepared.columns().iter().map(column).collect()))
    }

    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        let sql = "SELECT CASE WHEN NOT pg_table_is_visible(c.oid) THEN CAST(n.nspname AS text) END, \
                   CAST(c.relname AS text) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
                   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' \
                   AND n.nspname <> 'information_schema' ORDER BY 1 NULLS FIRST, 2";
        self.query(sql).map(names)
    }

    fn inventory(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        self.stored_tables()
    }

    fn limit(&mut self, limits: Limits) -> Result<(), EngineError> {
        if limits.time != self.time {
            self.set_time(limits.time)?;
        }
        self.time = limits.time;
        Ok(())
    }

    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        let sql = format!("SELECT CAST(pg_typeof(CAST(NULL AS {declared})) AS text)");
        self.query(&sql).map(|table| only_text(&table))
    }
}

/// The error for a statement. The server has one code for all that it cancels; if a person did that, it says so.
fn failed(time: Option<Duration>, statement: &str, error: &postgres::Error) -> EngineError {
    match time {
        Some(time)
            if error.code() == Some(&SqlState::QUERY_CANCELED) && !reason(error).contains("user request") =>
        {
            EngineError::took_too_long(statement, time)
        }
        _ => EngineError::statement_failed(statement, reason(error)),
    }
}

/// Whether a statement failed because a table doesn't exist.
fn is_absent(error: &postgres::Error) -> bool {
    matches!(error.code(), Some(code) if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code))
}

/// Whether the server sees to it that all rows of a table `c`, with its partitions, keep its
/// constraints: it doesn't for foreign tables, and tables that inherit may lack them.
pub(super) const IS_ENFORCED: &str = "(c.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhparent = c.oid) \
    OR c.relkind = 'p' AND NOT EXISTS (SELECT 1 FROM pg_partition_tree(c.oid) AS t \
    JOIN pg_class AS p ON p.oid = t.relid WHERE p.relkind = 'f'))";

/// A query for the columns of a table: the name, the type as the server writes it, and whether it
/// is `NOT NULL`.
fn written_types(table: &[String]) -> String {
    let name = quote_text(&quote_name(table));
    format!(
        "SELECT CAST(a.attname AS text), format_type(a.atttypid, a.atttypmod), a.attnotnull AND {IS_ENFORCED} \
         FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
         WHERE c.oid = to_regclass({name}) AND a.attnum > 0 AND NOT a.attisdropped"
    )
}

/// The CHECK constraints of a table's columns and of their domains: the column, its name in the
/// constraint, and the condition. Under a collation that isn't deterministic, a text that is equal
/// to one of a constraint need not be the same.
fn constraints(table: &[String]) -> String {
    let name = quote_text(&quote_name(table));
    let columns = format!(
        "FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
         LEFT JOIN pg_collation AS l ON l.oid = a.attcollation \
         WHERE c.oid = to_regclass({name}) AND a.attnum > 0 AND NOT a.attisdropped AND {IS_ENFORCED} \
         AND COALESCE(l.collisdeterministic, true)"
    );
    format!(
        "SELECT CAST(s.attname AS text), CAST(s.attname AS text), pg_get_expr(k.conbin, k.conrelid) \
         FROM (SELECT a.* {columns}) AS s JOIN pg_constraint AS k \
         ON k.conrelid = s.attrelid AND s.attnum = ANY(k.conkey) \
         WHERE k.contype = 'c' AND k.convalidated AND NOT k.connoinherit \
         UNION ALL SELECT CAST(s.attname AS text), 'VALUE', pg_get_expr(k.conbin, 0) \
         FROM (SELECT a.* {columns}) AS s JOIN pg_constraint AS k ON k.contypid = s.atttypid \
         WHERE k.contype = 'c' AND k.convalidated"
    )
}

fn proven_of(column: &str, constraints: &[Vec<Cell>]) -> Proven {
    let mut all = Proven::default();
    for row in constraints {
        match row.as_slice() {
            [Cell::Text(of), Cell::Text(name), Cell::Text(constraint)] if of == column => {
                all.and(proven(constraint, name, &PostgreSqlDialect {}));
            }
            _ => {}
        }
    }
    all
}

/// The number of the lock with this name. Each database has its own locks.
fn lock_key(what: &str) -> String {
    format!("hashtextextended({}, 0)", quote_text(&format!("segc run {what}")))
}

/// Converts a value, or returns why it can't be read.
fn cell(ty: &Type, value: Option<&str>) -> Result<Cell, String> {
    let Some(value) = value else { return Ok(Cell::Null) };
    let cell = match *ty {
        Type::BOOL => Some(Cell::Bool(value == "t")),
        Type::INT2 | Type::INT4 | Type::INT8 => value.parse().ok().map(Cell::Int),
        Type::NUMERIC if value == "NaN" => Some(Cell::Float(f64::NAN)),
        Type::NUMERIC => value.parse::<BigDecimal>().ok().map(Cell::Decimal),
        // Widened, as the embedded engine does it, so that both answer alike.
        Type::FLOAT4 => value.parse::<f32>().ok().map(|number| Cell::Float(number.into())),
        Type::FLOAT8 => value.parse().ok().map(Cell::Float),
        Type::DATE => value.parse().ok().map(Cell::Date),
        Type::TIMESTAMP => format!("{value}Z").parse().ok().map(Cell::Timestamp),
        Type::TIMESTAMPTZ => value.parse().ok().map(Cell::Timestamp),
        _ => Some(Cell::Text(value.to_owned())),
    };
    cell.ok_or_else(|| format!("`{value}` is a {ty}, which isn't supported in results"))
}

/// The server's message, or else why there is none.
pub(super) fn reason(error: &postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail}", error.message());
    }
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        for address in [
            "postgres://ann:s3cret@db.example:5433/shop",
            "host=db.example port=5433 user=ann password=s3cret dbname=shop",
        ] {
            assert_eq!(Postgres::shown(address).expect("an address"), "ann@db.example:5433/shop");
        }
        for wrong in [
            "postgres://ann:s3cret@db.example:54x3/shop",
            "host=db.example password='s3cret",
            "user=ann password=s3cret",
            "postgres://ann:s3@s3cret@db.example/shop",
            "postgres://ann:5432/s3cret@db.example/shop",
            "postgres://ann:x@db password='s3cret'",
        ] {
            let error = Postgres::shown(wrong).expect_err("it can't be read");
            assert_eq!(error.code(), "SEG720");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
    }

    #[test]
    fn values_are_read_exactly_or_not_at_all() {
        assert_eq!(cell(&Type::NUMERIC, Some("1.50")), Ok(Cell::Decimal("1.50".parse().expect("a number"))));
        assert_eq!(cell(&Type::BOOL, None), Ok(Cell::Null));
        assert!(cell(&Type::TIMESTAMPTZ, Some("infinity")).is_err());
        assert!(cell(&Type::NUMERIC, Some("Infinity")).is_err());
    }
}
