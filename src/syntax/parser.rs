//! Reads a file item by item, and an item with an error clause by clause.

use std::ops::Range;

use super::ast::{Column, Expr, ExprKind, File, Item, Name, Param, Segment, Trait};
use super::build::{Builder, Header};
use super::expected;
use super::grammar::{self, Failure, ParseNode, Rule};
use super::outline::{self, Piece, PieceKind, Tokens};
use super::scan;
use super::stray;
use crate::diagnostic::{Diagnostics, SourceId};

/// Parses a `.seg` file and reports every syntax error. The tree contains what could be read. An
/// item whose name could be read, but not all of its content, is in the tree with an unreadable
/// part, so that uses of its name aren't reported as well.
pub fn parse(source: SourceId, text: &str, problems: &mut Diagnostics) -> File {
    let all = scan::scan(source, text, problems);
    let tokens = Tokens { source, text, all: &all };
    let (mut items, mut unread, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    for piece in outline::outline(tokens, problems) {
        if piece.kind == PieceKind::Stray {
            foreign.extend(stray::report(tokens, &piece.tokens, piece.broken, problems));
            unread.extend(named(tokens, &piece.tokens));
            continue;
        }
        let mut reader = Reader { tokens, problems };
        match reader.item(&piece) {
            Some(item) => items.push(item),
            None => unread.extend(named(tokens, &piece.tokens)),
        }
    }
    stray::silence(&foreign, problems);
    File { items, unread }
}

/// The name of an item that couldn't be read: the word after its first.
fn named(tokens: Tokens<'_>, piece: &Range<usize>) -> Option<String> {
    let at = piece.start + 1;
    let word = tokens.all.get(at).filter(|_| piece.contains(&at)).map(|_| tokens.word(at))?;
    Some(word.trim_matches(['$', '`', '"', '\'']).to_owned())
}

/// Parses a single expression. If there is an error, reports it and returns `None`.
pub fn parse_expr(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<Expr> {
    whole(source, text, Rule::one_expr, problems, |builder, node| builder.expr(node))
}

/// Parses a list of columns, written as after `with`. If there is an error, reports it and returns `None`.
pub(crate) fn parse_columns(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<Vec<Column>> {
    whole(source, text, Rule::one_list, problems, |builder, node| builder.column_list(node))
}

/// Parses a whole text by a rule.
fn whole<T>(
    source: SourceId,
    text: &str,
    rule: Rule,
    problems: &mut Diagnostics,
    build: impl for<'a> FnOnce(&mut Builder<'a, '_>, ParseNode<'a>) -> T,
) -> Option<T> {
    let before = problems.len();
    let all = scan::scan(source, text, problems);
    let tokens = Tokens { source, text, all: &all };
    outline::check_brackets(tokens, problems);
    if problems.len() > before {
        return None;
    }
    let mut reader = Reader { tokens, problems };
    let read = reader.read(rule, &(0..all.len()), build)?;
    (problems.len() == before).then_some(read)
}

struct Reader<'a, 'p> {
    tokens: Tokens<'a>,
    problems: &'p mut Diagnostics,
}

impl<'a> Reader<'a, '_> {
    /// Runs the grammar on a range of tokens.
    fn grammar(&self, rule: Rule, range: &Range<usize>) -> Result<Option<ParseNode<'a>>, Failure> {
        let start = self.start(range);
        let end = match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.tokens.all[last].end,
            _ => start,
        };
        grammar::read(rule, &self.tokens.text[start..end]).map(|mut nodes| nodes.next())
    }

    /// The offset of a range of tokens.
    fn start(&self, range: &Range<usize>) -> usize {
        self.tokens.all.get(range.start).map_or(self.tokens.text.len(), |token| token.start)
    }

    fn build<T>(&mut self, range: &Range<usize>, build: impl FnOnce(&mut Builder<'a, '_>) -> T) -> T {
        let base = self.start(range);
        build(&mut Builder::new(self.tokens, range.clone(), base, self.problems))
    }

    /// Reads a range as `rule` and builds its node, or reports an error.
    fn read<T>(
        &mut self,
        rule: Rule,
        range: &Range<usize>,
        build: impl FnOnce(&mut Builder<'a, '_>, ParseNode<'a>) -> T,
    ) -> Option<T> {
        match self.grammar(rule, range) {
            Ok(node) => node.map(|node| self.build(range, |builder| build(builder, node))),
            Err(failure) => {
                self.report(range, &failure);
                None
            }
        }
    }

    fn report(&mut self, range: &Range<usize>, failure: &Failure) {
        let at = self.start(range) + failure.at;
        expected::explain(self.tokens, at, failure, self.problems);
    }

    fn item(&mut self, piece: &Piece) -> Option<Item> {
        let range = &piece.tokens;
        let rule = match piece.kind {
            PieceKind::Param => Rule::one_param,
            PieceKind::Trait => Rule::one_trait,
            PieceKind::Segment => Rule::one_segment,
            PieceKind::Stray => return None,
        };
        if !piece.broken {
            match self.grammar(rule, range) {
                Ok(Some(node)) => return self.build(range, |builder| builder.item(node)),
                Ok(None) => return None,
                Err(failure) if piece.kind != PieceKind::Segment => self.report(range, &failure),
                Err(failure) => return self.recover_segment(range, Some(&failure)),
            }
        }
        match piece.kind {
            PieceKind::Segment => self.recover_segment(range, None),
            PieceKind::Trait => self.recover_trait(range),
            PieceKind::Param => self.recover_param(range),
            PieceKind::Stray => None,
        }
    }

    /// Replaces the part of an item that couldn't be read.
    fn unreadable(&self, range: &Range<usize>) -> Expr {
        let span = self.tokens.range_span(range);
        Expr { kind: ExprKind::Unreadable, span }
    }

    /// The longest prefix of an item without errors, up to `limit` tokens.
    fn head(&self, range: &Range<usize>, limit: usize) -> Range<usize> {
        range.start..range.end.min(range.start + limit)
    }

    /// The name and entity of a trait with an error in its definition.
    fn recover_trait(&mut self, range: &Range<usize>) -> Option<Item> {
        let head = self.head(range, 4);
        let node = self.grammar(Rule::one_trait_start, &head).ok()??;
        let (name, entity) = self.build(&head, |builder| builder.two_names(node))?;
        Some(Item::Trait(Trait { name, entity, value: self.unreadable(range) }))
    }

    /// The name and type of a parameter with an error in its default.
    fn recover_param(&mut self, range: &Range<usize>) -> Option<Item> {
        let equals = range.clone().find(|&at| self.tokens.word(at) == "=")?;
        let head = range.start..equals;
        let node = self.grammar(Rule::one_param_start, &head).ok()??;
        let (name, ty, ty_span) = self.build(&head, |builder| builder.param_start(node))?;
        let value = self.unreadable(range);
        Some(Item::Param(Param { name, ty, ty_span, default: Some(value) }))
    }

    /// The header and the valid clauses of a segment with an error. `failure` is the grammar's, if
    /// the error wasn't known before.
    fn recover_segment(&mut self, range: &Range<usize>, failure: Option<&Failure>) -> Option<Item> {
        let before = self.problems.len();
        let brace = range.clone().find(|&at| self.tokens.word(at) == "{");
        let header = range.start..brace.unwrap_or(range.end);
        let start = |(name, entity)| Header { name: Some(name), entity: Some(entity), ..Header::default() };
        let Header { name, entity, extends, listed } = if self.has_fault(&header) {
            self.header_start(&header).map(start)
        } else {
            self.read(Rule::one_header, &header, |builder, node| builder.header(node))
                .or_else(|| self.header_start(&header).map(start))
        }
        .unwrap_or_default();
        let span = self.tokens.range_span(range);
        let mut segment = Segment {
            name: name.unwrap_or_else(|| Name { text: String::new(), span }),
            entity: entity.unwrap_or_else(|| Name { text: String::new(), span }),
            extends,
            listed,
            properties: Vec::new(),
            rules: Vec::new(),
            keeps: Vec::new(),
            columns: Vec::new(),
            is_unreadable: true,
            span,
        };
        if let Some(brace) = brace {
            self.recover_clauses(brace, range, &mut segment);
        }
        if let Some(failure) = failure.filter(|_| self.problems.len() == before) {
            self.report(range, failure);
        }
        (!segment.name.text.is_empty() && !segment.entity.text.is_empty())
            .then(|| Item::Segment(Box::new(segment)))
    }

    /// Reads `segment name on entity`, if there is an error after it.
    fn header_start(&mut self, header: &Range<usize>) -> Option<(Name, Name)> {
        let head = self.head(header, 4);
        let node = self.grammar(Rule::one_header, &head).ok()??;
        self.build(&head, |builder| builder.two_names(node))
    }

    fn recover_clauses(&mut self, brace: usize, range: &Range<usize>, segment: &mut Segment) {
        let closed = self.tokens.word(range.end.saturating_sub(1)) == "}" && range.end > brace + 1;
        let body = brace + 1..if closed { range.end - 1 } else { range.end };
        for clause in outline::clauses(self.tokens, body) {
            if !self.has_fault(&clause) {
                self.read(Rule::one_clause, &clause, |builder, node| builder.clause(node, segment));
            }
        }
    }

    /// Whether a range of tokens contains an error that has been reported.
    fn has_fault(&self, range: &Range<usize>) -> bool {
        self.tokens.all[range.clone()].iter().any(|token| token.kind == scan::TokenKind::Bad)
            || !outline::is_balanced(self.tokens, range)
    }
}
