//! Columns beside the key: their names, their types, and where they aren't allowed.

use std::collections::HashMap;

use crate::catalog::EntityId;
use crate::diagnostic::{Diagnostics, Span};
use crate::syntax::ast::{self, ExprKind};
use crate::types::{Materialize, Type};

use super::expr::{Checker, describe};
use super::hir::{Aggregate, Column, Cond, Hir, Periods, Segment, Sequence, Value, ValueKind};
use super::names::Names;
use super::problems::columns::{
    ClockColumn, NoTableForColumns, NotAColumn, SecondWith, TakenColumn, UnnamedColumn,
};
use super::properties::Read;
use super::resolve::{NameScope, path_text};
use super::visit::{Visitor, walk_value};

/// The columns that segc's own tables of a segment have beside its key.
const OWN_COLUMNS: [&str; 7] =
    ["entered_at", "expires_at", "left_at", "run_seq", "action", "logged_at", "segment"];

/// Reports columns of segments that are stored nowhere, and more than one `with`. Segments with such a
/// problem are no longer sound.
pub(super) fn check(names: &Names, read: &mut [Read], default: Materialize, problems: &mut Diagnostics) {
    for (item, read) in names.segments.iter().zip(read).filter(|(_, read)| read.disabled.is_none()) {
        let [first, others @ ..] = &item.ast.columns[..] else { continue };
        for second in others {
            problems.push(SecondWith { span: second.span, first: first.span });
            read.is_sound = false;
        }
        let (how, how_span) = match read.properties.materialize {
            Some((how, span)) => (how, Some(span)),
            None => (default, None),
        };
        if how == Materialize::Inline {
            let segment = item.ast.name.text.clone();
            problems.push(NoTableForColumns { span: first.span, segment, how_span });
            read.is_sound = false;
        }
    }
}

impl Checker<'_, '_> {
    /// Checks the columns of a segment; `None` if one has an error.
    pub(super) fn columns(&mut self, segment: &ast::Segment, entity: EntityId) -> Option<Vec<Column>> {
        let scope = NameScope::of(entity);
        let written = segment.columns.iter().flat_map(|with| &with.columns);
        let mut seen: HashMap<String, Span> = HashMap::new();
        let columns: Vec<Option<Column>> = written
            .map(|column| {
                let value = self.column_value(&column.value, &scope);
                let name = self.column_name(column, entity, &mut seen);
                Some(Column { name: name?, value: value? })
            })
            .collect();
        columns.into_iter().collect()
    }

    fn column_value(&mut self, written: &ast::Expr, scope: &NameScope) -> Option<Value> {
        let value = self.value(written, scope)?;
        if matches!(value.ty, Type::Json | Type::Array(_)) {
            let (what, ty) = (describe(written), value.ty.to_string());
            return self.fail(NotAColumn { span: written.span, what, ty });
        }
        Some(value)
    }

    fn column_name(
        &mut self,
        column: &ast::Column,
        entity: EntityId,
        seen: &mut HashMap<String, Span>,
    ) -> Option<String> {
        let (name, span) = match (&column.name, &column.value.kind) {
            (Some(name), _) => (name.text.clone(), name.span),
            (None, ExprKind::Path(path)) => match &path.parts[..] {
                [only] if only.event.is_none() => (only.name.text.clone(), only.name.span),
                parts => {
                    let words: Vec<&str> = parts.iter().map(|part| part.name.text.as_str()).collect();
                    let (written, proposed) = (Some(path_text(path)), Some(words.join("_")));
                    return self.fail(UnnamedColumn { span: path.span, written, proposed });
                }
            },
            (None, _) => {
                let span = column.value.span;
                return self.fail(UnnamedColumn { span, written: None, proposed: None });
            }
        };
        let folded = name.to_lowercase();
        let catalog = self.known.names.catalog.entity(entity);
        let is_key = catalog.key.iter().any(|&key| catalog.field(key).column.to_lowercase() == folded);
        let first = seen.get(&folded).copied();
        let by = match first {
            Some(_) => "the name of another column",
            None if is_key => "a column of the key",
            None if OWN_COLUMNS.contains(&folded.as_str()) => "a column of segc's own",
            None => {
                seen.insert(folded, span);
                return Some(name);
            }
        };
        self.fail(TakenColumn { span, name, by, first })
    }
}

/// Warns of columns of tables whose values change whenever the clock moves.
pub(super) fn warn(hir: &Hir, default: Materialize, problems: &mut Diagnostics) {
    let is_table = |segment: &&Segment| {
        segment.properties.materialize.map_or(default, |(materialize, _)| materialize).is_table()
    };
    for column in hir.segments.iter().filter(is_table).flat_map(|segment| &segment.columns) {
        if follows_clock(hir, &column.value) {
            let (span, name) = (column.value.span, column.name.clone());
            problems.push(ClockColumn { span, name });
        }
    }
}

/// Whether a value is computed from the clock itself, rather than from rows that a window or a condition
/// chooses.
#[must_use]
pub(crate) fn follows_clock(hir: &Hir, value: &Value) -> bool {
    let mut clock = Clock { hir, found: false };
    clock.value(value);
    clock.found
}

struct Clock<'a> {
    hir: &'a Hir,
    found: bool,
}

impl Visitor for Clock<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Now => self.found = true,
            ValueKind::Trait(_, id) => self.value(&self.hir.computed(*id).value),
            _ => walk_value(self, value),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        aggregate.value.iter().for_each(|value| self.value(value));
    }

    fn cond(&mut self, _cond: &Cond) {}

    fn periods(&mut self, _periods: &Periods) {}

    fn sequence(&mut self, _sequence: &Sequence) {}
}
