//! What is allowed: the target's capabilities, the project's policy and the tier.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::Needs;
use super::problems::{BeyondLimit, NameTooLong, PolicyForbids, TargetLacks, TierForbids, ZoneNotSupported};
use crate::check::hir::Segment;
use crate::diagnostic::{Diagnostics, Span};
use crate::dialect::Capability;
use crate::project::{self, PolicyLimit};

/// What a project, or one of its tiers, forbids and limits.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The tier's name; `None` for the project's own policy.
    pub tier: Option<&'a str>,
    /// What it says.
    pub rules: &'a project::Policy,
}

/// What a target can do.
#[derive(Debug, Clone, Default)]
pub struct Abilities {
    /// The target's name in the project.
    pub target: String,
    /// What it has.
    pub capabilities: BTreeSet<Capability>,
    /// For each capability, the project's targets that have it.
    pub elsewhere: BTreeMap<Capability, Vec<String>>,
    /// The longest name, in bytes.
    pub identifier_bytes: usize,
}

/// Judges one segment; what is refused goes into `problems`.
pub(super) fn judge(
    segment: &Segment,
    needs: &Needs,
    depth: usize,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) {
    for (&capability, &span) in &needs.capabilities {
        refuse(segment, capability, span, abilities, policies, problems);
    }
    for policy in policies {
        judge_limits(segment, needs, depth, policy, problems);
    }
    if segment.name.len() > abilities.identifier_bytes {
        problems.push(NameTooLong {
            span: segment.name_span,
            name: segment.name.clone(),
            target: abilities.target.clone(),
            bytes: abilities.identifier_bytes,
        });
    }
}

/// The first of target, policy and tier that says no.
fn refuse(
    segment: &Segment,
    capability: Capability,
    span: Span,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) {
    let name = segment.name.clone();
    if !abilities.capabilities.contains(&capability) {
        let able = abilities.elsewhere.get(&capability).cloned().unwrap_or_default();
        let target = abilities.target.clone();
        problems.push(TargetLacks { span, segment: name, capability, target, able });
        return;
    }
    let Some(policy) = policies.iter().find(|policy| policy.rules.forbids(capability).is_some()) else {
        return;
    };
    match policy.tier {
        None => problems.push(PolicyForbids { span, segment: name, capability }),
        Some(tier) => problems.push(TierForbids { span, segment: name, capability, tier: tier.to_owned() }),
    }
}

fn judge_limits(
    segment: &Segment,
    needs: &Needs,
    depth: usize,
    policy: &Policy<'_>,
    problems: &mut Diagnostics,
) {
    let whole = segment.name_span;
    let place = |found: Option<(usize, Span)>| found.unwrap_or((0, whole));
    let days = needs.window_days.map(|(days, span)| (usize::try_from(days).unwrap_or(usize::MAX), span));
    for (&limit, &(allowed, _)) in &policy.rules.limits {
        let (found, span) = match limit {
            PolicyLimit::CompositionDepth => (depth, whole),
            PolicyLimit::Hops => place(needs.hops),
            PolicyLimit::Conditions => (needs.conditions, whole),
            PolicyLimit::WindowDays => place(days),
        };
        if u64::try_from(found).unwrap_or(u64::MAX) > allowed {
            let (segment, tier) = (segment.name.clone(), policy.tier.map(str::to_owned));
            problems.push(BeyondLimit { span, segment, limit, found, allowed, tier });
        }
    }
}

/// A target without time zones refuses a project that isn't in UTC.
pub(super) fn judge_zone(
    zone: &str,
    span: Option<Span>,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) -> bool {
    let forbidden = policies.iter().any(|policy| policy.rules.forbids(Capability::TimeZones).is_some());
    let able = abilities.capabilities.contains(&Capability::TimeZones) && !forbidden;
    if zone == "UTC" || able {
        return true;
    }
    problems.push(ZoneNotSupported { span, zone: zone.to_owned(), target: abilities.target.clone() });
    false
}
