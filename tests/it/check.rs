//! The checker on whole projects: the problems it reports, and the tree of everything else.

use std::sync::Arc;

use segc::catalog::{self, Catalog};
use segc::check::hir::{Hir, ValueKind};
use segc::check::{Given, ParamOrigin, ParamValue, Settings, canonical, check};
use segc::diagnostic::{Diagnostic, Diagnostics, Severity, Sources, Span};
use segc::syntax;
use segc::types::Literal;

const CATALOG: &str = include_str!("../check/catalog.yml");

fn catalog() -> Arc<Catalog> {
    let mut problems = Diagnostics::new();
    let source = Sources::default().add("catalog.yml", CATALOG);
    let catalog = catalog::load(&[(source, CATALOG.into())], &mut problems);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(catalog)
}

/// Parses and checks files together; problems come in the order of the files.
fn run(files: &[(&str, &str)], settings: &Settings) -> (Sources, Hir, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut problems = Diagnostics::new();
    let mut parsed = Vec::new();
    for (path, text) in files {
        let id = sources.add(*path, *text);
        parsed.push(syntax::parse(id, text, &mut problems));
    }
    let hir = check(&parsed, catalog(), settings, &mut problems);
    problems.sort(&sources);
    let problems = problems.into_iter().collect();
    (sources, hir, problems)
}

fn under(sources: &Sources, span: Span) -> &str {
    let source = sources.get(span.source).expect("a file of these");
    &source.text()[span.start as usize..span.end as usize]
}

fn shown(sources: &Sources, problem: &Diagnostic) -> String {
    let under = problem.span.map_or("", |span| under(sources, span));
    let help = problem.help.as_deref().unwrap_or("");
    format!("{} `{under}` {} | {help}", problem.code, problem.message)
}

/// Compares the problems of a file with its `#!` lines, each of which speaks of what is
/// above it: code, underlined text, and a part of the message or the help.
fn compare(path: &str, text: &str, sources: &Sources, problems: &[Diagnostic], failures: &mut Vec<String>) {
    let of_file = |problem: &&Diagnostic| {
        let span = problem.span.expect("a place");
        sources.get(span.source).expect("a file").path() == path
    };
    let mut found = problems.iter().filter(of_file).peekable();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = u32::try_from(offset).expect("a small file");
        offset += line.len();
        let Some(expected) = line.strip_prefix("#! ") else { continue };
        let problem = found.next_if(|problem| problem.span.expect("a place").start < start);
        let Some(problem) = problem else {
            failures.push(format!("{path}: nobody said: {expected}"));
            continue;
        };
        let said = shown(sources, problem);
        let (code, rest) = expected.trim_end().split_once(" `").expect("a code");
        let (under, part) = rest.split_once("` ").unwrap_or_else(|| (rest.trim_end_matches('`'), ""));
        if !said.starts_with(&format!("{code} `{under}` ")) || !said.contains(part) {
            failures.push(format!("{path}: expected {expected}     said {said}"));
        }
        // What is said beside that is found at the next line.
        if !text[offset..].starts_with("#!") {
            while let Some(more) = found.next_if(|it| it.span.expect("a place").start < start) {
                failures.push(format!("{path}: unexpected {}", shown(sources, more)));
            }
        }
    }
    failures.extend(found.map(|more| format!("{path}: unexpected {}", shown(sources, more))));
}

