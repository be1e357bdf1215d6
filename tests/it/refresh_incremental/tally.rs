//! What a run of the test has covered: how segments were refreshed, which members entered and left,
//! and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use segc::plan::Plan;

use crate::refresh_incremental::case::Case;
use crate::refresh_incremental::lab::{Strategy, is_incremental, strategy};
use crate::refresh_incremental::oracle::Expected;

/// How much a construct was refreshed.
#[derive(Default, Clone, Copy, Debug)]
pub struct Use {
    /// Refreshes of segments that have it, and those by less than everything.
    pub refreshed: usize,
    pub incremental: usize,
    /// Keys that entered or left by the clock alone, in those.
    pub by_clock: usize,
    /// Keys that entered or left because rows changed.
    pub by_rows: usize,
}

#[derive(Default)]
pub struct Tally {
    pub cases: usize,
    pub runs: usize,
    pub strategies: BTreeMap<Strategy, usize>,
    /// Refreshes that asked for create, rightly.
    pub refused: usize,
    /// Cases in which an engine met a number beyond its type.
    pub overflows: usize,
    /// Keys that refreshes by keys evaluated, a number for each.
    pub affected: Vec<usize>,
    pub entered: usize,
    pub left: usize,
    pub stayed: usize,
    /// Refreshes by less than everything that changed nothing, something.
    pub quiet: usize,
    pub moved: usize,
    /// Refreshes by inserts alone that someone entered by.
    pub grown: usize,
    pub tags: BTreeMap<&'static str, Use>,
    /// In how many refreshes of a segment a wrong rule would have left wrong members.
    pub telling: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts a run that was as it had to be.
    pub fn ran(&mut self, case: &Case, run: usize, plan: &Plan, expected: &Expected) {
        self.runs += 1;
        let Some(before) = run.checked_sub(1) else { return };
        for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
            *self.strategies.entry(strategy(segment)).or_default() += 1;
            let of = |run: usize| {
                expected[run]
                    .get(&segment.name)
                    .map(crate::refresh_incremental::oracle::Table::keys)
                    .unwrap_or_default()
            };
            let (old, new) = (of(before), of(run));
            let (entered, left) = (new.difference(&old).count(), old.difference(&new).count());
            self.entered += entered;
            self.left += left;
            self.grown += usize::from(strategy(segment) == Strategy::Insert && entered > 0);
            self.stayed += new.intersection(&old).count();
            if is_incremental(segment) {
                *(if entered + left > 0 { &mut self.moved } else { &mut self.quiet }) += 1;
            }
            let item = case.config(run).items.iter().find(|item| item.name == segment.name);
            for tag in item.iter().flat_map(|item| &item.tags) {
                let used = self.tags.entry(tag).or_default();
                used.refreshed += 1;
                used.incremental += usize::from(is_incremental(segment));
            }
        }
    }

    /// Adds what one case proved.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.runs += other.runs;
        for (strategy, count) in other.strategies {
            *self.strategies.entry(strategy).or_default() += count;
        }
        self.refused += other.refused;
        self.overflows += other.overflows;
        self.affected.extend(other.affected);
        self.entered += other.entered;
        self.left += other.left;
        self.stayed += other.stayed;
        self.quiet += other.quiet;
        self.moved += other.moved;
        self.grown += other.grown;
        for (tag, used) in other.tags {
            let known = self.tags.entry(tag).or_default();
            known.refreshed += used.refreshed;
            known.incremental += used.incremental;
            known.by_clock += used.by_clock;
            known.by_rows += used.by_rows;
        }
        for (rule, count) in other.telling {
            *self.telling.entry(rule).or_default() += count;
        }
    }

    /// What too little was proved of. Where segments are refreshed by keys, half of all have to
    /// be, and of many cases each construct and each wrong rule has to show.
    pub fn lacks(&self, by_keys: bool, soft: bool) -> Vec<String> {
        let mut lacks = Vec::new();
        let mut least = |what: &str, found: usize, least: usize| {
            if found < least {
                lacks.push(format!("{what}: {found}, not {least}"));
            }
        };
        let cases = self.cases;
        least("keys that entered", self.entered, cases);
        least("keys that left", self.left, cases);
        least("keys that stayed", self.stayed, cases * 10);
        least("keys that the clock moved", self.tags.values().map(|used| used.by_clock).sum(), cases);
        least("keys that rows moved", self.tags.values().map(|used| used.by_rows).sum(), cases);
        let arrivals = self.telling.get("R1: no arrivals at all").copied().unwrap_or_default();
        least("refreshes that arrivals decide", arrivals, cases / 2);
        if by_keys {
            let lists = self.tags.get("list").map_or(0, |used| used.refreshed);
            let refreshed = self.strategies.values().sum::<usize>() - lists;
            let incremental = self.quiet + self.moved;
            least("refreshes by less than everything", incremental, refreshed / 2);
            least("those that changed something", self.moved, cases / 2);
            least("sets of affected keys", self.affected.len(), refreshed / 3);
            let few = self.affected.iter().filter(|&&count| count <= 4).count();
            least("sets of few affected keys", few, self.affected.len() / 5);
        }
        if cases >= 1_000 {
            for (tag, used) in &self.tags {
                least(tag, if by_keys { used.incremental } else { used.refreshed }, cases / 50);
            }
            for (rule, count) in self.telling.iter().filter(|(rule, _)| soft || !rule.contains("updated_at"))
            {
                least(rule, *count, 3);
            }
        }
        lacks
    }

    /// Constructs that were never refreshed by less than everything, and wrong rules that never showed. A list is
    /// always compared as a whole.
    pub fn unseen(&self) -> Vec<&'static str> {
        let is_unseen = |(tag, used): &(&&'static str, &Use)| used.incremental == 0 && **tag != "list";
        let constructs = self.tags.iter().filter(is_unseen).map(|(tag, _)| *tag);
        let rules = self.telling.iter().filter(|(_, count)| **count == 0).map(|(rule, _)| *rule);
        constructs.chain(rules).collect()
    }

    pub fn report(&self) -> String {
        let Self { cases, runs, refused, overflows, .. } = self;
        let mut text = format!("{cases} cases, {runs} runs, {refused} refused, {overflows} overflowed\n");
        let _ = writeln!(text, "  how tables were refreshed: {:?}", self.strategies);
        let _ = writeln!(
            text,
            "  keys: {} entered, {} left, {} stayed; incremental refreshes: {} changed something, {} nothing; {} grew by inserts",
            self.entered, self.left, self.stayed, self.moved, self.quiet, self.grown
        );
        if !self.affected.is_empty() {
            let all: usize = self.affected.iter().sum();
            let none = self.affected.iter().filter(|&&count| count == 0).count();
            let _ =
                writeln!(text, "  {} sets of affected keys, {none} empty, {all} keys", self.affected.len());
        }
        text.push_str("  construct: refreshed (incremental), keys moved by the clock and by rows\n");
        for (tag, used) in &self.tags {
            let Use { refreshed, incremental, by_clock, by_rows } = used;
            let _ = writeln!(text, "    {tag:24} {refreshed:6} ({incremental:6}) {by_clock:6} {by_rows:6}");
        }
        text.push_str("  rules that would have left wrong members: in how many refreshes\n");
        for (rule, count) in &self.telling {
            let _ = writeln!(text, "    {rule:40} {count:6}");
        }
        text
    }
}
