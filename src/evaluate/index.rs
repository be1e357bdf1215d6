//! The rows that a link leads to.

use std::collections::BTreeMap;

use super::data::pick;
use super::{Data, Datum, EvalError};
use crate::catalog::{Entity, EntityId, FieldId, Link};

/// The rows of a link's target by the values of the link's columns there.
#[derive(Debug)]
pub(super) struct Index {
    own: Vec<FieldId>,
    rows: BTreeMap<Vec<Datum>, Vec<usize>>,
}

impl Index {
    /// Fails if a to-one link's columns are not unique in its target.
    pub(super) fn new(data: &Data, link: &Link) -> Result<Self, EvalError> {
        let (own, theirs): (Vec<_>, Vec<_>) = link.on.iter().copied().unzip();
        let rows = by_fields(data, link.to, &theirs);
        if !link.many {
            unique(data.catalog().entity(link.to), &theirs, &rows)?;
        }
        Ok(Self { own, rows })
    }

    /// The rows that belong to a row, in the order of the data; columns with a missing
    /// part match nothing.
    pub(super) fn find(&self, row: &[Datum]) -> &[usize] {
        pick(row, &self.own).and_then(|key| self.rows.get(&key)).map_or(&[], Vec::as_slice)
    }
}

/// The existing rows of an entity by the values of some fields; without those that miss one.
pub(super) fn by_fields(
    data: &Data,
    entity: EntityId,
    fields: &[FieldId],
) -> BTreeMap<Vec<Datum>, Vec<usize>> {
    let mut rows: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, row) in data.existing(entity) {
        if let Some(key) = pick(row, fields) {
            rows.entry(key).or_default().push(at);
        }
    }
    rows
}

/// Fails if two rows share a key.
pub(super) fn unique(
    entity: &Entity,
    fields: &[FieldId],
    rows: &BTreeMap<Vec<Datum>, Vec<usize>>,
) -> Result<(), EvalError> {
    match rows.iter().find(|(_, rows)| rows.len() > 1) {
        None => Ok(()),
        Some((key, _)) => Err(EvalError::DuplicateKey {
            entity: entity.name.clone(),
            fields: fields.iter().map(|field| entity.field(*field).name.clone()).collect(),
            key: key.clone(),
        }),
    }
}
