//! Numbers.

use super::{Number, Scope, Writer};
use crate::agreement::world::Kind;

impl<'w> Writer<'w, '_, '_> {
    pub(super) fn constant(&mut self) -> String {
        self.tape.pick(&["1", "0", "2", "3", "5", "-1", "1.5", "10", "2.5", "0.0125", "4"]).to_owned()
    }

    pub(super) fn number(&mut self, scope: Scope<'w>, depth: usize) -> (String, Number) {
        if depth == 0 || !self.spend() {
            return self.number_field(scope);
        }
        match self.tape.below(20) {
            0 | 1 => self.number_field(scope),
            2..=5 | 18 => self.aggregate(scope, depth),
            6 => {
                let ((a, x), (b, y)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                let op = self.tape.pick(&["+", "-", "*"]);
                let kind = if x == Number::Exact && y == Number::Exact { x } else { Number::Float };
                (format!("({a} {op} {b})"), kind)
            }
            7 => {
                let ((a, _), (b, _)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                (format!("({a} / {b})"), Number::Float)
            }
            8 => {
                let ((a, x), (b, y)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                if x == Number::Exact && y == Number::Exact { (format!("({a} % {b})"), x) } else { (a, x) }
            }
            9 => {
                let (a, kind) = self.number(scope, depth - 1);
                (format!("coalesce({a}, {})", self.constant()), kind)
            }
            10 | 17 => {
                let decimal = self.field(scope, |kind| kind == Kind::Decimal);
                let (a, kind) = match decimal {
                    Some((path, _)) if self.tape.one_in(2) => (path, Number::Exact),
                    _ => self.number(scope, depth - 1),
                };
                let function = self.tape.pick(&["round", "abs", "floor", "ceil"]);
                let function = if kind == Number::Exact { function } else { "abs" };
                (format!("{function}({a})"), kind)
            }
            11 => (format!("length({})", self.text(scope, 1)), Number::Exact),
            12 => {
                let (a, kind) = self.number(scope, depth - 1);
                (format!("(-{a})"), kind)
            }
            13 => (self.periods(scope, depth), Number::Exact),
            14 => match self.field(scope, Kind::is_array) {
                Some((path, _)) => (format!("size({path})"), Number::Exact),
                None => self.number_field(scope),
            },
            15 => {
                let seed = self.tape.pick(&["autumn", "it's", "a\\\\b", "ünï😀"]);
                (format!("(bucket(\"{seed}\") - 5000)"), Number::Exact)
            }
            16 if self.tape.one_in(2) => (self.tool_bucket(scope), Number::Exact),
            _ => (self.calendar_number(scope), Number::Exact),
        }
    }

    /// A text or a whole number as a tool cuts it.
    fn tool_bucket(&mut self, scope: Scope<'w>) -> String {
        let tool = self.tape.pick(&["launchdarkly", "posthog", "flagsmith", "dittofeed"]);
        let seed = self.tape.pick(&["vips.salt", "1,", "", "it's", "ünï😀"]);
        let of = match self.field(scope, |kind| kind == Kind::Integer) {
            Some((path, _)) if self.tape.one_in(3) => path,
            _ => self.text(scope, 1),
        };
        format!("bucket(\"{seed}\" of {of} as {tool})")
    }

    fn number_field(&mut self, scope: Scope<'w>) -> (String, Number) {
        match self.field(scope, |kind| kind.is_exact() || kind == Kind::Float) {
            Some((path, Kind::Float)) => (path, Number::Float),
            Some((path, _)) => (path, Number::Exact),
            None => ("3".to_owned(), Number::Exact),
        }
    }
}
