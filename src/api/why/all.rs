//! The segments of an entity: which of them it is in, with the condition that decides.
//!
//! Many segments are asked about in one query. Where that fails, each is asked about by itself, so that one segment
//! that can't be evaluated doesn't hide the others.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::database::{read, render};
use super::text::json_of;
use super::tree::{Why, WhyPart, filled, plain};
use super::{Answers, Question, Session, collect};
use crate::api::session::Options;
use crate::catalog::{Entity, EntityId};
use crate::check::hir::{Cond, SegmentId};
use crate::check::tree::{Role, Shape, Tree, tree};
use crate::diagnostic::Diagnostics;
use crate::engine::Engine;
use crate::plan::{self, About};
use crate::types::Literal;

/// How many segments a query asks about.
const AT_ONCE: usize = 24;
/// That no row has the key.
const NO_SUCH_KEY: &str = "SEG862";

/// How many conditions these have at most, unless one has more.
const CONDITIONS: usize = 400;

/// Which segments an entity is in.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Memberships {
    /// The name of the entity.
    pub entity: String,
    /// The key, by the names of its fields.
    pub key: Map<String, Json>,
    /// The instant as of which the segments are evaluated.
    pub as_of: String,
    /// The segments, in the order of their names.
    pub segments: Vec<Membership>,
    /// The key for people.
    #[serde(skip)]
    pub key_text: String,
}

/// Whether an entity is in a segment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The name of the segment.
    pub segment: String,
    /// Whether the entity is a member; null if the segment can't be evaluated, which is reported as a problem.
    pub member: Option<bool>,
    /// The kind of rule that decides: `extends`, `where`, `include`, `exclude`, `exclusive group` or `keep`; null if no
    /// single rule does.
    pub rule: Option<String>,
    /// The first condition that decides, as written; null if no single one does.
    pub condition: Option<String>,
    /// The same in a few words.
    pub because: Option<String>,
}

impl Session {
    /// The entities that have segments and whose key these texts can be.
    #[must_use]
    pub fn entities_of_key(&self, key: &[String]) -> Vec<EntityId> {
        let fits = |entity: &Entity| self.key_of(entity, key).is_ok();
        let has_segments = |id: EntityId| self.hir.segments.iter().any(|segment| segment.entity == id);
        let found = self.hir.catalog.iter().filter(|&(id, entity)| has_segments(id) && fits(entity));
        found.map(|(id, _)| id).collect()
    }

    /// Says for each of these segments of an entity whether the one with this key is in it. Returns the
    /// problems of those that can't be evaluated as well.
    ///
    /// # Errors
    ///
    /// Reports a malformed key, and a key that no row has; and if no segment can be evaluated, why.
    pub fn memberships(
        &self,
        entity: EntityId,
        segments: &[SegmentId],
        key: &[String],
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<(Memberships, Diagnostics), Diagnostics> {
        let declared = self.hir.catalog.entity(entity);
        let literals = self.key_of(declared, key)?;
        let mut problems = Diagnostics::new();
        let allowed = self.with_request(target, segments, options, |request| {
            let mut allowed = plan::allowed(request, &mut problems);
            allowed.retain(|id| segments.contains(id));
            allowed
        });
        let mut asking =
            Asking { session: self, target, key, literals: &literals, engine, options: options.clone() };
        let mut found: Vec<Why> = Vec::new();
        for together in self.portions(allowed.unwrap_or_default()) {
            match asking.together(&together) {
                Some(all) => found.extend(all),
                None => {
                    for id in together {
                        match asking.alone(id) {
                            Ok(why) => found.push(why),
                            Err(more) if has_no_row(&more) => return Err(more),
                            Err(more) => problems.append(more),
                        }
                    }
                }
            }
        }
        let Some(as_of) = found.first().map(|why| why.as_of) else { return Err(problems) };
        let membership = |&id: &SegmentId| {
            let name = &self.hir.segment(id).name;
            let why = found.iter().find(|why| why.segment == *name);
            let (rule, condition, because) = why.map(|why| decided(&why.tree)).unwrap_or_default();
            Membership { segment: name.clone(), member: why.map(|why| why.member), rule, condition, because }
        };
        let names = declared.key.iter().map(|&field| declared.field(field).name.clone());
        let memberships = Memberships {
            entity: declared.name.clone(),
            key: names.zip(literals.iter().map(|part| json_of(Some(part)))).collect(),
            key_text: literals.iter().map(plain).collect::<Vec<_>>().join(", "),
            as_of: as_of.to_string(),
            segments: segments.iter().map(membership).collect(),
        };
        Ok((memberships, problems))
    }

    /// Segments that are asked about together.
    fn portions(&self, segments: Vec<SegmentId>) -> Vec<Vec<SegmentId>> {
        let mut portions: Vec<Vec<SegmentId>> = Vec::new();
        let mut conditions = 0;
        for id in segments {
            let (mut conds, mut values) = (Vec::new(), Vec::new());
            let tree = tree(&self.hir, id, false);
            collect(&tree.root, &mut conds, &mut values);
            match portions.last_mut() {
                Some(last) if last.len() < AT_ONCE && conditions + conds.len() <= CONDITIONS => {
                    conditions += conds.len();
                    last.push(id);
                }
                _ => {
                    conditions = conds.len();
                    portions.push(vec![id]);
                }
            }
        }
        portions
    }
}

/// Whether the entity itself is the problem.
fn has_no_row(problems: &Diagnostics) -> bool {
    problems.iter().any(|problem| problem.code == NO_SUCH_KEY)
}

struct Asking<'a> {
    session: &'a Session,
    target: &'a str,
    key: &'a [String],
    literals: &'a [Literal],
    engine: &'a mut dyn Engine,
    /// With the instant of the first answer.
    options: Options,
}

