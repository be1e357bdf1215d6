//! Reads rows from a Markdown table.

use super::read::Block;
use crate::catalog::{Entity, Field};
use crate::evaluate::{Data, Datum, parse};

/// Adds the rows of a table. A blank cell is missing; text in double quotes has the escapes
/// of the segment language, and `""` is empty text.
pub(super) fn fill(data: &mut Data, entity: &Entity, block: &Block, file: &str) -> Result<(), String> {
    let mut lines = (block.line..).zip(&block.lines).filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or_else(|| format!("{file}:{}: a table has a head", block.line))?;
    let columns = cells(head);
    let known = |name: &&String| entity.fields.iter().any(|field| field.name == **name);
    if let Some(name) = columns.iter().find(|name| !known(name)) {
        return Err(format!("{file}:{}: `{}` has no field `{name}`", block.line, entity.name));
    }
    let id = data.catalog().find(&entity.name).ok_or("an entity of another catalog")?;
    for (line, text) in lines.filter(|(_, line)| !line.starts_with("|-") && !line.starts_with("| -")) {
        let cells = cells(text);
        if cells.len() != columns.len() {
            return Err(format!("{file}:{line}: a cell for each column"));
        }
        let value = |field: &Field| {
            let cell = columns.iter().position(|name| *name == field.name).and_then(|at| cells.get(at));
            cell.map_or(Ok(Datum::Missing), |cell| datum(field, cell, &format!("{file}:{line}")))
        };
        let row = entity.fields.iter().map(value).collect::<Result<_, String>>()?;
        data.push_row(id, row).map_err(|error| format!("{file}:{line}: {error}"))?;
    }
    Ok(())
}

/// The cells of a line, between the bars.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn datum(field: &Field, cell: &str, place: &str) -> Result<Datum, String> {
    if cell.is_empty() {
        return Ok(Datum::Missing);
    }
    let quoted = cell.len() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    let text = if quoted { unescaped(&cell[1..cell.len() - 1], place)? } else { cell.to_owned() };
    parse(&text, &field.held_type(), &field.held_storage()).map_err(|error| format!("{place}: {error}"))
}

/// Text with `\" \\ \n \t \u{…}` read.
fn unescaped(text: &str, place: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (escape, length) = match after.chars().next() {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some('u') => {
                let end = after.find('}').ok_or_else(|| format!("{place}: `\\u{{` is not closed"))?;
                let code = u32::from_str_radix(&after[2..end], 16).ok().and_then(char::from_u32);
                (code.ok_or_else(|| format!("{place}: no such character"))?, end + 1)
            }
            Some(same) => (same, same.len_utf8()),
            None => return Err(format!("{place}: a backslash at the end")),
        };
        out.push(escape);
        rest = &after[length..];
    }
    Ok(out + rest)
}
