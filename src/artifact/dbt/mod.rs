//! A dbt package: a model for each segment, with its description, tests and sources.
//!
//! Keys of YAML files are those of <https://docs.getdbt.com/reference/configs-and-properties>; dbt
//! reads them from version 1.8 on.

mod macros;
mod model;
mod properties;
mod seeds;
mod tables;
mod unit_tests;

use std::collections::BTreeMap;

pub use macros::InstantFormat;
pub use model::{BEFORE, KEPT, Model, Rows, StoredColumn};
pub use seeds::Seed;
pub use tables::{Tables, reference};
pub use unit_tests::{Given, UnitTest};

use super::written::sealed;
use super::{Artifacts, MANIFEST, Manifest, Scripts, digest};
use crate::analyze::Graph;
use crate::check::hir::Hir;
use crate::diagnostic::Sources;
use crate::plan::Plan;
use crate::project::Exposure;

/// What a package is made from.
#[derive(Debug)]
pub struct Package<'a> {
    /// The name of segc's project.
    pub project: &'a str,
    /// Its segments; one that is stored nowhere has no model.
    pub plan: &'a Plan,
    /// What they mean.
    pub checked: (&'a Hir, &'a Graph),
    /// The files that they are from.
    pub sources: &'a Sources,
    /// How the tables that they read are written.
    pub tables: Tables,
    /// The keys of static lists.
    pub seeds: Vec<Seed>,
    /// The models, in the order of the plan.
    pub models: Vec<Model<'a>>,
    /// Queries that return no row, by their names.
    pub tests: BTreeMap<String, String>,
    /// Who uses the segments.
    pub exposures: &'a [Exposure],
    /// Unit tests of models.
    pub unit_tests: Vec<UnitTest>,
    /// Unit tests that dbt can't execute, each with the reason.
    pub left_out: Vec<String>,
    /// How instants are written.
    pub instants: InstantFormat,
}

/// The name of the dbt package of a project.
#[must_use]
pub fn package_name(project: &str) -> String {
    let plain: String = project
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let plain = plain.trim_matches('_');
    match plain.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => format!("{plain}_segments"),
        Some(_) => format!("p{plain}_segments"),
        None => "segments".to_owned(),
    }
}

impl Package<'_> {
    /// The tables that a model reads, each with its reference as dbt's unit tests name it.
    #[must_use]
    pub fn inputs(&self, model: &Model<'_>) -> Vec<(&Vec<String>, &str)> {
        let read = self.tables.references.iter().filter(|(_, text)| model.sql.contains(text.as_str()));
        read.filter_map(|(table, text)| Some((table, text.strip_prefix("{{ ")?.strip_suffix(" }}")?)))
            .collect()
    }

    /// The files of the package.
    #[must_use]
    pub fn files(&self) -> Artifacts {
        let mut files = BTreeMap::from([
            ("dbt_project.yml".to_owned(), properties::project(&package_name(self.project))),
            ("macros/segc.sql".to_owned(), macros::text(&self.instants)),
            ("models/_segments.yml".to_owned(), properties::segments(self)),
        ]);
        files.extend(properties::sources(&self.tables).map(|text| ("models/_sources.yml".to_owned(), text)));
        files.extend(unit_tests::file(self).map(|text| ("models/_unit_tests.yml".to_owned(), text)));
        files.extend(properties::exposures(self).map(|text| ("models/_exposures.yml".to_owned(), text)));
        files.extend(properties::groups(self).map(|text| ("models/_groups.yml".to_owned(), text)));
        files.extend(seeds::properties(self).map(|text| ("seeds/_seeds.yml".to_owned(), text)));
        for seed in &self.seeds {
            files.insert(format!("seeds/{}.csv", seed.name), seed.text());
        }
        for model in &self.models {
            files.insert(format!("models/{}.sql", model.segment.name), model.text());
        }
        for (name, text) in &self.tests {
            files.insert(format!("tests/{name}.sql"), text.clone());
        }
        let mut manifest =
            Manifest::of(self.project, self.plan, self.checked, self.sources, &Scripts::default());
        manifest.files = files.iter().map(|(path, text)| (path.clone(), digest(text.as_bytes()))).collect();
        files.insert(MANIFEST.to_owned(), sealed(manifest));
        Artifacts { files, ..Artifacts::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn packages_have_names_that_dbt_accepts() {
        for (project, name) in [
            ("shop", "shop_segments"),
            ("My-Shop 2", "my_shop_2_segments"),
            ("2nd", "p2nd_segments"),
            ("ähm", "hm_segments"),
            ("ä", "segments"),
        ] {
            assert_eq!(package_name(project), name);
        }
    }
}
