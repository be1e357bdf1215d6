//! A segment's key in the queries of a program.

use crate::plan::model::SegmentPlan;
use crate::plan::rel::{Column, Relation, Scalar, Select, TableRef, all};
use crate::types::Literal;

/// A segment's key, or other columns of its table.
pub(super) struct Keys<'a>(Vec<&'a str>);

impl<'a> Keys<'a> {
    pub(super) fn of(segment: &'a SegmentPlan) -> Self {
        Self(segment.keys.iter().map(|key| key.name.as_str()).collect())
    }

    /// The columns beside the key.
    pub(super) fn beside(segment: &'a SegmentPlan) -> Self {
        Self(segment.columns.iter().map(|column| column.name.as_str()).collect())
    }

    pub(super) fn columns(&self, alias: &str) -> impl Iterator<Item = Column> {
        self.0.iter().map(move |key| Column::plain(Scalar::column(alias, *key)))
    }

    /// Its columns' names, each with its value in a row.
    pub(super) fn pairs(&self, alias: &str) -> Vec<(String, Scalar)> {
        self.0.iter().map(|&key| (key.to_owned(), Scalar::column(alias, key))).collect()
    }

    /// The columns of whichever of two rows is there.
    pub(super) fn of_either(&self, one: &str, other: &str) -> impl Iterator<Item = Column> {
        self.0.iter().map(move |&key| {
            let both = vec![Scalar::column(one, key), Scalar::column(other, key)];
            Column::named(Scalar::Coalesce(both), key)
        })
    }

    /// The first of its columns, which is missing where an outer join has found no row.
    pub(super) fn first(&self, alias: &str) -> Scalar {
        Scalar::column(alias, self.0.first().copied().unwrap_or_default())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|&key| key.to_owned())
    }

    /// That rows of two tables have the same key.
    pub(super) fn agree(&self, left: &str, right: &str) -> Scalar {
        let equal = |key: &&str| Scalar::equal(Scalar::column(left, *key), Scalar::column(right, *key));
        all(self.0.iter().map(equal).collect()).unwrap_or(Scalar::Literal(Literal::Boolean(true)))
    }

    /// That a table has a row with the key of the row that asks; or that it has none. One of them has
    /// the alias `m`, the other `s`.
    pub(super) fn exist(&self, alias: &str, table: &[String], negated: bool) -> Scalar {
        Self::exist_where(alias, table, vec![self.agree("m", "s")], negated)
    }

    /// That a table has a row for which all of this is so; or that it has none.
    pub(super) fn exist_where(alias: &str, table: &[String], on: Vec<Scalar>, negated: bool) -> Scalar {
        let from = Some(TableRef::new(Relation::Table(table.to_vec()), alias));
        Scalar::exists(
            Select { columns: Select::one().columns, from, filter: all(on), ..Select::default() },
            negated,
        )
    }
}
