//! Values on the command line, passed to the program itself: it answers, and never panics.

use std::path::Path;
use std::process::Command;

use super::judge;
use crate::seen::Seen;

/// Each line of the input is a value of one of these.
const PLACES: [&[&str]; 10] = [
    &["compile", "--out=out", "--as-of={}"],
    &["compile", "--out=out", "--select={}"],
    &["check", "--param=min_spend={}"],
    &["check", "--tier={}"],
    &["compile", "--target={}", "--", "high_value"],
    &["why", "--as-of=2026-11-01T00:00:00Z", "--", "high_value", "{}"],
    &["compile", "--", "{}"],
    &["explain", "--", "{}"],
    &["ls", "--format=json", "--select={}"],
    &["plan", "--exclude={}"],
];

pub(super) fn arguments(input: &[u8], seen: &mut Seen) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    // A project of its own, since some of the commands write.
    let project = Path::new("project");
    if !project.is_dir() {
        let init = Command::new(env!("CARGO_BIN_EXE_segc")).args(["init", "project"]).output();
        assert!(init.expect("it starts").status.success(), "a project can be made");
    }
    for (line, place) in text.split('\n').zip(PLACES) {
        // No system passes on NUL; and what has been tried needs no other process.
        if line.contains('\0') || !seen.is_new((place[0], place[1], line)) {
            continue;
        }
        let values = place.iter().map(|argument| argument.replace("{}", line));
        let mut command = Command::new(env!("CARGO_BIN_EXE_segc"));
        let output = command.arg("-C").arg(project).args(values).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        assert!(matches!(code, Some(0..=3)), "{place:?} ended with {:?} for `{line}`: {said}", output.status);
        let raw = said.chars().find(|&c| c != '\n' && judge::is_harmful(c));
        assert!(raw.is_none(), "a terminal is sent {raw:?} for `{line}`: {said:?}");
        seen.note((place[0], place[1], code, said.split_whitespace().next().unwrap_or_default().to_owned()));
    }
}
