//! Tables stored in addition to the members: the runs, how far each segment has read others' logs,
//! the logs themselves; and the scratch tables of a run.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::assertion::Assertion;
use super::lower::rank_types;
use super::rel::{BinaryOp, Column, Join, JoinKind, Relation, Scalar, Select, TableRef, all};
use super::request::Request;
use crate::check::hir::SegmentId;
use crate::dialect::Capability;

/// The table in which every run of a segment is recorded, beside the segments' tables. Where
/// transactions that change rows of one table disturb one another, each segment has one, whose
/// name goes on with the segment's.
pub const STATE_TABLE: &str = "segc_state";

/// The table of how many members each segment has.
pub const COUNTS_TABLE: &str = "segc_segment_counts";

/// The tables that a segment's scripts use, by their full names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateTables {
    /// The runs, one row each; of all segments, or of this one alone.
    pub runs: Vec<String>,
    /// Up to which run of another segment's log this one has read.
    pub inputs: Vec<String>,
    /// How many members each segment has.
    pub counts: Vec<String>,
    /// Entries and exits, run by run.
    pub log: Vec<String>,
    /// The ranking candidates, with the values they are ranked by (R6).
    pub ranking_candidates: Vec<String>,
    /// Scratch: the keys that a refresh evaluates.
    pub affected: Vec<String>,
    /// Scratch: those of the evaluated keys that match.
    pub matches: Vec<String>,
    /// Scratch: the ranking candidates among the evaluated keys.
    pub candidates: Vec<String>,
    /// Scratch: the members that `expire` may retain.
    pub admitted: Vec<String>,
    /// Scratch: entering and leaving members.
    pub changes: Vec<String>,
}

/// The scratch tables that the segments of a build share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScratchTables {
    /// What is known of the segments' last runs.
    pub base_runs: Vec<String>,
}

impl ScratchTables {
    /// In a schema, or temporary.
    #[must_use]
    pub fn named(schema: &[String], temporary: bool) -> Self {
        let base_runs = "segc_base_runs";
        Self { base_runs: if temporary { vec![base_runs.to_owned()] } else { in_schema(schema, base_runs) } }
    }

    /// Another scratch table, by its own name.
    pub(super) fn beside(&self, name: String) -> Vec<String> {
        let (_, schema) = self.base_runs.split_last().unwrap_or((&name, &[]));
        schema.iter().cloned().chain([name.clone()]).collect()
    }
}

impl StateTables {
    /// The tables of a segment, whose scratch tables of affected keys and changes are those of its entity
    /// unless it is `alone`.
    pub(super) fn of_evaluated(request: &Request<'_>, id: SegmentId, alone: bool) -> Self {
        let tables = Self::of(request, id);
        if alone {
            return tables;
        }
        let entity = &request.hir.catalog.entity(request.hir.segment(id).entity).name;
        let temporary = request.abilities.capabilities.contains(&Capability::TempTables);
        let shared = |base: &str| {
            let name = derived(&format!("{base}_{entity}"), request.abilities.identifier_bytes);
            if temporary { vec![name] } else { in_schema(request.schema, &name) }
        };
        Self { affected: shared("segc_affected"), changes: shared("segc_changes"), ..tables }
    }

    pub(super) fn of(request: &Request<'_>, id: SegmentId) -> Self {
        let can = |capability| request.abilities.capabilities.contains(&capability);
        let names = StateNames {
            schema: request.schema,
            bytes: request.abilities.identifier_bytes,
            shares_runs: can(Capability::RowConcurrency),
            has_temp_tables: can(Capability::TempTables),
        };
        let segment = request.hir.segment(id);
        let tables = Self::named(&segment.name, &names);
        // Another `keep` ranks by other columns: a table of its own, as no engine alters one alike.
        let ranks = rank_types(&segment.keeps).map(ToString::to_string);
        let columns = segment.columns.iter().map(|column| format!("{} {}", column.name, column.value.ty));
        let types: Vec<String> = ranks.chain(columns).collect();
        let ranking_candidates = format!("segc_candidates_{}_{}", segment.name, short_hash(&types.join(" ")));
        Self {
            ranking_candidates: in_schema(names.schema, &derived(&ranking_candidates, names.bytes)),
            ..tables
        }
    }

