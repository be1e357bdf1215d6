//! A small hand-made plan: two tables and a view over customers and orders.

use std::collections::BTreeSet;

use segc::check::hir::{Materialize, SegmentId};
use segc::dialect::{Capability, Dialect, Function};
use segc::plan::rel::{
    BinaryOp, Clock, Column, Cte, Join, JoinKind, Negated, Query, Relation, Scalar, Select, TableRef,
};
use segc::plan::{
    Assertion, Evaluation, Kept, KeyColumn, Plan, Refresh, RefreshPlan, Rules, ScratchTables, SegmentPlan,
    StateNames, StateTables,
};
use segc::types::{Literal, Type};

pub(crate) const DATA: &[&str] = &[
    "CREATE SCHEMA src",
    "CREATE TABLE src.customers (id BIGINT, country VARCHAR)",
    "CREATE TABLE src.orders (id BIGINT, customer_id BIGINT, total BIGINT)",
    "INSERT INTO src.customers VALUES (1, 'US'), (2, 'O''Hara'), (3, NULL)",
    "INSERT INTO src.orders VALUES (1, 1, 200), (2, 3, 150), (3, 2, 10)",
];

fn column(alias: &str, name: &str) -> Scalar {
    Scalar::Column(alias.to_owned(), name.to_owned())
}

fn table(parts: &[&str], alias: &str) -> TableRef {
    let parts = parts.iter().map(|&part| part.to_owned()).collect();
    TableRef { relation: Relation::Table(parts), alias: alias.to_owned() }
}

fn plain(value: Scalar) -> Column {
    Column { value, name: None }
}

fn int(value: i64) -> Scalar {
    Scalar::Literal(Literal::Integer(value))
}

fn binary(op: BinaryOp, a: Scalar, b: Scalar) -> Scalar {
    Scalar::Binary(op, Box::new(a), Box::new(b))
}

/// Customers whose orders sum to 100 or more, by way of a named subquery.
fn big() -> Query {
    let sum = Scalar::Call(Function::SumInteger, vec![column("o", "total")]);
    let sums = Select {
        columns: vec![
            plain(column("o", "customer_id")),
            Column { value: sum, name: Some("total".to_owned()) },
        ],
        from: Some(table(&["src", "orders"], "o")),
        group_by: vec![column("o", "customer_id")],
        ..Select::default()
    };
    let other = TableRef { relation: Relation::Cte("order_sums".to_owned()), alias: "s1".to_owned() };
    let on = binary(BinaryOp::Equal, column("s1", "customer_id"), column("c", "id"));
    let enough = binary(
        BinaryOp::GreaterOrEqual,
        Scalar::Coalesce(vec![column("s1", "total"), int(0)]),
        binary(BinaryOp::Multiply, binary(BinaryOp::Add, int(20), int(30)), int(2)),
    );
    let us =
        binary(BinaryOp::Equal, column("c", "country"), Scalar::Literal(Literal::String("it's".to_owned())));
    let present = Scalar::IsNotNull(Box::new(column("c", "id")));
    let filter = Scalar::And(vec![present, Scalar::IsNotTrue(Box::new(us)), enough]);
    let select = Select {
        columns: vec![plain(column("c", "id"))],
        from: Some(table(&["src", "customers"], "c")),
        joins: vec![Join { kind: JoinKind::Left, table: other, on }],
        filter: Some(filter),
        ..Select::default()
    };
    Query { ctes: vec![Cte::new("order_sums".to_owned(), sums)], ..Query::of(select) }
}

/// Members of `big` in some instants.
fn recent(from_table: bool) -> Query {
    let after =
        binary(BinaryOp::Less, Scalar::Clock("days_ago_30".to_owned()), Scalar::Clock("as_of".to_owned()));
    let member = Select {
        columns: vec![plain(int(1))],
        from: Some(if from_table { table(&["seg", "big"], "b") } else { table(&["src", "orders"], "b") }),
        filter: Some(if from_table {
            binary(BinaryOp::Equal, column("b", "id"), column("c", "id"))
        } else {
            Scalar::And(vec![
                binary(BinaryOp::Equal, column("b", "customer_id"), column("c", "id")),
                binary(BinaryOp::GreaterOrEqual, column("b", "total"), int(100)),
            ])
        }),
        ..Select::default()
    };
    let exists = Scalar::Exists(Box::new(member), Negated(false));
    let select = Select {
        columns: vec![plain(column("c", "id"))],
        from: Some(table(&["src", "customers"], "c")),
        filter: Some(Scalar::And(vec![after, exists])),
        ..Select::default()
    };
    Query::of(select)
}

