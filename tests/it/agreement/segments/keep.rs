//! `keep`.

use super::{Number, Scope, Writer};
use crate::agreement::world::Kind;

impl<'w> Writer<'w, '_, '_> {
    pub(super) fn keeps(&mut self, scope: Scope<'w>) -> String {
        let mut keeps = String::new();
        if self.tape.one_in(5) {
            keeps.push_str(&self.keep(scope));
            if self.tape.one_in(3) {
                keeps.push_str(&self.keep(scope));
            }
        }
        keeps
    }

    fn keep(&mut self, scope: Scope<'w>) -> String {
        if self.tape.one_in(4) {
            let percent = self.tape.pick(&["50", "75.5", "33.33", "10", "99.99", "0.01", "100"]);
            return format!(
                "  keep sample {percent}% seed \"{}\"\n",
                self.tape.pick(&["autumn", "it's", "", "ünï😀"])
            );
        }
        let end = self.tape.pick(&["top", "bottom"]);
        let size =
            self.tape.pick(&["2", "1", "3", "50%", "33.333333%", "0.000001%", "90%", "5", "66.666667%"]);
        let per = match self.tape.one_in(3) {
            false => None,
            true if !scope.this.one.is_empty() && self.tape.one_in(2) => {
                Some(scope.this.one[self.tape.below(scope.this.one.len())].0.to_owned())
            }
            true => self.field(scope, |kind| kind.is_single() && kind != Kind::Float).map(|(path, _)| path),
        };
        let per = per.map_or_else(String::new, |path| format!(" per {path}"));
        format!("  keep {end} {size}{per} by {}\n", self.rank(scope))
    }

    /// What is ranked by: no float that engines could sum up in another order.
    fn rank(&mut self, scope: Scope<'w>) -> String {
        match self.tape.below(7) {
            0 => self.text(scope, 1),
            1 => match self.time(scope, 1) {
                Some((time, _)) => time,
                None => self.text(scope, 1),
            },
            3 => format!("bucket(\"{}\")", self.tape.pick(&["autumn", "ab"])),
            2 => match self.field(scope, |kind| matches!(kind, Kind::Version)) {
                Some((path, _)) => path,
                None => self.text(scope, 1),
            },
            _ => match self.number(scope, 2) {
                (number, Number::Exact) => number,
                _ => self.field(scope, Kind::is_exact).map_or_else(|| "1".to_owned(), |(path, _)| path),
            },
        }
    }
}
