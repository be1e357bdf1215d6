//! Laying out rows of constants.

use sqlparser::ast::Values;

use super::print::expr;

/// Rows of constants, a line each. The first line is already indented.
pub(super) fn rows(values: &Values, indent: usize) -> String {
    let indent = indent + 2;
    let row = |row: &[sqlparser::ast::Expr]| {
        let values: Vec<String> = row.iter().map(|value| expr(value, indent)).collect();
        format!("\n{}({})", " ".repeat(indent), values.join(", "))
    };
    let rows: Vec<String> = values.rows.iter().map(|one| row(&one.content)).collect();
    format!("VALUES{}", rows.join(","))
}
