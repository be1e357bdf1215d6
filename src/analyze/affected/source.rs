//! What the catalog declares of the rows that a segment reads: how they arrive, how they are
//! led back along links, whether they go.

use crate::analyze::monotone::{Obstacle, is_query};
use crate::catalog::{Catalog, Changes, Deletes, Entity, EntityId, FieldId};
use crate::check::hir::Hop;
use crate::types::Unit;

/// What tells that a row is new or has changed: a time that is never earlier than the instant at
/// which the row became visible, less `settle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// A row is in the delta if one of these fields is not before the watermark.
    pub fields: Vec<FieldId>,
    /// The field without which a row is always in the delta.
    pub always_if_missing: FieldId,
    /// How long a row may stay invisible after its stamp: all of these, one after the other.
    pub horizon: Vec<(i64, Unit)>,
}

impl Stamp {
    /// The stamp of an entity whose rows arrive or change.
    ///
    /// # Errors
    /// What the catalog doesn't say, and what to declare.
    fn of(entity: &Entity) -> Result<Self, Obstacle> {
        let name = &entity.name;
        let (fields, late) = match &entity.changes {
            Changes::AppendOnly { ingested_at: Some(field), .. } => (vec![*field], None),
            Changes::AppendOnly { lateness, ingested_at: None } => match entity.time {
                Some(time) => (vec![time], *lateness),
                None => {
                    return Err(Obstacle::lifted_by(
                        format!("nothing tells when a row of `{name}` arrived"),
                        format!("declare `changes: {{ append_only: {{ ingested_at: … }} }}` on `{name}`"),
                    ));
                }
            },
            Changes::Mutable { ingested_at: Some(field), .. } => (vec![*field], None),
            Changes::Mutable { updated_at: Some(updated), deleted_at, .. } => {
                (std::iter::once(*updated).chain(*deleted_at).collect(), None)
            }
            Changes::Mutable { .. } => {
                return Err(Obstacle::lifted_by(
                    format!("`{name}` has no `updated_at`"),
                    format!("add it to `changes: mutable` of `{name}`, or declare `changes: append_only`"),
                ));
            }
            Changes::Static | Changes::Unknown => {
                return Err(Obstacle::lifted_by(
                    format!("nothing is declared of how rows of `{name}` change"),
                    format!("declare `changes` on `{name}`"),
                ));
            }
        };
        let Some(settle) = entity.settle else {
            return Err(Obstacle::lifted_by(
                format!("nothing is declared of how long a row of `{name}` may take to become visible"),
                format!("declare `settle`, such as `settle: 1 hour`, on `{name}`"),
            ));
        };
        let always_if_missing = fields.first().copied().unwrap_or(FieldId(0));
        let horizon = late.into_iter().chain([settle]).collect();
        Ok(Self { fields, always_if_missing, horizon })
    }
}

/// The stamp of an entity's rows; `None` if nothing about them ever changes.
///
/// # Errors
/// What the catalog doesn't say.
pub fn stamp(entity: &Entity) -> Result<Option<Stamp>, Obstacle> {
    if entity.changes == Changes::Static { Ok(None) } else { Stamp::of(entity).map(Some) }
}

/// Whether rows of an entity may go without a trace.
pub(super) fn may_vanish(entity: &Entity) -> bool {
    is_query(entity) || entity.deletes == Deletes::Hard
}

/// That the rows behind a link leave a trace when they go (R4).
pub(super) fn stays_behind_link(entity: &Entity) -> Result<(), Obstacle> {
    let name = &entity.name;
    if is_query(entity) {
        return Err(Obstacle::new(format!("`{name}` comes from a query, whose rows may go without a trace")));
    }
    match entity.deletes {
        Deletes::Never | Deletes::Soft => Ok(()),
        Deletes::Hard => Err(Obstacle::lifted_by(
            format!("a deleted row of `{name}` doesn't tell whose it was"),
            format!(
                "declare `deletes: never` on `{name}` if rows stay, or `deletes: soft` with a `deleted_at`"
            ),
        )),
    }
}

/// That a row tells to whom a hop has led to it, at any time (R3).
pub(super) fn leads_back(catalog: &Catalog, hop: &Hop) -> Result<(), Obstacle> {
    let link = catalog.entity(hop.from).link(hop.link);
    link.on.iter().try_for_each(|&(_, target)| immutable(catalog, hop.to, target))
}

fn immutable(catalog: &Catalog, id: EntityId, field: FieldId) -> Result<(), Obstacle> {
    let entity = catalog.entity(id);
    // Of an entity that declares nothing, that is what is told.
    if entity.is_immutable(field) || entity.changes == Changes::Unknown {
        return Ok(());
    }
    let (entity_name, name) = (&entity.name, &entity.field(field).name);
    Err(Obstacle::lifted_by(
        format!("`{entity_name}.{name}` may change, and a row that moved doesn't tell whose it was"),
        format!("add `{name}` to the `immutable` fields of `{entity_name}` if it never changes"),
    ))
}
