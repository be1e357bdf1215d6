//! A static site of a project: `segc docs`.
//!
//! Pure: a site is a map from paths to texts, which the command line writes to a folder. Data flows one way:
//! `facts` gathers what the session knows, each page makes its own data of them, and a template
//! (`src/site/templates/`) makes HTML of that. Templates escape every text; only `html::Html`, which
//! `html` makes, is written as it is. The pages need no server and no script: `assets/site.js` adds search,
//! filters and the pictures of dependencies, which are also listed.
//!
//! Must not know: databases (what was counted in one is given), the disk, terminals.

mod assets;
mod entity;
mod facts;
mod findings;
mod graph;
mod history;
mod html;
mod lineage;
mod measured;
mod overlap;
mod overview;
mod refresh;
mod search;
mod segment;
mod shell;
mod tests_page;

pub use measured::{Measured, Overlap, Place};

use std::collections::BTreeMap;

use askama::Template;
use rayon::prelude::*;

use crate::api::{Options, Selection, Session};
use crate::artifact::{Artifacts, listed};
use crate::diagnostic::Diagnostics;
use crate::unittest::Suite;
use facts::Facts;

/// What a site is made of.
#[derive(Debug)]
pub struct Request<'a> {
    /// The project, without errors.
    pub session: &'a Session,
    /// The segments that have pages.
    pub segments: &'a Selection,
    /// The names of the targets whose SQL is shown.
    pub targets: &'a [String],
    /// The caller's options.
    pub options: &'a Options,
    /// The project's unit tests.
    pub suite: &'a Suite,
    /// What a check of the project warns of.
    pub findings: &'a Diagnostics,
    /// What was counted in a database, if one was asked.
    pub measured: Option<&'a Measured>,
}

/// The files of a site.
///
/// # Errors
///
/// Reports every part of the selection that selects nothing.
pub fn build(request: &Request<'_>) -> Result<Artifacts, Diagnostics> {
    let facts = Facts::gather(request)?;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let segments: Vec<(String, String)> = facts
        .segments
        .par_iter()
        .map(|one| (format!("segments/{}.html", one.entry.name), page(&segment::Page::of(&facts, one))))
        .collect();
    files.extend(segments);
    let entities = facts
        .entities
        .iter()
        .map(|one| (format!("entities/{}.html", one.entity.name), page(&entity::Page::of(&facts, one))));
    files.extend(entities);
    let mut add = |path: &str, text: String| drop(files.insert(path.to_owned(), text));
    add("index.html", page(&overview::Page::of(&facts)));
    add("entities.html", page(&entity::List::of(&facts)));
    add("lineage.html", page(&lineage::Page::of(&facts)));
    add("overlap.html", page(&overlap::Page::of(&facts)));
    add("tests.html", page(&tests_page::Page::of(&facts)));
    add("findings.html", page(&findings::Page::of(&facts)));
    add("assets/search-data.js", search::script(&facts));
    add("assets/graph-data.js", graph::script(&facts));
    for (name, text) in assets::FILES {
        add(&format!("assets/{name}"), (*text).to_owned());
    }
    Ok(listed(request.session.name(), files))
}

/// The HTML of a page. Writing to a string can't fail.
fn page(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}
