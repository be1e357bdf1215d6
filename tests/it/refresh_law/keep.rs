//! Random `keep`s, buckets and exclusive groups.

use crate::refresh_law::segments::{Number, Scope, Writer};
use crate::refresh_law::world::{Entity, Kind};
use crate::support::tape::Tape;

impl Writer<'_, '_> {
    /// Mostly none; else up to three, one after another.
    pub fn keeps(&mut self, of: &'static Entity) -> String {
        let count = if self.tape.one_in(3) { self.tape.below(3) + 1 } else { 0 };
        (0..count).map(|_| format!("  {}\n", self.keep(of))).collect()
    }

    fn keep(&mut self, of: &'static Entity) -> String {
        if self.tape.one_in(5) {
            let percent = self.tape.pick(&["50", "10", "33.33", "99.99", "0.01", "100", "75.5"]);
            return format!(
                "keep sample {percent}% seed \"{}\"",
                self.tape.pick(&["autumn", "it's", "ünï😀"])
            );
        }
        let which = self.tape.pick(&["top", "bottom"]);
        let size = self.tape.pick(&[
            "1",
            "2",
            "3",
            "5",
            "50%",
            "33.333333%",
            "66.666667%",
            "12.5%",
            "0.000001%",
            "99%",
        ]);
        let per = if self.tape.one_in(3) { self.per(of) } else { String::new() };
        let scope = Scope { this: of, outer: None };
        let by = match self.tape.below(6) {
            0 => self.text(scope),
            1 => self.time(scope).map_or_else(|| "now".to_owned(), |(time, _)| time),
            2 => format!("bucket(\"{}\")", self.tape.pick(&["autumn", "ab"])),
            // Sums of floats tie or don't by the order of their rows: fields alone are exact.
            3 => self.number_field(scope).0,
            _ => match self.number(scope, 2) {
                (number, Number::Exact) => number,
                (_, Number::Float) => format!("{}", self.tape.below(3)),
            },
        };
        format!("keep {which} {size}{per} by {by}")
    }

    /// A link to one row, or a field that makes groups.
    fn per(&mut self, of: &'static Entity) -> String {
        if !of.one.is_empty() && self.tape.below(2) == 0 {
            let (link, to) = of.one[self.tape.below(of.one.len())];
            let to = crate::refresh_law::world::entity(to);
            let further = to.one.first().filter(|_| self.tape.one_in(4));
            return format!(
                " per {link}{}",
                further.map_or_else(String::new, |(link, _)| format!(".{link}"))
            );
        }
        let scope = Scope { this: of, outer: None };
        self.field(scope, |kind| kind != Kind::Float)
            .map_or_else(String::new, |(path, _)| format!(" per {path}"))
    }

    /// A place in the group of the entity; numbers are the segments' own, so never equal.
    pub fn group(&mut self, of: &Entity, number: usize) -> String {
        if !self.tape.one_in(4) {
            return String::new();
        }
        format!("  exclusive group: \"{}\"\n  priority: {number}\n", of.name)
    }
}

/// A condition on a bucket.
pub fn bucket(tape: &mut Tape<'_>) -> String {
    let seed = tape.pick(&["autumn", "it's", "a\\\\b", "ünï😀"]);
    format!(
        "bucket(\"{seed}\") {} {}",
        tape.pick(&["<", ">=", "<="]),
        tape.pick(&["5000", "1234", "0", "9999"])
    )
}
