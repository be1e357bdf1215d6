//! Aggregates: a grouped subquery each, joined to the row that they belong to; `exists` and
//! `every` a semi-join.

use super::Lowering;
use super::frame::{Mode, Row, Scope};
use super::names::{column_name, first_field, unused};
use super::places::has_rows;
use crate::catalog::FieldId;
use crate::check::hir::{Aggregate, AggregateFunc, Base, Hop, Path, Sequence, ValueKind, Window};
use crate::check::visit::{Visitor, walk_aggregate, walk_window};
use crate::dialect::Function;
use crate::plan::rel::{Column, Cte, Scalar, Select};
use crate::types::Type;

impl Lowering<'_> {
    /// The value of an aggregate for the row that it belongs to. Null where no row counts,
    /// also for `count` and `sum`: the caller fills in 0 where that makes a difference.
    pub(super) fn aggregate(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let in_order = self.ends_in_order(aggregate);
        if needs_rows(aggregate) && !in_order {
            return self.aggregate_of_rows(scope, aggregate);
        }
        let owner = scope.this.clone();
        self.push(false);
        let (inner, keys) = self.aggregate_rows(scope, aggregate);
        self.restrict_rows(&inner, aggregate);
        let value = if in_order {
            self.end_in_order(&inner, aggregate)
        } else {
            self.aggregate_value(&inner.scope, aggregate)
        };
        let group_by = keys.iter().map(|key| key.grouped.clone()).collect();
        let rows = Select { group_by, ..self.pop() };
        let name = self.column_name(aggregate);
        let (cte, column) = self.share(rows, &keys, value, &name, aggregate);
        let on = keys.iter().map(|key| (key.name.clone(), self.field(&owner, key.own))).collect();
        let alias = self.attach(&owner, &cte, on);
        Scalar::Column(alias, column)
    }

    /// Whether there is a row that satisfies the filter (`every`: one that fails it). Of the
    /// latest rows that do, there is one exactly if there is any.
    pub(super) fn exists(&mut self, scope: &Scope, aggregate: &Aggregate, negated: bool) -> Scalar {
        if aggregate.func == AggregateFunc::Every && aggregate.ranked.is_some() {
            return self.every_of_rows(scope, aggregate, !negated);
        }
        if scope.mode == Mode::Alternative {
            return self.found(scope, aggregate, negated);
        }
        if !negated && self.is_by_one_field(aggregate) {
            return self.among_owners(scope, aggregate);
        }
        self.push(true);
        let inner = self.path_rows(scope, &scope.this, &aggregate.hops);
        self.restrict_rows(&inner, aggregate);
        let rows = Select { columns: Select::one().columns, ..self.pop() };
        Scalar::exists(rows, negated)
    }

    /// Whether one field tells which rows of an aggregate belong to an owner, so that `IN` can ask for them.
    fn is_by_one_field(&self, aggregate: &Aggregate) -> bool {
        let by_one = |hop: &Hop| {
            self.cx.hir.catalog.entity(hop.from).link(hop.link).on.len() == 1 && self.has_like_ends(hop)
        };
        aggregate.hops.first().is_some_and(by_one) && !reads_outer(aggregate)
    }

    /// That the rows' owners include this one: `IN` a query that doesn't depend on the owner. DuckDB executes a
    /// correlated `EXISTS` as a join with the distinct owners first, which takes several times as long.
    fn among_owners(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let owner = scope.this.clone();
        self.push(true);
        let (inner, keys) = self.aggregate_rows(scope, aggregate);
        self.restrict_rows(&inner, aggregate);
        let rows = self.pop();
        let on = keys.into_iter().map(|key| (key.grouped, self.field(&owner, key.own))).collect();
        rows.semi_join(on, false)
    }

    /// The same inside an OR, where `EXISTS` is no semi-join: unless its rows fit into a
    /// small part of memory, PostgreSQL executes it once per row, for hours. Their keys,
    /// grouped and joined, take a scan on every engine, and are no slower where it is small.
    fn found(&mut self, scope: &Scope, aggregate: &Aggregate, negated: bool) -> Scalar {
        let owner = scope.this.clone();
        self.push(false);
        let (inner, keys) = self.aggregate_rows(scope, aggregate);
        self.restrict_rows(&inner, aggregate);
        let group_by = keys.iter().map(|key| key.grouped.clone()).collect();
        let rows = Select { group_by, ..self.pop() };
        let at = self.share_rows(rows, &keys, aggregate);
        let cte = self.ctes[at].name.clone();
        let on = keys.iter().map(|key| (key.name.clone(), self.field(&owner, key.own))).collect();
        let alias = self.attach(&owner, &cte, on);
        is_joined(alias, keys.first().map(|key| key.name.as_str()), negated)
    }

    /// What makes a row of an aggregate's path count; for `every`, what makes it fail.
    /// The test of `every(latest N …)` chooses no rows.
    pub(super) fn restrict_rows(&mut self, inner: &Inner, aggregate: &Aggregate) {
        self.restrict_times(&inner.scope, &inner.path, aggregate);
        let fails = aggregate.func == AggregateFunc::Every;
        if let Some(filter) = aggregate.filter.as_ref().filter(|_| !fails || aggregate.ranked.is_none()) {
            let filter = self.cond(&inner.scope.with(Mode::Filter), filter, fails);
            self.add_filter(&inner.scope.this, filter);
        }
    }

    /// The rows of an aggregate's path, and what to group them by. Where the aggregate reads
    /// its owner (`outer.…`), the owner's rows come first and its key is grouped by; else the
    /// owner isn't scanned at all.
    pub(super) fn aggregate_rows(&mut self, scope: &Scope, aggregate: &Aggregate) -> (Inner, Vec<GroupKey>) {
        self.owned_rows(scope, &aggregate.hops, reads_outer(aggregate))
    }

    /// The rows of a path, and what tells their owner: its key, or without reading the owner's
    /// own rows the fields that link to it.
    pub(super) fn owned_rows(
        &mut self,
        scope: &Scope,
        hops: &[Hop],
        with_owner: bool,
    ) -> (Inner, Vec<GroupKey>) {
        let (owner, catalog) = (&scope.this, &self.cx.hir.catalog);
        if with_owner || hops.is_empty() {
            let reached = self.reached_via(owner).cloned();
            let owner = self.scan(owner.entity);
            if let Some(reached) = reached {
                self.narrow_rows(&owner, reached);
            }
            let inner = self.path_rows(scope, &owner, hops);
            let entity = catalog.entity(owner.entity);
            self.unique.insert((owner.entity, entity.key.clone()));
            let key = |&own| (entity.field(own).column.clone(), own);
            let keys = entity.key.iter().map(key).collect();
            let grouped = self.group_keys(&owner, keys, |own| own);
            return (inner, grouped);
        }
        let row = self.scan(hops[0].to);
        let event = self.event_condition(&row, &hops[0]);
        self.frames[row.frame].filter.extend(event);
        self.narrow_link(owner, &row, &hops[0]);
        let on = catalog.entity(hops[0].from).link(hops[0].link).on.clone();
        let target_of = |own| on.iter().find(|(o, _)| *o == own).map_or(own, |(_, target)| *target);
        let entity = catalog.entity(hops[0].to);
        let keys = on.iter().map(|(own, target)| (entity.field(*target).column.clone(), *own)).collect();
        let grouped = self.group_keys(&row, keys, target_of);
        let mut path = vec![row];
        for hop in &hops[1..] {
            let from = path.last().cloned().unwrap_or_else(|| owner.clone());
            path.push(self.join_inner(&from, hop));
        }
        (Inner::new(scope, path, None, owner), grouped)
    }

    /// Joins a whole path to a row of an enclosing (or this) select.
    fn path_rows(&mut self, scope: &Scope, owner: &Row, hops: &[Hop]) -> Inner {
        let mut path: Vec<Row> = Vec::new();
        for hop in hops {
            let from = path.last().unwrap_or(owner).clone();
            let row = self.join_inner(&from, hop);
            path.push(row);
        }
        Inner::new(scope, path, Some(owner.clone()), owner)
    }

    fn group_keys(
        &mut self,
        row: &Row,
        keys: Vec<(String, FieldId)>,
        field_of: impl Fn(FieldId) -> FieldId,
    ) -> Vec<GroupKey> {
        keys.into_iter()
            .map(|(name, own)| GroupKey { name, own, grouped: self.field(row, field_of(own)) })
            .collect()
    }

    fn aggregate_value(&mut self, scope: &Scope, aggregate: &Aggregate) -> Scalar {
        let Some(value) = &aggregate.value else { return Scalar::CountRows };
        let scalar = self.value(scope, value);
        self.fold(aggregate.end_in_time().unwrap_or(aggregate.func), &value.ty, scalar)
    }

    /// What an aggregate makes of a value of each row.
    pub(super) fn fold(&self, func: AggregateFunc, ty: &Type, scalar: Scalar) -> Scalar {
        let call = |function, arg| Scalar::Call(function, vec![arg]);
        let ordered = |arg| if *ty == Type::String { self.text_order(arg) } else { arg };
        match func {
            AggregateFunc::Count
            | AggregateFunc::Exists
            | AggregateFunc::Every
            | AggregateFunc::First
            | AggregateFunc::Last
            | AggregateFunc::Mode => Scalar::CountRows,
            AggregateFunc::CountDistinct => call(Function::CountDistinct, scalar),
            AggregateFunc::Avg => call(Function::Avg, scalar),
            AggregateFunc::Min => call(Function::Min, ordered(scalar)),
            AggregateFunc::Max => call(Function::Max, ordered(scalar)),
            AggregateFunc::Sum => match ty {
                Type::Integer => call(Function::SumInteger, scalar),
                Type::Float => call(Function::SumFloat, scalar),
                _ => call(Function::SumDecimal, scalar),
            },
        }
    }

    pub(super) fn column_name(&self, aggregate: &Aggregate) -> String {
        column_name(aggregate, self.value_name(aggregate))
    }

    /// What the value of an aggregate's rows is mostly about.
    pub(super) fn value_name(&self, aggregate: &Aggregate) -> Option<String> {
        match first_field(aggregate.value.as_ref()?)? {
            ValueKind::Field(path, field) => {
                Some(self.cx.hir.catalog.entity(path.end).field(*field).name.clone())
            }
            ValueKind::Trait(_, id) => Some(self.cx.hir.computed(*id).name.clone()),
            _ => None,
        }
    }

    /// Puts an aggregate into a subquery over the same rows, if there is one; else into a new
    /// one. Returns the subquery's name and the column's.
    pub(super) fn share(
        &mut self,
        rows: Select,
        keys: &[GroupKey],
        value: Scalar,
        name: &str,
        aggregate: &Aggregate,
    ) -> (String, String) {
        let at = self.share_rows(rows, keys, aggregate);
        let cte = &mut self.ctes[at];
        let columns = &mut cte.select.columns;
        if let Some(known) = columns.iter().find(|column| column.value == value && column.name.is_some()) {
            return (cte.name.clone(), known.name.clone().unwrap_or_default());
        }
        let taken = |name: &str| columns.iter().any(|column| column.name.as_deref() == Some(name));
        let name = unused(name, |name| taken(name) || keys.iter().any(|key| key.name == name));
        columns.push(Column { value, name: Some(name.clone()) });
        (cte.name.clone(), name)
    }

    /// The place of the subquery over these rows: one that is there, or a new one that yields
    /// the keys.
    pub(super) fn share_rows(&mut self, rows: Select, keys: &[GroupKey], aggregate: &Aggregate) -> usize {
        let ctes = &self.ctes;
        let grouped =
            |at: usize| ctes.get(at).map(|cte| &cte.select).filter(|with| !with.group_by.is_empty());
        let same = |at: usize| has_rows(&ctes[at], &rows) && ctes[at].select.group_by == rows.group_by;
        if let Some(at) = self.groups.find(ctes.len(), grouped, &rows, same) {
            return at;
        }
        let name = self.cte_name(&self.aggregate_name(aggregate));
        let columns = keys.iter().map(GroupKey::column).collect();
        self.ctes.push(Cte::new(name, Select { columns, ..rows }));
        self.ctes.len() - 1
    }

    fn add_filter(&mut self, row: &Row, filter: Scalar) {
        self.frames[row.frame].filter.push(filter);
    }
}

