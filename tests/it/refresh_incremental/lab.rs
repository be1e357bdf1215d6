//! A database in which cases are played: rows that change, a clock that is set, refreshes, and a
//! look at every table after each.

use std::collections::BTreeMap;

use segc::api::{Options, RunRequest, Session};
use segc::catalog::Storage;
use segc::engine::{DataTable, TableColumn, quote_ident, quote_name, tables_of};
use segc::plan::{Plan, Refresh, SegmentPlan};
use segc::types::Type;

use crate::refresh_incremental::case::{Case, Cells, Lost};
use crate::refresh_incremental::logs::Logs;
use crate::refresh_incremental::oracle::{Ended, Expected, Member, Table};
use crate::refresh_incremental::sabotage::{Sabotage, makes_affected, selects, without};
use crate::refresh_incremental::tally::Tally;
use crate::refresh_incremental::world::{DIGITS, ENCODINGS, Entity, Kind, held};
use crate::support::engine::REFUSALS;
use crate::support::project::said;
use crate::support::target::{Running, Target, build};

/// How a segment's table is brought up to date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Strategy {
    Insert,
    Keys,
    Rebuild,
}

/// The one place that reads it off a plan.
pub fn strategy(segment: &SegmentPlan) -> Strategy {
    #[allow(unreachable_patterns, reason = "other ways of refreshing are those by keys")]
    match &segment.refresh.strategy {
        Refresh::InsertOnly => Strategy::Insert,
        Refresh::Rebuild { .. } => Strategy::Rebuild,
        _ => Strategy::Keys,
    }
}

/// Whether less than everything is evaluated.
pub fn is_incremental(segment: &SegmentPlan) -> bool {
    strategy(segment) != Strategy::Rebuild
}

/// How much is checked beside the members after each run.
#[derive(Clone, Copy)]
pub struct Depth {
    /// The same refresh once more, after every N runs.
    pub again: usize,
    /// Create in another schema, after every N runs.
    pub fresh: usize,
}

pub struct Lab {
    pub target: Target,
    tables: Vec<DataTable>,
    loaded: BTreeMap<usize, Vec<Cells>>,
    /// What is made wrong of the scripts of this run.
    pub sabotage: (usize, Sabotage),
    /// How many scripts were made wrong.
    pub sabotaged: usize,
    /// Whether runs are those of `segc run`: each segment by its own script.
    pub one_by_one: bool,
}

/// Whether a table holds rows of an entity.
fn holds(table: &DataTable, entity: &Entity) -> bool {
    table.entities.iter().any(|name| name == entity.name)
}

type Scripts = BTreeMap<(usize, Vec<String>, Option<jiff::Timestamp>, bool), (Plan, Vec<String>)>;

impl Lab {
    /// A database with the tables that any of these read.
    pub fn new(mut target: Target, sessions: &[Session]) -> Self {
        let mut tables: Vec<DataTable> = Vec::new();
        for session in sessions {
            let read = tables_of(&session.hir().catalog, target.name).expect("one type per column");
            let is_new = |table: &DataTable| tables.iter().all(|known| known.name != table.name);
            tables.extend(read.into_iter().filter(is_new).collect::<Vec<_>>());
        }
        tables.iter_mut().for_each(add_encoded);
        tables.iter().for_each(|table| target.make(table));
        target.make_clock();
        let loaded = BTreeMap::new();
        let sabotage = (0, Sabotage::None);
        Self { target, tables, loaded, sabotage, sabotaged: 0, one_by_one: false }
    }

    /// Whether it is one of the engines in processes, other than SQLite.
    pub fn is_slow(&self) -> bool {
        matches!(self.target.engine, Running::Store(_)) && self.target.name != "sqlite"
    }

