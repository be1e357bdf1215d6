//! What every page has around its own contents.

use super::measured::{Measured, Place};

/// The frame of a page.
pub(super) struct Shell {
    pub(super) project: String,
    pub(super) title: String,
    /// The part of the site that is open.
    pub(super) active: &'static str,
    /// The way to the site's folder.
    pub(super) root: &'static str,
    pub(super) version: &'static str,
    pub(super) tests: usize,
    pub(super) failed: usize,
    pub(super) findings: usize,
    /// What the numbers are of.
    pub(super) measured: Option<String>,
    pub(super) has_overlap: bool,
}

impl Shell {
    /// Whether a part of the site is open, for assistive technology.
    pub(super) fn current(&self, part: &str) -> &'static str {
        if self.active == part { "page" } else { "false" }
    }
}

/// What numbers are of, as people say it.
pub(super) fn basis(measured: &Measured) -> String {
    let as_of = when(measured);
    match &measured.place {
        Place::SampleRows => format!("the sample rows in data/, as of {as_of}"),
        Place::Database(address) => format!("{address}, as of {as_of}"),
    }
}

/// The as_of of numbers.
pub(super) fn when(measured: &Measured) -> String {
    super::history::instant(measured.as_of)
}
