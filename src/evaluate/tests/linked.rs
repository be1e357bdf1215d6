//! Section 6: linked entities.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, ArithmeticOp};
use crate::evaluate::Datum;
use crate::types::Literal;

const DAY: &str = "2026-06-01T00:00:00Z";

fn line(world: World, id: i64, order: i64, quantity: i64, price: &str) -> World {
    let price = Datum::Decimal(decimal(price));
    world.row(
        "line",
        [("line_id", id.into()), ("order_id", order.into()), ("quantity", quantity.into()), ("price", price)],
    )
}

/// Customer 1 has orders of 10 and 20 with three lines, customer 2 one of 30 with none.
fn shop() -> World {
    let world = World::new()
        .customer(1, "balance", decimal("15"))
        .customer(2, "balance", decimal("15"))
        .customer(3, "balance", decimal("15"))
        .order(1, 1, "10.00", DAY)
        .order(2, 1, "20.00", DAY)
        .order(3, 2, "30.00", DAY);
    line(line(line(world, 1, 1, 1, "1.50"), 2, 1, 2, "2.50"), 3, 2, 3, "3.50")
}

/// "Fan-out never multiplies: aggregates over different links don't disturb one another."
#[test]
fn fan_out_never_multiplies() {
    let world = shop();
    let both = arithmetic(
        ArithmeticOp::Add,
        over(AggregateFunc::Sum, "orders.total").get(),
        over(AggregateFunc::Count, "orders.lines").get(),
    );
    assert_eq!(world.show(&both), "33");
    assert_eq!(world.show(&over(AggregateFunc::Count, "orders").get()), "2");
}

/// "The aggregate ranges over path instances (joined rows) up to that end": a customer is
/// counted once for every way that leads there.
#[test]
fn an_aggregate_ranges_over_path_instances() {
    let world = shop();
    assert_eq!(world.show(&over(AggregateFunc::Count, "orders.lines").get()), "3");
    assert_eq!(world.show(&over(AggregateFunc::Count, "orders.customer.orders").get()), "4");
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.customer.orders.total").get()), "60");
    assert_eq!(world.show(&over(AggregateFunc::CountDistinct, "orders.customer.orders.total").get()), "2");
}

/// "An aggregate's path ends at its last to-many link; what follows is a value read from
/// there, missing if its row is absent."
#[test]
fn the_path_after_the_last_to_many_link_is_a_value() {
    let world = shop();
    assert_eq!(world.show(&over(AggregateFunc::Max, "orders.lines.order.total").get()), "20");
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.lines.order.total").get()), "40");
    let absent = over(AggregateFunc::CountDistinct, "orders.customer.company.industry");
    assert_eq!((absent.hops.len(), world.show(&absent.get())), (1, "0".to_owned()));
}

/// "`sum(lines.quantity * unit_price where …)` is legal"
#[test]
fn aggregates_take_expressions() {
    let amount = arithmetic(ArithmeticOp::Multiply, field_of("line", "quantity"), field_of("line", "price"));
    let lines = over(AggregateFunc::Sum, "orders.lines.quantity").of(amount);
    assert_eq!(shop().show(&lines.clone().get()), "17");
    let few = lines.filter(less(field_of("line", "quantity"), integer(3)));
    assert_eq!(shop().show(&few.get()), "6.5");
}

/// "E sees the linked entity's fields and links, to any depth, and the enclosing entity's as
/// `outer.field`"
#[test]
fn filters_see_the_linked_and_the_outer_entity() {
    let above = over(AggregateFunc::Count, "orders")
        .filter(more(field_of("order", "total"), outer("customer", "balance")));
    assert_eq!(shop().who(equal(above.get(), integer(1))), [1, 2]);
    let deep = over(AggregateFunc::Count, "orders")
        .filter(equal(field_of("order", "customer.balance"), outer("customer", "balance")));
    assert_eq!(shop().show(&deep.get()), "2");
    // Nested: `outer` inside the inner aggregate is the order.
    let lines = over_from("order", AggregateFunc::Sum, "lines.price")
        .filter(less(field_of("line", "price"), outer("order", "total")));
    let nested = over(AggregateFunc::Count, "orders").filter(more(lines.get(), exact("3.9")));
    assert_eq!(shop().who(equal(nested.get(), integer(1))), [1]);
}

