//! Conditions as formulas.

use super::digest::{Digest, Key};
use super::formula::{FormulaId, Subject};
use super::normalizer::Normalizer;
use crate::check::hir::{
    Base, Comparison, Cond, CondKind, Path, SegmentId, Sequence, SequenceStep, TextOp, Value, ValueKind,
    Window,
};
use crate::check::proof::{Cut, Domain, Tested, Values, compared, orders, tested};
use crate::check::words::cond_span;
use crate::types::Literal;

/// A segment's condition takes the place of its membership up to this size and depth, so that chains of
/// segments stay linear.
const LARGEST: usize = 64;
const DEEPEST: usize = 16;

impl<'a> Normalizer<'a> {
    /// A condition: the same for two conditions only if they are true of the same rows.
    pub(super) fn cond(&mut self, cond: &'a Cond) -> FormulaId {
        let formula = self.formula(cond);
        self.places.entry(formula).or_default().push(cond_span(cond));
        formula
    }

    fn formula(&mut self, cond: &'a Cond) -> FormulaId {
        match &cond.kind {
            CondKind::Constant(holds) => self.formulas.constant(*holds),
            CondKind::And(parts) => {
                let parts = parts.iter().map(|part| self.cond(part)).collect();
                self.formulas.all(parts)
            }
            CondKind::Or(parts) => {
                let parts = parts.iter().map(|part| self.cond(part)).collect();
                self.formulas.any(parts)
            }
            CondKind::HowMany(least, most, parts) => {
                let parts = parts.iter().map(|part| self.cond(part)).collect();
                self.how_many(*least, *most, parts)
            }
            CondKind::Not(inner) => {
                let inner = self.cond(inner);
                self.formulas.not(inner)
            }
            CondKind::True(value) => self.truth(cond, value),
            CondKind::InSegment(path, segment) => self.membership(path, *segment),
            CondKind::Every(aggregate) if aggregate.ranked.is_none() => {
                let failing = self.count(aggregate, true);
                let some = self.at_least_one(failing);
                self.formulas.not(some)
            }
            CondKind::Compare(op, left, right) => self.compare(*op, left, right),
            CondKind::Between(value, low, high) => {
                let low = self.compare(Comparison::GreaterOrEqual, value, low);
                let high = self.compare(Comparison::LessOrEqual, value, high);
                self.formulas.all(vec![low, high])
            }
            _ => self.tested_or_opaque(cond),
        }
    }

    /// That a boolean is true: a condition in itself, by whatever name.
    fn truth(&mut self, cond: &'a Cond, value: &'a Value) -> FormulaId {
        match &value.kind {
            ValueKind::Condition(inner) => self.cond(inner),
            ValueKind::Trait(path, id) if path.base == Base::This && path.hops.is_empty() => {
                let inner = &self.hir.computed(*id).value;
                match &inner.kind {
                    ValueKind::Condition(inner) => {
                        self.once(|this| &mut this.conditions, *id, |this| this.cond(inner))
                    }
                    _ => self.tested_or_opaque(cond),
                }
            }
            _ => self.tested_or_opaque(cond),
        }
    }

    /// A number of the parts is true, in any order; a part that is there twice counts twice.
    fn how_many(&mut self, least: usize, most: usize, mut parts: Vec<FormulaId>) -> FormulaId {
        let all = parts.len();
        match (least, most) {
            (1, most) if most == all => self.formulas.any(parts),
            (least, _) if least == all => self.formulas.all(parts),
            (0, most) => {
                let more = self.how_many(most.saturating_add(1), all, parts);
                self.formulas.not(more)
            }
            (least, most) if most < all => {
                let fewer = self.how_many(0, most, parts.clone());
                let enough = self.how_many(least, all, parts);
                self.formulas.all(vec![enough, fewer])
            }
            (least, _) => {
                let mut digests: Vec<Digest> =
                    parts.drain(..).map(|part| self.formulas.digest(part)).collect();
                digests.sort_unstable();
                let least = i64::try_from(least).unwrap_or(i64::MAX);
                let condition = Key::new("at least").number(least).parts(&digests).end();
                self.formulas.opaque(condition)
            }
        }
    }

