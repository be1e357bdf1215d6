//! Expressions down to their operands.

use super::{Builder, children, has, refused};
use crate::diagnostic::Span;
use crate::syntax::ast::{ArithmeticOp, Bound, Count, Expr, ExprKind};
use crate::syntax::grammar::{ParseNode, Rule};
use crate::syntax::literal::{self, Fault};
use crate::syntax::problems::NumberRange;
use crate::types::{Literal, Unit};

impl<'a> Builder<'a, '_> {
    /// An expression; `node` is an `expr`.
    pub(in crate::syntax) fn expr(&mut self, node: ParseNode<'a>) -> Expr {
        self.junction(node, Rule::conjunction, ExprKind::Or, Self::conjunction)
    }

    fn conjunction(&mut self, node: ParseNode<'a>) -> Expr {
        self.junction(node, Rule::negation, ExprKind::And, Self::negation)
    }

    /// `E or F or …` becomes a single node with all its parts.
    fn junction(
        &mut self,
        node: ParseNode<'a>,
        below: Rule,
        kind: fn(Vec<Expr>) -> ExprKind,
        build: fn(&mut Self, ParseNode<'a>) -> Expr,
    ) -> Expr {
        let span = self.span(&node);
        self.deeper(1, span, |this| {
            let mut parts: Vec<Expr> = children(node, below).map(|child| build(this, child)).collect();
            match parts.pop() {
                Some(only) if parts.is_empty() => only,
                Some(last) => {
                    parts.push(last);
                    Expr { kind: kind(parts), span }
                }
                None => refused(span),
            }
        })
    }

    fn negation(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let mut nots = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_not => nots.push(self.span(&child)),
                Rule::own_segment => return self.own_segment(child, nots, span),
                Rule::how_many => {
                    let operand = self.how_many(child);
                    return repeat(nots, operand, ExprKind::Not);
                }
                _ => {
                    let operand = self.predicate(child);
                    return repeat(nots, operand, ExprKind::Not);
                }
            }
        }
        refused(span)
    }

    /// `at least 2 of (E, F, …)`
    fn how_many(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        self.deeper(1, span, |this| {
            let (mut bound, mut count, mut items) = (Bound::Exactly, Count::Number(1, span), Vec::new());
            for child in node.into_inner() {
                match child.as_rule() {
                    Rule::bound if has(&child, Rule::kw_least) => bound = Bound::AtLeast,
                    Rule::bound if has(&child, Rule::kw_most) => bound = Bound::AtMost,
                    Rule::count => count = this.count(child),
                    Rule::expr => items.push(this.expr(child)),
                    _ => {}
                }
            }
            Expr { kind: ExprKind::HowMany { bound, count, items }, span }
        })
    }

    /// `+ -` and `* / %`, which associate to the left.
    pub(super) fn sum(&mut self, node: ParseNode<'a>) -> Expr {
        let (operand, build): (_, fn(&mut Self, ParseNode<'a>) -> Expr) = match node.as_rule() {
            Rule::sum => (Rule::product, Self::sum),
            _ => (Rule::unary, Self::unary),
        };
        let span = self.span(&node);
        let operators = node.clone().into_inner().filter(|child| child.as_rule() != operand).count();
        self.deeper(operators, span, |this| {
            let mut result: Option<Expr> = None;
            let mut operator = ArithmeticOp::Add;
            for child in node.into_inner() {
                if child.as_rule() != operand {
                    operator = arithmetic(child.as_str());
                    continue;
                }
                let right = build(this, child);
                result = Some(match result {
                    None => right,
                    Some(left) => {
                        let span = left.span.to(right.span);
                        Expr { kind: ExprKind::Arithmetic(operator, Box::new(left), Box::new(right)), span }
                    }
                });
            }
            result.unwrap_or_else(|| refused(span))
        })
    }

    fn unary(&mut self, node: ParseNode<'a>) -> Expr {
        let whole = self.span(&node);
        let mut signs = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::minus => signs.push(self.span(&child)),
                // The sign next to a number is its own: -9223372036854775808 is in range.
                Rule::number => {
                    let sign = signs.pop();
                    let span = sign.map_or(whole, |sign| sign.to(whole));
                    let operand = self.number(&child, sign.is_some(), span);
                    return repeat(signs, operand, ExprKind::Negate);
                }
                _ => {
                    let operand = self.primary(child);
                    return repeat(signs, operand, ExprKind::Negate);
                }
            }
        }
        refused(whole)
    }

    pub(super) fn number(&mut self, node: &ParseNode<'a>, negative: bool, span: Span) -> Expr {
        let written = if negative { format!("-{}", node.as_str()) } else { node.as_str().to_owned() };
        match literal::number(&written) {
            Ok(value) => Expr { kind: ExprKind::Literal(value), span },
            Err(fault) => {
                self.number_fault(written, fault, span);
                refused(span)
            }
        }
    }

    fn number_fault(&mut self, text: String, fault: Fault, span: Span) {
        // All other faults were found by the scanner.
        let limit = if let Fault::Range(limit) = fault { limit } else { "is not a number" };
        self.problems.push(NumberRange { span, text, limit });
    }

    /// A whole number without a sign. If it is out of range, reports that and returns 1.
    pub(super) fn integer(&mut self, node: &ParseNode<'a>) -> i64 {
        let fault = match literal::number(node.as_str()) {
            Ok(Literal::Integer(value)) => return value,
            Ok(_) => Fault::Number(None),
            Err(fault) => fault,
        };
        let span = self.span(node);
        self.number_fault(node.as_str().to_owned(), fault, span);
        1
    }

    fn primary(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let literal = |value| Expr { kind: ExprKind::Literal(value), span };
        match node.as_rule() {
            Rule::parens => {
                let inner = children(node, Rule::expr).next();
                let inner = inner.map_or_else(|| refused(span), |inner| self.expr(inner));
                Expr { kind: inner.kind, span }
            }
            Rule::text => literal(Literal::String(self.text(&node))),
            Rule::boolean => literal(Literal::Boolean(node.as_str() == "true")),
            // The scanner has refused dates with faults.
            Rule::date | Rule::instant => {
                literal::time(node.as_str()).map_or_else(|_| refused(span), literal)
            }
            Rule::quantity => self.quantity(node),
            Rule::number => self.number(&node, false, span),
            Rule::parameter => Expr { kind: ExprKind::Param(self.parameter(&node)), span },
            Rule::now => Expr { kind: ExprKind::Now, span },
            Rule::today => Expr { kind: ExprKind::Today, span },
            Rule::start_of => Expr { kind: ExprKind::StartOf(unit_of(node)), span },
            Rule::path => Expr { kind: ExprKind::Path(self.path(node)), span },
            Rule::aggregate => self.aggregate(node),
            Rule::call | Rule::bucket => self.call(node),
            Rule::sequence => self.sequence(node),
            Rule::periods => self.periods(node),
            _ => refused(span),
        }
    }

    fn parameter(&mut self, node: &ParseNode<'a>) -> crate::syntax::ast::Name {
        let mut name = self.name(node);
        name.text = name.text.trim_start_matches('$').trim_matches('`').to_owned();
        name
    }

    /// `30 days`, `30 days ago`, `$n days from now`
    fn quantity(&mut self, node: ParseNode<'a>) -> Expr {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let count = parts.next().map_or(Count::Number(1, span), |count| self.count(count));
        let unit = parts.next().map_or(Unit::Day, |unit| unit_named(&unit));
        let kind = match parts.next().map(|word| word.as_rule()) {
            Some(Rule::kw_ago) => ExprKind::Ago(count, unit),
            Some(_) => ExprKind::FromNow(count, unit),
            None => ExprKind::Duration(count, unit),
        };
        Expr { kind, span }
    }

    pub(super) fn count(&mut self, node: ParseNode<'a>) -> Count {
        let span = self.span(&node);
        match node.into_inner().next() {
            Some(child) if child.as_rule() == Rule::parameter => Count::Param(self.parameter(&child)),
            Some(child) => Count::Number(self.integer(&child), span),
            None => Count::Number(1, span),
        }
    }
}

/// A prefix operator written `places.len()` times. More than two would only add depth: an odd
/// number means the same as one, an even number the same as two.
fn repeat(places: Vec<Span>, operand: Expr, kind: fn(Box<Expr>) -> ExprKind) -> Expr {
    let kept = if places.len() > 2 { 2 - places.len() % 2 } else { places.len() };
    places.iter().take(kept).rev().fold(operand, |operand, place| {
        let span = place.to(operand.span);
        Expr { kind: kind(Box::new(operand)), span }
    })
}

fn arithmetic(written: &str) -> ArithmeticOp {
    match written {
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        "/" => ArithmeticOp::Divide,
        "%" => ArithmeticOp::Remainder,
        _ => ArithmeticOp::Add,
    }
}

/// The unit named by a `unit` node.
pub(super) fn unit_named(node: &ParseNode<'_>) -> Unit {
    Unit::parse(node.as_str()).unwrap_or(Unit::Day)
}

/// The unit below a node.
pub(super) fn unit_of(node: ParseNode<'_>) -> Unit {
    children(node, Rule::unit).next().map_or(Unit::Day, |unit| unit_named(&unit))
}
