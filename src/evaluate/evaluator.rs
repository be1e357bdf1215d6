//! The evaluator's state: what has been evaluated so far, and where an expression is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::data::pick;
use super::index::{Index, by_fields, unique};
use super::order::{Definition, order};
use super::time::to_micros;
use super::uses::{Expression, Uses, uses};
use super::{Data, Datum, EvalError};
use crate::catalog::{EntityId, FieldId, LinkId};
use crate::check::hir::{Base, Cond, Hir, Hop, Path, Segment, SegmentId, TraitId, Value};
use crate::diagnostic::Span;

/// How deep expressions may nest; what a file can express stays far below.
const MAX_DEPTH: u16 = 200;

/// A row of an entity, by its place in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The entity that it belongs to.
    pub entity: EntityId,
    /// Its place in [`Data::rows`].
    pub index: usize,
}

/// The rows that an expression speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowScope {
    pub(super) this: Row,
    pub(super) outer: Option<Row>,
    depth: u16,
}

impl RowScope {
    pub(super) fn of(row: Row) -> Self {
        Self { this: row, outer: None, depth: 0 }
    }

    /// Inside an aggregate that belongs to this scope's row, at one of its instances.
    pub(super) fn inside(self, row: Row) -> Self {
        Self { this: row, outer: Some(self.this), depth: self.depth }
    }

