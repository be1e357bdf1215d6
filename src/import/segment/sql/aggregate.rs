//! Aggregates of linked rows.
use bigdecimal::BigDecimal;
use sqlparser::ast as sql;

use super::Translator;
use super::function::plain_args;
use super::scope::{Filter, Group, Scope, path_of};
use super::truth::distinct as without_repetitions;
use super::value::{Constant, Plain, Value};
use crate::catalog::Field;
use crate::syntax::ast::{AggregateFunc, ArithmeticOp, CompareOp, Expr, ExprKind, Window, WindowKind};
use crate::syntax::make;
use crate::types::{Literal, Type};

/// Whether a function is an aggregate.
pub(super) fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "sum"
            | "avg"
            | "mean"
            | "min"
            | "max"
            | "count_if"
            | "countif"
            | "bool_or"
            | "bool_and"
            | "logical_or"
            | "logical_and"
            | "array_agg"
            | "string_agg"
            | "stddev"
            | "variance"
            | "median"
            | "approx_count_distinct"
            | "any_value"
    )
}

impl Translator<'_> {
    /// An aggregate of the rows of a group. `None` if the function is none.
    pub(super) fn group_aggregate(
        &mut self,
        expr: &sql::Expr,
        function: &sql::Function,
        name: &str,
        scope: &Scope<'_>,
    ) -> Option<Option<Value>> {
        if !is_aggregate(name) {
            return None;
        }
        let span = self.at(expr);
        let Some(group) = scope.group else {
            return Some(self.refuse(
                span,
                "an aggregate outside a subquery",
                "write it as a subquery over the linked rows: `(SELECT COUNT(*) FROM orders WHERE orders.customer_id = customers.id) > 3`",
            ));
        };
        Some(self.aggregate(expr, function, name, group))
    }

    fn aggregate(
        &mut self,
        expr: &sql::Expr,
        function: &sql::Function,
        name: &str,
        group: &Group<'_>,
    ) -> Option<Value> {
        let span = self.at(expr);
        let scope = &group.scope;
        let distinct = match &function.args {
            sql::FunctionArguments::List(list) => {
                matches!(list.duplicate_treatment, Some(sql::DuplicateTreatment::Distinct))
            }
            _ => false,
        };
        let mut more = Vec::new();
        if let Some(filter) = &function.filter {
            more.push(self.truth(filter, scope, true)?);
        }
        let rows = &group.rows;
        let star = matches!(&function.args, sql::FunctionArguments::List(list) if matches!(
            list.args.as_slice(),
            [sql::FunctionArg::Unnamed(sql::FunctionArgExpr::Wildcard)] | []
        ));
        let count = |more: Vec<Expr>| {
            let count = aggregate(AggregateFunc::Count, &rows.path, &rows.filter, more);
            Some(Value::Plain(Plain::sure(count, Type::Integer)))
        };
        if name == "count" && star && !distinct {
            return count(more);
        }
        let args = plain_args(function);
        let Some([arg]) = args.as_deref() else { return self.no_counterpart(expr) };
        if matches!(name, "count_if" | "countif") {
            more.push(self.truth(arg, scope, true)?);
            return count(more);
        }
        let of = self.value(arg, scope)?;
        let cases = match of {
            Value::Cases(cases) => cases,
            Value::Null => return self.no_counterpart(expr),
            value => vec![(make::boolean(true), value)],
        };
        // Where the value of a row isn't NULL.
        let some =
            make::any(cases.iter().map(|(when, value)| {
                make::all([when.clone(), make::not(super::truth::null(value.clone()))])
            }));
        if name == "count" && !distinct {
            more.push(some);
            return count(more);
        }
        let is_zero = |value: &Value| matches!(value, Value::Constant(Constant::Number(number, _)) if *number == BigDecimal::from(0));
        let mut kept = cases
            .into_iter()
            .filter(|(_, value)| !matches!(value, Value::Null) && !(name == "sum" && is_zero(value)))
            .collect::<Vec<_>>();
        let (Some((when, value)), true) = (kept.pop(), kept.is_empty()) else {
            return self.refuse(
                span,
                "an aggregate of different values in different cases",
                "write an aggregate for each case",
            );
        };
        let any_value = |more: &[Expr]| {
            let more = more.iter().cloned().chain([some.clone()]);
            aggregate(AggregateFunc::Exists, &rows.path, &rows.filter, more)
        };
        if let (Value::Constant(Constant::Number(number, _)), "sum", false) = (&value, name, distinct) {
            if *number != BigDecimal::from(1) {
                return self.refuse(span, "a sum of a constant", "multiply a count instead");
            }
            let guard = any_value(&more);
            more.push(when);
            let sum = aggregate(AggregateFunc::Count, &rows.path, &rows.filter, more);
            let plain = Plain { guards: vec![guard], sum: true, ..Plain::sure(sum, Type::Integer) };
            return Some(Value::Plain(plain));
        }
        let Value::Plain(of) = value else { return self.no_counterpart(expr) };
        if !of.guards.is_empty() {
            return self.refuse(span, "a sum within an aggregate", "compute it in the catalog's `query:`");
        }
        let func = match (name, distinct) {
            ("count", true) => AggregateFunc::CountDistinct,
            ("sum", false) => AggregateFunc::Sum,
            ("avg" | "mean", false) => AggregateFunc::Avg,
            ("min", _) => AggregateFunc::Min,
            ("max", _) => AggregateFunc::Max,
            _ => return self.no_counterpart(expr),
        };
        let Some(arg) = begin_with(of.expr.clone(), &rows.path) else {
            return self.refuse(
                span,
                "an aggregate of an expression that doesn't begin with a column of the rows",
                "reorder it, or compute it in the catalog's `query:`",
            );
        };
        self.result(span, func, arg, of, &rows.filter, more, when, any_value)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an aggregate")]
    fn result(
        &mut self,
        span: crate::diagnostic::Span,
        func: AggregateFunc,
        arg: Expr,
        of: Plain,
        filter: &Filter,
        mut more: Vec<Expr>,
        when: Expr,
        any_value: impl Fn(&[Expr]) -> Expr,
    ) -> Option<Value> {
        let number = of.ty.is_number();
        let guard = any_value(&more);
        more.push(when);
        let of_rows = aggregate_of(func, arg, filter, more);
        Some(Value::Plain(match func {
            AggregateFunc::CountDistinct => Plain::sure(of_rows, Type::Integer),
            AggregateFunc::Sum if number => {
                let ty = match of.ty {
                    Type::Integer => Type::WIDE_INTEGER,
                    Type::Decimal { .. } => Type::DECIMAL,
                    other => other,
                };
                Plain { guards: vec![guard], sum: true, ..Plain::sure(of_rows, ty) }
            }
            AggregateFunc::Avg if number => {
                self.note(
                    span,
                    "an average is a float in a segment; in the database it may be an exact number",
                );
                Plain::sure(of_rows, Type::Float).missing_as_whole()
            }
            AggregateFunc::Min | AggregateFunc::Max if of.ty.is_ordered() => {
                self.orders_text(span, &of);
                Plain { zone: of.zone.clone(), ..Plain::sure(of_rows, of.ty) }.missing_as_whole()
            }
            _ => return self.wrong_type(span, format!("this aggregate doesn't apply to {}", of.ty), ""),
        }))
    }
}