    fn tested_or_opaque(&mut self, cond: &'a Cond) -> FormulaId {
        match tested(self.hir, cond).and_then(|tested| self.tested(tested)) {
            Some(formula) => formula,
            None => self.opaque(cond),
        }
    }

    fn compare(&mut self, op: Comparison, left: &'a Value, right: &'a Value) -> FormulaId {
        match compared(op, left, right).and_then(|tested| self.tested(tested)) {
            Some(formula) => formula,
            None => self.order(op, left, right),
        }
    }

    /// What is said of a subject; `None` if that isn't known exactly.
    fn tested(&mut self, tested: Tested<'a>) -> Option<FormulaId> {
        Some(match tested {
            Tested::Value(value, values) => {
                let subject =
                    Subject { value: self.value(value), domain: Domain::of(self.hir, value).by_type };
                self.formulas.values(subject, &values)
            }
            Tested::Count(aggregate, _) => {
                let count = self.count(aggregate, false);
                self.at_least_one(count)
            }
            Tested::Order(op, left, right) => self.order(op, left, right),
            Tested::OnAxis { value, axis, most, least } if most == least => {
                let on_axis = Key::new("on axis").shown(axis).part(self.value(value)).end();
                let domain = Domain::any(value.nullable).by_type;
                self.formulas.values(Subject { value: on_axis, domain }, &most)
            }
            Tested::OnAxis { .. } => return None,
        })
    }

    /// That there is a row, given the number of rows.
    fn at_least_one(&mut self, count: Digest) -> FormulaId {
        let domain = Domain::count().by_type;
        let some = Values::range(Cut::before(1.into()), Cut::End).whole();
        self.formulas.values(Subject { value: count, domain }, &some)
    }

    /// How two values compare.
    fn order(&mut self, op: Comparison, left: &'a Value, right: &'a Value) -> FormulaId {
        let (a, b) = (self.value(left), self.value(right));
        let (a, b, op) = if a <= b { (a, b, op) } else { (b, a, op.mirrored()) };
        let nullable = left.nullable || right.nullable;
        let domain = if a == b { Domain::whole(0, 0, nullable) } else { Domain::order(nullable) };
        let value = Key::new("order").part(a).part(b).end();
        self.formulas.values(Subject { value, domain: domain.by_type }, &orders(op))
    }

    /// That the row at the end of a path is a member of a segment.
    pub(super) fn membership(&mut self, path: &Path, segment: SegmentId) -> FormulaId {
        self.read.push(segment);
        let known = self.segments.get(&segment).copied();
        let own_row = self.around == 0 && path.base == Base::This && path.hops.is_empty();
        if let Some(plain) = known.and_then(|known| known.plain).filter(|_| own_row) {
            let (size, depth) = self.formulas.extent(plain);
            if size <= LARGEST && depth <= DEEPEST {
                return plain;
            }
        }
        let key = self.to_one(Key::new("member"), path, &[]);
        let condition = match known {
            Some(known) => key.text("of").part(known.members),
            None => key.text("named").text(&self.hir.segment(segment).name),
        };
        self.formulas.opaque(condition.end())
    }

