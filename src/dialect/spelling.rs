//! Reads from a dialect file how constants and names are written.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::literals::{Apart, Escape, Escapes, Identifiers, Literals, Reserved, is_form};
use super::parse::{self, Parser};
use super::problems::{BadValue, UnreadableSql};
use super::sound::judge_literals;
use super::template::Template;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Fields, Key, Like, Node};

/// Reads `literals`; `join` is the template that concatenates two texts.
pub(super) fn literals(
    parser: &Parser,
    node: &Node,
    join: Option<Template>,
    problems: &mut Diagnostics,
) -> Option<Literals> {
    let mut fields = Fields::new(node, "`literals`", node.span, problems)?;
    let mut escapes = escapes(fields.names("escapes", Like::Each("…"), problems), problems);
    // A grammar in which a backslash escapes needs it escaped, whatever the base says.
    if parse::tokens(parser, r"'\'").is_err() && !escapes.pairs.iter().any(|pair| pair.from == '\\') {
        escapes.pairs.push(Escape { from: '\\', before: None, to: r"\\".to_owned() });
    }
    let apart = fields.get("apart").and_then(|node| apart(parser, node, join, problems));
    let mut form = |key: &'static str, problems: &mut Diagnostics| {
        let node = fields.require(key, problems)?;
        let text = node.text(problems)?;
        match parse::expression(parser, text) {
            Ok(expr) if is_form(&expr) => Some(expr),
            Ok(_) => {
                let expected = "text with `$1` or `'$1'` in it, such as `DATE '$1'`".to_owned();
                problems.push(BadValue { span: node.span, what: text.to_owned(), expected });
                None
            }
            Err(error) => {
                problems.push(UnreadableSql { span: node.span, what: text.to_owned(), error });
                None
            }
        }
    };
    let string = form("string", problems);
    let integer = form("integer", problems);
    let decimal = form("decimal", problems);
    let wide_decimal = form("wide_decimal", problems);
    let float = form("float", problems);
    let date = form("date", problems);
    let timestamp = form("timestamp", problems);
    let backslash_prefix = fields.text("backslash_prefix", problems);
    let end = fields.require("pattern_end", problems);
    let format = fields.require("timestamp_format", problems);
    let escapes_span = fields.get("escapes").map_or(node.span, |node| node.span);
    fields.finish(problems);
    let (end_text, format_text) = (end?.text(problems)?.to_owned(), format?.text(problems)?.to_owned());
    if strtime::format(&format_text, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).is_err() {
        let expected = "a format of `strftime`".to_owned();
        problems.push(BadValue { span: format?.span, what: format_text, expected });
        return None;
    }
    let literals = Literals {
        escapes,
        apart,
        string: string?,
        integer: integer?,
        decimal: decimal?,
        wide_decimal: wide_decimal?,
        float: float?,
        date: date?,
        timestamp: timestamp?,
        backslash_prefix,
        pattern_end: end_text,
        timestamp_format: format_text,
    };
    judge_literals(parser, &literals, (escapes_span, format?.span, end?.span), problems);
    Some(literals)
}

/// Reads escapes, each for a character or for a pair of adjacent ones.
fn escapes(entries: &[(Key, Node)], problems: &mut Diagnostics) -> Escapes {
    let mut pairs = Vec::new();
    for (key, node) in entries {
        let mut chars = key.text.chars();
        match (chars.next(), chars.next(), chars.next(), node.text(problems)) {
            (Some(from), before, None, Some(text)) => {
                pairs.push(Escape { from, before, to: text.to_owned() });
            }
            (_, _, _, None) => {}
            _ => {
                let (what, expected) = (key.text.clone(), "one character, or two".to_owned());
                problems.push(BadValue { span: key.span, what, expected });
            }
        }
    }
    Escapes { pairs }
}

/// Reads what is written outside quotes.
fn apart(parser: &Parser, node: &Node, join: Option<Template>, problems: &mut Diagnostics) -> Option<Apart> {
    let mut fields = Fields::new(node, "`apart`", node.span, problems)?;
    let mut pairs = Vec::new();
    for (text, span) in fields.texts("pairs", problems) {
        let mut chars = text.chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some(one), Some(other), None) => pairs.push((one, other)),
            _ => problems.push(BadValue { span, what: text, expected: "two characters".to_owned() }),
        }
    }
    let mut characters = Vec::new();
    for (key, node) in fields.names("characters", Like::Each("…"), problems) {
        let Some(text) = node.text(problems) else { continue };
        let mut chars = key.text.chars();
        match (chars.next(), chars.next(), parse::expression(parser, text)) {
            (Some(one), None, Ok(expr)) => characters.push((one, expr)),
            (Some(_), None, Err(error)) => {
                problems.push(UnreadableSql { span: node.span, what: text.to_owned(), error });
            }
            _ => {
                let (what, expected) = (key.text.clone(), "one character".to_owned());
                problems.push(BadValue { span: key.span, what, expected });
            }
        }
    }
    fields.finish(problems);
    Some(Apart { pairs, characters, join: join? })
}

pub(super) fn identifiers(node: &Node, problems: &mut Diagnostics) -> Option<Identifiers> {
    let mut fields = Fields::new(node, "`identifiers`", node.span, problems)?;
    let quote = fields.require("quote", problems);
    let escapes = escapes(fields.names("escapes", Like::Each("…"), problems), problems);
    let reserved = Reserved::new(fields.texts("reserved", problems).into_iter().map(|(word, _)| word));
    let default_schema = fields.text("default_schema", problems);
    let alias_columns = fields.boolean("alias_columns", problems).unwrap_or(false);
    let named_tables = fields.boolean("named_tables", problems).unwrap_or(false);
    let shard_digits = fields.text("shard_digits", problems);
    let replaced = fields.texts("replaced", problems).into_iter().map(|(text, _)| text).collect();
    fields.finish(problems);
    let (text, span) = (quote?.text(problems)?, quote?.span);
    let quote = match text {
        "\"" => '"',
        "`" => '`',
        _ => {
            let expected = "a quote that names are put in: `\"` or a backtick".to_owned();
            problems.push(BadValue { span, what: text.to_owned(), expected });
            return None;
        }
    };
    Some(Identifiers {
        quote,
        escapes,
        reserved,
        default_schema,
        alias_columns,
        named_tables,
        shard_digits,
        replaced,
    })
}
