//! Which segments are imported: not those that refer to a refused one, nor those in a circle.

use super::draft::{Draft, DraftId};
use super::problems::{Circle, DependsOnRefused};
use crate::diagnostic::Span;

/// The most names of a circle that are shown.
const SHOWN: usize = 8;

/// Refuses segments that refer to one another in a circle, each at its reference to the next one.
pub(super) fn refuse_circles(drafts: &mut [Draft]) {
    let mut is_open = in_circles(drafts);
    for start in 0..drafts.len() {
        if !is_open.get(start).copied().unwrap_or(false) {
            continue;
        }
        let Some(chain) = circle(drafts, &is_open, start) else { continue };
        let names: Vec<String> = chain
            .iter()
            .map(|&id| drafts.get(id).map_or_else(String::new, |draft| draft.key.clone()))
            .collect();
        for (at, &id) in chain.iter().enumerate() {
            if let Some(open) = is_open.get_mut(id) {
                *open = false;
            }
            let next = chain.get(at + 1).or(chain.first()).copied().unwrap_or(id);
            let span = reference(drafts, id, next);
            let Some(draft) = drafts.get_mut(id) else { continue };
            let span = span.unwrap_or(draft.span);
            draft.refusals.push(Circle { span, chain: shown(&names, at) }.into());
        }
    }
}

/// The names of a circle, from one of them back to it. Of a long one, the middle is left out.
fn shown(names: &[String], from: usize) -> Vec<String> {
    let around = names.iter().cycle().skip(from);
    if names.len() <= SHOWN {
        return around.take(names.len() + 1).cloned().collect();
    }
    let first: Vec<String> = around.take(SHOWN - 1).cloned().collect();
    let last = names.get(from).cloned();
    first.into_iter().chain(["…".to_owned()]).chain(last).collect()
}

fn reference(drafts: &[Draft], from: usize, to: usize) -> Option<Span> {
    drafts.get(from)?.reads.iter().find(|(DraftId(id), _)| *id == to).map(|(_, span)| *span)
}

/// Segments that may be in a circle: those that are left when all that refer to nothing are removed, again and
/// again.
fn in_circles(drafts: &[Draft]) -> Vec<bool> {
    let mut refers: Vec<usize> = drafts.iter().map(|draft| draft.reads.len()).collect();
    let read_by = readers(drafts);
    let mut is_open = vec![true; drafts.len()];
    let mut done: Vec<usize> = (0..drafts.len()).filter(|&id| refers.get(id) == Some(&0)).collect();
    while let Some(id) = done.pop() {
        if let Some(open) = is_open.get_mut(id) {
            *open = false;
        }
        for &reader in read_by.get(id).into_iter().flatten() {
            if let Some(count) = refers.get_mut(reader) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    done.push(reader);
                }
            }
        }
    }
    is_open
}

/// For each segment those that refer to it, once for each reference.
fn readers(drafts: &[Draft]) -> Vec<Vec<usize>> {
    let mut readers = vec![Vec::new(); drafts.len()];
    for (at, draft) in drafts.iter().enumerate() {
        for (DraftId(id), _) in &draft.reads {
            if let Some(readers) = readers.get_mut(*id) {
                readers.push(at);
            }
        }
    }
    readers
}

/// The shortest way from a segment back to itself.
fn circle(drafts: &[Draft], is_open: &[bool], start: usize) -> Option<Vec<usize>> {
    let mut came_from = std::collections::BTreeMap::new();
    let mut next = vec![start];
    while !next.is_empty() {
        let mut further = Vec::new();
        for id in next {
            for &(DraftId(to), _) in drafts.get(id).map_or(&[][..], |draft| &draft.reads) {
                if to == start {
                    let back = |at: &usize| came_from.get(at).copied();
                    let mut chain: Vec<usize> = std::iter::successors(Some(id), back).collect();
                    chain.reverse();
                    return Some(chain);
                }
                let is_new = is_open.get(to) == Some(&true) && !came_from.contains_key(&to);
                if is_new {
                    came_from.insert(to, id);
                    further.push(to);
                }
            }
        }
        next = further;
    }
    None
}

/// Refuses segments that refer to refused ones, directly or not.
pub(super) fn refuse_dependents(drafts: &mut [Draft]) {
    let read_by = readers(drafts);
    let is_refused = |draft: &Draft| !draft.refusals.is_empty() || draft.segment.is_none();
    let mut refused: Vec<usize> =
        (0..drafts.len()).filter(|&at| drafts.get(at).is_some_and(is_refused)).collect();
    while let Some(id) = refused.pop() {
        let Some((on, place)) = drafts.get(id).map(|draft| (draft.key.clone(), draft.span)) else { continue };
        for &reader in read_by.get(id).into_iter().flatten() {
            let span = reference(drafts, reader, id);
            let Some(draft) = drafts.get_mut(reader).filter(|draft| !is_refused(draft)) else { continue };
            let (span, name) = (span.unwrap_or(draft.span), draft.key.clone());
            draft.refusals.push(DependsOnRefused { span, name, on: on.clone(), place: Some(place) }.into());
            refused.push(reader);
        }
    }
}
