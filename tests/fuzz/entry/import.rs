//! Files of other tools.

use segc::api::{Options, open_files};
use segc::diagnostic::Severity;
use segc::import::segment::{File, Imported, Request, Status, import as run, tools};
use segc::project::{Files, Memory};

use super::judge;
use crate::seen::Seen;

/// The first line names the tool, and the dialect of SQL; the rest is its file. `--- map` is above a mapping
/// file, and `--- catalog` above the project's catalog, which is made from the file otherwise.
pub(super) fn import(input: &[u8], seen: &mut Seen) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (name, text) = text.split_once('\n').unwrap_or(("", text));
    let (name, dialect) = name.split_once(' ').map_or((name, None), |(name, dialect)| (name, Some(dialect)));
    let (text, catalog) = part(text, "catalog");
    let (text, mapping) = part(text, "map");
    let tools = tools();
    let tool = tools.iter().find(|tool| tool.name == name.trim()).unwrap_or(&tools[text.len() % tools.len()]);
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        relative: path.to_owned(),
        text: text.to_owned(),
    };
    let dialect =
        dialect.and_then(|name| ["duckdb", "postgres", "generic"].into_iter().find(|one| *one == name));
    let request = |write_catalog: Option<&str>| Request {
        tool: tool.name.to_owned(),
        files: vec![file("input", text)],
        mapping: mapping.map(|text| file("map.yml", text)),
        name: Some("given".to_owned()),
        dialect: dialect.map(str::to_owned),
        write_catalog: write_catalog.map(str::to_owned),
        ..Request::default()
    };
    let empty = Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {}, bigquery: {} }\n");
    if let Some(catalog) = catalog {
        let project = empty.with("catalog/own.yml", catalog);
        let first = run(&project, &request(None));
        judged(&first, seen);
        let written = first.files.iter().fold(project, |files, (path, text)| files.with(path, text.as_str()));
        sound(&written, &first);
        let again = run(&written, &request(None));
        judged(&again, seen);
        assert!(again.files.is_empty(), "importing again writes {:?}", again.files);
        return;
    }
    let first = run(&empty, &request(Some("catalog/a.yml")));
    judged(&first, seen);
    let written = first.files.iter().fold(empty, |files, (path, text)| files.with(path, text.as_str()));
    sound(&written, &first);
    // A catalog that is made from the file may still not fit it, but the next import gives the same.
    if first.files.iter().any(|(path, _)| path.starts_with("catalog/")) {
        let again = run(&written, &request(None));
        judged(&again, seen);
        assert!(again.files.is_empty(), "importing again writes {:?}", again.files);
        assert_eq!(again.report.summary(), first.report.summary());
    }
}

/// What is above a line `--- NAME`, and what is below it.
fn part<'t>(text: &'t str, name: &str) -> (&'t str, Option<&'t str>) {
    let line = format!("\n--- {name}\n");
    text.split_once(&line).map_or((text, None), |(above, below)| (above, Some(below)))
}

/// What is shown is harmless, and what is refused says why.
fn judged(imported: &Imported, seen: &mut Seen) {
    judge::problems(&imported.sources, &imported.problems, seen);
    let shown = imported.report.human(&imported.sources);
    let raw = shown.chars().find(|&c| c != '\n' && judge::is_harmful(c));
    assert!(raw.is_none(), "a terminal would be sent {raw:?}: {shown:?}");
    for segment in &imported.report.segments {
        seen.note(("import", segment.status as u8, segment.notes.len().min(3)));
        let is_refused = segment.status == Status::Refused;
        assert_eq!(
            is_refused,
            !segment.refusals.is_empty(),
            "`{}` is refused without a reason",
            segment.name
        );
    }
    assert!(imported.report.json(&imported.sources).is_object());
}

/// The written segments have no error.
fn sound(files: &dyn Files, imported: &Imported) {
    if !imported.files.iter().any(|(path, _)| path.ends_with(".seg")) {
        return;
    }
    let (session, problems) = open_files(files, &Options::default());
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let of_segments = errors.filter(|problem| {
        let place = problem.span.and_then(|span| session.sources.locate(span));
        place.is_some_and(|(path, _)| path.ends_with(".seg"))
    });
    let found: Vec<_> = of_segments.collect();
    assert!(found.is_empty(), "the imported segments have errors: {found:?}");
}
