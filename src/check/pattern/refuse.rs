//! Unsupported parts of patterns, and what to write instead.

use regex_syntax::ast::{AssertionKind, ClassAsciiKind, Error, ErrorKind};

use super::{Fault, PatternFault, range};

fn feature(what: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault::Feature(what.into(), help.into())
}

pub(super) fn assertion(kind: &AssertionKind) -> Fault {
    match kind {
        AssertionKind::StartText => {
            feature("`\\A` and similar escapes", "use `^` for the beginning of the text")
        }
        AssertionKind::EndText => feature("`\\z` and similar escapes", "use `$` for the end of the text"),
        _ => feature(
            "word boundaries",
            "write out what comes before and after: `(^|\\W)word(\\W|$)` (each `\\` is written `\\\\` in quotes)",
        ),
    }
}

pub(super) fn unicode_class() -> Fault {
    feature("Unicode classes", "name the characters: `[a-zà-ÿ]`; for any non-ASCII letter, `[^\\x00-\\x7F]`")
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
    feature("classes inside classes", "put the characters into one class; write a bracket as `\\[`")
}

pub(super) fn class_operation() -> Fault {
    feature(
        "operations on classes (`&&`, `--`, `~~`)",
        "list the characters; write these signs as `\\&`, `\\-` and `\\~`",
    )
}

pub(super) fn empty_class() -> Fault {
    feature("classes without a character", "name at least one character, or remove the class")
}

pub(super) fn flag(flag: &str) -> Fault {
    let help = match flag {
        "s" => "for any character including line feeds, write `[\\s\\S]` instead of `.`",
        "m" => "for the ends of lines, write `(^|\\n)` and `(\\n|$)`",
        "x" => "write the pattern without spaces and comments",
        "U" => "remove it: whether a text matches doesn't depend on greediness",
        _ => "remove it: only `i` is supported",
    };
    feature(format!("flags other than `i`, such as `{flag}`,"), help)
}

pub(super) fn named_group(name: &str) -> Fault {
    feature("named groups", format!("remove the name `{name}`: nothing refers to it"))
}

pub(super) fn lazy() -> Fault {
    feature("lazy repetitions", "remove the `?`: whether a text matches is the same without it")
}

pub(super) fn doubled() -> Fault {
    feature(
        "possessive repetitions, and repetitions of repetitions,",
        "repeat once, or put the repeated part in parentheses",
    )
}

/// What the parser did not understand.
pub(super) fn unreadable(pattern: &str, error: &Error) -> PatternFault {
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
            (place, feature("back-references", "write out the repeated part, or list the alternatives"))
        }
        ErrorKind::FlagUnrecognized if at.starts_with('#') => {
            (place, feature("comments in patterns", "put the comment above the condition, after `#`"))
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
            let help = "a class can only contain single characters, `\\d`, `\\w` and `\\s`";
            (place, Fault::Unreadable("this escape isn't allowed in a class".to_owned(), help))
        }
        ErrorKind::GroupUnclosed => {
            (group(1), say(error, "close it with `)`, or write the bracket as `\\(`"))
        }
        ErrorKind::GroupUnopened => (place, say(error, "open it with `(`, or write the bracket as `\\)`")),
        ErrorKind::ClassUnclosed => {
            (group(1), say(error, "close it with `]`, or write the bracket as `\\[`"))
        }
        ErrorKind::RepetitionMissing => (
            group(1),
            say(error, "put something to repeat in front of it, or write these signs as `\\*`, `\\+`, `\\?`"),
        ),
        ErrorKind::RepetitionCountUnclosed
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::DecimalEmpty
        | ErrorKind::DecimalInvalid => {
            (place, say(error, "write a count as `{3}`, `{2,}` or `{2,5}`, or the brace as `\\{`"))
        }
        ErrorKind::NestLimitExceeded(_) => (place, say(error, "use fewer nested groups")),
        _ => (place, say(error, "correct the pattern here")),
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
        | "\\c" => feature(format!("escapes such as `{written}`"), "write out the characters"),
        _ => Fault::Unreadable(
            format!("`{written}` isn't an escape"),
            "remove the backslash; to match a backslash, write `\\\\`, which in quotes is `\\\\\\\\`",
        ),
    }
}
