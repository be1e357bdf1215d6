//! The keys of static lists, as a script stores them.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::assertion::Assertion;
use super::model::{KeyColumn, StoredList};
use super::rel::{Column, Relation, Scalar, Select, TableRef, all};
use super::request::Request;
use super::state::list_stamp_table;
use crate::catalog::{KeyList, TableSource};
use crate::check::hir::SegmentId;

/// The keys of a segment that is a static list in a file, and their tables.
pub(super) fn stored_list(request: &Request<'_>, id: SegmentId, columns: &[KeyColumn]) -> Option<StoredList> {
    let segment = request.hir.segment(id);
    let entity = request.hir.catalog.entity(segment.list?);
    let (TableSource::Table(table), Some(keys)) = (entity.source_on(&request.abilities.target), &entity.list)
    else {
        return None;
    };
    let (stamps, stamp) = (list_stamp_table(request, id), stamp(keys, columns));
    let stored = stored(table, &stamps, &stamp, keys.rows.len());
    let message = format!(
        "segc: the stored keys of the list of {} were replaced while this run began: run it again",
        segment.name
    );
    let is_stored = Assertion { fails_if: Scalar::exists(stored.clone(), true), message, unique: None };
    Some(StoredList { table: table.clone(), keys: Arc::clone(keys), stamps, stamp, stored, is_stored })
}

/// The same for the same contents, read as keys of the same columns and types.
fn stamp(keys: &KeyList, columns: &[KeyColumn]) -> String {
    let mut hash = Sha256::new();
    hash.update(&keys.stamp);
    for KeyColumn { name, ty } in columns {
        hash.update(format!("{name:?} {ty}\n"));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Has a row if a table has this many keys, and they were loaded from what has this stamp.
fn stored(list: &[String], stamps: &[String], stamp: &str, keys: usize) -> Select {
    let from = |table: &[String], alias| Some(TableRef::new(Relation::Table(table.to_vec()), alias));
    let count = Select {
        columns: vec![Column::plain(Scalar::CountRows)],
        from: from(list, "m"),
        ..Select::default()
    };
    let keys = i64::try_from(keys).unwrap_or(i64::MAX);
    let filter = all(vec![
        Scalar::equal(Scalar::column("r", "stamp"), Scalar::text(stamp)),
        Scalar::equal(Scalar::Query(Box::new(count)), Scalar::integer(keys)),
    ]);
    Select { from: from(stamps, "r"), filter, ..Select::one() }
}
