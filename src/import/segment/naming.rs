//! Names for what tools call by any text.

use std::collections::BTreeSet;

use crate::syntax::reserved;

/// A plain name in lower case for any text: `appVersion` and `App version` become `app_version`.
/// `otherwise` is the name of a text without letters and digits.
pub(crate) fn plain_name(text: &str, otherwise: &str) -> String {
    let mut name = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let begins_word = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let next_is_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && next_is_lower)
            });
        if begins_word && !name.ends_with('_') {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    let trimmed = name.trim_end_matches('_');
    let name = match trimmed.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}_{trimmed}"),
        Some(_) => trimmed.to_owned(),
    };
    if reserved().any(|word| word == name) { format!("{name}_") } else { name }
}

/// The longest name of a segment: every target's tables can have it.
const LONGEST: usize = 48;

/// Names of segments, unique regardless of case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    pub(crate) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_lowercase());
    }

    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(&name.to_lowercase())
    }

    /// Takes a name that is like this text, with the tool's name or a number behind it if another
    /// segment has it already.
    pub(crate) fn invent(&mut self, text: &str, tool: &str) -> String {
        let mut name = plain_name(text, "segment");
        name.truncate(LONGEST);
        let name = name.trim_end_matches('_').to_owned();
        let others = std::iter::once(format!("{name}_{}", plain_name(tool, "tool")))
            .chain((2u32..).map(|number| format!("{name}_{number}")));
        let mut free = std::iter::once(name.clone()).chain(others).filter(|name| !self.is_taken(name));
        let name = free.next().unwrap_or(name);
        self.take(&name);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_plain_name() {
        for (text, name) in [
            ("appVersion", "app_version"),
            ("App version 2", "app_version_2"),
            ("HTTPServer", "http_server"),
            ("father.age", "father_age"),
            ("$groups", "groups"),
            ("beta-testers", "beta_testers"),
            ("2024 leads", "segment_2024_leads"),
            ("é!", "segment"),
            ("in", "in_"),
            ("userID", "user_id"),
            ("v2Users", "v2_users"),
            ("_x_", "x"),
        ] {
            assert_eq!(plain_name(text, "segment"), name, "{text}");
        }
    }

    #[test]
    fn names_are_unique_regardless_of_case() {
        let mut names = Names::default();
        names.take("Beta");
        assert_eq!(names.invent("beta", "unleash"), "beta_unleash");
        assert_eq!(names.invent("BETA", "unleash"), "beta_2");
        assert_eq!(names.invent(&"x".repeat(100), "unleash").len(), LONGEST);
    }
}
