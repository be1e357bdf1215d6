//! Problems with entities whose rows are in many tables.

use super::nearest;
use crate::diagnostic::{Label, Span};
use crate::problems;

problems! {
    /// Of an entity over many tables, this is said of each table, or can't be said at all.
    ///
    ///     event:
    ///       table: events                                  # wrong beside `tables`
    ///       tables: { "Order Completed": order_completed }
    ///
    /// `table` and `query` are other places of the same rows. `targets` may give other tables for the same
    /// events, as `tables`. Sample data is in a file for each table, named after it, and a node of dbt is
    /// that of one table.
    error SEG280 "beside `tables`" BesideTables { span: Span, key: &'static str, entity: String, tables: Span }
    message |p| format!("`{}` has `tables`, and can't have `{}` too", p.entity, p.key);
    help |p| Some(match p.key {
        "read: { files: … }" => "name the files after the tables",
        "dbt" => "write it at each of the tables: `{ table: …, dbt: … }`",
        _ => "remove one of them",
    }.to_owned());
    labels |p| vec![Label { span: p.tables, text: "the tables".to_owned() }];

    /// An entity over many tables has a field for the name of the event, which is the same for all rows of a
    /// table. No table has a column for it.
    ///
    ///     event:
    ///       tables: { "Order Completed": order_completed, "Signed Up": signed_up }
    ///       event_name: event                              # without this, wrong
    ///       fields: { event: string, id: string, at: timestamp }
    error SEG281 "tables without an event name" TablesWithoutName { span: Span, entity: String }
    message |p| format!("`{}` has `tables`, but doesn't say which field holds the event's name", p.entity);
    help |_p| Some("declare a string for it in `fields`, and name that: `event_name: event`".to_owned());

    /// An entity needs at least one table.
    ///
    ///     tables: {}                                         # wrong
    ///     tables: { "Order Completed": order_completed }
    error SEG282 "no tables" NoTables { span: Span, entity: String }
    message |p| format!("`{}` has no tables", p.entity);
    help |_p| Some("list them by event: `tables: { \"Order Completed\": order_completed }`".to_owned());

    /// A table's rows are those of one event: listed twice, each would be two rows.
    ///
    ///     tables: { "Order Completed": orders, "Order Paid": orders }     # wrong
    error SEG283 "one table, two events" SameTable { span: Span, table: String, event: String, first: Span }
    message |p| format!("`{}` is already the table of `{}`", p.table, p.event);
    help |_p| Some("if it holds several events, make an entity of it whose `event_name` is one of its columns".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first one".to_owned() }];

    /// A table can't have this field, or `columns` gives a column to a field that the table doesn't have.
    ///
    ///     tables:
    ///       "Order Completed": { table: order_completed, fields: [revenue] }
    ///       "Signed Up": { table: signed_up, columns: { revenue: amount } }    # wrong: not listed there
    ///
    /// Fields that some table lists are those of the tables that list them; all others, the key and the time are
    /// fields of every table. The event's name is the key in `tables`, not a column.
    error SEG284 "a field of other tables" TableField { span: Span, event: String, field: String, is_name: bool }
    message |p| match p.is_name {
        true => format!("`{}` is the event's name, which no table holds", p.field),
        false => format!("the table of `{}` has no field `{}`", p.event, p.field),
    };
    help |p| Some(match p.is_name {
        true => "remove it: the name is the table's key in `tables`".to_owned(),
        false => format!("add it to the table's fields: `fields: [{}]`", p.field),
    });

    /// Rows of one entity are new or changed by one rule, so the tables' `changes` have to go together.
    ///
    /// They are put together to what holds for all: the longest `settle` and `lateness`, and `mutable` where some
    /// tables change and others only grow. For that, all have to name the same fields as their stamps. Where the
    /// columns have other names, `columns` says so.
    ///
    ///     "A": { table: a, changes: { append_only: { ingested_at: received_at } } }
    ///     "B": { table: b, changes: { append_only: { ingested_at: loaded_at } } }      # wrong
    ///     "B": { table: b, columns: { received_at: loaded_at } }                       # right
    error SEG285 "tables that change differently" MixedChanges { span: Span, event: String, other: String, first: Span }
    message |p| format!("rows of `{}` are stamped by other fields than those of `{}`", p.event, p.other);
    help |_p| Some("name the same fields in `changes` of both; give the columns' own names in `columns`".to_owned());
    labels |p| vec![Label { span: p.first, text: format!("the table of `{}`", p.other) }];

    /// `targets` gives other tables for an entity's events, and names an event that has no table.
    ///
    ///     tables: { "Order Completed": order_completed }
    ///     targets: { lake: { tables: { "Order Complete": lake.order_completed } } }     # wrong
    error SEG286 "tables of an unknown event" OtherEvent { span: Span, event: String, known: Vec<String> }
    message |p| format!("`{}` has no table in `tables`", p.event);
    help |p| nearest(&p.event, &p.known).or_else(|| Some("list the event in `tables`".to_owned()));

    /// A table's name has a star for the digits of a day, but nothing says which days they are.
    ///
    ///     event:
    ///       table: analytics_123456789.events_*            # without this, wrong
    ///       shards: { zone: Europe/Berlin, late: 3 days }
    ///
    /// `events_*` are all tables whose names have exactly eight digits after `events_`, such as `events_20260131`.
    /// Windows leave out tables of other days: `zone` is the time zone of these days, and `late` how many days
    /// the day of a row's table may lie before or after that of its time.
    error SEG287 "a table for each day, of unknown days" NoShards { span: Span, name: String }
    message |p| format!("`{}` is a table for each day, but nothing says of which zone's days", p.name);
    help |_p| Some("add `shards: { zone: Europe/Berlin, late: 3 days }`: the zone of the days, and how many of them a row's table may lie before or after its time; or read the tables through a view".to_owned());

    /// The star in a table's name stands for all eight digits of a day, and for nothing else.
    ///
    ///     table: events_*                                  # events_20260131
    ///     table: events_2026*                              # wrong: the star follows a digit
    ///     table: analytics_*.events                        # wrong: it isn't at the end
    ///     table: "*"                                       # wrong: the star follows nothing
    error SEG288 "bad star in a table's name" BadStar { span: Span, name: String }
    message |p| format!("the star in `{}` can't stand for the eight digits of a day", p.name);
    help |_p| Some("write one star, at the end of the last part, after a name that doesn't end with a digit: `events_*`".to_owned());

    /// `shards` describes a table for each day, whose name has a star, of an entity with a `time`.
    ///
    ///     event:
    ///       table: analytics_123456789.events              # wrong: `events_*`
    ///       time: at                                       # without this, wrong
    ///       shards: { zone: Europe/Berlin, late: 3 days }
    ///
    /// Without a time, nothing says which days' tables hold a row. Other tables and queries have no shards.
    error SEG289 "shards of what isn't a table for each day" ShardsWithout {
        span: Span, owner: String, lacks: &'static str,
    }
    message |p| format!("{} has `shards`, but no `{}`", p.owner, p.lacks);
    help |p| Some(match p.lacks {
        "time: at" => "name the field that holds the time of an event, as `time`: without it, nothing says which days' tables hold a row; or read the tables through a view",
        _ => "`shards` belongs beside a table with a star for the day, such as `table: events_*`; remove it from other tables and queries",
    }.to_owned());
}
