//! Writing a build's folder as a whole: never half of it, nothing left of earlier builds.

#![expect(clippy::disallowed_methods, reason = "the command line writes files")]

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::problems::{CannotWrite, ForeignFolder};
use crate::artifact::{Artifacts, MANIFEST};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Replaces every folder by its build. On any failure all of them stay as they were.
pub(super) fn replace(builds: &[(&Path, &Artifacts)]) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for (folder, artifacts) in builds {
        if let Err(problem) = stage(folder, artifacts) {
            problems.push(problem);
        }
    }
    let mut swapped: Vec<&Path> = Vec::new();
    if problems.is_empty() {
        for (folder, _) in builds {
            match swap(folder) {
                Ok(()) => swapped.push(folder),
                Err(error) => {
                    problems.push(cannot(folder, &error));
                    break;
                }
            }
        }
    }
    // Clearing up is no part of the work: the first failure is the one to tell of.
    for (folder, _) in builds {
        let _ = fs::remove_dir_all(sibling(folder, FRESH));
    }
    if !problems.is_empty() {
        swapped.iter().for_each(|folder| undo(folder));
        return Err(problems);
    }
    for folder in swapped {
        let _ = fs::remove_dir_all(sibling(folder, OLD));
    }
    Ok(())
}

/// What is to take a folder's place.
const FRESH: &str = "tmp";
/// What a folder was before.
const OLD: &str = "old";

/// Writes a build beside the folder whose place it is to take.
fn stage(folder: &Path, artifacts: &Artifacts) -> Result<(), Diagnostic> {
    if is_foreign(folder).map_err(|error| cannot(folder, &error))? {
        return Err(ForeignFolder { span: None, folder: folder.display().to_string() }.into());
    }
    write_all(&sibling(folder, FRESH), artifacts).map_err(|error| cannot(folder, &error))
}

/// Writes files that must not be there yet; creates folders on the way.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let write = || -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| cannot(path, &error))
}

/// Whether there are files that no build has written.
fn is_foreign(folder: &Path) -> io::Result<bool> {
    if folder.join(MANIFEST).is_file() {
        return Ok(false);
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// `target/.duckdb.tmp-4711`: in the same folder, so that renaming is one step.
fn sibling(folder: &Path, role: &str) -> PathBuf {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!(".{name}.{role}-{}", std::process::id()))
}

fn write_all(fresh: &Path, artifacts: &Artifacts) -> io::Result<()> {
    if fresh.exists() {
        fs::remove_dir_all(fresh)?;
    }
    fs::create_dir_all(fresh)?;
    for (path, text) in &artifacts.files {
        let path = fresh.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Puts what was staged in the folder's place, and keeps what was there.
fn swap(folder: &Path) -> io::Result<()> {
    let (fresh, old) = (sibling(folder, FRESH), sibling(folder, OLD));
    let replaced = match fs::rename(folder, &old) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    if let Err(error) = fs::rename(fresh, folder) {
        if replaced {
            fs::rename(&old, folder)?;
        }
        return Err(error);
    }
    Ok(())
}

/// Puts back what a folder was before it was swapped.
fn undo(folder: &Path) {
    let old = sibling(folder, OLD);
    // Nothing more can be done where even this fails; what was there is then beside it.
    if fs::remove_dir_all(folder).is_ok() && old.exists() {
        let _ = fs::rename(&old, folder);
    }
}

fn cannot(path: &Path, error: &io::Error) -> Diagnostic {
    CannotWrite { span: None, path: path.display().to_string(), why: error.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifacts(files: &[(&str, &str)]) -> Artifacts {
        Artifacts { files: files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect() }
    }

    /// Writes one build; the code of what is wrong with it.
    fn write(folder: &Path, artifacts: &Artifacts) -> Result<(), &'static str> {
        replace(&[(folder, artifacts)])
            .map_err(|problems| problems.iter().next().map_or("", |problem| problem.code))
    }

    fn listed(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("it is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_build_replaces_the_one_before_as_a_whole() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("target/duckdb");
        write(&folder, &artifacts(&[(MANIFEST, "{}"), ("segments/old.create.sql", "")])).expect("first");
        write(&folder, &artifacts(&[(MANIFEST, "{}"), ("create.sql", "SELECT 1")])).expect("second");
        assert_eq!(listed(&folder), ["create.sql", MANIFEST]);
        assert_eq!(listed(&root.path().join("target")), ["duckdb"], "nothing temporary stays");
    }

    #[test]
    fn one_refusal_leaves_every_folder_as_it_was() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (good, foreign) = (root.path().join("target/a"), root.path().join("target/b"));
        write(&good, &artifacts(&[(MANIFEST, "old")])).expect("first");
        fs::create_dir(&foreign).expect("it can be made");
        fs::write(foreign.join("letter.txt"), "dear").expect("it can be written");
        let build = artifacts(&[(MANIFEST, "new")]);
        let problems = replace(&[(&good, &build), (&foreign, &build)]).expect_err("refused");
        assert_eq!(problems.len(), 1);
        assert_eq!(fs::read_to_string(good.join(MANIFEST)).expect("it is there"), "old");
        assert_eq!(listed(&root.path().join("target")), ["a", "b"], "nothing temporary stays");
    }

    #[test]
    fn what_segc_did_not_write_stays() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("letter.txt"), "dear").expect("it can be written");
        let code = write(root.path(), &artifacts(&[(MANIFEST, "{}")])).expect_err("refused");
        assert_eq!(code, "SEG817");
        assert_eq!(listed(root.path()), ["letter.txt"]);
    }

    #[test]
    fn a_file_in_the_way_is_a_problem() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let file = root.path().join("target");
        fs::write(&file, "text").expect("it can be written");
        for folder in [file.clone(), file.join("duckdb")] {
            let code = write(&folder, &artifacts(&[(MANIFEST, "{}")])).expect_err("refused");
            assert_eq!(code, "SEG818");
        }
        assert_eq!(listed(root.path()), ["target"]);
    }

    #[test]
    fn new_files_never_overwrite() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().join("a/b.seg");
        write_new(&path, "one").expect("first");
        assert_eq!(write_new(&path, "two").expect_err("refused").code, "SEG818");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "one");
    }
}
