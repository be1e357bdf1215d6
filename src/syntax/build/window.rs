//! Windows.

use super::expr::unit_of;
use super::{Builder, children, refused};
use crate::syntax::ast::{Count, Expr, Window, WindowKind};
use crate::syntax::grammar::{ParseNode, Rule};
use crate::types::Unit;

impl<'a> Builder<'a, '_> {
    pub(super) fn window(&mut self, node: ParseNode<'a>) -> Window {
        let span = self.span(&node);
        let kind = node.into_inner().next().map_or(WindowKind::Lifetime, |inner| self.window_kind(inner));
        Window { kind, span }
    }

    fn window_kind(&mut self, node: ParseNode<'a>) -> WindowKind {
        match node.as_rule() {
            Rule::last_window => self.counted(node, WindowKind::Last),
            Rule::previous_window => self.counted(node, WindowKind::Previous),
            Rule::next_window => self.counted(node, WindowKind::Next),
            Rule::this_window => WindowKind::This(unit_of(node)),
            Rule::since_window => WindowKind::Since(Box::new(self.bound(node))),
            Rule::until_window => WindowKind::Until(Box::new(self.bound(node))),
            Rule::range_window => self.range(node),
            Rule::today => WindowKind::Today,
            Rule::yesterday => WindowKind::Yesterday,
            _ => WindowKind::Lifetime,
        }
    }

    fn counted(&mut self, node: ParseNode<'a>, kind: fn(Count, Unit) -> WindowKind) -> WindowKind {
        let span = self.span(&node);
        let unit = unit_of(node.clone());
        let count = children(node, Rule::count).next();
        kind(count.map_or(Count::Number(1, span), |count| self.count(count)), unit)
    }

    /// The instant below a node.
    fn bound(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        children(node, Rule::sum).next().map_or_else(|| refused(span), |sum| self.sum(sum))
    }

    fn range(&mut self, node: ParseNode<'a>) -> WindowKind {
        let from = Box::new(self.bound(node.clone()));
        let end =
            node.into_inner().find(|child| matches!(child.as_rule(), Rule::range_to | Rule::range_through));
        let Some(end) = end else { return WindowKind::Since(from) };
        let through = end.as_rule() == Rule::range_through;
        let to = Box::new(self.bound(end));
        if through { WindowKind::Through(from, to) } else { WindowKind::FromTo(from, to) }
    }
}
