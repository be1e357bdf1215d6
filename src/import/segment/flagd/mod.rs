//! flagd: shared conditions (`$evaluators`), and who gets a variant of a flag.
//!
//! Targeting is JSONLogic: JavaScript's comparisons, in which a missing attribute is null, and null is 0
//! beside a number.

mod logic;
mod operator;

use super::draft::{Body, DraftId, Import, entry};
use super::input::Input;
use super::problems::{NoEquivalent, WrongShape};
use super::tool::Tool;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Flagd;

/// What becomes a segment.
enum Source<'n> {
    /// A shared condition.
    Evaluator(&'n Node),
    /// Those who get this variant of a flag by its targeting.
    Variant { targeting: &'n Node, name: &'n str, is_disabled: bool },
}

impl Tool for Flagd {
    fn name(&self) -> &'static str {
        "flagd"
    }

    fn title(&self) -> &'static str {
        "flagd"
    }

    fn takes(&self) -> &'static str {
        "a flag definition (`*.flagd.json`): shared conditions, and variants of flags with targeting"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("targetingKey")
    }

    fn reads_loose_versions(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut sources: Vec<(DraftId, Source<'_>)> = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut sources);
        }
        for (id, source) in &sources {
            import.translate(*id, |import| Reader { import }.segment(source));
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, sources: &mut Vec<(DraftId, Source<'n>)>) {
    if let Some(Node { kind: NodeKind::Map(evaluators), .. }) = entry(tree, "$evaluators") {
        for (key, node) in evaluators {
            sources.extend(import.declare(&key.text, None, key.span).map(|id| (id, Source::Evaluator(node))));
        }
    }
    let Some(Node { kind: NodeKind::Map(flags), .. }) = entry(tree, "flags") else { return };
    for (key, flag) in flags {
        let targeting = entry(flag, "targeting").filter(|node| !is_empty(node));
        let (Some(targeting), Some(Node { kind: NodeKind::Map(variants), .. })) =
            (targeting, entry(flag, "variants"))
        else {
            continue;
        };
        let is_boolean = variants.iter().all(|(_, value)| matches!(value.kind, NodeKind::Bool(_)));
        let is_disabled = matches!(entry(flag, "state"), Some(Node { kind: NodeKind::String(state), .. }) if state == "DISABLED");
        for (variant, value) in variants {
            // Of a boolean flag, those for whom it is on.
            if is_boolean && value.kind != NodeKind::Bool(true) {
                continue;
            }
            let name = if is_boolean { key.text.clone() } else { format!("{} {}", key.text, variant.text) };
            let source = Source::Variant { targeting, name: &variant.text, is_disabled };
            sources.extend(import.declare(&name, None, key.span).map(|id| (id, source)));
        }
    }
}

fn is_empty(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Null) || matches!(&node.kind, NodeKind::Map(entries) if entries.is_empty())
}

pub(super) struct Reader<'i, 'a> {
    pub(super) import: &'i mut Import<'a>,
}

impl Reader<'_, '_> {
    fn segment(&mut self, source: &Source<'_>) -> Option<Body> {
        match source {
            Source::Evaluator(node) => Some(Body::of(self.truth(node)?)),
            Source::Variant { targeting, name, is_disabled } => {
                self.import.note("those whom the targeting of the flag gives the variant; its default variant comes on top");
                let condition = self.gives(targeting, name)?;
                Some(Body { is_disabled: *is_disabled, ..Body::of(condition) })
            }
        }
    }

    /// Holds for those for whom an expression has this variant as its result. Anything but the name of a variant,
    /// or `true` and `false` for those of that name, is the default variant.
    fn gives(&mut self, node: &Node, variant: &str) -> Option<Expr> {
        match &node.kind {
            NodeKind::String(name) => Some(make::boolean(name == variant)),
            NodeKind::Bool(value) => Some(make::boolean(value.to_string() == variant)),
            NodeKind::Null | NodeKind::Integer(..) | NodeKind::Float(..) => Some(make::boolean(false)),
            NodeKind::List(_) => self.import.wrong(node, "a rule"),
            NodeKind::Map(entries) => match entries.as_slice() {
                [(key, args)] if key.text == "if" => {
                    let args = operator::arguments(args);
                    self.gives_if(args, variant)
                }
                [(key, _)] if key.text == "fractional" => {
                    let what =
                        "a fraction of users is cut by MurmurHash3, which databases don't have".to_owned();
                    let help = "write the share by hand with `keep sample`; it has other members".to_owned();
                    self.import.refuse(NoEquivalent { span: key.span, what, help })
                }
                // A condition gives the variants `true` and `false`.
                [_] if variant == "true" => self.truth(node),
                [_] if variant == "false" => self.truth(node).map(make::not),
                [_] => {
                    let what =
                        "the result of the rule isn't the name of a variant that is written in it".to_owned();
                    let help = "only variants that an `if` names become segments".to_owned();
                    self.import.refuse(NoEquivalent { span: node.span, what, help })
                }
                _ => {
                    let (expected, found) = ("one operator".to_owned(), "several".to_owned());
                    self.import.refuse(WrongShape { span: node.span, expected, found, help: None })
                }
            },
        }
    }

    /// `{"if": [condition, then, condition, then, otherwise]}`. Without an end, the result is null.
    fn gives_if(&mut self, args: &[Node], variant: &str) -> Option<Expr> {
        match args {
            [] => Some(make::boolean(false)),
            [result] => self.gives(result, variant),
            [condition, then, rest @ ..] => {
                let condition = self.truth(condition);
                let then = self.gives(then, variant);
                let otherwise = self.gives_if(rest, variant);
                let condition = condition?;
                Some(make::any([
                    make::all([condition.clone(), then?]),
                    make::all([make::not(condition), otherwise?]),
                ]))
            }
        }
    }
}
