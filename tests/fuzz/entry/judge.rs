//! What must be true of every problem, whatever the input.

use segc::diagnostic::render::{Format, Rendering, render};
use segc::diagnostic::{Diagnostics, Sources, Span};
use segc::registry;

use crate::seen::Seen;

/// Problems have registered codes, places that exist, and can be shown in every form.
pub(super) fn problems(sources: &Sources, problems: &Diagnostics, seen: &mut Seen) {
    let mut last = "";
    for problem in problems.iter() {
        assert!(registry::find(problem.code).is_some(), "{} isn't registered", problem.code);
        assert!(!problem.message.trim().is_empty(), "{} says nothing", problem.code);
        let labels = problem.labels.iter().map(|label| label.span);
        problem.span.into_iter().chain(labels).for_each(|span| place(sources, span, problem.code));
        seen.note((problem.code, last, problem.help.is_some()));
        last = problem.code;
    }
    for format in [Format::Human, Format::Json, Format::Github, Format::Sarif] {
        let text = shown(sources, problems, format);
        match format {
            Format::Human => {
                let raw = text.chars().find(|&c| c != '\n' && is_harmful(c));
                assert!(raw.is_none(), "a terminal would be sent {raw:?}: {text:?}");
            }
            Format::Json => text.lines().for_each(json),
            Format::Sarif => json(&text),
            Format::Github => {}
        }
    }
}

/// What a terminal takes for a command, or what makes text look like another.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Room for all rules of a SARIF document, so that a buffer that doubles isn't taken for growth.
const ROOM: usize = 2 << 20;

fn shown(sources: &Sources, problems: &Diagnostics, format: Format) -> String {
    let rendering = Rendering { format, rules: registry::codes(), ..Rendering::default() };
    let mut out = Vec::with_capacity(if format == Format::Sarif { ROOM } else { 0 });
    render(&rendering, sources, problems, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("text is UTF-8")
}

fn json(text: &str) {
    serde_json::from_str::<serde_json::Value>(text)
        .unwrap_or_else(|error| panic!("no JSON, {error}: {text}"));
}

/// A span lies within a file, and cuts no character.
fn place(sources: &Sources, span: Span, code: &str) {
    // Built-in dialects have no file that could be shown.
    let Some(source) = sources.get(span.source) else { return };
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(source.text().get(start..end).is_some(), "{code} is at {start}..{end} of {}", source.path());
}
