//! SQL.

use super::Habit;

#[rustfmt::skip]
pub(super) const HABITS: &[Habit] = &[
    ("{x} is? not? in ( select|with", "a link takes the place of a subquery: `exists(orders where total > 100)`; for another segment, `in segment …`"),
    ("( select", "a link takes the place of a subquery: `exists(orders where total > 100)`"),
    ("order|sort by {path} desc limit {n}", "write a rule of its own: `keep top {n} by {path}`"),
    ("order|sort by {path} asc? limit {n}", "write a rule of its own: `keep bottom {n} by {path}`"),
    ("order|sort by {x} desc limit {n}", "write a rule of its own: `keep top {n} by {x}`"),
    ("order|sort by {y} desc", "segments have no order; to keep the best, write a rule of its own: `keep top 10 by {y}`"),
    ("order|sort by {y}", "segments have no order; to keep the first, write a rule of its own: `keep bottom 10 by {y}`"),
    ("order|sort by", "segments have no order; to keep the best, write a rule of its own: `keep top 10 by …`"),
    ("group by", "leave it out: an aggregate such as `count(orders)` is computed for each entity by itself"),
    ("having", "aggregates are conditions like any other: write `and` instead of `having`"),
    ("qualify", "write `keep top 10 by …`, or `last(orders.status)` for the latest row"),
    ("limit {n}", "write a rule of its own: `keep top {n} by …`, or `keep sample 10% seed \"…\"`"),
    ("top {n}", "write a rule of its own: `keep top {n} by …`"),
    ("limit|offset|fetch", "write a rule of its own: `keep top 10 by …`"),
    ("union|intersect|minus all?", "write each part as a rule: `include where …`, `exclude where …`"),
    ("join|inner|left {word}", "links take the place of joins: `company.country`, `exists(orders where …)`"),
    ("from {path} where", "leave out `from`: the segment says which entity it is about, and links lead to others"),
    ("case when", "conditions are joined with `and` and `or`; `coalesce(x, y)` replaces a missing value"),
    ("case {y} when", "conditions are joined with `and` and `or`; `coalesce(x, y)` replaces a missing value"),
    ("if {y} then", "conditions are joined with `and` and `or`; leave out `if` and `then`"),
    ("try_cast|safe_cast|cast ( {y} as", "values aren't converted: the catalog says of which type a field is, so write `{y}` alone"),
    ("extract ( year from {y} )", "write `year({y})`"),
    ("extract ( month from {y} )", "write `month({y})`"),
    ("extract ( day from {y} )", "write `day({y})`"),
    ("extract ( hour from {y} )", "write `hour({y})`"),
    ("extract ( dow|isodow|dayofweek|weekday from {y} )", "write `weekday({y})`, where Monday is 1"),
    ("extract ( {word} from {y} )", "write `year({y})`, `month({y})`, `day({y})`, `hour({y})` or `weekday({y})`"),
    ("over (", "segments have no window functions; `first`, `last`, `latest 3` and `keep top` take their place"),
    ("select|insert|update|delete", "this is SQL: a segment holds conditions only, after `where`"),
    ("collate", "texts are compared by code point; `ignoring case` may follow a comparison"),
    ("escape {text}", "leave it out: `contains`, `starts with` and `ends with` take texts literally"),
];
