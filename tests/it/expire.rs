//! `expire` and `history` over several runs: which members are retained and until when, which are
//! rejected or return, and what the history table contains.

use std::collections::BTreeMap;

use crate::support::project::{at, instant, open, stop_clocks};
use crate::support::target::{Target, build, plan, script};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use segc::api::{Options, Session};
use segc::engine::tables_of;
use segc::plan::program::ProgramScope;
use segc::project::Memory;
use segc::sql::parses_back;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    fields:
      id: integer
      active: boolean
      blocked: boolean
      rich: boolean
      known: boolean
";

/// `calls` reads the table of `win_back`; `rivals` come before it in their group.
const SEGMENTS: &str = "
segment known on customer { materialize: inline where known }
segment rivals on customer { exclusive group: \"mail\" priority: 1 where rich }
segment win_back on customer extends known {
  exclusive group: \"mail\"
  priority: 2
  expire: 14 days
  history: true
  where active
  exclude where blocked
}
segment calls on customer { history: true where in segment win_back }
segment hours on customer { expire: 36 hours where active }
segment months on customer { expire: 1 month where active keep top 2 by id }
";

/// SQLite knows no zones but UTC.
fn zone(target: &str) -> &'static str {
    if target == "sqlite" { "UTC" } else { "Europe/London" }
}

/// What is said of London where that differs in UTC: days that begin in winter end an hour later.
const IN_UTC: [(&str, &str); 5] = [
    ("04-03T11", "04-03T12"),
    ("04-03T10", "04-03T11"),
    ("04-07T23", "04-08T00"),
    ("04-28T12", "04-28T13"),
    ("04-28T11", "04-28T12"),
];

fn session(zone: &str, clock: Option<&str>) -> Session {
    let files = Memory::new()
        .with("segc.yml", format!("name: lab\ntimezone: {zone}\nschema: segments\n"))
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    open(&match clock {
        Some(clock) => stop_clocks(files, instant(clock)),
        None => files,
    })
}

/// One target, with the tables of the catalog and what happens to them.
struct Lab {
    target: Target,
    /// Whether as_of is a literal in the scripts; otherwise they read the (stopped) clock.
    literal: bool,
    /// Whether every run is a create; otherwise all but the first refresh.
    create: bool,
    runs: usize,
}

impl Lab {
    fn new(mut target: Target, literal: bool, create: bool) -> Self {
        let catalog = session(zone(target.name), None);
        target.must("DROP SCHEMA IF EXISTS segments CASCADE");
        for table in tables_of(&catalog.hir().catalog, target.name).expect("one type per column") {
            target.make(&table);
        }
        Self { target, literal, create, runs: 0 }
    }

    /// Replaces all rows: a letter for each customer from 1 on, capital ones are active: `a`
    /// neither, `b` blocked, `r` rich, `u` unknown; `-` has no row.
    fn rows(&mut self, rows: &str) {
        self.target.must("DELETE FROM customers WHERE TRUE");
        let mut values = Vec::new();
        for (id, row) in (1..).zip(rows.chars().filter(|c| !c.is_whitespace())) {
            let is = |letter: char| row.eq_ignore_ascii_case(&letter);
            if row != '-' {
                let (active, blocked, rich, known) = (row.is_uppercase(), is('b'), is('r'), !is('u'));
                values.push(format!("({id}, {active}, {blocked}, {rich}, {known})"));
            }
        }
        if !values.is_empty() {
            self.target.must(&format!("INSERT INTO customers VALUES {}", values.join(", ")));
        }
    }

    fn run(&mut self, now: &str) {
        let session = session(zone(self.target.name), (!self.literal).then_some(now));
        let options = if self.literal { at(instant(now)) } else { Options::default() };
        let plan = plan(&session, self.target.name, &options);
        let refresh = self.runs > 0 && !self.create;
        self.runs += 1;
        self.target.run(&build(&session, &plan, refresh)).unwrap_or_else(|error| panic!("{now}: {error}"));
    }

