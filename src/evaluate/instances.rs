//! Which instances of a path an aggregate sees, and in which order.

use jiff::Timestamp;

use super::data::pick;
use super::evaluator::{Evaluator, Row, RowScope};
use super::time::instant;
use super::{Datum, EvalError};
use crate::check::hir::{Aggregate, AggregateFunc, Periods, Window};

/// The joined rows of a path, up to its end.
type Instance = Vec<Row>;

impl Evaluator<'_> {
    /// The instances that count, each as the scope of what is said about it: in the order of
    /// (time, key) where the aggregate needs one.
    pub(super) fn selected(
        &self,
        aggregate: &Aggregate,
        scope: RowScope,
    ) -> Result<Vec<RowScope>, EvalError> {
        let mut chosen = self.chosen(aggregate, scope)?;
        let by_func = matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last);
        if by_func || aggregate.ranked.is_some() {
            self.sort(aggregate, &mut chosen)?;
        }
        if let Some(ranked) = aggregate.ranked {
            let count = usize::try_from(ranked.count).unwrap_or(usize::MAX);
            if ranked.latest {
                chosen.drain(..chosen.len().saturating_sub(count));
            } else {
                chosen.truncate(count);
            }
        }
        Ok(chosen.iter().filter_map(|rows| Some(scope.inside(*rows.last()?))).collect())
    }

    /// How many periods have enough rows.
    pub(super) fn periods(&self, periods: &Periods, scope: RowScope) -> Result<Datum, EvalError> {
        let span = periods.rows.span;
        let &(hop, field) = periods.rows.times.last().ok_or(EvalError::IllTyped(span))?;
        let mut times: Vec<(Timestamp, RowScope)> = Vec::new();
        for rows in self.chosen(&periods.rows, scope)? {
            let (row, end) = (rows.get(hop), rows.last());
            let (row, end) = row.zip(end).ok_or(EvalError::IllTyped(span))?;
            let time = instant(self.field(*row, field), &self.hir.calendar, span)?;
            times.push((time.ok_or(EvalError::IllTyped(span))?, scope.inside(*end)));
        }
        let mut enough: i64 = 0;
        for pair in periods.bounds.windows(2) {
            let [from, to] = pair else { return Err(EvalError::IllTyped(span)) };
            let mut rows: u64 = 0;
            for &(time, inside) in &times {
                let reached = self.bound(from, inside)?.is_some_and(|from| from <= time);
                let over = self.bound(to, inside)?.is_none_or(|to| to <= time);
                rows += u64::from(reached && !over);
            }
            enough += i64::from(rows >= periods.at_least);
        }
        Ok(Datum::Integer(enough))
    }

    /// The instances in the window that satisfy the filter, unless it is the test of `every`.
    fn chosen(&self, aggregate: &Aggregate, scope: RowScope) -> Result<Vec<Instance>, EvalError> {
        let filter = aggregate.filter.as_ref().filter(|_| aggregate.func != AggregateFunc::Every);
        let mut chosen = Vec::new();
        for rows in self.instances(aggregate, scope)? {
            let end = rows.last().copied().ok_or(EvalError::IllTyped(aggregate.span))?;
            let inside = scope.inside(end);
            if self.is_visible(aggregate, aggregate.window.as_ref(), &rows, inside)?
                && filter.map_or(Ok(true), |filter| self.test(filter, inside))?
            {
                chosen.push(rows);
            }
        }
        Ok(chosen)
    }

    /// The instances in a window that satisfy the filter, each with the last time on the path.
    pub(super) fn timed(
        &self,
        aggregate: &Aggregate,
        window: Option<&Window>,
        scope: RowScope,
    ) -> Result<Vec<(Timestamp, RowScope)>, EvalError> {
        let span = aggregate.span;
        let &(hop, field) = aggregate.times.last().ok_or(EvalError::IllTyped(span))?;
        let mut timed = Vec::new();
        for rows in self.instances(aggregate, scope)? {
            let (row, end) = rows.get(hop).zip(rows.last()).ok_or(EvalError::IllTyped(span))?;
            let inside = scope.inside(*end);
            if self.is_visible(aggregate, window, &rows, inside)?
                && aggregate.filter.as_ref().map_or(Ok(true), |filter| self.test(filter, inside))?
            {
                let time = instant(self.field(*row, field), &self.hir.calendar, span)?;
                timed.push((time.ok_or(EvalError::IllTyped(span))?, inside));
            }
        }
        Ok(timed)
    }

    /// Joined rows up to the path's end.
    fn instances(&self, aggregate: &Aggregate, scope: RowScope) -> Result<Vec<Instance>, EvalError> {
        if aggregate.hops.first().is_none_or(|hop| hop.from != scope.this.entity) {
            return Err(EvalError::IllTyped(aggregate.span));
        }
        let mut instances = vec![vec![]];
        for hop in &aggregate.hops {
            let mut longer = Vec::new();
            for instance in &instances {
                let from = instance.last().copied().unwrap_or(scope.this);
                for to in self.follow(from, hop) {
                    let mut rows: Instance = instance.clone();
                    rows.push(to);
                    longer.push(rows);
                }
            }
            instances = longer;
        }
        Ok(instances)
    }

    /// "An aggregate sees a row of an entity with `time` only if that time is present and
    /// before as_of", except for the window's own where the window admits the future.
    fn is_visible(
        &self,
        aggregate: &Aggregate,
        window: Option<&Window>,
        rows: &[Row],
        scope: RowScope,
    ) -> Result<bool, EvalError> {
        let last = aggregate.times.len().checked_sub(1);
        if window.is_some() && last.is_none() {
            return Err(EvalError::IllTyped(aggregate.span));
        }
        for (at, (hop, field)) in aggregate.times.iter().enumerate() {
            let row = rows.get(*hop).ok_or(EvalError::IllTyped(aggregate.span))?;
            let Some(time) = instant(self.field(*row, *field), &self.hir.calendar, aggregate.span)? else {
                return Ok(false);
            };
            let window = window.filter(|_| Some(at) == last);
            if !window.is_some_and(|window| window.admits_future) && time >= self.as_of {
                return Ok(false);
            }
            if let Some(window) = window
                && !self.in_window(window, time, scope)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The earliest first, by the last time on the path and then the key of its end.
    fn sort(&self, aggregate: &Aggregate, instances: &mut [Instance]) -> Result<(), EvalError> {
        let &(hop, time) = aggregate.times.last().ok_or(EvalError::IllTyped(aggregate.span))?;
        let key = &self.hir.catalog.entity(aggregate.end).key;
        instances.sort_by_cached_key(|rows| {
            let time = rows.get(hop).map(|row| self.field(*row, time).clone());
            (time, rows.last().and_then(|row| pick(self.fields(*row), key)))
        });
        Ok(())
    }
}
