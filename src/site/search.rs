//! What `assets/search.js` finds.

use serde_json::{Value, json};

use super::facts::Facts;
use super::html::{script_value, url};
use crate::diagnostic::visible;

/// The file that defines what can be found: segments, entities and fields.
pub(super) fn script(facts: &Facts<'_>) -> String {
    let mut found: Vec<Value> = Vec::new();
    for one in &facts.segments {
        let entry = &one.entry;
        let title = entry.title.as_deref().unwrap_or(&entry.name);
        let tags = entry.tags.iter().chain(&entry.owner).map(|text| visible(text));
        found.push(json!({
            "kind": "segment",
            "name": visible(&entry.name),
            "title": visible(title),
            "text": visible(entry.description.as_deref().unwrap_or_default()),
            "more": tags.chain([visible(&entry.entity), visible(&entry.path)]).collect::<Vec<_>>().join(" "),
            "href": format!("segments/{}.html", url(&entry.name)),
        }));
    }
    for one in &facts.entities {
        let entity = one.entity;
        let page = format!("entities/{}.html", url(&entity.name));
        found.push(json!({
            "kind": "entity",
            "name": visible(&entity.name),
            "title": visible(entity.singular.as_deref().unwrap_or(&entity.name)),
            "text": visible(entity.description.as_deref().unwrap_or_default()),
            "more": "",
            "href": page,
        }));
        for field in &entity.fields {
            found.push(json!({
                "kind": "field",
                "name": visible(&format!("{}.{}", entity.name, field.name)),
                "title": visible(&format!("{}.{}", entity.name, field.name)),
                "text": visible(field.description.as_deref().or(field.label.as_deref()).unwrap_or_default()),
                "more": field.ty.to_string(),
                "href": format!("{page}#field-{}", url(&field.name)),
            }));
        }
    }
    let found = found.into_iter().enumerate().map(|(id, mut one)| {
        one["id"] = json!(id);
        one
    });
    format!("window.segcSearch = {};\n", script_value(&found.collect()))
}
