//! The values of options.

use clap::{ColorChoice, ValueEnum};

use crate::diagnostic::render::Format;
use crate::plan::program::Mode;

/// What `segc compile` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CompileFormat {
    /// Scripts that create and refresh tables
    #[default]
    Scripts,
    /// A dbt package
    Dbt,
    /// A condition for a query, with the subqueries that it needs
    Filter,
    /// The same as JSON
    FilterJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// If writing to a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// With excerpts and help
    Human,
    /// One JSON object per line
    Json,
    /// Annotations for GitHub's workflows
    Github,
    /// One SARIF 2.1.0 document
    Sarif,
}

/// Which script of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ScriptKind {
    /// Evaluates in full, and creates what is missing
    Create,
    /// Brings the table up to date
    Refresh,
}

impl From<ScriptKind> for Mode {
    fn from(kind: ScriptKind) -> Self {
        match kind {
            ScriptKind::Create => Self::Create,
            ScriptKind::Refresh => Self::Refresh,
        }
    }
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

impl From<MessageFormat> for Format {
    fn from(format: MessageFormat) -> Self {
        match format {
            MessageFormat::Human => Self::Human,
            MessageFormat::Json => Self::Json,
            MessageFormat::Github => Self::Github,
            MessageFormat::Sarif => Self::Sarif,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    Text,
    /// For the comment of a pull request
    Markdown,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DescribeFormat {
    Text,
    Markdown,
    Json,
}
