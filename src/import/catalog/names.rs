//! Names for entities, fields and links: plain, and each only once.

use std::collections::BTreeSet;

/// Latin letters with marks, and what they become. Other letters outside ASCII separate words.
const LATIN: [(&str, &str); 20] = [
    ("àáâãåāăą", "a"),
    ("ä", "ae"),
    ("æ", "ae"),
    ("çćĉċč", "c"),
    ("ďđ", "d"),
    ("èéêëēĕėęě", "e"),
    ("ĝğġģ", "g"),
    ("ìíîïĩīĭįı", "i"),
    ("ĺļľł", "l"),
    ("ñńņňŉ", "n"),
    ("òóôõøōŏő", "o"),
    ("ö", "oe"),
    ("œ", "oe"),
    ("ŕŗř", "r"),
    ("śŝşšș", "s"),
    ("ß", "ss"),
    ("ţťŧț", "t"),
    ("ùúûũūŭůűų", "u"),
    ("ü", "ue"),
    ("ýÿźżž", "y"),
];

/// A plain name in lower case: `Order Lines` and `orderLines` become `order_lines`. `otherwise` is
/// used if nothing of it can be kept.
pub(super) fn plain(text: &str, otherwise: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut name = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let begins_word = c.is_uppercase()
            && before.is_some_and(|before| {
                let is_acronym_end =
                    before.is_uppercase() && chars.get(at + 1).is_some_and(|c| c.is_lowercase());
                before.is_lowercase() || before.is_ascii_digit() || is_acronym_end
            });
        if begins_word && !name.ends_with('_') {
            name.push('_');
        }
        for lower in c.to_lowercase() {
            if lower.is_ascii_alphanumeric() || lower == '_' {
                name.push(lower);
            } else if let Some((_, latin)) = LATIN.iter().find(|(letters, _)| letters.contains(lower)) {
                name.push_str(latin);
            } else if !lower.is_ascii() || !name.ends_with('_') {
                let is_mark = ('\u{300}'..='\u{36f}').contains(&lower);
                if !is_mark && !name.is_empty() && !name.ends_with('_') {
                    name.push('_');
                }
            }
        }
    }
    let is_ours = text.ends_with('_');
    let name = if is_ours { name.as_str() } else { name.trim_end_matches('_') };
    if name.trim_matches('_').is_empty() {
        return otherwise.to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name.to_owned() }
}

/// Words that aren't formed by adding an s: the plural, and the singular.
const IRREGULAR: [(&str, &str); 11] = [
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("analyses", "analysis"),
    ("bases", "base"),
    ("cases", "case"),
    ("purchases", "purchase"),
    ("indices", "index"),
    ("movies", "movie"),
    ("houses", "house"),
];

/// Words that end in s and are no plurals.
const SINGULAR: [&str; 10] =
    ["news", "series", "status", "address", "business", "access", "campus", "bonus", "canvas", "gas"];

/// The singular of a plain name, whose last word may be a plural.
pub(super) fn singular(name: &str) -> String {
    let (before, word) = match name.rfind('_') {
        Some(at) => name.split_at(at + 1),
        None => ("", name),
    };
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return format!("{before}{one}");
    }
    let is_singular = SINGULAR.contains(&word) || ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    let one = if is_singular || word.len() < 3 {
        word.to_owned()
    } else if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        format!("{stem}y")
    } else if let Some(stem) = ["sses", "shes", "ches", "xes", "zzes", "uses"]
        .iter()
        .find_map(|end| word.ends_with(end).then(|| word.strip_suffix("es")))
    {
        stem.unwrap_or(word).to_owned()
    } else {
        word.strip_suffix('s').unwrap_or(word).to_owned()
    };
    format!("{before}{one}")
}

/// The plural of a singular plain name.
pub(super) fn plural(name: &str) -> String {
    let (before, word) = match name.rfind('_') {
        Some(at) => name.split_at(at + 1),
        None => ("", name),
    };
    if let Some((many, _)) = IRREGULAR.iter().find(|(_, one)| *one == word) {
        return format!("{before}{many}");
    }
    let ends_in = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let many = match word.strip_suffix('y') {
        Some(stem) if !["a", "e", "i", "o", "u"].iter().any(|vowel| stem.ends_with(vowel)) => {
            format!("{stem}ies")
        }
        _ if ["news", "series"].contains(&word) => word.to_owned(),
        _ if ends_in(&["s", "sh", "ch", "x", "z"]) => format!("{word}es"),
        _ => format!("{word}s"),
    };
    format!("{before}{many}")
}

