//! Which run's clock an expression reads.

use std::rc::Rc;

/// The name under which a clock holds as_of.
pub(super) const AS_OF: &str = "as_of";

/// The run whose clock an expression reads: a refresh compares a condition as it holds now with
/// how it held at the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AtRun {
    /// The run that is being planned.
    This,
    /// The segment's last run, whose as_of the clock holds under this name.
    Last { as_of: Rc<str> },
}

impl AtRun {
    /// The name of one of the clock's instants: those of the last run begin as its as_of does.
    pub(super) fn clock_name(&self, name: &str) -> String {
        match self {
            Self::This => name.to_owned(),
            Self::Last { as_of } if name == AS_OF => as_of.to_string(),
            Self::Last { as_of } => format!("{}{name}", as_of.strip_suffix(AS_OF).unwrap_or(as_of)),
        }
    }
}
