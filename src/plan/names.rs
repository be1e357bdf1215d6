//! Names that fit everywhere, and that nothing else has.

use sha2::{Digest, Sha256};

/// The longest name that segc generates; Postgres truncates at 63 bytes.
const LONGEST: usize = 56;

/// A name that fits everywhere: an overlong one keeps its beginning and gets a hash.
fn fitting(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let hash = Sha256::digest(name.as_bytes());
    let start: String = name.chars().filter(char::is_ascii).take(LONGEST - 9).collect();
    format!("{start}_{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// A name that goes on with a hash of what it stands for.
pub(super) fn hashed(name: &str, what: &str) -> String {
    let hash = Sha256::digest(what.as_bytes());
    format!("{name}_{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// The name itself, or with a number that makes it new: the first one, where the numbers before it are all
/// taken. They are searched by doubling steps, so that a thousand names alike cost no million questions.
pub(super) fn unused(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = fitting(base);
    if !taken(&base) {
        return base;
    }
    let numbered = |number: u64| format!("{base}_{number}");
    let (mut low, mut high) = (1, 2);
    while taken(&numbered(high)) {
        (low, high) = (high, high.saturating_mul(2));
    }
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        (low, high) = if taken(&numbered(middle)) { (middle, high) } else { (low, middle) };
    }
    numbered(high)
}

/// The alias of an entity, unless another one has it: `order_line` → `ol`.
pub(super) fn initials(name: &str) -> String {
    let letters: String = name
        .split('_')
        .filter_map(|word| word.chars().next())
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if letters.starts_with(|first: char| first.is_ascii_alphabetic()) { letters } else { "t".to_owned() }
}
