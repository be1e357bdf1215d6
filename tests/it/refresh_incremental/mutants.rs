//! Mutants: `tests/mutants` has a patch for each clause of the rules of refresh. It breaks the
//! clause, and names its witness, the story or case that then fails. `tools/mutants.sh` applies one
//! patch at a time to a copy of the tree and runs `the_mutant_is_noticed` there; the other tests
//! here check the patches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::apart::{self, Apart};
use super::stories::{self, Story};
use super::timeline::Bias;
use super::{labs_of, opened, tell};
use crate::support::target::Target;

/// A patch, and what it says of itself.
struct Mutant {
    /// The clause that it breaks.
    name: String,
    witness: String,
    /// `members`, `strategy` or `refusal`: see `tests/mutants/README.md`.
    shows_in: String,
    hunks: Vec<Hunk>,
}

/// A piece of a file, without the patch.
struct Hunk {
    file: String,
    before: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants")
}

/// All mutants, by name.
fn mutants() -> Vec<Mutant> {
    let entries = std::fs::read_dir(folder()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.filter(|file| file.extension().is_some_and(|end| end == "patch")).collect();
    files.sort();
    files
        .iter()
        .map(|file| read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
        .collect()
}

/// A patch: a sentence about the clause, `witness: …`, `shows in: …`, and a unified diff.
fn read(file: &Path) -> Result<Mutant, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (head, diff) = text.split_once("\n--- ").ok_or("it has no diff")?;
    if !head.lines().next().is_some_and(|line| line.ends_with('.')) {
        return Err("its first line has to be a sentence: which rule it breaks".to_owned());
    }
    let said = |key: &str| head.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
    Ok(Mutant {
        name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        witness: said("witness: ").ok_or("it names no witness")?,
        shows_in: said("shows in: ").ok_or("it doesn't say where it shows")?,
        hunks: hunks(&format!("--- {diff}"))?,
    })
}

/// The lines of a unified diff that are there before it is applied.
fn hunks(diff: &str) -> Result<Vec<Hunk>, String> {
    let (mut file, mut hunks) = (None, Vec::<Hunk>::new());
    for line in diff.lines() {
        if let Some(name) = line.strip_prefix("--- a/") {
            file = Some(name.to_owned());
        } else if line.starts_with("@@ ") {
            let file = file.clone().ok_or("a hunk of no file")?;
            hunks.push(Hunk { file, before: "\n".to_owned() });
        } else if let (Some(hunk), Some(text)) = (hunks.last_mut(), line.strip_prefix([' ', '-'])) {
            hunk.before.push_str(text);
            hunk.before.push('\n');
        }
    }
    if hunks.is_empty() { Err("its diff is empty".to_owned()) } else { Ok(hunks) }
}

/// A patch that applies nowhere, or in two places, is stale: make it again.
#[test]
fn every_patch_applies() {
    let (mut texts, mut stale) = (BTreeMap::new(), Vec::new());
    for mutant in mutants() {
        for Hunk { file, before } in &mutant.hunks {
            let text = texts.entry(file.clone()).or_insert_with(|| {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                format!("\n{}", std::fs::read_to_string(path).unwrap_or_default())
            });
            let places = text.matches(before.as_str()).count();
            if places != 1 {
                stale.push(format!("{} applies to {file} in {places} places", mutant.name));
            }
        }
    }
    assert!(stale.is_empty(), "CONTRIBUTING.md says how patches are made:\n{}", stale.join("\n"));
}

#[test]
fn every_mutant_has_a_witness_and_has_been_noticed() {
    let (mutants, witnesses) = (mutants(), Witness::all());
    let lost = mutants.iter().filter(|mutant| !witnesses.contains_key(&mutant.witness));
    assert_eq!(lost.map(|mutant| &mutant.name).collect::<Vec<_>>(), Vec::<&String>::new());
    let noticed = std::fs::read_to_string(folder().join("noticed.txt")).expect("a list");
    let noticed: BTreeSet<&str> = noticed.lines().filter_map(|line| line.split(' ').next()).collect();
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(noticed, names, "`tools/mutants.sh NAME` plays a mutant and records it");
}

/// What goes wrong with a mutant.
enum Witness {
    Story(Box<Story>),
    Case(&'static Apart),
}

impl Witness {
    /// All stories and cases, by title.
    fn all() -> BTreeMap<String, Self> {
        let title = |name: &str| name.split_once(": ").map(|(_, title)| title.to_owned()).unwrap_or_default();
        let stories = stories::all().into_iter();
        let stories = stories.map(|story| (title(&story.name), Self::Story(Box::new(story))));
        let cases = apart::CASES.iter().map(|case| (case.title.to_owned(), Self::Case(case)));
        let mut all = BTreeMap::new();
        for (title, witness) in stories.chain(cases) {
            assert!(all.insert(title.clone(), witness).is_none(), "two stories have the title {title}");
        }
        all
    }

    /// Plays it on DuckDB; says what is wrong if something is.
    fn play(self) -> Result<(), String> {
        match self {
            Self::Story(story) => {
                tell(&mut labs_of(vec![Target::duckdb()], Bias::Rules)[0], &opened(*story)?)
            }
            Self::Case(case) => apart::play(case),
        }
    }
}

/// Where an error shows that members are or would be wrong. An engine that stumbles shows nothing.
fn shows_in(error: &str) -> Option<&'static str> {
    let in_members = ["lacks ", "(entered, left) is", "(entered, left, changed) is", "was refreshed though"];
    match () {
        () if error.contains("create: ") => None,
        () if error.starts_with("it is refreshed by") => Some("strategy"),
        () if error.contains("can't be refreshed: its last run") => Some("refusal"),
        () if in_members.iter().any(|text| error.contains(text)) => Some("members"),
        () => None,
    }
}

/// The mutants that `SEGC_MUTANT` names.
fn chosen() -> Vec<Mutant> {
    let chosen = std::env::var("SEGC_MUTANT").expect("SEGC_MUTANT names mutants");
    let chosen: BTreeSet<&str> = chosen.split_whitespace().collect();
    let found: Vec<_> =
        mutants().into_iter().filter(|mutant| chosen.contains(mutant.name.as_str())).collect();
    assert_eq!(found.len(), chosen.len(), "no such mutant among {chosen:?}");
    found
}

/// Where the patch of `SEGC_MUTANT` has been applied, its witness goes wrong as the patch says.
#[test]
#[ignore = "tools/mutants.sh runs it, in a copy with the patch"]
fn the_mutant_is_noticed() {
    for Mutant { name, witness, shows_in: wanted, .. } in chosen() {
        let witness = Witness::all().remove(&witness).expect("a witness");
        let Err(error) = witness.play() else { panic!("{name}: nothing goes wrong") };
        let found = shows_in(&error);
        assert_eq!(found, Some(wanted.as_str()), "{name} goes wrong in another way: {error}");
    }
}

/// Without a patch, all is well with the witnesses of those that `SEGC_MUTANT` names.
#[test]
#[ignore = "tools/mutants.sh runs it, in a copy without a patch"]
fn the_original_passes() {
    let titles: BTreeSet<String> = chosen().into_iter().map(|mutant| mutant.witness).collect();
    let witnesses = Witness::all().into_iter().filter(|(title, _)| titles.contains(title));
    let failed = witnesses.par_bridge().filter_map(|(title, witness)| Some((title, witness.play().err()?)));
    assert_eq!(failed.collect::<Vec<_>>(), []);
}
