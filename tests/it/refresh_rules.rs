//! Rule R8: which segments members never leave, and the reasons given for the others. Each case
//! removes one clause of the rule.

use segc::api::{Options, open_files};
use segc::plan::{Refresh, SegmentPlan, Why};
use segc::project::Memory;

const CATALOG: &str = r#"
entities:
  customer:
    table: shop.customers
    key: id
    deletes: never
    changes: { mutable: { updated_at: updated_at, immutable: [country, born, referred_by, company_id, interests] } }
    fields:
      id: { type: integer, nullable: false }
      country: string
      born: date
      plan: string
      referred_by: integer
      company_id: integer
      interests: array<string>
      updated_at: timestamp
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
      refunds: { to: refund, many: true, on: { id: customer_id } }
      visits: { to: visit, many: true, on: { id: customer_id } }
      notes: { to: note, many: true, on: { id: customer_id } }
      company: { to: company, on: { company_id: id } }
  order:
    table: shop.orders
    key: id
    time: at
    changes: append_only
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      at: timestamp
      status: string
      coupon: string
      total: { type: "decimal(10,2)", min: 0 }
      change: { type: "decimal(10,2)" }
      weight: { type: float, min: 0 }
    links:
      customer: { to: customer, on: { customer_id: id } }
  refund:
    table: shop.refunds
    key: id
    changes: append_only
    fields: { id: { type: integer, nullable: false }, customer_id: integer }
  visit:
    table: shop.visits
    key: id
    deletes: never
    changes: { mutable: { updated_at: seen } }
    fields: { id: { type: integer, nullable: false }, customer_id: integer, seen: timestamp }
  note:
    query: select * from shop.raw_notes
    key: id
    changes: append_only
    deletes: never
    fields: { id: { type: integer, nullable: false }, customer_id: integer }
  company:
    table: shop.companies
    key: id
    changes: static
    deletes: never
    fields: { id: { type: integer, nullable: false }, size: integer }
  call:
    table: shop.calls
    key: id
    time: began
    changes: append_only
    deletes: never
    settle: 5 minutes
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      began: { type: timestamp, zone: Europe/London }
      rate: integer
  activity:
    table: shop.activities
    key: [customer_id, day]
    changes: { mutable: { updated_at: updated_at } }
    settle: 1 hour
    fields:
      customer_id: { type: integer, nullable: false }
      day: { type: date, nullable: false }
      team_id: integer
      team_region: string
      steps: integer
      updated_at: timestamp
    links:
      team: { to: team, on: { team_id: id, team_region: region } }
  team:
    table: shop.teams
    key: [region, id]
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      region: { type: string, nullable: false }
      size: integer
      updated_at: timestamp
  lead:
    table: shop.leads
    key: id
    changes: append_only
    fields: { id: { type: integer, nullable: false } }
"#;

/// What `refresh.sql` does for a segment with these rules.
fn refresh(rules: &str) -> SegmentPlan {
    refresh_of("customer", rules, "")
}

fn refresh_of(entity: &str, rules: &str, more: &str) -> SegmentPlan {
    let text = format!("{more}\nsegment it on {entity} {{\n materialize: incremental\n {rules}\n}}\n");
    let files = Memory::new()
        .with("segc.yml", "name: rules\n")
        .with("catalog/shop.yml", CATALOG)
        .with("segments/it.seg", text);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{rules}: {problems:?}");
    let all = session.select(&[]).expect("everything can be chosen");
    let (plan, _) = session.plan("duckdb", &all, &Options::default());
    let plan = plan.expect("the target exists");
    plan.segments.into_iter().find(|segment| segment.name == "it").expect("it is planned")
}

fn grows(rules: &str) {
    let it = refresh(rules);
    assert_eq!((it.refresh.strategy, it.refresh.leaves), (Refresh::InsertOnly, None), "{rules}");
}

/// Members may leave, for a reason that holds these words, with a remedy that holds those.
fn leaves(rules: &str, because: &str, unless: &str) {
    let it = refresh(rules);
    assert_ne!(it.refresh.strategy, Refresh::InsertOnly, "{rules}");
    let Why { reason, remedy, .. } =
        it.refresh.leaves.unwrap_or_else(|| panic!("members never leave: {rules}"));
    assert!(reason.contains(because), "{rules}: {reason}");
    assert!(remedy.unwrap_or_default().contains(unless), "{rules}");
}

#[test]
fn counts_maxima_and_sums_only_rise_and_minima_only_fall() {
    grows("where exists(orders)");
    grows("where count(orders) >= 3");
    grows("where 3 < count(orders)");
    grows("where count distinct(orders.status) > 1");
    grows("where max(orders.total) >= 10.5");
    grows("where min(orders.total) <= 10");
    grows("where sum(orders.total) > 100");
    grows("where last(orders.at) after 2024-01-01T00:00:00Z");
    grows("where first(orders.at) before 2024-01-01T00:00:00Z");
    for other in ["count(orders) = 3", "count(orders) < 3", "min(orders.total) >= 1", "avg(orders.total) > 3"]
    {
        leaves(&format!("where {other}"), "may cross its bound again", "");
    }
    for other in ["first(orders.at) after 2024-01-01T00:00:00Z", "last(orders.total) >= 1"] {
        leaves(&format!("where {other}"), "may cross its bound again", "");
    }
    leaves("where count(orders) >= count(visits)", "isn't a constant", "");
}

