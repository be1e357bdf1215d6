//! The files that segc wrote to a folder, according to its manifest, with their digests.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Artifacts, MANIFEST, Manifest, json};

/// The files listed in a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The digest of each file by its path, including the manifest's own.
    pub files: BTreeMap<String, String>,
}

/// The SHA-256 of a file in hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The text of a manifest that includes its own digest.
pub(super) fn sealed(mut manifest: Manifest) -> String {
    manifest.files.insert(MANIFEST.to_owned(), String::new());
    seal(json(&manifest))
}

/// Files with a manifest that only lists them.
pub(crate) fn listed(project: &str, mut files: BTreeMap<String, String>) -> Artifacts {
    #[derive(Serialize)]
    struct Listing<'a> {
        segc: &'static str,
        project: &'a str,
        files: BTreeMap<String, String>,
    }
    let digests = files.par_iter().map(|(path, text)| (path.clone(), digest(text.as_bytes())));
    let mut listing = Listing { segc: env!("CARGO_PKG_VERSION"), project, files: digests.collect() };
    listing.files.insert(MANIFEST.to_owned(), String::new());
    files.insert(MANIFEST.to_owned(), seal(json(&listing)));
    Artifacts { files, ..Artifacts::default() }
}

/// Fills in the digest of a manifest whose own is empty.
fn seal(mut text: String) -> String {
    let digest = digest(text.as_bytes());
    // Inside strings there is no such entry: their quotes are escaped.
    if let Some(at) = text.rfind(&entry("")) {
        text.replace_range(at..at + entry("").len(), &entry(&digest));
    }
    text
}

/// The manifest's own line in its list of files.
fn entry(digest: &str) -> String {
    format!("\"{MANIFEST}\": \"{digest}\"")
}

impl Written {
    /// Parses a manifest. Returns `None` if segc didn't write the text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Listing {
            #[serde(rename = "segc")]
            _segc: String,
            files: BTreeMap<String, String>,
        }
        let listing: Listing = serde_json::from_str(text).ok()?;
        let inside = |path: &String| {
            !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
        };
        let listed = listing.files.contains_key(MANIFEST) && listing.files.keys().all(inside);
        listed.then_some(Self { files: listing.files })
    }

    /// Whether a file is unchanged since segc wrote it.
    #[must_use]
    pub fn is_unchanged(&self, path: &str, bytes: &[u8]) -> bool {
        let Some(wanted) = self.files.get(path) else { return false };
        if path != MANIFEST {
            return digest(bytes) == *wanted;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        digest(text.replacen(&entry(wanted), &entry(""), 1).as_bytes()) == *wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;
    use crate::artifact::{Scripts, build};

    fn artifacts() -> Artifacts {
        let checked = (&testing::hir(), &testing::graph());
        build("shop", &testing::plan(), checked, &testing::sources(), Scripts::default())
    }

    fn manifest() -> String {
        let built = artifacts();
        built.files[MANIFEST].clone()
    }

    #[test]
    fn manifests_are_recognized_and_changes_detected() {
        let text = manifest();
        let written = Written::read(&text).expect("it is a manifest");
        assert!(written.is_unchanged(MANIFEST, text.as_bytes()));
        assert!(!written.is_unchanged(MANIFEST, text.replace("shop", "shed").as_bytes()));
        assert!(!written.is_unchanged(MANIFEST, b"\xff"));
        assert!(!written.is_unchanged("notes.txt", b""), "what is not listed is nobody's");
        let built = artifacts();
        for (path, text) in &built.files {
            assert!(written.is_unchanged(path, text.as_bytes()), "{path}");
        }
        assert_eq!(written.files.keys().collect::<Vec<_>>(), built.files.keys().collect::<Vec<_>>());
    }

    #[test]
    fn listed_files_are_recognized() {
        let built = listed("shop", BTreeMap::from([("a/b.html".to_owned(), "<p>".to_owned())]));
        let written = Written::read(&built.files[MANIFEST]).expect("it is a manifest");
        for (path, text) in &built.files {
            assert!(written.is_unchanged(path, text.as_bytes()), "{path}");
        }
        assert_eq!(written.files.len(), 2);
    }

    #[test]
    fn other_files_of_that_name_are_not_manifests() {
        let listing = |path: &str| {
            format!("{{\"segc\": \"1\", \"files\": {{\"{MANIFEST}\": \"\", \"{path}\": \"\"}}}}")
        };
        assert!(Written::read(&listing("segments/a.sql")).is_some());
        for outside in ["../a", "/etc/passwd", "a/../../b", "", "./a"] {
            assert_eq!(Written::read(&listing(outside)), None, "{outside}");
        }
        for text in [
            "",
            "{}",
            "[]",
            "{\"name\": \"my web app\"}",
            "{\"segc\": \"1\", \"files\": {}}",
            "{\"segc\": \"1\", \"files\": [1]}",
        ] {
            assert_eq!(Written::read(text), None, "{text}");
        }
    }
}
