//! What a preview shows: some of the rows that conditions choose, the values that these rows have, and which
//! conditions hold for the same rows.
//!
//! A query has no limit: rows are numbered, and asked for by their places. So the same rows are shown however an
//! engine executes it.

use super::frame::{Mode, Row, Scope};
use super::why::{AS_OF, Questions, truth};
use super::{Context, Lowered, Lowering};
use crate::check::hir::{Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Column, Cte, Negated, Order, Over, Relation, Scalar, Select, TableRef};
use crate::types::{Literal, Type};

/// The column of a row's place.
const PLACE: &str = "place";
/// The column of a value.
const VALUE: &str = "value";
/// The column of how many rows have a value.
const OCCURS: &str = "occurs";
/// The column of a value's place, if the most frequent come first.
const BY_COUNT: &str = "by_count";
/// The column of a value's place in the order of values.
const BY_VALUE: &str = "by_value";
/// The alias of a subquery where it is read.
const READ: &str = "r";

/// The rows at some places, or all of them: the place, the key, the values.
pub(in crate::plan) fn listed_rows(
    context: &Context<'_>,
    ask: &Questions<'_>,
    places: Option<&[u64]>,
) -> Lowered {
    let mut lowering = Lowering::new(context);
    let row = lowering.chosen(ask);
    let parts = lowering.key_parts(ask.entity);
    let fields = context.hir.catalog.entity(ask.entity).key.clone();
    let key: Vec<Scalar> = fields.into_iter().map(|field| lowering.field(&row, field)).collect();
    let order = parts.iter().zip(&key);
    let order = order.map(|(part, value)| ascending(lowering.in_order(value.clone(), &part.ty))).collect();
    let mut columns = vec![Column::named(row_number(order), PLACE)];
    columns.extend((1..).zip(key).map(|(at, value)| Column::named(value, format!("key_{at}"))));
    let scope = Scope::of(row, None).with(Mode::Alternative);
    for (at, value) in (1..).zip(ask.values) {
        columns.push(Column::named(lowering.shown(&scope, value), format!("value_{at}")));
    }
    let names: Vec<String> = columns.iter().filter_map(Column::known_as).map(str::to_owned).collect();
    let rows = Select { columns, ..lowering.pop() };
    let from = Some(lowering.subquery("numbered", rows));
    let filter = places.map(|places| is_among(PLACE, places));
    let columns = names.iter().map(|name| Column::plain(read(name))).collect();
    lowering.finish(Select { columns, from, filter, ..Select::default() })
}

/// One row: as_of, the rows, those whose value is missing, the different values.
pub(in crate::plan) fn found_values(context: &Context<'_>, ask: &Questions<'_>) -> Lowered {
    let mut lowering = Lowering::new(context);
    let from = Some(lowering.counted_values(ask));
    let sum = |counted| Scalar::Call(Function::SumInteger, vec![counted]);
    let if_missing = vec![(read(VALUE).missing(), read(OCCURS))];
    let missing = Scalar::Case(if_missing, Some(Box::new(Scalar::integer(0))));
    let columns = vec![
        Column::named(Scalar::Clock(AS_OF.to_owned()), AS_OF),
        Column::named(sum(read(OCCURS)), "everyone"),
        Column::named(sum(missing), "missing"),
        Column::named(Scalar::Count(Box::new(read(VALUE))), "different"),
    ];
    lowering.finish(Select { columns, from, ..Select::default() })
}

/// The values that most rows have, and those at some places in their own order.
pub(in crate::plan) fn listed_values(
    context: &Context<'_>,
    ask: &Questions<'_>,
    most: u64,
    places: &[u64],
) -> Lowered {
    let mut lowering = Lowering::new(context);
    let from = Some(lowering.counted_values(ask));
    let ty = ask.values.first().map_or(Type::String, |value| value.ty.clone());
    let by_itself = || ascending(lowering.in_order(read(VALUE), &ty));
    let by_count = vec![Order { value: read(OCCURS), descending: true, nulls_last: false }, by_itself()];
    let columns = vec![
        Column::plain(read(VALUE)),
        Column::plain(read(OCCURS)),
        Column::named(row_number(by_count), BY_COUNT),
        Column::named(row_number(vec![by_itself()]), BY_VALUE),
    ];
    let filter = Some(read(VALUE).present());
    let from = Some(lowering.subquery("numbered", Select { columns, from, filter, ..Select::default() }));
    let most = Scalar::integer(i64::try_from(most).unwrap_or(i64::MAX));
    let is_frequent = Scalar::binary(BinaryOp::LessOrEqual, read(BY_COUNT), most);
    let filter = match places {
        [] => is_frequent,
        places => Scalar::Or(vec![is_frequent, is_among(BY_VALUE, places)]),
    };
    let columns = [VALUE, OCCURS, BY_COUNT, BY_VALUE].map(|name| Column::plain(read(name))).into();
    lowering.finish(Select { columns, from, filter: Some(filter), ..Select::default() })
}

