//! Unit tests for dbt: the same rows, the members, and the columns beside the key that a test states.
//!
//! <https://docs.getdbt.com/docs/build/unit-tests>

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::embedded::cells;
use super::model::{Case, Expectation, Key, Suite, Wanted};
use crate::api::Session;
use crate::artifact::dbt::{Given, Model, Package, Rows, UnitTest};
use crate::catalog::{Catalog, EntityId, Storage};
use crate::check::hir::SegmentId;
use crate::engine::{Cell, DataTable, tables_of};
use crate::evaluate::{Datum, Evaluator};
use crate::types::{Materialize, Type};

impl Suite {
    /// Adds to a package a unit test for each segment that a test expects something of. Tests that dbt
    /// can't execute are added to those that are left out, with the reason.
    pub fn add_to(&self, package: &mut Package<'_>) {
        for case in &self.cases {
            for expectation in &case.expectations {
                let made = match package.models.iter().find(|model| model.segment.id == expectation.segment) {
                    Some(model) => self.for_dbt(case, expectation, model, package),
                    None => Err("its segment has no model"),
                };
                let of = format!("of {} ({}:{})", expectation.name, case.path, case.line);
                match made {
                    Ok((test, unstated)) => {
                        package.unit_tests.push(test);
                        let why = "the last digits of its values can differ, and dbt compares them all";
                        let line = |column| format!("{column} in {} {of}: {why}", case.name);
                        package.left_out.extend(unstated.into_iter().map(line));
                    }
                    Err(why) => package.left_out.push(format!("{} {of}: {why}", case.name)),
                }
            }
        }
        let mut names = std::collections::BTreeMap::<(String, String), usize>::new();
        for test in &mut package.unit_tests {
            let times = names.entry((test.model.clone(), test.name.clone())).or_default();
            *times += 1;
            if *times > 1 {
                test.name = format!("{}_{times}", test.name);
            }
        }
    }

    /// The test, and the columns that it can't state.
    fn for_dbt(
        &self,
        case: &Case,
        expectation: &Expectation,
        model: &Model<'_>,
        package: &Package<'_>,
    ) -> Result<(UnitTest, Vec<String>), &'static str> {
        if case.variant > 0 {
            return Err("it sets parameters, which are constants in a model");
        }
        if model.rows == Rows::View {
            return Err("a view reads the engine's clock, which a test can't set");
        }
        let session = self.variants.first().ok_or("the project has an error")?;
        let catalog = &session.hir().catalog;
        let mut evaluator = Evaluator::new(session.hir(), &case.data, case.as_of);
        let mut members = |id: SegmentId| evaluator.members(id).map_err(|_| "its evaluation fails");
        let mut given = Vec::new();
        for (table, input) in package.inputs(model) {
            let segment = package.plan.segments.iter().find(|segment| segment.table == *table);
            let rows = match segment {
                Some(read) => {
                    let names: Vec<String> = read.keys.iter().map(|key| key.name.clone()).collect();
                    keys(&names, members(read.id)?)?
                }
                None => rows_of(case, session, &package.plan.target, table)?,
            };
            given.push(Given { input: input.to_owned(), rows });
        }
        if reads_a_query(model, catalog, &package.plan.target) {
            return Err("it reads a `query:`, whose tables dbt doesn't know");
        }
        let found = match &expectation.wanted {
            Wanted::Exactly(wanted) => wanted.clone(),
            Wanted::Some { .. } => members(model.segment.id)?,
        };
        let (expect, unstated) = expected(expectation, model, found, &mut evaluator)?;
        let test = UnitTest {
            name: slug(&case.name),
            description: format!("{} ({}:{})", case.name, case.path, case.line),
            model: model.segment.name.clone(),
            as_of: case.as_of.to_string(),
            incremental: model.segment.materialize == Materialize::Incremental
                && matches!(model.rows, Rows::Incremental(_)),
            given,
            expect,
        };
        Ok((test, unstated))
    }
}

/// A row as dbt reads it: values by the names of columns.
type DbtRow = Map<String, Value>;

