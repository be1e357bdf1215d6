//! Counts the constructs of the checked tree that were compared. A construct that the generator no
//! longer produces, or never did, is noticed, since the matches here are exhaustive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use segc::catalog::{Catalog, Container, Storage};
use segc::check::hir::{
    Aggregate, AggregateFunc, ArithmeticOp, Base, Column, Comparison, Cond, CondKind, Func, Hir, Hop, Keep,
    KeepKind, KeepSize, LocalTime, Path, Segment, Sequence, TextOp, TimePart, TraitId, Value, ValueKind,
    Window,
};
use segc::check::visit::{
    Visitor, walk_aggregate, walk_cond, walk_keep, walk_segment, walk_sequence, walk_value, walk_window,
};
use segc::types::{BucketTool, EpochUnit, Type, Unit};

/// What every run of some length must have compared.
pub const CONSTRUCTS: &[&str] = &[
    "rules: where",
    "rules: several includes",
    "rules: exclude",
    "rules: extends",
    "rules: exclusive group",
    "beside the key: string",
    "beside the key: integer",
    "beside the key: decimal",
    "beside the key: float",
    "beside the key: boolean",
    "beside the key: date",
    "beside the key: timestamp",
    "beside the key: semver",
    "beside the key: aggregate",
    "beside the key: condition",
    "beside the key: trait",
    "condition: and",
    "condition: or",
    "condition: at least",
    "condition: at most",
    "condition: exactly",
    "condition: not",
    "condition: =",
    "condition: <",
    "condition: <=",
    "condition: >",
    "condition: >=",
    "condition: in",
    "condition: between",
    "condition: contains",
    "condition: starts with",
    "condition: ends with",
    "condition: is missing",
    "condition: during",
    "condition: in segment",
    "condition: boolean value",
    "condition: exists",
    "condition: every",
    "condition: matches",
    "condition: resembles",
    "condition: array contains",
    "condition: contains any",
    "condition: contains all",
    "condition: is empty",
    "condition: anniversary",
    "condition: sequence",
    "sequence: then not",
    "sequence: last not",
    "sequence: gap",
    "sequence: span",
    "sequence: matching",
    "sequence: during",
    "value: trait",
    "value: negate",
    "value: now",
    "value: instant",
    "value: local date",
    "value: moved by exact time",
    "value: days between",
    "value: condition",
    "value: bucket",
    "value: periods",
    "value: +",
    "value: -",
    "value: *",
    "value: /",
    "value: %",
    "part: year",
    "part: month",
    "part: day",
    "part: hour",
    "part: minute",
    "part: time",
    "part: weekday",
    "local time: start of",
    "local time: moved",
    "function: lower",
    "function: upper",
    "function: trim",
    "function: length",
    "function: abs",
    "function: round",
    "function: floor",
    "function: ceil",
    "function: coalesce",
    "function: semver",
    "function: integer",
    "function: decimal",
    "function: date of text",
    "function: timestamp",
    "function: timestamp in zone",
    "function: float",
    "function: text",
    "function: size",
    "bucket: launchdarkly",
    "bucket: posthog",
    "bucket: flagsmith",
    "bucket: dittofeed",
    "aggregate: count",
    "aggregate: count distinct",
    "aggregate: sum",
    "aggregate: avg",
    "aggregate: min",
    "aggregate: max",
    "aggregate: first",
    "aggregate: last",
    "aggregate: mode",
    "aggregate: latest N",
    "aggregate: earliest N",
    "aggregate: window",
    "aggregate: window that admits the future",
    "aggregate: window by the outer row",
    "aggregate: where",
    "aggregate: inside another",
    "aggregate: over several links",
    "aggregate: by way of a to-one link",
    "aggregate: named event",
    "path: to one",
    "path: to one, further",
    "path: outer",
    "path: outer, to one",
    "keep: top N",
    "keep: bottom N",
    "keep: top P%",
    "keep: bottom P%",
    "keep: per",
    "keep: sample",
    "keep: several",
    "column: local time of a zone",
    "column: CHAR(n)",
    "column: 32-bit float",
    "column: 32-bit integer",
    "column: float with NaN",
    "column: epoch_seconds",
    "column: epoch_millis",
    "column: epoch_micros",
    "column: digits",
    "column: digits as a number",
    "column: loose versions",
    "column: in JSON",
    "column: in JSON text",
    "column: never missing",
    "rows: some deleted",
    "rows: some deleted, behind a link",
    "type: string",
    "type: integer",
    "type: decimal",
    "type: float",
    "type: boolean",
    "type: date",
    "type: timestamp",
    "type: semver",
    "type: array",
    "type: json",
    "negated: comparison",
    "negated: aggregate",
];

