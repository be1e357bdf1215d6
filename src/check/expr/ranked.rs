//! Rows in the order of time: `first`, `last`, `latest N`, `earliest N`.

use crate::catalog::FieldId;
use crate::syntax::ast::{self, AggregateFunc};

use super::super::hir::RankedRows;
use super::super::problems::rows::{NoOrder, NoRowsTaken, RankedIdle};
use super::super::resolve::path_text;
use super::Checker;
use super::aggregate::{AggregateHead, declare_time, rows_text};

impl Checker<'_, '_> {
    /// `latest N` or `earliest N` of an aggregate, once it is sure that its rows have an order
    /// where it needs one.
    pub(super) fn order(
        &mut self,
        ast: &ast::Aggregate,
        found: &AggregateHead,
        times: &[(usize, FieldId)],
    ) -> Option<Option<RankedRows>> {
        let by_func = matches!(ast.func, AggregateFunc::First | AggregateFunc::Last);
        let needs = match &ast.ranked {
            Some(ranked) => Some((ranked_word(ranked), ranked.span)),
            None => by_func.then(|| (ast.func.word(), ast.func_span)),
        };
        let Some((what, span)) = needs else { return Some(None) };
        if times.is_empty() {
            let entity = self.known.names.catalog.entity(found.inner.this);
            let help = declare_time(entity).unwrap_or_else(|| {
                format!("`{}` has no date or timestamp: use `min`, `max` or `mode`", entity.name)
            });
            return self.fail(NoOrder { span, what, entity: entity.name.clone(), help });
        }
        let Some(ranked) = &ast.ranked else { return Some(None) };
        let count = u64::try_from(ranked.count).ok().filter(|count| *count > 0);
        let Some(count) = count else {
            let (word, count) = (ranked_word(ranked), ranked.count);
            return self.fail(NoRowsTaken { span: ranked.span, word, count });
        };
        self.warn_idle(ast, ranked, found);
        Some(Some(RankedRows { latest: ranked.latest, count }))
    }

    /// Warns of a `latest` or `earliest` that changes nothing, and says what may be meant.
    fn warn_idle(&mut self, ast: &ast::Aggregate, ranked: &ast::Ranked, found: &AggregateHead) {
        let rows = rows_text(found);
        let (word_of, count) = (ranked_word(ranked), ranked.count);
        let (why, help) = match (ast.func, ranked.latest) {
            (AggregateFunc::Exists, _) if ast.filter.is_none() => (
                "there is such a row exactly if there is any row".to_owned(),
                format!("write `exists({rows})`, or give it a window"),
            ),
            (AggregateFunc::Exists, latest) => {
                let end = if latest { "last" } else { "first" };
                let field = self.field_to_show(found);
                let why =
                    format!("`where` selects the rows before `{word_of}` does, so this is any such row");
                let help = if count == 1 {
                    format!(
                        "to test that row itself, write `{end}({rows}.{field}) = …`, \
                         or `every({word_of} 1 {rows} where …) and exists({rows})`"
                    )
                } else {
                    format!(
                        "to test those rows themselves, write `not every({word_of} {count} {rows} where not (…))`"
                    )
                };
                (why, help)
            }
            (AggregateFunc::Last, true) | (AggregateFunc::First, false) => {
                let func = ast.func.word();
                let path = path_text(found.path);
                (format!("`{func}` takes this row anyway"), format!("write `{func}({path})`"))
            }
            _ => return,
        };
        let taken = format!("{word_of} {count}");
        self.report(RankedIdle { span: ranked.span, taken, why, help });
    }

    /// A field of the rows that a condition is likely to be about.
    fn field_to_show(&self, found: &AggregateHead) -> String {
        let entity = self.known.names.catalog.entity(found.inner.this);
        let told = entity.fields.iter().find(|field| field.values.is_some());
        let other = || entity.fields.iter().find(|field| field.name == "status");
        told.or_else(other)
            .or(entity.fields.last())
            .map_or_else(|| "…".to_owned(), |field| field.name.clone())
    }
}

fn ranked_word(ranked: &ast::Ranked) -> &'static str {
    if ranked.latest { "latest" } else { "earliest" }
}
