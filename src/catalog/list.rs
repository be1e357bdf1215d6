//! The keys of static lists, and the links that lead to them.

use super::model::{Entity, Link};
use crate::types::Literal;

/// The keys of a static list, in the order of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyList {
    /// The path of the file, from the project's folder.
    pub path: String,
    /// A hash of the file's contents.
    pub stamp: String,
    /// The keys: as many values as the entity has fields.
    pub rows: Vec<Vec<Literal>>,
}

/// The name of the link from an entity to the keys of a static list, and that of an entity made of a file. No
/// name in a catalog has a space.
#[must_use]
pub(crate) fn list_name(segment: &str) -> String {
    format!("list of {segment}")
}

impl Entity {
    /// The links that the catalog declares: those to the keys of static lists are left out.
    pub(crate) fn declared_links(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| !link.to_list)
    }
}
