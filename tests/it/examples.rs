//! The examples, and the starter catalogs, have no problems.

use std::path::Path;

use segc::project::{Memory, Project, load, load_from};

fn assert_clean(project: &Project, name: &str) {
    let problems: Vec<String> = project.problems.iter().map(|problem| format!("{problem:?}")).collect();
    assert!(problems.is_empty(), "{name}:\n{}", problems.join("\n"));
}

#[test]
fn examples_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, entities) in [
        ("examples/shop", 7),
        ("examples/flags", 1),
        ("examples/web-analytics", 8),
        ("tests/online_retail", 4),
    ] {
        let project = load(&root.join(folder));
        assert_clean(&project, folder);
        assert_eq!(project.catalog.entities.len(), entities, "{folder}");
        assert!(!project.segments.is_empty(), "{folder}");
    }
}

#[test]
fn starter_catalogs_load() {
    for (name, catalog) in [
        ("shop", include_str!("../../catalog/shop.yml")),
        ("web_analytics", include_str!("../../catalog/web_analytics.yml")),
        ("flags", include_str!("../../catalog/flags.yml")),
    ] {
        let files = Memory::new()
            .with("segc.yml", format!("name: {name}\ntimezone: UTC\n"))
            .with("catalog/catalog.yml", catalog)
            .with("segments/all.seg", "");
        assert_clean(&load_from(&files), name);
    }
}
