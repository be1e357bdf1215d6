//! Every code of every stage: what `segc explain` and SARIF's rules are made from.

use crate::diagnostic::CodeInfo;

/// The codes of the stages, from the ground up. A new stage adds its line here.
const STAGES: &[&[CodeInfo]] = &[
    crate::project::problems::CODES, // SEG00x, SEG01x
    crate::yaml::problems::CODES,    // SEG02x
    crate::syntax::problems::CODES,  // SEG1xx
    crate::catalog::problems::CODES, // SEG2xx
    crate::check::problems::names::CODES, // SEG3xx
    crate::check::problems::types::CODES, // SEG4xx
    crate::plan::problems::CODES,    // SEG5xx
    crate::dialect::problems::CODES, // SEG60x
    crate::sql::problems::CODES,     // SEG65x
    crate::engine::problems::CODES,  // SEG7xx
    crate::api::problems::CODES,     // SEG014, SEG80x
    crate::cli::problems::CODES,     // SEG81x, SEG82x
];

/// All codes, in order.
#[must_use]
pub fn codes() -> Vec<&'static CodeInfo> {
    let mut codes: Vec<&CodeInfo> = STAGES.iter().copied().flatten().collect();
    codes.sort_by_key(|info| info.code);
    codes
}

/// The code of that name; `seg301` and `301` are understood as well.
#[must_use]
pub fn find(name: &str) -> Option<&'static CodeInfo> {
    let name = name.trim().to_uppercase();
    let name = if name.starts_with("SEG") { name } else { format!("SEG{name}") };
    codes().into_iter().find(|info| info.code == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let codes = codes();
        for pair in codes.windows(2) {
            assert_ne!(pair[0].code, pair[1].code, "{} and {}", pair[0].title, pair[1].title);
        }
    }

    #[test]
    fn codes_are_seg_and_three_digits_in_order_within_their_stage() {
        for stage in STAGES {
            for info in *stage {
                let digits = info.code.strip_prefix("SEG").unwrap_or_default();
                assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "{}", info.code);
            }
            for pair in stage.windows(2) {
                assert!(pair[0].code < pair[1].code, "{} stands before {}", pair[0].code, pair[1].code);
            }
        }
    }

    /// The first paragraph is a sentence of its own; then follows what it looks like (a
    /// block, or words in backticks) and what to do about it.
    #[test]
    fn every_code_is_explained_by_a_sentence_an_example_and_a_remedy() {
        for info in codes() {
            let text = info.text();
            let (heading, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
            assert!(!info.title.is_empty(), "{} has no title", info.code);
            assert!(heading.ends_with('.'), "{} begins with no sentence: {heading}", info.code);
            assert!(heading.chars().next().is_some_and(|c| !c.is_lowercase()), "{}: {heading}", info.code);
            assert!(rest.split_whitespace().count() >= 5, "{} says no more than its heading", info.code);
            let shows = rest.contains("```")
                || rest.contains('`')
                || rest.contains("\n    ")
                || rest.starts_with("    ");
            assert!(shows, "{} shows nothing of what was or should be written", info.code);
        }
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        for name in ["SEG801", "seg801", "801", " 801 "] {
            assert_eq!(find(name).map(|info| info.code), Some("SEG801"));
        }
        assert!(find("SEG").is_none() && find("").is_none());
    }
}
