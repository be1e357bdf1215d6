//! Compares the catalog with a database: every column that segments read must exist and match its
//! field's declaration.

mod field;
pub(crate) mod problems;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use self::field::{Fit, fit, fit_converted};
use self::problems::{NarrowIntegers, NoSuchColumn, NoSuchTable, OtherType, QueryRefused, TimeWithoutZone};
use super::session::Session;
use crate::catalog::{Entity, Field, Storage, TableSource};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::engine::{Described, Engine, Source, SourceColumn};
use crate::plan::Plan;

/// Why a field can't read a column as it declares it: `None` if it can, otherwise the declaration
/// that would be right, if there is one.
pub(crate) fn misfit(field: &Field, column: &SourceColumn, of_many: bool) -> Option<Option<String>> {
    match if of_many { fit_converted(field, column) } else { fit(field, column) } {
        Fit::Right => None,
        Fit::Narrow => Some(Some("storage: int32".to_owned())),
        Fit::NoZone => Some(Some("zone: …".to_owned())),
        Fit::Wrong(right) => Some(right),
        Fit::NoPart { .. } => Some(None),
    }
}

impl Session {
    /// Compares what the catalog says of the columns that a plan's segments read with what a
    /// database says of them: the tables and columns are there, their types are those declared,
    /// and the rows keep what `nullable: false`, `values` and `storage` promise. Rows are read only
    /// for what the schema leaves open: all of them, or the first `most_rows` of each table. Queries
    /// are prepared, not executed.
    ///
    /// The names of tables that have more rows than were read are added to `partly_read`.
    ///
    /// `database` is what the database is called in messages. What an engine can't tell is not
    /// compared.
    #[doc(hidden)]
    pub fn compare_schema(
        &self,
        plan: &Plan,
        database: &str,
        engine: &mut dyn Engine,
        most_rows: Option<u32>,
        partly_read: &mut Vec<String>,
    ) -> Diagnostics {
        let mut columns: BTreeMap<(&str, &[String]), BTreeSet<&str>> = BTreeMap::new();
        for read in plan.segments.iter().flat_map(|segment| &segment.reads) {
            let of_table = columns.entry((&read.entity, &read.table)).or_default();
            of_table.extend(read.columns.iter().map(String::as_str));
        }
        let mut comparison = Comparison {
            session: self,
            target: &plan.target,
            database,
            engine,
            most_rows,
            partly_read,
            problems: Diagnostics::new(),
        };
        for ((name, table), columns) in columns {
            if let Some(id) = self.hir.catalog.find(name) {
                let entity = self.hir.catalog.entity(id);
                match entity.in_table(&plan.target, table) {
                    Some(of_event) => comparison.entity(&of_event, &columns),
                    None => comparison.entity(entity, &columns),
                }
            }
        }
        comparison.problems
    }
}

struct Comparison<'a> {
    session: &'a Session,
    target: &'a str,
    database: &'a str,
    engine: &'a mut dyn Engine,
    most_rows: Option<u32>,
    partly_read: &'a mut Vec<String>,
    problems: Diagnostics,
}

/// A field and its column.
type Pair<'a> = (&'a Field, &'a SourceColumn);

