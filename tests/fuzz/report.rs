//! What a run has tried, and what it has found.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::entry::Entry;
use crate::shrink;
use crate::watch::Finding;

/// What was tried of an entry.
#[derive(Debug)]
pub(crate) struct Figures {
    entry: Entry,
    cases: u64,
    bytes: u64,
    seen: u64,
    peak: u64,
    most: f64,
    pub(crate) time: Duration,
    pub(crate) findings: BTreeSet<String>,
}

impl Figures {
    pub(crate) fn new(entry: Entry) -> Self {
        let findings = BTreeSet::new();
        Self { entry, cases: 0, bytes: 0, seen: 0, peak: 0, most: 0.0, time: Duration::ZERO, findings }
    }

    /// Adds what a process says that it has done.
    pub(crate) fn add(&mut self, said: Option<&Value>) {
        let number = |name: &str| said.and_then(|said| said[name].as_u64()).unwrap_or(0);
        self.cases += number("cases");
        self.bytes += number("bytes");
        self.seen = self.seen.max(number("seen"));
        self.peak = self.peak.max(number("peak"));
        self.most = self.most.max(said.and_then(|said| said["most"].as_f64()).unwrap_or(0.0));
    }

    pub(crate) fn found(&mut self, finding: String) {
        self.findings.insert(finding);
    }
}

/// Writes a table to stderr, which tests that pass show as well.
pub(crate) fn tell(all: &[Figures]) {
    let mut text = "| entry | cases | input | seen | peak of memory | of the bound | findings | time |\n|---|---:|---:|---:|---:|---:|---:|---:|\n".to_owned();
    for one in all {
        text.push_str(&format!(
            "| `{}` | {} | {} KB | {} | {} MB | {:.0} % | {} | {} s |\n",
            one.entry.name(),
            one.cases,
            one.bytes >> 10,
            one.seen,
            one.peak >> 20,
            one.most * 100.0,
            one.findings.len(),
            one.time.as_secs(),
        ));
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Shrinks an input that does harm, saves it, and says how to repeat it.
pub(crate) fn finding(entry: Entry, input: &[u8], finding: &Finding) -> String {
    let _ = writeln!(std::io::stderr(), "{}: {}; shrinking", entry.name(), finding.signature);
    let shrunk = shrink::shrunk(entry, input, &finding.signature);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(entry.name());
    let name: String =
        finding.signature.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
    let mut hasher = DefaultHasher::new();
    shrunk.hash(&mut hasher);
    let path = folder.join(format!("{name}-{:08x}", hasher.finish() as u32));
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &shrunk)).expect("it can be saved");
    let shown: String = String::from_utf8_lossy(&shrunk).chars().take(1500).collect();
    let said: String = finding.said.chars().take(1500).collect();
    format!(
        "---- {}: {said}\n{} bytes of input, saved as {}:\n{shown:?}\nSEGC_FUZZ_ENTRY={} SEGC_FUZZ_INPUT={} cargo test --test fuzz one_input -- --ignored --nocapture",
        entry.name(),
        shrunk.len(),
        path.display(),
        entry.name(),
        path.display(),
    )
}
