//! Litestar Flags: rows of its table of segments, and rules of flags.
//!
//! All conditions of a segment must hold, and so must those of its parent. Negated operators hold for a
//! missing attribute. The library skips a condition that it doesn't know, so that the segment grows:
//! such a segment is refused.

mod condition;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::input::Input;
use super::problems::{UnknownReference, WrongShape};
use super::tool::Tool;
use super::values::number;
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct LitestarFlags;

/// A segment in the file, and whether it is a rule of a flag.
struct Row<'n> {
    id: DraftId,
    node: &'n Node,
    is_rule: bool,
}

impl Tool for LitestarFlags {
    fn name(&self) -> &'static str {
        "litestar-flags"
    }

    fn title(&self) -> &'static str {
        "Litestar Flags"
    }

    fn takes(&self) -> &'static str {
        "a JSON list of the rows of its table of segments, or `{ \"segments\": […], \"flag_rules\": […] }`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("user_id")
    }

    fn reads_loose_versions(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut rows = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut rows);
        }
        let disabled: Vec<DraftId> =
            rows.iter().filter(|row| is_disabled(row.node)).map(|row| row.id).collect();
        for row in &rows {
            import.translate(row.id, |import| {
                Reader { import, disabled: &disabled, rows: &rows, is_rule: row.is_rule }.segment(row.node)
            });
        }
    }
}

fn is_disabled(node: &Node) -> bool {
    matches!(entry(node, "enabled"), Some(Node { kind: NodeKind::Bool(false), .. }))
}

/// Declares the segments of a document.
fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, rows: &mut Vec<Row<'n>>) {
    let lists = match &tree.kind {
        NodeKind::List(_) => vec![(tree, false)],
        NodeKind::Map(_) if entry(tree, "conditions").is_some() => {
            let alone = std::slice::from_ref(tree);
            alone.iter().for_each(|node| declare_one(node, false, import, rows));
            return;
        }
        _ => {
            let segments = entry(tree, "segments").map(|node| (node, false));
            segments.into_iter().chain(entry(tree, "flag_rules").map(|node| (node, true))).collect()
        }
    };
    for (list, is_rule) in lists {
        let NodeKind::List(nodes) = &list.kind else {
            let (expected, found) = ("a list of segments".to_owned(), list.found().to_owned());
            import.problems.push(WrongShape { span: list.span, expected, found, help: None });
            continue;
        };
        nodes.iter().for_each(|node| declare_one(node, is_rule, import, rows));
    }
}

fn declare_one<'n>(node: &'n Node, is_rule: bool, import: &mut Import<'_>, rows: &mut Vec<Row<'n>>) {
    let given = import.given_name.clone();
    let Some(name) = entry_text(node, "name").map(str::to_owned).or(given) else {
        let (expected, found) = ("a segment with a `name`".to_owned(), node.found().to_owned());
        import.problems.push(WrongShape { span: node.span, expected, found, help: None });
        return;
    };
    let key = if is_rule { format!("rule {name}") } else { name.clone() };
    let place = entry(node, "name").map_or(node.span, |node| node.span);
    let Some(id) = import.declare(&key, is_rule.then_some(&name), place) else { return };
    if let Some(uuid) = entry_text(node, "id").filter(|_| !is_rule) {
        import.also_known_as(id, uuid);
    }
    rows.push(Row { id, node, is_rule });
}

struct Reader<'r, 'i, 'a> {
    import: &'i mut Import<'a>,
    disabled: &'r [DraftId],
    rows: &'r [Row<'r>],
    is_rule: bool,
}

impl Reader<'_, '_, '_> {
    fn segment(&mut self, node: &Node) -> Option<Body> {
        let conditions = self.import.list(node, "conditions")?;
        let parts: Vec<Option<Expr>> = conditions.iter().map(|node| self.condition(node)).collect();
        let mut parts: Option<Vec<Expr>> = parts.into_iter().collect();
        if self.is_rule {
            self.import.note(
                "a rule of a flag: everyone whom its conditions select, whatever the rules before it do",
            );
            let share = self.rollout(node);
            parts = parts.zip(share).map(|(mut parts, share)| {
                parts.push(share);
                parts
            });
        }
        let parent = match entry(node, "parent_segment_id") {
            None | Some(Node { kind: NodeKind::Null, .. }) => None,
            Some(parent) => Some(self.parent(parent)?),
        };
        let mut condition = make::all(parts?);
        let parent = match parent {
            Some(Parent::Disabled) => {
                condition = make::boolean(false);
                None
            }
            Some(Parent::Named(name)) => Some(name),
            None => None,
        };
        let body = Body { is_disabled: is_disabled(node), parent, ..Body::of(condition) };
        Some(body.described(entry_text(node, "description").map(str::to_owned)))
    }

    fn parent(&mut self, node: &Node) -> Option<Parent> {
        let NodeKind::String(id) = &node.kind else { return self.import.wrong(node, "the id of a segment") };
        let name = self.reference(id, node.span, "a segment whose parent is gone has no members there")?;
        if self.is_disabled(id) {
            self.import.note("its parent is disabled, so that the library matches nobody");
            return Some(Parent::Disabled);
        }
        Some(Parent::Named(name))
    }

    fn is_disabled(&self, key: &str) -> bool {
        let mut rows = self.rows.iter().filter(|row| !row.is_rule);
        let found =
            rows.find(|row| ["name", "id"].iter().any(|field| entry_text(row.node, field) == Some(key)));
        found.is_some_and(|row| self.disabled.contains(&row.id))
    }

    fn reference(&mut self, key: &str, span: Span, effect: &'static str) -> Option<String> {
        match self.import.reference(key, span) {
            Some(name) => Some(name),
            None => {
                let known = self.import.keys();
                self.import.refuse(UnknownReference { span, name: key.to_owned(), effect, known })
            }
        }
    }

    /// The share of users that a rule applies to.
    fn rollout(&mut self, node: &Node) -> Option<Expr> {
        let Some(share) = entry(node, "rollout_percentage").filter(|share| share.kind != NodeKind::Null)
        else {
            return Some(make::boolean(true));
        };
        let percent = number(share).and_then(|text| text.parse::<f64>().ok());
        let Some(percent) = percent.filter(|percent| (0.0..=100.0).contains(percent)) else {
            return self.import.wrong(share, "a percentage");
        };
        if percent >= 100.0 {
            return Some(make::boolean(true));
        }
        self.import.note(
            "the same share of users as in the library, but other users: it cuts by MurmurHash3, which databases don't have",
        );
        let seed = entry_text(node, "name").unwrap_or("rollout");
        // The library counts whole percents from 1 to 100.
        #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 100")]
        let bound = percent.floor() as i64 * 100;
        Some(make::compare(
            CompareOp::Less,
            make::call("bucket", vec![make::text(seed)]),
            make::integer(bound),
        ))
    }
}

enum Parent {
    Disabled,
    Named(String),
}
