//! Warnings about conditions with the same result for all rows: each is true of random rows, on the
//! reference evaluator, over the values at which conditions change, including missing ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::support::rows::read_csv;
use segc::api::{Options, Session, open_files};
use segc::diagnostic::{Diagnostic, Span};
use segc::evaluate::{Data, Datum, Evaluator};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  thing:
    table: things
    key: id
    fields:
      id: { type: integer, nullable: false }
      n: integer
      k: integer
      m: { type: integer, nullable: false, min: 0, max: 3 }
      d: decimal(10,2)
      f: float
      s: string
      p: { type: string, values: [a, b, c] }
      q: { type: string, values: [x, y], nullable: false }
      b: boolean
      c: { type: boolean, nullable: false }
      day: date
      at: timestamp
      v: semver
    links:
      parts: { to: part, many: true, on: { id: thing_id } }
  part:
    table: parts
    key: id
    time: at
    fields:
      id: { type: integer, nullable: false }
      thing_id: integer
      amount: { type: 'decimal(10,2)', min: 0 }
      at: { type: timestamp, nullable: false }
";

const BASE: &str = "
trait spent on thing = sum(parts.amount)
trait good on thing = n > 1 and b
segment few on thing { where n > 1 }
segment more on thing { where c or n = 1 }
";

const AS_OF: &str = "2026-04-01T10:00:00Z";

/// What can be asked, each with the constants beside which it is asked.
const NUMBERS: &[(&str, &[&str])] = &[
    ("n", &["-1", "0", "1", "2", "1.5", "2.5", "3", "1e0", "2.5e0"]),
    ("m", &["-1", "0", "1", "2", "3", "4"]),
    ("d", &["0", "0.5", "0.50", "1", "1.25"]),
    ("f", &["0", "0.1", "1e-1", "0.5", "1"]),
    ("s", &["\"\"", "\"a\"", "\"ab\"", "\"b\""]),
    ("p", &["\"a\"", "\"b\"", "\"c\""]),
    ("q", &["\"x\"", "\"y\""]),
    ("day", &["2026-03-31", "2026-04-01", "2026-03-01"]),
    ("at", &["2026-03-31", "2026-04-01", "2026-04-01T10:00:00Z", "2026-03-31T00:00:00Z"]),
    ("v", &["\"1.0.0\"", "\"1.0.0-rc\"", "\"2.0.0\""]),
    ("count(parts)", &["-1", "0", "1", "2"]),
    ("sum(parts.amount)", &["-1", "0", "5", "10.5"]),
    ("min(parts.amount)", &["-1", "0", "5"]),
    ("spent", &["-1", "0", "5"]),
    ("days_since(day)", &["0", "1", "31"]),
    ("month(day)", &["0", "1", "3", "4", "12", "13"]),
    ("length(s)", &["-1", "0", "1", "2"]),
    ("abs(n)", &["-1", "0", "1"]),
];

const ALONE: &[&str] = &[
    "b",
    "c",
    "good",
    "in segment few",
    "in segment more",
    "exists(parts)",
    "exists(parts where amount > 5)",
    "every(parts where amount > 5)",
    "s contains \"a\"",
    "s starts with \"a\" ignoring case",
    "s = \"A\" ignoring case",
    "n < k",
    "n = k",
    "k > n",
    "n >= k",
    "k != n",
    "n <= n",
    "at before now",
    "at after now",
    "at before 1 day ago",
    "at after 2 days ago",
    "at >= 2 days ago",
    "at during last 2 days",
    "at during today",
    "at during yesterday",
    "at during last 1 month",
    "at during previous 1 month",
    "at during 2026-03-31 to 2026-04-01",
    "at during since 2026-04-01",
    "at during until 2026-03-31T00:00:00Z",
    "at before today",
    "at before start of month",
    "day = today",
    "day < yesterday",
    "day during yesterday",
];

/// A generator of numbers, the same at each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// A test of one of a few subjects, so that they meet.
fn test(dice: &mut Dice, subjects: &[usize]) -> String {
    let at = subjects[dice.below(subjects.len())];
    let Some((subject, constants)) = NUMBERS.get(at) else { return ALONE[at - NUMBERS.len()].to_owned() };
    let (one, other) = (dice.pick(constants), dice.pick(constants));
    let not = if dice.one_in(3) { "not " } else { "" };
    match dice.below(12) {
        0 => format!("{subject} is missing"),
        1 => format!("{subject} is present"),
        2 => format!("{subject} {not}in ({one}, {other})"),
        3 => format!("{subject} {not}between {one} and {other}"),
        4 => format!("{one} < {subject}"),
        _ => format!("{subject} {} {one}", dice.pick(&["=", "!=", "<", "<=", ">", ">=", "=", "!="])),
    }
}

