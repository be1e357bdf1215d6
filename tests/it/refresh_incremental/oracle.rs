//! The expected contents of every table after every run, by the reference evaluator and, for
//! `expire` and `history`, by a model that plays the same runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use segc::api::Session;
use segc::catalog::{Entity, EntityId, TableSource};
use segc::check::hir::{Base, Cond, CondKind, Hir, Path, SegmentId, Value, ValueKind};
use segc::evaluate::{Data, Datum, Evaluator, Row as At, parse_column};
use segc::types::calendar::Calendar;
use segc::types::{Literal, Type, Unit};

use crate::refresh_incremental::case::{Case, Cells, Lost, Row};
use crate::refresh_incremental::times::moved;
use crate::refresh_incremental::world::held;
use crate::support::target::Keys;

/// A membership: since when, and the last run that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub entered: Timestamp,
    pub matched: Timestamp,
    /// When it ends, if the last run didn't match.
    pub ends: Option<Timestamp>,
    /// The columns beside the key.
    pub values: Vec<String>,
}

impl Member {
    fn new(as_of: Timestamp) -> Self {
        Self { entered: as_of, matched: as_of, ends: None, values: Vec::new() }
    }
}

/// An ended membership: the key, the last values, from when to when.
pub type Ended = (Vec<String>, Vec<String>, Timestamp, Timestamp);

/// A segment's table and archive after a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub members: BTreeMap<Vec<String>, Member>,
    pub archive: Vec<Ended>,
    /// The as_of of the last run that it took part in.
    pub as_of: Option<Timestamp>,
}

impl Table {
    pub fn keys(&self) -> Keys {
        self.members.keys().cloned().collect()
    }
}

/// The tables after each run, by the names of their segments.
pub type Expected = Vec<BTreeMap<String, Table>>;

/// The rows that `at` finds, for the evaluator.
pub fn data<'c>(hir: &Hir, case: &'c Case, at: impl Fn(&'c Row) -> Option<&'c Cells>) -> Data {
    let catalog = &hir.catalog;
    let mut data = Data::new(catalog);
    for row in &case.rows {
        let Some(cells) = at(row) else { continue };
        let id = catalog.find(case.entities[row.entity].name).expect("an entity of the catalog");
        let Some(cells) = in_its_table(catalog.entity(id), cells) else { continue };
        let values = catalog.entity(id).fields.iter().zip(cells).map(|(field, cell)| match cell {
            None => Datum::Missing,
            Some(text) => {
                parse_column(&held(&field.name, &field.column, &text), field).expect("a value of its type")
            }
        });
        data.push_row(id, values.collect()).expect("a row of its entity");
    }
    data
}

/// What the table of a row's event holds of it; `None` if there is no such table.
fn in_its_table(entity: &Entity, cells: &Cells) -> Option<Cells> {
    let TableSource::Tables(tables) = &entity.source else { return Some(cells.clone()) };
    let name = entity.event_name?.0 as usize;
    let table = tables.iter().find(|table| Some(&table.event) == cells[name].as_ref())?;
    let held = table.fields.iter().enumerate().map(|(at, held)| at == name || held.is_some());
    Some(held.zip(cells).map(|(held, cell)| cell.clone().filter(|_| held)).collect())
}

fn texts(key: &[Datum]) -> Vec<String> {
    key.iter().map(ToString::to_string).collect()
}

/// The members of every segment except these.
pub fn members(
    hir: &Hir,
    data: &Data,
    as_of: Timestamp,
    without: &[String],
) -> Result<BTreeMap<String, Keys>, String> {
    let mut evaluator = Evaluator::new(hir, data, as_of);
    let mut all = BTreeMap::new();
    for (id, segment) in hir.iter().filter(|(_, segment)| !without.contains(&segment.name)) {
        let keys = evaluator.members(id).map_err(|error| format!("{}: {error:?}", segment.name))?;
        all.insert(segment.name.clone(), keys.iter().map(|key| texts(key)).collect());
    }
    Ok(all)
}

/// The keys of those who may be held: their row is there, and nothing rejects them.
fn admitted(hir: &Hir, data: &Data, as_of: Timestamp, id: SegmentId) -> Result<Keys, String> {
    let mut evaluator = Evaluator::new(hir, data, as_of);
    let segment = hir.segment(id);
    let mut keys = Keys::new();
    for index in 0..data.rows(segment.entity).len() {
        let row = At { entity: segment.entity, index };
        let rejected = (|| {
            for exclude in &segment.excludes {
                if evaluator.holds(exclude, row)? {
                    return Ok(true);
                }
            }
            if let Some((parent, _)) = segment.parent
                && !evaluator.belongs(parent, row)?
            {
                return Ok(true);
            }
            for rival in segment.group.as_ref().map_or(&[][..], |group| &group.before) {
                if evaluator.belongs(*rival, row)? {
                    return Ok(true);
                }
            }
            Ok(!exists(data, row.entity, index))
        })();
        let rejected = rejected.map_err(|error: segc::evaluate::EvalError| format!("{error:?}"))?;
        if !rejected {
            let key = &data.catalog().entity(segment.entity).key;
            let values = &data.rows(segment.entity)[index];
            keys.insert(key.iter().map(|field| values[field.0 as usize].to_string()).collect());
        }
    }
    Ok(keys)
}

