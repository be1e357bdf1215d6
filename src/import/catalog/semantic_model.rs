//! Semantic models as MetricFlow has them: keys, links and times of tables that are known by their
//! entities' names.

use super::model::{Found, FoundReference};

/// A semantic model of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct SemanticModel {
    pub(super) entities: Vec<Entity>,
    pub(super) dimensions: Vec<Dimension>,
    /// The name of the dimension that says when a row happened.
    pub(super) time: Option<String>,
}

/// A column that identifies a row of this or another table.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) kind: EntityKind,
    pub(super) column: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntityKind {
    Primary,
    Unique,
    Foreign,
    /// Identifies the row only together with a time.
    Natural,
}

#[derive(Debug, Clone)]
pub(super) struct Dimension {
    pub(super) name: String,
    pub(super) is_time: bool,
    pub(super) column: String,
}

impl EntityKind {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "primary" => Self::Primary,
            "unique" => Self::Unique,
            "foreign" => Self::Foreign,
            "natural" => Self::Natural,
            _ => return None,
        })
    }
}

/// Adds keys, times and links. Models are linked if one has a foreign entity whose name is that of a
/// primary or unique one of another.
pub(super) fn link(models: &[(String, SemanticModel)], found: &mut Found) {
    let mut references: Vec<(usize, FoundReference)> = Vec::new();
    for (id, model) in models {
        let Some(at) = found.tables.iter().position(|table| table.id == *id) else { continue };
        let is_column = |name: &str| found.tables.get(at).and_then(|table| table.column(name)).is_some();
        let mut keys = Vec::new();
        for entity in &model.entities {
            if !is_column(&entity.column) {
                let what = format!("the entity {} of {}", entity.name, id);
                found
                    .skipped
                    .push(super::model::Skipped { what, why: format!("`{}` isn't a column", entity.column) });
                continue;
            }
            match entity.kind {
                EntityKind::Primary => keys.push((entity.column.clone(), true)),
                EntityKind::Unique => keys.push((entity.column.clone(), false)),
                EntityKind::Natural => {}
                EntityKind::Foreign => {
                    let target = models.iter().find_map(|(to, other)| {
                        let is_key = |one: &&Entity| {
                            one.name == entity.name
                                && matches!(one.kind, EntityKind::Primary | EntityKind::Unique)
                        };
                        let key = other.entities.iter().find(is_key).filter(|_| to != id)?;
                        Some((to.clone(), key.column.clone()))
                    });
                    match target {
                        Some((to, column)) => {
                            let columns = vec![(entity.column.clone(), column)];
                            references
                                .push((at, FoundReference { columns, to, name: Some(entity.name.clone()) }));
                        }
                        None => found.skipped.push(super::model::Skipped {
                            what: format!("the entity {} of {}", entity.name, id),
                            why: "no other model has it as its primary or unique entity".to_owned(),
                        }),
                    }
                }
            }
        }
        let time = model.time.as_ref().and_then(|name| {
            model.dimensions.iter().find(|one| one.is_time && one.name == *name).map(|one| one.column.clone())
        });
        let time = time.filter(|column| is_column(column));
        if let Some(table) = found.tables.get_mut(at) {
            table.time = table.time.take().or(time);
            let has_primary = table.keys.iter().any(|key| key.is_primary);
            for (column, is_primary) in keys {
                table.add_key(vec![column], is_primary && !has_primary, false);
            }
        }
    }
    for (at, reference) in references {
        if let Some(table) = found.tables.get_mut(at) {
            table.references.push(reference);
        }
    }
}
