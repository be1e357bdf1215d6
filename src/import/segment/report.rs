//! What an import did, for people and programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::write::Change;
use crate::diagnostic::{Diagnostic, Sources, Span, visible};

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The tool as people write it.
    pub tool: String,
    /// The `.seg` file, relative to the project.
    pub file: String,
    /// The segments in the order of the tool's files.
    pub segments: Vec<Reported>,
    /// Imported segments that are no longer in the tool's files: name, file and line.
    pub gone: Vec<(String, String, usize)>,
}

/// What became of a segment.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The tool's key of it.
    pub key: String,
    /// Its name in the project.
    pub name: String,
    /// Where the tool's file has it.
    pub span: Span,
    /// Where in the `.seg` file it is.
    pub line: Option<usize>,
    /// How it was translated.
    pub status: Status,
    /// What happens to it in the file; `None` if it isn't imported.
    pub change: Option<Change>,
    /// What readers of the tool's file wouldn't expect.
    pub notes: Vec<String>,
    /// Why it isn't imported.
    pub refusals: Vec<Diagnostic>,
    /// The version that a person's change keeps out of the file.
    pub new_version: Option<String>,
}

/// How a segment was translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It has the same members.
    Exact,
    /// It has notes.
    WithNotes,
    /// It isn't imported, since something in it can't be kept.
    Refused,
    /// It isn't imported, since the mapping file says so.
    Skipped,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::WithNotes => "with notes",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
        }
    }
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Kept => "kept as changed by hand",
        }
    }
}

impl Report {
    /// The number of segments with this status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.segments.iter().filter(|segment| segment.status == status).count()
    }

    /// The numbers in one line: `3 exact, 1 with notes, 1 refused`.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!(
            "{} exact, {} with notes, {} refused",
            self.count(Status::Exact),
            self.count(Status::WithNotes),
            self.count(Status::Refused)
        );
        if self.count(Status::Skipped) > 0 {
            let _ = write!(text, ", {} skipped", self.count(Status::Skipped));
        }
        text
    }

    /// The report for people, without the problems: they are shown at their places.
    #[must_use]
    pub fn human(&self, sources: &Sources) -> String {
        let mut text = String::new();
        let width = self.segments.iter().map(|segment| segment.name.chars().count()).max().unwrap_or(0);
        for segment in &self.segments {
            let place = sources.locate(segment.span);
            let place = place.map_or_else(String::new, |(path, at)| format!("{path}:{}", at.line));
            let change = segment.change.map_or(String::new(), |change| format!(", {}", change.word()));
            let _ = writeln!(text, "{:width$}  {}{change}  ({place})", segment.name, segment.status.word());
            for note in &segment.notes {
                let _ = writeln!(text, "{:width$}  note: {note}", "");
            }
            if let Some(new) = &segment.new_version {
                let _ = writeln!(text, "{:width$}  the new version:", "");
                for line in new.lines() {
                    let _ = writeln!(text, "{:width$}  | {line}", "");
                }
            }
        }
        let _ = writeln!(text, "{}: {}", self.tool, self.summary());
        let lines: Vec<String> = text.lines().map(|line| visible(line)).collect();
        format!("{}\n", lines.join("\n"))
    }

    /// The report for programs.
    #[must_use]
    pub fn json(&self, sources: &Sources) -> Value {
        let place = |span: Span| {
            let found = sources.locate(span);
            found.map(|(path, at)| json!({ "path": path, "line": at.line, "column": at.column }))
        };
        let problem = |problem: &Diagnostic| {
            json!({
                "code": problem.code,
                "message": problem.message,
                "help": problem.help,
                "place": problem.span.and_then(place),
            })
        };
        let segment = |segment: &Reported| {
            json!({
                "key": segment.key,
                "name": segment.name,
                "place": place(segment.span),
                "line": segment.line,
                "status": segment.status.word(),
                "change": segment.change.map(Change::word),
                "notes": segment.notes,
                "refusals": segment.refusals.iter().map(problem).collect::<Vec<_>>(),
                "new_version": segment.new_version,
            })
        };
        let gone = |(name, path, line): &(String, String, usize)| json!({ "name": name, "path": path, "line": line });
        json!({
            "tool": self.tool,
            "file": self.file,
            "exact": self.count(Status::Exact),
            "with_notes": self.count(Status::WithNotes),
            "refused": self.count(Status::Refused),
            "skipped": self.count(Status::Skipped),
            "segments": self.segments.iter().map(segment).collect::<Vec<_>>(),
            "gone": self.gone.iter().map(gone).collect::<Vec<_>>(),
        })
    }
}
