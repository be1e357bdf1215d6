//! Writes a build's folder atomically, without remains of earlier builds.

#![expect(clippy::disallowed_methods, reason = "the command line writes files")]

mod existing;
mod files;
pub(crate) mod problems;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use self::existing::Existing;
pub(super) use self::files::replace_files;
use super::problems::CannotWrite;
use crate::artifact::Artifacts;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Replaces the files of earlier builds in all folders by those of new builds. Foreign files stay.
/// If anything fails, all folders remain unchanged. Folders that already have the same files are left alone.
pub(super) fn replace(builds: &[(&Path, &Artifacts)]) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut staged: Vec<Staged> = Vec::new();
    for (folder, artifacts) in builds {
        match Existing::find(folder, artifacts) {
            Ok(existing) if existing.has_all(artifacts) => {}
            Ok(existing) => match Staged::new(folder, artifacts, existing) {
                Ok(build) => staged.push(build),
                Err(problem) => problems.push(problem),
            },
            Err(found) => problems.append(found),
        }
    }
    if problems.is_empty() {
        for at in 0..staged.len() {
            let swapped = staged.get_mut(at).map_or(Ok(()), Staged::swap);
            let Some(build) = staged.get(at) else { break };
            if let Err(error) = swapped {
                problems.push(cannot(&build.folder, &error));
                break;
            }
        }
    }
    let failed = !problems.is_empty();
    for build in staged.iter().rev() {
        build.finish(failed);
    }
    if failed { Err(problems) } else { Ok(()) }
}

