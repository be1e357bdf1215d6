//! Statements as data: templates whose slots are filled with rendered trees.
//!
//! A slot is a word of its own (`slot_table`); what is inside quotes or comments is
//! never one. The layout of a template is kept as its file has it.

use sqlparser::tokenizer::{Token, Word};

use super::capability::named;
use super::parse::{self, Parser};

named! {
    /// What a template leaves open.
    Slot {
        /// The schema of the segments' tables.
        Schema = "slot_schema",
        /// The table that records runs.
        Runs = "slot_runs",
        /// The table that records how far other segments' logs have been read.
        Inputs = "slot_inputs",
        /// The table of how many members each segment has.
        Counts = "slot_counts",
        /// The segment's table or view.
        Table = "slot_table",
        /// The log of who came and went.
        Log = "slot_log",
        /// The table of ended memberships.
        History = "slot_history",
        /// The scratch table of affected keys.
        Affected = "slot_affected",
        /// The scratch table of those who match.
        Matches = "slot_matches",
        /// The table of those who match before anyone is ranked.
        RankingCandidates = "slot_unkept",
        /// The scratch table of ranking candidates among the evaluated keys.
        Candidates = "slot_found_candidates",
        /// The columns that are ranked by, with their types.
        RankColumns = "slot_rank_columns",
        /// The columns that are ranked by.
        Ranks = "slot_ranks",
        /// The scratch table of members that `expire` may retain.
        Admitted = "slot_admitted",
        /// The scratch table of entering and leaving members: the keys, and an `action`.
        Changes = "slot_changes",
        /// The segment's name, as a string.
        Segment = "slot_segment",
        /// The hash of the segment's meaning, as a string.
        Fingerprint = "slot_fingerprint",
        /// The hash of how the segment is refreshed, as a string.
        RefreshHash = "slot_refresh_hash",
        /// The run's as_of.
        AsOf = "slot_as_of",
        /// The engine's own time when the run began to read.
        Seen = "slot_read_at",
        /// That the last run can't be built upon.
        Unknown = "slot_unknown",
        /// That this run evaluates everyone.
        Whole = "slot_whole",
        /// The query of those who match; the clock's own; or a view's.
        Query = "slot_query",
        /// The query of the affected keys.
        AffectedQuery = "slot_find_affected",
        /// The tables in which rows are looked up, as rows of two strings: a name, and the columns by
        /// one of which they are, a comma between them.
        Lookups = "slot_lookups",
        /// The query of all keys of the segment's entity.
        EveryoneQuery = "slot_find_everyone",
        /// The query for the ranking candidates.
        CandidatesQuery = "slot_find_candidates",
        /// The query for the members that `expire` may retain.
        AdmittedQuery = "slot_find_admitted",
        /// When the membership of members who stopped matching since the last run ends.
        End = "slot_end",
        /// The key columns.
        Keys = "slot_keys",
        /// The key columns of `s`.
        ScratchKeys = "slot_scratch_keys",
        /// The key columns of `m`.
        MemberKeys = "slot_member_keys",
        /// The key columns with their types.
        KeyColumns = "slot_key_columns",
        /// That the keys of `m` and `s` agree.
        Match = "slot_match",
        /// That `s`, left joined, has no row.
        Absent = "slot_absent",
        /// The number of the first run that the log holds whole, less one; over a row of the runs.
        LogSince = "slot_log_since",
        /// Up to which run everyone has read the log; over a row that has a `run_seq`.
        ReadTo = "slot_read_to",
        /// The name of another segment whose log is read, as a string.
        Input = "slot_input",
        /// The table that records that segment's runs.
        InputRuns = "slot_input_runs",
        /// The type of instants.
        Timestamp = "slot_timestamp",
        /// What makes a check fail.
        Condition = "slot_condition",
        /// The call that fails with a check's message.
        Failure = "slot_failure",
        /// The type of a clock variable.
        Type = "slot_type",
        /// The value of a clock variable.
        Value = "slot_value",
    }
}

impl Slot {
    /// Something that may be there, to see whether a template can be read.
    fn sample(self) -> &'static str {
        match self {
            Self::Schema => "s",
            Self::Runs
            | Self::Inputs
            | Self::Counts
            | Self::Table
            | Self::Log
            | Self::History
            | Self::Affected
            | Self::Matches
            | Self::Admitted
            | Self::RankingCandidates
            | Self::Candidates
            | Self::Changes
            | Self::InputRuns => "s.t",
            Self::Segment | Self::Fingerprint | Self::RefreshHash | Self::Input => "'x'",
            Self::AsOf
            | Self::Seen
            | Self::Value
            | Self::Failure
            | Self::End
            | Self::LogSince
            | Self::ReadTo => "f(1)",
            Self::Query
            | Self::AffectedQuery
            | Self::EveryoneQuery
            | Self::CandidatesQuery
            | Self::AdmittedQuery => "SELECT 1 AS one",
            Self::Keys | Self::Ranks => "k",
            Self::ScratchKeys => "s.k",
            Self::MemberKeys => "m.k",
            Self::Lookups => "('t', 'k')",
            Self::KeyColumns => "k DATE NOT NULL",
            Self::RankColumns => "v DATE",
            Self::Match | Self::Condition => "a = b",
            Self::Absent | Self::Unknown | Self::Whole => "a IS NULL",
            Self::Timestamp | Self::Type => "DATE",
        }
    }
}

