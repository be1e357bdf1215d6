//! Functions.

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind, Name};
use crate::syntax::keywords::{Role, keywords};
use crate::types::{Literal, Type};

use super::super::elsewhere;
use super::super::hir::{Func, LocalTime, TimePart, Value, ValueKind};
use super::super::names::suggest;
use super::super::problems::names::UnknownFunction;
use super::super::problems::time::TimeAlone;
use super::super::problems::types::{Mismatch, TypeUnsupported, WrongCount};
use super::super::resolve::NameScope;
use super::time::{day_of, now};
use super::value::constant;
use super::{Checker, describe, value, write_back};

/// What a function does with its values.
#[derive(Debug, Clone, Copy)]
enum FunctionKind {
    Text(Func),
    Number(Func),
    Coalesce,
    Semver,
    Read(Func),
    Write,
    Date,
    Part(TimePart),
    TimeOfDay,
    DaysSince,
    DaysBetween,
    Size,
    Bucket,
}

const FUNCTIONS: [(&str, FunctionKind); 27] = [
    ("abs", FunctionKind::Number(Func::Abs)),
    ("bucket", FunctionKind::Bucket),
    ("ceil", FunctionKind::Number(Func::Ceil)),
    ("coalesce", FunctionKind::Coalesce),
    ("date", FunctionKind::Date),
    ("decimal", FunctionKind::Read(Func::ReadDecimal)),
    ("day", FunctionKind::Part(TimePart::Day)),
    ("days_between", FunctionKind::DaysBetween),
    ("days_since", FunctionKind::DaysSince),
    ("float", FunctionKind::Read(Func::ReadFloat)),
    ("floor", FunctionKind::Number(Func::Floor)),
    ("hour", FunctionKind::Part(TimePart::Hour)),
    ("integer", FunctionKind::Read(Func::ReadInteger)),
    ("length", FunctionKind::Text(Func::Length)),
    ("lower", FunctionKind::Text(Func::Lower)),
    ("minute", FunctionKind::Part(TimePart::Minute)),
    ("month", FunctionKind::Part(TimePart::Month)),
    ("round", FunctionKind::Number(Func::Round)),
    ("semver", FunctionKind::Semver),
    ("size", FunctionKind::Size),
    ("text", FunctionKind::Write),
    ("time", FunctionKind::TimeOfDay),
    ("timestamp", FunctionKind::Read(Func::ReadTimestamp)),
    ("trim", FunctionKind::Text(Func::Trim)),
    ("upper", FunctionKind::Text(Func::Upper)),
    ("weekday", FunctionKind::Part(TimePart::Weekday)),
    ("year", FunctionKind::Part(TimePart::Year)),
];

