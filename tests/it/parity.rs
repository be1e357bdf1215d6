//! The SELECT that compares a table with a fresh evaluation: it returns no rows if the table is
//! correct, and the missing or extra keys if something has tampered with it.

use std::collections::BTreeMap;

use crate::support;
use crate::support::given::Given;
use crate::support::project::{Project, at, instant, open, said};
use crate::support::target::{Target, build, plan, tables};
use segc::api::{Options, Ran, RunRequest, Session};
use segc::catalog::Storage;
use segc::diagnostic::{SourceId, Span};
use segc::engine::{Cell, DataTable, TableColumn, tables_of};
use segc::plan::SegmentPlan;
use segc::plan::program::Phase;
use segc::project::Memory;
use segc::sql::{Statement, parses_back};
use segc::types::Type;

fn parity(session: &Session, target: &str, segment: &str) -> String {
    let id = session.hir().find(segment).expect("a segment");
    session
        .parity_sql(target, id, &Options::default())
        .unwrap_or_else(|problems| panic!("{segment}: {}", said(&problems)))
}

fn run(session: &Session, target: &mut Target, as_of: &str, verify: bool) -> Ran {
    let (options, segments) = (at(instant(as_of)), session.select(&[]).expect("all segments"));
    let request = RunRequest {
        target: target.name,
        segments: &segments,
        options: &options,
        refresh: false,
        resume: verify,
        verify,
        fail_fast: false,
        wait: false,
        check_clock: false,
    };
    let ran = session.run(&request, target.engine(), &mut |_| {});
    ran.unwrap_or_else(|problems| panic!("{}: {}", request.target, said(&problems)))
}

#[test]
fn tables_of_the_examples_equal_a_fresh_evaluation() {
    for project in Project::examples() {
        let session = project.open(None);
        for mut target in Target::all() {
            target.load(&session, &project.data);
            let plan = plan(&session, target.name, &at(project.as_of));
            target.run(&build(&session, &plan, false)).expect("they are built");
            let mut asked = 0;
            for segment in tables(&plan) {
                let sql = parity(&session, target.name, &segment.name);
                let rows = target.rows(&sql).unwrap_or_else(|error| panic!("{}: {error}", segment.name));
                assert_eq!(rows, Vec::<Vec<String>>::new(), "{} on {}", segment.name, target.name);
                // As nobody is a member of nothing, what is compared must be a real evaluation.
                let table = segment.table.join(".");
                if !target.rows(&format!("SELECT * FROM {table}")).expect("a table").is_empty() {
                    target.must(&format!("DELETE FROM {table}"));
                    let missing = target.rows(&sql).expect("it can be asked");
                    assert!(!missing.is_empty(), "{}", segment.name);
                    assert!(missing.iter().all(|row| row[0] == "missing"), "{}", segment.name);
                    asked += 1;
                }
            }
            assert!(asked > 3, "only {asked} tables have members");
        }
    }
}

#[test]
fn parity_checks_parse_in_every_dialect() {
    for project in Project::examples() {
        let session = project.open(None);
        for name in session.targets() {
            let plan = plan(&session, &name, &Options::default());
            let dialect = session.dialects().get(&plan.dialect).expect("its dialect");
            for segment in tables(&plan) {
                let text = parity(&session, &name, &segment.name);
                let phase = Phase::Check;
                let statement = Statement { text, segment: None, phase, opaque: false, load: None };
                assert_eq!(parses_back(&statement, dialect), Ok(()), "{name}: {}", statement.text);
            }
        }
    }
}

#[test]
fn parity_checks_are_written_per_table_and_printed_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let segc = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("segc").expect("the program is built");
        let output = command.current_dir(folder.path()).args(arguments).output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(segc(&["init"]).0, Some(0));
    let view = "segment americans on customer { materialize: view where country = \"US\" }\n";
    std::fs::write(folder.path().join("segments/americans.seg"), view).expect("it can be written");
    assert_eq!(segc(&["compile", "--parity", "--target", "postgres"]).0, Some(0));
    let read = |path: &str| std::fs::read_to_string(folder.path().join("target/postgres").join(path));
    let manifest: serde_json::Value =
        serde_json::from_str(&read("manifest.json").expect("it is written")).expect("it is JSON");
    for segment in manifest["segments"].as_array().expect("a list") {
        let name = segment["name"].as_str().expect("a name");
        let written = segment["scripts"]["parity"].as_str().map(|path| read(path).expect("it is written"));
        assert_eq!(written.is_some(), name != "americans", "{name}");
        let (code, out, err) = segc(&["compile", name, "--parity", "--target", "postgres"]);
        match written {
            Some(text) => {
                assert!(text.starts_with("-- Compares a segment's table with a fresh evaluation"), "{text}");
                assert!(text.ends_with(&format!("\n{};\n", out.trim_end())), "{name}");
            }
            None => assert!(code == Some(2) && err.contains("SEG874"), "{err}"),
        }
    }
    assert_eq!(segc(&["compile"]).0, Some(0));
    assert!(read("segments/buyers.parity.sql").is_err(), "only if requested");
}

