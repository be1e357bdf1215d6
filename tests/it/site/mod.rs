//! `segc docs`: every page of a site, its links, its escaping and its size.

mod page;
mod served;

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use segc::api::{Options, Selection, open_files};
use segc::project::Memory;
use segc::{site, unittest};

use crate::growth::kinds::KINDS;
use page::Page;

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop");
const AS_OF: &str = "2026-03-31T12:00:00Z";

/// The files of the site of a project.
fn built(files: &[(String, String)], selection: &Selection) -> BTreeMap<String, String> {
    let memory = files.iter().fold(Memory::new(), |memory, (path, text)| memory.with(path, text.as_str()));
    let options = Options::default();
    let (mut session, findings) = open_files(&memory, &options);
    assert!(!findings.has_errors(), "{findings:#?}");
    let (suite, problems) = unittest::read(&mut session, &memory);
    assert!(!problems.has_errors(), "{problems:#?}");
    let targets = session.targets();
    let request = site::Request {
        session: &session,
        segments: selection,
        targets: &targets,
        options: &options,
        suite: &suite,
        findings: &findings,
        measured: None,
    };
    site::build(&request).expect("a site").files
}

fn segc(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.current_dir(folder).env("COLUMNS", "200").args(arguments).output().expect("it runs");
    (output.status.code().expect("it ends"), String::from_utf8(output.stderr).expect("text"))
}

/// The files of a folder by their paths.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(below) = open.pop() {
        for entry in std::fs::read_dir(below).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").display().to_string();
                found.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

/// Asserts that pages are well-formed and that what they refer to is there.
fn assert_sound(files: &BTreeMap<String, String>) {
    let pages: BTreeMap<&String, Page> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, text)| (path, Page::read(text)))
        .collect();
    for (path, page) in &pages {
        assert_eq!(page.wrong, Vec::<String>::new(), "{path}");
        for link in &page.links {
            let (to, anchor) = page::target(path, link);
            assert!(files.contains_key(&to), "{path} refers to {link}");
            let Some(anchor) = anchor else { continue };
            // What the lineage shows of the graph isn't an element.
            if to == "lineage.html"
                && ["segment-", "entity-", "field-"].iter().any(|one| anchor.starts_with(one))
            {
                continue;
            }
            let other = pages.iter().find(|(path, _)| ***path == *to).expect("a page");
            assert!(other.1.ids.contains(&anchor), "{path} refers to {link}");
        }
    }
}

#[test]
fn the_site_of_the_shop_is_whole_and_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a folder");
    for out in ["one", "two"] {
        let (code, said) = segc(folder.path(), &["-C", SHOP, "docs", "--out", out, "--as-of", AS_OF]);
        assert_eq!((code, said.lines().count()), (0, 1), "{said}");
        assert!(said.ends_with(&format!("open {out}/index.html\n")), "{said}");
    }
    let files = read(&folder.path().join("one"));
    assert!(files == read(&folder.path().join("two")), "two runs differ");
    assert_sound(&files);
    let other: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|path| !path.starts_with("segments/") && !path.starts_with("entities/"))
        .collect();
    insta::assert_snapshot!(other.join("\n"));
    assert_eq!(files.keys().filter(|path| path.starts_with("segments/")).count(), 40);

    // The numbers are those of `segc run` and `segc attrition`.
    let vip = Page::read(&files["segments/high_value.html"]);
    for said in [
        "10 of 105", // members
        "every customer 105 100%",
        "the sum of total across orders in the last 30 days is more than 1000",
        "the same with another threshold",
        "high_value_us extends",
        "A refresh evaluates only each customer that may be affected",
        "GROUP BY o.customer_id",
    ] {
        assert!(vip.text.contains(said), "{said}\n{}", vip.text);
    }
    assert!(Page::read(&files["overlap.html"]).text.contains("high_value"));
    let order = Page::read(&files["entities/order.html"]);
    assert!(order.text.contains("total decimal(10,2)"), "{}", order.text);
}

