//! What a target, the project's policy or a tier rejects: where, with which words, and that nothing
//! else is rejected.

use std::collections::BTreeMap;

use segc::api::{MatrixCell, Options, SegmentFiles, Session, open_files};
use segc::diagnostic::Diagnostic;
use segc::dialect::Capability;
use segc::project::{Memory, PolicyLimit};

const CATALOG: &str = "\
entities:
  company:
    table: companies
    key: id
    fields: { id: { type: integer, nullable: false }, size: integer }
  customer:
    table: customers
    key: id
    fields: { id: { type: integer, nullable: false }, company_id: integer, plan: string, joined_at: timestamp }
    links:
      company: { to: company, on: { company_id: id } }
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: at
    fields: { id: { type: integer, nullable: false }, customer_id: integer, total: integer, at: timestamp }
    links:
      lines: { to: line, many: true, on: { id: order_id } }
  line:
    table: lines
    key: id
    fields: { id: { type: integer, nullable: false }, order_id: integer }
";

const SEGMENTS: &str = "\
segment premium on customer { where plan = \"premium\" }
segment staff on customer { materialize: inline where plan = \"staff\" }
segment at_big on customer { where plan is present and company.size > 100 }
segment buyers on customer { where plan is present and count(orders) > 0 }
segment vip on customer extends premium { where joined_at before 30 days ago }
segment colleague on customer { where plan is present or in segment staff }
segment friend on customer { where in segment at_big }
segment again on customer { where in segment buyers and plan is present }
segment twice on customer { where plan is present and sequence(orders then (orders where total > 5)) }
segment shouting on customer { where plan is present and upper(plan) = \"VIP\" }
segment halves on customer { where plan is present and id * 0.5 > 5 }
segment never on customer { where plan is present and sequence(orders then not (orders where total > 5) within 1 day) }
segment lately on customer { where plan is present and last(orders.total) > 5 }
segment best on customer { where plan is present and every(latest 2 orders where total > 5) }
segment often on customer { where plan is present and mode(orders.total) = 5 }
segment eager on customer { where plan is present and exists(orders during since coalesce(outer.joined_at, 9 days ago)) }
segment weekly on customer { where plan is present and periods(orders during last 2 weeks each 1 week) > 1 }
";

/// Names of segments, each with the text that is underlined.
type Fallen = &'static [(&'static str, &'static str)];

/// The flags of the registry that segments ask for: the flag, the segments that fall by themselves with what
/// is underlined, and what the message calls it.
const FLAGS: &[(&str, Fallen, &str)] = &[
    ("linked_conditions", &[("at_big", "company")], "conditions on linked entities"),
    (
        "many_linked_conditions",
        &[
            ("buyers", "count(orders)"),
            ("twice", "orders"),
            ("never", "orders"),
            ("lately", "last(orders.total)"),
            ("best", "every(latest 2 orders where total > 5)"),
            ("often", "mode(orders.total)"),
            ("eager", "exists(orders during since coalesce(outer.joined_at, 9 days ago))"),
            ("weekly", "periods(orders during last 2 weeks each 1 week)"),
        ],
        "aggregates over linked entities",
    ),
    ("outer_nulls", &[("eager", "outer.joined_at")], "rows that count though an outer value is missing"),
    (
        "sequences",
        &[
            ("twice", "sequence(orders then (orders where total > 5))"),
            ("never", "sequence(orders then not (orders where total > 5) within 1 day)"),
        ],
        "sequences of rows",
    ),
    ("decimals", &[("halves", "id * 0.5")], "decimals"),
    ("letter_case", &[("shouting", "upper(plan)")], "upper and lower case"),
    ("sequence_absence", &[("never", "(orders where total > 5)")], "sequences that end with `then not`"),
    (
        "row_order",
        &[("lately", "last(orders.total)"), ("best", "every(latest 2 orders where total > 5)")],
        "rows in the order of time",
    ),
    ("modes", &[("often", "mode(orders.total)")], "the most frequent value"),
    ("periods", &[("weekly", "periods(orders during last 2 weeks each 1 week)")], "periods of a window"),
    (
        "segment_composition",
        &[
            ("vip", "premium"),
            ("colleague", "in segment staff"),
            ("friend", "in segment at_big"),
            ("again", "in segment buyers"),
        ],
        "composition of segments",
    ),
    (
        "materialized_composition",
        &[("vip", "premium"), ("friend", "in segment at_big"), ("again", "in segment buyers")],
        "composition with stored segments",
    ),
];

/// A project with the targets `duckdb` and `tiny`; `tiny` says what `dialect` adds.
fn project(config: &str, dialect: &str, segments: &str) -> Memory {
    Memory::new()
        .with("segc.yml", format!("name: test\ntargets: {{ duckdb: {{}}, tiny: {{}} }}\n{config}"))
        .with("dialects/tiny.yml", format!("name: tiny\nextends: duckdb\n{dialect}"))
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", segments)
}

fn session(files: &Memory, options: &Options) -> Session {
    let (session, mut problems) = open_files(files, options);
    // Some conditions are there only to be counted.
    problems.retain(|problem| problem.code != "SEG367");
    assert!(problems.is_empty(), "{problems:#?}");
    session
}

fn tier(name: &str) -> Options {
    Options { tier: Some(name.to_owned()), ..Options::default() }
}

/// What a target refuses of all segments, and the names of those that it compiles.
fn judged(files: &Memory, target: &str, options: &Options) -> (Vec<Diagnostic>, Vec<String>, Session) {
    let session = session(files, options);
    let all: Vec<_> = session.hir().iter().map(|(id, _)| id).collect();
    let (plan, planned) = session.plan(target, &all, options);
    let mut judged = session.judge(target, &all, options);
    judged.sort(&session.sources);
    let mut planned_sorted = planned;
    planned_sorted.sort(&session.sources);
    assert_eq!(
        judged.iter().collect::<Vec<_>>(),
        planned_sorted.iter().collect::<Vec<_>>(),
        "check and compile refuse the same"
    );
    let compiled = plan.map(|plan| plan.segments.into_iter().map(|one| one.name).collect());
    (judged.into_iter().collect(), compiled.unwrap_or_default(), session)
}

fn underlined<'a>(session: &'a Session, problem: &Diagnostic) -> &'a str {
    let span = problem.span.expect("it has a place");
    let source = session.sources.get(span.source).expect("it is in a file");
    &source.text()[span.start as usize..span.end as usize]
}

