//! Random segments that often only grow, with now and then a part that may shrink: the
//! proof that nobody leaves must tell them apart.

use crate::support::tape::Tape;

/// (entity, conditions that hold for good, conditions that need not), of a row alone.
type Conditions = (&'static str, &'static [&'static str], &'static [&'static str]);

const CONDITIONS: &[Conditions] = &[
    (
        "customer",
        &[
            "age > 2",
            "plan != \"free\"",
            "name is present",
            "company.name is present",
            "not verified",
            "company.size >= 2",
            "age is missing",
            "signed_up_at after 2026-03-01",
            "active",
            "company.parent.name is present",
            "company.founded before born",
            "born during 2024-01-01 to 2026-03-29",
            "length(company.name) > 1",
        ],
        &[
            "company.name is missing",
            "company.size != 3",
            "not (company.name contains \"a\")",
            "signed_up_at during last 7 days",
            "coalesce(company.size, 9) > 5",
            "days_since(signed_up_at) < 10",
            "created_at before now",
        ],
    ),
    (
        "company",
        &["size > 1", "parent.name is present", "not (size > 4)", "founded before 2026-03-01", "true"],
        &["parent.name is missing", "not (parent.size > 1)", "founded during this month"],
    ),
    (
        "order",
        &[
            "status = \"paid\"",
            "status != \"paid\"",
            "total > 2",
            "gift",
            "not gift",
            "ordered_at during since 2026-03-01",
            "customer.age > 1",
            "customer.company.size > 1",
            "ordered_at after 2026-03-22",
        ],
        &["customer.age is missing", "ordered_at after 7 days ago", "not (customer.age > 3)"],
    ),
    (
        "line",
        &["quantity > 1", "order.total > 1", "product is present", "order.customer.age > 2", "price <= 3"],
        &["order.total is missing", "order.status != \"paid\""],
    ),
    (
        "event",
        &["amount >= 2", "at during since 2026-02-28", "customer.age > 1", "amount % 2 = 1"],
        &["at during last 30 days", "customer.name is missing"],
    ),
];

/// (entity, path, entity at its end).
const PATHS: &[(&str, &str, &str)] = &[
    ("customer", "orders", "order"),
    ("customer", "events", "event"),
    ("customer", "orders.lines", "line"),
    ("customer", "events[\"view\"]", "event"),
    ("customer", "company.people", "customer"),
    ("company", "people", "customer"),
    ("company", "people.orders", "order"),
    ("company", "branches", "company"),
    ("order", "lines", "line"),
    ("line", "order.lines", "line"),
    ("event", "customer.orders", "order"),
];

const WINDOWS: &[&str] = &[
    "",
    "",
    " during since 2026-03-01",
    " during 2026-02-28 to 2026-03-29",
    " during until 2026-04-30",
    " during 2026-03-01 through 2026-04-30",
    " during last 30 days",
    " during last 7 days",
    " during this month",
    " during last 7 days",
];

/// A file of segments; later ones refer to earlier ones.
pub fn file(tape: &mut Tape<'_>) -> String {
    let mut text = String::new();
    let mut earlier: Vec<&str> = Vec::new();
    for number in 0..tape.below(4) + 2 {
        let of = tape.pick(&["customer", "customer", "company", "order", "customer", "line", "event"]);
        let how = tape.pick(&["incremental", "incremental", "incremental", "inline", "table"]);
        // Plain ones half of the time: a deep condition seldom turns on one row.
        let depth = tape.pick(&[&0, &2, &0, &1]);
        let mut rules = format!("  include where {}\n", cond(tape, of, &earlier, *depth));
        if tape.one_in(4) {
            rules.push_str(&format!("  include where {}\n", cond(tape, of, &earlier, 1)));
        }
        if tape.one_in(6) {
            rules.push_str(&format!("  exclude where {}\n", alone(tape, of)));
        }
        let parents: Vec<usize> = (0..earlier.len()).filter(|&at| earlier[at] == of).collect();
        let extends = match parents.is_empty() || !tape.one_in(4) {
            true => String::new(),
            false => format!(" extends g{}", parents[tape.below(parents.len())]),
        };
        text.push_str(&format!("segment g{number} on {of}{extends} {{\n  materialize: {how}\n{rules}}}\n"));
        earlier.push(of);
    }
    text
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
        "company" => &[("", "company"), ("parent ", "company")],
        "order" => &[("", "order"), ("customer ", "customer"), ("customer.company ", "company")],
        "line" => &[("order ", "order"), ("order.customer ", "customer")],
        _ => &[("customer ", "customer")],
    };
    let (link, end) = links[tape.below(links.len())];
    let able: Vec<usize> = (0..earlier.len()).filter(|&at| earlier[at] == end).collect();
    let not = if tape.one_in(10) { "not " } else { "" };
    (!able.is_empty()).then(|| format!("{link}{not}in segment g{}", able[tape.below(able.len())]))
}

fn aggregate(tape: &mut Tape<'_>, of: &str, earlier: &[&str], depth: usize) -> Option<String> {
    let able: Vec<_> = PATHS.iter().filter(|(entity, ..)| *entity == of).collect();
    if able.is_empty() {
        return None;
    }
    let (_, path, end) = able[tape.below(able.len())];
    let timed = path.contains("orders") || path.contains("events") || *path == "order.lines";
    let mut rest = if timed { tape.pick(WINDOWS).to_owned() } else { String::new() };
    if *path == "order.lines" {
        rest.clear();
    }
    if depth > 0 && tape.one_in(2) {
        rest.push_str(&format!(" where {}", cond(tape, end, earlier, depth - 1)));
    }
    let n = tape.pick(&["1", "2", "3"]);
    let (number, time) = match *end {
        "order" => ("total", "ordered_at"),
        "line" => ("quantity", "product"),
        "event" => ("amount", "at"),
        "customer" => ("age", "created_at"),
        _ => ("size", "founded"),
    };
    let (value, op) = match tape.below(7) {
        0 | 1 => return Some(format!("exists({path}{rest})")),
        2 => (format!("count({path}{rest})"), ">="),
        3 => (format!("sum({path}.{number}{rest})"), ">"),
        4 => (format!("max({path}.{number}{rest})"), ">="),
        5 => (format!("min({path}.{number}{rest})"), "<="),
        _ => (format!("count distinct({path}.{time}{rest})"), ">"),
    };
    if matches!(*end, "order" | "event") && tape.one_in(6) {
        let end = tape.pick(&["last", "first"]);
        let side = if (end == "last") != tape.one_in(4) { "after" } else { "before" };
        return Some(format!("{end}({path}.{time}{rest}) {side} 2026-03-22T00:00:00Z"));
    }
    // The wrong way round now and then.
    let op = if tape.one_in(4) { tape.pick(&["<", ">", "=", "<=", ">="]) } else { op };
    Some(format!("{value} {op} {n}"))
}