#[test]
fn every_mistake_is_reported_in_one_run() {
    let files = [
        ("names.seg", include_str!("../check/mistakes_names.seg")),
        ("types.seg", include_str!("../check/mistakes_types.seg")),
    ];
    let (sources, hir, problems) = run(&files, &Settings::default());
    let mut failures = Vec::new();
    for (path, text) in files {
        compare(path, text, &sources, &problems, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(problems.len() >= 100);

    let sound: Vec<&str> = hir.segments.iter().map(|segment| segment.name.as_str()).collect();
    assert_eq!(
        sound,
        [
            "n10", "n16", "t14", "w01", "w02", "w03", "w04", "w05", "w06", "w07", "w08", "w09", "w10", "w11",
            "w12"
        ]
    );
}

#[test]
fn valid_segments_are_accepted() {
    let (_, hir, mut problems) =
        run(&[("sound.seg", include_str!("../check/sound.seg"))], &Settings::default());
    // Some of its conditions are there only for their form.
    problems.retain(|problem| problem.code != "SEG367");
    assert!(problems.is_empty(), "{problems:#?}");
    let params = hir.params.iter().map(|(name, value)| format!("${name} = {value}"));
    let traits = hir.traits.iter().map(|it| canonical::computed(&hir, it));
    let segments = hir.segments.iter().map(|it| canonical::segment(&hir, it));
    let text: Vec<String> = params.chain(traits).chain(segments).collect();
    insta::assert_snapshot!(text.join("\n\n"));
}

/// The problems of one file, as code and underlined text.
fn said(text: &str, settings: &Settings) -> Vec<String> {
    let (sources, _, problems) = run(&[("a.seg", text)], settings);
    let short = |problem: &Diagnostic| match problem.span {
        Some(span) => format!("{} {}", problem.code, under(&sources, span)),
        None => problem.code.to_owned(),
    };
    problems.iter().map(short).collect()
}

/// Type and "?" if it may be missing, of a value of `customer`.
fn typed(expression: &str) -> String {
    let text = format!("param n: integer = 2 trait v on customer = {expression}");
    let (_, hir, problems) = run(&[("a.seg", &text)], &Settings::default());
    assert!(problems.iter().all(|it| it.severity == Severity::Warning), "{expression}: {problems:#?}");
    let value = &hir.traits[0].value;
    format!("{}{}", value.ty, if value.nullable { "?" } else { "" })
}

#[test]
fn every_value_has_its_type_and_nullability() {
    let table = [
        // Keys are never missing: a row without one does not exist.
        ("customer_id", "integer"),
        ("country", "string?"),
        ("email", "string"),
        ("company.company_id", "integer?"),
        ("visits + 1", "integer"),
        ("visits + balance", "decimal(38,2)?"),
        ("visits * 1.5", "decimal(38,1)"),
        ("balance * 1.125", "decimal(38,5)?"),
        ("visits * 1.12345 * 1.12345", "decimal"),
        ("visits - score", "float?"),
        ("visits / 2", "float"),
        ("visits / 0", "float?"),
        ("visits / visits", "float?"),
        ("visits / $n", "float"),
        ("visits % 2", "integer"),
        ("visits % visits", "integer?"),
        ("-visits", "integer"),
        ("count(orders)", "integer"),
        ("count distinct(orders.status)", "integer"),
        ("sum(orders.total)", "decimal(38,2)"),
        ("sum(orders.lines.quantity)", "decimal(38,0)"),
        ("sum(orders.lines.product.weight)", "float"),
        ("avg(orders.total)", "float?"),
        ("min(orders.total)", "decimal(12,2)?"),
        ("max(orders.ordered_at)", "timestamp?"),
        ("exists(orders)", "boolean"),
        ("country = \"US\"", "boolean"),
        ("length(email)", "integer"),
        ("lower(country)", "string?"),
        ("round(balance)", "decimal(38,0)?"),
        ("round(score)", "float?"),
        ("abs(balance)", "decimal(10,2)?"),
        ("floor(visits)", "integer"),
        ("coalesce(country, \"none\")", "string"),
        ("coalesce(balance, visits)", "decimal(38,2)"),
        ("coalesce(balance, score)", "float?"),
        ("date(signed_up_at)", "date"),
        ("year(born_on)", "integer?"),
        ("days_since(signed_up_at)", "integer"),
        ("days_between(signed_up_at, born_on)", "integer?"),
        ("signed_up_at + 7 days", "timestamp"),
        ("born_on - 1 month", "date?"),
        ("now", "timestamp"),
        ("today", "timestamp"),
        ("$n days ago", "timestamp"),
    ];
    for (expression, expected) in table {
        assert_eq!(typed(expression), expected, "{expression}");
    }
}

#[test]
fn aggregates_know_the_times_of_their_path() {
    let text = "trait a on customer = sum(orders.lines.quantity during last 3 days)
        trait b on company = count(staff.orders where exists(lines))
        trait c on customer = count(addresses)";
    let (_, hir, problems) = run(&[("a.seg", text)], &Settings::default());
    assert!(problems.is_empty(), "{problems:#?}");
    let times = |name: &str| {
        let computed = hir.traits.iter().find(|it| it.name == name).expect("a trait");
        let ValueKind::Aggregate(aggregate) = &computed.value.kind else { panic!("an aggregate") };
        let at = |hop: usize| hir.catalog.entity(aggregate.hops[hop].to);
        let names = aggregate.times.iter().map(|&(hop, field)| (hop, at(hop).field(field).name.clone()));
        (aggregate.hops.len(), names.collect::<Vec<_>>())
    };
    assert_eq!(times("a"), (2, vec![(0, "ordered_at".to_owned())]));
    assert_eq!(times("b"), (2, vec![(1, "ordered_at".to_owned())]));
    assert_eq!(times("c"), (1, vec![]));
}

fn with(params: &[(&str, Given)]) -> Settings {
    let value = |given: &Given| ParamValue { given: given.clone(), origin: ParamOrigin::CommandLine };
    let params = params.iter().map(|(name, given)| ((*name).to_owned(), value(given))).collect();
    Settings { params, ..Settings::default() }
}

#[test]
fn parameters_take_the_given_values() {
    let text = "param a: decimal = 1 param b: string param c: date = 2024-01-01 param d: integer = 5
        param e: timestamp = 2024-01-01T00:00:00Z param f: float = 1 param g: boolean = true
        segment s on customer { where balance > $a and country = $b and last_seen_at during last $d days }";
    let given = |text: &str| Given::Text(text.to_owned());
    let settings = with(&[
        ("a", given("12.50")),
        ("b", given("O'Hara \"x\"")),
        ("c", given("2025-02-28")),
        ("d", Given::Literal(Literal::Integer(7))),
        ("e", given("2024-01-01T12:00:00+02:00")),
        ("f", given("1e3")),
        ("g", given("false")),
    ]);
    let (_, hir, problems) = run(&[("a.seg", text)], &settings);
    assert!(problems.is_empty(), "{problems:#?}");
    let values: Vec<String> = hir.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "a=12.5",
        r#"b="O'Hara \"x\"""#,
        "c=2025-02-28",
        "d=7",
        "e=2024-01-01T10:00:00Z",
        "f=1e3",
        "g=false",
    ];
    assert_eq!(values, expected);
    let segment = canonical::segment(&hir, &hir.segments[0]);
    assert!(
        segment.contains("balance > 12.5 and country = \"O'Hara") && segment.contains("-7 day"),
        "{segment}"
    );
}

#[test]
fn values_that_do_not_fit_a_parameter_are_rejected() {
    let text = "param a: decimal(4,2) = 1 param b: integer = 1 param c: date = 2024-01-01 param d: float = 1
        param e: boolean = true param f: timestamp = 2024-01-01T00:00:00Z
        segment s on customer { where visits > $b }
        segment t on customer { where in segment s }";
    let bad = [
        ("a", "1.234"),
        ("a", "123.4"),
        ("a", "one"),
        ("a", "1e99999999"),
        ("b", "1.0"),
        ("b", "99999999999999999999"),
        ("c", "2024-02-30"),
        ("c", "2024-01-01T00:00:00Z"),
        ("d", "NaN"),
        ("d", "inf"),
        ("d", "1e999"),
        ("e", "yes"),
        ("f", "2024-01-01T00:00:00"),
        ("f", "2024-01-01"),
    ];
    for (name, value) in bad {
        let settings = with(&[(name, Given::Text(value.to_owned()))]);
        assert_eq!(said(text, &settings), ["SEG331"], "{name}={value}");
    }
    let settings = with(&[("bb", Given::Text("1".to_owned()))]);
    assert_eq!(said(text, &settings), ["SEG332"]);
    let (_, hir, _) = run(&[("a.seg", text)], &with(&[("b", Given::Text("x".to_owned()))]));
    assert!(hir.segments.is_empty(), "what needs a parameter without a value is left out");
}

#[test]
fn ids_refer_to_valid_segments() {
    let text = "segment d on customer { where in segment b }
        segment c on customer { where nonsense = 1 }
        segment b on customer { where country = \"US\" }
        segment a on customer { where in segment c }
        segment e on customer extends d { exclude where in segment b }";
    let (_, hir, problems) = run(&[("a.seg", text)], &Settings::default());
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let texts: Vec<String> = hir.segments.iter().map(|it| canonical::segment(&hir, it)).collect();
    assert_eq!(
        texts,
        [
            "segment b on customer\n  include country = \"US\"",
            "segment d on customer\n  include this in segment b",
            "segment e on customer extends d\n  exclude this in segment b",
        ]
    );
    assert!(hir.iter().all(|(id, segment)| hir.find(&segment.name) == Some(id)));
}

#[test]
fn the_order_of_files_does_not_matter() {
    let text = include_str!("../check/sound.seg");
    let (params, rest) = text.split_at(text.find("trait age").expect("a trait"));
    let settings = Settings::default();
    let shown = |files: &[(&str, &str)]| {
        let (_, hir, mut problems) = run(files, &settings);
        problems.retain(|problem| problem.code != "SEG367");
        assert!(problems.is_empty(), "{problems:#?}");
        hir.segments.iter().map(|it| canonical::segment(&hir, it)).collect::<Vec<_>>()
    };
    assert_eq!(shown(&[("a.seg", params), ("b.seg", rest)]), shown(&[("a.seg", rest), ("b.seg", params)]));
}

#[test]
fn formatting_does_not_change_the_meaning() {
    let one = "segment a on customer { where country=\"US\" and (visits>1) }";
    let two = "# why\nsegment a on customer {\n  owner: \"x\"\n  where country = 'US' # here\n    and visits > 1\n}";
    let shown = |text| {
        let (_, hir, problems) = run(&[("a.seg", text)], &Settings::default());
        assert!(problems.is_empty(), "{problems:#?}");
        canonical::segment(&hir, &hir.segments[0])
    };
    assert_eq!(shown(one), shown(two));
}

#[test]
fn long_chains_and_cycles_are_harmless() {
    const LENGTH: usize = 10_000;
    let mut text = String::from("trait t0 on customer = visits segment s0 on customer { where t0 > 1 } ");
    for at in 1..LENGTH {
        let before = at - 1;
        // A chain of traits has a limit of its own: what is written out grows with it.
        text += &format!("trait t{at} on customer = visits + {at} ");
        text += &format!(
            "segment s{at} on customer extends s{before} {{ where t{at} > 1 and not in segment s{before} }}\n"
        );
    }
    let (_, hir, problems) = run(&[("a.seg", &text)], &Settings::default());
    assert!(problems.is_empty());
    assert_eq!((hir.traits.len(), hir.segments.len()), (LENGTH, LENGTH));

    let cycle = text.replace("{ where t0 > 1 }", &format!("{{ where in segment s{} }}", LENGTH - 1));
    let (_, hir, problems) = run(&[("a.seg", &cycle)], &Settings::default());
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), ["SEG315"]);
    assert_eq!(problems[0].labels.len(), 40, "a long cycle is shown by its first steps");
    assert_eq!((hir.traits.len(), hir.segments.len()), (LENGTH, 0));
}

