//! Arithmetic of numbers, dates and durations.
use bigdecimal::BigDecimal;
use sqlparser::ast::{self as sql, BinaryOperator as Op};

use super::Translator;
use super::database::{DateMinus, IntegerDivision};
use super::scalar::days_between;
use super::scope::Scope;
use super::value::{Clock, Constant, Interval, Plain, Value};
use crate::syntax::ast::ArithmeticOp;
use crate::syntax::make;
use crate::types::{Literal, Type, Unit};

/// How many cases the operands of an operator may have together.
const MOST_CASES: usize = 64;

impl Translator<'_> {
    pub(super) fn arithmetic(
        &mut self,
        expr: &sql::Expr,
        left: &sql::Expr,
        op: ArithmeticOp,
        right: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let (left, right) = (self.value(left, scope), self.value(right, scope));
        self.combine(expr, left?, op, right?, scope)
    }

    /// Two values and an operator.
    pub(super) fn combine(
        &mut self,
        expr: &sql::Expr,
        left: Value,
        op: ArithmeticOp,
        right: Value,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let span = self.at(expr);
        if cases(&left).saturating_mul(cases(&right)) > MOST_CASES {
            return self.refuse(span, "too many cases", "compute the value in the catalog's `query:`");
        }
        match (left, right) {
            (Value::Null, _) | (_, Value::Null) => Some(Value::Null),
            (Value::Cases(cases), right) => {
                let mut found = Vec::new();
                for (when, value) in cases {
                    found.push((when, self.combine(expr, value, op, right.clone(), scope)?));
                }
                Some(Value::Cases(found))
            }
            (left, Value::Cases(cases)) => {
                let mut found = Vec::new();
                for (when, value) in cases {
                    found.push((when, self.combine(expr, left.clone(), op, value, scope)?));
                }
                Some(Value::Cases(found))
            }
            (left, Value::Interval(by)) => match op {
                ArithmeticOp::Add => self.plus_interval(span, left, by),
                ArithmeticOp::Subtract => match by.negated() {
                    Some(by) => self.plus_interval(span, left, by),
                    None => self.refuse(span, "the duration is too long", ""),
                },
                _ => self.no_counterpart(expr),
            },
            (Value::Interval(by), right) => match (op, right) {
                (ArithmeticOp::Add, right) => self.plus_interval(span, right, by),
                (ArithmeticOp::Multiply, Value::Constant(Constant::Number(times, _))) => {
                    self.times_interval(expr, &times, by)
                }
                _ => self.no_counterpart(expr),
            },
            (Value::Plain(left), Value::Plain(right)) if left.ty.is_time() && right.ty.is_time() => {
                self.between_times(expr, left, op, right)
            }
            (left, Value::Constant(Constant::Number(days, false))) if is_day(&left) => {
                let days =
                    Interval::whole(&days).filter(|_| self.setting.database.date_minus == DateMinus::Days);
                match (days, op) {
                    (Some(days), ArithmeticOp::Add) => self.plus_interval(span, left, Interval::of(days, Unit::Day)),
                    (Some(days), ArithmeticOp::Subtract) => {
                        self.plus_interval(span, left, Interval::of(-days, Unit::Day))
                    }
                    _ => self.refuse(
                        span,
                        "what a number added to a date means depends on the database",
                        "write a duration: `CURRENT_DATE - INTERVAL '7' DAY`; or name the database with `--dialect`",
                    ),
                }
            }
            (left, right) => self.numbers(expr, left, op, right),
        }
    }

    fn times_interval(&mut self, expr: &sql::Expr, times: &BigDecimal, by: Interval) -> Option<Value> {
        let times = Interval::whole(times);
        let parts = by.parts.into_iter().map(|(count, unit)| Some((count.checked_mul(times?)?, unit)));
        match parts.collect::<Option<Vec<_>>>() {
            Some(parts) => Some(Value::Interval(Interval { parts })),
            None => self.no_counterpart(expr),
        }
    }

    /// One date or instant less another.
    fn between_times(
        &mut self,
        expr: &sql::Expr,
        left: Plain,
        op: ArithmeticOp,
        right: Plain,
    ) -> Option<Value> {
        let span = self.at(expr);
        if op != ArithmeticOp::Subtract {
            return self.no_counterpart(expr);
        }
        if left.ty == Type::Date && right.ty == Type::Date {
            if self.setting.database.date_minus != DateMinus::Days {
                return self.refuse(
                    span,
                    "what a date less a date is depends on the database",
                    "name it with `--dialect`, or write `DATEDIFF`",
                );
            }
            return Some(days_between(right, left));
        }
        Some(Value::Elapsed(Box::new(left), Box::new(right)))
    }

    fn numbers(&mut self, expr: &sql::Expr, left: Value, op: ArithmeticOp, right: Value) -> Option<Value> {
        let span = self.at(expr);
        let right_is_constant = matches!(&right, Value::Constant(_));
        let is_zero =
            matches!(&right, Value::Constant(Constant::Number(number, _)) if *number == BigDecimal::from(0));
        let (Some(left), Some(right)) = (self.number(expr, left), self.number(expr, right)) else {
            return None;
        };
        let Some(widest) = left.ty.widest(&right.ty) else { return self.no_counterpart(expr) };
        let float = left.ty == Type::Float || right.ty == Type::Float;
        let integers = left.ty == Type::Integer && right.ty == Type::Integer;
        let ty = match op {
            ArithmeticOp::Divide => {
                match self.setting.database.integer_division {
                    IntegerDivision::Float => {}
                    _ if !integers => {}
                    IntegerDivision::Truncates => {
                        return self.refuse(
                            span,
                            "a division of whole numbers drops the fraction in this database, and keeps it in a segment",
                            "write the comparison without the division, or divide a float: `1.0 * a / b`",
                        );
                    }
                    IntegerDivision::Unknown => {
                        return self.refuse(
                            span,
                            "what a division of whole numbers gives depends on the database",
                            "name it with `--dialect`, or divide a float: `1.0 * a / b`",
                        );
                    }
                }
                if !float {
                    self.note(
                        span,
                        "a division gives a float in a segment; in the database it may be an exact number",
                    );
                }
                Type::Float
            }
            ArithmeticOp::Remainder if float => {
                return self.refuse(
                    span,
                    "remainders of floats have no counterpart",
                    "use whole numbers or decimals",
                );
            }
            _ => match widest {
                Type::Decimal { .. } => Type::DECIMAL,
                other => other,
            },
        };
        let joined = left.join(right, ty, |left, right| make::arithmetic(op, left, right));
        Some(Value::Plain(match op {
            // By zero it is missing.
            ArithmeticOp::Divide | ArithmeticOp::Remainder => {
                if op == ArithmeticOp::Divide && !right_is_constant {
                    self.note(
                        span,
                        "a division by 0 is missing in a segment; in the database it may fail or be infinite",
                    );
                }
                if is_zero {
                    return self.refuse(span, "a division by zero", "correct the divisor");
                }
                joined.missing_as_whole()
            }
            _ => joined,
        }))
    }

    /// A value as a number.
    pub(super) fn number(&mut self, expr: &sql::Expr, value: Value) -> Option<Plain> {
        match value {
            Value::Plain(plain) if plain.ty.is_number() => Some(plain),
            Value::Constant(Constant::Number(number, float)) => {
                let ty = if float { Type::Float } else { Type::DECIMAL };
                let of = Plain::sure(make::integer(0), ty);
                let span = self.at(expr);
                let literal = self.typed(span, &Constant::Number(number, float), &of)?;
                let ty = match &literal {
                    Literal::Integer(_) => Type::Integer,
                    Literal::Float(_) => Type::Float,
                    _ => Type::DECIMAL,
                };
                Some(Plain::sure(make::literal(literal), ty))
            }
            _ => {
                let span = self.at(expr);
                self.wrong_type(span, "arithmetic with something that isn't a number", "")
            }
        }
    }
}

impl Interval {
    /// A whole number.
    pub(super) fn whole(number: &BigDecimal) -> Option<i64> {
        use bigdecimal::ToPrimitive;
        if number.is_integer() { number.to_i64() } else { None }
    }
}

/// The operator of arithmetic.
pub(super) fn operator(op: &Op) -> Option<ArithmeticOp> {
    Some(match op {
        Op::Plus => ArithmeticOp::Add,
        Op::Minus => ArithmeticOp::Subtract,
        Op::Multiply => ArithmeticOp::Multiply,
        Op::Divide => ArithmeticOp::Divide,
        Op::Modulo => ArithmeticOp::Remainder,
        _ => return None,
    })
}

/// Whether a value is a date.
fn is_day(value: &Value) -> bool {
    match value {
        Value::Plain(plain) => plain.ty == Type::Date || plain.clock == Clock::Day,
        Value::Constant(constant) => matches!(constant, Constant::Date(_)),
        _ => false,
    }
}

/// How many cases a value has.
fn cases(value: &Value) -> usize {
    match value {
        Value::Cases(cases) => cases.len(),
        _ => 1,
    }
}
