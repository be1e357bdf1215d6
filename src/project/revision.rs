//! The files of a project in a revision of its git repository, read through the program `git`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::files::{Files, Listing, MAX_FILE_BYTES, MAX_LIST_BYTES, ReadError};

/// The most links that lead from one to the next.
const MOST_LINKS: usize = 16;

/// A project's folder as a revision has it. The work tree isn't touched.
#[derive(Debug)]
pub struct Revision {
    folder: std::path::PathBuf,
    commit: String,
    entries: BTreeMap<String, Entry>,
    /// The contents of the project's own files, which are read at once.
    contents: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug)]
struct Entry {
    /// Git's mode: `100644`, `120000` for a link, `160000` for a submodule.
    mode: String,
    object: String,
    bytes: u64,
}

/// Why a revision can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevisionError {
    /// There is no program `git`.
    NoGit(String),
    /// The folder isn't in a repository.
    NoRepository,
    /// The repository has no such revision.
    Unknown,
    /// The revision has no file in the project's folder.
    NoProject,
    /// Another reason, in git's words.
    Other(String),
}

impl Revision {
    /// Reads the revision of a name that git understands. `main...` is the last commit that `main` and `HEAD` have
    /// in common.
    ///
    /// # Errors
    ///
    /// There is no git, no repository, no such revision, or no project in it.
    pub fn open(folder: &Path, name: &str) -> Result<Self, RevisionError> {
        git(folder, ["rev-parse", "--git-dir"]).map_err(|error| match error {
            RevisionError::Other(why) if why.contains("not a git repository") => RevisionError::NoRepository,
            error => error,
        })?;
        let commit = match name.strip_suffix("...") {
            Some(branch) => {
                let branch = commit(folder, branch)?;
                let base =
                    git(folder, ["merge-base", &branch, "HEAD"]).map_err(|_| RevisionError::Unknown)?;
                trimmed(&base)
            }
            None => commit(folder, name)?,
        };
        let listed = git(folder, ["ls-tree", "-r", "-z", "-l", &commit])?;
        let entries: BTreeMap<String, Entry> = listed.split(|byte| *byte == 0).filter_map(entry).collect();
        if !entries.contains_key("segc.yml") {
            return Err(RevisionError::NoProject);
        }
        let mut revision = Self { folder: folder.to_owned(), commit, entries, contents: BTreeMap::new() };
        revision.contents = revision.read_all()?;
        Ok(revision)
    }

    /// The full name of the commit.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The contents of the files that every project reads, by a single process.
    fn read_all(&self) -> Result<BTreeMap<String, Vec<u8>>, RevisionError> {
        let is_own = |path: &str| {
            path == "segc.yml"
                || ["catalog/", "dialects/", "segments/", "tests/"]
                    .iter()
                    .any(|folder| path.starts_with(folder))
        };
        let is_text = |entry: &Entry| entry.mode.starts_with("100") && entry.bytes <= MAX_FILE_BYTES;
        let wanted: Vec<(&String, &Entry)> =
            self.entries.iter().filter(|(path, entry)| is_own(path) && is_text(entry)).collect();
        let mut child = command(&self.folder)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| RevisionError::NoGit(error.to_string()))?;
        let asked: String = wanted.iter().map(|(_, entry)| format!("{}\n", entry.object)).collect();
        let mut input = child.stdin.take();
        // Git answers while it is asked, and both pipes are small.
        let writer =
            std::thread::spawn(move || input.as_mut().map(|input| input.write_all(asked.as_bytes())));
        let output = child.wait_with_output().map_err(|error| RevisionError::Other(error.to_string()))?;
        drop(writer.join());
        let mut rest = output.stdout.as_slice();
        let mut contents = BTreeMap::new();
        for (path, entry) in wanted {
            let bytes = usize::try_from(entry.bytes).unwrap_or(usize::MAX);
            let text = rest.iter().position(|byte| *byte == b'\n').and_then(|end| rest.get(end + 1..));
            let (Some(content), Some(after)) = (
                text.and_then(|text| text.get(..bytes)),
                text.and_then(|text| text.get(bytes.saturating_add(1)..)),
            ) else {
                return Err(RevisionError::Other(format!("git has no contents of {path}")));
            };
            contents.insert(path.clone(), content.to_vec());
            rest = after;
        }
        Ok(contents)
    }

    /// The path of the file that a path leads to, through links inside the project.
    fn resolved(&self, path: &str) -> Result<String, ReadError> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            let Some(entry) = self.entries.get(&path) else { return Err(ReadError::NotFound) };
            match entry.mode.as_str() {
                "120000" => {
                    let to = self.blob(entry, MAX_FILE_BYTES)?;
                    let to = String::from_utf8_lossy(&to).into_owned();
                    path = beside(&path, &to).ok_or_else(|| {
                        ReadError::Other(format!("it is a link to `{to}`, which the project doesn't have"))
                    })?;
                }
                "160000" => return Err(ReadError::Other("it is a submodule".to_owned())),
                _ => return Ok(path),
            }
        }
        Err(ReadError::LinkLoop)
    }

    fn blob(&self, entry: &Entry, most: u64) -> Result<Vec<u8>, ReadError> {
        if entry.bytes > most {
            return Err(ReadError::TooLarge);
        }
        git(&self.folder, ["cat-file", "blob", &entry.object]).map_err(|error| match error {
            RevisionError::Other(why) | RevisionError::NoGit(why) => ReadError::Other(why),
            _ => ReadError::NotFound,
        })
    }

    fn content(&self, path: &str, most: u64) -> Result<Vec<u8>, ReadError> {
        let path = self.resolved(path)?;
        match (self.contents.get(&path), self.entries.get(&path)) {
            (Some(known), _) => Ok(known.clone()),
            (None, Some(entry)) => self.blob(entry, most),
            (None, None) => Err(ReadError::NotFound),
        }
    }
}

