//! The words of a query.

/// A word, and where it begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Number(String),
    /// `(`, `>=`, …
    Symbol(&'static str),
}

const SYMBOLS: [&str; 17] =
    ["==", "!=", ">=", "<=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "=", ">", "<", ";"];

/// The words of a text, or the place of what is none.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, len) = if c.is_ascii_alphabetic() || c == '_' {
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Kind::Word(rest[..len].to_owned()), len)
        } else if c.is_ascii_digit() || (c == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let body = &rest[1..];
            let len = 1 + body.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(body.len());
            let len = rest[..len].trim_end_matches('.').len();
            (Kind::Number(rest[..len].to_owned()), len)
        } else if c == '\'' || c == '"' {
            let (text, len) = quoted(rest, c).ok_or(at)?;
            (Kind::Text(text), len)
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)).ok_or(at)?;
            (Kind::Symbol(symbol), symbol.len())
        };
        found.push(Token { kind, start: at, end: at + len });
        at += len;
    }
    Ok(found)
}

/// A text in quotes, in which a backslash keeps the character after it.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let (mut text, mut chars) = (String::new(), rest.char_indices().skip(1));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.push(chars.next()?.1),
            c if c == quote => return Some((text, at + c.len_utf8())),
            c => text.push(c),
        }
    }
    None
}
