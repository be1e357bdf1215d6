//! A segment as a tree of conditions, each true or false for an entity, with the values that they
//! use: what `segc why` evaluates.
//!
//! It relies only on the walk over the checked tree, so a new construct is shown as soon as it can
//! be walked. Whichever answers, an engine or the evaluator, answers for the same
//! conditions and values.

use std::borrow::Cow;

use super::hir::{
    Aggregate, AggregateFunc, Base, Cond, CondKind, Group, Hir, Path, Periods, Segment, SegmentId, Sequence,
    Value, ValueKind, Window,
};
use super::visit::{Visitor, walk_cond, walk_keep};
use crate::catalog::EntityId;
use crate::diagnostic::Span;
use crate::types::Type;

/// How deep segments of segments are unfolded.
const DEEPEST: usize = 24;

/// A condition, and what it is made of.
#[derive(Debug, Clone)]
pub(crate) struct ConditionPart {
    /// Its place in the segment.
    pub(crate) role: Role,
    /// How it follows from its parts.
    pub(crate) shape: Shape,
    /// The condition, which is true where the part holds.
    pub(crate) cond: Cond,
    /// The values that decide it, in the order in which they are written.
    pub(crate) operands: Vec<Operand>,
    /// What it is made of.
    pub(crate) parts: Vec<ConditionPart>,
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
    /// That no segment takes the entity which comes before this one in its exclusive group.
    Group(SegmentId),
    /// Whether a `keep` keeps the entity, given the result of everything before it.
    Keep,
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
    /// This many of them hold or more, and this many or fewer.
    HowMany {
        /// The least number.
        least: usize,
        /// The greatest number.
        most: usize,
    },
    /// None of them holds.
    Not,
    /// A segment's match: see [`Segment`].
    Match,
    /// A single condition.
    Test,
}

/// A value that a condition looks at.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) what: OperandKind,
    pub(crate) value: Value,
}

/// What a [`Operand`] is to its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperandKind {
    /// A value as it is written.
    Operand,
    /// How many rows an `exists` or `every` finds.
    Rows,
    /// How many of the rows fail the test of an `every`.
    Failing,
    /// How many rows there are for a step of a sequence.
    StepRows,
}

/// A segment's condition as a tree.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    /// The tree that the conditions refer to: the project's, and, where a segment has several
    /// `keep`s, segments that stand for the rest after each of them.
    pub(crate) hir: Cow<'a, Hir>,
    /// The part for the segment's whole match.
    pub(crate) root: ConditionPart,
    /// The segments whose members the conditions refer to beside those that the segment itself
    /// refers to.
    pub(crate) whole: Vec<SegmentId>,
}

/// A segment's condition as a tree. `deep` unfolds the segments that it refers to.
#[must_use]
pub(crate) fn tree(hir: &Hir, id: SegmentId, deep: bool) -> Tree<'_> {
    let (open, unfolded, whole) = (vec![id], Vec::new(), Vec::new());
    let mut builder = Builder { hir: Cow::Borrowed(hir), deep, open, unfolded, whole };
    let root = builder.segment(id);
    Tree { hir: builder.hir, root, whole: builder.whole }
}

struct Builder<'a> {
    hir: Cow<'a, Hir>,
    deep: bool,
    /// The segments that are being unfolded.
    open: Vec<SegmentId>,
    /// Those that have been: each is shown once.
    unfolded: Vec<SegmentId>,
    whole: Vec<SegmentId>,
}

