//! Sections 1, 3 and 7: segments, traits, keys.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, ArithmeticOp, Cond, SegmentId};
use crate::evaluate::{Datum, EvalError, Evaluator, members};
use crate::types::Type;

fn visitors() -> World {
    (1..=5).fold(World::new(), |world, id| world.customer(id, "visits", id))
}

fn visits(id: i64) -> Cond {
    equal(field("visits"), integer(id))
}

/// "with no rules it is everyone"; "Match = (union of the includes, or everyone if there is
/// none) − union of the excludes"
#[test]
fn matches_are_the_includes_without_the_excludes() {
    let mut world = visitors();
    let everyone = world.segment("everyone", "customer", |_| {});
    assert_eq!(world.ids(everyone), [1, 2, 3, 4, 5]);
    let both = world.segment("both", "customer", |it| {
        it.includes = vec![visits(1), visits(2), visits(3)];
        it.excludes = vec![visits(2), visits(5)];
    });
    assert_eq!(world.ids(both), [1, 3]);
    let rest = world.segment("rest", "customer", |it| it.excludes = vec![visits(2)]);
    assert_eq!(world.ids(rest), [1, 3, 4, 5]);
}

/// "within the final members of the parent if it `extends` one"; "`in segment s` … final
/// members of s; also on a to-one path"
#[test]
fn segments_are_subsets_of_their_parent() {
    let mut world = visitors();
    let low = world.segment("low", "customer", |it| it.includes = vec![less(field("visits"), integer(4))]);
    let child = world.segment("child", "customer", |it| {
        it.parent = Some((low, SPAN));
        it.includes = vec![more(field("visits"), integer(1))];
    });
    assert_eq!(world.ids(child), [2, 3]);
    assert_eq!(world.who(not(in_segment("", child))), [1, 4, 5]);
}

#[test]
fn single_rows_can_be_explained() {
    let mut world = visitors();
    let low = world.segment("low", "customer", |it| it.includes = vec![less(field("visits"), integer(4))]);
    let customer = world.hir.catalog.find("customer").expect("an entity");
    let mut evaluator = Evaluator::new(&world.hir, &world.data, world.as_of);
    let third = evaluator.row(customer, &[Datum::Integer(3)]).expect("a customer");
    let fourth = evaluator.row(customer, &[Datum::Integer(4)]).expect("a customer");
    assert_eq!(evaluator.belongs(low, third), Ok(true));
    assert_eq!(evaluator.belongs(low, fourth), Ok(false));
    assert_eq!(evaluator.holds(&visits(4), fourth), Ok(true));
    assert_eq!(evaluator.value(&field("visits"), fourth), Ok(Datum::Integer(4)));
    assert_eq!(evaluator.row(customer, &[Datum::Integer(6)]), Err(EvalError::Unknown));
}

/// `in segment` inside an aggregate's `where` speaks of the row at the end of its path.
#[test]
fn in_segment_inside_an_aggregate_tests_the_linked_row() {
    let mut world =
        visitors().order(1, 1, "5", "2026-06-01T00:00:00Z").order(2, 2, "50", "2026-06-01T00:00:00Z");
    let large = world.segment("large", "order", |it| {
        it.includes = vec![more(field_of("order", "total"), integer(10))];
    });
    let orders = over(AggregateFunc::Count, "orders").filter(in_segment_of("order", "", large));
    assert_eq!(world.who(orders.exists()), [2]);
}

/// A trait is a value of its entity, wherever a path leads to it.
#[test]
fn traits_are_values_of_their_entity() {
    let mut world =
        visitors().order(1, 1, "5", "2026-06-01T00:00:00Z").order(2, 1, "50", "2026-06-01T00:00:00Z");
    let spent = world.computed("spent", "customer", over(AggregateFunc::Sum, "orders.total").get());
    let ty = || Type::Decimal { precision: 38, scale: 2 };
    assert_eq!(world.show(&trait_of("customer", "", ty(), spent)), "55");
    let largest = over(AggregateFunc::Max, "orders.total").of(trait_of("order", "customer", ty(), spent));
    assert_eq!(world.show(&largest.get()), "55");
    assert_eq!(world.who(more(trait_of("customer", "", ty(), spent), integer(0))), [1]);
}

/// "Duplicate keys (of the segment's entity or of a to-one target) fail a table's script"
#[test]
fn duplicate_keys_fail() {
    let mut world = visitors().customer(3, "visits", 9);
    let everyone = world.segment("everyone", "customer", |_| {});
    let error = members(&world.hir, everyone, &world.data, world.as_of).expect_err("a duplicate");
    assert_eq!(error.to_string(), "more than one row of `customer` has `customer_id` = `3`");

    let company = |world: World, id: i64| world.row("company", [("company_id", id.into())]);
    let mut world = company(company(visitors(), 7), 7);
    let linked =
        world.segment("linked", "customer", |it| it.includes = vec![missing(field("company.industry"))]);
    let error = members(&world.hir, linked, &world.data, world.as_of).expect_err("a duplicate");
    let key = vec![Datum::Integer(7)];
    let fields = vec!["company_id".to_owned()];
    assert_eq!(error, EvalError::DuplicateKey { entity: "company".to_owned(), fields, key });
    let other = world.segment("other", "customer", |_| {});
    assert_eq!(world.ids(other), [1, 2, 3, 4, 5], "who doesn't follow the link doesn't mind");
}

/// Overflow fails a run only where its value is reached; a trait's, where it is read.
#[test]
fn traits_fail_only_where_they_are_read() {
    let mut world = visitors();
    let product = arithmetic(ArithmeticOp::Multiply, field("visits"), integer(i64::MAX / 2));
    let big = world.computed("big", "customer", product);
    let read = |bound: i64| {
        let read = more(trait_of("customer", "", Type::Integer, big), integer(0));
        cond_and(less(field("visits"), integer(bound)), read)
    };
    assert_eq!(world.who(read(3)), [1, 2]);
    let all = world.segment("all", "customer", |it| it.includes = vec![read(4)]);
    assert_eq!(members(&world.hir, all, &world.data, world.as_of), Err(EvalError::Overflow(SPAN)));
    assert_eq!(members(&world.hir, SegmentId(99), &world.data, world.as_of), Err(EvalError::Unknown));
}

fn cond_and(left: Cond, right: Cond) -> Cond {
    cond(crate::check::hir::CondKind::And(vec![left, right]))
}
