//! The examples in README.md and docs/ show what really happens.
//!
//! - A ```` ```console ```` block is executed line by line (`$ …`) in a shell, in a folder of the
//!   page's own in which `examples` is the repository's. What it shows must be the output. A line
//!   `…` matches any number of lines; durations aren't compared.
//! - A block after `<!-- from PATH -->` is a part of that file of the repository.
//! - A block after `<!-- write PATH -->` becomes that file of the page's folder.
//!
//! `UPDATE_DOCS=1 cargo test --test it readme::` writes the output into the pages.
#![cfg(unix)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use segc::syntax::reserved;

/// A fenced block: what its comment or its language asks for, and where its lines are.
struct Block<'a> {
    lines: Vec<&'a str>,
    /// The number of the first of them, from 0.
    first: usize,
    task: Task<'a>,
}

enum Task<'a> {
    Execute,
    PartOf(&'a str),
    Write(&'a str),
    Nothing,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(language) = lines[at].strip_prefix("```") else {
            at += 1;
            continue;
        };
        let first = at + 1;
        let end = (first..lines.len()).find(|&line| lines[line] == "```").expect("the block ends");
        let before = at.checked_sub(1).map_or("", |line| lines[line]);
        let asked = |what: &str| before.strip_prefix(what)?.strip_suffix(" -->");
        let task = match (language, asked("<!-- from "), asked("<!-- write ")) {
            ("console", ..) => Task::Execute,
            (_, Some(path), _) => Task::PartOf(path),
            (_, _, Some(path)) => Task::Write(path),
            _ => Task::Nothing,
        };
        found.push(Block { lines: lines[first..end].to_vec(), first, task });
        at = end + 1;
    }
    found
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's files")]
fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).expect("the file is there")
}

#[expect(clippy::disallowed_methods, reason = "a test writes a project")]
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder");
    std::fs::write(path, text).expect("it can be written");
}

/// What a command prints, messages and all, without a last blank line.
fn execute(command: &str, folder: &Path) -> String {
    let program = assert_cmd::cargo::cargo_bin("segc");
    let programs = program.parent().expect("it is in a folder").display().to_string();
    #[expect(clippy::disallowed_methods, reason = "the shell finds its programs, and segc")]
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{programs}:{path}"))
        .env("COLUMNS", "100")
        .env_remove("NO_COLOR")
        .output()
        .expect("a shell");
    String::from_utf8(output.stdout).expect("text is UTF-8").trim_end().to_owned()
}

/// Without what differs from run to run: how long something took, and the column's width.
fn comparable(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.chars().all(|char| char.is_ascii_digit() || char == '.');
    match words.as_slice() {
        [rest @ .., number, "ms" | "s"] if is_number(number) => format!("{} (time)", rest.join(" ")),
        [.., "TIME"] => words.join(" "),
        _ => line.trim_end().to_owned(),
    }
}

/// Whether lines are as shown, where `…` is any number of them.
fn fits(shown: &[&str], real: &[&str]) -> bool {
    match shown.split_first() {
        None => real.is_empty(),
        Some((&"…", rest)) => (0..=real.len()).any(|skipped| fits(rest, &real[skipped..])),
        Some((line, rest)) => {
            real.first().is_some_and(|first| comparable(first) == comparable(line)) && fits(rest, &real[1..])
        }
    }
}

/// Executes a console block. Gives its text as it should be, and what does not fit.
fn execute_block(lines: &[&str], folder: &Path) -> (String, String) {
    let (mut should, mut wrong) = (String::new(), String::new());
    let mut at = 0;
    while at < lines.len() {
        let command = lines[at].strip_prefix("$ ").expect("a command begins with `$ `");
        let end = (at + 1..lines.len()).find(|&line| lines[line].starts_with("$ ")).unwrap_or(lines.len());
        let mut shown = &lines[at + 1..end];
        // A blank line before the next command is for readers.
        let gap = end < lines.len() && shown.last() == Some(&"");
        if gap {
            shown = &shown[..shown.len() - 1];
        }
        let real = execute(command, folder);
        let _ = writeln!(should, "$ {command}");
        if fits(shown, &real.lines().collect::<Vec<_>>()) {
            shown.iter().for_each(|line| should.push_str(&format!("{line}\n")));
        } else {
            let _ = write!(wrong, "$ {command}\n{real}\n");
            real.lines().for_each(|line| should.push_str(&format!("{}\n", line.trim_end())));
        }
        if gap {
            should.push('\n');
        }
        at = end;
    }
    (should, wrong)
}

