//! Types, units, windows.

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// The types of two compared values don't match. Numbers can be compared with numbers, text with
    /// text, and dates and timestamps with each other.
    ///
    ///     where total > "100"                 # total > 100
    error SEG401 "types that can't be compared" Mismatch {
        span: Span, left: String, left_ty: String, left_span: Span, right: String, right_ty: String, right_span: Span,
        help: String
    }
    message |p| format!("{} ({}) can't be compared with {} ({})", p.left, p.left_ty, p.right, p.right_ty);
    help |p| Some(p.help.clone());
    labels |p| vec![
        Label { span: p.left_span, text: p.left_ty.clone() },
        Label { span: p.right_span, text: p.right_ty.clone() },
    ];

    /// A condition is needed, but this value is neither true nor false.
    ///
    ///     where country                       # country = "US", country is present
    ///     where count(orders)                 # count(orders) > 0, exists(orders)
    error SEG402 "not a condition" NotCondition { span: Span, what: String, ty: String, help: String }
    message |p| format!("{} is of type {}, not a condition", p.what, p.ty);
    help |p| Some(p.help.clone());

    /// An operator or a function doesn't accept a value of this type.
    ///
    ///     where length(total) > 3             # `length` takes text
    error SEG403 "wrong type" WrongType { span: Span, taker: String, takes: &'static str, what: String, ty: String, help: Option<String> }
    message |p| format!("{} takes {}, but {} is of type {}", p.taker, p.takes, p.what, p.ty);
    help |p| p.help.clone();

    /// Values of this type don't support this comparison. JSON and arrays can't be compared, and
    /// booleans only for equality.
    ///
    ///     where subscribed > false            # where subscribed
    error SEG404 "no such comparison" NotComparable { span: Span, what: String, ty: String, help: Option<String> }
    message |p| format!("{} is of type {}, which doesn't support this comparison", p.what, p.ty);
    help |p| p.help.clone();

    /// The catalog lists the values of this field, but not this one, so the comparison can never
    /// hold.
    ///
    ///     where status = "payed"              # values: [open, paid, cancelled]
    error SEG405 "not one of the field's values" OutsideValues { span: Span, value: String, field: String, help: Option<String> }
    message |p| format!("`{}` is never {}", p.field, p.value);
    help |p| p.help.clone();

    /// Dates and timestamps are written without quotes; anything in quotes is text.
    ///
    ///     where signed_up_at > "2024-01-01"   # signed_up_at > 2024-01-01
    error SEG406 "a date in quotes" QuotedTime { span: Span, text: String, is_time: bool }
    message |p| format!("`\"{}\"` is text, not a {}", p.text, if p.is_time { "date or timestamp" } else { "date" });
    help |p| Some(if p.is_time {
        format!("remove the quotes: `{}`", p.text)
    } else {
        "write dates as `2024-01-31` and timestamps as `2024-01-31T12:00:00Z`, without quotes".to_owned()
    });

    /// A missing value equals nothing, not even another missing value.
    ///
    ///     where plan = null                   # plan is missing
    error SEG407 "compared with a missing value" ComparedWithMissing { span: Span, what: String, negated: bool }
    message |_p| "nothing is equal to a missing value".to_owned();
    help |p| Some(format!("write `{} is {}`", p.what, if p.negated { "present" } else { "missing" }));

    /// A list of values is written with `in`.
    ///
    ///     where plan = "free" or "trial"      # plan in ("free", "trial")
    error SEG408 "a value among conditions" LooseValue { span: Span, value: String, help: String }
    message |p| format!("{} is a value, not a condition", p.value);
    help |p| Some(p.help.clone());

    /// A list after `in` needs at least one item.
    ///
    ///     where plan in ()
    ///
    /// Name the values, or remove the condition.
    error SEG409 "an empty list" EmptyList { span: Span }
    message |_p| "the list is empty, so nothing can be in it".to_owned();
    help |_p| Some("name at least one value, or remove the condition".to_owned());

    /// The items of a list are constants.
    ///
    ///     where country in (billing_country)  # country = billing_country
    error SEG410 "a list item that isn't a constant" ItemNotConstant { span: Span, what: String }
    message |p| format!("{} isn't a constant, and lists contain only constants", p.what);
    help |_p| Some("use `=` instead, joined with `or`".to_owned());

    /// A function is called with too many or too few values.
    ///
    ///     days_between(signed_up_at)          # days_between(signed_up_at, now)
    error SEG411 "wrong number of values" WrongCount {
        span: Span, name: String, takes: &'static str, given: usize, example: &'static str
    }
    message |p| format!("`{}` takes {}, but {} given", p.name, p.takes,
        if p.given == 1 { "1 is".to_owned() } else { format!("{} are", p.given) });
    help |p| Some(format!("write `{}({})`", p.name, p.example));

    /// A duration can't be used by itself. It can be added to a date or a timestamp, or subtracted
    /// from one.
    ///
    ///     where days_since(signed_up_at) > 7 days      # > 7
    error SEG412 "a duration on its own" LooseDuration { span: Span, help: Option<String> }
    message |_p| "a duration can only be added to a date or a timestamp, or subtracted from one".to_owned();
    help |p| p.help.clone().or_else(|| {
        Some("such as `signed_up_at + 7 days`; or count days as a number with `days_since(…)`".to_owned())
    });

    /// Two times can't be added or subtracted.
    ///
    ///     where delivered_at - ordered_at > 3  # days_between(ordered_at, delivered_at) > 3
    error SEG413 "arithmetic on times" TimeArithmetic { span: Span, help: String }
    message |_p| "only a duration can be added to a time or subtracted from it".to_owned();
    help |p| Some(p.help.clone());

    /// A date has no hours, so only days and longer units can be added to it.
    ///
    ///     where birthday + 2 hours before now
    ///
    /// Use days or longer units, or a timestamp instead of the date.
    error SEG414 "hours of a date" DateHours { span: Span, unit: &'static str, what: String }
    message |p| format!("{} is a date, and {}s can't be added to a date or subtracted from it", p.what, p.unit);
    help |_p| Some("use days or longer units".to_owned());

    /// A number of units is a whole number, at least 1 in a window and at least 0 elsewhere, and not
    /// more than ten thousand years.
    ///
    ///     during last 0 days
    ///
    /// Write a whole number: `during last 30 days`.
    error SEG415 "not a count" WrongUnits { span: Span, given: String, least: i64 }
    message |p| format!("{} can't be a number of units here", p.given);
    help |p| Some(format!("use a whole number, at least {}, and at most ten thousand years", p.least));

    /// `through` joins two days, both included.
    ///
    ///     during 2024-01-01 through now       # 2024-01-01 to now
    error SEG416 "`through` without dates" ThroughNeedsDates { span: Span, what: String, ty: String }
    message |p| format!("`through` takes two dates, but {} is of type {}", p.what, p.ty);
    help |_p| Some("use `to`, which excludes its second bound, or `date(…)`".to_owned());

    /// segc knows this type, but doesn't support this use of it yet.
    ///
    ///     where coalesce(tags, labels) contains "new"     # arrays
    error SEG417 "not supported for this type yet" TypeUnsupported { span: Span, what: String, ty: String }
    message |p| format!("{} is of type {}, which isn't supported here yet", p.what, p.ty);
    help |_p| Some("use a field of another type, which a view in the database can provide".to_owned());

    /// `now`, `today`, `3 days ago` and similar expressions are instants. A timestamp equals an
    /// instant only if both are the same to the microsecond, so the comparison would almost never
    /// hold.
    ///
    ///     where signed_up_at = today          # signed_up_at during today
    ///     where signed_up_at = 3 days ago     # days_since(signed_up_at) = 3
    ///
    /// Compared with a date, these instants are days: `date(signed_up_at) = today`,
    /// `birthday = yesterday`. `<`, `before`, `between` and similar operators compare instants.
    error SEG436 "an instant where a day is meant" InstantAsDay { span: Span, instant: String, help: String }
    message |p| format!("{} is an instant: a timestamp equals it only for one microsecond", p.instant);
    help |p| Some(p.help.clone());

    /// The divisor is zero, so the result is always missing.
    ///
    ///     where total / 0 > 1
    ///
    /// Divide by something else, or remove the condition.
    warning SEG450 "division by zero" DivisionByZero { span: Span }
    message |_p| "this divides by zero, so the result is always missing".to_owned();
    help |_p| Some("divide by something else, or remove it".to_owned());

    /// The window or range ends before it begins, so it is empty.
    ///
    ///     during 2024-02-01 to 2024-01-01
    ///
    /// Swap the two bounds.
    warning SEG451 "an empty range" EmptyRange { span: Span, help: &'static str }
    message |_p| "this range is empty: it ends before it begins".to_owned();
    help |p| Some(p.help.to_owned());

    /// An aggregate sees only rows whose time is before as_of, so this condition is the same for
    /// every row.
    ///
    ///     exists(bookings where starts_at after now)    # exists(bookings during next 30 days)
    ///
    /// To include rows of the future, give the aggregate a window: `during next …`.
    warning SEG452 "decided by the clock" DecidedByClock { span: Span, holds: bool, link: String }
    message |p| format!("an aggregate sees only rows before `now`, so this is always {}", p.holds);
    help |p| Some(if p.holds {
        "remove the condition".to_owned()
    } else {
        format!("to look ahead, give the aggregate a window: `{} during next 30 days`", p.link)
    });

    /// The condition is the same for every row.
    ///
    ///     where count(orders) >= 0
    ///
    /// Remove the condition, or compare with a different value: `count(orders) >= 1`.
    warning SEG453 "always the same" AlwaysSame { span: Span, holds: bool }
    message |p| format!("this is always {}", p.holds);
    help |_p| Some("remove it, or compare with a different value".to_owned());
}
