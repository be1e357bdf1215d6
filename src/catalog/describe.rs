//! The catalog as JSON, for `segc catalog --format json` and segment editors.

use serde_json::{Map, Value, json};

use super::model::{
    Catalog, Changes, Container, Deletes, Entity, Field, FieldId, Link, ReadOptions, Step, Storage,
    TableSource,
};
use super::tables::EventTable;
use crate::types::{TimeForm, Unit};

/// Everything that the catalog says, in the order in which it says it.
#[must_use]
pub fn describe(catalog: &Catalog) -> Value {
    let entities: Vec<Value> =
        catalog.entities.iter().map(|entity| describe_entity(catalog, entity)).collect();
    json!({ "entities": entities })
}

fn describe_entity(catalog: &Catalog, entity: &Entity) -> Value {
    let name = |id: FieldId| entity.field(id).name.clone();
    let targets: Map<String, Value> = entity
        .target_sources
        .iter()
        .map(|(target, source)| (target.clone(), describe_source(entity, source)))
        .collect();
    json!({
        "name": entity.name,
        "singular": entity.singular,
        "plural": entity.plural,
        "description": entity.description,
        "source": describe_source(entity, &entity.source),
        "targets": targets,
        "key": entity.key.iter().copied().map(name).collect::<Vec<_>>(),
        "unique": entity.unique_enforced.then_some("enforced"),
        "time": entity.time.map(name),
        "event_name": entity.event_name.map(name),
        "changes": describe_changes(entity),
        "deletes": match entity.deletes {
            Deletes::Never => "never",
            Deletes::Hard => "hard",
            Deletes::Soft => "soft",
        },
        "deleted_flag": entity.deleted_flag.map(|flag| match flag.deleted {
            true => json!(name(flag.field)),
            false => json!({ "not": name(flag.field) }),
        }),
        "settle": entity.settle.map(describe_duration),
        "rebuild_every": entity.rebuild_every.map(describe_duration),
        "dbt": entity.dbt.as_ref().map(ToString::to_string),
        "read": entity.read.span.map(|_| describe_read(&entity.read)),
        "fields": entity.fields.iter().map(describe_field).collect::<Vec<_>>(),
        "links": entity.links.iter().map(|link| describe_link(catalog, entity, link)).collect::<Vec<_>>(),
    })
}

fn describe_source(entity: &Entity, source: &TableSource) -> Value {
    match source {
        TableSource::Table(parts) => json!({ "table": parts }),
        TableSource::Query { sql, .. } => json!({ "query": sql }),
        TableSource::Shards(shards) => json!({
            "table": shards.name,
            "shards": { "zone": shards.zone, "late_days": shards.late },
        }),
        TableSource::Tables(tables) => {
            let tables: Vec<Value> = tables.iter().map(|table| describe_table(entity, table)).collect();
            json!({ "tables": tables })
        }
    }
}

/// The table of an event, with the columns of the fields that it has.
fn describe_table(entity: &Entity, table: &EventTable) -> Value {
    let held = entity.fields.iter().zip(&table.fields).filter_map(|(field, held)| {
        let described = describe_field(&held.as_ref()?.as_field(field));
        let part = |key: &str| (key.to_owned(), described.get(key).cloned().unwrap_or_default());
        let keys = ["column", "nullable", "zone", "storage", "encoding", "path", "from"];
        Some((field.name.clone(), Value::Object(keys.map(part).into_iter().collect())))
    });
    json!({
        "event": table.event,
        "table": table.name,
        "fields": held.collect::<Map<_, _>>(),
        "dbt": table.dbt.as_ref().map(ToString::to_string),
    })
}

fn describe_duration((count, unit): (i64, Unit)) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn describe_changes(entity: &Entity) -> Value {
    let name = |id: FieldId| entity.field(id).name.clone();
    match &entity.changes {
        Changes::AppendOnly { lateness, ingested_at } => json!({ "append_only": {
            "lateness": lateness.map(describe_duration),
            "ingested_at": ingested_at.map(name),
        }}),
        Changes::Mutable { ingested_at, updated_at, deleted_at, immutable } => json!({ "mutable": {
            "ingested_at": ingested_at.map(name),
            "updated_at": updated_at.map(name),
            "deleted_at": deleted_at.map(name),
            "immutable": immutable.iter().copied().map(name).collect::<Vec<_>>(),
        }}),
        Changes::Static => json!("static"),
        Changes::Unknown => json!("unknown"),
    }
}

