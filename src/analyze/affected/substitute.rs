//! Replaces values in conditions.

use crate::check::hir::{Base, Cond, CondKind, Func, Hir, LocalTime, Path, Value, ValueKind, Window};

/// What replaces a value; `None` keeps it, with its parts rewritten.
type Replace<'a> = &'a mut dyn FnMut(&Value) -> Option<Value>;

/// A condition whose values are replaced, the outermost first. What is inside aggregates,
/// periods and sequences stays as it is.
pub(super) fn cond(it: &Cond, replace: Replace<'_>) -> Cond {
    let kind = match &it.kind {
        CondKind::And(parts) => CondKind::And(parts.iter().map(|part| cond(part, replace)).collect()),
        CondKind::Or(parts) => CondKind::Or(parts.iter().map(|part| cond(part, replace)).collect()),
        CondKind::HowMany(least, most, parts) => {
            let parts = parts.iter().map(|part| cond(part, replace)).collect();
            CondKind::HowMany(*least, *most, parts)
        }
        CondKind::Not(inner) => CondKind::Not(Box::new(cond(inner, replace))),
        CondKind::Compare(op, a, b) => CondKind::Compare(*op, boxed(a, replace), boxed(b, replace)),
        CondKind::In(a, items) => CondKind::In(boxed(a, replace), items.clone()),
        CondKind::Between(a, b, c) => {
            CondKind::Between(boxed(a, replace), boxed(b, replace), boxed(c, replace))
        }
        CondKind::Text(op, a, b) => CondKind::Text(*op, boxed(a, replace), boxed(b, replace)),
        CondKind::Missing(a) => CondKind::Missing(boxed(a, replace)),
        CondKind::During(a, window) => CondKind::During(boxed(a, replace), self::window(window, replace)),
        CondKind::True(a) => CondKind::True(boxed(a, replace)),
        CondKind::Matches(a, pattern) => CondKind::Matches(boxed(a, replace), pattern.clone()),
        CondKind::Resembles(a, text, edits) => CondKind::Resembles(boxed(a, replace), text.clone(), *edits),
        CondKind::Contains(a, b) => CondKind::Contains(boxed(a, replace), boxed(b, replace)),
        CondKind::ContainsAny(a, items) => CondKind::ContainsAny(boxed(a, replace), items.clone()),
        CondKind::ContainsAll(a, items) => CondKind::ContainsAll(boxed(a, replace), items.clone()),
        CondKind::Empty(a) => CondKind::Empty(boxed(a, replace)),
        CondKind::Anniversary(a, window) => {
            CondKind::Anniversary(boxed(a, replace), self::window(window, replace))
        }
        CondKind::Constant(_)
        | CondKind::InSegment(..)
        | CondKind::Exists(_)
        | CondKind::Every(_)
        | CondKind::Sequence(_) => it.kind.clone(),
    };
    Cond { kind, span: it.span }
}

fn boxed(it: &Value, replace: Replace<'_>) -> Box<Value> {
    Box::new(value(it, replace))
}

fn window(it: &Window, replace: Replace<'_>) -> Window {
    let mut bound = |bound: &Option<Value>| bound.as_ref().map(|bound| value(bound, replace));
    Window { from: bound(&it.from), to: bound(&it.to), ..it.clone() }
}

fn value(it: &Value, replace: Replace<'_>) -> Value {
    if let Some(other) = replace(it) {
        return other;
    }
    let kind = match &it.kind {
        ValueKind::Arithmetic(op, a, b) => ValueKind::Arithmetic(*op, boxed(a, replace), boxed(b, replace)),
        ValueKind::DaysBetween(a, b) => ValueKind::DaysBetween(boxed(a, replace), boxed(b, replace)),
        ValueKind::Negate(a) => ValueKind::Negate(boxed(a, replace)),
        ValueKind::ShiftExact(a, micros) => ValueKind::ShiftExact(boxed(a, replace), *micros),
        ValueKind::Call(func, args) => {
            ValueKind::Call(*func, args.iter().map(|arg| value(arg, replace)).collect())
        }
        ValueKind::Instant(local) => ValueKind::Instant(Box::new(self::local(local, replace))),
        ValueKind::LocalDate(local) => ValueKind::LocalDate(Box::new(self::local(local, replace))),
        ValueKind::LocalPart(part, local) => {
            ValueKind::LocalPart(*part, Box::new(self::local(local, replace)))
        }
        ValueKind::Condition(inner) => ValueKind::Condition(Box::new(cond(inner, replace))),
        ValueKind::Literal(_)
        | ValueKind::Field(..)
        | ValueKind::Trait(..)
        | ValueKind::Aggregate(_)
        | ValueKind::Now
        | ValueKind::Bucket { .. }
        | ValueKind::Periods(_) => it.kind.clone(),
    };
    Value { kind, ..it.clone() }
}

