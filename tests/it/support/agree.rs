//! The members of every segment of a project, computed in every possible way.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use segc::api::{Options, Session};
use segc::catalog::TableSource;
use segc::engine::quote_ident;
use segc::evaluate::{Data, Evaluator};

use super::engine::{self, Demand, Members, REFUSALS, Runner};
use super::given;
use super::project::{Project, at, said};
use super::rows;
use super::target::{Keys, Target, alone, build, plan, stored, tables, texts};

/// How many keys a difference shows.
const SHOWN: usize = 8;

/// Members that are known, and what differed from them.
#[derive(Default)]
pub struct Report {
    wanted: Vec<(String, Keys)>,
    /// How many comparisons were made: a test that compares nothing proves nothing.
    pub compared: usize,
    differences: String,
}

impl Report {
    fn compare(&mut self, segment: &str, how: &str, found: Result<Keys, String>) {
        self.compared += 1;
        let Some((_, wanted)) = self.wanted.iter().find(|(name, _)| name == segment) else {
            return self.differ(segment, how, "nobody answered it by hand");
        };
        let found = match found {
            Ok(found) if found == *wanted => return,
            Ok(found) => found,
            Err(error) => return self.differ(segment, how, &error),
        };
        let missing = list(wanted.difference(&found));
        let extra = list(found.difference(wanted));
        self.differ(segment, how, &format!("missing: {missing} · extra: {extra}"));
    }

    fn differ(&mut self, segment: &str, how: &str, what: &str) {
        let _ = writeln!(self.differences, "{segment:<24} {how:<28} {what}");
    }

    /// Fails with a table of all differences, if there are any.
    pub fn finish(self, project: &str) {
        assert!(self.differences.is_empty(), "{project}:\n{}", self.differences);
    }
}

fn list<'a>(keys: impl Iterator<Item = &'a Vec<String>>) -> String {
    let keys: Vec<String> = keys.map(|key| key.join("/")).collect();
    let more = keys.len().saturating_sub(SHOWN);
    let shown = keys.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(" ");
    match (keys.len(), more) {
        (0, _) => "-".to_owned(),
        (_, 0) => shown,
        (_, more) => format!("{shown} and {more} more"),
    }
}

/// Compares all of them, on every engine that this machine has.
pub fn everything(project: &Project) -> Report {
    let mut report = everything_on(project, Target::all());
    by_runners(project, &mut report);
    report
}

/// The printed SELECT with a literal as_of, also on engines that have no database.
fn by_runners(project: &Project, report: &mut Report) {
    let session = project.open(None);
    for mut engine in engine::available() {
        let target = engine.target();
        // Its evaluator looks at every row again for each row of an outer query.
        if target == "bigquery" && !project.is_small && engine::demand(target) != Demand::Demanded {
            let name = project.name;
            super::tell(&format!("skipped {name} on {target}: it takes minutes; SEGC_ENGINES=all runs it"));
            continue;
        }
        let refused = by_runner(project, &session, engine.as_mut(), report);
        assert!(refused.is_empty(), "{target}: {refused:?}");
    }
    for mut engine in engine::others() {
        let session = project.open_with(engine.target());
        let refused = by_runner(project, &session, engine.as_mut(), report);
        super::tell(&format!("{} on {}: refused {}", project.name, engine.target(), refused.join(", ")));
    }
}