    /// `1 entered / 2 entered → expires`, in order, instants without what all have.
    fn state(&mut self, segment: &str) -> String {
        let sql = format!("SELECT id, entered_at, expires_at FROM segments.{segment}");
        let rows = self.target.rows(&sql).expect("the table can be read");
        let row = |row: &Vec<String>| match short(&row[2]) {
            None => format!("{} {}", row[0], short(&row[1]).unwrap_or_default()),
            Some(end) => format!("{} {} → {end}", row[0], short(&row[1]).unwrap_or_default()),
        };
        rows.iter().map(row).collect::<Vec<_>>().join(" / ")
    }

    /// A state, or an instant, of London in the lab's zone.
    fn local(&self, london: &str) -> String {
        if zone(self.target.name) != "UTC" {
            return london.to_owned();
        }
        IN_UTC.iter().fold(london.to_owned(), |text, (london, utc)| text.replace(london, utc))
    }

    fn ids(&mut self, segment: &str) -> String {
        let rows = self.target.rows(&format!("SELECT id FROM segments.{segment}")).expect("a table");
        rows.concat().join(" ")
    }

    fn history(&mut self, segment: &str) -> String {
        let sql = format!("SELECT id, entered_at, left_at FROM segments.{segment}_history");
        let rows = self.target.rows(&sql).expect("the table can be read");
        let row = |row: &Vec<String>| {
            format!(
                "{} {} – {}",
                row[0],
                short(&row[1]).unwrap_or_default(),
                short(&row[2]).unwrap_or_default()
            )
        };
        rows.iter().map(row).collect::<Vec<_>>().join(" / ")
    }
}

/// `03-20T12` for 2026-03-20T12:00:00Z; `None` for a missing one.
fn short(text: &str) -> Option<String> {
    let at: Timestamp = text.parse().ok()?;
    let text = at.to_string();
    let text = text.strip_prefix("2026-").unwrap_or(&text);
    Some(text.trim_end_matches('Z').trim_end_matches(":00").trim_end_matches(":00").to_owned())
}

/// Every engine, the quick ones in every way.
fn labs() -> impl Iterator<Item = Lab> {
    let ways = [(false, false), (true, false), (false, true)];
    ways.into_iter().enumerate().flat_map(|(at, (literal, create))| {
        let targets = if at == 0 { Target::every() } else { Target::all() };
        targets.into_iter().map(move |target| Lab::new(target, literal, create))
    })
}

