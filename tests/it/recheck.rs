//! A check that knows an earlier one reports what a check from nothing reports, after any edit.

use std::collections::BTreeMap;

use fastrand::Rng;
use segc::api::{Kept, Options, Rechecked, open_to_check};
use segc::diagnostic::render::{Format, Rendering, render};
use segc::project::Memory;

const FILES: usize = 14;

const CONFIG: &str = "name: shop\nparams:\n  floor: 10\ntargets: { duckdb: {}, postgres: {} }\n\
policy:\n  limits: { composition_depth: 6, hops: 2 }\n";

const CATALOG: &str = "entities:\n  customer:\n    table: customers\n    key: id\n    changes: { mutable: { updated_at: updated_at } }\n    \
deletes: never\n    fields: { id: integer, plan: string, updated_at: timestamp, total: float }\n    links:\n      \
orders: { to: order, many: true, on: { id: customer_id } }\n  order:\n    table: orders\n    key: id\n    time: at\n    \
changes: append_only\n    fields: { id: integer, customer_id: integer, total: float, at: timestamp }\n";

/// A project as texts by path, which edits change.
type Texts = BTreeMap<String, String>;

fn path(file: usize) -> String {
    format!("segments/f{file:02}.seg")
}

fn project() -> Texts {
    let files = (0..FILES).map(|file| (path(file), original(file)));
    let fixed = [("segc.yml", CONFIG), ("catalog/shop.yml", CATALOG), ("lists/some.csv", "id\n1\n")];
    files.chain(fixed.map(|(path, text)| (path.to_owned(), text.to_owned()))).collect()
}

/// Files of several kinds: alone, a chain, readers of one trait and one parameter, a group.
fn original(file: usize) -> String {
    let alone = format!("segment s{file:02} on customer {{ where count(orders) > {file} }}\n");
    alone
        + &match file {
            0 => "param floor: integer = 5\ntrait spent on customer = sum(orders.total)\n".to_owned(),
            1 => "segment `keep` on customer { where plan = \"a\" }\n".to_owned(),
            2 => "segment c02 on customer { where in segment `keep` }\n".to_owned(),
            3..=5 => format!("segment c{file:02} on customer {{ where in segment c{:02} }}\n", file - 1),
            6 | 7 => format!("segment t{file:02} on customer {{ where spent > $floor + {file} }}\n"),
            8..=10 => format!(
                "segment g{file:02} on customer {{\n  exclusive group: \"ours\"\n  priority: {file}\n  where plan = \"b\"\n}}\n"
            ),
            11 => "segment listed on customer from list \"lists/some.csv\" {}\n".to_owned(),
            12 => "segment unlisted on customer { where not in segment listed }\n".to_owned(),
            _ => String::new(),
        }
}

/// What somebody might write next. Some of it is wrong, alone or with what is in other files.
const ITEMS: [&str; 25] = [
    "segment x{} on customer { where plan = \"{}\" }",
    "segment s{} on customer { where total > {} }",
    "segment x{} on customer extends s{} { where total > 1 }",
    "segment x{} on order { where total > {} }",
    "segment x{} on customer { where in segment s{} and not in segment c{} }",
    "segment y{} on customer { where in segment x{} }",
    "segment x{} on customer { where spent > $floor }",
    "segment x{} on customer { where rich{} > 1 }",
    "trait rich{} on customer = count(orders where total > {})",
    "trait rich{} on order = total",
    "trait spent on order = total",
    "param floor: integer = {}",
    "segment x{} on customer {\n  exclusive group: \"ours\"\n  priority: {}\n  where total > 1\n}",
    "segment x{} on customer {\n  exclusive group: \"theirs\"\n  priority: {}\n  where total > 1\n}",
    "segment x{} on customer {\n  history: true\n  materialize: incremental\n  where total > 1\n}",
    "segment x{}_history on customer { where total > 1 }",
    "segment s{}_HISTORY on customer { where total > 1 }",
    "segment s{} on customer {\n  history: true\n  materialize: table\n  where total > 2\n}",
    "segment c{} on customer {\n  expire: 3 days\n  materialize: table\n  where plan = \"{}\"\n}",
    "segment c{} on customer {\n  materialize: view\n  where in segment c{}\n}",
    "segment c{} on customer {\n  enabled: false\n  where plan = \"{}\"\n}",
    "segment `keep` on customer { where plan in (\"{}\", \"c\") }",
    "segment S{} on customer { where plan = \"a\" and plan = \"b\" }",
    "segment l{} on customer from list \"lists/some.csv\" {}",
    "# in segment s{}, nothing\nsegment x{} on customer { where in segment `keep` }",
];

