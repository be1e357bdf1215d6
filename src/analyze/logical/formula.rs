//! Formulas: conditions in normal form, each kept once.
//!
//! Negation is gone: a set of values has a complement, and what can't be looked into is kept with its sign. All
//! conditions on one subject that a group joins are one set. Groups are flat, and their parts are in the order of
//! digests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::digest::{Digest, Key};
use crate::check::proof::{Cut, Point, Values};

/// The identity of a formula in a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FormulaId(u32);

/// A condition in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Formula {
    /// True for every row, or false for every row.
    Constant(bool),
    /// A subject has one of these values: some of those it can have, but not all.
    Values(Subject, Values),
    /// A condition that only has its complement: a membership, a sequence, a test of text.
    Opaque { condition: Digest, negated: bool },
    /// All of them, two or more; none is another `All`.
    All(Vec<FormulaId>),
    /// Any of them, two or more; none is another `Any`.
    Any(Vec<FormulaId>),
}

/// What a set of values is about: a value of the row, or how two values compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) value: Digest,
    /// The values that it can have, whatever the catalog declares about them.
    pub(crate) domain: Values,
}

#[derive(Debug, Clone)]
struct Node {
    formula: Formula,
    digest: Digest,
    /// The number of formulas in it, and how deep they are nested.
    size: usize,
    depth: usize,
}

/// The formulas of a build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Formulas {
    nodes: Vec<Node>,
    ids: HashMap<Digest, FormulaId>,
    complements: HashMap<FormulaId, FormulaId>,
}

impl Formulas {
    pub(crate) fn get(&self, id: FormulaId) -> &Formula {
        &self.node(id).formula
    }

    pub(super) fn digest(&self, id: FormulaId) -> Digest {
        self.node(id).digest
    }

    /// The conditions that have to hold, each by itself, for a formula to hold.
    pub(super) fn conditions(&self, id: FormulaId) -> Vec<FormulaId> {
        match self.get(id) {
            Formula::Constant(true) => Vec::new(),
            Formula::All(parts) => parts.clone(),
            _ => vec![id],
        }
    }

    /// The number of formulas in one, and how deep they are nested.
    pub(super) fn extent(&self, id: FormulaId) -> (usize, usize) {
        let node = self.node(id);
        (node.size, node.depth)
    }

