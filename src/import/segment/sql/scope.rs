//! Which rows and columns names stand for.
use sqlparser::ast as sql;

use super::value::{Need, Plain};
use crate::catalog::{Catalog, Entity, EntityId, Field, Inside, Step, Storage, TableSource};
use crate::syntax::ast::{Expr, Path, Window};
use crate::syntax::make;

/// A table of a FROM clause, as seen from the row that a condition is about.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Its alias, or its name.
    pub(super) alias: String,
    pub(super) entity: EntityId,
    /// The to-one links that lead to it; `None` if no links do.
    pub(super) path: Option<Vec<String>>,
}

/// The rows that the aggregates of a HAVING are about.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// From the entity that is selected to the rows, through at least one to-many link.
    pub(super) path: Vec<String>,
    /// The condition on the rows.
    pub(super) filter: Filter,
}

/// `during W where E`: the condition on rows, split by where it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) window: Option<Window>,
    pub(super) conditions: Vec<Expr>,
}

/// The names that a condition may use.
#[derive(Debug, Clone)]
pub(super) struct Scope<'s> {
    /// The tables of its FROM clause.
    pub(super) tables: Vec<Table>,
    /// The scope around a subquery.
    pub(super) outer: Option<&'s Scope<'s>>,
    /// Whether the rows of a subquery are values of the row around it, behind to-one links.
    pub(super) same_row: bool,
    /// The values known to be present, since a condition beside them says so.
    pub(super) known: Vec<String>,
    /// In a HAVING: the rows that aggregates are about, in the scope of `tables`.
    pub(super) group: Option<&'s Group<'s>>,
}

/// A group of rows.
#[derive(Debug)]
pub(super) struct Group<'s> {
    pub(super) rows: Rows,
    /// The names in the arguments of its aggregates.
    pub(super) scope: Scope<'s>,
}

/// A column that was found.
#[derive(Debug, Clone)]
pub(super) struct Column<'c> {
    /// The table in its scope.
    pub(super) table: usize,
    /// How many scopes out it is.
    pub(super) level: usize,
    pub(super) entity: EntityId,
    pub(super) field: &'c Field,
    /// The links that lead to its table.
    pub(super) path: Option<Vec<String>>,
}

/// Why a column wasn't found.
#[derive(Debug, Clone)]
pub(super) enum NoColumn {
    /// There is none of this name.
    Unknown { tables: Vec<EntityId> },
    /// There is no table of this alias.
    NoTable(String),
    /// Several tables have it.
    Ambiguous(Vec<String>),
}

impl<'s> Scope<'s> {
    /// The scope of a row of one entity.
    pub(super) fn of(entity: EntityId, alias: String) -> Self {
        let tables = vec![Table { alias, entity, path: Some(Vec::new()) }];
        Self { tables, outer: None, same_row: false, known: Vec::new(), group: None }
    }

    /// The column of a name, here or further out.
    pub(super) fn find<'c>(
        &self,
        catalog: &'c Catalog,
        names: &[sql::Ident],
        keys: &[String],
    ) -> Result<Column<'c>, NoColumn> {
        let Some((column, qualifier)) = names.split_last() else {
            return Err(NoColumn::Unknown { tables: Vec::new() });
        };
        let mut seen = Vec::new();
        let (mut scope, mut level) = (Some(self), 0);
        while let Some(here) = scope {
            let fits = |table: &Table| fits(table, qualifier, catalog);
            let tables: Vec<_> = here.tables.iter().enumerate().filter(|(_, table)| fits(table)).collect();
            let mut found = Vec::new();
            for (at, table) in &tables {
                seen.push(table.entity);
                if let Some(field) = field_of(catalog.entity(table.entity), column, keys) {
                    let (entity, path) = (table.entity, table.path.clone());
                    found.push(Column { table: *at, level, entity, field, path });
                }
            }
            match found.len() {
                0 if !qualifier.is_empty() && !tables.is_empty() => break,
                0 => {}
                1 => return found.pop().ok_or(NoColumn::Unknown { tables: seen }),
                _ => {
                    let tables = found.iter().map(|column| here.tables[column.table].alias.clone());
                    return Err(NoColumn::Ambiguous(tables.collect()));
                }
            }
            (scope, level) = (here.outer, level + usize::from(!here.same_row));
        }
        match qualifier.last() {
            Some(table) if seen.is_empty() => Err(NoColumn::NoTable(table.value.clone())),
            _ => Err(NoColumn::Unknown { tables: seen }),
        }
    }
}