/// A table of segments' schema as rows: keys as text, and instants.
fn given(name: Vec<String>, columns: &[(&str, Type)], rows: Vec<Vec<String>>) -> Given {
    let column = |(name, ty): &(&str, Type)| TableColumn {
        name: (*name).to_owned(),
        ty: ty.clone(),
        storage: Storage::Native,
        nullable: true,
        span: Span::new(SourceId(0), 0, 0),
        parts: Vec::new(),
    };
    let columns = columns.iter().map(column).collect();
    let rows = rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect();
    Given { table: DataTable { name, entities: Vec::new(), columns, events: Vec::new() }, rows }
}

/// Queries without scripts, so that engines can be asked that run no scripts here. Some segments
/// are enough: two of these engines are slow.
#[test]
fn parity_checks_run_on_every_engine() {
    let project = Project::web_analytics();
    let session = project.open(None);
    let as_of = project.as_of;
    for mut engine in support::engine::available() {
        let target = engine.target();
        let sources = support::given::from_files(target, &session.hir().catalog, &project.data);
        let plan = plan(&session, target, &at(as_of));
        let reads_clock = |segment: &&SegmentPlan| {
            segment.kept.retention.is_none() && parity(&session, target, &segment.name).contains("FROM clock")
        };
        let compared: Vec<_> = tables(&plan).filter(reads_clock).step_by(8).collect();
        assert!(compared.len() > 2, "only {} segments", compared.len());
        let selects: Vec<String> = compared
            .iter()
            .map(|segment| session.select_sql(target, segment.id, &at(as_of)).expect("it can be written"))
            .collect();
        let asked: Vec<String> =
            compared.iter().map(|segment| parity(&session, target, &segment.name)).collect();
        engine.load(&sources);
        let members = engine.queries(&selects);
        let told = |rows: &[Vec<Cell>]| -> Vec<Vec<String>> {
            let mut rows: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
            rows.sort();
            rows
        };
        // One table that all share, or one of each, as the target has it.
        let mut runs: BTreeMap<Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
        for segment in &compared {
            let run = vec![segment.name.clone(), as_of.to_string()];
            runs.entry(segment.kept.tables.runs.clone()).or_default().push(run);
        }
        let columns = [("segment", Type::String), ("as_of", Type::Timestamp)];
        let runs: Vec<Given> = runs.into_iter().map(|(name, rows)| given(name, &columns, rows)).collect();
        // First as it should be, then without anybody.
        for full in [true, false] {
            let stored = compared.iter().zip(&members).map(|(segment, members)| {
                let columns: Vec<_> =
                    segment.keys.iter().map(|key| (key.name.as_str(), key.ty.clone())).collect();
                let rows = if full { told(members.as_ref().expect("it runs")) } else { Vec::new() };
                given(segment.table.clone(), &columns, rows)
            });
            let all: Vec<Given> = sources.iter().chain(&runs).cloned().chain(stored).collect();
            engine.load(&all);
            for ((segment, members), found) in compared.iter().zip(&members).zip(engine.queries(&asked)) {
                let found = found.unwrap_or_else(|error| panic!("{}, {target}: {error}", segment.name));
                let missing = told(members.as_ref().expect("it runs")).into_iter().filter(|_| !full);
                let missing: Vec<Vec<String>> =
                    missing.map(|key| [vec!["missing".to_owned()], key].concat()).collect();
                assert_eq!(told(&found), missing, "{} on {target}", segment.name);
            }
        }
    }
}

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    fields:
      id: integer
      active: boolean
      blocked: boolean
  line:
    table: lines
    key: [difference, total, place]
    fields:
      difference: string
      total: integer
      place: date
      big: boolean
";

/// `held` remembers; `calls` reads its table. `lines` has a key whose parts are called as the
/// columns of the comparison are.
const SEGMENTS: &str = "
segment held on customer { expire: 14 days where active exclude where blocked }
segment calls on customer { where in segment held }
segment idle on customer { where not active }
segment lines on line { where big }
segment live on customer { materialize: view where active }
";

const FIRST: &str = "2026-03-20T12:00:00Z";
const SECOND: &str = "2026-03-25T12:00:00Z";

fn session() -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\ntimezone: Europe/London\nschema: segments\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    open(&files)
}

