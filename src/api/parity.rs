//! The queries that compare segments' tables with fresh evaluations.

use rayon::prelude::*;

use super::scripts::{scripts, source, too_long};
use super::session::{Options, Session};
use super::targets::Target;
use crate::artifact::{self, Artifacts};
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::plan::{self, Asked, Plan, SegmentPlan};
use crate::sql::{ClockForm, Renderer, commented};

impl Session {
    /// One self-contained `SELECT` that compares a segment's table with a fresh evaluation as of
    /// the table's last run: a row for each key of which they differ, that says `missing` or
    /// `extra`, and no row if the table is right. Of a segment with `expire`, it is who matches
    /// that is compared.
    ///
    /// # Errors
    ///
    /// What the target or the policy refuses.
    pub fn parity_sql(
        &self,
        target: &str,
        segment: SegmentId,
        options: &Options,
    ) -> Result<String, Diagnostics> {
        let mut problems = Diagnostics::new();
        let asked = self.with_request(target, &[segment], options, |request| {
            let allowed = plan::allowed(request, &mut problems);
            allowed.contains(&segment).then(|| plan::parity(request, segment))
        });
        match (asked.flatten(), self.target(target)) {
            (Some(asked), Some(target)) if !problems.has_errors() => {
                render(self, target, &self.hir.segment(segment).name, &asked)
            }
            _ => Err(problems),
        }
    }

    /// The files of a build, with one for each table that compares it with a fresh evaluation.
    ///
    /// # Errors
    ///
    /// What can't be written in the target's SQL.
    pub fn artifacts_with_parity(&self, plan: &Plan, options: &Options) -> Result<Artifacts, Diagnostics> {
        let Some(target) = self.target(&plan.target) else { return Ok(Artifacts::default()) };
        let mut scripts = scripts(self, target, plan)?;
        let compared = self.with_request(&plan.target, &[], options, |request| {
            let tables = plan.segments.par_iter().filter(|segment| segment.materialize.is_table());
            let text = |segment: &SegmentPlan| {
                let sql = render(self, target, &segment.name, &plan::parity(request, segment.id))?;
                let header = header(plan, segment, source(self, &segment.name));
                Ok((segment.name.clone(), commented(&header, &sql)))
            };
            tables.map(text).collect::<Result<Vec<_>, Diagnostics>>()
        });
        for (name, text) in compared.transpose()?.into_iter().flatten() {
            if let Some(texts) = scripts.segments.get_mut(&name) {
                texts.parity = Some(text);
            }
        }
        Ok(artifact::build(self.name(), plan, &self.hir, &self.sources, scripts))
    }
}

/// The text of a comparison.
pub(super) fn render(
    session: &Session,
    target: &Target,
    segment: &str,
    asked: &Asked,
) -> Result<String, Diagnostics> {
    let text = Renderer::new(&target.dialect, ClockForm::Query, &asked.clock).query(&asked.query)?;
    let problems = too_long(session, target, segment, &text);
    if problems.is_empty() { Ok(text) } else { Err(problems) }
}

fn header(plan: &Plan, segment: &SegmentPlan, place: Option<String>) -> Vec<String> {
    let place = place.map_or_else(String::new, |place| format!(" ({place})"));
    let fingerprint: String = segment.fingerprint.chars().take(12).collect();
    let mut lines = vec![
        "Compares a segment's table with a fresh evaluation: no row means that the table is right."
            .to_owned(),
        format!(
            "Target: `{}` ({}). As of: the segment's last run, by segc_state.",
            plan.target, plan.dialect
        ),
        "Written by segc; changes will be lost.".to_owned(),
        String::new(),
        format!("{}{place}, fingerprint {fingerprint}", segment.name),
        "`missing`: matches, and is not in the table. `extra`: is in the table, and does not match."
            .to_owned(),
    ];
    if segment.hold.is_some() {
        lines.push("Who no longer matches and is held (`expires_at`) is not compared.".to_owned());
    }
    lines.push(
        "Rows that were changed or arrived after that run make differences that the next run mends;"
            .to_owned(),
    );
    lines.push(
        "so do another definition than that of the run, and other runs of segments with `expire` it reads."
            .to_owned(),
    );
    lines
}
