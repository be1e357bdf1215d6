//! Aggregates and function calls.

use super::expr::unit_named;
use super::{Builder, children, has, refused};
use crate::syntax::ast::{
    Aggregate, AggregateFunc, Expr, ExprKind, Path, Periods, Ranked, Sequence, Step, Within,
};
use crate::syntax::grammar::{ParseNode, Rule};

impl<'a> Builder<'a, '_> {
    pub(super) fn aggregate(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let word = children(node.clone(), Rule::aggregate_func).next();
        let func = word.as_ref().map_or(AggregateFunc::Count, aggregate_func);
        let ranked = children(node.clone(), Rule::ranked).next().map(|ranked| self.ranked(ranked));
        let func_span = word.as_ref().map_or(span, |word| self.span(word));
        let mut arg = refused(span);
        let (mut window, mut filter) = (None, None);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::sum => arg = self.sum(child),
                Rule::window => window = Some(self.window(child)),
                Rule::expr => filter = Some(self.expr(child)),
                _ => {}
            }
        }
        let aggregate = Aggregate { func, func_span, ranked, arg, window, filter };
        Expr { kind: ExprKind::Aggregate(Box::new(aggregate)), span }
    }

    pub(super) fn call(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let is_name = |rule| matches!(rule, Rule::function_name | Rule::bucket_word);
        let function = node.clone().into_inner().find(|child| is_name(child.as_rule()));
        let name = function.map_or_else(|| self.nameless(), |word| self.name(&word));
        let mut args: Vec<Expr> = children(node.clone(), Rule::expr).map(|arg| self.expr(arg)).collect();
        let kind = match (children(node, Rule::cut).next(), args.len()) {
            (Some(cut), 1) => self.cut(args.remove(0), &cut),
            _ => ExprKind::Call { name, args },
        };
        Expr { kind, span }
    }

    /// `of id as launchdarkly`, behind the seed of a bucket.
    fn cut(&mut self, seed: Expr, node: &ParseNode<'a>) -> ExprKind {
        let span = self.span(node);
        let of = children(node.clone(), Rule::sum).next();
        let of = of.map_or_else(|| refused(span), |of| self.sum(of));
        let tool = children(node.clone(), Rule::name).next();
        let tool = tool.map_or_else(|| self.nameless(), |tool| self.name(&tool));
        ExprKind::ToolBucket { seed: Box::new(seed), of: Box::new(of), tool }
    }

    fn ranked(&mut self, node: ParseNode<'a>) -> Ranked {
        let span = self.span(&node);
        let latest = has(&node, Rule::kw_latest);
        let count = children(node, Rule::integer).next().map_or(1, |count| self.integer(&count));
        Ranked { latest, count, span }
    }

    /// The path below a node that has one.
    fn path_in(&mut self, node: &ParseNode<'a>) -> Path {
        let span = self.span(node);
        let path = children(node.clone(), Rule::path).next();
        path.map_or_else(|| Path { parts: Vec::new(), span }, |path| self.path(path))
    }

    pub(super) fn periods(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let path = self.path_in(&node);
        let Some(window) = children(node.clone(), Rule::window).next() else { return refused(span) };
        let window = self.window(window);
        // `where` may be before `each`, at the end, or in both places.
        let mut filters: Vec<Expr> = children(node.clone(), Rule::expr).map(|it| self.expr(it)).collect();
        let filter = match filters.as_slice() {
            [] | [_] => filters.pop(),
            [first, .., last] => {
                let span = first.span.to(last.span);
                Some(Expr { kind: ExprKind::And(filters), span })
            }
        };
        let mut numbers = children(node.clone(), Rule::integer);
        let (each, least) = (numbers.next(), numbers.next());
        let unit = children(node, Rule::unit).next();
        let (Some(each), Some(unit)) = (each, unit) else { return refused(span) };
        let each_span = self.span(&each).to(self.span(&unit));
        let each = (self.integer(&each), unit_named(&unit));
        let at_least = least.map(|least| (self.integer(&least), self.span(&least)));
        let periods = Periods { path, window, filter, each, each_span, at_least };
        Expr { kind: ExprKind::Periods(Box::new(periods)), span }
    }

    pub(super) fn sequence(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let mut sequence = Sequence { steps: Vec::new(), span: None, matching: None, window: None };
        let (mut negated, mut within, mut after_then) = (false, None, true);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_then => (negated, within, after_then) = (false, None, true),
                Rule::kw_not => negated = true,
                Rule::within => {
                    let found = self.within(child);
                    if after_then { within = found } else { sequence.span = found }
                }
                Rule::step => {
                    let step = self.step(child, negated, within.take());
                    sequence.steps.push(step);
                    after_then = false;
                }
                Rule::path => sequence.matching = Some(self.path(child)),
                Rule::window => sequence.window = Some(self.window(child)),
                _ => {}
            }
        }
        Expr { kind: ExprKind::Sequence(Box::new(sequence)), span }
    }

    fn within(&mut self, node: ParseNode<'a>) -> Option<Within> {
        let negative = has(&node, Rule::minus);
        let parts = [Rule::minus, Rule::integer, Rule::unit];
        let mut spans = node.clone().into_inner().filter(|child| parts.contains(&child.as_rule()));
        let from = self.span(&spans.next()?);
        let count = self.integer(&children(node.clone(), Rule::integer).next()?);
        let unit = children(node, Rule::unit).next()?;
        let count = if negative { -count } else { count };
        Some(Within { count, unit: unit_named(&unit), span: from.to(self.span(&unit)) })
    }

    fn step(&mut self, node: ParseNode<'a>, negated: bool, gap: Option<Within>) -> Step {
        let span = self.span(&node);
        let path = self.path_in(&node);
        let filter = children(node, Rule::expr).next().map(|filter| self.expr(filter));
        Step { negated, gap, path, filter, span }
    }
}

/// The aggregate function with this name.
/// The function that a word names. What the node covers may end with a comment.
fn aggregate_func(node: &ParseNode<'_>) -> AggregateFunc {
    if has(node, Rule::distinct) {
        return AggregateFunc::CountDistinct;
    }
    let word = children(node.clone(), Rule::function_word).next();
    match word.as_ref().map_or("", |word| word.as_str()) {
        "sum" => AggregateFunc::Sum,
        "avg" => AggregateFunc::Avg,
        "min" => AggregateFunc::Min,
        "max" => AggregateFunc::Max,
        "exists" => AggregateFunc::Exists,
        "every" => AggregateFunc::Every,
        "first" => AggregateFunc::First,
        "last" => AggregateFunc::Last,
        "mode" => AggregateFunc::Mode,
        _ => AggregateFunc::Count,
    }
}