fn filled(mut target: Target, session: &Session) -> Target {
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.run(&table.create_statements()).expect("new tables");
    }
    for id in 1..=20 {
        target.must(&format!("INSERT INTO customers VALUES ({id}, {}, FALSE)", id <= 8));
    }
    target.must(
        "INSERT INTO lines VALUES ('a', 1, DATE '2026-01-31', TRUE), ('a', 2, DATE '2026-01-31', TRUE)",
    );
    target
}

/// What is reported about each table, and the problems.
fn told(ran: &Ran) -> (Vec<String>, Vec<String>) {
    let parity = ran.segments.iter().filter_map(|one| Some((&one.segment, one.parity.as_ref()?)));
    let parity = parity.map(|(name, parity)| format!("{name}: {parity}")).collect();
    (parity, ran.problems.iter().map(|problem| problem.code.to_owned()).collect())
}

#[test]
fn tampered_tables_are_detected() {
    for target in Target::all() {
        let session = session();
        let mut target = filled(target, &session);
        run(&session, &mut target, FIRST, false);
        let right = ["held: ok", "idle: ok", "lines: ok", "calls: ok"].map(str::to_owned).to_vec();
        assert_eq!(told(&run(&session, &mut target, FIRST, true)), (right, Vec::new()));

        target.must("DELETE FROM segments.idle WHERE id > 12");
        target.must("INSERT INTO segments.idle SELECT id, entered_at FROM segments.held");
        target.must("DELETE FROM segments.held WHERE id = 2");
        target.must("INSERT INTO segments.held (id, entered_at) SELECT id, entered_at FROM segments.idle WHERE id = 9");
        target.must("UPDATE segments.lines SET total = 7 WHERE total = 2");
        let ran = run(&session, &mut target, FIRST, true);
        let (parity, codes) = told(&ran);
        assert_eq!(
            parity,
            [
                "held: 1 missing (2), 1 extra (9)",
                "idle: 8 missing (13, 14, 15, 16, 17, …), 8 extra (1, 2, 3, 4, 5, …)",
                "lines: 1 missing (a/2/2026-01-31), 1 extra (a/7/2026-01-31)",
                // It is compared with the table of `held`, as it is built from it.
                "calls: 1 missing (9), 1 extra (2)",
            ],
            "{}",
            target.name
        );
        assert_eq!(codes, ["SEG733"; 4]);
        let problem = ran.problems.iter().find(|one| one.message.contains("`held`")).expect("it is told");
        assert!(problem.span.is_some() && problem.message.ends_with(": 1 missing (2), 1 extra (9)"));
    }
}

#[test]
fn parity_compares_only_matches_of_segments_with_expire() {
    for target in Target::all() {
        let session = session();
        let mut target = filled(target, &session);
        run(&session, &mut target, FIRST, false);
        target.must("UPDATE customers SET active = FALSE WHERE id IN (1, 2)");
        run(&session, &mut target, SECOND, false);
        let held = "SELECT id FROM segments.held WHERE expires_at IS NOT NULL";
        assert_eq!(target.rows(held).expect("a table").concat(), ["1", "2"]);
        assert_eq!(told(&run(&session, &mut target, SECOND, true)).1, Vec::<String>::new());

        // 1 is held no more, but as one who matches; 3 as one who doesn't.
        target.must("UPDATE segments.held SET expires_at = NULL WHERE id = 1");
        target.must(&format!("UPDATE segments.held SET expires_at = TIMESTAMPTZ '{FIRST}' WHERE id = 3"));
        let (parity, codes) = told(&run(&session, &mut target, SECOND, true));
        assert_eq!(parity[0], "held: 1 missing (3), 1 extra (1)", "{}", target.name);
        assert_eq!(codes, ["SEG733"]);
    }
}

#[test]
fn parity_uses_the_as_of_of_the_last_run() {
    let segments = "segment fresh on order { where at during last 1 day }\n";
    let catalog =
        "entities: { order: { table: orders, key: id, time: at, fields: { id: integer, at: timestamp } } }\n";
    let files = Memory::new()
        .with("segc.yml", "name: lab\ntimezone: UTC\nschema: segments\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments);
    let session = open(&files);
    for mut target in Target::all() {
        for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
        target.must("INSERT INTO orders VALUES (1, TIMESTAMPTZ '2026-03-20 00:00:00+00')");
        run(&session, &mut target, FIRST, false);
        let sql = parity(&session, target.name, "fresh");
        assert_eq!(target.rows(&sql).expect("it can be asked"), Vec::<Vec<String>>::new());
        target.must("INSERT INTO orders VALUES (2, TIMESTAMPTZ '2026-03-20 00:00:01+00')");
        assert_eq!(target.rows(&sql).expect("it can be asked"), [["missing", "2"]]);
    }
}
