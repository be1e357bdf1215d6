//! Stories: small hand-written cases, each of which exercises one clause of the rules of refresh.
//! `stories/README.md` describes their format.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::refresh_incremental::case::{Case, Cells, Config, Lost, Row, Run, Version};
use crate::refresh_incremental::lab::Strategy;
use crate::refresh_incremental::segments::Item;
use crate::refresh_incremental::truth::{horizon, stamp};
use crate::refresh_incremental::world::{self, Changes, Deletes, ENTITIES, Facts, Kind};
use crate::support::engine::{Demand, demand};
use crate::support::target::Keys;

pub struct Story {
    /// The file, and the heading in it.
    pub name: String,
    pub case: Case,
    /// The members of segments after each run.
    pub members: Vec<Vec<(String, Keys)>>,
    /// How the first segment is refreshed, if it is said.
    pub refresh: Option<Strategy>,
    /// Whether rows that don't change lie within the reach of the stamps.
    pub crowded: bool,
    /// Whether engines in processes tell it, too, which take long.
    pub everywhere: bool,
    /// Whether it is about what the catalog declares not being true.
    pub untrue: bool,
}

/// The stories of a folder.
pub fn all() -> Vec<Story> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refresh_incremental/stories");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut stories = Vec::new();
    for file in files.iter().filter(|file| file.file_stem().is_some_and(|name| name != "README")) {
        let text = std::fs::read_to_string(file).expect("a text");
        let rule = file.file_stem().expect("a name").to_string_lossy();
        for part in text.split("\n## ").skip(1) {
            let title = part.lines().next().unwrap_or_default();
            let name = format!("{rule}: {title}");
            stories.push(read(&name, part).unwrap_or_else(|error| panic!("{name}: {error}")));
        }
    }
    stories
}

fn read(name: &str, text: &str) -> Result<Story, String> {
    let mut facts = world::best();
    let (mut zone, mut week_start, mut refresh) =
        ("UTC".to_owned(), "monday".to_owned(), Some(Strategy::Keys));
    let (mut crowded, mut untrue, mut everywhere) = (false, false, false);
    let (mut block, mut blocks) = (None::<String>, Vec::new());
    let mut table: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            match block.take() {
                Some(text) => blocks.push(with_long_names(&text)),
                None => block = Some(String::new()),
            }
        } else if let Some(block) = &mut block {
            block.push_str(line);
            block.push('\n');
        } else if let Some(rest) = line.strip_prefix("zone: ") {
            rest.clone_into(&mut zone);
        } else if let Some(rest) = line.strip_prefix("weeks: ") {
            rest.clone_into(&mut week_start);
        } else if let Some(rest) = line.strip_prefix("refresh: ") {
            refresh = match rest {
                "keys" => Some(Strategy::Keys),
                "insert" => Some(Strategy::Insert),
                "rebuild" => Some(Strategy::Rebuild),
                _ => None,
            };
        } else if let Some(rest) = line.strip_prefix("declare: ") {
            declare(&mut facts, rest)?;
        } else if line == "crowded" {
            crowded = true;
        } else if line == "everywhere" {
            everywhere = true;
        } else if line == "untrue" {
            untrue = true;
        } else if line.starts_with('|') && !line.starts_with("|--") {
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
            table.push(cells.collect());
        }
    }
    let configs = blocks.iter().map(|text| config(text, &facts)).collect::<Result<_, _>>()?;
    let mut case =
        Case { zone, week_start, entities: ENTITIES, facts, configs, runs: Vec::new(), rows: Vec::new() };
    let mut rows = table.into_iter();
    let names: Vec<String> = rows.next().ok_or("no table of runs")?.iter().map(|name| long(name)).collect();
    let mut members = Vec::new();
    for cells in rows {
        case.runs.push(run(&cells[0])?);
        for change in cells[1].split(';').map(str::trim).filter(|change| !change.is_empty()) {
            happen(&mut case, change).map_err(|error| format!("{change}: {error}"))?;
        }
        let told = names.iter().zip(&cells).skip(2).filter(|(_, cell)| *cell != "as before");
        let keys = |cell: &str| cell.split_whitespace().map(|key| vec![key.to_owned()]).collect();
        members.push(told.map(|(name, cell)| (name.clone(), keys(cell))).collect());
    }
    Ok(Story { name: name.to_owned(), case, members, refresh, crowded, everywhere, untrue })
}

