//! Where a project's files come from.

use std::collections::BTreeMap;

/// Files over this size are refused.
pub const MAX_FILE_BYTES: u64 = 10 << 20;

/// How many names a path of [`Files::survey`] consists of at most.
pub const SURVEY_DEPTH: usize = 4;

/// How many files [`Files::survey`] looks at.
pub const SURVEY_FILES: usize = 5_000;

/// Folders whose files are not a user's own, or are rows.
const NOT_SURVEYED: [&str; 6] = ["data", "dist", "node_modules", "target", "vendor", "venv"];

/// Folders of the project, which are listed whole.
const LISTED: [&str; 4] = ["catalog", "dialects", "segments", "tests"];

/// Whether a survey leaves out a file or folder of this name, which lies in `depth` others.
pub(super) fn is_left_out(depth: usize, name: &str) -> bool {
    name.starts_with('.') || NOT_SURVEYED.contains(&name) || (depth == 0 && LISTED.contains(&name))
}

/// A project's folder. Paths are relative to it and have `/` between their parts.
pub trait Files {
    /// Every file below a folder, at any depth, hidden ones left out. A folder that does
    /// not exist has none.
    fn list(&self, folder: &str) -> Listing;

    /// Files that may have been put where nothing reads them, in the order of their paths: those
    /// of the folder and of the folders in it, down to [`SURVEY_DEPTH`] names and at most
    /// [`SURVEY_FILES`]. Hidden files, the project's own folders and those in which programs put
    /// their files, other projects, and what is behind links are left out.
    fn survey(&self) -> Vec<String>;

    /// The bytes of a file, unless there are more than [`MAX_FILE_BYTES`].
    ///
    /// # Errors
    /// If it does not exist, is too large, or can't be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// What is in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Paths of files.
    pub paths: Vec<String>,
    /// What could not be looked at: path and reason.
    pub errors: Vec<(String, ReadError)>,
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It does not exist.
    NotFound,
    /// It has more than [`MAX_FILE_BYTES`].
    TooLarge,
    /// It is a link to a folder that it lies in.
    LinkLoop,
    /// The system's own words.
    Other(String),
}

/// Files that are nowhere but in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more file.
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
}
