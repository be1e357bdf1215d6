//! `keep`: the match is ranked in a subquery, of which the first are kept; several `keep`s are
//! a chain of such subqueries, each over what the one before left.

use super::Lowering;
use super::bucket::{below_bucket, bucket_of};
use super::frame::Scope;
use super::names::Taken;
use super::rank_chain::{KeyPart, RANKED, Rank, RankChain, Stage, column, new_name};
use crate::check::hir::{self, Keep, KeepKind, KeepSize, SegmentId, Value};
use crate::plan::rel::{Column, Cte, Relation, Scalar, Select, TableRef};
use crate::types::Type;

impl<'a> Lowering<'a> {
    /// Ends the innermost select, the segment's match, and applies its `keep`s.
    pub(super) fn kept(
        &mut self,
        id: SegmentId,
        scope: &Scope,
        columns: Vec<Column>,
        values: Vec<Column>,
    ) -> Select {
        let segment = self.cx.hir.segment(id);
        self.sampled(id, scope);
        let (stages, names) = self.stages(id, scope);
        let values_named = values.iter().filter_map(|value| value.name.clone()).collect();
        let columns = columns.into_iter().chain(values).collect();
        if stages.is_empty() {
            return Select { columns, ..self.pop() };
        }
        let chain = RankChain::new(self.key_parts(segment.entity), values_named, names);
        let rows = Select { columns, ..self.pop() };
        self.ranked(id, &stages, chain, Some(rows))
    }

    /// Ends the innermost select, the segment's match, and yields what its `keep`s rank by.
    pub(super) fn candidates(
        &mut self,
        id: SegmentId,
        scope: &Scope,
        columns: Vec<Column>,
        values: Vec<Column>,
    ) -> Select {
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
        let columns = columns.into_iter().chain(ranks).chain(values).collect();
        Select { columns, ..self.pop() }
    }

    /// The columns that [`Self::candidates`] adds, with their types.
    pub(super) fn rank_columns(&mut self, id: SegmentId) -> Vec<(String, Type)> {
        let segment = self.cx.hir.segment(id);
        let mut names = self.taken_names(segment);
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
        columns.extend(segment.columns.iter().map(|column| (column.name.clone(), column.value.ty.clone())));
        columns
    }

    /// Applies the `keep`s to a table of candidates.
    pub(super) fn kept_of(&mut self, id: SegmentId, table: &[String]) -> Select {
        let segment = self.cx.hir.segment(id);
        let mut names = self.taken_names(segment);
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
        let values = segment.columns.iter().map(|column| column.name.clone()).collect();
        let mut chain = RankChain::new(self.key_parts(segment.entity), values, names);
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

    /// The names that columns of ranks can't have: those of the segment's table.
    fn taken_names(&self, segment: &hir::Segment) -> Taken {
        let keys = self.key_parts(segment.entity).into_iter().map(|part| part.name);
        keys.chain(segment.columns.iter().map(|column| column.name.clone())).collect()
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
        let mut names = self.taken_names(segment);
        let stages = ranking(&segment.keeps).map(|keep| self.stage(keep, scope, &mut names)).collect();
        (stages, names)
    }

    /// Ranks stage by stage; the first over `rows`, or over the columns that a table has.
    fn ranked(
        &mut self,
        id: SegmentId,
        stages: &[Stage<'_>],
        mut chain: RankChain,
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

    pub(super) fn key_parts(&self, entity: crate::catalog::EntityId) -> Vec<KeyPart> {
        let entity = self.cx.hir.catalog.entity(entity);
        let fields = entity.key.iter().map(|&id| entity.field(id));
        fields.map(|field| KeyPart { name: field.column.clone(), ty: field.ty.clone() }).collect()
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
