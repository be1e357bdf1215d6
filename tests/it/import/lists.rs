//! Long lists of keys become static lists, with files that are imported again like segments.

use segc::api::Options;
use segc::evaluate::{Data, Datum, Evaluator};
use segc::import::segment::{Change, Imported, Request, Status, import};
use segc::project::Memory;

use super::suite::file;
use crate::support::project::{instant, open};

const CONFIG: &str = "name: lists\ntargets: { duckdb: {} }\n";
const CATALOG: &str =
    "entities:\n  user:\n    table: users\n    key: id\n    fields: { id: string, plan: string }\n";
const OUT: &str = "segments/imported/launchdarkly.seg";

type Texts = Vec<(String, String)>;

fn project(texts: &Texts) -> Memory {
    let files = Memory::new().with("segc.yml", CONFIG).with("catalog/a.yml", CATALOG);
    texts.iter().fold(files, |files, (path, text)| files.with(path, text.clone()))
}

/// Imports into a project that has these files, which are then those that the import leaves.
fn run(texts: &mut Texts, segments: &str) -> Imported {
    let files = vec![file("segments.json", segments.to_owned())];
    let request = Request { tool: "launchdarkly".to_owned(), files, ..Request::default() };
    let imported = import(&project(texts), &request);
    for (path, text) in &imported.files {
        texts.retain(|(known, _)| known != path);
        texts.push((path.clone(), text.clone()));
    }
    imported
}

fn keys(range: std::ops::Range<usize>) -> String {
    let keys: Vec<String> = range.map(|key| format!("\"k{key}\"")).collect();
    format!("[{}]", keys.join(", "))
}

/// A list, a condition with two lists, and one with few keys.
fn segments(last: usize) -> String {
    format!(
        "[{{\"key\": \"vips\", \"included\": {}}},\n\
         {{\"key\": \"mixed\", \"included\": {}, \"excluded\": {}, \"rules\": [{{\"clauses\": [\
         {{\"attribute\": \"plan\", \"op\": \"in\", \"values\": [\"pro\"]}}]}}]}},\n\
         {{\"key\": \"few\", \"included\": {}}}]",
        keys(0..last),
        keys(0..101),
        keys(500..700),
        keys(0..100)
    )
}

fn text<'t>(texts: &'t Texts, path: &str) -> &'t str {
    let found = texts.iter().find(|(known, _)| known == path);
    &found.unwrap_or_else(|| panic!("no {path} among {:?}", texts.iter().map(|(path, _)| path))).1
}

fn paths(imported: &Imported) -> Vec<&str> {
    imported.files.iter().map(|(path, _)| path.as_str()).collect()
}

fn codes(imported: &Imported) -> Vec<&str> {
    imported.problems.iter().map(|problem| problem.code).collect()
}

fn changes(imported: &Imported) -> Vec<(&str, Option<Change>)> {
    imported.report.segments.iter().map(|one| (one.name.as_str(), one.change)).collect()
}

/// The members of a segment among some users, all of whom have the plan `pro` if their number is even.
fn members(texts: &Texts, segment: &str) -> Vec<String> {
    let session = open(&project(texts));
    let hir = session.hir();
    let catalog = &hir.catalog;
    let mut data = Data::new(catalog);
    let user = catalog.find("user").expect("the entity");
    for key in [0, 1, 99, 100, 101, 150, 500, 501, 700, 702] {
        let plan = if key % 2 == 0 { "pro" } else { "free" };
        let row = [format!("k{key}"), plan.to_owned()].map(Datum::String);
        data.push_row(user, row.to_vec()).expect("a row");
    }
    let mut evaluator = Evaluator::new(hir, &data, instant("2026-01-01T00:00:00Z"));
    let found = evaluator.members(hir.find(segment).expect("the segment")).expect("it is evaluated");
    let mut found: Vec<String> = found.iter().map(|key| key[0].to_string()).collect();
    found.sort_by_key(|key| key.trim_start_matches('k').parse::<usize>().expect("a number"));
    found
}

