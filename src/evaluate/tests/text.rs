//! Section 4: operators and functions on text.

use super::World;
use super::build::*;
use crate::check::hir::{AggregateFunc, Func, TextOp};
use crate::types::Type;

fn names() -> World {
    ["Zoë", "anna", "100%", "a_b", "Żubr", "axb"]
        .iter()
        .zip(1..)
        .fold(World::new(), |world, (name, id)| world.customer(id, "name", *name))
}

/// "strings by code point on every engine, for equality, order, min, max, ties"
#[test]
fn strings_are_ordered_by_code_point() {
    assert_eq!(names().who(less(field("name"), string("a"))), [1, 3]);
    assert_eq!(names().who(more(field("name"), string("b"))), [5]);
    assert_eq!(names().who(equal(field("name"), string("Anna"))), [0; 0]);
    let world = names().row("company", [("company_id", 1.into())]);
    let company = world.hir.catalog.find("company").expect("an entity");
    let mut data = world.data.clone();
    for id in 7..10 {
        let name = ["Émile", "zoe", "Zoe"][id as usize - 7];
        data.push("customer", [("customer_id", id.into()), ("company_id", 1.into()), ("name", name.into())])
            .expect("a row");
    }
    let mut evaluator = crate::evaluate::Evaluator::new(&world.hir, &data, world.as_of);
    let row = evaluator.row(company, &[1.into()]).expect("a company");
    let mut extreme = |func| {
        let value = over_from("company", func, "customers.name").get();
        evaluator.value(&value, row).expect("no failure").to_string()
    };
    assert_eq!((extreme(AggregateFunc::Min), extreme(AggregateFunc::Max)), ("Zoe".into(), "Émile".into()));
}

/// "literal text: `%` and `_` mean themselves"
#[test]
fn needles_are_literal_text() {
    assert_eq!(names().who(text(TextOp::Contains, field("name"), "%")), [3]);
    assert_eq!(names().who(text(TextOp::Contains, field("name"), "a_")), [4]);
    assert_eq!(names().who(text(TextOp::StartsWith, field("name"), "a")), [2, 4, 6]);
    assert_eq!(names().who(text(TextOp::EndsWith, field("name"), "b")), [4, 6]);
    assert_eq!(names().who(not(text(TextOp::EndsWith, field("name"), "b"))), [1, 2, 3, 5]);
}

/// "`trim` removes U+0020; `length` counts code points."
#[test]
fn text_functions_return_their_documented_values() {
    let world = World::new().customer(1, "name", " \t👩‍🚀é ");
    let call = |func, ty| world.show(&call(func, ty, [field("name")]));
    assert_eq!(call(Func::Trim, Type::String), "\t👩‍🚀é");
    assert_eq!(call(Func::Length, Type::Integer), "7");
    assert_eq!(call(Func::Upper, Type::String), " \t👩‍🚀É ");
    assert_eq!(names().show(&super::build::call(Func::Lower, Type::String, [string("ŻUBR Z")])), "żubr z");
}
