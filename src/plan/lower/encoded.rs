//! Encoded fields: what is read of their columns, and comparisons by what the columns hold.
//!
//! A comparison of an encoded time with one that no row decides becomes a comparison of the column with a
//! count or with digits, so that the engine can skip partitions and use indexes. Columns hold whole units:
//! an instant between two of them is rounded to the side that the comparison excludes.

use crate::catalog::{Field, Storage};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Child, ChildMut, Negated, Query, Scalar, Select, all};
use crate::types::encoded::{date_digits, date_number};
use crate::types::{EpochUnit, Literal, Type};

/// What a field reads of what its column holds.
pub(super) fn read(field: &Field, column: Scalar) -> Scalar {
    match field.storage {
        Storage::Epoch(unit) => instant(unit, column, field.nullable),
        Storage::Digits { number } => {
            let function = if number { Function::NumberDate } else { Function::DigitsDate };
            Scalar::Call(function, vec![column])
        }
        Storage::LooseVersion => Scalar::Call(Function::LooseVersion, vec![column]),
        _ => column,
    }
}

/// The instant of a count; null outside the years 1 to 9999, where counts may be.
fn instant(unit: EpochUnit, column: Scalar, nullable: bool) -> Scalar {
    let micros = match unit.micros() {
        1 => column.clone(),
        length => Scalar::binary(
            BinaryOp::Multiply,
            Scalar::Call(Function::WideInteger, vec![column.clone()]),
            Scalar::integer(length),
        ),
    };
    let instant = Scalar::Call(Function::EpochInstant, vec![micros]);
    if !nullable {
        return instant;
    }
    Scalar::Case(vec![(within_limits(unit, column), instant)], None)
}

fn within_limits(unit: EpochUnit, column: Scalar) -> Scalar {
    let (least, most) = unit.limits();
    between(column, Scalar::integer(least), Scalar::integer(most), false)
}

fn between(value: Scalar, low: Scalar, high: Scalar, negated: bool) -> Scalar {
    Scalar::Between(Box::new(value), Box::new(low), Box::new(high), Negated(negated))
}

/// The same of the values that [`read`] makes.
#[derive(Debug, Clone, Copy)]
struct Encoded<'s> {
    column: &'s Scalar,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Whether counts may be outside the years 1 to 9999.
    Epoch { unit: EpochUnit, limited: bool },
    /// Digits, as text or a number.
    Digits { number: bool },
}

