//! Conditions on events.
//!
//! PostHog computes a count by a query of events, whose window begins at an instant, and all other
//! conditions by insights over days: `-30d` is then the midnight 30 days ago, `-7d` as an end is the
//! end of that day, and without an end it is that of today.

use super::Reader;
use super::property::{On, optional_text, relative};
use crate::diagnostic::Span;
use crate::import::segment::draft::{entry, entry_text};
use crate::import::segment::events::Events;
use crate::import::segment::problems::{NoEquivalent, UnknownOperator};
use crate::import::segment::values::{instant, scalar_text};
use crate::syntax::ast::{AggregateFunc, ArithmeticOp, CompareOp, Expr, Path, Window, WindowKind};
use crate::syntax::make;
use crate::types::{Literal, Unit};
use crate::yaml::{Node, NodeKind};

const KINDS: [&str; 7] = [
    "performed_event",
    "performed_event_multiple",
    "performed_event_first_time",
    "performed_event_sequence",
    "stopped_performing_event",
    "restarted_performing_event",
    "performed_event_regularly",
];

/// The events that a condition is about.
#[derive(Clone)]
pub(super) struct Subject {
    pub(super) path: Path,
    pub(super) filter: Option<Expr>,
}

impl Subject {
    /// With a further condition.
    fn and(mut self, more: Option<Expr>) -> Self {
        let all = self.filter.into_iter().chain(more);
        self.filter = Some(make::all(all)).filter(|all| make::constant(all) != Some(true));
        self
    }

    fn exists(&self, window: Option<Window>) -> Expr {
        make::aggregate(AggregateFunc::Exists, make::path(self.path.clone()), window, self.filter.clone())
    }

    fn count(&self, window: Option<Window>) -> Expr {
        make::aggregate(AggregateFunc::Count, make::path(self.path.clone()), window, self.filter.clone())
    }
}

/// How the beginning of a window is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// At an instant.
    Exact,
    /// At the beginning of a day, or of an hour.
    Days,
}

