//! Problems of a run, other than failures of the engine (SEG73x).

use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// Another run is building segments in the same schema.
    ///
    /// Two runs at once would build a segment from tables of two different instants, so only one can run
    /// at a time. By default the second run waits; with `--no-wait` it fails.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop --no-wait     # while another one runs
    /// ```
    ///
    /// Run it again later, or without `--no-wait`. An interrupted run blocks nothing: the server releases
    /// the lock when its session ends.
    error SEG730 "another run is in progress" RunInProgress { span: Option<Span>, schema: String }
    message |p| format!("another run is building segments in the schema `{}`", p.schema);
    help |_p| Some("run it again later, or without `--no-wait` to wait for the other run".to_owned());

    /// Segments were not built because one that they depend on failed.
    ///
    /// Their tables are as they were before the run. Everything else has been built.
    ///
    /// ```text
    /// segment vip on customer { where in segment buyers }      # and buyers failed
    /// ```
    ///
    /// Fix what failed; `segc run --resume` then builds the rest as of the same instant. If the run has
    /// built nothing, there is nothing to resume: run it again.
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
        "fix what failed; `segc run --resume` then builds the rest, as of the same instant".to_owned()
    } else {
        "fix what failed, and run it again: this run has built nothing that could be resumed".to_owned()
    });

    /// The connection to the database was lost during a run.
    ///
    /// Segments built until then are complete and recorded in `segc_state`; the one being built is as it
    /// was before.
    ///
    /// ```text
    /// segc run --db postgres://ann@db.example/shop     # and the server is stopped
    /// ```
    ///
    /// Once it is back, `segc run --resume` builds the rest as of the same instant.
    error SEG732 "connection to the database lost" DatabaseGone { span: Option<Span>, reason: String, left: usize }
    message |p| format!("the database no longer answers, with {} segment{} still to build: {}", p.left, if p.left == 1 { "" } else { "s" }, p.reason);
    help |_p| Some("once it is back, `segc run --resume` builds the rest, as of the same instant".to_owned());

    /// A segment's table differs from a fresh evaluation.
    ///
    /// Both are as of the table's last run. `missing` keys match but aren't in the table; `extra` keys
    /// are in the table but don't match. For a segment with `expire`, only the members that match are
    /// compared. The reason may be that rows have arrived or changed since the table was built, that
    /// something else has written to the table, or that a declaration in the catalog isn't true
    /// (`append_only`, `deletes: never`, `immutable`).
    ///
    /// ```text
    /// order: { changes: append_only, deletes: never }    # and an order was deleted
    /// ```
    ///
    /// `segc run` without `--refresh` corrects the table. Correct the catalog, too, or it will differ
    /// again.
    error SEG733 "table differs" TableDiffers { span: Option<Span>, segment: String, differences: String }
    message |p| format!("the table of `{}` differs from a fresh evaluation: {}", p.segment, p.differences);
    help |_p| Some("`segc run` without `--refresh` corrects it; if it happens again, a declaration in the catalog isn't true".to_owned());

    /// A table that segc maintains doesn't have the expected columns.
    ///
    /// A script creates missing tables and uses existing ones as they are. This one was changed by
    /// something else or created by another version of segc, or the type of a key has changed in the
    /// catalog. The script failed before it changed anything.
    ///
    /// ```text
    /// ALTER TABLE segments.vip DROP COLUMN entered_at      -- and then: segc run --refresh
    /// ```
    ///
    /// Change it back, or drop it and let the next run create it again. If you drop a segment's own
    /// table, all of its members enter again; if you drop a history or a log, its contents are lost.
    /// Without `segc_state`, members of a segment with `expire` who stopped matching since the last run
    /// leave at once, and runs are numbered from the beginning. The next run reconstructs everything else
    /// in `segc_state`, `segc_inputs` and `segc_segment_counts`.
    error SEG734 "unexpected table columns" OtherShape {
        span: Option<Span>, table: String, what: String, holds: Option<&'static str>,
    }
    message |p| format!("`{}` doesn't have the columns that segc expects: {}", p.table, p.what);
    help |p| Some(match p.holds {
        Some(holds) => format!("change it back, or drop it if {holds} may be lost: the next run creates it again"),
        None => "drop it: the next run creates it again and evaluates everything once; only members whom `expire` would have begun to retain since the last run are lost".to_owned(),
    });

    /// A column that a segment reads doesn't exist.
    ///
    /// According to the catalog, the field is in this column of the table. The segment's own table is as
    /// it was before.
    ///
    /// ```text
    /// ALTER TABLE orders DROP COLUMN status      -- which `order.status` reads
    /// ```
    ///
    /// Restore the column, or correct the field's `column:` in the catalog.
    error SEG735 "column missing" ColumnGone { span: Option<Span>, table: String, column: String, fields: Vec<String> }
    message |p| format!("`{}` has no column `{}`, which {} reads", p.table, p.column, listed(&p.fields));
    help |_p| Some("restore the column, or correct `column:` in the catalog".to_owned());

    /// A run has an earlier as_of than the last one.
    ///
    /// A refresh can't go back in time, so the run evaluates every entity. Members who stay keep their
    /// `entered_at`.
    ///
    /// ```text
    /// segc run --db shop.db --refresh --as-of 2026-02-01T00:00:00Z      # after one as of March
    /// ```
    ///
    /// Remove `--as-of` if this isn't intended.
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
    help |_p| Some("no refresh leads back, so everyone is evaluated, unless `on_stale_state: fail` forbids it; remove `--as-of` if this isn't intended".to_owned());

    /// A run's as_of is ahead of the database's clock.
    ///
    /// The members are computed as if nothing happened until that instant: windows such as
    /// `last 30 days` reach back from it.
    ///
    /// ```text
    /// segc run --db shop.db --as-of 2036-01-01T00:00:00Z
    /// ```
    ///
    /// Remove `--as-of` if this isn't intended. The next run with an earlier as_of evaluates every entity.
    warning SEG737 "ahead of the clock" AheadOfClock { span: Option<Span>, as_of: Timestamp, clock: Timestamp }
    message |p| format!("as of {} is ahead of the database's clock ({})", p.as_of, p.clock);
    help |_p| Some("remove `--as-of` if this isn't intended".to_owned());

    /// The newest row that a run reads is much older than its as_of.
    ///
    /// Windows such as `last 30 days` reach back from as_of and find no rows. Sample data and copies of a
    /// database often end some time ago.
    ///
    /// ```text
    /// segc run                     # as of today, over rows that end in March
    /// ```
    ///
    /// Run with an `--as-of` after the newest row.
    warning SEG738 "rows that end long before as_of" StaleRows {
        span: Option<Span>, entity: String, newest: Date, after: Date, days: i64,
    }
    message |p| format!("the newest row of `{}` is from {}, {} days before as_of: windows such as `last 30 days` are empty", p.entity, p.newest, p.days);
    help |p| Some(format!("if the rows end there, run with `--as-of {}`", p.after));

    /// A refresh has no last run to build on, so it evaluates every entity.
    ///
    /// Either no run of the segment is recorded, or the recorded one used a different definition or a
    /// different way to refresh. Another version of segc may refresh differently, or keep its records
    /// under other names.
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

    /// Rows have the same time and the same key, so `first`, `last`, `latest` and `earliest` can't order
    /// them.
    ///
    /// Which of them comes first may change from run to run, and the members with it.
    ///
    /// ```text
    /// order_id,ordered_at,total
    /// 1,2026-01-01T00:00:00Z,10
    /// 1,2026-01-01T00:00:00Z,20     # which is the last?
    /// ```
    ///
    /// Remove the duplicate rows, or name the fields that identify rows under `key:`.
    error SEG749 "rows without an order" TiedRows { span: Option<Span>, entity: String, columns: String, keys: String }
    message |p| format!("several rows of `{}` have the same {}: {}; `first`, `last`, `latest` and `earliest` can't order them", p.entity, p.columns, p.keys);
    help |_p| Some("remove the duplicate rows, or name the fields that identify rows under `key:`".to_owned());

    /// A table of a segment has one of its columns with another type.
    ///
    /// The column had another type in an earlier run. Values of the new type would be cut or rounded to fit
    /// the old one. Nothing was written.
    ///
    /// ```text
    /// segment vip on customer { with orders = avg(orders.total) }      # was: with orders = count(orders)
    /// ```
    ///
    /// Drop the column from the table of members: the next run adds it and writes the value of every member,
    /// who keep their `entered_at`. In the history, rename it: what ended before keeps its values there.
    error SEG750 "a column of another type" OtherColumnType {
        span: Option<Span>, table: String, column: String, found: String, wanted: String, drop: Option<String>,
    }
    message |p| format!("the column `{}` of `{}` is {}, not {}", p.column, p.table, p.found, p.wanted);
    help |p| Some(match &p.drop {
        Some(drop) => format!("the next run adds it with its new type after `{drop}`"),
        None => format!("rename `{}` there; the next run adds it with its new type, and what has ended keeps its values", p.column),
    });

    /// The table of a segment's members has a column that the segment doesn't list.
    ///
    /// The segment listed it earlier, or something else has added it. The run leaves it alone: members who stay keep
    /// its values, which are those of an earlier run, and members who enter have none.
    ///
    /// ```text
    /// segment vip on customer { with country }      # was: with country, score
    /// ```
    ///
    /// If nobody needs it, drop it with the statement in the help; if it is needed, add it to the segment's `with`.
    warning SEG751 "a column that isn't listed" UnlistedColumn {
        span: Option<Span>, table: String, column: String, drop: String,
    }
    message |p| format!("`{}` has the column `{}`, which the segment doesn't list", p.table, p.column);
    help |p| Some(match p.drop.is_empty() {
        true => "drop the column if nobody needs it".to_owned(),
        false => format!("if nobody needs it, drop it: `{}`", p.drop),
    });
}

/// `order.status` and `order.state`.
fn listed(fields: &[String]) -> String {
    fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" and ")
}
