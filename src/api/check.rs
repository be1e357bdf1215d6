//! All problems of a project at once, as `segc check` reports them.

use super::open::open_files;
use super::session::{Options, Session};
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::project::Files;

/// Finds every problem of a project, for all of its targets: what [`open_files`] reports, findings, and what a target, a
/// policy or the tier rejects. The levels in `segc.yml` and comments apply. Problems are sorted by path and position.
///
/// ```rust
#[doc = include_str!("../../examples/library/check.rs")]
/// ```
#[must_use]
pub fn check(files: &dyn Files, options: &Options) -> (Session, Diagnostics) {
    let (session, mut problems) = open_files(files, options);
    let all: Vec<SegmentId> = session.hir().iter().map(|(id, _)| id).collect();
    let targets = session.targets();
    problems.append(session.own_templates(&targets));
    problems.append(session.findings());
    for target in &targets {
        problems.append(session.judge(target, &all, options));
    }
    problems.sort(&session.sources);
    (session, problems)
}