/// What is declared of files; what isn't is left out.
fn describe_read(read: &ReadOptions) -> Value {
    let character = |byte: Option<u8>| byte.map(|byte| char::from(byte).to_string());
    let some = |words: &[String]| (!words.is_empty()).then(|| json!(words));
    let forms = |forms: &[TimeForm]| {
        (!forms.is_empty()).then(|| json!(forms.iter().map(ToString::to_string).collect::<Vec<_>>()))
    };
    let files: Vec<String> = read.files.iter().map(|(file, _)| file.clone()).collect();
    let quote = if read.no_quote { Some("none".to_owned()) } else { character(read.quote) };
    let declared = [
        ("files", some(&files)),
        ("columns", read.columns.as_ref().map(|names| json!(names))),
        ("null", read.null.as_ref().map(|words| json!(words))),
        ("true", some(&read.true_words)),
        ("false", some(&read.false_words)),
        ("delimiter", character(read.delimiter).map(Value::from)),
        ("quote", quote.map(Value::from)),
        ("escape", character(read.escape).map(Value::from)),
        ("encoding", read.encoding.as_ref().map(|encoding| json!(encoding.label))),
        ("decimal", read.decimal_comma.then(|| json!(","))),
        ("thousands", read.thousands.map(|c| json!(c.to_string()))),
        ("trim", read.trim.then_some(Value::Bool(true))),
        ("date_format", forms(&read.date_forms)),
        ("timestamp_format", forms(&read.timestamp_forms)),
        ("zone", read.zone.as_ref().map(|zone| json!(zone))),
    ];
    declared
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect::<Map<_, _>>()
        .into()
}

fn describe_field(field: &Field) -> Value {
    let (zone, storage) = match &field.storage {
        Storage::Zone(zone) => (Some(zone), None),
        Storage::Char => (None, Some("char")),
        Storage::Int32 => (None, Some("int32")),
        Storage::Float32 => (None, Some("float32")),
        Storage::FloatNan => (None, Some("float_nan")),
        Storage::Digits { number: true } => (None, Some("integer")),
        Storage::Native | Storage::Epoch(_) | Storage::Digits { .. } | Storage::LooseVersion => (None, None),
    };
    let from = field.inside.as_ref().map(|inside| match inside.container {
        Container::Json => "json",
        Container::JsonText => "json_text",
        Container::Struct => "struct",
    });
    json!({
        "name": field.name,
        "type": field.ty.to_string(),
        "nullable": field.nullable,
        "column": field.column,
        "label": field.label,
        "description": field.description,
        "values": field.values.as_deref(),
        "min": field.min.as_ref().map(bigdecimal::BigDecimal::to_plain_string),
        "max": field.max.as_ref().map(bigdecimal::BigDecimal::to_plain_string),
        "pii": field.pii,
        "roles": field.roles,
        "zone": zone,
        "storage": storage,
        "encoding": field.storage.encoding(),
        "path": field.inside.as_ref().map(|inside| inside.steps.iter().map(describe_step).collect::<Vec<_>>()),
        "from": from,
    })
}

fn describe_step(step: &Step) -> Value {
    match step {
        Step::Key(key) => json!(key),
        Step::Entry { field, key } => json!({ "key": key, "field": field }),
    }
}

fn describe_link(catalog: &Catalog, entity: &Entity, link: &Link) -> Value {
    let target = catalog.entity(link.to);
    let on: Map<String, Value> = link
        .on
        .iter()
        .map(|&(own, other)| (entity.field(own).name.clone(), json!(target.field(other).name)))
        .collect();
    json!({
        "name": link.name,
        "to": target.name,
        "many": link.many,
        "on": on,
        "label": link.label,
        "description": link.description,
    })
}
