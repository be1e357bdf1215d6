//! PostgreSQL's types.

use postgres::types::{Kind, Type};

use super::source::ColumnType;

/// The maximum nesting of types.
const DEPTH: usize = 32;

/// The values of a column of this type. `written` is the server's name of the type, which includes
/// the precision of numbers.
pub(super) fn column_type(ty: &Type, written: &str) -> ColumnType {
    match read(ty, DEPTH) {
        ColumnType::Decimal(None) => ColumnType::Decimal(precision(written)),
        other => other,
    }
}

fn read(ty: &Type, depth: usize) -> ColumnType {
    let Some(depth) = depth.checked_sub(1) else { return ColumnType::Other };
    match ty.kind() {
        Kind::Domain(base) => return read(base, depth),
        Kind::Array(element) => return ColumnType::Array(Box::new(read(element, depth))),
        Kind::Enum(labels) => return ColumnType::Enum(labels.clone()),
        Kind::Composite(fields) => {
            let field = |one: &postgres::types::Field| (one.name().to_owned(), read(one.type_(), depth));
            return ColumnType::Struct(fields.iter().map(field).collect());
        }
        _ => {}
    }
    match *ty {
        Type::TEXT | Type::VARCHAR => ColumnType::Text,
        Type::BPCHAR => ColumnType::Char,
        Type::INT2 | Type::INT4 => ColumnType::Integer { bits: 32 },
        Type::INT8 => ColumnType::Integer { bits: 64 },
        Type::NUMERIC => ColumnType::Decimal(None),
        Type::FLOAT4 => ColumnType::Float { bits: 32 },
        Type::FLOAT8 => ColumnType::Float { bits: 64 },
        Type::BOOL => ColumnType::Boolean,
        Type::DATE => ColumnType::Date,
        Type::TIMESTAMPTZ => ColumnType::Instant,
        Type::TIMESTAMP => ColumnType::LocalTime,
        Type::JSON | Type::JSONB => ColumnType::Json,
        _ => ColumnType::Other,
    }
}

/// Parses `numeric(10,2)`.
fn precision(written: &str) -> Option<(u64, u64)> {
    let (_, inner) = written.split_once('(')?;
    let (precision, scale) = inner.trim_end_matches(')').split_once(',')?;
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_precision() {
        assert_eq!(column_type(&Type::NUMERIC, "numeric(10,2)"), ColumnType::Decimal(Some((10, 2))));
        assert_eq!(column_type(&Type::NUMERIC, "numeric"), ColumnType::Decimal(None));
        assert_eq!(column_type(&Type::UUID, "uuid"), ColumnType::Other);
        let list = ColumnType::Array(Box::new(ColumnType::Integer { bits: 32 }));
        assert_eq!(column_type(&Type::INT4_ARRAY, "integer[]"), list);
    }
}