    /// Whether the target lacks a capability that a case needs, or, as SQLite does, words that add a
    /// column only where it is missing.
    pub fn refuses(&self, case: &Case, sessions: &[Session]) -> bool {
        let mut runs = 0..case.runs.len();
        let is_held = |run: usize| case.config(run).items.iter().any(|item| item.text.contains("expire:"));
        let adds_column = runs.clone().any(|run| is_held(run) != is_held(0));
        if adds_column && self.target.name == "sqlite" {
            return true;
        }
        runs.any(|run| {
            let session = &sessions[case.runs[run].config];
            let Ok(chosen) = session.select(&case.taking_part(run)) else { return false };
            let (_, problems) = session.plan(self.target.name, &chosen, &Options::default());
            problems.has_errors() && problems.iter().all(|problem| REFUSALS.contains(&problem.code))
        })
    }

    /// Makes the tables hold what a run sees.
    pub fn load(&mut self, case: &Case, run: usize) {
        self.load_rows(case, run);
        self.target.set_clock(&case.runs[run].seen.to_string());
    }

    fn load_rows(&mut self, case: &Case, run: usize) {
        for (at, entity) in case.entities.iter().enumerate() {
            let rows: Vec<Cells> = case.visible(run, at).cloned().collect();
            if self.loaded.get(&at).map_or(&[][..], |rows| rows) == rows {
                continue;
            }
            let read: Vec<DataTable> =
                self.tables.iter().filter(|table| holds(table, entity)).cloned().collect();
            assert!(!read.is_empty(), "a table for each entity");
            for table in &read {
                self.fill(table, entity, &rows);
            }
            self.loaded.insert(at, rows);
        }
    }

    /// Replaces a table's rows by these of its entity; of those of several events, by those of its own.
    fn fill(&mut self, table: &DataTable, entity: &Entity, rows: &[Cells]) {
        self.target.empty(table);
        let events = table.events.iter().find(|rows| rows.entity.name == entity.name);
        // What a column holds of an entity's field; some engines want a value for each column.
        let field = |column: &TableColumn| match events {
            None => Some(field_of(entity, &column.name)),
            Some(events) => (0..entity.fields.len()).find(|&at| {
                !matches!(entity.fields[at].kind, Kind::Inside(_))
                    && events.entity.fields[at].column == column.name
            }),
        };
        let columns: Vec<(&TableColumn, Option<usize>)> =
            table.columns.iter().map(|column| (column, field(column))).collect();
        let names: Vec<String> = columns.iter().map(|(column, _)| quote_ident(&column.name)).collect();
        let cell = |&(column, at): &(&TableColumn, Option<usize>), row: &Cells| {
            let text = at.and_then(|at| Some((at, row[at].as_ref()?)));
            text.map_or_else(
                || "NULL".to_owned(),
                |(at, text)| self.target.value(column, &held(entity.fields[at].name, &column.name, text)),
            )
        };
        let row = |row: &Cells| {
            format!("({})", columns.iter().map(|of| cell(of, row)).collect::<Vec<_>>().join(", "))
        };
        let event = |row: &&Cells| match (events, entity.event_name) {
            (Some(events), Some(name)) => row[entity.place(name)].as_ref() == Some(&events.event),
            _ => true,
        };
        let values: Vec<String> = rows.iter().filter(event).map(row).collect();
        if !values.is_empty() {
            let into = format!("world.{}", table.short_name());
            let values = values.join(", ");
            self.target.must(&format!("INSERT INTO {into} ({}) VALUES {values}", names.join(", ")));
        }
    }

    /// Executes a run's script, and counts the keys that it evaluates where they are few.
    fn execute(&mut self, run: usize, statements: &[String], tally: &mut Tally) -> Result<(), String> {
        // BigQuery's scripts are one job each.
        let whole = self.is_slow();
        if whole || !statements.iter().any(|text| makes_affected(text).is_some()) {
            return self.target.run(statements);
        }
        let sabotage = if self.sabotage.0 == run { self.sabotage.1 } else { Sabotage::None };
        let (mut before, mut wrong) = (0, false);
        for statement in statements {
            let (texts, changed) = sabotage.of(statement, &mut before);
            wrong |= changed;
            for text in &texts {
                if let Err(error) = self.target.engine().execute(text) {
                    let _ = self.target.engine().execute("ROLLBACK");
                    return Err(format!("{error}\n{text}"));
                }
            }
            if let Some(table) = makes_affected(statement) {
                let count = self.target.rows(&format!("SELECT COUNT(*) FROM {table}"));
                tally.affected.extend(count.ok().and_then(|rows| rows[0][0].parse::<usize>().ok()));
            }
        }
        self.sabotaged += usize::from(wrong);
        Ok(())
    }

