//! A project that is on no disk, compiled for one target.

use segc::api::{Memory, Options, SegmentFiles, open_files};

pub(crate) fn main() {
    let files = Memory::new()
        .with("segc.yml", "name: shop\ntimezone: Europe/London\ntargets: { pg: { dialect: postgres } }\n")
        .with(
            "catalog/customer.yml",
            "entities:
  customer:
    table: customers
    key: id
    fields: { id: integer, country: string }
",
        )
        .with("segments/home.seg", "segment at_home on customer {\n  where country = \"GB\"\n}\n");

    let options = Options { as_of: "2026-03-31T12:00:00Z".parse().ok(), ..Options::default() };
    let (session, problems) = open_files(&files, &options);
    assert!(problems.is_empty(), "what is wrong, with codes, places and help: {problems:?}");

    let segments = session.select(&["at_home".to_owned()]).expect("the segment is there");
    let sql = session.select_sql("pg", segments[0], &options).expect("Postgres can do it");
    assert!(sql.contains("WHERE"), "{sql}");

    let (plan, refused) = session.plan("pg", &segments, &options);
    assert!(refused.is_empty(), "what the target or a policy refuses: {refused:?}");
    let plan = plan.expect("the target is there");
    let artifacts = session.artifacts(&plan, &options, SegmentFiles::default()).expect("it can be written");
    assert!(artifacts.files.contains_key("segments/at_home.sql"));
}
