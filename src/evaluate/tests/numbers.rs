//! Section 2: numbers.

use super::World;
use super::build::*;
use crate::check::hir::ArithmeticOp::{Add, Divide, Multiply, Remainder, Subtract};
use crate::check::hir::{AggregateFunc, Func, Value, ValueKind};
use crate::evaluate::{Datum, EvalError};
use crate::types::{Literal, Type};

fn show(value: &Value) -> String {
    World::new().customer(1, "visits", 1).show(value)
}

fn failure(value: &Value) -> Option<EvalError> {
    World::new().customer(1, "visits", 1).try_value(value).err()
}

/// "Numbers widen integer → decimal → float"
#[test]
fn operands_are_widened() {
    assert_eq!(show(&arithmetic(Add, integer(1), integer(2))), "3");
    assert_eq!(show(&arithmetic(Add, integer(1), exact("0.25"))), "1.25");
    assert_eq!(show(&arithmetic(Add, exact("0.5"), float(0.25))), "0.75");
    let first = call(Func::Coalesce, Type::Float, [integer(3), float(0.5)]);
    assert_eq!(show(&first), "3.0", "a coalesce has the widest type of its arguments");
    let world = World::new().customer(1, "visits", 1);
    assert!(world.holds(equal(integer(1), exact("1.00"))));
    assert!(world.holds(equal(exact("0.5"), float(0.5))));
    assert!(world.holds(equal(exact("0.1"), float(0.1))), "both are floats then");
    assert!(world.holds(less(integer(9_007_199_254_740_992), integer(9_007_199_254_740_993))));
    assert!(world.holds(one_of(integer(2), vec![Literal::Float(2.0)])));
}

/// "`avg` and `/` are float"
#[test]
fn division_yields_a_float() {
    assert_eq!(show(&arithmetic(Divide, integer(7), integer(2))), "3.5");
    assert_eq!(show(&arithmetic(Divide, exact("1"), exact("4"))), "0.25");
    let world = World::new().customer(1, "visits", 1).order(1, 1, "1.00", "2026-06-01T00:00:00Z").order(
        2,
        1,
        "2.00",
        "2026-06-01T00:00:00Z",
    );
    assert_eq!(world.value(&over(AggregateFunc::Avg, "orders.total").get()).kind(), "a float");
    assert_eq!(world.show(&over(AggregateFunc::Avg, "orders.total").get()), "1.5");
}

/// "decimal results round half away from zero to 9 places, `round` too"
#[test]
fn decimal_results_round_half_away_from_zero_to_nine_places() {
    let half = |number: &str| show(&arithmetic(Multiply, exact(number), exact("0.5")));
    assert_eq!(half("0.000000001"), "1E-9");
    assert_eq!(half("0.000000003"), "2E-9");
    assert_eq!(half("-0.000000003"), "-2E-9");
    assert_eq!(half("-0.000000001"), "-1E-9");
    let round = |number: &str| show(&call(Func::Round, Type::WIDE_INTEGER, [exact(number)]));
    assert_eq!(round("2.5"), "3");
    assert_eq!(round("-2.5"), "-3");
    assert_eq!(round("0.499999999"), "0");
    assert_eq!(show(&call(Func::Round, Type::Float, [float(-2.5)])), "-3.0");
    assert_eq!(show(&call(Func::Floor, Type::WIDE_INTEGER, [exact("-2.1")])), "-3");
    assert_eq!(show(&call(Func::Ceil, Type::WIDE_INTEGER, [exact("-2.9")])), "-2");
    assert_eq!(show(&call(Func::Abs, Type::DECIMAL, [exact("-2.9")])), "2.9");
}

/// "`%` takes the sign of the dividend."
#[test]
fn remainder_takes_the_sign_of_the_dividend() {
    assert_eq!(show(&arithmetic(Remainder, integer(-7), integer(3))), "-1");
    assert_eq!(show(&arithmetic(Remainder, integer(7), integer(-3))), "1");
    assert_eq!(show(&arithmetic(Remainder, exact("-7.5"), exact("2"))), "-1.5");
    assert_eq!(show(&arithmetic(Remainder, exact("7.5"), exact("-2"))), "1.5");
    assert_eq!(show(&arithmetic(Remainder, integer(i64::MIN), integer(-1))), "0");
}

/// "Overflow never wraps: it fails the run"
#[test]
fn overflow_fails_the_run() {
    let overflow = Some(EvalError::Overflow(SPAN));
    let nines = || exact("99999999999999999999999999999");
    let negated = |number| value(Type::Integer, ValueKind::Negate(Box::new(integer(number))));
    assert_eq!(failure(&arithmetic(Add, integer(i64::MAX), integer(1))), overflow);
    assert_eq!(failure(&arithmetic(Subtract, integer(i64::MIN), integer(1))), overflow);
    assert_eq!(failure(&arithmetic(Multiply, integer(i64::MAX), integer(2))), overflow);
    assert_eq!(failure(&negated(i64::MIN)), overflow);
    assert_eq!(failure(&negated(i64::MAX)), None);
    assert_eq!(failure(&call(Func::Abs, Type::Integer, [integer(i64::MIN)])), overflow);
    assert_eq!(failure(&arithmetic(Add, nines(), exact("0.9"))), None, "29 digits and 9 after the point");
    assert_eq!(failure(&arithmetic(Add, nines(), exact("1"))), overflow);
    assert_eq!(failure(&arithmetic(Multiply, float(1e200), float(1e200))), overflow);
    assert_eq!(failure(&arithmetic(Divide, float(1e300), float(1e-300))), overflow);
}

/// "An integer `sum` is decimal(38,0)": it goes beyond 64 bits. "Float sums …"
#[test]
fn integer_sums_are_exact_beyond_64_bits() {
    let order = |world: World, id: i64, items: i64, weight: f64| {
        let at = at("2026-06-01T00:00:00Z").into();
        let (items, weight) = (items.into(), weight.into());
        let ids = [("order_id", id.into()), ("customer_id", 1.into())];
        world.row(
            "order",
            [ids[0].clone(), ids[1].clone(), ("items", items), ("weight", weight), ("ordered_at", at)],
        )
    };
    let world = World::new().customer(1, "visits", 1);
    let world = order(order(world, 1, i64::MAX, 0.5), 2, i64::MAX, 0.25);
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.items").get()), "18446744073709551614");
    assert_eq!(world.show(&over(AggregateFunc::Sum, "orders.weight").get()), "0.75");
    let average = world.value(&over(AggregateFunc::Avg, "orders.items").get());
    assert_eq!(average, Datum::Float(9_223_372_036_854_775_807.0));
    let world = order(order(world, 3, 0, f64::MAX), 4, 0, f64::MAX);
    let error = world.try_value(&over(AggregateFunc::Sum, "orders.weight").get());
    assert_eq!(error, Err(EvalError::Overflow(SPAN)));
}

/// "NaN is missing."
#[test]
fn nan_is_missing() {
    let mut world = World::new().customer(1, "score", f64::NAN).customer(2, "score", 0.0);
    assert_eq!(world.who(missing(field("score"))), [1]);
    let infinite = || float(f64::INFINITY);
    assert_eq!(show(&arithmetic(Subtract, infinite(), infinite())), "missing");
}