    /// The tables of a segment.
    #[must_use]
    pub fn named(segment: &str, names: &StateNames<'_>) -> Self {
        let own = |base: &str| {
            names.schema.iter().cloned().chain([derived(&format!("{base}_{segment}"), names.bytes)]).collect()
        };
        let shared = |base: &str| -> Vec<String> {
            if names.shares_runs { in_schema(names.schema, base) } else { own(base) }
        };
        let scratch = |base: &str| -> Vec<String> {
            if names.has_temp_tables { vec![base.to_owned()] } else { own(base) }
        };
        Self {
            runs: shared(STATE_TABLE),
            inputs: shared("segc_inputs"),
            counts: in_schema(names.schema, COUNTS_TABLE),
            log: own("segc_log"),
            ranking_candidates: own("segc_candidates"),
            affected: scratch("segc_affected"),
            matches: scratch("segc_matches"),
            candidates: scratch("segc_found_candidates"),
            admitted: scratch("segc_admitted"),
            changes: scratch("segc_changes"),
        }
    }
}

/// What the names of these tables depend on.
#[derive(Debug, Clone, Copy)]
pub struct StateNames<'a> {
    /// The schema of the segments' tables.
    pub schema: &'a [String],
    /// The longest name, in bytes.
    pub bytes: usize,
    /// Whether all segments share a table of runs.
    pub shares_runs: bool,
    /// Whether scratch tables are temporary.
    pub has_temp_tables: bool,
}

fn in_schema(schema: &[String], name: &str) -> Vec<String> {
    schema.iter().cloned().chain([name.to_owned()]).collect()
}

/// The table of the keys of a static list.
#[must_use]
pub fn list_table(schema: &[String], segment: &str, bytes: usize) -> Vec<String> {
    in_schema(schema, &derived(&format!("segc_list_{segment}"), bytes))
}

/// The table of the stamp of a static list: what its stored keys were made of.
pub(super) fn list_stamp_table(request: &Request<'_>, id: SegmentId) -> Vec<String> {
    let name = format!("segc_stamp_{}", request.hir.segment(id).name);
    in_schema(request.schema, &derived(&name, request.abilities.identifier_bytes))
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A name that fits: an overlong one keeps its beginning and gets a hash.
fn derived(name: &str, bytes: usize) -> String {
    if name.len() <= bytes {
        return name.to_owned();
    }
    let hash = short_hash(name);
    let room = bytes.saturating_sub(hash.len() + 1);
    let mut end = room.min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{hash}", &name[..end])
}

/// What a last run must be for a refresh to build on it.
pub(super) struct BaseRun<'a> {
    pub(super) segment: &'a str,
    pub(super) tables: &'a StateTables,
    /// The hash of its meaning.
    pub(super) fingerprint: &'a str,
    /// The hash of how it is refreshed.
    pub(super) refresh_hash: &'a str,
    /// The table of its members, which holds as many as were recorded: else somebody has dropped
    /// or emptied it, or written to it.
    pub(super) table: &'a [String],
    /// Its other tables that hold something if it had members.
    pub(super) filled: Vec<&'a [String]>,
    /// The segments whose logs it reads: name and tables.
    pub(super) inputs: Vec<(String, StateTables)>,
}

