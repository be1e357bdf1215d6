//! Values: columns, constants, arithmetic, CASE, casts.
use bigdecimal::BigDecimal;
use sqlparser::ast::{self as sql, BinaryOperator as Op, UnaryOperator};

use super::Translator;
use super::arithmetic::operator;
use super::cast::cast_constant;
use super::problems::UnknownColumn;
use super::scope::{NoColumn, Scope};
use super::value::{Clock, Constant, Plain, Value};
use crate::diagnostic::closest;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::types::Type;

/// How many branches a CASE may have.
const MOST_BRANCHES: usize = 40;

impl Translator<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        self.enter(expr)?;
        let found = self.value_of(expr, scope);
        self.depth -= 1;
        found
    }

    fn value_of(&mut self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        use sql::Expr as E;
        match expr {
            E::Nested(inner) => self.value(inner, scope),
            E::Identifier(name) => self.column(expr, std::slice::from_ref(name), &[], scope),
            E::CompoundIdentifier(names) => self.column(expr, names, &[], scope),
            E::CompoundFieldAccess { .. } | E::JsonAccess { .. } => self.inside(expr, scope),
            E::BinaryOp { op: Op::Arrow | Op::LongArrow | Op::HashLongArrow, .. } => self.inside(expr, scope),
            E::Value(value) => self.constant(expr, &value.value),
            E::TypedString(typed) => self.typed_string(expr, typed),
            E::Interval(interval) => self.interval(expr, interval),
            E::UnaryOp { op, expr: inner } => self.unary(expr, op, inner, scope),
            E::BinaryOp { left, op, right } => match operator(op) {
                Some(op) => self.arithmetic(expr, left, op, right, scope),
                None if is_condition(expr) => self.as_truth(expr, scope),
                None => self.no_counterpart(expr),
            },
            E::Case { operand, conditions, else_result, .. } => {
                self.case(expr, operand.as_deref(), conditions, else_result.as_deref(), scope)
            }
            E::Cast { expr: inner, data_type, format: None, .. } => self.cast(expr, inner, data_type, scope),
            E::Subquery(query) => self.scalar_query(expr, query, scope),
            E::Function(function) => self.function(expr, function, scope),
            E::Extract { field, expr: of, .. } => self.extract(expr, &field.to_string(), of, scope),
            E::Ceil { expr: of, field } => self.rounding(expr, "ceil", of, field, scope),
            E::Floor { expr: of, field } => self.rounding(expr, "floor", of, field, scope),
            E::Trim { expr: of, trim_where, trim_what, trim_characters } => self.trim(
                expr,
                of,
                trim_where.is_none() && trim_what.is_none() && trim_characters.is_none(),
                scope,
            ),
            E::Substring { .. } => self.no_counterpart(expr),
            E::Collate { .. } => {
                let span = self.at(expr);
                self.refuse(
                    span,
                    "a collation has no counterpart",
                    "segments compare text by code point; for comparisons without case, use `lower`",
                )
            }
            E::AtTimeZone { .. } => {
                let span = self.at(expr);
                self.refuse(
                    span,
                    "conversions between time zones have no counterpart",
                    "segments read times in the project's zone; declare `zone:` for a column of local times",
                )
            }
            _ if is_condition(expr) => self.as_truth(expr, scope),
            _ => self.no_counterpart(expr),
        }
    }

    /// A condition as a value.
    fn as_truth(&mut self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        let (holds, fails) = (self.truth(expr, scope, true), self.truth(expr, scope, false));
        Some(Value::Truth(holds?, fails?))
    }

    /// Reports an expression that segments can't express.
    pub(super) fn no_counterpart<T>(&mut self, expr: &sql::Expr) -> Option<T> {
        let span = self.at(expr);
        let shown: String = expr.to_string().chars().take(60).collect();
        let message = format!("`{shown}` has no counterpart in a segment");
        self.refuse(span, message, "compute it in the catalog's `query:`, as a column")
    }

    fn column(
        &mut self,
        expr: &sql::Expr,
        names: &[sql::Ident],
        keys: &[String],
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let catalog = self.catalog();
        let column = match scope.find(catalog, names, keys) {
            Ok(column) => column,
            Err(reason) => {
                // `properties.plan`: a member of a struct.
                if keys.is_empty() {
                    for split in 1..names.len() {
                        let keys: Vec<_> = names[split..].iter().map(|name| name.value.clone()).collect();
                        if scope.find(catalog, &names[..split], &keys).is_ok() {
                            return self.column(expr, &names[..split], &keys, scope);
                        }
                    }
                }
                let words = ["current_date", "current_timestamp", "localtimestamp", "sysdate"];
                if let [name] = names
                    && words.iter().any(|word| name.value.eq_ignore_ascii_case(word))
                {
                    return Some(Value::Plain(match name.value.to_lowercase().as_str() {
                        "current_date" => super::interval::today(),
                        _ => super::interval::now(),
                    }));
                }
                return self.no_column(expr, names, keys, &reason);
            }
        };
        if let Some(value) = column.value(catalog) {
            return Some(Value::Plain(value));
        }
        let span = self.at(expr);
        let field = &column.field.name;
        if column.level > 1 {
            return self.refuse(
                span,
                format!("`{field}` is read from two queries further out"),
                "a subquery's condition sees its own rows and those around it: add a link between the two tables",
            );
        }
        let table = catalog.entity(column.entity).name.clone();
        self.refuse(
            span,
            format!("no link leads to `{table}`, so `{field}` can't be read here"),
            format!("declare a link to `{table}` in the catalog"),
        )
    }

    fn no_column<T>(
        &mut self,
        expr: &sql::Expr,
        names: &[sql::Ident],
        keys: &[String],
        reason: &NoColumn,
    ) -> Option<T> {
        let span = self.at(expr);
        let name = names.last().map(|name| name.value.clone()).unwrap_or_default();
        let (message, help) = match reason {
            NoColumn::Unknown { .. } if !keys.is_empty() => (
                format!("no field reads `{}` inside the column `{name}`", keys.join(".")),
                Some(format!("add one to the catalog, with `column: {name}` and its `path:`")),
            ),
            NoColumn::Unknown { tables } => {
                let fields = tables.iter().flat_map(|id| &self.catalog().entity(*id).fields);
                let close = closest(&name, fields.map(|field| field.column.as_str()));
                let entities: Vec<_> =
                    tables.iter().map(|id| format!("`{}`", self.catalog().entity(*id).name)).collect();
                (
                    format!("`{name}` is not a column of {}", entities.join(" or ")),
                    close.map(|close| format!("did you mean `{close}`?")),
                )
            }
            NoColumn::NoTable(table) => (
                format!("there is no table `{table}` here"),
                Some("in a bare condition, columns have no prefix, or that of the entity".to_owned()),
            ),
            NoColumn::Ambiguous(tables) => (
                format!("`{name}` is a column of several tables: {}", tables.join(", ")),
                Some("write the table in front of it".to_owned()),
            ),
        };
        self.problem(UnknownColumn { span, message, help });
        None
    }

    /// `properties ->> 'plan'`, `properties:plan`: a field that the catalog reads there.
    fn inside(&mut self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        let mut keys = Vec::new();
        let Some(column) = super::function::document(expr, &mut keys) else {
            return self.no_counterpart(expr);
        };
        self.column(expr, &column, &keys, scope)
    }

    /// A field inside a document.
    pub(super) fn inside_of(
        &mut self,
        expr: &sql::Expr,
        column: &[sql::Ident],
        keys: &[String],
        scope: &Scope<'_>,
    ) -> Option<Value> {
        self.column(expr, column, keys, scope)
    }

    fn constant(&mut self, expr: &sql::Expr, value: &sql::Value) -> Option<Value> {
        use sql::Value as V;
        Some(match value {
            V::Null => Value::Null,
            V::Boolean(value) => Value::Constant(Constant::Boolean(*value)),
            V::Number(digits, _) => match digits.parse::<BigDecimal>() {
                Ok(number) if digits.len() <= 60 => {
                    let exponent = digits.split_once(['e', 'E']).map(|(_, exponent)| exponent.parse::<i64>());
                    let float = exponent.is_some();
                    // Written out, it could have any number of digits.
                    if exponent.is_some_and(|exponent| !exponent.is_ok_and(|n| n.abs() <= 300)) {
                        return self.no_counterpart(expr);
                    }
                    Value::Constant(Constant::Number(number, float))
                }
                _ => return self.no_counterpart(expr),
            },
            V::Placeholder(name) => {
                let span = self.at(expr);
                return self.refuse(
                    span,
                    format!("`{name}` is a parameter without a value"),
                    "write its value, and turn it into a `param` of the segment afterwards",
                );
            }
            V::HexStringLiteral(_)
            | V::SingleQuotedByteStringLiteral(_)
            | V::DoubleQuotedByteStringLiteral(_)
            | V::TripleSingleQuotedByteStringLiteral(_)
            | V::TripleDoubleQuotedByteStringLiteral(_) => {
                let span = self.at(expr);
                return self.refuse(
                    span,
                    format!(
                        "`{expr}` is a string of bytes or bits, or a number that databases read differently"
                    ),
                    "write the number in decimal, or the text itself",
                );
            }
            other => match other.clone().into_string() {
                Some(text) => Value::Constant(Constant::Text(text)),
                None => return self.no_counterpart(expr),
            },
        })
    }

    fn typed_string(&mut self, expr: &sql::Expr, typed: &sql::TypedString) -> Option<Value> {
        let text = typed.value.value.clone().into_string().unwrap_or_default();
        let constant = Constant::Text(text);
        let found = cast_constant(&constant, &typed.data_type);
        match found {
            Some(constant) => Some(Value::Constant(constant)),
            None => {
                let span = self.at(expr);
                self.wrong_type(
                    span,
                    format!("`{expr}` can't be read"),
                    "write dates as `DATE '2024-01-31'`, times as `TIMESTAMP '2024-01-31 12:00:00'`",
                )
            }
        }
    }

    fn unary(
        &mut self,
        expr: &sql::Expr,
        op: &UnaryOperator,
        inner: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        match op {
            UnaryOperator::Plus => self.value(inner, scope),
            UnaryOperator::Not | UnaryOperator::BangNot => self.as_truth(expr, scope),
            UnaryOperator::Minus => {
                let value = self.value(inner, scope)?;
                self.each(value, &mut |this, value| match value {
                    Value::Constant(Constant::Number(number, float)) => {
                        Some(Value::Constant(Constant::Number(-number, float)))
                    }
                    Value::Interval(interval) => interval.negated().map(Value::Interval),
                    Value::Plain(plain) if plain.ty.is_number() => {
                        let ty = plain.ty.clone();
                        Some(Value::Plain(plain.map(ty, make::negate)))
                    }
                    _ => this.no_counterpart(expr),
                })
            }
            _ => self.no_counterpart(expr),
        }
    }

    /// Applies a function to a value, or to that of each case; NULL remains NULL.
    pub(super) fn each(
        &mut self,
        value: Value,
        apply: &mut dyn FnMut(&mut Self, Value) -> Option<Value>,
    ) -> Option<Value> {
        match value {
            Value::Null => Some(Value::Null),
            Value::Cases(cases) => {
                let mut found = Vec::new();
                for (when, value) in cases {
                    found.push((when, self.each(value, apply)?));
                }
                Some(Value::Cases(found))
            }
            value => apply(self, value),
        }
    }

    fn case(
        &mut self,
        expr: &sql::Expr,
        operand: Option<&sql::Expr>,
        branches: &[sql::CaseWhen],
        otherwise: Option<&sql::Expr>,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let span = self.at(expr);
        if branches.len() > MOST_BRANCHES {
            return self.refuse(span, "too many cases", "compute the value in the catalog's `query:`");
        }
        let operand = match operand {
            Some(operand) => Some(self.value(operand, scope)?),
            None => None,
        };
        let (mut before, mut cases) = (Vec::new(), Vec::new());
        for branch in branches {
            let when = match &operand {
                Some(operand) => {
                    let value = self.value(&branch.condition, scope)?;
                    self.compare(span, operand.clone(), crate::syntax::ast::CompareOp::Equal, value, scope)?
                }
                None => self.truth(&branch.condition, scope, true)?,
            };
            let value = self.value(&branch.result, scope)?;
            cases.push((first_of(&before, Some(when.clone())), value));
            before.push(when);
        }
        let value = match otherwise {
            Some(value) => self.value(value, scope)?,
            None => Value::Null,
        };
        cases.push((first_of(&before, None), value));
        cases.retain(|(when, _)| make::constant(when) != Some(false));
        Some(Value::Cases(cases))
    }
}

