//! Buckets: the hash of a seed and a key, by which samples are drawn.

use super::Lowering;
use super::frame::Row;
use super::rank_chain::KeyPart;
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::Type;

impl Lowering<'_> {
    /// The bucket of a row, an integer from 0 to 9999.
    pub(super) fn bucket(&mut self, row: &Row, seed: &str) -> Scalar {
        let key = self.cx.hir.catalog.entity(row.entity).key.clone();
        let values: Vec<Scalar> = key.into_iter().map(|field| self.field(row, field)).collect();
        bucket_of(seed, &self.key_parts(row.entity), &values)
    }
}

/// That a bucket is one of the sample's.
pub(super) fn below_bucket(bucket: Scalar, below: u16) -> Scalar {
    Scalar::binary(BinaryOp::Less, bucket, Scalar::integer(i64::from(below)))
}

/// The bucket of a key with these values.
pub(super) fn bucket_of(seed: &str, key: &[KeyPart], values: &[Scalar]) -> Scalar {
    let text = |text: String| Scalar::text(text);
    let concat = |left, right| Scalar::Call(Function::Concat, vec![left, right]);
    let mut hashed: Option<Scalar> = None;
    for (part, value) in key.iter().zip(values) {
        let value = match part.ty {
            Type::String => value.clone(),
            Type::Date => Scalar::Call(Function::DateText, vec![value.clone()]),
            _ => Scalar::Cast(Box::new(value.clone()), Type::String),
        };
        let before = match hashed {
            None => text(format!("{seed}:")),
            Some(before) => concat(before, text(":".to_owned())),
        };
        hashed = Some(concat(before, value));
    }
    Scalar::Call(Function::Bucket, vec![hashed.unwrap_or_else(|| text(format!("{seed}:")))])
}