    /// A condition of which only the parts are compared.
    fn opaque(&mut self, cond: &'a Cond) -> FormulaId {
        let condition = match &cond.kind {
            CondKind::During(value, window) => {
                let window = self.sides("during", window);
                window.part(self.value(value)).end()
            }
            CondKind::Anniversary(value, window) => {
                let window = self.sides("anniversary", window);
                window.part(self.value(value)).end()
            }
            CondKind::In(value, items) => self.listed("in", value, items),
            CondKind::ContainsAny(value, items) => self.listed("any", value, items),
            CondKind::ContainsAll(value, items) => self.listed("all", value, items),
            CondKind::Text(op, value, needle) => self.two(text_op(*op), value, needle),
            CondKind::Contains(value, item) => self.two("has", value, item),
            CondKind::Matches(value, pattern) => {
                Key::new("matches").text(&pattern.source).part(self.value(value)).end()
            }
            CondKind::Resembles(value, text, edits) => {
                Key::new("resembles").text(text).number((*edits).into()).part(self.value(value)).end()
            }
            CondKind::Empty(value) => Key::new("empty").part(self.value(value)).end(),
            CondKind::Missing(value) => Key::new("missing").part(self.value(value)).end(),
            CondKind::Sequence(sequence) => self.sequence(sequence),
            CondKind::Every(aggregate) | CondKind::Exists(aggregate) => {
                Key::new("every").part(self.aggregate(aggregate)).end()
            }
            CondKind::True(value) => Key::new("true").part(self.value(value)).end(),
            CondKind::Compare(..)
            | CondKind::Between(..)
            | CondKind::InSegment(..)
            | CondKind::Constant(_)
            | CondKind::And(_)
            | CondKind::Or(_)
            | CondKind::HowMany(..)
            | CondKind::Not(_) => return self.cond(cond),
        };
        self.formulas.opaque(condition)
    }

    /// A window of a field, which isn't cut at as_of.
    fn sides(&mut self, kind: &str, window: &'a Window) -> Key {
        let mut side = |key: Key, side: &'a Option<Value>| match side {
            Some(bound) => key.text("at").part(self.value(bound)),
            None => key.text("open"),
        };
        let key = side(Key::new(kind), &window.from);
        side(key, &window.to)
    }

    fn two(&mut self, kind: &str, left: &'a Value, right: &'a Value) -> Digest {
        let (left, right) = (self.value(left), self.value(right));
        Key::new(kind).part(left).part(right).end()
    }

    /// Constants in any order, each once.
    fn listed(&mut self, kind: &str, value: &'a Value, items: &[Literal]) -> Digest {
        let mut items: Vec<String> = items.iter().map(|item| format!("{} {item}", item.ty())).collect();
        items.sort_unstable();
        items.dedup();
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let key = Key::new(kind).part(self.value(value)).number(count);
        items.iter().fold(key, |key, item| key.text(item)).end()
    }

    fn sequence(&mut self, sequence: &'a Sequence) -> Digest {
        let steps: Vec<Digest> = sequence.steps.iter().map(|step| self.step(step)).collect();
        let key = Key::new("sequence").parts(&steps).shown(format_args!("{:?}", sequence.span));
        let key = match &sequence.matching {
            Some(ty) => key.text("matching").shown(ty),
            None => key.text("any"),
        };
        match &sequence.window {
            Some(window) => self.inside(|this| this.window(Some(window)).write(key)).end(),
            None => key.text("no window").end(),
        }
    }

    fn step(&mut self, step: &'a SequenceStep) -> Digest {
        let rows = &step.rows;
        let owner = rows.hops.first().map_or(rows.end, |hop| hop.from);
        let key = super::measure::path(&self.hir.catalog, Key::new("step"), owner, &rows.hops);
        let key = key.shown(step.negated).shown(format_args!("{:?}", step.gap));
        self.inside(|this| {
            let filter = rows.filter.as_ref().map(|filter| this.cond(filter));
            let key = match filter {
                Some(filter) => key.text("where").part(this.formulas.digest(filter)),
                None => key.text("all"),
            };
            match &step.matching {
                Some(value) => key.text("matching").part(this.value(value)).end(),
                None => key.end(),
            }
        })
    }
}

fn text_op(op: TextOp) -> &'static str {
    match op {
        TextOp::Contains => "contains",
        TextOp::StartsWith => "starts with",
        TextOp::EndsWith => "ends with",
    }
}
