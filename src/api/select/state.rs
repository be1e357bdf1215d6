//! An earlier build, to compare segments with: `state:modified`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::Pattern;
use super::problems::{NoSuchState, UnusableState};
use crate::artifact::{Definition, MANIFEST_VERSION};
use crate::diagnostic::{Diagnostic, closest};

/// The segments of an earlier build, as its manifest describes them.
#[derive(Debug, Clone)]
pub struct State {
    project: String,
    target: String,
    path: String,
    segments: BTreeMap<String, (Definition, String)>,
}

/// What is needed of a manifest. Other fields may be added within a version.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    segc: String,
    project: String,
    target: String,
    segments: Vec<DocumentSegment>,
}

#[derive(Deserialize)]
struct DocumentSegment {
    name: String,
    definition: Option<Definition>,
    #[serde(default)]
    fingerprint: String,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl State {
    /// Reads the text of a `manifest.json`. `path` is for messages.
    ///
    /// # Errors
    ///
    /// Reports what isn't a manifest, and manifests that lack what is compared.
    pub fn read(path: &str, text: &str) -> Result<Self, Diagnostic> {
        let unusable =
            |why: String| UnusableState { span: None, path: path.to_owned(), why, help: None }.into();
        let Version { version } = serde_json::from_str(text)
            .map_err(|error| unusable(format!("it is not a manifest of segc ({error})")))?;
        if version != MANIFEST_VERSION {
            let why =
                format!("it has version {version} of the format, and this segc reads {MANIFEST_VERSION}");
            return Err(unusable(why));
        }
        let document: Document = serde_json::from_str(text)
            .map_err(|error| unusable(format!("it is not a manifest of segc ({error})")))?;
        let mut segments = BTreeMap::new();
        for DocumentSegment { name, definition, fingerprint } in document.segments {
            let Some(definition) = definition else {
                let why =
                    format!("it was written by segc {}, which didn't record what is compared", document.segc);
                return Err(unusable(why));
            };
            segments.insert(name, (definition, fingerprint));
        }
        let Document { project, target, .. } = document;
        Ok(Self { project, target, path: path.to_owned(), segments })
    }

    /// The target for which it was built.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The names of its segments, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.keys().map(String::as_str)
    }

    /// What a segment said itself.
    pub(crate) fn definition(&self, name: &str) -> Option<&Definition> {
        self.segments.get(name).map(|(definition, _)| definition)
    }

    /// The hash of what a segment meant, with those that it read.
    pub(crate) fn fingerprint(&self, name: &str) -> Option<&String> {
        self.segments.get(name).map(|(_, fingerprint)| fingerprint)
    }

    /// Rejects the state of another project.
    pub(crate) fn check(&self, project: &str) -> Result<(), Diagnostic> {
        if self.project == project {
            return Ok(());
        }
        let why = format!("it is of the project `{}`, and this one is `{project}`", self.project);
        Err(UnusableState { span: None, path: self.path.clone(), why, help: None }.into())
    }

    /// Whether a comparison of a segment, as it is now, has this result.
    pub(super) fn fits(&self, comparison: Comparison, name: &str, now: &Definition) -> bool {
        let before = self.definition(name);
        match comparison {
            Comparison::New => before.is_none(),
            Comparison::Old => before.is_some(),
            Comparison::Modified => before != Some(now),
            Comparison::Meaning => before.is_none_or(|before| before.meaning != now.meaning),
            Comparison::Properties => before.is_none_or(|before| before.properties != now.properties),
            Comparison::Unmodified => before == Some(now),
        }
    }
}

/// How segments are compared. As in dbt, new segments count as modified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    New,
    Old,
    Modified,
    Meaning,
    Properties,
    Unmodified,
}

impl Comparison {
    const EVERY: [(&'static str, Self); 6] = [
        ("new", Self::New),
        ("old", Self::Old),
        ("modified", Self::Modified),
        ("modified.meaning", Self::Meaning),
        ("modified.properties", Self::Properties),
        ("unmodified", Self::Unmodified),
    ];

    /// The comparison of that name.
    pub(super) fn named(value: &Pattern) -> Result<Self, Diagnostic> {
        let word = value.text();
        let found = Self::EVERY.into_iter().find(|(known, _)| *known == word);
        found.map(|(_, comparison)| comparison).ok_or_else(|| {
            let near = match word {
                "changed" | "modified.body" | "modified.configs" => Some("modified"),
                "added" => Some("new"),
                "unchanged" => Some("unmodified"),
                _ => closest(word, Self::EVERY.into_iter().map(|(known, _)| known)),
            };
            let near = near.and_then(|near| {
                Self::EVERY.into_iter().map(|(known, _)| known).find(|known| *known == near)
            });
            NoSuchState { span: None, state: word.to_owned(), is_known: false, near }.into()
        })
    }
}
