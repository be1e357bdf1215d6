//! What only a person knows of an import.

use super::encodings::Mark;
use super::families::Family;
use super::fields::NewField;
use super::plan::Planned;

/// Something that only a person knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The entity.
    pub entity: String,
    /// The property that answers it, such as `key`.
    pub about: &'static str,
    /// The question.
    pub text: String,
}

/// What isn't known of a new entity.
pub(super) fn questions(planned: &Planned<'_>) -> Vec<Question> {
    let ask = |about, text| Question { entity: planned.name.clone(), about, text };
    let mut questions = Vec::new();
    if planned.key().is_none() {
        let candidates: Vec<String> = planned
            .table
            .keys
            .iter()
            .filter_map(|key| planned.fields_of(key))
            .map(|key| key.join(", "))
            .collect();
        let text = match candidates.as_slice() {
            [] => "which fields identify a row? `segc check` fails until it is declared".to_owned(),
            some => format!(
                "which of these identifies a row: {}? `segc check` fails until it is declared",
                some.join("; ")
            ),
        };
        questions.push(ask("key", text));
    }
    if planned.time_field(planned.table.time.as_ref()).is_none() {
        let times = planned.times();
        if let Some(column) = &planned.table.time {
            let text = format!(
                "the source says `{column}`, which no field with a time reads: when did a row happen?"
            );
            questions.push(ask("time", text));
        } else if !times.is_empty() {
            let text = format!("if a row is something that happened, when? One of {}", times.join(", "));
            questions.push(ask("time", text));
        } else if matches!(planned.table.family, Some(Family::Days)) {
            let text = "when did a row happen? `segc check` fails until it is declared".to_owned();
            questions.push(ask("time", text));
        }
    }
    if planned.time_field(planned.table.ingested_at.as_ref()).is_none() {
        let text = "how do rows change? Until it is declared, segments that read it are rebuilt".to_owned();
        questions.push(ask("changes", text));
    }
    if matches!(planned.table.family, Some(Family::Days)) {
        let text = "which time zone's days are these, and how many days may a row's table be from its time? `segc \
                    check` fails until it is declared";
        questions.push(ask("shards", text.to_owned()));
    }
    questions.extend(field_questions(planned));
    questions
}

/// What isn't known of the fields that are added.
pub(super) fn field_questions(planned: &Planned<'_>) -> Vec<Question> {
    let those = |is: fn(&NewField) -> bool| -> Option<String> {
        let those: Vec<&str> =
            planned.fields.iter().filter(|field| is(field)).map(|field| field.name.as_str()).collect();
        (!those.is_empty()).then(|| those.join(", "))
    };
    let types = those(|field| field.ty.is_none()).map(|names| {
        ("type", format!("which types do these have: {names}? `segc check` fails until they are declared"))
    });
    let zones = those(|field| field.needs_zone).map(|names| {
        ("zone", format!("which time zone are these in: {names}? `segc check --probe` asks for it"))
    });
    let encodings = those(|field| field.coded.question().is_some()).map(|names| {
        (
            "encoding",
            format!("are these times or days: {names}? Until `encoding` is declared, they are numbers"),
        )
    });
    let is_new = planned.existing.is_empty();
    let deletes = planned.marks().filter(|(_, kind)| !is_new || *kind != Mark::Certain).map(|(name, kind)| {
        let text = match kind {
            Mark::Certain | Mark::Flag => format!("is `{name}` true in deleted rows? Then `deletes: {{ soft: {name} }}`"),
            Mark::Active => {
                format!("is `{name}` false in rows that don't count? Then `deletes: {{ soft: {{ not: {name} }} }}`")
            }
            Mark::Instant => format!(
                "does `{name}` say when a row was deleted? Then `deletes: soft`, and `deleted_at: {name}` in `changes`"
            ),
        };
        ("deletes", text)
    });
    let ask = |(about, text)| Question { entity: planned.name.clone(), about, text };
    types.into_iter().chain(zones).chain(encodings).chain(deletes).map(ask).collect()
}
