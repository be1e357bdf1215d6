//! The plan of a build: what the SQL stage and the artifacts are made from.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::assertion::Assertion;
use super::delta::Delta;
use super::lookups::Lookup;
use super::rel::{Bound, Clock, Cte, Query, Scalar, Select};
use super::state::{ScratchTables, StateTables};
use crate::analyze::InputKind;
use crate::catalog::KeyList;
use crate::check::hir::{Materialize, SegmentId};
use crate::diagnostic::Span;
use crate::dialect::Capability;
use crate::types::{Type, Unit};

/// The segments of one build for one target.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The target's name in `segc.yml`.
    #[doc(hidden)]
    pub target: String,
    /// The dialect's name.
    #[doc(hidden)]
    pub dialect: String,
    /// Name parts of the schema (or dataset) that holds the segments' tables.
    #[doc(hidden)]
    pub schema: Vec<String>,
    /// The requested instant; `None` lets the script read the engine's clock.
    #[doc(hidden)]
    pub as_of: Option<Timestamp>,
    /// What the target's scripts may rely on.
    #[doc(hidden)]
    pub rules: Rules,
    /// The scratch tables that the segments of a build share.
    #[doc(hidden)]
    pub scratch: ScratchTables,
    /// The last parts of the source tables' names, in lower case: no subquery may hide them.
    #[doc(hidden)]
    pub source_tables: BTreeSet<String>,
    /// Every segment of the build, each after those it depends on; equals by name.
    #[doc(hidden)]
    pub segments: Vec<SegmentPlan>,
}

/// What the scripts of a target may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Statements that change several tables can be one transaction.
    pub transactions: bool,
    /// The transaction also creates the tables.
    pub tables_in_transaction: bool,
    /// The transaction also creates the views.
    pub views_in_transaction: bool,
    /// The segments share the table of runs.
    pub shares_state: bool,
    /// Tables have primary keys.
    pub primary_keys: bool,
    /// The tables of members have primary keys.
    pub member_keys: bool,
    /// A transaction may delete a row and insert another with the same primary key.
    pub rewritten_keys: bool,
    /// Scratch tables are temporary: each session has its own.
    pub temp_tables: bool,
    /// Several ranges of the same rows are found in one scan.
    pub joins_ranges: bool,
    /// How many segments read the rows of affected keys from a table one by one; more read a copy of these
    /// rows. `None` is any number.
    pub separate_scans: Option<usize>,
    /// How many tables a transaction may change; `None` is any number.
    pub transaction_tables: Option<usize>,
}

impl Rules {
    /// The rules of a target with these capabilities, and without limits.
    pub fn of(capabilities: &BTreeSet<Capability>) -> Self {
        let can = |capability| capabilities.contains(&capability);
        Self {
            transactions: can(Capability::Transactions),
            tables_in_transaction: can(Capability::TablesInTransaction),
            views_in_transaction: can(Capability::ViewsInTransaction),
            shares_state: can(Capability::RowConcurrency),
            primary_keys: can(Capability::PrimaryKeys),
            member_keys: can(Capability::PrimaryKeys) && can(Capability::MemberKeys),
            rewritten_keys: can(Capability::RewrittenKeys),
            temp_tables: can(Capability::TempTables),
            joins_ranges: can(Capability::RangeUnions),
            separate_scans: None,
            transaction_tables: None,
        }
    }
}

/// What happens to one segment.
#[derive(Debug, Clone)]
pub struct SegmentPlan {
    /// Its identity in the checked tree.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// The name of its entity.
    pub entity: String,
    /// The hash of its meaning, in hexadecimal.
    pub fingerprint: String,
    /// 0 if it depends on no segment, else one more than the highest it depends on.
    pub level: usize,
    /// The segments that it refers to directly, in the order of their names.
    pub depends_on: Vec<Dependency>,
    /// The tables and columns that it reads, in the order of the entities' names.
    pub reads: Vec<TableRead>,
    /// What it needs of the target, in order.
    pub capabilities: Vec<Capability>,
    /// How it is stored.
    pub materialize: Materialize,
    /// The full name of its table or view.
    pub table: Vec<String>,
    /// The key columns of its table.
    pub keys: Vec<KeyColumn>,
    /// The columns of its table after the key.
    pub columns: Vec<ValueColumn>,
    /// What is stored beside its members.
    pub kept: Kept,
    /// Why it is evaluated by steps of its own; `None` if the segments of its entity share the affected keys,
    /// the checks and the difference.
    pub alone: Option<Alone>,
    /// The table of its keys, if it is a static list in a file.
    pub list: Option<StoredList>,
    /// Its members, evaluated in full.
    pub evaluation: Evaluation,
    /// What `refresh.sql` does, and why.
    pub refresh: RefreshPlan,
}