fn item(rng: &mut Rng) -> String {
    let mut parts = ITEMS[rng.usize(..ITEMS.len())].split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(&format!("{:02}{part}", rng.usize(..FILES)));
    }
    text + "\n"
}

fn edit(texts: &mut Texts, rng: &mut Rng) {
    let file = path(rng.usize(..FILES));
    match rng.usize(..12) {
        0 => drop(texts.remove(&file)),
        1 => drop(texts.insert(format!("segments/new/{}.seg", rng.usize(..4)), item(rng))),
        2 => drop(texts.insert(file, item(rng))),
        3 => {
            let text = texts.entry(file).or_default();
            *text = text.replace('1', "2");
        }
        4 => {
            let text = texts.entry(file).or_default();
            text.truncate(text.len() / 2);
        }
        5 => drop(
            texts.insert("catalog/shop.yml".to_owned(), CATALOG.replace("plan: string", "plan: integer")),
        ),
        6 => {
            let keys = ["id\n1\n", "id\n1\n2\n", "id\nx\n"][rng.usize(..3)];
            texts.insert("lists/some.csv".to_owned(), keys.to_owned());
        }
        _ => texts.entry(file).or_default().push_str(&item(rng)),
    }
}

fn open(texts: &Texts, bytes: Option<&[u8]>) -> Rechecked {
    let files = texts.iter().fold(Memory::new(), |files, (path, text)| files.with(path, text.clone()));
    open_to_check(&files, &Options::default(), &[], Kept { bytes, compiler: "this one", from: 0 })
}

/// All that a check says, and what it keeps.
fn said(checked: Rechecked) -> (String, Option<Vec<u8>>) {
    let Rechecked { session, mut problems, known } = checked;
    let all: Vec<_> = session.hir().iter().map(|(id, _)| id).collect();
    for target in session.targets() {
        problems.append(session.judge(&target, &all, &Options::default()));
    }
    problems.append(session.findings());
    problems.sort(&session.sources);
    let mut out = format!("{} segments\n", all.len() + known.elsewhere).into_bytes();
    for format in [Format::Human, Format::Json, Format::Sarif, Format::Github] {
        let rendering = Rendering { format, color: false, width: 100, prefix: "", rules: &[] };
        render(&rendering, &session.sources, &problems, &mut out).expect("memory can be written");
    }
    let kept = if problems.is_empty() { known.to_keep() } else { None };
    (String::from_utf8(out).expect("it is text"), kept)
}

/// What is said of a project without problems, and what is kept.
fn first(texts: &Texts) -> (String, Vec<u8>) {
    let (said, kept) = said(open(texts, None));
    let kept = kept.unwrap_or_else(|| panic!("it has no problems: {said}"));
    (said, kept)
}

#[test]
fn a_check_that_knows_an_earlier_one_reports_the_same() {
    let mut rng = Rng::with_seed(12);
    let (mut partial, mut clean, mut wrong) = (0, 0, 0);
    let rounds = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    for _ in 0..rounds {
        let mut texts = project();
        let mut kept = first(&texts).1;
        for _ in 0..4 {
            let before = texts.clone();
            for _ in 0..rng.usize(1..3) {
                edit(&mut texts, &mut rng);
            }
            let known = open(&texts, Some(&kept));
            partial += usize::from(known.known.elsewhere > 0);
            let (warm, new) = said(known);
            let (cold, _) = said(open(&texts, None));
            assert_eq!(warm, cold, "{before:#?}\n→\n{texts:#?}");
            let is_clean = !cold.contains("SEG");
            (clean, wrong) = (clean + usize::from(is_clean), wrong + usize::from(!is_clean));
            kept = new.unwrap_or(kept);
            if !is_clean && rng.bool() {
                texts = before;
            }
        }
    }
    println!("{partial} of {} checked in part; {clean} without problems, {wrong} with some", 4 * rounds);
    assert!(partial > rounds / 2 && clean > rounds / 2 && wrong > rounds / 2, "{partial} {clean} {wrong}");
}

