//! Sequences of rows.

use std::collections::BTreeSet;

use crate::diagnostic::Span;
use crate::syntax::ast::{self, AggregateFunc, Expr, ExprKind, WindowKind, Within};
use crate::types::{Type, Unit};

use super::super::hir::{Aggregate, Cond, CondKind, Sequence, SequenceStep, Value, Window};
use super::super::names::Names;
use super::super::problems::list;
use super::super::problems::names::{MisplacedOuter, WindowName};
use super::super::problems::sequence::{
    CalendarLength, GapBeforeNot, LastNotWithoutSpan, MatchingType, MatchingTypes, NeighbouringNots,
    NotFirst, OneStep, StepNotRows, StepWithoutTime, TooManySteps, WrongLength,
};
use super::super::problems::types::DecidedByClock;
use super::super::resolve::{Head, NameScope, Resolved, Tail, is_outer, path_text};
use super::constant::starts_in_future;
use super::{Checker, cond};

/// The longest gap or span, in microseconds: ten thousand years.
const LONGEST: i64 = 3_660_000 * 86_400_000_000;

/// The most steps: each is a subquery, and engines nest them only so deep.
const MOST: usize = 32;

/// The place of the condition on a step's rows.
pub(in super::super) fn step_scope<'e>(
    step: &'e ast::Step,
    found: &Resolved,
    scope: &NameScope,
) -> NameScope<'e> {
    let head = Some(Head { path: &step.path, skip: found.hops.len() });
    NameScope { this: found.end, outer: Some(scope.this), head, in_window: false }
}

/// Where the bounds of a sequence's window are.
pub(in super::super) fn window_scope<'e>(scope: &NameScope) -> NameScope<'e> {
    NameScope { this: scope.this, outer: Some(scope.this), head: None, in_window: true }
}

impl Checker<'_, '_> {
    /// `sequence(…)`
    pub(super) fn sequence(&mut self, ast: &ast::Sequence, span: Span, scope: &NameScope) -> Option<Cond> {
        if scope.in_window {
            return self.fail(WindowName {
                span,
                message: "a sequence can't be a bound of a window".to_owned(),
                help: "a bound is a date or a timestamp".to_owned(),
            });
        }
        self.order_of_steps(ast);
        // Each part is checked, so that every problem is found.
        let gaps: Vec<_> = ast.steps.iter().map(|step| self.length(step.gap.as_ref())).collect();
        let longest = self.length(ast.span.as_ref());
        let window = ast.window.as_ref().map(|window| self.sequence_window(window, scope));
        let rows: Vec<_> = ast.steps.iter().map(|step| self.step_rows(step, scope)).collect();
        let window = window.map_or(Some(None), |it| it)?;
        self.warn_of_future(ast, &rows, window.as_ref());
        let matching = self.matching(ast, scope);
        let (rows, matching) = (rows.into_iter().collect::<Option<Vec<_>>>()?, matching?);
        let (matched, mut values) = matching.map_or((None, Vec::new()), |(ty, values)| (Some(ty), values));
        values.reverse();
        let mut steps = Vec::new();
        for ((step, gap), rows) in ast.steps.iter().zip(gaps).zip(rows) {
            steps.push(SequenceStep { negated: step.negated, gap: gap?, rows, matching: values.pop() });
        }
        let sequence = Sequence { steps, span: longest?, matching: matched, window, source: span };
        Some(cond(CondKind::Sequence(Box::new(sequence)), span))
    }