fn page(path: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink(repository().join("examples"), folder.path().join("examples"))
        .expect("a link");
    let text = read(path);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut problems = String::new();
    // From the last block to the first the numbers of lines stay right; execution is in order.
    let mut changed: Vec<(usize, usize, String)> = Vec::new();
    for block in blocks(&text) {
        match block.task {
            Task::Nothing => {}
            Task::Write(file) => write(&folder.path().join(file), &(block.lines.join("\n") + "\n")),
            Task::PartOf(file) => {
                let part = block.lines.join("\n");
                assert!(read(file).contains(&part), "{path}: this is not in {file}:\n{part}");
            }
            Task::Execute => {
                let (should, wrong) = execute_block(&block.lines, folder.path());
                if !wrong.is_empty() {
                    problems.push_str(&wrong);
                    changed.push((block.first, block.lines.len(), should));
                }
            }
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        for (first, count, should) in changed.into_iter().rev() {
            lines.splice(first..first + count, should.lines().map(str::to_owned));
        }
        write(&repository().join(path), &(lines.join("\n") + "\n"));
    } else {
        assert!(problems.is_empty(), "{path} should show (UPDATE_DOCS=1 writes it):\n{problems}");
    }
}

#[test]
fn examples_in_the_readme_match() {
    page("README.md");
}

#[test]
fn examples_in_activation_match() {
    page("docs/activation.md");
}

#[test]
fn examples_in_dbt_match() {
    page("docs/dbt.md");
}

#[test]
fn examples_in_dialects_match() {
    page("docs/dialects.md");
}

#[test]
fn examples_in_formatting_match() {
    page("docs/formatting.md");
}

#[test]
fn examples_in_refresh_match() {
    page("docs/refresh.md");
}

#[test]
fn examples_in_plan_match() {
    page("docs/plan.md");
}

#[test]
fn examples_in_building_match() {
    page("docs/building.md");
}

#[test]
fn examples_in_running_match() {
    page("docs/running.md");
}

#[test]
fn examples_in_why_match() {
    page("docs/why.md");
}

#[test]
fn examples_in_previewing_match() {
    page("docs/previewing.md");
}

#[test]
fn examples_in_describe_match() {
    page("docs/describe.md");
}

#[test]
fn examples_in_site_match() {
    page("docs/site.md");
}

#[test]
fn examples_in_catalog_match() {
    page("docs/catalog.md");
}

#[test]
fn importing_shows_what_really_happens() {
    page("docs/importing.md");
}

#[test]
fn examples_in_importing_catalogs_match() {
    page("docs/importing-catalogs.md");
}

#[test]
fn findings_show_what_really_happens() {
    page("docs/findings.md");
}

#[test]
fn examples_in_selection_match() {
    page("docs/selection.md");
}

#[test]
fn examples_in_ci_match() {
    page("docs/ci.md");
}

#[test]
fn examples_in_testing_match() {
    page("docs/testing.md");
}

#[test]
fn examples_in_language_match() {
    page("docs/language.md");
    let text = read("docs/language.md");
    let (_, section) = text.split_once("\n## 12. Reserved words\n").expect("there is the section");
    let words: Vec<&str> = section.split('`').skip(1).step_by(2).collect();
    let reserved: Vec<&str> = reserved().collect();
    let listed: Vec<&str> = words.into_iter().filter(|word| reserved.contains(word)).collect();
    assert_eq!(listed, reserved, "the list of reserved words");
}

#[test]
fn the_demo_matches_the_readme() {
    let makefile = read("Makefile");
    let recipe = makefile.split("\ndemo:").nth(1).and_then(|rest| rest.lines().nth(1)).expect("a recipe");
    assert!(recipe.ends_with("-C examples/shop run --as-of 2026-03-31T12:00:00Z"), "{recipe}");
}

#[test]
fn links_between_pages_resolve() {
    for page in [
        "README.md",
        "docs/language.md",
        "docs/catalog.md",
        "docs/importing-catalogs.md",
        "docs/refresh.md",
        "docs/plan.md",
        "docs/building.md",
        "docs/running.md",
        "docs/dialects.md",
        "docs/why.md",
        "docs/previewing.md",
        "docs/selection.md",
        "docs/describe.md",
        "docs/site.md",
        "docs/ci.md",
        "docs/findings.md",
        "docs/testing.md",
        "docs/cookbook.md",
        "docs/importing.md",
    ] {
        let text = read(page);
        let folder = repository().join(page);
        let folder = folder.parent().expect("it is in a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !link.contains("://") {
                assert!(folder.join(file).exists(), "{page}: {link}");
            }
        }
    }
}
