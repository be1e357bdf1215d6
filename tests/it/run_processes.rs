//! Real `segc run` processes: what they print and how they end, killed at any moment, or two at
//! once.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support;
use crate::support::project::{Project, root, untimed};
use crate::support::target::{Keys, Running, Target};
use jiff::Timestamp;
use segc::engine::{DuckDb, Engine, tables_of};

fn segc(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    command.arg("-C").arg(project).args(arguments).env_remove("NO_COLOR").env("COLUMNS", "100");
    command
}

/// Exit code, stdout, stderr.
fn outcome(project: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = segc(project, arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (status.code().expect("it ends by itself"), text(stdout), text(stderr))
}

fn init() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    assert!(command.current_dir(folder.path()).arg("init").output().expect("it runs").status.success());
    folder
}

const AS_OF: &str = "2026-11-01T00:00:00Z";

#[test]
fn failures_are_reported_resumed_and_verified() {
    let project = init();
    let root = project.path();
    let write = |text: &str| std::fs::write(root.join("segments/odd.seg"), text).expect("it can be written");
    write(
        "segment odd on customer { where count(orders) * 9_000_000_000_000_000_000 > 3 }\n\
         segment odder on customer extends odd { where country = \"US\" }\n",
    );
    let db = root.join("shop.db").display().to_string();
    let (code, out, err) =
        outcome(root, &["run", "--db", &db, "--load", "--as-of", AS_OF, "+odder", "buyers"]);
    assert_eq!(code, 3, "{err}");
    assert_eq!(
        untimed(&out),
        [
            "SEGMENT MEMBERS ENTERED LEFT STATUS TIME",
            "buyers 9 9 0 built",
            "odd - - - failed",
            "odder - - - skipped: needs odd"
        ]
    );
    assert!(err.contains("segment `odd` failed") && err.contains("segments/odd.seg:1:9"), "{err}");
    assert!(err.contains("1 segment was skipped, because of `odd`: odder"), "{err}");
    let arguments = ["run", "--db", &db, "--as-of", AS_OF, "odder", "--message-format", "json"];
    let (code, _, err) = outcome(root, &arguments);
    let codes: Vec<String> = err
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("an object a line")["code"].to_string()
        })
        .collect();
    assert_eq!((code, codes.join(" ").as_str()), (3, "\"SEG703\" \"SEG731\""), "{err}");

    write(
        "segment odd on customer { where count(orders) > 3 }\n\
         segment odder on customer extends odd { where country = \"US\" }\n",
    );
    let resumed = outcome(root, &["run", "--db", &db, "--resume", "--verify", "+odder", "buyers"]);
    assert_eq!((resumed.0, resumed.2.as_str()), (0, "as of 2026-11-01T00:00:00Z\n"));
    let table = untimed(&resumed.1);
    assert_eq!(table[..2], ["SEGMENT MEMBERS ENTERED LEFT STATUS PARITY TIME", "buyers 9 - - kept ok"]);
    assert!(table[2].starts_with("odd ") && table[2].ends_with("built ok"), "{table:?}");
    let again = outcome(root, &["run", "--db", &db, "--resume", "+odder", "buyers"]);
    assert!(again.2.ends_with("nothing left to do: every table is as of 2026-11-01T00:00:00Z\n"));

    let by_hand = |statement: &str| {
        let mut engine = DuckDb::open(Some(Path::new(&db))).expect("nobody has it open");
        let first = "WHERE customer_id = (SELECT MIN(customer_id) FROM segments.buyers)";
        engine.execute(&format!("{statement} {first}")).expect("a row");
    };
    // There are fewer than were recorded.
    by_hand("DELETE FROM segments.buyers");
    let (code, out, err) = outcome(root, &["run", "--db", &db, "--resume", "--verify", "buyers"]);
    assert_eq!(code, 0, "{err}");
    assert!(untimed(&out)[1].starts_with("buyers 9 1 0 ok"), "{out}");
    by_hand("DELETE FROM segments.buyers");
    assert_eq!(outcome(root, &["run", "--db", &db, "--refresh", "--verify", "buyers"]).0, 0);
    // Of one member put in the place of another nothing tells; a full evaluation mends it.
    by_hand("UPDATE segments.buyers SET customer_id = 999");
    let (code, out, err) = outcome(root, &["run", "--db", &db, "--resume", "--verify", "buyers"]);
    assert_eq!(code, 3, "as of then, and kept");
    assert!(
        untimed(&out)[1].starts_with("buyers 9 kept 1 missing (") && out.contains("1 extra (999)"),
        "{out}"
    );
    assert!(err.contains("SEG733") && err.contains("segments/value.seg"), "{err}");
    assert_eq!(outcome(root, &["run", "--db", &db, "--refresh", "--verify", "buyers"]).0, 3);
    let (code, _, err) = outcome(root, &["run", "--db", &db, "--verify"]);
    assert_eq!(code, 0, "create inserts who is missing: {err}");
    assert_eq!(outcome(root, &["run", "--resume"]).0, 2, "in memory there is nothing to resume");
}

