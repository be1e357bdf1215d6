//! `at least N of (…)`: how many of several conditions are true.

use crate::diagnostic::Span;
use crate::syntax::ast::{Bound, Count, Expr};
use crate::types::Literal;

use super::super::hir::{Cond, CondKind};
use super::super::problems::count::{ConstantCount, NoConditions, NoCount};
use super::super::resolve::NameScope;
use super::{Checker, cond};

impl Checker<'_, '_> {
    /// `at least 2 of (C1, C2, C3)`, `at most`, `exactly`: each condition counts once, also if it is
    /// written twice.
    pub(super) fn how_many(
        &mut self,
        bound: Bound,
        count: &Count,
        items: &[Expr],
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let number = self.how_many_number(count);
        let checked: Vec<Option<Cond>> = items.iter().map(|item| self.cond(item, scope)).collect();
        if items.is_empty() {
            return self.fail(NoConditions { span });
        }
        let conds = checked.into_iter().collect::<Option<Vec<Cond>>>()?;
        let (number, number_span) = number?;
        let all = conds.len();
        let (least, most) = match bound {
            Bound::AtLeast => (number, i64::MAX),
            Bound::AtMost => (i64::MIN, number),
            Bound::Exactly => (number, number),
        };
        let reach = i64::try_from(all).unwrap_or(i64::MAX);
        let never = least > reach || most < 0;
        if never || least <= 0 && most >= reach {
            self.report(ConstantCount { span: number_span, holds: !never, conditions: all });
            return Some(cond(CondKind::Constant(!never), span));
        }
        let within = |number: i64| usize::try_from(number.clamp(0, reach)).unwrap_or(all);
        Some(cond(CondKind::HowMany(within(least), within(most), conds), span))
    }

    /// The number of conditions, and its place.
    fn how_many_number(&mut self, count: &Count) -> Option<(i64, Span)> {
        match count {
            Count::Number(number, span) => Some((*number, *span)),
            Count::Param(name) => match self.param(name)? {
                Literal::Integer(number) => Some((number, name.span)),
                other => self.fail(NoCount {
                    span: name.span,
                    param: name.text.clone(),
                    ty: other.ty().to_string(),
                }),
            },
        }
    }
}
