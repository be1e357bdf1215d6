//! Twilio Segment: audiences in its query language.
//!
//! ```text
//! event('Shoes Bought').where(property('total') > 100).within(7 days).count() >= 1 AND trait('plan') = 'pro'
//! ```

mod parse;
mod token;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::events::SECTION;
use super::input::Input;
use super::problems::WrongShape;
use super::tool::Tool;
use crate::diagnostic::{SourceId, Span};
use crate::yaml::{Node, NodeKind};
use parse::Reader;

#[derive(Debug)]
pub(super) struct SegmentQuery;

/// A query and its place.
#[derive(Debug, Clone)]
struct Query {
    text: String,
    source: SourceId,
    /// Where it begins, if the file has it as it is.
    start: Option<usize>,
    whole: Span,
}

impl Query {
    fn span(&self, start: usize, end: usize) -> Span {
        match self.start {
            Some(at) => Span::new(self.source, at + start, at + end.max(start)),
            None => self.whole,
        }
    }
}

impl Tool for SegmentQuery {
    fn name(&self) -> &'static str {
        "segment"
    }

    fn title(&self) -> &'static str {
        "Segment"
    }

    fn takes(&self) -> &'static str {
        "a query of an audience, or the answer of its Public API with `definition: { query }`"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn sections(&self) -> &'static [&'static str] {
        &[SECTION]
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let mut all = Vec::new();
        for input in inputs {
            if input.text.trim_start().starts_with(['{', '[']) {
                let Some(tree) = input.tree(&mut import.problems) else { continue };
                declare(&tree, input, import, &mut all);
            } else {
                let name = import.given_name.clone().unwrap_or_else(|| "audience".to_owned());
                let query = Query {
                    text: input.text.to_string(),
                    source: input.source,
                    start: Some(0),
                    whole: input.span(),
                };
                all.extend(import.declare(&name, None, input.span()).map(|id| (id, query, None)));
            }
        }
        for (id, query, description) in all {
            import.translate(id, |import| {
                let condition = Reader::read(&query, import)?;
                Some(Body::of(condition).described(description))
            });
        }
    }
}

fn declare(
    node: &Node,
    input: &Input,
    import: &mut Import<'_>,
    all: &mut Vec<(DraftId, Query, Option<String>)>,
) {
    if let NodeKind::List(items) = &node.kind {
        return items.iter().for_each(|item| declare(item, input, import, all));
    }
    for key in ["data", "audiences", "audience"] {
        if let Some(inner) = entry(node, key) {
            return declare(inner, input, import, all);
        }
    }
    let definition = entry(node, "definition").unwrap_or(node);
    let Some(written @ Node { kind: NodeKind::String(text), .. }) = entry(definition, "query") else {
        let (expected, found) =
            ("an audience with `definition: { query }`".to_owned(), node.found().to_owned());
        import.problems.push(WrongShape { span: node.span, expected, found, help: None });
        return;
    };
    let name = entry_text(node, "name").map(str::to_owned).or_else(|| import.given_name.clone());
    let name = name.unwrap_or_else(|| "audience".to_owned());
    let key = entry_text(node, "key")
        .or_else(|| entry_text(node, "id"))
        .map_or_else(|| name.clone(), str::to_owned);
    let (from, to) = (written.span.start as usize, written.span.end as usize);
    let start = input.text.get(from..to).and_then(|slice| slice.find(text.as_str())).map(|at| from + at);
    let query = Query { text: text.clone(), source: input.source, start, whole: written.span };
    let description = entry_text(node, "description").map(str::to_owned);
    let place = entry(node, "name").map_or(node.span, |node| node.span);
    all.extend(import.declare(&key, Some(&name), place).map(|id| (id, query, description)));
}
