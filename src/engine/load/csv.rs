//! Files of separated values.

use super::append::Sink;
use super::columns::Columns;
use super::faults::{Faults, RecordKind};
use super::folder::DataFile;
use super::open::{open, unreadable};
use super::problems::EmptyFile;
use super::records::{Next, Records, Separators};
use crate::catalog::ReadOptions;
use crate::convert::Value;
use crate::diagnostic::lookalike;
use crate::engine::EngineError;
use crate::engine::problems::MissingColumn;

/// Reads a file, and adds its rows unless there is a problem.
pub(super) fn load(
    file: &DataFile,
    tabs: bool,
    read: &ReadOptions,
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), EngineError> {
    let separators = Separators {
        delimiter: read.delimiter.unwrap_or(if tabs { b'\t' } else { b',' }),
        quote: if read.no_quote { None } else { Some(read.quote.unwrap_or(b'"')) },
        escape: read.escape,
        trim: read.trim,
    };
    let opened = open(file, read);
    let records =
        opened.and_then(|text| Records::new(text, separators).map_err(|error| unreadable(file, &error)));
    let mut records = match records {
        Ok(records) => records,
        Err(problem) => {
            faults.other(problem);
            return Ok(());
        }
    };
    let mut header = read.columns.clone();
    let mut places: Vec<usize> = Vec::new();
    if let Some(names) = &header {
        match find(names, columns, file, separators.delimiter, faults) {
            Some(found) => places = found,
            None => return Ok(()),
        }
    }
    let mut rows = 0u64;
    loop {
        match records.next() {
            Err(error) => {
                faults.other(unreadable(file, &error));
                break;
            }
            Ok(Next::End) => break,
            Ok(Next::Fault(fault, line)) => faults.record(RecordKind::Quote(fault), line, String::new()),
            Ok(Next::Record)
                if header.is_none() && told_delimiter(&records, separators.delimiter).is_some() =>
            {
                let told = told_delimiter(&records, separators.delimiter).unwrap_or_default();
                faults.record(RecordKind::ToldDelimiter, records.line(), told);
                return Ok(());
            }
            Ok(Next::Record) => match &header {
                None => {
                    let names: Vec<String> = (0..records.len())
                        .map(|at| String::from_utf8_lossy(records.value(at)).trim().to_owned())
                        .collect();
                    match find(&names, columns, file, separators.delimiter, faults) {
                        Some(found) => places = found,
                        None => return Ok(()),
                    }
                    header = Some(names);
                }
                Some(names) => {
                    rows += 1;
                    row(&records, names.len(), &places, columns, faults, sink)?;
                }
            },
        }
    }
    if rows == 0 && faults.is_empty() {
        let file = file.path.display().to_string();
        match header {
            None => faults.other(MissingColumn {
                span: columns.columns.first().map(|column| column.span),
                file,
                column: columns.names().next().unwrap_or_default().to_owned(),
                has: Vec::new(),
                delimiter: None,
                alike: None,
            }),
            Some(_) => faults.other(EmptyFile { span: None, file }),
        }
    }
    Ok(())
}

/// The index of each column; `None` if it is uncertain, which is reported.
fn find(
    names: &[String],
    columns: &Columns<'_>,
    file: &DataFile,
    delimiter: u8,
    faults: &mut Faults<'_>,
) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    let mut sound = true;
    for column in &columns.columns {
        let mut found = names.iter().enumerate().filter(|(_, name)| name.eq_ignore_ascii_case(column.name));
        let path = || file.path.display().to_string();
        match (found.next(), found.next()) {
            (Some((at, _)), None) => places.push(at),
            (Some((first, _)), Some((second, _))) => {
                sound = false;
                let said =
                    format!("columns {} and {} are both called `{}`", first + 1, second + 1, column.name);
                faults.record(RecordKind::NameTwice, 1, said);
            }
            (None, _) => {
                let delimiter = other_delimiter(names, columns, delimiter);
                // With another delimiter all columns are missing, for the same reason.
                if delimiter.is_some() && !sound {
                    continue;
                }
                sound = false;
                faults.other(MissingColumn {
                    span: Some(column.span),
                    file: path(),
                    column: column.name.to_owned(),
                    has: names.iter().map(|name| super::faults::shown(name)).collect(),
                    delimiter,
                    alike: alike(names, column.name),
                });
            }
        }
    }
    sound.then_some(places)
}

/// A name that seems to be the column's, as it is shown, and the character that makes it another.
fn alike(names: &[String], column: &str) -> Option<(String, String)> {
    let is_alike =
        |name: &&String| lookalike::meant(name).is_some_and(|meant| meant.eq_ignore_ascii_case(column));
    let name = names.iter().find(is_alike)?;
    Some((super::faults::shown(name), lookalike::first(name)?))
}

/// What to do about a first line such as `sep=;`, which tells Excel the delimiter.
fn told_delimiter<R: std::io::BufRead>(records: &Records<R>, delimiter: u8) -> Option<String> {
    let values: Vec<&str> =
        (0..records.len()).map(|at| std::str::from_utf8(records.value(at)).unwrap_or_default()).collect();
    let line = values.join(char::from(delimiter).encode_utf8(&mut [0; 4]));
    let (head, told) = line.split_at_checked(4)?;
    head.eq_ignore_ascii_case("sep=").then(|| match told {
        told if told.len() != 1 || told.as_bytes() == [delimiter] => "remove the line".to_owned(),
        "\t" => "remove the line, and declare `read: { delimiter: tab }`".to_owned(),
        told => format!("remove the line, and declare `read: {{ delimiter: \"{told}\" }}`"),
    })
}

/// Another delimiter by which the header has a column.
fn other_delimiter(names: &[String], columns: &Columns<'_>, delimiter: u8) -> Option<&'static str> {
    let [only] = names else { return None };
    let known =
        |part: &str| columns.names().any(|name| name.eq_ignore_ascii_case(part.trim().trim_matches('"')));
    [(';', ";"), ('\t', "tab"), ('|', "|"), (',', ","), (':', ":")]
        .into_iter()
        .filter(|(c, _)| only.contains(*c) && u32::from(*c) != u32::from(delimiter))
        .find(|(c, _)| only.split(*c).any(known))
        .map(|(_, word)| word)
}

fn row<R: std::io::BufRead>(
    records: &Records<R>,
    width: usize,
    places: &[usize],
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), EngineError> {
    let line = records.line();
    if records.len() != width {
        let kind = if records.len() > width { RecordKind::TooMany } else { RecordKind::TooFew };
        faults.record(kind, line, format!("{} instead of {width}", records.len()));
        return Ok(());
    }
    let mut values: Vec<Value<'_>> = Vec::with_capacity(places.len());
    for (at, (column, &place)) in columns.columns.iter().zip(places).enumerate() {
        let bytes = records.value(place);
        let Ok(text) = std::str::from_utf8(bytes) else {
            faults.undecoded(line, Some(at), bytes);
            continue;
        };
        match column.text(text) {
            Ok(value) => {
                faults.loaded(at, line, &value);
                values.push(value);
            }
            Err(misfit) => faults.value(at, line, text, &misfit),
        }
    }
    if faults.is_empty() {
        return sink.push(columns, &values);
    }
    sink.stop();
    Ok(())
}
