//! The SQL of sequences, broken in one place each, which the other tests must notice.

use std::collections::BTreeSet;

use crate::language_sequence::random::{conditions, world};
use crate::language_sequence::world::as_of;
use crate::support::engine::{Runner, words};
use crate::support::given::from_data;
use crate::support::project::at;
use crate::support::statements::Statements;
use segc::evaluate::Evaluator;

type Mutant = (&'static str, fn(&str) -> String);

/// Each is one mistake that the SQL could have.
const MUTANTS: &[Mutant] = &[
    ("a step at the instant of the one before", |sql| sql.replace("AND 1 PRECEDING", "AND CURRENT ROW")),
    ("a start that is the latest itself", |sql| sql.replace(" <= last_start", " < last_start")),
    ("a forbidden row at the last step, at the end", |sql| {
        sql.replace("at_micros) <= at_micros", "at_micros) < at_micros")
    }),
    ("a gap without its end", |sql| sql.replace("- last_view <= ", "- last_view < ")),
    ("a span without its end", |sql| sql.replace("- first_for_cart <= ", "- first_for_cart < ")),
    ("the earliest step instead of the latest", |sql| {
        sql.replace("MAX(CASE WHEN is_view THEN at_micros", "MIN(CASE WHEN is_view THEN at_micros")
    }),
    ("a forbidden row at the step before", |sql| sql.replace(") <= last_view", ") < last_view")),
    ("forgotten rows between steps", |sql| forget(sql, |kept| kept != "at_micros" && !kept.contains("end"))),
    ("forgotten rows after the only step", |sql| forget(sql, |kept| kept == "at_micros")),
    ("forgotten rows after the last step", |sql| forget(sql, |kept| kept.contains("end"))),
    ("a span that ends at as_of", |sql| sql.replace(" < EPOCH_US(TIMESTAMPTZ", " <= EPOCH_US(TIMESTAMPTZ")),
    ("a span that isn't over", |sql| sql.replace(" < EPOCH_US(TIMESTAMPTZ", " < 3 * EPOCH_US(TIMESTAMPTZ")),
    ("rows of other owners", |sql| sql.replace("PARTITION BY person_id", "PARTITION BY 1")),
    ("other values", |sql| sql.replace(", matched\n", "\n")),
    ("missing values", |sql| sql.replace("AND e.product IS NOT NULL", "")),
    ("the first forbidden row instead of the next", |sql| sql.replace("at_micros DESC", "at_micros")),
    ("no row at the forbidden one's instant", |sql| sql.replace("AND CURRENT ROW", "AND 1 PRECEDING")),
    ("no step before the forbidden row", |sql| sql.replace("-9000000000000000000", "9000000000000000000")),
    ("the wrong end", |sql| {
        sql.replace("THEN end_", "THEN 9 * end_").replace("THEN next_", "THEN 9 * next_")
    }),
    ("ends so far instead of all", |sql| {
        sql.replace("UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "UNBOUNDED PRECEDING AND CURRENT ROW")
    }),
    ("a longer span", |sql| sql.replace("0 FOLLOWING", "000 FOLLOWING")),
];

/// Without the rows that a `COALESCE(rows, kept)` looks for.
fn forget(sql: &str, which: fn(&str) -> bool) -> String {
    let mut parts = sql.split("COALESCE(last_");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let kept = part.split_once(')').and_then(|(call, rest)| Some((call.split_once(", ")?.1, rest)));
        match kept {
            Some((kept, rest)) if which(kept) => text += &format!("{kept}{rest}"),
            _ => text += &format!("COALESCE(last_{part}"),
        }
    }
    text
}

#[test]
fn every_broken_query_is_noticed() {
    let mut engine = Statements::new("duckdb", crate::support::duckdb());
    let mut unseen: BTreeSet<usize> = (0..MUTANTS.len()).collect();
    let mut round = 0;
    while !unseen.is_empty() && round < 60 {
        let (world, conditions) = (world(99, round), conditions(99, round));
        let session = world.open(&conditions);
        let data = world.data(&session);
        let mut evaluator = Evaluator::new(session.hir(), &data, as_of());
        engine.load(&from_data("duckdb", &data));
        for place in 0..conditions.len() {
            let id = session.hir().find(&format!("s{place}")).expect("a segment for each condition");
            let sql = session.select_sql("duckdb", id, &at(as_of())).expect("it can be written");
            let broken = |&mutant: &usize| (mutant, MUTANTS[mutant].1(&sql));
            let broken: Vec<_> = unseen.iter().map(broken).filter(|(_, broken)| *broken != sql).collect();
            if broken.is_empty() {
                continue;
            }
            let wanted = words(&evaluator.members(id).expect("members"));
            for (mutant, broken) in broken {
                // One that doesn't run proves nothing.
                if engine.members(&broken).is_ok_and(|found| words(&found) != wanted) {
                    unseen.remove(&mutant);
                }
            }
        }
        round += 1;
    }
    let unseen: Vec<_> = unseen.into_iter().map(|mutant| MUTANTS[mutant].0).collect();
    eprintln!("{} mutants noticed in {round} rounds", MUTANTS.len() - unseen.len());
    assert!(unseen.is_empty(), "not noticed: {unseen:#?}");
}
