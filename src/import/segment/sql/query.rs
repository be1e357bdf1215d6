//! Queries: EXISTS, IN, scalar subqueries and whole SELECTs, over the catalog's links.
use sqlparser::ast::{self as sql, GroupByExpr, SetExpr, SetOperator};

use super::Translator;
use super::aggregate::aggregate;
use super::connect::{Connected, Place};
use super::scope::{Filter, Group, Rows, Scope, Table};
use super::selection::{has_aggregate, is_one_row};
use super::truth::distinct;
use super::value::Value;
use crate::catalog::{Deletes, EntityId};
use crate::diagnostic::Span;
use crate::syntax::ast::{AggregateFunc, Expr};
use crate::syntax::make;

impl Translator<'_> {
    /// A whole query that selects keys.
    pub(super) fn statement(
        &mut self,
        query: &sql::Query,
        entity: Option<EntityId>,
    ) -> Option<(EntityId, Expr)> {
        self.plain_query(query, false)?;
        self.set_expression(&query.body, entity, false)
    }

    /// `exactly`: whether the columns beside the key count, too, as those of an EXCEPT do.
    fn set_expression(
        &mut self,
        body: &SetExpr,
        entity: Option<EntityId>,
        exactly: bool,
    ) -> Option<(EntityId, Expr)> {
        match body {
            SetExpr::Query(query) => {
                self.plain_query(query, false)?;
                self.set_expression(&query.body, entity, exactly)
            }
            SetExpr::Select(select) => self.selected(select, entity, exactly),
            SetExpr::SetOperation { op, left, right, .. } => {
                let exactly = exactly || *op != SetOperator::Union;
                let (entity, left) = self.set_expression(left, entity, exactly)?;
                let (_, right) = self.set_expression(right, Some(entity), exactly)?;
                let both = match op {
                    SetOperator::Union => make::any([left, right]),
                    SetOperator::Intersect => make::all([left, right]),
                    SetOperator::Except | SetOperator::Minus => make::all([left, make::not(right)]),
                };
                Some((entity, both))
            }
            _ => {
                let span = self.text.whole();
                self.refuse(span, "only SELECT can be translated", "write `SELECT id FROM customers WHERE …`")
            }
        }
    }

    /// Refuses the parts of a query that no condition has.
    fn plain_query(&mut self, query: &sql::Query, exists: bool) -> Option<()> {
        let span = self.at(query);
        let (what, help) = if query.with.is_some() {
            ("WITH", "write the subquery where it is used, or make it a segment of its own")
        } else if (query.limit_clause.is_some() || query.fetch.is_some()) && !(exists && is_one_row(query)) {
            ("LIMIT", "write a rule of its own in the segment: `keep top 100 by …`")
        } else if !query.locks.is_empty() || query.for_clause.is_some() || !query.pipe_operators.is_empty() {
            ("this clause", "remove it")
        } else {
            return Some(());
        };
        self.refuse(span, format!("{what} has no counterpart in a condition"), help)
    }

    fn plain_select(&mut self, select: &sql::Select) -> Option<()> {
        let span = self.at(select);
        let odd = select.top.is_some()
            || select.qualify.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || !select.cluster_by.is_empty()
            || select.into.is_some()
            || matches!(select.distinct, Some(sql::Distinct::On(_)));
        if odd {
            return self.refuse(
                span,
                "the query has a clause without a counterpart in a condition",
                "keep SELECT, FROM, WHERE, GROUP BY and HAVING; for the best rows, write `keep top 100 by …` in the segment",
            );
        }
        Some(())
    }

    fn selected(
        &mut self,
        select: &sql::Select,
        entity: Option<EntityId>,
        exactly: bool,
    ) -> Option<(EntityId, Expr)> {
        self.plain_select(select)?;
        let (items, conditions) = self.items(select)?;
        let Some(first) = items.first() else {
            let span = self.at(select);
            return self.refuse(span, "the query has no FROM", "write `SELECT id FROM customers WHERE …`");
        };
        let own = first.table.entity;
        let entity = entity.unwrap_or(own);
        if own == entity && grouped(select).is_empty() && select.having.is_none() {
            self.selects_key(select, &first.table, exactly)?;
            let scope = Scope::of(entity, String::new());
            let connected = self.connect(select, items, conditions, None, &scope)?;
            let scope = Scope { tables: connected.tables.clone(), ..scope };
            let conditions = self.conjunction(&connected.rest, &scope)?;
            return Some((entity, make::all(connected.requires.into_iter().chain(conditions))));
        }
        // Rows of another table that refer to the entity.
        let scope = Scope::of(entity, String::new());
        let key = self.catalog().entity(entity).key.clone();
        let [key] = key.as_slice() else {
            let span = self.at(select);
            return self.refuse(
                span,
                "an entity with a key of several columns is selected through another table",
                "select from the entity's own table, with EXISTS",
            );
        };
        let outer = Place { outer: true, table: 0, field: *key };
        let condition = self.semi_join(select, outer, &scope, true)?;
        Some((entity, condition))
    }

    /// `EXISTS (…)`
    pub(super) fn exists(&mut self, expr: &sql::Expr, query: &sql::Query, scope: &Scope<'_>) -> Option<Expr> {
        self.plain_query(query, true)?;
        let SetExpr::Select(select) = &*query.body else { return self.no_counterpart(expr) };
        self.plain_select(select)?;
        if !grouped(select).is_empty() || select.having.is_some() {
            let span = self.at(expr);
            return self.refuse(
                span,
                "GROUP BY within EXISTS",
                "compare the aggregate itself: `(SELECT COUNT(*) FROM …) >= 3`",
            );
        }
        if has_aggregate(select) {
            let span = self.at(expr);
            return self.refuse(
                span,
                "an aggregate has a row even of nothing, so EXISTS always holds",
                "write `SELECT 1`",
            );
        }
        let (items, conditions) = self.items(select)?;
        let connected = self.connect(select, items, conditions, None, scope)?;
        self.any_row(&connected, scope, self.at(expr))
    }

    /// Whether a row behind the links satisfies the conditions.
    fn any_row(&mut self, connected: &Connected<'_>, scope: &Scope<'_>, span: Span) -> Option<Expr> {
        if connected.many {
            let filter = self.filter(connected, scope, span)?;
            return Some(aggregate(AggregateFunc::Exists, &connected.path, &filter, []));
        }
        let inner = Scope {
            tables: connected.tables.clone(),
            outer: Some(scope),
            same_row: true,
            known: scope.known.clone(),
            group: None,
        };
        let conditions = self.conjunction(&connected.rest, &inner)?;
        Some(make::all(connected.requires.iter().cloned().chain(conditions)))
    }

    /// `x IN (SELECT …)`: where it is true, or where it is false.
    pub(super) fn in_query(
        &mut self,
        expr: &sql::Expr,
        value: &sql::Expr,
        query: &sql::Query,
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Expr> {
        self.plain_query(query, false)?;
        let span = self.at(expr);
        let Some(outer) = self.place(value, scope).filter(|place| !place.outer) else {
            self.value(value, scope)?;
            return self.refuse(
                span,
                "only a column can be looked up in a subquery",
                "write EXISTS with the condition that links the rows",
            );
        };
        let outer = Place { outer: true, ..outer };
        if !wanted {
            let Value::Plain(plain) = self.value(value, scope)? else { return self.no_counterpart(expr) };
            if !self.presence(&plain, scope).is_empty() {
                return self.refuse(
                    span,
                    "whether NOT IN holds for a NULL depends on whether the subquery has any row",
                    format!("add `AND {value} IS NOT NULL` beside it, or use NOT EXISTS"),
                );
            }
        }
        self.in_body(expr, &query.body, outer, scope, wanted)
    }

    fn in_body(
        &mut self,
        expr: &sql::Expr,
        body: &SetExpr,
        outer: Place,
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Expr> {
        match body {
            SetExpr::Select(select) => self.semi_join(select, outer, scope, wanted),
            SetExpr::Query(query) => {
                self.plain_query(query, false)?;
                self.in_body(expr, &query.body, outer, scope, wanted)
            }
            SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } => {
                let left = self.in_body(expr, left, outer, scope, wanted);
                let right = self.in_body(expr, right, outer, scope, wanted);
                let both = [left?, right?];
                Some(if wanted { make::any(both) } else { make::all(both) })
            }
            _ => self.no_counterpart(expr),
        }
    }

    /// The row whose column is in the result of a SELECT.
    fn semi_join(
        &mut self,
        select: &sql::Select,
        outer: Place,
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Expr> {
        self.plain_select(select)?;
        let span = self.at(select);
        let (items, conditions) = self.items(select)?;
        let inner = Scope {
            tables: items.iter().map(|item| item.table.clone()).collect(),
            outer: Some(scope),
            same_row: false,
            known: Vec::new(),
            group: None,
        };
        let column = match select.projection.as_slice() {
            [sql::SelectItem::UnnamedExpr(column) | sql::SelectItem::ExprWithAlias { expr: column, .. }] => {
                column
            }
            _ => {
                return self.refuse(
                    span,
                    "the query must select one column",
                    "select the column that refers to the entity",
                );
            }
        };
        let Some(selected) = self.place(column, &inner).filter(|place| !place.outer) else {
            let span = self.at(column);
            return self.refuse(
                span,
                "this isn't a column of the query's tables",
                "select the column that refers to the entity",
            );
        };
        let groups = grouped(select);
        let one_group = groups.iter().all(|group| self.place(group, &inner) == Some(selected));
        if !one_group {
            return self.refuse(
                span,
                "the groups aren't those of the selected column",
                "group by the column that is selected",
            );
        }
        let entity = scope.tables.get(outer.table).map(|table| table.entity);
        if !wanted {
            let table = &items[selected.table].table;
            let model = self.catalog().entity(table.entity);
            let field = model.field(selected.field);
            let known = conditions.iter().any(|condition| match condition {
                sql::Expr::IsNotNull(of) => self.place(of, &inner) == Some(selected),
                _ => false,
            });
            if field.nullable && !model.key.contains(&selected.field) && !known {
                return self.refuse(
                    span,
                    format!("NOT IN selects nobody if any `{}` in the subquery is NULL", field.column),
                    format!(
                        "add `AND {column} IS NOT NULL` to the subquery, use NOT EXISTS, or declare `nullable: false` in the catalog"
                    ),
                );
            }
        }
        let itself = items.len() == 1
            && Some(items[0].table.entity) == entity
            && selected.field == outer.field
            && self.catalog().entity(items[0].table.entity).key == [outer.field]
            && scope.tables[outer.table].path.as_ref().is_some_and(Vec::is_empty);
        if itself && groups.is_empty() && select.having.is_none() {
            let path = Some(Vec::new());
            let tables = vec![Table { path, ..items[0].table.clone() }];
            let inner =
                Scope { tables, outer: Some(scope), same_row: true, known: scope.known.clone(), group: None };
            let holds = make::all(self.conjunction(&conditions, &inner)?);
            return Some(if wanted { holds } else { make::not(holds) });
        }
        let extra = (outer, selected);
        let connected = self.connect(select, items, conditions, Some(extra), scope)?;
        let holds = match &select.having {
            None => self.any_row(&connected, scope, span)?,
            Some(having) => {
                if !connected.many {
                    return self.refuse(span, "a HAVING over a single row", "write its conditions in WHERE");
                }
                let filter = self.filter(&connected, scope, span)?;
                let any = aggregate(AggregateFunc::Exists, &connected.path, &filter, []);
                let having =
                    self.in_group(&connected, filter, scope, |this, scope| this.truth(having, scope, true))?;
                if implies_rows(&having) { having } else { make::all([any, having]) }
            }
        };
        Some(if wanted { holds } else { make::not(holds) })
    }

    /// A subquery that is a value.
    pub(super) fn scalar_query(
        &mut self,
        expr: &sql::Expr,
        query: &sql::Query,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        self.plain_query(query, false)?;
        let span = self.at(expr);
        let SetExpr::Select(select) = &*query.body else { return self.no_counterpart(expr) };
        self.plain_select(select)?;
        if !grouped(select).is_empty() || select.having.is_some() {
            return self.refuse(
                span,
                "GROUP BY in a subquery that is one value",
                "correlate the subquery with the row instead",
            );
        }
        let [sql::SelectItem::UnnamedExpr(selected) | sql::SelectItem::ExprWithAlias { expr: selected, .. }] =
            select.projection.as_slice()
        else {
            return self.refuse(span, "the subquery must select one value", "");
        };
        let (items, conditions) = self.items(select)?;
        let connected = self.connect(select, items, conditions, None, scope)?;
        if connected.many {
            if !has_aggregate(select) {
                return self.refuse(
                    span,
                    "the subquery may have several rows",
                    "select an aggregate, such as `MAX(…)`, or write EXISTS",
                );
            }
            let filter = self.filter(&connected, scope, span)?;
            return self.in_group(&connected, filter, scope, |this, scope| this.value(selected, scope));
        }
        if has_aggregate(select) {
            return self.refuse(span, "an aggregate of a single row", "select the column itself");
        }
        let inner = Scope {
            tables: connected.tables.clone(),
            outer: Some(scope),
            same_row: true,
            known: scope.known.clone(),
            group: None,
        };
        let when =
            make::all(connected.requires.iter().cloned().chain(self.conjunction(&connected.rest, &inner)?));
        let value = self.value(selected, &inner)?;
        Some(Value::Cases(vec![(when.clone(), value), (make::not(when), Value::Null)]))
    }

    /// Translates what is about groups of rows.
    fn in_group<T>(
        &mut self,
        connected: &Connected<'_>,
        filter: Filter,
        scope: &Scope<'_>,
        translate: impl FnOnce(&mut Self, &Scope<'_>) -> Option<T>,
    ) -> Option<T> {
        let rows = Rows { path: connected.path.clone(), filter };
        let inner = self.rows_scope(connected, scope);
        let group = Group { rows, scope: inner };
        let scope = Scope { group: Some(&group), ..scope.clone() };
        translate(self, &scope)
    }

    fn rows_scope<'s>(&self, connected: &Connected<'_>, scope: &'s Scope<'s>) -> Scope<'s> {
        Scope {
            tables: connected.tables.clone(),
            outer: Some(scope),
            same_row: false,
            known: Vec::new(),
            group: None,
        }
    }

    /// The condition on the rows behind the links, its window apart.
    fn filter(&mut self, connected: &Connected<'_>, scope: &Scope<'_>, span: Span) -> Option<Filter> {
        let inner = self.rows_scope(connected, scope);
        let conditions = self.conjunction(&connected.rest, &inner)?;
        let conditions = connected.requires.iter().cloned().chain(conditions).collect();
        let catalog = self.catalog();
        let last = connected.through.last().map(|id| catalog.entity(*id));
        let time = last.and_then(|entity| Some(entity.field(entity.time?)));
        let filter = super::aggregate::with_window(distinct(conditions), time);
        let bounded = filter.window.as_ref().is_some_and(super::aggregate::has_end);
        for (at, id) in connected.through.iter().enumerate() {
            let entity = catalog.entity(*id);
            if let Some(time) = entity.time
                && !(bounded && at + 1 == connected.through.len())
            {
                let field = entity.field(time);
                let missing = if field.nullable { " or is missing" } else { "" };
                let text = format!(
                    "rows of `{}` whose `{}` is at or after the run{missing} aren't counted; the SQL counts them",
                    entity.name, field.name
                );
                self.note(span, text);
            }
            if entity.deletes == Deletes::Soft {
                let text = format!(
                    "deleted rows of `{}` aren't counted; the SQL counts them unless it says otherwise",
                    entity.name
                );
                self.note(span, text);
            }
        }
        Some(filter)
    }

    /// The conditions, all of which hold.
    fn conjunction(&mut self, parts: &[&sql::Expr], scope: &Scope<'_>) -> Option<Vec<Expr>> {
        let mut inner = scope.clone();
        for part in parts {
            self.facts(part, scope, true, &mut inner.known);
        }
        let found: Vec<_> = parts.iter().map(|part| self.truth(part, &inner, true)).collect();
        Some(distinct(found.into_iter().collect::<Option<Vec<_>>>()?))
    }
}

