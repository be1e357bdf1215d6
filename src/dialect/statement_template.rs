//! Statements as data: templates whose slots are filled with rendered trees.
//!
//! A slot is a word of its own (`slot_table`); what is inside quotes or comments is
//! never one. The layout of a template is kept as its file has it.

use sqlparser::tokenizer::{Token, Word};

use super::capability::named;
use super::later::Later;
use super::parse::{self, Parser};

named! {
    /// A placeholder in a template.
    Slot {
        /// The schema of the segments' tables.
        Schema = "slot_schema",
        /// The table that the step is about.
        Table = "slot_table",
        /// The columns of a new table, each with its type, and its primary key.
        Definitions = "slot_definitions",
        /// A column with its type.
        Definition = "slot_definition",
        /// The name of a column.
        Column = "slot_column",
        /// The names of the columns that are inserted.
        Columns = "slot_columns",
        /// The rows of the step: a query.
        Query = "slot_query",
        /// The columns by which most readers select rows, the most selective first.
        Order = "slot_order",
        /// The rows that are looked up: a scratch table, or a query in parentheses.
        Source = "slot_source",
        /// The query of all keys of the segment's entity.
        Everyone = "slot_everyone",
        /// The tables in which rows are looked up, as rows of two strings: the name, and the
        /// columns by any of which they are looked up, separated by commas.
        Lookups = "slot_lookups",
        /// The scratch table of entering and leaving members: the segment's name, the keys, and an `action`.
        Changes = "slot_changes",
        /// A condition: the change `s` is one of the segment's that the step is about.
        Own = "slot_own",
        /// The table that records runs.
        State = "slot_state",
        /// The table that records how far other segments' logs have been read.
        Inputs = "slot_inputs",
        /// The table of the number of members of each segment.
        Counts = "slot_counts",
        /// The segment's name, as a string.
        Segment = "slot_segment",
        /// The names of one or more segments, as strings separated by commas.
        Segments = "slot_segments",
        /// The tables of one or more segments, separated by commas.
        Tables = "slot_tables",
        /// The run's as_of.
        AsOf = "slot_as_of",
        /// The engine's clock when the run began to read.
        ReadAt = "slot_read_at",
        /// The instant at which the membership ends of members who stopped matching since the last
        /// run.
        End = "slot_end",
        /// The key columns; where members are written, with the columns beside the key.
        Keys = "slot_keys",
        /// The same columns of `s`.
        ScratchKeys = "slot_scratch_keys",
        /// The columns beside the key, each with the value that `s` has: `total = s.total, country = s.country`.
        Assignments = "slot_assignments",
        /// A condition: the keys of `m` and `s` are equal.
        Match = "slot_match",
        /// The last run that every reader has read from the log; over a row that has a `run_seq`.
        ReadTo = "slot_read_to",
        /// The name of another segment whose log is read, as a string.
        Input = "slot_input",
        /// The table that records that segment's runs.
        InputState = "slot_input_state",
        /// The condition under which an assertion fails.
        Condition = "slot_condition",
        /// The expression that fails with an assertion's message.
        Failure = "slot_failure",
        /// The type of an instant.
        Type = "slot_type",
        /// The value of an instant.
        Value = "slot_value",
    }
}

impl Slot {
    /// A possible content, to test whether a template can be parsed.
    fn sample(self) -> &'static str {
        match self {
            Self::Schema => "s",
            Self::Table
            | Self::State
            | Self::Inputs
            | Self::Counts
            | Self::Changes
            | Self::Tables
            | Self::Source
            | Self::InputState => "s.t",
            Self::Segment | Self::Segments | Self::Input => "'x'",
            Self::AsOf | Self::ReadAt | Self::Value | Self::Failure | Self::End | Self::ReadTo => "f(1)",
            Self::Query | Self::Everyone => "SELECT 1 AS one",
            Self::Keys | Self::Columns | Self::Order | Self::Column => "k",
            Self::ScratchKeys => "s.k",
            Self::Assignments => "k = s.k",
            Self::Lookups => "('t', 'k')",
            Self::Definitions => "k DATE NOT NULL",
            Self::Definition => "k DATE",
            Self::Match | Self::Own | Self::Condition => "a = b",
            Self::Type => "DATE",
        }
    }
}

/// A placeholder for a clock variable's name, alone or inside a word.
pub(crate) const CLOCK_NAME: &str = "slot_name";

/// A statement with slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatementTemplate {
    pieces: Later<Vec<Piece>>,
    /// Whether sqlparser can't parse it, as its dialect's file declares.
    opaque: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Slot(Slot),
    /// A word that contains the clock variable's name.
    Name(String),
}

/// Why a template can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TemplateError {
    /// sqlparser's message.
    Unreadable(String),
    /// A word that begins like a slot.
    UnknownSlot(String),
}

impl StatementTemplate {
    /// Parses a template. Unless it is opaque, it must be valid SQL when filled with samples.
    pub(super) fn parse(parser: &Parser, text: &str, opaque: bool) -> Result<Self, TemplateError> {
        let template = Self { pieces: Later::known(pieces(parser, text)?), opaque };
        if !opaque {
            let sample = template.fill("x", &|slot, _| slot.sample().to_owned());
            parse::statement(parser, &sample).map_err(TemplateError::Unreadable)?;
        }
        Ok(template)
    }

    /// A template that is parsed when it is needed. That it can be, a test has shown.
    pub(super) fn tested(parser: &Parser, text: String, opaque: bool) -> Self {
        let parser = parser.clone();
        Self { pieces: Later::new(move || pieces(&parser, &text).ok()), opaque }
    }

    fn pieces(&self) -> &[Piece] {
        self.pieces.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// The slots in it.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.pieces().iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(*slot),
            Piece::Text(_) | Piece::Name(_) => None,
        })
    }

    /// Whether sqlparser can't parse it.
    #[must_use]
    pub(crate) fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// The statement. `fill` gives a slot's text, and receives the indentation of its line.
    pub(crate) fn fill(&self, clock_name: &str, fill: &dyn Fn(Slot, usize) -> String) -> String {
        let mut out = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(text) => out.push_str(&text.replace(CLOCK_NAME, clock_name)),
                Piece::Slot(slot) => {
                    let line = out.rsplit('\n').next().unwrap_or_default();
                    let indent = line.len() - line.trim_start_matches(' ').len();
                    out.push_str(&fill(*slot, indent));
                }
            }
        }
        out
    }
}

fn pieces(parser: &Parser, text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    for token in parse::tokens(parser, text.trim_end()).map_err(TemplateError::Unreadable)? {
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
    Ok(pieces)
}
