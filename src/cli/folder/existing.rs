//! The contents of a folder before a build is written to it: files written by segc, and others.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cannot;
use super::problems::{ChangedFiles, FilesInTheWay, ForeignFolder, LinkedFolder};
use crate::artifact::{Artifacts, MANIFEST, Written};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A folder into which a build can be written.
#[derive(Debug, Default)]
pub(super) struct Existing {
    /// Whether the folder exists.
    pub(super) is_there: bool,
    /// The files that segc wrote. Those that still exist are unchanged.
    pub(super) written: Vec<String>,
    /// Those of them whose content is the same in the build to be written.
    pub(super) same: BTreeSet<String>,
    /// Everything else: files, and folders without files of segc.
    pub(super) others: Vec<PathBuf>,
}

impl Existing {
    /// Examines a folder.
    ///
    /// # Errors
    ///
    /// The folder isn't segc's, or the build would destroy foreign files.
    pub(super) fn find(folder: &Path, artifacts: &Artifacts) -> Result<Self, Diagnostics> {
        let one = |problem: Diagnostic| Diagnostics::from(vec![problem]);
        let shown = |path: &Path| path.display().to_string();
        match fs::symlink_metadata(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(one(cannot(folder, &error))),
            Ok(found) if found.is_symlink() => {
                return Err(one(LinkedFolder { span: None, folder: shown(folder) }.into()));
            }
            Ok(_) => {}
        }
        let listing = listing(folder).map_err(|error| one(cannot(folder, &error)))?;
        let Some(listing) = listing else {
            return Err(one(ForeignFolder { span: None, folder: shown(folder) }.into()));
        };
        let paths: Vec<&String> = listing.files.keys().collect();
        let found: Vec<_> = paths
            .par_iter()
            .map(|path| examine(folder, path, &listing, artifacts.files.get(*path).map(String::as_str)))
            .collect();
        let (mut changed, mut same) = (Vec::new(), BTreeSet::new());
        for (path, found) in paths.into_iter().zip(found) {
            match found {
                Ok(Content::Gone | Content::Old) => {}
                Ok(Content::New) => drop(same.insert(path.clone())),
                Ok(Content::Foreign) => changed.push(shown(&folder.join(path))),
                Err(error) => return Err(one(cannot(&folder.join(path), &error))),
            }
        }
        let (old, new) = (Paths::of(listing.files.keys()), Paths::of(artifacts.files.keys()));
        let mut others = Vec::new();
        find_others(folder, Path::new(""), &old, &new, &mut others)
            .map_err(|error| one(cannot(folder, &error)))?;
        let is_in_the_way = |other: &&PathBuf| new.has(other) && !old.has(other);
        let in_the_way = others.iter().filter(is_in_the_way);
        let in_the_way: Vec<String> = in_the_way.map(|path| shown(&folder.join(path))).collect();
        let mut problems = Diagnostics::new();
        if !changed.is_empty() {
            problems.push(ChangedFiles { span: None, files: changed });
        }
        if !in_the_way.is_empty() {
            problems.push(FilesInTheWay { span: None, files: in_the_way });
        }
        let written = listing.files.into_keys().collect();
        if problems.is_empty() { Ok(Self { is_there: true, written, same, others }) } else { Err(problems) }
    }
}

impl Existing {
    /// Whether the folder already has this build.
    pub(super) fn has_all(&self, artifacts: &Artifacts) -> bool {
        self.is_there && self.same.len() == artifacts.files.len() && self.written.len() == self.same.len()
    }
}

/// The content of a file that segc has written, as it is now.
enum Content {
    /// There is no such file anymore.
    Gone,
    /// What segc wrote, which the new build replaces or removes.
    Old,
    /// What the new build has.
    New,
    /// Something else.
    Foreign,
}

/// The files listed in the folder's manifest, none if the folder is empty, or `None` if it isn't
/// segc's.
fn listing(folder: &Path) -> io::Result<Option<Written>> {
    let manifest = folder.join(MANIFEST);
    match fs::symlink_metadata(&manifest) {
        Ok(found) if found.is_file() => {
            Ok(std::str::from_utf8(&fs::read(manifest)?).ok().and_then(Written::read))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let is_empty = fs::read_dir(folder)?.next().is_none();
            Ok(is_empty.then(Written::default))
        }
        Err(error) => Err(error),
    }
}

/// Compares a file that segc wrote with what it wrote, and with what it is about to write. Behind a link are
/// foreign files.
fn examine(folder: &Path, path: &str, listing: &Written, new: Option<&str>) -> io::Result<Content> {
    let mut place = folder.to_owned();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        let found = match fs::symlink_metadata(&place) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Content::Gone),
            Err(error) => return Err(error),
        };
        let is_last = parts.peek().is_none();
        if (is_last && !found.is_file()) || (!is_last && !found.is_dir()) {
            return Ok(Content::Foreign);
        }
    }
    let bytes = fs::read(&place)?;
    Ok(match new {
        Some(new) if new.as_bytes() == bytes => Content::New,
        _ if listing.is_unchanged(path, &bytes) => Content::Old,
        _ => Content::Foreign,
    })
}

/// The files of a build, and their folders.
struct Paths<'a> {
    files: BTreeSet<&'a Path>,
    folders: BTreeSet<&'a Path>,
}

impl<'a> Paths<'a> {
    fn of(files: impl Iterator<Item = &'a String>) -> Self {
        let files: BTreeSet<&Path> = files.map(Path::new).collect();
        let folders = files.iter().flat_map(|file| file.ancestors().skip(1)).collect();
        Self { files, folders }
    }

    fn has(&self, path: &Path) -> bool {
        self.files.contains(path) || self.folders.contains(path)
    }
}

/// Collects what is below a folder and isn't segc's. Only folders of builds are entered, so the
/// depth is that of their paths.
fn find_others(
    root: &Path,
    below: &Path,
    old: &Paths<'_>,
    new: &Paths<'_>,
    found: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let of_builds = || old.folders.contains(path.as_path()) || new.folders.contains(path.as_path());
        let kind = entry.file_type()?;
        if kind.is_dir() && of_builds() {
            find_others(root, &path, old, new, found)?;
        } else if !(kind.is_file() && old.files.contains(path.as_path())) {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}
