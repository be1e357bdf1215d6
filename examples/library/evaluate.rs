//! Who is a member, given a few rows: no SQL, no database.

use segc::api::{Datum, Memory, Options, open_files};

pub(crate) fn main() {
    let files = Memory::new()
        .with("segc.yml", "name: shop\ntargets: [postgres]\n")
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
    let (session, problems) = open_files(&files, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");

    let mut data = session.data();
    for (id, country) in [(1, Some("GB")), (2, Some("FR")), (3, None)] {
        data.push("customer", [("id", Datum::from(id)), ("country", country.into())]).expect("it fits");
    }
    let segments = session.select(&["at_home".to_owned()]).expect("the segment is there");
    let as_of = "2026-03-31T12:00:00Z".parse().expect("an instant");
    let members = session.members(segments[0], &data, as_of).expect("nothing overflows");
    assert_eq!(members.into_iter().collect::<Vec<_>>(), [vec![Datum::from(1)]]);
}
