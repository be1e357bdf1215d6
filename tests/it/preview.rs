//! `segc preview`, `segc overlap` and `segc why KEY` find what the reference evaluator finds, on every database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use segc::api::{
    Draft, DraftText, DraftValues, Drafted, Options, Overlap, Population, Preview, PreviewValue, Session,
    ValuePreview,
};
use segc::check::hir::SegmentId;
use segc::diagnostic::Diagnostics;
use segc::engine::Engine;
use segc::evaluate::{Data, Datum, Evaluator};
use segc::project::Memory;
use segc::types::Type;
use serde_json::Value as Json;

use crate::agreement::case::{Case, Cases};
use crate::agreement::compare::is_overflow;
use crate::support::engine::Runner;
use crate::support::project::{Project, at, open, said};
use crate::support::rows::read_csv;
use crate::support::statements::Statements;
use crate::support::target::Target;
use crate::support::{self, postgres};

/// A table of the evaluator: the values of each column by key.
type Rows = BTreeMap<Vec<Datum>, Vec<Datum>>;

/// Places as the reference spreads them.
fn spread(all: usize, most: usize) -> Vec<usize> {
    match most {
        _ if all <= most => (0..all).collect(),
        1 => vec![0],
        most => (0..most).map(|at| at * (all - 1) / (most - 1)).collect(),
    }
}

/// Whether JSON is a value.
fn is_value(json: &Json, datum: &Datum) -> bool {
    match (json, datum) {
        (Json::Null, Datum::Missing) => true,
        (Json::Number(found), Datum::Float(wanted)) => {
            let found = found.as_f64().expect("a number");
            (found - wanted).abs() <= 1e-9 * wanted.abs().max(found.abs())
        }
        (Json::Number(found), Datum::Integer(wanted)) => found.as_i64() == Some(*wanted),
        (Json::Bool(found), Datum::Boolean(wanted)) => found == wanted,
        (Json::String(found), Datum::Decimal(wanted)) => {
            found.parse::<bigdecimal::BigDecimal>().is_ok_and(|found| found == *wanted)
        }
        (Json::String(found), wanted) => *found == wanted.to_string(),
        _ => false,
    }
}

/// A session with a draft, and who is meant.
struct Asked {
    session: Session,
    drafted: Drafted,
    population: Population,
}

fn asked(session: &Session, segment: Option<&str>, draft: &Draft<'_>) -> Result<Asked, Diagnostics> {
    let (session, drafted) = session.with_draft(draft);
    let drafted = drafted?;
    let segment = segment.map(|name| session.hir().find(name).expect("a segment"));
    let population = Population { segment, draft: drafted.segment };
    Ok(Asked { session, drafted, population })
}

impl Asked {
    /// The rows that are meant, by the evaluator; `None` where it fails.
    fn rows(&self, data: &Data, as_of: Timestamp) -> Option<Rows> {
        let mut evaluator = Evaluator::new(self.session.hir(), data, as_of);
        let mut rows = evaluator.table(self.drafted.segment).ok()?;
        if let Some(segment) = self.population.segment {
            let members = evaluator.members(segment).ok()?;
            rows.retain(|key, _| members.contains(key));
        }
        Some(rows)
    }

    fn preview(
        &self,
        most: u64,
        (target, engine): (&str, &mut dyn Engine),
        as_of: Timestamp,
    ) -> Result<Preview, Diagnostics> {
        self.session.preview(self.population, &self.drafted, most, target, &at(as_of), engine)
    }

    fn values(
        &self,
        most: u64,
        (target, engine): (&str, &mut dyn Engine),
        as_of: Timestamp,
    ) -> Result<ValuePreview, Diagnostics> {
        self.session.preview_values(self.population, &self.drafted, most, target, &at(as_of), engine)
    }

