//! Nodes of sqlparser's tree, with all that segc never says left empty.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    self, BinaryOperator, Distinct, Expr, Function as SqlFunction, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, GroupByExpr, Ident, ObjectName, Parens, SelectFlavor, SetExpr,
    TableAlias, TableFactor, Value, Values,
};

use crate::dialect::template::operand;
use crate::plan::rel::BinaryOp;

/// The operator of a comparison or an arithmetic expression.
pub(super) fn operator(op: BinaryOp) -> BinaryOperator {
    match op {
        BinaryOp::Equal => BinaryOperator::Eq,
        BinaryOp::NotEqual => BinaryOperator::NotEq,
        BinaryOp::Less => BinaryOperator::Lt,
        BinaryOp::LessOrEqual => BinaryOperator::LtEq,
        BinaryOp::Greater => BinaryOperator::Gt,
        BinaryOp::GreaterOrEqual => BinaryOperator::GtEq,
        BinaryOp::Add => BinaryOperator::Plus,
        BinaryOp::Subtract => BinaryOperator::Minus,
        BinaryOp::Multiply => BinaryOperator::Multiply,
    }
}

/// A chain of one operator as a balanced tree, so that long chains aren't deep.
pub(super) fn chain(op: &BinaryOperator, mut parts: Vec<Expr>, of_none: bool) -> Expr {
    match parts.len() {
        0 => Expr::value(Value::Boolean(of_none)),
        1 => parts.remove(0),
        count => {
            let right = chain(op, parts.split_off(count / 2), of_none);
            let left = Box::new(operand(chain(op, parts, of_none)));
            Expr::BinaryOp { left, op: op.clone(), right: Box::new(operand(right)) }
        }
    }
}

/// A function call with plain arguments.
pub(super) fn function(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|one| FunctionArg::Unnamed(FunctionArgExpr::Expr(one))).collect();
    call(name, args)
}

/// `COUNT(*)`
pub(super) fn count_rows() -> Expr {
    call("COUNT", vec![FunctionArg::Unnamed(FunctionArgExpr::Wildcard)])
}

fn call(name: &str, args: Vec<FunctionArg>) -> Expr {
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() };
    Expr::Function(SqlFunction {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// The rows of a query, with an optional alias.
pub(super) fn derived(subquery: Box<ast::Query>, alias: Option<TableAlias>) -> TableFactor {
    TableFactor::Derived { lateral: false, subquery, alias, sample: None }
}

/// A table with an optional alias.
pub(super) fn table(name: ObjectName, alias: Option<TableAlias>) -> TableFactor {
    TableFactor::Table {
        name,
        alias,
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}

/// A query that is a single `SELECT`. Trees are boxed where they are made: they are large, and moved often.
pub(super) fn plain(select: Box<ast::Select>) -> Box<ast::Query> {
    of_rows(Box::new(SetExpr::Select(select)))
}

/// A query of nothing but rows.
pub(super) fn of_rows(body: Box<SetExpr>) -> Box<ast::Query> {
    Box::new(ast::Query {
        with: None,
        body,
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    })
}

/// Rows of constants.
pub(super) fn of_values(rows: Vec<Vec<Expr>>) -> Box<ast::Query> {
    let rows = rows.into_iter().map(Parens::with_empty_span).collect();
    of_rows(Box::new(SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows })))
}

/// An empty `SELECT`.
pub(super) fn empty_select() -> Box<ast::Select> {
    Box::new(ast::Select {
        select_token: AttachedToken::empty(),
        optimizer_hints: Vec::new(),
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection: Vec::new(),
        exclude: None,
        into: None,
        from: Vec::new(),
        lateral_views: Vec::new(),
        prewhere: None,
        selection: None,
        connect_by: Vec::new(),
        group_by: GroupByExpr::Expressions(Vec::new(), Vec::new()),
        cluster_by: Vec::new(),
        distribute_by: Vec::new(),
        sort_by: Vec::new(),
        having: None,
        named_window: Vec::new(),
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    })
}

/// Whether a query has nothing but common table expressions and rows.
pub(super) fn is_plain(query: &ast::Query) -> bool {
    let ast::Query { order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, .. } = query;
    let ends = order_by.is_none() && limit_clause.is_none() && fetch.is_none() && locks.is_empty();
    let extras = for_clause.is_none() && settings.is_none() && format_clause.is_none();
    ends && extras && query.pipe_operators.is_empty()
}

/// Whether a select has only what segc itself writes.
pub(super) fn is_plain_select(select: &ast::Select) -> bool {
    let ast::Select { top, exclude, into, lateral_views, prewhere, connect_by, named_window, .. } = select;
    let clauses = top.is_none() && exclude.is_none() && into.is_none() && lateral_views.is_empty();
    let rare = prewhere.is_none() && connect_by.is_empty() && named_window.is_empty();
    let sorts = select.cluster_by.is_empty() && select.distribute_by.is_empty() && select.sort_by.is_empty();
    let plain = select.value_table_mode.is_none() && select.optimizer_hints.is_empty();
    let grouped = matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty());
    let distinct = matches!(select.distinct, None | Some(Distinct::Distinct));
    let standard = select.flavor == SelectFlavor::Standard && select.select_modifiers.is_none();
    clauses && rare && sorts && plain && grouped && distinct && standard && select.qualify.is_none()
}
