//! Patterns with `*`, `?` and `[a-z]`, as shells have them.

/// A character of a selection, and whether it is in quotes, where it has no special meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) char: char,
    pub(super) quoted: bool,
}

impl Letter {
    /// Whether this is that operator.
    pub(super) fn is(self, operator: char) -> bool {
        self.char == operator && !self.quoted
    }
}

/// A text to compare with, or a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    steps: Vec<Step>,
    /// Whether `/` separates folders, which only `**` crosses.
    of_paths: bool,
    literal: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `**` in a path.
    Across,
    /// `**/`: any number of whole folders. What it consumes is its second step.
    Folders,
    WithinFolders,
    /// `[a-z_]`, or `[!a-z_]` if negated.
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// Reads a pattern. `[` without `]` means itself.
    pub(super) fn new(letters: &[Letter], of_paths: bool) -> Self {
        let mut steps = Vec::new();
        let mut rest = letters;
        while let [first, after @ ..] = rest {
            rest = after;
            let step = match first.char {
                _ if first.quoted => Step::Char(first.char),
                '\\' if of_paths => Step::Char('/'),
                '?' => Step::One,
                '[' => match set(rest) {
                    Some((set, after)) => {
                        rest = after;
                        set
                    }
                    None => Step::Char('['),
                },
                '*' if of_paths && rest.first().is_some_and(|next| next.is('*')) => {
                    rest = &rest[1..];
                    match rest {
                        [slash, after @ ..] if slash.is('/') => {
                            rest = after;
                            steps.push(Step::Folders);
                            Step::WithinFolders
                        }
                        _ => Step::Across,
                    }
                }
                '*' => Step::Many,
                char => Step::Char(char),
            };
            steps.push(step);
        }
        let text = letters.iter().map(|letter| letter.char).collect();
        Self::of(text, steps, of_paths)
    }

    fn of(text: String, steps: Vec<Step>, of_paths: bool) -> Self {
        let char = |step: &Step| match step {
            Step::Char(char) => Some(*char),
            _ => None,
        };
        let literal = steps.iter().map(char).collect();
        Self { text, steps, of_paths, literal }
    }

    /// As written, without quotes.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text that it matches, if that is only one.
    pub(super) fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// The same pattern below a folder, or in a folder whose name it begins with.
    pub(super) fn moved(&self, from: &str, to: &str) -> Option<Self> {
        let is_char = |(step, char): (&Step, char)| *step == Step::Char(char);
        let length = from.chars().count();
        let begins = self.steps.len() >= length && self.steps.iter().zip(from.chars()).all(is_char);
        let steps = to.chars().map(Step::Char).chain(self.steps.get(length..)?.iter().cloned()).collect();
        begins.then(|| Self::of(self.text.clone(), steps, self.of_paths))
    }

    /// Without `/` at the end.
    pub(super) fn trimmed(mut self) -> Self {
        while self.steps.last() == Some(&Step::Char('/')) {
            self.steps.pop();
        }
        Self::of(self.text, self.steps, self.of_paths)
    }

    /// Whether it matches the whole of a text. The cost is at most the product of both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut at = Places::new(self.steps.len());
        at.enter(0, &self.steps);
        for char in text.chars() {
            let mut next = Places::new(self.steps.len());
            for (place, step) in self.steps.iter().enumerate().filter(|&(place, _)| at.0[place]) {
                let separates = self.of_paths && char == '/';
                let (stays, goes) = match step {
                    Step::Char(own) => (false, *own == char),
                    Step::One => (false, !separates),
                    Step::Set { negated, ranges } => {
                        let is_in = ranges.iter().any(|&(low, high)| (low..=high).contains(&char));
                        (false, is_in != *negated && !separates)
                    }
                    Step::Many => (!separates, false),
                    Step::Across => (true, false),
                    Step::Folders => (false, false),
                    Step::WithinFolders => (true, char == '/'),
                };
                if stays {
                    next.enter(place, &self.steps);
                }
                if goes {
                    next.enter(place + 1, &self.steps);
                }
            }
            at = next;
        }
        at.0.last().copied().unwrap_or(false)
    }
}

/// Before which steps a text so far can end.
struct Places(Vec<bool>);

impl Places {
    fn new(steps: usize) -> Self {
        Self(vec![false; steps + 1])
    }