/// The expressions of GROUP BY.
fn grouped(select: &sql::Select) -> &[sql::Expr] {
    match &select.group_by {
        GroupByExpr::Expressions(groups, _) => groups,
        GroupByExpr::All(_) => &[],
    }
}

/// Whether a condition on a group can hold only if there are rows: `count(orders) >= 3`.
fn implies_rows(having: &Expr) -> bool {
    use crate::syntax::ast::{CompareOp, ExprKind as E};
    use crate::types::Literal;
    match &having.kind {
        E::Compare { op, left, right, .. } => {
            let count = matches!(&left.kind, E::Aggregate(aggregate)
                if matches!(aggregate.func, AggregateFunc::Count | AggregateFunc::CountDistinct | AggregateFunc::Min | AggregateFunc::Max | AggregateFunc::Avg));
            let value = matches!(&left.kind, E::Aggregate(aggregate)
                if matches!(aggregate.func, AggregateFunc::Min | AggregateFunc::Max | AggregateFunc::Avg));
            if let (E::Aggregate(aggregate), E::Literal(literal)) = (&left.kind, &right.kind)
                && aggregate.func == AggregateFunc::Sum
            {
                return !super::compare::zero_satisfies(*op, literal);
            }
            let E::Literal(Literal::Integer(n)) = right.kind else {
                return value && *op != CompareOp::NotEqual;
            };
            count
                && match op {
                    CompareOp::GreaterOrEqual | CompareOp::Equal => value || n >= 1,
                    CompareOp::Greater => value || n >= 0,
                    _ => value && *op != CompareOp::NotEqual,
                }
        }
        E::And(parts) => parts.iter().any(implies_rows),
        E::Aggregate(aggregate) => aggregate.func == AggregateFunc::Exists,
        _ => false,
    }
}
