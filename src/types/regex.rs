//! Regular expressions of the portable subset, as trees.

/// A regular expression over code points. It matches if it is found anywhere in a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Regex {
    /// The empty text.
    Empty,
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// A single character of this set.
    One(CharSet),
    /// These expressions in sequence.
    Concat(Vec<Regex>),
    /// Any of these expressions.
    Alternate(Vec<Regex>),
    /// An expression repeated `least` to `most` times.
    Repeat {
        /// The repeated expression.
        of: Box<Regex>,
        /// The minimum number of repetitions.
        least: u32,
        /// The maximum number of repetitions; `None` is unlimited.
        most: Option<u32>,
    },
}

/// A set of characters, as sorted inclusive ranges that neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CharSet {
    ranges: Vec<(char, char)>,
}

impl CharSet {
    /// The set of the characters in any of the inclusive ranges.
    #[must_use]
    pub fn new(ranges: impl IntoIterator<Item = (char, char)>) -> Self {
        let mut sorted: Vec<(char, char)> = ranges.into_iter().filter(|(a, b)| a <= b).collect();
        sorted.sort_unstable();
        let mut ranges: Vec<(char, char)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match ranges.last_mut() {
                Some(last) if next(last.1).is_none_or(|next| low <= next) => last.1 = last.1.max(high),
                _ => ranges.push((low, high)),
            }
        }
        Self { ranges }
    }

    /// An expression that matches a single character.
    #[must_use]
    pub fn one(c: char) -> Self {
        Self { ranges: vec![(c, c)] }
    }

    /// The set of all characters that aren't in this one.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::new();
        let mut from = Some('\0');
        for &(low, high) in &self.ranges {
            if let (Some(first), Some(last)) = (from, previous(low))
                && first <= last
            {
                ranges.push((first, last));
            }
            from = next(high);
        }
        ranges.extend(from.map(|first| (first, char::MAX)));
        Self { ranges }
    }

    /// This set together with the other case of each ASCII letter in it.
    #[must_use]
    pub(crate) fn in_both_cases(&self) -> Self {
        let within = |&(low, high): &(char, char), first: char, last: char, to: fn(&char) -> char| {
            let (low, high) = (low.max(first), high.min(last));
            (low <= high).then(|| (to(&low), to(&high)))
        };
        let upper = |range| within(range, 'a', 'z', char::to_ascii_uppercase);
        let lower = |range| within(range, 'A', 'Z', char::to_ascii_lowercase);
        let other = self.ranges.iter().filter_map(upper).chain(self.ranges.iter().filter_map(lower));
        Self::new(self.ranges.iter().copied().chain(other))
    }

    #[must_use]
    pub(crate) fn ranges(&self) -> &[(char, char)] {
        &self.ranges
    }

    /// Whether the set contains a character.
    #[must_use]
    pub(crate) fn has(&self, c: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&c))
    }

    /// The character of a set of one.
    #[must_use]
    pub(crate) fn single(&self) -> Option<char> {
        match self.ranges.as_slice() {
            [(low, high)] if low == high => Some(*low),
            _ => None,
        }
    }
}

/// The next character; there are none from U+D800 to U+DFFF.
fn next(c: char) -> Option<char> {
    if c == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(c) + 1) }
}

fn previous(c: char) -> Option<char> {
    if c == '\u{E000}' { Some('\u{D7FF}') } else { char::from_u32(u32::from(c).checked_sub(1)?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_consist_of_separate_ranges() {
        let set = CharSet::new([('c', 'd'), ('a', 'b'), ('x', 'z'), ('y', 'y')]);
        assert_eq!(set.ranges(), [('a', 'd'), ('x', 'z')]);
        assert_eq!(CharSet::new([('\u{D000}', '\u{D7FF}'), ('\u{E000}', 'ﬀ')]).ranges(), [('\u{D000}', 'ﬀ')]);
        assert_eq!(set.in_both_cases().ranges(), [('A', 'D'), ('X', 'Z'), ('a', 'd'), ('x', 'z')]);
        let kelvin = CharSet::new([('\u{212A}', '\u{212A}'), ('é', 'é')]);
        assert_eq!(kelvin.in_both_cases(), kelvin, "only ASCII has cases here");
    }

    #[test]
    fn complements_contain_everything_else() {
        let set = CharSet::new([('\0', 'a'), ('c', '\u{D7FF}'), ('\u{10FFFF}', '\u{10FFFF}')]);
        assert_eq!(set.complement().ranges(), [('b', 'b'), ('\u{E000}', '\u{10FFFE}')]);
        assert_eq!(set.complement().complement(), set);
        let all = CharSet::new([]).complement();
        assert_eq!(all.ranges(), [('\0', '\u{10FFFF}')]);
        assert!(all.complement().ranges().is_empty());
    }
}
