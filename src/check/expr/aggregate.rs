//! Aggregates over linked rows.

use crate::catalog::Entity;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{self, AggregateFunc, Expr, ExprKind, WindowKind};
use crate::types::Type;

use super::super::graph::children;
use super::super::hir::{Aggregate, Cond, CondKind, Hop, Value, ValueKind, Window};
use super::super::names::Names;
use super::super::problems::list;
use super::super::problems::names::{
    EveryWithoutWhere, MisplacedOuter, NoManyLink, NoTime, RowsNeeded, ValueNeeded, WindowName,
};
use super::super::resolve::{Head, NameScope, Resolved, Tail, is_outer, path_text};
use super::constant::starts_in_future;
use super::{Checker, cond, describe, value};

/// What an aggregate ranges over, and where its parts are.
pub(in super::super) struct AggregateHead<'e> {
    /// The path that comes first in the argument.
    pub(super) path: &'e ast::Path,
    pub(super) resolved: Resolved,
    /// How many of its hops lead to the rows; at least one.
    pub(super) skip: usize,
    /// Where its value and its condition are.
    pub(in super::super) inner: NameScope<'e>,
    /// Where the bounds of its window are.
    pub(in super::super) window: NameScope<'e>,
}

/// Finds the path of an aggregate. `None` if its argument has none, or none to many rows.
pub(in super::super) fn head_of<'e>(
    names: &Names,
    aggregate: &'e ast::Aggregate,
    scope: &NameScope,
) -> Result<Option<AggregateHead<'e>>, Diagnostic> {
    let Some(path) = first_path(&aggregate.arg) else { return Ok(None) };
    if let Some(first) = path.parts.first().filter(|part| is_outer(part)) {
        return Err(MisplacedOuter {
            span: first.name.span,
            message: "an aggregate's path can't begin with `outer`",
            help: "aggregate over a link of this row, or define a `trait` for the other",
        }
        .into());
    }
    let resolved = names.resolve(path, scope)?;
    let is_many = |hop: &Hop| names.catalog.entity(hop.from).link(hop.link).many;
    let Some(last) = resolved.hops.iter().rposition(is_many) else { return Ok(None) };
    let skip = last + 1;
    let inner = NameScope {
        this: resolved.hops[last].to,
        outer: Some(scope.this),
        head: Some(Head { path, skip }),
        in_window: false,
    };
    let window = NameScope { this: scope.this, outer: Some(scope.this), head: None, in_window: true };
    Ok(Some(AggregateHead { path, resolved, skip, inner, window }))
}

/// The path that is first in an expression, outside aggregates within it.
fn first_path(expr: &Expr) -> Option<&ast::Path> {
    match &expr.kind {
        ExprKind::Path(path) => Some(path),
        _ => children(expr).find_map(first_path),
    }
}

/// Whether an aggregate is a condition by itself.
pub(super) fn is_condition(func: AggregateFunc) -> bool {
    matches!(func, AggregateFunc::Exists | AggregateFunc::Every)
}

impl Checker<'_, '_> {
    /// An aggregate where a value is needed.
    pub(super) fn aggregate_value(
        &mut self,
        ast: &ast::Aggregate,
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        if is_condition(ast.func) {
            let condition = self.aggregate_cond(ast, span, scope)?;
            return Some(value(ValueKind::Condition(Box::new(condition)), Type::Boolean, false, span));
        }
        let aggregate = self.aggregate(ast, span, scope)?;
        let of = aggregate.value.as_ref().map(|value| value.ty.clone());
        let (ty, nullable) = match (ast.func, of) {
            (AggregateFunc::Sum, Some(Type::Integer)) => (Type::WIDE_INTEGER, false),
            (AggregateFunc::Sum, Some(Type::Decimal { scale, .. })) => {
                (Type::Decimal { precision: 38, scale }, false)
            }
            (AggregateFunc::Sum, Some(ty)) => (ty, false),
            (AggregateFunc::Avg, _) => (Type::Float, true),
            (
                AggregateFunc::Min
                | AggregateFunc::Max
                | AggregateFunc::First
                | AggregateFunc::Last
                | AggregateFunc::Mode,
                Some(ty),
            ) => (ty, true),
            _ => (Type::Integer, false),
        };
        Some(value(ValueKind::Aggregate(Box::new(aggregate)), ty, nullable, span))
    }

    /// `exists(…)`, `every(…)`.
    pub(super) fn aggregate_cond(
        &mut self,
        ast: &ast::Aggregate,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let aggregate = Box::new(self.aggregate(ast, span, scope)?);
        let is_every = ast.func == AggregateFunc::Every;
        Some(cond(if is_every { CondKind::Every(aggregate) } else { CondKind::Exists(aggregate) }, span))
    }

    fn aggregate(&mut self, ast: &ast::Aggregate, span: Span, scope: &NameScope) -> Option<Aggregate> {
        self.aggregate_named(ast.func.word(), ast, span, scope)
    }

