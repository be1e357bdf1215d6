//! Functions of dates and instants, by their names in the usual databases.
use sqlparser::ast::{self as sql};

use super::Translator;
use super::database::WeekStart;
use super::interval::{start_of, starts, today, unit};
use super::scalar::{date_of, days_between};
use super::scope::Scope;
use super::value::{Clock, Constant, Interval, Plain, Value};
use crate::diagnostic::Span;
use crate::syntax::ast::{ArithmeticOp, Expr};
use crate::syntax::make;
use crate::types::{Literal, Type, Unit};

impl Translator<'_> {
    /// Functions of dates and instants. `None` if it is none.
    pub(super) fn time_function(
        &mut self,
        expr: &sql::Expr,
        name: &str,
        args: &[&sql::Expr],
        scope: &Scope<'_>,
    ) -> Option<Option<Value>> {
        let span = self.at(expr);
        Some(match (name, args) {
            (
                "year" | "month" | "day" | "hour" | "quarter" | "weekday" | "dayofweek" | "dayofmonth"
                | "isodow",
                [of],
            ) => self.extract(expr, name, of, scope),
            ("date_part" | "datepart", [part, of]) => match word(part) {
                Some(part) => self.extract(expr, &part, of, scope),
                None => self.no_counterpart(expr),
            },
            ("date" | "to_date", [of]) => {
                let value = self.value(of, scope)?;
                self.each(expr, value, &mut |this, value| match value {
                    Value::Plain(plain) if plain.ty == Type::Timestamp => Some(Value::Plain(date_of(plain))),
                    Value::Plain(plain) if plain.ty == Type::Date => Some(Value::Plain(plain)),
                    Value::Constant(constant) => match super::literal::date(&constant) {
                        Some(date) => Some(Value::Constant(Constant::Date(date))),
                        None => this.wrong_type(span, "this isn't a date", "write it as `'2024-01-31'`"),
                    },
                    _ => this.wrong_type(span, "this isn't a date", ""),
                })
            }
            ("timestamp" | "to_timestamp", [of]) => {
                let value = self.value(of, scope)?;
                match value {
                    Value::Constant(Constant::Text(text)) => match super::literal::parse_instant(&text) {
                        Some(instant) => Some(Value::Constant(Constant::Instant(instant))),
                        None => match super::literal::local(&Constant::Text(text)) {
                            Some(local) => Some(Value::Constant(Constant::Local(local))),
                            None => self.wrong_type(span, "this isn't a time", ""),
                        },
                    },
                    Value::Plain(plain) if plain.ty.is_time() => Some(Value::Plain(plain)),
                    _ => self.no_counterpart(expr),
                }
            }
            ("date_trunc" | "timestamp_trunc" | "datetime_trunc", [a, b]) => {
                let (part, of) =
                    if word_of_unit(a).is_some() && name == "date_trunc" { (a, b) } else { (b, a) };
                match word_of_unit(part) {
                    Some(unit) => self.truncate(span, unit, of, scope),
                    None => self.no_counterpart(expr),
                }
            }
            (
                "date_sub" | "date_add" | "timestamp_sub" | "timestamp_add" | "datetime_sub" | "datetime_add"
                | "subdate" | "adddate",
                [of, by],
            ) => {
                let (of, by) = (self.value(of, scope)?, self.value(by, scope)?);
                let by = match by {
                    Value::Interval(by) => Some(by),
                    Value::Constant(Constant::Number(days, false)) => {
                        Interval::whole(&days).map(|days| Interval::of(days, Unit::Day))
                    }
                    _ => None,
                };
                let by = if name.contains("sub") { by.and_then(Interval::negated) } else { by };
                match by {
                    Some(by) => self.plus_interval(span, of, by),
                    None => self.no_counterpart(expr),
                }
            }
            ("add_months", [of, by]) => self.add_units(expr, of, by, Unit::Month, scope),
            ("dateadd" | "date_add" | "timestampadd", [part, by, of]) => match word_of_unit(part) {
                Some(unit) => self.add_units(expr, of, by, unit, scope),
                None => self.no_counterpart(expr),
            },
            ("datediff", [to, from]) => self.days(expr, from, to, scope),
            ("datediff" | "date_diff", [part, from, to]) if word_of_unit(part) == Some(Unit::Day) => {
                self.days(expr, from, to, scope)
            }
            ("date_diff", [to, from, part]) if word_of_unit(part) == Some(Unit::Day) => {
                self.days(expr, from, to, scope)
            }
            ("datediff" | "date_diff" | "timestampdiff" | "timestamp_diff", _) => self.refuse(
                span,
                "only whole days between two dates can be counted",
                "compare one date with the other less a duration: `a < b - INTERVAL '3' MONTH`",
            ),
            _ => return None,
        })
    }

    fn add_units(
        &mut self,
        expr: &sql::Expr,
        of: &sql::Expr,
        by: &sql::Expr,
        unit: Unit,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let span = self.at(expr);
        let (of, by) = (self.value(of, scope)?, self.value(by, scope)?);
        match by {
            Value::Constant(Constant::Number(count, false)) if count.is_integer() => {
                let count = Interval::whole(&count)?;
                self.plus_interval(span, of, Interval::of(count, unit))
            }
            _ => self.refuse(span, "a time is moved by a number that isn't constant", "write the number"),
        }
    }

    /// The days from one date to another.
    fn days(
        &mut self,
        expr: &sql::Expr,
        from: &sql::Expr,
        to: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let (from, to) = (self.value(from, scope), self.value(to, scope));
        let (Some(from), Some(to)) = (self.as_time(expr, from?), self.as_time(expr, to?)) else {
            return None;
        };
        let span = self.at(expr);
        self.mixed_zones(span, &from, &to);
        Some(days_between(from, to))
    }

    /// A date or an instant as a value that functions take.
    fn as_time(&mut self, expr: &sql::Expr, value: Value) -> Option<Plain> {
        match value {
            Value::Plain(plain) if plain.ty.is_time() => Some(match &plain.expr.kind {
                crate::syntax::ast::ExprKind::Now => today(),
                _ => plain,
            }),
            Value::Constant(constant) => match super::literal::date(&constant) {
                Some(date) => Some(Plain::sure(make::literal(Literal::Date(date)), Type::Date)),
                None => self.no_counterpart(expr),
            },
            _ => self.no_counterpart(expr),
        }
    }

    /// `date_trunc(unit, of)`
    fn truncate(&mut self, span: Span, unit: Unit, of: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        self.week_start(span, unit)?;
        match self.value(of, scope)? {
            Value::Null => Some(Value::Null),
            Value::Constant(constant) => {
                let local = super::literal::local(&constant);
                match local.and_then(|local| self.setting.calendar.start_of(unit, local)) {
                    Some(start) => Some(Value::Constant(Constant::Local(start))),
                    None => self.wrong_type(span, "this isn't a date", "write it as `'2024-01-31'`"),
                }
            }
            Value::Plain(plain) if plain.clock == Clock::None && plain.ty.is_time() => {
                Some(Value::Truncated(unit, Box::new(plain)))
            }
            Value::Plain(plain) if plain.clock != Clock::None => {
                use crate::syntax::ast::ExprKind;
                match &plain.expr.kind {
                    ExprKind::Now => Some(Value::Plain(start_of(unit))),
                    ExprKind::Today if unit.exact_micros().is_none() => Some(Value::Plain(start_of(unit))),
                    _ if plain.aligned.is_some_and(|aligned| starts(aligned, unit)) => {
                        Some(Value::Plain(plain))
                    }
                    // The start of the unit of a time N units ago is N units before its start now.
                    _ => match moved_units(&plain.expr, unit) {
                        Some(by) => self.plus_interval(span, Value::Plain(start_of(unit)), by),
                        None => self.refuse(
                            span,
                            format!(
                                "the start of a {} is asked of a time that isn't whole units away",
                                unit.name()
                            ),
                            "move the start instead: `date_trunc('month', now()) - INTERVAL '1 month'`",
                        ),
                    },
                }
            }
            _ => self.wrong_type(span, "this isn't a time", ""),
        }
    }

    /// `EXTRACT(part FROM of)`
    pub(super) fn extract(
        &mut self,
        expr: &sql::Expr,
        part: &str,
        of: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let value = self.value(of, scope)?;
        let part = part.to_lowercase();
        let span = self.at(expr);
        let sunday_first = self.setting.database.week == WeekStart::Sunday;
        self.each(expr, value, &mut |this, value| {
            let plain = match value {
                Value::Plain(plain) if plain.ty.is_time() => plain,
                _ => return this.wrong_type(span, "a part of something that isn't a time", ""),
            };
            if plain.ty == Type::Date && part == "hour" {
                return this.wrong_type(span, "a date has no hour", "");
            }
            let call = |name: &'static str| move |of: Expr| make::call(name, vec![of]);
            let whole = |plain: Plain, name: &'static str| plain.map(Type::Integer, call(name));
            let rest = |of: Expr| make::arithmetic(ArithmeticOp::Remainder, of, make::integer(7));
            Some(Value::Plain(match part.as_str() {
                "year" | "years" => whole(plain, "year"),
                "month" | "months" => whole(plain, "month"),
                "day" | "days" | "dayofmonth" => whole(plain, "day"),
                "hour" | "hours" => whole(plain, "hour"),
                "isodow" => whole(plain, "weekday"),
                "quarter" => plain.map(Type::Float, |of| {
                    let month = make::call("month", vec![of]);
                    let third = make::arithmetic(ArithmeticOp::Divide, month, make::integer(3));
                    make::call("ceil", vec![third])
                }),
                // Sunday is 1.
                "dayofweek" if sunday_first => plain.map(Type::Integer, |of| {
                    let day = rest(make::call("weekday", vec![of]));
                    make::arithmetic(ArithmeticOp::Add, day, make::integer(1))
                }),
                // Sunday is 0.
                "dow" if !sunday_first => {
                    plain.map(Type::Integer, |of| rest(make::call("weekday", vec![of])))
                }
                _ => {
                    return this.refuse(
                        span,
                        format!("the part `{part}` of a time has no counterpart"),
                        "segments have `year`, `month`, `day`, `hour`; `isodow` counts weekdays from Monday as 1",
                    );
                }
            }))
        })
    }
}

