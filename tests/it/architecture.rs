//! ARCHITECTURE.md lists the dependencies between modules; the code must agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Names = BTreeSet<String>;

#[test]
fn modules_have_only_the_documented_dependencies() {
    let table = table("## Dependencies");
    let mut wrong = Vec::new();
    for file in sources() {
        let module = module_of(&file);
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == module) else { continue };
        for used in modules_used(&code(&read(&file))) {
            if used != module && !allowed.contains(&used) {
                wrong.push(format!("{}: `{module}` must not use `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_module_depends_on_a_later_one() {
    let mut below = Names::new();
    for (module, allowed) in table("## Dependencies") {
        for name in &allowed {
            assert!(below.contains(name), "`{module}` depends on `{name}`, which isn't below it");
        }
        below.insert(module);
    }
}

#[test]
fn every_module_is_in_the_tables() {
    let modules: Names = sources().iter().map(|file| module_of(file)).filter(|name| name != "lib").collect();
    let named: Names = table("## Dependencies").into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, modules);

    let stages = read(Path::new("src/stages.md"));
    for module in modules.iter().filter(|name| *name != "main" && *name != "yaml") {
        assert!(stages.contains(&format!("| [`{module}`]")), "`{module}` is not in a table of src/stages.md");
    }
}

#[test]
fn parts_of_plan_have_only_the_documented_dependencies() {
    let table = table("## Inside `plan`");
    let mut below = Names::new();
    for (part, allowed) in &table {
        for name in allowed {
            assert!(below.contains(name), "`{part}` depends on `{name}`, which is listed beside or after it");
        }
        below.insert(part.clone());
    }
    let parts = parts_of("src/plan");
    assert_eq!(below, parts.keys().cloned().collect::<Names>());
    let mut wrong = Vec::new();
    for (part, used) in &parts {
        let (_, allowed) = table.iter().find(|(name, _)| name == part).expect("it is in the table");
        wrong.extend(used.difference(allowed).map(|used| format!("`plan::{part}` must not use `{used}`")));
        wrong.extend(allowed.difference(used).map(|named| format!("`plan::{part}` doesn't use `{named}`")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lowering is one recursion: a condition is made of values, a value may be an aggregate, an aggregate
/// has a condition. Its methods call one another across files; everything else in the files is in layers.
#[test]
fn files_of_lower_are_layered_except_for_the_methods_of_lowering() {
    let mut parts = parts_of("src/plan/lower");
    assert!(parts.len() > 15, "read only {} files", parts.len());
    while !parts.is_empty() {
        let ground: Names =
            parts.iter().filter(|(_, used)| used.is_empty()).map(|(name, _)| name.clone()).collect();
        assert!(!ground.is_empty(), "these need one another in a circle: {parts:?}");
        parts.retain(|name, _| !ground.contains(name));
        parts.values_mut().for_each(|used| used.retain(|name| !ground.contains(name)));
    }
}

#[test]
fn crates_are_used_only_where_documented() {
    let homes: BTreeMap<String, Names> = table("## Where each crate is used").into_iter().collect();
    assert!(!homes.is_empty());
    for file in sources() {
        let (module, code) = (module_of(&file), code(&read(&file)));
        for (name, home) in &homes {
            let used = words(&code, name).any(|rest| rest.starts_with("::") || rest.starts_with(';'));
            assert!(!used || home.contains(&module), "{}: `{name}` lives in {home:?}", file.display());
        }
    }
}

#[test]
fn only_the_file_that_opens_the_engines_library_allows_unsafe_code() {
    let allow = |file: &PathBuf| words(&code(&read(file)), "unsafe_code").next().is_some();
    let files: Vec<PathBuf> = sources().into_iter().filter(allow).collect();
    assert_eq!(files, [Path::new("src/engine/library.rs")]);
}

/// Choices go down to the SQL stage, never flags.
#[test]
fn sql_reads_no_capability() {
    for file in sources().into_iter().filter(|file| module_of(file) == "sql") {
        let code = code(&read(&file));
        for flag in ["Capability", "Limit", "Answer"] {
            assert!(words(&code, flag).next().is_none(), "{} asks for a {flag}", file.display());
        }
    }
}

/// A flag that nothing asks for would be a promise that no policy can keep.
#[test]
fn every_capability_decides_something() {
    let planning = sources().into_iter().filter(|file| module_of(file) == "plan");
    let planning = planning.filter(|file| !file.ends_with("problems.rs"));
    let code: String = planning.map(|file| code(&read(&file))).collect();
    let declared = read(Path::new("src/dialect/capability.rs"));
    let (_, declared) = declared.split_once("    Capability {").expect("the list of capabilities");
    let (declared, _) = declared.split_once("\n    }").expect("its end");
    let mut variants = 0;
    for line in declared.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let Some((variant, _)) = line.trim().split_once(" = ") else { continue };
        variants += 1;
        let asked = words(&code, "Capability").any(|rest| {
            rest.strip_prefix("::")
                .is_some_and(|name| words(name, variant).next() == name.strip_prefix(variant))
        });
        assert!(asked, "nothing in src/plan decides by `Capability::{variant}`");
    }
    assert!(variants > 20, "read only {variants} capabilities");
}

#[test]
fn paths_on_contributor_pages_exist() {
    let tops =
        ["src/", "tests/", "tools/", "dialects/", "docs/", "examples/", "grammar/", "catalog/", ".ci/"];
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "CHANGELOG.md"] {
        let text = read(Path::new(page));
        let prose = text.split("```").step_by(2).collect::<String>();
        for path in in_backticks(&prose).filter(|path| tops.iter().any(|top| path.starts_with(top))) {
            // A command's arguments are no part of its path.
            let path = path.split(' ').next().unwrap_or_default();
            let there = path.contains('*') || Path::new(&path).exists();
            assert!(there, "{page} names `{path}`, which is not there");
        }
    }
}

/// The rows of the first table under a heading of ARCHITECTURE.md: the name in backticks in
/// the first column, and those in the second.
fn table(heading: &str) -> Vec<(String, Names)> {
    let text = read(Path::new("ARCHITECTURE.md"));
    let (_, section) = text.split_once(heading).expect("the heading is there");
    let rows = section.lines().skip(1).take_while(|line| !line.starts_with("## "));
    let rows: Vec<(String, Names)> = rows
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let (name, rest) = line.trim_start_matches("| ").split_once('|').expect("two columns");
            (name.trim().trim_matches('`').to_owned(), in_backticks(rest).collect())
        })
        .collect();
    assert!(!rows.is_empty(), "no table under {heading}");
    rows
}

fn in_backticks(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// Every source file except tests, in order.
fn sources() -> Vec<PathBuf> {
    let mut open = vec![PathBuf::from("src")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if matches!(stem, "tests" | "testing" | "schema_test") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `src/check/expr/mod.rs` → `check`.
fn module_of(file: &Path) -> String {
    let part = file.iter().nth(1).expect("below src").to_string_lossy();
    part.trim_end_matches(".rs").to_owned()
}

/// The code without comments and without tests of its own.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            // One line, or everything to the bracket that closes the module.
            let mut ended = lines.next().is_none_or(|first| first.ends_with(';'));
            while !ended {
                ended = lines.next().is_none_or(|next| next == "}");
            }
            continue;
        }
        kept.push_str(line.split("//").next().unwrap_or_default());
        kept.push('\n');
    }
    kept
}

/// The modules that code names: `crate::plan::…`, `crate::{plan, sql::…}`. A stage's list of
/// codes is for the registry, which knows nothing else of any stage.
fn modules_used(code: &str) -> Names {
    let mut used = Names::new();
    for rest in words(code, "crate::") {
        let path: String = rest.chars().take_while(|&c| c.is_alphanumeric() || "_:".contains(c)).collect();
        if path.contains("::problems::") && path.ends_with("::CODES") {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => used.extend(first_names(group)),
            None => used.extend(first_names(rest).into_iter().take(1)),
        }
    }
    // The macro that declares problems; it lives at the crate's root, as macros do.
    used.remove("problems");
    used
}

/// The parts of a folder, which are its files and folders, and what each uses of the others.
fn parts_of(folder: &str) -> BTreeMap<String, Names> {
    let below = |file: &Path| -> Option<Vec<String>> {
        let file = file.strip_prefix(folder).ok()?.with_extension("");
        let path: Vec<String> = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        Some(path.into_iter().filter(|part| part != "mod").collect())
    };
    let files: Vec<(PathBuf, Vec<String>)> =
        sources().into_iter().filter_map(|file| below(&file).map(|path| (file, path))).collect();
    let own = |path: &[String]| path.first().cloned();
    let mut parts: BTreeMap<String, Names> =
        files.iter().filter_map(|(_, path)| own(path)).map(|part| (part, Names::new())).collect();
    let known: Names = parts.keys().cloned().collect();
    let whole = format!("crate::{}::", folder.trim_start_matches("src/").replace('/', "::"));
    for (file, path) in &files {
        let Some(part) = own(path) else { continue };
        let code = code(&read(file));
        let used = parts.entry(part.clone()).or_default();
        used.extend(words(&code, &whole).flat_map(names_at));
        for rest in words(&code, "super::") {
            let (mut rest, mut up) = (rest, 1);
            while let Some(further) = rest.strip_prefix("super::") {
                (rest, up) = (further, up + 1);
            }
            if up == path.len() {
                used.extend(names_at(rest));
            }
        }
        used.retain(|name| known.contains(name) && *name != part);
    }
    parts
}

/// The first names of what follows `…::`: of a group all of them.
fn names_at(rest: &str) -> Vec<String> {
    match rest.strip_prefix('{') {
        Some(group) => first_names(group),
        None => vec![rest.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect()],
    }
}

/// The first name of each part of a group: of `plan::{a, b}, sql}` those are `plan` and `sql`.
fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut name, mut done) = (Vec::new(), 0_u32, String::new(), false);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                done = false;
            }
            _ if depth > 0 || done => {}
            c if c.is_whitespace() => done = !name.is_empty(),
            c if c.is_alphanumeric() || c == '_' => name.push(c),
            ':' => done = true,
            _ => break,
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

/// What follows each place where the word begins.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(word).filter_map(move |(at, _)| {
        let inside = code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || "_:".contains(c));
        (!inside).then_some(&code[at + word.len()..])
    })
}

#[test]
fn use_declarations_are_read_as_rust_reads_them() {
    let used = |text: &str| modules_used(&code(text)).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(used("use crate::plan::rel::{Clock, Query};\n"), "plan");
    assert_eq!(used("use crate::{plan::{a, b}, sql,\n    types};\n"), "plan sql types");
    assert_eq!(used("let x = crate::analyze::inputs(crate::check::y);\n"), "analyze check");
    assert_eq!(used("use crate::sql as other;\nuse crate::types;\n"), "sql types");
    assert_eq!(used("// crate::plan\ncrate::problems! {}\ncrate::cli::problems::CODES,\n"), "");
    assert_eq!(used("#[cfg(test)]\nmod tests;\nuse crate::sql;\n"), "sql");
    assert_eq!(used("#[cfg(test)]\nmod tests {\n    use crate::api;\n}\nuse crate::sql;\n"), "sql");
}
