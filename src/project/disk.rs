//! Files on disk.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::files::{
    Files, Listing, MAX_FILE_BYTES, MAX_LIST_BYTES, ReadError, SURVEY_DEPTH, SURVEY_FILES, is_left_out,
};

/// The maximum depth of folders, far beyond any project and below the system's own limits.
const MAX_DEPTH: usize = 64;

/// The maximum number of files and folders that a survey visits.
const SURVEY_ENTRIES: usize = 2 * SURVEY_FILES;

/// A folder on disk. Symbolic links are followed, and cycles of them reported.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The project in the folder `root`, which contains `segc.yml`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn up_to(&self, path: &str, most: u64) -> Result<Vec<u8>, ReadError> {
        let file = File::open(self.root.join(path)).map_err(|error| of_io(&error))?;
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| of_io(&error))?;
        if bytes.len() as u64 > most { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }

    /// A path relative to the root, with `/` as the separator.
    fn shown(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

fn is_visible(entry: &DirEntry) -> bool {
    !entry.file_name().to_string_lossy().starts_with('.')
}

impl Files for Disk {
    fn list(&self, folder: &str) -> Listing {
        let start = self.root.join(folder);
        let mut listing = Listing::default();
        let walk = WalkDir::new(&start).follow_links(true).max_depth(MAX_DEPTH).into_iter();
        // The folder itself may be a link of any name.
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || is_visible(entry)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    let path = self.shown(entry.path());
                    if entry.path().to_str().is_some() {
                        listing.paths.push(path);
                    } else {
                        let reason = ReadError::Other("its name is not UTF-8".to_owned());
                        listing.errors.push((path, reason));
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().map_or_else(|| folder.to_owned(), |path| self.shown(path));
                    match reason(&error) {
                        ReadError::NotFound if error.depth() == 0 => {}
                        reason => listing.errors.push((path, reason)),
                    }
                }
            }
        }
        listing
    }

    fn survey(&self) -> Vec<String> {
        let walk = WalkDir::new(&self.root).max_depth(SURVEY_DEPTH).sort_by_file_name().into_iter();
        let is_surveyed = |entry: &DirEntry| {
            let is_project = || entry.file_type().is_dir() && entry.path().join("segc.yml").exists();
            entry.depth() == 0
                || !(is_left_out(entry.depth() - 1, &entry.file_name().to_string_lossy()) || is_project())
        };
        // What can't be read isn't reported here: nothing requested it.
        let entries = walk.filter_entry(is_surveyed).filter_map(Result::ok).take(SURVEY_ENTRIES);
        let files = entries.filter(|entry| entry.file_type().is_file() && entry.path().to_str().is_some());
        files.take(SURVEY_FILES).map(|entry| self.shown(entry.path())).collect()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.up_to(path, MAX_FILE_BYTES)
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.up_to(path, MAX_LIST_BYTES)
    }
}

fn reason(error: &walkdir::Error) -> ReadError {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => ReadError::LinkLoop,
        (None, Some(error)) => of_io(error),
        (None, None) => ReadError::Other(error.to_string()),
    }
}

/// The system's message without its number.
fn of_io(error: &std::io::Error) -> ReadError {
    if error.kind() == ErrorKind::NotFound {
        return ReadError::NotFound;
    }
    let text = error.to_string();
    ReadError::Other(text.split(" (os error").next().unwrap_or(&text).to_lowercase())
}
