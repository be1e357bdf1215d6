//! Names that an analyst would give: aliases of tables, subqueries and their columns.

use std::collections::BTreeSet;

use crate::check::hir::{Aggregate, AggregateFunc, Base, Comparison, Cond, CondKind, Hop, Value, ValueKind};
use crate::types::Literal;

use super::Lowering;
pub(super) use crate::plan::names::{hashed, initials, unused};

/// As part of a name: letters, digits and single underscores.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}

impl Lowering<'_> {
    /// A name for a subquery that no other of this query has.
    pub(super) fn cte_name(&mut self, base: &str) -> String {
        let name = unused(base, |name| self.names.contains(name) || self.cx.tables.contains(name));
        self.names.insert(name.clone());
        name
    }

    /// The name of the subquery that holds an entity whose source is a query: the entity's. If a table is
    /// called that, a name that no other entity has, so that searches of several segments can be put
    /// together.
    pub(super) fn source_name(&mut self, entity: &str) -> String {
        if !self.cx.tables.contains(entity) {
            return self.cte_name(entity);
        }
        self.cte_name(&hashed(entity, entity))
    }

    /// What an aggregate's subquery holds: `paid_orders_last_30_days`, `latest_3_orders`.
    pub(super) fn aggregate_name(&self, aggregate: &Aggregate) -> String {
        let rows = self.rows_name(aggregate);
        match aggregate.ranked.filter(|_| aggregate.func != AggregateFunc::Exists) {
            Some(ranked) => {
                let end = if ranked.latest { "latest" } else { "earliest" };
                let failing = if aggregate.func == AggregateFunc::Every { "failing_" } else { "" };
                format!("{failing}{end}_{}_{rows}", ranked.count)
            }
            None => rows,
        }
    }

    /// The rows that an aggregate chooses from: `paid_orders_last_30_days`, `customer_orders`.
    pub(super) fn rows_name(&self, aggregate: &Aggregate) -> String {
        let catalog = &self.cx.hir.catalog;
        let hop = |hop: &Hop| {
            let link = &catalog.entity(hop.from).link(hop.link).name;
            hop.event.as_deref().map(slug).filter(|event| !event.is_empty()).unwrap_or_else(|| link.clone())
        };
        let window = aggregate.window.as_ref().and_then(|window| self.window_name(window));
        // The test of `every(latest N …)` chooses no rows.
        let is_test = aggregate.func == AggregateFunc::Every && aggregate.ranked.is_some();
        let filter = aggregate.filter.as_ref().filter(|_| !is_test);
        let kind = filter.and_then(|filter| self.filter_name(filter));
        let mut parts: Vec<String> = Vec::new();
        if let (None, None, Some(first)) = (&window, &kind, aggregate.hops.first()) {
            parts.push(catalog.entity(first.from).name.clone());
        }
        parts.extend(kind);
        parts.extend(aggregate.hops.iter().map(hop));
        parts.extend(window);
        // The link to the keys of a static list has spaces in its name.
        parts.join("_").replace(' ', "_")
    }

    /// What a simple filter makes of the rows: `status = "paid"` makes them `paid`.
    pub(super) fn filter_name(&self, filter: &Cond) -> Option<String> {
        let name = match &filter.kind {
            CondKind::Compare(Comparison::Equal, value, literal) => match (&value.kind, &literal.kind) {
                (ValueKind::Field(..), ValueKind::Literal(Literal::String(text))) => slug(text),
                _ => return None,
            },
            CondKind::True(value) => match &value.kind {
                ValueKind::Field(path, field) if path.base == Base::This => {
                    self.cx.hir.catalog.entity(path.end).field(*field).name.clone()
                }
                _ => return None,
            },
            _ => return None,
        };
        let fits = name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.len() <= 20;
        fits.then_some(name)
    }
}

/// The name of an aggregate's column: `row_count`, `sum_total`.
pub(super) fn column_name(aggregate: &Aggregate, what: Option<String>) -> String {
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
        AggregateFunc::First => of("first"),
        AggregateFunc::Last => of("last"),
        AggregateFunc::Mode => of("mode"),
        AggregateFunc::Exists | AggregateFunc::Every => "found".to_owned(),
    }
}

/// The names that appear first in a value: what it is mostly about.
pub(super) fn first_field(value: &Value) -> Option<&ValueKind> {
    match &value.kind {
        ValueKind::Field(..) | ValueKind::Trait(..) => Some(&value.kind),
        ValueKind::Arithmetic(_, left, right) => first_field(left).or_else(|| first_field(right)),
        ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => first_field(inner),
        ValueKind::Call(_, args) => args.iter().find_map(first_field),
        _ => None,
    }
}

/// Names of which no two differ in case alone, which most engines ignore.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub(super) fn holds(&self, name: &str) -> bool {
        self.0.contains(&name.to_ascii_lowercase())
    }

    pub(super) fn insert(&mut self, name: &str) {
        self.0.insert(name.to_ascii_lowercase());
    }
}

impl FromIterator<String> for Taken {
    fn from_iter<T: IntoIterator<Item = String>>(names: T) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_the_first_free_number() {
        let mut taken = Taken::default();
        for expected in ["o", "o_2", "o_3", "o_4", "o_5", "o_6"] {
            let name = unused("o", |name| taken.holds(name));
            assert_eq!(name, expected);
            taken.insert(&name.to_ascii_uppercase());
        }
    }

    #[test]
    fn a_thousand_equal_names_need_few_lookups() {
        let (mut taken, asked) = (Taken::default(), std::cell::Cell::new(0));
        for _ in 0..1000 {
            let name = unused("orders", |name| {
                asked.set(asked.get() + 1);
                taken.holds(name)
            });
            taken.insert(&name);
        }
        assert!(taken.holds("orders_1000") && !taken.holds("orders_1001"));
        assert!(asked.get() < 1000 * 25, "{}", asked.get());
    }
}
