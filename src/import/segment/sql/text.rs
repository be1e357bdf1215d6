//! The SQL as text: read by the grammar of its database, with places in the file.
use sqlparser::ast::{self as sql, Spanned};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::database::Database;
use super::problems::UnreadableSql;
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::yaml::{Node, NodeKind};

/// How deep the SQL may be nested.
const DEPTH: usize = 100;

/// How many words and signs the SQL may have, spaces among them.
const MOST_TOKENS: usize = 30_000;

/// SQL in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlText<'a> {
    pub(crate) source: SourceId,
    /// Where it begins in the file.
    pub(crate) start: usize,
    pub(crate) text: &'a str,
}

/// What was read.
pub(super) enum Statement {
    /// `country = 'US'`
    Condition(Box<sql::Expr>),
    /// `SELECT id FROM customers WHERE …`
    Query(Box<sql::Query>),
}

impl SqlText<'_> {
    /// The SQL of a scalar of a YAML or JSON file; `None` if the file doesn't contain it as it is.
    pub(super) fn of_scalar<'i>(source: SourceId, file: &'i str, node: &Node) -> Option<SqlText<'i>> {
        let NodeKind::String(text) = &node.kind else { return None };
        let start = node.span.start as usize;
        let written = file.get(start..node.span.end as usize)?;
        if let Some(at) = written.find(text.trim_end()) {
            let start = start + at;
            return Some(SqlText { source, start, text: file.get(start..start + text.trim_end().len())? });
        }
        // The lines of a block are indented, which SQL doesn't mind, except within a text.
        let is_block = lines_alike(written, text) && !(text.contains('\'') && spans_lines(text));
        is_block.then_some(SqlText { source, start, text: written })
    }

    /// The place of a part.
    pub(super) fn span(&self, part: &impl Spanned) -> Span {
        let span = part.span();
        if span.start.line == 0 {
            return self.whole();
        }
        let (start, end) = (self.offset(span.start), self.offset(span.end));
        Span::new(self.source, self.start + start, self.start + end.max(start))
    }

    /// The place of all of it.
    pub(super) fn whole(&self) -> Span {
        let text = self.text.trim_end();
        let start = text.len() - text.trim_start().len();
        Span::new(self.source, self.start + start, self.start + text.len())
    }

    fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
        let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
        let before = self.text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let rest = self.text.get(before..).unwrap_or_default();
        before + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    /// Reads a condition, with `WHERE` or without, or a whole query.
    pub(super) fn read(&self, database: &Database, problems: &mut Diagnostics) -> Option<Statement> {
        match self.parse(database) {
            Ok(statement) => Some(statement),
            Err(error) => {
                self.report(&error, database, problems);
                None
            }
        }
    }

    fn parse(&self, database: &Database) -> Result<Statement, ParserError> {
        let dialect = sqlparser::dialect::dialect_from_str(&database.parser)
            .ok_or_else(|| ParserError::ParserError("unknown dialect".to_owned()))?;
        let tokens = Tokenizer::new(dialect.as_ref(), self.text).tokenize_with_location()?;
        if tokens.len() > MOST_TOKENS {
            let message = format!("the SQL has {} words; at most {MOST_TOKENS} are read", tokens.len());
            return Err(ParserError::ParserError(message));
        }
        let mut parser =
            Parser::new(dialect.as_ref()).with_recursion_limit(DEPTH).with_tokens_with_locations(tokens);
        let statement = if matches!(&parser.peek_token().token, Token::Word(word)
            if matches!(word.keyword, Keyword::SELECT | Keyword::WITH | Keyword::FROM))
        {
            Statement::Query(parser.parse_query()?)
        } else {
            let _ = parser.parse_keyword(Keyword::WHERE);
            Statement::Condition(Box::new(parser.parse_expr()?))
        };
        while parser.consume_token(&Token::SemiColon) {}
        match parser.peek_token() {
            token if token.token == Token::EOF => Ok(statement),
            token => Err(ParserError::ParserError(format!(
                "Expected: end of the condition, found: {}{}",
                token.token, token.span.start
            ))),
        }
    }

    fn report(&self, error: &ParserError, database: &Database, problems: &mut Diagnostics) {
        if let Some(at) = self.text.find("{{").or_else(|| self.text.find("{%")) {
            let span = Span::new(self.source, self.start + at, self.start + at + 2);
            let message = "the SQL contains a template".to_owned();
            let help = Some("import the SQL that the template produces".to_owned());
            problems.push(UnreadableSql { span, message, help });
            return;
        }
        let text = match error {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "the SQL is nested too deeply".to_owned(),
        };
        let (message, span) = match text.split_once(" at Line: ") {
            Some((message, place)) => (message.to_owned(), self.place(place)),
            None => (text, None),
        };
        let message = match message.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: ")) {
            Some((_, "EOF")) => "the SQL ends too early".to_owned(),
            Some((_, found)) => format!("`{found}` can't be read here"),
            None => message,
        };
        let help = (database.name == "generic").then(|| {
            format!("if it is right, name its database with `--dialect`: {}", Database::names().join(", "))
        });
        problems.push(UnreadableSql { span: span.unwrap_or_else(|| self.whole()), message, help });
    }

    /// The place that the parser's message names: `1, Column: 5`.
    fn place(&self, words: &str) -> Option<Span> {
        let (line, column) = words.split_once(", Column: ")?;
        let (line, column) = (line.trim().parse().ok()?, column.trim().parse().ok()?);
        let at = self.offset(Location { line, column });
        let length = self.text.get(at..)?.chars().next()?.len_utf8();
        Some(Span::new(self.source, self.start + at, self.start + at + length))
    }
}

/// Whether the lines of a block are those of its text, apart from their indentation.
fn lines_alike(block: &str, text: &str) -> bool {
    let lines = |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    lines(block) == lines(text)
}

/// Whether a text in quotes goes over the end of a line.
fn spans_lines(text: &str) -> bool {
    text.lines().any(|line| line.matches('\'').count() % 2 == 1)
}
