//! From text to tree.

use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{Error, Options, Spanned};

use super::advice::advice;
use super::convert::Converter;
use super::node::Node;
use super::problems::{DuplicateKey, NotYaml, TooComplex};
use super::raw::Raw;
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// Reads a YAML document. If it can't be read, reports why and returns `None`.
///
/// An empty file is a [`NodeKind::Null`](super::NodeKind::Null). Of duplicate keys, the first is
/// kept.
pub(crate) fn read(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<Node> {
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options(DuplicateKeyPolicy::LastWins)) {
        Ok(raw) => {
            let mut converter = Converter::new(source, text);
            let node = converter.node(raw);
            if converter.numeric_keys && converter.problems.is_empty() {
                report_numeric_duplicate(source, text, problems);
            }
            problems.append(converter.problems);
            Some(node)
        }
        Err(error) => {
            report(source, text, &error, problems);
            None
        }
    }
}

/// The maximum number of values to which the aliases of a file may expand. Without a separate
/// limit, a few lines of aliases of aliases would fill the budget of the largest file.
const MOST_REPEATED: usize = 50_000;

/// YAML 1.2 booleans, no merge keys, and the reader's budget, which limits depth and aliases.
/// segc's own files are nested less than 10 levels deep; unoptimized, the reader needs about 40 kB
/// of stack per level.
fn options(duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_yaml::options! {
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MOST_REPEATED },
        budget: serde_yaml::budget! { max_buffered_comment_events: usize::MAX, max_depth: 24, max_documents: 2 },
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
        emit_comments: false,
    }
}

/// The reader drops duplicates after a key that is a number without an error, so it is called
/// again.
fn report_numeric_duplicate(source: SourceId, text: &str, problems: &mut Diagnostics) {
    let strict = options(DuplicateKeyPolicy::Error);
    let Err(error) = serde_yaml::from_str_with_options::<Spanned<Raw>>(text, strict) else { return };
    if let Error::DuplicateMappingKey { key: Some(key), location } = error.without_snippet() {
        let span = span_of(source, text, location.span());
        problems.push(DuplicateKey { span, key: key.clone(), first: span });
    }
}

fn report(source: SourceId, text: &str, error: &Error, problems: &mut Diagnostics) {
    let error = innermost(error);
    let span = match error.location() {
        Some(location) => place(source, text, location.span()),
        None => Span::new(source, text.len(), text.len()),
    };
    if is_budget(error) {
        problems.push(TooComplex { span });
    } else {
        let message = message(error);
        let span = tab(source, text, span).filter(|_| message.contains("found a tab")).unwrap_or(span);
        let advice = advice(text, span.start as usize, &message);
        problems.push(NotYaml { span, message, advice });
    }
}

/// The first tab after a place: the reader reports the start of what it was reading.
fn tab(source: SourceId, text: &str, from: Span) -> Option<Span> {
    let start = from.start as usize;
    let at = start + text.get(start..)?.find('\t')?;
    Some(Span::new(source, at, at + 1))
}

/// The error without what the reader wrapped around it: a snippet, or the alias that led there.
fn innermost(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => error.without_snippet(),
        other => other,
    }
}

fn is_budget(error: &Error) -> bool {
    let too_much = matches!(
        error,
        Error::Budget { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. }
            | Error::AliasReplayCounterOverflow { .. }
    );
    too_much || matches!(error, Error::ExternalMessage { msg, .. } if msg.contains("limit exceeded"))
}

/// The reader's message without the place, which the span has.
fn message(error: &Error) -> String {
    match error {
        Error::ExternalMessage { msg, .. } | Error::Message { msg, .. } => msg.clone(),
        Error::Eof { .. } => "the file ends too early".to_owned(),
        Error::MultipleDocuments { .. } => "a file can contain only one document".to_owned(),
        Error::MergeKeyNotAllowed { .. } => "merge keys (`<<`) are not supported".to_owned(),
        Error::UnknownAnchor { .. } => "no anchor has this name".to_owned(),
        other => {
            let text = other.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.split(" at line ").next().unwrap_or(first).to_owned()
        }
    }
}

/// The place of an error, of at least one character, so that there is something to underline.
fn place(source: SourceId, text: &str, location: serde_yaml::Span) -> Span {
    let span = span_of(source, text, location);
    let next = text.get(span.end as usize..).and_then(|rest| rest.chars().next());
    match next {
        Some(c) if span.start == span.end && c != '\n' => {
            let start = span.start as usize;
            Span::new(source, start, start + c.len_utf8())
        }
        _ => span,
    }
}

/// A location in bytes, moved to character boundaries.
pub(super) fn span_of(source: SourceId, text: &str, span: serde_yaml::Span) -> Span {
    let fit = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(text.len());
    let (start, len) = match (span.byte_offset(), span.byte_len()) {
        (Some(start), Some(len)) => (fit(start), fit(len)),
        _ => {
            let start = fit(span.offset());
            let byte = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
            (byte, 0)
        }
    };
    let mut end = start.saturating_add(len).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let mut start = start;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    Span::new(source, start, end)
}