    /// Where a preview differs from the evaluator's rows.
    fn differs(&self, preview: &Preview, rows: &Rows, most: usize) -> Option<String> {
        if preview.members != rows.len() as u64 {
            return Some(format!("{} members, not {}", preview.members, rows.len()));
        }
        let all: Vec<(&Vec<Datum>, &Vec<Datum>)> = rows.iter().collect();
        let wanted: Vec<_> = spread(rows.len(), most).into_iter().map(|place| all[place]).collect();
        if preview.sample.len() != wanted.len() {
            return Some(format!("{} rows, not {}", preview.sample.len(), wanted.len()));
        }
        for (row, (key, values)) in preview.sample.iter().zip(wanted) {
            let found = row.key.values().chain(row.fields.values());
            let expected = key.iter().chain(values);
            if let Some((found, wanted)) =
                found.zip(expected).find(|(found, wanted)| !is_value(found, wanted))
            {
                return Some(format!("{found} and {wanted:?} of {key:?}"));
            }
            assert_eq!(row.fields.len(), values.len());
        }
        None
    }
}

/// The values that rows have in their first column: how often each, without those that are missing.
fn counted(rows: &Rows) -> BTreeMap<Datum, u64> {
    let mut counted = BTreeMap::new();
    for value in rows.values().map(|values| &values[0]).filter(|value| **value != Datum::Missing) {
        *counted.entry(value.clone()).or_default() += 1;
    }
    counted
}

/// Where a preview of values differs from the evaluator's.
fn values_differ(preview: &ValuePreview, rows: &Rows, most: usize) -> Option<String> {
    let counted = counted(rows);
    let present: u64 = counted.values().sum();
    let numbers = (preview.rows, preview.missing, preview.distinct);
    let wanted = (rows.len() as u64, rows.len() as u64 - present, counted.len() as u64);
    if numbers != wanted {
        return Some(format!("rows, missing, distinct {numbers:?}, not {wanted:?}"));
    }
    let all: Vec<(&Datum, u64)> = counted.iter().map(|(value, rows)| (value, *rows)).collect();
    let sample: Vec<_> = spread(all.len(), most).into_iter().map(|place| all[place]).collect();
    let mut popular = all.clone();
    popular.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    popular.truncate(most);
    let same = |found: &[PreviewValue], wanted: &[(&Datum, u64)]| {
        found.len() == wanted.len()
            && found
                .iter()
                .zip(wanted)
                .all(|(one, (value, rows))| is_value(&one.value, value) && one.rows == *rows)
    };
    if !same(&preview.popular, &popular) {
        return Some(format!("popular {:?}, not {popular:?}", preview.popular));
    }
    if !same(&preview.sample, &sample) {
        return Some(format!("sample {:?}, not {sample:?}", preview.sample));
    }
    let is_edge = |found: &Option<PreviewValue>, wanted: Option<&(&Datum, u64)>| match (found, wanted) {
        (None, wanted) => wanted.is_none_or(|(value, _)| matches!(value, Datum::Boolean(_))),
        (Some(found), Some((value, _))) => is_value(&found.value, value),
        (Some(_), None) => false,
    };
    let edges = is_edge(&preview.min, all.first()) && is_edge(&preview.max, all.last());
    (!edges).then(|| format!("{:?} to {:?}", preview.min, preview.max))
}

/// Where an overlap differs from the evaluator's members.
fn overlap_differs(
    overlap: &Overlap,
    members: &[(String, BTreeSet<Vec<Datum>>)],
    all: usize,
) -> Option<String> {
    let of = |name: &str| &members.iter().find(|(known, _)| known == name).expect("a segment").1;
    for one in &overlap.segments {
        if one.members != of(&one.segment).len() as u64 {
            return Some(format!("{} has {}, not {}", one.segment, one.members, of(&one.segment).len()));
        }
    }
    for pair in &overlap.pairs {
        let (first, second) = (of(&pair.first), of(&pair.second));
        let both = first.intersection(second).count() as u64;
        let either = first.union(second).count() as u64;
        let jaccard = (either > 0).then(|| both as f64 / either as f64);
        if (pair.both, pair.either, pair.jaccard) != (both, either, jaccard) {
            return Some(format!("{pair:?}: {both} and {either}"));
        }
    }
    let mut counted = 0;
    for one in overlap.combinations.iter().flatten() {
        counted += one.only;
        let everywhere = |key: &&Vec<Datum>| one.segments.iter().all(|name| of(name).contains(*key));
        let only = |key: &Vec<Datum>| {
            members.iter().all(|(name, keys)| keys.contains(key) == one.segments.contains(name))
        };
        let Some(first) = one.segments.first() else { continue };
        let (held, exactly) = (
            of(first).iter().filter(everywhere).count() as u64,
            of(first).iter().filter(|key| only(key)).count() as u64,
        );
        if (one.all, one.only) != (held, exactly) {
            return Some(format!("{one:?}: {held} and {exactly}"));
        }
    }
    let complete = overlap.combinations.is_none() || counted == all as u64;
    (overlap.rows != all as u64 || !complete).then(|| format!("{counted} and {} of {all}", overlap.rows))
}

