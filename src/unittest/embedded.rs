//! Runs tests on the embedded engine: rows in tables, each segment by its SELECT.

use std::collections::{BTreeMap, BTreeSet};

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::model::{Case, Expectation, Key, Outcome, Suite, Verdict};
use super::run::TestRun;
use super::stop::Stop;
use crate::api::{Options, Session};
use crate::catalog::{Catalog, Entity, EntityId, Field, Storage, TableSource};
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, DataTable, Embedded, Engine, EngineError, Limits, TableColumn, tables_of};
use crate::evaluate::{Columns, Data, Datum};

/// The schema of the rows of entities without their own table.
const SCHEMA: &str = "segc_given";

impl Suite {
    /// Runs tests on the embedded engine, with the SQL of a target that it can execute.
    ///
    /// # Errors
    ///
    /// Reports what the target or the policy rejects, that the engine can't start, or that a statement took
    /// too long.
    pub fn run_embedded(
        &self,
        cases: &[usize],
        target: &str,
        how: TestRun,
    ) -> Result<Vec<Outcome>, Diagnostics> {
        let Some(first) = self.variants.first() else { return Ok(Vec::new()) };
        let bench = Bench::new(&first.hir().catalog, target).map_err(refused)?;
        let variants: Vec<Session> =
            self.variants.iter().map(|session| session.with_tables(&bench.stand_ins)).collect();
        let known = |&at: &usize| Some((at, self.cases.get(at)?));
        let cases: Vec<(usize, &Case)> = cases.iter().filter_map(known).collect();
        let statements = compile(&variants, &cases, target)?;
        let work: Vec<_> = cases.iter().zip(&statements).collect();
        let share = work.len().div_ceil(rayon::current_num_threads()).max(1);
        let stop = Stop::if_wanted(how.fail_fast);
        let shares: Vec<Vec<Option<Outcome>>> = work
            .par_chunks(share)
            .enumerate()
            .map(|(number, work)| {
                let mut table = bench.open(how.limits)?;
                let places = number * share..;
                let one = |(place, ((at, case), sql)): (usize, &(&(usize, &Case), &Vec<String>))| {
                    stop.run(place, || table.run(*at, case, sql))
                };
                places.zip(work).map(one).collect()
            })
            .collect::<Result<_, EngineError>>()
            .map_err(refused)?;
        Ok(stop.outcomes(shares.into_iter().flatten().collect()))
    }
}

fn refused(error: EngineError) -> Diagnostics {
    vec![error.into()].into()
}

