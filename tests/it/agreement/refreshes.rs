//! Random segments of the whole language, refreshed: rows arrive and change between two instants,
//! and what the second run leaves is what the evaluator finds.
//!
//! `tests/refresh_incremental` knows the rules and turns on their edges; here every construct of
//! the language meets them, at most by chance.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use segc::api::Options;
use segc::engine::{Engine, quote_name};
use segc::plan::program::Mode;
use segc::plan::{Refresh, SegmentPlan};

use crate::agreement::case::{ASKED, Case, Cases, Keys};
use crate::agreement::compare::is_overflow;
use crate::agreement::shrink::{show, smallest};
use crate::agreement::world::{Entity, Field, Kind, Rows};
use crate::support::engine::Runner;
use crate::support::statements::Statements;
use crate::support::tape::Tape;
use crate::support::{self, postgres};

/// The column that says when a row was written.
const STAMP: &str = "loaded_at";
const HOURS: &[i64] = &[1, 24, 24 * 8, 24 * 40, 24 * 400];

/// How tables were refreshed, and what that did.
#[derive(Default, Debug)]
pub struct Tally {
    pub worlds: usize,
    /// Worlds in which an engine found a number beyond its type.
    pub overflows: usize,
    pub by_keys: usize,
    pub inserted: usize,
    pub rebuilt: usize,
    /// Tables not rebuilt whose members differ from those of the first run.
    pub moved: usize,
    /// Obstacles, by their first words.
    pub obstacles: BTreeMap<String, usize>,
}

/// A case, and when it was run first.
struct History {
    case: Case,
    first: Timestamp,
}

impl History {
    /// Declares how the rows of a case change, and stamps them: most are old, some arrive between
    /// both runs, some change.
    fn of(mut case: Case, seed: u64) -> Self {
        let bytes: Vec<u8> =
            case.rows.iter().flatten().flatten().flatten().flat_map(|text| text.bytes()).collect();
        let turn = usize::try_from(seed % 251).expect("small");
        let mixed: Vec<u8> = (0..4_000).map(|at| mix(&bytes, at + turn)).collect();
        let mut tape = Tape::new(&mixed);
        let gap = SignedDuration::from_hours(HOURS[tape.below(HOURS.len())]);
        let first = case.as_of - gap;
        for (entity, rows) in case.world.entities.iter_mut().zip(&mut case.rows) {
            declare(entity, &mut tape);
            let still = entity.changes.contains("append_only");
            for row in rows.iter_mut() {
                row.push(stamp(&mut tape, first, gap, still));
            }
        }
        case.clock = "stopped_clock()".to_owned();
        for item in &mut case.items {
            *item = item.replace("materialize: table", "materialize: incremental");
        }
        Self { case, first }
    }
}

/// A byte that depends on many.
fn mix(bytes: &[u8], at: usize) -> u8 {
    let around = (0..8).map(|by| bytes[(at * 7 + by * 131) % bytes.len()]);
    around.fold(u8::try_from(at % 256).expect("a byte"), |mixed, byte| {
        mixed.wrapping_mul(167).wrapping_add(byte).rotate_left(3)
    })
}

/// What the catalog says of an entity: columns that link and keys stay, or nothing changes at all.
fn declare(entity: &mut Entity, tape: &mut Tape<'_>) {
    let marked = entity.fields.iter().any(|field| field.kind == Kind::Mark);
    let stays: Vec<&str> =
        entity.fields.iter().filter(|field| is_fixed(field)).map(|field| field.name).collect();
    let (stays, how) = (stays.join(", "), tape.below(8));
    entity.changes = match how {
        _ if marked => format!(
            "    changes: {{ mutable: {{ ingested_at: {STAMP}, deleted_at: deleted_at, immutable: [{stays}] }} }}\n    deletes: soft\n"
        ),
        0..3 => format!("    changes: {{ append_only: {{ ingested_at: {STAMP} }} }}\n    deletes: never\n"),
        3 => format!("    changes: {{ mutable: {{ ingested_at: {STAMP} }} }}\n    deletes: never\n"),
        _ => format!(
            "    changes: {{ mutable: {{ ingested_at: {STAMP}, immutable: [{stays}] }} }}\n    deletes: never\n"
        ),
    };
    entity.changes.push_str("    settle: 1 hour\n");
    let (kind, ty) = (Kind::Timestamp, "timestamp");
    entity.fields.push(Field { name: STAMP, kind, ty, nullable: true, storage: "", within: None });
}

