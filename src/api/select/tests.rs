//! Selections of a small project, and the laws of their graph on random ones.

use std::collections::BTreeSet;

use super::graph::{Space, union};
use super::method::Method;
use super::parse::{Criterion, parse};
use super::*;
use crate::api::{Options, open_files};
use crate::project::Memory;

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: [id]
    fields: { id: { type: integer, nullable: false }, plan: string, spent: decimal }
    links: { orders: { to: order, on: { id: customer_id }, many: true } }
  order:
    table: orders
    key: [id]
    fields: { id: { type: integer, nullable: false }, customer_id: integer, total: decimal }
";

const VALUE: &str = "\
segment big_spender on customer { owner: \"growth@shop.example\" where spent > 1000 }
segment vip on customer extends big_spender { tags: [marketing, \"end of year\"] where plan = \"gold\" }
segment old on customer { enabled: false tags: [attic] where plan = \"old\" }
";

const MAIL: &str = "\
segment do_not_contact on customer { where plan = \"none\" }
segment win_back on customer {
  tags: [marketing, email]
  materialize: view
  where in segment vip
  exclude where in segment do_not_contact
}
segment large_order on order { owner: \"ops, nights\" where total > 100 }
";

fn session_of(value: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: shop\ntargets: { duckdb: {} }\nmaterialize: table\n")
        .with("catalog/shop.yml", CATALOG)
        .with("segments/value.seg", value)
        .with("segments/crm/mail.seg", MAIL);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    session
}

fn session() -> Session {
    session_of(VALUE)
}

fn of(select: &[&str], exclude: &[&str]) -> Selection {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Selection { select: texts(select), exclude: texts(exclude), ..Selection::default() }
}

/// The names, or the codes and what helps.
fn chosen_by(session: &Session, selection: &Selection) -> String {
    match session.selected(selection) {
        Ok(ids) => {
            ids.iter().map(|&id| session.hir().segment(id).name.as_str()).collect::<Vec<_>>().join(" ")
        }
        Err(problems) => {
            let shown =
                problems.iter().map(|one| format!("{}: {}", one.code, one.help.clone().unwrap_or_default()));
            shown.collect::<Vec<_>>().join("\n")
        }
    }
}

fn chosen(select: &[&str]) -> String {
    chosen_by(&session(), &of(select, &[]))
}

#[test]
fn no_selection_is_everything() {
    assert_eq!(chosen(&[]), "big_spender do_not_contact large_order vip win_back");
}

#[test]
fn names_and_neighbours_are_selected() {
    assert_eq!(chosen(&["vip"]), "vip");
    assert_eq!(chosen(&["+vip"]), "big_spender vip");
    assert_eq!(chosen(&["vip+"]), "vip win_back");
    assert_eq!(chosen(&["+vip+"]), "big_spender vip win_back");
    assert_eq!(chosen(&["+win_back"]), "big_spender do_not_contact vip win_back");
    assert_eq!(chosen(&["1+win_back"]), "do_not_contact vip win_back");
    assert_eq!(chosen(&["2+win_back"]), "big_spender do_not_contact vip win_back");
    assert_eq!(chosen(&["0+win_back"]), "win_back");
    assert_eq!(chosen(&["big_spender+1"]), "big_spender vip");
    assert_eq!(chosen(&["@big_spender"]), "big_spender do_not_contact vip win_back");
    assert_eq!(chosen(&["@do_not_contact"]), "big_spender do_not_contact vip win_back");
    assert_eq!(chosen(&["win_back", "vip vip"]), "vip win_back");
}

#[test]
fn methods_and_patterns_are_selected() {
    assert_eq!(chosen(&["*_*"]), "big_spender do_not_contact large_order win_back");
    assert_eq!(chosen(&["name:[v-w]*"]), "vip win_back");
    assert_eq!(chosen(&["tag:marketing"]), "vip win_back");
    assert_eq!(chosen(&["tag:\"end of year\""]), "vip");
    assert_eq!(chosen(&["tag:end?of*"]), "vip");
    assert_eq!(chosen(&["+tag:email"]), "big_spender do_not_contact vip win_back");
    assert_eq!(chosen(&["owner:growth@shop.example"]), "big_spender");
    assert_eq!(chosen(&["owner:\"ops, nights\""]), "large_order");
    assert_eq!(chosen(&["owner:*@shop.example+"]), "big_spender vip win_back");
    assert_eq!(chosen(&["entity:order"]), "large_order");
    assert_eq!(chosen(&["materialize:view"]), "win_back");
    assert_eq!(chosen(&["materialize:table"]), "big_spender do_not_contact large_order vip");
    assert_eq!(chosen(&["file:mail.seg"]), "do_not_contact large_order win_back");
}

#[test]
fn paths_select_files_and_what_is_below_folders() {
    let mail = "do_not_contact large_order win_back";
    for path in
        ["path:segments/crm", "segments/crm/", "./segments/crm", "segments/crm/mail.seg", "segments/c*"]
    {
        assert_eq!(chosen(&[path]), mail, "{path}");
    }
    assert_eq!(chosen(&["segments/*.seg"]), "big_spender vip");
    assert_eq!(chosen(&["path:**/*.seg"]), chosen(&[]));
    assert_eq!(chosen(&["path:."]), chosen(&[]));
    assert_eq!(chosen(&["1+segments/crm/mail.seg,vip"]), "vip");
    let from = |prefix: &str, within: &str, path: &str| {
        let (prefix, within) = (prefix.to_owned(), within.to_owned());
        chosen_by(&session(), &Selection { prefix, within, ..of(&[path], &[]) })
    };
    assert_eq!(from("shop/", "", "shop/segments/crm"), mail);
    assert_eq!(from("shop/", "", "segments/crm"), mail);
    assert_eq!(from("../", "segments/", "./crm/*"), mail);
    assert!(from("../", "segments/", "mail.seg").starts_with("SEG805"));
}

#[test]
fn unions_intersections_and_exclusions_combine() {
    assert_eq!(chosen(&["tag:marketing,entity:customer"]), "vip win_back");
    assert_eq!(chosen(&["tag:marketing,materialize:view vip"]), "vip win_back");
    assert_eq!(chosen(&["+vip,+win_back"]), "big_spender vip");
    assert_eq!(chosen(&["tag:email,entity:order"]), "", "each selects something, but not together");
    let but = |select: &[&str], exclude: &[&str]| chosen_by(&session(), &of(select, exclude));
    assert_eq!(but(&[], &["tag:marketing"]), "big_spender do_not_contact large_order");
    assert_eq!(but(&["+win_back"], &["vip+"]), "big_spender do_not_contact");
    assert_eq!(but(&["vip"], &["vip"]), "");
    assert_eq!(but(&["vip"], &["vpi"]), "SEG801: did you mean `vip`? `segc ls` lists all segments");
}

#[test]
fn what_selects_nothing_is_reported_with_a_suggestion() {
    assert_eq!(
        chosen(&["vpi", "tag:marketnig,owner:growth@shop.exmple", "entity:odrer", "segments/crn", "x*"]),
        "SEG801: did you mean `vip`? `segc ls` lists all segments\n\
         SEG802: did you mean `tag:marketing`?\n\
         SEG805: did you mean `owner:growth@shop.example`?\n\
         SEG805: did you mean `entity:order`?\n\
         SEG805: did you mean `path:segments/crm`?\n\
         SEG805: `segc ls --format json` shows what every segment can be selected by"
    );
    assert_eq!(chosen(&["tags:marketing"]), "SEG806: did you mean `tag:`?");
    assert!(chosen(&["columns:x"]).contains("`path:`"), "all methods are named");
    assert_eq!(chosen(&["old"]), "SEG801: remove `enabled: false` from it, or leave it out of the selection");
    assert!(chosen(&["tag:attic"]).starts_with("SEG802"), "a disabled segment has no tags");
}

#[test]
fn disabled_segments_are_listed_on_request() {
    let session = session();
    let listed = |select: &[&str]| {
        let found = select_with_disabled(&session, &of(select, &[])).expect("it selects something");
        let name = |one: &Selected| match one {
            Selected::Sound(id) => session.hir().segment(*id).name.clone(),
            Selected::Disabled(segment) => format!("({})", segment.name.text),
        };
        found.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed(&[]), "big_spender do_not_contact large_order (old) vip win_back");
    assert_eq!(listed(&["tag:attic"]), "(old)");
    assert_eq!(listed(&["+old+"]), "(old)");
    assert_eq!(listed(&["segments/value.seg"]), "big_spender (old) vip");
}

/// A manifest of a build of this project.
fn manifest_of(session: &Session) -> String {
    let all = session.select(&[]).expect("everything");
    let options = Options::default();
    let (plan, problems) = session.plan("duckdb", &all, &options);
    assert!(problems.is_empty(), "{problems:?}");
    let built = session.artifacts(&plan.expect("a plan"), &options, Default::default());
    built.expect("it can be built").files["manifest.json"].clone()
}

#[test]
fn segments_are_compared_with_an_earlier_build() {
    let before = manifest_of(&session());
    let compare = |now: &str, select: &str| {
        let state = State::read("build/duckdb/manifest.json", &before).expect("a state");
        chosen_by(&session_of(now), &Selection { state: Some(state), ..of(&[select], &[]) })
    };
    let everything = chosen(&[]);
    assert_eq!(compare(VALUE, "state:modified"), "");
    assert_eq!(compare(VALUE, "state:unmodified"), everything);
    assert_eq!(compare(VALUE, "state:old"), everything);

    let reformatted = format!("# a comment\n\n{}", VALUE.replace("{ ", "{\n  "));
    assert_eq!(compare(&reformatted, "state:modified"), "", "comments and line breaks say nothing");

    let meaning = VALUE.replace("spent > 1000", "spent > 2000");
    assert_eq!(compare(&meaning, "state:modified"), "big_spender", "what refers to it hasn't been modified");
    assert_eq!(compare(&meaning, "state:modified+"), "big_spender vip win_back");
    assert_eq!(compare(&meaning, "state:modified.meaning"), "big_spender");
    assert_eq!(compare(&meaning, "state:modified.properties"), "");
    assert_eq!(compare(&meaning, "state:new"), "");
    assert_eq!(compare(&meaning, "state:modified,tag:marketing"), "");

    for (from, to) in [
        ("owner: \"growth@shop.example\"", "owner: \"crm@shop.example\""),
        ("owner: \"growth@shop.example\"", ""),
        ("owner:", "description: \"x\" owner:"),
        ("owner:", "materialize: incremental owner:"),
        ("owner:", "tags: [a] owner:"),
        ("owner:", "history: true materialize: incremental owner:"),
    ] {
        let properties = VALUE.replacen(from, to, 1);
        assert_eq!(compare(&properties, "state:modified"), "big_spender", "{to}");
        assert_eq!(compare(&properties, "state:modified.properties"), "big_spender", "{to}");
        assert_eq!(compare(&properties, "state:modified.meaning"), "", "{to}");
    }

    let added = format!("{VALUE}segment fresh on customer extends vip {{ where spent > 1 }}\n");
    assert_eq!(compare(&added, "state:new"), "fresh");
    assert_eq!(compare(&added, "state:modified"), "fresh", "as in dbt, what is new counts");
    assert_eq!(compare(&added, "1+state:new"), "fresh vip");
    assert_eq!(compare(&added, "state:old"), everything);

    assert_eq!(compare(VALUE, "state:modifed"), "SEG808: did you mean `state:modified`?");
    assert!(chosen(&["state:modified"]).starts_with("SEG808: add `--state DIR`"));
}

#[test]
fn an_unusable_build_is_refused() {
    let before = manifest_of(&session());
    let refused = |text: &str| {
        let problem = State::read("m.json", text).expect_err("it can't be used");
        assert_eq!(problem.code, "SEG809");
        problem.message
    };
    assert!(refused("").contains("not a manifest"));
    assert!(refused("[]").contains("not a manifest"));
    assert!(refused("{\"version\": 1}").contains("not a manifest"));
    assert!(refused("{\"version\": 2}").contains("version 2"));
    let older = before.replace("\"definition\"", "\"other\"");
    assert!(refused(&older).contains("didn't record"));
    let other = before.replacen("\"project\": \"shop\"", "\"project\": \"store\"", 1);
    let state = State::read("m.json", &other).expect("a state of another project");
    let selection = Selection { state: Some(state), ..of(&["state:new"], &[]) };
    assert!(chosen_by(&session(), &selection).starts_with("SEG809"));
}

/// A graph without cycles: each node refers to some of those before it.
struct Random {
    parents: Vec<BTreeSet<usize>>,
    tags: Vec<BTreeSet<usize>>,
}

impl Space for Random {
    fn find(&self, criterion: &Criterion) -> Result<BTreeSet<usize>, Diagnostic> {
        let number: usize = criterion.value.text()[1..].parse().expect("a number");
        Ok(match criterion.method {
            Method::Tag => (0..self.tags.len()).filter(|&at| self.tags[at].contains(&number)).collect(),
            _ => BTreeSet::from([number]),
        })
    }

    fn parents(&self, one: usize) -> Vec<usize> {
        self.parents[one].iter().copied().collect()
    }

    fn children(&self, one: usize) -> Vec<usize> {
        (0..self.parents.len()).filter(|&at| self.parents[at].contains(&one)).collect()
    }
}

/// A generator of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).expect("it is small")
    }
}

impl Random {
    fn new(numbers: &mut Numbers) -> Self {
        let count = 1 + numbers.below(9);
        let some = |numbers: &mut Numbers, of: usize| (0..of).filter(|_| numbers.below(3) == 0).collect();
        Self {
            parents: (0..count).map(|at| some(numbers, at)).collect(),
            tags: (0..count).map(|_| some(numbers, 3)).collect(),
        }
    }

    /// The fewest steps from one node up to another, found by trying all distances.
    fn distance(&self, from: usize, to: usize) -> Option<usize> {
        let mut level = BTreeSet::from([from]);
        (0..=self.parents.len()).find(|_| {
            let is_there = level.contains(&to);
            if !is_there {
                level = level.iter().flat_map(|&one| self.parents[one].clone()).collect();
            }
            is_there
        })
    }

    /// Whether a criterion selects a node, by its definition.
    fn selects(&self, criterion: &str, node: usize) -> bool {
        let (around, rest) = criterion.strip_prefix('@').map_or((false, criterion), |rest| (true, rest));
        let (up, rest) = match rest.split_once('+') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                (number.parse().unwrap_or(99), rest)
            }
            _ => (0, rest),
        };
        let (down, core) = match rest.rsplit_once('+') {
            Some((core, number)) => (number.parse().unwrap_or(99), core),
            None => (0, rest),
        };
        let all = 0..self.parents.len();
        let is_core = |one: usize| match core.strip_prefix("tag:t") {
            Some(tag) => self.tags[one].contains(&tag.parse().expect("a number")),
            None => core == format!("n{one}"),
        };
        let is_within = |from, to, most: usize| self.distance(from, to).is_some_and(|steps| steps <= most);
        let mut cores = all.clone().filter(|&one| is_core(one));
        if around {
            return cores
                .any(|core| all.clone().any(|low| is_within(low, core, 99) && is_within(low, node, 99)));
        }
        cores.any(|core| is_within(core, node, up) || is_within(node, core, down))
    }
}

