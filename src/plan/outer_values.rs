//! Whether an aggregate counts rows though a value of the outer row is missing.
//!
//! An aggregate becomes a subquery that is correlated with the outer row. An engine may execute it as a join
//! by all of the outer columns that the subquery reads. Null then equals nothing, and an outer row with a
//! null finds no rows at all. That is right where the null makes the condition false anyway
//! (`total > outer.budget`), and wrong where a condition replaces it (`total > coalesce(outer.budget, 0)`).

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{EntityId, FieldId, LinkId};
use crate::check::hir::{
    Aggregate, AggregateFunc, Base, Cond, CondKind, Func, Hir, Hop, LocalTime, Path, Sequence, Value,
    ValueKind, Window,
};
use crate::diagnostic::Span;

/// The first place in an aggregate that reads an outer value whose absence doesn't exclude every row.
pub(super) fn outer_null_in_aggregate(hir: &Hir, aggregate: &Aggregate) -> Option<Span> {
    Rows::inside(hir).aggregate(aggregate).beyond_strict()
}

/// The same in a sequence, whose steps are all about one outer row.
pub(super) fn outer_null_in_sequence(hir: &Hir, sequence: &Sequence) -> Option<Span> {
    let rows = Rows::inside(hir);
    let steps = sequence.steps.iter().map(|step| {
        let rows_of_step = rows.aggregate(&step.rows).and(rows.values(&step.matching));
        // That there is no such row doesn't end the sequence.
        if step.negated { rows_of_step.loose() } else { rows_of_step }
    });
    steps.fold(rows.windows(&sequence.window), Reads::and).beyond_strict()
}

/// A field of the outer row, or of one that to-one links lead to from there.
type Field = (Vec<(EntityId, LinkId)>, FieldId);

/// The outer fields that something reads and that may be missing.
#[derive(Default)]
struct Reads {
    /// All of them, each with the first place that reads it.
    all: BTreeMap<Field, Span>,
    /// Those without which a value is missing, or a condition false.
    strict: BTreeSet<Field>,
}

impl Reads {
    fn strictly(field: Field, span: Span) -> Self {
        Self { all: BTreeMap::from([(field.clone(), span)]), strict: BTreeSet::from([field]) }
    }

    /// Of what is missing or false if either of two parts is.
    fn and(self, other: Self) -> Self {
        let strict = self.strict.union(&other.strict).cloned().collect();
        Self { all: self.all_with(other.all), strict }
    }

    /// Of what is missing or false only if both parts are.
    fn or(self, other: Self) -> Self {
        let strict = self.strict.intersection(&other.strict).cloned().collect();
        Self { all: self.all_with(other.all), strict }
    }

    /// Of what may be present or true whatever is missing.
    fn loose(self) -> Self {
        Self { strict: BTreeSet::new(), ..self }
    }

    fn all_with(&self, others: BTreeMap<Field, Span>) -> BTreeMap<Field, Span> {
        let mut all = self.all.clone();
        for (field, span) in others {
            let first = all.entry(field).or_insert(span);
            *first = span.min(*first);
        }
        all
    }

    fn beyond_strict(self) -> Option<Span> {
        let beyond = self.all.into_iter().filter(|(field, _)| !self.strict.contains(field));
        beyond.map(|(_, span)| span).min()
    }
}

/// What the two rows that an expression is about are, seen from the outer row of the aggregate in question:
/// the links that lead to them from there. `None` for rows that no to-one links lead to.
struct Rows<'a> {
    hir: &'a Hir,
    this: Option<Vec<(EntityId, LinkId)>>,
    outer: Option<Vec<(EntityId, LinkId)>>,
}

impl<'a> Rows<'a> {
    /// Inside the aggregate.
    fn inside(hir: &'a Hir) -> Self {
        Self { hir, this: None, outer: Some(Vec::new()) }
    }

    /// Of an aggregate: what makes a row not count. `self` is inside it.
    fn aggregate(&self, aggregate: &Aggregate) -> Reads {
        let filter = aggregate.filter.as_ref().map(|filter| self.cond(filter)).unwrap_or_default();
        // `every` looks for rows that fail its condition.
        let filter = if aggregate.func == AggregateFunc::Every { filter.loose() } else { filter };
        self.windows(&aggregate.window).and(self.values(&aggregate.value)).and(filter)
    }

    /// Of an aggregate as a part of a condition or value. `self` is around it.
    fn nested(&self, aggregate: &Aggregate) -> Reads {
        let inside = Rows { hir: self.hir, this: None, outer: self.this.clone() };
        self.followed(self.this.as_ref(), &aggregate.hops, aggregate.span)
            .and(inside.aggregate(aggregate))
            .loose()
    }

    /// The fields that the first link compares, if it is followed from the outer row.
    fn followed(&self, from: Option<&Vec<(EntityId, LinkId)>>, hops: &[Hop], span: Span) -> Reads {
        let (Some(from), Some(hop)) = (from, hops.first()) else { return Reads::default() };
        let entity = self.hir.catalog.entity(hop.from);
        let fields = entity.link(hop.link).on.iter().map(|&(own, _)| own);
        let missing = fields.filter(|&field| entity.field(field).nullable);
        missing.map(|field| Reads::strictly((from.clone(), field), span)).fold(Reads::default(), Reads::and)
    }