fn help(problem: &Diagnostic) -> &str {
    problem.help.as_deref().unwrap_or_default()
}

/// Every flag is refused where it is used, with these words in the message and the help;
/// what depends on a refused segment falls without a word.
fn assert_refused(
    files: impl Fn(&str) -> Memory,
    target: &str,
    options: &Options,
    code: &str,
    says: &dyn Fn(&str) -> (String, Vec<String>),
) {
    for (flag, fallen, phrase) in FLAGS {
        let (problems, compiled, session) = judged(&files(flag), target, options);
        let found: Vec<(&str, &str)> =
            problems.iter().map(|one| (one.code, underlined(&session, one))).collect();
        let expected: Vec<(&str, &str)> = fallen.iter().map(|(_, text)| (code, *text)).collect();
        assert_eq!(found, expected, "{flag}");
        let (who, helps) = says(flag);
        for (problem, (segment, _)) in problems.iter().zip(*fallen) {
            assert_eq!(problem.message, format!("`{segment}` needs {phrase} (`{flag}`), {who}"));
            for part in &helps {
                assert!(help(problem).contains(part.as_str()), "{flag}: {part:?} in {:?}", help(problem));
            }
        }
        let gone: Vec<&str> = fallen.iter().map(|(name, _)| *name).collect();
        for (_, segment) in session.hir().iter() {
            let name = segment.name.as_str();
            let silently = [("friend", "at_big"), ("again", "buyers")];
            let falls = gone.contains(&name)
                || silently.iter().any(|(own, input)| name == *own && gone.contains(input));
            assert_eq!(compiled.iter().any(|one| one == name), !falls, "{flag}: {name}");
        }
    }
}

