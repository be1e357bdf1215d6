//! Reads rows from a Markdown table.

use segc::catalog::{Entity, Field};
use segc::evaluate::{Data, Datum, parse};

use crate::conformance::read::Block;

/// Adds the rows of a table. A blank cell is missing; text in double quotes has the escapes
/// of the segment language, and `""` is empty text.
pub fn fill(data: &mut Data, entity: &Entity, block: &Block, file: &str) {
    let mut lines = (block.line..).zip(&block.lines).filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().unwrap_or_else(|| panic!("{file}:{}: a table has a head", block.line));
    let columns = cells(head);
    let known = |name: &String| entity.fields.iter().any(|field| field.name == *name);
    for name in &columns {
        assert!(known(name), "{file}:{}: `{}` has no field `{name}`", block.line, entity.name);
    }
    let id = data.catalog().find(&entity.name).expect("an entity of the catalog");
    for (line, text) in lines.filter(|(_, line)| !line.starts_with("|-") && !line.starts_with("| -")) {
        let cells = cells(text);
        assert_eq!(cells.len(), columns.len(), "{file}:{line}: a cell for each column");
        let value = |field: &Field| {
            let at = columns.iter().position(|name| *name == field.name);
            at.map_or(Datum::Missing, |at| datum(field, &cells[at], &format!("{file}:{line}")))
        };
        let row = entity.fields.iter().map(value).collect();
        data.push_row(id, row).unwrap_or_else(|error| panic!("{file}:{line}: {error}"));
    }
}

/// The cells of a line, between the bars.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn datum(field: &Field, cell: &str, place: &str) -> Datum {
    if cell.is_empty() {
        return Datum::Missing;
    }
    let quoted = cell.len() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    let text = if quoted { unescaped(&cell[1..cell.len() - 1], place) } else { cell.to_owned() };
    parse(&text, &field.ty, &field.storage).unwrap_or_else(|error| panic!("{place}: {error}"))
}

/// Text with `\" \\ \n \t \u{…}` read.
fn unescaped(text: &str, place: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (escape, length) = match after.chars().next() {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some('u') => {
                let end = after.find('}').unwrap_or_else(|| panic!("{place}: `\\u{{` is not closed"));
                let code = u32::from_str_radix(&after[2..end], 16).ok().and_then(char::from_u32);
                (code.unwrap_or_else(|| panic!("{place}: no such character")), end + 1)
            }
            Some(same) => (same, same.len_utf8()),
            None => panic!("{place}: a backslash at the end"),
        };
        out.push(escape);
        rest = &after[length..];
    }
    out + rest
}
