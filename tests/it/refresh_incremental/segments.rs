//! Random segments: their storage, entities, `keep`s and `expire`s.

use std::collections::BTreeSet;

use jiff::Timestamp;
use segc::types::calendar::Calendar;

use crate::refresh_incremental::conds::Writer;
use crate::refresh_incremental::times::Edge;
use crate::support::tape::Tape;

/// A segment and what it proves.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub text: String,
    pub tags: BTreeSet<&'static str>,
}

/// What may be before the segments.
pub const PRELUDE: &str = "\
trait spent on customer = sum(orders.total where status = \"paid\")
trait recent on customer = count(orders during last 30 days)
";

pub struct Written {
    pub items: Vec<Item>,
    /// The first again, with another condition.
    pub other: Item,
    pub edges: Vec<Edge>,
}

/// Segments, of which later ones refer to earlier ones; the last is one that none refers to.
pub fn write(tape: &mut Tape<'_>, calendar: &Calendar, first: Timestamp) -> Written {
    let mut writer =
        Writer { tape, calendar, first, edges: Vec::new(), tags: BTreeSet::new(), earlier: Vec::new() };
    let mut items = Vec::new();
    let grouped = writer.tape.one_in(5);
    let held = writer.tape.one_in(5);
    let count = writer.tape.below(4) + 3;
    let mut other = None;
    let lists = writer.tape.one_in(3);
    for number in 0..count {
        if lists && number == 1 {
            items.push(list(&mut writer, grouped));
        }
        let entity = match number {
            0 => writer.tape.pick(&["customer", "customer", "company", "customer", "customer"]),
            _ if grouped => "customer",
            _ => writer.tape.pick(&["customer", "customer", "order", "customer", "company"]),
        };
        let name = format!("s{number}");
        let how = writer.tape.pick(&[
            "incremental",
            "incremental",
            "table",
            "incremental",
            "inline",
            "incremental",
        ]);
        let mut head = format!("segment {name} on {entity}");
        let mut lines = Vec::new();
        let parents: Vec<String> =
            writer.earlier.iter().filter(|(_, of)| *of == entity).map(|(name, _)| name.clone()).collect();
        if !parents.is_empty() && writer.tape.one_in(4) {
            writer.tags.insert("extends");
            head.push_str(&format!(" extends {}", parents[writer.tape.below(parents.len())]));
        }
        let sticky = held && entity == "customer" && number + 1 < count.max(2) && !head.contains("extends");
        let kept = writer.tape.one_in(5);
        let history = writer.tape.one_in(3);
        let stored = sticky || history;
        let how = if stored && how == "inline" { "incremental" } else { how };
        lines.push(format!("materialize: {how}"));
        if grouped && entity == "customer" {
            writer.tags.insert("group");
            lines.push(format!("exclusive group: \"mail\"\n  priority: {}", number + 1));
        }
        if sticky {
            writer.tags.insert("expire");
            let long = writer.tape.pick(&["1 day", "36 hours", "14 days", "1 month"]);
            lines.push(format!("expire: {long}"));
        }
        if history {
            lines.push("history: true".to_owned());
        }
        let properties = lines.join("\n  ");
        let edited = {
            let seen = writer.tags.clone();
            let text = rules(&mut writer, entity, kept);
            let edited = format!("{head} {{\n  {properties}\n{text}}}\n");
            writer.tags = seen;
            edited
        };
        let text = format!("{head} {{\n  {properties}\n{}}}\n", rules(&mut writer, entity, kept));
        // Of the text alone, so that all else of a case is what it is without columns.
        let columns = if how == "inline" { String::new() } else { columns(&text, entity, &writer.earlier) };
        let with_columns = |text: String| format!("{}{columns}}}\n", text.trim_end().trim_end_matches('}'));
        let (text, edited) = (with_columns(text), with_columns(edited));
        let tags = std::mem::take(&mut writer.tags);
        if number == 0 {
            other = Some(Item { name: name.clone(), text: edited, tags: tags.clone() });
        }
        items.push(Item { name: name.clone(), text, tags });
        // The last is left out of some runs, so nothing may depend on it.
        if number + 1 < count {
            writer.earlier.push((name, entity));
        }
    }
    Written { items, other: other.expect("at least one segment"), edges: writer.edges }
}