/// A row for each combination of conditions that hold for the same rows: as_of, the conditions, how many rows.
pub(in crate::plan) fn shared(context: &Context<'_>, ask: &Questions<'_>) -> Lowered {
    let mut lowering = Lowering::new(context);
    lowering.begin(ask);
    let row = lowering.scan(ask.entity);
    let columns = lowering.truths(&row, ask.conds).collect();
    let rows = Select { columns, ..lowering.pop() };
    let from = Some(lowering.subquery("memberships", rows));
    let held: Vec<Scalar> = (0..ask.conds.len()).map(|at| read(&truth(at))).collect();
    let mut columns = vec![Column::named(Scalar::Clock(AS_OF.to_owned()), AS_OF)];
    columns.extend(held.iter().cloned().map(Column::plain));
    columns.push(Column::named(Scalar::CountRows, OCCURS));
    lowering.finish(Select { columns, from, group_by: held, ..Select::default() })
}

impl Lowering<'_> {
    /// Begins the select of the rows for which all of the conditions hold.
    fn chosen(&mut self, ask: &Questions<'_>) -> Row {
        let frame = self.begin(ask);
        let row = self.scan(ask.entity);
        let scope = Scope::of(row.clone(), None);
        for cond in ask.conds {
            match self.cond(&scope, cond, false) {
                Scalar::Literal(Literal::Boolean(true)) => {}
                holds => self.frames[frame].filter.push(holds),
            }
        }
        row
    }

    /// A subquery of the values that the chosen rows have, each once, and how many rows have it.
    fn counted_values(&mut self, ask: &Questions<'_>) -> TableRef {
        let row = self.chosen(ask);
        let scope = Scope::of(row, None).with(Mode::Alternative);
        let values: Vec<Scalar> = ask.values.iter().map(|value| self.shown(&scope, value)).collect();
        let columns = values.into_iter().map(|value| Column::named(value, VALUE)).collect();
        let rows = Select { columns, ..self.pop() };
        let from = Some(self.subquery("seen", rows));
        let columns = vec![Column::plain(read(VALUE)), Column::named(Scalar::CountRows, OCCURS)];
        let group_by = vec![read(VALUE)];
        self.subquery("counted", Select { columns, from, group_by, ..Select::default() })
    }

    /// A value as it is shown: of its own type, which a constant may not have by itself.
    fn shown(&mut self, scope: &Scope, value: &Value) -> Scalar {
        let lowered = self.value(scope, value);
        match (&value.ty, &value.kind) {
            // An engine knows a version by what it is compared by.
            (Type::Semver, _) | (_, ValueKind::Field(..)) => lowered,
            (ty, _) => Scalar::Cast(Box::new(lowered), ty.clone()),
        }
    }

    /// A value as it is sorted by: what versions are compared by is text, too.
    fn in_order(&self, value: Scalar, ty: &Type) -> Scalar {
        if matches!(ty, Type::String | Type::Semver) { self.text_order(value) } else { value }
    }

    fn subquery(&mut self, name: &str, rows: Select) -> TableRef {
        let name = self.cte_name(name);
        self.ctes.push(Cte::new(name.clone(), rows));
        TableRef::new(Relation::Cte(name), READ)
    }
}

fn read(name: &str) -> Scalar {
    Scalar::column(READ, name)
}

fn row_number(order: Vec<Order>) -> Scalar {
    Scalar::Window(Box::new(Over { function: None, partition: Vec::new(), order, frame: None }))
}

fn ascending(value: Scalar) -> Order {
    Order { value, descending: false, nulls_last: false }
}

fn is_among(column: &str, places: &[u64]) -> Scalar {
    let place = |&place: &u64| Scalar::integer(i64::try_from(place).unwrap_or(i64::MAX));
    Scalar::InList(Box::new(read(column)), places.iter().map(place).collect(), Negated(false))
}
