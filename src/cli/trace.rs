//! What `--verbose` shows: SQL as a database gets it, and all else as comments, so that the whole can be
//! pasted into a database's shell.

use std::io::{self, Write};
use std::time::Duration;

use super::clock::{duration, now};
use crate::diagnostic::visible;
use crate::engine::{
    AppendRows, DeletedRows, Described, Engine, EngineError, Limits, Look, Looked, Source, StoredColumn,
    StoredTable, Table,
};

/// Writes what is being done to stderr.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trace;

impl Trace {
    /// Writes a comment.
    pub(super) fn say(self, what: &str) {
        let lines = what.lines().map(|line| format!("-- {}\n", visible(line)));
        self.write(&lines.collect::<String>());
    }

    /// An engine that shows what it does.
    pub(super) fn engine(self, inner: Box<dyn Engine>) -> Box<dyn Engine> {
        Box::new(Traced { inner, trace: self })
    }

    /// Where stderr is gone, there is nobody to tell.
    fn write(self, text: &str) {
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// A statement, before it is executed, so that one sees which one takes its time.
    fn statement(self, sql: &str) {
        let sql = sql.trim().trim_end_matches(';');
        let lines = sql.lines().map(visible).collect::<Vec<_>>().join("\n");
        self.write(&format!("{lines};\n"));
    }

    fn ended<T>(self, done: &Result<T, EngineError>, time: Duration, what: impl Fn(&T) -> String) {
        let time = duration(time);
        match done {
            Ok(done) => self.say(&format!("{time}{}", what(done))),
            Err(error) => self.say(&format!("failed after {time}: {error}")),
        }
    }
}

/// An engine that shows what it does.
struct Traced {
    inner: Box<dyn Engine>,
    trace: Trace,
}

impl Traced {
    fn statement<T>(
        &mut self,
        sql: &str,
        work: impl FnOnce(&mut dyn Engine) -> Result<T, EngineError>,
        what: impl Fn(&T) -> String,
    ) -> Result<T, EngineError> {
        self.trace.statement(sql);
        self.timed(work, what)
    }

    /// What the engine asks by statements of its own, of which only the purpose is shown.
    fn asks<T>(
        &mut self,
        purpose: &str,
        work: impl FnOnce(&mut dyn Engine) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.trace.say(purpose);
        self.timed(work, |_| String::new())
    }

    fn timed<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Engine) -> Result<T, EngineError>,
        what: impl Fn(&T) -> String,
    ) -> Result<T, EngineError> {
        let begun = now();
        let done = work(self.inner.as_mut());
        self.trace.ended(&done, begun.elapsed(), what);
        done
    }
}

/// A number of rows, if there are any.
fn rows(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 row".to_owned(),
        count => format!(", {count} rows"),
    }
}

fn named(source: Source<'_>) -> String {
    match source {
        Source::Table(name) => format!("`{}`", name.join(".")),
        Source::Query(_) => "a query of the catalog".to_owned(),
    }
}

impl Engine for Traced {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.statement(statement, |engine| engine.execute(statement), |changed| rows(*changed))
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        self.statement(sql, |engine| engine.query(sql), |table| rows(table.rows.len() as u64))
    }

    fn hold(&mut self, what: &str, wait: bool) -> Result<bool, EngineError> {
        self.asks(&format!("lock the schema `{what}`"), |engine| engine.hold(what, wait))
    }

    fn release(&mut self, what: &str) -> Result<(), EngineError> {
        self.asks(&format!("unlock the schema `{what}`"), |engine| engine.release(what))
    }

    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        self.asks(&format!("the columns of `{}`", table.join(".")), |engine| engine.columns(table))
    }

    fn describe(&mut self, source: Source<'_>) -> Result<Described, EngineError> {
        self.asks(&format!("the columns and constraints of {}", named(source)), |engine| {
            engine.describe(source)
        })
    }

    fn look(
        &mut self,
        source: Source<'_>,
        looks: &[Look],
        deleted: Option<DeletedRows<'_>>,
        most: Option<u32>,
    ) -> Result<Looked, EngineError> {
        self.asks(&format!("compare the rows of {} with the catalog", named(source)), |engine| {
            engine.look(source, looks, deleted, most)
        })
    }

    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        self.asks("the names of all tables", |engine| engine.tables())
    }

    fn inventory(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        self.asks("all tables with their columns and keys", |engine| engine.inventory())
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        self.inner.same_name(one, other)
    }

    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        self.asks(&format!("the name of the type {declared}"), |engine| engine.type_name(declared))
    }

    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        self.inner.appender()
    }

    fn limit(&mut self, limits: Limits) -> Result<(), EngineError> {
        self.inner.limit(limits)
    }
}
