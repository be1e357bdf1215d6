//! Laying queries out for a reader: a clause per line, a condition per line, subqueries
//! indented. sqlparser's own pretty printing is not used: it indents what follows a line
//! break inside a string, which changes the string.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Cte, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    GroupByExpr, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, SetOperator,
    SetQuantifier, TableFactor, TableWithJoins, Value, ValueWithSpan, Visit, Visitor, WindowSpec, WindowType,
};

/// The maximum length of a line, if it can be broken.
const WIDTH: usize = 96;
const STEP: usize = 2;

/// Lays out a query. The first line is already indented.
pub(super) fn query(query: &Query, indent: usize) -> String {
    let mut out = String::new();
    if let Some(with) = &query.with {
        let ctes: Vec<String> = with.cte_tables.iter().map(|one| cte(one, indent)).collect();
        out.push_str(if with.recursive { "WITH RECURSIVE " } else { "WITH " });
        out.push_str(&ctes.join(&format!(",{}", line(indent))));
        out.push_str(&line(indent));
    }
    match query.body.as_ref() {
        SetExpr::Select(select) if is_simple(query, select) => out.push_str(&self::select(select, indent)),
        SetExpr::SetOperation { .. } if parts(query).is_some() => {
            let selects = parts(query).unwrap_or_default();
            let selects: Vec<String> = selects.into_iter().map(|one| self::select(one, indent)).collect();
            out.push_str(&selects.join(&format!("{0}UNION ALL{0}", line(indent))));
        }
        // What a user wrote: as sqlparser prints it.
        _ => return query.to_string(),
    }
    out
}

fn cte(cte: &Cte, indent: usize) -> String {
    let inner = query(&cte.query, indent + STEP);
    format!("{} AS ({}{inner}{})", cte.alias.name, line(indent + STEP), line(indent))
}

/// The selects of a union that this module can lay out, or `None` for any other query.
fn parts(query: &Query) -> Option<Vec<&Select>> {
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
        if !is_simple(query, select) {
            return None;
        }
        found.push(select.as_ref());
        if std::ptr::eq(one, body) {
            found.reverse();
            return Some(found);
        }
    }
}

/// Whether this module can lay out everything in a query.
fn is_simple(query: &Query, select: &Select) -> bool {
    let Query { order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, .. } = query;
    let ends = order_by.is_none() && limit_clause.is_none() && fetch.is_none() && locks.is_empty();
    let extras = for_clause.is_none() && settings.is_none() && format_clause.is_none();
    let Select { top, exclude, into, lateral_views, prewhere, connect_by, named_window, qualify, .. } =
        select;
    let clauses = top.is_none() && exclude.is_none() && into.is_none() && lateral_views.is_empty();
    let rare = prewhere.is_none() && connect_by.is_empty() && named_window.is_empty() && qualify.is_none();
    let sorts = select.cluster_by.is_empty() && select.distribute_by.is_empty() && select.sort_by.is_empty();
    let plain = select.value_table_mode.is_none() && select.optimizer_hints.is_empty();
    let grouped = matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty());
    let distinct = matches!(select.distinct, None | Some(Distinct::Distinct));
    let standard =
        select.flavor == sqlparser::ast::SelectFlavor::Standard && select.select_modifiers.is_none();
    let piped = !query.pipe_operators.is_empty();
    ends && extras && clauses && rare && sorts && plain && grouped && distinct && standard && !piped
}

fn line(indent: usize) -> String {
    format!("\n{}", " ".repeat(indent))
}

fn select(select: &Select, indent: usize) -> String {
    let head = if select.distinct.is_some() { "SELECT DISTINCT" } else { "SELECT" };
    let items = select.projection.iter().map(|one| item(one, indent + STEP)).collect();
    let mut out = list(head, items, indent);
    for (position, from) in select.from.iter().enumerate() {
        out.push_str(&line(indent));
        out.push_str(if position == 0 { "FROM " } else { "  , " });
        out.push_str(&tables(from, indent));
    }
    if let Some(condition) = &select.selection {
        out.push_str(&clause("WHERE", condition, indent));
    }
    if let GroupByExpr::Expressions(keys, _) = &select.group_by
        && !keys.is_empty()
    {
        out.push_str(&line(indent));
        out.push_str(&list("GROUP BY", keys.iter().map(|key| expr(key, indent + STEP)).collect(), indent));
    }
    if let Some(condition) = &select.having {
        out.push_str(&clause("HAVING", condition, indent));
    }
    out
}

