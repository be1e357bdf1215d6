//! The tables and views that scripts create, whose instant is the engine's (stopped) clock.

use segc::api::Options;
use segc::check::hir::Materialize;
use segc::engine::{Engine, EngineError};
use segc::plan::program::Mode;

use crate::agreement::case::{ASKED, Case, Cases, Opened};
use crate::agreement::compare::{Answer, differs, is_overflow};
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
    for step in &execution.steps {
        if let Err(error) = engine.engine().execute(&step.statement) {
            let _ = engine.engine().execute("ROLLBACK");
            assert!(overflowed(&error), "{target}: {error:?}\n{}\n{}", step.statement, case.items.join("\n"));
            return 0;
        }
    }
    let mut count = 0;
    for segment in plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline) {
        let keys = segment.keys.iter().map(|key| &key.name);
        let columns = keys.chain(segment.columns.iter().map(|column| &column.name));
        let columns: Vec<String> = columns.map(|name| format!("\"{name}\"")).collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), segment.table.join("."));
        let wanted = expected.iter().find(|(name, _)| *name == segment.name);
        let wanted = wanted.and_then(|(_, table)| table.as_ref()).expect("what is built is known");
        match differs(wanted, engine.members(&sql)) {
            Answer::Same => count += 1,
            Answer::Overflow => {}
            Answer::Other(what) => {
                panic!("{} on {target} by its script: {what}\n{}", segment.name, case.items.join("\n"))
            }
        }
    }
    count
}

fn overflowed(error: &EngineError) -> bool {
    is_overflow(&format!("{error:?}"))
}