impl Files for Revision {
    fn list(&self, folder: &str) -> Listing {
        let prefix = format!("{folder}/");
        let mut listing = Listing::default();
        for (path, entry) in &self.entries {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            if rest.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            match entry.mode.as_str() {
                "160000" => {
                    listing.errors.push((path.clone(), ReadError::Other("it is a submodule".to_owned())));
                }
                "120000" => match self.resolved(path) {
                    Ok(_) => listing.paths.push(path.clone()),
                    Err(ReadError::NotFound) => {
                        let why = "it is a link to a folder, or to nothing".to_owned();
                        listing.errors.push((path.clone(), ReadError::Other(why)));
                    }
                    Err(error) => listing.errors.push((path.clone(), error)),
                },
                _ => listing.paths.push(path.clone()),
            }
        }
        listing
    }

    /// Nothing: what lies around in an earlier revision is of no interest.
    fn survey(&self) -> Vec<String> {
        Vec::new()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.content(path, MAX_FILE_BYTES)
    }

    fn read_list(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.content(path, MAX_LIST_BYTES)
    }
}

/// The full name of a commit.
fn commit(folder: &Path, name: &str) -> Result<String, RevisionError> {
    let name = format!("{name}^{{commit}}");
    let found = git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", &name]);
    found.map(|name| trimmed(&name)).map_err(|error| match error {
        RevisionError::Other(_) => RevisionError::Unknown,
        error => error,
    })
}

/// `<mode> <type> <object> <bytes>\t<path>`, as `git ls-tree -l` writes it.
fn entry(line: &[u8]) -> Option<(String, Entry)> {
    let line = std::str::from_utf8(line).ok()?;
    let (about, path) = line.split_once('\t')?;
    let mut about = about.split_whitespace();
    let (mode, _, object, bytes) = (about.next()?, about.next()?, about.next()?, about.next()?);
    let (mode, object) = (mode.to_owned(), object.to_owned());
    Some((path.to_owned(), Entry { mode, object, bytes: bytes.parse().unwrap_or(0) }))
}

/// A link's target, as a path from the project's folder; `None` if it isn't in it.
fn beside(link: &str, to: &str) -> Option<String> {
    if to.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    // What a person has set, such as colours, doesn't change what git answers.
    command.arg("-C").arg(folder).args(["-c", "core.quotePath=false"]).env("LC_ALL", "C");
    command
}

fn git<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Result<Vec<u8>, RevisionError> {
    let output = command(folder).args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| RevisionError::NoGit(error.to_string()))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(RevisionError::Other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

fn trimmed(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}
