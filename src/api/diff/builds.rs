//! What the next build does with the table or view of a segment that differs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::session::{Options, Session};
use crate::check::hir::{Materialize, SegmentId};

/// What the next build does with a table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildChange {
    /// The target's name in `segc.yml`.
    pub target: String,
    /// `created`; `rebuilt` from all data; `replaced`, a view; `left`: no longer built, and not dropped either.
    pub action: String,
    /// How it is stored: `table`, `incremental` or `view`.
    pub materialize: String,
}

/// What decides whether a table can be refreshed from its last run.
#[derive(PartialEq, Eq)]
struct Stored {
    materialize: Materialize,
    fingerprint: String,
    refresh: String,
    list: Option<String>,
}

/// The stored segments of a project, by target and name.
pub(super) struct Builds(BTreeMap<(String, String), Stored>);

impl Builds {
    /// For all targets. Segments that a target or a policy rejects aren't stored there.
    pub(super) fn of(session: &Session, options: &Options) -> Self {
        let all: Vec<SegmentId> = session.hir().segments.iter().map(|segment| segment.id).collect();
        let mut stored = BTreeMap::new();
        for target in session.targets() {
            let (Some(plan), _) = session.plan(&target, &all, options) else { continue };
            for segment in plan.segments.into_iter().filter(|one| one.materialize != Materialize::Inline) {
                let list = segment.list.map(|list| list.stamp);
                let (materialize, fingerprint) = (segment.materialize, segment.fingerprint);
                let refresh = segment.refresh.hash;
                let is = Stored { materialize, fingerprint, refresh, list };
                stored.insert((target.clone(), segment.name), is);
            }
        }
        Self(stored)
    }

    /// What a build does with a segment of that name, after what an earlier one did with one of its former name.
    pub(super) fn changes(&self, before: &Self, now: Option<&str>, former: Option<&str>) -> Vec<BuildChange> {
        let mut targets: Vec<&String> =
            self.0.keys().chain(before.0.keys()).map(|(target, _)| target).collect();
        targets.sort();
        targets.dedup();
        let is = |of: &'_ Self, target: &String, name: Option<&str>| {
            let key = name.map(|name| (target.clone(), name.to_owned()));
            key.filter(|key| of.0.contains_key(key))
        };
        let changes = targets.into_iter().flat_map(|target| {
            let was = is(before, target, former).and_then(|key| before.0.get(&key));
            let is = is(self, target, now).and_then(|key| self.0.get(&key));
            let has_moved = now != former;
            let change = |action: &str, stored: &Stored| BuildChange {
                target: target.clone(),
                action: action.to_owned(),
                materialize: stored.materialize.name().to_owned(),
            };
            let left = was.filter(|_| has_moved || is.is_none()).map(|was| change("left", was));
            let next = is.and_then(|is| match was.filter(|_| !has_moved) {
                None => Some(change("created", is)),
                Some(was) if was == is => None,
                Some(_) if is.materialize == Materialize::View => Some(change("replaced", is)),
                // The next run loads another list of keys, and refreshes the table.
                Some(was)
                    if was.fingerprint == is.fingerprint
                        && was.refresh == is.refresh
                        && was.materialize == is.materialize =>
                {
                    None
                }
                Some(_) => Some(change("rebuilt", is)),
            });
            left.into_iter().chain(next)
        });
        changes.collect()
    }
}
