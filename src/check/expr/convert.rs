//! Conversions: of whole texts to values, and of values to text.

use jiff::tz::TimeZone;

use crate::diagnostic::Span;
use crate::syntax::ast::Expr;
use crate::types::{Literal, Type, find_zone, reading, zone_help};

use super::super::hir::{Func, Value, ValueKind};
use super::super::problems::convert::{NotAZone, Unreadable};
use super::value::constant;
use super::{Checker, describe, value};

impl Checker<'_, '_> {
    /// `integer(x)`, `decimal(x)`, `float(x)`, `date(x)`, `timestamp(x)`, `timestamp(x, "Europe/Paris")` of text:
    /// missing where the whole text is no such value. A constant is read at once.
    pub(super) fn read(
        &mut self,
        func: Func,
        values: Vec<Value>,
        args: &[Expr],
        span: Span,
    ) -> Option<Value> {
        let mut values = values.into_iter();
        let (found, arg) = (values.next()?, args.first()?);
        let zone = match (values.next(), args.get(1)) {
            (Some(zone), Some(arg)) => Some(self.zone(&zone, arg)?),
            _ => None,
        };
        let (name, ty) = match func {
            Func::ReadFloat => ("float", Type::Float),
            Func::ReadDecimal => ("decimal", Type::DECIMAL),
            Func::ReadDate => ("date", Type::Date),
            Func::ReadTimestamp => ("timestamp", Type::Timestamp),
            _ => ("integer", Type::Integer),
        };
        if found.ty != Type::String {
            let help = found
                .ty
                .is_number()
                .then(|| "it is a number already; `round(…)` makes it a whole one".to_owned());
            return self.wrong_type(&found, arg, &format!("`{name}`"), "text", help);
        }
        if let ValueKind::Literal(Literal::String(text)) = &found.kind {
            let literal = match func {
                Func::ReadFloat => reading::float(text).map(Literal::Float),
                Func::ReadDecimal => reading::decimal(text).map(Literal::Decimal),
                Func::ReadDate => reading::date(text).map(Literal::Date),
                Func::ReadTimestamp => match &zone {
                    Some((zone, _)) => reading::timestamp_in(text, zone).map(Literal::Timestamp),
                    None => reading::timestamp(text).map(Literal::Timestamp),
                },
                _ => reading::integer(text).map(Literal::Integer),
            };
            return match literal {
                Some(literal) => Some(Value { ty, ..constant(literal, span) }),
                None => {
                    let (span, text, has_zone) = (arg.span, text.clone(), zone.is_some());
                    self.fail(Unreadable { span, text, name, has_zone })
                }
            };
        }
        let kind = match zone {
            Some((_, name)) => {
                let zone = constant(Literal::String(name), args.get(1)?.span);
                ValueKind::Call(Func::ReadLocal, vec![found, zone])
            }
            None => ValueKind::Call(func, vec![found]),
        };
        Some(value(kind, ty, true, span))
    }

    /// A time zone by its name, a constant.
    fn zone(&mut self, found: &Value, arg: &Expr) -> Option<(TimeZone, String)> {
        let ValueKind::Literal(Literal::String(name)) = &found.kind else {
            return self.fail(NotAZone { span: arg.span, name: describe(arg), help: zone_help("") });
        };
        find_zone(name).or_else(|| {
            self.fail(NotAZone { span: arg.span, name: format!("`{name}`"), help: zone_help(name) })
        })
    }

    /// `text(x)` of an integer, a decimal, a date or a boolean. A constant is written at once.
    pub(super) fn write(&mut self, values: Vec<Value>, args: &[Expr], span: Span) -> Option<Value> {
        let (found, arg) = (values.into_iter().next()?, args.first()?);
        if !matches!(found.ty, Type::Integer | Type::Decimal { .. } | Type::Date | Type::Boolean) {
            let help = match found.ty {
                Type::Float => "compare numbers with `=`, `<`, `>` or `between`",
                Type::String => "it is text already",
                _ => "use an integer, a decimal, a date or a boolean",
            };
            let takes = "integers, decimals, dates and booleans";
            return self.wrong_type(&found, arg, "`text`", takes, Some(help.to_owned()));
        }
        let nullable = found.nullable;
        let text = match &found.kind {
            ValueKind::Literal(Literal::Integer(number)) => Some(number.to_string()),
            ValueKind::Literal(Literal::Decimal(number)) => Some(reading::decimal_text(number)),
            ValueKind::Literal(Literal::Date(day)) => Some(day.to_string()),
            ValueKind::Literal(Literal::Boolean(value)) => Some(value.to_string()),
            _ => None,
        };
        Some(match text {
            Some(text) => constant(Literal::String(text), span),
            None => value(ValueKind::Call(Func::Text, vec![found]), Type::String, nullable, span),
        })
    }
}
