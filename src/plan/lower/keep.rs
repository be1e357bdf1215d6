//! `keep`: the match is ranked in a subquery, of which the first are kept; several `keep`s are
//! a chain of such subqueries, each over what the one before left. Buckets.

use bigdecimal::{BigDecimal, ToPrimitive};

use super::Lowering;
use super::frame::{Row, Scope};
use super::names::{Taken, unused};
use crate::check::hir::{Keep, KeepKind, KeepSize, SegmentId, Value};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Column, Cte, Order, Over, Relation, Scalar, Select, TableRef, all};
use crate::types::Type;

/// What a subquery of ranked rows is called where it is read.
const RANKED: &str = "r";

/// A `keep`, its values lowered.
enum Stage<'a> {
    Rank(Rank<'a>),
    Sample { seed: &'a str, below: u16 },
}

struct Rank<'a> {
    size: &'a KeepSize,
    bottom: bool,
    by: Scalar,
    by_type: &'a Type,
    nullable: bool,
    per: Vec<Scalar>,
    /// The column that holds `by` until it is needed, and those of `per`.
    carried: Vec<String>,
}

/// A key column of the segment.
struct KeyPart {
    name: String,
    ty: Type,
}

impl<'a> Lowering<'a> {
    /// Ends the innermost select, the segment's match, and applies its `keep`s.
    pub(super) fn kept(&mut self, id: SegmentId, scope: &Scope, columns: Vec<Column>) -> Select {
        let segment = self.cx.hir.segment(id);
        self.sampled(id, scope);
        let (stages, names) = self.stages(id, scope);
        if stages.is_empty() {
            return Select { columns, ..self.pop() };
        }
        let chain = Chain::new(self.key_parts(segment.entity), names);
        let rows = Select { columns, ..self.pop() };
        self.ranked(id, &stages, chain, Some(rows))
    }

    /// Ends the innermost select, the segment's match, and yields what its `keep`s rank by.
    pub(super) fn candidates(&mut self, id: SegmentId, scope: &Scope, columns: Vec<Column>) -> Select {
        self.sampled(id, scope);
        let (stages, _) = self.stages(id, scope);
        let ranks = stages.into_iter().flat_map(|stage| match stage {
            Stage::Rank(rank) => {
                let values = std::iter::once(rank.by).chain(rank.per);
                let named = |(value, name)| Column { value, name: Some(name) };
                values.zip(rank.carried).map(named).collect()
            }
            Stage::Sample { .. } => Vec::new(),
        });
        let columns = columns.into_iter().chain(ranks).collect();
        Select { columns, ..self.pop() }
    }

    /// The columns that [`Self::candidates`] adds, with their types.
    pub(super) fn rank_columns(&mut self, id: SegmentId) -> Vec<(String, Type)> {
        let segment = self.cx.hir.segment(id);
        let mut names = self.key_names(segment.entity);
        let mut columns = Vec::new();
        for keep in ranking(&segment.keeps) {
            if let KeepKind::Rank { per, by, .. } = &keep.kind {
                for (name, value) in
                    carried(per.len(), &mut names).into_iter().zip(std::iter::once(by).chain(per))
                {
                    columns.push((name, value.ty.clone()));
                }
            }
        }
        columns
    }

    /// Applies the `keep`s to a table of candidates.
    pub(super) fn kept_of(&mut self, id: SegmentId, table: &[String]) -> Select {
        let segment = self.cx.hir.segment(id);
        let mut names = self.key_names(segment.entity);
        let mut stages = Vec::new();
        for keep in ranking(&segment.keeps) {
            stages.push(match &keep.kind {
                KeepKind::Sample { seed, below } => Stage::Sample { seed, below: *below },
                KeepKind::Rank { bottom, size, per, by } => {
                    let carried = carried(per.len(), &mut names);
                    let value = column(&carried[0]);
                    let per = carried[1..].iter().map(|name| column(name)).collect();
                    let (by_type, nullable) = (&by.ty, by.nullable);
                    Stage::Rank(Rank { size, bottom: *bottom, by: value, by_type, nullable, per, carried })
                }
            });
        }
        let mut chain = Chain::new(self.key_parts(segment.entity), names);
        let relation = Relation::Table(table.to_vec());
        let from = Some(TableRef { relation, alias: RANKED.to_owned() });
        let keys = chain.key.iter().map(|part| part.name.clone());
        let ranks = self.rank_columns(id).into_iter().map(|(name, _)| name);
        let columns = keys.chain(ranks).map(|name| Column::plain(column(&name))).collect();
        let name = self.cte_name(&format!("{}_candidates", segment.name));
        self.ctes.push(Cte::new(name.clone(), Select { columns, from, ..Select::default() }));
        chain.from = name;
        self.ranked(id, &stages, chain, None)
    }

