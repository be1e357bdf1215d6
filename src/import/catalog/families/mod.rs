//! Tables that are one entity together: a table for each day, or a table for each event.
//!
//! [`gather`] puts one table in the place of each family, before anything is planned. A family is recognised by
//! what nothing else has: names that end with days, the columns of Segment's and RudderStack's tables of events,
//! the option `--family`, or an entity that reads some of its tables already.

mod days;
mod events;
mod extend;

use std::collections::{BTreeMap, BTreeSet};

use super::existing::Existing;
use super::model::{Found, FoundTable};
use super::names::fits;
use super::plan::{named, same_end, table_of};
use super::problems::BadFamily;
use crate::catalog::{DbtNode, Entity, TableSource, is_plain};
use crate::diagnostic::Diagnostics;

pub(super) use self::extend::{extend_events, known_table};

/// Why several tables are one.
#[derive(Debug, Clone)]
pub(crate) enum Family {
    /// A table for each day, whose name together has a star.
    Days,
    /// A table for each event.
    Events(Events),
}

/// The tables of events.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    pub(super) tables: Vec<FoundTable>,
    /// The entity that reads some of them already.
    pub(super) entity: Option<String>,
    /// Whether Segment or RudderStack fills them, whose column `event` is the table's name.
    pub(super) is_tracked: bool,
}

/// What `--family` says: tables with names that fit become one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRule {
    /// A pattern of tables' names.
    pub tables: String,
    /// The name of the entity.
    pub entity: String,
}

impl FamilyRule {
    /// Reads `evt_*=event`.
    ///
    /// # Errors
    ///
    /// It has another form.
    pub fn parse(text: &str) -> Result<Self, Diagnostics> {
        let (tables, entity) = text.rsplit_once('=').unwrap_or((text, ""));
        if tables.is_empty() || !is_plain(entity) {
            let why = "it isn't of the form TABLES=ENTITY, such as `evt_*=event`".to_owned();
            return Err(vec![BadFamily { span: None, family: text.to_owned(), why }.into()].into());
        }
        Ok(Self { tables: tables.to_owned(), entity: entity.to_owned() })
    }
}

/// Which family a table belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Days(Vec<String>),
    /// The tables of an entity of the catalog.
    Entity(String),
    /// Those that were asked to be one entity.
    Asked(String),
    /// Segment's or RudderStack's in one schema.
    Tracked(Vec<String>),
    /// A view of one of those, whose rows are theirs.
    View,
}

/// Who reads a table already.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    /// An entity of its own.
    Alone(String),
    /// An entity over many tables.
    OneOf(String),
}

/// Puts one table in the place of each family.
///
/// # Errors
///
/// No table fits an option `--family`, or its entity is another one.
pub(super) fn gather(
    found: &Found,
    existing: &Existing,
    rules: &[FamilyRule],
) -> Result<(Found, Vec<(String, String)>), Diagnostics> {
    let owners = owners(found, existing);
    let mut gathered = Found { tables: Vec::new(), ..found.clone() };
    let groups = groups(found, existing, &owners, rules, &mut gathered)?;
    let mut members: BTreeMap<&Group, Vec<&FoundTable>> = BTreeMap::new();
    for table in &found.tables {
        if let Some(group) = groups.get(table.id.as_str()) {
            members.entry(group).or_default().push(table);
        }
    }
    let mut made = BTreeSet::new();
    let mut report = Vec::new();
    for table in &found.tables {
        let Some(group) = groups.get(table.id.as_str()) else {
            gathered.tables.push(table.clone());
            continue;
        };
        if *group == Group::View {
            continue;
        }
        let Some(tables) = members.get(group).filter(|_| made.insert(group)) else { continue };
        let merged = match group {
            Group::Days(name) => match days::merge(name, tables, &mut gathered) {
                Ok(merged) => merged,
                Err(why) => {
                    gathered.skip(name.join("."), why);
                    continue;
                }
            },
            Group::Entity(name) => {
                let tracked = tables.iter().any(|table| events::is_tracked(table));
                events::merge(tables, name, Some(name.clone()), tracked)
            }
            Group::Asked(name) => events::merge(tables, name, None, false),
            Group::Tracked(_) | Group::View => events::merge(tables, "event", None, true),
        };
        let names: Vec<String> = tables.iter().map(|table| table.name.join(".")).collect();
        if names.len() > 1 {
            report.push((merged.id.clone(), shown(&names)));
        }
        gathered.tables.push(merged);
    }
    Ok((gathered, report))
}

