//! Links between the pages lead to files that exist, and to headings that their pages have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |folder: &str| {
        let files = std::fs::read_dir(root.join(folder)).expect("the folder is there");
        files.map(|file| file.expect("it can be listed").path())
    };
    let is_page = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
    let pages: Vec<PathBuf> = of("").chain(of("docs")).filter(is_page).collect();
    assert!(pages.len() > 15, "{pages:?}");
    let mut wrong = Vec::new();
    for page in &pages {
        let text = std::fs::read_to_string(page).expect("a page is text");
        for link in links(&text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                _ => page.parent().expect("it is in a folder").join(file),
            };
            let leads = match heading {
                "" => target.exists(),
                _ => std::fs::read_to_string(&target).is_ok_and(|text| headings(&text).contains(heading)),
            };
            if !leads {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The targets of Markdown's links that are no addresses.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.contains(char::is_whitespace))
}

/// What follows `#` in links to headings, as GitHub derives it.
fn headings(text: &str) -> BTreeSet<String> {
    let mut in_block = false;
    let lines = text.lines().filter(|line| {
        in_block ^= line.starts_with("```");
        !in_block && line.starts_with('#')
    });
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase();
    lines.map(|line| heading(line).chars().filter(is_kept).collect::<String>().replace(' ', "-")).collect()
}
