//! What a table's CHECK constraints prove of a column: the texts that it may hold, and that it is
//! never missing.
//!
//! A constraint rejects a row only where it is false; where it is unknown, the row is accepted. Of
//! a column that is present, `IN`, `=`, `AND`, `OR` and `IS NULL` are understood; anything else
//! proves nothing.

use sqlparser::ast::{Array, BinaryOperator, DataType, Expr, Ident, Value};
use sqlparser::dialect::Dialect;
use sqlparser::parser::Parser;

/// The longest constraint that is read: it bounds the depth of its syntax tree.
const LONGEST: usize = 1 << 14;

/// What constraints prove of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Proven {
    /// The texts that it may hold, in the order of the constraint.
    pub(super) texts: Option<Vec<String>>,
    /// Whether it is never missing.
    pub(super) is_present: bool,
}

impl Proven {
    /// Adds what another constraint proves of the same column.
    pub(super) fn and(&mut self, other: Self) {
        self.texts = both(self.texts.take(), other.texts);
        self.is_present |= other.is_present;
    }
}

/// What a constraint proves of the column that it calls `name`, in the words of a database.
pub(super) fn proven(constraint: &str, name: &str, dialect: &dyn Dialect) -> Proven {
    if constraint.len() > LONGEST {
        return Proven::default();
    }
    let parsed = Parser::new(dialect).try_with_sql(constraint).and_then(|mut parser| parser.parse_expr());
    let Ok(condition) = parsed else { return Proven::default() };
    Proven { texts: texts(&condition, name), is_present: is_present(&condition, name) }
}

/// The texts for which a condition isn't false, if it is false for all others.
fn texts(condition: &Expr, name: &str) -> Option<Vec<String>> {
    match condition {
        Expr::Nested(inner) => texts(inner, name),
        Expr::InList { expr, list, negated: false } if is_column(expr, name) => {
            list.iter().map(literal).collect()
        }
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } if is_column(left, name) => {
            array(right)?.iter().map(literal).collect()
        }
        Expr::IsNull(column) if is_column(column, name) => Some(Vec::new()),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::Eq if is_column(left, name) => literal(right).map(|text| vec![text]),
            BinaryOperator::Eq if is_column(right, name) => literal(left).map(|text| vec![text]),
            BinaryOperator::And => both(texts(left, name), texts(right, name)),
            BinaryOperator::Or => {
                let (mut one, other) = (texts(left, name)?, texts(right, name)?);
                one.extend(other);
                Some(one)
            }
            _ => None,
        },
        _ => None,
    }
}

/// What two constraints leave.
fn both(one: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|text| other.contains(text)).collect()),
        (one, other) => one.or(other),
    }
}

/// Whether a condition is false where the column is missing.
fn is_present(condition: &Expr, name: &str) -> bool {
    match condition {
        Expr::Nested(inner) => is_present(inner, name),
        Expr::IsNotNull(column) => is_column(column, name),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            is_present(left, name) || is_present(right, name)
        }
        _ => false,
    }
}

fn is_column(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Identifier(Ident { value, .. }) => value == name,
        expr => uncast(expr).is_some_and(|inner| is_column(inner, name)),
    }
}

/// A text that is written out. A missing one is none: comparing with it is unknown.
fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text.clone()),
            _ => None,
        },
        expr => literal(uncast(expr)?),
    }
}

fn array(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Array(Array { elem, .. }) => Some(elem),
        expr => array(uncast(expr)?),
    }
}

/// What is in parentheses or cast to text without a length, which changes no text.
fn uncast(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Nested(inner) => Some(inner),
        Expr::Cast { expr, data_type, .. } if is_text(data_type) => Some(expr),
        _ => None,
    }
}

fn is_text(ty: &DataType) -> bool {
    let name = ty.to_string().to_ascii_lowercase();
    ["text", "varchar", "character varying", "bpchar"].contains(&name.trim_end_matches("[]"))
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::{DuckDbDialect, PostgreSqlDialect};

    use super::*;

    fn texts_of(constraint: &str) -> Option<String> {
        let proven = proven(constraint, "plan", &PostgreSqlDialect {});
        let duckdb = super::proven(constraint, "plan", &DuckDbDialect {});
        assert_eq!(proven, duckdb, "{constraint}");
        proven.texts.map(|texts| texts.join("|"))
    }

    #[test]
    fn a_closed_set_is_read_as_databases_write_it() {
        for (constraint, expected) in [
            ("(plan = ANY (ARRAY['free'::text, 'it''s'::text]))", "free|it's"),
            (
                "((plan)::text = ANY ((ARRAY['free'::character varying, 'premium'::character varying])::text[]))",
                "free|premium",
            ),
            ("(plan = ANY (ARRAY['a'::bpchar, 'b'::bpchar]))", "a|b"),
            ("((plan)::text = 'free'::text)", "free"),
            ("('free' = plan)", "free"),
            ("(plan IN ('free', 'premium'))", "free|premium"),
            ("((plan IS NULL) OR (plan = 'a'::text) OR (plan = 'b'::text))", "a|b"),
            ("((plan IN ('a', 'b', 'c')) AND (plan IN ('b', 'c', 'd')) AND (score > 3))", "b|c"),
        ] {
            assert_eq!(texts_of(constraint).as_deref(), Some(expected), "{constraint}");
        }
    }

    #[test]
    fn what_accepts_other_texts_proves_nothing() {
        for constraint in [
            "(plan IN ('free', NULL))",
            "(plan NOT IN ('free'))",
            "(plan IN ('free') OR score > 3)",
            "(lower(plan) IN ('free'))",
            "((plan COLLATE \"nocase\") IN ('free'))",
            "((plan)::character varying(2) = 'fr'::text)",
            "(plan <> 'free')",
            "(plan = country)",
            "(\"Plan\" IN ('free'))",
            "(plan IN (",
            "(NOT (plan IN ('free')))",
        ] {
            assert_eq!(texts_of(constraint), None, "{constraint}");
        }
        let long = format!("(plan IN ('free') OR {})", "plan = 'a' OR ".repeat(100_000));
        assert_eq!(texts_of(&long), None);
    }

    #[test]
    fn a_column_is_present_where_its_absence_is_rejected() {
        let is_present = |constraint: &str| proven(constraint, "plan", &PostgreSqlDialect {}).is_present;
        assert!(is_present("((plan IS NOT NULL) AND (plan <> ''::text))"));
        assert!(!is_present("((plan IS NOT NULL) OR (score > 3))"));
        assert!(!is_present("(plan <> ''::text)"));
    }
}
