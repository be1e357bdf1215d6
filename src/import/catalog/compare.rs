//! Reports where the source and an entity that already exists disagree. Nothing is changed.

use super::existing::readers;
use super::families::{Family, known_table};
use super::model::FoundTable;
use super::plan::Planned;
use super::problems::{ColumnGone, Differs};
use crate::api::schema::misfit;
use crate::catalog::{Entity, Field, TableSource};
use crate::diagnostic::Diagnostics;
use crate::engine::{ColumnType, SourceColumn};

pub(super) fn compare(planned: &Planned<'_>, differences: &mut Diagnostics) {
    for (_, entity) in &planned.existing {
        if matches!(entity.source, TableSource::Query { .. }) {
            continue;
        }
        if let Some(Family::Events(events)) = &planned.table.family {
            for table in &events.tables {
                if let Some(known) = known_table(entity, table) {
                    compare_fields(table, &entity.of_event(known), true, differences);
                }
            }
            continue;
        }
        compare_fields(planned.table, entity, false, differences);
        compare_key(planned, entity, differences);
    }
}

/// Compares fields with a table's columns, `of_many` if those are converted to the fields' types.
fn compare_fields(found: &FoundTable, entity: &Entity, of_many: bool, differences: &mut Diagnostics) {
    let table = found.name.join(".");
    // A field of another event's table has no column.
    let is_known = |field: &&Field| !entity.unread.names.contains(&field.name) && !field.column.is_empty();
    for field in entity.fields.iter().filter(is_known) {
        let name = format!("{}.{}", entity.name, field.name);
        let reads = |column: &str| readers(entity, column).any(|one| one.name == field.name);
        let Some(column) = found.columns.iter().find(|column| reads(&column.name)) else {
            let (column, table) = (field.column.clone(), table.clone());
            differences.push(ColumnGone { span: field.span, field: name, column, table });
            continue;
        };
        let Some(holds) = &column.holds else { continue };
        let source = SourceColumn {
            name: column.name.clone(),
            ty: column.ty.clone(),
            holds: holds.clone(),
            nullable: column.nullable,
            allowed: column.values.clone(),
        };
        if let Some(right) = misfit(field, &source, of_many) {
            differences.push(Differs {
                span: field.span,
                what: format!("`{name}` is declared as {}", field.ty),
                found: format!("{} in `{}.{}`", column.ty, table, column.name),
                help: right.map(|right| format!("if the source is right, declare `{right}`")),
            });
            continue;
        }
        let labels = match holds {
            ColumnType::Enum(labels) => Some(labels),
            _ => column.values.as_ref(),
        };
        compare_values(field, &name, labels, differences);
    }
}

fn compare_values(field: &Field, name: &str, found: Option<&Vec<String>>, differences: &mut Diagnostics) {
    let (Some(declared), Some(found)) = (&field.values, found) else { return };
    let further: Vec<&str> =
        found.iter().filter(|value| !declared.contains(value)).map(String::as_str).collect();
    if !further.is_empty() {
        let further = further.join("`, `");
        differences.push(Differs {
            span: field.span,
            what: format!("`{name}` has a closed set of values"),
            found: format!("further ones: `{further}`"),
            help: Some("add them to `values`".to_owned()),
        });
    }
}

fn compare_key(planned: &Planned<'_>, entity: &Entity, differences: &mut Diagnostics) {
    let Some(key) = planned.table.key() else { return };
    let own: Vec<String> = entity.key.iter().map(|id| entity.field(*id).column.to_lowercase()).collect();
    let is_own = |columns: &[String]| {
        columns.len() == own.len() && columns.iter().all(|column| own.contains(&column.to_lowercase()))
    };
    if !own.is_empty() && !planned.table.keys.iter().any(|key| is_own(&key.columns)) {
        differences.push(Differs {
            span: entity.span,
            what: format!("the key of `{}` reads {}", entity.name, own.join(", ")),
            found: format!("the key {}", key.columns.join(", ")),
            help: None,
        });
    }
}
