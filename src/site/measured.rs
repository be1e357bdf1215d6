//! What was counted in a database.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::Attrition;

/// What was counted in a database, at one instant.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Where.
    pub place: Place,
    /// The as_of of the numbers.
    pub as_of: Timestamp,
    /// How many remain after each condition, by segment.
    pub attritions: BTreeMap<String, Attrition>,
    /// The members that segments have in common, by entity.
    pub overlaps: BTreeMap<String, Overlap>,
    /// What the last runs recorded, by segment.
    pub histories: BTreeMap<String, History>,
}

/// Where something was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the rows of the project's `data/`.
    SampleRows,
    /// In a database with this address, without its password.
    Database(String),
}

/// The members that segments of one entity have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// The names of the segments.
    pub segments: Vec<String>,
    /// How many members each pair has in common; on the diagonal, the members of each.
    pub common: Vec<Vec<u64>>,
    /// How many segments of the entity are left out.
    pub left_out: usize,
}

/// What the last run of a segment recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The as_of of the run.
    pub as_of: Timestamp,
    /// How many members it had then.
    pub members: u64,
    /// How many entered in that run.
    pub entered: u64,
    /// How many left in that run.
    pub left: u64,
}
