//! Catalogs built in Rust, for tests that need no YAML.

use std::collections::BTreeMap;

use segc::catalog::{Catalog, Changes, Deletes, Entity, Field, FieldId, Storage, TableSource};
use segc::diagnostic::{SourceId, Span};
use segc::types::Type;

/// A span that nobody looks at.
pub fn nowhere() -> Span {
    Span::new(SourceId(0), 0, 0)
}

/// A nullable field of a column of the same name.
pub fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        span: nowhere(),
        column: name.to_owned(),
        ty,
        nullable: true,
        values: None,
        label: None,
        description: None,
        pii: false,
        roles: Vec::new(),
        min: None,
        max: None,
        storage: Storage::Native,
        inside: None,
    }
}

/// An entity without links, whose key is its first field.
pub fn entity(name: &str, table: &str, fields: Vec<Field>) -> Entity {
    Entity {
        name: name.to_owned(),
        span: nowhere(),
        singular: None,
        plural: None,
        description: None,
        source: TableSource::Table(table.split('.').map(str::to_owned).collect()),
        target_sources: BTreeMap::new(),
        key: vec![FieldId(0)],
        fields,
        links: Vec::new(),
        time: None,
        event_name: None,
        changes: Changes::Unknown,
        deletes: Deletes::Hard,
        deleted_flag: None,
        unique_enforced: false,
        settle: None,
        rebuild_every: None,
        dbt: None,
        list: None,
        unread: segc::catalog::Unread::default(),
        read: Default::default(),
    }
}

/// A catalog of entities.
pub fn catalog(entities: Vec<Entity>) -> Catalog {
    Catalog { entities, ..Catalog::default() }
}
