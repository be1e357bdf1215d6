//! Random conditions, usually a single one, so that one clause of the rules is decisive.

use std::collections::BTreeSet;

use jiff::Timestamp;
use segc::types::calendar::Calendar;

use crate::refresh_incremental::times::{self, Edge, INSTANTS, PERIODS, WINDOWS};
use crate::support::tape::Tape;

/// Rows that an aggregate may range over.
pub struct Source {
    pub from: &'static str,
    pub path: &'static str,
    pub to: &'static str,
    pub timed: bool,
}

const fn source(from: &'static str, path: &'static str, to: &'static str, timed: bool) -> Source {
    Source { from, path, to, timed }
}

const SOURCES: &[Source] = &[
    source("customer", "orders", "order", true),
    source("customer", "orders", "order", true),
    source("customer", "events", "event", true),
    source("customer", "events[\"buy\"]", "event", true),
    source("customer", "visits", "visit", true),
    source("customer", "days", "day", true),
    source("customer", "orders.lines", "line", true),
    source("customer", "company.people", "customer", false),
    source("company", "people", "customer", false),
    source("company", "people.orders", "order", true),
    source("company", "people.events", "event", true),
    source("company", "people.orders.lines", "line", true),
    source("order", "lines", "line", false),
    source("order", "customer.visits", "visit", true),
    source("order", "customer.orders", "order", true),
];

/// Fields by entity: numbers, texts, instants.
fn numbers(entity: &str) -> &'static [&'static str] {
    match entity {
        "order" => &["total", "total", "weight"],
        "line" => &["quantity", "price"],
        "event" => &["amount"],
        "customer" => &["score", "ratio"],
        _ => &["pages"],
    }
}

fn texts(entity: &str) -> Option<(&'static str, &'static str)> {
    Some(match entity {
        "order" => ("status", "paid"),
        "line" => ("product", "tea"),
        "event" => ("kind", "buy"),
        "customer" => ("tier", "gold"),
        _ => return None,
    })
}

/// Of one row, and at most the clock.
const ROW: &[(&str, &[&str])] = &[
    (
        "customer",
        &[
            "tier = \"gold\"",
            "tier != \"free\"",
            "active",
            "score > 2",
            "company.size > 2",
            "company.name is missing",
            "plan.level = 2",
            "country = \"US\"",
            "company.size != 3",
        ],
    ),
    ("company", &["size > 1", "name = \"Acme\"", "name != \"Acme\""]),
    ("order", &["status = \"paid\"", "total > 1", "customer.tier = \"gold\"", "customer.company.size > 2"]),
];

/// Of one row and the clock, each with the tag of its clause.
const CLOCK: &[(&str, &str, &str)] = &[
    ("customer", "modulo", "days_since(signed_up_at) % 7 = 0"),
    ("customer", "modulo", "days_since(born) % 2 = 0"),
    ("customer", "credit days", "days_since(signed_up_at) > credit_days"),
    ("customer", "credit days", "days_since(last_seen_at) = credit_days"),
    ("customer", "field and clock", "last_seen_at + 7 days before now"),
    ("customer", "field and clock", "last_seen_at + 1 month after now"),
    ("customer", "clock alone", "days_between(2024-02-28, date(now)) % 2 = 0"),
    ("customer", "clock alone", "month(now) = 3"),
    ("customer", "clock alone", "weekday(now) = 2 and score > 1"),
    ("company", "modulo", "days_since(opened_at) % 7 = 0"),
    ("order", "modulo", "days_since(ordered_at) % 2 = 0"),
    ("order", "field and clock", "due_at before now"),
    ("order", "field and clock", "ordered_at + 30 days after now"),
    ("order", "field and clock", "customer.last_seen_at before 1 day ago"),
];

