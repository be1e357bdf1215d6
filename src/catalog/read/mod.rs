//! `read:`, the format of an entity's sample data files.

pub(crate) mod problems;

use encoding_rs::Encoding;

use self::problems::{
    BadFilePattern, BadSeparator, NullByName, ReadConflict, ReadOfQuery, SameSeparator, TimeFormUnusable,
    UnknownEncoding,
};
use super::lookup::Lookup;
use super::model::{Entity, FileEncoding, ReadOptions};
use super::problems::EmptyText;
use super::problems::columns::UnknownZone;
use crate::diagnostic::{Diagnostics, Span};
use crate::types::{TimeForm, find_zone};
use crate::yaml::{Fields, Meant, Node, NodeKind, OtherKeys};

/// What other tools have in place of our keys.
const OTHER_KEYS: OtherKeys = &[
    (&["na", "nulls", "null_values", "na_values", "null_string", "nullstr", "null_word"], Meant::Key("null")),
    (&["separator", "sep", "delim", "field_delimiter", "fieldDelimiter"], Meant::Key("delimiter")),
    (&["path", "paths", "glob", "location", "filename"], Meant::Key("files")),
    (&["quotechar", "quote_char"], Meant::Key("quote")),
    (&["escapechar", "escape_char"], Meant::Key("escape")),
    (&["charset", "codec"], Meant::Key("encoding")),
    (&["names", "header_names", "fields"], Meant::Key("columns")),
    (&["timezone", "tz", "time_zone"], Meant::Key("zone")),
    (&["dateformat", "dates"], Meant::Key("date_format")),
    (&["timestampformat", "datetime_format", "timestamps"], Meant::Key("timestamp_format")),
    (&["decimal_separator"], Meant::Key("decimal")),
    (&["thousands_separator"], Meant::Key("thousands")),
    (
        &["header", "headers", "has_header"],
        Meant::Help("remove it: the first line names the columns, unless `columns` does"),
    ),
    (&["format", "type"], Meant::Help("remove it: a file's extension says its format")),
    (&["compression"], Meant::Help("remove it: the files end in `.gz` if they are compressed")),
];

/// Reads `read`, which says nothing of an entity whose rows come from a query.
pub(super) fn read_options(
    map: &mut Fields<'_>,
    lookup: Lookup<'_>,
    of_query: bool,
    problems: &mut Diagnostics,
) -> Option<ReadOptions> {
    let node = map.get("read")?;
    let span = map.key_span("read")?;
    let owner = format!("`read` of `{}`", lookup.entity);
    let mut fields = Fields::new(node, owner, span, problems)?.knowing(OTHER_KEYS);
    let mut read = ReadOptions { span: Some(span), ..ReadOptions::default() };
    read.files = files(fields.get("files"), problems);
    read.columns = fields.get("columns").map(|node| words(node, "columns", problems));
    read.null = fields.get("null").map(|node| words(node, "null", problems));
    read.true_words = fields.get("true").map(|node| words(node, "true", problems)).unwrap_or_default();
    read.false_words = fields.get("false").map(|node| words(node, "false", problems)).unwrap_or_default();
    read.delimiter = fields.get("delimiter").and_then(|node| byte(node, "delimiter", problems));
    let quote = fields.get("quote");
    read.quote = quote.filter(|node| !is_none(node)).and_then(|node| byte(node, "quote", problems));
    read.no_quote = quote.is_some_and(is_none);
    read.escape = fields.get("escape").and_then(|node| byte(node, "escape", problems));
    read.encoding = fields.get("encoding").and_then(|node| encoding(node, problems));
    read.decimal_comma = fields.get("decimal").and_then(|node| decimal(node, problems)).unwrap_or(false);
    read.thousands = fields.get("thousands").and_then(|node| mark(node, "thousands", problems));
    read.trim = fields.boolean("trim", problems).unwrap_or(false);
    read.date_forms = forms(fields.get("date_format"), true, problems);
    read.timestamp_forms = forms(fields.get("timestamp_format"), false, problems);
    read.zone = fields.get("zone").and_then(|node| zone(node, problems));
    separators_differ(&read, &mut fields, problems);
    if let (true, NodeKind::Map(entries)) = (of_query, &node.kind) {
        let keys = entries.iter().map(|(key, _)| key).filter(|key| key.text != "zone");
        let keys: Vec<String> = keys.map(|key| format!("`{}`", key.text)).collect();
        if !keys.is_empty() {
            problems.push(ReadOfQuery { span, entity: lookup.entity.to_owned(), keys: keys.join(", ") });
        }
    }
    fields.finish(problems);
    Some(read)
}

fn is_none(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::String(text) if text == "none")
}

fn words(node: &Node, key: &'static str, problems: &mut Diagnostics) -> Vec<String> {
    let mut words = Vec::new();
    for item in node.one_or_many() {
        match &item.kind {
            NodeKind::Null => problems.push(NullByName { span: item.span, key }),
            _ => words.extend(item.text(problems).map(str::to_owned)),
        }
    }
    words
}