#[test]
fn members_are_retained_until_they_expire() {
    for mut lab in labs() {
        lab.rows("A A A A A A a A A");
        lab.run("2026-03-20T12:00:00Z");
        assert_eq!(
            lab.state("win_back"),
            "1 03-20T12 / 2 03-20T12 / 3 03-20T12 / 4 03-20T12 / 5 03-20T12 / 6 03-20T12 / 8 03-20T12 / 9 03-20T12"
        );
        // 2 and 5 cease. An exclude rejects 3, the group 8, the parent 9; 4 has no row any more.
        lab.rows("A a b - a A A r u");
        lab.run("2026-03-25T00:00:00Z");
        // Noon of 20 March and 14 days is noon of 3 April, in summer time.
        let held =
            lab.local("1 03-20T12 / 2 03-20T12 → 04-03T11 / 5 03-20T12 → 04-03T11 / 6 03-20T12 / 7 03-25T00");
        assert_eq!(lab.state("win_back"), held);
        assert_eq!(lab.ids("calls"), "1 2 5 6 7", "those who are held are members");
        // The same instant once more changes nothing.
        lab.run("2026-03-25T00:00:00Z");
        assert_eq!(lab.state("win_back"), held);
        // 5 is back, as if it had never been away; 6 ceases.
        lab.rows("A a b - A a A r u");
        lab.run("2026-04-01T00:00:00Z");
        assert_eq!(
            lab.state("win_back"),
            lab.local("1 03-20T12 / 2 03-20T12 → 04-03T11 / 5 03-20T12 / 6 03-20T12 → 04-07T23 / 7 03-25T00")
        );
        lab.run(&lab.local("2026-04-03T10:59:59.999999Z"));
        assert_eq!(lab.ids("win_back"), "1 2 5 6 7");
        lab.run(&lab.local("2026-04-03T11:00:00Z"));
        assert_eq!(lab.ids("win_back"), "1 5 6 7", "the end is not in it");
        assert_eq!(lab.ids("calls"), "1 5 6 7");
        // 2 returns after its end: a new membership. 6 is rejected while it is held.
        lab.rows("A A b - A b A r u");
        lab.run("2026-04-04T00:00:00Z");
        assert_eq!(lab.state("win_back"), "1 03-20T12 / 2 04-04T00 / 5 03-20T12 / 7 03-25T00");
        // Members who stopped matching longer ago than that leave at once.
        lab.rows("A a b - A b a r u");
        lab.run("2026-05-01T00:00:00Z");
        assert_eq!(lab.state("win_back"), "1 03-20T12 / 5 03-20T12");
        assert_eq!(
            lab.history("win_back"),
            lab.local(
                "2 03-20T12 – 04-03T11 / 2 04-04T00 – 05-01T00 / 3 03-20T12 – 03-25T00 / 4 03-20T12 – 03-25T00 / \
                 6 03-20T12 – 04-04T00 / 7 03-25T00 – 05-01T00 / 8 03-20T12 – 03-25T00 / 9 03-20T12 – 03-25T00"
            )
        );
        let calls = lab.local("2 03-20T12 – 04-03T11 / 2 04-04T00 – 05-01T00");
        assert!(lab.history("calls").starts_with(&calls));
    }
}

#[test]
fn expire_counts_exact_hours_and_calendar_months() {
    for mut lab in labs() {
        lab.rows("A A A");
        lab.run("2026-03-28T12:00:00Z");
        assert_eq!(lab.ids("months"), "2 3");
        lab.rows("A A a");
        lab.run("2026-03-28T13:00:00Z");
        assert_eq!(lab.state("hours"), "1 03-28T12 / 2 03-28T12 / 3 03-28T12 → 03-30T00");
        // Held entities take no place in a `keep`: 1 and 2 are the two of it.
        assert_eq!(lab.state("months"), lab.local("1 03-28T13 / 2 03-28T12 / 3 03-28T12 → 04-28T11"));
        lab.rows("a A a");
        lab.run("2026-03-31T00:00:00Z");
        assert_eq!(lab.state("hours"), "2 03-28T12");
        let months = lab.local("1 03-28T13 → 04-28T12 / 2 03-28T12 / 3 03-28T12 → 04-28T11");
        assert_eq!(lab.state("months"), months);
    }
}

/// A table that was there before its segment had an `expire` gets the column; Spark and SQLite have no
/// words for that which could be said twice.
#[test]
fn expire_can_be_added_later() {
    for mut lab in labs().filter(|lab| !["spark", "sqlite"].contains(&lab.target.name)) {
        lab.rows("A A");
        lab.run("2026-03-20T12:00:00Z");
        lab.target.must("ALTER TABLE segments.win_back DROP COLUMN expires_at");
        lab.rows("A a");
        lab.run("2026-03-21T12:00:00Z");
        let held = lab.local("1 03-20T12 / 2 03-20T12 → 04-03T11");
        assert_eq!(lab.state("win_back"), held);
    }
}

/// What the reference says of sticky membership, run by run: (entered, last matching run).
struct Model {
    zone: &'static str,
    members: BTreeMap<i64, (Timestamp, Timestamp)>,
    archive: Vec<(i64, Timestamp, Timestamp)>,
}

impl Model {
    fn of(zone: &'static str) -> Self {
        Self { zone, members: BTreeMap::new(), archive: Vec::new() }
    }

