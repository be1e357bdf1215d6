//! Constructs about rows behind links, and calls: everything with parts in parentheses.

use super::{Chain, Indent, Layout};
use crate::syntax::grammar::{ParseNode, Rule};

impl<'a> Layout<'a> {
    /// `lower(x)`, `bucket("autumn")`
    pub(super) fn call(&mut self, node: ParseNode<'a>) {
        let open = self.parenthesis(self.first(&node) + 1);
        let children = node.into_inner();
        self.fill(open, children.filter(|child| matches!(child.as_rule(), Rule::expr | Rule::cut)).collect());
    }

    /// The parenthesis of a call, right after its word.
    fn parenthesis(&mut self, open: usize) -> usize {
        self.slots[open].tight = true;
        open
    }

    /// `at least 2 of (E, F)`
    pub(super) fn how_many(&mut self, node: ParseNode<'a>) {
        let mut group = None;
        let mut is_first = true;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::open_paren => {
                    let open = self.first(&child);
                    group = Some(self.bracket(open));
                    self.leave_out_comma(self.closing[open] - 1);
                }
                Rule::expr => {
                    if let (Some(group), false) = (group, is_first) {
                        self.break_list_at(group, self.first(&child));
                    }
                    is_first = false;
                    self.node(child);
                }
                _ => {}
            }
        }
    }

    /// `sum(orders.total during W where E)`
    pub(super) fn aggregate(&mut self, node: ParseNode<'a>) {
        let word = node.clone().into_inner().next();
        let open = word.map_or(self.first(&node) + 1, |word| self.range(&word).end);
        self.parenthesis(open);
        let group = self.bracket(open);
        self.parts(node, group, &[Rule::kw_during, Rule::kw_where]);
    }

    /// `periods(P during W where E each 1 week at least 2)`
    pub(super) fn periods(&mut self, node: ParseNode<'a>) {
        let open = self.parenthesis(self.first(&node) + 1);
        let group = self.bracket(open);
        self.parts(node, group, &[Rule::kw_during, Rule::kw_where, Rule::kw_each, Rule::kw_at]);
    }

    /// `sequence(a then within 1 day b within 7 days matching p during W)`
    pub(super) fn sequence(&mut self, node: ParseNode<'a>) {
        let open = self.parenthesis(self.first(&node) + 1);
        let group = self.bracket(open);
        // A `within` right after `then` belongs to the step; the other is a part of its own.
        let mut after_step = false;
        for child in node.clone().into_inner() {
            if child.as_rule() == Rule::within && after_step {
                self.break_at(group, self.first(&child));
            }
            after_step = child.as_rule() == Rule::step;
        }
        self.parts(node, group, &[Rule::kw_then, Rule::kw_matching, Rule::kw_during]);
    }

    /// `(path where E)`
    pub(super) fn step(&mut self, node: ParseNode<'a>) {
        let open = self.first(&node);
        if self.tokens.word(open) != "(" {
            return self.children(node);
        }
        let group = self.bracket(open);
        self.parts(node, group, &[Rule::kw_where]);
    }

    /// The parts of a group, each of which begins with one of the words.
    fn parts(&mut self, node: ParseNode<'a>, group: usize, words: &[Rule]) {
        let mut before = None;
        for child in node.into_inner() {
            let rule = child.as_rule();
            let token = self.first(&child);
            if words.contains(&rule) {
                self.break_at(group, token);
            }
            if rule == Rule::expr {
                let at = match before {
                    Some(word) => Chain::End(word, "where".len()),
                    None => Chain::Start(Indent { token, columns: 0 }),
                };
                self.expr(child, at);
            } else {
                self.node(child);
            }
            before = (rule == Rule::kw_where).then_some(token);
        }
    }
}