#[test]
fn long_lists_of_keys_become_files() {
    let mut texts = Texts::new();
    let imported = run(&mut texts, &segments(150));
    assert_eq!(codes(&imported), [""; 0], "{:?}", imported.problems);
    assert_eq!(
        paths(&imported),
        [OUT, "lists/vips.csv", "lists/mixed_keys.csv", "lists/mixed_keys_2.csv"],
        "{}",
        text(&texts, OUT)
    );
    assert_eq!(imported.report.count(Status::Exact), 3);
    let written = text(&texts, OUT);
    assert!(written.contains("segment vips on user from list \"lists/vips.csv\" {}"), "{written}");
    assert!(written.contains("in segment mixed_keys"), "{written}");
    assert!(written.contains("not in segment mixed_keys_2"), "{written}");
    assert!(written.contains("\"k99\""), "100 keys are written: {written}");
    assert!(!written.contains("\"k100\""), "{written}");
    assert_eq!(text(&texts, "lists/vips.csv").lines().count(), 151);
    assert!(text(&texts, "lists/vips.csv").starts_with("id\nk0\nk1\n"));
    assert_eq!(members(&texts, "vips"), ["k0", "k1", "k99", "k100", "k101"]);
    assert_eq!(members(&texts, "mixed"), ["k0", "k1", "k99", "k100", "k150", "k700", "k702"]);
}

#[test]
fn lists_are_imported_again_like_segments() {
    let mut texts = Texts::new();
    run(&mut texts, &segments(150));
    let again = run(&mut texts, &segments(150));
    assert_eq!((paths(&again), codes(&again)), (vec![], vec![]), "nothing has changed");

    let more = run(&mut texts, &segments(151));
    assert_eq!(paths(&more), [OUT, "lists/vips.csv"]);
    assert_eq!(changes(&more)[0], ("vips", Some(Change::Updated)));
    assert_eq!(members(&texts, "vips"), ["k0", "k1", "k99", "k100", "k101", "k150"]);

    // A file that is gone is written again.
    texts.retain(|(path, _)| path != "lists/mixed_keys.csv");
    assert_eq!(paths(&run(&mut texts, &segments(151))), ["lists/mixed_keys.csv"]);

    // One that a person has changed stays, which is said if the tool's keys are others.
    let vips = texts.iter_mut().find(|(path, _)| path == "lists/vips.csv").expect("the file");
    vips.1 = "id\nk1\n".to_owned();
    let same = run(&mut texts, &segments(151));
    assert_eq!((paths(&same), codes(&same)), (vec![], vec![]));
    let other = run(&mut texts, &segments(152));
    assert_eq!((paths(&other), codes(&other)), (vec![], vec!["SEG931"]));
    assert_eq!(members(&texts, "vips"), ["k1"]);
}

#[test]
fn other_files_stay_and_refuse_their_segments() {
    let mut texts = vec![("lists/mixed_keys.csv".to_owned(), "id\nmine\n".to_owned())];
    let imported = run(&mut texts, &segments(150));
    assert_eq!(codes(&imported), ["SEG928", "SEG933"], "{:?}", imported.problems);
    assert_eq!(paths(&imported), [OUT, "lists/vips.csv"]);
    assert!(!text(&texts, OUT).contains("mixed"), "{}", text(&texts, OUT));
    let (session, problems) = segc::api::open_files(&project(&texts), &Options::default());
    assert!(problems.is_empty() && session.hir().find("vips").is_some());
}

#[test]
fn a_segment_changed_by_hand_gets_no_lists() {
    let mut texts = Texts::new();
    let few = segments(150).replace(&keys(0..101), &keys(0..3)).replace(&keys(500..700), &keys(500..503));
    run(&mut texts, &few);
    let out = texts.iter_mut().find(|(path, _)| path == OUT).expect("the file");
    out.1 = out.1.replace("plan in (\"pro\")", "plan in (\"free\")");
    let again = run(&mut texts, &segments(150));
    assert_eq!((paths(&again), codes(&again)), (vec![], vec!["SEG931"]));
}
