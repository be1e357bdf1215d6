//! The built-in dialects are complete.

use super::*;
use crate::diagnostic::Diagnostics;

#[test]
fn the_built_in_dialects_load_without_problems() {
    let mut problems = Diagnostics::new();
    let dialects = Dialects::load(&[], &mut problems);
    let messages: Vec<String> = problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    assert_eq!(messages, Vec::<String>::new());
    let names: Vec<&str> = dialects.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["bigquery", "clickhouse", "duckdb", "postgres", "spark", "sqlite"]);
}
