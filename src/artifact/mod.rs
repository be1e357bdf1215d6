//! The files of a build: scripts, `manifest.json` and the graph.
//!
//! Pure: a build is a map from paths to texts, which the command line writes. Must not know: where
//! the files are written, dialects, how SQL is generated.

pub mod dbt;
mod definition;
mod graph;
mod json;
mod manifest;
mod refresh;
mod written;

pub use definition::Definition;
pub use graph::{Edge, EdgeKind, Graph, GraphNode, GraphNodeKind};
pub(crate) use manifest::sensitive_fields;
pub use manifest::{
    MANIFEST_VERSION, Manifest, ManifestColumn, ManifestDependency, ManifestField, ManifestPosition,
    ManifestRead, ManifestScripts, ManifestSegment, schema,
};
pub use refresh::{
    ManifestBack, ManifestEvery, ManifestLog, ManifestRefresh, ManifestState, ManifestTrigger, ManifestWhy,
    RefreshStrategy, TriggerKind,
};

pub(crate) use written::listed;
pub use written::{Written, digest};

use std::collections::BTreeMap;

use rayon::prelude::*;

pub(crate) use self::json::json;
use crate::check::hir::Hir;
use crate::diagnostic::Sources;
use crate::plan::Plan;

/// The name of the file that marks a folder as written by segc.
pub const MANIFEST: &str = "manifest.json";

/// The files of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artifacts {
    /// The text of each file by its path, relative and with `/` as the separator.
    pub files: BTreeMap<String, String>,
    /// What the scripts of the build are in numbers: in full, and as a refresh.
    pub sizes: [ScriptSize; 2],
}

/// A script in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScriptSize {
    /// How many statements it has.
    pub statements: usize,
    /// How often they read one of the catalog's tables.
    pub scans: usize,
}

/// The SQL texts of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Creates every segment, each after its dependencies.
    pub create: String,
    /// Refreshes every segment, each after its dependencies.
    pub refresh: String,
    /// What these are in numbers.
    pub sizes: [ScriptSize; 2],
    /// The texts of each segment, by its name.
    pub segments: BTreeMap<String, SegmentScripts>,
}

/// The SQL texts of a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentScripts {
    /// The SELECT of its members, which reads the tables of the segments that it depends on.
    pub select: String,
    /// Creates the table or view alone, if requested.
    pub create: Option<String>,
    /// Refreshes the table alone, if requested.
    pub refresh: Option<String>,
    /// Compares the table with a fresh evaluation, if requested.
    pub parity: Option<String>,
}

/// Assembles the files of a build.
#[must_use]
pub fn build(
    project: &str,
    plan: &Plan,
    (hir, graph): (&Hir, &crate::analyze::Graph),
    sources: &Sources,
    scripts: Scripts,
) -> Artifacts {
    let sizes = scripts.sizes;
    let (mut manifest, [mermaid, dot, graph]) = rayon::join(
        || Manifest::of(project, plan, (hir, graph), sources, &scripts),
        || {
            let graph = Graph::of(plan, hir);
            [graph.mermaid(), graph.dot(), graph.json()]
        },
    );
    let mut files = BTreeMap::from([
        ("graph.mmd".to_owned(), mermaid),
        ("graph.dot".to_owned(), dot),
        ("graph.json".to_owned(), graph),
        ("create.sql".to_owned(), scripts.create),
        ("refresh.sql".to_owned(), scripts.refresh),
    ]);
    for (name, texts) in scripts.segments {
        files.insert(select_path(&name), texts.select);
        files.extend(texts.create.map(|text| (create_path(&name), text)));
        files.extend(texts.refresh.map(|text| (refresh_path(&name), text)));
        files.extend(texts.parity.map(|text| (parity_path(&name), text)));
    }
    manifest.files = files.par_iter().map(|(path, text)| (path.clone(), digest(text.as_bytes()))).collect();
    files.insert(MANIFEST.to_owned(), written::sealed(manifest));
    Artifacts { files, sizes }
}

fn select_path(segment: &str) -> String {
    format!("segments/{segment}.sql")
}

fn create_path(segment: &str) -> String {
    format!("segments/{segment}.create.sql")
}

fn refresh_path(segment: &str) -> String {
    format!("segments/{segment}.refresh.sql")
}

fn parity_path(segment: &str) -> String {
    format!("segments/{segment}.parity.sql")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;

    fn built() -> Artifacts {
        let text = |text: &str| Some(text.to_owned());
        let (create, refresh, parity) = (text("c"), text("r"), text("p"));
        let pair = SegmentScripts { select: "s".to_owned(), create, refresh, parity };
        let view = SegmentScripts { select: "v".to_owned(), ..SegmentScripts::default() };
        let segments = BTreeMap::from([("vip".to_owned(), pair), ("win_back".to_owned(), view)]);
        let scripts =
            Scripts { create: "all".to_owned(), refresh: "again".to_owned(), segments, ..Scripts::default() };
        build("shop", &testing::plan(), (&testing::hir(), &testing::graph()), &testing::sources(), scripts)
    }

    #[test]
    fn a_build_writes_the_expected_files() {
        let paths: Vec<String> = built().files.into_keys().collect();
        assert_eq!(
            paths,
            [
                "create.sql",
                "graph.dot",
                "graph.json",
                "graph.mmd",
                "manifest.json",
                "refresh.sql",
                "segments/vip.create.sql",
                "segments/vip.parity.sql",
                "segments/vip.refresh.sql",
                "segments/vip.sql",
                "segments/win_back.sql",
            ]
        );
    }

    #[test]
    fn the_manifest_matches_its_snapshot() {
        let manifest = built().files.remove(MANIFEST).expect("it is there");
        let own = Written::read(&manifest).expect("it is a manifest").files[MANIFEST].clone();
        insta::assert_snapshot!(
            manifest
                .replace(&own, "[digest]")
                .replace(&format!("\"segc\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"segc\": \"[version]\"")
        );
    }

    #[test]
    fn the_graph_matches_its_snapshot_in_every_format() {
        let files = built().files;
        insta::assert_snapshot!(format!(
            "{}\n{}\n{}",
            files["graph.mmd"], files["graph.dot"], files["graph.json"]
        ));
    }

    #[test]
    fn the_graph_of_what_is_built_together_matches_its_snapshot() {
        let plan = testing::plan();
        let graph = Graph::of(&plan, &testing::hir()).grouped(&plan);
        insta::assert_snapshot!(format!("{}\n{}\n{}", graph.mermaid(), graph.dot(), graph.json()));
    }
}
