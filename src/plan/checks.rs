//! The checks that stop a script before it writes.

use std::collections::BTreeSet;

use super::assertion::{Assertion, Unique};
use super::lower::{CHECKED, among, not_deleted, rows_of};
use super::model::KeyColumn;
use super::rel::{BinaryOp, Column, Relation, Scalar, Select, TableRef, all};
use crate::catalog::{Entity, EntityId, FieldId};
use crate::check::hir::Hir;

/// Rows of which there may be none, and what is said where there are.
pub(super) struct Doubles {
    rows: Select,
    message: String,
    unique: Option<Unique>,
}

impl Doubles {
    /// What fails where there is such a row. All of them are counted: a planner that is asked
    /// whether there is one at all expects it among the first groups that it makes, and picks a
    /// plan that finds the first soon, and the last in quadratic time.
    pub(super) fn check(self) -> Assertion {
        let alias = "doubles".to_owned();
        let from = Some(TableRef { relation: Relation::Rows(Box::new(self.rows)), alias });
        let count = Column::plain(Scalar::CountRows);
        let count = Scalar::Query(Box::new(Select { columns: vec![count], from, ..Select::default() }));
        Assertion {
            fails_if: Scalar::binary(BinaryOp::Greater, count, Scalar::integer(0)),
            message: self.message,
            unique: self.unique,
        }
    }

    /// Of the affected keys' rows alone: those of the segment's own entity by their keys, others
    /// by what arrived. `None` where nothing of them can have become double.
    pub(super) fn narrowed(
        mut self,
        hir: &Hir,
        (entity, fields): (EntityId, &[FieldId]),
        affected: &Relation,
        own: bool,
        arrivals: Option<&Select>,
    ) -> Option<Self> {
        let entity = hir.catalog.entity(entity);
        let names = fields.iter().map(|&field| entity.field(field).column.clone());
        let filter = match arrivals {
            _ if own => among(affected, CHECKED, names.zip(self.rows.group_by.clone()).collect()),
            Some(arrivals) => among_rows(arrivals, &self.rows.group_by),
            None => return None,
        };
        self.rows.filter = all(self.rows.filter.into_iter().chain([filter]).collect());
        Some(self)
    }
}

/// That values are those of some row that arrived.
fn among_rows(arrivals: &Select, values: &[Scalar]) -> Scalar {
    let on = arrivals.columns.iter().map(|column| column.value.clone()).zip(values.iter().cloned());
    arrivals.clone().semi_join(on.collect(), false)
}

/// One check per set of columns that must be unique, except for keys that the database
/// guarantees. A row that has been deleted is no duplicate of another.
///
/// Of entities over many tables, only these tables are read.
pub(super) fn unique_checks(
    hir: &Hir,
    target: &str,
    unique: &BTreeSet<(EntityId, Vec<FieldId>)>,
    event_tables: &BTreeSet<Vec<String>>,
) -> Vec<(EntityId, Vec<FieldId>, Doubles)> {
    let mut checks = Vec::new();
    for (id, fields) in unique {
        let entity = hir.catalog.entity(*id);
        let is_key =
            fields.len() == entity.key.len() && fields.iter().all(|field| entity.key.contains(field));
        if is_key && entity.unique_enforced {
            continue;
        }
        let names: Vec<&str> = fields.iter().map(|&field| entity.field(field).column.as_str()).collect();
        let mut rows = double_rows(entity, target, fields);
        rows.keep_tables(event_tables);
        let message = format!("segc: two rows of {} have the same {}", entity.name, names.join(", "));
        let unique = Some(Unique { entity: *id, fields: fields.clone() });
        checks.push((*id, fields.clone(), Doubles { rows, message, unique }));
    }
    checks
}

/// The values of fields that several rows have.
#[must_use]
pub fn doubles(hir: &Hir, target: &str, unique: &Unique) -> Select {
    double_rows(hir.catalog.entity(unique.entity), target, &unique.fields)
}

fn double_rows(entity: &Entity, target: &str, fields: &[FieldId]) -> Select {
    let relation = rows_of(entity, target);
    let column = |&field: &FieldId| Scalar::Column(CHECKED.to_owned(), entity.field(field).column.clone());
    let columns: Vec<Scalar> = fields.iter().map(column).collect();
    let present = columns.iter().cloned().map(|column| column.present());
    let mut rows = Select {
        columns: columns.iter().cloned().map(Column::plain).collect(),
        from: Some(TableRef { relation, alias: CHECKED.to_owned() }),
        filter: all(present.chain(not_deleted(entity, CHECKED)).collect()),
        group_by: columns,
        having: Some(more_than_one()),
        ..Select::default()
    };
    rows.prune();
    rows
}

/// That a segment's table has a member twice, which a comparison with the matches wouldn't show.
/// Not every engine keeps keys unique, and a key of the table's own can be dropped. `only_if` is a condition
/// of the clock without which the table isn't read.
pub(super) fn double_members(
    segment: &str,
    table: &[String],
    keys: &[KeyColumn],
    only_if: Option<Scalar>,
) -> Assertion {
    let columns: Vec<Scalar> =
        keys.iter().map(|key| Scalar::Column("m".to_owned(), key.name.clone())).collect();
    let relation = Relation::Table(table.to_vec());
    let rows = Select {
        columns: columns.iter().cloned().map(Column::plain).collect(),
        from: Some(TableRef { relation, alias: "m".to_owned() }),
        filter: only_if,
        group_by: columns,
        having: Some(more_than_one()),
        ..Select::default()
    };
    let message =
        format!("segc: the table {} has a member of {segment} twice: remove the duplicates", table.join("."));
    Doubles { rows, message, unique: None }.check()
}

fn more_than_one() -> Scalar {
    Scalar::binary(BinaryOp::Greater, Scalar::CountRows, Scalar::integer(1))
}
