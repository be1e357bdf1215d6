//! The files of each table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::problems::{Entry, FolderOrLink, NoMatchingFile, TwoFiles, UnknownFile, UnreadableFile};
use crate::catalog::ReadOptions;
use crate::diagnostic::{Diagnostics, closest};
use crate::engine::DataTable;

/// The maximum depth of folders.
const DEPTH: usize = 16;

/// The format of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// Lines of separated values.
    Csv {
        /// Whether the extension says that the separator is a tab.
        tabs: bool,
    },
    /// A JSON object per line.
    JsonLines,
    /// Typed columns.
    Parquet,
}

/// A data file.
#[derive(Debug, Clone)]
pub(super) struct DataFile {
    /// The path relative to the folder, with `/` as the separator.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) format: FileFormat,
    pub(super) compressed: bool,
}

/// The format that a file's name announces, and whether it is compressed.
fn format_of(name: &str) -> Option<(FileFormat, bool)> {
    let (plain, compressed) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    let format = match plain.rsplit_once('.').map(|(_, ending)| ending)? {
        "csv" => FileFormat::Csv { tabs: false },
        "tsv" => FileFormat::Csv { tabs: true },
        "jsonl" | "ndjson" => FileFormat::JsonLines,
        "parquet" if !compressed => FileFormat::Parquet,
        _ => return None,
    };
    Some((format, compressed))
}

/// A single file, if its name says that it is a data file.
pub(super) fn data_file(path: &Path) -> Option<DataFile> {
    let name = path.file_name()?.to_str()?.to_owned();
    let (format, compressed) = format_of(&name)?;
    Some(DataFile { name, path: path.to_owned(), format, compressed })
}

/// The contents of the data folder.
pub(super) struct Folder {
    root: PathBuf,
    /// The data files, ordered by name.
    files: Vec<DataFile>,
    /// Files with an unknown extension.
    others: Vec<(String, PathBuf)>,
    used: BTreeSet<String>,
}

impl Folder {
    /// Lists the folder. A missing one is empty.
    pub(super) fn scan(root: &Path, problems: &mut Diagnostics) -> Self {
        let mut folder =
            Self { root: root.to_owned(), files: Vec::new(), others: Vec::new(), used: BTreeSet::new() };
        if root.exists() {
            folder.enter(root, "", 0, problems);
        }
        folder.files.sort_by(|a, b| a.name.cmp(&b.name));
        folder.others.sort();
        folder
    }

    #[expect(clippy::disallowed_methods, reason = "sample data is read where it is loaded")]
    fn enter(&mut self, dir: &Path, prefix: &str, depth: usize, problems: &mut Diagnostics) {
        let unreadable = |path: &Path, error: &std::io::Error| UnreadableFile {
            span: None,
            file: path.display().to_string(),
            reason: error.to_string(),
            help: None,
        };
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => return problems.push(unreadable(dir, &error)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(unreadable(dir, &error));
                    continue;
                }
            };
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // What tools and systems leave behind.
            if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
                continue;
            }
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_link {
                let kind = if path.is_file() {
                    Entry::LinkToFile
                } else if path.is_dir() {
                    Entry::LinkToFolder
                } else {
                    Entry::LinkToNothing
                };
                let (path, name) = (path.display().to_string(), name.clone());
                problems.push(FolderOrLink { span: None, path, name, kind });
            }
            if path.is_dir() {
                if !is_link && depth < DEPTH {
                    self.enter(&path, &format!("{name}/"), depth + 1, problems);
                }
            } else if path.is_file() {
                self.add(name, path);
            }
        }
    }

    fn add(&mut self, name: String, path: PathBuf) {
        match format_of(&name) {
            Some((format, compressed)) => self.files.push(DataFile { name, path, format, compressed }),
            None => self.others.push((name, path)),
        }
    }

    /// The files of a table: the declared ones, or the one with its name.
    pub(super) fn files_of(
        &mut self,
        table: &DataTable,
        read: &ReadOptions,
        problems: &mut Diagnostics,
    ) -> Vec<DataFile> {
        let mut found = Vec::new();
        for (pattern, span) in &read.files {
            let before = found.len();
            found.extend(self.files.iter().filter(|file| matches(pattern, &file.name)).cloned());
            if found.len() == before {
                let folder = self.root.display().to_string();
                problems.push(NoMatchingFile { span: *span, pattern: pattern.clone(), folder });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found.dedup_by(|a, b| a.name == b.name);
        if read.files.is_empty() {
            let mut names: Vec<&str> = vec![table.short_name()];
            // A file with the name of an entity over many tables would be of all of them.
            let is_one = |name: &&String| !table.events.iter().any(|rows| rows.entity.name == **name);
            names.extend(table.entities.iter().filter(is_one).map(String::as_str));
            found.extend(self.files.iter().filter(|file| names.contains(&stem(&file.name))).cloned());
            if let [first, second, ..] = found.as_slice() {
                problems.push(TwoFiles {
                    span: None,
                    table: table.name.join("."),
                    first: first.path.display().to_string(),
                    second: second.path.display().to_string(),
                });
            }
        }
        self.used.extend(found.iter().map(|file| file.name.clone()));
        found
    }

    /// Reports files that belong to no table, and folders without any file that does.
    pub(super) fn report_unused(&self, tables: &[&DataTable], problems: &mut Diagnostics) {
        let mut folders = BTreeSet::new();
        let names: Vec<&str> = tables.iter().map(|table| table.short_name()).collect();
        let all = self.files.iter().map(|file| (&file.name, &file.path));
        for (name, path) in all.chain(self.others.iter().map(|(name, path)| (name, path))) {
            if self.used.contains(name) {
                continue;
            }
            if let Some((folder, _)) = name.split_once('/') {
                let is_used = self.used.iter().any(|used| used.starts_with(&format!("{folder}/")));
                if !is_used && folders.insert(folder.to_owned()) {
                    let path = self.root.join(folder).display().to_string();
                    let (name, kind) = (folder.to_owned(), Entry::Folder);
                    problems.push(FolderOrLink { span: None, path, name, kind });
                    continue;
                }
                if !is_used {
                    continue;
                }
            }
            if is_note(name) {
                continue;
            }
            let near = closest(stem(name), names.iter().copied()).map(str::to_owned);
            let near = near.or_else(|| {
                names.iter().find(|one| one.eq_ignore_ascii_case(stem(name))).map(|&one| one.to_owned())
            });
            let known = self.files.iter().any(|file| file.name == *name);
            let file = path.display().to_string();
            problems.push(UnknownFile { span: None, file, ending: ending(name), known, near });
        }
    }
}

/// Whether a file next to the data is meant for people.
fn is_note(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with("readme")
        || [".md", ".txt", ".py", ".sql", ".sh"].iter().any(|end| lower.ends_with(end))
}

/// A file's name without its extensions.
fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn ending(name: &str) -> String {
    name.rsplit('/')
        .next()
        .and_then(|name| name.split_once('.'))
        .map(|(_, end)| end.to_owned())
        .unwrap_or_default()
}

/// Whether a declared pattern matches a file. Patterns were checked when the catalog was read.
fn matches(pattern: &str, name: &str) -> bool {
    let options = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    pattern == name || glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(name, options))
}
