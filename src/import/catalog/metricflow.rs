//! MetricFlow's semantic models, as its own files (`semantic_model:`) and dbt's (`semantic_models:`)
//! have them.

use std::collections::BTreeSet;

use super::document::{Document, origin};
use super::model::{Found, FoundColumn, FoundTable};
use super::problems::{Misshapen, NotPlain, OtherDocument};
use super::semantic_model::{Dimension, Entity, EntityKind, SemanticModel, link};
use super::yaml_document::{
    Defined, Shape, get, is_template, list, plain_column, plain_table, read, span, text,
};
use crate::diagnostic::{Diagnostics, Sources};
use crate::engine::ColumnType;
use crate::yaml::Node;

const DOCUMENT: Shape<'_> = Shape { required: &[], texts: &[], lists: &["semantic_models"] };
const MODEL: Shape<'_> = Shape {
    required: &["name"],
    texts: &["name", "model", "description", "primary_entity"],
    lists: &["entities", "dimensions", "measures"],
};
const ELEMENT: Shape<'_> =
    Shape { required: &["name", "type"], texts: &["name", "type", "expr", "description"], lists: &[] };
const MEASURE: Shape<'_> = Shape { required: &["name"], texts: &["name", "expr"], lists: &[] };

/// Reads semantic models.
///
/// # Errors
///
/// A document isn't YAML, has no semantic model, or names a table by a template.
pub fn read_metricflow(documents: &[Document]) -> Result<Found, (Sources, Diagnostics)> {
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
    let mut found = Found::default();
    let mut models = Vec::new();
    let mut defined = Defined::default();
    for document in documents {
        let before = models.len();
        for tree in read(document, &mut sources, &mut problems) {
            if !DOCUMENT.fits(&tree, "a file with semantic models", &mut problems) {
                continue;
            }
            let one = get(&tree, "semantic_model").into_iter();
            for model in one.chain(list(&tree, "semantic_models")) {
                models.extend(read_model(model, &mut defined, &mut found, &mut problems));
            }
            for key in ["metric", "metrics", "saved_query", "saved_queries", "project_configuration"] {
                if get(&tree, key).is_some() {
                    found.skip(format!("`{key}` of {}", document.path), "segments compute this themselves");
                }
            }
        }
        if models.len() == before && problems.is_empty() && found.skipped.is_empty() {
            problems.push(OtherDocument {
                span: None,
                path: document.path.clone(),
                expected: "a file with semantic models".to_owned(),
                help: Some("it needs `semantic_model:` or `semantic_models:`".to_owned()),
            });
        }
    }
    found.origin = origin(documents.iter().map(|document| document.path.clone()).collect());
    link(&models, &mut found);
    if problems.is_empty() { Ok(found) } else { Err((sources, problems)) }
}

fn read_model(
    node: &Node,
    defined: &mut Defined,
    found: &mut Found,
    problems: &mut Diagnostics,
) -> Option<(String, SemanticModel)> {
    if !MODEL.fits(node, "a semantic model", problems) {
        return None;
    }
    let name = text(node, "name")?;
    if !defined.is_new(node, name, format!("the semantic model `{name}`"), problems) {
        return None;
    }
    let (full, dbt) = table(node, name, found, problems)?;
    let mut table = FoundTable {
        id: name.to_owned(),
        name: full.clone(),
        full,
        is_selected: true,
        entity: primary(node),
        description: text(node, "description").filter(|text| *text != name).map(str::to_owned),
        dbt,
        ..FoundTable::default()
    };
    let mut model = SemanticModel {
        time: get(node, "defaults")
            .and_then(|defaults| text(defaults, "agg_time_dimension"))
            .map(str::to_owned),
        ..SemanticModel::default()
    };
    let mut seen = BTreeSet::new();
    let mut column = |one: &Node, holds: Option<ColumnType>, found: &mut Found| -> Option<String> {
        let own = text(one, "name")?;
        let written = text(one, "expr").unwrap_or(own);
        let Some(column) = plain_column(written) else {
            found.skip(format!("{name}.{own}"), format!("`{written}` is an expression, not a column"));
            return None;
        };
        if seen.insert(column.to_lowercase()) {
            let description = text(one, "description").map(str::to_owned);
            table.columns.push(FoundColumn { description, ..FoundColumn::new(&column, "", holds) });
        }
        Some(column)
    };
    for one in list(node, "entities") {
        if !ELEMENT.fits(one, "an entity", problems) {
            continue;
        }
        let (Some(own), Some(word)) = (text(one, "name"), text(one, "type")) else { continue };
        let Some(kind) = EntityKind::of(word) else {
            let expected = "`primary`, `unique`, `foreign` or `natural`".to_owned();
            problems.push(Misshapen { span: span(one, "type"), expected, found: format!("`{word}`") });
            continue;
        };
        if let Some(column) = column(one, None, found) {
            model.entities.push(Entity { name: own.to_owned(), kind, column });
        }
    }
    for one in list(node, "dimensions") {
        if !ELEMENT.fits(one, "a dimension", problems) {
            continue;
        }
        let is_time = text(one, "type").is_some_and(|word| word.eq_ignore_ascii_case("time"));
        if let (Some(own), Some(column)) = (text(one, "name"), column(one, None, found)) {
            model.dimensions.push(Dimension { name: own.to_owned(), is_time, column });
        }
    }
    // Measures are columns, too, if they don't compute anything.
    for one in list(node, "measures") {
        if !MEASURE.fits(one, "a measure", problems) {
            continue;
        }
        let written = text(one, "expr").or_else(|| text(one, "name")).unwrap_or_default();
        if plain_column(written).is_some() && text(one, "expr").is_some() {
            column(one, None, found);
        }
    }
    found.tables.push(table);
    Some((name.to_owned(), model))
}

/// The name of the entity that a row is.
fn primary(node: &Node) -> Option<String> {
    let is_primary = |one: &&Node| text(one, "type").is_some_and(|word| word.eq_ignore_ascii_case("primary"));
    let declared = list(node, "entities").iter().find(is_primary).and_then(|one| text(one, "name"));
    declared.or_else(|| text(node, "primary_entity")).map(str::to_owned)
}

/// The table's name, and what dbt calls it.
fn table(
    node: &Node,
    name: &str,
    found: &mut Found,
    problems: &mut Diagnostics,
) -> Option<(Vec<String>, Option<String>)> {
    if let Some(relation) = get(node, "node_relation") {
        let mut parts = Vec::new();
        for key in ["database", "schema_name", "alias"] {
            match text(relation, key) {
                Some(part) if part.starts_with('$') || is_template(part) => {
                    let why =
                        format!("`{part}` is filled in later: put the schema in front of the table's name");
                    found.skip(format!("the {key} of {name}"), why);
                }
                part => parts.extend(part.map(str::to_owned)),
            }
        }
        let whole = || text(relation, "relation_name").and_then(plain_table);
        let parts = if parts.is_empty() { whole().unwrap_or_default() } else { parts };
        if !parts.is_empty() {
            return Some((parts, None));
        }
    }
    let Some(written) = text(node, "model") else {
        let expected = "`model`, or `node_relation` with a table".to_owned();
        let found = "a semantic model without it".to_owned();
        problems.push(Misshapen { span: span(node, "node_relation"), expected, found });
        return None;
    };
    match super::dbt::reference(written) {
        Some((reference, table)) => Some((vec![table], Some(reference))),
        None => {
            let what = format!("the model of `{name}`");
            problems.push(NotPlain { span: Some(span(node, "model")), what, text: written.to_owned() });
            None
        }
    }
}
