//! Segments, traits, parameters and comments.

use pretty::RcDoc;

use super::expr::{alone, chain};
use super::rows::length;
use super::{Doc, WIDTH, align, name, path, quoted, render, row, text};
use crate::syntax::ast::{
    Column, Columns, Expr, ExprKind, Item, Keep, KeepKind, Listed, Property, PropertyValue, Rule, RuleKind,
    Segment,
};

/// An item as in a `.seg` file, without a line break at its end.
pub(crate) fn item(item: &Item) -> String {
    match item {
        Item::Param(param) => {
            let head = row([text("param "), name(&param.name), text(format!(": {}", param.ty))]);
            let default = match &param.default {
                Some(value) => row([text(" = "), alone(value)]),
                None => RcDoc::nil(),
            };
            render(&head.append(default))
        }
        Item::Trait(item) => {
            let head = row([text("trait "), name(&item.name), text(" on "), name(&item.entity), text(" =")]);
            let value = RcDoc::line().append(align(alone(&item.value))).nest(2).group();
            render(&head.append(value))
        }
        Item::Segment(segment) => self::segment(segment),
    }
}

fn segment(segment: &Segment) -> String {
    let mut head = row([text("segment "), name(&segment.name), text(" on "), name(&segment.entity)]);
    if let Some(parent) = &segment.extends {
        head = head.append(text(" extends ")).append(name(parent));
    }
    match &segment.listed {
        Some(Listed::File { path, .. }) => head = head.append(text(" from list ")).append(quoted(path)),
        Some(Listed::Entity { entity, .. }) => head = head.append(text(" from ")).append(name(entity)),
        None => {}
    }
    let properties: Vec<Doc> = segment.properties.iter().map(property).collect();
    let rules = segment.rules.iter().map(rule).chain(segment.keeps.iter().map(keep));
    let rules = rules.chain(segment.columns.iter().map(columns)).collect::<Vec<_>>();
    if properties.is_empty() && rules.is_empty() {
        return render(&head.append(text(" {}")));
    }
    let blank = !properties.is_empty() && !rules.is_empty();
    let mut lines = vec![render(&head.append(text(" {")))];
    lines.extend(properties.iter().map(indented));
    lines.extend(blank.then(String::new));
    lines.extend(rules.iter().map(indented));
    lines.push("}".to_owned());
    lines.join("\n")
}

fn indented(doc: &Doc) -> String {
    render(&text("  ").append(doc.clone()).nest(2))
}

fn property(property: &Property) -> Doc {
    let value = match &property.value {
        PropertyValue::Text(content) => quoted(content),
        PropertyValue::Integer(number) => text(number.to_string()),
        PropertyValue::Boolean(value) => text(value.to_string()),
        PropertyValue::Word(word) => text(word.clone()),
        PropertyValue::Duration(count, unit) => text(length(*count, *unit)),
        PropertyValue::List(items) => {
            let items =
                items.iter().map(|item| if is_word(&item.text) { name(item) } else { quoted(&item.text) });
            row([text("["), RcDoc::intersperse(items, text(", ")), text("]")])
        }
    };
    row([text(property.name.text.clone()), text(": "), value])
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

/// A rule, with `and` and `or` below the end of `where`.
fn rule(rule: &Rule) -> Doc {
    let head = match rule.kind {
        RuleKind::Where => "where",
        RuleKind::Include => "include where",
        RuleKind::Exclude => "exclude where",
    };
    row([text(head), text(" "), condition(&rule.condition, head.len())])
}

fn condition(expr: &Expr, end: usize) -> Doc {
    let (word, parts) = match &expr.kind {
        ExprKind::And(parts) => ("and", chain("and", parts)),
        ExprKind::Or(parts) => ("or", chain("or", parts)),
        _ => return align(alone(expr)),
    };
    let depth = isize::try_from(end.saturating_sub(word.len())).unwrap_or(0);
    RcDoc::intersperse(parts, RcDoc::line()).nest(depth).group()
}

fn keep(keep: &Keep) -> Doc {
    match &keep.kind {
        KeepKind::Sample { percent, seed, .. } => {
            row([text(format!("keep sample {percent}% seed ")), quoted(seed)])
        }
        KeepKind::Rank { bottom, size, percent, per, by, .. } => {
            let word = if *bottom { "bottom" } else { "top" };
            let sign = if *percent { "%" } else { "" };
            let per = match per {
                Some(per) => row([text(" per "), path(per)]),
                None => RcDoc::nil(),
            };
            row([text(format!("keep {word} {size}{sign}")), per, text(" by "), align(alone(by))])
        }
    }
}

/// Columns beside the key, as many on a line as fit.
fn columns(columns: &Columns) -> Doc {
    let last = columns.columns.len().saturating_sub(1);
    let column = |(at, Column { name: given, value }): (usize, &Column)| {
        let named = match given {
            Some(given) => row([name(given), text(" = ")]),
            None => RcDoc::nil(),
        };
        row([named, align(alone(value)), text(if at < last { "," } else { "" })]).group()
    };
    let columns = columns.columns.iter().enumerate().map(column);
    row([text("with "), align(RcDoc::intersperse(columns, RcDoc::softline()))])
}

/// A comment: each line of the text after `# `, broken between words.
pub(crate) fn comment(content: &str) -> String {
    let mut lines = Vec::new();
    for paragraph in content.split(['\n', '\r']) {
        let mut line = "#".to_owned();
        for word in paragraph.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut line, "#".to_owned()));
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}