/// The draft of all fields of an entity, with one more value.
fn all_of<'a>(entity: &'a str, condition: Option<&'a str>) -> Draft<'a> {
    let condition = condition.map(|text| DraftText { place: "--where", text });
    Draft { entity, of: None, condition, values: vec![DraftValues::All] }
}

fn one_of<'a>(entity: &'a str, value: &'a str) -> Draft<'a> {
    let value = DraftValues::One(DraftText { place: "WHAT", text: value }, 0);
    Draft { entity, of: None, condition: None, values: vec![value] }
}

/// An answer, unless a number was too large, which is an error for the evaluator or the engine.
fn held<T>(answer: Result<T, Diagnostics>, what: &str) -> Option<T> {
    answer.map_err(|problems| assert!(is_overflow(&said(&problems)), "{what}: {}", said(&problems))).ok()
}

/// What was compared of random worlds.
#[derive(Default, Debug)]
struct Tally {
    previews: usize,
    values: usize,
    pairs: usize,
    memberships: usize,
}

fn world(case: &Case, (target, engine): (&str, &mut dyn Engine), tally: &mut Tally) {
    let opened = case.open().unwrap_or_else(|error| panic!("not well typed:\n{error}"));
    let (session, data, as_of) = (&opened.session, &opened.data, case.as_of);
    let hir = session.hir();
    let context = |what: &str| format!("{target}, {what}\n{}", case.items.join("\n"));
    let mut by_entity: BTreeMap<u32, Vec<SegmentId>> = BTreeMap::new();
    for (id, segment) in hir.iter() {
        by_entity.entry(segment.entity.0).or_default().push(id);
    }
    let mut evaluator = Evaluator::new(hir, data, as_of);
    for ids in by_entity.values() {
        let ids: Vec<SegmentId> =
            ids.iter().copied().filter(|&id| evaluator.members(id).is_ok()).take(6).collect();
        let Some(&first) = ids.first() else { continue };
        let entity = hir.segment(first).entity;
        let all = data.existing(entity).count();
        let model = hir.catalog.entity(entity);
        for &id in ids.iter().take(2) {
            let name = &hir.segment(id).name;
            let asked = asked(session, Some(name), &all_of(&model.name, None));
            let asked = asked.unwrap_or_else(|problems| panic!("{}", context(&said(&problems))));
            let Some(rows) = asked.rows(data, as_of) else { continue };
            let Some(preview) = held(asked.preview(4, (target, engine), as_of), &context(name)) else {
                continue;
            };
            assert_eq!(preview.rows, all as u64, "{}", context(name));
            if let Some(what) = asked.differs(&preview, &rows, 4) {
                panic!("{}", context(&format!("{name}: {what}")));
            }
            tally.previews += 1;
        }
        let shown = model
            .fields
            .iter()
            .filter(|field| !matches!(field.ty, Type::Json | Type::Array(_) | Type::Semver));
        for field in shown.take(4) {
            let text = format!("`{}`", field.name);
            let Ok(asked) = asked(session, None, &one_of(&model.name, &text)) else { continue };
            let Some(rows) = asked.rows(data, as_of) else { continue };
            let Some(values) = held(asked.values(3, (target, engine), as_of), &context(&text)) else {
                continue;
            };
            if let Some(what) = values_differ(&values, &rows, 3) {
                panic!("{}", context(&format!("{}.{text}: {what}", model.name)));
            }
            tally.values += 1;
        }
        if ids.len() >= 2 {
            let overlap = held(session.overlap(&ids, target, &at(as_of), engine), &context("overlap"));
            let members =
                |&id: &SegmentId| (hir.segment(id).name.clone(), evaluator.members(id).expect("it was"));
            let members: Vec<_> = ids.iter().map(members).collect();
            if let Some(overlap) = overlap {
                if let Some(what) = overlap_differs(&overlap, &members, all) {
                    panic!("{}", context(&what));
                }
                tally.pairs += overlap.pairs.len();
            }
            let Some((_, row)) = data.existing(entity).next() else { continue };
            let key: Vec<Datum> = model.key.iter().map(|field| row[field.0 as usize].clone()).collect();
            let text: Vec<String> = key.iter().map(ToString::to_string).collect();
            // A text that a time or a number is written as may be read as another.
            let Ok((found, _)) = session.memberships(entity, &ids, &text, target, &at(as_of), engine) else {
                continue;
            };
            for (one, (name, keys)) in found.segments.iter().zip(&members) {
                assert_eq!(&one.segment, name);
                if let Some(member) = one.member {
                    assert_eq!(member, keys.contains(&key), "{}", context(&format!("{name} of {text:?}")));
                    tally.memberships += 1;
                }
            }
        }
    }
}

