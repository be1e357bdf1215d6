//! Laying queries out for a reader: a clause per line, a condition per line, subqueries
//! indented. sqlparser's own pretty printing is not used: it indents what follows a line
//! break inside a string, which changes the string.
//!
//! Everything is appended to one text.

use std::fmt::Write as _;

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Cte, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    GroupByExpr, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, SetOperator,
    SetQuantifier, TableAlias, TableFactor, TableWithJoins, UnaryOperator, WindowSpec, WindowType,
};

use super::flat::{self, fits, fits_whole, ident, is_plain_call, whole};
use super::node::{is_plain, is_plain_select};
use super::values::rows;

/// The maximum length of a line, if it can be broken.
const WIDTH: usize = 96;
/// The length up to which an expression isn't broken, however far it is indented.
const SHORT: usize = 23;
/// The maximum length of a subquery on one line.
const SHORT_QUERY: usize = 48;
const STEP: usize = 2;

/// Lays out a query. The first line is already indented.
pub(super) fn query(query: &Query, indent: usize) -> String {
    let mut out = String::new();
    put_query(&mut out, query, indent);
    out
}

/// Lays out an expression. The first line is already indented.
pub(super) fn expr(value: &Expr, indent: usize) -> String {
    let mut out = String::new();
    put_expr(&mut out, value, indent);
    out
}

fn put_query(out: &mut String, query: &Query, indent: usize) {
    if let SetExpr::Values(values) = query.body.as_ref() {
        return out.push_str(&rows(values, indent));
    }
    let Some(selects) = parts(query) else {
        // What a user wrote: as sqlparser prints it.
        let _ = write!(out, "{query}");
        return;
    };
    if let Some(with) = &query.with {
        out.push_str(if with.recursive { "WITH RECURSIVE " } else { "WITH " });
        for (at, one) in with.cte_tables.iter().enumerate() {
            if at > 0 {
                out.push(',');
                line(out, indent);
            }
            cte(out, one, indent);
        }
        line(out, indent);
    }
    for (at, one) in selects.into_iter().enumerate() {
        if at > 0 {
            line(out, indent);
            out.push_str("UNION ALL");
            line(out, indent);
        }
        select(out, one, indent);
    }
}

fn cte(out: &mut String, cte: &Cte, indent: usize) {
    ident(out, &cte.alias.name);
    out.push_str(" AS (");
    line(out, indent + STEP);
    put_query(out, &cte.query, indent + STEP);
    line(out, indent);
    out.push(')');
}

/// The selects of a query or union that this module can lay out, or `None` for any other query.
fn parts(query: &Query) -> Option<Vec<&Select>> {
    if !is_plain(query) {
        return None;
    }
    let mut found = Vec::new();
    let mut body = query.body.as_ref();
    loop {
        let one = match body {
            SetExpr::SetOperation {
                op: SetOperator::Union,
                set_quantifier: SetQuantifier::All,
                left,
                right,
            } => {
                body = left.as_ref();
                right.as_ref()
            }
            first => first,
        };
        let SetExpr::Select(select) = one else { return None };
        if !is_plain_select(select) {
            return None;
        }
        found.push(select.as_ref());
        if std::ptr::eq(one, body) {
            found.reverse();
            return Some(found);
        }
    }
}

/// Begins a line.
fn line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn select(out: &mut String, select: &Select, indent: usize) {
    let head = if select.distinct.is_some() { "SELECT DISTINCT" } else { "SELECT" };
    list(out, head, &select.projection, indent, |out, one| item(out, one, indent + STEP));
    for (position, from) in select.from.iter().enumerate() {
        line(out, indent);
        out.push_str(if position == 0 { "FROM " } else { "  , " });
        tables(out, from, indent);
    }
    if let Some(condition) = &select.selection {
        clause(out, "WHERE ", condition, indent);
    }
    if let GroupByExpr::Expressions(keys, _) = &select.group_by
        && !keys.is_empty()
    {
        line(out, indent);
        list(out, "GROUP BY", keys, indent, |out, key| put_expr(out, key, indent + STEP));
    }
    if let Some(condition) = &select.having {
        clause(out, "HAVING ", condition, indent);
    }
}

