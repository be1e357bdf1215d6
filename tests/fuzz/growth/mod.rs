//! Cost grows with the size of an input, not with its square: in each family of inputs, one of
//! twice the size may allocate twice as much, and execute twice as many instructions.
//!
//! The allocator counts bytes in every run. valgrind counts instructions, which takes minutes:
//! `SEGC_FUZZ_INSTRUCTIONS=1 cargo test --test fuzz cost_grows -- --nocapture`.

mod families;

use std::io::Write as _;
use std::time::Instant;

use crate::MEMORY;
use crate::child::{Task, say};
use crate::entry::Entry;
use crate::seen::Seen;
use crate::watch;
use families::{FAMILIES, Family};

/// By how much the cost of the last doubling may exceed that of the one before; 2 is linear, 4 is the
/// square, and sorting, hash tables that grow and the like need a little more than 2.
const STEEPEST: f64 = 2.6;

/// Families that are known to cost more than they should: a sum has at most 200 levels.
const KNOWN: &[&str] = &["a long sum"];

/// Doublings of less are noise: a table that grows, a file that is written.
const NOISE: f64 = 1_000_000.0;

/// The part of the process: takes inputs of several sizes through segc and says what each has cost.
pub(crate) fn grown(entry: Entry, family: usize, sizes: &[usize]) {
    let family = &FAMILIES[family];
    // What is made once is made before anything is counted.
    entry.take(family.text(2).as_bytes(), &mut Seen::default());
    for &size in sizes {
        let text = family.text(size);
        let (before, start) = (MEMORY.total_allocated(), Instant::now());
        entry.take(text.as_bytes(), &mut Seen::default());
        let allocated = MEMORY.total_allocated() - before;
        say(&format!("grown {size} {} {allocated} {}", text.len(), start.elapsed().as_millis()));
    }
}

/// What three sizes, each twice the one before, have cost.
struct Costs {
    figures: Vec<f64>,
    /// For people: time in milliseconds, which is different each time.
    times: Vec<f64>,
}

impl Costs {
    /// How much steeper the second doubling is than the first.
    fn steepness(&self) -> f64 {
        match self.figures[..] {
            [one, two, four] if four - two > NOISE => (four - two) / (two - one).max(NOISE / 4.0),
            _ => 0.0,
        }
    }
}

fn sizes(family: &Family) -> [usize; 3] {
    [family.size, 2 * family.size, 4 * family.size]
}

fn allocated(at: usize, family: &Family) -> Result<Costs, String> {
    let task = Task::Grown { family: at, sizes: sizes(family).to_vec() };
    let lines = watch::said(family.entry, &task, &[]).map_err(|finding| finding.said)?;
    let rows: Vec<Vec<f64>> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("grown "))
        .map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect())
        .collect();
    Ok(Costs {
        figures: rows.iter().map(|row| row[2]).collect(),
        times: rows.iter().map(|row| row[3]).collect(),
    })
}

/// Instructions of a process for each size, by valgrind.
fn instructions(at: usize, family: &Family) -> Result<Costs, String> {
    let mut figures = Vec::new();
    for size in sizes(family) {
        let task = Task::Grown { family: at, sizes: vec![size] };
        let valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1"];
        let lines = watch::said(family.entry, &task, &valgrind).map_err(|finding| finding.said)?;
        let counted = lines.iter().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        figures.push(counted.ok_or_else(|| "valgrind counted nothing".to_owned())?);
    }
    Ok(Costs { figures, times: Vec::new() })
}

#[test]
fn cost_grows_with_the_size_of_the_input() {
    let count = if std::env::var_os("SEGC_FUZZ_INSTRUCTIONS").is_some() { instructions } else { allocated };
    let only = std::env::var("SEGC_FUZZ_FAMILY").ok();
    let chosen: Vec<(usize, &Family)> = FAMILIES
        .iter()
        .enumerate()
        .filter(|(_, family)| only.as_ref().is_none_or(|only| family.name.contains(only.as_str())))
        .collect();
    let steep = watch::in_parallel(&chosen, |&(at, family)| {
        let (line, is_steep) = match count(at, family) {
            Ok(cost) => {
                let (figures, times, steepness) = (&cost.figures, &cost.times, cost.steepness());
                (format!("{figures:?}, {steepness:.2}, {times:?} ms"), steepness > STEEPEST)
            }
            Err(said) => (said, true),
        };
        let line = format!("{} ({}, {:?}): {line}", family.name, family.entry.name(), sizes(family));
        let _ = writeln!(std::io::stderr(), "{line}");
        (is_steep && !KNOWN.contains(&family.name)).then_some(line)
    });
    let steep: Vec<String> = steep.into_iter().flatten().collect();
    assert!(steep.is_empty(), "cost grows faster than the input:\n{}", steep.join("\n"));
}

/// The measure tells the square from a straight line.
#[test]
fn steepness_is_two_for_linear_and_four_for_quadratic_growth() {
    let of = |cost: fn(f64) -> f64| {
        let figures = [1e3, 2e3, 4e3].map(cost).to_vec();
        Costs { figures, times: Vec::new() }.steepness()
    };
    assert!((of(|size| 1e6 + 5e3 * size) - 2.0).abs() < 0.01);
    assert!((of(|size| 1e6 + 10.0 * size * size) - 4.0).abs() < 0.01);
    assert!(of(|size| 5e3 * size * size.log2()) < STEEPEST);
    assert!(of(|size| 3e3 * size * size.sqrt()) > STEEPEST);
}