#[test]
fn databases_and_the_evaluator_agree_on_random_worlds() {
    let worlds = 4;
    let mut tally = Tally::default();
    let mut duckdb = Statements::new("duckdb", support::duckdb());
    let mut server = postgres::database().map(|engine| Statements::new("postgres", engine));
    for case in Cases::new(17).take(worlds) {
        let opened = case.open().unwrap_or_else(|error| panic!("not well typed:\n{error}"));
        duckdb.load(&case.tables("duckdb", &opened.session));
        world(&case, ("duckdb", duckdb.engine()), &mut tally);
        if let Some(server) = &mut server {
            server.load(&case.tables("postgres", &opened.session));
            world(&case, ("postgres", server.engine()), &mut tally);
        }
    }
    eprintln!("{tally:?}");
    assert!(tally.previews >= worlds && tally.values > 4 * worlds, "{tally:?}");
    assert!(tally.pairs > 4 * worlds && tally.memberships > 4 * worlds, "{tally:?}");
}

/// All segments of the shop are previewed, compared, and listed for a customer, with the decisive conditions of `why`.
#[test]
fn databases_and_the_evaluator_agree_on_the_shop() {
    let project = Project::shop();
    let session = project.open(None);
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    for (_, entity) in hir.catalog.iter() {
        let segc::catalog::TableSource::Table(name) = &entity.source else { panic!("a table") };
        let file = project.data.join(format!("{}.csv", name.last().expect("a name")));
        read_csv(&mut data, &entity.name, &std::fs::read_to_string(&file).expect("a file"))
            .expect("the rows fit");
    }
    let mut evaluator = Evaluator::new(hir, &data, project.as_of);
    for mut target in Target::all() {
        target.load(&session, &project.data);
        let name = target.name;
        for (id, segment) in hir.iter() {
            let entity = hir.catalog.entity(segment.entity);
            let asked = asked(&session, Some(&segment.name), &all_of(&entity.name, None)).expect("a draft");
            let preview = asked.preview(5, (name, target.engine()), project.as_of);
            let preview = preview.unwrap_or_else(|problems| panic!("{}: {}", segment.name, said(&problems)));
            let rows = asked.rows(&data, project.as_of).expect("it can be evaluated");
            assert_eq!(asked.differs(&preview, &rows, 5), None, "{name}, {}", segment.name);
            assert_eq!(evaluator.members(id).expect("members").len() as u64, preview.members);
        }
        let customer = hir.catalog.find("customer").expect("an entity");
        let all: Vec<SegmentId> =
            hir.iter().filter(|(_, one)| one.entity == customer).map(|(id, _)| id).collect();
        for ids in [&all[..], &all[..8]] {
            let overlap =
                session.overlap(ids, name, &at(project.as_of), target.engine()).expect("it is counted");
            assert_eq!(overlap.combinations.is_some(), ids.len() <= 8);
            let members: Vec<_> = ids
                .iter()
                .map(|&id| (hir.segment(id).name.clone(), evaluator.members(id).expect("members")))
                .collect();
            assert_eq!(overlap_differs(&overlap, &members, data.existing(customer).count()), None, "{name}");
        }
        for key in ["1", "17", "204"] {
            let text = [key.to_owned()];
            let found = session.memberships(customer, &all, &text, name, &at(project.as_of), target.engine());
            let (found, problems) = found.expect("it is answered");
            assert!(problems.is_empty() && found.segments.len() == all.len());
            for (one, &id) in found.segments.iter().zip(&all) {
                let members = evaluator.members(id).expect("members");
                let is_member = members.contains(&vec![Datum::Integer(key.parse().expect("a number"))]);
                assert_eq!(one.member, Some(is_member), "{name}, {}, {key}", one.segment);
                assert!(one.because.is_some() || hir.segment(id).includes.is_empty(), "{one:?}");
            }
        }
    }
}

