//! Values in normal form: digests, and the measures in them.

use super::digest::{Digest, Key};
use super::normalizer::Normalizer;
use super::window::point;
use crate::check::hir::{ArithmeticOp, Base, Hop, LocalTime, Path, TraitId, Value, ValueKind};
use crate::check::proof::AxisPoint;

impl<'a> Normalizer<'a> {
    /// A value: the same for two values only if they are the same for every row.
    pub(super) fn value(&mut self, value: &'a Value) -> Digest {
        if let Some(at) = AxisPoint::of(value) {
            return point(Key::new("clock"), at).end();
        }
        let key = |kind| Key::new(kind);
        match &value.kind {
            ValueKind::Literal(literal) => key("literal").shown(literal.ty()).shown(literal).end(),
            ValueKind::Field(path, field) => {
                let name = &self.hir.catalog.entity(path.end).field(*field).name;
                self.to_one(key("field"), path, &[]).text(name).end()
            }
            ValueKind::Trait(path, id) => self.computed(path, *id),
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ValueKind::Arithmetic(op, left, right) => {
                let mut sides = [self.value(left), self.value(right)];
                if matches!(op, ArithmeticOp::Add | ArithmeticOp::Multiply) {
                    sides.sort_unstable();
                }
                let [left, right] = sides;
                key("arithmetic").text(arithmetic(*op)).shown(&value.ty).part(left).part(right).end()
            }
            ValueKind::Negate(inner) => key("negate").part(self.value(inner)).end(),
            ValueKind::Call(func, args) => {
                let args: Vec<Digest> = args.iter().map(|arg| self.value(arg)).collect();
                key("call").text(&format!("{func:?}")).shown(&value.ty).parts(&args).end()
            }
            ValueKind::Now => key("now").end(),
            ValueKind::Instant(local) => key("instant").part(self.local(local)).end(),
            ValueKind::LocalDate(local) => key("date").part(self.local(local)).end(),
            ValueKind::LocalPart(part, local) => {
                key("part").text(&format!("{part:?}")).part(self.local(local)).end()
            }
            ValueKind::ShiftExact(inner, micros) => {
                key("shift").number(*micros).part(self.value(inner)).end()
            }
            ValueKind::DaysBetween(from, to) => {
                let (from, to) = (self.value(from), self.value(to));
                key("days").part(from).part(to).end()
            }
            ValueKind::Condition(cond) => {
                let formula = self.cond(cond);
                key("condition").part(self.formulas.digest(formula)).end()
            }
            ValueKind::Bucket { entity, seed } => {
                key("bucket").text(&self.hir.catalog.entity(*entity).name).text(seed).end()
            }
            ValueKind::Periods(periods) => self.periods(periods),
        }
    }

    fn local(&mut self, local: &'a LocalTime) -> Digest {
        match local {
            LocalTime::Of(value) => {
                let ty = value.ty.to_string();
                Key::new("local").text(&ty).part(self.value(value)).end()
            }
            LocalTime::StartOf(unit, inner) => {
                Key::new("start").text(unit.name()).part(self.local(inner)).end()
            }
            LocalTime::Shift(inner, count, unit) => {
                Key::new("moved").number(*count).text(unit.name()).part(self.local(inner)).end()
            }
        }
    }

    /// A trait, written out. One that only renames a field is that field.
    fn computed(&mut self, at: &'a Path, id: TraitId) -> Digest {
        let hir = self.hir;
        let (mut hops, mut id): (Vec<Hop>, TraitId) = (Vec::new(), id);
        loop {
            let (inner, field) = match &hir.computed(id).value.kind {
                ValueKind::Trait(inner, next) if inner.base == Base::This => {
                    hops.extend(inner.hops.iter().cloned());
                    id = *next;
                    continue;
                }
                ValueKind::Field(inner, field) if inner.base == Base::This => (inner, field),
                _ => break,
            };
            hops.extend(inner.hops.iter().cloned());
            let name = &hir.catalog.entity(inner.end).field(*field).name;
            return self.to_one(Key::new("field"), at, &hops).text(name).end();
        }
        let value = self.once(|this| &mut this.values, id, |this| this.value(&hir.computed(id).value));
        if at.base == Base::This && at.hops.is_empty() && hops.is_empty() {
            return value;
        }
        self.to_one(Key::new("at"), at, &hops).part(value).end()
    }
}

fn arithmetic(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "+",
        ArithmeticOp::Subtract => "-",
        ArithmeticOp::Multiply => "*",
        ArithmeticOp::Divide => "/",
        ArithmeticOp::Remainder => "%",
    }
}
