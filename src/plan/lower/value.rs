//! Values.

use bigdecimal::Zero;

use super::Lowering;
use super::bounds::shift_exact;
use super::bucket::tool_bucket;
use super::compare::is_total;
use super::digits::operands;
use super::frame::{Mode, Scope};
use crate::check::hir::{ArithmeticOp, Func, Path, TimePart, TraitId, Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::{Literal, Type};

impl Lowering<'_> {
    /// A value; null where it is missing.
    pub(super) fn value(&mut self, scope: &Scope, value: &Value) -> Scalar {
        if value.ty.is_time()
            && let Some(fixed) = self.fixed_scalar(&scope.at, value)
        {
            return fixed;
        }
        match &value.kind {
            ValueKind::Literal(literal) => Scalar::Literal(literal.clone()),
            ValueKind::Field(path, field) => {
                let row = self.row_at(scope, path);
                let column = self.field(&row, *field);
                if value.ty == Type::Semver {
                    Scalar::Call(Function::SemverKey, vec![column])
                } else {
                    column
                }
            }
            ValueKind::Trait(path, id) => self.computed(scope, path, *id),
            ValueKind::Aggregate(aggregate) => {
                let scalar = self.aggregate(scope, aggregate);
                if is_total(aggregate) { or_zero(scalar) } else { scalar }
            }
            ValueKind::Arithmetic(op, left, right) => self.arithmetic(scope, *op, left, right, &value.ty),
            ValueKind::Negate(inner) => Scalar::Negate(Box::new(self.widened(scope, inner))),
            ValueKind::Call(func, args) => self.function(scope, *func, args, &value.ty),
            ValueKind::Now => self.now(&scope.at),
            ValueKind::Instant(local) => {
                self.instant_value(local, &mut |this, inner| this.value(scope, inner))
            }
            ValueKind::LocalDate(local) => {
                self.date_value(local, &mut |this, inner| this.value(scope, inner))
            }
            ValueKind::LocalPart(part, local) => {
                let of = if matches!(part, TimePart::Hour | TimePart::Minute | TimePart::TimeOfDay) {
                    self.local_value(local, &mut |this, inner| this.value(scope, inner))
                } else {
                    self.part_source(scope, local)
                };
                Scalar::Call(part_function(*part), vec![of])
            }
            ValueKind::ShiftExact(inner, micros) => {
                let inner = self.value(scope, inner);
                shift_exact(inner, *micros)
            }
            ValueKind::DaysBetween(from, to) => {
                let args = vec![self.value(scope, from), self.value(scope, to)];
                Scalar::Call(Function::DaysBetween, args)
            }
            ValueKind::Periods(periods) => {
                let scalar = self.periods(scope, periods);
                or_zero(scalar)
            }
            ValueKind::Bucket { seed, .. } => self.bucket(&scope.this, seed),
            ValueKind::Condition(cond) => {
                let holds = self.cond(&scope.with(Mode::Alternative), cond, false);
                Scalar::Coalesce(vec![holds, Scalar::Literal(Literal::Boolean(false))])
            }
        }
    }

    /// Year, month, day and weekday are read from a date as it is.
    fn part_source(&mut self, scope: &Scope, local: &crate::check::hir::LocalTime) -> Scalar {
        use crate::check::hir::LocalTime;
        match local {
            LocalTime::Of(value) if value.ty == Type::Date => self.value(scope, value),
            _ => self.local_value(local, &mut |this, inner| this.value(scope, inner)),
        }
    }

    /// A trait of the row at the end of a path. Behind links it is missing where the row is,
    /// even if it would be 0 or false over nothing.
    fn computed(&mut self, scope: &Scope, path: &Path, id: TraitId) -> Scalar {
        let row = self.row_at(scope, path);
        let inner = scope.over(row.clone(), None).with(scope.mode);
        let hir = self.cx.hir;
        let value = self.value(&inner, &hir.computed(id).value);
        let plain = matches!(hir.computed(id).value.kind, ValueKind::Field(..));
        let Some(&key) = hir.catalog.entity(row.entity).key.first() else { return value };
        if path.hops.is_empty() || plain {
            return value;
        }
        let present = self.field(&row, key).present();
        Scalar::Case(vec![(present, value)], None)
    }

    fn arithmetic(
        &mut self,
        scope: &Scope,
        op: ArithmeticOp,
        left: &Value,
        right: &Value,
        ty: &Type,
    ) -> Scalar {
        let mut scalars = (self.value(scope, left), self.value(scope, right));
        if matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract | ArithmeticOp::Multiply) {
            scalars.0 = self.wide_operand((left, right), scalars.0);
        }
        let scalars = operands(op, (left, right), scalars);
        let binary = |op, (left, right)| Scalar::binary(op, left, right);
        match op {
            ArithmeticOp::Add => binary(BinaryOp::Add, scalars),
            ArithmeticOp::Subtract => binary(BinaryOp::Subtract, scalars),
            ArithmeticOp::Multiply => {
                let digits = scale(&left.ty) + scale(&right.ty);
                let product = binary(BinaryOp::Multiply, scalars);
                let exact = matches!(ty, Type::Decimal { .. });
                if exact && digits > 9 { Scalar::Call(Function::RoundNine, vec![product]) } else { product }
            }
            ArithmeticOp::Divide => {
                Scalar::Call(Function::Divide, vec![scalars.0, divisor(right, scalars.1)])
            }
            ArithmeticOp::Remainder => {
                Scalar::Call(Function::Remainder, vec![scalars.0, divisor(right, scalars.1)])
            }
        }
    }

    fn function(&mut self, scope: &Scope, func: Func, args: &[Value], ty: &Type) -> Scalar {
        if let (Func::Size, [array]) = (func, args) {
            return self.size(scope, array);
        }
        if let (Func::Abs, [number]) = (func, args) {
            return Scalar::Call(Function::Abs, vec![self.widened(scope, number)]);
        }
        if let (Func::Bucket(tool), [seed, of]) = (func, args) {
            return tool_bucket(tool, seed, &of.ty, &self.value(scope, of));
        }
        let scalars: Vec<Scalar> = args.iter().map(|arg| self.value(scope, arg)).collect();
        let function = match func {
            Func::Semver => Function::SemverKey,
            Func::ReadInteger => Function::TextInteger,
            Func::ReadDecimal => Function::TextDecimal,
            Func::ReadDate => Function::TextDate,
            Func::ReadTimestamp => Function::TextTimestamp,
            Func::Text => return text_of(args, scalars),
            Func::Coalesce | Func::Size | Func::Bucket(_) => return Scalar::Coalesce(scalars),
            Func::Lower => Function::Lower,
            Func::Upper => Function::Upper,
            Func::Trim => Function::Trim,
            Func::Length => Function::Length,
            Func::Abs => Function::Abs,
            Func::Round if *ty == Type::Float => Function::RoundFloat,
            Func::Round => Function::RoundExact,
            Func::Floor => Function::Floor,
            Func::Ceil => Function::Ceil,
        };
        match (func, ty) {
            // A whole number is its own floor.
            (Func::Round | Func::Floor | Func::Ceil, Type::Integer) => {
                scalars.into_iter().next().unwrap_or(Scalar::integer(0))
            }
            _ => Scalar::Call(function, scalars),
        }
    }
}

