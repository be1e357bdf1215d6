//! The number of entities that remain after each condition of a segment.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::database::{numbers, render};
use super::tree::part_text;
use crate::api::session::{Options, Session};
use crate::check::hir::{Cond, SegmentId};
use crate::check::tree::{ConditionPart, Role, Shape, any_of, not, tree};
use crate::diagnostic::Diagnostics;
use crate::engine::Engine;
use crate::plan::{self, About};

/// The number of entities that remain after each condition of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attrition {
    /// The name of the segment.
    pub segment: String,
    /// The name of the entity.
    pub entity: String,
    /// The instant as of which the segment was evaluated.
    pub as_of: Timestamp,
    /// The number of all entities.
    pub everyone: u64,
    /// The steps in the order in which they are written. After the last one, the members remain.
    pub steps: Vec<AttritionStep>,
}

/// A condition and the number of entities that remain after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttritionStep {
    /// The keyword: `extends`, `where`, `and`, `include` or `exclude`.
    pub word: &'static str,
    /// The condition as written, on one line.
    pub text: String,
    /// The number of entities that remain. After an include, those that this or an earlier include
    /// selects.
    pub remain: u64,
}

impl Attrition {
    /// The number of members.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.steps.last().map_or(self.everyone, |step| step.remain)
    }

    /// The steps as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        let steps = self.steps.iter().map(|step| {
            json!({ "step": step.word, "text": step.text, "remain": step.remain, "share": self.share(step.remain) })
        });
        json!({
            "segment": self.segment,
            "entity": self.entity,
            "as_of": self.as_of.to_string(),
            "everyone": self.everyone,
            "members": self.members(),
            "steps": steps.collect::<Vec<_>>(),
        })
    }

    /// A number as a share of all entities, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with a few digits")]
    pub fn share(&self, count: u64) -> f64 {
        if self.everyone == 0 { 0.0 } else { count as f64 / self.everyone as f64 }
    }
}

impl Session {
    /// Counts the entities that remain after each condition of a segment, in one query to a
    /// database that executes the target's dialect.
    ///
    /// # Errors
    ///
    /// Reports what the target, the policy or the engine rejects.
    pub fn attrition(
        &self,
        segment: SegmentId,
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Attrition, Diagnostics> {
        let tree = tree(&self.hir, segment, false);
        let mut funnel = Funnel { session: self, conds: Vec::new(), passed: Vec::new(), steps: Vec::new() };
        funnel.segment(&tree.root);
        let conds: Vec<&Cond> = funnel.conds.iter().collect();
        let steps: Vec<Vec<usize>> = funnel.steps.iter().map(|(_, _, passed)| passed.clone()).collect();
        let sql = render(self, &[segment], target, options, |request| {
            let (hir, whole, conds) = (&tree.hir, tree.whole.as_slice(), conds.as_slice());
            plan::attrition(request, &About { hir, segments: &[segment], whole, conds }, &steps)
        })?;
        let table = engine.query(&sql).map_err(|error| Diagnostics::from(vec![error.into()]))?;
        let (as_of, counts) = numbers(&table)?;
        let mut counts = counts.into_iter();
        let everyone = counts.next().unwrap_or_default();
        let steps = funnel.steps.into_iter().zip(counts);
        Ok(Attrition {
            segment: self.hir.segment(segment).name.clone(),
            entity: self.entity_of(segment).name.clone(),
            as_of,
            everyone,
            steps: steps.map(|((word, text, _), remain)| AttritionStep { word, text, remain }).collect(),
        })
    }
}

struct Funnel<'a> {
    session: &'a Session,
    conds: Vec<Cond>,
    /// The indexes of the conditions that remaining entities have satisfied.
    passed: Vec<usize>,
    /// The keyword, the text, and the conditions to satisfy.
    steps: Vec<(&'static str, String, Vec<usize>)>,
}

impl Funnel<'_> {
    fn segment(&mut self, root: &ConditionPart) {
        let mut includes: Vec<&ConditionPart> = Vec::new();
        let several = root.parts.iter().filter(|part| part.role == Role::Include).count();
        for part in &root.parts {
            match part.role {
                Role::Parent(_) => self.narrow("extends", part, part.cond.clone()),
                Role::Where if part.shape == Shape::All => {
                    for (at, inner) in part.parts.iter().enumerate() {
                        self.narrow(if at == 0 { "where" } else { "and" }, inner, inner.cond.clone());
                    }
                }
                Role::Where | Role::Condition | Role::Segment(_) => {
                    self.narrow("where", part, part.cond.clone());
                }
                Role::Include => {
                    includes.push(part);
                    let conds: Vec<Cond> = includes.iter().map(|part| part.cond.clone()).collect();
                    let any = any_of(&conds, part.cond.span);
                    if includes.len() < several {
                        self.alone("include", part, any)
                    } else {
                        self.narrow("include", part, any)
                    }
                }
                Role::Exclude => self.narrow("exclude", part, not(&part.cond)),
                Role::Group(_) => self.narrow("exclusive group", part, part.cond.clone()),
                Role::Keep => self.narrow("keep", part, part.cond.clone()),
            }
        }
    }

    /// Adds a step on which all later ones depend.
    fn narrow(&mut self, word: &'static str, part: &ConditionPart, cond: Cond) {
        self.alone(word, part, cond);
        self.passed.push(self.conds.len() - 1);
    }

    /// Adds a step on which no other depends.
    fn alone(&mut self, word: &'static str, part: &ConditionPart, cond: Cond) {
        self.conds.push(cond);
        let to_pass = self.passed.iter().copied().chain([self.conds.len() - 1]).collect();
        self.steps.push((word, part_text(self.session, part), to_pass));
    }
}
