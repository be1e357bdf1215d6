//! Comparing the evaluator with engines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::{Duration, Instant};

use segc::api::{Options, Session};
use segc::diagnostic::Severity;
use segc::evaluate::Datum;

use crate::agreement::case::{ASKED, Case, Opened, Table, WRITTEN};
use crate::agreement::census::Census;
use crate::support::engine::{Members, Runner};

/// Refusals by design: what the target can't do, and its limits.
const REFUSALS: &[&str] = &["SEG501", "SEG504", "SEG505"];

/// The least number of segments with all members or none, if there are that many.
const OTHERS: usize = 6;

/// A segment that an engine answers otherwise than the evaluator.
pub struct Difference {
    /// The engine's place in the list.
    pub engine: usize,
    pub segment: String,
    /// What differs, and the SQL.
    pub what: String,
}

/// How much was compared on one engine.
#[derive(Debug, Default, Clone)]
pub struct Count {
    pub selects: usize,
    /// Whose members are neither none nor all.
    pub mixed: usize,
    /// A number beyond its type, in the evaluator or in the engine.
    pub overflows: usize,
    pub refused: usize,
    pub differences: usize,
    pub time: Duration,
}

/// What was compared, on which engines.
#[derive(Default)]
pub struct Tally {
    pub worlds: usize,
    /// Those with a table for each day.
    pub per_day: usize,
    pub by_target: BTreeMap<&'static str, Count>,
    pub census: Census,
}

/// Compares the members of all segments of a case, on each engine.
pub fn compare(
    engines: &mut [Box<dyn Runner>],
    case: &Case,
    tally: &mut Tally,
) -> Result<Vec<Difference>, String> {
    let opened = case.open()?;
    let everyone = everyone(&opened);
    let expected = chosen(opened.expected(case.as_of), &everyone);
    tally.worlds += 1;
    tally.per_day += usize::from(case.world.per_day.is_some());
    let mut compared = BTreeSet::new();
    let mut differences = Vec::new();
    for (place, engine) in engines.iter_mut().enumerate() {
        let start = Instant::now();
        let target = engine.target();
        let count = tally.by_target.entry(target).or_default();
        engine.load(&case.tables(target, &opened.session));
        let mut asked = Vec::new();
        for (name, wanted) in &expected {
            let Some(wanted) = wanted else {
                count.overflows += 1;
                continue;
            };
            match select(&opened.session, target, name, case) {
                Ok(sql) => asked.push((name, wanted, sql)),
                Err(Refusal::Designed) => count.refused += 1,
                Err(Refusal::Fault(what)) => {
                    differences.push(Difference { engine: place, segment: name.clone(), what });
                }
            }
        }
        let selects: Vec<String> = asked.iter().map(|(_, _, sql)| sql.clone()).collect();
        for ((name, wanted, sql), found) in asked.into_iter().zip(engine.members_of_all(&selects)) {
            match differs(wanted, found) {
                Answer::Overflow => {
                    count.overflows += 1;
                    continue;
                }
                Answer::Same => {
                    compared.insert(name.clone());
                }
                Answer::Other(what) => {
                    let what = format!("{what}\n{sql}");
                    differences.push(Difference { engine: place, segment: name.clone(), what });
                    count.differences += 1;
                }
            }
            count.selects += 1;
            count.mixed += usize::from(is_mixed(wanted, everyone[name.as_str()]));
        }
        count.time += start.elapsed();
    }
    tally.census.add(opened.session.hir(), &compared);
    Ok(differences)
}

enum Refusal {
    Designed,
    Fault(String),
}

fn select(session: &Session, target: &str, name: &str, case: &Case) -> Result<String, Refusal> {
    let options = Options { as_of: Some(case.as_of), ..Options::default() };
    let id = session.hir().find(name).ok_or_else(|| Refusal::Fault("an unknown segment".to_owned()))?;
    session.select_sql(target, id, &options).map_err(|problems| {
        let mut errors = problems.iter().filter(|one| one.severity == Severity::Error);
        if problems.has_errors() && errors.all(|one| REFUSALS.contains(&one.code)) {
            return Refusal::Designed;
        }
        let said: Vec<String> = problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
        Refusal::Fault(said.join("\n"))
    })
}

/// How many rows the entity of each segment has.
fn everyone(opened: &Opened) -> BTreeMap<String, usize> {
    let hir = opened.session.hir();
    let count = |segment: &segc::check::hir::Segment| opened.data.existing(segment.entity).count();
    hir.iter().map(|(_, segment)| (segment.name.clone(), count(segment))).collect()
}

/// Whether some are members and some aren't.
fn is_mixed(members: &Table, all: usize) -> bool {
    !members.rows.is_empty() && members.rows.len() < all
}

/// Segments with some members only prove more, so a few of the others are enough.
fn chosen(
    expected: Vec<(String, Option<Table>)>,
    everyone: &BTreeMap<String, usize>,
) -> Vec<(String, Option<Table>)> {
    if expected.len() <= ASKED || expected.len() > WRITTEN {
        return expected;
    }
    let mixed = |(name, keys): &(String, Option<Table>)| {
        keys.as_ref().is_some_and(|keys| is_mixed(keys, everyone[name.as_str()]))
    };
    let (mut telling, others): (Vec<_>, Vec<_>) = expected.into_iter().partition(mixed);
    let rest = ASKED.saturating_sub(telling.len()).max(OTHERS);
    telling.truncate(ASKED - OTHERS);
    telling.extend(others.into_iter().take(rest));
    telling
}

