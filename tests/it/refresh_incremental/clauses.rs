//! Each clause of the rules of refreshing is taken away, one at a time, and what `clauses.md` names
//! for it has to go wrong. The clauses that are planned stand in the library, which lets them be taken
//! away with the feature `mutants`; those that are texts of a dialect's file are edited out of scripts.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use segc::analyze::Clause;

/// Held by whoever plans: while a clause is taken away, nobody else may.
static WHOLE: RwLock<()> = RwLock::new(());

/// Waits until every clause is in force, and keeps it so.
pub fn all_in_force() -> RwLockReadGuard<'static, ()> {
    WHOLE.read().unwrap_or_else(PoisonError::into_inner)
}

/// The clauses that dialects' files hold, as DuckDB's scripts say them: a text of statements, and what
/// stands in its place. Where that is nothing, the whole statement is left out.
const TEXTS: &[(&str, &str, &str)] = &[
    ("OthersArePushedOut", "INSERT INTO segc_affected", ""),
    ("CandidatesAreReplaced", "DELETE FROM segments.segc_unkept", ""),
    (
        "OnlyTheAffectedLeave",
        "WHERE EXISTS (SELECT 1 FROM segc_affected AS s WHERE m.id = s.id)\n  AND NOT",
        "WHERE NOT",
    ),
    ("ComingsAreLogged", "INSERT INTO segments.segc_log_", ""),
    ("TimeIsUp", "WHERE m.expires_at <= ", "WHERE FALSE AND m.expires_at <= "),
    (
        "WhoMatchesStays",
        "segc_affected AS s WHERE m.id = s.id)\n  AND NOT EXISTS (SELECT 1 FROM segc_scratch AS s WHERE m.id = s.id)",
        "segc_affected AS s WHERE m.id = s.id)",
    ),
    ("HeldAreFreed", "SET expires_at = NULL", ""),
    ("HeldAreDated", "SET expires_at = COALESCE", ""),
    ("RejectedLeaveAtOnce", "IS NULL THEN 'leave'", "IS NULL AND FALSE THEN 'leave'"),
];

/// What tells of a clause.
#[derive(Debug)]
#[cfg_attr(not(feature = "mutants"), allow(dead_code, reason = "only whoever takes clauses away reads on"))]
enum Told {
    /// A story, by its title.
    Story(String),
    /// A case of `apart.rs`, by its title.
    Apart(String),
}

/// A line of the table.
#[derive(Debug)]
#[cfg_attr(not(feature = "mutants"), allow(dead_code, reason = "only whoever takes clauses away reads on"))]
struct Line {
    clause: String,
    told: Told,
    shows: String,
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
            shows: cells.get(3).copied().unwrap_or_default().to_owned(),
        });
    }
    lines
}

/// Every clause stands in the table, once, and nothing else does.
#[test]
fn every_clause_is_in_the_table() {
    let lines = lines();
    let listed: BTreeSet<&str> = lines.iter().map(|line| line.clause.as_str()).collect();
    assert_eq!(listed.len(), lines.len(), "a clause stands in the table twice");
    let texts = TEXTS.iter().map(|(name, ..)| *name);
    let known: BTreeSet<&str> = Clause::ALL.iter().map(|clause| clause.name()).chain(texts).collect();
    assert_eq!(listed, known);
}

