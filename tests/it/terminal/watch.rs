//! `segc watch`: what it runs again, when, and how it ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::{program, project};

/// How long to wait for a line that should come at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that watches, and what it writes.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = program();
        command.current_dir(folder).arg("watch").args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let (tell, lines) = mpsc::channel();
        let read = |from: Box<dyn std::io::Read + Send>| {
            let tell = tell.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(from).lines().map_while(Result::ok) {
                    let _ = tell.send(line);
                }
            });
        };
        read(Box::new(child.stdout.take().expect("stdout")));
        read(Box::new(child.stderr.take().expect("stderr")));
        Self { child, lines }
    }

    /// Waits for a line with this text, and returns all lines until then.
    fn until(&self, part: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while !seen.last().is_some_and(|line: &String| line.contains(part)) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => seen.push(line),
                Err(error) => panic!("{part}: {error}: {seen:#?}"),
            }
        }
        seen
    }

    /// Ends it as Ctrl-C does, and returns the exit code.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

#[test]
#[cfg(unix)]
fn a_saved_file_is_checked_again() {
    let project = project();
    let broken = project.path().join("segments/broken.seg");
    let watch = Watch::start(project.path(), &[]);
    let first = watch.until("waiting for changes");
    assert!(first.iter().any(|line| line.contains("no problems")), "{first:?}");
    assert!(first.last().is_some_and(|line| line.starts_with("check: fine in ")), "{first:?}");

    write(&broken, "segment broken on customer { where nothing_such }\n");
    let second = watch.until("waiting for changes");
    assert!(second.iter().any(|line| line == "segments/broken.seg changed; check again …"), "{second:?}");
    assert!(second.iter().any(|line| line.contains("SEG303")), "{second:?}");
    assert!(second.last().is_some_and(|line| line.starts_with("check: exit code 1 in ")), "{second:?}");

    // Neither its own output nor what no project has.
    std::fs::create_dir_all(project.path().join("target")).expect("a folder");
    write(&project.path().join("target/own.yml"), "x");
    write(&project.path().join("segments/.broken.seg.swp"), "x");
    write(&project.path().join("notes.md"), "x");
    std::fs::remove_file(&broken).expect("it is there");
    let third = watch.until("waiting for changes");
    assert!(third.iter().any(|line| line == "segments/broken.seg changed; check again …"), "{third:?}");
    assert!(third.last().is_some_and(|line| line.starts_with("check: fine in ")), "{third:?}");
    assert_eq!(watch.end("-INT"), Some(0));
}

#[test]
#[cfg(unix)]
fn any_command_that_reads_the_project_is_watched() {
    let project = project();
    let folder = project.path().display().to_string();
    let outside = tempfile::tempdir().expect("a temporary folder");
    let watch = Watch::start(outside.path(), &["-C", &folder, "test", "-x"]);
    watch.until("test: fine in ");
    write(
        &project.path().join("tests/wrong.yml"),
        "as_of: 2026-11-01T00:00:00Z\ngiven:\n  customer:\n    - customer_id: 1\n      signed_up_at: 2026-10-02T00:00:00Z\n\
         \u{20}     updated_at: 2026-10-01T00:00:00Z\n\
         tests: [{ name: wrong, expect: { buyers: [1] } }]\n",
    );
    let second = watch.until("test: exit code 1 in ");
    assert!(
        second.iter().any(|line| line.contains("FAILED") && line.contains("tests/wrong.yml")),
        "{second:?}"
    );
    assert_eq!(watch.end("-TERM"), Some(0));

    // What it writes itself doesn't set it off: a second run is that of the saved file.
    let watch =
        Watch::start(project.path(), &["compile", "--format", "dbt", "--target", "duckdb", "--out", "build"]);
    watch.until("compile: fine in ");
    write(&project.path().join("segments/new.seg"), "segment new on customer {}\n");
    let second = watch.until("compile: fine in ");
    let again = second.iter().filter(|line| line.ends_with("compile again …")).collect::<Vec<_>>();
    assert_eq!(again, ["segments/new.seg changed; compile again …"], "{second:?}");
    assert_eq!(watch.end("-INT"), Some(0));
}

#[test]
fn what_cannot_be_watched_is_refused_at_once() {
    let project = project();
    for (line, code) in [
        ("watch init x", "SEG886"),
        ("watch watch", "SEG886"),
        ("watch chekc", "SEG882"),
        ("watch compile --targt x", "SEG883"),
        ("-C nowhere watch", "SEG813"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (exit, _, err) = super::segc(project.path(), &words);
        assert!(exit == 2 && err.contains(code), "{line}: {err}");
    }
}
