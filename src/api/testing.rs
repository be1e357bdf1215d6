//! A small, checked project in memory, for tests of the modules that need one.

use std::sync::Arc;

use crate::analyze::{Graph, InputKind};
use crate::catalog::{Catalog, Entity, EntityId, Field, FieldId, Link, Storage, TableSource};
use crate::check::hir::{
    Base, Cond, CondKind, Hir, Materialize, Path, Properties, Segment, SegmentId, Trait, TraitId, Value,
    ValueKind,
};
use crate::diagnostic::{SourceId, Sources, Span};
use crate::dialect::Capability;
use crate::plan::{
    Dependency, Evaluation, Kept, KeyColumn, Plan, Refresh, RefreshPlan, Rules, ScratchTables, SegmentPlan,
    TableRead, rel,
};
use crate::types::Type;
use crate::types::calendar::Calendar;

const TEXT: &str = "segment big_spender on customer\n\nsegment do_not_contact on customer\n\n\
                    segment vip on customer extends big_spender\n\nsegment win_back on customer\n";

/// The files to which the spans refer.
pub(crate) fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("segments/all.seg", TEXT);
    sources
}

fn span(word: &str) -> Span {
    let at = TEXT.find(word).unwrap_or(0);
    Span::new(SourceId(0), at, at + word.len())
}

fn field(name: &str, ty: Type, nullable: bool) -> Field {
    Field {
        name: name.to_owned(),
        span: span("customer"),
        column: name.to_owned(),
        ty,
        nullable,
        values: None,
        label: None,
        description: None,
        pii: false,
        roles: Vec::new(),
        min: None,
        max: None,
        storage: Storage::Native,
        inside: None,
    }
}

fn entity(name: &str, table: &str, fields: Vec<Field>, links: Vec<Link>) -> Entity {
    Entity {
        name: name.to_owned(),
        span: span("customer"),
        singular: None,
        plural: None,
        description: Some(format!("Every {name}")),
        source: TableSource::Table(vec!["shop".to_owned(), table.to_owned()]),
        target_sources: Default::default(),
        key: vec![FieldId(0)],
        fields,
        links,
        time: None,
        event_name: None,
        changes: Default::default(),
        deletes: Default::default(),
        deleted_flag: None,
        unique_enforced: false,
        settle: None,
        rebuild_every: None,
        dbt: None,
        read: Default::default(),
        list: None,
        unread: crate::catalog::Unread::default(),
    }
}

fn catalog() -> Catalog {
    let orders = Link {
        name: "orders".to_owned(),
        span: span("customer"),
        to: EntityId(1),
        on: vec![(FieldId(0), FieldId(1))],
        many: true,
        label: None,
        description: None,
        to_list: false,
    };
    let plan = Field {
        values: Some(Arc::from(["free".to_owned(), "premium".to_owned()])),
        description: Some("What they pay for".to_owned()),
        ..field("plan", Type::String, true)
    };
    let email = Field { pii: true, ..field("email", Type::String, true) };
    let customer = vec![field("id", Type::Integer, false), plan, email];
    let order = vec![field("id", Type::Integer, false), field("customer_id", Type::Integer, true)];
    Catalog {
        entities: vec![
            entity("customer", "customers", customer, vec![orders]),
            entity("order", "orders", order, Vec::new()),
        ],
        ..Catalog::default()
    }
}

fn cond(kind: CondKind) -> Cond {
    Cond { kind, span: span("segment") }
}

fn member_of(id: u32) -> Cond {
    let path = Path { base: Base::This, hops: Vec::new(), end: EntityId(0) };
    cond(CondKind::InSegment(path, SegmentId(id)))
}

fn boolean(kind: ValueKind) -> Value {
    Value { kind, ty: Type::Boolean, nullable: false, span: span("segment") }
}

fn segment(id: u32, name: &str, tags: &[&str]) -> Segment {
    Segment {
        id: SegmentId(id),
        name: name.to_owned(),
        entity: EntityId(0),
        parent: None,
        includes: Vec::new(),
        excludes: Vec::new(),
        group: None,
        keeps: Vec::new(),
        columns: Vec::new(),
        list: None,
        properties: Properties {
            description: Some(format!("About {name}")),
            owner: Some("growth@shop.example".to_owned()),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Properties::default()
        },
        name_span: span(name),
    }
}

