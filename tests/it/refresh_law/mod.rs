//! The law of refresh: create at T0 and then refresh to T1 leaves the members that create at
//! T1 leaves. Random segments, most of which nobody leaves; random rows, of which some are
//! there at T0 and the others arrive later, whatever their own times say.
//!
//! `SEGC_CASES=10000 cargo test --test it refresh_law::` runs longer than the quick default; `SEGC_SEED`
//! (1) makes other cases.

mod world;

mod keep;
mod rows;
mod segments;

mod growing;

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::support::project::{instant, open, stop_clocks};
use crate::support::tape::Tape;
use crate::support::target::{Keys, Target, build, plan, tables};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use segc::api::{Options, Session};
use segc::engine::{quote_ident, quote_name, quote_text, tables_of};
use segc::evaluate::{Data, Datum, Evaluator, parse};
use segc::plan::{Plan, Refresh};
use segc::project::Memory;
use world::{CATALOG, ENTITIES, Rows};

/// A random case.
struct Case {
    settings: String,
    segments: String,
    /// What is there at the first run.
    before: Rows,
    /// What is there at the second.
    after: Rows,
    first: &'static str,
    second: &'static str,
}

impl Case {
    fn new(bytes: &[u8]) -> Self {
        let mut tape = Tape::new(bytes);
        let zone = tape.pick(&["UTC", "Europe/London", "America/New_York"]);
        let after = declared(world::rows(&mut tape));
        let mut here = |row: &Vec<_>| (tape.below(3) > 0).then(|| row.clone());
        let before = after.iter().map(|rows| rows.iter().filter_map(&mut here).collect()).collect();
        let second = world::AS_OF;
        let first = tape.pick(&[
            "2026-03-22T12:30:00Z",
            second,
            "2026-03-29T12:29:59.999999Z",
            // Rows of these weeks age out of a window before the second run.
            "2026-03-01T12:00:00Z",
            "2026-01-02T00:00:00Z",
        ]);
        let segments = growing::file(&mut tape) + &segments::file(&mut tape);
        let settings = format!("name: world\ntimezone: {zone}\nschema: segments\n");
        Self { settings, segments, before, after, first, second }
    }

    fn open(&self, clock: &str) -> Session {
        let files = Memory::new()
            .with("segc.yml", self.settings.clone())
            .with("catalog/world.yml", catalog())
            .with("segments/random.seg", self.segments.clone());
        open(&stop_clocks(files, instant(clock)))
    }
}

/// The world's catalog, whose rows only arrive; and two fields that are never negative.
fn catalog() -> String {
    CATALOG
        .replace("    key: ", "    changes: append_only\n    deletes: never\n    key: ")
        .replace("total: { type: \"decimal(10,2)\" }", "total: { type: \"decimal(10,2)\", min: 0 }")
        .replace("quantity: integer", "quantity: { type: integer, min: 0 }")
}

/// Rows of which the catalog's `min: 0` is true.
fn declared(mut rows: Rows) -> Rows {
    for (entity, rows) in ENTITIES.iter().zip(&mut rows) {
        for (at, (name, ..)) in entity.fields.iter().enumerate() {
            if matches!(*name, "total" | "quantity") {
                for cell in rows.iter_mut().filter_map(|row| row[at].as_mut()) {
                    *cell = cell.trim_start_matches('-').to_owned();
                }
            }
        }
    }
    rows
}

/// The members of every segment, by the evaluator; `None` where a number overflows.
fn expected(session: &Session, rows: &Rows, as_of: &str) -> Option<Vec<(String, Keys)>> {
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    for (entity, rows) in ENTITIES.iter().zip(rows) {
        let id = hir.catalog.find(entity.name).expect("an entity of the catalog");
        let fields = &hir.catalog.entity(id).fields;
        for row in rows {
            let values = fields.iter().zip(row).map(|(field, cell)| match cell {
                None => Datum::Missing,
                Some(text) => parse(text, &field.ty, &field.storage).expect("a value of its type"),
            });
            data.push_row(id, values.collect()).expect("a row of its entity");
        }
    }
    let mut evaluator = Evaluator::new(hir, &data, instant(as_of));
    let members = hir.iter().map(|(id, segment)| {
        let keys = evaluator.members(id).ok()?;
        let keys = keys.iter().map(|key| key.iter().map(ToString::to_string).collect()).collect();
        Some((segment.name.clone(), keys))
    });
    members.collect()
}

