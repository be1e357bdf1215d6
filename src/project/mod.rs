//! Finds and reads a project's files: `segc.yml`, the catalog, segments, dialects and tests.
//!
//! The only stage that reads files, through [`Files`], so that tests and programs can do
//! without a disk. Must not know: what segments mean, what dialects can do. The texts of
//! segments, dialects and tests are handed on as they are.

mod config;
mod disk;
mod exposures;
mod files;
mod load;
mod policy;
pub(crate) mod problems;
mod revision;
mod snapshot;
mod stray;
mod targets;
mod warnings;

pub(crate) use config::read_param;
pub use config::{Config, OnStaleState, Param, ParamSetting};
pub use disk::Disk;
pub use exposures::{Exposure, ExposureKind};
pub use files::{
    Edited, Files, Listing, MAX_FILE_BYTES, MAX_LIST_BYTES, Memory, ReadError, SURVEY_DEPTH, SURVEY_FILES,
};
pub use load::{Project, Text, load, load_from, load_tests};
pub use policy::{Policy, PolicyLimit};
pub use revision::{Revision, RevisionError};
pub use snapshot::Snapshot;
pub(crate) use stray::NEARLY_CONFIG;
pub use targets::{Target, Url};
pub use warnings::{Level, Levels};

/// The JSON Schema of `segc.yml`.
pub const SCHEMA: &str = include_str!("../../catalog/project.schema.json");

#[cfg(test)]
mod tests;
