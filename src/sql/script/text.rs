//! A script as a file.

use super::{Purpose, Script};

impl Script {
    /// The file: the header as comments, then the statements in parts, each with a line that
    /// says what it does; what writes a segment's members is a part of its own.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for line in &self.header {
            comment(&mut out, line);
        }
        let mut last = String::new();
        let mut long = false;
        for statement in &self.statements {
            let part = part(statement.purpose, statement.segment.as_deref());
            let several_lines = statement.text.contains('\n');
            if part != last {
                out.push('\n');
                comment(&mut out, &part);
            } else if several_lines || long {
                out.push('\n');
            }
            out.push_str(&statement.text);
            out.push_str(";\n");
            last = part;
            long = several_lines;
        }
        out
    }
}

/// What a part of a script does.
fn part(purpose: Purpose, segment: Option<&str>) -> String {
    let what = match purpose {
        Purpose::Declare => "Instants used by the script",
        Purpose::Session => "Session settings",
        Purpose::Setup => "Create missing tables",
        Purpose::ReadAt => "Snapshot time",
        Purpose::Begin => "Everything below is one transaction",
        Purpose::Lock => "Lock: concurrent runs of these segments wait or fail",
        Purpose::Clock => "Fix the run's instants, for all statements",
        Purpose::Start => "Record the start of the run",
        Purpose::Check => "Checks: if one fails, nothing is written",
        Purpose::Commit => "Commit",
        Purpose::Write | Purpose::Finish | Purpose::View => {
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