#[test]
fn sums_rise_only_without_negatives_and_floats() {
    leaves("where sum(orders.change) >= 5", "`order.change` may be negative", "declare `min: 0`");
    leaves("where sum(orders.weight) >= 5", "`weight` is a float", "");
    leaves("where sum(orders.total * 2) >= 5", "sum of an expression", "");
}

#[test]
fn append_only_needs_rows_that_are_never_deleted() {
    leaves(
        "where exists(refunds)",
        "members may leave, since rows of `refund` can be deleted",
        "declare `deletes: never` on `refund`",
    );
    leaves("where exists(notes)", "`note` comes from a query", "");
    let why = refresh_of("lead", "", "").refresh.leaves.expect("leads may be deleted");
    assert!(why.reason.contains("rows of `lead`"), "{}", why.reason);
}

#[test]
fn append_only_needs_immutable_fields() {
    grows("where country = \"US\" and exists(orders where status = \"paid\")");
    leaves(
        "where plan = \"free\"",
        "`customer.plan` may change",
        "add `plan` to the `immutable` fields of `customer`",
    );
    leaves("where exists(visits)", "`visit.customer_id` may change", "`immutable` fields of `visit`");
    grows("where company.size > 10");
    leaves("where exists(orders where customer.plan = \"free\")", "`customer.plan` may change", "");
}

#[test]
fn append_only_needs_fixed_windows() {
    grows("where exists(orders during since 2024-01-01)");
    grows("where count(orders during 2024-01-01 through 2024-12-31) > 2");
    leaves("where exists(orders during last 30 days)", "window that moves with the clock", "");
    leaves("where born before 18 years ago", "the clock", "");
}

#[test]
fn negated_conditions_are_append_only_if_nothing_changes() {
    grows("where country != \"US\"");
    grows("where exists(orders where coupon is present)");
    leaves("where not exists(orders)", "negated", "");
    leaves("where every(orders where total > 5)", "`every`", "");
    leaves("where company.size is missing", "`is missing`", "");
    leaves("include where exists(orders)\n exclude where exists(orders where total > 100)", "`exclude`", "");
    grows("include where exists(orders)\n exclude where country = \"US\"");
}

/// An absent array is empty: until the customer's row arrives, those of its orders are.
#[test]
fn arrays_behind_a_link_may_become_non_empty() {
    grows("where interests is empty and size(interests) < 1");
    for rules in ["where customer.interests is empty", "where size(customer.interests) < 1"] {
        let it = refresh_of("order", rules, "");
        assert_ne!(it.refresh.strategy, Refresh::InsertOnly, "{rules}");
        let reason = it.refresh.leaves.expect("somebody leaves").reason;
        assert!(reason.contains("is empty until its row arrives"), "{rules}: {reason}");
    }
}

#[test]
fn append_only_needs_append_only_inputs() {
    let growing = "segment base on customer { materialize: incremental where exists(orders) }";
    let moving =
        "segment base on customer { materialize: incremental where exists(orders during last 7 days) }";
    let of = |base| refresh_of("customer", "where in segment base and country = \"US\"", base);
    assert_eq!(of(growing).refresh.strategy, Refresh::InsertOnly);
    let why = of(moving).refresh.leaves.expect("members leave the input");
    assert!(why.reason.contains("members may leave `base`"), "{}", why.reason);
}

#[test]
fn segments_stored_as_tables_are_always_rebuilt() {
    let text = "segment it on customer { materialize: table where exists(orders) }";
    let files = Memory::new()
        .with("segc.yml", "name: rules\n")
        .with("catalog/shop.yml", CATALOG)
        .with("segments/it.seg", text);
    let (session, _) = open_files(&files, &Options::default());
    let all = session.select(&[]).expect("everything can be chosen");
    let plan = session.plan("duckdb", &all, &Options::default()).0.expect("the target exists");
    assert!(
        matches!(&plan.segments[0].refresh.strategy, Refresh::Rebuild { reason, .. } if reason.contains("materialize: table"))
    );
}

/// In the hour that comes twice a stamp without its zone is read as the earlier instant.
#[test]
fn timestamps_without_a_time_zone_may_be_an_hour_early() {
    let it = refresh_of("call", "where rate > 3", "");
    assert!(it.refresh.by_keys.is_some(), "it is refreshed by keys");
    let since = it.refresh.last_run.iter().find(|(name, ..)| name.starts_with("since_"));
    let (_, since, _) = since.expect("the instant from which on rows have arrived");
    let text = format!("{since:?}");
    // 5 minutes, which it may take to become visible, and the hour.
    assert!(text.contains("SubtractSeconds") && text.contains("SubtractHours"), "{text}");
}

/// A row that is called as the affected keys are, or as the rows that are checked, hides neither:
/// else a column would be compared with itself, and everything evaluated.
#[test]
fn aliases_hide_no_affected_keys() {
    let it = refresh_of("activity", "where team.size > 3", "");
    let by_keys = it.refresh.by_keys.expect("it is refreshed by keys");
    let text = format!("{:?} {:?}", by_keys.query, by_keys.checks);
    for (alias, column) in [("a", "day"), ("t", "region"), ("a", "customer_id"), ("t", "id")] {
        let own = format!("Column({alias:?}, {column:?})");
        let same = format!("Binary(Equal, {own}, {own})");
        assert!(text.contains(&own) && !text.contains(&same), "{own}: {text}");
    }
}
