//! Commands that query a live database, as users run them.

use std::path::Path;

use crate::support;
use assert_cmd::Command;

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop");
const AS_OF: &str = "2026-03-31T12:00:00Z";

/// Exit code, stdout, stderr.
fn segc(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.args(arguments).envs(environment.iter().copied()).env_remove("NO_COLOR");
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn shop(arguments: &[&str]) -> (i32, String, String) {
    segc(&[&["-C", SHOP], arguments].concat(), &[])
}

/// A server with the shop's rows; `None` where there is none.
fn server() -> Option<support::postgres::Postgres> {
    let mut postgres = support::postgres::database()?;
    let session = support::project::Project::shop().open(None);
    let data = Path::new(SHOP).join("data");
    support::data::copy_csv_folder(&mut postgres, &session.hir().catalog, "postgres", &data);
    Some(postgres)
}

#[test]
fn sample_rows_files_and_servers_give_the_same_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("shop.db").display().to_string();
    assert_eq!(shop(&["run", "--db", &file, "--load", "--as-of", AS_OF]).0, 0);
    let mut places = vec![vec![], vec!["--db", &file]];
    let server = server();
    let address = server.as_ref().map(|server| server.address().to_owned());
    if let Some(address) = &address {
        places.push(vec!["--db", address]);
    }
    for command in [
        &["why", "win_back", "17"][..],
        &["why", "bulk_lines", "10001", "1"],
        &["why", "--entity", "customer", "17"],
        &["attrition", "high_value"],
        &["overlap", "high_value", "win_back", "all_customers"],
        &["overlap", "--select", "entity:customer"],
        &["preview", "high_value", "--fields", "*", "--fields", "company.industry, n = count(orders)"],
        &["preview", "order", "--where", "total > 50", "--limit", "7"],
        &["preview", "bulk_lines"],
        &["preview", "customer.name"],
        &["preview", "win_back.last_seen_at"],
    ] {
        for format in ["human", "json"] {
            let ask = |place: &Vec<&str>| {
                let (code, out, err) =
                    shop(&[command, &["--as-of", AS_OF, "--format", format], place.as_slice()].concat());
                assert_eq!((code, err.as_str()), (0, ""), "{command:?} {place:?}: {out}");
                out
            };
            let answers: Vec<String> = places.iter().map(ask).collect();
            assert!(answers[0].contains(if format == "json" { "\"as_of\": \"2026" } else { "as of 2026" }));
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        }
    }
}