/// In how many segments that were compared each construct was.
#[derive(Default)]
pub struct Census {
    pub segments: usize,
    counts: BTreeMap<&'static str, usize>,
}

impl Census {
    /// Adds those of these segments that were compared.
    pub fn add(&mut self, hir: &Hir, compared: &BTreeSet<String>) {
        for (_, segment) in hir.iter().filter(|(_, segment)| compared.contains(&segment.name)) {
            self.segments += 1;
            for construct in Finder::constructs(hir, segment) {
                *self.counts.entry(construct).or_default() += 1;
            }
        }
    }

    /// Those that were compared less often, with how often they were.
    pub fn rarer_than(&self, least: usize) -> Vec<(&'static str, usize)> {
        let count = |name| (name, self.counts.get(name).copied().unwrap_or(0));
        CONSTRUCTS.iter().map(|&name| count(name)).filter(|(_, count)| *count < least).collect()
    }

    /// The share of segments with each construct, as the documentation shows it.
    pub fn report(&self) -> String {
        let mut text = String::from("| construct | segments | share |\n|---|---|---|\n");
        for name in CONSTRUCTS {
            let count = self.counts.get(name).copied().unwrap_or(0);
            let tenths = 1_000 * count / self.segments.max(1);
            let _ = writeln!(text, "| {name} | {count} | {}.{} % |", tenths / 10, tenths % 10);
        }
        text
    }
}

struct Finder<'a> {
    hir: &'a Hir,
    found: BTreeSet<&'static str>,
    aggregates: usize,
    traits: BTreeSet<TraitId>,
}

