//! Columns beside the key that a segment's tables have and the segment doesn't list any more, or lists with
//! another type.

use super::drive::Drive;
use super::problems::{OtherColumnType, UnlistedColumn};
use super::segment::Segment;
use super::shape::{Shapes, find};
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, quote_ident, quote_name};
use crate::plan::SegmentPlan;

/// What segc itself adds to the table of a segment's members.
const OWN: [&str; 2] = ["entered_at", "expires_at"];

impl Shapes<'_> {
    /// The problem that a table of a segment has one of its columns with another type: values would be cut or
    /// rounded.
    pub(super) fn other_type(&self, segment: &SegmentPlan, engine: &mut dyn Engine) -> Option<Diagnostic> {
        if segment.columns.is_empty() {
            return None;
        }
        for table in [Some(&segment.table), segment.kept.history.as_ref()].into_iter().flatten() {
            let there = engine.columns(table).unwrap_or_default();
            for column in &segment.columns {
                let Some(found) = find(&there, &column.name) else { continue };
                let declared = self.target.dialect.data_type(&column.ty)?;
                let Ok(wanted) = engine.type_name(&declared.to_string()) else { continue };
                if wanted == found.ty {
                    continue;
                }
                let (quoted, name) = (quote_name(table), quote_ident(&found.name));
                let before = quote_ident(&format!("{}_before", found.name));
                let change = match segment.kept.history.as_ref() == Some(table) {
                    true => format!("ALTER TABLE {quoted} RENAME COLUMN {name} TO {before}"),
                    false => format!("ALTER TABLE {quoted} DROP COLUMN {name}"),
                };
                let (table, column, found) = (table.join("."), column.name.clone(), found.ty.clone());
                return Some(OtherColumnType { span: None, table, column, found, wanted, change }.into());
            }
        }
        None
    }

    /// The columns that a segment's table has and the segment doesn't list.
    fn unlisted(&self, segment: &SegmentPlan, engine: &mut dyn Engine) -> Vec<String> {
        let keys = segment.keys.iter().map(|key| key.name.as_str());
        let columns = segment.columns.iter().map(|column| column.name.as_str());
        let listed: Vec<&str> = keys.chain(columns).chain(OWN).collect();
        let is_listed = |name: &str| listed.iter().any(|known| known.eq_ignore_ascii_case(name));
        let there = engine.columns(&segment.table).unwrap_or_default();
        there.into_iter().map(|column| column.name).filter(|name| !is_listed(name)).collect()
    }
}

impl<'a> Drive<'a> {
    /// Takes out the segments whose tables have a column with another type.
    pub(super) fn without_other_types<'s>(&mut self, segments: &mut Vec<&'s Segment<'a>>) {
        let tables = std::mem::take(segments);
        for segment in tables {
            let found = match segment.is_table() {
                true => self.shapes().other_type(segment.plan, self.engine()),
                false => None,
            };
            match found {
                Some(problem) => self.refused(segment, vec![problem].into()),
                None => segments.push(segment),
            }
        }
    }

    /// Reports the columns of a segment's table that it doesn't list, with the statement that drops one: it may be
    /// a person's.
    pub(super) fn report_unlisted(&mut self, segment: &Segment<'a>) {
        for column in self.shapes().unlisted(segment.plan, self.engine()) {
            let statements = self.plans().without_column(segment, &column).unwrap_or_default();
            let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
            let (span, table) = (segment.span, segment.plan.table.join("."));
            self.report(UnlistedColumn { span, table, column, drop: texts.join("; ") }.into());
        }
    }
}
