//! What a difference claims about members holds over random rows, by the reference evaluator.
//!
//! `SEGC_CASES` is the number of pairs of projects, of 250 segments each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fastrand::Rng;
use segc::api::{Change, Effect, Options, Session, open_files};
use segc::evaluate::{Data, Datum, Evaluator};
use segc::project::Memory;

use crate::same_members::dense::{AS_OF, BASE, CATALOG, cond, rows};
use crate::support::rows::read_csv;

const SEGMENTS: usize = 250;

/// The rules of a segment: of a new one, or of a later version of one.
fn version(rng: &mut Rng, number: usize, before: Option<&str>) -> String {
    let Some(before) = before else {
        let keep = if rng.usize(..6) == 0 { " keep top 2 by k" } else { "" };
        return format!("where {}{keep}", condition(rng));
    };
    let (rules, keep) = match before.find(" keep ") {
        // What follows is the whole match again, every second time.
        Some(at) => (&before[..at], if rng.bool() { &before[at..] } else { "" }),
        None => (before, ""),
    };
    let later = match (number + rng.usize(..12)) % 12 {
        0..3 => rules.to_owned(),
        3 => format!("where ({}) and ({})", &rules[6..], cond(rng, 0)),
        4 => format!("where ({}) or ({})", &rules[6..], cond(rng, 0)),
        5 => format!("where not (not ({}))", &rules[6..]),
        6 => format!("include {rules} include where {}", cond(rng, 0)),
        7 => return format!("{rules} keep top 2 by k"),
        8 => rules.replacen('1', "2", 1),
        9 => rules.replacen('>', ">=", 1).replacen(">==", ">=", 1),
        10 => format!("expire: 2 days {rules}"),
        _ => format!("include {rules} exclude where {}", cond(rng, 0)),
    };
    format!("{later}{keep}")
}

fn condition(rng: &mut Rng) -> String {
    let depth = rng.usize(..3);
    cond(rng, depth)
}

fn open(texts: &BTreeMap<String, String>, base: &str, catalog: &str) -> Option<Session> {
    let mut text = base.to_owned();
    for (name, rules) in texts {
        let _ = writeln!(text, "segment {name} on thing {{ {rules} }}");
    }
    let files = Memory::new()
        .with(
            "segc.yml",
            "name: dense\ntimezone: Europe/Paris\ntargets: { duckdb: {} }\nmaterialize: table\n",
        )
        .with("catalog/things.yml", catalog)
        .with("segments/all.seg", text);
    let (session, problems) = open_files(&files, &Options::default());
    let wrong = problems.iter().find(|one| one.severity == segc::diagnostic::Severity::Error);
    wrong.is_none().then_some(session)
}

type Members = BTreeMap<String, Vec<BTreeSet<Vec<Datum>>>>;

fn members(session: &Session, rounds: &[(String, String)]) -> Members {
    let hir = session.hir();
    let mut members = Members::new();
    for (things, parts) in rounds {
        let mut data = Data::new(&hir.catalog);
        read_csv(&mut data, "thing", things).expect("good rows");
        read_csv(&mut data, "part", parts).expect("good rows");
        let mut evaluator = Evaluator::new(hir, &data, AS_OF.parse().expect("an instant"));
        for (id, segment) in hir.iter() {
            let found = evaluator.members(id).expect("no overflow").iter().cloned().collect();
            members.entry(segment.name.clone()).or_default().push(found);
        }
    }
    members
}

/// Texts that the checker accepts, each by itself.
fn accepted(texts: BTreeMap<String, String>, base: &str) -> BTreeMap<String, String> {
    let good = |(name, text): &(String, String)| {
        open(&BTreeMap::from([(name.clone(), text.clone())]), base, CATALOG).is_some()
    };
    texts.into_iter().filter(good).collect()
}

