//! `warnings`: which warnings a project turns off, or counts as errors.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::{Fields, Like};

/// How a warning is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// It isn't reported.
    Allow,
    /// It is reported, and doesn't fail.
    #[default]
    Warn,
    /// It is reported as an error.
    Deny,
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    /// The name in `segc.yml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// The warnings that only projects which ask for them get: what they report is usual.
const ON_REQUEST: &[&str] = &["SEG392"];

/// The levels that a project gives to warnings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// The level of all codes that aren't named.
    pub all: Level,
    /// The levels of codes such as `SEG380`, with the place of each code.
    pub codes: BTreeMap<String, (Level, Span)>,
}

impl Levels {
    /// The level of a code.
    #[must_use]
    pub fn of(&self, code: &str) -> Level {
        let default = if ON_REQUEST.contains(&code) { Level::Allow } else { self.all };
        self.codes.get(code).map_or(default, |(level, _)| *level)
    }
}

/// Reads the levels. Whether the codes are those of warnings is checked where all codes are known.
pub(super) fn read_levels(fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Levels {
    let mut levels = Levels::default();
    let known = Level::ALL.map(|level| (level.name(), level));
    for (key, node) in fields.names("warnings", Like::Each("allow"), problems) {
        let Some(level) = node.word("a level", &known, problems) else { continue };
        match key.text.as_str() {
            "all" => levels.all = level,
            code => drop(levels.codes.insert(code.to_ascii_uppercase(), (level, key.span))),
        }
    }
    levels
}
