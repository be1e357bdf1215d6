//! PostHog: cohorts, as its API lists them or as bare filters, with its actions and its project's settings.
//!
//! Read in its sources: `hogql_cohort_query.py` (what each condition asks), `property.py` (operators),
//! `query_date_range.py` and `events_query_runner.py` (windows). Windows of counts begin at an instant;
//! those of all other conditions on events begin with a day and end with one.

mod action;
mod behavior;
mod property;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::events::SECTION;
use super::input::Input;
use super::mapping::Naming;
use super::problems::{NoEquivalent, UnknownOperator, UnknownReference, WrongShape};
use super::tool::Tool;
use super::values::scalar_text;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Node, NodeKind};
use property::On;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct PostHog;

/// A cohort in the files.
struct Cohort<'n> {
    id: DraftId,
    node: &'n Node,
}

/// What the files hold.
#[derive(Default)]
struct Found<'n> {
    cohorts: Vec<&'n Node>,
    /// Filters without a cohort around them.
    bare: Vec<&'n Node>,
    actions: Vec<&'n Node>,
    /// The filters of internal and test users.
    test_accounts: Option<&'n Node>,
    /// The types of properties, of persons and of events alike: the answer doesn't tell them apart. `None` if
    /// a name has several.
    types: BTreeMap<&'n str, Option<Type>>,
}

impl Tool for PostHog {
    fn name(&self) -> &'static str {
        "posthog"
    }

    fn title(&self) -> &'static str {
        "PostHog"
    }

    fn takes(&self) -> &'static str {
        "the answer of /api/projects/:id/cohorts (with those of …/actions and of the project itself, if cohorts need them, and of …/property_definitions for types), or a cohort's `filters`"
    }

    fn event_key(&self) -> &'static str {
        "uuid"
    }

    fn sections(&self) -> &'static [&'static str] {
        &[SECTION]
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut found = Found::default();
        for tree in &trees {
            found.sort(tree, import);
        }
        let mut cohorts = Vec::new();
        for node in &found.cohorts {
            declare(node, import, &mut cohorts);
        }
        for (at, node) in found.bare.iter().enumerate() {
            let name = import.given_name.clone().unwrap_or_else(|| "cohort".to_owned());
            let key = if at == 0 { name } else { format!("{name} {}", at + 1) };
            cohorts.extend(import.declare(&key, None, node.span).map(|id| Cohort { id, node }));
        }
        for cohort in &cohorts {
            import.translate(cohort.id, |import| {
                let (actions, types) = (found.actions.as_slice(), &found.types);
                Reader { import, actions, test_accounts: found.test_accounts, types }.cohort(cohort.node)
            });
        }
    }
}

impl<'n> Found<'n> {
    /// Sorts the contents of a file by what they are.
    fn sort(&mut self, tree: &'n Node, import: &mut Import<'_>) {
        if let Some(results) = entry(tree, "results") {
            return self.sort(results, import);
        }
        match &tree.kind {
            NodeKind::List(items) => items.iter().for_each(|item| self.sort(item, import)),
            _ if entry(tree, "steps").is_some() => self.actions.push(tree),
            _ if entry(tree, "property_type").is_some() => {
                if let (Some(name), Some(ty)) = (entry_text(tree, "name"), defined(tree)) {
                    let known = self.types.entry(name).or_insert(Some(ty.clone()));
                    if *known != Some(ty) {
                        *known = None;
                    }
                }
            }
            _ if entry(tree, "test_account_filters").is_some() => {
                self.test_accounts = entry(tree, "test_account_filters");
            }
            _ if entry(tree, "filters").is_some()
                || entry(tree, "is_static").is_some()
                || entry(tree, "groups").is_some() =>
            {
                self.cohorts.push(tree);
            }
            _ if entry(tree, "properties").is_some() || entry(tree, "values").is_some() => {
                self.bare.push(tree);
            }
            _ => {
                let (expected, found) =
                    ("a cohort, an action or filters".to_owned(), tree.found().to_owned());
                import.problems.push(WrongShape { span: tree.span, expected, found, help: None });
            }
        }
    }
}

/// The type of a definition of a property, if it has one.
fn defined(definition: &Node) -> Option<Type> {
    Some(match entry_text(definition, "property_type")? {
        "String" => Type::String,
        "Numeric" | "Duration" => Type::DECIMAL,
        "Boolean" => Type::Boolean,
        "DateTime" => Type::Timestamp,
        _ => return None,
    })
}

