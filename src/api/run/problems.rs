//! What can go wrong with a run beyond the engine's own failures (SEG73x).

use jiff::Timestamp;
use jiff::civil::Date;

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
    /// Mend what failed, then `segc run --resume` builds the rest as of the same instant. Where the
    /// run has built nothing there is nothing to go on with: run it again.
    warning SEG731 "segments skipped" SegmentsSkipped {
        span: Option<Span>, failed: String, skipped: Vec<String>, any_built: bool,
    }
    message |p| format!(
        "{} segment{} skipped, because of `{}`: {}",
        p.skipped.len(),
        if p.skipped.len() == 1 { " was" } else { "s were" },
        p.failed,
        p.skipped.join(", ")
    );
    help |p| Some(if p.any_built {
        "mend what failed; `segc run --resume` then builds what is left, as of the same instant".to_owned()
    } else {
        "mend what failed, and run it again: this run has built nothing that could be resumed".to_owned()
    });

    /// The database went away during a run.
    ///
    /// What was built until then is there, whole and recorded in `segc_state`; what was being built
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

    /// A table that segc keeps is not as segc makes it.
    ///
    /// A script makes its tables where they are missing, and takes those that are there as they
    /// are. Somebody has changed this one, or another version of segc made it, or the catalog now
    /// says another type of a key. The script failed before it changed anything.
    ///
    /// ```text
    /// ALTER TABLE segments.vip DROP COLUMN entered_at      -- and then: segc run --refresh
    /// ```
    ///
    /// Change it back; or drop it, and the next run makes it anew. Of a segment's own table, who is
    /// a member then enters anew; a history and a log that are dropped are lost. Without `segc_state`, whom a segment with `expire`
    /// would have begun to hold since the last run leaves at once, and runs are numbered anew; all
    /// else that it, `segc_inputs` and `segc_segment_counts` hold the next run finds out.
    error SEG734 "table of another shape" OtherShape {
        span: Option<Span>, table: String, what: String, holds: Option<&'static str>,
    }
    message |p| format!("`{}` isn't as segc makes it: {}", p.table, p.what);
    help |p| Some(match p.holds {
        Some(holds) => format!("change it back, or drop it if {holds} may be lost: the next run makes it anew"),
        None => "drop it: the next run makes it anew and evaluates everyone once; no member is lost but whom `expire` would have begun to hold since the last run".to_owned(),
    });

    /// A column that a segment reads is not there.
    ///
    /// The catalog says that the field is in that column of the table. The segment's own table is
    /// as it was before.
    ///
    /// ```text
    /// ALTER TABLE orders DROP COLUMN status      -- which `order.status` reads
    /// ```
    ///
    /// Give the table its column back, or correct the field's `column:` in the catalog.
    error SEG735 "column missing" ColumnGone { span: Option<Span>, table: String, column: String, fields: Vec<String> }
    message |p| format!("`{}` has no column `{}`, which {} reads", p.table, p.column, listed(&p.fields));
    help |_p| Some("give the table its column back, or correct `column:` in the catalog".to_owned());

    /// A run goes back in time.
    ///
    /// These tables stand at a later as_of than the run's. No refresh leads back, so everyone is
    /// evaluated; `entered_at` stays with those who stay.
    ///
    /// ```text
    /// segc run --db shop.db --refresh --as-of 2026-02-01T00:00:00Z      # after one as of March
    /// ```
    ///
    /// Leave `--as-of` out if it isn't meant.
    warning SEG736 "back in time" BackInTime {
        span: Option<Span>, as_of: Timestamp, newest: Timestamp, segments: Vec<String>,
    }
    message |p| format!(
        "as of {} is before the last run of {} ({})",
        p.as_of,
        match p.segments.as_slice() {
            [one] => format!("`{one}`"),
            more => format!("{} segments", more.len()),
        },
        p.newest
    );
    help |_p| Some("no refresh leads back, so everyone is evaluated, unless `on_stale_state: fail` forbids it; leave `--as-of` out if that isn't meant".to_owned());

    /// A run's as_of lies ahead of the database's clock.
    ///
    /// Members are who would be one at that instant if nothing more happened: windows such as
    /// `last 30 days` reach back from it.
    ///
    /// ```text
    /// segc run --db shop.db --as-of 2036-01-01T00:00:00Z
    /// ```
    ///
    /// Leave `--as-of` out if it isn't meant. The next run with an earlier as_of evaluates everyone.
    warning SEG737 "ahead of the clock" AheadOfClock { span: Option<Span>, as_of: Timestamp, clock: Timestamp }
    message |p| format!("as of {} is ahead of the database's clock ({})", p.as_of, p.clock);
    help |_p| Some("leave `--as-of` out if that isn't meant".to_owned());

    /// The newest row of all that a run reads is long before its as_of.
    ///
    /// Windows such as `last 30 days` reach back from as_of, and find no rows. Sample data and copies of
    /// a database often end some time ago.
    ///
    /// ```text
    /// segc run                     # as of today, over rows that end in March
    /// ```
    ///
    /// Run with an `--as-of` after the newest row.
    warning SEG738 "rows that end long before" StaleRows {
        span: Option<Span>, entity: String, newest: Date, after: Date, days: i64,
    }
    message |p| format!("the newest row of `{}` is from {}, {} days before as_of: windows such as `last 30 days` are empty", p.entity, p.newest, p.days);
    help |p| Some(format!("if the rows end there, run with `--as-of {}`", p.after));

    /// A refresh has no last run to build on, so it evaluates every entity.
    ///
    /// Either no run of the segment is recorded, or the recorded one used another definition or another
    /// way to refresh. Another version of segc may refresh in another way, or keep its records under
    /// other names.
    ///
    /// ```text
    /// segc run --db shop.db --refresh      # the first run after a segment was changed
    /// ```
    ///
    /// Nothing needs to be done. `refresh: { on_stale_state: fail }` in `segc.yml` makes such a refresh
    /// fail instead.
    warning SEG739 "no base run" NoBaseRun { span: Option<Span>, reason: &'static str, segments: Vec<String> }
    message |p| format!(
        "{} evaluated in full: {}",
        match p.segments.as_slice() {
            [one] => format!("`{one}` is"),
            more => format!("{} segments are", more.len()),
        },
        p.reason
    );
    help |_p| Some("later refreshes build on this run".to_owned());

    /// Rows have the same time and the same key, so that `first`, `last`, `latest` and `earliest`
    /// have no order to go by.
    ///
    /// Which of them is the first may change from run to run, and with it the members.
    ///
    /// ```text
    /// order_id,ordered_at,total
    /// 1,2026-01-01T00:00:00Z,10
    /// 1,2026-01-01T00:00:00Z,20     # which is the last?
    /// ```
    ///
    /// Remove the duplicate rows, or name the fields that tell rows apart under `key:`.
    error SEG749 "rows without an order" TiedRows { span: Option<Span>, entity: String, columns: String, keys: String }
    message |p| format!("several rows of `{}` have the same {}: {}; `first`, `last`, `latest` and `earliest` can't order them", p.entity, p.columns, p.keys);
    help |_p| Some("remove the duplicate rows, or name the fields that tell rows apart under `key:`".to_owned());
}

/// `order.status` and `order.state`.
fn listed(fields: &[String]) -> String {
    fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" and ")
}
