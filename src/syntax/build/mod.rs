//! From the grammar's result to the tree.
//!
//! The grammar guarantees the shape, so building can't fail. The only problems left to report are
//! numbers out of range, types and names.

mod expr;
mod function;
mod item;
mod predicate;
mod window;

use std::ops::Range;

pub(super) use item::Header;

use super::ast::{EventName, Expr, ExprKind, Name, Path, PathPart};
use super::grammar::{ParseNode, Rule};
use super::literal;
use super::outline::Tokens;
use super::problems::TooDeep;
use crate::diagnostic::{Diagnostics, Span};

/// The maximum depth of an expression. Every walk over the tree may recurse this deep.
const MAX_LEVELS: usize = 200;

/// Builds the tree of a range of text.
pub(super) struct Builder<'a, 'p> {
    tokens: Tokens<'a>,
    /// The tokens in the range.
    range: Range<usize>,
    /// The offset of the range in the file.
    base: usize,
    problems: &'p mut Diagnostics,
    /// The current depth in operators.
    level: usize,
}

impl<'a, 'p> Builder<'a, 'p> {
    pub(super) fn new(
        tokens: Tokens<'a>,
        range: Range<usize>,
        base: usize,
        problems: &'p mut Diagnostics,
    ) -> Self {
        Self { tokens, range, base, problems, level: 0 }
    }

    /// The span of a node, without trailing space, which the grammar includes.
    fn span(&self, node: &ParseNode<'a>) -> Span {
        let at = node.as_span();
        let (start, end) = (self.base + at.start(), self.base + at.end());
        let tokens = &self.tokens.all[self.range.clone()];
        let after = tokens.partition_point(|token| token.end <= end);
        let end = after.checked_sub(1).map_or(end, |last| tokens[last].end);
        Span::new(self.tokens.source, start, end)
    }

    /// Builds with `levels` more levels above, or reports that this is too deep.
    fn deeper(&mut self, levels: usize, span: Span, build: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.level + levels > MAX_LEVELS {
            self.problems.push(TooDeep { span, limit: MAX_LEVELS });
            return refused(span);
        }
        self.level += levels;
        let built = build(self);
        self.level -= levels;
        built
    }

    /// The name of a `name`, `plain`, `backticked`, `any_word` or `function_name` node.
    fn name(&self, node: &ParseNode<'a>) -> Name {
        Name { text: node.as_str().trim_end().trim_matches('`').to_owned(), span: self.span(node) }
    }

    /// The names below a node, skipping keywords.
    fn names(&self, node: ParseNode<'a>) -> impl Iterator<Item = Name> {
        node.into_inner().filter(|child| child.as_rule() == Rule::name).map(|child| {
            let inner = child.into_inner().next();
            inner.map_or_else(|| self.nameless(), |inner| self.name(&inner))
        })
    }

    fn nameless(&self) -> Name {
        Name { text: String::new(), span: self.tokens.range_span(&self.range) }
    }

    fn text(&self, node: &ParseNode<'a>) -> String {
        // The scanner has refused texts with faults.
        literal::string(node.as_str()).unwrap_or_default()
    }

    fn path(&self, node: ParseNode<'a>) -> Path {
        let span = self.span(&node);
        let parts = node.into_inner().filter(|child| child.as_rule() == Rule::part);
        Path { parts: parts.map(|part| self.part(part)).collect(), span }
    }

    fn part(&self, node: ParseNode<'a>) -> PathPart {
        let event = node.clone().into_inner().find(|child| child.as_rule() == Rule::event);
        let event = event.map(|event| EventName {
            span: self.span(&event),
            text: event
                .into_inner()
                .find(|child| child.as_rule() == Rule::text)
                .map_or_else(String::new, |text| self.text(&text)),
        });
        PathPart { name: self.names(node).next().unwrap_or_else(|| self.nameless()), event }
    }
}

/// Replaces an expression with an error that has been reported.
fn refused(span: Span) -> Expr {
    Expr { kind: ExprKind::Unreadable, span }
}

/// The children of a node with this rule.
fn children<'a>(node: ParseNode<'a>, rule: Rule) -> impl Iterator<Item = ParseNode<'a>> {
    node.into_inner().filter(move |child| child.as_rule() == rule)
}

/// Whether a node has a child with this rule.
fn has(node: &ParseNode<'_>, rule: Rule) -> bool {
    children(node.clone(), rule).next().is_some()
}