    /// One level further down the expression.
    pub(super) fn deeper(self, span: Span) -> Result<Self, EvalError> {
        if self.depth >= MAX_DEPTH {
            return Err(EvalError::TooDeep(span));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

/// Evaluates segments, conditions and values at one instant, and remembers the members of
/// segments and the values of traits.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) hir: &'a Hir,
    pub(super) data: &'a Data,
    pub(super) as_of: Timestamp,
    links: BTreeMap<(EntityId, LinkId), Index>,
    keys: BTreeMap<EntityId, BTreeMap<Vec<Datum>, Vec<usize>>>,
    /// For every row whether it is a member.
    segments: BTreeMap<SegmentId, Vec<bool>>,
    /// For every row its value; an error comes out only where that row is read.
    traits: BTreeMap<TraitId, Vec<Result<Datum, EvalError>>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator of a tree over rows of the same catalog, with as_of to the microsecond.
    #[must_use]
    pub fn new(hir: &'a Hir, data: &'a Data, as_of: Timestamp) -> Self {
        Self {
            hir,
            data,
            as_of: to_micros(as_of),
            links: BTreeMap::new(),
            keys: BTreeMap::new(),
            segments: BTreeMap::new(),
            traits: BTreeMap::new(),
        }
    }

    /// The keys of a segment's members.
    ///
    /// # Errors
    /// Where a run on an engine would fail.
    pub fn members(&mut self, segment: SegmentId) -> Result<BTreeSet<Vec<Datum>>, EvalError> {
        self.prepare([Definition::Segment(segment)])?;
        let entity = Definition::segment(self.hir, segment)?.entity;
        let key = &self.hir.catalog.entity(entity).key;
        let rows = self.data.existing(entity).filter(|(index, _)| self.is_member(segment, *index));
        Ok(rows.filter_map(|(_, row)| pick(row, key)).collect())
    }

    /// The rows of a segment's table: of each member the key, and the values of the columns beside it. A
    /// version is text there, without build metadata.
    ///
    /// # Errors
    /// Where a run on an engine would fail.
    pub fn table(&mut self, segment: SegmentId) -> Result<BTreeMap<Vec<Datum>, Vec<Datum>>, EvalError> {
        let members = self.members(segment)?;
        let Segment { entity, columns, .. } = Definition::segment(self.hir, segment)?;
        let mut rows = BTreeMap::new();
        for key in members {
            let row = self.row(*entity, &key)?;
            let values = columns.iter().map(|column| Ok(written(self.value(&column.value, row)?)));
            let values = values.collect::<Result<_, _>>()?;
            rows.insert(key, values);
        }
        Ok(rows)
    }

    /// Whether a row is a member of a segment.
    ///
    /// # Errors
    /// Where a run on an engine would fail.
    pub fn belongs(&mut self, segment: SegmentId, row: Row) -> Result<bool, EvalError> {
        self.prepare([Definition::Segment(segment)])?;
        Ok(Definition::segment(self.hir, segment)?.entity == row.entity && self.is_member(segment, row.index))
    }

    /// The row of an entity with this key.
    ///
    /// # Errors
    /// If there is none, or the entity's keys are not unique.
    pub(crate) fn row(&mut self, entity: EntityId, key: &[Datum]) -> Result<Row, EvalError> {
        if self.hir.catalog.entities.len() <= entity.0 as usize {
            return Err(EvalError::Unknown);
        }
        let rows = self.unique_rows(entity)?.get(key).and_then(|rows| rows.first());
        rows.map(|index| Row { entity, index: *index }).ok_or(EvalError::Unknown)
    }

    /// Whether a condition holds for a row.
    ///
    /// # Errors
    /// Where a run on an engine would fail.
    pub fn holds(&mut self, cond: &Cond, row: Row) -> Result<bool, EvalError> {
        self.prepare_uses(uses([Expression::Cond(cond)]))?;
        self.test(cond, RowScope::of(row))
    }

    /// A value of a row.
    ///
    /// # Errors
    /// Where a run on an engine would fail.
    pub(crate) fn value(&mut self, value: &Value, row: Row) -> Result<Datum, EvalError> {
        self.prepare_uses(uses([Expression::Value(value)]))?;
        self.eval(value, RowScope::of(row))
    }

    /// Whether a row is a member of a segment that has been prepared.
    pub(super) fn is_member(&self, segment: SegmentId, row: usize) -> bool {
        let members = self.segments.get(&segment);
        members.and_then(|members| members.get(row)).copied().unwrap_or(false)
    }

    /// The value of a trait that has been prepared.
    pub(super) fn computed(&self, id: TraitId, row: usize) -> Result<Datum, EvalError> {
        self.traits.get(&id).and_then(|values| values.get(row)).cloned().ok_or(EvalError::Unknown)?
    }

    /// The values of a row.
    pub(super) fn fields(&self, row: Row) -> &'a [Datum] {
        self.data.rows(row.entity).get(row.index).map_or(&[], Vec::as_slice)
    }

    /// A field of a row.
    pub(super) fn field(&self, row: Row, field: FieldId) -> &'a Datum {
        self.fields(row).get(field.0 as usize).unwrap_or(&Datum::Missing)
    }

    /// The rows that a hop leads to.
    pub(super) fn follow(&self, row: Row, hop: &Hop) -> impl Iterator<Item = Row> {
        let found =
            self.links.get(&(hop.from, hop.link)).map_or(&[][..], |index| index.find(self.fields(row)));
        let rows = found.iter().map(|index| Row { entity: hop.to, index: *index });
        rows.filter(|row| hop.event.as_ref().is_none_or(|event| self.is_event(*row, event)))
    }

    fn is_event(&self, row: Row, event: &str) -> bool {
        let field = self.hir.catalog.entity(row.entity).event_name;
        field.is_some_and(|field| matches!(self.field(row, field), Datum::String(name) if name == event))
    }

    /// The row at the end of a to-one path; `None` if one on the way is absent.
    pub(super) fn end(&self, path: &Path, scope: RowScope, span: Span) -> Result<Option<Row>, EvalError> {
        let start = match path.base {
            Base::This => scope.this,
            Base::Outer => scope.outer.ok_or(EvalError::IllTyped(span))?,
        };
        if path.hops.first().is_some_and(|hop| hop.from != start.entity) {
            return Err(EvalError::IllTyped(span));
        }
        let end = path.hops.iter().try_fold(start, |row, hop| self.follow(row, hop).next());
        match end {
            Some(row) if row.entity != path.end => Err(EvalError::IllTyped(span)),
            _ => Ok(end),
        }
    }