/// An integer, a date or a boolean as text.
fn text_of(args: &[Value], scalars: Vec<Scalar>) -> Scalar {
    let function = match args.first().map(|arg| &arg.ty) {
        Some(Type::Boolean) => {
            let value = scalars.into_iter().next().unwrap_or(Scalar::Literal(Literal::Boolean(false)));
            let not = Scalar::Not(Box::new(value.clone()));
            let branches = vec![(value, Scalar::text("true")), (not, Scalar::text("false"))];
            return Scalar::Case(branches, None);
        }
        Some(Type::Date) => Function::DateText,
        _ => Function::IntegerText,
    };
    Scalar::Call(function, scalars)
}

/// 0 where nothing was counted.
fn or_zero(scalar: Scalar) -> Scalar {
    Scalar::Coalesce(vec![scalar, Scalar::integer(0)])
}

/// A divisor. One that is written out and not 0 needs no guard.
fn divisor(value: &Value, scalar: Scalar) -> Scalar {
    let safe = match &value.kind {
        ValueKind::Literal(Literal::Integer(number)) => *number != 0,
        ValueKind::Literal(Literal::Decimal(number)) => !number.is_zero(),
        ValueKind::Literal(Literal::Float(number)) => *number != 0.0,
        _ => false,
    };
    if safe { scalar } else { Scalar::Call(Function::NonZero, vec![scalar]) }
}

fn scale(ty: &Type) -> u8 {
    match ty {
        Type::Decimal { scale, .. } => *scale,
        _ => 0,
    }
}

fn part_function(part: TimePart) -> Function {
    match part {
        TimePart::Year => Function::Year,
        TimePart::Month => Function::Month,
        TimePart::Day => Function::Day,
        TimePart::Hour => Function::Hour,
        TimePart::Minute => Function::Minute,
        TimePart::TimeOfDay => Function::TimeOfDay,
        TimePart::Weekday => Function::Weekday,
    }
}
