//! `segc preview`, `segc overlap` and `segc why KEY` find what the reference evaluator finds, on every database.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use segc::api::{
    Draft, DraftText, DraftValues, Drafted, Overlap, Population, Preview, PreviewValue, Session, ValuePreview,
};
use segc::check::hir::SegmentId;
use segc::diagnostic::Diagnostics;
use segc::engine::Engine;
use segc::evaluate::{Data, Datum, Evaluator};
use segc::types::Type;
use serde_json::Value as Json;

use crate::agreement::case::{Case, Cases};
use crate::agreement::compare::is_overflow;
use crate::support::engine::Runner;
use crate::support::project::{Project, at, said};
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