    /// The selects that say what is affected at a run.
    pub fn affecting(&self, case: &Case, sessions: &[Session], run: usize) -> Result<Vec<String>, String> {
        let session = &sessions[case.runs[run].config];
        let statements = script(session, case, run, self.target.name, true, &mut Scripts::new())?.1;
        let all = statements.iter().filter(|text| makes_affected(text).is_some()).flat_map(|text| {
            (0..selects(text))
                .map(|number| without(text, number).map_or_else(|| text.clone(), |(_, gone)| gone))
        });
        Ok(all.collect())
    }

    /// Plays a case; says what is wrong if something is.
    pub fn play(
        &mut self,
        case: &Case,
        sessions: &[Session],
        expected: &Expected,
        depth: Depth,
        tally: &mut Tally,
    ) -> Result<(), String> {
        self.target.must("DROP SCHEMA IF EXISTS segments CASCADE");
        let (mut scripts, mut logs) = (Scripts::new(), Logs::default());
        for run in 0..case.runs.len() {
            let session = &sessions[case.runs[run].config];
            self.load(case, run);
            let refresh = run > 0;
            let at = |error: String| format!("run {run} on {}: {error}", self.target.name);
            let (plan, statements) =
                script(session, case, run, self.target.name, refresh, &mut scripts).map_err(at)?;
            self.lose(&case.runs[run].lost, &plan, &mut logs);
            self.step(case, run, session, &plan, &statements, tally)?;
            let at = |name: &str, error: String| format!("run {run} on {name}: {error}");
            let name = self.target.name;
            self.check(&plan, &expected[run]).map_err(|error| at(name, error))?;
            let before = run.checked_sub(1).map(|run| &expected[run]);
            logs.check(&mut self.target, &plan, before, &expected[run]).map_err(|error| at(name, error))?;
            tally.ran(case, run, &plan, expected);
            if run % depth.again == depth.again - 1 {
                let again = script(session, case, run, name, true, &mut scripts)?.1;
                let again = self.execute(run, &again, tally).and_then(|()| self.check(&plan, &expected[run]));
                let same = Some(&expected[run]);
                let again = again.and_then(|()| logs.check(&mut self.target, &plan, same, &expected[run]));
                again.map_err(|error| at(name, format!("once more: {error}")))?;
            }
            if run % depth.fresh == depth.fresh - 1 {
                self.fresh(case, session, run, &expected[run])
                    .map_err(|error| at(name, format!("create: {error}")))?;
            }
        }
        Ok(())
    }

    /// Removes what is lost of segments by accident.
    fn lose(&mut self, lost: &[Lost], plan: &Plan, logs: &mut Logs) {
        let find = |name: &String| plan.segments.iter().find(|segment| segment.name == *name);
        for one in lost {
            match one {
                Lost::Members(name) => {
                    let table = quote_name(&find(name).expect("a segment").table);
                    self.target.must(&format!("DELETE FROM {table} WHERE TRUE"));
                }
                Lost::Ranks(name) => {
                    let table = quote_name(&find(name).expect("a segment").kept.tables.ranking_candidates);
                    self.target.must(&format!("DELETE FROM {table} WHERE TRUE"));
                }
                Lost::Runs(name) => {
                    let runs = quote_name(&find(name).expect("a segment").kept.tables.runs);
                    self.target.must(&format!("DELETE FROM {runs} WHERE segment = '{name}'"));
                    logs.forget(name);
                }
            }
        }
    }

