//! A project in which one file is the input.

use std::sync::LazyLock;

use jiff::Timestamp;
use segc::api::{self, Options, Question, SegmentFiles, Session, open_files};
use segc::check::hir::SegmentId;
use segc::diagnostic::{Diagnostics, SourceId};
use segc::dialect::Dialect;
use segc::evaluate::{EvalError, Evaluator};
use segc::plan::program::{Phase, ProgramScope};
use segc::project::{Files, Memory};
use segc::sql::{self, Statement, parses_back};
use segc::types::Type;

use super::{judge, rows};
use crate::corpus::root;
use crate::seen::Seen;

/// How many of an input's segments are compiled: the others are like them.
const COMPILED: usize = 6;

/// What the segments of an input may refer to.
const PRELUDE: &str = r#"
param min_spend: decimal = 1000
param days: integer = 45
trait lifetime_value on customer = sum(orders.total where status = "paid")
segment includes on customer { include where vip include where score > 90 exclude where country = "CN" }
segment big on company { materialize: inline where employees >= 250 }
segment best on customer { where vip keep top 100 by lifetime_value }
segment dear on order { where total >= 50 }
"#;

/// Segments for inputs that aren't segments.
const SAMPLE: &str = r#"
segment spenders on customer {
  where sum(orders.total during last 30 days where status = "paid") > $min_spend and name != 'O\'Brien \\'
}
segment followed on customer {
  history: true
  where app_version >= "2.0.0-rc.1" and city = "Oslo" and tags contains any ("a", "b") and in segment includes
}
segment funnel on customer {
  materialize: incremental
  where sequence(events["View"] then within 1 day events["Buy"] matching product) and not vip
}
"#;

pub(super) fn as_of() -> Timestamp {
    "2026-03-31T12:00:00Z".parse().expect("an instant")
}

/// The project that holds every construct of the language, without its segments.
static LANGUAGE: LazyLock<Memory> = LazyLock::new(|| {
    let folder = root().join("tests/sql/language");
    let read = |path: &str| std::fs::read(folder.join(path)).expect("a file of the project");
    Memory::new()
        .with("segc.yml", read("segc.yml"))
        .with("catalog/all.yml", read("catalog/all.yml"))
        .with("segments/prelude.seg", PRELUDE)
});

/// The same, to be added to.
pub(crate) fn language() -> Memory {
    LANGUAGE.clone()
}

pub(super) fn segments(input: &[u8], seen: &mut Seen) {
    formatted(input);
    through(&language().with("segments/input.seg", input), Some("segments/input.seg"), seen);
}

/// A text is formatted if it has no syntax error, into one that has none and stays as it is.
fn formatted(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut problems = Diagnostics::new();
    match api::format(SourceId(0), text, &mut problems) {
        None => assert!(!problems.is_empty(), "a text without a problem isn't formatted"),
        Some(once) => {
            let again = api::format(SourceId(0), &once, &mut problems);
            assert_eq!(again.as_deref(), Some(once.as_str()), "formatted again");
            let indents = once.lines().count() * 70;
            assert!(once.len() <= 2 * text.len() + indents, "{} bytes become {}", text.len(), once.len());
        }
    }
}

pub(super) fn config(input: &[u8], seen: &mut Seen) {
    through(&language().with("segc.yml", input).with("segments/sample.seg", SAMPLE), None, seen);
}

pub(super) fn catalog(input: &[u8], seen: &mut Seen) {
    let alone = language().with("catalog/all.yml", input).with("segments/sample.seg", SAMPLE);
    through(&every_entity(alone), None, seen);
}

pub(super) fn dialect(input: &[u8], seen: &mut Seen) {
    let config = "name: own\ntargets:\n  mine: {}\n  duckdb: {}\n";
    let files = language().with("segc.yml", config).with("segments/sample.seg", SAMPLE);
    through(&files.with("dialects/mine.yml", input), None, seen);
}

/// A segment for each entity that a catalog declares, so that it is compiled whatever it is called.
fn every_entity(files: Memory) -> Memory {
    let (session, _) = open_files(&files, &Options::default());
    let name = |(at, entity): (usize, &segc::catalog::Entity)| {
        let fields: Vec<String> = entity
            .fields
            .iter()
            .filter(|field| !matches!(field.ty, Type::Array(_)))
            .take(8)
            .map(|field| format!("`{}` is present", field.name))
            .collect();
        let links = entity.links.iter().take(4).map(|link| match link.many {
            true => format!("exists(`{}`)", link.name),
            false => format!("`{}` in segment all_{}", link.name, link.to.0),
        });
        let conditions: Vec<String> = fields.into_iter().chain(links).collect();
        let rule =
            if conditions.is_empty() { String::new() } else { format!("where {}", conditions.join(" and ")) };
        format!("segment all_{at} on `{0}` {{}}\nsegment some_{at} on `{0}` {{ {rule} }}\n", entity.name)
    };
    let text: String = session.hir().catalog.entities.iter().take(8).enumerate().map(name).collect();
    files.with("segments/every.seg", text)
}

