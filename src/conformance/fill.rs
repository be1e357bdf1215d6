//! Fills tables with the rows of a section, by the dialect's own templates for tables and insertions:
//! the only SQL that an engine without segc's loader understands.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use crate::catalog::{Catalog, Entity, EntityId, EventTable, Storage, TableSource};
use crate::diagnostic::Diagnostics;
use crate::dialect::statement::StepKind;
use crate::dialect::statement_template::Slot;
use crate::dialect::{Capability, Dialect, Function};
use crate::engine::{DataTable, Engine, TableColumn, tables_of};
use crate::evaluate::{Columns, Data, Datum};
use crate::plan::rel::{Clock, Column, Query, Scalar, Select};
use crate::sql::{ClockForm, Renderer};
use crate::types::{Literal, Type, find_zone};

/// The tables of a section, one for each entity.
pub(super) struct Tables<'a> {
    dialect: &'a Dialect,
    schema: &'a str,
    tables: Vec<(EntityId, DataTable)>,
}

impl<'a> Tables<'a> {
    /// The tables of a catalog, in a schema of their own.
    ///
    /// # Errors
    ///
    /// Says which of the columns no dialect can create.
    pub(super) fn new(
        dialect: &'a Dialect,
        schema: &'a str,
        catalog: &Catalog,
        target: &str,
    ) -> Result<Self, String> {
        let mut tables = Vec::new();
        for (id, entity) in catalog.iter() {
            let mut entity = entity.clone();
            entity.source = stand_in(&entity, schema);
            entity.target_sources.clear();
            let alone = Catalog { entities: vec![entity], ..Catalog::default() };
            let mut own = tables_of(&alone, target).map_err(|error| error.to_string())?;
            // The table of a query may have to be temporary, and then has no schema.
            for table in own.iter_mut().filter(|table| is_of_query(table)) {
                if dialect.allows(Capability::TempTables) {
                    table.name.drain(..table.name.len() - 1);
                }
            }
            tables.extend(own.into_iter().map(|table| (id, table)));
        }
        for column in tables.iter().flat_map(|(_, table)| &table.columns) {
            let foreign = match &column.storage {
                Storage::Zone(_) if column.ty != Type::Timestamp => Some("lists of times without a zone"),
                // Of encodings, columns are what they hold.
                Storage::Native
                | Storage::Int32
                | Storage::FloatNan
                | Storage::Zone(_)
                | Storage::Epoch(_)
                | Storage::Digits { .. }
                | Storage::LooseVersion => None,
                Storage::Char => Some("CHAR(n)"),
                Storage::Float32 => Some("32-bit floats"),
            };
            let foreign = foreign.or_else(|| (!column.parts.is_empty()).then_some("structs"));
            if let Some(foreign) = foreign {
                return Err(format!("columns of {foreign}"));
            }
            let arrays = matches!(column.ty, Type::Array(_)) && !dialect.allows(Capability::Arrays);
            if arrays || column.ty == Type::Json && !dialect.allows(Capability::Json) {
                return Err(format!("columns of the type {}", column.ty));
            }
            // An array is written as a JSON document.
            if matches!(column.ty, Type::Array(_)) && !dialect.allows(Capability::Json) {
                return Err("columns of arrays, without `json`".to_owned());
            }
        }
        Ok(Self { dialect, schema, tables })
    }

    /// The entities' tables, to compile with.
    pub(super) fn stand_ins(&self, catalog: &Catalog) -> BTreeMap<EntityId, TableSource> {
        let mut sources: BTreeMap<EntityId, TableSource> = BTreeMap::new();
        for (id, table) in &self.tables {
            let of_event = match &catalog.entity(*id).source {
                TableSource::Tables(tables) => {
                    tables.iter().find(|of| table.events.iter().any(|rows| rows.event == of.event))
                }
                TableSource::Table(_) | TableSource::Query { .. } | TableSource::Shards(_) => None,
            };
            let named = of_event.map(|of_event| EventTable { name: table.name.clone(), ..of_event.clone() });
            match (sources.get_mut(id), named) {
                (Some(TableSource::Tables(tables)), Some(named)) => {
                    *tables = tables.iter().cloned().chain([named]).collect();
                }
                (_, Some(named)) => drop(sources.insert(*id, TableSource::Tables(Arc::from([named])))),
                (_, None) => drop(sources.insert(*id, TableSource::Table(table.name.clone()))),
            }
        }
        sources
    }

    /// Creates the tables again and fills them; before the first, also their schema.
    ///
    /// # Errors
    ///
    /// What the engine said of a statement, with it.
    pub(super) fn prepare(
        &self,
        data: &Data,
        engine: &mut Option<Box<dyn Engine>>,
        first: bool,
    ) -> Result<(), String> {
        let Some(engine) = engine else { return Ok(()) };
        if first {
            self.schema().iter().try_for_each(|sql| execute(engine.as_mut(), sql))?;
        }
        self.fill(data, engine.as_mut())
    }

