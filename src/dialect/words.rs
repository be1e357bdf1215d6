//! Types in the letters in which a file writes them: sqlparser prints the types that it knows in
//! capitals, and some databases tell `String` from `STRING`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{DataType, Expr, Ident, ObjectName, VisitMut, VisitorMut};
use sqlparser::tokenizer::Token;

use super::parse::{self, Parser};
use super::walk::walk;

/// The words of a text that aren't in capitals, by their form in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words(BTreeMap<String, String>);

impl Words {
    /// The words of a text; none if it can't be read.
    pub(super) fn of(parser: &Parser, text: &str) -> Self {
        let word = |token: Token| match token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value),
            _ => None,
        };
        let words = parse::tokens(parser, text).unwrap_or_default().into_iter().filter_map(word);
        let in_capitals = words.map(|word| (word.to_uppercase(), word));
        Self(in_capitals.filter(|(capitals, word)| capitals != word).collect())
    }

    /// Spells a type with these words, provided it remains the same type.
    pub(super) fn spell(&self, parser: &Parser, ty: &DataType) -> DataType {
        if self.0.is_empty() {
            return ty.clone();
        }
        let printed = ty.to_string();
        let spelled = self.replace(&printed);
        let is_same = |known: DataType| known.to_string().eq_ignore_ascii_case(&printed);
        if spelled == printed || !parse::data_type(parser, &spelled).is_ok_and(is_same) {
            return ty.clone();
        }
        DataType::Custom(ObjectName::from(vec![Ident::new(spelled)]), Vec::new())
    }

    fn replace(&self, printed: &str) -> String {
        let mut out = String::with_capacity(printed.len());
        let mut rest = printed;
        while let Some(first) = rest.chars().next() {
            let end = |stops: &dyn Fn(char) -> bool| rest.find(stops).unwrap_or(rest.len());
            let (piece, after) = match first {
                '\'' => rest
                    .split_at(rest.get(1..).and_then(|text| text.find('\'')).map_or(rest.len(), |at| at + 2)),
                c if is_of_word(c) => rest.split_at(end(&|c| !is_of_word(c))),
                _ => rest.split_at(end(&|c| is_of_word(c) || c == '\'').max(first.len_utf8())),
            };
            out.push_str(self.0.get(&piece.to_uppercase()).map_or(piece, String::as_str));
            rest = after;
        }
        out
    }

    /// Spells the types in a tree.
    pub(super) fn spell_all<T: VisitMut>(&self, parser: &Parser, tree: &mut T) {
        if !self.0.is_empty() {
            let _ = walk(tree, &mut Speller { words: self, parser });
        }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Speller<'a> {
    words: &'a Words,
    parser: &'a Parser,
}

impl VisitorMut for Speller<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let ty = match expr {
            Expr::Cast { data_type, .. } | Expr::Convert { data_type: Some(data_type), .. } => data_type,
            Expr::TypedString(typed) => &mut typed.data_type,
            _ => return ControlFlow::Continue(()),
        };
        *ty = self.words.spell(self.parser, ty);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_keep_the_case_of_the_dialect_file() {
        let clickhouse = Parser::named("clickhouse").expect("one of sqlparser's");
        for text in
            ["String", "Int64", "Array(String)", "Nullable(Int32)", "FixedString(8)", "Date32", "STRING"]
        {
            let ty = parse::data_type(&clickhouse, text).expect(text);
            assert_eq!(Words::of(&clickhouse, text).spell(&clickhouse, &ty).to_string(), text);
        }
        let duckdb = Parser::named("duckdb").expect("one of sqlparser's");
        for text in ["varchar", "Timestamp With Time Zone", "Decimal(38,9)", "double precision"] {
            let ty = parse::data_type(&duckdb, text).expect(text);
            assert_eq!(Words::of(&duckdb, text).spell(&duckdb, &ty).to_string(), text);
        }
    }

    #[test]
    fn types_inside_expressions_and_queries_keep_their_case() {
        let clickhouse = Parser::named("clickhouse").expect("one of sqlparser's");
        let text = "CAST(concat(x, 'String STRING') AS String)";
        assert_eq!(parse::expression(&clickhouse, text).expect(text).to_string(), text);
        let text = "SELECT CAST(Int64 AS Int64) AS a FROM t WHERE b = CAST(c AS Array(String))";
        assert_eq!(parse::query(&clickhouse, text).expect(text).to_string(), text);
    }
}
