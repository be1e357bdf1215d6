//! How a file represents values, if it differs from the default.

use jiff::tz::TimeZone;

use crate::catalog::ReadOptions;
use crate::types::TimeForm;

/// How values are represented. The default is ISO 8601, `true` and `false`, a decimal point, and
/// blanks for missing values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notation {
    /// The words for missing values. If none are declared, blanks are missing.
    pub(super) null: Option<Vec<String>>,
    /// The words for true and false, in addition to `true` and `false`.
    pub(super) truths: Vec<(String, bool)>,
    /// The thousands separator.
    pub(super) thousands: Option<char>,
    /// Whether the decimal separator is a comma.
    pub(super) decimal_comma: bool,
    /// Whether spaces around values are ignored.
    pub(super) trim: bool,
    /// The formats of dates; ISO 8601 if there are none.
    pub(super) dates: Vec<TimeForm>,
    /// The formats of timestamps; ISO 8601 if there are none.
    pub(super) timestamps: Vec<TimeForm>,
    /// The time zone of times without an offset.
    pub(super) zone: Option<TimeZone>,
}

impl Notation {
    /// The notation that an entity declares.
    #[must_use]
    pub(crate) fn of(read: &ReadOptions) -> Self {
        let of_truth = |words: &[String], truth| -> Vec<(String, bool)> {
            words.iter().map(|word| (word.clone(), truth)).collect()
        };
        Self {
            null: read.null.clone(),
            truths: [of_truth(&read.true_words, true), of_truth(&read.false_words, false)].concat(),
            thousands: read.thousands,
            decimal_comma: read.decimal_comma,
            trim: read.trim,
            dates: read.date_forms.clone(),
            timestamps: read.timestamp_forms.clone(),
            zone: read.zone.as_ref().and_then(|name| TimeZone::get(name).ok()),
        }
    }

    /// Only the time zone that an entity declares, for values that aren't in data files.
    #[must_use]
    pub(crate) fn zone_of(read: &ReadOptions) -> Self {
        Self { zone: Self::of(read).zone, null: Some(Vec::new()), ..Self::default() }
    }

    /// Whether a text represents a missing value.
    #[must_use]
    pub(crate) fn is_null(&self, text: &str) -> bool {
        match &self.null {
            None => text.is_empty(),
            Some(words) => words.iter().any(|word| word == text),
        }
    }

    /// The words declared for missing values.
    pub(super) fn null_words(&self) -> &[String] {
        self.null.as_deref().unwrap_or_default()
    }

    pub(super) fn truth(&self, text: &str) -> Option<bool> {
        if let Some((_, truth)) = self.truths.iter().find(|(word, _)| word == text) {
            return Some(*truth);
        }
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else {
            text.eq_ignore_ascii_case("false").then_some(false)
        }
    }
}
