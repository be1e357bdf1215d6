//! Finding dialects: built-in files, the user's files, and what extends what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, OnceLock};

use super::builtin;
use super::decode;
use super::model::Dialect;
use super::problems::{BadBase, SameName};
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::yaml::{self, Node, NodeKind};

/// The source of the built-in files, which aren't in any `Sources`.
pub(super) const BUILT_IN: SourceId = SourceId(u32::MAX);

/// A built-in file, read once per process when something needs it: most compilations need one or two.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    /// The dialect, if no other is its base, so that no user's file can change it.
    decoded: OnceLock<Option<Arc<Dialect>>>,
}

static BUILT_IN_FILES: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
    let name = |text: &'static str| text.lines().find_map(|line| line.strip_prefix("name: "));
    let file = |&text| Some(BuiltIn { name: name(text)?, text, decoded: OnceLock::new() });
    builtin::FILES.iter().filter_map(file).collect()
});

impl BuiltIn {
    /// The file and, if it has a base, all others.
    fn files(&self) -> BTreeMap<String, File> {
        let files = built_in_files([self.text].into_iter());
        if files.values().any(|file| file.extends.is_some()) { all_built_in() } else { files }
    }

    fn dialect(&self) -> Option<&Arc<Dialect>> {
        let decoded = || {
            let found = dialect(self.name, &self.files(), &BTreeMap::new(), &mut Diagnostics::new());
            found.map(|(_, dialect)| dialect)
        };
        self.decoded.get_or_init(decoded).as_ref()
    }
}

/// What is wrong with a built-in file, a test reports.
fn built_in_files(texts: impl Iterator<Item = &'static str>) -> BTreeMap<String, File> {
    files(texts.map(|text| (BUILT_IN, text)), &mut Diagnostics::new())
}

fn all_built_in() -> BTreeMap<String, File> {
    built_in_files(builtin::FILES.iter().copied())
}

/// The dialects of a compilation.
#[derive(Debug, Clone, Default)]
pub struct Dialects {
    /// Those that the user's files declare or change; `None` if there is a problem with one.
    own: BTreeMap<String, Option<Arc<Dialect>>>,
}

/// A file before its base is merged into it.
struct File {
    name: String,
    node: Node,
    extends: Option<(String, Span)>,
}

impl Dialects {
    /// Loads the user's dialects, beside the built-in ones. Dialects with problems are omitted.
    #[must_use]
    pub fn load(user_files: &[(SourceId, Arc<str>)], problems: &mut Diagnostics) -> Self {
        let own = files(user_files.iter().map(|(source, text)| (*source, &**text)), problems);
        if own.is_empty() {
            return Self::default();
        }
        let built_in = all_built_in();
        let extends = |name: &&String| built_in.get(*name).is_some_and(|file| file.extends.is_some());
        let extending = built_in.keys().filter(extends).filter(|name| !own.contains_key(*name));
        let decoded = extending.chain(own.keys()).map(|name| {
            let found = dialect(name, &built_in, &own, problems);
            (name.clone(), found.map(|(_, dialect)| dialect))
        });
        Self { own: decoded.collect() }
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
        match self.own.get(name) {
            Some(own) => own.as_ref(),
            None => BUILT_IN_FILES.iter().find(|file| file.name == name)?.dialect(),
        }
    }

    /// Iterates over the dialects in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Dialect>> {
        let built_in = BUILT_IN_FILES.iter().map(|file| file.name);
        let names: BTreeSet<&str> = built_in.chain(self.own.keys().map(String::as_str)).collect();
        names.into_iter().filter_map(|name| self.get(name))
    }
}

/// The problems of the built-in files, of which there are none.
#[cfg(test)]
pub(super) fn problems_of_built_in() -> Diagnostics {
    let mut problems = Diagnostics::new();
    let files = files(builtin::FILES.iter().map(|text| (BUILT_IN, *text)), &mut problems);
    for name in files.keys() {
        dialect(name, &files, &BTreeMap::new(), &mut problems);
    }
    problems
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
