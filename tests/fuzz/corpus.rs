//! The texts from which inputs are made: every file and snippet in the repository of the entry's
//! kind, and the inputs saved in `tests/fuzz/corpus`.

use std::path::{Path, PathBuf};

use crate::entry::Entry;

/// Folders with projects and pages, in the order in which they are read.
const FOLDERS: [&str; 8] = [
    "examples",
    "catalog",
    "tests/sql/language",
    "tests/mistakes",
    "tests/conformance",
    "docs",
    "tests/online_retail",
    "tests/check",
];

/// Longer files are cut into pieces, or left out.
const LONGEST: usize = 12_000;

/// Where the repository is.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The inputs that are saved for an entry, with their paths, in order.
pub(crate) fn saved(entry: Entry) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("tests/fuzz/corpus").join(entry.name());
    files(&folder)
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).expect("a saved input")))
        .collect()
}

/// All that an entry's inputs are made from.
pub(crate) fn texts(entry: Entry) -> Vec<String> {
    let mut texts: Vec<String> =
        saved(entry).into_iter().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect();
    for folder in FOLDERS {
        for path in files(&root().join(folder)) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let path = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
            if path.ends_with(".md") {
                snippets(&text)
                    .filter(|(name, text)| is_of(entry, name, text))
                    .for_each(|(_, text)| texts.push(text));
            } else if is_of(entry, &path, &text) {
                texts.push(text);
            }
        }
    }
    if entry == Entry::Dialect {
        texts.extend(dialect_parts());
    }
    let mut pieces: Vec<String> = texts.iter().flat_map(|text| pieces(entry, text)).collect();
    pieces.retain(|text| text.len() <= LONGEST);
    let mut known = std::collections::BTreeSet::new();
    pieces.retain(|text| known.insert(text.clone()));
    assert!(!pieces.is_empty(), "nothing to begin with for {}", entry.name());
    pieces
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    let entries = walk.into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    entries.map(walkdir::DirEntry::into_path).collect()
}

/// The fenced blocks of a page, with what their first fence says.
fn snippets(page: &str) -> impl Iterator<Item = (String, String)> {
    let mut lines = page.lines();
    std::iter::from_fn(move || {
        let name = lines.by_ref().find_map(|line| line.strip_prefix("```"))?.to_owned();
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        Some((name, block.join("\n")))
    })
}

/// Whether a file, or a snippet under a name, is what an entry takes.
fn is_of(entry: Entry, path: &str, text: &str) -> bool {
    let yaml = path.ends_with(".yml") || path.contains("yaml");
    let has = |key: &str| text.starts_with(key) || text.contains(&format!("\n{key}"));
    match entry {
        Entry::Segments => {
            path.ends_with(".seg")
                || (!path.contains('.') && (has("segment ") || has("trait ") || path.contains("conditions")))
        }
        Entry::Config => path.ends_with("segc.yml") || (yaml && (has("targets:") || has("policy:"))),
        Entry::Catalog => yaml && (has("entities:") || has("fields:") || has("links:")),
        Entry::Dialect => yaml && has("extends:"),
        Entry::UnitTests => yaml && (has("tests:") || has("given:") || has("  - name:")),
        Entry::Csv => path.ends_with(".csv"),
        Entry::Row
        | Entry::JsonLines
        | Entry::Import
        | Entry::CatalogImport
        | Entry::Address
        | Entry::Arguments
        | Entry::Sabotage => false,
    }
}

/// A dialect over each built-in one, for each part of the built-in one's file.
fn dialect_parts() -> Vec<String> {
    let mut parts = Vec::new();
    for path in files(&root().join("dialects")) {
        let text = std::fs::read_to_string(&path).expect("a dialect");
        let base = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut part = String::new();
        for line in text.lines().chain(["end:"]) {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                if part.contains('\n') {
                    parts.push(format!("name: mine\nextends: {base}\n{part}"));
                }
                part = String::new();
            }
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

/// A file of segments is a text for each of its items, which are then mixed; a long table a few rows.
fn pieces(entry: Entry, text: &str) -> Vec<String> {
    match entry {
        Entry::Segments => {
            let mut items = vec![String::new()];
            for line in text.lines() {
                let starts = ["segment ", "trait ", "param "].iter().any(|word| line.starts_with(word));
                if starts && items.last().is_some_and(|item| !item.trim().is_empty()) {
                    items.push(String::new());
                }
                if let Some(item) = items.last_mut() {
                    item.push_str(line);
                    item.push('\n');
                }
            }
            items
        }
        Entry::Csv => vec![text.lines().take(8).map(|line| format!("{line}\n")).collect()],
        _ => vec![text.to_owned()],
    }
}
