//! Semantic versions, by <https://semver.org>.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

/// The maximum number of digits of a number in a version.
const DIGITS: usize = 99;

/// A semantic version. Versions are equal if they have the same precedence, which ignores build
/// metadata.
///
/// Boxed, so that types which may contain a version stay small.
#[derive(Debug, Clone)]
pub struct Version(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    text: String,
    /// Major, minor, patch: digits without leading zeros.
    core: [String; 3],
    /// The identifiers after the first `-`; empty for a release.
    pre: Vec<Identifier>,
}

/// One identifier of a pre-release.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identifier {
    /// Digits without leading zeros.
    Number(String),
    /// Letters, digits and hyphens.
    Word(String),
}

/// Why a text isn't a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionError {
    pub(crate) what: String,
    /// The version that is probably meant.
    pub(crate) meant: Option<String>,
}

impl Version {
    /// Parses a version.
    ///
    /// # Errors
    ///
    /// If the text isn't a version, returns the reason.
    pub(crate) fn parse(text: &str) -> Result<Self, VersionError> {
        let (rest, build) = split(text, '+');
        let (core, pre) = split(rest, '-');
        let wrong = |what: String| VersionError { what, meant: meant(text) };
        let parts: Vec<&str> = core.split('.').collect();
        let [major, minor, patch] = parts.as_slice() else {
            return Err(wrong(format!("a version has three numbers, and `{core}` is not three numbers")));
        };
        for part in [major, minor, patch] {
            number(part).map_err(&wrong)?;
        }
        let pre = pre.map_or(Ok(Vec::new()), |pre| pre.split('.').map(identifier).collect());
        let pre = pre.map_err(&wrong)?;
        for part in build.into_iter().flat_map(|build| build.split('.')) {
            word(part, "build metadata").map_err(&wrong)?;
        }
        let core = [major, minor, patch].map(|part| (*part).to_owned());
        Ok(Self(Box::new(Parts { text: text.to_owned(), core, pre })))
    }

    /// A text whose order by code point is the precedence of versions. The templates of
    /// `semver_key` compute the same from a column.
    ///
    /// Each number becomes `1`, the count of its digits and the digits; each word `2` and the word.
    /// They are separated by spaces, which sort before everything else. A release has the word `~`
    /// where a pre-release has `-`.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        let mut key = String::new();
        for digits in &self.0.core {
            let _ = write!(key, "1{:02}{digits} ", digits.len());
        }
        key.push_str(if self.0.pre.is_empty() { "2~" } else { "2-" });
        for identifier in &self.0.pre {
            let _ = match identifier {
                Identifier::Number(digits) => write!(key, " 1{:02}{digits}", digits.len()),
                Identifier::Word(word) => write!(key, " 2{word}"),
            };
        }
        key
    }

    /// Its text without build metadata, which says nothing of its precedence.
    #[must_use]
    pub(crate) fn without_build(&self) -> &str {
        split(&self.0.text, '+').0
    }

    /// The version with this key, without build metadata.
    #[must_use]
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        let parts: Option<Vec<&str>> = key
            .split(' ')
            .map(|part| if part.starts_with('1') { part.get(3..) } else { part.strip_prefix('2') })
            .collect();
        let parts = parts?;
        let (core, pre) = parts.split_at_checked(3)?;
        let pre = pre.get(1..).filter(|pre| !pre.is_empty()).map(|pre| format!("-{}", pre.join(".")));
        Self::parse(&format!("{}{}", core.join("."), pre.unwrap_or_default())).ok()
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn number(digits: &str) -> Result<(), String> {
    if digits.is_empty() {
        return Err("a number is missing".to_owned());
    }
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("`{digits}` is not a number"));
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(format!("`{digits}` begins with a zero"));
    }
    if digits.len() > DIGITS {
        return Err(format!("a number has more than {DIGITS} digits"));
    }
    Ok(())
}

fn word(text: &str, place: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(format!("an identifier of the {place} is empty"));
    }
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err(format!("`{text}` is not made of letters, digits and hyphens"))
}

fn identifier(text: &str) -> Result<Identifier, String> {
    word(text, "pre-release")?;
    if text.bytes().all(|b| b.is_ascii_digit()) {
        number(text)?;
        return Ok(Identifier::Number(text.to_owned()));
    }
    Ok(Identifier::Word(text.to_owned()))
}

