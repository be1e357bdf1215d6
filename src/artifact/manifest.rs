//! `manifest.json`: the contents of a build, for schedulers, catalogs and tests.
//!
//! Its JSON Schema is published as `docs/manifest.schema.json`; fields are only ever added
//! within a version.

use std::collections::BTreeMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::definition::Definition;
use super::refresh::{ManifestLog, ManifestRefresh, ManifestState};
use super::{Scripts, create_path, parity_path, refresh_path, select_path};
use crate::analyze::{Footprint, Graph, InputKind};
use crate::check::hir::{Hir, Segment};
use crate::diagnostic::{Sources, Span};
use crate::plan::{Plan, SegmentPlan, TableRead};

/// The version of the manifest's format.
pub const MANIFEST_VERSION: u32 = 1;

/// The contents of a build for one target.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format. Another number means an incompatible format.
    pub version: u32,
    /// The version of segc that wrote it.
    pub segc: String,
    /// The project's name.
    pub project: String,
    /// The target's name in `segc.yml`.
    pub target: String,
    /// The name of the target's dialect.
    pub dialect: String,
    /// The name parts of the schema of the segments' tables.
    pub schema: Vec<String>,
    /// The instant written into the scripts; null if they read the engine's clock.
    pub as_of: Option<String>,
    /// The time zone of days, weeks and months.
    pub timezone: String,
    /// The segments, each after those it depends on.
    pub segments: Vec<ManifestSegment>,
    /// The SHA-256 of every file of this folder that segc wrote, by its path. The manifest's own is
    /// computed with an empty text in its place here.
    pub files: BTreeMap<String, String>,
}

/// A segment of a build.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestSegment {
    /// The segment's name.
    pub name: String,
    /// The entity whose rows it selects.
    pub entity: String,
    /// What people call it.
    pub title: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// The person responsible for it.
    pub owner: Option<String>,
    /// The tags for selections.
    pub tags: Vec<String>,
    /// The roles that may read it; empty if unrestricted.
    pub access: Vec<String>,
    /// The fields it uses that have `roles` or are personal data, including those behind links and
    /// traits. Fields of segments that it refers to are listed there.
    pub sensitive_fields: Vec<ManifestField>,
    /// How it is stored: `table`, `incremental`, `view` or `inline`.
    pub materialize: String,
    /// The name parts of its table or view; null if it isn't stored.
    pub table: Option<Vec<String>>,
    /// The key columns of its table.
    pub keys: Vec<ManifestColumn>,
    /// The columns of its table after the key.
    pub columns: Vec<ManifestColumn>,
    /// 0 if it depends on no segment, or else one more than the highest level it depends on.
    pub level: usize,
    /// The segments that it refers to directly.
    pub depends_on: Vec<ManifestDependency>,
    /// The tables and columns that it reads.
    pub reads: Vec<ManifestRead>,
    /// How `refresh.sql` updates it.
    pub refresh: ManifestRefresh,
    /// The log of entering and leaving members, if one is kept.
    pub log: Option<ManifestLog>,
    /// The segments whose logs its refresh reads.
    pub inputs: Vec<String>,
    /// The tables that its scripts maintain in addition to its own; null if it isn't a table.
    pub state: Option<ManifestState>,
    /// A hash of how it is refreshed. A refresh doesn't build on a run with a different one.
    pub refresh_hash: String,
    /// The capabilities that it needs of a target.
    pub capabilities: Vec<String>,
    /// A hash of its meaning. Comments and formatting don't affect it.
    pub fingerprint: String,
    /// What tells whether it has been changed since.
    pub definition: Definition,
    /// The place of its name.
    pub source: Option<ManifestPosition>,
    /// Its files in this folder.
    pub scripts: ManifestScripts,
}

/// A field that has `roles` or is personal data.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestField {
    /// The field's entity.
    pub entity: String,
    /// The field's name.
    pub field: String,
    /// The roles that may use it; empty if unrestricted.
    pub roles: Vec<String>,
    /// Whether it is personal data.
    pub pii: bool,
}

/// A column of a segment's table.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestColumn {
    /// The column's name.
    pub name: String,
    /// Its type in the segment language.
    pub r#type: String,
}

/// A segment that another refers to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestDependency {
    /// The name of the other segment.
    pub segment: String,
    /// How it is referred to: `extends` or `in_segment`.
    #[schemars(with = "String")]
    pub by: InputKind,
    /// Whether its table is read; otherwise its condition is expanded in place.
    pub from_table: bool,
}

/// A table that a segment reads.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestRead {
    /// The entity whose table it is.
    pub entity: String,
    /// The name parts of the table; null if the catalog has a query.
    pub table: Option<Vec<String>>,
    /// The columns in alphabetical order.
    pub columns: Vec<String>,
}

/// A place in a file of the project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestPosition {
    /// The path relative to the project, with `/` as the separator.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in code points, from 1.
    pub column: usize,
}