    /// Adds a place, and those behind steps that can match nothing.
    fn enter(&mut self, place: usize, steps: &[Step]) {
        let mut place = place;
        while !std::mem::replace(&mut self.0[place], true) {
            match steps.get(place) {
                Some(Step::Many | Step::Across) => place += 1,
                Some(Step::Folders) => {
                    self.0[place + 1] = true;
                    place += 2;
                }
                _ => return,
            }
        }
    }
}

/// The set after `[`, and what follows its `]`.
fn set(letters: &[Letter]) -> Option<(Step, &[Letter])> {
    let (negated, inner) = match letters {
        [first, rest @ ..] if first.is('!') || first.is('^') => (true, rest),
        _ => (false, letters),
    };
    // `]` directly after `[` belongs to the set.
    let end = 1 + inner.iter().skip(1).position(|letter| letter.is(']'))?;
    let (mut inside, rest) = (&inner[..end], &inner[end + 1..]);
    let mut ranges = Vec::new();
    while let [low, after @ ..] = inside {
        match after {
            [dash, high, after @ ..] if dash.is('-') => {
                ranges.push((low.char, high.char));
                inside = after;
            }
            _ => {
                ranges.push((low.char, low.char));
                inside = after;
            }
        }
    }
    Some((Step::Set { negated, ranges }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str, of_paths: bool) -> Pattern {
        let letters: Vec<Letter> = text.chars().map(|char| Letter { char, quoted: false }).collect();
        Pattern::new(&letters, of_paths)
    }

    fn check(of_paths: bool, text: &str, matching: &[&str], others: &[&str]) {
        let pattern = pattern(text, of_paths);
        for one in matching {
            assert!(pattern.matches(one), "`{text}` should match `{one}`");
        }
        for one in others {
            assert!(!pattern.matches(one), "`{text}` shouldn't match `{one}`");
        }
    }

    #[test]
    fn patterns_match_the_whole_text() {
        check(false, "vip", &["vip"], &["vi", "vip2", "VIP", ""]);
        check(false, "v*p", &["vp", "vip", "vxxp", "v/p"], &["vpx", "xvp"]);
        check(false, "*", &["", "anything at all"], &[]);
        check(false, "?", &["a", "é", "字"], &["", "ab"]);
        check(false, "vip_[0-9ab]", &["vip_7", "vip_b"], &["vip_c", "vip_77", "vip_-"]);
        check(false, "[!a-c]x", &["dx"], &["ax", "x"]);
        check(false, "[]-]", &["]", "-"], &["a"]);
        check(false, "[a", &["[a"], &["a"]);
        check(false, "a[z-a]", &[], &["az", "am"]);
        check(false, "*a*b*", &["ab", "xaxbx"], &["ba"]);
    }

    #[test]
    fn in_paths_only_two_stars_cross_folders() {
        check(true, "segments/*", &["segments/a.seg", "segments/crm"], &["segments/crm/a.seg"]);
        check(true, "segments/?", &["segments/a"], &["segments//"]);
        check(true, "segments[!x]a", &[], &["segments/a"]);
        check(true, "**/vip.seg", &["vip.seg", "a/vip.seg", "a/b/vip.seg"], &["a/xvip.seg", "xvip.seg"]);
        check(true, "a/**/c", &["a/c", "a/b/c", "a/b/b/c"], &["a/xc", "ac"]);
        check(true, "a/**", &["a/", "a/b/c"], &["a", "b/a/"]);
        check(true, "a\\b", &["a/b"], &[]);
    }

    #[test]
    fn paths_can_be_moved_and_trimmed() {
        let moved = |text: &str, from: &str, to: &str| {
            pattern(text, true).trimmed().moved(from, to).is_some_and(|one| one.matches("segments/a"))
        };
        assert!(moved("shop/segments/a/", "shop/", ""));
        assert!(moved("./segments/*", "./", ""));
        assert!(moved("a", "", "segments/"));
        assert!(!moved("s", "shop/", "") && !moved("", "x", ""));
    }

    #[test]
    fn hostile_patterns_take_no_longer_than_others() {
        let text = "a".repeat(2000);
        assert!(!pattern(&"*a".repeat(500), false).matches(&format!("{text}b")));
        assert!(pattern(&"**/".repeat(500), true).matches(&format!("{text}/")));
    }
}
