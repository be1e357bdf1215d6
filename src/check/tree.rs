//! A segment as a tree of conditions, each of which is true or false for an entity, with the
//! values that it looks at: what is asked when somebody wants to know why.
//!
//! It rests on nothing but the walk over the checked tree, so that a new construct is shown as
//! soon as it can be walked. Whoever answers (an engine, the evaluator) answers for the same
//! conditions and values.

use super::hir::{
    Aggregate, AggregateFunc, Base, Cond, CondKind, Hir, Path, Segment, SegmentId, Value, ValueKind, Window,
};
use super::visit::{Visitor, walk_cond};
use crate::catalog::EntityId;
use crate::diagnostic::Span;
use crate::types::Type;

/// How deep segments of segments are unfolded.
const DEEPEST: usize = 24;

/// A condition, and what it is made of.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its place in the segment.
    pub role: Role,
    /// How it follows from its parts.
    pub shape: Shape,
    /// What is asked: it is true where the part holds.
    pub cond: Cond,
    /// What it looks at.
    pub sights: Vec<Sight>,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// A part's place in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A whole segment: its match.
    Segment(SegmentId),
    /// That the entity is a member of the segment that is narrowed.
    Parent(SegmentId),
    /// The only include.
    Where,
    /// One of several includes.
    Include,
    /// An exclude. That it holds speaks against the entity.
    Exclude,
    /// A condition in one of these.
    Condition,
}

/// How a part follows from its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All of them hold.
    All,
    /// One of them holds.
    Any,
    /// It doesn't hold.
    Not,
    /// A segment's match: see [`Segment`].
    Match,
    /// A single condition.
    Test,
}

/// A value that a condition looks at.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What about it.
    pub what: What,
    /// The value.
    pub value: Value,
}

/// What a [`Sight`] is to its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A value as it is written.
    Operand,
    /// How many rows an `exists` or `every` finds.
    Rows,
    /// How many of the rows fail the test of an `every`.
    Failing,
}

/// A segment's condition as a tree. `deep` unfolds the segments that it refers to.
#[must_use]
pub fn tree(hir: &Hir, id: SegmentId, deep: bool) -> Part {
    let mut builder = Builder { hir, deep, open: vec![id], unfolded: Vec::new() };
    builder.segment(id)
}

struct Builder<'a> {
    hir: &'a Hir,
    deep: bool,
    /// The segments that are being unfolded.
    open: Vec<SegmentId>,
    /// Those that have been: each is shown once.
    unfolded: Vec<SegmentId>,
}

impl Builder<'_> {
    fn segment(&mut self, id: SegmentId) -> Part {
        let segment = self.hir.segment(id);
        let mut parts = Vec::new();
        if let Some((parent, span)) = segment.parent {
            let cond = member_of(segment.entity, parent, span);
            parts.push(Part { role: Role::Parent(parent), ..self.test(cond) });
        }
        let role = if segment.includes.len() == 1 { Role::Where } else { Role::Include };
        for include in &segment.includes {
            parts.push(Part { role, ..self.part(include) });
        }
        for exclude in &segment.excludes {
            parts.push(Part { role: Role::Exclude, ..self.part(exclude) });
        }
        let cond = matching(segment);
        Part { role: Role::Segment(id), shape: Shape::Match, cond, sights: Vec::new(), parts }
    }

    fn part(&mut self, cond: &Cond) -> Part {
        let (shape, inner): (Shape, &[Cond]) = match &cond.kind {
            CondKind::And(parts) => (Shape::All, parts),
            CondKind::Or(parts) => (Shape::Any, parts),
            CondKind::Not(inner) if is_group(inner) => (Shape::Not, std::slice::from_ref(inner)),
            CondKind::True(value) => match &value.kind {
                ValueKind::Condition(inner) => return self.part(inner),
                _ => return self.test(cond.clone()),
            },
            _ => return self.test(cond.clone()),
        };
        let parts = inner.iter().map(|one| self.part(one)).collect();
        Part { role: Role::Condition, shape, cond: cond.clone(), sights: Vec::new(), parts }
    }

    fn test(&mut self, cond: Cond) -> Part {
        let mut inner = &cond;
        while let CondKind::Not(below) = &inner.kind {
            inner = below;
        }
        let mut sights = Sights { hir: self.hir, found: Vec::new() };
        walk_cond(&mut sights, inner);
        if let CondKind::Exists(aggregate) | CondKind::Every(aggregate) = &inner.kind {
            sights.rows(aggregate);
        }
        let parts = match &inner.kind {
            CondKind::InSegment(path, id) if path.hops.is_empty() && path.base == Base::This => {
                self.unfold(*id)
            }
            _ => Vec::new(),
        };
        Part { role: Role::Condition, shape: Shape::Test, sights: sights.found, parts, cond }
    }

    /// The tree of a segment that the same entity is asked about.
    fn unfold(&mut self, id: SegmentId) -> Vec<Part> {
        let known = self.unfolded.contains(&id) || self.open.contains(&id);
        if !self.deep || known || self.open.len() >= DEEPEST {
            return Vec::new();
        }
        self.unfolded.push(id);
        self.open.push(id);
        let part = self.segment(id);
        self.open.pop();
        vec![part]
    }
}

