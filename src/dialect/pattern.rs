//! How regular expressions are written: in the form that RE2, PostgreSQL and Java read alike. Only
//! the end of the text differs, which each dialect defines.

use crate::types::{CharSet, Regex};

/// The text of a pattern; `end` is the text's end.
pub(super) fn write(regex: &Regex, end: &str) -> String {
    Writer { end }.alternatives(regex)
}

struct Writer<'a> {
    end: &'a str,
}

impl Writer<'_> {
    fn alternatives(&self, regex: &Regex) -> String {
        match regex {
            Regex::Alternate(parts) => {
                parts.iter().map(|part| self.alternatives(part)).collect::<Vec<_>>().join("|")
            }
            other => self.sequence(other),
        }
    }

    fn sequence(&self, regex: &Regex) -> String {
        match regex {
            Regex::Concat(parts) => parts.iter().map(|part| self.sequence(part)).collect(),
            Regex::Empty => String::new(),
            Regex::Start => "^".to_owned(),
            Regex::End => self.end.to_owned(),
            Regex::Repeat { of, least, most } => format!("{}{}", self.atom(of), count(*least, *most)),
            Regex::One(set) => one(set),
            Regex::Alternate(_) => self.group(regex),
        }
    }

    fn atom(&self, regex: &Regex) -> String {
        match regex {
            Regex::One(set) => one(set),
            Regex::Concat(parts) if parts.len() == 1 => self.atom(&parts[0]),
            _ => self.group(regex),
        }
    }

    fn group(&self, regex: &Regex) -> String {
        format!("(?:{})", self.alternatives(regex))
    }
}

fn count(least: u32, most: Option<u32>) -> String {
    match (least, most) {
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (0, Some(1)) => "?".to_owned(),
        (least, None) => format!("{{{least},}}"),
        (least, Some(most)) if least == most => format!("{{{least}}}"),
        (least, Some(most)) => format!("{{{least},{most}}}"),
    }
}

/// A character or a class. A class that contains U+0000, which not all engines can write, is
/// written as a negated class.
fn one(set: &CharSet) -> String {
    if let Some(c) = set.single() {
        return escaped(c, r"\.+*?()|[]{}^$");
    }
    if !set.has('\0') {
        return format!("[{}]", ranges(set));
    }
    let lacks = set.complement();
    // Java knows no empty class.
    if lacks.ranges().is_empty() { r"(?:[^\n]|\n)".to_owned() } else { format!("[^{}]", ranges(&lacks)) }
}

fn ranges(set: &CharSet) -> String {
    let mut out = String::new();
    for &(low, high) in &without_surrogates(set) {
        out.push_str(&escaped(low, r"\]^-[&"));
        if low == high {
            continue;
        }
        if u32::from(high) - u32::from(low) > 1 {
            out.push('-');
        }
        out.push_str(&escaped(high, r"\]^-[&"));
    }
    out
}

/// Splits ranges at the surrogates: in UTF-16, a range across them would contain half of a pair.
fn without_surrogates(set: &CharSet) -> Vec<(char, char)> {
    let cut = |&(low, high): &(char, char)| match low <= '\u{D7FF}' && high >= '\u{E000}' {
        true => vec![(low, '\u{D7FF}'), ('\u{E000}', high)],
        false => vec![(low, high)],
    };
    set.ranges().iter().flat_map(cut).collect()
}

/// A character, with a backslash if it is one of `signs`.
fn escaped(c: char, signs: &str) -> String {
    match c {
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        c if signs.contains(c) => format!("\\{c}"),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(ranges: &[(char, char)]) -> Regex {
        Regex::One(CharSet::new(ranges.iter().copied()))
    }

    fn text(text: &str) -> Regex {
        Regex::Concat(text.chars().map(|c| Regex::One(CharSet::one(c))).collect())
    }

    fn repeat(of: Regex, least: u32, most: Option<u32>) -> Regex {
        Regex::Repeat { of: Box::new(of), least, most }
    }

    #[test]
    fn patterns_are_written_with_the_fewest_groups() {
        let either = Regex::Alternate(vec![text("ab"), Regex::Empty]);
        let cases = [
            (text("a.b"), r"a\.b"),
            (either.clone(), "ab|"),
            (Regex::Concat(vec![Regex::Start, either.clone(), Regex::End]), r"^(?:ab|)\z"),
            (repeat(text("a"), 0, None), "a*"),
            (repeat(text("ab"), 2, Some(3)), "(?:ab){2,3}"),
            (repeat(repeat(class(&[('0', '9')]), 1, None), 0, Some(1)), "(?:[0-9]+)?"),
            (repeat(either, 4, None), "(?:ab|){4,}"),
        ];
        for (regex, expected) in cases {
            assert_eq!(write(&regex, r"\z"), expected);
        }
    }

    #[test]
    fn character_classes_omit_nul_and_surrogates() {
        let cases = [
            (class(&[('a', 'z'), ('-', '-'), (']', '^')]), r"[\-\]\^a-z]"),
            (Regex::One(CharSet::one('\n').complement()), r"[^\n]"),
            (class(&[('\0', '\u{7F}')]), "[^\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}]"),
            (class(&[('\u{80}', '\u{10FFFF}')]), "[\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}]"),
            (class(&[('\0', '\u{10FFFF}')]), r"(?:[^\n]|\n)"),
            (class(&[('a', 'b')]), "[ab]"),
        ];
        for (regex, expected) in cases {
            assert_eq!(write(&regex, "$"), expected);
        }
    }
}
