//! What stops a script before it writes.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::lower::not_deleted;
use super::model::Check;
use super::rel::{BinaryOp, Column, Negated, Relation, Scalar, Select, TableRef, all};
use crate::catalog::{EntityId, FieldId, TableSource};
use crate::check::hir::Hir;
use crate::types::Literal;

/// The table in which every run of a segment is recorded, beside the segments' tables.
pub const RUNS_TABLE: &str = "segc_runs";

/// One check per set of columns that must be unique, but for keys that the database
/// guarantees. A row that has been deleted is no duplicate of another.
pub(super) fn unique_checks(
    hir: &Hir,
    target: &str,
    unique: &BTreeSet<(EntityId, Vec<FieldId>)>,
) -> Vec<Check> {
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
            names.iter().map(|name| Scalar::Column("t".to_owned(), (*name).to_owned())).collect();
        let present = columns.iter().cloned().map(|column| Scalar::IsNotNull(Box::new(column)));
        let rows = present.chain(not_deleted(entity, "t")).collect();
        let more = Scalar::Binary(
            BinaryOp::Greater,
            Box::new(Scalar::CountRows),
            Box::new(Scalar::Literal(Literal::Integer(1))),
        );
        let duplicates = Select {
            columns: vec![one()],
            from: Some(TableRef { relation, alias: "t".to_owned() }),
            filter: all(rows),
            group_by: columns,
            having: Some(more),
            ..Select::default()
        };
        checks.push(Check {
            fails_if: Scalar::Exists(Box::new(duplicates), Negated(false)),
            message: format!(
                "segc: two rows of {} have the same {}; nothing was written",
                entity.name,
                names.join(", ")
            ),
        });
    }
    checks
}

/// One guard per table that a script reads when it runs alone: it stands at the script's
/// as_of and at the fingerprint it was compiled for.
pub(super) fn guards(schema: &[String], stored: &[(String, String)]) -> Vec<Check> {
    stored
        .iter()
        .map(|(name, fingerprint)| {
            let filter = all(vec![
                equal("segment", text(name)),
                equal("fingerprint", text(fingerprint)),
                equal("as_of", Scalar::Clock("as_of".to_owned())),
            ]);
            let run = Select { columns: vec![one()], filter, ..runs(schema) };
            Check {
                fails_if: Scalar::Exists(Box::new(run), Negated(true)),
                message: format!(
                    "segc: the table of {name} is not at this as_of, or was built from another definition; run its script first"
                ),
            }
        })
        .collect()
}

/// The as_of of a script that reads segments' tables and runs alone: theirs.
pub(super) fn input_as_of(
    schema: &[String],
    stored: &[(String, String)],
    as_of: Option<Timestamp>,
) -> Option<Scalar> {
    if as_of.is_some() {
        return None;
    }
    let (first, _) = stored.first()?;
    Some(last_run(schema, first))
}

/// The as_of of a segment's last run; null if none is known.
pub(super) fn last_run(schema: &[String], segment: &str) -> Scalar {
    let column = Column { value: Scalar::Column("r".to_owned(), "as_of".to_owned()), name: None };
    let filter = Some(equal("segment", text(segment)));
    Scalar::Query(Box::new(Select { columns: vec![column], filter, ..runs(schema) }))
}

fn runs(schema: &[String]) -> Select {
    let parts = schema.iter().cloned().chain([RUNS_TABLE.to_owned()]).collect();
    let from = TableRef { relation: Relation::Table(parts), alias: "r".to_owned() };
    Select { from: Some(from), ..Select::default() }
}

fn equal(column: &str, value: Scalar) -> Scalar {
    let column = Scalar::Column("r".to_owned(), column.to_owned());
    Scalar::Binary(BinaryOp::Equal, Box::new(column), Box::new(value))
}

fn text(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}

fn one() -> Column {
    Column { value: Scalar::Literal(Literal::Integer(1)), name: None }
}
