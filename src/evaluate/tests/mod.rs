//! Sentences of the language reference, each with rows for which it matters. The trees are
//! built by hand, so that these tests depend on nothing but the tree's definition.

mod build;
mod keep;
mod linked;
mod missing;
mod numbers;
mod robust;
mod rows;
mod segments;
mod text;
mod time;
mod windows;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Data, Datum, EvalError, Evaluator, members};
use crate::check::hir::{Cond, Hir, Properties, Segment, SegmentId, Trait, Value};
use crate::types::calendar::Calendar;

/// A project of one catalog with its rows, at an instant.
struct World {
    hir: Hir,
    data: Data,
    as_of: Timestamp,
}

impl World {
    /// The shop without rows, in UTC, at noon of 15 June 2026.
    fn new() -> Self {
        let catalog = Arc::new(build::shop());
        let hir = Hir {
            catalog: Arc::clone(&catalog),
            calendar: Calendar::default(),
            params: Vec::new(),
            params_used: Vec::new(),
            unused: Vec::new(),
            traits: Vec::new(),
            segments: Vec::new(),
        };
        Self { hir, data: Data::new(&catalog), as_of: build::at("2026-06-15T12:00:00Z") }
    }

    fn in_zone(mut self, name: &str) -> Self {
        let zone = TimeZone::get(name).expect("a zone");
        self.hir.calendar = Calendar { zone, zone_name: name.to_owned(), ..Calendar::default() };
        self
    }

    fn when(mut self, instant: &str) -> Self {
        self.as_of = build::at(instant);
        self
    }

    fn row<const N: usize>(mut self, entity: &str, values: [(&str, Datum); N]) -> Self {
        self.data.push(entity, values).expect("a row that fits the catalog");
        self
    }

    /// A customer of whom only the key and one field are known.
    fn customer(self, id: i64, field: &str, value: impl Into<Datum>) -> Self {
        self.row("customer", [("customer_id", id.into()), (field, value.into())])
    }

    /// An order of a customer: its total and when.
    fn order(self, id: i64, customer: i64, total: &str, at: &str) -> Self {
        let total = Datum::Decimal(total.parse().expect("a decimal"));
        let at = Datum::Timestamp(build::at(at));
        let (id, customer) = (id.into(), customer.into());
        self.row("order", [("order_id", id), ("customer_id", customer), ("total", total), ("ordered_at", at)])
    }

    fn segment(&mut self, name: &str, entity: &str, edit: impl FnOnce(&mut Segment)) -> SegmentId {
        let mut segment = Segment {
            id: self.hir.next_id(),
            name: name.to_owned(),
            entity: self.hir.catalog.find(entity).expect("an entity"),
            parent: None,
            includes: Vec::new(),
            excludes: Vec::new(),
            group: None,
            keeps: Vec::new(),
            columns: Vec::new(),
            list: None,
            properties: Properties::default(),
            name_span: build::SPAN,
        };
        edit(&mut segment);
        let id = segment.id;
        self.hir.segments.push(segment);
        id
    }

    fn computed(&mut self, name: &str, entity: &str, value: Value) -> crate::check::hir::TraitId {
        let entity = self.hir.catalog.find(entity).expect("an entity");
        let id = crate::check::hir::TraitId(u32::try_from(self.hir.traits.len()).expect("few traits"));
        self.hir.traits.push(Trait { id, name: name.to_owned(), entity, value });
        id
    }

    fn ids(&self, segment: SegmentId) -> Vec<i64> {
        let keys = members(&self.hir, segment, &self.data, self.as_of).expect("no failure");
        keys.into_iter().map(|key| if let [Datum::Integer(id)] = key[..] { id } else { -1 }).collect()
    }

    /// The customers for whom a condition holds.
    fn who(&mut self, cond: Cond) -> Vec<i64> {
        let segment = self.segment("it", "customer", |segment| segment.includes = vec![cond]);
        self.ids(segment)
    }

    /// A value of customer 1.
    fn try_value(&self, value: &Value) -> Result<Datum, EvalError> {
        let customer = self.hir.catalog.find("customer").expect("an entity");
        let mut evaluator = Evaluator::new(&self.hir, &self.data, self.as_of);
        let row = evaluator.row(customer, &[Datum::Integer(1)])?;
        evaluator.value(value, row)
    }

    fn value(&self, value: &Value) -> Datum {
        self.try_value(value).expect("no failure")
    }

    /// The same, as text.
    fn show(&self, value: &Value) -> String {
        self.value(value).to_string()
    }

    /// Whether a condition holds for customer 1.
    fn holds(&self, cond: Cond) -> bool {
        self.value(&build::value(crate::types::Type::Boolean, build::condition(cond))) == Datum::Boolean(true)
    }
}
