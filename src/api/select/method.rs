//! What segments can be selected by.

use super::pattern::{Letter, Pattern};
use super::problems::UnknownMethod;
use crate::diagnostic::{Diagnostic, closest};

/// A property that selects segments: `tag:marketing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Name,
    Path,
    File,
    Tag,
    Owner,
    Entity,
    Materialize,
    Access,
    State,
}

impl Method {
    const EVERY: [Self; 9] = [
        Self::Name,
        Self::Path,
        Self::File,
        Self::Tag,
        Self::Owner,
        Self::Entity,
        Self::Materialize,
        Self::Access,
        Self::State,
    ];

    /// The word before the colon.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Path => "path",
            Self::File => "file",
            Self::Tag => "tag",
            Self::Owner => "owner",
            Self::Entity => "entity",
            Self::Materialize => "materialize",
            Self::Access => "access",
            Self::State => "state",
        }
    }

    /// The method of a text without a colon: paths have `/` or end with `.seg`.
    pub(super) fn of_plain(letters: &[Letter]) -> Self {
        let text: String = letters.iter().map(|letter| letter.char).collect();
        if text.contains(['/', '\\']) || text.ends_with(".seg") { Self::Path } else { Self::Name }
    }

    /// The method of that name.
    pub(super) fn named(word: &str, pattern: &str) -> Result<Self, Diagnostic> {
        let found = Self::EVERY.into_iter().find(|method| method.word() == word);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::EVERY.into_iter().map(Self::word).collect();
            let near = match word {
                "fqn" | "segment" | "model" => Some("name"),
                "config.materialized" | "materialized" => Some("materialize"),
                "config.tags" | "tags" => Some("tag"),
                "group" | "role" | "roles" => Some("access"),
                _ => closest(word, known.iter().copied()),
            };
            UnknownMethod { span: None, method: word.to_owned(), pattern: pattern.to_owned(), near, known }
                .into()
        })
    }

    /// Whether its values are paths, in which `*` doesn't match `/`.
    pub(super) fn is_of_paths(self) -> bool {
        self == Self::Path
    }

    /// What no segment has, if one of these methods finds nothing.
    pub(super) fn nothing(self, value: &str) -> String {
        match self {
            Self::Name => format!("no segment has a name like `{value}`"),
            Self::Path => format!("no segment is in `{value}`"),
            Self::File => format!("no segment is in a file `{value}`"),
            Self::Tag => format!("no segment has a tag like `{value}`"),
            Self::Owner => format!("no segment has the owner `{value}`"),
            Self::Entity => format!("no segment is on an entity `{value}`"),
            Self::Materialize => format!("no segment is stored as `{value}`"),
            Self::Access => format!("no segment may be read by `{value}` in particular"),
            Self::State => format!("no segment is `{value}`"),
        }
    }
}

/// What a segment can be selected by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    /// The path of its file from the project's folder.
    pub(super) path: &'a str,
    pub(super) entity: &'a str,
    pub(super) owner: Option<&'a str>,
    pub(super) tags: &'a [String],
    pub(super) access: &'a [String],
    pub(super) materialize: &'static str,
}

impl<'a> Candidate<'a> {
    /// The values that a method compares. Those of a path are its file and all folders around it.
    pub(super) fn values(&self, method: Method) -> Vec<&'a str> {
        let texts = |texts: &'a [String]| texts.iter().map(String::as_str).collect();
        match method {
            Method::Name => vec![self.name],
            Method::Path => {
                let folders = self.path.match_indices('/').map(|(at, _)| &self.path[..at]);
                folders.chain([self.path]).collect()
            }
            Method::File => vec![self.path.rsplit('/').next().unwrap_or(self.path)],
            Method::Tag => texts(self.tags),
            Method::Owner => self.owner.into_iter().collect(),
            Method::Entity => vec![self.entity],
            Method::Materialize => vec![self.materialize],
            Method::Access => texts(self.access),
            // Needs what was before.
            Method::State => Vec::new(),
        }
    }

    pub(super) fn fits(&self, method: Method, pattern: &Pattern) -> bool {
        match pattern.literal() {
            Some(text) => self.values(method).contains(&text),
            None => self.values(method).into_iter().any(|value| pattern.matches(value)),
        }
    }
}
