//! Settings of DuckDB that a session or a `.duckdbrc` may have before a script is run by hand.
//! Sessions opened by segc have the engine's defaults.

use segc::api::Options;
use segc::engine::{DuckDb, Engine as _};
use segc::plan::program::Mode;

use super::{AS_OF, compare, project, rows, selects, support};

/// Those that change what a SELECT means, by <https://duckdb.org/docs/stable/configuration/overview>.
/// Scripts set them.
const CHANGING: &[(&str, &[&str])] = &[
    ("default_order", &["'DESC'"]),
    ("default_collation", &["'NOCASE'", "'NOACCENT'", "'de'"]),
    ("Calendar", &["'japanese'", "'buddhist'", "'hebrew'", "'islamic'", "'persian'", "'ethiopic'"]),
];

/// Those that might, and must not.
const OTHERS: &[(&str, &[&str])] = &[
    ("TimeZone", &["'Asia/Tokyo'", "'America/New_York'", "'Asia/Kathmandu'"]),
    (
        "default_null_order",
        &["'nulls_first'", "'nulls_last_on_asc_first_on_desc'", "'nulls_first_on_asc_last_on_desc'"],
    ),
    ("integer_division", &["true"]),
    ("ieee_floating_point_ops", &["false"]),
    ("old_implicit_casting", &["true"]),
    ("order_by_non_integer_literal", &["true"]),
    ("scalar_subquery_error_on_multiple_rows", &["false"]),
    ("preserve_insertion_order", &["false"]),
    ("preserve_identifier_case", &["false"]),
    ("threads", &["1", "4"]),
    ("disabled_optimizers", &["'filter_pushdown,statistics_propagation,join_order,expression_rewriter'"]),
];

fn filled(setting: &str, value: &str) -> DuckDb {
    let mut engine = DuckDb::open(None).expect("it opens");
    for statement in rows(false) {
        engine.execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let set = format!("SET {setting} = {value}");
    engine.execute(&set).unwrap_or_else(|error| panic!("{set}: {error}"));
    engine
}

fn ids(engine: &mut DuckDb, sql: &str) -> Result<Vec<i64>, String> {
    let answer = engine.query(sql).map_err(|error| error.to_string())?;
    let number = |row: Vec<segc::engine::Cell>| row.first().and_then(|cell| cell.to_string().parse().ok());
    Ok(answer.rows.into_iter().filter_map(number).collect())
}

#[test]
fn printed_selects_are_independent_of_settings() {
    let project = project();
    let selects = selects(project.path(), "duckdb");
    for (setting, values) in OTHERS {
        for value in *values {
            let mut engine = filled(setting, value);
            let wrong = compare(|segment| {
                let (_, sql) = selects.iter().find(|(name, _)| *name == segment).expect("its SELECT");
                ids(&mut engine, sql)
            });
            assert_eq!(wrong, Vec::<String>::new(), "{setting} = {value}");
        }
    }
}

#[test]
fn scripts_set_what_they_rely_on() {
    let project = project();
    let options = Options { as_of: Some(support::project::instant(AS_OF)), ..Options::default() };
    let (session, _) = segc::api::open(project.path(), &options);
    let all = session.select(&[]).expect("all segments");
    let plan = session.plan("duckdb", &all, &options).0.expect("a plan");
    let execution = session.execution(&plan, Mode::Create).expect("a script");
    let statements: Vec<String> = execution.steps.into_iter().map(|step| step.statement).collect();
    for (setting, values) in CHANGING.iter().chain(OTHERS) {
        for value in *values {
            let mut engine = filled(setting, value);
            engine.run(&statements).unwrap_or_else(|error| panic!("{setting} = {value}: {error}"));
            let mut read = |segment: &str| ids(&mut engine, &format!("SELECT id FROM segments.{segment}"));
            assert_eq!(compare(&mut read), Vec::<String>::new(), "{setting} = {value}");
        }
    }
}