/// Whether an expression is a condition by its form.
pub(super) fn is_condition(expr: &sql::Expr) -> bool {
    use sql::Expr as E;
    match expr {
        E::Nested(inner) => is_condition(inner),
        E::BinaryOp { op, .. } => {
            super::truth::comparison(op).is_some()
                || matches!(op, Op::And | Op::Or | Op::Xor | Op::Spaceship)
                || super::pattern::is_pattern(op)
        }
        E::UnaryOp { op, .. } => matches!(op, UnaryOperator::Not | UnaryOperator::BangNot),
        E::IsTrue(_)
        | E::IsNotTrue(_)
        | E::IsFalse(_)
        | E::IsNotFalse(_)
        | E::IsNull(_)
        | E::IsNotNull(_)
        | E::IsUnknown(_)
        | E::IsNotUnknown(_)
        | E::IsDistinctFrom(..)
        | E::IsNotDistinctFrom(..)
        | E::InList { .. }
        | E::InSubquery { .. }
        | E::Between { .. }
        | E::Like { .. }
        | E::ILike { .. }
        | E::SimilarTo { .. }
        | E::RLike { .. }
        | E::AnyOp { .. }
        | E::AllOp { .. }
        | E::Exists { .. } => true,
        _ => false,
    }
}

/// The condition of a branch: it holds, and none before it does.
pub(super) fn first_of(before: &[Expr], when: Option<Expr>) -> Expr {
    make::all(before.iter().cloned().map(make::not).chain(when))
}

/// The local date of an instant.
pub(super) fn date_of(plain: Plain) -> Plain {
    match (plain.clock, &plain.expr.kind) {
        (Clock::Instant, crate::syntax::ast::ExprKind::Now) => super::interval::today(),
        _ => plain.map(Type::Date, |expr| make::call("date", vec![expr])),
    }
}

/// The number of days from one date to another.
pub(super) fn days_between(from: Plain, to: Plain) -> Value {
    let is_today = |plain: &Plain| matches!(plain.expr.kind, crate::syntax::ast::ExprKind::Today);
    Value::Plain(if is_today(&to) {
        from.map(Type::Integer, |from| make::call("days_since", vec![from]))
    } else {
        from.join(to, Type::Integer, |from, to| make::call("days_between", vec![from, to]))
    })
}
