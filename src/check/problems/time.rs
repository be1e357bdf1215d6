//! Times of the day (SEG440, SEG441).

use crate::diagnostic::Span;

crate::problems! {
    /// `time(t)` is the local time of day of a timestamp. It can only be tested with `between`, which
    /// includes both ends and may go over midnight.
    ///
    ///     where time(ordered_at) > "17:00"        # time(ordered_at) between "17:00" and "23:59:59"
    ///     where exists(orders where time(ordered_at) between "22:00" and "06:00")
    ///
    /// For whole hours, compare `hour(t)`.
    error SEG440 "a time of day outside `between`" TimeAlone { span: Span, what: Option<String> }
    message |_p| "`time(…)` is only tested with `between`".to_owned();
    help |p| {
        let what = p.what.as_deref().unwrap_or("…");
        Some(format!(
            "write `time({what}) between \"09:30\" and \"17:00\"`; for whole hours, compare `hour({what})`"
        ))
    };

    /// The ends of `time(t) between … and …` are constants, `"HH:MM"` or `"HH:MM:SS"`, from `"00:00"` to
    /// `"23:59:59"`.
    ///
    ///     where time(ordered_at) between "9:30" and "24:00"     # "09:30", "23:59:59"
    ///
    /// A range that begins later than it ends goes over midnight.
    error SEG441 "not a time of day" NotTimeOfDay { span: Span, what: String, meant: Option<String> }
    message |p| format!("{} isn't a time of day, as in `\"09:30\"`", p.what);
    help |p| Some(match &p.meant {
        Some(meant) => format!("write `\"{meant}\"`"),
        None => "write hours and minutes, `\"09:30\"`, and seconds if needed, `\"09:30:00\"`".to_owned(),
    });
}