#[test]
fn targets_reject_segments_that_need_a_missing_capability() {
    let files = |flag: &str| project("", &format!("capabilities: {{ {flag}: false }}\n"), SEGMENTS);
    assert_refused(files, "tiny", &Options::default(), "SEG501", &|flag| {
        let helps = vec![
            format!("targets that support `{flag}`: duckdb;"),
            format!("answer `{flag}: true` in your own dialect"),
        ];
        ("which the target `tiny` doesn't support".to_owned(), helps)
    });
    for (flag, ..) in FLAGS {
        let (problems, compiled, _) = judged(&files(flag), "duckdb", &Options::default());
        assert!(
            problems.is_empty() && compiled.len() == SEGMENTS.lines().count(),
            "the other target has it: {problems:?}"
        );
    }
}

#[test]
fn help_says_whether_any_target_has_the_capability() {
    let lacks = "capabilities: { many_linked_conditions: false }\n";
    let files = project("", lacks, SEGMENTS).with("segc.yml", "name: test\ntargets: { tiny: {} }\n");
    let (problems, ..) = judged(&files, "tiny", &Options::default());
    assert!(
        help(&problems[0]).starts_with("no target of this project supports `many_linked_conditions`"),
        "{problems:?}"
    );
}

#[test]
fn policies_reject_segments_that_need_a_disabled_capability() {
    let files =
        |flag: &str| project(&format!("policy: {{ capabilities: {{ {flag}: false }} }}\n"), "", SEGMENTS);
    for target in ["duckdb", "tiny"] {
        assert_refused(files, target, &Options::default(), "SEG502", &|flag| {
            let helps = vec![
                format!("`policy.capabilities.{flag}` in segc.yml is false: remove it"),
                format!("targets that support `{flag}`: duckdb, tiny"),
            ];
            ("which the project's policy forbids".to_owned(), helps)
        });
    }
}

#[test]
fn tiers_reject_what_they_disable_only_if_selected() {
    let files = |flag: &str| {
        project(&format!("tiers: {{ free: {{ capabilities: {{ {flag}: false }} }} }}\n"), "", SEGMENTS)
    };
    assert_refused(files, "tiny", &tier("free"), "SEG503", &|flag| {
        let helps = vec![
            format!("`tiers.free.capabilities.{flag}` in segc.yml is false: use another tier"),
            format!("targets that support `{flag}`: duckdb, tiny"),
        ];
        ("which the tier `free` doesn't include".to_owned(), helps)
    });
    let (problems, compiled, _) = judged(&files("segment_composition"), "tiny", &Options::default());
    assert!(problems.is_empty() && compiled.len() == SEGMENTS.lines().count(), "{problems:?}");
}

#[test]
fn the_target_is_reported_before_policy_and_tier() {
    let config = "policy: { capabilities: { linked_conditions: false } }\n\
                  tiers: { free: { capabilities: { linked_conditions: false } } }\n";
    let files = project(config, "capabilities: { linked_conditions: false }\n", SEGMENTS);
    let codes = |target| -> Vec<&str> {
        judged(&files, target, &tier("free")).0.iter().map(|problem| problem.code).collect()
    };
    assert_eq!(codes("tiny"), ["SEG501"]);
    assert_eq!(codes("duckdb"), ["SEG502"]);
}

#[test]
fn policies_cannot_grant_what_a_target_lacks() {
    let config = "policy: { capabilities: { linked_conditions: true } }\n";
    let files = project(config, "capabilities: { linked_conditions: false }\n", SEGMENTS);
    assert_eq!(judged(&files, "tiny", &Options::default()).0[0].code, "SEG501");
}

