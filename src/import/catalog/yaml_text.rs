//! Writes YAML that segc reads back as the same values.

use super::edit::Entry;
use crate::import::is_unprintable;

/// Words that YAML readers take for something other than text.
const WORDS: [&str; 13] =
    ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "none", "nil"];

/// A text as it is written: without quotes if nobody can mistake it.
pub(super) fn scalar(text: &str) -> String {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "_-./<> ".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(is_usual)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            c if is_unprintable(c) => {
                written.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A list in brackets; a single item stays alone if `or_one`.
pub(super) fn list(items: &[String], or_one: bool) -> String {
    match items {
        [only] if or_one => scalar(only),
        items => format!("[{}]", items.iter().map(|item| scalar(item)).collect::<Vec<_>>().join(", ")),
    }
}

/// The number of characters after which a map gets a line for each entry.
const WIDTH: usize = 100;

/// A value to be written in a line or in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Yaml {
    /// As it is written.
    Text(String),
    /// A map that always has a line for each entry.
    Block(Vec<Line>),
    /// A map in braces, if that fits into a line.
    Inline(Vec<(&'static str, String)>),
}

/// A line of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// An entry, and a comment after it.
    Entry(String, Yaml, Option<String>),
    Comment(String),
}

impl Line {
    pub(super) fn text(key: &str, written: String) -> Self {
        Self::Entry(key.to_owned(), Yaml::Text(written), None)
    }
}

impl Yaml {
    /// The value in one line, without comments.
    pub(super) fn flow(&self) -> String {
        let join = |entries: Vec<String>| match entries.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{ {} }}", entries.join(", ")),
        };
        match self {
            Self::Text(written) => written.clone(),
            Self::Block(lines) => join(lines.iter().filter_map(Line::flow).collect()),
            Self::Inline(entries) => {
                join(entries.iter().map(|(key, written)| format!("{key}: {written}")).collect())
            }
        }
    }

    /// The lines of an entry with this value, which are indented by `indent` later.
    fn lines(&self, key: &str, comment: Option<&str>, indent: usize) -> Vec<String> {
        let key = scalar(key);
        let comment = comment.map(|text| format!("  # {text}")).unwrap_or_default();
        let in_one = format!("{key}: {}", self.flow());
        match self {
            Self::Inline(entries) if indent + in_one.chars().count() > WIDTH => {
                let lines = entries.iter().map(|(key, written)| format!("  {key}: {written}"));
                std::iter::once(format!("{key}:{comment}")).chain(lines).collect()
            }
            Self::Text(_) | Self::Inline(_) => vec![format!("{in_one}{comment}")],
            Self::Block(lines) => {
                let inner =
                    lines.iter().flat_map(|line| line.block(indent + 2)).map(|line| format!("  {line}"));
                std::iter::once(format!("{key}:{comment}")).chain(inner).collect()
            }
        }
    }
}

impl Line {
    fn flow(&self) -> Option<String> {
        match self {
            Self::Entry(key, value, _) => Some(format!("{}: {}", scalar(key), value.flow())),
            Self::Comment(_) => None,
        }
    }

    fn block(&self, indent: usize) -> Vec<String> {
        match self {
            Self::Entry(key, value, comment) => value.lines(key, comment.as_deref(), indent),
            Self::Comment(text) => vec![format!("# {text}")],
        }
    }

    /// The entry in both styles; `None` for a comment. `indent` is how far it will be indented.
    pub(super) fn entry(&self, indent: usize) -> Option<Entry> {
        let Self::Entry(key, ..) = self else { return None };
        Some(Entry { key: key.clone(), flow: self.flow()?, block: self.block(indent) })
    }
}

/// A text as one line of a comment, not too long.
pub(super) fn comment(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace(is_unprintable, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{Diagnostics, SourceId};
    use crate::yaml::{self, NodeKind};

    fn read_back(yaml: &str) -> Option<String> {
        let mut problems = Diagnostics::new();
        let node = yaml::read(SourceId(0), yaml, &mut problems)?;
        let NodeKind::Map(entries) = node.kind else { return None };
        let [(_, value)] = entries.as_slice() else { return None };
        value.text(&mut problems).map(str::to_owned).filter(|_| problems.is_empty())
    }

    #[test]
    fn words_of_yaml_are_quoted() {
        for text in ["true", "No", "null", "1.5", "", "- a", "a: b", "a #b", "~", "it's", "a,b", "x (y"] {
            assert!(scalar(text).starts_with('"'), "{text}");
            assert_eq!(read_back(&format!("k: {}", scalar(text))).as_deref(), Some(text));
        }
        assert_eq!(scalar("Placed at 10-12"), "Placed at 10-12");
    }

    #[test]
    fn comments_are_one_line_of_characters_that_yaml_has() {
        let text = comment("a\0b\n\u{7f}c\u{2028}d\u{85}e \u{ffff}");
        assert_eq!(text, "a\u{fffd}b \u{fffd}c d e \u{fffd}");
        assert_eq!(read_back(&format!("k: v  # {text}")).as_deref(), Some("v"));
        assert_eq!(read_back(&format!("k: {}", scalar("\u{fffe}\0"))).as_deref(), Some("\u{fffe}\0"));
    }

    proptest! {
        #[test]
        fn every_text_survives_a_round_trip(text in "\\PC*|[ -~\\n\\t\"\\\\]{0,40}") {
            prop_assert_eq!(read_back(&format!("k: {}", scalar(&text))), Some(text.clone()));
            let inline = Yaml::Inline(vec![("k", scalar(&text))]);
            prop_assert_eq!(read_back(&inline.flow()), Some(text));
        }
    }
}