impl Asking<'_> {
    /// Asks about several segments in one query; `None` if that is no good.
    fn together(&mut self, segments: &[SegmentId]) -> Option<Vec<Why>> {
        let hir = &self.session.hir;
        let trees: Vec<Tree<'_>> = segments.iter().map(|&id| tree(hir, id, false)).collect();
        // Trees with segments of their own have these under the same identities.
        if trees.iter().any(|tree| matches!(tree.hir, std::borrow::Cow::Owned(_))) {
            return None;
        }
        let (mut conds, mut counts): (Vec<&Cond>, Vec<usize>) = (Vec::new(), Vec::new());
        for tree in &trees {
            let before = conds.len();
            collect(&tree.root, &mut conds, &mut Vec::new());
            counts.push(conds.len() - before);
        }
        let whole: Vec<SegmentId> = trees.iter().flat_map(|tree| tree.whole.iter().copied()).collect();
        let about = About { hir, segments, whole: &whole, conds: &conds };
        let sql = render(self.session, segments, self.target, &self.options, |request| {
            plan::explain(request, &about, self.literals, &[])
        });
        let table = self.engine.query(&sql.ok()?).ok()?;
        let [row] = &table.rows[..] else { return None };
        let answers = read(row, conds.len(), &[]).ok()?;
        let as_of: Timestamp = answers.as_of;
        self.options.as_of = Some(as_of);
        let mut answers = answers.conds.into_iter();
        let all = segments.iter().zip(&trees).zip(counts);
        let fill = |((&id, tree), count): ((&SegmentId, &Tree<'_>), usize)| {
            let conds = answers.by_ref().take(count).collect();
            filled(self.session, id, self.literals, &tree.root, Answers { as_of, conds, values: Vec::new() })
        };
        Some(all.map(fill).collect())
    }

    fn alone(&mut self, segment: SegmentId) -> Result<Why, Diagnostics> {
        let question = Question { segment, key: self.key, deep: false };
        let why = self.session.why(&question, self.target, &self.options, self.engine)?;
        self.options.as_of = Some(why.as_of);
        Ok(why)
    }
}

/// The kind of the rule that decides, the first condition of it that does, and a few words.
fn decided(root: &WhyPart) -> (Option<String>, Option<String>, Option<String>) {
    let Some((rule, text, because)) = (if root.holds { holding(root) } else { failing(root) }) else {
        let includes = root.parts.iter().any(|part| part.role == Role::Include);
        let none = includes && !root.holds;
        return (none.then(|| "include".to_owned()), None, none.then(|| "no include holds".to_owned()));
    };
    (Some(rule.role_name().to_owned()), Some(text), Some(because))
}

type Decision<'a> = (&'a WhyPart, String, String);

/// What makes it a member: the rule that includes it, or else the parent.
fn holding(root: &WhyPart) -> Option<Decision<'_>> {
    let includes = |part: &&WhyPart| matches!(part.role, Role::Where | Role::Include) && part.holds;
    if let Some(rule) = root.parts.iter().find(includes) {
        return Some((rule, rule.text.clone(), format!("`{}` holds", rule.text)));
    }
    let parent = root.parts.iter().find(|part| matches!(part.role, Role::Parent(_)))?;
    Some((parent, parent.text.clone(), format!("it is in {}", parent.text)))
}

/// What keeps it out, in the order in which rules apply. That no include holds is no single condition.
fn failing(root: &WhyPart) -> Option<Decision<'_>> {
    let decides = |part: &&WhyPart| match part.role {
        Role::Exclude => part.holds,
        Role::Include => false,
        _ => !part.holds,
    };
    let includes = |part: &WhyPart| part.role == Role::Include;
    let left_out =
        root.parts.iter().any(includes) && !root.parts.iter().any(|part| includes(part) && part.holds);
    let rule = root.parts.iter().find(|part| {
        // Excludes and what follows take from those that an include has chosen.
        decides(part) && (!left_out || matches!(part.role, Role::Parent(_)))
    })?;
    let because = match rule.role {
        Role::Parent(_) => format!("it isn't in {}", rule.text),
        Role::Exclude => format!("`{}` excludes it", first_text(rule, true)),
        Role::Keep => format!("`{}` drops it", rule.text),
        Role::Group(_) => {
            let taken =
                rule.parts.iter().find(|part| part.holds).map_or("another", |part| part.text.as_str());
            format!("{taken} in the exclusive group `{}` takes it", rule.text)
        }
        Role::Segment(_) | Role::Where | Role::Include | Role::Condition => {
            format!("`{}` doesn't hold", first_text(rule, false))
        }
    };
    let text = match rule.role {
        Role::Exclude => first_text(rule, true),
        Role::Where => first_text(rule, false),
        _ => rule.text.clone(),
    };
    Some((rule, text, because))
}

/// The text of the first condition that makes a rule true or false: of an `and` that is false the first that is, of an
/// `or` that is true likewise.
fn first_text(part: &WhyPart, holds: bool) -> String {
    let decides = matches!((part.shape, holds), (Shape::All, false) | (Shape::Any, true));
    match part.parts.iter().find(|inner| decides && inner.holds == holds) {
        Some(inner) => first_text(inner, holds),
        None => part.text.clone(),
    }
}