impl Builder<'_> {
    fn segment(&mut self, id: SegmentId) -> ConditionPart {
        let segment = self.hir.segment(id).clone();
        let mut parts = Vec::new();
        if let Some((parent, span)) = segment.parent {
            let cond = member_of(segment.entity, parent, span);
            parts.push(ConditionPart { role: Role::Parent(parent), ..self.test(cond) });
        }
        let role = if segment.includes.len() == 1 { Role::Where } else { Role::Include };
        for include in &segment.includes {
            parts.push(ConditionPart { role, ..self.part(include) });
        }
        for exclude in &segment.excludes {
            parts.push(ConditionPart { role: Role::Exclude, ..self.part(exclude) });
        }
        if let Some(group) = segment.group.as_ref().filter(|group| !group.before.is_empty()) {
            parts.push(self.group(id, &segment, group));
        }
        for at in 0..segment.keeps.len() {
            parts.push(self.keep(id, &segment, at));
        }
        let cond = matching(&segment, &parts);
        ConditionPart { role: Role::Segment(id), shape: Shape::Match, cond, operands: Vec::new(), parts }
    }

    fn group(&mut self, id: SegmentId, segment: &Segment, group: &Group) -> ConditionPart {
        let member = |&before| member_of(segment.entity, before, group.span);
        let members: Vec<Cond> = group.before.iter().map(member).collect();
        let parts = members.iter().zip(&group.before);
        let parts = parts
            .map(|(cond, &before)| ConditionPart { role: Role::Parent(before), ..self.test(cond.clone()) });
        let parts = parts.collect();
        let cond = not(&any_of(&members, group.span));
        ConditionPart { role: Role::Group(id), shape: Shape::Not, cond, operands: Vec::new(), parts }
    }

    /// Whether the entity is left after a `keep`: after the last, whether it is a member.
    fn keep(&mut self, id: SegmentId, segment: &Segment, at: usize) -> ConditionPart {
        let keep = &segment.keeps[at];
        let left = if at + 1 == segment.keeps.len() { id } else { self.truncated(segment, at + 1) };
        if !self.whole.contains(&left) {
            self.whole.push(left);
        }
        let mut operands = Operands { hir: &self.hir, found: Vec::new() };
        walk_keep(&mut operands, keep);
        let cond = member_of(segment.entity, left, keep.span);
        ConditionPart {
            role: Role::Keep,
            shape: Shape::Test,
            operands: operands.found,
            parts: Vec::new(),
            cond,
        }
    }

    /// A segment that has only the first of its `keep`s, under an identity of its own.
    fn truncated(&mut self, segment: &Segment, keeps: usize) -> SegmentId {
        let mut left = segment.clone();
        left.keeps.truncate(keeps);
        left.name = format!("{}_after_keep_{keeps}", segment.name);
        let hir = self.hir.to_mut();
        let id = hir.next_id();
        hir.segments.push(Segment { id, ..left });
        id
    }

    fn part(&mut self, cond: &Cond) -> ConditionPart {
        let (shape, inner): (Shape, &[Cond]) = match &cond.kind {
            CondKind::And(parts) => (Shape::All, parts),
            CondKind::Or(parts) => (Shape::Any, parts),
            CondKind::HowMany(least, most, parts) => (Shape::HowMany { least: *least, most: *most }, parts),
            CondKind::Not(inner) if is_group(inner) => (Shape::Not, std::slice::from_ref(inner)),
            CondKind::True(value) => match &value.kind {
                ValueKind::Condition(inner) => return self.part(inner),
                _ => return self.test(cond.clone()),
            },
            _ => return self.test(cond.clone()),
        };
        let parts = inner.iter().map(|one| self.part(one)).collect();
        ConditionPart { role: Role::Condition, shape, cond: cond.clone(), operands: Vec::new(), parts }
    }

    fn test(&mut self, cond: Cond) -> ConditionPart {
        let mut inner = &cond;
        while let CondKind::Not(below) = &inner.kind {
            inner = below;
        }
        let mut operands = Operands { hir: &self.hir, found: Vec::new() };
        walk_cond(&mut operands, inner);
        match &inner.kind {
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => operands.rows(aggregate),
            CondKind::Sequence(sequence) => operands.steps(sequence),
            _ => {}
        }
        let operands = operands.found;
        let parts = match &inner.kind {
            CondKind::InSegment(path, id) if path.hops.is_empty() && path.base == Base::This => {
                self.unfold(*id)
            }
            _ => Vec::new(),
        };
        ConditionPart { role: Role::Condition, shape: Shape::Test, operands, parts, cond }
    }

    /// The rules of a segment on the same entity.
    fn unfold(&mut self, id: SegmentId) -> Vec<ConditionPart> {
        let known = self.unfolded.contains(&id) || self.open.contains(&id);
        if !self.deep || known || self.open.len() >= DEEPEST {
            return Vec::new();
        }
        self.unfolded.push(id);
        self.open.push(id);
        let part = self.segment(id);
        self.open.pop();
        part.parts
    }
}

