//! Makes a differing case as small as possible: what remains is what a person has to read.

use std::fmt::Write;

use segc::check::hir::{Cond, CondKind};
use segc::check::visit::{Visitor, walk_cond, walk_segment};
use segc::diagnostic::Span;

use crate::agreement::case::Case;
use crate::agreement::compare::{Difference, still_differs};
use crate::support::engine::Runner;

/// The smallest case found that still differs, as text.
pub fn shrunk(engines: &mut [Box<dyn Runner>], case: &Case, difference: &Difference) -> String {
    let engine = &mut *engines[difference.engine];
    let target = engine.target();
    let mut differs = |case: &Case| still_differs(engine, case, &difference.segment);
    let small = smallest(case, &mut differs);
    let what = differs(&small).unwrap_or_else(|| format!("(not any more by itself) {}", difference.what));
    format!("{} on {target}: {what}\n{}", difference.segment, show(&small))
}

/// The smallest case found in which something still differs.
pub fn smallest(case: &Case, differs: &mut dyn FnMut(&Case) -> Option<String>) -> Case {
    let mut shrinker = Shrinker { differs, case: case.clone(), tries: 1_500 };
    loop {
        let before = shrinker.tries;
        let changed =
            shrinker.items() | shrinker.lines() | shrinker.conditions() | shrinker.rows() | shrinker.cells();
        if !changed || before == shrinker.tries {
            return shrinker.case;
        }
    }
}

struct Shrinker<'a> {
    differs: &'a mut dyn FnMut(&Case) -> Option<String>,
    case: Case,
    /// How many more cases may be tried.
    tries: usize,
}

impl Shrinker<'_> {
    /// Takes a smaller case, if it still differs.
    fn take(&mut self, smaller: Case) -> bool {
        if self.tries == 0 {
            return false;
        }
        self.tries -= 1;
        let differs = (self.differs)(&smaller).is_some();
        if differs {
            self.case = smaller;
        }
        differs
    }

    /// Whole traits and segments.
    fn items(&mut self) -> bool {
        let mut changed = false;
        for at in (0..self.case.items.len()).rev() {
            let mut smaller = self.case.clone();
            smaller.items.remove(at);
            changed |= self.take(smaller);
        }
        changed
    }

    /// Lines of segments: rules and properties.
    fn lines(&mut self) -> bool {
        let mut changed = false;
        for at in 0..self.case.items.len() {
            for line in (1..self.case.items[at].lines().count()).rev() {
                let mut smaller = self.case.clone();
                let left = smaller.items[at].lines().enumerate().filter(|(number, _)| *number != line);
                smaller.items[at] = left.map(|(_, text)| text).collect::<Vec<_>>().join("\n");
                changed |= self.take(smaller);
            }
        }
        changed
    }

    /// A part of a condition in the place of the whole.
    fn conditions(&mut self) -> bool {
        let mut changed = false;
        while self.tries > 0 {
            let Ok(opened) = self.case.open() else { return changed };
            let mut parts = Parts(Vec::new());
            for (_, segment) in opened.session.hir().iter() {
                walk_segment(&mut parts, segment);
            }
            for computed in &opened.session.hir().traits {
                parts.value(&computed.value);
            }
            let text = self.case.items.join("\n\n");
            let place = |span: Span| span.start as usize..span.end as usize;
            let smaller = parts.0.iter().filter_map(|(whole, part)| {
                let part = text.get(place(*part)).map(str::to_owned);
                let mut shorter = text.clone();
                shorter.get(place(*whole))?;
                shorter.replace_range(place(*whole), &part?);
                (shorter.len() < text.len()).then_some(shorter)
            });
            let smaller: Vec<String> = smaller.collect();
            let taken = smaller.into_iter().any(|text| {
                let items = text.split("\n\n").map(str::to_owned).collect();
                let case = Case { items, ..self.case.clone() };
                self.take(case)
            });
            if !taken {
                return changed;
            }
            changed = true;
        }
        changed
    }

    fn rows(&mut self) -> bool {
        let mut changed = false;
        for table in 0..self.case.rows.len() {
            for at in (0..self.case.rows[table].len()).rev() {
                let mut smaller = self.case.clone();
                smaller.rows[table].remove(at);
                changed |= self.take(smaller);
            }
        }
        changed
    }

    /// Values that may be missing.
    fn cells(&mut self) -> bool {
        let mut changed = false;
        for table in 0..self.case.rows.len() {
            for row in 0..self.case.rows[table].len() {
                for at in 0..self.case.rows[table][row].len() {
                    let field = &self.case.world.entities[table].fields[at];
                    if field.nullable && field.within.is_none() && self.case.rows[table][row][at].is_some() {
                        let mut smaller = self.case.clone();
                        let fields = &self.case.world.entities[table].fields;
                        for (place, other) in fields.iter().enumerate() {
                            if place == at || other.within == Some(fields[at].name) {
                                smaller.rows[table][row][place] = None;
                            }
                        }
                        changed |= self.take(smaller);
                    }
                }
            }
        }
        changed
    }
}

/// Conditions and their parts.
struct Parts(Vec<(Span, Span)>);

impl Visitor for Parts {
    fn cond(&mut self, cond: &Cond) {
        match &cond.kind {
            CondKind::And(parts) | CondKind::Or(parts) => {
                self.0.extend(parts.iter().map(|part| (cond.span, part.span)));
            }
            CondKind::Not(inner) => self.0.push((cond.span, inner.span)),
            _ => {}
        }
        walk_cond(self, cond);
    }
}

/// The case, with the columns and rows that are left.
pub fn show(case: &Case) -> String {
    let mut text = format!("as_of: {}\n{}{}\n", case.as_of, case.settings, case.items.join("\n"));
    for (entity, rows) in case.world.entities.iter().zip(&case.rows).filter(|(_, rows)| !rows.is_empty()) {
        let _ = writeln!(text, "{}:", entity.name);
        for row in rows {
            let cells = entity.fields.iter().zip(row).filter(|(field, _)| field.within.is_none());
            let cells = cells.filter_map(|(field, cell)| {
                let storage =
                    if field.storage.is_empty() { String::new() } else { format!(" ({})", field.storage) };
                let never = if field.nullable { "" } else { "!" };
                cell.as_ref().map(|cell| format!("{}{never}{storage} {cell:?}", field.name))
            });
            let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join(", "));
        }
    }
    text
}