impl Checker<'_, '_> {
    pub(super) fn call(
        &mut self,
        name: &Name,
        args: &[Expr],
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        let Some(&(_, kind)) = FUNCTIONS.iter().find(|(known, _)| *known == name.text) else {
            self.names_within(args, scope);
            let help = self.function_for(name, args);
            return self.fail(UnknownFunction { span: name.span, name: name.text.clone(), help });
        };
        let values: Vec<Option<Value>> = args.iter().map(|arg| self.value(arg, scope)).collect();
        let (fits, takes, example) = match kind {
            FunctionKind::Coalesce => (args.len() >= 2, "two values or more", "x, y"),
            FunctionKind::DaysBetween => (args.len() == 2, "two values", "from, to"),
            FunctionKind::Bucket => (args.len() == 1, "a seed", "\"seed\""),
            FunctionKind::Read(Func::ReadTimestamp) => {
                (matches!(args.len(), 1 | 2), "a text, and perhaps a time zone", "x, \"Europe/Paris\"")
            }
            _ => (args.len() == 1, "one value", "x"),
        };
        if !fits {
            return self.fail(WrongCount {
                span,
                name: name.text.clone(),
                takes,
                given: args.len(),
                example,
            });
        }
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        let nullable = values.iter().any(|value| value.nullable);
        let taker = format!("`{}`", name.text);
        match kind {
            FunctionKind::Bucket => self.bucket(values, span, scope),
            FunctionKind::Coalesce => self.coalesce(values, args, span),
            FunctionKind::Size => self.size(values, args, span),
            FunctionKind::Semver => self.semver(values, args, span),
            FunctionKind::Read(func) => self.read(func, values, args, span),
            FunctionKind::Date if values[0].ty == Type::String => {
                self.read(Func::ReadDate, values, args, span)
            }
            FunctionKind::Write => self.write(values, args, span),
            FunctionKind::Text(func) => {
                let values = self.each(values, args, |it, value, arg| it.text(value, arg, &taker))?;
                let ty = if func == Func::Length { Type::Integer } else { Type::String };
                Some(value(ValueKind::Call(func, values), ty, nullable, span))
            }
            FunctionKind::Number(func) => {
                let values = self.each(values, args, |it, value, arg| it.number(value, arg, &taker))?;
                let ty = whole_type(func, &values[0].ty);
                Some(value(ValueKind::Call(func, values), ty, nullable, span))
            }
            FunctionKind::TimeOfDay => self.fail(TimeAlone { span, what: write_back(&args[0]) }),
            FunctionKind::Part(which @ (TimePart::Hour | TimePart::Minute)) => {
                let values = self.each(values, args, |it, value, arg| {
                    it.of_type(value, arg, &taker, |ty| *ty == Type::Timestamp, "timestamps")
                })?;
                part(which, values, span)
            }
            FunctionKind::Date
            | FunctionKind::Part(_)
            | FunctionKind::DaysSince
            | FunctionKind::DaysBetween => {
                let values = self.each(values, args, |it, value, arg| {
                    it.of_type(value, arg, &taker, Type::is_time, "dates and timestamps")
                })?;
                match kind {
                    FunctionKind::Part(which) => part(which, values, span),
                    FunctionKind::Date => {
                        values.into_iter().next().map(|time| Value { span, ..as_day(time) })
                    }
                    _ => days(values, span),
                }
            }
        }
    }

    /// What was probably meant by a function that the language doesn't have.
    fn function_for(&self, name: &Name, args: &[Expr]) -> Option<String> {
        let lower = name.text.to_lowercase();
        let known = || FUNCTIONS.iter().map(|(known, _)| *known).chain(keywords(Role::Aggregate));
        if lower != name.text && known().any(|one| one == lower) {
            return Some(format!("functions are written in lower case: `{lower}`"));
        }
        let list: Option<Vec<String>> = args
            .iter()
            .map(|arg| match &arg.kind {
                ExprKind::Literal(literal) => Some(literal.to_string()),
                _ => None,
            })
            .collect();
        match list
            .filter(|list| !list.is_empty() && matches!(lower.as_str(), "any" | "some" | "one_of" | "in"))
        {
            Some(list) => Some(format!("a list of values follows `in`: `in ({})`", list.join(", "))),
            None => elsewhere::function(&name.text)
                .map(str::to_owned)
                .or_else(|| suggest(&name.text, known(), "the functions are")),
        }
    }

    /// Reports the unknown names among the arguments of an unknown function; what else is wrong
    /// with them may only follow from it.
    fn names_within(&mut self, args: &[Expr], scope: &NameScope) {
        let others = std::mem::take(self.problems);
        for arg in args {
            self.value(arg, scope);
        }
        let found = std::mem::replace(self.problems, others);
        for problem in found {
            if matches!(problem.code, "SEG302" | "SEG303" | "SEG304" | "SEG305") {
                self.report(problem);
            }
        }
    }

    /// Checks every value, so that every problem is found.
    fn each(
        &mut self,
        values: Vec<Value>,
        args: &[Expr],
        mut check: impl FnMut(&mut Self, Value, &Expr) -> Option<Value>,
    ) -> Option<Vec<Value>> {
        let checked: Vec<Option<Value>> =
            values.into_iter().zip(args).map(|(value, arg)| check(self, value, arg)).collect();
        checked.into_iter().collect()
    }