/// The paths of a segment's own files.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestScripts {
    /// The SELECT of its members.
    pub select: Option<String>,
    /// The script that creates it alone; null unless requested.
    pub create: Option<String>,
    /// The script that refreshes it alone; null unless requested.
    pub refresh: Option<String>,
    /// The query that compares its table with a fresh evaluation; null unless requested.
    pub parity: Option<String>,
}

impl Manifest {
    pub(super) fn of(
        project: &str,
        plan: &Plan,
        (hir, graph): (&Hir, &Graph),
        sources: &Sources,
        scripts: &Scripts,
    ) -> Self {
        Self {
            version: MANIFEST_VERSION,
            segc: env!("CARGO_PKG_VERSION").to_owned(),
            project: project.to_owned(),
            target: plan.target.clone(),
            dialect: plan.dialect.clone(),
            schema: plan.schema.clone(),
            as_of: plan.as_of.map(|instant| instant.to_string()),
            timezone: hir.calendar.zone_name.clone(),
            segments: plan
                .segments
                .par_iter()
                .map(|one| segment(one, (hir, graph), sources, scripts))
                .collect(),
            files: BTreeMap::new(),
        }
    }
}

fn segment(
    plan: &SegmentPlan,
    (hir, graph): (&Hir, &Graph),
    sources: &Sources,
    scripts: &Scripts,
) -> ManifestSegment {
    let Segment { properties, name_span, .. } = hir.segment(plan.id);
    let texts = scripts.segments.get(&plan.name);
    ManifestSegment {
        name: plan.name.clone(),
        entity: plan.entity.clone(),
        title: properties.title.clone(),
        description: properties.description.clone(),
        owner: properties.owner.clone(),
        tags: properties.tags.clone(),
        access: properties.access.clone(),
        sensitive_fields: sensitive_fields(hir, &graph.node(plan.id).footprint),
        materialize: plan.materialize.name().to_owned(),
        table: Some(plan.table.clone()).filter(|_| stored(plan)),
        keys: plan
            .keys
            .iter()
            .map(|key| ManifestColumn { name: key.name.clone(), r#type: key.ty.to_string() })
            .collect(),
        columns: plan
            .columns
            .iter()
            .map(|column| ManifestColumn { name: column.name.clone(), r#type: column.ty.to_string() })
            .collect(),
        level: plan.level,
        depends_on: depends_on(plan),
        reads: plan.reads.iter().map(read).collect(),
        refresh: ManifestRefresh::of(plan, sources),
        log: ManifestLog::of(plan),
        inputs: plan.refresh.inputs.iter().map(|(name, _)| name.clone()).collect(),
        state: ManifestState::of(plan),
        refresh_hash: plan.refresh.hash.clone(),
        capabilities: plan.capabilities.iter().map(|flag| flag.name().to_owned()).collect(),
        fingerprint: plan.fingerprint.clone(),
        definition: Definition::of(hir, graph, plan.id, plan.materialize),
        source: position(*name_span, sources),
        scripts: ManifestScripts {
            select: texts.map(|_| select_path(&plan.name)),
            create: texts.and_then(|texts| texts.create.as_ref()).map(|_| create_path(&plan.name)),
            refresh: texts.and_then(|texts| texts.refresh.as_ref()).map(|_| refresh_path(&plan.name)),
            parity: texts.and_then(|texts| texts.parity.as_ref()).map(|_| parity_path(&plan.name)),
        },
    }
}

/// The fields with `roles` or personal data that a segment uses.
#[must_use]
pub(crate) fn sensitive_fields(hir: &Hir, footprint: &Footprint) -> Vec<ManifestField> {
    let described = |&(entity, field)| {
        let entity = hir.catalog.entity(entity);
        let field = entity.field(field);
        ManifestField {
            entity: entity.name.clone(),
            field: field.name.clone(),
            roles: field.roles.clone(),
            pii: field.pii,
        }
    };
    footprint.sensitive.keys().map(described).collect()
}

fn stored(plan: &SegmentPlan) -> bool {
    use crate::check::hir::Materialize::{Incremental, Inline, Table, View};
    match plan.materialize {
        Table | Incremental | View => true,
        Inline => false,
    }
}

fn depends_on(plan: &SegmentPlan) -> Vec<ManifestDependency> {
    plan.depends_on
        .iter()
        .map(|dependency| ManifestDependency {
            segment: dependency.name.clone(),
            by: dependency.kind,
            from_table: dependency.from_table,
        })
        .collect()
}

fn read(read: &TableRead) -> ManifestRead {
    ManifestRead {
        entity: read.entity.clone(),
        table: Some(read.table.clone()).filter(|parts| !parts.is_empty()),
        columns: read.columns.clone(),
    }
}

pub(super) fn position(span: Span, sources: &Sources) -> Option<ManifestPosition> {
    let (path, position) = sources.locate(span)?;
    Some(ManifestPosition { path: path.to_owned(), line: position.line, column: position.column })
}

/// The JSON Schema of the manifest.
#[must_use]
pub fn schema() -> String {
    super::json(&schemars::schema_for!(Manifest))
}
