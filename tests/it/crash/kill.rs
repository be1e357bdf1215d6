//! Processes that are killed in a script, at each of its `crash_points`.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use segc::engine::{DuckDb, Engine, Postgres};
use serde_json::{Value, json};

use crate::crash::{Lab, THIRD};
use crate::support::postgres;
use crate::support::target::{Running, Target, crash_points};

/// Where the process to be killed finds what it has to do.
const TASK: &str = "SEGC_TASK";

/// The part of the process: begins a script, says so, and waits for its end.
#[test]
#[ignore = "the other tests of this file start it"]
fn as_a_process() {
    let Some(task) = std::env::var_os(TASK) else { return };
    let task: Value = serde_json::from_slice(&std::fs::read(task).expect("a file")).expect("it is JSON");
    let text = |name: &str| task[name].as_str().expect("a text").to_owned();
    let mut engine: Box<dyn Engine> = match text("engine").as_str() {
        "duckdb" => Box::new(DuckDb::open(Some(Path::new(&text("place")))).expect("the file opens")),
        _ => Box::new(Postgres::connect(&text("place")).expect("the server answers")),
    };
    for statement in task["statements"].as_array().expect("a list") {
        engine.execute(statement.as_str().expect("a text")).expect("it runs");
    }
    println!("begun");
    std::io::stdout().flush().expect("somebody listens");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

/// Has a process begin a script, and kills it there.
fn killed(engine: &str, place: &str, statements: &[String], folder: &Path) {
    let task = folder.join("task.json");
    let text = json!({ "engine": engine, "place": place, "statements": statements }).to_string();
    std::fs::write(&task, text).expect("it can be written");
    let program = std::env::current_exe().expect("this program");
    let mut child: Child = Command::new(program)
        .args(["crash::kill::as_a_process", "--exact", "--ignored", "--nocapture"])
        .env(TASK, &task)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let begun = said.map_while(Result::ok).any(|line| line.ends_with("begun"));
    child.kill().expect("it is a child of this process");
    let output = child.wait_with_output().expect("it ends");
    assert!(begun, "{engine}: {}", String::from_utf8_lossy(&output.stderr));
}

fn opened(file: &Path) -> Target {
    let engine = DuckDb::open(Some(file)).expect("what a killed process leaves can be opened");
    Target { name: "duckdb", engine: Running::Duck(engine) }
}

#[test]
fn files_are_refreshed_after_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().expect("a folder");
    let (prepared, file) = (folder.path().join("prepared.db"), folder.path().join("killed.db"));
    let mut lab = Lab::new(opened(&prepared));
    lab.target.must("CHECKPOINT");
    let (script, plan) = (lab.script(THIRD, true), lab.plan.clone());
    drop(lab);
    let copy = || {
        let _ = std::fs::remove_file(folder.path().join("killed.db.wal"));
        std::fs::copy(&prepared, &file).expect("a copy");
    };
    let ran = |script: &[String]| {
        let mut lab = Lab { target: opened(&file), plan: plan.clone() };
        lab.target.run(script).expect("a run");
        lab.state()
    };
    copy();
    let wanted = ran(&script);
    for done in crash_points(&script) {
        copy();
        killed("duckdb", file.to_str().expect("a plain name"), &script[..done], folder.path());
        assert_eq!(ran(&script), wanted, "after {done}: {}", script[done - 1]);
    }
}

#[test]
fn servers_are_refreshed_after_a_client_is_killed_at_any_moment() {
    let Some(server) = postgres::database() else { return };
    let (folder, address) = (tempfile::tempdir().expect("a folder"), server.address().to_owned());
    let target = Target { name: "postgres", engine: Running::Postgres(Box::new(server)) };
    let mut lab = Lab::new(target);
    let script = lab.script(THIRD, true);
    lab.target.run(&script).expect("a run");
    let wanted = lab.state();
    for done in crash_points(&script) {
        lab.restore();
        killed("postgres", &address, &script[..done], folder.path());
        // The server ends the session of a client that is gone, and its locks with it.
        lab.target.run(&script).expect("a run");
        assert_eq!(lab.state(), wanted, "after {done}: {}", script[done - 1]);
    }
}
