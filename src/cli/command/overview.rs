//! How segments are stored and refreshed: one line per segment, or per kind of segment.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::api::{Asked, Build};
use crate::check::hir::Materialize;
use crate::cli::table::Table;
use crate::plan::program::Group;
use crate::plan::{Refresh, SegmentPlan};

/// A reason that at least this many segments share is written once, below the table.
const SHARED: usize = 3;

/// The maximum number of kinds shown, the most frequent first.
const KINDS: usize = 20;

/// How a segment is stored and refreshed, and why nothing cheaper is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    name: String,
    kind: RowKind,
    /// The number of further reasons.
    more: usize,
}

/// What many segments have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RowKind {
    materialize: &'static str,
    refresh: &'static str,
    why: String,
    /// Whether the reason prevents a cheaper refresh.
    is_obstacle: bool,
}

impl Row {
    pub(super) fn of(segment: &SegmentPlan) -> Self {
        let (refresh, why, is_obstacle) = match (segment.materialize, &segment.refresh.strategy) {
            (Materialize::View | Materialize::Inline, _) => ("-", String::new(), false),
            (Materialize::Table | Materialize::Incremental, Refresh::InsertOnly) => {
                ("insert only", "members never leave".to_owned(), false)
            }
            (Materialize::Table | Materialize::Incremental, Refresh::InsertDelete) => {
                ("insert and delete", String::new(), false)
            }
            (Materialize::Table, Refresh::Rebuild { .. }) => ("rebuild", String::new(), false),
            (Materialize::Incremental, Refresh::Rebuild { reason, remedy }) => {
                let remedy = remedy.as_ref().map(|remedy| format!(": {remedy}")).unwrap_or_default();
                ("rebuild", format!("{reason}{remedy}"), true)
            }
        };
        let more = if is_obstacle { segment.refresh.obstacles.len().saturating_sub(1) } else { 0 };
        let kind = RowKind { materialize: segment.materialize.name(), refresh, why, is_obstacle };
        Self { name: segment.name.clone(), kind, more }
    }
}

/// Writes one line per segment. Reasons shared by many are written once.
pub(super) fn list(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let shared = shared(rows);
    let mut table = Table::new(["SEGMENT", "MATERIALIZE", "REFRESH", "WHY"]);
    for Row { name, kind, more } in rows {
        let more = if *more == 0 { String::new() } else { format!(" (+{more} more: segc plan {name})") };
        let why = match shared.iter().position(|why| **why == kind.why) {
            Some(at) if kind.is_obstacle => format!("[{}]", at + 1),
            _ => kind.why.clone(),
        };
        let why = format!("{why}{more}");
        table.row([name.as_str(), kind.materialize, kind.refresh, why.as_str()]);
    }
    table.write(out)?;
    if !shared.is_empty() {
        writeln!(out)?;
    }
    for (number, why) in (1..).zip(shared) {
        writeln!(out, "[{number}] {why}")?;
    }
    Ok(())
}

/// Writes what the segments of a refresh share, and how many statements and scans each build has.
pub(super) fn builds([create, refresh]: &[Build; 2], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let mut table = Table::new(["LEVEL", "ENTITY", "SEGMENTS", "IN A REFRESH"]).right(&[0, 2]);
    for group in &refresh.groups {
        let Group { level, entity, segments, .. } = group;
        table.row([
            level.to_string(),
            entity.clone(),
            segments.len().to_string(),
            group.evaluation.described(group.segments.len()),
        ]);
    }
    table.write(out)?;
    let numbers = |Build { statements, scans, .. }: &Build| {
        format!("{statements} statements, which read source tables {scans} times")
    };
    writeln!(out, "\nA create is {};", numbers(create))?;
    writeln!(out, "a refresh is {}.", numbers(refresh))
}

/// The most entities whose scans are counted in words.
const ENTITIES: usize = 5;

