//! A project whose catalog has all declarations that a refresh by keys needs, and changes to it.

use segc::api::{Options, Session, open_files};
use segc::plan::SegmentPlan;
use segc::project::Memory;

/// A catalog that says everything, so that nothing prevents a refresh by keys.
pub(crate) const CATALOG: &str = r#"
entities:
  customer:
    table: customers
    key: id
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at, immutable: [company_id, signed_up_at] } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      plan: string
      company_id: integer
      signed_up_at: timestamp
      score: float
      version: semver
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
      events: { to: event, many: true, on: { id: customer_id } }
      company: { to: company, on: { company_id: id } }
  order:
    table: orders
    key: no
    time: at
    settle: 10 minutes
    changes: { mutable: { updated_at: updated_at, immutable: [customer_id, at] } }
    deletes: never
    fields:
      no: { type: integer, nullable: false }
      customer_id: integer
      at: timestamp
      status: string
      weight: float
      updated_at: { type: timestamp, nullable: false }
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { no: order_no } }
  line:
    table: lines
    key: id
    settle: 10 minutes
    changes: { append_only: { ingested_at: loaded_at } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      order_no: integer
      loaded_at: timestamp
  event:
    table: events
    key: id
    time: at
    event_name: name
    settle: 2 hours
    rebuild_every: 7 days
    changes: { append_only: { lateness: 3 days } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      name: { type: string, nullable: false }
      at: timestamp
  company:
    table: companies
    key: id
    changes: static
    fields: { id: { type: integer, nullable: false }, size: integer }
"#;

pub(crate) const DEFAULT: &str = "name: plan\nmaterialize: incremental\n";

/// A text with parts of it replaced, each of which must be there.
pub(crate) fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not there");
        text.replacen(from, to, 1)
    })
}

pub(crate) fn open(config: &str, catalog: &str, segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", config)
        .with("catalog/shop.yml", catalog)
        .with("segments/it.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{catalog}\n{segments}: {problems:?}");
    session
}

pub(crate) fn planned(session: &Session) -> SegmentPlan {
    let all = session.select(&[]).expect("everything can be chosen");
    let (plan, _) = session.plan("duckdb", &all, &Options::default());
    let segments = plan.expect("the target exists").segments;
    segments.into_iter().find(|segment| segment.name == "it").expect("it is planned")
}

pub(crate) fn plan(catalog: &str, segments: &str) -> SegmentPlan {
    planned(&open(DEFAULT, catalog, segments))
}

/// Reasons and remedies.
pub(crate) fn obstacles(plan: &SegmentPlan) -> Vec<(String, String)> {
    let told = plan.refresh.obstacles.iter();
    told.map(|why| (why.reason.clone(), why.remedy.clone().unwrap_or_default())).collect()
}
