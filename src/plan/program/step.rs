//! The steps of a program.

use std::borrow::Cow;

use super::level::Affected;
use super::tables::{ColumnDef, TableDef};
use crate::plan::assertion::Assertion;
use crate::plan::model::{ByKeys, SegmentPlan, StoredList};
use crate::plan::rel::{Query, Scalar};
use crate::types::{Literal, Type};

/// A step of a program.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// The segment that it is for; `None` if several need it.
    pub segment: Option<&'a str>,
    /// The part of the program to which it belongs.
    pub phase: Phase,
    /// What is done.
    pub action: Action<'a>,
}

/// The part of a program to which a step belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Declares a variable.
    Declare,
    /// Prepares the session.
    Session,
    /// Creates what is missing.
    Setup,
    /// Reads the engine's time.
    ReadAt,
    /// Opens the transaction.
    Begin,
    /// Keeps other runs out.
    Lock,
    /// Reads what is known of the last runs.
    LastRun,
    /// Fixes the run's instants.
    Clock,
    /// Gives the run its number, or removes what an interrupted run left.
    Start,
    /// Fails if something does not hold.
    Check,
    /// Finds the affected keys, and prepares for evaluations.
    Affected,
    /// Copies rows that many evaluations read.
    Copy,
    /// Evaluates a segment, and finds its changes.
    Write,
    /// Writes a segment's changes.
    Apply,
    /// Records the run.
    Finish,
    /// Closes the transaction.
    Commit,
    /// Creates a view.
    View,
}

/// What a step does. Rows of a scratch table are `s`, those of the table that is changed `m`.
#[derive(Debug, Clone)]
pub enum Action<'a> {
    /// Declares the variable of an instant.
    Declare(Instant<'a>),
    /// Makes the session's settings those that the program needs.
    PrepareSession,
    /// Creates a schema, if it is missing.
    CreateSchema(&'a [String]),
    /// Creates a table, if it is missing.
    CreateTable(TableDef),
    /// Adds a column that tables of an earlier definition lack.
    AddColumn(&'a [String], ColumnDef),
    /// Drops a column that tables of an earlier definition have.
    DropColumn(&'a [String], String),
    /// Records that segments exist, as run 0, unless they have a record: a row for each name.
    Register(Vec<&'a SegmentPlan>, Query),
    /// Sets an instant to the engine's time, before the transaction takes its snapshot.
    SetReadAt(Instant<'a>),
    /// Opens a transaction.
    Begin,
    /// Keeps other runs of segments out until the transaction ends.
    Lock(Vec<&'a SegmentPlan>),
    /// Makes the instants a table of one row.
    ClockTable,
    /// Sets an instant.
    SetInstant(Instant<'a>),
    /// Fails with a message if something does not hold: what, and whether an earlier transaction has been
    /// committed by then.
    Assert(&'a Assertion, bool),
    /// Gives the runs of segments their numbers, where the lock hasn't.
    Start(Vec<&'a SegmentPlan>),
    /// Fills a scratch table with the affected keys, or with all keys if most are affected.
    FindAffected(Box<Affected<'a>>),
    /// Prepares for statements that look rows of the affected keys up.
    PrepareLookups(&'a SegmentPlan, &'a ByKeys),
    /// Fills a scratch table with a table's rows of affected keys, sorted by columns.
    CopyRows(Vec<String>, Query, Vec<String>),
    /// Prepares for statements that read all rows.
    EvaluateAll,
    /// Creates a scratch table with the rows of a query.
    Scratch(&'a [String], Cow<'a, Query>),
    /// Tells the engine how many rows a scratch table has, after some were added.
    AnalyzeScratch(&'a [String]),
    /// Makes the changes of one of several segments fast to find.
    IndexChanges(&'a [String]),
    /// Tells the engine how many rows a table has, to which as many were written as a source has.
    Analyze(&'a [String], Source<'a>),
    /// Deletes all rows of a table.
    Clear(&'a [String]),
    /// Inserts the rows of a query: the table, its columns, the query.
    Insert(&'a [String], Vec<String>, Query),
    /// Inserts keys of a static list: the table, its columns, the keys.
    InsertKeys(&'a [String], Vec<String>, &'a [Vec<Literal>]),
    /// Appends all keys of a static list to its table, which no statement does: the caller's engine does.
    AppendKeys(&'a SegmentPlan, &'a StoredList),
    /// Deletes the rows (`m`) that agree with a row of a source (`s`) in these columns.
    DeleteMatching(&'a [String], Source<'a>, Vec<String>),
    /// Deletes leaving members and inserts entering ones, by the scratch table of changes.
    Apply(&'a SegmentPlan),
    /// Likewise; members may be retained until they expire, given the instant at which they do.
    ApplyExpiring(&'a SegmentPlan, &'a str),
    /// Updates the columns beside the key of members who have other values, by the scratch table of changes.
    ApplyColumns(&'a SegmentPlan),
    /// Records that a run has begun to write, where there are no transactions.
    MarkUnfinished(&'a SegmentPlan),
    /// Deletes the entries of a segment's log up to a run, given over a row of the log.
    Prune(&'a SegmentPlan, Scalar),
    /// Records up to which run another segment's log has been read: its name, and the table of its runs.
    ReadInput(&'a SegmentPlan, &'a str, &'a [String]),
    /// Records runs: a row for each segment.
    Record(Vec<&'a SegmentPlan>, Query),
    /// Publishes the numbers of members, in the table of all segments.
    Count(Vec<&'a SegmentPlan>),
    /// Drops a scratch table.
    Drop(Cow<'a, [String]>),
    /// Closes the transaction.
    Commit,
    /// Creates or replaces a view.
    View(&'a SegmentPlan),
}

/// An instant or a date of the program.
#[derive(Debug, Clone)]
pub struct Instant<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: &'a Type,
    /// Its value; it may read the instants before it.
    pub value: Cow<'a, Scalar>,
}

/// Rows that say which others are deleted, or how many were written.
#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// A scratch table.
    Table(&'a [String]),
    /// A query.
    Query(Box<Query>),
}
