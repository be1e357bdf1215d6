//! Columns that hold structs, or arrays of them, on every engine: their types and their values.

use segc::catalog::{Step, Storage};
use segc::engine::{DataTable, TableColumn, quote_ident, quote_name, quote_text};
use segc::types::Type;
use serde_json::Value;

/// The form of a column's values, as far as fields read them.
enum Shape {
    Value(String),
    Struct(Vec<(String, Shape)>),
    Array(Box<Shape>),
}

/// The steps that lead to a value, and its type.
type Part = (Vec<Step>, String);

fn shape(column: &TableColumn, name: &dyn Fn(&Type, &Storage) -> String) -> Shape {
    let part = |(steps, ty, storage): &(Vec<Step>, Type, Storage)| (steps.clone(), name(ty, storage));
    let parts: Vec<Part> = column.parts.iter().map(part).collect();
    of_parts(&parts, &name(&Type::String, &Storage::Native))
}

fn of_parts(parts: &[Part], string: &str) -> Shape {
    if let [(steps, ty), ..] = parts
        && steps.is_empty()
    {
        return Shape::Value(ty.clone());
    }
    let mut members: Vec<(String, Vec<Part>)> = Vec::new();
    let mut entries: Vec<Part> = Vec::new();
    for (steps, ty) in parts {
        let below = steps[1..].to_vec();
        match &steps[0] {
            Step::Entry { field, .. } => {
                entries.push((vec![Step::Key(field.clone())], string.to_owned()));
                entries.push((below, ty.clone()));
            }
            Step::Key(key) => match members.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => known.push((below, ty.clone())),
                None => members.push((key.clone(), vec![(below, ty.clone())])),
            },
        }
    }
    if entries.is_empty() {
        let member = |(name, parts): (String, Vec<_>)| (name, of_parts(&parts, string));
        return Shape::Struct(members.into_iter().map(member).collect());
    }
    Shape::Array(Box::new(of_parts(&entries, string)))
}

impl Shape {
    /// As GoogleSQL and Spark write it.
    fn written(&self) -> String {
        match self {
            Self::Value(ty) => ty.clone(),
            Self::Array(element) => format!("ARRAY<{}>", element.written()),
            Self::Struct(members) => {
                let member = |(name, shape): &(String, Self)| format!("{name} {}", shape.written());
                format!("STRUCT<{}>", members.iter().map(member).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// A value without what nothing reads, of which DuckDB's types say nothing.
    fn pruned(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::Array(element), Value::Array(items)) => {
                items.iter().map(|item| element.pruned(item)).collect()
            }
            (Self::Struct(members), Value::Object(object)) => {
                let member = |(name, shape): &(String, Self)| {
                    (name.clone(), object.get(name).map_or(Value::Null, |value| shape.pruned(value)))
                };
                Value::Object(members.iter().map(member).collect())
            }
            (_, value) => value.clone(),
        }
    }

    /// The type in PostgreSQL, where structs have names; the statements that make them come before.
    fn named(&self, name: &[String], made: &mut Vec<String>) -> String {
        match self {
            Self::Value(ty) => ty.clone(),
            Self::Array(element) => format!("{}[]", element.named(name, made)),
            Self::Struct(members) => {
                let member = |(member, shape): &(String, Self)| {
                    let mut below = name.to_vec();
                    below.last_mut().expect("a name has parts").push_str(&format!("_{member}"));
                    format!("{} {}", quote_ident(member), shape.named(&below, made))
                };
                let members: Vec<String> = members.iter().map(member).collect();
                let name = quote_name(name);
                made.push(format!("DROP TYPE IF EXISTS {name} CASCADE"));
                made.push(format!("CREATE TYPE {name} AS ({})", members.join(", ")));
                name
            }
        }
    }
}

/// The type of a column as GoogleSQL and Spark write it, given how they write those of plain values.
pub fn type_name(column: &TableColumn, name: fn(&Type, &Storage) -> String) -> String {
    match column.parts.is_empty() {
        true => name(&column.ty, &column.storage),
        false => shape(column, &name).written(),
    }
}

/// The statements that make a table of DuckDB or PostgreSQL again, empty.
pub fn create_statements(target: &str, table: &DataTable) -> Vec<String> {
    let mut statements = table.create_statements();
    if target != "postgres" || table.columns.iter().all(|column| column.parts.is_empty()) {
        return statements;
    }
    statements.pop();
    let mut made = Vec::new();
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let not_null = if column.nullable { "" } else { " NOT NULL" };
            let ty = postgres_type(table, column, &mut made);
            format!("{} {ty}{not_null}", quote_ident(&column.name))
        })
        .collect();
    statements.extend(made);
    statements.push(format!("CREATE TABLE {} ({})", quote_name(&table.name), columns.join(", ")));
    statements
}

fn postgres_type(table: &DataTable, column: &TableColumn, made: &mut Vec<String>) -> String {
    if column.parts.is_empty() {
        return column.sql_type();
    }
    let mut name = table.name.clone();
    name.last_mut().expect("a name has parts").push_str(&format!("_{}", column.name));
    shape(column, &plain).named(&name, made)
}

fn plain(ty: &Type, storage: &Storage) -> String {
    match (ty, storage) {
        (Type::String, _) => "VARCHAR".to_owned(),
        (Type::Integer, _) => "BIGINT".to_owned(),
        (Type::Float, _) => "DOUBLE PRECISION".to_owned(),
        (Type::Boolean, _) => "BOOLEAN".to_owned(),
        (Type::Date, _) => "DATE".to_owned(),
        (Type::Timestamp, Storage::Native) => "TIMESTAMPTZ".to_owned(),
        (ty, _) => panic!("no test has {ty} in a struct"),
    }
}

/// A value of such a column, from JSON.
pub fn cell(target: &str, table: &DataTable, column: &TableColumn, json: &str) -> String {
    let value: Value = serde_json::from_str(json).expect("JSON");
    let value = shape(column, &plain).pruned(&value);
    if target == "postgres" {
        let (ty, object) = (postgres_type(table, column, &mut Vec::new()), serde_json::json!({ "c": value }));
        let text = quote_text(&object.to_string());
        return format!("(SELECT c FROM JSONB_TO_RECORD(CAST({text} AS JSONB)) AS r (c {ty}))");
    }
    format!("CAST(CAST({} AS JSON) AS {})", quote_text(&value.to_string()), column.sql_type())
}
