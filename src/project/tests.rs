//! Projects in memory: what is read, and what is wrong with it.

use super::*;
use crate::diagnostic::Severity;

const CATALOG: &str = "entities: { a: { table: t, key: id, fields: { id: integer } } }";
const SEGMENT: &str = "segment everyone on a { }";

fn files(config: &str) -> Memory {
    Memory::new().with("segc.yml", config).with("catalog/a.yml", CATALOG).with("segments/a.seg", SEGMENT)
}

/// Code and underlined text of every problem, in the order of the file.
fn found(project: &Project) -> Vec<String> {
    let mut problems = project.problems.clone();
    problems.sort(&project.sources);
    let text = |span: crate::diagnostic::Span| {
        let source = project.sources.get(span.source).expect("a file");
        source.text()[span.start as usize..span.end as usize].to_owned()
    };
    problems.iter().map(|one| format!("{} {}", one.code, one.span.map_or("-".to_owned(), text))).collect()
}

#[track_caller]
fn refuses(config: &str, expected: &[&str]) {
    let project = load_from(&files(config));
    assert_eq!(found(&project), expected, "{config}\n{:#?}", project.problems);
}

fn helps(project: &Project) -> String {
    project.problems.iter().filter_map(|one| one.help.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_complete_config_is_read() {
    let project = load_from(&files(
        "name: Online shop
timezone: europe/london
week_start: sunday
materialize: incremental
refresh: { on_stale_state: fail }
schema: analytics.segments
targets:
  duckdb: {}
  warehouse: { dialect: postgres, schema: [audiences], url: 'postgres://ann:s3cret@db/shop', url_env: SHOP_URL }
policy:
  capabilities: { many_linked_conditions: false }
  limits: { composition_depth: 3, hops: 2, conditions: 20, window_days: 365 }
  pii: { conditions: false }
tiers:
  free: { capabilities: { regex: false, json: true }, limits: { hops: 0 } }
exposures:
  newsletter: { type: ml, label: News, owner: crm@shop.example, url: 'https://shop.example', segments: [vip] }
warnings: { all: deny, seg380: allow, SEG395: warn }
params: { min_spend: 500, share: 0.10, rate: 1e-3, on: true, region: EU, since: 2024-01-31 }
",
    ));
    assert!(project.problems.is_empty(), "{:#?}", project.problems);
    insta::assert_debug_snapshot!(project.config);
}

#[test]
fn the_smallest_config_has_defaults() {
    let project = load_from(&files("name: shop"));
    assert!(project.problems.is_empty(), "{:#?}", project.problems);
    assert_eq!(project.config.targets, None);
    assert_eq!(project.config.schema, ["segments"]);
    assert!(project.config.calendar.is_utc());
    assert_eq!(project.catalog.entities.len(), 1);
    assert_eq!(&*project.segments[0].1, SEGMENT);
}

#[test]
fn policies_state_capabilities_and_limits() {
    let project = load_from(&files(
        "name: s\ntiers: { free: { capabilities: { regex: false, json: true }, limits: { hops: 0 } } }",
    ));
    let free = &project.config.tiers["free"];
    assert!(free.forbids(crate::dialect::Capability::Regex).is_some());
    assert!(free.forbids(crate::dialect::Capability::Json).is_none());
    assert_eq!(free.limit(PolicyLimit::Hops).map(|(most, _)| most), Some(0));
    assert_eq!(free.limit(PolicyLimit::Conditions), None);
}

#[test]
fn invalid_configs_are_rejected() {
    refuses("", &["SEG024 "]);
    refuses("- a", &["SEG022 - a"]);
    refuses("name: [", &["SEG020 ["]);
    refuses("name: ''", &["SEG011 ''"]);
    refuses("name: { a: 1 }", &["SEG022 { a: 1 }"]);
    refuses("name: s\ntimezone: Europe/Londn", &["SEG007 Europe/Londn"]);
    refuses("name: s\ntimezone: 1", &["SEG007 1"]);
    refuses("name: s\nweek_start: mon", &["SEG025 mon"]);
    refuses("name: s\nmaterialize: tabel", &["SEG025 tabel"]);
    refuses("name: s\nrefresh: { on_stale_state: ask, how: x }", &["SEG025 ask", "SEG023 how"]);
    refuses("name: s\nschema: a.b.c", &["SEG008 a.b.c"]);
    refuses("name: s\nschema: ''", &["SEG008 ''"]);
    refuses("name: s\nschema: []", &["SEG008 []"]);
    refuses("name: s\ntargets: {}", &["SEG009 {}"]);
    refuses("name: s\ntargets: [duckdb, {}]", &["SEG022 [duckdb, {}]"]);
    refuses("name: s\ntargets: { w: { timezone: UTC } }", &["SEG023 timezone"]);
    refuses("name: s\ntargets: { ../x: }", &["SEG011 ../x"]);
    refuses("name: s\ntargets: { w: { dialect: [a] } }", &["SEG022 [a]"]);
    refuses(
        "name: s\npolicy: { capabilities: { regexes: false, json: no } }",
        &["SEG025 regexes", "SEG022 no"],
    );
    refuses(
        "name: s\npolicy: { pii: { conditions: maybe, columns: true } }",
        &["SEG022 maybe", "SEG023 columns"],
    );
    refuses(
        "name: s\npolicy: { limits: { hop: 1, conditions: -1, window_days: 1.5 } }",
        &["SEG023 hop", "SEG013 -1", "SEG022 1.5"],
    );
    refuses("name: s\ntiers: { free tier: { limit: {} } }", &["SEG011 free tier", "SEG023 limit"]);
    refuses("name: s\nparams: { a: [1], b: , c d: 1 }", &["SEG022 [1]", "SEG022 ", "SEG011 c d"]);
    refuses("name: s\nname: t", &["SEG021 name"]);
    refuses("nam: s\ntimezon: UTC\nfoo: 1", &["SEG023 nam", "SEG023 timezon", "SEG023 foo"]);
}

#[test]
fn misspelled_keys_get_a_suggestion() {
    let project = load_from(&files(
        "name: s\ntimezone: Europe/Londn\nmaterialize: tabel\nweekstart: monday\npolicy: { capabilities: { regexx: false } }",
    ));
    let helps = helps(&project);
    for word in ["`Europe/London`", "`table`", "`week_start`", "`regex`"] {
        assert!(helps.contains(word), "{word}: {helps}");
    }
}

#[test]
fn targets_in_the_catalog_must_be_declared() {
    let catalog = CATALOG.replace("key:", "targets: { warehose: { table: x } }, key:");
    let with = |config: &str| load_from(&files(config).with("catalog/a.yml", catalog.as_str()));
    let project = with("name: s\ntargets: { warehouse: {} }");
    assert_eq!(found(&project), ["SEG010 warehose"]);
    assert!(helps(&project).contains("`warehouse`"));
    let project = with("name: s");
    assert!(project.problems.is_empty());
    assert_eq!(project.catalog_targets[0].0, "warehose");
}

#[test]
fn targets_can_be_a_list_of_dialects() {
    let with = |targets: &str| load_from(&files(&format!("name: s\ntargets: {targets}\n")));
    let names = |project: &Project| {
        let targets = project.config.targets.iter().flatten();
        targets.map(|target| (target.name.clone(), target.dialect.clone())).collect::<Vec<_>>()
    };
    let (list, map) = (with("[duckdb, postgres]"), with("{ duckdb: {}, postgres: {} }"));
    assert_eq!((found(&list), names(&list)), (Vec::new(), names(&map)));
    assert_eq!(found(&with("[duckdb, postgres, duckdb]")), ["SEG021 duckdb"]);
    assert_eq!(found(&with("[]")).len(), 1);
    assert_eq!(found(&with("[duckdb, 3]")).len(), 1);
    assert_eq!(found(&with("[{ name: prod, dialect: postgres }]")).len(), 1);
}

#[test]
fn missing_parts_are_reported() {
    let project = load_from(&Memory::new());
    assert_eq!(found(&project), ["SEG001 -"]);
    assert!(helps(&project).contains("segc init"));
    for name in ["segc.yaml", "segc.yml.txt"] {
        let helps = helps(&load_from(&Memory::new().with(name, "name: s")));
        assert_eq!(helps, format!("rename `{name}` to `segc.yml`"));
    }

    let project = load_from(&Memory::new().with("segc.yml", "name: s").with("catalog/notes.txt", "x"));
    assert_eq!(found(&project), ["SEG005 -", "SEG006 -"]);
    let severities: Vec<_> = project.problems.iter().map(|one| one.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning]);
}

#[test]
fn the_search_for_files_is_limited() {
    let near = format!("{}x.seg", "f/".repeat(SURVEY_DEPTH - 1));
    let far = format!("{}x.seg", "f/".repeat(SURVEY_DEPTH));
    let with = |path: &str| load_from(&files("name: s").with(path, "segment far on a { }"));
    assert_eq!(found(&with(&near)), ["SEG016 -"]);
    assert!(with(&far).problems.is_empty());
    let many = (0..SURVEY_FILES + 9).fold(Memory::new(), |files, at| files.with(format!("x/{at}"), ""));
    assert_eq!(many.survey().len(), SURVEY_FILES);
}

#[test]
fn files_are_ordered_by_path() {
    let project = load_from(
        &files("name: s")
            .with("segments/z.seg", "")
            .with("segments/b/c.seg", "")
            .with("segments/b.seg", "")
            .with("segments/.hidden/x.seg", "")
            .with("segments/notes.md", "")
            .with("dialects/mine.yml", "a: 1")
            .with("other/a.seg", ""),
    );
    let paths: Vec<_> = project.sources.iter().map(|(_, source)| source.path().to_owned()).collect();
    assert_eq!(
        paths,
        [
            "segc.yml",
            "catalog/a.yml",
            "segments/a.seg",
            "segments/b.seg",
            "segments/b/c.seg",
            "segments/z.seg",
            "dialects/mine.yml"
        ]
    );
    assert_eq!((project.segments.len(), project.dialects.len()), (4, 1));
}

#[test]
fn invalid_utf8_is_reported_at_its_line() {
    let project = load_from(&files("name: s").with("segments/b.seg", b"# a\n# \xe9t\xe9\n".as_slice()));
    assert_eq!(found(&project), ["SEG002 \u{fffd}"]);
    let span = project.problems.iter().next().unwrap().span.unwrap();
    let (path, position) = project.sources.locate(span).unwrap();
    assert_eq!((path, position.line, position.column), ("segments/b.seg", 2, 3));
    assert_eq!(project.segments.len(), 1);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let project = load_from(&files("\u{feff}name: s\n").with("segments/a.seg", "\u{feff}x"));
    assert!(project.problems.is_empty(), "{:#?}", project.problems);
    assert_eq!(&*project.segments[0].1, "x");
}

#[test]
fn large_files_are_rejected() {
    let large = vec![b'#'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1];
    let project = load_from(&files("name: s").with("segments/b.seg", large.as_slice()));
    assert_eq!(found(&project), ["SEG004 -"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("b.seg")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    assert_eq!(Disk::new(folder.path()).read("b.seg"), Err(ReadError::TooLarge));
}

#[expect(clippy::disallowed_methods, reason = "tests write the files they read")]
mod on_disk {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn shop(root: &Path) {
        write(root, "segc.yml", "name: s");
        write(root, "catalog/deep/er/a.yaml", CATALOG);
        write(root, "segments/x/y.seg", SEGMENT);
        write(root, "segments/.#y.seg", "a lock file of an editor");
    }

    #[test]
    fn the_enclosing_project_is_found() {
        let folder = tempfile::tempdir().unwrap();
        shop(folder.path());
        let project = load(folder.path());
        assert!(project.problems.is_empty(), "{:#?}", project.problems);
        let paths: Vec<_> = project.sources.iter().map(|(_, source)| source.path().to_owned()).collect();
        assert_eq!(paths, ["segc.yml", "catalog/deep/er/a.yaml", "segments/x/y.seg"]);
    }

    #[test]
    fn a_missing_folder_is_not_a_project() {
        let project = load(Path::new("/nowhere/at/all"));
        assert_eq!(found(&project), ["SEG001 -"]);
    }

    #[test]
    fn disk_and_memory_list_the_same_files() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [
            "segc.yml",
            "catalog/a.yml",
            "segments/a.seg",
            "x.seg",
            "models/y.seg",
            "a/b/c/d.seg",
            "a/b/c/d/e.seg",
            ".git/x.seg",
            "a/.b/x.seg",
            "node_modules/x.seg",
            "a/target/x.seg",
            "data/x.seg",
            "a/data.seg",
            "other/segc.yml",
            "other/x.seg",
            "other/more/x.seg",
            "a/tests/x.seg",
            "tests/x.seg",
        ];
        let memory = paths.iter().fold(Memory::new(), |memory, path| memory.with(*path, ""));
        paths.iter().for_each(|path| write(folder.path(), path, ""));
        let found = Disk::new(folder.path()).survey();
        assert_eq!(
            found,
            ["a/b/c/d.seg", "a/data.seg", "a/tests/x.seg", "models/y.seg", "segc.yml", "x.seg"]
        );
        assert_eq!(found, memory.survey());
    }

    #[cfg(unix)]
    #[test]
    fn the_search_for_files_follows_no_links() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        shop(folder.path());
        write(outside.path(), "x.seg", SEGMENT);
        std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("x.seg"), folder.path().join("y.seg")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("circle")).unwrap();
        assert_eq!(Disk::new(folder.path()).survey(), ["segc.yml"]);
        assert!(load(folder.path()).problems.is_empty());
    }

    /// A folder that is a link to the files that are read has none that are not.
    #[cfg(unix)]
    #[test]
    fn files_behind_a_linked_folder_are_read() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "segc.yml", "name: s");
        write(folder.path(), "catalog/a.yml", CATALOG);
        write(folder.path(), "models/x.seg", SEGMENT);
        std::os::unix::fs::symlink(folder.path().join("models"), folder.path().join("segments")).unwrap();
        let project = load(folder.path());
        assert!(project.problems.is_empty(), "{:#?}", project.problems);
        assert_eq!(project.segments.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn cycles_of_links_terminate() {
        let folder = tempfile::tempdir().unwrap();
        shop(folder.path());
        std::os::unix::fs::symlink(folder.path().join("segments"), folder.path().join("segments/x/again"))
            .unwrap();
        std::os::unix::fs::symlink("nowhere.seg", folder.path().join("segments/gone.seg")).unwrap();
        let project = load(folder.path());
        let codes: Vec<_> = project.problems.iter().map(|one| (one.code, one.message.clone())).collect();
        assert_eq!(
            codes,
            [
                ("SEG003", "cannot read `segments/gone.seg`: it leads nowhere".to_owned()),
                ("SEG012", "`segments/x/again` links to a folder that contains it".to_owned()),
            ]
        );
        assert_eq!(project.segments.len(), 1);
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("segc.yml")).unwrap();
        let project = load(folder.path());
        assert_eq!(project.problems.iter().next().unwrap().code, "SEG003");
    }
}