    fn node(&self, id: FormulaId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn constant(&mut self, holds: bool) -> FormulaId {
        self.intern(Formula::Constant(holds))
    }

    pub(super) fn opaque(&mut self, condition: Digest) -> FormulaId {
        self.intern(Formula::Opaque { condition, negated: false })
    }

    /// That a subject has one of some values.
    pub(super) fn values(&mut self, subject: Subject, values: &Values) -> FormulaId {
        let possible = values.meet(&subject.domain);
        if possible.is_empty() {
            return self.constant(false);
        }
        if possible == subject.domain {
            return self.constant(true);
        }
        self.intern(Formula::Values(subject, possible))
    }

    /// What is true exactly where a formula is false.
    pub(super) fn not(&mut self, id: FormulaId) -> FormulaId {
        if let Some(&known) = self.complements.get(&id) {
            return known;
        }
        let complement = match self.get(id).clone() {
            Formula::Constant(holds) => self.constant(!holds),
            Formula::Values(subject, values) => self.values(subject, &values.complement()),
            Formula::Opaque { condition, negated } => {
                self.intern(Formula::Opaque { condition, negated: !negated })
            }
            Formula::All(parts) => {
                let parts = parts.into_iter().map(|part| self.not(part)).collect();
                self.any(parts)
            }
            Formula::Any(parts) => {
                let parts = parts.into_iter().map(|part| self.not(part)).collect();
                self.all(parts)
            }
        };
        self.complements.insert(id, complement);
        self.complements.insert(complement, id);
        complement
    }

    pub(super) fn all(&mut self, parts: Vec<FormulaId>) -> FormulaId {
        self.group(parts, true)
    }

    pub(super) fn any(&mut self, parts: Vec<FormulaId>) -> FormulaId {
        self.group(parts, false)
    }

    fn group(&mut self, parts: Vec<FormulaId>, all: bool) -> FormulaId {
        let mut seen: BTreeSet<FormulaId> = BTreeSet::new();
        let mut sets: BTreeMap<Digest, (Subject, Vec<Values>)> = BTreeMap::new();
        for part in self.flat(parts, all) {
            match self.get(part) {
                Formula::Constant(holds) if *holds == all => {}
                Formula::Constant(_) => return part,
                Formula::Values(subject, values) => {
                    let of = sets.entry(subject.value).or_insert_with(|| (subject.clone(), Vec::new()));
                    of.1.push(values.clone());
                }
                Formula::Opaque { .. } | Formula::All(_) | Formula::Any(_) => {
                    seen.insert(part);
                }
            }
        }
        for (_, (subject, sets)) in sets {
            let joined = joined(&sets, all);
            let part = self.values(subject, &joined);
            match self.get(part) {
                Formula::Constant(holds) if *holds == all => {}
                Formula::Constant(_) => return part,
                _ => drop(seen.insert(part)),
            }
        }
        if seen.iter().any(|part| self.complements.get(part).is_some_and(|not| seen.contains(not))) {
            return self.constant(!all);
        }
        // Of `a or (a and b)`, `a` is all.
        let is_more = |part: &FormulaId| match self.get(*part) {
            Formula::All(inner) if !all => inner.iter().any(|part| seen.contains(part)),
            Formula::Any(inner) if all => inner.iter().any(|part| seen.contains(part)),
            _ => false,
        };
        let mut parts: Vec<FormulaId> = seen.iter().copied().filter(|part| !is_more(part)).collect();
        match parts.as_slice() {
            [] => return self.constant(all),
            [only] => return *only,
            _ => parts.sort_by_key(|&part| self.digest(part)),
        }
        self.intern(if all { Formula::All(parts) } else { Formula::Any(parts) })
    }

    /// The parts of a group, with those of groups of its kind in it.
    fn flat(&self, parts: Vec<FormulaId>, all: bool) -> Vec<FormulaId> {
        let inner = |part: FormulaId| match self.get(part) {
            Formula::All(inner) if all => inner.clone(),
            Formula::Any(inner) if !all => inner.clone(),
            _ => vec![part],
        };
        parts.into_iter().flat_map(inner).collect()
    }

    fn intern(&mut self, formula: Formula) -> FormulaId {
        let digest = self.digest_of(&formula);
        if let Some(&known) = self.ids.get(&digest) {
            return known;
        }
        let (size, depth) = match &formula {
            Formula::All(parts) | Formula::Any(parts) => {
                let extents = || parts.iter().map(|&part| self.extent(part));
                let size = extents().fold(1_usize, |sum, (size, _)| sum.saturating_add(size));
                (size, 1 + extents().map(|(_, depth)| depth).max().unwrap_or(0))
            }
            Formula::Constant(_) | Formula::Values(..) | Formula::Opaque { .. } => (1, 1),
        };
        let id = FormulaId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { formula, digest, size, depth });
        self.ids.insert(digest, id);
        id
    }

    fn digest_of(&self, formula: &Formula) -> Digest {
        let of_parts = |kind, parts: &[FormulaId]| {
            let parts: Vec<Digest> = parts.iter().map(|&part| self.digest(part)).collect();
            Key::new(kind).parts(&parts).end()
        };
        match formula {
            Formula::Constant(holds) => Key::new("constant").shown(holds).end(),
            Formula::Values(subject, values) => set(Key::new("values").part(subject.value), values).end(),
            Formula::Opaque { condition, negated } => {
                Key::new(if *negated { "not" } else { "is" }).part(*condition).end()
            }
            Formula::All(parts) => of_parts("all", parts),
            Formula::Any(parts) => of_parts("any", parts),
        }
    }
}

/// The intersection of sets, or their union.
fn joined(sets: &[Values], all: bool) -> Values {
    match sets {
        [only] => only.clone(),
        _ if all => {
            let outside: Vec<Values> = sets.iter().map(Values::complement).collect();
            Values::union(&outside).complement()
        }
        _ => Values::union(sets),
    }
}

fn set(key: Key, values: &Values) -> Key {
    let key = key.shown(values.missing).number(i64::try_from(values.ranges.len()).unwrap_or(i64::MAX));
    values.ranges.iter().fold(key, |key, (from, to)| cut(cut(key, from), to))
}

fn cut(key: Key, cut: &Cut) -> Key {
    match cut {
        Cut::Start => key.text("start"),
        Cut::End => key.text("end"),
        Cut::At(at, after) => point(key.text(if *after { "after" } else { "before" }), at),
    }
}

fn point(key: Key, point: &Point) -> Key {
    match point {
        Point::Number(number) => {
            let (digits, scale) = number.normalized().into_bigint_and_exponent();
            key.text("number").shown(digits).number(scale)
        }
        Point::Text(text) => key.text("text").text(text),
        Point::Day(day) => key.text("day").shown(day),
        Point::Instant(instant) => key.text("instant").shown(instant),
        Point::Version(version) => key.text("version").text(&version.key()),
    }
}
