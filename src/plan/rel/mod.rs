//! The relational plan: queries as trees, with SQL's three-valued logic, but no SQL text.
//!
//! Two-valued conditions have been lowered: where the difference between missing and false
//! matters, a predicate is wrapped here, and nowhere later.

mod clock;
mod construct;
mod truth;
mod union;
mod walk;

pub(crate) use clock::Ago;
pub use clock::{Bound, Bounds, Clock};
pub use construct::all;
pub(crate) use construct::parts;
pub(crate) use union::DAY;
pub use union::Union;
pub use walk::Child;
pub(crate) use walk::ChildMut;

use crate::diagnostic::Span;
use crate::dialect::Function;
use crate::types::{Literal, Regex, Type};

/// A query with its common table expressions, in the order in which they depend.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Named subqueries; each may read those before it.
    pub ctes: Vec<Cte>,
    /// The query itself.
    pub select: Select,
    /// More rows of the same columns (`UNION ALL`).
    pub union: Vec<Select>,
}

impl Query {
    /// The rows of one select.
    #[must_use]
    pub fn of(select: Select) -> Self {
        Self { select, ..Self::default() }
    }
}

/// A named subquery.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name: what it holds (`orders_last_30_days`).
    pub(crate) name: String,
    pub(crate) select: Select,
    /// More rows of the same columns (`UNION ALL`).
    pub(crate) union: Vec<Select>,
}

impl Cte {
    /// The rows of one select.
    #[must_use]
    pub fn new(name: String, select: Select) -> Self {
        Self { name, select, union: Vec::new() }
    }
}

/// A `SELECT`.
#[derive(Debug, Clone, PartialEq, Hash, Default)]
pub struct Select {
    /// `DISTINCT`
    pub distinct: bool,
    /// What it yields.
    pub columns: Vec<Column>,
    /// The first table; none for a row of constants.
    pub from: Option<TableRef>,
    /// Tables joined to it, in order.
    pub joins: Vec<Join>,
    /// `WHERE`
    pub filter: Option<Scalar>,
    /// `GROUP BY`
    pub group_by: Vec<Scalar>,
    /// `HAVING`
    pub having: Option<Scalar>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Column {
    /// Its value.
    pub value: Scalar,
    /// Its name; without one it keeps its column's.
    pub name: Option<String>,
}

/// A table with the alias that columns refer to.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TableRef {
    /// The rows.
    pub relation: Relation,
    /// Short and unique within the select.
    pub alias: String,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Relation {
    /// A table by its name's parts (an entity's, or a segment's).
    Table(Vec<String>),
    /// A query that the catalog gives as SQL text.
    Sql {
        /// Its text, not parsed yet.
        text: String,
        /// Where it is in the catalog.
        span: Span,
    },
    /// A common table expression of the same query.
    Cte(String),
    /// The rows of a select in its place.
    Rows(Box<Select>),
    /// The rows of several tables.
    Union(Union),
}

/// A joined table.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Join {
    /// Which rows without a partner it keeps.
    pub kind: JoinKind,
    /// The table.
    pub table: TableRef,
    /// The condition.
    pub on: Scalar,
}

/// Which rows without a partner a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// None.
    Inner,
    /// Those of the tables before it.
    Left,
    /// Those of both sides. Its condition compares columns for equality, which every engine can do.
    Full,
}

/// A scalar expression; booleans are three-valued.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Scalar {
    /// `alias.column`
    Column(String, String),
    /// `(x).field`: a field of a struct.
    Member(Box<Scalar>, String),
    /// What the star stands for in the name of the table that a row is in, of a table for each day: its digits.
    ShardDigits,
    /// A constant.
    Literal(Literal),
    /// `CAST(NULL AS type)`: a missing value.
    Missing(Type),
    /// A regular expression, as a text of the target's.
    Pattern(Regex),
    /// An instant or a date that is fixed once per run; see [`Clock`].
    Clock(String),
    /// All of them (two or more).
    And(Vec<Scalar>),
    /// Any of them (two or more).
    Or(Vec<Scalar>),
    /// `NOT x`
    Not(Box<Scalar>),
    /// `x IS NULL`
    IsNull(Box<Scalar>),
    /// `x IS NOT NULL`
    IsNotNull(Box<Scalar>),
    /// `x IS NOT TRUE`: false and missing alike.
    IsNotTrue(Box<Scalar>),
    /// A comparison or arithmetic.
    Binary(BinaryOp, Box<Scalar>, Box<Scalar>),
    /// `-x`
    Negate(Box<Scalar>),
    /// `x IN (…)` or `x NOT IN (…)`
    InList(Box<Scalar>, Vec<Scalar>, Negated),
    /// `x BETWEEN a AND b`
    Between(Box<Scalar>, Box<Scalar>, Box<Scalar>, Negated),
    /// `x IN (SELECT …)`
    InQuery(Box<Scalar>, Box<Select>, Negated),
    /// `EXISTS (SELECT …)`
    Exists(Box<Select>, Negated),
    /// A function by the dialect's template.
    Call(Function, Vec<Scalar>),
    /// `COALESCE(…)`
    Coalesce(Vec<Scalar>),
    /// `LEAST(…)`: of instants, none of which is null where it counts.
    Least(Vec<Scalar>),
    /// `GREATEST(…)`, likewise.
    Greatest(Vec<Scalar>),
    /// `CAST(x AS type)`
    Cast(Box<Scalar>, Type),
    /// `CASE WHEN … THEN … ELSE … END`
    Case(Vec<(Scalar, Scalar)>, Option<Box<Scalar>>),
    /// `COUNT(*)`
    CountRows,
    /// `COUNT(x)`: how many rows have it.
    Count(Box<Scalar>),
    /// `(SELECT …)` as the value of its one row.
    Query(Box<Select>),
    /// `ROW_NUMBER() OVER (…)`, `MAX(x) OVER (…)`
    Window(Box<Over>),
}

/// A window function.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Over {
    /// An aggregate as a [`Scalar::Call`] or [`Scalar::CountRows`]; `None` is `ROW_NUMBER()`.
    pub(crate) function: Option<Scalar>,
    /// `PARTITION BY`
    pub(crate) partition: Vec<Scalar>,
    /// `ORDER BY`
    pub(crate) order: Vec<Order>,
    /// Which rows of the partition it sees; `None` leaves that to SQL.
    pub(crate) frame: Option<Frame>,
}

/// One expression of an `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub(crate) struct Order {
    /// What it orders by.
    pub(crate) value: Scalar,
    /// `DESC`
    pub(crate) descending: bool,
    /// `NULLS LAST`; where it is false the value is never null.
    pub(crate) nulls_last: bool,
}

/// `RANGE BETWEEN start AND end`, of a window that is ordered by one integer.
#[derive(Debug, Clone, PartialEq, Hash)]
pub(crate) struct Frame {
    /// How far before (negative) or after the row it begins; `None`: unbounded.
    pub(crate) start: Option<i64>,
    /// How far before (negative) or after the row it ends; `None`: unbounded.
    pub(crate) end: Option<i64>,
}

/// Whether a predicate is negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Negated(pub bool);

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}
