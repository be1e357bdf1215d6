//! Segments of other tools.
//!
//! A tool's reader (`tool`) declares the segments of the files and translates each into a syntax tree,
//! with notes, or refuses it at the place of what can't be kept (`draft`). The trees are printed into a
//! `.seg` file, in which earlier versions are replaced except for those that a person has changed
//! (`existing`, `write`). The project is checked with that file before anything is written (`run`).
//!
//! Readers find fields by `fields`, and write values by `values`. No reader skips anything: what it
//! doesn't know is refused.

mod dittofeed;
mod draft;
mod events;
mod existing;
mod featurevisor;
mod fields;
mod flagd;
mod flagsmith;
mod flipt;
mod growthbook;
mod input;
mod klaviyo;
mod launchdarkly;
mod lists;
mod litestar_flags;
mod mapping;
mod naming;
mod overlay;
mod patterns;
mod posthog;
pub(crate) mod problems;
mod report;
mod rule_groups;
mod run;
mod segment_query;
mod settle;
mod skeleton;
pub(crate) mod sql;
mod tool;
mod unleash;
mod values;
mod write;

pub use input::File;
pub use report::{Report, Reported, Status};
pub use run::{Imported, Request, import};
pub use tool::{ToolInfo, tools};
pub use write::Change;
