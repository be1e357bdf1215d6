//! The exact complement of a predicate that may be null.

use crate::plan::rel::Scalar;

/// A predicate or its complement; wrapped only if it may be null.
pub(super) fn complement(predicate: Scalar, nullable: bool, negated: bool) -> Scalar {
    match (negated, nullable) {
        (false, _) => predicate,
        (true, true) => not_true(predicate),
        (true, false) => Scalar::Not(Box::new(predicate)),
    }
}

/// That a predicate is false or null.
pub(super) fn not_true(predicate: Scalar) -> Scalar {
    Scalar::IsNotTrue(Box::new(predicate))
}
