//! Aggregates and function calls.

use super::{Builder, children, has, refused};
use crate::syntax::ast::{Aggregate, AggregateFunc, Expr, ExprKind};
use crate::syntax::grammar::{Node, Rule};

impl<'a> Builder<'a, '_> {
    pub(super) fn aggregate(&mut self, node: Node<'a>) -> Expr {
        let span = self.span(&node);
        let word = children(node.clone(), Rule::aggregate_func).next();
        let written = word.as_ref().map_or("", |word| word.as_str());
        let func = match aggregate_func(written) {
            Ok(func) => func,
            Err(what) => return self.unsupported_expr(what, span),
        };
        if has(&node, Rule::ranked) {
            return self.unsupported_expr("`latest` and `earliest`", span);
        }
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
        let aggregate = Aggregate { func, func_span, arg, window, filter };
        Expr { kind: ExprKind::Aggregate(Box::new(aggregate)), span }
    }

    pub(super) fn call(&mut self, node: Node<'a>) -> Expr {
        let span = self.span(&node);
        let function = children(node.clone(), Rule::function_name).next();
        let name = function.map_or_else(|| self.nameless(), |word| self.name(&word));
        let unsupported = match name.text.as_str() {
            "size" => Some("`size`"),
            "semver" => Some("`semver`"),
            "bucket" => Some("`bucket`"),
            _ => None,
        };
        if let Some(what) = unsupported {
            return self.unsupported_expr(what, span);
        }
        let args = children(node, Rule::expr).map(|arg| self.expr(arg)).collect();
        Expr { kind: ExprKind::Call { name, args }, span }
    }
}

/// The aggregate of its word, or what is not supported yet.
fn aggregate_func(written: &str) -> Result<AggregateFunc, &'static str> {
    Ok(match written.split_whitespace().next().unwrap_or_default() {
        "sum" => AggregateFunc::Sum,
        "avg" => AggregateFunc::Avg,
        "min" => AggregateFunc::Min,
        "max" => AggregateFunc::Max,
        "exists" => AggregateFunc::Exists,
        "every" => AggregateFunc::Every,
        "first" => return Err("`first`"),
        "last" => return Err("`last`"),
        "mode" => return Err("`mode`"),
        _ if written.contains("distinct") => AggregateFunc::CountDistinct,
        _ => AggregateFunc::Count,
    })
}
