//! Segments: rules, `keep`, `expire`, columns, and what explains them.

use std::collections::BTreeSet;

use super::cond::{ALL, ANY, NONE};
use super::names::{Names, heading};
use super::words::{capital, constant, duration, with_article};
use super::{Description, Part, Scope, Section, SectionKind, Speaker};
use crate::check::hir::{
    CondKind, Hir, Keep, KeepKind, KeepSize, Segment, SegmentId, Trait, Value, ValueKind,
};
use crate::check::words::cond_span;
use crate::diagnostic::Span;
use crate::types::{Literal, Type};

/// All that has to hold, as a group, which is empty if nothing has to.
pub(super) fn rules<'a>(hir: &'a Hir, names: &'a Names<'a>, segment: &Segment) -> Part {
    let mut speaker = speaker(hir, names);
    let parts = speaker.rules(segment);
    let row = with_article(&names.entity(segment.entity));
    Part::of(capital(&format!("{row} {} if {ALL}", verb(segment))), parts)
}

/// What those who satisfy the rules do.
fn verb(segment: &Segment) -> &'static str {
    if segment.keeps.is_empty() { "is a member" } else { "matches" }
}

fn speaker<'a>(hir: &'a Hir, names: &'a Names<'a>) -> Speaker<'a> {
    Speaker {
        hir,
        names,
        traits: Vec::new(),
        calendar: false,
        weeks: false,
        elapsed: false,
        params: BTreeSet::new(),
    }
}

pub(super) fn describe<'a>(hir: &'a Hir, names: &'a Names<'a>, segment: &Segment) -> Description {
    let mut speaker = speaker(hir, names);
    let mut sections = vec![Section { kind: SectionKind::Members, part: speaker.members(segment) }];
    let mut add = |kind: SectionKind, part: Option<Part>| {
        sections.extend(part.map(|part| Section { kind, part }));
    };
    add(SectionKind::Keep, speaker.keeps(segment));
    add(SectionKind::Expire, speaker.expire(segment));
    add(SectionKind::Columns, speaker.columns(segment));
    add(SectionKind::Definitions, speaker.definitions());
    add(SectionKind::Parameters, speaker.parameters());
    add(SectionKind::Notes, speaker.notes(segment));
    Description {
        segment: segment.name.clone(),
        heading: heading(segment),
        about: segment.properties.description.clone(),
        owner: segment.properties.owner.clone(),
        sections,
    }
}

