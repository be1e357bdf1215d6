//! How rows change, and whether they are deleted.

use super::lookup::{Lookup, duration};
use super::model::{Changes, DeletedFlag, Deletes, FieldId};
use super::problems::{
    AllDeleted, ChangesKinds, FlagType, MarkWithoutSoft, SoftWithoutMark, StaticDeletes, TwoMarks,
};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::Type;
use crate::yaml::problems::UnknownWord;
use crate::yaml::{Fields, Key, Node, NodeKind};

const KINDS: [&str; 4] = ["append_only", "mutable", "static", "unknown"];

/// `changes` and `deletes`, which have to agree.
pub(super) fn read_changes(
    fields: &mut Fields<'_>,
    lookup: Lookup<'_>,
    entity_key: &[FieldId],
    problems: &mut Diagnostics,
) -> (Changes, Deletes, Option<DeletedFlag>) {
    let node = fields.get("changes");
    let changes = node.map_or(Some(Changes::Unknown), |node| read_kind(node, lookup, problems));
    let deletes_node = fields.get("deletes");
    let (deletes, by_flag) = read_deletes(deletes_node, lookup, problems);
    let flag = by_flag.and_then(|(flag, _)| flag);

    let entity = lookup.entity.to_owned();
    let marked = changes.as_ref().map(|one| matches!(one, Changes::Mutable { deleted_at: Some(_), .. }));
    let fixed = changes == Some(Changes::Static);
    match (marked, deletes) {
        (_, Some(Deletes::Soft | Deletes::Hard)) if fixed => {
            let span = deletes_node.map_or(fields.at, |node| node.span);
            problems.push(StaticDeletes { span, entity, changes: node.map_or(span, |node| node.span) });
        }
        (Some(true), Some(Deletes::Soft)) if by_flag.is_some() => {
            let span = by_flag.map_or(fields.at, |(_, span)| span);
            problems.push(TwoMarks { span, entity, mark: mark_node(node).map_or(span, |node| node.span) });
        }
        (Some(false), Some(Deletes::Soft)) if mark_node(node).is_none() && by_flag.is_none() => {
            let span = deletes_node.map_or(fields.at, |node| node.span);
            problems.push(SoftWithoutMark { span, entity });
        }
        (Some(true), None | Some(Deletes::Never | Deletes::Hard)) => {
            let span = node.map_or(fields.at, |node| node.span);
            problems.push(MarkWithoutSoft { span, entity });
        }
        _ => {}
    }
    if let (Some(Changes::Mutable { deleted_at: Some(mark), .. }), Some(Deletes::Soft)) = (&changes, deletes)
    {
        judge_mark(*mark, mark_node(node), lookup, entity_key, problems);
    }
    // Where nothing changes, nothing goes.
    let unsaid = if fixed { Deletes::Never } else { Deletes::default() };
    (changes.unwrap_or_default(), deletes.unwrap_or(unsaid), flag)
}

/// A flag, and where it is declared; `None` for one that isn't understood, which was reported.
type ByFlag = (Option<DeletedFlag>, Span);

/// `never`, `soft`, `hard`, `{ soft: is_deleted }` or `{ soft: { not: is_active } }`.
fn read_deletes(
    node: Option<&Node>,
    lookup: Lookup<'_>,
    problems: &mut Diagnostics,
) -> (Option<Deletes>, Option<ByFlag>) {
    let Some(node) = node else { return (None, None) };
    if !matches!(node.kind, NodeKind::Map(_)) {
        let known = [("never", Deletes::Never), ("soft", Deletes::Soft), ("hard", Deletes::Hard)];
        return (node.word("a kind of delete", &known, problems), None);
    }
    let example = Some("deletes: { soft: is_deleted }");
    let Some(mut map) = Fields::shown(node, "`deletes`".to_owned(), node.span, example, problems) else {
        return (None, None);
    };
    let soft = map.require("soft", problems);
    let found = soft.map(|soft| (read_flag(soft, lookup, problems), soft.span));
    map.finish(problems);
    (Some(Deletes::Soft), found.or(Some((None, node.span))))
}

fn read_flag(node: &Node, lookup: Lookup<'_>, problems: &mut Diagnostics) -> Option<DeletedFlag> {
    let (name, deleted) = match &node.kind {
        NodeKind::Map(_) => {
            let example = Some("soft: { not: is_active }");
            let mut map = Fields::shown(node, "`soft`".to_owned(), node.span, example, problems)?;
            let name = map.require("not", problems);
            map.finish(problems);
            (name?, false)
        }
        _ => (node, true),
    };
    let field = lookup.node(name, problems)?;
    let found = lookup.field(field);
    if found.ty != Type::Boolean {
        let (field, ty) = (found.name.clone(), found.ty.clone());
        problems.push(FlagType { span: name.span, entity: lookup.entity.to_owned(), field, ty });
        return None;
    }
    Some(DeletedFlag { field, deleted })
}

