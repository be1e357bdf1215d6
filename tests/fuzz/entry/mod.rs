//! The ways into segc: for each, where its input goes, and what is then done with it.

mod address;
mod arguments;
mod catalog_import;
mod data;
mod import;
mod judge;
mod project;
mod rows;
mod sabotage;
mod tests;

pub(crate) use project::language;

use crate::seen::Seen;

/// A way into segc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    /// A file of segments, checked, compiled for four targets, evaluated.
    Segments,
    /// `segc.yml`.
    Config,
    /// A file of the catalog.
    Catalog,
    /// A dialect of one's own, with its templates.
    Dialect,
    /// Unit tests, run on the evaluator.
    UnitTests,
    /// The row of `why --row`.
    Row,
    /// A table's data, loaded into DuckDB.
    Csv,
    /// The same as JSON, an object a line.
    JsonLines,
    /// What `--db` names.
    Address,
    /// A file of another tool, whose name is the first line, with a mapping file and a catalog, imported twice.
    Import,
    /// Values on the command line, of the program itself.
    Arguments,
    /// No way into segc: what an input asks for is done, to see that it is noticed.
    Sabotage,
    /// A document of another tool that says what tables there are, whose kind is the first line, imported twice.
    CatalogImport,
}

impl Entry {
    /// All that are segc's.
    pub(crate) const ALL: [Self; 12] = [
        Self::Segments,
        Self::Config,
        Self::Catalog,
        Self::Dialect,
        Self::UnitTests,
        Self::Row,
        Self::Csv,
        Self::JsonLines,
        Self::Address,
        Self::Import,
        Self::Arguments,
        Self::CatalogImport,
    ];

    /// Its name, which is that of its folder in `tests/fuzz/corpus`, too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Segments => "segments",
            Self::Config => "config",
            Self::Catalog => "catalog",
            Self::Dialect => "dialect",
            Self::UnitTests => "tests",
            Self::Row => "row",
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Address => "address",
            Self::Import => "import",
            Self::CatalogImport => "catalog-import",
            Self::Arguments => "arguments",
            Self::Sabotage => "sabotage",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Sabotage]).find(|entry| entry.name() == name)
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// A number of its own.
    pub(crate) fn number(self) -> u64 {
        self as u64 + 1
    }

    /// Takes an input through segc. Panics if an answer isn't what it has to be.
    pub(crate) fn take(self, input: &[u8], seen: &mut Seen) {
        match self {
            Self::Segments => project::segments(input, seen),
            Self::Config => project::config(input, seen),
            Self::Catalog => project::catalog(input, seen),
            Self::Dialect => project::dialect(input, seen),
            Self::UnitTests => tests::unit_tests(input, seen),
            Self::Row => tests::row(input, seen),
            Self::Csv => data::table("orders.csv", input, seen),
            Self::JsonLines => data::table("orders.jsonl", input, seen),
            Self::Address => address::address(input, seen),
            Self::Import => import::import(input, seen),
            Self::CatalogImport => catalog_import::catalog_import(input, seen),
            Self::Arguments => arguments::arguments(input, seen),
            Self::Sabotage => sabotage::sabotage(input),
        }
    }
}