#[test]
fn deep_nesting_is_harmless() {
    let sum = vec!["visits"; 150].join(" + ");
    let nots = "not ".repeat(60);
    let parens = format!("{}visits{} > 1", "(".repeat(50), ")".repeat(50));
    let text = format!("segment s on customer {{ where {sum} > 1 and {nots} unsubscribed and {parens} }}");
    let (_, hir, problems) = run(&[("a.seg", &text)], &Settings::default());
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(hir.segments.len(), 1);
}

#[test]
fn broken_files_affect_no_other_segment() {
    let text = "segment a on customer { where country = }
        segment b on customer { where in segment a }
        segment c on customer { where keep = 1 keep top 10 by visits }
        segment d on customer { where country = \"US\" }
        trait t on customer = nothing_like_it
        segment e on customer { where t }";
    let (_, hir, _) = run(&[("a.seg", text)], &Settings::default());
    let names: Vec<&str> = hir.segments.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["d"]);
    let codes = said(text, &Settings::default());
    assert!(codes.iter().all(|it| !it.starts_with("SEG302")), "{codes:?}");
}

#[test]
fn duplicates_show_both_places() {
    let text = "segment a on customer { }\nsegment A on customer { }";
    let (sources, _, problems) = run(&[("a.seg", text)], &Settings::default());
    let labels: Vec<&str> = problems[0].labels.iter().map(|label| under(&sources, label.span)).collect();
    assert_eq!((problems[0].span.map(|span| under(&sources, span)), labels), (Some("A"), vec!["a"]));
}
