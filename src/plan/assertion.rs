//! What must hold before a script writes.

use super::rel::Scalar;
use crate::catalog::{EntityId, FieldId};

/// What a script asserts before it writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// The script fails if this is true.
    pub fails_if: Scalar,
    /// The message with which the script then stops, up to what it has written by then.
    pub message: String,
    /// What isn't unique then, of an assertion that rows of an entity are.
    pub unique: Option<Unique>,
}

impl Assertion {
    /// The whole message. `committed` is whether an earlier transaction of the script has been.
    #[must_use]
    pub fn failure(&self, committed: bool) -> String {
        let written = if committed {
            "what was committed before stays, nothing else was written"
        } else {
            "nothing was written"
        };
        format!("{}; {written}", self.message)
    }
}

/// Fields of which no two rows may have the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    pub(crate) entity: EntityId,
    /// The fields, at least one.
    pub(crate) fields: Vec<FieldId>,
}
