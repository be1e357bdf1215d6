//! A catalog, and short names for the parts of the checked tree.

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::catalog::{
    Catalog, Changes, Deletes, Entity, EntityId, Field, FieldId, Link, LinkId, Storage, TableSource,
};
use crate::check::hir::{
    Aggregate, AggregateFunc, ArithmeticOp, Base, Comparison, Cond, CondKind, Func, Hop, LocalTime, Path,
    SegmentId, TextOp, TraitId, Value, ValueKind, Window,
};
use crate::diagnostic::{SourceId, Span};
use crate::types::{Literal, Type, Unit};

pub(super) const SPAN: Span = Span { source: SourceId(0), start: 0, end: 0 };

const MONEY: Type = Type::Decimal { precision: 12, scale: 2 };

/// Companies, their customers, orders and lines, bookings by date, and events by name.
pub(super) fn shop() -> Catalog {
    use Type::{Boolean, Date, Float, Integer, String, Timestamp};
    let mut shop = Catalog {
        entities: vec![
            entity("company", &[("company_id", Integer), ("industry", String), ("founded", Date)]),
            entity(
                "customer",
                &[
                    ("customer_id", Integer),
                    ("company_id", Integer),
                    ("name", String),
                    ("plan", String),
                    ("visits", Integer),
                    ("balance", Type::DECIMAL),
                    ("score", Float),
                    ("subscribed", Boolean),
                    ("birthday", Date),
                    ("signed_up_at", Timestamp),
                ],
            ),
            entity(
                "order",
                &[
                    ("order_id", Integer),
                    ("customer_id", Integer),
                    ("status", String),
                    ("total", MONEY),
                    ("items", Integer),
                    ("weight", Float),
                    ("ordered_at", Timestamp),
                ],
            ),
            entity(
                "line",
                &[("line_id", Integer), ("order_id", Integer), ("quantity", Integer), ("price", MONEY)],
            ),
            entity("booking", &[("booking_id", Integer), ("customer_id", Integer), ("day", Date)]),
            entity(
                "event",
                &[("event_id", Integer), ("customer_id", Integer), ("name", String), ("at", Timestamp)],
            ),
        ],
        ..Catalog::default()
    };
    link(&mut shop, "company", "customers", "customer", "company_id", true);
    link(&mut shop, "customer", "company", "company", "company_id", false);
    link(&mut shop, "customer", "orders", "order", "customer_id", true);
    link(&mut shop, "customer", "bookings", "booking", "customer_id", true);
    link(&mut shop, "customer", "events", "event", "customer_id", true);
    link(&mut shop, "order", "customer", "customer", "customer_id", false);
    link(&mut shop, "order", "lines", "line", "order_id", true);
    link(&mut shop, "line", "order", "order", "order_id", false);
    for (entity, time) in [("order", "ordered_at"), ("booking", "day"), ("event", "at")] {
        let model = entity_mut(&mut shop, entity);
        model.time = model.find_field(time);
    }
    let event = entity_mut(&mut shop, "event");
    event.event_name = event.find_field("name");
    shop
}

fn entity(name: &str, fields: &[(&str, Type)]) -> Entity {
    Entity {
        name: name.to_owned(),
        span: SPAN,
        singular: None,
        plural: None,
        description: None,
        source: TableSource::Table(vec![name.to_owned()]),
        target_sources: std::collections::BTreeMap::new(),
        key: vec![FieldId(0)],
        fields: fields.iter().map(|(name, ty)| field_model(name, ty)).collect(),
        links: Vec::new(),
        time: None,
        event_name: None,
        changes: Changes::Unknown,
        deletes: Deletes::Hard,
        deleted_flag: None,
        unique_enforced: false,
        settle: None,
        rebuild_every: None,
        dbt: None,
        read: Default::default(),
        list: None,
        unread: crate::catalog::Unread::default(),
    }
}

fn field_model(name: &str, ty: &Type) -> Field {
    Field {
        name: name.to_owned(),
        span: SPAN,
        column: name.to_owned(),
        ty: ty.clone(),
        nullable: true,
        values: None,
        label: None,
        description: None,
        pii: false,
        roles: Vec::new(),
        min: None,
        max: None,
        storage: Storage::Native,
        inside: None,
    }
}

pub(super) fn entity_mut<'c>(catalog: &'c mut Catalog, name: &str) -> &'c mut Entity {
    catalog.entities.iter_mut().find(|entity| entity.name == name).expect("an entity")
}

fn link(catalog: &mut Catalog, from: &str, name: &str, to: &str, on: &str, many: bool) {
    let to = catalog.find(to).expect("an entity");
    let theirs = catalog.entity(to).find_field(on).expect("a field");
    let model = entity_mut(catalog, from);
    let own = model.find_field(on).expect("a field");
    let on = vec![(own, theirs)];
    model.links.push(Link {
        name: name.to_owned(),
        span: SPAN,
        to,
        on,
        many,
        label: None,
        description: None,
        to_list: false,
    });
}

