//! Anniversaries, of days against days: a window of instants is one of the days whose
//! midnights lie in it, whether its bounds are fixed or a row decides them.

use super::Lowering;
use super::complement::complement;
use super::frame::Scope;
use crate::check::hir::{LocalTime, Value, ValueKind, Window};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar, all};
use crate::types::{Literal, Type};

impl Lowering<'_> {
    /// `value anniversary during window`, or its complement: more anniversaries lie before the
    /// window's end than before its beginning.
    pub(super) fn anniversary(
        &mut self,
        scope: &Scope,
        value: &Value,
        window: &Window,
        negated: bool,
    ) -> Scalar {
        let (Some(from), Some(to)) = (&window.from, &window.to) else {
            return Scalar::Literal(Literal::Boolean(false));
        };
        let nullable = value.nullable || from.nullable || to.nullable;
        let scalar = self.value(scope, value);
        let day = match value.ty {
            Type::Date => scalar,
            _ => Scalar::Call(Function::LocalDate, vec![self.local_of(scalar)]),
        };
        let before = |bound| Scalar::Call(Function::Anniversaries, vec![day.clone(), bound]);
        let until_from = before(self.first_day(scope, from));
        let until_to = before(self.first_day(scope, to));
        let zero = Scalar::integer(0);
        let any = Scalar::binary(BinaryOp::Greater, until_to.clone(), zero);
        let more = Scalar::binary(BinaryOp::Greater, until_to, until_from);
        let found = all(vec![any, more]).unwrap_or(Scalar::Literal(Literal::Boolean(false)));
        complement(found, nullable, negated)
    }

    /// The first day whose midnight is not before an instant.
    fn first_day(&mut self, scope: &Scope, bound: &Value) -> Scalar {
        if let Some(day) = self.ceil_day(&scope.at, bound) {
            return day;
        }
        if let ValueKind::Instant(local) = &bound.kind
            && let LocalTime::Of(day) = local.as_ref()
            && day.ty == Type::Date
        {
            return self.value(scope, day);
        }
        let instant = self.value(scope, bound);
        self.first_day_from(instant)
    }
}