#[test]
fn the_schema_matches_the_reader() {
    use crate::yaml::schema_test::{NO_WORD, same_words};
    let check = |text: &str, pointer: &str| {
        let config = format!("name: s\n{}", text.replace("NO", NO_WORD));
        same_words(&load_from(&files(&config)).problems, SCHEMA, pointer);
    };
    check("NO: 1", "/properties");
    check("targets: { t: { NO: 1 } }", "/$defs/target/properties");
    check("policy: { NO: 1 }", "/$defs/policy/properties");
    check("tiers: { t: { NO: 1 } }", "/$defs/policy/properties");
    check("policy: { capabilities: { NO: true } }", "/$defs/policy/properties/capabilities/properties");
    check("policy: { pii: { NO: true } }", "/$defs/policy/properties/pii/properties");
    check("policy: { limits: { NO: 1 } }", "/$defs/policy/properties/limits/properties");
    check("exposures: { e: { owner: o, segments: s, NO: 1 } }", "/$defs/exposure/properties");
    check("exposures: { e: { owner: o, segments: s, type: NO } }", "/$defs/exposure/properties/type/enum");
    check("warnings: { SEG380: NO }", "/properties/warnings/additionalProperties/enum");
    check("week_start: NO", "/properties/week_start/enum");
    check("materialize: NO", "/properties/materialize/enum");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "name:", " s", "\n", "timezone:", " UTC", "targets:", " {", "}", " [", "]", ", ", " a:", " dialect:", "policy:",
            "capabilities:", " regex:", " limits:", " hops:", " -1", " 1e999", "\n  ", "tiers:", "params:", " ~", " ''", "é",
        ]), 0..40)
    ) {
        let _ = load_from(&files(&pieces.concat()));
    }
}
