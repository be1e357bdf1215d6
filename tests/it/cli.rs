//! The program as users run it: arguments, streams, exit codes.

use std::path::Path;

use assert_cmd::Command;

fn segc(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.current_dir(folder).env_remove("NO_COLOR").env("COLUMNS", "100");
    command
}

/// Exit code, stdout, stderr.
fn outcome(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = segc(folder).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("the file is there")
}

/// A folder with the files of `segc init`.
fn project() -> tempfile::TempDir {
    let folder = folder();
    assert_eq!(outcome(folder.path(), &["init"]).0, 0);
    folder
}

#[test]
fn help_goes_to_stdout_and_shows_examples() {
    let folder = folder();
    for command in [
        "init",
        "check",
        "compile",
        "run",
        "test",
        "why",
        "attrition",
        "preview",
        "overlap",
        "plan",
        "ls",
        "parents",
        "children",
        "graph",
        "capabilities",
        "catalog",
        "fmt",
        "explain",
    ] {
        let (code, out, err) = outcome(folder.path(), &[command, "--help"]);
        assert_eq!((code, err.as_str()), (0, ""), "{command}");
        assert!(out.contains("Examples:"), "{command}:\n{out}");
    }
    assert_eq!(outcome(folder.path(), &["--version"]).0, 0);
}

