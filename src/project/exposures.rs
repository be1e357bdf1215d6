//! `exposures`: who uses segments.

use super::config::check_name;
use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::{Fields, Key, Node};

/// A use of segments, as dbt describes it
/// (<https://docs.getdbt.com/docs/build/exposures>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExposureKind,
    /// Its name for people.
    pub label: Option<String>,
    /// Who answers for it: a name or an e-mail address.
    pub owner: String,
    /// Where it is.
    pub url: Option<String>,
    /// A sentence for people.
    pub description: Option<String>,
    /// The segments that it uses, each with its place.
    pub segments: Vec<(String, Span)>,
}

/// What a use of segments is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExposureKind {
    /// A program that acts on them.
    #[default]
    Application,
    /// A dashboard.
    Dashboard,
    /// A notebook.
    Notebook,
    /// A report.
    Analysis,
    /// A model that is trained or scored.
    Ml,
}

impl ExposureKind {
    const ALL: [Self; 5] = [Self::Application, Self::Dashboard, Self::Notebook, Self::Analysis, Self::Ml];

    /// The word for it, in `segc.yml` and in dbt.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Dashboard => "dashboard",
            Self::Notebook => "notebook",
            Self::Analysis => "analysis",
            Self::Ml => "ml",
        }
    }
}

/// Reads one exposure.
pub(super) fn read_exposure(key: &Key, node: &Node, problems: &mut Diagnostics) -> Option<Exposure> {
    check_name(key, "an exposure", problems);
    let owner = format!("exposure `{}`", key.text);
    let example = format!("{}: {{ owner: …, segments: [ … ] }}", key.text);
    let mut fields = Fields::shown(node, owner, key.span, Some(&example), problems)?;
    let kinds = ExposureKind::ALL.map(|kind| (kind.name(), kind));
    let kind = fields.get("type").and_then(|node| node.word("a type of exposure", &kinds, problems));
    let label = fields.text("label", problems);
    let owner = fields.require("owner", problems).and_then(|node| node.text(problems)).map(str::to_owned);
    let url = fields.text("url", problems);
    let description = fields.text("description", problems);
    let segments: Vec<(String, Span)> = fields
        .require("segments", problems)
        .map(Node::one_or_many)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| Some((node.text(problems)?.to_owned(), node.span)))
        .collect();
    fields.finish(problems);
    let (name, kind) = (key.text.clone(), kind.unwrap_or_default());
    Some(Exposure { name, kind, label, owner: owner?, url, description, segments })
}
