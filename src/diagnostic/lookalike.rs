//! Characters that look like those of a keyboard, or like nothing: word processors, spreadsheets and
//! web pages bring them, and nobody sees them in a message.

/// The text with the characters of a keyboard in place of those that look like them, and without
/// those that have no width; `None` if it has neither.
#[must_use]
pub(crate) fn plain(text: &str) -> Option<String> {
    let mut changed = false;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match typed(c) {
            Typed::Itself => plain.push(c),
            Typed::Nothing => changed = true,
            Typed::As(other) => {
                changed = true;
                plain.push(other);
            }
        }
    }
    changed.then_some(plain)
}

/// The first character of a text that isn't what it seems to be: `U+00A0 (a non-breaking space)`.
#[must_use]
pub(crate) fn first(text: &str) -> Option<String> {
    text.chars().find_map(|c| Some(format!("U+{:04X} ({})", u32::from(c), name(c)?)))
}

/// Whether a space isn't the one of the keyboard.
#[must_use]
pub(crate) fn is_odd_space(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
}

enum Typed {
    Itself,
    Nothing,
    As(char),
}

fn typed(c: char) -> Typed {
    match c {
        c if is_without_width(c) => Typed::Nothing,
        c if is_odd_space(c) => Typed::As(' '),
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).map_or(Typed::Itself, Typed::As)
        }
        '‘' | '’' | '‚' | '‛' | '´' | 'ʼ' => Typed::As('\''),
        '“' | '”' | '„' | '‟' => Typed::As('"'),
        '‐' | '‑' | '‒' | '–' | '—' | '−' => Typed::As('-'),
        _ => Typed::Itself,
    }
}

fn is_without_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' => "a non-breaking space",
        '\u{202f}' => "a narrow non-breaking space",
        '\u{2009}' => "a thin space",
        '\u{ad}' => "a soft hyphen",
        '\u{feff}' => "a byte order mark",
        c if is_without_width(c) => "an invisible character",
        c if is_odd_space(c) => "an unusual space",
        '\u{ff01}'..='\u{ff5e}' => "a full-width character",
        '‘' | '’' | '‚' | '‛' | '“' | '”' | '„' | '‟' | '´' | 'ʼ' => "a typographic quote",
        '−' => "a minus sign, not a hyphen",
        '‐' | '‑' | '‒' | '–' | '—' => "a typographic dash",
        '\u{300}'..='\u{36f}' => "an accent apart from its letter",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_named_and_replaced() {
        for (text, expected, named) in [
            ("1\u{a0}234", "1 234", "U+00A0 (a non-breaking space)"),
            ("1\u{202f}234", "1 234", "U+202F (a narrow non-breaking space)"),
            ("\u{feff}id", "id", "U+FEFF (a byte order mark)"),
            ("fr\u{200b}ee", "free", "U+200B (an invisible character)"),
            ("ｉｄ，１", "id,1", "U+FF49 (a full-width character)"),
            ("“it’s”", "\"it's\"", "U+201C (a typographic quote)"),
            ("2024‑01–01", "2024-01-01", "U+2011 (a typographic dash)"),
            ("−5", "-5", "U+2212 (a minus sign, not a hyphen)"),
            ("a\u{3000}b", "a b", "U+3000 (an unusual space)"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(expected), "{text:?}");
            assert_eq!(first(text).as_deref(), Some(named), "{text:?}");
        }
        assert_eq!(plain("Zoë 5 €, \"it's\" – no".trim_end_matches("– no")), None);
        assert_eq!(first("Zoë 東京 👩"), None);
        assert_eq!(first("e\u{301}te\u{301}").as_deref(), Some("U+0301 (an accent apart from its letter)"));
        assert_eq!(plain("e\u{301}"), None);
    }
}
