//! From foreign keys to links, both ways.

use std::collections::BTreeMap;

use super::model::{Found, FoundReference, Skipped};
use super::names::{plain, plural, referred};
use super::plan::{NewLink, Planned};
use crate::catalog::Entity;
use crate::types::Type;

/// A link that is possible: the places of both tables, and the pairs of fields.
struct Pair {
    from: usize,
    to: usize,
    on: Vec<(String, String)>,
    /// The source's own name for it.
    name: Option<String>,
}

/// Adds a link to one and a link back to many for each foreign key that has none yet.
pub(super) fn add_links(planned: &mut [Planned<'_>], found: &Found, skipped: &mut Vec<Skipped>) {
    let tables = found.by_id();
    let places: BTreeMap<&str, usize> =
        planned.iter().enumerate().map(|(at, one)| (one.table.id.as_str(), at)).collect();
    let mut pairs: Vec<Pair> = Vec::new();
    for (from, one) in planned.iter().enumerate() {
        for reference in &one.table.references {
            let other = tables.get(reference.to.as_str());
            let name = other.map_or(reference.to.as_str(), |table| table.id.as_str());
            let shown = || name.replace('\u{1f}', ".");
            let what = || {
                format!(
                    "the link from {} to {}",
                    one.table.name.join("."),
                    other.map_or_else(shown, |table| table.name.join("."))
                )
            };
            let Some(&to) = places.get(name) else {
                if one.table.is_selected {
                    skipped.push(Skipped { what: what(), why: "that table isn't imported".to_owned() });
                }
                continue;
            };
            let Some(other) = planned.get(to) else { continue };
            if !one.table.is_selected && !other.table.is_selected {
                continue;
            }
            match fields(one, other, reference) {
                Ok(on) => {
                    let name = reference.name.clone();
                    let pair = Pair { from, to, on, name };
                    if !pairs
                        .iter()
                        .any(|known| known.from == from && known.to == to && same_on(&known.on, &pair.on))
                    {
                        pairs.push(pair);
                    }
                }
                Err(why) => skipped.push(Skipped { what: what(), why }),
            }
        }
    }
    let count = |from, to| pairs.iter().filter(|pair| pair.from == from && pair.to == to).count();
    let many: Vec<bool> = pairs.iter().map(|pair| count(pair.from, pair.to) > 1).collect();
    for (pair, is_one_of_many) in pairs.iter().zip(many) {
        add_pair(planned, pair, is_one_of_many);
    }
}

fn add_pair(planned: &mut [Planned<'_>], pair: &Pair, is_one_of_many: bool) {
    let (Some(one), Some(other)) = (planned.get(pair.from), planned.get(pair.to)) else { return };
    let (own, theirs) = (one.name.clone(), other.name.clone());
    let known = existing_link(one, other, &pair.on, false);
    let by_field = match pair.on.as_slice() {
        [(field, _)] => referred(field).map(str::to_owned),
        _ => None,
    };
    let forward = known.unwrap_or_else(|| {
        let wanted = pair
            .name
            .as_ref()
            .map(|name| plain(name, &theirs))
            .or(by_field)
            .unwrap_or_else(|| theirs.clone());
        let link = NewLink { name: wanted, to: theirs.clone(), on: pair.on.clone(), many: false };
        let by_fields: Vec<&str> = pair.on.iter().map(|(field, _)| field.as_str()).collect();
        add_link(planned, pair.from, link, &[theirs.clone(), format!("{theirs}_{}", by_fields.join("_"))])
    });
    let (Some(one), Some(other)) = (planned.get(pair.from), planned.get(pair.to)) else { return };
    let back: Vec<(String, String)> =
        pair.on.iter().map(|(own, theirs)| (theirs.clone(), own.clone())).collect();
    if existing_link(other, one, &back, true).is_some() {
        return;
    }
    let all = plural(&own);
    let wanted = if is_one_of_many && forward != theirs { format!("{forward}_{all}") } else { all.clone() };
    let further = [format!("{forward}_{all}"), format!("{all}_by_{forward}")];
    add_link(planned, pair.to, NewLink { name: wanted, to: own, on: back, many: true }, &further);
}

/// Adds a link under the first free name, unless it was commented out, and returns the name.
fn add_link(planned: &mut [Planned<'_>], at: usize, link: NewLink, further: &[String]) -> String {
    let Some(owner) = planned.get_mut(at) else { return link.name };
    let wanted: Vec<&str> =
        std::iter::once(link.name.as_str()).chain(further.iter().map(String::as_str)).collect();
    if owner.left_out.contains(&link.name.to_lowercase()) {
        return link.name;
    }
    let name = owner.names.free(wanted);
    owner.links.push(NewLink { name: name.clone(), ..link });
    name
}

/// The fields of a foreign key, if a link can compare them.
fn fields(
    one: &Planned<'_>,
    other: &Planned<'_>,
    reference: &FoundReference,
) -> Result<Vec<(String, String)>, String> {
    let mut on = Vec::new();
    for (own, theirs) in &reference.columns {
        let of = |planned: &Planned<'_>, column: &str| {
            let known = planned.table.column(column).map_or(column, |known| known.name.as_str());
            planned.by_column.get(known).cloned()
        };
        let (Some(own_field), Some(their_field)) = (of(one, own), of(other, theirs)) else {
            return Err(format!("no field reads {own} or {theirs}"));
        };
        if let (Some(one), Some(other)) = (&own_field.1, &their_field.1) {
            let fits = one == other || one.is_number() && other.is_number();
            if !fits || matches!(one, Type::Json | Type::Array(_)) {
                return Err(format!("{own} is {one} and {theirs} is {other}"));
            }
        }
        on.push((own_field.0, their_field.0));
    }
    let columns: Vec<&String> = reference.columns.iter().map(|(_, theirs)| theirs).collect();
    let is_key = |key: &[String]| {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        key.len() == columns.len() && key.iter().all(|part| columns.iter().any(|column| same(column, part)))
    };
    let their_fields: Vec<&String> = on.iter().map(|(_, theirs)| theirs).collect();
    let is_declared = |entity: &Entity| {
        entity.key.len() == their_fields.len()
            && entity.key.iter().all(|id| their_fields.contains(&&entity.field(*id).name))
    };
    let is_unique = other.table.keys.iter().any(|key| is_key(&key.columns))
        || other.existing.iter().any(|(_, entity)| is_declared(entity));
    if is_unique { Ok(on) } else { Err("nothing says that at most one row fits".to_owned()) }
}

/// The name of a link that an entity already has.
fn existing_link(
    from: &Planned<'_>,
    to: &Planned<'_>,
    on: &[(String, String)],
    many: bool,
) -> Option<String> {
    let is_to = |link: &&NewLink| to.existing.iter().any(|(_, entity)| entity.name == link.to);
    let mut known = from.known_links.iter().filter(is_to);
    known.find(|link| link.many == many && same_on(&link.on, on)).map(|link| link.name.clone())
}

fn same_on(one: &[(String, String)], other: &[(String, String)]) -> bool {
    one.len() == other.len() && one.iter().all(|pair| other.contains(pair))
}
