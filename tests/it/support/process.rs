//! The processes of Python that engines live in (`tests/engines/*.py`), and the environments that
//! `tools/engines.sh` makes for them in the cache folder.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::project::root;

/// An environment of Python in the cache folder, and what it must have been made from.
pub(super) struct Environment {
    pub folder: &'static str,
    pub mark: &'static str,
    pub requirements: &'static str,
}

/// A program in `tests/engines`, and the environment that it needs if it is more than Python's own.
pub(super) struct Program {
    pub name: &'static str,
    pub environment: Option<&'static Environment>,
}

impl Program {
    /// Says why it can't run here.
    pub(super) fn look(&self) -> Result<(), String> {
        match self.environment {
            Some(environment) => environment.find().map(|_| ()),
            None => self.start().map(|_| ()),
        }
    }

    pub(super) fn start(&self) -> Result<Process, String> {
        let (python, cache) = match self.environment {
            Some(environment) => environment.find()?,
            None => (PathBuf::from("python3"), PathBuf::new()),
        };
        Process::start(&python, &cache, self.name)
    }

    /// What its answers depend on, beside what it is asked. Nothing tells the version of Python's own.
    pub(super) fn identity(&self) -> Option<String> {
        let environment = self.environment?;
        let file = |name: &str| fs::read(root().join(format!("tests/engines/{name}.py"))).ok();
        let mut hash = Sha256::new();
        for part in [file(self.name)?, file("protocol")?, environment.requirements.into()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Some(format!("{}-{}", self.name, hex(&hash.finalize())))
    }
}

/// The beginning of a digest, which is enough to tell a million texts apart.
pub(super) fn hex(digest: &[u8]) -> String {
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder for what is kept between runs, as `tools` finds it.
pub(super) fn cache() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("SEGC_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("segc")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/segc")))
}

impl Environment {
    /// Its Python, and the folder for what is kept.
    pub(super) fn find(&self) -> Result<(PathBuf, PathBuf), String> {
        let how = "`tools/engines.sh` installs it";
        let folder = cache().ok_or("there is no cache folder; set SEGC_CACHE")?.join("engines");
        let installed = fs::read_to_string(folder.join(self.mark));
        let installed = installed.map_err(|_| format!("it isn't installed; {how}"))?;
        if installed != self.requirements {
            return Err(format!("another version of it is installed; {how}"));
        }
        Ok((folder.join(self.folder).join("bin/python"), folder))
    }
}

/// A running engine.
pub(super) struct Process {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Process {
    fn start(python: &Path, cache: &Path, program: &str) -> Result<Self, String> {
        let scripts = root().join("tests/engines");
        // Outside the process's pipes, so that it never waits for a reader.
        let log = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
        let (log, path) = log.keep().map_err(|error| error.to_string())?;
        let mut command = Command::new(python);
        command.arg("-B").arg(scripts.join(format!("{program}.py")));
        command.env("SEGC_ENGINES_CACHE", cache).current_dir(std::env::temp_dir());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", python.display()))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the process has no pipes".to_owned());
        };
        // It ends by itself when the pipe to it closes, which this process does by ending.
        let mut process = Self { requests, answers: BufReader::new(answers), log: path };
        process.read().map(|_| process)
    }

    fn read(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        if !read.is_ok_and(|bytes| bytes > 0) {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            let last = said.char_indices().rev().nth(2_000).map_or(0, |(at, _)| at);
            return Err(format!("the process ended: {}", said[last..].trim()));
        }
        serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))
    }

    pub(super) fn ask(&mut self, request: &Value) -> Result<Value, String> {
        writeln!(self.requests, "{request}").map_err(|error| error.to_string())?;
        let answer = self.read()?;
        match answer.get("error") {
            Some(error) => Err(error.as_str().unwrap_or_default().to_owned()),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}