/// Whether builds could be written, as far as that can be told without writing them.
pub(super) fn examine(builds: &[(&Path, &Artifacts)]) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for (folder, artifacts) in builds {
        if let Err(found) = Existing::find(folder, artifacts) {
            problems.append(found);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// A build that is written next to the folder that it will replace.
struct Staged {
    folder: PathBuf,
    /// Where the build is written.
    fresh: PathBuf,
    /// Where the folder is moved when the build replaces it.
    old: PathBuf,
    existing: Existing,
    /// The files of the build.
    files: Vec<String>,
    state: SwapState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SwapState {
    /// The folder is unchanged.
    Beside,
    /// The folder, if there was one, has been moved away.
    Moving,
    /// The build has replaced the folder.
    Swapped,
}

impl Staged {
    fn new(folder: &Path, artifacts: &Artifacts, existing: Existing) -> Result<Self, Diagnostic> {
        let staged = || {
            let (fresh, old) = (sibling(folder, "tmp")?, sibling(folder, "old")?);
            let files = artifacts.files.keys().cloned().collect();
            let build =
                Self { folder: folder.to_owned(), fresh, old, existing, files, state: SwapState::Beside };
            fs::create_dir_all(folder.parent().unwrap_or(Path::new(".")))?;
            // Only what this process has made is ever cleared away.
            fs::create_dir(&build.fresh)?;
            build.write(artifacts).inspect_err(|_| build.finish(true))?;
            Ok(build)
        };
        staged().map_err(|error: io::Error| cannot(folder, &error))
    }

    /// Writes the files of the build. Those that are in the folder already become links to the same content:
    /// for each new file, the system has to find room for it and write it, and it has to remove the old one.
    fn write(&self, artifacts: &Artifacts) -> io::Result<()> {
        let folders: BTreeSet<&Path> =
            artifacts.files.keys().filter_map(|path| Path::new(path).parent()).collect();
        for folder in folders {
            fs::create_dir_all(self.fresh.join(folder))?;
        }
        artifacts.files.par_iter().try_for_each(|(path, text)| {
            let fresh = self.fresh.join(path);
            let linked =
                self.existing.same.contains(path) && fs::hard_link(self.folder.join(path), &fresh).is_ok();
            // Not every disk has links.
            if linked { Ok(()) } else { fs::write(fresh, text) }
        })
    }

    /// Moves the build to the place of the folder, and foreign files back into it.
    fn swap(&mut self) -> io::Result<()> {
        if self.existing.is_there {
            fs::rename(&self.folder, &self.old)?;
        }
        self.state = SwapState::Moving;
        fs::rename(&self.fresh, &self.folder)?;
        self.state = SwapState::Swapped;
        for path in &self.existing.others {
            let place = self.folder.join(path);
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(self.old.join(path), place)?;
        }
        Ok(())
    }

    /// Cleans up, or restores the folder. Only the first failure is reported; what can't be
    /// restored stays next to the folder.
    fn finish(&self, failed: bool) {
        match (failed, self.state) {
            (true, SwapState::Beside) => remove(&self.fresh, &self.files, &[]),
            (true, SwapState::Moving) => {
                remove(&self.fresh, &self.files, &[]);
                if self.existing.is_there {
                    let _ = fs::rename(&self.old, &self.folder);
                }
            }
            (true, SwapState::Swapped) => {
                for path in &self.existing.others {
                    let _ = fs::rename(self.folder.join(path), self.old.join(path));
                }
                remove(&self.folder, &self.files, &[]);
                if self.existing.is_there {
                    let _ = fs::rename(&self.old, &self.folder);
                }
            }
            (false, _) if self.existing.is_there => remove(&self.old, &self.existing.written, &self.files),
            (false, _) => {}
        }
    }
}

/// Removes files of a folder, and folders of builds that are then empty. Nothing else is touched,
/// even if it was added in the meantime.
fn remove(folder: &Path, files: &[String], others: &[String]) {
    for file in files {
        let _ = fs::remove_file(folder.join(file));
    }
    let all = files.iter().chain(others);
    let folders: BTreeSet<&Path> = all.flat_map(|file| Path::new(file).ancestors().skip(1)).collect();
    // In reverse, so that the folders in one come before it.
    for path in folders.into_iter().rev() {
        let _ = fs::remove_dir(folder.join(path));
    }
}

/// The files that already exist, or whose folder is a link.
pub(super) fn taken(folder: &Path, files: &[(&str, &str)]) -> Vec<PathBuf> {
    let is_taken = |path: &&Path| {
        let is_link = |part: &Path| folder.join(part).is_symlink();
        let mut around = path.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty());
        folder.join(path).symlink_metadata().is_ok() || around.any(is_link)
    };
    let paths = files.iter().map(|(path, _)| Path::new(*path));
    paths.filter(is_taken).map(|path| folder.join(path)).collect()
}

/// Writes new files, all or none, and creates their folders. None may exist yet.
pub(super) fn write_new(folder: &Path, files: &[(&str, &str)]) -> Result<(), Diagnostic> {
    let write = |path: &Path, text: &str| -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(text.as_bytes()).inspect_err(|_| drop(fs::remove_file(path)))
    };
    for (at, (path, text)) in files.iter().enumerate() {
        let path = folder.join(path);
        if let Err(error) = write(&path, text) {
            for (path, _) in files.iter().take(at) {
                let _ = fs::remove_file(folder.join(path));
            }
            return Err(cannot(&path, &error));
        }
    }
    Ok(())
}

/// A new name such as `target/.duckdb.tmp-4711`, in the same folder, so that renaming is atomic.
fn sibling(folder: &Path, role: &str) -> io::Result<PathBuf> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = format!(".{name}.{role}-{}", std::process::id());
    let names = (0..1000).map(|count| if count == 0 { name.clone() } else { format!("{name}-{count}") });
    let mut free =
        names.map(|name| folder.with_file_name(name)).filter(|path| path.symlink_metadata().is_err());
    free.next().ok_or_else(|| io::Error::from(ErrorKind::AlreadyExists))
}

fn cannot(path: &Path, error: &io::Error) -> Diagnostic {
    CannotWrite { span: None, path: path.display().to_string(), why: error.to_string() }.into()
}

#[cfg(test)]
mod tests;