/// Writes how many measures segments ask for, and of what.
pub(super) fn asked(segments: usize, asked: &Asked, out: &mut dyn Write) -> io::Result<()> {
    let Asked { measures, distinct, scans } = asked;
    if scans.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    scans.iter().for_each(|scan| *counts.entry(&scan.reads).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let more = counts.len().saturating_sub(ENTITIES);
    let shown = counts.iter().take(ENTITIES).map(|(entity, count)| format!("{count} of {entity}"));
    let more = (more > 0).then(|| format!("{more} more entities"));
    let shown: Vec<String> = shown.chain(more).collect();
    let of = match counts.as_slice() {
        [(entity, _)] => format!(" of {entity}"),
        _ => format!(": {}", shown.join(", ")),
    };
    let different = if measures == distinct { String::new() } else { format!(", {distinct} different") };
    writeln!(
        out,
        "\n{} for {}{different}, from {}{of}.",
        if segments == 1 { "1 segment asks".to_owned() } else { format!("{segments} segments ask") },
        plural(*measures, "measure"),
        plural(scans.len(), "scan"),
    )
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The reasons shared by many segments, in the order of their first occurrence.
fn shared(rows: &[Row]) -> Vec<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let obstacles = || rows.iter().filter(|row| row.kind.is_obstacle).map(|row| row.kind.why.as_str());
    obstacles().for_each(|why| *counts.entry(why).or_default() += 1);
    obstacles().filter(|why| counts.remove(why).is_some_and(|count| count >= SHARED)).collect()
}

/// Writes the number of segments of each kind.
pub(super) fn count(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&RowKind, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(&row.kind).or_default() += 1);
    let mut kinds: Vec<(&RowKind, usize)> = counts.into_iter().collect();
    kinds.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let mut table = Table::new(["SEGMENTS", "MATERIALIZE", "REFRESH", "WHY"]).right(&[0]);
    for (kind, count) in kinds.iter().take(KINDS) {
        let count = count.to_string();
        table.row([count.as_str(), kind.materialize, kind.refresh, kind.why.as_str()]);
    }
    table.write(out)?;
    if let Some(more) = kinds.len().checked_sub(KINDS).filter(|more| *more > 0) {
        writeln!(out, "{more} more kinds")?;
    }
    writeln!(out, "\n`segc plan` has a line for each segment, manifest.json everything")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize, why: &str, more: usize) -> Row {
        let is_obstacle = !why.is_empty();
        let refresh = if is_obstacle { "rebuild" } else { "insert and delete" };
        let kind = RowKind { materialize: "incremental", refresh, why: why.to_owned(), is_obstacle };
        Row { name: format!("s{number}"), kind, more }
    }

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("a vector takes all");
        String::from_utf8(out).expect("text is UTF-8")
    }

    #[test]
    fn a_reason_shared_by_three_segments_is_written_once() {
        let rows =
            [row(1, "rare", 0), row(2, "often", 2), row(3, "", 0), row(4, "often", 0), row(5, "often", 0)];
        assert_eq!(
            text(|out| list(&rows, out)),
            "SEGMENT  MATERIALIZE  REFRESH            WHY\n\
             s1       incremental  rebuild            rare\n\
             s2       incremental  rebuild            [1] (+2 more: segc plan s2)\n\
             s3       incremental  insert and delete\n\
             s4       incremental  rebuild            [1]\n\
             s5       incremental  rebuild            [1]\n\
             \n\
             [1] often\n"
        );
        assert!(!text(|out| list(&rows[..2], out)).contains('['));
    }

    #[test]
    fn kinds_are_counted_the_most_frequent_first() {
        let many = (0..60).map(|number| row(number, if number % 3 == 0 { "because" } else { "" }, number));
        let text_of = text(|out| count(&many.collect::<Vec<_>>(), out));
        let lines: Vec<&str> = text_of.lines().collect();
        assert_eq!(lines[1].trim_start(), "40  incremental  insert and delete");
        assert_eq!(lines[2].trim_start(), "20  incremental  rebuild            because");
        assert_eq!(lines.len(), 5, "{text_of}");
        let unlike: Vec<Row> = (0..60).map(|number| row(number, &format!("reason {number}"), 0)).collect();
        let text = text(|out| count(&unlike, out));
        assert!(text.contains("40 more kinds\n") && text.lines().count() == 24, "{text}");
    }
}
