//! The tables and views that scripts create, whose instant is the engine's (stopped) clock.

use segc::api::Options;
use segc::check::hir::Materialize;
use segc::engine::{Engine, EngineError};
use segc::plan::program::Mode;

use crate::agreement::case::{ASKED, Case, Cases, Keys, Opened};
use crate::agreement::compare::is_overflow;
use crate::support::engine::Runner;
use crate::support::statements::Statements;
use crate::support::{self, postgres};

/// Compares what `create.sql` leaves, on engines with tables of their own.
pub fn agree(cases: usize, seed: u64) {
    let mut tables = 0;
    let mut duckdb = Statements::new("duckdb", support::duckdb());
    let mut postgres = postgres::database().map(|engine| Statements::new("postgres", engine));
    for case in Cases::new(seed).take(cases.div_ceil(ASKED)) {
        let opened = case.open().unwrap_or_else(|error| panic!("not well typed:\n{error}"));
        tables += script(&mut duckdb, &case, &opened);
        if let Some(postgres) = &mut postgres {
            tables += script(postgres, &case, &opened);
        }
    }
    assert!(tables > cases / 4, "too little was compared: {tables} tables");
}

/// How many tables were compared.
fn script<E: Engine>(engine: &mut Statements<E>, case: &Case, opened: &Opened) -> usize {
    let (session, target) = (&opened.session, engine.target());
    // Views would keep the tables of the case before.
    engine.engine().execute("DROP SCHEMA IF EXISTS segments CASCADE").expect("the schema can go");
    engine.load(&case.tables(target, session));
    // What overflows would stop the script.
    let expected = opened.expected(case.as_of);
    let able: Vec<String> =
        expected.iter().filter(|(_, keys)| keys.is_some()).map(|(name, _)| name.clone()).collect();
    let Ok(chosen) = session.select(&able) else { return 0 };
    let (plan, problems) = session.plan(target, &chosen, &Options::default());
    let plan = plan.filter(|_| !problems.has_errors()).unwrap_or_else(|| panic!("{problems:?}"));
    let execution = session.execution(&plan, Mode::Create).unwrap_or_else(|problems| panic!("{problems:?}"));
    let engine = engine.engine();
    for step in &execution.steps {
        if let Err(error) = engine.execute(&step.statement) {
            let _ = engine.execute("ROLLBACK");
            assert!(overflowed(&error), "{target}: {error:?}\n{}\n{}", step.statement, case.items.join("\n"));
            return 0;
        }
    }
    let mut count = 0;
    for segment in plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline) {
        let columns: Vec<String> = segment.keys.iter().map(|key| format!("\"{}\"", key.name)).collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), segment.table.join("."));
        let found = match engine.query(&sql) {
            Ok(table) => {
                table.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect::<Keys>()
            }
            Err(error) if overflowed(&error) => continue,
            Err(error) => panic!("{target}: {error:?}\n{sql}"),
        };
        let wanted =
            expected.iter().find(|(name, _)| *name == segment.name).and_then(|(_, keys)| keys.as_ref());
        assert_eq!(
            Some(&found),
            wanted,
            "{} on {target} by its script\n{}",
            segment.name,
            case.items.join("\n")
        );
        count += 1;
    }
    count
}

fn overflowed(error: &EngineError) -> bool {
    is_overflow(&format!("{error:?}"))
}
