//! Which segments a segment refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::check::hir::{
    Aggregate, Cond, CondKind, Hir, LocalTime, SegmentId, TraitId, Value, ValueKind, Window,
};

/// How a segment refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DependencyKind {
    /// `extends`
    Extends,
    /// `in segment`
    InSegment,
}

/// The segments that one refers to directly (through traits too), with how; a segment that
/// it extends and also names is there as extended.
#[must_use]
pub fn dependencies(hir: &Hir, id: SegmentId) -> BTreeMap<SegmentId, DependencyKind> {
    let segment = hir.segment(id);
    let mut walk = Walk::default();
    walk.open.extend(segment.includes.iter().chain(&segment.excludes).map(Node::Cond));
    let mut found: BTreeMap<_, _> =
        walk.run(hir).into_iter().map(|id| (id, DependencyKind::InSegment)).collect();
    if let Some((parent, _)) = segment.parent {
        found.insert(parent, DependencyKind::Extends);
    }
    found
}

/// What is still to be looked at: a list instead of recursion, so that no depth of the
/// user's expressions can exhaust the stack.
#[derive(Default)]
struct Walk<'a> {
    open: Vec<Node<'a>>,
    found: BTreeSet<SegmentId>,
    traits: BTreeSet<TraitId>,
}

enum Node<'a> {
    Cond(&'a Cond),
    Value(&'a Value),
}

impl<'a> Walk<'a> {
    fn run(mut self, hir: &'a Hir) -> BTreeSet<SegmentId> {
        while let Some(node) = self.open.pop() {
            match node {
                Node::Cond(cond) => self.cond(cond),
                Node::Value(value) => self.value(value, hir),
            }
        }
        self.found
    }

    fn values(&mut self, values: impl IntoIterator<Item = &'a Value>) {
        self.open.extend(values.into_iter().map(Node::Value));
    }

    fn cond(&mut self, cond: &'a Cond) {
        match &cond.kind {
            CondKind::Constant(_) => {}
            CondKind::And(all) | CondKind::Or(all) => self.open.extend(all.iter().map(Node::Cond)),
            CondKind::Not(inner) => self.open.push(Node::Cond(inner)),
            CondKind::Compare(_, a, b) | CondKind::Text(_, a, b) => self.values([&**a, &**b]),
            CondKind::In(value, _) | CondKind::Missing(value) | CondKind::True(value) => {
                self.values([&**value]);
            }
            CondKind::Between(value, from, to) => self.values([&**value, &**from, &**to]),
            CondKind::During(value, window) => {
                self.values([&**value]);
                self.window(window);
            }
            CondKind::InSegment(_, id) => {
                self.found.insert(*id);
            }
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => self.aggregate(aggregate),
        }
    }

    fn value(&mut self, value: &'a Value, hir: &'a Hir) {
        match &value.kind {
            ValueKind::Literal(_) | ValueKind::Field(..) | ValueKind::Now => {}
            ValueKind::Trait(_, id) => {
                if self.traits.insert(*id) {
                    self.values([&hir.computed(*id).value]);
                }
            }
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ValueKind::Arithmetic(_, a, b) | ValueKind::DaysBetween(a, b) => self.values([&**a, &**b]),
            ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => self.values([&**inner]),
            ValueKind::Call(_, arguments) => self.values(arguments),
            ValueKind::Instant(local) | ValueKind::LocalDate(local) | ValueKind::LocalPart(_, local) => {
                self.local(local);
            }
            ValueKind::Condition(cond) => self.open.push(Node::Cond(cond)),
        }
    }

    fn local(&mut self, mut local: &'a LocalTime) {
        loop {
            match local {
                LocalTime::Of(value) => return self.values([value]),
                LocalTime::StartOf(_, inner) | LocalTime::Shift(inner, ..) => local = inner,
            }
        }
    }

    fn window(&mut self, window: &'a Window) {
        self.values(window.from.iter().chain(&window.to));
    }

    fn aggregate(&mut self, aggregate: &'a Aggregate) {
        self.values(&aggregate.value);
        self.open.extend(aggregate.filter.iter().map(Node::Cond));
        if let Some(window) = &aggregate.window {
            self.window(window);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;

    #[test]
    fn parents_conditions_and_traits_count() {
        let hir = testing::hir();
        let id = |name: &str| hir.find(name).expect("it is there");
        let of = |name: &str| dependencies(&hir, id(name)).into_iter().collect::<Vec<_>>();
        assert_eq!(of("vip"), [(id("big_spender"), DependencyKind::Extends)]);
        assert_eq!(
            of("win_back"),
            [(id("do_not_contact"), DependencyKind::InSegment), (id("vip"), DependencyKind::InSegment),]
        );
        assert_eq!(of("do_not_contact"), []);
    }
}
