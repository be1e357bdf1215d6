//! The properties of a segment.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostics, Span, closest};
use crate::syntax::ast::{Property, PropertyValue, Segment};
use crate::syntax::keywords::{Role, keywords};

use crate::types::is_label;

use super::elsewhere;
use super::expr::most_units;
use super::hir::{Materialize, Properties};
use super::names::{duplicate, suggest};
use super::problems::access::NobodyReads;
use super::problems::names::{NoTitle, UnknownMaterialize, UnknownProperty, WrongProperty};
use super::problems::types::WrongUnits;

/// What the properties of a segment say.
pub(super) struct Read {
    pub(super) properties: Properties,
    /// Where it is disabled, if it is.
    pub(super) disabled: Option<Span>,
    /// Its exclusive group, and where it says so.
    pub(super) group: Option<(String, Span)>,
    /// Its place in that group, and where it says so.
    pub(super) priority: Option<(i64, Span)>,
    /// Where `history: true` is.
    pub(super) history: Option<Span>,
    /// Whether they are without error, and all supported.
    pub(super) is_sound: bool,
}

/// Reads the properties of a segment.
pub(super) fn read(segment: &Segment, problems: &mut Diagnostics) -> Read {
    let before = problems.len();
    let mut read = Read {
        properties: Properties::default(),
        disabled: None,
        group: None,
        priority: None,
        history: None,
        is_sound: true,
    };
    let mut seen: HashMap<&str, &Property> = HashMap::new();
    for property in &segment.properties {
        match seen.get(property.name.text.as_str()) {
            Some(first) => problems.push(duplicate("property", &property.name, &first.name)),
            None => {
                seen.insert(&property.name.text, property);
                set(&mut read, property, problems);
            }
        }
    }
    read.is_sound &= problems.len() == before;
    read
}

fn set(read: &mut Read, property: &Property, problems: &mut Diagnostics) {
    let whole = property.name.span.to(property.value_span);
    let properties = &mut read.properties;
    let example = match (property.name.text.as_str(), &property.value) {
        ("title", PropertyValue::Text(text)) => {
            match text {
                text if is_label(text) => properties.title = Some(text.clone()),
                text => problems.push(NoTitle { span: property.value_span, empty: text.trim().is_empty() }),
            }
            return;
        }
        ("title", _) => "\"High value\"",
        ("description", PropertyValue::Text(text)) => return properties.description = Some(text.clone()),
        ("description", _) => "\"text\"",
        ("owner", PropertyValue::Text(text)) => return properties.owner = Some(text.clone()),
        ("owner", _) => "\"growth@shop.example\"",
        ("tags", PropertyValue::List(names)) => return properties.tags = unique(names),
        ("tags", _) => "[marketing, discounts]",
        ("access", PropertyValue::List(names)) if names.is_empty() => {
            return problems.push(NobodyReads { span: property.value_span });
        }
        ("access", PropertyValue::List(names)) => {
            properties.access_span = Some(property.value_span);
            return properties.access = unique(names);
        }
        ("access", _) => "[analyst, growth]",
        ("enabled", PropertyValue::Boolean(true)) => return,
        ("enabled", PropertyValue::Boolean(false)) => return read.disabled = Some(property.value_span),
        ("enabled", _) => "true",
        ("materialize", PropertyValue::Word(word)) => {
            match Materialize::ALL.into_iter().find(|kind| kind.name() == word) {
                Some(kind) => properties.materialize = Some((kind, property.value_span)),
                None => {
                    let words = Materialize::ALL.into_iter().map(Materialize::name);
                    let help = suggest(word, words, "it is one of");
                    let (span, word) = (property.value_span, word.clone());
                    problems.push(UnknownMaterialize { span, word, help });
                }
            }
            return;
        }
        ("materialize", _) => "table",
        ("exclusive group", PropertyValue::Text(name)) if !name.is_empty() => {
            return read.group = Some((name.clone(), whole));
        }
        ("exclusive group", _) => "\"campaigns\"",
        ("priority", PropertyValue::Integer(number)) => return read.priority = Some((*number, whole)),
        ("priority", _) => "10",
        ("expire", &PropertyValue::Duration(count, unit)) => {
            if (1..=most_units(unit)).contains(&count) {
                properties.expire = Some((count, unit, whole));
            } else {
                let (span, given) = (property.value_span, format!("`{count}`"));
                problems.push(WrongUnits { span, given, least: 1 });
            }
            return;
        }
        ("expire", PropertyValue::Integer(number)) if *number > 0 => {
            let (span, name) = (property.value_span, property.name.text.clone());
            return problems.push(WrongProperty { span, name, example: format!("{number} days") });
        }
        ("expire", _) => "14 days",
        ("history", PropertyValue::Boolean(kept)) => {
            properties.history = *kept;
            return read.history = kept.then_some(whole);
        }
        ("history", _) => "true",
        (name, _) => {
            let help = closest(name, keywords(Role::Property)).map(|near| format!("did you mean `{near}`?"));
            let foreign = elsewhere::property(name).map(str::to_owned);
            let help = foreign.or(help).or_else(|| suggest(name, keywords(Role::Property), "they are"));
            problems.push(UnknownProperty { span: property.name.span, name: name.to_owned(), help });
            return;
        }
    };
    problems.push(WrongProperty {
        span: property.value_span,
        name: property.name.text.clone(),
        example: example.to_owned(),
    });
}

/// The words of a list, each once, in the order they are written.
fn unique(names: &[crate::syntax::ast::Name]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for name in names {
        if seen.insert(name.text.as_str()) {
            words.push(name.text.clone());
        }
    }
    words
}
