//! What tells whether a segment has been changed since a build: hashes of what it says itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digest;
use crate::analyze::{self, Graph};
use crate::check::hir::{Hir, Materialize, Properties, SegmentId};

/// What a segment says itself. Segments that it refers to only count by their names, so that it stays the same if
/// one of them is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Definition {
    /// A hash of its conditions and columns, with the traits, the part of the catalog, the parameters and the list
    /// that they use, and of `expire`. Comments and formatting don't affect it.
    pub meaning: String,
    /// A hash of its other properties, such as `description`, `tags` and `materialize`.
    pub properties: String,
}

impl Definition {
    /// The definition of a segment, given how it is stored.
    #[must_use]
    pub fn of(hir: &Hir, graph: &Graph, id: SegmentId, materialize: Materialize) -> Self {
        let segment = hir.segment(id);
        let mut meaning = analyze::own_meaning(hir, graph.node(id));
        if let Some(list) = segment.list.and_then(|list| hir.catalog.entity(list).list.as_ref()) {
            meaning = short(&format!("{meaning} list {}", list.stamp));
        }
        // `expire` is a part of the meaning, and `materialize` may be the project's.
        let Properties {
            title,
            description,
            owner,
            tags,
            materialize: _,
            access,
            access_span: _,
            expire: _,
            history,
        } = &segment.properties;
        let group = segment.group.as_ref().map(|group| (&group.name, group.priority));
        let how = materialize.name();
        let properties = (title, description, owner, tags, access, history, group, how);
        let properties = serde_json::to_string(&properties).unwrap_or_default();
        Self { meaning, properties: short(&properties) }
    }
}

/// The first 32 digits of a SHA-256, which are enough to tell texts apart.
fn short(text: &str) -> String {
    let mut hash = digest(text.as_bytes());
    hash.truncate(32);
    hash
}