    fn end(&self, matched: Timestamp) -> Timestamp {
        let local = matched.in_tz(self.zone).expect("a zone");
        local.checked_add(14.days()).expect("a time").timestamp()
    }

    fn run(&mut self, rows: &str, now: Timestamp) {
        for (id, row) in (1..).zip(rows.chars()) {
            let admitted = !matches!(row.to_ascii_lowercase(), '-' | 'b' | 'r' | 'u');
            if admitted && row.is_uppercase() {
                self.members.entry(id).and_modify(|(_, matched)| *matched = now).or_insert((now, now));
            } else if let Some((entered, matched)) = self.members.get(&id).copied()
                && (!admitted || now >= self.end(matched))
            {
                self.members.remove(&id);
                self.archive.push((id, entered, now));
            }
        }
    }

    fn state(&self, now: Timestamp) -> String {
        let row = |(id, (entered, matched)): (&i64, &(Timestamp, Timestamp))| {
            let entered = short(&entered.to_string()).unwrap_or_default();
            let end = short(&self.end(*matched).to_string()).unwrap_or_default();
            if *matched == now { format!("{id} {entered}") } else { format!("{id} {entered} → {end}") }
        };
        self.members.iter().map(row).collect::<Vec<_>>().join(" / ")
    }

    fn history(&self) -> String {
        let mut ended = self.archive.clone();
        ended.sort();
        let text = |at: &Timestamp| short(&at.to_string()).unwrap_or_default();
        let row = |(id, entered, left): &(i64, Timestamp, Timestamp)| {
            format!("{id} {} – {}", text(entered), text(left))
        };
        ended.iter().map(row).collect::<Vec<_>>().join(" / ")
    }
}

#[test]
fn random_runs_retain_the_same_members_as_the_reference() {
    let day = SignedDuration::from_hours(24);
    let gaps = [
        SignedDuration::from_hours(1),
        day,
        day * 7,
        day * 14 - SignedDuration::from_micros(1),
        day * 14,
        day * 14 - SignedDuration::from_hours(1),
        day * 20,
    ];
    // The same runs each time; `make long` plays more of them, from another seed.
    let number = |variable| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let mut seed = 20_261_120 + number("SEGC_SEED").unwrap_or(1);
    let rounds = number("SEGC_EXPIRE_RUNS").unwrap_or(8);
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % n
    };
    let (mut runs, mut held, mut ended) = (0, 0, 0);
    for mut lab in labs() {
        let (mut model, mut now) = (Model::of(zone(lab.target.name)), instant("2026-03-15T12:00:00Z"));
        for _ in 0..rounds {
            let rows: String = (0..8).map(|_| char::from(b"AAAaaaaABRUbru-"[below(15)])).collect();
            lab.rows(&rows);
            lab.run(&now.to_string());
            model.run(&rows, now);
            assert_eq!(lab.state("win_back"), model.state(now), "{now} {rows}");
            assert_eq!(lab.history("win_back"), model.history(), "{now} {rows}");
            runs += 1;
            held += model.state(now).matches('→').count();
            now += gaps[below(gaps.len())];
        }
        ended += model.archive.len();
    }
    assert!(4 * held > runs && 4 * ended > runs, "too little happened in {runs} runs: {held} {ended}");
}

/// What the dialects say differently, for a reader; nothing here runs on two of them.
#[test]
fn every_dialect_writes_retention() {
    let session = session(zone("duckdb"), None);
    for target in ["duckdb", "postgres", "bigquery", "spark"] {
        let plan = plan(&session, target, &Options::default());
        let win_back = plan.segments.iter().find(|one| one.name == "win_back").expect("it is planned");
        let script = script(&session, &plan, ProgramScope::One(win_back), true);
        let dialect = session.dialects().get(target).expect("a built-in dialect");
        for statement in &script.statements {
            assert_eq!(parses_back(statement, dialect), Ok(()), "{target}: {}", statement.text);
        }
        insta::assert_snapshot!(format!("expire_{target}"), script.to_text());
    }
}
