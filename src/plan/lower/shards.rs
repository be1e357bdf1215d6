//! Tables for each day: which of them a condition on the time of a row leaves.
//!
//! The catalog declares how many days the day of a row's table and the day of its time, in the zone of the
//! tables, are apart at most. So `at >= X` implies that the table's digits are not before those of X's day, less
//! these days. What is implied is written beside the condition, wherever that is: it never changes which rows
//! fulfil both.

use super::Lowering;
use super::encoded::{is_fixed, mirrored};
use super::field::read_field;
use crate::catalog::{EntityId, Shards, TableSource};
use crate::dialect::Function;
use crate::plan::rel::{
    BinaryOp, ChildMut, DAY, Negated, Query, Relation, Scalar, Select, TableRef, all, parts,
};
use crate::types::encoded::date_digits;
use crate::types::{CharSet, Literal, Regex, Type, find_zone};

/// How many days are counted back or ahead; with more, nothing is left out.
const MOST: i64 = 366_000;

/// A table for each day in a select: its alias, and what is known of its rows.
struct Days<'a> {
    alias: String,
    shards: &'a Shards,
    time: Scalar,
    /// Whether the time is a date, which has no zone.
    is_date: bool,
}

/// On which side of an instant the days are.
#[derive(Debug, Clone, Copy)]
enum Side {
    From,
    To,
}

/// That a table's name ends with the eight digits of a day.
pub(super) fn is_day(digits: Scalar) -> Scalar {
    let digit = Box::new(Regex::One(CharSet::new([('0', '9')])));
    let eight = Regex::Repeat { of: digit, least: 8, most: Some(8) };
    let whole = Regex::Concat(vec![Regex::Start, eight, Regex::End]);
    Scalar::Call(Function::Matches, vec![digits, Scalar::Pattern(whole)])
}

impl Lowering<'_> {
    /// Adds to all conditions what they imply of the tables that are read.
    pub(super) fn imply_days(&self, query: &mut Query) {
        if self.reads_days() {
            query.selects_mut().for_each(|select| self.imply_days_in(select));
        }
    }

    /// The same in one select.
    pub(super) fn imply_days_in(&self, select: &mut Select) {
        if !self.reads_days() {
            return;
        }
        let mut todo = vec![ChildMut::Select(select)];
        while let Some(child) = todo.pop() {
            match child {
                ChildMut::Scalar(scalar) => scalar.children_mut(&mut |child| todo.push(child)),
                ChildMut::Select(select) => {
                    for days in self.days(select) {
                        days.add_to(select);
                    }
                    select.children_mut(&mut |child| todo.push(child));
                }
            }
        }
    }

    /// The same to one condition on the rows of a select.
    pub(super) fn imply_days_by(&self, select: &Select, condition: &mut Scalar) {
        if self.reads_days() {
            for days in self.days(select) {
                days.add(condition);
            }
        }
    }

    fn reads_days(&self) -> bool {
        self.unions.keys().any(|&entity| self.shards(entity).is_some())
    }

    fn shards(&self, entity: EntityId) -> Option<&Shards> {
        match self.cx.hir.catalog.entity(entity).source_on(self.cx.target) {
            TableSource::Shards(shards) => Some(shards),
            TableSource::Table(_) | TableSource::Query { .. } | TableSource::Tables(_) => None,
        }
    }

    /// The tables for each day that a select reads.
    fn days(&self, select: &Select) -> Vec<Days<'_>> {
        let of = |table: &TableRef| {
            let Relation::Union(union) = &table.relation else { return None };
            let same = |one: &&Relation| matches!(one, Relation::Union(known) if known == union);
            let (&entity, _) = self.unions.iter().find(|(_, relation)| same(relation))?;
            let declared = self.cx.hir.catalog.entity(entity);
            let field = declared.field(declared.time?);
            let (time, is_date) = (read_field(field, &table.alias), field.ty == Type::Date);
            Some(Days { alias: table.alias.clone(), shards: self.shards(entity)?, time, is_date })
        };
        select.tables().filter_map(of).collect()
    }
}

