//! The mapping file: what a tool's names are called in the project.
//!
//! ```yaml
//! entity: customer                        # the segments are about customers
//! kinds: { org: company }                 # contexts of the kind `org` are behind the link `company`
//! attributes: { appVersion: app_version, "org:plan": company.plan }
//! segments: { "Beta testers": beta, obsolete: false }     # `false`: not imported
//! ```

use std::collections::BTreeMap;

use super::input::Input;
use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::{Fields, Key, Like, Node, NodeKind};

/// A path through links to a field, or to a row, and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    pub(crate) parts: Vec<String>,
    pub(crate) span: Span,
}

/// What a mapping file says of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Naming {
    /// It isn't imported.
    Skip,
    /// Its name in the project.
    Named(String, Span),
}

/// The contents of a mapping file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mapping {
    pub(crate) entity: Option<(String, Span)>,
    /// Kinds of contexts: the path from the entity to the row of such a context.
    pub(crate) kinds: BTreeMap<String, Mapped>,
    /// Attributes, or `kind:attribute`: the path to the field.
    pub(crate) attributes: BTreeMap<String, Mapped>,
    /// Segments by the tool's names.
    pub(crate) segments: BTreeMap<String, Naming>,
    /// Whether the path of an attribute may lead to many rows, which are the elements of a list.
    pub(crate) has_rows: bool,
    /// The parts that only one tool has.
    sections: Vec<(Key, Node)>,
}

impl Mapping {
    /// Reads a mapping file. `sections` are the keys that the tool has in addition.
    pub(crate) fn read(input: &Input, sections: &[&'static str], problems: &mut Diagnostics) -> Self {
        let mut mapping = Self::default();
        let Some(tree) = input.tree(problems) else { return mapping };
        let Some(mut fields) =
            Fields::shown(&tree, "a mapping file", tree.span, Some("attributes: { … }"), problems)
        else {
            return mapping;
        };
        if let Some(node) = fields.get("entity") {
            mapping.entity = node.text(problems).map(|text| (text.to_owned(), node.span));
        }
        mapping.kinds = paths(fields.names("kinds", Like::Named("kind", "link"), problems), problems);
        mapping.attributes =
            paths(fields.names("attributes", Like::Named("attribute", "field"), problems), problems);
        for (key, node) in fields.names("segments", Like::Named("segment", "name"), problems) {
            let naming = match node.kind {
                NodeKind::Bool(false) => Some(Naming::Skip),
                _ => node.text(problems).map(|text| Naming::Named(text.to_owned(), node.span)),
            };
            mapping.segments.extend(naming.map(|naming| (key.text.clone(), naming)));
        }
        for &section in sections {
            fields.get(section);
        }
        fields.finish(problems);
        if let NodeKind::Map(entries) = tree.kind {
            mapping.sections =
                entries.into_iter().filter(|(key, _)| sections.contains(&key.text.as_str())).collect();
        }
        mapping
    }

    /// A part that only one tool has.
    pub(crate) fn section(&self, name: &str) -> Option<&Node> {
        self.sections.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }
}

/// Paths by name. An entry without a value says nothing.
fn paths(entries: &[(Key, Node)], problems: &mut Diagnostics) -> BTreeMap<String, Mapped> {
    let said = entries.iter().filter(|(_, node)| node.kind != NodeKind::Null);
    let read = said.filter_map(|(key, node)| {
        let text = node.text(problems)?;
        let parts = text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some((key.text.clone(), Mapped { parts, span: node.span }))
    });
    read.collect()
}