#[test]
fn missing_tables_stop_a_run_before_it_builds() {
    let project = init();
    let root = project.path();
    let db = root.join("shop.db").display().to_string();
    assert_eq!(outcome(root, &["run", "--db", &db, "--load", "do_not_contact"]).0, 0);
    DuckDb::open(Some(Path::new(&db))).expect("it opens").execute("DROP TABLE orders").expect("it is there");
    let (code, out, err) = outcome(root, &["run", "--db", &db, "do_not_contact", "buyers", "--as-of", AS_OF]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("SEG740") && err.contains("`orders`"), "{err}");
}

/// The example shop in a file, and the members that it has at its instant.
struct Shop {
    project: Project,
    folder: tempfile::TempDir,
}

const EARLIER: &str = "2026-03-01T00:00:00Z";

impl Shop {
    /// Loaded, and built at an earlier instant.
    fn new() -> Self {
        let (project, folder) = (Project::shop(), tempfile::tempdir().expect("a temporary folder"));
        let shop = Self { project, folder };
        let built = shop.outcome("filled.db", &["--load", "--as-of", EARLIER]);
        assert_eq!(built.0, 0, "{}", built.2);
        shop
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    fn command(&self, file: &str, arguments: &[&str]) -> Command {
        segc(&root().join("examples/shop"), &[&["run", "--db", &self.path(file)], arguments].concat())
    }

    fn outcome(&self, file: &str, arguments: &[&str]) -> (i32, String, String) {
        let (path, shop) = (self.path(file), root().join("examples/shop"));
        outcome(&shop, &[&["run", "--db", &path], arguments].concat())
    }

    fn copy(&self, to: &str) {
        std::fs::copy(self.path("filled.db"), self.path(to)).expect("it is there");
    }

    /// Every table's members.
    fn members(&self, file: &str) -> Vec<(String, Keys)> {
        let engine = DuckDb::open(Some(Path::new(&self.path(file)))).expect("nobody has it open");
        let mut target = Target { name: "duckdb", engine: Running::Duck(engine) };
        members(&self.project, &mut target)
    }
}

fn members(project: &Project, target: &mut Target) -> Vec<(String, Keys)> {
    let session = project.open(None);
    let plan = support::target::plan(&session, target.name, &segc::api::Options::default());
    let read = |segment: &segc::plan::SegmentPlan| {
        let members = target.members(segment);
        (segment.name.clone(), members.unwrap_or_else(|error| panic!("{}: {error}", segment.name)))
    };
    support::target::tables(&plan).map(read).collect()
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn runs_resume_after_a_kill_at_any_moment() {
    let shop = Shop::new();
    let as_of = shop.project.as_of.to_string();
    shop.copy("clean.db");
    let start = Instant::now();
    assert_eq!(shop.outcome("clean.db", &["--as-of", &as_of]).0, 0);
    let whole = start.elapsed();
    let expected = shop.members("clean.db");
    let before = shop.members("filled.db");
    assert_ne!(expected, before, "the run changes members");
    let mut midway = 0;
    // Some moments are between two transactions, of which a run has few.
    for round in 0..60_u32 {
        if round >= 8 && midway > 0 {
            break;
        }
        shop.copy("killed.db");
        let mut child = spawn(shop.command("killed.db", &["--as-of", &as_of]));
        // All over the run, in no order: the golden ratio's multiples.
        let moment = f64::from(round * 618 % 1000) / 1000.0;
        std::thread::sleep(whole.mul_f64(moment));
        child.kill().expect("it is a child of this process");
        child.wait().expect("it ends");
        // Without an instant, it is the newest run that has got anywhere.
        let (code, out, err) = shop.outcome("killed.db", &["--resume"]);
        assert_eq!(code, 0, "{err}");
        let standing = if err.contains(&format!("as of {as_of}")) { &expected } else { &before };
        assert!(shop.members("killed.db") == *standing, "round {round}: {out}");
        // Two are views, which are made again in any case.
        let (kept, built) = (out.contains(" kept"), out.matches(" built").count() > 2);
        midway += u32::from(kept && built && std::ptr::eq(standing, &expected));
        // With one, it is that run.
        let (code, out, err) = shop.outcome("killed.db", &["--resume", "--as-of", &as_of]);
        assert_eq!((code, shop.members("killed.db") == expected), (0, true), "round {round}: {out}{err}");
    }
    assert!(midway > 0, "no run was killed in its midst");
}

#[test]
fn two_runs_on_one_file_do_not_interfere() {
    let shop = Shop::new();
    let held = DuckDb::open(Some(Path::new(&shop.path("filled.db")))).expect("it opens");
    let (code, out, err) = shop.outcome("filled.db", &["--as-of", EARLIER]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("SEG702") && err.contains("is in use by another program"), "{err}");
    drop(held);
    let before = shop.members("filled.db");
    // Two at the same moment: at least one does its work, and no other harm is done.
    let run = || spawn(shop.command("filled.db", &["--as-of", EARLIER, "--message-format", "json"]));
    let mut both = [run(), run()];
    let codes: Vec<Option<i32>> =
        both.iter_mut().map(|child| child.wait().expect("it ends").code()).collect();
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}");
    assert!(shop.members("filled.db") == before);
}

/// The example shop on a server.
fn served() -> Option<(Project, support::postgres::Postgres)> {
    let (project, mut server) = (Project::shop(), support::postgres::database()?);
    let session = project.open(None);
    let catalog = &session.hir().catalog;
    let filled = support::data::copy_csv_folder(&mut server, catalog, "postgres", &project.data);
    assert_eq!(filled.len(), tables_of(catalog, "postgres").expect("one type per column").len());
    Some((project, server))
}

#[test]
fn the_second_run_on_a_server_waits_or_fails() {
    let Some((project, mut server)) = served() else { return };
    let shop = root().join("examples/shop");
    let address = server.address().to_owned();
    let run = ["run", "--db", &address, "do_not_contact"];
    assert!(server.hold("segments", false).expect("it answers"));
    let (code, out, err) = outcome(&shop, &[&run[..], &["--no-wait"]].concat());
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("SEG730") && err.contains("the schema `segments`"), "{err}");

