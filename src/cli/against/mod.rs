//! The version that a project is compared with: another folder, an earlier build, a git revision.

pub(crate) mod problems;

use std::path::Path;

use super::command::read_state;
use super::config;
use crate::api::{self, Options, Session, State};
use crate::diagnostic::Diagnostic;
use crate::project::{Revision, RevisionError};
use problems::{NoGit, NoProjectThen, NoRepository, UnknownRevision};

/// The digits of a commit that are shown.
const DIGITS: usize = 8;

/// The other version.
pub(super) enum Against {
    /// All of it.
    Project(Box<Session>),
    /// What its manifest says.
    Build(State),
}

/// Reads the other version, and says in words which one it is.
pub(super) fn read(
    asked: &str,
    root: &Path,
    targets: &[String],
    options: &Options,
) -> Result<(Against, String), Diagnostic> {
    let path = Path::new(asked);
    if config::is_project(path) {
        let (session, _) = api::open(path, options);
        return Ok((Against::Project(Box::new(session)), format!("`{asked}`")));
    }
    if path.is_dir() || path.is_file() {
        // A branch may have the name of a folder, which then is no build.
        if let Ok(state) = read_state(path, &[], targets) {
            return Ok((Against::Build(state), format!("the build in `{asked}`")));
        }
    }
    let revision = Revision::open(root, asked).map_err(|error| refused(error, asked, root))?;
    let commit: String = revision.commit().chars().take(DIGITS).collect();
    let (session, _) = api::open_files(&revision, options);
    let shown =
        if asked.starts_with(&commit) { format!("`{asked}`") } else { format!("`{asked}` ({commit})") };
    Ok((Against::Project(Box::new(session)), shown))
}

fn refused(error: RevisionError, asked: &str, root: &Path) -> Diagnostic {
    let (asked, folder) = (asked.to_owned(), root.display().to_string());
    match error {
        RevisionError::NoGit(why) => NoGit { span: None, why }.into(),
        RevisionError::NoRepository => NoRepository { span: None, folder, asked, why: None }.into(),
        RevisionError::Other(why) => NoRepository { span: None, folder, asked, why: Some(why) }.into(),
        RevisionError::Unknown => UnknownRevision { span: None, asked }.into(),
        RevisionError::NoProject => NoProjectThen { span: None, asked, folder }.into(),
    }
}
