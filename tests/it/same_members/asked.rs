//! How many measures segments ask for, and what the scans of those measures have together.

use segc::api::{Asked, AskedScan, AskedWindow, Options, Session, open_files};
use segc::project::Memory;

use super::dense::CATALOG;

const SEGMENTS: &str = "
trait all_parts on thing = count(parts)
segment a on thing { where count(parts during last 7 days where amount > 1) >= 2 }
segment b on thing { where exists(parts during last 1 week where not (amount <= 1 or amount is missing)) }
segment c on thing { where sum(parts.amount during last 30 days where kind = \"a\" and amount > 1) > 5 }
segment d on thing extends a { where all_parts > 3 and not every(parts where kind is present) }
segment e on part { where count(thing.parts during next 1 month) > 1 or amount > 5 }
segment f on part { where thing in segment a }
";

fn open(segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: asked\ntargets: { duckdb: {} }\n")
        .with("catalog/things.yml", CATALOG)
        .with("segments/all.seg", segments.to_owned());
    let (session, problems) = open_files(&files, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    session
}

fn asked(session: &Session, names: &[&str]) -> Asked {
    let ids: Vec<_> = names.iter().map(|name| session.hir().find(name).expect("a segment")).collect();
    session.asked(&ids)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn equal_questions_are_one_measure() {
    let session = open(SEGMENTS);
    let some = asked(&session, &["a", "b", "c"]);
    assert_eq!((some.measures, some.distinct), (3, 2));
    let window = AskedWindow { from: texts(&["30 days ago"]), to: texts(&["now"]) };
    let scan = AskedScan {
        entity: "thing".to_owned(),
        path: "parts".to_owned(),
        reads: "part".to_owned(),
        measures: 2,
        segments: 3,
        functions: vec!["count", "sum"],
        window: Some(window),
        filter: texts(&["amount > 1"]),
    };
    assert_eq!(some.scans, [scan]);

    let all = asked(&session, &["a", "b", "c", "d", "e", "f"]);
    assert_eq!((all.measures, all.distinct), (6, 5), "{all:?}");
    let paths: Vec<(&str, &str)> =
        all.scans.iter().map(|scan| (scan.entity.as_str(), scan.path.as_str())).collect();
    assert_eq!(paths, [("part", "thing.parts"), ("thing", "parts")]);
    // Everything that is asked of a scan: the counts of `d` have neither a first instant nor a condition.
    let (ahead, parts) = (&all.scans[0], &all.scans[1]);
    assert_eq!((parts.measures, parts.segments, parts.filter.len()), (4, 4, 0));
    let open = AskedWindow { from: Vec::new(), to: texts(&["now"]) };
    assert_eq!(parts.window, Some(open));
    let ahead_window = AskedWindow { from: texts(&["now"]), to: texts(&["1 month from now"]) };
    assert_eq!(ahead.window, Some(ahead_window));
}

#[test]
fn a_segment_alone_asks_only_for_its_own_measures() {
    let session = open(SEGMENTS);
    assert_eq!(asked(&session, &["d"]).measures, 2);
    assert_eq!(asked(&session, &["f"]), Asked { measures: 0, distinct: 0, scans: Vec::new() });
}

/// A condition of thousands of parts, and a chain of thousands of segments.
#[test]
fn large_projects_are_normalized() {
    let parts: Vec<String> = (0..2_000).map(|number| format!("(n = {number} or k > {number})")).collect();
    let other: Vec<String> =
        (0..2_000).rev().map(|number| format!("({number} < k or n in ({number}))")).collect();
    let mut segments = format!(
        "segment wide on thing {{ where {} }}\nsegment wide2 on thing {{ where {} }}\nsegment c0 on thing {{ where b }}\n",
        parts.join("\n and "),
        other.join("\n and ")
    );
    for number in 1..2_000 {
        let before = number - 1;
        segments.push_str(&format!(
            "segment c{number} on thing {{ where in segment c{before} and n > {number} or not in segment c{before} }}\n"
        ));
    }
    let session = open(&segments);
    let find = |name| session.hir().find(name).expect("a segment");
    assert!(session.same_members(find("wide"), find("wide2")));
    assert!(!session.same_members(find("c1"), find("c2")));
}
