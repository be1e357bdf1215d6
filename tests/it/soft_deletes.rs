//! Rows that are marked as deleted and stay, where the members of a single SELECT don't show their
//! effect: scripts and their checks, a table that is a query, retained members, `why` and
//! `attrition`, unit tests, fingerprints, and messages about the mark.
//! `tests/conformance/soft-deletes.md` defines their meaning.

use crate::support::project::{at, instant, open, said};
use crate::support::target::{Target, build, plan};
use segc::api::{Options, Question, Session, open_files};
use segc::diagnostic::Severity;
use segc::engine::tables_of;
use segc::evaluate::{Data, Datum};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { deleted_at: deleted_at } }
    deletes: soft
    fields:
      id: { type: integer, nullable: false }
      active: boolean
      shop_id: integer
      deleted_at: { type: timestamp, column: gone }
    links:
      shop: { to: shop, on: { shop_id: id } }
      visits: { to: visit, many: true, on: { id: customer_id } }
  shop:
    query: select id, name, closed_on from raw_shops
    key: id
    changes: { mutable: { deleted_at: closed_on } }
    deletes: soft
    fields:
      id: { type: integer, nullable: false }
      name: string
      closed_on: date
    links:
      customers: { to: customer, many: true, on: { id: shop_id } }
  visit:
    table: visits
    key: id
    time: at
    changes: { mutable: { deleted_at: undone_at } }
    deletes: soft
    fields: { id: { type: integer, nullable: false }, customer_id: integer, at: timestamp, undone_at: timestamp }
";

const SEGMENTS: &str = "
segment visitors on customer { materialize: table where exists(visits) }
segment at_open_shops on customer { materialize: table where shop.name is present }
segment held on customer { materialize: table expire: 14 days where active }
segment with_people on shop { materialize: table where exists(customers) }
";

const FIRST: &str = "2026-03-01T00:00:00Z";
const SECOND: &str = "2026-03-02T00:00:00Z";

fn session(catalog: &str, segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments);
    open(&files)
}

/// A database that has a customer, a shop and a visit twice: once deleted.
fn filled(mut target: Target) -> Target {
    let session = session(CATALOG, SEGMENTS);
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.run(&table.create_statements()).expect("new tables");
    }
    target.must("CREATE TABLE raw_shops (id BIGINT, name TEXT, closed_on DATE)");
    target.must("INSERT INTO raw_shops VALUES (10, 'new', NULL), (10, 'old', '2020-01-01'), (11, 'gone', '2026-01-01')");
    for row in [
        "1, TRUE, 10, NULL",
        "1, FALSE, 11, '2025-01-01 00:00:00Z'",
        "2, TRUE, 11, NULL",
        "3, TRUE, 10, '2026-02-01 00:00:00Z'",
        "3, TRUE, 10, '2026-02-02 00:00:00Z'",
    ] {
        target.must(&format!("INSERT INTO customers (id, active, shop_id, gone) VALUES ({row})"));
    }
    for row in [
        "1, 1, '2026-02-01 00:00:00Z', NULL",
        "1, 2, '2026-02-01 00:00:00Z', '2026-02-01 00:00:00Z'",
        "2, 3, '2026-02-01 00:00:00Z', NULL",
    ] {
        target.must(&format!("INSERT INTO visits (id, customer_id, \"at\", undone_at) VALUES ({row})"));
    }
    target
}

fn run(target: &mut Target, now: &str, refresh: bool) -> Result<(), String> {
    let session = session(CATALOG, SEGMENTS);
    let plan = plan(&session, target.name, &at(instant(now)));
    target.run(&build(&session, &plan, refresh))
}

fn ids(target: &mut Target, segment: &str) -> String {
    let rows = target.rows(&format!("SELECT id FROM segments.{segment}")).expect("a table");
    rows.concat().join(" ")
}

