//! Writes edited files of a project, all or none.

#![expect(clippy::disallowed_methods, reason = "the command line writes files")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{cannot, sibling};
use crate::diagnostic::Diagnostic;
use crate::import::catalog::FileEdit;

/// Writes all files, each next to its place first. If anything fails, none has changed.
pub(in crate::cli) fn write_edits(root: &Path, edits: &[FileEdit]) -> Result<(), Diagnostic> {
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::new();
    for edit in edits {
        let place = behind_link(&root.join(&edit.path));
        match stage(&place, edit) {
            Ok(fresh) => staged.push((fresh, place)),
            Err(error) => {
                for (fresh, _) in &staged {
                    let _ = fs::remove_file(fresh);
                }
                return Err(cannot(&place, &error));
            }
        }
    }
    for (at, (fresh, place)) in staged.iter().enumerate() {
        if let Err(error) = fs::rename(fresh, place) {
            restore(&staged, edits, at);
            return Err(cannot(place, &error));
        }
    }
    Ok(())
}

/// Writes a file next to its place. Fails if it is no longer what was read.
fn stage(place: &Path, edit: &FileEdit) -> io::Result<PathBuf> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    let now = match fs::read(place) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if now.as_deref() != edit.before.as_ref().map(String::as_bytes) {
        return Err(io::Error::other("it was changed in the meantime"));
    }
    let fresh = sibling(place, "tmp")?;
    let written = fs::write(&fresh, &edit.after).and_then(|()| match fs::metadata(place) {
        Ok(found) => fs::set_permissions(&fresh, found.permissions()),
        Err(_) => Ok(()),
    });
    written.map(|()| fresh.clone()).inspect_err(|_| drop(fs::remove_file(&fresh)))
}

/// A link stays, and the file behind it is replaced.
fn behind_link(place: &Path) -> PathBuf {
    if place.is_symlink() { fs::canonicalize(place).unwrap_or_else(|_| place.to_owned()) } else { place.to_owned() }
}

/// Undoes the first `done` renames. Only the first failure is reported.
fn restore(staged: &[(PathBuf, PathBuf)], edits: &[FileEdit], done: usize) {
    for ((_, place), edit) in staged.iter().zip(edits).take(done) {
        let _ = match &edit.before {
            Some(text) => fs::write(place, text),
            None => fs::remove_file(place),
        };
    }
    for (fresh, _) in staged.iter().skip(done) {
        let _ = fs::remove_file(fresh);
    }
}
