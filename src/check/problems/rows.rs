//! Rows in the order of time: `first`, `last`, `latest`, `earliest`, `mode`, `periods`.

use crate::diagnostic::Span;

crate::problems! {
    /// `first`, `last`, `latest` and `earliest` order rows by time, so an entity on the path needs
    /// one.
    ///
    ///     first(addresses.city)               # addresses have no time
    ///
    /// Declare `time: <field>` in the catalog for an entity on the path. The key alone gives no
    /// meaningful order.
    error SEG360 "no time to order by" NoOrder { span: Span, what: &'static str, entity: String, help: String }
    message |p| format!("`{}` orders rows by time, but `{}` has none", p.what, p.entity);
    help |p| Some(p.help.clone());

    /// `latest` and `earliest` take at least one row.
    ///
    ///     sum(latest 0 orders.total)          # sum(latest 3 orders.total)
    error SEG361 "not a number of rows" NoRowsTaken { span: Span, word: &'static str, count: i64 }
    message |p| format!("`{} {}` takes no row", p.word, p.count);
    help |p| Some(format!("take at least one row, such as `{} 3`", p.word));

    /// The window and `where` select the rows first, and `latest` or `earliest` then takes some of
    /// them. Whether there is any, and which is the last, is the same without it.
    ///
    ///     exists(latest 1 orders where status = "refunded")    # has any refunded order
    ///     last(orders.status) = "refunded"                     # the latest order is refunded
    ///
    /// To test the latest rows themselves, use a field of the last row, or `every`, whose condition
    /// tests the rows that were taken:
    /// `every(latest 1 orders where status = "refunded") and exists(orders)`, or for any of
    /// the latest three `not every(latest 3 orders where status != "refunded")`.
    warning SEG362 "`latest` makes no difference" RankedIdle { span: Span, taken: String, why: String, help: String }
    message |p| format!("`{}` makes no difference: {}", p.taken, p.why);
    help |p| Some(p.help.clone());

    /// Periods are adjacent and must fill the window exactly.
    ///
    ///     periods(orders during last 30 days each 1 week)      # last 28 days, last 5 weeks
    ///     periods(orders during last 1 month each 1 week)      # months differ in their weeks
    ///
    /// Weeks are 7 days, quarters 3 months, years 12. Days don't have a fixed number of hours,
    /// because a day on which the clocks change has 23 or 25.
    error SEG363 "periods that don't fill the window" UnevenPeriods { span: Span, each: String, window: String, help: String }
    message |p| format!("{} isn't a whole number of periods of {}", p.window, p.each);
    help |p| Some(p.help.clone());

    /// Periods need a window with a beginning and an end whose distance is known.
    ///
    ///     periods(orders during lifetime each 1 month)         # last 12 months
    ///     periods(orders during since 2026-01-01 each 1 week)  # 2026-01-01 to 2026-03-26
    ///
    /// These are `last`, `previous`, `next` and `this`, two constants, and two instants relative to
    /// the same one (`outer.signed_up_at to outer.signed_up_at + 8 weeks`).
    error SEG364 "a window without periods" NoPeriods { span: Span, why: &'static str }
    message |p| p.why.to_owned();
    help |_p| Some("write a window such as `last 8 weeks` or `2026-01-01 to 2026-03-26`".to_owned());

    /// A window has at most 400 periods, enough for the days of a year.
    ///
    ///     periods(orders during last 365 days each 1 day)
    ///     periods(orders during last 1000 hours each 1 hour)   # too many
    error SEG365 "too many periods" TooManyPeriods { span: Span, count: i64, limit: i64 }
    message |p| format!("the window has {} periods, more than {}", p.count, p.limit);
    help |_p| Some("make the periods longer, or the window shorter".to_owned());

    /// A period is at least one unit long, and `at least` requires at least one row.
    ///
    ///     periods(orders during last 8 weeks each 0 weeks)              # each 1 week
    ///     periods(orders during last 8 weeks each 1 week at least 0)    # at least 1
    error SEG366 "not a number for periods" PeriodNumber { span: Span, given: i64, what: &'static str }
    message |p| format!("`{}` can't be the {}", p.given, p.what);
    help |p| Some(format!("the {} is at least 1", p.what));
}
