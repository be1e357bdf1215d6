//! How many members segments have in common.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::preview::problems::{SeveralEntities, WrongNumber};
use super::preview::{ask, share, strange};
use super::session::{Options, Session};
use super::why::{instant, numbers, render};
use crate::check::hir::{Cond, Segment, SegmentId};
use crate::check::tree::member_of;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine, Table};
use crate::plan::{self, About};

/// The most segments whose combinations are listed; of more, only pairs are counted.
pub const MOST_COMBINED: usize = 8;

/// The most segments that are compared. Each pair is a column, and engines limit how many these are.
const MOST: usize = 50;

/// How many members segments of one entity have in common.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// The name of the entity.
    pub entity: String,
    /// The instant as of which the segments are evaluated.
    pub as_of: String,
    /// How many rows the entity has.
    pub rows: u64,
    /// The segments, in the order of their names.
    pub segments: Vec<OverlapSegment>,
    /// How many are in some segments and in none of the others, for each combination that anyone is in, the largest
    /// first; null if there are more than 8 segments.
    pub combinations: Option<Vec<OverlapCombination>>,
    /// Each pair of segments.
    pub pairs: Vec<OverlapPair>,
}

/// A segment that is compared.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapSegment {
    /// The name of the segment.
    pub segment: String,
    /// How many members it has.
    pub members: u64,
    /// The share of the entity's rows, from 0 to 1; null if there are no rows.
    pub share: Option<f64>,
}

/// The entities that are in exactly some of the segments.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapCombination {
    /// The segments that they are in; empty for those who are in none.
    pub segments: Vec<String>,
    /// How many are in these and in none of the others.
    pub only: u64,
    /// How many are in all of these, whatever else they are in.
    pub all: u64,
    /// The share that is in these only, of the entity's rows, from 0 to 1.
    pub share: Option<f64>,
}

/// Two segments.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapPair {
    /// The first segment.
    pub first: String,
    /// The second segment.
    pub second: String,
    /// How many are members of both.
    pub both: u64,
    /// How many are members of one or both.
    pub either: u64,
    /// Jaccard's index: both as a share of either, from 0 to 1; null if nobody is in either.
    pub jaccard: Option<f64>,
    /// The share of the first's members who are in the second; null if the first has none.
    pub first_in_second: Option<f64>,
    /// The share of the second's members who are in the first; null if the second has none.
    pub second_in_first: Option<f64>,
}

/// What a database has counted.
struct Counts {
    as_of: jiff::Timestamp,
    rows: u64,
    /// How many are in each segment, and in both of each pair, the first of which comes first.
    both: BTreeMap<(usize, usize), u64>,
    /// How many are in exactly these segments, if that was counted: a bit for each.
    exactly: Option<BTreeMap<u32, u64>>,
}