/// The keys of a static list, which a script puts into a table of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredList {
    /// The full name of the table.
    pub table: Vec<String>,
    /// The keys.
    pub keys: Arc<KeyList>,
    /// The full name of the table that has the stamp of the stored keys, if they were loaded to the end.
    pub stamps: Vec<String>,
    /// A hash of the file's contents and of the key's columns and types: the same for the same keys in the
    /// same table.
    pub stamp: String,
    /// Has a row if the stored keys are these.
    pub stored: Select,
    /// That the stored keys are these, for a program that doesn't load them.
    pub is_stored: Assertion,
}

/// Keys of a static list to append to its table, by an engine that can.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyLoad {
    /// The full name of the table.
    pub table: Vec<String>,
    /// Its columns: the key's.
    pub columns: Vec<KeyColumn>,
    /// The keys.
    pub keys: Arc<KeyList>,
}

/// The evaluation of a segment in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Its members: their keys and columns. A script's query reads the tables of the segments that it
    /// depends on; a view's is self-contained.
    pub query: Query,
    /// The instants that `query` reads. In a plan with an as_of they have become literals.
    pub clock: Clock,
    /// What must hold before anything is written.
    pub checks: Vec<Assertion>,
    /// What must also hold if a script doesn't build a segment that this one reads: its table has the same
    /// as_of, and the fingerprint for which the script was compiled. By the name of that segment.
    pub guards: Vec<(String, Assertion)>,
}

/// Why a segment is evaluated by steps of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alone {
    /// Its ranking candidates are stored, and all of them ranked.
    Ranks,
    /// It retains members who no longer match.
    Retains,
    /// It adds up floats: evaluating an entity that isn't affected could change its membership.
    AddsFloats,
    /// When the clock moves, everyone may be affected.
    AsksTheClock,
    /// It has columns beside the key, which its changes have too.
    HasColumns,
}

impl Alone {
    /// The reason, after `because`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Ranks => "its `keep` ranks stored candidates",
            Self::Retains => "it retains members by `expire`",
            Self::AddsFloats => "it adds up floats, whose sums can differ in the last digit",
            Self::HasColumns => "it has columns beside the key",
            Self::AsksTheClock => "it asks the clock alone, which may affect everyone at once",
        }
    }
}

/// What is stored of a segment beside its members.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    /// The names of the tables of runs, logs and scratch.
    pub tables: StateTables,
    /// Its ranking candidates, if they are stored.
    pub ranked: Option<Ranking>,
    /// The log of its members, if one is kept.
    pub log: Option<Log>,
    /// How members who no longer match are retained; `None` if they leave at once.
    pub retention: Option<Retention>,
    /// The table that ended memberships go to, if they are kept.
    pub history: Option<Vec<String>>,
}

/// How a segment is refreshed, and why it is refreshed that way.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshPlan {
    /// How the table is brought up to date.
    pub strategy: Refresh,
    /// Why members may leave; `None` if nobody ever does.
    pub leaves: Option<Why>,
    /// The evaluation of the affected keys alone, if a refresh does that.
    pub by_keys: Option<Box<ByKeys>>,
    /// The obstacles to that, if there are any.
    pub obstacles: Vec<Why>,
    /// How often everyone is evaluated, however the segment is refreshed in between: by the entities
    /// whose declarations say so.
    pub rebuild_every: Vec<(String, (i64, Unit))>,
    /// A row of what is known of its last run; see [`crate::plan::program`].
    pub base: Select,
    /// Instants since which everyone must have been evaluated, or the last run can't be built upon.
    pub rebuilt_since: Vec<Scalar>,
    /// What stops a refresh that can't build on the last run, if the project wants that; otherwise
    /// such a refresh evaluates everyone.
    pub refusal: Option<Assertion>,
    /// The hash of the strategy and of all that it depends on (R9).
    pub hash: String,
    /// The instants that only a refresh reads, besides those of the last run.
    pub last_run: Vec<Bound>,
    /// The segments whose logs it reads, with the tables of their runs.
    pub inputs: Vec<(String, Vec<String>)>,
}