/// The outcome of a comparison.
pub enum Answer {
    Same,
    Overflow,
    Other(String),
}

/// Compares what an engine found with what the evaluator wants.
pub fn differs(wanted: &Table, found: Result<Members, String>) -> Answer {
    if wanted.rows.values().flatten().any(is_beyond) {
        return Answer::Overflow;
    }
    let found = match found {
        Ok(found) => found,
        Err(error) if is_overflow(&error) => return Answer::Overflow,
        Err(error) => return Answer::Other(error),
    };
    let count = found.len();
    let split = |row: Vec<Datum>| {
        let (key, values) = row.split_at(wanted.parts);
        (key.iter().map(ToString::to_string).collect::<Vec<_>>(), values.to_vec())
    };
    let found: BTreeMap<_, _> = found.into_iter().map(split).collect();
    if found.len() < count {
        return Answer::Other("a key twice, with different columns".to_owned());
    }
    let missing: Vec<_> = wanted.rows.keys().filter(|key| !found.contains_key(*key)).collect();
    let extra: Vec<_> = found.keys().filter(|key| !wanted.rows.contains_key(*key)).collect();
    if !missing.is_empty() || !extra.is_empty() {
        return Answer::Other(format!("missing {missing:?}, extra {extra:?}"));
    }
    let is_other = |(key, values): &(&Vec<String>, &Vec<Datum>)| !are_same(values, &found[*key]);
    let other: Vec<String> = wanted
        .rows
        .iter()
        .filter(is_other)
        .map(|(key, values)| format!("{key:?}: wanted {values:?}, found {:?}", found[key]))
        .collect();
    if other.is_empty() { Answer::Same } else { Answer::Other(other.join("\n")) }
}

/// Whether a time is outside the years that every engine has.
fn is_beyond(value: &Datum) -> bool {
    let year = match value {
        Datum::Date(day) => day.year(),
        // The edges of the years in any zone.
        Datum::Timestamp(instant) => jiff::tz::TimeZone::UTC.to_datetime(*instant).year(),
        _ => return false,
    };
    !(2..=9998).contains(&year)
}

/// Whether the columns of an engine's row are those of the evaluator's.
fn are_same(wanted: &[Datum], found: &[Datum]) -> bool {
    wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| is_same(wanted, found))
}

/// Floats are the same to a billionth. Some engines have no booleans, dates or instants of their own, and on
/// the form of a final sigma engines differ, as the reference says.
fn is_same(wanted: &Datum, found: &Datum) -> bool {
    match (wanted, found) {
        (Datum::Float(wanted), Datum::Float(found)) => {
            (wanted - found).abs() <= 1e-9 * wanted.abs().max(found.abs())
        }
        (Datum::Float(_), Datum::Integer(number)) => is_same(wanted, &Datum::Float(*number as f64)),
        (Datum::String(wanted), Datum::String(found)) => wanted.replace('ς', "σ") == found.replace('ς', "σ"),
        (Datum::Boolean(wanted), Datum::Integer(found)) => i64::from(*wanted) == *found,
        (Datum::Date(wanted), Datum::String(found)) => wanted.to_string() == *found,
        (Datum::Timestamp(wanted), Datum::String(found)) => format!("{}Z", found.replace(' ', "T"))
            .parse()
            .is_ok_and(|found: jiff::Timestamp| found == *wanted),
        _ => wanted == found,
    }
}

/// Whether one engine still differs from the evaluator in one segment, and how.
pub fn still_differs(engine: &mut dyn Runner, case: &Case, name: &str) -> Option<String> {
    let opened = case.open().ok()?;
    let (_, wanted) = opened.expected(case.as_of).into_iter().find(|(known, _)| known == name)?;
    let wanted = wanted?;
    let target = engine.target();
    match select(&opened.session, target, name, case) {
        Ok(sql) => {
            engine.load(&case.tables(target, &opened.session));
            match differs(&wanted, engine.members(&sql)) {
                Answer::Other(what) => Some(format!("{what}\n{sql}")),
                _ => None,
            }
        }
        Err(Refusal::Fault(what)) => Some(what),
        Err(Refusal::Designed) => None,
    }
}

/// Whether an engine's words are about a number that it cannot hold.
pub fn is_overflow(error: &str) -> bool {
    let said = error.to_lowercase().replace('_', " ");
    said.contains("overflow") || said.contains("out of range")
}

impl Tally {
    /// The figures as a page of the documentation shows them.
    pub fn report(&self) -> String {
        let mut text = String::from(
            "| engine | selects compared | members neither none nor all | overflows | refused by design | differences | seconds |\n|---|---|---|---|---|---|---|\n",
        );
        for (target, count) in &self.by_target {
            let share = 100 * count.mixed / count.selects.max(1);
            let _ = writeln!(
                text,
                "| {target} | {} | {share} % | {} | {} | {} | {} |",
                count.selects,
                count.overflows,
                count.refused,
                count.differences,
                count.time.as_secs()
            );
        }
        text
    }
}
