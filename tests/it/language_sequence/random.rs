//! Random sequences over random rows, most of them within a few hours and many at the same instant.

use std::fmt::Write;

use jiff::SignedDuration;

use crate::language_sequence::world::{ENTITIES, World, as_of};
use crate::language_sequence::{answers, engines};

/// Conditions asked of the same rows.
const BATCH: usize = 40;

/// A generator of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).expect("small")
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn cell(&mut self, items: &[&str]) -> String {
        if self.one_in(8) { String::new() } else { self.pick(items).to_owned() }
    }
}

fn instant(dice: &mut Dice) -> String {
    let hours = i64::try_from(dice.below(14)).expect("small") - 11;
    let micros = if dice.one_in(6) { dice.pick(&[-1, 1]) } else { 0 };
    let time = as_of() + SignedDuration::from_hours(hours) + SignedDuration::from_micros(micros);
    time.to_string()
}

fn rows(dice: &mut Dice) -> [Vec<String>; 5] {
    let persons = 5 + dice.below(25);
    let owner = |dice: &mut Dice| {
        if dice.one_in(15) { String::new() } else { (1 + dice.below(persons + 1)).to_string() }
    };
    let person = |at: usize, dice: &mut Dice| {
        let (team, joined) = (dice.cell(&["1", "2", "3"]), instant(dice));
        format!("{},{team},{}", at + 1, if dice.one_in(8) { "" } else { &joined })
    };
    let event = |at: usize, dice: &mut Dice| {
        let (owner, kind) =
            (owner(dice), dice.cell(&["view", "view", "view", "cart", "cart", "cart", "buy", "it's"]));
        let time = if dice.one_in(20) { String::new() } else { instant(dice) };
        let product = dice.cell(&["a", "a", "b"]);
        let number = dice.cell(&["1", "2"]);
        format!("{},{owner},{kind},{time},{product},{number},{}", at + 1, dice.cell(&["0", "1", "2", "3"]))
    };
    let sale = |at: usize, dice: &mut Dice| {
        let (owner, time, product) = (owner(dice), instant(dice), dice.cell(&["a", "b"]));
        let number = dice.cell(&["1", "2.00", "1.5"]);
        format!("{},{owner},{time},{product},{number},{}", at + 1, dice.cell(&["1", "5", "9"]))
    };
    let sales = 1 + dice.below(persons * 3);
    let line = |at: usize, dice: &mut Dice| {
        let (sale, product) = (1 + dice.below(sales), dice.cell(&["a", "b"]));
        format!("{sale},{},{product},{},{}", at + 1, dice.cell(&["1", "2", "0.5"]), dice.cell(&["1", "2"]))
    };
    let notice = |at: usize, dice: &mut Dice| {
        let (team, product) = (dice.cell(&["1", "2", "3"]), dice.cell(&["a", "b"]));
        let day = dice.cell(&["2026-02-28", "2026-03-01", "2026-03-02"]);
        format!("{},{team},{day},{product},{}", at + 1, dice.cell(&["1", "2"]))
    };
    let events = persons * (4 + dice.below(14));
    [
        (0..persons).map(|at| person(at, dice)).collect(),
        (0..events).map(|at| event(at, dice)).collect(),
        (0..sales).map(|at| sale(at, dice)).collect(),
        (0..sales * 2).map(|at| line(at, dice)).collect(),
        (0..4).map(|at| notice(at, dice)).collect(),
    ]
}

/// A path, in parentheses with a condition now and then.
fn step(dice: &mut Dice) -> String {
    let path = dice.pick(&[
        "events",
        "events[\"view\"]",
        "events[\"view\"]",
        "events[\"cart\"]",
        "events[\"cart\"]",
        "events[\"buy\"]",
        "events[\"it's\"]",
        "sales",
        "sales.lines",
        "notices",
    ]);
    if !dice.one_in(4) {
        return path.to_owned();
    }
    let filters: &[&str] = match path {
        "sales" => &["total > 1", "exists(lines where quantity > 1)", "sold_at after outer.joined_at"],
        "sales.lines" => &["quantity > 1", "sale.total != 5", "product = \"a\""],
        "notices" => &["product is missing", "number = 1", "team_id = outer.team_id"],
        _ => &[
            "amount > 1",
            "amount != 1",
            "product = \"a\" or amount = 0",
            "not at after outer.joined_at",
            "person.team_id = 1",
            "at during last 5 hours",
        ],
    };
    format!("({path} where {})", dice.pick(filters))
}

