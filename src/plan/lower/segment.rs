//! A segment's members as a select.

use super::aggregate::is_joined;
use super::frame::{Mode, Row, Scope, last_name};
use super::{Lowering, SegmentPart};
use crate::check::hir::{self, Base, Path, SegmentId, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{Column, Cte, Relation, Scalar, Select, TableRef, all};
use crate::plan::storage::MembersAt;
use crate::types::Type;

impl Lowering<'_> {
    /// The rows of a segment's table: its members' keys and columns. The segments that it inlines come first, each as a
    /// subquery of its own, so that deep chains neither nest nor repeat.
    pub(super) fn segment(&mut self, id: SegmentId, part: SegmentPart) -> Select {
        self.narrow(id, part);
        self.inline_inputs(id);
        self.members(id, part, true)
    }

    /// A subquery for each segment that this one inlines and that has none yet.
    pub(super) fn inline_inputs(&mut self, id: SegmentId) {
        for inlined in self.inlined_by(id) {
            self.inline(inlined);
        }
    }

    /// A subquery for a segment, after those for what it inlines.
    pub(super) fn inline_whole(&mut self, id: SegmentId) {
        self.inline_inputs(id);
        self.inline(id);
    }

    fn inline(&mut self, id: SegmentId) {
        if self.members.contains_key(&id) {
            return;
        }
        let select = self.members(id, SegmentPart::Match, false);
        let name = self.cte_name(&self.cx.hir.segment(id).name.clone());
        self.ctes.push(Cte::new(name.clone(), select));
        self.members.insert(id, Relation::Cte(name));
    }

    /// Every segment that this one inlines, through others too, each after those it needs.
    fn inlined_by(&mut self, id: SegmentId) -> Vec<SegmentId> {
        let mut order = Vec::new();
        let mut done = std::collections::BTreeSet::new();
        let mut stack = vec![(id, false)];
        while let Some((at, expanded)) = stack.pop() {
            if expanded {
                if at != id {
                    order.push(at);
                }
                continue;
            }
            if !done.insert(at) {
                continue;
            }
            stack.push((at, true));
            for input in self.cx.graph.node(at).inputs().rev().map(|input| input.segment) {
                match self.cx.storage.members_at(input) {
                    MembersAt::Table(table) => {
                        self.members.insert(input, Relation::Table(table));
                        self.tables.insert(input);
                    }
                    MembersAt::Inline => stack.push((input, false)),
                }
            }
        }
        order
    }

    /// The keys of rows of a segment, and its columns if they are wanted: other segments read keys only.
    fn members(&mut self, id: SegmentId, part: SegmentPart, with_columns: bool) -> Select {
        let segment = self.cx.hir.segment(id);
        let frame = self.push(false);
        let row = self.scan(segment.entity);
        let key = self.cx.hir.catalog.entity(segment.entity).key.clone();
        self.unique.insert((segment.entity, key.clone()));
        self.narrow_own(id, &row);
        let scope = Scope::of(row.clone(), None);
        let matching = self.matching(&scope, id, part);
        self.frames[frame].filter.extend(matching);
        let columns = self.key_columns(&row);
        let values = if with_columns { self.value_columns(id, &scope) } else { Vec::new() };
        match part {
            SegmentPart::Match => self.kept(id, &scope, columns, values),
            SegmentPart::Candidates => self.candidates(id, &scope, columns, values),
            SegmentPart::Admitted => {
                let columns = columns.into_iter().chain(values).collect();
                Select { columns, ..self.pop() }
            }
        }
    }

    /// Within the parent, any include and no exclude, not in what comes before in the group.
    fn matching(&mut self, scope: &Scope, id: SegmentId, part: SegmentPart) -> Option<Scalar> {
        let segment = self.cx.hir.segment(id);
        let mut parts = Vec::new();
        let here = Path { base: Base::This, hops: Vec::new(), end: segment.entity };
        if let Some((parent, _)) = segment.parent {
            parts.push(self.in_segment(scope, &here, parent, false));
        }
        if part != SegmentPart::Admitted && !segment.includes.is_empty() {
            parts.push(self.any(scope, &segment.includes, false));
        }
        for exclude in &segment.excludes {
            parts.push(self.cond(scope, exclude, true));
        }
        for &rival in segment.group.iter().flat_map(|group| &group.before) {
            parts.push(self.in_segment(scope, &here, rival, true));
        }
        all(parts)
    }

    /// The key columns of a row, under the names of the entity's own.
    pub(super) fn key_columns(&mut self, row: &Row) -> Vec<Column> {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let key = entity.key.clone();
        key.into_iter()
            .map(|id| {
                let name = entity.field(id).column.clone();
                let value = self.field(row, id);
                Column::named(value, name)
            })
            .collect()
    }

    /// The columns beside the key, each of its declared type. Conditions know versions by their keys, which
    /// become versions again.
    fn value_columns(&mut self, id: SegmentId, scope: &Scope) -> Vec<Column> {
        let segment = self.cx.hir.segment(id);
        let column = |column: &hir::Column| {
            let value = self.value(scope, &column.value);
            let value = match (&column.value.ty, &column.value.kind) {
                (Type::Semver, _) => Scalar::Call(Function::SemverText, vec![value]),
                (_, ValueKind::Field(..)) => value,
                (ty, _) => Scalar::Cast(Box::new(value), ty.clone()),
            };
            Column { value, name: Some(column.name.clone()) }
        };
        segment.columns.iter().map(column).collect()
    }

    /// Whether the row at the end of a path is a member. False where that row is absent.
    pub(super) fn in_segment(&mut self, scope: &Scope, path: &Path, id: SegmentId, negated: bool) -> Scalar {
        let keys = self.path_keys(scope, path);
        let relation = self.members.get(&id).cloned().unwrap_or(Relation::Cte(String::new()));
        let names: Vec<String> = {
            let entity = self.cx.hir.catalog.entity(path.end);
            entity.key.iter().map(|&key| entity.field(key).column.clone()).collect()
        };
        // The outer row is joined as well where it is in the same select.
        let here = self.start(scope, path).frame + 1 == self.frames.len();
        if scope.mode == Mode::Alternative && (path.base == Base::This || here) {
            return self.joined_segment(scope, relation, names.into_iter().zip(keys).collect(), negated);
        }
        let alias = self.member_alias(&relation);
        let on = names.into_iter().zip(keys).map(|(name, key)| (Scalar::column(&alias, name), key));
        let rows = Select { from: Some(TableRef::new(relation, &alias)), ..Select::default() };
        rows.semi_join(on.collect(), negated)
    }

    /// Membership inside an OR: a left join, for the reasons of [`Self::found`]. Members
    /// are unique, so that no row multiplies.
    fn joined_segment(
        &mut self,
        scope: &Scope,
        relation: Relation,
        on: Vec<(String, Scalar)>,
        negated: bool,
    ) -> Scalar {
        let first = on.first().map(|(name, _)| name.clone());
        let alias = self.attach_relation(&scope.this, relation, on);
        is_joined(alias, first.as_deref(), negated)
    }

    /// The key of the row at the end of a path, read from the near side of its last link
    /// where that holds it, in the same type.
    fn path_keys(&mut self, scope: &Scope, path: &Path) -> Vec<Scalar> {
        let key = self.cx.hir.catalog.entity(path.end).key.clone();
        if let Some((last, before)) = path.hops.split_last() {
            let on = self.cx.hir.catalog.entity(last.from).link(last.link).on.clone();
            let near = |field| on.iter().find(|(_, target)| *target == field).map(|(own, _)| *own);
            let owns: Option<Vec<_>> = key.iter().map(|&field| near(field)).collect();
            let is_key = on.len() == key.len() && self.has_like_ends(last);
            if let (Some(owns), true, None) = (owns, is_key, &last.event) {
                let start = self.start(scope, path);
                let row = self.follow(start, before);
                return owns.into_iter().map(|own| self.field(&row, own)).collect();
            }
        }
        let row = self.row_at(scope, path);
        key.into_iter().map(|field| self.field(&row, field)).collect()
    }

    fn member_alias(&mut self, relation: &Relation) -> String {
        let frame = self.push(true);
        let alias = self.alias(frame, last_name(relation));
        self.pop();
        alias
    }
}
