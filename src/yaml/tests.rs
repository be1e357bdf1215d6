//! Every key and value has its place, and so has every fault.

use super::*;
use crate::diagnostic::{Diagnostics, SourceId};

const FILE: SourceId = SourceId(0);

fn good(text: &str) -> Node {
    let mut problems = Diagnostics::new();
    let node = read(FILE, text, &mut problems).expect("reads");
    assert!(problems.is_empty(), "{problems:?}");
    node
}

/// Code and underlined text of every problem.
fn bad(text: &str) -> Vec<(&'static str, &str)> {
    let mut problems = Diagnostics::new();
    let _ = read(FILE, text, &mut problems);
    let underlined = |span: crate::diagnostic::Span| &text[span.start as usize..span.end as usize];
    problems.iter().map(|one| (one.code, one.span.map_or("", underlined))).collect()
}

/// The tree with the text under every span.
fn show(text: &str) -> String {
    fn walk(text: &str, node: &Node, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let under = &text[node.span.start as usize..node.span.end as usize];
        match &node.kind {
            NodeKind::List(items) => {
                out.push_str(&format!("{indent}list {under:?}\n"));
                items.iter().for_each(|item| walk(text, item, depth + 1, out));
            }
            NodeKind::Map(entries) => {
                out.push_str(&format!("{indent}map {under:?}\n"));
                for (key, value) in entries {
                    let under = &text[key.span.start as usize..key.span.end as usize];
                    out.push_str(&format!("{indent}  key {} {under:?}\n", key.text));
                    walk(text, value, depth + 2, out);
                }
            }
            scalar => out.push_str(&format!("{indent}{scalar:?} {under:?}\n")),
        }
    }
    let mut out = format!("{text}\n---\n");
    walk(text, &good(text), 0, &mut out);
    out
}

#[test]
fn every_value_has_a_span() {
    insta::assert_snapshot!(show(
        "# ü\nname: 'é'\nnumbers: [1, -2, 1.10, 0x1F, 1e3, 99999999999999999999]\nwords: [yes, no, on, 2024-01-31, 'true', \"a\\n\"] # x\nflag: true\nnothing:\ntilde: ~\nblock: |\n  two\n  lines\nempty: {}\nnone: [ ]\nlist:\n  - a: {b: [c, d,\n    ], } \n  - x\n1: one\n"
    ));
}

#[test]
fn null_and_true_can_be_keys() {
    let node = good("{ null: 1, true: 2, \"null \": 3 }");
    let NodeKind::Map(entries) = &node.kind else { panic!("no map") };
    let keys: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
    assert_eq!(keys, ["null", "true", "null "]);
}

#[test]
fn an_empty_file_is_null() {
    assert_eq!(good("").kind, NodeKind::Null);
    assert_eq!(good("# only a comment\n").kind, NodeKind::Null);
}

#[test]
fn long_leading_comments_are_accepted() {
    let text = format!("{}a:\n{}  - 1\n", "# c\n".repeat(500), "  # c\n".repeat(500));
    assert!(matches!(good(&text).kind, NodeKind::Map(_)));
}

#[test]
fn aliases_expand_to_their_anchor() {
    let node = good("a: &x [1]\nb: *x\n");
    let NodeKind::Map(entries) = node.kind else { panic!("a map") };
    assert_eq!(entries[0].1.kind, entries[1].1.kind);
}

#[test]
fn duplicate_keys_show_both_places() {
    let text = "a: 1\nb: { c: 1, c: 2 }\na: 2\n";
    let mut problems = Diagnostics::new();
    let _ = read(FILE, text, &mut problems);
    let all: Vec<_> =
        problems.iter().map(|one| (one.span.unwrap().start, one.labels[0].span.start)).collect();
    assert_eq!(all, [(16, 10), (23, 0)].to_vec());
    assert_eq!(bad("1: a\n1: b\n"), [("SEG021", "1")]);
    assert_eq!(bad("x: {1: a, a: 1, a: 2}\n"), [("SEG021", "a")]);
}