    fn key_names(&self, entity: crate::catalog::EntityId) -> Taken {
        self.key_parts(entity).into_iter().map(|part| part.name).collect()
    }

    /// Applies the samples to the match, before ranking.
    fn sampled(&mut self, id: SegmentId, scope: &Scope) {
        let segment = self.cx.hir.segment(id);
        let keeps = segment.keeps.iter().filter(|keep| !keeps_all(keep));
        for keep in keeps.take_while(|keep| matches!(keep.kind, KeepKind::Sample { .. })) {
            if let KeepKind::Sample { seed, below } = &keep.kind {
                let filter = below_bucket(self.bucket(&scope.this, seed), *below);
                self.frames[scope.this.frame].filter.push(filter);
            }
        }
    }

    /// Everything from the first rank on, and the names of columns that are taken.
    fn stages(&mut self, id: SegmentId, scope: &Scope) -> (Vec<Stage<'a>>, Taken) {
        let segment: &'a crate::check::hir::Segment = self.cx.hir.segment(id);
        let mut names = self.key_names(segment.entity);
        let stages = ranking(&segment.keeps).map(|keep| self.stage(keep, scope, &mut names)).collect();
        (stages, names)
    }

    /// Ranks stage by stage; the first over `rows`, or over the columns that a table has.
    fn ranked(
        &mut self,
        id: SegmentId,
        stages: &[Stage<'_>],
        mut chain: Chain,
        rows: Option<Select>,
    ) -> Select {
        let segment = self.cx.hir.segment(id);
        let over_table = rows.is_none();
        let mut rows = rows.unwrap_or_else(|| chain.select());
        let base: Vec<Scalar> = rows.columns.iter().map(|column| column.value.clone()).collect();
        for (at, stage) in stages.iter().enumerate() {
            match stage {
                Stage::Sample { seed, below } => {
                    chain.filter.push(below_bucket(bucket_of(seed, &chain.key, &chain.columns()), *below));
                }
                Stage::Rank(rank) => {
                    let is_first = at == 0 && !over_table;
                    if at > 0 {
                        rows = chain.select();
                    }
                    let key = if is_first { base.clone() } else { chain.columns() };
                    rows.columns.extend(chain.carried(&stages[at + 1..], is_first));
                    rows.columns.extend(chain.ranking(self, rank, &key, is_first));
                    let name = self.cte_name(&format!("{}_ranked", segment.name));
                    self.ctes.push(Cte::new(name.clone(), std::mem::take(&mut rows)));
                    chain.from = name;
                    chain.filter = vec![chain.stays(rank.size)];
                }
            }
        }
        chain.select()
    }

    fn stage<'k>(&mut self, keep: &'k Keep, scope: &Scope, names: &mut Taken) -> Stage<'k> {
        match &keep.kind {
            KeepKind::Sample { seed, below } => Stage::Sample { seed, below: *below },
            KeepKind::Rank { bottom, size, per, by } => {
                let mut lowered = |value: &Value| self.value(scope, value);
                let per: Vec<Scalar> = per.iter().map(&mut lowered).collect();
                let scalar = lowered(by);
                let carried = carried(per.len(), names);
                let (by, by_type, nullable) = (scalar, &by.ty, by.nullable);
                Stage::Rank(Rank { size, bottom: *bottom, by, by_type, nullable, per, carried })
            }
        }
    }

    fn key_parts(&self, entity: crate::catalog::EntityId) -> Vec<KeyPart> {
        let entity = self.cx.hir.catalog.entity(entity);
        let fields = entity.key.iter().map(|&id| entity.field(id));
        fields.map(|field| KeyPart { name: field.column.clone(), ty: field.ty.clone() }).collect()
    }

    /// The bucket of a row.
    pub(super) fn bucket(&mut self, row: &Row, seed: &str) -> Scalar {
        let key = self.cx.hir.catalog.entity(row.entity).key.clone();
        let values: Vec<Scalar> = key.into_iter().map(|field| self.field(row, field)).collect();
        bucket_of(seed, &self.key_parts(row.entity), &values)
    }

    /// A value as it is sorted by.
    fn sorted(&self, value: Scalar, ty: &Type) -> Scalar {
        if *ty == Type::String { self.text_order(value) } else { value }
    }
}

