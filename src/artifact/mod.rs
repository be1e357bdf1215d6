//! The files of a build: scripts, `manifest.json`, the graph.
//!
//! Pure: a build is a map from paths to texts, which the command line writes. Must not
//! know: where the files are written, dialects, how SQL is generated.

mod graph;
mod manifest;
mod refresh;
mod written;

pub use graph::{Edge, EdgeKind, Graph, Node, NodeKind};
pub(crate) use manifest::sensitive_fields;
pub use manifest::{
    MANIFEST_VERSION, Manifest, ManifestColumn, ManifestDependency, ManifestField, ManifestPosition,
    ManifestRead, ManifestScripts, ManifestSegment, schema,
};
pub use refresh::{
    ManifestBack, ManifestEvery, ManifestLog, ManifestRefresh, ManifestState, ManifestTrigger, ManifestWhy,
    RefreshStrategy, TriggerKind,
};

pub use written::{Written, digest};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::hir::Hir;
use crate::diagnostic::Sources;
use crate::plan::Plan;

/// The name of the file that marks a folder as written by segc.
pub const MANIFEST: &str = "manifest.json";

/// The files of one build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artifacts {
    /// Text by path; relative, with `/` between its parts.
    pub files: BTreeMap<String, String>,
}

/// The SQL texts of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Creates every segment, in the order in which they depend.
    pub create: String,
    /// Refreshes every segment, in the order in which they depend.
    pub refresh: String,
    /// The same for one segment alone, by its name. Segments that are not stored have none.
    pub segments: BTreeMap<String, SegmentScripts>,
}

/// The SQL texts of one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentScripts {
    /// Creates it.
    pub create: String,
    /// Refreshes it; a view has nothing to refresh.
    pub refresh: Option<String>,
    /// Compares its table with a fresh evaluation, if requested.
    pub parity: Option<String>,
}

/// Puts the files of a build together.
#[must_use]
pub fn build(
    project: &str,
    plan: &Plan,
    (hir, graph): (&Hir, &crate::analyze::Graph),
    sources: &Sources,
    scripts: Scripts,
) -> Artifacts {
    let mut manifest = Manifest::of(project, plan, (hir, graph), sources, &scripts);
    let graph = Graph::of(plan, hir);
    let mut files = BTreeMap::from([
        ("graph.mmd".to_owned(), graph.mermaid()),
        ("graph.dot".to_owned(), graph.dot()),
        ("graph.json".to_owned(), json(&graph)),
        ("create.sql".to_owned(), scripts.create),
        ("refresh.sql".to_owned(), scripts.refresh),
    ]);
    for (name, texts) in scripts.segments {
        files.insert(create_path(&name), texts.create);
        if let Some(refresh) = texts.refresh {
            files.insert(refresh_path(&name), refresh);
        }
        if let Some(parity) = texts.parity {
            files.insert(parity_path(&name), parity);
        }
    }
    manifest.files = files.iter().map(|(path, text)| (path.clone(), digest(text.as_bytes()))).collect();
    files.insert(MANIFEST.to_owned(), written::sealed(manifest));
    Artifacts { files }
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

/// Indented JSON with a final line break. Values of this module always have a JSON form.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;

    fn built() -> Artifacts {
        let parity = Some("p".to_owned());
        let pair = SegmentScripts { create: "c".to_owned(), refresh: Some("r".to_owned()), parity };
        let view = SegmentScripts { create: "v".to_owned(), refresh: None, parity: None };
        let segments = BTreeMap::from([("vip".to_owned(), pair), ("win_back".to_owned(), view)]);
        let scripts = Scripts { create: "all".to_owned(), refresh: "again".to_owned(), segments };
        build("shop", &testing::plan(), (&testing::hir(), &testing::graph()), &testing::sources(), scripts)
    }

    #[test]
    fn a_build_has_these_files() {
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
                "segments/win_back.create.sql",
            ]
        );
    }

    #[test]
    fn the_manifest_says_everything() {
        let manifest = built().files.remove(MANIFEST).expect("it is there");
        let own = Written::read(&manifest).expect("it is a manifest").files[MANIFEST].clone();
        insta::assert_snapshot!(
            manifest
                .replace(&own, "[digest]")
                .replace(&format!("\"segc\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"segc\": \"[version]\"")
        );
    }

    #[test]
    fn the_graph_in_every_form() {
        let files = built().files;
        insta::assert_snapshot!(format!(
            "{}\n{}\n{}",
            files["graph.mmd"], files["graph.dot"], files["graph.json"]
        ));
    }
}
