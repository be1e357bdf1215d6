//! The tables that a script makes where they are missing, read back from its statements.

use sqlparser::ast;

use super::{Purpose, Statement};
use crate::dialect::{Dialect, parse};

/// A table that a script makes where it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeTable {
    /// Its full name.
    pub(crate) name: Vec<String>,
    /// Its columns, each with the type that it is declared with. Those that a later statement
    /// adds are not among them.
    pub(crate) columns: Vec<(String, String)>,
}

/// The tables that statements make.
#[must_use]
pub fn made_tables(statements: &[Statement], dialect: &Dialect) -> Vec<MadeTable> {
    let setup = statements.iter().filter(|one| one.purpose == Purpose::Setup && !one.opaque);
    setup.filter_map(|one| made(parse::statement(&dialect.parser, &one.text).ok()?)).collect()
}

fn made(statement: ast::Statement) -> Option<MadeTable> {
    let ast::Statement::CreateTable(table) = statement else { return None };
    let parts = table.name.0.iter().map(|part| part.as_ident().map(|ident| ident.value.clone()));
    let column = |column: ast::ColumnDef| (column.name.value, column.data_type.to_string());
    let columns: Vec<_> = table.columns.into_iter().map(column).collect();
    let name = parts.collect::<Option<Vec<_>>>()?;
    (!columns.is_empty()).then_some(MadeTable { name, columns })
}