/// Whether a field's value stays as it is: what rows are known and linked by, and what events are.
fn is_fixed(field: &Field) -> bool {
    matches!(field.kind, Kind::Number | Kind::OrderNo | Kind::Ref | Kind::RefOrder | Kind::Event)
        || matches!(field.name, "day" | "on_day")
}

/// The last digit says what happens to the row: nothing before `first`, then 0 arrives, and any
/// other changes.
fn stamp(tape: &mut Tape<'_>, first: Timestamp, gap: SignedDuration, still: bool) -> Option<String> {
    let old = Some((first - SignedDuration::from_hours(24 * 500)).to_string());
    let digit = match tape.below(12) {
        0 | 1 => 0,
        2 if still => 0,
        2..=4 if !still => i64::try_from(tape.below(9)).expect("a digit") + 1,
        5 if tape.one_in(4) => return None,
        _ => return old,
    };
    let between = first + gap / 2;
    let micros = between.as_microsecond() / 10 * 10 + digit;
    Some(Timestamp::from_microsecond(micros).expect("an instant of these years").to_string())
}

/// What the first run sees. Who changes had values of another row.
fn rows_before(case: &Case, first: Timestamp) -> Rows {
    let tables = case.world.entities.iter().zip(&case.rows);
    tables.map(|(entity, rows)| table_before(entity, rows, first)).collect()
}

fn table_before(entity: &Entity, rows: &[Vec<Option<String>>], first: Timestamp) -> Vec<Vec<Option<String>>> {
    let still = entity.changes.contains("append_only");
    let keys: Vec<usize> = entity
        .key
        .iter()
        .filter_map(|key| entity.fields.iter().position(|field| field.name == *key))
        .collect();
    let same = |one: &Vec<Option<String>>, other: &Vec<Option<String>>| {
        keys.iter().all(|&key| one[key] == other[key])
    };
    let before = |(at, row): (usize, &Vec<Option<String>>)| {
        let written: Option<Timestamp> =
            row.last().expect("a stamp").as_ref().map(|text| text.parse().expect("an instant"));
        let digit = match written {
            Some(written) if written < first => return Some(row.clone()),
            Some(written) => usize::try_from(written.as_microsecond() % 10).expect("a digit"),
            None => at % 2,
        };
        if digit == 0 || still {
            return None;
        }
        let donor = &rows[(at + digit) % rows.len()];
        // What has the key of another row would be there twice if it weren't deleted.
        let alone = rows.iter().filter(|other| same(row, other)).count() == 1;
        let cell = |(place, field): (usize, &Field)| {
            let moves = !is_fixed(field) && (alone || field.kind != Kind::Mark);
            if moves { donor[place].clone() } else { row[place].clone() }
        };
        let mut cells: Vec<Option<String>> = entity.fields.iter().enumerate().map(cell).collect();
        if let (Some(stamp), Some(_)) = (cells.last_mut(), written) {
            *stamp = Some((first - SignedDuration::from_hours(24 * 500)).to_string());
        } else if let Some(stamp) = cells.last_mut() {
            *stamp = None;
        }
        Some(cells)
    };
    rows.iter().enumerate().filter_map(before).collect()
}

/// Refreshes the tables of this many cases, and fails with the smallest that is wrong.
pub fn agree(cases: usize, from: usize, seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut duckdb = Statements::new("duckdb", support::duckdb());
    let mut postgres = postgres::database().map(|engine| Statements::new("postgres", engine));
    stop_clock(&mut duckdb, "CREATE MACRO stopped_clock() AS (SELECT instant FROM stopped)");
    if let Some(postgres) = &mut postgres {
        let body = "RETURNS TIMESTAMPTZ LANGUAGE SQL STABLE AS 'SELECT instant FROM stopped'";
        stop_clock(postgres, &format!("CREATE FUNCTION stopped_clock() {body}"));
    }
    for (at, case) in Cases::new(seed).enumerate().skip(from).take(cases.div_ceil(ASKED)) {
        let history = History::of(case, seed);
        tally.worlds += 1;
        play(&mut duckdb, &history, at, &mut tally);
        if let Some(postgres) = &mut postgres {
            play(postgres, &history, at, &mut Tally::default());
        }
        if tally.worlds.is_multiple_of(20) {
            eprintln!("{tally:?}");
        }
    }
    tally
}

fn stop_clock<E: Engine>(engine: &mut Statements<E>, function: &str) {
    for statement in ["CREATE TABLE stopped (instant TIMESTAMPTZ)", function] {
        engine.engine().execute(statement).expect("it can be made");
    }
}

