//! What `segc check` keeps of a project between runs, in a file that anyone may delete.

#![expect(clippy::disallowed_methods, reason = "the command line reads and writes files")]

use std::fs;
use std::path::{Path, PathBuf};

/// From how many segments on something is kept: less is checked at once.
pub(super) const FROM: usize = 1_000;

/// The file, in the folder for what segc generates.
fn place(project: &Path) -> PathBuf {
    project.join("target").join(".segc-check")
}

/// What was kept, or whatever is in the file: who reads it has to find out.
pub(super) fn read(project: &Path) -> Option<Vec<u8>> {
    fs::read(place(project)).ok()
}

/// Keeps something. If that fails, the next check takes longer.
pub(super) fn write(project: &Path, bytes: &[u8]) {
    let place = place(project);
    let fresh = place.with_extension(format!("tmp-{}", std::process::id()));
    let Some(folder) = place.parent() else { return };
    let _ = fs::create_dir(folder);
    if fs::write(&fresh, bytes).and_then(|()| fs::rename(&fresh, &place)).is_err() {
        let _ = fs::remove_file(fresh);
    }
}

/// This program: its version, and the size and age of its file, since a version has many builds while it is
/// developed.
pub(super) fn compiler() -> String {
    let file = std::env::current_exe().and_then(fs::metadata);
    let build = file.ok().map(|file| (file.len(), file.modified().ok()));
    format!("{} {build:?}", env!("CARGO_PKG_VERSION"))
}
