//! What is printed reads back as the same tree.

use super::{comment, item};
use crate::syntax::ast::{AggregateFunc, CompareOp, File, Item, PropertyValue, RuleKind, TextOp};
use crate::syntax::make;
use crate::syntax::tests::{parsed, show};
use crate::types::Unit;

fn read(text: &str) -> File {
    let (file, problems) = parsed(text);
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    file
}

fn printed(file: &File) -> String {
    file.items.iter().map(item).collect::<Vec<_>>().join("\n\n")
}

fn reads_back(text: &str) {
    let file = read(text);
    let once = printed(&file);
    let again = read(&once);
    assert_eq!(show::file(&again), show::file(&file), "{once}");
    assert_eq!(printed(&again), once);
}

/// All segments of the examples, of the tests of SQL and of the random ones' vocabulary.
#[allow(clippy::disallowed_methods, reason = "the examples are files")]
#[test]
fn every_segment_of_the_examples_reads_back() {
    let mut count = 0;
    for folder in ["examples", "tests", "src/project"] {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.expect("the folder can be read");
            if entry.path().extension().is_none_or(|it| it != "seg") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let (_, problems) = parsed(&text);
            if problems.is_empty() {
                reads_back(&text);
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count} files were read");
}

#[test]
fn parentheses_stand_where_the_grammar_needs_them() {
    for condition in [
        "not (a = 1)",
        "not not a",
        "not not in segment s",
        "not in segment s",
        "not (a or b) and c",
        "(a and b) or c",
        "a and (b or c)",
        "(a = 1) = (b = 2)",
        "(a is missing) is present",
        "a - (b - c) = a - b - c",
        "(a + b) * -c = -(a + b)",
        "a / (b * c) > -5",
        "- -5 < a",
        "`last` during `since` to `today`",
        "x during `yesterday` to `yesterday` + 1 day",
        "`where`.`in` = 1",
        "at least 2 of (a or b, not c, x = 1)",
        "not exactly $n of (a, b) and c",
        "count(orders where a or b) > 1",
        "sequence((a where b = 1) then within 1 day c then not d within 7 days matching p)",
    ] {
        let text = format!("segment s on c {{\n  where {condition}\n}}");
        assert_eq!(printed(&read(&text)), text);
        reads_back(&text);
    }
}

#[test]
fn long_rules_are_broken_below_their_first_word() {
    let field = make::field;
    let orders = make::path(make::path_of(&["orders", "total"]));
    let filter = make::all([
        make::equal(field("status"), make::text("paid")),
        make::text_test(TextOp::StartsWith, field("coupon"), "SUMMER-OF-2026-"),
    ]);
    let sum = make::aggregate(AggregateFunc::Sum, orders, Some(make::last(30, Unit::Day)), Some(filter));
    let countries =
        ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"];
    let of = make::one_of(field("country"), countries.into_iter().map(make::text).collect());
    let plan = make::any([
        make::all([make::equal(field("plan"), make::text("premium")), make::not(field("on_trial"))]),
        make::missing(field("plan")),
    ]);
    let mut segment = make::segment("big", "customer");
    segment.properties.push(make::property("description", PropertyValue::Text("A \"big\" one".to_owned())));
    segment
        .properties
        .push(make::property("tags", PropertyValue::List(vec![make::name("a"), make::name("b c")])));
    let spent = make::compare(CompareOp::Greater, sum, make::integer(1000));
    segment.rules.extend(make::rule(RuleKind::Where, make::all([spent, of, plan])));
    segment.rules.extend(make::rule(RuleKind::Exclude, make::in_segment(None, "do_not_contact")));
    insta::assert_snapshot!(item(&Item::Segment(Box::new(segment))));
}

#[test]
fn constant_conditions_are_folded() {
    assert_eq!(make::constant(&make::all([])), Some(true));
    assert_eq!(make::constant(&make::any([])), Some(false));
    assert_eq!(make::constant(&make::all([make::field("a"), make::boolean(false)])), Some(false));
    assert!(make::rule(RuleKind::Where, make::not(make::any([]))).is_none());
}

#[test]
fn comments_stay_comments() {
    assert_eq!(comment("one\ntwo\r\u{7}segment x"), "# one\n# two\n# segment x");
    let long = comment(&"word ".repeat(60));
    assert!(long.lines().all(|line| line.starts_with("# word") && line.len() <= 100), "{long}");
}

#[test]
fn columns_follow_the_rules() {
    let text = "segment s on c {\n  owner: \"x\"\n\n  where a = 1\n  with b, c = d.e, f = g or h, \
                i = count(j where k > 1)\n}";
    reads_back(text);
    assert_eq!(printed(&read(text)), text);
    let many: Vec<String> = (0..30).map(|at| format!("column_{at} = field_{at}")).collect();
    reads_back(&format!("segment s on c {{ with {} }}", many.join(", ")));
}
