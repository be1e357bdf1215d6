//! Splits text into tokens that mean something in every format: words, numbers, texts in quotes,
//! signs.

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Spaces and line ends.
    Space,
    /// A keyword or a name.
    Word,
    /// What begins with a digit.
    Number,
    /// A text in quotes or backticks.
    Text,
    /// Anything else, one character.
    Sign,
}

/// What a piece of text is, by its beginning.
pub(crate) fn kind(piece: &str) -> Kind {
    match piece.chars().next() {
        Some(c) if c.is_whitespace() => Kind::Space,
        Some(c) if c.is_ascii_digit() => Kind::Number,
        Some(c) if c.is_alphabetic() || c == '_' => Kind::Word,
        Some('"' | '\'' | '`') if piece.len() > 1 => Kind::Text,
        _ => Kind::Sign,
    }
}

/// The pieces of a text; together they are the text.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\n' => 1 + run(&rest[1..], |c| c == ' '),
            c if c.is_whitespace() => run(rest, |c| c.is_whitespace() && c != '\n'),
            c if c.is_ascii_digit() => run(rest, |c| c.is_ascii_alphanumeric() || "._-:".contains(c)),
            c if c.is_alphabetic() || c == '_' => run(rest, |c| c.is_alphanumeric() || c == '_'),
            '"' | '\'' | '`' => quoted(rest, c),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length.max(c.len_utf8()));
        pieces.push(piece.to_owned());
        rest = after;
    }
    pieces
}

fn run(text: &str, is_in: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_in(c)).unwrap_or(text.len())
}

/// To the quote that closes it on its line; the quote alone if there is none.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    1
}

#[test]
fn tokens_cover_the_whole_text() {
    let text = "a: \"x\\\"y\" # 'é\n  - [1.5e3, 2024-01-31]\n`b`\u{202e}“";
    let pieces = split(text);
    assert_eq!(pieces.concat(), text);
    assert!(pieces.iter().any(|piece| piece == "\"x\\\"y\""), "{pieces:?}");
    assert!(pieces.iter().any(|piece| piece == "2024-01-31"), "{pieces:?}");
}
