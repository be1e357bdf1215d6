//! Rows in the order of time: `first`, `last`, `latest`, `earliest`, `mode`, `periods`.

use crate::diagnostic::Span;

crate::problems! {
    /// `first`, `last`, `latest` and `earliest` go by time, so an entity on the path needs one.
    ///
    ///     first(addresses.city)               # addresses have no time
    ///
    /// Declare `time: <field>` in the catalog for an entity of the path. The key alone makes
    /// no order that means anything.
    error SEG360 "no time to order by" NoOrder { span: Span, what: &'static str, entity: String, help: String }
    message |p| format!("`{}` goes by time, and `{}` has none", p.what, p.entity);
    help |p| Some(p.help.clone());

    /// `latest` and `earliest` take one row or more.
    ///
    ///     sum(latest 0 orders.total)          # sum(latest 3 orders.total)
    error SEG361 "not a number of rows" NoRowsTaken { span: Span, word: &'static str, count: i64 }
    message |p| format!("`{} {}` takes no row", p.word, p.count);
    help |p| Some(format!("take one row or more, such as `{} 3`", p.word));

    /// The window and `where` choose the rows first, and `latest` or `earliest` takes some of
    /// those: whether there is any, and which is the last, is the same without it.
    ///
    ///     exists(latest 1 orders where status = "refunded")    # has any refunded order
    ///     last(orders.status) = "refunded"                     # the latest order is refunded
    ///
    /// To test the latest rows themselves, ask for a field of the last row, or turn to
    /// `every`, where the condition is a test of the rows that were taken:
    /// `every(latest 1 orders where status = "refunded") and exists(orders)`, or for any of
    /// the latest three `not every(latest 3 orders where status != "refunded")`.
    warning SEG362 "`latest` makes no difference" RankedIdle { span: Span, taken: String, why: String, help: String }
    message |p| format!("`{}` makes no difference: {}", p.taken, p.why);
    help |p| Some(p.help.clone());

    /// The periods of a window lie back to back and fill it, so the window is so many of them.
    ///
    ///     periods(orders during last 30 days each 1 week)      # last 28 days, last 5 weeks
    ///     periods(orders during last 1 month each 1 week)      # months differ in their weeks
    ///
    /// Weeks are 7 days, quarters 3 months, years 12; days are no number of hours, because a
    /// day on which clocks change has 23 or 25.
    error SEG363 "periods that don't fill the window" UnevenPeriods { span: Span, each: String, window: String, help: String }
    message |p| format!("{} is no whole number of periods of {}", p.window, p.each);
    help |p| Some(p.help.clone());

    /// Periods need a window with a beginning and an end whose distance is known.
    ///
    ///     periods(orders during lifetime each 1 month)         # last 12 months
    ///     periods(orders during since 2026-01-01 each 1 week)  # 2026-01-01 to 2026-03-26
    ///
    /// Such are `last`, `previous`, `next` and `this`, two constants, and two instants that
    /// are counted from the same one (`outer.signed_up_at to outer.signed_up_at + 8 weeks`).
    error SEG364 "no window of periods" NoPeriods { span: Span, why: &'static str }
    message |p| p.why.to_owned();
    help |_p| Some("write a window such as `last 8 weeks` or `2026-01-01 to 2026-03-26`".to_owned());

    /// A window has 400 periods at most: enough for the days of a year.
    ///
    ///     periods(orders during last 365 days each 1 day)
    ///     periods(orders during last 1000 hours each 1 hour)   # too many
    error SEG365 "too many periods" TooManyPeriods { span: Span, count: i64, limit: i64 }
    message |p| format!("the window has {} periods, more than {}", p.count, p.limit);
    help |_p| Some("make the periods longer, or the window shorter".to_owned());

    /// A period is one unit long or longer, and `at least` asks for one row or more.
    ///
    ///     periods(orders during last 8 weeks each 0 weeks)              # each 1 week
    ///     periods(orders during last 8 weeks each 1 week at least 0)    # at least 1
    error SEG366 "not a number for periods" PeriodNumber { span: Span, given: i64, what: &'static str }
    message |p| format!("`{}` is no {}", p.given, p.what);
    help |p| Some(format!("the {} is 1 or more", p.what));
}