fn item(out: &mut String, item: &SelectItem, indent: usize) {
    // The further parts of a condition are not to be taken for columns.
    let column = |out: &mut String, value: &Expr| match value {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => {
            put_expr(out, value, indent + STEP);
        }
        _ => put_expr(out, value, indent),
    };
    match item {
        SelectItem::UnnamedExpr(value) => column(out, value),
        SelectItem::ExprWithAlias { expr: value, alias } => {
            column(out, value);
            out.push_str(" AS ");
            ident(out, alias);
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A list on one line if it fits, or else one item per line.
fn list<T>(out: &mut String, head: &str, items: &[T], indent: usize, put: impl Fn(&mut String, &T)) {
    let start = out.len();
    out.push_str(head);
    out.push(' ');
    let mut ends = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        put(out, item);
        ends.push(out.len());
    }
    let flat = out.get(start..).unwrap_or_default();
    if flat.len() + indent <= WIDTH && !flat.contains('\n') {
        return;
    }
    let flat = out.split_off(start);
    out.push_str(head);
    let mut from = head.len() + " ".len();
    for (at, end) in ends.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        line(out, indent + STEP);
        out.push_str(flat.get(from..end - start).unwrap_or_default());
        from = end - start + ", ".len();
    }
}

/// `WHERE a`, with each further ` AND b` on its own line.
fn clause(out: &mut String, head: &str, condition: &Expr, indent: usize) {
    line(out, indent);
    out.push_str(head);
    conditions(out, condition, indent + STEP);
}

fn tables(out: &mut String, from: &TableWithJoins, indent: usize) {
    table(out, &from.relation, indent);
    for join in &from.joins {
        line(out, indent);
        let (word, on) = match &join.join_operator {
            JoinOperator::Join(JoinConstraint::On(on)) => ("JOIN ", on),
            JoinOperator::Left(JoinConstraint::On(on)) => ("LEFT JOIN ", on),
            JoinOperator::FullOuter(JoinConstraint::On(on)) => ("FULL JOIN ", on),
            _ => {
                out.push_str(join.to_string().trim_start());
                continue;
            }
        };
        out.push_str(word);
        table(out, &join.relation, indent);
        out.push_str(" ON ");
        conditions(out, on, indent + STEP);
    }
}

fn table(out: &mut String, factor: &TableFactor, indent: usize) {
    match factor {
        TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None } => {
            out.push('(');
            line(out, indent + STEP);
            put_query(out, subquery, indent + STEP);
            line(out, indent);
            out.push_str(") ");
            self::alias(out, alias);
        }
        TableFactor::Table {
            name,
            alias: found,
            args: None,
            with_hints,
            version: None,
            with_ordinality: false,
            partitions,
            json_path: None,
            sample: None,
            index_hints,
        } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
            flat::name(out, name);
            if let Some(found) = found {
                out.push(' ');
                alias(out, found);
            }
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn alias(out: &mut String, alias: &TableAlias) {
    if !alias.explicit || !alias.columns.is_empty() || alias.at.is_some() {
        let _ = write!(out, "{alias}");
        return;
    }
    out.push_str("AS ");
    ident(out, &alias.name);
}

/// A condition; each part of a chain starts a line at `indent`.
fn conditions(out: &mut String, condition: &Expr, indent: usize) {
    let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = condition else {
        return put_expr(out, condition, indent);
    };
    let mut parts = Vec::new();
    flatten(condition, op, &mut parts);
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            line(out, indent);
            out.push_str(if *op == BinaryOperator::And { "AND " } else { "OR " });
        }
        put_expr(out, part, indent);
    }
}

/// Collects the parts of a chain of one operator.
fn flatten<'a>(expr: &'a Expr, chained: &BinaryOperator, parts: &mut Vec<&'a Expr>) {
    match expr {
        Expr::BinaryOp { left, op, right } if op == chained => {
            flatten(left, chained, parts);
            flatten(right, chained, parts);
        }
        other => parts.push(other),
    }
}

fn put_expr(out: &mut String, value: &Expr, indent: usize) {
    let room = WIDTH.saturating_sub(indent).max(SHORT);
    if !fits(out, value, out.len() + room) {
        broken(out, value, indent);
    }
}

/// An expression on several lines, unless it is of a kind that has only one.
fn broken(out: &mut String, value: &Expr, indent: usize) {
    let inner = indent + STEP;
    let not = |negated: &bool| if *negated { "NOT " } else { "" };
    match value {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => conditions(out, value, indent),
        Expr::BinaryOp { left, op, right } => {
            put_expr(out, left, indent);
            let _ = write!(out, " {op} ");
            put_expr(out, right, indent);
        }
        Expr::Nested(one) => {
            out.push('(');
            line(out, inner);
            conditions(out, one, inner);
            line(out, indent);
            out.push(')');
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr: one } => {
            out.push_str("NOT ");
            put_expr(out, one, indent);
        }
        Expr::IsNull(one) => suffixed(out, one, " IS NULL", indent),
        Expr::IsNotNull(one) => suffixed(out, one, " IS NOT NULL", indent),
        Expr::IsNotTrue(one) => suffixed(out, one, " IS NOT TRUE", indent),
        Expr::Exists { subquery, negated } => {
            out.push_str(not(negated));
            out.push_str("EXISTS ");
            nested(out, subquery, indent);
        }
        Expr::InSubquery { expr: one, subquery, negated } => {
            put_expr(out, one, indent);
            let _ = write!(out, " {}IN ", not(negated));
            nested(out, subquery, indent);
        }
        Expr::Between { expr: one, negated, low, high } => {
            put_expr(out, one, indent);
            let _ = write!(out, " {}BETWEEN ", not(negated));
            put_expr(out, low, indent);
            out.push_str(" AND ");
            put_expr(out, high, indent);
        }
        Expr::InList { expr: one, list, negated } => {
            put_expr(out, one, indent);
            let _ = write!(out, " {}IN (", not(negated));
            for (at, item) in list.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                whole(out, item);
            }
            out.push(')');
        }
        Expr::Collate { expr: one, collation } => {
            put_expr(out, one, indent);
            let _ = write!(out, " COLLATE {collation}");
        }
        Expr::Subquery(subquery) => nested(out, subquery, indent),
        Expr::Function(function) if can_break(function) => call(out, function, indent),
        Expr::Case { operand: None, conditions: branches, else_result, .. } => {
            case(out, branches, else_result.as_deref(), indent);
        }
        other => whole(out, other),
    }
}

