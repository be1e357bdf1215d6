//! From values to YAML.

use serde_json::Value;

/// A value as YAML, which readers of YAML 1.1 and 1.2 read alike.
#[must_use]
pub(crate) fn write(value: &Value) -> String {
    let options = serde_yaml::ser_options! { compact_list_indent: false };
    // Maps with names as keys, lists, texts, numbers and booleans can all be written.
    serde_yaml::to_string_with_options(value, options).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write;

    #[test]
    fn words_with_a_meaning_are_quoted() {
        let texts = [
            "yes",
            "On",
            "~",
            "",
            "null",
            "1",
            "1_000",
            "0x1f",
            "1:30",
            "2026-01-01",
            "a: b",
            "a #b",
            "- a",
            "'",
            "\"",
            "{{ x }}",
            "@a",
            "line\nbreak",
            "\u{85}\u{2028}",
            "=",
            "<<",
            "1e3",
            ".5",
            " a ",
            "é",
            "\u{7f}",
        ];
        insta::assert_snapshot!(write(&json!({ "list": texts, "empty": [], "on": { "deep": [true, 1] } })));
    }
}
