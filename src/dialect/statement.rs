//! The statements of scripts: a template for each kind of step.
//!
//! Which steps a script has, and in which order, is the plan's business; a dialect says how each kind
//! is written.

use std::collections::BTreeMap;

use super::capability::{Capability, named};
use super::statement_template::{Slot, StatementTemplate};

named! {
    /// A kind of step. In the templates, rows of scratch tables have the alias `s`, and rows of the table
    /// that is changed the alias `m`.
    StepKind {
        /// Declares the variable of an instant.
        Declare = "declare",
        /// Prepares the session, once a script.
        Session = "session",
        /// Creates the schema of the segments' tables, unless it exists.
        CreateSchema = "create_schema",
        /// Creates a table, unless it exists.
        CreateTable = "create_table",
        /// Adds a column to a table that an earlier script has created without it.
        AddColumn = "add_column",
        /// Drops a column from a table that an earlier script has created with it. Only `segc run`, which sees the
        /// table, has such a step.
        DropColumn = "drop_column",
        /// Adds rows for segments, given as rows `s` with a `segment`, to the table of runs, as run 0, unless they
        /// have one.
        Register = "register",
        /// Sets an instant to the engine's time, before the transaction takes its snapshot.
        SetReadAt = "set_read_at",
        /// Opens the transaction.
        Begin = "begin",
        /// Keeps other runs of the segments out until the transaction ends.
        Lock = "lock",
        /// Creates a table of one row with all instants, for engines without variables.
        ClockTable = "clock_table",
        /// Sets an instant.
        SetInstant = "set_instant",
        /// Fails with a message if a condition is true.
        Assert = "assert",
        /// Increments the segments' `run_seq`, unless `lock` has done it.
        Start = "start",
        /// Fills a scratch table with the affected keys, or with all keys if most are affected.
        FindAffected = "find_affected",
        /// Prepares for statements that look up rows of the affected keys.
        PrepareLookups = "prepare_lookups",
        /// Copies the rows of affected keys from a table of the catalog that more segments read than
        /// `separate_scans`; without a template, that of `scratch` does.
        CopyRows = "copy_rows",
        /// Prepares for statements that read every row.
        EvaluateAll = "evaluate_all",
        /// Creates a scratch table from a query.
        Scratch = "scratch",
        /// Updates the statistics of a scratch table to which rows were added.
        AnalyzeScratch = "analyze_scratch",
        /// Makes the changes of one of several segments fast to find.
        IndexChanges = "index_changes",
        /// Updates the statistics of a table to which as many rows were written as a source has.
        Analyze = "analyze",
        /// Deletes every row of a table.
        Clear = "clear",
        /// Inserts the rows of a query.
        Insert = "insert",
        /// Deletes the rows that have a matching row in a source.
        DeleteMatching = "delete_matching",
        /// Applies the changes to the members: `leave` and `expire` delete, `enter` inserts.
        Apply = "apply",
        /// Likewise, with `return` (the membership goes on) and `lapse` (it ends at an instant).
        ApplyExpiring = "apply_expiring",
        /// Updates the columns beside the key of the members that a `change` is about.
        ApplyColumns = "apply_columns",
        /// Increments the segment's `run_seq` and clears its fingerprint: until the run is recorded, nothing
        /// builds on the table.
        MarkUnfinished = "mark_unfinished",
        /// Deletes the log's entries that every reader has read.
        Prune = "prune",
        /// Records up to which run another segment's log has been read.
        ReadInput = "read_input",
        /// Records the runs of segments: a row `s` for each.
        Record = "record",
        /// Publishes the numbers of members.
        Count = "count",
        /// Drops a scratch table.
        Drop = "drop",
        /// Closes the transaction.
        Commit = "commit",
        /// Creates or replaces a view.
        View = "view",
    }
}

/// Whether a kind's templates have a slot in one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// They must: a step without it would change members.
    Must,
    /// They may.
    May,
}

