//! What the planner refuses (SEG5xx).

use crate::diagnostic::{Label, Span};
use crate::dialect::Capability;
use crate::problems;
use crate::project::PolicyLimit;

problems! {
    /// The target can't do what the segment asks for.
    ///
    /// Every dialect file answers which capabilities its database has. The message names
    /// the project's targets that have this one.
    ///
    /// ```text
    /// # dialects/tiny.yml says: many_linked_conditions: false
    /// segment buyers on customer { where count(orders) > 0 }
    /// ```
    ///
    /// Compile the segment for another target, write it without the feature, or, if the
    /// database has it after all, answer `true` in a dialect file of your own.
    error SEG501 "the target lacks a capability" TargetLacks {
        span: Span, segment: String, capability: Capability, target: String, able: Vec<String>,
    }
    message |p| format!(
        "`{}` needs {}, which the target `{}` does not have",
        p.segment, phrase(p.capability), p.target
    );
    help |p| Some(format!(
        "{}; if the database of `{}` can do it after all, answer `{}: true` in a dialect file of your own{}",
        able(p.capability, &p.able), p.target, p.capability.name(), otherwise(p.capability)
    ));

    /// The project's policy switches off what the segment asks for.
    ///
    /// `policy.capabilities` in `segc.yml` can forbid any feature that the targets have.
    ///
    /// ```text
    /// policy: { capabilities: { segment_composition: false } }
    /// ```
    ///
    /// Write the segment without the feature, or take the flag out of the policy.
    error SEG502 "the project's policy forbids it" PolicyForbids {
        span: Span, segment: String, capability: Capability, able: Vec<String>,
    }
    message |p| format!("`{}` needs {}, which the project's policy forbids", p.segment, phrase(p.capability));
    help |p| Some(format!(
        "`policy.capabilities.{}` in segc.yml is false: take it out to allow it; {}{}",
        p.capability.name(), able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// The chosen tier switches off what the segment asks for.
    ///
    /// `tiers` in `segc.yml` are named policies, chosen with `--tier`.
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
        "`{}` needs {}, which the tier `{}` does not include",
        p.segment, phrase(p.capability), p.tier
    );
    help |p| Some(format!(
        "`tiers.{}.capabilities.{}` in segc.yml is false: choose another tier, or take it out; {}{}",
        p.tier, p.capability.name(), able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// The segment goes beyond a limit of the project's policy or of the chosen tier.
    ///
    /// Limits are `composition_depth`, `hops`, `conditions` and `window_days`, under
    /// `policy.limits` or `tiers.NAME.limits` in `segc.yml`. `window_days` is about how far a
    /// window reaches from as_of, back or ahead; over the lifetime, which is what an
    /// aggregate sees that has no window, it has no end. Fixed dates are not measured.
    ///
    /// ```text
    /// policy: { limits: { window_days: 90 } }
    /// segment loyal on customer { where count(orders during last 1 year) > 3 }
    /// ```
    ///
    /// Make the segment smaller, or raise the limit.
    error SEG504 "beyond a limit" BeyondLimit {
        span: Span, segment: String, limit: PolicyLimit, found: Found, allowed: u64, tier: Option<String>,
    }
    message |p| format!(
        "`{}` {}, but {} allows {}{}",
        p.segment, measure(p.limit, p.found), whose(p.tier.as_deref()), p.allowed, unit(p.limit)
    );
    help |p| Some(format!(
        "{}the limit is `{}.limits.{}` in segc.yml",
        shorter(p.found, p.allowed), section(p.tier.as_deref()), p.limit.name()
    ));

    /// The project is not in UTC, and the target has no time zones, or they are forbidden.
    ///
    /// Days, weeks and months are calendar units of the project's zone. A database without
    /// zones would compute them in another one.
    ///
    /// ```text
    /// timezone: Europe/London   # in segc.yml, with a target that answers time_zones: false
    /// ```
    ///
    /// Set `timezone: UTC`, or leave this target out.
    error SEG505 "no time zones" ZoneNotSupported {
        span: Option<Span>, zone: String, refuser: Refuser, able: Vec<String>,
    }
    message |p| match &p.refuser {
        Refuser::Target(target) => format!("the project is in `{}`, but the target `{target}` has no time zones (`time_zones`)", p.zone),
        Refuser::Probe { database, .. } => format!("the project is in `{}`, but the probe found no time zones (`time_zones`) in the database `{database}`", p.zone),
        Refuser::Policy => format!("the project is in `{}`, but its policy forbids time zones (`time_zones`)", p.zone),
        Refuser::Tier(tier) => format!("the project is in `{}`, but the tier `{tier}` does not include time zones (`time_zones`)", p.zone),
    };
    help |p| Some(match &p.refuser {
        Refuser::Target(_) => format!("set `timezone: UTC`, or leave this target out; {}", able(Capability::TimeZones, &p.able)),
        Refuser::Probe { otherwise, .. } => format!("set `timezone: UTC`{}", otherwise.as_ref().map(|otherwise| format!(", or: {otherwise}")).unwrap_or_default()),
        Refuser::Policy => "set `timezone: UTC`, or take `policy.capabilities.time_zones` out of segc.yml".to_owned(),
        Refuser::Tier(tier) => format!("set `timezone: UTC`, choose another tier, or take `tiers.{tier}.capabilities.time_zones` out of segc.yml"),
    });

    /// The segment's name is too long for a table of the target.
    ///
    /// The segment's table is named after it; a name that the database would cut could be
    /// another segment's.
    ///
    /// ```text
    /// segment customers_who_…_and_so_on on customer { }   # over 63 bytes, for a target that allows 63
    /// ```
    ///
    /// Give it a shorter name.
    error SEG506 "name too long" NameTooLong { span: Span, name: String, target: String, bytes: usize }
    message |p| format!("`{}` is too long a name for `{}`", p.name, p.target);
    help |p| Some(format!("it has {} bytes; at most {} are possible there", p.name.len(), p.bytes));

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
        "a statement of `{}` has {} bytes; `{}` accepts {}",
        p.segment, p.bytes, p.target, p.allowed
    );
    help |_p| Some("put long lists into a table of their own and link to it, or split the segment".to_owned());

    /// The project's policy, or the chosen tier, forbids conditions on personal data.
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
        "`{}` uses `{}`{}, which is personal data, and {} forbids that",
        p.segment, p.field,
        if p.via.is_empty() { String::new() } else { format!(" (through the trait `{}`)", p.via.join("` → `")) },
        whose(p.tier.as_deref())
    );
    help |p| Some(format!(
        "write the segment without it, or allow it: `{}.pii.conditions` in segc.yml is false",
        section(p.tier.as_deref())
    ));
    labels |p| p.labels.clone();

    /// A segment has more `keep`s than anybody needs: each ranks those whom the one before has left,
    /// and all of them are columns of one statement.
    ///
    /// ```text
    /// segment best on customer { keep top 900 by total keep top 800 by orders … }
    /// ```
    ///
    /// Write some of them in a segment of their own, and let this one extend it.
    error SEG531 "too many `keep`s" ManyKeeps { span: Span, segment: String, count: usize, limit: usize }
    message |p| format!("`{}` has {} `keep`s, and {} are the most", p.segment, p.count, p.limit);
    help |p| Some(format!("write the first {} in a segment of their own, and let `{}` extend it", p.limit, p.segment));

    /// Too many segments are written into one statement: those that are `view` or `inline` are put in
    /// place in whatever refers to them, with all that they refer to themselves. A view reads no
    /// table of a segment, so that all it refers to is put in place.
    ///
    /// ```text
    /// segment s201 on customer { materialize: view where in segment s200 and country = "US" }
    /// # s200 refers to s199, and so on: 201 segments in one statement
    /// ```
    ///
    /// Store one in between, with `materialize: incremental` or `table`: it is then read from its
    /// table.
    error SEG532 "too many segments in one statement" ManyInlined {
        span: Span, segment: String, limit: usize, input: Option<String>, view: bool,
    }
    message |p| format!("more than {} segments are put in place in `{}`", p.limit, p.segment);
    help |p| Some(match (&p.input, p.view) {
        (Some(input), false) => format!("store one in between: say `materialize: incremental` in `{input}`, so that it is read from its table"),
        _ => format!("say `materialize: incremental` in `{}`: a view reads no table of a segment", p.segment),
    });

    /// A segment has more conditions than one statement should hold, its traits written out.
    ///
    /// ```text
    /// segment chosen on customer { where id = 1 or id = 2 or id = 3 … }
    /// ```
    ///
    /// Write values of one field as a list, `id in (1, 2, 3)`; of unlike conditions, let some be a
    /// segment of their own: `include where in segment others`.
    error SEG533 "too many conditions" ManyConditions { span: Span, segment: String, count: usize, limit: usize }
    message |p| format!("`{}` has {} conditions, and {} are the most", p.segment, p.count, p.limit);
    help |_p| Some("write values of one field as a list, `country in (\"US\", \"GB\")`, or let some conditions be a segment of their own".to_owned());

    /// A segment has the name of the table that the ended memberships of another go to.
    ///
    /// ```text
    /// segment vip on customer { history: true … }
    /// segment vip_history on customer { … }     # vip's history is the table `vip_history`
    /// ```
    ///
    /// Give the segment another name, or do without the history.
    error SEG550 "the name of a history" HistoryNameTaken { span: Span, name: String, segment: String }
    message |p| format!("`{}` is also the table of the history of `{}`", p.name, p.segment);
    help |p| Some(format!("rename the segment, or take `history` out of `{}`", p.segment));

    /// A segment's table is the one that an entity is read from.
    ///
    /// A script would take the entity's rows for members, and delete those that don't match.
    ///
    /// ```text
    /// # segc.yml says: schema: public
    /// segment customers on customer { … }     # and `customer` has `table: customers`
    /// ```
    ///
    /// Give the segment another name, or the project a `schema:` of its own, which is best in any case.
    error SEG551 "an entity's table" SourceTable { span: Span, table: String, segment: String, entity: String }
    message |p| format!("`{}` is the table of the entity `{}`, and `{}` would be stored there", p.table, p.entity, p.segment);
    help |p| Some(format!("rename the segment `{}`, or give the project a `schema:` of its own in segc.yml", p.segment));

    /// A segment has a name of those that segc keeps for its own tables.
    ///
    /// ```text
    /// segment segc_state on customer { … }     # `segc_state` records when segments were built
    /// ```
    ///
    /// Give the segment another name.
    error SEG552 "a reserved name" ReservedName { span: Span, name: String, reserved: &'static str }
    message |p| format!("`{}` begins with `{}`, as segc's own tables do", p.name, p.reserved);
    help |_p| Some("give the segment another name".to_owned());

    /// The live database lacks what the segment asks for, though its dialect has it.
    ///
    /// With `--probe`, or wherever a command is connected, segc asks the database for its
    /// version and extensions. The queries stand in the dialect's file under `probe:`.
    ///
    /// ```text
    /// # a PostgreSQL without the extension fuzzystrmatch
    /// segment smiths on customer { where name resembles "smith" within 1 edits }
    /// ```
    ///
    /// Do what the message says (such as `CREATE EXTENSION fuzzystrmatch`), or write the segment
    /// without the feature.
    error SEG590 "the database lacks a capability" ProbeLacks {
        span: Span, segment: String, capability: Capability, database: String,
        otherwise: Option<String>, able: Vec<String>,
    }
    message |p| format!(
        "`{}` needs {}, which the probe did not find in the database `{}`",
        p.segment, phrase(p.capability), p.database
    );
    help |p| Some(format!(
        "{}{}{}",
        p.otherwise.as_ref().map(|otherwise| format!("it needs: {otherwise}; ")).unwrap_or_default(),
        able(p.capability, &p.able), otherwise(p.capability)
    ));

    /// A table, column or key of a struct has a name in which the target replaces something.
    ///
    /// Spark replaces `${…}` before it reads a statement, whatever quotes are around it, by what a
    /// variable of its configuration or environment holds. Texts are written so that this finds
    /// nothing; a name can't be.
    ///
    /// ```yaml
    /// fields:
    ///   price: { type: decimal, column: "price ${cur}" }     # wrong on Spark
    /// ```
    ///
    /// Rename the column, or give the entity a `query:` for this target that reads it under another
    /// name; there `${…}` is your own.
    error SEG608 "a name that the target replaces" ReplacedName {
        span: Span, name: String, target: String, replaced: String,
    }
    message |p| format!("`{}` can't be read on `{}`, which replaces what begins with `{}`", p.name, p.target, p.replaced);
    help |_p| Some("rename it, or give the entity a `query:` for this target that reads it under another name".to_owned());
}

/// Who says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refuser {
    /// The target of this name.
    Target(String),
    /// The probe of a database, which says what would help.
    Probe {
        /// The database.
        database: String,
        /// What would help.
        otherwise: Option<String>,
    },
    /// The project's policy.
    Policy,
    /// The tier of this name.
    Tier(String),
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// So many.
    Number(u64),
    /// More than any limit.
    Unlimited,
}

/// Which targets have a capability.
fn able(capability: Capability, targets: &[String]) -> String {
    if targets.is_empty() {
        return format!("no target of this project has `{}`", capability.name());
    }
    format!("targets that have `{}`: {}", capability.name(), targets.join(", "))
}

/// How to do without a capability, if that is more than leaving something out.
fn otherwise(capability: Capability) -> &'static str {
    match capability {
        Capability::MaterializedComposition => {
            "; a segment that says `materialize: inline` or `view` can be referred to without it"
        }
        _ => "",
    }
}

