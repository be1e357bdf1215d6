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

fn matrix(facts: &Facts<'_>, entity: &str, overlap: &Overlap) -> Matrix {
    let links: Vec<Link> = overlap.segments.iter().map(|name| facts.link(name)).collect();
    let row = |(row, link): (usize, &Link)| {
        let cell = |column: usize| {
            let (common, either) = overlap.pair(row, column);
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
            members: html::number(overlap.at(row, row)),
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
            let (common, either) = overlap.pair(place, other);
            (common, either, other)
        })
        .filter(|(common, _, _)| *common > 0)
        .collect();
    pairs.sort_by(|one, other| {
        Overlap::more_alike((other.0, other.1), (one.0, one.1)).then(one.2.cmp(&other.2))
    });
    let own = overlap.at(place, place);
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