fn declare<'n>(node: &'n Node, import: &mut Import<'_>, cohorts: &mut Vec<Cohort<'n>>) {
    let title = entry_text(node, "name").map(str::to_owned).or_else(|| import.given_name.clone());
    let id = entry(node, "id").and_then(scalar_text);
    let Some(key) = id.or_else(|| title.clone()) else {
        let (expected, found) = ("a cohort with an `id` or a `name`".to_owned(), node.found().to_owned());
        import.problems.push(WrongShape { span: node.span, expected, found, help: None });
        return;
    };
    let is_static = matches!(entry(node, "is_static"), Some(Node { kind: NodeKind::Bool(true), .. }));
    let naming = |name: &str| import.mapping.segments.get(name);
    let is_mapped = matches!(
        naming(&key).or_else(|| naming(title.as_deref()?)),
        Some(Naming::Named(name, _)) if import.own.contains(name)
    );
    // A list that the project has already, by a name that the mapping file says.
    if is_static && is_mapped {
        return;
    }
    let place = entry(node, "name").map_or(node.span, |name| name.span);
    if let Some(id) = import.declare(&key, title.as_deref(), place) {
        cohorts.push(Cohort { id, node });
    }
}

struct Reader<'r, 'i, 'a> {
    import: &'i mut Import<'a>,
    actions: &'r [&'r Node],
    test_accounts: Option<&'r Node>,
    types: &'r BTreeMap<&'r str, Option<Type>>,
}

