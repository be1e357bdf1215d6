//! The rows of a segment's table as one query, for tools that write tables themselves.

use super::difference::matching;
use super::keys::Keys;
use crate::plan::model::SegmentPlan;
use crate::plan::rel::{BinaryOp, Column, Join, JoinKind, Query, Relation, Scalar, Select, TableRef, all};

/// Where such a tool has what it has stored before.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The table before the run; without rows if there is none.
    pub before: &'a [String],
    /// The rows that stay as they are: only others are to be written. `None` if all are written again.
    pub kept: Option<&'a [String]>,
    /// Columns of constants beside the key and `entered_at`.
    pub constants: &'a [(&'a str, &'a str)],
}

/// The keys of which a segment's table has several rows.
#[must_use]
pub fn repeated(segment: &SegmentPlan) -> Select {
    let keys = Keys::of(segment);
    Select {
        columns: keys.columns("m").collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        group_by: keys.columns("m").map(|column| column.value).collect(),
        having: Some(Scalar::binary(BinaryOp::Greater, Scalar::CountRows, Scalar::integer(1))),
        ..Select::default()
    }
}

/// The members with the instant at which they entered: that of the table before, for those who were members.
#[must_use]
pub fn rows(segment: &SegmentPlan, stored: &Stored<'_>) -> Query {
    let keys = Keys::of(segment);
    let (ctes, matches) = matching(segment.evaluation.query.clone());
    let entered = Scalar::Coalesce(vec![Scalar::column("b", "entered_at"), Scalar::as_of()]);
    let constants = stored.constants.iter().map(|(name, text)| Column::named(Scalar::text(*text), *name));
    let before = Join {
        kind: JoinKind::Left,
        table: TableRef::new(Relation::Table(stored.before.to_vec()), "b"),
        on: keys.agree("b", "s"),
    };
    let select = Select {
        columns: keys
            .columns("s")
            .chain(Keys::beside(segment).columns("s"))
            .chain([Column::named(entered, "entered_at")])
            .chain(constants)
            .collect(),
        from: Some(TableRef::new(matches, "s")),
        joins: vec![before],
        filter: stored.kept.and_then(|kept| all(vec![keys.exist("m", kept, true)])),
        ..Select::default()
    };
    Query { ctes, ..Query::of(select) }
}
