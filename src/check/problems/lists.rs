//! Static lists (SEG340, SEG341).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// The members of a static list are the listed keys: it has no rules, no `keep` and no `expire`.
    ///
    ///     segment vips on customer from list "lists/vips.csv" {
    ///       where country = "US"
    ///     }
    ///
    /// Write a second segment that narrows it: `segment us_vips on customer extends vips { where country =
    /// "US" }`.
    error SEG340 "a static list with rules" ListRule {
        span: Span, what: &'static str, segment: String, entity: String, list: Span
    }
    message |p| format!("a static list can't have {}", p.what);
    help |p| Some(format!(
        "write a second segment: `segment … on {} extends {} {{ … }}`", p.entity, p.segment
    ));
    labels |p| vec![Label { span: p.list, text: "its members are the listed keys".to_owned() }];

    /// A static list always has a table, which scripts fill: it can't be a view, nor be expanded where it is used.
    ///
    ///     segment vips on customer from list "lists/vips.csv" { materialize: view }
    ///
    /// Remove the property. A segment that extends the list can be a view.
    error SEG341 "a static list without a table" ListStorage { span: Span, how: &'static str, list: Span }
    message |p| format!("a static list always has a table, so it can't be `{}`", p.how);
    help |_p| Some("remove the property; a segment that extends the list can be a view".to_owned());
    labels |p| vec![Label { span: p.list, text: "its members are the listed keys".to_owned() }];
}
