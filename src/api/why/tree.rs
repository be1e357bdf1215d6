//! A tree of conditions with its answers.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::text::{json_of, shown};
use super::{Answers, Session};
use crate::analyze::{is_personal, reads_nothing};
use crate::check::hir::{SegmentId, ValueKind};
use crate::check::tree::{ConditionPart, Operand, OperandKind, Role, Shape};
use crate::check::words;
use crate::diagnostic::Sources;
use crate::types::{Literal, Type};

/// Why an entity is in a segment, or is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The segment's name.
    pub segment: String,
    /// The entity's name.
    pub entity: String,
    /// Its key: the names of the fields and their values.
    pub key: Vec<(String, Literal)>,
    /// The instant of the answer.
    pub as_of: Timestamp,
    /// Whether it is a member.
    pub member: bool,
    /// Why, in a few words, if a few will do.
    pub because: Option<String>,
    /// Every condition, with its answer.
    pub tree: WhyPart,
}

/// A condition with its answer. Each is evaluated, even if the others decide.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyPart {
    /// Its place in the segment.
    pub role: Role,
    /// How it follows from its parts.
    pub shape: Shape,
    /// What the user wrote, on one line; for a segment or a parent its name.
    pub text: String,
    /// Whether it is true.
    pub holds: bool,
    /// The values that it looked at.
    pub saw: Vec<Saw>,
    /// What it is made of.
    pub parts: Vec<WhyPart>,
}

/// A value that a condition looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Saw {
    /// What it is: what the user wrote, or `rows`.
    pub what: String,
    /// Its type.
    pub ty: Type,
    /// The value; `None` if it is missing, or personal data.
    pub value: Option<Literal>,
    /// Whether it is personal data: made of the value of a field that is `pii`. It is not shown.
    pub pii: bool,
}

/// What JSON has in place of personal data.
const PERSONAL: &str = "(pii)";

/// Leaves out what everybody can see in the text: constants, except for parameters.
pub(super) fn drop_constants(part: &mut ConditionPart, sources: &Sources) {
    part.operands.retain(|sight| {
        let is_constant =
            matches!(sight.value.kind, ValueKind::Literal(_) | ValueKind::Now) || reads_nothing(&sight.value);
        !is_constant || sources.text(sight.value.span).starts_with('$')
    });
    part.parts.iter_mut().for_each(|part| drop_constants(part, sources));
}

/// The tree with its answers.
pub(super) fn filled(
    session: &Session,
    segment: SegmentId,
    key: &[Literal],
    root: &ConditionPart,
    answers: Answers,
) -> Why {
    let Answers { as_of, conds, values } = answers;
    let mut filling = Filling { session, conds: conds.into_iter(), values: values.into_iter() };
    let tree = filling.part(root);
    let entity = session.entity_of(segment);
    let names = entity.key.iter().map(|&field| entity.field(field).name.clone());
    Why {
        segment: session.hir().segment(segment).name.clone(),
        entity: entity.name.clone(),
        key: names.zip(key.iter().cloned()).collect(),
        as_of,
        member: tree.holds,
        because: because(&tree),
        tree,
    }
}

struct Filling<'a> {
    session: &'a Session,
    conds: std::vec::IntoIter<bool>,
    values: std::vec::IntoIter<Option<Literal>>,
}

impl Filling<'_> {
    fn part(&mut self, part: &ConditionPart) -> WhyPart {
        let holds = self.conds.next().unwrap_or_default();
        let saw = part.operands.iter().map(|sight| self.saw(sight)).collect();
        let parts = part.parts.iter().map(|inner| self.part(inner)).collect();
        let text = part_text(self.session, part);
        WhyPart { role: part.role, shape: part.shape, text, holds, saw, parts }
    }

    fn saw(&mut self, sight: &Operand) -> Saw {
        let what = match sight.what {
            OperandKind::Operand => words::written(&self.session.sources, sight.value.span),
            OperandKind::Rows => "rows".to_owned(),
            OperandKind::StepRows => {
                format!("rows of {}", words::written(&self.session.sources, sight.value.span))
            }
            OperandKind::Failing => "failing".to_owned(),
        };
        let value = self.values.next().flatten().and_then(|value| fit(value, &sight.value.ty));
        let pii = sight.what == OperandKind::Operand && is_personal(self.session.hir(), &sight.value);
        Saw { what, ty: sight.value.ty.clone(), value: value.filter(|_| !pii), pii }
    }
}

/// What the user wrote, on one line.
pub(super) fn part_text(session: &Session, part: &ConditionPart) -> String {
    match part.role {
        Role::Segment(id) | Role::Parent(id) => session.hir().segment(id).name.clone(),
        Role::Group(id) => {
            let group = session.hir().segment(id).group.as_ref();
            group.map(|group| group.name.clone()).unwrap_or_default()
        }
        Role::Where | Role::Include | Role::Exclude | Role::Keep | Role::Condition => {
            words::written(&session.sources, words::cond_span(&part.cond))
        }
    }
}

/// A value in its type's form, whatever its source: engines widen what they compute.
fn fit(value: Literal, ty: &Type) -> Option<Literal> {
    use bigdecimal::{BigDecimal, ToPrimitive};
    Some(match (ty, value) {
        (Type::Integer, Literal::Decimal(number)) => Literal::Integer(number.to_i64()?),
        (Type::Decimal { .. }, Literal::Integer(number)) => Literal::Decimal(BigDecimal::from(number)),
        (Type::Decimal { .. }, Literal::Decimal(number)) => Literal::Decimal(number.normalized()),
        (Type::Float, Literal::Integer(number)) => Literal::Float(number.to_f64()?),
        (Type::Float, Literal::Decimal(number)) => Literal::Float(number.to_f64()?),
        (Type::Float, Literal::Float(number)) if number.is_nan() => return None,
        (_, value) => value,
    })
}

