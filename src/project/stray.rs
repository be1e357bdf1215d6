//! Files of a project that nothing reads, because of their extension or folder.

use std::collections::{BTreeMap, BTreeSet};

use super::files::Files;
use super::problems::{Misplaced, OtherEnding};
use crate::diagnostic::{Diagnostics, Sources};

/// Common mistakes for the name `segc.yml`.
pub(crate) const NEARLY_CONFIG: [&str; 7] =
    ["segc.yaml", "Segc.yml", "SEGC.YML", "segc.yml.txt", "segc.yaml.txt", ".segc.yml", "segc.yam"];

/// The maximum number of files that are opened to find out what they contain.
const MOST_LOOKED_AT: usize = 500;

/// The kinds of files of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FolderKind {
    Catalog,
    Segments,
    Tests,
}

impl FolderKind {
    /// The folder from which files of this kind are read.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Segments => "segments",
            Self::Tests => "tests",
        }
    }

    fn of_folder(path: &str) -> Option<Self> {
        let folder = path.split_once('/')?.0;
        [Self::Catalog, Self::Segments, Self::Tests].into_iter().find(|kind| kind.folder() == folder)
    }

    /// The kind that a text probably is, judging by the words that begin its lines.
    fn of_text(path: &str, text: &str) -> Option<Self> {
        let begins = |word: &str| {
            text.lines()
                .any(|line| line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '`', ':'])))
        };
        let is_segments = has_ending(path, &["seg"]);
        match is_segments {
            true => ["segment", "trait", "param"].into_iter().any(begins).then_some(Self::Segments),
            false if begins("entities") && text.contains("fields:") => Some(Self::Catalog),
            false if begins("tests") && text.contains("expect:") => Some(Self::Tests),
            false => None,
        }
    }
}

/// Files that nothing reads, by kind.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// Files in their folder with a wrong extension: the path and the correct name.
    endings: Vec<(FolderKind, String, String)>,
    /// Files in a wrong folder: the first of each, and the number of others.
    misplaced: BTreeMap<(FolderKind, String), (String, usize)>,
}

/// Classifies the files in the project's folders that were skipped, and the files of a survey of
/// other folders. A file with the same text as one that is read is a copy of it, or the same file
/// behind a link, and ignored.
pub(super) fn strays(files: &dyn Files, left_aside: &[String], sources: &Sources) -> Strays {
    let mut strays = Strays::default();
    let paths: BTreeSet<String> = sources.iter().map(|(_, source)| source.path().to_lowercase()).collect();
    let texts: BTreeSet<&str> = sources.iter().map(|(_, source)| &**source.text()).collect();
    let mut looked_at = 0;
    for path in left_aside.iter().cloned().chain(files.survey()) {
        // On some disks names in other letters lead to the same file.
        if paths.contains(&path.to_lowercase()) {
            continue;
        }
        if has_ending(&path, &["seg", "yml", "yaml"]) {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT {
                break;
            }
            strays.misplaced(files, &texts, path);
        } else if let (Some(kind), Some(name)) = (FolderKind::of_folder(&path), right_name(&path)) {
            strays.endings.push((kind, path, name));
        }
    }
    // Whether a test is read under another path is known only to those who run tests.
    let is_test = |(kind, _): &(FolderKind, String)| *kind == FolderKind::Tests;
    if strays.misplaced.keys().any(is_test) && !files.list(FolderKind::Tests.folder()).paths.is_empty() {
        strays.misplaced.retain(|place, _| !is_test(place));
    }
    strays
}

impl Strays {
    fn misplaced(&mut self, files: &dyn Files, texts: &BTreeSet<&str>, path: String) {
        let text = files.read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text.filter(|text| !texts.contains(text.as_str())) else { return };
        if let Some(kind) = FolderKind::of_text(&path, &text) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let (_, count) = self.misplaced.entry((kind, folder)).or_insert((path, 0));
            *count += 1;
        }
    }

    /// What to do with the first file of a kind, if there is one.
    pub(super) fn help(&self, kind: FolderKind) -> Option<String> {
        if let Some((_, path, name)) = self.endings.iter().find(|(one, ..)| *one == kind) {
            return Some(rename(path, name));
        }
        let mut misplaced = self.misplaced.iter().filter(|((one, _), _)| *one == kind);
        misplaced.next().map(|(_, (path, count))| relocate(kind, path, *count))
    }

    /// Warns about the files of all kinds but those already reported.
    pub(super) fn report(self, reported: &[FolderKind], problems: &mut Diagnostics) {
        for (kind, path, name) in self.endings {
            if !reported.contains(&kind) {
                problems.push(OtherEnding { span: None, path, name });
            }
        }
        for ((kind, _), (path, count)) in self.misplaced {
            if !reported.contains(&kind) {
                let to = relocate(kind, &path, count);
                problems.push(Misplaced { span: None, folder: kind.folder(), path, more: count - 1, to });
            }
        }
    }
}

/// Those of the skipped files whose extension is almost right.
pub(super) fn renamed(left_aside: &[String]) -> Vec<OtherEnding> {
    let named = left_aside.iter().filter_map(|path| Some((path.clone(), right_name(path)?)));
    named.map(|(path, name)| OtherEnding { span: None, path, name }).collect()
}

/// Such as "rename `segments/x.SEG` to `segments/x.seg`".
pub(super) fn rename(path: &str, name: &str) -> String {
    format!("rename `{path}` to `{name}`")
}

fn relocate(kind: FolderKind, path: &str, count: usize) -> String {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    match count {
        0 | 1 => format!("move `{path}` to `{}/{name}`", kind.folder()),
        _ => format!("move `{path}` and {} next to it to `{}`", others(count - 1), kind.folder()),
    }
}

/// Such as "1 other file" or "2 other files".
pub(super) fn others(count: usize) -> String {
    format!("{count} other file{}", if count == 1 { "" } else { "s" })
}

/// Whether a path has one of these extensions, in this case.
pub(super) fn has_ending(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| endings.contains(&end))
}

/// The correct name of a file whose extension is almost right for its folder: `x.SEG`, `x.seg.txt`,
/// `x.segment`.
fn right_name(path: &str) -> Option<String> {
    let kind = FolderKind::of_folder(path)?;
    let lower = path.to_ascii_lowercase();
    let whole = lower.strip_suffix(".txt").unwrap_or(&lower);
    let slips: &[(&str, &str)] = match kind {
        FolderKind::Segments => {
            &[(".seg", ".seg"), (".segs", ".seg"), (".segment", ".seg"), (".segments", ".seg")]
        }
        FolderKind::Catalog | FolderKind::Tests => {
            &[(".yml", ".yml"), (".yaml", ".yaml"), (".yam", ".yaml"), (".yl", ".yml")]
        }
    };
    let (slip, right) = slips.iter().find(|(slip, _)| whole.ends_with(slip))?;
    let stem = path.get(..whole.len() - slip.len())?;
    Some(format!("{stem}{right}"))
}