impl<'a> Finder<'a> {
    fn constructs(hir: &'a Hir, segment: &Segment) -> BTreeSet<&'static str> {
        let mut finder = Finder { hir, found: BTreeSet::new(), aggregates: 0, traits: BTreeSet::new() };
        for (name, is_so) in [
            ("rules: where", segment.includes.len() == 1),
            ("rules: several includes", segment.includes.len() > 1),
            ("rules: exclude", !segment.excludes.is_empty()),
            ("rules: extends", segment.parent.is_some()),
            ("rules: exclusive group", segment.group.as_ref().is_some_and(|group| !group.before.is_empty())),
            ("keep: several", segment.keeps.len() > 1),
        ] {
            finder.tell_if(is_so, name);
        }
        finder.tell_if(hir.catalog.entity(segment.entity).deleted_at().is_some(), "rows: some deleted");
        walk_segment(&mut finder, segment);
        for name in &finder.found {
            assert!(CONSTRUCTS.contains(name), "`{name}` is in no list");
        }
        finder.found
    }

    fn tell(&mut self, name: &'static str) {
        self.found.insert(name);
    }

    fn tell_if(&mut self, is_so: bool, name: &'static str) {
        if is_so {
            self.tell(name);
        }
    }

    fn hops(&mut self, hops: &[Hop]) {
        let marked = |hop: &Hop| self.hir.catalog.entity(hop.to).deleted_at().is_some();
        self.tell_if(hops.iter().any(marked), "rows: some deleted, behind a link");
    }

    fn local(&mut self, local: &LocalTime) {
        match local {
            LocalTime::Of(_) => {}
            LocalTime::StartOf(unit, inner) => {
                assert!(Unit::ALL.contains(unit), "a unit");
                self.tell("local time: start of");
                self.local(inner);
            }
            LocalTime::Shift(inner, ..) => {
                self.tell("local time: moved");
                self.local(inner);
            }
        }
    }

    fn read_field(&mut self, catalog: &Catalog, path: &Path, id: segc::catalog::FieldId) {
        let field = catalog.entity(path.end).field(id);
        match field.storage {
            Storage::Native => {}
            Storage::Zone(_) => self.tell("column: local time of a zone"),
            Storage::Char => self.tell("column: CHAR(n)"),
            Storage::Float32 => self.tell("column: 32-bit float"),
            Storage::Int32 => self.tell("column: 32-bit integer"),
            Storage::FloatNan => self.tell("column: float with NaN"),
            Storage::Epoch(EpochUnit::Seconds) => self.tell("column: epoch_seconds"),
            Storage::Epoch(EpochUnit::Millis) => self.tell("column: epoch_millis"),
            Storage::Epoch(EpochUnit::Micros) => self.tell("column: epoch_micros"),
            Storage::Digits { number: false } => self.tell("column: digits"),
            Storage::Digits { number: true } => self.tell("column: digits as a number"),
            Storage::LooseVersion => self.tell("column: loose versions"),
        }
        match field.inside.as_ref().map(|inside| inside.container) {
            Some(Container::Json) => self.tell("column: in JSON"),
            Some(Container::JsonText) => self.tell("column: in JSON text"),
            // No engine of these tests can be given one by the tests' own loader.
            Some(Container::Struct) | None => {}
        }
        self.tell_if(!field.nullable, "column: never missing");
        self.tell(match field.ty {
            Type::String => "type: string",
            Type::Integer => "type: integer",
            Type::Decimal { .. } => "type: decimal",
            Type::Float => "type: float",
            Type::Boolean => "type: boolean",
            Type::Date => "type: date",
            Type::Timestamp => "type: timestamp",
            Type::Semver => "type: semver",
            Type::Array(_) => "type: array",
            Type::Json => "type: json",
        });
    }
}

/// `None` for those that can't be columns.
fn beside_the_key(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::String => "beside the key: string",
        Type::Integer => "beside the key: integer",
        Type::Decimal { .. } => "beside the key: decimal",
        Type::Float => "beside the key: float",
        Type::Boolean => "beside the key: boolean",
        Type::Date => "beside the key: date",
        Type::Timestamp => "beside the key: timestamp",
        Type::Semver => "beside the key: semver",
        Type::Array(_) | Type::Json => return None,
    })
}

fn comparison(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "condition: =",
        Comparison::Less => "condition: <",
        Comparison::LessOrEqual => "condition: <=",
        Comparison::Greater => "condition: >",
        Comparison::GreaterOrEqual => "condition: >=",
    }
}

fn function(func: Func) -> &'static str {
    match func {
        Func::Lower => "function: lower",
        Func::Upper => "function: upper",
        Func::Trim => "function: trim",
        Func::Length => "function: length",
        Func::Abs => "function: abs",
        Func::Round => "function: round",
        Func::Floor => "function: floor",
        Func::Ceil => "function: ceil",
        Func::Coalesce => "function: coalesce",
        Func::Semver => "function: semver",
        Func::ReadInteger => "function: integer",
        Func::ReadDecimal => "function: decimal",
        Func::ReadDate => "function: date of text",
        Func::ReadTimestamp => "function: timestamp",
        Func::ReadLocal => "function: timestamp in zone",
        Func::ReadFloat => "function: float",
        Func::Text => "function: text",
        Func::Size => "function: size",
        Func::Bucket(tool) => tool_bucket(tool),
    }
}

fn tool_bucket(tool: BucketTool) -> &'static str {
    match tool {
        BucketTool::LaunchDarkly => "bucket: launchdarkly",
        BucketTool::PostHog => "bucket: posthog",
        BucketTool::Flagsmith => "bucket: flagsmith",
        BucketTool::Dittofeed => "bucket: dittofeed",
    }
}

fn part(part: TimePart) -> &'static str {
    match part {
        TimePart::Year => "part: year",
        TimePart::Month => "part: month",
        TimePart::Day => "part: day",
        TimePart::Hour => "part: hour",
        TimePart::Minute => "part: minute",
        TimePart::TimeOfDay => "part: time",
        TimePart::Weekday => "part: weekday",
    }
}

