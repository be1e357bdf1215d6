//! Anniversaries, arrays and JSON.

use crate::diagnostic::Span;

crate::problems! {
    /// `anniversary during` asks whether an anniversary lies between two instants: without a
    /// beginning or an end every date has one.
    ///
    ///     where born anniversary during since today       # born anniversary during next 30 days
    ///
    /// Give the window both bounds: `next N days`, `this month`, `I1 to I2`, `I1 through I2`.
    error SEG470 "an anniversary in an open window" OpenAnniversary { span: Span, side: &'static str }
    message |p| format!("this window has no {}, and an anniversary is looked for between two instants", p.side);
    help |_p| Some("give it both bounds, such as `during next 30 days` or `during this month`".to_owned());

    /// An operator for arrays stands after a value that is none.
    ///
    ///     where plan contains any ("pro", "team")         # plan in ("pro", "team")
    ///     where email is empty                            # email = "", email is missing
    ///     where size(email) > 3                           # length(email) > 3
    error SEG471 "not an array" NotArray { span: Span, taker: &'static str, what: String, ty: String, help: String }
    message |p| format!("{} takes arrays, and {} is of type {}", p.taker, p.what, p.ty);
    help |p| Some(p.help.clone());

    /// An array is asked for a value that none of its elements can be.
    ///
    ///     where tags contains 3                           # tags contains "3"
    ///
    /// The value has the type of the array's elements; for numbers, one that this type can hold.
    error SEG472 "no such element" WrongElement {
        span: Span, array: String, element: String, what: String, ty: String, help: String
    }
    message |p| format!("the elements of {} are of type {}, and {} is of type {}", p.array, p.element, p.what, p.ty);
    help |p| Some(p.help.clone());

    /// `ignoring case` compares text; elements of an array are compared as they are.
    ///
    ///     where tags contains "vip" ignoring case         # tags contains any ("vip", "VIP", "Vip")
    error SEG473 "an array ignoring case" ArrayIgnoringCase { span: Span, what: String }
    message |p| format!("{} is an array, whose elements are compared as they are", p.what);
    help |_p| Some("drop `ignoring case`, and list the spellings: `contains any (\"vip\", \"VIP\")`".to_owned());
}
