//! Data files: a table each, with the types that all values have.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::document::origin;
use super::model::{Found, FoundColumn, FoundTable};
use super::problems::TwoFiles;
use crate::diagnostic::Diagnostics;
use crate::engine::{ColumnType, InferredColumn, InferredFile, infer_file};

/// Reads data files.
///
/// # Errors
///
/// A file can't be read, or two files would be the same table.
pub fn read_data_files(files: &[PathBuf]) -> Result<Found, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut found = Found::default();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for path in files {
        let shown = path.display().to_string();
        let inferred = match infer_file(path) {
            Ok(inferred) => inferred,
            Err(failed) => {
                problems.append(failed);
                continue;
            }
        };
        if let Some(first) = names.insert(inferred.table.to_lowercase(), shown.clone()) {
            problems.push(TwoFiles { span: None, table: inferred.table, first, second: shown });
            continue;
        }
        found.tables.push(table(inferred));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    found.origin = origin(files.iter().map(|path| path.display().to_string()).collect());
    found.tables.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

fn table(inferred: InferredFile) -> FoundTable {
    let InferredFile { table: name, rows, columns } = inferred;
    let mut table = FoundTable {
        id: name.clone(),
        name: vec![name.clone()],
        full: vec![name],
        is_selected: true,
        ..FoundTable::default()
    };
    for column in columns {
        let is_id = matches!(column.holds, Some(ColumnType::Text | ColumnType::Integer { .. }));
        if is_id && column.is_distinct && column.filled == rows && rows > 1 {
            table.add_key(vec![column.name.clone()], false, false);
        }
        table.columns.push(read(column, rows));
    }
    table
}

fn read(column: InferredColumn, rows: u64) -> FoundColumn {
    let seen = match column.filled {
        0 => Some(format!("no value in {rows} rows")),
        filled if filled < rows => Some(format!("in {filled} of {rows} rows")),
        _ => None,
    };
    let notes: Vec<String> = column.note.into_iter().chain(seen).collect();
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    FoundColumn { note, ..FoundColumn::new(&column.name, "", column.holds) }
}