    /// Where `then not` may be.
    fn order_of_steps(&mut self, ast: &ast::Sequence) {
        if let [only] = ast.steps.as_slice() {
            self.report(OneStep { span: only.span, path: path_text(&only.path) });
        }
        if let Some(first) = ast.steps.get(MOST) {
            self.report(TooManySteps { span: first.span, limit: MOST });
        }
        let last = ast.steps.len().saturating_sub(1);
        for (at, step) in ast.steps.iter().enumerate().filter(|(_, step)| step.negated) {
            let span = step.span;
            match at.checked_sub(1).and_then(|before| ast.steps.get(before)) {
                None => self.report(NotFirst { span }),
                Some(before) if before.negated => self.report(NeighbouringNots { span }),
                Some(_) if at == last && ast.span.is_none() && step.gap.is_none() => {
                    self.report(LastNotWithoutSpan { span });
                }
                Some(_) => {}
            }
            if let Some(gap) = &step.gap {
                self.report(GapBeforeNot { span: gap.span, is_last: at == last });
            }
        }
    }

    /// A gap or a span in microseconds: `Some(None)` where there is none.
    fn length(&mut self, within: Option<&Within>) -> Option<Option<i64>> {
        let Some(&Within { count, unit, span }) = within else { return Some(None) };
        let micros = match (unit.exact_micros(), unit.days()) {
            (Some(micros), _) => micros,
            (None, Some(days)) => days.saturating_mul(86_400_000_000),
            (None, None) => {
                let days = match unit {
                    Unit::Month => 30,
                    Unit::Quarter => 90,
                    _ => 365,
                };
                let days = count.saturating_mul(days).max(1);
                return self.fail(CalendarLength { span, unit: unit.name(), days });
            }
        };
        match count.checked_mul(micros).filter(|length| (1..=LONGEST).contains(length)) {
            Some(length) => Some(Some(length)),
            None => self.fail(WrongLength { span, count }),
        }
    }

    /// The sequence's window: `Some(None)` for all time.
    fn sequence_window(&mut self, ast: &ast::Window, scope: &NameScope) -> Option<Option<Window>> {
        let window = self.window(ast, &window_scope(scope))?;
        Some((!matches!(ast.kind, WindowKind::Lifetime)).then_some(window))
    }

    /// Warns where the cut at as_of makes a condition or the window the same for all rows.
    fn warn_of_future(&mut self, ast: &ast::Sequence, rows: &[Option<Aggregate>], window: Option<&Window>) {
        if window.is_some_and(|window| window.admits_future) {
            return;
        }
        let link = ast.steps.first().map(|step| path_text(&step.path)).unwrap_or_default();
        if let Some(window) = window.filter(|window| starts_in_future(window)) {
            self.report(DecidedByClock { span: window.span, holds: false, link });
        }
        for (step, rows) in ast.steps.iter().zip(rows) {
            let Some(rows) = rows else { continue };
            let own = rows.times.last().filter(|(at, _)| at + 1 == rows.hops.len());
            if let (Some(&(_, time)), Some(filter)) = (own, &rows.filter) {
                self.warn_cut(filter, time, &path_text(&step.path));
            }
        }
    }

    /// The rows of a step.
    fn step_rows(&mut self, step: &ast::Step, scope: &NameScope) -> Option<Aggregate> {
        let found = self.step_path(step, scope)?;
        let inner = step_scope(step, &found, scope);
        let filter = step.filter.as_ref().map(|filter| self.cond(filter, &inner));
        let catalog = self.known.names.catalog;
        let hops = found.hops.iter().enumerate();
        let times: Vec<_> = hops.filter_map(|(at, hop)| Some((at, catalog.entity(hop.to).time?))).collect();
        if times.is_empty() {
            let (path, help) = (path_text(&step.path), self.times_to_declare(&found));
            return self.fail(StepWithoutTime { span: step.path.span, path, help });
        }
        let filter = filter.map_or(Some(None), |filter| filter.map(Some))?;
        Some(Aggregate {
            func: AggregateFunc::Exists,
            end: found.end,
            hops: found.hops,
            times,
            window: None,
            ranked: None,
            value: None,
            filter,
            span: step.span,
        })
    }

