//! The reference evaluator on segments as users write them: each case is a condition and the
//! customers for whom it is true, worked out by hand from the language reference.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::support::rows::read_csv;
use jiff::tz::TimeZone;
use segc::catalog::{self, Catalog};
use segc::check::hir::Hir;
use segc::check::{self, Settings};
use segc::diagnostic::{Diagnostics, Sources};
use segc::evaluate::{Data, Datum, members};
use segc::syntax;
use segc::types::Weekday;
use segc::types::calendar::Calendar;

const CATALOG: &str = "
entities:
  company:
    table: companies
    key: company_id
    fields:
      company_id: { type: integer, nullable: false }
      industry: { type: string }
  customer:
    table: customers
    key: customer_id
    fields:
      customer_id: { type: integer, nullable: false }
      company_id: { type: integer }
      plan: { type: string, values: [free, pro, Pro] }
      visits: { type: integer }
      subscribed: { type: boolean }
      signed_up_at: { type: timestamp }
    links:
      orders: { to: order, on: { customer_id: customer_id }, many: true }
      company: { to: company, on: { company_id: company_id } }
  order:
    table: orders
    key: order_id
    time: ordered_at
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: { type: integer }
      total: { type: 'decimal(10,2)' }
      status: { type: string }
      ordered_at: { type: timestamp }
    links:
      customer: { to: customer, on: { customer_id: customer_id } }
";

const COMPANIES: &str = "company_id,industry\n1,retail\n2,\n";

const CUSTOMERS: &str = "\
customer_id,company_id,plan,visits,subscribed,signed_up_at
1,1,free,0,true,2026-01-31T22:59:59Z
2,2,pro,5,false,2026-01-31T23:00:00Z
3,9,Pro,-7,,2026-03-28T23:00:00Z
4,,,,true,
";

/// As of Wednesday, 1 April 2026, noon in Berlin.
const ORDERS: &str = "\
order_id,customer_id,total,status,ordered_at
1,1,10.00,paid,2026-03-31T21:59:59Z
2,1,20.00,paid,2026-03-31T22:00:00Z
3,2,30.00,open,2026-02-28T23:00:00Z
4,2,,paid,2026-03-25T10:00:00Z
5,3,50.00,paid,2026-04-01T10:00:00Z
6,3,60.00,open,2026-03-29T21:59:59.999999Z
";