#[cfg(feature = "mutants")]
mod mutants {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};
    use std::time::Instant;

    use rayon::prelude::*;
    use segc::analyze::Clause;

    use super::{Line, TEXTS, Told, WHOLE, lines};
    use crate::refresh_incremental::apart::{self, Apart};
    use crate::refresh_incremental::lab::Lab;
    use crate::refresh_incremental::{Told as Story, labs_of, stories};
    use crate::support::target::Target;

    /// What is taken away.
    enum Away {
        Clause(Clause),
        Text(&'static str, &'static str),
    }

    fn find(name: &str) -> Away {
        let clause = Clause::ALL.iter().find(|clause| clause.name() == name);
        let text = TEXTS.iter().find(|(known, ..)| *known == name);
        match (clause, text) {
            (Some(clause), _) => Away::Clause(*clause),
            (_, Some((_, text, other))) => Away::Text(text, other),
            _ => panic!("no clause is called {name}"),
        }
    }

    fn lab() -> Lab {
        labs_of(vec![Target::duckdb()]).remove(0)
    }

    /// The stories that the table names, by their titles; each goes as it is told.
    fn told_stories(lines: &[Line]) -> BTreeMap<String, Story> {
        let title = |name: &str| name.split_once(": ").map(|(_, title)| title.to_owned()).unwrap_or_default();
        let mut all: BTreeMap<String, stories::Story> = BTreeMap::new();
        for story in stories::all() {
            let twice = all.insert(title(&story.name), story);
            assert!(twice.is_none(), "two stories have one title: {}", twice.expect("one").name);
        }
        let titles = lines.iter().filter_map(|line| match &line.told {
            Told::Story(title) => Some(title),
            Told::Apart(_) => None,
        });
        let mut wanted: BTreeMap<String, stories::Story> = BTreeMap::new();
        for title in titles {
            let story = all.remove(title).map(|story| (title.clone(), story));
            assert!(story.is_some() || wanted.contains_key(title), "there is no story `{title}`");
            wanted.extend(story);
        }
        let labs = Mutex::new(Vec::new());
        let told = wanted.into_par_iter().map(|(title, story)| {
            let told = crate::refresh_incremental::opened(story).unwrap_or_else(|error| panic!("{error}"));
            let free = labs.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut lab = free.unwrap_or_else(lab);
            let played = crate::refresh_incremental::tell(&mut lab, &told);
            assert!(played.is_ok(), "{title}: {played:?}");
            labs.lock().unwrap_or_else(PoisonError::into_inner).push(lab);
            (title, told)
        });
        told.collect()
    }

    /// Plays a story that is opened and planned without a clause.
    fn tell_without(lab: &mut Lab, away: &Away, told: &Story) -> Result<(), String> {
        let again = |lab: &mut Lab| {
            let sessions = told.story.case.open().expect("it has been opened before");
            crate::refresh_incremental::tell_with(lab, told, &sessions)
        };
        match away {
            Away::Clause(clause) => clause.without(|| again(lab)),
            Away::Text(text, other) => {
                lab.edit = Some(((*text).to_owned(), (*other).to_owned()));
                let played = again(lab);
                lab.edit = None;
                played
            }
        }
    }

    fn case_without(away: &Away, case: &Apart) -> Result<(), String> {
        match away {
            Away::Clause(clause) => clause.without(|| apart::play(case)),
            Away::Text(..) => panic!("no text of scripts is told of apart"),
        }
    }

    /// In what it shows that something is wrong. What makes the database stumble is no answer.
    fn shows(error: &str) -> Option<&'static str> {
        let in_members = ["lacks ", "(entered, left) is", "was refreshed though"];
        match () {
            () if error.contains("create: ") => None,
            () if error.starts_with("it is refreshed by") => Some("strategy"),
            () if error.contains("can't be refreshed from its last run") => Some("refusal"),
            () if in_members.iter().any(|text| error.contains(text)) => Some("members"),
            () => None,
        }
    }

    /// Whether what is told of a clause goes wrong without it, as the table says; what is the matter if not.
    fn judge(line: &Line, without: Result<(), String>) -> Result<(), String> {
        let Err(error) = without else { return Err(format!("{}: nobody notices", line.clause)) };
        let text: String = error.chars().take(300).collect();
        match shows(&error) {
            None => Err(format!("{}: it goes wrong in another way: {text}", line.clause)),
            Some(shows) if shows != line.shows => {
                Err(format!("{}: it shows in its {shows}, not in its {}: {text}", line.clause, line.shows))
            }
            Some(_) => {
                eprintln!("{}: {text}", line.clause);
                Ok(())
            }
        }
    }

    /// With a clause taken away, its story fails. `SEGC_CLAUSE` says which: a part of their names.
    #[test]
    fn every_clause_is_needed() {
        let _alone = WHOLE.write().unwrap_or_else(PoisonError::into_inner);
        let chosen = std::env::var("SEGC_CLAUSE").unwrap_or_default();
        let lines: Vec<Line> = lines().into_iter().filter(|line| line.clause.contains(&chosen)).collect();
        assert!(!lines.is_empty(), "no clause is called `{chosen}`");
        let start = Instant::now();
        let (stories, mut lab) = (told_stories(&lines), lab());
        let (mut wrong, mut noticed) = (Vec::new(), 0);
        for line in &lines {
            let without = match &line.told {
                Told::Story(title) => tell_without(&mut lab, &find(&line.clause), &stories[title]),
                Told::Apart(title) => {
                    let case = apart::CASES.iter().find(|case| case.title == *title);
                    let case = case.unwrap_or_else(|| panic!("there is no case `{title}`"));
                    assert_eq!(apart::play(case), Ok(()), "{title}");
                    case_without(&find(&line.clause), case)
                }
            };
            match judge(line, without) {
                Ok(()) => noticed += 1,
                Err(error) => wrong.push(error),
            }
        }
        // What follows is as it was before.
        assert!(
            stories.values().take(3).all(|told| crate::refresh_incremental::tell(&mut lab, told).is_ok())
        );
        let (seconds, all) = (start.elapsed().as_secs(), lines.len());
        crate::support::tell(&format!(
            "{seconds} s: of {all} clauses, {noticed} are noticed where they are taken away"
        ));
        assert!(wrong.is_empty(), "{} of {all} clauses:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(noticed, all);
    }
}
