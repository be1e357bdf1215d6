//! The built-in dialects are complete.

use std::sync::Arc;

use super::*;
use crate::diagnostic::{Diagnostics, SourceId};

#[test]
fn the_built_in_dialects_load_without_problems() {
    let problems = load::problems_of_built_in();
    let dialects = Dialects::load(&[], &mut Diagnostics::new());
    let messages: Vec<String> = problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    assert_eq!(messages, Vec::<String>::new());
    let names: Vec<&str> = dialects.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["bigquery", "clickhouse", "duckdb", "postgres", "spark", "sqlite"]);
}

/// As files of the user's, whose templates are parsed and judged at once: those of the built-in files are
/// taken to be right.
#[test]
fn the_templates_of_the_built_in_dialects_are_right() {
    let mut problems = Diagnostics::new();
    let files = (0..).zip(builtin::FILES).map(|(id, text)| (SourceId(id), Arc::from(*text)));
    let dialects = Dialects::load(&files.collect::<Vec<_>>(), &mut problems);
    let messages: Vec<String> = problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    assert_eq!(messages, Vec::<String>::new());
    let own = dialects.iter().filter(|dialect| !dialect.own_templates.is_empty());
    assert_eq!(own.count(), builtin::FILES.len(), "each is read as a user's");
}

/// A dialect hashes the same whether its templates are parsed at once or later.
#[test]
fn templates_that_are_parsed_later_are_the_same() {
    let built_in = Dialects::load(&[], &mut Diagnostics::new());
    for text in builtin::FILES {
        let read = Dialects::load(&[(SourceId(0), Arc::from(*text))], &mut Diagnostics::new());
        for dialect in read.iter() {
            let later = built_in.get(&dialect.name).expect("it is built in");
            assert_eq!(dialect.functions, later.functions, "{}", dialect.name);
            assert_eq!(dialect.statements, later.statements, "{}", dialect.name);
            assert_eq!(dialect.templates(), later.templates(), "{}", dialect.name);
        }
    }
}
