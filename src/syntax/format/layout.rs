//! Where a line may end, by the rules of the grammar.

mod rows;

use std::ops::Range;

use super::trivia::Gap;
use super::write::Page;
use crate::syntax::grammar::{ParseNode, Rule};
use crate::syntax::outline::Tokens;

/// A column: that of a token, or one to the right of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Indent {
    pub(super) token: usize,
    pub(super) columns: isize,
}

/// Tokens that are on one line, or else broken at all of their breaks.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) tokens: Range<usize>,
    /// Where its further lines begin.
    pub(super) indent: Indent,
    /// Whether it is broken in any case: where it was, it stays so.
    pub(super) broken: bool,
    /// The innermost group around it.
    pub(super) parent: Option<usize>,
}

/// Whether a line may end before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// Only if a comment is there.
    Never,
    /// If the group is broken.
    Group(usize),
    /// If the tokens up to `end` don't fit on the line.
    Fill { indent: Indent, end: usize },
}

/// What may be before a token.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) at: Break,
    /// Whether no space separates the token from the one before it on its line.
    pub(super) tight: bool,
    /// Whether the token isn't written.
    pub(super) left_out: bool,
    /// Whether the token is the first of an item.
    pub(super) begins_item: bool,
    /// Whether a blank line before the token is kept.
    pub(super) blank: bool,
    /// Whether blank lines before its comments are kept.
    pub(super) blank_before: bool,
    /// Whether the token before opens a bracket.
    pub(super) opened: bool,
    /// Where the token begins on a new line, if not where its comments do.
    pub(super) indent: Option<Indent>,
    /// The innermost group that contains the token and the one before it.
    pub(super) scope: Option<usize>,
}

/// How the lines of a chain of `and` or `or` are aligned.
#[derive(Debug, Clone, Copy)]
enum Chain {
    /// The words end where the tokens' own end: those of `where`, of this width.
    End(usize, usize),
    /// The words begin here.
    Start(Indent),
}

/// Finds the groups and breaks of a file.
pub(super) struct Layout<'a> {
    tokens: Tokens<'a>,
    gaps: &'a [Gap],
    groups: Vec<Group>,
    slots: Vec<Slot>,
    /// For each opening bracket, its closing one.
    closing: Vec<usize>,
    /// The offset of the item that is read.
    base: usize,
}

impl<'a> Layout<'a> {
    pub(super) fn new(tokens: Tokens<'a>, gaps: &'a [Gap]) -> Self {
        let count = tokens.all.len();
        let mut closing = vec![0; count];
        let mut open = Vec::new();
        for at in 0..count {
            match tokens.word(at) {
                "(" | "[" | "{" => open.push(at),
                ")" | "]" | "}" => {
                    if let Some(opening) = open.pop() {
                        closing[opening] = at;
                    }
                }
                _ => {}
            }
        }
        let slots = (0..=count).map(|at| slot(tokens, at)).collect();
        Self { tokens, gaps, groups: Vec::new(), slots, closing, base: 0 }
    }

    /// Lays out an item, which begins at an offset.
    pub(super) fn item(&mut self, node: ParseNode<'a>, base: usize, range: Range<usize>) {
        self.base = base;
        self.slots[range.start].begins_item = true;
        let columns = if node.as_rule() == Rule::segment_item { 4 } else { 2 };
        let group = self.group(range.clone(), Indent { token: range.start, columns });
        match node.as_rule() {
            Rule::segment_item => self.segment(node, range.start),
            Rule::trait_item => {
                for child in node.into_inner() {
                    if child.as_rule() == Rule::expr {
                        self.break_at(group, self.first(&child));
                    }
                    self.node(child);
                }
            }
            _ => self.node(node),
        }
    }

