//! The ways to store a segment, for segments and `segc.yml` alike.

/// How a segment is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Materialize {
    /// A table that is always rebuilt.
    #[default]
    Table,
    /// A table that is refreshed where the rules allow, else rebuilt with the reason.
    Incremental,
    /// A view.
    View,
    /// Not stored: put into whatever refers to it.
    Inline,
}

impl Materialize {
    /// Every kind.
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
