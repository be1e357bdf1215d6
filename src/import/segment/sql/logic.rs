//! Conditions made of several comparisons: IN, BETWEEN, DISTINCT FROM, ANY, and what conditions beside one
//! another say of missing values.
use sqlparser::ast::{self as sql, BinaryOperator as Op, UnaryOperator};

use super::Translator;
use super::compare::complement;
use super::scope::Scope;
use super::truth::{chain, comparison, null};
use super::value::{Constant, Value};
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;

impl Translator<'_> {
    /// Two values, compared.
    pub(super) fn compared(
        &mut self,
        expr: &sql::Expr,
        left: &sql::Expr,
        op: CompareOp,
        right: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        if let Some(found) = self.position(left, op, right, scope) {
            return found;
        }
        let (left, right) = (self.value(left, scope), self.value(right, scope));
        let span = self.at(expr);
        self.compare(span, left?, op, right?, scope)
    }

    /// Where two values differ, NULL being a value like others.
    pub(super) fn distinct(
        &mut self,
        expr: &sql::Expr,
        left: &sql::Expr,
        right: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let span = self.at(expr);
        let (left, right) = (self.value(left, scope), self.value(right, scope));
        let (left, right) = (left?, right?);
        let equal = self.compare(span, left.clone(), CompareOp::Equal, right.clone(), scope)?;
        let both = make::all([null(left), null(right)]);
        Some(make::not(make::any([equal, both])))
    }

    /// `x IN (…)`: where it is true, or where it is false.
    pub(super) fn in_list(
        &mut self,
        expr: &sql::Expr,
        value: &sql::Expr,
        list: &[sql::Expr],
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Expr> {
        let of = self.value(value, scope);
        let items: Vec<_> = list.iter().map(|item| self.value(item, scope)).collect();
        let (of, items) = (of?, items.into_iter().collect::<Option<Vec<_>>>()?);
        let places: Vec<_> = list.iter().map(|item| self.at(item)).collect();
        let span = self.at(expr);
        // A comparison with NULL is never false.
        if !wanted && items.iter().any(|item| matches!(item, Value::Null)) {
            self.note(span, "a list with NULL: NOT IN is never true, so this selects nobody");
            return Some(make::boolean(false));
        }
        if let Some(found) = self.constants_in_list(&of, &items, &places, scope, wanted) {
            return found;
        }
        let op = if wanted { CompareOp::Equal } else { CompareOp::NotEqual };
        let mut parts = Vec::new();
        for (item, place) in items.into_iter().zip(places) {
            parts.push(self.compare(place, of.clone(), op, item, scope)?);
        }
        Some(if wanted { make::any(parts) } else { make::all(super::truth::distinct(parts)) })
    }

    /// A list of constants of the value's type, which segments write as a list.
    fn constants_in_list(
        &mut self,
        of: &Value,
        items: &[Value],
        places: &[crate::diagnostic::Span],
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Option<Expr>> {
        let Value::Plain(plain) = of else { return None };
        if plain.ty == crate::types::Type::Boolean {
            return None;
        }
        if !plain.guards.is_empty()
            || plain.clock != super::value::Clock::None
            || plain.ty.is_time() && plain.zone.is_some()
        {
            return None;
        }
        let all = items.iter().all(|item| matches!(item, Value::Constant(_) | Value::Null));
        if !all || plain.ty == crate::types::Type::Timestamp {
            return None;
        }
        let mut literals: Vec<Expr> = Vec::new();
        for (item, place) in items.iter().zip(places) {
            let Value::Constant(constant) = item else { continue };
            match self.typed(*place, constant, plain) {
                Some(literal) => literals.push(make::literal(literal)),
                None => return Some(None),
            }
        }
        let literals = super::truth::distinct(literals);
        self.compares_text(places.first().copied(), plain);
        let mut list = if let [only] = literals.as_slice() {
            make::equal(plain.expr.clone(), only.clone())
        } else {
            make::one_of(plain.expr.clone(), literals)
        };
        if !wanted {
            list = make::all([make::not(list)].into_iter().chain(self.presence(plain, scope)));
        }
        Some(Some(list))
    }

    /// `x BETWEEN a AND b`: where it is true, or where it is false.
    pub(super) fn between(
        &mut self,
        expr: &sql::Expr,
        value: &sql::Expr,
        low: &sql::Expr,
        high: &sql::Expr,
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Expr> {
        let span = self.at(expr);
        let found = [value, low, high].map(|part| self.value(part, scope));
        let [Some(of), Some(low), Some(high)] = found else { return None };
        if let (Value::Plain(plain), Value::Constant(low), Value::Constant(high)) = (&of, &low, &high)
            && plain.guards.is_empty()
            && !plain.ty.is_time()
        {
            let (low, high) = (self.typed(span, low, plain), self.typed(span, high, plain));
            let (low, high) = (low?, high?);
            self.orders_text(span, plain);
            let between = make::between(plain.expr.clone(), make::literal(low), make::literal(high));
            let presence = self.presence(plain, scope);
            return Some(if wanted {
                between
            } else {
                make::all([make::not(between)].into_iter().chain(presence))
            });
        }
        let (above, below) = if wanted {
            (CompareOp::GreaterOrEqual, CompareOp::LessOrEqual)
        } else {
            (CompareOp::Less, CompareOp::Greater)
        };
        let above = self.compare(span, of.clone(), above, low, scope);
        let below = self.compare(span, of, below, high, scope);
        Some(if wanted { make::all([above?, below?]) } else { make::any([above?, below?]) })
    }

    /// `x = ANY (…)`, `x <> ALL (…)`
    #[expect(clippy::too_many_arguments, reason = "the parts of the expression, and what is asked of it")]
    pub(super) fn any_or_all(
        &mut self,
        expr: &sql::Expr,
        left: &sql::Expr,
        op: CompareOp,
        right: &sql::Expr,
        scope: &Scope<'_>,
        wanted: bool,
        any: bool,
    ) -> Option<Expr> {
        let items = match right {
            sql::Expr::Array(array) => &array.elem,
            sql::Expr::Tuple(items) => items,
            sql::Expr::Nested(inner) => return self.any_or_all(expr, left, op, inner, scope, wanted, any),
            sql::Expr::Subquery(query) if any && op == CompareOp::Equal => {
                return self.in_query(expr, left, query, scope, wanted);
            }
            sql::Expr::Subquery(query) if !any && op == CompareOp::NotEqual => {
                return self.in_query(expr, left, query, scope, !wanted);
            }
            _ => return self.no_counterpart(expr),
        };
        match (op, any) {
            (CompareOp::Equal, true) => return self.in_list(expr, left, items, scope, wanted),
            (CompareOp::NotEqual, false) => return self.in_list(expr, left, items, scope, !wanted),
            _ => {}
        }
        let op = if wanted { op } else { complement(op) };
        let parts: Vec<_> = items.iter().map(|item| self.compared(expr, left, op, item, scope)).collect();
        let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
        Some(if any == wanted { make::any(parts) } else { make::all(parts) })
    }

    /// Adds the values that are present wherever `expr` is true (or false, if that is wanted): those of
    /// conditions that say so as they are written in a segment, without relying on others.
    pub(super) fn facts(
        &mut self,
        expr: &sql::Expr,
        scope: &Scope<'_>,
        wanted: bool,
        known: &mut Vec<String>,
    ) {
        use sql::Expr as E;
        let mut column = |expr: &E| self.need_of(expr, scope).into_iter().for_each(|need| known.push(need));
        match expr {
            E::Nested(inner) => self.facts(inner, scope, wanted, known),
            E::UnaryOp { op: UnaryOperator::Not, expr } => self.facts(expr, scope, !wanted, known),
            E::IsNotNull(inner) if wanted => column(inner),
            E::IsNull(inner) if !wanted => column(inner),
            E::BinaryOp { op: op @ (Op::And | Op::Or), .. } if (*op == Op::And) == wanted => {
                for part in chain(expr, op) {
                    self.facts(part, scope, wanted, known);
                }
            }
            E::BinaryOp { left, op, right } => {
                let says = match comparison(op) {
                    Some(CompareOp::Equal) => wanted,
                    Some(CompareOp::NotEqual) | None => false,
                    Some(_) => true,
                };
                if says {
                    column(left);
                    column(right);
                }
            }
            E::InList { expr, negated, .. } if *negated != wanted => column(expr),
            E::Between { expr, negated: false, .. } if wanted => column(expr),
            E::Like { expr, negated: false, .. } if wanted => column(expr),
            _ => {}
        }
    }

    /// The key of a column that may be missing.
    fn need_of(&self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<String> {
        let names = match expr {
            sql::Expr::Identifier(name) => std::slice::from_ref(name),
            sql::Expr::CompoundIdentifier(names) => names,
            sql::Expr::Nested(inner) => return self.need_of(inner, scope),
            _ => return None,
        };
        let column = scope.find(self.catalog(), names, &[]).ok()?;
        // A boolean is compared as a condition.
        if column.field.ty == crate::types::Type::Boolean {
            return None;
        }
        Some(column.value(self.catalog())?.needs.first()?.key.clone())
    }

    /// A constant of the type of a value.
    pub(super) fn typed(
        &mut self,
        span: crate::diagnostic::Span,
        constant: &Constant,
        plain: &super::value::Plain,
    ) -> Option<crate::types::Literal> {
        let literal = super::literal::typed(constant, plain, self.setting.calendar);
        match literal {
            Ok(literal) => Some(literal),
            Err((message, help)) => self.wrong_type(span, message, help),
        }
    }
}
