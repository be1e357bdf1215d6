//! What statements cost a database.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use segc::engine::{DuckDb, Engine};

use crate::shop;
use crate::support::postgres::{self, Postgres};

/// Time, and the rows that were read from tables and indexes.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    time: Duration,
    rows: u64,
}

impl Cost {
    pub fn least(self, other: Self) -> Self {
        Self { time: self.time.min(other.time), rows: self.rows.min(other.rows) }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self.rows {
            0..10_000 => self.rows.to_string(),
            10_000..10_000_000 => format!("{} k", self.rows / 1_000),
            _ => format!("{} M", self.rows / 1_000_000),
        };
        write!(f, "{} ms, {rows}", self.time.as_millis())
    }
}

enum Running {
    Duck(DuckDb),
    Postgres(Box<Postgres>),
}

/// A database, and where DuckDB's profiles go.
pub struct Database {
    pub target: &'static str,
    running: Running,
    profile: PathBuf,
}

impl Database {
    /// None where it isn't installed.
    pub fn open(target: &str) -> Option<Self> {
        let profile = std::env::temp_dir().join(format!("segc-bench-{}.json", std::process::id()));
        if target == "duckdb" {
            let running = Running::Duck(DuckDb::open(None).expect("a database"));
            return Some(Self { target: "duckdb", running, profile });
        }
        let mut engine = postgres::database()?;
        engine.execute("SET work_mem = '64MB'").expect("a setting");
        Some(Self { target: "postgres", running: Running::Postgres(Box::new(engine)), profile })
    }

    fn engine(&mut self) -> &mut dyn Engine {
        match &mut self.running {
            Running::Duck(engine) => engine,
            Running::Postgres(engine) => engine.as_mut(),
        }
    }

    pub fn run(&mut self, statements: &[String]) {
        for statement in statements {
            self.engine().execute(statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
        }
    }

    /// The only value of a query.
    pub fn one(&mut self, sql: &str) -> String {
        let table = self.engine().query(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        table.rows[0][0].to_string()
    }

    /// What a database has when it has stood for a while.
    pub fn settle(&mut self) {
        if self.target == "postgres" {
            self.run(&shop::statements(shop::INDEXES));
        }
        self.tidy();
    }

    /// What Postgres does by itself after a while.
    pub fn tidy(&mut self) {
        if self.target == "postgres" {
            self.run(&["VACUUM ANALYZE customers".to_owned(), "VACUUM ANALYZE orders".to_owned()]);
        }
    }
}

impl Database {
    /// How many keys a refresh finds affected. Nothing of it stays.
    pub fn affected(&mut self, refresh: &[String]) -> String {
        let table = |text: &String| {
            let mut words = text.lines().next().unwrap_or_default().split_whitespace().map(str::to_owned);
            let makes = matches!(words.next().as_deref(), Some("CREATE" | "INSERT"));
            words.find(|word| makes && word.starts_with("segc_affected"))
        };
        let Some(last) = refresh.iter().rposition(|text| table(text).is_some()) else { return String::new() };
        self.run(&refresh[..=last]);
        let count = self.one(&format!("SELECT COUNT(*) FROM {}", table(&refresh[last]).unwrap_or_default()));
        self.run(&["ROLLBACK".to_owned()]);
        count
    }

    /// Runs statements, and says what they cost.
    pub fn cost(&mut self, statements: &[String]) -> Cost {
        let before = self.rows_read();
        let mut profiled = 0;
        self.profiles(true);
        let mut time = Duration::ZERO;
        for statement in statements {
            let start = Instant::now();
            self.run(std::slice::from_ref(statement));
            time += start.elapsed();
            profiled += self.profiled();
        }
        self.profiles(false);
        Cost { time, rows: self.rows_read() - before + profiled }
    }

    /// DuckDB counts rows by statement: all of the groups of rows that its minima and maxima don't
    /// rule out.
    fn profiles(&mut self, on: bool) {
        if self.target != "duckdb" {
            return;
        }
        let settings = "SET custom_profiling_settings = '{\"CUMULATIVE_ROWS_SCANNED\": \"true\"}'";
        let output = format!("SET profiling_output = '{}'", self.profile.display());
        match on {
            true => self.run(&["SET enable_profiling = 'json'".to_owned(), output, settings.to_owned()]),
            false => self.run(&["PRAGMA disable_profiling".to_owned()]),
        }
    }

    fn profiled(&self) -> u64 {
        let text = if self.target == "duckdb" { std::fs::read_to_string(&self.profile) } else { return 0 };
        let profile: Option<serde_json::Value> = text.ok().and_then(|text| serde_json::from_str(&text).ok());
        let _ = std::fs::remove_file(&self.profile);
        profile.and_then(|profile| profile["cumulative_rows_scanned"].as_u64()).unwrap_or(0)
    }

    /// Postgres counts rows by table and index, for all statements since its statistics began.
    fn rows_read(&mut self) -> u64 {
        if self.target != "postgres" {
            return 0;
        }
        self.run(&["SELECT pg_stat_force_next_flush()".to_owned(), "SELECT 1".to_owned()]);
        let tables =
            "SELECT SUM(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN ('orders', 'customers')";
        let indexes =
            "SELECT SUM(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN ('orders', 'customers')";
        let counted = self.one(&format!("SELECT CAST(({tables}) + ({indexes}) AS BIGINT)"));
        counted.parse().unwrap_or(0)
    }
}
