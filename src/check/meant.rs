//! What an unknown name was probably meant to be.

use crate::catalog::EntityId;
use crate::syntax::ast;
use crate::syntax::keywords::{Role, is_keyword};

use super::elsewhere;
use super::names::{Member, Names, did_you_mean, listed};
use super::problems::list;
use super::resolve::{NameScope, parts_text, path_text};

/// The ends of names of hosts, which are no fields.
const DOMAINS: &[&str] = &["com", "org", "net", "io", "co", "de", "fr", "uk", "eu", "edu", "gov"];

impl Names<'_> {
    /// What to do about the name of a path that is unknown: the part `at`, looked for on `end`.
    pub(super) fn help_for(
        &self,
        path: &ast::Path,
        parts: &[ast::PathPart],
        at: usize,
        end: EntityId,
        scope: &NameScope,
    ) -> Option<String> {
        let name = &parts[at].name.text;
        let first = at == 0 && path.parts.len() == parts.len();
        let alone = first && parts.len() == 1;
        let whole = path_text(path);
        if at == 0 && whole.rsplit_once('.').is_some_and(|(_, end)| DOMAINS.contains(&end)) {
            return Some(format!("put text in quotes: `\"{whole}\"`"));
        }
        let prefix = first.then(|| self.in_front(parts, end, scope)).flatten();
        let word = || alone.then(|| self.word_for(name, end)).flatten();
        let own: Vec<&str> = self.member_names(end).collect();
        let help = prefix.or_else(word);
        let help =
            help.or_else(|| self.near(name, &own).map(did_you_mean)).or_else(|| self.on_linked(name, end));
        let foreign = || alone.then(|| elsewhere::name(name)).flatten().map(str::to_owned);
        let of_rows = || self.about_rows(path, parts, at, end);
        let help = help.or_else(foreign).or_else(of_rows).or_else(|| listed(own, "its names are"));
        help.or_else(|| Some(format!("`segc catalog {}` lists its names", self.entity_name(end))))
    }

    /// `orders.count`, and `events.viewed`, where the rows are events.
    fn about_rows(
        &self,
        path: &ast::Path,
        parts: &[ast::PathPart],
        at: usize,
        end: EntityId,
    ) -> Option<String> {
        let (name, last) = (&parts[at].name.text, at > 0 && at + 1 == parts.len());
        let link = path_text(path);
        let link = link.strip_suffix(name.as_str())?.strip_suffix('.').filter(|_| last)?;
        if ["count", "length", "size", "len", "total_count", "num"].contains(&name.to_lowercase().as_str()) {
            return Some(format!("write `count({link})`"));
        }
        self.catalog.entity(end).event_name?;
        Some(format!("events of one name are `{link}[{name:?}]`, as in `count({link}[{name:?}])`"))
    }

    /// `customer.country`, `customers.country`, `c.country`: the entity's own name, its table or
    /// an alias in front of what is already read from it.
    fn in_front(&self, parts: &[ast::PathPart], end: EntityId, scope: &NameScope) -> Option<String> {
        let [first, second, ..] = parts else { return None };
        let (prefix, rest) = (&first.name.text, parts_text(&parts[1..]));
        let own: Vec<&str> = self.member_names(end).collect();
        // A misspelt link stays a link.
        if let Some(near) = self.near(prefix, &own)
            && let Some(Member::Link(link)) = self.member(end, near)
            && self.member(self.catalog.entity(end).link(link).to, &second.name.text).is_some()
        {
            return None;
        }
        let entity = self.entity_name(end);
        if self.member(end, &second.name.text).is_some() {
            return Some(format!(
                "names are already read from `{entity}`: remove `{prefix}.` and write `{rest}`"
            ));
        }
        if let Some(outer) = scope.outer.filter(|&outer| self.member(outer, &second.name.text).is_some()) {
            let outer = self.entity_name(outer);
            return Some(format!("it is on `{outer}`, the outer row: write `outer.{rest}`"));
        }
        if !self.is_called(end, prefix) {
            return None;
        }
        let near = self.near(&second.name.text, &own).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        Some(format!("names are already read from `{entity}`: remove `{prefix}.`{near}"))
    }

    /// Whether a word is the name of an entity, its plural, or its table.
    fn is_called(&self, id: EntityId, word: &str) -> bool {
        let entity = self.catalog.entity(id);
        let (word, name) = (word.to_lowercase(), entity.name.to_lowercase());
        let table = match &entity.source {
            crate::catalog::TableSource::Table(parts) => parts.last().map(|part| part.to_lowercase()),
            crate::catalog::TableSource::Query { .. }
            | crate::catalog::TableSource::Tables(_)
            | crate::catalog::TableSource::Shards(_) => None,
        };
        word == name || word.strip_suffix('s') == Some(&name) || table.is_some_and(|table| table == word)
    }

    /// A word that is the name of a segment or a parameter, or a constant in capital letters.
    fn word_for(&self, name: &str, entity: EntityId) -> Option<String> {
        if let Some(at) = self.segment(name) {
            let about = self.segments[at].entity?;
            if about == entity {
                return Some(format!("`{name}` is a segment: write `in segment {name}`"));
            }
            let links = &self.catalog.entity(entity).links;
            let link = links.iter().find(|link| link.to == about && !link.many);
            return Some(match link {
                Some(link) => format!("`{name}` is a segment: write `{} in segment {name}`", link.name),
                None => format!("`{name}` is a segment on `{}`", self.entity_name(about)),
            });
        }
        if self.params.contains(name) {
            return Some(format!("`{name}` is a parameter: write `${name}`"));
        }
        let lower = name.to_lowercase();
        let is_word = is_keyword(&lower, Role::Constant) || lower == "lifetime";
        (lower != name && is_word).then(|| format!("write keywords in lower case: `{lower}`"))
    }

    /// Where the name is, if a link of the entity leads to it.
    fn on_linked(&self, name: &str, entity: EntityId) -> Option<String> {
        let links = self.catalog.entity(entity).declared_links();
        let mut places = links
            .filter(|link| matches!(self.member(link.to, name), Some(Member::Field(_) | Member::Trait(_))));
        let first = places.next()?;
        let path = format!("{}.{name}", first.name);
        let write = if first.many {
            format!("write an aggregate, such as `{}({path})`", self.fitting_aggregate(first.to, name))
        } else {
            format!("write `{path}`")
        };
        let others: Vec<&str> = places.map(|link| link.name.as_str()).collect();
        let also = if others.is_empty() { String::new() } else { format!(" (also on {})", list(others)) };
        Some(format!("it is on `{}`: {write}{also}", first.name))
    }

    /// The aggregate that someone most likely wants of a field.
    pub(super) fn fitting_aggregate(&self, entity: EntityId, name: &str) -> &'static str {
        match self.member(entity, name) {
            Some(Member::Field(field)) => {
                let ty = &self.catalog.entity(entity).field(field).ty;
                if ty.is_number() {
                    "sum"
                } else if ty.is_time() {
                    "max"
                } else {
                    "count distinct"
                }
            }
            _ => "max",
        }
    }

    /// The field, link or trait that a text in quotes was meant to be.
    pub(super) fn quoted(&self, text: &str, entity: EntityId) -> Option<String> {
        if self.member(entity, text).is_some() {
            return Some(text.to_owned());
        }
        let plain = text.len() >= 4 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let own: Vec<&str> = self.member_names(entity).collect();
        self.near(text, &own).filter(|_| plain).map(str::to_owned)
    }
}
