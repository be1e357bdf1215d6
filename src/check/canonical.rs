//! The checked tree as text: compact, the same for the same meaning.
//!
//! Names instead of identities, parameters replaced by their values, no formatting or
//! comments of the source. Traits and segments appear by name, so a fingerprint of a
//! meaning has to add the text of what is named.

use std::fmt::{self, Display, Formatter};

use super::hir::{
    Aggregate, ArithmeticOp, Base, Comparison, Cond, CondKind, Func, Hir, Hop, Keep, KeepKind, KeepSize,
    LocalTime, Path, Periods, Segment, Sequence, SequenceStep, TextOp, TimePart, Trait, Value, ValueKind,
    Window, how_many,
};
use crate::types::Literal;

/// A segment: its entity, its parent and its rules, and how long it holds members; without other
/// properties.
#[must_use]
pub fn segment(hir: &Hir, segment: &Segment) -> String {
    let mut text = format!("segment {} on {}", segment.name, Name(&hir.catalog.entity(segment.entity).name));
    if let Some((parent, _)) = segment.parent {
        text.push_str(" extends ");
        text.push_str(&hir.segment(parent).name);
    }
    if let Some(group) = &segment.group {
        for &before in &group.before {
            text.push_str(" after ");
            text.push_str(&hir.segment(before).name);
        }
    }
    for (word, conds) in [("include", &segment.includes), ("exclude", &segment.excludes)] {
        for it in conds {
            text.push_str(&format!("\n  {word} {}", In(hir, it)));
        }
    }
    for keep in &segment.keeps {
        text.push_str(&format!("\n  {}", In(hir, keep)));
    }
    for column in &segment.columns {
        let value = &column.value;
        text.push_str(&format!("\n  with {}: {} = {}", Name(&column.name), value.ty, In(hir, value)));
    }
    if let Some((count, unit, _)) = segment.properties.expire {
        text.push_str(&format!("\n  expire {count} {unit}"));
    }
    text
}

/// A computed trait and its definition.
#[must_use]
pub fn computed(hir: &Hir, computed: &Trait) -> String {
    let entity = &hir.catalog.entity(computed.entity).name;
    let Trait { name, value, .. } = computed;
    format!("trait {} on {}: {} = {}", Name(name), Name(entity), value.ty, In(hir, value))
}

/// A condition, as its segment's text has it.
#[must_use]
pub(crate) fn cond(hir: &Hir, cond: &Cond) -> String {
    In(hir, cond).to_string()
}

/// A value, as its segment's text has it.
#[must_use]
pub(crate) fn value(hir: &Hir, value: &Value) -> String {
    In(hir, value).to_string()
}

/// Something of a tree, to be displayed with the tree's names.
struct In<'a, T>(&'a Hir, &'a T);

/// A name, in backticks if it is not a plain one.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_plain = self.0.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_plain { f.write_str(self.0) } else { write!(f, "`{}`", self.0) }
    }
}

/// Writes items with something between them.
fn joined<T: Display>(f: &mut Formatter<'_>, items: impl Iterator<Item = T>, between: &str) -> fmt::Result {
    for (at, item) in items.enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl Display for In<'_, Cond> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, cond) = *self;
        match &cond.kind {
            CondKind::Constant(holds) => write!(f, "{holds}"),
            CondKind::And(items) => group(hir, f, items, " and "),
            CondKind::Or(items) => group(hir, f, items, " or "),
            CondKind::HowMany(least, most, items) => {
                write!(f, "{} ", how_many(*least, *most, items.len()))?;
                group(hir, f, items, ", ")
            }
            CondKind::Not(inner) => write!(f, "not({})", In(hir, &**inner)),
            CondKind::Compare(op, a, b) => {
                write!(f, "{} {} {}", In(hir, &**a), comparison(*op), In(hir, &**b))
            }
            CondKind::In(value, items) => list(hir, f, value, "in", items),
            CondKind::Between(value, low, high) => {
                write!(f, "{} between {} and {}", In(hir, &**value), In(hir, &**low), In(hir, &**high))
            }
            CondKind::Text(op, value, needle) => {
                write!(f, "{} {} {}", In(hir, &**value), text_op(*op), In(hir, &**needle))
            }
            CondKind::Missing(value) => write!(f, "missing({})", In(hir, &**value)),
            CondKind::During(value, window) => {
                write!(f, "{} during {}", In(hir, &**value), In(hir, window))
            }
            CondKind::InSegment(path, id) => {
                write!(f, "{} in segment {}", In(hir, path), hir.segment(*id).name)
            }
            CondKind::True(value) => write!(f, "{}", In(hir, &**value)),
            CondKind::Matches(value, pattern) => {
                let source = Literal::String(pattern.source.clone());
                write!(f, "{} matches {source}", In(hir, &**value))
            }
            CondKind::Resembles(value, text, edits) => {
                let text = Literal::String(text.clone());
                write!(f, "{} resembles {text} within {edits} edits", In(hir, &**value))
            }
            CondKind::Contains(value, item) => {
                write!(f, "{} contains {}", In(hir, &**value), In(hir, &**item))
            }
            CondKind::ContainsAny(value, items) => list(hir, f, value, "contains any", items),
            CondKind::ContainsAll(value, items) => list(hir, f, value, "contains all", items),
            CondKind::Empty(value) => write!(f, "empty({})", In(hir, &**value)),
            CondKind::Anniversary(value, window) => {
                write!(f, "{} anniversary during {}", In(hir, &**value), In(hir, window))
            }
            CondKind::Sequence(sequence) => write!(f, "{}", In(hir, &**sequence)),
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => {
                write!(f, "{}", In(hir, &**aggregate))
            }
        }
    }
}