/// Whether a condition is shown as several.
fn is_group(cond: &Cond) -> bool {
    match &cond.kind {
        CondKind::And(_) | CondKind::Or(_) => true,
        CondKind::Not(inner) => is_group(inner),
        CondKind::True(value) => matches!(&value.kind, ValueKind::Condition(inner) if is_group(inner)),
        _ => false,
    }
}

/// That the entity itself is a member of a segment.
#[must_use]
pub fn member_of(entity: EntityId, id: SegmentId, span: Span) -> Cond {
    let here = Path { base: Base::This, hops: Vec::new(), end: entity };
    Cond { kind: CondKind::InSegment(here, id), span }
}

/// That an entity matches a segment: within the parent, any include and no exclude.
fn matching(segment: &Segment) -> Cond {
    let span = segment.name_span;
    let mut all = Vec::new();
    if let Some((parent, span)) = segment.parent {
        all.push(member_of(segment.entity, parent, span));
    }
    if !segment.includes.is_empty() {
        all.push(any_of(&segment.includes, span));
    }
    all.extend(segment.excludes.iter().map(|exclude| not(exclude)));
    Cond { kind: CondKind::And(all), span }
}

/// Any of the conditions.
#[must_use]
pub fn any_of(conds: &[Cond], span: Span) -> Cond {
    match conds {
        [one] => one.clone(),
        _ => Cond { kind: CondKind::Or(conds.to_vec()), span },
    }
}

/// The complement.
#[must_use]
pub fn not(cond: &Cond) -> Cond {
    Cond { kind: CondKind::Not(Box::new(cond.clone())), span: cond.span }
}

/// Finds what a single condition looks at; not what those values are made of.
struct Sights<'a> {
    hir: &'a Hir,
    found: Vec<Sight>,
}

impl Visitor for Sights<'_> {
    fn value(&mut self, value: &Value) {
        if !matches!(value.ty, Type::Array(_)) {
            self.found.push(Sight { what: What::Operand, value: value.clone() });
        }
    }

    // What stands inside of an aggregate is about other rows, and a window is the same for all.
    fn cond(&mut self, _cond: &Cond) {}
    fn aggregate(&mut self, _aggregate: &Aggregate) {}
    fn window(&mut self, _window: &Window) {}

    /// Whose membership it is, where that is another entity.
    fn path(&mut self, path: &Path) {
        let Some(last) = path.hops.last() else { return };
        let entity = self.hir.catalog.entity(path.end);
        self.found.extend(entity.key.iter().map(|&key| {
            let kind = ValueKind::Field(path.clone(), key);
            let value = Value { kind, ty: entity.field(key).ty.clone(), may_miss: true, span: last.span };
            Sight { what: What::Operand, value }
        }));
    }
}

impl Sights<'_> {
    /// How many rows there are, and how many of them fail.
    fn rows(&mut self, aggregate: &Aggregate) {
        let count = |filter: Option<Cond>| {
            let aggregate =
                Aggregate { func: AggregateFunc::Count, value: None, filter, ..aggregate.clone() };
            let span = aggregate.span;
            let kind = ValueKind::Aggregate(Box::new(aggregate));
            Value { kind, ty: Type::Integer, may_miss: false, span }
        };
        if aggregate.func == AggregateFunc::Every {
            let failing = aggregate.filter.as_ref().map(not);
            self.found.push(Sight { what: What::Rows, value: count(None) });
            self.found
                .extend(failing.map(|filter| Sight { what: What::Failing, value: count(Some(filter)) }));
        } else {
            self.found.push(Sight { what: What::Rows, value: count(aggregate.filter.clone()) });
        }
    }
}
