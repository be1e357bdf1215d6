//! Which segments of a level are built together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::resume::Recorded;
use super::segment::Segment;
use crate::plan::Rules;
use crate::plan::program::{Mode, transactions};

/// Segments that are built together, in one transaction if the database has those.
pub(super) struct Unit<'s, 'a> {
    pub(super) segments: Vec<&'s Segment<'a>>,
    pub(super) mode: Mode,
}

/// Why segments are built together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Everyone is evaluated, for tables that don't exist yet.
    First,
    /// Everyone is evaluated.
    InFull,
    /// The affected keys are: their last run was as of this instant. Those that must be evaluated in full
    /// once in a while were, at this one.
    ByKeys(Option<Timestamp>, Option<Timestamp>),
}

/// Divides a level's segments: those whose last run was at one as_of share their affected keys, and all that
/// have none to build on are evaluated in full. A segment that needs steps of its own is alone.
pub(super) fn units<'s, 'a>(
    segments: &[&'s Segment<'a>],
    rules: Rules,
    recorded: &BTreeMap<&str, &Recorded>,
    is_new: &dyn Fn(&Segment<'_>) -> bool,
    refresh: bool,
) -> Vec<Unit<'s, 'a>> {
    let mode = if refresh { Mode::Refresh } else { Mode::Create };
    let mut units = Vec::new();
    let mut together: BTreeMap<Kind, Vec<&'s Segment<'a>>> = BTreeMap::new();
    for &segment in segments {
        if !segment.is_table() || segment.plan.alone.is_some() {
            units.push(Unit { segments: vec![segment], mode });
            continue;
        }
        let kind = if refresh { kind(segment, recorded) } else { Kind::InFull };
        let kind = if kind == Kind::InFull && is_new(segment) { Kind::First } else { kind };
        together.entry(kind).or_default().push(segment);
    }
    for (kind, segments) in together {
        let mode = match kind {
            Kind::First => Mode::First,
            Kind::InFull => Mode::Create,
            Kind::ByKeys(..) => mode,
        };
        let some = transactions(segments, |segment| segment.plan, rules);
        units.extend(some.into_iter().map(|segments| Unit { segments, mode }));
    }
    // In the order of the plan, by the first of each.
    let place = |unit: &Unit<'_, '_>| {
        let first = unit.segments.first().map(|first| first.plan.id);
        segments.iter().position(|segment| Some(segment.plan.id) == first)
    };
    units.sort_by_key(place);
    units
}

fn kind(segment: &Segment<'_>, recorded: &BTreeMap<&str, &Recorded>) -> Kind {
    let refresh = &segment.plan.refresh;
    if refresh.by_keys.is_none() {
        return Kind::InFull;
    }
    let base = recorded.get(segment.name()).filter(|run| run.is_of(segment.plan));
    match base {
        Some(run) => {
            let rebuilt_at = run.rebuilt_at.filter(|_| !refresh.rebuild_every.is_empty());
            Kind::ByKeys(Some(run.as_of), rebuilt_at)
        }
        // Its script says why it refuses.
        None if refresh.refusal.is_some() => Kind::ByKeys(None, None),
        None => Kind::InFull,
    }
}