/// The subqueries of one segment's `keep`s, as far as they have come.
struct Chain {
    key: Vec<KeyPart>,
    /// The subquery that the next one reads from.
    from: String,
    /// Which of its rows stay.
    filter: Vec<Scalar>,
    /// The column of a row's rank, from 1 on.
    place: String,
    /// The column of how many rows its group has.
    matches: String,
}

impl Chain {
    fn new(key: Vec<KeyPart>, mut names: Taken) -> Self {
        let (place, matches) = (new_name("place", &mut names), new_name("matches", &mut names));
        Self { key, from: String::new(), filter: Vec::new(), place, matches }
    }

    fn columns(&self) -> Vec<Scalar> {
        self.key.iter().map(|part| column(&part.name)).collect()
    }

    /// The keys of those who stay.
    fn select(&mut self) -> Select {
        let relation = Relation::Cte(self.from.clone());
        let columns = self.columns().into_iter().map(Column::plain).collect();
        let from = Some(TableRef { relation, alias: RANKED.to_owned() });
        Select { columns, from, filter: all(std::mem::take(&mut self.filter)), ..Select::default() }
    }

    /// What later `keep`s need, which only the first subquery can compute.
    fn carried(&self, later: &[Stage<'_>], is_first: bool) -> Vec<Column> {
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
    fn ranking(
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
    fn stays(&self, size: &KeepSize) -> Scalar {
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

/// Everything from the first `keep` on that ranks.
fn ranking(keeps: &[Keep]) -> impl Iterator<Item = &Keep> {
    let keeps = keeps.iter().filter(|keep| !keeps_all(keep));
    keeps.skip_while(|keep| matches!(keep.kind, KeepKind::Sample { .. }))
}

/// The types of what a segment's `keep`s rank by and group by, in the order of their columns.
pub(in crate::plan) fn rank_types(keeps: &[Keep]) -> impl Iterator<Item = &Type> {
    ranking(keeps).flat_map(|keep| match &keep.kind {
        KeepKind::Rank { per, by, .. } => std::iter::once(by).chain(per).map(|value| &value.ty).collect(),
        KeepKind::Sample { .. } => Vec::new(),
    })
}

/// Whether a segment ranks its match.
pub(in crate::plan) fn ranks(keeps: &[Keep]) -> bool {
    ranking(keeps).next().is_some()
}

/// The columns that hold `by` until it is needed, and those of `per`.
fn carried(per: usize, names: &mut Taken) -> Vec<String> {
    let bases = std::iter::once("rank_by").chain(std::iter::repeat_n("rank_per", per));
    bases.map(|base| new_name(base, names)).collect()
}

/// `keep top 100%`
fn keeps_all(keep: &Keep) -> bool {
    match &keep.kind {
        KeepKind::Rank { size: KeepSize::Percent(percent), .. } => *percent >= 100,
        KeepKind::Rank { size: KeepSize::Count(_), .. } => false,
        KeepKind::Sample { below, .. } => *below >= 10_000,
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

fn below_bucket(bucket: Scalar, below: u16) -> Scalar {
    Scalar::binary(BinaryOp::Less, bucket, Scalar::integer(i64::from(below)))
}

/// The bucket of a key with these values.
fn bucket_of(seed: &str, key: &[KeyPart], values: &[Scalar]) -> Scalar {
    let text = |text: String| Scalar::text(text);
    let concat = |left, right| Scalar::Call(Function::Concat, vec![left, right]);
    let mut hashed: Option<Scalar> = None;
    for (part, value) in key.iter().zip(values) {
        let value = match part.ty {
            Type::String => value.clone(),
            Type::Date => Scalar::Call(Function::DateText, vec![value.clone()]),
            _ => Scalar::Cast(Box::new(value.clone()), Type::String),
        };
        let before = match hashed {
            None => text(format!("{seed}:")),
            Some(before) => concat(before, text(":".to_owned())),
        };
        hashed = Some(concat(before, value));
    }
    Scalar::Call(Function::Bucket, vec![hashed.unwrap_or_else(|| text(format!("{seed}:")))])
}

fn column(name: &str) -> Scalar {
    Scalar::Column(RANKED.to_owned(), name.to_owned())
}

/// A column's name that no other has, taken.
fn new_name(base: &str, names: &mut Taken) -> String {
    let name = unused(base, |name| names.holds(name));
    names.insert(&name);
    name
}