fn list(hir: &Hir, f: &mut Formatter<'_>, value: &Value, word: &str, items: &[Literal]) -> fmt::Result {
    write!(f, "{} {word} (", In(hir, value))?;
    joined(f, items.iter(), ", ")?;
    f.write_str(")")
}

fn group(hir: &Hir, f: &mut Formatter<'_>, items: &[Cond], between: &str) -> fmt::Result {
    f.write_str("(")?;
    joined(f, items.iter().map(|item| In(hir, item)), between)?;
    f.write_str(")")
}

impl Display for In<'_, Value> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, value) = *self;
        match &value.kind {
            ValueKind::Literal(literal) => write!(f, "{literal}"),
            ValueKind::Field(path, field) => {
                let name = &hir.catalog.entity(path.end).field(*field).name;
                write!(f, "{}{}", Prefix(hir, path), Name(name))
            }
            ValueKind::Trait(path, id) => {
                write!(f, "{}{}", Prefix(hir, path), Name(&hir.computed(*id).name))
            }
            ValueKind::Aggregate(aggregate) => write!(f, "{}", In(hir, &**aggregate)),
            ValueKind::Arithmetic(op, a, b) => {
                write!(f, "({} {} {})", In(hir, &**a), arithmetic(*op), In(hir, &**b))
            }
            ValueKind::Negate(inner) => write!(f, "-({})", In(hir, &**inner)),
            ValueKind::Call(func, args) => {
                write!(f, "{}(", function(*func))?;
                joined(f, args.iter().map(|arg| In(hir, arg)), ", ")?;
                f.write_str(")")
            }
            ValueKind::Now => f.write_str("now"),
            ValueKind::Instant(local) => write!(f, "instant({})", In(hir, &**local)),
            ValueKind::LocalDate(local) => write!(f, "date({})", In(hir, &**local)),
            ValueKind::LocalPart(which, local) => write!(f, "{}({})", part(*which), In(hir, &**local)),
            ValueKind::ShiftExact(inner, micros) => {
                write!(f, "({} {micros:+} microseconds)", In(hir, &**inner))
            }
            ValueKind::DaysBetween(a, b) => {
                write!(f, "days_between({}, {})", In(hir, &**a), In(hir, &**b))
            }
            ValueKind::Bucket { seed, .. } => write!(f, "bucket({})", Literal::String(seed.clone())),
            ValueKind::Periods(periods) => write!(f, "{}", In(hir, &**periods)),
            ValueKind::Condition(condition) => write!(f, "({})", In(hir, &**condition)),
        }
    }
}

impl Display for In<'_, LocalTime> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, local) = *self;
        match local {
            LocalTime::Of(value) => write!(f, "local({})", In(hir, value)),
            LocalTime::StartOf(unit, inner) => write!(f, "start of {unit}({})", In(hir, &**inner)),
            LocalTime::Shift(inner, count, unit) => {
                write!(f, "({} {count:+} {unit})", In(hir, &**inner))
            }
        }
    }
}

impl Display for In<'_, Window> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, window) = *self;
        let side = |value: &Option<Value>| match value {
            Some(value) => In(hir, value).to_string(),
            None => "…".to_owned(),
        };
        write!(f, "[{}, {})", side(&window.from), side(&window.to))?;
        if window.admits_future { f.write_str(" with future") } else { Ok(()) }
    }
}

impl Display for In<'_, Aggregate> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, aggregate) = *self;
        write!(f, "{}(", aggregate.func.word())?;
        if let Some(ranked) = aggregate.ranked {
            write!(f, "{} {} ", if ranked.latest { "latest" } else { "earliest" }, ranked.count)?;
        }
        joined(f, aggregate.hops.iter().map(|hop| In(hir, hop)), ".")?;
        if let Some(value) = &aggregate.value {
            write!(f, ": {}", In(hir, value))?;
        }
        if let Some(window) = &aggregate.window {
            write!(f, " during {}", In(hir, window))?;
        }
        if let Some(filter) = &aggregate.filter {
            write!(f, " where {}", In(hir, filter))?;
        }
        f.write_str(")")
    }
}

