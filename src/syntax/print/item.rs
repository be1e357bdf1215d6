//! Segments, traits, parameters and comments.

use super::expr::alone;
use super::rows::length;
use super::{name, path, quoted};
use crate::diagnostic::{Diagnostics, SourceId};
use crate::syntax::ast::{
    Column, Columns, Item, Keep, KeepKind, Listed, Property, PropertyValue, Rule, RuleKind, Segment,
};
use crate::syntax::format::{WIDTH, format as laid_out};

/// An item as in a `.seg` file, without a line break at its end.
pub(crate) fn item(item: &Item) -> String {
    let text = match item {
        Item::Param(param) => {
            let default =
                param.default.as_ref().map_or_else(String::new, |value| format!(" = {}", alone(value)));
            format!("param {}: {}{default}", name(&param.name), param.ty)
        }
        Item::Trait(item) => {
            format!("trait {} on {} = {}", name(&item.name), name(&item.entity), alone(&item.value))
        }
        Item::Segment(segment) => self::segment(segment),
    };
    // A tree that no text has, such as one with an empty list, is not laid out.
    let formatted = laid_out(SourceId(0), &text, &mut Diagnostics::new());
    formatted.map_or(text, |formatted| formatted.trim_end().to_owned())
}

fn segment(segment: &Segment) -> String {
    let mut head = format!("segment {} on {}", name(&segment.name), name(&segment.entity));
    if let Some(parent) = &segment.extends {
        head = format!("{head} extends {}", name(parent));
    }
    match &segment.listed {
        Some(Listed::File { path, .. }) => head = format!("{head} from list {}", quoted(path)),
        Some(Listed::Entity { entity, .. }) => head = format!("{head} from {}", name(entity)),
        None => {}
    }
    let properties: Vec<String> = segment.properties.iter().map(property).collect();
    let rules = segment.rules.iter().map(rule).chain(segment.keeps.iter().map(keep));
    let rules = rules.chain(segment.columns.iter().map(columns)).collect::<Vec<_>>();
    if properties.is_empty() && rules.is_empty() {
        return format!("{head} {{}}");
    }
    let blank = !properties.is_empty() && !rules.is_empty();
    let mut lines = vec![format!("{head} {{")];
    lines.extend(properties);
    lines.extend(blank.then(String::new));
    lines.extend(rules);
    lines.push("}".to_owned());
    lines.join("\n")
}

fn property(property: &Property) -> String {
    let value = match &property.value {
        PropertyValue::Text(content) => quoted(content),
        PropertyValue::Integer(number) => number.to_string(),
        PropertyValue::Boolean(value) => value.to_string(),
        PropertyValue::Word(word) => word.clone(),
        PropertyValue::Duration(count, unit) => length(*count, *unit),
        PropertyValue::List(items) => {
            let items =
                items.iter().map(|item| if is_word(&item.text) { name(item) } else { quoted(&item.text) });
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
    };
    format!("{}: {value}", property.name.text)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

fn rule(rule: &Rule) -> String {
    let head = match rule.kind {
        RuleKind::Where => "where",
        RuleKind::Include => "include where",
        RuleKind::Exclude => "exclude where",
    };
    format!("{head} {}", alone(&rule.condition))
}

fn keep(keep: &Keep) -> String {
    match &keep.kind {
        KeepKind::Sample { percent, seed, .. } => format!("keep sample {percent}% seed {}", quoted(seed)),
        KeepKind::Rank { bottom, size, percent, per, by, .. } => {
            let word = if *bottom { "bottom" } else { "top" };
            let sign = if *percent { "%" } else { "" };
            let per = per.as_ref().map_or_else(String::new, |per| format!(" per {}", path(per)));
            format!("keep {word} {size}{sign}{per} by {}", alone(by))
        }
    }
}

/// Columns beside the key.
fn columns(columns: &Columns) -> String {
    let column = |Column { name: given, value }: &Column| match given {
        Some(given) => format!("{} = {}", name(given), alone(value)),
        None => alone(value),
    };
    format!("with {}", columns.columns.iter().map(column).collect::<Vec<_>>().join(", "))
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
