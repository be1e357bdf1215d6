//! How a project differs from an earlier build, of which only hashes are known.

use super::{Change, Diff, Effect, FORMAT_VERSION, SegmentDiff};
use crate::api::select::State;
use crate::api::session::Session;
use crate::artifact::Definition;
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostic;

impl Session {
    /// How this project differs from an earlier build of it. Its manifest has no texts, so that it is known which
    /// segments differ, and not how.
    ///
    /// # Errors
    ///
    /// The build is another project's.
    pub fn diff_build(&self, state: &State) -> Result<Diff, Diagnostic> {
        state.check(self.name())?;
        let mut segments: Vec<SegmentDiff> = Vec::new();
        let mut unchanged = 0;
        for segment in &self.hir.segments {
            let how = self.materialize(segment.id);
            let now = Definition::of(&self.hir, &self.graph, segment.id, how);
            let Some(before) = state.definition(&segment.name) else {
                segments.push(self.about(segment.id, Change::Added));
                continue;
            };
            let is_stale =
                state.fingerprint(&segment.name) != Some(&self.fingerprints[segment.id.0 as usize]);
            let change = match (before == &now, is_stale) {
                (true, false) => {
                    unchanged += 1;
                    continue;
                }
                (true, true) => Change::Affected,
                (false, _) => Change::Changed,
            };
            let members =
                if before.meaning == now.meaning && !is_stale { Effect::Same } else { Effect::Unknown };
            segments.push(SegmentDiff { members: Some(members), ..self.about(segment.id, change) });
        }
        let gone = state.names().filter(|name| self.hir.find(name).is_none());
        segments.extend(gone.map(|name| SegmentDiff::new(name.to_owned(), Change::Removed)));
        segments.sort_by(|a, b| (a.change, &a.name).cmp(&(b.change, &b.name)));
        let project = self.name().to_owned();
        let (settings, unread) = (Vec::new(), Vec::new());
        Ok(Diff { version: FORMAT_VERSION, project, settings, segments, unchanged, unread })
    }

    /// What is said of every segment.
    pub(super) fn about(&self, id: SegmentId, change: Change) -> SegmentDiff {
        let segment = self.hir.segment(id);
        let place = self.place(id);
        let dependents = self.all_dependents(id);
        let is_used = |name: &String| *name == segment.name || dependents.contains(name);
        let exposures = self.config().exposures.iter();
        let exposures = exposures.filter(|one| one.segments.iter().any(|(name, _)| is_used(name)));
        SegmentDiff {
            title: segment.properties.title.clone(),
            entity: Some(self.hir.catalog.entity(segment.entity).name.clone()),
            line: place.as_ref().map(|(_, line)| *line),
            path: place.map(|(path, _)| path),
            exposures: exposures.map(|one| one.name.clone()).collect(),
            dependents: dependents.into_iter().collect(),
            ..SegmentDiff::new(segment.name.clone(), change)
        }
    }
}

impl SegmentDiff {
    fn new(name: String, change: Change) -> Self {
        Self {
            name,
            title: None,
            entity: None,
            path: None,
            line: None,
            change,
            members: None,
            rewritten: false,
            renamed_from: None,
            moved_from: None,
            through: Vec::new(),
            declarations: Vec::new(),
            properties: Vec::new(),
            words: Vec::new(),
            dependents: Vec::new(),
            exposures: Vec::new(),
            builds: Vec::new(),
            data: None,
        }
    }
}
