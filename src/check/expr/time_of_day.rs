//! `time(t) between "09:30" and "17:00"`: the local time of day.

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::{Literal, Type};

use super::super::hir::{Comparison, Cond, CondKind, TimePart, Value, ValueKind};
use super::super::problems::time::NotTimeOfDay;
use super::super::problems::types::WrongCount;
use super::super::resolve::NameScope;
use super::call::part;
use super::value::constant;
use super::{Checker, cond, describe};

const FUNCTION: &str = "time";

/// The operands of `time(…)`.
pub(super) fn time_of_day(expr: &Expr) -> Option<&[Expr]> {
    match &expr.kind {
        ExprKind::Call { name, args } if name.text == FUNCTION => Some(args),
        _ => None,
    }
}

impl Checker<'_, '_> {
    /// Both ends are included as instants. If the first is later, the range goes over midnight.
    pub(super) fn time_between(
        &mut self,
        (call, args): (&Expr, &[Expr]),
        (low, high): (&Expr, &Expr),
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let time = self.time_operand(args, call.span, scope);
        let bounds = (self.time_text(low, scope), self.time_text(high, scope));
        let (time, from, to) = (Box::new(time?), bounds.0?, bounds.1?);
        let bound = |micros: i64, at: &Expr| Box::new(constant(Literal::Integer(micros), at.span));
        let (low_bound, high_bound) = (bound(from, low), bound(to, high));
        let kind = if from < to {
            CondKind::Between(time, low_bound, high_bound)
        } else if from == to {
            CondKind::Compare(Comparison::Equal, time, low_bound)
        } else {
            let late = CondKind::Compare(Comparison::GreaterOrEqual, time.clone(), low_bound);
            let early = CondKind::Compare(Comparison::LessOrEqual, time, high_bound);
            CondKind::Or(vec![cond(late, span), cond(early, span)])
        };
        Some(cond(kind, span))
    }

    /// The time of day of a timestamp.
    fn time_operand(&mut self, args: &[Expr], span: Span, scope: &NameScope) -> Option<Value> {
        let values: Vec<Option<Value>> = args.iter().map(|arg| self.value(arg, scope)).collect();
        let ([arg], Some(found)) = (args, values.into_iter().collect::<Option<Vec<_>>>()?.pop()) else {
            let (name, given) = (FUNCTION.to_owned(), args.len());
            return self.fail(WrongCount { span, name, takes: "one value", given, example: "x" });
        };
        let found = self.of_type(found, arg, "`time`", |ty| *ty == Type::Timestamp, "timestamps")?;
        let span = arg.span;
        part(TimePart::TimeOfDay, vec![found], span)
    }

    /// Microseconds since midnight of a constant such as `"09:30"`.
    fn time_text(&mut self, expr: &Expr, scope: &NameScope) -> Option<i64> {
        let found = self.value(expr, scope)?;
        match &found.kind {
            ValueKind::Literal(Literal::String(text)) if let Some(micros) = micros(text) => Some(micros),
            ValueKind::Literal(literal) => {
                let what = match literal {
                    Literal::String(_) => format!("`{literal}`"),
                    _ => describe(expr),
                };
                self.fail(NotTimeOfDay { span: expr.span, what, meant: meant(literal) })
            }
            _ => self.fail(NotTimeOfDay { span: expr.span, what: describe(expr), meant: None }),
        }
    }
}

/// Microseconds since midnight of `HH:MM` or `HH:MM:SS`.
fn micros(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &str, limit: i64| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|number| digits && *number < limit)
    };
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (number(hours, 24)?, number(minutes, 60)?, 0),
        [hours, minutes, seconds] => (number(hours, 24)?, number(minutes, 60)?, number(seconds, 60)?),
        _ => return None,
    };
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000)
}

/// The time that a text such as `9:30`, `24:00` or `5 pm` was probably meant as.
fn meant(literal: &Literal) -> Option<String> {
    let text = match literal {
        Literal::String(text) => text.trim().to_ascii_lowercase(),
        Literal::Integer(hours) => hours.to_string(),
        _ => return None,
    };
    if text.starts_with("24:00") {
        return Some("23:59:59".to_owned());
    }
    let (text, afternoon) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(text), _) => (text.trim(), Some(true)),
        (_, Some(text)) => (text.trim(), Some(false)),
        _ => (text.as_str(), None),
    };
    let mut parts: Vec<String> = text.split(':').map(|part| format!("{part:0>2}")).collect();
    if let Some(afternoon) = afternoon {
        let hours: u32 = parts[0].parse().ok().filter(|hours| (1..=12).contains(hours))?;
        parts[0] = format!("{:02}", hours % 12 + if afternoon { 12 } else { 0 });
    }
    if parts.len() == 1 {
        parts.push("00".to_owned());
    }
    let meant = parts.join(":");
    micros(&meant).map(|_| meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_digits_and_end_before_midnight() {
        assert_eq!(micros("00:00"), Some(0));
        assert_eq!(micros("09:30"), Some(34_200_000_000));
        assert_eq!(micros("23:59:59"), Some(86_399_000_000));
        for text in [
            "",
            "9:30",
            "24:00",
            "09:60",
            "09:30:60",
            "09:30:00.5",
            "09:30 ",
            "+9:30",
            "٠٩:30",
            "09:30:00:00",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_in_another_form_is_suggested() {
        let meant = |text: &str| meant(&Literal::String(text.to_owned()));
        assert_eq!(meant("9:30").as_deref(), Some("09:30"));
        assert_eq!(meant("9").as_deref(), Some("09:00"));
        assert_eq!(meant("5 PM").as_deref(), Some("17:00"));
        assert_eq!(meant("12:15am").as_deref(), Some("00:15"));
        assert_eq!(meant("24:00").as_deref(), Some("23:59:59"));
        assert_eq!(meant("noon"), None);
        assert_eq!(meant("13 pm"), None);
    }
}
