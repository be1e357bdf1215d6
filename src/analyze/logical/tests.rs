//! Bounds, hulls and groups.

use jiff::Timestamp;

use super::digest::Key;
use super::formula::{Formula, Formulas, Subject};
use super::window::{Bound, Hull, Window};
use crate::check::proof::{Axis, AxisPoint, Cut, Domain, Step, Values};
use crate::types::Unit;

fn clock(start: Option<Unit>, step: Step, count: i64) -> Bound {
    Bound::Clock(AxisPoint { axis: Axis { start, step }, count })
}

fn days(count: i64) -> Bound {
    clock(None, Step::Days, count)
}

fn since(from: Bound) -> Window {
    Window { from: Some(from), to: None, admits_future: false }
}

fn shown(bounds: Option<&[Bound]>) -> Option<Vec<String>> {
    Some(bounds?.iter().map(ToString::to_string).collect())
}

#[test]
fn bounds_are_compared_where_the_clock_and_the_zone_make_no_difference() {
    let month = |count| clock(None, Step::Months, count);
    let hours = |count: i64| clock(None, Step::Microseconds, count * 3_600_000_000);
    assert!(days(-8).is_never_after(&days(-7)) && !days(-7).is_never_after(&days(-8)));
    // 30 days may be more or less than a month.
    assert!(!days(-30).is_never_after(&month(-1)) && !month(-1).is_never_after(&days(-30)));
    assert!(days(-90).is_never_after(&month(-1)) && month(-3).is_never_after(&days(-30)));
    assert!(!days(-1).is_never_after(&hours(-24)) && !hours(-24).is_never_after(&days(-1)));
    assert!(days(-30).is_never_after(&hours(-24)));
    let year = clock(Some(Unit::Year), Step::Days, 0);
    assert!(year.is_never_after(&days(0)) && !year.is_never_after(&days(-30)));
    assert!(days(-400).is_never_after(&year) && !days(-300).is_never_after(&year));
    let fixed = Bound::Fixed(Timestamp::UNIX_EPOCH);
    assert!(!fixed.is_never_after(&days(0)) && !days(0).is_never_after(&fixed));
}

#[test]
fn a_hull_has_the_furthest_bounds() {
    let mut hull = Hull::default();
    for count in [-7, -30, -1] {
        hull.add(&since(days(count)));
    }
    assert_eq!(shown(hull.from()), Some(vec!["30 days ago".to_owned()]));
    assert_eq!(shown(hull.to()), Some(vec!["now".to_owned()]));
    // It isn't known which of the two is earlier.
    hull.add(&since(clock(None, Step::Months, -1)));
    assert_eq!(shown(hull.from()), Some(vec!["30 days ago".to_owned(), "1 month ago".to_owned()]));
    hull.add(&since(clock(Some(Unit::Month), Step::Months, -3)));
    assert_eq!(shown(hull.from()), Some(vec!["start of month - 3 months".to_owned()]));
    hull.add(&Window { from: Some(days(0)), to: Some(days(7)), admits_future: true });
    assert_eq!(shown(hull.to()), Some(vec!["7 days from now".to_owned()]));
    hull.add(&Window { from: Some(days(0)), to: None, admits_future: true });
    assert_eq!(hull.to(), None);
    hull.add(&Window::LIFETIME);
    assert_eq!(hull.from(), None);
}

/// That a value that may be missing is at least a number.
fn at_least(formulas: &mut Formulas, value: &str, least: i64) -> super::FormulaId {
    let subject = Subject { value: Key::new(value).end(), domain: Domain::any(true).by_type };
    formulas.values(subject, &Values::range(Cut::before(least.into()), Cut::End))
}

#[test]
fn groups_are_flat_and_in_one_order() {
    let mut formulas = Formulas::default();
    let [a, b, c] = ["a", "b", "c"].map(|value| at_least(&mut formulas, value, 1));
    let nested = formulas.all(vec![b, c]);
    let nested = formulas.all(vec![a, nested, a]);
    assert_eq!(nested, formulas.all(vec![c, b, a]));
    let [not_a, not_b, not_c] = [a, b, c].map(|part| formulas.not(part));
    let any = formulas.any(vec![not_c, not_a, not_b]);
    assert_eq!(formulas.not(any), nested);
    assert_eq!(formulas.not(nested), any);
    assert_eq!(formulas.any(vec![a, nested]), a);
    assert_eq!(formulas.all(vec![not_a, any]), not_a);
    assert_eq!(formulas.any(vec![a, not_a]), formulas.constant(true));
    assert_eq!(formulas.all(vec![nested, not_b]), formulas.constant(false));
    let (higher, opaque) = (at_least(&mut formulas, "a", 2), formulas.opaque(Key::new("x").end()));
    assert_eq!(formulas.all(vec![a, higher]), higher);
    assert_eq!(formulas.any(vec![a, higher]), a);
    let not_opaque = formulas.not(opaque);
    assert_eq!(formulas.all(vec![opaque, b, not_opaque]), formulas.constant(false));
    assert!(matches!(formulas.get(not_opaque), Formula::Opaque { negated: true, .. }));
}
