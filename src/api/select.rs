//! Selects segments: by name, with ancestors or dependents, or by tag.

use std::collections::BTreeSet;

use super::problems::{BadPattern, UnknownSegment, UnknownTag};
use crate::analyze::Graph;
use crate::check::hir::{Hir, SegmentId};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};

/// The segments that any of the patterns selects, ordered by name; all segments if there are no
/// patterns.
///
/// # Errors
///
/// Reports every pattern that selects nothing.
pub fn select(hir: &Hir, graph: &Graph, patterns: &[String]) -> Result<Vec<SegmentId>, Diagnostics> {
    if patterns.is_empty() {
        return Ok(hir.iter().map(|(id, _)| id).collect());
    }
    let mut problems = Diagnostics::new();
    let mut chosen = BTreeSet::new();
    for text in patterns {
        match Pattern::parse(text).and_then(|pattern| pattern.choose(hir, graph)) {
            Ok(ids) => chosen.extend(ids),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(chosen.into_iter().collect()) } else { Err(problems) }
}

/// A pattern such as `+name+`.
struct Pattern<'a> {
    ancestors: bool,
    core: &'a str,
    dependents: bool,
}

impl<'a> Pattern<'a> {
    fn parse(text: &'a str) -> Result<Self, Diagnostic> {
        let trimmed = text.trim();
        let (ancestors, rest) = trimmed.strip_prefix('+').map_or((false, trimmed), |rest| (true, rest));
        let (dependents, core) = rest.strip_suffix('+').map_or((false, rest), |rest| (true, rest));
        if core.is_empty() || core.contains('+') || core == "tag:" || core.contains(char::is_whitespace) {
            return Err(BadPattern { span: None, pattern: text.to_owned() }.into());
        }
        Ok(Self { ancestors, core, dependents })
    }

    fn choose(&self, hir: &Hir, graph: &Graph) -> Result<BTreeSet<SegmentId>, Diagnostic> {
        let core = match self.core.strip_prefix("tag:") {
            Some(tag) => tagged(hir, tag)?,
            None => BTreeSet::from([named(hir, self.core)?]),
        };
        let mut chosen = core.clone();
        if self.ancestors {
            chosen.extend(closure(&core, |id| graph.node(id).inputs().map(|input| input.segment).collect()));
        }
        if self.dependents {
            chosen.extend(closure(&core, |id| graph.dependents(id)));
        }
        Ok(chosen)
    }
}

fn named(hir: &Hir, name: &str) -> Result<SegmentId, Diagnostic> {
    hir.find(name).ok_or_else(|| {
        let names = hir.segments.iter().map(|segment| segment.name.as_str());
        let near = closest(name, names).map(str::to_owned);
        UnknownSegment { span: None, name: name.to_owned(), near }.into()
    })
}

fn tagged(hir: &Hir, tag: &str) -> Result<BTreeSet<SegmentId>, Diagnostic> {
    let has = |tags: &[String]| tags.iter().any(|one| one == tag);
    let ids: BTreeSet<_> =
        hir.iter().filter(|(_, segment)| has(&segment.properties.tags)).map(|(id, _)| id).collect();
    if ids.is_empty() {
        let tags = hir.segments.iter().flat_map(|segment| &segment.properties.tags);
        let near = closest(tag, tags.map(String::as_str)).map(str::to_owned);
        return Err(UnknownTag { span: None, tag: tag.to_owned(), near }.into());
    }
    Ok(ids)
}

/// Everything reachable from some segments, one step at a time.
fn closure(from: &BTreeSet<SegmentId>, step: impl Fn(SegmentId) -> Vec<SegmentId>) -> BTreeSet<SegmentId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<SegmentId> = from.iter().copied().collect();
    while let Some(id) = open.pop() {
        open.extend(step(id).into_iter().filter(|&next| seen.insert(next)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;

    fn chosen(patterns: &[&str]) -> Vec<String> {
        let hir = testing::hir();
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        match select(&hir, &Graph::of(&hir), &patterns) {
            Ok(ids) => ids.iter().map(|&id| hir.segment(id).name.clone()).collect(),
            Err(problems) => problems
                .iter()
                .map(|one| format!("{}: {}", one.code, one.help.clone().unwrap_or_default()))
                .collect(),
        }
    }

    #[test]
    fn an_empty_selection_selects_everything() {
        assert_eq!(chosen(&[]), ["big_spender", "do_not_contact", "vip", "win_back"]);
    }

    #[test]
    fn patterns_select_names_and_neighbours() {
        assert_eq!(chosen(&["vip"]), ["vip"]);
        assert_eq!(chosen(&["+vip"]), ["big_spender", "vip"]);
        assert_eq!(chosen(&["vip+"]), ["vip", "win_back"]);
        assert_eq!(chosen(&["+vip+"]), ["big_spender", "vip", "win_back"]);
        assert_eq!(chosen(&["+win_back"]), ["big_spender", "do_not_contact", "vip", "win_back"]);
        assert_eq!(chosen(&["win_back", "vip", "vip"]), ["vip", "win_back"]);
    }

    #[test]
    fn patterns_select_tags() {
        assert_eq!(chosen(&["tag:marketing"]), ["vip", "win_back"]);
        assert_eq!(chosen(&["+tag:email"]), ["big_spender", "do_not_contact", "vip", "win_back"]);
    }

    #[test]
    fn every_unknown_pattern_is_reported_with_a_suggestion() {
        assert_eq!(
            chosen(&["vpi", "tag:marketnig", "++vip", "vip"]),
            [
                "SEG801: did you mean `vip`? `segc ls` lists all segments",
                "SEG802: did you mean `tag:marketing`?",
                "SEG803: write `name`, `+name`, `name+`, `+name+` or `tag:x`",
            ]
        );
        for wrong in ["", "+", "++", "tag:", "+tag:+", "a+b", "a b"] {
            assert!(chosen(&[wrong])[0].starts_with("SEG803"), "{wrong:?}");
        }
    }
}
