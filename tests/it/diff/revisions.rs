//! `segc diff` against revisions of git, folders and builds: what it prints, its errors, its exit codes.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      plan: string
      spent: decimal
      country: string
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: at
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      total: decimal
      at: timestamp
";

const BEFORE: &str = "\
param least: decimal = 100

trait value on customer = sum(orders.total)

segment big on customer { owner: \"ann\" where value > $least }
segment us on customer extends big { tags: [crm] where country = \"US\" }
segment recent on customer {
  where exists(orders during last 30 days where total > 10)
    and (plan = \"gold\" or plan = \"silver\" or spent > 500)
}
segment old_name on customer { where plan = \"none\" }
segment gone on customer { where plan = \"free\" }
segment held on customer { expire: 14 days materialize: table where spent > 1 }
segment twice on customer { where not (spent <= 5 or spent is missing) }
";

const AFTER: &str = "\
param least: decimal = 200

trait value on customer = sum(orders.total)

segment big on customer { owner: \"bob\" where value > $least }
segment us on customer extends big { tags: [crm] where country = \"US\" }
segment recent on customer {
  where exists(orders during last 7 days where total > 10)
    and (plan = \"gold\" or spent > 500)
  with last_order = last(orders.at)
}
segment new_name on customer { where plan = \"none\" }
segment added on customer { where in segment big and not in segment new_name }
segment held on customer { expire: 7 days materialize: table where spent > 1 }
segment twice on customer { where spent > 5 }
";

const MOVED: &str = "segment elsewhere on customer { where spent > 7 }\n";

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder");
    std::fs::write(path, text).expect("it can be written");
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=ann", "-c", "user.email=ann@shop.example"]);
    command.args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]).args(arguments);
    command.env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository whose project, in a folder of it, has a commit and then other files.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = folder.path().join("shop");
    write(
        &shop.join("segc.yml"),
        "name: shop\ntargets: { duckdb: {}, postgres: {} }\nexposures: { news: { owner: ann, segments: [us] } }\n",
    );
    write(&shop.join("catalog/shop.yml"), CATALOG);
    write(&shop.join("segments/all.seg"), BEFORE);
    write(&shop.join("segments/more.seg"), MOVED);
    write(&folder.path().join("README.md"), "a repository\n");
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "first"]);
    write(&shop.join("segments/all.seg"), AFTER);
    std::fs::remove_file(shop.join("segments/more.seg")).expect("it is there");
    write(&shop.join("segments/crm/more.seg"), MOVED);
    folder
}

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.args(arguments).current_dir(folder).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (_, out, err) = segc(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

#[test]
fn what_has_changed_since_the_last_commit_is_told_in_words() {
    let repository = repository();
    let shop = repository.path().join("shop");
    let (code, text, problems) = segc(&shop, &["diff"]);
    assert_eq!((code, problems.as_str()), (0, ""));
    insta::assert_snapshot!("text", text);
    let (_, markdown, _) = segc(repository.path(), &["-C", "shop", "diff", "HEAD", "--format", "markdown"]);
    insta::assert_snapshot!("markdown", markdown);
}

fn schema_text() -> String {
    let all = segc::api::schemas();
    all.into_iter().find(|(name, _)| *name == "diff.schema.json").expect("it is published").1
}

#[test]
fn json_matches_its_published_schema() {
    let repository = repository();
    let diff = json(&repository.path().join("shop"), &["diff"]);
    let schema: Value = serde_json::from_str(&schema_text()).expect("JSON");
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&diff)
        .map(|one| one.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn folders_branches_and_builds_are_compared_alike() {
    let repository = repository();
    let root = repository.path();
    let shop = root.join("shop");
    let since = json(&shop, &["diff"]);
    // Another folder with the earlier files.
    let earlier = root.join("earlier");
    git(root, &["worktree", "add", "-q", "earlier", "HEAD"]);
    assert_eq!(json(&shop, &["diff", "../earlier/shop"]), since);
    // The branch goes on: it is compared where this one left it.
    git(&earlier, &["checkout", "-q", "-b", "ahead"]);
    write(&earlier.join("shop/segments/all.seg"), "segment big on customer { where plan = \"x\" }\n");
    git(&earlier, &["commit", "-q", "-a", "-m", "second"]);
    assert_ne!(json(&shop, &["diff", "ahead"]), since);
    assert_eq!(json(&shop, &["diff", "ahead..."]), since);
    // A build has names and hashes.
    git(&earlier, &["checkout", "-q", "main~0"]);
    segc(&earlier.join("shop"), &["compile", "--out", "../../build"]);
    let build = json(&shop, &["diff", "../build"]);
    let told = |diff: &Value| -> Vec<(String, String)> {
        let all = diff["segments"].as_array().expect("a list").iter();
        let text = |one: &Value| one.as_str().expect("a text").to_owned();
        all.map(|one| (text(&one["change"]), text(&one["name"]))).collect()
    };
    let expected = [
        ("added", "added"),
        ("added", "new_name"),
        ("removed", "gone"),
        ("removed", "old_name"),
        ("changed", "big"),
        ("changed", "held"),
        ("changed", "recent"),
        ("changed", "twice"),
        ("affected", "us"),
    ];
    assert_eq!(told(&build), expected.map(|(change, name)| (change.to_owned(), name.to_owned())));
    let (code, _, problems) = segc(&shop, &["diff", "../build", "--data"]);
    assert_eq!(code, 2);
    assert!(problems.contains("SEG834"), "{problems}");
}

#[test]
fn the_exit_code_tells_whether_anything_differs() {
    let repository = repository();
    let shop = repository.path().join("shop");
    assert_eq!(segc(&shop, &["diff", "--exit-code"]).0, 1);
    git(repository.path(), &["add", "-A"]);
    git(repository.path(), &["commit", "-q", "-m", "second"]);
    let (code, text, _) = segc(&shop, &["diff", "--exit-code"]);
    assert_eq!((code, text.starts_with("No segment differs from HEAD (")), (0, true), "{text}");
    // Comments and white space aren't differences.
    write(&shop.join("segments/all.seg"), &format!("# a comment\n\n{}", AFTER.replace("where ", "where  ")));
    assert_eq!(segc(&shop, &["diff", "--exit-code"]).0, 0);
    // A selection has a part of them.
    let part = json(&shop, &["diff", "HEAD~1", "--select", "tag:crm"]);
    let names: Vec<&Value> =
        part["segments"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["us"]);
}

#[test]
fn settings_and_errors_of_the_other_version_are_told() {
    let repository = repository();
    let shop = repository.path().join("shop");
    git(repository.path(), &["add", "-A"]);
    git(repository.path(), &["commit", "-q", "-m", "second"]);
    let settings = std::fs::read_to_string(shop.join("segc.yml")).expect("it is there");
    write(&shop.join("segc.yml"), &format!("{settings}timezone: Asia/Tokyo\n"));
    let (_, text, _) = segc(&shop, &["diff"]);
    let expected = "Every table is rebuilt, since timezone: UTC → Asia/Tokyo has changed.\n";
    assert!(text.ends_with(expected), "{text}");
    write(&shop.join("segc.yml"), &settings);
    // A revision with an error in a segment.
    write(&shop.join("segments/bad.seg"), "segment repaired on customer { where nothing = 1 }\n");
    git(repository.path(), &["add", "-A"]);
    git(repository.path(), &["commit", "-q", "-m", "third"]);
    write(&shop.join("segments/bad.seg"), "segment repaired on customer { where spent = 1 }\n");
    let (_, text, _) = segc(&shop, &["diff"]);
    assert!(text.contains("Shown as added, since the other version has errors there: repaired.\n"), "{text}");
    // This version's errors are reported, and the rest is compared.
    write(&shop.join("segments/bad.seg"), "segment repaired on customer { where nothing = 1 }\n");
    let (code, text, problems) = segc(&shop, &["diff", "HEAD~1"]);
    assert_eq!(code, 1);
    assert!(text.starts_with("No segment differs"), "{text}");
    assert!(problems.contains("SEG3"), "{problems}");
}

#[test]
fn links_in_a_revision_are_followed_inside_the_project() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    write(&root.join("segc.yml"), "name: shop\ntargets: { duckdb: {} }\n");
    write(&root.join("catalog/shop.yml"), CATALOG);
    write(&root.join("segments/a/first.seg"), MOVED);
    write(&root.join("other/second.txt"), "segment linked on customer { where spent > 8 }\n");
    std::os::unix::fs::symlink("../other/second.txt", root.join("segments/second.seg")).expect("a link");
    git(root, &["init", "-q"]);
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", "first"]);
    assert_eq!(
        segc(root, &["diff", "--exit-code"]),
        (0, "No segment differs from HEAD (".to_owned() + &commit(root) + ").\n", String::new())
    );
    write(&root.join("other/second.txt"), "segment linked on customer { where spent > 9 }\n");
    let diff = json(root, &["diff"]);
    assert_eq!(
        (&diff["segments"][0]["name"], &diff["segments"][0]["members"]),
        (&"linked".into(), &"narrower".into())
    );
}

fn commit(folder: &Path) -> String {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["rev-parse", "--short=8", "HEAD"])
        .output();
    String::from_utf8(output.expect("git is installed").stdout).expect("text").trim().to_owned()
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |folder: &Path, arguments: &[&str], code: &str, part: &str| {
        let (exit, out, err) = segc(folder, arguments);
        assert_eq!((exit, out.as_str()), (2, ""), "{err}");
        let words =
            err.replace('│', " ").split_whitespace().map(str::to_owned).collect::<Vec<String>>().join(" ");
        assert!(words.contains(code) && words.contains(part), "{err}");
    };
    let repository = repository();
    let shop = repository.path().join("shop");
    refused(&shop, &["diff", "mian"], "SEG832", "`mian` is no revision");
    refused(&shop, &["diff", "--", "--output=x"], "SEG832", "is no revision");
    std::fs::rename(&shop, repository.path().join("store")).expect("it can be moved");
    let store = repository.path().join("store");
    refused(&store, &["diff"], "SEG833", "has no `segc.yml`");
    // In no repository.
    let plain = tempfile::tempdir().expect("a temporary folder");
    write(&plain.path().join("segc.yml"), "name: shop\ntargets: { duckdb: {} }\n");
    write(&plain.path().join("catalog/shop.yml"), CATALOG);
    write(&plain.path().join("segments/more.seg"), MOVED);
    refused(plain.path(), &["diff"], "SEG831", "is in no git repository");
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.args(["diff"]).env("PATH", "").current_dir(&store).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("SEG830"));
    assert_eq!(output.status.code(), Some(2));
}
