//! The ways to store a segment, for segments and `segc.yml` alike.

/// How a segment is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Materialize {
    /// A table, rebuilt by every run.
    #[default]
    Table,
    /// A table, refreshed incrementally if possible, or else rebuilt with a reason.
    Incremental,
    /// A view.
    View,
    /// Not stored, but expanded in the segments that refer to it.
    Inline,
}

impl Materialize {
    pub(crate) const ALL: [Self; 4] = [Self::Table, Self::Incremental, Self::View, Self::Inline];

    /// The word for it in `.seg` files.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Incremental => "incremental",
            Self::View => "view",
            Self::Inline => "inline",
        }
    }

    /// Whether it has a table of its own, which others read.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::Incremental)
    }
}