pub(super) fn at(instant: &str) -> Timestamp {
    instant.parse().expect("an instant")
}

pub(super) fn day(date: &str) -> Date {
    date.parse().expect("a date")
}

pub(super) fn decimal(number: &str) -> BigDecimal {
    number.parse().expect("a decimal")
}

/// A value that may miss.
pub(super) fn value(ty: Type, kind: ValueKind) -> Value {
    Value { kind, ty, nullable: true, span: SPAN }
}

pub(super) fn literal(literal: Literal) -> Value {
    value(literal.ty(), ValueKind::Literal(literal))
}

pub(super) fn string(text: &str) -> Value {
    literal(Literal::String(text.to_owned()))
}

pub(super) fn integer(number: i64) -> Value {
    literal(Literal::Integer(number))
}

pub(super) fn exact(number: &str) -> Value {
    literal(Literal::Decimal(decimal(number)))
}

pub(super) fn float(number: f64) -> Value {
    literal(Literal::Float(number))
}

pub(super) fn instant(text: &str) -> Value {
    literal(Literal::Timestamp(at(text)))
}

pub(super) fn date(text: &str) -> Value {
    literal(Literal::Date(day(text)))
}

/// Walks names from an entity; the last may be a field.
fn walk(start: &str, names: &str) -> (Vec<Hop>, EntityId, Option<FieldId>) {
    let shop = shop();
    let mut end = shop.find(start).expect("an entity");
    let mut hops = Vec::new();
    for name in names.split('.').filter(|name| !name.is_empty()) {
        let (name, event) = name.split_once(':').map_or((name, None), |(name, event)| (name, Some(event)));
        let model = shop.entity(end);
        if let Some(field) = model.find_field(name) {
            return (hops, end, Some(field));
        }
        let at = model.links.iter().position(|link| link.name == name).expect("a field or link");
        let link = LinkId(u32::try_from(at).expect("few links"));
        let to = model.link(link).to;
        hops.push(Hop { from: end, link, to, event: event.map(str::to_owned), span: SPAN });
        end = to;
    }
    (hops, end, None)
}

fn field_from(base: Base, start: &str, names: &str) -> Value {
    let (hops, end, field) = walk(start, names);
    let field = field.expect("a field at the end");
    let ty = shop().entity(end).field(field).ty.clone();
    value(ty, ValueKind::Field(Path { base, hops, end }, field))
}

/// `company.industry`, read from a customer.
pub(super) fn field(names: &str) -> Value {
    field_from(Base::This, "customer", names)
}

/// A field read from another entity.
pub(super) fn field_of(entity: &str, names: &str) -> Value {
    field_from(Base::This, entity, names)
}

/// `outer.plan`
pub(super) fn outer(entity: &str, names: &str) -> Value {
    field_from(Base::Outer, entity, names)
}

fn path(entity: &str, names: &str) -> Path {
    let (hops, end, _) = walk(entity, names);
    Path { base: Base::This, hops, end }
}

pub(super) fn trait_of(entity: &str, names: &str, ty: Type, id: TraitId) -> Value {
    value(ty, ValueKind::Trait(path(entity, names), id))
}

pub(super) fn in_segment(names: &str, segment: SegmentId) -> Cond {
    in_segment_of("customer", names, segment)
}

pub(super) fn in_segment_of(entity: &str, names: &str, segment: SegmentId) -> Cond {
    cond(CondKind::InSegment(path(entity, names), segment))
}

pub(super) fn cond(kind: CondKind) -> Cond {
    Cond { kind, span: SPAN }
}

pub(super) fn condition(cond: Cond) -> ValueKind {
    ValueKind::Condition(Box::new(cond))
}

pub(super) fn not(inner: Cond) -> Cond {
    cond(CondKind::Not(Box::new(inner)))
}

pub(super) fn compare(op: Comparison, left: Value, right: Value) -> Cond {
    cond(CondKind::Compare(op, Box::new(left), Box::new(right)))
}

pub(super) fn equal(left: Value, right: Value) -> Cond {
    compare(Comparison::Equal, left, right)
}

pub(super) fn less(left: Value, right: Value) -> Cond {
    compare(Comparison::Less, left, right)
}

pub(super) fn more(left: Value, right: Value) -> Cond {
    compare(Comparison::Greater, left, right)
}

pub(super) fn between(value: Value, low: Value, high: Value) -> Cond {
    cond(CondKind::Between(Box::new(value), Box::new(low), Box::new(high)))
}

pub(super) fn one_of(value: Value, items: Vec<Literal>) -> Cond {
    cond(CondKind::In(Box::new(value), items))
}

pub(super) fn missing(value: Value) -> Cond {
    cond(CondKind::Missing(Box::new(value)))
}

