//! What must hold before a script writes.

use super::rel::Scalar;
use crate::catalog::{EntityId, FieldId};

/// What a script asserts before it writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// The script fails if this is true.
    pub fails_if: Scalar,
    /// The message with which the script then stops.
    pub message: String,
    /// What isn't unique then, of an assertion that rows of an entity are.
    pub unique: Option<Unique>,
}

/// Fields of which no two rows may have the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    pub(crate) entity: EntityId,
    /// The fields, at least one.
    pub(crate) fields: Vec<FieldId>,
}
