//! What is allowed: the target's capabilities, the project's policy and the tier.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::{
    BeyondLimit, Measured, NameTooLong, PolicyForbids, ProbeLacks, Refuser, TargetLacks, TierForbids,
    ZoneNotSupported,
};
use super::requirements::{Reach, Requirements};
use crate::check::hir::Segment;
use crate::diagnostic::{Diagnostics, Span};
use crate::dialect::Capability;
use crate::project::{self, PolicyLimit};

/// What a project, or one of its tiers, forbids and limits.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The tier's name; `None` for the project's own policy.
    pub(crate) tier: Option<&'a str>,
    pub(crate) rules: &'a project::Policy,
}

/// What a target can do.
#[derive(Debug, Clone, Default)]
pub struct Abilities {
    /// The target's name in the project.
    pub(crate) target: String,
    /// The capabilities that its dialect answers with yes.
    pub(crate) capabilities: BTreeSet<Capability>,
    /// What a probe of its database found, where one ran.
    pub(crate) probed: Option<Probed>,
    /// For each capability, the project's targets that have it.
    pub(crate) elsewhere: BTreeMap<Capability, Vec<String>>,
    /// The longest name, in bytes.
    pub(crate) identifier_bytes: usize,
    /// How many segments read a table's rows of affected keys one by one; `None` is any number.
    pub(crate) separate_scans: Option<usize>,
    /// How many tables a transaction may change; `None` is any number.
    pub(crate) transaction_tables: Option<usize>,
    /// Whether an aggregate can take its value from the first or the last row of an order.
    pub(crate) ordered_aggregates: bool,
    /// What the target replaces by something else, also where it is part of a name.
    pub(crate) replaced: Vec<String>,
    /// The schema of a table that is named without one, where there is one.
    pub(crate) default_schema: Option<String>,
    /// Whether a table that has an alias can still be read by its own name.
    pub(crate) named_tables: bool,
}

/// What a probe of a live database found.
#[derive(Debug, Clone, Default)]
pub struct Probed {
    /// What the database is called.
    pub(crate) database: String,
    /// What it lacks, though its dialect has it; each with what would help.
    pub(crate) missing: BTreeMap<Capability, Option<String>>,
}

/// Judges one segment; what is refused goes into `problems`.
pub(super) fn judge(
    segment: &Segment,
    needs: &Requirements,
    depth: usize,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) {
    for (&capability, &span) in &needs.capabilities {
        // Who may not refer to segments at all needn't hear that they are materialised, too.
        if capability == Capability::MaterializedComposition
            && refuser(Capability::SegmentComposition, abilities, policies).is_some()
        {
            continue;
        }
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

/// The first of target, probe, policy and tier that says no.
fn refuse(
    segment: &Segment,
    capability: Capability,
    span: Span,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) {
    let name = segment.name.clone();
    let mut able = abilities.elsewhere.get(&capability).cloned().unwrap_or_default();
    if abilities.probed.as_ref().is_some_and(|probed| probed.missing.contains_key(&capability)) {
        able.retain(|target| *target != abilities.target);
    }
    match refuser(capability, abilities, policies) {
        None => {}
        Some(Refuser::Target(target)) => {
            problems.push(TargetLacks { span, segment: name, capability, target, able });
        }
        Some(Refuser::Probe { database, otherwise }) => {
            problems.push(ProbeLacks { span, segment: name, capability, database, otherwise, able });
        }
        Some(Refuser::Policy) => problems.push(PolicyForbids { span, segment: name, capability, able }),
        Some(Refuser::Tier(tier)) => {
            problems.push(TierForbids { span, segment: name, capability, tier, able });
        }
    }
}

fn refuser(capability: Capability, abilities: &Abilities, policies: &[Policy<'_>]) -> Option<Refuser> {
    if !abilities.capabilities.contains(&capability) {
        return Some(Refuser::Target(abilities.target.clone()));
    }
    if let Some(probed) = &abilities.probed
        && let Some(otherwise) = probed.missing.get(&capability)
    {
        let (database, otherwise) = (probed.database.clone(), otherwise.clone());
        return Some(Refuser::Probe { database, otherwise });
    }
    let policy = policies.iter().find(|policy| policy.rules.forbids(capability).is_some())?;
    Some(policy.tier.map_or(Refuser::Policy, |tier| Refuser::Tier(tier.to_owned())))
}

fn judge_limits(
    segment: &Segment,
    needs: &Requirements,
    depth: usize,
    policy: &Policy<'_>,
    problems: &mut Diagnostics,
) {
    let whole = segment.name_span;
    let number = |found: usize| Measured::Number(u64::try_from(found).unwrap_or(u64::MAX));
    for (&limit, &(allowed, _)) in &policy.rules.limits {
        let (found, span) = match limit {
            PolicyLimit::CompositionDepth => (number(depth), whole),
            PolicyLimit::Hops => match needs.hops {
                Some((hops, span)) => (number(hops), span),
                None => continue,
            },
            PolicyLimit::Conditions => (number(needs.conditions), whole),
            PolicyLimit::WindowDays => match needs.window {
                Some((Reach::Days(days), span)) => (Measured::Number(days), span),
                Some((Reach::Unlimited, span)) => (Measured::Unlimited, span),
                None => continue,
            },
        };
        if found > Measured::Number(allowed) {
            let (segment, tier) = (segment.name.clone(), policy.tier.map(str::to_owned));
            problems.push(BeyondLimit { span, segment, limit, found, allowed, tier });
        }
    }
}

/// A target without time zones refuses a project that isn't in UTC; so may a policy.
pub(super) fn judge_zone(
    zone: &str,
    span: Option<Span>,
    abilities: &Abilities,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) -> bool {
    if zone == "UTC" {
        return true;
    }
    let Some(refuser) = refuser(Capability::TimeZones, abilities, policies) else { return true };
    let able = abilities.elsewhere.get(&Capability::TimeZones).cloned().unwrap_or_default();
    problems.push(ZoneNotSupported { span, zone: zone.to_owned(), refuser, able });
    false
}