impl Display for In<'_, Periods> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, periods) = *self;
        write!(f, "periods({} at least {} between (", In(hir, &periods.rows), periods.at_least)?;
        joined(f, periods.bounds.iter().map(|bound| In(hir, bound)), ", ")?;
        f.write_str("))")
    }
}

impl Display for In<'_, Sequence> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, sequence) = *self;
        f.write_str("sequence(")?;
        joined(f, sequence.steps.iter().map(|step| In(hir, step)), " then ")?;
        if let Some(span) = sequence.span {
            write!(f, " within {span} microseconds")?;
        }
        if let Some(window) = &sequence.window {
            write!(f, " during {}", In(hir, window))?;
        }
        f.write_str(")")
    }
}

impl Display for In<'_, SequenceStep> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, step) = *self;
        if step.negated {
            f.write_str("not ")?;
        }
        if let Some(gap) = step.gap {
            write!(f, "within {gap} microseconds ")?;
        }
        write!(f, "{}", In(hir, &step.rows))?;
        match &step.matching {
            Some(value) => write!(f, " matching {}", In(hir, value)),
            None => Ok(()),
        }
    }
}

impl Display for In<'_, Keep> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, keep) = *self;
        match &keep.kind {
            KeepKind::Sample { seed, below } => {
                write!(f, "keep bucket({}) < {below}", Literal::String(seed.clone()))
            }
            KeepKind::Rank { bottom, size, per, by } => {
                write!(f, "keep {} ", if *bottom { "bottom" } else { "top" })?;
                match size {
                    KeepSize::Count(count) => write!(f, "{count}")?,
                    KeepSize::Percent(percent) => write!(f, "{}%", percent.normalized())?,
                }
                write!(f, " per (")?;
                joined(f, per.iter().map(|value| In(hir, value)), ", ")?;
                write!(f, ") by {}", In(hir, by))
            }
        }
    }
}

impl Display for In<'_, Hop> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, hop) = *self;
        write!(f, "{}", Name(&hir.catalog.entity(hop.from).link(hop.link).name))?;
        match &hop.event {
            Some(event) => write!(f, "[{}]", Literal::String(event.clone())),
            None => Ok(()),
        }
    }
}

/// A path as a row.
impl Display for In<'_, Path> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let In(hir, path) = *self;
        let base = match path.base {
            Base::This => "this",
            Base::Outer => "outer",
        };
        f.write_str(base)?;
        path.hops.iter().try_for_each(|hop| write!(f, ".{}", In(hir, hop)))
    }
}

/// A path before a field; nothing for the row itself.
struct Prefix<'a>(&'a Hir, &'a Path);

impl Display for Prefix<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Prefix(hir, path) = *self;
        if path.base == Base::Outer {
            f.write_str("outer.")?;
        }
        path.hops.iter().try_for_each(|hop| write!(f, "{}.", In(hir, hop)))
    }
}

fn comparison(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn text_op(op: TextOp) -> &'static str {
    match op {
        TextOp::Contains => "contains",
        TextOp::StartsWith => "starts with",
        TextOp::EndsWith => "ends with",
    }
}

fn arithmetic(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "+",
        ArithmeticOp::Subtract => "-",
        ArithmeticOp::Multiply => "*",
        ArithmeticOp::Divide => "/",
        ArithmeticOp::Remainder => "%",
    }
}

fn function(func: Func) -> &'static str {
    match func {
        Func::Lower => "lower",
        Func::Upper => "upper",
        Func::Trim => "trim",
        Func::Length => "length",
        Func::Abs => "abs",
        Func::Round => "round",
        Func::Floor => "floor",
        Func::Ceil => "ceil",
        Func::Coalesce => "coalesce",
        Func::Semver => "semver",
        Func::ReadInteger => "integer",
        Func::ReadDecimal => "decimal",
        Func::ReadDate => "date of text",
        Func::ReadTimestamp => "timestamp",
        Func::Text => "text",
        Func::Size => "size",
        Func::Bucket(tool) => tool.function(),
    }
}

fn part(part: TimePart) -> &'static str {
    match part {
        TimePart::Year => "year",
        TimePart::Month => "month",
        TimePart::Day => "day",
        TimePart::Hour => "hour",
        TimePart::Minute => "minute",
        TimePart::TimeOfDay => "time",
        TimePart::Weekday => "weekday",
    }
}
