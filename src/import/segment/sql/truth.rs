//! Where a condition is true, and where it is false.
use sqlparser::ast::{self as sql, BinaryOperator as Op, UnaryOperator};

use super::Translator;
use super::scope::Scope;
use super::value::{Constant, Value};
use crate::syntax::ast::{CompareOp, Expr, ExprKind};
use crate::syntax::make;
use crate::types::Type;

/// The comparison of an operator.
pub(super) fn comparison(op: &Op) -> Option<CompareOp> {
    Some(match op {
        Op::Eq => CompareOp::Equal,
        Op::NotEq => CompareOp::NotEqual,
        Op::Lt => CompareOp::Less,
        Op::LtEq => CompareOp::LessOrEqual,
        Op::Gt => CompareOp::Greater,
        Op::GtEq => CompareOp::GreaterOrEqual,
        _ => return None,
    })
}

/// The operands of a chain of one operator, in order.
pub(super) fn chain<'e>(expr: &'e sql::Expr, joined: &Op) -> Vec<&'e sql::Expr> {
    let (mut found, mut rest) = (Vec::new(), vec![expr]);
    while let Some(next) = rest.pop() {
        match next {
            sql::Expr::BinaryOp { left, op, right } if op == joined => rest.extend([&**right, &**left]),
            sql::Expr::Nested(inner) if is_chain(inner, joined) => rest.push(inner),
            _ => found.push(next),
        }
    }
    found
}

fn is_chain(expr: &sql::Expr, joined: &Op) -> bool {
    match expr {
        sql::Expr::BinaryOp { op, .. } => op == joined,
        sql::Expr::Nested(inner) => is_chain(inner, joined),
        _ => false,
    }
}

