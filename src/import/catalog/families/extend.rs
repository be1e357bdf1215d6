//! What is added to an entity over the tables of events: new tables, and columns of those that it has.

use std::collections::BTreeSet;

use super::events::exact;
use super::{Events, Family, is_node};
use crate::catalog::{Entity, EventTable, Field, TableSource};
use crate::import::catalog::Settings;
use crate::import::catalog::existing::{CatalogFile, Existing};
use crate::import::catalog::model::{FoundColumn, FoundTable, Skipped};
use crate::import::catalog::names::{Names, plain};
use crate::import::catalog::plan::{NewTable, Planned, same_end};

/// The name of the field for events' names.
const NAMES: [&str; 2] = ["event", "event_name"];

impl Planned<'_> {
    /// Chooses the field for the events' names, of a new entity.
    pub(in crate::import::catalog) fn name_events(&mut self) {
        let is_column =
            |name: &&str| self.table.columns.iter().any(|one| plain(&one.name, "column") == **name);
        let free: Vec<&str> = NAMES.into_iter().filter(|name| !is_column(name)).collect();
        let wanted = if free.is_empty() { vec!["event_table"] } else { free };
        self.event_name = Some(self.names.free(wanted));
    }

    /// Lists the tables of a new entity, each with those of its fields that not every table has.
    pub(in crate::import::catalog) fn list_tables(&mut self, events: &Events) {
        let mut names = Names::default();
        for table in &events.tables {
            let has = |column: &str, table| exact(table, column).is_some();
            let is_own =
                |column: &str| has(column, table) && !events.tables.iter().all(|other| has(column, other));
            let own = self.fields.iter().filter(|field| is_own(&field.column));
            let fields = own.map(|field| field.name.clone()).collect();
            self.tables.push(new_table(table, &mut names, fields));
        }
    }
}

/// The entry of a table, whose event is called like the table.
fn new_table(table: &FoundTable, names: &mut Names, fields: Vec<String>) -> NewTable {
    let last = table.name.last().cloned().unwrap_or_default();
    let full = table.full.join(".");
    let event = names.free([last.as_str(), full.as_str()]);
    NewTable { event, name: table.name.clone(), fields, dbt: table.dbt.clone() }
}

/// An entity that reads some of the tables.
struct Known<'a> {
    entity: &'a Entity,
    file: &'a CatalogFile,
    /// Its fields, each with the column that it reads where a table doesn't say otherwise.
    columns: Vec<(&'a Field, String)>,
    /// Fields that only some of the tables have.
    listed: BTreeSet<String>,
}

/// A table of the family, and what the entity says of it.
struct Member<'a> {
    table: &'a FoundTable,
    known: Option<&'a EventTable>,
    /// The place in the entries to be added, if it is new.
    new: usize,
}

/// Plans what is added to an entity that reads some of the tables.
pub(in crate::import::catalog) fn extend_events<'a>(
    planned: &mut Planned<'a>,
    existing: &'a Existing,
    settings: &Settings,
    skipped: &mut Vec<Skipped>,
) {
    let (Some(&(_, entity)), Some(Family::Events(events))) =
        (planned.existing.first(), &planned.table.family)
    else {
        return;
    };
    let Some(file) = existing.file_of(&entity.name) else { return };
    let column = |field: &'a Field| {
        (field, file.column_of(&entity.name, &field.name).unwrap_or_else(|| field.name.clone()))
    };
    let is_name = |field: &&Field| entity.event_name.is_some_and(|id| entity.field(id).name == field.name);
    let columns = entity.fields.iter().filter(|field| !is_name(field)).map(column).collect();
    let known = Known { entity, file, columns, listed: file.listed(&entity.name) };
    let mut names = Names::default();
    let tables = known.tables().map(|table| table.event.as_str());
    tables.for_each(|event| names.take(event));
    let mut members = Vec::new();
    for table in &events.tables {
        let of_entity = known.table(table);
        if of_entity.is_none() {
            match known.fields_of(table, &planned.left_out) {
                Ok(fields) => planned.tables.push(new_table(table, &mut names, fields)),
                Err(why) => {
                    skipped.push(Skipped { what: table.name.join("."), why });
                    continue;
                }
            }
        }
        members.push(Member { table, known: of_entity, new: planned.tables.len().saturating_sub(1) });
    }
    let is_everything = known.source_tables().all(|table| {
        members.iter().any(|member| member.known.is_some_and(|known| known.event == table.event))
    });
    for (at, column) in planned.table.columns.iter().enumerate() {
        known.read(planned, (at, column), &members, is_everything, settings, skipped);
    }
}

impl<'a> Known<'a> {
    fn source_tables(&self) -> impl Iterator<Item = &'a EventTable> + use<'a> {
        match &self.entity.source {
            TableSource::Tables(tables) => tables.iter(),
            _ => [].iter(),
        }
    }