fn play<E: Engine>(engine: &mut Statements<E>, history: &History, world: usize, tally: &mut Tally) {
    let Some(wrong) = refreshed(engine, &history.case, history.first, tally) else { return };
    let mut again = |case: &Case| refreshed(engine, case, history.first, &mut Tally::default());
    let small = smallest(&history.case, &mut again);
    let changes = small.world.entities.iter().map(|entity| format!("{}:\n{}", entity.name, entity.changes));
    panic!(
        "world {world}: {wrong}\nsmaller: {:?}\nfirst run at {}\n{}{}",
        again(&small),
        history.first,
        changes.collect::<String>(),
        show(&small)
    );
}

/// Runs a case twice; says what is wrong after the second run, if something is.
fn refreshed<E: Engine>(
    engine: &mut Statements<E>,
    case: &Case,
    first: Timestamp,
    tally: &mut Tally,
) -> Option<String> {
    let before = Case { rows: rows_before(case, first), as_of: first, ..case.clone() };
    let (Ok(earlier), Ok(later)) = (before.open(), case.open()) else { return None };
    engine.engine().execute("DROP SCHEMA IF EXISTS segments CASCADE").expect("the schema can go");
    // What overflows would stop the script.
    let (then, now) = (earlier.expected(first), later.expected(case.as_of));
    let both = then.iter().zip(&now).filter(|(then, now)| then.1.is_some() && now.1.is_some());
    let able: Vec<String> = both.map(|(then, _)| then.0.clone()).collect();
    let target = engine.target();
    let chosen = later.session.select(&able).ok()?;
    let (plan, problems) = later.session.plan(target, &chosen, &Options::default());
    let plan = plan.filter(|_| !problems.has_errors())?;
    for (case, mode) in [(&before, Mode::Create), (case, Mode::Refresh)] {
        engine.load(&case.tables(target, &later.session));
        let clock = format!("INSERT INTO stopped VALUES (TIMESTAMPTZ '{}')", case.as_of);
        for statement in ["DELETE FROM stopped".to_owned(), clock] {
            engine.engine().execute(&statement).expect("the clock is set");
        }
        let execution = later.session.execution(&plan, mode);
        let execution = execution.unwrap_or_else(|problems| panic!("{target}: {problems:?}"));
        for step in &execution.steps {
            if let Err(error) = engine.engine().execute(&step.statement) {
                let _ = engine.engine().execute("ROLLBACK");
                let said = format!("{error:?}");
                tally.overflows += 1;
                return (!is_overflow(&said)).then(|| format!("{target}: {said}\n{}", step.statement));
            }
        }
    }
    let of = |all: &[(String, Option<Keys>)], name: &str| {
        all.iter().find(|(known, _)| known == name).and_then(|(_, keys)| keys.clone()).unwrap_or_default()
    };
    for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
        let (then, wanted) = (of(&then, &segment.name), of(&now, &segment.name));
        count(tally, segment, then != wanted);
        let found = members(engine, segment);
        if found != wanted {
            let lacks: Vec<_> = wanted.difference(&found).collect();
            let extra: Vec<_> = found.difference(&wanted).collect();
            let how = how(segment);
            return Some(format!(
                "{} on {target}, refreshed {how}: lacks {lacks:?}, has besides {extra:?}",
                segment.name
            ));
        }
    }
    None
}

fn how(segment: &SegmentPlan) -> &'static str {
    match &segment.refresh {
        Refresh::InsertOnly => "by inserts",
        Refresh::Rebuild { .. } => "in full",
        _ => "by keys",
    }
}

fn count(tally: &mut Tally, segment: &SegmentPlan, moved: bool) {
    match &segment.refresh {
        Refresh::InsertOnly => tally.inserted += 1,
        Refresh::Rebuild { .. } => {
            tally.rebuilt += 1;
            let reason = segment.obstacles.first().map(|why| why.reason.clone()).unwrap_or_default();
            let words: Vec<&str> =
                reason.split_whitespace().filter(|word| !word.contains('`')).take(8).collect();
            *tally.obstacles.entry(words.join(" ")).or_default() += 1;
            return;
        }
        _ => tally.by_keys += 1,
    }
    tally.moved += usize::from(moved);
}

fn members<E: Engine>(engine: &mut Statements<E>, segment: &SegmentPlan) -> Keys {
    let columns: Vec<String> = segment.keys.iter().map(|key| format!("\"{}\"", key.name)).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), quote_name(&segment.table));
    let table = engine.engine().query(&sql).expect("the table can be read");
    table.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}