    /// An aggregate, or what is one except for its name.
    pub(super) fn aggregate_named(
        &mut self,
        func: &'static str,
        ast: &ast::Aggregate,
        span: Span,
        scope: &NameScope,
    ) -> Option<Aggregate> {
        if scope.in_window {
            return self.fail(WindowName {
                span,
                message: "an aggregate can't be a bound of another's window".to_owned(),
                help: "define it as a `trait`, and write `outer.` in front of its name".to_owned(),
            });
        }
        let found = match head_of(self.known.names, ast, scope) {
            Ok(Some(found)) => found,
            Ok(None) => return self.nothing_to_aggregate(func, ast, scope),
            Err(problem) => return self.fail(problem),
        };
        // Each part is checked, so that every problem is found.
        let argument = self.argument(func, ast, &found);
        let times = self.times(&found);
        let ranked = self.order(ast, &found, &times);
        let window = ast.window.as_ref().map(|window| self.own_window(window, &found, &times));
        let filter = ast.filter.as_ref().map(|filter| self.cond(filter, &found.inner));
        if ast.func == AggregateFunc::Every && ast.filter.is_none() {
            self.report(EveryWithoutWhere { span });
        }
        let (window, filter) =
            (window.map_or(Some(None), |it| it)?, filter.map_or(Some(None), |it| it.map(Some))?);
        self.warn_of_cut(&found, &times, window.as_ref(), filter.as_ref());
        Some(Aggregate {
            func: ast.func,
            end: found.inner.this,
            hops: found.resolved.hops.into_iter().take(found.skip).collect(),
            times,
            window,
            ranked: ranked?,
            value: argument?,
            filter,
            span,
        })
    }

    /// What is aggregated: nothing but rows (`Some(None)`), or a value of each.
    fn argument(
        &mut self,
        func: &'static str,
        ast: &ast::Aggregate,
        found: &AggregateHead,
    ) -> Option<Option<Value>> {
        let path = found.path;
        let is_path = matches!(ast.arg.kind, ExprKind::Path(_));
        let is_rows = matches!(found.resolved.tail, Tail::Row);
        let rows = rows_text(found);
        if matches!(ast.func, AggregateFunc::Count) || is_condition(ast.func) {
            if is_path && is_rows && found.resolved.hops.len() == found.skip {
                return Some(None);
            }
            let help = match ast.func {
                _ if func == "periods" => format!("write `periods({rows} during …)`"),
                AggregateFunc::Count if is_path && !is_rows => {
                    format!("write `count({rows})`, or `count distinct({})`", path_text(path))
                }
                AggregateFunc::Count => format!("write `count({rows})`"),
                _ => format!("write `{func}({rows} where …)`"),
            };
            return self.fail(RowsNeeded { span: ast.arg.span, func, help });
        }
        if is_rows {
            let help = self.fields_to_take(ast.func, found);
            return self.fail(ValueNeeded { span: path.span, func, help });
        }
        let taken = self.value(&ast.arg, &found.inner)?;
        let (fits, takes): (fn(&Type) -> bool, _) = match ast.func {
            AggregateFunc::Sum | AggregateFunc::Avg => (Type::is_number, "numbers"),
            AggregateFunc::Min | AggregateFunc::Max => {
                (Type::is_ordered, "numbers, text, dates, timestamps and versions")
            }
            AggregateFunc::First | AggregateFunc::Last => (|_| true, "values"),
            AggregateFunc::Mode => (
                |ty| *ty == Type::Boolean || ty.is_ordered(),
                "numbers, text, booleans, dates, timestamps and versions",
            ),
            _ => (|ty| !matches!(ty, Type::Json | Type::Array(_)), "single values"),
        };
        if fits(&taken.ty) {
            return Some(Some(taken));
        }
        let help = (ast.func == AggregateFunc::Sum && taken.ty == Type::Boolean).then(|| {
            format!("to count rows, write `count({rows} where {})`", describe(&ast.arg).trim_matches('`'))
        });
        self.wrong_type(&taken, &ast.arg, &format!("`{func}`"), takes, help)
    }

    fn fields_to_take(&self, func: AggregateFunc, found: &AggregateHead) -> String {
        let entity = self.known.names.catalog.entity(found.resolved.end);
        let fits = |ty: &Type| match func {
            AggregateFunc::Sum | AggregateFunc::Avg => ty.is_number(),
            AggregateFunc::First | AggregateFunc::Last => true,
            _ => ty.is_ordered(),
        };
        let fields = entity.fields.iter().filter(|field| fits(&field.ty)).map(|field| field.name.as_str());
        let fields: Vec<&str> = fields.collect();
        let example = fields.first().copied().unwrap_or("…");
        let path = path_text(found.path);
        format!(
            "name the value, such as `{}({path}.{example})`; its fields are {}",
            func.word(),
            list(fields)
        )
    }