    fn fill(&self, data: &Data, engine: &mut dyn Engine) -> Result<(), String> {
        self.drop_all(engine);
        let renderer = Renderer::new(self.dialect, ClockForm::Query, clock());
        for (id, table) in &self.tables {
            let name = renderer.table_name(&table.name).to_string();
            let (entity, event) = table.part_of(data.catalog().entity(*id));
            let rows: Vec<&Vec<Datum>> = data.held_rows_of(*id, event).collect();
            if is_of_query(table) {
                let query =
                    renderer.query(&values(entity, table, &rows)).map_err(|problems| said(&problems))?;
                for sql in self.statements(StepKind::Scratch, &|slot, indent| match slot {
                    Slot::Table => name.clone(),
                    Slot::Query => query.replace('\n', &format!("\n{}", " ".repeat(indent))),
                    _ => String::new(),
                }) {
                    execute(engine, &sql)?;
                }
                continue;
            }
            let definitions: Vec<String> =
                table.columns.iter().map(|column| self.definition(&renderer, column)).collect();
            for sql in self.statements(StepKind::CreateTable, &|slot, indent| match slot {
                Slot::Table => name.clone(),
                Slot::Definitions => definitions.join(&format!(",\n{}", " ".repeat(indent))),
                _ => String::new(),
            }) {
                execute(engine, &sql)?;
            }
            if rows.is_empty() {
                continue;
            }
            let query = values(entity, table, &rows);
            let query = renderer.query(&query).map_err(|problems| said(&problems))?;
            let columns: Vec<String> =
                table.columns.iter().map(|column| renderer.name(&column.name)).collect();
            for sql in self.statements(StepKind::Insert, &|slot, _| match slot {
                Slot::Table => name.clone(),
                Slot::Columns => columns.join(", "),
                Slot::Query => query.clone(),
                _ => String::new(),
            }) {
                execute(engine, &sql)?;
            }
        }
        Ok(())
    }

    /// Drops the tables; one that doesn't exist is no problem.
    pub(super) fn drop(&self, engine: &mut Option<Box<dyn Engine>>) {
        if let Some(engine) = engine {
            self.drop_all(engine.as_mut());
        }
    }

    fn drop_all(&self, engine: &mut dyn Engine) {
        let renderer = Renderer::new(self.dialect, ClockForm::Query, clock());
        for (_, table) in &self.tables {
            let name = renderer.table_name(&table.name).to_string();
            for sql in self.statements(StepKind::Drop, &|_, _| name.clone()) {
                let _ = engine.execute(&sql);
            }
        }
    }

    fn definition(&self, renderer: &Renderer<'_>, column: &TableColumn) -> String {
        let ty = self.dialect.data_type(&column.ty).map_or(String::new(), |ty| ty.to_string());
        // A missing array is stored as an empty one, which means the same; not every engine has another.
        let required = !column.nullable || matches!(column.ty, Type::Array(_));
        format!("{} {ty}{}", renderer.name(&column.name), if required { " NOT NULL" } else { "" })
    }

    fn statements(&self, kind: StepKind, fill: &dyn Fn(Slot, usize) -> String) -> Vec<String> {
        statements(self.dialect, kind, fill)
    }

    /// The statements that create the schema.
    fn schema(&self) -> Vec<String> {
        let renderer = Renderer::new(self.dialect, ClockForm::Query, clock());
        self.statements(StepKind::CreateSchema, &|_, _| renderer.name(self.schema))
    }
}

/// Rows are constants: they read no clock.
fn clock() -> &'static Clock {
    static CLOCK: OnceLock<Clock> = OnceLock::new();
    CLOCK.get_or_init(Clock::default)
}

/// The statements of a step.
pub(super) fn statements(
    dialect: &Dialect,
    kind: StepKind,
    fill: &dyn Fn(Slot, usize) -> String,
) -> Vec<String> {
    dialect.statements.of(kind).iter().map(|template| template.fill("", fill)).collect()
}

/// Executes a statement; the error shows it.
fn execute(engine: &mut dyn Engine, sql: &str) -> Result<(), String> {
    engine.execute(sql).map(drop).map_err(|error| format!("{}\n{sql}", error.reason()))
}

/// Problems as text.
pub(super) fn said(problems: &Diagnostics) -> String {
    let lines: Vec<String> = problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    lines.join("\n")
}

/// The place of an entity's rows in a schema.
fn stand_in(entity: &Entity, schema: &str) -> TableSource {
    match &entity.source {
        TableSource::Tables(tables) => {
            let named = |(at, table): (usize, &EventTable)| EventTable {
                name: vec![schema.to_owned(), format!("{}_{at}", name(entity))],
                ..table.clone()
            };
            TableSource::Tables((1..).zip(tables.iter()).map(named).collect())
        }
        TableSource::Table(_) | TableSource::Query { .. } | TableSource::Shards(_) => {
            TableSource::Table(vec![schema.to_owned(), name(entity)])
        }
    }
}

/// The name of an entity's table.
fn name(entity: &Entity) -> String {
    format!("case_{}", entity.name)
}

