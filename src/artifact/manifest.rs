//! `manifest.json`: the contents of a build, for schedulers, catalogs and tests.
//!
//! Its JSON Schema is published as `docs/manifest.schema.json`; fields are only ever added
//! within a version.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::refresh::{ManifestLog, ManifestRefresh, ManifestState};
use super::{Scripts, create_path, parity_path, refresh_path};
use crate::analyze::{Footprint, Graph, InputKind};
use crate::check::hir::{Hir, Segment};
use crate::diagnostic::{Sources, Span};
use crate::plan::{Plan, SegmentPlan, TableRead};

/// The version of the manifest's form.
pub const MANIFEST_VERSION: u32 = 1;

/// What a build of one target holds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form. Another number is another form.
    pub version: u32,
    /// The version of segc that wrote it.
    pub segc: String,
    /// The project's name.
    pub project: String,
    /// The target's name in `segc.yml`.
    pub target: String,
    /// The name of the target's dialect.
    pub dialect: String,
    /// The name parts of the schema that holds the segments' tables.
    pub schema: Vec<String>,
    /// The instant baked into the scripts; null if they read the engine's clock.
    pub as_of: Option<String>,
    /// The time zone of days, weeks and months.
    pub timezone: String,
    /// Every segment, each after those that it depends on.
    pub segments: Vec<ManifestSegment>,
    /// The SHA-256 of every file of this folder that segc wrote, by its path. That of the manifest
    /// itself counts its own place here as empty.
    pub files: BTreeMap<String, String>,
}

/// A segment of a build.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestSegment {
    /// Its name.
    pub name: String,
    /// The entity whose rows it selects.
    pub entity: String,
    /// What it is, for people.
    pub description: Option<String>,
    /// The person responsible for it.
    pub owner: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The roles that may read it; empty means that the project says nothing.
    pub access: Vec<String>,
    /// The fields it uses that have `roles` or are personal data, through links and traits, too.
    /// Those of the segments that it refers to are theirs.
    pub sensitive_fields: Vec<ManifestField>,
    /// How it is stored: `table`, `incremental`, `view` or `inline`.
    pub materialize: String,
    /// The name parts of its table or view; null if it is not stored.
    pub table: Option<Vec<String>>,
    /// The key columns of its table.
    pub keys: Vec<ManifestColumn>,
    /// 0 if it depends on no segment, else one more than the highest it depends on.
    pub level: usize,
    /// The segments that it refers to directly.
    pub depends_on: Vec<ManifestDependency>,
    /// The tables and columns that it reads.
    pub reads: Vec<ManifestRead>,
    /// How `refresh.sql` brings it up to date.
    pub refresh: ManifestRefresh,
    /// The log of who came and went, if one is kept.
    pub log: Option<ManifestLog>,
    /// The segments whose logs its refresh reads.
    pub inputs: Vec<String>,
    /// The tables that its scripts keep beside its own; null if it is no table.
    pub state: Option<ManifestState>,
    /// The hash of how it is refreshed: a run of another one isn't built upon.
    pub refresh_hash: String,
    /// What it needs of a target.
    pub capabilities: Vec<String>,
    /// The hash of its meaning. Comments and formatting don't count.
    pub fingerprint: String,
    /// Where its name is.
    pub source: Option<ManifestPosition>,
    /// Its own scripts, in this folder.
    pub scripts: ManifestScripts,
}

/// A field that not everyone may use, or that is personal data.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestField {
    /// The entity that has it.
    pub entity: String,
    /// Its name.
    pub field: String,
    /// The roles that may use it; empty means everyone.
    pub roles: Vec<String>,
    /// Whether it is personal data.
    pub pii: bool,
}

/// A column of a segment's table.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestColumn {
    /// Its name.
    pub name: String,
    /// Its type in the segment language.
    pub r#type: String,
}

/// A segment that another refers to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestDependency {
    /// Its name.
    pub segment: String,
    /// How it is referred to: `extends` or `in_segment`.
    #[schemars(with = "String")]
    pub by: InputKind,
    /// Whether its table is read; otherwise its condition is put in its place.
    pub from_table: bool,
}

/// A table that is read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestRead {
    /// The entity.
    pub entity: String,
    /// The name parts of its table; null if the catalog gives a query.
    pub table: Option<Vec<String>>,
    /// The columns, in order.
    pub columns: Vec<String>,
}

/// A place in a file of the project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestPosition {
    /// Path relative to the project, with `/` between its parts.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in code points.
    pub column: usize,
}

/// Where a segment's own scripts are.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestScripts {
    /// Creates it.
    pub create: Option<String>,
    /// Refreshes it.
    pub refresh: Option<String>,
    /// Compares its table with a fresh evaluation; null unless requested.
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
            segments: plan.segments.iter().map(|one| segment(one, (hir, graph), sources, scripts)).collect(),
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
        level: plan.level,
        depends_on: depends_on(plan),
        reads: plan.reads.iter().map(read).collect(),
        refresh: ManifestRefresh::of(plan, sources),
        log: ManifestLog::of(plan),
        inputs: plan.inputs.iter().map(|(name, _)| name.clone()).collect(),
        state: ManifestState::of(plan),
        refresh_hash: plan.refresh_hash.clone(),
        capabilities: plan.capabilities.iter().map(|flag| flag.name().to_owned()).collect(),
        fingerprint: plan.fingerprint.clone(),
        source: position(*name_span, sources),
        scripts: ManifestScripts {
            create: texts.map(|_| create_path(&plan.name)),
            refresh: texts.and_then(|texts| texts.refresh.as_ref()).map(|_| refresh_path(&plan.name)),
            parity: texts.and_then(|texts| texts.parity.as_ref()).map(|_| parity_path(&plan.name)),
        },
    }
}

/// The fields that a segment uses and that have roles or are personal data.
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