    /// How the first segment of a case is refreshed at its last run.
    pub fn strategy(&self, case: &Case, sessions: &[Session]) -> Result<Strategy, String> {
        let run = case.runs.len() - 1;
        let plan = plan_of(&sessions[case.runs[run].config], case, run, self.target.name)?;
        let name = case.config(run).items.iter().find(|item| !item.text.contains("materialize: inline"));
        let segment = plan.segments.iter().find(|segment| Some(&segment.name) == name.map(|item| &item.name));
        segment.map(strategy).ok_or_else(|| "no segment".to_owned())
    }

    /// One run, by create where refresh says that it is needed.
    fn step(
        &mut self,
        case: &Case,
        run: usize,
        session: &Session,
        plan: &Plan,
        statements: &[String],
        tally: &mut Tally,
    ) -> Result<(), String> {
        let executed = match self.one_by_one {
            true => self.run_segments(case, run, session),
            false => self.execute(run, statements, tally),
        };
        let Err(error) = executed else { return Ok(()) };
        let reason = run > 0
            && error.contains("run its create script")
            && (case.runs[run].config != case.runs[run - 1].config || is_back(case, run));
        if !reason {
            return Err(format!("run {run} on {}: {error}", self.target.name));
        }
        tally.refused += 1;
        self.target.run(&build(session, plan, false)).map_err(|error| format!("run {run}: {error}"))
    }

    /// The same by each segment's own script.
    fn run_segments(&mut self, case: &Case, run: usize, session: &Session) -> Result<(), String> {
        let chosen = session.select(&case.taking_part(run)).map_err(|problems| said(&problems))?;
        let request = RunRequest {
            target: self.target.name,
            segments: &chosen,
            options: &Options { as_of: case.runs[run].literal, ..Options::default() },
            refresh: run > 0,
            resume: false,
            verify: false,
            fail_fast: false,
            wait: false,
            check_clock: false,
        };
        let ran = session.run(&request, self.target.engine(), &mut |_| {});
        match ran.map(|ran| ran.problems) {
            Ok(problems) if !problems.has_errors() => Ok(()),
            Ok(problems) | Err(problems) => Err(format!("one by one: {}", said(&problems))),
        }
    }

