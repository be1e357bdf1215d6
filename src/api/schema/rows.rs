//! Compares what the catalog promises of values with the schema, and with the rows for what the
//! schema leaves open.

use super::problems::{Listed, NotANumber, OtherValues, Rows, ValuesMissing};
use super::{Comparison, Pair, shown};
use crate::catalog::{Entity, Mark, Storage};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{ColumnType, DeletedRows, Found, Look, Source, SourceColumn};
use crate::types::Type;

impl Comparison<'_> {
    /// Looks at the rows for what the schema leaves open.
    pub(super) fn rows(
        &mut self,
        entity: &Entity,
        table: &[String],
        pairs: &[Pair<'_>],
        known: &[SourceColumn],
    ) {
        let mut looks: Vec<(Pair<'_>, Look)> = Vec::new();
        for &pair in pairs.iter().filter(|(field, _)| field.inside.is_none()) {
            let (field, column) = pair;
            if !field.nullable && column.nullable {
                looks.push((pair, Look::Missing(column.name.clone())));
            }
            let is_float = matches!(column.holds, ColumnType::Float { .. });
            if is_float && field.ty == Type::Float && field.storage == Storage::Native {
                looks.push((pair, Look::NotANumber(column.name.clone())));
            }
            let Some(values) = &field.values else { continue };
            match (&column.holds, &column.allowed) {
                (ColumnType::Enum(labels), _) => self.values(entity, table, pair, labels, Listed::ByType),
                (ColumnType::Text | ColumnType::Char, Some(allowed)) => {
                    self.values(entity, table, pair, allowed, Listed::ByConstraint);
                }
                (ColumnType::Text | ColumnType::Char, None) => {
                    looks.push((pair, Look::Outside(column.name.clone(), values.to_vec())));
                }
                _ => {}
            }
        }
        if looks.is_empty() {
            return;
        }
        // Deleted rows are none.
        let mark = entity.mark().map(|mark| DeletedRows {
            column: &entity.field(mark.field()).column,
            state: match mark {
                Mark::Time(_) => None,
                Mark::Flag(flag) => Some(flag.deleted),
            },
        });
        let mark =
            mark.filter(|mark| known.iter().any(|column| self.engine.same_name(&column.name, mark.column)));
        let asked: Vec<Look> = looks.iter().map(|(_, look)| look.clone()).collect();
        match self.engine.look(Source::Table(table), &asked, mark, self.most_rows) {
            Ok(looked) => {
                // Where as many were read as may be, there are more.
                let first = self.most_rows.filter(|&most| looked.rows >= u64::from(most));
                if first.is_some() {
                    self.partly_read.push(table.join("."));
                }
                for ((pair, look), found) in looks.iter().zip(looked.found) {
                    if found.rows > 0 {
                        self.found(entity, table, *pair, look, found, first);
                    }
                }
            }
            Err(error) => self.problems.push(Diagnostic::from(error)),
        }
    }

    /// Compares the values that a field declares with those that the schema lists.
    fn values(
        &mut self,
        entity: &Entity,
        table: &[String],
        (field, column): Pair<'_>,
        listed: &[String],
        by: Listed,
    ) {
        let declared = field.values.as_deref().unwrap_or_default();
        // A column of padded text has no spaces at the end.
        let listed = listed.iter().map(|text| match column.holds {
            ColumnType::Char => text.trim_end_matches(' '),
            _ => text.as_str(),
        });
        let others: Vec<String> =
            listed.filter(|text| !declared.iter().any(|one| one == text)).map(str::to_owned).collect();
        if !others.is_empty() {
            self.problems.push(OtherValues {
                span: Some(field.span),
                field: shown(entity, field),
                column: format!("{}.{}", table.join("."), column.name),
                values: others,
                found: by,
            });
        }
    }

    fn found(
        &mut self,
        entity: &Entity,
        table: &[String],
        (field, column): Pair<'_>,
        look: &Look,
        found: Found,
        first: Option<u32>,
    ) {
        let (span, is_personal) = (Some(field.span), field.pii);
        let rows = Rows { rows: found.rows, first };
        let (field, column) = (shown(entity, field), format!("{}.{}", table.join("."), column.name));
        let problem: Diagnostic = match look {
            Look::Missing(_) => ValuesMissing { span, field, column, rows }.into(),
            Look::NotANumber(_) => NotANumber { span, field, column, rows }.into(),
            Look::Outside(..) => {
                // Personal data is in no message.
                let values = found.example.into_iter().filter(|_| !is_personal).collect();
                OtherValues { span, field, column, values, found: Listed::InRows(rows) }.into()
            }
        };
        debug_assert_eq!(problem.severity, Severity::Error);
        self.problems.push(problem);
    }
}