/// Whether a condition is shown as several.
fn is_group(cond: &Cond) -> bool {
    match &cond.kind {
        CondKind::And(_) | CondKind::Or(_) | CondKind::HowMany(..) => true,
        CondKind::Not(inner) => is_group(inner),
        CondKind::True(value) => matches!(&value.kind, ValueKind::Condition(inner) if is_group(inner)),
        _ => false,
    }
}

/// That the entity itself is a member of a segment.
#[must_use]
pub(crate) fn member_of(entity: EntityId, id: SegmentId, span: Span) -> Cond {
    let here = Path { base: Base::This, hops: Vec::new(), end: entity };
    Cond { kind: CondKind::InSegment(here, id), span }
}

/// That an entity is in a segment: within the parent, any include, no exclude, and so on.
fn matching(segment: &Segment, parts: &[ConditionPart]) -> Cond {
    let span = segment.name_span;
    let includes: Vec<Cond> = segment.includes.clone();
    let mut all = Vec::new();
    if !includes.is_empty() {
        all.push(any_of(&includes, span));
    }
    for part in parts {
        match part.role {
            Role::Parent(_) | Role::Group(_) | Role::Keep => all.push(part.cond.clone()),
            Role::Exclude => all.push(not(&part.cond)),
            Role::Where | Role::Include | Role::Condition | Role::Segment(_) => {}
        }
    }
    Cond { kind: CondKind::And(all), span }
}

/// A condition that holds if any of these does.
#[must_use]
pub(crate) fn any_of(conds: &[Cond], span: Span) -> Cond {
    match conds {
        [one] => one.clone(),
        _ => Cond { kind: CondKind::Or(conds.to_vec()), span },
    }
}

/// A condition that holds if this one doesn't.
#[must_use]
pub(crate) fn not(cond: &Cond) -> Cond {
    Cond { kind: CondKind::Not(Box::new(cond.clone())), span: cond.span }
}

/// Finds what a single condition looks at; not what those values are made of.
struct Operands<'a> {
    hir: &'a Hir,
    found: Vec<Operand>,
}

impl Visitor for Operands<'_> {
    fn value(&mut self, value: &Value) {
        if !matches!(value.ty, Type::Array(_)) {
            self.found.push(Operand { what: OperandKind::Operand, value: value.clone() });
        }
    }

    // What is inside an aggregate is about other rows, and a window is the same for all.
    fn cond(&mut self, _cond: &Cond) {}
    fn aggregate(&mut self, _aggregate: &Aggregate) {}
    fn window(&mut self, _window: &Window) {}
    fn periods(&mut self, _periods: &Periods) {}
    fn sequence(&mut self, _sequence: &Sequence) {}

    /// Whose membership it is, where that is another entity.
    fn path(&mut self, path: &Path) {
        let Some(last) = path.hops.last() else { return };
        let entity = self.hir.catalog.entity(path.end);
        self.found.extend(entity.key.iter().map(|&key| {
            let kind = ValueKind::Field(path.clone(), key);
            let value = Value { kind, ty: entity.field(key).ty.clone(), nullable: true, span: last.span };
            Operand { what: OperandKind::Operand, value }
        }));
    }
}

impl Operands<'_> {
    /// How many rows there are, and how many of them fail.
    fn rows(&mut self, aggregate: &Aggregate) {
        if aggregate.func == AggregateFunc::Every {
            let failing = aggregate.filter.as_ref().map(not);
            self.count(OperandKind::Rows, Aggregate { filter: None, ..aggregate.clone() });
            // A filter would choose other rows for `latest` to take.
            if aggregate.ranked.is_none() {
                self.count(OperandKind::Failing, Aggregate { filter: failing, ..aggregate.clone() });
            }
        } else {
            self.count(OperandKind::Rows, aggregate.clone());
        }
    }

    /// How many rows there are for each step.
    fn steps(&mut self, sequence: &Sequence) {
        for step in &sequence.steps {
            let window = sequence.window.clone();
            self.count(OperandKind::StepRows, Aggregate { window, ..step.rows.clone() });
        }
    }

    fn count(&mut self, what: OperandKind, aggregate: Aggregate) {
        let aggregate = Aggregate { func: AggregateFunc::Count, value: None, ..aggregate };
        let span = aggregate.span;
        let kind = ValueKind::Aggregate(Box::new(aggregate));
        let value = Value { kind, ty: Type::Integer, nullable: false, span };
        self.found.push(Operand { what, value });
    }
}