const TEXTS: &str = "entities:
  thing:
    table: things
    key: [shop, no]
    fields:
      shop: { type: string, nullable: false }
      no: { type: integer, nullable: false }
      label: string
      price: \"decimal(10,2)\"
      rate: { type: float, storage: float_nan }
      day: date
      version: semver
      secret: { type: string, pii: true }
      tags: array<string>
";

/// Keys of two parts, text of all kinds, missing values, and an order that isn't that of dictionaries.
#[test]
fn texts_are_shown_as_they_are_written() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb, postgres]\n")
        .with("catalog/all.yml", TEXTS)
        .with("segments/all.seg", "segment some on thing { where no < 7 with secret, next = no + 1 }");
    let session = open(&files);
    let statements = [
        "CREATE TABLE things (shop VARCHAR(40), no BIGINT, label VARCHAR(40), price DECIMAL(10,2), rate DOUBLE PRECISION, day DATE, version VARCHAR(40), secret VARCHAR(40))"
            .to_owned(),
        "INSERT INTO things VALUES
            ('it''s', 1, 'é \"x\" \\ 😀', 12.50, 0.1, DATE '2026-03-01', '1.10.0', 'a@b'),
            ('it''s', 2, 'Zebra', 100.00, 2.5, DATE '2025-03-01', '1.9.0', 'a@b'),
            ('Zed', 1, 'zebra', 12.50, CAST('NaN' AS DOUBLE PRECISION), NULL, '1.10.0-rc.1', 'a@b'),
            ('Ärger', 5, NULL, NULL, NULL, NULL, 'latest', NULL),
            ('ab', 3, '', 12.50, 2.5, NULL, '1.10.0+build', NULL),
            ('ab', 7, 'Zebra', 12.50, 1e300, NULL, NULL, NULL)"
            .to_owned(),
    ];
    let targets = Target::all().into_iter().chain(Target::english());
    for mut target in targets {
        target.run(&statements).expect("a table");
        let name = target.name;
        let ask = |value: &str| asked(&session, None, &one_of("thing", value)).expect("a value");
        let mut values = |value: &str| {
            let found = ask(value).values(10, (name, target.engine()), Timestamp::UNIX_EPOCH);
            found.unwrap_or_else(|problems| panic!("{name}: {}", said(&problems)))
        };
        let texts = |list: &[PreviewValue]| list.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        let labels = values("label");
        assert_eq!(texts(&labels.popular), ["\"Zebra\"", "\"\"", "\"zebra\"", "\"é \\\"x\\\" \\\\ 😀\""]);
        assert_eq!(texts(&labels.sample)[..2], ["\"\"", "\"Zebra\""], "{name}");
        assert_eq!((labels.rows, labels.missing, labels.distinct), (6, 1, 4));
        assert_eq!(texts(&values("price").popular), ["12.5", "100"]);
        assert_eq!(texts(&values("rate").sample), ["0.1", "2.5", "1e300"]);
        assert_eq!(texts(&values("day").sample), ["2025-03-01", "2026-03-01"]);
        let versions = values("version");
        assert_eq!(texts(&versions.sample), ["\"1.9.0\"", "\"1.10.0-rc.1\"", "\"1.10.0\""], "{name}");
        assert_eq!(versions.popular[0].rows, 2);
        let flags = values("label is missing");
        assert_eq!(
            (texts(&flags.popular), flags.min.is_none()),
            (vec!["false".to_owned(), "true".to_owned()], true)
        );
        // A constant is a value, too.
        assert_eq!(texts(&values("\"x\"").popular), ["\"x\""]);
        assert_eq!(texts(&values("1").popular), ["1"]);

        let list =
            DraftValues::List(DraftText { place: "--fields", text: "secret, twice = no * 2, version" });
        let draft = Draft {
            entity: "thing",
            of: Some("some"),
            condition: None,
            values: vec![DraftValues::All, list],
        };
        let asked = asked(&session, Some("some"), &draft).expect("values");
        let preview = asked.preview(3, (name, target.engine()), Timestamp::UNIX_EPOCH).expect("rows");
        assert_eq!((preview.members, preview.rows), (5, 6));
        assert_eq!(preview.left_out, ["tags"], "what is named isn't left out");
        let keys: Vec<String> = preview.sample.iter().map(|row| row.texts[..2].join(" ")).collect();
        assert_eq!(keys, ["\"Zed\" 1", "\"it's\" 1", "\"Ärger\" 5"], "{name}");
        let row = serde_json::to_value(&preview.sample[1]).expect("JSON");
        assert_eq!(
            row.to_string(),
            r#"{"key":{"shop":"it's","no":1},"columns":{"secret":"(pii)","next":2},"fields":{"label":"é \"x\" \\ 😀","price":"12.5","rate":0.1,"day":"2026-03-01","version":"1.10.0","secret":"a@b","twice":2}}"#
        );
    }
}