impl Days<'_> {
    fn add_to(&self, select: &mut Select) {
        let ons = select.joins.iter_mut().map(|join| &mut join.on);
        select.filter.iter_mut().chain(ons).for_each(|condition| self.add(condition));
    }

    /// Adds to a condition what it implies.
    fn add(&self, condition: &mut Scalar) {
        let implied: Vec<Scalar> =
            parts(Some(condition)).iter().filter_map(|part| self.implied(part)).collect();
        if !implied.is_empty() {
            let own = std::mem::replace(condition, Scalar::Literal(Literal::Boolean(true)));
            if let Some(both) = all([own].into_iter().chain(implied).collect()) {
                *condition = both;
            }
        }
    }

    /// What a condition implies of the digits, wherever it is true. It recurses into AND and OR alone, whose
    /// depth the language bounds.
    fn implied(&self, condition: &Scalar) -> Option<Scalar> {
        match condition {
            Scalar::And(parts) => all(parts.iter().filter_map(|part| self.implied(part)).collect()),
            Scalar::Or(parts) => {
                let each: Option<Vec<Scalar>> = parts.iter().map(|part| self.implied(part)).collect();
                each.filter(|each| !each.is_empty()).map(Scalar::any)
            }
            Scalar::Binary(op, left, right) if **left == self.time => self.compared(*op, right),
            Scalar::Binary(op, left, right) if **right == self.time => self.compared(mirrored(*op)?, left),
            Scalar::Between(value, low, high, Negated(false)) if **value == self.time => {
                all([self.bound(low, Side::From), self.bound(high, Side::To)].into_iter().flatten().collect())
            }
            _ => None,
        }
    }

    fn compared(&self, op: BinaryOp, bound: &Scalar) -> Option<Scalar> {
        match op {
            BinaryOp::Greater | BinaryOp::GreaterOrEqual => self.bound(bound, Side::From),
            BinaryOp::Less | BinaryOp::LessOrEqual => self.bound(bound, Side::To),
            BinaryOp::Equal => {
                all([Side::From, Side::To].into_iter().filter_map(|side| self.bound(bound, side)).collect())
            }
            BinaryOp::NotEqual | BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply => None,
        }
    }

    /// That the digits are on one side of those of a time that no row decides.
    fn bound(&self, time: &Scalar, side: Side) -> Option<Scalar> {
        // Arithmetic on the engine's clock must not leave the years that engines have.
        let margin = Some(self.shards.margin).filter(|days| *days <= MOST)?;
        let digits = match time {
            Scalar::Literal(literal) => {
                let day = match literal {
                    Literal::Timestamp(instant) => {
                        let (zone, _) = find_zone(&self.shards.zone)?;
                        zone.to_datetime(*instant).date()
                    }
                    Literal::Date(day) => *day,
                    _ => return None,
                };
                let margin = jiff::Span::new().try_days(margin).ok()?;
                let day = match side {
                    Side::From => day.checked_sub(margin),
                    Side::To => day.checked_add(margin),
                };
                // Beyond the years that there are, nothing is left out.
                Scalar::text(date_digits(day.ok().filter(|day| day.year() > 0)?))
            }
            fixed if is_fixed(fixed) => {
                let call = |function, arguments| Scalar::Call(function, arguments);
                let day = match self.is_date {
                    true => fixed.clone(),
                    false => {
                        let zone = Scalar::text(self.shards.zone.clone());
                        call(Function::LocalDate, vec![call(Function::LocalTime, vec![fixed.clone(), zone])])
                    }
                };
                let moved = match side {
                    Side::From => Function::SubtractDateDays,
                    Side::To => Function::AddDateDays,
                };
                let day = if margin == 0 { day } else { call(moved, vec![day, Scalar::integer(margin)]) };
                call(Function::DateDigits, vec![day])
            }
            _ => return None,
        };
        let op = match side {
            Side::From => BinaryOp::GreaterOrEqual,
            Side::To => BinaryOp::LessOrEqual,
        };
        Some(Scalar::binary(op, Scalar::column(&self.alias, DAY), digits))
    }
}