impl Reader<'_, '_, '_> {
    pub(super) fn behavior(&mut self, node: &Node) -> Option<Expr> {
        let (kind, place) = match entry(node, "value") {
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            Some(other) => return self.import.wrong(other, "a kind of behavior"),
            None => return self.import.lacks(node, "value"),
        };
        let events = self.import.events(node.span)?;
        let subject = self.subject(node, "key", "event_type", &events)?;
        match kind {
            "performed_event" => {
                let window = self.window(node, Cut::Days)?;
                self.ignored(node, &["operator_value"]);
                let filter = self.event_filters(node, &events)?;
                Some(subject.and(filter).exists(Some(window)))
            }
            "performed_event_multiple" => {
                let window = self.window(node, Cut::Exact)?;
                let filter = self.event_filters(node, &events)?;
                let count = subject.and(filter).count(Some(window));
                let times = self.number(node, "operator_value")?;
                self.times(node, count, times)
            }
            "performed_event_first_time" => {
                if let Some(filters) = entry(node, "event_filters").filter(|filters| !is_empty(filters)) {
                    let what = "whether the first event that fits the filters counts, or the first of all, isn't known".to_owned();
                    let help = "remove the filters, and test the first event in the segment: `first(events[\"…\"].plan) = \"pro\"`".to_owned();
                    return self.import.refuse(NoEquivalent { span: filters.span, what, help });
                }
                let window = self.window(node, Cut::Days)?;
                let first = self.first_time(&events, &subject);
                Some(make::during(first, window))
            }
            "performed_event_sequence" => {
                let window = self.window(node, Cut::Days)?;
                self.ignored(node, &["event_filters"]);
                let next = self.subject(node, "seq_event", "seq_event_type", &events)?;
                let (count, unit) = self.duration(node, "seq_time_value", "seq_time_interval")?;
                let gap = match unit {
                    Unit::Month => make::within(count.checked_mul(30)?, Unit::Day),
                    Unit::Year => make::within(count.checked_mul(365)?, Unit::Day),
                    unit => make::within(count, unit),
                };
                self.import.note("the second event is strictly later than the first; PostHog may count two at the same instant");
                let steps = vec![
                    make::step(subject.path, subject.filter, false, None),
                    make::step(next.path, next.filter, false, Some(gap)),
                ];
                Some(make::sequence(steps, None, None, Some(window)))
            }
            "stopped_performing_event" => {
                let filter = self.event_filters(node, &events)?;
                let subject = subject.and(filter);
                if optional_text(node, "explicit_datetime").is_some() {
                    self.import.note("with a date of its own, PostHog looks for the event in the same time twice, so that nobody has stopped");
                    return Some(make::boolean(false));
                }
                let (back, recent) = (self.since(node, "time")?, self.since(node, "seq_time")?);
                let within = |from| Some(make::window(WindowKind::Since(Box::new(from))));
                Some(make::all([subject.exists(within(back)), make::not(subject.exists(within(recent)))]))
            }
            "restarted_performing_event" => {
                self.ignored(node, &["event_filters", "explicit_datetime"]);
                let (back, recent) = (self.since(node, "time")?, self.since(node, "seq_time")?);
                let end = make::arithmetic(ArithmeticOp::Add, recent.clone(), make::duration(1, Unit::Day));
                let before = make::window(WindowKind::FromTo(Box::new(back), Box::new(end)));
                let since = make::window(WindowKind::Since(Box::new(recent.clone())));
                let first = self.first_time(&events, &subject);
                Some(make::all([
                    subject.exists(Some(since)),
                    make::not(subject.exists(Some(before))),
                    make::before(first, recent),
                ]))
            }
            "performed_event_regularly" => self.regularly(node, subject),
            other => {
                let effect = "PostHog rejects it";
                let known = KINDS.map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "PostHog");
                self.import.refuse(UnknownOperator { span: place, operator, tool, effect, known })
            }
        }
    }

    /// The time of the first of these events.
    fn first_time(&mut self, events: &Events, subject: &Subject) -> Expr {
        let time = events.time_of(subject.path.clone());
        make::aggregate(AggregateFunc::Min, time, None, subject.filter.clone())
    }

    /// The events of a name, or those of an action.
    fn subject(&mut self, node: &Node, key: &str, kind: &str, events: &Events) -> Option<Subject> {
        let Some(value) = entry(node, key) else { return self.import.lacks(node, key) };
        let Some(name) = scalar_text(value) else { return self.import.wrong(value, "the name of an event") };
        let is_action = match entry_text(node, kind) {
            Some("actions") => true,
            Some("events") => false,
            _ => matches!(value.kind, NodeKind::Integer(..)),
        };
        if is_action {
            return self.action(&name, value.span, events);
        }
        Some(Subject { path: events.named(&name), filter: None })
    }

    /// `event_filters`: all of them.
    fn event_filters(&mut self, node: &Node, events: &Events) -> Option<Option<Expr>> {
        let filters = match entry(node, "event_filters") {
            Some(Node { kind: NodeKind::List(filters), .. }) => filters,
            None | Some(Node { kind: NodeKind::Null, .. }) => return Some(None),
            Some(other) => return self.import.wrong(other, "a list of filters"),
        };
        let parts: Vec<_> = filters.iter().map(|filter| self.event_filter(filter, events)).collect();
        Some(Some(make::all(parts.into_iter().collect::<Option<Vec<_>>>()?)))
    }

    /// A filter of events.
    pub(super) fn event_filter(&mut self, filter: &Node, events: &Events) -> Option<Expr> {
        let (kind, span) = match entry(filter, "type") {
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            None => ("event", filter.span),
            Some(other) => return self.import.wrong(other, "the type of a filter"),
        };
        match kind {
            "event" => self.property(filter, &On::Event(events)),
            "hogql" => {
                let what = "a filter in HogQL".to_owned();
                let help =
                    "replace it by conditions on properties, or import it with `segc import sql`".to_owned();
                self.import.refuse(NoEquivalent { span, what, help })
            }
            other => {
                let effect = "such a filter of events isn't translated";
                let known = ["event"].map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "PostHog");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    /// Notes keys that PostHog doesn't read here.
    fn ignored(&mut self, node: &Node, keys: &[&str]) {
        for key in keys {
            if entry(node, key).is_some_and(|value| !is_empty(value)) {
                self.import
                    .note(format!("PostHog ignores `{key}` of this condition, and so does the segment"));
            }
        }
    }

    /// `operator` and `operator_value`: how many times. PostHog never sees persons without any event.
    fn times(&mut self, node: &Node, count: Expr, times: i64) -> Option<Expr> {
        let number = make::integer;
        match entry_text(node, "operator") {
            Some("gte") => Some(make::compare(CompareOp::GreaterOrEqual, count, number(times))),
            Some("gt") => Some(make::compare(CompareOp::Greater, count, number(times))),
            Some("lte") => Some(make::between(count, number(1), number(times))),
            Some("lt") if times == 1 => Some(make::boolean(false)),
            Some("lt") => Some(make::between(count, number(1), number(times - 1))),
            Some("eq" | "exact") | None => Some(make::equal(count, number(times))),
            Some(other) => {
                let span = entry(node, "operator").map_or(node.span, |node| node.span);
                let known = ["gte", "gt", "lte", "lt", "eq", "exact"].map(str::to_owned).to_vec();
                let (operator, tool, effect) = (other.to_owned(), "PostHog", "PostHog rejects it");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    /// `M` of the last `N` periods with a number of events, the last of which ended with yesterday.
    fn regularly(&mut self, node: &Node, subject: Subject) -> Option<Expr> {
        self.ignored(node, &["event_filters", "explicit_datetime"]);
        let (length, unit) = self.duration(node, "time_value", "time_interval")?;
        let times = self.number(node, "operator_value")?;
        let (least, total) = (self.number(node, "min_periods")?, self.number(node, "total_periods")?);
        let span = entry(node, "time_interval").map_or(node.span, |node| node.span);
        if !matches!(unit, Unit::Day | Unit::Week) {
            let what = format!("periods of {}s", unit.name());
            let help = "PostHog counts months back from yesterday, and reaches further back than they do: use days or weeks".to_owned();
            return self.import.refuse(NoEquivalent { span, what, help });
        }
        if least > total {
            let what = format!("{least} of {total} periods, which PostHog rejects");
            return self.import.refuse(NoEquivalent {
                span: node.span,
                what,
                help: "correct the numbers".to_owned(),
            });
        }
        let days = length.checked_mul(unit.days()?)?;
        let window = make::window(WindowKind::Previous(make::count(days.checked_mul(total)?), Unit::Day));
        let periods = |at_least: i64| {
            make::periods(
                subject.path.clone(),
                window.clone(),
                subject.filter.clone(),
                (days, Unit::Day),
                at_least,
            )
        };
        let less = |a, b| make::arithmetic(ArithmeticOp::Subtract, a, b);
        let found = match entry_text(node, "operator") {
            Some("gte") | None => periods(times),
            Some("exact" | "eq") => less(periods(times), periods(times.checked_add(1)?)),
            // Periods without an event aren't counted.
            Some("lte") => less(periods(1), periods(times.checked_add(1)?)),
            Some(other) => {
                let span = entry(node, "operator").map_or(node.span, |node| node.span);
                let known = ["gte", "exact", "lte"].map(str::to_owned).to_vec();
                let (operator, tool, effect) = (other.to_owned(), "PostHog", "PostHog rejects it here");
                return self.import.refuse(UnknownOperator { span, operator, tool, effect, known });
            }
        };
        Some(make::compare(CompareOp::GreaterOrEqual, found, make::integer(least)))
    }

    /// The window of a condition.
    fn window(&mut self, node: &Node, cut: Cut) -> Option<Window> {
        let Some(from) = optional_text(node, "explicit_datetime") else {
            let (count, unit) = self.duration(node, "time_value", "time_interval")?;
            return Some(match cut {
                Cut::Exact => make::last(count, unit),
                Cut::Days => make::window(WindowKind::Since(Box::new(cut_back(count, unit)))),
            });
        };
        let place = entry(node, "explicit_datetime").map_or(node.span, |node| node.span);
        let from_bound = self.bound(from, place, cut, false)?;
        let to = match optional_text(node, "explicit_datetime_to") {
            None => None,
            Some(to) => {
                let place = entry(node, "explicit_datetime_to").map_or(node.span, |node| node.span);
                Some(self.bound(to, place, cut, true)?)
            }
        };
        Some(match to {
            Some(to) => make::window(WindowKind::FromTo(Box::new(from_bound), Box::new(to))),
            None => match relative(from) {
                Some((count, unit)) if cut == Cut::Exact => make::last(count, unit),
                _ => make::window(WindowKind::Since(Box::new(from_bound))),
            },
        })
    }

    /// An end of a window: a relative or an absolute date.
    fn bound(&mut self, text: &str, span: Span, cut: Cut, is_end: bool) -> Option<Expr> {
        if let Some((count, unit)) = relative(text) {
            if cut == Cut::Exact {
                return Some(make::ago(count, unit));
            }
            if matches!(unit, Unit::Minute | Unit::Second) || (is_end && unit == Unit::Hour) {
                let what = format!("`{text}`, of which PostHog makes a whole day here");
                let help = "use days".to_owned();
                return self.import.refuse(NoEquivalent { span, what, help });
            }
            let start = cut_back(count, unit);
            return Some(match is_end {
                // The end of that day.
                true => cut_back_to_end(count, unit),
                false => start,
            });
        }
        let Some(at) = instant(text) else {
            let what = format!("`{text}` isn't a date");
            return self.import.refuse(NoEquivalent {
                span,
                what,
                help: "write `-30d` or `2026-01-31`".to_owned(),
            });
        };
        let is_day = text.len() == 10;
        if !is_day && !text.contains(['Z', 'z', '+']) && text.matches('-').count() <= 2 {
            self.import.note(
                "a time without a zone is taken as UTC; in PostHog it is one of the project's time zone",
            );
        }
        let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        Some(match (is_day, is_end && cut == Cut::Days) {
            (true, false) => make::literal(Literal::Date(date)),
            (true, true) => make::literal(Literal::Date(date.tomorrow().ok()?)),
            (false, true) => {
                let what = format!("`{text}`, of which PostHog makes the end of that day here");
                let help = "use a date".to_owned();
                return self.import.refuse(NoEquivalent { span, what, help });
            }
            (false, false) => make::literal(Literal::Timestamp(at)),
        })
    }

    /// The midnight (or the hour) so long ago, of `time_value` and `time_interval` or of `seq_…`.
    fn since(&mut self, node: &Node, prefix: &str) -> Option<Expr> {
        let (count, unit) = self.duration(node, &format!("{prefix}_value"), &format!("{prefix}_interval"))?;
        Some(cut_back(count, unit))
    }

    fn duration(&mut self, node: &Node, value: &str, interval: &str) -> Option<(i64, Unit)> {
        let count = self.number(node, value)?;
        let unit = match entry(node, interval) {
            Some(Node { kind: NodeKind::String(text), span }) => match text.as_str() {
                "minute"
                    if !interval.starts_with("seq")
                        || value == "seq_time_value" && interval == "seq_time_interval" =>
                {
                    self.minutes(node, interval, *span)?
                }
                "minute" => Unit::Minute,
                "hour" => Unit::Hour,
                "day" => Unit::Day,
                "week" => Unit::Week,
                "month" => Unit::Month,
                "year" => Unit::Year,
                _ => {
                    let what = format!("`{text}` isn't an interval of PostHog");
                    let help = "use hour, day, week, month or year".to_owned();
                    return self.import.refuse(NoEquivalent { span: *span, what, help });
                }
            },
            Some(other) => return self.import.wrong(other, "an interval"),
            None => return self.import.lacks(node, interval),
        };
        Some((count, unit))
    }

    /// PostHog writes minutes as `m`, which it reads as months, except between the events of a sequence.
    fn minutes(&mut self, node: &Node, interval: &str, span: Span) -> Option<Unit> {
        let is_gap =
            entry_text(node, "value") == Some("performed_event_sequence") && interval.starts_with("seq");
        if is_gap {
            return Some(Unit::Minute);
        }
        let what = "minutes, of which PostHog makes months".to_owned();
        let help = "use hours, or months if they are meant".to_owned();
        self.import.refuse(NoEquivalent { span, what, help })
    }

    /// A whole number above 0, perhaps as text.
    fn number(&mut self, node: &Node, key: &str) -> Option<i64> {
        let Some(value) = entry(node, key) else { return self.import.lacks(node, key) };
        let number = scalar_text(value).and_then(|text| text.trim().parse::<i64>().ok());
        match number.filter(|number| (1..=1_000_000).contains(number)) {
            Some(number) => Some(number),
            None => self.import.wrong(value, "a whole number above 0"),
        }
    }
}

/// The midnight this long ago; of hours, the beginning of that hour.
fn cut_back(count: i64, unit: Unit) -> Expr {
    let start = if unit == Unit::Hour { make::start_of(Unit::Hour) } else { make::today() };
    make::arithmetic(ArithmeticOp::Subtract, start, make::duration(count, unit))
}

/// The end of the day so long ago.
fn cut_back_to_end(count: i64, unit: Unit) -> Expr {
    match unit.days() {
        Some(days) if count * days == 1 => make::today(),
        Some(days) => make::arithmetic(
            ArithmeticOp::Subtract,
            make::today(),
            make::duration(count * days - 1, Unit::Day),
        ),
        None => make::arithmetic(ArithmeticOp::Add, cut_back(count, unit), make::duration(1, Unit::Day)),
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Null => true,
        NodeKind::List(items) => items.is_empty(),
        NodeKind::String(text) => text.is_empty(),
        _ => false,
    }
}