#[test]
fn inline_segments_need_no_materialized_composition() {
    let off = "policy: { capabilities: { materialized_composition: false } }\n";
    let (problems, ..) = judged(&project(off, "", SEGMENTS), "duckdb", &Options::default());
    assert_eq!(problems.len(), 3, "`colleague` refers to an inline segment: {problems:?}");
    assert!(help(&problems[0]).contains("`materialize: inline` or `view`"), "{problems:?}");
    let inline = format!("materialize: inline\n{off}");
    assert!(judged(&project(&inline, "", SEGMENTS), "duckdb", &Options::default()).0.is_empty());
}

#[test]
fn traits_are_rejected_where_segments_use_them() {
    let text = "trait bought on customer = count(orders)\nsegment buyers on customer { where bought > 3 }\n";
    let off = "policy: { capabilities: { many_linked_conditions: false } }\n";
    let (problems, _, session) = judged(&project(off, "", text), "duckdb", &Options::default());
    assert_eq!(underlined(&session, &problems[0]), "bought");
    assert_eq!(problems[0].span.map(|span| span.start as usize), text.find("bought > 3"));
}

/// Limits: the limit, the greatest value that refuses, the segments, what is underlined, and
/// how the message begins.
const LIMITS: &[(&str, u64, &str, &str, &str)] = &[
    (
        "composition_depth",
        1,
        "segment a on customer { where plan = \"x\" }\nsegment b on customer extends a {}\nsegment c on customer extends b {}",
        "c",
        "`c` refers to segments 2 deep",
    ),
    (
        "hops",
        1,
        "segment deep on customer { where exists(orders) and exists(orders.lines) }",
        "exists(orders.lines)",
        "`deep` follows 2 links in one path",
    ),
    (
        "conditions",
        2,
        "segment many on customer { where (plan = \"a\" or not plan = \"b\") and joined_at before 3 days ago }",
        "many",
        "`many` has 3 conditions",
    ),
    (
        "window_days",
        29,
        "segment long on customer { where exists(orders during last 30 days) }",
        "last 30 days",
        "`long` has a window that reaches about 30 days",
    ),
    (
        "window_days",
        59,
        "segment back on customer { where exists(orders during 60 days ago to 30 days ago) }",
        "60 days ago to 30 days ago",
        "`back` has a window that reaches about 60 days",
    ),
    (
        "window_days",
        364,
        "segment year on customer { where exists(orders during last 1 year) }",
        "last 1 year",
        "`year` has a window that reaches about 365 days",
    ),
    (
        "window_days",
        6,
        "segment ahead on customer { where exists(orders during next 7 days) }",
        "next 7 days",
        "`ahead` has a window that reaches about 7 days",
    ),
];

#[test]
fn limits_of_policies_and_tiers_are_enforced() {
    for &(limit, most, text, place, says) in LIMITS {
        let at = |allowed: u64| format!("{{ limits: {{ {limit}: {allowed} }} }}\n");
        for (config, options, whose, section) in [
            ("policy: ", Options::default(), "the project's policy", "policy"),
            ("tiers: { small: ", tier("small"), "the tier `small`", "tiers.small"),
        ] {
            let close = if config.starts_with("tiers") { "}" } else { "" };
            let files = |allowed| project(&format!("{config}{}{close}\n", at(allowed)), "", text);
            let (problems, compiled, session) = judged(&files(most), "duckdb", &options);
            assert_eq!(problems.len(), 1, "{limit}: {problems:?}");
            assert_eq!((problems[0].code, underlined(&session, &problems[0])), ("SEG504", place));
            let unit = if limit == "window_days" { " days" } else { "" };
            assert_eq!(problems[0].message, format!("{says}, but {whose} allows {most}{unit}"));
            assert_eq!(help(&problems[0]), format!("the limit is `{section}.limits.{limit}` in segc.yml"));
            assert!(compiled.len() + 1 == text.matches("segment ").count(), "{limit}: only one falls");
            assert!(
                judged(&files(most + 1), "duckdb", &options).0.is_empty(),
                "{limit}: the limit itself is allowed"
            );
        }
    }
}

