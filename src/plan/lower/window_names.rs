//! What windows and moments are called in the names of subqueries: `last_30_days`.

use super::Lowering;
use super::at_run::AS_OF;
use super::time::{Fixed, exact_units, fixed};
use crate::check::hir::{LocalTime, Value, ValueKind, Window};
use crate::types::Literal;

impl Lowering<'_> {
    /// What a moment that a row decides is called: `signed_up_at`, `7_days_after_signed_up_at`.
    fn moment_name(&self, value: &Value) -> Option<String> {
        match &value.kind {
            ValueKind::Field(path, field) => {
                Some(self.cx.hir.catalog.entity(path.end).field(*field).name.clone())
            }
            ValueKind::Instant(local) => self.local_moment_name(local),
            ValueKind::ShiftExact(inner, micros) => {
                let (count, unit) = exact_units(*micros);
                Some(shifted_name(&self.moment_name(inner)?, count, unit))
            }
            _ => None,
        }
    }

    fn local_moment_name(&self, local: &LocalTime) -> Option<String> {
        match local {
            LocalTime::Of(value) => self.moment_name(value),
            LocalTime::StartOf(unit, inner) => {
                Some(format!("start_of_{unit}_of_{}", self.local_moment_name(inner)?))
            }
            LocalTime::Shift(inner, count, unit) => {
                Some(shifted_name(&self.local_moment_name(inner)?, *count, unit.name()))
            }
        }
    }

    /// What a window is called: `last_30_days`. `None` for the whole lifetime.
    pub(super) fn window_name(&self, window: &Window) -> Option<String> {
        let name = |bound: &Value| match fixed(bound, None, &self.cx.hir.calendar) {
            Some(Fixed::Constant(Literal::Timestamp(instant))) => {
                let local = self.cx.hir.calendar.local(instant);
                super::names::slug(&local.date().to_string())
            }
            Some(Fixed::Clock(name)) => name,
            _ => self.moment_name(bound).unwrap_or_else(|| "then".to_owned()),
        };
        match (window.from.as_ref().map(name), window.to.as_ref().map(name)) {
            (None, None) => None,
            (Some(from), Some(to)) => Some(match (from.as_str(), to.as_str()) {
                (ago, AS_OF) if ago.starts_with("ago_") => ago.replacen("ago_", "last_", 1),
                (AS_OF, ahead) if ahead.starts_with("in_") => ahead.replacen("in_", "next_", 1),
                _ => between_name(&from, &to),
            }),
            (Some(from), None) => Some(format!("since_{from}")),
            (None, Some(to)) => Some(format!("until_{to}")),
        }
    }
}

/// A time moved by a number of units, as part of a name.
fn shifted_name(base: &str, count: i64, unit: &str) -> String {
    let size = count.unsigned_abs();
    let plural = if size == 1 { "" } else { "s" };
    let side = if count < 0 { "before" } else { "after" };
    format!("{size}_{unit}{plural}_{side}_{base}")
}

/// `start_of_month` to `start_of_month_plus_1_month` → `this_month`, and its like.
fn between_name(from: &str, to: &str) -> String {
    if let (Some(far), Some(near)) = (from.strip_prefix("ago_"), to.strip_prefix("ago_")) {
        let unit = |ago: &str| ago.split_once('_').map(|(_, unit)| unit.trim_end_matches('s').to_owned());
        let far = if unit(far) == unit(near) { far.split('_').next().unwrap_or(far) } else { far };
        return format!("{far}_to_{near}_ago");
    }
    if let Some(after) = to.strip_suffix(from).and_then(|rest| rest.strip_suffix("_after_")) {
        return format!("{after}_from_{from}");
    }
    if let (Some(unit), Some(rest)) = (from.strip_prefix("start_of_"), to.strip_prefix(from))
        && rest == format!("_plus_1_{unit}")
    {
        return if unit == "day" { "today".to_owned() } else { format!("this_{unit}") };
    }
    if let Some(count) = from.strip_prefix(to).and_then(|rest| rest.strip_prefix("_minus_"))
        && to.starts_with("start_of_")
    {
        // One day is yesterday, one of another unit the previous.
        return match (count, count.strip_prefix("1_")) {
            ("1_day", _) => "yesterday".to_owned(),
            (_, Some(unit)) => format!("previous_{unit}"),
            (_, None) => format!("previous_{count}"),
        };
    }
    format!("{from}_to_{to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_named_as_they_are_said() {
        assert_eq!(between_name("ago_60_days", "ago_30_days"), "60_to_30_days_ago");
        assert_eq!(between_name("ago_1_year", "ago_30_days"), "1_year_to_30_days_ago");
        assert_eq!(between_name("signed_up_at", "7_days_after_signed_up_at"), "7_days_from_signed_up_at");
        assert_eq!(between_name("start_of_month", "start_of_month_plus_1_month"), "this_month");
        assert_eq!(between_name("start_of_day_minus_1_day", "start_of_day"), "yesterday");
        assert_eq!(between_name("start_of_week_minus_1_week", "start_of_week"), "previous_week");
        assert_eq!(between_name("start_of_week_minus_2_weeks", "start_of_week"), "previous_2_weeks");
        assert_eq!(between_name("2026_01_01", "2026_02_01"), "2026_01_01_to_2026_02_01");
    }
}
