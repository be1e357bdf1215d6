//! The contents of a project's files at one moment, perhaps without some of its segments' files.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::files::{Files, Listing, ReadError};
use super::stray::has_ending;

/// The folders whose files are read in advance, and the extensions of the files that are.
const FOLDERS: [(&str, &[&str]); 3] =
    [("catalog", &["yml", "yaml"]), ("segments", &["seg"]), ("dialects", &["yml", "yaml"])];

/// The configuration, the catalog, segments and dialects, as they are read once. All else comes from the files.
pub struct Snapshot<'a> {
    files: &'a dyn Files,
    listings: BTreeMap<&'static str, Listing>,
    contents: BTreeMap<String, Result<Vec<u8>, ReadError>>,
    omitted: BTreeSet<String>,
}

impl<'a> Snapshot<'a> {
    /// Reads the files.
    #[must_use]
    pub fn of(files: &'a dyn Files) -> Self {
        let listings: BTreeMap<_, _> =
            FOLDERS.into_iter().map(|(folder, _)| (folder, files.list(folder))).collect();
        let mut paths = vec!["segc.yml".to_owned()];
        for (folder, endings) in FOLDERS {
            let listed = listings.get(folder).into_iter().flat_map(|listing| &listing.paths);
            paths.extend(listed.filter(|path| has_ending(path, endings)).cloned());
        }
        let contents = paths.into_par_iter().map(|path| (path.clone(), files.read(&path))).collect();
        Self { files, listings, contents, omitted: BTreeSet::new() }
    }

    /// The files of segments, by path. Those that can't be read are not among them.
    pub fn segments(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.texts().filter(|(path, _)| is_segments(path))
    }

    /// The configuration, the catalog and the dialects, by path. Those that can't be read are not among them.
    pub fn others(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.texts().filter(|(path, _)| !is_segments(path))
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.contents.iter().filter_map(|(path, bytes)| Some((path.as_str(), bytes.as_deref().ok()?)))
    }

    /// Leaves files out, as if they didn't exist.
    pub fn omit(&mut self, paths: BTreeSet<String>) {
        self.omitted = paths;
    }
}

fn is_segments(path: &str) -> bool {
    path.starts_with("segments/")
}

impl Files for Snapshot<'_> {
    fn list(&self, folder: &str) -> Listing {
        match self.listings.get(folder) {
            Some(known) => {
                let mut listing = known.clone();
                listing.paths.retain(|path| !self.omitted.contains(path));
                listing
            }
            None => self.files.list(folder),
        }
    }

    fn survey(&self) -> Vec<String> {
        self.files.survey()
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.read_list(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.contents.get(path) {
            Some(_) if self.omitted.contains(path) => Err(ReadError::NotFound),
            Some(content) => content.clone(),
            None => self.files.read(path),
        }
    }
}
