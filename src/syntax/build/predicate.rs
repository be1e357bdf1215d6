//! Predicates: one operand and its tail.

use super::{Builder, children, has, refused};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr, ExprKind, InstantOp, TextOp};
use crate::syntax::grammar::{ParseNode, Rule};
use crate::syntax::problems::ValueInSegment;

impl<'a> Builder<'a, '_> {
    pub(super) fn predicate(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let Some(operand) = parts.next() else { return refused(span) };
        match parts.next() {
            None => self.sum(operand),
            Some(tail) => self.deeper(1, span, |this| {
                let operand = this.sum(operand);
                this.tail(operand, tail, span)
            }),
        }
    }

    /// `in segment s`, `not in segment s`: tests the entity itself.
    pub(super) fn own_segment(&mut self, node: ParseNode<'a>, mut nots: Vec<Span>, span: Span) -> Expr {
        let own = self.span(&node);
        let segment = self.names(node).next().unwrap_or_else(|| self.nameless());
        let not = nots.pop();
        let inner = not.map_or(own, |not| not.to(own));
        let kind = ExprKind::InSegment { path: None, segment, negated: not.is_some() };
        let operand = Expr { kind, span: inner };
        if nots.is_empty() { operand } else { self.nots(nots.len(), operand, span) }
    }

    /// Wraps an expression in further `not`s before one that belongs to its operator.
    fn nots(&mut self, count: usize, operand: Expr, span: Span) -> Expr {
        let kept = if count > 2 { 2 - count % 2 } else { count };
        (0..kept).fold(operand, |operand, _| Expr { kind: ExprKind::Not(Box::new(operand)), span })
    }

    fn tail(&mut self, value: Expr, node: ParseNode<'a>, span: Span) -> Expr {
        let negated = has(&node, Rule::kw_not);
        let Some(operator) = node.clone().into_inner().find(|child| child.as_rule() != Rule::kw_not) else {
            return value;
        };
        let kind = match operator.as_rule() {
            Rule::compare => self.compare(value, operator),
            Rule::kw_is => return self.is(value, node, negated, span),
            Rule::membership if has(&operator, Rule::kw_segment) => {
                return self.in_segment(value, operator, negated, span);
            }
            Rule::membership => self.membership(value, operator, negated),
            Rule::between => {
                let (low, high) = self.two_sums(operator);
                ExprKind::Between { value: Box::new(value), low, high, negated }
            }
            Rule::contains if has(&operator, Rule::any_all) => self.contains_items(value, operator, negated),
            Rule::contains => self.text_operator(TextOp::Contains, value, operator, negated),
            Rule::starts_with => self.text_operator(TextOp::StartsWith, value, operator, negated),
            Rule::ends_with => self.text_operator(TextOp::EndsWith, value, operator, negated),
            Rule::matches => {
                let (pattern, pattern_span) = self.text_of(&operator);
                let raw = children(operator, Rule::text).next();
                let pattern_raw = raw.map_or_else(String::new, |raw| raw.as_str().to_owned());
                ExprKind::Matches { value: Box::new(value), pattern, pattern_raw, pattern_span, negated }
            }
            Rule::resembles => self.resembles(value, operator, negated),
            Rule::anniversary => match children(operator, Rule::window).next() {
                Some(window) => {
                    ExprKind::Anniversary { value: Box::new(value), window: self.window(window), negated }
                }
                None => return refused(span),
            },
            Rule::before | Rule::after => {
                let before = operator.as_rule() == Rule::before;
                let op = if before { InstantOp::Before } else { InstantOp::After };
                let instant = Box::new(self.first_sum(operator));
                ExprKind::Instant { op, value: Box::new(value), instant, negated }
            }
            _ => match children(operator, Rule::window).next() {
                Some(window) => {
                    ExprKind::During { value: Box::new(value), window: self.window(window), negated }
                }
                None => return refused(span),
            },
        };
        Expr { kind, span }
    }

    fn compare(&mut self, left: Expr, node: ParseNode<'a>) -> ExprKind {
        let written = children(node.clone(), Rule::compare_op).next();
        let op = compare_op(written.map_or("", |node| node.as_str()));
        let ignoring_case = has(&node, Rule::ignoring_case);
        let right = Box::new(self.first_sum(node));
        ExprKind::Compare { op, left: Box::new(left), right, ignoring_case }
    }

    fn is(&mut self, value: Expr, node: ParseNode<'a>, negated: bool, span: Span) -> Expr {
        if has(&node, Rule::kw_empty) {
            return Expr { kind: ExprKind::Empty { value: Box::new(value), negated }, span };
        }
        // `is not missing` is `is present`, and the other way round.
        let negated = negated != has(&node, Rule::kw_present);
        Expr { kind: ExprKind::Missing { value: Box::new(value), negated }, span }
    }

    fn in_segment(&mut self, value: Expr, node: ParseNode<'a>, negated: bool, span: Span) -> Expr {
        let ExprKind::Path(path) = value.kind else {
            if !matches!(value.kind, ExprKind::Unreadable) {
                self.problems.push(ValueInSegment { span: value.span });
            }
            return refused(span);
        };
        let segment = self.names(node).next().unwrap_or_else(|| self.nameless());
        Expr { kind: ExprKind::InSegment { path: Some(path), segment, negated }, span }
    }

    fn membership(&mut self, value: Expr, node: ParseNode<'a>, negated: bool) -> ExprKind {
        let ignoring_case = has(&node, Rule::ignoring_case);
        let whole = self.span(&node);
        let list = children(node, Rule::items).next();
        let items_span = list.as_ref().map_or(whole, |list| self.span(list));
        let items = list.map(|list| children(list, Rule::sum).map(|item| self.sum(item)).collect());
        let items = items.unwrap_or_default();
        ExprKind::In { value: Box::new(value), items, items_span, negated, ignoring_case }
    }

    fn contains_items(&mut self, value: Expr, node: ParseNode<'a>, negated: bool) -> ExprKind {
        let all = children(node.clone(), Rule::any_all)
            .next()
            // What it covers may end with a comment.
            .is_some_and(|word| word.as_str().starts_with("all"));
        match self.membership(value, node, negated) {
            ExprKind::In { value, items, items_span, negated, .. } => {
                ExprKind::ContainsItems { all, value, items, items_span, negated }
            }
            other => other,
        }
    }

    fn resembles(&mut self, value: Expr, node: ParseNode<'a>, negated: bool) -> ExprKind {
        let (text, text_span) = self.text_of(&node);
        let number = children(node, Rule::integer).next();
        let edits_span = number.as_ref().map_or(text_span, |number| self.span(number));
        let edits = number.map_or(0, |number| self.integer(&number));
        ExprKind::Resembles { value: Box::new(value), text, text_span, edits, edits_span, negated }
    }

    /// The text literal below a node.
    pub(super) fn text_of(&mut self, node: &ParseNode<'a>) -> (String, Span) {
        let whole = self.span(node);
        let text = children(node.clone(), Rule::text).next();
        text.map_or_else(|| (String::new(), whole), |text| (self.text(&text), self.span(&text)))
    }

    fn text_operator(&mut self, op: TextOp, value: Expr, node: ParseNode<'a>, negated: bool) -> ExprKind {
        let ignoring_case = has(&node, Rule::ignoring_case);
        let needle = Box::new(self.first_sum(node));
        ExprKind::Text { op, value: Box::new(value), needle, negated, ignoring_case }
    }

    fn first_sum(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        children(node, Rule::sum).next().map_or_else(|| refused(span), |sum| self.sum(sum))
    }

    fn two_sums(&mut self, node: ParseNode<'a>) -> (Box<Expr>, Box<Expr>) {
        let span = self.span(&node);
        let mut sums = children(node, Rule::sum);
        let mut next = || sums.next().map_or_else(|| refused(span), |sum| self.sum(sum));
        (Box::new(next()), Box::new(next()))
    }
}

fn compare_op(written: &str) -> CompareOp {
    match written.trim_end() {
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessOrEqual,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::GreaterOrEqual,
        _ => CompareOp::Equal,
    }
}
