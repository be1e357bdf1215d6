//! Importing again: what the import wrote is updated, and what a person changed stays.

use segc::import::segment::{Change, Imported, Request, Status, import};
use segc::project::Memory;

use super::suite::file;

const CONFIG: &str = "name: again\ntargets: { duckdb: {} }\n";
const CATALOG: &str = "entities:\n  user:\n    table: users\n    key: id\n    fields: { id: string, plan: string, country: string }\n";
const OUT: &str = "segments/imported/litestar-flags.seg";

fn row(name: &str, attribute: &str, value: &str) -> String {
    format!(
        "{{\"name\": \"{name}\", \"conditions\": [{{\"attribute\": \"{attribute}\", \"operator\": \"eq\", \"value\": \"{value}\"}}]}}"
    )
}

fn run(segments: Option<&str>, rows: &[String]) -> Imported {
    let project = Memory::new().with("segc.yml", CONFIG).with("catalog/a.yml", CATALOG);
    let project = segments.into_iter().fold(project, |project, text| project.with(OUT, text));
    import(&project, &request(rows))
}

fn request(rows: &[String]) -> Request {
    let files = vec![file("rows.json", format!("[{}]", rows.join(",\n")))];
    Request { tool: "litestar-flags".to_owned(), files, ..Request::default() }
}

fn written(imported: &Imported) -> &str {
    let found = imported.files.iter().find(|(path, _)| path == OUT);
    &found.unwrap_or_else(|| panic!("nothing was written: {:?}", imported.problems)).1
}

fn changes(imported: &Imported) -> Vec<(&str, Option<Change>)> {
    imported.report.segments.iter().map(|one| (one.name.as_str(), one.change)).collect()
}

fn codes(imported: &Imported) -> Vec<&str> {
    imported.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn an_unchanged_import_writes_nothing() {
    let rows = [row("a", "plan", "pro"), row("b", "country", "US")];
    let first = run(None, &rows);
    let again = run(Some(written(&first)), &rows);
    assert!(again.files.is_empty() && again.problems.is_empty());
    assert_eq!(changes(&again), [("a", Some(Change::Unchanged)), ("b", Some(Change::Unchanged))]);
}

#[test]
fn new_versions_replace_old_ones_in_place() {
    let first = run(None, &[row("a", "plan", "pro"), row("b", "country", "US")]);
    let with_own = format!("{}\nsegment own on user {{ where in segment a }}\n", written(&first));
    let again =
        run(Some(&with_own), &[row("c", "plan", "x"), row("b", "country", "CA"), row("a", "plan", "pro")]);
    assert_eq!(
        changes(&again),
        [("c", Some(Change::New)), ("b", Some(Change::Updated)), ("a", Some(Change::Unchanged))]
    );
    let text = written(&again);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} isn't in {text}"));
    assert!(at("segment a") < at("country = \"CA\"") && at("country = \"CA\"") < at("segment own"));
    assert!(at("segment own") < at("segment c"));
    assert!(!text.contains("\"US\""));
}

#[test]
fn changes_by_hand_stay() {
    let first = run(None, &[row("a", "plan", "pro"), row("b", "country", "US")]);
    let changed = written(&first).replace("country = \"US\"", "country in (\"US\", \"CA\")");
    // The tool's segment is the same: there is nothing to say.
    let same = run(Some(&changed), &[row("a", "plan", "pro"), row("b", "country", "US")]);
    assert!(same.files.is_empty() && same.problems.is_empty(), "{:?}", same.problems);
    assert_eq!(changes(&same)[1], ("b", Some(Change::Kept)));
    // It is another one: the report shows the new version.
    let other = run(Some(&changed), &[row("a", "plan", "free"), row("b", "country", "MX")]);
    assert_eq!(codes(&other), ["SEG931"]);
    assert!(written(&other).contains("country in (\"US\", \"CA\")") && written(&other).contains("\"free\""));
    let new = other.report.segments[1].new_version.as_deref().expect("the new version");
    assert!(new.contains("country = \"MX\""));
}

#[test]
fn renamed_segments_keep_their_name_in_references() {
    let parent = r#"{"id": "1", "name": "a", "conditions": []}"#.to_owned();
    let child = r#"{"name": "b", "parent_segment_id": "1", "conditions": []}"#.to_owned();
    let first = run(None, &[parent.clone(), child.clone()]);
    let renamed = written(&first)
        .replace("segment a on", "segment everyone_here on")
        .replace("extends a", "extends everyone_here");
    let again = run(Some(&renamed), &[parent, child]);
    assert!(codes(&again).is_empty(), "{:?}", again.problems);
    assert!(again.files.is_empty() || written(&again).contains("extends everyone_here"));
}

#[test]
fn segments_that_are_gone_are_reported_and_stay() {
    let first = run(None, &[row("a", "plan", "pro"), row("b", "country", "US")]);
    let again = run(Some(written(&first)), &[row("a", "plan", "pro")]);
    assert_eq!(codes(&again), ["SEG932"]);
    assert!(again.files.is_empty());
    assert_eq!(again.report.gone.len(), 1);
}

#[test]
fn segments_moved_to_another_file_are_not_written_again() {
    let rows = [row("a", "plan", "pro")];
    let first = run(None, &rows);
    let project = Memory::new()
        .with("segc.yml", CONFIG)
        .with("catalog/a.yml", CATALOG)
        .with("segments/mine.seg", written(&first));
    let again = import(&project, &request(&rows));
    assert!(again.files.is_empty() && again.problems.is_empty());
    assert_eq!(changes(&again), [("a", Some(Change::Kept))]);
}

#[test]
fn a_refused_segment_leaves_its_earlier_version_and_the_rest_is_written() {
    let first = run(None, &[row("a", "plan", "pro"), row("b", "country", "US")]);
    let wrong =
        r#"{"name": "a", "conditions": [{"attribute": "plan", "operator": "approx", "value": "pro"}]}"#;
    let again = run(Some(written(&first)), &[wrong.to_owned(), row("b", "country", "CA")]);
    assert_eq!(codes(&again), ["SEG922"]);
    assert_eq!(again.report.count(Status::Refused), 1);
    assert!(written(&again).contains("plan = \"pro\"") && written(&again).contains("\"CA\""));
}

#[test]
fn names_of_the_projects_own_segments_are_left_alone() {
    let project = Memory::new()
        .with("segc.yml", CONFIG)
        .with("catalog/a.yml", CATALOG)
        .with("segments/own.seg", "segment A on user { where plan = \"pro\" }\n");
    let imported = import(
        &project,
        &request(&[row("a", "plan", "pro"), row("A b", "plan", "x"), row("a-b", "plan", "y")]),
    );
    assert!(codes(&imported).is_empty(), "{:?}", imported.problems);
    let names: Vec<&str> = imported.report.segments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a_litestar-flags".replace('-', "_").as_str(), "a_b", "a_b_litestar_flags"]);
}

#[test]
fn circles_and_what_refers_to_them_are_refused() {
    let of = |name: &str, id: &str, parent: &str| {
        format!(r#"{{"id": "{id}", "name": "{name}", "parent_segment_id": "{parent}", "conditions": []}}"#)
    };
    let imported =
        run(None, &[of("a", "1", "2"), of("b", "2", "1"), of("c", "3", "1"), row("d", "plan", "pro")]);
    assert_eq!(codes(&imported), ["SEG927", "SEG927", "SEG928"]);
    let message = imported.problems.iter().next().expect("a problem").message.clone();
    assert!(message.ends_with("a → b → a"), "{message}");
    assert_eq!(imported.report.count(Status::Exact), 1);
}
