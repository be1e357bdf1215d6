//! The catalog's declarations about the rows that a segment reads: how they arrive, how links
//! lead back from them, and whether they are deleted.

use std::collections::BTreeSet;

use crate::analyze::immutable::is_query;
use crate::analyze::obstacle::Obstacle;
use crate::catalog::{Catalog, Changes, Deletes, Entity, FieldId};
use crate::check::hir::Hop;
use crate::types::{Unit, longest_repeat};

/// What tells that a row is new or has changed: a time that is never earlier than the instant at
/// which the row became visible, less `settle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// A row is in the delta if one of these fields is not before the watermark.
    pub(crate) fields: Vec<FieldId>,
    /// The field without which a row is always in the delta.
    pub(crate) always_if_missing: FieldId,
    /// How long a row may stay invisible after its stamp: all of these, one after the other.
    pub(crate) horizon: Vec<(i64, Unit)>,
}

/// What is too early of a stamp without its zone, in the hour that comes twice.
fn repeated(entity: &Entity, fields: &[FieldId]) -> Option<(i64, Unit)> {
    let zones = fields.iter().flat_map(|&field| entity.zones_of(field));
    let seconds = zones.map(longest_repeat).max().filter(|seconds| *seconds > 0)?;
    let units = [(3600, Unit::Hour), (60, Unit::Minute)].into_iter();
    let whole =
        units.filter(|(length, _)| seconds % length == 0).map(|(length, unit)| (seconds / length, unit));
    whole.chain([(seconds, Unit::Second)]).next()
}

/// The stamp of an entity's rows; `None` if nothing about them ever changes.
///
/// # Errors
/// What the catalog doesn't say, except for `changes` as a whole: that is one obstacle for all
/// places.
pub(crate) fn stamp(entity: &Entity) -> Result<Option<Stamp>, Vec<Obstacle>> {
    let found = match entity.changes {
        Changes::Static => return Ok(None),
        Changes::Unknown => Ok(None),
        Changes::AppendOnly { .. } | Changes::Mutable { .. } => fields(entity).map(Some),
    };
    match (found, entity.settle) {
        (Ok(Some((fields, late))), Some(settle)) => {
            let always_if_missing = fields.first().copied().unwrap_or(FieldId(0));
            let zone = repeated(entity, &fields);
            let horizon = late.into_iter().chain([settle]).chain(zone).collect();
            Ok(Some(Stamp { fields, always_if_missing, horizon }))
        }
        (found, settle) => {
            let unsettled = settle.is_none().then(|| unsettled(entity));
            Err(found.err().into_iter().chain(unsettled).collect())
        }
    }
}

/// The fields that tell when a row arrived or changed, and how late one of them may be.
type Fields = (Vec<FieldId>, Option<(i64, Unit)>);

fn fields(entity: &Entity) -> Result<Fields, Obstacle> {
    let name = &entity.name;
    match &entity.changes {
        Changes::AppendOnly { ingested_at: Some(field), .. }
        | Changes::Mutable { ingested_at: Some(field), .. } => Ok((vec![*field], None)),
        Changes::AppendOnly { lateness, ingested_at: None } => match entity.time {
            Some(time) => Ok((vec![time], *lateness)),
            None => Err(Obstacle::lifted_by(
                format!("`{name}` doesn't record when a row arrived"),
                format!("declare `changes: {{ append_only: {{ ingested_at: … }} }}` on `{name}`"),
            )),
        },
        Changes::Mutable { updated_at: Some(updated), deleted_at, .. } => {
            Ok((std::iter::once(*updated).chain(*deleted_at).collect(), None))
        }
        Changes::Mutable { .. } if entity.deleted_flag.is_some() => {
            let flag = entity.deleted_flag.map_or("", |flag| &entity.field(flag.field).name);
            Err(Obstacle::lifted_by(
                format!("`{name}` has no `updated_at` that moves when `{flag}` does"),
                format!(
                    "add it to `changes: mutable` of `{name}`, or an `ingested_at` that the loader sets whenever it writes the row"
                ),
            ))
        }
        Changes::Mutable { .. } | Changes::Static | Changes::Unknown => {
            let other = entity.time.map_or("", |_| ", or declare `changes: append_only`");
            Err(Obstacle::lifted_by(
                format!("`{name}` has no `updated_at`"),
                format!("add it to `changes: mutable` of `{name}`{other}"),
            ))
        }
    }
}

fn unsettled(entity: &Entity) -> Obstacle {
    let name = &entity.name;
    Obstacle::lifted_by(
        format!("`{name}` doesn't say how long a row may take to become visible"),
        format!("declare `settle`, such as `settle: 1 hour`, on `{name}`"),
    )
}

/// That nothing is known of how an entity's rows change, though links lead to these fields.
pub(super) fn says_nothing(entity: &Entity, linked: &BTreeSet<FieldId>) -> Obstacle {
    let name = &entity.name;
    let names = linked.iter().filter(|field| !entity.key.contains(field));
    let names: Vec<&str> = names.map(|&field| entity.field(field).name.as_str()).collect();
    let immutable = match names.as_slice() {
        [] => String::new(),
        names => format!(", immutable: [{}]", names.join(", ")),
    };
    let stays = match entity.time {
        Some(_) => "append_only",
        None => "{ append_only: { ingested_at: … } }",
    };
    Obstacle::lifted_by(
        format!("`{name}` doesn't say how its rows change"),
        format!(
            "declare `changes: {stays}` or `changes: {{ mutable: {{ updated_at: …{immutable} }} }}` on `{name}`"
        ),
    )
}

/// Whether rows of an entity may go without a trace.
pub(super) fn may_vanish(entity: &Entity) -> bool {
    is_query(entity) || entity.deletes == Deletes::Hard
}

/// Obstacles to detecting deleted rows behind a link (R4).
pub(super) fn vanishes(entity: &Entity) -> Vec<Obstacle> {
    let name = &entity.name;
    let mut found = Vec::new();
    if is_query(entity) {
        found.push(Obstacle::lifted_by(
            format!("`{name}` comes from a query, whose rows can disappear without a trace"),
            format!("use a `table` for `{name}` instead, or a view in the database"),
        ));
    }
    if entity.deletes == Deletes::Hard {
        found.push(Obstacle::lifted_by(
            format!("the owner of a deleted row of `{name}` is unknown"),
            format!(
                "if rows are never deleted, declare `deletes: never` on `{name}`; otherwise `deletes: soft` with a `deleted_at`, or `deletes: {{ soft: … }}` with a boolean"
            ),
        ));
    }
    found
}

/// Obstacles to knowing which row a hop led from, at any time (R3). Where
/// nothing is declared of its changes, that is an obstacle of its own.
pub(super) fn moves(catalog: &Catalog, hop: &Hop) -> Vec<Obstacle> {
    let entity = catalog.entity(hop.to);
    if entity.changes == Changes::Unknown {
        return Vec::new();
    }
    let may_change = linked(catalog, hop).filter(|&field| !entity.is_immutable(field));
    let obstacle = |field| {
        let (of, name) = (&entity.name, &entity.field(field).name);
        Obstacle::lifted_by(
            format!("`{of}.{name}` may change, and then the row's previous owner is unknown"),
            format!("if it never changes, add `{name}` to the `immutable` fields of `{of}`"),
        )
    };
    may_change.map(obstacle).collect()
}

/// The fields that a hop leads to.
pub(super) fn linked<'a>(catalog: &'a Catalog, hop: &'a Hop) -> impl Iterator<Item = FieldId> + 'a {
    catalog.entity(hop.from).link(hop.link).on.iter().map(|&(_, target)| target)
}
