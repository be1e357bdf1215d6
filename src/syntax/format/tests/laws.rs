//! The laws, for all files of the repository, with space and comments added at random.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::trivia;
use super::formatted;
use crate::diagnostic::{Diagnostics, SourceId};
use crate::syntax::outline::Tokens;
use crate::syntax::scan::{self, Token};
use crate::syntax::tests::{parsed, show};

fn tokens(text: &str) -> Vec<Token> {
    scan::scan(SourceId(0), text, &mut Diagnostics::new())
}

/// The words, without the commas and parentheses that the formatter may leave out.
fn words(text: &str) -> Vec<String> {
    let all = tokens(text);
    let word = |at: usize| all.get(at).map_or("", |token| token.text(text));
    let closing = |open: usize| {
        if word(open) != "(" {
            return None;
        }
        let mut depth = 0_usize;
        (open..all.len()).find(|&at| {
            match word(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    };
    let mut left_out = vec![false; all.len()];
    for at in 0..all.len() {
        if word(at) == "," && matches!(word(at + 1), ")" | "]" | "}" | "where" | "include" | "exclude") {
            left_out[at] = true;
        }
        if let ("(", "(", Some(outer), Some(inner)) = (word(at), word(at + 1), closing(at), closing(at + 1))
            && inner + 1 == outer
        {
            left_out[at] = true;
            left_out[outer] = true;
        }
    }
    (0..all.len()).filter(|&at| !left_out[at]).map(|at| word(at).to_owned()).collect()
}

fn comments(text: &str) -> Vec<String> {
    let all = tokens(text);
    let gaps = trivia::gaps(Tokens { source: SourceId(0), text, all: &all });
    gaps.into_iter().flat_map(|gap| gap.comments).map(|comment| comment.text).collect()
}

/// Formats a text without errors, by the laws.
fn lawful(text: &str) -> String {
    let once = formatted(text);
    let shown = |text: &str| {
        let (file, problems) = parsed(text);
        assert!(problems.is_empty(), "{text}\n{problems:#?}");
        show::file(&file)
    };
    assert_eq!(shown(&once), shown(text), "the meaning of:\n{text}\nformatted:\n{once}");
    assert_eq!(words(&once), words(text), "the words of:\n{text}\nformatted:\n{once}");
    assert_eq!(comments(&once), comments(text), "the comments of:\n{text}\nformatted:\n{once}");
    assert_eq!(formatted(&once), once, "formatted twice:\n{text}");
    let end = if once.is_empty() { "" } else { "\n" };
    assert!(once.ends_with(end) && !once.ends_with("\n\n") && !once.contains("\n\n\n"), "{once}");
    assert!(once.lines().all(|line| line.trim_end() == line), "{once}");
    once
}

/// The text with something else between its words: what `choices` say.
fn scrambled(text: &str, choices: &[u8]) -> String {
    let all = tokens(text);
    let mut out = String::new();
    for (at, token) in all.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| all[before].text(text));
        let word = token.text(text);
        let name = |c: char| c == '_' || c == '`' || c == '$' || c.is_ascii_alphanumeric();
        // Some words would be another one together, and some symbols another operator.
        let is_apart = before.ends_with(name) && word.starts_with(name)
            || matches!(before, "-" | "+" | "*" | "/" | "%" | "=" | "<" | ">" | "!=" | "<=" | ">=" | ":")
            || matches!(word, "-" | "+" | "." | "=" | "<" | ">");
        let space = match choices[at % choices.len()] % 32 {
            0..=9 => " ",
            10..=17 if !is_apart => "",
            18 | 19 => "\n",
            20 => " \t",
            21 => "\r\n",
            22 => "\n\n\n",
            23 => " # one\n",
            24 => "\n# own\n",
            25 => " # a\n  # b # c\n",
            26 => "\n\n#\n\n# (\"x\n\n",
            27 => " #crlf \r\n",
            _ => " ",
        };
        out.push_str(space);
        out.push_str(word);
    }
    out.push_str(["", "\n", " # end", "\n\n# end\n\n"][usize::from(choices[0] % 4)]);
    out
}

/// The files of the repository that have no errors, except for the fuzzer's, which may be of any length.
static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(files);

#[allow(clippy::disallowed_methods, reason = "the examples are files")]
fn files() -> Vec<(String, String)> {
    let folders = ["examples", "catalog", "tests"];
    let entries = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    let paths = entries.map(|entry| entry.expect("the folder can be read").into_path());
    let paths = paths.filter(|path| !path.display().to_string().contains("/fuzz/"));
    let texts =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "seg")).filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            parsed(&text).1.is_empty().then(|| (path.display().to_string(), text))
        });
    texts.collect()
}