/// The name of a segment. ClickHouse takes the table of one with a single letter for an alias (SEG553):
/// where it plays, names are longer.
fn long(name: &str) -> String {
    let is_long = name.len() > 1 || demand("clickhouse") != Demand::Demanded;
    if is_long { name.to_owned() } else { format!("{name}_long") }
}

/// A text with those names after `segment` and `extends`.
fn with_long_names(text: &str) -> String {
    let (mut out, mut rest, mut is_name) = (String::new(), text, false);
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        let (between, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(between);
        out.push_str(&if is_name { long(word) } else { word.to_owned() });
        // A list of parents goes on after a comma.
        is_name = matches!(word, "segment" | "extends") || is_name && after.starts_with(", ");
        rest = after;
    }
    out + rest
}

/// Segments, each beginning in a line of its own.
fn config(text: &str, facts: &Facts) -> Result<Config, String> {
    let (mut items, mut least, mut zone): (Vec<Item>, _, _) = (Vec::new(), 2, None);
    let (mut others, mut refuses, mut list): (Option<Facts>, _, _) = (None, false, None);
    for line in text.lines() {
        if let Some(keys) = line.strip_prefix("list =") {
            let keys = keys.split_whitespace().map(|key| format!("{key}\n"));
            list = Some(format!("id\n{}", keys.collect::<String>()));
            continue;
        }
        if let Some(value) = line.strip_prefix("least = ") {
            least = value.trim().parse().expect("a number");
        } else if let Some(value) = line.strip_prefix("zone = ") {
            zone = Some(value.to_owned());
        } else if line == "on_stale_state: fail" {
            refuses = true;
        } else if let Some(rest) = line.strip_prefix("declare: ") {
            declare(others.get_or_insert_with(|| facts.clone()), rest)?;
        } else if let Some(rest) = line.strip_prefix("segment ") {
            let name = rest.split_whitespace().next().unwrap_or_default().to_owned();
            items.push(Item { name, text: format!("{line}\n"), tags: Default::default() });
        } else if let Some(item) = items.last_mut() {
            item.text.push_str(line);
            item.text.push('\n');
        }
    }
    Ok(Config { items, least, reformatted: false, zone, facts: others, refuses, list })
}

/// `2026-05-14T12:00:00Z`, then perhaps `as of …`, `without s`, `config 1`, `emptied s`, `unranked s`, `forgotten s`.
fn run(text: &str) -> Result<Run, String> {
    let mut words = text.split_whitespace();
    let instant = |text: Option<&str>| -> Result<Timestamp, String> {
        text.unwrap_or_default().parse().map_err(|error| format!("{text:?}: {error}"))
    };
    let seen = instant(words.next())?;
    let mut run = Run { seen, literal: None, without: Vec::new(), config: 0, lost: Vec::new() };
    while let Some(word) = words.next() {
        match word {
            "as" => {
                words.next();
                run.literal = Some(instant(words.next())?);
            }
            "without" => run.without.extend(words.next().map(long)),
            "emptied" => run.lost.extend(words.next().map(|name| Lost::Members(long(name)))),
            "unranked" => run.lost.extend(words.next().map(|name| Lost::Ranks(long(name)))),
            "forgotten" => run.lost.extend(words.next().map(|name| Lost::Runs(long(name)))),
            "config" => run.config = words.next().and_then(|number| number.parse().ok()).ok_or("a number")?,
            _ => return Err(format!("{word} says nothing of a run")),
        }
    }
    Ok(run)
}

/// `order deletes=hard immutable=id,customer_id settle=none stamp=loaded_at lateness=3`.
fn declare(facts: &mut Facts, text: &str) -> Result<(), String> {
    let mut words = text.split_whitespace();
    let entity = words.next().ok_or("an entity")?;
    let at = world::entity_at(entity);
    let declared = &mut facts[at];
    for word in words {
        let (name, value) = word.split_once('=').ok_or("name=value")?;
        match name {
            "deletes" => {
                declared.deletes = match value {
                    "never" => Deletes::Never,
                    "soft" => Deletes::Soft,
                    "flag" => Deletes::Flag,
                    "hard" => Deletes::Hard,
                    _ => return Err(format!("{value} is no way of deleting")),
                }
            }
            "immutable" => {
                let find = |name: &str| ENTITIES[at].fields.iter().find(|field| field.name == name);
                let names: Option<Vec<_>> =
                    value.split(',').map(|name| find(name).map(|field| field.name)).collect();
                declared.immutable = names.ok_or("a field that isn't there")?;
            }
            "settle" => declared.settle = value.parse().ok(),
            "rebuild_every" => declared.rebuild_every = value.parse().ok(),
            "lateness" => declared.lateness = value.parse().map_err(|_| "days")?,
            "tables" => declared.per_event = value == "each",
            "stamp" => declared.ingested = value == "loaded_at",
            "changes" => {
                declared.changes = match value {
                    "mutable" => Changes::Mutable,
                    "append_only" => Changes::Append,
                    _ => Changes::Static,
                }
            }
            _ => return Err(format!("{name} can't be declared")),
        }
    }
    Ok(())
}