impl StepKind {
    /// The slots of its templates.
    pub(super) fn slots(self) -> &'static [(Slot, Use)] {
        use Slot as S;
        use Use::{May, Must};
        match self {
            Self::Session | Self::Begin | Self::Commit | Self::EvaluateAll => &[],
            Self::Declare => &[(S::Type, May)],
            Self::CreateSchema => &[(S::Schema, Must)],
            Self::CreateTable => &[(S::Table, Must), (S::Definitions, Must)],
            Self::AddColumn => &[(S::Table, Must), (S::Definition, Must)],
            Self::DropColumn => &[(S::Table, Must), (S::Column, Must)],
            Self::Register => &[(S::State, Must), (S::Query, Must)],
            Self::SetReadAt | Self::SetInstant => &[(S::Value, Must)],
            Self::Lock => &[(S::Tables, May), (S::State, May), (S::Segments, May)],
            Self::Start => &[(S::State, Must), (S::Segments, Must)],
            Self::ClockTable => &[(S::Query, Must)],
            Self::Assert => &[(S::Condition, Must), (S::Failure, Must)],
            Self::FindAffected => &[
                (S::Table, Must),
                (S::Query, Must),
                (S::Everyone, May),
                (S::Lookups, May),
                (S::Keys, May),
                (S::ScratchKeys, May),
                (S::Match, May),
            ],
            Self::PrepareLookups => &[(S::Table, May), (S::Everyone, May), (S::Lookups, May)],
            Self::CopyRows => &[(S::Table, Must), (S::Query, Must), (S::Order, May)],
            Self::Scratch | Self::View => &[(S::Table, Must), (S::Query, Must)],
            Self::AnalyzeScratch | Self::IndexChanges | Self::Clear | Self::Drop => &[(S::Table, Must)],
            Self::Analyze => &[(S::Table, Must), (S::Source, May)],
            Self::Insert => &[(S::Table, Must), (S::Columns, Must), (S::Query, Must)],
            Self::DeleteMatching => &[(S::Table, Must), (S::Source, Must), (S::Match, Must)],
            Self::Apply => {
                let [apply @ .., _] = &APPLY_EXPIRING;
                apply
            }
            Self::ApplyExpiring => &APPLY_EXPIRING,
            Self::ApplyColumns => &[
                (S::Table, Must),
                (S::Changes, Must),
                (S::Own, Must),
                (S::Match, Must),
                (S::Assignments, May),
                (S::Keys, May),
                (S::ScratchKeys, May),
            ],
            Self::MarkUnfinished => &[(S::State, Must), (S::Segment, Must)],
            Self::Prune => &[(S::Table, Must), (S::ReadTo, May), (S::State, May), (S::Segment, May)],
            Self::ReadInput => {
                &[(S::Inputs, Must), (S::Segment, Must), (S::Input, Must), (S::InputState, Must)]
            }
            Self::Record => RECORD,
            Self::Count => &[(S::Counts, Must), (S::State, Must), (S::Segments, Must)],
        }
    }

    /// The names of its templates' slots, each with whether one of them must have it.
    pub fn slot_names(self) -> impl Iterator<Item = (&'static str, bool)> {
        self.slots().iter().map(|(slot, needed)| (slot.name(), *needed == Use::Must))
    }

    /// Whether the scripts of a dialect with these capabilities never have such a step.
    pub(super) fn is_unused(self, can: impl Fn(Capability) -> bool) -> bool {
        match self {
            Self::Begin | Self::Commit => !can(Capability::Transactions),
            Self::MarkUnfinished => can(Capability::Transactions),
            Self::ApplyExpiring => !can(Capability::Expiry),
            Self::ApplyColumns | Self::DropColumn => !can(Capability::MemberColumns),
            Self::AddColumn => !can(Capability::Expiry) && !can(Capability::MemberColumns),
            _ => false,
        }
    }

    /// Whether a dialect may have no template for it, which leaves the step out.
    pub(super) fn is_optional(self) -> bool {
        matches!(
            self,
            Self::Declare
                | Self::Session
                | Self::AddColumn
                | Self::DropColumn
                | Self::Lock
                | Self::ClockTable
                | Self::SetInstant
                | Self::Start
                | Self::CopyRows
                | Self::EvaluateAll
                | Self::PrepareLookups
                | Self::AnalyzeScratch
                | Self::IndexChanges
                | Self::Analyze
        )
    }
}

const APPLY_EXPIRING: [(Slot, Use); 8] = [
    (Slot::Table, Use::Must),
    (Slot::Changes, Use::Must),
    (Slot::Own, Use::Must),
    (Slot::Keys, Use::Must),
    (Slot::ScratchKeys, Use::Must),
    (Slot::Match, Use::Must),
    (Slot::AsOf, Use::Must),
    (Slot::End, Use::Must),
];

const RECORD: &[(Slot, Use)] =
    &[(Slot::State, Use::Must), (Slot::Query, Use::Must), (Slot::AsOf, Use::Must), (Slot::ReadAt, Use::Must)];

/// What was written in dialect files before scripts were programs, and what is written now.
pub(super) const RETIRED: &[(&str, &str)] = &[
    ("setup", "create_schema` and `create_table"),
    ("setup_inputs", "create_table"),
    ("setup_segment", "create_table` and `register"),
    ("lock_segment", "lock"),
    ("set_clock", "set_instant"),
    ("check", "assert"),
    ("start_segment", "start"),
    ("affected", "find_affected"),
    ("fill", "scratch`, `insert` and `apply"),
    ("finish_segment", "record` and `count"),
    ("finally_segment", "count"),
    ("setup_in_transaction", "capabilities.tables_in_transaction"),
    ("view_in_transaction", "capabilities.views_in_transaction"),
];

/// A dialect's templates, by the kind of step. A kind without any is left out of scripts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Statements {
    pub(super) templates: BTreeMap<StepKind, Vec<StatementTemplate>>,
}

impl Statements {
    /// The statements of a step, in order.
    pub(crate) fn of(&self, kind: StepKind) -> &[StatementTemplate] {
        self.templates.get(&kind).map_or(&[], Vec::as_slice)
    }
}
