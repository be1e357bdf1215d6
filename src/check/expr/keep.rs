//! `keep`, and the buckets that it samples by.

use bigdecimal::BigDecimal;

use crate::catalog::{EntityId, FieldId};
use crate::diagnostic::Span;
use crate::syntax::ast;
use crate::types::{Literal, Type};

use super::super::hir::{self, Keep, KeepKind, KeepSize, Value, ValueKind};
use super::super::problems::keep::{
    NotGroupable, NotRankable, PerMany, UnhashableKey, WrongKeepCount, WrongPercent, WrongSeed,
};
use super::super::resolve::{NameScope, Tail, path_text};
use super::{Checker, describe, value};

/// Digits after the point of a percentage to rank by: ranks are compared in whole numbers, and
/// products of those must stay far below their limit.
const RANK_DIGITS: u8 = 6;
/// Digits after the point of a sample's percentage: there are 10,000 buckets.
const SAMPLE_DIGITS: u8 = 2;

impl Checker<'_, '_> {
    /// Checks one `keep` of a segment.
    pub(in super::super) fn keep(&mut self, keep: &ast::Keep, scope: &NameScope) -> Option<Keep> {
        let kind = match &keep.kind {
            ast::KeepKind::Rank { bottom, size, percent, size_span, per, by } => {
                let size = self.keep_size(size, *percent, *size_span);
                let per = per.as_ref().map_or(Some(Vec::new()), |path| self.groups(path, scope));
                let by = self.rank_by(by, scope);
                KeepKind::Rank { bottom: *bottom, size: size?, per: per?, by: by? }
            }
            ast::KeepKind::Sample { percent, percent_span, seed, .. } => {
                let below = self.percent(percent, *percent_span, SAMPLE_DIGITS);
                self.hashable_key(scope.this, keep.span)?;
                KeepKind::Sample { seed: seed.clone(), below: buckets(&below?) }
            }
        };
        Some(Keep { kind, span: keep.span })
    }

    fn keep_size(&mut self, size: &Literal, percent: bool, span: Span) -> Option<KeepSize> {
        if percent {
            return self.percent(size, span, RANK_DIGITS).map(KeepSize::Percent);
        }
        match size {
            Literal::Integer(count) if *count > 0 => Some(KeepSize::Count(count.unsigned_abs())),
            other => {
                let may_be_percent = percentage(other, RANK_DIGITS).is_some();
                self.fail(WrongKeepCount { span, given: other.to_string(), may_be_percent })
            }
        }
    }

    fn percent(&mut self, given: &Literal, span: Span, digits: u8) -> Option<BigDecimal> {
        percentage(given, digits)
            .or_else(|| self.fail(WrongPercent { span, given: given.to_string(), digits }))
    }

    fn rank_by(&mut self, by: &ast::Expr, scope: &NameScope) -> Option<Value> {
        let found = self.value(by, scope)?;
        if matches!(found.ty, Type::Boolean | Type::Json | Type::Array(_)) {
            let (what, ty) = (describe(by), found.ty.to_string());
            return self.fail(NotRankable { span: by.span, what, ty });
        }
        Some(found)
    }

    /// The values that tell the groups of `per` apart: a field, or the key at the end of a link.
    fn groups(&mut self, path: &ast::Path, scope: &NameScope) -> Option<Vec<Value>> {
        let found = match self.known.names.resolve(path, scope) {
            Ok(found) => found,
            Err(problem) => return self.fail(problem),
        };
        if self.first_many(&found).is_some() {
            return self.fail(PerMany { span: path.span, link: path_text(path) });
        }
        let Tail::Row = found.tail else {
            let field = ast::Expr { kind: ast::ExprKind::Path(path.clone()), span: path.span };
            let group = self.value(&field, scope)?;
            if matches!(group.ty, Type::Json | Type::Array(_) | Type::Float) {
                let (what, ty) = (describe(&field), group.ty.to_string());
                return self.fail(NotGroupable { span: path.span, what, ty });
            }
            return Some(vec![group]);
        };
        let entity = self.known.names.catalog.entity(found.end);
        let place = hir::Path { base: found.base, hops: found.hops, end: found.end };
        let part = |&field: &FieldId| {
            let ty = entity.field(field).ty.clone();
            value(ValueKind::Field(place.clone(), field), ty, true, path.span)
        };
        Some(entity.key.iter().map(part).collect())
    }

    /// `bucket("seed")` of the row that the expression is about.
    pub(super) fn bucket(&mut self, values: Vec<Value>, span: Span, scope: &NameScope) -> Option<Value> {
        let seed = values.into_iter().next()?;
        let ValueKind::Literal(Literal::String(text)) = seed.kind else {
            return self.fail(WrongSeed { span: seed.span });
        };
        self.hashable_key(scope.this, span)?;
        Some(value(ValueKind::Bucket { entity: scope.this, seed: text }, Type::Integer, false, span))
    }

    /// Whether all engines write an entity's key alike; a problem if they don't.
    fn hashable_key(&mut self, id: EntityId, span: Span) -> Option<()> {
        let entity = self.known.names.catalog.entity(id);
        let fields = entity.key.iter().map(|&field| entity.field(field));
        let mut others =
            fields.filter(|field| !matches!(field.ty, Type::String | Type::Integer | Type::Date));
        let Some(field) = others.next() else { return Some(()) };
        let (entity, field, ty) = (entity.name.clone(), field.name.clone(), field.ty.to_string());
        self.fail(UnhashableKey { span, entity, field, ty })
    }
}

/// A number above 0 and up to 100 with at most this many digits after the point.
fn percentage(given: &Literal, digits: u8) -> Option<BigDecimal> {
    let number = match given {
        Literal::Integer(number) => BigDecimal::from(*number),
        Literal::Decimal(number) => number.normalized(),
        _ => return None,
    };
    let in_range = number > 0 && number <= 100;
    (in_range && number.fractional_digit_count() <= i64::from(digits)).then_some(number)
}

/// How many of the 10,000 buckets a percentage is.
fn buckets(percent: &BigDecimal) -> u16 {
    let whole = (percent * BigDecimal::from(100)).with_scale(0);
    whole.to_string().parse().unwrap_or(10_000)
}
