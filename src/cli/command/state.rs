//! The earlier build that `--state` names.

use std::path::{Path, PathBuf};

use crate::api::State;
use crate::artifact::MANIFEST;
use crate::cli::problems::{NoState, OtherState};
use crate::diagnostic::Diagnostic;

/// Reads the manifest in a folder, or in its folder of one of these targets; of the project's, if there are none.
pub(in crate::cli) fn read(folder: &Path, targets: &[String], known: &[String]) -> Result<State, Diagnostic> {
    let own = std::iter::once(folder.join(MANIFEST));
    let asked = if targets.is_empty() { known } else { targets };
    let places: Vec<PathBuf> = own.chain(asked.iter().map(|one| folder.join(one).join(MANIFEST))).collect();
    let shown = folder.display().to_string();
    let Some(path) = places.iter().find(|path| path.is_file()) else {
        let other = known.iter().find(|one| folder.join(one).join(MANIFEST).is_file()).cloned();
        return Err(NoState { span: None, folder: shown, targets: asked.to_vec(), other }.into());
    };
    #[expect(clippy::disallowed_methods, reason = "a file named on the command line")]
    let text = std::fs::read_to_string(path);
    let path = path.display().to_string();
    let text = text.map_err(|error| crate::cli::problems::CannotRead {
        span: None,
        path: path.clone(),
        why: error.to_string(),
    })?;
    let state = State::read(&path, &text)?;
    if !targets.is_empty() && !targets.iter().any(|target| target == state.target()) {
        let (found, asked) = (state.target().to_owned(), targets.to_vec());
        return Err(OtherState { span: None, folder: shown, found, asked }.into());
    }
    Ok(state)
}
