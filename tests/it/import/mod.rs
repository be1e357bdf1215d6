//! `segc import`: the suites of the tools themselves, through the same path as the command (the text of a
//! document, segments, the checked project, the reference evaluator), and what importing again does.
//!
//! `tests/import` has the suites, with their sources and licenses. docs/importing.md has the numbers,
//! which each suite compares.

mod again;
mod command;
mod featurevisor;
mod first;
mod flagd;
mod flagsmith;
mod flipt;
mod growthbook;
mod hostile;
mod launchdarkly;
mod lists;
mod litestar_flags;
mod marketing;
mod posthog;
mod sql;
mod suite;
mod unleash;