/// What may be asked of a row inside an aggregate.
const INSIDE: &[(&str, &[&str])] = &[
    (
        "order",
        &[
            "status = \"paid\"",
            "status != \"refunded\"",
            "total > 1",
            "weight > 0.25",
            "due_at before now",
            "due_at after now",
            "days_since(ordered_at) % 7 = 0",
            "due_at before 30 days ago",
            "exists(lines where quantity > 1)",
            "count(lines) >= 2",
            "customer.tier = \"gold\"",
            "ordered_at + 30 days before now",
            "days_since(ordered_at) > customer.credit_days",
        ],
    ),
    (
        "event",
        &["amount > 1", "amount % 2 = 0", "kind = \"buy\"", "days_since(at) < 10", "amount is missing"],
    ),
    ("visit", &["pages > 1", "at before 24 hours ago", "pages != 2"]),
    ("day", &["pages > 1", "weekday(day) = 1", "day before today"]),
    ("line", &["quantity > 1", "price > 1", "product = \"tea\"", "order.status = \"paid\""]),
    (
        "customer",
        &[
            "active",
            "tier = \"gold\"",
            "score > 2",
            "last_seen_at before 30 days ago",
            "exists(orders during last 30 days)",
            "count(orders) >= 2",
            "days_since(signed_up_at) > credit_days",
        ],
    ),
];

/// With `outer.` fields of a customer, whose aggregate it is.
const OUTER: &[(&str, &[&str])] = &[
    ("order", &["ordered_at after outer.last_seen_at", "total > outer.score", "outer.tier = \"gold\""]),
    ("event", &["at after outer.signed_up_at", "amount > outer.score"]),
    ("visit", &["at after outer.last_seen_at"]),
];

/// Windows that are anchored to the row outside, with days from its field to the edge.
const ANCHORED: &[&str] = &[
    "outer.signed_up_at to outer.signed_up_at + 7 days",
    "outer.signed_up_at to outer.signed_up_at + 30 days",
    "since outer.last_seen_at",
    "until outer.last_seen_at + 7 days",
    "outer.last_seen_at - 7 days to now",
];

const SEQUENCES: &[(&str, &str)] = &[
    ("sequence", "events[\"view\"] then events[\"buy\"]"),
    ("sequence", "events[\"view\"] then within 1 day events[\"cart\"] then events[\"buy\"] within 7 days"),
    ("sequence", "events[\"view\"] then not events[\"cart\"] then events[\"buy\"]"),
    ("sequence", "(events[\"cart\"] where amount > 0) then (orders where status = \"paid\") within 30 days"),
    ("sequence", "events[\"view\"] then events[\"buy\"] matching amount"),
    ("sequence", "events[\"view\"] then events[\"buy\"] during last 30 days"),
    ("then not", "events[\"cart\"] then not events[\"buy\"] within 1 day"),
    ("then not", "events[\"cart\"] then not events[\"buy\"] within 7 days"),
    ("then not", "visits then not orders within 24 hours"),
    ("then not", "events[\"cart\"] then not events[\"buy\"] within 7 days during last 30 days"),
    (
        "then not",
        "events[\"view\"] then events[\"cart\"] then not events[\"buy\"] within 1 day matching amount",
    ),
];

/// How far from a step, in hours, the rows of a sequence turn.
pub const SPANS: &[i64] = &[24, 24 * 7, 24 * 30];

