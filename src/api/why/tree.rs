//! A tree of conditions with its answers.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::text::{json_of, shown};
use super::{Answers, Session};
use crate::analyze::{is_personal, reads_nothing};
use crate::check::hir::{Column, SegmentId, ValueKind};
use crate::check::tree::{ConditionPart, Operand, OperandKind, Role, Shape};
use crate::check::words;
use crate::diagnostic::Sources;
use crate::types::{Literal, Type};

/// Why an entity is or isn't in a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The name of the segment.
    pub segment: String,
    /// The name of the entity.
    pub entity: String,
    /// The entity's key: the names of the fields and their values.
    pub key: Vec<(String, Literal)>,
    /// The instant as of which the segment was evaluated.
    pub as_of: Timestamp,
    /// Whether the entity is a member.
    pub member: bool,
    /// The reason in a few words, if a few are enough.
    pub because: Option<String>,
    /// All conditions with their answers.
    pub tree: WhyPart,
    /// The columns beside the key, by their names.
    pub columns: Vec<Saw>,
}

/// A condition with its answer. Each is evaluated, even if others are decisive.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyPart {
    /// The role in the segment.
    pub role: Role,
    /// How the answer follows from the parts.
    pub shape: Shape,
    /// The condition as written, on one line; for a segment or a parent, its name.
    pub text: String,
    /// Whether the condition is true.
    pub holds: bool,
    /// The values that the condition depends on.
    pub saw: Vec<Saw>,
    /// The parts of the condition.
    pub parts: Vec<WhyPart>,
}

/// A value that a condition depends on, or a column has.
#[derive(Debug, Clone, PartialEq)]
pub struct Saw {
    /// The expression as written, `rows`, or the name of the column.
    pub what: String,
    /// The type of the value.
    pub ty: Type,
    /// The value; `None` if it is missing, or personal data.
    pub value: Option<Literal>,
    /// Whether the value depends on a field declared as `pii`. It is then not shown.
    pub pii: bool,
}

/// Replaces personal data in JSON.
const PERSONAL: &str = "(pii)";

/// Removes values that are obvious from the text: constants other than parameters.
pub(super) fn drop_constants(part: &mut ConditionPart, sources: &Sources) {
    part.operands.retain(|operand| {
        let is_constant = matches!(operand.value.kind, ValueKind::Literal(_) | ValueKind::Now)
            || reads_nothing(&operand.value);
        !is_constant || sources.text(operand.value.span).starts_with('$')
    });
    part.parts.iter_mut().for_each(|part| drop_constants(part, sources));
}

/// Fills the answers into the tree.
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
    let columns = &session.hir().segment(segment).columns;
    let columns = columns.iter().map(|column| filling.column(column)).collect();
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
        columns,
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
        let saw = part.operands.iter().map(|operand| self.saw(operand)).collect();
        let parts = part.parts.iter().map(|inner| self.part(inner)).collect();
        let text = part_text(self.session, part);
        WhyPart { role: part.role, shape: part.shape, text, holds, saw, parts }
    }

    fn column(&mut self, column: &Column) -> Saw {
        let ty = column.value.ty.clone();
        let value = self.values.next().flatten().and_then(|value| fit(value, &ty)).map(written);
        let pii = is_personal(self.session.hir(), &column.value);
        Saw { what: column.name.clone(), ty, value: value.filter(|_| !pii), pii }
    }

    fn saw(&mut self, operand: &Operand) -> Saw {
        let what = match operand.what {
            OperandKind::Operand => words::written(&self.session.sources, operand.value.span),
            OperandKind::Rows => "rows".to_owned(),
            OperandKind::StepRows => {
                format!("rows of {}", words::written(&self.session.sources, operand.value.span))
            }
            OperandKind::Failing => "failing".to_owned(),
        };
        let value = self.values.next().flatten().and_then(|value| fit(value, &operand.value.ty));
        let pii = operand.what == OperandKind::Operand && is_personal(self.session.hir(), &operand.value);
        Saw { what, ty: operand.value.ty.clone(), value: value.filter(|_| !pii), pii }
    }
}

/// The part as written, on one line.
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

/// A value in the form of its type, independent of its source: engines widen what they compute.
pub(in crate::api) fn fit(value: Literal, ty: &Type) -> Option<Literal> {
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

/// A value as a column holds it: a version is text.
pub(in crate::api) fn written(value: Literal) -> Literal {
    match value {
        Literal::Semver(version) => Literal::String(version.without_build().to_owned()),
        other => other,
    }
}

/// The decisive condition, if there is exactly one.
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
        (Shape::HowMany { .. }, failed) => {
            let all = part.parts.len();
            format!("{} of {all} conditions hold", all.saturating_sub(failed.len()))
        }
        (Shape::Not | Shape::Match | Shape::Test, _) => format!("`{}` doesn't hold", part.text),
    }
}

impl Why {
    /// A sentence such as `customer 42 is in high_value`, with the reason.
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

    /// The tree as JSON. Decimals become text, so that no digit is lost.
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
            "columns": self.columns.iter().map(|column| (column.what.clone(), column.json())).collect::<Map<_, _>>(),
        })
    }
}

impl Saw {
    /// The value for people.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.pii { "pii".to_owned() } else { shown(self.value.as_ref(), &self.ty) }
    }

    fn json(&self) -> Json {
        if self.pii { json!(PERSONAL) } else { json_of(self.value.as_ref()) }
    }
}

impl WhyPart {
    fn json(&self) -> Json {
        let saw = |saw: &Saw| match saw.pii {
            true => json!({ "what": saw.what, "value": saw.json(), "pii": true }),
            false => json!({ "what": saw.what, "value": saw.json() }),
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

    /// The name of the role.
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

    /// The name of the shape.
    #[must_use]
    pub fn shape_name(&self) -> &'static str {
        match self.shape {
            Shape::All => "all",
            Shape::Any => "any",
            Shape::HowMany { .. } => "how_many",
            Shape::Not => "not",
            Shape::Match => "match",
            Shape::Test => "test",
        }
    }

    /// The values to show next to the condition, with their expressions, except for the one at the
    /// start of the text.
    #[must_use]
    pub fn values(&self) -> String {
        let values = self.saw.iter().map(|saw| {
            let value = saw.shown();
            match saw.what.as_str() {
                "rows" | "failing" => format!("{value} {}", saw.what),
                what if self.text.trim_start_matches("not ").starts_with(what) => value,
                what => format!("{what} = {value}"),
            }
        });
        values.collect::<Vec<_>>().join("; ")
    }
}

/// Text without quotes, anything else as in a `.seg` file.
pub(super) fn plain(value: &Literal) -> String {
    match value {
        Literal::String(text) => text.clone(),
        other => other.to_string(),
    }
}