/// Whether a table is the one that a qualifier names: its alias, or the end of its name.
fn fits(table: &Table, qualifier: &[sql::Ident], catalog: &Catalog) -> bool {
    let Some((last, before)) = qualifier.split_last() else { return true };
    if !before.is_empty() {
        let names: Vec<String> = qualifier.iter().map(|name| name.value.clone()).collect();
        return names_table(catalog.entity(table.entity), &names);
    }
    let entity = catalog.entity(table.entity);
    // Without a FROM, the alias is the entity's name, and its table's is as good.
    let own = table.alias == entity.name && names_table(entity, std::slice::from_ref(&last.value));
    own || table.alias.eq_ignore_ascii_case(&last.value)
}

/// Whether names are those of an entity's table, or the last of them.
pub(super) fn names_table(entity: &Entity, names: &[String]) -> bool {
    let same = |a: &[String]| a.iter().rev().zip(names.iter().rev()).all(|(a, b)| a.eq_ignore_ascii_case(b));
    let sources = std::iter::once(&entity.source).chain(entity.target_sources.values());
    // A table of one event isn't the entity.
    let table = sources.into_iter().any(|source| match source {
        TableSource::Table(table) => same(table),
        TableSource::Shards(shards) => same(&shards.name),
        TableSource::Query { .. } | TableSource::Tables(_) => false,
    });
    table || matches!(names, [name] if name.eq_ignore_ascii_case(&entity.name))
}

/// The field that reads a column; `keys` lead into a document.
fn field_of<'c>(entity: &'c Entity, column: &sql::Ident, keys: &[String]) -> Option<&'c Field> {
    let inside = |field: &Field| match &field.inside {
        None => keys.is_empty(),
        Some(Inside { steps, .. }) => {
            let is_key = |(step, key): (&Step, &String)| matches!(step, Step::Key(own) if own == key);
            steps.len() == keys.len() && steps.iter().zip(keys).all(is_key)
        }
    };
    let exact = |field: &&Field| field.column == column.value && inside(field);
    let folded = |field: &&Field| field.column.eq_ignore_ascii_case(&column.value) && inside(field);
    let named = |field: &&Field| keys.is_empty() && field.name.eq_ignore_ascii_case(&column.value);
    let fields = || entity.fields.iter();
    let found = fields().find(exact);
    let found = found.or_else(|| fields().find(folded).filter(|_| column.quote_style.is_none()));
    found.or_else(|| fields().find(named))
}

impl Column<'_> {
    /// Its path, as segments write it; `None` if no links lead to its table, or none that far out.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        let mut names = match self.level {
            0 => Vec::new(),
            1 => vec!["outer".to_owned()],
            _ => return None,
        };
        names.extend(self.path.clone()?);
        names.push(self.field.name.clone());
        Some(names)
    }

    /// Whether it may be missing: because of its own values, or without a row at the end of the links.
    pub(super) fn may_be_missing(&self, catalog: &Catalog) -> bool {
        let key = catalog.entity(self.entity).key.iter();
        let in_key = key.copied().any(|id| std::ptr::eq(catalog.entity(self.entity).field(id), self.field));
        let linked = self.path.as_ref().is_none_or(|path| !path.is_empty());
        // A row without its key is none.
        linked || (self.field.nullable && !in_key) || self.field.storage == Storage::FloatNan
    }

    /// It as a value.
    pub(super) fn value(&self, catalog: &Catalog) -> Option<Plain> {
        let names = self.names()?;
        let key = names.join(".");
        let expr = make::path(path_of(&names));
        let need = Need { key, expr: expr.clone() };
        let needs = if self.may_be_missing(catalog) { vec![need] } else { Vec::new() };
        let zone = match &self.field.storage {
            Storage::Zone(zone) => Some(zone.clone()),
            _ => None,
        };
        let values = self.field.values.clone();
        Some(Plain { needs, zone, values, ..Plain::sure(expr, self.field.ty.clone()) })
    }
}

/// A path of these names.
pub(super) fn path_of(names: &[String]) -> Path {
    make::path_of(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
