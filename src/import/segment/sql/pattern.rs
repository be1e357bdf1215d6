//! Conditions on text: LIKE, regular expressions, and the functions that mean the same.
use sqlparser::ast::{self as sql, BinaryOperator as Op};

use super::Translator;
use super::database::{CaseRule, LikeEscape};
use super::function::{is_text_condition, name_of, plain_args};
use super::scope::Scope;
use super::truth::{any_of, without_presence};
use super::value::{Constant, Plain, Value};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::Type;

/// Whether an operator compares text with a pattern.
pub(super) fn is_pattern(op: &Op) -> bool {
    matches!(
        op,
        Op::PGRegexMatch
            | Op::PGRegexIMatch
            | Op::PGRegexNotMatch
            | Op::PGRegexNotIMatch
            | Op::PGLikeMatch
            | Op::PGILikeMatch
            | Op::PGNotLikeMatch
            | Op::PGNotILikeMatch
            | Op::PGStartsWith
            | Op::Regexp
    )
}

/// A part of a LIKE pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `_`
    One,
    /// `%`
    Any,
}

/// How a text is compared.
#[derive(Debug, Clone, Copy)]
struct How {
    span: Span,
    wanted: bool,
    ignoring_case: bool,
}

impl Translator<'_> {
    /// A comparison with a pattern: where it is true, or where it is false.
    pub(super) fn pattern(&mut self, expr: &sql::Expr, scope: &Scope<'_>, wanted: bool) -> Option<Expr> {
        use sql::Expr as E;
        let span = self.at(expr);
        let how = |negated: bool, ignoring_case| How { span, wanted: wanted != negated, ignoring_case };
        match expr {
            E::Like { negated, any: false, expr: value, pattern, escape_char } => {
                let ignores = matches!(self.setting.database.case, CaseRule::Like | CaseRule::Collation);
                if self.setting.database.case == CaseRule::Collation {
                    self.note(span, "LIKE is translated as ignoring case, which the usual collation does");
                }
                self.like(how(*negated, ignores), value, pattern, escape_char.as_deref(), scope)
            }
            E::ILike { negated, any: false, expr: value, pattern, escape_char } => {
                self.like(how(*negated, true), value, pattern, escape_char.as_deref(), scope)
            }
            E::RLike { negated, expr: value, pattern, .. } => {
                let anchored = self.setting.database.anchored.iter().any(|name| name == "rlike");
                self.regular(how(*negated, false), value, pattern, anchored, scope)
            }
            E::BinaryOp { left, op, right } => {
                let (negated, ignoring_case, regular) = match op {
                    Op::PGRegexMatch | Op::Regexp => (false, false, true),
                    Op::PGRegexIMatch => (false, true, true),
                    Op::PGRegexNotMatch => (true, false, true),
                    Op::PGRegexNotIMatch => (true, true, true),
                    Op::PGLikeMatch => (false, false, false),
                    Op::PGILikeMatch => (false, true, false),
                    Op::PGNotLikeMatch => (true, false, false),
                    Op::PGNotILikeMatch => (true, true, false),
                    Op::PGStartsWith => {
                        return self.text_test(how(false, false), TextOp::StartsWith, left, right, scope);
                    }
                    _ => return self.no_counterpart(expr),
                };
                let how = how(negated, ignoring_case);
                if regular {
                    self.regular(how, left, right, false, scope)
                } else {
                    self.like(how, left, right, None, scope)
                }
            }
            _ => self.no_counterpart(expr),
        }
    }

    /// `STARTS_WITH(x, 'a')` and the like. `None` if the expression is something else.
    pub(super) fn text_function(
        &mut self,
        expr: &sql::Expr,
        scope: &Scope<'_>,
        wanted: bool,
    ) -> Option<Option<Expr>> {
        let sql::Expr::Function(function) = expr else { return None };
        let name = name_of(function);
        if !is_text_condition(&name) {
            return None;
        }
        let args = plain_args(function)?;
        let span = self.at(expr);
        let how = How { span, wanted, ignoring_case: false };
        Some(match (name.as_str(), args.as_slice()) {
            ("starts_with" | "startswith" | "prefix", [of, text]) => {
                self.text_test(how, TextOp::StartsWith, of, text, scope)
            }
            ("ends_with" | "endswith" | "suffix", [of, text]) => {
                self.text_test(how, TextOp::EndsWith, of, text, scope)
            }
            ("contains", [of, text]) => self.text_test(how, TextOp::Contains, of, text, scope),
            ("regexp_contains" | "regexp_matches" | "regexp_like" | "regexp" | "rlike", [of, pattern]) => {
                let anchored = self.setting.database.anchored.contains(&name);
                self.regular(how, of, pattern, anchored, scope)
            }
            _ => self.no_counterpart(expr),
        })
    }

    /// `POSITION('a' IN x) > 0`, `STRPOS(x, 'a') = 0`. `None` if the expression is something else.
    pub(super) fn position(
        &mut self,
        left: &sql::Expr,
        op: CompareOp,
        right: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Option<Expr>> {
        let (needle, of) = match left {
            sql::Expr::Position { expr, r#in } => (&**expr, &**r#in),
            sql::Expr::Function(function) => {
                let args = plain_args(function)?;
                match (name_of(function).as_str(), args.as_slice()) {
                    ("strpos" | "instr", [of, needle]) => (*needle, *of),
                    ("charindex" | "locate", [needle, of]) => (*needle, *of),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let zero = matches!(right, sql::Expr::Value(value)
            if matches!(&value.value, sql::Value::Number(digits, _) if digits == "0"));
        let span = self.at(left);
        let found = match op {
            CompareOp::Greater | CompareOp::NotEqual if zero => true,
            CompareOp::Equal | CompareOp::LessOrEqual if zero => false,
            _ => {
                return Some(self.refuse(
                    span,
                    "the position of a text has no counterpart",
                    "compare it with 0, to ask whether the text is there",
                ));
            }
        };
        let how = How { span, wanted: found, ignoring_case: false };
        Some(self.text_test(how, TextOp::Contains, of, needle, scope))
    }

    /// The value and the constant text that it is compared with.
    fn text_and_constant(
        &mut self,
        span: Span,
        value: &sql::Expr,
        text: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<(Value, Option<String>)> {
        let (value, text) = (self.value(value, scope), self.value(text, scope));
        match text? {
            Value::Constant(Constant::Text(text)) => Some((value?, Some(text))),
            Value::Null => Some((value?, None)),
            _ => self.refuse(
                span,
                "a text is compared with a pattern that isn't constant",
                "write the pattern as a text in quotes",
            ),
        }
    }

    fn text_test(
        &mut self,
        how: How,
        op: TextOp,
        value: &sql::Expr,
        text: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (value, text) = self.text_and_constant(how.span, value, text, scope)?;
        let Some(text) = text else { return Some(make::boolean(false)) };
        self.on_text(how, value, scope, &mut |of| make::text_test(op, of, text.clone()))
    }

    /// Applies a condition to a text, or to that of each case, and keeps missing ones out.
    fn on_text(
        &mut self,
        how: How,
        value: Value,
        scope: &Scope<'_>,
        condition: &mut dyn FnMut(Expr) -> Expr,
    ) -> Option<Expr> {
        match value {
            Value::Null => Some(make::boolean(false)),
            Value::Cases(cases) => {
                let mut found = Vec::new();
                for (when, value) in cases {
                    let when = without_presence(when, &value);
                    found.push(make::all([when, self.on_text(how, value, scope, condition)?]));
                }
                Some(any_of(found))
            }
            Value::Constant(Constant::Text(text)) => {
                let plain = Plain::sure(make::text(text), Type::String);
                self.on_text(how, Value::Plain(plain), scope, condition)
            }
            Value::Plain(plain) if plain.ty == Type::String => {
                let written = condition(plain.expr.clone());
                Some(if how.wanted {
                    // Where nothing is asked of the text, it must be present.
                    let always = make::constant(&written) == Some(true);
                    let conditions =
                        if always { super::truth::present(&plain) } else { plain.guards.clone() };
                    make::all([written].into_iter().chain(conditions))
                } else {
                    make::all([make::not(written)].into_iter().chain(self.presence(&plain, scope)))
                })
            }
            _ => self.wrong_type(how.span, "a value that isn't text is compared with a pattern", ""),
        }
    }

    fn regular(
        &mut self,
        how: How,
        value: &sql::Expr,
        pattern: &sql::Expr,
        anchored: bool,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (value, pattern) = self.text_and_constant(how.span, value, pattern, scope)?;
        let Some(mut pattern) = pattern else { return Some(make::boolean(false)) };
        if let Err(error) = regex_syntax_check(&pattern) {
            return self.refuse(
                how.span,
                format!("the pattern can't be read: {error}"),
                "correct the pattern",
            );
        }
        if anchored {
            pattern = format!("^(?:{pattern})$");
        }
        if how.ignoring_case {
            pattern = format!("(?i){pattern}");
            self.note(how.span, "the pattern ignores the case of ASCII letters only");
        }
        self.on_text(how, value, scope, &mut |of| make::matches(of, pattern.clone()))
    }

    fn like(
        &mut self,
        how: How,
        value: &sql::Expr,
        pattern: &sql::Expr,
        escape: Option<&sql::Expr>,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (value, pattern) = self.text_and_constant(how.span, value, pattern, scope)?;
        let escape = match escape {
            None => None,
            Some(escape) => match self.value(escape, scope)? {
                Value::Constant(Constant::Text(text)) if text.chars().count() <= 1 => {
                    Some(text.chars().next())
                }
                _ => return self.refuse(how.span, "an escape is one character in quotes", ""),
            },
        };
        let Some(pattern) = pattern else { return Some(make::boolean(false)) };
        let escape = match (escape, self.setting.database.like_escape) {
            (Some(escape), _) => escape,
            (None, LikeEscape::Backslash) => Some('\\'),
            (None, LikeEscape::None) => None,
            (None, LikeEscape::Unknown) if pattern.contains('\\') => {
                return self.refuse(
                    how.span,
                    "whether a backslash escapes in LIKE depends on the database",
                    "name the database with `--dialect`, or add `ESCAPE '\\'`",
                );
            }
            (None, LikeEscape::Unknown) => None,
        };
        if self.setting.database.like_classes && pattern.contains('[') {
            return self.refuse(
                how.span,
                "classes in a LIKE pattern have no counterpart",
                "use `matches` in the segment",
            );
        }
        let Some(pieces) = pieces(&pattern, escape) else {
            return self.refuse(
                how.span,
                "the pattern ends with its escape character",
                "correct the pattern",
            );
        };
        self.on_text(how, value, scope, &mut |of| like_condition(of, &pieces, how.ignoring_case))
    }
}

/// Whether a pattern is one at all; what segments can't express is found when it is checked.
fn regex_syntax_check(pattern: &str) -> Result<(), String> {
    if pattern.is_empty() { Err("it is empty".to_owned()) } else { Ok(()) }
}

/// The condition that a text is LIKE a pattern; `None` if that ends with its escape character.
pub(crate) fn like(of: Expr, pattern: &str, escape: Option<char>, ignoring_case: bool) -> Option<Expr> {
    let pieces = pieces(pattern, escape)?;
    let always = matches!(pieces.as_slice(), [Piece::Any]);
    Some(if always { make::present(of) } else { like_condition(of, &pieces, ignoring_case) })
}

/// The parts of a LIKE pattern; `None` if it ends with the escape character.
fn pieces(pattern: &str, escape: Option<char>) -> Option<Vec<Piece>> {
    let (mut found, mut chars) = (Vec::new(), pattern.chars());
    while let Some(c) = chars.next() {
        let literal = if Some(c) == escape { Some(chars.next()?) } else { None };
        match (literal, c) {
            (None, '%') if found.last() == Some(&Piece::Any) => {}
            (None, '%') => found.push(Piece::Any),
            (None, '_') => found.push(Piece::One),
            (literal, c) => {
                let c = literal.unwrap_or(c);
                match found.last_mut() {
                    Some(Piece::Text(text)) => text.push(c),
                    _ => found.push(Piece::Text(c.to_string())),
                }
            }
        }
    }
    Some(found)
}

/// The condition of a LIKE pattern.
fn like_condition(of: Expr, pieces: &[Piece], ignoring_case: bool) -> Expr {
    use Piece::{Any, One, Text};
    let cased = |condition: Expr| if ignoring_case { make::ignoring_case(condition) } else { condition };
    let length = |op, count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        make::compare(op, make::call("length", vec![of.clone()]), make::integer(count))
    };
    match pieces {
        [] => make::equal(of.clone(), make::text("")),
        [Any] => make::boolean(true),
        [Text(text)] => cased(make::equal(of.clone(), make::text(text.clone()))),
        [Text(text), Any] => cased(make::text_test(TextOp::StartsWith, of.clone(), text.clone())),
        [Any, Text(text)] => cased(make::text_test(TextOp::EndsWith, of.clone(), text.clone())),
        [Any, Text(text), Any] => cased(make::text_test(TextOp::Contains, of.clone(), text.clone())),
        // Case mapping may change the length of a text.
        [Text(start), Any, Text(end)] if !ignoring_case => make::all([
            make::text_test(TextOp::StartsWith, of.clone(), start.clone()),
            make::text_test(TextOp::EndsWith, of.clone(), end.clone()),
            length(CompareOp::GreaterOrEqual, start.chars().count() + end.chars().count()),
        ]),
        _ if pieces.iter().all(|piece| *piece == One) => length(CompareOp::Equal, pieces.len()),
        _ if pieces.iter().all(|piece| matches!(piece, One | Any)) => {
            let ones = pieces.iter().filter(|piece| **piece == One).count();
            length(CompareOp::GreaterOrEqual, ones)
        }
        _ => {
            let of = if ignoring_case { make::call("lower", vec![of]) } else { of };
            make::matches(of, regular_expression(pieces, ignoring_case))
        }
    }
}

/// A LIKE pattern as a regular expression; `.` alone wouldn't match a line break.
fn regular_expression(pieces: &[Piece], ignoring_case: bool) -> String {
    let mut pattern = String::new();
    let (first, last) = (pieces.first(), pieces.last());
    if first != Some(&Piece::Any) {
        pattern.push('^');
    }
    for (at, piece) in pieces.iter().enumerate() {
        let edge = at == 0 || at + 1 == pieces.len();
        match piece {
            Piece::Any if edge => {}
            Piece::Any => pattern.push_str("(?:.|\\n)*"),
            Piece::One => pattern.push_str("(?:.|\\n)"),
            Piece::Text(text) => {
                let text = if ignoring_case { text.to_lowercase() } else { text.clone() };
                for c in text.chars() {
                    if "\\.+*?()|[]{}^$".contains(c) {
                        pattern.push('\\');
                    }
                    match c {
                        '\n' => pattern.push_str("\\n"),
                        c => pattern.push(c),
                    }
                }
            }
        }
    }
    if last != Some(&Piece::Any) {
        pattern.push('$');
    }
    pattern
}
