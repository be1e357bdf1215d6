//! Writing expressions on one line, as sqlparser prints them, but only as far as they fit.
//!
//! Most expressions are tried on one line first. sqlparser's own printing has no limit: at each level of
//! an expression it would print everything below, only to measure it. Rare nodes are left to it.

use std::fmt::{self, Write};
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectName, ObjectNamePart, Query, UnaryOperator, Value, Visit, Visitor,
};

/// Appends an expression on one line, if it contains no query and the text stays within `end` bytes.
/// Otherwise the text is what it was.
pub(super) fn fits(out: &mut String, value: &Expr, end: usize) -> bool {
    let start = out.len();
    let keyword = match value {
        Expr::Value(one) => match one.value {
            Value::Boolean(true) => Some("TRUE"),
            Value::Boolean(false) => Some("FALSE"),
            _ => None,
        },
        _ => None,
    };
    let written = match keyword {
        Some(keyword) => push(out, keyword, end),
        None => expr(out, value, end),
    };
    if !written {
        out.truncate(start);
    }
    written
}

/// Appends whatever sqlparser prints, if the text stays within `end` bytes. Otherwise the text is what
/// it was.
pub(super) fn fits_whole(out: &mut String, value: &impl fmt::Display, end: usize) -> bool {
    let start = out.len();
    let written = write!(Bounded { out, end }, "{value}").is_ok();
    if !written {
        out.truncate(start);
    }
    written
}

/// Appends an expression on one line, however long, with its queries.
pub(super) fn whole(out: &mut String, value: &Expr) {
    if !fits(out, value, usize::MAX) {
        let _ = write!(out, "{value}");
    }
}

/// Appends a name.
pub(super) fn ident(out: &mut String, ident: &Ident) {
    match ident.quote_style {
        None => out.push_str(&ident.value),
        // A quote inside is for sqlparser to judge.
        Some(quote @ ('"' | '`')) if !ident.value.contains(quote) => {
            out.push(quote);
            out.push_str(&ident.value);
            out.push(quote);
        }
        Some(_) => {
            let _ = write!(out, "{ident}");
        }
    }
}

/// Appends a name of several parts.
pub(super) fn name(out: &mut String, name: &ObjectName) {
    for (at, part) in name.0.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        match part {
            ObjectNamePart::Identifier(one) => ident(out, one),
            ObjectNamePart::Function(function) => {
                let _ = write!(out, "{function}");
            }
        }
    }
}

/// The word or sign of an operator, if it is a common one.
fn operator(op: &BinaryOperator) -> Option<&'static str> {
    Some(match op {
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::StringConcat => "||",
        BinaryOperator::Gt => ">",
        BinaryOperator::Lt => "<",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::And => "AND",
        BinaryOperator::Or => "OR",
        _ => return None,
    })
}

/// Whether a call consists of its name, plain arguments and perhaps a window.
pub(super) fn is_plain_call(function: &Function) -> bool {
    let Function { uses_odbc_syntax, parameters, within_group, filter, null_treatment, .. } = function;
    !uses_odbc_syntax
        && matches!(parameters, FunctionArguments::None)
        && within_group.is_empty()
        && filter.is_none()
        && null_treatment.is_none()
}

