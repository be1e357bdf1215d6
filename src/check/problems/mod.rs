//! The problems that the checker finds: SEG3xx about names and structure, SEG4xx about types.
//! What `keep`, groups and `expire` add to both stands in a file of its own.

pub(crate) mod access;
pub(crate) mod keep;
pub(crate) mod names;
pub(crate) mod nested;
pub(crate) mod proof;
pub(crate) mod rows;
pub(crate) mod sequence;
pub(crate) mod text;
pub(crate) mod types;

/// `a`, `b` and `c` in backticks, if they are few enough to be of use; otherwise the
/// first of them and how many more there are.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