/// Compiles the SELECT of each expectation, once per distinct one, and reports everything that is
/// rejected.
fn compile(
    variants: &[Session],
    cases: &[(usize, &Case)],
    target: &str,
) -> Result<Vec<Vec<String>>, Diagnostics> {
    let wanted = |case: &Case| {
        let (variant, as_of) = (case.variant, case.as_of);
        let segments = case.expectations.iter().map(|expectation| expectation.segment);
        segments.map(move |segment| (variant, segment, as_of)).collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = cases.iter().flat_map(|(_, case)| wanted(case)).collect();
    let all: Vec<_> = all.into_iter().collect();
    let one = |&(variant, segment, as_of): &(usize, SegmentId, Timestamp)| {
        let options = Options { as_of: Some(as_of), ..Options::default() };
        let session = variants.get(variant).ok_or_else(Diagnostics::new)?;
        session.select_sql(target, segment, &options)
    };
    let compiled: Vec<Result<String, Diagnostics>> = all.par_iter().map(one).collect();
    let (mut statements, mut problems) = (BTreeMap::new(), Diagnostics::new());
    for (wanted, result) in all.into_iter().zip(compiled) {
        match result {
            Ok(sql) => drop(statements.insert(wanted, sql)),
            Err(found) => problems.append(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let of_case = |case: &Case| wanted(case).iter().filter_map(|one| statements.get(one).cloned()).collect();
    Ok(cases.iter().map(|(_, case)| of_case(case)).collect())
}

/// The tables of all entities, one for each.
struct Bench {
    tables: Vec<(EntityId, DataTable)>,
    /// Tables for entities that are queries, share a table or have one for each day, since rows are given by
    /// entity, and for those in other databases, since no transaction can write to several.
    stand_ins: BTreeMap<EntityId, TableSource>,
}

impl Bench {
    fn new(catalog: &Catalog, target: &str) -> Result<Self, EngineError> {
        let folded = |name: &[String]| name.iter().map(|part| part.to_lowercase()).collect::<Vec<_>>();
        let mut readers: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for (_, entity) in catalog.iter() {
            for name in entity.tables_on(target) {
                *readers.entry(folded(name)).or_default() += 1;
            }
        }
        let is_own = |name: &[String]| name.len() < 3 && readers.get(&folded(name)) == Some(&1);
        let has_its_own = |entity: &Entity| {
            let source = entity.source_on(target);
            !matches!(source, TableSource::Query { .. } | TableSource::Shards(_))
                && entity.tables_on(target).all(is_own)
        };
        let stand_ins: BTreeMap<EntityId, TableSource> = catalog
            .iter()
            .filter(|(_, entity)| !has_its_own(entity))
            .map(|(id, entity)| (id, TableSource::Table(vec![SCHEMA.to_owned(), entity.name.clone()])))
            .collect();
        let mut tables = Vec::new();
        for (id, entity) in catalog.iter() {
            let mut entity = entity.clone();
            if let Some(stand_in) = stand_ins.get(&id) {
                entity.source = stand_in.clone();
                entity.target_sources.clear();
            }
            let alone = Catalog { entities: vec![entity], ..Catalog::default() };
            tables.extend(tables_of(&alone, target)?.into_iter().map(|table| (id, table)));
        }
        Ok(Self { tables, stand_ins })
    }

    fn open(&self, limits: Limits) -> Result<Table<'_>, EngineError> {
        let mut engine = Embedded::open(None)?;
        for (_, table) in &self.tables {
            engine.make_empty(table)?;
        }
        engine.limit(limits)?;
        Ok(Table { bench: self, engine })
    }
}

/// A table, empty between tests.
struct Table<'a> {
    bench: &'a Bench,
    engine: Embedded,
}

impl Table<'_> {
    /// Runs in a transaction that is always rolled back, so that the tables are empty for the next
    /// test. A statement that fails ends the transaction, so a new one begins.
    /// Only that one took too long is no outcome: it says nothing of the segment.
    fn run(&mut self, at: usize, case: &Case, statements: &[String]) -> Result<Outcome, EngineError> {
        let mut filled = Err(());
        let mut verdicts = Vec::new();
        for (expectation, sql) in case.expectations.iter().zip(statements) {
            let ready = if filled.is_ok() { Ok(()) } else { self.fill(case) };
            let found = ready.and_then(|()| self.engine.query(sql));
            filled = found.as_ref().map(|_| ()).map_err(|_| self.undo());
            verdicts.push(match found {
                Ok(table) => judge(expectation, &table.rows),
                Err(error) if error.is_timeout() => return Err(error),
                Err(error) => Verdict::Fails(error.to_string()),
            });
        }
        if filled.is_ok() {
            self.undo();
        }
        Ok(Outcome { case: at, verdicts })
    }

    fn fill(&mut self, case: &Case) -> Result<(), EngineError> {
        self.engine.execute("BEGIN")?;
        for (id, table) in &self.bench.tables {
            if !case.data.held_rows(*id).is_empty() {
                let entity = case.data.catalog().entity(*id);
                self.engine.add_rows(table, &cells(entity, table, &case.data, *id))?;
            }
        }
        Ok(())
    }

    /// Outside a transaction this fails, which is harmless.
    fn undo(&mut self) {
        let _ = self.engine.execute("ROLLBACK");
    }
}

fn judge(expectation: &Expectation, rows: &[Vec<Cell>]) -> Verdict {
    // Columns beside the key follow it.
    let split = |row: &Vec<Cell>| {
        let mut values: Vec<Datum> = row.iter().map(datum).collect();
        let beside = values.split_off(expectation.key.len().min(values.len()));
        (values, beside)
    };
    let found: BTreeMap<Key, Vec<Datum>> = rows.iter().map(split).collect();
    if found.len() < rows.len() {
        return Verdict::Fails("more than one row has the key of a member".to_owned());
    }
    expectation.judge(&found)
}

/// The rows of an entity, in the columns of its table.
pub(super) fn cells(entity: &Entity, table: &DataTable, data: &Data, id: EntityId) -> Vec<Vec<Cell>> {
    let (entity, event) = table.part_of(entity);
    let shared = Columns::of(entity);
    let readers = |column: &TableColumn| {
        let reads = |field: &Field| field.column.eq_ignore_ascii_case(&column.name);
        (0..).zip(&entity.fields).filter(|(_, field)| reads(field)).collect::<Vec<(usize, _)>>()
    };
    let readers: Vec<_> = table.columns.iter().map(readers).collect();
    let row = |row: &Vec<Datum>| {
        let value = |(column, readers): (&TableColumn, &Vec<(usize, &Field)>)| {
            if let Some(nested) = shared.nested(entity, &column.name, row) {
                return nested.map_or(Cell::Null, Cell::Text);
            }
            let known = readers.iter().filter_map(|(at, field)| Some((row.get(*at)?, field)));
            let mut present = known.filter(|(value, _)| !value.is_missing());
            present.next().map_or(Cell::Null, |(value, field)| cell(value, &field.storage))
        };
        table.columns.iter().zip(&readers).map(value).collect()
    };
    data.held_rows_of(id, event).map(row).collect()
}

fn cell(value: &Datum, storage: &Storage) -> Cell {
    match value {
        Datum::Missing => Cell::Null,
        Datum::String(text) => Cell::Text(text.clone()),
        Datum::Semver(version) => Cell::Text(version.to_string()),
        Datum::Integer(number) => Cell::Int((*number).into()),
        Datum::Decimal(number) => Cell::Decimal(number.clone()),
        Datum::Float(number) => Cell::Float(*number),
        Datum::Boolean(value) => Cell::Bool(*value),
        Datum::Date(date) => Cell::Date(*date),
        // As JSON, which the engine casts.
        Datum::Array(_) => Cell::Text(value.to_string()),
        Datum::Timestamp(instant) => Cell::Timestamp(match storage {
            Storage::Zone(zone) => local(*instant, zone).unwrap_or(*instant),
            _ => *instant,
        }),
    }
}

/// The local time as stored in a column without a time zone, which the engine takes for UTC.
fn local(instant: Timestamp, zone: &str) -> Option<Timestamp> {
    let local = TimeZone::get(zone).ok()?.to_datetime(instant);
    TimeZone::UTC.to_timestamp(local).ok()
}

fn datum(cell: &Cell) -> Datum {
    match cell {
        Cell::Null => Datum::Missing,
        Cell::Bool(value) => Datum::Boolean(*value),
        Cell::Int(number) => match i64::try_from(*number) {
            Ok(number) => Datum::Integer(number),
            Err(_) => Datum::Decimal(BigDecimal::from(*number)),
        },
        Cell::Decimal(number) => Datum::Decimal(number.clone()),
        Cell::Float(number) => Datum::from(*number),
        Cell::Text(text) => Datum::from(text.as_str()),
        Cell::Date(date) => Datum::Date(*date),
        Cell::Timestamp(instant) => Datum::Timestamp(*instant),
    }
}