fn has_query(node: &impl Visit) -> bool {
    struct Finder;
    impl Visitor for Finder {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    node.visit(&mut Finder).is_break()
}

fn push(out: &mut String, text: &str, end: usize) -> bool {
    let fits = out.len().saturating_add(text.len()) <= end;
    if fits {
        out.push_str(text);
    }
    fits
}

fn rest(out: &mut String, value: &impl fmt::Display, end: usize) -> bool {
    write!(Bounded { out, end }, "{value}").is_ok()
}

/// The parts of an expression, in which sqlparser's keywords for booleans are in lower case.
fn expr(out: &mut String, value: &Expr, end: usize) -> bool {
    match value {
        Expr::Identifier(one) => {
            ident(out, one);
            out.len() <= end
        }
        Expr::CompoundIdentifier(parts) => separated(out, parts, ".", end, |out, part, _| {
            ident(out, part);
            true
        }),
        Expr::Value(one) => constant(out, &one.value, end),
        Expr::Nested(inner) => push(out, "(", end) && expr(out, inner, end) && push(out, ")", end),
        Expr::BinaryOp { left, op, right } => {
            expr(out, left, end) && binary(out, op, end) && expr(out, right, end)
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => {
            push(out, "NOT ", end) && expr(out, inner, end)
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => {
            push(out, "-", end) && expr(out, inner, end)
        }
        Expr::IsNull(inner) => expr(out, inner, end) && push(out, " IS NULL", end),
        Expr::IsNotNull(inner) => expr(out, inner, end) && push(out, " IS NOT NULL", end),
        Expr::IsNotTrue(inner) => expr(out, inner, end) && push(out, " IS NOT TRUE", end),
        Expr::InList { expr: inner, list, negated } => {
            expr(out, inner, end)
                && push(out, if *negated { " NOT IN (" } else { " IN (" }, end)
                && separated(out, list, ", ", end, expr)
                && push(out, ")", end)
        }
        Expr::Between { expr: inner, negated, low, high } => {
            expr(out, inner, end)
                && push(out, if *negated { " NOT BETWEEN " } else { " BETWEEN " }, end)
                && expr(out, low, end)
                && push(out, " AND ", end)
                && expr(out, high, end)
        }
        Expr::Cast { kind: CastKind::Cast, expr: inner, data_type, format: None } => {
            push(out, "CAST(", end)
                && expr(out, inner, end)
                && push(out, " AS ", end)
                && rest(out, data_type, end)
                && push(out, ")", end)
        }
        Expr::AtTimeZone { timestamp, time_zone } => {
            expr(out, timestamp, end) && push(out, " AT TIME ZONE ", end) && expr(out, time_zone, end)
        }
        Expr::Collate { expr: inner, collation } => {
            expr(out, inner, end) && push(out, " COLLATE ", end) && rest(out, collation, end)
        }
        Expr::Function(function) if is_plain_call(function) && function.over.is_none() => {
            call(out, function, end)
        }
        Expr::Case { operand: None, conditions, else_result, .. } => {
            case(out, conditions, else_result.as_deref(), end)
        }
        Expr::Exists { .. } | Expr::InSubquery { .. } | Expr::Subquery(_) => false,
        other => !has_query(other) && rest(out, other, end),
    }
}

fn binary(out: &mut String, op: &BinaryOperator, end: usize) -> bool {
    let sign = |out: &mut String| match operator(op) {
        Some(op) => push(out, op, end),
        None => rest(out, op, end),
    };
    push(out, " ", end) && sign(out) && push(out, " ", end)
}

fn case(out: &mut String, branches: &[CaseWhen], otherwise: Option<&Expr>, end: usize) -> bool {
    let branch = |out: &mut String, branch: &CaseWhen| {
        push(out, " WHEN ", end)
            && expr(out, &branch.condition, end)
            && push(out, " THEN ", end)
            && expr(out, &branch.result, end)
    };
    push(out, "CASE", end)
        && branches.iter().all(|one| branch(out, one))
        && otherwise.is_none_or(|otherwise| push(out, " ELSE ", end) && expr(out, otherwise, end))
        && push(out, " END", end)
}

fn call(out: &mut String, function: &Function, end: usize) -> bool {
    name(out, &function.name);
    let FunctionArguments::List(list) = &function.args else {
        return matches!(function.args, FunctionArguments::None) && out.len() <= end;
    };
    if !list.clauses.is_empty() {
        return !has_query(&function.args) && rest(out, &function.args, end);
    }
    let distinct = list.duplicate_treatment.as_ref();
    push(out, "(", end)
        && distinct.is_none_or(|distinct| rest(out, distinct, end) && push(out, " ", end))
        && separated(out, &list.args, ", ", end, |out, argument, end| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(one)) => expr(out, one, end),
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => push(out, "*", end),
            other => !has_query(other) && rest(out, other, end),
        })
        && push(out, ")", end)
}

fn constant(out: &mut String, value: &Value, end: usize) -> bool {
    match value {
        Value::Number(digits, false) => push(out, digits, end),
        // A quote inside is for sqlparser to judge.
        Value::SingleQuotedString(text) if !text.contains('\'') => {
            push(out, "'", end) && push(out, text, end) && push(out, "'", end)
        }
        Value::Placeholder(text) => push(out, text, end),
        other => rest(out, other, end),
    }
}

fn separated<T>(
    out: &mut String,
    all: &[T],
    separator: &str,
    end: usize,
    mut one: impl FnMut(&mut String, &T, usize) -> bool,
) -> bool {
    all.iter()
        .enumerate()
        .all(|(at, part)| (at == 0 || push(out, separator, end)) && one(out, part, end) && out.len() <= end)
}

/// A text that refuses to grow beyond its end.
struct Bounded<'a> {
    out: &'a mut String,
    end: usize,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if push(self.out, text, self.end) { Ok(()) } else { Err(fmt::Error) }
    }
}