pub(super) fn is_true(value: Value) -> Cond {
    cond(CondKind::True(Box::new(value)))
}

pub(super) fn text(op: TextOp, value: Value, needle: &str) -> Cond {
    cond(CondKind::Text(op, Box::new(value), Box::new(string(needle))))
}

pub(super) fn during(value: Value, window: Window) -> Cond {
    cond(CondKind::During(Box::new(value), window))
}

/// Arithmetic; its type is what the operands widen to, float for `/`.
pub(super) fn arithmetic(op: ArithmeticOp, left: Value, right: Value) -> Value {
    let ty = match (op, left.ty.widest(&right.ty)) {
        (ArithmeticOp::Divide, _) | (_, None) => Type::Float,
        (_, Some(Type::Decimal { .. })) => Type::DECIMAL,
        (_, Some(ty)) => ty,
    };
    value(ty, ValueKind::Arithmetic(op, Box::new(left), Box::new(right)))
}

pub(super) fn call<const N: usize>(func: Func, ty: Type, args: [Value; N]) -> Value {
    value(ty, ValueKind::Call(func, args.into()))
}

pub(super) fn now() -> Value {
    value(Type::Timestamp, ValueKind::Now)
}

pub(super) fn local(time: Value) -> LocalTime {
    LocalTime::Of(time)
}

pub(super) fn start_of(unit: Unit, time: LocalTime) -> LocalTime {
    LocalTime::StartOf(unit, Box::new(time))
}

pub(super) fn shift(time: LocalTime, count: i64, unit: Unit) -> LocalTime {
    LocalTime::Shift(Box::new(time), count, unit)
}

pub(super) fn instant_of(time: LocalTime) -> Value {
    value(Type::Timestamp, ValueKind::Instant(Box::new(time)))
}

pub(super) fn local_date(time: LocalTime) -> Value {
    value(Type::Date, ValueKind::LocalDate(Box::new(time)))
}

pub(super) fn window(
    from: impl Into<Option<Value>>,
    to: impl Into<Option<Value>>,
    admits_future: bool,
) -> Window {
    Window { from: from.into(), to: to.into(), admits_future, span: SPAN }
}

/// `last N days`
pub(super) fn last_days(count: i64) -> Window {
    window(instant_of(shift(local(now()), -count, Unit::Day)), now(), false)
}

/// An aggregate of a customer over a path.
pub(super) fn over(func: AggregateFunc, names: &str) -> Aggregate {
    over_from("customer", func, names)
}

/// An aggregate over a path from an entity; what follows the last to-many link is its value.
pub(super) fn over_from(entity: &str, func: AggregateFunc, names: &str) -> Aggregate {
    let shop = shop();
    let (mut hops, _, field) = walk(entity, names);
    let many = |hop: &Hop| shop.entity(hop.from).link(hop.link).many;
    let length = hops.iter().rposition(many).expect("a to-many link") + 1;
    let rest = hops.split_off(length);
    let end = hops[length - 1].to;
    let value = field.map(|field| {
        let last = rest.last().map_or(end, |hop| hop.to);
        let ty = shop.entity(last).field(field).ty.clone();
        value(ty, ValueKind::Field(Path { base: Base::This, hops: rest, end: last }, field))
    });
    let time = |(at, hop): (usize, &Hop)| shop.entity(hop.to).time.map(|field| (at, field));
    let times = hops.iter().enumerate().filter_map(time).collect();
    Aggregate { func, hops, end, times, window: None, ranked: None, value, filter: None, span: SPAN }
}

impl Aggregate {
    pub(super) fn filter(self, filter: Cond) -> Self {
        Self { filter: Some(filter), ..self }
    }

    pub(super) fn during(self, window: Window) -> Self {
        Self { window: Some(window), ..self }
    }

    pub(super) fn of(self, value: Value) -> Self {
        Self { value: Some(value), ..self }
    }

    /// As a value.
    pub(super) fn get(self) -> Value {
        let of = self.value.as_ref().map(|value| value.ty.clone());
        let ty = match (self.func, of) {
            (AggregateFunc::Avg, _) => Type::Float,
            (AggregateFunc::Sum, Some(Type::Integer)) => Type::WIDE_INTEGER,
            (AggregateFunc::Sum, Some(Type::Decimal { scale, .. })) => Type::Decimal { precision: 38, scale },
            (AggregateFunc::Count | AggregateFunc::CountDistinct, _) | (_, None) => Type::Integer,
            (_, Some(ty)) => ty,
        };
        value(ty, ValueKind::Aggregate(Box::new(self)))
    }

    pub(super) fn exists(self) -> Cond {
        cond(CondKind::Exists(Box::new(self)))
    }

    pub(super) fn every(self) -> Cond {
        cond(CondKind::Every(Box::new(self)))
    }
}
