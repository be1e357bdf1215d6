//! Sequences: steps, gaps and spans.

use crate::diagnostic::Span;

crate::problems! {
    /// The steps of a sequence follow one another in time, so the rows of each have one: the
    /// last entity with `time` on the step's path gives it.
    ///
    ///     sequence(lines then orders)         # lines have no `time`, and orders do
    ///
    /// Declare `time: <field>` for the entity in the catalog, or take a path through one that has it.
    error SEG370 "a step without time" StepWithoutTime { span: Span, path: String, help: String }
    message |p| format!("the rows of `{}` have no time that could order them", p.path);
    help |p| Some(p.help.clone());

    /// A step is rows: its path ends at a link to many rows, and is about the row that the
    /// sequence belongs to.
    ///
    ///     sequence(orders.status then events)     # sequence((orders where status = "paid") then events)
    error SEG371 "a step that is no rows" StepNotRows { span: Span, path: String, help: String }
    message |p| format!("`{}` is no path to many rows, as a step of a sequence is", p.path);
    help |p| Some(p.help.clone());

    /// A sequence begins with a step that happens; what must not happen stands between steps
    /// or at the end.
    ///
    ///     sequence(not visits then orders)
    ///
    /// For "no visit before the order", begin with what opens the time that is free of visits:
    /// `sequence(signups then not visits then orders)`.
    error SEG372 "a sequence that begins with `not`" NotFirst { span: Span }
    message |_p| "the first step of a sequence can't be negated: nothing opens the time in which it must not happen".to_owned();
    help |_p| Some("begin with a step that happens".to_owned());

    /// Between two steps that happen, one `then not` says what must not.
    ///
    ///     sequence(a then not b then not c then d)
    ///
    /// Where both lie behind one link, write one step: `then not (events where kind in ("b", "c"))`.
    /// Otherwise join two sequences by `and`.
    error SEG373 "two negated steps in a row" NeighbouringNots { span: Span }
    message |_p| "the step before is negated as well".to_owned();
    help |_p| Some("write both as one step with `where … or …`".to_owned());

    /// What must not happen after the last step needs an end: how long it is waited for.
    ///
    ///     sequence(carts then not purchases)      # … then not purchases within 7 days)
    error SEG374 "a last `not` without a span" LastNotWithoutSpan { span: Span }
    message |_p| "nothing says how long this must not happen".to_owned();
    help |_p| Some("end the sequence with a span that counts from the first step, such as `within 7 days`".to_owned());

    /// A gap is the time between two steps that happen; what must not happen has none.
    ///
    ///     sequence(a then not within 1 day b then c)      # sequence(a then not b then within 1 day c)
    error SEG375 "a gap before a negated step" GapBeforeNot { span: Span, is_last: bool }
    message |_p| "a step that must not happen has no gap".to_owned();
    help |p| Some(if p.is_last {
        "write `within` and the time after the step, as the span from the first step on".to_owned()
    } else {
        "give the gap to the next step: it counts from the last step that happens".to_owned()
    });

    /// A sequence has two steps or more; what happens once is asked for with `exists`.
    ///
    ///     sequence(orders)                    # exists(orders)
    error SEG376 "a sequence of one step" OneStep { span: Span, path: String }
    message |_p| "a sequence has two steps or more".to_owned();
    help |p| Some(format!("add a step with `then`, or write `exists({})`", p.path));

    /// A sequence has so many steps at most: each is a subquery within the next.
    ///
    ///     sequence(a then b then c then …)        # and so on
    ///
    /// Join two sequences by `and`, each with a part of the steps.
    error SEG377 "too many steps" TooManySteps { span: Span, limit: usize }
    message |p| format!("a sequence has at most {} steps", p.limit);
    help |_p| Some("join two shorter sequences by `and`".to_owned());

    /// Gaps and spans are exact time: months, quarters and years have no fixed length.
    ///
    ///     sequence(a then b within 1 month)       # within 30 days
    error SEG432 "a length without a fixed size" CalendarLength { span: Span, unit: &'static str, days: i64 }
    message |p| format!("a {} is not always the same time", p.unit);
    help |p| Some(format!("use weeks or a smaller unit, such as `{} days`", p.days));

    /// A gap or a span is a whole number of units above 0, and at most ten thousand years.
    ///
    ///     sequence(a then b within 0 days)
    ///
    /// The steps already follow one another; name the longest time between them: `within 1 day`.
    error SEG433 "not a length of time" WrongLength { span: Span, count: i64 }
    message |p| match p.count {
        ..0 => "`within` takes no negative time: a step is never earlier than the one before".to_owned(),
        0 => "within no time at all, nothing could follow: each step is later than the one before".to_owned(),
        _ => format!("{} units are more than ten thousand years", p.count),
    };
    help |_p| Some("use a whole number from 1 on".to_owned());

    /// The value that `matching` compares has one type in all steps (numbers widen).
    ///
    ///     sequence(views then purchases matching product)     # text there, a number here
    ///
    /// Name a value that both have in the same type; a `trait` may give it another name.
    error SEG434 "matching different types" MatchingTypes { span: Span, path: String, first: String, other: String, step: String }
    message |p| format!("`{}` is of type {} in the first step and of type {} in `{}`", p.path, p.first, p.other, p.step);
    help |_p| Some("match a value that has the same type in every step".to_owned());

    /// `matching` compares for equality, which JSON and arrays don't have, nor yet semantic
    /// versions here.
    ///
    ///     sequence(views then purchases matching properties)
    ///
    /// Match a single value.
    error SEG435 "matching what has no equality" MatchingType { span: Span, path: String, ty: String }
    message |p| format!("`{}` is of type {}, which can't be matched", p.path, p.ty);
    help |_p| Some("match a single value, such as an identifier".to_owned());
}