fn random_criterion(graph: &Random, numbers: &mut Numbers) -> String {
    let core = match numbers.below(2) {
        0 => format!("n{}", numbers.below(graph.parents.len())),
        _ => format!("tag:t{}", numbers.below(3)),
    };
    let level = |numbers: &mut Numbers| match numbers.below(3) {
        0 => String::new(),
        _ => numbers.below(4).to_string(),
    };
    match numbers.below(5) {
        0 => core,
        1 => format!("@{core}"),
        2 => format!("{}+{core}", level(numbers)),
        3 => format!("{core}+{}", level(numbers)),
        _ => format!("{}+{core}+{}", level(numbers), level(numbers)),
    }
}

#[test]
fn random_selections_are_what_their_definition_says() {
    let mut numbers = Numbers(7);
    let mut sizes = BTreeSet::new();
    for _ in 0..2000 {
        let graph = Random::new(&mut numbers);
        let part = |numbers: &mut Numbers| -> Vec<String> {
            (0..1 + numbers.below(3)).map(|_| random_criterion(&graph, numbers)).collect()
        };
        let parts: Vec<Vec<String>> = (0..1 + numbers.below(3)).map(|_| part(&mut numbers)).collect();
        let text = parts.iter().map(|part| part.join(",")).collect::<Vec<_>>().join(" ");
        let found = union(&graph, &parse([&text]).expect("it is a selection")).expect("it selects");
        let expected: BTreeSet<usize> = (0..graph.parents.len())
            .filter(|&node| parts.iter().any(|part| part.iter().all(|one| graph.selects(one, node))))
            .collect();
        assert_eq!(found, expected, "`{text}` in {:?} with tags {:?}", graph.parents, graph.tags);
        sizes.insert(found.len());
    }
    assert!(sizes.len() > 8, "selections of every size: {sizes:?}");
}
