//! Aggregates, periods and sequences.

use super::{Number, Scope, Writer};
use crate::agreement::world::{EVENTS, Entity, Kind};

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

/// The rows of an aggregate.
struct Source<'w> {
    path: String,
    of: &'w Entity,
    /// Whether an entity on the path has a time.
    timed: bool,
}

impl<'w> Writer<'w, '_, '_> {
    /// A path to many rows, to any depth, perhaps by way of a to-one link.
    fn path(&mut self, scope: Scope<'w>) -> Option<Source<'w>> {
        let (mut of, mut path, mut timed) = (scope.this, String::new(), false);
        if of.many.is_empty() || self.tape.one_in(8) {
            let &(link, to, ..) = of.one.get(self.tape.below(of.one.len()))?;
            path.push_str(&format!("{link}."));
            of = &self.world.entities[to];
            timed |= of.time.is_some();
        }
        loop {
            if of.many.is_empty() {
                return None;
            }
            let (link, to, ..) = of.many[self.tape.below(of.many.len())];
            path.push_str(link);
            of = &self.world.entities[to];
            timed |= of.time.is_some();
            if of.name == "event" && self.tape.one_in(3) {
                let name = self.tape.pick(EVENTS).replace('"', "\\\"");
                path.push_str(&format!("[\"{name}\"]"));
            }
            if of.many.is_empty() || !self.tape.one_in(4) {
                return Some(Source { path, of, timed });
            }
            path.push('.');
        }
    }

    /// The window and the filter.
    fn rest(&mut self, scope: Scope<'w>, source: &Source<'w>, depth: usize, needs_filter: bool) -> String {
        let inner = Scope { this: source.of, outer: Some(scope.this) };
        let mut rest = String::new();
        if source.timed && self.tape.one_in(3) {
            rest.push_str(&format!(" during {}", self.window(inner)));
        }
        if needs_filter || self.tape.one_in(3) {
            rest.push_str(&format!(" where {}", self.cond(inner, depth.saturating_sub(1))));
        }
        rest
    }

    fn ranked(&mut self, source: &Source<'w>) -> String {
        if !source.timed || !self.tape.one_in(4) {
            return String::new();
        }
        format!("{} {} ", self.tape.pick(&["latest", "earliest"]), self.tape.below(3) + 1)
    }

    pub(super) fn exists(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let every = self.tape.one_in(2);
        let Some(source) = self.path(scope) else { return self.simple(scope, 0) };
        let ranked = self.ranked(&source);
        let rest = self.rest(scope, &source, depth, every);
        format!("{}({ranked}{}{rest})", if every { "every" } else { "exists" }, source.path)
    }

    pub(super) fn aggregate(&mut self, scope: Scope<'w>, depth: usize) -> (String, Number) {
        match self.tape.below(9) {
            0 | 1 => {
                let Some(source) = self.path(scope) else { return ("2".to_owned(), Number::Exact) };
                let (ranked, rest) = (self.ranked(&source), self.rest(scope, &source, depth, false));
                (format!("count({ranked}{}{rest})", source.path), Number::Exact)
            }
            2 => {
                let taken = self.taken(scope, depth, &["count distinct"], Kind::is_single);
                (taken.map_or_else(|| "1".to_owned(), |(text, _)| text), Number::Exact)
            }
            3 => self.total(scope, depth),
            at => {
                let functions = ["sum", "avg", "min", "max", "first", "last", "mode"];
                let function = functions[(at + self.tape.below(7)) % 7];
                let numeric = |kind: Kind| kind.is_exact() || kind == Kind::Float;
                let taken = self.taken(scope, depth, &[function], numeric);
                let Some((text, kind)) = taken else { return ("1".to_owned(), Number::Exact) };
                let float = kind == Kind::Float || function == "avg";
                (text, if float { Number::Float } else { Number::Exact })
            }
        }
    }

    /// A sum of products.
    fn total(&mut self, scope: Scope<'w>, depth: usize) -> (String, Number) {
        let Some(source) = self.path(scope) else { return ("1".to_owned(), Number::Exact) };
        let inner = Scope { this: source.of, outer: None };
        let numeric = |kind: Kind| kind.is_exact() || kind == Kind::Float;
        let (Some((one, x)), Some((other, y))) =
            (self.own_field(source.of, numeric), self.field(inner, numeric))
        else {
            return ("1".to_owned(), Number::Exact);
        };
        let rest = self.rest(scope, &source, depth, false);
        let number = if x == Kind::Float || y == Kind::Float { Number::Float } else { Number::Exact };
        (format!("sum({}.{one} * {other}{rest})", source.path), number)
    }

    /// One of these functions of a field of the wanted kind, at the end of a path or behind
    /// a to-one link from there.
    pub(super) fn taken(
        &mut self,
        scope: Scope<'w>,
        depth: usize,
        functions: &[&'static str],
        wanted: impl Fn(Kind) -> bool,
    ) -> Option<(String, Kind)> {
        let source = self.path(scope)?;
        let function = self.tape.pick(functions);
        if matches!(function, "first" | "last") && !source.timed {
            return None;
        }
        let (field, kind) = self.field(Scope { this: source.of, outer: None }, wanted)?;
        let ranked = self.ranked(&source);
        let rest = self.rest(scope, &source, depth, false);
        Some((format!("{function}({ranked}{}.{field}{rest})", source.path), kind))
    }

    /// How many periods have rows.
    pub(super) fn periods(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let Some(source) = self.path(scope).filter(|source| source.timed) else {
            return "1".to_owned();
        };
        let inner = Scope { this: source.of, outer: Some(scope.this) };
        let (window, each) = match self.own_field(scope.this, |kind| kind == Kind::Timestamp) {
            Some((time, _)) if self.tape.one_in(5) => {
                (format!("outer.{time} to outer.{time} + 2 months"), "1 month")
            }
            _ => {
                let (window, each) = PERIODS[self.tape.below(PERIODS.len())];
                (window.to_owned(), each)
            }
        };
        let filter = match self.tape.one_in(3) {
            true => format!(" where {}", self.cond(inner, depth.saturating_sub(1).min(1))),
            false => String::new(),
        };
        let least = if self.tape.one_in(3) { " at least 2" } else { "" };
        format!("periods({} during {window}{filter} each {each}{least})", source.path)
    }

    pub(super) fn sequence(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let steps = self.tape.below(3) + 2;
        let (mut text, mut negated) = (String::new(), false);
        for at in 0..steps {
            let Some(step) = self.step(scope) else { return self.exists(scope, depth) };
            if at > 0 {
                text.push_str(" then ");
                negated = !negated && self.tape.one_in(4);
                if negated {
                    text.push_str("not ");
                } else if self.tape.one_in(3) {
                    text.push_str(&format!("within {} ", self.tape.pick(&["7 days", "1 hour", "4 weeks"])));
                }
            }
            text.push_str(&step);
        }
        if negated || self.tape.one_in(3) {
            text.push_str(&format!(" within {}", self.tape.pick(&["30 days", "24 hours", "60 weeks"])));
        }
        if self.tape.one_in(3) {
            text.push_str(&format!(" matching {}", self.tape.pick(&["amount", "channel", "customer.age"])));
        }
        if self.tape.one_in(3) {
            let windows =
                ["last 30 days", "this year", "since 2026-02-01", "2026-01-01 to 2026-03-29", "last 1 year"];
            text.push_str(&format!(" during {}", self.tape.pick(&windows)));
        }
        format!("sequence({text})")
    }

    /// A step: orders, events and days have the fields that `matching` may name.
    fn step(&mut self, scope: Scope<'w>) -> Option<String> {
        let prefix = match scope.this.name {
            "customer" => String::new(),
            "company" => "people.".to_owned(),
            _ => scope
                .this
                .one
                .iter()
                .find(|(link, ..)| *link == "customer")
                .map(|_| "customer.".to_owned())?,
        };
        let name = self.tape.pick(&["events", "orders", "events", "days", "events"]);
        let of = &self.world.entities[self.world.find(&name[..name.len() - 1])];
        let mut path = format!("{prefix}{name}");
        if name == "events" && self.tape.one_in(2) {
            let event = self.tape.pick(EVENTS).replace('"', "\\\"");
            path.push_str(&format!("[\"{event}\"]"));
        }
        if !self.tape.one_in(4) {
            return Some(path);
        }
        let inner = Scope { this: of, outer: Some(scope.this) };
        Some(format!("({path} where {})", self.cond(inner, 1)))
    }
}
