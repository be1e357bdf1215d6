//! Texts as HTML.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;

use crate::describe::{Description, Part};
use crate::diagnostic::{is_unseen, visible};
use crate::types::{Word, WordKind};

/// HTML, which templates don't escape again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// A text without special meaning, in a document or an attribute. Characters that can't be seen are written as
/// in a string, except for line breaks and tabs.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\r' => {}
            c if is_unseen(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

fn class(kind: WordKind) -> &'static str {
    match kind {
        WordKind::Keyword => "k",
        WordKind::Property => "p",
        WordKind::Function => "f",
        WordKind::Declared => "d",
        WordKind::Text => "s",
        WordKind::Number => "n",
        WordKind::Parameter => "v",
        WordKind::Comment => "c",
    }
}

/// A text of code with its words marked.
pub(super) fn code(text: &str, words: &[Word]) -> Html {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    let mut at = 0;
    for (range, kind) in words {
        let (Some(between), Some(word)) = (text.get(at..range.start), text.get(range.clone())) else {
            continue;
        };
        escape(between, &mut out);
        // Writing to a string can't fail.
        let _ = write!(out, "<b class={}>", class(*kind));
        escape(word, &mut out);
        out.push_str("</b>");
        at = range.end;
    }
    escape(text.get(at..).unwrap_or_default(), &mut out);
    Html(out)
}

/// Segments, traits or parameters, marked.
pub(super) fn segment_code(text: &str) -> Html {
    code(text, &crate::syntax::highlight(text))
}

/// A condition, marked.
pub(super) fn condition_code(text: &str) -> Html {
    excerpt("segment x on y { where ", text, " }")
}

/// A constant, marked.
pub(super) fn segment_value(text: &str) -> Html {
    excerpt("param x: integer = ", text, "")
}

/// A part of an item, marked as it is in the item.
fn excerpt(before: &str, text: &str, after: &str) -> Html {
    let whole = format!("{before}{text}{after}");
    let (start, end) = (before.len(), before.len() + text.len());
    let words = crate::syntax::highlight(&whole);
    let words = words.into_iter().filter(|(at, _)| at.start >= start && at.end <= end);
    let words: Vec<Word> = words.map(|(at, kind)| (at.start - start..at.end - start, kind)).collect();
    code(text, &words)
}

/// A message, in which what is in backticks is code.
pub(super) fn message(text: &str) -> Html {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len() + 16);
    if parts.len().is_multiple_of(2) {
        // A backtick that isn't closed is one of the user's.
        escape(&text, &mut out);
        return Html(out);
    }
    for (at, part) in parts.into_iter().enumerate() {
        let is_code = at % 2 == 1;
        out.push_str(if is_code { "<code>" } else { "" });
        escape(part, &mut out);
        out.push_str(if is_code { "</code>" } else { "" });
    }
    Html(out)
}

/// A description: a paragraph for each section, and its conditions as nested lists.
pub(super) fn description(it: &Description) -> Html {
    let mut out = String::new();
    for section in &it.sections {
        out.push_str("<p>");
        escape(&visible(&section.part.text), &mut out);
        out.push_str(if section.part.parts.is_empty() { ".</p>" } else { "</p>" });
        list(&section.part.parts, &mut out);
    }
    Html(out)
}

/// Bounded by the nesting of conditions.
fn list(parts: &[Part], out: &mut String) {
    if parts.is_empty() {
        return;
    }
    out.push_str("<ul>");
    for part in parts {
        out.push_str("<li>");
        escape(&visible(&part.text), out);
        list(&part.parts, out);
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}

/// A line of steps and the area below it. The path has only numbers and letters.
pub(super) fn steps(line: &str, width: f64, height: f64) -> Html {
    Html(format!(
        "<svg viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <path class=\"area\" d=\"{line}V{height}H0Z\"/><path class=\"line\" d=\"{line}\"/></svg>"
    ))
}

/// A name as a part of an address.
pub(super) fn url(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'~' => out.push(char::from(byte)),
            // Writing to a string can't fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// A value as a script's literal: JSON without what could end a script or a line of it.
pub(super) fn script_value(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A whole number with commas between thousands.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent, with as many digits as say something.
#[expect(clippy::cast_precision_loss, reason = "a share is shown with a few digits")]
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let share = part as f64 / whole as f64 * 100.0;
    match share {
        0.0 => "0%".to_owned(),
        share if share < 0.1 => "<0.1%".to_owned(),
        share if part != whole && share > 99.9 => ">99.9%".to_owned(),
        share if share < 10.0 => format!("{share:.1}%"),
        share => format!("{share:.0}%"),
    }
}

/// The same as a number between 0 and 100 for styles.
#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
pub(super) fn width(part: u64, whole: u64) -> String {
    if whole == 0 { "0".to_owned() } else { format!("{:.2}", part as f64 / whole as f64 * 100.0) }
}

/// `1 segment`, `2 segments`.
pub(super) fn plural(count: usize, word: &str) -> String {
    let number = number(count as u64);
    let ending = match word.strip_suffix('y') {
        Some(stem) if count != 1 => return format!("{number} {stem}ies"),
        _ if count == 1 => "",
        _ => "s",
    };
    format!("{number} {word}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_escaped_inside_and_between_words() {
        let text = "a<b && \"</script>\" \u{202e}# x";
        let at = text.find('"').expect("a text");
        let end = text.rfind('"').expect("a text") + 1;
        assert_eq!(
            code(text, &[(at..end, WordKind::Text)]).0,
            "a&lt;b &amp;&amp; <b class=s>&quot;&lt;/script&gt;&quot;</b> \\u{202e}# x"
        );
        assert_eq!(code("a", &[(3..9, WordKind::Text)]).0, "a");
    }

    #[test]
    fn names_are_safe_in_addresses_and_scripts() {
        assert_eq!(url("a b/../é?#\""), "a%20b%2F..%2F%C3%A9%3F%23%22");
        assert_eq!(script_value(&serde_json::json!("</script>\u{2028}")), "\"\\u003c/script>\\u2028\"");
    }

    #[test]
    fn messages_have_code_in_backticks() {
        assert_eq!(message("a `<b>` c").0, "a <code>&lt;b&gt;</code> c");
        assert_eq!(message("a ` c <").0, "a ` c &lt;");
        assert_eq!(message("").0, "");
    }

    #[test]
    fn numbers_are_brief() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        let shares = [(0, 0), (0, 5), (1, 10_000), (1, 30), (1, 3), (99_999, 100_000), (7, 7)];
        assert_eq!(
            shares.map(|(part, whole)| percent(part, whole)),
            ["–", "0%", "<0.1%", "3.3%", "33%", ">99.9%", "100%"]
        );
        assert_eq!(
            [plural(1, "entity"), plural(2, "entity"), plural(0, "segment")],
            ["1 entity", "2 entities", "0 segments"]
        );
    }
}