#[test]
fn window_limits_reject_unbounded_windows_and_accept_fixed_dates() {
    let policy = "policy: { limits: { window_days: 100000 } }\n";
    for (condition, place) in [
        ("exists(orders)", "exists(orders)"),
        ("exists(orders during lifetime)", "exists(orders during lifetime)"),
        ("exists(orders during until 3 days ago)", "until 3 days ago"),
        ("exists(orders during since outer.joined_at)", "since outer.joined_at"),
    ] {
        let text = format!("segment s on customer {{ where {condition} }}");
        let (problems, _, session) = judged(&project(policy, "", &text), "duckdb", &Options::default());
        assert_eq!(problems.len(), 1, "{condition}");
        assert_eq!(underlined(&session, &problems[0]), place);
        assert!(
            problems[0].message.starts_with("`s` has an aggregate whose window is unbounded"),
            "{problems:?}"
        );
        assert!(help(&problems[0]).starts_with("give it a window, such as `during last 100000 days`"));
    }
    for condition in [
        "exists(orders during 2024-01-01 to 2024-02-01)",
        "exists(orders.lines during last 9 days)",
        "plan = \"a\"",
    ] {
        let text = format!("segment s on customer {{ where {condition} }}");
        assert!(
            judged(&project(policy, "", &text), "duckdb", &Options::default()).0.is_empty(),
            "{condition}"
        );
    }
}

#[test]
fn time_zones_are_rejected_where_unsupported() {
    let zone = "timezone: Europe/London\n";
    let off = "{ capabilities: { time_zones: false } }";
    for (config, dialect, options, who, way_out) in [
        (
            zone.to_owned(),
            "capabilities: { time_zones: false }\n",
            Options::default(),
            "the target `tiny` doesn't support time zones",
            "targets that support `time_zones`: duckdb",
        ),
        (
            format!("{zone}policy: {off}\n"),
            "",
            Options::default(),
            "its policy forbids",
            "`policy.capabilities.time_zones`",
        ),
        (
            format!("{zone}tiers: {{ free: {off} }}\n"),
            "",
            tier("free"),
            "the tier `free`",
            "`tiers.free.capabilities.time_zones`",
        ),
    ] {
        let (problems, compiled, session) = judged(&project(&config, dialect, SEGMENTS), "tiny", &options);
        assert!(compiled.is_empty(), "{who}");
        assert_eq!(problems.len(), 1, "once, not once a segment: {problems:?}");
        assert_eq!((problems[0].code, underlined(&session, &problems[0])), ("SEG505", "Europe/London"));
        assert!(problems[0].message.contains(who), "{problems:?}");
        assert!(help(&problems[0]).contains("set `timezone: UTC`") && help(&problems[0]).contains(way_out));
    }
    let utc = project("timezone: UTC\n", "capabilities: { time_zones: false }\n", SEGMENTS);
    assert!(judged(&utc, "tiny", &Options::default()).0.is_empty());
}

#[test]
fn names_too_long_for_a_target_are_rejected() {
    let (fits, long) = ("a".repeat(20), "b".repeat(21));
    let text = format!("segment {fits} on customer {{}}\nsegment {long} on customer {{}}\n");
    let files = project("", "limits: { identifier_bytes: 20 }\n", &text);
    let (problems, compiled, session) = judged(&files, "tiny", &Options::default());
    assert_eq!((problems.len(), compiled), (1, vec![fits]));
    assert_eq!((problems[0].code, underlined(&session, &problems[0])), ("SEG506", long.as_str()));
    assert_eq!(problems[0].message, format!("the name `{long}` is too long for `tiny`"));
    assert_eq!(help(&problems[0]), "it has 21 bytes, but the limit is 20");
}

