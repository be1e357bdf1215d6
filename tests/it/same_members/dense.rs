//! Small conditions on few values: many are the same, many more nearly so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fastrand::Rng;
use segc::api::{Options, Session, open_files};
use segc::evaluate::{Data, Datum, Evaluator};
use segc::project::Memory;

use super::same_pairs;
use crate::support::rows::read_csv;

pub const CATALOG: &str = "
entities:
  thing:
    table: things
    key: id
    fields:
      id: { type: integer, nullable: false }
      n: integer
      k: { type: integer, nullable: false }
      d: decimal(10,2)
      s: string
      b: boolean
      day: date
      at: timestamp
      tags: array<string>
    links:
      parts: { to: part, many: true, on: { id: thing_id } }
      likes: { to: thing, many: true, on: { id: k } }
  part:
    table: parts
    key: id
    time: at
    fields:
      id: { type: integer, nullable: false }
      thing_id: integer
      amount: integer
      kind: string
      at: timestamp
    links:
      thing: { to: thing, on: { thing_id: id } }
";

pub const BASE: &str = "
trait parts_now on thing = count(parts)
trait good on thing = n > 0 and b
trait old on thing = at before 2026-03-01T00:00:00Z
segment few on thing { where n > 0 }
segment kept on thing { where b keep top 2 by k }
segment held on thing { expire: 3 days materialize: table where n > 0 }
";

pub const AS_OF: &str = "2026-04-01T10:00:00Z";

const NUMBERS: &[&str] =
    &["n", "k", "d", "count(parts)", "parts_now", "sum(parts.amount)", "n + k", "k + n", "n - k", "k - n"];
const CONSTANTS: &[&str] = &["0", "1", "2", "0.5", "1.0"];
const OPS: &[&str] = &["<", "<=", ">", ">=", "=", "!="];
const WINDOWS: &[&str] = &[
    "",
    " during last 7 days",
    " during last 1 week",
    " during since 7 days ago",
    " during last 24 hours",
    " during next 7 days",
    " during 7 days ago to now",
    " during lifetime",
    " during until now",
    " during 7 days ago to 7 days from now",
    " during last 1 month",
    " during 2026-03-25 through 2026-03-31",
    " during this month",
    " during until 3 days from now",
    " during start of month to start of month + 1 month",
    " during this month",
];
const FILTERS: &[&str] = &[
    "",
    " where amount > 1",
    " where amount >= 2",
    " where not (amount <= 1)",
    " where kind = \"a\"",
    " where kind in (\"a\")",
    " where amount > 1 and kind = \"a\"",
    " where kind = \"a\" and amount > 1",
    " where amount > outer.n",
    " where outer.n < amount",
    " where thing.n > 0",
];
const OTHERS: &[&str] = &[
    "b",
    "not b",
    "b = true",
    "b != true",
    "b = false",
    "good",
    "old",
    "n > 0 and b",
    "s = \"a\"",
    "s in (\"a\")",
    "s in (\"a\", \"b\")",
    "s in (\"b\", \"a\")",
    "s != \"a\"",
    "s is missing",
    "s is present",
    "n is missing",
    "k is missing",
    "s starts with \"a\"",
    "not s starts with \"a\"",
    "s contains \"a\"",
    "s between \"a\" and \"b\"",
    "n between 0 and 1",
    "n in (0, 1)",
    "n in (1, 0, 1)",
    "k in (0, 1)",
    "k between 0 and 1",
    "in segment few",
    "not in segment few",
    "in segment kept",
    "in segment held",
    "day = 2026-04-01",
    "day >= 2026-04-01",
    "day > 2026-03-31",
    "day after 2026-03-31",
    "at during last 7 days",
    "at >= 7 days ago and at < now",
    "at during today",
    "date(at) = 2026-04-01",
    "at before 2026-03-01T00:00:00Z",
    "at > 7 days ago",
    "not (at <= 7 days ago)",
    "at between 7 days ago and now",
    "at >= 7 days ago and at <= now",
    "n < k",
    "k > n",
    "n <= k",
    "n = k",
    "not (n > k)",
    "tags contains \"x\"",
    "tags contains any (\"x\", \"y\")",
    "tags contains any (\"y\", \"x\")",
    "tags contains all (\"x\", \"y\")",
    "tags is empty",
    "size(tags) = 0",
    "every(latest 1 parts where amount > 1)",
    "every(parts where amount > 1)",
    "not exists(parts where amount <= 1)",
    "not exists(parts where not (amount > 1))",
    "exists(latest 1 parts where amount > 1)",
    "last(parts.amount) > 1",
    "first(parts.amount) > 1",
    "max(parts.amount) > 1",
    "min(parts.amount) > 1",
    "last(parts.at) > 2026-03-28T00:00:00Z",
    "max(parts.at) > 2026-03-28T00:00:00Z",
    "first(parts.at) > 2026-03-28T00:00:00Z",
    "count distinct(parts.kind) > 1",
    "count(parts where kind is present) > 1",
    "every(earliest 1 parts where amount > 1)",
    "count(latest 2 parts) > 1",
    "count(parts) > 1",
    "count(latest 1 parts) > 0",
    "sum(latest 1 parts.amount) > 1",
    "sum(earliest 1 parts.amount) > 1",
    "sum(parts.amount) > 1",
    "sum(latest 2 parts.amount) > 1",
    "every(latest 2 parts where amount > 1)",
    "sum(parts.id) > 2",
    "max(parts.id) > 1",
    "sum(parts.amount) > 2",
    "exists(likes where outer.n > 0)",
    "exists(likes where n > 0)",
    "exists(likes where n > outer.n)",
    "exists(likes where outer.n < n)",
    "exists(likes)",
    "exists(parts during this month)",
    "exists(parts during start of month to start of month + 1 month)",
    "mode(parts.amount) > 1",
    "avg(parts.amount) > 1",
    "count distinct(parts.amount) > 1",
];

fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list[rng.usize(..list.len())]
}

fn leaf(rng: &mut Rng) -> String {
    match rng.usize(..8) {
        0..=2 => {
            let (number, op, constant) = (pick(rng, NUMBERS), pick(rng, OPS), pick(rng, CONSTANTS));
            if rng.bool() { format!("{number} {op} {constant}") } else { format!("{constant} {op} {number}") }
        }
        3 | 4 => {
            let (window, filter) = (pick(rng, WINDOWS), pick(rng, FILTERS));
            match rng.usize(..4) {
                0 => format!("exists(parts{window}{filter})"),
                1 => format!("count(parts{window}{filter}) {} {}", pick(rng, OPS), pick(rng, CONSTANTS)),
                2 => format!("{} <= count(parts{window}{filter})", pick(rng, CONSTANTS)),
                _ => format!("sum(parts.amount{window}{filter}) {} 1", pick(rng, OPS)),
            }
        }
        _ => pick(rng, OTHERS).to_owned(),
    }
}

pub fn cond(rng: &mut Rng, depth: usize) -> String {
    match rng.usize(..6) {
        0 if depth > 0 => format!("not ({})", cond(rng, depth - 1)),
        1 if depth > 0 => format!("({}) and ({})", cond(rng, depth - 1), cond(rng, depth - 1)),
        2 if depth > 0 => format!("({}) or ({})", cond(rng, depth - 1), cond(rng, depth - 1)),
        _ => leaf(rng),
    }
}

fn segment(rng: &mut Rng, number: usize) -> String {
    let depth = rng.usize(..3);
    let rules = match rng.usize(..8) {
        0 => format!("include where {} include where {}", cond(rng, 0), cond(rng, 0)),
        1 => format!("include where {} exclude where {}", cond(rng, 0), cond(rng, 0)),
        2 => format!("exclude where {}", cond(rng, depth)),
        _ => format!("where {}", cond(rng, depth)),
    };
    let keep = match rng.usize(..12) {
        0 => " keep top 2 by k",
        1 => " keep bottom 2 by k",
        2 => " keep top 2 per s by k",
        3 => " keep sample 50% seed \"a\"",
        _ => "",
    };
    let parent = if rng.usize(..8) == 0 { " extends few" } else { "" };
    format!("segment s{number:03} on thing{parent} {{ {rules}{keep} }}\n")
}

/// Rows at the edges of all that conditions ask, missing values among them.
pub fn rows(rng: &mut Rng) -> (String, String) {
    let pick = |rng: &mut Rng, list: &[&str]| list[rng.usize(..list.len())].to_owned();
    let times = [
        "",
        "2026-04-01T10:00:00Z",
        "2026-03-25T10:00:00Z",
        "2026-03-25T09:59:59.999999Z",
        "2026-03-31T12:00:00Z",
        "2026-04-03T00:00:00Z",
        "2026-02-01T00:00:00Z",
        "2026-03-31T10:00:00Z",
        "2026-03-24T22:00:00Z",
        "2026-03-30T00:00:00Z",
        "2026-03-10T00:00:00Z",
    ];
    let mut things = "id,n,k,d,s,b,day,at,tags\n".to_owned();
    for id in 1..=40 {
        let n = pick(rng, &["", "0", "1", "2", "-1"]);
        let k = pick(rng, &["0", "1", "2", "-1"]);
        let d = pick(rng, &["", "0", "0.50", "1", "1.01", "2"]);
        let s = pick(rng, &["", "a", "ab", "b", "c"]);
        let b = pick(rng, &["", "true", "false"]);
        let day = pick(rng, &["", "2026-03-31", "2026-04-01", "2026-04-02"]);
        let tags = pick(rng, &["", "[\"\"x\"\"]", "[\"\"y\"\",\"\"x\"\"]", "[]"]);
        let at = pick(rng, &times);
        let _ = writeln!(things, "{id},{n},{k},{d},{s},{b},{day},{at},\"{tags}\"");
    }
    let mut parts = "id,thing_id,amount,kind,at\n".to_owned();
    for id in 1..=90 {
        let amount = pick(rng, &["", "0", "1", "2", "3"]);
        let kind = pick(rng, &["", "a", "b"]);
        let at = pick(rng, &times);
        let _ = writeln!(parts, "{id},{},{amount},{kind},{at}", rng.usize(1..41));
    }
    (things, parts)
}

