//! Writing a build's folder as a whole: never half of it, nothing left of earlier builds.

#![expect(clippy::disallowed_methods, reason = "the command line writes files")]

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::problems::{CannotWrite, ForeignFolder};
use crate::artifact::{Artifacts, MANIFEST};
use crate::diagnostic::Diagnostic;

/// Replaces `folder` by the build. On failure it stays as it was.
pub(super) fn replace(folder: &Path, artifacts: &Artifacts) -> Result<(), Diagnostic> {
    if is_foreign(folder).map_err(|error| cannot(folder, &error))? {
        return Err(ForeignFolder { span: None, folder: folder.display().to_string() }.into());
    }
    let fresh = sibling(folder, "tmp");
    let outcome = write_all(&fresh, artifacts).and_then(|()| swap(folder, &fresh));
    if outcome.is_err() {
        // The first failure is the one to tell of.
        let _ = fs::remove_dir_all(&fresh);
    }
    outcome.map_err(|error| cannot(folder, &error))
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

fn swap(folder: &Path, fresh: &Path) -> io::Result<()> {
    let old = sibling(folder, "old");
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
    if replaced { fs::remove_dir_all(&old) } else { Ok(()) }
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
        replace(&folder, &artifacts(&[(MANIFEST, "{}"), ("segments/old.create.sql", "")])).expect("first");
        replace(&folder, &artifacts(&[(MANIFEST, "{}"), ("create.sql", "SELECT 1")])).expect("second");
        assert_eq!(listed(&folder), ["create.sql", MANIFEST]);
        assert_eq!(listed(&root.path().join("target")), ["duckdb"], "nothing temporary stays");
    }

    #[test]
    fn what_segc_did_not_write_stays() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("letter.txt"), "dear").expect("it can be written");
        let problem = replace(root.path(), &artifacts(&[(MANIFEST, "{}")])).expect_err("refused");
        assert_eq!(problem.code, "SEG817");
        assert_eq!(listed(root.path()), ["letter.txt"]);
    }

    #[test]
    fn a_file_in_the_way_is_a_problem() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let file = root.path().join("target");
        fs::write(&file, "text").expect("it can be written");
        for folder in [file.clone(), file.join("duckdb")] {
            let problem = replace(&folder, &artifacts(&[(MANIFEST, "{}")])).expect_err("refused");
            assert_eq!(problem.code, "SEG818");
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