fn condition(dice: &mut Dice, subjects: &[usize], depth: usize) -> String {
    if depth == 0 || dice.one_in(4) {
        let test = test(dice, subjects);
        return if dice.one_in(6) { format!("not {test}") } else { test };
    }
    let word = dice.pick(&[" and ", " or "]);
    let parts: Vec<String> = (0..2 + dice.below(2)).map(|_| condition(dice, subjects, depth - 1)).collect();
    format!("{}({})", if dice.one_in(4) { "not " } else { "" }, parts.join(word))
}

fn segment(dice: &mut Dice, at: usize) -> String {
    let all = NUMBERS.len() + ALONE.len();
    let subjects: Vec<usize> = (0..1 + dice.below(3)).map(|_| dice.below(all)).collect();
    let mut rule = |word: &str| format!("{word} {}", condition(dice, &subjects, 2));
    match at % 4 {
        0 => {
            let rules = [rule("include where"), rule("include where"), rule("exclude where")];
            format!("segment s{at} on thing {{ {} }}", rules.join(" "))
        }
        1 => format!("segment s{at} on thing extends few {{ {} }}", rule("where")),
        _ => format!("segment s{at} on thing {{ {} }}", rule("where")),
    }
}

fn open(segments: &str) -> (Session, Vec<Diagnostic>) {
    let files = Memory::new()
        .with("segc.yml", "name: proofs\ntimezone: Europe/Paris\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", format!("{BASE}{segments}"));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:#?}");
    (session, problems.into_iter().collect())
}

/// Rows whose values lie at and beside the constants.
fn rows(dice: &mut Dice, session: &Session, count: usize) -> Data {
    let mut things = "id,n,k,m,d,f,s,p,q,b,c,day,at,v\n".to_owned();
    let mut parts = "id,thing_id,amount,at\n".to_owned();
    let mut part = 0;
    for id in 0..count {
        let cells = [
            dice.pick(&["", "-1", "0", "1", "2", "3"]),
            dice.pick(&["", "0", "1", "2"]),
            dice.pick(&["0", "1", "2", "3"]),
            dice.pick(&["", "0", "0.49", "0.5", "1", "1.25", "2"]),
            dice.pick(&["", "0", "0.1", "0.5", "0.7", "1"]),
            dice.pick(&["", "\"\"", "a", "ab", "b", "A", "aa"]),
            dice.pick(&["", "a", "b", "c"]),
            dice.pick(&["x", "y"]),
            dice.pick(&["", "true", "false"]),
            dice.pick(&["true", "false"]),
            dice.pick(&["", "2026-03-31", "2026-04-01", "2026-03-30", "2026-03-01", "2026-04-02"]),
            dice.pick(&[
                "",
                "2026-04-01T10:00:00Z",
                "2026-04-01T09:59:59.999999Z",
                "2026-04-02T10:00:00Z",
                "2026-03-31T22:00:00Z",
                "2026-03-31T21:59:59.999999Z",
                "2026-03-31T10:00:00Z",
                "2026-03-31T00:00:00Z",
                "2026-03-30T10:00:00Z",
                "2026-02-01T10:00:00Z",
            ]),
            dice.pick(&["", "1.0.0", "1.0.0-rc", "2.0.0", "1.5.0", "none"]),
        ];
        let _ = writeln!(things, "{id},{}", cells.join(","));
        for _ in 0..dice.below(3) {
            part += 1;
            let amount = dice.pick(&["", "0", "5", "10.5"]);
            let at = dice.pick(&["2026-03-31T10:00:00Z", "2026-04-02T10:00:00Z"]);
            let _ = writeln!(parts, "{part},{id},{amount},{at}");
        }
    }
    let mut data = Data::new(&session.hir().catalog);
    read_csv(&mut data, "thing", &things).expect("good rows");
    read_csv(&mut data, "part", &parts).expect("good rows");
    data
}

