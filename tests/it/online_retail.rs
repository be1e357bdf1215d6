//! Real transactions with all their flaws: the segments of `tests/online_retail` have the same
//! members by hand, by the evaluator and on every engine.
//!
//! The rows aren't part of the repository. They are read from the folder in `SEGC_ONLINE_RETAIL`,
//! or else from `../shared/data/online_retail`.

use std::path::PathBuf;

use crate::support;
use crate::support::agree::everything;
use crate::support::project::{Project, root};

/// The folder with the four CSV files.
fn rows() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SEGC_ONLINE_RETAIL") {
        let folder = PathBuf::from(named);
        assert!(folder.join("orders.csv").is_file(), "SEGC_ONLINE_RETAIL names {}", folder.display());
        return Some(folder);
    }
    let beside = root().parent()?.join("shared/data/online_retail");
    beside.join("orders.csv").is_file().then_some(beside)
}

#[test]
fn members_of_online_retail_agree_everywhere() {
    let Some(rows) = rows() else {
        support::tell(
            "skipped: the rows of Online Retail are not here (tests/online_retail/README.md); \
             set SEGC_ONLINE_RETAIL to their folder",
        );
        return;
    };
    let report = everything(&Project::online_retail(rows));
    let compared = report.compared;
    report.finish("online_retail");
    assert!(compared > 19 * 5, "only {compared} comparisons");
}
