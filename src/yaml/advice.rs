//! Advice about text that isn't YAML, based on the lines around the place where reading stopped.

/// Advice about an error with this message at a byte of a text.
pub(super) fn advice(text: &str, at: usize, message: &str) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    let above = text.get(..start)?.lines().rev().find(|line| !is_blank(line)).unwrap_or_default();
    if line.contains("{{") || line.contains("{%") {
        return Some("put the text in quotes; templates are not filled in".to_owned());
    }
    if message.contains("mapping values") || message.contains("simple key") {
        return [above, line]
            .into_iter()
            .find_map(glued)
            .or_else(|| [above, line].into_iter().find_map(assigned))
            .or_else(|| two_colons(line))
            .or_else(|| too_far(above, line));
    }
    if let Some((_, rest)) = message.split_once("mismatched bracket '") {
        let close = if rest.starts_with('[') { ']' } else { '}' };
        return Some(format!("close the bracket `{}` with `{close}`", rest.get(..1).unwrap_or_default()));
    }
    if message.contains("flow mapping")
        && let Some(advice) = colon_in_braces(line)
    {
        return Some(advice);
    }
    if message.contains("flow mapping") {
        return Some("close the brace `{` above with `}`, or put a comma between its entries".to_owned());
    }
    message
        .contains("flow sequence")
        .then(|| "close the bracket `[` above with `]`, or put a comma between its items".to_owned())
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-".contains(c))
}

/// Advice about `table:customers`.
fn glued(line: &str) -> Option<String> {
    let (key, value) = line.trim().split_once(':')?;
    let fits = is_key(key) && value.starts_with(|c: char| c.is_alphanumeric() || "_\"'[{".contains(c));
    fits.then(|| format!("put a space after the colon: `{key}: {value}`"))
}

/// Advice about `name = shop`.
fn assigned(line: &str) -> Option<String> {
    let (key, value) = line.trim().split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    is_key(key).then(|| format!("write a colon for the equals sign: `{key}: {value}`"))
}

/// Advice about `description: Customers: all of them`.
fn two_colons(line: &str) -> Option<String> {
    let (key, value) = line.trim().split_once(": ")?;
    let key = key.trim_start_matches("- ");
    let is_text = value.contains(": ") || value.ends_with(':');
    let fits =
        is_text && is_key(key) && !value.starts_with(['"', '\'', '{', '[']) && !value.contains(['"', '`']);
    fits.then(|| format!("put the text in quotes: `{key}: \"{value}\"`"))
}

/// Advice about `{ type: string, description: customers: all }`.
fn colon_in_braces(line: &str) -> Option<String> {
    let inner = &line[line.find('{')? + 1..];
    let entry = inner.split([',', '}']).find(|entry| entry.matches(": ").count() > 1)?;
    let (key, value) = entry.trim().split_once(": ")?;
    (is_key(key) && !value.contains(['"', '\'', '{', '[']))
        .then(|| format!("put the text in quotes: `{key}: \"{value}\"`"))
}

/// Advice about a line that is indented further than the one above, which already has a value.
fn too_far(above: &str, line: &str) -> Option<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let key =
        |line: &'_ str| line.trim().split_once(':').map(|(key, _)| key.to_owned()).filter(|key| is_key(key));
    let (upper, lower) = (key(above)?, key(line)?);
    (indent(line) > indent(above)).then(|| format!("indent `{lower}` as much as `{upper}` above it"))
}
