//! Static lists: segments whose members are the keys in a file, or in another entity's rows.
//!
//! Before anything is checked, a link leads from the segment's entity to the keys. A member is a row from
//! which the link leads to one.

use crate::catalog::{EntityId, list_name};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{self, Aggregate, AggregateFunc, Expr, ExprKind, Listed, Name, PathPart};
use crate::types::Materialize;

use super::expr::Checker;
use super::hir::Cond;
use super::names::{Member, Names};
use super::problems::lists::{ListRule, ListStorage};
use super::properties::Read;
use super::resolve::NameScope;

/// Reports what a list can't have, and decides how it is stored: always in a table of its own.
pub(super) fn check(names: &Names, read: &mut [Read], default: Materialize, problems: &mut Diagnostics) {
    for (item, read) in names.segments.iter().zip(read) {
        let Some(listed) = &item.ast.listed else { continue };
        let before = problems.len();
        let rules = item.ast.rules.iter().map(|rule| (rule.span, "rules"));
        let keeps = item.ast.keeps.iter().map(|keep| (keep.span, "a `keep`"));
        let expire = read.properties.expire.iter().map(|(_, _, span)| (*span, "an `expire`"));
        for (span, what) in rules.chain(keeps).chain(expire) {
            let (segment, entity) = (item.ast.name.text.clone(), item.ast.entity.text.clone());
            problems.push(ListRule { span, what, segment, entity, list: listed.span() });
        }
        match read.properties.materialize {
            Some((how, span)) if !how.is_table() => {
                problems.push(ListStorage { span, how: how.name(), list: listed.span() });
            }
            // Which rows of a file are new is known only by comparing all.
            Some((_, span)) if matches!(listed, Listed::File { .. }) => {
                read.properties.materialize = Some((Materialize::Table, span));
            }
            None if matches!(listed, Listed::File { .. }) || !default.is_table() => {
                read.properties.materialize = Some((Materialize::Table, listed.span()));
            }
            _ => {}
        }
        read.is_sound &= problems.len() == before;
    }
}

impl Checker<'_, '_> {
    /// That a row's key is in a segment's list.
    pub(super) fn listed(
        &mut self,
        segment: &ast::Segment,
        listed: &Listed,
        entity: EntityId,
    ) -> Option<Cond> {
        let span = listed.span();
        if let Listed::Entity { entity, .. } = listed {
            self.known.names.listed_entity(entity).map_err(|problem| self.report(problem)).ok()?;
        }
        let name = list_name(&segment.name.text);
        if !matches!(self.known.names.member(entity, &name), Some(Member::Link(_))) {
            // The file, or the entity's fields, have an error of their own.
            self.report(Diagnostic::reported());
            return None;
        }
        self.cond(&exists(name, span), &NameScope::of(entity))
    }
}

/// `exists(…)` over a link, written as a whole at a place.
fn exists(link: String, span: Span) -> Expr {
    let part = PathPart { name: Name { text: link, span }, event: None };
    let path = ast::Path { parts: vec![part], span };
    let arg = Expr { kind: ExprKind::Path(path), span };
    let func = AggregateFunc::Exists;
    let aggregate = Aggregate { func, func_span: span, ranked: None, arg, window: None, filter: None };
    Expr { kind: ExprKind::Aggregate(Box::new(aggregate)), span }
}