/// "`every(P where E)` (true over nothing)"; "`during` and the path choose the rows and E is
/// the test"
#[test]
fn every_is_true_of_no_rows() {
    let cheap = || over(AggregateFunc::Every, "orders").filter(less(field_of("order", "total"), integer(25)));
    assert_eq!(shop().who(cheap().every()), [1, 3]);
    assert_eq!(shop().who(not(cheap().every())), [2]);
    assert_eq!(shop().who(cheap().during(last_days(1)).every()), [1, 2, 3]);
    let unknown =
        || over(AggregateFunc::Every, "orders").filter(equal(field_of("order", "status"), string("x")));
    assert_eq!(shop().who(unknown().every()), [3], "a missing status fails the test");
}

/// "Missing values are skipped, except by `count(P)`."
#[test]
fn missing_values_are_skipped_except_by_count() {
    let world = shop()
        .row("order", [("order_id", 4.into()), ("customer_id", 1.into()), ("ordered_at", at(DAY).into())]);
    let total = |func| over(func, "orders.total").get();
    assert_eq!(world.show(&over(AggregateFunc::Count, "orders").get()), "3");
    assert_eq!(world.show(&total(AggregateFunc::CountDistinct)), "2");
    assert_eq!(world.show(&total(AggregateFunc::Avg)), "15.0");
    assert_eq!(world.show(&total(AggregateFunc::Min)), "10");
}

/// Values are distinct by what they are worth.
#[test]
fn distinct_is_by_value() {
    let world = shop().order(4, 1, "10.0", DAY).order(5, 1, "10", DAY);
    assert_eq!(world.show(&over(AggregateFunc::CountDistinct, "orders.total").get()), "2");
}

/// "`events["Order Completed"]` is that event only, wherever a path may be"
#[test]
fn named_events_exclude_other_events() {
    let mut world = World::new().customer(1, "visits", 1).customer(2, "visits", 1);
    for (id, customer, name) in
        [(1, 1, Some("view")), (2, 1, Some("cart")), (3, 2, Some("View")), (4, 2, None)]
    {
        world = world.row(
            "event",
            [
                ("event_id", id.into()),
                ("customer_id", customer.into()),
                ("name", name.into()),
                ("at", at(&format!("2026-06-0{id}T00:00:00Z")).into()),
            ],
        );
    }
    assert_eq!(world.who(over(AggregateFunc::Count, "events:view").exists()), [1]);
    assert_eq!(world.show(&over(AggregateFunc::Min, "events:cart.at").get()), "2026-06-02T00:00:00Z");
    assert_eq!(world.show(&over(AggregateFunc::Count, "events").get()), "2");
}

/// A link's columns with a missing part match nothing, not even another missing one.
#[test]
fn missing_link_columns_match_nothing() {
    let mut world = World::new()
        .row("company", [("company_id", 1.into())])
        .customer(1, "company_id", None::<i64>)
        .customer(2, "company_id", 1)
        .row("order", [("order_id", 1.into()), ("ordered_at", at(DAY).into())]);
    assert_eq!(world.who(over(AggregateFunc::Count, "orders").exists()), [0; 0]);
    assert_eq!(world.who(over(AggregateFunc::Count, "company.customers").exists()), [2]);
    let one = over(AggregateFunc::Count, "company.customers")
        .filter(one_of(field("customer_id"), vec![Literal::Integer(2)]));
    assert_eq!(world.who(equal(one.get(), integer(1))), [2]);
}
