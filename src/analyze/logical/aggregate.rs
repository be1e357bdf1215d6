//! Aggregates and periods as measures.

use super::digest::{Digest, Key};
use super::measure::{Measure, MeasureFunc};
use super::normalizer::Normalizer;
use super::window::{Bound, Window};
use crate::check::hir::{self, Aggregate, AggregateFunc, Periods, Value};
use crate::check::proof::{AxisPoint, fixed};

impl<'a> Normalizer<'a> {
    /// An aggregate that is a value, or `every` of ranked rows.
    pub(super) fn aggregate(&mut self, aggregate: &'a Aggregate) -> Digest {
        let func = aggregate.end_in_time().unwrap_or(aggregate.func);
        self.measure(aggregate, MeasureFunc::Aggregate(func), Key::new("rest"), false)
    }

    /// The number of an aggregate's rows; with `failing`, of those that its filter leaves out.
    pub(super) fn count(&mut self, aggregate: &'a Aggregate, failing: bool) -> Digest {
        self.measure(aggregate, MeasureFunc::Aggregate(AggregateFunc::Count), Key::new("rest"), failing)
    }

    pub(super) fn periods(&mut self, periods: &'a Periods) -> Digest {
        let bounds: Vec<Digest> =
            self.inside(|this| periods.bounds.iter().map(|at| this.value(at)).collect());
        let at_least = i64::try_from(periods.at_least).unwrap_or(i64::MAX);
        let rest = Key::new("periods").number(at_least).parts(&bounds);
        self.measure(&periods.rows, MeasureFunc::Periods, rest, false)
    }

    fn measure(&mut self, aggregate: &'a Aggregate, func: MeasureFunc, rest: Key, failing: bool) -> Digest {
        let owner = aggregate.hops.first().map_or(aggregate.end, |hop| hop.from);
        let catalog = &self.hir.catalog;
        let (scan, scan_digest) = self.measures.scan(catalog, owner, &aggregate.hops, aggregate.end);
        let counts = matches!(func, MeasureFunc::Aggregate(AggregateFunc::Count));
        let (window, filter, value) = self.inside(|this| {
            let window = (!aggregate.times.is_empty()).then(|| this.window(aggregate.window.as_ref()));
            let filter = match &aggregate.filter {
                Some(filter) => this.cond(filter),
                None => this.formulas.constant(true),
            };
            let value = aggregate.value.as_ref().filter(|_| !counts).map(|value| this.value(value));
            (window, filter, value)
        });
        let filter = if failing { self.formulas.not(filter) } else { filter };
        let mut rest = rest.parts(value.as_slice());
        // The test of `every` doesn't decide which rows count.
        let is_test = func == MeasureFunc::Aggregate(AggregateFunc::Every);
        let filter = if is_test {
            rest = rest.part(self.formulas.digest(filter));
            self.formulas.constant(true)
        } else {
            filter
        };
        if let Some(ranked) = aggregate.ranked {
            let count = i64::try_from(ranked.count).unwrap_or(i64::MAX);
            rest = rest.text(if ranked.latest { "latest" } else { "earliest" }).number(count);
        }
        let measure = Measure { scan, window, filter, func, rest: rest.end() };
        let (id, digest) = self.measures.measure(measure, (scan_digest, self.formulas.digest(filter)));
        self.asked.push(id);
        digest
    }

    /// What is about the rows of an aggregate or a sequence.
    pub(super) fn inside<T>(&mut self, normalize: impl FnOnce(&mut Self) -> T) -> T {
        self.around += 1;
        let found = normalize(self);
        self.around -= 1;
        found
    }

    /// The window of rows that are cut at as_of.
    pub(super) fn window(&mut self, window: Option<&'a hir::Window>) -> Window {
        let Some(window) = window else { return Window::LIFETIME };
        let mut bound = |side: &'a Option<Value>| side.as_ref().map(|side| self.bound(side));
        let (from, to) = (bound(&window.from), bound(&window.to));
        let admits_future = window.admits_future;
        // Where rows are cut at as_of anyway, that is no bound of its own.
        let to = to.filter(|to| admits_future || *to != Bound::NOW);
        Window { from, to, admits_future }
    }

    pub(super) fn bound(&mut self, bound: &'a Value) -> Bound {
        let fixed = || fixed(self.hir, bound).map(Bound::Fixed);
        match fixed().or_else(|| AxisPoint::of(bound).map(Bound::Clock)) {
            Some(bound) => bound,
            None => Bound::Other(self.value(bound)),
        }
    }
}