/// What a user writes is reported in that text; the policy holds for it.
#[test]
fn drafts_are_checked_like_files() {
    let files = |policy: &str| {
        Memory::new()
            .with("segc.yml", format!("name: things\ntargets: [duckdb]\n{policy}"))
            .with("catalog/all.yml", TEXTS)
            .with("segments/all.seg", "segment preview on thing { where no < 7 }")
    };
    let session = open(&files(""));
    let place = |values: Vec<DraftValues<'_>>, condition: Option<&str>| {
        let condition = condition.map(|text| DraftText { place: "--where", text });
        let (session, drafted) = session.with_draft(&Draft { entity: "thing", of: None, condition, values });
        let problems = drafted.expect_err("it is refused");
        let problem = problems.iter().next().expect("a problem");
        let (path, at) = session.sources.locate(problem.span.expect("a place")).expect("a source");
        format!("{} {path}:{}", problem.code, at.column)
    };
    let list = |text| vec![DraftValues::List(DraftText { place: "--fields", text })];
    assert_eq!(place(list("label, lable"), None), "SEG303 --fields:8");
    assert_eq!(place(list("label, label = no"), None), "SEG752 --fields:8");
    assert_eq!(place(list("tags"), None), "SEG426 --fields:1");
    assert_eq!(place(list("label as x"), None), "SEG101 --fields:7");
    let value = DraftValues::One(DraftText { place: "WHAT", text: "thing.lable" }, 6);
    assert_eq!(place(vec![value], None), "SEG303 WHAT:7");
    assert_eq!(place(Vec::new(), Some("no < 7 } segment other on thing { where no > 8")), "SEG104 --where:8");
    assert_eq!(place(Vec::new(), Some("price = \"x\"")), "SEG401 --where:1");
    // Another segment and a table may have its name; nothing else of the project is reported again.
    let (_, drafted) = session.with_draft(&all_of("thing", Some("in segment preview")));
    assert!(drafted.expect("it is sound").warnings.is_empty());

    let strict = open(&files("policy: { pii: { conditions: false } }\n"));
    let mut duckdb = support::duckdb();
    for (value, code) in [("secret", "SEG522"), ("label", "")] {
        let asked = asked(&strict, None, &one_of("thing", value)).expect("a value");
        let found = asked.values(3, ("duckdb", &mut duckdb), Timestamp::UNIX_EPOCH);
        let problems = found.expect_err("there is no table");
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert!(code.is_empty() || codes == [code], "{codes:?}");
    }
}

