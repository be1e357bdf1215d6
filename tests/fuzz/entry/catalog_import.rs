//! Documents of other tools that say what tables there are.

use segc::api::{Options, open_files};
use segc::diagnostic::{Diagnostics, Severity, Sources};
use segc::import::catalog::{
    Document, Existing, Found, Outcome, Settings, import, read_cube, read_dbt, read_information_schema,
    read_metricflow,
};
use segc::project::Memory;

use super::judge;
use crate::seen::Seen;

/// Errors of a catalog that ask for what only a person knows: a key, a column's type.
const ASKED: [&str; 2] = ["SEG024", "SEG204"];

/// The first line names the kind of document; the rest is the document. `--- columns` is above dbt's
/// `catalog.json`.
pub(super) fn catalog_import(input: &[u8], seen: &mut Seen) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (kind, text) = text.split_once('\n').unwrap_or(("", text));
    let found = match read(kind.trim(), text) {
        Ok(found) => found,
        Err((sources, problems)) => {
            assert!(!problems.is_empty(), "nothing is found, without a reason");
            return judge::problems(&sources, &problems, seen);
        }
    };
    let empty = Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {}, bigquery: {} }\n");
    let existing = Existing::read(&empty).expect("nothing is there yet");
    let Some(first) = imported(&found, &existing, seen) else { return };
    let written = first.edits.iter().fold(empty, |files, edit| files.with(&*edit.path, edit.after.as_str()));
    if first.edits.is_empty() {
        assert!(!first.report.skipped.is_empty(), "nothing is written, without a reason: {:?}", first.report);
        return;
    }
    sound(&written, &first);
    let existing = Existing::read(&written).expect("what was written can be read");
    if let Some(again) = imported(&found, &existing, seen) {
        assert!(again.edits.is_empty(), "importing again writes {:?}", again.edits);
    }
}

fn read(kind: &str, text: &str) -> Result<Found, (Sources, Diagnostics)> {
    let document = |path: &str, text: &str| Document { path: path.to_owned(), text: text.to_owned() };
    let kinds = ["dbt", "cube", "metricflow", "information-schema"];
    let kind = kinds.iter().find(|one| **one == kind).unwrap_or(&kinds[text.len() % kinds.len()]);
    match *kind {
        "dbt" => {
            let (manifest, columns) = match text.split_once("\n--- columns\n") {
                Some((manifest, columns)) => (manifest, Some(document("catalog.json", columns))),
                None => (text, None),
            };
            read_dbt(&document("manifest.json", manifest), columns.as_ref(), None, &[])
        }
        "cube" => read_cube(&[document("cube.yml", text)]),
        "metricflow" => read_metricflow(&[document("models.yml", text)]),
        _ => read_information_schema(&document("columns.csv", text), None, None, &[]),
    }
}

fn imported(found: &Found, existing: &Existing, seen: &mut Seen) -> Option<Outcome> {
    let settings = Settings {
        into: "catalog/imported.yml".to_owned(),
        zone: None,
        is_whole: true,
        families: Vec::new(),
    };
    match import(found, existing, &settings) {
        Ok(outcome) => {
            judge::problems(&existing.sources, &outcome.differences, seen);
            let report = &outcome.report;
            let counts = [report.entities.len(), report.fields, report.links, report.questions.len()];
            seen.note(("catalog-import", counts.map(|count| count.min(4)), report.skipped.len().min(4)));
            Some(outcome)
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "nothing is written, without a reason");
            judge::problems(&existing.sources, &problems, seen);
            None
        }
    }
}

/// The catalog has no errors but those that ask for what the document doesn't say.
fn sound(files: &Memory, outcome: &Outcome) {
    let (_, problems) = open_files(files, &Options::default());
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let found: Vec<_> = errors.filter(|problem| !ASKED.contains(&problem.code)).collect();
    assert!(found.is_empty(), "the imported catalog has errors: {found:?}\n{:?}", outcome.edits);
}
