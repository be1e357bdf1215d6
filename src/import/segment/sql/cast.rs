//! Conversions that change nothing that a comparison sees.
use bigdecimal::BigDecimal;
use sqlparser::ast::{self as sql, DataType};

use super::Translator;
use super::scalar::date_of;
use super::scope::Scope;
use super::value::{Constant, Plain, Value};
use crate::syntax::make;
use crate::types::Type;

impl Translator<'_> {
    /// `CAST(x AS type)`, where it changes nothing that a comparison sees.
    pub(super) fn cast(
        &mut self,
        expr: &sql::Expr,
        inner: &sql::Expr,
        to: &DataType,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let value = self.value(inner, scope)?;
        let target = cast_type(to);
        self.each(expr, value, &mut |this, value| match (&value, &target) {
            (Value::Constant(constant), _) => match cast_constant(constant, to) {
                Some(constant) => Some(Value::Constant(constant)),
                None => this.no_cast(expr, to),
            },
            (Value::Plain(plain), Some(target)) => match (&plain.ty, target) {
                (Type::Timestamp, Type::Date) => Some(Value::Plain(date_of(plain.clone()))),
                (Type::Date, Type::Timestamp) | (Type::Date, Type::Date) => Some(value),
                (Type::Timestamp, Type::Timestamp) => Some(value),
                (Type::String, Type::String) if !is_bounded(to) => Some(value),
                (Type::Boolean, Type::Boolean) | (Type::Integer, Type::Integer) => Some(value),
                (Type::Integer | Type::Decimal { .. } | Type::Float, Type::Float) => {
                    Some(Value::Plain(Plain { ty: Type::Float, ..plain.clone() }))
                }
                (Type::Integer, Type::Decimal { .. }) if !is_bounded(to) => Some(value),
                (Type::Boolean, Type::Integer) => {
                    let one = |n: i64| Value::Constant(Constant::Number(BigDecimal::from(n), false));
                    let fails = make::equal(plain.expr.clone(), make::boolean(false));
                    let neither = make::missing(plain.expr.clone());
                    let cases = vec![(plain.expr.clone(), one(1)), (fails, one(0)), (neither, Value::Null)];
                    Some(Value::Cases(cases))
                }
                _ => this.no_cast(expr, to),
            },
            _ => this.no_cast(expr, to),
        })
    }

    fn no_cast<T>(&mut self, expr: &sql::Expr, to: &DataType) -> Option<T> {
        let span = self.at(expr);
        self.refuse(
            span,
            format!("a conversion to `{to}` has no counterpart here"),
            "leave it out if the catalog's field has that type; otherwise compute it in the catalog's `query:`",
        )
    }
}

/// The type of a cast's target, as far as segments have it.
fn cast_type(to: &DataType) -> Option<Type> {
    let name = to.to_string().to_lowercase();
    let base = name.split('(').next().unwrap_or_default().trim();
    Some(match base {
        "date" => Type::Date,
        "timestamp"
        | "timestamptz"
        | "datetime"
        | "timestamp with time zone"
        | "timestamp without time zone"
        | "timestamp_tz"
        | "timestamp_ltz"
        | "timestamp_ntz"
        | "datetime2" => Type::Timestamp,
        "text" | "varchar" | "character varying" | "string" | "nvarchar" | "char varying" => Type::String,
        "int" | "integer" | "bigint" | "int8" | "int64" | "smallint" | "int4" | "signed" | "unsigned"
        | "long" => Type::Integer,
        "double" | "double precision" | "float8" | "float64" | "float" => Type::Float,
        "decimal" | "numeric" | "dec" | "number" | "bignumeric" => Type::DECIMAL,
        "boolean" | "bool" => Type::Boolean,
        _ => return None,
    })
}

/// Whether a type has arguments, which may cut values.
fn is_bounded(to: &DataType) -> bool {
    to.to_string().contains('(')
}

/// A constant of another type.
pub(super) fn cast_constant(constant: &Constant, to: &DataType) -> Option<Constant> {
    use super::literal;
    let target = cast_type(to)?;
    match (target, constant) {
        (Type::Date, Constant::Text(_) | Constant::Date(_)) => literal::date(constant).map(Constant::Date),
        (Type::Timestamp, Constant::Text(text)) => literal::local(constant)
            .map(Constant::Local)
            .or_else(|| literal::parse_instant(text).map(Constant::Instant)),
        (Type::Timestamp, Constant::Date(_)) => literal::local(constant).map(Constant::Local),
        (Type::String, Constant::Text(_)) if !is_bounded(to) => Some(constant.clone()),
        (Type::Integer, Constant::Number(number, false)) if number.is_integer() => Some(constant.clone()),
        (Type::Integer, Constant::Text(text)) => {
            let number = literal::plain_number(text).filter(BigDecimal::is_integer)?;
            Some(Constant::Number(number, false))
        }
        (Type::Decimal { .. }, Constant::Number(_, false)) if !is_bounded(to) => Some(constant.clone()),
        (Type::Decimal { .. }, Constant::Text(text)) if !is_bounded(to) => {
            Some(Constant::Number(literal::plain_number(text)?, false))
        }
        (Type::Float, Constant::Number(number, _)) => Some(Constant::Number(number.clone(), true)),
        (Type::Float, Constant::Text(text)) => Some(Constant::Number(literal::plain_number(text)?, true)),
        (Type::Boolean, Constant::Boolean(_)) => Some(constant.clone()),
        (Type::Boolean, Constant::Text(text)) => match text.to_lowercase().as_str() {
            "true" => Some(Constant::Boolean(true)),
            "false" => Some(Constant::Boolean(false)),
            _ => None,
        },
        _ => None,
    }
}
