//! Problems with YAML files of any kind.

use super::fields::Meant;
use crate::diagnostic::{Label, Span, lookalike};
use crate::problems;

/// Such as "`a`, `b` or `c`".
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// Such as "did you mean `x`?", or else the choices.
pub(crate) fn did_you_mean(wrong: &str, known: &[&str]) -> Option<String> {
    if let Some(near) = crate::diagnostic::closest(wrong, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!known.is_empty()).then(|| format!("it can be {}", one_of(known)))
}

/// Text in the quotes in which YAML takes it literally.
fn quoted(text: &str) -> String {
    match text.contains(['"', '\\']) {
        true => format!("'{}'", text.replace('\'', "''")),
        false => format!("\"{text}\""),
    }
}

/// Advice about the most frequent mistakes.
fn remedy(message: &str) -> Option<&'static str> {
    let remedies = [
        (
            "mapping values are not allowed",
            "put text that contains `: ` in quotes, and indent all keys of a map alike",
        ),
        ("unexpected character", "text that starts with this character needs quotes"),
        ("tab", "indent with spaces"),
        ("quoted scalar", "close the quote"),
        ("did not find expected key", "indent all keys of a map alike"),
        ("no anchor", "text that starts with `*` or `&` needs quotes"),
        ("merge keys", "write out their contents"),
        ("unclosed bracket", "close the bracket"),
        ("recursive references", "write out the contents of the alias"),
        ("one document", "remove the line `---`, or make two files"),
    ];
    remedies.into_iter().find(|(part, _)| message.contains(part)).map(|(_, remedy)| remedy)
}

