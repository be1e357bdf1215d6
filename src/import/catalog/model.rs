//! What a source says about tables, in the same terms for every kind of source.

use std::collections::BTreeMap;

use super::families::Family;
use crate::engine::ColumnType;

/// Everything found in a source.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Where it is from, for the comment at the top of a new file.
    pub(crate) origin: String,
    /// In the order in which their entities are written.
    pub(crate) tables: Vec<FoundTable>,
    /// What isn't imported, and why.
    pub(crate) skipped: Vec<Skipped>,
    /// Whether the source knows every table of its database, so that an entity whose table isn't
    /// among them has lost it.
    pub(crate) is_complete: bool,
}

/// A table, a view or a model.
#[derive(Debug, Clone, Default)]
pub(crate) struct FoundTable {
    /// Identifies it among those found.
    pub(crate) id: String,
    /// The name that the catalog gets, of one to three parts.
    pub(crate) name: Vec<String>,
    /// The name with all its parts.
    pub(crate) full: Vec<String>,
    /// The name that the source itself has for the entity.
    pub(crate) entity: Option<String>,
    /// Whether it was chosen. Others are known only as the targets of links.
    pub(crate) is_selected: bool,
    pub(crate) description: Option<String>,
    pub(crate) columns: Vec<FoundColumn>,
    /// In the order of preference.
    pub(crate) keys: Vec<FoundKey>,
    pub(crate) references: Vec<FoundReference>,
    /// The column that says when a row happened.
    pub(crate) time: Option<String>,
    /// The column that the loader sets whenever it writes a row.
    pub(crate) ingested_at: Option<String>,
    /// What dbt calls it, as an entity's `dbt` does.
    pub(crate) dbt: Option<String>,
    /// Who looks after it, in the source's words.
    pub(crate) owner: Option<String>,
    /// A query in place of the table, if some columns have to be converted.
    pub(crate) query: Option<String>,
    /// The tables that it is in the place of, if there are several.
    pub(crate) family: Option<Family>,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct FoundColumn {
    pub(crate) name: String,
    /// The name of its type in the source; empty if the source gives none.
    pub(crate) ty: String,
    /// `None` if the source doesn't give its type.
    pub(crate) holds: Option<ColumnType>,
    pub(crate) nullable: bool,
    /// The closed set of its texts.
    pub(crate) values: Option<Vec<String>>,
    pub(crate) description: Option<String>,
    pub(crate) is_personal: bool,
    /// What was seen in its rows, or else is worth knowing about it.
    pub(crate) note: Option<String>,
}

impl FoundColumn {
    /// A column about which only its type is known.
    pub(crate) fn new(name: &str, ty: &str, holds: Option<ColumnType>) -> Self {
        Self {
            name: name.to_owned(),
            ty: ty.to_owned(),
            holds,
            nullable: true,
            values: None,
            description: None,
            is_personal: false,
            note: None,
        }
    }
}

/// Columns that identify a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundKey {
    pub(crate) columns: Vec<String>,
    /// Whether the database guarantees it.
    pub(crate) is_enforced: bool,
    /// Whether the source calls it the key, rather than only unique.
    pub(crate) is_primary: bool,
}

/// A foreign key, or what a source declares instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundReference {
    /// The columns, each with the one that it refers to.
    pub(crate) columns: Vec<(String, String)>,
    /// The [`FoundTable::id`] of the other table.
    pub(crate) to: String,
    /// The source's own name for the relationship.
    pub(crate) name: Option<String>,
}

/// Something that isn't imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Skipped {
    pub(crate) what: String,
    pub(crate) why: String,
}

impl Found {
    /// Notes that something isn't imported.
    pub(crate) fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped.push(Skipped { what: what.into(), why: why.into() });
    }

    /// Its tables, and those that are one of a family.
    pub(crate) fn all(&self) -> impl Iterator<Item = &FoundTable> {
        self.tables.iter().flat_map(|table| {
            let events = match &table.family {
                Some(Family::Events(events)) => &*events.tables,
                _ => &[],
            };
            std::iter::once(table).chain(events)
        })
    }

    /// The tables by their identities.
    pub(crate) fn by_id(&self) -> BTreeMap<&str, &FoundTable> {
        self.tables.iter().map(|table| (table.id.as_str(), table)).collect()
    }
}

impl FoundTable {
    /// The column of that name: the same, or else the same in other letters.
    pub(crate) fn column(&self, name: &str) -> Option<&FoundColumn> {
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }

    /// Adds a key unless the same columns are already one.
    pub(crate) fn add_key(&mut self, columns: Vec<String>, is_primary: bool, is_enforced: bool) {
        match self.keys.iter_mut().find(|key| key.columns == columns) {
            Some(known) => {
                known.is_primary |= is_primary;
                known.is_enforced |= is_enforced;
            }
            None => self.keys.push(FoundKey { columns, is_enforced, is_primary }),
        }
        self.keys.sort_by_key(|key| !key.is_primary);
    }

    /// The key of its entity: the primary one, or else the only one whose columns are never
    /// missing. Of several, only a person can say which.
    pub(crate) fn key(&self) -> Option<&FoundKey> {
        if let Some(primary) = self.keys.iter().find(|key| key.is_primary) {
            return Some(primary);
        }
        let is_present = |key: &&FoundKey| {
            key.columns.iter().all(|name| self.column(name).is_some_and(|one| !one.nullable))
        };
        let mut present = self.keys.iter().filter(is_present);
        match (present.next(), present.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

impl Found {
    /// The names of the chosen tables, without their schemas.
    pub(crate) fn table_names(&self) -> Vec<String> {
        let chosen = self.tables.iter().filter(|table| table.is_selected);
        chosen.filter_map(|table| table.name.last().cloned()).collect()
    }

    /// Takes what a definition doesn't say from the database that it describes: types, whether values
    /// may be missing, and the letters of columns' names.
    pub fn complete(&mut self, database: &Self) {
        for table in &mut self.tables {
            let same = |other: &&FoundTable| {
                let pairs = table.full.iter().rev().zip(other.full.iter().rev());
                !other.columns.is_empty()
                    && pairs.into_iter().all(|(one, other)| one.eq_ignore_ascii_case(other))
            };
            let Some(known) = database.tables.iter().find(same) else { continue };
            for column in &mut table.columns {
                let Some(real) = known.column(&column.name) else { continue };
                if column.holds.is_none() || column.ty.is_empty() {
                    column.ty.clone_from(&real.ty);
                    column.holds.clone_from(&real.holds);
                }
                column.nullable &= real.nullable;
                column.values = column.values.take().or_else(|| real.values.clone());
            }
        }
    }
}
