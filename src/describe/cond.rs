//! Conditions that consist of others: as a tree, or on one line.

use super::{Part, Phrase, Scope, Speaker};
use crate::check::hir::{Cond, CondKind, ValueKind};
use crate::check::words::cond_span;

/// A condition with its negations moved inwards.
enum Shape<'a> {
    All(Vec<Signed<'a>>),
    Any(Vec<Signed<'a>>),
    None(Vec<Signed<'a>>),
    /// At least and at most this many of them.
    Count(usize, usize, &'a [Cond]),
    /// Any number of them but this.
    NotCount(usize, &'a [Cond]),
    Leaf(&'a Cond, bool),
}

/// A condition, and whether its opposite is meant.
type Signed<'a> = (&'a Cond, bool);

fn shape(cond: &Cond, negated: bool) -> Shape<'_> {
    match (&cond.kind, negated) {
        (CondKind::Not(inner), negated) => shape(inner, !negated),
        (CondKind::And(parts), false) => Shape::All(flat(signed_of(parts, false), true)),
        (CondKind::And(parts), true) => Shape::Any(flat(signed_of(parts, true), false)),
        (CondKind::Or(parts), false) => Shape::Any(flat(signed_of(parts, false), false)),
        (CondKind::Or(parts), true) if parts.iter().all(is_positive) => Shape::None(signed_of(parts, false)),
        (CondKind::Or(parts), true) => Shape::All(flat(signed_of(parts, true), true)),
        (CondKind::HowMany(least, most, parts), false) => Shape::Count(*least, *most, parts),
        (CondKind::HowMany(least, most, parts), true) if *most >= parts.len() => {
            Shape::Count(0, least.saturating_sub(1), parts)
        }
        (CondKind::HowMany(0, most, parts), true) => Shape::Count(most.saturating_add(1), parts.len(), parts),
        (CondKind::HowMany(least, _, parts), true) => Shape::NotCount(*least, parts),
        (CondKind::True(value), negated) => match &value.kind {
            ValueKind::Condition(inner) => shape(inner, negated),
            _ => Shape::Leaf(cond, negated),
        },
        _ => Shape::Leaf(cond, negated),
    }
}

fn signed_of(parts: &[Cond], negated: bool) -> Vec<Signed<'_>> {
    parts.iter().map(|part| (part, negated)).collect()
}

/// Groups of the same kind within one another are one group.
fn flat(parts: Vec<Signed<'_>>, all: bool) -> Vec<Signed<'_>> {
    let mut out = Vec::with_capacity(parts.len());
    for (part, negated) in parts {
        match shape(part, negated) {
            Shape::All(inner) if all => out.extend(inner),
            Shape::Any(inner) if !all => out.extend(inner),
            _ => out.push((part, negated)),
        }
    }
    out
}

/// Whether its words have no `not`, however it is written.
fn is_positive(cond: &Cond) -> bool {
    match &cond.kind {
        CondKind::Not(_) | CondKind::Constant(_) => false,
        CondKind::And(parts) | CondKind::Or(parts) => parts.iter().all(is_positive),
        CondKind::HowMany(..) => false,
        CondKind::True(value) => match &value.kind {
            ValueKind::Condition(inner) => is_positive(inner),
            _ => true,
        },
        CondKind::Compare(..)
        | CondKind::In(..)
        | CondKind::Between(..)
        | CondKind::Text(..)
        | CondKind::Missing(_)
        | CondKind::During(..)
        | CondKind::InSegment(..)
        | CondKind::Exists(_)
        | CondKind::Every(_)
        | CondKind::Matches(..)
        | CondKind::Resembles(..)
        | CondKind::Contains(..)
        | CondKind::ContainsAny(..)
        | CondKind::ContainsAll(..)
        | CondKind::Empty(_)
        | CondKind::Anniversary(..)
        | CondKind::Sequence(_) => true,
    }
}

/// `at least 2 of these 3`
fn how_many(least: usize, most: usize, all: usize) -> String {
    match (least, most) {
        (least, most) if most >= all => format!("at least {least} of these {all}"),
        (0, most) => format!("at most {most} of these {all}"),
        (least, most) if least == most => format!("exactly {least} of these {all}"),
        (least, most) => format!("{least} to {most} of these {all}"),
    }
}

/// The head of a group of conditions, in a tree.
pub(super) const ALL: &str = "all of these are true:";
pub(super) const ANY: &str = "at least one of these is true:";
pub(super) const NONE: &str = "none of these is true:";

impl Speaker<'_> {
    /// A condition of the segment's own row as a tree.
    pub(super) fn part(&mut self, cond: &Cond, negated: bool, scope: Scope) -> Part {
        let span = Some(cond_span(cond));
        let of = |this: &mut Self, parts: &[Signed<'_>]| {
            parts.iter().map(|(part, negated)| this.part(part, *negated, scope)).collect()
        };
        let of_all = |this: &mut Self, parts: &[Cond]| {
            parts.iter().map(|part| this.part(part, false, scope)).collect()
        };
        let is_opposite = negated;
        let (text, parts) = match shape(cond, negated) {
            Shape::All(parts) => (ALL.to_owned(), of(self, &parts)),
            Shape::Any(parts) => (ANY.to_owned(), of(self, &parts)),
            Shape::None(parts) => (NONE.to_owned(), of(self, &parts)),
            Shape::Count(least, most, parts) => {
                (format!("{} are true:", how_many(least, most, parts.len())), of_all(self, parts))
            }
            Shape::NotCount(count, parts) => {
                (format!("any number but {count} of these {} are true:", parts.len()), of_all(self, parts))
            }
            Shape::Leaf(leaf, negated) => {
                if let CondKind::Sequence(sequence) = &leaf.kind {
                    return Part {
                        span,
                        negated: is_opposite,
                        ..self.sequence_part(sequence, negated, scope)
                    };
                }
                (self.leaf(leaf, negated, scope, true).text, Vec::new())
            }
        };
        Part { text, parts, span, negated: is_opposite }
    }

    /// A condition on one line, and whether it stands as one unit.
    pub(super) fn inline(&mut self, cond: &Cond, negated: bool, scope: Scope) -> Phrase {
        let units = |this: &mut Self, parts: &[Signed<'_>]| -> Vec<String> {
            parts.iter().map(|(part, negated)| this.inline(part, *negated, scope).unit()).collect()
        };
        match shape(cond, negated) {
            Shape::All(parts) => Phrase::loose(units(self, &parts).join(" and ")),
            Shape::Any(parts) => Phrase::loose(units(self, &parts).join(" or ")),
            Shape::None(parts) => {
                Phrase::loose(format!("none of these is true: {}", units(self, &parts).join("; ")))
            }
            Shape::Count(least, most, parts) => {
                let count = how_many(least, most, parts.len());
                let units = units(self, &signed_of(parts, false));
                Phrase::loose(format!("{count} are true: {}", units.join("; ")))
            }
            Shape::NotCount(count, parts) => {
                let all = parts.len();
                let units = units(self, &signed_of(parts, false));
                Phrase::loose(format!("any number but {count} of these {all} are true: {}", units.join("; ")))
            }
            Shape::Leaf(leaf, negated) => self.leaf(leaf, negated, scope, false),
        }
    }
}
