//! The properties of segments, and the settings that all of them depend on.

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::session::Session;
use crate::check::hir::{Properties, SegmentId};

/// A property or a setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyChange {
    /// Its name.
    pub property: String,
    /// What it was; null if it wasn't set. Several values are joined by commas.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// The settings of two projects that differ and on which every segment depends.
pub(super) fn settings(before: &Session, after: &Session) -> Vec<PropertyChange> {
    let of = |session: &Session| {
        let calendar = &session.config().calendar;
        vec![
            ("timezone", Some(calendar.zone_name.clone())),
            ("week_start", Some(calendar.week_start.name().to_owned())),
        ]
    };
    differences(of(before), of(after))
}

/// The properties of two segments that differ.
pub(super) fn properties(
    (before, one): (&Session, SegmentId),
    (after, other): (&Session, SegmentId),
) -> Vec<PropertyChange> {
    differences(all(before, one), all(after, other))
}

fn all(session: &Session, id: SegmentId) -> Vec<(&'static str, Option<String>)> {
    let segment = session.hir().segment(id);
    // `expire` is a part of the meaning, and described with it.
    let Properties {
        title,
        description,
        owner,
        tags,
        materialize: _,
        access,
        access_span: _,
        expire: _,
        history,
    } = &segment.properties;
    let joined = |list: &[String]| (!list.is_empty()).then(|| list.join(", "));
    let group = segment.group.as_ref();
    vec![
        ("title", title.clone()),
        ("description", description.clone()),
        ("owner", owner.clone()),
        ("tags", joined(tags)),
        ("access", joined(access)),
        ("materialize", Some(session.materialize(id).name().to_owned())),
        ("history", history.then(|| "true".to_owned())),
        ("exclusive group", group.map(|group| format!("{} priority {}", group.name, group.priority))),
    ]
}

fn differences(
    before: Vec<(&'static str, Option<String>)>,
    after: Vec<(&'static str, Option<String>)>,
) -> Vec<PropertyChange> {
    let both = before.into_iter().zip(after).filter(|((_, before), (_, after))| before != after);
    both.map(|((property, before), (_, after))| PropertyChange {
        property: property.to_owned(),
        before,
        after,
    })
    .collect()
}
