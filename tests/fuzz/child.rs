//! The process that runs inputs through segc. It reports each finished case, and its parent finds
//! out what else ended it (`watch.rs`).

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::MEMORY;
use crate::corpus;
use crate::entry::Entry;
use crate::generate::Generator;
use crate::growth;
use crate::seen::Seen;

/// Where the process finds what it has to do.
pub(crate) const TASK: &str = "SEGC_FUZZ_TASK";

/// The file that holds the input of the case that is at work, in the process's current folder.
pub(crate) const INPUT: &str = "input";

/// What an input may hold at once, and in all: a project's own share, and so much for each byte. Inputs
/// of mutation are short, so this bounds the factor; growth with the length is bounded in `growth.rs`.
const HELD: Bound = Bound { always: 64 << 20, a_byte: 16 << 10 };
const WORK: Bound = Bound { always: 512 << 20, a_byte: 64 << 10 };

struct Bound {
    always: usize,
    a_byte: usize,
}

impl Bound {
    fn of(&self, input: &[u8]) -> usize {
        self.always + self.a_byte * input.len()
    }
}

/// What a process does.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Inputs by their numbers, starting from one: a number of them, or for a time.
    Random { seed: u64, from: u64, cases: u64, time: Duration },
    /// The saved inputs, from one on.
    Saved { from: u64 },
    /// The input in a file.
    One { path: PathBuf },
    /// Inputs of a family, of these sizes.
    Grown { family: usize, sizes: Vec<usize> },
}

impl Task {
    pub(crate) fn to_text(&self, entry: Entry) -> String {
        let entry = entry.name();
        match self {
            Self::Random { seed, from, cases, time } => {
                json!({ "entry": entry, "seed": seed, "from": from, "cases": cases, "seconds": time.as_secs() })
            }
            Self::Saved { from } => json!({ "entry": entry, "saved": from }),
            Self::One { path } => json!({ "entry": entry, "path": path }),
            Self::Grown { family, sizes } => json!({ "entry": entry, "family": family, "sizes": sizes }),
        }
        .to_string()
    }

    fn read(task: &Value) -> Self {
        let number = |name: &str| task[name].as_u64();
        if let Some(path) = task["path"].as_str() {
            Self::One { path: path.into() }
        } else if let Some(from) = number("saved") {
            Self::Saved { from }
        } else if let (Some(family), Some(sizes)) = (number("family"), task["sizes"].as_array()) {
            let sizes = sizes.iter().filter_map(Value::as_u64).map(|size| size as usize).collect();
            Self::Grown { family: family as usize, sizes }
        } else {
            let of = |name: &str| number(name).expect("a number");
            let time = Duration::from_secs(of("seconds"));
            Self::Random { seed: of("seed"), from: of("from"), cases: of("cases"), time }
        }
    }
}

/// The part of the process.
#[test]
#[ignore = "the other tests of this file start it"]
fn as_a_process() {
    let Ok(task) = std::env::var(TASK) else { return };
    let task: Value = serde_json::from_str(&task).expect("a task is JSON");
    let entry = Entry::named(task["entry"].as_str().expect("a name")).expect("an entry");
    let mut work = Work { entry, seen: Seen::default(), cases: 0, bytes: 0, most: 0.0 };
    match Task::read(&task) {
        Task::Random { seed, from, cases, time } => work.random(seed, from, cases, time),
        Task::Saved { from } => {
            for (at, (_, input)) in (0..).zip(corpus::saved(entry)).skip(from as usize) {
                work.case(at, &input);
            }
        }
        Task::One { path } => work.case(0, &std::fs::read(path).expect("an input")),
        Task::Grown { family, sizes } => growth::grown(entry, family, &sizes),
    }
    work.end();
}

struct Work {
    entry: Entry,
    seen: Seen,
    cases: u64,
    bytes: usize,
    /// The most that an input had allocated, as a share of what it may.
    most: f64,
}

impl Work {
    fn random(&mut self, seed: u64, from: u64, cases: u64, time: Duration) {
        let (start, mut generator) = (Instant::now(), Generator::new(self.entry, seed));
        for at in from..from + cases {
            if start.elapsed() >= time {
                break;
            }
            let input = generator.input(at);
            self.case(at, &input);
            generator.learn(&input, &mut self.seen);
        }
    }

    fn case(&mut self, at: u64, input: &[u8]) {
        std::fs::write(INPUT, input).expect("the current folder can be written to");
        let cost = measured(self.entry, input, &mut self.seen);
        self.cases += 1;
        self.bytes += input.len();
        self.most = self.most.max(cost.allocated as f64 / WORK.of(input) as f64);
        say(&format!("case {at}"));
    }

    fn end(&self) {
        let figures = json!({
            "cases": self.cases, "bytes": self.bytes, "seen": self.seen.count(), "most": self.most,
            "peak": MEMORY.max_allocated(),
        });
        say(&format!("end {figures}"));
    }
}

/// A line for the parent.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").and_then(|()| out.flush()).expect("somebody listens");
}

/// What an input has cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Bytes that were allocated, freed or not.
    pub(crate) allocated: usize,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes allocated", self.allocated)
    }
}

/// Takes an input through segc within the bounds of memory. More at once aborts the process; more in all
/// is a panic.
pub(crate) fn measured(entry: Entry, input: &[u8], seen: &mut Seen) -> Cost {
    MEMORY.set_limit(MEMORY.allocated() + HELD.of(input)).expect("more than is held");
    let before = MEMORY.total_allocated();
    entry.take(input, seen);
    let allocated = MEMORY.total_allocated() - before;
    MEMORY.set_limit(usize::MAX).expect("more than is held");
    assert!(
        allocated <= WORK.of(input),
        "{allocated} bytes were allocated for {} bytes of input",
        input.len()
    );
    Cost { allocated }
}
