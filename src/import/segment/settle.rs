//! Which segments are imported: not those that refer to a refused one, nor those in a circle.

use super::draft::{Draft, DraftId};
use super::problems::{Circle, DependsOnRefused};

/// Refuses segments that refer to one another in a circle, each at one of the references.
pub(super) fn refuse_circles(drafts: &mut [Draft]) {
    for start in 0..drafts.len() {
        let Some(chain) = circle(drafts, start) else { continue };
        let name = |id: &usize| drafts.get(*id).map_or_else(String::new, |draft| draft.key.clone());
        let names: Vec<String> = chain.iter().chain([&start]).map(name).collect();
        let span = reference(drafts, start, chain.get(1).copied().unwrap_or(start));
        if let Some(draft) = drafts.get_mut(start) {
            let span = span.unwrap_or(draft.span);
            draft.refusals.push(Circle { span, chain: names }.into());
        }
    }
}

fn reference(drafts: &[Draft], from: usize, to: usize) -> Option<crate::diagnostic::Span> {
    drafts.get(from)?.reads.iter().find(|(DraftId(id), _)| *id == to).map(|(_, span)| *span)
}

/// The shortest way from a segment back to itself.
fn circle(drafts: &[Draft], start: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; drafts.len()];
    let mut next = vec![start];
    while !next.is_empty() {
        let mut further = Vec::new();
        for id in next {
            for &(DraftId(to), _) in drafts.get(id).map_or(&[][..], |draft| &draft.reads) {
                if to == start {
                    let back =
                        |&at: &usize| if at == start { None } else { came_from.get(at).copied().flatten() };
                    let mut chain: Vec<usize> = std::iter::successors(Some(id), back).collect();
                    chain.reverse();
                    return Some(chain);
                }
                if let Some(from @ None) = came_from.get_mut(to) {
                    *from = Some(id);
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
    loop {
        let is_refused = |id: usize| {
            drafts.get(id).is_none_or(|draft| !draft.refusals.is_empty() || draft.segment.is_none())
        };
        let mut found = Vec::new();
        for (at, draft) in drafts.iter().enumerate() {
            if is_refused(at) {
                continue;
            }
            let broken = draft.reads.iter().find(|(DraftId(id), _)| is_refused(*id));
            if let Some(&(DraftId(id), span)) = broken {
                let on = drafts.get(id);
                let (on, place) = (on.map_or_else(String::new, |on| on.key.clone()), on.map(|on| on.span));
                found.push((at, DependsOnRefused { span, name: draft.key.clone(), on, place }));
            }
        }
        if found.is_empty() {
            return;
        }
        for (at, problem) in found {
            if let Some(draft) = drafts.get_mut(at) {
                draft.refusals.push(problem.into());
            }
        }
    }
}
