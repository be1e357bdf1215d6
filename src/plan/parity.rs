//! The query that compares a segment's table with a fresh evaluation.
//!
//! The evaluation is the one on its own: what it refers to is inlined, except for the members that a
//! segment with `expire` retains, which only its table knows. Both sides are put under one another and
//! grouped by key, so that each is read once, and so that a key that is in the table twice
//! shows too.

use std::collections::BTreeSet;

use super::columns::{differ, value_columns};
use super::lower::{self, Context};
use super::rel::{
    BinaryOp, Column, Cte, Join, JoinKind, Order, Over, Query, Relation, Scalar, Select, TableRef, all,
};
use super::request::Request;
use super::state::{StateTables, last_run};
use super::storage::Reading;
use super::why::Asked;
use crate::check::hir::SegmentId;
use crate::dialect::Function;
use crate::types::Literal;

/// A key that matches and is not in the table.
const MISSING: &str = "missing";
/// A key that is in the table and does not match. Of both words it is the smaller one.
const EXTRA: &str = "extra";

/// A key whose columns in the table differ from those evaluated.
const CHANGED: &str = "changed";

/// A row for each key of which table and evaluation differ: the difference, which is `missing`,
/// `extra` or `changed`, and the key. As of the segment's last run; with `expire`, of the matches.
#[must_use]
pub fn parity(request: &Request<'_>, id: SegmentId) -> Asked {
    let context = Context { as_of: None, ..Context::new(request, request.storage(Reading::Held)) };
    let lowered = lower::segment(&context, id);
    let keys = keys(request, id);
    let mut names = SubqueryNames::of(request, id, &lowered.query);
    let (fresh, both) = (names.cte("evaluated"), names.cte("both_sides"));
    let difference = unlike(&keys, "difference");
    let side = |what: &str, relation: Relation, alias: &str| Select {
        columns: std::iter::once(Column::named(Scalar::text(what), &difference))
            .chain(keys.iter().map(|key| Column::plain(Scalar::column(alias, key))))
            .collect(),
        from: Some(TableRef { relation, alias: alias.to_owned() }),
        ..Select::default()
    };
    let holds = request.hir.segment(id).properties.expire.is_some();
    let stored = Select {
        filter: holds.then(|| Scalar::column("m", "expires_at").missing()),
        ..side(EXTRA, Relation::Table(request.table(id)), "m")
    };
    let changed = differ(&value_columns(request.hir, request.hir.segment(id)), "m", "e").map(|differs| {
        let equal = |key: &String| Scalar::equal(Scalar::column("m", key), Scalar::column("e", key));
        let evaluated = TableRef::new(Relation::Cte(fresh.clone()), "e");
        let on = all(keys.iter().map(equal).collect()).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let retained = holds.then(|| Scalar::column("m", "expires_at").missing());
        Select {
            joins: vec![Join { kind: JoinKind::Inner, table: evaluated, on }],
            filter: all(retained.into_iter().chain([differs]).collect()),
            ..side(CHANGED, Relation::Table(request.table(id)), "m")
        }
    });
    let matching = side(MISSING, Relation::Cte(fresh.clone()), "e");
    let mut ctes = lowered.query.ctes;
    ctes.push(Cte::new(fresh, lowered.query.select));
    ctes.push(Cte { name: both.clone(), select: matching, union: vec![stored] });
    let mut clock = lowered.clock;
    clock.as_of = Some(last_run(&StateTables::of(request, id).runs, &request.hir.segment(id).name));
    let union = changed.into_iter().collect();
    Asked { query: Query { ctes, union, ..Query::of(unpaired(&both, &keys, &difference)) }, clock }
}

/// The keys that are on one side only, or more than once on a side.
pub(super) fn unpaired(both: &str, keys: &[String], difference: &str) -> Select {
    let of = |function| Scalar::Call(function, vec![Scalar::column("b", difference)]);
    let (least, most) = (of(Function::Min), of(Function::Max));
    let alone = Scalar::equal(least.clone(), most);
    let not_two = Scalar::binary(BinaryOp::NotEqual, Scalar::CountRows, Scalar::integer(2));
    Select {
        columns: std::iter::once(Column::named(least, difference))
            .chain(keys.iter().map(|key| Column::plain(Scalar::column("b", key))))
            .collect(),
        from: Some(TableRef::new(Relation::Cte(both.to_owned()), "b")),
        group_by: keys.iter().map(|key| Scalar::column("b", key)).collect(),
        having: Some(Scalar::Or(vec![not_two, alone])),
        ..Select::default()
    }
}