    pub(super) fn of_type(
        &mut self,
        found: Value,
        arg: &Expr,
        taker: &str,
        fits: impl Fn(&Type) -> bool,
        takes: &'static str,
    ) -> Option<Value> {
        if fits(&found.ty) {
            return Some(found);
        }
        self.wrong_type(&found, arg, taker, takes, None)
    }

    fn coalesce(&mut self, values: Vec<Value>, args: &[Expr], span: Span) -> Option<Value> {
        let versions = values.iter().any(|value| value.ty == Type::Semver);
        let values = match versions {
            true => self.each(values, args, |it, value, arg| {
                it.as_version((arg, value), &Type::Semver).map(|it| it.1)
            })?,
            false => values,
        };
        for (found, arg) in values.iter().zip(args) {
            if matches!(found.ty, Type::Json | Type::Array(_)) {
                let (what, ty) = (describe(arg), found.ty.to_string());
                return self.fail(TypeUnsupported { span: arg.span, what, ty });
            }
        }
        let mut ty = values[0].ty.clone();
        for (found, arg) in values.iter().zip(args).skip(1) {
            let joined = if found.ty == ty { Some(ty.clone()) } else { ty.widest(&found.ty) };
            let Some(joined) = joined else {
                return self.fail(Mismatch {
                    span: arg.span,
                    left: describe(&args[0]),
                    left_ty: values[0].ty.to_string(),
                    left_span: args[0].span,
                    right: describe(arg),
                    right_ty: found.ty.to_string(),
                    right_span: arg.span,
                    help: "give all values one type".to_owned(),
                });
            };
            ty = joined;
        }
        let nullable = values.iter().all(|value| value.nullable);
        let values = values.into_iter().map(|value| widened(value, &ty)).collect();
        Some(value(ValueKind::Call(Func::Coalesce, values), ty, nullable, span))
    }
}

/// A constant in the type that it widens to; other values are widened where they are read.
fn widened(found: Value, ty: &Type) -> Value {
    let literal = match (&found.kind, ty) {
        (ValueKind::Literal(Literal::Integer(number)), Type::Decimal { .. }) => {
            Literal::Decimal((*number).into())
        }
        #[expect(clippy::cast_precision_loss, reason = "integers widen to floats by rounding")]
        (ValueKind::Literal(Literal::Integer(number)), Type::Float) => Literal::Float(*number as f64),
        (ValueKind::Literal(Literal::Decimal(number)), Type::Float) => match number.to_string().parse() {
            Ok(number) => Literal::Float(number),
            Err(_) => return found,
        },
        _ => return found,
    };
    constant(literal, found.span)
}

fn whole_type(func: Func, of: &Type) -> Type {
    match of {
        Type::Decimal { .. } if func != Func::Abs => Type::WIDE_INTEGER,
        other => other.clone(),
    }
}

pub(super) fn part(which: TimePart, values: Vec<Value>, span: Span) -> Option<Value> {
    let time = values.into_iter().next()?;
    let nullable = time.nullable;
    let kind = ValueKind::LocalPart(which, Box::new(LocalTime::Of(time)));
    Some(value(kind, Type::Integer, nullable, span))
}

/// Days between two, or from one to as_of.
fn days(values: Vec<Value>, span: Span) -> Option<Value> {
    let mut days = values.into_iter().map(as_day);
    let first = days.next()?;
    let second = days.next().unwrap_or_else(|| day_of(now(span)));
    let nullable = first.nullable || second.nullable;
    Some(value(ValueKind::DaysBetween(Box::new(first), Box::new(second)), Type::Integer, nullable, span))
}

fn as_day(time: Value) -> Value {
    if time.ty == Type::Date { time } else { day_of(time) }
}
