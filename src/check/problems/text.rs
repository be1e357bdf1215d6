//! Versions, patterns and similar texts.

use crate::diagnostic::Span;
use crate::types::Literal;

crate::problems! {
    /// The text is compared with a semantic version but isn't one. A version has three numbers
    /// without leading zeros, then optionally `-` and a pre-release, then optionally `+` and build
    /// metadata (semver.org).
    ///
    ///     where app_version >= "2.0"          # "2.0.0"
    ///     where app_version = "v1.4.0"        # "1.4.0"
    error SEG454 "not a semantic version" NotVersion { span: Span, text: String, what: String, meant: Option<String> }
    message |p| format!("`{}` isn't a semantic version: {}", Literal::String(p.text.clone()), p.what);
    help |p| Some(match &p.meant {
        Some(meant) => format!("write `\"{meant}\"`"),
        None => "write a version as `\"1.2.0\"`, a pre-release as `\"1.2.0-beta.1\"`".to_owned(),
    });

    /// The regular expression can't be parsed: a bracket isn't closed, a repetition has nothing to
    /// repeat, or an escape doesn't exist.
    ///
    ///     where sku matches "(a|b"            # "(a|b)"
    error SEG455 "an unreadable pattern" UnreadablePattern { span: Span, what: String, help: &'static str }
    message |p| format!("the pattern can't be parsed here: {}", p.what);
    help |p| Some(p.help.to_owned());

    /// Regular expressions support what means the same on every engine: literals,
    /// classes such as `[a-z]`, `\d` `\w` `\s`, `^` and `$` for the text's ends, groups,
    /// alternatives, `*` `+` `?` and counts up to 255, and `(?i)`. Classes and `(?i)` apply to ASCII
    /// letters, and `.` matches anything except a line feed.
    ///
    ///     where name matches "\\bpro\\b"      # "(^|\\W)pro(\\W|$)"
    error SEG456 "not portable in a pattern" PatternFeature { span: Span, what: String, help: String }
    message |p| format!("{} mean different things on different engines, or aren't supported", p.what);
    help |p| Some(p.help.clone());

    /// A repetition counts to at most 255, and nested repetitions multiply to at most 1,000.
    ///
    ///     where sku matches "^[A-Z]{300}$"
    ///
    /// Write `+` or `*`, or test the length: `length(sku) = 300`.
    error SEG457 "too many repetitions" PatternRepeats { span: Span, count: u64, most: u32, nested: bool }
    message |p| if p.nested {
        format!("these nested repetitions multiply to {}, and the limit is {}", p.count, p.most)
    } else {
        format!("a pattern repeats at most {} times, not {}", p.most, p.count)
    };
    help |_p| Some("use `*` or `+`, or test the text's length with `length(…)`".to_owned());

    /// The pattern, with its repetitions written out, is too large for some engine.
    ///
    ///     where body matches "(a{200}b{200}c{200}){5}"
    ///
    /// Split it into several conditions, or repeat less.
    error SEG458 "a pattern too large" PatternTooLarge { span: Span, parts: u64, most: u64 }
    message |p| format!("the pattern has {} parts with its repetitions written out, and the limit is {}", p.parts, p.most);
    help |_p| Some("repeat less, or split it into several conditions joined with `and`".to_owned());

    /// `resembles` compares with a text of at most 255 characters, at most 100 of them distinct.
    ///
    ///     where bio resembles "…300 characters…" within 9 edits
    ///
    /// Compare a shorter text.
    error SEG459 "a text too long to resemble" TooLongToResemble { span: Span, what: &'static str, count: usize, most: usize }
    message |p| format!("the text has {} {}, and the limit of `resembles` is {}", p.count, p.what, p.most);
    help |_p| Some("compare with a shorter text".to_owned());

    /// The number of edits in `resembles` is a whole number from 0 to 255.
    ///
    ///     where name resembles "smith" within 1000 edits
    ///
    /// One or two edits find misspellings: `within 2 edits`.
    error SEG460 "not a number of edits" WrongEdits { span: Span, given: i64 }
    message |p| format!("{} can't be a number of edits", p.given);
    help |_p| Some("use a whole number up to 255; one or two edits find misspellings".to_owned());
}