impl BaseRun<'_> {
    /// What makes its record one that a refresh can build on, if its table has as many members as recorded
    /// and its as_of isn't later than this run's (R9, R10).
    fn is_base(&self) -> Vec<Scalar> {
        let mut filter = vec![
            is("r", "segment", Scalar::text(self.segment)),
            is("r", "fingerprint", Scalar::text(self.fingerprint)),
            is("r", "refresh_hash", Scalar::text(self.refresh_hash)),
        ];
        for table in &self.filled {
            let rows = rows_of(table, Scalar::integer(1));
            let none = is("r", "members", Scalar::integer(0));
            filter.push(Scalar::Or(vec![none, Scalar::exists(rows, false)]));
        }
        filter.extend(self.inputs.iter().map(|(input, tables)| self.log_is_whole(input, tables)));
        filter
    }

    /// What is known of the last run, whether it can be built upon or not: a row with the number of members
    /// now, and with the run's as_of, the engine's time and that of the last evaluation in full, which are
    /// missing if it can't. `read_by` is up to which run the readers of the segment's log have read it.
    pub(super) fn row(&self, read_by: Scalar) -> Select {
        let name = |value, name: &str| Column { value, name: Some(name.to_owned()) };
        let members = Select {
            columns: vec![name(Scalar::text(self.segment), "segment"), name(Scalar::CountRows, "members")],
            ..rows_of(self.table, Scalar::CountRows)
        };
        let recorded = ["segment", "members", "as_of", "read_at", "rebuilt_at"];
        let run = Select {
            columns: recorded.iter().map(|&name| Column::plain(Scalar::column("r", name))).collect(),
            filter: all(self.is_base()),
            ..from_runs(&self.tables.runs)
        };
        let same = |name: &str| Scalar::equal(Scalar::column("r", name), Scalar::column("m", name));
        let run = TableRef::new(Relation::Rows(Box::new(run)), "r");
        let plain = |alias: &str, name: &str| Column::plain(Scalar::column(alias, name));
        Select {
            columns: vec![
                plain("m", "segment"),
                name(Scalar::text(self.fingerprint), "fingerprint"),
                name(Scalar::text(self.refresh_hash), "refresh_hash"),
                plain("m", "members"),
                plain("r", "as_of"),
                plain("r", "read_at"),
                plain("r", "rebuilt_at"),
                name(read_by, "read_by"),
            ],
            from: Some(TableRef::new(Relation::Rows(Box::new(members)), "m")),
            joins: vec![Join {
                kind: JoinKind::Left,
                table: run,
                on: Scalar::And(vec![same("segment"), same("members")]),
            }],
            ..Select::default()
        }
    }

    /// That this run isn't to be built upon though there was one, or though the table of the
    /// segment has members.
    pub(super) fn refusal(&self) -> Assertion {
        let any_run =
            all(vec![is("r", "segment", Scalar::text(self.segment)), Scalar::column("r", "as_of").present()]);
        let any_run =
            Select { columns: Select::one().columns, filter: any_run, ..from_runs(&self.tables.runs) };
        let any_member = rows_of(self.table, Scalar::integer(1));
        let exists = |select| Scalar::exists(select, false);
        let started = Scalar::Or(vec![exists(any_run), exists(any_member)]);
        let as_many = Scalar::Query(Box::new(rows_of(self.table, Scalar::CountRows)));
        let not_later = Scalar::binary(BinaryOp::LessOrEqual, Scalar::column("r", "as_of"), Scalar::as_of());
        let filter =
            all(self.is_base().into_iter().chain([not_later, is("r", "members", as_many)]).collect());
        let base = Select { columns: Select::one().columns, filter, ..from_runs(&self.tables.runs) };
        Assertion {
            fails_if: Scalar::And(vec![Scalar::exists(base, true), started]),
            message: format!(
                "segc: segment {} can't be refreshed: its last run is missing, newer than this one, or used a different definition; run its create script",
                self.segment
            ),
            unique: None,
        }
    }

    /// That another segment's log holds every run that this one hasn't read.
    fn log_is_whole(&self, input: &str, tables: &StateTables) -> Scalar {
        let from = TableRef::new(Relation::Table(self.tables.inputs.clone()), "n");
        let runs = TableRef::new(Relation::Table(tables.runs.clone()), "i");
        let on =
            Scalar::binary(BinaryOp::Equal, Scalar::column("i", "segment"), Scalar::column("n", "input"));
        let mut filter =
            vec![is("n", "segment", Scalar::text(self.segment)), is("n", "input", Scalar::text(input))];
        let read_to = |op, run| Scalar::binary(op, Scalar::column("n", "run_seq"), Scalar::column("i", run));
        filter.extend([
            read_to(BinaryOp::GreaterOrEqual, "log_since"),
            read_to(BinaryOp::LessOrEqual, "run_seq"),
        ]);
        let select = Select {
            columns: Select::one().columns,
            from: Some(from),
            joins: vec![Join { kind: JoinKind::Inner, table: runs, on }],
            filter: all(filter),
            ..Select::default()
        };
        Scalar::exists(select, false)
    }
}

