//! Whether anyone can leave a segment (rule R8 of docs/refresh.md).
//!
//! If nobody can, a refresh only inserts. The proof is syntactic and conservative: it looks for
//! conditions that stay true once they are, over rows that never change and are never deleted.

use std::collections::BTreeSet;

use super::obstacle::Obstacle;
use super::order::Graph;
use crate::catalog::Catalog;
use crate::check::hir::{
    Aggregate, AggregateFunc, Comparison, Cond, CondKind, Hir, KeepKind, SegmentId, Value, ValueKind, Window,
};
use crate::check::visit::{Visitor, walk_value};
use crate::types::{Literal, Type};

/// Proves that members never leave a segment, given that they never leave its inputs.
///
/// # Errors
/// The first obstacle found.
pub(crate) fn prove_append_only(
    hir: &Hir,
    graph: &Graph,
    id: SegmentId,
    append_only: &BTreeSet<SegmentId>,
) -> Result<(), Obstacle> {
    let segment = hir.segment(id);
    let prover = Prover { hir, catalog: &hir.catalog, append_only };
    prover.rows_stay(segment.entity)?;
    prover.key_is_immutable(segment.entity)?;
    if segment.group.as_ref().is_some_and(|group| !group.before.is_empty()) {
        return Err(Obstacle::new("an earlier segment of its exclusive group may take a member"));
    }
    if segment.keeps.iter().any(|keep| matches!(keep.kind, KeepKind::Rank { .. })) {
        return Err(Obstacle::new("it has a `keep`, and a new member may displace another"));
    }
    if segment.properties.expire.is_some() {
        return Err(Obstacle::new("it has an `expire`, after which members leave"));
    }
    if let Some(exclude) = segment.excludes.first()
        && !prover.is_stable(exclude)
    {
        return Err(Obstacle::new("it has an `exclude`, which may become true for a member"));
    }
    for input in graph.node(id).inputs() {
        prover.input_grows(input.segment)?;
    }
    segment.includes.iter().try_for_each(|include| prover.grows(include))
}

pub(super) struct Prover<'a> {
    hir: &'a Hir,
    pub(super) catalog: &'a Catalog,
    append_only: &'a BTreeSet<SegmentId>,
}

pub(super) type Proof = Result<(), Obstacle>;

