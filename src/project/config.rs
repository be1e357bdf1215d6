//! `segc.yml`.

use std::collections::BTreeMap;

use super::exposures::{Exposure, read_exposure};
use super::policy::{Policy, read_policy};
use super::problems::{BadName, UnknownZone};
use super::targets::{Target, read_schema, read_targets};
use super::warnings::{Levels, read_levels};
use crate::catalog::is_plain;
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::types::calendar::Calendar;
use crate::types::{Literal, Materialize, Weekday, find_zone};
use crate::yaml::{self, Fields, Key, Like, Meant, Node, NodeKind, OtherKeys};

/// Keys of other tools' project files.
const OTHER_KEYS: OtherKeys = &[
    (&["vars", "variables", "parameters"], Meant::Key("params")),
    (&["time_zone", "tz"], Meant::Key("timezone")),
    (
        &["profile", "profiles", "outputs", "dialect", "dialects", "database", "connections"],
        Meant::Key("targets"),
    ),
    (&["materialized", "materialization"], Meant::Key("materialize")),
    (
        &["version", "config-version", "require-dbt-version"],
        Meant::Help("remove it: `segc.yml` has no version"),
    ),
    (
        &["model-paths", "models", "segments", "entities", "catalog", "seed-paths", "test-paths", "tests"],
        Meant::Help("remove it: files are read from `segments`, `catalog`, `tests` and `dialects`"),
    ),
];

/// The contents of `segc.yml`.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's name.
    pub name: String,
    /// The time zone and the first day of the week.
    pub calendar: Calendar,
    /// The place of the time zone, if it is set, for errors about targets without time zones.
    pub timezone_span: Option<Span>,
    /// The default for `materialize` in segments.
    pub materialize: Materialize,
    /// The schema of the segments' tables, as one or two names.
    pub schema: Vec<String>,
    /// The declared targets, or `None` for every built-in dialect under its own name.
    pub targets: Option<Vec<Target>>,
    /// The policy for all segments of the project.
    pub policy: Policy,
    /// Policies by name, selected with `--tier`.
    pub tiers: BTreeMap<String, Policy>,
    /// Values of parameters as written. Whether the parameters exist is checked together with the
    /// segments.
    pub params: Vec<Param>,
    /// What a refresh does if it can't build on the last run.
    pub on_stale_state: OnStaleState,
    /// Which warnings it turns off, or counts as errors.
    pub warnings: Levels,
    /// Who uses segments.
    pub exposures: Vec<Exposure>,
}

/// What a refresh does if it can't build on the last run, because that run is missing, newer than
/// this one, or used a different definition or way to refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnStaleState {
    /// Evaluate everything.
    #[default]
    Rebuild,
    /// Stop before writing anything, and ask for the create script.
    Fail,
}

/// The value of a parameter in `segc.yml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// The parameter's name.
    pub name: String,
    /// The place of the name.
    pub name_span: Span,
    /// The value as written.
    pub value: ParamSetting,
    /// The place of the value.
    pub span: Span,
}

/// A parameter's value, before its type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamSetting {
    /// Text, to be read as the parameter's type: `2024-01-31` may be a date.
    Text(String),
    /// A number or a boolean.
    Literal(Literal),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "project".to_owned(),
            calendar: Calendar::default(),
            timezone_span: None,
            materialize: Materialize::default(),
            schema: vec!["segments".to_owned()],
            targets: None,
            policy: Policy::default(),
            tiers: BTreeMap::new(),
            params: Vec::new(),
            on_stale_state: OnStaleState::default(),
            warnings: Levels::default(),
            exposures: Vec::new(),
        }
    }
}

