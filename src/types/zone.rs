//! Time zones by name, from the IANA database that is built in.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::diagnostic::closest;

/// The time zone with this IANA name in any case, and the name as the database spells it. All names
/// of UTC become `UTC`.
#[must_use]
pub fn find_zone(name: &str) -> Option<(TimeZone, String)> {
    let zone = TimeZone::get(name).ok()?;
    let canonical = zone.iana_name()?.to_owned();
    if matches!(canonical.trim_start_matches("Etc/"), "UTC" | "UCT" | "Zulu" | "Universal") {
        return Some((TimeZone::UTC, "UTC".to_owned()));
    }
    Some((zone, canonical))
}

/// The name of a time zone closest to a wrong one, compared as a whole or by its city.
#[must_use]
pub fn closest_zone(name: &str) -> Option<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
    names.sort();
    let wanted = name.replace(' ', "_").to_lowercase();
    let city = |zone: &&String| zone.to_lowercase().ends_with(&format!("/{wanted}"));
    if let Some(zone) = names.iter().find(city) {
        return Some(zone.clone());
    }
    closest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The most seconds by which a zone's clocks are set back at once in this century. The second
/// occurrence of a repeated local time is read as an instant that is too early by up to this much.
#[must_use]
pub fn longest_repeat(name: &str) -> i64 {
    let (first, last) = (Timestamp::constant(946_684_800, 0), Timestamp::constant(4_102_444_800, 0));
    let Ok(zone) = TimeZone::get(name) else { return 0 };
    let changes = zone.following(first).map(|change| change.timestamp());
    let set_back = |at: Timestamp| {
        let before = at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at);
        i64::from(zone.to_offset(before).seconds() - zone.to_offset(at).seconds())
    };
    changes.take_while(|at| *at < last).map(set_back).fold(0, i64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_zones_set_clocks_back_by_an_hour() {
        let hours =
            ["UTC", "Asia/Kolkata", "Europe/London", "Australia/Lord_Howe", "Nowhere"].map(longest_repeat);
        assert_eq!(hours, [0, 0, 3600, 1800, 0]);
    }

    #[test]
    fn zone_names_are_found_or_suggested() {
        assert_eq!(find_zone("europe/london").expect("a zone").1, "Europe/London");
        assert_eq!(find_zone("etc/utc").expect("a zone").1, "UTC");
        assert!(find_zone("Europe/Londn").is_none());
        assert_eq!(closest_zone("Europe/Londn").as_deref(), Some("Europe/London"));
        assert_eq!(closest_zone("new york").as_deref(), Some("America/New_York"));
        assert_eq!(closest_zone("nowhere at all"), None);
    }
}