/// `+order 1 2 customer_id=1`, `order 1 status=refunded`, `-customer 1`.
fn happen(case: &mut Case, text: &str) -> Result<(), String> {
    let run = case.runs.len() - 1;
    let mut words = text.split_whitespace().peekable();
    let name = words.next().ok_or("an entity")?;
    let index = world::entity_at(name.trim_start_matches(['+', '-']));
    let mut keys = Vec::new();
    while let Some(word) = words.next_if(|word| !word.contains('=')) {
        keys.push(word.split('/').map(|part| Some(part.to_owned())).collect::<Cells>());
    }
    let values: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
    for key in keys {
        let entity = &ENTITIES[index];
        let is_it = |row: &Row| {
            let cells = row.versions.iter().find_map(|version| version.cells.as_ref());
            row.entity == index && cells.is_some_and(|cells| cells[..entity.key] == key)
        };
        let at = case.rows.iter().position(is_it);
        let known = at.and_then(|at| case.rows[at].at(run).cloned());
        let cells = match (name.starts_with('-'), name.starts_with('+'), known) {
            (true, ..) => None,
            (_, true, None) => {
                let mut cells = key;
                cells.resize(entity.fields.len(), None);
                Some(cells)
            }
            (_, false, Some(cells)) => Some(cells),
            _ => return Err("it is there, or isn't".to_owned()),
        };
        let cells = cells.map(|cells| set(case, index, cells, &values)).transpose()?;
        let at = at.unwrap_or_else(|| {
            case.rows.push(Row { entity: index, versions: Vec::new() });
            case.rows.len() - 1
        });
        case.rows[at].versions.push(Version { run, cells });
    }
    Ok(())
}

/// Sets values, and the stamps that nothing was said of: soon after the run before.
fn set(case: &Case, index: usize, mut cells: Cells, values: &[(&str, &str)]) -> Result<Cells, String> {
    let (entity, run) = (&ENTITIES[index], case.runs.len() - 1);
    let default = match run.checked_sub(1) {
        Some(before) => case.runs[before].seen + SignedDuration::from_micros(1),
        None => case.runs[0].seen - SignedDuration::from_hours(24 * 500),
    };
    let told = |name: &str| values.iter().any(|(told, _)| *told == name);
    for (at, field) in entity.fields.iter().enumerate() {
        let marks = field.name == "deleted_at" || (field.name == "updated_at" && told("deleted_at"));
        if field.kind == Kind::Stamp && !marks {
            cells[at] = Some(default.to_string());
        }
    }
    for (name, value) in values {
        let at = entity.find(name).ok_or_else(|| format!("{} has no {name}", entity.name))?;
        cells[at] = (*value != "missing").then(|| (*value).to_owned());
    }
    Ok(cells)
}

impl Story {
    /// Whether rows are deleted by a mark.
    pub fn is_soft(&self) -> bool {
        self.case.facts.iter().any(|declared| declared.deletes == Deletes::Soft)
    }

    /// Rows that no clause but that of stamps would look at, though nothing became of them: with
    /// them a story proves less than it says.
    pub fn idle_in_reach(&self) -> Vec<String> {
        let (case, calendar) = (&self.case, self.case.calendar());
        let mut found = Vec::new();
        for row in case.rows.iter().filter(|row| case.facts[row.entity].changes != Changes::Static) {
            let (entity, declared) = (&ENTITIES[row.entity], &case.facts[row.entity]);
            for run in 1..case.runs.len() {
                let Some(cells) = row.at(run).filter(|_| row.at(run) == row.at(run - 1)) else { continue };
                let reach = horizon(declared, case.runs[run - 1].seen);
                if stamp(entity, declared, cells, &calendar).is_none_or(|stamp| stamp >= reach) {
                    found.push(format!("run {run}: {} {:?}", entity.name, &cells[..entity.key]));
                }
            }
        }
        found
    }
}