/// Writes conditions, and notes where time turns in them.
pub struct Writer<'w, 't> {
    pub tape: &'w mut Tape<'t>,
    pub calendar: &'w Calendar,
    pub first: Timestamp,
    pub edges: Vec<Edge>,
    pub tags: BTreeSet<&'static str>,
    /// Segments that may be referred to, with their entities.
    pub earlier: Vec<(String, &'static str)>,
}

fn of<T: Copy>(table: &[(&'static str, T)], entity: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == entity).map(|(_, items)| *items)
}

impl Writer<'_, '_> {
    fn tag(&mut self, tag: &'static str) {
        self.tags.insert(tag);
    }

    fn not(&mut self) -> &'static str {
        if self.tape.one_in(3) { "not " } else { "" }
    }

    /// An instant that moves, or a literal near the first run.
    fn instant(&mut self) -> String {
        let at = self.tape.below(INSTANTS.len() + 2);
        if let Some((text, edge)) = INSTANTS.get(at) {
            self.edges.push(*edge);
            return (*text).to_owned();
        }
        let by = i64::try_from(self.tape.below(60)).unwrap_or(0) - 40;
        self.literal(by)
    }

    /// A date this many days from the first run.
    fn literal(&mut self, by: i64) -> String {
        let day = times::day(self.calendar, self.first, by).expect("a day of these years");
        self.edges.extend(self.calendar.midnight(day).map(Edge::Fixed));
        day.to_string()
    }

    /// ` during W`, or nothing.
    fn window(&mut self, anchored: bool) -> String {
        let at = self.tape.below(WINDOWS.len() + 8);
        if let Some(window) = WINDOWS.get(at) {
            self.tag(window.shape);
            self.edges.extend(window.edges);
            return if window.text.is_empty() { String::new() } else { format!(" during {}", window.text) };
        }
        if anchored && at.is_multiple_of(2) {
            self.tag("anchored");
            return format!(" during {}", self.tape.pick(ANCHORED));
        }
        self.tag("literal");
        match self.tape.below(4) {
            0 => format!(" during {} to {}", self.literal(-35), self.literal(1)),
            1 => format!(" during {} through {}", self.literal(-10), self.literal(3)),
            2 => format!(" during since {}", self.literal(-30)),
            _ => format!(" during until {}", self.literal(2)),
        }
    }

    fn source(&mut self, entity: &str, timed: bool) -> Option<&'static Source> {
        let able: Vec<&Source> =
            SOURCES.iter().filter(|one| one.from == entity && (one.timed || !timed)).collect();
        (!able.is_empty()).then(|| able[self.tape.below(able.len())])
    }

    fn filter(&mut self, source: &Source) -> String {
        let outer = of(OUTER, source.to).filter(|_| source.from == "customer" && !source.path.contains('.'));
        if let Some(items) = outer
            && self.tape.one_in(4)
        {
            self.tag("outer field");
            return self.tape.pick(items).to_owned();
        }
        let items = of(INSIDE, source.to).expect("conditions on its rows");
        let text = self.tape.pick(items).to_owned();
        if text.contains("now") || text.contains("ago") || text.contains("days_since") {
            self.tag("clock inside");
        }
        if text.contains("count(") || text.contains("exists(") {
            self.tag("nested");
        }
        if text.contains("30 days") {
            self.edges.push(Edge::Ago(30, segc::types::Unit::Day));
        }
        text
    }

    /// Path, window and filter, for the path and what is read at its end.
    fn rows(&mut self, source: &Source, value: &str) -> String {
        let window = if source.timed { self.window(source.from == "customer") } else { String::new() };
        let filter =
            if self.tape.one_in(3) { format!(" where {}", self.filter(source)) } else { String::new() };
        if source.path.contains("lines") {
            self.tag("two hops");
        }
        format!("{}{value}{window}{filter}", source.path)
    }

    /// A condition on the rows of an entity.
    pub fn cond(&mut self, entity: &str, depth: usize) -> String {
        match self.tape.below(17) {
            0 => self.row(entity),
            1 | 2 => self.clock(entity),
            3 if depth > 0 => {
                format!("({} and {})", self.cond(entity, depth - 1), self.cond(entity, depth - 1))
            }
            4 if depth > 0 => {
                format!("({} or {})", self.cond(entity, depth - 1), self.cond(entity, depth - 1))
            }
            5 | 6 => self.member(entity).unwrap_or_else(|| self.clock(entity)),
            7 | 8 if entity == "customer" => self.sequence(),
            _ => self.aggregate(entity).unwrap_or_else(|| self.row(entity)),
        }
    }

    fn row(&mut self, entity: &str) -> String {
        self.tag("row");
        let items = of(ROW, entity).expect("conditions on its rows");
        format!("{}{}", self.not(), self.tape.pick(items))
    }

    fn clock(&mut self, entity: &str) -> String {
        let able: Vec<_> = CLOCK.iter().filter(|(name, ..)| *name == entity).collect();
        let field = match entity {
            "customer" => self.tape.pick(&["last_seen_at", "signed_up_at", "born"]),
            "company" => "opened_at",
            _ => self.tape.pick(&["ordered_at", "due_at"]),
        };
        match self.tape.below(6) {
            0 | 1 => {
                let (_, tag, text) = able[self.tape.below(able.len())];
                self.tag(tag);
                self.edges.extend([Edge::Ago(7, segc::types::Unit::Day), Edge::Now]);
                format!("{}{text}", self.not())
            }
            2 => {
                self.tag("anniversary");
                let window = self.tape.pick(&[
                    "last 7 days",
                    "next 7 days",
                    "today",
                    "this month",
                    "previous 1 month",
                ]);
                format!("{field} {}anniversary during {window}", self.not())
            }
            3 => {
                self.tag("field in window");
                let window = self.window(false);
                if window.is_empty() { format!("{field} before now") } else { format!("{field}{window}") }
            }
            _ => {
                self.tag("field and instant");
                let side = self.tape.pick(&["before", "after"]);
                format!("{}{field} {side} {}", self.not(), self.instant())
            }
        }
    }

    fn member(&mut self, entity: &str) -> Option<String> {
        let links: &[(&str, &str)] = match entity {
            "customer" => &[("", "customer"), ("company ", "company")],
            "order" => &[("", "order"), ("customer ", "customer"), ("customer.company ", "company")],
            _ => &[("", "company")],
        };
        let (link, end) = links[self.tape.below(links.len())];
        let able: Vec<String> =
            self.earlier.iter().filter(|(_, of)| *of == end).map(|(name, _)| name.clone()).collect();
        if able.is_empty() {
            return None;
        }
        self.tag(if link.is_empty() { "in segment" } else { "in segment over a link" });
        let name = &able[self.tape.below(able.len())];
        Some(format!("{link}{}in segment {name}", self.not()))
    }

    fn sequence(&mut self) -> String {
        let (tag, text) = SEQUENCES[self.tape.below(SEQUENCES.len())];
        self.tag(tag);
        let hours = SPANS.iter().map(|hours| Edge::Ago(*hours, segc::types::Unit::Hour));
        self.edges.extend(hours);
        if text.contains("last 30 days") {
            self.edges.push(Edge::Ago(30, segc::types::Unit::Day));
        }
        format!("{}sequence({text})", self.not())
    }

    fn aggregate(&mut self, entity: &str) -> Option<String> {
        Some(match self.tape.below(14) {
            0 => {
                self.tag("exists");
                format!("{}exists({})", self.not(), self.plain(entity, "")?)
            }
            1 => {
                self.tag("every");
                let source = self.source(entity, false)?;
                let window = if source.timed { self.window(false) } else { String::new() };
                format!("every({}{window} where {})", source.path, self.filter(source))
            }
            2 => self.ordered(entity)?,
            3 => self.against_instant(entity)?,
            4 => self.periods(entity)?,
            5 => self.ratio(entity)?,
            6 => {
                let source = self.source(entity, false)?;
                let Some((field, value)) = texts(source.to) else { return self.number(entity) };
                if self.tape.one_in(2) {
                    self.tag("count distinct");
                    format!("count distinct({}) >= 2", self.rows(source, &format!(".{field}")))
                } else {
                    self.tag("mode");
                    format!("mode({}) = \"{value}\"", self.rows(source, &format!(".{field}")))
                }
            }
            7 | 8 => {
                self.tag("count");
                let least = self.tape.pick(&[">= 2", "= 1", "< 2", ">= 3", "> $least", ">= 1"]);
                format!("count({}) {least}", self.plain(entity, "")?)
            }
            _ => self.number(entity)?,
        })
    }

    fn plain(&mut self, entity: &str, value: &str) -> Option<String> {
        let source = self.source(entity, false)?;
        Some(self.rows(source, value))
    }

    /// An aggregate of numbers against a constant that no sum of floats comes near to.
    fn number(&mut self, entity: &str) -> Option<String> {
        let source = self.source(entity, false)?;
        let fields = numbers(source.to);
        let field = fields[self.tape.below(fields.len())];
        let exact = !matches!(field, "weight" | "ratio");
        let func = self.tape.pick(&["sum", "avg", "min", "max", "sum"]);
        self.tag(func);
        let bound = match func {
            "avg" => self.tape.pick(&["> 0.1501", "< 2.1717", ">= 1.2323"]),
            _ if !exact => self.tape.pick(&["> 0.55", "< 0.35", "> 1.05"]),
            _ => self.tape.pick(&[">= 0.6", "> 2", "< 5", ">= 10", "<= 0", "= 3"]),
        };
        Some(format!("{func}({}) {bound}", self.rows(source, &format!(".{field}"))))
    }

    /// What goes by the order of rows.
    fn ordered(&mut self, entity: &str) -> Option<String> {
        let source = self.source(entity, true)?;
        let rank = self.tape.pick(&["latest 1 ", "latest 2 ", "earliest 2 "]);
        let side = self.tape.pick(&["first", "last"]);
        if let Some((field, value)) = texts(source.to)
            && self.tape.one_in(2)
        {
            self.tag("first and last");
            return Some(format!("{side}({}) = \"{value}\"", self.rows(source, &format!(".{field}"))));
        }
        let fields = numbers(source.to);
        let field = fields[self.tape.below(fields.len())];
        if self.tape.one_in(2) {
            self.tag("first and last");
            return Some(format!("{side}({}) > 1.05", self.rows(source, &format!(".{field}"))));
        }
        self.tag("latest");
        Some(format!("sum({rank}{}) > 2.05", self.rows(source, &format!(".{field}"))))
    }

    /// Least, greatest, first or last of times against an instant.
    fn against_instant(&mut self, entity: &str) -> Option<String> {
        let source = self.source(entity, true)?;
        let field = match source.to {
            "order" => self.tape.pick(&["ordered_at", "due_at", "ordered_at"]),
            "event" | "visit" => "at",
            "day" => "day",
            _ => return self.number(entity),
        };
        self.tag("aggregate and instant");
        let func = self.tape.pick(&["last", "max", "min", "first"]);
        let rows = self.rows(source, &format!(".{field}"));
        let mut value = format!("{func}({rows})");
        if entity == "customer" && field != "day" && self.tape.one_in(4) {
            value = format!("coalesce({value}, signed_up_at)");
        }
        let side = self.tape.pick(&["before", "after"]);
        Some(format!("{}{value} {side} {}", self.not(), self.instant()))
    }

    fn periods(&mut self, entity: &str) -> Option<String> {
        let source = self.source(entity, true)?;
        let (window, each, edges) = PERIODS[self.tape.below(PERIODS.len())];
        self.tag("periods");
        self.edges.extend(edges);
        let least = self.tape.pick(&[">= 2", "= 1", "< 2", ">= 1"]);
        let rows = self.tape.pick(&["", " at least 2"]);
        Some(format!("periods({} during {window} each {each}{rows}) {least}", source.path))
    }

    fn ratio(&mut self, entity: &str) -> Option<String> {
        let source = self.source(entity, true)?;
        let field = numbers(source.to)[0];
        self.tag("ratio");
        self.edges.extend([Edge::Ago(30, segc::types::Unit::Day), Edge::Ago(60, segc::types::Unit::Day)]);
        let path = source.path;
        Some(match self.tape.below(3) {
            0 => format!(
                "sum({path}.{field} during last 30 days) < 0.5 * sum({path}.{field} during 60 days ago to 30 days ago)"
            ),
            1 => format!(
                "count({path} during last 1 month) > count({path} during 2 months ago to 1 month ago)"
            ),
            _ => format!("count({path} during last 7 days) = count({path} during last 30 days)"),
        })
    }
}
