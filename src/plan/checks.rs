//! What stops a script before it writes.

use std::collections::BTreeSet;

use super::lower::{among, not_deleted};
use super::model::{Check, KeyColumn};
use super::rel::{BinaryOp, Column, Negated, Relation, Scalar, Select, TableRef, all};
use crate::analyze::Clause;
use crate::catalog::{EntityId, FieldId, TableSource};
use crate::check::hir::Hir;
use crate::types::Literal;

/// The alias of rows of which no two may be alike.
pub(super) const CHECKED: &str = "t";

/// A check of the affected keys' rows alone: those of the segment's own entity by their keys,
/// others by what arrived. `None` where nothing of them can have become double.
pub(super) fn narrowed_check(
    hir: &Hir,
    check: Check,
    (entity, fields): (EntityId, &[FieldId]),
    affected: &Relation,
    own: bool,
    arrivals: Option<&Select>,
) -> Option<Check> {
    let clause = if own { Clause::DoubleOwnRows } else { Clause::DoubleLinkedRows };
    if !clause.holds() {
        return None;
    }
    let Check { fails_if: Scalar::Exists(mut duplicates, negated), message } = check else { return None };
    let entity = hir.catalog.entity(entity);
    let names = fields.iter().map(|&field| entity.field(field).column.clone());
    let filter = match arrivals {
        _ if own => among(affected, CHECKED, names.zip(duplicates.group_by.clone()).collect()),
        Some(arrivals) => among_rows(arrivals, &duplicates.group_by),
        None => return None,
    };
    duplicates.filter = all(duplicates.filter.into_iter().chain([filter]).collect());
    Some(Check { fails_if: Scalar::Exists(duplicates, negated), message })
}

/// That values are those of some row that arrived.
fn among_rows(arrivals: &Select, values: &[Scalar]) -> Scalar {
    if let [value] = values {
        return Scalar::InQuery(Box::new(value.clone()), Box::new(arrivals.clone()), Negated(false));
    }
    let tied = arrivals.columns.iter().zip(values).map(|(column, value)| {
        Scalar::Binary(BinaryOp::Equal, Box::new(column.value.clone()), Box::new(value.clone()))
    });
    let filter = all(arrivals.filter.iter().cloned().chain(tied).collect());
    Scalar::Exists(Box::new(Select { columns: vec![one()], filter, ..arrivals.clone() }), Negated(false))
}

/// One check per set of columns that must be unique, but for keys that the database
/// guarantees. A row that has been deleted is no duplicate of another.
pub(super) fn unique_checks(
    hir: &Hir,
    target: &str,
    unique: &BTreeSet<(EntityId, Vec<FieldId>)>,
) -> Vec<(EntityId, Vec<FieldId>, Check)> {
    let mut checks = Vec::new();
    for (id, fields) in unique {
        let entity = hir.catalog.entity(*id);
        let is_key =
            fields.len() == entity.key.len() && fields.iter().all(|field| entity.key.contains(field));
        if is_key && entity.unique_enforced {
            continue;
        }
        let relation = match entity.source_on(target) {
            TableSource::Table(parts) => Relation::Table(parts.clone()),
            TableSource::Query { sql, span } => Relation::Sql { text: sql.clone(), span: *span },
        };
        let names: Vec<&str> = fields.iter().map(|&field| entity.field(field).column.as_str()).collect();
        let columns: Vec<Scalar> =
            names.iter().map(|name| Scalar::Column(CHECKED.to_owned(), (*name).to_owned())).collect();
        let present = columns.iter().cloned().map(|column| Scalar::IsNotNull(Box::new(column)));
        let rows = present.chain(not_deleted(entity, CHECKED)).collect();
        let duplicates = Select {
            columns: vec![one()],
            from: Some(TableRef { relation, alias: CHECKED.to_owned() }),
            filter: all(rows),
            group_by: columns,
            having: Some(more_than_one()),
            ..Select::default()
        };
        let check = Check {
            fails_if: Scalar::Exists(Box::new(duplicates), Negated(false)),
            message: format!(
                "segc: two rows of {} have the same {}; nothing was written",
                entity.name,
                names.join(", ")
            ),
        };
        checks.push((*id, fields.clone(), check));
    }
    checks
}

/// That a segment's table holds a member twice, which no difference to who matches would show.
/// Not every engine keeps keys unique, and a key of the table's own can be dropped.
pub(super) fn double_members(segment: &str, table: &[String], keys: &[KeyColumn]) -> Check {
    let columns = keys.iter().map(|key| Scalar::Column("m".to_owned(), key.name.clone())).collect();
    let relation = Relation::Table(table.to_vec());
    let doubles = Select {
        columns: vec![one()],
        from: Some(TableRef { relation, alias: "m".to_owned() }),
        group_by: columns,
        having: Some(more_than_one()),
        ..Select::default()
    };
    Check {
        fails_if: Scalar::Exists(Box::new(doubles), Negated(false)),
        message: format!(
            "segc: the table {} holds a member of {segment} twice: remove what is double; nothing was written",
            table.join(".")
        ),
    }
}

fn more_than_one() -> Scalar {
    let one = Scalar::Literal(Literal::Integer(1));
    Scalar::Binary(BinaryOp::Greater, Box::new(Scalar::CountRows), Box::new(one))
}

fn one() -> Column {
    Column { value: Scalar::Literal(Literal::Integer(1)), name: None }
}
