//! Tests of the whole stage: text in, tree and problems out.

mod accept;
mod random;
mod reject;
pub(in crate::syntax) mod show;
mod spans;

use crate::diagnostic::{Diagnostics, SourceId};
use crate::syntax::{ast, parse, parse_expr};

pub(in crate::syntax) fn parsed(text: &str) -> (ast::File, Diagnostics) {
    let mut problems = Diagnostics::new();
    let file = parse(SourceId(0), text, &mut problems);
    (file, problems)
}

/// The tree of a text without faults.
fn tree(text: &str) -> String {
    let (file, problems) = parsed(text);
    assert!(problems.is_empty(), "{text}\n{problems:#?}");
    show::file(&file)
}

/// The tree of an expression without faults.
fn expr(text: &str) -> String {
    let mut problems = Diagnostics::new();
    let expr = parse_expr(SourceId(0), text, &mut problems);
    assert!(problems.is_empty(), "{text}\n{problems:#?}");
    show::expr(&expr.expect("no problem, so there is a tree"))
}

/// Codes and underlined texts of the problems of a text.
fn faults<'a>(text: &'a str, problems: &Diagnostics) -> Vec<(&'static str, &'a str)> {
    let underlined = |problem: &crate::diagnostic::Diagnostic| {
        let span = problem.span.expect("every syntax error has a place");
        &text[span.start as usize..span.end as usize]
    };
    problems.iter().map(|problem| (problem.code, underlined(problem))).collect()
}
