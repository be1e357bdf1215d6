//! Segment by segment.

use std::collections::{BTreeMap, BTreeSet};

use super::builds::Builds;
use super::meaning::Versions;
use super::properties::{properties, settings};
use super::words::ClauseMark;
use super::{Change, Diff, Effect, FORMAT_VERSION, SegmentDiff};
use crate::api::session::{Options, Session};
use crate::check;
use crate::check::hir::SegmentId;
use crate::syntax::ast;

impl Session {
    /// How this project differs from an earlier version of it. Segments with errors aren't compared: the caller
    /// reports those of this version.
    #[must_use]
    pub fn diff(&self, before: &Session, options: &Options) -> Diff {
        let settings = settings(before, self);
        let versions = Versions::of(before, self, !settings.is_empty());
        let pairs = Pairs::of(&versions);
        let compared =
            Compared { builds: (Builds::of(before, options), Builds::of(self, options)), versions, pairs };
        let mut segments: Vec<SegmentDiff> = Vec::new();
        let all = self.hir.segments.iter().map(|segment| segment.id);
        segments.extend(all.filter_map(|id| compared.present(id)));
        segments.extend(compared.pairs.gone.iter().map(|&id| compared.removed(id)));
        segments.sort_by(|a, b| (a.change, &a.name).cmp(&(b.change, &b.name)));
        let here = segments.iter().filter(|segment| segment.change != Change::Removed).count();
        let known = |name: &&String| before.hir.find(name).is_none();
        let declared = before.declared_names();
        let unread = declared.iter().filter(known).filter(|name| self.hir.find(name).is_some());
        Diff {
            version: FORMAT_VERSION,
            project: self.name().to_owned(),
            settings,
            unchanged: self.hir.segments.len().saturating_sub(here),
            unread: unread.cloned().collect(),
            segments,
        }
    }

    /// The names of all segments that files declare, whether they have errors or not; none that are disabled.
    fn declared_names(&self) -> BTreeSet<String> {
        let items = self.syntax.iter().flat_map(|file| &file.items);
        let segments = items.filter_map(|item| match item {
            ast::Item::Segment(segment) => Some(segment),
            ast::Item::Param(_) | ast::Item::Trait(_) => None,
        });
        let enabled = segments.filter(|segment| check::properties_of(segment).1);
        enabled.map(|segment| segment.name.text.clone()).collect()
    }
}

/// Which segments of the two versions are the same one.
struct Pairs {
    /// The earlier version of each.
    former: BTreeMap<SegmentId, SegmentId>,
    /// Those that are gone.
    gone: Vec<SegmentId>,
}

impl Pairs {
    /// Segments are the same one by name. Of the others, one that is gone is a new one that provably has its members,
    /// preferably in the same file.
    fn of(versions: &Versions<'_>) -> Self {
        let (before, after) = (&versions.before, &versions.after);
        let all = before.session.hir.segments.iter();
        let mut former = BTreeMap::new();
        let mut gone = Vec::new();
        for segment in all {
            match after.session.hir.find(&segment.name) {
                Some(now) => drop(former.insert(now, segment.id)),
                None => gone.push(segment.id),
            }
        }
        let mut new: Vec<SegmentId> = after.session.hir.segments.iter().map(|segment| segment.id).collect();
        new.retain(|id| !former.contains_key(id));
        gone.retain(|&old| {
            let same = |&&id: &&SegmentId| {
                versions.declarations(old, id).is_empty()
                    && versions.have_the_same_members(old, id)
                    && before.entity(before.segment(old)) == after.entity(after.segment(id))
            };
            let same: Vec<SegmentId> = new.iter().filter(same).copied().collect();
            let place = path_of(before.session, old);
            let near = same.iter().find(|&&id| path_of(after.session, id) == place);
            match near.or(same.first()) {
                Some(&found) => {
                    new.retain(|&id| id != found);
                    former.insert(found, old);
                    false
                }
                None => true,
            }
        });
        Self { former, gone }
    }
}

struct Compared<'a> {
    versions: Versions<'a>,
    pairs: Pairs,
    builds: (Builds, Builds),
}