    fn prepare(&mut self, nodes: impl IntoIterator<Item = Definition>) -> Result<(), EvalError> {
        for node in order(self.hir, nodes)? {
            match node {
                Definition::Segment(id) if !self.segments.contains_key(&id) => {
                    self.prepare_links(&node.uses(self.hir)?)?;
                    let members = self.evaluate_segment(id)?;
                    self.segments.insert(id, members);
                }
                Definition::Trait(id) if !self.traits.contains_key(&id) => {
                    self.prepare_links(&node.uses(self.hir)?)?;
                    let values = self.evaluate_trait(id)?;
                    self.traits.insert(id, values);
                }
                Definition::Segment(_) | Definition::Trait(_) => {}
            }
        }
        Ok(())
    }

    fn prepare_uses(&mut self, uses: Uses) -> Result<(), EvalError> {
        self.prepare_links(&uses)?;
        self.prepare(uses.nodes)
    }

    fn prepare_links(&mut self, uses: &Uses) -> Result<(), EvalError> {
        for &(entity, link) in &uses.links {
            let from = self.hir.catalog.entities.get(entity.0 as usize).ok_or(EvalError::Unknown)?;
            let model = from.links.get(link.0 as usize).ok_or(EvalError::Unknown)?;
            if !self.links.contains_key(&(entity, link)) {
                self.links.insert((entity, link), Index::new(self.data, model)?);
            }
        }
        Ok(())
    }

    /// Match = (union of the includes, or everyone if there is none) − union of the
    /// excludes, within the members of the parent, without the members of what comes before it
    /// in its group; then each `keep` in order.
    fn evaluate_segment(&mut self, id: SegmentId) -> Result<Vec<bool>, EvalError> {
        let segment = Definition::segment(self.hir, id)?;
        let entity = segment.entity;
        self.unique_rows(entity)?;
        let before = segment.group.as_ref().map_or(&[][..], |group| &group.before);
        let mut matching = Vec::new();
        for (index, _) in self.data.existing(entity) {
            let scope = RowScope::of(Row { entity, index });
            if segment.parent.is_none_or(|(parent, _)| self.is_member(parent, index))
                && (segment.includes.is_empty() || self.any(&segment.includes, scope)?)
                && !self.any(&segment.excludes, scope)?
                && !before.iter().any(|&rival| self.is_member(rival, index))
            {
                matching.push(index);
            }
        }
        for keep in &segment.keeps {
            matching = self.kept(keep, entity, matching)?;
        }
        let mut members = vec![false; self.data.rows(entity).len()];
        for index in matching {
            if let Some(member) = members.get_mut(index) {
                *member = true;
            }
        }
        Ok(members)
    }

    fn evaluate_trait(&self, id: TraitId) -> Result<Vec<Result<Datum, EvalError>>, EvalError> {
        let computed = Definition::computed(self.hir, id)?;
        let entity = computed.entity;
        let mut values = vec![Ok(Datum::Missing); self.data.rows(entity).len()];
        for (index, _) in self.data.existing(entity) {
            if let Some(value) = values.get_mut(index) {
                *value = self.eval(&computed.value, RowScope::of(Row { entity, index }));
            }
        }
        Ok(values)
    }

    /// The rows of an entity by key, once it is known that keys are unique.
    fn unique_rows(&mut self, entity: EntityId) -> Result<&BTreeMap<Vec<Datum>, Vec<usize>>, EvalError> {
        let model = self.hir.catalog.entity(entity);
        let rows = self.keys.entry(entity).or_insert_with(|| by_fields(self.data, entity, &model.key));
        unique(model, &model.key, rows)?;
        Ok(rows)
    }
}

/// A value as a segment's table holds it.
fn written(value: Datum) -> Datum {
    match value {
        Datum::Semver(version) => Datum::String(version.without_build().to_owned()),
        other => other,
    }
}
