//! LaunchDarkly: segments, from the API's answer or the data of an SDK or relay.
//!
//! Listed keys are included or excluded first, then any rule whose clauses all hold decides. A clause
//! never matches a missing attribute, negated or not, except for `segmentMatch`.

mod clause;
mod context;

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::input::Input;
use super::problems::{NoEquivalent, WrongShape};
use super::tool::Tool;
use super::values::number;
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::types::{BucketTool, Type};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct LaunchDarkly;

impl Tool for LaunchDarkly {
    fn name(&self) -> &'static str {
        "launchdarkly"
    }

    fn title(&self) -> &'static str {
        "LaunchDarkly"
    }

    fn takes(&self) -> &'static str {
        "the API's answer with segments as JSON (a list or one), or the data of an SDK or relay with `segments`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("key")
    }

    fn reads_loose_versions(&self) -> bool {
        true
    }

    fn reads_rows_of_lists(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut segments = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut segments);
        }
        for &(id, ref key, node) in &segments {
            import.translate(id, |import| Reader { import }.segment(key, node));
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, segments: &mut Vec<(DraftId, String, &'n Node)>) {
    let holder = ["items", "segments"].into_iter().find_map(|key| entry(tree, key)).unwrap_or(tree);
    match &holder.kind {
        NodeKind::List(nodes) => {
            for node in nodes {
                declare_one(entry_text(node, "key"), node.span, node, import, segments);
            }
        }
        NodeKind::Map(_) if entry_text(holder, "key").is_some() => {
            declare_one(entry_text(holder, "key"), holder.span, holder, import, segments);
        }
        NodeKind::Map(entries) if !std::ptr::eq(holder, tree) => {
            for (key, node) in entries {
                declare_one(Some(&key.text), key.span, node, import, segments);
            }
        }
        _ => {}
    }
}

fn declare_one<'n>(
    key: Option<&str>,
    span: Span,
    node: &'n Node,
    import: &mut Import<'_>,
    segments: &mut Vec<(DraftId, String, &'n Node)>,
) {
    let Some(key) = key else {
        let (expected, found) = ("a segment with a `key`".to_owned(), node.found().to_owned());
        import.problems.push(WrongShape { span: node.span, expected, found, help: None });
        return;
    };
    let span = entry(node, "key").map_or(span, |node| node.span);
    if let Some(id) = import.declare(key, entry_text(node, "name"), span) {
        segments.push((id, key.to_owned(), node));
    }
}

struct Reader<'i, 'a> {
    import: &'i mut Import<'a>,
}

impl Reader<'_, '_> {
    fn segment(&mut self, key: &str, node: &Node) -> Option<Body> {
        if !matches!(node.kind, NodeKind::Map(_)) {
            return self.import.wrong(node, "a segment in braces");
        }
        if self.import.flag(node, "deleted")? {
            self.import.note("it is deleted in the tool, and has no members");
            return Some(Body::of(make::boolean(false)));
        }
        if self.import.flag(node, "unbounded")? {
            let span = entry(node, "unbounded").map_or(node.span, |node| node.span);
            let what = "the members of a big segment aren't in this file".to_owned();
            let help = "load them into a table, and make a segment of it by hand".to_owned();
            return self.import.refuse(NoEquivalent { span, what, help });
        }
        let included = self.listed(node, "included", "includedContexts");
        let excluded = self.listed(node, "excluded", "excludedContexts");
        let salt = entry_text(node, "salt").unwrap_or_default();
        let rules = self.import.list(node, "rules")?;
        let rules: Vec<Option<Expr>> =
            rules.iter().map(|rule| self.rule(&format!("{key}.{salt}"), rule)).collect();
        let rules = make::any(rules.into_iter().collect::<Option<Vec<Expr>>>()?);
        let condition = make::any([included?, make::all([make::not(excluded?), rules])]);
        let tags = self.import.list(node, "tags")?;
        let text = |tag: &Node| match &tag.kind {
            NodeKind::String(text) => Some(text.clone()),
            _ => None,
        };
        let body = Body { tags: tags.iter().filter_map(text).collect(), ..Body::of(condition) };
        Some(body.described(entry_text(node, "description").map(str::to_owned)))
    }

    /// Contexts that are listed by their keys: users, then those of any kind.
    fn listed(&mut self, node: &Node, users: &str, contexts: &str) -> Option<Expr> {
        let mut parts = Vec::new();
        let keys = self.import.list(node, users)?;
        parts.push(self.keys(None, keys, node.span));
        for target in self.import.list(node, contexts)? {
            let keys = self.import.list(target, "values")?;
            parts.push(self.keys(entry_text(target, "contextKind"), keys, target.span));
        }
        Some(make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    fn keys(&mut self, kind: Option<&str>, keys: &[Node], span: Span) -> Option<Expr> {
        if keys.is_empty() {
            return Some(make::boolean(false));
        }
        let field = self.attribute(kind, "key", span, None)?;
        let constants: Vec<Option<Expr>> = keys
            .iter()
            .map(|key| match &key.kind {
                NodeKind::String(text) => self.import.constant_of_text(&field, text, key),
                _ => self.import.wrong(key, "the key of a context"),
            })
            .collect();
        Some(make::one_of(field.expr(), constants.into_iter().collect::<Option<_>>()?))
    }

    /// A rule: all its clauses hold, for a share of those whom they select if it has a weight.
    fn rule(&mut self, seed: &str, rule: &Node) -> Option<Expr> {
        let clauses = self.import.list(rule, "clauses")?;
        let parts: Vec<Option<Expr>> = clauses.iter().map(|clause| self.clause(clause)).collect();
        let share = self.share(seed, rule);
        let parts = parts.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(make::all(parts.into_iter().chain([share?])))
    }

    fn share(&mut self, seed: &str, rule: &Node) -> Option<Expr> {
        let Some(weight) = entry(rule, "weight").filter(|weight| weight.kind != NodeKind::Null) else {
            return Some(make::boolean(true));
        };
        let share = number(weight).and_then(|text| text.parse::<f64>().ok());
        let Some(share) = share.filter(|share| (0.0..=100_000.0).contains(share)) else {
            return self.import.wrong(weight, "a weight from 0 to 100,000");
        };
        if share >= 100_000.0 && self.is_own(entry_text(rule, "rolloutContextKind")) {
            return Some(make::boolean(true));
        }
        let kind = entry_text(rule, "rolloutContextKind").filter(|kind| !kind.is_empty());
        let by = entry_text(rule, "bucketBy").filter(|by| !by.is_empty()).unwrap_or("key");
        let span = entry(rule, "bucketBy").map_or(weight.span, |node| node.span);
        let cut = self.attribute(kind, &attribute_name(by, kind), span, None)?;
        if !matches!(cut.ty, Type::String | Type::Integer) {
            let what =
                "shares are cut by text and whole numbers only: other values always count as 0".to_owned();
            return self.import.unfit(&cut, span, what, None);
        }
        // A bucket is below a share that isn't whole if it is below the next whole one.
        #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 100,000")]
        let bound = share.ceil() as i64;
        let bucket = make::tool_bucket(seed, cut.expr(), BucketTool::LaunchDarkly);
        let is_below = |bucket| make::compare(CompareOp::Less, bucket, make::integer(bound));
        if by == "key" {
            // Without a context of the kind, nothing matches.
            return Some(if bound == 0 { make::boolean(false) } else { is_below(bucket) });
        }
        // A missing attribute counts as 0, which is below any share.
        let is_in = match (bound, cut.nullable) {
            (0, _) => make::boolean(false),
            (_, true) => is_below(make::call("coalesce", vec![bucket, make::integer(0)])),
            (_, false) => is_below(bucket),
        };
        if self.is_own(kind) {
            return Some(is_in);
        }
        let key = self.attribute(kind, "key", span, None)?;
        Some(make::all([make::present(key.expr()), is_in]))
    }
}

/// The name that a reference to an attribute gives: `/address/city` is `address.city`. Without a kind of context,
/// data is from before references, and names are plain.
fn attribute_name(reference: &str, kind: Option<&str>) -> String {
    match reference.strip_prefix('/') {
        Some(path) if kind.is_some() => {
            let parts = path.split('/').map(|part| part.replace("~1", "/").replace("~0", "~"));
            parts.collect::<Vec<_>>().join(".")
        }
        _ => reference.to_owned(),
    }
}
