//! `keep`: the entities that it keeps; and the buckets of samples.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use md5::{Digest, Md5};

use super::data::pick;
use super::evaluator::{Evaluator, Row, RowScope};
use super::{Datum, EvalError};
use crate::catalog::EntityId;
use crate::check::hir::{Keep, KeepKind, KeepSize, Value};
use crate::diagnostic::Span;
use crate::types::BucketTool;

/// A row that is ranked.
struct RankedRow {
    by: Datum,
    key: Vec<Datum>,
    index: usize,
}

impl Evaluator<'_> {
    /// Of these rows of an entity, those that a `keep` keeps.
    pub(super) fn kept(
        &self,
        keep: &Keep,
        entity: EntityId,
        rows: Vec<usize>,
    ) -> Result<Vec<usize>, EvalError> {
        match &keep.kind {
            KeepKind::Sample { seed, below } => {
                let mut kept = Vec::new();
                for index in rows {
                    if self.bucket(Row { entity, index }, seed, keep.span)? < i64::from(*below) {
                        kept.push(index);
                    }
                }
                Ok(kept)
            }
            KeepKind::Rank { bottom, size, per, by } => {
                let mut kept = Vec::new();
                for mut group in self.groups(per, by, entity, rows)? {
                    group.sort_by(|a, b| in_order(a, b, *bottom));
                    kept.extend(group.iter().take(count(size, group.len())).map(|row| row.index));
                }
                Ok(kept)
            }
        }
    }

    /// The rows by the values of `per`, of which missing is one as well.
    fn groups(
        &self,
        per: &[Value],
        by: &Value,
        entity: EntityId,
        rows: Vec<usize>,
    ) -> Result<Vec<Vec<RankedRow>>, EvalError> {
        let mut groups: BTreeMap<Vec<Datum>, Vec<RankedRow>> = BTreeMap::new();
        for index in rows {
            let row = Row { entity, index };
            let scope = RowScope::of(row);
            let group: Vec<Datum> =
                per.iter().map(|value| self.eval(value, scope)).collect::<Result<_, _>>()?;
            let key = pick(self.fields(row), &self.hir.catalog.entity(entity).key).unwrap_or_default();
            groups.entry(group).or_default().push(RankedRow { by: self.eval(by, scope)?, key, index });
        }
        Ok(groups.into_values().collect())
    }

    /// The first 8 hexadecimal digits of MD5(seed, colon, the key's parts joined by colons)
    /// as a number, modulo 10000.
    pub(super) fn bucket(&self, row: Row, seed: &str, span: Span) -> Result<i64, EvalError> {
        let mut text = seed.to_owned();
        for &field in &self.hir.catalog.entity(row.entity).key {
            let part = match self.field(row, field) {
                part @ (Datum::String(_) | Datum::Integer(_) | Datum::Date(_)) => part.to_string(),
                _ => return Err(EvalError::IllTyped(span)),
            };
            text.push(':');
            text.push_str(&part);
        }
        let hash = Md5::digest(text.as_bytes());
        Ok(i64::from(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % 10_000))
    }
}

impl Evaluator<'_> {
    /// The bucket of a value as a tool cuts it.
    pub(super) fn tool_bucket(
        &self,
        tool: BucketTool,
        args: &[Value],
        scope: RowScope,
        span: Span,
    ) -> Result<Datum, EvalError> {
        let [seed, of] = args else { return Err(EvalError::IllTyped(span)) };
        match (self.eval(seed, scope)?, self.eval(of, scope)?) {
            (_, Datum::Missing) => Ok(Datum::Missing),
            (Datum::String(seed), of @ (Datum::String(_) | Datum::Integer(_))) => {
                Ok(Datum::Integer(tool.bucket(&seed, &of.to_string())))
            }
            _ => Err(EvalError::IllTyped(span)),
        }
    }
}

/// Missing comes last, from the top as from the bottom; ties go to the lower key.
fn in_order(a: &RankedRow, b: &RankedRow, bottom: bool) -> Ordering {
    let by = if bottom { a.by.cmp(&b.by) } else { Reverse(&a.by).cmp(&Reverse(&b.by)) };
    let missing = a.by.is_missing().cmp(&b.by.is_missing());
    missing.then(by).then_with(|| a.key.cmp(&b.key))
}

/// How many of these stay.
fn count(size: &KeepSize, of: usize) -> usize {
    match size {
        KeepSize::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
        KeepSize::Percent(percent) => {
            let hundredths = percent * BigDecimal::from(of as u64);
            let exact = hundredths / BigDecimal::from(100);
            exact.with_scale_round(0, RoundingMode::Ceiling).to_usize().unwrap_or(usize::MAX)
        }
    }
}
