//! `periods(…)`: a window divided into adjacent periods.

use jiff::Timestamp;

use crate::diagnostic::Span;
use crate::syntax::ast::{self, AggregateFunc, Expr, ExprKind};
use crate::types::calendar::{Calendar, shift, shift_exact};
use crate::types::{Literal, Type, Unit};

use super::super::hir::{LocalTime, Path, Periods, Value, ValueKind, Window};
use super::super::problems::rows::{NoPeriods, PeriodNumber, TooManyPeriods, UnevenPeriods};
use super::super::resolve::NameScope;
use super::constant::fold;
use super::time::at;
use super::value::constant;
use super::{Checker, value};

/// The most periods that a window may have.
const LIMIT: i64 = 400;

/// A length of time, in the largest unit whose multiples are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Days(i64),
    Months(i64),
    Micros(i64),
}

impl Length {
    fn of(count: i64, unit: Unit) -> Self {
        match (unit.days(), unit.months(), unit.exact_micros()) {
            (Some(days), ..) => Self::Days(count.saturating_mul(days)),
            (_, Some(months), _) => Self::Months(count.saturating_mul(months)),
            (_, _, micros) => Self::Micros(count.saturating_mul(micros.unwrap_or(1))),
        }
    }

    fn count(self) -> i64 {
        match self {
            Self::Days(count) | Self::Months(count) | Self::Micros(count) => count,
        }
    }

    /// The same kind of length with another count.
    fn with(self, count: i64) -> Self {
        match self {
            Self::Days(_) => Self::Days(count),
            Self::Months(_) => Self::Months(count),
            Self::Micros(_) => Self::Micros(count),
        }
    }

    fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// In words, in the longest of these units that divides it.
    fn text(self, units: &[Unit]) -> String {
        let whole = |unit: &&Unit| {
            let one = Self::of(1, **unit);
            self.is_like(one) && self.count() % one.count() == 0
        };
        let unit = units.iter().find(whole).copied().unwrap_or(match self {
            Self::Days(_) => Unit::Day,
            Self::Months(_) => Unit::Month,
            Self::Micros(_) => Unit::Second,
        });
        let count = self.count() / Self::of(1, unit).count();
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// Where a bound lies: so far from a local time.
struct Anchored {
    from: LocalTime,
    by: Option<Length>,
}

/// A `count` over the rows of `periods`.
pub(in super::super) fn as_count(periods: &ast::Periods, span: Span) -> ast::Aggregate {
    ast::Aggregate {
        func: AggregateFunc::Count,
        func_span: span,
        ranked: None,
        arg: Expr { kind: ExprKind::Path(periods.path.clone()), span: periods.path.span },
        window: Some(periods.window.clone()),
        filter: periods.filter.clone(),
    }
}

impl Checker<'_, '_> {
    /// `periods(P during W where E each N units at least M)`
    pub(super) fn periods(&mut self, ast: &ast::Periods, span: Span, scope: &NameScope) -> Option<Value> {
        let (count, unit) = ast.each;
        let each = self.one_or_more(count, ast.each_span, "length of a period");
        let at_least = match ast.at_least {
            Some((count, span)) => self.one_or_more(count, span, "number of rows"),
            None => Some(1),
        };
        let rows = self.aggregate_named("periods", &as_count(ast, span), span, scope)?;
        let (each, at_least) = (each?, u64::try_from(at_least?).ok()?);
        let bounds = self.bounds(rows.window.as_ref(), ast, (each, unit))?;
        let periods = Periods { rows, bounds, at_least };
        Some(value(ValueKind::Periods(Box::new(periods)), Type::Integer, false, span))
    }

    fn one_or_more(&mut self, given: i64, span: Span, what: &'static str) -> Option<i64> {
        if given >= 1 { Some(given) } else { self.fail(PeriodNumber { span, given, what }) }
    }

    /// Where the periods begin and end.
    fn bounds(
        &mut self,
        window: Option<&Window>,
        ast: &ast::Periods,
        each: (i64, Unit),
    ) -> Option<Vec<Value>> {
        let span = ast.window.span;
        let open = "periods need a window with a beginning and an end";
        let Some((from, to)) = window.and_then(|window| window.from.as_ref().zip(window.to.as_ref())) else {
            return self.fail(NoPeriods { span, why: open });
        };
        let (start, end) = (anchored(from), anchored(to));
        if same_local(&start.from, &end.from) {
            return self.between_anchored((from, start), (to, end), ast, each);
        }
        let calendar = self.known.calendar;
        match (fold(from, calendar), fold(to, calendar)) {
            (Some(start), Some(end)) => self.between_constants(start, end, ast, each),
            _ => {
                let why = "the distance between the window's bounds isn't known";
                self.fail(NoPeriods { span, why })
            }
        }
    }

    /// Bounds that are counted from one instant: those between are, too.
    fn between_anchored(
        &mut self,
        (from, start): (&Value, Anchored),
        (to, end): (&Value, Anchored),
        ast: &ast::Periods,
        (count, unit): (i64, Unit),
    ) -> Option<Vec<Value>> {
        let span = ast.window.span;
        let each = Length::of(count, unit);
        let kind = end.by.or(start.by).unwrap_or(each);
        if [start.by, end.by].into_iter().flatten().any(|by| !by.is_like(kind)) {
            let why = "the window's bounds are counted in different kinds of units";
            return self.fail(NoPeriods { span, why });
        }
        let begins = start.by.map_or(0, Length::count);
        let ends = end.by.map_or(0, Length::count);
        let total = ends.saturating_sub(begins);
        if total <= 0 {
            return self.fail(NoPeriods { span, why: "the window is empty" });
        }
        if !kind.is_like(each) || total % each.count() != 0 {
            return self.uneven(kind.with(total), (count, unit), ast);
        }
        let number = self.few(total / each.count(), ast)?;
        let inner = (1..number).map(|at| {
            let by = kind.with(begins.saturating_add(at.saturating_mul(each.count())));
            moved_from(&end.from, by, unit, to)
        });
        Some(std::iter::once(from.clone()).chain(inner).chain([to.clone()]).collect())
    }

    /// Two constants: the bounds between are counted back from the end, and must come to the
    /// beginning.
    fn between_constants(
        &mut self,
        from: Timestamp,
        to: Timestamp,
        ast: &ast::Periods,
        (count, unit): (i64, Unit),
    ) -> Option<Vec<Value>> {
        let span = ast.window.span;
        if from >= to {
            return self.fail(NoPeriods { span, why: "the window is empty" });
        }
        let each = Length::of(count, unit);
        let calendar = self.known.calendar;
        let number = whole_periods(from, to, each, calendar).max(1);
        let back = |periods: i64| counted_back(to, each.with(each.count().saturating_mul(periods)), calendar);
        if back(number) != Some(from) {
            let start = |periods: i64| back(periods).map(|instant| written(instant, calendar));
            let places: Vec<String> =
                [number, number.saturating_add(1)].into_iter().filter_map(start).collect();
            let help = format!("start the window at {}", places.join(" or "));
            let (each, window) = (each.text(&[unit]), "this window".to_owned());
            return self.fail(UnevenPeriods { span: ast.each_span, each, window, help });
        }
        let number = self.few(number, ast)?;
        let bounds = (0..=number).rev().map(back);
        let bounds: Option<Vec<Timestamp>> = bounds.collect();
        Some(bounds?.into_iter().map(|instant| constant(Literal::Timestamp(instant), span)).collect())
    }

    fn few(&mut self, count: i64, ast: &ast::Periods) -> Option<i64> {
        if count <= LIMIT {
            return Some(count);
        }
        self.fail(TooManyPeriods { span: ast.each_span, count, limit: LIMIT })
    }

    fn uneven<T>(&mut self, total: Length, (count, unit): (i64, Unit), ast: &ast::Periods) -> Option<T> {
        let each = Length::of(count, unit);
        let help = if total.is_like(each) {
            let fewer = total.count() / each.count();
            let fits = |periods: i64| {
                let length = each.with(each.count().saturating_mul(periods));
                let (counted, plain) = (length.text(&[unit]), length.text(&[]));
                if counted == plain { counted } else { format!("{counted} ({plain})") }
            };
            let fits = [fewer, fewer.saturating_add(1)].into_iter().filter(|&it| it > 0).map(fits);
            format!("make the window {} long", fits.collect::<Vec<_>>().join(" or "))
        } else if matches!((total, each), (Length::Months(_), _) | (_, Length::Months(_))) {
            "months differ in length: count both in months, or the window in days or weeks".to_owned()
        } else {
            "days on which the clocks change have 23 or 25 hours: count both in days or both in hours"
                .to_owned()
        };
        let whole = [Unit::Year, Unit::Month, Unit::Day, Unit::Hour, Unit::Minute];
        let (each, window) = (each.text(&[unit]), total.text(&whole));
        self.fail(UnevenPeriods { span: ast.each_span, each, window, help })
    }
}

/// How many periods lie between two instants, rounded down.
fn whole_periods(from: Timestamp, to: Timestamp, each: Length, calendar: &Calendar) -> i64 {
    let (start, end) = (calendar.local(from), calendar.local(to));
    let distance = match each {
        Length::Micros(_) => to.as_microsecond().saturating_sub(from.as_microsecond()),
        Length::Days(_) => {
            let days = start.date().until((jiff::Unit::Day, end.date()));
            days.map_or(0, |days| i64::from(days.get_days()))
        }
        Length::Months(_) => {
            let months =
                |local: jiff::civil::DateTime| i64::from(local.year()) * 12 + i64::from(local.month());
            months(end).saturating_sub(months(start))
        }
    };
    distance / each.count().max(1)
}

fn counted_back(to: Timestamp, by: Length, calendar: &Calendar) -> Option<Timestamp> {
    let local = calendar.local(to);
    match by {
        Length::Micros(micros) => shift_exact(to, micros.checked_neg()?),
        Length::Days(0) | Length::Months(0) => Some(to),
        Length::Days(days) => calendar.instant(shift(local, days.checked_neg()?, Unit::Day)?),
        Length::Months(months) => calendar.instant(shift(local, months.checked_neg()?, Unit::Month)?),
    }
}

/// An instant as it could be written: a date, if it is the day's beginning.
fn written(instant: Timestamp, calendar: &Calendar) -> String {
    let day = calendar.local(instant).date();
    if calendar.midnight(day) == Some(instant) { format!("`{day}`") } else { format!("`{instant}`") }
}

fn anchored(bound: &Value) -> Anchored {
    match &bound.kind {
        ValueKind::ShiftExact(inner, micros) => {
            let from = whole(&LocalTime::Of((**inner).clone()));
            Anchored { from, by: Some(Length::Micros(*micros)) }
        }
        ValueKind::Instant(local) => match &**local {
            LocalTime::Shift(inner, count, unit) => {
                Anchored { from: whole(inner), by: Some(Length::of(*count, *unit)) }
            }
            LocalTime::Of(_) | LocalTime::StartOf(..) => Anchored { from: whole(local), by: None },
        },
        _ => Anchored { from: LocalTime::Of(bound.clone()), by: None },
    }
}

/// A local time, not as the local time of its own instant.
fn whole(local: &LocalTime) -> LocalTime {
    match local {
        LocalTime::Of(Value { kind: ValueKind::Instant(inner), .. }) => whole(inner),
        other => other.clone(),
    }
}

/// A bound so far from a local time.
fn moved_from(from: &LocalTime, by: Length, unit: Unit, like: &Value) -> Value {
    let span = like.span;
    let unmoved = || match from {
        LocalTime::Of(instant) if instant.ty == Type::Timestamp => instant.clone(),
        local => at(local.clone(), span),
    };
    let local = |unit: Unit| {
        let count = by.count() / Length::of(1, unit).count();
        at(LocalTime::Shift(Box::new(from.clone()), count, unit), span)
    };
    let divides = by.count() % Length::of(1, unit).count() == 0;
    let moved = match by {
        _ if by.count() == 0 => unmoved(),
        Length::Micros(micros) => {
            value(ValueKind::ShiftExact(Box::new(unmoved()), micros), Type::Timestamp, false, span)
        }
        Length::Days(_) => local(if divides { unit } else { Unit::Day }),
        Length::Months(_) => local(if divides { unit } else { Unit::Month }),
    };
    Value { nullable: like.nullable, ..moved }
}

/// Whether two local times are the same for every row.
fn same_local(a: &LocalTime, b: &LocalTime) -> bool {
    match (a, b) {
        (LocalTime::Of(a), LocalTime::Of(b)) => same(a, b),
        (LocalTime::StartOf(unit, a), LocalTime::StartOf(other, b)) => unit == other && same_local(a, b),
        (LocalTime::Shift(a, count, unit), LocalTime::Shift(b, other, of)) => {
            Length::of(*count, *unit) == Length::of(*other, *of) && same_local(a, b)
        }
        _ => false,
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (&a.kind, &b.kind) {
        (ValueKind::Now, ValueKind::Now) => true,
        (ValueKind::Literal(a), ValueKind::Literal(b)) => a == b,
        (ValueKind::Field(a, field), ValueKind::Field(b, other)) => field == other && same_path(a, b),
        (ValueKind::Trait(a, id), ValueKind::Trait(b, other)) => id == other && same_path(a, b),
        (ValueKind::Instant(a), ValueKind::Instant(b))
        | (ValueKind::LocalDate(a), ValueKind::LocalDate(b)) => same_local(a, b),
        (ValueKind::ShiftExact(a, micros), ValueKind::ShiftExact(b, other)) => micros == other && same(a, b),
        _ => false,
    }
}

fn same_path(a: &Path, b: &Path) -> bool {
    let hops = |path: &Path| path.hops.iter().map(|hop| (hop.link, hop.event.clone())).collect::<Vec<_>>();
    a.base == b.base && a.end == b.end && hops(a) == hops(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_use_the_largest_unit_that_divides_them() {
        assert_eq!(Length::Days(28).text(&[Unit::Week]), "4 weeks");
        assert_eq!(Length::Days(30).text(&[Unit::Week]), "30 days");
        assert_eq!(Length::Months(24).text(&[Unit::Year, Unit::Month]), "2 years");
        assert_eq!(Length::of(36, Unit::Hour).text(&[Unit::Hour, Unit::Minute]), "36 hours");
    }

    #[test]
    fn periods_are_counted_back_from_the_end() {
        let calendar = Calendar::default();
        let at = |text: &str| -> Timestamp { text.parse().expect("an instant") };
        let back = counted_back(at("2026-03-31T00:00:00Z"), Length::Months(1), &calendar);
        assert_eq!(back, Some(at("2026-02-28T00:00:00Z")));
        let (from, to) = (at("2026-01-31T00:00:00Z"), at("2026-03-31T00:00:00Z"));
        assert_eq!(whole_periods(from, to, Length::Months(1), &calendar), 2);
        assert_eq!(whole_periods(from, to, Length::Days(7), &calendar), 8);
    }
}