fn item(item: &SelectItem, indent: usize) -> String {
    // The further parts of a condition are not to be taken for columns.
    let column = |value: &Expr| match value {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => expr(value, indent + STEP),
        _ => expr(value, indent),
    };
    match item {
        SelectItem::UnnamedExpr(value) => column(value),
        SelectItem::ExprWithAlias { expr: value, alias } => format!("{} AS {alias}", column(value)),
        other => other.to_string(),
    }
}

/// A list on one line if it fits, or else one item per line.
fn list(head: &str, items: Vec<String>, indent: usize) -> String {
    let flat = format!("{head} {}", items.join(", "));
    if flat.len() + indent <= WIDTH && !flat.contains('\n') {
        return flat;
    }
    let next = line(indent + STEP);
    format!("{head}{next}{}", items.join(&format!(",{next}")))
}

/// `WHERE a`, with each further ` AND b` on its own line.
fn clause(head: &str, condition: &Expr, indent: usize) -> String {
    format!("{}{head} {}", line(indent), conditions(condition, indent + STEP))
}

fn tables(from: &TableWithJoins, indent: usize) -> String {
    let mut out = table(&from.relation, indent);
    for join in &from.joins {
        let (word, on) = match &join.join_operator {
            JoinOperator::Join(JoinConstraint::On(on)) => ("JOIN", on),
            JoinOperator::Left(JoinConstraint::On(on)) => ("LEFT JOIN", on),
            JoinOperator::FullOuter(JoinConstraint::On(on)) => ("FULL JOIN", on),
            _ => {
                out.push_str(&format!("{}{}", line(indent), join.to_string().trim_start()));
                continue;
            }
        };
        let on = conditions(on, indent + STEP);
        out.push_str(&format!("{}{word} {} ON {on}", line(indent), table(&join.relation, indent)));
    }
    out
}

fn table(factor: &TableFactor, indent: usize) -> String {
    match factor {
        TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None } => {
            let inner = query(subquery, indent + STEP);
            format!("({}{inner}{}) {alias}", line(indent + STEP), line(indent))
        }
        other => other.to_string(),
    }
}

/// A condition; each part of a chain starts a line at `indent`.
fn conditions(condition: &Expr, indent: usize) -> String {
    let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = condition else {
        return expr(condition, indent);
    };
    let mut parts = Vec::new();
    flatten(condition, op, &mut parts);
    let parts: Vec<String> = parts.into_iter().map(|part| expr(part, indent)).collect();
    parts.join(&format!("{}{op} ", line(indent)))
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

/// Lays out an expression. The first line is already indented.
pub(super) fn expr(value: &Expr, indent: usize) -> String {
    let short = flat(value);
    if !has_query(value) && (short.len() + indent <= WIDTH || short.len() < 24) {
        return short;
    }
    let inner = indent + STEP;
    match value {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => conditions(value, indent),
        Expr::BinaryOp { left, op, right } => format!("{} {op} {}", expr(left, indent), expr(right, indent)),
        Expr::Nested(one) => format!("({}{}{})", line(inner), conditions(one, inner), line(indent)),
        Expr::UnaryOp { op: op @ sqlparser::ast::UnaryOperator::Not, expr: one } => {
            format!("{op} {}", expr(one, indent))
        }
        Expr::IsNull(one) => format!("{} IS NULL", expr(one, indent)),
        Expr::IsNotNull(one) => format!("{} IS NOT NULL", expr(one, indent)),
        Expr::IsNotTrue(one) => format!("{} IS NOT TRUE", expr(one, indent)),
        Expr::Exists { subquery, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("{not}EXISTS {}", nested(subquery, indent))
        }
        Expr::InSubquery { expr: one, subquery, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("{} {not}IN {}", expr(one, indent), nested(subquery, indent))
        }
        Expr::Between { expr: one, negated, low, high } => {
            let not = if *negated { "NOT " } else { "" };
            let (one, low, high) = (expr(one, indent), expr(low, indent), expr(high, indent));
            format!("{one} {not}BETWEEN {low} AND {high}")
        }
        Expr::InList { expr: one, list, negated } => {
            let not = if *negated { "NOT " } else { "" };
            let items: Vec<String> = list.iter().map(flat).collect();
            format!("{} {not}IN ({})", expr(one, indent), items.join(", "))
        }
        Expr::Collate { expr: one, collation } => format!("{} COLLATE {collation}", expr(one, indent)),
        Expr::Subquery(subquery) => nested(subquery, indent),
        Expr::Function(function) => call(function, indent).unwrap_or(short),
        Expr::Case { operand: None, conditions: branches, else_result, .. } => {
            case(branches, else_result.as_deref(), indent)
        }
        _ => short,
    }
}

/// A call with one argument per line, or `None` if it has more than arguments.
fn call(function: &Function, indent: usize) -> Option<String> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let inner = indent + STEP;
    let arguments: Option<Vec<String>> = list
        .args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(one)) => Some(expr(one, inner)),
            _ => None,
        })
        .collect();
    let mut broken = format!("{}()", function.name);
    if !list.args.is_empty() {
        let arguments = arguments?.join(&format!(",{}", line(inner)));
        broken = format!("{}({}{arguments}{})", function.name, line(inner), line(indent));
    }
    if let Some(WindowType::WindowSpec(spec)) = &function.over {
        let flat = Function { over: None, ..function.clone() }.to_string();
        let call = if flat.len() + indent <= WIDTH { flat } else { broken };
        broken = format!("{call} OVER {}", window(spec, indent)?);
    }
    // What else a call may have would have been lost.
    let plain = Function { args: FunctionArguments::None, over: None, ..function.clone() };
    (plain.to_string() == function.name.to_string()
        && list.clauses.is_empty()
        && list.duplicate_treatment.is_none())
    .then_some(broken)
}

