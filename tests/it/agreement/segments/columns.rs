//! Columns beside the key.

use super::{Number, Scope, Writer};
use crate::agreement::world::Kind;

/// How many nodes the values of a segment's columns may have.
const BUDGET: usize = 12;

impl<'w> Writer<'w, '_, '_> {
    /// A `with`, in about a third of all segments.
    pub(super) fn columns(&mut self, scope: Scope<'w>) -> String {
        if !self.tape.one_in(3) {
            return String::new();
        }
        let rest = std::mem::replace(&mut self.budget, BUDGET);
        let of = scope.this;
        // Where each event has a table, its name is part of the key.
        let is_beside =
            |kind: Kind| kind.is_single() && !matches!(kind, Kind::Number | Kind::OrderNo | Kind::Event);
        let plain = self.own_field(of, is_beside).map(|(name, _)| name);
        let plain = plain.filter(|name| !of.key.contains(&name.as_str()) && self.tape.one_in(2));
        let count = 1 + self.tape.below(3);
        let named = (1..=count).map(|number| format!("c{number} = {}", self.column(scope)));
        let named: Vec<String> = plain.into_iter().chain(named).collect();
        self.budget = rest;
        format!("  with {}\n", named.join(", "))
    }

    fn column(&mut self, scope: Scope<'w>) -> String {
        match self.tape.below(10) {
            0 | 1 => self.aggregate(scope, 1).0,
            2 => self.cond(scope, 1),
            3 | 4 => self.text(scope, 1),
            5 => match self.time(scope, 1) {
                Some((time, _)) => time,
                None => self.text(scope, 1),
            },
            6 => self.version_value(scope, 1),
            7 => match self.field(scope, |kind| kind == Kind::Float || kind == Kind::Boolean) {
                Some((path, _)) => path,
                None => self.version_value(scope, 1),
            },
            _ => match self.number(scope, 2) {
                (number, Number::Exact) => number,
                // A difference of floats may consist of the digits in which engines differ.
                (number, Number::Float) => format!("coalesce({number}, 0) > 0.3"),
            },
        }
    }
}