/// Reads `segc.yml`. Wrong settings are reported and replaced by their defaults.
pub(super) fn read_config(source: SourceId, text: &str, problems: &mut Diagnostics) -> Config {
    let mut config = Config::default();
    let Some(tree) = yaml::read(source, text, problems) else { return config };
    let start = Span::new(source, tree.span.start as usize, tree.span.start as usize);
    let Some(mut fields) = Fields::shown(&tree, "`segc.yml`", start, Some("name: …"), problems) else {
        return config;
    };

    fields = fields.knowing(OTHER_KEYS);
    if let Some(name) = fields.require("name", problems).and_then(|node| read_name(node, problems)) {
        config.name = name;
    }
    read_calendar(&mut fields, &mut config, problems);
    let kinds = Materialize::ALL.map(|kind| (kind.name(), kind));
    let materialize = fields.get("materialize");
    if let Some(kind) = materialize.and_then(|node| node.word("a way to store a segment", &kinds, problems)) {
        config.materialize = kind;
    }
    if let Some(node) = fields.get("refresh") {
        read_refresh(node, fields.key_span("refresh").unwrap_or(node.span), &mut config, problems);
    }
    if let Some(schema) = fields.get("schema").and_then(|node| read_schema(node, problems)) {
        config.schema = schema;
    }
    config.targets = fields.get("targets").and_then(|node| read_targets(node, problems));
    if let Some(node) = fields.get("policy") {
        let at = fields.key_span("policy").unwrap_or(node.span);
        config.policy = read_policy(node, "`policy`", at, problems);
    }
    for (key, node) in fields.names("tiers", Like::Each("{ … }"), problems) {
        check_name(key, "a tier", problems);
        let policy = read_policy(node, &format!("tier `{}`", key.text), key.span, problems);
        config.tiers.insert(key.text.clone(), policy);
    }
    let params = fields.names("params", Like::Each("…"), problems);
    config.params = params.iter().filter_map(|(key, node)| read_param(key, node, problems)).collect();
    config.warnings = read_levels(&mut fields, problems);
    let exposures = fields.names("exposures", Like::Each("{ owner: …, segments: […] }"), problems);
    config.exposures =
        exposures.iter().filter_map(|(key, node)| read_exposure(key, node, problems)).collect();
    fields.finish(problems);
    config
}

pub(super) fn check_name(key: &Key, what: &'static str, problems: &mut Diagnostics) {
    if !is_plain(&key.text) {
        problems.push(BadName { span: key.span, name: key.text.clone(), what });
    }
}

fn read_name(node: &Node, problems: &mut Diagnostics) -> Option<String> {
    let name = node.text(problems)?;
    if name.trim().is_empty() || name.contains(char::is_control) || name.len() > 200 {
        problems.push(BadName { span: node.span, name: name.to_owned(), what: "the project" });
        return None;
    }
    Some(name.to_owned())
}

fn read_refresh(node: &Node, at: Span, config: &mut Config, problems: &mut Diagnostics) {
    let Some(mut fields) =
        Fields::shown(node, "`refresh`", at, Some("refresh: { on_stale_state: rebuild }"), problems)
    else {
        return;
    };
    let known = [("rebuild", OnStaleState::Rebuild), ("fail", OnStaleState::Fail)];
    let node = fields.get("on_stale_state");
    if let Some(what) = node.and_then(|node| node.word("what to do", &known, problems)) {
        config.on_stale_state = what;
    }
    fields.finish(problems);
}

fn read_calendar(fields: &mut Fields<'_>, config: &mut Config, problems: &mut Diagnostics) {
    if let Some(node) = fields.get("timezone")
        && let Some(name) = node.text(problems)
    {
        config.timezone_span = Some(node.span);
        match find_zone(name) {
            Some((zone, zone_name)) => {
                config.calendar = Calendar { zone, zone_name, ..config.calendar.clone() };
            }
            None => problems.push(UnknownZone { span: node.span, name: name.to_owned() }),
        }
    }
    let days = Weekday::ALL.map(|day| (day.name(), day));
    if let Some(day) =
        fields.get("week_start").and_then(|node| node.word("a day of the week", &days, problems))
    {
        config.calendar.week_start = day;
    }
}

/// The value of a parameter in a file.
pub(crate) fn read_param(key: &Key, node: &Node, problems: &mut Diagnostics) -> Option<Param> {
    check_name(key, "a parameter", problems);
    let value = match &node.kind {
        NodeKind::String(text) => ParamSetting::Text(text.clone()),
        NodeKind::Bool(value) => ParamSetting::Literal(Literal::Boolean(*value)),
        NodeKind::Integer(number, _) => ParamSetting::Literal(Literal::Integer(*number)),
        NodeKind::Float(number, text) if text.contains(['e', 'E']) => {
            ParamSetting::Literal(Literal::Float(*number))
        }
        NodeKind::Float(..) => ParamSetting::Literal(Literal::Decimal(node.number(problems)?)),
        NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => {
            return node.wrong("text, a number, `true` or `false`", None, problems);
        }
    };
    Some(Param { name: key.text.clone(), name_span: key.span, value, span: node.span })
}
