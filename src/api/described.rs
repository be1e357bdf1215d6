//! Descriptions with the places of their conditions.

use serde_json::{Value, json};

use super::session::Session;
use crate::check::hir::SegmentId;
use crate::describe::{Describer, Description, Part};
use crate::diagnostic::Sources;

impl Session {
    /// A segment in plain English. For many segments, one [`Describer`] is quicker.
    #[must_use]
    pub fn describe(&self, id: SegmentId) -> Description {
        Describer::new(self.hir()).segment(id)
    }

    /// The description of a segment as JSON: each clause with its parts, and where it is written.
    #[must_use]
    pub fn description_json(&self, id: SegmentId, description: &Description) -> Value {
        let segment = self.hir().segment(id);
        let sections = description.sections.iter().map(|section| {
            let mut part = part(&self.sources, &section.part);
            part["kind"] = json!(section.kind.name());
            part
        });
        json!({
            "name": segment.name,
            "title": segment.properties.title,
            "entity": self.hir().catalog.entity(segment.entity).name,
            "description": segment.properties.description,
            "owner": segment.properties.owner,
            "tags": segment.properties.tags,
            "sections": sections.collect::<Vec<_>>(),
            "text": description.text(),
        })
    }
}

fn part(sources: &Sources, it: &Part) -> Value {
    let place = it.span.and_then(|span| sources.locate(span));
    let place = place.map(|(path, at)| json!({ "path": path, "line": at.line, "column": at.column }));
    let children: Vec<Value> = it.parts.iter().map(|inner| part(sources, inner)).collect();
    json!({ "text": it.text, "children": children, "place": place })
}
