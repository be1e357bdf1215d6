//! Patterns and similar texts.

use std::collections::BTreeSet;

use crate::diagnostic::Span;
use crate::syntax::ast::Expr;
use crate::syntax::place_in_text;

use super::super::hir::{Cond, CondKind, Pattern};
use super::super::pattern::{self, Fault};
use super::super::problems::text::{
    PatternFeature, PatternRepeats, PatternTooLarge, TooLongToResemble, UnreadablePattern, WrongEdits,
};
use super::super::resolve::NameScope;
use super::{Checker, cond};

/// The most code points of a text that resembles.
const LONGEST: usize = 255;
/// The most different code points of the text that is compared with.
const MOST_DIFFERENT: usize = 100;
/// The largest N of `within N edits`.
const MOST_EDITS: u32 = 255;

impl Checker<'_, '_> {
    pub(super) fn matches(
        &mut self,
        tested: &Expr,
        (source, raw, place): (&str, &str, Span),
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let found = self.value(tested, scope);
        let tree = match pattern::parse(source) {
            Ok(tree) => Some(tree),
            Err(faults) => {
                for (range, fault) in faults {
                    let within = place_in_text(raw, range);
                    let offset = |at: usize| place.start + u32::try_from(at).unwrap_or(0);
                    let span = Span { start: offset(within.start), end: offset(within.end), ..place };
                    self.pattern_fault(span, fault);
                }
                None
            }
        };
        let found = self.text(found?, tested, "`matches`")?;
        let pattern = Pattern { source: source.to_owned(), tree: tree? };
        Some(cond(CondKind::Matches(Box::new(found), pattern), span))
    }

    fn pattern_fault(&mut self, span: Span, fault: Fault) {
        match fault {
            Fault::Unreadable(what, help) => self.report(UnreadablePattern { span, what, help }),
            Fault::Feature(what, help) => self.report(PatternFeature { span, what, help }),
            Fault::Repeats(count, most, nested) => {
                self.report(PatternRepeats { span, count, most, nested });
            }
            Fault::Large(parts, most) => self.report(PatternTooLarge { span, parts, most }),
        }
    }

    pub(super) fn resembles(
        &mut self,
        tested: &Expr,
        (text, text_span): (&str, Span),
        (edits, edits_span): (i64, Span),
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let found = self.value(tested, scope);
        let different = text.chars().collect::<BTreeSet<_>>().len();
        let counts = [
            ("characters", text.chars().count(), LONGEST),
            ("different characters", different, MOST_DIFFERENT),
        ];
        let too_long = counts.into_iter().find(|(_, count, most)| count > most);
        if let Some((what, count, most)) = too_long {
            self.report(TooLongToResemble { span: text_span, what, count, most });
        }
        let few = u32::try_from(edits).ok().filter(|edits| *edits <= MOST_EDITS);
        if few.is_none() {
            self.report(WrongEdits { span: edits_span, given: edits });
        }
        let found = self.text(found?, tested, "`resembles`")?;
        if too_long.is_some() {
            return None;
        }
        Some(cond(CondKind::Resembles(Box::new(found), text.to_owned(), few?), span))
    }
}