#[test]
fn statements_too_long_for_a_target_are_rejected() {
    let list: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    let text = format!(
        "segment listed on customer {{ where id in ({}) }}\nsegment all on customer {{}}\n",
        list.join(", ")
    );
    let files = project("", "limits: { statement_bytes: 8000 }\n", &text);
    let session = session(&files, &Options::default());
    let all: Vec<_> = session.hir().iter().map(|(id, _)| id).collect();
    let written = |target: &str| {
        let (plan, problems) = session.plan(target, &all, &Options::default());
        assert!(problems.is_empty(), "{problems:?}");
        session.artifacts(&plan.expect("the target is there"), &Options::default(), SegmentFiles::default())
    };
    let problems = written("tiny").expect_err("it is too long");
    for problem in problems.iter() {
        assert_eq!((problem.code, underlined(&session, problem)), ("SEG507", "listed"));
        assert!(problem.message.ends_with("`tiny` accepts 8000"), "{problem:?}");
    }
    assert!(!problems.is_empty() && written("duckdb").is_ok());
    let listed = session.hir().find("listed").expect("it is there");
    let printed = |target| session.select_sql(target, listed, &Options::default());
    let problems = printed("tiny").expect_err("it is too long");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["SEG507"]);
    assert!(printed("duckdb").is_ok());
}

/// What a policy (or a target) without these refuses, and where.
#[test]
fn nested_values_and_anniversaries_can_be_disabled() {
    let catalog = CATALOG.replace(
        "plan: string,",
        "plan: string, born: date, tags: array<string>, document: json, name: { type: string, column: document, path: name }, \
         city: { type: string, column: address, path: city, from: struct }, \
         page: { type: string, column: params, path: [{ key: page }, value], from: struct },",
    );
    for (capability, condition, place) in [
        ("arrays", "tags contains \"a\"", "tags"),
        ("arrays", "size(tags) > 1", "tags"),
        ("json", "name = \"a\"", "name"),
        ("json", "document is present", "document"),
        ("structs", "city = \"a\"", "city"),
        ("struct_entries", "page = \"a\"", "page"),
        ("anniversaries", "born anniversary during today", "born anniversary during today"),
    ] {
        let text = format!("segment s on customer {{ where plan = \"x\" and {condition} }}");
        let config = format!("policy: {{ capabilities: {{ {capability}: false }} }}\n");
        let files = project(&config, "", &text).with("catalog/all.yml", catalog.as_str());
        let (session, problems) = open_files(&files, &Options::default());
        assert!(problems.is_empty(), "{condition}: {problems:?}");
        let all = session.select(&[]).expect("every segment");
        let (_, problems) = session.plan("duckdb", &all, &Options::default());
        let found: Vec<&str> = problems
            .iter()
            .filter(|problem| problem.code == "SEG502")
            .filter_map(|problem| problem.span)
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(found, [place], "{condition}: {problems:?}");
    }
}

