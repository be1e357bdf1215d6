//! Where a project's files come from.

use std::collections::BTreeMap;

/// The maximum size of a file in bytes.
pub const MAX_FILE_BYTES: u64 = 10 << 20;

/// The maximum size in bytes of the file of a static list: a million keys of 60 characters and more.
pub const MAX_LIST_BYTES: u64 = 128 << 20;

/// The maximum number of names in a path of [`Files::survey`].
pub const SURVEY_DEPTH: usize = 4;

/// The maximum number of files that [`Files::survey`] visits.
pub const SURVEY_FILES: usize = 5_000;

/// Folders whose files belong to other programs, or are data.
const NOT_SURVEYED: [&str; 6] = ["data", "dist", "node_modules", "target", "vendor", "venv"];

/// Folders of the project, which are listed completely.
const LISTED: [&str; 4] = ["catalog", "dialects", "segments", "tests"];

/// Whether a survey omits a file or folder of this name at this depth.
pub(super) fn is_left_out(depth: usize, name: &str) -> bool {
    name.starts_with('.') || NOT_SURVEYED.contains(&name) || (depth == 0 && LISTED.contains(&name))
}

/// A project's folder. Paths are relative to it and use `/` as the separator. Files are read in parallel.
pub trait Files: Sync {
    /// All files below a folder, at any depth, except for hidden ones. A missing folder has none.
    fn list(&self, folder: &str) -> Listing;

    /// Files that may have been put where nothing reads them, ordered by path: those in the
    /// project's folder and below it, down to [`SURVEY_DEPTH`] names and at most [`SURVEY_FILES`].
    /// Hidden files, the project's own folders, folders of other programs, other projects and
    /// everything behind links are omitted.
    fn survey(&self) -> Vec<String>;

    /// The contents of a file.
    ///
    /// # Errors
    ///
    /// The file doesn't exist, has more than [`MAX_FILE_BYTES`], or can't be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The contents of the file of a static list.
    ///
    /// # Errors
    ///
    /// The file doesn't exist, has more than [`MAX_LIST_BYTES`], or can't be read.
    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.read(path)
    }
}

/// The contents of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The paths of the files.
    pub paths: Vec<String>,
    /// The paths that couldn't be read, with the reasons.
    pub errors: Vec<(String, ReadError)>,
}

/// Why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It does not exist.
    NotFound,
    /// It has more than [`MAX_FILE_BYTES`].
    TooLarge,
    /// It is a link to a folder that contains it.
    LinkLoop,
    /// Another reason, in the system's words.
    Other(String),
}

/// Files of which some have other contents, or are gone, before that is written.
pub struct Edited<'a> {
    files: &'a dyn Files,
    edits: BTreeMap<String, Option<Vec<u8>>>,
}

impl<'a> Edited<'a> {
    /// Files with the new contents of some that exist; `None` for those that are gone.
    #[must_use]
    pub fn new(files: &'a dyn Files, edits: BTreeMap<String, Option<Vec<u8>>>) -> Self {
        Self { files, edits }
    }

    fn edited(&self, path: &str) -> Option<Result<Vec<u8>, ReadError>> {
        self.edits.get(path).map(|edit| edit.clone().ok_or(ReadError::NotFound))
    }
}

impl Files for Edited<'_> {
    fn list(&self, folder: &str) -> Listing {
        let mut listing = self.files.list(folder);
        listing.paths.retain(|path| self.edits.get(path) != Some(&None));
        listing
    }

    fn survey(&self) -> Vec<String> {
        self.files.survey()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.edited(path).unwrap_or_else(|| self.files.read(path))
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.edited(path).unwrap_or_else(|| self.files.read_list(path))
    }
}

/// Files that exist only in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Creates an empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }
}

impl Files for Memory {
    fn list(&self, folder: &str) -> Listing {
        let prefix = format!("{folder}/");
        let visible = |path: &&String| {
            path.strip_prefix(&prefix).is_some_and(|rest| !rest.split('/').any(|part| part.starts_with('.')))
        };
        Listing { paths: self.files.keys().filter(visible).cloned().collect(), errors: Vec::new() }
    }

    fn survey(&self) -> Vec<String> {
        let is_project = |folder: &str| self.files.contains_key(&format!("{folder}/segc.yml"));
        let is_surveyed = |path: &&String| {
            let in_project = path.match_indices('/').any(|(at, _)| is_project(&path[..at]));
            !in_project
                && path.split('/').count() <= SURVEY_DEPTH
                && !path.split('/').enumerate().any(|(depth, name)| is_left_out(depth, name))
        };
        self.files.keys().filter(is_surveyed).take(SURVEY_FILES).cloned().collect()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::NotFound)?;
        if bytes.len() as u64 > MAX_FILE_BYTES { Err(ReadError::TooLarge) } else { Ok(bytes.clone()) }
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::NotFound)?;
        if bytes.len() as u64 > MAX_LIST_BYTES { Err(ReadError::TooLarge) } else { Ok(bytes.clone()) }
    }
}
