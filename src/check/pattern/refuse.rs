//! What is refused in patterns, and what to write instead.

use regex_syntax::ast::{AssertionKind, ClassAsciiKind, Error, ErrorKind};

use super::{Fault, Found, range};

fn feature(what: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault::Feature(what.into(), help.into())
}

pub(super) fn assertion(kind: &AssertionKind) -> Fault {
    match kind {
        AssertionKind::StartText => feature("`\\A` and its like", "use `^`, which is the text's beginning"),
        AssertionKind::EndText => feature("`\\z` and its like", "use `$`, which is the text's end"),
        _ => feature(
            "word boundaries",
            "write out what stands before and after: `(^|\\W)word(\\W|$)` (each `\\` is written `\\\\` in quotes)",
        ),
    }
}

pub(super) fn unicode_class() -> Fault {
    feature(
        "Unicode classes",
        "name the characters: `[a-zà-ÿ]`; for any letter but ASCII's, `[^\\x00-\\x7F]`",
    )
}

pub(super) fn posix_class(kind: &ClassAsciiKind) -> Fault {
    let instead = match kind {
        ClassAsciiKind::Alnum => "0-9A-Za-z",
        ClassAsciiKind::Alpha => "A-Za-z",
        ClassAsciiKind::Digit => "0-9",
        ClassAsciiKind::Lower => "a-z",
        ClassAsciiKind::Upper => "A-Z",
        ClassAsciiKind::Space => "\\s",
        ClassAsciiKind::Word => "\\w",
        ClassAsciiKind::Xdigit => "0-9A-Fa-f",
        ClassAsciiKind::Blank => " \\t",
        ClassAsciiKind::Punct => "!-/:-@\\[-`{-~",
        ClassAsciiKind::Ascii | ClassAsciiKind::Cntrl | ClassAsciiKind::Graph | ClassAsciiKind::Print => {
            " -~"
        }
    };
    feature("POSIX classes", format!("write its characters: `{instead}`"))
}

pub(super) fn nested_class() -> Fault {
    feature("classes inside of classes", "put the characters into one class; a bracket itself is `\\[`")
}

pub(super) fn class_operation() -> Fault {
    feature(
        "operations on classes (`&&`, `--`, `~~`)",
        "list the characters that are meant; the signs themselves are `\\&`, `\\-` and `\\~`",
    )
}

pub(super) fn empty_class() -> Fault {
    feature("classes without a character", "name at least one character, or remove the class")
}

pub(super) fn flag(flag: &str) -> Fault {
    let help = match flag {
        "s" => "for any character with line feeds, write `[\\s\\S]` instead of `.`",
        "m" => "for the ends of lines, write `(^|\\n)` and `(\\n|$)`",
        "x" => "write the pattern without spaces and comments",
        "U" => "leave it out: whether a text matches doesn't depend on greed",
        _ => "leave it out: only `i` is possible",
    };
    feature(format!("flags other than `i`, such as `{flag}`,"), help)
}

pub(super) fn named_group(name: &str) -> Fault {
    feature("named groups", format!("drop the name `{name}`: nothing refers to it"))
}

pub(super) fn lazy() -> Fault {
    feature("lazy repetitions", "drop the `?`: whether a text matches is the same without")
}

pub(super) fn doubled() -> Fault {
    feature(
        "possessive repetitions, and repetitions of repetitions,",
        "repeat once, or put what is repeated into parentheses",
    )
}

/// What the parser did not understand.
pub(super) fn unreadable(pattern: &str, error: &Error) -> Found {
    let mut place = range(error.span());
    let at = pattern.get(place.start..).unwrap_or_default();
    if place.is_empty() {
        place.end += at.chars().next().map_or(0, char::len_utf8);
    }
    // The place of a group's beginning is a character or two.
    let group = |length: usize| place.start..(place.start + length).min(pattern.len());
    match error.kind() {
        ErrorKind::UnsupportedLookAround => {
            let fault = feature("look-ahead and look-behind", "join two conditions with `and` or `and not`");
            (place, fault)
        }
        ErrorKind::UnsupportedBackreference => {
            (place, feature("back-references", "write out what is repeated, or list the alternatives"))
        }
        ErrorKind::FlagUnrecognized if at.starts_with('#') => {
            (place, feature("comments in patterns", "put the comment above the condition, behind `#`"))
        }
        ErrorKind::FlagUnrecognized if at.starts_with('>') => {
            (place, feature("atomic groups", "use an ordinary group: `(…)`"))
        }
        ErrorKind::FlagUnrecognized if at.starts_with('\'') || at.starts_with('P') => {
            (place, feature("named groups", "use a group without a name: `(…)`"))
        }
        ErrorKind::FlagUnrecognized => (place, flag(at.get(..1).unwrap_or_default())),
        ErrorKind::EscapeUnrecognized => (place.clone(), escape(pattern.get(place).unwrap_or_default())),
        ErrorKind::ClassEscapeInvalid => {
            let help = "only single characters, `\\d`, `\\w` and `\\s` stand in a class";
            (place, Fault::Unreadable("this escape has no place in a class".to_owned(), help))
        }
        ErrorKind::GroupUnclosed => (group(1), say(error, "close it with `)`; the sign itself is `\\(`")),
        ErrorKind::GroupUnopened => (place, say(error, "open it with `(`; the sign itself is `\\)`")),
        ErrorKind::ClassUnclosed => (group(1), say(error, "close it with `]`; the sign itself is `\\[`")),
        ErrorKind::RepetitionMissing => (
            group(1),
            say(error, "put what is repeated before it; the signs themselves are `\\*`, `\\+`, `\\?`"),
        ),
        ErrorKind::RepetitionCountUnclosed
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::DecimalEmpty
        | ErrorKind::DecimalInvalid => {
            (place, say(error, "a count is written `{3}`, `{2,}` or `{2,5}`; the sign itself is `\\{`"))
        }
        ErrorKind::NestLimitExceeded(_) => (place, say(error, "use fewer groups inside of one another")),
        _ => (place, say(error, "mend the pattern here")),
    }
}

fn say(error: &Error, help: &'static str) -> Fault {
    Fault::Unreadable(error.kind().to_string(), help)
}

fn escape(written: &str) -> Fault {
    match written {
        "\\Z" | "\\G" => {
            assertion(if written == "\\Z" { &AssertionKind::EndText } else { &AssertionKind::StartText })
        }
        "\\h" | "\\H" | "\\R" | "\\N" | "\\K" | "\\X" | "\\Q" | "\\E" | "\\y" | "\\Y" | "\\m" | "\\M"
        | "\\c" => feature(format!("escapes such as `{written}`"), "write out the characters that are meant"),
        _ => Fault::Unreadable(
            format!("`{written}` is no escape"),
            "drop the backslash; a backslash itself is `\\\\`, which in quotes is written `\\\\\\\\`",
        ),
    }
}