const DEFINITIONS: &str = "
param enough: decimal = 30
param days: integer = 7
trait spent on customer = sum(orders.total where status = \"paid\")
segment retailers on company { where industry = 'retail' }
segment active on customer {
  include where exists(orders)
  exclude where plan = 'pro'
}
";

/// A segment with a condition, checked.
fn checked(condition: &str) -> (Arc<Catalog>, Hir, Diagnostics) {
    let mut sources = Sources::default();
    let mut problems = Diagnostics::default();
    let file = sources.add("catalog/shop.yml", CATALOG);
    let catalog = Arc::new(catalog::load(&[(file, Arc::from(CATALOG))], &mut problems));
    let text = format!("{DEFINITIONS}segment it on customer {{ where {condition} }}\n");
    let parsed = syntax::parse(sources.add("segments/it.seg", text.as_str()), &text, &mut problems);
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let calendar = Calendar { zone, zone_name: "Europe/Berlin".to_owned(), week_start: Weekday::Monday };
    let settings = Settings { calendar, ..Settings::default() };
    let hir = check::check(&[parsed], Arc::clone(&catalog), &settings, &mut problems);
    (catalog, hir, problems)
}

/// The numbers of the customers for whom a condition holds.
fn who(condition: &str) -> Vec<i64> {
    let (catalog, hir, problems) = checked(condition);
    assert!(!problems.has_errors(), "{condition}: {problems:?}");
    let mut data = Data::new(&catalog);
    for (entity, text) in [("company", COMPANIES), ("customer", CUSTOMERS), ("order", ORDERS)] {
        read_csv(&mut data, entity, text).expect("good rows");
    }
    let as_of = "2026-04-01T10:00:00Z".parse().expect("an instant");
    let segment = hir.find("it").expect("no error in it");
    let keys = members(&hir, segment, &data, as_of).expect("no failure");
    keys.into_iter().map(|key| if let [Datum::Integer(id)] = key[..] { id } else { -1 }).collect()
}

/// Compares all cases before it complains of any.
fn holds(cases: &[(&str, &[i64])]) {
    let mut wrong = String::new();
    for (condition, expected) in cases {
        let found = who(condition);
        if found != *expected {
            let _ = writeln!(wrong, "{condition}: {found:?}, not {expected:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn conditions_are_true_or_false_for_every_row() {
    holds(&[
        ("plan = 'free'", &[1]),
        ("plan != 'free'", &[2, 3, 4]),
        ("not plan != 'free'", &[1]),
        ("plan in ('free', 'pro')", &[1, 2]),
        ("plan not in ('free', 'pro')", &[3, 4]),
        ("plan = 'PRO' ignoring case", &[2, 3]),
        ("plan != 'PRO' ignoring case", &[1, 4]),
        ("plan contains 'r' and not plan starts with 'p'", &[1, 3]),
        ("plan is missing or visits is missing", &[4]),
        ("subscribed", &[1, 4]),
        ("not subscribed", &[2, 3]),
        ("subscribed = false", &[2]),
        ("visits < 5 or visits >= 5", &[1, 2, 3]),
        ("not (visits < 5 or visits >= 5)", &[4]),
        ("visits between -7 and 2 + 3", &[1, 2, 3]),
        ("visits not between -7 and 0", &[2, 4]),
    ]);
}

#[test]
fn arithmetic_follows_precedence() {
    holds(&[
        ("visits + 1 * 2 = 7", &[2]),
        ("visits % 3 = -1", &[3]),
        ("visits / 2 = 2.5", &[2]),
        ("10 / visits is missing", &[1, 4]),
        ("-visits = 7 or visits = 0 and subscribed", &[1, 3]),
        ("coalesce(visits, 0) = 0", &[1, 4]),
        ("abs(visits) > 4", &[2, 3]),
        ("round(visits * 0.5) = 3", &[2]),
        ("round(visits * 0.5) = -4", &[3]),
    ]);
}

#[test]
fn instants_and_dates_compare() {
    holds(&[
        // Midnight in Berlin is 23:00 in UTC.
        ("signed_up_at between 2026-01-01 and 2026-01-31", &[1]),
        ("signed_up_at after 2026-01-31", &[2, 3]),
        ("signed_up_at before 2026-02-01", &[1]),
        ("signed_up_at not before 2026-02-01", &[2, 3, 4]),
        ("month(signed_up_at) = 2", &[2]),
        ("weekday(signed_up_at) = 7", &[2, 3]),
        ("days_since(signed_up_at) = 3", &[3]),
        ("days_between(signed_up_at, 2026-02-02) = 1", &[2]),
        ("date(signed_up_at) = 2026-03-29", &[3]),
        // The 29th of March has 23 hours.
        ("signed_up_at + 1 day = 2026-03-29T22:00:00Z", &[3]),
        ("signed_up_at + 24 hours = 2026-03-29T23:00:00Z", &[3]),
        ("signed_up_at during 3 days ago to now", &[0; 0]),
        ("signed_up_at during last 4 days", &[3]),
    ]);
}

#[test]
fn windows_limit_aggregates() {
    holds(&[
        ("exists(orders)", &[1, 2, 3]),
        ("exists(orders during today)", &[1]),
        ("exists(orders during yesterday)", &[1]),
        ("exists(orders during this week)", &[1]),
        ("exists(orders during previous 1 week)", &[2, 3]),
        ("exists(orders during previous 1 month)", &[1, 2, 3]),
        ("count(orders during previous 1 month) = 2", &[2]),
        ("exists(orders during this month)", &[1]),
        ("exists(orders during last 7 days)", &[1, 3]),
        ("exists(orders during last $days days)", &[1, 3]),
        ("exists(orders during next 1 hour)", &[3]),
        ("exists(orders during since 2026-04-01)", &[1]),
        ("exists(orders during until 2026-03-01)", &[0; 0]),
        ("exists(orders during until 2026-03-02)", &[2]),
        ("exists(orders during 2026-03-29 through 2026-03-31)", &[1, 3]),
        ("exists(orders during 2026-03-29 to 2026-03-31)", &[3]),
        ("exists(orders during outer.signed_up_at to outer.signed_up_at + 1 day)", &[3]),
    ]);
}

#[test]
fn aggregates_return_their_documented_values() {
    holds(&[
        ("sum(orders.total) < 100", &[1, 2, 3, 4]),
        ("sum(orders.total) = 0", &[4]),
        ("spent >= $enough", &[1]),
        ("spent = 0", &[2, 3, 4]),
        ("count(orders) = 2", &[1, 2]),
        ("avg(orders.total) = 15", &[1]),
        ("min(orders.total) = 30", &[2]),
        ("max(orders.total) is missing", &[4]),
        ("max(orders.ordered_at) after 2026-03-31", &[1]),
        ("every(orders where status = 'paid')", &[1, 4]),
        ("every(orders where total > 5)", &[1, 3, 4]),
        ("sum(orders.total where total > 10 and status = 'paid') = 20", &[1]),
        ("count(orders where total > outer.visits * 5) = 1", &[2, 3]),
        ("sum(orders.total during last 12 hours) < 0.5 * sum(orders.total)", &[2, 3]),
        ("exists(orders where customer.company.industry = 'retail')", &[1]),
        (
            "exists(orders where count(customer.orders where total > outer.total) = 0 and total > 15)",
            &[1, 2, 3],
        ),
    ]);
}

#[test]
fn segments_build_on_segments() {
    holds(&[
        ("in segment active", &[1, 3]),
        ("not in segment active", &[2, 4]),
        ("company in segment retailers", &[1]),
        ("company not in segment retailers", &[2, 3, 4]),
        ("company.industry is missing", &[2, 3, 4]),
        ("exists(orders where customer in segment active)", &[1, 3]),
    ]);
}

/// The day that a comparison to the microsecond means: each remedy checks clean, and finds it.
#[test]
fn suggestions_for_days_as_instants_find_the_day() {
    let cases: &[(&str, &[i64])] = &[
        ("signed_up_at = today", &[]),
        ("signed_up_at = 4 days ago", &[]),
        ("signed_up_at = 3 days ago", &[3]),
        ("3 days ago = signed_up_at", &[3]),
        ("signed_up_at != 3 days ago", &[1, 2, 4]),
        ("signed_up_at not in (3 days ago)", &[1, 2, 4]),
        ("signed_up_at = today - 3 days", &[3]),
        ("signed_up_at = now - 3 days", &[3]),
        ("signed_up_at = 2 months ago", &[2]),
        ("min(orders.ordered_at) = yesterday", &[1]),
        ("max(orders.ordered_at) = now", &[1]),
        ("max(orders.ordered_at) in (start of day)", &[1]),
        ("max(orders.ordered_at) != today", &[2, 3, 4]),
        ("max(orders.ordered_at) = 1 week ago", &[2]),
    ];
    let mut offered = 0;
    for (condition, expected) in cases {
        let (_, _, problems) = checked(condition);
        let found: Vec<_> = problems.iter().collect();
        let [problem] = found.as_slice() else { panic!("{condition}: {found:?}") };
        assert_eq!(problem.code, "SEG436", "{condition}");
        let help = problem.help.as_deref().expect("a remedy");
        for remedy in help.split('`').skip(1).step_by(2) {
            assert_eq!(who(remedy), *expected, "{condition}, {remedy}");
            offered += 1;
        }
    }
    assert_eq!(offered, 2 * cases.len() - 1, "all but the month's have two remedies");
}
