//! What the catalog declares never to change: fields, links, rows.

use super::append_only::{Proof, Prover};
use super::obstacle::Obstacle;
use crate::catalog::{Changes, Deletes, Entity, EntityId, FieldId, TableSource};
use crate::check::hir::{Base, Hir, Hop, Path, Value, ValueKind};
use crate::check::visit::{Visitor, walk_value};

impl Prover<'_> {
    /// A path that always leads to the same row, once it leads to one.
    pub(super) fn path_is_immutable(&self, path: &Path) -> Proof {
        path.hops.iter().try_for_each(|hop| {
            self.hop_is_immutable(hop)?;
            self.rows_stay(hop.to)
        })
    }

    pub(super) fn hop_is_immutable(&self, hop: &Hop) -> Proof {
        let link = self.catalog.entity(hop.from).link(hop.link);
        link.on.iter().try_for_each(|&(own, target)| {
            self.field_is_immutable(hop.from, own)?;
            self.field_is_immutable(hop.to, target)
        })
    }

    pub(super) fn key_is_immutable(&self, id: EntityId) -> Proof {
        self.catalog.entity(id).key.iter().try_for_each(|&field| self.field_is_immutable(id, field))
    }

    pub(super) fn field_is_immutable(&self, id: EntityId, field: FieldId) -> Proof {
        let entity = self.catalog.entity(id);
        if entity.is_immutable(field) {
            return Ok(());
        }
        let name = &entity.field(field).name;
        Err(Obstacle::lifted_by(
            format!("`{}.{name}` may change", entity.name),
            match entity.changes {
                Changes::Mutable { .. } => {
                    format!("add `{name}` to the `immutable` fields of `{}`", entity.name)
                }
                _ => format!(
                    "declare `changes: append_only` on `{}`, or `changes: {{ mutable: {{ immutable: [{name}] }} }}`",
                    entity.name
                ),
            },
        ))
    }

    /// Rows of an entity, of which none is ever deleted.
    pub(super) fn rows_stay(&self, id: EntityId) -> Proof {
        let entity = self.catalog.entity(id);
        if is_query(entity) {
            return Err(Obstacle::new(format!(
                "`{}` comes from a query, whose rows may disappear",
                entity.name
            )));
        }
        match entity.deletes {
            Deletes::Never => Ok(()),
            Deletes::Soft | Deletes::Hard => Err(Obstacle::lifted_by(
                format!("members may leave, since rows of `{}` can be deleted", entity.name),
                format!("if they never are, declare `deletes: never` on `{}`", entity.name),
            )),
        }
    }
}

/// Whether a value of a row is the same for as long as the row exists: it reads nothing but immutable fields
/// of the row itself. What is behind a link may be missing until its row arrives.
#[must_use]
pub(crate) fn never_changes(hir: &Hir, value: &Value) -> bool {
    let mut fixed = Fixed { hir, holds: true };
    fixed.value(value);
    fixed.holds
}

struct Fixed<'a> {
    hir: &'a Hir,
    holds: bool,
}

impl Visitor for Fixed<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => {
                let is_own = path.hops.is_empty() && path.base == Base::This;
                self.holds &= is_own && self.hir.catalog.entity(path.end).is_immutable(*field);
            }
            ValueKind::Trait(path, id) => {
                self.holds &= path.hops.is_empty();
                self.value(&self.hir.computed(*id).value);
            }
            ValueKind::Now | ValueKind::Aggregate(_) | ValueKind::Condition(_) | ValueKind::Periods(_) => {
                self.holds = false;
            }
            _ => walk_value(self, value),
        }
    }
}

/// Whether an entity is a query on some target.
pub(super) fn is_query(entity: &Entity) -> bool {
    let mut sources = std::iter::once(&entity.source).chain(entity.target_sources.values());
    sources.any(|source| matches!(source, TableSource::Query { .. }))
}
