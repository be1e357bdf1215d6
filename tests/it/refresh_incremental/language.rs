//! Random segments of the whole language, as in `agreement`, over rows that arrive and change. Every
//! construct meets the rules of refresh, but their edges only by chance.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use segc::api::Session;
use segc::evaluate::Evaluator;

use crate::agreement::segments;
use crate::agreement::world::{self as shapes, World, values};
use crate::refresh_incremental::case::Case;
use crate::refresh_incremental::growing;
use crate::refresh_incremental::oracle;
use crate::refresh_incremental::segments::{Item, Written};
use crate::refresh_incremental::world::{Changes, Declared, Deletes, Entity, Facts, Field, Kind};
use crate::support::tape::Tape;

/// Segments of a case.
const SEGMENTS: usize = 12;

/// The entities that the segments are written over, with columns stored as their types say.
fn shapes() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| World::random(&mut Tape::new(&[])));
    &WORLD
}

/// The same, with columns that say when a row arrived, changed or went.
pub fn entities() -> &'static [Entity] {
    static ENTITIES: LazyLock<Vec<Entity>> = LazyLock::new(|| shapes().entities.iter().map(entity).collect());
    &ENTITIES
}

/// Made once, and kept for as long as the tests run.
fn entity(shape: &'static shapes::Entity) -> Entity {
    let mut fields: Vec<Field> = shape.fields.iter().map(|field| self::field(shape, field)).collect();
    fields.extend(["updated_at", "deleted_at", "loaded_at"].map(|name| Field {
        name,
        ty: "timestamp",
        kind: Kind::Stamp,
    }));
    let link = |(name, to, own, other): &shapes::Link, many: &str| -> &'static str {
        let to = shapes().entities[*to].name;
        format!("{name}: {{ to: {to}, {many}on: {{ {own}: {other} }} }}").leak()
    };
    let links = shape.one.iter().map(|one| link(one, ""));
    let links: Vec<&str> = links.chain(shape.many.iter().map(|many| link(many, "many: true, "))).collect();
    Entity {
        name: shape.name,
        table: shape.table,
        key: shape.key.len(),
        time: shape.time,
        event_name: shape
            .fields
            .iter()
            .find(|field| field.kind == shapes::Kind::Event)
            .map(|field| field.name),
        fields: fields.leak(),
        links: links.leak(),
        most: match shape.name {
            "company" => 5,
            "customer" | "day" => 11,
            _ => 18,
        },
    }
}

fn field(shape: &shapes::Entity, field: &'static shapes::Field) -> Field {
    let mut ty = format!("\"{}\"", field.ty);
    if field.kind == shapes::Kind::Plan {
        ty.push_str(&format!(", values: [{}]", shapes::PLANS.join(", ")));
    }
    if !field.storage.is_empty() {
        ty.push_str(&format!(", {}", field.storage));
    }
    let target = shape.one.iter().find(|(_, _, own, _)| *own == field.name).map(|(_, to, ..)| *to);
    let kind = match (field.kind, field.within, target) {
        _ if shape.key.contains(&field.name) => Kind::Key,
        (_, Some(document), _) => Kind::Inside(document),
        (_, _, Some(to)) => Kind::Ref(shapes().entities[to].name),
        (shapes::Kind::Boolean, ..) => Kind::Boolean,
        (shapes::Kind::Date, ..) => Kind::Date,
        (shapes::Kind::Timestamp, ..) => Kind::Timestamp,
        (kind, ..) => Kind::Text(values(kind)),
    };
    Field { name: field.name, ty: ty.leak(), kind }
}

