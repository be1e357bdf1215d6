//! What can go wrong with a run beyond the engine's own failures (SEG73x).

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// Another run builds segments in the same schema.
    ///
    /// Two runs side by side would build a segment from tables of two instants, so one runs at a
    /// time. Usually the second waits; with `--no-wait` it ends.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop --no-wait     # while another one runs
    /// ```
    ///
    /// Run it again later, or without `--no-wait`. A run that broke off holds nothing: the server
    /// lets go when its session ends.
    error SEG730 "another run is at work" RunInProgress { span: Option<Span>, schema: String }
    message |p| format!("another run builds the segments of the schema `{}`", p.schema);
    help |_p| Some("run it again later, or without `--no-wait`, to wait for the other one".to_owned());

    /// Segments were not built because one that they depend on failed.
    ///
    /// Their tables are what they were before the run. Everything else has been built.
    ///
    /// ```text
    /// segment vip on customer { where in segment buyers }      # and buyers failed
    /// ```
    ///
    /// Mend what failed, then `segc run --resume` builds the rest as of the same instant.
    warning SEG731 "segments skipped" SegmentsSkipped { span: Option<Span>, failed: String, skipped: Vec<String> }
    message |p| format!(
        "{} segment{} skipped, because of `{}`: {}",
        p.skipped.len(),
        if p.skipped.len() == 1 { " was" } else { "s were" },
        p.failed,
        p.skipped.join(", ")
    );
    help |_p| Some("mend what failed; `segc run --resume` then builds what is left, as of the same instant".to_owned());

    /// The database went away during a run.
    ///
    /// What was built until then is there, whole and recorded in `segc_runs`; what was being built
    /// is as it was before.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop     # and the server is stopped
    /// ```
    ///
    /// Once it is back, `segc run --resume` builds what is left as of the same instant.
    error SEG732 "the database went away" DatabaseGone { span: Option<Span>, reason: String, left: usize }
    message |p| format!("the database no longer answers, with {} segment{} left: {}", p.left, if p.left == 1 { "" } else { "s" }, p.reason);
    help |_p| Some("once it is back, `segc run --resume` builds what is left, as of the same instant".to_owned());

    /// A segment's table is not what a fresh evaluation gives.
    ///
    /// Both are as of the table's last run. `missing` are keys that match and are not in the table,
    /// `extra` those that are in it and don't match; of a segment with `expire`, it is who matches
    /// that is compared. Either rows have come or changed since the table was built, or somebody
    /// else has written to it, or the catalog says of a table what isn't true (`append_only`,
    /// `deletes: never`, `immutable`).
    ///
    /// ```text
    /// order: { changes: append_only, deletes: never }    # and an order was deleted
    /// ```
    ///
    /// `segc run` without `--refresh` makes the table right; correct the catalog, or it will
    /// differ again.
    error SEG733 "table differs" TableDiffers { span: Option<Span>, segment: String, differences: String }
    message |p| format!("the table of `{}` differs from a fresh evaluation: {}", p.segment, p.differences);
    help |_p| Some("`segc run` without `--refresh` makes it right; if it happens again, the catalog says of a table what isn't true".to_owned());
}
