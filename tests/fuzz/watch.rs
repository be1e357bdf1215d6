//! Watches a process that runs inputs through segc, and finds out what ended it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::child::{INPUT, TASK, Task};
use crate::entry::Entry;
use crate::report::{self, Figures};

/// How long a case may take, on a machine that has much else to do. This finds what never ends; what
/// takes too long is found by what it allocates.
const PATIENCE: Duration = Duration::from_secs(120);

/// After this many findings an entry is skipped.
const ENOUGH: usize = 8;

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// Through the saved inputs.
    Saved,
    /// A number of cases.
    Cases(u64),
    /// So long.
    Time(Duration),
}

/// What has ended a process before its last case was done.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// The same for the same fault.
    pub(crate) signature: String,
    /// What it said.
    pub(crate) said: String,
}

/// How a process ended.
struct Ended {
    /// The number of the last case that was done.
    done: Option<u64>,
    figures: Option<Value>,
    finding: Option<Finding>,
}

/// Does things side by side, one for each processor.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    done.lock().expect("no worker panics").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panics");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Tries inputs of an entry, beyond those that do harm.
pub(crate) fn run(entry: Entry, seed: u64, bound: Bound) -> Figures {
    let folder = tempfile::tempdir().expect("a folder");
    let (start, mut from, mut figures) = (Instant::now(), 0, Figures::new(entry));
    loop {
        let task = match bound {
            Bound::Saved => Task::Saved { from },
            Bound::Cases(cases) => {
                Task::Random { seed, from, cases: cases.saturating_sub(from), time: Duration::MAX }
            }
            Bound::Time(time) => {
                Task::Random { seed, from, cases: u64::MAX / 2, time: time.saturating_sub(start.elapsed()) }
            }
        };
        let ended = watched(entry, &task, folder.path());
        figures.add(ended.figures.as_ref());
        let Some(finding) = ended.finding else { break };
        let input = std::fs::read(folder.path().join(INPUT)).unwrap_or_default();
        figures.found(report::finding(entry, &input, &finding));
        from = ended.done.map_or(from, |done| done + 1) + 1;
        if figures.findings.len() >= ENOUGH {
            break;
        }
    }
    figures.time = start.elapsed();
    figures
}

/// What an input does, by itself; `None` if it does no harm.
pub(crate) fn one(entry: Entry, input: &[u8]) -> Option<Finding> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), input).expect("it can be written");
    watched(entry, &Task::One { path: file.path().to_owned() }, folder.path()).finding
}

/// What a process that makes no cases says, started by another program if one is named.
pub(crate) fn said(entry: Entry, task: &Task, by: &[&str]) -> Result<Vec<String>, Finding> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = start(entry, task, by, folder.path());
    let (lines, errors) = (listen(&mut child), read(&mut child));
    let lines: Vec<String> = lines.into_iter().collect();
    let status = child.wait().expect("it ends");
    let errors = errors.join().expect("it is read");
    if status.success() { Ok(lines) } else { Err(finding(&errors, &status.to_string())) }
}

fn start(entry: Entry, task: &Task, by: &[&str], folder: &Path) -> Child {
    let program = std::env::current_exe().expect("this program");
    let mut command = by.first().map_or_else(|| Command::new(&program), Command::new);
    if !by.is_empty() {
        command.args(&by[1..]).arg(&program);
    }
    command
        .args(["child::as_a_process", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(TASK, task.to_text(entry))
        .env("RAYON_NUM_THREADS", "1")
        .env("RUST_BACKTRACE", "0")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// The lines that a process writes, as they come.
fn listen(child: &mut Child) -> Receiver<String> {
    let (send, lines) = channel();
    let out = BufReader::new(child.stdout.take().expect("it is piped"));
    thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    lines
}

/// All that a process says of its end.
fn read(child: &mut Child) -> thread::JoinHandle<String> {
    let mut errors = child.stderr.take().expect("it is piped");
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = errors.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn watched(entry: Entry, task: &Task, folder: &Path) -> Ended {
    let mut child = start(entry, task, &[], folder);
    let (lines, errors) = (listen(&mut child), read(&mut child));
    let patience = if entry == Entry::Sabotage { Duration::from_secs(10) } else { PATIENCE };
    let (mut done, mut figures, mut hangs) = (None, None, false);
    loop {
        match lines.recv_timeout(patience) {
            Ok(line) => match line.split_once(' ') {
                Some(("case", number)) => done = number.parse().ok(),
                Some(("end", text)) => figures = serde_json::from_str(text).ok(),
                _ => {}
            },
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                hangs = true;
                child.kill().expect("it is a child of this process");
                break;
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait().expect("it ends");
    let errors = errors.join().expect("it is read");
    let finding = match (hangs, status.success() && figures.is_some()) {
        (true, _) => Some(Finding { signature: "no answer".to_owned(), said: format!("after {patience:?}") }),
        (false, true) => None,
        (false, false) => Some(finding(&errors, &status.to_string())),
    };
    Ended { done, figures, finding }
}

/// What ended a process: where it panicked and why, or how the system ended it.
fn finding(errors: &str, status: &str) -> Finding {
    let mut lines = errors.lines();
    let telling = ["overflowed its stack", "memory allocation of"];
    let said = match lines.by_ref().find_map(|line| Some(line.split_once("panicked at ")?.1)) {
        Some(place) => {
            let message: Vec<&str> = lines.take_while(|line| !line.starts_with("note: ")).collect();
            format!("{place} {}", message.join("\n"))
        }
        None => {
            let line = errors.lines().find(|line| telling.iter().any(|words| line.contains(words)));
            format!("{status} {}", line.unwrap_or_default())
        }
    };
    // Without numbers and what is quoted: those differ from input to input.
    let plain: String =
        said.lines().next().unwrap_or_default().chars().filter(|c| !c.is_ascii_digit()).take(90).collect();
    let line: String = said.chars().take_while(|&c| c != ' ').collect();
    let signature = if said.starts_with(status) {
        said.clone()
    } else {
        format!("{line} {}", plain.split('`').next().unwrap_or_default())
    };
    Finding { signature, said }
}
