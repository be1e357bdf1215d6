//! The chain of subqueries that `keep`s are: each ranks what the one before left.

use bigdecimal::{BigDecimal, ToPrimitive};

use super::Lowering;
use super::names::{Taken, unused};
use crate::check::hir::KeepSize;
use crate::plan::rel::{BinaryOp, Column, Order, Over, Relation, Scalar, Select, TableRef, all};
use crate::types::Type;

/// What a subquery of ranked rows is called where it is read.
pub(super) const RANKED: &str = "r";

/// A `keep`, its values lowered.
pub(super) enum Stage<'a> {
    Rank(Rank<'a>),
    Sample { seed: &'a str, below: u16 },
}

pub(super) struct Rank<'a> {
    pub(super) size: &'a KeepSize,
    pub(super) bottom: bool,
    pub(super) by: Scalar,
    pub(super) by_type: &'a Type,
    pub(super) nullable: bool,
    pub(super) per: Vec<Scalar>,
    /// The column that holds `by` until it is needed, and those of `per`.
    pub(super) carried: Vec<String>,
}

/// A key column of the segment.
pub(super) struct KeyPart {
    pub(super) name: String,
    pub(super) ty: Type,
}

/// The subqueries of one segment's `keep`s, as far as they have come.
pub(super) struct RankChain {
    pub(super) key: Vec<KeyPart>,
    /// The columns beside the key.
    values: Vec<String>,
    /// The subquery that the next one reads from.
    pub(super) from: String,
    /// Which of its rows stay.
    pub(super) filter: Vec<Scalar>,
    /// The column of a row's rank, from 1 on.
    place: String,
    /// The column of how many rows its group has.
    matches: String,
}

impl RankChain {
    pub(super) fn new(key: Vec<KeyPart>, values: Vec<String>, mut names: Taken) -> Self {
        let (place, matches) = (new_name("place", &mut names), new_name("matches", &mut names));
        Self { key, values, from: String::new(), filter: Vec::new(), place, matches }
    }

    pub(super) fn columns(&self) -> Vec<Scalar> {
        self.key.iter().map(|part| column(&part.name)).collect()
    }

    /// The keys of those who stay, and the columns beside them.
    pub(super) fn select(&mut self) -> Select {
        let relation = Relation::Cte(self.from.clone());
        let values = self.values.iter().map(|name| column(name));
        let columns = self.columns().into_iter().chain(values).map(Column::plain).collect();
        let from = Some(TableRef { relation, alias: RANKED.to_owned() });
        Select { columns, from, filter: all(std::mem::take(&mut self.filter)), ..Select::default() }
    }

    /// What later `keep`s need, which only the first subquery can compute.
    pub(super) fn carried(&self, later: &[Stage<'_>], is_first: bool) -> Vec<Column> {
        let mut columns = Vec::new();
        for stage in later {
            let Stage::Rank(rank) = stage else { continue };
            for (value, name) in std::iter::once(&rank.by).chain(&rank.per).zip(&rank.carried) {
                columns.push(if is_first {
                    Column { value: value.clone(), name: Some(name.clone()) }
                } else {
                    Column::plain(column(name))
                });
            }
        }
        columns
    }

    /// A row's rank and, for a percentage, how many there are.
    pub(super) fn ranking(
        &self,
        lowering: &Lowering<'_>,
        rank: &Rank<'_>,
        key: &[Scalar],
        is_first: bool,
    ) -> Vec<Column> {
        let mut carried = rank.carried.iter().map(|name| column(name));
        let (by, partition) = if is_first {
            (rank.by.clone(), rank.per.clone())
        } else {
            (carried.next().unwrap_or_else(|| rank.by.clone()), carried.collect())
        };
        let by = Order {
            value: lowering.sorted(by, rank.by_type),
            descending: !rank.bottom,
            nulls_last: rank.nullable,
        };
        // Not every engine sorts by a constant; all rows tie.
        let is_constant = matches!(rank.by, Scalar::Literal(_) | Scalar::Clock(_));
        let ties = self.key.iter().zip(key).map(|(part, value)| Order {
            value: lowering.sorted(value.clone(), &part.ty),
            descending: false,
            nulls_last: false,
        });
        let order = (!is_constant).then_some(by).into_iter().chain(ties).collect();
        let over = |function, order| {
            Scalar::Window(Box::new(Over { function, partition: partition.clone(), order, frame: None }))
        };
        let mut columns = vec![Column { value: over(None, order), name: Some(self.place.clone()) }];
        if matches!(rank.size, KeepSize::Percent(_)) {
            let value = over(Some(Scalar::CountRows), Vec::new());
            columns.push(Column { value, name: Some(self.matches.clone()) });
        }
        columns
    }

    /// Whether a rank is among the first. Of a percentage, `place <= ceil(p × matches / 100)`
    /// as `(place - 1) × d < n × matches`, in whole numbers.
    pub(super) fn stays(&self, size: &KeepSize) -> Scalar {
        let place = column(&self.place);
        match size {
            KeepSize::Count(count) => Scalar::binary(
                BinaryOp::LessOrEqual,
                place,
                Scalar::integer(i64::try_from(*count).unwrap_or(i64::MAX)),
            ),
            KeepSize::Percent(percent) => {
                let (numerator, denominator) = fraction(percent);
                let before = Scalar::binary(BinaryOp::Subtract, place, Scalar::integer(1));
                let left = times(before, denominator);
                Scalar::binary(BinaryOp::Less, left, times(column(&self.matches), numerator))
            }
        }
    }
}

impl Lowering<'_> {
    /// A value as it is sorted by.
    fn sorted(&self, value: Scalar, ty: &Type) -> Scalar {
        if *ty == Type::String { self.text_order(value) } else { value }
    }
}

/// A percentage of at most 6 digits after the point as a fraction in its lowest terms.
fn fraction(percent: &BigDecimal) -> (i64, i64) {
    let mut numerator = (percent * BigDecimal::from(1_000_000)).to_i64().unwrap_or(i64::MAX);
    let mut denominator = 100_000_000;
    let (mut a, mut b) = (numerator, denominator);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a > 1 {
        numerator /= a;
        denominator /= a;
    }
    (numerator, denominator)
}

fn times(value: Scalar, factor: i64) -> Scalar {
    if factor == 1 { value } else { Scalar::binary(BinaryOp::Multiply, value, Scalar::integer(factor)) }
}

pub(super) fn column(name: &str) -> Scalar {
    Scalar::Column(RANKED.to_owned(), name.to_owned())
}

/// A column's name that no other has, taken.
pub(super) fn new_name(base: &str, names: &mut Taken) -> String {
    let name = unused(base, |name| names.holds(name));
    names.insert(&name);
    name
}