/// Segments that are found to be the same have the same members.
#[test]
fn same_segments_have_the_same_members() {
    let rounds = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let (mut same, mut implied, mut decided) = (0, 0, 0);
    for round in 0..rounds {
        let mut rng = Rng::with_seed(round);
        let segments: String = (0..300).map(|number| segment(&mut rng, number)).collect();
        let alone = OTHERS.iter().enumerate();
        let alone: String =
            alone.map(|(at, cond)| format!("segment o{at:03} on thing {{ where {cond} }}\n")).collect();
        let text = format!("{BASE}{alone}{segments}");
        let files = Memory::new()
            .with("segc.yml", "name: dense\ntimezone: Europe/Paris\ntargets: { duckdb: {} }\n")
            .with("catalog/things.yml", CATALOG)
            .with("segments/all.seg", text.clone());
        let (session, problems) = open_files(&files, &Options::default());
        let errors: Vec<String> = problems
            .iter()
            .filter(|one| one.severity == segc::diagnostic::Severity::Error)
            .map(|one| format!("{} {}", one.code, one.message))
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
        let hir = session.hir();
        let mut members = Members::new();
        for _ in 0..3 {
            let mut data = Data::new(&hir.catalog);
            let (things, parts) = rows(&mut rng);
            read_csv(&mut data, "thing", &things).expect("good rows");
            read_csv(&mut data, "part", &parts).expect("good rows");
            let mut evaluator = Evaluator::new(hir, &data, AS_OF.parse().expect("an instant"));
            for (id, segment) in hir.iter() {
                let found = evaluator.members(id).expect("no overflow").iter().cloned().collect();
                members.entry(&segment.name).or_default().push(found);
            }
        }
        implied += subsets(&session, &members, &text);
        decided += decided_segments(&session, &members, 40, &text);
        let pairs = same_pairs(&session);
        let line = |name: &str| {
            text.lines()
                .find(|line| line.starts_with(&format!("segment {name} ")))
                .unwrap_or_default()
                .to_owned()
        };
        for (one, other) in &pairs {
            assert_eq!(
                members[one.as_str()],
                members[other.as_str()],
                "round {round}: said to be the same:\n{}\n{}",
                line(one),
                line(other)
            );
        }
        same += pairs.len();
    }
    eprintln!("{same} pairs are the same, {implied} more are subsets, {decided} segments are decided");
    assert!(implied > rounds as usize * 1_000, "too few are subsets: {implied}");
    assert!(decided > rounds as usize * 3, "too few are decided: {decided}");
    assert!(same > rounds as usize * 25, "too few are the same: {same}");
}

/// The members of each segment over several sets of rows.
type Members<'a> = BTreeMap<&'a str, Vec<Vec<Vec<Datum>>>>;

/// Pairs of which one is said to be a subset of the other, and is, over all rows.
fn subsets(session: &Session, members: &Members<'_>, text: &str) -> usize {
    let hir = session.hir();
    let mut found = 0;
    for (one, narrow) in hir.iter() {
        for (other, wide) in hir.iter().filter(|(other, _)| *other != one) {
            if !session.implies(one, other) {
                continue;
            }
            found += usize::from(!session.same_members(one, other));
            for (few, many) in members[narrow.name.as_str()].iter().zip(&members[wide.name.as_str()]) {
                let outside = few.iter().find(|member| !many.contains(member));
                assert!(outside.is_none(), "{outside:?} of {} isn't in {}:\n{text}", narrow.name, wide.name);
            }
        }
    }
    found
}

/// Segments that are said to be always empty or always everyone, and are.
fn decided_segments(session: &Session, members: &Members<'_>, rows: usize, text: &str) -> usize {
    let mut found = 0;
    for problem in session.findings().iter().filter(|problem| matches!(problem.code, "SEG390" | "SEG391")) {
        let name = session.sources.text(problem.span.expect("a place"));
        let expected = if problem.code == "SEG390" { 0 } else { rows };
        for of in &members[name] {
            assert_eq!(of.len(), expected, "{}: {}\n{text}", problem.code, problem.message);
        }
        found += 1;
    }
    found
}