/// Whether a row is one: `deleted_at` or a flag marks those that are not.
fn exists(data: &Data, entity: EntityId, index: usize) -> bool {
    let model = data.catalog().entity(entity);
    let marked = match &model.changes {
        segc::catalog::Changes::Mutable { deleted_at: Some(field), .. } => Some(field),
        _ => None,
    };
    if let Some(flag) = model.deleted_flag {
        return data.rows(entity)[index][flag.field.0 as usize] != Datum::Boolean(flag.deleted);
    }
    marked.is_none_or(|field| data.rows(entity)[index][field.0 as usize] == Datum::Missing)
}

/// Makes a segment of a tree have these members, whatever it said.
fn stand_in(hir: &mut Hir, id: SegmentId, keys: &Keys) {
    let entity = hir.segment(id).entity;
    let segment = &mut hir.segments[id.0 as usize];
    let key = hir.catalog.entity(entity).key[0];
    let span = segment.name_span;
    let path = Path { base: Base::This, hops: Vec::new(), end: entity };
    let kind = ValueKind::Field(path, key);
    let value = Value { kind, ty: Type::Integer, nullable: false, span };
    let list = keys.iter().map(|key| Literal::Integer(key[0].parse().expect("a number"))).collect();
    let kind = if keys.is_empty() { CondKind::Constant(false) } else { CondKind::In(Box::new(value), list) };
    segment.includes = vec![Cond { kind, span }];
    (segment.parent, segment.group) = (None, None);
    segment.excludes.clear();
    segment.keeps.clear();
}

/// What every table must hold after every run.
pub fn expected(case: &Case, sessions: &[Session]) -> Result<Expected, String> {
    let calendar = case.calendar();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut all = Vec::new();
    for run in 0..case.runs.len() {
        let base = sessions[case.runs[run].config].hir();
        let as_of = case.runs[run].as_of();
        let (part, without) = (case.taking_part(run), &case.runs[run].without);
        for lost in &case.runs[run].lost {
            if let Lost::Members(name) = lost {
                tables.entry(name.clone()).or_default().members.clear();
            }
        }
        let rows = data(base, case, |row| row.at(run));
        let mut hir = base.clone();
        for item in &case.config(run).items {
            let id = base.find(&item.name).ok_or("a segment is gone")?;
            let properties = &base.segment(id).properties;
            let Some((count, unit, _)) = properties.expire else { continue };
            if !part.contains(&item.name) {
                continue;
            }
            let matching = members(&hir, &rows, as_of, without)?.remove(&item.name).unwrap_or_default();
            let able = admitted(&hir, &rows, as_of, id)?;
            let table = tables.entry(item.name.clone()).or_default();
            hold(table, &matching, &able, as_of, (count, unit), properties.history, &calendar);
            stand_in(&mut hir, id, &table.keys());
        }
        let found = members(&hir, &rows, as_of, without)?;
        for (_, segment) in base.iter() {
            let is_held = segment.properties.expire.is_some();
            if let Some(keys) = found.get(&segment.name)
                && !is_held
                && part.contains(&segment.name)
            {
                let table = tables.entry(segment.name.clone()).or_default();
                replace(table, keys, as_of, segment.properties.history);
            }
        }
        evaluate_columns(&hir, &rows, as_of, &part, &mut tables)?;
        all.push(tables.clone());
    }
    Ok(all)
}

/// The columns of all members of the segments that took part.
fn evaluate_columns(
    hir: &Hir,
    data: &Data,
    as_of: Timestamp,
    part: &[String],
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), String> {
    let mut evaluator = Evaluator::new(hir, data, as_of);
    for (id, segment) in hir.iter().filter(|(_, segment)| !segment.columns.is_empty()) {
        let Some(table) = tables.get_mut(&segment.name).filter(|_| part.contains(&segment.name)) else {
            continue;
        };
        let rows = evaluator.table(id).map_err(|error| format!("{}: {error:?}", segment.name))?;
        for (key, values) in rows {
            let member = table.members.get_mut(&texts(&key)).ok_or("a row of no member")?;
            member.values = texts(&values);
        }
    }
    Ok(())
}

fn leave(table: &mut Table, key: &[String], as_of: Timestamp, history: bool) {
    if let Some(member) = table.members.remove(key)
        && history
    {
        table.archive.push((key.to_vec(), member.values, member.entered, as_of));
    }
}

fn replace(table: &mut Table, keys: &Keys, as_of: Timestamp, history: bool) {
    for key in table.keys().difference(keys) {
        leave(table, key, as_of, history);
    }
    for key in keys {
        table.members.entry(key.clone()).or_insert_with(|| Member::new(as_of));
    }
    table.as_of = Some(as_of);
}

fn hold(
    table: &mut Table,
    matching: &Keys,
    admitted: &Keys,
    as_of: Timestamp,
    (count, unit): (i64, Unit),
    history: bool,
    calendar: &Calendar,
) {
    for key in matching {
        let member = table.members.entry(key.clone()).or_insert_with(|| Member::new(as_of));
        (member.matched, member.ends) = (as_of, None);
    }
    for key in table.keys() {
        if matching.contains(&key) {
            continue;
        }
        let member = table.members.get_mut(&key).expect("a member");
        let ends = member.ends.or_else(|| moved(calendar, member.matched, count, unit));
        member.ends = ends;
        if !admitted.contains(&key) || ends.is_none_or(|ends| ends <= as_of) {
            leave(table, &key, as_of, history);
        }
    }
    table.as_of = Some(as_of);
}
