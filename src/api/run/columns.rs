//! Columns beside the key that a segment's tables have and the segment doesn't list any more, or lists with
//! another type.

use super::drive::Drive;
use super::problems::{OtherColumnType, UnlistedColumn};
use super::segment::Segment;
use super::shape::{Shapes, find};
use crate::engine::Engine;
use crate::plan::SegmentPlan;

/// What segc itself adds to the table of a segment's members.
const OWN: [&str; 2] = ["entered_at", "expires_at"];

/// A column that a table has with another type than the segment.
struct OtherType {
    table: Vec<String>,
    is_history: bool,
    /// Its name in the table.
    column: String,
    found: String,
    wanted: String,
}

impl Shapes<'_> {
    /// The first column that a table of a segment has with another type: values would be cut or rounded.
    fn other_type(&self, segment: &SegmentPlan, engine: &mut dyn Engine) -> Option<OtherType> {
        if segment.columns.is_empty() {
            return None;
        }
        let history = segment.kept.history.as_ref();
        for table in [Some(&segment.table), history].into_iter().flatten() {
            let there = engine.columns(table).unwrap_or_default();
            for column in &segment.columns {
                let Some(found) = find(&there, &column.name) else { continue };
                let declared = self.target.dialect.data_type(&column.ty)?;
                let Ok(wanted) = engine.type_name(&declared.to_string()) else { continue };
                if wanted == found.ty {
                    continue;
                }
                let (is_history, table) = (history == Some(table), table.clone());
                let (column, found) = (found.name.clone(), found.ty.clone());
                return Some(OtherType { table, is_history, column, found, wanted });
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
            let Some(OtherType { table, is_history, column, found, wanted }) = found else {
                segments.push(segment);
                continue;
            };
            let drop = (!is_history).then(|| self.drop_column(segment, &column));
            let (span, table) = (None, table.join("."));
            self.refused(
                segment,
                vec![OtherColumnType { span, table, column, found, wanted, drop }.into()].into(),
            );
        }
    }

    /// The statement that drops a column from the table of a segment's members.
    fn drop_column(&mut self, segment: &Segment<'a>, column: &str) -> String {
        let statements = self.plans().without_column(segment, column).unwrap_or_default();
        let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
        texts.join("; ")
    }

    /// Reports the columns of a segment's table that it doesn't list, with the statement that drops one: it may be
    /// a person's.
    pub(super) fn report_unlisted(&mut self, segment: &Segment<'a>) {
        for column in self.shapes().unlisted(segment.plan, self.engine()) {
            let drop = self.drop_column(segment, &column);
            let (span, table) = (segment.span, segment.plan.table.join("."));
            self.report(UnlistedColumn { span, table, column, drop }.into());
        }
    }
}