    /// Compares every table with what it must hold.
    fn check(&mut self, plan: &Plan, expected: &BTreeMap<String, Table>) -> Result<(), String> {
        for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
            let table = expected.get(&segment.name).ok_or("nothing is known of it")?;
            self.check_table(segment, table)
                .map_err(|error| format!("{} ({:?}): {error}", segment.name, segment.refresh.strategy))?;
        }
        self.check_runs(plan, expected)
    }

    fn check_table(&mut self, segment: &SegmentPlan, table: &Table) -> Result<(), String> {
        let names: Vec<String> = segment.keys.iter().map(|key| quote_ident(&key.name)).collect();
        let (keys, name) = (names.join(", "), quote_name(&segment.table));
        let held = segment.kept.retention.is_some();
        let ends = if held { ", expires_at" } else { "" };
        let found = self.target.rows(&format!("SELECT {keys}, entered_at{ends} FROM {name}"))?;
        self.check_columns(segment, table, &segment.table)?;
        let missing = segc::engine::Cell::Null.to_string();
        let row = |(key, member): (&Vec<String>, &Member)| {
            let ends = member.ends.map_or_else(|| missing.clone(), |ends| ends.to_string());
            let cells = key.iter().cloned().chain([member.entered.to_string()]);
            cells.chain(held.then_some(ends)).collect::<Vec<_>>()
        };
        let mut wanted: Vec<Vec<String>> = table.members.iter().map(row).collect();
        wanted.sort();
        differ("members", &wanted, &found)?;
        let Some(history) = &segment.kept.history else { return Ok(()) };
        let sql = format!("SELECT {keys}, entered_at, left_at FROM {}", quote_name(history));
        let found = self.target.rows(&sql)?;
        let row = |(key, _, entered, left): &Ended| {
            key.iter().cloned().chain([entered.to_string(), left.to_string()]).collect()
        };
        let mut wanted: Vec<Vec<String>> = table.archive.iter().map(row).collect();
        wanted.sort();
        differ("history", &wanted, &found)?;
        if segment.columns.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = segment.columns.iter().map(|column| quote_ident(&column.name)).collect();
        let sql = format!("SELECT {keys}, left_at, {} FROM {}", names.join(", "), quote_name(history));
        let found = self.target.rows(&sql)?;
        let row = |(key, values, _, left): &Ended| {
            key.iter().cloned().chain([left.to_string()]).chain(values.iter().cloned()).collect()
        };
        let mut wanted: Vec<Vec<String>> = table.archive.iter().map(row).collect();
        wanted.sort();
        alike("last values", &wanted, &found)
    }

    /// Compares the columns beside the key.
    fn check_columns(&mut self, segment: &SegmentPlan, table: &Table, name: &[String]) -> Result<(), String> {
        if segment.columns.is_empty() {
            return Ok(());
        }
        let keys = segment.keys.iter().map(|key| &key.name);
        let names = keys.chain(segment.columns.iter().map(|column| &column.name));
        let names: Vec<String> = names.map(|name| quote_ident(name)).collect();
        let found = self.target.rows(&format!("SELECT {} FROM {}", names.join(", "), quote_name(name)))?;
        let row = |(key, member): (&Vec<String>, &Member)| {
            key.iter().chain(&member.values).cloned().collect::<Vec<_>>()
        };
        let mut wanted: Vec<Vec<String>> = table.members.iter().map(row).collect();
        wanted.sort();
        alike("columns", &wanted, &found)
    }

    /// What is recorded of the runs.
    fn check_runs(&mut self, plan: &Plan, expected: &BTreeMap<String, Table>) -> Result<(), String> {
        for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
            let runs = segment.kept.tables.runs.join(".");
            let found = self.target.rows(&format!("SELECT segment, as_of, members FROM {runs}"))?;
            let table = expected.get(&segment.name).ok_or("nothing is known of it")?;
            let as_of = table.as_of.map(|at| at.to_string()).unwrap_or_default();
            let wanted = vec![segment.name.clone(), as_of, table.members.len().to_string()];
            if !found.contains(&wanted) {
                return Err(format!("segc_state lacks {wanted:?}: {found:?}"));
            }
        }
        Ok(())
    }

    /// Create over the same rows in a schema of its own leaves the same members.
    fn fresh(
        &mut self,
        case: &Case,
        session: &Session,
        run: usize,
        expected: &BTreeMap<String, Table>,
    ) -> Result<(), String> {
        if case.is_sticky() {
            return Ok(());
        }
        let mut plan = plan_of(session, case, run, self.target.name)?;
        for segment in &mut plan.segments {
            segment.table = renamed(&segment.table);
            segment.kept.history = segment.kept.history.as_deref().map(renamed);
        }
        let texts = build(session, &plan, false);
        let texts: Vec<String> = texts.iter().map(|text| text.replace("segments.", "fresh.")).collect();
        let texts: Vec<String> =
            texts.iter().map(|text| text.replace("EXISTS segments", "EXISTS fresh")).collect();
        self.target.must("DROP SCHEMA IF EXISTS fresh CASCADE");
        self.target.run(&texts)?;
        for segment in plan.segments.iter().filter(|segment| segment.materialize.is_table()) {
            let wanted = expected.get(&segment.name).map(Table::keys).unwrap_or_default();
            let found = self.target.members(segment)?;
            if wanted != found {
                return Err(format!("{}: wanted {wanted:?}, found {found:?}", segment.name));
            }
            let table = expected.get(&segment.name).ok_or("nothing is known of it")?;
            self.check_columns(segment, table, &segment.table)?;
        }
        Ok(())
    }
}

