//! The policy on personal data.

use super::policy::Policy;
use super::problems::PersonalForbidden;
use crate::analyze::{Purpose, SegmentNode};
use crate::check::hir::Hir;
use crate::diagnostic::{Diagnostics, Label};

/// Refuses the `pii` fields that a segment uses, where a policy forbids that. The key of its own
/// table is no condition.
pub(super) fn judge(hir: &Hir, node: &SegmentNode, policies: &[Policy<'_>], problems: &mut Diagnostics) {
    let forbidding =
        policies.iter().find_map(|policy| Some((policy.tier, policy.rules.forbids_pii_conditions()?)));
    let Some((tier, policy)) = forbidding else { return };
    for (&(entity, field), used) in &node.footprint.sensitive {
        let entity = hir.catalog.entity(entity);
        let field = entity.field(field);
        if !field.pii || used.purpose == Purpose::Key {
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
            segment: hir.segment(node.id).name.clone(),
            field: format!("{}.{}", entity.name, field.name),
            via,
            tier: tier.map(str::to_owned),
            labels,
        });
    }
}
