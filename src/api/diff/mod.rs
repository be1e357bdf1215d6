//! How a project differs from another version of it: an earlier revision, another folder, an earlier build.

mod builds;
mod compare;
mod data;
mod manifest;
mod meaning;
mod properties;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

pub use builds::BuildChange;
pub use data::MemberChange;
pub use properties::PropertyChange;
pub use words::{Clause, ClauseMark};

/// The version of the format of [`Diff`] as JSON. Fields are only added within a version.
const FORMAT_VERSION: u32 = 1;

/// How a project differs from another version of it, which is the earlier one here.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    /// The version of the format. Another number means an incompatible format.
    pub version: u32,
    /// The project's name.
    pub project: String,
    /// Settings of the project that differ and on which every segment depends.
    pub settings: Vec<PropertyChange>,
    /// The segments that differ, in the order of [`Change`] and of names.
    pub segments: Vec<SegmentDiff>,
    /// The number of segments that don't differ.
    pub unchanged: usize,
    /// The names of segments that have errors in the earlier version and so can't be compared.
    pub unread: Vec<String>,
}

/// What happened to a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name and the same meaning.
    Renamed,
    /// It says something else, or is elsewhere.
    Changed,
    /// It is the same, and something that it reads has changed.
    Affected,
}

/// What a change means for the members, whatever the data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// They are provably the same.
    Same,
    /// Provably, none enters.
    Narrower,
    /// Provably, none leaves.
    Wider,
    /// Neither is proved: as a rule, some enter and some leave.
    Other,
    /// Texts can't tell: the catalog, a setting or an earlier build without texts is involved.
    Unknown,
}

/// How a segment differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentDiff {
    /// Its name; of one that is gone, its former name.
    pub name: String,
    /// What people call it.
    pub title: Option<String>,
    /// The entity whose rows it selects; null if only an earlier build knows it.
    pub entity: Option<String>,
    /// The path of its file from the project's folder, if it is known.
    pub path: Option<String>,
    /// The line of its name, from 1.
    pub line: Option<usize>,
    /// What happened to it.
    pub change: Change,
    /// What that means for its members; null if it is new or gone.
    pub members: Option<Effect>,
    /// Whether its text has other words for the same conditions.
    pub rewritten: bool,
    /// Its former name.
    pub renamed_from: Option<String>,
    /// The path of the file in which it was.
    pub moved_from: Option<String>,
    /// The segments that it reads and that have changed, by the names that they have now.
    pub through: Vec<String>,
    /// The declarations that it reads, and that differ, as `entity customer`, `field customer.plan`.
    pub declarations: Vec<String>,
    /// Its properties that differ.
    pub properties: Vec<PropertyChange>,
    /// In words, what it says, with what it no longer says; of one that is only affected, nothing.
    pub words: Vec<Clause>,
    /// The segments that use it, directly or through others.
    pub dependents: Vec<String>,
    /// The exposures that use it, or a segment that uses it.
    pub exposures: Vec<String>,
    /// What the next build does with its table or view.
    pub builds: Vec<BuildChange>,
    /// Who enters and leaves, if data were asked.
    pub data: Option<MemberChange>,
}

impl Diff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.segments.is_empty()
    }

    /// The number of segments with a kind of change.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        self.segments.iter().filter(|segment| segment.change == change).count()
    }
}
