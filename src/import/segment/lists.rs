//! Long lists of keys: each becomes a static list of the project, with the keys in a file of its own.
//!
//! A segment that says nothing else is the list itself; others refer to it. The comments of a list have a
//! digest of its file, by which a file that a person has changed is recognized.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::draft::{Draft, DraftId};
use super::existing::{Block, digest};
use super::naming::Names;
use super::problems::ListThere;
use super::write::Written;
use crate::catalog::{Catalog, Storage};
use crate::project::{Files, ReadError};
use crate::syntax::ast::{Expr, ExprKind, Listed, RuleKind, Segment};
use crate::syntax::make;
use crate::types::Literal;

/// The most keys that are written in a condition.
const MOST_WRITTEN: usize = 100;

/// The file of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFile {
    /// Its path from the project's folder.
    pub(super) path: String,
    pub(super) text: String,
}

impl KeyFile {
    /// What a list's comments say of it.
    pub(super) fn comment(&self) -> String {
        format!("{KEYS}{}, the digest of {}", digest(&self.text), self.path)
    }
}

const KEYS: &str = "Keys: ";

/// The file of a list that was imported before, and its digest then.
pub(super) fn of_block(body: &str) -> Option<(String, String)> {
    let said = body.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(KEYS))?;
    let digest = said.split([',', ' ']).next()?.to_owned();
    let (_, path) = body.lines().find(|line| line.starts_with("segment "))?.split_once("from list \"")?;
    Some((path.split('"').next()?.to_owned(), digest))
}

/// Whether the file of an imported list is another one now.
pub(super) fn is_changed(files: &dyn Files, list: &(String, String)) -> bool {
    let (path, known) = list;
    match files.read_list(path) {
        Ok(bytes) => String::from_utf8(bytes).map_or(true, |text| digest(&text) != *known),
        Err(ReadError::NotFound) => false,
        Err(_) => true,
    }
}

/// Takes the long lists of keys out of all segments that are imported. `earlier` has the names of imported segments.
pub(super) fn take_out(
    drafts: &mut Vec<Draft>,
    catalog: &Catalog,
    names: &mut Names,
    earlier: &BTreeMap<String, String>,
    tool: &str,
) {
    let mut keys: BTreeSet<String> = drafts.iter().map(|draft| draft.key.clone()).collect();
    for at in 0..drafts.len() {
        let next = drafts.len();
        let Some(draft) = drafts.get_mut(at).filter(|draft| draft.refusals.is_empty()) else { continue };
        let (key, name, span) = (draft.key.clone(), draft.name.clone(), draft.span);
        let Some(segment) = draft.segment.as_mut() else { continue };
        let Some(column) = KeyColumn::of(catalog, &segment.entity.text) else { continue };
        if let Some(text) = column.whole(segment) {
            draft.list = Some(is_list(segment, text));
            continue;
        }
        let entity = segment.entity.text.clone();
        let mut lists = Vec::new();
        let mut add = |text: String| {
            let number = if lists.is_empty() { String::new() } else { format!(" {}", lists.len() + 1) };
            let of = format!("{key}/keys{number}");
            if !keys.insert(of.clone()) {
                return None;
            }
            let known = earlier.get(&of).cloned();
            let list = known.unwrap_or_else(|| names.invent(&format!("{name} keys{number}"), tool));
            names.take(&list);
            lists.push((of, list.clone(), text));
            Some(list)
        };
        for rule in &mut segment.rules {
            column.replace(&mut rule.condition, &mut add);
        }
        draft.reads.extend((0..lists.len()).map(|number| (DraftId(next + number), span)));
        for (key, name, text) in lists {
            let mut segment = make::segment(&name, &entity);
            let list = Some(is_list(&mut segment, text));
            drafts.push(Draft {
                key,
                title: None,
                name,
                span,
                notes: Vec::new(),
                reads: Vec::new(),
                refusals: Vec::new(),
                segment: Some(segment),
                is_skipped: false,
                list,
                part_of: Some(at),
            });
        }
    }
}

/// Makes a segment a list.
fn is_list(segment: &mut Segment, text: String) -> KeyFile {
    let path = format!("lists/{}.csv", segment.name.text);
    let span = segment.name.span;
    segment.rules.clear();
    segment.listed = Some(Listed::File { path: path.clone(), path_span: span, span });
    KeyFile { path, text }
}

/// The key of an entity that has one column.
struct KeyColumn<'a> {
    field: &'a str,
    column: &'a str,
}