#[test]
fn what_a_difference_claims_holds_over_random_rows() {
    let rounds = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let mut claims: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..rounds {
        let mut rng = Rng::with_seed(round);
        let mut before = BTreeMap::new();
        for number in 0..SEGMENTS {
            before.insert(format!("s{number:03}"), version(&mut rng, number, None));
        }
        let before = accepted(before, BASE);
        let mut after = BTreeMap::new();
        for (number, (name, text)) in before.iter().enumerate() {
            let now = version(&mut rng, number, Some(text));
            // Every twentieth has another name, too.
            let name = if number % 20 == 0 { name.replace('s', "t") } else { name.clone() };
            after.insert(name, now);
        }
        // In every other round, a segment and a trait that others read differ.
        let base = match round % 2 {
            0 => BASE.to_owned(),
            _ => BASE
                .replace("few on thing { where n > 0", "few on thing { where n > 1")
                .replace("old on thing = at before 2026-03-01", "old on thing = at before 2026-03-25"),
        };
        let after = accepted(after, &base);
        let one = open(&before, BASE, CATALOG).expect("a project");
        let other = open(&after, &base, CATALOG).expect("a project");
        let data: Vec<(String, String)> = (0..3).map(|_| rows(&mut rng)).collect();
        check(&one, &other, &data, &mut claims);
    }
    eprintln!("{claims:?}");
    for (claim, least) in
        [("Same", 15), ("Narrower", 15), ("Wider", 15), ("Other", 5), ("Renamed", 1), ("unchanged", 30)]
    {
        let found = claims.get(claim).copied().unwrap_or(0);
        assert!(found >= least * usize::try_from(rounds).expect("few"), "too few are {claim}: {claims:?}");
    }
}

fn check(before: &Session, after: &Session, data: &[(String, String)], claims: &mut BTreeMap<String, usize>) {
    let diff = after.diff(before, &Options::default());
    let (was, is) = (members(before, data), members(after, data));
    let mut told = BTreeSet::new();
    let mut count = |claim: String| *claims.entry(claim).or_default() += 1;
    for segment in diff.segments.iter().filter(|one| !matches!(one.change, Change::Added | Change::Removed)) {
        told.insert(segment.name.clone());
        let former = segment.renamed_from.as_ref().unwrap_or(&segment.name);
        let effect = segment.members.expect("both are known");
        count(format!("{effect:?}"));
        if segment.change == Change::Renamed {
            count("Renamed".to_owned());
        }
        for (was, is) in was[former].iter().zip(&is[&segment.name]) {
            let holds = match effect {
                Effect::Same => was == is,
                Effect::Narrower => is.is_subset(was),
                Effect::Wider => was.is_subset(is),
                Effect::Other | Effect::Unknown => true,
            };
            assert!(holds, "{} is said to be {effect:?}: {segment:#?}", segment.name);
        }
    }
    let kept = is.keys().filter(|name| !told.contains(*name) && was.contains_key(*name));
    for name in kept.collect::<Vec<_>>() {
        count("unchanged".to_owned());
        assert_eq!(was[name], is[name], "{name} is said to be unchanged");
    }
}

/// Where the catalog differs, nothing is claimed of those that read what differs, and the rest is as before.
#[test]
fn nothing_is_claimed_where_the_catalog_differs() {
    let texts = |texts: &[(&str, &str)]| {
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let before = texts(&[
        ("by_n", "where n > 1"),
        ("by_k", "where k > 1"),
        ("by_both", "where n > 1 and k > 1"),
        ("of_parts", "where exists(parts)"),
        ("reader", "where in segment by_k and n > 1"),
    ]);
    let after = texts(&[
        ("by_n", "where n > 2"),
        ("by_k", "where k > 2"),
        ("by_both", "where n > 1"),
        ("of_parts", "where exists(parts during last 7 days)"),
        ("reader", "where in segment by_k and n > 2"),
    ]);
    let other = CATALOG.replace("k: { type: integer, nullable: false }", "k: integer");
    let (one, two) = (open(&before, "", CATALOG).expect("good"), open(&after, "", &other).expect("good"));
    let diff = two.diff(&one, &Options::default());
    let found: Vec<(&str, Effect, Vec<String>)> = diff
        .segments
        .iter()
        .map(|one| (one.name.as_str(), one.members.expect("known"), one.declarations.clone()))
        .collect();
    let k = vec!["field thing.k".to_owned()];
    assert_eq!(
        found,
        [
            ("by_both", Effect::Unknown, k.clone()),
            ("by_k", Effect::Unknown, k.clone()),
            ("by_n", Effect::Narrower, vec![]),
            ("of_parts", Effect::Narrower, vec![]),
            ("reader", Effect::Unknown, k),
        ]
    );
}