/// An aggregate over rows that satisfy a filter and further conditions.
pub(super) fn aggregate(
    func: AggregateFunc,
    path: &[String],
    filter: &Filter,
    more: impl IntoIterator<Item = Expr>,
) -> Expr {
    aggregate_of(func, make::path(path_of(path)), filter, more)
}

/// The same of an expression that begins with the path.
pub(super) fn aggregate_of(
    func: AggregateFunc,
    arg: Expr,
    filter: &Filter,
    more: impl IntoIterator<Item = Expr>,
) -> Expr {
    let conditions = without_repetitions(filter.conditions.iter().cloned().chain(more).collect());
    make::aggregate(func, arg, filter.window.clone(), Some(make::all(conditions)))
}

/// An expression whose first name has the path to the rows in front.
fn begin_with(expr: Expr, path: &[String]) -> Option<Expr> {
    let Expr { kind, span } = expr;
    let kind = match kind {
        ExprKind::Path(of) => {
            if of.parts.first().is_some_and(|part| part.name.text == "outer") {
                return None;
            }
            let mut whole = super::scope::path_of(path);
            whole.parts.extend(of.parts);
            ExprKind::Path(whole)
        }
        ExprKind::Arithmetic(op, left, right) => {
            let (left, right) = match (&left.kind, op) {
                (ExprKind::Literal(_), ArithmeticOp::Add | ArithmeticOp::Multiply) => (right, left),
                _ => (left, right),
            };
            ExprKind::Arithmetic(op, Box::new(begin_with(*left, path)?), right)
        }
        _ => return None,
    };
    Some(Expr { kind, span })
}

