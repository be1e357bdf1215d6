//! Actions: named sets of events, of which any step may fit.

use super::Reader;
use super::behavior::Subject;
use super::property::{On, optional_text};
use crate::diagnostic::Span;
use crate::import::segment::draft::entry;
use crate::import::segment::events::Events;
use crate::import::segment::patterns::Dialect;
use crate::import::segment::problems::{NoEquivalent, UnknownReference};
use crate::import::segment::sql::like;
use crate::import::segment::values::scalar_text;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Node, NodeKind};

/// What steps look for in the elements of a page, which isn't among the properties of an event.
const ELEMENTS: [&str; 4] = ["selector", "text", "href", "tag_name"];

impl Reader<'_, '_, '_> {
    /// The events of an action.
    pub(super) fn action(&mut self, id: &str, span: Span, events: &Events) -> Option<Subject> {
        let known = |node: &&&Node| entry(node, "id").and_then(scalar_text).as_deref() == Some(id);
        let Some(action) = self.actions.iter().find(known).copied() else {
            let known =
                self.actions.iter().filter_map(|node| entry(node, "id").and_then(scalar_text)).collect();
            let effect = "it is an action, and the files have no such action; pass the answer of /api/projects/:id/actions as well";
            return self.import.refuse(UnknownReference { span, name: id.to_owned(), effect, known });
        };
        let steps = self.import.list(action, "steps")?;
        if steps.is_empty() {
            let what = "the action has no steps, which PostHog rejects".to_owned();
            return self.import.refuse(NoEquivalent {
                span: action.span,
                what,
                help: "give it a step".to_owned(),
            });
        }
        let parts: Vec<_> = steps.iter().map(|step| self.step(step, events)).collect();
        let parts: Vec<(Option<String>, Expr)> = parts.into_iter().collect::<Option<_>>()?;
        // Of one event, its name goes into the path.
        if let [(Some(name), condition)] = parts.as_slice() {
            let filter = Some(condition.clone()).filter(|all| make::constant(all) != Some(true));
            return Some(Subject { path: events.named(name), filter });
        }
        let whole = parts.into_iter().map(|(name, condition)| {
            let named = name.map(|name| make::equal(events.name_field(), make::text(name)));
            make::all(named.into_iter().chain([condition]))
        });
        let filter = Some(make::any(whole)).filter(|all| make::constant(all) != Some(true));
        Some(Subject { path: events.all(), filter })
    }

    /// A step: the name of its event, if it has one, and its other conditions.
    fn step(&mut self, step: &Node, events: &Events) -> Option<(Option<String>, Expr)> {
        for key in ELEMENTS {
            if let Some(value) = entry(step, key).filter(|_| optional_text(step, key).is_some()) {
                let what = format!("the action looks for the `{key}` of an element of the page");
                let help =
                    "name an event instead of autocapture, or remove the action from the cohort".to_owned();
                return self.import.refuse(NoEquivalent { span: value.span, what, help });
            }
        }
        let mut parts = Vec::new();
        if let Some(url) = optional_text(step, "url") {
            let place = entry(step, "url").map_or(step.span, |node| node.span);
            parts.push(self.url(step, url, place, events)?);
        }
        if let Some(properties) = entry(step, "properties").filter(|node| node.kind != NodeKind::Null) {
            let NodeKind::List(filters) = &properties.kind else {
                return self.import.wrong(properties, "a list of filters");
            };
            let found: Vec<_> = filters.iter().map(|filter| self.step_filter(filter, events)).collect();
            parts.extend(found.into_iter().collect::<Option<Vec<_>>>()?);
        }
        Some((optional_text(step, "event").map(str::to_owned), make::all(parts)))
    }

    fn step_filter(&mut self, filter: &Node, events: &Events) -> Option<Expr> {
        if super::entry_text(filter, "type") == Some("person") {
            let what = "the action asks for a property of the person".to_owned();
            let help = "ask for it in the cohort itself".to_owned();
            return self.import.refuse(NoEquivalent { span: filter.span, what, help });
        }
        let _ = On::Person;
        self.event_filter(filter, events)
    }

    fn url(&mut self, step: &Node, url: &str, span: Span, events: &Events) -> Option<Expr> {
        let field = self.import.event_field(events, "$current_url", span, Some(&Type::String))?;
        if field.ty != Type::String {
            return self.import.unfit(&field, span, "a URL is compared as text".to_owned(), None);
        }
        match optional_text(step, "url_matching") {
            Some("exact") => Some(make::equal(field.expr(), make::text(url))),
            Some("regex") => {
                let pattern = self.import.pattern(url, Dialect::Go, (false, false), span)?;
                Some(make::matches(field.expr(), pattern))
            }
            // A pattern of LIKE.
            None | Some("contains") => match like(field.expr(), &format!("%{url}%"), Some('\\'), false) {
                Some(condition) => Some(condition),
                None => {
                    let what = "the URL ends with a backslash".to_owned();
                    self.import.refuse(NoEquivalent { span, what, help: "correct it".to_owned() })
                }
            },
            Some(_) => {
                let other = entry(step, "url_matching").unwrap_or(step);
                self.import.wrong(other, "`contains`, `exact` or `regex`")
            }
        }
    }
}