/// The names of tables for the report: the first and the last, and how many there are.
fn shown(names: &[String]) -> String {
    match names {
        [first, .., last] => format!("{} tables, {first} to {last}", names.len()),
        names => names.join(", "),
    }
}

/// The entities that read tables, by the tables' identities.
fn owners<'a>(found: &'a Found, existing: &Existing) -> BTreeMap<&'a str, Owner> {
    let mut owners = BTreeMap::new();
    for entity in &existing.catalog.entities {
        let mut of_events = false;
        for source in std::iter::once(&entity.source).chain(entity.target_sources.values()) {
            let TableSource::Tables(tables) = source else { continue };
            of_events = true;
            for table in tables.iter() {
                let by_dbt = || found.tables.iter().find(|one| is_node(one, table.dbt.as_ref()));
                if let Some(one) = by_dbt().or_else(|| named(&[&table.name], found)) {
                    owners.insert(one.id.as_str(), Owner::OneOf(entity.name.clone()));
                }
            }
        }
        if let Some(table) = table_of(entity, found).filter(|_| !of_events) {
            owners.insert(table.id.as_str(), Owner::Alone(entity.name.clone()));
        }
    }
    owners
}

fn is_node(table: &FoundTable, node: Option<&DbtNode>) -> bool {
    let own = table.dbt.as_deref().and_then(DbtNode::parse);
    own.zip(node).is_some_and(|(own, node)| super::plan::same_node(&own, node))
}

