//! `targets` and `schema`: the targets, and where their tables are created.

use super::config::check_name;
use super::problems::{BadSchema, NoTargets};
use crate::catalog::is_plain;
use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::problems::DuplicateKey;
use crate::yaml::{Fields, Key, Like, Meant, Node, NodeKind, OtherKeys};

/// Keys of other tools.
const OTHER_KEYS: OtherKeys = &[
    (&["type", "adapter", "engine", "driver"], Meant::Key("dialect")),
    (
        &["path", "host", "dsn", "connection", "database", "dbname", "port", "user", "account"],
        Meant::Key("url"),
    ),
    (
        &["password", "pass", "token", "keyfile"],
        Meant::Help("remove it: `url_env` names the environment variable with the address"),
    ),
    (&["threads"], Meant::Help("remove it: segc has no such setting")),
];

/// A target: a dialect under a name chosen by the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name, which is also that of its folder in `target/`.
    pub name: String,
    /// The place of the name.
    pub span: Span,
    /// The dialect's name; by default, that of the target. Whether the dialect exists is checked
    /// later.
    pub dialect: String,
    /// The place of the dialect's name.
    pub dialect_span: Span,
    /// Whether `dialect` has an invalid value; a missing dialect is then only a consequence.
    pub dialect_unread: bool,
    /// The schema of the segments' tables on this target, if it differs from the project's.
    pub schema: Option<Vec<String>>,
    /// The URL of the target's database, for commands that connect to one.
    pub url: Option<Url>,
    /// The environment variable that contains this URL, and the place of that setting.
    pub url_env: Option<(String, Span)>,
}

/// A URL and its place. It may contain a password, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(pub String, pub Span);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Url(…)")
    }
}

pub(super) fn read_targets(node: &Node, problems: &mut Diagnostics) -> Option<Vec<Target>> {
    if let Some(names) = listed(node) {
        return read_names(node, &names, problems);
    }
    let entries = node.names("targets", Like::Each("{}"), problems)?;
    if entries.is_empty() {
        problems.push(NoTargets { span: node.span });
        return None;
    }
    Some(entries.iter().map(|(key, node)| read_target(key, node, problems)).collect())
}

/// The names in `[duckdb, postgres]`, each of which is also that of the target's dialect.
fn listed(node: &Node) -> Option<Vec<Key>> {
    let NodeKind::List(items) = &node.kind else { return None };
    let name = |item: &Node| match &item.kind {
        NodeKind::String(text) => Some(Key { text: text.clone(), span: item.span }),
        _ => None,
    };
    items.iter().map(name).collect()
}

fn read_names(node: &Node, names: &[Key], problems: &mut Diagnostics) -> Option<Vec<Target>> {
    if names.is_empty() {
        problems.push(NoTargets { span: node.span });
        return None;
    }
    let mut targets: Vec<Target> = Vec::new();
    for key in names {
        match targets.iter().find(|target| target.name == key.text) {
            Some(first) => {
                problems.push(DuplicateKey { span: key.span, key: key.text.clone(), first: first.span });
            }
            None => {
                check_name(key, "a target", problems);
                targets.push(Target::named(key));
            }
        }
    }
    Some(targets)
}

impl Target {
    /// A target whose dialect has its name.
    fn named(key: &Key) -> Self {
        Self {
            name: key.text.clone(),
            span: key.span,
            dialect: key.text.clone(),
            dialect_span: key.span,
            dialect_unread: false,
            schema: None,
            url: None,
            url_env: None,
        }
    }
}

fn read_target(key: &Key, node: &Node, problems: &mut Diagnostics) -> Target {
    check_name(key, "a target", problems);
    let dialect_unread = !matches!(node.kind, NodeKind::Map(_) | NodeKind::Null);
    let mut target = Target { dialect_unread, ..Target::named(key) };
    let owner = format!("target `{}`", key.text);
    let example = match &node.kind {
        NodeKind::String(dialect) if is_plain(dialect) => format!("{}: {{ dialect: {dialect} }}", key.text),
        // What it says may be a secret.
        NodeKind::String(url) if url.contains("://") => format!("{}: {{ url_env: … }}", key.text),
        _ => format!("{}: {{ dialect: … }}", key.text),
    };
    if let NodeKind::String(dialect) = &node.kind
        && is_plain(dialect)
    {
        dialect.clone_into(&mut target.dialect);
        target.dialect_span = node.span;
    }
    let Some(mut fields) = Fields::shown(node, owner, key.span, Some(&example), problems) else {
        return target;
    };
    fields = fields.knowing(OTHER_KEYS);
    target.dialect_unread = fields.has_as_other("dialect");
    if let Some(node) = fields.get("dialect")
        && let Some(dialect) = node.text(problems)
    {
        dialect.clone_into(&mut target.dialect);
        target.dialect_span = node.span;
    }
    target.schema = fields.get("schema").and_then(|node| read_schema(node, problems));
    target.url = fields.get("url").and_then(|node| Some(Url(node.text(problems)?.to_owned(), node.span)));
    target.url_env =
        fields.get("url_env").and_then(|node| Some((node.text(problems)?.to_owned(), node.span)));
    fields.finish(problems);
    target
}

/// Reads one or two names: `segments`, `database.segments`, or a list for unusual names.
pub(super) fn read_schema(node: &Node, problems: &mut Diagnostics) -> Option<Vec<String>> {
    let (parts, usual): (Vec<&str>, fn(char) -> bool) = match &node.kind {
        NodeKind::List(items) => {
            (items.iter().map(|item| item.text(problems)).collect::<Option<_>>()?, |c| !c.is_control())
        }
        _ => {
            let usual = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
            (node.text(problems)?.split('.').collect(), usual)
        }
    };
    let fits = |part: &&str| !part.trim().is_empty() && part.chars().all(usual);
    if (1..=2).contains(&parts.len()) && parts.iter().all(fits) {
        return Some(parts.into_iter().map(str::to_owned).collect());
    }
    problems.push(BadSchema { span: node.span, name: parts.join(".") });
    None
}
