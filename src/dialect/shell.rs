//! Statements as data: shells whose slots are filled with rendered trees.
//!
//! A slot is a word of its own (`slot_table`); what stands inside of quotes or comments is
//! never one. The layout of a shell is kept as its file has it.

use sqlparser::tokenizer::{Token, Word};

use super::capability::named;
use super::parse::{self, Parser};

named! {
    /// What a shell leaves open.
    Slot {
        /// The schema of the segments' tables.
        Schema = "slot_schema",
        /// The table that records runs.
        Runs = "slot_runs",
        /// The segment's table or view.
        Table = "slot_table",
        /// The segment's name, as a string.
        Segment = "slot_segment",
        /// The hash of the segment's meaning, as a string.
        Fingerprint = "slot_fingerprint",
        /// The run's as_of.
        AsOf = "slot_as_of",
        /// A query.
        Query = "slot_query",
        /// The query of those whom `expire` may hold.
        Admitted = "slot_admitted",
        /// When the membership ends of whoever ceased to match since the last run.
        End = "slot_end",
        /// The table of ended memberships.
        History = "slot_history",
        /// The key columns.
        Keys = "slot_keys",
        /// The key columns of `s`, the members as they are now.
        ScratchKeys = "slot_scratch_keys",
        /// The key columns with their types.
        KeyColumns = "slot_key_columns",
        /// That the keys of `m` (the table) and `s` (the members as they are now) agree.
        Match = "slot_match",
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
    /// Something that may stand there, to see whether a shell can be read.
    fn sample(self) -> &'static str {
        match self {
            Self::Schema => "s",
            Self::Runs | Self::Table | Self::History => "s.t",
            Self::Segment | Self::Fingerprint => "'x'",
            Self::AsOf | Self::Value | Self::Failure | Self::End => "f(1)",
            Self::Query | Self::Admitted => "SELECT 1 AS one",
            Self::Keys => "k",
            Self::ScratchKeys => "s.k",
            Self::KeyColumns => "k DATE NOT NULL",
            Self::Match | Self::Condition => "a = b",
            Self::Timestamp | Self::Type => "DATE",
        }
    }
}

/// Which segments a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Those that hold members who no longer match.
    Expire,
    /// Those that don't.
    NoExpire,
    /// Those whose ended memberships are kept.
    History,
}

impl When {
    pub(super) const ALL: [Self; 3] = [Self::Expire, Self::NoExpire, Self::History];

    /// Its name in dialect files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Expire => "expire",
            Self::NoExpire => "no_expire",
            Self::History => "history",
        }
    }
}

/// The word that stands for a clock variable's name, alone or inside of another word.
pub(crate) const CLOCK_NAME: &str = "slot_name";

/// A statement with slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shell {
    pieces: Vec<Piece>,
    /// sqlparser cannot read it; its dialect's file says so.
    opaque: bool,
    /// The segments that it is for: those of which all of this is so.
    pub(crate) when: Vec<When>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Slot(Slot),
    /// A word with the clock variable's name in it.
    Name(String),
}

/// Why a shell cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ShellError {
    /// sqlparser's message.
    Unreadable(String),
    /// A word that begins like a slot.
    UnknownSlot(String),
}

impl Shell {
    /// Reads a shell; unless it is opaque, filled with samples it must be SQL.
    pub(super) fn parse(
        parser: &Parser,
        text: &str,
        opaque: bool,
        when: Vec<When>,
    ) -> Result<Self, ShellError> {
        let mut pieces = Vec::new();
        let text = text.trim_end();
        for token in parse::tokens(parser, text).map_err(ShellError::Unreadable)? {
            pieces.push(match token {
                Token::Word(Word { value, quote_style: None, .. }) if value.contains(CLOCK_NAME) => {
                    Piece::Name(value)
                }
                token @ Token::SingleQuotedString(_) if token.to_string().contains(CLOCK_NAME) => {
                    Piece::Name(token.to_string())
                }
                Token::Word(Word { value, quote_style: None, .. }) if value.starts_with("slot_") => {
                    Piece::Slot(Slot::parse(&value).ok_or(ShellError::UnknownSlot(value))?)
                }
                token => Piece::Text(token.to_string()),
            });
        }
        let shell = Self { pieces, opaque, when };
        if !opaque {
            let sample = shell.fill("x", &|slot, _| Some(slot.sample().to_owned())).unwrap_or_default();
            parse::statement(parser, &sample).map_err(ShellError::Unreadable)?;
        }
        Ok(shell)
    }

    /// Whether sqlparser cannot read it.
    #[must_use]
    pub(crate) fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// The statement. `fill` is asked for a slot's text and told how far its line is indented;
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
