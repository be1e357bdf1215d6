//! Every limit in docs/robustness.md: an input at the limit passes, and one beyond it is the error
//! that the page names.

use segc::api::{Options, open_files};

use crate::corpus::root;
use crate::entry::language;

/// A bound, its error, and an input of a size.
type Bound = (&'static str, usize, &'static str, fn(usize) -> (&'static str, String));

const BOUNDS: &[Bound] = &[
    ("a project file", 10 << 20, "SEG004", |n| segments(format!("#{}", " ".repeat(n - 1)))),
    ("nesting of YAML", 24, "SEG026", |n| catalog(format!("x: {}{}", "[".repeat(n - 1), "]".repeat(n - 1)))),
    ("values in a YAML file", 250_000, "SEG026", |n| catalog(format!("x: [{}]", "1,".repeat(n - 3)))),
    ("values that aliases expand to", 50_000, "SEG026", |n| {
        catalog(format!("x: &x [{}]\ny: [*x, *x]", "1,".repeat(n.div_ceil(2) - 2)))
    }),
    ("nested brackets", 64, "SEG105", |n| {
        condition(&format!("{}vip{}", "(".repeat(n - 1), ")".repeat(n - 1)))
    }),
    ("levels of an expression", 200, "SEG105", |n| condition(&format!("score > 1{}", " + 1".repeat(n - 3)))),
    ("digits of a decimal", 38, "SEG109", |n| {
        condition(&format!("credit > {}.{}", "9".repeat(n - 9), "9".repeat(9)))
    }),
    ("digits after the point", 9, "SEG109", |n| condition(&format!("credit > 0.{}", "1".repeat(n)))),
    ("nested arrays", 8, "SEG117", |n| {
        segments(format!("param p: {}string{} = []\n", "array<".repeat(n), ">".repeat(n)))
    }),
    ("a pattern's repetition", 255, "SEG457", |n| condition(&format!("name matches \"a{{{n}}}\""))),
    ("nested repetitions", 1_000, "SEG457", |n| {
        condition(&format!("name matches \"(a{{100}}){{{}}}\"", n.div_ceil(100)))
    }),
    ("the text of `resembles`", 255, "SEG459", |n| {
        condition(&format!("name resembles \"{}\" within 1 edits", "a".repeat(n)))
    }),
    ("edits of `resembles`", 255, "SEG460", |n| {
        condition(&format!("name resembles \"abc\" within {n} edits"))
    }),
    ("links in a path", 32, "SEG339", |n| condition(&format!("{}vip", "inviter.".repeat(n)))),
    ("steps in a sequence", 32, "SEG377", |n| {
        condition(&format!("sequence(events{})", " then events".repeat(n - 1)))
    }),
    ("periods in a window", 400, "SEG365", |n| {
        condition(&format!("periods(orders during last {n} days each 1 day) > 0"))
    }),
    ("years of a duration", 10_000, "SEG415", |n| condition(&format!("last_seen_at during last {n} years"))),
    ("digits in a version's number", 99, "SEG454", |n| {
        condition(&format!("app_version > \"{}.0.0\"", "9".repeat(n)))
    }),
    ("nested brackets in a dialect's template", 198, "SEG605", |n| {
        let template = format!("{}$1{}", "(".repeat(n), ")".repeat(n));
        (
            "dialects/mine.yml",
            format!("name: mine\nextends: duckdb\nfunctions: {{ lower: \"{template}\" }}\n"),
        )
    }),
];

fn segments(text: String) -> (&'static str, String) {
    ("segments/input.seg", text)
}

fn catalog(text: String) -> (&'static str, String) {
    ("catalog/input.yml", text)
}

fn condition(condition: &str) -> (&'static str, String) {
    segments(format!("segment s on customer {{ where {condition} }}"))
}

/// The codes of the problems that an input has.
fn codes(input: (&'static str, String)) -> Vec<&'static str> {
    let (_, problems) = open_files(&language().with(input.0, input.1), &Options::default());
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn every_documented_limit_is_enforced() {
    let page = std::fs::read_to_string(root().join("docs/robustness.md")).expect("the page");
    let mut wrong = Vec::new();
    for &(what, most, code, make) in BOUNDS {
        let (at, beyond) = (codes(make(most)), codes(make(most + 1)));
        if at.contains(&code) || !beyond.contains(&code) {
            wrong.push(format!("{what}: {most} gives {at:?}, one more {beyond:?}, and should give {code}"));
        }
        let row = page.lines().find(|line| line.starts_with(&format!("| {what}")));
        let row = row.unwrap_or_else(|| panic!("docs/robustness.md has no row for {what}"));
        assert!(row.contains(code), "docs/robustness.md says of {what}: {row}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