impl Session {
    /// Counts the members that segments of one entity have in common, in one query. What is counted is who
    /// matches: members that only `expire` retains aren't among them.
    ///
    /// # Errors
    ///
    /// Reports segments of several entities, too few or too many of them, and what the target, the policy or the
    /// engine rejects.
    pub fn overlap(
        &self,
        segments: &[SegmentId],
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Overlap, Diagnostics> {
        self.comparable(segments)?;
        let counts = self.counted(segments, target, options, engine)?;
        let name = |at: usize| self.hir().segment(segments[at]).name.clone();
        let size = |at: usize| counts.both.get(&(at, at)).copied().unwrap_or_default();
        let sizes = (0..segments.len()).map(|at| OverlapSegment {
            segment: name(at),
            members: size(at),
            share: share(size(at), counts.rows),
        });
        let pairs = counts.both.iter().filter(|((first, second), _)| first != second);
        let pairs = pairs.map(|(&(first, second), &both)| {
            let either = (size(first) + size(second)).saturating_sub(both);
            OverlapPair {
                first: name(first),
                second: name(second),
                both,
                either,
                jaccard: share(both, either),
                first_in_second: share(both, size(first)),
                second_in_first: share(both, size(second)),
            }
        });
        Ok(Overlap {
            entity: self.entity_of(segments[0]).name.clone(),
            as_of: counts.as_of.to_string(),
            rows: counts.rows,
            segments: sizes.collect(),
            pairs: pairs.collect(),
            combinations: counts.exactly.as_ref().map(|exactly| combinations(exactly, counts.rows, &name)),
        })
    }

    /// Whether segments can be compared.
    ///
    /// # Errors
    ///
    /// Reports segments of several entities, and too few or too many of them.
    pub fn comparable(&self, segments: &[SegmentId]) -> Result<(), Diagnostics> {
        if !(2..=MOST).contains(&segments.len()) {
            let given = segments.len();
            return Err(vec![WrongNumber { span: None, given, most: MOST }.into()].into());
        }
        let mut found: Vec<(String, String)> = Vec::new();
        for &id in segments {
            let entity = &self.entity_of(id).name;
            if !found.iter().any(|(_, known)| known == entity) {
                found.push((self.hir().segment(id).name.clone(), entity.clone()));
            }
        }
        match found.len() {
            0 | 1 => Ok(()),
            _ => Err(vec![SeveralEntities { span: None, segments: found }.into()].into()),
        }
    }

    /// Asks who is in which segments, which are evaluated each as a whole.
    fn counted(
        &self,
        segments: &[SegmentId],
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Counts, Diagnostics> {
        let mut hir = self.hir().clone();
        let mut whole = Vec::new();
        for &id in segments {
            // Others find the members of such a segment in its table, so a copy is what matches.
            let segment = self.hir().segment(id);
            if segment.properties.expire.is_none() {
                whole.push(id);
                continue;
            }
            let copy = Segment { id: hir.next_id(), ..segment.clone() };
            whole.push(copy.id);
            hir.segments.push(copy);
        }
        let member = |&id: &SegmentId| {
            let segment = hir.segment(id);
            member_of(segment.entity, id, segment.name_span)
        };
        let members: Vec<Cond> = whole.iter().map(member).collect();
        let conds: Vec<&Cond> = members.iter().collect();
        let about = About { hir: &hir, segments, whole: &whole, conds: &conds };
        if segments.len() <= MOST_COMBINED {
            let sql = render(self, segments, target, options, |request| plan::combinations(request, &about))?;
            if let Some(counts) = of_combinations(&ask(engine, &sql)?, segments.len())? {
                return Ok(counts);
            }
        }
        let pairs = pairs(segments.len());
        let steps: Vec<Vec<usize>> = pairs.iter().map(|&(first, second)| vec![first, second]).collect();
        let sql =
            render(self, segments, target, options, |request| plan::attrition(request, &about, &steps))?;
        let (as_of, found) = numbers(&ask(engine, &sql)?)?;
        let (Some(&rows), Some(found)) = (found.first(), found.get(1..)) else {
            return Err(strange("it has no counts"));
        };
        let both = pairs.into_iter().zip(found.iter().copied()).collect();
        // Of an entity without rows there is no combination.
        let exactly = (segments.len() <= MOST_COMBINED).then(BTreeMap::new);
        Ok(Counts { as_of, rows, both, exactly })
    }
}

/// Every segment with itself and with each one after it.
fn pairs(segments: usize) -> Vec<(usize, usize)> {
    (0..segments).flat_map(|first| (first..segments).map(move |second| (first, second))).collect()
}

/// Adds up combinations; `None` if there is none, so that there is no instant either.
fn of_combinations(table: &Table, segments: usize) -> Result<Option<Counts>, Diagnostics> {
    let mut exactly: BTreeMap<u32, u64> = BTreeMap::new();
    let mut as_of = None;
    for row in &table.rows {
        let [at, held @ .., number] = &row[..] else { return Err(strange("columns are missing")) };
        if held.len() != segments {
            return Err(strange("columns are missing"));
        }
        as_of = Some(instant(at)?);
        let mut bits = 0;
        for (place, cell) in held.iter().enumerate() {
            match cell {
                Cell::Bool(holds) => bits |= u32::from(*holds) << place,
                other => return Err(strange(&format!("a condition is `{other}`"))),
            }
        }
        let number = number.to_string();
        let number: u64 = number.parse().map_err(|_| strange(&format!("a count is `{number}`")))?;
        *exactly.entry(bits).or_default() += number;
    }
    let Some(as_of) = as_of else { return Ok(None) };
    let of = |bits: u32| {
        exactly.iter().filter(|&(in_all, _)| in_all & bits == bits).map(|(_, number)| number).sum()
    };
    let both =
        pairs(segments).into_iter().map(|(first, second)| ((first, second), of(1 << first | 1 << second)));
    Ok(Some(Counts { as_of, rows: of(0), both: both.collect(), exactly: Some(exactly) }))
}

/// The combinations that anyone is in, the largest first.
fn combinations(
    exactly: &BTreeMap<u32, u64>,
    rows: u64,
    name: &impl Fn(usize) -> String,
) -> Vec<OverlapCombination> {
    let combination = |(&bits, &only): (&u32, &u64)| OverlapCombination {
        segments: (0..MOST_COMBINED).filter(|at| bits & 1 << at != 0).map(name).collect(),
        only,
        all: exactly.iter().filter(|&(in_all, _)| in_all & bits == bits).map(|(_, number)| number).sum(),
        share: share(only, rows),
    };
    let mut found: Vec<_> = exactly.iter().map(combination).collect();
    found.sort_by(|one, other| other.only.cmp(&one.only).then_with(|| one.segments.cmp(&other.segments)));
    found
}
