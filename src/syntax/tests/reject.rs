//! Bad texts: the code, the underlined text, and where it matters what is said.

use super::{faults, parsed, show};

/// Each is between the braces of a segment.
#[test]
fn errors_inside_a_segment_are_underlined() {
    let mut wrong = Vec::new();
    for (clause, expected) in CLAUSES {
        let text = format!("segment s on c {{\n  {clause}\n}}\n");
        let (_, problems) = parsed(&text);
        let found = faults(&text, &problems);
        if found != *expected {
            wrong.push(format!("{clause:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each is a whole file; good items around a bad one are read.
#[test]
fn errors_in_a_file_leave_other_items_readable() {
    for (text, expected, tree) in FILES {
        let (file, problems) = parsed(text);
        assert_eq!(faults(text, &problems), *expected, "{text}");
        assert_eq!(show::file(&file), *tree, "{text}");
    }
}

/// What a reader is told.
#[test]
fn messages_and_help_match() {
    for (clause, message, help) in MESSAGES {
        let (_, problems) = parsed(&format!("segment s on c {{ {clause} }}"));
        let problem = problems.iter().next().expect("a problem");
        assert_eq!(
            (problem.message.as_str(), problem.help.as_deref().unwrap_or_default()),
            (*message, *help),
            "{clause}"
        );
    }
}

type Faults = &'static [(&'static str, &'static str)];

const MESSAGES: &[(&str, &str, &str)] = &[
    ("owner = \"x\"", "expected `:`, found `=`", "write a property as `owner: …`"),
    (
        "where a contians 'x'",
        "expected an operator or the end of the rule, found `contians`",
        "did you mean `contains`?",
    ),
    (
        "where a AND b",
        "`AND` has capital letters, but keywords have none",
        "write keywords in lower case: `and`",
    ),
    ("where a is \"x\"", "`is \"x\"` isn't part of the segment language", "write `a = \"x\"`"),
    ("country = \"US\"", "expected `:`, found `=`", "a condition comes after `where`: `where country = …`"),
    (
        "where a, b",
        "expected an operator or the end of the rule, found `,`",
        "join conditions with `and` or `or`",
    ),
    (
        "where between = 3",
        "expected a value or a condition, found `between`",
        "if it is the name of a field, put it in backticks: `` `between` ``",
    ),
    (
        "where not",
        "expected a value or a condition, `in` or `not`, found `}`",
        "something is missing before this",
    ),
    (
        "where a before 30 dayz ago",
        "expected an operator, a unit such as `days` or the end of the rule, found `dayz`",
        "did you mean `days`?",
    ),
    ("where x = .5", "expected a value or a condition, found `.`", "write `0.5`"),
    ("where a = 30days", "`30days` is not a number", "put a space between: `30 days`"),
    ("exlude where a", "expected `:`, found `where`", "did you mean `exclude`?"),
    ("wher a = 1", "expected `:`, found `a`", "did you mean `where`?"),
];

/// What other tools and SQL write.
#[test]
fn words_of_other_languages_get_a_suggestion() {
    let told = |clause: &str| {
        let (_, problems) = parsed(&format!("segment s on c {{ {clause} }}"));
        let problem = problems.iter().next().expect("a problem");
        problem.help.clone().unwrap_or_default()
    };
    let wrong: Vec<(&str, String)> = FOREIGN
        .iter()
        .filter(|(clause, help)| told(clause) != *help)
        .map(|(clause, _)| (*clause, told(clause)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const FOREIGN: &[(&str, &str)] = &[
    ("where count(a last 7 days) > 1", "write `a during last 7 days`"),
    ("where count(a since 2026-01-01) > 1", "write `a during since 2026-01-01`"),
    ("where count(a in last 7 days) > 1", "write `a during last 7 days`"),
    (
        "where count(a between 2026-01-01 and 2026-02-01) > 1",
        "write `during … to …`; to include both days, `during … through …`",
    ),
    (
        "where count(a during 2026-01-01 and 2026-02-01) > 1",
        "write `a during 2026-01-01 to 2026-02-01`; to include both days, `2026-01-01 through 2026-02-01`",
    ),
    ("where count(a.b = 3) > 1", "a condition on the rows comes after `where`: `count(a where b = …)`"),
    (
        "where count(a) over last 7 days > 1",
        "put the window inside the parentheses: `count(a during last 7 days)`",
    ),
    (
        "where exists(a) in last 7 days",
        "put the window inside the parentheses: `exists(a during last 7 days)`",
    ),
    ("where count(a during the last 7 days) > 1", "write `a during last 7 days`"),
    (
        "where count(a during last week) > 1",
        "write `a during previous 1 week` for the last full week, or `during last 1 week` for the one ending now",
    ),
    (
        "where count(a during previous week) > 1",
        "write `a during previous 1 week` for the last full week, or `during last 1 week` for the one ending now",
    ),
    ("where count(a during past 7 days) > 1", "write `a during last 7 days`"),
    (
        "where count(a['x'] or a['y']) > 1",
        "for several kinds of events, use a condition: `events where kind in (…)`",
    ),
    ("where exists(a['x', 'y'])", "for several kinds of events, use a condition: `events where kind in (…)`"),
    ("where count(a) >= 3 times", "remove `times`: a count is a number"),
    ("where count(a) at least 3", "write `count(a) >= 3`"),
    ("where a at least 3", "write `a >= 3`, or `count(a) >= 3` for linked rows"),
    ("where a.b fewer than 2 and c", "write `a.b < 2`, or `count(a.b) < 2` for linked rows"),
    ("where a\u{a0}= 1", "replace it (a non-breaking space) by an ordinary space"),
    ("where a\u{2009}= 1", "replace it by an ordinary space"),
    ("where a = 1\u{202f}000", "write the number without spaces: `1000`"),
    ("where a\u{200b} = 1", "remove it: nobody sees it"),
    ("where a\u{ad} = 1", "remove it: nobody sees it"),
    ("where \u{feff}a = 1", "remove it: nobody sees it"),
    ("where a = １２", "these are full-width characters: write `12`"),
    ("where ａ = 1", "these are full-width characters: write `a`"),
    ("where a ＝ 1", "this is a full-width character: write `=`"),
    ("where a = 1 ＆ b = 2", "use `and`"),
    ("where a = 1；", "remove it: nothing needs a `;` at its end"),
    ("where a = ″x″", "texts take straight quotes: write `\"x\"`"),
    ("where a = „x“", "texts take straight quotes: write `\"x\"`"),
    ("where count(a) exactly 3", "write `count(a) = 3`"),
    ("where first(a).b = 1", "name the value inside: `first(orders.total)`"),
    ("where any(a where b = 1)", "write `exists(… where …)`"),
    ("where none(a where b = 1)", "write `not exists(… where …)`"),
    (
        "where periods(a each 1 week) > 1",
        "add a window, such as `periods(orders during last 8 weeks each 1 week)`",
    ),
    ("where sequence(a, b)", "write `then` between the steps"),
    ("where sequence(a followed by b)", "write `then`"),
    (
        "where sequence(a where b = 1 then d)",
        "put a step with a condition in parentheses: `(events where amount > 10)`",
    ),
    ("where a then b", "write `sequence(a then b)`"),
    (
        "where sequence(a then after 1 day b)",
        "steps have no least distance; ask of the first one: \
         `exists(views where exists(person.carts during since outer.at + 1 day))`",
    ),
    (
        "where sequence(a then b) within 7 days",
        "put the span inside the parentheses: `sequence(a then b within 7 days)`",
    ),
    ("where a within last 7 days", "write `a during last 7 days`"),
    ("where a > 2026-01-01 12:00", "write an instant as `2026-01-31T12:00:00Z`, with `Z` or an offset"),
    ("where now() > a", "write `now` or `today`, without parentheses"),
    ("where a anniversary today", "write `anniversary during today`"),
    ("where a is set", "write `a is present`"),
    ("where a is not set", "write `a is missing`"),
    ("where a is unknown", "write `a is missing`"),
    ("where a is true", "write `a` by itself"),
    ("where a is false", "write `a = false`; `not a` also holds if it is missing"),
    ("where a is between 1 and 2", "write `a between 1 and 2`"),
    ("where a in 'x', 'y'", "write `a in ('x', 'y')`"),
    ("where a in ['x']", "write `a in ('x')`"),
    ("where a = ('x', 'y')", "write `a in ('x', 'y')`"),
    ("where a between 1, 2", "write `a between 1 and 2`"),
    ("where a ends with ('x', 'y')", "join them with `or`: `x ends with \"a\" or x ends with \"b\"`"),
    ("where a > 1 and not in (2)", "put the value to compare in front: `plan in (…)`, `plan not in (…)`"),
    ("where in cohort b", "write `in segment b`"),
    ("where in b", "write `in segment b`"),
    ("where 'x' in b", "write `in segment b` if that is a segment; for an array, `b contains …`"),
    ("where a like 'x%'", "write `a starts with \"x\"`; `%` and `_` are ordinary characters here"),
    ("where a > 1.2.0", "put a version in quotes: `\"1.2.0\"`"),
    ("where a during last 7d", "put a space between: `7 days`"),
    (
        "where bucket('x') < 10%",
        "write the share as a number: `< 1000` is 10% of `bucket`; for other values, `0.1 * x`",
    ),
    ("where a limit 10", "write a separate rule: `keep top 10 by …`, or `keep sample 10% seed \"…\"`"),
    ("keep 25%", "write `keep top 25% by …`, or `keep sample 25% seed \"…\"`"),
    ("keep sample 25%", "write `keep sample 25% seed \"…\"`"),
    (
        "where exists(a where b = 1 during last 7 days)",
        "the window of an aggregate comes before its `where`: `count(orders during last 7 days where …)`; \
         the window of a field is a condition, joined with `and`",
    ),
];

const FILES: &[(&str, Faults, &str)] = &[
    ("segmnt x on c { where a }\ntrait t on c = a", &[("SEG101", "segmnt")], "trait t on c = a"),
    (
        "trait t on c = a +\nsegment s on c {}",
        &[("SEG101", "segment")],
        "trait t on c = <unreadable>\nsegment s on c",
    ),
    (
        "segment s on c { where (a }\nsegment t on c { where b }",
        &[("SEG103", "(")],
        "segment s on c; unreadable\nsegment t on c; Where b",
    ),
    (
        "segment s on c {\n  where a\nsegment t on c {\n  where b\n}\n",
        &[("SEG103", "{")],
        "segment s on c; Where a; unreadable\nsegment t on c; Where b",
    ),
    ("param p: money = 5", &[("SEG117", "money")], "param p: string = <unreadable>"),
    ("param p: decimal(40,2)", &[("SEG117", "decimal(40,2)")], "param p: string = <unreadable>"),
    ("param p: integer = ", &[("SEG101", "")], "param p: integer = <unreadable>"),
    ("segment `a b` on c {}", &[("SEG121", "`a b`")], "segment a b on c"),
    ("where a = 1", &[("SEG101", "where")], ""),
    ("segment s on c { where a = \0 }", &[("SEG107", "\0")], "segment s on c; unreadable"),
    (
        "segment s on c {\n  owner: \"x\"\n  where a = = 1\n  include where b and\n  exclude where d\n}",
        &[("SEG101", "="), ("SEG101", "exclude")],
        "segment s on c; owner: Text(\"x\"); Exclude d; unreadable",
    ),
];

const CLAUSES: &[(&str, Faults)] = &[
    ("where age >= and country = \"US\"", &[("SEG101", "and")]),
    ("where a = ", &[("SEG101", "}")]),
    ("where", &[("SEG101", "}")]),
    ("include a = 1", &[("SEG122", "include a")]),
    ("exlude where a", &[("SEG101", "where")]),
    ("wher a = 1", &[("SEG101", "a")]),
    ("owner = \"x\"", &[("SEG101", "=")]),
    ("owner \"x\"", &[("SEG122", "owner \"x\"")]),
    ("description: \"x\" owner = \"y\"", &[("SEG101", "owner")]),
    ("where 1 < x < 5", &[("SEG115", "<")]),
    ("where a = b = c", &[("SEG115", "=")]),
    ("where a in (1) in (2)", &[("SEG115", "in")]),
    ("where a = 1 AND b = 2", &[("SEG124", "AND")]),
    ("where a = 1 annd b", &[("SEG101", "annd")]),
    ("where a contians 'x'", &[("SEG101", "contians")]),
    ("where a starts 'x'", &[("SEG122", "starts 'x'")]),
    ("where a between 1 or 2", &[("SEG101", "or")]),
    ("where a during lst 30 days", &[("SEG101", "30")]),
    ("where a during last 30", &[("SEG101", "}")]),
    ("where a during last thirty days", &[("SEG122", "last thirty days")]),
    ("where a during last 1.5 days", &[("SEG101", "1.5")]),
    ("where a during last -3 days", &[("SEG101", "}")]),
    ("where a during 3 days ago", &[("SEG101", "}")]),
    ("where a before 30 dayz ago", &[("SEG101", "dayz")]),
    ("where a before 30days ago", &[("SEG108", "30days")]),
    ("where a is", &[("SEG101", "}")]),
    ("where a is nul", &[("SEG122", "is nul")]),
    ("where a is null", &[("SEG120", "null")]),
    ("where a = null", &[("SEG120", "null")]),
    ("where a like 'x'", &[("SEG122", "like 'x'")]),
    ("where count(*) > 1", &[("SEG101", "*")]),
    ("where count(distinct a) > 1", &[("SEG122", "count(distinct a)")]),
    ("where count() > 1", &[("SEG101", ")")]),
    ("where count(a, b) > 1", &[("SEG101", ",")]),
    ("where count(a b)", &[("SEG101", "b")]),
    ("where x = .5", &[("SEG101", ".")]),
    ("where between = 3", &[("SEG101", "between")]),
    ("where a.in = 3", &[("SEG116", "in")]),
    ("where in (1)", &[("SEG101", "(")]),
    ("where in segment", &[("SEG101", "}")]),
    ("where a in segment 'x'", &[("SEG122", "in segment 'x'")]),
    ("where a + 1 in segment s", &[("SEG118", "a + 1")]),
    ("tags: [a b]", &[("SEG122", "tags: [a b")]),
    ("owner:", &[("SEG101", "}")]),
    ("owner:\n  where a", &[("SEG101", "where")]),
    (
        "where a == 1 && b <> 2 || !c;",
        &[
            ("SEG112", "=="),
            ("SEG112", "&&"),
            ("SEG112", "<>"),
            ("SEG112", "||"),
            ("SEG112", "!"),
            ("SEG112", ";"),
        ],
    ),
    ("where a = “US”", &[("SEG113", "“")]),
    ("where naïve = 1", &[("SEG113", "naïve")]),
    ("where a = 1 -- c", &[("SEG119", "--")]),
    ("where a = 1 // c", &[("SEG119", "//")]),
    ("where a[1]", &[("SEG101", "1")]),
    ("where a..b", &[("SEG101", ".")]),
    ("where a.", &[("SEG101", "}")]),
    ("where $ = 1", &[("SEG113", "$")]),
    ("where a = 2024-02-30", &[("SEG110", "2024-02-30")]),
    ("where a = 2024-01-31T10:00:00", &[("SEG111", "2024-01-31T10:00:00")]),
    ("where a = 2024-01-31 10:00", &[("SEG101", "10")]),
    ("where (a = 1", &[("SEG103", "(")]),
    ("where a = 1)", &[("SEG104", ")")]),
    ("where a = \"x", &[("SEG102", "\"x")]),
    ("where `a", &[("SEG114", "`a")]),
    ("where a = 9223372036854775808", &[("SEG109", "9223372036854775808")]),
    ("where a = 1.0123456789", &[("SEG109", "1.0123456789")]),
    ("where a = 1e999", &[("SEG109", "1e999")]),
    ("where a = '\\x'", &[("SEG106", "\\x")]),
    ("where a = 'x' 'y'", &[("SEG101", "'y'")]),
    ("where a 5", &[("SEG122", "5")]),
    ("where 5 5", &[("SEG101", "5")]),
    ("where foo(a", &[("SEG103", "(")]),
    ("where foo(a,)", &[("SEG101", ")")]),
    ("where not", &[("SEG101", "}")]),
    ("where a not 5", &[("SEG122", "not 5")]),
    ("where a not = 5", &[("SEG122", "not = 5")]),
    ("keep top by a", &[("SEG101", "by")]),
    ("with", &[("SEG101", "}")]),
    ("with a b", &[("SEG101", "b")]),
    ("with a, , b", &[("SEG101", ",")]),
    ("keep first 10", &[("SEG101", "first")]),
    ("where sequence(a then)", &[("SEG101", ")")]),
    ("where sequence(a, b)", &[("SEG101", ",")]),
    ("where periods(a) > 1", &[("SEG101", ")")]),
    ("where a\n where b\n x", &[("SEG101", "x")]),
    ("where if a then b", &[("SEG122", "if a then")]),
    ("where a = b c = d", &[("SEG101", "c")]),
    ("where a in 5", &[("SEG122", "in 5")]),
    ("where a in [1]", &[("SEG122", "in [1]")]),
    ("where a {", &[("SEG103", "{")]),
    ("where a\n}\n}", &[("SEG104", "}"), ("SEG104", "}")]),
    ("priority: 1.5", &[("SEG101", "1.5")]),
    ("where lower a = 1", &[("SEG101", "a")]),
    ("where a = -'x' +", &[("SEG101", "}")]),
    ("where latest 3 a", &[("SEG101", "3")]),
    ("where a during", &[("SEG101", "}")]),
    ("where a during since", &[("SEG101", "}")]),
    ("where a ignoring case", &[("SEG101", "ignoring")]),
    ("where a = 'x' ignoring", &[("SEG101", "}")]),
    ("exclude where\n include where a", &[("SEG101", "include")]),
    ("where a > > 1", &[("SEG101", ">")]),
    ("where a, b", &[("SEG101", ",")]),
    ("include\n where a\n exclude a", &[("SEG122", "exclude a")]),
];