fn local(it: &LocalTime, replace: Replace<'_>) -> LocalTime {
    match it {
        LocalTime::Of(inner) => LocalTime::Of(value(inner, replace)),
        LocalTime::StartOf(unit, inner) => LocalTime::StartOf(*unit, Box::new(local(inner, replace))),
        LocalTime::Shift(inner, by, unit) => LocalTime::Shift(Box::new(local(inner, replace)), *by, *unit),
    }
}

/// A condition with traits written out, and whether that is what it means: what a trait of
/// another row than this one aggregates can't be moved here.
pub(super) fn without_traits(hir: &Hir, it: &Cond) -> (Cond, bool) {
    let mut fits = true;
    let written_out = cond(it, &mut |value| trait_value(hir, value, &mut fits));
    (written_out, fits)
}

/// A value with traits written out: to be asked what it reads, no more.
pub(super) fn value_without_traits(hir: &Hir, it: &Value) -> Value {
    value(it, &mut |value| trait_value(hir, value, &mut true))
}

fn trait_value(hir: &Hir, it: &Value, fits: &mut bool) -> Option<Value> {
    let ValueKind::Trait(path, id) = &it.kind else { return None };
    let defined = value(&hir.computed(*id).value, &mut |inner| trait_value(hir, inner, fits));
    *fits &= is_here(path) || !has(&defined, is_bound_to_its_row);
    let moved = read_at(path, &defined);
    // A row behind the link may be absent: then everything there is missing.
    let nullable = moved.nullable || it.nullable;
    Some(Value { nullable, span: it.span, ..moved })
}

/// Whether a path stays at the row.
fn is_here(path: &Path) -> bool {
    path.hops.is_empty() && path.base == Base::This
}

/// What can't be read from another row.
fn is_bound_to_its_row(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Aggregate(_) | ValueKind::Bucket { .. })
}

/// A value of the row at the end of a path, read from where the path begins.
fn read_at(path: &Path, it: &Value) -> Value {
    if is_here(path) {
        return it.clone();
    }
    value(it, &mut |inner| match &inner.kind {
        ValueKind::Field(own, field) if own.base == Base::This => {
            let hops = path.hops.iter().chain(&own.hops).cloned().collect();
            let whole = Path { base: path.base, hops, end: own.end };
            Some(Value { kind: ValueKind::Field(whole, *field), nullable: true, ..inner.clone() })
        }
        _ => None,
    })
}

/// A value as the rows of an aggregate of its row see it: what was `This` is `Outer`. `None` if
/// it reads an outer row already.
pub(super) fn from_inside(it: &Cond, aggregate: &Value) -> Option<Cond> {
    let mut fits = true;
    let moved = cond(it, &mut |inner| match &inner.kind {
        ValueKind::Aggregate(_) => Some(aggregate.clone()),
        ValueKind::Field(path, field) => {
            fits &= path.base == Base::This;
            let outer = Path { base: Base::Outer, ..path.clone() };
            Some(Value { kind: ValueKind::Field(outer, *field), ..inner.clone() })
        }
        ValueKind::Trait(..) | ValueKind::Bucket { .. } => {
            fits = false;
            None
        }
        _ => None,
    });
    fits.then_some(moved)
}

/// A condition where its aggregate is missing, if it is not false for that: what a `coalesce`
/// then falls back to.
pub(super) fn with_missing(it: &Cond) -> Option<Cond> {
    let mut found = false;
    let rest = cond(it, &mut |inner| fallback(inner, &mut found));
    found.then_some(rest)
}

/// A `coalesce` without the arguments that an aggregate makes missing.
fn fallback(it: &Value, found: &mut bool) -> Option<Value> {
    let ValueKind::Call(Func::Coalesce, args) = &it.kind else { return None };
    let mut rest: Vec<Value> = Vec::new();
    for arg in args {
        match (has(arg, |kind| matches!(kind, ValueKind::Aggregate(_))), has(arg, is_coalesce)) {
            (false, _) => rest.push(arg.clone()),
            (true, false) => *found = true,
            (true, true) => rest.push(value(arg, &mut |inner| fallback(inner, found))),
        }
    }
    match rest.len() {
        // All of them are missing, and so is it: the aggregate stands for that.
        0 => None,
        1 => rest.pop(),
        _ => Some(Value { kind: ValueKind::Call(Func::Coalesce, rest), ..it.clone() }),
    }
}

fn is_coalesce(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Call(Func::Coalesce, _))
}

/// Whether a value, or a part of it outside aggregates, is of a kind.
fn has(it: &Value, is: fn(&ValueKind) -> bool) -> bool {
    let mut found = false;
    value(it, &mut |inner| {
        found |= is(&inner.kind);
        None
    });
    found
}
