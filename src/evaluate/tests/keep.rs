//! Sections 1 and 6: `keep`, exclusive groups, buckets.

use super::World;
use super::build::*;
use crate::check::hir::{ArithmeticOp, Group, Keep, KeepKind, KeepSize, SegmentId, Value, ValueKind};
use crate::evaluate::{Datum, EvalError, members};
use crate::types::Type;

fn rank(bottom: bool, size: KeepSize, per: Vec<Value>, by: Value) -> Keep {
    Keep { kind: KeepKind::Rank { bottom, size, per, by }, span: SPAN }
}

fn percent(text: &str) -> KeepSize {
    KeepSize::Percent(text.parse().expect("a number"))
}

/// Customers 1 to 6, of whom 1 and 2 tie and 6 has no visits.
fn visitors() -> World {
    let visits = [(1, 10), (2, 10), (3, 5), (4, 7), (5, -1)];
    let world =
        visits.into_iter().fold(World::new(), |world, (id, visits)| world.customer(id, "visits", visits));
    world.customer(6, "visits", Datum::Missing)
}

fn kept(world: &mut World, keeps: Vec<Keep>) -> Vec<i64> {
    let segment = world.segment("it", "customer", |it| it.keeps = keeps);
    world.ids(segment)
}

/// "a missing E ranks last in both; ties at the edge go to the lower key"
#[test]
fn keep_top_keeps_the_first_members() {
    for (bottom, count, expected) in [
        (false, 1, vec![1]),
        (false, 3, vec![1, 2, 4]),
        (true, 2, vec![3, 5]),
        (true, 5, vec![1, 2, 3, 4, 5]),
        (false, 5, vec![1, 2, 3, 4, 5]),
        (false, 9, vec![1, 2, 3, 4, 5, 6]),
    ] {
        let keep = rank(bottom, KeepSize::Count(count), Vec::new(), field("visits"));
        assert_eq!(kept(&mut visitors(), vec![keep]), expected, "{bottom} {count}");
    }
}

/// "a count is ceil(P × matches / 100), exactly"
#[test]
fn percentages_are_rounded_up() {
    for (size, expected) in [("16.666666", 1), ("16.666667", 2), ("50", 3), ("50.000001", 4), ("100", 6)] {
        let keep = rank(false, percent(size), Vec::new(), field("visits"));
        assert_eq!(kept(&mut visitors(), vec![keep]).len(), expected, "{size}");
    }
}

/// "within each group"; "then each `keep` in written order"
#[test]
fn keeps_apply_per_group_and_in_order() {
    let is_even = || arithmetic(ArithmeticOp::Remainder, field("customer_id"), integer(2));
    let each = || rank(false, KeepSize::Count(1), vec![is_even()], field("visits"));
    assert_eq!(kept(&mut visitors(), vec![each()]), [1, 2]);
    let low = || rank(true, KeepSize::Count(3), Vec::new(), field("visits"));
    assert_eq!(kept(&mut visitors(), vec![low(), each()]), [3, 4]);
    assert_eq!(kept(&mut visitors(), vec![each(), low()]), [1, 2]);
    let missing = rank(false, KeepSize::Count(1), vec![field("visits")], field("customer_id"));
    assert_eq!(kept(&mut visitors(), vec![missing]), [2, 3, 4, 5, 6], "missing is a group");
}

/// "the first 8 hex digits of MD5(seed, colon, the key's parts joined by colons) as an unsigned
/// number, modulo 10000"
#[test]
fn buckets_depend_on_seed_and_key() {
    let mut world = visitors();
    let entity = world.hir.catalog.find("customer").expect("an entity");
    let bucket = value(Type::Integer, ValueKind::Bucket { entity, seed: "autumn".to_owned() });
    assert_eq!(world.value(&bucket), Datum::Integer(1327));
    let sample = |below| Keep { kind: KeepKind::Sample { seed: "autumn".to_owned(), below }, span: SPAN };
    assert_eq!(kept(&mut world, vec![sample(1473)]), [1]);
    assert_eq!(kept(&mut visitors(), vec![sample(1474)]), [1, 4]);
    let other = world.hir.catalog.find("order").expect("an entity");
    let wrong = value(Type::Integer, ValueKind::Bucket { entity: other, seed: String::new() });
    assert_eq!(world.try_value(&wrong), Err(EvalError::IllTyped(SPAN)));
}

/// "− the members of lower-numbered segments of its exclusive group, then each `keep`"
#[test]
fn exclusive_groups_apply_before_keeps() {
    let mut world = visitors();
    let top = |count| vec![rank(false, KeepSize::Count(count), Vec::new(), field("visits"))];
    let group = |before: Vec<SegmentId>, priority| {
        Some(Group { name: "mail".to_owned(), priority, span: SPAN, before })
    };
    let first = world.segment("first", "customer", |it| (it.keeps, it.group) = (top(1), group(vec![], 1)));
    let second =
        world.segment("second", "customer", |it| (it.keeps, it.group) = (top(2), group(vec![first], 2)));
    let third = world.segment("third", "customer", |it| it.group = group(vec![first, second], 3));
    assert_eq!((world.ids(first), world.ids(second)), (vec![1], vec![2, 4]));
    assert_eq!(world.ids(third), [3, 5, 6]);
    world.hir.segments[0].group = group(vec![third], 9);
    let failed = members(&world.hir, first, &world.data, world.as_of);
    assert!(matches!(failed, Err(EvalError::Cycle(_))), "{failed:?}");
}
