//! Comparisons of two values: where one is true.
use bigdecimal::BigDecimal;

use super::Translator;
use super::database::{CaseRule, TextOrder};
use super::problems::OtherType;
use super::scope::Scope;
use super::truth::{any_of, distinct, without_presence};
use super::value::{Clock, Constant, Plain, Value};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::types::{Literal, Type};

/// How many cases a comparison may have.
const MOST_CASES: usize = 64;

/// The comparison that is true where this one is false.
pub(super) fn complement(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::GreaterOrEqual,
        CompareOp::LessOrEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessOrEqual,
        CompareOp::GreaterOrEqual => CompareOp::Less,
    }
}

/// The comparison with the sides exchanged.
pub(super) fn mirror(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => op,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
    }
}

/// Whether an ordering satisfies a comparison.
pub(super) fn satisfies(op: CompareOp, ordering: std::cmp::Ordering) -> bool {
    match op {
        CompareOp::Equal => ordering.is_eq(),
        CompareOp::NotEqual => ordering.is_ne(),
        CompareOp::Less => ordering.is_lt(),
        CompareOp::LessOrEqual => ordering.is_le(),
        CompareOp::Greater => ordering.is_gt(),
        CompareOp::GreaterOrEqual => ordering.is_ge(),
    }
}

impl Translator<'_> {
    /// Where `left op right` is true.
    pub(super) fn compare(
        &mut self,
        span: Span,
        left: Value,
        op: CompareOp,
        right: Value,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        match (left, right) {
            (Value::Null, _) | (_, Value::Null) => Some(make::boolean(false)),
            (Value::Cases(cases), right) => {
                let compare = |this: &mut Self, value| this.compare(span, value, op, right.clone(), scope);
                self.by_cases(span, cases, compare)
            }
            (left, Value::Cases(cases)) => {
                let compare = |this: &mut Self, value| this.compare(span, left.clone(), op, value, scope);
                self.by_cases(span, cases, compare)
            }
            (Value::Constant(left), Value::Constant(right)) => self.constants(span, &left, op, &right),
            (Value::Constant(left), right) => {
                self.compare(span, right, mirror(op), Value::Constant(left), scope)
            }
            (Value::Plain(left), Value::Constant(right)) => self.with_constant(span, left, op, &right, scope),
            (Value::Plain(left), Value::Plain(right)) => self.plains(span, left, op, right, scope),
            (Value::Truth(holds, fails), right) => self.truths(span, (holds, fails), op, right),
            (left, Value::Truth(holds, fails)) => self.truths(span, (holds, fails), mirror(op), left),
            (Value::Elapsed(later, earlier), Value::Interval(interval)) => {
                self.elapsed(span, *later, *earlier, op, interval, scope)
            }
            (Value::Interval(interval), Value::Elapsed(later, earlier)) => {
                self.elapsed(span, *later, *earlier, mirror(op), interval, scope)
            }
            (Value::Truncated(unit, of), right) => self.truncated(span, unit, *of, op, right, scope),
            (left, Value::Truncated(unit, of)) => self.truncated(span, unit, *of, mirror(op), left, scope),
            _ => {
                self.wrong_type(span, "durations can be compared only with the time between two instants", "")
            }
        }
    }

    fn by_cases(
        &mut self,
        span: Span,
        cases: Vec<(Expr, Value)>,
        mut compare: impl FnMut(&mut Self, Value) -> Option<Expr>,
    ) -> Option<Expr> {
        if cases.len() > MOST_CASES {
            return self.refuse(span, "too many cases", "compute the value in the catalog's `query:`");
        }
        let mut found = Vec::new();
        for (when, value) in cases {
            let when = without_presence(when, &value);
            found.push(make::all([when, compare(self, value)?]));
        }
        Some(any_of(found))
    }

    fn constants(&mut self, span: Span, left: &Constant, op: CompareOp, right: &Constant) -> Option<Expr> {
        match super::literal::order(left, right, self.setting.calendar) {
            Some(ordering) => {
                if let (Constant::Text(_), false) =
                    (left, matches!(op, CompareOp::Equal | CompareOp::NotEqual))
                {
                    return self.refuse(
                        span,
                        "the order of two constants of text",
                        "write `TRUE` or `FALSE`",
                    );
                }
                Some(make::boolean(satisfies(op, ordering)))
            }
            None => self.wrong_type(span, "these constants can't be compared with one another", ""),
        }
    }

    /// A truth value against another, or against a constant.
    fn truths(&mut self, span: Span, left: (Expr, Expr), op: CompareOp, right: Value) -> Option<Expr> {
        let (holds, fails) = left;
        let right = match right {
            Value::Truth(holds, fails) => (holds, fails),
            Value::Constant(Constant::Boolean(value)) => (make::boolean(value), make::boolean(!value)),
            Value::Plain(plain) if plain.ty == Type::Boolean => {
                let fails = make::equal(plain.expr.clone(), make::boolean(false));
                (plain.expr, fails)
            }
            _ => return self.wrong_type(span, "a condition is compared with a value", ""),
        };
        let either = |a: [Expr; 2], b: [Expr; 2]| Some(make::any([make::all(a), make::all(b)]));
        match op {
            CompareOp::Equal => either([holds, right.0], [fails, right.1]),
            CompareOp::NotEqual => either([holds, right.1], [fails, right.0]),
            _ => self.refuse(span, "truth values have no order here", "compare them with `=` or `<>`"),
        }
    }

    /// What must hold for a value to be present, except for what is known.
    pub(super) fn presence(&self, plain: &Plain, scope: &Scope<'_>) -> Vec<Expr> {
        let needs = plain.needs.iter().filter(|need| !scope.known.contains(&need.key));
        let needs = needs.map(|need| make::present(need.expr.clone()));
        distinct(plain.guards.iter().cloned().chain(needs).collect())
    }

    /// The comparison as it is written in a segment, made true only where SQL's is.
    fn written(&self, written: Expr, negative: bool, values: &[&Plain], scope: &Scope<'_>) -> Expr {
        let conditions = values
            .iter()
            .flat_map(|value| if negative { self.presence(value, scope) } else { value.guards.clone() });
        make::all(distinct(std::iter::once(written).chain(conditions).collect()))
    }

    fn with_constant(
        &mut self,
        span: Span,
        left: Plain,
        op: CompareOp,
        right: &Constant,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        if left.ty.is_time() {
            return self.time_with_constant(span, left, op, right, scope);
        }
        if left.open
            && let (Some(values), Constant::Text(text)) = (&left.values, right)
            && !values.contains(text)
            && matches!(op, CompareOp::Equal | CompareOp::NotEqual)
        {
            let equals = make::boolean(op == CompareOp::NotEqual);
            return Some(self.written(equals, op == CompareOp::NotEqual, &[&left], scope));
        }
        let literal = self.typed(span, right, &left)?;
        self.compares_text(Some(span), &left);
        if op == CompareOp::Equal || op == CompareOp::NotEqual {
            if let (Type::Boolean, Literal::Boolean(value)) = (&left.ty, &literal) {
                let value = *value == (op == CompareOp::Equal);
                let written = if value {
                    left.expr.clone()
                } else {
                    make::equal(left.expr.clone(), make::boolean(false))
                };
                return Some(self.written(written, false, &[&left], scope));
            }
        } else {
            self.orders_text(span, &left);
        }
        // A sum over nothing is 0 in a segment; if the comparison is false for 0, nothing has to be added.
        let mut left = left;
        if left.sum && !zero_satisfies(op, &literal) {
            left.guards.clear();
        }
        let written = make::compare(op, left.expr.clone(), make::literal(literal));
        Some(self.written(written, op == CompareOp::NotEqual, &[&left], scope))
    }

    fn plains(
        &mut self,
        span: Span,
        left: Plain,
        op: CompareOp,
        right: Plain,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        if left.ty.is_time() && right.ty.is_time() {
            return self.times(span, left, op, right, scope);
        }
        let same = left.ty == right.ty || (left.ty.is_number() && right.ty.is_number());
        if !same || matches!(left.ty, Type::Json | Type::Array(_) | Type::Semver) {
            let message = format!("{} and {} can't be compared", left.ty, right.ty);
            return self.wrong_type(
                span,
                message,
                "correct the types in the catalog, or compute it in its `query:`",
            );
        }
        if left.ty == Type::Boolean && !matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            return self.refuse(span, "truth values have no order here", "compare them with `=` or `<>`");
        }
        self.compares_text(Some(span), &left);
        if !matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            self.orders_text(span, &left);
        }
        let written = make::compare(op, left.expr.clone(), right.expr.clone());
        Some(self.written(written, op == CompareOp::NotEqual, &[&left, &right], scope))
    }

    /// The same with another comparison or window, whose presence conditions are the caller's concern.
    pub(super) fn guarded(
        &self,
        written: Expr,
        negative: bool,
        values: &[&Plain],
        scope: &Scope<'_>,
    ) -> Expr {
        self.written(written, negative, values, scope)
    }

    pub(super) fn wrong_type<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<T> {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.problem(OtherType { span, message: message.into(), help });
        None
    }

    /// Notes that the database may compare text differently.
    pub(super) fn compares_text(&mut self, span: Option<Span>, plain: &Plain) {
        let (Some(span), Type::String) = (span, &plain.ty) else { return };
        if self.setting.database.case == CaseRule::Collation {
            self.note(span, "text is compared by code point; the database's collation may ignore case");
        }
    }

    /// Notes that the database may order text differently.
    pub(super) fn orders_text(&mut self, span: Span, plain: &Plain) {
        if plain.ty == Type::String && self.setting.database.order != TextOrder::CodePoints {
            self.note(span, "text is ordered by code point; the database may order it by its collation");
        }
    }
}

/// Whether a comparison of 0 with a number is true.
pub(super) fn zero_satisfies(op: CompareOp, literal: &Literal) -> bool {
    let zero = BigDecimal::from(0);
    match literal {
        Literal::Integer(number) => satisfies(op, 0.cmp(number)),
        Literal::Decimal(number) => satisfies(op, zero.cmp(number)),
        Literal::Float(number) => 0.0_f64.partial_cmp(number).is_some_and(|ordering| satisfies(op, ordering)),
        _ => true,
    }
}

/// Whether a value is an instant of the clock.
pub(super) fn is_clock(plain: &Plain) -> bool {
    plain.clock != Clock::None
}
