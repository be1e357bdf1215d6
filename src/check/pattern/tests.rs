//! What patterns are read, what is refused, and where.

use super::*;
use crate::types::CharSet;

fn one(ranges: &[(char, char)]) -> Regex {
    Regex::One(CharSet::new(ranges.iter().copied()))
}

fn tree(pattern: &str) -> Regex {
    parse(pattern).expect(pattern)
}

/// The parts of the pattern that are refused, and whether as unreadable.
fn refused(pattern: &str) -> Vec<(&str, bool)> {
    let faults = parse(pattern).expect_err(pattern);
    faults.into_iter().map(|(at, fault)| (&pattern[at], matches!(fault, Fault::Unreadable(..)))).collect()
}

#[test]
fn character_classes_are_ascii() {
    assert_eq!(tree(r"\d"), one(&[('0', '9')]));
    assert_eq!(tree(r"[\w-]"), one(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'), ('-', '-')]));
    assert_eq!(tree(r"\s"), one(&[('\t', '\r'), (' ', ' ')]));
    assert_eq!(tree("."), Regex::One(CharSet::one('\n').complement()));
    assert_eq!(tree(r"[^\S]"), tree(r"\s"));
    assert_eq!(tree(r"[\s\S]"), one(&[('\0', '\u{10FFFF}')]));
}

#[test]
fn the_case_flag_applies_to_its_group_and_to_ascii() {
    let k = one(&[('K', 'K'), ('k', 'k')]);
    assert_eq!(tree("(?i)k"), Regex::Concat(vec![Regex::Empty, k.clone()]));
    assert_eq!(tree("(?i:k)k"), Regex::Concat(vec![k.clone(), one(&[('k', 'k')])]));
    assert_eq!(tree("(?i)é"), Regex::Concat(vec![Regex::Empty, one(&[('é', 'é')])]));
    assert_eq!(tree("(?i)[^a]"), Regex::Concat(vec![Regex::Empty, one(&[('A', 'A'), ('a', 'a')]).not()]));
    assert_eq!(tree("(a(?i)b|k)k"), tree("(a[Bb]|[Kk])k").with_empty());
}

impl Regex {
    fn not(self) -> Self {
        match self {
            Self::One(set) => Self::One(set.complement()),
            other => other,
        }
    }

    /// The `(?i)` of the test above leaves nothing where it stood.
    fn with_empty(self) -> Self {
        let Self::Concat(mut parts) = self else { return self };
        if let Self::Alternate(alternatives) = &mut parts[0]
            && let Self::Concat(first) = &mut alternatives[0]
        {
            first.insert(1, Self::Empty);
        }
        Self::Concat(parts)
    }
}

#[test]
fn repetitions_are_parsed() {
    let repeat = |least, most| Regex::Repeat { of: Box::new(one(&[('a', 'a')])), least, most };
    assert_eq!(tree("a*"), repeat(0, None));
    assert_eq!(tree("a{2,255}"), repeat(2, Some(255)));
    assert_eq!(tree("a{3}"), repeat(3, Some(3)));
    assert_eq!(tree("a{2,}"), repeat(2, None));
    assert_eq!(tree("a{1}"), one(&[('a', 'a')]));
    assert_eq!(tree("(?:^)*a{0}"), Regex::Concat(vec![Regex::Empty, Regex::Empty]));
    assert_eq!(tree("$+"), Regex::End);
}

#[test]
fn ambiguous_syntax_is_rejected_with_its_span() {
    for (pattern, parts) in [
        (r"a\bc", &[r"\b"][..]),
        (r"(a)\1", &[r"\1"]),
        ("a(?=b)", &["(?="]),
        ("a(?!b)", &["(?!"]),
        ("(?<=a)b", &["(?<="]),
        ("(?<!a)b", &["(?<!"]),
        ("a*?b+?c??d{2}?", &["*?", "+?", "??", "{2}?"]),
        ("a*+", &["+"]),
        ("a**", &["*"]),
        (r"\pL", &[r"\pL"]),
        (r"[\p{Greek}a]", &[r"\p{Greek}"]),
        ("(?P<year>a)", &["year"]),
        ("(?<year>a)", &["year"]),
        ("(?s).", &["s"]),
        ("(?im-sx:a)", &["m", "s", "x"]),
        (r"\Aa\z", &[r"\A", r"\z"]),
        (r"a\Z", &[r"\Z"]),
        ("(?#why)a", &["#"]),
        ("(?>a)", &[">"]),
        ("[[:alpha:]]", &["[:alpha:]"]),
        ("[a[b]]", &["[b]"]),
        ("[a-z&&b]", &["a-z&&b"]),
        (r"[^\s\S]", &[r"[^\s\S]"]),
        (r"\b.\p{L}.(?m)", &[r"\b", r"\p{L}", "m"]),
    ] {
        let wanted: Vec<(&str, bool)> = parts.iter().map(|part| (*part, false)).collect();
        assert_eq!(refused(pattern), wanted, "{pattern}");
    }
}

#[test]
fn invalid_patterns_are_rejected_with_their_span() {
    for (pattern, part) in [
        ("a(b", "("),
        ("ab)", ")"),
        ("[ab", "["),
        ("*a", "*"),
        ("a{2", "{2"),
        ("a{,2}", ","),
        ("a{3,2}", "{3,2}"),
        ("[z-a]", "z-a"),
        (r"\i", r"\i"),
        (r"\x{110000}", "110000"),
        ("a\\", "\\"),
    ] {
        assert_eq!(refused(pattern), [(part, true)], "{pattern}");
    }
}

#[test]
fn large_patterns_are_rejected() {
    let fault = |pattern: &str| parse(pattern).expect_err(pattern).remove(0).1;
    assert_eq!(fault("a{256}"), Fault::Repeats(256, 255, false));
    assert_eq!(fault("a{300,}"), Fault::Repeats(300, 255, false));
    assert!(parse("((a{10}){10}){10}").is_ok());
    assert_eq!(fault("((a{10}){10}){11}"), Fault::Repeats(1100, 1000, true));
    assert!(parse("((a{5}){10}|b{20})*").is_ok());
    assert_eq!(fault("(abc){255}(abcd){255}(abcd){255}"), Fault::Large(2805, 2000));
    assert!(parse(&"(".repeat(5000)).is_err());
    assert!(parse(&format!("{}a{}", "(".repeat(50), ")".repeat(50))).is_ok());
    assert!(parse(&format!("{}a{}", "(".repeat(80), ")".repeat(80))).is_err());
    let wide = "(a|b)".repeat(20_000);
    assert_eq!(fault(&wide), Fault::Large(40_000, 2000));
}
