//! Engines that stand for their targets.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use segc::api::Session;
use segc::check::hir::Materialize;
use segc::engine::{
    DataTable, DuckDb, Engine, EngineError, TableColumn, quote_ident, quote_name, quote_text,
};
use segc::plan::program::{Mode, ProgramScope};
use segc::plan::{Plan, SegmentPlan};
use segc::sql;
use segc::types::Type;

use super::engine::{Demand, demand};
use super::postgres::{self, Collation, Postgres};
use super::project::said;
use super::store::{self, Store};
use super::{given, statements, structs};

/// The keys of members, each part as text.
pub type Keys = BTreeSet<Vec<String>>;

/// An engine under the name of its target.
pub struct Target {
    pub name: &'static str,
    pub engine: Running,
}

#[allow(clippy::large_enum_variant, reason = "a test has one or two of them")]
pub enum Running {
    Duck(DuckDb),
    Postgres(Box<Postgres>),
    /// One that only executes scripts here.
    Store(Store),
}

impl Target {
    /// Every engine that this machine has, each with nothing in it.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::duckdb()];
        let postgres = postgres::database().map(|engine| Running::Postgres(Box::new(engine)));
        all.extend(postgres.map(|engine| Self { name: "postgres", engine }));
        all
    }

    /// A DuckDB in memory.
    pub fn duckdb() -> Self {
        Self { name: "duckdb", engine: Running::Duck(super::duckdb()) }
    }

    /// Starts an engine again, with nothing in it, if it gets slower or larger with every table
    /// that there ever was; says whether it did.
    pub fn renew(&mut self) -> bool {
        match &mut self.engine {
            Running::Duck(engine) => *engine = super::duckdb(),
            Running::Store(engine) => engine.restart(),
            Running::Postgres(_) => return false,
        }
        true
    }

    /// Those that `SEGC_ENGINES` doesn't leave out, and the engines in Python processes that
    /// execute scripts: their statements take ten times as long.
    pub fn every() -> Vec<Self> {
        let stores = [store::spark(), store::bigquery(), store::clickhouse(), store::sqlite()];
        let stores = stores.into_iter().flatten();
        let stores = stores.map(|store| Self { name: store.target, engine: Running::Store(store) });
        let wanted = |target: &Self| demand(target.name) != Demand::Unwanted;
        Self::all().into_iter().filter(wanted).chain(stores).collect()
    }

    /// A Postgres that orders text as English dictionaries do, if there is one.
    pub fn english() -> Option<Self> {
        let engine = postgres::database_with(Collation::English)?;
        Some(Self { name: "postgres", engine: Running::Postgres(Box::new(engine)) })
    }

    pub fn engine(&mut self) -> &mut dyn Engine {
        match &mut self.engine {
            Running::Duck(engine) => engine,
            Running::Postgres(engine) => engine.as_mut(),
            Running::Store(engine) => engine,
        }
    }

    /// Fills the tables of the catalog from files; all of them.
    pub fn load(&mut self, session: &Session, data: &Path) {
        let catalog = &session.hir().catalog;
        let filled = match &mut self.engine {
            Running::Duck(engine) => {
                let report = engine.load_files(catalog, self.name, data).expect("the rows fit");
                report.loaded.len()
            }
            Running::Postgres(engine) if has_json_lines(data) => {
                let all = given::from_files(self.name, catalog, data);
                for one in &all {
                    let statements = structs::create_statements(self.name, &one.table);
                    let statements = [statements, statements::inserts(self.name, one)].concat();
                    engine.run(&statements).expect("the rows fit");
                }
                all.len()
            }
            Running::Postgres(engine) => super::data::copy_csv_folder(engine, catalog, self.name, data).len(),
            Running::Store(_) => panic!("{} takes no files", self.name),
        };
        let tables = segc::engine::tables_of(catalog, self.name).expect("one type per column");
        assert_eq!(filled, tables.len(), "a file for each table");
    }

    /// Creates a table of the catalog again, empty.
    pub fn make(&mut self, table: &DataTable) {
        let statements = match &self.engine {
            Running::Duck(_) | Running::Postgres(_) => table.create_statements(),
            Running::Store(engine) => engine.create_statements(table),
        };
        self.run(&statements).expect("a new table");
    }

    /// Whether tables get slower with each statement that changes them, as each leaves a version.
    pub fn keeps_versions(&self) -> bool {
        self.name == "spark"
    }

    /// Makes `world.stopped_clock()`, a clock that tells what is in a table; where there are no
    /// such functions, the table alone.
    pub fn make_clock(&mut self) {
        let definition = match self.name {
            "duckdb" | "postgres" => "(instant TIMESTAMPTZ)",
            "spark" => "(instant TIMESTAMP) USING delta",
            "clickhouse" => "(instant DateTime64(6, 'UTC')) ENGINE = MergeTree ORDER BY tuple()",
            _ => "(instant TIMESTAMP)",
        };
        self.must(&format!("CREATE TABLE world.stopped {definition}"));
        let read = "SELECT instant FROM world.stopped";
        match self.engine {
            Running::Duck(_) => self.must(&format!("CREATE MACRO world.stopped_clock() AS ({read})")),
            Running::Postgres(_) => self.must(&format!(
                "CREATE FUNCTION world.stopped_clock() RETURNS TIMESTAMPTZ LANGUAGE SQL STABLE AS '{read}'"
            )),
            Running::Store(_) => {}
        }
    }

    /// Sets that clock.
    pub fn set_clock(&mut self, now: &str) {
        if self.keeps_versions() {
            self.must("DROP TABLE world.stopped");
            self.make_clock();
        } else {
            self.must("DELETE FROM world.stopped WHERE TRUE");
        }
        self.must(&format!("INSERT INTO world.stopped VALUES (TIMESTAMPTZ '{now}')"));
    }

    /// Empties a table of the catalog.
    pub fn empty(&mut self, table: &DataTable) {
        if self.keeps_versions() {
            return self.make(table);
        }
        self.must(&format!("DELETE FROM {} WHERE TRUE", quote_name(&table.name)));
    }

    /// A value as a table's column holds it.
    pub fn value(&self, column: &TableColumn, text: &str) -> String {
        match &self.engine {
            Running::Store(engine) => engine.value(column, text),
            _ if matches!(column.ty, Type::Array(_)) => statements::array(self.name, column, text),
            Running::Duck(_) | Running::Postgres(_) => quote_text(text),
        }
    }

    /// What a test says in words of DuckDB and Postgres, in those of the engine.
    fn words<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        match self.engine {
            Running::Duck(_) | Running::Postgres(_) => Cow::Borrowed(sql),
            Running::Store(ref engine) => Cow::Owned(engine.words(sql)),
        }
    }

    /// Executes statements that must not fail.
    pub fn must(&mut self, statement: &str) {
        let name = self.name;
        let statement = &*self.words(statement);
        if let Err(error) = self.engine().execute(statement) {
            panic!("{name}: {error}\n{statement}");
        }
    }

    /// Runs a whole script; the reason if it stops.
    pub fn run(&mut self, statements: &[String]) -> Result<(), String> {
        self.engine().run(statements).map(drop).map_err(|error| error.to_string())
    }

    /// Runs the beginning of a script, and loses the session, as where a client crashes: what is
    /// not committed is undone, variables and what is temporary are gone.
    pub fn crash(&mut self, beginning: &[String]) {
        let name = self.name;
        let done = match &mut self.engine {
            Running::Duck(engine) => engine.run(beginning).and_then(|_| forget_session(engine)),
            Running::Postgres(engine) => engine.run(beginning).map(|_| **engine = engine.another()),
            Running::Store(engine) => engine.crash(beginning),
        };
        done.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// The rows of a query, sorted, each cell as text.
    pub fn rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let sql = &*self.words(sql);
        let table = self.engine().query(sql).map_err(|error| format!("{error}\n{sql}"))?;
        let mut rows: Vec<Vec<String>> =
            table.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        rows.sort();
        Ok(rows)
    }

    /// The keys that a query yields, none of them twice.
    pub fn keys(&mut self, sql: &str) -> Result<Keys, String> {
        let rows = self.rows(sql)?;
        let count = rows.len();
        let keys: Keys = rows.into_iter().collect();
        if keys.len() == count { Ok(keys) } else { Err(format!("{} keys twice", count - keys.len())) }
    }

    /// The keys in a segment's table or view.
    pub fn members(&mut self, segment: &SegmentPlan) -> Result<Keys, String> {
        self.keys(&members_sql(segment))
    }

    /// Key and entered_at of every row of a segment's table.
    pub fn entered(&mut self, segment: &SegmentPlan) -> Vec<Vec<String>> {
        let sql = members_sql(segment).replacen(" FROM", ", entered_at FROM", 1);
        self.rows(&sql).expect("the table can be read")
    }

    /// Removes the tables of all segments.
    pub fn drop_segments(&mut self, plan: &Plan) {
        self.must(&format!("DROP SCHEMA IF EXISTS {} CASCADE", quote_name(&plan.schema)));
    }
}

