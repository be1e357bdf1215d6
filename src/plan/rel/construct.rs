//! Constructors: what stages that build queries write again and again.

use super::{BinaryOp, Column, Negated, Relation, Scalar, Select, TableRef};
use crate::types::Literal;

impl Scalar {
    /// `alias.name`
    pub(crate) fn column(alias: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Column(alias.into(), name.into())
    }

    /// The run's as_of.
    pub(crate) fn as_of() -> Self {
        Self::Clock("as_of".to_owned())
    }

    /// A constant text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Literal(Literal::String(text.into()))
    }

    /// A constant integer.
    pub(crate) fn integer(value: i64) -> Self {
        Self::Literal(Literal::Integer(value))
    }

    /// `left op right`
    pub(crate) fn binary(op: BinaryOp, left: Self, right: Self) -> Self {
        Self::Binary(op, Box::new(left), Box::new(right))
    }

    /// `left = right`
    pub(crate) fn equal(left: Self, right: Self) -> Self {
        Self::binary(BinaryOp::Equal, left, right)
    }

    /// `x IS NULL`
    pub(crate) fn missing(self) -> Self {
        Self::IsNull(Box::new(self))
    }

    /// `x IS NOT NULL`
    pub(crate) fn present(self) -> Self {
        Self::IsNotNull(Box::new(self))
    }

    /// `EXISTS (…)`, or `NOT EXISTS (…)`
    pub(crate) fn exists(rows: Select, negated: bool) -> Self {
        Self::Exists(Box::new(rows), Negated(negated))
    }

    /// Any of the conditions.
    pub(crate) fn any(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.swap_remove(0) } else { Self::Or(parts) }
    }
}

impl Column {
    /// A value that has its column's name, or needs none.
    pub(crate) fn plain(value: Scalar) -> Self {
        Self { value, name: None }
    }

    /// A value by a name, which goes without saying where it is its column's.
    pub(crate) fn named(value: Scalar, name: impl Into<String>) -> Self {
        let name = name.into();
        let is_own = matches!(&value, Scalar::Column(_, column) if *column == name);
        Self { value, name: (!is_own).then_some(name) }
    }

    /// The name by which it is read: its own or its column's, if it has one.
    pub(crate) fn known_as(&self) -> Option<&str> {
        match (&self.name, &self.value) {
            (Some(name), _) | (None, Scalar::Column(_, name)) => Some(name),
            (None, _) => None,
        }
    }
}

impl TableRef {
    /// Rows by an alias.
    pub(crate) fn new(relation: Relation, alias: impl Into<String>) -> Self {
        Self { relation, alias: alias.into() }
    }
}

impl Select {
    /// `SELECT 1`
    pub(crate) fn one() -> Self {
        Self { columns: vec![Column::plain(Scalar::integer(1))], ..Self::default() }
    }

    /// Whether these rows have one with such values: pairs of a value of theirs, and one of the row that
    /// asks. A semi-join, or an anti-join: `NOT EXISTS`, not `NOT IN`, which engines run as one.
    pub(crate) fn semi_join(self, mut on: Vec<(Scalar, Scalar)>, negated: bool) -> Scalar {
        if on.len() == 1
            && !negated
            && let Some((own, value)) = on.pop()
        {
            let rows = Self { columns: vec![Column::plain(own)], ..self };
            return Scalar::InQuery(Box::new(value), Box::new(rows), Negated(false));
        }
        let tied = on.into_iter().map(|(own, value)| Scalar::equal(own, value));
        let filter = all(self.filter.into_iter().chain(tied).collect());
        Scalar::exists(Self { filter, columns: Self::one().columns, ..self }, negated)
    }
}

/// All of the conditions; none of them is no condition.
pub fn all(mut parts: Vec<Scalar>) -> Option<Scalar> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Scalar::And(parts.into_iter().flat_map(flatten).collect())),
    }
}

/// The conditions that [`all`] has put together.
pub(crate) fn parts(condition: Option<&Scalar>) -> &[Scalar] {
    match condition {
        None => &[],
        Some(Scalar::And(parts)) => parts,
        Some(one) => std::slice::from_ref(one),
    }
}

fn flatten(part: Scalar) -> Vec<Scalar> {
    match part {
        Scalar::And(parts) => parts,
        other => vec![other],
    }
}
