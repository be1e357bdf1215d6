//! English: plurals, articles, lists, and constants.

use crate::types::{Literal, Unit};

/// A name as words: with spaces for underscores.
pub(super) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// The plural of a noun, of its last word.
pub(super) fn plural(noun: &str) -> String {
    let (front, last) = match noun.rfind(' ') {
        Some(at) => noun.split_at(at + 1),
        None => ("", noun),
    };
    let lower = last.to_lowercase();
    let before_y = lower.chars().rev().nth(1);
    let ending = |stem: usize, end: &str| {
        let stem: String = last.chars().take(last.chars().count() - stem).collect();
        format!("{front}{stem}{end}")
    };
    match lower.as_str() {
        "person" => ending(5, "eople"),
        "people" | "staff" | "news" | "series" => noun.to_owned(),
        _ if lower.ends_with('y') && before_y.is_some_and(|c| !"aeiou".contains(c)) => ending(1, "ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| lower.ends_with(end)) => ending(0, "es"),
        _ => ending(0, "s"),
    }
}

/// The noun with `a` or `an`.
pub(super) fn with_article(noun: &str) -> String {
    let sound = noun.trim_start_matches('"').to_lowercase();
    let vowel = sound.chars().next().is_some_and(|c| "aeiou".contains(c));
    let sounds_like_you = ["user", "unit", "uni", "use", "eu", "one"];
    let vowel = vowel && !sounds_like_you.iter().any(|start| sound.starts_with(start));
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// The text with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn listed(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} {word} {last}", front.join(", ")),
    }
}

/// A constant: exact, text in quotes.
pub(super) fn constant(literal: &Literal) -> String {
    match literal {
        Literal::Decimal(number) => number.normalized().to_plain_string(),
        Literal::Boolean(_)
        | Literal::String(_)
        | Literal::Integer(_)
        | Literal::Float(_)
        | Literal::Date(_)
        | Literal::Timestamp(_)
        | Literal::Semver(_) => literal.to_string(),
    }
}

/// Constants of a list, each once.
pub(super) fn constants(items: &[Literal]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    items.iter().map(constant).filter(|item| seen.insert(item.clone())).collect()
}

/// `1 day`, `30 days`
pub(super) fn duration(count: i64, unit: Unit) -> String {
    crate::check::words::duration(count, unit)
}

/// A number of microseconds, in the longest unit that is exact and divides it.
pub(super) fn exact_duration(micros: i64) -> String {
    let fits = |unit: &Unit| unit.exact_micros().is_some_and(|length| micros % length == 0);
    match Unit::ALL.into_iter().rev().find(fits) {
        Some(unit) => duration(micros / unit.exact_micros().unwrap_or(1), unit),
        None => format!("{micros} microseconds"),
    }
}

/// A gap or span: days and weeks of exactly 24 hours.
pub(super) fn elapsed(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    match micros {
        micros if micros != 0 && micros % DAY == 0 => duration(micros / DAY, Unit::Day),
        micros => exact_duration(micros),
    }
}

/// A time of day: `09:30`, `23:59:59`.
pub(super) fn time_of_day(micros: i64) -> Option<String> {
    let seconds = micros / 1_000_000;
    let in_day = micros % 1_000_000 == 0 && (0..86_400).contains(&seconds);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    in_day.then(|| match second {
        0 => format!("{hour:02}:{minute:02}"),
        second => format!("{hour:02}:{minute:02}:{second:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_plurals_and_articles() {
        let nouns = ["customer", "company", "order line", "day", "box", "business", "person", "people"];
        let plurals = nouns.map(plural).join(", ");
        assert_eq!(plurals, "customers, companies, order lines, days, boxes, businesses, people, people");
        let nouns = ["customer", "order", "user", "event", "unit"];
        assert_eq!(nouns.map(with_article).join(", "), "a customer, an order, a user, an event, a unit");
    }

    #[test]
    fn durations_and_times_are_exact() {
        assert_eq!(exact_duration(86_400_000_000), "24 hours");
        assert_eq!(exact_duration(60_000_000), "1 minute");
        assert_eq!(exact_duration(1), "1 microseconds");
        assert_eq!(elapsed(14 * 86_400_000_000), "14 days");
        assert_eq!(elapsed(36 * 3_600_000_000), "36 hours");
        assert_eq!(time_of_day(34_200_000_000).as_deref(), Some("09:30"));
        assert_eq!(time_of_day(86_399_000_000).as_deref(), Some("23:59:59"));
        assert_eq!(time_of_day(86_400_000_000), None);
    }
}
