//! Selections on the command line, as every command understands them; `ls`, `parents` and `children`.

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: [id]
    fields:
      id: { type: integer, nullable: false }
      plan: string
      spent: decimal
      email: { type: string, pii: true }
";

const VALUE: &str = "\
param least: decimal = 1000

trait is_vip on customer = in segment vip

segment big_spender on customer {
  owner: \"growth@shop.example\"
  where spent > $least
}

segment vip on customer extends big_spender {
  tags: [marketing]
  where plan = \"gold\"
}

segment old on customer extends vip { enabled: false tags: [attic] where plan = \"old\" }
";

const MAIL: &str = "\
segment win_back on customer {
  tags: [marketing, email]
  materialize: view

  include where is_vip
    and email is present
  exclude where plan = \"none\"
  with plan
}
";

const TESTS: &str = "\
tests:
  - name: rich customers
    as_of: 2026-01-01T00:00:00Z
    given:
      customer: [{ id: 1, spent: 5000, plan: gold }]
    expect: { big_spender: [1], vip: [1] }
  - name: mail
    as_of: 2026-01-01T00:00:00Z
    given:
      customer: [{ id: 1, spent: 5000, plan: gold, email: a@b.example }]
    expect: { win_back: [{ id: 1, plan: gold }] }
";

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder");
    std::fs::write(path, text).expect("it can be written");
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [
        (
            "segc.yml",
            "name: shop\ntargets: { duckdb: {}, postgres: {} }\nmaterialize: table\n\
             exposures: { news: { owner: crm@shop.example, segments: [win_back] } }\n",
        ),
        ("catalog/shop.yml", CATALOG),
        ("segments/value.seg", VALUE),
        ("segments/crm/mail.seg", MAIL),
        ("tests/all.yml", TESTS),
        ("data/customers.csv", "id,plan,spent,email\n1,gold,5000,a@b.example\n2,free,10,\n"),
    ] {
        write(&folder.path().join(path), text);
    }
    folder
}

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.current_dir(folder).env_remove("NO_COLOR").env("COLUMNS", "200");
    let output = command.args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn fine(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = segc(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

fn names(folder: &Path, arguments: &[&str]) -> String {
    let out = fine(folder, &[&["ls", "--format", "name"], arguments].concat());
    out.lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn options_take_several_expressions_and_can_be_repeated() {
    let project = project();
    let names = |arguments: &[&str]| names(project.path(), arguments);
    assert_eq!(names(&[]), "big_spender vip win_back");
    assert_eq!(names(&["--select", "vip", "win_back"]), "vip win_back");
    assert_eq!(names(&["--select", "vip", "--select", "win_back"]), "vip win_back");
    assert_eq!(names(&["-s", "vip win_back"]), "vip win_back");
    assert_eq!(names(&["--select", "+vip+", "--exclude", "tag:email", "owner:*"]), "vip");
    assert_eq!(names(&["--exclude", "entity:customer,materialize:view"]), "big_spender vip");
    assert_eq!(names(&["--select", "@big_spender"]), "big_spender vip win_back");
    assert_eq!(names(&["--select", "big_spender+1"]), "big_spender vip");
}

#[test]
fn every_command_understands_the_same_selection() {
    let project = project();
    let root = project.path();
    let chosen = ["--select", "tag:marketing", "--exclude", "win_back"];
    let with = |arguments: &[&'static str]| [arguments, &chosen].concat();
    assert_eq!(names(root, &chosen), "vip");
    fine(root, &with(&["compile", "--target", "duckdb", "--out", "build"]));
    let manifest = std::fs::read_to_string(root.join("build/duckdb/manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("it is JSON");
    let built = manifest["segments"].as_array().expect("segments");
    let built: Vec<&str> = built.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(built, ["big_spender", "vip"], "what it depends on is built, too");

    let ran: Value = serde_json::from_str(&fine(root, &with(&["run", "--format", "json"]))).expect("JSON");
    let ran = ran["segments"].as_array().expect("segments");
    assert_eq!(ran.last().map(|one| &one["segment"]), Some(&json!("vip")));

    let tests = fine(root, &with(&["test", "--format", "json"]));
    assert_eq!(tests.lines().count(), 1, "{tests}");
    assert!(tests.contains("rich customers"), "{tests}");
    assert_eq!(fine(root, &["test", "mail", "--select", "vip", "--format", "json"]), "");

    let plan: Value = serde_json::from_str(&fine(root, &with(&["plan", "--format", "json"]))).expect("JSON");
    assert_eq!(plan["segments"].as_array().map(Vec::len), Some(2));
    let one: Value = serde_json::from_str(&fine(root, &["plan", "vip", "--format", "json"])).expect("JSON");
    assert_eq!(one["segment"], "vip");

    let graph = fine(root, &with(&["graph", "--format", "json"]));
    assert!(graph.contains("segment:vip") && !graph.contains("win_back"), "{graph}");

    let funnels: Value =
        serde_json::from_str(&fine(root, &with(&["attrition", "--format", "json"]))).expect("JSON");
    let funnels = funnels.as_array().expect("a list");
    assert_eq!((funnels.len(), &funnels[0]["segment"]), (1, &json!("vip")));
    assert_eq!(fine(root, &["attrition", "vip", "big_spender"]).matches("every customer").count(), 2);
}

#[test]
fn paths_are_written_as_they_are_seen() {
    let project = project();
    let root = project.path();
    for path in ["segments/crm", "segments/crm/", "./segments/crm/mail.seg", "path:segments/c*"] {
        assert_eq!(names(root, &["--select", path]), "win_back", "{path}");
    }
    assert_eq!(names(&root.join("segments"), &["--select", "crm/mail.seg"]), "win_back");
    assert_eq!(names(&root.join("segments/crm"), &["--select", "../../segments/crm"]), "win_back");
    let (parent, name) =
        (root.parent().expect("a parent"), root.file_name().expect("a name").to_string_lossy());
    let seen = format!("{name}/segments/crm");
    assert_eq!(names(parent, &["-C", &name, "--select", &seen]), "win_back");
    fine(root, &["compile", "segments/crm", "--target", "duckdb", "--out", "build"]);
    assert!(root.join("build/duckdb/segments/win_back.sql").exists());
    assert_eq!(
        fine(root, &["ls", "--format", "path", "--exclude", "vip"]),
        "segments/crm/mail.seg\nsegments/value.seg\n"
    );
    let (code, _, err) = segc(root, &["ls", "--select", "segments/crn"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG805") && err.contains("did you mean `path:segments/crm`?"), "{err}");
}

#[test]
fn nothing_is_done_if_nothing_is_selected() {
    let project = project();
    let root = project.path();
    for command in ["compile", "run", "test", "plan", "ls", "graph"] {
        let (code, _, err) = segc(root, &[command, "--select", "vip", "--exclude", "vip"]);
        assert_eq!((code, err.as_str()), (0, "nothing is selected\n"), "{command}");
    }
    assert!(!root.join("target").exists());
    let (code, _, err) = segc(root, &["attrition", "vip", "--exclude", "vip"]);
    assert_eq!((code, err.as_str()), (0, "nothing is selected\n"));
    assert_eq!(fine(root, &["ls", "--format", "json", "--exclude", "*"]), "[]\n");
    assert_eq!(segc(root, &["compile", "vip,win_back"]).0, 0);
    assert!(!root.join("target").exists(), "an intersection may be empty");
}

#[test]
fn changes_since_an_earlier_build_are_selected() {
    let project = project();
    let root = project.path();
    fine(root, &["compile", "--out", "before"]);
    let state = |arguments: &[&str]| names(root, &[arguments, &["--state", "before"]].concat());
    assert_eq!(state(&["--select", "state:unmodified"]), "big_spender vip win_back");
    let (code, out, err) =
        segc(root, &["run", "--select", "state:modified+", "--state", "before", "--target", "duckdb"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "nothing is selected\n"));

    write(&root.join("segments/value.seg"), &VALUE.replace("\"gold\"", "\"golden\""));
    write(&root.join("segments/new.seg"), "segment fresh on customer { where spent > 1 }\n");
    assert_eq!(state(&["--select", "state:modified"]), "fresh vip");
    assert_eq!(state(&["--select", "state:new"]), "fresh");
    assert_eq!(state(&["--select", "state:modified+", "--exclude", "state:new"]), "vip win_back");
    assert_eq!(names(root, &["--select", "state:new", "--state", "before/postgres"]), "fresh");
    fine(root, &["compile", "--select", "state:modified", "--state", "before", "--out", "changed"]);
    assert!(root.join("changed/postgres/segments/fresh.sql").exists());

    let refused = |arguments: &[&str], code: &str, text: &str| {
        let (exit, _, err) = segc(root, arguments);
        assert_eq!(exit, 2, "{arguments:?}: {err}");
        assert!(err.contains(code) && err.contains(text), "{arguments:?}: {err}");
    };
    refused(&["ls", "--select", "state:new"], "SEG808", "add `--state DIR`");
    refused(&["ls", "--select", "state:nwe", "--state", "before"], "SEG808", "did you mean `state:new`?");
    refused(&["ls", "--select", "state:new", "--state", "data"], "SEG877", "`data` has no `manifest.json`");
    let other = ["plan", "--target", "duckdb", "-s", "state:new", "--state", "before/postgres"];
    refused(&other, "SEG878", "is for the target `postgres`, not `duckdb`");
    std::fs::remove_dir_all(root.join("before/duckdb")).expect("it can be removed");
    let lacking = ["plan", "--target", "duckdb", "-s", "state:new", "--state", "before"];
    refused(&lacking, "SEG877", "it has a build for `postgres`");
    write(&root.join("before/postgres/manifest.json"), "{\"version\": 9}");
    refused(&["ls", "-s", "state:new", "--state", "before"], "SEG809", "version 9");
}

#[test]
fn ls_tells_editors_everything() {
    let project = project();
    let root = project.path();
    let all: Value = serde_json::from_str(&fine(root, &["ls", "--format", "json"])).expect("it is JSON");
    let all = all.as_array().expect("a list");
    let listed: Vec<&str> = all.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(listed, ["big_spender", "old", "vip", "win_back"]);

    let place = |line: usize, column: usize| json!({ "line": line, "column": column });
    let range = |start, end| json!({ "start": start, "end": end });
    let customer = |fields: &[&str]| json!([{ "entity": "customer", "tables": ["customers"], "fields": fields, "columns": fields }]);
    assert_eq!(
        all[3],
        json!({
            "name": "win_back",
            "entity": "customer",
            "enabled": true,
            "title": null,
            "description": null,
            "owner": null,
            "tags": ["marketing", "email"],
            "access": [],
            "materialize": "view",
            "expire": null,
            "history": false,
            "exclusive_group": null,
            "extends": null,
            "list": null,
            "conditions": [
                {
                    "kind": "include",
                    "text": "is_vip\n    and email is present",
                    "range": range(place(5, 17), place(6, 25)),
                },
                { "kind": "exclude", "text": "plan = \"none\"", "range": range(place(7, 17), place(7, 30)) },
            ],
            "keep": [],
            "keys": [{ "name": "id", "type": "integer" }],
            "columns": [{ "name": "plan", "type": "string" }],
            "params": [],
            "traits": ["customer.is_vip"],
            "reads": customer(&["email", "id", "plan"]),
            "sensitive_fields": [{ "entity": "customer", "field": "email", "roles": [], "pii": true }],
            "parents": [{
                "segment": "vip", "by": "in_segment", "via": ["is_vip"],
                "path": "segments/crm/mail.seg", "line": 5, "column": 17,
            }],
            "children": [],
            "exposures": ["news"],
            "path": "segments/crm/mail.seg",
            "line": 1,
            "range": range(place(1, 1), place(9, 2)),
            "tests": [{ "name": "mail", "path": "tests/all.yml", "line": 7 }],
        })
    );
    let big = &all[0];
    assert_eq!(big["params"], json!(["least"]));
    assert_eq!(big["conditions"][0]["text"], "spent > $least");
    assert_eq!(
        big["children"],
        json!([{
            "segment": "vip", "by": "extends", "via": [],
            "path": "segments/value.seg", "line": 10, "column": 33,
        }])
    );
    let old = &all[1];
    assert_eq!(
        (&old["enabled"], &old["extends"], &old["parents"]),
        (&json!(false), &json!("vip"), &Value::Null)
    );
    assert_eq!(old["conditions"][0]["text"], "plan = \"old\"");
    assert_eq!((&old["tags"], &old["tests"]), (&json!(["attic"]), &json!([])));

    let attic = fine(root, &["ls", "--format", "json", "--select", "tag:attic"]);
    assert!(attic.contains("\"old\""), "{attic}");
    let (code, _, err) = segc(root, &["run", "old"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG801") && err.contains("has `enabled: false`"), "{err}");
}

#[test]
fn parents_and_children_say_how_segments_are_used() {
    let project = project();
    let root = project.path();
    assert_eq!(
        fine(root, &["parents", "win_back"]),
        "SEGMENT   REFERS TO  BY                         WHERE\n\
         win_back  vip        in segment through is_vip  segments/crm/mail.seg:5:17\n"
    );
    assert_eq!(
        fine(root, &["children", "big_spender", "--all"]),
        "SEGMENT   REFERS TO    BY                         WHERE\n\
         vip       big_spender  extends                    segments/value.seg:10:33\n\
         win_back  vip          in segment through is_vip  segments/crm/mail.seg:5:17\n"
    );
    assert_eq!(fine(root, &["parents", "win_back", "--all"]).lines().count(), 3);
    let parents: Value =
        serde_json::from_str(&fine(root, &["parents", "vip", "--format", "json"])).expect("it is JSON");
    assert_eq!(
        parents,
        json!([{
            "child": "vip", "parent": "big_spender", "by": "extends", "via": [],
            "path": "segments/value.seg", "line": 10, "column": 33,
        }])
    );
    let (code, out, err) = segc(root, &["children", "win_back"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(err, "`win_back` isn't referred to by any segment\n");
    assert_eq!(fine(root, &["parents", "big_spender", "--format", "json"]), "[]\n");
    let (code, _, err) = segc(root, &["parents", "vpi"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `vip`?"), "{err}");
    write(&root.join("segments/bad.seg"), "segment bad on customer { where pln = 1 }\n");
    let (code, out, err) = segc(root, &["children", "vip"]);
    assert_eq!((code, out.lines().count()), (1, 2), "others are still found: {err}");
    assert!(segc(root, &["children", "bad"]).2.contains("SEG303"));
}
