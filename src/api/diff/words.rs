//! Two descriptions of a segment as one, with marks.

use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

use super::Effect;
use crate::describe::Part;

/// Where a clause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClauseMark {
    /// In both versions.
    Kept,
    /// Only in the earlier one.
    Removed,
    /// Only in the later one.
    Added,
}

/// A clause of a segment in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// In how many others it is.
    pub depth: usize,
    /// Where it stands.
    pub mark: ClauseMark,
    /// What it says.
    pub text: String,
    /// What this clause by itself does in the place of the one before it, where that is proved.
    pub effect: Option<Effect>,
}

/// How alike two clauses have to be to count as one that was changed, from 0 to 1.
const ALIKE: f32 = 0.6;

/// The most clauses of a group that are compared pair by pair.
const MOST_PAIRED: usize = 64;

/// Compares two groups of clauses.
pub(super) struct Words<'a> {
    /// What it means that the second says something in the place of the first, if that is known.
    pub(super) effect: &'a dyn Fn(&Part, &Part) -> Option<Effect>,
    pub(super) clauses: Vec<Clause>,
}

impl Words<'_> {
    /// All of a clause, with one mark.
    pub(super) fn whole(&mut self, part: &Part, depth: usize, mark: ClauseMark) {
        self.push(&part.text, depth, mark, None);
        part.parts.iter().for_each(|inner| self.whole(inner, depth + 1, mark));
    }

    /// One clause in the place of another: what has changed in it, and what that is in.
    pub(super) fn both(&mut self, before: &Part, after: &Part, depth: usize) {
        if before.text == after.text {
            self.push(&after.text, depth, ClauseMark::Kept, None);
        } else {
            self.push(&before.text, depth, ClauseMark::Removed, None);
            if before.parts.is_empty() != after.parts.is_empty() {
                before.parts.iter().for_each(|part| self.whole(part, depth + 1, ClauseMark::Removed));
                self.whole(after, depth, ClauseMark::Added);
                return;
            }
            self.push(&after.text, depth, ClauseMark::Added, (self.effect)(before, after));
        }
        self.groups(&before.parts, &after.parts, depth + 1);
    }

    fn groups(&mut self, before: &[Part], after: &[Part], depth: usize) {
        let mut gone: Vec<&Part> = Vec::new();
        let mut new: Vec<&Part> = after.iter().collect();
        for part in before {
            match new.iter().position(|known| is_same(known, part)) {
                Some(at) => drop(new.remove(at)),
                None => gone.push(part),
            }
        }
        for (part, now) in paired(&gone, &new) {
            match now {
                Some(now) => self.both(part, now, depth),
                None => self.whole(part, depth, ClauseMark::Removed),
            }
            new.retain(|one| now.is_none_or(|now| !std::ptr::eq(*one, now)));
        }
        new.into_iter().for_each(|part| self.whole(part, depth, ClauseMark::Added));
    }

    fn push(&mut self, text: &str, depth: usize, mark: ClauseMark, effect: Option<Effect>) {
        self.clauses.push(Clause { depth, mark, text: text.to_owned(), effect });
    }
}

/// Each clause that is gone, with the new one that is most like it, if any is like it.
fn paired<'p>(gone: &[&'p Part], new: &[&'p Part]) -> Vec<(&'p Part, Option<&'p Part>)> {
    let mut found: Vec<(usize, usize, f32)> = Vec::new();
    if gone.len() <= MOST_PAIRED && new.len() <= MOST_PAIRED {
        for (at, before) in gone.iter().enumerate() {
            let alike = new.iter().enumerate().map(|(to, after)| (at, to, likeness(before, after)));
            found.extend(alike.filter(|(_, _, alike)| *alike >= ALIKE));
        }
    }
    found.sort_by(|(a, b, one), (c, d, other)| other.total_cmp(one).then((a, b).cmp(&(c, d))));
    let mut pairs: Vec<Option<usize>> = vec![None; gone.len()];
    for (at, to, _) in found {
        if pairs[at].is_none() && !pairs.contains(&Some(to)) {
            pairs[at] = Some(to);
        }
    }
    gone.iter().zip(pairs).map(|(part, to)| (*part, to.map(|to| new[to]))).collect()
}

/// How alike two clauses are: by what they are about where they are groups, and otherwise by their words.
fn likeness(before: &Part, after: &Part) -> f32 {
    match (before.parts.is_empty(), after.parts.is_empty()) {
        (true, true) => TextDiff::from_words(&before.text, &after.text).ratio(),
        (false, false) => {
            let all = before.parts.len().max(after.parts.len());
            let shared = before
                .parts
                .iter()
                .filter(|part| after.parts.iter().any(|other| is_same(part, other)))
                .count();
            let header = if before.text == after.text { ALIKE } else { 0.0 };
            #[expect(clippy::cast_precision_loss, reason = "a share of a few")]
            let share = shared as f32 / all.max(1) as f32;
            header.max(share + 0.1)
        }
        _ => 0.0,
    }
}

/// Whether two clauses say the same, wherever they are written.
fn is_same(one: &Part, other: &Part) -> bool {
    one.text == other.text
        && one.parts.len() == other.parts.len()
        && one.parts.iter().zip(&other.parts).all(|(one, other)| is_same(one, other))
}