/// One ASCII character; `tab` and `\t` are one, too.
fn byte(node: &Node, key: &'static str, problems: &mut Diagnostics) -> Option<u8> {
    let text = node.text(problems)?;
    let found = match text {
        "tab" | "\\t" => Some(b'\t'),
        _ => <[u8; 1]>::try_from(text.as_bytes()).ok().map(|[byte]| byte),
    };
    let usable =
        |byte: &u8| byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) && !byte.is_ascii_alphanumeric();
    let found = found.filter(usable);
    if found.is_none() {
        problems.push(BadSeparator { span: node.span, key, text: text.to_owned() });
    }
    found
}

/// A character within values, which may be any: spreadsheets separate thousands by a space that
/// doesn't break lines.
fn mark(node: &Node, key: &'static str, problems: &mut Diagnostics) -> Option<char> {
    let text = node.text(problems)?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_alphanumeric() && !c.is_control() && !matches!(c, '-' | '+') => Some(c),
        _ => {
            problems.push(BadSeparator { span: node.span, key, text: text.to_owned() });
            None
        }
    }
}

fn decimal(node: &Node, problems: &mut Diagnostics) -> Option<bool> {
    let found = byte(node, "decimal", problems)?;
    match found {
        b'.' => Some(false),
        b',' => Some(true),
        other => {
            problems.push(BadSeparator {
                span: node.span,
                key: "decimal",
                text: char::from(other).to_string(),
            });
            None
        }
    }
}

/// Characters that separate different things must differ.
fn separators_differ(read: &ReadOptions, fields: &mut Fields<'_>, problems: &mut Diagnostics) {
    let point = if read.decimal_comma { b',' } else { b'.' };
    let pairs = [
        ("thousands", read.thousands.and_then(|c| u8::try_from(c).ok()), "decimal", Some(point)),
        ("quote", read.quote, "delimiter", Some(read.delimiter.unwrap_or(b','))),
        ("escape", read.escape, "delimiter", read.delimiter),
    ];
    for (key, one, other_key, other) in pairs {
        if let (Some(node), true) = (fields.get(key), one.is_some() && one == other) {
            problems.push(SameSeparator { span: node.span, key, other: other_key });
        }
    }
}

fn encoding(node: &Node, problems: &mut Diagnostics) -> Option<FileEncoding> {
    let text = node.text(problems)?;
    // The standard's labels have no underscores and no capitals.
    let label = text.trim().to_lowercase().replace('_', "-");
    let found = Encoding::for_label(label.as_bytes()).filter(|found| found.name() != "replacement");
    if found.is_none() {
        problems.push(UnknownEncoding { span: node.span, name: text.to_owned() });
    }
    found.map(|found| FileEncoding { label: text.to_owned(), name: found.name() })
}

fn forms(node: Option<&Node>, of_dates: bool, problems: &mut Diagnostics) -> Vec<TimeForm> {
    let key = if of_dates { "date_format" } else { "timestamp_format" };
    let mut forms = Vec::new();
    for item in node.map_or(&[][..], Node::one_or_many) {
        let Some(text) = item.text(problems) else { continue };
        match TimeForm::declared(text, of_dates) {
            Ok(form) => forms.push(form),
            Err(reason) => {
                let text = text.to_owned();
                problems.push(TimeFormUnusable { span: item.span, key, text, reason });
            }
        }
    }
    forms
}

fn zone(node: &Node, problems: &mut Diagnostics) -> Option<String> {
    let name = node.text(problems)?;
    let found = find_zone(name).map(|(_, name)| name);
    if found.is_none() {
        problems.push(UnknownZone { span: node.span, name: name.to_owned() });
    }
    found
}

/// Names of files below `data/`; `*` and `?` stand for characters of one name.
fn files(node: Option<&Node>, problems: &mut Diagnostics) -> Vec<(String, Span)> {
    let mut files = Vec::new();
    for item in node.map_or(&[][..], Node::one_or_many) {
        let Some(text) = item.text(problems) else { continue };
        if text.trim().is_empty() {
            problems.push(EmptyText { span: item.span, key: "files" });
            continue;
        }
        let outside =
            text.starts_with(['/', '\\']) || text.split('/').any(|part| matches!(part, "" | "." | ".."));
        let windows = text.contains('\\') || text.get(1..2) == Some(":");
        match glob::Pattern::new(text) {
            Ok(_) if !outside && !windows => files.push((text.to_owned(), item.span)),
            _ => problems.push(BadFilePattern { span: item.span, text: text.to_owned() }),
        }
    }
    files
}

/// Reports entities that read one table and declare different things of its files.
pub(super) fn check_agreement(entities: &[Entity], problems: &mut Diagnostics) {
    for (at, entity) in entities.iter().enumerate() {
        let Some(span) = entity.read.span else { continue };
        let of_table = |other: &&Entity| other.source == entity.source && other.read.span.is_some();
        let Some(other) = entities.iter().take(at).find(of_table) else { continue };
        if let Some(first) = other.read.span.filter(|_| !other.read.same(&entity.read)) {
            problems.push(ReadConflict { span, one: other.name.clone(), other: entity.name.clone(), first });
        }
    }
}
