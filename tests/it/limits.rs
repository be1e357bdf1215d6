//! Limits of what is expanded into one statement, and of the work for it. Exceeding a limit is an
//! error that says what to do instead.

use std::fmt::Write as _;

use segc::api::{Options, open_files};
use segc::diagnostic::Diagnostics;
use segc::project::Memory;

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      plan: string
      updated_at: { type: timestamp, nullable: false }
";

/// What is found in a project of these segments, on two targets, and how many segments the plan of
/// the first has.
fn found(segments: &str) -> (Vec<String>, usize) {
    let files = Memory::new()
        .with("segc.yml", "name: limits\ntargets:\n  duckdb: {}\n  postgres: {}\n")
        .with("catalog/customers.yml", CATALOG)
        .with("segments/all.seg", segments);
    let options = Options::default();
    let (session, mut problems) = open_files(&files, &options);
    let chosen = session.select(&[]).expect("everything can be selected");
    let mut planned = 0;
    for target in ["postgres", "duckdb"] {
        let (plan, more) = session.plan(target, &chosen, &options);
        planned = plan.map_or(0, |plan| plan.segments.len());
        problems.append(more);
    }
    problems.sort(&session.sources);
    (told(&problems, segments), planned)
}

/// Each problem with what it underlines.
fn told(problems: &Diagnostics, text: &str) -> Vec<String> {
    let one = problems.iter().map(|problem| {
        let span = problem.span.expect("each has a place");
        let under = &text[span.start as usize..span.end as usize];
        format!("{} `{under}` {}; {}", problem.code, problem.message, problem.help.as_deref().unwrap_or(""))
    });
    one.collect()
}

fn group(size: usize) -> String {
    let mut text = String::new();
    for number in 0..size {
        // The last that is written comes first.
        let priority = size - number;
        let _ = writeln!(
            text,
            "segment s{number} on customer {{ exclusive group: \"sale\" priority: {priority} where id = {number} }}"
        );
    }
    text
}

#[test]
fn exclusive_groups_have_at_most_a_hundred_segments() {
    assert_eq!(found(&group(100)), (Vec::new(), 100));
    let (problems, planned) = found(&group(103));
    assert_eq!(
        problems,
        [
            "SEG530 `exclusive group: \"sale\"` the exclusive group `sale` has 103 segments, and the limit is 100: \
          `s2` and those after it are too many; split it into two groups, and exclude a segment with all \
          members of the first in each segment of the second"
        ]
    );
    // Those that come first are what they were.
    assert_eq!(planned, 100);
}

#[test]
fn the_remedy_for_a_large_group_works() {
    let text = "\
        segment a on customer { exclusive group: \"one\" priority: 1 where id < 5 }\n\
        segment b on customer { exclusive group: \"one\" priority: 2 where id < 7 }\n\
        segment taken on customer { include where in segment a include where in segment b }\n\
        segment c on customer { exclusive group: \"two\" priority: 1 include where id < 9 exclude where in segment taken }\n";
    assert_eq!(found(text), (Vec::new(), 4));
}

#[test]
fn segments_have_at_most_twenty_keeps() {
    let keeps = |count: usize| -> String {
        let keeps: Vec<String> =
            (0..count).map(|number| format!("keep top {} by id", 900 - number)).collect();
        format!("segment best on customer {{ {} }}\n", keeps.join(" "))
    };
    assert_eq!(found(&keeps(20)), (Vec::new(), 1));
    assert_eq!(
        found(&keeps(400)).0,
        [
            "SEG531 `keep top 880 by id` `best` has 400 `keep`s, but the limit is 20; move the first 20 to another \
          segment, and let `best` extend it"
        ]
    );
}

/// A chain of segments, each of which refers to the one before.
fn chain(length: usize, how: &str, last: &str) -> String {
    let mut text = "segment s0 on customer { materialize: inline where plan = \"a\" }\n".to_owned();
    for number in 1..length {
        let how = if number + 1 == length { last } else { how };
        let before = number - 1;
        let _ = writeln!(
            text,
            "segment s{number} on customer {{ materialize: {how} where in segment s{before} }}"
        );
    }
    text
}

#[test]
fn at_most_two_hundred_segments_are_inlined() {
    for (how, last) in [("inline", "incremental"), ("view", "view"), ("inline", "view")] {
        assert_eq!(found(&chain(201, how, last)), (Vec::new(), 201), "{how} {last}");
        let (problems, planned) = found(&chain(202, how, last));
        assert_eq!((problems.len(), planned), (1, 201), "{problems:#?}");
        assert!(problems[0].starts_with("SEG532 `s201` more than 200 segments are expanded into `s201`; "));
    }
    let (problems, _) = found(&chain(202, "inline", "incremental"));
    let help =
        "; store one of them: set `materialize: incremental` in `s200`, so that it is read from its table";
    assert!(problems[0].ends_with(help), "{problems:#?}");
    // A segment read from its table is expanded nowhere.
    assert_eq!(found(&chain(500, "incremental", "incremental")), (Vec::new(), 500));
}

#[test]
fn segments_have_at_most_five_thousand_conditions() {
    let wide = |count: usize| -> String {
        let conditions: Vec<&str> = (0..count).map(|_| "in segment base").collect();
        let wide = conditions.join(" or ");
        format!("segment base on customer {{ where id > 5 }}\nsegment wide on customer {{ where {wide} }}\n")
    };
    assert_eq!(found(&wide(5_000)).1, 2);
    assert_eq!(found(&wide(5_000)).0.iter().filter(|told| told.starts_with("SEG53")).count(), 0);
    let (problems, _) = found(&wide(6_000));
    let large = problems.iter().find(|told| told.starts_with("SEG53")).expect("it is too large");
    assert!(
        large.starts_with("SEG533 `wide` `wide` has 6000 conditions, but the limit is 5000; write values"),
        "{large}"
    );
}

/// Segments each of which refers to the two before: as many ways lead to the first as the
/// Fibonacci number of the last.
#[test]
fn shared_dependencies_are_visited_once() {
    let mut text = String::new();
    for number in 0..60 {
        let how = if number == 59 { "incremental" } else { "inline" };
        let before = match number {
            0 | 1 => format!("plan = \"p{number}\""),
            _ => format!("in segment s{} and not in segment s{}", number - 1, number - 2),
        };
        let _ = writeln!(text, "segment s{number} on customer {{ materialize: {how} where {before} }}");
    }
    assert_eq!(found(&text), (Vec::new(), 60));
}
