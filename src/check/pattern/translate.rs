//! From a pattern's syntax tree to the tree of the subset.

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, Flag, FlagsItemKind, GroupKind,
    RepetitionKind, RepetitionRange,
};

use super::{Fault, MOST_NESTED, MOST_REPEATS, PatternFault, range, refuse};
use crate::types::{CharSet, Regex};

/// Translates one pattern. Problems are collected, and something harmless takes their place.
pub(super) struct Translator<'p> {
    pattern: &'p str,
    /// `(?i)` is on.
    any_case: bool,
    /// How often what is being translated is repeated by the repetitions around it.
    repeated: u64,
    pub(super) faults: Vec<PatternFault>,
}

impl<'p> Translator<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self { pattern, any_case: false, repeated: 1, faults: Vec::new() }
    }

    /// Depth is bounded by the parser.
    pub(super) fn regex(&mut self, ast: &Ast) -> Regex {
        match ast {
            Ast::Empty(_) => Regex::Empty,
            Ast::Flags(set) => {
                self.flags(&set.flags);
                Regex::Empty
            }
            Ast::Literal(literal) => self.one(CharSet::one(literal.c)),
            Ast::Dot(_) => Regex::One(CharSet::one('\n').complement()),
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine => Regex::Start,
                AssertionKind::EndLine => Regex::End,
                ref other => self.fault(&assertion.span, refuse::assertion(other)),
            },
            Ast::ClassUnicode(class) => self.fault(&class.span, refuse::unicode_class()),
            Ast::ClassPerl(class) => Regex::One(perl(&class.kind, class.negated)),
            Ast::ClassBracketed(class) => self.class(class),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => self.group(group),
            Ast::Alternation(parts) => {
                let any_case = self.any_case;
                let parts = parts.asts.iter().map(|part| self.regex(part)).collect();
                self.any_case = any_case;
                Regex::Alternate(parts)
            }
            Ast::Concat(parts) => Regex::Concat(parts.asts.iter().map(|part| self.regex(part)).collect()),
        }
    }

    fn fault(&mut self, span: &ast::Span, fault: Fault) -> Regex {
        self.faults.push((range(span), fault));
        Regex::Empty
    }

    /// A set of characters, in both cases if case is ignored here.
    fn one(&self, set: CharSet) -> Regex {
        Regex::One(if self.any_case { set.in_both_cases() } else { set })
    }

    fn flags(&mut self, flags: &ast::Flags) {
        let mut on = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => on = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.any_case = on,
                FlagsItemKind::Flag(_) => {
                    self.fault(&item.span, refuse::flag(&self.pattern[range(&item.span)]));
                }
            }
        }
    }

    fn group(&mut self, group: &ast::Group) -> Regex {
        let any_case = self.any_case;
        match &group.kind {
            GroupKind::CaptureIndex(_) => {}
            GroupKind::CaptureName { name, .. } => {
                self.fault(&name.span, refuse::named_group(&name.name));
            }
            GroupKind::NonCapturing(flags) => self.flags(flags),
        }
        let inner = self.regex(&group.ast);
        self.any_case = any_case;
        inner
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Regex {
        if !repetition.greedy {
            self.fault(&repetition.op.span, refuse::lazy());
        }
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            self.fault(&repetition.op.span, refuse::doubled());
        }
        let (least, most) = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => (0, Some(1)),
            RepetitionKind::ZeroOrMore => (0, None),
            RepetitionKind::OneOrMore => (1, None),
            RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count, Some(*count)),
            RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least, None),
            RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
        };
        let count = most.unwrap_or(least);
        let around = self.repeated;
        self.repeated = around.saturating_mul(u64::from(count.max(1)));
        if count > MOST_REPEATS {
            self.fault(&repetition.op.span, Fault::Repeats(u64::from(count), MOST_REPEATS, false));
        } else if around <= MOST_NESTED && self.repeated > MOST_NESTED {
            let most = u32::try_from(MOST_NESTED).unwrap_or(u32::MAX);
            self.fault(&repetition.op.span, Fault::Repeats(self.repeated, most, true));
        }
        let of = self.regex(&repetition.ast);
        self.repeated = around;
        match (&of, least, most) {
            // Repeating what takes no room changes nothing.
            (_, _, Some(0)) | (Regex::Empty, ..) | (Regex::Start | Regex::End, 0, _) => Regex::Empty,
            (_, 1, Some(1)) | (Regex::Start | Regex::End, ..) => of,
            _ => Regex::Repeat { of: Box::new(of), least, most },
        }
    }

    fn class(&mut self, class: &ast::ClassBracketed) -> Regex {
        let (mut ranges, before) = (Vec::new(), self.faults.len());
        self.class_set(&class.kind, &mut ranges);
        let set = CharSet::new(ranges);
        let set = if self.any_case { set.in_both_cases() } else { set };
        let set = if class.negated { set.complement() } else { set };
        if set.ranges().is_empty() && self.faults.len() == before {
            return self.fault(&class.span, refuse::empty_class());
        }
        Regex::One(set)
    }

    fn class_set(&mut self, set: &ClassSet, ranges: &mut Vec<(char, char)>) {
        match set {
            ClassSet::Item(item) => self.class_item(item, ranges),
            ClassSet::BinaryOp(operation) => {
                self.fault(&operation.span, refuse::class_operation());
            }
        }
    }

    fn class_item(&mut self, item: &ClassSetItem, ranges: &mut Vec<(char, char)>) {
        match item {
            ClassSetItem::Empty(_) => {}
            ClassSetItem::Literal(literal) => ranges.push((literal.c, literal.c)),
            ClassSetItem::Range(range) => ranges.push((range.start.c, range.end.c)),
            ClassSetItem::Perl(class) => ranges.extend(perl(&class.kind, class.negated).ranges()),
            ClassSetItem::Union(union) => {
                for item in &union.items {
                    self.class_item(item, ranges);
                }
            }
            ClassSetItem::Ascii(class) => {
                self.fault(&class.span, refuse::posix_class(&class.kind));
            }
            ClassSetItem::Unicode(class) => {
                self.fault(&class.span, refuse::unicode_class());
            }
            ClassSetItem::Bracketed(class) => {
                self.fault(&class.span, refuse::nested_class());
            }
        }
    }
}

/// `\d`, `\w`, `\s`: ASCII.
fn perl(kind: &ClassPerlKind, negated: bool) -> CharSet {
    let set = match kind {
        ClassPerlKind::Digit => CharSet::new([('0', '9')]),
        ClassPerlKind::Word => CharSet::new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        ClassPerlKind::Space => CharSet::new([('\t', '\r'), (' ', ' ')]),
    };
    if negated { set.complement() } else { set }
}
