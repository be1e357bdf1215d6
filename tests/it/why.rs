//! `segc why` and `segc attrition`: databases and the reference evaluator give the same tree, whose
//! result is the membership that all other tests check.

use std::path::Path;

use crate::support;
use crate::support::project::{Project, at, said};
use crate::support::rows::read_csv;
use crate::support::target::Target;
use jiff::Timestamp;
use segc::api::{Question, Saw, Session, Why, WhyPart};
use segc::catalog::TableSource;
use segc::check::hir::SegmentId;
use segc::evaluate::{Data, Datum, Evaluator};
use segc::types::Literal;

/// The number of entities of each segment that are tested.
const ASKED: usize = 7;

fn data(project: &Project, session: &Session) -> Data {
    rows(session, &project.data)
}

fn rows(session: &Session, folder: &Path) -> Data {
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    for (_, entity) in hir.catalog.iter() {
        let TableSource::Table(name) = &entity.source else { panic!("no rows for a query") };
        let file = folder.join(format!("{}.csv", name.last().expect("a name has parts")));
        let text = std::fs::read_to_string(&file).expect("a file for each table");
        read_csv(&mut data, &entity.name, &text).expect("the rows fit");
    }
    data
}

/// Keys from all over the table, and some members.
fn keys(session: &Session, data: &Data, id: SegmentId, members: &[Vec<Datum>]) -> Vec<Vec<String>> {
    let segment = session.hir().segment(id);
    let key = &session.hir().catalog.entity(segment.entity).key;
    let all: Vec<Vec<Datum>> = data
        .existing(segment.entity)
        .map(|(_, row)| key.iter().map(|field| row[field.0 as usize].clone()).collect())
        .collect();
    let step = (all.len() / ASKED).max(1);
    let some = all.iter().step_by(step).chain(members.iter().take(3));
    let mut keys: Vec<Vec<String>> = some.map(|key| key.iter().map(ToString::to_string).collect()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Where the columns beside the key differ.
fn other_columns(one: &Why, other: &Why) -> Vec<String> {
    let names = |why: &Why| why.columns.iter().map(|saw| saw.what.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    let differ = one.columns.iter().zip(&other.columns).filter(|(saw, also)| !is_close(saw, also));
    differ.map(|(saw, also)| format!("{saw:?} and {also:?}")).collect()
}

fn is_close(saw: &Saw, also: &Saw) -> bool {
    match (&saw.value, &also.value) {
        (Some(Literal::Float(a)), Some(Literal::Float(b))) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (a, b) => a == b,
    }
}

/// Where two trees differ.
fn differences(one: &WhyPart, other: &WhyPart, found: &mut Vec<String>) {
    if (one.holds, &one.text, one.parts.len()) != (other.holds, &other.text, other.parts.len()) {
        found.push(format!("`{}`: {} and {}", one.text, one.holds, other.holds));
    }
    for (saw, also) in one.saw.iter().zip(&other.saw) {
        if !is_close(saw, also) || saw.what != also.what {
            found.push(format!("`{}`: {saw:?} and {also:?}", one.text));
        }
    }
    one.parts.iter().zip(&other.parts).for_each(|(one, other)| differences(one, other, found));
}

fn count(part: &WhyPart) -> usize {
    1 + part.parts.iter().map(count).sum::<usize>()
}

/// Compares every engine's tree with the evaluator's, and its root with the members.
fn agree(project: &Project, least: usize) {
    agree_on(&project.open(None), &project.data, project.as_of, least);
}

fn agree_on(session: &Session, folder: &Path, as_of: Timestamp, least: usize) {
    let data = rows(session, folder);
    let mut evaluator = Evaluator::new(session.hir(), &data, as_of);
    let mut wrong: Vec<String> = Vec::new();
    let mut nodes = 0;
    for mut target in Target::all() {
        target.load(session, folder);
        for (id, segment) in session.hir().iter() {
            let members: Vec<Vec<Datum>> =
                evaluator.members(id).expect("it can be evaluated").into_iter().collect();
            for key in keys(session, &data, id, &members) {
                let question = Question { segment: id, key: &key, deep: true };
                let by_rows = session.why_row(&question, &data, as_of);
                let by_rows =
                    by_rows.unwrap_or_else(|problems| panic!("{}: {}", segment.name, said(&problems)));
                let options = at(as_of);
                let found = session.why(&question, target.name, &options, target.engine());
                let found = found.unwrap_or_else(|problems| panic!("{}: {}", segment.name, said(&problems)));
                let mut differ = other_columns(&by_rows, &found);
                differences(&by_rows.tree, &found.tree, &mut differ);
                let is_member =
                    members.iter().any(|one| one.iter().map(ToString::to_string).eq(key.iter().cloned()));
                if found.member != is_member {
                    differ.push(format!("member: {is_member}"));
                }
                nodes += count(&found.tree);
                let name = &segment.name;
                wrong.extend(
                    differ.into_iter().map(|what| format!("{}, {name}, {key:?}: {what}", target.name)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(nodes > least, "only {nodes} conditions were compared");
}

#[test]
fn databases_and_the_evaluator_agree_on_the_shop() {
    agree(&Project::shop(), 1_000);
}

#[test]
fn databases_and_the_evaluator_agree_on_the_flags() {
    agree(&Project::flags(), 300);
}

#[test]
fn databases_and_the_evaluator_agree_on_web_analytics() {
    agree(&Project::web_analytics(), 500);
}

/// The funnel ends at the members, on every engine, and each step is what it says.
#[test]
fn attrition_ends_with_the_members() {
    for project in Project::examples() {
        let session = project.open(None);
        let data = data(&project, &session);
        let mut evaluator = Evaluator::new(session.hir(), &data, project.as_of);
        for mut target in Target::all() {
            target.load(&session, &project.data);
            for (id, segment) in session.hir().iter() {
                let options = at(project.as_of);
                let funnel = session.attrition(id, target.name, &options, target.engine());
                let funnel =
                    funnel.unwrap_or_else(|problems| panic!("{}: {}", segment.name, said(&problems)));
                let members = evaluator.members(id).expect("it can be evaluated").len();
                assert_eq!(funnel.members(), members as u64, "{}, {}", target.name, segment.name);
                assert_eq!(funnel.everyone, data.existing(segment.entity).count() as u64);
                let narrows = |word: &str| word != "include";
                let mut before = funnel.everyone;
                for step in &funnel.steps {
                    assert!(step.remain <= before || !narrows(step.word), "{}: {step:?}", segment.name);
                    before = step.remain;
                }
            }
        }
    }
}

#[test]
fn trees_show_the_values_and_the_deciding_condition() {
    let project = Project::shop();
    let session = project.open(None);
    let data = data(&project, &session);
    let why = |segment: &str, key: &str, deep: bool| -> Why {
        let segment = session.hir().find(segment).expect("a segment");
        let key = [key.to_owned()];
        session.why_row(&Question { segment, key: &key, deep }, &data, project.as_of).expect("a tree")
    };
    let lapsed = why("win_back", "17", false);
    assert_eq!(lapsed.sentence(), "customer 17 is not in win_back: no include holds");
    let includes: Vec<&str> = lapsed.tree.parts.iter().map(WhyPart::role_name).collect();
    assert_eq!(includes, ["include", "include", "exclude"]);
    let [value, silent] = lapsed.tree.parts[0].parts.as_slice() else { panic!("two conditions") };
    assert_eq!((value.text.as_str(), value.holds), ("lifetime_value >= 500", true));
    assert_eq!(value.values(), "4727.50");
    assert_eq!((silent.text.as_str(), silent.holds), ("not exists(orders during last 90 days)", false));
    assert_eq!(silent.values(), "13 rows");
    let json = lapsed.json();
    assert_eq!(json["tree"]["parts"][0]["parts"][0]["saw"][0]["value"], "4727.5");
    assert_eq!(json["member"], false);

    let narrowed = why("high_value_us", "17", true);
    let parent = &narrowed.tree.parts[0];
    assert_eq!((parent.role_name(), parent.text.as_str()), ("extends", "high_value"));
    assert_eq!(parent.parts[0].parts.len(), 2, "it is unfolded");
}

/// Versions as the table has them; personal data isn't shown, whether present or missing.
#[test]
fn trees_end_with_the_columns_beside_the_key() {
    let files = segc::project::Memory::new()
        .with("segc.yml", "name: apps\ntargets:\n  duckdb: {}\n")
        .with(
            "catalog/all.yml",
            "entities:\n  app:\n    table: apps\n    key: id\n    fields:\n      id: integer\n      version: semver\n      owner: { type: string, pii: true }\n",
        )
        .with("segments/all.seg", "segment new on app { where version > \"1.0.0\" with version, owner, known = owner is present, next = id + 1 }");
    let session = support::project::open(&files);
    let mut duckdb = support::duckdb();
    let statements = [
        "CREATE TABLE apps (id BIGINT, version VARCHAR, owner VARCHAR)".to_owned(),
        "INSERT INTO apps VALUES (1, '2.0.0-rc.1+build', 'ann'), (2, 'latest', NULL)".to_owned(),
    ];
    segc::engine::Engine::run(&mut duckdb, &statements).expect("a table");
    let mut data = Data::new(&session.hir().catalog);
    let text = "id,version,owner\n1,2.0.0-rc.1+build,ann\n2,latest,\n";
    read_csv(&mut data, "app", text).expect("the rows fit");
    let segment = session.hir().find("new").expect("a segment");
    for (key, wanted) in [
        ("1", r#"{"version":"2.0.0-rc.1","owner":"(pii)","known":true,"next":2}"#),
        ("2", r#"{"version":null,"owner":"(pii)","known":false,"next":3}"#),
    ] {
        let key = [key.to_owned()];
        let question = Question { segment, key: &key, deep: false };
        let by_rows = session.why_row(&question, &data, Timestamp::UNIX_EPOCH).expect("a tree");
        let options = at(Timestamp::UNIX_EPOCH);
        let found = session.why(&question, "duckdb", &options, &mut duckdb).expect("a tree");
        assert_eq!(by_rows.json()["columns"].to_string(), wanted);
        assert_eq!(found.json()["columns"], by_rows.json()["columns"]);
        let shown: Vec<String> = found.columns.iter().map(Saw::shown).collect();
        assert_eq!(shown[1], "pii");
    }
}

#[test]
fn impossible_keys_are_rejected() {
    let project = Project::shop();
    let session = project.open(None);
    let data = data(&project, &session);
    let code = |segment: &str, key: &[&str]| {
        let key: Vec<String> = key.iter().map(|&part| part.to_owned()).collect();
        let segment = session.hir().find(segment).expect("a segment");
        let question = Question { segment, key: &key, deep: false };
        let problems = session.why_row(&question, &data, project.as_of).expect_err("it is refused");
        let mut duckdb = support::duckdb();
        duckdb.load_files(&session.hir().catalog, "duckdb", &project.data).expect("the rows fit");
        let also =
            session.why(&question, "duckdb", &at(project.as_of), &mut duckdb).expect_err("it is refused");
        assert_eq!(said(&problems), said(&also));
        problems.iter().next().expect("a problem").code
    };
    assert_eq!(code("win_back", &["99999"]), "SEG862");
    assert_eq!(code("win_back", &["abc"]), "SEG861");
    assert_eq!(code("bulk_lines", &["1"]), "SEG860");
}

/// More conditions than fit into one query, and instants that are the engine's own.
#[test]
fn many_conditions_are_evaluated_at_one_instant() {
    let conditions: Vec<String> = (0..900).map(|at| format!("points > {at}")).collect();
    let files = segc::project::Memory::new()
        .with("segc.yml", "name: many\ntargets:\n  duckdb: {}\n")
        .with(
            "catalog/all.yml",
            "entities:\n  customer:\n    table: customers\n    key: id\n    fields:\n      id: string\n      points: integer\n",
        )
        .with("segments/all.seg", format!("segment many on customer {{ where {} }}", conditions.join(" or ")));
    let session = support::project::open(&files);
    let mut duckdb = support::duckdb();
    let statements = [
        "CREATE TABLE customers (id VARCHAR, points BIGINT)".to_owned(),
        "INSERT INTO customers VALUES ('it''s', 850)".to_owned(),
    ];
    segc::engine::Engine::run(&mut duckdb, &statements).expect("a table");
    let segment = session.hir().find("many").expect("a segment");
    let key = ["it's".to_owned()];
    let question = Question { segment, key: &key, deep: false };
    let why = session.why(&question, "duckdb", &segc::api::Options::default(), &mut duckdb).expect("a tree");
    let parts = &why.tree.parts[0].parts;
    assert_eq!(parts.iter().filter(|part| part.holds).count(), 850);
    assert!(parts.iter().all(|part| part.saw[0].value == Some(Literal::Integer(850))));
}

/// What takes from those that the conditions leave: groups, and one `keep` after another.
const REDUCED: &str = r#"
segment first on customer {
  exclusive group: "campaigns"
  priority: 1
  where country in ("US", "GB")
}
segment second on customer {
  exclusive group: "campaigns"
  priority: 2
  include where plan = "free"
  include where country = "FR" and every(orders where status = "paid")
  exclude where unsubscribed
  keep top 20 by sum(orders.total)
  with spent = sum(orders.total), mean = avg(orders.total), orders = count(orders), last_seen_at, plan,
    is_first = in segment first
}
segment third on customer extends everybody {
  exclusive group: "campaigns"
  priority: 3
  keep bottom 80% by last_seen_at
  keep top 3 per country by count(orders)
  keep sample 70% seed "third"
}
segment everybody on customer { }
segment of_third on customer {
  where in segment third and not (country = "DE" or sum(latest 2 orders.total) < 100)
}
"#;

fn reduced(with_groups: bool) -> Session {
    let is_group = |line: &&str| line.contains("exclusive group") || line.contains("priority");
    let lines = REDUCED.lines().filter(|line| with_groups || !is_group(line));
    let files = segc::project::Memory::new()
        .with("segc.yml", "name: shop\ntimezone: Europe/London\n")
        .with("catalog/customers.yml", include_str!("../../examples/shop/catalog/customers.yml"))
        .with("catalog/sales.yml", include_str!("../../examples/shop/catalog/sales.yml"))
        .with("segments/all.seg", lines.collect::<Vec<_>>().join("\n"));
    support::project::open(&files)
}

/// The tree of `third` for many: the roles of its parts, and what decided.
fn thirds(session: &Session, project: &Project) -> (Vec<&'static str>, Vec<String>) {
    let data = rows(session, &project.data);
    let segment = session.hir().find("third").expect("a segment");
    let (mut roles, mut because) = (Vec::new(), Vec::new());
    for key in 1..60 {
        let key = [key.to_string()];
        let question = Question { segment, key: &key, deep: false };
        let Ok(why) = session.why_row(&question, &data, project.as_of) else { continue };
        roles = why.tree.parts.iter().map(WhyPart::role_name).collect();
        let keeps = why.tree.parts.iter().filter(|part| part.role_name() == "keep");
        let mut left: Vec<bool> = keeps.map(|part| part.holds).collect();
        left.dedup();
        assert!(
            [&[true][..], &[false], &[true, false]].contains(&left.as_slice()),
            "nobody comes back: {left:?}"
        );
        because.extend(why.because);
    }
    because.sort();
    because.dedup();
    (roles, because)
}

const LEFT_OUT: [&str; 3] = [
    "`keep bottom 80% by last_seen_at` drops it",
    "`keep sample 70% seed \"third\"` drops it",
    "`keep top 3 per country by count(orders)` drops it",
];

#[test]
fn trees_include_keeps() {
    let project = Project::shop();
    let session = reduced(false);
    agree_on(&session, &project.data, project.as_of, 400);
    let (roles, because) = thirds(&session, &project);
    assert_eq!(roles, ["extends", "keep", "keep", "keep"]);
    assert_eq!(because, LEFT_OUT);
}

#[test]
fn trees_include_exclusive_groups() {
    let project = Project::shop();
    let session = reduced(true);
    agree_on(&session, &project.data, project.as_of, 400);
    let (roles, because) = thirds(&session, &project);
    assert_eq!(roles, ["extends", "exclusive group", "keep", "keep", "keep"]);
    let taken = ["first", "second"].map(|by| format!("{by} in the exclusive group `campaigns` takes it"));
    assert_eq!(because, [&LEFT_OUT.map(str::to_owned)[..], &taken].concat());
}

/// Each step of `third` takes some, and the last leaves the members, on every engine.
fn funnel_of_thirds(session: &Session, words: &[&str]) {
    let project = Project::shop();
    let data = rows(session, &project.data);
    let mut evaluator = Evaluator::new(session.hir(), &data, project.as_of);
    for mut target in Target::all() {
        target.load(session, &project.data);
        for (id, segment) in session.hir().iter() {
            let funnel = session.attrition(id, target.name, &at(project.as_of), target.engine());
            let funnel = funnel.unwrap_or_else(|problems| panic!("{}: {}", segment.name, said(&problems)));
            let members = evaluator.members(id).expect("it can be evaluated").len();
            assert_eq!(funnel.members(), members as u64, "{}, {}", target.name, segment.name);
            if segment.name == "third" {
                let found: Vec<&str> = funnel.steps.iter().map(|step| step.word).collect();
                assert_eq!(found, words);
                let remain: Vec<u64> = funnel.steps.iter().map(|step| step.remain).collect();
                assert!(remain.windows(2).all(|pair| pair[1] < pair[0]), "each takes some: {remain:?}");
                let first = words.iter().position(|word| *word == "keep").expect("a keep");
                assert_eq!(remain[first], (remain[first - 1] * 8).div_ceil(10), "80 % of those before it");
            }
        }
    }
}

#[test]
fn attrition_counts_keeps() {
    funnel_of_thirds(&reduced(false), &["extends", "keep", "keep", "keep"]);
}

#[test]
fn attrition_counts_exclusive_groups() {
    funnel_of_thirds(&reduced(true), &["extends", "exclusive group", "keep", "keep", "keep"]);
}

/// What is made of the value of a `pii` field is shown nowhere; what others show is.
#[test]
fn personal_data_is_masked() {
    let catalog = "entities:
  user:
    table: users
    key: id
    fields:
      id: { type: integer, nullable: false }
      email: { type: string, pii: true }
      country: string
    links: { orders: { to: order, many: true, on: { id: user_id } } }
  order:
    table: orders
    key: id
    fields:
      id: { type: integer, nullable: false }
      user_id: integer
      note: { type: string, pii: true }
      total: integer
";
    let segments = "trait domain on user = lower(email)
segment personal on user {
  where email ends with \"@secret.example\" and domain != \"x\" and length(email) > 3
    and max(orders.note) = \"private\" and count(orders where note = \"private\") > 0
    and sum(orders.total) > 5 and country = \"FR\" and (email = \"ann@secret.example\" or country = \"US\")
}
";
    let files = segc::project::Memory::new()
        .with("segc.yml", "name: test\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments);
    let session = support::project::open(&files);
    let mut data = Data::new(&session.hir().catalog);
    read_csv(&mut data, "user", "id,email,country\n1,ANN@secret.example,FR\n2,,FR\n").expect("rows");
    read_csv(&mut data, "order", "id,user_id,note,total\n1,1,private,77\n2,2,,78\n").expect("rows");
    let mut duckdb = support::duckdb();
    let statements = [
        "CREATE TABLE users AS SELECT * FROM (VALUES (1::BIGINT, 'ANN@secret.example', 'FR'), \
         (2, NULL, 'FR')) AS u(id, email, country)"
            .to_owned(),
        "CREATE TABLE orders AS SELECT * FROM (VALUES (1::BIGINT, 1::BIGINT, 'private', 77::BIGINT), \
         (2, 2, NULL, 78)) AS o(id, user_id, note, total)"
            .to_owned(),
    ];
    segc::engine::Engine::run(&mut duckdb, &statements).expect("tables");
    let segment = session.hir().find("personal").expect("a segment");
    // At a fixed instant: a clock that shows 18 o'clock would look like the length of the address.
    let as_of = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let options = segc::api::Options { as_of: Some(as_of), ..Default::default() };
    for (key, total) in [("1", "77"), ("2", "78")] {
        let key = [key.to_owned()];
        let question = Question { segment, key: &key, deep: false };
        let by_row = session.why_row(&question, &data, as_of);
        let by_engine = session.why(&question, "duckdb", &options, &mut duckdb);
        for why in [by_row.expect("a tree"), by_engine.expect("a tree")] {
            let (mut shown, mut masked) = (Vec::new(), 0);
            every_part(&why.tree, &mut |part| {
                shown.push(part.values());
                masked += part.saw.iter().filter(|saw| saw.pii).count();
                assert!(part.saw.iter().all(|saw| !saw.pii || saw.value.is_none()));
            });
            let text = format!("{shown:?} {}", why.json());
            for secret in ["ANN@", "\"value\":\"private", "(\"private", "18"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
            assert_eq!(masked, 5, "{text}");
            assert!(shown.contains(&"pii".to_owned()) && text.contains("(pii)"), "{text}");
            assert!(shown.contains(&total.to_owned()) && shown.contains(&"\"FR\"".to_owned()), "{text}");
        }
    }
}

fn every_part(part: &WhyPart, see: &mut impl FnMut(&WhyPart)) {
    see(part);
    part.parts.iter().for_each(|inner| every_part(inner, see));
}
