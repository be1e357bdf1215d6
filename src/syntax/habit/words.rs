//! What surrounds a place: values, lists, names, and the words for numbers and units.

use std::ops::Range;

use super::super::keywords::{Role, is_keyword, is_reserved};
use super::super::outline::Tokens;
use super::super::scan::TokenKind;
use crate::types::Unit;

/// Whether a condition ends at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Yes,
    No,
}

/// Aggregates whose value is never a time, so that a window after one was meant for its rows.
pub(super) const ABOUT_ROWS: &[&str] = &["count", "sum", "avg", "exists", "every", "distinct"];

/// The maximum length of text that advice repeats.
const LONGEST: usize = 80;

/// The text of a range on one line.
pub(in super::super) fn text_of(tokens: Tokens<'_>, range: &Range<usize>) -> String {
    let span = tokens.range_span(range);
    if range.is_empty() {
        return String::new();
    }
    let text = tokens.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    if text.chars().count() > LONGEST {
        return "…".to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind(tokens: Tokens<'_>, at: usize) -> Option<TokenKind> {
    tokens.all.get(at).map(|token| token.kind)
}

fn is_name(tokens: Tokens<'_>, at: usize) -> bool {
    match kind(tokens, at) {
        Some(TokenKind::Quoted) => true,
        Some(TokenKind::Word) => !is_reserved(tokens.word(at)),
        _ => false,
    }
}

/// The value that ends before a token.
pub(in super::super) fn operand_before(tokens: Tokens<'_>, end: usize) -> Option<Range<usize>> {
    let last = end.checked_sub(1)?;
    match kind(tokens, last)? {
        TokenKind::Text | TokenKind::Number | TokenKind::Time | TokenKind::Parameter => Some(last..end),
        TokenKind::Word if is_keyword(tokens.word(last), Role::Constant) => Some(last..end),
        TokenKind::Symbol if tokens.word(last) == ")" => {
            let open = opening(tokens, last)?;
            let called = open.checked_sub(1).filter(|&at| is_name(tokens, at));
            let distinct =
                called.filter(|&at| tokens.word(at) == "distinct").and_then(|at| at.checked_sub(1));
            Some(distinct.or(called).unwrap_or(open)..end)
        }
        _ => path_before(tokens, end).map(|start| start..end),
    }
}

/// English words between values, in addition to the language's own.
const ENGLISH: &[&str] = &["does", "do", "did", "has", "have", "the", "than"];

/// Whether a word is used between values, and is hardly ever a name.
fn is_between(word: &str) -> bool {
    is_keyword(word, Role::Between) || ENGLISH.contains(&word)
}

fn path_before(tokens: Tokens<'_>, end: usize) -> Option<usize> {
    let mut at = end;
    if is_between(tokens.word(end.checked_sub(1)?)) {
        return None;
    }
    loop {
        let mut part = at.checked_sub(1)?;
        if tokens.word(part) == "]" {
            part = part.checked_sub(3)?;
        }
        if !is_name(tokens, part) {
            return None;
        }
        match part.checked_sub(1) {
            Some(dot) if tokens.word(dot) == "." => at = dot,
            _ => return Some(part),
        }
    }
}

/// The call of one of these functions that ends before a token, without its last parenthesis.
pub(super) fn open_call(tokens: Tokens<'_>, end: usize, functions: &[&str]) -> Option<String> {
    let range = operand_before(tokens, end)?;
    let close = range.end.checked_sub(1).filter(|&at| tokens.word(at) == ")")?;
    let inner = range.start..close;
    let called = functions.contains(&tokens.word(range.start));
    let window = inner.clone().any(|at| matches!(tokens.word(at), "during" | "where"));
    (called && !window && range.len() > 2).then(|| text_of(tokens, &inner))
}

/// The end of the value that begins at a token.
pub(super) fn operand_after(tokens: Tokens<'_>, at: usize) -> Option<usize> {
    let word = tokens.word(at);
    if is_between(word) && tokens.word(at + 1) != "(" {
        return None;
    }
    if word == "-" {
        return operand_after(tokens, at + 1).filter(|_| tokens.word(at + 1) != "-");
    }
    match kind(tokens, at)? {
        TokenKind::Text | TokenKind::Time => Some(at + 1),
        TokenKind::Parameter | TokenKind::Number => {
            Some(match (unit(tokens.word(at + 1)), tokens.word(at + 2)) {
                (Some(_), "ago") => at + 3,
                (Some(_), "from") if tokens.word(at + 3) == "now" => at + 4,
                (Some(_), _) => at + 2,
                (None, _) => at + 1,
            })
        }
        TokenKind::Word if is_keyword(word, Role::Constant) => Some(at + 1),
        TokenKind::Symbol if word == "(" => closing(tokens, at),
        TokenKind::Word | TokenKind::Quoted => {
            let path = path_after(tokens, at)?;
            let call = if word == "count" && tokens.word(path) == "distinct" { path + 1 } else { path };
            if tokens.word(call) == "(" { closing(tokens, call) } else { Some(path) }
        }
        _ => None,
    }
}

/// The end of the path that begins at a token.
pub(super) fn path_after(tokens: Tokens<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    loop {
        if !is_name(tokens, end) {
            return None;
        }
        end += 1;
        if tokens.word(end) == "["
            && kind(tokens, end + 1) == Some(TokenKind::Text)
            && tokens.word(end + 2) == "]"
        {
            end += 3;
        }
        if tokens.word(end) != "." {
            return Some(end);
        }
        end += 1;
    }
}

/// The token after the bracket that closes the one at a token.
pub(super) fn closing(tokens: Tokens<'_>, open: usize) -> Option<usize> {
    if !matches!(tokens.word(open), "(" | "[" | "{") {
        return None;
    }
    let mut depth = 0_usize;
    for at in open..tokens.all.len() {
        match tokens.word(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 1 => return Some(at + 1),
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    None
}

fn opening(tokens: Tokens<'_>, close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for at in (0..=close).rev() {
        match tokens.word(at) {
            ")" | "]" | "}" => depth += 1,
            "(" | "[" | "{" if depth == 1 => return Some(at),
            "(" | "[" | "{" => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a condition ends before a token.
pub(super) fn end_at(tokens: Tokens<'_>, at: usize) -> End {
    let ends = matches!(tokens.word(at), "" | "}" | ")" | "and" | "or" | "," | "where")
        || tokens.all.get(at).is_some_and(|token| token.first_on_line);
    if ends { End::Yes } else { End::No }
}

/// The end of words that were meant as one name: at ` on `, a brace or the end of the line.
pub(super) fn name_after(tokens: Tokens<'_>, at: usize) -> usize {
    let more = |at: usize| {
        let joins = matches!(
            kind(tokens, at),
            Some(TokenKind::Word | TokenKind::Number | TokenKind::Quoted | TokenKind::Text)
        ) || matches!(tokens.word(at), "-" | "." | "/" | "&");
        joins && !matches!(tokens.word(at), "on" | "extends" | "where")
    };
    (at..at + 10).find(|&at| !more(at)).unwrap_or(at)
}

/// Turns any text into a plain name: `win back` becomes `win_back`, `größe` becomes `groesse`.
pub(in super::super) fn plain_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match latin(c) {
            Some(letters) => name.push_str(letters),
            None if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            None if name.ends_with('_') || name.is_empty() => {}
            None => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "my_segment".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("segment_{name}"),
        Some(_) => name.to_owned(),
    }
}

/// The ASCII equivalent of a letter of a Latin alphabet.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'Ä' | 'Æ' => "Ae",
        'Ö' | 'Ø' => "Oe",
        'Ü' => "Ue",
        'ß' => "ss",
        'å' | 'á' | 'à' | 'â' | 'ã' | 'ą' => "a",
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ó' | 'ò' | 'ô' | 'õ' | 'ő' => "o",
        'ú' | 'ù' | 'û' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ç' | 'ć' | 'č' => "c",
        'ñ' | 'ń' | 'ň' => "n",
        'š' | 'ś' | 'ş' => "s",
        'ž' | 'ź' | 'ż' => "z",
        'ł' => "l",
        'ř' => "r",
        'ť' => "t",
        'ď' => "d",
        'ğ' => "g",
        'ı' => "i",
        'É' | 'È' | 'Ê' => "E",
        'Á' | 'À' | 'Â' | 'Å' => "A",
        'Í' | 'Î' => "I",
        'Ó' | 'Ô' => "O",
        'Ú' => "U",
        'Ç' | 'Č' => "C",
        'Š' | 'Ş' => "S",
        'Ž' => "Z",
        'Ñ' => "N",
        _ => return None,
    })
}

/// The language's word for a unit of time.
pub(super) fn unit(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let long = match lower.as_str() {
        "d" => "days",
        "h" | "hr" | "hrs" => "hours",
        "min" | "mins" => "minutes",
        "sec" | "secs" => "seconds",
        "wk" | "wks" => "weeks",
        "mo" | "mos" | "mth" => "months",
        "yr" | "yrs" => "years",
        "qtr" | "qtrs" => "quarters",
        other => return Unit::parse(other).map(|_| lower),
    };
    Some(long.to_owned())
}

/// The value of a number in words.
pub(super) fn spelt(word: &str) -> Option<u32> {
    const NUMBERS: &[(&str, u32)] = &[
        ("a", 1),
        ("an", 1),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("twelve", 12),
        ("fourteen", 14),
        ("fifteen", 15),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("ninety", 90),
        ("hundred", 100),
    ];
    NUMBERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|&(_, number)| number)
}

/// The content of a text in quotes.
pub(super) fn content(text: &str) -> String {
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The operator for a pattern of SQL's `LIKE`: `%x%` is `contains "x"`.
pub(super) fn like(pattern: &str) -> String {
    let (head, tail) = (pattern.starts_with('%'), pattern.ends_with('%'));
    let inner = pattern.trim_matches('%');
    if inner.contains(['%', '_']) {
        let expression = pattern.trim_matches('%').replace('%', ".*").replace('_', ".");
        let (start, end) = (if head { "" } else { "^" }, if tail { "" } else { "$" });
        return format!("matches \"{start}{expression}{end}\"");
    }
    match (head, tail) {
        (true, true) => format!("contains \"{inner}\""),
        (false, true) => format!("starts with \"{inner}\""),
        (true, false) => format!("ends with \"{inner}\""),
        (false, false) => format!("= \"{inner}\""),
    }
}

/// A date or an instant without its quotes.
pub(super) fn instant(text: &str) -> String {
    let text = text.trim();
    let is_date = text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10;
    if is_date {
        return text.to_owned();
    }
    match (text.parse::<jiff::Timestamp>(), text.parse::<jiff::civil::DateTime>()) {
        (Ok(_), _) => text.replacen(' ', "T", 1),
        (_, Ok(local)) => format!("{local}Z"),
        _ => "2026-01-31".to_owned(),
    }
}

/// The duration in a text such as `'30 days'`.
pub(super) fn duration(text: &str) -> String {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(split);
    match (number.parse::<u32>(), unit(rest.trim())) {
        (Ok(number), Some(unit)) => format!("{number} {unit}"),
        (Ok(number), None) if rest.is_empty() => format!("{number} days"),
        _ => "30 days".to_owned(),
    }
}