/// Fails if a customer's key stands twice.
fn unique() -> Assertion {
    let twice = Select {
        columns: vec![plain(int(1))],
        from: Some(table(&["src", "customers"], "c")),
        group_by: vec![column("c", "id")],
        having: Some(binary(BinaryOp::Greater, Scalar::CountRows, int(1))),
        ..Select::default()
    };
    Assertion {
        fails_if: Scalar::Exists(Box::new(twice), Negated(false)),
        message: "customers has a key \"twice\", it's not unique".to_owned(),
        unique: None,
    }
}

/// What is known of a segment's last run.
fn base(name: &str) -> Select {
    let text = |text: &str| Scalar::Literal(Literal::String(text.to_owned()));
    let named = |value, name: &str| Column { value, name: Some(name.to_owned()) };
    let members = Select {
        columns: vec![named(text(name), "segment"), named(Scalar::CountRows, "members")],
        from: Some(table(&["seg", name], "m")),
        ..Select::default()
    };
    let members = TableRef { relation: Relation::Rows(Box::new(members)), alias: "m".to_owned() };
    Select {
        columns: vec![
            plain(column("m", "segment")),
            named(text(&format!("{name}0123456789abcdef")), "fingerprint"),
            named(text("0000000000000000"), "refresh_hash"),
            plain(column("m", "members")),
            plain(column("r", "as_of")),
            plain(column("r", "read_at")),
            plain(column("r", "rebuilt_at")),
            named(int(i64::MAX), "read_by"),
        ],
        from: Some(members),
        joins: vec![Join {
            kind: JoinKind::Left,
            table: table(&["seg", "segc_state"], "r"),
            on: binary(BinaryOp::Equal, column("r", "segment"), column("m", "segment")),
        }],
        ..Select::default()
    }
}

fn segment(id: u32, name: &str, query: Query, materialize: Materialize) -> SegmentPlan {
    let local = Scalar::Call(
        Function::LocalTime,
        vec![Scalar::Clock("as_of".to_owned()), Scalar::Literal(Literal::String("Europe/London".to_owned()))],
    );
    let back = Scalar::Call(Function::SubtractDays, vec![local, int(30)]);
    let zone = Scalar::Literal(Literal::String("Europe/London".to_owned()));
    let bound = Scalar::Call(Function::Instant, vec![back, zone]);
    SegmentPlan {
        id: SegmentId(id),
        name: name.to_owned(),
        entity: "customer".to_owned(),
        fingerprint: format!("{name}0123456789abcdef"),
        level: 0,
        depends_on: Vec::new(),
        reads: Vec::new(),
        capabilities: Vec::new(),
        materialize,
        table: vec!["seg".to_owned(), name.to_owned()],
        keys: vec![KeyColumn { name: "id".to_owned(), ty: Type::Integer }],
        columns: Vec::new(),
        kept: Kept {
            tables: StateTables::named(
                name,
                &StateNames {
                    schema: &["seg".to_owned()],
                    bytes: 63,
                    shares_runs: true,
                    has_temp_tables: true,
                },
            ),
            ..Kept::default()
        },
        alone: None,
        list: None,
        evaluation: Evaluation {
            query,
            clock: Clock {
                as_of: None,
                bounds: [("days_ago_30".to_owned(), bound, Type::Timestamp)].into_iter().collect(),
            },
            checks: vec![unique()],
            guards: Vec::new(),
        },
        refresh: RefreshPlan {
            strategy: Refresh::Rebuild { reason: "orders may be deleted".to_owned(), remedy: None },
            leaves: None,
            by_keys: None,
            obstacles: Vec::new(),
            rebuild_every: Vec::new(),
            base: base(name),
            rebuilt_since: Vec::new(),
            refusal: None,
            hash: format!("{id:016}"),
            last_run: Vec::new(),
            inputs: Vec::new(),
        },
    }
}

pub(crate) fn plan(dialect: &Dialect, as_of: Option<&str>) -> Plan {
    let mut late = segment(2, "late", recent(true), Materialize::Incremental);
    late.refresh.strategy = Refresh::InsertOnly;
    let has = |capability: &Capability| dialect.allows(*capability);
    let rules = Rules::of(&Capability::ALL.iter().copied().filter(has).collect());
    Plan {
        scratch: ScratchTables::named(&["seg".to_owned()], rules.temp_tables),
        source_tables: BTreeSet::new(),
        rules,
        target: "warehouse".to_owned(),
        dialect: dialect.name.clone(),
        schema: vec!["seg".to_owned()],
        as_of: as_of.map(|text| text.parse().expect("an instant")),
        segments: vec![
            segment(1, "big", big(), Materialize::Table),
            late,
            segment(3, "recent", recent(false), Materialize::View),
        ],
    }
}