impl Comparison<'_> {
    fn entity(&mut self, entity: &Entity, columns: &BTreeSet<&str>) {
        let source = entity.source_on(self.target);
        let described = match source {
            TableSource::Table(name) => self.engine.describe(Source::Table(name)),
            TableSource::Query { sql, .. } => self.engine.describe(Source::Query(sql)),
            // Each of them is compared as a table of its own.
            TableSource::Tables(_) => return,
            // A target that executes here has no table for each day.
            TableSource::Shards(_) => return,
        };
        let known = match (described, source) {
            (Ok(Described::Columns(known)), _) => known,
            (Ok(Described::Absent), TableSource::Table(name)) => return self.absent(entity, name),
            (Err(error), TableSource::Query { span, .. }) => {
                let (span, entity) = (Some(*span), entity.name.clone());
                return self.problems.push(QueryRefused { span, entity, reason: error.reason() });
            }
            (Err(error), TableSource::Table(_) | TableSource::Tables(_) | TableSource::Shards(_)) => {
                return self.problems.push(Diagnostic::from(error));
            }
            (Ok(Described::Unknown | Described::Absent), _) => return,
        };
        let table = match source {
            TableSource::Table(name) => name.join("."),
            TableSource::Query { .. } | TableSource::Tables(_) | TableSource::Shards(_) => {
                format!("the query of {}", entity.name)
            }
        };
        let is_read = |field: &&Field| columns.iter().any(|name| name.eq_ignore_ascii_case(&field.column));
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        for field in entity.fields.iter().filter(is_read) {
            match known.iter().find(|column| self.engine.same_name(&column.name, &field.column)) {
                Some(column) => pairs.push((field, column)),
                None => self.no_column(entity, field, &table, &known),
            }
        }
        self.types(entity, &table, &pairs);
        if let TableSource::Table(name) = source {
            self.rows(entity, name, &pairs, &known);
        }
    }

    fn absent(&mut self, entity: &Entity, table: &[String]) {
        let tables = self.engine.tables().unwrap_or_default();
        let short = |name: &[String]| name.last().cloned().unwrap_or_default();
        let elsewhere = tables.iter().find(|name| short(name).eq_ignore_ascii_case(&short(table)));
        let near = elsewhere.map(|name| name.join(".")).or_else(|| {
            let names: Vec<(String, String)> =
                tables.iter().map(|name| (short(name), name.join("."))).collect();
            let near = closest(&short(table), names.iter().map(|(short, _)| short.as_str()))?;
            names.iter().find(|(short, _)| short == near).map(|(_, whole)| whole.clone())
        });
        self.problems.push(NoSuchTable {
            span: Some(entity.span),
            entity: entity.name.clone(),
            table: table.join("."),
            database: self.database.to_owned(),
            near,
        });
    }

    /// If several fields read a missing column, each has an error.
    fn no_column(&mut self, entity: &Entity, field: &Field, table: &str, known: &[SourceColumn]) {
        self.problems.push(NoSuchColumn {
            span: Some(field.span),
            field: shown(entity, field),
            table: table.to_owned(),
            column: field.column.clone(),
            known: known.iter().map(|column| column.name.clone()).collect(),
        });
    }

    fn types(&mut self, entity: &Entity, table: &str, pairs: &[Pair<'_>]) {
        let mut narrow: Vec<&Field> = Vec::new();
        let whole = self.session.hir.catalog.find(&entity.name).map(|id| self.session.hir.catalog.entity(id));
        let of_many = whole.is_some_and(|entity| !entity.event_tables(self.target).is_empty());
        for &(field, column) in pairs {
            let name = format!("{table}.{}", column.name);
            let compare = if of_many { fit_converted } else { fit };
            let problem: Diagnostic = match compare(field, column) {
                Fit::Right => continue,
                Fit::Narrow => {
                    narrow.push(field);
                    continue;
                }
                Fit::NoZone => TimeWithoutZone {
                    span: Some(field.span),
                    field: shown(entity, field),
                    column: name,
                    ty: column.ty.clone(),
                    project: self.session.config().calendar.zone_name.clone(),
                }
                .into(),
                Fit::Wrong(right) => OtherType {
                    span: Some(field.span),
                    field: shown(entity, field),
                    declared: declared(field),
                    column: name,
                    ty: column.ty.clone(),
                    right,
                }
                .into(),
                Fit::NoPart { name: part, known } => NoSuchColumn {
                    span: Some(field.span),
                    field: shown(entity, field),
                    table: name,
                    column: part,
                    known,
                }
                .into(),
            };
            self.problems.push(problem);
        }
        if let Some(first) = narrow.first() {
            let fields = narrow.iter().map(|field| field.name.clone()).collect();
            self.problems.push(NarrowIntegers { span: Some(first.span), table: table.to_owned(), fields });
        }
    }
}

fn shown(entity: &Entity, field: &Field) -> String {
    format!("{}.{}", entity.name, field.name)
}

/// A field's declaration of its column.
fn declared(field: &Field) -> String {
    use crate::catalog::Container;
    match field.inside.as_ref().map(|inside| inside.container) {
        Some(Container::Json) => return "a value in a JSON document".to_owned(),
        Some(Container::JsonText) => return "a value in a text that is JSON".to_owned(),
        Some(Container::Struct) => return format!("{} in a struct", field.ty),
        None => {}
    }
    match &field.storage {
        Storage::Native => field.ty.to_string(),
        Storage::Zone(zone) => format!("{} with `zone: {zone}`", field.ty),
        Storage::Char => format!("{} with `storage: char`", field.ty),
        Storage::Int32 => format!("{} with `storage: int32`", field.ty),
        Storage::Float32 => format!("{} with `storage: float32`", field.ty),
        Storage::FloatNan => format!("{} with `storage: float_nan`", field.ty),
        Storage::Digits { number: true } => {
            format!("{} with `encoding: yyyymmdd` and `storage: integer`", field.ty)
        }
        encoded => format!("{} with `encoding: {}`", field.ty, encoded.encoding().unwrap_or_default()),
    }
}
