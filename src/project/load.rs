//! From a folder to a project.

use std::path::Path;
use std::sync::Arc;

use super::config::{Config, read_config};
use super::disk::Disk;
use super::files::{Files, ReadError};
use super::problems::{
    LinkLoop, NoCatalog, NoProject, NoSegments, NotUtf8, TooLarge, TwoConfigs, UnknownTarget, Unreadable,
};
use super::stray::{FolderKind, NEARLY_CONFIG, Strays, has_ending, renamed, strays};
use crate::catalog::{self, Catalog};
use crate::diagnostic::{Diagnostics, SourceId, Sources, Span};

/// The id and text of a file.
pub type Text = (SourceId, Arc<str>);

/// A project, as far as its files can be read.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The contents of `segc.yml`.
    pub config: Config,
    /// All files that were read.
    pub sources: Sources,
    /// The catalog.
    pub catalog: Catalog,
    /// The targets named in the catalog, with their places. They have been compared with those of
    /// `segc.yml`, unless it omits `targets`.
    pub catalog_targets: Vec<(String, Span)>,
    /// The files `segments/**/*.seg`, ordered by path and not yet parsed.
    pub segments: Vec<Text>,
    /// The files `dialects/*.yml`, ordered by path and not yet parsed.
    pub dialects: Vec<Text>,
    /// The problems found so far.
    pub problems: Diagnostics,
}

/// Reads the project in a folder on disk.
#[must_use]
pub fn load(root: &Path) -> Project {
    load_from(&Disk::new(root))
}

/// Reads a project from any [`Files`].
#[must_use]
pub fn load_from(files: &dyn Files) -> Project {
    let mut loader =
        Loader { files, sources: Sources::default(), problems: Diagnostics::new(), left_aside: Vec::new() };
    let found = loader.config_file();
    let config = match &found {
        Some((source, text)) => read_config(*source, text, &mut loader.problems),
        None => Config::default(),
    };
    let catalog_files = loader.folder("catalog", &["yml", "yaml"]);
    let segments = loader.folder("segments", &["seg"]);
    let dialects = loader.folder("dialects", &["yml", "yaml"]);
    let Loader { sources, mut problems, left_aside, .. } = loader;

    // In a folder that isn't a project, nothing else that is missing matters.
    if found.is_some() {
        let there =
            [(FolderKind::Catalog, catalog_files.is_some()), (FolderKind::Segments, segments.is_some())];
        let strays = strays(files, &left_aside, &sources);
        check_strays(files, strays, there, &mut problems);
    }
    let loaded = catalog::load_with_targets(&catalog_files.unwrap_or_default(), &mut problems);
    check_targets(&config, &loaded.targets, &mut problems);
    Project {
        config,
        sources,
        catalog: loaded.catalog,
        catalog_targets: loaded.targets,
        segments: segments.unwrap_or_default(),
        dialects: dialects.unwrap_or_default(),
        problems,
    }
}

/// Reports missing parts, together with files that were probably meant, and files that nothing
/// reads.
fn check_strays(
    files: &dyn Files,
    strays: Strays,
    there: [(FolderKind, bool); 2],
    problems: &mut Diagnostics,
) {
    let missing: Vec<FolderKind> =
        there.into_iter().filter(|(_, there)| !there).map(|(kind, _)| kind).collect();
    for &kind in &missing {
        let stray = strays.help(kind);
        match kind {
            FolderKind::Catalog => problems.push(NoCatalog { span: None, stray }),
            _ => problems.push(NoSegments { span: None, stray }),
        }
    }
    // On some disks names in other letters lead to the same file.
    let is_own = |name: &str| name.eq_ignore_ascii_case("segc.yml") || name.starts_with('.');
    if let Some(name) = NEARLY_CONFIG.into_iter().find(|name| !is_own(name) && files.read(name).is_ok()) {
        problems.push(TwoConfigs { span: None, name });
    }
    strays.report(&missing, problems);
}

/// Reads `tests/**/*.yml`, ordered by path and not yet parsed, and adds them to the sources.
#[must_use]
pub fn load_tests(files: &dyn Files, sources: &mut Sources, problems: &mut Diagnostics) -> Vec<Text> {
    let taken = std::mem::take(sources);
    let mut loader = Loader { files, sources: taken, problems: Diagnostics::new(), left_aside: Vec::new() };
    let tests = loader.folder("tests", &["yml", "yaml"]);
    let unread = renamed(&loader.left_aside);
    *sources = loader.sources;
    problems.append(loader.problems);
    unread.into_iter().for_each(|problem| problems.push(problem));
    tests.unwrap_or_default()
}

fn check_targets(config: &Config, mentioned: &[(String, Span)], problems: &mut Diagnostics) {
    let Some(targets) = &config.targets else { return };
    let known: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    for (name, span) in mentioned {
        if !known.contains(name) {
            problems.push(UnknownTarget { span: *span, name: name.clone(), known: known.clone() });
        }
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: Sources,
    problems: Diagnostics,
    /// Files in the project's folders with other extensions.
    left_aside: Vec<String>,
}

impl Loader<'_> {
    fn config_file(&mut self) -> Option<Text> {
        match self.files.read("segc.yml") {
            Err(ReadError::NotFound) => {
                let nearly = NEARLY_CONFIG.into_iter().find(|name| self.files.read(name).is_ok());
                self.problems.push(NoProject { span: None, nearly });
                None
            }
            content => self.text("segc.yml", content),
        }
    }

    /// The files of a folder with one of these extensions, or `None` if the folder has no files at
    /// all.
    fn folder(&mut self, folder: &str, endings: &[&str]) -> Option<Vec<Text>> {
        let mut listing = self.files.list(folder);
        listing.paths.sort();
        let (paths, others) = listing.paths.into_iter().partition(|path| has_ending(path, endings));
        listing.paths = paths;
        self.left_aside.extend::<Vec<_>>(others);
        listing.errors.sort_by(|a, b| a.0.cmp(&b.0));
        let any = !(listing.paths.is_empty() && listing.errors.is_empty());
        for (path, error) in listing.errors {
            self.report(path, error);
        }
        let texts: Vec<Text> = listing
            .paths
            .iter()
            .filter_map(|path| {
                let content = self.files.read(path);
                self.text(path, content)
            })
            .collect();
        any.then_some(texts)
    }

    /// Adds a file to the sources; `None` if it isn't text.
    fn text(&mut self, path: &str, content: Result<Vec<u8>, ReadError>) -> Option<Text> {
        let mut bytes = match content {
            Ok(bytes) => bytes,
            Err(error) => {
                self.report(path.to_owned(), error);
                return None;
            }
        };
        if bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..3);
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                Some((self.sources.add(path, text.clone()), text))
            }
            Err(error) => {
                let start = error.utf8_error().valid_up_to();
                let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = self.sources.add(path, shown);
                self.problems.push(NotUtf8 { span: Span::new(source, start, start + '\u{fffd}'.len_utf8()) });
                None
            }
        }
    }

    fn report(&mut self, path: String, error: ReadError) {
        match error {
            ReadError::TooLarge => self.problems.push(TooLarge { span: None, path }),
            ReadError::LinkLoop => self.problems.push(LinkLoop { span: None, path }),
            ReadError::NotFound => {
                let reason = "it leads nowhere".to_owned();
                self.problems.push(Unreadable { span: None, path, reason });
            }
            ReadError::Other(reason) => self.problems.push(Unreadable { span: None, path, reason }),
        }
    }
}
