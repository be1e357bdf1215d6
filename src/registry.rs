//! Every code of every stage: what `segc explain` and SARIF's rules are made from.

use std::sync::LazyLock;

use crate::diagnostic::CodeInfo;

/// The codes of the stages, from the ground up. A new stage adds its line here.
const STAGES: &[&[CodeInfo]] = &[
    crate::project::problems::CODES,              // SEG00x, SEG01x
    crate::yaml::problems::CODES,                 // SEG02x
    crate::syntax::problems::CODES,               // SEG1xx
    crate::catalog::problems::CODES,              // SEG2xx
    crate::catalog::problems::columns::CODES,     // SEG222 to SEG224, SEG27x, SEG728
    crate::catalog::problems::tables::CODES,      // SEG280 to SEG289
    crate::catalog::read::problems::CODES,        // SEG233 to SEG240
    crate::check::problems::names::CODES,         // SEG3xx
    crate::check::problems::proof::CODES,         // SEG346 to SEG349, SEG357 to SEG359, SEG367
    crate::check::problems::rows::CODES,          // SEG36x
    crate::check::problems::sequence::CODES,      // SEG370 to SEG377, SEG432 to SEG435
    crate::check::problems::keep::CODES,          // SEG35x, SEG42x, SEG530
    crate::check::problems::columns::CODES,       // SEG342 to SEG345, SEG426, SEG427
    crate::check::problems::types::CODES,         // SEG4xx
    crate::check::problems::count::CODES,         // SEG437 to SEG439
    crate::check::problems::time::CODES,          // SEG440, SEG441
    crate::check::problems::convert::CODES,       // SEG442
    crate::check::problems::access::CODES,        // SEG525
    crate::check::problems::text::CODES,          // SEG454 to SEG469
    crate::check::problems::nested::CODES,        // SEG47x
    crate::analyze::problems::CODES,              // SEG380, SEG520, SEG521
    crate::analyze::findings::problems::CODES,    // SEG390 to SEG396
    crate::plan::problems::CODES,                 // SEG5xx
    crate::dialect::problems::CODES,              // SEG60x
    crate::sql::problems::CODES,                  // SEG65x
    crate::import::problems::CODES,               // SEG900 to SEG919
    crate::import::segment::problems::CODES,      // SEG920 to SEG949
    crate::import::segment::sql::problems::CODES, // SEG935 to SEG938
    crate::import::catalog::problems::CODES,      // SEG950 to SEG979
    crate::engine::problems::CODES,               // SEG7xx
    crate::engine::load::problems::CODES,         // SEG707, SEG711 to SEG719
    crate::api::problems::CODES,                  // SEG014, SEG54x, SEG804, SEG86x
    crate::api::select::problems::CODES,          // SEG801 to SEG809
    crate::check::problems::lists::CODES,         // SEG340, SEG341
    crate::api::lists::problems::CODES,           // SEG381 to SEG389
    crate::api::run::problems::CODES,             // SEG73x
    crate::api::preview::problems::CODES,         // SEG752 to SEG755
    crate::api::schema::problems::CODES,          // SEG74x
    crate::unittest::problems::CODES,             // SEG07x, SEG08x
    crate::conformance::problems::CODES,          // SEG64x
    crate::cli::problems::CODES,                  // SEG81x, SEG82x
    crate::refactor::problems::CODES,             // SEG840 to SEG842
    crate::cli::against::problems::CODES,         // SEG830 to SEG834
    crate::cli::usage::problems::CODES,           // SEG882 to SEG889
    crate::cli::folder::problems::CODES,          // SEG817, SEG824 to SEG826
    crate::cli::command::docs::problems::CODES,   // SEG851, SEG852
];

/// All codes, in order.
#[must_use]
pub fn codes() -> &'static [&'static CodeInfo] {
    static ORDERED: LazyLock<Vec<&CodeInfo>> = LazyLock::new(|| {
        let mut codes: Vec<&CodeInfo> = STAGES.iter().copied().flatten().collect();
        codes.sort_by_key(|info| info.code);
        codes
    });
    &ORDERED
}

/// The code of that name; `seg301` and `301` are understood as well.
#[must_use]
pub fn find(name: &str) -> Option<&'static CodeInfo> {
    let name = name.trim().to_uppercase();
    let name = if name.starts_with("SEG") { name } else { format!("SEG{name}") };
    codes().iter().copied().find(|info| info.code == name)
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
    fn codes_have_three_digits_and_are_ordered_within_their_stage() {
        for stage in STAGES {
            for info in *stage {
                let digits = info.code.strip_prefix("SEG").unwrap_or_default();
                assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "{}", info.code);
            }
            for pair in stage.windows(2) {
                assert!(pair[0].code < pair[1].code, "{} comes before {}", pair[0].code, pair[1].code);
            }
        }
    }

    /// What it means, in at least a sentence; what to do is said there or by the help.
    #[test]
    fn every_code_has_a_title_and_an_explanation() {
        for info in codes() {
            let text = info.text();
            let heading = text.split("\n\n").next().unwrap_or_default();
            assert!(!info.title.is_empty(), "{} has no title", info.code);
            assert!(heading.ends_with(['.', ':']), "{} begins with no sentence: {heading}", info.code);
            assert!(text.split_whitespace().count() >= 5, "{} is hardly explained: {text}", info.code);
        }
    }

    /// An example of the mistake, and besides the first sentence a hint on how to fix it: a
    /// paragraph, or the right form beside the wrong one.
    #[test]
    fn every_explanation_has_an_example_and_a_remedy() {
        for info in codes() {
            let text = info.text();
            let is_example = |part: &&str| part.starts_with("```") || part.starts_with("    ");
            let (examples, prose): (Vec<&str>, Vec<&str>) = text.split("\n\n").partition(is_example);
            assert!(!examples.is_empty(), "{} has no example", info.code);
            let shows_both = examples.iter().any(|example| example.contains('#'));
            assert!(prose.len() > 1 || shows_both, "{} says no remedy: {text}", info.code);
        }
    }

    #[test]
    fn codes_are_found_in_any_notation() {
        for name in ["SEG801", "seg801", "801", " 801 "] {
            assert_eq!(find(name).map(|info| info.code), Some("SEG801"));
        }
        assert!(find("SEG").is_none() && find("").is_none());
    }
}
