//! The plan of a build.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::alone::alone;
use super::assertion::Assertion;
use super::checks::{double_members, unique_checks};
use super::columns::value_columns;
use super::expiry::{check_history, history, retention, segments_by_name};
use super::limits::judge_size;
use super::lists::stored_list;
use super::logs::read_by;
use super::lower::{self, Context, Lowered};
use super::model::{Dependency, Evaluation, Kept, KeyColumn, Log, Plan, Rules, SegmentPlan, TableRead};
use super::personal;
use super::policy::{judge, judge_zone};
use super::refresh::{Refreshing, Strategy, readers, strategies};
use super::request::Request;
use super::requirements::requirements;
use super::state::{ScratchTables, StateTables, StoredInput, guards, input_as_of};
use super::storage::Reading;
use super::table_names::{check_replaced_tables, check_table_names, sources_by_name};
use crate::analyze::Input;
use crate::catalog::{EntityId, TableSource};
use crate::check::hir::{Materialize, SegmentId};
use crate::diagnostic::Diagnostics;

/// Plans a build. Segments that are refused are left out, with those that depend on them.
#[must_use]
pub fn plan(request: &Request<'_>, problems: &mut Diagnostics) -> Plan {
    let allowed = allowed(request, problems);
    let strategies = strategies(request);
    let project = Strategies { readers: readers(&strategies), all: strategies };
    let rules = Rules {
        separate_scans: request.abilities.separate_scans,
        transaction_tables: request.abilities.transaction_tables,
        ..Rules::of(&request.abilities.capabilities)
    };
    let segments = allowed.par_iter().map(|&id| plan_segment(request, id, &project)).collect();
    Plan {
        target: request.abilities.target.clone(),
        dialect: request.dialect.to_owned(),
        schema: request.schema.to_vec(),
        as_of: request.as_of,
        scratch: ScratchTables::named(request.schema, rules.temp_tables),
        source_tables: request.tables.clone(),
        rules,
        segments,
    }
}

/// The `SELECT` of one segment's match on its own: everything it refers to is inlined, except for
/// whom a segment with `expire` holds, which only its table knows.
#[must_use]
pub fn standalone(request: &Request<'_>, id: SegmentId) -> SegmentPlan {
    let mut planned = plan_segment(request, id, &Strategies::default());
    let lowered = lower::segment(&Context::new(request, request.storage(Reading::Held)), id);
    planned.evaluation.query = lowered.query;
    planned.evaluation.clock = lowered.clock;
    planned
}

/// Judges segments and returns the wanted ones that are allowed, in order. What depends on a
/// refused one is left out without a word of its own.
///
/// Used alone by `segc check`, which compiles nothing.
pub fn allowed(request: &Request<'_>, problems: &mut Diagnostics) -> Vec<SegmentId> {
    let zone = &request.hir.calendar.zone_name;
    let in_zone = judge_zone(zone, request.zone_span, request.abilities, request.policies, problems);
    let in_names = check_replaced_tables(request, problems);
    let wanted = wanted(request);
    let (segments, sources) = (segments_by_name(request), sources_by_name(request));
    let mut refused = BTreeSet::new();
    let mut allowed = Vec::new();
    for &id in request.graph.order().iter().filter(|id| wanted.contains(id)) {
        let node = request.graph.node(id);
        let needs = requirements(node, request.storage(Reading::Stored), &request.abilities.target);
        let mut found = Diagnostics::new();
        let segment = request.hir.segment(id);
        judge(segment, &needs, node.level, request.abilities, request.policies, &mut found);
        personal::judge(request.hir, node, request.policies, &mut found);
        check_history(request, id, &segments, &mut found);
        check_table_names(request, id, &sources, &mut found);
        if !found.has_errors() {
            judge_size(request, id, &needs, &mut found);
        }
        let by_input = node.inputs().any(|input| refused.contains(&input.segment));
        if by_input || found.has_errors() {
            refused.insert(id);
        } else {
            allowed.push(id);
        }
        problems.append(found);
    }
    if in_zone && in_names { allowed } else { Vec::new() }
}

/// The requested segments and, through inlined ones too, what they depend on: a
/// stored input must be built with them, so that all have one as_of.
fn wanted(request: &Request<'_>) -> BTreeSet<SegmentId> {
    let mut wanted = BTreeSet::new();
    let mut todo: Vec<SegmentId> = request.segments.to_vec();
    while let Some(id) = todo.pop() {
        if wanted.insert(id) {
            todo.extend(request.graph.node(id).inputs().map(|input| input.segment));
        }
    }
    wanted
}

/// How every segment of the project is refreshed; nothing where no script is wanted.
#[derive(Default)]
struct Strategies {
    /// By identity.
    all: BTreeMap<SegmentId, Strategy>,
    /// Which segments read which logs.
    readers: BTreeMap<SegmentId, Vec<SegmentId>>,
}