/// A window with one clause per line.
fn window(spec: &WindowSpec, indent: usize) -> Option<String> {
    if spec.window_name.is_some() {
        return None;
    }
    let inner = indent + STEP;
    let mut clauses = Vec::new();
    if !spec.partition_by.is_empty() {
        let keys = spec.partition_by.iter().map(|key| expr(key, inner + STEP)).collect();
        clauses.push(list("PARTITION BY", keys, inner));
    }
    if !spec.order_by.is_empty() {
        clauses.push(list("ORDER BY", spec.order_by.iter().map(ToString::to_string).collect(), inner));
    }
    if let Some(frame) = &spec.window_frame {
        let end = frame.end_bound.as_ref().map_or(String::new(), |end| format!(" AND {end}"));
        clauses.push(format!("{} BETWEEN {}{end}", frame.units, frame.start_bound));
    }
    Some(format!("({}{}{})", line(inner), clauses.join(&line(inner)), line(indent)))
}

/// A subquery in parentheses, on one line if it is short.
fn nested(subquery: &Query, indent: usize) -> String {
    let flat = subquery.to_string();
    let short = flat.len() + indent <= WIDTH && flat.len() <= 48 && !flat.contains('\n');
    if short && !flat.contains(" WHERE ") {
        return format!("({flat})");
    }
    let inner = query(subquery, indent + STEP);
    format!("({}{inner}{})", line(indent + STEP), line(indent))
}

fn case(branches: &[CaseWhen], otherwise: Option<&Expr>, indent: usize) -> String {
    let inner = indent + STEP;
    let mut out = "CASE".to_owned();
    for CaseWhen { condition, result } in branches {
        let condition = conditions(condition, inner + STEP);
        out.push_str(&format!("{}WHEN {condition}{}THEN {}", line(inner), line(inner), expr(result, inner)));
    }
    if let Some(otherwise) = otherwise {
        out.push_str(&format!("{}ELSE {}", line(inner), expr(otherwise, inner)));
    }
    out.push_str(&format!("{}END", line(indent)));
    out
}

/// An expression as sqlparser prints it, with keywords in upper case.
fn flat(value: &Expr) -> String {
    match value {
        Expr::Value(ValueWithSpan { value: Value::Boolean(value), .. }) => {
            if *value {
                "TRUE".to_owned()
            } else {
                "FALSE".to_owned()
            }
        }
        other => other.to_string(),
    }
}

fn has_query(value: &Expr) -> bool {
    struct Finder;
    impl Visitor for Finder {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> std::ops::ControlFlow<()> {
            std::ops::ControlFlow::Break(())
        }
    }
    value.visit(&mut Finder).is_break()
}
