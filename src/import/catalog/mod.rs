//! Imports catalogs: from what a database, a file or another tool says of tables, to entities in
//! `catalog/*.yml`.
//!
//! A reader for each kind of source makes [`Found`]; [`import`] compares it with the project's catalog
//! and adds what is new. What a person wrote keeps its bytes, and what isn't known is asked.
//! Must not know: terminals, disks.

mod compare;
mod cube;
mod data_files;
mod database;
mod dbt;
mod distinct_keys;
mod document;
mod edit;
mod encodings;
mod existing;
mod families;
mod fields;
mod information_schema;
mod links;
mod metricflow;
mod model;
mod names;
mod plan;
mod preset;
pub(crate) mod problems;
mod questions;
mod semantic_model;
mod write;
mod yaml_document;
mod yaml_text;

pub use self::cube::read_cube;
pub use self::data_files::read_data_files;
pub use self::database::read_database;
pub use self::dbt::read_dbt;
pub use self::document::Document;
pub use self::existing::Existing;
pub use self::families::FamilyRule;
pub use self::information_schema::read_information_schema;
pub use self::metricflow::read_metricflow;
pub use self::model::Found;
pub use self::preset::import_preset;
pub use self::questions::Question;

use self::plan::plan;
use crate::diagnostic::Diagnostics;

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file that new entities are written to, such as `catalog/shop.yml`.
    pub into: String,
    /// The time zone of times without one, if it is known.
    pub zone: Option<String>,
    /// Whether everything in the source was chosen, so that what isn't there is gone.
    pub is_whole: bool,
    /// Which tables become one entity, one for each event.
    pub families: Vec<FamilyRule>,
}

/// A file of the catalog that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// Its path in the project.
    pub path: String,
    /// Its text so far; `None` if it is new.
    pub before: Option<String>,
    /// Its new text.
    pub after: String,
}

/// The result of an import.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The files to be written.
    pub edits: Vec<FileEdit>,
    /// What an import did.
    pub report: Report,
    /// Where the source disagrees with the catalog, as warnings.
    pub differences: Diagnostics,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of tables looked at.
    pub tables: usize,
    /// The names of new entities.
    pub entities: Vec<String>,
    /// The number of new fields.
    pub fields: usize,
    /// The number of new links.
    pub links: usize,
    /// What only a person knows.
    pub questions: Vec<Question>,
    /// The entities that read several tables, with those tables.
    pub families: Vec<(String, String)>,
    /// What isn't imported, and why.
    pub skipped: Vec<(String, String)>,
}

/// Adds what was found to a project's catalog.
///
/// # Errors
///
/// A file is written in a way that segc can't add to, or tables can't become one entity as they should. Nothing is
/// to be written then.
pub fn import(found: &Found, existing: &Existing, settings: &Settings) -> Result<Outcome, Diagnostics> {
    let (gathered, families) = families::gather(found, existing, &settings.families)?;
    let plan = plan(&gathered, existing, settings);
    let of_entity = |(id, tables): (String, String)| {
        let planned = plan.planned.iter().find(|planned| planned.table.id == id)?;
        Some((planned.name.clone(), tables))
    };
    let families = families.into_iter().filter_map(of_entity).collect();
    let mut problems = Diagnostics::new();
    let edits = write::write(&plan, existing, &found.origin, settings, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let new = plan.planned.iter().filter(|planned| planned.existing.is_empty());
    let report = Report {
        tables: found.tables.iter().filter(|table| table.is_selected).count(),
        entities: new.map(|planned| planned.name.clone()).collect(),
        fields: plan.planned.iter().map(|planned| planned.fields.len()).sum(),
        links: plan.planned.iter().map(|planned| planned.links.len()).sum(),
        questions: plan.questions,
        families,
        skipped: plan.skipped.into_iter().map(|one| (one.what, one.why)).collect(),
    };
    Ok(Outcome { edits, report, differences: plan.differences })
}
