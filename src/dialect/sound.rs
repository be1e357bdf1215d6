//! Checks a dialect file without a database for mistakes that would silently change members: text
//! that would break out of its quotes or lose a part, and statements without their essential part.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sqlparser::tokenizer::Token;

use super::literals::Literals;
use super::parse::{self, Parser};
use super::problems::{BadValue, ChangesMembers, MissingSlot, UnknownEntry};
use super::statement::{StepKind, Use};
use super::statement_template::{Slot, StatementTemplate};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::Literal;

/// The end of the text in a regular expression, in some engine.
const PATTERN_ENDS: [&str; 2] = ["$", r"\z"];

/// Texts that end or escape the quotes around them, unless they are escaped.
const HOSTILE: [&str; 5] = ["it's", "'", "\\", "a\\'b", "'' OR ''='"];

/// Reports forms of constants that change a text or an instant.
pub(super) fn judge_literals(
    parser: &Parser,
    literals: &Literals,
    (escapes, format, end): (Span, Span, Span),
    problems: &mut Diagnostics,
) {
    let broken = HOSTILE.into_iter().find(|text| {
        let written = literals.write(&Literal::String((*text).to_owned())).to_string();
        !is_one_text(parser, &written)
    });
    if let Some(text) = broken {
        let said = format!(
            "the text `{text}` would end early or be another one, as `literals.escapes` lacks a character"
        );
        let help =
            "add the characters that end a text or begin an escape, such as `\"'\": \"''\"`".to_owned();
        problems.push(ChangesMembers { span: escapes, said, help });
    }
    if !tells_instants_apart(&literals.timestamp_format) {
        let said = format!("the format `{}` writes different instants alike", literals.timestamp_format);
        let help = "write all parts of an instant, to the microsecond: `%Y-%m-%d %H:%M:%S%.f`".to_owned();
        problems.push(ChangesMembers { span: format, said, help });
    }
    if !PATTERN_ENDS.contains(&literals.pattern_end.as_str()) {
        let (what, expected) = (literals.pattern_end.clone(), "`$` or `\\z`".to_owned());
        problems.push(BadValue { span: end, what, expected });
    }
}

/// Whether a constant stays inside its quotes, or inside those of its parts.
fn is_one_text(parser: &Parser, written: &str) -> bool {
    let Ok(tokens) = parse::tokens(parser, written) else { return false };
    let is_text = |token: &Token| !matches!(token, Token::Word(_) | Token::EOF | Token::SemiColon);
    let pieces = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_)));
    pieces.clone().all(is_text) && parse::expression(parser, written).is_ok()
}

/// Whether the format writes different instants differently.
fn tells_instants_apart(format: &str) -> bool {
    let written = |micros: i64| {
        let instant = Timestamp::from_microsecond(micros).ok()?;
        strtime::format(format, &instant.to_zoned(TimeZone::UTC)).ok()
    };
    let start = 1_792_282_085_123_456;
    let second = 1_000_000;
    let apart = [
        1,
        1000,
        second,
        60 * second,
        3600 * second,
        12 * 3600 * second,
        86_400 * second,
        7 * 86_400 * second,
    ];
    let months = [31, 365, 366 * 4, 36_524].map(|days| days * 86_400 * second);
    apart.into_iter().chain(months).all(|step| written(start) != written(start + step))
}

/// Reports slots that steps of this kind don't have, and missing ones without which they can't do their
/// work, such as the condition of an `assert`.
pub(super) fn judge_slots(
    kind: StepKind,
    templates: &[StatementTemplate],
    span: Span,
    problems: &mut Diagnostics,
) {
    let used: BTreeSet<Slot> = templates.iter().flat_map(StatementTemplate::slots).collect();
    for &(slot, _) in
        kind.slots().iter().filter(|(slot, needed)| *needed == Use::Must && !used.contains(slot))
    {
        let (statement, slot, meaning) = (kind.name(), slot.name(), slot.description());
        problems.push(MissingSlot { span, statement, slot, meaning });
    }
    // An unlimited prune would lose entries that are still to be read.
    if kind == StepKind::Prune && !used.contains(&Slot::ReadTo) && !used.contains(&Slot::State) {
        let (statement, slot) = (kind.name(), Slot::ReadTo.name());
        problems.push(MissingSlot { span, statement, slot, meaning: Slot::ReadTo.description() });
    }
    for slot in used.into_iter().filter(|slot| kind.slots().iter().all(|(known, _)| known != slot)) {
        let known = kind.slots().iter().map(|(slot, _)| slot.name()).collect();
        problems.push(UnknownEntry { span, section: kind.name(), name: slot.name().to_owned(), known });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lossy_date_formats_are_detected() {
        assert!(tells_instants_apart("%Y-%m-%d %H:%M:%S%.f+00"));
        assert!(tells_instants_apart("%d.%m.%Y %H:%M:%S%.f"));
        for format in [
            "%Y-%m-%d",
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d %I:%M:%S%.f",
            "%Y-%d %H:%M:%S%.f",
            "%y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.3f",
        ] {
            assert!(!tells_instants_apart(format), "{format}");
        }
    }
}
