//! Every segment of every example has the same members, however they are computed: by hand, by the
//! reference evaluator, by the printed SELECT or by scripts, on every engine.

use crate::support::agree::{everything, everything_on};
use crate::support::project::Project;
use crate::support::target::Target;

fn agree(project: &Project, segments: usize) {
    let report = everything(project);
    let compared = report.compared;
    report.finish(project.name);
    assert!(compared > segments * 5, "{}: only {compared} comparisons", project.name);
    eprintln!("{}: {compared} comparisons", project.name);
}

#[test]
fn members_of_the_shop_agree_everywhere() {
    agree(&Project::shop(), 40);
}

#[test]
fn members_of_the_flags_agree_everywhere() {
    agree(&Project::flags(), 26);
}

#[test]
fn members_of_web_analytics_agree_everywhere() {
    agree(&Project::web_analytics(), 36);
}

#[test]
fn members_do_not_depend_on_the_databases_collation() {
    let Some(english) = Target::english() else { return };
    everything_on(&Project::shop(), vec![english]).finish("shop, English collation");
}

/// A ready-made project: the keys of each segment's members, found by reading the rows.
type Preset = (&'static str, &'static [(&'static str, &'static [&'static str])]);

const PRESETS: &[Preset] = &[
    (
        "ga4",
        &[
            ("buyers", &["c.3"]),
            ("left_the_cart", &["b.2"]),
            ("price_readers", &["a.1"]),
            ("engaged_on_phones", &["b.2"]),
        ],
    ),
    ("posthog", &[("weekly_actives", &[]), ("looked_at_prices", &["p2"]), ("new_this_week", &["p2"])]),
    ("rudderstack", OF_SEGMENT),
    ("salesforce", &[("open_deals", &["a1"]), ("quiet_customers", &["a2"]), ("decision_makers", &["c1"])]),
    ("segment", OF_SEGMENT),
    // Customer 2 has one order that was not deleted, of 2025.
    (
        "shopify",
        &[("repeat_buyers", &["1"]), ("lapsed", &["2"]), ("subscribed", &["1"]), ("bought_shoes", &["1"])],
    ),
    ("snowplow", &[("read_prices", &["e1"]), ("from_search", &["e1"]), ("big_transactions", &["e2"])]),
    // The first version of subscription `sub_1` isn't the current one.
    (
        "stripe",
        &[
            ("paying", &["cus_1"]),
            ("leaving", &["cus_1"]),
            ("payment_failed", &["cus_2"]),
            ("big_spenders", &["cus_1"]),
        ],
    ),
];

/// RudderStack's tables are those of Segment, and so are the rows.
const OF_SEGMENT: &[(&str, &[&str])] = &[
    ("active", &[]),
    ("bought_twice", &["u1"]),
    ("looked_at_prices", &["u2"]),
    ("viewed_without_order", &["u2"]),
];

/// Google Analytics 4's export has structs and arrays of them. PostgreSQL has structs only as types with
/// names, which `support::structs` makes; nobody has the export there, but the members are the same.
#[test]
fn members_of_every_preset_agree_everywhere() {
    for (name, keys) in PRESETS {
        agree(&Project::preset(name, keys), keys.len());
    }
}
