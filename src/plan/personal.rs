//! The policy on personal data.

use super::policy::Policy;
use super::problems::PersonalForbidden;
use crate::check::hir::{Hir, SegmentId};
use crate::check::uses::{How, Uses};
use crate::diagnostic::{Diagnostics, Label};

/// What the segments use, if a policy asks for it.
pub(super) fn asked<'a>(hir: &'a Hir, policies: &[Policy<'_>]) -> Option<Uses<'a>> {
    policies.iter().any(|policy| policy.rules.forbids_pii_conditions().is_some()).then(|| Uses::new(hir))
}

/// Refuses the `pii` fields that a segment uses, where a policy forbids that. The key of its own
/// table is no condition.
pub(super) fn judge(
    hir: &Hir,
    uses: &Uses<'_>,
    id: SegmentId,
    policies: &[Policy<'_>],
    problems: &mut Diagnostics,
) {
    let forbidding =
        policies.iter().find_map(|policy| Some((policy.tier, policy.rules.forbids_pii_conditions()?)));
    let Some((tier, policy)) = forbidding else { return };
    for used in uses.segment(id).fields {
        let entity = hir.catalog.entity(used.entity);
        let field = entity.field(used.field);
        if !field.pii || used.how == How::Key {
            continue;
        }
        let via: Vec<String> = used.via.iter().map(|&id| hir.computed(id).name.clone()).collect();
        let place = |span, text: &str| Label { span, text: text.to_owned() };
        let mut labels: Vec<Label> = used.origin.map(|span| place(span, "used here")).into_iter().collect();
        labels.extend(used.others.iter().map(|&span| place(span, "and here")));
        labels.push(place(field.span, "`pii: true`"));
        labels.push(place(policy, "forbidden here"));
        problems.push(PersonalForbidden {
            span: used.span,
            segment: hir.segment(id).name.clone(),
            field: format!("{}.{}", entity.name, field.name),
            via,
            tier: tier.map(str::to_owned),
            labels,
        });
    }
}
