//! Dittofeed: definitions of segments, each a tree of nodes that refer to one another by id.
//!
//! Read in its sources (`types.ts`, `computePropertiesIncremental.ts`): a trait without a value is the
//! empty text to `Equals` and `NotEquals`; `times` is 1 and `timesOperator` is `=` unless they say
//! otherwise, so that an event without them was performed exactly once.

use std::str::FromStr as _;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _};

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::events::{Events, SECTION};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::problems::{NoEquivalent, UnknownOperator, WrongShape};
use super::tool::Tool;
use super::values::{instant, number, scalar_text};
use crate::diagnostic::Span;
use crate::syntax::ast::{AggregateFunc, CompareOp, Expr, Path, TextOp, Window};
use crate::syntax::make;
use crate::types::{BucketTool, Literal, Type, Unit};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Dittofeed;

const NODES: [&str; 7] = ["And", "Or", "Trait", "Performed", "LastPerformed", "Includes", "Everyone"];

const OPERATORS: [&str; 9] = [
    "Equals",
    "NotEquals",
    "Exists",
    "NotExists",
    "GreaterThanOrEqual",
    "LessThan",
    "Within",
    "NotWithin",
    "AbsoluteTimestamp",
];

/// The id of a user.
const KEY: &str = "id";

/// How deep nodes may refer to others.
const DEEPEST: usize = 100;

/// A segment in the files.
struct Declared<'n> {
    id: DraftId,
    node: &'n Node,
}

impl Tool for Dittofeed {
    fn name(&self) -> &'static str {
        "dittofeed"
    }

    fn title(&self) -> &'static str {
        "Dittofeed"
    }

    fn takes(&self) -> &'static str {
        "a JSON list of its segments, each with `name` and `definition`, or `{ \"segments\": […] }`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some(KEY)
    }

    fn sections(&self) -> &'static [&'static str] {
        &[SECTION]
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut all = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut all);
        }
        for Declared { id, node } in all {
            import.translate(id, |import| {
                let definition = entry(node, "definition").unwrap_or(node);
                let nodes = import.list(definition, "nodes")?;
                let Some(root) = entry(definition, "entryNode") else {
                    return import.lacks(definition, "entryNode");
                };
                let name = entry_text(node, "name").map(str::to_owned).or_else(|| import.given_name.clone());
                let condition = Reader { import, nodes, name: name.as_deref() }.node(root, 0)?;
                Some(Body::of(condition))
            });
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, all: &mut Vec<Declared<'n>>) {
    if let NodeKind::List(items) = &tree.kind {
        return items.iter().for_each(|item| declare(item, import, all));
    }
    if let Some(segments) = entry(tree, "segments") {
        return declare(segments, import, all);
    }
    if entry(tree, "definition").or_else(|| entry(tree, "entryNode")).is_none() {
        let (expected, found) = ("a segment with a `definition`".to_owned(), tree.found().to_owned());
        import.problems.push(WrongShape { span: tree.span, expected, found, help: None });
        return;
    }
    let name = entry_text(tree, "name").map(str::to_owned).or_else(|| import.given_name.clone());
    let name = name.unwrap_or_else(|| "segment".to_owned());
    let key = entry_text(tree, "id").map_or_else(|| name.clone(), str::to_owned);
    let place = entry(tree, "name").map_or(tree.span, |node| node.span);
    all.extend(import.declare(&key, Some(&name), place).map(|id| Declared { id, node: tree }));
}

struct Reader<'r, 'i, 'a> {
    import: &'i mut Import<'a>,
    nodes: &'r [Node],
    /// The segment's name, by which shares are cut.
    name: Option<&'r str>,
}

/// What a condition tests, and the type of it.
struct Tested {
    value: Expr,
    ty: Type,
    field: Field,
    /// What must hold for a value that is absent to count: that there is a row which lacks it.
    exists: Option<Expr>,
}

