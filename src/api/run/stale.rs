//! Warns about data that ends long before a run's as_of, so that windows are empty.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::problems::StaleRows;
use crate::api::scripts::plain_sql;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::catalog::{Entity, Storage};
use crate::dialect::Function;
use crate::engine::{Cell, Engine};
use crate::plan::Plan;
use crate::plan::rel::{Column, Scalar, Select, TableRef};
use crate::plan::rows_of;
use crate::types::encoded::{digits_date, number_date};
use crate::types::find_zone;

/// The number of days without new rows that is normal.
const DAYS: i64 = 30;

/// A warning if the newest row of all entities with a time is long before as_of, and conditions
/// depend on as_of.
pub(super) fn find(
    session: &Session,
    target: &Target,
    plan: &Plan,
    as_of: Timestamp,
    engine: &mut dyn Engine,
) -> Option<StaleRows> {
    let reads_clock =
        |segment: &crate::plan::SegmentPlan| session.graph.node(segment.id).footprint.clock.is_some();
    if !plan.segments.iter().any(reads_clock) {
        return None;
    }
    let mut newest: Option<(Timestamp, &Entity)> = None;
    for (_, entity) in session.hir.catalog.iter() {
        let Some(id) = entity.time.filter(|&id| entity.field(id).inside.is_none()) else { continue };
        let time = entity.field(id);
        let reads = |segment: &crate::plan::SegmentPlan| {
            let mut of_entity = segment.reads.iter().filter(|read| read.entity == entity.name);
            of_entity.any(|read| match entity.in_table(&target.name, &read.table) {
                Some(table) => read.columns.contains(&table.field(id).column),
                None => read.columns.contains(&time.column),
            })
        };
        if !plan.segments.iter().any(reads) {
            continue;
        }
        let answer = sql(target, entity, &time.column).and_then(|sql| engine.query(&sql).ok());
        let cell = answer.and_then(|table| table.rows.into_iter().flatten().next());
        let Some(at) = cell.and_then(|cell| instant(session, &time.storage, &cell)) else { continue };
        newest = newest.filter(|(known, _)| *known >= at).or(Some((at, entity)));
    }
    let (at, entity) = newest?;
    let days = as_of.duration_since(at).as_hours() / 24;
    if days <= DAYS {
        return None;
    }
    let local = session.config().calendar.local(at).date();
    Some(StaleRows {
        span: entity.time.map(|id| entity.field(id).span),
        entity: entity.name.clone(),
        newest: local,
        after: local.tomorrow().unwrap_or(local),
        days,
    })
}

fn sql(target: &Target, entity: &Entity, column: &str) -> Option<String> {
    let alias = "newest".to_owned();
    let value = Scalar::Call(Function::Max, vec![Scalar::Column(alias.clone(), column.to_owned())]);
    let columns = vec![Column { value, name: Some("newest".to_owned()) }];
    let from = Some(TableRef { relation: rows_of(entity, &target.name), alias });
    let mut rows = Select { columns, from, ..Select::default() };
    rows.prune();
    plain_sql(target, rows).ok()
}

/// The instant of a time as stored in a column.
fn instant(session: &Session, storage: &Storage, cell: &Cell) -> Option<Timestamp> {
    match (cell, storage) {
        (Cell::Timestamp(at), Storage::Zone(zone)) => {
            let local = at.to_zoned(TimeZone::UTC).datetime();
            find_zone(zone)?.0.to_timestamp(local).ok()
        }
        (Cell::Int(count), Storage::Epoch(unit)) => unit.instant(i64::try_from(*count).ok()?),
        (Cell::Int(number), Storage::Digits { .. }) => {
            session.config().calendar.midnight(number_date(i64::try_from(*number).ok()?)?)
        }
        (Cell::Text(digits), Storage::Digits { .. }) => {
            session.config().calendar.midnight(digits_date(digits)?)
        }
        (Cell::Timestamp(at), _) => Some(*at),
        (Cell::Date(day), _) => session.config().calendar.midnight(*day),
        _ => None,
    }
}
