//! Section 5: windows, and what an aggregate sees of time.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, ValueKind, Window};
use crate::types::Type;

/// Customer n has one order, at the n-th of these times.
fn orders(times: &[&str]) -> World {
    (1..).zip(times).fold(World::new(), |world, (id, at)| {
        world.customer(id, "signed_up_at", super::build::at(at)).order(id, id, "1", at)
    })
}

fn ordered(window: Window) -> crate::check::hir::Cond {
    over(AggregateFunc::Count, "orders").during(window).exists()
}

/// "Windows are half-open `[from, to)`: `last N units` = [as_of − N units, as_of)"
#[test]
fn windows_are_half_open() {
    let times = [
        "2026-06-14T11:59:59.999999Z",
        "2026-06-14T12:00:00Z",
        "2026-06-15T11:59:59.999999Z",
        "2026-06-15T12:00:00Z",
    ];
    assert_eq!(orders(&times).who(ordered(last_days(1))), [2, 3]);
    assert_eq!(orders(&times).who(during(field("signed_up_at"), last_days(1))), [2, 3]);
    let since = || window(instant("2026-06-14T12:00:00Z"), None, false);
    assert_eq!(orders(&times).who(ordered(since())), [2, 3], "since is cut at as_of");
    let until = || window(None, instant("2026-06-14T12:00:00Z"), true);
    assert_eq!(orders(&times).who(ordered(until())), [1]);
}

/// "Only `next N`, `until I`, `I1 to I2` and `through` may admit rows at or after as_of …
/// Windows on ordinary fields are never cut."
#[test]
fn only_some_windows_include_future_rows() {
    let times = ["2026-06-15T11:00:00Z", "2026-06-15T12:00:00Z", "2026-06-16T12:00:00Z"];
    let today = |admits| window(instant("2026-06-15T00:00:00Z"), instant("2026-06-16T00:00:00Z"), admits);
    assert_eq!(orders(&times).who(ordered(today(false))), [1]);
    assert_eq!(orders(&times).who(ordered(today(true))), [1, 2]);
    assert_eq!(orders(&times).who(during(field("signed_up_at"), today(false))), [1, 2]);
    let next = || window(now(), None, true);
    assert_eq!(orders(&times).who(ordered(next())), [2, 3]);
    assert_eq!(orders(&times).who(not(over(AggregateFunc::Count, "orders").exists())), [2, 3]);
}

/// "An aggregate sees a row of an entity with `time` only if that time is present and before
/// as_of, on every such entity along its path."
#[test]
fn future_rows_are_ignored_on_every_entity_of_the_path() {
    let line = |world: World, id: i64, order: i64| {
        world.row("line", [("line_id", id.into()), ("order_id", order.into()), ("quantity", 1.into())])
    };
    let world = orders(&["2026-06-15T11:00:00Z", "2026-06-15T12:00:00Z"])
        .customer(3, "visits", 1)
        .row("order", [("order_id", 3.into()), ("customer_id", 3.into())]);
    let mut world = line(line(line(world, 1, 1), 2, 2), 3, 3);
    assert_eq!(world.who(over(AggregateFunc::Count, "orders.lines").exists()), [1]);
    let always = || window(None, None, true);
    assert_eq!(world.who(over(AggregateFunc::Count, "orders.lines").during(always()).exists()), [1, 2]);
    assert_eq!(world.who(ordered(always())), [1, 2], "a missing time is never seen");
}

/// The window applies "to the last of them that has `time`"; the others stay cut.
#[test]
fn the_window_applies_to_the_last_entity_with_time() {
    let mut world = orders(&["2026-06-01T00:00:00Z", "2026-06-20T00:00:00Z"]);
    for (id, order) in [(1, 1), (2, 2)] {
        world = world.row("company", [("company_id", id.into())]);
        world
            .data
            .push(
                "event",
                [
                    ("event_id", id.into()),
                    ("customer_id", order.into()),
                    ("at", at("2026-06-21T00:00:00Z").into()),
                ],
            )
            .expect("a row");
    }
    // orders → their customer → its events: two entities with time.
    let events = || over(AggregateFunc::Count, "orders.customer.events");
    assert_eq!(events().times.len(), 2);
    assert_eq!(world.who(events().exists()), [0; 0]);
    assert_eq!(world.who(events().during(window(now(), None, true)).exists()), [1]);
    let past = || window(None, now(), true);
    assert_eq!(world.who(events().during(past()).exists()), [0; 0]);
}

/// "as a bound of a window a date is its local midnight", and so is a date in a window.
#[test]
fn dates_in_windows_mean_their_local_midnight() {
    let mut world = World::new().in_zone("America/New_York").when("2026-06-15T04:00:00Z");
    for (id, day) in (1..).zip(["2026-06-13", "2026-06-14", "2026-06-15"]) {
        world = world.customer(id, "birthday", super::build::day(day)).row(
            "booking",
            [("booking_id", id.into()), ("customer_id", id.into()), ("day", super::build::day(day).into())],
        );
    }
    let booked = |window: Option<Window>| {
        let bookings = over(AggregateFunc::Count, "bookings");
        match window {
            Some(window) => bookings.during(window).exists(),
            None => bookings.exists(),
        }
    };
    assert_eq!(world.who(booked(None)), [1, 2], "the 15th begins at as_of, and is not before it");
    assert_eq!(world.who(booked(Some(last_days(1)))), [2]);
    let bound = window(date("2026-06-14"), date("2026-06-15"), false);
    assert_eq!(world.who(during(field("birthday"), bound)), [2]);
}

/// "count(orders during outer.signed_up_at to outer.signed_up_at + 7 days)"; a bound that
/// is missing holds nothing.
#[test]
fn windows_can_read_the_enclosing_entity() {
    let mut world = World::new()
        .customer(1, "signed_up_at", at("2026-06-01T00:00:00Z"))
        .customer(2, "signed_up_at", at("2026-06-01T00:00:00Z"))
        .customer(3, "signed_up_at", None::<jiff::Timestamp>)
        .order(1, 1, "1", "2026-06-07T23:59:59Z")
        .order(2, 2, "1", "2026-06-08T00:00:00Z")
        .order(3, 3, "1", "2026-06-08T00:00:00Z");
    let from = || outer("customer", "signed_up_at");
    let week = || value(Type::Timestamp, ValueKind::ShiftExact(Box::new(from()), 7 * 86_400_000_000));
    assert_eq!(world.who(ordered(window(from(), week(), true))), [1]);
    assert_eq!(world.who(not(ordered(window(None, week(), true)))), [2, 3]);
}