/// Whether some of the files in a folder hold JSON.
fn has_json_lines(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    files.into_iter().any(|file| file.path().extension().is_some_and(|ending| ending == "jsonl"))
}

/// What ends with a session of a database in memory, which has but one.
fn forget_session(engine: &mut DuckDb) -> Result<(), EngineError> {
    // Where nothing was begun this fails, and that is as good.
    let _ = engine.execute("ROLLBACK");
    let mut forget = |what: &str, listed: &str| {
        for row in engine.query(listed)?.rows {
            engine.execute(&format!("{what} {}", quote_ident(&row[0].to_string())))?;
        }
        Ok(())
    };
    forget("DROP TABLE", "SELECT table_name FROM duckdb_tables() WHERE temporary")?;
    forget("RESET VARIABLE", "SELECT name FROM duckdb_variables()")
}

fn members_sql(segment: &SegmentPlan) -> String {
    let columns: Vec<String> = segment.keys.iter().map(|key| quote_ident(&key.name)).collect();
    format!("SELECT {} FROM {}", columns.join(", "), quote_name(&segment.table))
}

/// The segments that are tables or views.
pub fn stored(plan: &Plan) -> impl Iterator<Item = &SegmentPlan> {
    plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline)
}

/// The segments that are tables.
pub fn tables(plan: &Plan) -> impl Iterator<Item = &SegmentPlan> {
    plan.segments.iter().filter(|segment| segment.materialize.is_table())
}

