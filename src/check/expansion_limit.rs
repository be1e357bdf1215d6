//! The size of an expression with its traits expanded.
//!
//! Later stages expand a trait wherever it is used. A few lines can expand without bound
//! (`t1 = t0 + t0`, `t2 = t1 + t1`, …), so there are limits, far above what people write.

use super::expr::Checker;
use super::hir::{Cond, Value, ValueKind};
use super::problems::names::{TraitsTooDeep, TraitsTooLarge};
use super::visit::{Visitor, walk_cond, walk_value};
use crate::diagnostic::Span;

/// How deep an expression may be nested, its traits written out.
const DEEPEST: usize = 300;
/// How many parts the traits of one item may have together.
const LARGEST: u64 = 10_000;

/// The size of a trait, the traits that it uses written out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expansion {
    /// The number of conditions and values.
    parts: u64,
    depth: usize,
}

/// Measures one item.
pub(super) struct Measure<'a> {
    /// Of the traits that are fine, by identity.
    traits: &'a [Expansion],
    /// What is written in the item itself.
    own: u64,
    /// What its traits add.
    added: u64,
    /// How deep the walk is in the item.
    level: usize,
    deepest: usize,
    /// The first uses of a trait that go beyond a limit.
    too_deep: Option<Span>,
    too_large: Option<Span>,
}

impl Checker<'_, '_> {
    /// The size of an item; a problem if its traits make it too large.
    pub(super) fn expansion(
        &mut self,
        traits: &[Expansion],
        walk: impl FnOnce(&mut Measure<'_>),
    ) -> Expansion {
        let mut measure =
            Measure { traits, own: 0, added: 0, level: 0, deepest: 0, too_deep: None, too_large: None };
        walk(&mut measure);
        if let Some(span) = measure.too_deep {
            self.report(TraitsTooDeep { span, limit: DEEPEST });
        }
        if let Some(span) = measure.too_large {
            self.report(TraitsTooLarge { span, limit: LARGEST });
        }
        Expansion { parts: measure.own.saturating_add(measure.added), depth: measure.deepest }
    }
}

impl Measure<'_> {
    fn below(&mut self, walk: impl FnOnce(&mut Self)) {
        self.own += 1;
        self.level += 1;
        self.deepest = self.deepest.max(self.level);
        walk(self);
        self.level -= 1;
    }

    fn used(&mut self, used: Expansion, span: Span) {
        self.deepest = self.deepest.max(self.level + used.depth);
        if self.deepest > DEEPEST {
            self.too_deep.get_or_insert(span);
        }
        self.added = self.added.saturating_add(used.parts);
        if self.added > LARGEST {
            self.too_large.get_or_insert(span);
        }
    }
}

impl Visitor for Measure<'_> {
    fn cond(&mut self, cond: &Cond) {
        self.below(|this| walk_cond(this, cond));
    }

    fn value(&mut self, value: &Value) {
        if let ValueKind::Trait(_, id) = &value.kind
            && let Some(&used) = self.traits.get(id.0 as usize)
        {
            self.used(used, value.span);
        }
        self.below(|this| walk_value(this, value));
    }
}