    let mut waiting =
        segc(&shop, &run).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut told = BufReader::new(waiting.stderr.take().expect("it is piped"));
    let mut line = String::new();
    told.read_line(&mut line).expect("it says something");
    assert_eq!(line, "another run is in progress in this database: waiting for it to end\n");
    std::thread::sleep(Duration::from_millis(300));
    assert!(waiting.try_wait().expect("a child").is_none(), "it waits");
    let now = server.query("SELECT CLOCK_TIMESTAMP()").expect("it answers").rows[0][0].to_string();
    server.release("segments").expect("it answers");
    assert!(waiting.wait().expect("it ends").success());
    let mut rest = String::new();
    told.read_to_string(&mut rest).expect("text");
    let as_of = rest.trim().strip_prefix("as of ").and_then(|rest| rest.lines().next()).expect(&rest);
    let as_of: Timestamp = as_of.parse().expect("an instant");
    assert!(as_of > now.parse().expect("an instant"), "the clock is read after the wait");

    // Really at once, several times: each has its turn.
    for _ in 0..3 {
        let as_of = project.as_of.to_string();
        let run = || spawn(segc(&shop, &["run", "--db", &address, "--as-of", &as_of, "--verify"]));
        let mut all = [run(), run(), run()];
        assert!(all.iter_mut().all(|child| child.wait().expect("it ends").success()));
    }
    let mut target = Target { name: "postgres", engine: Running::Postgres(Box::new(server)) };
    for (name, members) in members(&project, &mut target) {
        let by_hand = target.keys(&project.by_hand(&name).0).expect("the query by hand");
        assert!(members == by_hand, "{name}");
    }
}