impl<'a> KeyColumn<'a> {
    fn of(catalog: &'a Catalog, entity: &str) -> Option<Self> {
        let entity = catalog.entity(catalog.find(entity)?);
        let [key] = entity.key[..] else { return None };
        let field = entity.field(key);
        let is_plain = field.storage == Storage::Native && field.inside.is_none();
        is_plain.then_some(Self { field: &field.name, column: &field.column })
    }

    /// The file of a segment whose members are the keys of a long list.
    fn whole(&self, segment: &Segment) -> Option<String> {
        let [rule] = segment.rules.as_slice() else { return None };
        let is_all = rule.kind != RuleKind::Exclude && segment.extends.is_none() && segment.keeps.is_empty();
        match &rule.condition.kind {
            ExprKind::In { negated: false, .. } if is_all => self.file(&rule.condition),
            _ => None,
        }
    }

    /// Replaces long lists of keys by memberships; `add` takes the text of a file, and names its list.
    fn replace(&self, condition: &mut Expr, add: &mut dyn FnMut(String) -> Option<String>) {
        if let ExprKind::In { negated, .. } = condition.kind
            && let Some(list) = self.file(condition).and_then(&mut *add)
        {
            let member = make::in_segment(None, &list);
            *condition = if negated { make::not(member) } else { member };
            return;
        }
        // Conditions of the entity itself, and of no other rows. Trees of imports aren't deep.
        match &mut condition.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::HowMany { items: parts, .. } => {
                parts.iter_mut().for_each(|part| self.replace(part, add));
            }
            ExprKind::Not(inner) => self.replace(inner, add),
            _ => {}
        }
    }

    /// The file of the keys in a condition, if they are many and a list can have them.
    fn file(&self, condition: &Expr) -> Option<String> {
        let ExprKind::In { value, items, ignoring_case: false, .. } = &condition.kind else { return None };
        let ExprKind::Path(path) = &value.kind else { return None };
        let [part] = path.parts.as_slice() else { return None };
        let is_key = part.event.is_none() && part.name.text == self.field;
        if !is_key || items.len() <= MOST_WRITTEN {
            return None;
        }
        let mut text = format!("{}\n", self::quoted(self.column));
        let mut seen = BTreeSet::new();
        for item in items {
            let ExprKind::Literal(literal) = &item.kind else { return None };
            let key = match literal {
                Literal::String(text) if !text.is_empty() && !text.contains('\0') => quoted(text),
                Literal::Integer(number) => number.to_string(),
                _ => return None,
            };
            if seen.insert(key.clone()) {
                // A string takes everything.
                let _ = writeln!(text, "{key}");
            }
        }
        Some(text)
    }
}

/// A value of a list, in quotes where it needs them.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) || text.starts_with('\u{feff}') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// Refuses lists in the place of a file that isn't an import's.
pub(super) fn refuse_other_files(drafts: &mut [Draft], blocks: &[Block], files: &dyn Files) {
    for draft in drafts.iter_mut().filter(|draft| !draft.is_skipped && draft.refusals.is_empty()) {
        let Some(list) = draft.list.as_ref() else { continue };
        let claims = |block: &Block| block.list.as_ref().is_some_and(|(path, _)| *path == list.path);
        let is_ours = blocks.iter().any(|block| block.key == draft.key && claims(block));
        let is_other = match files.read_list(&list.path) {
            Ok(bytes) => bytes != list.text.as_bytes(),
            Err(ReadError::NotFound) => false,
            Err(_) => true,
        };
        if !is_ours && is_other {
            let (span, name, path) = (draft.span, draft.name.clone(), list.path.clone());
            draft.refusals.push(ListThere { span, name, path }.into());
        }
    }
}

/// Leaves out new lists of segments that aren't imported, or that a person has changed. `body_of` is what the
/// import would write.
pub(super) fn leave_out(drafts: &mut [Draft], blocks: &[Block], body_of: impl Fn(&Draft) -> Option<Written>) {
    let block_of = |key: &str| blocks.iter().find(|block| block.key == key);
    let is_written = |draft: &Draft| {
        let Some(written) = body_of(draft) else { return false };
        let is_ours = |block: &Block| block.is_untouched || block.digest == digest(&written.body);
        block_of(&draft.key).is_none_or(is_ours)
    };
    let written: Vec<bool> = drafts.iter().map(is_written).collect();
    for draft in drafts {
        let is_needed = draft.part_of.is_none_or(|of| written.get(of) == Some(&true));
        draft.is_skipped |= !is_needed && block_of(&draft.key).is_none();
    }
}
