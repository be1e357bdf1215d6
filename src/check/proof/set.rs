//! Sets of values: what a condition leaves of one value.

use bigdecimal::{BigDecimal, RoundingMode};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::types::Version;

/// A value that is present. Values of one subject are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// A number; true is 1, false is 0.
    Number(BigDecimal),
    /// Text, by code point.
    Text(String),
    Day(Date),
    Instant(Timestamp),
    Version(Version),
}

impl From<i64> for Point {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

/// A place between values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// Before all values.
    Start,
    /// Beside a value: before it, or after it (`true`).
    At(Point, bool),
    /// After all values.
    End,
}

impl Cut {
    pub(crate) fn before(point: Point) -> Self {
        Self::At(point, false)
    }

    pub(crate) fn after(point: Point) -> Self {
        Self::At(point, true)
    }

    /// Among whole numbers or days, the same place before the next of them.
    fn whole(self) -> Self {
        match self {
            Self::At(Point::Number(number), after) => {
                let whole = number.with_scale_round(0, RoundingMode::Ceiling);
                let next = if after && whole == number { whole + 1 } else { whole };
                Self::before(Point::Number(next))
            }
            Self::At(Point::Day(day), true) => {
                day.tomorrow().map_or(Self::End, |next| Self::before(Point::Day(next)))
            }
            other => other,
        }
    }
}

/// A set of values, and whether a missing value is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Values {
    /// In order, apart from one another, none of them empty.
    pub(crate) ranges: Vec<(Cut, Cut)>,
    pub(crate) missing: bool,
}

impl Values {
    pub(crate) fn none() -> Self {
        Self { ranges: Vec::new(), missing: false }
    }

    /// A missing value alone.
    pub(crate) fn missing() -> Self {
        Self { ranges: Vec::new(), missing: true }
    }

    /// The values between two places.
    pub(crate) fn range(from: Cut, to: Cut) -> Self {
        Self::of(vec![(from, to)])
    }

    /// The set of single values.
    pub(crate) fn points(points: impl IntoIterator<Item = Point>) -> Self {
        Self::of(points.into_iter().map(|point| (Cut::before(point.clone()), Cut::after(point))).collect())
    }

    fn of(mut ranges: Vec<(Cut, Cut)>) -> Self {
        ranges.retain(|(from, to)| from < to);
        ranges.sort();
        let mut joined: Vec<(Cut, Cut)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match joined.last_mut() {
                Some((_, end)) if from <= *end => {
                    if to > *end {
                        *end = to;
                    }
                }
                _ => joined.push((from, to)),
            }
        }
        Self { ranges: joined, missing: false }
    }

    /// The same where values are whole numbers or days.
    pub(crate) fn whole(self) -> Self {
        let ranges = self.ranges.into_iter().map(|(from, to)| (from.whole(), to.whole())).collect();
        Self { missing: self.missing, ..Self::of(ranges) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty() && !self.missing
    }

    /// All values, and missing ones, that aren't in the set.
    pub(crate) fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut from = Cut::Start;
        for (start, end) in &self.ranges {
            ranges.push((from, start.clone()));
            from = end.clone();
        }
        ranges.push((from, Cut::End));
        Self { missing: !self.missing, ..Self::of(ranges) }
    }

    /// What is in any of them.
    pub(crate) fn union<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut ranges, mut missing) = (Vec::new(), false);
        for set in all {
            ranges.extend(set.ranges.iter().cloned());
            missing |= set.missing;
        }
        Self { missing, ..Self::of(ranges) }
    }

    /// The intersection of two sets.
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some((a, b)), Some((c, d))) = (left.peek(), right.peek()) {
            ranges.push((a.max(c).clone(), b.min(d).clone()));
            if b < d {
                left.next()
            } else {
                right.next()
            };
        }
        Self { missing: self.missing && other.missing, ..Self::of(ranges) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(number: i64) -> Values {
        Values::range(Cut::Start, Cut::before(number.into()))
    }

    #[test]
    fn complements_and_unions_are_exact() {
        let all = Values { missing: true, ..Values::range(Cut::Start, Cut::End) };
        for set in [below(3), Values::points([3.into(), 5.into()]), Values::missing(), all.clone()] {
            assert_eq!(set.complement().complement(), set);
            assert_eq!(Values::union([&set, &set.complement()]), all);
            assert!(set.meet(&set.complement()).is_empty());
        }
        assert_eq!(Values::union([&below(3), &Values::points([3.into()])]).meet(&below(9)).ranges.len(), 1);
    }

    #[test]
    fn integers_have_neighbours() {
        let half = Point::Number("2.5".parse().expect("a number"));
        let between = |a, b| Values::range(Cut::after(a), Cut::before(b));
        assert!(between(2.into(), 3.into()).whole().is_empty());
        assert!(!between(2.into(), 3.into()).is_empty());
        assert!(!between(half.clone(), 4.into()).whole().is_empty());
        assert!(between(half, 3.into()).whole().is_empty());
        let day = |text: &str| Point::Day(text.parse().expect("a day"));
        assert!(between(day("2024-02-28"), day("2024-02-29")).whole().is_empty());
        assert!(!between(day("2024-02-28"), day("2024-03-01")).whole().is_empty());
    }
}
