//! Rows and drafts whose previews are known.

use jiff::Timestamp;
use segc::api::{Draft, DraftText, DraftValues, Options, PreviewValue};
use segc::engine::Engine;
use segc::project::Memory;

use super::{all_of, asked, one_of};
use crate::support;
use crate::support::project::{open, said};
use crate::support::target::Target;

const TEXTS: &str = "entities:
  thing:
    table: things
    key: [shop, no]
    fields:
      shop: { type: string, nullable: false }
      no: { type: integer, nullable: false }
      label: string
      price: \"decimal(10,2)\"
      rate: { type: float, storage: float_nan }
      day: date
      version: semver
      secret: { type: string, pii: true }
      tags: array<string>
";

/// Keys of two parts, text of all kinds, missing values, and an order that isn't that of dictionaries.
#[test]
fn texts_are_shown_as_they_are_written() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb, postgres]\n")
        .with("catalog/all.yml", TEXTS)
        .with("segments/all.seg", "segment some on thing { where no < 7 with secret, next = no + 1 }");
    let session = open(&files);
    let statements = [
        "CREATE TABLE things (shop VARCHAR(40), no BIGINT, label VARCHAR(40), price DECIMAL(10,2), rate DOUBLE PRECISION, day DATE, version VARCHAR(40), secret VARCHAR(40))"
            .to_owned(),
        "INSERT INTO things VALUES
            ('it''s', 1, 'é \"x\" \\ 😀', 12.50, 0.1, DATE '2026-03-01', '1.10.0', 'a@b'),
            ('it''s', 2, 'Zebra', 100.00, 2.5, DATE '2025-03-01', '1.9.0', 'a@b'),
            ('Zed', 1, 'zebra', 12.50, CAST('NaN' AS DOUBLE PRECISION), NULL, '1.10.0-rc.1', 'a@b'),
            ('Ärger', 5, NULL, NULL, NULL, NULL, 'latest', NULL),
            ('ab', 3, '', 12.50, 2.5, NULL, '1.10.0+build', NULL),
            ('ab', 7, 'Zebra', 12.50, 1e300, NULL, NULL, NULL)"
            .to_owned(),
    ];
    let targets = Target::all().into_iter().chain(Target::english());
    for mut target in targets {
        target.run(&statements).expect("a table");
        let name = target.name;
        let ask = |value: &str| asked(&session, None, &one_of("thing", value)).expect("a value");
        let mut values = |value: &str| {
            let found = ask(value).values(10, (name, target.engine()), Timestamp::UNIX_EPOCH);
            found.unwrap_or_else(|problems| panic!("{name}: {}", said(&problems)))
        };
        let texts = |list: &[PreviewValue]| list.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        let labels = values("label");
        assert_eq!(texts(&labels.popular), ["\"Zebra\"", "\"\"", "\"zebra\"", "\"é \\\"x\\\" \\\\ 😀\""]);
        assert_eq!(texts(&labels.sample)[..2], ["\"\"", "\"Zebra\""], "{name}");
        assert_eq!((labels.rows, labels.missing, labels.distinct), (6, 1, 4));
        assert_eq!(texts(&values("price").popular), ["12.5", "100"]);
        assert_eq!(texts(&values("rate").sample), ["0.1", "2.5", "1e300"]);
        assert_eq!(texts(&values("day").sample), ["2025-03-01", "2026-03-01"]);
        let versions = values("version");
        assert_eq!(texts(&versions.sample), ["\"1.9.0\"", "\"1.10.0-rc.1\"", "\"1.10.0\""], "{name}");
        assert_eq!(versions.popular[0].rows, 2);
        let flags = values("label is missing");
        assert_eq!(
            (texts(&flags.popular), flags.min.is_none()),
            (vec!["false".to_owned(), "true".to_owned()], true)
        );
        // A constant is a value, too.
        assert_eq!(texts(&values("\"x\"").popular), ["\"x\""]);
        assert_eq!(texts(&values("1").popular), ["1"]);

        let list =
            DraftValues::List(DraftText { place: "--fields", text: "secret, twice = no * 2, version" });
        let draft = Draft {
            entity: "thing",
            of: Some("some"),
            condition: None,
            values: vec![DraftValues::All, list],
        };
        let asked = asked(&session, Some("some"), &draft).expect("values");
        let preview = asked.preview(3, (name, target.engine()), Timestamp::UNIX_EPOCH).expect("rows");
        assert_eq!((preview.members, preview.rows), (5, 6));
        assert_eq!(preview.left_out, ["tags"], "what is named isn't left out");
        let keys: Vec<String> = preview.sample.iter().map(|row| row.texts[..2].join(" ")).collect();
        assert_eq!(keys, ["\"Zed\" 1", "\"it's\" 1", "\"Ärger\" 5"], "{name}");
        let row = serde_json::to_value(&preview.sample[1]).expect("JSON");
        assert_eq!(
            row.to_string(),
            r#"{"key":{"shop":"it's","no":1},"columns":{"secret":"(pii)","next":2},"fields":{"label":"é \"x\" \\ 😀","price":"12.5","rate":0.1,"day":"2026-03-01","version":"1.10.0","secret":"a@b","twice":2}}"#
        );
    }
}

