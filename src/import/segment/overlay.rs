//! A project's files together with those that an import is about to write.

use std::collections::BTreeMap;

use crate::project::{Files, Listing, ReadError};

/// Files, some of them with another content.
pub(super) struct Overlay<'a> {
    files: &'a dyn Files,
    changed: BTreeMap<String, String>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(files: &'a dyn Files, changed: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { files, changed: changed.into_iter().collect() }
    }
}

impl Files for Overlay<'_> {
    fn list(&self, folder: &str) -> Listing {
        let mut listing = self.files.list(folder);
        let prefix = format!("{folder}/");
        let added =
            self.changed.keys().filter(|path| path.starts_with(&prefix) && !listing.paths.contains(path));
        let added: Vec<String> = added.cloned().collect();
        listing.paths.extend(added);
        listing
    }

    fn survey(&self) -> Vec<String> {
        self.files.survey()
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.changed.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.files.read_list(path),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.changed.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.files.read(path),
        }
    }
}
