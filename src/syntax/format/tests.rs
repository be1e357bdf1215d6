//! The style, and the laws: the same meaning, the same words, the same comments, and nothing to do
//! the second time.

mod laws;
mod style;

use crate::diagnostic::{Diagnostics, SourceId};

/// The formatted text of a file without errors.
fn formatted(text: &str) -> String {
    let mut problems = Diagnostics::new();
    let out = super::format(SourceId(0), text, &mut problems);
    out.unwrap_or_else(|| panic!("{text}\n{problems:#?}"))
}