/// The family of each table that has one, by the table's identity.
fn groups<'a>(
    found: &'a Found,
    existing: &Existing,
    owners: &BTreeMap<&str, Owner>,
    rules: &[FamilyRule],
    gathered: &mut Found,
) -> Result<BTreeMap<&'a str, Group>, Diagnostics> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    let chosen = || found.tables.iter().filter(|table| table.is_selected);
    for table in chosen() {
        if let Some(Owner::OneOf(entity)) = owners.get(table.id.as_str()) {
            groups.insert(&table.id, Group::Entity(entity.clone()));
        }
    }
    let mut problems = Diagnostics::new();
    for rule in rules {
        match asked(rule, found, existing, owners, &groups, gathered) {
            Ok(tables) => groups.extend(tables),
            Err(why) => {
                let family = format!("{}={}", rule.tables, rule.entity);
                problems.push(BadFamily { span: None, family, why });
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for table in chosen().filter(|table| !owners.contains_key(table.id.as_str())) {
        // A database's own table may have a star in its name, which then stands for nothing.
        let is_plain = found.is_complete && table.name.last().is_some_and(|name| name.ends_with('*'));
        if let Some(name) = days::starred(&table.name).filter(|_| !is_plain)
            && !groups.contains_key(table.id.as_str())
        {
            groups.insert(&table.id, Group::Days(name));
        }
    }
    let alone = |group: &Group| groups.values().filter(|one| *one == group).count() < 2;
    let is_one = |group: &Group| match group {
        Group::Days(name) => alone(group) && !name_is_read(name, existing) && !is_starred(name, found),
        _ => false,
    };
    let single: Vec<&str> = groups.iter().filter(|(_, group)| is_one(group)).map(|(id, _)| *id).collect();
    single.into_iter().for_each(|id| drop(groups.remove(id)));
    tracked(found, owners, &mut groups, gathered);
    Ok(groups)
}

/// Whether the source itself has a table of that name, as documents may.
fn is_starred(name: &[String], found: &Found) -> bool {
    found.tables.iter().any(|table| table.name == name)
}

/// Whether an entity reads the tables of all days by that name.
fn name_is_read(name: &[String], existing: &Existing) -> bool {
    existing.catalog.entities.iter().any(|entity| reads_days(entity, name, existing))
}

/// Whether an entity reads the tables of all days by that name, even if its `shards` aren't understood.
pub(super) fn reads_days(entity: &Entity, name: &[String], existing: &Existing) -> bool {
    let file = existing.file_of(&entity.name);
    let written = file.map(|file| file.tables(&entity.name)).unwrap_or_default();
    let is_it = |known: &[String]| {
        known.last().is_some_and(|last| last.ends_with('*'))
            && same_end(known, name, |one, other| one.eq_ignore_ascii_case(other))
    };
    written.iter().any(|known| is_it(known)) || super::existing::tables(entity).any(is_it)
}

/// The tables that an option asks to be one entity.
fn asked<'a>(
    rule: &FamilyRule,
    found: &'a Found,
    existing: &Existing,
    owners: &BTreeMap<&str, Owner>,
    groups: &BTreeMap<&str, Group>,
    gathered: &mut Found,
) -> Result<Vec<(&'a str, Group)>, String> {
    let is_asked = |table: &&FoundTable| {
        let last_two: Vec<&str> = table.full.iter().rev().take(2).rev().map(String::as_str).collect();
        let last = last_two.last().copied().unwrap_or_default();
        table.is_selected && (fits(&rule.tables, last) || fits(&rule.tables, &last_two.join(".")))
    };
    let tables: Vec<&FoundTable> = found.tables.iter().filter(is_asked).collect();
    if tables.is_empty() {
        return Err("no table fits it".to_owned());
    }
    let known = existing.catalog.find(&rule.entity).map(|id| existing.catalog.entity(id));
    let mut entity = match known.map(|entity| (&entity.source, &entity.name)) {
        Some((TableSource::Tables(_), name)) => Some(name.clone()),
        Some((_, name)) => return Err(format!("the catalog's `{name}` isn't over many tables")),
        None => None,
    };
    let mut members = Vec::new();
    for table in tables {
        match (owners.get(table.id.as_str()), groups.get(table.id.as_str())) {
            (Some(Owner::Alone(name)), _) => {
                gathered.skip(table.name.join("."), format!("`{name}` reads it already"));
            }
            (Some(Owner::OneOf(name)), _) => match &entity {
                Some(entity) if entity != name => {
                    return Err(format!("`{name}` and `{entity}` have tables of it already"));
                }
                _ => entity = Some(name.clone()),
            },
            (None, Some(_)) => return Err(format!("`{}` fits two of the options", table.name.join("."))),
            (None, None) if table.query.is_some() => {
                gathered.skip(table.name.join("."), "only a query can read its key");
            }
            (None, None) => members.push(table.id.as_str()),
        }
    }
    let group = entity.map_or_else(|| Group::Asked(rule.entity.clone()), Group::Entity);
    Ok(members.into_iter().map(|id| (id, group.clone())).collect())
}

/// Adds the tables that Segment or RudderStack fill.
fn tracked<'a>(
    found: &'a Found,
    owners: &BTreeMap<&str, Owner>,
    groups: &mut BTreeMap<&'a str, Group>,
    gathered: &mut Found,
) {
    let mut schemas: BTreeMap<&[String], Vec<&FoundTable>> = BTreeMap::new();
    let all = found.tables.iter().filter(|table| table.is_selected && events::is_tracked(table));
    for table in all {
        let schema = table.full.split_last().map_or(&[][..], |(_, schema)| schema);
        schemas.entry(schema).or_default().push(table);
    }
    for (schema, tables) in schemas {
        let is_view = |table: &FoundTable| {
            let of = table.name.last().and_then(|name| name.strip_suffix("_view"));
            of.is_some_and(|of| tables.iter().any(|one| one.name.last().is_some_and(|name| name == of)))
        };
        let owner = |table: &FoundTable| owners.get(table.id.as_str());
        // An entity of one of them alone is a choice: each of the others gets one, too.
        if tables.iter().any(|table| matches!(owner(table), Some(Owner::Alone(_)))) {
            continue;
        }
        let entities: BTreeSet<&String> = tables
            .iter()
            .filter_map(|table| match groups.get(table.id.as_str()) {
                Some(Group::Entity(name) | Group::Asked(name)) => Some(name),
                _ => None,
            })
            .collect();
        let free = |table: &&&FoundTable| {
            !groups.contains_key(table.id.as_str()) && !is_view(table) && table.query.is_none()
        };
        let new: Vec<&str> = tables.iter().filter(free).map(|table| table.id.as_str()).collect();
        let group = match entities.iter().next() {
            None if new.len() < 2 => continue,
            None => Group::Tracked(schema.to_vec()),
            Some(only) if entities.len() == 1 => match groups.values().find(|one| one.is(only)) {
                Some(group) => group.clone(),
                None => continue,
            },
            Some(_) => continue,
        };
        for view in tables.iter().filter(|table| is_view(table) && owner(table).is_none()) {
            gathered.skip(view.name.join("."), "a view of another of the tables of events");
            groups.insert(&view.id, Group::View);
        }
        groups.extend(new.into_iter().map(|id| (id, group.clone())));
    }
}

impl Group {
    fn is(&self, entity: &str) -> bool {
        matches!(self, Self::Entity(name) | Self::Asked(name) if name == entity)
    }
}
