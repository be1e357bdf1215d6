//! Random segments that are mostly append-only, over rows that only arrive, so that refreshes only
//! insert. Occasionally a part can lose members, and the proof that members never leave must notice
//! it.

use jiff::Timestamp;
use segc::types::Unit;

use crate::refresh_incremental::segments::{Item, Written};
use crate::refresh_incremental::times::Edge;
use crate::refresh_incremental::world::{Changes, Deletes, Facts, best};
use crate::support::tape::Tape;

/// (entity, conditions that hold for good, conditions that need not), of a row alone.
type Conditions = (&'static str, &'static [&'static str], &'static [&'static str]);

const CONDITIONS: &[Conditions] = &[
    (
        "customer",
        &[
            "score > 2",
            "tier != \"free\"",
            "tier is present",
            "company.name is present",
            "not active",
            "company.size >= 2",
            "score is missing",
            "signed_up_at after 2026-03-01",
            "active",
            "plan.level = 2",
            "company.opened_at before signed_up_at",
            "born during 2024-01-01 to 2026-03-29",
            "length(company.name) > 1",
        ],
        &[
            "company.name is missing",
            "company.size != 3",
            "not (company.name contains \"o\")",
            "signed_up_at during last 7 days",
            "coalesce(company.size, 9) > 5",
            "days_since(signed_up_at) < 10",
            "last_seen_at before now",
        ],
    ),
    (
        "company",
        &["size > 1", "name is present", "not (size > 4)", "opened_at before 2026-03-01", "true"],
        &["days_since(opened_at) < 60", "opened_at during this month"],
    ),
    (
        "order",
        &[
            "status = \"paid\"",
            "status != \"paid\"",
            "total > 2",
            "weight > 0.25",
            "ordered_at during since 2026-03-01",
            "customer.score > 1",
            "customer.company.size > 1",
            "ordered_at after 2026-03-22",
        ],
        &["customer.score is missing", "ordered_at after 7 days ago", "not (customer.score > 3)"],
    ),
    (
        "line",
        &["quantity > 1", "order.total > 1", "product is present", "order.customer.score > 2", "price <= 3"],
        &["order.total is missing", "order.status != \"paid\""],
    ),
    (
        "event",
        &["amount >= 2", "at during since 2026-02-28", "customer.score > 1", "amount % 2 = 1"],
        &["at during last 30 days", "customer.tier is missing"],
    ),
    ("visit", &["pages > 1", "at after 2026-03-22", "customer.active"], &["customer.tier is missing"]),
];

/// (entity, path, entity at its end, whether windows apply).
const PATHS: &[(&str, &str, &str, bool)] = &[
    ("customer", "orders", "order", true),
    ("customer", "events", "event", true),
    ("customer", "visits", "visit", true),
    ("customer", "orders.lines", "line", true),
    ("customer", "events[\"view\"]", "event", true),
    ("customer", "company.people", "customer", false),
    ("company", "people", "customer", false),
    ("company", "people.orders", "order", true),
    ("order", "lines", "line", false),
    ("line", "order.lines", "line", false),
    ("event", "customer.orders", "order", true),
];

const WINDOWS: &[&str] = &[
    "",
    "",
    " during since 2026-03-01",
    " during 2026-02-28 to 2026-03-29",
    " during until 2026-04-30",
    " during 2026-03-01 through 2026-04-30",
    // Rows age out of these.
    " during last 30 days",
    " during last 7 days",
    " during last 7 days",
    " during last 24 hours",
    " during this month",
];

/// Where the windows begin and end.
pub fn edges(first: Timestamp) -> Vec<Edge> {
    let days = ["2026-02-28", "2026-03-01", "2026-03-22", "2026-03-29", "2026-04-30", "2026-05-01"];
    let fixed = days.map(|day| Edge::Fixed(format!("{day}T00:00:00Z").parse().expect("an instant")));
    let moving = [
        Edge::Now,
        Edge::Ago(30, Unit::Day),
        Edge::Ago(7, Unit::Day),
        Edge::Ago(24, Unit::Hour),
        Edge::Start(Unit::Month, 0),
    ];
    fixed.into_iter().chain(moving).chain([Edge::Fixed(first)]).collect()
}

/// Declarations that rows only arrive, mostly with a column that says when: their own times may be any.
pub fn facts(tape: &mut Tape<'_>) -> Facts {
    let mut facts = best();
    for declared in facts.iter_mut().filter(|declared| declared.changes != Changes::Static) {
        declared.changes = Changes::Append;
        declared.deletes = Deletes::Never;
        declared.immutable.clear();
        declared.ingested = !tape.one_in(6);
        if tape.one_in(8) {
            declared.settle = None;
        }
    }
    facts
}

/// Segments, of which later ones refer to earlier ones; the last is one that none refers to.
pub fn write(tape: &mut Tape<'_>, first: Timestamp) -> Written {
    let (mut items, mut earlier, mut other) = (Vec::new(), Vec::new(), None);
    let count = tape.below(4) + 2;
    for number in 0..count {
        let of = tape.pick(&["customer", "customer", "company", "order", "customer", "line", "event"]);
        let how = tape.pick(&["incremental", "incremental", "incremental", "inline", "table"]);
        let parents: Vec<usize> = (0..earlier.len()).filter(|&at| earlier[at] == of).collect();
        let extends = match parents.is_empty() || !tape.one_in(4) {
            true => String::new(),
            false => format!(" extends s{}", parents[tape.below(parents.len())]),
        };
        let head = format!("segment s{number} on {of}{extends} {{\n  materialize: {how}\n");
        let item = |rules: String| Item {
            name: format!("s{number}"),
            text: format!("{head}{rules}}}\n"),
            tags: ["growing"].into(),
        };
        if number == 0 {
            other = Some(item(rules(tape, of, &earlier)));
        }
        items.push(item(rules(tape, of, &earlier)));
        if number + 1 < count {
            earlier.push(of);
        }
    }
    Written { items, other: other.expect("at least one segment"), edges: edges(first) }
}

fn rules(tape: &mut Tape<'_>, of: &str, earlier: &[&str]) -> String {
    // Plain ones half of the time: a deep condition seldom turns on one row.
    let depth = [0, 2, 0, 1][tape.below(4)];
    let mut rules = format!("  include where {}\n", cond(tape, of, earlier, depth));
    if tape.one_in(4) {
        rules.push_str(&format!("  include where {}\n", cond(tape, of, earlier, 1)));
    }
    if tape.one_in(6) {
        rules.push_str(&format!("  exclude where {}\n", alone(tape, of)));
    }
    rules
}

fn alone(tape: &mut Tape<'_>, of: &str) -> String {
    let Some((_, growing, others)) = CONDITIONS.iter().find(|(entity, ..)| *entity == of) else {
        return "true".to_owned();
    };
    let able = if tape.one_in(12) { others } else { growing };
    tape.pick(able).to_owned()
}

fn cond(tape: &mut Tape<'_>, of: &str, earlier: &[&str], depth: usize) -> String {
    match tape.below(9) {
        0 => alone(tape, of),
        1 if depth > 0 => {
            format!("({} and {})", cond(tape, of, earlier, depth - 1), cond(tape, of, earlier, depth - 1))
        }
        2 if depth > 0 => {
            format!("({} or {})", cond(tape, of, earlier, depth - 1), cond(tape, of, earlier, depth - 1))
        }
        3 => member(tape, of, earlier).unwrap_or_else(|| alone(tape, of)),
        _ => aggregate(tape, of, earlier, depth).unwrap_or_else(|| alone(tape, of)),
    }
}

fn member(tape: &mut Tape<'_>, of: &str, earlier: &[&str]) -> Option<String> {
    let links: &[(&str, &str)] = match of {
        "customer" => &[("", "customer"), ("company ", "company")],
        "company" => &[("", "company")],
        "order" => &[("", "order"), ("customer ", "customer"), ("customer.company ", "company")],
        "line" => &[("order ", "order"), ("order.customer ", "customer")],
        _ => &[("customer ", "customer")],
    };
    let (link, end) = links[tape.below(links.len())];
    let able: Vec<usize> = (0..earlier.len()).filter(|&at| earlier[at] == end).collect();
    let not = if tape.one_in(10) { "not " } else { "" };
    (!able.is_empty()).then(|| format!("{link}{not}in segment s{}", able[tape.below(able.len())]))
}

fn aggregate(tape: &mut Tape<'_>, of: &str, earlier: &[&str], depth: usize) -> Option<String> {
    let able: Vec<_> = PATHS.iter().filter(|(entity, ..)| *entity == of).collect();
    if able.is_empty() {
        return None;
    }
    let (_, path, end, timed) = able[tape.below(able.len())];
    let mut rest = if *timed { tape.pick(WINDOWS).to_owned() } else { String::new() };
    if depth > 0 && tape.one_in(2) {
        rest.push_str(&format!(" where {}", cond(tape, end, earlier, depth - 1)));
    }
    let n = tape.pick(&["1", "2", "3"]);
    let (number, other) = match *end {
        "order" => ("total", "ordered_at"),
        "line" => ("quantity", "product"),
        "event" => ("amount", "at"),
        "visit" => ("pages", "at"),
        _ => ("score", "born"),
    };
    let (value, op) = match tape.below(7) {
        0 | 1 => return Some(format!("exists({path}{rest})")),
        2 => (format!("count({path}{rest})"), ">="),
        3 => (format!("sum({path}.{number}{rest})"), ">"),
        4 => (format!("max({path}.{number}{rest})"), ">="),
        5 => (format!("min({path}.{number}{rest})"), "<="),
        _ => (format!("count distinct({path}.{other}{rest})"), ">"),
    };
    if matches!(*end, "order" | "event" | "visit") && tape.one_in(6) {
        let end = tape.pick(&["last", "first"]);
        let side = if (end == "last") != tape.one_in(4) { "after" } else { "before" };
        return Some(format!("{end}({path}.{other}{rest}) {side} 2026-03-22T00:00:00Z"));
    }
    // The wrong way round now and then.
    let op = if tape.one_in(4) { tape.pick(&["<", ">", "=", "<=", ">="]) } else { op };
    Some(format!("{value} {op} {n}"))
}
