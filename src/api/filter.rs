//! Segments as conditions in somebody else's query.

use super::scripts::select_sql;
use super::session::{Options, Session};
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::plan;
use crate::plan::rel::{Clock, Relation, Scalar, Select, TableRef, all};
use crate::sql::{ClockForm, Renderer};

/// A segment as a condition of rows in a query that has a subquery for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The segment.
    pub segment: String,
    /// Its entity.
    pub entity: String,
    /// The columns of the entity's key, which the rows need, each with its type in the catalog.
    pub keys: Vec<(String, String)>,
    /// The name of the subquery (`WITH name AS (sql)`), as it is written in SQL.
    pub name: String,
    /// The SELECT of its members, which reads nothing but the catalog's tables.
    pub sql: String,
    /// The subquery with its name.
    pub subquery: String,
    /// The condition: true for rows of members, false for all others.
    pub condition: String,
}

impl Session {
    /// Segments as conditions of rows. `rows` is the alias of the rows' table; without one it is the name of
    /// the segment's entity.
    ///
    /// # Errors
    ///
    /// Reports what the target or the policy rejects, for all segments.
    pub fn filters(
        &self,
        target: &str,
        segments: &[SegmentId],
        rows: Option<&str>,
        options: &Options,
    ) -> Result<Vec<Filter>, Diagnostics> {
        let (mut filters, mut problems) = (Vec::new(), Diagnostics::new());
        for &segment in segments {
            match self.filter(target, segment, rows, options) {
                Ok(filter) => filters.push(filter),
                Err(found) => problems.append(found),
            }
        }
        if problems.is_empty() { Ok(filters) } else { Err(problems) }
    }

    fn filter(
        &self,
        target: &str,
        id: SegmentId,
        rows: Option<&str>,
        options: &Options,
    ) -> Result<Filter, Diagnostics> {
        let planned = self.standalone(target, id, options)?;
        let target = self.target(target).ok_or_else(Diagnostics::new)?;
        let sql = select_sql(self, target, &planned, options.as_of)?;
        let form = options.as_of.map_or(ClockForm::Query, ClockForm::Literal);
        let of_members = Renderer::new(&target.dialect, form, &planned.evaluation.clock);
        let segment = self.hir.segment(id);
        let entity = self.hir.catalog.entity(segment.entity);
        let keys: Vec<_> = entity.key.iter().map(|&id| entity.field(id)).collect();
        let clock = Clock::default();
        let renderer = Renderer::new(&target.dialect, ClockForm::Script, &clock);
        let rows = rows.unwrap_or(&entity.name);
        let name = self.subquery_name(&segment.name, rows, &target.name);
        let agree =
            |column: &String| Scalar::equal(Scalar::column(&name, column), Scalar::column(rows, column));
        let members = Select {
            columns: Select::one().columns,
            from: Some(TableRef::new(Relation::Cte(name.clone()), &name)),
            filter: all(keys.iter().map(|field| agree(&field.column)).collect()),
            ..Select::default()
        };
        Ok(Filter {
            segment: segment.name.clone(),
            entity: entity.name.clone(),
            keys: keys.iter().map(|field| (field.column.clone(), field.ty.to_string())).collect(),
            name: renderer.name(&name),
            sql,
            subquery: of_members.named_subquery(&name, &planned.evaluation.query)?,
            condition: renderer.scalar(&Scalar::exists(members, false))?,
        })
    }

    /// The name of a segment's subquery: the segment's own, unless it would hide a table that segments read,
    /// or the rows themselves.
    fn subquery_name(&self, segment: &str, rows: &str, target: &str) -> String {
        let tables = plan::tables(&self.hir, target);
        let hides = |name: &str| tables.contains(&name.to_lowercase()) || name.eq_ignore_ascii_case(rows);
        let mut name = segment.to_owned();
        while hides(&name) {
            name.insert_str(0, "segment_");
        }
        name
    }
}
