//! The clauses of the rules of refreshing, and what goes wrong without each: `clauses.md` lists both.

use std::collections::BTreeSet;

use crate::refresh_incremental::apart::CASES;
use crate::refresh_incremental::stories;

/// What detects a clause.
#[derive(Debug)]
enum Told {
    /// A story, by its title.
    Story(String),
    /// A case of `apart.rs`, by its title.
    Apart(String),
}

/// A line of the table.
#[derive(Debug)]
struct Line {
    clause: String,
    told: Told,
}

/// The lines of the tables in `clauses.md`, by their headings.
fn lines() -> Vec<Line> {
    let mut told: Option<fn(String) -> Told> = None;
    let mut lines = Vec::new();
    for line in include_str!("../../refresh_incremental/clauses.md").lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            told = match heading {
                "Told by stories" | "In the files of dialects" => Some(Told::Story),
                "Told apart" => Some(Told::Apart),
                _ => None,
            };
        }
        let Some(told) = told.filter(|_| line.starts_with("| `")) else { continue };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        lines.push(Line {
            clause: cells[0].trim_matches('`').to_owned(),
            told: told(cells.get(2).copied().unwrap_or_default().to_owned()),
        });
    }
    lines
}

/// Every clause is in the table, once, with a story or a case that there is.
#[test]
fn every_clause_has_a_witness() {
    let lines = lines();
    let listed: BTreeSet<&str> = lines.iter().map(|line| line.clause.as_str()).collect();
    assert_eq!(listed.len(), lines.len(), "a clause is in the table twice");
    let stories: BTreeSet<String> =
        stories::all().iter().filter_map(|story| Some(story.name.split_once(": ")?.1.to_owned())).collect();
    let unknown = lines.iter().filter(|line| match &line.told {
        Told::Story(title) => !stories.contains(title),
        Told::Apart(title) => CASES.iter().all(|case| case.title != *title),
    });
    assert_eq!(unknown.map(|line| &line.clause).collect::<Vec<_>>(), Vec::<&String>::new());
}
