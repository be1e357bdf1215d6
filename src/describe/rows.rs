//! Linked rows: what aggregates count, and what they make of it.

use super::names::Noun;
use super::{Phrase, Scope, Speaker};
use crate::check::hir::{Aggregate, AggregateFunc, Hop, LocalTime, Periods, Value, ValueKind};
use crate::types::Type;

/// The rows that an aggregate is about.
pub(super) struct Rows {
    /// `orders in the last 30 days`
    pub(super) many: String,
    /// `order in the last 30 days`; the plural where the singular isn't known.
    pub(super) one: Option<String>,
    /// What else they have to satisfy.
    pub(super) filter: Option<String>,
    /// They are some of others: `(the 3 latest of orders)`.
    pub(super) ranked: bool,
}

impl Rows {
    /// The filter in parentheses, after a space.
    pub(super) fn where_unit(&self) -> String {
        self.filter.as_ref().map_or_else(String::new, |filter| format!(" (where {filter})"))
    }

    /// A number of the rows: `3 orders`, `one order`, `3 of (the 5 latest of orders)`.
    pub(super) fn counted(&self, count: u64) -> String {
        match (count, &self.one) {
            (1, Some(one)) => format!("one {one}"),
            (1, None) => format!("one of {}", self.many),
            (count, _) if self.ranked => format!("{count} of {}", self.many),
            (count, _) => format!("{count} {}", self.many),
        }
    }

    /// The filter at the end of a clause.
    pub(super) fn where_open(&self) -> String {
        self.filter.as_ref().map_or_else(String::new, |filter| format!(" where {filter}"))
    }
}

impl Speaker<'_> {
    /// The rows at the end of a path of links: `lines of orders`.
    pub(super) fn path_rows(&self, hops: &[Hop]) -> Noun {
        let Some((last, before)) = hops.split_last() else {
            return Noun { one: None, many: "rows".to_owned() };
        };
        let noun = self.names.rows(last);
        let of: String =
            before.iter().rev().map(|hop| format!(" of {}", self.names.rows(hop).many)).collect();
        Noun { one: noun.one.map(|one| format!("{one}{of}")), many: format!("{}{of}", noun.many) }
    }

    /// The rows of an aggregate, without its condition if that isn't a filter (`every`).
    pub(super) fn rows(&mut self, aggregate: &Aggregate, scope: Scope, filtered: bool) -> Rows {
        let inner = scope.within(aggregate.end);
        let Noun { one, many } = self.path_rows(&aggregate.hops);
        let window = aggregate.window.as_ref().and_then(|window| self.window(window, inner, true));
        let when = window.map_or_else(String::new, |window| format!(" {window}"));
        let filter = aggregate.filter.as_ref().filter(|_| filtered);
        let filter = filter.map(|filter| self.inline(filter, false, inner).text);
        match aggregate.ranked {
            Some(ranked) => {
                let end = if ranked.latest { "latest" } else { "earliest" };
                let rank = match ranked.count {
                    1 => format!("the {end} of "),
                    count => format!("the {count} {end} of "),
                };
                // What follows belongs to the rows among which they are the latest.
                let where_ = filter.map_or_else(String::new, |filter| format!(" where {filter}"));
                Rows { many: format!("({rank}{many}{when}{where_})"), one: None, filter: None, ranked: true }
            }
            None => {
                let one = one.map(|one| format!("{one}{when}"));
                Rows { many: format!("{many}{when}"), one, filter, ranked: false }
            }
        }
    }

    /// What an aggregate makes of its rows.
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate, scope: Scope) -> Phrase {
        let inner = scope.within(aggregate.end);
        let rows = self.rows(aggregate, scope, true);
        let (many, filter) = (&rows.many, rows.where_unit());
        let Some(value) = &aggregate.value else {
            return Phrase::loose(match aggregate.func {
                AggregateFunc::Every => format!("whether all {many} satisfy it{filter}"),
                _ => format!("the number of {many}{filter}"),
            });
        };
        let is_time = value.ty.is_time();
        let of = self.operand(value, inner);
        let (least, most) = if is_time { ("earliest", "latest") } else { ("smallest", "largest") };
        let over = |what: &str| format!("the {what} {of} across {many}{filter}");
        let end = |which: &str| match &rows.one {
            Some(one) => format!("the {of} of the {which} {one}{filter}"),
            None => format!("the {of} of the {which} of {many}{filter}"),
        };
        Phrase::loose(match aggregate.func {
            AggregateFunc::Count | AggregateFunc::Exists | AggregateFunc::Every => over("number of"),
            AggregateFunc::CountDistinct => over("number of different values of"),
            AggregateFunc::Sum => over("sum of"),
            AggregateFunc::Avg => over("average"),
            AggregateFunc::Min => over(least),
            AggregateFunc::Max => over(most),
            AggregateFunc::Mode => over("most frequent"),
            AggregateFunc::First => end("first"),
            AggregateFunc::Last => end("last"),
        })
    }

    /// `the number of periods with at least 3 orders, of the 8 equal periods in the last 8 weeks`
    pub(super) fn periods(&mut self, periods: &Periods, scope: Scope) -> Phrase {
        let rows = &periods.rows;
        let inner = scope.within(rows.end);
        let noun = self.path_rows(&rows.hops);
        let window = rows.window.as_ref().and_then(|window| self.window(window, inner, true));
        let parts = periods.bounds.len().saturating_sub(1);
        let at_least = match (periods.at_least, noun.one) {
            (1, Some(one)) => format!("at least one {one}"),
            (count, _) => format!("at least {count} {}", noun.many),
        };
        let filter = rows.filter.as_ref().map(|filter| self.inline(filter, false, inner).text);
        let filter = filter.map_or_else(String::new, |filter| format!(" (where {filter})"));
        let when = window.unwrap_or_default();
        let last = match periods.bounds.as_slice() {
            [_, .., last, end] if parts > 1 && is_constant(end) => {
                format!(", the last of which starts at {},", self.value(last, inner).unit())
            }
            _ => String::new(),
        };
        let of = format!("of the {parts} equal periods {when}{last}");
        Phrase::loose(format!("the number of periods with {at_least}{filter}, {of}"))
    }
}

fn is_constant(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Literal(_) => true,
        ValueKind::Instant(local) => match &**local {
            LocalTime::Of(value) => value.ty == Type::Date && matches!(value.kind, ValueKind::Literal(_)),
            LocalTime::StartOf(..) | LocalTime::Shift(..) => false,
        },
        _ => false,
    }
}
