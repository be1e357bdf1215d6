//! The files that are imported.

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::import::json;
use crate::yaml::{self, Node};

/// A file of a tool, or a text from the command line.
#[derive(Debug, Clone)]
pub struct File {
    /// The path as people see it.
    pub path: String,
    /// The path below the folder that was named, or the name of the file.
    pub relative: String,
    /// The content.
    pub text: String,
}

/// A file that has a place among the sources.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) source: SourceId,
    pub(crate) relative: String,
    pub(crate) text: Arc<str>,
}

impl Input {
    /// The whole text.
    pub(crate) fn span(&self) -> Span {
        Span::new(self.source, 0, self.text.len())
    }

    /// The first character, for problems with the file as a whole.
    pub(crate) fn start(&self) -> Span {
        let first = self.text.chars().next().map_or(0, char::len_utf8);
        Span::new(self.source, 0, first)
    }

    /// The document in it, JSON or YAML. With a key that occurs twice there is none: it isn't known which of
    /// the two is meant.
    pub(crate) fn tree(&self, problems: &mut Diagnostics) -> Option<Node> {
        let before = problems.len();
        let tree = if self.is_json() {
            json::read(self.source, &self.text, problems)
        } else {
            yaml::read(self.source, &self.text, problems)
        };
        tree.filter(|_| problems.len() == before)
    }

    fn is_json(&self) -> bool {
        let name = self.relative.to_lowercase();
        let text = self.text.trim_start_matches('\u{feff}').trim_start();
        let is_yaml = [".yml", ".yaml"].iter().any(|ending| name.ends_with(ending));
        name.ends_with(".json") || (!is_yaml && text.starts_with(['{', '[', '"']))
    }
}
