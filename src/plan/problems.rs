//! Problems that the planner reports (SEG5xx).

use crate::diagnostic::{Label, Span};
use crate::dialect::Capability;
use crate::problems;
use crate::project::PolicyLimit;

problems! {
    /// The target doesn't support a feature that the segment uses.
    ///
    /// Every dialect file declares the capabilities of its database. The message lists the project's
    /// targets that support this one.
    ///
    /// ```text
    /// # dialects/tiny.yml says: many_linked_conditions: false
    /// segment buyers on customer { where count(orders) > 0 }
    /// ```
    ///
    /// Compile the segment for another target, or write it without the feature. If the database does
    /// support it, answer `true` in your own dialect file.
    error SEG501 "the target lacks a capability" TargetLacks {
        span: Span, segment: String, capability: Capability, target: String, able: Vec<String>,
    }
    message |p| format!(
        "`{}` needs {}, which the target `{}` doesn't support",
        p.segment, phrase(p.capability), p.target
    );
    help |p| Some(format!(
        "{}; if the database of `{}` does support it, answer `{}: true` in your own dialect file{}",
        able(p.capability, &p.able), p.target, p.capability.name(), otherwise(p.capability)
    ));

    /// The project's policy turns off a feature that the segment uses.
    ///
    /// `policy.capabilities` in `segc.yml` can forbid any feature that the targets support.
    ///
    /// ```text
    /// policy: { capabilities: { segment_composition: false } }
    /// ```
    ///
    /// Write the segment without the feature, or remove the flag from the policy.
    error SEG502 "the project's policy forbids it" PolicyForbids {
        span: Span, segment: String, capability: Capability, able: Vec<String>,
    }
    message |p| format!("`{}` needs {}, which the project's policy forbids", p.segment, phrase(p.capability));
    help |p| Some(format!(
        "`policy.capabilities.{}` in segc.yml is false: remove it to allow this; {}{}",
        p.capability.name(), able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// The selected tier turns off a feature that the segment uses.
    ///
    /// `tiers` in `segc.yml` are named policies, selected with `--tier`.
    ///
    /// ```text
    /// tiers: { free: { capabilities: { many_linked_conditions: false } } }
    /// ```
    ///
    /// Write the segment without the feature, or compile for another tier.
    error SEG503 "the tier forbids it" TierForbids {
        span: Span, segment: String, capability: Capability, tier: String, able: Vec<String>,
    }
    message |p| format!(
        "`{}` needs {}, which the tier `{}` doesn't include",
        p.segment, phrase(p.capability), p.tier
    );
    help |p| Some(format!(
        "`tiers.{}.capabilities.{}` in segc.yml is false: use another tier, or remove it; {}{}",
        p.tier, p.capability.name(), able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// The segment exceeds a limit of the project's policy or of the selected tier.
    ///
    /// The limits are `composition_depth`, `hops`, `conditions` and `window_days`, under
    /// `policy.limits` or `tiers.NAME.limits` in `segc.yml`. `window_days` limits how far a window
    /// reaches from as_of, back or ahead. An aggregate without a window covers the lifetime, which is
    /// unbounded. Fixed dates aren't measured.
    ///
    /// ```text
    /// policy: { limits: { window_days: 90 } }
    /// segment loyal on customer { where count(orders during last 1 year) > 3 }
    /// ```
    ///
    /// Make the segment smaller, or raise the limit.
    error SEG504 "limit exceeded" BeyondLimit {
        span: Span, segment: String, limit: PolicyLimit, found: Measured, allowed: u64, tier: Option<String>,
    }
    message |p| format!(
        "`{}` {}, but {} allows {}{}",
        p.segment, measure(p.limit, p.found), whose(p.tier.as_deref()), p.allowed, unit(p.limit)
    );
    help |p| Some(format!(
        "{}the limit is `{}.limits.{}` in segc.yml",
        shorter(p.found, p.allowed), section(p.tier.as_deref()), p.limit.name()
    ));

    /// The project's time zone isn't UTC, but the target doesn't support time zones or they are
    /// forbidden.
    ///
    /// Days, weeks and months are calendar units in the project's zone. A database without time zones
    /// would compute them in a different one.
    ///
    /// ```text
    /// timezone: Europe/London   # in segc.yml, with a target that answers time_zones: false
    /// ```
    ///
    /// Set `timezone: UTC`, or remove this target.
    error SEG505 "no time zones" ZoneNotSupported {
        span: Option<Span>, zone: String, refuser: Refuser, able: Vec<String>,
    }
    message |p| match &p.refuser {
        Refuser::Target(target) => format!("the project is in `{}`, but the target `{target}` doesn't support time zones (`time_zones`)", p.zone),
        Refuser::Probe { database, .. } => format!("the project is in `{}`, but the probe found no time zones (`time_zones`) in the database `{database}`", p.zone),
        Refuser::Policy => format!("the project is in `{}`, but its policy forbids time zones (`time_zones`)", p.zone),
        Refuser::Tier(tier) => format!("the project is in `{}`, but the tier `{tier}` doesn't include time zones (`time_zones`)", p.zone),
    };
    help |p| Some(match &p.refuser {
        Refuser::Target(_) => format!("set `timezone: UTC`, or remove this target; {}", able(Capability::TimeZones, &p.able)),
        Refuser::Probe { otherwise, .. } => format!("set `timezone: UTC`{}", otherwise.as_ref().map(|otherwise| format!(", or: {otherwise}")).unwrap_or_default()),
        Refuser::Policy => "set `timezone: UTC`, or remove `policy.capabilities.time_zones` from segc.yml".to_owned(),
        Refuser::Tier(tier) => format!("set `timezone: UTC`, use another tier, or remove `tiers.{tier}.capabilities.time_zones` from segc.yml"),
    });

    /// The segment's name is too long for a table of the target.
    ///
    /// The segment's table is named after it. If the database truncated the name, it could be the same
    /// as another segment's.
    ///
    /// ```text
    /// segment customers_who_…_and_so_on on customer { }   # over 63 bytes, for a target that allows 63
    /// ```
    ///
    /// Use a shorter name.
    error SEG506 "name too long" NameTooLong { span: Span, name: String, target: String, bytes: usize }
    message |p| format!("the name `{}` is too long for `{}`", p.name, p.target);
    help |p| Some(format!("it has {} bytes, but the limit is {}", p.name.len(), p.bytes));

    /// A statement is longer than the target accepts.
    ///
    /// Databases limit the text of one statement (1 MB on some).
    ///
    /// ```text
    /// segment picked on customer { where customer_id in (1, 2, 3, …) }   # a million numbers
    /// ```
    ///
    /// Put long lists into a table and link to it, or split the segment.
    error SEG507 "statement too long" StatementTooLong {
        span: Option<Span>, segment: String, target: String, bytes: usize, allowed: usize,
    }
    message |p| format!(
        "a statement of {} has {} bytes; `{}` accepts {}",
        if p.segment.is_empty() { "several segments".to_owned() } else { format!("`{}`", p.segment) },
        p.bytes, p.target, p.allowed
    );
    help |p| Some(match p.segment.is_empty() {
        true => "compile fewer segments at once (`--select`)".to_owned(),
        false => "put long lists into a table and link to it, or split the segment".to_owned(),
    });

    /// The project's policy or the selected tier forbids conditions on personal data.
    ///
    /// `policy.pii.conditions` in `segc.yml` says whether segments may use fields that are
    /// `pii: true` in the catalog: in conditions, links, traits, windows and rankings.
    ///
    /// ```text
    /// policy: { pii: { conditions: false } }
    /// segment adults on customer { where birthday before 18 years ago }    # birthday: pii
    /// ```
    ///
    /// Write the segment without the field, or allow it in the policy.
    error SEG522 "personal data in conditions" PersonalForbidden {
        span: Span, segment: String, field: String, via: Vec<String>, tier: Option<String>, labels: Vec<Label>,
    }
    message |p| format!(
        "`{}` uses `{}`{}, which is personal data, but {} forbids that",
        p.segment, p.field,
        if p.via.is_empty() { String::new() } else { format!(" (through the trait `{}`)", p.via.join("` → `")) },
        whose(p.tier.as_deref())
    );
    help |p| Some(format!(
        "write the segment without it, or allow it: `{}.pii.conditions` in segc.yml is false",
        section(p.tier.as_deref())
    ));
    labels |p| p.labels.clone();

    /// A segment has too many `keep`s. Each ranks the result of the one before, and all of them are
    /// columns of a single statement.
    ///
    /// ```text
    /// segment best on customer { keep top 900 by total keep top 800 by orders … }
    /// ```
    ///
    /// Move some of them to another segment, and let this one extend it.
    error SEG531 "too many `keep`s" ManyKeeps { span: Span, segment: String, count: usize, limit: usize }
    message |p| format!("`{}` has {} `keep`s, but the limit is {}", p.segment, p.count, p.limit);
    help |p| Some(format!("move the first {} to another segment, and let `{}` extend it", p.limit, p.segment));

    /// Too many segments are expanded into one statement. A `view` or `inline` segment is expanded into
    /// those that refer to it, with everything it refers to itself. A view reads no segment tables, so
    /// everything it refers to is expanded.
    ///
    /// ```text
    /// segment s201 on customer { materialize: view where in segment s200 and country = "US" }
    /// # s200 refers to s199, and so on: 201 segments in one statement
    /// ```
    ///
    /// Store one of them with `materialize: incremental` or `table`, so that it is read from its table.
    error SEG532 "too many segments in one statement" ManyInlined {
        span: Span, segment: String, limit: usize, input: Option<String>, view: bool,
    }
    message |p| format!("more than {} segments are expanded into `{}`", p.limit, p.segment);
    help |p| Some(match (&p.input, p.view) {
        (Some(input), false) => format!("store one of them: set `materialize: incremental` in `{input}`, so that it is read from its table"),
        _ => format!("set `materialize: incremental` in `{}`: a view reads no segment tables", p.segment),
    });

    /// With its traits expanded, a segment has too many conditions for one statement.
    ///
    /// ```text
    /// segment chosen on customer { where id = 1 or id = 2 or id = 3 … }
    /// ```
    ///
    /// Write values of one field as a list, `id in (1, 2, 3)`. Move some of the other conditions to a
    /// separate segment: `include where in segment others`.
    error SEG533 "too many conditions" ManyConditions { span: Span, segment: String, count: usize, limit: usize }
    message |p| format!("`{}` has {} conditions, but the limit is {}", p.segment, p.count, p.limit);
    help |_p| Some("write values of one field as a list, `country in (\"US\", \"GB\")`, or move some conditions to a separate segment".to_owned());

    /// A segment has the same name as the table with another segment's ended memberships.
    ///
    /// ```text
    /// segment vip on customer { history: true … }
    /// segment vip_history on customer { … }     # vip's history is the table `vip_history`
    /// ```
    ///
    /// Rename the segment, or remove the history.
    error SEG550 "the name of a history table" HistoryNameTaken { span: Span, name: String, segment: String }
    message |p| format!("`{}` is also the history table of `{}`", p.name, p.segment);
    help |p| Some(format!("rename the segment, or remove `history` from `{}`", p.segment));

    /// A segment would be stored in a table that an entity reads.
    ///
    /// A script would treat the entity's rows as members, and delete those that don't match.
    ///
    /// ```text
    /// # segc.yml says: schema: public
    /// segment customers on customer { … }     # and `customer` has `table: customers`
    /// ```
    ///
    /// Rename the segment, or use a separate `schema:` for the project, which is recommended in any case.
    error SEG551 "an entity's table" SourceTable { span: Span, table: String, segment: String, entity: String }
    message |p| format!("`{}` is the table of the entity `{}`, but `{}` would be stored there", p.table, p.entity, p.segment);
    help |p| Some(format!("rename the segment `{}`, or use a separate `schema:` for the project in segc.yml", p.segment));

    /// A segment has a name that segc reserves for its own tables.
    ///
    /// ```text
    /// segment segc_state on customer { … }     # `segc_state` records when segments were built
    /// ```
    ///
    /// Rename the segment.
    error SEG552 "a reserved name" ReservedName { span: Span, name: String, reserved: &'static str }
    message |p| format!("`{}` begins with `{}`, which is reserved for segc's own tables", p.name, p.reserved);
    help |_p| Some("rename the segment".to_owned());

    /// A segment's table would be taken for an alias in segc's SQL.
    ///
    /// ClickHouse lets a table that has an alias be read by its own name as well. In `FROM a AS s JOIN
    /// audience.s AS m`, it can't tell what `s.id` is, or takes the wrong one:
    ///
    /// ```text
    /// segment s on customer { … }     # wrong on ClickHouse, as a single letter
    /// segment c on customer { … }     # and so are the initials of an entity
    /// ```
    ///
    /// Rename the segment, or give it `materialize: inline`, so that it has no table.
    error SEG553 "a name that is an alias" AliasName { span: Span, name: String, target: String }
    message |p| format!("`{}` would take the table of `{}` for an alias of another one in segc's SQL", p.target, p.name);
    help |_p| Some("give the segment a longer name, which isn't the initials of an entity".to_owned());

    /// The live database doesn't support a feature that the segment uses, although its dialect does.
    ///
    /// With `--probe`, and in every command that connects to a database, segc asks for its version and
    /// extensions. The queries are in the dialect's file under `probe:`.
    ///
    /// ```text
    /// # a PostgreSQL without the extension fuzzystrmatch
    /// segment smiths on customer { where name resembles "smith" within 1 edits }
    /// ```
    ///
    /// Follow the help (such as `CREATE EXTENSION fuzzystrmatch`), or write the segment without the
    /// feature.
    error SEG590 "the database lacks a capability" ProbeLacks {
        span: Span, segment: String, capability: Capability, database: String,
        otherwise: Option<String>, able: Vec<String>,
    }
    message |p| format!(
        "`{}` needs {}, which the probe didn't find in the database `{}`",
        p.segment, phrase(p.capability), p.database
    );
    help |p| Some(format!(
        "{}{}{}",
        p.otherwise.as_ref().map(|otherwise| format!("it needs: {otherwise}; ")).unwrap_or_default(),
        able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// The target would replace part of the name of a table, column or struct key.
    ///
    /// Before it reads a statement, Spark replaces `${…}` by the value of a configuration or environment
    /// variable, even in quotes. segc writes text in a form that isn't affected, but can't do this for
    /// names.
    ///
    /// ```yaml
    /// fields:
    ///   price: { type: decimal, column: "price ${cur}" }     # wrong on Spark
    /// ```
    ///
    /// Rename the column, or give the entity a `query:` for this target that renames it. segc doesn't
    /// change `${…}` in a query.
    error SEG608 "a name that the target replaces" ReplacedName {
        span: Span, name: String, target: String, replaced: String,
    }
    message |p| format!("`{}` can't be read on `{}`, which replaces everything that begins with `{}`", p.name, p.target, p.replaced);
    help |_p| Some("rename it, or give the entity a `query:` for this target that renames it".to_owned());
}

/// Who forbids a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refuser {
    /// The target of this name.
    Target(String),
    /// The probe of a database, with a hint.
    Probe {
        database: String,
        /// The hint.
        otherwise: Option<String>,
    },
    /// The project's policy.
    Policy,
    /// The tier of this name.
    Tier(String),
}

/// The measured value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measured {
    /// A number.
    Number(u64),
    /// More than any limit.
    Unlimited,
}

/// The targets that support a capability.
fn able(capability: Capability, targets: &[String]) -> String {
    if targets.is_empty() {
        return format!("no target of this project supports `{}`", capability.name());
    }
    format!("targets that support `{}`: {}", capability.name(), targets.join(", "))
}

/// How to avoid a capability, if there is more to it than removing something.
fn otherwise(capability: Capability) -> &'static str {
    match capability {
        Capability::MaterializedComposition => {
            "; a segment with `materialize: inline` or `view` can be referred to without it"
        }
        Capability::WildcardTables => {
            "; or give the entity another table there, such as a view of all days: `targets: { NAME: { table: … } }`"
        }
        _ => "",
    }
}

fn phrase(capability: Capability) -> String {
    let what = match capability {
        Capability::LinkedConditions => "conditions on linked entities",
        Capability::ManyLinkedConditions => "aggregates over linked entities",
        Capability::OuterNulls => "rows that count though an outer value is missing",
        Capability::RowOrder => "rows in the order of time",
        Capability::Modes => "the most frequent value",
        Capability::Periods => "periods of a window",
        Capability::Sequences => "sequences of rows",
        Capability::Decimals => "decimals",
        Capability::LetterCase => "upper and lower case",
        Capability::SequenceAbsence => "sequences that end with `then not`",
        Capability::WildcardTables => "a table for each day",
        Capability::SegmentComposition => "composition of segments",
        Capability::MaterializedComposition => "composition with stored segments",
        other => return format!("`{}`", other.name()),
    };
    format!("{what} (`{}`)", capability.name())
}

fn measure(limit: PolicyLimit, found: Measured) -> String {
    let Measured::Number(found) = found else {
        return "has an aggregate whose window is unbounded".to_owned();
    };
    match limit {
        PolicyLimit::CompositionDepth => format!("refers to segments {found} deep"),
        PolicyLimit::Hops => format!("follows {found} links in one path"),
        PolicyLimit::Conditions => format!("has {found} conditions"),
        PolicyLimit::WindowDays => format!("has a window that reaches about {found} days"),
    }
}

/// The unit, if the number needs one.
fn unit(limit: PolicyLimit) -> &'static str {
    match limit {
        PolicyLimit::WindowDays => " days",
        PolicyLimit::CompositionDepth | PolicyLimit::Hops | PolicyLimit::Conditions => "",
    }
}

/// Suggests a window for an aggregate with none or an unbounded one.
fn shorter(found: Measured, allowed: u64) -> String {
    match found {
        Measured::Unlimited if allowed > 0 => {
            format!("give it a window, such as `during last {allowed} days`; ")
        }
        Measured::Unlimited | Measured::Number(_) => String::new(),
    }
}

fn whose(tier: Option<&str>) -> String {
    tier.map_or_else(|| "the project's policy".to_owned(), |tier| format!("the tier `{tier}`"))
}

fn section(tier: Option<&str>) -> String {
    tier.map_or_else(|| "policy".to_owned(), |tier| format!("tiers.{tier}"))
}
