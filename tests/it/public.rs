//! The library's public interface, as a snapshot: a change of it is a decision, and belongs in CHANGELOG.md.
//!
//! It is what `src/api/mod.rs` exports and doesn't hide, with fields, variants and methods. The code is read as text,
//! in rustfmt's layout, since rustdoc's own list needs a nightly compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Names in signatures that are the standard library's, or of a crate that `src/lib.rs` names.
const ELSEWHERE: &str = "Arc BTreeMap BTreeSet BigDecimal Box Date Duration FnMut Into IntoIterator Item Iterator Json \
                         Map NonZeroUsize Option Path PathBuf Result Self String Sync Timestamp Value Vec";

#[test]
fn the_public_interface_is_known() {
    let interface = Interface::read();
    assert!(interface.items.len() > 40, "{:?}", interface.items.keys());
    let mut text = String::new();
    for lines in interface.items.values() {
        text.push_str(&lines.join("\n"));
        text.push_str("\n\n");
    }
    insta::assert_snapshot!(text.trim_end());
}

/// A type that a signature needs, and nobody can name or look up, would be no part of the promise.
#[test]
fn public_signatures_name_only_public_types() {
    let interface = Interface::read();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.split_whitespace().collect();
    let mut wrong = BTreeSet::new();
    for (name, lines) in &interface.items {
        for line in lines {
            // A single letter is a parameter.
            for word in names(line).filter(|word| word.len() > 1) {
                let known = interface.items.contains_key(word) || elsewhere.contains(word);
                if !known && !interface.variants.contains(word) {
                    wrong.insert(format!("{name}: `{word}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "export these in src/api/mod.rs, or hide what names them: {wrong:#?}");
}

/// Only `api` is shown: all other modules are the program's own affair.
#[test]
fn only_the_interface_is_shown() {
    let library = read(Path::new("src/lib.rs"));
    let lines: Vec<&str> = library.lines().collect();
    let hidden = "#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]";
    let shown = lines.windows(2).filter(|pair| pair[1].starts_with("pub ") && pair[0] != hidden);
    assert_eq!(shown.map(|pair| pair[1]).collect::<Vec<_>>(), ["pub mod api;"]);
}

#[derive(Default)]
struct Interface {
    /// What is exported by name, each with its signature, fields, variants and methods.
    items: BTreeMap<String, Vec<String>>,
    /// The names of all variants, which look like types.
    variants: BTreeSet<String>,
}

impl Interface {
    fn read() -> Self {
        let mut interface = Self::default();
        let exported = exports(&read(Path::new("src/api/mod.rs")));
        let files: Vec<(PathBuf, String)> = sources(Path::new("src"));
        for (module, name) in &exported {
            let home = |path: &Path| path.starts_with(module) || path == module.with_extension("rs");
            let mut found =
                files.iter().filter(|(path, _)| home(path)).filter_map(|(_, text)| item(text, name));
            let lines = found.next().unwrap_or_else(|| panic!("no `{name}` in {}", module.display()));
            assert!(found.next().is_none(), "two `{name}` in {}", module.display());
            if lines[0].starts_with("pub enum") {
                let variants = lines.iter().skip(1).filter_map(|line| names(line).next());
                interface.variants.extend(variants.map(str::to_owned));
            }
            interface.items.insert(name.clone(), lines);
        }
        for (_, text) in &files {
            for (of, method) in methods(text) {
                if let Some(lines) = interface.items.get_mut(&of) {
                    lines.push(format!("    {method}"));
                }
            }
        }
        interface
    }
}

/// The capitalised words of a line, except for lifetimes and texts.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// What a module exports and doesn't hide: where each name is declared, and the name.
fn exports(text: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\npub use ") {
        let hidden = rest[..at].ends_with("#[doc(hidden)]");
        let (export, after) = rest[at + "\npub use ".len()..].split_once(';').expect("it ends");
        rest = after;
        if hidden {
            continue;
        }
        let (path, names) = export.rsplit_once("::").expect("a path");
        let path = path.strip_prefix("crate::").map_or_else(|| format!("api/{path}"), str::to_owned);
        let module = Path::new("src").join(path.replace("::", "/"));
        let names = names.trim_matches(['{', '}']).split(',').map(str::trim).filter(|name| !name.is_empty());
        found.extend(names.map(|name| (module.clone(), name.to_owned())));
    }
    found
}

/// A declaration with its public fields, its variants, or its methods if it is a trait.
fn item(text: &str, name: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| {
        let declared = ["pub struct ", "pub enum ", "pub trait ", "pub fn "];
        let after = declared.iter().find_map(|word| line.strip_prefix(word)?.strip_prefix(name));
        after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })?;
    let (head, mut at) = signature(&lines, start);
    let mut found = vec![head.clone()];
    if head.starts_with("pub fn") || !lines[at].ends_with('{') {
        return Some(found);
    }
    let is_struct = head.starts_with("pub struct");
    at += 1;
    while lines[at] != "}" {
        let line = lines[at].trim();
        let depth = lines[at].len() - lines[at].trim_start().len();
        let is_part = !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[") && depth == 4;
        let is_public = !is_struct || line.starts_with("pub ");
        if !is_part || !is_public || line == "}" {
            at += 1;
            continue;
        }
        if is_hidden(&lines, at) {
            at = signature(&lines, at).1 + 1;
            continue;
        }
        if head.starts_with("pub enum") && line.ends_with('{') {
            // A variant with fields of their own.
            let end = (at..lines.len()).find(|&end| lines[end] == "    },").expect("it ends");
            let fields = (at..=end).filter(|&at| !is_hidden(&lines, at)).map(|at| lines[at].trim());
            let fields: Vec<&str> =
                fields.filter(|line| !line.starts_with("//") && !line.starts_with("#[")).collect();
            found.push(format!("    {}", fields.join(" ").trim_end_matches(',').replace(", }", " }")));
            at = end + 1;
            continue;
        }
        let (part, end) = signature(&lines, at);
        found.push(format!("    {part}"));
        at = end + 1;
    }
    Some(found)
}

/// The public methods of types, in a file's own blocks for them.
fn methods(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut of = None;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("impl") && !line.contains(" for ") {
            let name = line.trim_start_matches("impl").trim_start_matches("<'a>").trim();
            of = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
        } else if *line == "}" {
            of = None;
        }
        let is_public = line.starts_with("    pub fn ") || line.starts_with("    pub const fn ");
        if let (Some(of), true, false) = (&of, is_public, is_hidden(&lines, at)) {
            found.push((of.clone(), signature(&lines, at).0));
        }
    }
    found
}

/// A declaration on one line, without its body, and where it ends.
fn signature(lines: &[&str], start: usize) -> (String, usize) {
    let ends =
        |line: &str| line.ends_with('{') || line.ends_with(';') || line.ends_with(',') || line.ends_with('}');
    // The parameters of a function may be on lines of their own.
    let open = |lines: &[&str]| {
        let text = lines.concat();
        text.matches('(').count() > text.matches(')').count()
    };
    let end =
        (start..lines.len()).find(|&end| ends(lines[end]) && !open(&lines[start..=end])).expect("it ends");
    let text = lines[start..=end].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches(['{', ';', ',']).trim_end();
    let text = text.replace("( ", "(").replace(", )", ")");
    // What a struct holds without names is its own affair unless it is public.
    let is_closed = text.starts_with("pub struct") && (text.contains("hidden") || !text.contains("(pub"));
    (if is_closed { text.split('(').next().unwrap_or_default().to_owned() } else { text }, end)
}

/// Whether the attributes above a line hide it from the documentation.
fn is_hidden(lines: &[&str], at: usize) -> bool {
    let above = lines[..at].iter().rev().map(|line| line.trim());
    above
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .any(|line| line == "#[doc(hidden)]")
}

/// Every file of a folder with its text, in order.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            // Without a file's own tests.
            found.push((
                path,
                text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned(),
            ));
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