#[test]
fn scripts_ignore_deleted_rows_and_their_duplicates() {
    for mut target in Target::all().into_iter().map(filled) {
        let target = &mut target;
        run(target, FIRST, false).expect("keys are unique among the rows that are there");
        for (segment, wanted) in
            [("visitors", "1"), ("at_open_shops", "1"), ("held", "1 2"), ("with_people", "10")]
        {
            assert_eq!(ids(target, segment), wanted, "{segment} on {}", target.name);
        }
        target.must("UPDATE customers SET gone = NULL WHERE gone = '2026-02-01 00:00:00Z'");
        run(target, SECOND, true).expect("a row came back");
        assert_eq!(ids(target, "held"), "1 2 3", "{}", target.name);
        target.must("UPDATE customers SET gone = NULL WHERE id = 3");
        let error = run(target, SECOND, true).expect_err("both came back");
        assert!(error.contains("two rows of customer have the same id"), "{error}");
        target.must("DELETE FROM customers WHERE id = 3");
        target.must("UPDATE raw_shops SET closed_on = NULL");
        let error = run(target, SECOND, true).expect_err("a shop opened again");
        assert!(error.contains("two rows of shop have the same id"), "{error}");
    }
}

#[test]
fn members_with_deleted_rows_are_not_retained() {
    for mut target in Target::all().into_iter().map(filled) {
        let target = &mut target;
        run(target, FIRST, false).expect("the first run");
        target.must("UPDATE customers SET active = FALSE WHERE gone IS NULL");
        run(target, SECOND, true).expect("nobody matches");
        assert_eq!(ids(target, "held"), "1 2", "{}", target.name);
        target.must(&format!("UPDATE customers SET gone = '{SECOND}' WHERE id = 2"));
        run(target, SECOND, true).expect("one is gone");
        assert_eq!(ids(target, "held"), "1", "{}", target.name);
    }
}

#[test]
fn why_and_attrition_ignore_deleted_rows() {
    for mut target in Target::all().into_iter().map(filled) {
        let session = session(CATALOG, SEGMENTS);
        let segment = session.hir().find("at_open_shops").expect("a segment");
        let (name, options) = (target.name, at(instant(FIRST)));
        let mut why = |id: &str| {
            let key = [id.to_owned()];
            let question = Question { segment, key: &key, deep: false };
            session.why(&question, name, &options, target.engine())
        };
        assert!(why("1").expect("a customer").member, "the deleted row of this key is none");
        assert!(!why("2").expect("a customer").member);
        let problems = why("3").expect_err("the customer was deleted");
        let problem = problems.iter().next().expect("a problem");
        assert_eq!(problem.code, "SEG862");
        let help = problem.help.as_deref().unwrap_or_default();
        assert!(help.contains("a row whose `deleted_at` is present has been deleted"), "{help}");
        let funnel = session.attrition(segment, name, &options, target.engine()).expect("counts");
        assert_eq!(funnel.everyone, 2, "{name}");
    }
}

#[test]
fn rows_of_files_can_be_deleted() {
    let session = session(CATALOG, SEGMENTS);
    let segment = session.hir().find("held").expect("a segment");
    let mut data = Data::new(&session.hir().catalog);
    let gone = Datum::Timestamp(instant(FIRST));
    data.push("customer", [("id", Datum::Integer(1)), ("deleted_at", gone)]).expect("a row");
    let key = ["1".to_owned()];
    let question = Question { segment, key: &key, deep: false };
    let problems = session.why_row(&question, &data, instant(SECOND)).expect_err("it is no row");
    assert!(said(&problems).contains("there is no customer"), "{}", said(&problems));
}

