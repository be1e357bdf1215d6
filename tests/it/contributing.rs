//! What the pages for contributors say of the code: which filters select tests, since one that selects
//! none passes unnoticed, and in which file each range of codes is.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_filter_selects_a_test() {
    let tests = tests();
    let mut pages = files(Path::new("docs"), "md");
    pages.extend(["CONTRIBUTING.md", "README.md", "Makefile"].map(PathBuf::from));
    pages.extend(files(Path::new("tests"), "md"));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages {
        for filter in filters(&read(&page)) {
            seen += 1;
            if !tests.iter().any(|test| test.contains(&filter)) {
                wrong.push(format!("{}: no test is called `{filter}…`", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 15, "{seen} filters were found");
}

#[test]
fn codes_are_declared_where_contributing_says() {
    let page = read(Path::new("CONTRIBUTING.md"));
    let mut rows: Vec<(PathBuf, String)> = page.lines().filter_map(row).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files(Path::new("src"), "rs").into_iter().filter(|file| !file.ends_with("problem.rs")) {
        let text = read(&file);
        let codes: Vec<&str> = text.lines().filter_map(declared).collect();
        if codes.is_empty() {
            continue;
        }
        let Some(at) = rows.iter().position(|(path, _)| *path == file) else {
            wrong.push(format!("{} isn't in the table", file.display()));
            continue;
        };
        let (_, ranges) = rows.remove(at);
        seen += codes.len();
        let outside =
            codes.into_iter().filter(|code| !ranges.split(", ").any(|range| is_within(code, range)));
        wrong.extend(outside.map(|code| format!("{}: {code} isn't in {ranges}", file.display())));
    }
    wrong.extend(rows.into_iter().map(|(path, _)| format!("{} declares no code", path.display())));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 250, "{seen} codes were found");
}

/// The file and the codes of a row of the table: `| about | codes | file |`.
fn row(line: &str) -> Option<(PathBuf, String)> {
    let cells: Vec<&str> = line.trim().split('|').map(str::trim).collect();
    let [_, _, codes, file, _] = cells[..] else { return None };
    codes.starts_with("SEG").then(|| (PathBuf::from(file.trim_matches('`')), codes.to_owned()))
}

/// The code of a line such as `error SEG301 "unknown name" UnknownName { … }`.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest = line.strip_prefix("error ").or_else(|| line.strip_prefix("warning "))?;
    rest.get(..6).filter(|code| code.starts_with("SEG"))
}

/// Whether a code is in a range: `SEG301`, `SEG30x`, `SEG1xx` or `SEG301 to SEG345`.
fn is_within(code: &str, range: &str) -> bool {
    match range.split_once(" to ") {
        Some((from, to)) => (from..=to).contains(&code),
        None => code.starts_with(range.trim_end_matches('x')),
    }
}

/// The words after `--test it`, and those of the Makefile's lists, which contain `::`.
fn filters(page: &str) -> Vec<String> {
    let filter = |word: &str| {
        let word = word.trim_matches(['`', '.', ',']);
        let is_word = |c: char| c.is_ascii_lowercase() || c == '_' || c == ':';
        let is_path = word.contains("::") && !word.starts_with(':') && word.chars().all(is_word);
        is_path.then(|| word.to_owned())
    };
    let lists = page.lines().filter(|line| line.contains(" = ") && !line.contains('`'));
    let listed = lists.flat_map(|line| line.split_whitespace().filter_map(filter));
    let named = page.split("--test it ").skip(1).filter_map(|rest| filter(rest.split_whitespace().next()?));
    listed.chain(named).collect()
}

/// The paths of all tests of this program, such as `crash::kill::as_a_process`.
fn tests() -> Vec<String> {
    let mut found = Vec::new();
    for file in files(Path::new("tests/it"), "rs") {
        let module = file.strip_prefix("tests/it").expect("a file in it").with_extension("");
        let parts =
            module.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "mod");
        let module = parts.collect::<Vec<_>>().join("::");
        for rest in read(&file).split("#[test]").skip(1) {
            let name = rest.split("fn ").nth(1).unwrap_or_default();
            found.push(format!("{module}::{}", name.split('(').next().unwrap_or_default()));
        }
    }
    found
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.extension().is_some_and(|own| own == ending) {
            found.push(entry);
        }
    }
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