/// Whether a table is made of a query: a dialect names no type for times without a zone, so the table
/// has that of its own `local_time`.
fn is_of_query(table: &DataTable) -> bool {
    table.columns.iter().any(|column| matches!(column.storage, Storage::Zone(_)))
}

/// Rows as a union of SELECTs; without rows, one that selects none.
fn values(entity: &Entity, table: &DataTable, rows: &[&Vec<Datum>]) -> Query {
    let shared = Columns::of(entity);
    let select = |row: &Vec<Datum>| {
        let column = |column: &TableColumn| {
            let nested = shared.nested(entity, &column.name, row);
            let mut fields = entity.fields.iter().zip(row);
            let own = fields.find(|(field, value)| {
                field.column.eq_ignore_ascii_case(&column.name) && !value.is_missing()
            });
            let value = match (nested, own) {
                (Some(document), _) => document.map_or(Datum::Missing, |text| Datum::from(text.as_str())),
                (None, own) => own.map_or(Datum::Missing, |(_, value)| value.clone()),
            };
            Column { value: stored(&value, column), name: Some(column.name.clone()) }
        };
        Select { columns: table.columns.iter().map(column).collect(), ..Select::default() }
    };
    let mut all: Vec<Select> = rows.iter().copied().map(select).collect();
    if all.is_empty() {
        let missing = vec![Datum::Missing; entity.fields.len()];
        let never = Some(Scalar::Literal(Literal::Boolean(false)));
        return Query::of(Select { filter: never, ..select(&missing) });
    }
    let first = all.remove(0);
    Query { union: all, ..Query::of(first) }
}

/// A value as its column holds it. A local time is that of UTC's clocks at another instant, so that no
/// zone of the engine takes part.
fn stored(value: &Datum, column: &TableColumn) -> Scalar {
    let Storage::Zone(zone) = &column.storage else { return scalar(value, &column.ty) };
    let local = match (value, find_zone(zone)) {
        (Datum::Timestamp(instant), Some((zone, _))) => {
            zone.to_datetime(*instant).to_zoned(TimeZone::UTC).ok()
        }
        _ => None,
    };
    let instant = local.map_or(Datum::Missing, |local| Datum::Timestamp(local.timestamp()));
    Scalar::Call(Function::LocalTime, vec![scalar(&instant, &column.ty), Scalar::text("UTC")])
}

/// A value, cast to the column's type.
fn scalar(value: &Datum, ty: &Type) -> Scalar {
    let literal = |literal| Scalar::Cast(Box::new(Scalar::Literal(literal)), ty.clone());
    match (value, ty) {
        (_, Type::Array(element)) => {
            let document = if value.is_missing() { "[]".to_owned() } else { value.to_string() };
            let item = Scalar::Call(read(element), vec![Scalar::column("", "segc_item")]);
            let document = Scalar::Call(Function::ReadJsonText, vec![Scalar::text(document)]);
            Scalar::Call(Function::JsonElements, vec![document, item])
        }
        (Datum::Missing, _) => {
            let never = Scalar::Literal(Literal::Boolean(false));
            Scalar::Case(vec![(never, Scalar::Cast(Box::new(sample(ty)), ty.clone()))], None)
        }
        (Datum::Integer(number), _) => literal(Literal::Integer(*number)),
        (Datum::Decimal(number), _) => literal(Literal::Decimal(number.clone())),
        (Datum::Float(number), _) => literal(Literal::Float(*number)),
        (Datum::Boolean(value), _) => literal(Literal::Boolean(*value)),
        (Datum::Date(date), _) => literal(Literal::Date(*date)),
        (Datum::Timestamp(instant), _) => literal(Literal::Timestamp(*instant)),
        (Datum::String(text), _) => literal(Literal::String(text.clone())),
        (Datum::Semver(version), _) => literal(Literal::String(version.to_string())),
        (Datum::Array(_), _) => literal(Literal::String(value.to_string())),
    }
}

/// How an element of an array is read from a document.
fn read(element: &Type) -> Function {
    match element {
        Type::String | Type::Semver => Function::JsonString,
        Type::Integer => Function::JsonInteger,
        Type::Decimal { .. } => Function::JsonDecimal,
        Type::Float => Function::JsonFloat,
        Type::Boolean => Function::JsonBoolean,
        Type::Date => Function::JsonDate,
        Type::Timestamp => Function::JsonTimestamp,
        Type::Json | Type::Array(_) => Function::JsonPresent,
    }
}

/// Some value of a type, which is never evaluated.
fn sample(ty: &Type) -> Scalar {
    Scalar::Literal(match ty {
        Type::Integer => Literal::Integer(0),
        Type::Decimal { .. } => Literal::Decimal(0.into()),
        Type::Float => Literal::Float(0.0),
        Type::Boolean => Literal::Boolean(false),
        Type::Date => Literal::Date(jiff::civil::Date::constant(2000, 1, 1)),
        Type::Timestamp => Literal::Timestamp(jiff::Timestamp::UNIX_EPOCH),
        Type::Json => Literal::String("null".to_owned()),
        Type::String | Type::Semver | Type::Array(_) => Literal::String(String::new()),
    })
}
