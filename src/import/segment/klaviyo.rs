//! Klaviyo: definitions of segments, as its API gives them.
//!
//! From its documentation: condition groups are joined by AND, the conditions of a group by OR; a
//! property that isn't set is in no condition on text or truth, negated or not; dates are in UTC.

mod filter;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::events::{Events, SECTION};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::patterns::Dialect;
use super::problems::{NoEquivalent, UnknownOperator, UnknownReference, WrongShape};
use super::tool::Tool;
use super::values::{instant, number, scalar_text};
use crate::diagnostic::Span;
use crate::syntax::ast::{AggregateFunc, CompareOp, Expr, Path, TextOp, Window, WindowKind};
use crate::syntax::make;
use crate::types::{Literal, Type, Unit};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Klaviyo;

/// The section of a mapping file with the names of metrics by their ids.
const METRICS: &str = "metrics";

impl Tool for Klaviyo {
    fn name(&self) -> &'static str {
        "klaviyo"
    }

    fn title(&self) -> &'static str {
        "Klaviyo"
    }

    fn takes(&self) -> &'static str {
        "the answer of /api/segments with `definition`, or a `definition`"
    }

    fn sections(&self) -> &'static [&'static str] {
        &[SECTION, METRICS]
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut all = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut all);
        }
        for (id, definition) in all {
            import.translate(id, |import| Reader { import }.definition(definition));
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, all: &mut Vec<(DraftId, &'n Node)>) {
    if let NodeKind::List(items) = &tree.kind {
        return items.iter().for_each(|item| declare(item, import, all));
    }
    if let Some(data) = entry(tree, "data") {
        return declare(data, import, all);
    }
    let attributes = entry(tree, "attributes").unwrap_or(tree);
    let definition = entry(attributes, "definition").unwrap_or(attributes);
    if entry(definition, "condition_groups").is_none() {
        let (expected, found) = ("a segment with its `definition`".to_owned(), tree.found().to_owned());
        let help = Some("ask for it: /api/segments?additional-fields[segment]=definition".to_owned());
        import.problems.push(WrongShape { span: tree.span, expected, found, help });
        return;
    }
    let name = entry_text(attributes, "name").map(str::to_owned).or_else(|| import.given_name.clone());
    let name = name.unwrap_or_else(|| "segment".to_owned());
    let key = entry_text(tree, "id").map_or_else(|| name.clone(), str::to_owned);
    let place = entry(attributes, "name").map_or(definition.span, |node| node.span);
    all.extend(import.declare(&key, Some(&name), place).map(|id| (id, definition)));
}

struct Reader<'i, 'a> {
    import: &'i mut Import<'a>,
}

impl Reader<'_, '_> {
    fn definition(&mut self, definition: &Node) -> Option<Body> {
        let groups = self.import.list(definition, "condition_groups")?;
        if groups.is_empty() {
            let what = "a definition without a condition";
            return self.none(definition.span, what, "remove the segment, or add a condition");
        }
        let parts: Vec<_> = groups.iter().map(|group| self.group(group)).collect();
        Some(Body::of(make::all(parts.into_iter().collect::<Option<Vec<_>>>()?)))
    }

    fn group(&mut self, group: &Node) -> Option<Expr> {
        let conditions = self.import.list(group, "conditions")?;
        if conditions.is_empty() {
            return self.none(group.span, "a group without a condition", "remove it, or add a condition");
        }
        let parts: Vec<_> = conditions.iter().map(|condition| self.condition(condition)).collect();
        Some(make::any(parts.into_iter().collect::<Option<Vec<_>>>()?))
    }

    fn none<T>(&mut self, span: Span, what: &str, help: &str) -> Option<T> {
        self.import.refuse(NoEquivalent { span, what: what.to_owned(), help: help.to_owned() })
    }

    fn condition(&mut self, node: &Node) -> Option<Expr> {
        let kind = self.import.text(node, "type")?;
        let span = entry(node, "type").map_or(node.span, |node| node.span);
        match kind {
            "profile-property" => {
                let name = self.import.text(node, "property")?;
                let place = entry(node, "property").map_or(node.span, |node| node.span);
                let name = plain_property(name);
                let filter = self.filter_of(node)?;
                let attribute = Attribute { kind: None, name, span: place };
                let field = self.import.field(attribute, wanted(filter).as_ref())?;
                self.filter(&field, filter)
            }
            "profile-predictive-analytics" => {
                let name = self.import.text(node, "dimension")?;
                let place = entry(node, "dimension").map_or(node.span, |node| node.span);
                if entry(node, "predicted_channel").is_some() {
                    return self.none(
                        place,
                        "predictions about channels are kept by Klaviyo",
                        "add them to the catalog as fields, and test them",
                    );
                }
                let filter = self.filter_of(node)?;
                let attribute = Attribute { kind: None, name, span: place };
                let field = self.import.field(attribute, wanted(filter).as_ref())?;
                self.import.note("a prediction of Klaviyo, which has to be in the table");
                self.filter(&field, filter)
            }
            "profile-group-membership" => self.membership(node),
            "profile-metric" => self.metric(node),
            "profile-metric-funnel" => self.funnel(node),
            "profile-marketing-consent" | "profile-permissions" => self.none(
                span,
                "consent is kept by Klaviyo",
                "add it to the catalog as a field, and test that",
            ),
            "profile-region" => self.none(
                span,
                "Klaviyo knows the countries of a region",
                "test the country: `country in (\"AT\", \"BE\", …)`",
            ),
            "profile-postal-code-distance" => self.none(
                span,
                "distances have no counterpart",
                "add the distance to the catalog as a field, and test that",
            ),
            "profile-has-custom-object" => self.none(
                span,
                "properties of custom objects are known by their numbers only",
                "test the linked rows: `exists(objects where …)`",
            ),
            other => {
                let effect = "it isn't known what it selects";
                let known = [
                    "profile-property",
                    "profile-metric",
                    "profile-metric-funnel",
                    "profile-group-membership",
                ];
                let known = known.map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "Klaviyo");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    fn filter_of<'n>(&mut self, node: &'n Node) -> Option<&'n Node> {
        match entry(node, "filter") {
            Some(filter) => Some(filter),
            None => self.import.lacks(node, "filter"),
        }
    }

    fn membership(&mut self, node: &Node) -> Option<Expr> {
        if let Some(filter) = entry(node, "timeframe_filter").filter(|filter| filter.kind != NodeKind::Null) {
            return self.none(
                filter.span,
                "when somebody was added to a list is kept by Klaviyo",
                "remove the time, or add it to the catalog as a field",
            );
        }
        let is_member = self.import.flag(node, "is_member")?;
        let groups = self.import.list(node, "group_ids")?;
        let mut parts = Vec::new();
        for group in groups {
            let Some(id) = scalar_text(group) else {
                return self.import.wrong(group, "the id of a list or segment");
            };
            let Some(name) = self.import.reference(&id, group.span) else {
                let known = self.import.keys();
                let effect = "lists and segments that aren't in the files have to be segments of the project";
                return self.import.refuse(UnknownReference { span: group.span, name: id, effect, known });
            };
            parts.push(make::in_segment(None, &name));
        }
        if parts.len() > 1 {
            return self.none(
                node.span,
                "several lists in one condition",
                "write a condition for each: whether all or any of them count isn't documented",
            );
        }
        let member = make::any(parts);
        Some(if is_member { member } else { make::not(member) })
    }

    /// The events of a metric, whose name is in the mapping file.
    fn events_of(&mut self, node: &Node) -> Option<(Events, Path)> {
        let id = self.import.text(node, "metric_id")?;
        let span = entry(node, "metric_id").map_or(node.span, |node| node.span);
        let events = self.import.events(span)?;
        let name = self.import.mapping.section(METRICS).and_then(|metrics| entry_text(metrics, id));
        let Some(name) = name.map(str::to_owned) else {
            let what = format!("the metric `{id}` has no name in the files");
            let help = format!(
                "write the event's name into the mapping file: `metrics: {{ {id}: \"Placed Order\" }}`"
            );
            return self.none(span, &what, &help);
        };
        let path = events.named(&name);
        Some((events, path))
    }

    fn event_filters(&mut self, node: &Node, events: &Events) -> Option<Expr> {
        let filters = self.import.list(node, "metric_filters")?;
        let parts: Vec<_> = filters
            .iter()
            .map(|one| {
                let name = self.import.text(one, "property")?;
                let place = entry(one, "property").map_or(one.span, |node| node.span);
                let filter = self.filter_of(one)?;
                let field =
                    self.import.event_field(events, plain_property(name), place, wanted(filter).as_ref())?;
                self.filter(&field, filter)
            })
            .collect();
        Some(make::all(parts.into_iter().collect::<Option<Vec<_>>>()?))
    }

    fn metric(&mut self, node: &Node) -> Option<Expr> {
        let (events, path) = self.events_of(node)?;
        let filter = self.event_filters(node, &events)?;
        let window = match entry(node, "timeframe_filter") {
            Some(timeframe) => self.window(timeframe)?,
            None => return self.import.lacks(node, "timeframe_filter"),
        };
        let Some(measured) = entry(node, "measurement_filter") else {
            return self.import.lacks(node, "measurement_filter");
        };
        let (op, bound) = self.comparison(measured)?;
        let value = match self.import.text(node, "measurement")? {
            "count" => make::aggregate(
                AggregateFunc::Count,
                make::path(path.clone()),
                window.clone(),
                Some(filter.clone()),
            ),
            "sum" => {
                let span = entry(node, "measurement").map_or(node.span, |node| node.span);
                let field = self.import.event_field(&events, "$value", span, Some(&Type::DECIMAL))?;
                let mut of = path.clone();
                for part in &field.path {
                    of = make::then(of, part);
                }
                make::aggregate(AggregateFunc::Sum, make::path(of), window.clone(), Some(filter.clone()))
            }
            _ => return self.import.wrong(entry(node, "measurement")?, "`count` or `sum`"),
        };
        Some(make::compare(op, value, bound))
    }

    fn comparison(&mut self, filter: &Node) -> Option<(CompareOp, Expr)> {
        let op = match self.import.text(filter, "operator")? {
            "equals" => CompareOp::Equal,
            "not-equals" => CompareOp::NotEqual,
            "greater-than" => CompareOp::Greater,
            "greater-than-or-equal" => CompareOp::GreaterOrEqual,
            "less-than" => CompareOp::Less,
            "less-than-or-equal" => CompareOp::LessOrEqual,
            _ => return self.import.wrong(entry(filter, "operator")?, "a comparison of numbers"),
        };
        let Some(value) = entry(filter, "value") else { return self.import.lacks(filter, "value") };
        let Some(text) = number(value) else { return self.import.wrong(value, "a number") };
        Some((op, self.import.number_constant(text, value.span)?))
    }

    fn funnel(&mut self, node: &Node) -> Option<Expr> {
        let steps = self.import.list(node, "steps")?;
        let window = match entry(node, "timeframe_filter") {
            Some(timeframe) => self.window(timeframe)?,
            None => None,
        };
        let span_of = match entry_text(node, "completion_window_seconds") {
            Some("HOURS_1") => Some((1, Unit::Hour)),
            Some("DAYS_1") => Some((1, Unit::Day)),
            Some("DAYS_3") => Some((3, Unit::Day)),
            Some("DAYS_5") => Some((5, Unit::Day)),
            Some("WEEKS_1") => Some((1, Unit::Week)),
            Some("DAYS_30") => Some((30, Unit::Day)),
            Some("DAYS_90") => Some((90, Unit::Day)),
            Some("DAYS_180") => Some((180, Unit::Day)),
            Some("YEARS_1") => Some((365, Unit::Day)),
            Some(_) => {
                return self
                    .import
                    .wrong(entry(node, "completion_window_seconds")?, "a length such as `DAYS_3`");
            }
            None => None,
        };
        let mut written = Vec::new();
        for step in steps {
            let (events, path) = self.events_of(step)?;
            let filter = self.event_filters(step, &events)?;
            let filter = Some(filter).filter(|all| make::constant(all) != Some(true));
            let negated = !self.import.flag(step, "metric_exists")?;
            if negated && (written.is_empty() || span_of.is_none()) {
                return self.none(
                    step.span,
                    "a funnel that begins with what didn't happen, or without a length",
                    "write it with `exists` and `not exists` in the segment",
                );
            }
            written.push(make::step(path, filter, negated, None));
        }
        if written.len() < 2 {
            return self.none(node.span, "a funnel of fewer than two steps", "use a condition on a metric");
        }
        self.import.note("each event of the funnel is strictly later than the one before, and its length runs from the first to the last");
        let span_of = span_of.map(|(count, unit)| make::within(count, unit));
        Some(make::sequence(written, span_of, None, window))
    }

    /// The window of a timeframe; `None` for all time.
    fn window(&mut self, filter: &Node) -> Option<Option<Window>> {
        let operator = self.import.text(filter, "operator")?;
        let window = |kind| Some(Some(make::window(kind)));
        match operator {
            "alltime" => Some(None),
            "in-the-last" => {
                let (count, unit) = self.length(filter, "quantity")?;
                Some(Some(make::last(count, unit)))
            }
            "in-the-next" => {
                let (count, unit) = self.length(filter, "quantity")?;
                window(WindowKind::Next(make::count(count), unit))
            }
            "at-least" => {
                let (count, unit) = self.length(filter, "quantity")?;
                window(WindowKind::Until(Box::new(make::ago(count, unit))))
            }
            "between" => {
                let (start, unit) = self.length(filter, "start")?;
                let (end, _) = self.length(filter, "end")?;
                let (far, near) = (start.max(end), start.min(end));
                let ago = |count| Box::new(if count == 0 { make::now() } else { make::ago(count, unit) });
                window(WindowKind::FromTo(ago(far), ago(near)))
            }
            "after" | "before" => {
                let at = Box::new(self.instant(filter, "date")?);
                window(if operator == "after" { WindowKind::Since(at) } else { WindowKind::Until(at) })
            }
            "between-static" => {
                let (start, end) = (self.instant(filter, "start"), self.instant(filter, "end"));
                window(WindowKind::FromTo(Box::new(start?), Box::new(end?)))
            }
            _ => {
                let span = entry(filter, "operator").map_or(filter.span, |node| node.span);
                self.none(
                    span,
                    &format!("the timeframe `{operator}` of events"),
                    "use `in-the-last`, `at-least`, `between` or dates",
                )
            }
        }
    }

    fn length(&mut self, filter: &Node, key: &str) -> Option<(i64, Unit)> {
        let count = match entry(filter, key) {
            Some(Node { kind: NodeKind::Integer(count, _), .. }) if (0..=1_000_000).contains(count) => *count,
            Some(other) => return self.import.wrong(other, "a whole number"),
            None => return self.import.lacks(filter, key),
        };
        if count == 0 && key == "quantity" {
            return self.import.wrong(entry(filter, key)?, "a number above 0");
        }
        let unit = match self.import.text(filter, "unit")? {
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            _ => return self.import.wrong(entry(filter, "unit")?, "`hour`, `day` or `week`"),
        };
        Some((count, unit))
    }

    fn instant(&mut self, filter: &Node, key: &str) -> Option<Expr> {
        let text = self.import.text(filter, key)?;
        match instant(text) {
            Some(at) => Some(make::literal(Literal::Timestamp(at))),
            None => self.import.wrong(entry(filter, key)?, "a date"),
        }
    }
}

/// That a property is set.
fn present(field: &Field) -> Expr {
    match field.ty {
        Type::Array(_) => make::not(make::empty(field.expr())),
        _ => make::present(field.expr()),
    }
}

/// `properties['plan']` and `location['city']` name what is in the brackets.
fn plain_property(name: &str) -> &str {
    let inner = name.split_once("['").and_then(|(_, rest)| rest.strip_suffix("']"));
    inner.unwrap_or(name)
}

/// The type that a filter implies.
fn wanted(filter: &Node) -> Option<Type> {
    match entry_text(filter, "type")? {
        "string" => Some(Type::String),
        "numeric" => Some(Type::DECIMAL),
        "boolean" => Some(Type::Boolean),
        "date" => Some(Type::Timestamp),
        "list" => Some(Type::Array(Box::new(Type::String))),
        _ => None,
    }
}
