//! Untrusted text on a terminal: control characters and invisible characters are escaped.

/// The text on one line. Line breaks and tabs become spaces, and every other character that
/// controls a terminal or is invisible is escaped as in a string: `\\u{1b}`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_unseen(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character controls the terminal, changes the writing direction or has no width.
/// Joiners in letters and emoji don't count.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_control_sequences_are_escaped() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\nd\u{9b}"), "a\\u{1b}[31mb\\u{202e}c d\\u{9b}");
        assert_eq!(visible("naïve 👩‍👩‍👧 می‌خواهم"), "naïve 👩‍👩‍👧 می‌خواهم");
    }
}
