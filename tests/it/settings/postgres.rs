//! Settings of PostgreSQL, set on the database as its owner can.

use std::process::Command;

use postgres::{Client, NoTls};
use segc::engine::Engine as _;

use super::{compare, project, rows, segc, selects, support};

/// Each setting with the values that differ from the default, by
/// <https://www.postgresql.org/docs/current/runtime-config-client.html>,
/// <https://www.postgresql.org/docs/current/runtime-config-compatible.html> and the planner's.
const SETTINGS: &[(&str, &[&str])] = &[
    ("standard_conforming_strings", &["off"]),
    ("backslash_quote", &["off", "on"]),
    ("escape_string_warning", &["off"]),
    ("client_encoding", &["'LATIN1'", "'SQL_ASCII'"]),
    ("transform_null_equals", &["on"]),
    ("array_nulls", &["off"]),
    ("quote_all_identifiers", &["on"]),
    ("DateStyle", &["'SQL, DMY'", "'German'", "'Postgres, MDY'"]),
    ("IntervalStyle", &["'sql_standard'", "'iso_8601'", "'postgres_verbose'"]),
    ("TimeZone", &["'Asia/Tokyo'", "'America/New_York'", "'Asia/Kathmandu'"]),
    ("timezone_abbreviations", &["'Australia'", "'India'"]),
    ("extra_float_digits", &["-15", "3"]),
    ("bytea_output", &["'escape'"]),
    ("lc_messages", &["'C'"]),
    ("lc_monetary", &["'C'"]),
    ("lc_numeric", &["'C'"]),
    ("lc_time", &["'C'"]),
    ("search_path", &["hostile, public, pg_catalog", "public, hostile, pg_catalog", "\"$user\", public"]),
    ("gin_fuzzy_search_limit", &["1"]),
    ("default_transaction_isolation", &["'serializable'", "'repeatable read'"]),
    ("default_transaction_deferrable", &["on"]),
    ("synchronize_seqscans", &["off"]),
    ("plan_cache_mode", &["'force_generic_plan'", "'force_custom_plan'"]),
    ("constraint_exclusion", &["off"]),
    ("jit_above_cost", &["0"]),
    ("enable_seqscan", &["off"]),
    ("enable_hashjoin", &["off"]),
    ("row_security", &["off"]),
    ("session_replication_role", &["'replica'"]),
    ("plpgsql.variable_conflict", &["'use_column'", "'use_variable'"]),
    ("statement_timeout", &["'1h'"]),
    ("lock_timeout", &["'1h'"]),
];

/// Functions and an operator that say something else than the engine's own of the same name.
const HOSTILE: &str = "CREATE SCHEMA hostile;
    CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''wrong''::text';
    CREATE FUNCTION hostile.strpos(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';
    CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT TIMESTAMPTZ ''1999-01-01 00:00:00+00''';
    CREATE FUNCTION hostile.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT ''''::text';
    CREATE FUNCTION hostile.always(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = bigint, PROCEDURE = hostile.always);";

/// A database with the rows, and nothing else.
fn filled() -> Option<support::postgres::Postgres> {
    let mut server = support::postgres::database()?;
    server.execute(HOSTILE).expect("functions of a stranger's");
    for statement in rows(true) {
        server.execute(&statement).expect("a row is taken");
    }
    Some(server)
}

/// How often all settings are changed together, so that each takes all of its values.
fn rounds() -> usize {
    SETTINGS.iter().map(|(_, values)| values.len()).max().unwrap_or(0)
}

/// Gives the database a value for each setting but those left out, for sessions that begin later.
fn change(server: &mut support::postgres::Postgres, round: usize, except: &[&str]) {
    let database =
        server.query("SELECT CAST(current_database() AS text)").expect("a name").rows[0][0].to_string();
    server.execute(&format!("ALTER DATABASE {database} RESET ALL")).expect("no settings");
    for (setting, values) in SETTINGS.iter().filter(|(setting, _)| !except.contains(setting)) {
        let value = values[round % values.len()];
        server.execute(&format!("ALTER DATABASE {database} SET {setting} = {value}")).expect("a setting");
    }
}

/// A session under none of the settings.
fn reader(server: &mut support::postgres::Postgres) -> Client {
    let database =
        server.query("SELECT CAST(current_database() AS text)").expect("a name").rows[0][0].to_string();
    server.execute(&format!("ALTER DATABASE {database} RESET ALL")).expect("no settings");
    Client::connect(server.address(), NoTls).expect("a connection")
}

fn ids(client: &mut Client, sql: &str) -> Result<Vec<i64>, String> {
    let rows = client.query(sql, &[]).map_err(|error| format!("{error}: {:?}", error.as_db_error()))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn stored(reader: &mut Client) -> Vec<String> {
    let wrong = compare(|segment| ids(reader, &format!("SELECT id FROM segments.{segment}")));
    assert_eq!(ids(reader, "SELECT count(*) FROM buys"), Ok(vec![5]));
    reader.batch_execute("DROP SCHEMA segments CASCADE").expect("it is dropped");
    wrong
}

#[test]
fn runs_are_independent_of_settings() {
    let Some(mut server) = filled() else { return };
    let project = project();
    for round in 0..rounds() {
        change(&mut server, round, &[]);
        segc(project.path(), &["run", "--db", server.address()]);
        assert_eq!(stored(&mut reader(&mut server)), Vec::<String>::new(), "round {round}");
    }
}

/// A printed SELECT sets nothing, so what it means rests on how it is written. Only the search
/// path and the encoding are left: they say which tables there are, and what bytes are.
#[test]
fn printed_selects_are_independent_of_settings() {
    let Some(mut server) = filled() else { return };
    let project = project();
    let selects = selects(project.path(), "postgres");
    for round in 0..rounds() {
        change(&mut server, round, &["search_path", "client_encoding"]);
        let mut client = Client::connect(server.address(), NoTls).expect("a connection");
        let wrong = compare(|segment| {
            let (_, sql) = selects.iter().find(|(name, _)| *name == segment).expect("its SELECT");
            ids(&mut client, sql)
        });
        assert_eq!(wrong, Vec::<String>::new(), "round {round}");
    }
}

/// As `psql -f` runs it: statement by statement, in a session that has the settings.
#[test]
fn scripts_set_what_they_rely_on() {
    let Some(mut server) = filled() else { return };
    if Command::new("psql").arg("--version").output().is_err() {
        return support::tell("skipped: psql is not installed");
    }
    let project = project();
    segc(project.path(), &["compile", "--target", "postgres"]);
    let script = project.path().join("target/postgres/create.sql");
    for round in 0..rounds() {
        change(&mut server, round, &[]);
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"]).arg(&script);
        let output = psql.arg(server.address()).env_remove("PGCLIENTENCODING").output().expect("it runs");
        assert!(output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(stored(&mut reader(&mut server)), Vec::<String>::new(), "round {round}");
    }
}