#[test]
fn servers_are_only_read_and_supply_the_clock() {
    let Some(server) = server() else { return };
    let mut reader = segc::engine::Address::parse(server.address())
        .and_then(|address| address.open(segc::engine::Access::Read))
        .expect("it opens");
    assert!(reader.execute("CREATE TABLE t (a INTEGER)").is_err());
    let (code, out, err) = shop(&["why", "high_value", "17", "--db", server.address(), "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(answer["as_of"].as_str() > Some("2026-"), "{out}");
}

#[test]
fn naming_a_target_uses_its_url() {
    let Some(server) = server() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for part in ["catalog", "segments"] {
        let from = Path::new(SHOP).join(part);
        #[expect(clippy::disallowed_methods, reason = "a test makes its project")]
        {
            std::fs::create_dir_all(folder.path().join(part)).expect("a folder");
            for file in std::fs::read_dir(from).expect("a folder").flatten() {
                std::fs::copy(file.path(), folder.path().join(part).join(file.file_name())).expect("a copy");
            }
        }
    }
    #[expect(clippy::disallowed_methods, reason = "a test makes its project")]
    std::fs::write(
        folder.path().join("segc.yml"),
        "name: shop\ntimezone: Europe/London\ntargets:\n  live: { dialect: postgres, url_env: SHOP_URL }\n",
    )
    .expect("it can be written");
    let project = folder.path().display().to_string();
    let ask = |environment: &[(&str, &str)]| {
        segc(&["-C", &project, "attrition", "all_customers", "--target", "live"], environment)
    };
    let (code, out, err) = ask(&[("SHOP_URL", server.address())]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("all_customers: 105 of 105"), "{out}");
    let (code, _, err) = ask(&[]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG871") && err.contains("SHOP_URL"), "{err}");
}

#[test]
fn segments_are_built_and_refreshed_on_a_server() {
    let Some(server) = server() else { return };
    let run = |more: &[&str]| {
        let arguments = [&["run", "--db", server.address(), "--as-of", AS_OF], more].concat();
        let (code, out, err) = shop(&arguments);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let first = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        out.lines().map(first).collect::<Vec<_>>()
    };
    let in_memory = shop(&["run", "--as-of", AS_OF]).1;
    let built = run(&[]);
    assert!(built.contains(&"win_back 11".to_owned()), "{built:?}");
    assert_eq!(built.len(), in_memory.lines().count());
    assert_eq!(run(&["--refresh"]), built);
    let (code, _, err) = shop(&["run", "--db", server.address(), "--load"]);
    assert!(code == 2 && err.contains("SEG872"), "{code}: {err}");
}

#[test]
fn missing_features_of_a_server_are_reported() {
    let Some(mut server) = server() else { return };
    let address = server.address().to_owned();
    let mut must =
        |statement: &str| segc::engine::Engine::execute(&mut server, statement).expect("it is executed");
    must("DROP EXTENSION IF EXISTS fuzzystrmatch");
    let fuzzy = || {
        let (code, out, err) = shop(&["capabilities", "--probe", &address, "--format", "json"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let matrix: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let version = matrix["probes"]["postgres"]["version"].as_str().expect("a version").to_owned();
        assert!(version.starts_with("PostgreSQL "), "{version}");
        assert_eq!(matrix["probes"]["duckdb"], serde_json::Value::Null, "it was not asked");
        let rows = matrix["capabilities"].as_array().expect("rows").clone();
        let row = rows.into_iter().find(|row| row["name"] == "fuzzy_match").expect("a row");
        let zones =
            matrix["capabilities"].as_array().into_iter().flatten().find(|row| row["name"] == "time_zones");
        assert_eq!(zones.expect("a row")["targets"]["postgres"]["allowed"], true);
        row["targets"]["postgres"].clone()
    };
    let without = fuzzy();
    assert_eq!((&without["allowed"], &without["refused_by"]), (&false.into(), &"probe".into()));
    assert!(without["note"].as_str().is_some_and(|note| note.contains("CREATE EXTENSION fuzzystrmatch")));
    must("CREATE EXTENSION fuzzystrmatch");
    assert_ne!(fuzzy()["refused_by"], "probe");
    let (_, table, _) = shop(&["capabilities", "--probe", &address, "--target", "postgres"]);
    assert!(table.starts_with("postgres: probed segc@/"), "{table}");
}

/// What a probe doesn't find is refused in its place, and the message says who refused.
#[test]
fn features_missing_from_a_probe_are_rejected() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().display().to_string();
    assert_eq!(segc(&["init", &project], &[]).0, 0);
    let dialect = "name: mine\nextends: duckdb\nprobe:\n  capabilities:\n    many_linked_conditions:\n      \
                   sql: SELECT COUNT(*) > 0 FROM duckdb_tables() WHERE table_name = 'licence'\n      \
                   otherwise: a licence\n";
    #[expect(clippy::disallowed_methods, reason = "a test makes its project")]
    {
        std::fs::create_dir_all(folder.path().join("dialects")).expect("a folder");
        std::fs::write(folder.path().join("dialects/mine.yml"), dialect).expect("it can be written");
        std::fs::write(
            folder.path().join("segc.yml"),
            "name: shop\ntargets:\n  mine: {}\n  other: { dialect: bigquery }\n",
        )
        .expect("it can be written");
    }
    let file = folder.path().join("shop.db");
    let database = file.display().to_string();
    assert_eq!(segc(&["-C", &project, "run", "--db", &database, "--load", "--as-of", AS_OF], &[]).0, 0);
    let asks: [&[&str]; 5] = [
        &["compile", "buyers", "--target", "mine", "--probe"],
        &["compile", "--target", "mine", "--probe"],
        &["check", "--probe"],
        &["why", "buyers", "1", "--db"],
        &["attrition", "buyers", "--db"],
    ];
    for ask in asks {
        let (code, out, err) = segc(&[&["-C", &project], ask, &[&database]].concat(), &[]);
        assert_eq!((code, out.as_str()), (1, ""), "{ask:?}: {err}");
        assert!(err.contains("SEG590") && err.contains("needs: a licence"), "{ask:?}: {err}");
        assert!(err.contains("targets that support `many_linked_conditions`: other"), "{ask:?}: {err}");
    }
    let mut engine = segc::engine::DuckDb::open(Some(&file)).expect("it opens");
    segc::engine::Engine::execute(&mut engine, "CREATE TABLE licence (a INTEGER)").expect("a table");
    drop(engine);
    for ask in asks {
        let (code, _, err) = segc(&[&["-C", &project], ask, &[&database]].concat(), &[]);
        assert_eq!(code, 0, "{ask:?}: {err}");
    }
    let (code, _, err) =
        segc(&["-C", &project, "capabilities", "--target", "other", "--probe", &database], &[]);
    assert!(code == 2 && err.contains("SEG815"), "{code}: {err}");
}

/// A file with a row, and what is said of it.
fn row(project: &str, segment: &str, name: &str, text: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    #[expect(clippy::disallowed_methods, reason = "a test writes a file")]
    std::fs::write(&file, text).expect("it can be written");
    let project = format!("{}/examples/{project}", env!("CARGO_MANIFEST_DIR"));
    let file = file.display().to_string();
    segc(&["-C", &project, "why", segment, "--row", &file, "--deep", "--as-of", AS_OF], &[])
}

#[test]
fn entities_outside_databases_can_be_explained() {
    let member = |project: &str, segment: &str, name: &str, text: &str| {
        let (code, out, err) = row(project, segment, name, text);
        assert_eq!((code, err.as_str()), (0, ""), "{text}");
        let first = out.lines().next().unwrap_or_default().to_owned();
        (!first.contains(" is not in "), first, out)
    };
    // As a flag's context: attributes alone.
    assert!(member("flags", "premium_users", "user.json", "{ \"plan\": \"premium\" }").0);
    assert!(!member("flags", "premium_users", "user.yml", "plan: free\nuser_id: ann").0);
    assert!(!member("flags", "premium_us_users", "user.yml", "{ plan: premium, country: FR }").0);
    assert!(member("flags", "premium_us_users", "user.yml", "{ plan: premium, country: US }").0);
    // With what is linked to it, in both directions, without keys.
    let orders = |count: usize| {
        let order = "  - { ordered_at: 2026-03-30T10:00:00Z, total: 200.10, status: paid }\n";
        format!(
            "country: US\norders:\n{}company: {{ employees: 300, industry: tools }}\n",
            order.repeat(count)
        )
    };
    let (is, _, out) = member("shop", "high_value_us", "customer.yml", &orders(6));
    assert!(is && out.contains("(1200.60; $min_spend = 1000)"), "{out}");
    assert!(!member("shop", "high_value_us", "customer.yml", &orders(5)).0);
    assert!(member("shop", "b2b_buyers", "customer.yml", &orders(1)).0);
    assert!(!member("shop", "b2b_buyers", "customer.yml", &orders(0).replace("orders:\n", "")).0);
    // By entity, as unit tests give rows.
    let given = "customer: [{ customer_id: 7, signed_up_at: 2026-01-01T00:00:00Z, updated_at: 2026-01-01T00:00:00Z, unsubscribed: true }]";
    let (is, first, _) = member("shop", "do_not_contact", "rows.yml", given);
    assert!(is && first.starts_with("customer 7 is in do_not_contact"), "{first}");
}

#[test]
fn impossible_rows_are_rejected_with_their_place() {
    for (text, code, under) in [
        ("contry: US", "SEG074", "did you mean `country`?"),
        ("country: [1]", "SEG075", "country"),
        ("orders: [{ total: 3 }]", "SEG880", "`ordered_at`"),
        ("customer: []", "SEG881", "`customer`"),
        ("country: [", "SEG020", "1:"),
    ] {
        let (exit, out, err) = row("shop", "high_value_us", "customer.yml", text);
        assert!(exit != 0 && out.is_empty(), "{text}: {out}");
        assert!(err.contains(code) && err.contains(under) && err.contains("help:"), "{text}: {err}");
        assert!(!err.contains("examples/shop/"), "the file is not the project's: {err}");
    }
    let (exit, _, err) = shop(&["why", "high_value", "--row", "no-such-file.yml"]);
    assert!(exit == 2 && err.contains("SEG873"), "{exit}: {err}");
}

#[test]
fn errors_never_show_a_password() {
    for (arguments, exit, code) in [
        (&["why", "win_back", "99999"][..], 2, "SEG862"),
        (&["why", "win_back", "x"], 2, "SEG861"),
        (&["why", "win_back", "1", "2"], 2, "SEG860"),
        (&["why", "tag:email", "1"], 2, "SEG870"),
        (&["why", "wn_back", "1"], 2, "SEG801"),
        (&["why", "win_back", "1", "--db", "no-such-file.db"], 3, "SEG723"),
        (&["why", "win_back", "1", "--db", "mysql://db/shop"], 3, "SEG722"),
        (&["why", "win_back", "1", "--db", "postgres://ann:s3cret@db:54x/shop"], 3, "SEG720"),
        (&["attrition", "win_back", "--db", "postgres://ann:s3cret@127.0.0.1:1/shop"], 3, "SEG721"),
        (
            &[
                "attrition",
                "win_back",
                "--db",
                "postgres://ann:s3cret@127.0.0.1:1/shop",
                "--target",
                "duckdb",
            ],
            2,
            "SEG815",
        ),
        (&["attrition", "win_back", "--target", "bigquery"], 2, "SEG815"),
        (&["overlap", "win_back"], 2, "SEG755"),
        (&["overlap", "win_back", "big_accounts"], 2, "SEG754"),
        (&["overlap", "high_value", "high_value_us", "--tier", "free"], 1, "SEG503"),
        (&["preview", "win_bck"], 2, "SEG753"),
        (&["preview", "customer.countri"], 2, "SEG303"),
        (&["preview", "customer", "--where", "count(orders) >"], 2, "SEG101"),
        (&["preview", "entity:win_back"], 2, "SEG753"),
        (&["preview", "customer.country", "--fields", "plan"], 2, "SEG837"),
        (&["preview", "high_value_us", "--tier", "free"], 1, "SEG503"),
        (&["preview", "customer", "--where", "in segment high_value", "--tier", "free"], 1, "SEG503"),
        (&["why", "17"], 2, "SEG835"),
        (&["why", "17", "18", "19"], 2, "SEG836"),
        (&["why", "--entity", "custmer", "17"], 2, "SEG821"),
        (&["why", "--entity", "customer", "999999"], 2, "SEG862"),
        (&["why", "--entity", "customer", "abc"], 2, "SEG861"),
        (&["why", "win_bck"], 2, "SEG801"),
        (&["why", "win_bck", "17"], 2, "SEG801"),
        (&["why", "win_back"], 2, "SEG860"),
        (&["attrition", "high_value_us", "--tier", "free"], 1, "SEG503"),
    ] {
        let (found, out, err) = shop(arguments);
        assert_eq!(found, exit, "{arguments:?}: {err}");
        assert_eq!(out, "", "{arguments:?}");
        assert!(err.contains(code) && err.contains("help:"), "{arguments:?}: {err}");
        assert!(!err.contains("s3cret"), "{arguments:?}: {err}");
    }
}
