//! Refreshes that are deliberately wrong: the affected keys are empty, or lack those of one of
//! their selects. A story that doesn't notice that proves nothing.

use sqlparser::ast::{Query, SetExpr, SetOperator, Statement};
use sqlparser::dialect::{DuckDbDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

/// With this begins the name of the table of keys that a refresh evaluates, while it runs.
const AFFECTED: &str = "segc_affected";

/// What is done to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    None,
    /// Nothing is affected.
    Empty,
    /// This one of all selects that say what is affected is left out.
    Without(usize),
}

/// The table of what is affected, if a statement makes it or adds to it.
pub fn makes_affected(statement: &str) -> Option<&str> {
    let first = statement.lines().next().unwrap_or_default();
    let mut words = first.split_whitespace();
    let makes = matches!(words.next(), Some("CREATE" | "INSERT"));
    words
        .find(|word| word.rsplit('.').next().is_some_and(|name| name.starts_with(AFFECTED)))
        .filter(|_| makes)
}

fn parsed(statement: &str) -> Option<Statement> {
    let all = Parser::parse_sql(&DuckDbDialect {}, statement);
    let all = all.or_else(|_| Parser::parse_sql(&PostgreSqlDialect {}, statement));
    all.ok()?.pop()
}

fn query(statement: &mut Statement) -> Option<&mut Query> {
    match statement {
        Statement::CreateTable(create) => create.query.as_deref_mut(),
        Statement::Insert(insert) => insert.source.as_deref_mut(),
        _ => None,
    }
}

/// The selects of unions, from left to right, those inside common table expressions first.
fn count(query: &Query) -> usize {
    let inner = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| count(&cte.query));
    inner.sum::<usize>() + arms(&query.body)
}

fn arms(body: &SetExpr) -> usize {
    match body {
        SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } => arms(left) + arms(right),
        SetExpr::Query(query) => count(query),
        _ => 1,
    }
}

/// How many selects say what is affected.
pub fn selects(statement: &str) -> usize {
    parsed(statement).as_mut().and_then(query).map_or(0, |query| count(query))
}

/// The statement without the select of that number, and that select; nothing if it is the only one.
pub fn without(statement: &str, number: usize) -> Option<(String, String)> {
    let mut tree = parsed(statement)?;
    let mut number = number;
    let query = query(&mut tree)?;
    if number >= count(query) {
        return None;
    }
    let removed = remove(query, &mut number)?;
    Some((tree.to_string(), removed))
}

fn remove(query: &mut Query, number: &mut usize) -> Option<String> {
    for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
        let all = count(&cte.query);
        if *number < all {
            return remove(&mut cte.query, number);
        }
        *number -= all;
    }
    remove_arm(&mut query.body, number)
}

fn remove_arm(body: &mut SetExpr, number: &mut usize) -> Option<String> {
    if let SetExpr::Query(query) = body {
        return remove(query, number);
    }
    let SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } = body else { return None };
    let (on_left, on_right) = (arms(left), arms(right));
    let gone = if *number < on_left {
        if on_left > 1 {
            return remove_arm(left, number);
        }
        let gone = left.to_string();
        *body = SetExpr::clone(right);
        gone
    } else {
        *number -= on_left;
        if on_right > 1 {
            return remove_arm(right, number);
        }
        let gone = right.to_string();
        *body = SetExpr::clone(left);
        gone
    };
    Some(gone)
}

impl Sabotage {
    /// What is executed in the place of a statement, and whether that is something else; `before`
    /// is how many selects stood before it.
    pub fn of(self, statement: &str, before: &mut usize) -> (Vec<String>, bool) {
        let as_it_is = (vec![statement.to_owned()], false);
        let Some(table) = makes_affected(statement) else { return as_it_is };
        let first = *before;
        *before += selects(statement);
        match self {
            Self::None => as_it_is,
            Self::Empty => (vec![statement.to_owned(), format!("DELETE FROM {table}")], true),
            Self::Without(number) if (first..*before).contains(&number) => {
                match without(statement, number - first) {
                    Some((text, _)) => (vec![text], true),
                    // It is the only one.
                    None => (vec![statement.to_owned(), format!("DELETE FROM {table}")], true),
                }
            }
            Self::Without(_) => as_it_is,
        }
    }
}

#[test]
fn affected_keys_ignore_select() {
    let text = "CREATE TEMP TABLE segc_affected AS\nWITH f AS (SELECT 1 AS id UNION SELECT 2)\n\
                SELECT id FROM f\nUNION\nSELECT 3 UNION SELECT 4 FROM x WHERE y IS NULL";
    assert_eq!(makes_affected(text), Some("segc_affected"));
    assert_eq!(makes_affected("SELECT 1 FROM segc_affected AS a"), None);
    assert_eq!(
        makes_affected("INSERT INTO s.segc_affected_order (id)\nSELECT 1"),
        Some("s.segc_affected_order")
    );
    assert_eq!(selects(text), 5);
    let gone: Vec<String> = (0..6).filter_map(|number| Some(without(text, number)?.1)).collect();
    let all =
        ["SELECT 1 AS id", "SELECT 2", "SELECT id FROM f", "SELECT 3", "SELECT 4 FROM x WHERE y IS NULL"];
    assert_eq!(gone, all);
    let (left, _) = without(text, 3).expect("it is there");
    assert!(left.contains("SELECT id FROM f UNION SELECT 4") && !left.contains("SELECT 3"), "{left}");
    assert_eq!(selects("INSERT INTO segc_affected SELECT 1"), 1);
    assert_eq!(without("INSERT INTO segc_affected SELECT 1", 0), None);
}
