//! Upper and lower case, letter by letter: the evaluator and every engine agree on all letters of
//! these blocks, except for those listed in the language reference.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support;
use crate::support::engine::{Runner, available, others, words};
use crate::support::project::root;
use segc::api::{Options, Session, open_files};
use segc::evaluate::{Data, Datum, members};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  letter:
    table: letters
    key: id
    fields:
      id: { type: string, nullable: false }
      body: { type: string, nullable: false }
      small: { type: string, nullable: false }
      large: { type: string, nullable: false }
";

const SEGMENTS: &str = "
segment lowered on letter { where lower(body) = small }
segment raised on letter { where upper(body) = large }
segment like_small on letter { where body = lower(large) ignoring case }
segment in_order on letter { where lower(body) <= upper(body) }
";

/// Latin-1, Latin Extended-A, Greek, Cyrillic with its supplement; and ASCII.
const BLOCKS: [(u32, u32); 4] = [(0x21, 0x7E), (0xA1, 0x17F), (0x370, 0x3FF), (0x400, 0x52F)];

/// What the reference lists, as `lower` or `upper` of a text.
fn exceptions(of: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("docs/language.md")).expect("the reference");
    let start = format!("| `{of}` of ");
    let line = text.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("the reference has no line `{start}…`"));
    let cell = line[start.len()..].split('|').next().unwrap_or_default();
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn texts() -> Vec<String> {
    let letters = BLOCKS.iter().flat_map(|&(from, to)| (from..=to).filter_map(char::from_u32));
    let words = ["ΑΣ", "ΣΑΣ ΣΑ", "straße", "İstanbul", "DŽEP", "ЩИТ щит", "Ωmega"].map(str::to_owned);
    letters.map(String::from).chain(words).collect()
}

fn key(text: &str) -> String {
    text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ")
}

fn open() -> Session {
    let config =
        "name: letters\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {}, clickhouse: {} }\n";
    let files = Memory::new()
        .with("segc.yml", config)
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    session
}

fn data(session: &Session) -> Data {
    let mut data = Data::new(&session.hir().catalog);
    for text in texts() {
        let row = [
            ("id", Datum::from(key(&text))),
            ("body", Datum::from(text.as_str())),
            ("small", Datum::from(text.to_lowercase())),
            ("large", Datum::from(text.to_uppercase())),
        ];
        data.push("letter", row).expect("a row");
    }
    data
}

/// What an engine and the evaluator see differently.
fn differences(session: &Session, data: &Data, engine: &mut dyn Runner, segment: &str) -> BTreeSet<String> {
    let as_of = "2026-03-31T12:00:00Z".parse().expect("an instant");
    let id = session.hir().find(segment).expect("a segment");
    let wanted: BTreeSet<String> = members(session.hir(), id, data, as_of)
        .expect("no failure")
        .iter()
        .map(|key| key.iter().map(ToString::to_string).collect())
        .collect();
    let options = Options { as_of: Some(as_of), ..Options::default() };
    let sql = session.select_sql(engine.target(), id, &options).expect("it can be written");
    let found = words(&engine.members(&sql).unwrap_or_else(|error| panic!("{error}\n{sql}")));
    wanted.symmetric_difference(&found).cloned().collect()
}

#[test]
fn engines_differ_only_on_the_documented_letters() {
    let session = open();
    let data = data(&session);
    let (lower, upper) = (exceptions("lower"), exceptions("upper"));
    let (mut seen_lower, mut seen_upper) = (BTreeSet::new(), BTreeSet::new());
    let mut wrong = String::new();
    let mut engines = available();
    let all = engines.len() == 4;
    // SQLite changes the case of ASCII alone, and refuses these segments.
    engines.extend(others().into_iter().filter(|engine| engine.target() != "sqlite"));
    for mut engine in engines {
        engine.load(&support::given::from_data(engine.target(), &data));
        for (segment, listed, seen) in [
            ("lowered", &lower, Some(&mut seen_lower)),
            ("raised", &upper, Some(&mut seen_upper)),
            ("like_small", &lower, None),
            ("in_order", &BTreeSet::new(), None),
        ] {
            let found = differences(&session, &data, engine.as_mut(), segment);
            let excused = |text: &String| {
                listed.iter().any(|letter| text.contains(letter.as_str()))
                    || segment != "lowered" && upper.iter().any(|letter| text.contains(letter.as_str()))
            };
            let texts: Vec<String> = texts().into_iter().filter(|text| found.contains(&key(text))).collect();
            if let Some(seen) = seen {
                seen.extend(
                    listed.iter().filter(|one| texts.iter().any(|text| text.contains(*one))).cloned(),
                );
            }
            for text in texts.iter().filter(|text| !excused(text)) {
                let _ = writeln!(wrong, "{} {segment}: {text} ({})", engine.target(), key(text));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    if all {
        assert_eq!((seen_lower, seen_upper), (lower, upper), "the reference lists no more than differs");
    }
}
