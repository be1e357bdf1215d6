//! Expressions: conditions and values, typed.
//!
//! Every function returns `None` if there is a problem, which has then been reported, or
//! if the expression needs a trait, a segment or a parameter that has one of its own.

mod aggregate;
mod arithmetic;
mod array;
mod call;
mod compare;
mod cond;
mod constant;
mod convert;
mod how_many;
mod keep;
mod membership;
mod moment;
mod periods;
mod quoted;
mod ranked;
mod repeated;
mod sequence;
mod text;
mod time;
mod time_of_day;
mod tool_bucket;
mod value;
mod version;
mod window;

pub(super) use aggregate::head_of;
pub(super) use constant::fold;
pub(super) use periods::as_count;
pub(super) use sequence::{step_scope, window_scope};
pub(super) use time::most_units;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::syntax::ast::{self, ArithmeticOp, Count, ExprKind};
use crate::types::calendar::Calendar;
use crate::types::{Type, Unit};

use super::hir::{Cond, CondKind, SegmentId, TraitId, Value, ValueKind};
use super::names::Names;
use super::params::Params;
use super::resolve::path_text;
use super::words;

/// What has been found out about a trait.
#[derive(Debug, Clone)]
pub(super) enum TraitState {
    /// It has an error, or something that it needs has.
    Broken,
    Fine {
        id: TraitId,
        ty: Type,
        nullable: bool,
    },
}

impl TraitState {
    pub(super) fn fine(id: TraitId, value: &Value) -> Self {
        Self::Fine { id, ty: value.ty.clone(), nullable: value.nullable }
    }
}

/// What has been found out about a segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum SegmentState {
    /// No error, as far as was looked.
    Fine(SegmentId),
    /// It has an error, or something that it needs has.
    Broken,
    /// `enabled: false`, at this place.
    Disabled(Span),
}

impl SegmentState {
    pub(super) fn is_fine(self) -> bool {
        matches!(self, Self::Fine(_))
    }
}

/// What expressions may refer to.
pub(super) struct Known<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) params: &'a Params<'a>,
    pub(super) calendar: &'a Calendar,
    /// By index in [`Names::traits`].
    pub(super) traits: Vec<TraitState>,
    /// By identity: whether the trait reads the clock, and no row.
    pub(super) clock_traits: Vec<bool>,
    /// By index in [`Names::segments`].
    pub(super) segments: Vec<SegmentState>,
}

/// Checks expressions, one item after the other.
pub(super) struct Checker<'a, 'p> {
    pub(super) known: Known<'a>,
    problems: &'p mut Diagnostics,
    /// The places of the parameters that were used.
    pub(super) params_used: Vec<(Span, String)>,
    /// Whether the item that is being checked has an error.
    failed: bool,
}

impl<'a, 'p> Checker<'a, 'p> {
    pub(super) fn new(known: Known<'a>, problems: &'p mut Diagnostics) -> Self {
        Self { known, problems, params_used: Vec::new(), failed: false }
    }

    /// Checks one item; what comes back is only there if no error was reported meanwhile.
    pub(super) fn item<T>(&mut self, check: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.failed = false;
        let found = check(self);
        found.filter(|_| !self.failed)
    }

    pub(super) fn report(&mut self, problem: impl Into<Diagnostic>) {
        let problem = problem.into();
        self.failed |= problem.severity == Severity::Error;
        self.problems.push(problem);
    }

    /// Reports, and has nothing to return.
    pub(super) fn fail<T>(&mut self, problem: impl Into<Diagnostic>) -> Option<T> {
        self.report(problem);
        None
    }
}

fn cond(kind: CondKind, span: Span) -> Cond {
    Cond { kind, span }
}

/// `condition`, or its complement.
fn negated(condition: Cond, negate: bool) -> Cond {
    let span = condition.span;
    if negate { cond(CondKind::Not(Box::new(condition)), span) } else { condition }
}

fn value(kind: ValueKind, ty: Type, nullable: bool, span: Span) -> Value {
    Value { kind, ty, nullable, span }
}

fn duration(count: &Count, unit: Unit) -> String {
    match count {
        Count::Number(number, _) => words::duration(*number, unit),
        Count::Param(name) => format!("${} {unit}s", name.text),
    }
}

/// An expression in a message: as it was written if it is short, else "this".
pub(super) fn describe(expr: &ast::Expr) -> String {
    match &expr.kind {
        ExprKind::Negate(_) | ExprKind::Arithmetic(..) => "this".to_owned(),
        _ => write_back(expr).map_or_else(|| "this".to_owned(), |text| format!("`{text}`")),
    }
}

/// An expression as it could be written in a help text; `None` if it is not a short one.
fn write_back(expr: &ast::Expr) -> Option<String> {
    Some(match &expr.kind {
        ExprKind::Literal(literal) => literal.to_string(),
        ExprKind::Param(name) => format!("${}", name.text),
        ExprKind::Path(path) => path_text(path),
        ExprKind::Now => "now".to_owned(),
        ExprKind::Today => "today".to_owned(),
        ExprKind::Ago(count, unit) => format!("{} ago", duration(count, *unit)),
        ExprKind::FromNow(count, unit) => format!("{} from now", duration(count, *unit)),
        ExprKind::StartOf(unit) => format!("start of {unit}"),
        ExprKind::Arithmetic(op, time, by) => match (op, &by.kind) {
            (ArithmeticOp::Add, ExprKind::Duration(count, unit)) => {
                format!("{} + {}", write_back(time)?, duration(count, *unit))
            }
            (ArithmeticOp::Subtract, ExprKind::Duration(count, unit)) => {
                format!("{} - {}", write_back(time)?, duration(count, *unit))
            }
            _ => return None,
        },
        ExprKind::Call { name, .. } => format!("{}(…)", name.text),
        ExprKind::ToolBucket { .. } => "bucket(…)".to_owned(),
        ExprKind::Aggregate(it) => match &it.arg.kind {
            ExprKind::Path(path) if it.window.is_none() && it.filter.is_none() => {
                format!("{}({})", it.func.word(), path_text(path))
            }
            _ => format!("{}(…)", it.func.word()),
        },
        ExprKind::Periods(_) => "periods(…)".to_owned(),
        _ => return None,
    })
}
