//! `rebuild_every`: refreshes by keys rely on the catalog's declarations; regular full evaluations
//! correct the effects of false ones.

use crate::support::project::{at, instant, open};
use crate::support::target::{Target, build, plan};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    rebuild_every: 7 days
    fields:
      id: { type: integer, nullable: false }
      active: boolean
      updated_at: timestamp
";

fn run(target: &mut Target, now: &str, refresh: bool) {
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\nmaterialize: incremental\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", "segment active on customer { where active }\n");
    let session = open(&files);
    let plan = plan(&session, target.name, &at(instant(now)));
    target.run(&build(&session, &plan, refresh)).unwrap_or_else(|error| panic!("{}: {error}", target.name));
}

fn told(target: &mut Target) -> (String, String) {
    let ids = target.rows("SELECT id FROM segments.active").expect("the members").concat().join(" ");
    let runs = target.rows("SELECT rebuilt_at, rows_in, rows_out, members FROM segments.segc_state");
    (ids, runs.expect("the runs").concat().join(" "))
}

#[test]
fn everything_is_evaluated_once_a_rebuild_is_due() {
    for mut target in Target::all() {
        target.must("CREATE TABLE customers (id BIGINT NOT NULL, active BOOLEAN, updated_at TIMESTAMPTZ)");
        target.must("INSERT INTO customers SELECT i, TRUE, TIMESTAMPTZ '2026-01-01 00:00:00+00' FROM GENERATE_SERIES(1, 3) AS t(i)");
        run(&mut target, "2026-03-01T12:00:00Z", false);
        // Two changes that leave no trace, whatever the catalog says.
        target.must("UPDATE customers SET active = FALSE WHERE id = 2");
        target.must("INSERT INTO customers VALUES (4, TRUE, TIMESTAMPTZ '2026-01-01 00:00:00+00')");
        run(&mut target, "2026-03-08T11:59:59.999999Z", true);
        let not_due = ("1 2 3".to_owned(), "2026-03-01T12:00:00Z 0 0 3".to_owned());
        assert_eq!(told(&mut target), not_due, "{}", target.name);
        run(&mut target, "2026-03-08T12:00:00Z", true);
        let due = ("1 3 4".to_owned(), "2026-03-08T12:00:00Z 1 1 3".to_owned());
        assert_eq!(told(&mut target), due, "{}", target.name);
    }
}
