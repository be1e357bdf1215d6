//! Which warnings are reported, and how: by the levels in `segc.yml`, and by comments.
//!
//! `# segc: allow SEG380` at the end of a line silences the warnings of that code on the line; alone on a line, those
//! on the next line that has something else. A comment that silences nothing is reported (SEG397), so that none
//! outlives its reason.

use std::collections::BTreeSet;

use super::problems::UnusedAllow;
use super::session::Session;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Source, SourceId, Sources, Span};
use crate::project::{Level, Levels};

/// What begins such a comment, after the `#`.
const WORD: &str = "segc:";

/// One code of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allow {
    /// Where the code is written.
    span: Span,
    code: String,
    /// The line that it is about, from 1.
    line: usize,
}

/// The levels of a project and its comments, and which of these have silenced something.
#[derive(Debug, Clone, Default)]
pub(super) struct Silence {
    levels: Levels,
    allows: Vec<Allow>,
    used: BTreeSet<usize>,
}

impl Silence {
    pub(super) fn of(levels: &Levels, sources: &Sources) -> Self {
        let allows = sources.iter().flat_map(|(id, source)| allows(id, source)).collect();
        Self { levels: levels.clone(), allows, used: BTreeSet::new() }
    }

    /// Whether any comment is about a code.
    pub(super) fn mentions(&self, code: &str) -> bool {
        self.allows.iter().any(|allow| allow.code == code)
    }

    /// Leaves out the warnings that are allowed, and makes errors of those that are denied.
    pub(super) fn apply(&mut self, sources: &Sources, problems: Diagnostics) -> Diagnostics {
        let kept = problems.into_iter().filter_map(|mut problem| {
            if problem.severity == Severity::Error {
                return Some(problem);
            }
            let by = self.allows.iter().enumerate().filter(|(_, allow)| allow.is_about(&problem, sources));
            let by: Vec<usize> = by.map(|(at, _)| at).collect();
            self.used.extend(&by);
            match self.levels.of(problem.code) {
                _ if !by.is_empty() => return None,
                Level::Allow => return None,
                Level::Warn => {}
                Level::Deny => problem.severity = Severity::Error,
            }
            Some(problem)
        });
        kept.collect::<Vec<_>>().into()
    }

    /// The comments that have silenced nothing, as far as `check` can know: of warnings that depend on data or on a
    /// database, only a run can tell.
    pub(super) fn unused(&self) -> Diagnostics {
        let unused = self.allows.iter().enumerate().filter(|(at, allow)| {
            !self.used.contains(at) && self.levels.of(&allow.code) != Level::Allow && !is_of_runs(&allow.code)
        });
        unused
            .map(|(_, allow)| UnusedAllow { span: allow.span, code: allow.code.clone() }.into())
            .collect::<Vec<_>>()
            .into()
    }
}

/// Whether a code is reported by commands that look at data: those of the engine, of runs and of lists of keys.
fn is_of_runs(code: &str) -> bool {
    code >= "SEG600" || code == "SEG389" || code == "SEG070"
}

impl Allow {
    fn is_about(&self, problem: &Diagnostic, sources: &Sources) -> bool {
        let Some(span) = problem.span.filter(|span| span.source == self.span.source) else { return false };
        let line = || sources.get(span.source).map(|source| source.position(span.start).line);
        self.code == problem.code && line() == Some(self.line)
    }
}

impl Session {
    /// Applies the project's levels and comments to problems that are found after it was opened.
    #[must_use]
    pub fn leveled(&self, problems: Diagnostics) -> Diagnostics {
        self.silence.clone().apply(&self.sources, problems)
    }
}

/// The codes that comments of a file allow.
fn allows(id: SourceId, source: &Source) -> Vec<Allow> {
    let is_commented = [".seg", ".yml", ".yaml"].iter().any(|ending| source.path().ends_with(ending));
    let text: &str = source.text();
    if !is_commented || !text.contains(WORD) {
        return Vec::new();
    }
    let mut found = Vec::new();
    // Those that wait for a line with something else.
    let mut waiting: Vec<Allow> = Vec::new();
    let mut start = 0;
    for (line, text) in (1..).zip(text.split_inclusive('\n')) {
        let comment = comment(text);
        let before = text[..comment.unwrap_or(text.len())].trim();
        let mut here: Vec<Allow> = comment
            .into_iter()
            .flat_map(|at| codes(&text[at..]).into_iter().map(move |(from, code)| (at + from, code)))
            .map(|(from, code)| {
                let span = Span::new(id, start + from, start + from + code.len());
                Allow { span, code: code.to_owned(), line }
            })
            .collect();
        if before.is_empty() {
            waiting.append(&mut here);
        } else {
            found.extend(waiting.drain(..).map(|allow| Allow { line, ..allow }));
            found.append(&mut here);
        }
        start += text.len();
    }
    found.append(&mut waiting);
    found
}

/// Where the comment of a line begins: at a `#` outside quotes, after white space.
fn comment(line: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(end), c) if c == end => quote = None,
            (None, '#') if before.is_whitespace() || "{}(),".contains(before) => return Some(at),
            // An apostrophe within a word quotes nothing.
            (None, '"' | '\'' | '`') if !before.is_alphanumeric() => quote = Some(c),
            _ => {}
        }
        before = c;
    }
    None
}

/// The codes that a comment allows, with their places in it.
fn codes(comment: &str) -> Vec<(usize, &str)> {
    let rest = comment.trim_start_matches('#').trim_start();
    let Some(rest) = rest.strip_prefix(WORD).map(str::trim_start) else { return Vec::new() };
    let Some(rest) = rest.strip_prefix("allow").filter(|rest| rest.starts_with(char::is_whitespace)) else {
        return Vec::new();
    };
    let start = comment.len() - rest.len();
    let words = rest.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let is_code = |word: &&str| word.starts_with("SEG") && word[3..].chars().all(|c| c.is_ascii_digit());
    // What follows the codes says why.
    words.take_while(is_code).map(|word| (start + offset(rest, word), word)).collect()
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) -> Vec<(usize, String)> {
        let mut sources = Sources::default();
        let id = sources.add("segments/a.seg", text);
        let source = sources.get(id).expect("it was added");
        let found = allows(id, source);
        found.iter().for_each(|allow| assert_eq!(sources.text(allow.span), allow.code));
        found.into_iter().map(|allow| (allow.line, allow.code)).collect()
    }

    fn one(line: usize, code: &str) -> (usize, String) {
        (line, code.to_owned())
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        assert_eq!(allowed("a # segc: allow SEG380\nb"), [one(1, "SEG380")]);
        assert_eq!(
            allowed("# segc: allow SEG380, SEG395 since 2024\n\n # more\nb"),
            [one(4, "SEG380"), one(4, "SEG395")]
        );
        assert_eq!(allowed("#segc:allow SEG380"), [one(1, "SEG380")].map(|_| one(1, "SEG380")));
    }

    #[test]
    fn what_is_quoted_or_says_something_else_allows_nothing() {
        let none: [(usize, String); 0] = [];
        assert_eq!(allowed("a = \"x # segc: allow SEG380\""), none);
        assert_eq!(allowed("a # segc: deny SEG380"), none);
        assert_eq!(allowed("a # segc: allow everything"), none);
        assert_eq!(allowed("a # segc: allowSEG380"), none);
        assert_eq!(allowed("description: don't # segc: allow SEG226"), [one(1, "SEG226")]);
    }
}
