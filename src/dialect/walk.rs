//! One walk over SQL trees for all visitors.
//!
//! sqlparser's own is generic: with each type of visitor, all of its 700 functions are compiled again. For the
//! seven visitors of segc that was a third of the functions in the library.
//!
//! It also calls the visitor for every name, type and keyword. Where only expressions matter, [`operands`]
//! gives those of the common kinds at a fraction of the cost.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, ObjectName, OrderBy,
    OrderByExpr, Query, Select, Statement, TableFactor, ValueWithSpan, VisitMut, VisitorMut,
};

/// Visits a tree; breaks if the visitor does.
pub(crate) fn walk<T: VisitMut>(tree: &mut T, visitor: &mut dyn VisitorMut<Break = ()>) -> ControlFlow<()> {
    tree.visit(&mut Forward(visitor))
}

/// Calls `see` for each direct operand of an expression. Returns `false`, without calls, if the kind is rare or
/// has a query in it: such expressions are for [`walk`].
pub(crate) fn operands(expr: &mut Expr, see: &mut dyn FnMut(&mut Expr)) -> bool {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) | Expr::TypedString(_) => {}
        Expr::UnaryOp { expr, .. }
        | Expr::Nested(expr)
        | Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::IsTrue(expr)
        | Expr::IsNotTrue(expr)
        | Expr::Collate { expr, .. }
        | Expr::Extract { expr, .. }
        | Expr::Cast { expr, format: None, .. } => see(expr),
        Expr::Interval(interval) => see(&mut interval.value),
        Expr::BinaryOp { left, right, .. } => [left, right].into_iter().for_each(|one| see(one)),
        Expr::AtTimeZone { timestamp, time_zone } => {
            [timestamp, time_zone].into_iter().for_each(|one| see(one));
        }
        Expr::Between { expr, low, high, .. } => [expr, low, high].into_iter().for_each(|one| see(one)),
        Expr::InList { expr, list, .. } => {
            see(expr);
            list.iter_mut().for_each(see);
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            operand.iter_mut().for_each(|one| see(one));
            for branch in conditions {
                see(&mut branch.condition);
                see(&mut branch.result);
            }
            else_result.iter_mut().for_each(|one| see(one));
        }
        Expr::Function(function) => return arguments(function, see),
        _ => return false,
    }
    true
}

fn arguments(function: &mut Function, see: &mut dyn FnMut(&mut Expr)) -> bool {
    let Function { parameters, args, filter, over, within_group, .. } = function;
    let (FunctionArguments::None, FunctionArguments::List(list)) = (parameters, args) else { return false };
    let is_known = |argument: &FunctionArg| {
        matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(_) | FunctionArgExpr::Wildcard))
    };
    let has_more = filter.is_some() || over.is_some() || !within_group.is_empty() || !list.clauses.is_empty();
    if has_more || !list.args.iter().all(is_known) {
        return false;
    }
    for argument in &mut list.args {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
            see(expr);
        }
    }
    true
}

/// The one visitor that trees are compiled for.
struct Forward<'a>(&'a mut dyn VisitorMut<Break = ()>);

macro_rules! forward {
    ($($method:ident: $node:ty,)*) => {
        impl VisitorMut for Forward<'_> {
            type Break = ();

            $(fn $method(&mut self, node: &mut $node) -> ControlFlow<()> {
                self.0.$method(node)
            })*
        }
    };
}

forward! {
    pre_visit_query: Query,
    post_visit_query: Query,
    pre_visit_select: Select,
    post_visit_select: Select,
    pre_visit_relation: ObjectName,
    post_visit_relation: ObjectName,
    pre_visit_table_factor: TableFactor,
    post_visit_table_factor: TableFactor,
    pre_visit_expr: Expr,
    post_visit_expr: Expr,
    pre_visit_statement: Statement,
    post_visit_statement: Statement,
    pre_visit_value: ValueWithSpan,
    post_visit_value: ValueWithSpan,
    pre_visit_ident: Ident,
    post_visit_ident: Ident,
    pre_visit_order_by: OrderBy,
    post_visit_order_by: OrderBy,
    pre_visit_order_by_expr: OrderByExpr,
    post_visit_order_by_expr: OrderByExpr,
    pre_visit_group_by: GroupByExpr,
    post_visit_group_by: GroupByExpr,
}
