//! `segc diff --data` counts who enters and leaves as the reference evaluator does, on DuckDB and Postgres.

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use segc::api::{Options, Session, open};
use segc::engine::Engine as _;
use segc::evaluate::{Data, Datum, Evaluator};
use serde_json::Value;

use crate::same_members::dense::{AS_OF, CATALOG, rows};
use crate::support::postgres::{self, Postgres};
use crate::support::rows::read_csv;

const BEFORE: &str = "
trait busy on thing = count(parts during last 7 days)
segment same on thing { where n > 0 }
segment narrow on thing { where busy >= 1 }
segment other on thing { where at during this month or s = \"a\" }
segment ranked on thing { where b keep top 5 by k }
segment reads on thing { where in segment narrow and n >= 0 }
segment gone on thing { where n = 1 }
segment former on thing { where d > 1 and at during last 7 days }
";

const AFTER: &str = "
trait busy on thing = count(parts during last 7 days)
segment same on thing { where 0 < n and not (n <= 0) }
segment narrow on thing { where busy >= 1 and busy <= 2 }
segment other on thing { where at during last 7 days or s = \"b\" }
segment ranked on thing { where b keep top 5 per s by k }
segment reads on thing { where in segment narrow and n >= 0 }
segment fresh on thing { where n = 2 }
segment present on thing { where d > 1 and at during last 7 days }
";

fn project(folder: &Path, text: &str, zone: &str, things: &str, parts: &str) {
    let settings = format!("name: dense\ntimezone: {zone}\ntargets: {{ duckdb: {{}}, postgres: {{}} }}\n");
    for (path, text) in [
        ("segc.yml", settings.as_str()),
        ("catalog/things.yml", CATALOG),
        ("segments/all.seg", text),
        ("data/things.csv", things),
        ("data/parts.csv", parts),
    ] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
}

fn members(session: &Session, things: &str, parts: &str, name: &str) -> BTreeSet<Vec<Datum>> {
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    read_csv(&mut data, "thing", things).expect("good rows");
    read_csv(&mut data, "part", parts).expect("good rows");
    let mut evaluator = Evaluator::new(hir, &data, AS_OF.parse().expect("an instant"));
    hir.find(name).map_or_else(BTreeSet::new, |id| {
        evaluator.members(id).expect("no overflow").iter().cloned().collect()
    })
}

fn segc(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.arg("-C").arg(folder).args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text is UTF-8")
}

fn fill(server: &mut Postgres, things: &str, parts: &str) {
    for (table, columns, rows) in [
        (
            "things",
            "id bigint, n bigint, k bigint, d numeric(10,2), s text, b boolean, day date, at timestamptz, tags text",
            things,
        ),
        ("parts", "id bigint, thing_id bigint, amount bigint, kind text, at timestamptz", parts),
    ] {
        server.execute(&format!("DROP TABLE IF EXISTS {table}")).expect("it may be there");
        server.execute(&format!("CREATE TABLE {table} ({columns})")).expect("a table");
        server.copy(&format!("COPY {table} FROM STDIN (FORMAT csv, HEADER)"), rows.as_bytes());
    }
}

#[test]
fn counts_are_those_of_the_reference_evaluator() {
    let mut server = postgres::database();
    let mut moved = 0;
    for (seed, zone) in [(1, "Europe/Paris"), (2, "Europe/Paris"), (3, "America/New_York")] {
        let (things, parts) = rows(&mut fastrand::Rng::with_seed(seed));
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        project(one.path(), BEFORE, "Europe/Paris", &things, &parts);
        project(other.path(), AFTER, zone, &things, &parts);
        let sessions = [one.path(), other.path()].map(|path| open(path, &Options::default()).0);
        let before = one.path().to_str().expect("a path");
        let mut answers =
            vec![segc(other.path(), &["diff", before, "--data", "--as-of", AS_OF, "--format", "json"])];
        if let Some(server) = &mut server {
            fill(server, &things, &parts);
            let url = server.address().to_owned();
            let asked = ["diff", before, "--data", "--as-of", AS_OF, "--db", &url, "--format", "json"];
            answers.push(segc(other.path(), &asked));
        }
        for answer in answers {
            let diff: Value = serde_json::from_str(&answer).expect("JSON");
            for segment in diff["segments"].as_array().expect("a list") {
                let name = segment["name"].as_str().expect("a name");
                let former = segment["renamed_from"].as_str().unwrap_or(name);
                let was = members(&sessions[0], &things, &parts, former);
                let is = members(&sessions[1], &things, &parts, name);
                let Some(data) = segment["data"].as_object() else {
                    assert_eq!(segment["members"], "same");
                    assert_eq!(was, is, "{name}");
                    continue;
                };
                let (enter, leave) = (is.difference(&was).count(), was.difference(&is).count());
                assert_eq!(data["enter"], enter, "{name}: {data:?}");
                assert_eq!(data["leave"], leave, "{name}: {data:?}");
                if segment["change"] != "added" && segment["change"] != "removed" {
                    assert_eq!(
                        (&data["before"], &data["after"]),
                        (&was.len().into(), &is.len().into()),
                        "{name}"
                    );
                    assert_eq!(data["entering"].as_array().map(Vec::len), Some(enter.min(5)), "{name}");
                    assert_eq!(data["leaving"].as_array().map(Vec::len), Some(leave.min(5)), "{name}");
                    moved += enter + leave;
                }
            }
        }
    }
    assert!(moved > 30, "hardly anyone enters or leaves: {moved}");
}

/// What the earlier version can't be asked is said of each segment, and the later version is counted.
#[test]
fn a_target_that_the_earlier_version_lacks_is_named() {
    let (things, parts) = rows(&mut fastrand::Rng::with_seed(1));
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    project(one.path(), BEFORE, "Europe/Paris", &things, &parts);
    project(other.path(), AFTER, "Europe/Paris", &things, &parts);
    let settings = std::fs::read_to_string(one.path().join("segc.yml")).expect("it is there");
    std::fs::write(one.path().join("segc.yml"), settings.replace("duckdb: {}, ", ""))
        .expect("it can be written");
    let before = one.path().to_str().expect("a path");
    let answer = segc(other.path(), &["diff", before, "--data", "--as-of", AS_OF, "--format", "json"]);
    let diff: Value = serde_json::from_str(&answer).expect("JSON");
    let segments = diff["segments"].as_array().expect("a list");
    let narrow = segments.iter().find(|one| one["name"] == "narrow").expect("it differs");
    assert_eq!(narrow["data"]["problem"], "the earlier version has no target `duckdb`");
    assert!(narrow["data"]["after"].is_number(), "{narrow}");
}
