//! The only place where names and texts become parts of a statement.
//!
//! sqlparser's printing isn't used: it takes a quote after a backslash or another quote for one
//! that is already escaped, which lets the text `\'` end a literal.

/// Quotes a name: `"or""der"`.
#[must_use]
pub fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a table's name of one to three parts.
#[must_use]
pub fn quote_name(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| quote_ident(part)).collect();
    parts.join(".")
}

/// Quotes a text: `'it''s'`.
#[must_use]
pub fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A query for columns of a table, those that are marked as text.
#[must_use]
pub(crate) fn select_as_text(table: &[String], columns: &[(&str, bool)]) -> String {
    let column = |&(name, is_cast): &(&str, bool)| {
        let name = quote_ident(name);
        if is_cast { format!("CAST({name} AS TEXT) AS {name}") } else { name }
    };
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!("SELECT {} FROM {}", columns.join(", "), quote_name(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_quotes_are_doubled() {
        assert_eq!(quote_ident("or\"der"), "\"or\"\"der\"");
        assert_eq!(quote_name(&["shop".to_owned(), "a.b".to_owned()]), "\"shop\".\"a.b\"");
        assert_eq!(quote_text("it's"), "'it''s'");
        assert_eq!(quote_text("two '' quotes"), "'two '''' quotes'");
        assert_eq!(quote_text("\\'; DROP TABLE x; --"), "'\\''; DROP TABLE x; --'");
    }
}
