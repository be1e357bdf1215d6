//! What can go wrong while SQL is written.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A source's own SQL that the target's parser cannot read.
    ///
    /// The text after `query:` in the catalog must be one query in the target's SQL:
    ///
    /// ```yaml
    /// query: SELECT id, email FROM raw.users WHERE NOT is_test
    /// ```
    ///
    /// A source that needs other text elsewhere can give one for each target.
    error SEG651 "unreadable query" UnreadableQuery { span: Span, dialect: String, error: String }
    message |p| format!("this query cannot be read as SQL of `{}`: {}", p.dialect, p.error);
    help |_p| Some("write a single SELECT; `targets:` of the entity can give another query for this target".to_owned());

    /// A function was given something that its template has no place for.
    ///
    /// Templates such as Postgres' `INTERVAL '$2 days'` take whole numbers only. With the
    /// built-in dialects this does not happen; a template of your own may ask for too much.
    ///
    /// ```text
    /// # dialects/mine.yml
    /// functions: { add_days: "$1 + INTERVAL '$2 days'" }     # a field as `$2` does not fit
    /// ```
    error SEG652 "argument does not fit" ArgumentDoesNotFit { span: Option<Span>, function: &'static str, dialect: String }
    message |p| format!("the template of `{}` in dialect `{}` does not take these arguments", p.function, p.dialect);
    help |_p| Some("write the template with `$1 $2` outside of quotes".to_owned());

    /// A statement's template uses a slot that has nothing to stand in it.
    ///
    /// Which slots a statement may use depends on what it is for: `slot_query` means nothing
    /// in `commit`.
    ///
    /// ```text
    /// # dialects/mine.yml, under `statements`
    /// begin: BEGIN TRANSACTION
    /// ```
    error SEG653 "slot without a value" EmptySlot { span: Option<Span>, slot: &'static str, statement: &'static str, dialect: String }
    message |p| format!("`{}` means nothing in the statement `{}` of dialect `{}`", p.slot, p.statement, p.dialect);
    help |_p| Some("take the slot out of that statement, in the dialect's file".to_owned());

    /// A query reads an instant that the run does not fix.
    ///
    /// ```text
    /// segc compile --as-of 2026-11-20T00:00:00Z
    /// ```
    ///
    /// It is a fault of segc: please report it with the segment that led to it.
    error SEG654 "unknown instant" UnknownInstant { span: Option<Span>, name: String }
    message |p| format!("the run fixes no instant `{}`", p.name);
    help |_p| Some("this is a fault of segc: please report it".to_owned());
}
