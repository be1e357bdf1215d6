//! Problems while writing SQL.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// The target's parser can't read the SQL of an entity.
    ///
    /// The text after `query:` in the catalog must be a single query in the target's SQL:
    ///
    /// ```yaml
    /// query: SELECT id, email FROM raw.users WHERE NOT is_test
    /// ```
    ///
    /// An entity can have a different query for each target.
    error SEG651 "unreadable query" UnreadableQuery { span: Span, dialect: String, error: String }
    message |p| format!("this query isn't valid SQL for `{}`: {}", p.dialect, p.error);
    help |_p| Some("write a single SELECT; the entity's `targets:` can have a different query for this target".to_owned());

    /// An argument doesn't fit the template of a function.
    ///
    /// Templates such as Postgres' `INTERVAL '$2 days'` accept only whole numbers. This doesn't happen
    /// with the built-in dialects, but can with your own templates, or with one that your dialect inherits
    /// and its `parser` can't read.
    ///
    /// ```text
    /// # dialects/mine.yml
    /// functions: { add_days: "$1 + INTERVAL '$2 days'" }     # `$2` can't be a field
    /// ```
    error SEG652 "argument does not fit" ArgumentDoesNotFit { span: Option<Span>, function: &'static str, dialect: String }
    message |p| format!("the template of `{}` in dialect `{}` doesn't accept these arguments", p.function, p.dialect);
    help |_p| Some("use `$1 $2` outside quotes; if the template is inherited, write one that the dialect's `parser` can read".to_owned());

    /// A query reads an instant that the run doesn't define.
    ///
    /// ```text
    /// segc compile --as-of 2026-11-20T00:00:00Z
    /// ```
    ///
    /// This is a bug in segc: please report it together with the segment.
    error SEG654 "unknown instant" UnknownInstant { span: Option<Span>, name: String }
    message |p| format!("the run doesn't define the instant `{}`", p.name);
    help |_p| Some("this is a bug in segc: please report it".to_owned());
}