/// Declarations that often let segments be refreshed by keys: links and names of events stay.
pub fn facts(tape: &mut Tape<'_>) -> Facts {
    let declare = |entity: &Entity| {
        let stays = |field: &&Field| {
            matches!(field.kind, Kind::Key | Kind::Ref(_)) || matches!(field.name, "kind" | "on_day")
        };
        let how = tape.below(8);
        let kept = if how == 3 { entity.key } else { entity.fields.len() };
        let immutable = entity.fields[..kept].iter().filter(stays).map(|field| field.name).collect();
        let changes = if how < 3 { Changes::Append } else { Changes::Mutable };
        let deletes = match tape.below(6) {
            0 if changes == Changes::Mutable => Deletes::Soft,
            1 if changes == Changes::Mutable => Deletes::Hard,
            2 if changes == Changes::Mutable && entity.name == "customer" => Deletes::Flag,
            _ => Deletes::Never,
        };
        let ingested = changes == Changes::Append || tape.one_in(2);
        Declared {
            changes,
            ingested,
            deletes,
            immutable,
            settle: Some(1),
            lateness: 0,
            rebuild_every: None,
            encoding: None,
            per_event: false,
        }
    };
    entities().iter().map(declare).collect()
}

/// Traits, and segments made of bytes of their own, the earlier of which later ones refer to.
pub fn write(traits: &mut Tape<'_>, bytes: &[u8], first: Timestamp) -> Written {
    let longest = bytes.len() / SEGMENTS;
    // A short tape makes a simple segment.
    let tape = |bytes: &'_ [u8]| -> usize { 10 + usize::from(bytes[0]) * (bytes.len() - 10) / 256 };
    let chunks = bytes.chunks_exact(longest.max(11)).take(SEGMENTS);
    let mut tapes: Vec<Tape<'_>> = chunks.map(|chunk| Tape::new(&chunk[..tape(chunk)])).collect();
    let texts = segments::file(shapes(), traits, &mut tapes);
    let (computed, written): (Vec<String>, Vec<String>) =
        texts.into_iter().partition(|text| text.starts_with("trait "));
    let mut before = computed.join("\n") + "\n";
    let item = |text: String| {
        let name = text.split_whitespace().nth(1).expect("a segment has a name").to_owned();
        // What is a table is refreshed.
        let text = text.replace("materialize: table", "materialize: incremental");
        Item { name, text: format!("{}{text}\n", std::mem::take(&mut before)), tags: ["language"].into() }
    };
    let items: Vec<Item> = written.into_iter().map(item).collect();
    let other = items.first().cloned().unwrap_or_else(|| Item {
        name: String::new(),
        text: String::new(),
        tags: BTreeSet::new(),
    });
    Written { items, other, edges: growing::edges(first) }
}

/// A number beyond its type would stop a script: what meets one at any run, by the evaluator, takes part
/// in none, nor does what depends on it.
pub fn leave_out_what_overflows(case: &mut Case, sessions: &[Session]) {
    let hir = sessions[0].hir();
    let mut out: BTreeSet<&str> = BTreeSet::new();
    for (number, run) in case.runs.iter().enumerate() {
        let rows = oracle::data(hir, case, |row| row.at(number));
        let mut evaluator = Evaluator::new(hir, &rows, run.as_of());
        let fails = hir.iter().filter(|(id, _)| evaluator.members(*id).is_err());
        out.extend(fails.map(|(_, segment)| segment.name.as_str()));
    }
    for item in &case.configs[0].items {
        let group =
            |text: &'_ str| text.lines().find(|line| line.contains("exclusive group")).map(str::to_owned);
        let rival = |name: &str| {
            let other = case.configs[0].items.iter().find(|item| item.name == name);
            group(&item.text).is_some() && other.is_some_and(|other| group(&other.text) == group(&item.text))
        };
        let depends = out.iter().any(|name| item.name != *name && (item.text.contains(*name) || rival(name)));
        if depends {
            out.insert(&item.name);
        }
    }
    let out: Vec<String> = out.into_iter().map(str::to_owned).collect();
    for run in &mut case.runs {
        run.without.retain(|name| !out.contains(name));
        run.without.extend(out.iter().cloned());
    }
}