impl Prover<'_> {
    /// A condition that stays true once it is.
    fn grows(&self, cond: &Cond) -> Proof {
        if self.is_stable(cond) {
            return Ok(());
        }
        match &cond.kind {
            CondKind::Constant(_) => Ok(()),
            CondKind::And(parts) | CondKind::Or(parts) => parts.iter().try_for_each(|part| self.grows(part)),
            CondKind::Not(inner) => match &inner.kind {
                CondKind::Missing(value) => self.unchanging(value),
                _ => Err(Obstacle::new("it has a negated condition, which may become false")),
            },
            CondKind::Compare(op, left, right) => self.comparison_grows(*op, left, right),
            CondKind::In(value, _) => self.unchanging(value),
            CondKind::Between(value, low, high) => {
                [value, low, high].into_iter().try_for_each(|part| self.unchanging(part))
            }
            CondKind::Text(_, value, needle) => {
                self.unchanging(value)?;
                self.unchanging(needle)
            }
            CondKind::True(value) => match &value.kind {
                ValueKind::Condition(inner) => self.grows(inner),
                _ => self.unchanging(value),
            },
            CondKind::InSegment(path, segment) => {
                self.path_is_immutable(path)?;
                self.input_grows(*segment)
            }
            CondKind::During(value, window) => {
                self.unchanging(value)?;
                self.literal_window(window)
            }
            CondKind::Exists(aggregate) => self.aggregate_grows(aggregate),
            CondKind::Missing(_) => {
                Err(Obstacle::new("it has an `is missing`, which may become false when a row arrives"))
            }
            CondKind::Matches(value, _)
            | CondKind::Resembles(value, _, _)
            | CondKind::ContainsAny(value, _)
            | CondKind::ContainsAll(value, _) => self.unchanging(value),
            CondKind::Empty(value) => self.never_absent(value),
            CondKind::Contains(value, item) => {
                self.unchanging(value)?;
                self.unchanging(item)
            }
            CondKind::HowMany(_, most, parts) if *most < parts.len() => Err(Obstacle::new(
                "it has an `at most` or `exactly`, which the next condition to become true may make false",
            )),
            CondKind::HowMany(_, _, parts) => parts.iter().try_for_each(|part| self.grows(part)),
            CondKind::Anniversary(value, window) => {
                self.unchanging(value)?;
                self.literal_window(window)
            }
            CondKind::Sequence(_) => Err(Obstacle::new("it has a `sequence`, which new rows may make false")),
            CondKind::Every(_) => Err(Obstacle::new("it has an `every`, which the next row may make false")),
        }
    }

    fn comparison_grows(&self, op: Comparison, left: &Value, right: &Value) -> Proof {
        use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let (op, total, bound) = match (&left.kind, &right.kind) {
            (ValueKind::Aggregate(aggregate), _) => (op, aggregate, right),
            (_, ValueKind::Aggregate(aggregate)) => (op.mirrored(), aggregate, left),
            _ => {
                self.unchanging(left)?;
                return self.unchanging(right);
            }
        };
        if !matches!(bound.kind, ValueKind::Literal(_)) {
            return Err(Obstacle::new("it compares an aggregate with something that isn't a constant"));
        }
        let upward = matches!(op, Greater | GreaterOrEqual);
        let downward = matches!(op, Less | LessOrEqual);
        match total.end_in_time().unwrap_or(total.func) {
            AggregateFunc::Count | AggregateFunc::CountDistinct | AggregateFunc::Max if upward => {}
            AggregateFunc::Min if downward => {}
            AggregateFunc::Sum if upward => self.sum_never_falls(total)?,
            _ => {
                return Err(Obstacle::new(
                    "an aggregate may cross its bound again, unless it is `count`, `max` or `sum` with `>=`, or `min` with `<=`",
                ));
            }
        }
        self.aggregate_grows(total)
    }

    fn sum_never_falls(&self, total: &Aggregate) -> Proof {
        let Some(Value { kind: ValueKind::Field(path, field), ty, .. }) = &total.value else {
            return Err(Obstacle::new(
                "the sum of an expression may decrease, unless it is a field with `min: 0`",
            ));
        };
        let entity = self.catalog.entity(path.end);
        let declared = entity.field(*field);
        if *ty == Type::Float {
            let reason =
                format!("`{}` is a float, whose sum depends on the order of its rows", declared.name);
            return Err(Obstacle::new(reason));
        }
        match &declared.min {
            Some(min) if min.sign() != bigdecimal::num_bigint::Sign::Minus => Ok(()),
            _ => Err(Obstacle::lifted_by(
                format!("`{}.{}` may be negative, so its sum may decrease", entity.name, declared.name),
                format!("declare `min: 0` on the field `{}` of `{}`", declared.name, entity.name),
            )),
        }
    }

    /// An aggregate whose rows never go and never cease to count.
    fn aggregate_grows(&self, aggregate: &Aggregate) -> Proof {
        if aggregate.ranked.is_some() {
            return Err(Obstacle::new("it has a `latest` or `earliest`, which the next row may change"));
        }
        for hop in &aggregate.hops {
            self.hop_is_immutable(hop)?;
            self.rows_stay(hop.to)?;
            if let (Some(_), Some(name)) = (&hop.event, self.catalog.entity(hop.to).event_name) {
                self.field_is_immutable(hop.to, name)?;
            }
        }
        for &(hop, time) in &aggregate.times {
            if let Some(hop) = aggregate.hops.get(hop) {
                self.field_is_immutable(hop.to, time)?;
            }
        }
        if let Some(window) = &aggregate.window {
            self.literal_window(window)?;
        }
        if let Some(value) = &aggregate.value {
            self.unchanging(value)?;
        }
        aggregate.filter.as_ref().map_or(Ok(()), |filter| self.grows(filter))
    }

    fn literal_window(&self, window: &Window) -> Proof {
        let literal = |bound: &Value| crate::analyze::reads_nothing(bound);
        if window.from.iter().all(literal) && (window.to.iter().all(literal)) {
            return Ok(());
        }
        Err(Obstacle::new("it has a window that moves with the clock, so rows age out of it"))
    }

    /// A condition on nothing but unchanging fields of the row itself: true or false for good.
    fn is_stable(&self, cond: &Cond) -> bool {
        struct Probe<'a, 'b>(&'a Prover<'b>, bool);
        impl Visitor for Probe<'_, '_> {
            fn cond(&mut self, cond: &Cond) {
                self.1 &= !matches!(
                    cond.kind,
                    CondKind::InSegment(..)
                        | CondKind::Exists(_)
                        | CondKind::Every(_)
                        | CondKind::Sequence(_)
                );
                crate::check::visit::walk_cond(self, cond);
            }
            fn value(&mut self, value: &Value) {
                self.1 &= match &value.kind {
                    ValueKind::Field(path, field) => {
                        path.hops.is_empty() && self.0.field_is_immutable(path.end, *field).is_ok()
                    }
                    ValueKind::Now
                    | ValueKind::Aggregate(_)
                    | ValueKind::Periods(_)
                    | ValueKind::Trait(..) => false,
                    _ => true,
                };
                walk_value(self, value);
            }
        }
        let mut probe = Probe(self, true);
        probe.cond(cond);
        probe.1
    }

    /// A value that, once present, never changes.
    fn unchanging(&self, value: &Value) -> Proof {
        match &value.kind {
            ValueKind::Literal(_) => Ok(()),
            ValueKind::Field(path, field) => {
                self.path_is_immutable(path)?;
                self.field_is_immutable(path.end, *field)
            }
            ValueKind::Trait(path, id) => {
                self.path_is_immutable(path)?;
                self.unchanging(&self.hir.computed(*id).value)
            }
            ValueKind::Arithmetic(_, left, right) | ValueKind::DaysBetween(left, right) => {
                self.unchanging(left)?;
                self.unchanging(right)
            }
            ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => self.unchanging(inner),
            ValueKind::Call(crate::check::hir::Func::Coalesce, _) => {
                Err(Obstacle::new("it has a `coalesce`, whose value may change when a row arrives"))
            }
            ValueKind::Call(crate::check::hir::Func::Size, args) => {
                args.iter().try_for_each(|arg| self.never_absent(arg))
            }
            ValueKind::Call(_, args) => args.iter().try_for_each(|arg| self.unchanging(arg)),
            ValueKind::Instant(_) | ValueKind::LocalDate(_) | ValueKind::LocalPart(..) => {
                self.unchanging_time(value)
            }
            ValueKind::Now => Err(Obstacle::new("it reads the clock")),
            ValueKind::Bucket { .. } => Ok(()),
            ValueKind::Aggregate(_) | ValueKind::Condition(_) | ValueKind::Periods(_) => {
                Err(Obstacle::new("it calculates with an aggregate or a condition, whose value may change"))
            }
        }
    }

    /// An array that doesn't come with a row: an absent one is empty.
    fn never_absent(&self, value: &Value) -> Proof {
        if matches!(&value.kind, ValueKind::Field(path, _) if path.hops.is_empty()) {
            return self.unchanging(value);
        }
        Err(Obstacle::new(
            "it tests the size of an array behind a link, which is empty until its row arrives",
        ))
    }

    fn unchanging_time(&self, value: &Value) -> Proof {
        struct Leaves<'a, 'b>(&'a Prover<'b>, Proof);
        impl Visitor for Leaves<'_, '_> {
            fn value(&mut self, value: &Value) {
                if self.1.is_ok() {
                    self.1 = self.0.unchanging(value);
                }
            }
        }
        let mut leaves = Leaves(self, Ok(()));
        walk_value(&mut leaves, value);
        leaves.1
    }

    fn input_grows(&self, id: SegmentId) -> Proof {
        if self.append_only.contains(&id) {
            return Ok(());
        }
        Err(Obstacle::new(format!("members may leave `{}`, which it depends on", self.hir.segment(id).name)))
    }
}

/// Whether a value is made of constants alone.
#[must_use]
pub(crate) fn reads_nothing(value: &Value) -> bool {
    struct Probe(bool);
    impl Visitor for Probe {
        fn value(&mut self, value: &Value) {
            self.0 &= !matches!(
                value.kind,
                ValueKind::Now
                    | ValueKind::Field(..)
                    | ValueKind::Trait(..)
                    | ValueKind::Aggregate(_)
                    | ValueKind::Periods(_)
                    | ValueKind::Bucket { .. }
            );
            walk_value(self, value);
        }
    }
    let mut probe = Probe(!matches!(value.kind, ValueKind::Literal(Literal::Boolean(_))));
    probe.value(value);
    probe.0
}