/// What decides, where that is one thing.
fn because(root: &WhyPart) -> Option<String> {
    let rule = |role| root.parts.iter().filter(move |part| part.role == role);
    if let Some(parent) = root.parts.iter().find(|part| matches!(part.role, Role::Parent(_)) && !part.holds) {
        return Some(format!("it isn't in {}", parent.text));
    }
    if let Some(exclude) = rule(Role::Exclude).find(|part| part.holds) {
        return Some(format!("`{}` excludes it", exclude.text));
    }
    if let Some(only) = rule(Role::Where).find(|part| !part.holds) {
        return Some(failing(only));
    }
    let group = root.parts.iter().find(|part| matches!(part.role, Role::Group(_)) && !part.holds);
    if let Some(group) = group {
        let taken = group.parts.iter().find(|part| part.holds).map_or("another", |part| part.text.as_str());
        return Some(format!("{taken} in the exclusive group `{}` takes it", group.text));
    }
    if let Some(keep) = rule(Role::Keep).find(|part| !part.holds) {
        return Some(format!("`{}` drops it", keep.text));
    }
    let holding: Vec<&WhyPart> = rule(Role::Include).filter(|part| part.holds).collect();
    match holding.as_slice() {
        [] if rule(Role::Include).next().is_some() => Some("no include holds".to_owned()),
        [one] => Some(format!("`{}` holds", one.text)),
        _ => None,
    }
}

/// Why a condition is false.
fn failing(part: &WhyPart) -> String {
    let failed: Vec<&WhyPart> = part.parts.iter().filter(|inner| !inner.holds).collect();
    match (part.shape, failed.as_slice()) {
        (Shape::All, [one]) => failing(one),
        (Shape::All, several) => format!("{} of {} conditions don't hold", several.len(), part.parts.len()),
        (Shape::Any, _) => format!("none of {} alternatives hold", part.parts.len()),
        (Shape::Not | Shape::Match | Shape::Test, _) => format!("`{}` doesn't hold", part.text),
    }
}

impl Why {
    /// `customer 42 is in high_value`, and why.
    #[must_use]
    pub fn sentence(&self) -> String {
        let key: Vec<String> = self.key.iter().map(|(_, part)| plain(part)).collect();
        let is = if self.member { "is" } else { "is not" };
        let head = format!("{} {} {is} in {}", self.entity, key.join(", "), self.segment);
        match &self.because {
            Some(because) => format!("{head}: {because}"),
            None => head,
        }
    }

    /// As JSON. Decimals are text, so that no digit is lost.
    #[must_use]
    pub fn json(&self) -> Json {
        let key: Map<String, Json> =
            self.key.iter().map(|(name, part)| (name.clone(), json_of(Some(part)))).collect();
        json!({
            "segment": self.segment,
            "entity": self.entity,
            "key": key,
            "as_of": self.as_of.to_string(),
            "member": self.member,
            "because": self.because,
            "tree": self.tree.json(),
        })
    }
}

impl WhyPart {
    fn json(&self) -> Json {
        let saw = |saw: &Saw| match saw.pii {
            true => json!({ "what": saw.what, "value": PERSONAL, "pii": true }),
            false => json!({ "what": saw.what, "value": json_of(saw.value.as_ref()) }),
        };
        json!({
            "role": self.role_name(),
            "of": self.shape_name(),
            "text": self.text,
            "holds": self.holds,
            "saw": self.saw.iter().map(saw).collect::<Vec<_>>(),
            "parts": self.parts.iter().map(Self::json).collect::<Vec<_>>(),
        })
    }

    /// Its role in a word.
    #[must_use]
    pub fn role_name(&self) -> &'static str {
        match self.role {
            Role::Segment(_) => "segment",
            Role::Parent(_) => "extends",
            Role::Where => "where",
            Role::Include => "include",
            Role::Exclude => "exclude",
            Role::Group(_) => "exclusive group",
            Role::Keep => "keep",
            Role::Condition => "condition",
        }
    }

    /// Its shape in a word.
    #[must_use]
    pub fn shape_name(&self) -> &'static str {
        match self.shape {
            Shape::All => "all",
            Shape::Any => "any",
            Shape::Not => "not",
            Shape::Match => "match",
            Shape::Test => "test",
        }
    }

    /// The values beside it, each with what it is; except for the one that the text begins with.
    #[must_use]
    pub fn values(&self) -> String {
        let values = self.saw.iter().map(|saw| {
            let value = if saw.pii { "pii".to_owned() } else { shown(saw.value.as_ref(), &saw.ty) };
            match saw.what.as_str() {
                "rows" | "failing" => format!("{value} {}", saw.what),
                what if self.text.trim_start_matches("not ").starts_with(what) => value,
                what => format!("{what} = {value}"),
            }
        });
        values.collect::<Vec<_>>().join("; ")
    }
}

/// Text as it is, anything else as it is written.
fn plain(value: &Literal) -> String {
    match value {
        Literal::String(text) => text.clone(),
        other => other.to_string(),
    }
}