fn phrase(capability: Capability) -> String {
    let what = match capability {
        Capability::LinkedConditions => "conditions on linked entities",
        Capability::ManyLinkedConditions => "conditions on arrays of linked entities",
        Capability::RowOrder => "rows in the order of time",
        Capability::Modes => "the most frequent value",
        Capability::Periods => "periods of a window",
        Capability::Sequences => "sequences of rows",
        Capability::SegmentComposition => "composition of segments",
        Capability::MaterializedComposition => "composition with materialised segments",
        other => return format!("`{}`", other.name()),
    };
    format!("{what} (`{}`)", capability.name())
}

fn measure(limit: PolicyLimit, found: Found) -> String {
    let Found::Number(found) = found else {
        return "reaches back without end, as an aggregate without a window does".to_owned();
    };
    match limit {
        PolicyLimit::CompositionDepth => format!("refers to segments {found} deep"),
        PolicyLimit::Hops => format!("follows {found} links in one path"),
        PolicyLimit::Conditions => format!("has {found} conditions"),
        PolicyLimit::WindowDays => format!("has a window that reaches about {found} days"),
    }
}

/// What is counted, where the number alone doesn't say it.
fn unit(limit: PolicyLimit) -> &'static str {
    match limit {
        PolicyLimit::WindowDays => " days",
        PolicyLimit::CompositionDepth | PolicyLimit::Hops | PolicyLimit::Conditions => "",
    }
}

/// What to write where there is no window yet, or one without an end.
fn shorter(found: Found, allowed: u64) -> String {
    match found {
        Found::Unlimited if allowed > 0 => {
            format!("give it a window, such as `during last {allowed} days`; ")
        }
        Found::Unlimited | Found::Number(_) => String::new(),
    }
}

fn whose(tier: Option<&str>) -> String {
    tier.map_or_else(|| "the project's policy".to_owned(), |tier| format!("the tier `{tier}`"))
}

fn section(tier: Option<&str>) -> String {
    tier.map_or_else(|| "policy".to_owned(), |tier| format!("tiers.{tier}"))
}