/// Takes the bounds of the rows' time out of the conditions, as a window.
pub(super) fn with_window(conditions: Vec<Expr>, time: Option<&Field>) -> Filter {
    let Some(time) = time else { return Filter { window: None, conditions } };
    let bound = |op: CompareOp| conditions.iter().position(|condition| is_bound(condition, op, time));
    let (from, to) = (bound(CompareOp::GreaterOrEqual), bound(CompareOp::Less));
    let instant = |at: usize| match &conditions[at].kind {
        ExprKind::Compare { right, .. } => Some((**right).clone()),
        _ => None,
    };
    let kind = match (from.and_then(instant), to.and_then(instant)) {
        (Some(from), Some(to)) => WindowKind::FromTo(Box::new(from), Box::new(to)),
        (Some(from), None) => match from.kind {
            ExprKind::Ago(count, unit) => WindowKind::Last(count, unit),
            _ => WindowKind::Since(Box::new(from)),
        },
        (None, Some(to)) => WindowKind::Until(Box::new(to)),
        (None, None) => return Filter { window: None, conditions },
    };
    let rest = conditions.into_iter().enumerate().filter(|(at, _)| Some(*at) != from && Some(*at) != to);
    Filter { window: Some(make::window(kind)), conditions: rest.map(|(_, condition)| condition).collect() }
}

/// Whether a window has an end of its own, so that rows of the future aren't cut off.
pub(super) fn has_end(window: &Window) -> bool {
    matches!(window.kind, WindowKind::FromTo(..) | WindowKind::Until(_))
}

/// Whether a condition bounds the rows' time by an instant that depends on no row.
fn is_bound(condition: &Expr, wanted: CompareOp, time: &Field) -> bool {
    let ExprKind::Compare { op, left, right, .. } = &condition.kind else { return false };
    let ExprKind::Path(path) = &left.kind else { return false };
    let is_time = matches!(path.parts.as_slice(), [part] if part.name.text == time.name);
    is_time && *op == wanted && is_instant(right, time.ty == Type::Timestamp)
}

/// Whether an expression is an instant of the clock or a constant, one that is a day's beginning unless
/// the rows have times.
fn is_instant(expr: &Expr, any: bool) -> bool {
    match &expr.kind {
        ExprKind::Literal(Literal::Date(_)) | ExprKind::Today => true,
        ExprKind::Literal(Literal::Timestamp(_))
        | ExprKind::Now
        | ExprKind::Ago(..)
        | ExprKind::FromNow(..) => any,
        ExprKind::StartOf(unit) => any || unit.exact_micros().is_none(),
        ExprKind::Arithmetic(_, left, right) => match right.kind {
            ExprKind::Duration(_, unit) => is_instant(left, any) && (any || unit.exact_micros().is_none()),
            _ => false,
        },
        _ => false,
    }
}
