//! The members that segments have in common, as a picture in which each cell is a number.

use askama::Template;

use super::facts::{Facts, Link, SegmentFacts};
use super::html;
use super::measured::Overlap;
use super::shell::{self, Shell};

#[derive(Template)]
#[template(path = "overlap.html")]
pub(super) struct Page {
    shell: Shell,
    basis: String,
    matrices: Vec<Matrix>,
}

struct Matrix {
    entity: Link,
    columns: Vec<Link>,
    rows: Vec<MatrixRow>,
    left_out: usize,
}

struct MatrixRow {
    link: Link,
    members: String,
    cells: Vec<Cell>,
}

struct Cell {
    is_own: bool,
    common: String,
    /// The common members among those of either segment.
    percent: String,
    /// One of eleven shades.
    shade: u64,
    /// The cell in a sentence.
    said: String,
}

/// A segment that has members in common with another.
pub(super) struct Neighbour {
    pub(super) link: Link,
    pub(super) common: String,
    /// How much of this segment is in the other.
    pub(super) inside: String,
    pub(super) width: String,
    pub(super) similarity: String,
}

/// How many segments with common members a segment's page lists.
const LISTED: usize = 8;

impl Page {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let overlaps = facts.measured().into_iter().flat_map(|measured| &measured.overlaps);
        let matrices = overlaps.map(|(entity, overlap)| matrix(facts, entity, overlap));
        Self {
            shell: facts.shell("Overlap", "overlap", false),
            basis: facts.measured().map(shell::basis).unwrap_or_default(),
            matrices: matrices.collect(),
        }
    }
}

fn at(overlap: &Overlap, row: usize, column: usize) -> u64 {
    overlap.common.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
}

/// The common members of two segments, and the members of either.
fn pair(overlap: &Overlap, row: usize, column: usize) -> (u64, u64) {
    let common = at(overlap, row, column);
    (common, at(overlap, row, row) + at(overlap, column, column) - common)
}

fn matrix(facts: &Facts<'_>, entity: &str, overlap: &Overlap) -> Matrix {
    let links: Vec<Link> = overlap.segments.iter().map(|name| facts.link(name)).collect();
    let row = |(row, link): (usize, &Link)| {
        let cell = |column: usize| {
            let (common, either) = pair(overlap, row, column);
            let similarity = html::percent(common, either);
            let name = |at: usize| links.get(at).map(|link| link.name.as_str()).unwrap_or_default();
            Cell {
                is_own: row == column,
                common: html::number(common),
                shade: if either == 0 { 0 } else { (common * 10).div_ceil(either) },
                said: format!(
                    "{} and {}: {} in common, {similarity} of either",
                    name(row),
                    name(column),
                    html::number(common)
                ),
                percent: similarity,
            }
        };
        MatrixRow {
            link: link.clone(),
            members: html::number(at(overlap, row, row)),
            cells: (0..links.len()).map(cell).collect(),
        }
    };
    Matrix {
        entity: facts.entity_link(entity),
        rows: links.iter().enumerate().map(row).collect(),
        left_out: overlap.left_out,
        columns: links,
    }
}

/// The segments that have the most members in common with one, the most similar first.
pub(super) fn neighbours(facts: &Facts<'_>, one: &SegmentFacts) -> Vec<Neighbour> {
    let overlap = facts.measured().and_then(|measured| measured.overlaps.get(&one.entry.entity));
    let place = overlap.and_then(|overlap| {
        overlap.segments.iter().position(|name| *name == one.entry.name).map(|place| (overlap, place))
    });
    let Some((overlap, place)) = place else { return Vec::new() };
    let others = (0..overlap.segments.len()).filter(|&other| other != place);
    let mut pairs: Vec<(u64, u64, usize)> = others
        .map(|other| {
            let (common, either) = pair(overlap, place, other);
            (common, either, other)
        })
        .filter(|(common, _, _)| *common > 0)
        .collect();
    // By the common members among those of either, without fractions.
    pairs.sort_by(|(common, either, at), (other_common, other_either, other_at)| {
        let (left, right) = (
            u128::from(*common) * u128::from(*other_either),
            u128::from(*other_common) * u128::from(*either),
        );
        right.cmp(&left).then(at.cmp(other_at))
    });
    let own = at(overlap, place, place);
    let neighbour = |&(common, either, other): &(u64, u64, usize)| {
        let link = facts.link(overlap.segments.get(other)?);
        Some(Neighbour {
            link,
            common: html::number(common),
            inside: html::percent(common, own),
            width: html::width(common, own),
            similarity: html::percent(common, either),
        })
    };
    pairs.iter().take(LISTED).filter_map(neighbour).collect()
}
