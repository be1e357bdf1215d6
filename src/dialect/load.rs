//! Finding dialects: built-in files, the user's files, and what extends what.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::builtin;
use super::decode;
use super::model::Dialect;
use super::problems::{BadBase, SameName};
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::yaml::{self, Node, NodeKind};

/// The source of the built-in files, which aren't in any `Sources`.
pub(super) const BUILT_IN: SourceId = SourceId(u32::MAX);

/// The built-in dialects, loaded once per process, since they are the same for each compilation.
static BUILT_IN_DIALECTS: LazyLock<BuiltIn> = LazyLock::new(|| {
    let mut problems = Diagnostics::new();
    let files = files(builtin::FILES.iter().map(|text| (BUILT_IN, *text)), &mut problems);
    let own = BTreeMap::new();
    let complete = files.values().filter(|file| file.extends.is_none());
    let decoded = complete.filter_map(|file| dialect(&file.name, &files, &own, &mut problems)).collect();
    BuiltIn { files, decoded, problems }
});

struct BuiltIn {
    files: BTreeMap<String, File>,
    /// The dialects that extend no other, and that a user's file could replace.
    decoded: BTreeMap<String, Arc<Dialect>>,
    problems: Diagnostics,
}

/// The dialects of a compilation.
#[derive(Debug, Clone, Default)]
pub struct Dialects {
    all: BTreeMap<String, Arc<Dialect>>,
}

/// A file before its base is merged into it.
struct File {
    name: String,
    node: Node,
    extends: Option<(String, Span)>,
}

impl Dialects {
    /// Loads the built-in dialects and the user's. Dialects with problems are omitted.
    #[must_use]
    pub fn load(user_files: &[(SourceId, Arc<str>)], problems: &mut Diagnostics) -> Self {
        let BuiltIn { files: built_in, decoded, problems: known } = &*BUILT_IN_DIALECTS;
        problems.append(known.clone());
        let own = files(user_files.iter().map(|(source, text)| (*source, &**text)), problems);
        let mut all = decoded.clone();
        let extending =
            built_in.keys().filter(|name| !decoded.contains_key(*name) && !own.contains_key(*name));
        for name in extending.chain(own.keys()) {
            all.remove(name);
            all.extend(dialect(name, built_in, &own, problems));
        }
        Self { all }
    }

    /// The name that a file declares, if it can be read.
    #[must_use]
    pub fn name_in(source: SourceId, text: &str) -> Option<String> {
        let mut problems = Diagnostics::new();
        let node = yaml::read(source, text, &mut problems)?;
        decode::head(node, &mut problems).map(|(name, ..)| name)
    }

    /// The dialect with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Dialect>> {
        self.all.get(name)
    }

    /// Iterates over the dialects in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Dialect>> {
        self.all.values()
    }
}

/// Adds a dialect under its name, unless there is a problem with it.
fn dialect(
    name: &str,
    built_in: &BTreeMap<String, File>,
    own: &BTreeMap<String, File>,
    problems: &mut Diagnostics,
) -> Option<(String, Arc<Dialect>)> {
    let (node, origin) = merged(name, built_in, own, problems)?;
    let decoded = decode::dialect(name, &node, problems)?;
    Some((name.to_owned(), Arc::new(Dialect { origin, ..decoded })))
}

fn files<'a>(
    texts: impl Iterator<Item = (SourceId, &'a str)>,
    problems: &mut Diagnostics,
) -> BTreeMap<String, File> {
    let mut found = BTreeMap::new();
    for (source, text) in texts {
        let Some(node) = yaml::read(source, text, problems) else { continue };
        let Some(file) =
            decode::head(node, problems).map(|(name, node, extends)| File { name, node, extends })
        else {
            continue;
        };
        if found.contains_key(&file.name) {
            problems.push(SameName { span: file.node.span, name: file.name });
        } else {
            found.insert(file.name.clone(), file);
        }
    }
    found
}

/// A dialect's file merged over its base, that over its own base, and so on; and the name of the
/// last of them.
fn merged(
    name: &str,
    built_in: &BTreeMap<String, File>,
    own: &BTreeMap<String, File>,
    problems: &mut Diagnostics,
) -> Option<(Node, String)> {
    let mut file = own.get(name).or_else(|| built_in.get(name))?;
    let mut chain: Vec<&File> = vec![file];
    while let Some((base, span)) = &file.extends {
        // A file that extends its own name means the built-in one.
        let next = if *base == file.name { None } else { own.get(base) };
        let Some(next) = next.or_else(|| built_in.get(base)) else {
            let known = built_in.keys().chain(own.keys()).cloned().collect();
            problems.push(BadBase { span: *span, base: base.clone(), chain: Vec::new(), known });
            return None;
        };
        let again = chain.iter().any(|one| std::ptr::eq(*one, next));
        chain.push(next);
        if again {
            let chain = chain.iter().map(|one| one.name.clone()).collect();
            problems.push(BadBase { span: *span, base: base.clone(), chain, known: Vec::new() });
            return None;
        }
        file = next;
    }
    let origin = file.name.clone();
    let nodes = chain.into_iter().rev().map(|file| file.node.clone());
    Some((nodes.reduce(|base, over| overlay(base, over, 0))?, origin))
}

/// Merges maps key by key, up to three levels deep (`statements`, `literals.escapes`). Other values
/// are replaced.
fn overlay(base: Node, over: Node, depth: usize) -> Node {
    match (base.kind, over.kind) {
        (NodeKind::Map(base), NodeKind::Map(entries)) if depth < 2 => {
            let mut joined = base;
            for (key, value) in entries {
                match joined.iter().position(|(one, _)| one.text == key.text) {
                    Some(at) => {
                        let (_, old) = joined.remove(at);
                        joined.insert(at, (key, overlay(old, value, depth + 1)));
                    }
                    None => joined.push((key, value)),
                }
            }
            Node { kind: NodeKind::Map(joined), span: over.span }
        }
        (_, kind) => Node { kind, span: over.span },
    }
}