/// Adds to a table the columns that hold its stamps and times in other ways.
fn add_encoded(table: &mut DataTable) {
    const TIMES: &[&str] = &["updated_at", "deleted_at", "loaded_at", "ordered_at", "at", "day"];
    let times = table.columns.iter().filter(|column| TIMES.contains(&column.name.as_str()));
    let times: Vec<TableColumn> = times.filter(|column| column.storage == Storage::Native).cloned().collect();
    for time in times {
        let suffixes = match time.ty {
            Type::Timestamp => ENCODINGS.iter().map(|encoding| encoding.suffix).collect(),
            Type::Date => vec![DIGITS],
            _ => Vec::new(),
        };
        table.columns.extend(suffixes.into_iter().map(|suffix| TableColumn {
            name: format!("{}{suffix}", time.name),
            ty: Type::Integer,
            nullable: true,
            ..time.clone()
        }));
    }
}

/// The field whose value a column holds.
fn field_of(entity: &Entity, column: &str) -> usize {
    let suffixes = ENCODINGS.iter().map(|encoding| encoding.suffix).chain([DIGITS]);
    let plain = suffixes.filter_map(|suffix| column.strip_suffix(suffix));
    let mut names = std::iter::once(column).chain(plain);
    names.find_map(|name| entity.find(name)).expect("a field for each column")
}

fn renamed(table: &[String]) -> Vec<String> {
    table.iter().map(|part| if part == "segments" { "fresh".to_owned() } else { part.clone() }).collect()
}

/// Whether a run is at an earlier as_of than one before it.
pub fn is_back(case: &Case, run: usize) -> bool {
    case.runs[..run].iter().any(|before| before.as_of() > case.runs[run].as_of())
}

fn plan_of(session: &Session, case: &Case, run: usize, target: &str) -> Result<Plan, String> {
    let chosen = session.select(&case.taking_part(run)).map_err(|problems| said(&problems))?;
    let options = Options { as_of: case.runs[run].literal, ..Options::default() };
    let (plan, problems) = session.plan(target, &chosen, &options);
    plan.filter(|_| !problems.has_errors()).ok_or_else(|| said(&problems))
}

fn script(
    session: &Session,
    case: &Case,
    run: usize,
    target: &str,
    refresh: bool,
    scripts: &mut Scripts,
) -> Result<(Plan, Vec<String>), String> {
    let at = &case.runs[run];
    let key = (at.config, at.without.clone(), at.literal, refresh);
    if let Some(known) = scripts.get(&key) {
        return Ok(known.clone());
    }
    let plan = plan_of(session, case, run, target)?;
    let statements = build(session, &plan, refresh);
    scripts.insert(key, (plan.clone(), statements.clone()));
    Ok((plan, statements))
}

/// Compares rows whose first cells are their key, value by value.
fn alike(what: &str, wanted: &[Vec<String>], found: &[Vec<String>]) -> Result<(), String> {
    let same = |(one, other): (&Vec<String>, &Vec<String>)| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
    };
    if wanted.len() == found.len() && wanted.iter().zip(found).all(same) {
        return Ok(());
    }
    differ(what, wanted, found)
}

/// Whether a value of the evaluator is one of a database, which writes numbers, truth and absence in its own
/// way.
pub fn is_same(wanted: &str, found: &str) -> bool {
    let found = if found == segc::engine::Cell::Null.to_string() { "missing" } else { found };
    let found = match (wanted, found) {
        ("true", "1") => "true",
        ("false", "0") => "false",
        _ => found,
    };
    if wanted == found {
        return true;
    }
    match (wanted.parse::<f64>(), found.parse::<f64>()) {
        (Ok(wanted), Ok(found)) => (wanted - found).abs() <= 1e-9 * wanted.abs().max(found.abs()),
        _ => false,
    }
}

fn differ(what: &str, wanted: &[Vec<String>], found: &[Vec<String>]) -> Result<(), String> {
    if wanted == found {
        return Ok(());
    }
    let lacks: Vec<_> = wanted.iter().filter(|row| !found.contains(row)).collect();
    let extra: Vec<_> = found.iter().filter(|row| !wanted.contains(row)).collect();
    Err(format!("{what}: lacks {lacks:?}, has besides {extra:?} (of {} and {})", wanted.len(), found.len()))
}
