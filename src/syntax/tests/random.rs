//! No text makes the parser panic, overflow or crawl.

use proptest::prelude::*;

/// Enough to overflow a stack that grew with it many times over the limits.
const LONG: usize = 2_000;

use super::{faults, parsed, tree};

const WORDS: &[&str] = &[
    "segment",
    "trait",
    "param",
    "on",
    "extends",
    "where",
    "include",
    "exclude",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "=",
    "!=",
    "<",
    "+",
    "-",
    "*",
    "%",
    ",",
    ".",
    "a",
    "b",
    "count",
    "distinct",
    "sum",
    "during",
    "last",
    "30",
    "days",
    "ago",
    "to",
    "through",
    "in",
    "not",
    "and",
    "or",
    "is",
    "missing",
    "between",
    "contains",
    "any",
    "\"x\"",
    "'",
    "`",
    "$n",
    "2024-01-31",
    "1e3",
    "# c\n",
    "\n",
    "now",
    "today",
    "keep",
    "with",
    "a = b,",
    "top",
    "by",
    "sequence",
    "then",
    "within",
    "periods",
    "each",
    "é",
    "“",
    "==",
    "null",
    "since",
    "events[\"x\"]",
    "decimal",
    "<",
    ">",
    "array",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_harmless(text in "\\PC{0,80}") {
        parsed(&text);
    }

    #[test]
    fn random_bytes_are_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        parsed(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_words_are_harmless(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60)) {
        parsed(&words.join(" "));
        let text = format!("segment s on c {{ where {} }}\nsegment t on c {{}}", words.join(" "));
        let (file, problems) = parsed(&text);
        // Nothing is lost in silence.
        prop_assert!(!problems.is_empty() || file.items.len() >= 2, "{}", text);
    }
}

#[test]
fn deep_nesting_causes_one_problem() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("lower(", ")"), ("count(a where ", ")"), ("(not ", ")"), ("{", "}")]
    {
        let text = format!(
            "segment s on c {{ where {}a{} }}\nsegment t on c {{ where b }}",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let (file, problems) = parsed(&text);
        assert_eq!(
            faults(&text, &problems).iter().map(|fault| fault.0).collect::<Vec<_>>(),
            ["SEG105"],
            "{open}"
        );
        assert_eq!(file.items.len(), 2, "{open}");
        let text = format!("segment s on c {{ where {}", open.repeat(100_000));
        let (_, problems) = parsed(&text);
        assert_eq!(problems.len(), 1, "{open}");
    }
}

#[test]
fn the_deepest_allowed_nesting_is_accepted() {
    let nested = |depth: usize| {
        format!("segment s on c {{ where {}a = 1{} }}", "count(b where ".repeat(depth), ") > 1".repeat(depth))
    };
    assert!(tree(&nested(63)).contains("Count[b where (Greater Count[b"));
    let (_, problems) = parsed(&nested(64));
    assert_eq!(problems.len(), 1);
}

#[test]
fn long_chains_are_accepted() {
    let long = |joined: &str| format!("segment s on c {{ where {} }}", vec!["a"; LONG].join(joined));
    tree(&long(" or "));
    tree(&long(" and "));
    tree(&format!("segment s on c {{ where a in ({}) }}", vec!["1"; LONG].join(", ")));
    tree(&format!("segment s on c {{ where {} a }}", "not ".repeat(LONG)));
    tree(&format!("segment s on c {{ where {} a = 1 }}", "- ".repeat(LONG)));
    tree(&format!("segment s on c {{ where {} = 1 }}", vec!["a"; 150].join(" + ")));
    for operator in [" + ", " - ", " * "] {
        let (_, problems) = parsed(&long(operator));
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["SEG105"]);
    }
}

/// A fault at the bottom of many brackets is found without trying each level twice.
#[test]
fn deeply_nested_errors_are_found_quickly() {
    for open in ["(", "lower(", "count(a where ", "sum(a during (", "a in ("] {
        let depth = 60 / open.matches('(').count();
        let close = ")".repeat(60 / open.matches('(').count() * open.matches('(').count());
        let text = format!("segment s on c {{ where {} a = = {close} }}", open.repeat(depth));
        let (_, problems) = parsed(&text);
        assert_eq!(problems.len(), 1, "{open}");
    }
}
