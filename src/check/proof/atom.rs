//! A condition as a set of values of one subject.

use super::domain::Domain;
use super::set::{Point, Values};
use super::tested::{Tested, orders, tested};
use crate::check::canonical;
use crate::check::hir::{Aggregate, AggregateFunc, Comparison, Cond, CondKind, Hir, Value, ValueKind};
use crate::types::Type;

/// A condition that looks at one subject alone.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// The value, the two values that are compared, or the condition itself.
    pub(super) subject: String,
    pub(super) domain: Domain,
    /// Where it is true, or somewhat more: what is outside is impossible.
    pub(super) most: Values,
    /// Where it is true, or somewhat less: what is inside is certain.
    pub(super) least: Values,
}

impl Atom {
    fn exact(subject: String, domain: Domain, set: Values) -> Self {
        Self { subject, domain, most: set.clone(), least: set }
    }

    pub(super) fn is_never(&self) -> bool {
        self.most.meet(&self.domain.values).is_empty()
    }

    pub(super) fn is_always(&self) -> bool {
        self.least.complement().meet(&self.domain.values).is_empty()
    }

    pub(super) fn complement(self) -> Self {
        let (most, least) = (self.least.complement(), self.most.complement());
        Self { most, least, ..self }
    }
}

/// The condition as an atom, if it looks at one subject. `opaque` receives conditions that nothing
/// may be concluded from.
pub(super) fn atom(hir: &Hir, cond: &Cond, opaque: &dyn Fn(&Cond) -> bool) -> Option<Atom> {
    match &cond.kind {
        CondKind::Not(inner) => Some(atom(hir, inner, opaque)?.complement()),
        CondKind::And(parts) | CondKind::Or(parts) => {
            let is_and = matches!(cond.kind, CondKind::And(_));
            let mut atoms = Vec::with_capacity(parts.len());
            for part in parts {
                let atom = atom(hir, part, opaque)?;
                if atoms.first().is_some_and(|first: &Atom| first.subject != atom.subject) {
                    return None;
                }
                atoms.push(atom);
            }
            joined(&atoms, is_and)
        }
        CondKind::Constant(_) => None,
        _ if opaque(cond) => None,
        _ => Some(single(hir, cond).unwrap_or_else(|| {
            let truth = Values::points([Point::from(1)]);
            Atom::exact(canonical::cond(hir, cond), Domain::truth(), truth.whole())
        })),
    }
}

/// All of them, or any of them. They have one subject.
pub(super) fn joined(atoms: &[Atom], all: bool) -> Option<Atom> {
    let first = atoms.first()?;
    let join = |of: fn(&Atom) -> &Values| {
        if !all {
            return Values::union(atoms.iter().map(of));
        }
        let outside: Vec<Values> = atoms.iter().map(|atom| of(atom).complement()).collect();
        Values::union(&outside).complement()
    };
    Some(Atom { most: join(|atom| &atom.most), least: join(|atom| &atom.least), ..first.clone() })
}

/// What is said of a subject by itself.
fn single(hir: &Hir, cond: &Cond) -> Option<Atom> {
    Some(match tested(hir, cond)? {
        Tested::Value(value, values) => {
            Atom::exact(canonical::value(hir, value), Domain::of(hir, value), values)
        }
        Tested::Count(aggregate, values) => {
            let count = count(aggregate);
            Atom::exact(canonical::value(hir, &count), Domain::of(hir, &count), values)
        }
        Tested::Order(op, left, right) => pair(hir, op, left, right),
        Tested::OnAxis { value, axis, most, least } => {
            let subject = format!("{} from {axis}", canonical::value(hir, value));
            Atom { subject, domain: Domain::any(value.nullable), most, least }
        }
    })
}

/// `exists(P)` is `count(P) >= 1`.
fn count(aggregate: &Aggregate) -> Value {
    let span = aggregate.span;
    let count = Aggregate { func: AggregateFunc::Count, value: None, ..aggregate.clone() };
    let kind = ValueKind::Aggregate(Box::new(count));
    Value { kind, ty: Type::Integer, nullable: false, span }
}

/// Two values of rows: one is less than the other, equal, or greater.
fn pair(hir: &Hir, op: Comparison, left: &Value, right: &Value) -> Atom {
    let (mut a, mut b) = (canonical::value(hir, left), canonical::value(hir, right));
    let mut op = op;
    if a > b {
        std::mem::swap(&mut a, &mut b);
        op = op.mirrored();
    }
    let nullable = left.nullable || right.nullable;
    let domain = if a == b { Domain::whole(0, 0, nullable) } else { Domain::order(nullable) };
    Atom::exact(format!("{a} <=> {b}"), domain, orders(op))
}
