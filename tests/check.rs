//! The checker on whole projects: what it says of mistakes, and what it makes of the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use segc::catalog::{self, Catalog};
use segc::check::hir::Hir;
use segc::check::{Given, ParamOrigin, ParamValue, Settings, check, print};
use segc::diagnostic::{Diagnostic, Diagnostics, Severity, Sources, Span};
use segc::syntax;
use segc::types::Literal;

const CATALOG: &str = include_str!("check/catalog.yml");

fn catalog() -> Arc<Catalog> {
    let mut problems = Diagnostics::new();
    let source = Sources::default().add("catalog.yml", CATALOG);
    let catalog = catalog::load(&[(source, CATALOG.into())], &mut problems);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(catalog)
}

/// Parses and checks files together; problems come in the order of the files.
fn run(files: &[(&str, &str)], settings: &Settings) -> (Sources, Hir, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut problems = Diagnostics::new();
    let mut parsed = Vec::new();
    for (path, text) in files {
        let id = sources.add(*path, *text);
        parsed.push(syntax::parse(id, text, &mut problems));
    }
    let hir = check(&parsed, catalog(), settings, &mut problems);
    problems.sort(&sources);
    let problems = problems.into_iter().collect();
    (sources, hir, problems)
}

fn under(sources: &Sources, span: Span) -> &str {
    let source = sources.get(span.source).expect("a file of these");
    &source.text()[span.start as usize..span.end as usize]
}

fn shown(sources: &Sources, problem: &Diagnostic) -> String {
    let under = problem.span.map_or("", |span| under(sources, span));
    let help = problem.help.as_deref().unwrap_or("");
    format!("{} `{under}` {} | {help}", problem.code, problem.message)
}

/// Compares the problems of a file with its `#!` lines, each of which speaks of what stands
/// above it: code, underlined text, and a part of the message or the help.
fn compare(path: &str, text: &str, sources: &Sources, problems: &[Diagnostic], failures: &mut Vec<String>) {
    let of_file = |problem: &&Diagnostic| {
        let span = problem.span.expect("a place");
        sources.get(span.source).expect("a file").path() == path
    };
    let mut found = problems.iter().filter(of_file).peekable();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = u32::try_from(offset).expect("a small file");
        offset += line.len();
        let Some(expected) = line.strip_prefix("#! ") else { continue };
        let problem = found.next_if(|problem| problem.span.expect("a place").start < start);
        let Some(problem) = problem else {
            failures.push(format!("{path}: nobody said: {expected}"));
            continue;
        };
        let said = shown(sources, problem);
        let (code, rest) = expected.trim_end().split_once(" `").expect("a code");
        let (under, part) = rest.split_once("` ").unwrap_or_else(|| (rest.trim_end_matches('`'), ""));
        if !said.starts_with(&format!("{code} `{under}` ")) || !said.contains(part) {
            failures.push(format!("{path}: expected {expected}     said {said}"));
        }
        // What is said beside that is found at the next line.
        if !text[offset..].starts_with("#!") {
            while let Some(more) = found.next_if(|it| it.span.expect("a place").start < start) {
                failures.push(format!("{path}: unexpected {}", shown(sources, more)));
            }
        }
    }
    failures.extend(found.map(|more| format!("{path}: unexpected {}", shown(sources, more))));
}

#[test]
fn every_mistake_is_reported_in_one_run() {
    let files = [
        ("names.seg", include_str!("check/mistakes_names.seg")),
        ("types.seg", include_str!("check/mistakes_types.seg")),
    ];
    let (sources, hir, problems) = run(&files, &Settings::default());
    let mut failures = Vec::new();
    for (path, text) in files {
        compare(path, text, &sources, &problems, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(problems.len() >= 100);

    let sound: Vec<&str> = hir.segments.iter().map(|segment| segment.name.as_str()).collect();
    assert_eq!(
        sound,
        [
            "n10", "n16", "t14", "w01", "w02", "w03", "w04", "w05", "w06", "w07", "w08", "w09", "w10", "w11",
            "w12"
        ]
    );
}

#[test]
fn what_is_right_is_understood() {
    let (_, hir, problems) = run(&[("sound.seg", include_str!("check/sound.seg"))], &Settings::default());
    assert!(problems.is_empty(), "{problems:#?}");
    let params = hir.params.iter().map(|(name, value)| format!("${name} = {value}"));
    let traits = hir.traits.iter().map(|it| print::computed(&hir, it));
    let segments = hir.segments.iter().map(|it| print::segment(&hir, it));
    let text: Vec<String> = params.chain(traits).chain(segments).collect();
    insta::assert_snapshot!(text.join("\n\n"));
}
