//! What no user should be able to break: depth, long chains, cycles, unfit rows, volume.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, ArithmeticOp, Comparison, SegmentId, TraitId, Value, ValueKind};
use crate::evaluate::{Data, DataError, Datum, EvalError, members};
use crate::types::Type;

fn negations(count: usize) -> Value {
    (0..count).fold(integer(1), |inner, _| value(Type::Integer, ValueKind::Negate(Box::new(inner))))
}

#[test]
fn deep_expressions_are_rejected_before_the_stack_overflows() {
    let world = World::new().customer(1, "visits", 1);
    assert_eq!(world.show(&negations(190)), "1");
    assert_eq!(world.try_value(&negations(1000)), Err(EvalError::TooDeep(SPAN)));
    let nots = (0..1000).fold(missing(field("plan")), |inner, _| not(inner));
    let value = value(Type::Boolean, condition(nots));
    assert_eq!(world.try_value(&value), Err(EvalError::TooDeep(SPAN)));
}

#[test]
fn aggregates_nest_as_deeply_as_other_expressions() {
    // exists(orders where exists(customer.orders where …)), over one order.
    let nested = |levels: usize| {
        let innermost = over_from("order", AggregateFunc::Count, "customer.orders").exists();
        let all = (0..levels).fold(innermost, |inner, _| {
            over_from("order", AggregateFunc::Count, "customer.orders").filter(inner).exists()
        });
        value(Type::Boolean, condition(over(AggregateFunc::Count, "orders").filter(all).exists()))
    };
    let world = World::new().customer(1, "visits", 1).order(1, 1, "5", "2026-06-01T00:00:00Z");
    assert_eq!(world.show(&nested(180)), "true");
    assert_eq!(world.try_value(&nested(300)), Err(EvalError::TooDeep(SPAN)));
}

#[test]
fn long_chains_of_traits_and_segments_do_not_recurse() {
    let mut world = World::new().customer(1, "visits", 1).customer(2, "visits", 2);
    let mut last = world.computed("t0", "customer", field("visits"));
    for n in 1..4000 {
        let before = trait_of("customer", "", Type::Integer, last);
        last =
            world.computed(&format!("t{n}"), "customer", arithmetic(ArithmeticOp::Add, before, integer(1)));
    }
    // Each refers twice to the one before it: without a memory, 2^60 steps.
    for n in 0..60 {
        let before = || trait_of("customer", "", Type::Integer, last);
        let step = arithmetic(ArithmeticOp::Subtract, before(), before());
        last = world.computed(&format!("u{n}"), "customer", step);
    }
    assert_eq!(world.show(&trait_of("customer", "", Type::Integer, TraitId(3999))), "4000");
    assert_eq!(world.show(&trait_of("customer", "", Type::Integer, last)), "0");
    let mut parent =
        world.segment("s0", "customer", |it| it.includes = vec![equal(field("visits"), integer(2))]);
    for n in 1..4000 {
        parent = world.segment(&format!("s{n}"), "customer", |it| it.parent = Some((parent, SPAN)));
    }
    assert_eq!(world.ids(parent), [2]);
}

#[test]
fn cycles_are_rejected() {
    let mut world = World::new().customer(1, "visits", 1);
    let it = world.segment("it", "customer", |it| it.includes = vec![in_segment("", SegmentId(0))]);
    let error = members(&world.hir, it, &world.data, world.as_of);
    assert_eq!(error, Err(EvalError::Cycle("it".to_owned())));
}

#[test]
fn malformed_trees_are_rejected() {
    let mut world = World::new().customer(1, "visits", 1);
    let promised = Value { nullable: false, ..field("plan") };
    assert_eq!(world.try_value(&promised), Err(EvalError::Missing(SPAN)));
    assert_eq!(world.try_value(&Value { ty: Type::Date, ..field("visits") }), Err(EvalError::IllTyped(SPAN)));
    let mixed = compare(Comparison::Less, now(), date("2026-01-01"));
    let it = world.segment("it", "customer", |it| it.includes = vec![mixed]);
    assert_eq!(members(&world.hir, it, &world.data, world.as_of), Err(EvalError::IllTyped(SPAN)));
    assert_eq!(world.try_value(&outer("customer", "plan")), Err(EvalError::IllTyped(SPAN)));
}

#[test]
fn rows_that_do_not_match_the_catalog_are_rejected() {
    let mut catalog = shop();
    let customer = entity_mut(&mut catalog, "customer");
    for field in &mut customer.fields {
        field.nullable = !matches!(field.name.as_str(), "customer_id" | "name");
    }
    let mut data = Data::new(&std::sync::Arc::new(catalog));
    let mut push = |entity: &str, values: Vec<(&str, Datum)>| {
        data.push(entity, values).map_err(|error: DataError| error.to_string())
    };
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(push("client", vec![]), refused("there is no entity `client`"));
    assert_eq!(push("customer", vec![("nam", "x".into())]), refused("`customer` has no field `nam`"));
    assert_eq!(
        push("customer", vec![("name", "x".into()), ("name", "y".into())]),
        refused("`name` of `customer` is given twice")
    );
    assert_eq!(
        push("customer", vec![("name", "x".into()), ("visits", "7".into())]),
        refused("`visits` of `customer` is integer and can't be a string, `7`")
    );
    assert_eq!(
        push("order", vec![("total", decimal("1.005").into())]),
        refused("`total` of `order` is decimal(12,2) and can't be a decimal, `1.005`")
    );
    assert_eq!(
        push("customer", vec![("customer_id", 1.into())]),
        refused("`name` of `customer` is string and never missing, but the row has no value")
    );
    assert_eq!(push("customer", vec![("name", "no key, no entity".into())]), Ok(()));
}

#[test]
fn thirty_thousand_rows_are_evaluated_quickly() {
    let mut world = World::new();
    for id in 0..6000 {
        world = world.customer(id, "visits", id);
        for order in 0..4 {
            world = world.order(id * 4 + order, id, "2.50", "2026-06-01T00:00:00Z");
        }
    }
    let spent = over(AggregateFunc::Sum, "orders.total").during(last_days(30));
    assert_eq!(world.who(equal(spent.get(), integer(10))).len(), 6000);
}
