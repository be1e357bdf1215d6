//! Random well-typed segments, as text.

mod columns;
mod cond;
mod keep;
mod linked;
mod text;
mod time;
mod value;

use crate::agreement::world::{Entity, Kind, World};
use crate::support::tape::Tape;

pub use time::{INSTANTS, WINDOWS, is_clock};

/// What is in scope: the row, and inside an aggregate the row that the aggregate belongs to.
#[derive(Clone, Copy)]
struct Scope<'w> {
    this: &'w Entity,
    outer: Option<&'w Entity>,
}

/// What kind of number an expression is; comparing floats needs care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Exact,
    Float,
}

/// A computed trait that segments may use like a field.
struct Trait {
    name: String,
    entity: &'static str,
    kind: Kind,
}

/// A file: some traits, then a segment for each tape, where later ones refer to earlier ones.
/// One text an item, so that items can be left out.
pub fn file(world: &World, traits: &mut Tape<'_>, segments: &mut [Tape<'_>]) -> Vec<String> {
    let mut items = Vec::new();
    let mut known: Vec<Trait> = Vec::new();
    for number in 0..6 {
        let of = &world.entities[[0, 1, 2, 0, 4, 0][number]];
        let mut writer = Writer { world, tape: traits, earlier: &[], traits: &known, budget: 10 };
        let (text, kind) = writer.computed(Scope { this: of, outer: None }, number);
        let name = format!("t{number}");
        items.push(format!("trait {name} on {} = {text}", of.name));
        known.push(Trait { name, entity: of.name, kind });
    }
    let mut earlier: Vec<(String, &Entity)> = Vec::new();
    for (number, tape) in segments.iter_mut().enumerate() {
        let of = &world.entities[[0, 0, 0, 2, 4, 0, 1, 0, 3, 5, 2, 4, 0][tape.below(13)]];
        let mut writer = Writer { world, tape, earlier: &earlier, traits: &known, budget: 24 };
        let name = format!("s{number:02}");
        items.push(writer.segment(&name, number, of));
        earlier.push((name, of));
    }
    items
}

struct Writer<'w, 'a, 't> {
    world: &'w World,
    tape: &'a mut Tape<'t>,
    earlier: &'a [(String, &'w Entity)],
    traits: &'a [Trait],
    /// How many more nodes may be written.
    budget: usize,
}

impl<'w> Writer<'w, '_, '_> {
    /// The expression of a trait, and what its values are.
    fn computed(&mut self, scope: Scope<'w>, number: usize) -> (String, Kind) {
        let numeric = |number| if number == Number::Float { Kind::Float } else { Kind::Decimal };
        match (number, self.tape.below(2)) {
            (0, _) => {
                let (text, number) = self.aggregate(scope, 2);
                (text, numeric(number))
            }
            (1 | 3, _) => (self.cond(scope, 2), Kind::Boolean),
            (4 | 5, 1) => match self.time(scope, 2) {
                Some((text, kind)) => (text, kind),
                None => (self.text(scope, 1), Kind::Text),
            },
            (5, _) => (self.text(scope, 2), Kind::Text),
            _ => {
                let (text, number) = self.number(scope, 2);
                (text, numeric(number))
            }
        }
    }

    fn segment(&mut self, name: &str, number: usize, of: &'w Entity) -> String {
        let scope = Scope { this: of, outer: None };
        let how = self.tape.pick(&["inline", "table", "view", "incremental"]);
        let columns = self.columns(scope);
        let rules = self.rules(scope);
        let extends = self.parent(of);
        let group = self.group(number, of);
        let keeps = self.keeps(scope);
        // What is inlined has no columns.
        let how = if how == "inline" && !columns.is_empty() { "view" } else { how };
        format!(
            "segment {name} on {}{extends} {{\n  materialize: {how}\n{group}{rules}{keeps}{columns}}}",
            of.name
        )
    }

    fn parent(&mut self, of: &Entity) -> String {
        let able: Vec<&str> =
            self.earlier.iter().filter(|(_, e)| e.name == of.name).map(|(name, _)| name.as_str()).collect();
        if able.is_empty() || !self.tape.one_in(5) {
            String::new()
        } else {
            format!(" extends {}", self.tape.pick(&able))
        }
    }

    /// The number of the segment is its priority, so that no group makes a cycle.
    fn group(&mut self, number: usize, of: &Entity) -> String {
        if !self.tape.one_in(9) {
            return String::new();
        }
        format!("  exclusive group: \"of {}\"\n  priority: {number}\n", of.name)
    }

    fn rules(&mut self, scope: Scope<'w>) -> String {
        match self.tape.below(8) {
            3 => {
                let mut rules = format!("  include where {}\n", self.cond(scope, 2));
                if self.tape.below(2) == 1 {
                    rules.push_str(&format!("  include where {}\n", self.cond(scope, 2)));
                }
                rules.push_str(&format!("  exclude where {}\n", self.cond(scope, 2)));
                rules
            }
            5 => format!("  exclude where {}\n", self.cond(scope, 3)),
            4 => format!("  where {}\n", self.cond(scope, 4)),
            _ => format!("  where {}\n", self.cond(scope, 2)),
        }
    }

    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0 && !self.tape.is_spent()
    }

    /// A field or trait of the wanted kind: of the row, behind to-one links, or of the outer row.
    fn field(&mut self, scope: Scope<'w>, wanted: impl Fn(Kind) -> bool) -> Option<(String, Kind)> {
        let (mut prefix, mut of) = match (scope.outer, self.tape.one_in(4)) {
            (Some(outer), true) => ("outer.".to_owned(), outer),
            _ => (String::new(), scope.this),
        };
        while !of.one.is_empty() && self.tape.one_in(4) {
            let (link, to, ..) = of.one[self.tape.below(of.one.len())];
            prefix.push_str(&format!("{link}."));
            of = &self.world.entities[to];
        }
        let (name, kind) = self.own_field(of, wanted)?;
        Some((format!("{prefix}{name}"), kind))
    }

    fn own_field(&mut self, of: &'w Entity, wanted: impl Fn(Kind) -> bool) -> Option<(String, Kind)> {
        let fields = of.fields.iter().filter(|field| wanted(field.kind));
        let traits = self.traits.iter().filter(|one| one.entity == of.name && wanted(one.kind));
        let able: Vec<(&str, Kind)> = fields
            .map(|field| (field.name, field.kind))
            .chain(traits.map(|one| (one.name.as_str(), one.kind)))
            .collect();
        if able.is_empty() {
            return None;
        }
        let (name, kind) = able[self.tape.below(able.len())];
        Some((name.to_owned(), kind))
    }

    fn not(&mut self) -> &'static str {
        if self.tape.one_in(3) { "not " } else { "" }
    }
}