/// What its segments read.
pub(crate) fn graph() -> Graph {
    Graph::of(&hir())
}

/// `vip` extends `big_spender`; `win_back` refers to `vip` through a trait and excludes
/// `do_not_contact`.
pub(crate) fn hir() -> Hir {
    let path = Path { base: Base::This, hops: Vec::new(), end: EntityId(0) };
    let through_trait = cond(CondKind::True(Box::new(boolean(ValueKind::Trait(path, TraitId(0))))));
    let vip = Segment { parent: Some((SegmentId(0), span("vip"))), ..segment(2, "vip", &["marketing"]) };
    let win_back = Segment {
        includes: vec![cond(CondKind::Not(Box::new(through_trait)))],
        excludes: vec![member_of(1)],
        ..segment(3, "win_back", &["marketing", "email"])
    };
    Hir {
        catalog: Arc::new(catalog()),
        calendar: Calendar::default(),
        params: Vec::new(),
        params_used: Vec::new(),
        unused: Vec::new(),
        traits: vec![Trait {
            id: TraitId(0),
            name: "is_vip".to_owned(),
            entity: EntityId(0),
            value: boolean(ValueKind::Condition(Box::new(member_of(2)))),
        }],
        segments: vec![
            segment(0, "big_spender", &[]),
            segment(1, "do_not_contact", &["legal"]),
            vip,
            win_back,
        ],
    }
}

fn planned(id: u32, name: &str, level: usize, depends_on: Vec<Dependency>) -> SegmentPlan {
    let select = rel::Select::default();
    SegmentPlan {
        id: SegmentId(id),
        name: name.to_owned(),
        entity: "customer".to_owned(),
        fingerprint: format!("{id:064}"),
        level,
        depends_on,
        reads: vec![TableRead {
            entity: "customer".to_owned(),
            table: vec!["shop".to_owned(), "customers".to_owned()],
            columns: vec!["id".to_owned(), "plan".to_owned()],
        }],
        capabilities: vec![crate::dialect::Capability::SegmentComposition],
        materialize: Materialize::Incremental,
        table: vec!["segments".to_owned(), name.to_owned()],
        keys: vec![KeyColumn { name: "id".to_owned(), ty: Type::Integer }],
        columns: Vec::new(),
        kept: Kept::default(),
        alone: None,
        list: None,
        evaluation: Evaluation {
            query: rel::Query::of(select),
            clock: rel::Clock::default(),
            checks: Vec::new(),
            guards: Vec::new(),
        },
        refresh: RefreshPlan {
            strategy: Refresh::Rebuild {
                reason: "`customer` does not say how it changes".to_owned(),
                remedy: Some("declare `changes:` of `customer`".to_owned()),
            },
            leaves: None,
            by_keys: None,
            obstacles: Vec::new(),
            rebuild_every: Vec::new(),
            base: rel::Select::default(),
            rebuilt_since: Vec::new(),
            refusal: None,
            hash: format!("{id:016}"),
            last_run: Vec::new(),
            inputs: Vec::new(),
        },
    }
}

/// A plan of [`hir`] in which `win_back` is append-only.
pub(crate) fn plan() -> Plan {
    let on = |id: u32, name: &str, kind, from_table| Dependency {
        id: SegmentId(id),
        name: name.to_owned(),
        kind,
        from_table,
    };
    let mut win_back = planned(
        3,
        "win_back",
        2,
        vec![on(1, "do_not_contact", InputKind::InSegment, true), on(2, "vip", InputKind::InSegment, false)],
    );
    win_back.refresh.strategy = Refresh::InsertOnly;
    Plan {
        target: "warehouse".to_owned(),
        dialect: "duckdb".to_owned(),
        schema: vec!["segments".to_owned()],
        as_of: None,
        scratch: ScratchTables::default(),
        source_tables: std::collections::BTreeSet::new(),
        rules: Rules::of(&Capability::ALL.iter().copied().collect()),
        segments: vec![
            planned(0, "big_spender", 0, Vec::new()),
            planned(1, "do_not_contact", 0, Vec::new()),
            planned(2, "vip", 1, vec![on(0, "big_spender", InputKind::Extends, true)]),
            win_back,
        ],
    }
}
