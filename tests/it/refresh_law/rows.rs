//! Random aggregates that go by the order of their rows, their values or their periods.

use crate::refresh_law::segments::{Number, Scope, Writer};
use crate::refresh_law::world::{Entity, Kind};

/// Windows with a length of periods that fills them.
const PERIODS: &[(&str, &str)] = &[
    ("last 3 weeks", "1 week"),
    ("last 28 days", "2 weeks"),
    ("last 2 months", "1 month"),
    ("last 1 year", "1 quarter"),
    ("last 1 year", "12 months"),
    ("previous 2 months", "1 month"),
    ("this week", "1 day"),
    ("today", "1 day"),
    ("last 24 hours", "6 hours"),
    ("next 2 weeks", "1 week"),
    ("2026-02-28 to 2026-03-28", "2 weeks"),
    ("2026-01-31 to 2026-03-31", "1 month"),
    ("2026-03-01 through 2026-03-28", "1 day"),
    ("14 days ago to 7 days ago", "1 day"),
    ("3 months ago to now", "1 month"),
];

/// Whether a path leads over an entity with `time`.
fn is_timed(path: &str) -> bool {
    ["orders", "events", "days"].iter().any(|link| path.contains(link))
}

impl Writer<'_, '_> {
    /// Now and then, `latest N` or `earliest N` before a path that has an order.
    pub fn ranked(&mut self, path: &str) -> String {
        if !is_timed(path) || !self.tape.one_in(3) {
            return String::new();
        }
        let end = self.tape.pick(&["latest", "earliest"]);
        format!("{end} {} ", self.tape.below(3) + 1)
    }

    /// One of the values that the rows of a path have, if they have one of a wanted kind.
    fn one_of_many(
        &mut self,
        scope: Scope,
        depth: usize,
        wanted: impl Fn(Kind) -> bool,
    ) -> Option<(String, Kind)> {
        let (path, of, rest) = self.source(scope, depth, "")?;
        let inner = Scope { this: of, outer: None };
        let (field, kind) = self.field(inner, wanted)?;
        let func = if is_timed(&path) { self.tape.pick(&["first", "last", "mode"]) } else { "mode" };
        let ranked = self.ranked(&path);
        Some((format!("{func}({ranked}{path}.{field}{rest})"), kind))
    }

    pub fn number_of_many(&mut self, scope: Scope, depth: usize) -> Option<(String, Number)> {
        let numeric = |kind: Kind| matches!(kind, Kind::Integer | Kind::Decimal | Kind::Float);
        let (text, kind) = self.one_of_many(scope, depth, numeric)?;
        Some((text, if kind == Kind::Float { Number::Float } else { Number::Exact }))
    }

    pub fn text_of_many(&mut self, scope: Scope) -> Option<String> {
        let is_text = |kind: Kind| kind == Kind::Text;
        self.one_of_many(scope, 1, is_text).map(|(text, _)| text)
    }

    pub fn boolean_of_many(&mut self, scope: Scope) -> Option<String> {
        self.one_of_many(scope, 1, |kind| kind == Kind::Boolean).map(|(text, _)| text)
    }

    pub fn time_of_many(&mut self, scope: Scope) -> Option<(String, Kind)> {
        self.one_of_many(scope, 1, |kind| matches!(kind, Kind::Date | Kind::Timestamp))
    }

    /// `periods(…)`: an exact number.
    pub fn periods(&mut self, scope: Scope, depth: usize) -> Option<String> {
        let (path, of, _) = self.source(scope, 0, "")?;
        if !is_timed(&path) {
            return None;
        }
        let (mut window, mut each) = {
            let (window, each) = PERIODS[self.tape.below(PERIODS.len())];
            (window.to_owned(), each)
        };
        if let Some(time) = own_instant(scope.this)
            && self.tape.one_in(5)
        {
            window = format!("outer.{time} to outer.{time} + 2 months");
            each = "1 month";
        }
        let inner = Scope { this: of, outer: Some(scope.this) };
        let filter = if self.tape.one_in(3) {
            format!(" where {}", self.cond(inner, depth.saturating_sub(1)))
        } else {
            String::new()
        };
        let least = match self.tape.below(3) {
            0 => String::new(),
            number => format!(" at least {number}"),
        };
        Some(format!("periods({path} during {window}{filter} each {each}{least})"))
    }
}

fn own_instant(entity: &Entity) -> Option<&'static str> {
    entity.fields.iter().find(|(_, kind, _)| *kind == Kind::Timestamp).map(|(name, ..)| *name)
}
