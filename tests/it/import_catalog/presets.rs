//! Ready-made catalogs: each is a project that runs, and its catalog is added to other projects.

use std::fmt::Write as _;

use super::Workspace;

const PRESETS: &[&str] =
    &["ga4", "posthog", "rudderstack", "salesforce", "segment", "shopify", "snowplow", "stripe"];

#[test]
fn every_preset_is_a_project_that_runs() {
    let mut all = String::new();
    for preset in PRESETS {
        let work = Workspace::new("duckdb: {}");
        work.segc(&["init", "mine", "--preset", preset]).fine();
        let checked = work.segc(&["-C", "mine", "check"]).fine();
        assert!(
            checked.err.contains("no problems on duckdb, postgres, bigquery, spark"),
            "{preset}: {}",
            checked.err
        );
        let tested = work.segc(&["-C", "mine", "test"]).fine();
        assert!(
            tested.err.contains("passed") || tested.out.contains("passed"),
            "{preset}: {}{}",
            tested.out,
            tested.err
        );
        let run =
            work.segc(&["-C", "mine", "run", "--as-of", "2026-11-01T00:00:00Z", "--format", "json"]).fine();
        let run: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        for segment in run["segments"].as_array().expect("a list") {
            let _ = writeln!(
                all,
                "{preset} {} {}",
                segment["segment"].as_str().expect("a name"),
                segment["members"]
            );
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_catalog_of_a_preset_is_added_to_a_project() {
    for preset in PRESETS {
        let work = Workspace::new("duckdb: {}, bigquery: {}");
        work.write("segments/none.seg", "");
        let printed = work.import(&["--preset", preset]).fine();
        assert!(printed.err.contains(&format!("wrote catalog/{preset}.yml")), "{}", printed.err);
        let own = format!("{}/catalog/preset/{preset}/catalog/{preset}.yml", env!("CARGO_MANIFEST_DIR"));
        let own = std::fs::read_to_string(own).expect("the preset's catalog");
        assert_eq!(work.read(&format!("catalog/{preset}.yml")), own);
        work.segc(&["check"]).fine();
        let again = work.import(&["--preset", preset]).fine();
        assert!(again.err.contains(": 0 new entities"), "{}", again.err);
        assert_eq!(work.read(&format!("catalog/{preset}.yml")), own);
    }
}

#[test]
fn entities_that_a_project_has_already_stay() {
    let work = Workspace::new("duckdb: {}");
    work.write("segments/none.seg", "");
    let own = "entities:\n  customer:   # ours\n    table: crm.customers\n    key: id\n    fields:\n      id: { type: string, nullable: false }\n";
    work.write("catalog/stripe.yml", own);
    let printed = work.import(&["--preset", "stripe"]).fine();
    assert!(printed.err.contains("customer: the catalog has it already"), "{}", printed.err);
    let text = work.read("catalog/stripe.yml");
    assert!(
        text.starts_with(own) && text.contains("\n\n  subscription:\n    description: The current version"),
        "{text}"
    );
    assert!(text.contains("deletes: { soft: { not: _fivetran_active } }"), "{text}");
    work.segc(&["check"]).fine();
}
