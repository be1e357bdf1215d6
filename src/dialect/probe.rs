//! The probe queries of a dialect.

use std::collections::BTreeMap;

use super::capability::Capability;
use super::parse::{self, Parser};
use super::problems::{UnknownEntry, UnreadableSql};
use crate::diagnostic::Diagnostics;
use crate::yaml::{Fields, Like, Node};

/// The queries that find out what a database can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probes {
    /// Returns the database's version, for people.
    pub(crate) version: Option<String>,
    /// For each capability, a query that returns whether the database has it.
    pub(crate) capabilities: BTreeMap<Capability, ProbeQuery>,
}

/// A query about one capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeQuery {
    /// Returns a boolean. If it fails, the answer is no.
    pub(crate) sql: String,
    /// What to do if the answer is no.
    pub(crate) otherwise: Option<String>,
}

/// Reads the section and parses its SQL.
pub(super) fn probes(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Probes {
    let Some(mut fields) = Fields::new(node, "`probe`", node.span, problems) else {
        return Probes::default();
    };
    let version = fields.get("version").and_then(|node| query(parser, node, problems));
    let mut capabilities = BTreeMap::new();
    for (key, node) in fields.names("capabilities", Like::Each("{ sql: … }"), problems) {
        let Some(&capability) = Capability::ALL.iter().find(|one| one.name() == key.text) else {
            let known = Capability::ALL.iter().map(|one| one.name()).collect();
            let (section, name) = ("probe", key.text.clone());
            problems.push(UnknownEntry { span: key.span, section, name, known });
            continue;
        };
        if let Some(probe) = probe(parser, node, problems) {
            capabilities.insert(capability, probe);
        }
    }
    fields.finish(problems);
    Probes { version, capabilities }
}

fn probe(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Option<ProbeQuery> {
    let mut fields = Fields::shown(node, "a probe", node.span, Some("{ sql: … }"), problems)?;
    let sql = fields.require("sql", problems).and_then(|node| query(parser, node, problems));
    let otherwise = fields.text("otherwise", problems);
    fields.finish(problems);
    Some(ProbeQuery { sql: sql?, otherwise })
}

fn query(parser: &Parser, node: &Node, problems: &mut Diagnostics) -> Option<String> {
    let text = node.text(problems)?;
    match parse::statement(parser, text) {
        Ok(_) => Some(text.to_owned()),
        Err(error) => {
            problems.push(UnreadableSql { span: node.span, what: text.to_owned(), error });
            None
        }
    }
}