/// Something of every row of a table, or of all of them.
fn rows_of(table: &[String], value: Scalar) -> Select {
    let from = TableRef::new(Relation::Table(table.to_vec()), "m");
    Select { columns: vec![Column::plain(value)], from: Some(from), ..Select::default() }
}

/// Up to which run a segment has read another's log.
pub(super) fn read_to(inputs: &[String], segment: &str, input: &str) -> Scalar {
    let from = TableRef::new(Relation::Table(inputs.to_vec()), "n");
    let filter = all(vec![is("n", "segment", Scalar::text(segment)), is("n", "input", Scalar::text(input))]);
    let columns = vec![Column::plain(Scalar::column("n", "run_seq"))];
    Scalar::Query(Box::new(Select { columns, from: Some(from), filter, ..Select::default() }))
}

/// A segment's table that another reads: its name, its runs and its fingerprint.
pub(super) struct StoredInput {
    pub(super) name: String,
    pub(super) runs: Vec<String>,
    pub(super) fingerprint: String,
}

/// One guard per table that a script reads but doesn't build, by the segment's name: it is at the script's
/// as_of and at the fingerprint it was compiled for.
pub(super) fn guards(stored: &[StoredInput]) -> Vec<(String, Assertion)> {
    let guard = |StoredInput { name, runs, fingerprint }: &StoredInput| {
        let filter = all(vec![
            is("r", "segment", Scalar::text(name)),
            is("r", "fingerprint", Scalar::text(fingerprint)),
            Scalar::binary(BinaryOp::Equal, Scalar::column("r", "as_of"), Scalar::as_of()),
        ]);
        let run = Select { columns: Select::one().columns, filter, ..from_runs(runs) };
        let message = format!(
            "segc: the table of {name} has a different as_of or definition: run its script first, compiled with the same --as-of"
        );
        (name.clone(), Assertion { fails_if: Scalar::exists(run, true), message, unique: None })
    };
    stored.iter().map(guard).collect()
}

/// The as_of of a script that reads segments' tables and runs alone: theirs.
pub(super) fn input_as_of(stored: &[StoredInput], as_of: Option<Timestamp>) -> Option<Scalar> {
    if as_of.is_some() {
        return None;
    }
    stored.first().map(|first| last_run(&first.runs, &first.name))
}

/// The as_of of a segment's last run, whatever it was; null if none is known.
pub(super) fn last_run(runs: &[String], segment: &str) -> Scalar {
    let columns = vec![Column::plain(Scalar::column("r", "as_of"))];
    let filter = Some(is("r", "segment", Scalar::text(segment)));
    Scalar::Query(Box::new(Select { columns, filter, ..from_runs(runs) }))
}

fn from_runs(runs: &[String]) -> Select {
    let from = TableRef::new(Relation::Table(runs.to_vec()), "r");
    Select { from: Some(from), ..Select::default() }
}

/// That a column has a value.
fn is(alias: &str, name: &str, value: Scalar) -> Scalar {
    Scalar::equal(Scalar::column(alias, name), value)
}