    /// The entities with `time` on the path, up to the rows.
    fn times(&self, found: &AggregateHead) -> Vec<(usize, crate::catalog::FieldId)> {
        let hops = found.resolved.hops.iter().take(found.skip).enumerate();
        let catalog = self.known.names.catalog;
        hops.filter_map(|(at, hop)| Some((at, catalog.entity(hop.to).time?))).collect()
    }

    /// The aggregate's window: `Some(None)` for all time.
    fn own_window(
        &mut self,
        ast: &ast::Window,
        found: &AggregateHead,
        times: &[(usize, crate::catalog::FieldId)],
    ) -> Option<Option<Window>> {
        let window = self.window(ast, &found.window)?;
        if matches!(ast.kind, WindowKind::Lifetime) {
            return Some(None);
        }
        if !times.is_empty() {
            return Some(Some(window));
        }
        let entity = self.known.names.catalog.entity(found.inner.this);
        if entity.unread.time {
            return self.fail(Diagnostic::reported());
        }
        let help = declare_time(entity)
            .unwrap_or_else(|| format!("`{}` has no date or timestamp; remove the window", entity.name));
        self.fail(NoTime { span: ast.span, entity: entity.name.clone(), help })
    }

    /// Warns where the cut at as_of makes a condition or the window the same for all rows.
    fn warn_of_cut(
        &mut self,
        found: &AggregateHead,
        times: &[(usize, crate::catalog::FieldId)],
        window: Option<&Window>,
        filter: Option<&Cond>,
    ) {
        let link = rows_text(found);
        if window.is_some_and(|window| window.admits_future) {
            return;
        }
        if let Some(window) = window.filter(|window| starts_in_future(window)) {
            let (span, holds) = (window.span, false);
            self.report(super::super::problems::types::DecidedByClock { span, holds, link: link.clone() });
        }
        let own = times.last().filter(|(at, _)| at + 1 == found.skip);
        if let (Some(&(_, time)), Some(filter)) = (own, filter) {
            self.warn_cut(filter, time, &link);
        }
    }

    /// `count("Add to Cart")`, `count(events("Add to Cart"))`: an event by its name.
    fn event_meant(&self, arg: &ast::Expr, func: &str, scope: &NameScope) -> Option<String> {
        let literal = match &arg.kind {
            ExprKind::Literal(literal) => literal,
            ExprKind::Call { args, .. } => match &args.first()?.kind {
                ExprKind::Literal(literal) => literal,
                _ => return None,
            },
            _ => return None,
        };
        let catalog = self.known.names.catalog;
        let mut links = catalog.entity(scope.this).declared_links();
        let link = links.find(|link| link.many && catalog.entity(link.to).event_name.is_some())?;
        matches!(literal, crate::types::Literal::String(_))
            .then(|| format!("write `{func}({}[{literal}])`", link.name))
    }

    fn nothing_to_aggregate(
        &mut self,
        func: &'static str,
        ast: &ast::Aggregate,
        scope: &NameScope,
    ) -> Option<Aggregate> {
        let catalog = self.known.names.catalog;
        let links = catalog.entity(scope.this).declared_links().filter(|link| link.many);
        let links: Vec<&str> = links.map(|link| link.name.as_str()).collect();
        let entity = self.known.names.entity_name(scope.this);
        let there = if links.is_empty() {
            format!("`{entity}` has no link to many rows")
        } else {
            format!("the links of `{entity}` to many rows are {}", list(links))
        };
        let help = match first_path(&ast.arg) {
            Some(path) => match self.known.names.resolve(path, scope).map(|found| found.tail) {
                Ok(Tail::Row) => {
                    format!("`{0}` is at most one row: use one of its fields; {there}", path_text(path))
                }
                _ => format!("`{0}` is one value: write it without `{func}`; {there}", path_text(path)),
            },
            None => self.event_meant(&ast.arg, func, scope).unwrap_or(there),
        };
        let span = first_path(&ast.arg).map_or(ast.arg.span, |path| path.span);
        self.fail(NoManyLink { span, func, help })
    }
}

/// How to give an entity a time, if it has a field for it.
pub(super) fn declare_time(entity: &Entity) -> Option<String> {
    let fields = entity.fields.iter().filter(|field| field.ty.is_time());
    let fields: Vec<&str> = fields.map(|field| field.name.as_str()).collect();
    let of = &entity.name;
    (!fields.is_empty())
        .then(|| format!("declare `time: <field>` for `{of}` in the catalog; it has {}", list(fields)))
}

/// The part of an aggregate's path that leads to its rows, as it is written.
pub(super) fn rows_text(found: &AggregateHead) -> String {
    let parts = found.path.parts.iter().take(found.skip).cloned().collect();
    path_text(&ast::Path { parts, span: found.path.span })
}
