//! Files with a JSON object in each line.

use std::fmt;
use std::io::BufRead;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::append::Sink;
use super::columns::Columns;
use super::faults::{Faults, RecordKind};
use super::folder::DataFile;
use super::open::{open, unreadable};
use super::problems::EmptyFile;
use crate::catalog::ReadOptions;
use crate::convert::{Misfit, Value};
use crate::engine::EngineError;
use crate::engine::problems::MissingColumn;

/// An object with its keys in the order of the file, possibly repeated.
pub(super) struct Object<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// Reads a file, and adds its rows unless there is a problem.
pub(super) fn load(
    file: &DataFile,
    read: &ReadOptions,
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), EngineError> {
    let mut text = match open(file, read) {
        Ok(text) => text,
        Err(problem) => {
            faults.other(problem);
            return Ok(());
        }
    };
    let mut seen = Seen { columns: vec![false; columns.columns.len()], others: Vec::new() };
    let (mut line, mut at, mut rows) = (Vec::new(), 0u64, 0u64);
    loop {
        line.clear();
        match text.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => at += 1,
            Err(error) => {
                faults.other(unreadable(file, &error));
                break;
            }
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            faults.undecoded(at, None, &line);
            continue;
        };
        if text.trim().is_empty() {
            continue;
        }
        rows += 1;
        match serde_json::from_str::<Object<'_>>(text) {
            Ok(Object(entries)) => row(&entries, at, columns, &mut seen, faults, sink)?,
            Err(error) => {
                let said = if at == 1 && text.trim_start().starts_with('[') {
                    "an array begins here: write one object per line, without brackets around all of them"
                        .to_owned()
                } else {
                    let error = error.to_string();
                    error.split(" at line ").next().unwrap_or_default().to_owned()
                };
                faults.record(RecordKind::NoObject, at, said);
                sink.stop();
            }
        }
    }
    let path = || file.path.display().to_string();
    if rows == 0 && faults.is_empty() {
        faults.other(EmptyFile { span: None, file: path() });
    } else if rows > 0 && faults.is_empty() {
        for (column, _) in columns.columns.iter().zip(&seen.columns).filter(|(_, seen)| !**seen) {
            faults.other(MissingColumn {
                span: Some(column.span),
                file: path(),
                column: column.name.to_owned(),
                has: seen.others.clone(),
                delimiter: None,
                alike: None,
            });
        }
    }
    Ok(())
}

/// The keys that occurred.
struct Seen {
    columns: Vec<bool>,
    /// Keys that aren't columns, for suggestions.
    others: Vec<String>,
}

fn row(
    entries: &[(String, &RawValue)],
    line: u64,
    columns: &Columns<'_>,
    seen: &mut Seen,
    faults: &mut Faults<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), EngineError> {
    for (key, _) in entries {
        let is_column = columns.names().any(|name| name.eq_ignore_ascii_case(key));
        if !is_column && seen.others.len() < 50 && !seen.others.contains(key) {
            seen.others.push(key.clone());
        }
    }
    let mut values: Vec<Value<'_>> = Vec::with_capacity(columns.columns.len());
    for (at, column) in columns.columns.iter().enumerate() {
        let mut found = entries.iter().filter(|(key, _)| key.eq_ignore_ascii_case(column.name));
        let raw = found.next().map(|(_, raw)| *raw);
        if found.next().is_some() {
            faults.record(RecordKind::KeyTwice, line, format!("`{}`", column.name));
        }
        seen.columns[at] |= raw.is_some();
        let value = match raw {
            Some(raw) => column.json(raw),
            None => column.limited(Value::Missing),
        };
        match value {
            Ok(value) => {
                faults.loaded(at, line, &value);
                values.push(value);
            }
            Err(misfit) => {
                let text = raw.map_or("", |raw| raw.get());
                let text: String = serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
                let text = if misfit == Misfit::NeverMissing { String::new() } else { text };
                faults.value(at, line, &text, &misfit);
            }
        }
    }
    if faults.is_empty() {
        return sink.push(columns, &values);
    }
    sink.stop();
    Ok(())
}
