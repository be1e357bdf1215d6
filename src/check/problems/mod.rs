//! The problems that the checker finds: SEG3xx about names and structure, SEG4xx about types.
//! Those about `keep`, groups and `expire` are in a separate file.

pub(crate) mod access;
pub(crate) mod columns;
pub(crate) mod convert;
pub(crate) mod count;
pub(crate) mod keep;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod nested;
pub(crate) mod proof;
pub(crate) mod rows;
pub(crate) mod sequence;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod types;

/// Lists names in backticks; of a long list, only the first ones and the number of the rest.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