/// A static list, which others read.
fn list(writer: &mut Writer<'_, '_>, grouped: bool) -> Item {
    let mut properties = String::new();
    if grouped && writer.tape.one_in(2) {
        // Before all others: it depends on none, of which one is left out of some runs.
        properties.push_str("  exclusive group: \"mail\"\n  priority: 0\n");
    }
    if writer.tape.one_in(3) {
        properties.push_str("  history: true\n");
    }
    writer.earlier.push(("listed".to_owned(), "customer"));
    Item {
        name: "listed".to_owned(),
        text: format!("segment listed on customer from list \"lists/chosen.csv\" {{\n{properties}}}\n"),
        tags: BTreeSet::from(["list"]),
    }
}

/// The columns of every third segment.
fn columns(text: &str, entity: &str, earlier: &[(String, &str)]) -> String {
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut below = |count: usize| {
        hash = hash.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(hash >> 33).expect("31 bits") % count
    };
    if below(3) > 0 {
        return String::new();
    }
    let mut all: Vec<String> = column_values(entity).iter().map(|value| (*value).to_owned()).collect();
    let segments = earlier.iter().filter(|(_, of)| *of == entity);
    all.extend(segments.map(|(name, _)| format!("is_{name} = in segment {name}")));
    let count = below(3) + 1;
    let chosen: Vec<String> = (0..count).map(|_| all.remove(below(all.len()))).collect();
    format!("  with {}\n", chosen.join(", "))
}

fn column_values(entity: &str) -> &'static [&'static str] {
    match entity {
        "customer" => &[
            "spent",
            "recent",
            "tier",
            "score",
            "last_seen_at",
            "born",
            "active",
            "ratio",
            "company_name = company.name",
            "level = plan.level",
            "orders = count(orders)",
            "weight = sum(orders.weight)",
            "mean = avg(orders.total)",
            "per_order = score / count(orders)",
            "newest = max(orders.ordered_at)",
            "last_status = last(orders.status)",
            "bought = exists(events[\"buy\"] during last 7 days)",
            "seen_lately = last_seen_at during last 24 hours",
            "people = company.size + score",
            "known = coalesce(company.name, tier, \"nobody\")",
            "lines = count(orders.lines where quantity > 1)",
            "fresh = days_since(last_seen_at) <= 3",
            "statuses = count distinct(orders.status)",
        ],
        "company" => &[
            "name",
            "size",
            "staff = count(people)",
            "sold = sum(people.orders.total)",
            "golden = count(people where tier = \"gold\")",
            "newest = max(people.signed_up_at)",
        ],
        _ => &[
            "status",
            "total",
            "ordered_at",
            "country = customer.country",
            "worth = sum(lines.quantity * price)",
            "company = customer.company.name",
            "lines = count(lines)",
        ],
    }
}

fn rules(writer: &mut Writer<'_, '_>, entity: &str, kept: bool) -> String {
    let depth = usize::from(writer.tape.one_in(4));
    let mut text = match kept && writer.tape.one_in(2) {
        true => String::new(),
        false => format!("  include where {}\n", writer.cond(entity, depth)),
    };
    if !text.is_empty() && writer.tape.one_in(6) {
        text.push_str(&format!("  include where {}\n", writer.cond(entity, 0)));
    }
    if writer.tape.one_in(6) {
        writer.tags.insert("exclude");
        text.push_str(&format!("  exclude where {}\n", writer.cond(entity, 0)));
    }
    if kept {
        writer.tags.insert("keep");
        let by = match entity {
            "customer" => writer.tape.pick(&[
                "score",
                "spent",
                "recent",
                "last_seen_at",
                "count(events during last 24 hours)",
            ]),
            "company" => {
                writer.tape.pick(&["size", "count(people)", "count(people.orders during last 30 days)"])
            }
            _ => writer.tape.pick(&["total", "ordered_at", "count(lines)"]),
        };
        let per = match entity {
            "customer" => writer.tape.pick(&["", " per company", " per tier"]),
            _ => "",
        };
        let how = writer.tape.pick(&["top 2", "bottom 1", "top 50%", "bottom 34%"]);
        text.push_str(&match writer.tape.below(6) {
            0 => "  keep sample 50% seed \"autumn\"\n".to_owned(),
            _ => format!("  keep {how}{per} by {by}\n"),
        });
    }
    text
}