/// What is written as `deleted_at`. If it turned out to be wrong, that was reported.
fn mark_node(changes: Option<&Node>) -> Option<&Node> {
    let NodeKind::Map(kinds) = &changes?.kind else { return None };
    kinds.iter().find_map(|(_, node)| match &node.kind {
        NodeKind::Map(entries) => {
            entries.iter().find(|(key, _)| key.text == "deleted_at").map(|(_, node)| node)
        }
        _ => None,
    })
}

/// Reports a mark that all rows have: those without it would be no rows either.
fn judge_mark(
    mark: FieldId,
    node: Option<&Node>,
    lookup: Lookup<'_>,
    entity_key: &[FieldId],
    problems: &mut Diagnostics,
) {
    let (field, key) = (lookup.field(mark), entity_key.contains(&mark));
    if let Some(node) = node.filter(|_| key || !field.nullable) {
        let (entity, field) = (lookup.entity.to_owned(), field.name.clone());
        problems.push(AllDeleted { span: node.span, entity, field, key });
    }
}

fn read_kind(node: &Node, lookup: Lookup<'_>, problems: &mut Diagnostics) -> Option<Changes> {
    let NodeKind::Map(entries) = &node.kind else {
        // Near to `mutable` in its letters only.
        if let NodeKind::String(word) = &node.kind
            && ["immutable", "append", "appended", "insert_only", "insert", "log"].contains(&word.as_str())
        {
            let (word, known) = (word.clone(), vec!["append_only", "static"]);
            problems.push(UnknownWord { span: node.span, word, what: "a way in which rows change", known });
            return None;
        }
        let simple = KINDS.map(|kind| (kind, kind));
        return node.word("a way in which rows change", &simple, problems).map(simple_kind);
    };
    let [(key, options)] = entries.as_slice() else {
        problems.push(ChangesKinds { span: node.span });
        return None;
    };
    let example = match (key.text.as_str(), &options.kind) {
        ("mutable", NodeKind::String(stamp)) => format!("mutable: {{ updated_at: {stamp} }}"),
        ("append_only", NodeKind::String(late)) => format!("append_only: {{ lateness: {late} }}"),
        _ => format!("{}: {{}}", key.text),
    };
    let mut fields = Fields::shown(options, format!("`{}`", key.text), key.span, Some(&example), problems)?;
    let changes = read_options(key, &mut fields, lookup, problems)?;
    fields.finish(problems);
    Some(changes)
}

fn simple_kind(kind: &str) -> Changes {
    match kind {
        "append_only" => Changes::AppendOnly { lateness: None, ingested_at: None },
        "mutable" => {
            Changes::Mutable { ingested_at: None, updated_at: None, deleted_at: None, immutable: Vec::new() }
        }
        "static" => Changes::Static,
        _ => Changes::Unknown,
    }
}

fn read_options(
    key: &Key,
    fields: &mut Fields<'_>,
    lookup: Lookup<'_>,
    problems: &mut Diagnostics,
) -> Option<Changes> {
    Some(match key.text.as_str() {
        "append_only" => Changes::AppendOnly {
            lateness: duration(fields.get("lateness"), problems),
            ingested_at: lookup.time("ingested_at", fields.get("ingested_at"), problems),
        },
        "mutable" => Changes::Mutable {
            ingested_at: lookup.time("ingested_at", fields.get("ingested_at"), problems),
            updated_at: lookup.time("updated_at", fields.get("updated_at"), problems),
            deleted_at: lookup.time("deleted_at", fields.get("deleted_at"), problems),
            immutable: read_immutable(fields, lookup, problems),
        },
        word if KINDS.contains(&word) => simple_kind(word),
        word => {
            let (word, known) = (word.to_owned(), KINDS.to_vec());
            problems.push(UnknownWord { span: key.span, word, what: "a way in which rows change", known });
            return None;
        }
    })
}

fn read_immutable(fields: &mut Fields<'_>, lookup: Lookup<'_>, problems: &mut Diagnostics) -> Vec<FieldId> {
    let names = fields.texts("immutable", problems);
    names.iter().filter_map(|(name, span)| lookup.find(name, *span, problems)).collect()
}
