//! Section 6: rows in the order of (time, key), modes, periods.

use super::World;
use super::build::*;
use crate::check::hir::{Aggregate, AggregateFunc, Periods, RankedRows, ValueKind};
use crate::evaluate::{Datum, EvalError};
use crate::types::{Type, Unit};

/// Orders of one instant, with a missing total, without a time and of the future.
fn shop() -> World {
    let untotalled = [
        ("order_id", Datum::Integer(7)),
        ("customer_id", Datum::Integer(1)),
        ("ordered_at", Datum::Timestamp(at("2026-06-10T00:00:00Z"))),
    ];
    let untimed = [
        ("order_id", Datum::Integer(8)),
        ("customer_id", Datum::Integer(1)),
        ("total", Datum::Decimal(decimal("80"))),
    ];
    World::new()
        .customer(1, "balance", decimal("15"))
        .customer(2, "balance", decimal("15"))
        .order(3, 1, "30", "2026-06-05T00:00:00Z")
        .order(10, 1, "10", "2026-06-05T00:00:00Z")
        .order(2, 1, "10", "2026-06-01T00:00:00Z")
        .order(9, 1, "90", "2026-06-15T12:00:00Z")
        .row("order", untotalled)
        .row("order", untimed)
}

fn taken(latest: bool, count: u64, aggregate: Aggregate) -> Aggregate {
    Aggregate { ranked: Some(RankedRows { latest, count }), ..aggregate }
}

/// "`first`/`last`/`latest`/`earliest` order by (time, key) and take the value as it is, even
/// if missing." The key is a number here, so 3 comes before 10.
#[test]
fn rows_are_ordered_by_time_then_by_key() {
    let world = shop();
    let show = |aggregate: Aggregate| world.show(&aggregate.get());
    assert_eq!(show(over(AggregateFunc::First, "orders.total")), "10");
    assert_eq!(show(over(AggregateFunc::Last, "orders.total")), "missing");
    assert_eq!(show(over(AggregateFunc::Last, "orders.order_id")), "7");
    let of_that_day = over(AggregateFunc::Last, "orders.order_id")
        .filter(less(field_of("order", "ordered_at"), instant("2026-06-06T00:00:00Z")));
    assert_eq!(show(of_that_day.clone()), "10");
    assert_eq!(show(Aggregate { func: AggregateFunc::First, ..of_that_day }), "2");
    let second = taken(false, 2, over(AggregateFunc::Last, "orders.order_id"));
    assert_eq!(show(second), "3");
}

/// The window and the filter choose the rows first, and of those some are taken.
#[test]
fn latest_applies_to_the_selected_rows() {
    let world = shop();
    let show = |aggregate: Aggregate| world.show(&aggregate.get());
    assert_eq!(show(taken(true, 2, over(AggregateFunc::Sum, "orders.total"))), "10");
    assert_eq!(show(taken(true, 3, over(AggregateFunc::Sum, "orders.total"))), "40");
    assert_eq!(show(taken(false, 1, over(AggregateFunc::Sum, "orders.total"))), "10");
    assert_eq!(show(taken(true, 9, over(AggregateFunc::Count, "orders"))), "4");
    let dear = || more(field_of("order", "total"), exact("20"));
    assert_eq!(show(taken(true, 1, over(AggregateFunc::Sum, "orders.total").filter(dear()))), "30");
    let every = |count| taken(false, count, over(AggregateFunc::Every, "orders").filter(not(dear())));
    assert!(world.holds(every(1).every()) && !world.holds(every(2).every()));
}

/// "`mode`'s ties go to the smallest value."
#[test]
fn mode_skips_missing_values_and_prefers_the_smallest() {
    let world = shop();
    let mode = over(AggregateFunc::Mode, "orders.total");
    assert_eq!(world.show(&mode.clone().get()), "10");
    assert_eq!(world.show(&taken(true, 3, mode.clone()).get()), "10");
    let none = mode.filter(more(field_of("order", "total"), exact("500")));
    assert_eq!(world.show(&none.get()), "missing");
}

#[test]
fn first_and_last_need_a_time() {
    let world = shop();
    let wrong = Aggregate { times: Vec::new(), ..over(AggregateFunc::Last, "orders.total") };
    assert!(matches!(world.try_value(&wrong.get()), Err(EvalError::IllTyped(_))));
}

fn weeks(count: i64, at_least: u64) -> crate::check::hir::Value {
    let bound = |weeks: i64| instant_of(shift(local(now()), -weeks, Unit::Week));
    let rows = over(AggregateFunc::Count, "orders").during(window(Some(bound(count)), Some(now()), false));
    let bounds = (0..=count).rev().map(bound).collect();
    value(Type::Integer, ValueKind::Periods(Box::new(Periods { rows, bounds, at_least })))
}

/// "How many of the back-to-back periods, counted back from the window's end, have at least
/// that many rows." The bounds of the weeks before 15 June 12:00 are 8 and 1 June 12:00.
#[test]
fn periods_are_adjacent() {
    let world = shop();
    assert_eq!(world.show(&weeks(2, 1)), "2");
    assert_eq!(world.show(&weeks(2, 2)), "1");
    assert_eq!(world.show(&weeks(3, 1)), "3");
    assert_eq!(world.show(&weeks(3, 3)), "0");
    let world = world.order(11, 1, "1", "2026-06-08T12:00:00Z");
    assert_eq!(world.show(&weeks(2, 2)), "2", "a bound belongs to the period that it begins");
    assert_eq!(World::new().customer(1, "balance", decimal("1")).show(&weeks(2, 1)), "0");
}