    /// The row at the end of a path, if to-one links lead to it from the outer row, and what it takes to
    /// follow them.
    fn end(&self, path: &Path, span: Span) -> Option<(Vec<(EntityId, LinkId)>, Reads)> {
        let from = match path.base {
            Base::This => self.this.as_ref(),
            Base::Outer => self.outer.as_ref(),
        };
        let links = path.hops.iter().map(|hop| (hop.from, hop.link));
        let end = from?.iter().copied().chain(links).collect();
        Some((end, self.followed(from, &path.hops, span)))
    }

    fn values<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Reads {
        values.into_iter().map(|value| self.value(value)).fold(Reads::default(), Reads::and)
    }

    fn value(&self, value: &Value) -> Reads {
        match &value.kind {
            ValueKind::Literal(_) | ValueKind::Now | ValueKind::Bucket { .. } => Reads::default(),
            ValueKind::Field(path, field) => match self.end(path, value.span) {
                Some((end, links)) if value.nullable => links.and(Reads::strictly((end, *field), value.span)),
                _ => Reads::default(),
            },
            ValueKind::Trait(path, id) => match self.end(path, value.span) {
                Some((end, links)) => {
                    let of_trait = Rows { hir: self.hir, this: Some(end), outer: None };
                    let mut reads = of_trait.value(&self.hir.computed(*id).value);
                    // A trait is written elsewhere.
                    reads.all.values_mut().for_each(|span| *span = value.span);
                    links.and(reads)
                }
                None => Reads::default(),
            },
            ValueKind::Aggregate(aggregate) => self.nested(aggregate),
            ValueKind::Periods(periods) => {
                self.nested(&periods.rows).and(self.values(&periods.bounds)).loose()
            }
            ValueKind::Arithmetic(_, left, right) | ValueKind::DaysBetween(left, right) => {
                self.value(left).and(self.value(right))
            }
            ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => self.value(inner),
            ValueKind::Call(Func::Coalesce, args) => {
                args.iter().map(|arg| self.value(arg)).reduce(Reads::or).unwrap_or_default()
            }
            ValueKind::Call(Func::Size, args) => self.values(args).loose(),
            ValueKind::Call(_, args) => self.values(args),
            ValueKind::Instant(local) | ValueKind::LocalDate(local) | ValueKind::LocalPart(_, local) => {
                self.local(local)
            }
            ValueKind::Condition(cond) => self.cond(cond).loose(),
        }
    }

    fn local(&self, local: &LocalTime) -> Reads {
        match local {
            LocalTime::Of(value) => self.value(value),
            LocalTime::StartOf(_, inner) | LocalTime::Shift(inner, _, _) => self.local(inner),
        }
    }

    fn windows<'w>(&self, windows: impl IntoIterator<Item = &'w Window>) -> Reads {
        self.values(windows.into_iter().flat_map(|window| window.from.iter().chain(&window.to)))
    }

    fn cond(&self, cond: &Cond) -> Reads {
        let conds = |parts: &[Cond], join: fn(Reads, Reads) -> Reads| {
            parts.iter().map(|part| self.cond(part)).reduce(join).unwrap_or_default()
        };
        match &cond.kind {
            CondKind::Constant(_) => Reads::default(),
            CondKind::And(parts) => conds(parts, Reads::and),
            CondKind::Or(parts) => conds(parts, Reads::or),
            CondKind::HowMany(_, _, parts) => conds(parts, Reads::and).loose(),
            CondKind::Not(inner) => self.cond(inner).loose(),
            CondKind::Compare(_, left, right)
            | CondKind::Text(_, left, right)
            | CondKind::Contains(left, right) => self.value(left).and(self.value(right)),
            CondKind::Between(value, low, high) => {
                self.value(value).and(self.value(low)).and(self.value(high))
            }
            CondKind::Missing(value) | CondKind::Empty(value) => self.value(value).loose(),
            CondKind::True(value) => match &value.kind {
                ValueKind::Condition(inner) => self.cond(inner),
                _ => self.value(value),
            },
            CondKind::In(value, _)
            | CondKind::Matches(value, _)
            | CondKind::Resembles(value, _, _)
            | CondKind::ContainsAny(value, _)
            | CondKind::ContainsAll(value, _) => self.value(value),
            CondKind::During(value, window) | CondKind::Anniversary(value, window) => {
                self.value(value).and(self.windows([window]))
            }
            CondKind::InSegment(path, _) => {
                self.end(path, cond.span).map(|(_, links)| links).unwrap_or_default()
            }
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => self.nested(aggregate),
            CondKind::Sequence(sequence) => {
                let steps = sequence.steps.iter().map(|step| self.nested(&step.rows));
                steps.fold(Reads::default(), Reads::and)
            }
        }
    }
}
