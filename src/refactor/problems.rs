//! Problems of renaming and removing: SEG840 to SEG842.

use crate::diagnostic::{Label, Span};
use crate::problems;

problems! {
    /// The new name can't be the name of a segment.
    ///
    /// Names begin with a letter or `_` and go on with letters, digits and `_`. Keywords such as `where` are no names.
    ///
    /// ```text
    /// segc rename vip very-important
    /// ```
    ///
    /// Choose another name, such as `very_important`.
    error SEG840 "no name for a segment" BadNewName { span: Option<Span>, name: String }
    message |p| format!("`{}` can't be the name of a segment", p.name);
    help |_p| Some("use letters, digits and `_`, and no keyword".to_owned());

    /// Another segment has the new name.
    ///
    /// ```text
    /// segc rename vip buyers    # there is a segment `buyers`
    /// ```
    ///
    /// Choose another name, or remove the other segment first.
    error SEG841 "the name is taken" NameTaken { span: Option<Span>, name: String }
    message |p| format!("there is a segment `{}`", p.name);
    help |_p| Some("choose another name, or rename the other segment first".to_owned());

    /// The segment to be removed is still used.
    ///
    /// Segments and traits refer to it, unit tests expect its members, or an exposure in `segc.yml` names it.
    ///
    /// ```text
    /// segc remove vip    # another segment extends it
    /// ```
    ///
    /// Change what uses it first. `segc children NAME` shows the segments that do.
    error SEG842 "a segment that is used" StillUsed {
        span: Span, name: String,
        /// What uses it, in the order of places.
        by: Vec<String>,
        /// Further places.
        others: Vec<Span>,
    }
    message |p| format!("`{}` is used by {}", p.name, p.by.join(", "));
    help |_p| Some("change what uses it first; nothing was written".to_owned());
    labels |p| p.others.iter().map(|&span| Label { span, text: "and here".to_owned() }).collect();
}