impl Reader<'_, '_, '_> {
    fn node(&mut self, node: &Node, depth: usize) -> Option<Expr> {
        let kind = self.import.text(node, "type")?;
        let span = entry(node, "type").map_or(node.span, |node| node.span);
        if depth > DEEPEST {
            let what = "the nodes refer to one another in a circle, or too deeply".to_owned();
            return self.import.refuse(NoEquivalent {
                span,
                what,
                help: "correct the definition".to_owned(),
            });
        }
        match kind {
            "Everyone" => Some(make::boolean(true)),
            "And" | "Or" => {
                let children = self.children(node, depth)?;
                Some(if kind == "And" { make::all(children) } else { make::any(children) })
            }
            "Trait" => self.of_trait(node),
            "Includes" => self.includes(node),
            "Performed" => self.performed(node),
            "LastPerformed" => self.last_performed(node),
            "RandomBucket" => self.bucket(node),
            "Manual" => self.none(
                span,
                "the members were added by hand",
                "export them and declare a list: `segment vips on user from list \"lists/vips.csv\" { }`",
            ),
            "SubscriptionGroup" => self.none(
                span,
                "subscriptions are kept by Dittofeed",
                "add the subscription to the catalog as a field, and test it",
            ),
            "Email" => self.none(
                span,
                "what became of a message is kept by Dittofeed",
                "if its events are in your tables, test them with `exists(events[\"…\"])`",
            ),
            "KeyedPerformed" => self.none(
                span,
                "events of one key belong to a journey",
                "test the events with `exists(events[\"…\"] where …)`",
            ),
            other => {
                let effect = "it isn't known what it selects";
                let known = NODES.map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "Dittofeed");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    fn none<T>(&mut self, span: Span, what: &str, help: &str) -> Option<T> {
        self.import.refuse(NoEquivalent { span, what: what.to_owned(), help: help.to_owned() })
    }

    fn children(&mut self, node: &Node, depth: usize) -> Option<Vec<Expr>> {
        let children = self.import.list(node, "children")?;
        if children.is_empty() {
            return self.none(node.span, "the node has no children", "remove it, or add a condition");
        }
        let nodes = self.nodes;
        let parts: Vec<_> = children
            .iter()
            .map(|child| {
                let Some(id) = scalar_text(child) else {
                    return self.import.wrong(child, "the id of a node");
                };
                let mut fitting = nodes.iter().filter(|node| entry_text(node, "id") == Some(&id));
                match (fitting.next(), fitting.next()) {
                    (Some(found), None) => self.node(found, depth + 1),
                    (Some(_), Some(second)) => {
                        let what = format!("there are several nodes `{id}`");
                        self.none(second.span, &what, "export the segment again")
                    }
                    (None, _) => {
                        let what = format!("there is no node `{id}`");
                        self.none(child.span, &what, "export the segment again")
                    }
                }
            })
            .collect();
        parts.into_iter().collect()
    }

    fn of_trait(&mut self, node: &Node) -> Option<Expr> {
        let (name, span) = self.path(node)?;
        let Some(operator) = entry(node, "operator") else { return self.import.lacks(node, "operator") };
        let field = self.import.field(Attribute { kind: None, name, span }, wanted(operator).as_ref())?;
        let tested = Tested { value: field.expr(), ty: field.ty.clone(), field, exists: None };
        self.test(&tested, operator)
    }

    fn path<'n>(&mut self, node: &'n Node) -> Option<(&'n str, Span)> {
        let name = self.import.text(node, "path")?;
        // `$.plan` is the JSON path of `plan`.
        let name = name.strip_prefix("$.").unwrap_or(name);
        Some((name, entry(node, "path").map_or(node.span, |node| node.span)))
    }

    /// A value and an operator.
    fn test(&mut self, tested: &Tested, operator: &Node) -> Option<Expr> {
        let kind = self.import.text(operator, "type")?;
        let span = entry(operator, "type").map_or(operator.span, |node| node.span);
        let Tested { value, ty, field, exists } = tested;
        let absent_too = |condition: Expr| make::all(exists.iter().cloned().chain([condition]));
        match kind {
            "Equals" => self.equal(tested, operator, span),
            "NotEquals" => {
                if exists.is_none() {
                    self.import.note("Dittofeed finds only users with some trait; here users without any are found as well");
                }
                Some(absent_too(make::not(self.equal(tested, operator, span)?)))
            }
            "Exists" => Some(exists_in(value, ty)),
            "NotExists" => Some(absent_too(make::not(exists_in(value, ty)))),
            "GreaterThanOrEqual" | "LessThan" => {
                let op = if kind == "LessThan" { CompareOp::Less } else { CompareOp::GreaterOrEqual };
                if !ty.is_number() {
                    return self.import.unfit(field, span, "the operator compares numbers".to_owned(), None);
                }
                let Some(bound) = entry(operator, "value") else { return self.import.lacks(operator, "value") };
                let Some(text) = number(bound) else { return self.import.wrong(bound, "a number") };
                let constant = self.import.number_constant(text, bound.span)?;
                Some(make::compare(op, value.clone(), constant))
            }
            "Within" | "NotWithin" => {
                let seconds = self.whole(operator, "windowSeconds")?;
                if *ty != Type::Timestamp {
                    return self.import.unfit(field, span, "the operator compares times".to_owned(), None);
                }
                let op = if kind == "Within" { CompareOp::GreaterOrEqual } else { CompareOp::Less };
                let (count, unit) = longest(seconds);
                Some(make::compare(op, value.clone(), make::ago(count, unit)))
            }
            "AbsoluteTimestamp" => {
                let text = self.import.text(operator, "absoluteTimestamp")?;
                let Some(at) = instant(text) else { return self.import.wrong(operator, "an instant") };
                if *ty != Type::Timestamp {
                    return self.import.unfit(field, span, "the operator compares times".to_owned(), None);
                }
                let op = match entry_text(operator, "direction") {
                    Some("after") => CompareOp::GreaterOrEqual,
                    Some("before") => CompareOp::Less,
                    _ => return self.import.wrong(operator, "`direction`: `after` or `before`"),
                };
                Some(make::compare(op, value.clone(), make::literal(Literal::Timestamp(at))))
            }
            "HasBeen" => self.none(
                span,
                "how long a trait has had its value isn't in its present value",
                "if the time of its change is a column, test that: `status = \"onboarding\" and status_changed_at before 7 days ago`",
            ),
            other => {
                let effect = "it isn't known what it selects";
                let known = OPERATORS.map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "Dittofeed");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    fn equal(&mut self, tested: &Tested, operator: &Node, span: Span) -> Option<Expr> {
        let Tested { value, ty, field, exists } = tested;
        let Some(wanted) = entry(operator, "value") else { return self.import.lacks(operator, "value") };
        let Some(text) = scalar_text(wanted) else { return self.import.wrong(wanted, "a value") };
        if *ty == Type::String && text.is_empty() {
            // A value that is absent is the empty text.
            let empty = make::any([make::equal(value.clone(), make::text("")), make::missing(value.clone())]);
            return Some(make::all(exists.iter().cloned().chain([empty])));
        }
        if matches!(ty, Type::Json | Type::Array(_)) {
            return self.import.unfit(field, span, "the operator compares one value".to_owned(), None);
        }
        let constant = self.import.constant_of_text(field, &text, wanted)?;
        Some(make::equal(value.clone(), constant))
    }

    fn includes(&mut self, node: &Node) -> Option<Expr> {
        let (name, span) = self.path(node)?;
        let wants = Type::Array(Box::new(Type::String));
        let field = self.import.field(Attribute { kind: None, name, span }, Some(&wants))?;
        let Some(item) = entry(node, "item") else { return self.import.lacks(node, "item") };
        let Type::Array(element) = &field.ty else {
            return self.import.unfit(&field, span, "the node looks into a list".to_owned(), None);
        };
        let element = Field { ty: (**element).clone(), ..field.clone() };
        let Some(text) = scalar_text(item) else { return self.import.wrong(item, "a value") };
        let constant = self.import.constant_of_text(&element, &text, item)?;
        Some(make::contains(field.expr(), constant))
    }

    /// The events of a name, of a prefix (`cart*`) or of any name (`*`).
    fn subject(&mut self, node: &Node, events: &Events) -> Option<(Path, Option<Expr>)> {
        let name = self.import.text(node, "event")?;
        Some(match name.strip_suffix('*') {
            None => (events.named(name), None),
            Some("") => (events.all(), None),
            Some(prefix) => {
                let named = make::text_test(TextOp::StartsWith, events.name_field(), prefix);
                (events.all(), Some(named))
            }
        })
    }

    fn properties(&mut self, node: &Node, key: &str, events: &Events) -> Option<Vec<Expr>> {
        let properties = self.import.list(node, key)?;
        let parts: Vec<_> = properties
            .iter()
            .map(|property| {
                let (name, span) = self.path(property)?;
                let Some(operator) = entry(property, "operator") else {
                    return self.import.lacks(property, "operator");
                };
                let field = self.import.event_field(events, name, span, wanted(operator).as_ref())?;
                // The row is there.
                let exists = Some(make::boolean(true));
                self.test(&Tested { value: field.expr(), ty: field.ty.clone(), field, exists }, operator)
            })
            .collect();
        parts.into_iter().collect()
    }

    fn performed(&mut self, node: &Node) -> Option<Expr> {
        let events = self.import.events(node.span)?;
        let (path, named) = self.subject(node, &events)?;
        let filter = make::all(named.into_iter().chain(self.properties(node, "properties", &events)?));
        let window = match entry(node, "withinSeconds") {
            None | Some(Node { kind: NodeKind::Null, .. }) => None,
            Some(_) => {
                let (count, unit) = longest(self.whole(node, "withinSeconds")?);
                Some(make::last(count, unit))
            }
        };
        let times = match entry(node, "times") {
            None | Some(Node { kind: NodeKind::Null, .. }) => 1,
            Some(_) => self.whole_or_zero(node, "times")?,
        };
        let rows = |func, window: Option<Window>| {
            make::aggregate(func, make::path(path.clone()), window, Some(filter.clone()))
        };
        let count = rows(AggregateFunc::Count, window.clone());
        match entry_text(node, "timesOperator") {
            None | Some("=") => {
                if entry(node, "timesOperator").is_none() {
                    self.import.note("the event was performed exactly so often, since Dittofeed compares with `=` unless `timesOperator` says otherwise");
                }
                Some(make::equal(count, make::integer(times)))
            }
            Some(">=") if times == 1 => Some(rows(AggregateFunc::Exists, window)),
            Some(">=") => Some(make::compare(CompareOp::GreaterOrEqual, count, make::integer(times))),
            Some("<") => Some(make::compare(CompareOp::Less, count, make::integer(times))),
            Some(_) => match entry(node, "timesOperator") {
                Some(other) => self.import.wrong(other, "`=`, `>=` or `<`"),
                None => None,
            },
        }
    }

    /// The last of the events that `whereProperties` choose, and what it has.
    fn last_performed(&mut self, node: &Node) -> Option<Expr> {
        let events = self.import.events(node.span)?;
        let (path, named) = self.subject(node, &events)?;
        let chosen = self.properties(node, "whereProperties", &events)?;
        let filter = make::all(named.into_iter().chain(chosen));
        let exists =
            make::aggregate(AggregateFunc::Exists, make::path(path.clone()), None, Some(filter.clone()));
        let wanted_properties = self.import.list(node, "hasProperties")?;
        let mut parts = vec![];
        for property in wanted_properties {
            let (name, span) = self.path(property)?;
            let Some(operator) = entry(property, "operator") else {
                return self.import.lacks(property, "operator");
            };
            let field = self.import.event_field(&events, name, span, wanted(operator).as_ref())?;
            let mut of = path.clone();
            for part in &field.path {
                of = make::then(of, part);
            }
            let value = make::aggregate(AggregateFunc::Last, make::path(of), None, Some(filter.clone()));
            let tested = Tested { value, ty: field.ty.clone(), field, exists: Some(exists.clone()) };
            parts.push(self.test(&tested, operator)?);
        }
        if parts.is_empty() {
            parts.push(exists);
        }
        Some(make::all(parts))
    }

    /// A share of the users, cut by the MD5 of their id and the segment's name.
    fn bucket(&mut self, node: &Node) -> Option<Expr> {
        let Some(percent) = entry(node, "percent") else { return self.import.lacks(node, "percent") };
        let share = number(percent).and_then(|text| BigDecimal::from_str(&text).ok());
        let (none, all) = (BigDecimal::from(0), BigDecimal::from(1));
        let Some(share) = share.filter(|share| (&none..=&all).contains(&share)) else {
            return self.import.wrong(percent, "a share between 0 and 1");
        };
        if share == all {
            return Some(make::boolean(true));
        }
        let Some(name) = self.name else { return self.import.lacks(node, "name") };
        let key = Attribute { kind: None, name: KEY, span: percent.span };
        let key = self.import.field(key, None)?;
        if !matches!(key.ty, Type::String | Type::Integer) {
            let what = "shares are cut by ids that are text or whole numbers".to_owned();
            return self.import.unfit(&key, percent.span, what, None);
        }
        let buckets = share * BigDecimal::from(100_000);
        let bound = buckets.with_scale_round(0, RoundingMode::Floor);
        if bound != buckets {
            self.import.note(
                "shares have up to 3 digits after the point of a percentage here: the rest of this one is left out",
            );
        }
        let bucket = make::tool_bucket(name, key.expr(), BucketTool::Dittofeed);
        Some(make::compare(CompareOp::Less, bucket, make::integer(bound.to_i64().unwrap_or_default())))
    }

    fn whole(&mut self, node: &Node, key: &str) -> Option<i64> {
        match self.whole_or_zero(node, key)? {
            0 => self.import.wrong(entry(node, key)?, "a number above 0"),
            number => Some(number),
        }
    }

    fn whole_or_zero(&mut self, node: &Node, key: &str) -> Option<i64> {
        match entry(node, key) {
            Some(Node { kind: NodeKind::Integer(number, _), .. }) if (0..=1_000_000_000).contains(number) => {
                Some(*number)
            }
            Some(other) => self.import.wrong(other, "a whole number"),
            None => self.import.lacks(node, key),
        }
    }
}

/// A value that is there and isn't the empty text.
fn exists_in(value: &Expr, ty: &Type) -> Expr {
    match ty {
        Type::String => {
            make::all([make::present(value.clone()), make::not(make::equal(value.clone(), make::text("")))])
        }
        Type::Array(_) => make::not(make::empty(value.clone())),
        _ => make::present(value.clone()),
    }
}

/// The type that an operator implies.
fn wanted(operator: &Node) -> Option<Type> {
    match entry_text(operator, "type")? {
        "GreaterThanOrEqual" | "LessThan" => Some(Type::DECIMAL),
        "Within" | "NotWithin" | "AbsoluteTimestamp" => Some(Type::Timestamp),
        "Equals" | "NotEquals" => Some(Type::String),
        _ => None,
    }
}

/// Seconds as the longest exact unit.
fn longest(seconds: i64) -> (i64, Unit) {
    match seconds {
        n if n % 3600 == 0 => (n / 3600, Unit::Hour),
        n if n % 60 == 0 => (n / 60, Unit::Minute),
        n => (n, Unit::Second),
    }
}