impl Speaker<'_> {
    /// All that has to hold for a match.
    fn rules(&mut self, segment: &Segment) -> Vec<Part> {
        let scope = Scope::of(segment.entity);
        let mut parts: Vec<Part> = Vec::new();
        if let Some((parent, span)) = segment.parent {
            parts.push(self.member_of(parent, span));
        }
        for cond in segment.includes.iter().chain(&segment.excludes) {
            self.note_params(cond_span(cond));
        }
        match segment.includes.as_slice() {
            [] => {}
            [one] => {
                let part = self.part(one, false, scope);
                if part.text == ALL { parts.extend(part.parts) } else { parts.push(part) }
            }
            all => {
                let any = all.iter().map(|cond| self.part(cond, false, scope)).collect();
                parts.push(Part::of(ANY, any));
            }
        }
        match segment.excludes.as_slice() {
            [] => {}
            [one] => {
                let part = self.part(one, true, scope);
                if part.text == ALL { parts.extend(part.parts) } else { parts.push(part) }
            }
            all => {
                let none = all.iter().map(|cond| self.part(cond, false, scope)).collect();
                parts.push(Part::of(NONE, none));
            }
        }
        if let Some(group) = segment.group.as_ref().filter(|group| !group.before.is_empty()) {
            let name = constant(&Literal::String(group.name.clone()));
            let text = format!("is in none of the segments that come before this one in the group {name}:");
            let before = group.before.iter().map(|id| Part::leaf(self.names.segment(*id), None)).collect();
            parts.push(Part { span: Some(group.span), ..Part::of(text, before) });
        }
        parts
    }

    fn members(&mut self, segment: &Segment) -> Part {
        let parts = self.rules(segment);
        let row = with_article(&self.names.entity(segment.entity));
        let verb = verb(segment);
        let (text, parts) = match parts.as_slice() {
            [] => {
                let row = self.names.entity(segment.entity);
                return Part::leaf(format!("Every {row} {verb}"), Some(segment.name_span));
            }
            [one] if one.text == ANY || one.text == NONE => (one.text.clone(), one.parts.clone()),
            [_] => ("this is true:".to_owned(), parts),
            _ => (ALL.to_owned(), parts),
        };
        let text = capital(&format!("{row} {verb} if {text}"));
        Part { span: Some(segment.name_span), ..Part::of(text, parts) }
    }

    fn member_of(&self, id: SegmentId, span: Span) -> Part {
        Part::leaf(format!("is in segment {}", self.names.segment(id)), Some(span))
    }

    fn keeps(&mut self, segment: &Segment) -> Option<Part> {
        let scope = Scope::of(segment.entity);
        let parts: Vec<Part> = segment.keeps.iter().map(|keep| self.keep(keep, scope)).collect();
        let text = match parts.len() {
            0 => return None,
            1 => "Of those that match, the members are:",
            _ => {
                "Of those that match, these steps select the members, each from the result of the one before:"
            }
        };
        Some(Part::of(text, parts))
    }

    fn keep(&mut self, keep: &Keep, scope: Scope) -> Part {
        self.note_params(keep.span);
        let text = match &keep.kind {
            KeepKind::Sample { seed, below } => {
                let percent = bigdecimal::BigDecimal::new((*below).into(), 2).normalized();
                let seed = constant(&Literal::String(seed.clone()));
                format!("a fixed random sample of {}%, for the seed {seed}", percent.to_plain_string())
            }
            KeepKind::Rank { bottom, size, per, by } => {
                let size = match size {
                    KeepSize::Count(count) => count.to_string(),
                    KeepSize::Percent(percent) => {
                        format!("{}% (rounded up)", percent.normalized().to_plain_string())
                    }
                };
                let by_text = self.value(by, scope).text;
                let by_text = by_text.strip_prefix("the ").unwrap_or(&by_text);
                let last = if by.nullable { " (those without it come last)" } else { "" };
                let of = self.groups(per, scope);
                let first = match (&by.ty, *bottom) {
                    (Type::String, false) => format!("whose {by_text} sorts last"),
                    (Type::String, true) => format!("whose {by_text} sorts first"),
                    (ty, bottom) => format!("with the {} {by_text}", rank(ty, bottom)),
                };
                format!("the {size} {first}{last}{of}; ties go to the lower key")
            }
        };
        Part::leaf(text, Some(keep.span))
    }

    /// `, of each company`
    fn groups(&mut self, per: &[Value], scope: Scope) -> String {
        let path = match per.first().map(|first| &first.kind) {
            None => return String::new(),
            Some(ValueKind::Field(path, _)) if !path.hops.is_empty() => Some(path),
            Some(_) => None,
        };
        if let Some(path) = path {
            let key = &self.hir.catalog.entity(path.end).key;
            let fields = per.iter().map(|value| match &value.kind {
                ValueKind::Field(of, field) if of == path => Some(*field),
                _ => None,
            });
            if fields.collect::<Option<Vec<_>>>().as_ref() == Some(key) {
                let row = self.row_at(path, scope).unwrap_or_default();
                let row = row.strip_prefix("the ").unwrap_or(&row).to_owned();
                return format!(", for each {row} (and for those without one)");
            }
        }
        let values: Vec<String> = per.iter().map(|value| self.operand(value, scope)).collect();
        let missing =
            if per.iter().any(|value| value.nullable) { " (and for those without one)" } else { "" };
        format!(", for each value of {}{missing}", values.join(" and "))
    }

    fn expire(&mut self, segment: &Segment) -> Option<Part> {
        let (count, unit, span) = segment.properties.expire?;
        self.calendar |= unit.exact_micros().is_none();
        let scope = Scope::of(segment.entity);
        let row = self.names.entity(segment.entity);
        let stays =
            format!("A member stays until {} after the last run that found a match", duration(count, unit));
        let mut ends: Vec<Part> = Vec::new();
        if let Some((parent, span)) = segment.parent {
            ends.push(Part::leaf(format!("is not in segment {}", self.names.segment(parent)), Some(span)));
        }
        ends.extend(segment.excludes.iter().map(|cond| self.part(cond, false, scope)));
        let group = segment.group.iter().flat_map(|group| &group.before);
        ends.extend(group.map(|id| Part::leaf(format!("is in segment {}", self.names.segment(*id)), None)));
        let text = match ends.as_slice() {
            [] => format!("{stays}, as long as the {row} exists"),
            _ => format!("{stays}, as long as the {row} exists and {NONE}"),
        };
        Some(Part { span: Some(span), ..Part::of(text, ends) })
    }

    fn columns(&mut self, segment: &Segment) -> Option<Part> {
        let scope = Scope::of(segment.entity);
        let parts = segment.columns.iter().map(|column| {
            self.note_params(column.value.span);
            let value = self.value(&column.value, scope).text;
            Part::leaf(format!("{}: {value}", column.name), Some(column.value.span))
        });
        let parts: Vec<Part> = parts.collect();
        (!parts.is_empty())
            .then(|| Part::of("For each member, the table has these columns beside the key:", parts))
    }

    /// The traits that were named, and those named in them.
    fn definitions(&mut self) -> Option<Part> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(id) = self.traits.get(at).copied() {
            at += 1;
            let hir = self.hir;
            let computed = hir.computed(id);
            parts.push(self.definition(computed));
        }
        (!parts.is_empty()).then(|| Part::of("These names stand for:", parts))
    }

    fn definition(&mut self, computed: &Trait) -> Part {
        self.note_params(computed.value.span);
        let scope = Scope::of(computed.entity);
        let name = self.names.computed(computed.id);
        let of = with_article(&self.names.entity(computed.entity));
        let span = Some(computed.value.span);
        if let ValueKind::Condition(cond) = &computed.value.kind {
            let part = self.part(cond, false, scope);
            let (text, parts) = match part.parts.is_empty() {
                true => ("this is true:".to_owned(), vec![part]),
                false if matches!(cond.kind, CondKind::Sequence(_)) => {
                    ("this is true:".to_owned(), vec![part])
                }
                false => (part.text, part.parts),
            };
            return Part { span, ..Part::of(format!("{name}, of {of}, is true if {text}"), parts) };
        }
        let value = self.value(&computed.value, scope).text;
        let missing = if computed.value.nullable { ", which may be missing" } else { "" };
        Part::leaf(format!("{name}, of {of}: {value}{missing}"), span)
    }

    /// Remembers the parameters that are used at a place, or within it.
    pub(super) fn note_params(&mut self, span: Span) {
        let names = self.hir.params_within(span);
        let params = &self.hir.params;
        let at = names.filter_map(|name| params.iter().position(|(known, _)| known == name));
        self.params.extend(at);
    }

    fn parameters(&self) -> Option<Part> {
        let params = self.params.iter().filter_map(|at| self.hir.params.get(*at));
        let parts = params.map(|(name, value)| Part::leaf(format!("{name} is {}", constant(value)), None));
        let parts: Vec<Part> = parts.collect();
        (!parts.is_empty()).then(|| Part::of("These values are parameters:", parts))
    }

    fn notes(&self, segment: &Segment) -> Option<Part> {
        let calendar = &self.hir.calendar;
        let mut notes = Vec::new();
        if self.calendar {
            notes.push(format!("Days, weeks, months and years are those of {}", calendar.zone_name));
        }
        if self.weeks {
            notes.push(format!("Weeks begin on {}", capital(calendar.week_start.name())));
        }
        if self.elapsed {
            notes.push("Between the steps of a sequence, a day is 24 hours".to_owned());
        }
        if let Some(group) = &segment.group {
            let name = constant(&Literal::String(group.name.clone()));
            notes.push(format!("It is in the exclusive group {name}, with the priority {}", group.priority));
        }
        (!notes.is_empty()).then(|| Part::leaf(notes.join(". "), None))
    }
}

/// What comes first in an order.
fn rank(ty: &Type, bottom: bool) -> &'static str {
    match (ty, bottom) {
        (Type::Date | Type::Timestamp, false) => "latest",
        (Type::Date | Type::Timestamp, true) => "earliest",
        (
            Type::String
            | Type::Integer
            | Type::Decimal { .. }
            | Type::Float
            | Type::Boolean
            | Type::Semver
            | Type::Json
            | Type::Array(_),
            bottom,
        ) => {
            if bottom {
                "lowest"
            } else {
                "highest"
            }
        }
    }
}