/// Whether a left join has found a partner, by a column that is never null in one.
pub(super) fn is_joined(alias: String, column: Option<&str>, negated: bool) -> Scalar {
    let column = Box::new(Scalar::Column(alias, column.unwrap_or_default().to_owned()));
    if negated { Scalar::IsNull(column) } else { Scalar::IsNotNull(column) }
}

/// What is inside an aggregate: the rows of its path, and what its expressions see.
pub(super) struct Inner {
    pub(super) path: Vec<Row>,
    pub(super) scope: Scope,
}

impl Inner {
    fn new(around: &Scope, path: Vec<Row>, outer: Option<Row>, owner: &Row) -> Self {
        let this = path.last().unwrap_or(owner).clone();
        Self { path, scope: around.over(this, outer) }
    }
}

/// A column that an aggregate's rows are grouped by.
#[derive(Debug, Clone)]
pub(super) struct GroupKey {
    /// Its name in the subquery.
    pub(super) name: String,
    /// The owner's field that it equals.
    pub(super) own: FieldId,
    /// Its value in the subquery.
    pub(super) grouped: Scalar,
}

impl GroupKey {
    pub(super) fn column(&self) -> Column {
        Column::named(self.grouped.clone(), &self.name)
    }
}

/// Whether an aggregate needs its rows before they are grouped.
fn needs_rows(aggregate: &Aggregate) -> bool {
    use AggregateFunc::{First, Last, Mode};
    let by_func = matches!(aggregate.func, First | Last | Mode) && aggregate.end_in_time().is_none();
    aggregate.ranked.is_some() || by_func
}

/// Whether an aggregate's own expressions read the row that it belongs to.
pub(super) fn reads_outer(aggregate: &Aggregate) -> bool {
    finds_outer(|finder| walk_aggregate(finder, aggregate))
}

/// Whether a window's bounds do.
pub(super) fn window_reads_outer(window: &Window) -> bool {
    finds_outer(|finder| walk_window(finder, window))
}

/// Looks for `outer`. What is nested does not count: its `outer` is this one's row.
fn finds_outer(walk: impl FnOnce(&mut OuterFinder)) -> bool {
    let mut finder = OuterFinder(false);
    walk(&mut finder);
    finder.0
}

struct OuterFinder(bool);

impl Visitor for OuterFinder {
    fn path(&mut self, path: &Path) {
        self.0 |= path.base == Base::Outer;
    }
    fn aggregate(&mut self, _nested: &Aggregate) {}
    fn sequence(&mut self, _nested: &Sequence) {}
}
