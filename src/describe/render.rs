//! Descriptions as text, as Markdown and as a tree.

use super::{Description, Part};
use crate::diagnostic::visible;

impl Description {
    /// The description as plain text, with nested bullets.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = self.head();
        for section in &self.sections {
            out.push('\n');
            out.push_str(&sentence(&section.part));
            out.push('\n');
            section.part.parts.iter().for_each(|part| bullets(part, 1, "• ", visible, &mut out));
        }
        out
    }

    /// The description as Markdown, for tickets.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("**{}**\n", escaped(&self.heading));
        for (what, text) in self.properties() {
            out.push_str(&format!("\n{what}: {}\n", escaped(&text)));
        }
        for section in &self.sections {
            out.push_str(&format!("\n{}\n", escaped(&sentence(&section.part))));
            if !section.part.parts.is_empty() {
                out.push('\n');
            }
            section.part.parts.iter().for_each(|part| bullets(part, 0, "- ", escaped, &mut out));
        }
        out
    }

    /// The description as a tree, a condition a line.
    #[must_use]
    pub fn tree(&self) -> String {
        let mut out = self.head();
        for section in &self.sections {
            out.push('\n');
            out.push_str(&sentence(&section.part));
            out.push('\n');
            branches(&section.part, "", &mut out);
        }
        out
    }

    fn head(&self) -> String {
        let mut out = format!("{}\n", visible(&self.heading));
        for (what, text) in self.properties() {
            out.push_str(&format!("{what}: {}\n", visible(&text)));
        }
        out
    }

    /// What the segment says about itself, each on one line.
    fn properties(&self) -> Vec<(&'static str, String)> {
        let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let about = self.about.iter().map(|text| ("Description", line(text)));
        about.chain(self.owner.iter().map(|text| ("Owner", line(text)))).collect()
    }
}

/// The clause of a section; a period ends it if nothing follows.
fn sentence(part: &Part) -> String {
    let text = visible(&part.text);
    if part.parts.is_empty() { format!("{text}.") } else { text }
}

fn bullets(part: &Part, depth: usize, mark: &str, write: fn(&str) -> String, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(mark);
    out.push_str(&write(&part.text));
    out.push('\n');
    part.parts.iter().for_each(|part| bullets(part, depth + 1, mark, write, out));
}

fn branches(part: &Part, indent: &str, out: &mut String) {
    let last = part.parts.len().saturating_sub(1);
    for (at, inner) in part.parts.iter().enumerate() {
        let (branch, below) = if at == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        out.push_str(&format!("{indent}{branch}{}\n", visible(&inner.text)));
        branches(inner, &format!("{indent}{below}"), out);
    }
}

/// Text in which no character has a special meaning in Markdown.
fn escaped(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let special = match c {
            // Within a word, it has none.
            '_' => {
                let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !(letter(before) && letter(chars.peek().copied()))
            }
            '\\' | '*' | '`' | '[' | ']' | '<' | '>' | '~' | '|' | '#' | '&' => true,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markdown_is_escaped_where_it_would_mean_something() {
        assert_eq!(escaped("win_back _x_ *b* <i> #1"), "win_back \\_x\\_ \\*b\\* \\<i\\> \\#1");
    }
}
