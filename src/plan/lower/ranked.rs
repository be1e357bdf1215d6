//! Aggregates that need the rows themselves before they are grouped: their order (`first`,
//! `last`, `latest`, `earliest`), their values (`mode`) or their periods. The rows are a
//! subquery of their own, with what is said about each as a column; those over the same rows
//! share it.

use super::Lowering;
use super::aggregate::{GroupKey, Inner, is_joined};
use super::frame::{Mode, Row, Scope};
use super::names::unused;
use super::places::has_rows;
use crate::check::hir::{Aggregate, AggregateFunc, Cond, Hir, Periods, RankedRows, Value, ValueKind};
use crate::check::visit::{Visitor, walk_value};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Column, Cte, Order, Over, Relation, Scalar, Select, TableRef};
use crate::types::{Literal, Type};

/// A column that is wanted: its value, and the name that it gets if that is free.
type Wanted = (Scalar, &'static str);

/// A subquery of rows that aren't grouped.
#[derive(Debug)]
pub(super) struct RowSource {
    /// Its place among the subqueries.
    at: usize,
    /// How many of its columns are keys; they come first.
    keys: usize,
}

/// The rows of an aggregate's path in a subquery: its keys, and the columns that were wanted.
struct AggregateRows {
    cte: String,
    keys: Vec<GroupKey>,
    columns: Vec<String>,
}

impl AggregateRows {
    fn column(&self, at: usize) -> Scalar {
        self.named(self.columns.get(at).map(String::as_str).unwrap_or_default())
    }

    fn named(&self, name: &str) -> Scalar {
        Scalar::Column(self.cte.clone(), name.to_owned())
    }

    /// The keys as they are read from the subquery.
    fn group_keys(&self) -> Vec<GroupKey> {
        let key = |key: &GroupKey| GroupKey { grouped: self.named(&key.name), ..key.clone() };
        self.keys.iter().map(key).collect()
    }

    fn partition(&self) -> Vec<Scalar> {
        self.keys.iter().map(|key| self.named(&key.name)).collect()
    }

    fn select(&self, filter: Option<Scalar>) -> Select {
        let relation = Relation::Cte(self.cte.clone());
        let from = Some(TableRef { relation, alias: self.cte.clone() });
        Select { from, filter, ..Select::default() }
    }
}

impl Lowering<'_> {
    /// The value of an aggregate that needs its rows. Null where no row counts.
    pub(super) fn aggregate_of_rows(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        match (aggregate.func, aggregate.ranked) {
            (AggregateFunc::First, Some(RankedRows { latest: true, .. }))
            | (AggregateFunc::Last, Some(RankedRows { latest: false, .. })) => {
                self.other_end(scope, aggregate)
            }
            (AggregateFunc::First | AggregateFunc::Last, _) => self.end_of_rows(scope, aggregate),
            (AggregateFunc::Mode, _) => self.mode(scope, aggregate),
            _ => self.some_rows(scope, aggregate),
        }
    }

    /// `every(latest N …)`: whether none of the rows that are taken fails the test.
    pub(super) fn every_of_rows(&mut self, scope: &Scope, aggregate: &Aggregate, negated: bool) -> Scalar {
        let rows = self.rows_of(scope, aggregate, |this, inner, keys| {
            let test = aggregate.filter.as_ref();
            let fails =
                test.map(|test| (this.cond(&inner.scope.with(Mode::Alternative), test, true), "fails"));
            fails.into_iter().chain(this.place_taken(inner, keys, aggregate)).collect()
        });
        let taken = Scalar::And(vec![rows.column(0), within(rows.column(1), aggregate)]);
        let keys = rows.group_keys();
        let group_by = keys.iter().map(|key| key.grouped.clone()).collect();
        let at = self.share_rows(Select { group_by, ..rows.select(Some(taken)) }, &keys, aggregate);
        let cte = self.ctes[at].name.clone();
        let alias = self.attach_keys(&scope.this, &cte, &keys, None);
        is_joined(alias, keys.first().map(|key| key.name.as_str()), !negated)
    }

    /// Whether `first` or `last` is an aggregate of the target's, so that no rows are numbered. What asks for
    /// other rows is no semi-join inside an aggregate, and few engines aggregate arrays.
    pub(super) fn ends_in_order(&self, aggregate: &Aggregate) -> bool {
        let is_end = matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last)
            && aggregate.ranked.is_none()
            && aggregate.end_in_time().is_none();
        let has_order =
            !aggregate.times.is_empty() && self.cx.hir.catalog.entity(aggregate.end).key.len() == 1;
        let mut finder = ConditionFinder { hir: self.cx.hir, found: false };
        aggregate.value.iter().for_each(|value| finder.value(value));
        let is_scalar = |value: &Value| !matches!(value.ty, Type::Array(_) | Type::Json);
        let is_plain = aggregate.value.as_ref().is_some_and(is_scalar) && !finder.found;
        self.cx.ordered_aggregates && is_end && has_order && is_plain
    }

    /// The value of `first` or `last` as an aggregate, even if it is missing in that row.
    pub(super) fn end_in_order(&mut self, inner: &Inner, aggregate: &Aggregate) -> Scalar {
        let value = aggregate.value.as_ref().map(|value| self.value(&inner.scope, value));
        let latest = aggregate.func == AggregateFunc::Last;
        let function = if latest { Function::LastRow } else { Function::FirstRow };
        Scalar::Call(function, value.into_iter().chain(self.order_of_rows(inner, aggregate)).collect())
    }

    /// `first` and `last`: the row at one end of the order, even if its value is missing.
    fn end_of_rows(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let latest = aggregate.func == AggregateFunc::Last;
        let rows = self.rows_of(scope, aggregate, |this, inner, keys| {
            let value = this.value_of_row(inner, aggregate);
            value.into_iter().chain([this.place(inner, keys, aggregate, latest)]).collect()
        });
        let place = rows.columns.get(1).cloned();
        let alias = self.attach_keys(&scope.this, &rows.cte, &rows.keys, place);
        Scalar::Column(alias, rows.columns.first().cloned().unwrap_or_default())
    }

    /// `first(latest N …)` and `last(earliest N …)`: the last of the rows that are taken.
    fn other_end(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let rows = self.taken_rows(scope, aggregate);
        let order = vec![Order { value: rows.column(1), descending: true, nulls_last: false }];
        let over = Over { function: None, partition: rows.partition(), order, frame: None };
        let filter = Some(within(rows.column(1), aggregate));
        self.one_per_key(scope, aggregate, &rows, (filter, Vec::new()), over)
    }

    /// The most frequent value, of several the smallest.
    fn mode(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let rows = self.taken_rows(scope, aggregate);
        let value = rows.column(0);
        let text = aggregate.value.as_ref().is_some_and(|value| value.ty == Type::String);
        let ordered = if text { self.text_order(value.clone()) } else { value.clone() };
        let order = vec![
            Order { value: Scalar::CountRows, descending: true, nulls_last: false },
            Order { value: ordered, descending: false, nulls_last: false },
        ];
        let over = Over { function: None, partition: rows.partition(), order, frame: None };
        let nullable = aggregate.value.as_ref().is_none_or(|value| value.nullable);
        let present = nullable.then(|| value.clone().present());
        let taken = aggregate.ranked.map(|_| within(rows.column(1), aggregate));
        let filter = crate::plan::rel::all(present.into_iter().chain(taken).collect());
        let mut group_by = rows.partition();
        if !group_by.contains(&value) {
            group_by.push(value);
        }
        self.one_per_key(scope, aggregate, &rows, (filter, group_by), over)
    }

    /// The value of the row (or group of rows) that comes first in an order, one per key.
    fn one_per_key(
        &mut self,
        scope: &Scope,
        aggregate: &Aggregate,
        rows: &AggregateRows,
        (filter, group_by): (Option<Scalar>, Vec<Scalar>),
        over: Over,
    ) -> Scalar {
        let value = rows.columns.first().cloned().unwrap_or_default();
        let mut columns: Vec<Column> = rows.group_keys().iter().map(GroupKey::column).collect();
        // The value may be one of the keys.
        if !rows.keys.iter().any(|key| key.name == value) {
            columns.push(Column::plain(rows.column(0)));
        }
        let taken = |name: &str| rows.keys.iter().any(|key| key.name == name) || name == value;
        let place = unused("place", taken);
        columns.push(Column { value: Scalar::Window(Box::new(over)), name: Some(place.clone()) });
        let select = Select { columns, group_by, ..rows.select(filter) };
        let name = format!("{}_of_{}", self.column_name(aggregate), self.aggregate_name(aggregate));
        let cte = self.known_or_new(select, &name);
        let alias = self.attach_keys(&scope.this, &cte, &rows.keys, Some(place));
        Scalar::Column(alias, value)
    }

    /// The other aggregates, of the latest or earliest rows.
    fn some_rows(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let rows = self.taken_rows(scope, aggregate);
        let keys = rows.group_keys();
        let group_by = keys.iter().map(|key| key.grouped.clone()).collect();
        let place = rows.column(usize::from(aggregate.value.is_some()));
        let select = Select { group_by, ..rows.select(Some(within(place, aggregate))) };
        let value = match &aggregate.value {
            Some(value) => self.fold(aggregate.func, &value.ty, rows.column(0)),
            None => Scalar::CountRows,
        };
        let name = self.column_name(aggregate);
        let (cte, column) = self.share(select, &keys, value, &name, aggregate);
        let alias = self.attach_keys(&scope.this, &cte, &keys, None);
        Scalar::Column(alias, column)
    }

    /// How many periods have enough rows; null where none has.
    pub(super) fn periods(&mut self, scope: &Scope, periods: &Periods) -> Scalar {
        let rows = self
            .rows_of(scope, &periods.rows, |this, inner, _| vec![(this.period(inner, periods), "period")]);
        let (rows, counted) = if periods.at_least == 1 {
            let period = rows.column(0);
            (rows, Scalar::Call(Function::CountDistinct, vec![period]))
        } else {
            (self.full_periods(&rows, periods), Scalar::CountRows)
        };
        let keys = rows.group_keys();
        let select = Select { group_by: rows.partition(), ..rows.select(None) };
        let (cte, column) = self.share(select, &keys, counted, "periods", &periods.rows);
        let alias = self.attach_keys(&scope.this, &cte, &keys, None);
        Scalar::Column(alias, column)
    }

    /// A row for each period that has enough of the rows.
    fn full_periods(&mut self, rows: &AggregateRows, periods: &Periods) -> AggregateRows {
        let columns = rows.group_keys().iter().map(GroupKey::column).collect();
        let group_by = rows.partition().into_iter().chain([rows.column(0)]).collect();
        let enough = Scalar::Literal(Literal::Integer(i64::try_from(periods.at_least).unwrap_or(i64::MAX)));
        let having = Some(Scalar::binary(BinaryOp::GreaterOrEqual, Scalar::CountRows, enough));
        let select = Select { columns, group_by, having, ..rows.select(None) };
        let name = format!("full_periods_of_{}", self.aggregate_name(&periods.rows));
        AggregateRows { cte: self.known_or_new(select, &name), keys: rows.keys.clone(), columns: Vec::new() }
    }

    /// The name of a subquery, of one that is there if there is such a one.
    fn known_or_new(&mut self, select: Select, name: &str) -> String {
        if let Some(known) = self.ctes.iter().find(|cte| cte.select == select && cte.union.is_empty()) {
            return known.name.clone();
        }
        let name = self.cte_name(name);
        self.ctes.push(Cte::new(name.clone(), select));
        name
    }

    /// The number of the period that a row lies in, from 1 for the earliest.
    fn period(&mut self, inner: &Inner, periods: &Periods) -> Scalar {
        let number = |at: usize| Scalar::Literal(Literal::Integer(i64::try_from(at).unwrap_or(i64::MAX)));
        let count = periods.bounds.len().saturating_sub(1);
        let last = periods.rows.times.last().and_then(|&(hop, field)| Some((inner.path.get(hop)?, field)));
        let (Some((row, field)), Some(between @ [_, ..])) = (last, periods.bounds.get(1..count)) else {
            return number(1);
        };
        let (time, days) = self.time_operand(&inner.scope, row, field, between.iter());
        let mut branches = Vec::new();
        for (at, bound) in (1..).zip(between) {
            let bound = self.bound_for(&inner.scope, days, bound);
            branches.push((Scalar::binary(BinaryOp::Less, time.clone(), bound), number(at)));
        }
        Scalar::Case(branches, Some(Box::new(number(count))))
    }

    /// The rows with their value, if there is one, and their place, if only some are taken.
    fn taken_rows(&mut self, scope: &Scope, aggregate: &Aggregate) -> AggregateRows {
        self.rows_of(scope, aggregate, |this, inner, keys| {
            let value = this.value_of_row(inner, aggregate);
            value.into_iter().chain(this.place_taken(inner, keys, aggregate)).collect()
        })
    }

    fn value_of_row(&mut self, inner: &Inner, aggregate: &Aggregate) -> Option<Wanted> {
        let value: &Value = aggregate.value.as_ref()?;
        Some((self.value(&inner.scope, value), "value"))
    }

    fn place_taken(&mut self, inner: &Inner, keys: &[GroupKey], aggregate: &Aggregate) -> Option<Wanted> {
        aggregate.ranked.map(|ranked| self.place(inner, keys, aggregate, ranked.latest))
    }

    /// What rows are ordered by: time and key.
    fn order_of_rows(&mut self, inner: &Inner, aggregate: &Aggregate) -> Vec<Scalar> {
        let catalog = &self.cx.hir.catalog;
        let last = aggregate.times.last().and_then(|&(hop, field)| Some((inner.path.get(hop)?, field)));
        let mut values: Vec<Scalar> = last.into_iter().map(|(row, field)| self.field(row, field)).collect();
        let entity = catalog.entity(aggregate.end);
        for &key in &entity.key {
            let value = self.field(&inner.scope.this, key);
            values.push(match entity.field(key).ty {
                Type::String => self.text_order(value),
                Type::Semver => Scalar::Call(Function::SemverKey, vec![value]),
                _ => value,
            });
        }
        values
    }

    /// A row's place among those of its key by (time, key), from either end.
    fn place(&mut self, inner: &Inner, keys: &[GroupKey], aggregate: &Aggregate, latest: bool) -> Wanted {
        let values = self.order_of_rows(inner, aggregate);
        let order = |value| Order { value, descending: latest, nulls_last: false };
        let over = Over {
            function: None,
            partition: keys.iter().map(|key| key.grouped.clone()).collect(),
            order: values.into_iter().map(order).collect(),
            frame: None,
        };
        let name = if latest { "place_from_latest" } else { "place_from_earliest" };
        (Scalar::Window(Box::new(over)), name)
    }

    /// A subquery of the rows that an aggregate chooses, with these columns: one that is
    /// there, or a new one.
    fn rows_of(
        &mut self,
        scope: &Scope,
        aggregate: &Aggregate,
        wanted: impl FnOnce(&mut Self, &Inner, &[GroupKey]) -> Vec<Wanted>,
    ) -> AggregateRows {
        self.push(false);
        let (inner, keys) = self.aggregate_rows(scope, aggregate);
        self.restrict_rows(&inner, aggregate);
        let wanted = wanted(self, &inner, &keys);
        let select = self.pop();
        let at = self.row_source(select, &keys, aggregate);
        let names = wanted.into_iter().map(|(value, name)| self.row_column(at, value, name, aggregate));
        let columns = names.collect();
        AggregateRows { cte: self.ctes[at].name.clone(), keys, columns }
    }

    fn row_source(&mut self, rows: Select, keys: &[GroupKey], aggregate: &Aggregate) -> usize {
        let columns: Vec<Column> = keys.iter().map(GroupKey::column).collect();
        let (ctes, sources) = (&self.ctes, &self.row_sources);
        let fits = |place: usize| {
            let known = &sources[place];
            has_rows(&ctes[known.at], &rows)
                && ctes[known.at].select.columns.get(..known.keys) == Some(&columns)
        };
        let rows_of = |place: usize| sources.get(place).map(|known| &ctes[known.at].select);
        if let Some(place) = self.row_places.find(sources.len(), rows_of, &rows, fits) {
            return sources[place].at;
        }
        let name = self.cte_name(&format!("{}_rows", self.rows_name(aggregate)));
        self.row_sources.push(RowSource { at: self.ctes.len(), keys: columns.len() });
        self.ctes.push(Cte::new(name, Select { columns, ..rows }));
        self.ctes.len() - 1
    }

    /// The name of a column of a subquery, which is added unless it is there.
    fn row_column(&mut self, at: usize, value: Scalar, name: &str, aggregate: &Aggregate) -> String {
        let name = match name {
            "value" => self.value_name(aggregate).unwrap_or_else(|| name.to_owned()),
            _ => name.to_owned(),
        };
        let columns = &mut self.ctes[at].select.columns;
        if let Some(known) = columns.iter().find(|column| column.value == value) {
            return known.known_as().unwrap_or_default().to_owned();
        }
        let name = unused(&name, |name| columns.iter().any(|column| column.known_as() == Some(name)));
        columns.push(Column::named(value, &name));
        name
    }

    /// Joins a subquery to the rows of its owner by its keys (and the place 1); its alias.
    fn attach_keys(&mut self, owner: &Row, cte: &str, keys: &[GroupKey], place: Option<String>) -> String {
        let mut on = Vec::new();
        for key in keys {
            on.push((key.name.clone(), self.field(owner, key.own)));
        }
        on.extend(place.map(|place| (place, Scalar::integer(1))));
        self.attach(owner, cte, on)
    }
}

/// Whether a row's place is among those that `latest` or `earliest` takes.
fn within(place: Scalar, aggregate: &Aggregate) -> Scalar {
    let count = aggregate.ranked.and_then(|ranked| i64::try_from(ranked.count).ok()).unwrap_or(i64::MAX);
    Scalar::binary(BinaryOp::LessOrEqual, place, Scalar::integer(count))
}

/// Looks for a condition in a value, and in the traits that it reads.
struct ConditionFinder<'a> {
    hir: &'a Hir,
    found: bool,
}

impl Visitor for ConditionFinder<'_> {
    fn cond(&mut self, _: &Cond) {
        self.found = true;
    }

    fn value(&mut self, value: &Value) {
        if let ValueKind::Trait(_, id) = value.kind {
            self.value(&self.hir.computed(id).value);
        }
        walk_value(self, value);
    }

    /// It is a subquery that is joined.
    fn aggregate(&mut self, _: &Aggregate) {}
}
