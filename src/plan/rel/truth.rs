//! What a condition can be where some columns are the same in all rows.

use super::{BinaryOp, Negated, Scalar};
use crate::dialect::Function;
use crate::types::Literal;

/// What a value is in every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known<'a> {
    Missing,
    Text(&'a str),
}

/// The outcomes that a condition can have: true, false, missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Truth {
    yes: bool,
    no: bool,
    missing: bool,
}

impl Truth {
    pub(super) const TRUE: Self = Self { yes: true, no: false, missing: false };
    const FALSE: Self = Self { yes: false, no: true, missing: false };
    const MISSING: Self = Self { yes: false, no: false, missing: true };
    const ANY: Self = Self { yes: true, no: true, missing: true };

    fn of(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    pub(super) fn may_be_true(self) -> bool {
        self.yes
    }

    fn not(self) -> Self {
        Self { yes: self.no, no: self.yes, missing: self.missing }
    }

    fn and(self, other: Self) -> Self {
        let (one, two) = (self, other);
        Self {
            yes: one.yes && two.yes,
            no: one.no || two.no,
            missing: one.missing && (two.yes || two.missing) || two.missing && (one.yes || one.missing),
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

/// What a column is in every row, by its alias and its name.
pub(super) type ColumnIs<'f, 'a> = &'f dyn Fn(&str, &str) -> Option<Known<'a>>;

/// The outcomes of a condition. It recurses as deep as the condition is, which the parser limits.
pub(super) fn truth<'a>(condition: &'a Scalar, of: ColumnIs<'_, 'a>) -> Truth {
    match condition {
        Scalar::Literal(Literal::Boolean(value)) => Truth::of(*value),
        Scalar::And(all) => all.iter().fold(Truth::TRUE, |so_far, one| so_far.and(truth(one, of))),
        Scalar::Or(any) => any.iter().fold(Truth::FALSE, |so_far, one| so_far.or(truth(one, of))),
        Scalar::Not(one) => truth(one, of).not(),
        Scalar::IsNotTrue(one) => {
            let Truth { yes, no, missing } = truth(one, of);
            Truth { yes: no || missing, no: yes, missing: false }
        }
        Scalar::IsNull(one) => match value(one, of) {
            Some(Known::Missing) => Truth::TRUE,
            Some(Known::Text(_)) => Truth::FALSE,
            None => Truth { missing: false, ..Truth::ANY },
        },
        Scalar::IsNotNull(one) => match value(one, of) {
            Some(Known::Missing) => Truth::FALSE,
            Some(Known::Text(_)) => Truth::TRUE,
            None => Truth { missing: false, ..Truth::ANY },
        },
        Scalar::Binary(op, left, right) => compare(*op, value(left, of), value(right, of)),
        Scalar::InList(one, list, Negated(negated)) => {
            let found = among(value(one, of), list, of);
            if *negated { found.not() } else { found }
        }
        Scalar::Between(one, low, high, _) => match [one, low, high].map(|part| value(part, of)) {
            [Some(Known::Missing), ..] => Truth::MISSING,
            _ => Truth::ANY,
        },
        Scalar::Exists(..) => Truth { missing: false, ..Truth::ANY },
        Scalar::InQuery(one, ..) if value(one, of) == Some(Known::Missing) => {
            Truth { yes: false, ..Truth::ANY }
        }
        Scalar::Coalesce(parts) => coalesce(parts, of),
        other if value(other, of) == Some(Known::Missing) => Truth::MISSING,
        _ => Truth::ANY,
    }
}

/// The first of several conditions that isn't missing.
fn coalesce<'a>(parts: &'a [Scalar], of: ColumnIs<'_, 'a>) -> Truth {
    parts.iter().rev().fold(Truth::MISSING, |later, part| {
        let Truth { yes, no, missing } = truth(part, of);
        match missing {
            true => Truth { yes: yes || later.yes, no: no || later.no, missing: later.missing },
            false => Truth { yes, no, missing },
        }
    })
}

fn compare(op: BinaryOp, left: Option<Known<'_>>, right: Option<Known<'_>>) -> Truth {
    match (op, left, right) {
        (_, Some(Known::Missing), _) | (_, _, Some(Known::Missing)) => Truth::MISSING,
        (BinaryOp::Equal, Some(Known::Text(one)), Some(Known::Text(other))) => Truth::of(one == other),
        (BinaryOp::NotEqual, Some(Known::Text(one)), Some(Known::Text(other))) => Truth::of(one != other),
        _ => Truth::ANY,
    }
}

/// Whether a value is in a list.
fn among<'a>(one: Option<Known<'a>>, list: &'a [Scalar], of: ColumnIs<'_, 'a>) -> Truth {
    let item = |item| compare(BinaryOp::Equal, one, value(item, of));
    list.iter().fold(Truth::FALSE, |so_far, one| so_far.or(item(one)))
}

/// What a value is in every row, if that is known.
fn value<'a>(scalar: &'a Scalar, of: ColumnIs<'_, 'a>) -> Option<Known<'a>> {
    let missing = |known: Option<Known<'a>>| known.filter(|known| *known == Known::Missing);
    match scalar {
        Scalar::Column(alias, name) => of(alias, name),
        Scalar::Literal(Literal::String(text)) => Some(Known::Text(text)),
        Scalar::Missing(_) => Some(Known::Missing),
        Scalar::Cast(one, _) | Scalar::Negate(one) => missing(value(one, of)),
        Scalar::Call(Function::ReadDecimal | Function::WideInteger | Function::EpochInstant, one) => {
            missing(one.first().and_then(|one| value(one, of)))
        }
        Scalar::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, left, right) => {
            missing(value(left, of)).or_else(|| missing(value(right, of)))
        }
        Scalar::Case(branches, None) => {
            branches.iter().all(|(when, _)| !truth(when, of).may_be_true()).then_some(Known::Missing)
        }
        _ => None,
    }
}
