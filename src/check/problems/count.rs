//! `at least N of (…)` (SEG437 to SEG439).

use crate::diagnostic::Span;

crate::problems! {
    /// The number of conditions that must be true is one that is always, or never, reached.
    ///
    ///     where at least 0 of (active, country = "US")    # always true
    ///     where exactly 3 of (active, country = "US")     # never true
    ///
    /// Change the number, or remove the condition. The number may also come from a parameter.
    warning SEG437 "a number of conditions that decides nothing" ConstantCount {
        span: Span, holds: bool, conditions: usize
    }
    message |p| {
        let plural = if p.conditions == 1 { "" } else { "s" };
        format!("of {} condition{plural}, this is always {}", p.conditions, p.holds)
    };
    help |p| Some(match p.conditions {
        1 => "with a single condition, write the condition itself, or `not` before it".to_owned(),
        conditions => format!("use a number between 1 and {}", if p.holds { conditions - 1 } else { conditions }),
    });

    /// `at least N of (…)` counts the true ones among its conditions, and there is none.
    ///
    ///     where at least 2 of ()
    ///
    /// List the conditions in the parentheses, separated by commas.
    error SEG438 "no condition to count" NoConditions { span: Span }
    message |_p| "there is no condition in the parentheses".to_owned();
    help |_p| Some("list conditions: `at least 2 of (active, country = \"US\", count(orders) > 3)`".to_owned());

    /// The number of conditions in `at least $n of (…)` is a whole number.
    ///
    ///     param n: decimal = 2
    ///     ... where at least $n of (active, country = "US", count(orders) > 3)
    ///
    /// Declare the parameter as `integer`.
    error SEG439 "not a number of conditions" NoCount { span: Span, param: String, ty: String }
    message |p| format!("the number of conditions is an integer, but `${}` is of type {}", p.param, p.ty);
    help |p| Some(format!("declare the parameter as `param {}: integer`", p.param));
}
