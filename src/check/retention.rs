//! Segments that remember: where `expire` and `history` aren't allowed.

use std::collections::HashMap;

use super::graph::{ItemIndex, Order};
use super::names::Names;
use super::problems::keep::{NoTable, ViewOverExpire};
use super::properties::Read;
use crate::diagnostic::{Diagnostics, Span};
use crate::types::Materialize;

/// The most segments of a chain that a message shows.
const MOST_STEPS: usize = 20;

/// Reports what remembers without a table, and views over what remembers. Those with a problem
/// is no longer sound.
pub(super) fn check(
    names: &Names,
    read: &mut [Read],
    order: &Order,
    default: Materialize,
    problems: &mut Diagnostics,
) {
    let name = |at: usize| names.segments[at].ast.name.text.clone();
    let stored = |read: &Read| match read.properties.materialize {
        Some((materialize, span)) => (materialize, Some(span)),
        None => (default, None),
    };
    for (at, read) in read.iter_mut().enumerate().filter(|(_, read)| read.disabled.is_none()) {
        let (materialize, how_span) = stored(read);
        let expire = read.properties.expire.map(|(_, _, span)| (span, "expire"));
        let found = expire.into_iter().chain(read.history.map(|span| (span, "history")));
        for (span, property) in found.filter(|_| !materialize.is_table()) {
            problems.push(NoTable { span, segment: name(at), property, how: materialize.name(), how_span });
            read.is_sound = false;
        }
    }
    let nearest = nearest(read, order);
    for at in 0..read.len() {
        let node = ItemIndex::Segment(at);
        let Some(&(next, span)) = nearest.get(&node) else { continue };
        if read[at].disabled.is_some() || stored(&read[at]).0 != Materialize::View {
            continue;
        }
        let chain = chain(next, &nearest, read);
        let Some((segment, expire)) = chain.last().and_then(|&last| holder(last, read)) else { continue };
        let chain = shown(names, std::iter::once(node).chain(chain));
        problems.push(ViewOverExpire { span, view: name(at), segment: name(segment), chain, expire });
        read[at].is_sound = false;
    }
}

/// The segment, if it holds members.
fn holder(node: ItemIndex, read: &[Read]) -> Option<(usize, Span)> {
    let ItemIndex::Segment(at) = node else { return None };
    let (.., span) = read[at].properties.expire.filter(|_| read[at].disabled.is_none())?;
    Some((at, span))
}

/// For each that depends on a segment with `expire`, the first step there.
fn nearest(read: &[Read], order: &Order) -> HashMap<ItemIndex, (ItemIndex, Span)> {
    let mut nearest: HashMap<ItemIndex, (ItemIndex, Span)> = HashMap::new();
    for node in &order.nodes {
        let needs = order.needs.get(node).map_or(&[][..], Vec::as_slice);
        let step = needs.iter().find(|(to, _)| holder(*to, read).is_some() || nearest.contains_key(to));
        if let Some(&step) = step {
            nearest.insert(*node, step);
        }
    }
    nearest
}

/// The steps from one to the segment that holds members.
fn chain(from: ItemIndex, nearest: &HashMap<ItemIndex, (ItemIndex, Span)>, read: &[Read]) -> Vec<ItemIndex> {
    let mut chain = vec![from];
    let mut last = from;
    while holder(last, read).is_none()
        && chain.len() <= nearest.len()
        && let Some(&(next, _)) = nearest.get(&last)
    {
        chain.push(next);
        last = next;
    }
    chain
}

/// `a → b → c`; of a very long chain, its beginning.
fn shown(names: &Names, chain: impl Iterator<Item = ItemIndex>) -> String {
    let name = |node| match node {
        ItemIndex::Segment(at) => names.segments[at].ast.name.text.as_str(),
        ItemIndex::Trait(at) => names.traits[at].ast.name.text.as_str(),
    };
    let mut words: Vec<&str> = chain.map(name).collect();
    if words.len() > MOST_STEPS {
        words.truncate(MOST_STEPS);
        words.push("…");
    }
    words.join(" → ")
}
