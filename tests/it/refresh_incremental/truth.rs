//! Whether the catalog's declarations are true of the changes.

use jiff::{SignedDuration, Timestamp};
use segc::types::calendar::Calendar;

use crate::refresh_incremental::case::{Case, Cells};
use crate::refresh_incremental::world::{Changes, Declared, Deletes, Entity};

/// The stamp of a row: `None` for a missing one, which every run has to look at.
pub fn stamp(entity: &Entity, declared: &Declared, cells: &Cells, calendar: &Calendar) -> Option<Timestamp> {
    let fields = declared.stamps(entity)?;
    fields.iter().filter_map(|&at| cells[at].as_deref()).filter_map(|text| instant(text, calendar)).max()
}

/// An instant, or the local midnight of a date.
pub fn instant(text: &str, calendar: &Calendar) -> Option<Timestamp> {
    match text.parse::<Timestamp>() {
        Ok(at) => Some(at),
        Err(_) => calendar.midnight(text.parse().ok()?),
    }
}

/// The least stamp of what a run sees and the one before didn't.
pub fn horizon(declared: &Declared, before: Timestamp) -> Timestamp {
    let event_time = declared.changes == Changes::Append && !declared.ingested;
    let days = if event_time { declared.lateness } else { 0 };
    // A local day may have 23 hours: what holds for those is true of longer ones.
    before - SignedDuration::from_hours(declared.settle.unwrap_or(0) + days * 24 - i64::from(days > 0))
}

/// Every sentence of the catalog that isn't true.
pub fn lies(case: &Case, calendar: &Calendar) -> Vec<String> {
    let mut lies = Vec::new();
    for row in &case.rows {
        let (entity, declared) = (&case.entities[row.entity], &case.facts[row.entity]);
        for pair in row.versions.windows(2) {
            if pair[0].run >= pair[1].run {
                lies.push(format!("versions of a {} are out of order", entity.name));
            }
        }
        for run in 1..case.runs.len() {
            let (old, new) = (row.at(run - 1), row.at(run));
            if old == new {
                continue;
            }
            let name =
                format!("run {run}: {} {:?}", entity.name, new.or(old).map(|cells| &cells[..entity.key]));
            match (old, new) {
                (Some(_), None) if declared.deletes != Deletes::Hard => lies.push(format!("{name} vanishes")),
                (Some(_), Some(_)) if declared.changes != Changes::Mutable => {
                    lies.push(format!("{name} changes"));
                }
                (Some(old), Some(new)) => {
                    let fixed = |at: &usize| declared.is_fixed(entity, *at) && old[*at] != new[*at];
                    lies.extend(
                        (0..new.len())
                            .find(fixed)
                            .map(|at| format!("{name}: {} is immutable", entity.fields[at].name)),
                    );
                }
                _ => {}
            }
            let Some(new) = new else { continue };
            if declared.changes == Changes::Static {
                lies.push(format!("{name} comes late"));
            } else if declared.settle.is_some()
                && let Some(stamp) = stamp(entity, declared, new, calendar)
                && stamp < horizon(declared, case.runs[run - 1].seen)
            {
                lies.push(format!("{name} has an older stamp than it may have: {stamp}"));
            }
        }
    }
    for pair in case.runs.windows(2) {
        if pair[1].seen < pair[0].seen {
            lies.push("the engine's clock runs backwards".to_owned());
        }
    }
    lies
}