/// A run that is killed holds nothing, and what it was at is as it was before.
#[test]
fn runs_on_a_server_resume_after_a_kill() {
    let Some((project, server)) = served() else { return };
    let (shop, address, as_of) =
        (root().join("examples/shop"), server.address().to_owned(), project.as_of.to_string());
    let run = ["run", "--db", &address, "--as-of", &as_of];
    let mut target = Target { name: "postgres", engine: Running::Postgres(Box::new(server)) };
    for round in 1..=4_u64 {
        target.must("DROP SCHEMA IF EXISTS segments CASCADE");
        let mut child = spawn(segc(&shop, &run));
        std::thread::sleep(Duration::from_millis(150 * round));
        child.kill().expect("it is a child of this process");
        child.wait().expect("it ends");
        let (code, out, err) = outcome(&shop, &[&run[..], &["--resume", "--verify"]].concat());
        assert_eq!(code, 0, "{out}{err}");
    }
    for (name, members) in members(&project, &mut target) {
        let by_hand = target.keys(&project.by_hand(&name).0).expect("the query by hand");
        assert!(members == by_hand, "{name}");
    }
}

/// A program on a pseudo-terminal of 100 columns: what it writes there.
fn on_a_terminal(project: &Path, arguments: &[&str]) -> String {
    let program = assert_cmd::cargo::cargo_bin("segc");
    let mut command = Command::new("python3");
    command.args(["-c", "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"]);
    command.arg(program).arg("-C").arg(project).args(arguments);
    command.env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
    let output = command.output().expect("Python runs");
    let text = String::from_utf8(output.stdout).expect("text is UTF-8");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Without the lines of progress, each of which the next one replaces, and without times.
fn shown_rows(written: &str) -> Vec<String> {
    let lines = written.lines().map(|line| line.rsplit("\u{1b}[K").next().unwrap_or(line));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .map(|line| timeless(&line))
        .collect()
}

/// A row without the time, which is in its middle.
fn timeless(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let unit = words.iter().position(|word| matches!(*word, "ms" | "s"));
    let kept =
        words.iter().enumerate().filter(|(at, _)| unit.is_none_or(|unit| *at != unit && *at + 1 != unit));
    kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

#[test]
fn rows_appear_on_a_terminal_as_segments_are_built() {
    let project = init();
    let root = project.path();
    std::fs::write(
        root.join("segments/more.seg"),
        "segment buyers_us on customer extends buyers { where country = \"US\" }\n",
    )
    .expect("it can be written");
    let db = root.join("shop.db").display().to_string();
    let segments = ["buyers", "buyers_us"];
    let mut arguments = vec!["run", "--db", &db, "--load", "--as-of", AS_OF];
    arguments.extend(segments);
    let written = on_a_terminal(root, &arguments);
    assert_eq!(
        shown_rows(&written),
        ["SEGMENT MEMBERS ENTERED LEFT TIME STATUS", "buyers 9 9 0 built", "buyers_us 3 3 0 built"],
        "{written:?}"
    );
    let mut arguments = vec!["run", "--db", &db, "--refresh", "--as-of", "2026-11-02T00:00:00Z"];
    arguments.extend(segments);
    arguments.push("rising");
    let refreshed = shown_rows(&on_a_terminal(root, &arguments));
    assert!(refreshed.contains(&"buyers 9 0 0 refreshed".to_owned()), "{refreshed:?}");
    assert!(refreshed.iter().any(|row| row.starts_with("rising 4 4 0 rebuilt: ")), "{refreshed:?}");
}