#[test]
fn wrong_arguments_exit_with_2() {
    let folder = folder();
    for wrong in [
        &[][..],
        &["compiel"],
        &["check", "--format", "xml"],
        &["explain"],
        &["explain", "--list", "SEG801"],
        &["run", "--refresh"],
        &["run", "--db", ""],
        &["check", "--probe", ""],
        &["check", "--color", "sometimes"],
        &["init", "--catalog", "shops"],
    ] {
        let (code, out, err) = outcome(folder.path(), wrong);
        assert_eq!((code, out.as_str()), (2, ""), "{wrong:?}");
        assert!(!err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn commands_outside_a_project_fail() {
    let folder = folder();
    for command in ["check", "compile", "run", "test", "ls", "graph", "capabilities", "catalog"] {
        let (code, out, err) = outcome(folder.path(), &[command, "-C", "."]);
        assert_eq!((code, out.as_str()), (2, ""), "{command}");
        assert!(err.contains("SEG813") && err.contains("segc init"), "{command}:\n{err}");
    }
}

#[test]
fn all_mistakes_in_arguments_are_reported() {
    let project = project();
    let (code, _, err) = outcome(
        project.path(),
        &["compile", "--param", "spend", "--as-of", "now", "--message-format", "json"],
    );
    assert_eq!(code, 2);
    assert!(err.contains("SEG810") && err.contains("SEG812"), "{err}");
    assert_eq!(err.lines().count(), 2, "one object a line: {err}");
}

#[test]
fn explain_prints_the_explanation() {
    let folder = folder();
    let (code, out, err) = outcome(folder.path(), &["explain", "seg801"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("SEG801: unknown segment (error)\n"), "{out}");
    assert!(out.contains("\n    segc compile high_valeu\n") && !out.contains("```"), "{out}");
}

#[test]
fn explain_suggests_a_code_and_lists_all() {
    let folder = folder();
    let (code, out, err) = outcome(folder.path(), &["explain", "SEG8O1"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `SEG801`?"), "{err}");
    let (code, out, _) = outcome(folder.path(), &["explain", "--list"]);
    assert_eq!(code, 0);
    assert!(out.lines().skip(1).all(|line| line.starts_with("SEG")) && out.lines().count() > 10, "{out}");
}

#[test]
fn init_creates_a_project_and_never_overwrites() {
    let folder = folder();
    for catalog in ["shop", "web_analytics", "flags"] {
        let (code, out, err) = outcome(folder.path(), &["init", catalog, "--catalog", catalog]);
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        let root = folder.path().join(catalog);
        assert!(read(root.join("segc.yml")).contains(&format!("name: {catalog}")));
        assert!(
            root.join("catalog").is_dir() && root.join("segments").is_dir() && root.join("data").is_dir()
        );
    }
    let own = folder.path().join("shop/segc.yml");
    let before = read(&own);
    let (code, _, err) = outcome(folder.path(), &["init", "shop"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG819") && err.contains("segc.yml"), "{err}");
    assert_eq!(read(&own), before);
}

#[test]
fn initial_projects_have_no_problems() {
    let folder = folder();
    for catalog in ["shop", "web_analytics", "flags"] {
        assert_eq!(outcome(folder.path(), &["init", catalog, "--catalog", catalog]).0, 0);
        let (code, out, err) = outcome(folder.path(), &["check", catalog, "--format", "json"]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{catalog}");
        assert!(outcome(folder.path(), &["ls", catalog]).1.lines().count() > 4, "{catalog}");
    }
}

#[test]
fn colours_are_written_only_when_wanted() {
    let folder = folder();
    let wrong = ["explain", "SEG000"];
    assert!(!outcome(folder.path(), &wrong).2.contains('\u{1b}'), "stderr is no terminal here");
    let always = ["explain", "SEG000", "--color", "always"];
    assert!(outcome(folder.path(), &always).2.contains('\u{1b}'));
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_not_an_error() {
    let folder = folder();
    let program = assert_cmd::cargo::cargo_bin("segc");
    let script = format!("{{ '{}' explain --list; echo $? >&2; }} | true", program.display());
    for _ in 0..5 {
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder.path())
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "0\n");
    }
}

/// The instant that the rows of `segc init` are meant for.
const AS_OF: &str = "2026-11-01T00:00:00Z";

/// Segments and members of a run, in its order, without the times.
fn members(out: &str) -> Vec<(String, String)> {
    let cells = |line: &str| {
        let mut cells = line.split_whitespace().map(str::to_owned);
        (cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
    };
    out.lines().skip(1).map(cells).collect()
}

fn run_members(folder: &Path, arguments: &[&str]) -> Vec<(String, String)> {
    let (code, out, err) = outcome(folder, &[&["run"], arguments].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    members(&out)
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(name, count)| (name.to_owned(), count.to_owned())).collect()
}

/// Counted by hand from the rows in `catalog/init/*/data`.
const EXPECTED: &[(&str, &[(&str, &str)])] = &[
    (
        "shop",
        &[
            ("buyers", "9"),
            ("do_not_contact", "2"),
            ("high_value", "3"),
            ("often_refunded", "2"),
            ("rising", "4"),
            ("high_value_us", "3"),
            ("welcome", "1"),
            ("win_back", "2"),
        ],
    ),
    (
        "web_analytics",
        &[
            ("engaged", "2"),
            ("mobile_from_campaign", "2"),
            ("only_by_campaign", "4"),
            ("quick_deciders", "2"),
            ("signed_up", "3"),
            ("looked_at_prices", "3"),
            ("worth_an_ad", "2"),
        ],
    ),
    (
        "flags",
        &[
            ("big_team", "2"),
            ("internal", "1"),
            ("new_users", "3"),
            ("saw_both", "1"),
            ("saw_the_flag", "4"),
            ("early_access", "3"),
            ("team_features", "7"),
            ("not_yet_exposed", "2"),
        ],
    ),
];

#[test]
fn initial_projects_run_and_compile() {
    let folder = folder();
    for (catalog, expected) in EXPECTED {
        assert_eq!(outcome(folder.path(), &["init", catalog, "--catalog", catalog]).0, 0);
        let root = folder.path().join(catalog);
        assert_eq!(run_members(&root, &["--as-of", AS_OF]), pairs(expected), "{catalog}");
        assert_eq!(outcome(&root, &["compile"]).0, 0, "{catalog}");
        for target in ["duckdb", "postgres"] {
            let manifest = read(root.join("target").join(target).join("manifest.json"));
            let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("it is JSON");
            assert_eq!(manifest["segments"].as_array().map(Vec::len), Some(expected.len()), "{catalog}");
        }
    }
}

#[test]
fn runs_can_select_segments_and_set_parameters() {
    let project = project();
    let run = |arguments: &[&str]| run_members(project.path(), &[arguments, &["--as-of", AS_OF]].concat());
    assert_eq!(run(&["high_value"]), pairs(&[("high_value", "3")]));
    let both = pairs(&[("high_value", "3"), ("high_value_us", "3")]);
    assert_eq!(run(&["tag:us"]), both, "its dependencies are built with it");
    assert_eq!(run(&["high_value", "--param", "min_spend=600"]), pairs(&[("high_value", "1")]));
}

#[test]
fn database_files_are_kept_and_refreshed() {
    let project = project();
    let root = project.path();
    let (code, _, err) = outcome(root, &["run", "--db", "shop.db", "--as-of", AS_OF]);
    assert_eq!(code, 3);
    assert!(err.contains("SEG723") && err.contains("`shop.db`") && err.contains("--load"), "{err}");
    assert!(!root.join("shop.db").exists());
    drop(segc::engine::DuckDb::open(Some(&root.join("shop.db"))).expect("an empty database"));
    let (code, _, err) = outcome(root, &["run", "--db", "shop.db", "--as-of", AS_OF]);
    assert_eq!(code, 2);
    assert!(
        err.contains("SEG823") && err.contains("`customers` and `orders`") && err.contains("--load"),
        "{err}"
    );
    let expected = pairs(EXPECTED[0].1);
    assert_eq!(run_members(root, &["--db", "shop.db", "--load", "--as-of", AS_OF]), expected);
    assert_eq!(run_members(root, &["--db", "shop.db", "--as-of", AS_OF]), expected, "again");
    assert_eq!(run_members(root, &["--db", "shop.db", "--refresh", "--as-of", AS_OF]), expected);
    let later = ["--as-of", "2027-11-01T00:00:00Z"];
    let arguments = [&["run", "--db", "shop.db", "--refresh"], &later[..]].concat();
    let refreshed = members(&outcome(root, &arguments).1);
    let (_, created, err) = outcome(root, &[&["run"], &later[..]].concat());
    assert_eq!(refreshed, members(&created), "a refresh leaves what a create would");
    assert!(err.contains("SEG738") && err.contains("the newest row of `order`"), "{err}");
    assert_ne!(refreshed, expected);
}

/// Where a file can't be read, every table is as it was.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test spoils a file")]
fn sample_rows_are_loaded_all_or_none() {
    let project = project();
    let root = project.path();
    let load = ["run", "--db", "shop.db", "--load", "--as-of", AS_OF];
    assert_eq!(outcome(root, &load).0, 0);
    for file in ["customers", "orders"] {
        let path = root.join("data").join(file).with_extension("csv");
        let rows = read(&path);
        let last = if file == "orders" { "no,order,at,all\n" } else { "" };
        let first: Vec<&str> = rows.lines().take(3).collect();
        std::fs::write(&path, format!("{}\n{last}", first.join("\n"))).expect("it can be written");
    }
    let (code, _, err) = outcome(root, &load);
    assert!(code == 3 && err.contains("orders.csv"), "{code} {err}");
    assert_eq!(
        run_members(root, &["--db", "shop.db", "--as-of", AS_OF]),
        pairs(EXPECTED[0].1),
        "nothing was replaced"
    );
}

#[test]
fn missing_sample_files_are_reported() {
    let project = project();
    std::fs::remove_file(project.path().join("data/orders.csv")).expect("it was there");
    let (code, out, err) = outcome(project.path(), &["run", "--as-of", AS_OF]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("SEG823") && err.contains("data/orders.csv") && !err.contains("SELECT"), "{err}");
    assert_eq!(
        run_members_noisy(project.path(), &["do_not_contact", "--as-of", AS_OF]),
        pairs(&[("do_not_contact", "2")]),
        "what doesn't read it runs"
    );
}

fn run_members_noisy(folder: &Path, arguments: &[&str]) -> Vec<(String, String)> {
    members(&outcome(folder, &[&["run"], arguments].concat()).1)
}

#[test]
fn the_project_option_is_accepted_before_and_after_the_command() {
    let project = project();
    let (parent, name) = (project.path().parent().expect("a parent"), project.path().display().to_string());
    let before = outcome(parent, &["-C", &name, "ls"]);
    assert_eq!(before.0, 0);
    assert_eq!(before, outcome(parent, &["ls", "-C", &name]));
    assert_eq!(before, outcome(parent, &["ls", "--project", &name]));
    assert_eq!(before, outcome(parent, &["ls", &name]));
}

#[test]
fn folders_in_place_of_names_are_recognized() {
    let folder = folder();
    assert_eq!(outcome(folder.path(), &["init", "shop"]).0, 0);
    for command in ["run", "compile", "catalog"] {
        for given in ["shop", "./shop"] {
            let (code, out, err) = outcome(folder.path(), &[command, given]);
            assert_eq!((code, out.as_str()), (2, ""), "{command} {given}");
            assert!(err.contains("SEG822") && err.contains(&format!("use `-C {given}`")), "{err}");
        }
    }
    for command in ["catalog", "why", "parents"] {
        let given = [command, "segments/value.seg"];
        let key = if command == "why" { &["1"][..] } else { &[] };
        let (code, _, err) = outcome(&folder.path().join("shop"), &[&given, key].concat());
        assert_eq!(code, 2);
        assert!(err.contains("SEG822") && err.contains("segc ls"), "{err}");
    }
}

#[test]
fn targets_that_the_engine_cannot_run_are_rejected() {
    let project = project();
    let (code, _, err) = outcome(project.path(), &["run", "--target", "postgres"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG815") && err.contains("it can run `duckdb`"), "{err}");
}

#[test]
fn compile_reports_shared_problems_once() {
    let project = project();
    let (code, out, err) = outcome(project.path(), &["compile", "--as-of", AS_OF]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(err.matches("SEGMENT").count(), 1, "{err}");
    for target in ["duckdb", "postgres"] {
        let wrote = format!("wrote target/{target}: 8 segments; create ");
        let line = err.lines().find(|line| line.starts_with(&wrote)).unwrap_or_else(|| panic!("{err}"));
        assert!(line.contains(" statements, ") && line.ends_with(" scans"), "{err}");
    }
    assert!(err.contains("buyers          incremental  insert only        members never leave\n"), "{err}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test removes files")]
fn projects_without_segments_compile_to_empty_scripts() {
    let project = project();
    std::fs::remove_dir_all(project.path().join("segments")).expect("it was there");
    let (code, _, err) = outcome(project.path(), &["compile", "--as-of", AS_OF]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("SEG006") && err.contains("wrote target/duckdb: 0 segments"), "{err}");
    for script in ["create.sql", "refresh.sql"] {
        let script = read(project.path().join("target/duckdb").join(script));
        assert!(script.lines().all(|line| line.is_empty() || line.starts_with("--")), "{script}");
    }
}

#[test]
fn plan_shows_the_refresh_or_every_obstacle() {
    let project = project();
    let (code, out, _) = outcome(project.path(), &["plan"]);
    assert_eq!(code, 0);
    assert!(out.contains("buyers          incremental  insert only        members never leave\n"), "{out}");

    let (code, out, err) = outcome(project.path(), &["plan", "high_value"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("high_value on customer: incremental, stored in segments.high_value\n"), "{out}");
    assert!(out.contains("passed by 90 days ago, now  (last 90 days)"), "{out}");

    let (code, out, _) =
        outcome(project.path(), &["plan", "buyers", "--target", "postgres", "--format", "json"]);
    assert_eq!(code, 0);
    let told: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(told["refresh"]["strategy"], "insert_only");
    assert_eq!(told["refresh"]["leaves"], serde_json::Value::Null);
    let manifest = project.path().join("target/postgres/manifest.json");
    assert_eq!(outcome(project.path(), &["compile"]).0, 0);
    let manifest: serde_json::Value = serde_json::from_str(&read(manifest)).expect("it is JSON");
    let listed = manifest["segments"].as_array().expect("a list");
    let buyers = listed.iter().find(|segment| segment["name"] == "buyers").expect("it is there");
    for part in ["refresh", "log", "inputs", "state", "plan"] {
        assert_eq!(buyers[part], told[part], "{part}");
    }

    for (arguments, code) in [
        (&["plan", "nobody"][..], "SEG801"),
        (&["plan", "buyers", "--target", "oracle"], "SEG8"),
        (&["plan", "segments/valu.seg"], "SEG805"),
    ] {
        let (exit, out, err) = outcome(project.path(), arguments);
        assert_eq!((exit, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(code), "{err}");
    }
}

/// Every file below a folder with its text.
#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else {
            found.push((path.display().to_string(), read(&path)));
        }
    }
    found.sort();
    found
}

#[test]
fn compilation_is_deterministic() {
    let project = project();
    let compile = |arguments: &[&str]| {
        assert_eq!(outcome(project.path(), &[&["compile"], arguments].concat()).0, 0);
        texts(&project.path().join("target"))
    };
    let first = compile(&[]);
    assert!(first.len() > 20, "{} files", first.len());
    assert!(first == compile(&[]), "twice");
    let fixed = compile(&["--as-of", AS_OF]);
    assert!(first != fixed, "the instant is in it");
}

fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let (code, out, err) = outcome(folder, arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("it is JSON")
}

#[test]
fn lists_are_json_on_request() {
    let project = project();
    let root = project.path();
    let segments = json(root, &["ls", "--format", "json", "--select", "tag:us"]);
    let segment = &segments[0];
    let described = [&segment["name"], &segment["description"], &segment["materialize"], &segment["line"]];
    let expected: [serde_json::Value; 4] =
        ["high_value_us".into(), "High value, in the United States".into(), "incremental".into(), 16.into()];
    assert_eq!(described, expected.each_ref());
    let order = json(root, &["catalog", "order", "--format", "json"]);
    assert_eq!((&order["time"], &order["key"][0]), (&"ordered_at".into(), &"order_id".into()));
    let graph = json(root, &["graph", "--format", "json", "--select", "+high_value_us"]);
    assert!(graph.to_string().contains("\"extends\""), "{graph}");
    let matrix = json(root, &["capabilities", "--format", "json", "--target", "postgres"]);
    assert_eq!(matrix["targets"], serde_json::json!(["postgres"]));
    let cell = |name: &str| {
        let all = matrix["capabilities"].as_array().expect("a list");
        all.iter().find(|one| one["name"] == name).map(|one| one["targets"]["postgres"].clone())
    };
    let yes = serde_json::json!({ "allowed": true, "refused_by": null, "note": null });
    assert_eq!(cell("linked_conditions"), Some(yes));
    let not_yet = serde_json::json!({ "allowed": false, "refused_by": "segc", "note": null });
    assert_eq!(cell("grants"), Some(not_yet));
}

#[test]
fn check_reports_what_any_target_policy_or_tier_forbids() {
    let project = project();
    let root = project.path();
    #[expect(clippy::disallowed_methods, reason = "a test writes a project")]
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
        std::fs::write(path, text).expect("it can be written");
    };
    write(
        "dialects/small.yml",
        "name: small\nextends: duckdb\ncapabilities: { many_linked_conditions: false }\n",
    );
    write(
        "segc.yml",
        "name: shop\ntargets: { duckdb: {}, postgres: {}, small: {} }\n\
         tiers: { free: { capabilities: { segment_composition: false, materialized_composition: false } } }\n",
    );
    let codes = |arguments: &[&str]| -> Vec<String> {
        let (code, out, err) = outcome(root, &[&["check", "--format", "json"], arguments].concat());
        assert_eq!((code, err.as_str()), (i32::from(!out.is_empty()), ""), "{arguments:?}");
        out.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object a line"))
            .map(|problem| format!("{} {}", problem["code"].as_str().unwrap_or_default(), problem["message"]))
            .collect()
    };
    let of_small = codes(&[]);
    assert!(!of_small.is_empty());
    assert!(of_small.iter().all(|one| one.starts_with("SEG501") && one.contains("`small`")), "{of_small:?}");
    assert_eq!(codes(&["-t", "small"]), of_small);
    assert!(codes(&["--target", "postgres", "-t", "duckdb"]).is_empty());
    let of_free = codes(&["--tier", "free", "-t", "duckdb", "-t", "postgres"]);
    assert_eq!(of_free.len(), 3, "once, whatever the target, and not twice for tables: {of_free:?}");
    assert!(of_free.iter().all(|one| one.starts_with("SEG503") && one.contains("`free`")), "{of_free:?}");
    let (code, _, err) = outcome(root, &["check", "--target", "postgers"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG814") && err.contains("did you mean `postgres`?"), "{err}");
    assert_eq!(outcome(root, &["run", "high_value", "-t", "small"]).0, 1);
    assert_eq!(outcome(root, &["run", "do_not_contact", "-t", "small"]).0, 0, "it is DuckDB's SQL");
}

/// A build has the SELECT of each segment, and a segment's own scripts if they are requested; printed,
/// they are the same.
#[test]
fn scripts_of_single_segments_are_written_and_printed_on_request() {
    let folder = project();
    let segment = "segment seen on customer { materialize: view where country = \"US\" }\n";
    #[expect(clippy::disallowed_methods, reason = "a test writes a project")]
    std::fs::write(folder.path().join("segments/seen.seg"), segment).expect("it can be written");
    let compile = |arguments: &[&str]| {
        let start = ["compile", "--target", "duckdb", "--as-of", "2026-11-01"];
        outcome(folder.path(), &[start.as_slice(), arguments].concat())
    };
    let target = folder.path().join("target/duckdb");
    let file = |name: &str| target.join("segments").join(name);

    assert_eq!(compile(&[]).0, 0);
    assert!(read(file("buyers.sql")).contains("\nSELECT "), "its SELECT");
    assert!(!file("buyers.create.sql").exists() && !file("buyers.refresh.sql").exists(), "only on request");
    let both = ["--script", "create", "--script", "refresh"];
    assert_eq!(compile(&both).0, 0);
    for kind in ["create", "refresh"] {
        let (code, out, err) = compile(&["buyers", "--script", kind]);
        assert_eq!((code, out.as_str()), (0, read(file(&format!("buyers.{kind}.sql"))).as_str()), "{err}");
    }
    let manifest: serde_json::Value =
        serde_json::from_str(&read(target.join("manifest.json"))).expect("it is JSON");
    let segments = manifest["segments"].as_array().expect("a list");
    let seen = segments.iter().find(|one| one["name"] == "seen").expect("the view");
    assert_eq!(seen["scripts"]["create"], "segments/seen.create.sql");
    assert!(seen["scripts"]["refresh"].is_null(), "a view isn't refreshed");

    let (code, _, err) = compile(&["seen", "--script", "refresh"]);
    assert!(code == 2 && err.contains("SEG874"), "{err}");
}
