//! Segments in plain English: the words for every construct, and that they determine the meaning.

mod law;

use segc::api::{Options, Session, open_files};
use segc::project::Memory;

const WORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/describe/wording.md");
const SETTINGS: &str = "name: words\ntimezone: Europe/Berlin\nweek_start: sunday\ntargets: { duckdb: {} }\n";

/// The contents of the fenced block that begins in a line.
fn block<'a>(lines: &mut impl Iterator<Item = &'a str>) -> String {
    let lines = lines.take_while(|line| *line != "```").map(|line| format!("{line}\n"));
    lines.collect()
}

fn opened(catalog: &str, segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", SETTINGS)
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    let errors: Vec<String> = problems
        .iter()
        .filter(|one| one.severity == segc::diagnostic::Severity::Error)
        .map(|one| format!("{} {}", one.code, one.message))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{segments}");
    session
}

fn said(session: &Session, name: &str) -> String {
    session.describe(session.hir().find(name).expect("the segment")).text()
}

fn name_of(segments: &str) -> &str {
    let first = segments.lines().find_map(|line| line.strip_prefix("segment ")).expect("a segment");
    first.split(' ').next().expect("a name")
}

#[test]
fn every_construct_has_its_words() {
    let known = std::fs::read_to_string(WORDING).expect("the cases");
    let mut lines = known.lines();
    let (mut text, mut catalog, mut source) = (String::new(), String::new(), String::new());
    let mut number = 0;
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        match line {
            "```catalog" => {
                catalog = block(&mut lines);
                text.push_str(&format!("{catalog}```\n"));
            }
            "```segments" => {
                source = block(&mut lines);
                text.push_str(&format!("{source}```\n"));
            }
            "```text" => {
                drop(block(&mut lines));
                let session = opened(&catalog, &source);
                text.push_str(&format!("{}```\n", said(&session, name_of(&source))));
                number += 1;
            }
            _ => {}
        }
    }
    assert!(number > 40, "{number} cases");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(WORDING, text).expect("it can be written");
    } else {
        assert!(text == known, "the words have changed (UPDATE_DOCS=1 writes them):\n{text}");
    }
}

/// A catalog with labels that are alike.
const ALIKE: &str = "entities:\n  customer:\n    table: customers\n    key: id\n    fields:\n      id: { type: integer, nullable: false }\n      \
                     a: { type: integer, label: size }\n      b: { type: integer, label: size }\n      size: integer\n";

#[test]
fn labels_that_are_alike_are_told_apart() {
    let session = opened(ALIKE, "segment s on customer { where a > 1 and b > 1 and size > 1 }");
    let text = said(&session, "s");
    for name in ["• size (a) is more than 1", "• size (b) is more than 1", "• size (size) is more than 1"]
    {
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn markdown_and_trees_say_the_same() {
    let text = "segment s on customer { title: \"A *b*\" where a > 1 and (b > 2 or size = 3) }";
    let session = opened(ALIKE, text);
    let described = session.describe(session.hir().find("s").expect("the segment"));
    insta::assert_snapshot!(format!("{}\n{}", described.markdown(), described.tree()));
}

#[test]
fn json_has_the_place_of_each_condition() {
    let text = "segment s on customer {\n  where a > 1\n    and not (b > 2 or size = 3)\n}";
    let session = opened(ALIKE, text);
    let id = session.hir().find("s").expect("the segment");
    let json = session.description_json(id, &session.describe(id));
    let members = &json["sections"][0];
    assert_eq!(members["kind"], "members");
    assert_eq!(members["children"][0]["place"]["line"], 2);
    assert_eq!(members["children"][0]["text"], "size (a) is more than 1");
    let none = &members["children"][1];
    assert_eq!(none["text"], "none of these is true:");
    assert_eq!(none["children"][1]["place"]["column"], 23);
    assert_eq!(json["text"], said(&session, "s"));
}

/// A file on disk is the only way to have a list of keys.
#[test]
fn lists_are_named_by_their_files() {
    let files = Memory::new()
        .with("segc.yml", SETTINGS)
        .with("catalog/all.yml", ALIKE)
        .with("lists/vips.csv", "id\n1\n")
        .with("segments/all.seg", "segment vips on customer from list \"lists/vips.csv\" {}");
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors());
    assert!(
        said(&session, "vips").contains("• is listed in the file \"lists/vips.csv\""),
        "{}",
        said(&session, "vips")
    );
}