fn suffixed(out: &mut String, value: &Expr, suffix: &str, indent: usize) {
    put_expr(out, value, indent);
    out.push_str(suffix);
}

/// Whether a call has nothing but plain arguments and a window, so that nothing of it would be lost.
fn can_break(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else { return false };
    let over = match &function.over {
        None => true,
        Some(WindowType::WindowSpec(spec)) => spec.window_name.is_none(),
        Some(WindowType::NamedWindow(_)) => false,
    };
    let is_expr = |one: &FunctionArg| matches!(one, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)));
    is_plain_call(function)
        && over
        && list.args.iter().all(is_expr)
        && list.clauses.is_empty()
        && list.duplicate_treatment.is_none()
}

/// A call with one argument per line.
fn call(out: &mut String, function: &Function, indent: usize) {
    let Some(WindowType::WindowSpec(spec)) = &function.over else {
        return arguments(out, function, indent);
    };
    let end = WIDTH.checked_sub(indent).map(|room| out.len() + room);
    let flat = end.is_some_and(|end| fits_whole(out, &OnOneLine(function), end));
    if !flat {
        arguments(out, function, indent);
    }
    out.push_str(" OVER ");
    window(out, spec, indent);
}

/// A plain call without its window.
struct OnOneLine<'a>(&'a Function);

impl std::fmt::Display for OnOneLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.0.name, self.0.args)
    }
}

fn arguments(out: &mut String, function: &Function, indent: usize) {
    let FunctionArguments::List(list) = &function.args else { return };
    flat::name(out, &function.name);
    out.push('(');
    for (at, argument) in list.args.iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        line(out, indent + STEP);
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(one)) = argument {
            put_expr(out, one, indent + STEP);
        }
    }
    if !list.args.is_empty() {
        line(out, indent);
    }
    out.push(')');
}

/// A window with one clause per line.
fn window(out: &mut String, spec: &WindowSpec, indent: usize) {
    let inner = indent + STEP;
    let is_empty = spec.partition_by.is_empty() && spec.order_by.is_empty() && spec.window_frame.is_none();
    out.push('(');
    if is_empty {
        line(out, inner);
    }
    if !spec.partition_by.is_empty() {
        line(out, inner);
        list(out, "PARTITION BY", &spec.partition_by, inner, |out, key| put_expr(out, key, inner + STEP));
    }
    if !spec.order_by.is_empty() {
        line(out, inner);
        list(out, "ORDER BY", &spec.order_by, inner, |out, one| {
            let _ = write!(out, "{one}");
        });
    }
    if let Some(frame) = &spec.window_frame {
        line(out, inner);
        let _ = write!(out, "{} BETWEEN {}", frame.units, frame.start_bound);
        if let Some(end) = &frame.end_bound {
            let _ = write!(out, " AND {end}");
        }
    }
    line(out, indent);
    out.push(')');
}

/// A subquery in parentheses, on one line if it is short.
fn nested(out: &mut String, subquery: &Query, indent: usize) {
    let start = out.len();
    out.push('(');
    if let Some(room) = WIDTH.checked_sub(indent)
        && fits_whole(out, subquery, start + 1 + room.min(SHORT_QUERY))
    {
        let flat = out.get(start + 1..).unwrap_or_default();
        if !flat.contains('\n') && !flat.contains(" WHERE ") {
            return out.push(')');
        }
    }
    out.truncate(start + 1);
    line(out, indent + STEP);
    put_query(out, subquery, indent + STEP);
    line(out, indent);
    out.push(')');
}

fn case(out: &mut String, branches: &[CaseWhen], otherwise: Option<&Expr>, indent: usize) {
    let inner = indent + STEP;
    out.push_str("CASE");
    for CaseWhen { condition, result } in branches {
        line(out, inner);
        out.push_str("WHEN ");
        conditions(out, condition, inner + STEP);
        line(out, inner);
        out.push_str("THEN ");
        put_expr(out, result, inner);
    }
    if let Some(otherwise) = otherwise {
        line(out, inner);
        out.push_str("ELSE ");
        put_expr(out, otherwise, inner);
    }
    line(out, indent);
    out.push_str("END");
}