fn plan_segment(request: &Request<'_>, id: SegmentId, project: &Strategies) -> SegmentPlan {
    let segment = request.hir.segment(id);
    let materialize = request.materialize(id);
    let stored = request.storage(Reading::Stored);
    let cx = Context::new(request, stored);
    let mut lowered = if materialize == Materialize::View {
        lower::segment(&Context::new(request, request.storage(Reading::Nothing)), id)
    } else {
        lower::segment(&cx, id)
    };
    let retention = retention(request, &cx, id, &mut lowered);
    let strategy = project.all.get(&id).cloned().unwrap_or_default();
    let alone = alone(request, id, &strategy);
    let (table, tables) = (request.table(id), StateTables::of_evaluated(request, id, alone.is_some()));
    let fingerprint = request.fingerprints[id.0 as usize].clone();
    let refreshing = Refreshing {
        request,
        id,
        tables: &tables,
        table: &table,
        strategy: &strategy,
        alone: alone.is_some(),
        fingerprint: &fingerprint,
    };
    let (log, history) = (log(request, id, project), history(request, id));
    let read_by = read_by(log.as_ref(), &segment.name);
    let refresh = refreshing.plan(&cx, &mut lowered, retention.is_some(), read_by);
    let ranked = refreshing.ranked(&cx, &mut lowered);
    let node = request.graph.node(id);
    let keys = keys(request, id);
    SegmentPlan {
        id,
        name: segment.name.clone(),
        entity: request.hir.catalog.entity(segment.entity).name.clone(),
        fingerprint,
        level: node.level,
        depends_on: depends_on(request, id),
        reads: reads(request, &lowered),
        capabilities: requirements(node, stored, &request.abilities.target)
            .capabilities
            .keys()
            .copied()
            .collect(),
        materialize,
        alone,
        list: stored_list(request, id, &keys),
        evaluation: evaluation(request, id, lowered, (&table, &keys)),
        table,
        keys,
        columns: value_columns(request.hir, segment),
        kept: Kept { tables, ranked, log, retention, history },
        refresh,
    }
}

/// The segments that a segment refers to. Those of a view are expanded into it.
fn depends_on(request: &Request<'_>, id: SegmentId) -> Vec<Dependency> {
    let expands = request.materialize(id) == Materialize::View;
    let dependency = |input: &Input| Dependency {
        id: input.segment,
        name: request.hir.segment(input.segment).name.clone(),
        kind: input.kind,
        from_table: !expands && request.materialize(input.segment).is_table(),
    };
    request.graph.node(id).inputs().map(dependency).collect()
}

/// The key columns of a segment's table.
fn keys(request: &Request<'_>, id: SegmentId) -> Vec<KeyColumn> {
    let entity = request.hir.catalog.entity(request.hir.segment(id).entity);
    let key = |&field| {
        let field = entity.field(field);
        KeyColumn { name: field.column.clone(), ty: field.ty.clone() }
    };
    entity.key.iter().map(key).collect()
}

/// The evaluation in full, with what must hold of the data and, for a table, of its members.
fn evaluation(
    request: &Request<'_>,
    id: SegmentId,
    lowered: Lowered,
    (table, keys): (&[String], &[KeyColumn]),
) -> Evaluation {
    let input = |&input: &SegmentId| StoredInput {
        name: request.hir.segment(input).name.clone(),
        runs: StateTables::of(request, input).runs,
        fingerprint: request.fingerprints[input.0 as usize].clone(),
    };
    let inputs: Vec<StoredInput> = lowered.tables.iter().map(input).collect();
    let unique =
        unique_checks(request.hir, &request.abilities.target, &lowered.unique, &lowered.event_tables);
    let mut checks: Vec<Assertion> = unique.into_iter().map(|(_, _, doubles)| doubles.check()).collect();
    if request.materialize(id).is_table() {
        checks.push(double_members(&request.hir.segment(id).name, table, keys, None));
    }
    let mut clock = lowered.clock;
    clock.as_of = input_as_of(&inputs, request.as_of);
    Evaluation { query: lowered.query, clock, checks, guards: guards(&inputs) }
}

/// The log that is kept of a segment's members: for good with `history`, else for its readers.
fn log(request: &Request<'_>, id: SegmentId, project: &Strategies) -> Option<Log> {
    let for_good = request.hir.segment(id).properties.history;
    let readers = project.readers.get(&id).into_iter().flatten();
    let reader = |&reader: &SegmentId| {
        (request.hir.segment(reader).name.clone(), StateTables::of(request, reader).inputs)
    };
    let readers: Vec<_> = readers.map(reader).collect();
    let kept = request.materialize(id).is_table() && (for_good || !readers.is_empty());
    kept.then_some(Log { for_good, readers })
}

/// The tables that a segment reads, with the columns. Of an entity over many tables, those that its conditions
/// leave.
fn reads(request: &Request<'_>, lowered: &Lowered) -> Vec<TableRead> {
    // The keys of a static list are in a table of segc's own.
    let is_source = |(id, _): &(&EntityId, _)| request.hir.catalog.entity(**id).list.is_none();
    let mut reads: Vec<TableRead> = Vec::new();
    for (&id, columns) in lowered.reads.iter().filter(is_source) {
        let entity = request.hir.catalog.entity(id);
        let read = |table: &[String], columns| TableRead {
            entity: entity.name.clone(),
            table: table.to_vec(),
            columns,
        };
        match entity.source_on(&request.abilities.target) {
            TableSource::Table(table) => reads.push(read(table, columns.iter().cloned().collect())),
            TableSource::Shards(shards) => reads.push(read(&shards.name, columns.iter().cloned().collect())),
            TableSource::Query { .. } => reads.push(read(&[], columns.iter().cloned().collect())),
            TableSource::Tables(tables) => {
                for table in tables.iter().filter(|table| lowered.event_tables.contains(&table.name)) {
                    let fields = entity.fields.iter().zip(&table.fields);
                    let held = fields.filter(|(field, _)| columns.contains(&field.column));
                    let held: BTreeSet<String> =
                        held.filter_map(|(_, held)| Some(held.as_ref()?.column.clone())).collect();
                    reads.push(read(&table.name, held.into_iter().collect()));
                }
            }
        }
    }
    reads.sort_by(|a, b| (&a.entity, &a.table).cmp(&(&b.entity, &b.table)));
    reads
}