/// What a user writes is reported in that text; the policy holds for it.
#[test]
fn drafts_are_checked_like_files() {
    let files = |policy: &str| {
        Memory::new()
            .with("segc.yml", format!("name: things\ntargets: [duckdb]\n{policy}"))
            .with("catalog/all.yml", TEXTS)
            .with("segments/all.seg", "segment preview on thing { where no < 7 }")
    };
    let session = open(&files(""));
    let place = |values: Vec<DraftValues<'_>>, condition: Option<&str>| {
        let condition = condition.map(|text| DraftText { place: "--where", text });
        let (session, drafted) = session.with_draft(&Draft { entity: "thing", of: None, condition, values });
        let problems = drafted.expect_err("it is refused");
        let problem = problems.iter().next().expect("a problem");
        let (path, at) = session.sources.locate(problem.span.expect("a place")).expect("a source");
        format!("{} {path}:{}", problem.code, at.column)
    };
    let list = |text| vec![DraftValues::List(DraftText { place: "--fields", text })];
    assert_eq!(place(list("label, lable"), None), "SEG303 --fields:8");
    assert_eq!(place(list("label, label = no"), None), "SEG752 --fields:8");
    assert_eq!(place(list("tags"), None), "SEG426 --fields:1");
    assert_eq!(place(list("label as x"), None), "SEG101 --fields:7");
    let value = DraftValues::One(DraftText { place: "WHAT", text: "thing.lable" }, 6);
    assert_eq!(place(vec![value], None), "SEG303 WHAT:7");
    assert_eq!(place(Vec::new(), Some("no < 7 } segment other on thing { where no > 8")), "SEG104 --where:8");
    assert_eq!(place(Vec::new(), Some("price = \"x\"")), "SEG401 --where:1");
    // Another segment and a table may have its name; nothing else of the project is reported again.
    let (_, drafted) = session.with_draft(&all_of("thing", Some("in segment preview")));
    assert!(drafted.expect("it is sound").warnings.is_empty());

    let strict = open(&files("policy: { pii: { conditions: false } }\n"));
    let mut duckdb = support::duckdb();
    for (value, code) in [("secret", "SEG522"), ("label", "")] {
        let asked = asked(&strict, None, &one_of("thing", value)).expect("a value");
        let found = asked.values(3, ("duckdb", &mut duckdb), Timestamp::UNIX_EPOCH);
        let problems = found.expect_err("there is no table");
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert!(code.is_empty() || codes == [code], "{codes:?}");
    }
}

