//! The engines that random cases run on.

use std::collections::BTreeSet;

use proptest::test_runner::TestCaseError;
use segc::api::{Options, Session};
use segc::engine::{Engine, EngineError, quote_text};

use crate::support;
use crate::world::{ENTITIES, Entity, Kind, Rows};

/// The keys of members, each part as text.
pub type Keys = BTreeSet<Vec<String>>;

/// A dialect that is the built-in one with its clock stopped.
pub fn fixed_clock(target: &str) -> String {
    format!(
        "name: {target}\nextends: {target}\nfunctions:\n  engine_clock: \"TIMESTAMPTZ '{}'\"\n",
        crate::world::AS_OF
    )
}

/// One engine, with the name of its target.
pub struct Target {
    pub target: &'static str,
    engine: Box<dyn Engine>,
}

/// Every engine that this machine has.
pub struct Engines(Vec<Target>);

impl Engines {
    pub fn start() -> Self {
        let mut targets = vec![Target { target: "duckdb", engine: Box::new(support::duckdb()) }];
        if let Some(postgres) = support::postgres::database() {
            targets.push(Target { target: "postgres", engine: Box::new(postgres) });
        }
        for target in &mut targets {
            target.must("CREATE SCHEMA world");
            for entity in ENTITIES {
                let columns: Vec<String> = entity
                    .fields
                    .iter()
                    .map(|(name, kind, _)| format!("\"{name}\" {}", sql_type(entity, name, *kind)))
                    .collect();
                target.must(&format!("CREATE TABLE world.{} ({})", entity.table, columns.join(", ")));
            }
        }
        Self(targets)
    }

    /// Replaces all rows.
    pub fn load(&mut self, rows: &Rows) {
        for target in &mut self.0 {
            for (entity, rows) in ENTITIES.iter().zip(rows) {
                target.must(&format!("DELETE FROM world.{}", entity.table));
                let cell =
                    |cell: &Option<String>| cell.as_deref().map_or_else(|| "NULL".to_owned(), quote_text);
                let row = |row: &Vec<Option<String>>| {
                    format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(", "))
                };
                let values: Vec<String> = rows.iter().map(row).collect();
                target.must(&format!("INSERT INTO world.{} VALUES {}", entity.table, values.join(", ")));
            }
        }
    }

    pub fn each(&mut self) -> impl Iterator<Item = &mut Target> {
        self.0.iter_mut()
    }
}

fn sql_type(entity: &Entity, name: &str, kind: Kind) -> &'static str {
    match kind {
        Kind::Key if name == "order_no" => "VARCHAR",
        Kind::Key | Kind::Ref(_) | Kind::Integer => "BIGINT",
        Kind::Text | Kind::Closed => "VARCHAR",
        Kind::Decimal if entity.name == "line" => "DECIMAL(10,4)",
        Kind::Decimal => "DECIMAL(12,2)",
        Kind::Float => "DOUBLE PRECISION",
        Kind::Boolean => "BOOLEAN",
        Kind::Date => "DATE",
        Kind::Timestamp => "TIMESTAMPTZ",
    }
}

impl Target {
    fn must(&mut self, statement: &str) {
        if let Err(error) = self.engine.execute(statement) {
            panic!("{}: {error:?}\n{statement}", self.target);
        }
    }

    fn keys(&mut self, sql: &str) -> Result<Keys, EngineError> {
        let table = self.engine.query(sql)?;
        Ok(table.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect())
    }

    /// The members by the printed SELECT, with the instant of the case as a constant; `None`
    /// if a number overflowed, which an engine may find where the evaluator doesn't look.
    pub fn select(&mut self, session: &Session, name: &str) -> Result<(Option<Keys>, String), TestCaseError> {
        let options = Options { as_of: crate::world::AS_OF.parse().ok(), ..Options::default() };
        let id = session.hir().find(name).ok_or_else(|| TestCaseError::fail("an unknown segment"))?;
        let sql = session
            .select_sql(self.target, id, &options)
            .map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        match self.keys(&sql) {
            Ok(keys) => Ok((Some(keys), sql)),
            Err(error) if overflowed(&error) => Ok((None, sql)),
            Err(error) => Err(TestCaseError::fail(format!("{}: {error:?}\n{sql}", self.target))),
        }
    }

    /// The members in the tables and views after `create.sql`, which takes its instant from
    /// the engine's (stopped) clock.
    pub fn script(&mut self, session: &Session) -> Result<Option<Vec<(String, Keys)>>, TestCaseError> {
        let fail = |what: String| TestCaseError::fail(what);
        let options = Options::default();
        let all = session.select(&[]).map_err(|problems| fail(format!("{problems:?}")))?;
        let (plan, problems) = session.plan(self.target, &all, &options);
        let plan = plan.filter(|_| !problems.has_errors()).ok_or_else(|| fail(format!("{problems:?}")))?;
        let execution = session.execution(&plan, false).map_err(|problems| fail(format!("{problems:?}")))?;
        self.must("DROP SCHEMA IF EXISTS segments CASCADE");
        for step in &execution.steps {
            if let Err(error) = self.engine.execute(&step.statement) {
                let _ = self.engine.execute("ROLLBACK");
                if overflowed(&error) {
                    return Ok(None);
                }
                return Err(fail(format!("{}: {error:?}\n{}", self.target, step.statement)));
            }
        }
        let mut tables = Vec::new();
        for segment in &plan.segments {
            if segment.materialize == segc::check::hir::Materialize::Inline {
                continue;
            }
            let columns: Vec<String> = segment.keys.iter().map(|key| format!("\"{}\"", key.name)).collect();
            let sql = format!("SELECT {} FROM {}", columns.join(", "), segment.table.join("."));
            match self.keys(&sql) {
                Ok(keys) => tables.push((segment.name.clone(), keys)),
                Err(error) if overflowed(&error) => {}
                Err(error) => return Err(fail(format!("{}: {error:?}\n{sql}", self.target))),
            }
        }
        Ok(Some(tables))
    }
}

fn overflowed(error: &EngineError) -> bool {
    is_overflow(&format!("{error:?}"))
}

/// Whether an engine's words are about a number that it cannot hold.
pub fn is_overflow(error: &str) -> bool {
    let said = error.to_lowercase().replace('_', " ");
    said.contains("overflow") || said.contains("out of range")
}