/// A word in quotes or bare: the name of a unit or a part.
fn word(expr: &sql::Expr) -> Option<String> {
    match expr {
        sql::Expr::Identifier(name) => Some(name.value.to_lowercase()),
        sql::Expr::Value(value) => value.value.clone().into_string().map(|text| text.to_lowercase()),
        _ => None,
    }
}

fn word_of_unit(expr: &sql::Expr) -> Option<Unit> {
    unit(&word(expr)?)
}

/// How many units a time of the clock is moved, if it is by whole units of this kind.
fn moved_units(expr: &Expr, by: Unit) -> Option<Interval> {
    use crate::syntax::ast::{Count, ExprKind as E};
    let (count, unit, origin) = match &expr.kind {
        E::Ago(Count::Number(count, _), unit) => (count.checked_neg()?, *unit, true),
        E::FromNow(Count::Number(count, _), unit) => (*count, *unit, true),
        E::Arithmetic(op, left, right) => match (&left.kind, &right.kind) {
            (E::Today, E::Duration(Count::Number(count, _), unit)) => {
                (if *op == ArithmeticOp::Subtract { count.checked_neg()? } else { *count }, *unit, true)
            }
            _ => return None,
        },
        _ => return None,
    };
    // A month before the 31st is in the month before; a week before a day isn't at a week's start.
    (origin && starts(unit, by) && !(by == Unit::Day && unit != Unit::Day && unit != Unit::Week))
        .then(|| Interval::of(count, unit))
}
