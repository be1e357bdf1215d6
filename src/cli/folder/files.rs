//! Writes single files of a project, all or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{cannot, sibling};
use crate::diagnostic::Diagnostic;

/// Writes files below a folder, new ones or in the place of earlier ones. If any can't be written, all
/// stay as they are.
pub(in crate::cli) fn replace_files(folder: &Path, files: &[(String, String)]) -> Result<(), Diagnostic> {
    let mut fresh: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut failed = None;
    for (path, text) in files {
        // A link stays one: the file that it leads to is replaced.
        let path = folder.join(path);
        let path = fs::canonicalize(&path).unwrap_or(path);
        match stage(&path, text) {
            Ok(written) => fresh.push((written, path)),
            Err(error) => {
                failed = Some(cannot(&path, &error));
                break;
            }
        }
    }
    let mut saved: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    if failed.is_none() {
        for (written, path) in &fresh {
            let was = fs::read(path).ok();
            if let Err(error) = fs::rename(written, path) {
                failed = Some(cannot(path, &error));
                break;
            }
            saved.push((path.clone(), was));
        }
    }
    let Some(problem) = failed else { return Ok(()) };
    for (path, was) in saved {
        let _ = match was {
            Some(bytes) => fs::write(&path, bytes),
            None => fs::remove_file(&path),
        };
    }
    for (written, _) in fresh {
        let _ = fs::remove_file(written);
    }
    Err(problem)
}

/// Writes a file next to the one that it will replace.
fn stage(path: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let written = sibling(path, "tmp")?;
    let permissions = fs::metadata(path).ok().map(|known| known.permissions());
    fs::write(&written, text)?;
    if let Some(permissions) = permissions {
        let _ = fs::set_permissions(&written, permissions);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        replace_files(folder.path(), &[file("a/b.seg", "1"), file("c.yml", "2")]).expect("they are written");
        assert_eq!(fs::read_to_string(folder.path().join("a/b.seg")).ok().as_deref(), Some("1"));
        // A folder is in the place of the second.
        fs::create_dir_all(folder.path().join("d.seg/x")).expect("a folder");
        let problem = replace_files(folder.path(), &[file("a/b.seg", "3"), file("d.seg", "4")]);
        assert_eq!(problem.expect_err("it can't be written").code, "SEG818");
        assert_eq!(fs::read_to_string(folder.path().join("a/b.seg")).ok().as_deref(), Some("1"));
        let left = fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(left, 3, "nothing else is left in the folder");
    }
}