/// What a foreign key's field is called after: `customer_id` refers to a `customer`.
pub(super) fn referred(field: &str) -> Option<&str> {
    let ends = ["_id", "_key", "_uuid", "_fk", "_sk", "_pk", "_ref", "_no", "_code", "_sku"];
    ends.iter().find_map(|end| field.strip_suffix(end)).filter(|rest| !rest.trim_matches('_').is_empty())
}

/// Names that are in use, in any letters.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_lowercase());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.taken.contains(&name.to_lowercase())
    }

    /// The first of these names that is free, or else the last with a number.
    pub(super) fn free<'a>(&mut self, wanted: impl IntoIterator<Item = &'a str>) -> String {
        let mut last = "";
        for name in wanted {
            if !self.has(name) {
                self.take(name);
                return name.to_owned();
            }
            last = name;
        }
        let mut number = 2u32;
        loop {
            let name = format!("{last}_{number}");
            if !self.has(&name) {
                self.take(&name);
                return name;
            }
            number += 1;
        }
    }
}

/// Whether a name fits a pattern in which `*` is any text and `?` any character, in any letters.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    // The places in the pattern that the name read so far can have reached.
    let mut reached: BTreeSet<usize> = BTreeSet::from([0]);
    let through_stars = |mut at: usize| {
        let mut places = vec![at];
        while pattern.get(at) == Some(&'*') {
            at += 1;
            places.push(at);
        }
        places
    };
    reached = reached.into_iter().flat_map(through_stars).collect();
    for c in name {
        let step = |at: usize| match pattern.get(at) {
            Some('*') => vec![at],
            Some('?') => through_stars(at + 1),
            Some(one) if *one == c => through_stars(at + 1),
            _ => Vec::new(),
        };
        reached = reached.into_iter().flat_map(step).flat_map(through_stars).collect();
    }
    reached.contains(&pattern.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain() {
        for (text, expected) in [
            ("orders", "orders"),
            ("CUSTOMER_ID", "customer_id"),
            ("createdAt", "created_at"),
            ("HTTPServerId", "http_server_id"),
            ("Order Lines", "order_lines"),
            ("order-lines", "order_lines"),
            ("2nd \"name\"", "_2nd_name"),
            ("Größe", "groesse"),
            ("_fivetran_synced", "_fivetran_synced"),
            ("a__b", "a__b"),
            ("名前", "otherwise"),
            ("价格 usd", "usd"),
            ("%", "otherwise"),
            ("where", "where"),
        ] {
            assert_eq!(plain(text, "otherwise"), expected, "{text}");
        }
    }

    #[test]
    fn singulars_and_plurals_belong_together() {
        for (many, one) in [
            ("customers", "customer"),
            ("companies", "company"),
            ("order_lines", "order_line"),
            ("addresses", "address"),
            ("statuses", "status"),
            ("people", "person"),
            ("boxes", "box"),
            ("purchases", "purchase"),
            ("days", "day"),
        ] {
            assert_eq!(singular(many), one);
            assert_eq!(plural(one), many);
            assert_eq!(singular(one), one);
        }
        assert_eq!(singular("news"), "news");
        assert_eq!(singular("bus"), "bus");
    }

    #[test]
    fn names_are_used_once() {
        let mut names = Names::default();
        names.take("Customer");
        assert_eq!(names.free(["customer", "crm_customer"]), "crm_customer");
        assert_eq!(names.free(["customer", "crm_customer"]), "crm_customer_2");
    }

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, fit) in [
            ("stg_*", "stg_orders", true),
            ("stg_*", "fct_orders", false),
            ("*", "", true),
            ("o?ders", "Orders", true),
            ("*_id", "customer_id", true),
            ("orders", "orders_old", false),
            ("a*b*c", "a1b2b3c", true),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
        assert!(!fits(&"*a".repeat(200), &"b".repeat(2000)));
    }
}
