//! What a SELECT selects: an entity's key, an aggregate, a number of rows.
use sqlparser::ast as sql;

use super::Translator;
use super::scope::{Scope, Table};
use crate::catalog::FieldId;

impl Translator<'_> {
    /// Whether a SELECT from an entity's own table has the entity's key in its columns.
    pub(super) fn selects_key(&mut self, select: &sql::Select, own: &Table, exactly: bool) -> Option<()> {
        let scope = Scope::of(own.entity, own.alias.clone());
        let key = self.catalog().entity(own.entity).key.clone();
        let columns: Vec<Option<FieldId>> = select
            .projection
            .iter()
            .map(|item| match item {
                sql::SelectItem::UnnamedExpr(expr) | sql::SelectItem::ExprWithAlias { expr, .. } => {
                    self.place(expr, &scope).map(|place| place.field)
                }
                _ => None,
            })
            .collect();
        let is_wildcard = |item: &sql::SelectItem| {
            matches!(item, sql::SelectItem::Wildcard(_) | sql::SelectItem::QualifiedWildcard(..))
        };
        let has_key = key.iter().all(|part| columns.contains(&Some(*part)));
        let fits = match exactly {
            true => has_key && columns.len() == key.len(),
            false => has_key || select.projection.iter().any(is_wildcard),
        };
        if fits && !has_aggregate(select) {
            return Some(());
        }
        let entity = self.catalog().entity(own.entity);
        let names: Vec<&str> = key.iter().map(|id| entity.field(*id).column.as_str()).collect();
        let help = format!("select the key: `SELECT {} FROM …`", names.join(", "));
        let span = self.at(select);
        self.refuse(span, format!("the query doesn't select which `{}` it is about", entity.name), help)
    }
}

/// Whether a query's LIMIT leaves a row of any, as that of an EXISTS may: `LIMIT 1`.
pub(super) fn is_one_row(query: &sql::Query) -> bool {
    let is_positive = |limit: &sql::Expr| {
        let sql::Expr::Value(value) = limit else { return false };
        matches!(&value.value, sql::Value::Number(digits, _) if digits.parse::<u64>().is_ok_and(|n| n > 0))
    };
    match (&query.limit_clause, &query.fetch) {
        (Some(sql::LimitClause::LimitOffset { limit: Some(limit), offset: None, limit_by }), None) => {
            limit_by.is_empty() && is_positive(limit)
        }
        (None, Some(fetch)) => fetch.quantity.as_ref().is_none_or(is_positive) && !fetch.percent,
        _ => false,
    }
}

/// Whether a SELECT computes an aggregate.
pub(super) fn has_aggregate(select: &sql::Select) -> bool {
    use std::ops::ControlFlow;
    let mut found = false;
    for item in &select.projection {
        if let sql::SelectItem::UnnamedExpr(expr) | sql::SelectItem::ExprWithAlias { expr, .. } = item {
            let _: ControlFlow<()> = sql::visit_expressions(expr, |expr: &sql::Expr| {
                if let sql::Expr::Function(function) = expr {
                    found |= super::aggregate::is_aggregate(&super::function::name_of(function));
                }
                ControlFlow::Continue(())
            });
        }
    }
    found
}
