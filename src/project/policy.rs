//! `policy` and `tiers`: what a project forbids or limits.

use std::collections::BTreeMap;

use super::problems::BadLimit;
use crate::diagnostic::{Diagnostics, Span};
use crate::dialect::Capability;
use crate::yaml::problems::UnknownWord;
use crate::yaml::{Fields, Like, Node};

/// An example of a policy, for messages.
const EXAMPLE: &str = "{ capabilities: { regex: false }, limits: { hops: 2 } }";

/// A quantity that a policy can limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyLimit {
    /// The number of levels of segments that a segment depends on.
    CompositionDepth,
    /// The number of links in a path.
    Hops,
    /// The number of conditions in a segment.
    Conditions,
    /// The number of days that a window looks back or ahead.
    WindowDays,
}

impl PolicyLimit {
    /// All limits.
    pub const ALL: [Self; 4] = [Self::CompositionDepth, Self::Hops, Self::Conditions, Self::WindowDays];

    /// The name in `segc.yml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CompositionDepth => "composition_depth",
            Self::Hops => "hops",
            Self::Conditions => "conditions",
            Self::WindowDays => "window_days",
        }
    }
}

/// The capabilities that a project disables, and its limits. A policy can't allow what a target
/// lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The capabilities it mentions: whether they are allowed, and the place of that setting.
    pub capabilities: BTreeMap<Capability, (bool, Span)>,
    /// The limits, with their places.
    pub limits: BTreeMap<PolicyLimit, (u64, Span)>,
    /// Whether conditions may use fields declared as `pii`, and the place of that setting. The
    /// default is yes.
    pub pii_conditions: Option<(bool, Span)>,
}

impl Policy {
    /// The place where the policy forbids a capability, if it does.
    #[must_use]
    pub fn forbids(&self, capability: Capability) -> Option<Span> {
        self.capabilities.get(&capability).and_then(|&(allowed, span)| (!allowed).then_some(span))
    }

    /// The place where the policy forbids conditions on personal data, if it does.
    #[must_use]
    pub fn forbids_pii_conditions(&self) -> Option<Span> {
        self.pii_conditions.and_then(|(allowed, span)| (!allowed).then_some(span))
    }

    /// A limit and its place, if it is set.
    #[must_use]
    pub fn limit(&self, limit: PolicyLimit) -> Option<(u64, Span)> {
        self.limits.get(&limit).copied()
    }
}

pub(super) fn read_policy(node: &Node, owner: &str, at: Span, problems: &mut Diagnostics) -> Policy {
    let mut policy = Policy::default();
    let Some(mut fields) = Fields::shown(node, owner, at, Some(EXAMPLE), problems) else { return policy };
    for (key, node) in fields.names("capabilities", Like::Each("false"), problems) {
        let allowed = node.boolean(problems);
        match (Capability::parse(&key.text), allowed) {
            (Some(capability), Some(allowed)) => {
                policy.capabilities.insert(capability, (allowed, key.span));
            }
            (Some(_), None) => {}
            (None, _) => {
                let known = Capability::ALL.iter().map(|one| one.name()).collect();
                let word = key.text.clone();
                problems.push(UnknownWord { span: key.span, word, what: "a capability", known });
            }
        }
    }
    if let Some(node) = fields.get("limits") {
        read_limits(node, &mut policy, problems);
    }
    if let Some(node) = fields.get("pii")
        && let Some(mut inner) =
            Fields::shown(node, "`pii`", node.span, Some("pii: { conditions: false }"), problems)
    {
        let allowed = inner.boolean("conditions", problems);
        policy.pii_conditions = allowed.zip(inner.key_span("conditions"));
        inner.finish(problems);
    }
    fields.finish(problems);
    policy
}

fn read_limits(node: &Node, policy: &mut Policy, problems: &mut Diagnostics) {
    let Some(mut fields) = Fields::shown(node, "`limits`", node.span, Some("limits: { hops: 2 }"), problems)
    else {
        return;
    };
    for limit in PolicyLimit::ALL {
        let Some(node) = fields.get(limit.name()) else { continue };
        let Some(number) = node.integer(problems) else { continue };
        match u64::try_from(number) {
            Ok(number) => {
                policy.limits.insert(limit, (number, node.span));
            }
            Err(_) => problems.push(BadLimit { span: node.span, name: limit.name() }),
        }
    }
    fields.finish(problems);
}