impl Compared<'_> {
    /// A segment of the later version, if it differs.
    fn present(&self, id: SegmentId) -> Option<SegmentDiff> {
        let Some(&old) = self.pairs.former.get(&id) else { return Some(self.added(id)) };
        let (before, after) = (self.versions.before.session, self.versions.after.session);
        let renamed = before.hir.segment(old).name != after.hir.segment(id).name;
        let says_the_same = self.versions.says_the_same(old, id);
        let properties = properties((before, old), (after, id));
        let moved = path_of(before, old).filter(|path| Some(path) != path_of(after, id).as_ref());
        let is_stale = before.fingerprints[old.0 as usize] != after.fingerprints[id.0 as usize];
        let is_changed = !says_the_same || !properties.is_empty() || moved.is_some();
        let change = match (renamed, is_changed, is_stale) {
            (true, ..) => Change::Renamed,
            (false, true, _) => Change::Changed,
            (false, false, true) => Change::Affected,
            (false, false, false) => return None,
        };
        let words = if says_the_same { Vec::new() } else { self.versions.words(old, id) };
        let changed = words.iter().any(|clause| clause.mark != ClauseMark::Kept);
        let words = if changed { words } else { Vec::new() };
        let members = if !is_stale && says_the_same { Effect::Same } else { self.versions.effect(old, id) };
        Some(SegmentDiff {
            members: Some(members),
            rewritten: !says_the_same && !changed && !renamed,
            renamed_from: renamed.then(|| before.hir.segment(old).name.clone()),
            moved_from: moved,
            through: self.through(id),
            declarations: self.versions.declarations(old, id),
            properties,
            words,
            builds: self.builds(Some(id), Some(old)),
            ..after.about(id, change)
        })
    }

    fn added(&self, id: SegmentId) -> SegmentDiff {
        SegmentDiff {
            words: self.versions.after.words(id, ClauseMark::Added),
            builds: self.builds(Some(id), None),
            ..self.versions.after.session.about(id, Change::Added)
        }
    }

    fn removed(&self, id: SegmentId) -> SegmentDiff {
        SegmentDiff {
            words: self.versions.before.words(id, ClauseMark::Removed),
            builds: self.builds(None, Some(id)),
            ..self.versions.before.session.about(id, Change::Removed)
        }
    }

    /// The segments that one reads and that aren't as they were.
    fn through(&self, id: SegmentId) -> Vec<String> {
        let (before, after) = (self.versions.before.session, self.versions.after.session);
        let differs = |now: SegmentId| match self.pairs.former.get(&now) {
            Some(old) => before.fingerprints[old.0 as usize] != after.fingerprints[now.0 as usize],
            None => true,
        };
        let inputs = after.graph.node(id).inputs().map(|input| input.segment);
        inputs.filter(|&input| differs(input)).map(|input| after.hir.segment(input).name.clone()).collect()
    }

    fn builds(&self, now: Option<SegmentId>, old: Option<SegmentId>) -> Vec<super::BuildChange> {
        let (before, after) = (self.versions.before.session, self.versions.after.session);
        let now = now.map(|id| after.hir.segment(id).name.as_str());
        let old = old.map(|id| before.hir.segment(id).name.as_str());
        self.builds.1.changes(&self.builds.0, now, old)
    }
}

fn path_of(session: &Session, id: SegmentId) -> Option<String> {
    session.place(id).map(|(path, _)| path)
}

impl Session {
    /// The path of the file that declares a segment, and the line of its name.
    pub(super) fn place(&self, id: SegmentId) -> Option<(String, usize)> {
        let (path, position) = self.sources.locate(self.hir.segment(id).name_span)?;
        Some((path.to_owned(), position.line))
    }

    /// The names of the segments that use one, directly or through others.
    pub(super) fn all_dependents(&self, id: SegmentId) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            for child in self.graph.dependents(id) {
                if found.insert(self.hir.segment(child).name.clone()) {
                    next.push(child);
                }
            }
        }
        found
    }
}