/// Every feature of segments is there; scripts don't write grants yet.
#[test]
fn only_grants_are_not_implemented() {
    let files = project("", "", "segment s on customer { where plan = \"a\" }");
    let (session, problems) = open_files(&files, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    for row in session.capability_matrix(None, &BTreeMap::new()).capabilities {
        let not_yet = row.cells.contains(&MatrixCell::NotYet);
        assert!(!not_yet || row.capability == Capability::Grants, "{}", row.capability.name());
    }
}

#[test]
fn the_matrix_names_what_forbids() {
    let config = "policy: { capabilities: { linked_conditions: false }, limits: { hops: 4 } }\n\
                  tiers: { free: { capabilities: { segment_composition: false }, limits: { hops: 2 } } }\n";
    let files = project(config, "capabilities: { many_linked_conditions: false }\n", SEGMENTS);
    let matrix = session(&files, &tier("free")).capability_matrix(Some("free"), &BTreeMap::new());
    let cells = |capability: Capability| {
        matrix.capabilities.iter().find(|row| row.capability == capability).map(|row| row.cells.clone())
    };
    let tier = MatrixCell::OffByTier { tier: "free".to_owned() };
    assert_eq!(matrix.targets, ["duckdb", "tiny"]);
    assert_eq!(
        cells(Capability::LinkedConditions),
        Some(vec![MatrixCell::OffByPolicy, MatrixCell::OffByPolicy])
    );
    assert_eq!(
        cells(Capability::ManyLinkedConditions),
        Some(vec![MatrixCell::Yes { note: None }, MatrixCell::No])
    );
    assert_eq!(cells(Capability::SegmentComposition), Some(vec![tier.clone(), tier]));
    let hops = matrix.policy_limits.iter().find(|row| row.limit == PolicyLimit::Hops);
    assert_eq!(hops.map(|row| (row.policy, row.tier, row.allowed())), Some((Some(4), Some(2), Some(2))));
}

#[test]
fn forbidden_composition_is_reported_once() {
    let off = "policy: { capabilities: { segment_composition: false, materialized_composition: false } }\n";
    let (problems, _, session) = judged(&project(off, "", SEGMENTS), "duckdb", &Options::default());
    let places: Vec<&str> = problems.iter().map(|problem| underlined(&session, problem)).collect();
    assert_eq!(places, ["premium", "in segment staff", "in segment at_big", "in segment buyers"]);
}

/// What keeps, groups and tables that remember need is refused where it is.
#[test]
fn keeps_groups_and_retention_are_rejected_with_their_span() {
    let segments = "\
trait luck on customer = bucket(\"x\")
segment best on customer { keep top 3 per company by joined_at }
segment some on customer { keep sample 10% seed \"x\" }
segment lucky on customer { where luck < 10 }
segment first on customer { exclusive group: \"mail\" priority: 1 where plan = \"a\" }
segment second on customer { exclusive group: \"mail\" priority: 2 where plan = \"b\" }
segment held on customer { expire: 14 days where plan = \"c\" }
segment kept on customer { history: true where plan = \"d\" }
";
    let fallen: &[(&str, &[&str])] = &[
        ("ranking", &["keep top 3 per company by joined_at"]),
        ("sampling", &["keep sample 10% seed \"x\"", "luck"]),
        ("exclusive_groups", &["exclusive group: \"mail\"", "exclusive group: \"mail\""]),
        ("expiry", &["expire: 14 days"]),
        ("history", &["kept"]),
        // Within a group, segments refer to one another; so does a link in `per`.
        ("segment_composition", &["exclusive group: \"mail\""]),
        ("linked_conditions", &["company"]),
    ];
    for (flag, places) in fallen {
        let config = format!("policy: {{ capabilities: {{ {flag}: false }} }}\n");
        let (problems, _, session) = judged(&project(&config, "", segments), "duckdb", &Options::default());
        let found: Vec<&str> = problems.iter().map(|problem| underlined(&session, problem)).collect();
        assert_eq!(found, *places, "{flag}");
    }
}

#[test]
fn a_history_table_needs_a_unique_name() {
    let long = "a".repeat(56);
    let segments = format!(
        "segment vip on customer {{ history: true where plan = \"a\" }}\n\
         segment VIP_History on customer {{ where plan = \"b\" }}\n\
         segment {long} on customer {{ history: true where plan = \"c\" }}\n"
    );
    let (session, problems) = open_files(&project("", "", &segments), &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    let all = session.select(&[]).expect("all segments");
    let found = |target: &str| {
        let (_, problems) = session.plan(target, &all, &Options::default());
        problems.iter().map(|one| (one.code, underlined(&session, one).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(found("duckdb"), [("SEG550", "VIP_History".to_owned())]);
}

/// On ClickHouse, a table answers to its own name even if it has an alias.
#[test]
fn no_table_is_named_like_an_alias_where_both_can_be_read() {
    let segments = "segment s on customer { where plan = \"a\" }\n\
                    segment C_2 on customer { where plan = \"a\" }\n\
                    segment o on customer { materialize: inline where plan = \"a\" }\n\
                    segment after_s on customer { where in segment s }\n\
                    segment cc on customer { where plan = \"a\" }\n";
    let config = "name: test\ntargets: { duckdb: {}, clickhouse: {} }\n";
    let session = session(&project("", "", segments).with("segc.yml", config), &Options::default());
    let all = session.select(&[]).expect("all segments");
    let found = |target: &str| {
        let (_, problems) = session.plan(target, &all, &Options::default());
        problems.iter().map(|one| (one.code, underlined(&session, one).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(found("duckdb"), []);
    assert_eq!(found("clickhouse"), [("SEG553", "C_2".to_owned()), ("SEG553", "s".to_owned())]);
}

/// Members would be written over the rows that they are found in.
#[test]
fn no_segment_is_stored_in_a_table_of_the_catalog_or_of_segc() {
    let found = |config: &str, segment: &str| {
        let segments = format!("segment {segment} on customer {{ where plan = \"a\" }}\n");
        let (session, problems) = open_files(&project(config, "", &segments), &Options::default());
        assert!(problems.is_empty(), "{problems:?}");
        let all = session.select(&[]).expect("all segments");
        let (plan, problems) = session.plan("duckdb", &all, &Options::default());
        assert_eq!(plan.map_or(0, |plan| plan.segments.len()), usize::from(!problems.has_errors()));
        problems.iter().map(|one| one.code).collect::<Vec<_>>()
    };
    for (config, segment, codes) in [
        ("schema: main\n", "customers", &["SEG551"][..]),
        ("schema: MAIN\n", "Customers", &["SEG551"]),
        ("schema: public\n", "customers", &[]),
        ("schema: segments\n", "customers", &[]),
        ("schema: main\n", "customer", &[]),
        ("", "segc_state", &["SEG552"]),
        ("", "SEGC_anything", &["SEG552"]),
        ("materialize: inline\n", "segc_state", &[]),
        ("", "segc", &[]),
    ] {
        assert_eq!(found(config, segment), codes, "{config}{segment}");
    }
}

#[test]
fn policies_and_tiers_can_forbid_conditions_on_personal_data() {
    let catalog = "entities:
  user:
    table: users
    key: email
    fields:
      email: { type: string, nullable: false, pii: true }
      born: { type: date, pii: true }
      country: string
    links: { friends: { to: user, many: true, on: { email: email } } }
";
    let segments = "trait age on user = days_since(born) / 365
segment adults on user { where age > 18 and born is present }
segment ranked on user { keep top 3 by born }
segment social on user { where exists(friends) }
segment local on user { where country = \"US\" }
segment grown on user extends adults { }
";
    let files = |config: &str| {
        Memory::new()
            .with("segc.yml", format!("name: test\ntargets: {{ duckdb: {{}} }}\n{config}"))
            .with("catalog/all.yml", catalog)
            .with("segments/all.seg", segments)
    };
    let expected = ["age: `adults` uses `user.born` (through the trait `age`), which is personal data, but"]
        .into_iter()
        .chain(["born: `ranked` uses `user.born`, which is personal data, but"])
        .chain(["friends: `social` uses `user.email`, which is personal data, but"]);
    let check = |config: &str, options: &Options, who: &str, key: &str| {
        let (problems, compiled, session) = judged(&files(config), "duckdb", options);
        let said: Vec<String> = problems
            .iter()
            .map(|problem| {
                assert_eq!(problem.code, "SEG522");
                let help = problem.help.as_deref().unwrap_or_default();
                assert!(help.contains(key), "{help}");
                format!("{}: {}", session.sources.text(problem.span.expect("a place")), problem.message)
            })
            .collect();
        let expected: Vec<String> =
            expected.clone().map(|text| format!("{text} {who} forbids that")).collect();
        assert_eq!(said, expected);
        assert_eq!(compiled, ["local"], "segments that depend on a refused one are skipped");
    };
    let none = Options::default();
    check(
        "policy: { pii: { conditions: false } }\n",
        &none,
        "the project's policy",
        "`policy.pii.conditions`",
    );
    let tiers = "tiers: { free: { pii: { conditions: false } } }\n";
    check(tiers, &tier("free"), "the tier `free`", "`tiers.free.pii.conditions`");
    for config in [tiers, "", "policy: { pii: { conditions: true } }\n", "policy: { pii: {} }\n"] {
        let (problems, compiled, _) = judged(&files(config), "duckdb", &none);
        assert!(problems.is_empty() && compiled.len() == 5, "{config}: {problems:?}");
    }
}