#[test]
fn text_cut_by_a_comma_is_rejoined_in_the_advice() {
    for (text, cut, value) in [
        ("{ a: f(1,2) }", "f(1,2)", "f(1,2)"),
        ("{ a: b<f(1, 2)>, c: 3 }", "b<f(1, 2)>", "b<f(1, 2)>"),
        ("{ a: f(1, 2, 3) # x\n }", "f(1, 2, 3)", "f(1, 2, 3)"),
        ("{ a: é (x,\n  y) }", "é (x,", "é (x,\n  y)"),
    ] {
        let mut problems = Diagnostics::new();
        let node = read(FILE, text, &mut problems).expect("reads");
        let found: Vec<_> = problems.iter().map(|one| (one.code, one.span.expect("a place"))).collect();
        let [("SEG027", span)] = found[..] else { panic!("{text}: {problems:?}") };
        assert!(text[span.start as usize..span.end as usize].starts_with(cut), "{text}");
        let NodeKind::Map(entries) = &node.kind else { panic!("no map") };
        assert_eq!(entries[0].1.kind, NodeKind::String(value.to_owned()), "{text}");
    }
    for text in [
        "{ a: \"f(1\", 2): 3 }",
        "{ a: f(1), b }",
        "{ a: (1, 2: 3 }",
        "{ a: \"(\", b }",
        "a: f(1,2)",
        "[f(1,2)]",
    ] {
        assert!(bad(text).iter().all(|(code, _)| *code != "SEG027"), "{text}: {:?}", bad(text));
    }
}

#[test]
fn a_missing_space_after_a_colon_is_explained() {
    let mut problems = Diagnostics::new();
    let node = read(FILE, "{a:1, b:x, c: d:e, f:true, \"g:h\", i}", &mut problems).expect("reads");
    let NodeKind::Map(entries) = node.kind else { panic!("no map") };
    let shown: Vec<_> = entries.iter().map(|(key, value)| format!("{}={:?}", key.text, value.kind)).collect();
    assert_eq!(
        shown,
        ["a=Integer(1, \"1\")", "b=String(\"x\")", "c=String(\"d:e\")", "f=Bool(true)", "g:h=Null", "i=Null"]
    );
    let codes: Vec<_> = problems.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["SEG029"; 3]);
}

#[test]
fn invalid_yaml_is_reported_with_its_place() {
    insta::assert_debug_snapshot!(
        [
            "a: [1, 2\nb: 3\n",
            "a: \"x\n",
            "a: b: c\n",
            "\ta: 1\n",
            "a: *nobody\n",
            "<<: {a: 1}\n",
            "a: 1\n---\nb: 2\n",
            "a:\n  - 1\n b: 2\n",
            "}",
            "a: @x\n",
            "a: !!int x\n",
            "? [1]\n: 2\n",
            "a: .nan\n",
            "a: \u{0}\n"
        ]
        .map(|text| {
            let mut problems = Diagnostics::new();
            let _ = read(FILE, text, &mut problems);
            let all: Vec<_> = problems
                .iter()
                .map(|one| (one.code, one.message.clone(), one.span.map(|s| s.start..s.end)))
                .collect();
            (text, all)
        })
    );
}

#[test]
fn alias_bombs_are_rejected() {
    assert_eq!(bad(&"[".repeat(1 << 20))[0].0, "SEG026");
    assert_eq!(bad(&"{a: ".repeat(1 << 18))[0].0, "SEG026");
    assert_eq!(bad(&"- ".repeat(1 << 19))[0].0, "SEG026");
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{items}]\n"));
    }
    assert_eq!(bad(&laughs)[0].0, "SEG026");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "([a-z0-9:{}\\[\\],&*!|>'\"#%@~ \n\t-]|: |\n  |- |é|\u{85}|\r){0,80}") {
        let _ = bad(&text);
    }
}