#[test]
fn without_data_nothing_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["-C", SHOP, "docs", "vip*", "high_value*", "--no-data", "--out", "site"];
    let (code, said) = segc(folder.path(), &arguments);
    assert_eq!(code, 2, "nothing is called vip: {said}");
    let arguments = ["-C", SHOP, "docs", "high_value*", "--no-data", "--out", "site"];
    assert_eq!(segc(folder.path(), &arguments).0, 0);
    let files = read(&folder.path().join("site"));
    assert_sound(&files);
    let segments: Vec<_> = files.keys().filter(|path| path.starts_with("segments/")).collect();
    assert_eq!(segments, ["segments/high_value.html", "segments/high_value_us.html"]);
    let vip = Page::read(&files["segments/high_value.html"]);
    assert!(
        !vip.text.contains("of 105") && vip.text.contains("accounts_with_vips in segment"),
        "{}",
        vip.text
    );
    assert!(!vip.links.iter().any(|link| link.contains("accounts_with_vips")), "it has no page");
}

#[test]
fn folders_of_others_and_of_targets_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("mine")).expect("a folder");
    std::fs::write(folder.path().join("mine/index.html"), "mine").expect("a file");
    let (code, said) = segc(folder.path(), &["-C", SHOP, "docs", "--no-data", "--out", "mine"]);
    assert!(code == 2 && said.contains("SEG817"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path().join("mine")).expect("a folder").count(), 1);

    std::fs::create_dir_all(folder.path().join("p/catalog")).expect("a folder");
    let settings = "name: p\ntargets:\n  docs: { dialect: sqlite }\n";
    std::fs::write(folder.path().join("p/segc.yml"), settings).expect("a file");
    let catalog = "entities:\n  a:\n    table: a\n    key: id\n    fields: { id: integer }\n";
    std::fs::write(folder.path().join("p/catalog/a.yml"), catalog).expect("a file");
    let (code, said) = segc(folder.path(), &["-C", "p", "docs"]);
    assert!(code == 2 && said.contains("SEG851"), "{said}");
    assert_eq!(segc(folder.path(), &["-C", "p", "docs", "--out", "site"]).0, 0);
    let files = read(&folder.path().join("site"));
    assert_sound(&files);
    assert!(files["index.html"].contains("The project has no segments yet."));
}

#[test]
fn runs_in_a_database_are_on_the_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("segc.yml", "name: p\ntargets: { duckdb: {} }\n");
    write(
        "catalog/all.yml",
        "entities:\n  visitor:\n    table: visitors\n    key: id\n    fields:\n      \
         id: { type: integer, nullable: false }\n      at: { type: timestamp, nullable: false }\n",
    );
    write(
        "segments/all.seg",
        "segment recent on visitor {\n  materialize: incremental\n  history: true\n  where at during last 10 days\n}\n\
         segment all on visitor { }\nsegment nobody on visitor { where id < 0 }\n",
    );
    let rows: String = (1..=9).map(|day| format!("{day},2026-01-0{day}T00:00:00Z\n")).collect();
    write("data/visitors.csv", &format!("id,at\n{rows}"));
    for (arguments, as_of) in [
        ("--load", "2026-01-10T12:00:00Z"),
        ("--refresh", "2026-01-15T12:00:00Z"),
        ("--refresh", "2026-02-01T00:00:00Z"),
    ] {
        let (code, said) = segc(folder.path(), &["run", "--db", "p.db", arguments, "--as-of", as_of]);
        assert_eq!(code, 0, "{said}");
    }
    let arguments = ["docs", "--db", "p.db", "--as-of", "2026-01-15T12:00:00Z", "--out", "site"];
    let (code, said) = segc(folder.path(), &arguments);
    assert_eq!(code, 0, "{said}");
    let files = read(&folder.path().join("site"));
    assert_sound(&files);
    let page = Page::read(&files["segments/recent.html"]);
    for said in [
        "In p.db, as of 2026-01-15 12:00 UTC",
        "4 of 9 44%",
        "As of 2026-02-01 00:00 UTC Members 0 Entered 0 Left 4",
        "2026-02-01 00:00 UTC 0 2026-01-15 12:00 UTC 4 2026-01-10 12:00 UTC 9",
        "all 4 100% 44%",
    ] {
        assert!(page.text.contains(said), "{said}\n{}", page.text);
    }
    assert!(page.tags.contains("path"), "the history is drawn");
    // Views and tables without runs have none; segments without members have nothing in common.
    assert!(!Page::read(&files["overlap.html"]).text.contains("nobody"));
    let (code, said) = segc(folder.path(), &["docs", "--db", "none.db", "--out", "other"]);
    assert!(code == 3 && !folder.path().join("other").exists(), "{said}");
}

