//! Values.

use super::time::NOW;
use super::words::constant;
use super::{Phrase, Scope, Speaker};
use crate::check::hir::{ArithmeticOp, Base, Func, LocalTime, Path, TimePart, Value, ValueKind};
use crate::types::Literal;

impl Speaker<'_> {
    /// A value as a noun.
    pub(super) fn value(&mut self, value: &Value, scope: Scope) -> Phrase {
        match &value.kind {
            ValueKind::Literal(literal) => Phrase::tight(constant(literal)),
            ValueKind::Field(path, field) => {
                let name = self.names.field(path.end, *field);
                Phrase::tight(self.at(path, &name, scope))
            }
            ValueKind::Trait(path, id) => {
                if !self.traits.contains(id) {
                    self.traits.push(*id);
                }
                let name = self.names.computed(*id);
                Phrase::tight(self.at(path, &name, scope))
            }
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate, scope),
            ValueKind::Arithmetic(op, left, right) => {
                let (left, right) = (self.operand(left, scope), self.operand(right, scope));
                Phrase::loose(format!("{left} {} {right}", arithmetic(*op)))
            }
            ValueKind::Negate(inner) => Phrase::loose(format!("minus {}", self.operand(inner, scope))),
            ValueKind::Call(func, args) => self.call(*func, args, scope),
            ValueKind::Now => Phrase::tight(NOW),
            ValueKind::Instant(local) => self.instant(local, scope),
            ValueKind::LocalDate(local) => self.date(local, scope),
            ValueKind::LocalPart(part, local) => self.local_part(*part, local, scope),
            ValueKind::ShiftExact(inner, micros) => self.shifted(inner, *micros, scope),
            ValueKind::DaysBetween(from, to) => {
                let (from, to) = (self.day_of(from, scope), self.day_of(to, scope));
                Phrase::loose(format!("the number of days from {from} to {to}"))
            }
            ValueKind::Condition(cond) => {
                let text = self.inline(cond, false, scope).text;
                Phrase::loose(format!("whether {text}"))
            }
            ValueKind::Bucket { entity, seed } => {
                let seed = constant(&Literal::String(seed.clone()));
                let row = self.names.entity(*entity);
                Phrase::loose(format!("the {row}'s bucket, 0 to 9999, for the seed {seed}"))
            }
            ValueKind::Periods(periods) => self.periods(periods, scope),
        }
    }

    /// A value inside another one.
    pub(super) fn operand(&mut self, value: &Value, scope: Scope) -> String {
        self.value(value, scope).unit()
    }

    /// Something of the row at the end of a path: `plan`, `the company's industry`, `this customer's plan`.
    fn at(&mut self, path: &Path, name: &str, scope: Scope) -> String {
        match self.row_at(path, scope) {
            Some(row) => format!("{row}'s {name}"),
            None => name.to_owned(),
        }
    }

    /// The row at the end of a path; `None` for the row itself.
    pub(super) fn row_at(&mut self, path: &Path, scope: Scope) -> Option<String> {
        let base = match path.base {
            Base::This => None,
            Base::Outer => Some(self.outer(scope)),
        };
        let hops = path.hops.iter().map(|hop| self.names.hop(hop));
        let row: Vec<String> = base.into_iter().chain(hops).collect();
        match (row.is_empty(), path.base) {
            (true, _) => None,
            (false, Base::This) => Some(format!("the {}", row.join("'s "))),
            (false, Base::Outer) => Some(row.join("'s ")),
        }
    }

    fn outer(&self, scope: Scope) -> String {
        let outer = scope.outer.unwrap_or(scope.this);
        let this = if outer == scope.this { "the outer" } else { "this" };
        format!("{this} {}", self.names.entity(outer))
    }

    fn local_part(&mut self, part: TimePart, local: &LocalTime, scope: Scope) -> Phrase {
        self.calendar = true;
        let of = self.local(local, scope).unit();
        Phrase::tight(match part {
            TimePart::Year => format!("the year of {of}"),
            TimePart::Month => format!("the month (1 to 12) of {of}"),
            TimePart::Day => format!("the day of the month of {of}"),
            TimePart::Hour => format!("the hour (0 to 23) of {of}"),
            TimePart::Minute => format!("the minute (0 to 59) of {of}"),
            TimePart::TimeOfDay => format!("the time of day of {of}"),
            TimePart::Weekday => format!("the weekday (1 is Monday) of {of}"),
        })
    }

    fn call(&mut self, func: Func, args: &[Value], scope: Scope) -> Phrase {
        if let Func::Bucket(tool) = func {
            let args: Vec<String> = args.iter().map(|arg| self.operand(arg, scope)).collect();
            let (seed, of) = args
                .split_first()
                .map_or(("", ""), |(seed, rest)| (seed.as_str(), rest.first().map_or("", String::as_str)));
            let name = tool.name();
            return Phrase::loose(format!("the bucket of {of} as {name} cuts it, for the seed {seed}"));
        }
        if func == Func::Coalesce {
            let args: Vec<String> = args.iter().map(|arg| self.operand(arg, scope)).collect();
            return Phrase::tight(match args.as_slice() {
                [first, second] => format!("{first} (or {second} if missing)"),
                all => format!("(the first of {} that is present)", all.join(", ")),
            });
        }
        let mut args = args.iter().map(|arg| self.operand(arg, scope));
        let of = args.next().unwrap_or_default();
        let second = args.next().unwrap_or_default();
        let after = |text: &str| Phrase::loose(format!("{of} {text}"));
        let before = |text: &str| Phrase::loose(format!("{text} of {of}"));
        match func {
            Func::Lower => after("in lower case"),
            Func::Upper => after("in upper case"),
            Func::Trim => after("without spaces at both ends"),
            Func::Length => before("the number of characters"),
            Func::Abs => before("the absolute value"),
            Func::Round => after("rounded to a whole number"),
            Func::Floor => after("rounded down"),
            Func::Ceil => after("rounded up"),
            Func::ReadInteger => after("read as a whole number"),
            Func::ReadDecimal => after("read as a decimal"),
            Func::ReadFloat => after("read as a floating-point number"),
            Func::ReadDate => after("read as a date"),
            Func::ReadTimestamp => after("read as an instant"),
            Func::ReadLocal => after(&format!("read as a local time of {second}")),
            Func::Text => after("as text"),
            Func::Semver => after("read as a version"),
            Func::Size => before("the number of elements"),
            Func::Coalesce | Func::Bucket(_) => Phrase::loose(of),
        }
    }
}

fn arithmetic(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "+",
        ArithmeticOp::Subtract => "−",
        ArithmeticOp::Multiply => "×",
        ArithmeticOp::Divide => "÷",
        ArithmeticOp::Remainder => "modulo",
    }
}
