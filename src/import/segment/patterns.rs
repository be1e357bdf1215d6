//! Regular expressions of other languages as portable ones.

use super::draft::Import;
use super::problems::NoEquivalent;
use crate::check::pattern::{self, Fault};
use crate::diagnostic::Span;
use crate::types::Regex;

/// The language that reads the tool's patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// JavaScript without flags, or with `i`.
    JavaScript,
    /// Go's RE2, and others that are like it.
    Go,
    /// Python's `re`.
    Python,
}

/// What JavaScript's `.` doesn't match.
const JS_LINES: &str = r"\n\r\u{2028}\u{2029}";
/// JavaScript's `\s`.
const JS_SPACE: &str =
    r"\t-\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";
/// Go's `\s`.
const GO_SPACE: &str = r"\t\n\f\r ";

/// A pattern in the portable form, and where it means less than before.
struct Portable {
    pattern: String,
    notes: Vec<&'static str>,
}

fn portable(pattern: &str, dialect: Dialect) -> Portable {
    let mut out = Portable { pattern: String::new(), notes: Vec::new() };
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next();
                out.escape(next, in_class, dialect);
            }
            '[' if !in_class => {
                in_class = true;
                out.pattern.push('[');
                if chars.peek() == Some(&'^') {
                    out.pattern.extend(chars.next());
                }
                // A bracket that comes first is an ordinary character, except in JavaScript.
                if chars.peek() == Some(&']') && dialect != Dialect::JavaScript {
                    out.pattern.push('\\');
                    out.pattern.extend(chars.next());
                }
            }
            ']' if in_class => {
                in_class = false;
                out.pattern.push(']');
            }
            '[' if in_class && !(dialect == Dialect::Go && chars.peek() == Some(&':')) => {
                out.pattern.push_str(r"\[")
            }
            '.' if !in_class && dialect == Dialect::JavaScript => {
                out.pattern.push_str("[^");
                out.pattern.push_str(JS_LINES);
                out.pattern.push(']');
            }
            // Python's `$` also matches before a line break that ends the text.
            '$' if !in_class && dialect == Dialect::Python => out.pattern.push_str(r"(?:\n?$)"),
            c => out.pattern.push(c),
        }
    }
    out
}

impl Portable {
    fn escape(&mut self, next: Option<char>, in_class: bool, dialect: Dialect) {
        let spaces = match dialect {
            Dialect::JavaScript => JS_SPACE,
            Dialect::Go => GO_SPACE,
            Dialect::Python => "",
        };
        match next {
            Some('s') if !spaces.is_empty() && in_class => self.pattern.push_str(spaces),
            Some('s') if !spaces.is_empty() => self.class("[", spaces),
            Some('S') if !spaces.is_empty() && !in_class => self.class("[^", spaces),
            Some(c) => {
                let unicode = dialect == Dialect::Python && "dDwWsS".contains(c);
                if unicode || (c == 'S' && in_class) {
                    self.notes.push(match c {
                        'd' | 'D' => "`\\d` in the pattern means ASCII digits here",
                        'w' | 'W' => "`\\w` in the pattern means ASCII letters, digits and `_` here",
                        _ => "`\\s` in the pattern means ASCII space here",
                    });
                }
                self.pattern.push('\\');
                self.pattern.push(c);
            }
            None => self.pattern.push('\\'),
        }
    }

    fn class(&mut self, open: &str, content: &str) {
        self.pattern.push_str(open);
        self.pattern.push_str(content);
        self.pattern.push(']');
    }
}

impl Import<'_> {
    /// A pattern of the tool as a portable one. `anchored` patterns match from the beginning only.
    pub(crate) fn pattern(
        &mut self,
        written: &str,
        dialect: Dialect,
        (anchored, any_case): (bool, bool),
        span: Span,
    ) -> Option<String> {
        let mut found = portable(written, dialect);
        if anchored {
            found.pattern = match found.pattern.starts_with('^') && !found.pattern.contains('|') {
                true => found.pattern,
                false => format!("^(?:{})", found.pattern),
            };
        }
        if any_case {
            if !written.is_ascii() {
                found.notes.push("only the case of ASCII letters in the pattern is ignored here");
            }
            found.pattern = format!("(?i:{})", found.pattern);
        }
        if let Err(faults) = pattern::parse(&found.pattern) {
            for (_, fault) in faults {
                let (what, help) = said(fault);
                let what = format!("the pattern `{written}` isn't portable: {what}");
                self.refuse::<()>(NoEquivalent { span, what, help });
            }
            return None;
        }
        found.notes.into_iter().for_each(|note| self.note(note));
        Some(found.pattern)
    }
}

/// Whether a pattern can't be read at all: tools then never match.
pub(crate) fn is_unreadable(pattern: &str, dialect: Dialect) -> bool {
    let faults = pattern::parse(&portable(pattern, dialect).pattern).err().unwrap_or_default();
    faults.iter().any(|(_, fault)| matches!(fault, Fault::Unreadable(..)))
}

/// Whether a portable pattern matches the empty text.
pub(crate) fn matches_empty(pattern: &str) -> bool {
    fn empty(tree: &Regex) -> bool {
        match tree {
            Regex::Empty | Regex::Start | Regex::End => true,
            Regex::One(_) => false,
            Regex::Concat(parts) => parts.iter().all(empty),
            Regex::Alternate(parts) => parts.iter().any(empty),
            Regex::Repeat { of, least, .. } => *least == 0 || empty(of),
        }
    }
    pattern::parse(pattern).is_ok_and(|tree| empty(&tree))
}

/// Whether a portable pattern is found in a text.
pub(crate) fn is_found(pattern: &str, text: &str) -> bool {
    pattern::parse(pattern).is_ok_and(|tree| crate::evaluate::is_found(&tree, text))
}

fn said(fault: Fault) -> (String, String) {
    match fault {
        Fault::Unreadable(what, help) => (what, help.to_owned()),
        Fault::Feature(what, help) => (format!("{what} are not read alike by all engines"), help),
        Fault::Repeats(count, limit, _) => {
            (format!("it repeats {count} times"), format!("repeat at most {limit} times"))
        }
        Fault::Large(count, limit) => {
            (format!("it matches {count} single characters"), format!("keep it below {limit}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_each_language_mean_the_same() {
        let text = |pattern, dialect| portable(pattern, dialect).pattern;
        assert_eq!(text(r"a\.b\/c[.$]", Dialect::JavaScript), r"a\.b\/c[.$]");
        assert_eq!(text("^a.$", Dialect::JavaScript), r"^a[^\n\r\u{2028}\u{2029}]$");
        assert_eq!(text(r"\s", Dialect::Go), r"[\t\n\f\r ]");
        assert_eq!(text("a.$", Dialect::Go), "a.$");
        assert_eq!(text("a$|b", Dialect::Python), r"a(?:\n?$)|b");
        assert_eq!(text("[]a]", Dialect::Python), r"[\]a]");
        assert_eq!(text("[[a]", Dialect::Python), r"[\[a]");
        assert_eq!(portable(r"\d+", Dialect::Python).notes.len(), 1);
        for (pattern, dialect) in
            [(r"[\s,]", Dialect::JavaScript), (r"\S+\s", Dialect::JavaScript), (r"\w", Dialect::Go)]
        {
            assert!(pattern::parse(&text(pattern, dialect)).is_ok(), "{pattern}");
        }
        assert!(is_unreadable("/???***[)", Dialect::JavaScript));
        assert!(!is_unreadable("(?=a)", Dialect::JavaScript));
    }
}