/// Which segments, and which scripts, a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Segments that retain members who no longer match.
    Expire,
    /// Those that don't.
    NoExpire,
    /// Those whose ended memberships are kept.
    History,
    /// Those that rank a match that is stored.
    Ranked,
    /// Those that don't.
    Unranked,
    /// Those that keep a log of who came and went.
    Log,
    /// Those whose log is cut off where everyone has read it.
    Prune,
    /// Scripts that evaluate affected keys only.
    Affected,
    /// Scripts that evaluate everyone, also where they only insert.
    Everyone,
    /// Scripts that evaluate everyone: create, and refresh where that is a rebuild.
    InFull,
    /// Scripts that evaluate affected keys and delete leaving members.
    ByKeys,
    /// Scripts that only insert.
    Grows,
}

impl Condition {
    const NAMES: [(&'static str, Self); 12] = [
        ("ranked", Self::Ranked),
        ("unranked", Self::Unranked),
        ("expire", Self::Expire),
        ("no_expire", Self::NoExpire),
        ("history", Self::History),
        ("log", Self::Log),
        ("prune", Self::Prune),
        ("affected", Self::Affected),
        ("everyone", Self::Everyone),
        ("in_full", Self::InFull),
        ("by_keys", Self::ByKeys),
        ("grows", Self::Grows),
    ];

    /// The names that dialect files may use.
    pub(super) fn names() -> Vec<&'static str> {
        Self::NAMES.iter().map(|(name, _)| *name).collect()
    }

    /// The one of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(one, _)| *one == name).map(|(_, when)| *when)
    }
}

/// The word that stands for a clock variable's name, alone or inside another word.
pub(crate) const CLOCK_NAME: &str = "slot_name";

/// A statement with slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatementTemplate {
    pieces: Vec<Piece>,
    /// sqlparser cannot read it; its dialect's file says so.
    opaque: bool,
    /// The segments that it is for: those of which all of this is so.
    pub(crate) when: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Slot(Slot),
    /// A word with the clock variable's name in it.
    Name(String),
}

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TemplateError {
    /// sqlparser's message.
    Unreadable(String),
    /// A word that begins like a slot.
    UnknownSlot(String),
}

impl StatementTemplate {
    /// Reads a template; unless it is opaque, filled with samples it must be SQL.
    pub(super) fn parse(
        parser: &Parser,
        text: &str,
        opaque: bool,
        when: Vec<Condition>,
    ) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let text = text.trim_end();
        for token in parse::tokens(parser, text).map_err(TemplateError::Unreadable)? {
            pieces.push(match token {
                Token::Word(Word { value, quote_style: None, .. }) if value.contains(CLOCK_NAME) => {
                    Piece::Name(value)
                }
                token @ Token::SingleQuotedString(_) if token.to_string().contains(CLOCK_NAME) => {
                    Piece::Name(token.to_string())
                }
                Token::Word(Word { value, quote_style: None, .. }) if value.starts_with("slot_") => {
                    Piece::Slot(Slot::parse(&value).ok_or(TemplateError::UnknownSlot(value))?)
                }
                token => Piece::Text(token.to_string()),
            });
        }
        let template = Self { pieces, opaque, when };
        if !opaque {
            let sample = template.fill("x", &|slot, _| Some(slot.sample().to_owned())).unwrap_or_default();
            parse::statement(parser, &sample).map_err(TemplateError::Unreadable)?;
        }
        Ok(template)
    }

    /// Whether a slot is in it.
    pub(super) fn uses(&self, slot: Slot) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Slot(one) if *one == slot))
    }

    /// Whether sqlparser cannot read it.
    #[must_use]
    pub(crate) fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// The statement. `fill` gives a slot's text, and receives the indentation of its line;
    /// the first slot that it has nothing for is the error.
    pub(crate) fn fill(
        &self,
        clock_name: &str,
        fill: &dyn Fn(Slot, usize) -> Option<String>,
    ) -> Result<String, Slot> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(text) => out.push_str(&text.replace(CLOCK_NAME, clock_name)),
                Piece::Slot(slot) => {
                    let line = out.rsplit('\n').next().unwrap_or_default();
                    let indent = line.len() - line.trim_start_matches(' ').len();
                    out.push_str(&fill(*slot, indent).ok_or(*slot)?);
                }
            }
        }
        Ok(out)
    }
}