impl Translator<'_> {
    /// The condition that holds exactly where `expr` is true, or with `wanted: false`, where it is false.
    pub(super) fn truth(&mut self, expr: &sql::Expr, scope: &Scope<'_>, wanted: bool) -> Option<Expr> {
        self.enter(expr)?;
        let found = self.truth_of(expr, scope, wanted);
        self.depth -= 1;
        found
    }

    fn truth_of(&mut self, expr: &sql::Expr, scope: &Scope<'_>, wanted: bool) -> Option<Expr> {
        use sql::Expr as E;
        let whether = |condition: Expr| if wanted { condition } else { make::not(condition) };
        match expr {
            E::Nested(inner) => self.truth(inner, scope, wanted),
            E::UnaryOp { op: UnaryOperator::Not | UnaryOperator::BangNot, expr } => {
                self.truth(expr, scope, !wanted)
            }
            E::BinaryOp { op: op @ (Op::And | Op::Or), .. } => self.junction(expr, op, scope, wanted),
            E::BinaryOp { left, op: Op::Xor, right } => {
                let both = |this: &mut Self, a, b| {
                    let (left, right) = (this.truth(left, scope, a), this.truth(right, scope, b));
                    Some(make::all([left?, right?]))
                };
                Some(make::any([both(self, true, !wanted)?, both(self, false, wanted)?]))
            }
            E::BinaryOp { left, op, right } if comparison(op).is_some() => {
                let op = comparison(op)?;
                let op = if wanted { op } else { super::compare::complement(op) };
                self.compared(expr, left, op, right, scope)
            }
            E::IsTrue(inner) => Some(whether(self.truth(inner, scope, true)?)),
            E::IsNotTrue(inner) => Some(whether(make::not(self.truth(inner, scope, true)?))),
            E::IsFalse(inner) => Some(whether(self.truth(inner, scope, false)?)),
            E::IsNotFalse(inner) => Some(whether(make::not(self.truth(inner, scope, false)?))),
            E::IsNull(inner) | E::IsUnknown(inner) => Some(whether(self.is_null(inner, scope)?)),
            E::IsNotNull(inner) | E::IsNotUnknown(inner) => {
                Some(whether(make::not(self.is_null(inner, scope)?)))
            }
            E::IsDistinctFrom(left, right) => Some(whether(self.distinct(expr, left, right, scope)?)),
            E::IsNotDistinctFrom(left, right) => {
                Some(whether(make::not(self.distinct(expr, left, right, scope)?)))
            }
            E::BinaryOp { left, op: Op::Spaceship, right } => {
                Some(whether(make::not(self.distinct(expr, left, right, scope)?)))
            }
            E::InList { expr: value, list, negated } => {
                self.in_list(expr, value, list, scope, wanted != *negated)
            }
            E::InSubquery { expr: value, subquery, negated } => {
                self.in_query(expr, value, subquery, scope, wanted != *negated)
            }
            E::Between { expr: value, negated, low, high } => {
                self.between(expr, value, low, high, scope, wanted != *negated)
            }
            E::Exists { subquery, negated } => {
                let exists = self.exists(expr, subquery, scope)?;
                Some(if wanted != *negated { exists } else { make::not(exists) })
            }
            E::Like { .. } | E::ILike { .. } | E::SimilarTo { .. } | E::RLike { .. } => {
                self.pattern(expr, scope, wanted)
            }
            E::BinaryOp { op, .. } if super::pattern::is_pattern(op) => self.pattern(expr, scope, wanted),
            E::AnyOp { left, compare_op, right, .. } => match comparison(compare_op) {
                Some(op) => self.any_or_all(expr, left, op, right, scope, wanted, true),
                None => self.no_counterpart(expr),
            },
            E::AllOp { left, compare_op, right } => match comparison(compare_op) {
                Some(op) => self.any_or_all(expr, left, op, right, scope, wanted, false),
                None => self.no_counterpart(expr),
            },
            _ => self.boolean(expr, scope, wanted),
        }
    }

    /// A value that is a condition: a boolean column, a constant, a function.
    fn boolean(&mut self, expr: &sql::Expr, scope: &Scope<'_>, wanted: bool) -> Option<Expr> {
        if let Some(found) = self.text_function(expr, scope, wanted) {
            return found;
        }
        let value = self.value(expr, scope)?;
        self.boolean_value(expr, value, wanted)
    }

    pub(super) fn boolean_value(&mut self, expr: &sql::Expr, value: Value, wanted: bool) -> Option<Expr> {
        match value {
            Value::Null => Some(make::boolean(false)),
            Value::Truth(holds, fails) => Some(if wanted { holds } else { fails }),
            Value::Constant(Constant::Boolean(value)) => Some(make::boolean(value == wanted)),
            Value::Cases(cases) => {
                let cases: Option<Vec<_>> = cases
                    .into_iter()
                    .map(|(when, value)| {
                        let when = without_presence(when, &value);
                        Some(make::all([when, self.boolean_value(expr, value, wanted)?]))
                    })
                    .collect();
                Some(any_of(cases?))
            }
            Value::Plain(plain) if plain.ty == Type::Boolean => {
                Some(if wanted { plain.expr } else { make::equal(plain.expr, make::boolean(false)) })
            }
            Value::Plain(plain) => {
                let span = self.at(expr);
                let message = format!("this is a value of type {}, not a condition", plain.ty);
                self.wrong_type(span, message, "compare it with something")
            }
            _ => {
                let span = self.at(expr);
                self.wrong_type(span, "this is a value, not a condition", "compare it with something")
            }
        }
    }

    /// AND or OR. Where all parts must hold, each may rely on what the others say is present.
    fn junction(&mut self, expr: &sql::Expr, op: &Op, scope: &Scope<'_>, wanted: bool) -> Option<Expr> {
        let parts = chain(expr, op);
        let all = (*op == Op::And) == wanted;
        let mut inner = scope.clone();
        if all {
            for part in &parts {
                self.facts(part, scope, wanted, &mut inner.known);
            }
        }
        let parts: Vec<_> = parts.into_iter().map(|part| self.truth(part, &inner, wanted)).collect();
        let parts: Vec<Expr> = parts.into_iter().collect::<Option<_>>()?;
        Some(if all { make::all(distinct(parts)) } else { make::any(distinct(parts)) })
    }

    /// Where a value is NULL.
    pub(super) fn is_null(&mut self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Expr> {
        let value = self.value(expr, scope)?;
        Some(null(value))
    }
}

