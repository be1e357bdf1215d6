//! Sequences: steps, gaps and spans.

use crate::diagnostic::Span;

crate::problems! {
    /// The steps of a sequence are ordered by time, so the rows of each step need one. It is the time
    /// of the last entity on the step's path that has one.
    ///
    ///     sequence(lines then orders)         # lines have no `time`, and orders do
    ///
    /// Declare `time: <field>` for the entity in the catalog, or use a path through an entity that has one.
    error SEG370 "a step without time" StepWithoutTime { span: Span, path: String, help: String }
    message |p| format!("the rows of `{}` have no time to order them by", p.path);
    help |p| Some(p.help.clone());

    /// A step consists of rows: its path starts at the row that the sequence belongs to and ends at
    /// a link to many rows.
    ///
    ///     sequence(orders.status then events)     # sequence((orders where status = "paid") then events)
    error SEG371 "a step without rows" StepNotRows { span: Span, path: String, help: String }
    message |p| format!("`{}` isn't a path to many rows, which a step of a sequence needs", p.path);
    help |p| Some(p.help.clone());

    /// A sequence begins with a step that happens. Negated steps come between other steps or at the
    /// end.
    ///
    ///     sequence(not visits then orders)
    ///
    /// For "no visit before the order", begin with the event after which there are no visits:
    /// `sequence(signups then not visits then orders)`.
    error SEG372 "a sequence that begins with `not`" NotFirst { span: Span }
    message |_p| "the first step of a sequence can't be negated: there is no start for the time in which it must not happen".to_owned();
    help |_p| Some("begin with a step that happens".to_owned());

    /// Between two steps that happen, there can be only one `then not`.
    ///
    ///     sequence(a then not b then not c then d)
    ///
    /// If both are behind the same link, write a single step: `then not (events where kind in ("b", "c"))`.
    /// Otherwise join two sequences with `and`.
    error SEG373 "two negated steps in a row" NeighbouringNots { span: Span }
    message |_p| "the previous step is also negated".to_owned();
    help |_p| Some("write both as one step with `where … or …`".to_owned());

    /// A negated step at the end needs a time limit: how long to wait for it.
    ///
    ///     sequence(carts then not purchases)      # … then not purchases within 7 days)
    error SEG374 "a last `not` without a span" LastNotWithoutSpan { span: Span }
    message |_p| "there is no limit for the time in which this must not happen".to_owned();
    help |_p| Some("end the sequence with a span from the first step, such as `within 7 days`".to_owned());

    /// A gap is the time between two steps that happen, so a negated step has none.
    ///
    ///     sequence(a then not within 1 day b then c)      # sequence(a then not b then within 1 day c)
    error SEG375 "a gap before a negated step" GapBeforeNot { span: Span, is_last: bool }
    message |_p| "a negated step has no gap".to_owned();
    help |p| Some(if p.is_last {
        "write `within` and the time after the step, as the span from the first step".to_owned()
    } else {
        "move the gap to the next step: it is measured from the last step that happens".to_owned()
    });

    /// A sequence has at least two steps; to test for a single event, use `exists`.
    ///
    ///     sequence(orders)                    # exists(orders)
    error SEG376 "a sequence of one step" OneStep { span: Span, path: String }
    message |_p| "a sequence has at least two steps".to_owned();
    help |p| Some(format!("add a step with `then`, or write `exists({})`", p.path));

    /// The number of steps in a sequence is limited, since each is a subquery of the next.
    ///
    ///     sequence(a then b then c then …)        # and so on
    ///
    /// Split it into two sequences joined with `and`.
    error SEG377 "too many steps" TooManySteps { span: Span, limit: usize }
    message |p| format!("a sequence has at most {} steps", p.limit);
    help |_p| Some("join two shorter sequences with `and`".to_owned());

    /// Gaps and spans are exact, but months, quarters and years have no fixed length.
    ///
    ///     sequence(a then b within 1 month)       # within 30 days
    error SEG432 "a unit without a fixed length" CalendarLength { span: Span, unit: &'static str, days: i64 }
    message |p| format!("a {} doesn't always have the same length", p.unit);
    help |p| Some(format!("use weeks or a smaller unit, such as `{} days`", p.days));

    /// A gap or a span is a whole number of units above 0, and at most ten thousand years.
    ///
    ///     sequence(a then b within 0 days)
    ///
    /// Each step is already later than the one before. Give the longest time between them: `within 1
    /// day`.
    error SEG433 "not a length of time" WrongLength { span: Span, count: i64 }
    message |p| match p.count {
        ..0 => "`within` can't be negative: a step is never earlier than the one before".to_owned(),
        0 => "`within` can't be zero: each step is later than the one before".to_owned(),
        _ => format!("{} units are more than ten thousand years", p.count),
    };
    help |_p| Some("use a whole number, at least 1".to_owned());

    /// The value that `matching` compares has one type in all steps (numbers widen).
    ///
    ///     sequence(views then purchases matching product)     # text there, a number here
    ///
    /// Use a value that has the same type in both; a `trait` can rename it.
    error SEG434 "matching different types" MatchingTypes { span: Span, path: String, first: String, other: String, step: String }
    message |p| format!("`{}` is of type {} in the first step and of type {} in `{}`", p.path, p.first, p.other, p.step);
    help |_p| Some("match a value that has the same type in every step".to_owned());

    /// `matching` tests for equality. JSON and arrays have none, and semantic versions aren't
    /// supported here yet.
    ///
    ///     sequence(views then purchases matching properties)
    ///
    /// Match a single value.
    error SEG435 "matching a type without equality" MatchingType { span: Span, path: String, ty: String }
    message |p| format!("`{}` is of type {}, which can't be matched", p.path, p.ty);
    help |_p| Some("match a single value, such as an identifier".to_owned());
}