/// A plan of all segments, none of which is refused.
pub fn plan(session: &Session, target: &str, options: &segc::api::Options) -> Plan {
    let all = session.select(&[]).expect("all segments");
    let (plan, problems) = session.plan(target, &all, options);
    assert!(!problems.has_errors(), "{target}: {}", said(&problems));
    plan.expect("the target is one of the project")
}

/// The statements of the script for all segments.
pub fn build(session: &Session, plan: &Plan, refresh: bool) -> Vec<String> {
    let mode = if refresh { Mode::Refresh } else { Mode::Create };
    let execution = session.execution(plan, mode);
    let execution = execution.unwrap_or_else(|problems| panic!("{}: {}", plan.target, said(&problems)));
    execution.steps.into_iter().map(|step| step.statement).collect()
}

/// The script for one segment alone.
pub fn alone(session: &Session, plan: &Plan, segment: &str, refresh: bool) -> sql::Script {
    let segment = plan.segments.iter().find(|one| one.name == segment).expect("a segment of the plan");
    script(session, plan, ProgramScope::One(segment), refresh)
}

/// A script, with what its statements are for.
pub fn script(session: &Session, plan: &Plan, scope: ProgramScope<'_>, refresh: bool) -> sql::Script {
    let dialect = session.dialects().get(&plan.dialect).expect("the target's dialect");
    let write = if refresh { sql::refresh } else { sql::create };
    write(plan, dialect, scope, &|_| None).unwrap_or_else(|problems| panic!("{}", said(&problems)))
}

/// The texts of a script's statements.
pub fn texts(script: &sql::Script) -> Vec<String> {
    script.statements.iter().map(|statement| statement.text.clone()).collect()
}

/// After how many of a script's statements a test of crashes ends it.
///
/// Outside a transaction each statement is committed by itself, so each is such a place. Inside
/// one, nothing is committed before its end, and what a crash leaves is what was there before it began,
/// wherever it was: its first statement, its middle and its last before the commit stand for the rest.
/// With `SEGC_CRASHES=all` it is every statement, as in `make long`.
pub fn crash_points(script: &[String]) -> Vec<usize> {
    let every = std::env::var_os("SEGC_CRASHES").is_some();
    let (mut points, mut begun) = (Vec::new(), None);
    for (at, statement) in script.iter().enumerate() {
        let done = at + 1;
        match statement.split_whitespace().next() {
            Some("BEGIN") => begun = Some(done),
            Some("COMMIT") => {
                let first = begun.take().unwrap_or_else(|| panic!("nothing was begun: {statement}"));
                points.extend(BTreeSet::from([first + 1, (first + at) / 2, at]));
                points.push(done);
            }
            _ if begun.is_none() => points.push(done),
            _ => {}
        }
    }
    assert!(begun.is_none(), "a transaction has no end");
    if every { (1..=script.len()).collect() } else { points }
}

#[test]
fn crashes_are_tried_at_every_commit_and_at_three_places_before_it() {
    let script = ["SET a", "BEGIN", "INSERT", "UPDATE", "DELETE", "CREATE", "COMMIT", "DROP"];
    let script: Vec<String> = script.map(str::to_owned).into();
    if std::env::var_os("SEGC_CRASHES").is_none() {
        assert_eq!(crash_points(&script), [1, 3, 4, 6, 7, 8]);
    }
}
