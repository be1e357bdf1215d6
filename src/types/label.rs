//! What people call things.

/// The most characters of a label.
const LONGEST: usize = 100;

/// Whether a text can be the title of a segment or a label in the catalog: one line that isn't empty, and of at
/// most 100 characters.
#[must_use]
pub(crate) fn is_label(text: &str) -> bool {
    let is_long = text.chars().nth(LONGEST).is_some();
    !text.trim().is_empty() && !is_long && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_label;

    #[test]
    fn labels_are_one_line() {
        assert!(is_label("High value") && is_label(&"é".repeat(100)));
        for text in ["", " ", "a\nb", &"é".repeat(101)] {
            assert!(!is_label(text), "{text}");
        }
    }
}