    /// The file with everything that its items need.
    pub(super) fn finish(mut self) -> Page<'a> {
        let mut open: Vec<usize> = Vec::new();
        let mut next = 0;
        for at in 0..self.slots.len() {
            open.truncate(
                open.iter().position(|&group| self.groups[group].tokens.end <= at).unwrap_or(open.len()),
            );
            self.slots[at].scope = open.last().copied();
            while self.groups.get(next).is_some_and(|group| group.tokens.start == at) {
                self.groups[next].parent = open.last().copied();
                open.push(next);
                next += 1;
            }
        }
        Page::new(self.tokens, self.gaps, self.groups, self.slots)
    }

    /// The first token of a node.
    fn first(&self, node: &ParseNode<'a>) -> usize {
        let start = self.base + node.as_span().start();
        self.tokens.all.partition_point(|token| token.start < start)
    }

    /// The tokens of a node.
    fn range(&self, node: &ParseNode<'a>) -> Range<usize> {
        let end = self.base + node.as_span().end();
        self.first(node)..self.tokens.all.partition_point(|token| token.start < end)
    }

    /// Begins a group. Groups are begun in the order of their first tokens, the outer ones first.
    fn group(&mut self, tokens: Range<usize>, indent: Indent) -> usize {
        self.groups.push(Group { tokens, indent, broken: false, parent: None });
        self.groups.len() - 1
    }

    /// Begins the group of an opening bracket, aligned after it.
    fn bracket(&mut self, open: usize) -> usize {
        self.group(open..self.closing[open] + 1, self.after(open))
    }

    /// The column after an opening bracket.
    fn after(&self, open: usize) -> Indent {
        Indent { token: open, columns: isize::from(!self.slots[open].left_out) }
    }

    /// Lets a group break before a token. If it was broken there, it stays so.
    fn break_at(&mut self, group: usize, token: usize) {
        self.slots[token].at = Break::Group(group);
        self.groups[group].broken |= self.gaps[token].newline;
    }

    /// The same between the items of a list, after their comma, and between rules, where blank lines are kept.
    fn break_list_at(&mut self, group: usize, token: usize) {
        self.break_at(group, token);
        self.keep_blank(token);
        let after_comma = token > 0 && self.tokens.word(token - 1) == ",";
        self.groups[group].broken |= after_comma && self.gaps[token - 1].newline;
    }

    fn keep_blank(&mut self, token: usize) {
        self.slots[token].blank = true;
        self.slots[token].blank_before = true;
    }

    fn segment(&mut self, node: ParseNode<'a>, start: usize) {
        let children: Vec<_> = node.into_inner().collect();
        let is_clause = |child: &&ParseNode<'_>| {
            !matches!(child.as_rule(), Rule::header | Rule::open_brace | Rule::close_brace)
        };
        let clauses = children.iter().filter(is_clause).count();
        let mut body = None;
        for child in children {
            let range = self.range(&child);
            match child.as_rule() {
                Rule::header => {}
                Rule::open_brace => {
                    let indent = Indent { token: start, columns: 2 };
                    let group = self.group(range.start..self.closing[range.start] + 1, indent);
                    self.groups[group].broken = clauses > 1;
                    body = Some(group);
                }
                Rule::close_brace => {
                    self.slots[range.start].indent = Some(Indent { token: start, columns: 0 });
                    self.slots[range.start].blank_before = true;
                    match body.filter(|_| clauses > 0) {
                        Some(body) => self.break_at(body, range.start),
                        None => self.slots[range.start].tight = true,
                    }
                }
                _ => {
                    body.into_iter().for_each(|body| self.break_list_at(body, range.start));
                    self.group(range.clone(), Indent { token: range.start, columns: 2 });
                    self.node(child);
                }
            }
        }
    }

    fn children(&mut self, node: ParseNode<'a>) {
        node.into_inner().for_each(|child| self.node(child));
    }

    fn node(&mut self, node: ParseNode<'a>) {
        match node.as_rule() {
            Rule::segment_rule => self.rule(node),
            Rule::columns => self.columns(node),
            Rule::list => self.list(node, Rule::list_item),
            Rule::items => self.list(node, Rule::sum),
            Rule::how_many => self.how_many(node),
            Rule::call | Rule::bucket => self.call(node),
            Rule::aggregate => self.aggregate(node),
            Rule::periods => self.periods(node),
            Rule::sequence => self.sequence(node),
            Rule::step => self.step(node),
            Rule::parens => self.parens(node),
            Rule::expr => {
                let token = self.first(&node);
                self.expr(node, Chain::Start(Indent { token, columns: 0 }));
            }
            Rule::predicate => self.predicate(node),
            Rule::sum => self.arithmetic(node, Rule::add_op),
            Rule::product => self.arithmetic(node, Rule::multiply_op),
            Rule::minus => {
                let operand = self.first(&node) + 1;
                // Two signs without a space would begin a comment elsewhere, and are refused.
                self.slots[operand].tight |= self.tokens.word(operand) != "-";
            }
            Rule::r#type => self.range(&node).skip(1).for_each(|at| self.slots[at].tight = true),
            Rule::percent | Rule::event => {
                let at = self.first(&node);
                self.slots[at].tight = true;
            }
            _ => self.children(node),
        }
    }

    /// `include where E`: the words of a chain end where `where` does.
    fn rule(&mut self, node: ParseNode<'a>) {
        let mut head = Chain::Start(Indent { token: self.first(&node), columns: 0 });
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::rule_head => {
                    let range = self.range(&child);
                    let width = range.clone().map(|at| self.tokens.word(at).len() + 1).sum::<usize>() - 1;
                    head = Chain::End(range.start, width);
                }
                _ => self.expr(child, head),
            }
        }
    }

    fn columns(&mut self, node: ParseNode<'a>) {
        let range = self.range(&node);
        let columns: Vec<_> = node.into_inner().filter(|child| child.as_rule() == Rule::column).collect();
        let Some(token) = columns.first().map(|column| self.first(column)) else { return };
        let group = self.group(token..range.end, Indent { token, columns: 0 });
        for (nth, column) in columns.into_iter().enumerate() {
            if nth > 0 {
                self.break_list_at(group, self.first(&column));
            }
            self.children(column);
        }
        self.leave_out_comma(range.end - 1);
    }

    /// Leaves out the comma after the last item of a list.
    fn leave_out_comma(&mut self, at: usize) {
        if self.tokens.word(at) == "," {
            self.slots[at].left_out = true;
        }
    }

    /// The items of a list in brackets, as many on a line as fit.
    fn list(&mut self, node: ParseNode<'a>, item: Rule) {
        let open = self.first(&node);
        self.leave_out_comma(self.closing[open] - 1);
        self.fill(open, node.into_inner().filter(|child| child.as_rule() == item).collect());
    }

    fn fill(&mut self, open: usize, items: Vec<ParseNode<'a>>) {
        let close = self.closing[open];
        self.bracket(open);
        let starts: Vec<usize> = items.iter().map(|item| self.first(item)).chain([close]).collect();
        for pair in starts.windows(2).skip(1) {
            let indent = self.after(open);
            self.slots[pair[0]].at = Break::Fill { indent, end: pair[1] };
        }
        items.into_iter().for_each(|item| self.node(item));
    }

    fn parens(&mut self, node: ParseNode<'a>) {
        let open = self.first(&node);
        self.bracket(open);
        self.doubled(open);
        for child in node.into_inner() {
            if child.as_rule() == Rule::expr {
                self.expr(child, Chain::Start(self.after(open)));
            }
        }
    }

    /// Leaves out parentheses right inside others, unless a comment is between them.
    fn doubled(&mut self, open: usize) {
        let (inner, close) = (open + 1, self.closing[open]);
        let is_doubled = self.tokens.word(inner) == "(" && self.closing[inner] + 1 == close;
        if is_doubled && self.gaps[inner].comments.is_empty() && self.gaps[close].comments.is_empty() {
            self.slots[inner].left_out = true;
            self.slots[close].left_out = true;
        }
    }

    /// A chain of `or`, in which each part may be a chain of `and`.
    fn expr(&mut self, node: ParseNode<'a>, at: Chain) {
        let parts: Vec<_> = node.clone().into_inner().collect();
        let inner = if parts.len() > 1 { None } else { Some(at) };
        self.chain(&node, &parts, Rule::kw_or, at);
        for part in parts {
            if part.as_rule() != Rule::conjunction {
                continue;
            }
            let at = inner.unwrap_or(Chain::Start(Indent { token: self.first(&part), columns: 2 }));
            let negations: Vec<_> = part.clone().into_inner().collect();
            self.chain(&part, &negations, Rule::kw_and, at);
            negations.into_iter().for_each(|negation| self.node(negation));
        }
    }

    /// The group of a chain of several parts.
    fn chain(&mut self, node: &ParseNode<'a>, parts: &[ParseNode<'a>], joined: Rule, at: Chain) {
        if parts.len() < 2 {
            return;
        }
        let length = if joined == Rule::kw_or { 2 } else { 3 };
        let indent = match at {
            Chain::End(token, width) => {
                Indent { token, columns: isize::try_from(width.saturating_sub(length)).unwrap_or(0) }
            }
            Chain::Start(indent) => indent,
        };
        let group = self.group(self.range(node), indent);
        for part in parts.iter().filter(|part| part.as_rule() == joined) {
            let token = self.first(part);
            self.break_at(group, token);
            self.keep_blank(token);
            self.groups[group].broken |= self.gaps[token + 1].newline;
        }
    }

    /// A comparison is broken before its operator if a call or parentheses follow it.
    fn predicate(&mut self, node: ParseNode<'a>) {
        let range = self.range(&node);
        let indent = Indent { token: range.start, columns: 2 };
        self.group(range.clone(), indent);
        let tail = node.clone().into_inner().find(|child| child.as_rule() == Rule::tail);
        let compare = tail.and_then(|tail| tail.into_inner().find(|child| child.as_rule() == Rule::compare));
        if let Some(operator) = compare.map(|compare| self.first(&compare))
            && (operator..range.end).any(|at| self.tokens.word(at) == "(")
        {
            let indent = Indent { token: range.start, columns: 0 };
            self.slots[operator].at = Break::Fill { indent, end: range.end };
        }
        self.children(node);
    }

    /// Operands and operators, as many on a line as fit.
    fn arithmetic(&mut self, node: ParseNode<'a>, operator: Rule) {
        let range = self.range(&node);
        let is_operator = |child: &ParseNode<'_>| child.as_rule() == operator;
        let operators = node.clone().into_inner().filter(is_operator).map(|child| self.first(&child));
        let starts: Vec<usize> = operators.chain([range.end]).collect();
        for pair in starts.windows(2) {
            let indent = Indent { token: range.start, columns: 0 };
            self.slots[pair[0]].at = Break::Fill { indent, end: pair[1] };
        }
        self.children(node);
    }
}

/// What is before a token, by the tokens alone.
fn slot(tokens: Tokens<'_>, at: usize) -> Slot {
    let before = at.checked_sub(1).map_or("", |before| tokens.word(before));
    let is_tight =
        matches!(before, "" | "(" | "[" | ".") || matches!(tokens.word(at), "" | ")" | "]" | "," | "." | ":");
    Slot {
        at: Break::Never,
        tight: is_tight,
        left_out: false,
        begins_item: false,
        blank: false,
        blank_before: false,
        opened: matches!(before, "(" | "[" | "{"),
        indent: None,
        scope: None,
    }
}
