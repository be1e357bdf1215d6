//! DuckDB's names of types, see <https://duckdb.org/docs/stable/sql/data_types/overview>.

use super::source::ColumnType;

/// The maximum nesting of types.
const DEPTH: usize = 32;

/// The values of a column of this type.
pub(super) fn column_type(name: &str) -> ColumnType {
    read(name.trim(), DEPTH)
}

fn read(name: &str, depth: usize) -> ColumnType {
    let Some(depth) = depth.checked_sub(1) else { return ColumnType::Other };
    if let Some(open) = name.strip_suffix(']').and_then(|rest| rest.rfind('[')) {
        let element = read(name.get(..open).unwrap_or_default(), depth);
        return ColumnType::Array(Box::new(element));
    }
    let (word, inner) = match name.split_once('(') {
        Some((word, rest)) => (word.trim(), rest.strip_suffix(')').unwrap_or(rest)),
        None => (name, ""),
    };
    match word.to_ascii_uppercase().as_str() {
        "VARCHAR" => ColumnType::Text,
        "ENUM" => ColumnType::Enum(split(inner).into_iter().map(|one| unquoted(one, '\'').0).collect()),
        "TINYINT" | "SMALLINT" | "INTEGER" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
            ColumnType::Integer { bits: 32 }
        }
        "BIGINT" | "UBIGINT" => ColumnType::Integer { bits: 64 },
        "HUGEINT" | "UHUGEINT" => ColumnType::Integer { bits: 128 },
        "DECIMAL" => {
            let mut numbers = inner.split(',').map(|part| part.trim().parse().ok());
            match (numbers.next().flatten(), numbers.next().flatten()) {
                (Some(precision), Some(scale)) => ColumnType::Decimal(Some((precision, scale))),
                _ => ColumnType::Decimal(None),
            }
        }
        "FLOAT" => ColumnType::Float { bits: 32 },
        "DOUBLE" => ColumnType::Float { bits: 64 },
        "BOOLEAN" => ColumnType::Boolean,
        "DATE" => ColumnType::Date,
        "TIMESTAMP WITH TIME ZONE" => ColumnType::Instant,
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => ColumnType::LocalTime,
        "JSON" => ColumnType::Json,
        "STRUCT" => {
            let field = |one: &str| {
                let (name, ty) = match one.trim().strip_prefix('"') {
                    Some(_) => unquoted(one.trim(), '"'),
                    None => {
                        let (name, ty) = one.trim().split_once(' ').unwrap_or((one.trim(), ""));
                        (name.to_owned(), ty)
                    }
                };
                (name, read(ty.trim(), depth))
            };
            ColumnType::Struct(split(inner).into_iter().map(field).collect())
        }
        _ => ColumnType::Other,
    }
}

/// Splits at commas that are outside quotes and parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut open, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => open += 1,
            (None, ')') => open -= 1,
            (None, ',') if open == 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

/// The text in the quotes at the start of `text`, with doubled quotes reduced to one, and the rest
/// of `text`.
fn unquoted(text: &str, quote: char) -> (String, &str) {
    let text = text.trim();
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            name.push(quote);
        } else {
            return (name, text.get(at + c.len_utf8()..).unwrap_or_default());
        }
    }
    (name, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed_as_the_engine_prints_them() {
        let text = |name: &str| name.to_owned();
        assert_eq!(column_type("DECIMAL(10,2)"), ColumnType::Decimal(Some((10, 2))));
        assert_eq!(
            column_type("ENUM('a', 'it''s, (b)')"),
            ColumnType::Enum(vec![text("a"), text("it's, (b)")])
        );
        let inner = ColumnType::Array(Box::new(ColumnType::Integer { bits: 32 }));
        assert_eq!(
            column_type("STRUCT(a INTEGER[], \"b \"\"c\" STRUCT(d TIMESTAMP WITH TIME ZONE))[]"),
            ColumnType::Array(Box::new(ColumnType::Struct(vec![
                (text("a"), inner),
                (text("b \"c"), ColumnType::Struct(vec![(text("d"), ColumnType::Instant)])),
            ])))
        );
        assert_eq!(column_type("DOUBLE[3]"), ColumnType::Array(Box::new(ColumnType::Float { bits: 64 })));
        assert_eq!(column_type("MAP(VARCHAR, INTEGER)"), ColumnType::Other);
        assert_eq!(column_type("UUID"), ColumnType::Other);
    }

    #[test]
    fn deeply_nested_types_are_rejected() {
        let deep = "STRUCT(a ".repeat(100_000) + "INTEGER" + &")".repeat(100_000);
        assert!(matches!(column_type(&deep), ColumnType::Struct(_)));
        let lists = "INTEGER".to_owned() + &"[]".repeat(100_000);
        assert!(matches!(column_type(&lists), ColumnType::Array(_)));
    }
}