fn arithmetic(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "value: +",
        ArithmeticOp::Subtract => "value: -",
        ArithmeticOp::Multiply => "value: *",
        ArithmeticOp::Divide => "value: /",
        ArithmeticOp::Remainder => "value: %",
    }
}

/// `None` for those that are conditions.
fn aggregate(func: AggregateFunc) -> Option<&'static str> {
    Some(match func {
        AggregateFunc::Count => "aggregate: count",
        AggregateFunc::CountDistinct => "aggregate: count distinct",
        AggregateFunc::Sum => "aggregate: sum",
        AggregateFunc::Avg => "aggregate: avg",
        AggregateFunc::Min => "aggregate: min",
        AggregateFunc::Max => "aggregate: max",
        AggregateFunc::First => "aggregate: first",
        AggregateFunc::Last => "aggregate: last",
        AggregateFunc::Mode => "aggregate: mode",
        AggregateFunc::Exists | AggregateFunc::Every => return None,
    })
}

impl Visitor for Finder<'_> {
    fn cond(&mut self, cond: &Cond) {
        let name = match &cond.kind {
            CondKind::Constant(_) => None,
            CondKind::And(_) => Some("condition: and"),
            CondKind::Or(_) => Some("condition: or"),
            CondKind::HowMany(0, ..) => Some("condition: at most"),
            CondKind::HowMany(_, most, parts) if *most >= parts.len() => Some("condition: at least"),
            CondKind::HowMany(..) => Some("condition: exactly"),
            CondKind::Not(inner) => {
                self.tell_if(matches!(inner.kind, CondKind::Compare(..)), "negated: comparison");
                self.tell_if(
                    matches!(inner.kind, CondKind::Exists(_) | CondKind::Every(_)),
                    "negated: aggregate",
                );
                Some("condition: not")
            }
            CondKind::Compare(op, ..) => Some(comparison(*op)),
            CondKind::In(..) => Some("condition: in"),
            CondKind::Between(..) => Some("condition: between"),
            CondKind::Text(TextOp::Contains, ..) => Some("condition: contains"),
            CondKind::Text(TextOp::StartsWith, ..) => Some("condition: starts with"),
            CondKind::Text(TextOp::EndsWith, ..) => Some("condition: ends with"),
            CondKind::Missing(_) => Some("condition: is missing"),
            CondKind::During(..) => Some("condition: during"),
            CondKind::InSegment(..) => Some("condition: in segment"),
            CondKind::True(_) => Some("condition: boolean value"),
            CondKind::Exists(_) => Some("condition: exists"),
            CondKind::Every(_) => Some("condition: every"),
            CondKind::Matches(..) => Some("condition: matches"),
            CondKind::Resembles(..) => Some("condition: resembles"),
            CondKind::Contains(..) => Some("condition: array contains"),
            CondKind::ContainsAny(..) => Some("condition: contains any"),
            CondKind::ContainsAll(..) => Some("condition: contains all"),
            CondKind::Empty(_) => Some("condition: is empty"),
            CondKind::Anniversary(..) => Some("condition: anniversary"),
            CondKind::Sequence(_) => Some("condition: sequence"),
        };
        self.found.extend(name);
        walk_cond(self, cond);
    }

    fn value(&mut self, value: &Value) {
        let name = match &value.kind {
            ValueKind::Literal(_) => None,
            ValueKind::Aggregate(inner) => aggregate(inner.func),
            ValueKind::Field(path, id) => {
                self.read_field(&self.hir.catalog, path, *id);
                None
            }
            ValueKind::Trait(_, id) => {
                if self.traits.insert(*id) {
                    let hir = self.hir;
                    self.value(&hir.computed(*id).value);
                }
                Some("value: trait")
            }
            ValueKind::Arithmetic(op, ..) => Some(arithmetic(*op)),
            ValueKind::Negate(_) => Some("value: negate"),
            ValueKind::Call(func, _) => Some(function(*func)),
            ValueKind::Now => Some("value: now"),
            ValueKind::Instant(local) => {
                self.local(local);
                Some("value: instant")
            }
            ValueKind::LocalDate(local) => {
                self.local(local);
                Some("value: local date")
            }
            ValueKind::LocalPart(of, local) => {
                self.local(local);
                Some(part(*of))
            }
            ValueKind::ShiftExact(..) => Some("value: moved by exact time"),
            ValueKind::DaysBetween(..) => Some("value: days between"),
            ValueKind::Condition(_) => Some("value: condition"),
            ValueKind::Bucket { .. } => Some("value: bucket"),
            ValueKind::Periods(_) => Some("value: periods"),
        };
        self.found.extend(name);
        walk_value(self, value);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.hops(&aggregate.hops);
        let links: Vec<bool> =
            aggregate.hops.iter().map(|hop| self.hir.catalog.entity(hop.from).link(hop.link).many).collect();
        let ranked = aggregate.ranked.map(|ranked| ranked.latest);
        for (name, is_so) in [
            ("aggregate: window", aggregate.window.is_some()),
            ("aggregate: where", aggregate.filter.is_some()),
            ("aggregate: inside another", self.aggregates > 0),
            ("aggregate: latest N", ranked == Some(true)),
            ("aggregate: earliest N", ranked == Some(false)),
            ("aggregate: over several links", links.iter().filter(|many| **many).count() > 1),
            ("aggregate: by way of a to-one link", links.first() == Some(&false)),
            ("aggregate: named event", aggregate.hops.iter().any(|hop| hop.event.is_some())),
        ] {
            self.tell_if(is_so, name);
        }
        if let Some(window) = &aggregate.window {
            self.tell_if(window.admits_future, "aggregate: window that admits the future");
            let mut bounds =
                Finder { hir: self.hir, found: BTreeSet::new(), aggregates: 0, traits: BTreeSet::new() };
            bounds.window(window);
            self.tell_if(bounds.found.contains("path: outer"), "aggregate: window by the outer row");
        }
        self.aggregates += 1;
        walk_aggregate(self, aggregate);
        self.aggregates -= 1;
    }

    fn window(&mut self, window: &Window) {
        walk_window(self, window);
    }

    fn sequence(&mut self, sequence: &Sequence) {
        for (name, is_so) in [
            ("sequence: then not", sequence.steps.iter().any(|step| step.negated)),
            ("sequence: last not", sequence.steps.last().is_some_and(|step| step.negated)),
            ("sequence: gap", sequence.steps.iter().any(|step| step.gap.is_some())),
            ("sequence: span", sequence.span.is_some()),
            ("sequence: matching", sequence.steps.iter().any(|step| step.matching.is_some())),
            ("sequence: during", sequence.window.is_some()),
        ] {
            self.tell_if(is_so, name);
        }
        walk_sequence(self, sequence);
    }

    fn column(&mut self, column: &Column) {
        self.found.extend(beside_the_key(&column.value.ty));
        self.found.extend(match &column.value.kind {
            ValueKind::Aggregate(_) => Some("beside the key: aggregate"),
            ValueKind::Condition(_) => Some("beside the key: condition"),
            ValueKind::Trait(..) => Some("beside the key: trait"),
            _ => None,
        });
        self.value(&column.value);
    }

    fn keep(&mut self, keep: &Keep) {
        match &keep.kind {
            KeepKind::Rank { bottom, size, per, .. } => {
                self.tell(match (size, bottom) {
                    (KeepSize::Count(_), false) => "keep: top N",
                    (KeepSize::Count(_), true) => "keep: bottom N",
                    (KeepSize::Percent(_), false) => "keep: top P%",
                    (KeepSize::Percent(_), true) => "keep: bottom P%",
                });
                self.tell_if(!per.is_empty(), "keep: per");
            }
            KeepKind::Sample { .. } => self.tell("keep: sample"),
        }
        walk_keep(self, keep);
    }

    fn path(&mut self, path: &Path) {
        self.hops(&path.hops);
        self.tell_if(!path.hops.is_empty(), "path: to one");
        self.tell_if(path.hops.len() > 1, "path: to one, further");
        self.tell_if(path.base == Base::Outer, "path: outer");
        self.tell_if(path.base == Base::Outer && !path.hops.is_empty(), "path: outer, to one");
    }
}