/// Of an entity without rows there is no share, but an instant and a size.
#[test]
fn without_rows_there_are_no_shares() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with(
            "segments/all.seg",
            "segment a on thing { where id > 1 }\nsegment b on thing { where id > 2 }\n",
        );
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things (id BIGINT)").expect("a table");
    let all = session.select(&[]).expect("two segments");
    let overlap = session.overlap(&all, "duckdb", &Options::default(), &mut duckdb).expect("it is counted");
    assert_eq!((overlap.rows, overlap.combinations.as_deref()), (0, Some(&[][..])));
    assert_eq!((overlap.pairs[0].jaccard, overlap.segments[0].share), (None, None));
    assert!(overlap.as_of.as_str() > "2026-", "the engine's clock");
    let rows = asked(&session, Some("a"), &all_of("thing", None)).expect("a draft");
    let preview =
        rows.session.preview(rows.population, &rows.drafted, 5, "duckdb", &Options::default(), &mut duckdb);
    let preview = preview.expect("it is counted");
    assert_eq!((preview.rows, preview.members, preview.share, preview.sample.len()), (0, 0, None, 0));
    let values = asked(&session, None, &one_of("thing", "id")).expect("a draft");
    let values = values.values(5, ("duckdb", &mut duckdb), Timestamp::UNIX_EPOCH).expect("it is counted");
    assert_eq!((values.rows, values.distinct, values.missing_share, values.max), (0, 0, None, None));
}

/// Members who match are compared, also of a segment whose table another one reads.
#[test]
fn segments_with_expire_are_compared_by_who_matches() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with("segments/all.seg", "segment a on thing { expire: 3 days where id > 1 }\nsegment b on thing { where in segment a or id = 1 }\n");
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things AS SELECT range AS id FROM range(1, 6)").expect("a table");
    duckdb.execute("CREATE SCHEMA segments").expect("a schema");
    duckdb.execute("CREATE TABLE segments.a AS SELECT 2::BIGINT AS id").expect("a table");
    let all = session.select(&[]).expect("two segments");
    let overlap = session.overlap(&all, "duckdb", &Options::default(), &mut duckdb).expect("it is counted");
    let sizes: Vec<u64> = overlap.segments.iter().map(|one| one.members).collect();
    assert_eq!((sizes, overlap.pairs[0].both), (vec![4, 2], 1));
}

/// A segment that fails doesn't hide the others.
#[test]
fn segments_that_fail_are_unknown() {
    let files = Memory::new()
        .with("segc.yml", "name: things\ntargets: [duckdb]\n")
        .with("catalog/all.yml", "entities:\n  thing: { table: things, key: id, fields: { id: integer } }\n")
        .with(
            "segments/all.seg",
            "segment fails on thing { where id * 9_000_000_000_000_000_000 > 3 }\n\
             segment all_of_them on thing {}\n\
             segment some on thing extends all_of_them { where id = 1 or id = 4 exclude where id > 3 and id < 9 keep top 1 by id }\n\
             segment either on thing { include where id = 3 include where id = 5 }\n",
        );
    let session = open(&files);
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE things AS SELECT range AS id FROM range(1, 6)").expect("a table");
    let all = session.select(&[]).expect("segments");
    let entity = session.hir().segment(all[0]).entity;
    let mut ask = |key: &str| {
        let key = [key.to_owned()];
        session.memberships(entity, &all, &key, "duckdb", &Options::default(), &mut duckdb)
    };
    let (found, problems) = ask("4").expect("some are answered");
    assert_eq!(problems.len(), 1, "{}", said(&problems));
    let because: Vec<(Option<bool>, Option<&str>)> =
        found.segments.iter().map(|one| (one.member, one.because.as_deref())).collect();
    assert_eq!(
        because,
        [
            (Some(true), None),
            (Some(false), Some("no include holds")),
            (None, None),
            (Some(false), Some("`id > 3 and id < 9` excludes it")),
        ]
    );
    let (found, _) = ask("5").expect("some are answered");
    assert_eq!(found.segments[1].because.as_deref(), Some("`id = 5` holds"));
    assert_eq!(found.segments[3].because.as_deref(), Some("`id = 1 or id = 4` doesn't hold"));
    assert_eq!(ask("9").expect_err("there is no such row").iter().next().map(|one| one.code), Some("SEG862"));
}
