//! A build as a dbt package.

use std::collections::BTreeMap;

use super::problems::{DbtCannot, DbtInstant};
use super::scripts::{source, too_long};
use super::session::Session;
use super::targets::Target;
use crate::artifact::dbt::{BEFORE, InstantFormat, KEPT, Model, Package, Rows, Seed, StoredColumn, Tables};
use crate::diagnostic::Diagnostics;
use crate::engine::Cell;
use crate::plan::program::{Stored, repeated, rows};
use crate::plan::rel::{Clock, Query, Select};
use crate::plan::{self, KeyColumn, Plan, Refresh, SegmentPlan, ValueColumn};
use crate::sql::{ClockForm, Host, Renderer, instant_constant};
use crate::types::{Literal, Materialize, Type};

impl Session {
    /// A dbt package that builds a plan's segments.
    ///
    /// # Errors
    ///
    /// Reports what dbt has no counterpart for, and what can't be written in the target's SQL.
    #[doc(hidden)]
    pub fn dbt_package<'a>(&'a self, plan: &'a Plan) -> Result<Package<'a>, Diagnostics> {
        let target = self.target(&plan.target).ok_or_else(Diagnostics::new)?;
        let mut problems = refused(self, plan);
        let Some((before, digits, after)) = instant_constant(&target.dialect) else {
            problems.push(DbtInstant { span: None, dialect: target.dialect.name.clone() });
            return Err(problems);
        };
        let tables = Tables::of(plan, &self.hir.catalog);
        let dbt = Dbt { session: self, target, plan, host: host(&tables) };
        let stored = plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline);
        let mut models = Vec::new();
        for segment in stored {
            match dbt.model(segment) {
                Ok(model) => models.push(model),
                Err(found) => problems.append(found),
            }
        }
        let tests = dbt.tests().map_err(|found| problems.append(found)).unwrap_or_default();
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Package {
            project: self.name(),
            plan,
            checked: (&self.hir, &self.graph),
            sources: &self.sources,
            tables,
            seeds: dbt.seeds(),
            models,
            tests,
            exposures: &self.config.exposures,
            unit_tests: Vec::new(),
            left_out: Vec::new(),
            instants: InstantFormat { before, digits, after },
        })
    }
}

/// What a segment asks for that dbt can't do.
fn refused(session: &Session, plan: &Plan) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for segment in &plan.segments {
        let declared = session.hir.segment(segment.id);
        let mut cannot = |span, what, why| {
            problems.push(DbtCannot { span, segment: segment.name.clone(), what, why });
        };
        if let Some((.., span)) = declared.properties.expire {
            cannot(span, "`expire`", "a table that dbt builds again knows nothing of who matched before");
        }
        if segment.list.as_ref().is_some_and(|list| list.keys.rows.iter().flatten().any(is_missing_in_seeds))
        {
            let why =
                "dbt takes keys of blanks, and the word `null` in any case, for missing values in a seed";
            cannot(declared.name_span, "list", why);
        }
        if declared.properties.history {
            cannot(declared.name_span, "`history`", "dbt keeps no log of who entered and left");
        }
    }
    problems
}

/// Whether dbt reads a key of a seed as missing.
fn is_missing_in_seeds(key: &Literal) -> bool {
    matches!(key, Literal::String(text) if ["", "null"].contains(&text.trim().to_lowercase().as_str()))
}

/// A value as text, without quotes.
fn plain(literal: &Literal) -> String {
    Cell::from(literal).to_string()
}

/// The references of models, and the variables that they set.
fn host(tables: &Tables) -> Host {
    let owned = |parts: [&str; 2]| parts.map(str::to_owned).to_vec();
    let mut all = tables.references.clone();
    all.insert(owned(BEFORE), "{{ before }}".to_owned());
    all.insert(owned(KEPT), "{{ kept }}".to_owned());
    Host { as_of: "{{ segc_as_of() }}".to_owned(), tables: all }
}

struct Dbt<'a> {
    session: &'a Session,
    target: &'a Target,
    plan: &'a Plan,
    host: Host,
}

