//! Personal data in the tables of segments that everyone may read.

use super::problems::PersonalOutput;
use crate::analyze::is_personal;
use crate::check::hir::Hir;
use crate::diagnostic::Diagnostics;

/// Warns of columns that hold personal data in segments without `access`.
pub(super) fn personal(hir: &Hir, problems: &mut Diagnostics) {
    for segment in hir.segments.iter().filter(|segment| segment.properties.access.is_empty()) {
        for column in segment.columns.iter().filter(|column| is_personal(hir, &column.value)) {
            problems.push(PersonalOutput {
                span: column.value.span,
                segment: segment.name.clone(),
                column: column.name.clone(),
            });
        }
    }
}