/// What is rare otherwise: something forbidden between steps and at the end.
fn tied(dice: &mut Dice) -> String {
    let mut event = || format!("events[\"{}\"]", dice.pick(&["view", "cart", "buy"]));
    let (a, b, c, d, e) = (event(), event(), event(), event(), event());
    let (gap, span) = (1 + dice.below(4), 3 + dice.below(4));
    let middle = match dice.below(5) {
        0 => format!("{a} then within {gap} hours {b}"),
        1 => format!("{a} then not {c} then {b} then not {d} then {e}"),
        2 => format!("{a} then not {c} then within {gap} hours {b} then {e}"),
        3 => format!("{a} then {e} then not {c} then {b}"),
        _ => format!("{a} then not {c} then {b}"),
    };
    format!("sequence({middle} then not {d} within {span} hours)")
}

fn sequence(dice: &mut Dice) -> String {
    if dice.one_in(4) {
        return tied(dice);
    }
    let count = 2 + dice.below(4);
    let mut text = format!("sequence({}", step(dice));
    let (mut negated, mut span) = (false, dice.one_in(2));
    for at in 1..count {
        negated = !negated && dice.one_in(3);
        text += " then ";
        if negated {
            text += "not ";
        } else if dice.one_in(3) {
            let _ = write!(text, "within {} hours ", 1 + dice.below(6));
        }
        text += &step(dice);
        span |= negated && at + 1 == count;
    }
    if span {
        let _ =
            write!(text, " within {}", dice.pick(&["2 hours", "4 hours", "7 hours", "180 minutes", "1 day"]));
    }
    if dice.one_in(4) {
        let _ = write!(text, " matching {}", dice.pick(&["product", "number"]));
    }
    if dice.one_in(4) {
        let windows = [
            "last 8 hours",
            "today",
            "yesterday",
            "since 2026-03-01T06:00:00Z",
            "2026-03-01T04:00:00Z to 2026-03-01T13:00:00Z",
            "next 5 hours",
            "until 2026-03-01T13:00:00Z",
            "outer.joined_at to outer.joined_at + 6 hours",
            "lifetime",
        ];
        let _ = write!(text, " during {}", dice.pick(&windows));
    }
    text + ")"
}

fn condition(dice: &mut Dice) -> String {
    let one = sequence(dice);
    match dice.below(12) {
        0 => format!("not {one}"),
        1 => format!("{one} or id = 1"),
        2 => format!("not {one} or {}", sequence(dice)),
        3 => format!("{one} and not {}", sequence(dice)),
        4 => format!("exists(mates where id != outer.id and {one})"),
        5 => format!("count(mates where not {one}) > 1"),
        6 => format!("every(mates where {one} or id < 3)"),
        _ => one,
    }
}

/// The rows of a round.
pub fn world(seed: u64, round: usize) -> World {
    let mut dice = Dice(seed * 1_000_003 + round as u64);
    let zone = dice.pick(&["UTC", "UTC", "Europe/London", "America/New_York"]);
    World { zone, rows: rows(&mut dice) }
}

/// What is asked about them.
pub fn conditions(seed: u64, round: usize) -> Vec<String> {
    let mut dice = Dice(seed * 7_000_003 + round as u64);
    (0..BATCH).map(|_| condition(&mut dice)).collect()
}

#[test]
fn evaluator_and_engines_agree_on_random_sequences() {
    let cases: usize = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(800);
    let seed: u64 = std::env::var("SEGC_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut engines = engines();
    let (mut compared, mut members, mut decided) = (0, 0, 0);
    for round in 0..cases.div_ceil(BATCH) {
        let (world, conditions) = (world(seed, round), conditions(seed, round));
        for (condition, answer) in conditions.iter().zip(answers(&world, &conditions, &mut engines)) {
            for (target, found, sql) in &answer.engines {
                assert!(
                    answer.evaluator == *found,
                    "{target}, round {round}: {condition}\nevaluator {:?}\nengine    {found:?}\n{sql}\n{}",
                    answer.evaluator,
                    listing(&world)
                );
                compared += 1;
            }
            members += answer.evaluator.len();
            decided +=
                usize::from(!answer.evaluator.is_empty() && answer.evaluator.len() < world.rows[0].len());
        }
    }
    eprintln!("{compared} comparisons, {members} members, {decided} conditions that part the persons");
    assert!(decided > cases / 4, "too few conditions say anything: {decided}");
}

fn listing(world: &World) -> String {
    let table = |((name, header), rows): (&(&str, &str), &Vec<String>)| {
        format!("{name}: {header}\n{}\n", rows.join("\n"))
    };
    ENTITIES.iter().zip(&world.rows).map(table).collect()
}