/// What a warning says of conditions: their texts, and whether it is that they never hold
/// together (`false`), or that one of them always does (`true`).
struct Claim {
    code: &'static str,
    texts: Vec<String>,
    always: bool,
    /// The segment that it was found in.
    found_in: String,
}

fn claim(session: &Session, problem: &Diagnostic) -> Option<Claim> {
    let span = problem.span.expect("a place");
    // Of `not x not in (…)`, `x not in (…)` is underlined.
    let text = |span: Span| {
        let source = session.sources.get(span.source).expect("a file").text();
        let is_negated = source[..span.start as usize].ends_with(" not ");
        format!("{}{}", if is_negated { "not " } else { "" }, session.sources.text(span))
    };
    let others = problem.labels.iter().map(|label| text(label.span));
    let (texts, always): (Vec<String>, bool) = match problem.code {
        "SEG346" => (others.chain([text(span)]).collect(), false),
        "SEG347" => (others.chain([text(span)]).collect(), true),
        "SEG357" | "SEG359" | "SEG453" => (vec![text(span)], problem.message.ends_with("always true")),
        // Nobody whom the one selects is left by the other; a parent is shown by its name.
        "SEG358" => {
            let selected = if text(span) == "few" { "in segment few".to_owned() } else { text(span) };
            (others.map(|taken| format!("not ({taken})")).chain([selected]).collect(), false)
        }
        // What leaves nobody out holds wherever the other does; what adds nobody doesn't hold without it.
        "SEG367" => {
            let (idle, other) = (text(span), others.collect::<String>());
            let (holds, fails) = if problem.message.contains("adds") { (idle, other) } else { (other, idle) };
            (vec![holds, format!("not ({fails})")], false)
        }
        "SEG348" | "SEG349" | "SEG451" => return None,
        other => panic!("unexpected {other}: {problem:?}"),
    };
    let source = session.sources.get(span.source).expect("a file").text();
    let line = source[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let found_in = source[line..].lines().next().unwrap_or_default().to_owned();
    Some(Claim { code: problem.code, texts, always, found_in })
}

#[test]
fn warnings_are_never_false() {
    let count: usize = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1500);
    let mut dice = Dice(20_261_129);
    let segments: Vec<String> = (0..count).map(|at| segment(&mut dice, at)).collect();
    let (session, problems) = open(&segments.join("\n"));
    let claims: Vec<Claim> = problems.iter().filter_map(|problem| claim(&session, problem)).collect();

    let texts: BTreeSet<&String> = claims.iter().flat_map(|claim| &claim.texts).collect();
    let number: BTreeMap<&String, usize> = texts.iter().enumerate().map(|(at, text)| (*text, at)).collect();
    let asked = number.iter().map(|(text, at)| format!("segment q{at} on thing {{ where ({text}) }}\n"));
    let (asking, _) = open(&asked.collect::<String>());
    let data = rows(&mut dice, &asking, 600);
    let as_of = AS_OF.parse().expect("an instant");
    let mut evaluator = Evaluator::new(asking.hir(), &data, as_of);
    let members: Vec<BTreeSet<i64>> = (0..texts.len())
        .map(|at| {
            let id = asking.hir().find(&format!("q{at}")).expect("no error in it");
            let keys = evaluator.members(id).expect("it can be evaluated");
            keys.iter().map(|key| if let [Datum::Integer(id)] = key[..] { id } else { -1 }).collect()
        })
        .collect();

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for claim in &claims {
        *counts.entry(claim.code).or_default() += 1;
        let sets: Vec<&BTreeSet<i64>> = claim.texts.iter().map(|text| &members[number[text]]).collect();
        for id in 0..600 {
            let holds = |set: &&BTreeSet<i64>| set.contains(&id);
            let fails = if claim.always { !sets.iter().any(holds) } else { sets.iter().all(holds) };
            assert!(!fails, "{} {:?} is wrong for row {id} in\n{}", claim.code, claim.texts, claim.found_in);
        }
    }
    for (code, least) in
        [("SEG346", 100), ("SEG347", 40), ("SEG357", 20), ("SEG358", 10), ("SEG359", 20), ("SEG453", 20)]
    {
        let found = counts.get(code).copied().unwrap_or_default();
        assert!(found * 1500 >= least * count, "{code} was said {found} times: {counts:?}");
    }
    assert!(problems.iter().any(|problem| problem.code == "SEG348"));
}