/// Of an entity without rows there is no share, but an instant and a size.
#[test]
fn without_rows_there_are_no_shares() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with(
            "segments/all.seg",
            "segment a on thing { where id > 1 }\nsegment b on thing { where id > 2 }\n",
        );
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things (id BIGINT)").expect("a table");
    let all = session.select(&[]).expect("two segments");
    let overlap = session.overlap(&all, "duckdb", &Options::default(), &mut duckdb).expect("it is counted");
    assert_eq!((overlap.rows, overlap.combinations.as_deref()), (0, Some(&[][..])));
    assert_eq!((overlap.pairs[0].jaccard, overlap.segments[0].share), (None, None));
    assert!(overlap.as_of.as_str() > "2026-", "the engine's clock");
    let rows = asked(&session, Some("a"), &all_of("thing", None)).expect("a draft");
    let preview =
        rows.session.preview(rows.population, &rows.drafted, 5, "duckdb", &Options::default(), &mut duckdb);
    let preview = preview.expect("it is counted");
    assert_eq!((preview.rows, preview.members, preview.share, preview.sample.len()), (0, 0, None, 0));
    let values = asked(&session, None, &one_of("thing", "id")).expect("a draft");
    let values = values.values(5, ("duckdb", &mut duckdb), Timestamp::UNIX_EPOCH).expect("it is counted");
    assert_eq!((values.rows, values.distinct, values.missing_share, values.max), (0, 0, None, None));
}

/// Members who match are compared, also of a segment whose table another one reads.
#[test]
fn segments_with_expire_are_compared_by_who_matches() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with("segments/all.seg", "segment a on thing { expire: 3 days where id > 1 }\nsegment b on thing { where in segment a or id = 1 }\n");
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things AS SELECT range AS id FROM range(1, 6)").expect("a table");
    duckdb.execute("CREATE SCHEMA segments").expect("a schema");
    duckdb.execute("CREATE TABLE segments.a AS SELECT 2::BIGINT AS id").expect("a table");
    let all = session.select(&[]).expect("two segments");
    let overlap = session.overlap(&all, "duckdb", &Options::default(), &mut duckdb).expect("it is counted");
    let sizes: Vec<u64> = overlap.segments.iter().map(|one| one.members).collect();
    assert_eq!((sizes, overlap.pairs[0].both), (vec![4, 2], 1));
}

/// A segment that fails doesn't hide the others.
#[test]
fn segments_that_fail_are_unknown() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with(
            "segments/all.seg",
            "segment fails on thing { where id * 9_000_000_000_000_000_000 > 3 }\n\
             segment all_of_them on thing {}\n\
             segment some on thing extends all_of_them { where id = 1 or id = 4 exclude where id > 3 and id < 9 keep top 1 by id }\n\
             segment either on thing { include where id = 3 include where id = 5 }\n",
        );
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things AS SELECT range AS id FROM range(1, 6)").expect("a table");
    let all = session.select(&[]).expect("segments");
    let entity = session.hir().segment(all[0]).entity;
    let mut ask = |key: &str| {
        let key = [key.to_owned()];
        session.memberships(entity, &all, &key, "duckdb", &Options::default(), &mut duckdb)
    };
    let (found, problems) = ask("4").expect("some are answered");
    assert_eq!(problems.len(), 1, "{}", said(&problems));
    let because: Vec<(Option<bool>, Option<&str>)> =
        found.segments.iter().map(|one| (one.member, one.because.as_deref())).collect();
    assert_eq!(
        because,
        [
            (Some(true), None),
            (Some(false), Some("no include holds")),
            (None, None),
            (Some(false), Some("`id > 3 and id < 9` excludes it")),
        ]
    );
    let (found, _) = ask("5").expect("some are answered");
    assert_eq!(found.segments[1].because.as_deref(), Some("`id = 5` holds"));
    assert_eq!(found.segments[3].because.as_deref(), Some("`id = 1 or id = 4` doesn't hold"));
    assert_eq!(ask("9").expect_err("there is no such row").iter().next().map(|one| one.code), Some("SEG862"));
}
