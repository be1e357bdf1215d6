//! A script as a file.

use super::{Phase, Script, Statement};

impl Script {
    /// The file: the header as comments, then the statements in parts, each with a line that
    /// says what it does; what writes a segment's members is a part of its own.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut writer = Writer::new(&self.header);
        self.statements.iter().for_each(|statement| writer.add(statement));
        writer.out
    }
}

/// The file so far.
pub(super) struct Writer {
    pub(super) out: String,
    /// The part to which the last statement belongs.
    part: String,
    /// Whether it has several lines.
    long: bool,
}

impl Writer {
    pub(super) fn new(header: &[String]) -> Self {
        let mut out = String::new();
        header.iter().for_each(|line| comment(&mut out, line));
        Self { out, part: String::new(), long: false }
    }

    pub(super) fn add(&mut self, statement: &Statement) {
        let part = part(statement.phase, statement.segment.as_deref());
        let several_lines = statement.text.contains('\n');
        if part != self.part {
            self.out.push('\n');
            comment(&mut self.out, &part);
        } else if several_lines || self.long {
            self.out.push('\n');
        }
        self.out.push_str(&statement.text);
        self.out.push_str(";\n");
        self.part = part;
        self.long = several_lines;
    }
}

/// What a part of a script does.
fn part(phase: Phase, segment: Option<&str>) -> String {
    let what = match phase {
        Phase::Declare => "Instants used by the script",
        Phase::Session => "Session settings",
        Phase::Setup => "Create missing tables",
        Phase::ReadAt => "Snapshot time",
        Phase::Begin => "Everything below is one transaction",
        Phase::Lock => "Lock: concurrent runs of these segments wait or fail",
        Phase::LastRun => "What is known of the last runs",
        Phase::Clock => "Fix the run's instants, for all statements",
        Phase::Start => "Record the start of the run",
        Phase::Check => "Checks: if one fails, nothing is written",
        Phase::Commit => "Commit",
        Phase::Affected => "Affected keys",
        Phase::Copy => "Rows of the affected keys: many segments read these",
        Phase::Finish if segment.is_none() => "Record the run",
        Phase::Write | Phase::Apply | Phase::Finish | Phase::View => {
            return format!("Segment {}", segment.unwrap_or_default());
        }
    };
    what.to_owned()
}

/// A comment of one line, whatever is in it. It is for people: what tools would replace (Jinja's
/// braces, `${…}`) or take for a comment's or a line's end is taken apart.
pub(super) fn comment(out: &mut String, text: &str) {
    let ends_lines = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let mut flat = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars().map(|c| if ends_lines(c) { ' ' } else { c }) {
        if matches!((last, c), ('{', '{' | '%' | '#') | ('$', '{') | ('*', '/') | ('/', '*')) {
            flat.push(' ');
        }
        flat.push(c);
        last = c;
    }
    let flat = flat.trim_end();
    out.push_str(if flat.is_empty() { "--" } else { "-- " });
    out.push_str(flat);
    // A backslash at a line's end continues the comment in Spark.
    out.push_str(if flat.ends_with('\\') { ".\n" } else { "\n" });
}
