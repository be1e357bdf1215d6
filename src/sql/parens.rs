//! Removes needless parentheses.
//!
//! Trees are built with parentheses around every compound operand; this removes those that neither
//! the grammar nor a reader needs. Unknown expressions keep theirs.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr,
    JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, TableFactor, UnaryOperator, VisitorMut,
    WindowType,
};

use super::node::{is_plain, is_plain_select};
use crate::dialect::walk::{self, walk};

/// Precedence levels, from 0 for any expression.
mod level {
    pub(super) const ANY: u8 = 0;
    pub(super) const OR: u8 = 2;
    pub(super) const AND: u8 = 3;
    pub(super) const NOT: u8 = 4;
    /// Engines disagree about the precedence of these, so they keep their parentheses next to each
    /// other.
    pub(super) const PREDICATE: u8 = 6;
    pub(super) const OTHER: u8 = 8;
    pub(super) const ADD: u8 = 9;
    pub(super) const MULTIPLY: u8 = 10;
    pub(super) const SIGN: u8 = 12;
    pub(super) const SUFFIX: u8 = 14;
    pub(super) const ATOM: u8 = 20;
}

/// Tidies an expression in a place where any is allowed.
pub(crate) fn tidy(expr: &mut Expr) {
    inside(expr);
    unwrap(expr, level::ANY);
}

/// Tidies a query.
pub(crate) fn tidy_query(query: &mut Query) {
    if !is_plain(query) {
        let _ = walk(query, &mut Tidier);
        return;
    }
    for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
        tidy_query(&mut cte.query);
    }
    rows(&mut query.body);
}

/// Tidies the selects of a query. Unions are as deep as they are long.
fn rows(mut body: &mut SetExpr) {
    loop {
        match body {
            SetExpr::Select(one) => return select(one),
            SetExpr::SetOperation { left, right, .. } => {
                rows(right);
                body = left;
            }
            other => {
                let _ = walk(other, &mut Tidier);
                return;
            }
        }
    }
}

fn select(select: &mut Select) {
    if !is_plain_select(select) {
        let _ = walk(select, &mut Tidier);
        return;
    }
    for item in &mut select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => inside(expr),
            other => {
                let _ = walk(other, &mut Tidier);
            }
        }
    }
    for from in &mut select.from {
        table(&mut from.relation);
        for join in &mut from.joins {
            table(&mut join.relation);
            match &mut join.join_operator {
                JoinOperator::Join(JoinConstraint::On(on)) | JoinOperator::Left(JoinConstraint::On(on)) => {
                    inside(on);
                }
                other => {
                    let _ = walk(other, &mut Tidier);
                }
            }
        }
    }
    [&mut select.selection, &mut select.having].into_iter().flatten().for_each(inside);
    if let GroupByExpr::Expressions(keys, _) = &mut select.group_by {
        keys.iter_mut().for_each(inside);
    }
    clauses(select);
}

fn table(factor: &mut TableFactor) {
    match factor {
        TableFactor::Derived { subquery, .. } => tidy_query(subquery),
        TableFactor::Table { args: None, with_hints, version: None, sample: None, .. }
            if with_hints.is_empty() => {}
        other => {
            let _ = walk(other, &mut Tidier);
        }
    }
}

/// Tidies the parts of an expression.
fn inside(expr: &mut Expr) {
    match expr {
        Expr::Exists { subquery, .. } | Expr::Subquery(subquery) => return tidy_query(subquery),
        Expr::InSubquery { expr: one, subquery, .. } => {
            inside(one);
            tidy_query(subquery);
        }
        _ => {
            if !walk::operands(expr, &mut inside) {
                let _ = walk(expr, &mut Tidier);
                return;
            }
        }
    }
    operands(expr);
}

/// Walks what is rare.
struct Tidier;

impl VisitorMut for Tidier {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        operands(expr);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        clauses(select);
        ControlFlow::Continue(())
    }
}

/// Removes the parentheses if the level of what is inside is at least `wanted`.
fn unwrap(expr: &mut Expr, wanted: u8) {
    while let Expr::Nested(inner) = expr {
        if level_of(inner) < wanted {
            return;
        }
        let inner = std::mem::replace(inner.as_mut(), Expr::Wildcard(empty_token()));
        *expr = inner;
    }
}

/// The expression inside the parentheses.
fn within(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => within(inner),
        other => other,
    }
}

fn empty_token() -> sqlparser::ast::helpers::attached_token::AttachedToken {
    sqlparser::ast::helpers::attached_token::AttachedToken::empty()
}

fn level_of(expr: &Expr) -> u8 {
    match expr {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::Value(_)
        | Expr::TypedString(_)
        | Expr::Function(_)
        | Expr::Nested(_)
        | Expr::Subquery(_)
        | Expr::Case { .. }
        | Expr::Extract { .. }
        | Expr::Exists { negated: false, .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Trim { .. }
        | Expr::Position { .. }
        | Expr::Interval(_) => level::ATOM,
        Expr::Cast { kind, .. } => {
            if *kind == CastKind::DoubleColon {
                level::SUFFIX
            } else {
                level::ATOM
            }
        }
        Expr::Collate { .. } | Expr::AtTimeZone { .. } => level::SUFFIX,
        Expr::UnaryOp { op: UnaryOperator::Not, .. } | Expr::Exists { negated: true, .. } => level::NOT,
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, .. } => level::SIGN,
        Expr::BinaryOp { op, .. } => level_of_operator(op),
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { .. } => level::PREDICATE,
        _ => level::ANY,
    }
}

