//! Checks, after a script has failed, whether the tables it found have the expected columns.

use super::doubles;
use super::problems::{ColumnGone, OtherShape};
use super::segment::Work;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::diagnostic::Diagnostic;
use crate::engine::problems::CheckFailed;
use crate::engine::{Engine, StoredColumn};
use crate::plan::program::TableDef;
use crate::plan::{TableRead, Unique};

/// The maximum number of segments named in a message.
const NAMED: usize = 5;

/// What is known without the database.
#[derive(Clone, Copy)]
pub(super) struct Shapes<'a> {
    pub(super) session: &'a Session,
    pub(super) target: &'a Target,
}

impl Shapes<'_> {
    /// How the tables that a segment's script reads and writes differ from what it expects. Missing
    /// tables, and what a database doesn't report, don't count.
    pub(super) fn differences(&self, work: &Work<'_>, engine: &mut dyn Engine) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for read in work.reads {
            let there = engine.columns(&read.table).unwrap_or_default();
            found.extend(self.columns_gone(read, &there));
        }
        for made in &work.tables {
            let there = engine.columns(&made.name).unwrap_or_default();
            if there.is_empty() {
                continue;
            }
            let what = self.lacks(made, &there, engine);
            if !what.is_empty() {
                let (table, what) = (made.name.join("."), what.join("; "));
                let holds = if made.name == work.table {
                    Some("the `entered_at` of its members")
                } else {
                    work.kept.contains(&made.name).then_some("what it holds")
                };
                found.push(OtherShape { span: None, table, what, holds }.into());
            }
        }
        found
    }

    /// The problem that rows of an entity have the same key, with the segments that were not built
    /// because of it.
    pub(super) fn not_unique(
        &self,
        unique: &Unique,
        segments: &[String],
        engine: &mut dyn Engine,
    ) -> Diagnostic {
        let doubles = doubles::count(self.session, self.target, unique, engine);
        let entity = self.session.hir.catalog.entity(unique.entity);
        let keys = doubles.found.map(|found| format!(": {found}")).unwrap_or_default();
        let names: Vec<String> = segments.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = match segments.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let be = if segments.len() == 1 { "was" } else { "were" };
        let said = format!(
            "several rows of `{}` have the same {}{keys}; {}{more} {be} not built",
            entity.name,
            doubles.columns,
            names.join(", "),
        );
        CheckFailed { span: Some(entity.span), said }.into()
    }

    /// The columns that a table lacks or has with another type.
    fn lacks(&self, made: &TableDef, there: &[StoredColumn], engine: &mut dyn Engine) -> Vec<String> {
        let mut what = Vec::new();
        for column in &made.columns {
            let name = &column.name;
            let Some(found) = find(there, name) else {
                what.push(format!("it has no column `{name}`"));
                continue;
            };
            let declared = self.target.dialect.data_type(&column.ty);
            let wanted = declared.and_then(|declared| engine.type_name(&declared.to_string()).ok());
            if let Some(wanted) = wanted.filter(|wanted| *wanted != found.ty) {
                what.push(format!("`{name}` is {}, not {wanted}", found.ty));
            }
        }
        what
    }

    fn columns_gone(&self, read: &TableRead, there: &[StoredColumn]) -> Vec<Diagnostic> {
        let catalog = &self.session.hir.catalog;
        let Some(entity) = catalog.find(&read.entity).map(|id| catalog.entity(id)) else { return Vec::new() };
        let is_gone = |column: &&String| !there.is_empty() && find(there, column).is_none();
        let gone = read.columns.iter().filter(is_gone).map(|column| {
            let reads = entity.fields.iter().filter(|field| field.column.eq_ignore_ascii_case(column));
            let fields = reads.clone().map(|field| format!("{}.{}", entity.name, field.name)).collect();
            let (table, column) = (read.table.join("."), column.clone());
            ColumnGone { span: reads.map(|field| field.span).next(), table, column, fields }.into()
        });
        gone.collect()
    }
}

/// Finds a column by its name. Engines fold case differently.
pub(super) fn find<'a>(there: &'a [StoredColumn], name: &str) -> Option<&'a StoredColumn> {
    there.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}