/// Where a value is NULL.
pub(super) fn null(value: Value) -> Expr {
    match value {
        Value::Null => make::boolean(true),
        Value::Constant(_) | Value::Interval(_) => make::boolean(false),
        Value::Plain(plain) => make::not(make::all(present(&plain))),
        Value::Truth(holds, fails) => make::not(make::any([holds, fails])),
        Value::Cases(cases) => {
            any_of(cases.into_iter().map(|(when, value)| make::all([when, null(value)])).collect())
        }
        Value::Elapsed(later, earlier) => {
            make::not(make::all(present(&later).into_iter().chain(present(&earlier))))
        }
        Value::Truncated(_, of) => make::not(make::all(present(&of))),
    }
}

/// The condition of a case without what a comparison with its value implies: that the value is present.
pub(super) fn without_presence(when: Expr, value: &Value) -> Expr {
    let Value::Plain(plain) = value else { return when };
    let implied: Vec<String> = present(plain).iter().map(|part| format!("{part:?}")).collect();
    let is_implied = |part: &Expr| implied.contains(&format!("{part:?}"));
    match when.kind {
        ExprKind::And(parts) => make::all(parts.into_iter().filter(|part| !is_implied(part))),
        kind => {
            let when = Expr { kind, ..when };
            if is_implied(&when) { make::boolean(true) } else { when }
        }
    }
}

/// What must hold for a value to be present.
pub(super) fn present(plain: &super::value::Plain) -> Vec<Expr> {
    let needs = plain.needs.iter().map(|need| make::present(need.expr.clone()));
    distinct(plain.guards.iter().cloned().chain(needs).collect())
}

/// Any of the conditions, each without what the others say already: `A or (not A and B)` is `A or B`, and
/// `x is missing or x != 1` is `x != 1`.
pub(super) fn any_of(conditions: Vec<Expr>) -> Expr {
    let key = |condition: &Expr| format!("{condition:?}");
    let opposites: Vec<String> = conditions.iter().map(|one| key(&make::not(one.clone()))).collect();
    let mut kept = Vec::new();
    for (at, condition) in conditions.into_iter().enumerate() {
        let opposed = |part: &Expr| {
            let part = key(part);
            opposites.iter().enumerate().any(|(other, opposite)| other != at && *opposite == part)
        };
        kept.push(match condition.kind {
            ExprKind::And(parts) => make::all(distinct(parts).into_iter().filter(|part| !opposed(part))),
            kind => Expr { kind, ..condition },
        });
    }
    let holds_for_missing: Vec<String> =
        kept.iter().filter_map(negated_value).map(|value| key(&value)).collect();
    let implied = |condition: &Expr| match &condition.kind {
        ExprKind::Missing { value, negated: false } => holds_for_missing.contains(&key(value)),
        _ => false,
    };
    kept.retain(|condition| !implied(condition));
    make::any(distinct(kept))
}

/// The value of a negated comparison with a constant, which holds where it is missing.
fn negated_value(condition: &Expr) -> Option<Expr> {
    let constant = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(_));
    match &condition.kind {
        ExprKind::Compare { op: CompareOp::NotEqual, left, right, .. } if constant(right) => {
            Some((**left).clone())
        }
        ExprKind::In { value, negated: true, .. } => Some((**value).clone()),
        ExprKind::Text { value, negated: true, .. } => Some((**value).clone()),
        _ => None,
    }
}

/// The conditions without repetitions.
pub(super) fn distinct(conditions: Vec<Expr>) -> Vec<Expr> {
    let mut seen = std::collections::BTreeSet::new();
    conditions.into_iter().filter(|condition| seen.insert(format!("{condition:?}"))).collect()
}