impl<'a> Dbt<'a> {
    fn model(&self, segment: &'a SegmentPlan) -> Result<Model<'a>, Diagnostics> {
        let clock = &segment.evaluation.clock;
        let mut header = self.header(segment);
        let (rows, sql) = match segment.materialize {
            Materialize::View | Materialize::Inline => {
                let renderer = Renderer::new(&self.target.dialect, ClockForm::Query, clock);
                (Rows::View, renderer.within(&self.host).query(&segment.evaluation.query)?)
            }
            Materialize::Incremental if segment.refresh.strategy == Refresh::InsertOnly => {
                let (columns, query) = self.table(segment, true);
                header.push("Members never leave: only newcomers are written.".to_owned());
                (Rows::Incremental(columns), self.query(clock, &query)?)
            }
            Materialize::Table | Materialize::Incremental => {
                let (columns, query) = self.table(segment, false);
                (Rows::Table(columns), self.query(clock, &query)?)
            }
        };
        let problems = too_long(self.session, self.target, &segment.name, &sql);
        if problems.is_empty() { Ok(Model { segment, rows, header, sql }) } else { Err(problems) }
    }

    /// The lines above the SQL.
    fn header(&self, segment: &SegmentPlan) -> Vec<String> {
        let place =
            source(self.session, &segment.name).map_or_else(String::new, |place| format!(" ({place})"));
        let fingerprint: String = segment.fingerprint.chars().take(12).collect();
        vec![
            format!("{}{place}, fingerprint {fingerprint}", segment.name),
            "Generated by segc; changes will be lost.".to_owned(),
        ]
    }

    /// The columns of a table, and the query of its rows.
    fn table(&self, segment: &SegmentPlan, incremental: bool) -> (Vec<StoredColumn>, Query) {
        let [before, kept] = [BEFORE, KEPT].map(|parts| parts.map(str::to_owned));
        let fingerprint = [("segc_fingerprint", segment.fingerprint.as_str())];
        let stored = Stored {
            before: &before,
            kept: incremental.then_some(kept.as_slice()),
            constants: if incremental { &fingerprint } else { &[] },
        };
        let entered = KeyColumn { name: "entered_at".to_owned(), ty: Type::Timestamp };
        let clock = Clock::default();
        let renderer = Renderer::new(&self.target.dialect, ClockForm::Host, &clock);
        let column = |column: &KeyColumn| StoredColumn {
            name: column.name.clone(),
            written: renderer.name(&column.name),
            ty: renderer.type_name(&column.ty).unwrap_or_default(),
        };
        let value = |value: &ValueColumn| KeyColumn { name: value.name.clone(), ty: value.ty.clone() };
        let values: Vec<KeyColumn> = segment.columns.iter().map(value).collect();
        let columns = segment.keys.iter().chain(&values).chain([&entered]).map(column);
        (columns.collect(), rows(segment, &stored))
    }

    /// The keys of static lists.
    fn seeds(&self) -> Vec<Seed> {
        let clock = Clock::default();
        let renderer = Renderer::new(&self.target.dialect, ClockForm::Host, &clock);
        let seed = |segment: &SegmentPlan| {
            let list = segment.list.as_ref()?;
            let column =
                |key: &KeyColumn| (key.name.clone(), renderer.type_name(&key.ty).unwrap_or_default());
            Some(Seed {
                name: list.table.last()?.clone(),
                segment: segment.name.clone(),
                path: list.keys.path.clone(),
                columns: segment.keys.iter().map(column).collect(),
                rows: list.keys.rows.iter().map(|row| row.iter().map(plain).collect()).collect(),
            })
        };
        self.plan.segments.iter().filter_map(seed).collect()
    }

    fn query(&self, clock: &Clock, query: &Query) -> Result<String, Diagnostics> {
        Renderer::new(&self.target.dialect, ClockForm::Host, clock).within(&self.host).query(query)
    }

    /// Queries for the rows by which members would be wrong: entities and members that are there twice.
    fn tests(&self) -> Result<BTreeMap<String, String>, Diagnostics> {
        let mut tests = BTreeMap::new();
        for segment in self.plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline)
        {
            for unique in segment.evaluation.checks.iter().filter_map(|check| check.unique.as_ref()) {
                let entity = self.session.hir.catalog.entity(unique.entity);
                let fields: Vec<&str> =
                    unique.fields.iter().map(|&id| entity.field(id).name.as_str()).collect();
                let name = format!("{}_{}_is_unique", entity.name, fields.join("_"));
                let fields = fields.join(", ");
                let about = format!(
                    "Values of {fields} that several rows of {} have: there must be none.",
                    entity.name
                );
                let rows = plan::doubles(&self.session.hir, &self.plan.target, unique);
                tests.insert(name, self.test(&about, rows)?);
            }
            if segment.keys.len() > 1 {
                let about = format!("Members of {} that are there twice: there must be none.", segment.name);
                tests.insert(format!("{}_is_unique", segment.name), self.test(&about, repeated(segment))?);
            }
        }
        Ok(tests)
    }

    fn test(&self, about: &str, rows: Select) -> Result<String, Diagnostics> {
        let sql = self.query(&Clock::default(), &Query::of(rows))?;
        Ok(format!(
            "-- {}\n-- Generated by segc; changes will be lost.\n{sql}\n",
            about.replace(['{', '}'], "'")
        ))
    }
}