problems! {
    /// The file isn't valid YAML.
    ///
    /// Common reasons are a tab used for indentation, an unclosed bracket or quote, and unquoted text
    /// that contains `: ` or starts with `*`, `&`, `%`, `@` or a backtick.
    ///
    ///     description: Customers: all of them     # wrong
    ///     description: "Customers: all of them"   # right
    ///
    /// Nothing else in the file is checked until this is corrected.
    error SEG020 "not YAML" NotYaml { span: Span, message: String, advice: Option<String> }
    message |p| match p.message.contains("recursive references") {
        true => "this is not YAML: an alias is used inside its own definition".to_owned(),
        false => format!("this is not YAML: {}", p.message),
    };
    help |p| p.advice.clone().or_else(|| Some(
        remedy(&p.message).unwrap_or("look for a mistake in indentation, quotes or brackets, here or just above").to_owned(),
    ));

    /// A key occurs twice in a map, so one of its values would be lost.
    ///
    ///     fields:
    ///       plan: string
    ///       plan: integer      # wrong: `plan` already exists
    ///
    /// Remove or rename one of them.
    error SEG021 "duplicate key" DuplicateKey {
        span: Span, key: String,
        /// The same as `span` if unknown.
        first: Span,
    }
    message |p| format!("`{}` is repeated here", p.key);
    help |_p| Some("remove or rename one of them".to_owned());
    labels |p| match p.first {
        first if first == p.span => vec![],
        first => vec![Label { span: first, text: "the first one".to_owned() }],
    };

    /// A key has the wrong kind of value.
    ///
    ///     fields: customer_id          # wrong: a map is expected
    ///     fields: { customer_id: integer }
    ///
    /// If a number or `true` is meant as text, it needs quotes: `values: ["true", "false"]`.
    error SEG022 "wrong kind of value" WrongKind {
        span: Span, expected: String, found: &'static str, help: Option<String>
    }
    message |p| format!("expected {}, found {}", p.expected, p.found);
    help |p| p.help.clone().or_else(|| Some(format!("write {} here", p.expected)));

    /// A key has no meaning in this place, usually because of a typo.
    ///
    ///     customer: { tabel: shop.customers }    # wrong: `table`
    ///
    /// Unknown keys are errors, because a setting that is silently ignored would be worse. In braces,
    /// text with a comma needs quotes; otherwise whatever follows the comma is read as a key:
    ///
    ///     plan: { type: string, description: free, or not }      # wrong
    ///     plan: { type: string, description: "free, or not" }
    error SEG023 "unknown key" UnknownKey {
        span: Span, key: String, owner: String, known: Vec<&'static str>,
        meant: Option<Meant>,
    }
    message |p| format!("`{}` isn't a key of {}", p.key, p.owner);
    help |p| match p.meant {
        Some(Meant::Key(key)) => Some(format!("write `{key}`")),
        Some(Meant::In(owner)) => Some(format!("write `{owner}:` above it, and indent `{}` further", p.key)),
        Some(Meant::Help(help)) => Some(help.to_owned()),
        None => did_you_mean(&p.key, &p.known),
    };

    /// A required key is missing.
    ///
    ///     links: { orders: { many: true } }     # wrong: `to` and `on` are missing
    ///
    /// Add it.
    error SEG024 "missing key" MissingKey { span: Span, key: &'static str, owner: String }
    message |p| format!("{} needs `{}`", p.owner, p.key);
    help |p| Some(format!("add `{}: …`", p.key));

    /// The key doesn't allow this word.
    ///
    ///     deletes: never_ever        # wrong: never, soft or hard
    ///
    /// Use one of the words in the help.
    error SEG025 "unknown word" UnknownWord { span: Span, word: String, what: &'static str, known: Vec<&'static str> }
    message |p| format!("`{}` is not {}", p.word, p.what);
    help |p| did_you_mean(&p.word, &p.known);

    /// The file is nested too deeply or too large, or its aliases expand to too much.
    ///
    /// A file may be nested 24 levels deep and contain 250,000 values; its aliases may expand to 50,000.
    /// Split it into several files, or write out the contents of the aliases.
    ///
    ///     a: &a [x, x, x]
    ///     b: &b [*a, *a, *a]     # … and so on: each is three times as large
    error SEG026 "too complex a file" TooComplex { span: Span }
    message |_p| "this file is nested too deeply or contains too many values".to_owned();
    help |_p| Some("the limits are 24 levels and 250,000 values, 50,000 of them from aliases; split the file".to_owned());

    /// In braces, a comma ends a value, even inside parentheses.
    ///
    ///     total: { type: decimal(10,2) }       # wrong: `2)` is read as another key
    ///     total: { type: "decimal(10,2)" }
    ///
    /// Put the whole text in quotes. A value on a separate line needs none: `total: decimal(10,2)`.
    error SEG027 "text cut at a comma" CutText { span: Span, text: String }
    message |p| format!("`{}` ends at its comma here, because it is in braces without quotes", p.text);
    help |p| Some(format!("put it in quotes: `{}`", quoted(&lookalike::meant(&p.text).unwrap_or_else(|| p.text.clone()))));

    /// A key isn't indented further than the key it belongs to, so it isn't part of it.
    ///
    ///     customer:
    ///     table: customers        # wrong
    ///
    ///     customer:
    ///       table: customers
    ///
    /// Indent it, and the keys after it, by two more spaces.
    error SEG028 "key that isn't indented" NotIndented { span: Span, key: String, under: String }
    message |p| format!("`{}` isn't part of `{}`, which is empty", p.key, p.under);
    help |p| Some(format!("indent `{}`, and the keys after it, further than `{}`", p.key, p.under));

    /// In braces, a colon without a space after it is part of the text.
    ///
    ///     fields: {id:integer}       # wrong: one key, `id:integer`, without a value
    ///     fields: {id: integer}
    ///
    /// Put a space after it.
    error SEG029 "no space after a colon" Glued { span: Span, key: String, value: String }
    message |p| format!("`{}:{}` has no space after its colon", p.key, p.value);
    help |p| Some(format!("write `{}: {}`", p.key, p.value));
}
