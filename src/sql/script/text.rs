//! A script as a file.

use super::{Purpose, Script};

impl Script {
    /// The file: the header as comments, then the statements, a blank line between what
    /// belongs to different steps or segments.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for line in &self.header {
            comment(&mut out, line);
        }
        let mut last: Option<(Purpose, Option<&str>)> = None;
        for statement in &self.statements {
            let step = (statement.purpose, statement.segment.as_deref());
            if last != Some(step) || statement.text.contains('\n') {
                out.push('\n');
            }
            if let Some(segment) = step.1
                && last.is_none_or(|(_, before)| before != step.1)
            {
                comment(&mut out, &format!("segment {segment}"));
            }
            out.push_str(&statement.text);
            out.push_str(";\n");
            last = Some(step);
        }
        out
    }
}

/// A comment of one line, whatever stands in it.
fn comment(out: &mut String, text: &str) {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    out.push_str("-- ");
    out.push_str(flat.trim_end());
    out.push('\n');
}
