//! Reading SQL with a dialect's own parser.

use std::ops::ControlFlow;

use sqlparser::ast::{DataType, Expr, Query, Statement, VisitorMut};
use sqlparser::dialect::{Dialect as SqlDialect, GenericDialect, dialect_from_str};
use sqlparser::parser::{Parser as SqlParser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::walk::walk;
use super::words::Words;

/// The maximum nesting of parentheses and subqueries.
const DEPTH: usize = 200;

/// The sqlparser dialect that reads a target's SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parser {
    name: String,
}

impl Parser {
    /// The parser with this name, if sqlparser has it.
    pub(super) fn named(name: &str) -> Option<Self> {
        dialect_from_str(name).map(|_| Self { name: name.to_owned() })
    }

    pub(super) fn dialect(&self) -> Box<dyn SqlDialect> {
        dialect_from_str(&self.name).unwrap_or_else(|| Box::new(GenericDialect))
    }
}

/// Parses the whole text with `read`. Strings keep their escapes, since sqlparser prints them
/// without change.
fn whole<T>(
    parser: &Parser,
    text: &str,
    read: impl FnOnce(&mut SqlParser<'_>) -> Result<T, ParserError>,
) -> Result<T, String> {
    let dialect = parser.dialect();
    let options = ParserOptions::new().with_unescape(false);
    let mut sql = SqlParser::new(dialect.as_ref()).with_recursion_limit(DEPTH).with_options(options);
    let say = |error: ParserError| match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
    };
    sql = sql.try_with_sql(text).map_err(say)?;
    let value = read(&mut sql).map_err(say)?;
    while sql.consume_token(&Token::SemiColon) {}
    sql.expect_token(&Token::EOF).map_err(say)?;
    Ok(value)
}

/// Parses an expression. Type names keep their case.
pub(crate) fn expression(parser: &Parser, text: &str) -> Result<Expr, String> {
    let mut expr = whole(parser, text, |sql| sql.parse_expr())?;
    Words::of(parser, text).spell_all(parser, &mut expr);
    Ok(expr)
}

/// Parses a type.
pub(crate) fn data_type(parser: &Parser, text: &str) -> Result<DataType, String> {
    whole(parser, text, |sql| sql.parse_data_type())
}

/// Parses a query, and rejects `DELETE …` and the like, which sqlparser also accepts as one.
pub(crate) fn query(parser: &Parser, text: &str) -> Result<Query, String> {
    struct Writes;
    impl VisitorMut for Writes {
        type Break = ();

        fn pre_visit_statement(&mut self, _: &mut Statement) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    let mut query = whole(parser, text, |sql| sql.parse_query().map(|query| *query))?;
    Words::of(parser, text).spell_all(parser, &mut query);
    match walk(&mut query, &mut Writes) {
        ControlFlow::Continue(()) => Ok(query),
        ControlFlow::Break(()) => Err("it must not change data".to_owned()),
    }
}

/// Parses a single statement.
pub(crate) fn statement(parser: &Parser, text: &str) -> Result<Statement, String> {
    whole(parser, text, |sql| sql.parse_statement())
}

/// The tokens of a text, including white space and comments.
pub(super) fn tokens(parser: &Parser, text: &str) -> Result<Vec<Token>, String> {
    let dialect = parser.dialect();
    let tokens = Tokenizer::new(dialect.as_ref(), text).with_unescape(false).tokenize();
    tokens.map_err(|error| error.message)
}
