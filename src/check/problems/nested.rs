//! Anniversaries, arrays and JSON.

use crate::diagnostic::Span;

crate::problems! {
    /// `anniversary during` tests for an anniversary between two instants. In a window without a
    /// beginning or an end, every date has one.
    ///
    ///     where born anniversary during since today       # born anniversary during next 30 days
    ///
    /// Give the window both bounds: `next N days`, `this month`, `I1 to I2`, `I1 through I2`.
    error SEG470 "an anniversary in an open window" OpenAnniversary { span: Span, side: &'static str }
    message |p| format!("this window has no {}, but an anniversary needs a window between two instants", p.side);
    help |_p| Some("give it both bounds, such as `during next 30 days` or `during this month`".to_owned());

    /// An array operator is used on a value that isn't an array.
    ///
    ///     where plan contains any ("pro", "team")         # plan in ("pro", "team")
    ///     where email is empty                            # email = "", email is missing
    ///     where size(email) > 3                           # length(email) > 3
    error SEG471 "not an array" NotArray { span: Span, taker: &'static str, what: String, ty: String, help: String }
    message |p| format!("{} takes arrays, but {} is of type {}", p.taker, p.what, p.ty);
    help |p| Some(p.help.clone());

    /// None of the array's elements can ever equal this value.
    ///
    ///     where tags contains 3                           # tags contains "3"
    ///
    /// The value must have the type of the array's elements. A number must also fit this type.
    error SEG472 "no such element" WrongElement {
        span: Span, array: String, element: String, what: String, ty: String, help: String
    }
    message |p| format!("the elements of {} are of type {}, but {} is of type {}", p.array, p.element, p.what, p.ty);
    help |p| Some(p.help.clone());

    /// `ignoring case` compares text; array elements are compared exactly.
    ///
    ///     where tags contains "vip" ignoring case         # tags contains any ("vip", "VIP", "Vip")
    error SEG473 "an array ignoring case" ArrayIgnoringCase { span: Span, what: String }
    message |p| format!("{} is an array, and array elements are compared exactly", p.what);
    help |_p| Some("remove `ignoring case` and list the spellings: `contains any (\"vip\", \"VIP\")`".to_owned());
}