/// The rows of a model's table, and the columns that are stated but can't be compared. dbt compares a column in
/// all rows or in none, so the reference evaluator adds the values of members of which a test states nothing.
fn expected(
    expectation: &Expectation,
    model: &Model<'_>,
    members: BTreeSet<Key>,
    evaluator: &mut Evaluator<'_>,
) -> Result<(Vec<DbtRow>, Vec<String>), &'static str> {
    let names: Vec<String> = model.segment.keys.iter().map(|key| key.name.clone()).collect();
    let stated: BTreeSet<usize> = expectation.values.values().flatten().map(|(at, _)| *at).collect();
    let columns = model.segment.columns.iter().enumerate().filter(|(at, _)| stated.contains(at));
    let (unstated, stated): (Vec<_>, Vec<_>) = columns.partition(|(_, column)| column.approximate);
    let unstated = unstated.into_iter().map(|(_, column)| column.name.clone()).collect();
    let mut rows = keys(&names, members.iter().cloned())?;
    if stated.is_empty() {
        return Ok((rows, unstated));
    }
    let table = evaluator.table(expectation.segment).map_err(|_| "its evaluation fails")?;
    for (row, key) in rows.iter_mut().zip(&members) {
        let own = expectation.values.get(key);
        for (at, column) in &stated {
            let own = own.and_then(|values| values.iter().find(|(of, _)| of == at)).map(|(_, value)| value);
            let value = own.or_else(|| table.get(key)?.get(*at)).cloned().unwrap_or(Datum::Missing);
            row.insert(column.name.clone(), datum(value)?);
        }
    }
    Ok((rows, unstated))
}

fn reads_a_query(model: &Model<'_>, catalog: &Catalog, target: &str) -> bool {
    let is_query = |name: &str| {
        let source = catalog.find(name).map(|id| catalog.entity(id).source_on(target));
        matches!(source, Some(crate::catalog::TableSource::Query { .. }))
    };
    model.segment.reads.iter().any(|read| is_query(&read.entity))
}

/// The rows of a test in a table, without the columns that are missing.
fn rows_of(
    case: &Case,
    session: &Session,
    target: &str,
    table: &[String],
) -> Result<Vec<Map<String, Value>>, &'static str> {
    let catalog = &session.hir().catalog;
    let tables = tables_of(catalog, target).map_err(|_| "its tables have no columns")?;
    let Some(table) = tables.into_iter().find(|known| known.name == table) else { return Ok(Vec::new()) };
    let readers: Vec<EntityId> = table.entities.iter().filter_map(|name| catalog.find(name)).collect();
    let mut rows = Vec::new();
    for &id in &readers {
        for cells in cells(catalog.entity(id), &table, &case.data, id) {
            rows.push(row(&table, cells)?);
        }
    }
    let several = readers.iter().filter(|&&id| !case.data.rows(id).is_empty()).count() > 1;
    if several { Err("two entities have rows in one table") } else { Ok(rows) }
}

fn row(table: &DataTable, cells: Vec<Cell>) -> Result<Map<String, Value>, &'static str> {
    let mut row = Map::new();
    for (column, cell) in table.columns.iter().zip(cells) {
        let is_nested = matches!(column.ty, Type::Array(_) | Type::Json) || !column.parts.is_empty();
        let is_local = matches!(column.storage, Storage::Zone(_));
        match cell {
            Cell::Null => {}
            _ if is_nested => return Err("dbt can't write its arrays, documents or structs"),
            cell => drop(row.insert(column.name.clone(), value(cell, is_local)?)),
        }
    }
    Ok(row)
}

/// A value as dbt reads it: it casts numbers and texts to the type of the column.
fn value(cell: Cell, is_local: bool) -> Result<Value, &'static str> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => json!(value),
        Cell::Int(number) => i64::try_from(number).map_or_else(|_| json!(number.to_string()), Value::from),
        Cell::Decimal(number) => json!(number.to_plain_string()),
        Cell::Float(number) => json!(format!("{number:?}")),
        Cell::Text(text) if ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) => {
            return Err("dbt would read Jinja in its texts");
        }
        Cell::Text(text) => json!(text),
        Cell::Date(date) => json!(date.to_string()),
        Cell::Timestamp(instant) if is_local => json!(TimeZone::UTC.to_datetime(instant).to_string()),
        Cell::Timestamp(instant) => json!(instant.to_string()),
    })
}

fn keys(
    names: &[String],
    members: impl IntoIterator<Item = Key>,
) -> Result<Vec<Map<String, Value>>, &'static str> {
    let row = |key: Key| {
        let parts: Result<Vec<Value>, _> = key.into_iter().map(datum).collect();
        Ok(names.iter().cloned().zip(parts?).collect())
    };
    members.into_iter().map(row).collect()
}

/// A value of a segment's table as dbt reads it.
fn datum(found: Datum) -> Result<Value, &'static str> {
    match found {
        Datum::Missing => Ok(Value::Null),
        Datum::Integer(number) => Ok(json!(number)),
        Datum::Boolean(value) => Ok(json!(value)),
        Datum::String(text) => value(Cell::Text(text), false),
        Datum::Decimal(number) => Ok(json!(number.normalized().to_plain_string())),
        other => Ok(json!(other.to_string())),
    }
}

/// A name as dbt accepts it.
fn slug(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.is_empty() { "test".to_owned() } else { words.join("_") }
}