#[test]
fn every_file_of_the_repository_is_lawful() {
    assert!(FILES.len() > 25, "only {}", FILES.len());
    for (_, text) in FILES.iter() {
        lawful(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn space_and_comments_anywhere_are_lawful(
        choices in proptest::collection::vec(any::<u8>(), 50..600),
        tame in any::<bool>(),
        file in any::<proptest::sample::Index>(),
    ) {
        // Half of the texts have few comments, so that lines are long.
        let choice = |(at, &choice): (usize, &u8)| if tame && at % 29 != 0 { choice % 18 } else { choice };
        let choices: Vec<u8> = choices.iter().enumerate().map(choice).collect();
        let (_, text) = &FILES[file.index(FILES.len())];
        lawful(&scrambled(text, &choices));
    }

    #[test]
    fn random_words_are_lawful(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..40)) {
        let text = format!("segment s on c {{ where {} }}", words.join(" "));
        let text = text.replace("NL ", "\n").replace("NL", "\n");
        if parsed(&text).1.is_empty() {
            lawful(&text);
        }
    }
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "(",
    ")",
    "((",
    "))",
    "NL",
    "NL",
    "# c NL",
    "and",
    "or",
    "not",
    "in (1, 2,)",
    "=",
    "<",
    "+",
    "-",
    "*",
    "%",
    "5",
    "- 5",
    "lower(",
    "count(",
    "sum(a.b",
    "during last 3 days",
    "where",
    "at least 1 of (",
    ",",
    "keep top 5 by",
    "with",
    "x =",
    "tags: [a, b,]",
    "exclude where",
    "sequence(a then",
    "matching p",
    "a[\"x y\"]",
];

/// Conditions of every length, so that each of their breaks is tried.
#[test]
fn every_width_is_lawful() {
    let conditions = [
        "count(orders during last 30 days where NAME = \"paid\" and (total > 10 or coupon is present)) > 5",
        "sum(lines.quantity * NAME + 7 during last 30 days) > 0.5 * sum(lines.quantity where x in (1, 2, 3)) + 12",
        "NAME in (\"a\", \"b\", lower(\"c\")) and b or not (c and NAME contains any (\"x\", \"y\")) and d",
        "sequence(events[\"NAME\"] then within 1 day (events[\"b\"] where c or d) then not e within 7 days matching p)",
        "at least 2 of (a or NAME, not c, x = lower(trim(name)), ((periods(orders during this month each 1 day) >= 3)))",
    ];
    for condition in conditions {
        for length in (1..110).step_by(5) {
            let condition = condition.replace("NAME", &"n".repeat(length));
            lawful(&format!("segment s on c {{ where {condition} }}"));
            lawful(&format!("trait t on c = {condition}"));
            lawful(&format!(
                "segment s on c {{\n  include where a\n  keep top 3 by {condition}\n with b, x = {condition}\n}}"
            ));
        }
    }
}

#[test]
fn what_is_long_and_deep_is_formatted() {
    let segment = |condition: &str| format!("segment s on c {{ where {condition} }}");
    let long = "x".repeat(300);
    lawful(&segment(&format!("{}a{}", "(".repeat(63), ")".repeat(63))));
    lawful(&segment("((a or b) and (c or d)) and x = ((1))"));
    lawful(&segment(&format!("{}a{}", "(b or ".repeat(60), ")".repeat(60))));
    lawful(&segment(&format!("{}a = 1{}", "count(b where ".repeat(60), ") > 1".repeat(60))));
    lawful(&segment(&vec![long.as_str(); 50].join(" or ")));
    lawful(&segment(&format!("\"{long}\" = lower({})", vec![long.as_str(); 50].join(", "))));
    lawful(&segment(&format!("x in ({})", vec!["1"; 2_000].join(","))));
    lawful(&segment(&format!("{} a", "not ".repeat(2_000))));
    lawful(&segment(&format!("{} a = 1", "- ".repeat(2_000))));
}