    fn tables(&self) -> impl Iterator<Item = &'a EventTable> + use<'a> {
        let others = self.entity.target_sources.values().filter_map(|source| match source {
            TableSource::Tables(tables) => Some(tables.iter()),
            _ => None,
        });
        self.source_tables().chain(others.flatten())
    }

    /// What the entity says of a table.
    fn table(&self, table: &FoundTable) -> Option<&'a EventTable> {
        known_table(self.entity, table)
    }

    /// The fields that are listed for a new table; an error is the reason why it can't be added.
    fn fields_of(&self, table: &FoundTable, left_out: &BTreeSet<String>) -> Result<Vec<String>, String> {
        let last = table.name.last().map_or("", String::as_str).to_lowercase();
        if left_out.contains(&last) {
            return Err("it is commented out in the catalog".to_owned());
        }
        let (mut own, mut lacking) = (Vec::new(), Vec::new());
        for (field, column) in &self.columns {
            let has = table.column(column).is_some();
            match (self.listed.contains(&field.name), has) {
                (true, true) => own.push(field.name.clone()),
                (false, false) => lacking.push(field.name.clone()),
                (true, false) | (false, true) => {}
            }
        }
        match lacking.as_slice() {
            [] => Ok(own),
            some => Err(format!(
                "`{}` has {} in every table: add the table by hand, and list these in `fields` of those that have them",
                self.entity.name,
                some.join(", ")
            )),
        }
    }

    /// Adds what reads a column in tables where nothing does.
    fn read(
        &self,
        planned: &mut Planned<'a>,
        (at, column): (usize, &'a FoundColumn),
        members: &[Member<'a>],
        is_everything: bool,
        settings: &Settings,
        skipped: &mut Vec<Skipped>,
    ) {
        let by_column = self.columns.iter().find(|(_, own)| own.eq_ignore_ascii_case(&column.name));
        let is_read = |member: &Member<'_>| match member.known {
            Some(known) => {
                let held = known.fields.iter().flatten();
                held.into_iter().any(|held| held.column.eq_ignore_ascii_case(&column.name))
            }
            None => by_column.is_some(),
        };
        let holders = members.iter().filter(|member| exact(member.table, &column.name).is_some());
        let unread: Vec<&Member<'_>> = holders.filter(|member| !is_read(member)).collect();
        if let Some((field, _)) = by_column {
            planned.by_column.insert(&column.name, (field.name.clone(), Some(field.ty.clone())));
        }
        if unread.is_empty() {
            return;
        }
        let wanted = by_column.map_or_else(
            || plain(&column.name, &format!("column_{}", at + 1)),
            |(field, _)| field.name.clone(),
        );
        let mut skip = |why: String| {
            skipped.push(Skipped { what: format!("{}.{wanted}", planned.name), why });
        };
        if by_column.is_none() && planned.left_out.contains(&wanted) {
            return skip("it is commented out in the catalog".to_owned());
        }
        let is_common = by_column.is_none() && is_everything && unread.len() == members.len();
        let known = || unread.iter().filter_map(|member| member.known);
        let fixed = known().find(|known| !self.file.can_list(&self.entity.name, &known.event));
        if let Some(fixed) = fixed.filter(|_| !is_common) {
            let (event, table) = (&fixed.event, fixed.name.join("."));
            return skip(format!(
                "write `{event}: {{ table: {table}, fields: [{wanted}] }}` in `tables` first"
            ));
        }
        let fields = match by_column {
            Some((field, _)) if self.listed.contains(&field.name) => vec![field.name.clone()],
            Some((field, _)) => return skip(format!("`{}` reads another column in that table", field.name)),
            None => {
                let before = planned.fields.len();
                planned.read(vec![(wanted.clone(), column)], None, settings, skipped);
                planned.fields.iter().skip(before).map(|field| field.name.clone()).collect()
            }
        };
        for member in unread.iter().filter(|_| !is_common) {
            match member.known {
                Some(known) => {
                    planned.listed.entry(known.event.clone()).or_default().extend(fields.iter().cloned());
                }
                None => {
                    if let Some(entry) = planned.tables.get_mut(member.new) {
                        entry.fields.extend(fields.iter().cloned());
                    }
                }
            }
        }
    }
}

/// What an entity says of a table of one event, on any target.
pub(in crate::import::catalog) fn known_table<'a>(
    entity: &'a Entity,
    table: &FoundTable,
) -> Option<&'a EventTable> {
    let sources = std::iter::once(&entity.source).chain(entity.target_sources.values());
    let all = || {
        sources.clone().flat_map(|source| match source {
            TableSource::Tables(tables) => tables.iter(),
            _ => [].iter(),
        })
    };
    let by_node = all().find(|known| is_node(table, known.dbt.as_ref()));
    by_node.or_else(|| {
        all().find(|known| same_end(&known.name, &table.full, |one, other| one.eq_ignore_ascii_case(other)))
    })
}