/// Replaces the rows of every table.
fn load(target: &mut Target, session: &Session, rows: &Rows) {
    let all = tables_of(&session.hir().catalog, target.name).expect("one type per column");
    for (entity, rows) in ENTITIES.iter().zip(rows) {
        let table = all.iter().find(|table| table.short_name() == entity.table).expect("its table");
        let name = quote_name(&table.name);
        target.must(&format!("DELETE FROM {name}"));
        let names: Vec<String> = table.columns.iter().map(|column| quote_ident(&column.name)).collect();
        let cell = |cell: &Option<String>| cell.as_deref().map_or_else(|| "NULL".to_owned(), quote_text);
        let row = |row: &Vec<_>| format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(", "));
        if !rows.is_empty() {
            let values = rows.iter().map(row).collect::<Vec<_>>().join(", ");
            target.must(&format!("INSERT INTO {name} ({}) VALUES {values}", names.join(", ")));
        }
    }
}

/// How much was proved.
#[derive(Default)]
struct Count {
    /// Segments refreshed by inserts alone.
    inserted: usize,
    /// Those of them that someone entered by the refresh.
    grown: usize,
    rebuilt: usize,
}

/// Runs a script; `false` if a number overflowed, which an engine may find where the
/// evaluator does not look.
fn ran(target: &mut Target, session: &Session, plan: &Plan, refresh: bool) -> Result<bool, TestCaseError> {
    match target.run(&build(session, plan, refresh)) {
        Ok(()) => Ok(true),
        Err(error) if error.to_lowercase().contains("overflow") || error.contains("out of range") => {
            Ok(false)
        }
        Err(error) => Err(TestCaseError::fail(format!("{}: {error}", target.name))),
    }
}

fn run(targets: &mut [Target], bytes: &[u8], count: &mut Count) -> Result<(), TestCaseError> {
    let case = Case::new(bytes);
    let (first, second) = (case.open(case.first), case.open(case.second));
    let (Some(before), Some(after)) =
        (expected(&first, &case.before, case.first), expected(&second, &case.after, case.second))
    else {
        return Ok(());
    };
    for target in targets {
        let plans = [&first, &second].map(|session| plan(session, target.name, &Options::default()));
        target.drop_segments(&plans[0]);
        load(target, &first, &case.before);
        if !ran(target, &first, &plans[0], false)? {
            continue;
        }
        load(target, &second, &case.after);
        if !ran(target, &second, &plans[1], true)? {
            continue;
        }
        for segment in tables(&plans[1]) {
            let of = |all: &[(String, Keys)]| {
                all.iter().find(|(name, _)| *name == segment.name).map(|(_, keys)| keys.clone())
            };
            let (before, after) = (of(&before).unwrap_or_default(), of(&after).unwrap_or_default());
            check(&case, target, segment, &before, &after)?;
            if segment.refresh == Refresh::InsertOnly {
                count.inserted += 1;
                count.grown += usize::from(after.len() > before.len());
            } else {
                count.rebuilt += 1;
            }
        }
    }
    Ok(())
}

/// The table holds the members of the second run, each since the run at which it came.
fn check(
    case: &Case,
    target: &mut Target,
    segment: &segc::plan::SegmentPlan,
    before: &Keys,
    after: &Keys,
) -> Result<(), TestCaseError> {
    let wanted: BTreeSet<Vec<String>> = after
        .iter()
        .map(|key| {
            let since = if before.contains(key) { case.first } else { case.second };
            key.iter().cloned().chain([since.to_owned()]).collect()
        })
        .collect();
    let found: BTreeSet<Vec<String>> = target.entered(segment).into_iter().collect();
    if wanted == found {
        return Ok(());
    }
    let missing: Vec<_> = wanted.difference(&found).collect();
    let extra: Vec<_> = found.difference(&wanted).collect();
    Err(TestCaseError::fail(format!(
        "{} on {} ({:?}), {} to {}: missing {missing:?}, extra {extra:?}\n{}\nbefore: {:?}\nafter: {:?}",
        segment.name,
        target.name,
        segment.refresh,
        case.first,
        case.second,
        case.segments,
        case.before,
        case.after
    )))
}

#[test]
fn a_refresh_leaves_the_members_that_a_create_leaves() {
    let cases = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let mut targets = Target::all();
    let session = Case::new(&[]).open(world::AS_OF);
    for target in &mut targets {
        for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
    }
    let state = RefCell::new((targets, Count::default()));
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let tapes = prop::collection::vec(any::<u8>(), 300..2_000);
    // The same cases in every run: what fails can be looked at again.
    let seed = std::env::var("SEGC_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u8);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let result = TestRunner::new_with_rng(config, rng).run(&tapes, |bytes| {
        let (targets, count) = &mut *state.borrow_mut();
        run(targets, &bytes, count)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(error) => panic!("{error}"),
    }
    let (_, Count { inserted, grown, rebuilt }) = state.into_inner();
    eprintln!("{cases} cases: {inserted} refreshed by inserts ({grown} grew), {rebuilt} rebuilt");
    assert!(inserted >= cases as usize && grown * 6 > inserted, "too little was proved");
}
