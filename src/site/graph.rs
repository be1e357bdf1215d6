//! The graph of entities and segments, for the pictures that `assets/lineage.js` draws.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::facts::{Facts, SegmentFacts};
use super::html::{script_value, url};
use crate::analyze::InputKind;
use crate::diagnostic::visible;

/// The file that defines the graph. Segments and entities refer to one another by their places.
pub(super) fn script(facts: &Facts<'_>) -> String {
    let entities: HashMap<&str, usize> =
        facts.entities.iter().enumerate().map(|(at, one)| (one.entity.name.as_str(), at)).collect();
    let segments: HashMap<&str, usize> =
        facts.segments.iter().enumerate().map(|(at, one)| (one.entry.name.as_str(), at)).collect();
    let entity = |one: &super::facts::EntityFacts<'_>| {
        let fields = one.entity.fields.iter().map(|field| visible(&field.name));
        json!({
            "name": visible(&one.entity.name),
            "title": visible(one.entity.singular.as_deref().unwrap_or(&one.entity.name)),
            "href": format!("entities/{}.html", url(&one.entity.name)),
            "fields": fields.collect::<Vec<_>>(),
        })
    };
    let segment = |one: &SegmentFacts| {
        let reads = one.entry.reads.iter().flatten().filter_map(|read| {
            let place = *entities.get(read.entity.as_str())?;
            let all = &facts.entities.get(place)?.entity.fields;
            let fields = read.fields.iter().filter_map(|name| all.iter().position(|one| one.name == *name));
            Some(json!([place, fields.collect::<Vec<_>>()]))
        });
        let parents = one.entry.parents.iter().flatten().filter_map(|parent| {
            let kind = match parent.by {
                InputKind::Extends => "extends",
                InputKind::InSegment => "in segment",
                InputKind::Group => "before",
            };
            Some(json!([segments.get(parent.segment.as_str())?, kind]))
        });
        json!({
            "name": visible(&one.entry.name),
            "title": visible(one.entry.title.as_deref().unwrap_or(&one.entry.name)),
            "href": format!("segments/{}.html", url(&one.entry.name)),
            "path": visible(&one.entry.path),
            "entity": entities.get(one.entry.entity.as_str()),
            "reads": reads.collect::<Vec<Value>>(),
            "parents": parents.collect::<Vec<Value>>(),
        })
    };
    let graph = json!({
        "entities": facts.entities.iter().map(entity).collect::<Vec<_>>(),
        "segments": facts.segments.iter().map(segment).collect::<Vec<_>>(),
    });
    format!("window.segcGraph = {};\n", script_value(&graph))
}
