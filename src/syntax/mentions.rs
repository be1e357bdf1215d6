//! Where a file names segments: `segment x on …`, `extends x`, `in segment x`.

use super::scan::{self, TokenKind};
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// A place that names a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The segment's name, without backticks.
    pub(crate) name: String,
    /// The name as written, with its backticks.
    pub(crate) span: Span,
    /// Whether it declares the segment.
    pub(crate) declares: bool,
}

/// All places that name a segment, in order, in enabled and in disabled items.
pub(crate) fn mentions(source: SourceId, text: &str) -> Vec<Mention> {
    let tokens = scan::scan(source, text, &mut Diagnostics::new());
    let word = |at: usize| {
        let token = tokens.get(at)?;
        (token.kind == TokenKind::Word).then(|| &text[token.start..token.end])
    };
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let before = |by: usize| at.checked_sub(by).and_then(word);
        // A field may be called `segment`, too.
        let declares = match word(at) {
            Some("segment") if before(1) == Some("in") => false,
            Some("segment") if word(at + 2) == Some("on") => true,
            Some("extends") if before(2) == Some("on") => false,
            _ => continue,
        };
        let Some(token) = tokens.get(at + 1) else { continue };
        let written = &text[token.start..token.end];
        let name = match token.kind {
            TokenKind::Word => written,
            TokenKind::Quoted => written.trim_matches('`'),
            _ => continue,
        };
        let span = Span::new(source, token.start, token.end);
        found.push(Mention { name: name.to_owned(), span, declares });
    }
    found
}
