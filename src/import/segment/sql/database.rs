//! What databases do differently, where it changes who is selected: data, in `databases.json`.
use serde::Deserialize;

/// The file with an entry for each database.
const FILE: &str = include_str!("databases.json");

/// What `/` of two whole numbers gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntegerDivision {
    /// A number with a fraction.
    Float,
    /// A whole number.
    Truncates,
    Unknown,
}

/// What a backslash in the pattern of LIKE means, if no ESCAPE follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LikeEscape {
    /// The next character stands for itself.
    Backslash,
    /// Itself.
    None,
    Unknown,
}

/// Whether texts that differ only in case are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CaseRule {
    /// They differ.
    Sensitive,
    /// LIKE ignores the case of ASCII letters, `=` doesn't.
    Like,
    /// The collation decides, and commonly ignores case.
    Collation,
    Unknown,
}

/// The order of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TextOrder {
    CodePoints,
    Collation,
    Unknown,
}

/// What a day is when it is added to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DayLength {
    /// A day of the calendar.
    Calendar,
    /// 24 hours.
    Exact,
}

/// The first day of the week that `date_trunc` cuts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WeekStart {
    Monday,
    Sunday,
    Unknown,
}

/// What subtracting a date from a date gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DateMinus {
    /// A number of days.
    Days,
    Unknown,
}

/// What an instant less another is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Elapsed {
    /// The time between them.
    Exact,
    /// The difference between the session's local times: a day without an hour still is one.
    WallClock,
}

/// What the function `length` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LengthOf {
    Characters,
    /// Bytes, or characters without those at the end that are spaces.
    Bytes,
}

/// What `trim` removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trims {
    Spaces,
    WhiteSpace,
}

/// A database, as far as its SQL differs from the others'.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(super) name: String,
    /// The name of its grammar.
    pub(super) parser: String,
    pub(super) integer_division: IntegerDivision,
    pub(super) like_escape: LikeEscape,
    /// The functions and operators whose patterns must match the whole text.
    pub(super) anchored: Vec<String>,
    pub(super) case: CaseRule,
    pub(super) order: TextOrder,
    pub(super) days: DayLength,
    pub(super) week: WeekStart,
    pub(super) date_minus: DateMinus,
    pub(super) elapsed: Elapsed,
    pub(super) length: LengthOf,
    pub(super) trims: Trims,
    /// Whether patterns of LIKE have classes in brackets.
    pub(super) like_classes: bool,
}

impl Database {
    /// The database of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|database| database.name.eq_ignore_ascii_case(name))
    }

    /// Its names, in the order in which help lists them.
    pub(crate) fn names() -> Vec<String> {
        Self::all().into_iter().map(|database| database.name).collect()
    }

    fn all() -> Vec<Self> {
        // The file is part of the program, and a test reads it.
        serde_json::from_str(FILE).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_has_a_grammar() {
        let all = Database::all();
        assert!(all.len() > 10, "read {}", all.len());
        for database in all {
            assert!(sqlparser::dialect::dialect_from_str(&database.parser).is_some(), "{}", database.name);
        }
    }
}