    fn times_to_declare(&self, found: &Resolved) -> String {
        let entity = self.known.names.catalog.entity(found.end);
        let fields = entity.fields.iter().filter(|field| field.ty.is_time());
        let fields: Vec<&str> = fields.map(|field| field.name.as_str()).collect();
        if fields.is_empty() {
            format!("`{}` has no date or timestamp: take a path through an entity with `time`", entity.name)
        } else {
            format!("declare `time: <field>` for `{}` in the catalog; it has {}", entity.name, list(fields))
        }
    }

    /// The path of a step, which ends at a link to many rows.
    fn step_path(&mut self, step: &ast::Step, scope: &NameScope) -> Option<Resolved> {
        let path = &step.path;
        if let Some(first) = path.parts.first().filter(|part| is_outer(part)) {
            return self.fail(MisplacedOuter {
                span: first.name.span,
                message: "a step of a sequence can't begin with `outer`",
                help: "a step follows a link from the row that the sequence belongs to",
            });
        }
        let found = match self.known.names.resolve(path, scope) {
            Ok(found) => found,
            Err(problem) => return self.fail(problem),
        };
        let rows = rows_at(self.known.names, &found);
        if rows == Some(path.parts.len()) && matches!(found.tail, Tail::Row) {
            return Some(found);
        }
        let text = path_text(path);
        let help = match rows {
            Some(parts) => {
                let parts = path.parts.iter().take(parts).cloned().collect();
                let rows = path_text(&ast::Path { parts, span: path.span });
                format!("write `{rows}`, or `({rows} where …)`")
            }
            None => {
                let links = self.known.names.catalog.entity(scope.this).declared_links();
                let many = links.filter(|link| link.many).map(|link| link.name.as_str());
                let entity = self.known.names.entity_name(scope.this);
                format!("the links of `{entity}` to many rows are {}", list(many))
            }
        };
        self.fail(StepNotRows { span: path.span, path: text, help })
    }

    /// `matching p`: its type, and its value in each step; `Some(None)` where there is none.
    fn matching(&mut self, ast: &ast::Sequence, scope: &NameScope) -> Option<Option<(Type, Vec<Value>)>> {
        let Some(path) = &ast.matching else { return Some(None) };
        if let Some(first) = path.parts.first().filter(|part| is_outer(part)) {
            return self.fail(MisplacedOuter {
                span: first.name.span,
                message: "`matching` compares a value of the steps' rows",
                help: "to compare with the outer row, do so in the `where` of each step",
            });
        }
        let (mut values, mut failed, mut common) = (Vec::new(), BTreeSet::new(), None::<Type>);
        for step in &ast.steps {
            let found = self.known.names.resolve(&step.path, scope).ok()?;
            // What an entity lacks is said once.
            if failed.contains(&found.end) {
                continue;
            }
            let inner = step_scope(step, &found, scope);
            let expr = Expr { kind: ExprKind::Path(path.clone()), span: path.span };
            let Some(value) = self.value(&expr, &inner) else {
                failed.insert(found.end);
                continue;
            };
            let (text, span, ty) = (path_text(path), path.span, value.ty.clone());
            if matches!(ty, Type::Json | Type::Array(_) | Type::Semver) {
                return self.fail(MatchingType { span, path: text, ty: ty.to_string() });
            }
            let first = common.get_or_insert_with(|| ty.clone());
            let widest = if *first == ty { Some(ty.clone()) } else { first.widest(&ty) };
            let Some(widest) = widest else {
                let (first, other, step) = (first.to_string(), ty.to_string(), path_text(&step.path));
                return self.fail(MatchingTypes { span, path: text, first, other, step });
            };
            common = Some(widest);
            values.push(value);
        }
        (values.len() == ast.steps.len()).then_some(common.map(|ty| (ty, values)))
    }
}

/// How many parts of a path lead to its last link to many rows; `None` if it has no such link.
fn rows_at(names: &Names, found: &Resolved) -> Option<usize> {
    let many = |hop: &super::super::hir::Hop| names.catalog.entity(hop.from).link(hop.link).many;
    let rows = found.hops.iter().rposition(many)? + 1;
    Some(rows)
}