/// A refresh that evaluates the affected keys only.
#[derive(Debug, Clone, PartialEq)]
pub struct ByKeys {
    /// The rows that make keys affected.
    pub deltas: Vec<Delta>,
    /// Subqueries that these read: entities whose source is a query.
    pub sources: Vec<Cte>,
    /// The tables in which the search for affected keys looks rows up.
    pub search_lookups: Vec<Lookup>,
    /// The tables in which the evaluation looks rows up.
    pub lookups: Vec<Lookup>,
    /// All keys of the segment's entity, for when most of them are affected.
    pub everyone: Query,
    /// Which of them match; the ranking candidates, if the segment has a `keep`.
    pub query: Query,
    /// Those that `expire` may retain.
    pub admitted: Option<Query>,
    /// What must hold of the affected keys' rows before anything is written.
    pub checks: Vec<Assertion>,
    /// What makes a key affected, in words.
    pub triggers: Vec<TriggerText>,
}

/// A match that is ranked whole each time, over what is stored of it (R6).
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// What is ranked by.
    pub(crate) columns: Vec<KeyColumn>,
    /// The ranking candidates, with these columns.
    pub(crate) candidates: Query,
    /// The kept ones among those stored.
    pub(crate) query: Query,
}

/// Rows that make keys affected, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerText {
    /// Which of the entity's rows.
    pub what: What,
    /// The entity of the rows.
    pub entity: String,
    /// Only events of this name.
    pub event: Option<String>,
    /// The links that lead back to the segment's entity, the rows' own first.
    pub back: Vec<Back>,
    /// Where that was written which it follows from: a window, a condition.
    pub place: Option<Span>,
}

/// Which rows make keys affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Those that arrived or changed since the last run (R1).
    Arrival {
        /// The fields that tell.
        fields: Vec<String>,
        /// How late rows may come, by `lateness`.
        late: Option<(i64, Unit)>,
        /// How long rows take to become visible, by `settle`.
        settle: Option<(i64, Unit)>,
    },
    /// Those with a time that an instant has passed (R2a, R2c, R2d).
    Edge {
        /// The time: a field, or what was written.
        time: String,
        /// The instant, in the words of the language: `30 days ago`.
        instant: String,
        /// The window or condition, as it was written; none for the end of all that is known.
        written: Option<String>,
    },
    /// Those for which a condition that reads the clock isn't what it was (R2b, R2c).
    Clock {
        /// The condition, as it was written.
        cond: String,
    },
    /// Those that entered or left a segment, by its log (R5).
    Members {
        /// The segment.
        segment: String,
    },
    /// Members whose row is gone (R4).
    Gone,
}

/// A link that leads back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// The entity that it leads to.
    pub to: String,
    /// The fields that are equal: that of the rows, and that of `to`.
    pub on: Vec<(String, String)>,
}

/// Why something isn't done, and the declaration that would lift it, if one would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In words that a user can act on.
    pub reason: String,
    /// What to declare.
    pub remedy: Option<String>,
    /// What it is about: an entity of the catalog, or a part of a segment.
    pub place: Option<Span>,
}

/// The log of a segment's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Whether it is kept for good (`history`); else until everyone has read it.
    pub for_good: bool,
    /// The segments that read it, with the tables that tell how far.
    pub readers: Vec<(String, Vec<String>)>,
}

/// How `expire` retains members who no longer match.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// The keys of those who may be retained: their row is there, and no `exclude`, no parent and no
    /// group rejects them.
    pub(crate) admitted: Query,
    /// The instant of the clock at which membership ends for members who stopped matching since
    /// the last run.
    pub(crate) end: String,
}

/// A key column of a segment's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// The column's name, that of the entity's own key column.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A column beside the key of a segment's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueColumn {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether its values can differ in the last digits from one evaluation to the next: floats that were
    /// added up, averaged or divided.
    pub approximate: bool,
}

/// A segment that another refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Which.
    pub(crate) id: SegmentId,
    pub(crate) name: String,
    /// How it is referred to.
    pub(crate) kind: InputKind,
    /// Whether it is read from its table; otherwise it is inlined.
    pub(crate) from_table: bool,
}

/// How a refresh brings a table up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// Members never leave: insert the keys that are not yet there.
    InsertOnly,
    /// Evaluate the affected keys; insert new members, delete leaving ones.
    InsertDelete,
    /// Evaluate again in full and apply the difference.
    Rebuild {
        /// Why, in words that a user can act on.
        reason: String,
        /// The declaration that would lift it, if one would.
        remedy: Option<String>,
    },
}

/// A table that a segment reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRead {
    /// The entity.
    pub entity: String,
    /// Its table on this target; empty for a `query:` source.
    pub table: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<String>,
}