/// Everything that segc does with a project: every problem shown in every form; for every target, all
/// scripts, parsed back; the members of every segment over made-up rows, and why.
fn through(files: &Memory, only: Option<&str>, seen: &mut Seen) {
    let options = Options { as_of: Some(as_of()), ..Options::default() };
    let (mut session, problems) = open_files(files, &options);
    judge::problems(&session.sources, &problems, seen);
    let ids: Vec<SegmentId> = session
        .hir()
        .iter()
        .filter(|(_, segment)| {
            only.is_none_or(|only| {
                session.sources.locate(segment.name_span).is_some_and(|(path, _)| path == only)
            })
        })
        .map(|(id, _)| id)
        .take(COMPILED)
        .collect();
    let targets = session.targets();
    // Scripts for one of the targets, a SELECT for each: a case takes half the time, and another case
    // has another target.
    let scripted =
        ids.len() + problems.len() + only.map_or(0, |only| files.read(only).map_or(0, |it| it.len()));
    for (at, target) in targets.iter().enumerate() {
        let problems = session.judge(target, &ids, &options);
        judge::problems(&session.sources, &problems, seen);
        if at == scripted % targets.len() {
            scripts(&session, target, &ids, &options, seen);
        }
        for &id in &ids {
            judge_select(&session, target, session.select_sql(target, id, &options), seen);
        }
    }
    judge::problems(&session.sources, &session.findings(), seen);
    for &id in &ids {
        let described = session.describe(id);
        let text = format!("{}{}{}", described.text(), described.tree(), described.markdown());
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(session.description_json(id, &described).is_object());
    }
    let asked = session.asked(&ids);
    assert!(asked.distinct <= asked.measures && asked.scans.len() <= asked.distinct, "{asked:?}");
    evaluate(&mut session, &ids, seen);
}

/// All files of a build, and its statements, parsed back.
fn scripts(session: &Session, target: &str, ids: &[SegmentId], options: &Options, seen: &mut Seen) {
    let (plan, problems) = session.plan(target, ids, options);
    judge::problems(&session.sources, &problems, seen);
    let plan = plan.expect("a target of the project");
    let files = SegmentFiles { create: true, refresh: true, parity: true };
    match session.artifacts(&plan, options, files) {
        Ok(artifacts) => {
            for (_, text) in artifacts.files.iter().filter(|(path, _)| path.ends_with(".json")) {
                serde_json::from_str::<serde_json::Value>(text).expect("a JSON file is JSON");
            }
        }
        Err(problems) => judge::problems(&session.sources, &problems, seen),
    }
    for &id in ids {
        judge_select(session, target, session.select_sql(target, id, &Options::default()), seen);
        judge_select(session, target, session.parity_sql(target, id, options), seen);
    }
    let Some(dialect) = session.dialects().get(&plan.dialect) else { return };
    let place = |_: &str| None;
    for script in [
        sql::create(&plan, dialect, ProgramScope::All, &place),
        sql::refresh(&plan, dialect, ProgramScope::All, &place),
    ] {
        for statement in script.into_iter().flat_map(|script| script.statements) {
            parsed_back(&statement, dialect, seen);
        }
    }
}

/// A SELECT can be read by the target's own parser, or it is refused with problems.
fn judge_select(session: &Session, target: &str, select: Result<String, Diagnostics>, seen: &mut Seen) {
    match select {
        Ok(text) => {
            let dialect = session
                .dialects()
                .iter()
                .find(|dialect| session.targets_of(&dialect.origin).iter().any(|one| one == target));
            let statement = Statement { text, segment: None, phase: Phase::Write, opaque: false, load: None };
            parsed_back(&statement, dialect.expect("a dialect of the target's origin"), seen);
        }
        Err(problems) => judge::problems(&session.sources, &problems, seen),
    }
}

fn parsed_back(statement: &Statement, dialect: &Dialect, seen: &mut Seen) {
    seen.note_sql(&dialect.name, &statement.text);
    parses_back(statement, dialect)
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", dialect.name, statement.text));
}

fn evaluate(session: &mut Session, ids: &[SegmentId], seen: &mut Seen) {
    let data = rows::made_up(&session.hir().catalog);
    let mut evaluator = Evaluator::new(session.hir(), &data, as_of());
    for &id in ids {
        match evaluator.members(id) {
            Ok(members) => seen.note(("members", members.len().min(3))),
            Err(
                error @ (EvalError::IllTyped(_)
                | EvalError::Missing(_)
                | EvalError::TooDeep(_)
                | EvalError::Cycle(_)
                | EvalError::Unknown),
            ) => {
                panic!("what was checked can't be evaluated: {error}")
            }
            Err(error) => seen.note(std::mem::discriminant(&error)),
        }
        let entity = session.hir().segment(id).entity;
        let Some(key) = rows::first_key(&data, entity) else { continue };
        let question = Question { segment: id, key: &key, deep: true };
        match session.why_row(&question, &data, as_of()) {
            Ok(why) => {
                assert!(why.json().to_string().len() + why.sentence().len() > 0, "an answer says something")
            }
            Err(problems) => judge::problems(&session.sources, &problems, seen),
        }
    }
}