fn level_of_operator(op: &BinaryOperator) -> u8 {
    match op {
        BinaryOperator::Or => level::OR,
        BinaryOperator::And => level::AND,
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Lt
        | BinaryOperator::LtEq
        | BinaryOperator::Gt
        | BinaryOperator::GtEq => level::PREDICATE,
        BinaryOperator::Plus | BinaryOperator::Minus => level::ADD,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => level::MULTIPLY,
        BinaryOperator::StringConcat => level::OTHER,
        _ => level::ANY,
    }
}

/// Tidies the direct operands of an expression.
fn operands(expr: &mut Expr) {
    match expr {
        Expr::BinaryOp { left, op, right } => {
            let own = level_of_operator(op);
            match own {
                // AND binds tighter than OR, but not every reader knows.
                level::OR => {
                    for one in [left, right] {
                        if level_of(within(one)) != level::AND {
                            unwrap(one, level::OR);
                        }
                    }
                }
                level::AND => {
                    unwrap(left, own);
                    unwrap(right, own);
                }
                level::PREDICATE => {
                    unwrap(left, own + 1);
                    unwrap(right, own + 1);
                }
                level::ANY => {}
                _ => {
                    unwrap(left, own);
                    unwrap(right, own + 1);
                }
            }
        }
        Expr::UnaryOp { expr, .. } => unwrap(expr, level::SIGN + 1),
        Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::IsTrue(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsNotFalse(inner) => unwrap(inner, level::PREDICATE + 1),
        Expr::InList { expr, list, .. } => {
            unwrap(expr, level::PREDICATE + 1);
            list.iter_mut().for_each(|item| unwrap(item, level::PREDICATE));
        }
        Expr::InSubquery { expr, .. } => unwrap(expr, level::PREDICATE + 1),
        Expr::Between { expr, low, high, .. } => {
            unwrap(expr, level::PREDICATE + 1);
            unwrap(high, level::PREDICATE + 1);
            // Postgres reads neither of these as a lower bound.
            if !matches!(within(low), Expr::Collate { .. } | Expr::AtTimeZone { .. }) {
                unwrap(low, level::PREDICATE + 1);
            }
        }
        // sqlparser reads only one collation after an expression.
        Expr::Collate { expr, .. } if matches!(expr.as_ref(), Expr::Nested(inner) if matches!(inner.as_ref(), Expr::Collate { .. })) =>
            {}
        Expr::Cast { kind: CastKind::DoubleColon, expr, .. } | Expr::Collate { expr, .. } => {
            unwrap(expr, level::SUFFIX);
        }
        Expr::AtTimeZone { timestamp, time_zone } => {
            unwrap(timestamp, level::SUFFIX);
            unwrap(time_zone, level::ATOM);
        }
        Expr::Cast { expr, .. }
        | Expr::Extract { expr, .. }
        | Expr::Ceil { expr, .. }
        | Expr::Floor { expr, .. }
        | Expr::Nested(expr) => unwrap(expr, level::ANY),
        Expr::Trim { expr, trim_what, .. } => {
            unwrap(expr, level::ANY);
            trim_what.iter_mut().for_each(|what| unwrap(what, level::ATOM));
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            operand.iter_mut().for_each(|one| unwrap(one, level::ANY));
            for CaseWhen { condition, result } in conditions {
                unwrap(condition, level::ANY);
                unwrap(result, level::ANY);
            }
            else_result.iter_mut().for_each(|one| unwrap(one, level::ANY));
        }
        Expr::Function(function) => {
            arguments(&mut function.args);
            if let Some(WindowType::WindowSpec(spec)) = &mut function.over {
                spec.partition_by.iter_mut().for_each(|key| unwrap(key, level::ANY));
                spec.order_by.iter_mut().for_each(|order| unwrap(&mut order.expr, level::ANY));
            }
        }
        _ => {}
    }
}

fn arguments(arguments: &mut FunctionArguments) {
    let FunctionArguments::List(list) = arguments else { return };
    for argument in &mut list.args {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
            unwrap(expr, level::ANY);
        }
    }
}

/// Tidies the expressions that are clauses of their own.
fn clauses(select: &mut Select) {
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            unwrap(expr, level::ANY);
        }
    }
    for condition in [&mut select.selection, &mut select.having].into_iter().flatten() {
        unwrap(condition, level::ANY);
    }
    if let GroupByExpr::Expressions(keys, _) = &mut select.group_by {
        keys.iter_mut().for_each(|key| unwrap(key, level::ANY));
    }
    for join in select.from.iter_mut().flat_map(|from| &mut from.joins) {
        if let JoinOperator::Join(JoinConstraint::On(on))
        | JoinOperator::Left(JoinConstraint::On(on))
        | JoinOperator::FullOuter(JoinConstraint::On(on)) = &mut join.join_operator
        {
            unwrap(on, level::ANY);
        }
    }
}