/// What decides who is a member: the mark, its column, and that it is one. Not how it is said that
/// rows change otherwise.
#[test]
fn the_soft_delete_mark_is_part_of_the_fingerprint() {
    let fingerprint = |catalog: &str, segment: &str| {
        let session = session(catalog, SEGMENTS);
        let plan = plan(&session, "duckdb", &Options::default());
        let segment = plan.segments.into_iter().find(|one| one.name == segment).expect("it is planned");
        (segment.fingerprint, segment.reads)
    };
    let changed = |from: &str, to: &str| {
        assert!(CATALOG.contains(from), "{from}");
        CATALOG.replacen(from, to, 1)
    };
    let (before, reads) = fingerprint(CATALOG, "visitors");
    for (from, to) in [("column: gone", "column: left_at"), ("deletes: soft", "deletes: hard")] {
        assert_ne!(fingerprint(&changed(from, to), "visitors").0, before, "{to}");
        assert_ne!(fingerprint(&changed(from, to), "with_people").0, fingerprint(CATALOG, "with_people").0);
    }
    let visits = changed("deleted_at: undone_at }", "deleted_at: at }");
    assert_ne!(fingerprint(&visits, "visitors").0, before);
    // The field is read anyway.
    let no_mark = visits.replace("deleted_at: at }", "updated_at: at }").replace(
        "    deletes: soft\n    fields: { id: { type: integer, nullable: false }, customer_id",
        "    fields: { id: { type: integer, nullable: false }, customer_id",
    );
    let (marked, unmarked) = (fingerprint(&visits, "visitors"), fingerprint(&no_mark, "visitors"));
    assert_eq!(marked.1[1].columns, unmarked.1[1].columns);
    assert_ne!(marked.0, unmarked.0);
    assert_eq!(fingerprint(&visits, "held").0, fingerprint(CATALOG, "held").0, "it reads no visits");
    let updated = changed("{ deleted_at: deleted_at }", "{ deleted_at: deleted_at, immutable: shop_id }");
    assert_eq!(fingerprint(&updated, "visitors").0, before);
    let columns: Vec<_> = reads.iter().map(|read| (read.entity.as_str(), read.columns.clone())).collect();
    let names = |all: &[&str]| all.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let wanted =
        [("customer", names(&["gone", "id"])), ("visit", names(&["at", "customer_id", "undone_at"]))];
    assert_eq!(columns, wanted);
}

#[test]
fn conditions_on_the_soft_delete_mark_cause_a_warning() {
    let warnings = |segments: &str| {
        let files = Memory::new()
            .with("segc.yml", "name: lab\n")
            .with("catalog/all.yml", CATALOG)
            .with("segments/all.seg", segments);
        let (session, problems) = open_files(&files, &Options::default());
        assert!(!problems.has_errors(), "{}", said(&problems));
        let warned = problems.iter().filter(|one| one.severity == Severity::Warning);
        let under = |one: &segc::diagnostic::Diagnostic| {
            let span = one.span.expect("a place");
            let text = session.sources.get(span.source).expect("a file").text();
            format!("{} {}", one.code, &text[span.start as usize..span.end as usize])
        };
        warned.map(under).collect::<Vec<_>>()
    };
    for (condition, under) in [
        ("deleted_at is missing", "deleted_at"),
        ("deleted_at between 2026-01-01 and 2026-02-01", "deleted_at"),
        ("shop.closed_on is present", "shop.closed_on"),
        ("max(visits.undone_at) before now", "visits.undone_at"),
        ("exists(visits where outer.deleted_at < at)", "outer.deleted_at"),
    ] {
        let found = warnings(&format!("segment it on customer {{ where {condition} }}"));
        assert_eq!(found, [format!("SEG338 {under}")], "{condition}");
    }
    assert_eq!(warnings("segment it on customer { where shop.name is missing and exists(visits) }"), [""; 0]);
}

/// Reading rows includes reading their marks, which has its own requirements.
#[test]
fn a_soft_delete_mark_inside_a_document_needs_documents() {
    let catalog = CATALOG.replace("column: gone }", "column: state, path: gone }");
    for (segment, under) in [
        ("segment it on customer { where active }", Some("it")),
        ("segment it on shop { where name = \"a\" and exists(customers) }", Some("customers")),
        ("segment it on visit { where customer.active }", Some("customer")),
        ("segment it on visit { where at before now }", None),
    ] {
        let files = Memory::new()
            .with("segc.yml", "name: lab\npolicy: { capabilities: { json: false } }\n")
            .with("catalog/all.yml", linked(&catalog))
            .with("segments/all.seg", segment);
        let session = open(&files);
        let all = session.select(&[]).expect("every segment");
        let (_, problems) = session.plan("duckdb", &all, &Options::default());
        let spans = problems.iter().filter(|one| one.code == "SEG502").filter_map(|one| one.span);
        let found: Vec<_> = spans.map(|span| &segment[span.start as usize..span.end as usize]).collect();
        assert_eq!(found, Vec::from_iter(under), "{segment}: {}", said(&problems));
    }
}

/// The catalog with a link from visits to their customer.
fn linked(catalog: &str) -> String {
    format!("{catalog}    links: {{ customer: {{ to: customer, on: {{ customer_id: id }} }} }}\n")
}