/// The same in at most `shown` rows for each difference: the difference, how many keys have it,
/// the place among them of one, and that one.
#[must_use]
pub fn differing(request: &Request<'_>, id: SegmentId, shown: u8) -> Asked {
    let asked = parity(request, id);
    let mut names = SubqueryNames::of(request, id, &asked.query);
    sampled(asked, &mut names, &keys(request, id), shown)
}

/// Of a query for differences and keys, at most `shown` rows for each difference, as above.
pub(super) fn sampled(asked: Asked, names: &mut SubqueryNames, keys: &[String], shown: u8) -> Asked {
    let Asked { query, clock } = asked;
    let (every, counted) = (names.cte("differences"), names.cte("counted"));
    let (difference, total, place) =
        (unlike(keys, "difference"), unlike(keys, "total"), unlike(keys, "place"));
    let over = |function: Option<Scalar>, order: Vec<Order>| {
        let partition = vec![Scalar::column("d", &difference)];
        Scalar::Window(Box::new(Over { function, partition, order, frame: None }))
    };
    let by_key =
        |key: &String| Order { value: Scalar::column("d", key), descending: false, nulls_last: false };
    let mut columns = vec![
        Column::plain(Scalar::column("d", &difference)),
        Column::named(over(Some(Scalar::CountRows), Vec::new()), &total),
    ];
    columns.extend(keys.iter().map(|key| Column::plain(Scalar::column("d", key))));
    columns.push(Column::named(over(None, keys.iter().map(by_key).collect()), &place));
    let from = |name: &str, alias: &str| {
        Some(TableRef { relation: Relation::Cte(name.to_owned()), alias: alias.to_owned() })
    };
    let numbered = Select { columns, from: from(&every, "d"), ..Select::default() };
    let few = Scalar::Binary(
        BinaryOp::LessOrEqual,
        Box::new(Scalar::column("c", &place)),
        Box::new(Scalar::integer(i64::from(shown))),
    );
    let select = Select {
        columns: [&difference, &total, &place]
            .into_iter()
            .chain(keys)
            .map(|name| Column::plain(Scalar::column("c", name)))
            .collect(),
        from: from(&counted, "c"),
        filter: Some(few),
        ..Select::default()
    };
    let mut ctes = query.ctes;
    ctes.push(Cte { name: every, select: query.select, union: query.union });
    ctes.push(Cte::new(counted, numbered));
    Asked { query: Query { ctes, ..Query::of(select) }, clock }
}

/// The names of the key columns.
pub(super) fn keys(request: &Request<'_>, id: SegmentId) -> Vec<String> {
    let entity = request.hir.catalog.entity(request.hir.segment(id).entity);
    entity.key.iter().map(|&field| entity.field(field).column.clone()).collect()
}

/// Names of subqueries that hide nothing.
pub(super) struct SubqueryNames(BTreeSet<String>);

impl SubqueryNames {
    pub(super) fn of(request: &Request<'_>, id: SegmentId, query: &Query) -> Self {
        let mut taken: BTreeSet<String> = query.ctes.iter().map(|cte| cte.name.to_lowercase()).collect();
        taken.extend(request.tables.iter().cloned());
        let runs = StateTables::of(request, id).runs.pop().unwrap_or_default();
        taken.extend([runs, request.hir.segment(id).name.to_lowercase()]);
        Self(taken)
    }

    /// Also none of these.
    pub(super) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn cte(&mut self, name: &str) -> String {
        let taken: Vec<String> = self.0.iter().cloned().collect();
        let name = unlike(&taken, name);
        self.0.insert(name.clone());
        name
    }
}

/// A name that none of these is.
pub(super) fn unlike(taken: &[String], name: &str) -> String {
    let mut name = name.to_owned();
    while taken.iter().any(|one| one.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}
