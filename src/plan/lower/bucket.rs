//! Buckets: the hash of a seed and a key, by which samples are drawn.

use super::Lowering;
use super::frame::Row;
use super::rank_chain::KeyPart;
use crate::check::hir::{Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::{BucketHash, BucketTool, Literal, Type};

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

/// The bucket of a value as a tool cuts it; null if the value is.
pub(super) fn tool_bucket(tool: BucketTool, seed: &Value, ty: &Type, value: &Scalar) -> Scalar {
    let seed = match &seed.kind {
        ValueKind::Literal(Literal::String(seed)) => seed.as_str(),
        _ => "",
    };
    let function = match tool.hash() {
        BucketHash::Sha1Share => Function::Sha1Share,
        BucketHash::Md5Share => Function::Md5Share,
        BucketHash::Md5Remainder => Function::Md5Remainder,
    };
    let value = match ty {
        Type::Integer => Scalar::Call(Function::IntegerText, vec![value.clone()]),
        _ => value.clone(),
    };
    let mut rounds: Vec<Scalar> = (1..=tool.rounds())
        .map(|round| Scalar::Call(function, vec![hashed(tool, seed, &value, round)]))
        .collect();
    let last = rounds.pop().unwrap_or(Scalar::integer(0));
    if rounds.is_empty() {
        return last;
    }
    let again = || Scalar::integer(tool.last());
    let branch = |bucket: Scalar| (Scalar::binary(BinaryOp::NotEqual, bucket.clone(), again()), bucket);
    Scalar::Case(rounds.into_iter().map(branch).collect(), Some(Box::new(last)))
}

/// The text that is hashed in a round: repeated as often, separated by commas.
fn hashed(tool: BucketTool, seed: &str, value: &Scalar, round: usize) -> Scalar {
    let (before, after) = tool.around(seed);
    let mut parts: Vec<Scalar> = Vec::new();
    let mut pending = before.clone();
    for repeat in 1..=round {
        if !pending.is_empty() {
            parts.push(Scalar::text(std::mem::take(&mut pending)));
        }
        parts.push(value.clone());
        pending = if repeat < round { format!("{after},{before}") } else { after.clone() };
    }
    if !pending.is_empty() {
        parts.push(Scalar::text(pending));
    }
    let concat = |left, right| Scalar::Call(Function::Concat, vec![left, right]);
    parts.into_iter().reduce(concat).unwrap_or_else(|| value.clone())
}
