//! Thousands of random sequences (the hand-written ones are in `tests/conformance`), on the
//! reference evaluator and every available engine.
//!
//! `SEGC_CASES=20000 cargo test --test it language_sequence::` runs longer than the quick default.

mod mutants;
mod random;
mod world;

use std::collections::BTreeSet;

use crate::support::engine::{Runner, available, words};
use crate::support::given::from_data;
use crate::support::project::{at, said};
use segc::evaluate::Evaluator;
use world::World;

/// The members of a condition by the evaluator and by each engine, with the SQL.
pub struct Answer {
    /// By the evaluator.
    pub evaluator: BTreeSet<String>,
    /// Target, members, SQL.
    pub engines: Vec<(&'static str, BTreeSet<String>, String)>,
}

/// Answers every condition over the rows of a world, each as a segment of persons.
pub fn answers(world: &World, conditions: &[String], engines: &mut [Box<dyn Runner>]) -> Vec<Answer> {
    let session = world.open(conditions);
    let data = world.data(&session);
    let mut evaluator = Evaluator::new(session.hir(), &data, world::as_of());
    let ids: Vec<_> = (0..conditions.len())
        .map(|at| session.hir().find(&format!("s{at}")).expect("a segment for each condition"))
        .collect();
    let mut answers: Vec<Answer> = ids
        .iter()
        .map(|&id| {
            let members = evaluator.members(id).unwrap_or_else(|error| panic!("{error}"));
            Answer { evaluator: words(&members), engines: Vec::new() }
        })
        .collect();
    for engine in engines {
        engine.load(&from_data(engine.target(), &data));
        let select = |&id: &_| {
            let sql = session.select_sql(engine.target(), id, &at(world::as_of()));
            sql.unwrap_or_else(|problems| panic!("{}", said(&problems)))
        };
        let selects: Vec<String> = ids.iter().map(select).collect();
        let found = engine.members_of_all(&selects);
        for ((answer, found), sql) in answers.iter_mut().zip(found).zip(selects) {
            let found = found.unwrap_or_else(|error| panic!("{}: {error}\n{sql}", engine.target()));
            answer.engines.push((engine.target(), words(&found), sql));
        }
    }
    answers
}

/// Every engine that this machine has.
pub fn engines() -> Vec<Box<dyn Runner>> {
    available()
}
