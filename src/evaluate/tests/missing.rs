//! Section 3: missing values, two-valued logic.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, ArithmeticOp, Comparison, Func, TextOp};
use crate::evaluate::Datum;
use crate::types::{Literal, Type};

/// Customer 1 has a plan, 2 another, 3 none.
fn plans() -> World {
    World::new().customer(1, "plan", "free").customer(2, "plan", "pro").customer(3, "plan", None::<&str>)
}

/// "Every comparison with a missing value is false, `=` included (also missing = missing)."
#[test]
fn every_comparison_with_a_missing_value_is_false() {
    let plan = || field("plan");
    assert_eq!(plans().who(equal(plan(), string("free"))), [1]);
    assert_eq!(plans().who(equal(plan(), plan())), [1, 2]);
    assert_eq!(plans().who(compare(Comparison::LessOrEqual, plan(), string("pro"))), [1, 2]);
    assert_eq!(plans().who(compare(Comparison::GreaterOrEqual, plan(), string(""))), [1, 2]);
    assert_eq!(plans().who(between(plan(), string("a"), string("z"))), [1, 2]);
    assert_eq!(plans().who(text(TextOp::Contains, plan(), "")), [1, 2]);
    assert_eq!(plans().who(less(plan(), field("name"))), [0; 0]);
}

/// "`!=`, `not in`, `not contains`, `not …` are the exact complement of their positive form,
/// so `plan != "free"` holds for a customer without a plan."
#[test]
fn negations_are_the_exact_complement() {
    let plan = || field("plan");
    let free = || Literal::String("free".to_owned());
    assert_eq!(plans().who(not(equal(plan(), string("free")))), [2, 3]);
    assert_eq!(plans().who(not(one_of(plan(), vec![free()]))), [2, 3]);
    assert_eq!(plans().who(not(text(TextOp::Contains, plan(), "r"))), [3]);
    assert_eq!(plans().who(not(between(plan(), string("a"), string("g")))), [2, 3]);
    assert_eq!(plans().who(not(during(field("signed_up_at"), last_days(1)))), [1, 2, 3]);
    assert_eq!(plans().who(not(not(equal(plan(), string("free"))))), [1]);
}

/// "`is missing` / `is present` test it; `coalesce(x, y)` replaces it."
#[test]
fn is_missing_tests_and_coalesce_replaces() {
    assert_eq!(plans().who(missing(field("plan"))), [3]);
    assert_eq!(plans().who(not(missing(field("plan")))), [1, 2]);
    let plan = call(Func::Coalesce, Type::String, [field("plan"), field("name"), string("free")]);
    assert_eq!(plans().who(equal(plan, string("free"))), [1, 3]);
}

/// "Arithmetic with a missing operand is missing; so are x / 0, x % 0 …"
#[test]
fn arithmetic_with_a_missing_operand_is_missing() {
    let world = World::new().customer(1, "visits", 7);
    let visits = || field("visits");
    for op in [
        ArithmeticOp::Add,
        ArithmeticOp::Subtract,
        ArithmeticOp::Multiply,
        ArithmeticOp::Divide,
        ArithmeticOp::Remainder,
    ] {
        assert_eq!(world.value(&arithmetic(op, visits(), field("balance"))), Datum::Missing, "{op:?}");
    }
    for zero in [integer(0), exact("0.00"), float(-0.0)] {
        assert_eq!(world.value(&arithmetic(ArithmeticOp::Divide, visits(), zero)), Datum::Missing);
    }
    assert_eq!(world.value(&arithmetic(ArithmeticOp::Remainder, visits(), integer(0))), Datum::Missing);
    assert_eq!(world.value(&arithmetic(ArithmeticOp::Remainder, visits(), exact("0.0"))), Datum::Missing);
    assert_eq!(world.value(&call(Func::Lower, Type::String, [field("name")])), Datum::Missing);
}

/// "… everything behind a to-one link whose row is absent (`company in segment s` is then
/// false, whatever s is) …"
#[test]
fn values_behind_absent_rows_are_missing() {
    let mut world = World::new()
        .row("company", [("company_id", 1.into()), ("industry", "retail".into())])
        .customer(1, "company_id", 1)
        .customer(2, "company_id", 99)
        .customer(3, "company_id", None::<i64>);
    let everyone = world.segment("everyone", "company", |_| {});
    assert_eq!(world.who(in_segment("company", everyone)), [1]);
    assert_eq!(world.who(not(in_segment("company", everyone))), [2, 3]);
    assert_eq!(world.who(missing(field("company.industry"))), [2, 3]);
    assert_eq!(world.who(not(equal(field("company.industry"), string("retail")))), [2, 3]);
}

/// "… and `avg`/`min`/`max` … over nothing. `count` is 0 over nothing and `sum` too (also
/// over only-missing values): `sum(orders.total) < 100` holds for someone who never ordered."
#[test]
fn sums_of_no_rows_are_zero_and_averages_missing() {
    let mut world = World::new().customer(1, "visits", 1).customer(2, "visits", 1).row(
        "order",
        [
            ("order_id", 1.into()),
            ("customer_id", 2.into()),
            ("ordered_at", at("2026-06-01T00:00:00Z").into()),
        ],
    );
    let total = |func| over(func, "orders.total").get();
    assert_eq!(world.who(less(total(AggregateFunc::Sum), integer(100))), [1, 2]);
    assert_eq!(world.who(missing(total(AggregateFunc::Avg))), [1, 2]);
    assert_eq!(world.who(missing(total(AggregateFunc::Min))), [1, 2]);
    assert_eq!(world.who(missing(total(AggregateFunc::Max))), [1, 2]);
    assert_eq!(world.who(equal(total(AggregateFunc::CountDistinct), integer(0))), [1, 2]);
    assert_eq!(world.who(equal(over(AggregateFunc::Count, "orders").get(), integer(0))), [1]);
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.weight").get()), "0.0");
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.items").get()), "0");
}

/// "An entity row with a missing key part is no entity."
#[test]
fn rows_with_a_missing_key_part_are_ignored() {
    let mut world = World::new()
        .customer(1, "visits", 1)
        .row("customer", [("visits", 1.into())])
        .row("order", [("customer_id", 1.into()), ("ordered_at", at("2026-06-01T00:00:00Z").into())])
        .order(7, 1, "5", "2026-06-01T00:00:00Z");
    assert_eq!(world.who(equal(field("visits"), integer(1))), [1]);
    assert_eq!(world.show(&over(AggregateFunc::Count, "orders").get()), "1");
}

/// A boolean field is a condition by itself: false and missing are not true.
#[test]
fn only_true_booleans_satisfy_a_condition() {
    let world = || {
        World::new().customer(1, "subscribed", true).customer(2, "subscribed", false).customer(3, "visits", 1)
    };
    assert_eq!(world().who(is_true(field("subscribed"))), [1]);
    assert_eq!(world().who(not(is_true(field("subscribed")))), [2, 3]);
}
