//! Conditions, lowered with their polarity.
//!
//! `cond(c, negated)` is true exactly where `c` (or its complement) holds; elsewhere it is
//! false or null, which every place that it is put into treats alike: filters, joins, the
//! operands of AND and OR, and CASE WHEN.

use bigdecimal::ToPrimitive as _;

use super::Lowering;
use super::complement::{complement, not_true};
use super::frame::{Mode, Scope};
use crate::check::hir::{Cond, CondKind, TextOp, Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Negated, Scalar, all};
use crate::types::{Literal, Type};

impl Lowering<'_> {
    /// A condition, or its exact complement.
    pub(super) fn cond(&mut self, scope: &Scope, cond: &Cond, negated: bool) -> Scalar {
        match &cond.kind {
            CondKind::Constant(value) => Scalar::Literal(Literal::Boolean(*value != negated)),
            CondKind::Not(inner) => self.cond(scope, inner, !negated),
            CondKind::And(parts) if negated => self.any(scope, parts, true),
            CondKind::And(parts) => self.every_one(scope, parts, false),
            CondKind::Or(parts) if negated => self.every_one(scope, parts, true),
            CondKind::Or(parts) => self.any(scope, parts, false),
            CondKind::HowMany(least, most, parts) => self.how_many(scope, (*least, *most), parts, negated),
            CondKind::Compare(op, left, right) => self.compare(scope, *op, left, right, negated),
            CondKind::In(value, items) => self.in_list(scope, value, items, negated),
            CondKind::Between(value, low, high) => self.between(scope, value, low, high, negated),
            CondKind::Text(op, value, needle) => self.text(scope, *op, value, needle, negated),
            CondKind::Missing(value) => self.missing(scope, value, negated),
            CondKind::During(value, window) => self.during(scope, value, window, negated),
            CondKind::InSegment(path, segment) => self.in_segment(scope, path, *segment, negated),
            CondKind::True(value) => self.is_true(scope, value, negated),
            CondKind::Exists(aggregate) => self.exists(scope, aggregate, negated),
            CondKind::Every(aggregate) => self.exists(scope, aggregate, !negated),
            CondKind::Contains(array, item) => self.contains(scope, array, item, negated),
            CondKind::ContainsAny(array, items) => self.contains_items(scope, array, items, false, negated),
            CondKind::ContainsAll(array, items) => self.contains_items(scope, array, items, true, negated),
            CondKind::Empty(array) => self.empty(scope, array, negated),
            CondKind::Anniversary(value, window) => self.anniversary(scope, value, window, negated),
            CondKind::Sequence(sequence) => self.sequence(scope, sequence, negated),
            CondKind::Matches(value, pattern) => {
                let args = vec![self.value(scope, value), Scalar::Pattern(pattern.tree.clone())];
                complement(Scalar::Call(Function::Matches, args), value.nullable, negated)
            }
            CondKind::Resembles(value, text, edits) => {
                let text = Scalar::text(text.to_owned());
                let edits = Scalar::Literal(Literal::Integer(i64::from(*edits)));
                let args = vec![self.value(scope, value), text, edits];
                complement(Scalar::Call(Function::Resembles, args), value.nullable, negated)
            }
        }
    }

    fn every_one(&mut self, scope: &Scope, parts: &[Cond], negated: bool) -> Scalar {
        let lowered: Vec<Scalar> = parts.iter().map(|part| self.cond(scope, part, negated)).collect();
        all(lowered).unwrap_or(Scalar::Literal(Literal::Boolean(true)))
    }

    /// Any of the conditions (or of their complements).
    pub(super) fn any(&mut self, scope: &Scope, parts: &[Cond], negated: bool) -> Scalar {
        let mut lowered = Vec::new();
        let mode = if parts.len() > 1 { Mode::Alternative } else { scope.mode };
        let scope = scope.with(mode);
        for part in parts {
            match self.cond(&scope, part, negated) {
                Scalar::Or(inner) => lowered.extend(inner),
                other => lowered.push(other),
            }
        }
        match lowered.len() {
            0 => Scalar::Literal(Literal::Boolean(false)),
            1 => lowered.swap_remove(0),
            _ => Scalar::Or(lowered),
        }
    }

    /// The number of true conditions is compared; it is never null.
    fn how_many(
        &mut self,
        scope: &Scope,
        (least, most): (usize, usize),
        parts: &[Cond],
        negated: bool,
    ) -> Scalar {
        let all = parts.len();
        match (least, most) {
            (1, most) if most == all && negated => return self.every_one(scope, parts, true),
            (1, most) if most == all => return self.any(scope, parts, false),
            (least, _) if least == all && negated => return self.any(scope, parts, true),
            (least, _) if least == all => return self.every_one(scope, parts, false),
            _ => {}
        }
        let scope = scope.with(Mode::Alternative);
        let ones = parts.iter().map(|part| {
            let holds = self.cond(&scope, part, false);
            Scalar::Case(vec![(holds, Scalar::integer(1))], Some(Box::new(Scalar::integer(0))))
        });
        let number = total(ones.collect());
        let bound = |bound: usize| Scalar::integer(i64::try_from(bound).unwrap_or(i64::MAX));
        let (op, bound) = match (least == most, most >= all, negated) {
            (true, _, false) => (BinaryOp::Equal, bound(least)),
            (true, _, true) => (BinaryOp::NotEqual, bound(least)),
            (false, true, false) => (BinaryOp::GreaterOrEqual, bound(least)),
            (false, true, true) => (BinaryOp::Less, bound(least)),
            (false, false, false) => (BinaryOp::LessOrEqual, bound(most)),
            (false, false, true) => (BinaryOp::Greater, bound(most)),
        };
        Scalar::binary(op, number, bound)
    }

    fn in_list(&mut self, scope: &Scope, value: &Value, items: &[Literal], negated: bool) -> Scalar {
        let scalar = self.value(scope, value);
        let items: Vec<Scalar> = items.iter().filter_map(|item| among(&value.ty, item)).collect();
        // Every engine compares a float with decimals, but not every one has lists of them for it.
        if value.ty == Type::Float
            && items.iter().any(|item| matches!(item, Scalar::Literal(Literal::Decimal(_))))
        {
            let equals = items.into_iter().map(|item| Scalar::equal(scalar.clone(), item)).collect();
            return complement(Scalar::any(equals), value.nullable, negated);
        }
        if items.is_empty() {
            return Scalar::Literal(Literal::Boolean(negated));
        }
        if negated && value.nullable {
            return not_true(Scalar::InList(Box::new(scalar), items, Negated(false)));
        }
        Scalar::InList(Box::new(scalar), items, Negated(negated))
    }

    fn text(&mut self, scope: &Scope, op: TextOp, value: &Value, needle: &Value, negated: bool) -> Scalar {
        let function = match op {
            TextOp::Contains => Function::Contains,
            TextOp::StartsWith => Function::StartsWith,
            TextOp::EndsWith => Function::EndsWith,
        };
        let nullable = value.nullable || needle.nullable;
        let args = vec![self.value(scope, value), self.value(scope, needle)];
        complement(Scalar::Call(function, args), nullable, negated)
    }

    fn missing(&mut self, scope: &Scope, value: &Value, negated: bool) -> Scalar {
        if !value.nullable {
            return Scalar::Literal(Literal::Boolean(negated));
        }
        let scalar = Box::new(self.value(scope, value));
        if negated { Scalar::IsNotNull(scalar) } else { Scalar::IsNull(scalar) }
    }

    fn is_true(&mut self, scope: &Scope, value: &Value, negated: bool) -> Scalar {
        if let ValueKind::Condition(cond) = &value.kind {
            return self.cond(scope, cond, negated);
        }
        let scalar = self.value(scope, value);
        complement(scalar, value.nullable, negated)
    }

    /// Text as it orders by code point.
    pub(super) fn text_order(&self, text: Scalar) -> Scalar {
        Scalar::Call(Function::TextOrder, vec![text])
    }

    /// A value as an operand of an order comparison.
    pub(super) fn ordered(&mut self, scope: &Scope, value: &Value) -> Scalar {
        let scalar = self.value(scope, value);
        if value.ty == Type::String { self.text_order(scalar) } else { scalar }
    }
}

/// A sum of many terms, halved again and again: engines limit how deeply expressions nest.
fn total(mut terms: Vec<Scalar>) -> Scalar {
    const IN_A_ROW: usize = 16;
    let add = |left, right| Scalar::binary(BinaryOp::Add, left, right);
    if terms.len() <= IN_A_ROW {
        return terms.into_iter().reduce(add).unwrap_or(Scalar::integer(0));
    }
    let second = terms.split_off(terms.len() / 2);
    add(total(terms), total(second))
}

/// An item of a list, if a value of a type can equal it: not every engine takes fractions among whole numbers.
fn among(ty: &Type, item: &Literal) -> Option<Scalar> {
    let item = match (ty, item) {
        (Type::Integer, Literal::Decimal(number)) if !number.is_integer() => return None,
        (Type::Integer, Literal::Decimal(number)) => Literal::Integer(number.to_i64()?),
        _ => item.clone(),
    };
    Some(Scalar::Literal(item))
}