impl Reader<'_, '_, '_> {
    fn cohort(&mut self, node: &Node) -> Option<Body> {
        if self.import.flag(node, "deleted")? {
            let span = entry(node, "deleted").map_or(node.span, |deleted| deleted.span);
            let what = "the cohort is deleted: conditions on it match nobody".to_owned();
            let help = "remove it from the file, and the conditions that refer to it".to_owned();
            return self.import.refuse(NoEquivalent { span, what, help });
        }
        if self.import.flag(node, "is_static")? {
            let what = "a static cohort is a list of persons, which its answer doesn't have".to_owned();
            let help = "export its persons as CSV and declare the list: `segment vips on person from list \"lists/vips.csv\" { }`; then map the cohort to it: `segments: { \"NAME\": vips }`".to_owned();
            return self.import.refuse(NoEquivalent { span: node.span, what, help });
        }
        let present = |key| entry(node, key).filter(|value| value.kind != NodeKind::Null);
        if let Some(query) = present("query") {
            let what = "the cohort is a query in HogQL".to_owned();
            let help = "if it selects by a condition, import that with `segc import sql`".to_owned();
            return self.import.refuse(NoEquivalent { span: query.span, what, help });
        }
        let filters = present("filters");
        let is_cohort = filters.is_some() || present("groups").is_some();
        let root = match filters.or((!is_cohort).then_some(node)) {
            Some(root) => root,
            None => {
                let what = "the cohort has the old `groups` instead of `filters`".to_owned();
                let help = "open it in PostHog and save it, which writes `filters`".to_owned();
                return self.import.refuse(NoEquivalent { span: node.span, what, help });
            }
        };
        let group = entry(root, "properties").unwrap_or(root);
        let condition = self.group(group)?;
        let condition = match self.import.flag(root, "filterTestAccounts")? {
            true => make::all([condition, self.test_accounts(root)?]),
            false => condition,
        };
        let mentions = entry_text(node, "description").map(str::to_owned);
        Some(Body::of(condition).described(mentions))
    }

    /// The filters of internal users: of those, PostHog applies the ones on persons to cohorts.
    fn test_accounts(&mut self, root: &Node) -> Option<Expr> {
        let Some(filters) = self.test_accounts else {
            let span = entry(root, "filterTestAccounts").map_or(root.span, |node| node.span);
            let what = "the cohort leaves out internal and test users, which are in the project's settings"
                .to_owned();
            let help = "pass the project's settings as well: the answer of /api/projects/:id, with `test_account_filters`".to_owned();
            return self.import.refuse(NoEquivalent { span, what, help });
        };
        let NodeKind::List(filters) = &filters.kind else {
            return self.import.wrong(filters, "a list of filters");
        };
        let of_persons = filters.iter().filter(|filter| entry_text(filter, "type") == Some("person"));
        let parts: Vec<_> = of_persons.map(|filter| self.leaf(filter)).collect();
        self.import
            .note("leaves out internal and test users as the project's settings were when this was imported");
        Some(make::all(parts.into_iter().collect::<Option<Vec<_>>>()?))
    }

    fn group(&mut self, node: &Node) -> Option<Expr> {
        let kind = match entry(node, "type") {
            Some(Node { kind: NodeKind::String(text), .. }) => text.as_str(),
            Some(other) => return self.import.wrong(other, "`AND` or `OR`"),
            None => return self.import.lacks(node, "type"),
        };
        if self.import.flag(node, "negation")? {
            let span = entry(node, "negation").map_or(node.span, |negation| negation.span);
            let what = "a group of conditions is negated, which PostHog ignores".to_owned();
            let help = "negate its conditions, or remove `negation`".to_owned();
            return self.import.refuse(NoEquivalent { span, what, help });
        }
        let values = self.import.list(node, "values")?;
        if values.is_empty() {
            let what = "the group has no condition, which PostHog rejects".to_owned();
            let help = "remove it, or give it a condition".to_owned();
            return self.import.refuse(NoEquivalent { span: node.span, what, help });
        }
        let is_group = |node: &Node| entry(node, "values").is_some();
        let groups = values.first().is_some_and(is_group);
        if let Some(other) = values.iter().find(|value| is_group(value) != groups) {
            let expected = if groups { "a group" } else { "a condition" };
            return self.import.wrong(other, &format!("{expected}, like the first of its group"));
        }
        let parts: Vec<_> =
            values.iter().map(|value| if groups { self.group(value) } else { self.leaf(value) }).collect();
        let parts: Vec<Expr> = parts.into_iter().collect::<Option<_>>()?;
        match kind {
            "AND" => Some(make::all(parts)),
            "OR" => Some(make::any(parts)),
            _ => match entry(node, "type") {
                Some(other) => self.import.wrong(other, "`AND` or `OR`"),
                None => None,
            },
        }
    }

    /// A condition of a cohort.
    fn leaf(&mut self, node: &Node) -> Option<Expr> {
        let (kind, place) = match entry(node, "type") {
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            Some(other) => return self.import.wrong(other, "the type of a condition"),
            None => return self.import.lacks(node, "type"),
        };
        let condition = match kind {
            "person" => self.property(node, &On::Person)?,
            "person_metadata" => self.property(node, &On::Person)?,
            "cohort" | "precalculated-cohort" | "static-cohort" | "dynamic-cohort" => self.in_cohort(node)?,
            "behavioral" => self.behavior(node)?,
            "hogql" => {
                let what = "the condition is an expression in HogQL".to_owned();
                let help = "import it with `segc import sql`, and join both segments by hand".to_owned();
                return self.import.refuse(NoEquivalent { span: place, what, help });
            }
            other => {
                let known = ["person", "person_metadata", "cohort", "behavioral"].map(str::to_owned).to_vec();
                let (operator, tool) = (other.to_owned(), "PostHog");
                let effect = "it isn't a type of condition on persons";
                return self.import.refuse(UnknownOperator { span: place, operator, tool, effect, known });
            }
        };
        Some(if self.import.flag(node, "negation")? { make::not(condition) } else { condition })
    }

    fn in_cohort(&mut self, node: &Node) -> Option<Expr> {
        let value = match entry(node, "value") {
            Some(Node { kind: NodeKind::List(items), .. }) if items.len() == 1 => &items[0],
            Some(value) => value,
            None => return self.import.lacks(node, "value"),
        };
        let Some(key) = scalar_text(value) else { return self.import.wrong(value, "the id of a cohort") };
        // `in` and `not_in` are written by newer versions.
        let negated = match entry_text(node, "operator") {
            None | Some("in" | "exact") => false,
            Some("not_in" | "is_not") => true,
            Some(_) => return self.import.wrong(entry(node, "operator")?, "`in` or `not_in`"),
        };
        let Some(name) = self.import.reference(&key, value.span) else {
            let known = self.import.keys();
            let effect = "PostHog lets a condition on a cohort that is gone match nobody";
            return self.import.refuse(UnknownReference { span: value.span, name: key, effect, known });
        };
        let member = make::in_segment(None, &name);
        Some(if negated { make::not(member) } else { member })
    }
}