/// The version that `v1.2`, `01.2.0` or ` 2` probably mean.
fn meant(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let trimmed = trimmed.strip_prefix(['v', 'V', '=']).unwrap_or(trimmed);
    let end = trimmed.find(['-', '+']).unwrap_or(trimmed.len());
    let (core, rest) = trimmed.split_at(end);
    let mut parts: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return None;
    }
    for part in &mut parts {
        let significant = part.trim_start_matches('0');
        *part = if significant.is_empty() { "0" } else { significant };
    }
    parts.resize(3, "0");
    let candidate = format!("{}{rest}", parts.join("."));
    // What is wrong behind the numbers stays wrong, and offering it would go round in circles.
    (candidate != text && is_version(&candidate)).then_some(candidate)
}

fn is_version(text: &str) -> bool {
    let (rest, build) = split(text, '+');
    let (core, pre) = split(rest, '-');
    core.split('.').all(|part| number(part).is_ok())
        && pre.is_none_or(|pre| pre.split('.').all(|part| identifier(part).is_ok()))
        && build.is_none_or(|build| build.split('.').all(|part| word(part, "").is_ok()))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

/// Compares digits without leading zeros by the numbers that they represent.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => compare_numbers(a, b),
            (Self::Word(a), Self::Word(b)) => a.cmp(b),
            (Self::Number(_), Self::Word(_)) => Ordering::Less,
            (Self::Word(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders by precedence: first the numbers; then a pre-release precedes its release; then the
/// identifiers of pre-releases one by one, where fewer precede more.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let cores = self.0.core.iter().zip(&other.0.core).map(|(a, b)| compare_numbers(a, b));
        cores
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| self.0.pre.is_empty().cmp(&other.0.pre.is_empty()))
            .then_with(|| self.0.pre.cmp(&other.0.pre))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

#[cfg(test)]
mod tests {
    use super::*;

    /// In order of precedence. The first ones are semver.org's own example.
    const ORDERED: &[&str] = &[
        "0.0.0-0",
        "0.0.0",
        "0.9.10",
        "0.10.0",
        "1.0.0--",
        "1.0.0-0a",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-alpha-",
        "1.0.0-alpha1",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
        "10.0.0",
        "99999999999999999999999.0.0",
    ];

    fn version(text: &str) -> Version {
        Version::parse(text).expect(text)
    }

    #[test]
    fn keys_order_like_their_versions() {
        for (at, a) in ORDERED.iter().enumerate() {
            for (other, b) in ORDERED.iter().enumerate() {
                let (a, b) = (version(a), version(b));
                assert_eq!(a.cmp(&b), at.cmp(&other), "{a} and {b}");
                assert_eq!(a.key().cmp(&b.key()), at.cmp(&other), "the keys of {a} and {b}");
            }
        }
    }

    #[test]
    fn keys_survive_a_round_trip() {
        for text in ORDERED {
            assert_eq!(
                Version::of_key(&version(text).key()).map(|it| it.to_string()).as_deref(),
                Some(*text)
            );
        }
        assert!(Version::of_key("").is_none() && Version::of_key("1.2.3").is_none());
    }

    #[test]
    fn build_metadata_is_ignored() {
        assert_eq!(version("1.0.0-rc.1+a.001").without_build(), "1.0.0-rc.1");
        assert_eq!(version("1.0.0--").without_build(), "1.0.0--");
        assert_eq!(version("1.0.0+a.001"), version("1.0.0+b-1"));
        assert_eq!(version("1.0.0-rc+a").key(), version("1.0.0-rc").key());
        assert_ne!(version("1.0.0-rc+a"), version("1.0.0"));
    }

    #[test]
    fn invalid_versions_are_rejected_with_a_reason() {
        let long = format!("1.0.{}", "9".repeat(100));
        for (text, what, meant) in [
            ("2.0", "three numbers", Some("2.0.0")),
            ("v1.2.3", "`v1` is not a number", Some("1.2.3")),
            ("1.02.3", "`02` begins with a zero", Some("1.2.3")),
            ("", "three numbers", None),
            ("1.2.x", "`x` is not a number", None),
            ("1..3", "a number is missing", None),
            ("1.2.3-", "is empty", None),
            ("1.2.3-01", "`01` begins with a zero", None),
            ("1.2.3-a_b", "`a_b` is not made of", None),
            ("1.2.3+", "the build metadata is empty", None),
            ("1.2.3\n", "is not a number", Some("1.2.3")),
            ("1.2.3.4", "three numbers", None),
            ("٣.0.0", "is not a number", None),
            (&long, "more than 99 digits", None),
        ] {
            let error = Version::parse(text).expect_err(text);
            assert!(error.what.contains(what), "{text:?}: {}", error.what);
            assert_eq!(error.meant.as_deref(), meant, "{text:?}");
        }
    }
}