/// A text that would break out of wherever it is written.
const EVIL: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\\\" ' {{ 7*7 }} & \\u{202e}";

fn hostile() -> Vec<(String, String)> {
    let evil = format!("\"{EVIL}\"").replace("\\u{202e}", "\\u202e");
    let label = "\"<b onclick=x>'&\"";
    let file = |path: &str, text: String| (path.to_owned(), text);
    vec![
        file(
            "segc.yml",
            format!(
                "name: {label}\ntargets: {{ duckdb: {{}}, postgres: {{}} }}\nparams: {{ word: {evil} }}\nexposures:\n  \
                 mail:\n    label: {label}\n    description: {evil}\n    owner: {label}\n    \
                 url: \"javascript:alert(1)\"\n    segments: [vip]\n"
            ),
        ),
        file(
            "catalog/all.yml",
            format!(
                "entities:\n  customer:\n    singular: {label}\n    plural: {label}\n    description: {evil}\n    \
                 table: t\n    key: id\n    fields:\n      id: {{ type: integer, nullable: false, label: {label} }}\n      \
                 plan: {{ type: string, values: [{evil}, b], description: {evil}, column: {label} }}\n"
            ),
        ),
        file(
            "segments/all.seg",
            format!(
                "param word: string\nsegment vip on customer {{ # </code></pre><script>alert(1)</script>\n  \
                 title: {label}\n  description: \"{}\"\n  owner: {label}\n  tags: [{label}]\n  \
                 where plan = $word or plan = \"b\"\n}}\n",
                EVIL
            ),
        ),
        file(
            "tests/all.yml",
            format!(
                "tests:\n  - name: {evil}\n    as_of: 2026-01-01T00:00:00Z\n    given: {{ customer: [{{ id: 1, plan: b }}, {{ id: 2 }}] }}\n    \
                 expect: {{ vip: [2] }}\n"
            ),
        ),
    ]
}

#[test]
fn texts_of_a_project_are_never_markup() {
    let files = built(&hostile(), &Selection::default());
    assert_sound(&files);
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = Page::read(text);
        assert!(page.scripts > 3, "{path} has its own");
        for name in ["img", "x"] {
            assert!(!page.tags.contains(name), "{path} has <{name}>");
        }
        assert!(!text.contains('\u{202e}'), "{path} turns its text around");
        assert!(!text.contains("49"), "{path} evaluates a text");
    }
    let vip = Page::read(&files["segments/vip.html"]);
    let shown = vip.text.matches("<script>alert(1)</script>").count();
    assert!(shown >= 3, "texts are shown as they are: {}", vip.text);
    for path in ["assets/search-data.js", "assets/graph-data.js"] {
        assert!(!files[path].contains('<'), "{path}");
    }
    assert!(!files["index.html"].contains("javascript:"));
}

#[test]
fn a_failed_test_is_on_its_pages() {
    let files = built(&hostile(), &Selection::default());
    for path in ["tests.html", "segments/vip.html"] {
        let text = Page::read(&files[path]).text;
        assert!(text.contains("failed") && text.contains("missing 2; extra 1"), "{path}: {text}");
    }
}

#[test]
fn bytes_grow_with_the_project() {
    for kind in KINDS.iter().filter(|kind| ["plain", "memberships", "entities"].contains(&kind.name)) {
        let size = |count: usize| {
            let files = built(&kind.files(count), &Selection::default());
            files
                .iter()
                .filter(|(path, _)| path.ends_with(".html") || path.ends_with("data.js"))
                .map(|(_, text)| text.len())
                .sum::<usize>()
        };
        let sizes = [10, 60, 160].map(size);
        let (first, then) = ((sizes[1] - sizes[0]) / 50, (sizes[2] - sizes[1]) / 100);
        assert!(then <= first * 110 / 100, "{}: a segment costs {first}, later {then} bytes", kind.name);
    }
}