/// The names of the segments for which the target lacks a capability.
fn by_runner(
    project: &Project,
    session: &Session,
    engine: &mut dyn Runner,
    report: &mut Report,
) -> Vec<String> {
    let (start, target) = (std::time::Instant::now(), engine.target());
    engine.load(&given::from_files(target, &session.hir().catalog, &project.data));
    let (mut names, mut selects, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (id, segment) in session.hir().iter() {
        match session.select_sql(target, id, &at(project.as_of)) {
            Ok(sql) => {
                names.push(segment.name.as_str());
                selects.push(sql);
            }
            // One that depends on a refused segment has no problem of its own.
            Err(problems) if problems.iter().all(|problem| REFUSALS.contains(&problem.code)) => {
                refused.push(segment.name.clone());
            }
            Err(problems) => panic!("{}", said(&problems)),
        }
    }
    for ((name, sql), found) in names.iter().zip(&selects).zip(engine.members_of_all(&selects)) {
        let found = found.map_err(|error| format!("{error}\n{sql}"));
        report.compare(name, &format!("{target}, select, literal"), found.map(|keys| texts_of(&keys)));
    }
    let ms = start.elapsed().as_millis();
    eprintln!("{}, {} segments on {target}: {ms} ms", project.name, names.len());
    refused
}

fn texts_of(members: &Members) -> Keys {
    members.iter().map(|key| key.iter().map(ToString::to_string).collect()).collect()
}

/// The same on these engines; the first of them answers what was written by hand.
pub fn everything_on(project: &Project, targets: Vec<Target>) -> Report {
    let session = project.open(None);
    let mut report = Report::default();
    for (at, mut target) in targets.into_iter().enumerate() {
        target.load(&session, &project.data);
        if at == 0 {
            ask_by_hand(project, &session, &mut target, &mut report);
            evaluate(project, &session, &mut target, &mut report);
        }
        by_hand(project, &session, &mut target, &mut report);
        by_selects(project, &mut target, &mut report);
        by_tables(project, &mut target, &mut report);
        one_by_one(project, &mut target, &mut report);
    }
    report
}

fn names(session: &Session) -> Vec<String> {
    session.hir().iter().map(|(_, segment)| segment.name.clone()).collect()
}

/// The hand-written answers that all others must equal.
fn ask_by_hand(project: &Project, session: &Session, target: &mut Target, report: &mut Report) {
    let mut names = names(session);
    names.sort();
    assert_eq!(names, project.answered_by_hand(), "each segment is answered by hand, and no other");
    for name in names {
        let (sql, count) = project.by_hand(&name);
        let keys = target.keys(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(keys.len(), count, "{name}: the members that its first line tells");
        report.wanted.push((name, keys));
    }
}

fn by_hand(project: &Project, session: &Session, target: &mut Target, report: &mut Report) {
    for name in names(session) {
        let found = target.keys(&project.by_hand(&name).0);
        report.compare(&name, &format!("{}, by hand", target.name), found);
    }
}

fn evaluate(project: &Project, session: &Session, target: &mut Target, report: &mut Report) {
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    for (id, entity) in hir.catalog.iter() {
        match &entity.source {
            TableSource::Table(table) => rows::add(&mut data, &project.data, id, (entity, table), None),
            TableSource::Tables(tables) => {
                for table in tables.iter() {
                    let held = entity.in_table(target.name, &table.name).expect("one of its tables");
                    rows::add(&mut data, &project.data, id, (&held, &table.name), Some(&table.event));
                }
            }
            TableSource::Shards(_) => panic!("no preset has a table for each day on every target"),
            // The user's own SQL, which is no concern of the evaluator.
            TableSource::Query { sql, .. } => {
                let columns: Vec<String> =
                    entity.fields.iter().map(|field| quote_ident(&field.column)).collect();
                let read = format!("SELECT {} FROM ({sql}) AS q", columns.join(", "));
                let found = target.rows(&read).expect("the catalog's query runs");
                rows::add_texts(&mut data, id, entity, found);
            }
        }
    }
    let mut evaluator = Evaluator::new(hir, &data, project.as_of);
    for (id, segment) in hir.iter() {
        let found = evaluator.members(id).map_err(|error| error.to_string());
        let found = found.map(|keys| {
            keys.iter().map(|key| key.iter().map(ToString::to_string).collect()).collect::<Keys>()
        });
        report.compare(&segment.name, "evaluator", found);
    }
}

/// The printed SELECT that reads the engine's clock.
fn by_selects(project: &Project, target: &mut Target, report: &mut Report) {
    let session = project.open(Some(project.as_of));
    for (id, segment) in session.hir().iter() {
        let sql = session.select_sql(target.name, id, &Options::default());
        let found = sql.map_err(|problems| said(&problems)).and_then(|sql| target.keys(&sql));
        report.compare(&segment.name, &format!("{}, select, clock", target.name), found);
    }
}

/// The tables and views after `create.sql` and then `refresh.sql`, again in both forms.
fn by_tables(project: &Project, target: &mut Target, report: &mut Report) {
    let forms = [("literal", None, at(project.as_of)), ("clock", Some(project.as_of), Options::default())];
    for (form, clock, options) in forms {
        let session = project.open(clock);
        let plan = plan(&session, target.name, &options);
        target.drop_segments(&plan);
        for (script, refresh) in [("create", false), ("refresh", true)] {
            let how = format!("{}, {script}, {form}", target.name);
            if let Err(error) = target.run(&build(&session, &plan, refresh)) {
                report.differ("(all)", &how, &error);
                continue;
            }
            for segment in stored(&plan) {
                report.compare(&segment.name, &how, target.members(segment));
            }
        }
    }
}

/// Each table emptied and made again by its own script, after a build of all. A script that
/// reads other segments' tables takes its as_of from them: it must not ask the clock, which
/// has moved on.
fn one_by_one(project: &Project, target: &mut Target, report: &mut Report) {
    let now = project.open(Some(project.as_of));
    let later: Timestamp = project.as_of + SignedDuration::from_hours(24 * 40);
    let later = project.open(Some(later));
    let plan = plan(&now, target.name, &Options::default());
    target.drop_segments(&plan);
    if let Err(error) = target.run(&build(&now, &plan, false)) {
        return report.differ("(all)", target.name, &error);
    }
    for segment in tables(&plan) {
        let session = if segment.evaluation.guards.is_empty() { &now } else { &later };
        for (script, refresh) in [("create", false), ("refresh", true)] {
            let how = format!("{}, alone, {script}", target.name);
            target.must(&format!("DELETE FROM {}", segment.table.join(".")));
            let script = alone(session, &plan, &segment.name, refresh);
            let ran = target.run(&texts(&script));
            report.compare(&segment.name, &how, ran.and_then(|()| target.members(segment)));
            let entered: std::collections::BTreeSet<_> =
                target.entered(segment).into_iter().filter_map(|row| row.last().cloned()).collect();
            if entered.iter().any(|at| *at != project.as_of.to_string()) {
                report.differ(&segment.name, &how, &format!("entered_at: {entered:?}"));
            }
        }
    }
}