impl<'s> Encoded<'s> {
    fn of(value: &'s Scalar) -> Option<Self> {
        match value {
            Scalar::Case(branches, None) => {
                let [(condition, value)] = &branches[..] else { return None };
                let Self { column, encoding } = Self::of(value)?;
                let Encoding::Epoch { unit, .. } = encoding else { return None };
                let is_limit = *condition == within_limits(unit, column.clone());
                is_limit.then_some(Self { column, encoding: Encoding::Epoch { unit, limited: true } })
            }
            Scalar::Call(function, arguments) => {
                let [column] = &arguments[..] else { return None };
                match function {
                    Function::NumberDate => {
                        Some(Self { column, encoding: Encoding::Digits { number: true } })
                    }
                    Function::DigitsDate => {
                        Some(Self { column, encoding: Encoding::Digits { number: false } })
                    }
                    Function::EpochInstant => {
                        let (column, unit) = counted(column)?;
                        Some(Self { column, encoding: Encoding::Epoch { unit, limited: false } })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// That the ends of a link are equal: what their columns hold, if both are encoded in one way.
pub(super) fn linked(target: Scalar, own: Scalar) -> Vec<Scalar> {
    let held = match (Encoded::of(&target), Encoded::of(&own)) {
        (Some(one), Some(other)) if one.encoding.is_like(other.encoding) => {
            Some(Scalar::equal(one.column.clone(), other.column.clone()))
        }
        _ => None,
    };
    match held {
        // What isn't a value on both sides is missing, and equals nothing.
        Some(equal) => vec![equal, target.present()],
        None => vec![Scalar::equal(target, own)],
    }
}

/// The column and the unit of microseconds.
fn counted(micros: &Scalar) -> Option<(&Scalar, EpochUnit)> {
    let Scalar::Binary(BinaryOp::Multiply, column, length) = micros else {
        return Some((micros, EpochUnit::Micros));
    };
    let Scalar::Call(Function::WideInteger, column) = &**column else { return None };
    let [column] = &column[..] else { return None };
    let is_length = |unit: &EpochUnit| **length == Scalar::integer(unit.micros());
    [EpochUnit::Seconds, EpochUnit::Millis].into_iter().find(is_length).map(|unit| (column, unit))
}

/// A condition on what a column holds.
struct Held {
    /// What the comparison is about.
    main: Scalar,
    /// That the column holds a value at all, on the side that the comparison leaves open.
    present: Option<Scalar>,
}

impl From<Scalar> for Held {
    fn from(main: Scalar) -> Self {
        Self { main, present: None }
    }
}

/// Compares encoded columns of a query by what they hold.
pub(super) fn compare_held(query: &mut Query) {
    query.selects_mut().for_each(compare_held_in);
}

/// The same in one select.
pub(super) fn compare_held_in(select: &mut Select) {
    rewrite_all(vec![ChildMut::Select(select)]);
}

/// The same in one condition.
pub(super) fn compare_held_by(condition: &mut Scalar) {
    rewrite_all(vec![ChildMut::Scalar(condition)]);
}

fn rewrite_all(mut todo: Vec<ChildMut<'_>>) {
    while let Some(child) = todo.pop() {
        match child {
            ChildMut::Scalar(scalar) => {
                rewrite(scalar);
                scalar.children_mut(&mut |child| todo.push(child));
            }
            ChildMut::Select(select) => select.children_mut(&mut |child| todo.push(child)),
        }
    }
}

fn rewrite(scalar: &mut Scalar) {
    if let Scalar::And(parts) = scalar {
        if parts.iter().any(|part| held(part).is_some()) {
            *scalar = all(together(std::mem::take(parts))).unwrap_or(truth(true));
        }
    } else if let Some(Held { main, present }) = held(scalar) {
        *scalar = all([main].into_iter().chain(present).collect()).unwrap_or(truth(true));
    }
}

/// Conditions that must all hold. That a column holds a value follows from a bound on the other side.
fn together(parts: Vec<Scalar>) -> Vec<Scalar> {
    let mut mains = Vec::new();
    let mut presents: Vec<Scalar> = Vec::new();
    for part in parts {
        match held(&part) {
            Some(Held { main, present }) => {
                mains.push(main);
                presents.extend(present);
            }
            None => mains.push(part),
        }
    }
    for present in presents {
        if !mains.iter().any(|main| implies(main, &present)) {
            mains.push(present);
        }
    }
    mains
}

/// Whether a condition on a column implies another: that it isn't beyond a limit, on the same side.
fn implies(main: &Scalar, limit: &Scalar) -> bool {
    if main == limit {
        return true;
    }
    let Scalar::Binary(side, column, most) = limit else { return false };
    if !matches!(**most, Scalar::Literal(Literal::Integer(_))) {
        return false;
    }
    match main {
        Scalar::Binary(op, value, _) => {
            let same = match side {
                BinaryOp::GreaterOrEqual => matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::Greater),
                _ => matches!(op, BinaryOp::LessOrEqual | BinaryOp::Less),
            };
            value == column && (same || *op == BinaryOp::Equal)
        }
        Scalar::Between(value, _, _, Negated(false)) => value == column,
        _ => false,
    }
}

/// A condition on an encoded value as one on its column, if it is a comparison with what no row decides.
fn held(condition: &Scalar) -> Option<Held> {
    match condition {
        Scalar::Binary(op, left, right) => match (Encoded::of(left), Encoded::of(right)) {
            (Some(encoded), None) if is_fixed(right) => compared(*op, encoded, right),
            (None, Some(encoded)) if is_fixed(left) => compared(mirrored(*op)?, encoded, left),
            _ => None,
        },
        Scalar::Between(value, low, high, Negated(false)) if is_fixed(low) && is_fixed(high) => {
            let Encoded { column, encoding } = Encoded::of(value)?;
            let (low, high) = (encoding.bound(low, Side::Ceil)?, encoding.bound(high, Side::Floor)?);
            let present = encoding.is_sparse().then(|| value.as_ref().clone().present());
            Some(Held { main: between(column.clone(), low, high, false), present })
        }
        Scalar::InList(value, list, Negated(false)) => {
            let Encoded { column, encoding } = Encoded::of(value)?;
            let items: Option<Vec<Option<Scalar>>> = list.iter().map(|item| encoding.exact(item)).collect();
            let items: Vec<Scalar> = items?.into_iter().flatten().collect();
            if items.is_empty() {
                return Some(truth(false).into());
            }
            Some(Scalar::InList(Box::new(column.clone()), items, Negated(false)).into())
        }
        Scalar::IsNotNull(value) => match Encoded::of(value)? {
            Encoded { column, encoding: Encoding::Epoch { unit, limited: true } } => {
                Some(within_limits(unit, column.clone()).into())
            }
            _ => None,
        },
        _ => None,
    }
}

/// `column op bound`, where the column is encoded.
fn compared(op: BinaryOp, encoded: Encoded<'_>, bound: &Scalar) -> Option<Held> {
    let Encoded { column, encoding } = encoded;
    let compare = |op, bound| Scalar::binary(op, column.clone(), bound);
    let side = match op {
        BinaryOp::Less | BinaryOp::GreaterOrEqual => Side::Ceil,
        BinaryOp::LessOrEqual | BinaryOp::Greater => Side::Floor,
        BinaryOp::Equal => {
            return Some(match encoding.exact(bound) {
                Some(Some(exact)) => compare(BinaryOp::Equal, exact).into(),
                Some(None) => truth(false).into(),
                // An instant between two counts is none of them.
                None => {
                    let ends = (encoding.bound(bound, Side::Ceil)?, encoding.bound(bound, Side::Floor)?);
                    match ends.0 == ends.1 {
                        true => compare(BinaryOp::Equal, ends.0).into(),
                        false => between(column.clone(), ends.0, ends.1, false).into(),
                    }
                }
            });
        }
        BinaryOp::NotEqual | BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply => return None,
    };
    let main = compare(op, encoding.bound(bound, side)?);
    let present = match encoding {
        Encoding::Epoch { limited: false, .. } => None,
        Encoding::Epoch { unit, limited: true } => {
            let (least, most) = unit.limits();
            Some(match op {
                BinaryOp::Less | BinaryOp::LessOrEqual => {
                    compare(BinaryOp::GreaterOrEqual, Scalar::integer(least))
                }
                _ => compare(BinaryOp::LessOrEqual, Scalar::integer(most)),
            })
        }
        Encoding::Digits { .. } => Some(encoding.read(column.clone()).present()),
    };
    Some(Held { main, present })
}

/// To which unit an instant between two of them is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Floor,
    Ceil,
}

impl Encoding {
    /// Whether equal values are encoded alike.
    fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Epoch { unit, .. }, Self::Epoch { unit: same, .. }) => unit == same,
            (one, other) => one == other,
        }
    }

    /// Whether what lies between two values may be none: digits that are no day.
    fn is_sparse(self) -> bool {
        matches!(self, Self::Digits { .. })
    }

    /// What is read of digits.
    fn read(self, column: Scalar) -> Scalar {
        let function = match self {
            Self::Digits { number: true } => Function::NumberDate,
            _ => Function::DigitsDate,
        };
        Scalar::Call(function, vec![column])
    }

    /// What a column holds for a constant: `Some(None)` if there is no such value, `None` for what isn't one.
    fn exact(self, constant: &Scalar) -> Option<Option<Scalar>> {
        match (self, constant) {
            (Self::Epoch { unit, .. }, Scalar::Literal(Literal::Timestamp(instant))) => {
                Some(unit.count(*instant).map(Scalar::integer))
            }
            (Self::Digits { .. }, Scalar::Literal(Literal::Date(day))) => Some(Some(self.digits(*day))),
            _ => None,
        }
    }

    fn digits(self, day: jiff::civil::Date) -> Scalar {
        match self {
            Self::Digits { number: true } => Scalar::integer(date_number(day)),
            _ => Scalar::text(date_digits(day)),
        }
    }

    /// What columns are compared with for a bound that no row decides.
    fn bound(self, bound: &Scalar, side: Side) -> Option<Scalar> {
        Some(match (self, bound) {
            (Self::Epoch { unit, .. }, Scalar::Literal(Literal::Timestamp(instant))) => {
                Scalar::integer(if side == Side::Ceil { unit.ceil(*instant) } else { unit.floor(*instant) })
            }
            (Self::Digits { .. }, Scalar::Literal(Literal::Date(day))) => self.digits(*day),
            (_, Scalar::Literal(_)) => return None,
            (Self::Epoch { unit, .. }, bound) => {
                let micros = Scalar::Call(Function::EpochMicros, vec![bound.clone()]);
                let (length, integer) = (unit.micros(), Scalar::integer);
                let micros = match (length, side) {
                    (1, _) => return Some(micros),
                    (_, Side::Floor) => micros,
                    (_, Side::Ceil) => Scalar::binary(BinaryOp::Add, micros, integer(length - 1)),
                };
                Scalar::Call(Function::FloorDivide, vec![micros, integer(length)])
            }
            (Self::Digits { number }, bound) => {
                let digits = Scalar::Call(Function::DateDigits, vec![bound.clone()]);
                if number { Scalar::Cast(Box::new(digits), Type::Integer) } else { digits }
            }
        })
    }
}

/// Whether no row decides a value.
pub(super) fn is_fixed(value: &Scalar) -> bool {
    let (mut todo, mut fixed) = (vec![value], true);
    while let Some(scalar) = todo.pop() {
        fixed &= match scalar {
            Scalar::Literal(_) | Scalar::Clock(_) => true,
            Scalar::Call(..)
            | Scalar::Case(..)
            | Scalar::Binary(..)
            | Scalar::Least(_)
            | Scalar::Greatest(_) => {
                scalar.children(&mut |child| match child {
                    Child::Scalar(child) => todo.push(child),
                    Child::Select(_) => fixed = false,
                });
                fixed
            }
            _ => false,
        };
    }
    fixed
}

pub(super) fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Equal => BinaryOp::Equal,
        BinaryOp::NotEqual => BinaryOp::NotEqual,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply => return None,
    })
}

fn truth(value: bool) -> Scalar {
    Scalar::Literal(Literal::Boolean(value))
}
