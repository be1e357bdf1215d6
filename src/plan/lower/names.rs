//! Names that an analyst would give: aliases of tables, subqueries and their columns.

use std::collections::BTreeSet;

use crate::check::hir::{Aggregate, AggregateFunc, Hop, Value, ValueKind};

use super::Lowering;

/// `order_line` → `ol`.
pub(super) fn initials(name: &str) -> String {
    let letters: String = name
        .split('_')
        .filter_map(|word| word.chars().next())
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if letters.starts_with(|first: char| first.is_ascii_alphabetic()) { letters } else { "t".to_owned() }
}

/// The name itself, or with the first number that makes it new.
pub(super) fn unused(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2u32..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// As part of a name: letters, digits and single underscores.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}

impl Lowering<'_> {
    /// A name for a subquery that no other of this query has.
    pub(super) fn cte_name(&mut self, base: &str) -> String {
        let name = unused(base, |name| self.names.contains(name));
        self.names.insert(name.clone());
        name
    }

    /// What an aggregate's subquery holds: `orders_last_30_days`.
    pub(super) fn aggregate_name(&self, aggregate: &Aggregate) -> String {
        let hop = |hop: &Hop| {
            let link = &self.cx.hir.catalog.entity(hop.from).link(hop.link).name;
            hop.event.as_deref().map(slug).filter(|event| !event.is_empty()).unwrap_or_else(|| link.clone())
        };
        let mut parts: Vec<String> = aggregate.hops.iter().map(hop).collect();
        parts.extend(aggregate.window.as_ref().and_then(|window| self.window_name(window)));
        parts.join("_")
    }
}

/// The name of an aggregate's column: `row_count`, `sum_total`.
pub(super) fn column_name(aggregate: &Aggregate, field: impl Fn(&Value) -> Option<String>) -> String {
    let what = aggregate.value.as_ref().and_then(field);
    let of = |verb: &str| match &what {
        Some(field) => format!("{verb}_{field}"),
        None => verb.to_owned(),
    };
    match aggregate.func {
        AggregateFunc::Count if aggregate.value.is_none() => "row_count".to_owned(),
        AggregateFunc::Count => of("count"),
        AggregateFunc::CountDistinct => of("distinct"),
        AggregateFunc::Sum => of("sum"),
        AggregateFunc::Avg => of("avg"),
        AggregateFunc::Min => of("min"),
        AggregateFunc::Max => of("max"),
        AggregateFunc::Exists | AggregateFunc::Every => "found".to_owned(),
    }
}

/// The names that appear first in a value: what it is mostly about.
pub(super) fn first_field<'v>(value: &'v Value) -> Option<&'v ValueKind> {
    match &value.kind {
        ValueKind::Field(..) | ValueKind::Trait(..) => Some(&value.kind),
        ValueKind::Arithmetic(_, left, right) => first_field(left).or_else(|| first_field(right)),
        ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => first_field(inner),
        ValueKind::Call(_, args) => args.iter().find_map(first_field),
        _ => None,
    }
}

/// Whether a set of names holds one, ignoring case, as most engines do.
pub(super) fn holds(names: &BTreeSet<String>, name: &str) -> bool {
    names.iter().any(|taken| taken.eq_ignore_ascii_case(name))
}