#[test]
fn an_unchanged_project_is_known() {
    let texts = project();
    let (cold, kept) = first(&texts);
    let known = open(&texts, Some(&kept));
    assert_eq!(known.session.hir().iter().count() + known.known.elsewhere, 26);
    assert!(known.known.elsewhere > 10, "{}", known.known.elsewhere);
    assert_eq!(said(known), (cold, None), "nothing has to be kept again");
}

#[test]
fn a_change_reaches_all_that_it_can_affect() {
    let mut texts = project();
    let kept = first(&texts).1;
    for (file, text, reached) in [
        // Nothing else has its names.
        (12, "segment s12 on customer { where total > 1 }\n", &["f12"][..]),
        // A chain: those after it, and the one before it.
        (4, "segment c04 on customer { where plan = \"z\" }\n", &["f01", "f02", "f03", "f04", "f05"]),
        // A group.
        (
            9,
            "segment g09 on customer {\n  exclusive group: \"ours\"\n  priority: 90\n  where total > 1\n}\n",
            &["f08", "f09", "f10"],
        ),
    ] {
        let before = texts.insert(path(file), text.to_owned()).expect("it is there");
        let known = open(&texts, Some(&kept));
        let checked: Vec<&str> = known.session.sources.iter().map(|(_, source)| source.path()).collect();
        for name in reached {
            assert!(checked.contains(&&*format!("segments/{name}.seg")), "{file}: {checked:?}");
        }
        assert!(known.known.elsewhere > 0, "{file}: {checked:?}");
        assert_eq!(said(known).0, said(open(&texts, None)).0, "{file}");
        texts.insert(path(file), before);
    }
}

#[test]
fn what_is_kept_counts_only_as_it_was_written() {
    let texts = project();
    let (cold, kept) = first(&texts);
    let mut rng = Rng::with_seed(1);
    for _ in 0..200 {
        let mut damaged = kept.clone();
        match rng.u8(..3) {
            0 => damaged.truncate(rng.usize(..kept.len())),
            1 => damaged[rng.usize(..kept.len())] ^= 1 << rng.u8(..8),
            _ => damaged.push(b' '),
        }
        let known = open(&texts, Some(&damaged));
        assert_eq!(known.known.elsewhere, 0);
        assert_eq!(said(known).0, cold);
    }
    let files = texts.iter().fold(Memory::new(), |files, (path, text)| files.with(path, text.clone()));
    let ask = |compiler, tier: Option<&str>, targets: &[&str]| {
        let options = Options { tier: tier.map(str::to_owned), ..Options::default() };
        let targets: Vec<String> = targets.iter().map(|&target| target.to_owned()).collect();
        open_to_check(&files, &options, &targets, Kept { bytes: Some(&kept), compiler, from: 0 })
            .known
            .elsewhere
    };
    assert!(ask("this one", None, &[]) > 0);
    assert_eq!(ask("another one", None, &[]), 0);
    assert_eq!(ask("this one", Some("free"), &[]), 0);
    assert_eq!(ask("this one", None, &["duckdb"]), 0);
}

#[test]
fn a_list_is_checked_again_only_if_its_file_has_changed() {
    let mut texts = project();
    let kept = first(&texts).1;
    let again = |texts: &Texts| {
        let checked = open(texts, Some(&kept));
        (checked.known.elsewhere > 0, said(checked).0, said(open(texts, None)).0)
    };
    let (partial, found, wanted) = again(&texts);
    assert!(partial && found == wanted, "nothing has changed");

    texts.insert("lists/some.csv".to_owned(), "id\n1\n2\n".to_owned());
    let (partial, found, wanted) = again(&texts);
    assert!(partial && found == wanted, "one key more");

    texts.insert("lists/some.csv".to_owned(), "id\n1\n1\n".to_owned());
    let (_, found, wanted) = again(&texts);
    assert!(found == wanted && found.contains("SEG385"), "{found}");

    texts.remove("lists/some.csv");
    let (_, found, wanted) = again(&texts);
    assert!(found == wanted && found.contains("SEG381"), "{found}");
}
