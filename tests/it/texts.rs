//! The texts that segc writes: sqlparser can read each of them on all targets, and they are always
//! the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::project::{Project, at, root};
use crate::support::target::{plan, script, stored};
use assert_cmd::Command;
use segc::api::{Options, SegmentFiles, Session};
use segc::plan::program::{Phase, ProgramScope};
use segc::sql::{Statement, parses_back};

fn forms(project: &Project) -> [(&'static str, Options); 2] {
    [("literal", at(project.as_of)), ("clock", Options::default())]
}

/// Every statement of every script and SELECT of a project for a target.
fn statements(session: &Session, target: &str, options: &Options) -> Vec<Statement> {
    let plan = plan(session, target, options);
    let mut all = Vec::new();
    for refresh in [false, true] {
        all.extend(script(session, &plan, ProgramScope::All, refresh).statements);
        for segment in stored(&plan) {
            all.extend(script(session, &plan, ProgramScope::One(segment), refresh).statements);
        }
    }
    for (id, segment) in session.hir().iter() {
        let text = session.select_sql(target, id, options).expect("a SELECT");
        let segment = Some(segment.name.clone());
        all.push(Statement { text, segment, phase: Phase::Write, opaque: false, load: None });
    }
    all
}

fn projects() -> Vec<Project> {
    let mut projects: Vec<Project> = Project::examples().into();
    projects.push(Project::online_retail(root().join("nowhere")));
    projects
}

#[test]
fn statements_survive_a_round_trip_on_every_target() {
    for project in projects() {
        let session = project.open(None);
        for target in session.targets() {
            let plan = plan(&session, &target, &Options::default());
            let dialect = session.dialects().get(&plan.dialect).expect("the target's dialect");
            for (form, options) in forms(&project) {
                let all = statements(&session, &target, &options);
                assert!(all.len() > session.hir().segments.len() * 4, "{} on {target}", project.name);
                for statement in all {
                    if let Err(error) = parses_back(&statement, dialect) {
                        let name = project.name;
                        panic!("{name}, {target}, {form}: {error}\n{}", statement.text);
                    }
                }
            }
        }
    }
}

#[test]
fn builds_are_deterministic() {
    for project in projects() {
        let (one, other) = (project.open(None), project.open(None));
        for target in one.targets() {
            for (form, options) in forms(&project) {
                let files = |session: &Session| {
                    let plan = plan(session, &target, &options);
                    session
                        .artifacts(
                            &plan,
                            &options,
                            SegmentFiles { create: true, refresh: true, parity: true },
                        )
                        .expect("artifacts")
                        .files
                };
                let (one, other) = (files(&one), files(&other));
                assert!(one.len() > 4, "{} on {target}: {} files", project.name, one.len());
                for (path, text) in &one {
                    let same = other.get(path) == Some(text);
                    assert!(same, "{}, {target}, {form}: {path} differs", project.name);
                }
                assert_eq!(one.len(), other.len());
            }
        }
    }
}

#[test]
fn builds_do_not_depend_on_the_number_of_threads() {
    for project in ["examples/shop", "examples/flags", "examples/web-analytics"] {
        let compiled = |threads: Option<&str>| {
            let folder = tempfile::tempdir().expect("a folder");
            let mut command = Command::cargo_bin("segc").expect("the program is built");
            command.arg("-C").arg(root().join(project)).arg("compile").arg("--out").arg(folder.path());
            match threads {
                Some(threads) => command.env("RAYON_NUM_THREADS", threads),
                None => command.env_remove("RAYON_NUM_THREADS"),
            };
            command.assert().success();
            let mut files = BTreeMap::new();
            read(folder.path(), folder.path(), &mut files);
            files
        };
        let one = compiled(Some("1"));
        assert!(one.len() > 4 * 4, "{project}: {:?}", one.keys());
        for threads in [None, Some("7")] {
            let other = compiled(threads);
            assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
            for (path, bytes) in &one {
                assert!(other[path] == *bytes, "{project}: {path} differs with {threads:?} threads");
            }
        }
    }
}

/// Every file below a folder, by its path from the root.
fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            files.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
}

fn shop_select(segment: &str) -> String {
    let project = Project::examples().into_iter().find(|project| project.name == "shop").expect("the shop");
    let session = project.open(None);
    let id = session.hir().find(segment).expect("a segment of the shop");
    session.select_sql("postgres", id, &at(project.as_of)).expect("a SELECT")
}

#[test]
fn conditions_inside_or_become_joins() {
    let sql = shop_select("do_not_contact");
    assert!(sql.contains("LEFT JOIN complaints_last_1_year ON"), "{sql}");
    assert!(sql.contains("OR complaints_last_1_year.customer_id IS NOT NULL"), "{sql}");
    assert!(!sql.contains("EXISTS"), "{sql}");
    let sql = shop_select("never_ordered");
    assert!(sql.contains("WHERE NOT EXISTS"), "{sql}");
}

#[test]
fn and_inside_or_is_parenthesized() {
    let sql = shop_select("open_complaints");
    assert!(sql.contains("OR (\n    c.resolved_on IS NULL\n    AND DATE '2026-03-31' - "), "{sql}");
}
