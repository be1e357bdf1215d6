//! All faults in a file, of which a limited number is shown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::columns::Columns;
use super::folder::DataFile;
use super::problems::{BadRecord, BadValue, NotText, NotVersions};
use super::records::RecordFault;
use crate::convert::{Advice, Misfit, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, is_unseen, lookalike};
use crate::types::Version;
use crate::types::encoded::loose_version;

/// The maximum number of places shown per kind of problem.
const SHOWN: usize = 5;

/// The maximum number of wrong values per column that are analyzed; further ones are only counted.
const EXPLAINED: u64 = 500;

/// The maximum length of a value shown, in characters.
const LENGTH: usize = 60;

/// How places in a file are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Line,
    Row,
}

/// Values of a column that are wrong in the same way.
#[derive(Default)]
struct Group {
    places: Vec<(u64, String)>,
    count: u64,
}

/// The problems of one file.
pub(super) struct Faults<'f> {
    file: &'f DataFile,
    columns: &'f Columns<'f>,
    pub(super) unit: Unit,
    values: BTreeMap<(usize, bool, Advice), Group>,
    /// The number of analyzed values by column.
    explained: BTreeMap<usize, u64>,
    records: BTreeMap<RecordKind, Vec<(u64, String)>>,
    record_counts: BTreeMap<RecordKind, u64>,
    undecoded: Option<(u64, Option<String>, u64)>,
    /// Texts that are no versions, by column.
    no_versions: BTreeMap<usize, Group>,
    others: Vec<Diagnostic>,
}

/// How a whole record can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordKind {
    TooMany,
    TooFew,
    Quote(RecordFault),
    NoObject,
    KeyTwice,
    NameTwice,
    /// `sep=;`
    ToldDelimiter,
}

impl<'f> Faults<'f> {
    pub(super) fn new(file: &'f DataFile, columns: &'f Columns<'f>) -> Self {
        Self {
            file,
            columns,
            unit: Unit::Line,
            values: BTreeMap::new(),
            explained: BTreeMap::new(),
            records: BTreeMap::new(),
            record_counts: BTreeMap::new(),
            undecoded: None,
            no_versions: BTreeMap::new(),
            others: Vec::new(),
        }
    }

    /// Whether there are no problems so far, except for warnings.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
            && self.records.is_empty()
            && self.undecoded.is_none()
            && !self.others.iter().any(|one| one.severity == crate::diagnostic::Severity::Error)
    }

    /// Adds a value that can't be loaded.
    pub(super) fn value(&mut self, column: usize, at: u64, text: &str, misfit: &Misfit) {
        let explained = self.explained.entry(column).or_default();
        *explained += 1;
        if *explained > EXPLAINED {
            // The last group that was seen stands for the rest.
            if let Some((_, group)) = self.values.iter_mut().rfind(|((one, ..), _)| *one == column) {
                group.count += 1;
            }
            return;
        }
        let Some(place) = self.columns.columns.get(column) else { return };
        let advice = place.advice(text, misfit);
        let advice = if place.is_personal { advice.without_value() } else { advice };
        let is_missing = *misfit == Misfit::NeverMissing;
        let group = self.values.entry((column, is_missing, advice)).or_default();
        group.count += 1;
        if group.places.len() < SHOWN {
            group.places.push((at, if place.is_personal { String::new() } else { shown(text) }));
        }
    }

    /// Notes a value that can be loaded: text that isn't a version is what databases hold, but missing to
    /// segments.
    pub(super) fn loaded(&mut self, column: usize, at: u64, value: &Value<'_>) {
        let Some(place) = self.columns.columns.get(column) else { return };
        let Some(is_loose) = place.reads_versions else { return };
        let Value::Text(text) = value else { return };
        let strict = if is_loose { Cow::Owned(loose_version(text)) } else { Cow::Borrowed(text.as_ref()) };
        if Version::parse(&strict).is_ok() {
            return;
        }
        let group = self.no_versions.entry(column).or_default();
        group.count += 1;
        if group.places.len() < SHOWN {
            group.places.push((at, if place.is_personal { String::new() } else { shown(text) }));
        }
    }

    /// Adds a record that is wrong as a whole.
    pub(super) fn record(&mut self, kind: RecordKind, at: u64, said: String) {
        *self.record_counts.entry(kind).or_default() += 1;
        let places = self.records.entry(kind).or_default();
        if places.len() < SHOWN {
            places.push((at, said));
        }
    }

    /// Adds a value of a column, or a line of all columns, whose bytes aren't UTF-8.
    pub(super) fn undecoded(&mut self, at: u64, column: Option<usize>, bytes: &[u8]) {
        let mut columns = self.columns.columns.iter().enumerate();
        let is_personal =
            columns.any(|(place, one)| one.is_personal && column.is_none_or(|column| column == place));
        match &mut self.undecoded {
            Some((.., count)) => *count += 1,
            None => {
                let (as_latin1, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
                self.undecoded = Some((at, (!is_personal).then(|| shown(&as_latin1)), 1));
            }
        }
    }

    /// Adds a problem of another kind.
    pub(super) fn other(&mut self, problem: impl Into<Diagnostic>) {
        self.others.push(problem.into());
    }

    /// Reports all problems.
    pub(super) fn report(self, problems: &mut Diagnostics) {
        let file = self.file.path.display().to_string();
        for problem in self.others {
            problems.push(problem);
        }
        if let Some((line, text, count)) = self.undecoded {
            problems.push(NotText { span: None, file: file.clone(), line, text, count });
        }
        for (kind, places) in self.records {
            let count = self.record_counts.get(&kind).copied().unwrap_or_default();
            problems.push(BadRecord { span: None, file: file.clone(), kind, places, count });
        }
        let unit = if self.unit == Unit::Line { "line" } else { "row" };
        for (column, group) in self.no_versions {
            let Some(place) = self.columns.columns.get(column) else { continue };
            problems.push(NotVersions {
                span: Some(place.span),
                file: file.clone(),
                column: place.name.to_owned(),
                unit,
                is_personal: place.is_personal,
                is_loose: place.reads_versions == Some(true),
                places: group.places,
                count: group.count,
            });
        }
        for ((column, is_missing, advice), group) in self.values {
            let Some(place) = self.columns.columns.get(column) else { continue };
            problems.push(BadValue {
                span: Some(place.span),
                file: file.clone(),
                column: place.name.to_owned(),
                unit,
                is_missing,
                is_personal: place.is_personal,
                said: advice.said,
                advice: advice.help,
                places: group.places,
                count: group.count,
            });
        }
    }
}

/// A value as shown: short, and without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == LENGTH {
            shown.push('…');
            break;
        }
        // What nobody sees, or takes for a space.
        let is_odd = is_unseen(c)
            || lookalike::is_odd_space(c)
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}');
        if is_odd { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}
