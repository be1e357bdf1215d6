//! GrowthBook: saved groups, which are lists of values or conditions.
//!
//! Conditions are objects as in MongoDB, evaluated with JavaScript's comparisons: a missing attribute is
//! null, which is 0 beside a number and `"null"` beside a pattern.

mod condition;
mod equality;
mod lists;
mod order;
mod version;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::Attribute;
use super::input::Input;
use super::problems::{NoEquivalent, WrongShape};
use super::tool::Tool;
use crate::import::json;
use crate::syntax::make;
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct GrowthBook;

impl Tool for GrowthBook {
    fn name(&self) -> &'static str {
        "growthbook"
    }

    fn title(&self) -> &'static str {
        "GrowthBook"
    }

    fn takes(&self) -> &'static str {
        "the API's answer with saved groups as JSON, or a condition together with `--name`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("id")
    }

    fn reads_loose_versions(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut groups = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut groups);
        }
        let lists: Vec<List<'_>> = groups.iter().filter_map(|(_, node)| List::of(node)).collect();
        for &(id, node) in &groups {
            import.translate(id, |import| Reader { import, lists: &lists }.group(node));
        }
    }
}

/// A saved group that is a list of values.
struct List<'n> {
    id: &'n str,
    values: &'n Node,
}

impl<'n> List<'n> {
    fn of(group: &'n Node) -> Option<Self> {
        let values = entry(group, "values").filter(|node| matches!(node.kind, NodeKind::List(_)))?;
        Some(Self { id: entry_text(group, "id")?, values })
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, groups: &mut Vec<(DraftId, &'n Node)>) {
    let list = match &tree.kind {
        NodeKind::List(_) => tree,
        _ => match ["savedGroups", "segments"].into_iter().find_map(|key| entry(tree, key)) {
            Some(list) => list,
            None => return declare_one(one_of(tree), import, groups),
        },
    };
    match &list.kind {
        NodeKind::List(nodes) => nodes.iter().for_each(|node| declare_one(node, import, groups)),
        // The payload of an SDK: values by the id of their group.
        _ => {
            let (expected, found) = ("a list of saved groups".to_owned(), list.found().to_owned());
            import.problems.push(WrongShape { span: list.span, expected, found, help: None });
        }
    }
}

/// The answer about a single group has it under a key.
fn one_of(tree: &Node) -> &Node {
    ["savedGroup", "segment"].into_iter().find_map(|key| entry(tree, key)).unwrap_or(tree)
}

fn declare_one<'n>(node: &'n Node, import: &mut Import<'_>, groups: &mut Vec<(DraftId, &'n Node)>) {
    let name = ["name", "groupName"].into_iter().find_map(|key| entry_text(node, key));
    let id = entry_text(node, "id");
    let given = import.given_name.clone();
    let is_group = ["condition", "values", "type", "query"].into_iter().any(|key| entry(node, key).is_some());
    let (key, title) = match (id.filter(|_| is_group), name.filter(|_| is_group), given.as_deref()) {
        (Some(id), name, _) => (id, name),
        (None, Some(name), _) => (name, None),
        (None, None, Some(given)) => (given, None),
        (None, None, None) => {
            let (expected, found) = ("saved groups".to_owned(), node.found().to_owned());
            let help = Some("name the segment with `--name` if the file holds a bare condition".to_owned());
            import.problems.push(WrongShape { span: node.span, expected, found, help });
            return;
        }
    };
    let place = ["name", "groupName", "id"].into_iter().find_map(|key| entry(node, key));
    if let Some(id) = import.declare(key, title, place.map_or(node.span, |node| node.span)) {
        groups.push((id, node));
    }
}

struct Reader<'r, 'i, 'a> {
    import: &'i mut Import<'a>,
    lists: &'r [List<'r>],
}

impl Reader<'_, '_, '_> {
    fn group(&mut self, node: &Node) -> Option<Body> {
        let description = entry_text(node, "description").map(str::to_owned);
        let kind = entry_text(node, "type").unwrap_or_default().to_lowercase();
        if kind == "sql" || kind == "fact" || entry(node, "query").is_some() {
            let what = "a segment of GrowthBook's analysis is SQL, not a condition on attributes".to_owned();
            let help = "import its predicate with `segc import sql`, or write it by hand".to_owned();
            let span = entry(node, "type").map_or(node.span, |node| node.span);
            return self.import.refuse(NoEquivalent { span, what, help });
        }
        if let Some(values) = entry(node, "values").filter(|_| kind != "condition") {
            return Some(self.list_group(node, values)?.described(description));
        }
        let condition = match entry(node, "condition") {
            Some(Node { kind: NodeKind::String(text), span }) => {
                let inner = json::read_inside(*span, text);
                match inner {
                    Ok(inner) => self.condition(&inner)?,
                    Err(problem) => return self.import.refuse(problem),
                }
            }
            Some(condition) => self.condition(condition)?,
            None if kind.is_empty() => self.condition(node)?,
            None => return self.import.lacks(node, "condition"),
        };
        Some(Body::of(condition).described(description))
    }

    /// A list of values of an attribute.
    fn list_group(&mut self, node: &Node, values: &Node) -> Option<Body> {
        let attribute = self.import.text(node, "attributeKey")?;
        let span = entry(node, "attributeKey").map_or(node.span, |node| node.span);
        let attribute = Attribute { kind: None, name: attribute, span };
        let wants = equality::implied(values);
        let field = self.import.field(attribute, wants.as_ref())?;
        let found = self.is_in(&condition::Operand::of(&field), values, false)?;
        Some(Body::of(make::all([found])))
    }
}
