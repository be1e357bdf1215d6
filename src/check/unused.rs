//! Traits and parameters that nothing uses.

use std::collections::BTreeSet;

use super::graph::{ItemIndex, Order, references};
use super::hir::{Unused, UnusedKind};
use super::names::Names;
use super::params::Params;
use crate::diagnostic::Span;

/// The traits that no segment and no other trait mentions, and the parameters that nothing reads, in the order of
/// their places. A segment that is disabled uses what it mentions, too; it hides which parameters it reads, so that
/// beside one no parameter counts as unused.
pub(super) fn unused(
    names: &Names,
    params: &Params<'_>,
    order: &Order,
    params_used: &[(Span, String)],
    disabled: &[usize],
) -> Vec<Unused> {
    let enabled = order.needs.values().flatten().map(|(item, _)| *item);
    let disabled_use = disabled.iter().flat_map(|&at| references(names, at)).map(|(item, _)| item);
    let used: BTreeSet<ItemIndex> = enabled.chain(disabled_use).collect();
    let traits = names.traits.iter().enumerate().filter(|(at, _)| !used.contains(&ItemIndex::Trait(*at)));
    let mut found: Vec<Unused> = traits
        .map(|(_, item)| unused_item(UnusedKind::Trait, &item.ast.name.text, item.ast.name.span))
        .collect();
    if disabled.is_empty() {
        let params_read: BTreeSet<&str> = params_used.iter().map(|(_, name)| name.as_str()).collect();
        let params = params.declared().filter(|(name, _)| !params_read.contains(name));
        found.extend(params.map(|(name, span)| unused_item(UnusedKind::Param, name, span)));
    }
    found.sort_by_key(|unused| (unused.span.source, unused.span.start));
    found
}

fn unused_item(kind: UnusedKind, name: &str, span: Span) -> Unused {
    Unused { kind, name: name.to_owned(), span }
}
